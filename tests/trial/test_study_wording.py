"""The design of a study in words."""

import re
import tomllib
from dataclasses import astuple, replace
from itertools import product
from typing import get_args

import pytest

from tests.trial.studies import make_study, with_decimal_points
from tisstats.trial import endpoint_definition, study_wording
from tisstats.trial.outcome_words import MINIMAL_DISABILITY, RESPONSE, WORSENING
from tisstats.trial.study import Study
from tisstats.trial.study_sections import Schedule
from tisstats.trial.study_wording import describe_days, scale_notes
from tisstats.trial.template import example_folder


@pytest.mark.parametrize("words", [RESPONSE, WORSENING, MINIMAL_DISABILITY])
def test_outcomes_are_called_by_words(words):
    texts = [value for value in astuple(words) if isinstance(value, str)]
    assert len(texts) > 8
    assert not [text for text in texts if re.search("[^A-Za-z, %-]", text)]


@pytest.fixture(scope="module")
def example():
    return Study.read(example_folder())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "at week 24"),
        ({"week": 12.5, "kind": "best"}, "at any visit up to week 12.5"),
        ({"kind": "confirmed"}, "at two consecutive visits up to week 24"),
        ({"kind": "sustained", "also_at": (4, 12)}, "at week 24 and at week 4 or 12"),
        ({"without_rescue": True}, "at week 24, without rescue medication"),
        (
            {"without_rescue": True, "without_confirmed_deterioration": True},
            "at week 24, without rescue medication or confirmed deterioration",
        ),
    ],
)
def test_every_kind_of_endpoint_has_words(example, changes, words):
    plan = replace(example.endpoint, **changes)
    described = study_wording.describe_endpoint(plan)
    assert described == f"Total Improvement Score of at least 40 {words}"


def test_every_strategy_and_rule_has_words(example):
    both = product(get_args(endpoint_definition.Strategy), get_args(endpoint_definition.Missing))
    for strategy, missing in both:
        plan = replace(example.endpoint, intercurrent=strategy, missing=missing)
        assert study_wording.describe_intercurrent_events(plan).startswith(f"{strategy}: ")
        assert study_wording.describe_missing_scores(plan).startswith(f"{missing}: ")
    composite = replace(example.endpoint, intercurrent="composite")
    for criterion, said in (
        ("score", "leaves a patient at risk to week 24, without response"),
        ("imacs worsening", "counts as worsening"),
    ):
        plan = replace(composite, criterion=criterion)
        assert study_wording.describe_events_of_times(plan).endswith(said)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "on that very day"),
        (1, "at most 1 day away, of those with most of what a score needs"),
        (3.5, "at most 3.5 days away, of those with most of what a score needs"),
    ],
)
def test_windows_are_given_in_days(example, days, words):
    schedule = replace(example.visits, window_days=days)
    assert words in study_wording.describe_windows(schedule)
    assert study_wording.describe_baseline(schedule) == f"the visit nearest to week 0, {words}"


def test_other_baselines_are_described(example):
    for baseline, words in (
        ("last before first dose", "each measure's last value before or at the first dose"),
        ("mean before first dose", "the mean of all visits before or at the first dose"),
    ):
        schedule = replace(example.visits, baseline=baseline)
        assert study_wording.describe_baseline(schedule) == words


@pytest.mark.parametrize(
    ("arms", "question"),
    [
        (("open",), "How many patients respond?"),
        (("a", "b"), "how does the other arm differ from B?"),
        (("a", "b", "c"), "how do the arms differ from C?"),
    ],
)
def test_the_question_names_the_reference_arm(tmp_path, arms, question):
    study = Study.read(make_study(3, arms).write(tmp_path / "study"))
    assert study_wording.describe_question(study).endswith(question)
    if len(arms) == 1:
        # An arm that is its own reference is compared with nothing.
        alone = replace(study, reference_arm="open")
        assert study_wording.describe_question(alone) == question
    else:
        assert study_wording.describe_question(study).startswith(
            "How many patients of each arm respond, and how do"
        )
    worsening = replace(study, endpoint=replace(study.endpoint, criterion="imacs worsening"))
    assert study_wording.describe_question(worsening).startswith("How many patients")
    assert " worsen" in study_wording.describe_question(worsening)


def test_what_was_not_measured_leaves_bounds(example):
    everything = study_wording.describe_core_set(example)
    assert "Not measured" not in everything
    assert everything.count(";") == 5
    assert "Most abnormal muscle enzyme (creatine kinase); " in everything
    used = ("mmt", "ck", "ldh")
    few = replace(example, measures=replace(example.measures, used=used))
    assert study_wording.describe_core_set(few) == (
        "IMACS: Manual muscle testing; Most abnormal muscle enzyme (creatine kinase and lactate "
        "dehydrogenase). "
        "Not measured, so that scores are bounds: Physician global activity; Patient global "
        "activity; Health Assessment Questionnaire; Extramuscular activity"
    )


def test_the_schedule_in_words(example):
    weeks = replace(example.visits, weeks=(0, 2.5, 10), unscheduled="drop")
    assert study_wording.describe_weeks(weeks) == "0 (baseline), 2.5, 10"
    dropped, kept = (
        study_wording.describe_windows(replace(weeks, unscheduled=rule)).rpartition("; ")[2]
        for rule in ("drop", "keep")
    )
    assert dropped == "other visits are left out"
    assert kept.startswith("other visits ")
    assert kept != dropped


def test_windows_are_described_with_the_weeks_as_they_are_written():
    schedule = Schedule((0.0, 4.0, 12.5), {0.0: 3.0, 4.0: 3.5, 12.5: 3.0}, "week", "w", "keep", 0)
    assert describe_days(schedule) == "3 days (weeks 0 and 12.5) or 3.5 days (week 4)"


@pytest.mark.parametrize("core_set", ["imacs", "printo"])
def test_whole_numbers_are_described_alike_with_and_without_a_decimal_point(core_set):
    given = tomllib.loads((example_folder(core_set) / "study.toml").read_text("utf-8"))
    given["visits"]["window_days"] = {str(week): 3 + week for week in given["visits"]["weeks"]}
    whole, pointed = map(Study.from_mapping, (given, with_decimal_points(given)))
    assert pointed.choices() == whole.choices()
    words = study_wording
    for describe in (words.describe_score, words.describe_core_set, scale_notes):
        assert describe(pointed) == describe(whole)
    for describe in (words.describe_weeks, words.describe_windows, describe_days):
        assert describe(pointed.visits) == describe(whole.visits)
    for kind in get_args(endpoint_definition.Kind):
        also = slice(1, 3 if kind == "sustained" else 1)
        one, other = (
            replace(
                each.endpoint,
                kind=kind,
                also_at=each.visits.weeks[also],
                intercurrent="composite",
            )
            for each in (pointed, whole)
        )
        assert one.as_endpoint().describe() == other.as_endpoint().describe()
        assert words.describe_endpoint(one) == words.describe_endpoint(other)
        assert words.describe_events_of_times(one) == words.describe_events_of_times(other)


def test_the_range_of_each_scale_in_words(example):
    measures = replace(example.measures, enzyme_unit="microkat/L")
    measures = replace(measures, used=("extramuscular", "mmt", "haq", "ck", "ldh"))
    limits = replace(measures, uln={"ck": 3.0, "ldh": "ldh_uln"})
    assert scale_notes(replace(example, measures=limits)) == {
        "vas": "visual analogue scales from 0 to 10 cm",
        "mmt": "manual muscle testing from 0 to 150 (MMT-8, both sides with neck)",
        "haq": "HAQ from 0 to 3",
        "ck": "upper limit of normal of creatine kinase 3 microkat/L",
        "ldh": "upper limit of normal of lactate dehydrogenase given by ldh_uln",
    }
