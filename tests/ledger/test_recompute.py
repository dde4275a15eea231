"""Percentages and interval limits that follow from counts, against scipy's test of a proportion."""

from fractions import Fraction

import pytest
from scipy.stats import binomtest

from tests.ledger.facts import claim_inputs
from tisstats.ledger import recompute
from tisstats.ledger.claim import Finding
from tisstats.statistics import INTERVAL_METHODS, method_title

SHARE = "count=count of=of"
INTERVAL = "successes=count trials=of level=level by=clopper-pearson"
PLAN = "trials=planned proportion=share level=level by=clopper-pearson"


def finding(method, printed, inputs, unit="%", **options):
    facts = {"count": "4", "of": "11", "level": "95", "planned": "20", "share": "0.6"}
    return getattr(recompute, method)(claim_inputs(printed, inputs, facts, unit=unit), **options)


def test_a_percentage_that_agrees_needs_no_more_words():
    assert finding("percentage", "36.4", SHARE) == Finding(Fraction(400, 11), remarks=("4 of 11",))


def test_a_percentage_that_differs_is_told_with_the_smallest_group_that_has_it():
    found = finding("percentage", "36.3", SHARE)
    assert (found.value, found.rounding_error) == (
        Fraction(400, 11), "truncated instead of rounded"
    )  # fmt: skip
    # The slow way: every count of every group, until one prints so.
    smallest = next(
        n for n in range(1, 999)
        if any(Fraction(3625, 100) <= Fraction(100 * k, n) < Fraction(3635, 100)
               for k in range(n + 1))
    )  # fmt: skip
    remark = f"no count in a group of fewer than {smallest} rounds to 36.3"
    assert found.remarks == ("4 of 11", remark)


def test_no_group_is_named_where_none_of_a_thousand_has_the_percentage():
    assert finding("percentage", "0.01", SHARE) == Finding(Fraction(400, 11), remarks=("4 of 11",))


@pytest.mark.parametrize(
    ("limit", "printed", "unit"),
    [
        ("low", "10.9", "%"),
        ("high", "69.2", "%"),
        ("low", "0.109", "proportion"),
        ("high", "0.692", "proportion"),
    ],
)
def test_a_limit_is_computed_in_the_unit_of_the_claim(limit, printed, unit):
    found = finding("interval_limit", printed, INTERVAL, unit, limit=limit)
    exact = getattr(binomtest(4, 11).proportion_ci(0.95, "exact"), limit)
    assert found.value == pytest.approx(100 * exact if unit == "%" else exact, rel=1e-9)
    assert found.remarks == (f"4 of 11, {method_title('clopper-pearson')}",)
    assert found.rounding_error == ""


def test_a_limit_of_another_method_names_all_that_match():
    low = binomtest(4, 11).proportion_ci(0.95, "wilson").low
    for printed, unit in ((f"{100 * low:.2f}", "%"), (f"{low:.4f}", "proportion")):
        found = finding("interval_limit", printed, INTERVAL, unit, limit="low")
        assert found.remarks[1] == (
            f"of {len(INTERVAL_METHODS)} interval methods, "
            f"only {method_title('wilson')} matches {printed}"
        )
    found = finding("interval_limit", "10.8", INTERVAL, limit="low")
    assert found.remarks[1].endswith("none matches 10.8")
    assert finding("interval_limit", "10.90", INTERVAL, limit="low").rounding_error


def test_methods_are_listed():
    one, other = (method_title(name) for name in ("wilson", "jeffreys"))
    assert recompute._list_methods([]) == "none matches"
    assert recompute._list_methods(["wilson"]) == f"only {one} matches"
    assert recompute._list_methods(["wilson", "jeffreys"]) == f"{one} and {other} match"


@pytest.mark.parametrize("part", ["low", "high", "width"])
def test_a_plan_has_the_interval_of_the_expected_count(part):
    exact = binomtest(12, 20).proportion_ci(0.95, "exact")
    value = exact.high - exact.low if part == "width" else getattr(exact, part)
    for unit, factor in (("proportion", 1), ("%", 100)):
        found = finding("planned", "0.5", PLAN, unit, part=part)
        assert found.value == pytest.approx(factor * value, rel=1e-9)
        assert found.remarks == (f"12 of 20, {method_title('clopper-pearson')}",)
