from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.printed import (
    NUMBER_WORDS,
    format_median_quartiles,
    format_outward,
    format_rounded,
    format_table_number,
    matches_print,
    parse,
    percent_range,
    round_to,
    to_fraction,
    with_minus_signs,
)


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
        # P values as journals and programs print them.
        ("<.001", "0.001", 3, "<", False),
        (".03", "0.03", 2, "", False),
        (".030", "0.030", 3, "", False),
        ("0.030", "0.030", 3, "", False),
        (".000", "0.000", 3, "", False),
        ("= 0.03", "0.03", 2, "", False),
        ("=.03", "0.03", 2, "", False),
        ("< 0.001", "0.001", 3, "<", False),
        ("P = .03", "0.03", 2, "", False),
        ("P=0.030", "0.030", 3, "", False),
        ("p<0.05", "0.05", 2, "<", False),
        ("p > .05", "0.05", 2, ">", False),
        ("P ≤ .05", "0.05", 2, "≤", False),
        ("p<=0.05", "0.05", 2, "≤", False),
        (">= .10", "0.10", 2, "≥", False),
        ("P value = 0.03", "0.03", 2, "", False),
        ("p-value < 2.2e-16", "2.2e-16", 17, "<", False),
        ("2.1E–05", "0.000021", 6, "", False),
        ("P = 1", "1", 0, "", False),
        ("–.5", "-0.5", 1, "", False),
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
    with pytest.raises(ValueError, match="is not a printed number") as error:
        parse(text)
    assert repr(text) in str(error.value)


BOUND = "write the bound meant, such as > 0.05"
COMMA = "a comma may separate decimals or thousands; write 0.03, or 1199"
DIGITS = "write digits (such as 42.0, –1.3, < 0.01, P = .03, 38%) or a number word up to twenty"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ns", BOUND),
        ("NS", BOUND),
        ("n.s.", BOUND),
        ("P = ns", BOUND),
        ("not significant", BOUND),
        ("Non-significant", BOUND),
        (" ns ", BOUND),
        ("not significant"[:-1], DIGITS),
        ("0,03", COMMA),
        ("< 0,001", COMMA),
        ("1,199", COMMA),
        ("1,199 U/L", COMMA),
        ("~0.03", "rounding unknown; write the digits only"),
        ("P ≈ .03", "rounding unknown; write the digits only"),
        ("about 5", "rounding unknown; write the digits only"),
        ("0.03*", "a mark may represent a number; write the digits only"),
        ("0.03 †‡", "a mark may represent a number; write the digits only"),
        ("3.2 x 10-5", "write powers of ten as 3.2e-5"),
        ("3.2 x 10^-15", "write powers of ten as 3.2e-5"),
        ("P = 1.3", "a P value lies from 0 to 1"),
        ("P = -.3", "a P value lies from 0 to 1"),
        ("P < 5%", "a P value lies from 0 to 1"),
        ("P < 0.5%", "a P value lies from 0 to 1"),
        ("P 0.03", DIGITS),
        ("0.01 < P < 0.05", DIGITS),
        ("< ", DIGITS),
        (".", DIGITS),
        ("1e3", DIGITS),
        ("1e-1000", DIGITS),
        ("5%%", DIGITS),
    ],
)
def test_what_has_no_one_meaning_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match="is not a printed number") as error:
        parse(text)
    assert str(error.value) == f"{text!r} is not a printed number; {reason}"


@pytest.mark.parametrize("decimals", range(1, 5))
@pytest.mark.parametrize("form", ["{}", "= {}", "={}", "P = {}", "p={}", "P value = {}"])
@examples(25)
@given(value=st.integers(0, 10**4))
def test_all_prints_of_a_p_value_mean_the_same(form, decimals, value):
    digits = format_rounded(Fraction(value, 10**4), decimals)
    without_zero = digits.removeprefix("0")
    numbers = [parse(form.format(text)) for text in (digits, without_zero)]
    for number in numbers:
        assert (number.value, number.decimals) == (Decimal(digits), decimals)
        assert matches_print(Fraction(value, 10**4), number)


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
    assert format_rounded(value, decimals) == half_up
    assert format_rounded(value, decimals, "half-even") == half_even
    assert format_rounded(value, decimals, "truncate") == truncate


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_is_not_printed(value):
    with pytest.raises(ValueError, match="not finite"):
        format_rounded(value, 1)


def test_unknown_rules_and_negative_decimals_are_refused():
    with pytest.raises(ValueError, match="rounding must be one of") as error:
        round_to(1.5, 0, "up")
    assert str(error.value) == "rounding must be one of half-up, half-even, truncate, got 'up'"
    with pytest.raises(ValueError, match=r"^decimals must be .* from 0 to 10,000, got -1$"):
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
    assert matches_print(value, parse(text)) is holds


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
    assert to_fraction(noisy) == clean
    assert format_rounded(noisy, 1) == format_rounded(clean, 1)


@given(
    st.fractions(min_value=-1000, max_value=1000),
    st.integers(min_value=0, max_value=4),
)
def test_a_limit_is_printed_outside_of_itself_and_no_further_than_one_unit(value, decimals):
    least, greatest = (
        Fraction(format_outward(value, decimals, side)) for side in ("minimum", "maximum")
    )
    unit = Fraction(1, 10**decimals)
    assert value - unit < least <= value <= greatest < value + unit


def test_a_limit_has_two_sides():
    with pytest.raises(ValueError, match="side must be minimum or maximum, got 'middle'"):
        format_outward(1, 0, "middle")


# Numbers of tables


def one_below_ten(value):
    """A style of journals: one decimal below 10, none from 10 on."""
    return 1 if abs(round_to(value, 1)) < 10 else 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (9.94, "9.9"),
        (9.949999, "9.9"),
        (9.95, "10"),
        (Fraction(199, 20), "10"),
        (9.99, "10"),
        (10, "10"),
        (10.5, "11"),
        (-9.94, "−9.9"),
        (-9.95, "−10"),
        (-0.04, "0.0"),
        (0, "0.0"),
        (99.5, "100"),
    ],
)
def test_decimals_may_depend_on_the_number_as_it_is_printed(value, expected):
    assert format_table_number(value, one_below_ten) == expected
    assert format_median_quartiles(value, None, None, decimals=one_below_ten) == expected


@pytest.mark.parametrize(
    ("numbers", "options", "expected"),
    [
        ((9.95, 9.94, 10.4), {"decimals": 1}, "10.0 (9.9–10.4)"),
        ((9.95, 9.94, 10.4), {"decimals": one_below_ten}, "10 (9.9–10)"),
        ((2.5, 0.5, 3.5), {"decimals": 0, "rounding": "half-even"}, "2 (0–4)"),
        ((2.5, 0.5, 3.5), {"decimals": 0}, "3 (1–4)"),
        ((5, None, 7), {"decimals": 0}, "5 (NA–7)"),
        ((5, 3, float("nan")), {"decimals": 0, "missing": "–"}, "5 (3––)"),
        ((5, float("nan"), None), {"decimals": 1}, "5.0"),
        ((-5, -6, -4), {"decimals": 0}, "−5 (−6 to −4)"),
        ((0, -1, 1), {"decimals": 0}, "0 (−1 to 1)"),
        ((-1, 0, 1), {"decimals": 0}, "−1 (0–1)"),
        ((0, -0.04, 0.04), {"decimals": 1}, "0.0 (0.0–0.0)"),
    ],
)
def test_a_median_with_its_quartiles(numbers, options, expected):
    assert format_median_quartiles(*numbers, **options) == expected


def test_table_numbers_are_rounded_by_the_rule():
    assert [format_table_number(2.5, 0, rule) for rule in ("half-up", "half-even")] == ["3", "2"]
    assert format_table_number(-2.5, 0, "truncate") == "−2"


@pytest.mark.parametrize(
    ("low", "high", "decimals", "expected"),
    [(0.2025, 0.665, 1, "20.3 to 66.5"), (0, 1, 0, "0 to 100"), (0.0995, 0.0005, 1, "10.0 to 0.1")],
)
def test_a_range_of_proportions_is_one_of_percentages(low, high, decimals, expected):
    assert percent_range(low, high, decimals) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("–1.4 (–2.0 to 0)", "−1.4 (−2.0 to 0)"),
        ("5–7", "5–7"),
        ("[–3, 4–5]", "[−3, 4–5]"),
        ("a –1", "a −1"),
        ("week – 1", "week – 1"),
        ("x–1", "x–1"),
    ],
)
def test_a_dash_before_a_number_is_its_sign_and_between_two_a_range(text, expected):
    assert with_minus_signs(text) == expected


def test_words_are_numbers():
    cardinals = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
                 "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
                 "seventeen", "eighteen", "nineteen", "twenty"]  # fmt: skip
    expected = {word: value for value, word in enumerate(cardinals)}
    expected |= {"no": 0, "none": 0, "both": 2, "first": 1, "second": 2, "third": 3}
    assert expected == NUMBER_WORDS
    assert {word: parse(f" {word.title()} ").value for word in NUMBER_WORDS} == expected


def test_a_word_is_a_whole_number():
    number = parse("Twenty")
    assert (number.decimals, number.relation, number.percent) == (0, "", False)
    assert number.is_p_value is False


@given(st.integers(-(10**6), 10**6), st.integers(0, 3), st.sampled_from(["<", ">", "≤", "≥"]))
def test_a_bound_excludes_its_own_value_or_includes_it(value, decimals, relation):
    number = Fraction(value, 10**decimals)
    text = f"{relation} {format_rounded(number, decimals)}"
    assert matches_print(number, parse(text)) is (relation in "≤≥")
    assert matches_print(number - Fraction(1, 10**6), parse(text)) is (relation in "<≤")
    assert matches_print(number + Fraction(1, 10**6), parse(text)) is (relation in ">≥")


def test_a_p_value_is_told_from_another_number():
    assert [parse(text).is_p_value for text in ("P = .03", "p<0.05", "= .03", "0.03", "no")] == [
        *(True, True, False, False, False)
    ]
    assert parse("P = 0").value == 0


@pytest.mark.parametrize(
    "value",
    [True, np.True_, "0.5", None, np.ma.masked, np.array(0.5), pd.NA, 1j, np.timedelta64(5, "D")],
    ids=str,
)
def test_what_is_not_a_number_is_not_printed(value):
    with pytest.raises(ValueError, match=r"cannot be printed: it is not a number$"):
        format_rounded(value, 1)


@pytest.mark.parametrize("value", [Decimal("nan"), Decimal("sNaN"), Decimal("-inf")])
def test_decimals_that_are_not_finite_are_not_printed(value):
    with pytest.raises(ValueError, match="not finite"):
        format_rounded(value, 1)


def test_numbers_of_numpy_are_printed_by_their_decimal():
    assert format_rounded(np.float32(0.35), 1) == format_rounded(np.float16(0.35), 1) == "0.4"
    assert format_rounded(np.int64(3), np.int64(25)) == f"3.{'0' * 25}"
    assert percent_range(np.uint8(2), Fraction(5, 2), 0) == "200 to 250"


@pytest.mark.parametrize("decimals", [True, 1.0, "1", None, -1, 10_001, np.array(1)])
def test_decimals_are_whole_numbers(decimals):
    for call in (
        lambda: format_rounded(0.5, decimals),
        lambda: format_outward(0.5, decimals, "minimum"),
        lambda: percent_range(0.1, 0.2, decimals),
        lambda: format_table_number(0.5, decimals),
        lambda: format_table_number(0.5, lambda _: decimals),
        lambda: format_median_quartiles(1, None, 2, decimals=decimals),
    ):
        with pytest.raises(
            ValueError, match=r"^decimals must be a whole number from 0 to 10,000, got "
        ):
            call()


def test_every_digit_is_kept():
    # 28 digits are what the decimal module keeps by default.
    assert format_rounded(Fraction(1, 3), 40) == f"0.{'3' * 40}"
    assert format_rounded(10**40 + 1, 1) == f"1{'0' * 39}1.0"
    assert format_outward(Fraction(1, 3), 40, "maximum") == f"0.{'3' * 39}4"
    assert str(parse(f"1.{'2' * 40}e-3").value) == f"0.001{'2' * 40}"
    assert matches_print(Fraction(1, 3), parse(f"0.{'3' * 40}"))
    assert not matches_print(Fraction(1, 3), parse(f"0.{'3' * 39}4"))


@pytest.mark.parametrize("text", [None, 3, 0.5, b"0.5", Decimal("0.5")])
def test_a_printed_number_is_text(text):
    with pytest.raises(ValueError, match=r"^a printed number must be text, got "):
        parse(text)


def test_a_missing_quartile_is_printed_as_text():
    with pytest.raises(ValueError, match=r"^missing must be text, got None$"):
        format_median_quartiles(1, None, 3, decimals=1, missing=None)
    with pytest.raises(ValueError, match=r"^<NA> cannot be printed"):
        format_median_quartiles(1, pd.NA, 3, decimals=1)


def test_a_long_text_is_not_repeated_at_length():
    with pytest.raises(ValueError, match="is not a printed number") as raised:
        parse("3" * 5_000 + "x")
    assert len(str(raised.value)) < 250
