"""Printed percentages against trying every count of every group."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.forensics import (
    check_percentages,
    explain_rounding,
    format_exact,
    percentage_consistency,
    summarise_checks,
)
from tisstats.forensics._printed import multiples_rounding_to
from tisstats.printed import ROUNDING_RULES, format_rounded, matches_print, parse


def test_the_primary_percentage_of_the_pilot_study():
    checked = percentage_consistency("42.0", 8, 19, rounding="half-up")
    assert not checked.possible
    assert (checked.recomputed, checked.counts, checked.possible_n) == ("42.1", (), ())
    assert checked.smallest_n == 50
    assert checked.rounding_error == "rounded to 0 decimals first, then printed with 1 decimal"
    assert checked.verdict == (
        "42.0 is inconsistent with 8 of 19, which rounds to 42.1; rounded to 0 decimals first, "
        "then printed with 1 decimal; no group smaller than 50 has a matching count"
    )
    assert percentage_consistency("42%", 8, 19).verdict == "42% is 8 of 19"


def test_halves_are_where_rules_differ():
    for rounding, printed in [("half-up", "63"), ("half-even", "62"), ("truncate", "62")]:
        assert percentage_consistency(printed, 5, 8, rounding=rounding).possible
    assert percentage_consistency("62", 5, 8).rounding_error == "half rounded to the even digit"
    assert percentage_consistency("63", 5, 8, rounding="half-even").rounding_error == (
        "half rounded away from zero"
    )
    assert percentage_consistency("42.1", 8, 19, rounding="truncate").possible
    assert percentage_consistency("66", 2, 3).rounding_error == "truncated instead of rounded"


def test_without_a_count_any_will_do():
    assert percentage_consistency("55", None, 20).counts == (11,)
    none = percentage_consistency("55", None, 19)
    assert (none.possible, none.verdict) == (False, "no count of 19 rounds to 55")
    assert (
        percentage_consistency("50", None, 1000).verdict
        == "50 is consistent with 495 to 504 of 1000"
    )
    assert percentage_consistency("25", 3, 12).possible_n == (12,)


@examples(38)
@given(
    whole=st.integers(0, 1000),
    decimals=st.integers(0, 2),
    n=st.integers(1, 60),
    rounding=st.sampled_from(ROUNDING_RULES),
)
def test_counts_are_all_that_print_so(whole, decimals, n, rounding):
    printed = format_rounded(Fraction(whole, 10**decimals), decimals)
    number = parse(printed)
    tried = [k for k in range(n + 1) if matches_print(Fraction(100 * k, n), number, rounding)]
    assert percentage_consistency(printed, None, n, rounding=rounding).counts == tuple(tried)


@examples(15)
@given(n=st.integers(1, 200), data=st.data(), rounding=st.sampled_from(ROUNDING_RULES))
def test_what_a_count_prints_is_possible(n, data, rounding):
    count = data.draw(st.integers(0, n))
    decimals = data.draw(st.integers(0, 3))
    printed = format_rounded(Fraction(100 * count, n), decimals, rounding)
    checked = percentage_consistency(printed, count, n, rounding=rounding)
    assert checked.possible
    assert checked.recomputed == printed
    assert count in checked.counts
    assert n in checked.possible_n
    assert checked.smallest_n is not None
    assert checked.smallest_n <= n
    assert checked.rounding_error == ""


def test_every_slip_has_a_name():
    assert explain_rounding(Fraction(800, 19), parse("42.0")).startswith("rounded to 0 decimals")
    assert explain_rounding(Fraction(1445, 1000), parse("1.5")).startswith("rounded twice, to 2")
    assert explain_rounding(Fraction(800, 19), parse("43.0")) == ""
    assert explain_rounding(Fraction(800, 19), parse("42.10")) == (
        "rounded to 1 decimal first, then printed with 2 decimals"
    )
    assert explain_rounding(2.7, parse("3"), "truncate") == "rounded instead of truncated"


def test_an_exact_value_keeps_all_its_digits():
    """Also those beyond the 28 of Python's decimals."""
    for value in (Fraction(1, 2**100), Fraction(10**40 + 1, 1000), Fraction(-7, 2**40), 10**30):
        assert Fraction(format_exact(Fraction(value))) == value


def test_three_layers():
    table = pd.DataFrame(
        {"printed": ["63", "42.0", "55"], "count": [12, 8, np.nan], "n": [19, 19, 20]}
    )
    checked = check_percentages(table, rounding="half-up")
    assert checked["possible"].tolist() == [True, False, True]
    assert checked["counts"].tolist() == [(12,), (), (11,)]
    assert checked["recomputed"].tolist() == ["63", "42.1", ""]
    assert list(table) == ["printed", "count", "n"]
    assert summarise_checks(checked).to_dict("list") == {
        "checked": [3],
        "possible": [2],
        "not_possible": [1],
    }


ALLOWED = "must be a number as printed, a string such as '42.0', '–1.3' or '38%'"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: percentage_consistency(42.0, 8, 19), f"printed {ALLOWED}, got 42.0"),
        (
            lambda: percentage_consistency("42,0", 8, 19),
            f"printed {ALLOWED}, got '42,0'; "
            "a comma may separate decimals or thousands; write 0.03, or 1199",
        ),
        (lambda: percentage_consistency("", 8, 19), f"printed {ALLOWED}, got ''"),
        (
            lambda: percentage_consistency("42", 20, 19),
            "count must be a whole number from 0 to 19, got 20",
        ),
        (
            lambda: percentage_consistency("42", 0, 0),
            "n must be a whole number from 1 to 10,000,000, got 0",
        ),
        (
            lambda: percentage_consistency("42", None, 10_000_001),
            "n must be a whole number from 1 to 10,000,000, got 10000001",
        ),
        (
            lambda: percentage_consistency("42", 8, 19, rounding="nearest"),
            "rounding must be one of half-up, half-even, truncate, got 'nearest'",
        ),
        (
            lambda: check_percentages(pd.DataFrame({"printed": ["42"]})),
            "frame must have the columns printed, n, lacks n",
        ),
        (
            lambda: check_percentages(pd.DataFrame({"printed": ["42", 42], "n": 19})),
            f"row 2: printed {ALLOWED}, got 42",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must") as error:
        call()
    assert str(error.value) == message
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("rounding", ROUNDING_RULES)
@pytest.mark.parametrize("unit", [Fraction(1, 10), Fraction(1, 4), Fraction(1, 3), Fraction(2)])
@pytest.mark.parametrize("text", ["0", "0.0", "1", "-1", "2.5", "-2.5", "-0.1"])
def test_multiples_that_print_so_are_those_found_by_looking(text, unit, rounding):
    printed = parse(text)
    looked = [m for m in range(-60, 61) if matches_print(m * unit, printed, rounding)]
    assert list(multiples_rounding_to(printed, unit, rounding)) == looked


def test_where_no_group_of_a_thousand_has_the_percentage_the_limit_is_named():
    # The smallest share of 1000 is 0.1%.
    assert percentage_consistency("0.01", 1, 9).verdict == (
        "0.01 is inconsistent with 1 of 9, which rounds to 11.11; no group smaller than 1001 has a "
        "matching count"
    )
    assert percentage_consistency("0.1", 1, 1000).smallest_n is not None
    assert percentage_consistency("99.90", 999, 1000).verdict == "99.90 is 999 of 1000"


def test_the_other_counts_of_the_group_are_named():
    assert percentage_consistency("50", 1, 4).verdict == (
        "50 is inconsistent with 1 of 4, which rounds to 25; 2 of 4 would match"
    )
    assert percentage_consistency("50", 5, 200).verdict.endswith("99 or 100 of 200 would match")
    assert percentage_consistency("50", 5, 400).verdict.endswith("198 to 201 of 400 would match")
    # A smaller group has it, this one has not.
    assert percentage_consistency("50", 1, 3).verdict == (
        "50 is inconsistent with 1 of 3, which rounds to 33; no count of 3 rounds to 50"
    )


def test_groups_of_up_to_a_thousand_are_looked_at():
    assert percentage_consistency("0.1", 1, 20).possible_n == tuple(range(667, 1001))
    assert percentage_consistency("0.1000", None, 20).smallest_n == 1000
    assert percentage_consistency("0.0999", None, 20).smallest_n is None  # 1 of 1001
