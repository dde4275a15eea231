"""The time to the first response in each arm of a study, as its endpoint declares it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from tisstats.statistics import CumulativeIncidence, at_risk_table, cumulative_incidence
from tisstats.trial.columns import Mask, ThreeValued
from tisstats.trial.courses import SAME_WEEK, Courses
from tisstats.trial.response_times import (
    CAUSES,
    Ended,
    MissingVisit,
    ResponseTimes,
    time_to_first_response,
)
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import study_courses

#: Code of a response among `CAUSES`.
RESPONSE = 1

_EXTREMES: tuple[MissingVisit, MissingVisit] = ("worst case", "best case")


@dataclass(frozen=True, slots=True)
class IncidenceEstimate:
    """The cumulative incidence of a response in one week."""

    week: float  #: week
    at_risk: int  #: patients under observation, without response, just before the week
    estimate: float  #: cumulative incidence up to the week, 0 to 1; nan where not known any more
    low: float  #: lower pointwise confidence limit; nan where there is none
    high: float  #: upper pointwise confidence limit; nan where there is none


@dataclass(frozen=True, slots=True, eq=False)
class ArmResponses:
    """The times to the first response of the patients of one arm."""

    arm: str  #: name of the arm
    label: str  #: its label
    times: ResponseTimes  #: time, cause and end of each patient
    incidence: CumulativeIncidence | None  #: of each cause; None in an arm without patients
    #: with all open visits taken as no response, and all as one; None unless bounds are asked for
    either: tuple[CumulativeIncidence, CumulativeIncidence] | None

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len(self.times.time)

    @property
    def known_until(self) -> float:
        """The last week in which the incidence of a response is known; inf if it stays known."""
        if self.incidence is None or not self.incidence.censored[-1]:
            return np.inf
        return float(self.incidence.times[-1])

    def ended_by(self) -> Mapping[Ended, int]:
        """Count the patients by what ended their time; the counts add up to the patients."""
        counts = Counter(self.times.ended_by.tolist())
        return {reason: counts[reason] for reason in get_args(Ended)}

    def counts(self, weeks: Sequence[float], causes: Mapping[int, str]) -> pd.DataFrame:
        """Count patients at risk, with each cause and censored, up to and including given weeks.

        Parameters
        ----------
        weeks : sequence of float
            Weeks, ascending.
        causes : mapping of int to str
            Causes to count, with their names, of `CAUSES`.

        Returns
        -------
        pandas.DataFrame
            As `tisstats.at_risk_table` returns it, cumulative; all zero in an arm without patients.
        """
        if self.incidence is None:
            columns = ["at_risk", *(f"events_{name}" for name in causes.values()), "censored"]
            return pd.DataFrame({"time": weeks, **dict.fromkeys(columns, 0)})
        return at_risk_table(self.times.time, self.times.cause, weeks, cause_names=causes)

    def at(self, week: float, confidence_level: float) -> IncidenceEstimate:
        """Evaluate the cumulative incidence of a response in a week.

        Limits are pointwise log-log limits with Gray's variance, see
        `tisstats.CumulativeIncidence.confidence_interval`; an incidence of 0 or 1 has none.
        """
        if self.incidence is None:
            return IncidenceEstimate(week, 0, np.nan, np.nan, np.nan)
        estimate = _incidence(self.incidence, week)
        at_risk = self.incidence.at(week).at_risk
        low = high = np.nan
        reached = self.incidence.times <= week + SAME_WEEK
        if np.isfinite(estimate) and RESPONSE in self.incidence.causes and np.any(reached):
            limits = self.incidence.confidence_interval(RESPONSE, confidence_level)
            last = np.flatnonzero(reached)[-1]
            low, high = float(limits.low[last]), float(limits.high[last])
        return IncidenceEstimate(week, at_risk, estimate, low, high)

    def if_open_visits_are(self, week: float) -> tuple[float, float] | None:
        """Return the incidence with all open visits as no response, and with all as a response.

        None unless the endpoint asks for bounds. These are not bounds: a response weighs more once
        others are censored, so that one that comes later, or some open visits as responses and
        others not, can give less than the first and more than the second.
        """
        if self.either is None:
            return None
        none, every = (_incidence(curves, week) for curves in self.either)
        return none, every


def responses_by_arm(data: StudyData) -> list[ArmResponses]:
    """Derive the time to the first response in each arm, up to the week of the endpoint.

    Threshold, week, strategy for rescue medication and early stops, and the rule for missing
    scores are those of the endpoint. By its rule "bounds" the time of a patient ends at the visit
    before the first open score, and `ArmResponses.if_open_visits_are` gives the incidence with
    all open visits taken as no response, and as responses.

    Parameters
    ----------
    data : StudyData
        A study with its rows.

    Returns
    -------
    list of ArmResponses
        In the order of the description.

    Notes
    -----
    Conditions that the endpoint adds, "without rescue medication" and "without confirmed
    deterioration", are about a response at a week and do not enter the time.

    References
    ----------
    See `time_to_first_response` and `tisstats.cumulative_incidence`.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> active, placebo = responses_by_arm(StudyData.read(example_folder()))
    >>> active.ended_by()["response"], active.ended_by()["last visit"]
    (5, 1)
    >>> active.counts([0, 4, 24], {RESPONSE: "response"})
       time  at_risk  events_response  censored
    0   0.0        6                0         0
    1   4.0        6                4         1
    2  24.0        0                5         1
    >>> round(placebo.at(24, 0.95).estimate, 3)
    0.167
    """
    bounds = data.study.endpoint.missing == "bounds"
    everybody = study_courses(data)
    found = []
    for name, label in data.study.arms.items():
        courses = _members(everybody, (data.analysis.patients["arm"] == name).to_numpy(dtype=bool))
        times = _times(data, courses, _missing(data))
        either = None
        if bounds and len(times.time):
            ends = reversed(_EXTREMES) if data.study.endpoint.words.unfavourable else _EXTREMES
            none, every = (_curves(_times(data, courses, rule)) for rule in ends)
            either = none, every
        curves = _curves(times) if len(times.time) else None
        found.append(ArmResponses(name, label, times, curves, either))
    return found


def study_times(data: StudyData) -> ResponseTimes:
    """Derive the time to the first response of every analysed patient, as `responses_by_arm` does.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> int(study_times(StudyData.read(example_folder())).event.sum())
    6
    """
    return _times(data, study_courses(data), _missing(data))


def competing_causes(data: StudyData) -> dict[int, str]:
    """Return the causes that compete with a response by the strategy of the endpoint.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> competing_causes(StudyData.read(example_folder()))
    {}
    """
    plan = data.study.endpoint
    on_treatment = plan.intercurrent == "while on treatment"
    # By treatment policy, where what is reached is unfavourable, a death is the outcome itself.
    ignored = plan.intercurrent == "treatment policy" and not plan.words.unfavourable
    competing = ["rescue medication", "stopped early"] * on_treatment
    competing += ["death"] * (data.some_died and (on_treatment or ignored))
    return {code: name for code, name in CAUSES.items() if name in competing}


def _missing(data: StudyData) -> MissingVisit:
    """Return the rule for missing scores: by bounds, a time ends where a score is open."""
    missing = data.study.endpoint.missing
    return "unknown" if missing == "bounds" else missing


def _times(data: StudyData, courses: Courses, missing: MissingVisit) -> ResponseTimes:
    endpoint = data.study.endpoint
    return time_to_first_response(
        courses,
        endpoint.as_endpoint().threshold,
        endpoint.week,
        intercurrent=endpoint.intercurrent,
        missing=missing,
        rescue_in_week_of_visit=endpoint.rescue_in_week_of_visit,
        unfavourable=endpoint.words.unfavourable,
    )


def _members(courses: Courses, members: Mask) -> Courses:
    """Return the courses of some of the patients."""
    grids = ("weeks", "score_low", "score_high", "rescue_week", "stop_week", "death_week")
    return replace(
        courses,
        worse=ThreeValued(courses.worse.yes[members], courses.worse.no[members]),
        **{name: getattr(courses, name)[members] for name in grids},
    )


def _curves(times: ResponseTimes) -> CumulativeIncidence:
    return cumulative_incidence(times.time, times.cause)


def _incidence(curves: CumulativeIncidence, week: float) -> float:
    point = curves.at(week)
    # Without any response the cause does not occur, and the incidence is 0 as long as it is known.
    if RESPONSE in point.estimate:
        return point.estimate[RESPONSE]
    beyond = week > curves.times[-1] + SAME_WEEK and curves.censored[-1] > 0
    return float("nan") if beyond else 0.0
