"""The data of the core sets against the published table and its sources, typed by hand."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.measures import band_points, ranges, response_category, total_improvement_score
from tisstats.measures import core_set as module
from tisstats.measures.core_set import CoreSetMeasure, Enzyme
from tisstats.measures.scales import Scale
from tisstats.measures.total_improvement_score import (
    MISSING_STEPS,
    band_steps,
    levels_of_steps,
    points_of_steps,
    response_levels,
    total_steps,
)

ACTIVITY, STRENGTH = (5, 15, 25, 40), (2, 10, 20, 30)

#: Table 3 of Rider et al. 2017 (PMC5577002), which has both sets: for each row, the measure of the
#: IMACS and of the PRINTO core set, the greatest improvement of the first four bands, per cent, and
#: the points of the five.
TABLE = [
    ("physician_global", "physician_global", ACTIVITY, (0, 7.5, 15, 17.5, 20)),
    ("patient_global", "parent_global", ACTIVITY, (0, 2.5, 5, 7.5, 10)),
    ("mmt", "cmas", STRENGTH, (0, 10, 20, 27.5, 32.5)),
    ("haq", "chaq", ACTIVITY, (0, 5, 7.5, 7.5, 10)),
    ("enzyme", "chq_phs", ACTIVITY, (0, 2.5, 5, 7.5, 7.5)),
    ("extramuscular", "das", ACTIVITY, (0, 7.5, 12.5, 15, 20)),
]
NAMES = {
    "physician_global": ("Physician global activity", ""),
    "patient_global": ("Patient global activity", ""),
    "mmt": ("Manual muscle testing", "MMT"),
    "haq": ("Health Assessment Questionnaire", "HAQ"),
    "enzyme": ("Most abnormal muscle enzyme", ""),
    "extramuscular": ("Extramuscular activity", ""),
    "parent_global": ("Parent global well-being", ""),
    "cmas": ("Childhood Myositis Assessment Scale", "CMAS"),
    "chaq": ("Childhood Health Assessment Questionnaire", "CHAQ"),
    "chq_phs": ("Child Health Questionnaire, physical summary", "CHQ-PhS"),
    "das": ("Disease Activity Score", "DAS"),
}
#: Of these, more is better.
HIGHER = {"mmt", "cmas", "chq_phs"}


@pytest.mark.parametrize(("place", "core_set"), [(0, "imacs"), (1, "printo")])
def test_bands_and_points_are_those_of_the_published_table(place, core_set):
    expected = {
        row[place]: CoreSetMeasure(
            NAMES[row[place]][0],
            "higher" if row[place] in HIGHER else "lower",
            *row[2:],
            NAMES[row[place]][1],
        )
        for row in TABLE
    }
    assert module.CORE_SETS[core_set] == expected
    assert list(module.CORE_SETS[core_set]) == list(expected)
    assert sum(rule.points[-1] for rule in expected.values()) == pytest.approx(100)


def test_what_criteria_accept_and_where_responses_begin():
    measure = CoreSetMeasure("made up", "lower", ACTIVITY, (0, 2.5, 5, 7.5, 10))
    assert measure.points[1] == module.POINT_STEP == pytest.approx(2.5)
    assert list(module.CORE_SETS) == ["imacs", "printo"]
    assert module.CORE_SETS_OF == {"adult": ("imacs",), "juvenile": ("imacs", "printo")}
    assert module.INDISPENSABLE == {
        "imacs": ("physician_global", "mmt"),
        "printo": ("physician_global", "cmas"),
    }
    assert module.RESPONSES == ("none", "minimal", "moderate", "major")
    # Aggarwal et al. 2017 for adults, Rider et al. 2017 for juvenile patients.
    assert module.RESPONSE_CUTOFFS == {
        "adult": {"minimal": 20, "moderate": 40, "major": 60},
        "juvenile": {"minimal": 30, "moderate": 45, "major": 70},
    }


def test_the_ends_of_scales():
    CoreSetMeasure("made up", "lower", ACTIVITY, (0, 0, 0, 0, 0))
    assert (module.HAQ_MAX, module.DAS_MAX, module.CMAS_MAX) == (3, 20, 52)
    assert module.CMAS_MAXIMA == {
        52: "Huber et al. 2004, doi:10.1002/art.20179",
        51: "Lovell et al. 1999",
    }
    assert module.MMT_MAXIMA == {
        80: "MMT-8, one side",
        150: "MMT-8, both sides with neck",
        240: "24 tests, assumed",
        260: "26 tests: MMT24 of IMACS, or 13 groups on both sides",
    }


def test_which_arguments_belong_to_which_core_set():
    ranges.check_vas_max(10)
    assert ranges.ARGUMENTS_OF == {
        "imacs": {"mmt_max": True, "uln": True, "enzyme_unit": False, "enzyme_panel": False},
        "printo": {"chq_phs_range": True, "cmas_max": False},
    }
    assert ranges.VAS_UNITS == {10: "cm", 100: "mm"}
    assert ranges.VAS_MEASURES_OF == {
        "imacs": ("physician_global", "patient_global", "extramuscular"),
        "printo": ("physician_global", "parent_global"),
    }
    assert ranges.GLOBALS_OF == {
        "imacs": ("physician_global", "patient_global"),
        "printo": ("physician_global", "parent_global"),
    }
    for place, core_set in enumerate(("imacs", "printo")):
        expected = tuple(row[place] for row in TABLE if row[place] != "enzyme")
        assert ranges.MEASURE_COLUMNS_OF[core_set] == expected


def test_the_ranges_of_enzymes():
    CoreSetMeasure("made up", "lower", ACTIVITY, (0, 0, 0, 0, 0))
    assert list(module.ENZYMES.items()) == [
        ("ck", Enzyme("Creatine kinase", 15, assumed=False)),
        ("aldolase", Enzyme("Aldolase", 6, assumed=True)),
        ("ldh", Enzyme("Lactate dehydrogenase", 3, assumed=False)),
        ("ast", Enzyme("Aspartate aminotransferase", 3, assumed=False)),
        ("alt", Enzyme("Alanine aminotransferase", 3, assumed=False)),
    ]
    # A katal is a mole a second, a unit a micromole a minute.
    assert module.UNITS_PER_MICROKATAL == 60


@pytest.mark.parametrize(
    ("cutoffs", "points", "expected"),
    [
        ((5, 15, 15, 40), (0, 0, 0, 0, 0), "A: cut-offs must ascend, got (5, 15, 15, 40)"),
        ((5, 25, 15, 40), (0, 0, 0, 0, 0), "A: cut-offs must ascend, got (5, 25, 15, 40)"),
        (ACTIVITY, (0, 5, 2.5, 5, 5), "A: points must start at 0 and not fall: (0, 5, 2.5, 5, 5)"),
        (ACTIVITY, (2.5,) * 5, f"A: points must start at 0 and not fall: {(2.5,) * 5}"),
        (ACTIVITY, (0, 5, 6, 7.5, 8), "A: no multiple of 2.5 points: 6"),
        (ACTIVITY, (0, 5, 6.0, 7.5, 8), "A: no multiple of 2.5 points: 6"),
    ],
)
def test_impossible_bands_are_refused(cutoffs, points, expected):
    with pytest.raises(ValueError, match="A: ") as raised:
        CoreSetMeasure("A", "lower", cutoffs, points)
    assert str(raised.value) == expected


def test_what_a_scale_does_not_say_is_not_assumed():
    given = {each.name: None for each in fields(Scale) if each.name not in
             ("assumed", "step_assumed", "certainty")}  # fmt: skip
    for unit, several in (("grade", "grades"), ("cm", "cm"), ("points", "points")):
        scale = Scale(**given | {"unit": unit})
        assert scale.units == several
        assert (scale.assumed, scale.step_assumed, scale.certainty) == (False, False, "")
        assert not scale.step_is_assumed
    assert Scale(**given, assumed=True).step_is_assumed
    assert Scale(**given, step_assumed=True).step_is_assumed


SIX = "physician_global, patient_global, mmt, haq, enzyme, extramuscular"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            lambda: band_points("x", "mmt"),
            "percent_improvement must be numbers, or nan where missing, got 'x'",
        ),
        (
            lambda: band_points(1, "ck"),
            f"measure must be one of {SIX}, parent_global, cmas, chaq, chq_phs, das, got 'ck'",
        ),
        (
            lambda: band_points([[5, 6], [7, float("-inf")]], "mmt"),
            "percent_improvement must be finite, or nan where missing, got -inf at position 2, 2",
        ),
        (
            lambda: band_points(float("inf"), "mmt"),
            "percent_improvement must be finite, or nan where missing, got inf",
        ),
        (
            lambda: total_improvement_score([1, 2, 3, float("inf"), 5, float("nan")]),
            "percent_improvements must be finite, or nan where missing, got inf at position 4",
        ),
        (
            lambda: total_improvement_score(["x"] * 6),
            "percent_improvements must be numbers, or nan where missing, got "
            "['x', 'x', 'x', 'x', 'x', 'x']",
        ),
        (
            lambda: total_improvement_score([1, 2]),
            f"percent_improvements must have 6 measures in the last axis ({SIX}), got shape (2,)",
        ),
        (
            lambda: total_improvement_score(5),
            f"percent_improvements must have 6 measures in the last axis ({SIX}), got shape ()",
        ),
        (
            lambda: total_improvement_score([1] * 6, core_set="x"),
            "core_set must be one of imacs, printo, got 'x'",
        ),
        (lambda: response_category("x"), "scores must be numbers, or nan where missing, got 'x'"),
        (lambda: response_category([100, 100.5]), "scores must be from 0 to 100, got 100.5"),
        (lambda: response_category(-0.5), "scores must be from 0 to 100, got -0.5"),
        (
            lambda: response_category(5, "x"),
            "population must be one of adult, juvenile, got 'x'",
        ),
    ],
)
def test_what_is_no_improvement_and_no_score_is_refused(call, expected):
    with pytest.raises(ValueError, match="must") as raised:
        call()
    assert str(raised.value) == expected


MEASURES = sorted({*module.CORE_SET, *module.PRINTO_CORE_SET})
PERCENTS = st.lists(st.floats(-200, 200) | st.sampled_from([2, 5, 15, 40, float("nan")]))


@given(PERCENTS, st.sampled_from(MEASURES))
def test_steps_are_points(percents, measure):
    given_percents = np.array(percents, dtype=float)
    steps = band_steps(given_percents, measure)
    assert steps.dtype == np.uint8
    expected = band_points(given_percents, measure)
    np.testing.assert_array_equal(points_of_steps(steps), expected)
    assert ((steps == MISSING_STEPS) == np.isnan(expected)).all()


@given(st.lists(st.lists(st.integers(0, 13) | st.just(MISSING_STEPS), min_size=3, max_size=3)))
def test_steps_of_measures_add_up_as_their_points(rows):
    steps = np.array(rows, dtype=np.uint8).reshape(-1, 3)
    total = points_of_steps(total_steps(list(steps.T)))
    np.testing.assert_array_equal(total, points_of_steps(steps).sum(axis=1))


@pytest.mark.parametrize("population", ["adult", "juvenile"])
def test_levels_of_steps_are_those_of_scores(population):
    steps = np.array([*range(41), MISSING_STEPS], dtype=np.uint8)
    expected = response_levels(points_of_steps(steps), population)
    assert levels_of_steps(steps, population).tolist() == expected.tolist()
    assert set(expected.tolist()) == {-1, 0, 1, 2, 3}


def test_no_infinite_improvement_has_steps():
    with pytest.raises(ValueError, match="percent_improvement must be finite"):
        band_steps(np.array([1.0, np.inf]), "mmt")
