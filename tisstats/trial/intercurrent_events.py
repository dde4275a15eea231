"""When rescue medication, early stops and deaths happened, among the visits of a trial's patients.

They are read from the tables of a trial in one place, for every endpoint and every time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import equals
from tisstats.trial.deaths import died_later, own_death_weeks, stop_weeks
from tisstats.trial.description import RESCUE, SAME_WEEK

#: By how many weeks an event that is not at a visit is kept apart from its neighbours.
_APART = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class IntercurrentEvents:
    """Weeks of what happened to each patient, shape (patients,), nan where it did not."""

    rescue_week: NDArray[np.float64]  #: of the first rescue medication
    stop_week: NDArray[np.float64]  #: of the early stop, which a death can be
    death_week: NDArray[np.float64]  #: of the death


def intercurrent_events(analysis: Analysis) -> IntercurrentEvents:
    """Return the events of the analysed patients; `Courses.of` says how they are read."""
    patients, weeks = analysis.analysed, analysis.weeks
    visit = np.isfinite(weeks)
    last = np.max(np.where(visit, weeks, -np.inf), axis=1, initial=-np.inf)
    ends = analysis.patients["end_week"].to_numpy(dtype=np.float64, na_value=np.nan)
    # Every analysed patient has a baseline.
    ends = np.where(np.isnan(ends), last, ends)
    own, given = own_death_weeks(patients), stop_weeks(patients)
    ended_by_death, later = equals(patients, "end_reason", "death"), died_later(patients)
    stop = np.where(ended_by_death & np.isfinite(own), own, ends)
    stop = np.where(analysis.discontinued(), stop, np.nan)
    stop = np.where(np.isnan(given), stop, given)
    rescue = _first_rescues(analysis, stop)
    death = np.where(np.isnan(own), np.where(ended_by_death, stop, np.nan), own)
    if "visit_week" not in analysis.visits:
        return IntercurrentEvents(rescue, stop, death)
    recorded = np.full(weeks.shape, np.nan)
    # Visits are in the order of their patients and weeks, as the cells of the grid are.
    recorded[visit] = analysis.visits["visit_week"].to_numpy(dtype=np.float64)
    placed = among_visits(stop, recorded, weeks, scheduled=True)
    after = among_visits(np.where(later, own, np.nan), recorded, weeks, scheduled=True)
    # Where both weeks are recorded, the death stays after the stop, if it was.
    least = placed + np.where(given < own - SAME_WEEK, _APART / 2, 0)
    return IntercurrentEvents(
        rescue_week=among_visits(rescue, recorded, weeks),
        stop_week=placed,
        death_week=np.where(later, np.fmax(after, least), np.where(ended_by_death, placed, np.nan)),
    )


def _first_rescues(analysis: Analysis, stop: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the week of the first rescue medication, as recorded."""
    if not analysis.trial.description.treatments_recorded:
        stopped_for_it = equals(analysis.analysed, "end_reason", "rescue_medication")
        return np.where(stopped_for_it, stop, np.nan)
    treatments = analysis.trial.treatments
    rescue = treatments[(treatments["treatment"] == RESCUE).to_numpy(dtype=bool)]
    first = rescue.groupby("patient_id")["week"].min()
    found = first.reindex(analysis.patients["patient_id"].to_numpy(dtype=object))
    return found.to_numpy(dtype=np.float64, na_value=np.nan)


def among_visits(
    events: NDArray[np.float64],
    recorded: NDArray[np.float64],
    weeks: NDArray[np.float64],
    *,
    scheduled: bool = False,
) -> NDArray[np.float64]:
    """Return weeks of events that lie among visits at their weeks as they did when recorded.

    Parameters
    ----------
    events
        Weeks, nan without an event, shape (patients,).
    recorded, weeks
        When visits took place, and the weeks that they belong to, shape (patients, visits).
    scheduled
        Whether an event may also be at a visit by having the week that it belongs to.

    Examples
    --------
    A visit of week 24 took place in week 25.

    >>> recorded, weeks = np.array([[0.0, 25.0]] * 3), np.array([[0.0, 24.0]] * 3)
    >>> among_visits(np.array([24.5, 25.0, 26.0]), recorded, weeks).round(2).tolist()
    [24.0, 24.0, 26.0]
    >>> among_visits(np.array([24.5]), recorded[:1], weeks[:1]).item() < 24
    True
    """
    at = events[:, None]
    together = np.abs(recorded - at) <= SAME_WEEK
    if scheduled:
        named = np.abs(weeks - at) <= SAME_WEEK
        together = np.where(np.any(named, axis=1, keepdims=True), named, together)
    before, after = recorded < at, recorded > at
    since = np.max(np.where(before, weeks, -np.inf), axis=1, initial=-np.inf)
    until = np.min(np.where(after, weeks, np.inf), axis=1, initial=np.inf)
    between = np.maximum(np.clip(events, since + _APART, until - _APART), 0)
    visit_week = np.sum(np.where(together, weeks, 0), axis=1)
    return np.where(np.any(together, axis=1), visit_week, between)
