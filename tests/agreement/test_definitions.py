"""The reference itself, against exact arithmetic and printed results of others."""

import itertools
import math
import statistics
from fractions import Fraction

import pytest

from tisstats.printed import format_rounded


def exact_p(differences, zero_method):
    """Two-sided P by listing every sign, in whole numbers."""
    used = [d for d in differences if d] if zero_method == "wilcox" else list(differences)
    sizes = sorted(abs(d) for d in used)

    def double_rank(d):
        first = sizes.index(abs(d)) + 1
        return 2 * first + sizes.count(abs(d)) - 1

    ranks = [double_rank(d) for d in used if d]
    positive = sum(double_rank(d) for d in used if d > 0)
    sums = [sum(chosen) for chosen in itertools.product(*((0, rank) for rank in ranks))]
    low = sum(total <= positive for total in sums)
    high = sum(total >= positive for total in sums)
    return min(Fraction(1), Fraction(2 * min(low, high), len(sums)))


@pytest.mark.parametrize(
    ("method", "zero_method"),
    [
        ("signed-rank-exact", "wilcox"),
        ("signed-rank-exact-ties", "wilcox"),
        ("signed-rank-exact-zeros-drop", "wilcox"),
        ("signed-rank-exact-zeros-pratt", "pratt"),
    ],
)
def test_signed_ranks_by_listing_all_signs(data, defined, method, zero_method):
    (row,) = (each for each in data.methods if each.name == method)
    cases = [case for case in data.cases if row.applies_to(case)]
    assert len(cases) >= 3
    for case in cases:
        differences = [Fraction(str(value)) for value in case.column("difference")]
        if sum(map(bool, differences)) <= 13:
            expected = exact_p(differences, zero_method)
            assert defined[method, case.name, "P"] == pytest.approx(float(expected), rel=1e-14)


@pytest.mark.parametrize(
    ("method", "rule"), [("quantile-6", "exclusive"), ("quantile-7", "inclusive")]
)
def test_quantiles_by_the_standard_library(data, defined, method, rule):
    for case in data.cases:
        if case.kind == "sample":
            values = sorted(case.column("value"))
            cuts = statistics.quantiles(values, n=20, method=rule)
            for percent in (10, 25, 50, 75, 90):
                # Beyond the data the library extrapolates, where the definition stops.
                expected = min(max(cuts[percent // 5 - 1], values[0]), values[-1])
                found = defined[method, case.name, f"percentile {percent}"]
                assert found == pytest.approx(expected, rel=1e-12)


def table(case):
    return [int(count) for count in case.column("patients")]


def test_fisher_in_whole_numbers(data, defined):
    for case in data.cases:
        if case.kind == "table":
            a, b, c, d = table(case)
            ways = {x: math.comb(a + b, x) * math.comb(c + d, a + c - x) for x in range(a + c + 1)}
            likely = sum(way for way in ways.values() if way <= ways[a])
            expected = Fraction(likely, math.comb(a + b + c + d, a + c))
            assert defined["fisher", case.name, "P"] == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("tail", ["low", "high"])
def test_clopper_pearson_leaves_half_the_error_on_each_side(data, defined, tail):
    for case in data.cases:
        if case.kind != "proportion":
            continue
        successes, trials = case.count("successes"), case.count("trials")
        limit = Fraction(defined["clopper-pearson", case.name, tail])
        outcomes = range(successes, trials + 1) if tail == "low" else range(successes + 1)
        chance = sum(
            math.comb(trials, k) * limit**k * (1 - limit) ** (trials - k) for k in outcomes
        )
        if limit in (0, 1):
            assert successes in (0, trials)
        else:
            assert float(chance) == pytest.approx((1 - case.confidence_level) / 2, rel=1e-9)


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [("difference-newcombe", "0.0524", "0.3339"), ("difference-score", "0.0528", "0.3382")],
)
def test_differences_as_newcombe_printed_them(defined, method, low, high):
    """Newcombe 1998, Statistics in Medicine 17:873-890, table II, methods 10 and 6."""
    case = "56of70_48of80"
    assert format_rounded(defined[method, case, "low"], 4) == low
    assert format_rounded(defined[method, case, "high"], 4) == high


def test_the_estimate_of_hodges_and_lehmann_by_listing_pairs(data, defined):
    for case in data.cases:
        if case.kind == "differences":
            values = [Fraction(str(value)) for value in case.column("difference")]
            pairs = itertools.combinations_with_replacement(values, 2)
            expected = statistics.median((one + other) / 2 for one, other in pairs)
            found = defined["hodges-lehmann", case.name, "estimate"]
            assert found == pytest.approx(float(expected), rel=1e-12)


def test_incidences_and_survival_add_up_to_one(data, defined):
    for case in data.cases:
        if case.kind == "times":
            for (method, name, quantity), survival in defined.items():
                if (method, name) == ("kaplan-meier", case.name):
                    moment = quantity.removeprefix("survival at ")
                    parts = [
                        defined.get(("cumulative-incidence", name, f"cause {cause} at {moment}"), 0)
                        for cause in (1, 2)
                    ]
                    assert survival + sum(parts) == pytest.approx(1)
