"""Response rates of several studies, grouped by what counted as a response, never pooled."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import NamedTuple

from matplotlib.figure import Figure

from tisstats.figures.interval_rows import (
    TextRow,
    common_level,
    draw_rows,
    estimate_and_limits,
)
from tisstats.figures.palette import style
from tisstats.statistics import Interval

#: Stands under every chart of this kind.
NOTE = (
    "Studies differ in endpoint, time, patients and design: do not pool or rank them. "
    "Only the arms of one randomised trial may be compared."
)


class ComparatorRow(NamedTuple):
    """The response in one study, or in one arm of it; a plain tuple does as well."""

    study: str  #: study, with the arm where there are several
    endpoint: str  #: what counted as a response, in the study's own terms
    interval: Interval  #: of the proportion, 0 to 1
    responders: int  #: patients who reached it
    patients: int  #: patients at all
    design: str = ""  #: design and patients, in a few words
    highlighted: bool = False  #: whether to set it apart (the study at hand)
    group: str = ""  #: kind of endpoint; rows of one kind stand together under it


#: What `draw` and `describe` take for a row: all of it, or the first five fields.
Row = ComparatorRow | tuple[str, str, Interval, int, int]


@style()
def draw(rows: Sequence[Row], xlabel: str = "Patients who responded (%)") -> Figure:
    """Draw one row a study: what counted, how many reached it, and the interval.

    Parameters
    ----------
    rows
        Studies from top to bottom; those of one group must stand together.
    xlabel
        What the axis counts, with its unit.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row, a count contradicts its interval, or rows of one group do not stand
        together.
    """
    given = _rows(rows)
    level = common_level([row.interval for row in given])
    return draw_rows(
        [
            TextRow(
                row.study,
                f"{row.responders}/{row.patients}, {_numbers(row, level)}",
                row.interval,
                row.highlighted,
                "\n".join(_details(row)),
                heading,
            )
            for row, heading in zip(given, _headings(given), strict=True)
        ],
        xlabel,
        header="Responders (CI)" if level is None else f"Responders ({level}% CI)",
        note=NOTE,
    )


def describe(rows: Sequence[Row], xlabel: str = "Patients who responded (%)") -> str:
    """Describe the figure in words, for readers who do not see it."""
    given = _rows(rows)
    level = common_level([row.interval for row in given])
    confidence = "confidence intervals" if level is None else f"{level}% confidence intervals"
    parts = [
        f"Chart of {len(given)} response rates with {confidence} "
        f"on one axis from 0 to 100%: {xlabel}."
    ]
    for row, heading in zip(given, _headings(given), strict=True):
        parts += [f"{heading}:"] if heading else []
        mark = ", highlighted" if row.highlighted else ""
        parts.append(
            f"{row.study}{mark}: {row.responders} of {row.patients}, {_numbers(row, level)}; "
            f"{'; '.join(_details(row))}."
        )
    return " ".join([*parts, NOTE])


def _numbers(row: ComparatorRow, level: str | None) -> str:
    return estimate_and_limits(row.interval, 0, level=level is None)


def _details(row: ComparatorRow) -> list[str]:
    return [text for text in (row.endpoint, row.design) if text]


def _headings(rows: Sequence[ComparatorRow]) -> list[str]:
    """Return the group of each row where it begins, and nothing elsewhere."""
    groups = [row.group for row in rows]
    starts = [i == 0 or groups[i] != groups[i - 1] for i in range(len(groups))]
    headings = [group if first else "" for group, first in zip(groups, starts, strict=True)]
    twice = {heading for heading in headings if heading and headings.count(heading) > 1}
    if twice:
        raise ValueError(f"rows of the group {min(twice)!r} do not stand together")
    return headings


def _rows(rows: Sequence[Row]) -> list[ComparatorRow]:
    if not rows:
        raise ValueError("rows is empty; give at least one study")
    given = [ComparatorRow(*row) for row in rows]
    for row in given:
        if not 0 <= row.responders <= row.patients or row.patients == 0:
            raise ValueError(
                f"responders of {row.study!r} is {row.responders} of {row.patients} patients; "
                "give 0 to patients, and 1 patient or more"
            )
        share = row.responders / row.patients
        if not isclose(share, row.interval.estimate, abs_tol=1e-9):
            raise ValueError(
                f"interval of {row.study!r} has the estimate {row.interval.estimate}; "
                f"give that of {row.responders}/{row.patients}, {share}"
            )
    return given
