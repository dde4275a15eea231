from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.rounding import as_printed, exact, parse, prints_as, round_to


@pytest.mark.parametrize(
    ("text", "value", "decimals", "relation", "percent"),
    [
        ("42.0%", "42.0", 1, "", True),
        ("38%", "38", 0, "", True),
        ("–1.3", "-1.3", 1, "", False),
        ("−103", "-103", 0, "", False),
        ("-0.1", "-0.1", 1, "", False),
        ("< 0.01", "0.01", 2, "<", False),
        ("<40", "40", 0, "<", False),
        (">9", "9", 0, ">", False),
        ("Eight", "8", 0, "", False),
        ("none", "0", 0, "", False),
        ("both", "2", 0, "", False),
        ("third", "3", 0, "", False),
        (" 0.448 ", "0.448", 3, "", False),
    ],
)
def test_printed_numbers_are_read(text, value, decimals, relation, percent):
    number = parse(text)
    assert number.value == Decimal(value)
    assert (number.text, number.decimals, number.relation, number.percent) == (
        text,
        decimals,
        relation,
        percent,
    )


@pytest.mark.parametrize("text", ["", "8/19", "12 (63)", "all", "1,199", "4.", "--3", "eightteen"])
def test_what_is_no_printed_number_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match="is no printed number") as error:
        parse(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(
    ("value", "decimals", "half_up", "half_even", "truncate"),
    [
        (Fraction(125, 2), 0, "63", "62", "62"),
        (Fraction(25, 2), 0, "13", "12", "12"),
        (Fraction(75, 2), 0, "38", "38", "37"),
        (-0.625, 1, "-0.6", "-0.6", "-0.6"),
        (0.75, 1, "0.8", "0.8", "0.7"),
        (-0.25, 1, "-0.3", "-0.2", "-0.2"),
        (2.675, 2, "2.68", "2.68", "2.67"),  # in binary it is 2.67499999999999982
        (0.1 + 0.2, 1, "0.3", "0.3", "0.3"),
        (-0.04, 1, "0.0", "0.0", "0.0"),
        (1199, 0, "1199", "1199", "1199"),
        (9.95, 1, "10.0", "10.0", "9.9"),
    ],
)
def test_each_rule_at_its_halves(value, decimals, half_up, half_even, truncate):
    assert as_printed(value, decimals) == half_up
    assert as_printed(value, decimals, "half-even") == half_even
    assert as_printed(value, decimals, "truncate") == truncate


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_is_not_printed(value):
    with pytest.raises(ValueError, match="not finite"):
        as_printed(value, 1)


def test_unknown_rules_and_negative_decimals_are_refused():
    with pytest.raises(ValueError, match="half-up, half-even, truncate"):
        round_to(1.5, 0, "up")
    with pytest.raises(ValueError, match="decimals is -1"):
        round_to(1.5, -1)


@pytest.mark.parametrize(
    ("value", "text", "holds"),
    [
        (0.0096, "< 0.01", True),
        (0.01, "< 0.01", False),
        (0.0100001, "< 0.01", False),
        (9.1, ">9", True),
        (9, ">9", False),
        (Fraction(800, 19), "42.1", True),
        (Fraction(800, 19), "42.0", False),
        (Fraction(800, 19), "42", True),
        (-1.25, "–1.3", True),
        (3, "≤3", True),
        (3, "≥3", True),
    ],
)
def test_a_value_prints_as_the_text_or_does_not(value, text, holds):
    assert prints_as(value, parse(text)) is holds


@given(st.fractions(-(10**9), 10**9, max_denominator=4000), st.integers(0, 4))
def test_rounding_is_off_by_half_a_unit_at_most_and_symmetric(value, decimals):
    rounded = round_to(value, decimals)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**decimals)
    assert round_to(-value, decimals) == -rounded
    assert Fraction(round_to(rounded, decimals)) == Fraction(rounded)


@given(st.integers(-10_000, 10_000), st.sampled_from([10, 8, 4, 2, 1]), st.integers(-3, 3))
def test_noise_of_a_float_does_not_change_what_is_printed(numerator, denominator, ulps):
    clean = Fraction(numerator, denominator)
    noisy = float(clean) * (1 + ulps * 2.0**-52)
    assert exact(noisy) == clean
    assert as_printed(noisy, 1) == as_printed(clean, 1)
