"""Printed intervals of a proportion against every method."""

import pandas as pd
import pytest

from tisstats.forensics import (
    check_intervals,
    interval_consistency,
    methods_matching_limit,
    summarise_checks,
)
from tisstats.printed import ROUNDING_RULES, format_rounded
from tisstats.statistics import INTERVAL_METHODS, proportion_interval


def test_the_primary_interval_of_the_pilot_study():
    checked = interval_consistency(("19.6", "64.6"), 8, 19, 0.95, "clopper-pearson", percent=True)
    assert not checked.possible
    assert checked.recomputed == ("20.3", "66.5")
    assert checked.methods == ("wald-max-variance",)
    assert interval_consistency(("19.6%", "64.6%"), 8, 19).methods == checked.methods
    assert checked.verdict == (
        "19.6 to 64.6 does not match clopper-pearson of 8 in 19, which gives 20.3 to 66.5; "
        f"of {len(INTERVAL_METHODS)} methods, wald-max-variance would match both limits"
    )


def test_the_planned_interval_of_the_pilot_study():
    checked = interval_consistency(("0.361", "0.809"), 12, 20)
    assert checked.possible
    assert "clopper-pearson" in checked.methods
    assert not interval_consistency(("0.361", "0.809"), 12, 20, confidence_level=0.9).possible


@pytest.mark.parametrize("method", list(INTERVAL_METHODS))
@pytest.mark.parametrize("rounding", ROUNDING_RULES)
def test_what_a_method_prints_is_possible_and_names_it(method, rounding):
    for successes, trials in [(0, 19), (8, 19), (3, 11), (20, 20)]:
        interval = proportion_interval(successes, trials, 0.9, method)
        printed = (
            format_rounded(interval.low, 3, rounding),
            format_rounded(interval.high, 3, rounding),
        )
        checked = interval_consistency(
            printed, successes, trials, 0.9, method, percent=False, rounding=rounding
        )
        assert checked.possible
        assert checked.recomputed == printed
        assert method in checked.methods
        assert set(checked.methods) == set(checked.low_methods) & set(checked.high_methods)


def test_one_limit_alone_does_not_do():
    checked = interval_consistency(("20.3", "64.6"), 8, 19, percent=True)
    assert not checked.possible
    assert "clopper-pearson" in checked.low_methods
    assert "clopper-pearson" not in checked.high_methods
    assert checked.methods == ()
    assert "none would match both limits" in checked.verdict


def test_several_methods_that_would_match_are_joined():
    printed = [f"{100 * limit:.0f}" for limit in proportion_interval(8, 19, 0.95, "wilson")]
    checked = interval_consistency(tuple(printed), 8, 19, percent=True)
    assert len(checked.methods) > 1
    named = " and ".join(checked.methods)
    assert checked.verdict.endswith(f"methods, {named} would match both limits")


def test_slips_are_named():
    checked = interval_consistency(("20.2", "66.5"), 8, 19, percent=True)
    assert checked.rounding_errors == ("truncated instead of rounded", "")
    assert "lower limit truncated instead of rounded" in checked.verdict


def test_three_layers():
    table = pd.DataFrame(
        {
            "low": ["19.6", "36.1", "19.6"],
            "high": ["64.6", "80.9", "64.6"],
            "successes": [8, 12, 8],
            "trials": [19, 20, 19],
            "method": [None, "clopper-pearson", "wald-max-variance"],
        }
    )
    checked = check_intervals(table, percent=True)
    assert checked["possible"].tolist() == [False, True, True]
    assert checked["recomputed"].tolist() == ["20.3 to 66.5", "36.1 to 80.9", "19.6 to 64.6"]
    assert summarise_checks(checked, by="trials")["possible"].tolist() == [1, 1]


def test_a_table_has_proportions_unless_it_is_said_to_have_percentages():
    table = pd.DataFrame({"low": ["0.203"], "high": ["0.665"], "successes": [8], "trials": [19]})
    assert check_intervals(table)["possible"].tolist() == [True]
    assert check_intervals(table, percent=True)["possible"].tolist() == [False]


ALLOWED = "must be a number as printed, a string such as '42.0', '–1.3' or '38%'"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: interval_consistency(("19.6", 64.6), 8, 19),
            f"upper limit {ALLOWED}, got 64.6",
        ),
        (
            lambda: interval_consistency("19.6, 64.6", 8, 19),
            "printed must be two strings, the lower and the upper limit, got '19.6, 64.6'",
        ),
        (
            lambda: interval_consistency(("0.1", "0.5"), 20, 19),
            "successes must be a whole number from 0 to 19, got 20",
        ),
        (
            lambda: interval_consistency(("0.1", "0.5"), 8, 19, 95),
            "confidence_level must be a proportion strictly between 0 and 1, "
            "got 95; did you mean 0.95?",
        ),
        (
            lambda: interval_consistency(("0.1", "0.5"), 8, 19, method="exact"),
            f"method must be one of {', '.join(INTERVAL_METHODS)}, got 'exact'",
        ),
        (
            lambda: methods_matching_limit("lower", "0.1", 8, 19),
            "limit must be one of low, high, got 'lower'",
        ),
        (
            lambda: check_intervals(
                pd.DataFrame({"low": ["?"], "high": ["1"], "successes": 1, "trials": 2})
            ),
            f"row 1: lower limit {ALLOWED}, got '?'",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must") as error:
        call()
    assert str(error.value) == message


def test_limits_that_are_no_pair_are_refused_by_name():
    with pytest.raises(ValueError, match="printed must be two strings"):
        interval_consistency(None, 8, 19)


def test_rows_may_have_their_own_level():
    table = pd.DataFrame({"low": ["20.3"], "high": ["66.5"], "successes": [8], "trials": [19]})
    own = table.assign(confidence_level=0.9)
    assert check_intervals(table, percent=True)["possible"].tolist() == [True]
    assert check_intervals(own, percent=True)["possible"].tolist() == [False]
    of_all = check_intervals(table, percent=True, confidence_level=0.9)
    assert check_intervals(own, percent=True)["recomputed"].equals(of_all["recomputed"])


def test_the_verdict_in_words():
    found = interval_consistency(("20.3", "66.5"), 8, 19, percent=True)
    assert found.verdict == "20.3 to 66.5 matches clopper-pearson of 8 in 19"
    found = interval_consistency(("1.0", "2.0"), 8, 19, percent=True)
    assert found.verdict == (
        "1.0 to 2.0 does not match clopper-pearson of 8 in 19, which gives 20.3 to 66.5; "
        f"of {len(INTERVAL_METHODS)} methods, none would match both limits"
    )
