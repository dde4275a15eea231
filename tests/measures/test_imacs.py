"""The definitions on changes from baseline, and the changes themselves."""

import math
import re
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    ImprovementRule,
    WorseningCriterion,
    count_changed,
    imacs_improvement,
    imacs_worsening,
    relative_improvement,
    vas_improvement_cm,
)
from tisstats.measures.total_improvement_score import total_improvement_score

MEASURES = ("physician_global", "patient_global", "mmt", "haq", "enzyme", "extramuscular")
UNCHANGED = dict.fromkeys(MEASURES, 0.0)
STILL = {"physician_global": 0.0, "extramuscular": 0.0}

#: All courses of six measures: better, unchanged, worse.
COURSES = list(product((1, 0, -1), repeat=6))


def changes(courses, better, worse):
    """Per cents for courses: `better` where 1, -`worse` where -1."""
    table = np.array(courses, dtype=float)
    table = np.where(table > 0, better, np.where(table < 0, -worse, 0.0))
    return {measure: table[:, column] for column, measure in enumerate(MEASURES)}


# What the definitions say, spelled out once more, for one patient and whole numbers.


def improvement_in_words(course):
    improved = [measure for measure, way in zip(MEASURES, course, strict=True) if way == 1]
    worse = [measure for measure, way in zip(MEASURES, course, strict=True) if way == -1]
    if "mmt" in worse:
        return False
    if len(worse) in (3, 4, 5, 6):
        return False
    return len(improved) not in (0, 1, 2)


def three_worse_in_words(course, excluded=()):
    worse = 0
    for measure, way in zip(MEASURES, course, strict=True):
        if way == -1 and measure not in excluded:
            worse += 1
    return worse > 2


def test_improvement_in_every_course():
    assert len(COURSES) == 729
    wanted = [improvement_in_words(course) for course in COURSES]
    assert 100 < sum(wanted) < 600
    assert imacs_improvement(changes(COURSES, 20, 25)).tolist() == wanted
    assert imacs_improvement(changes(COURSES, 100, 900)).tolist() == wanted


def test_improvement_with_worsening_just_below_its_cut():
    wanted = [course.count(1) >= 3 for course in COURSES]
    assert imacs_improvement(changes(COURSES, 20, 24.9)).tolist() == wanted


def test_no_improvement_just_below_its_cut():
    assert not imacs_improvement(changes(COURSES, 19.9, 0)).any()


def test_three_measures_worse_in_every_course():
    wanted = [three_worse_in_words(course) for course in COURSES]
    assert imacs_worsening(changes(COURSES, 20, 30), STILL).tolist() == wanted
    assert not imacs_worsening(changes(COURSES, 20, 29.9), STILL).any()


def test_three_measures_worse_without_enzymes_twice_in_every_course():
    wanted = [three_worse_in_words(course, excluded=("enzyme",)) for course in COURSES]
    twice = {
        measure: np.column_stack([values, values])
        for measure, values in changes(COURSES, 20, 30).items()
    }
    found = imacs_worsening(twice, STILL, rule="confirmed")
    assert not found[:, 0].any()
    assert found[:, 1].tolist() == wanted


@pytest.mark.parametrize(
    ("physician_cm", "mmt", "extramuscular_cm", "worse"),
    [
        (-2, -20, 0, True),
        (-1.9, -20, 0, False),
        (-2, -19.9, 0, False),
        (2, 20, 2, False),
        (0, 0, -2, True),
        (0, 0, -1.9, False),
        (np.nan, -20, 0, False),
        (-2, np.nan, 0, False),
        (np.nan, np.nan, -2, True),
        (0, 0, np.nan, False),
    ],
)
def test_clauses_in_centimetres(physician_cm, mmt, extramuscular_cm, worse):
    percent = UNCHANGED | {"mmt": mmt}
    cm = {"physician_global": physician_cm, "extramuscular": extramuscular_cm}
    assert imacs_worsening(percent, cm).item() is worse


@pytest.mark.parametrize(
    ("at_visits", "confirmed"),
    [
        ([1, 1], [0, 1]),
        ([1, 0, 1], [0, 0, 0]),
        ([1, np.nan, 1], [0, 0, 0]),
        ([0, 1, 1, 1, 0, 1], [0, 0, 1, 1, 0, 0]),
        ([1], [0]),
        ([], []),
    ],
)
def test_worsening_is_confirmed_by_the_next_visit(at_visits, confirmed):
    cm = {"physician_global": 0.0, "extramuscular": -2.0 * np.array(at_visits)}
    found = imacs_worsening(UNCHANGED, cm, rule="confirmed")
    assert found.tolist() == [bool(visit) for visit in confirmed]


def test_a_rule_may_ask_for_three_visits():
    rule = replace(WORSENING_RULES["confirmed"], consecutive_visits=3)
    cm = {"physician_global": 0.0, "extramuscular": [[-2, -2, -2, -2], [-2, -2, 0, -2]]}
    found = imacs_worsening(UNCHANGED, cm, rule)
    assert found.tolist() == [[False, False, True, True], [False] * 4]
    two_visits = {"physician_global": 0.0, "extramuscular": [-2, -2]}
    assert imacs_worsening(UNCHANGED, two_visits, rule).tolist() == [False, False]


def test_confirmation_needs_an_axis_of_visits():
    with pytest.raises(ValueError, match="2 consecutive visits: the last axis"):
        imacs_worsening(UNCHANGED, STILL, rule="confirmed")


#: Per cents at, and next to, every cut.
per_cents = st.sampled_from(
    [-np.inf, -100, -30, -29.9, -25, -24.9, -20, -5, 0, 5, 19.9, 20, 25, 100, np.inf, np.nan]
)
courses = st.fixed_dictionaries(dict.fromkeys(MEASURES, per_cents))


@given(courses, st.permutations(MEASURES))
def test_the_order_of_measures_does_not_matter(course, order):
    reordered = {measure: course[measure] for measure in order}
    cm = {"physician_global": course["haq"] / 10, "extramuscular": course["enzyme"] / 10}
    assert imacs_improvement(reordered) == imacs_improvement(course)
    assert imacs_worsening(reordered, cm) == imacs_worsening(course, cm)


@examples(25)
@given(courses, st.sampled_from(MEASURES), st.floats(0, 200))
def test_more_improvement_never_turns_improvement_off_or_worsening_on(course, measure, more):
    better = course | {measure: course[measure] + more}
    assert imacs_improvement(better) >= imacs_improvement(course)
    assert imacs_worsening(better, STILL) <= imacs_worsening(course, STILL)


@given(courses)
def test_three_worse_measures_and_improvement_exclude_each_other(course):
    assert not (imacs_improvement(course) & imacs_worsening(course, STILL))


@examples(25)
@given(st.lists(courses, min_size=1, max_size=5))
def test_many_patients_at_once_are_judged_as_each_alone(patients):
    table = pd.DataFrame(patients)
    assert imacs_improvement(table).tolist() == [imacs_improvement(p).item() for p in patients]
    assert imacs_worsening(table, STILL).tolist() == [
        imacs_worsening(p, STILL).item() for p in patients
    ]


@given(
    st.integers(1, 5000),
    st.sampled_from([20, 25, 30]),
    st.sampled_from([1, 10, 100, 1000]),
    st.booleans(),
)
def test_a_change_of_exactly_a_cut_is_at_the_cut(tenths, cut, unit, better):
    # Baselines that make the change a whole number of units, written as decimals of any length.
    before = Decimal(20 * tenths) / unit
    after = before * (100 - cut if better else 100 + cut) / 100
    found = relative_improvement(float(before), float(after), "enzyme").item()
    assert Fraction(found) == (cut if better else -cut)
    strength = relative_improvement(float(before), float(after), "mmt").item()
    assert Fraction(strength) == (-cut if better else cut)


def test_naive_floats_would_miss_the_cut():
    naive = 100 * (2.0 - 1.6) / 2.0
    assert naive < 20
    assert relative_improvement(2.0, 1.6, "haq").tolist() == 20
    assert imacs_improvement(
        UNCHANGED | dict.fromkeys(("haq", "enzyme", "patient_global"), naive)
    ).item()
    single = np.array([2.0, 0.3], dtype=np.float32), np.array([1.6, 0.24], dtype=np.float32)
    assert relative_improvement(*single, "haq").tolist() == [20, 20]


def test_fewer_points_are_better_but_for_strength():
    better = {measure: relative_improvement(8, 6, measure).item() for measure in CORE_SET}
    assert [measure for measure, percent in better.items() if percent < 0] == ["mmt"]
    assert {abs(percent) for percent in better.values()} == {25}


def test_no_change_and_what_rounds_to_none_have_no_sign():
    found = relative_improvement([2.0, 2.0], [2.0, 2.0 + 1e-12], "haq")
    assert str(found.tolist()) == "[0.0, 0.0]"


@pytest.mark.parametrize("measure", MEASURES)
def test_a_baseline_of_zero_counts_neither_way(measure):
    found = relative_improvement([0, 0, np.nan, 1], [0, 3, 1, np.nan], measure)
    assert np.isnan(found).all()


def test_a_rise_from_zero_counts_as_worse_where_asked():
    convention = {"baseline_zero": "worse-if-higher"}
    before, after = [0, 0, 0, 2], [0, 0.1, np.nan, 3]
    assert str(relative_improvement(before, after, "haq", **convention).tolist()) == (
        "[0.0, -inf, nan, -50.0]"
    )
    assert str(relative_improvement(before, after, "mmt", **convention).tolist()) == (
        "[0.0, inf, nan, 50.0]"
    )


@pytest.mark.parametrize("rules", [IMPROVEMENT_RULES, WORSENING_RULES])
def test_rules_carry_the_names_under_which_they_are_chosen(rules):
    assert [rule.name for rule in rules.values()] == list(rules)


def test_no_change_has_no_sign():
    found = vas_improvement_cm([3.0, 3.0, 3.0], [3.0000000000001, 3.0, 2.9999999999999])
    assert str(found.tolist()) == "[0.0, 0.0, 0.0]"


@given(st.integers(0, 100), st.integers(0, 100))
def test_millimetres_and_centimetres_are_the_same_scale(before, after):
    mm = vas_improvement_cm(before, after, vas_max=100).item()
    cm = vas_improvement_cm(before / 10, after / 10).item()
    assert str(mm) == str(cm)
    assert (mm <= -2) == (after - before >= 20)
    in_mm = relative_improvement(before, after, "extramuscular").item()
    in_cm = relative_improvement(before / 10, after / 10, "extramuscular").item()
    assert str(in_mm) == str(in_cm)


def test_measures_are_counted_at_the_cut():
    percent = {"mmt": [20, 19.9, -20, np.nan], "haq": [25, 20, -19.9, 20]}
    assert count_changed(percent, 20, "improved", percent).tolist() == [2, 1, 0, 1]
    assert count_changed(percent, 20, "worsened", percent).tolist() == [0, 0, 1, 0]


# The Total Improvement Score and the IMACS definition on the same patient: (before, after) with
# visual analogue scales in cm, muscle testing of 260, and CK of which 15 x 170 U/L is the range.

RANGES = dict(zip(MEASURES, (10, 10, 260, 3, 15 * 170, 10), strict=True))

PATIENTS = {
    # The printed medians: five measures better by 20% or more, two at 15% of the scale exactly.
    "medians": ((3.8, 6.1, 211, 2.0, 1199, 2.2), (2.3, 4.6, 227, 1.6, 196, 1.0), 40.0, True),
    # Mild disease: a fifth of little is improvement here, and no point there.
    "mild": ((1.0, 1.0, 250, 0.5, 170, 0.5), (0.8, 0.8, 250, 0.375, 170, 0.4), 0.0, True),
    # Severe disease: much of the scale in two measures, which are not three.
    "severe": ((9.0, 9.0, 100, 3.0, 500, 6.0), (5.0, 9.0, 185, 3.0, 500, 6.0), 50.0, False),
    # Weaker by a quarter: the score counts that as 0 points, the definition forbids it.
    "weaker": ((8.0, 8.0, 200, 2.5, 900, 8.0), (3.0, 3.0, 150, 1.0, 900, 3.0), 60.0, False),
}


@pytest.mark.parametrize("patient", PATIENTS)
def test_the_score_and_the_definition_on_the_same_patient(patient):
    before, after, score, improved = PATIENTS[patient]
    values = list(zip(MEASURES, before, after, strict=True))
    of_scale = [
        100 * (end - start if measure == "mmt" else start - end) / RANGES[measure]
        for measure, start, end in values
    ]
    of_baseline = {
        measure: relative_improvement(start, end, measure) for measure, start, end in values
    }
    assert total_improvement_score(of_scale).tolist() == score
    assert imacs_improvement(of_baseline).item() is improved


# Rules and arguments.


def test_presets_hold_the_published_numbers():
    rule = IMPROVEMENT_RULES["imacs"]
    assert [rule.improved_by, rule.improved_count] == [20, 3]
    assert [rule.worse_by, rule.max_worse] == [25, 2]
    assert rule.must_not_worsen == ("mmt",)
    assert rule.measures == MEASURES
    imacs, confirmed = WORSENING_RULES["imacs"], WORSENING_RULES["confirmed"]
    assert imacs.clauses == confirmed.clauses
    assert set(imacs.measures) - set(confirmed.measures) == {"enzyme"}
    assert (imacs.consecutive_visits, confirmed.consecutive_visits) == (1, 2)
    for rules in (IMPROVEMENT_RULES, WORSENING_RULES):
        assert all(name == rule.name and rule.source for name, rule in rules.items())
        assert not [rule for rule in rules.values() if "?" in rule.source + rule.assumed]
    assert "verified" in imacs.assumed
    assert "every clause" in confirmed.assumed
    with pytest.raises(FrozenInstanceError):
        rule.improved_by = 30


def test_a_rule_of_your_own():
    strict = replace(IMPROVEMENT_RULES["imacs"], name="strict", improved_by=50, max_worse=0)
    course = UNCHANGED | {"haq": 50, "patient_global": 50, "physician_global": 50}
    assert imacs_improvement(course, strict).item()
    assert not imacs_improvement(course | {"enzyme": -25}, strict).item()
    assert not imacs_improvement(course | {"haq": 49}, strict).item()


@given(
    st.lists(st.integers(-60, 60), min_size=6, max_size=6),
    st.lists(st.integers(1, 50), min_size=6, max_size=6),
    st.lists(st.integers(1, 50), min_size=6, max_size=6),
)
def test_a_cut_off_for_each_measure(course, better, worse):
    own = {
        "improved_by": dict(zip(MEASURES, better, strict=True)),
        "worse_by": dict(zip(MEASURES, worse, strict=True)),
    }
    improved = [change >= least for change, least in zip(course, better, strict=True)]
    worsened = [-change >= least for change, least in zip(course, worse, strict=True)]
    percent = dict(zip(MEASURES, map(float, course), strict=True))
    improvement = replace(IMPROVEMENT_RULES["imacs"], **own)
    wanted = sum(improved) >= 3 and sum(worsened) <= 2 and not worsened[MEASURES.index("mmt")]
    assert imacs_improvement(percent, improvement).item() is wanted
    worsening = replace(WORSENING_RULES["imacs"], clauses=(), worse_by=own["worse_by"])
    assert imacs_worsening(percent, STILL, worsening).item() is (sum(worsened) >= 3)


def test_a_cut_off_for_each_measure_includes_its_value():
    by = dict.fromkeys(MEASURES, 20) | {"enzyme": 50}
    rule = replace(IMPROVEMENT_RULES["imacs"], improved_by=by, improved_count=1)
    assert imacs_improvement(UNCHANGED | {"enzyme": 50}, rule).item()
    assert not imacs_improvement(UNCHANGED | {"enzyme": 49.9}, rule).item()
    assert imacs_improvement(UNCHANGED | {"haq": 20}, rule).item()


def test_the_caller_cannot_change_a_rule_through_its_mapping():
    by = dict.fromkeys(MEASURES, 20)
    rule = replace(IMPROVEMENT_RULES["imacs"], improved_by=by)
    by["haq"] = 1
    assert rule.improved_by["haq"] == 20
    assert hash(rule) == hash(replace(rule, improved_by=by))


def test_a_rule_on_fewer_measures_needs_no_others():
    rule = ImprovementRule("two", "here", 20, 2, 25, 0, measures=("mmt", "haq"))
    assert imacs_improvement({"mmt": [20, 20], "haq": [20, 19]}, rule).tolist() == [True, False]


NAMES = "physician_global, patient_global, mmt, haq, enzyme, extramuscular"
ONE_IMPROVEMENT = "rule must be one of imacs, or be of ImprovementRule"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"improved_by": 0}, "improved_by must be a number above 0, got 0"),
        ({"worse_by": np.nan}, "worse_by must be a number above 0, got nan"),
        (
            {"improved_by": dict.fromkeys(MEASURES[:5], 20)},
            "improved_by must have a cut-off for each measure, got none for extramuscular",
        ),
        (
            {"worse_by": dict.fromkeys(MEASURES, 20) | {"ck": 3}},
            f"worse_by must be among {NAMES}, got 'ck'",
        ),
        (
            {"worse_by": dict.fromkeys(MEASURES, 20) | {"mmt": 0}},
            "worse_by['mmt'] must be a number above 0, got 0",
        ),
        ({"improved_count": 7}, "improved_count must be a whole number from 1 to 6, got 7"),
        ({"max_worse": -1}, "max_worse must be a whole number from 0 to 6, got -1"),
        ({"must_not_worsen": ("cmas",)}, f"must_not_worsen must be among {NAMES}, got 'cmas'"),
        ({"measures": ("mmt", "ck")}, f"measures must be among {NAMES}, got 'ck'"),
        (
            {"measures": ("haq", "mmt", "haq")},
            "measures must not contain duplicates, got 'haq' twice",
        ),
    ],
)
def test_an_impossible_rule_of_improvement_is_refused(changed, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        replace(IMPROVEMENT_RULES["imacs"], **changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"worse_count": 0}, "worse_count must be a whole number from 1 to 6, got 0"),
        (
            {"consecutive_visits": 0},
            "consecutive_visits must be a whole number of at least 1, got 0",
        ),
        ({"clauses": ((),)}, "clauses must each have at least one criterion"),
    ],
)
def test_an_impossible_rule_of_worsening_is_refused(changed, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        replace(WORSENING_RULES["imacs"], **changed)


@pytest.mark.parametrize(
    ("criterion", "message"),
    [
        (
            ("mmt", 2, "cm"),
            "measure must be among physician_global, patient_global, extramuscular, got 'mmt'",
        ),
        (("ck", 2, "%"), f"measure must be among {NAMES}, got 'ck'"),
        (("mmt", math.inf, "%"), "by must be a number above 0, got inf"),
        (("mmt", 0, "%"), "by must be a number above 0, got 0"),
        (("mmt", -20, "%"), "by must be a number above 0, got -20"),
        (("mmt", 20, "mm"), "unit must be among %, cm, got 'mm'"),
    ],
)
def test_an_impossible_criterion_is_refused(criterion, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        WorseningCriterion(*criterion)


WITHOUT_MMT = {measure: 0.0 for measure in MEASURES if measure != "mmt"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: imacs_improvement(UNCHANGED, "acr"), f"{ONE_IMPROVEMENT}, got 'acr'"),
        (
            lambda: imacs_worsening(UNCHANGED, STILL, "twice"),
            "rule must be one of imacs, confirmed, or be of WorseningRule, got 'twice'",
        ),
        (
            lambda: imacs_improvement(UNCHANGED, WORSENING_RULES["imacs"]),
            f"{ONE_IMPROVEMENT}, got {WORSENING_RULES['imacs']!r}",
        ),
        (
            lambda: imacs_improvement(WITHOUT_MMT),
            f"relative_improvements must have {NAMES}; mmt is missing",
        ),
        (
            lambda: imacs_improvement({"mmt": 0, "haq": 0}),
            f"relative_improvements must have {NAMES}; physician_global, patient_global, enzyme, "
            "extramuscular are missing",
        ),
        (
            lambda: imacs_improvement([1, 2]),
            "relative_improvements must be a mapping of measures to changes, got [1, 2]",
        ),
        (
            lambda: imacs_worsening(UNCHANGED, 5),
            "cm_improvements must be a mapping of measures to changes, got 5",
        ),
        (
            lambda: imacs_improvement(UNCHANGED | {"haq": "x"}),
            "relative_improvements['haq'] must be numbers, or nan where missing, got 'x'",
        ),
        (
            lambda: imacs_worsening(UNCHANGED, {"physician_global": 0}),
            "cm_improvements must have extramuscular; extramuscular is missing",
        ),
        (
            lambda: imacs_improvement(UNCHANGED | {"mmt": [1, 2], "haq": [1, 2, 3]}),
            "the arrays must have the same shape, got physician_global (), patient_global (), mmt "
            "(2,), haq (3,), enzyme (), extramuscular ()",
        ),
        (
            lambda: imacs_worsening(UNCHANGED | {"mmt": [1, 2]}, STILL | {"extramuscular": [1]}),
            "the arrays must have the same shape, got relative_improvements (2,), extramuscular "
            "(1,)",
        ),
        (
            lambda: count_changed(UNCHANGED, 20, "better"),
            "direction must be one of improved, worsened, got 'better'",
        ),
        (
            lambda: count_changed(UNCHANGED, -20, "worsened"),
            "by must be a number above 0, got -20",
        ),
        (lambda: relative_improvement(1, 1, "ck"), f"measure must be among {NAMES}, got 'ck'"),
        (
            lambda: relative_improvement(1, 1, "haq", baseline_zero="drop"),
            "baseline_zero must be one of missing, worse-if-higher, got 'drop'",
        ),
        (
            lambda: relative_improvement([1, -2], 1, "haq"),
            "baseline must be at least 0 or nan, got -2",
        ),
        (
            lambda: relative_improvement(1, np.inf, "haq"),
            "follow_up must be at least 0 or nan, got inf",
        ),
        (
            lambda: relative_improvement([1, 2], [1, 2, 3], "haq"),
            "the arrays must have the same shape, got baseline (2,), follow_up (3,)",
        ),
        (
            lambda: vas_improvement_cm([1, 2], [1, 2, 3]),
            "the arrays must have the same shape, got baseline (2,), follow_up (3,)",
        ),
        (lambda: vas_improvement_cm(3, 11), "follow_up must be from 0 to 10 or nan, got 11"),
        (
            lambda: vas_improvement_cm(3, 101, 100),
            "follow_up must be from 0 to 100 or nan, got 101",
        ),
        (
            lambda: imacs_worsening(UNCHANGED, STILL, "confirmed"),
            "the rule requires 2 consecutive visits: the last axis of the arrays must hold the "
            "visits of a patient",
        ),
        (lambda: vas_improvement_cm(31, 12), "baseline must be from 0 to 10 or nan, got 31"),
        (lambda: vas_improvement_cm(3, 1, vas_max=1), "vas_max must be 10 (cm) or 100 (mm), got 1"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
