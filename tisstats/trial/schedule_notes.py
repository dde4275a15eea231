"""What a schedule combines and leaves out, in sentences that name the first patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.sentences import count_of, first_few

#: So many patients are named; of more, the number is given.
_MOST_NAMED = 3


def noted(visits: pd.DataFrame, which: NDArray[np.bool_], measures: Sequence[str]) -> pd.DataFrame:
    """Return the visits of which something is noted, with ``measures``, those of which it is.

    Parameters
    ----------
    visits
        One row per visit.
    which
        Of which measures of each visit it is, one column each.
    measures
        The names of the measures.
    """
    rows = which.any(axis=1)
    names = np.array(measures, dtype=object)
    return visits[rows].assign(measures=[", ".join(names[each]) for each in which[rows]])


def left_out_lines(left_out: Mapping[str, pd.DataFrame], *, names: bool = True) -> Iterator[str]:
    """Yield a sentence on the visits that are left out, for each reason.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": ["A", "B"], "visit_week": [-2.04, -1.0]})
    >>> list(left_out_lines({"before the baseline": rows}))
    ['2 visits left out: before the baseline: A (week -2), B (week -1)']
    """
    for reason, rows in left_out.items():
        of = f": {_first(_times(rows), rows)}" if names else ""
        yield f"{count_of(len(rows), 'visit')} left out: {reason}{of}"


def schedule_remarks(
    combined: pd.DataFrame,
    lacking: pd.DataFrame,
    joined: pd.DataFrame | None = None,
    late: pd.DataFrame | None = None,
    *,
    names: bool = True,
) -> Iterator[str]:
    """Yield a remark on baselines of several visits, on measures that others have, and on joins.

    Parameters
    ----------
    combined, lacking, joined, late
        As of `tisstats.trial.schedule.Scheduled`.
    names
        Whether the first patients are named.

    Yields
    ------
    str
        One sentence.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": ["A"], "week": [0.0], "visit_week": [0.0]})
    >>> list(schedule_remarks(rows.assign(measures="ck"), rows[:0].assign(measures="")))
    ['the baseline of 1 patient has measures of earlier visits, which its own visit lacks: A (ck)']
    """
    if len(combined):
        of = f": {_first(combined['measures'], combined)}" if names else ""
        yield (
            f"the baseline of {count_of(len(combined), 'patient')} has measures of earlier visits, "
            f"which its own visit lacks{of}"
        )
    if joined is not None and len(joined):
        have = "has" if len(joined) == 1 else "have"
        shown = "week " + joined["week"].round(1).map("{:g}".format) + ": " + joined["measures"]
        of = f": {_first(shown, joined)}" if names else ""
        yield (
            f"{count_of(len(joined), 'visit')} {have} measures of other rows, joined by "
            f"visits.in_window{of}"
        )
    if late is not None and len(late):
        of = f": {_first(late['measures'], late)}" if names else ""
        yield (
            f"the baseline of {count_of(len(late), 'patient')} has measures of rows after the "
            f"first dose, joined by visits.in_window{of}"
        )
    at_baseline = (lacking["week"] == 0).to_numpy(dtype=bool)
    first, later = lacking[at_baseline], lacking[~at_baseline]
    if len(first):
        of = f": {_first(first['measures'], first)}" if names else ""
        yield (
            f"the baseline of {count_of(len(first), 'patient')} lacks a measure that a visit up to "
            'the first dose has; visits.baseline = "last before first dose" takes each measure '
            f"from the last that has it{of}"
        )
    if len(later):
        shown = "week " + later["week"].map("{:g}".format) + ": " + later["measures"]
        what = "1 visit that counts for its week lacks"
        if len(later) > 1:
            what = f"{len(later)} visits that count for their weeks lack"
        of = f": {_first(shown, later)}" if names else ""
        yield f"{what} a measure that another visit in the window has{of}"


def _times(rows: pd.DataFrame) -> pd.Series:
    """Return when visits took place, as the file has it."""
    if "date" in rows:
        return rows["date"].astype(str)
    return "week " + rows["visit_week"].round(1).map("{:g}".format)


def _first(shown: pd.Series, rows: pd.DataFrame) -> str:
    """Return the first patients, each with what is shown of it, and how many more there are."""
    named = (rows["patient_id"].astype(str) + " (" + shown + ")").tolist()
    return first_few(named, _MOST_NAMED)
