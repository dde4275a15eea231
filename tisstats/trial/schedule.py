"""Which visit is the baseline, and which scheduled week a visit belongs to.

The visits of all patients are placed at once, week by week: studies have more patients than weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.tables import TableSource
from tisstats.trial.study_sections import DAYS_PER_WEEK, Schedule

#: Visits that lie nearer to each other than this many days are at the same time.
_SAME_DAYS = 1e-6

_Which = NDArray[np.bool_]
_Days = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Scheduled:
    """Visits by scheduled week."""

    visits: pd.DataFrame
    #: rows to analyse: ``week``, the scheduled one or, of an unscheduled visit, its own;
    #: ``visit_week``, its own; ``scheduled``; ``row``, the row of the table as it was
    dropped: pd.DataFrame
    #: rows outside of all windows that the schedule drops; columns as in `visits`
    not_used: dict[str, int]
    #: how many visits are left out, by the reason in words
    faults: list[Fault]  #: what is ambiguous


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
        One row per visit: ``patient_id``, ``week`` (a number, from the first dose on), the measures
        and, where the table has dates, ``date``; index from 0.
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
    timed = _TimedVisits.of(visits)
    repeated = timed.at_same_time()
    message = "must not be the time of another visit of the patient"
    faults = _faults(visits, timed.rows(repeated), message, source, schedule.time)
    timed = timed.without_patients_of(repeated)

    baseline, ties = timed.baselines(schedule)
    later = timed.later_than(baseline)
    weeks, scheduled = timed.days / DAYS_PER_WEEK, baseline.copy()
    weeks[baseline] = 0
    ties_of = {0.0: ties}
    for week in schedule.weeks[1:]:
        distance = np.abs(timed.days - week * DAYS_PER_WEEK)
        nearest, ties_of[week] = timed.nearest(later & _in_window(distance, schedule), distance)
        weeks[nearest], scheduled[nearest] = week, True
    for week, ties in ties_of.items():
        message = f"another visit of the patient is as near to week {week:g}: which one counts?"
        faults += _faults(visits, timed.rows(ties), message, source, schedule.time)

    placed = timed.visits.assign(visit_week=timed.visits["week"], week=weeks, scheduled=scheduled)
    before = ~baseline & ~later
    not_used = {"before the first dose, without a baseline": before & ~timed.of_patients(baseline)}
    if schedule.baseline == "mean before first dose":
        placed = timed.with_means(placed, measures, baseline, ~later)
    else:
        not_used["before the baseline"] = before & timed.of_patients(baseline)
    dropped = later & ~scheduled & (schedule.unscheduled == "drop")
    not_used["outside of all windows"] = dropped
    counts = {reason: int(np.sum(which)) for reason, which in not_used.items() if which.any()}
    used, left_out = (
        placed[which].reset_index(drop=True) for which in (~before & ~dropped, dropped)
    )
    return Scheduled(used, left_out, counts, faults)


def _faults(
    visits: pd.DataFrame, rows: NDArray[np.int64], message: str, source: TableSource, time: str
) -> list[Fault]:
    bad = np.zeros(len(visits), dtype=bool)
    bad[rows] = True
    return source.faults(bad, time, message, visits[time])


def _in_window(distance: _Days, schedule: Schedule) -> _Which:
    return distance <= schedule.window_days + _SAME_DAYS


@dataclass(frozen=True, slots=True, eq=False)
class _TimedVisits:
    """Visits in order of patient and time. Each result has one element per visit."""

    visits: pd.DataFrame  #: with ``row``, the row of the table as it was
    patients: NDArray[np.intp]  #: number of each visit's patient
    days: _Days  #: from the first dose on

    @classmethod
    def of(cls, visits: pd.DataFrame) -> _TimedVisits:
        patients, _ = pd.factorize(visits["patient_id"])
        weeks = visits["week"].to_numpy(dtype=float)
        order = np.lexsort((weeks, patients))
        table = visits.assign(row=np.arange(len(visits))).iloc[order].reset_index(drop=True)
        return cls(table, patients[order], weeks[order] * DAYS_PER_WEEK)

    def rows(self, which: _Which) -> NDArray[np.int64]:
        """Return the rows of some visits in the table as it was."""
        return self.visits["row"].to_numpy()[which]

    def of_patients(self, which: _Which) -> _Which:
        """Return the visits of all patients of whom one visit is among some."""
        found = np.zeros(self.patients.max(initial=-1) + 1, dtype=bool)
        found[self.patients[which]] = True
        return found[self.patients]

    def at_same_time(self) -> _Which:
        """Return the visits at the time of the patient's visit before."""
        found = np.zeros(len(self.days), dtype=bool)
        found[1:] = (np.diff(self.patients) == 0) & (np.diff(self.days) < _SAME_DAYS)
        return found

    def without_patients_of(self, which: _Which) -> _TimedVisits:
        """Return the visits of the patients of whom none is among some."""
        kept = ~self.of_patients(which)
        return _TimedVisits(
            self.visits[kept].reset_index(drop=True), self.patients[kept], self.days[kept]
        )

    def baselines(self, schedule: Schedule) -> tuple[_Which, _Which]:
        """Return the baseline of each patient who has one, and visits as near to week 0."""
        if schedule.baseline == "week 0":
            distance = np.abs(self.days)
            return self.nearest(_in_window(distance, schedule), distance)
        return self.nearest(self.days <= _SAME_DAYS, -self.days)

    def later_than(self, baseline: _Which) -> _Which:
        """Return the visits after the patient's baseline; without one, from the first dose on."""
        after = np.full(self.patients.max(initial=-1) + 1, -1)
        after[self.patients[baseline]] = np.flatnonzero(baseline)
        first = after[self.patients]
        return np.where(first >= 0, np.arange(len(first)) > first, ~(self.days < 0))

    def nearest(self, near: _Which, distance: _Days) -> tuple[_Which, _Which]:
        """Return each patient's nearest of some visits, and a second that is as near."""
        at = np.flatnonzero(near)
        at = at[np.lexsort((distance[at], self.patients[at]))]
        others = np.diff(self.patients[at]) == 0  # than the first of each patient
        first = np.concatenate([[True], ~others])[: len(at)]
        ties = first[:-1] & others & (np.diff(distance[at]) < _SAME_DAYS)
        nearest, second = np.zeros((2, len(near)), dtype=bool)
        nearest[at[first]] = True
        second[at[1:][ties]] = True
        return nearest, second

    def with_means(
        self, placed: pd.DataFrame, measures: Sequence[str], baseline: _Which, averaged: _Which
    ) -> pd.DataFrame:
        """Return visits whose baselines have the means of the patient's visits up to them."""
        names = list(measures)
        means = placed.loc[averaged, names].groupby(self.patients[averaged]).mean()
        numbers = placed[names].astype(float)
        numbers[baseline] = means.loc[self.patients[baseline]].to_numpy()
        return placed.assign(**{name: numbers[name] for name in names})
