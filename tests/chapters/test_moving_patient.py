"""The tables of the sliders equal what the package computes, for each pair of values."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.chapters.moving_patient import (
    format_percent_apart,
    format_value,
    moving_patient,
    required_measures,
)
from tisstats.measures.core_set import CORE_SET
from tisstats.measures.visits import score_visits
from tisstats.teaching.worked_patient import COLUMNS, WorkedPatient

MMT_MAX, ULN, THRESHOLD = 260, 170, 40

#: Steps and ranges of the sliders, typed again: step, highest value, range in the score.
SCALES = {
    "physician_global": ("0.1", "10", "10"),
    "patient_global": ("0.1", "10", "10"),
    "mmt": ("1", "260", "260"),
    "haq": ("0.125", "3", "3"),
    "enzyme": ("1", "2550", "2550"),
    "extramuscular": ("0.1", "10", "10"),
}


@pytest.fixture(scope="module")
def patient(published):
    return WorkedPatient(published, MMT_MAX, ULN)


@pytest.fixture(scope="module")
def shown(patient):
    return json.loads(json.dumps(moving_patient(patient, THRESHOLD)))


def value_of(measure, at):
    """The value of a position, as the page shows it."""
    return measure["values"][at] if measure["values"] else str(at)


def steps_of(measure, baseline, followup):
    return (followup - baseline) * (1 if measure["better"] == "higher" else -1)


def points_of(measure, steps):
    return measure["points"][sum(steps >= first for first in measure["boundaries"])]


def test_the_values_are_those_of_the_scales(shown):
    for measure in shown["measures"]:
        step, highest, _ = map(Fraction, SCALES[measure["key"]])
        values = [
            Fraction(value_of(measure, at)) for at in range(measure["first"], measure["last"] + 1)
        ]
        assert values[-1] == highest
        assert values == [at * step for at in range(measure["first"], measure["last"] + 1)]
    # An enzyme is above 0; its healthy end in the score is 0 all the same.
    assert [each["first"] for each in shown["measures"]] == [0, 0, 0, 0, 1, 0]
    assert [each["best"] for each in shown["measures"]] == [0, 0, 260, 0, 0, 0]


def test_every_improvement_is_that_of_exact_arithmetic(shown):
    for measure in shown["measures"]:
        step, _, width = map(Fraction, SCALES[measure["key"]])
        texts = measure["percents"].split(" ")
        assert len(texts) == measure["last"] + 1
        cuts = measure["cuts"]
        for steps, text in enumerate(texts):
            percent = 100 * steps * step / width
            decimals = -Decimal(text).as_tuple().exponent
            assert decimals >= 1
            assert abs(Fraction(text) - percent) <= Fraction(1, 2 * 10**decimals)
            # What is shown is on a boundary if and only if the improvement is.
            for cut in (0, *cuts):
                assert (Fraction(text) == cut) == (percent == cut)
            band = sum(percent > cut for cut in cuts)
            assert points_of(measure, steps) == CORE_SET[measure["key"]].points[band]
            assert (steps in measure["on_boundary"]) == (percent in cuts)


def test_scores_bounds_and_ceilings_are_those_of_the_package(shown):
    """Seeded pairs of values, a third of them with measures that were not measured."""
    draw = random.Random(14)
    rows, expected = [], []
    for case in range(300):
        low = high = ceiling = 0.0
        before, after = {}, {}
        for column, measure in zip(COLUMNS, shown["measures"], strict=True):
            baseline, followup = (draw.randint(measure["first"], measure["last"]) for _ in range(2))
            absent = measure["key"] not in shown["required"] and draw.random() < 1 / 12
            best = points_of(measure, abs(baseline - measure["best"]))
            points = points_of(measure, steps_of(measure, baseline, followup))
            low, high = low + (0 if absent else points), high + (best if absent else points)
            ceiling += best
            before[column] = float(value_of(measure, baseline))
            after[column] = None if absent else float(value_of(measure, followup))
        healthy = dict.fromkeys(COLUMNS, 0.0) | {"mmt": float(MMT_MAX), "ck": 1e-9}
        for week, values in ((0, before), (1, after), (2, healthy)):
            rows.append({"patient_id": case, "week": week} | values)
        expected.append((low, high, ceiling))
    visits = pd.DataFrame(rows).astype(dict.fromkeys(COLUMNS, float))
    scored = score_visits(visits, mmt_max=MMT_MAX, uln={"ck": ULN}, missing="bounds")
    at = scored[scored["week"] == 1]
    best = scored.loc[scored["week"] == 2, "tis"]
    found = list(zip(at["tis_low"], at["tis_high"], best, strict=True))
    assert found == [pytest.approx(each) for each in expected]
    assert 50 < sum(low < high for low, high, _ in expected) < 250


def test_without_two_measures_there_is_no_total(shown):
    assert required_measures() == shown["required"] == ["physician_global", "mmt"]


def test_it_starts_from_the_patient_of_the_page(shown, patient):
    first = shown["presets"][0]
    values = [
        value_of(measure, at)
        for measure, at in zip(shown["measures"], first["followup"], strict=True)
    ]
    assert values == ["2.3", "4.6", "227", "1.625", "196", "1.0"]
    assert "ends at 1.625" in first["note"]
    assert total(shown, first) == patient.scored["tis"]
    assert [score_of(shown, each) for each in shown["presets"]] == [40, 50, 77.5, 35, 32.5]


def score_of(shown, preset):
    present = [key for key in CORE_SET if key not in preset["missing"]]
    return sum(
        points_of(measure, steps_of(measure, baseline, followup))
        for measure, baseline, followup in zip(
            shown["measures"], preset["baseline"], preset["followup"], strict=True
        )
        if measure["key"] in present
    )


def total(shown, preset):
    assert preset["missing"] == []
    return score_of(shown, preset)


def test_notes_say_what_is_computed(shown):
    labels = {each["label"]: each for each in shown["presets"]}
    assert "10 points more" in labels["One step past the boundaries"]["note"]
    mild = labels["Another mild patient"]
    ceiling = sum(
        points_of(measure, abs(at - measure["best"]))
        for measure, at in zip(shown["measures"], mild["baseline"], strict=True)
    )
    assert ceiling == 35 < THRESHOLD
    assert "at most 35 points" in mild["note"]


@pytest.mark.parametrize(("mmt_max", "uln", "threshold"), [(80, 60, 20), (100.5, 1000, 40)])
def test_other_parameters_give_whole_tables(published, mmt_max, uln, threshold):
    shown = moving_patient(WorkedPatient(published, mmt_max, uln), threshold)
    strength, enzyme = shown["measures"][2], shown["measures"][4]
    assert float(value_of(strength, strength["last"])) == mmt_max
    assert enzyme["last"] >= max(1199, 15 * uln - 1)
    for each in shown["presets"]:
        for measure, *at in zip(shown["measures"], each["baseline"], each["followup"], strict=True):
            assert all(measure["first"] <= place <= measure["last"] for place in at)
    mild = next(each for each in shown["presets"] if each["label"] == "Another mild patient")
    assert total(shown, mild) < threshold


@given(st.fractions(0, 100, max_denominator=3000))
def test_a_percentage_never_seems_to_be_on_a_boundary(percent):
    text = format_percent_apart(percent, (5, 15, 25, 40))
    for cut in (0, 5, 15, 25, 40):
        assert (Fraction(text) == cut) == (percent == cut)


@pytest.mark.parametrize(("value", "text"), [("1/8", "0.125"), ("3", "3.0"), ("23/10", "2.3")])
def test_values_have_the_decimals_that_they_need(value, text):
    assert format_value(Fraction(value)) == text
