"""Which choices a study has, and its results as described among all combinations."""

import csv
import math
import re
from fractions import Fraction
from itertools import product
from pathlib import Path
from statistics import median
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from tests.trial.made_up import STUDIES
from tests.trial.studies import make_study, read_csv
from tisstats.cli import main
from tisstats.trial import study_choices
from tisstats.trial.change_specifications import change_curves
from tisstats.trial.endpoint_definition import Strategy
from tisstats.trial.flow import participant_flow
from tisstats.trial.harms import harm_outcomes
from tisstats.trial.specifications import Choice, combinations, combined_settings
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import evaluate_study
from tisstats.trial.study_specifications import StudySpecifications


def specifications(folder):
    return StudySpecifications(StudyData.read(folder))


def labels(found):
    return {choice.label: [level.label for level in choice.levels] for choice in found}


@pytest.fixture(scope="module", params=STUDIES)
def study(request, tmp_path_factory):
    return specifications(STUDIES[request.param](tmp_path_factory.mktemp("study") / "rows"))


@pytest.fixture(scope="module")
def table(study):
    """Every result of a study: its P values take seconds."""
    return study.table()


def test_the_first_combination_is_the_primary_endpoint_of_the_study(study, table):
    result = evaluate_study(study.data)
    responses = table[table["Outcome"] == "Response"]
    for comparison in study.comparisons:
        found = responses[responses["Group"] == comparison.title].iloc[0]
        for arm, suffix in ((comparison.arm, ""), (comparison.reference, "_reference")):
            if arm is not None:
                mine = result.select(study.members(arm))
                assert found[f"responders{suffix}"] == mine.responders_low
                assert found[f"patients{suffix}"] == mine.denominator


def is_the_primary_endpoint(study):
    """For each arm, whether the first combination counts as the endpoint does; without P values."""
    result = evaluate_study(study.data)
    counting = [each for each in study.choices if not each.settings & {"interval", "test"}]
    first = next(iter(combined_settings(counting)))
    return [
        (responders, patients) == (mine.responders_low, mine.denominator)
        for comparison in study.comparisons
        for counts in [study.cohort(comparison).count(study.endpoint, first)]
        for arm, responders, patients in zip(
            filter(None, (comparison.arm, comparison.reference)),
            counts.responders,
            counts.patients,
            strict=True,
        )
        for mine in [result.select(study.members(arm))]
    ]


#: Every pair of a kind, a strategy and how missing scores count, in a third of all combinations.
KINDS, MISSING = ("at week", "best", "confirmed"), ("unknown", "non-responder", "best case")
PAIRS = [
    (kind, strategy, MISSING[(number + place) % len(MISSING)])
    for number, kind in enumerate(KINDS)
    for place, strategy in enumerate(get_args(Strategy))
]


def test_every_pair_is_among_the_combinations_tried():
    for one, other in ((0, 1), (0, 2), (1, 2)):
        sizes = [len({each[place] for each in PAIRS}) for place in (one, other)]
        assert len({(each[one], each[other]) for each in PAIRS}) == math.prod(sizes)


@pytest.mark.parametrize(("kind", "strategy", "missing"), PAIRS)
def test_the_first_combination_reads_early_ends_as_described(tmp_path, kind, strategy, missing):
    edits = [
        ('"at week"', f'"{kind}"\nearly_end = "missing"\nintercurrent = "{strategy}"'),
        ('missing = "non-responder"', f'missing = "{missing}"'),
    ]
    found = described(tmp_path, 30, edits=edits)
    assert all(is_the_primary_endpoint(found))
    levels = next(each for each in found.choices if each.label == "Visits that count").levels
    assert [level.reason == "as described" for level in levels] == [True] + [False] * (
        len(levels) - 1
    )
    assert len({level.label for level in levels}) == len(levels)
    read = {(level.settings["kind"], level.settings["early_end"]) for level in levels}
    own = {(kind, "as observed")} | ({(kind, "missing")} if kind != "at week" else set())
    assert read == own | {("best", "as observed"), ("best", "missing"), ("at week", "as observed")}


def test_an_unknown_status_is_varied_if_any_combination_leaves_one(study):
    every = [each for each in study.choices if not each.settings & {"missing", "interval", "test"}]
    cohort = study.cohort(study.comparisons[0])
    left_out = []
    for settings in combined_settings(every):
        with_all = cohort.count(study.endpoint, {**settings, "missing": "best case"})
        known = cohort.count(study.endpoint, {**settings, "missing": "unknown"})
        left_out.append(with_all.patients != known.patients)
    others = study.comparisons[1:]
    varied = any("missing" in choice.settings for choice in study.choices)
    assert varied if any(left_out) else (others or not varied)


def test_every_choice_has_alternatives_and_a_reason_for_each(study):
    for choice in (*study.choices, *study.change_choices):
        assert len(choice.levels) > 1
        assert all(level.reason for level in choice.levels)
    varied = {choice.label for choice in study.choices}
    assert varied.isdisjoint(each.choice for each in study.not_varied)


def test_the_table_has_every_result_of_every_arm(study, table):
    arms, measures = len(study.data.study.arms), len(study.data.trial.description.measures)
    assert combinations(study.choices) == math.prod(len(each.levels) for each in study.choices)
    expected = len(study.comparisons) * combinations(study.choices)
    expected += arms * measures * combinations(study.change_choices)
    assert len(table) == expected
    assert list(table)[:5] == ["Origin", "Outcome", "Group", "As described", "Estimate of"]
    assert set(table["Origin"]) == {"synthetic"}
    own = table[table["As described"] == "yes"]
    assert set(table["As described"]) == {"yes", "no"}
    assert len(own) == len(study.comparisons) + arms * measures
    for label, plan in (("Threshold", study.endpoint.threshold), ("Week", study.endpoint.week)):
        words = {f"{plan:g} points", f"week {plan:g}"}
        assert set(own[label].dropna()) <= words
    of_response = table["Outcome"] == "Response"
    level = study.data.study.analysis.confidence_level
    assert set(table.loc[of_response, "Confidence level"]) == {level}
    limits = ["confidence_low", "confidence_high"]
    assert table.loc[~of_response, ["Confidence level", *limits]].isna().all(axis=None)
    changes = table[~of_response].dropna(subset="estimate")
    assert (changes["quartile_low"] <= changes["estimate"]).all()
    assert (changes["estimate"] <= changes["quartile_high"]).all()
    assert table.loc[of_response, ["quartile_low", "quartile_high"]].isna().all(axis=None)
    assert {str(table[name].dtype) for name in ("responders", "n")} == {"Int64"}
    assert (table["Outcome"] == "Response").sum() == len(study.comparisons) * combinations(
        study.choices
    )


def test_the_table_names_what_a_reader_of_the_file_cannot_look_up(study, table):
    # Of which interval, of how many sides, of what, and in which unit.
    assert not {"low", "high", "pvalue"} & set(table)
    (of_response,) = set(table.loc[table["Outcome"] == "Response", "Estimate of"])
    single = {comparison.reference for comparison in study.comparisons} == {None}
    start = "proportion of" if single else "difference of proportions of"
    assert of_response == f"{start} {study.endpoint.words.patients}"
    of_change = table[table["Outcome"] == "Change of Creatine kinase, U/L"]
    assert set(of_change["Estimate of"]) <= {"median change, U/L"}


def test_the_table_has_no_digits_of_rounding_errors(table):
    for name in ("estimate", "confidence_low", "confidence_high", "quartile_low", "quartile_high"):
        known = table[name].dropna().astype(float)
        assert [value for value in known if repr(value) != repr(round(value, 10))] == []
        assert "-0.0" not in set(map(repr, known))
    values = table["pvalue_two_sided"].dropna()
    assert [value for value in values if repr(value) != repr(float(f"{value:.12g}"))] == []


def test_choices_that_the_rows_do_not_pose_are_named_with_the_reason(tmp_path):
    bare = specifications(STUDIES["bare"](tmp_path / "bare"))
    reasons = {each.choice: each.reason for each in bare.not_varied}
    assert reasons["Handling of rescue and early stops"] == "neither is recorded"
    alone = specifications(STUDIES["single arm"](tmp_path / "alone"))
    reasons = {each.choice: each.reason for each in alone.not_varied}
    assert reasons["Test"] == "one arm: there is nothing to compare"
    assert labels(alone.choices)["Threshold"] == [
        "40 points",
        "30 points",
        "45 points",
        "70 points",
    ]


def test_patients_who_are_not_analysed_are_a_choice_of_the_denominator(tmp_path):
    dated = specifications(STUDIES["dated"](tmp_path / "dated"))
    assert "all, others non-responders" in labels(dated.choices)["Denominator"]
    comparison = dated.comparisons[0]
    table = dated.response(comparison).table()
    of_all = table[table["Denominator"] == "all, others non-responders"]
    kept = (of_all["Handling of rescue and early stops"] != "left out") & (
        of_all["Handling of an unknown status"] != "left out"
    )
    rows = read_csv(tmp_path / "dated" / "synthetic_patients.csv")
    everybody = sum(row["arm"] == comparison.arm for row in rows)
    assert set(of_all.loc[kept, "patients"]) == {everybody}


def test_the_weeks_are_those_next_to_the_planned_one(tmp_path):
    study = make_study(12, weeks=(0, 2, 4, 8, 16))
    study.description = study.description.replace("week = 16", "week = 4")
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Week"] == ["week 4", "week 2", "week 8"]


def test_a_sustained_response_keeps_its_other_weeks_before_its_own(tmp_path):
    study = make_study(12, weeks=(0, 2, 4, 8, 16), changes="also_at = [4]")
    study.description = study.description.replace('"at week"', '"sustained"').replace(
        "week = 16", "week = 8"
    )
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Week"] == ["week 8", "week 16"]
    assert labels(found.choices)["Visits that count"][0] == "sustained"
    assert len(found.response(found.comparisons[0])) == combinations(found.choices)


def test_a_definition_in_place_of_a_score_has_no_threshold(tmp_path):
    study = make_study(12, changes='criterion = "imacs improvement"')
    found = specifications(study.write(tmp_path))
    assert "Threshold" not in labels(found.choices)
    reasons = {each.choice: each.reason for each in found.not_varied}
    assert reasons["Threshold"] == "the response is a definition, not a score"
    assert reasons["Confidence level"] == "declared in the description"
    assert reasons["Ranges of the measures"] == "declared in the description, without a default"
    (kinds,) = (each for each in found.choices if each.label == "Visits that count")
    assert [level.reason for level in kinds.levels][:2] == [
        "as described",
        "the same visits, read by another kind of endpoint",
    ]


def test_a_count_by_bounds_is_varied_between_its_ends(tmp_path):
    study = make_study(12, missing=0.2)
    study.description = study.description.replace('"non-responder"', '"bounds"')
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Handling of an unknown status"] == [
        "non-response",
        "left out",
        "response",
    ]
    (open_status,) = (
        each for each in found.choices if each.label == "Handling of an unknown status"
    )
    lower, _, upper = open_status.levels
    counted = "bounds as described, with {} of the open statuses counted as a responder"
    assert lower.reason == counted.format("none")
    assert upper.reason == counted.format("all")


def test_an_enzyme_missing_at_baseline_is_a_choice(tmp_path):
    study = make_study(12)
    study.description = study.description.replace("'ck']", "'ck', 'ldh']").replace(
        "uln = { ck = 200 }", "uln = { ck = 200, ldh = 250 }"
    )
    for number, row in enumerate(study.visits):
        row["ldh"] = "" if number == 0 else 900
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Enzymes missing at baseline"] == ["as declared", "measured panel"]


def described(folder, patients=12, edits=(), rows=None, **shape):
    """The specifications of a study with other words in its description, and other rows."""
    study = make_study(patients, **shape)
    for old, new in edits:
        assert old in study.description
        study.description = study.description.replace(old, new)
    if rows is not None:
        rows(study)
    return specifications(study.write(folder))


def test_one_arm_is_compared_with_nothing_also_if_it_is_called_the_reference(tmp_path):
    for name, edits in (("a", ()), ("b", [("[study]", 'reference_arm = "open"\n[study]')])):
        found = described(tmp_path / name, arms=("open",), edits=edits)
        assert [(c.arm, c.reference, c.title) for c in found.comparisons] == [
            ("open", None, "Open")
        ]
        assert found.inference.interval == "clopper-pearson"
        assert labels(found.choices)["Interval"][0] == "Clopper-Pearson"
        assert "Test" not in labels(found.choices)


def test_every_other_arm_is_compared_with_the_reference(tmp_path):
    found = described(tmp_path, arms=("low", "control", "high"),
                      edits=[('reference_arm = "high"', 'reference_arm = "control"')])  # fmt: skip
    assert [(c.arm, c.reference, c.title) for c in found.comparisons] == [
        ("low", "control", "Low minus Control"),
        ("high", "control", "High minus Control"),
    ]
    assert found.inference.interval == "newcombe"


@pytest.mark.parametrize(
    ("planned", "also_at", "weeks"),
    [
        (1, None, ["week 1", "week 2"]),
        (2, None, ["week 2", "week 1", "week 4"]),
        (8, None, ["week 8", "week 4"]),
        # Those of `also_at` lie before the week that is assessed.
        (4, [1], ["week 4", "week 2", "week 8"]),
        (4, [2], ["week 4", "week 8"]),
    ],
)
def test_the_baseline_is_no_week_of_an_endpoint(tmp_path, planned, also_at, weeks):
    edits = [("week = 8\n", f"week = {planned}\n")]
    if also_at:
        edits = [("week = 8\n", f"week = {planned}\nalso_at = {also_at}\n")]
        edits.append(('"at week"', '"sustained"'))
    edits.append(("window_days = 4", "window_days = 3"))
    found = described(tmp_path, weeks=(0, 1, 2, 4, 8), edits=edits)
    assert labels(found.choices)["Week"] == weeks


def test_without_another_week_the_week_is_not_varied(tmp_path):
    found = described(tmp_path / "one", weeks=(0, 8))
    reasons = {each.choice: each.reason for each in found.not_varied}
    assert reasons["Week"] == "there is no other scheduled week next to the planned one"
    edits = [('"at week"', '"sustained"'), ("week = 8\n", "week = 8\nalso_at = [4]\n")]
    found = described(tmp_path / "two", weeks=(0, 4, 8), edits=edits)
    reasons = {each.choice: each.reason for each in found.not_varied}
    assert reasons["Week"] == (
        "no scheduled week next to the planned one lies after those of also_at"
    )


def followed_to_the_end(study):
    """No early stop, and the visits of everybody up to the last week."""
    for row in study.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    study.treatments = [row for row in study.treatments if row["treatment"] != "rescue"]
    full = {row["patient_id"] for row in study.visits if row["week"] == 24}
    kept = [row for row in study.patients if row["patient_id"] in full]
    study.patients[:] = kept
    for name in ("visits", "treatments", "adverse_events"):
        rows = getattr(study, name)
        setattr(study, name, [row for row in rows if row["patient_id"] in full])


def test_visits_that_count_by_the_endpoint_and_the_rows(tmp_path):
    full = {"missed": 0, "missing": 0, "rows": followed_to_the_end}
    found = labels(described(tmp_path / "week", **full).choices)
    assert found["Visits that count"] == ["at the week", "at any visit up to the week"]
    assert "Handling of rescue and early stops" not in found
    assert "Handling of an unknown status" not in found
    # Week 20 is no scheduled one, at which nobody could be assessed.
    edits = [('"at week"', '"best"'), ("week = 24\n", "week = 20\n")]
    assert "Visits that count" not in labels(
        described(tmp_path / "best", edits=edits, **full).choices
    )
    edits = [('"at week"', '"confirmed"')]
    assert labels(described(tmp_path / "twice", edits=edits, **full).choices)[
        "Visits that count"
    ] == ["confirmed at two visits", "at any visit up to the week", "at the week"]

    def one_ends_early(study):
        followed_to_the_end(study)
        study.visits.remove(next(row for row in study.visits if row["week"] == 24))

    early = described(tmp_path / "early", missed=0, missing=0, rows=one_ends_early)
    assert labels(early.choices)["Visits that count"][-1] == (
        "at any visit up to the week, open if visits end early"
    )
    reasons = {each.choice: each.reason for each in early.not_varied}
    assert reasons["Handling of rescue and early stops"] == (
        "no analysed patient had rescue medication or stopped before the last assessment, that of "
        "week 24"
    )


@pytest.mark.parametrize(("after_visit", "varied"), [(False, True), (True, False)])
def test_an_event_before_a_visit_late_in_the_last_window_is_varied(tmp_path, after_visit, varied):
    """The endpoint is at week 4, the next week is 8, and the study goes on to week 24."""

    def rows(study):
        followed_to_the_end(study)
        patient = study.patients[0]["patient_id"]
        for row in study.visits:
            if row["patient_id"] == patient and row["week"] == 8:
                row["week"] = 8.3
        study.patients[0] |= {"stop_week": 20 if after_visit else 8.1, "end_reason": "completed"}

    edits = [("week = 24\n", "week = 4\n")]
    found = described(
        tmp_path, missed=0, missing=0, rows=rows, edits=edits, weeks=(0, 4, 8, 24), seed=3
    )
    label = "Handling of rescue and early stops"
    assert (label in labels(found.choices)) == varied
    if not varied:
        reasons = {each.choice: each.reason for each in found.not_varied}
        assert reasons[label] == (
            "no analysed patient had rescue medication or stopped before the last assessment, that "
            "of week 8"
        )


@pytest.mark.parametrize("treatments", [True, False])
def test_without_ends_and_treatments_no_event_is_recorded(tmp_path, treatments):
    def rows(study):
        followed_to_the_end(study)
        for row in study.patients:
            del row["stop_week"], row["end_reason"]
        if not treatments:
            study.treatments = []
            lines = study.description.splitlines()
            kept = [line for line in lines if not line.startswith("treatments")]
            study.description = "\n".join(kept)

    found = described(tmp_path, missed=0, missing=0, rows=rows)
    reasons = {each.choice: each.reason for each in found.not_varied}
    assert reasons["Handling of rescue and early stops"] == (
        "no analysed patient had rescue medication before the last assessment, that of week 24; "
        "early stops are not recorded"
        if treatments
        else "neither is recorded"
    )


def test_what_is_not_recorded_is_not_said_to_be_none(tmp_path):
    def rows(study):
        followed_to_the_end(study)
        study.treatments = []
        lines = study.description.splitlines()
        kept = [line for line in lines if not line.startswith("treatments")]
        study.description = "\n".join(kept)

    found = described(tmp_path, missed=0, missing=0, rows=rows)
    reasons = {each.choice: each.reason for each in found.not_varied}
    assert reasons["Handling of rescue and early stops"] == (
        "no analysed patient stopped before the last assessment, that of week 24; rescue "
        "medication is not recorded"
    )
    outcomes = {each.label: each.arms for each in harm_outcomes(found.data)}
    assert outcomes["Rescue medication"] is None
    assert participant_flow(found.data).total.rescued is None


@pytest.mark.parametrize("analysed", [True, False])
@pytest.mark.parametrize("followed", [True, False])
def test_the_denominator_is_a_choice_where_patients_differ(tmp_path, analysed, followed):
    def rows(study):
        followed_to_the_end(study)
        first, second = (row["patient_id"] for row in study.patients[:2])
        study.patients = [{**row, "analysed": "true"} for row in study.patients]
        study.patients[0]["analysed"] = "true" if analysed else "false"
        study.visits = [
            row
            for row in study.visits
            if (analysed or row["patient_id"] != first)
            and (followed or row["patient_id"] != second or row["week"] == 0)
        ]

    found = described(tmp_path, missed=0, missing=0, rows=rows)
    wanted = ["analysed"]
    wanted += ["all, others non-responders"] * (not analysed)
    wanted += ["with a visit after baseline"] * (not followed)
    if len(wanted) > 1:
        assert labels(found.choices)["Denominator"] == wanted
    else:
        reasons = {each.choice: each.reason for each in found.not_varied}
        assert reasons["Denominator"] == "all patients are analysed and have a visit after baseline"
    comparison = found.comparisons[0]
    sizes = [len(found.data.trial.patients), len(found.data.analysis.patients)]
    assert sizes[0] - sizes[1] == (not analysed)
    assert sum(found.cohort(comparison).not_analysed) == (not analysed)


def test_an_event_in_the_last_week_is_before_none(tmp_path):
    for week, posed in ((24, False), (23, True)):

        def stops(study, week=week):
            followed_to_the_end(study)
            study.patients[0] |= {"stop_week": week, "end_reason": "withdrawal"}

        found = described(tmp_path / str(week), missed=0, missing=0, rows=stops)
        assert ("Handling of rescue and early stops" in labels(found.choices)) == posed


@pytest.mark.parametrize(
    ("planned", "strategies"),
    [
        (
            "composite",
            ["non-response", "ignored, except deaths", "visits until then", "left out"],
        ),
        (
            "treatment policy",
            ["ignored, except deaths", "non-response", "visits until then", "left out"],
        ),
    ],
)
def test_a_death_is_ignored_by_no_handling_of_events(tmp_path, planned, strategies):
    def dies(study):
        study.patients[0] |= {"stop_week": 4, "end_reason": "death"}
        first = study.patients[0]["patient_id"]
        study.visits[:] = [
            row for row in study.visits if row["patient_id"] != first or row["week"] <= 4
        ]
        study.treatments = [
            row for row in study.treatments if row["patient_id"] != first or row["week"] <= 4
        ]

    edits = [('missing = "non', f'intercurrent = "{planned}"\nmissing = "non')]
    found = described(tmp_path, edits=edits, rows=dies)
    assert labels(found.choices)["Handling of rescue and early stops"] == strategies


@pytest.mark.parametrize(
    ("missing", "criterion", "levels"),
    [
        ("unknown", "", ["left out", "non-response", "response"]),
        ("non-responder", "", ["non-response", "left out", "response"]),
        ("worst case", "", ["non-response", "left out", "response"]),
        ("best case", "", ["response", "left out", "non-response"]),
        ("bounds", "", ["non-response", "left out", "response"]),
        ("bounds", "imacs worsening", ["no worsening", "left out", "worsening"]),
        ("unknown", "imacs worsening", ["left out", "worsening", "no worsening"]),
    ],
)
def test_each_way_of_counting_an_open_status_is_a_level_once(tmp_path, missing, criterion, levels):
    edits = [('missing = "non-responder"', f'missing = "{missing}"')]
    if criterion:
        edits.append(("threshold = 40", f'criterion = "{criterion}"'))
    found = described(tmp_path, missing=0.2, edits=edits)
    (choice,) = (each for each in found.choices if each.label == "Handling of an unknown status")
    assert [level.label for level in choice.levels] == levels
    reasons = {level.label: level.reason for level in choice.levels}
    ends = [label for label, reason in reasons.items() if reason.startswith("bounds as described")]
    if missing == "bounds":
        assert ends == [levels[0], levels[2]]
        met = "worsened" if criterion else "a responder"
        assert reasons[levels[0]].endswith(f"with none of the open statuses counted as {met}")
        assert reasons[levels[2]].endswith(f"with all of the open statuses counted as {met}")
    else:
        assert ends == []
        assert reasons.pop(levels[0]) == "as described"
    assert all(reason != "as described" for reason in reasons.values())


@pytest.mark.parametrize(
    ("missing", "matters"),
    [
        ({}, False),
        # Some of several enzymes at baseline, all of them, or one at a later visit.
        ({(0, "ldh")}, True),
        ({(0, "ldh"), (0, "ck")}, False),
        ({(1, "ldh")}, False),
        # Both, but not of one patient.
        ({(0, "ldh"), (4, "ck")}, True),
    ],
)
def test_the_panel_of_enzymes_matters_where_some_are_missing_at_baseline(
    tmp_path, missing, matters
):
    def rows(study):
        assert [row["week"] for row in study.visits[:5]] == [0, 4, 12, 24, 0]
        for number, row in enumerate(study.visits):
            row["ldh"] = 900
            for enzyme in ("ck", "ldh"):
                if (number, enzyme) in missing:
                    row[enzyme] = ""

    edits = [("'ck']", "'ck', 'ldh']"), ("{ ck = 200 }", "{ ck = 200, ldh = 250 }")]
    found = described(tmp_path / "a", 4, edits, rows, missed=0, missing=0)
    assert ("Enzymes missing at baseline" in labels(found.choices)) == matters
    if matters:
        edits.append(("uln = {", 'enzyme_panel = "measured"\nuln = {'))
        found = described(tmp_path / "b", 4, edits, rows, missed=0, missing=0)
        assert labels(found.choices)["Enzymes missing at baseline"] == [
            "as declared",
            "complete panel",
        ]


@pytest.mark.parametrize(
    ("arms", "sizes", "offered"),
    [
        (("a", "b"), (50, 50), True),
        (("a", "b"), (51, 50), False),
        # The two largest arms decide.
        (("a", "b", "c"), (50, 2, 50), True),
        (("a", "b", "c"), (51, 2, 50), False),
    ],
)
def test_boschloos_test_is_offered_where_its_tables_are_few(tmp_path, arms, sizes, offered):
    study = make_study(4, arms, weeks=(0, 8), missed=0, missing=0)
    first = study.visits[:2]
    plain = {"age": 40, "sex": "male", "dysphagia": "true", "stop_week": "", "end_reason": ""}
    study.patients[:], study.visits[:], study.treatments[:] = [], [], []
    study.adverse_events[:] = []
    for arm, size in zip(arms, sizes, strict=True):
        for number in range(size):
            name = {"patient_id": f"{arm}{number}"}
            study.patients.append({**name, "arm": arm, **plain, "origin": "synthetic"})
            study.visits += [{**row, **name} for row in first]
    study.description = "\n".join(
        line
        for line in study.description.splitlines()
        if not line.startswith(("treatments", "adverse_events"))
    )
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Test"] == (
        ["Fisher", "Boschloo", "Barnard"] if offered else ["Fisher", "Barnard"]
    )
    left_out = [each.reason for each in found.not_varied if each.choice == "Boschloo's test"]
    assert left_out == ([] if offered else ["with so many patients it takes too long"])


def test_barnards_test_is_offered_up_to_a_million_tables(tmp_path, monkeypatch):
    most = study_choices._MOST_PAIRS
    assert most == {"boschloo": 2_500, "barnard": 1_000_000}
    folder = make_study(8, missed=0, missing=0).write(tmp_path)  # four in each arm
    for barnard, offered in ((16, True), (15, False)):
        monkeypatch.setattr(study_choices, "_MOST_PAIRS", {"barnard": barnard, "boschloo": 15})
        study = specifications(folder)
        assert labels(study.choices).get("Test") == (["Fisher", "Barnard"] if offered else None)
        tests = [each.choice for each in study.not_varied if "est" in each.choice]
        assert tests == (["Boschloo's test"] if offered else ["Barnard's test", "Boschloo's test"])
        assert len(study.table())


def slow_signed_rank(changes):
    """The exact two-sided P value, over all signs, of changes other than zero."""
    changes = [change for change in changes if change]
    sizes = sorted(map(abs, changes))
    ranks = {
        size: Fraction(2 * sizes.index(size) + sizes.count(size) + 1, 2) for size in set(sizes)
    }
    seen = sum(ranks[abs(change)] for change in changes if change > 0)
    centre = sum(ranks[size] for size in sizes) / 2
    far = [
        abs(sum(ranks[size] for size, sign in zip(sizes, signs, strict=True) if sign) - centre)
        >= abs(seen - centre)
        for signs in product((0, 1), repeat=len(sizes))
    ]
    return sum(far) / len(far)


def test_changes_are_those_of_a_count_over_the_files(tmp_path):
    folder = STUDIES["example"](tmp_path / "rows")
    study = specifications(folder)
    patients = {row["patient_id"]: row for row in read_csv(folder / "synthetic_patients.csv")}
    visits = read_csv(folder / "synthetic_visits.csv")
    table = study.changes("placebo")["physician_global"].table()
    checked = 0
    for week, end in product((12, 24), ("last visit", "completers only")):
        changes = []
        for name, row in patients.items():
            if row["arm"] != "placebo":
                continue
            seen = {
                float(visit["week"]): Fraction(visit["physician_global"])
                for visit in visits
                if visit["patient_id"] == name and float(visit["week"]) <= week + 1
            }
            completed = row["end_reason"] in ("", "completed")
            if end == "last visit" or completed:
                changes.append(seen[max(seen)] - seen[min(seen)])
        rows = table[
            (table["Week"] == f"week {week}")
            & (table["End"] == end)
            & (table["Patients without change"] == "left out")
            & (table["P value"] == "exact")
        ]
        for _, row in rows.iterrows():
            assert row["n"] == len(changes)
            assert row["estimate"] == pytest.approx(float(median(changes)))
            assert row["pvalue"] == pytest.approx(slow_signed_rank(changes))
            checked += 1
    assert checked == 12


def test_what_concerns_the_score_is_no_choice_of_changes(tmp_path):
    arm = specifications(STUDIES["example"](tmp_path / "rows")).data.arm("placebo")
    with pytest.raises(ValueError, match="sets worsening; permitted are"):
        change_curves(arm, [Choice.of("Worsening", "worsening", {"imacs": "IMACS"})])
    with pytest.raises(ValueError, match="sets population; permitted are"):
        change_curves(arm, [Choice.of("Population", "population", {"analysed": "all"})])


def test_the_command_writes_every_result_and_shows_progress(tmp_path, capsys):
    folder, out = STUDIES["single arm"](tmp_path / "rows"), tmp_path / "out.csv"
    assert main(["sensitivity", str(folder), "-o", str(out)]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    study = specifications(folder)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = study.table()
    assert len(rows) == len(expected)
    assert shown.err.splitlines()[-1] == f"{out}: {len(rows)} results, one row each"
    first = rows[0]
    assert (first["Outcome"], first["Group"]) == ("Response", "Open")
    assert first["responders"] == str(expected["responders"].iloc[0])
    again = pd.read_csv(out)
    np.testing.assert_allclose(again["estimate"], expected["estimate"].astype(float))


def test_the_command_overwrites_no_table_of_the_study(tmp_path, capsys):
    folder = Path(STUDIES["single arm"](tmp_path / "rows"))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    link = tmp_path / "link.csv"
    link.symlink_to(next(folder.glob("*patients*")))
    tables = [path for path in before if path.suffix == ".csv"]
    assert len(tables) == 4
    for out in (*tables, link):
        assert main(["sensitivity", str(folder), "-o", str(out)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.endswith(f"{out}: is a table of the study, which is not overwritten")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_the_command_overwrites_no_data_set_from_which_a_study_is_read(tmp_path, capsys):
    folder = Path(STUDIES["single arm"](tmp_path / "rows"))
    read = tmp_path / "read"
    assert main(["export", str(folder), "--format", "csv", "-o", str(read / "adam")]) == 0
    study = (folder / "study.toml").read_text(encoding="utf-8")
    files = re.compile(r"\[files\]\n(?:[a-z_]+ = .*\n)+")
    assert len(files.findall(study)) == 1
    text = files.sub('[files]\nadam = "adam"\n', study)
    (read / "study.toml").write_text(text, encoding="utf-8")
    assert main(["check", str(read)]) == 0
    capsys.readouterr()
    (out,) = (read / "adam").glob("*adsl.csv")
    (out.parent / "broken").symlink_to("nowhere")
    before = out.read_bytes()
    assert main(["sensitivity", str(read), "-o", str(out)]) == 2
    assert "is a table of the study, which is not overwritten" in capsys.readouterr().err
    assert out.read_bytes() == before


def test_the_command_names_what_is_wrong_in_one_line(tmp_path, capsys):
    folder = STUDIES["single arm"](tmp_path / "rows")
    assert main(["sensitivity", str(tmp_path), "-o", str(tmp_path / "out.csv")]) == 1
    assert "there is no such file" in capsys.readouterr().err
    assert main(["sensitivity", str(folder), "-o", str(tmp_path / "out.doc")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "must end in .csv" in line
    # Before anything is computed.
    assert main(["sensitivity", str(folder), "-o", str(tmp_path / "nowhere" / "out.csv")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("nowhere/out.csv: there is no such folder")
    pytest.importorskip("distributed")
    out = tmp_path / "out.csv"
    scheduler = ["--scheduler", "nonsense://127.0.0.1:1"]
    assert main(["sensitivity", str(folder), "-o", str(out), *scheduler]) == 1
    assert "no scheduler can be reached there" in capsys.readouterr().err
    assert not out.exists()
