"""Which visit is the baseline, and which scheduled week a visit belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tisstats.errors import Fault
from tisstats.tables import TableSource
from tisstats.trial.study import DAYS_PER_WEEK, Schedule

#: Visits that lie nearer to each other than this many days are at the same time.
_SAME_DAYS = 1e-6


@dataclass(slots=True, eq=False)
class Scheduled:
    """Visits by scheduled week."""

    visits: pd.DataFrame
    #: rows to analyse: ``week``, the scheduled one or, of an unscheduled visit, its own;
    #: ``visit_week``, its own; ``scheduled``; ``row``, the row of the table as it was
    not_used: dict[str, int] = field(default_factory=dict)
    #: how many visits are left out, by the reason in words
    faults: list[Fault] = field(default_factory=list)  #: what is ambiguous


def schedule_visits(
    visits: pd.DataFrame, measures: Sequence[str], schedule: Schedule, source: TableSource
) -> Scheduled:
    """Choose each patient's baseline, and assign later visits to the scheduled weeks.

    Of several visits in the window of a scheduled week, the nearest is the scheduled one, and the
    others are unscheduled. Two that are equally near are ambiguous: that is a fault, as are two
    visits of a patient at the same time.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row per visit: ``patient_id``, ``week`` (a number, from the first dose on) and the
        measures; index from 0.
    measures : sequence of str
        The columns of measures, which a mean baseline averages.
    schedule : Schedule
        Scheduled weeks, windows and the rule of the baseline.
    source : TableSource
        File and lines of the table, for faults.

    Returns
    -------
    Scheduled
        With the visits in order of patient and week.

    Examples
    --------
    >>> schedule = Schedule((0, 4, 12), 7, "week", "last before first dose", "keep", 0)
    >>> visits = pd.DataFrame({"patient_id": "A", "week": [-2, -0.5, 4.5, 9], "haq": [2, 1, 1, 0]})
    >>> found = schedule_visits(visits, ["haq"], schedule, TableSource())
    >>> found.visits[["week", "visit_week", "haq"]].to_numpy().tolist()
    [[0.0, -0.5, 1.0], [4.0, 4.5, 1.0], [9.0, 9.0, 0.0]]
    >>> found.not_used
    {'before the baseline': 1}
    """
    found = Scheduled(pd.DataFrame())
    kept: list[pd.DataFrame] = []
    for _, rows in visits.assign(row=np.arange(len(visits))).groupby("patient_id", sort=False):
        mine = rows.sort_values("week", kind="stable")
        kept.append(_of_patient(mine, measures, schedule, source, found))
    if kept:
        found.visits = pd.concat(kept, ignore_index=True)
    return found


def _of_patient(
    rows: pd.DataFrame,
    measures: Sequence[str],
    schedule: Schedule,
    source: TableSource,
    found: Scheduled,
) -> pd.DataFrame:
    days = rows["week"].to_numpy(dtype=float) * DAYS_PER_WEEK
    repeated = np.flatnonzero(np.diff(days) < _SAME_DAYS)
    for at in repeated:
        message = "must not be the time of another visit of the patient"
        second = rows.iloc[at + 1]
        found.faults.append(source.fault(message, int(second["row"]), "week", second["week"]))
    if len(repeated):
        return rows.iloc[:0]
    baseline, first = _baseline(rows, days, measures, schedule, source, found)
    later = rows.iloc[first:]
    weeks, is_scheduled = _nominal_weeks(later, days[first:], schedule, source, found)
    later = later.assign(visit_week=later["week"], week=weeks, scheduled=is_scheduled)
    if schedule.unscheduled == "drop":
        _count(found, "outside of all windows", int(np.sum(~is_scheduled)))
        later = later[is_scheduled]
    return pd.concat([baseline, later]) if len(baseline) else later


def _baseline(
    rows: pd.DataFrame,
    days: np.ndarray,
    measures: Sequence[str],
    schedule: Schedule,
    source: TableSource,
    found: Scheduled,
) -> tuple[pd.DataFrame, int]:
    """Return the baseline as one row, or none, and the position of the first later visit."""
    if schedule.baseline == "week 0":
        near = np.flatnonzero(np.abs(days) <= schedule.window_days + _SAME_DAYS)
        chosen = _nearest(near, np.abs(days), rows, 0, source, found)
        # Without a baseline, visits count from the first dose on.
        first = int(np.sum(days < 0)) if chosen is None else chosen + 1
    else:
        near = np.flatnonzero(days <= _SAME_DAYS)
        chosen = int(near[-1]) if len(near) else None
        first = 0 if chosen is None else chosen + 1
    if chosen is None:
        _count(found, "before the first dose, without a baseline", first)
        return rows.iloc[:0], first
    baseline = rows.iloc[[chosen]]
    if schedule.baseline == "mean before first dose":
        means = rows.iloc[: chosen + 1][list(measures)].mean()
        baseline = baseline.assign(**{name: means[name] for name in measures})
    else:
        _count(found, "before the baseline", chosen)
    return baseline.assign(visit_week=baseline["week"], week=0.0, scheduled=True), first


def _nominal_weeks(
    rows: pd.DataFrame,
    days: np.ndarray,
    schedule: Schedule,
    source: TableSource,
    found: Scheduled,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the week of each visit after baseline, and whether it is a scheduled one."""
    weeks = days / DAYS_PER_WEEK
    is_scheduled = np.zeros(len(days), dtype=bool)
    for week in schedule.weeks[1:]:
        distance = np.abs(days - week * DAYS_PER_WEEK)
        near = np.flatnonzero(distance <= schedule.window_days + _SAME_DAYS)
        chosen = _nearest(near, distance, rows, week, source, found)
        if chosen is not None:
            weeks[chosen], is_scheduled[chosen] = week, True
    return weeks, is_scheduled


def _nearest(
    near: np.ndarray,
    distance: np.ndarray,
    rows: pd.DataFrame,
    week: float,
    source: TableSource,
    found: Scheduled,
) -> int | None:
    """Return the position of the nearest of the visits in a window; report two equally near."""
    if not len(near):
        return None
    order = near[np.argsort(distance[near], kind="stable")]
    if len(order) > 1 and distance[order[1]] - distance[order[0]] < _SAME_DAYS:
        message = f"another visit of the patient is as near to week {week:g}: which one counts?"
        second = rows.iloc[order[1]]
        found.faults.append(source.fault(message, int(second["row"]), "week", second["week"]))
    return int(order[0])


def _count(found: Scheduled, reason: str, number: int) -> None:
    if number:
        found.not_used[reason] = found.not_used.get(reason, 0) + number
