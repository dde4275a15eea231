"""The primary endpoint of a study: from its description and its rows to everybody's status.

The description names the endpoint (`EndpointPlan`), the rows have the courses. Here they become
an `Endpoint` and `Courses`, which `evaluate` brings together.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tisstats.measures.imacs import WORSENING_RULES, WorseningRule
from tisstats.trial.columns import ThreeValued
from tisstats.trial.courses import Courses
from tisstats.trial.deaths import has_died, recorded_death_weeks
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


def study_courses(data: StudyData) -> Courses:
    """Return the courses of a study's analysed patients, visits at their scheduled weeks.

    They are those of `Courses.of` with the definition of deterioration that the endpoint names, and
    with its criterion in place of the score where it asks for another.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> courses = study_courses(StudyData.read(example_folder()))
    >>> courses.weeks.shape[0], int(np.sum(np.isfinite(courses.stop_week)))
    (12, 2)
    """
    endpoint = data.study.endpoint
    # The same data are also evaluated by other endpoints.
    choices = (endpoint.criterion, endpoint.deterioration, data.study.definitions)
    return data.once(("courses", choices), lambda: _courses(data))


def _courses(data: StudyData) -> Courses:
    rule = data.study.definitions.worsening_rule(data.study.endpoint.deterioration)
    courses = Courses.of(data.analysis, rule)
    met = _met(data)
    return courses if met is None else courses.with_criterion(met)


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
    if np.any(data.analysis.ongoing()):
        sentences.append(
            "An ongoing patient has neither completed the study nor stopped; a visit that is not "
            "due yet counts as missing."
        )
    sentences.append(f"The visit of a scheduled week is {describe_windows(study.visits)}.")
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
            "A death whose own week is recorded is in that week, even after an early stop."
        )
    return sentences
