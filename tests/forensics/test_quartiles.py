"""Joint feasibility of printed quartiles, against looking at all sets of values there are."""

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.forensics import check_quartiles, quartile_consistency, summarise_checks
from tisstats.forensics._printed import parse_limits
from tisstats.printed import ROUNDING_RULES, format_rounded, matches_print, parse
from tisstats.statistics import QUANTILE_DEFINITIONS, quantile_weights, quantiles

QUARTERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


def quartiles_of(values, definition):
    """The three quartiles exactly, None for one that there is not."""
    found = []
    for share in QUARTERS:
        weights = quantile_weights(len(values), share, definition)
        terms = [weight * values[rank - 1] for rank, weight in weights.items()]
        found.append(sum(terms, Fraction(0)) if terms else None)
    return found


def some_values_print_so(printed, n, step, low, high, definition, rounding):
    """Look at every sorted set of values on the grid."""
    first, last = -(-low // step), high // step
    grid = [step * place for place in range(int(first), int(last) + 1)]
    asked = [None if text is None else parse(text) for text in printed]
    for values in itertools.combinations_with_replacement(grid, n):
        found = quartiles_of(values, definition)
        if all(
            number is None or (value is not None and matches_print(value, number, rounding))
            for number, value in zip(asked, found, strict=True)
        ):
            return True
    return False


def numbers(low, high, decimals):
    scale = 10**decimals
    return st.integers(low * scale, high * scale).map(
        lambda whole: format_rounded(Fraction(whole, scale), decimals)
    )


@examples(20)
@given(
    n=st.integers(1, 5),
    step=st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3)]),
    limits=st.tuples(st.integers(-3, 1), st.integers(1, 4)),
    printed=st.lists(
        st.integers(0, 1).flatmap(lambda decimals: numbers(-4, 5, decimals)), min_size=3, max_size=3
    ),
    ordered=st.booleans(),
    definition=st.sampled_from(list(QUANTILE_DEFINITIONS)),
    rounding=st.sampled_from(ROUNDING_RULES),
)
def test_agrees_with_a_look_at_all_sets(n, step, limits, printed, ordered, definition, rounding):
    low, high = limits
    if ordered:
        printed = sorted(printed, key=float)
    checked = quartile_consistency(*printed, n, step, low, high, definition, rounding=rounding)
    expected = some_values_print_so(printed, n, step, low, high, definition, rounding)
    assert checked.possible == expected
    assert bool(checked.reason) == (not expected)


def test_quartiles_of_the_same_two_values_need_no_limits_of_the_scale():
    # Of -1 and 1: the quartiles differ by half of their gap, however small the values are.
    found = quartile_consistency("-0.5", "0", "0.5", 2, Fraction(1), None, None, 7)
    assert found.possible
    assert not quartile_consistency("-0.5", "0", "0.75", 2, Fraction(1), None, None, 7).possible


@settings(deadline=None, max_examples=80)
@given(
    values=st.lists(st.integers(-40, 60), min_size=1, max_size=25),
    step=st.sampled_from(
        [Fraction(1), Fraction(1, 8), Fraction(1, 10), Fraction(5), Fraction(1, 2)]
    ),
    decimals=st.integers(0, 2),
    definition=st.sampled_from(list(QUANTILE_DEFINITIONS)),
    rounding=st.sampled_from(ROUNDING_RULES),
    limited=st.booleans(),
)
def test_quartiles_that_values_have_are_possible(
    values, step, decimals, definition, rounding, limited
):
    values = sorted(step * value for value in values)
    found = quartiles_of(values, definition)
    assume(any(value is not None for value in found))
    printed = [None if x is None else format_rounded(x, decimals, rounding) for x in found]
    limits = (values[0], values[-1]) if limited else (None, None)
    checked = quartile_consistency(
        *printed, len(values), step, *limits, definition, rounding=rounding
    )
    assert checked.possible
    witness = checked.example
    assert list(witness) == sorted(witness)
    assert len(witness) == len(values)
    assert all((value / step).denominator == 1 for value in witness)
    if limited:
        assert values[0] <= witness[0]
        assert witness[-1] <= values[-1]
    # The floats of another implementation, too, print so, but for halves that noise decides.
    for text, share in zip(printed, QUARTERS, strict=True):
        if text is not None:
            value = float(quantiles([float(x) for x in witness], float(share), definition))
            assert value == pytest.approx(float(text), abs=1.01 * 10.0**-decimals)


@examples(8)
@given(
    printed=st.lists(numbers(0, 9, 0), min_size=3, max_size=3),
    n=st.integers(2, 4),
    definition=st.sampled_from([2, 5, 6, 7, 8, 9, "spss", "tukey-hinges"]),
)
def test_without_limits_nothing_far_away_is_missed(printed, n, definition):
    """Widening the limits of the search that looks at all sets changes nothing any more.

    No definition puts a quartile of three values beyond the middle of a value and the median: with
    quartiles that print as 0 to 9, no value is below -11 or above 20.
    """
    printed = sorted(printed, key=float)
    checked = quartile_consistency(*printed, n, 1, definition=definition)
    if n <= 3 or checked.possible:
        limits = (-15, 24) if n <= 3 else (min(checked.example), max(checked.example))
        assert checked.possible == some_values_print_so(
            printed, n, Fraction(1), *limits, definition, "half-up"
        )


@settings(deadline=None, max_examples=40)
@given(
    printed=st.lists(numbers(-4, 5, 0), min_size=3, max_size=3),
    n=st.integers(1, 6),
    definition=st.sampled_from(list(QUANTILE_DEFINITIONS)),
    end=st.integers(-5, 6),
    upper=st.booleans(),
)
def test_a_scale_with_one_end_is_one_whose_other_end_is_far_away(
    printed, n, definition, end, upper
):
    printed = sorted(printed, key=float)
    near, far = ("high", "low") if upper else ("low", "high")
    one = quartile_consistency(*printed, n, 1, definition=definition, **{near: end})
    two = quartile_consistency(
        *printed, n, 1, definition=definition, **{near: end, far: -1000 if upper else 1000}
    )
    assert one.possible == two.possible
    if one.possible:
        assert max(one.example) <= end if upper else min(one.example) >= end


@pytest.mark.parametrize(("near", "end"), [("low", 3), ("high", -3)])
def test_an_end_itself_may_be_a_value(near, end):
    printed = (str(end),) * 3
    assert quartile_consistency(*printed, 5, 1, definition=6, **{near: end}).example == (end,) * 5
    beyond = end + 1 if near == "low" else end - 1
    found = quartile_consistency(*printed, 5, 1, definition=6, **{near: beyond})
    assert not found.possible


def test_the_ages_of_four_patients_rule_one_definition_out():
    ages = quartile_consistency("35", "60", "77", 4, 1, low=18)
    assert "spss" in ages.definitions
    assert 7 not in ages.definitions
    assert (
        ages.by_definition[7].reason == "a value would have to be 15 or lower, below the minimum 18"
    )
    # At 15 it would be possible.
    assert quartile_consistency("35", "60", "77", 4, 1, low=15, definition=7).possible
    assert not quartile_consistency("35", "60", "77", 4, 1, low=16, definition=7).possible


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ("4.3", "5.0", "6.0", 19, 1),
            "19 values in steps of 1 cannot have a first quartile of 4.3",
        ),
        (("215", "211", "225", 19, 1), "the first quartile 215 lies above the median 211"),
        (
            ("185", "211", "271", 19, 1, 0, 260),
            "a value would have to be 271 or higher, above the maximum 260",
        ),
        (
            ("18.5", "21.0", "27.5", 19, Fraction(1, 2), 0, 26),
            "a value would have to be 27.5 or higher, above the maximum 26",
        ),
        (("1", "2", None, 1, 1), "median undefined for 1 value"),
        (("1", "2", "3", 3, 1), "third quartile undefined for 3 values"),
        (("1", "2", "3", 1, 1), "median and third quartile undefined for 1 value"),
        (
            ("10", "11", "13", 2, 1, None, None, 2),
            "2 values in steps of 1 can have any two of the quartiles, but not all at once",
        ),
    ],
)
def test_the_reason_is_said(arguments, reason):
    if len(arguments) < 8:
        arguments = (*arguments, *[None] * (7 - len(arguments)), "spss")
    assert quartile_consistency(*arguments).reason == reason


def test_neither_limit_alone_may_be_what_makes_quartiles_impossible():
    checked = quartile_consistency("0", "5", "10", 4, 1, 2, 8, definition="spss")
    assert checked.reason == (
        "no values within the limits have these quartiles, even without one of the limits"
    )


def test_the_rounding_rule_matters():
    # The mean of 4 and 5 prints as 5 when halves go up, and as 4 otherwise.
    for rounding, expected in [("half-up", "5"), ("half-even", "4"), ("truncate", "4")]:
        for text in ("4", "5"):
            checked = quartile_consistency("4", text, "5", 2, 1, definition=2, rounding=rounding)
            assert checked.possible == (text == expected)


def test_a_long_scale_without_end_is_searched_at_once():
    assert quartile_consistency("179", "1199", "6500", 4, 1, low=0, definition=7).possible
    checked = quartile_consistency("179", "5000", "6500", 4, 1, low=0, definition=7)
    assert checked.reason.startswith("a value would have to be -")
    assert quartile_consistency("179", "1199", "6500", 18, 1, low=0).possible


def test_steps_and_limits_may_be_any_exact_or_decimal_number():
    expected = quartile_consistency("1.5", "2.0", "2.5", 6, Fraction(1, 8), 0, 3, "spss").example
    for step in (0.125, np.float64(0.125)):
        checked = quartile_consistency("1.5", "2.0", "2.5", 6, step, np.int64(0), 3.0, "spss")
        assert checked.example == expected
    assert quartile_consistency("3.2", "3.8", "4.0", 19, 0.1, definition="spss").step == Fraction(
        1, 10
    )


def test_the_verdict_says_what_holds_by_which_definition():
    text = quartile_consistency("35", "60", "77", 4, 1, 18, definition=["spss", 7]).verdict
    assert text == (
        "spss: possible, e.g. 30, 50, 70, 79; "
        "7: impossible, a value would have to be 15 or lower, below the minimum 18"
    )


def test_three_layers():
    table = pd.DataFrame(
        {
            "group": ["NM/OM", "DM", "DM"],
            "q1": ["35", "31", None],
            "median": ["60", "44", "5"],
            "q3": ["77", "61", "6"],
            "n": [4, 8, 8],
            "step": 1,
            "low": [18, 18, np.nan],
        },
        index=[5, 6, 7],
    )
    checked = check_quartiles(table, definition=7, rounding="half-up")
    assert checked.index.tolist() == [5, 6, 7]
    assert checked["possible"].tolist() == [False, True, True]
    assert checked["definitions"].tolist() == [(), (7,), (7,)]
    assert "possible" not in table
    summary = summarise_checks(checked, by="group")
    assert summary.to_dict("list") == {
        "group": ["NM/OM", "DM"],
        "checked": [1, 2],
        "possible": [0, 2],
        "not_possible": [1, 0],
    }
    assert summarise_checks(checked).to_dict("list") == {
        "checked": [3],
        "possible": [2],
        "not_possible": [1],
    }


ALLOWED = "must be a number as printed, a string such as '42.0', '–1.3' or '38%'"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: quartile_consistency(35, "60", "77", 4, 1),
            f"first quartile {ALLOWED}, got 35",
        ),
        (
            lambda: quartile_consistency("35", "sixtyish", "77", 4, 1),
            f"median {ALLOWED}, got 'sixtyish'",
        ),
        (
            lambda: quartile_consistency("35", "60", "< 77", 4, 1),
            f"third quartile {ALLOWED}, not a bound, got '< 77'",
        ),
        (
            lambda: quartile_consistency(None, None, None, 4, 1),
            "one of q1, median and q3 must be printed, got None for all",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 0, 1),
            "n must be a whole number from 1 to 100,000, got 0",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 4, 0),
            "step must be positive, got 0",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 4, 1, 9, 8),
            "low must be at most high, 8, got 9",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 4, 1, definition=10),
            "definition must be one of spss, 1, 2, 3, 4, 5, 6, 7, 8, 9, tukey-hinges, got 10",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 4, 1, definition=[]),
            "definition must name at least one definition, got none",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 4, 1, rounding="up"),
            "rounding must be one of half-up, half-even, truncate, got 'up'",
        ),
        (
            lambda: quartile_consistency("35000", "60000", "77000", 4, 0.001, definition="spss"),
            "step must be coarser for these quartiles, which leave 8334666 candidates",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 100_001, 1),
            "n must be a whole number from 1 to 100,000, got 100001",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 4, 1e-320),
            "step must be from 1e-100 to 1e100, got 1e-320",
        ),
        (
            lambda: quartile_consistency("35", "60", "77", 4, 1, high="-1e101"),
            "high must be 0, or in size from 1e-100 to 1e100, got '-1e101'",
        ),
        (
            lambda: check_quartiles(pd.DataFrame({"q1": ["1"]})),
            "frame must have the columns q1, median, q3, n, step, lacks median, q3, n, step",
        ),
        (
            lambda: check_quartiles(
                pd.DataFrame({"q1": ["1", "x"], "median": "2", "q3": "3", "n": 9, "step": 1})
            ),
            f"row 2: first quartile {ALLOWED}, got 'x'",
        ),
        (
            lambda: summarise_checks(pd.DataFrame({"a": [1]})),
            "checked must have the column possible, has a",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must") as error:
        call()
    assert str(error.value) == message


def test_steps_and_limits_may_be_strings_as_for_the_range_of_p():
    by_text = quartile_consistency("–1.3", "–0.2", "0.0", 19, "1/10", low="-10", high="10")
    assert by_text == quartile_consistency(
        "–1.3", "–0.2", "0.0", 19, Fraction(1, 10), low=-10, high=10
    )


def test_no_definition_is_refused_by_name():
    with pytest.raises(ValueError, match="definition must be 'all' or one of spss, 1"):
        quartile_consistency("1", "2", "3", 5, 1, definition=None)


@pytest.mark.parametrize("name", ["low", "high"])
def test_a_limit_that_is_no_number_is_named(name):
    with pytest.raises(ValueError, match=f"^{name} must be a finite number"):
        parse_limits(**{"low": None, "high": None, name: "x"})


def test_numbers_of_numpy_do_not_overflow():
    small = [np.uint8(each) for each in (200, 1, 0, 100)]
    assert quartile_consistency("10", "20", "30", *small) == quartile_consistency(
        "10", "20", "30", 200, 1, 0, 100
    )


def test_a_printed_number_beyond_any_measurement_is_refused_by_name():
    with pytest.raises(ValueError, match="must be a number as printed") as raised:
        quartile_consistency("1", "2", "9" * 400, 19, 1)
    assert str(raised.value).endswith("(400 characters); at most 1e100")
