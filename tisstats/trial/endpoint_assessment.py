"""The assessment of an endpoint: which visits count, what they reach, and the events before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tisstats.trial.columns import Mask, ThreeValued
from tisstats.trial.courses import SAME_WEEK, Courses, at_any_visit, at_consecutive_visits
from tisstats.trial.endpoint_definition import Endpoint

#: A name for each patient.
Names = NDArray[np.object_]


def name_array(name: str) -> Names:
    """Return a name as an array, so that arrays made from it hold text of any length."""
    return np.array(name, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Which visits of each patient count, and which events lie before the assessment."""

    endpoint: Endpoint
    courses: Courses
    allowed: Mask  #: visits that count, shape (patients, visits); neighbours in time
    assessed: Mask  #: the visit of the week among them, at most one a patient
    by_week: NDArray[np.float64]  #: last week in which a deterioration counts, shape (patients,)
    rescued: Mask  #: rescue medication before the assessment, shape (patients,)
    stopped: Mask  #: early stop before the assessment, shape (patients,)
    died: Mask  #: death before the assessment, or before it was due, shape (patients,)
    cut: Mask  #: patients whose last visit on treatment is assessed instead, shape (patients,)

    @classmethod
    def of(cls, endpoint: Endpoint, courses: Courses) -> Setting:
        """Find what counts of the courses by an endpoint."""
        weeks = courses.weeks
        within = courses.follow_up & (weeks <= endpoint.week + endpoint.window + SAME_WEEK)
        planned = np.full(len(weeks), float(endpoint.week))
        last = np.max(np.where(within, weeks, -np.inf), axis=1, initial=-np.inf)
        assessed = _nearest(weeks, endpoint.week, endpoint.window, within)
        if endpoint.at_one_week:
            at = np.where(
                np.any(assessed, axis=1), np.sum(np.where(assessed, weeks, 0), axis=1), planned
            )
        else:
            at = np.maximum(planned, last)
        same_week = endpoint.rescue_in_week_of_visit == "before the visit"
        rescued = courses.rescued_before(at, same_week=same_week)
        stopped = courses.stopped_before(at)
        due = endpoint.week + endpoint.window
        not_assessed = ~np.any(assessed, axis=1) if endpoint.at_one_week else True
        died = courses.died_before(at) | (courses.died_unseen(due, within) & not_assessed)
        allowed, cut = within, np.zeros(len(weeks), dtype=bool)
        if endpoint.intercurrent in ("while on treatment", "hypothetical"):
            off = courses.stopped_before(weeks)
            event = stopped | died
            if not endpoint.without_rescue:
                off |= courses.rescued_before(weeks, same_week=same_week)
                event |= rescued
            allowed = within & ~off
            if endpoint.intercurrent == "while on treatment":
                cut = event
            assessed = np.where(
                cut[:, None],
                _nearest(weeks, np.inf, np.inf, allowed),
                assessed & allowed,
            )
        return cls(
            endpoint=endpoint,
            courses=courses,
            allowed=allowed,
            assessed=assessed,
            by_week=np.maximum(planned, at),
            rescued=rescued,
            stopped=stopped,
            died=died,
            cut=cut,
        )


def _nearest(weeks: NDArray[np.float64], week: float, window: float, among: Mask) -> Mask:
    """Return the visit nearest to a week within the window, the later of two; infinite: the last.

    Shape (patients, visits); at most one visit a patient.
    """
    if np.isinf(week):
        distance = np.where(among, -weeks, np.inf)
    else:
        apart = np.abs(weeks - week)
        distance = np.where(among & (apart <= window + SAME_WEEK), apart, np.inf)
    least = np.min(distance, axis=1, initial=np.inf, keepdims=True)
    # Weeks from dates may be equally near but for rounding.
    near = np.isfinite(distance) & (distance <= least + SAME_WEEK)
    later: NDArray[np.int64] = np.cumsum(near[:, ::-1], axis=1)[:, ::-1]
    nearest: Mask = near & (later == 1)
    return nearest


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Whether the scores are those of a response, and why that is open where it is."""

    met: ThreeValued  #: shape (patients,)
    reason: Names  #: one of `RULES` for each patient, meaningless where it is not open
    #: whether all visits that lack were due before the death, and missed, shape (patients,)
    missed_before: Mask | Literal[False] = False


def _at_week(setting: Setting) -> Score:
    reached = setting.courses.reached_at_visits(setting.endpoint.threshold)
    return Score(at_any_visit(reached, setting.assessed), _gap_or_measures(setting.assessed))


def _gap_or_measures(visits: Mask) -> Names:
    """Return why a score at one of these visits is open: there is none, or measures lack."""
    return np.where(
        np.any(visits, axis=1),
        name_array("missing measures leave the score open"),
        name_array("no visit in the window"),
    )


def _sustained(setting: Setting) -> Score:
    endpoint, weeks = setting.endpoint, setting.courses.weeks
    reached = setting.courses.reached_at_visits(endpoint.threshold)
    at_week = at_any_visit(reached, setting.assessed)
    # One visit does not sustain itself, whatever the windows.
    others = setting.allowed & ~setting.assessed
    visits = [_nearest(weeks, week, endpoint.window, others) for week in endpoint.also_at]
    also = at_any_visit(reached, visits[0])
    for visit in visits[1:]:
        also = also | at_any_visit(reached, visit)
    # Where no visit could have sustained it, missing measures are not the reason.
    measures_lack = np.any(np.any(visits, axis=0) & reached.unknown, axis=1)
    reason = np.where(
        at_week.yes & ~measures_lack,
        name_array("no visit in the window"),
        _gap_or_measures(setting.assessed),
    )
    # A visit at these weeks that stands for the assessment, or was off treatment, was not missed.
    attended = [
        np.any(_nearest(weeks, week, endpoint.window, setting.courses.follow_up), axis=1)
        for week in endpoint.also_at
    ]
    due = max(endpoint.also_at) + endpoint.window + SAME_WEEK
    missed = ~np.any(attended, axis=0) & (due < setting.courses.death_week)
    return Score(at_week & also, reason, np.any(setting.assessed, axis=1) & missed)


def _best(setting: Setting) -> Score:
    reached = setting.courses.reached_at_visits(setting.endpoint.threshold)
    met = at_any_visit(reached, setting.allowed)
    return _followed(setting, met, _gap_or_measures(setting.allowed))


def _confirmed(setting: Setting) -> Score:
    reached = setting.courses.reached_at_visits(setting.endpoint.threshold)
    visits = np.sum(setting.allowed, axis=1)
    if setting.endpoint.confirmed_at == "consecutive visits":
        met = at_consecutive_visits(reached, setting.allowed)
    else:
        met = ThreeValued(
            np.sum(setting.allowed & reached.yes, axis=1) >= 2,
            np.sum(setting.allowed & ~reached.no, axis=1) < 2,
        )
    met = ThreeValued(met.yes, met.no & (visits >= 2))
    reason = np.where(
        visits == 1, name_array("fewer than two visits"), _gap_or_measures(setting.allowed)
    )
    return _followed(setting, met, reason)


def _followed(setting: Setting, met: ThreeValued, reason: Names) -> Score:
    """Return the score with "no" open where visits end before the week, if the endpoint asks."""
    endpoint = setting.endpoint
    if endpoint.early_end == "as observed":
        return Score(met, reason)
    since = endpoint.week - endpoint.window - SAME_WEEK
    seen = np.any(setting.allowed & (setting.courses.weeks >= since), axis=1)
    # Whoever stopped was followed for as long as on treatment.
    early = met.no & ~seen & ~setting.cut
    reason = np.where(early, name_array("visits end before the week"), reason)
    return Score(ThreeValued(met.yes, met.no & ~early), reason)


SCORES = {"at week": _at_week, "best": _best, "sustained": _sustained, "confirmed": _confirmed}
