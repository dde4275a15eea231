"""Which visit is the baseline, and which scheduled week a visit belongs to.

The visits of all patients are placed at once, week by week: studies have more patients than weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.measures.core_set import CORE_SETS, ENZYMES, INDISPENSABLE, CoreSet
from tisstats.tables import TableSource
from tisstats.trial.joined_rows import SAME_DAYS, conflict_faults, join_rows
from tisstats.trial.schedule_notes import noted
from tisstats.trial.study_sections import DAYS_PER_WEEK, Schedule

_Which = NDArray[np.bool_]
_Days = NDArray[np.float64]

#: Visits that are not used although they lie in a window, or among those for the baseline.
_LESS = "with less of what a score needs"
_UP_TO_DOSE = f"up to the first dose, {_LESS} than the baseline"
_OVERTAKEN = f"between its week and the visit that counts, {_LESS}"
_IN_WINDOW = "in the window of a week for which another visit counts"


@dataclass(slots=True, eq=False)
class Scheduled:
    """Visits by scheduled week."""

    visits: pd.DataFrame
    #: rows to analyse: ``week``, the scheduled one or, of an unscheduled visit, its own;
    #: ``visit_week``, its own; ``scheduled``; ``row``, the row of the table as it was
    dropped: pd.DataFrame
    #: rows after the baseline that are left out; columns as in `visits`
    left_out: dict[str, pd.DataFrame]
    #: all rows that are left out, by the reason in words
    combined: pd.DataFrame
    #: baselines with values of earlier visits: rows with ``measures``, those of such values
    lacking: pd.DataFrame
    #: rows that count for their week without ``measures`` that another visit has: at week 0 one up
    #: to the first dose, at a later week one in its window
    joined: pd.DataFrame
    #: visits with ``measures`` of other rows, where rows are joined
    late: pd.DataFrame
    #: those up to the first dose with ``measures`` of rows after it
    faults: list[Fault]  #: what is ambiguous

    @property
    def not_used(self) -> dict[str, int]:
        """How many visits are left out, by the reason in words."""
        return {reason: len(rows) for reason, rows in self.left_out.items()}


def schedule_visits(
    visits: pd.DataFrame,
    measures: Sequence[str],
    schedule: Schedule,
    source: TableSource,
    core_set: CoreSet = "imacs",
    *,
    scored: Sequence[str] | None = None,
) -> Scheduled:
    """Choose each patient's baseline, and assign later visits to the scheduled weeks.

    Of several visits in the window of a scheduled week, those with what every score needs come
    first, then those with more measures of the core set, then the nearest: a row of laboratory
    values does not displace a visit. The others are unscheduled; but one between the visit that
    counts and its week is left out, since the two would change places, or be at the same time. Two
    that are equally near with as many measures are ambiguous: that is a fault, as are two visits of
    a patient at the same time.

    The last baseline before the first dose is that of each measure, as CDISC has a baseline of each
    parameter: what the last visit with any measure lacks, the last earlier one that has it gives.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row per visit: ``patient_id``, ``week`` (a number, from the first dose on), the measures
        and, where the table has dates, ``date``; index from 0.
    measures : sequence of str
        The columns of measures, of which the baseline may be of several visits.
    schedule : Schedule
        Scheduled weeks, windows and the rule of the baseline.
    source : TableSource
        File and lines of the table, for faults.
    core_set : {"imacs", "printo"}
        Core set whose measures a score needs.
    scored : sequence of str, optional
        The columns of measures of which the score is made; by default all measures.

    Where rows are joined (``in_window`` of the schedule), those in one window, or at the same time,
    are one visit first, as far as the rule of the baseline leaves them: its time is that of the row
    that would count, and each measure is that of the row that has it. Rows that differ in a measure
    are a fault.

    Returns
    -------
    Scheduled
        With the visits in order of patient and week.

    Examples
    --------
    >>> schedule = Schedule((0, 4, 12), 7, "week", "last before first dose", "keep", 0)
    >>> visits = pd.DataFrame({"patient_id": "A", "week": [-2, -0.5, 4.5, 9]})
    >>> visits["haq"] = [2.0, 1.0, 1.0, 0.0]
    >>> found = schedule_visits(visits, ["haq"], schedule, TableSource())
    >>> found.visits[["week", "visit_week", "haq"]].to_numpy().tolist()
    [[0.0, -0.5, 1.0], [4.0, 4.5, 1.0], [9.0, 9.0, 0.0]]
    >>> found.not_used
    {'before the baseline': 1}
    """
    content = _content(visits, measures if scored is None else scored, core_set)
    # Of joined rows there is one visit in a window: how much it has makes no difference.
    timed, gained, late, faults = _joined(
        _TimedVisits.of(visits, measures, content), schedule, source
    )
    repeated = timed.at_same_time()
    message = "must not be the time of another visit of the patient"
    faults += _faults(visits, timed.rows(repeated), message, source, schedule.time)
    single = ~timed.of_patients(repeated)
    timed, gained, late = timed.take(single), gained[single], late[single]

    baseline, ties = timed.baselines(schedule)
    later = timed.later_than(baseline)
    weeks, scheduled = timed.days / DAYS_PER_WEEK, baseline.copy()
    weeks[baseline] = 0
    ties_of = {0.0: ties}
    whole = schedule.baseline == "week 0"
    in_window = _in_window(np.abs(timed.days), schedule, 0) & whole
    lacking = timed.lacking(baseline, timed.up_to_dose) & whole
    overtaken = np.zeros_like(baseline)
    for week in schedule.weeks[1:]:
        distance = np.abs(timed.days - week * DAYS_PER_WEEK)
        near = later & _in_window(distance, schedule, week)
        chosen, ties_of[week] = timed.nearest(near, distance, timed.content)
        weeks[chosen], scheduled[chosen] = week, True
        overtaken |= near & timed.between(chosen, week * DAYS_PER_WEEK)
        in_window |= near
        lacking |= timed.lacking(chosen, near)
    for week, ties in ties_of.items():
        message = f"another visit of the patient is as near to week {week:g}: which one counts?"
        faults += _faults(visits, timed.rows(ties), message, source, schedule.time)

    placed = timed.visits.assign(visit_week=timed.visits["week"], week=weeks, scheduled=scheduled)
    early, seen = ~baseline & ~later, timed.of_patients(baseline)
    combined, unused = np.zeros_like(lacking), early & seen
    if schedule.baseline == "mean before first dose":
        placed, unused = timed.with_means(placed, baseline, ~later), np.zeros_like(unused)
    elif schedule.baseline == "last before first dose":
        placed, combined, gave = timed.with_last(placed, baseline)
        unused &= ~gave
    after = timed.after(baseline)
    dropped = later & ~scheduled & ((schedule.unscheduled == "drop") | overtaken)
    reasons = {
        "before the first dose, without a baseline": early & ~seen,
        "before the baseline": unused & ~after,
        _UP_TO_DOSE: unused & after,
        _OVERTAKEN: dropped & overtaken,
        _IN_WINDOW: dropped & in_window & ~overtaken,
        "outside of all windows": dropped & ~in_window & ~overtaken,
    }
    return Scheduled(
        placed[~early & ~dropped].reset_index(drop=True),
        placed[dropped].reset_index(drop=True),
        {reason: placed[which] for reason, which in reasons.items() if which.any()},
        noted(placed, combined, timed.measures),
        noted(placed, lacking, timed.measures),
        noted(placed, gained, timed.measures),
        noted(placed, late, timed.measures),
        faults,
    )


def _joined(
    timed: _TimedVisits, schedule: Schedule, source: TableSource
) -> tuple[_TimedVisits, _Which, _Which, list[Fault]]:
    """Return the visits with rows joined, which measures are of other rows, and conflicts.

    Third is which measures of visits up to the first dose are of rows after it.
    """
    if schedule.in_window == "choose" or not len(timed.days):
        none = np.zeros_like(timed.known)
        return timed, none, none, []
    weeks, groups = timed.rows_of_one_visit(schedule)
    distance = np.nan_to_num(np.abs(timed.days - weeks * DAYS_PER_WEEK))
    order = np.lexsort((distance, -timed.content))
    values = timed.visits[timed.measures].to_numpy(dtype=float, na_value=np.nan)
    found = join_rows(values, groups, order)
    names, rows = timed.measures, timed.visits["row"].to_numpy(dtype=np.int64)
    faults = conflict_faults(found, names, rows, weeks, timed.days, source)
    given = dict(zip(names, found.values.T, strict=True))
    visits = timed.visits.assign(**given)
    joined = replace(timed, visits=visits, known=~np.isnan(found.values)).take(found.kept)
    late = found.gained & timed.up_to_dose[:, None] & ~timed.up_to_dose[found.of_row]
    return joined, found.gained[found.kept], late[found.kept], faults


def _content(visits: pd.DataFrame, measures: Sequence[str], core_set: CoreSet) -> NDArray[np.int64]:
    """Return how much of what a score needs each visit has: more is a larger number."""
    groups = [[name] for name in CORE_SETS[core_set] if name in measures]
    if "enzyme" in CORE_SETS[core_set]:  # any of them is one measure
        groups.append([name for name in ENZYMES if name in measures])
    found = np.zeros(len(visits), dtype=np.int64)
    known = {name: pd.notna(visits[name].array) for name in measures}
    for columns in groups:
        if columns:
            found += np.any([known[name] for name in columns], axis=0)
    needed = INDISPENSABLE[core_set]
    if set(needed) <= set(measures):
        with_score = np.all([known[name] for name in needed], axis=0)
        found[with_score] += len(groups)  # so that it comes before any without
    return found


def _faults(
    visits: pd.DataFrame, rows: NDArray[np.int64], message: str, source: TableSource, time: str
) -> list[Fault]:
    bad = np.zeros(len(visits), dtype=bool)
    bad[rows] = True
    return source.faults(bad, time, message, visits[time])


def _in_window(distance: _Days, schedule: Schedule, week: float) -> _Which:
    return distance <= schedule.window_of(week) + SAME_DAYS


@dataclass(frozen=True, slots=True, eq=False)
class _TimedVisits:
    """Visits in order of patient and time. Each result has one element per visit."""

    visits: pd.DataFrame  #: with ``row``, the row of the table as it was
    patients: NDArray[np.intp]  #: number of each visit's patient
    days: _Days  #: from the first dose on
    content: NDArray[np.int64]  #: how much each has of what a score needs
    known: _Which  #: which measures each has, one column each
    measures: list[str]  #: the columns of measures

    @classmethod
    def of(
        cls, visits: pd.DataFrame, measures: Sequence[str], content: NDArray[np.int64]
    ) -> _TimedVisits:
        patients, _ = pd.factorize(visits["patient_id"])
        weeks = visits["week"].to_numpy(dtype=float)
        order = np.lexsort((weeks, patients))
        table = visits.assign(row=np.arange(len(visits))).iloc[order].reset_index(drop=True)
        days = weeks[order] * DAYS_PER_WEEK
        known = np.array([pd.notna(table[name].array) for name in measures], dtype=bool)
        known = known.reshape(len(measures), len(table)).T
        return cls(table, patients[order], days, content[order], known, list(measures))

    def take(self, which: _Which) -> _TimedVisits:
        """Return some of the visits."""
        return _TimedVisits(
            self.visits[which].reset_index(drop=True),
            self.patients[which],
            self.days[which],
            self.content[which],
            self.known[which],
            self.measures,
        )

    @property
    def up_to_dose(self) -> _Which:
        """Which visits are before or at the first dose."""
        return self.days <= SAME_DAYS

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
        found[1:] = (np.diff(self.patients) == 0) & (np.diff(self.days) < SAME_DAYS)
        return found

    def rows_of_one_visit(self, schedule: Schedule) -> tuple[_Days, NDArray[np.int64]]:
        """Return the week in whose window each row lies, nan without one, and its group.

        Up to the first dose the rule of the baseline decides, where that is not the visit at week
        0, on all rows but those at the same time.
        """
        weeks = np.full(len(self.days), np.nan)
        for week in schedule.weeks:
            distance = np.abs(self.days - week * DAYS_PER_WEEK)
            near = _in_window(distance, schedule, week)
            # Windows do not overlap: that of a later week does not reach the first dose.
            weeks[near & (week > 0 or schedule.baseline == "week 0")] = week
        times = np.cumsum(~self.at_same_time())  # a number for each time of each patient
        alone = np.isnan(weeks)
        keys = pd.MultiIndex.from_arrays(
            [self.patients, np.where(alone, -1.0, weeks), np.where(alone, times, 0)]
        )
        groups, _ = pd.factorize(keys)
        return weeks, groups.astype(np.int64)

    def baselines(self, schedule: Schedule) -> tuple[_Which, _Which]:
        """Return the baseline of each patient who has one, and visits as near to week 0."""
        if schedule.baseline == "week 0":
            distance = np.abs(self.days)
            return self.nearest(_in_window(distance, schedule, 0), distance, self.content)
        anything = np.asarray(self.known.any(axis=1), dtype=np.int64)
        return self.nearest(self.up_to_dose, -self.days, anything)

    def after(self, baseline: _Which) -> _Which:
        """Return the visits after the patient's baseline; without one, all."""
        row = np.full(self.patients.max(initial=-1) + 1, -1)
        row[self.patients[baseline]] = np.flatnonzero(baseline)
        return np.arange(len(self.days)) > row[self.patients]

    def later_than(self, baseline: _Which) -> _Which:
        """Return the visits after the first dose and the patient's baseline.

        Without a baseline, those from the first dose on.
        """
        seen = self.of_patients(baseline)
        return np.where(seen, self.after(baseline) & ~self.up_to_dose, ~(self.days < 0))

    def nearest(
        self, near: _Which, distance: _Days, content: NDArray[np.int64]
    ) -> tuple[_Which, _Which]:
        """Return each patient's nearest of the visits with most content, and a second as near."""
        at = np.flatnonzero(near)
        at = at[np.lexsort((distance[at], -content[at], self.patients[at]))]
        others = np.diff(self.patients[at]) == 0  # than the first of each patient
        first = np.concatenate([[True], ~others])[: len(at)]
        ties = first[:-1] & others & (np.diff(content[at]) == 0)
        ties &= np.diff(distance[at]) < SAME_DAYS
        nearest, second = np.zeros((2, len(near)), dtype=bool)
        nearest[at[first]] = True
        second[at[1:][ties]] = True
        return nearest, second

    def between(self, chosen: _Which, day: float) -> _Which:
        """Return the visits from a day to the patient's chosen visit, both included."""
        at = np.full(self.patients.max(initial=-1) + 1, np.nan)
        at[self.patients[chosen]] = self.days[chosen]
        mine = at[self.patients]
        from_first = self.days >= np.minimum(mine, day) - SAME_DAYS
        return from_first & (self.days <= np.maximum(mine, day) + SAME_DAYS)

    def lacking(self, chosen: _Which, near: _Which) -> _Which:
        """Return which measures chosen visits lack that others near of the patient have."""
        had = np.zeros((self.patients.max(initial=-1) + 1, len(self.measures)), dtype=bool)
        np.logical_or.at(had, self.patients[near], self.known[near])
        return had[self.patients] & ~self.known & chosen[:, None]

    def with_last(
        self, placed: pd.DataFrame, baseline: _Which
    ) -> tuple[pd.DataFrame, _Which, _Which]:
        """Return visits whose baselines have each measure's last value up to them.

        With which values are of earlier visits, and which visits gave some.
        """
        rows = np.arange(len(self.days))
        at = pd.DataFrame(np.where(self.known, rows[:, None].astype(float), np.nan))
        last = at.groupby(self.patients).ffill().fillna(-1).to_numpy(dtype=np.int64)
        earlier = (last >= 0) & (last < rows[:, None]) & baseline[:, None]
        gave = np.zeros_like(baseline)
        gave[last[earlier]] = True
        numbers = placed[self.measures].astype(float)
        values = numbers.to_numpy().copy()
        into, column = np.nonzero(earlier)
        values[into, column] = values[last[earlier], column]
        given = dict(zip(self.measures, values.T, strict=True))
        return placed.assign(**given), earlier, gave

    def with_means(self, placed: pd.DataFrame, baseline: _Which, averaged: _Which) -> pd.DataFrame:
        """Return visits whose baselines have the means of the patient's visits up to them."""
        names = self.measures
        means = placed.loc[averaged, names].groupby(self.patients[averaged]).mean()
        numbers = placed[names].astype(float)
        numbers[baseline] = means.loc[self.patients[baseline]].to_numpy()
        return placed.assign(**{name: numbers[name] for name in names})
