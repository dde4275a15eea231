"""The primary endpoint of a study: from its description and its rows to everybody's status.

The description names the endpoint (`EndpointPlan`), the rows have the courses. Here they become
an `Endpoint` and `Courses`, which `evaluate` brings together.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.imacs import WORSENING_RULES, WorseningRule
from tisstats.trial.columns import ThreeValued
from tisstats.trial.courses import SAME_WEEK, Courses
from tisstats.trial.deaths import died_later, has_died, recorded_death_weeks
from tisstats.trial.definitions import (
    describe_disability,
    describe_improvement,
    describe_worsening,
)
from tisstats.trial.endpoints import EndpointResult, evaluate
from tisstats.trial.imacs_counts import disabled_by_visit, improvement_at_visits
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_wording import describe_windows

#: By how many weeks an event that is not at a visit is kept apart from its neighbours.
_APART = 1e-6


def study_courses(data: StudyData) -> Courses:
    """Return the courses of a study's analysed patients, visits at their scheduled weeks.

    Notes
    -----
    An early stop is in the week of the column ``stop_week``, also of a patient who completed the
    study after it, and so is a death that ended the study. Where that is empty, it is the last
    visit of a patient who did not complete. A death is in the week of the column ``death_week``
    where that is given: then it is after the early stop, unless it was itself the end.

    Rescue medication is that of the table of treatments. Without such a table, it is
    known of patients who stopped for it, and is taken as given when they stopped.

    A visit may lie some days off its scheduled week. Rescue medication and early stops stay on the
    side of it on which they were. What happened on the very day of a visit happened in its
    week, as did a stop or a death whose week is given as the scheduled one.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> courses = study_courses(StudyData.read(example_folder()))
    >>> courses.weeks.shape[0], int(np.sum(np.isfinite(courses.stop_week)))
    (12, 2)
    """
    analysis, plan = data.analysis, data.study.endpoint
    courses = Courses.of(analysis, data.study.definitions.worsening_rule(plan.deterioration))
    met = _met(data)
    if met is not None:
        courses = courses.with_criterion(met)
    patients = analysis.patients
    stop, rescue, died = courses.stop_week, courses.rescue_week, np.isfinite(courses.death_week)
    # In courses a death is a stop of those who had none before; here the stops are apart.
    later = died_later(patients)
    if np.any(later):
        ends = patients["end_week"].to_numpy(dtype=np.float64, na_value=np.nan)
        ends = np.where(patients["end_reason"] == "completed", np.nan, ends)
        stop = np.where(later, ends, stop)
    given = np.full(len(patients), np.nan)
    if "stop_week" in patients:
        given = patients["stop_week"].to_numpy(dtype=np.float64, na_value=np.nan)
        stop = np.where(np.isnan(given), stop, given)
    if "treatments" not in data.has:
        stopped_for_it = (patients["end_reason"] == "rescue_medication").to_numpy(dtype=bool)
        rescue = np.where(stopped_for_it, stop, np.nan)
    recorded = np.full(courses.weeks.shape, np.nan)
    # Visits are in the order of their patients and weeks, as the cells of the grid are.
    recorded[np.isfinite(courses.weeks)] = analysis.visits["visit_week"].to_numpy(dtype=np.float64)
    placed = _among_visits(stop, recorded, courses.weeks, scheduled=True)
    death = np.where(died, placed, np.nan)
    if np.any(later):
        weeks = np.where(later, courses.death_week, np.nan)
        after = _among_visits(weeks, recorded, courses.weeks, scheduled=True)
        # Where both weeks are recorded, the death stays after the stop, if it was.
        least = placed + np.where(given < weeks - SAME_WEEK, _APART / 2, 0)
        death = np.where(later, np.fmax(after, least), death)
    return replace(
        courses,
        rescue_week=_among_visits(rescue, recorded, courses.weeks),
        stop_week=placed,
        death_week=death,
    )


def _met(data: StudyData) -> ThreeValued | None:
    """Return whether the criterion is met, shape (patients, visits); None for the score."""
    criterion, definitions = data.study.endpoint.criterion, data.study.definitions
    if criterion == "imacs improvement":
        return improvement_at_visits(data.analysis, definitions.improvement)
    if criterion == "imacs worsening":
        return Courses.of(data.analysis, definitions.worsening).worse
    if criterion == "minimal disability":
        return disabled_by_visit(data.analysis, definitions.disability)
    return None


def _among_visits(
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
    >>> _among_visits(np.array([24.5, 25.0, 26.0]), recorded, weeks).round(2).tolist()
    [24.0, 24.0, 26.0]
    >>> _among_visits(np.array([24.5]), recorded[:1], weeks[:1]).item() < 24
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


def evaluate_study(data: StudyData) -> EndpointResult:
    """Evaluate the primary endpoint of every analysed patient, in their order.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> result = evaluate_study(StudyData.read(example_folder()))
    >>> sum(each.patients for each in result.counts)
    12
    """
    return evaluate(data.study.endpoint.as_endpoint(), study_courses(data))


def describe_study_endpoint(data: StudyData) -> str:
    """Describe the endpoint and how it was read from the rows, in sentences.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_study_endpoint(StudyData.read(example_folder())).partition(".")[0]
    'Total Improvement Score of at least 40 at week 24'
    """
    study = data.study
    plan = study.endpoint
    sentences = [plan.as_endpoint().describe()]
    if criterion := describe_criterion(study):
        sentences.append(criterion)
    if plan.without_confirmed_deterioration:
        found = study.definitions.worsening_rule(plan.deterioration)
        rule = found if isinstance(found, WorseningRule) else WORSENING_RULES[found]
        sentences.append(
            "Deterioration is confirmed if two consecutive visits meet the definition: "
            f"{describe_worsening(replace(rule, consecutive_visits=1))} ({rule.source}). "
            f"Assumptions: {rule.assumed}."
        )
    if uses_events(study):
        sentences += _event_sentences(data)
    elif _undated_deaths(data):
        sentences.append(
            "A death without a recorded week is taken to be in that of the last visit."
        )
    sentences.append(f"To a scheduled week belongs {describe_windows(study.visits)}.")
    return " ".join(sentences)


def describe_criterion(study: Study) -> str:
    """Describe the definition that is met at a visit, with its cut-offs; empty for the score.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> study = Study.read(example_folder())
    >>> describe_criterion(study)
    ''
    >>> worsened = replace(study.endpoint, criterion="minimal disability")
    >>> describe_criterion(replace(study, endpoint=worsened)).partition(",")[0]
    'Minimal disability: a loss of at least 6% of the maximum of the muscle test'
    """
    found = study.definitions
    improvement, worsening, disability = found.improvement, found.worsening, found.disability
    outcome, definition, source, assumed = {
        "score": ("", "", "", ""),
        "imacs improvement": (
            "Improvement",
            describe_improvement(improvement),
            improvement.source,
            improvement.assumed,
        ),
        "imacs worsening": (
            "Worsening, at each visit against baseline",
            describe_worsening(worsening),
            worsening.source,
            worsening.assumed,
        ),
        "minimal disability": (
            "Minimal disability",
            describe_disability(disability),
            disability.source,
            disability.assumed,
        ),
    }[study.endpoint.criterion]
    if not outcome:
        return ""
    assumptions = f" Assumptions: {assumed[:1].lower()}{assumed[1:]}." if assumed else ""
    return f"{outcome}: {definition}. Source: {source}.{assumptions}"


def uses_events(study: Study) -> bool:
    """Return whether rescue medication or an early stop can decide about a response."""
    return study.endpoint.intercurrent != "treatment policy" or study.endpoint.without_rescue


def _undated_deaths(data: StudyData) -> bool:
    """Return whether the week of a death is not recorded."""
    patients = data.analysis.patients
    return bool(np.any(has_died(patients) & np.isnan(recorded_death_weeks(patients))))


def _event_sentences(data: StudyData) -> list[str]:
    sentences = []
    if data.study.visits.time == "date":
        sentences.append(
            "Dates decide whether rescue medication came before a visit or after it: what holds "
            "for the week of a visit holds for its day."
        )
    if "treatments" not in data.has:
        sentences.append(
            "There is no table of treatments: rescue medication is known only as a reason for "
            "stopping early, and is taken as given at the stop."
        )
    if not data.ends_recorded:
        sentences.append("Early stops are not recorded: nobody is taken to have stopped.")
    elif "stop_week" in data.trial.patients:
        sentences.append(
            "Early stops are in the week recorded; without one, at the last visit of a patient who "
            "did not complete the study."
        )
    else:
        sentences.append(
            "The week of an early stop is not recorded, and is taken to be that of the last visit."
        )
    if data.own_death_weeks:
        sentences.append(
            "A death whose own week is recorded is in that week, also after an early stop."
        )
    return sentences
