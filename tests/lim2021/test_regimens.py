from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.lim2021.regimens import (
    AMENDED,
    MAXIMUM_GRAMS_PER_DAY,
    MAXIMUM_WEIGHT_KG,
    MINIMUM_WEIGHT_KG,
    STANDARD,
    Infusion,
    infusion_days,
    schedule,
)

weights = st.decimals(MINIMUM_WEIGHT_KG, MAXIMUM_WEIGHT_KG, places=1)
doses = st.sampled_from([Decimal("0.4"), Decimal(1), Decimal("1.5"), Decimal(2)])


@pytest.mark.parametrize(
    ("weight_kg", "dose_g_per_kg", "days"),
    [
        (40, 2, 1),  # exactly 80 g
        (40.1, 2, 2),
        (80.0, 1, 1),
        (80.1, 1, 2),
        (160, 1, 2),
        (160.1, 1, 3),
        (200, 2, 5),
        (200.1, 2, 6),
        (20, 0.4, 1),
        (350, 2, 9),
    ],
)
def test_fewest_days_at_the_limit_and_just_above(weight_kg, dose_g_per_kg, days):
    assert infusion_days(weight_kg, dose_g_per_kg) == days


@given(weights, doses)
def test_days_keep_the_limit_and_one_day_fewer_would_not(weight, dose):
    days = infusion_days(weight, dose)
    grams = Fraction(weight) * Fraction(dose)
    assert grams / days <= MAXIMUM_GRAMS_PER_DAY
    assert days == 1 or grams / (days - 1) > MAXIMUM_GRAMS_PER_DAY


@given(weights, doses, st.integers(1, 12))
def test_days_never_fall_below_the_minimum_nor_with_weight(weight, dose, minimum):
    days = infusion_days(weight, dose, minimum_days=minimum)
    assert days == max(minimum, infusion_days(weight, dose))
    assert days <= infusion_days(MAXIMUM_WEIGHT_KG, dose, minimum_days=minimum)


@given(weights, doses)
def test_a_float_gives_the_same_days_as_the_decimal_it_stands_for(weight, dose):
    assert infusion_days(float(weight), float(dose)) == infusion_days(weight, dose)


@pytest.mark.parametrize("weight_kg", [79.9 + 0.1, 80 + 1e-13, 26.7 * 3 - 0.1, np.float64(80)])
def test_noise_of_floats_adds_no_day(weight_kg):
    assert infusion_days(weight_kg, 1) == 1


def test_noise_in_dose_and_limit_adds_no_day():
    assert infusion_days(100, 0.1 + 0.2, max_grams_per_day=30) == 1
    assert infusion_days(100, 0.3, max_grams_per_day=0.1 * 3 * 100) == 1


@pytest.mark.parametrize("number", [np.int64(80), np.float32(80), Decimal("80.0"), Fraction(80)])
def test_every_kind_of_number_is_read(number):
    assert infusion_days(number, 1) == 1


def test_limits_of_weight_belong_to_what_is_allowed():
    assert infusion_days(MINIMUM_WEIGHT_KG, 2) == 1
    assert infusion_days(MAXIMUM_WEIGHT_KG, 1) == 5


@pytest.mark.parametrize(
    "weight",
    [
        0,
        -70,
        19.9,
        350.1,
        10**400,
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        "70",
        None,
        True,
        [70],
        7j,
    ],
)
def test_impossible_weight_is_refused_by_name_value_and_range(weight):
    with pytest.raises(ValueError, match=r"weight_kg must be kilograms from 20 to 350") as error:
        infusion_days(weight, 1)
    assert repr(weight) in str(error.value)
    with pytest.raises(ValueError, match="weight_kg"):
        schedule(weight, STANDARD)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "2", None, False])
def test_impossible_dose_and_limit_are_refused(value):
    with pytest.raises(ValueError, match=r"dose_g_per_kg must be .*above 0"):
        infusion_days(70, value)
    with pytest.raises(ValueError, match=r"max_grams_per_day must be grams above 0, got"):
        infusion_days(70, 1, max_grams_per_day=value)


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True])
def test_impossible_planned_days_are_refused(value):
    with pytest.raises(ValueError, match=r"minimum_days must be .*whole number of days"):
        infusion_days(70, 1, minimum_days=value)


def test_standard_schedule_of_a_light_patient_loads_over_two_days():
    table = schedule(40, STANDARD)
    assert table["week"].tolist() == [0, 3, 6]
    assert table["days"].tolist() == [2, 1, 1]
    assert table["total_grams"].tolist() == pytest.approx([80, 40, 40])
    assert table["grams_per_day"].tolist() == pytest.approx([40, 40, 40])
    assert table["planned_days"].tolist() == ["2–5", "1", "1"]
    assert table["within_plan"].all()


@pytest.mark.parametrize(
    ("weight_kg", "within_plan"),
    [
        (80.0, [True, True, True]),
        (80.1, [True, False, False]),
        (200, [True, False, False]),
        (200.1, [False, False, False]),
    ],
)
def test_conflict_of_plan_and_daily_limit_is_flagged(weight_kg, within_plan):
    assert schedule(weight_kg, STANDARD)["within_plan"].tolist() == within_plan


def test_amended_schedule_repeats_the_loading_dose_every_four_weeks():
    table = schedule(70, AMENDED)
    assert table["week"].tolist() == [0, 3, 4, 8]
    assert table["total_grams"].tolist() == pytest.approx([140, 70, 140, 140])
    assert table["days"].tolist() == [2, 1, 2, 2]


def test_what_the_article_does_not_print_is_marked_as_our_reading():
    assert not any(infusion.inferred for infusion in STANDARD.infusions)
    marked = [infusion for infusion in AMENDED.infusions if infusion.inferred]
    assert [infusion.week for infusion in marked] == [3, 4, 8]
    assert all("our interpretation" in infusion.note for infusion in marked)


@given(weights, st.sampled_from([STANDARD, AMENDED]))
def test_no_day_of_a_schedule_passes_the_limit(weight, regimen):
    table = schedule(weight, regimen)
    assert (table["grams_per_day"] <= MAXIMUM_GRAMS_PER_DAY).all()
    planned = [infusion.minimum_days for infusion in regimen.infusions]
    assert (table["days"] >= planned).all()


def test_planned_days_are_put_in_words():
    assert Infusion(0, 1, minimum_days=2).planned_days == "at least 2"
    assert Infusion(0, 1, maximum_days=1).planned_days == "1"


def test_each_regimen_names_the_part_of_the_figure_that_shows_it():
    assert STANDARD.source == "Lim 2021, Study design and Fig. 1A"
    assert AMENDED.source == "Lim 2021, Study design and Fig. 1B"
    assert (STANDARD.name, AMENDED.name) == ("Standard regimen", "Amended regimen")
