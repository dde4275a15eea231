"""Two proportions against R, against slow references, and by their properties."""

import csv
import math
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.cases import examples
from tisstats.statistics import (
    DIFFERENCE_METHODS,
    PROPORTION_TESTS,
    RATIO_METHODS,
    odds_ratio,
    proportion_difference,
    proportion_ratio,
    two_proportion_test,
)

few_examples = examples(12)
FUNCTIONS = {
    "difference": proportion_difference,
    "ratio": proportion_ratio,
    "odds-ratio": lambda *counts, confidence_level, method: odds_ratio(  # noqa: ARG005
        *counts, confidence_level=confidence_level
    ),
}


def golden_rows(name):
    path = Path(__file__).parent / "golden" / name
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert rows
    return rows


def counts_of(row):
    return [int(row[f"{what}_{arm}"]) for arm in (1, 2) for what in ("successes", "trials")]


@pytest.mark.parametrize("test", PROPORTION_TESTS)
def test_p_values_agree_with_r(test):
    rows = [row for row in golden_rows("two_proportions_tests.csv") if row["test"] == test]
    assert rows
    for row in rows:
        found = two_proportion_test(*counts_of(row), test=test, alternative=row["alternative"])
        # In R the greatest error of boschloo and barnard is searched for.
        tolerance = 1e-8 if test in ("boschloo", "barnard") else 1e-9
        assert found.pvalue == pytest.approx(float(row["pvalue"]), rel=0, abs=tolerance), row


@pytest.mark.parametrize(
    ("measure", "method"),
    [
        *(("difference", method) for method in DIFFERENCE_METHODS),
        *(("ratio", method) for method in RATIO_METHODS),
        ("odds-ratio", "conditional"),
    ],
)
def test_intervals_agree_with_r(measure, method):
    rows = [
        row
        for row in golden_rows("two_proportions_intervals.csv")
        if (row["measure"], row["method"]) == (measure, method)
    ]
    assert rows
    for row in rows:
        found = FUNCTIONS[measure](
            *counts_of(row), confidence_level=float(row["level"]), method=method
        )
        expected = [float(row[name]) for name in ("estimate", "low", "high")]
        values = [found.estimate, found.low, found.high]
        assert values == pytest.approx(expected, rel=1e-9, abs=1e-9), row
        assert found.method == method


# Slow references


def fisher_in_fractions(successes_1, trials_1, successes_2, trials_2):
    total, both = trials_1 + trials_2, successes_1 + successes_2
    chances = {
        k: Fraction(math.comb(trials_1, k) * math.comb(trials_2, both - k), math.comb(total, both))
        for k in range(max(0, both - trials_2), min(trials_1, both) + 1)
    }
    return sum(p for p in chances.values() if p <= chances[successes_1])


@pytest.mark.parametrize(("trials_1", "trials_2"), [(1, 1), (3, 5), (8, 8)])
def test_fisher_adds_up_all_tables_no_likelier(trials_1, trials_2):
    for a, b in product(range(trials_1 + 1), range(trials_2 + 1)):
        found = two_proportion_test(a, trials_1, b, trials_2)
        assert found.pvalue == pytest.approx(float(fisher_in_fractions(a, trials_1, b, trials_2)))


@pytest.mark.parametrize("counts", [(5, 6, 1, 7), (3, 3, 0, 4), (2, 9, 6, 8)])
def test_barnard_is_the_greatest_chance_of_tables_at_least_as_extreme(counts):
    a, n1, b, n2 = counts
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    pooled = (first + second) / (n1 + n2)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (first / n1 - second / n2) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    extreme = np.abs(np.nan_to_num(z)) >= abs(z[a, b]) - 1e-9

    def chance(p):
        one = [math.comb(n1, k) * p**k * (1 - p) ** (n1 - k) for k in range(n1 + 1)]
        two = [math.comb(n2, k) * p**k * (1 - p) ** (n2 - k) for k in range(n2 + 1)]
        return np.outer(one, two)[extreme].sum()

    greatest = max(chance(p) for p in np.linspace(0, 1, 2001))
    found = two_proportion_test(*counts, test="barnard")
    assert found.pvalue == pytest.approx(greatest, rel=1e-5)


def constrained(counts, difference):
    """The likeliest pair of proportions with this difference, on a fine grid."""
    a, n1, b, n2 = counts
    second = np.linspace(max(0, -difference), min(1, 1 - difference), 200_001)[1:-1]
    first = second + difference
    likelihood = a * np.log(first) + (n1 - a) * np.log(1 - first)
    likelihood += b * np.log(second) + (n2 - b) * np.log(1 - second)
    best = int(np.argmax(likelihood))
    return first[best], second[best]


@pytest.mark.parametrize("counts", [(8, 19, 3, 20), (0, 6, 2, 9), (5, 5, 3, 7)])
def test_miettinen_nurminen_limits_lie_at_the_normal_quantile(counts):
    a, n1, b, n2 = counts
    found = proportion_difference(*counts, 0.9, "miettinen-nurminen")
    for limit, sign in ((found.low, 1), (found.high, -1)):
        p, q = constrained(counts, limit)
        spread = (p * (1 - p) / n1 + q * (1 - q) / n2) * (n1 + n2) / (n1 + n2 - 1)
        z = (a / n1 - b / n2 - limit) / math.sqrt(spread)
        assert z == pytest.approx(sign * 1.6448536, abs=1e-3)


# Properties

arms = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.3, 0.999)


@pytest.mark.parametrize("method", DIFFERENCE_METHODS)
@few_examples
@given(one=arms, two=arms, confidence_level=levels, other=levels)
def test_difference_mirrors_nests_and_stays_within_bounds(
    method, one, two, confidence_level, other
):
    narrow, wide = (
        proportion_difference(*one, *two, q, method) for q in sorted([confidence_level, other])
    )
    assert -1 <= wide.low <= narrow.low + 1e-9
    assert narrow.high - 1e-9 <= wide.high <= 1
    swapped = proportion_difference(*two, *one, narrow.level, method)
    failures = proportion_difference(
        one[1] - one[0], one[1], two[1] - two[0], two[1], narrow.level, method
    )
    for mirrored in (swapped, failures):
        assert mirrored.estimate == pytest.approx(-narrow.estimate, abs=1e-12)
        assert mirrored.low == pytest.approx(-narrow.high, abs=1e-9)
        assert mirrored.high == pytest.approx(-narrow.low, abs=1e-9)


@few_examples
@given(one=arms, two=arms, confidence_level=levels)
def test_ratio_of_exchanged_arms_is_the_reciprocal(one, two, confidence_level):
    if one[0] == two[0] == 0:
        return
    found = proportion_ratio(*one, *two, confidence_level)
    swapped = proportion_ratio(*two, *one, confidence_level)
    assert 0 <= found.low <= found.estimate <= found.high
    for value, other in ((found.low, swapped.high), (found.high, swapped.low)):
        assert value == pytest.approx(1 / other if other else math.inf, rel=1e-8)


@few_examples
@given(one=arms, two=arms, confidence_level=levels)
def test_odds_ratio_of_exchanged_arms_is_the_reciprocal(one, two, confidence_level):
    if one[0] + two[0] in (0, one[1] + two[1]):
        return
    found, swapped = (
        odds_ratio(*one, *two, confidence_level),
        odds_ratio(*two, *one, confidence_level),
    )
    for value, other in ((found.low, swapped.high), (found.high, swapped.low)):
        assert value == pytest.approx(1 / other if other else math.inf, rel=1e-6)


@pytest.mark.parametrize("test", ["fisher", "chi-square"])
@few_examples
@given(one=arms, two=arms)
def test_p_values_of_exchanged_arms_agree(test, one, two):
    for alternative, other in (
        ("two-sided", "two-sided"),
        ("less", "greater"),
        ("greater", "less"),
    ):
        found = two_proportion_test(*one, *two, test=test, alternative=alternative)
        swapped = two_proportion_test(*two, *one, test=test, alternative=other)
        assert 0 <= found.pvalue <= 1
        assert found.pvalue == pytest.approx(swapped.pvalue, abs=1e-12)


@pytest.mark.parametrize("counts", [(8, 19, 3, 20), (5, 6, 1, 7)])
def test_boschloo_is_never_larger_than_one_sided_fisher(counts):
    for alternative in ("less", "greater"):
        fisher, boschloo = (
            two_proportion_test(*counts, test=test, alternative=alternative).pvalue
            for test in ("fisher", "boschloo")
        )
        assert boschloo <= fisher + 1e-9


# Boundaries and arguments


@pytest.mark.parametrize("counts", [(1, 500, 3, 3), (1, 300, 300, 300), (299, 300, 0, 1)])
def test_miettinen_nurminen_stands_differences_next_to_one(counts):
    found = proportion_difference(*counts, method="miettinen-nurminen")
    assert -1 <= found.low < found.estimate < found.high <= 1


@pytest.mark.parametrize("test", PROPORTION_TESTS)
@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("counts", [(0, 5, 0, 7), (5, 5, 7, 7), (0, 1, 0, 1)])
def test_where_all_or_none_succeed_nothing_is_to_be_seen(test, alternative, counts):
    found = two_proportion_test(*counts, test=test, alternative=alternative)
    assert found.pvalue == pytest.approx(1)


def test_an_arm_without_success_has_an_infinite_or_no_ratio():
    found = proportion_ratio(3, 20, 0, 19)
    assert math.isinf(found.estimate)
    assert math.isinf(found.high)
    assert 0.7 < found.low < 0.9
    none = r"^successes_1 or successes_2 must be at least 1 for a ratio, got 0 and 0{}$"
    with pytest.raises(ValueError, match=none.format("")):
        proportion_ratio(0, 20, 0, 19)
    with pytest.raises(ValueError, match=none.format(" at position 2 of 3")):
        proportion_ratio([1, 0, 2], 20, 0, 19)
    with pytest.raises(
        ValueError,
        match=r"^successes_1 and successes_2 must be at least 1 when method is 'log', got 3 and 0$",
    ):
        proportion_ratio(3, 20, 0, 19, method="log")
    for counts, shown in (((0, 20, 0, 19), "0 of 20 and 0 of 19"),
                          ((20, 20, 19, 19), "20 of 20 and 19 of 19")):  # fmt: skip
        with pytest.raises(ValueError, match="must include") as raised:
            odds_ratio(*counts)
        assert str(raised.value) == (
            "successes_1 and successes_2 must include a success and a failure for an odds ratio, "
            f"got {shown}"
        )


@pytest.mark.parametrize("function", [proportion_difference, proportion_ratio, odds_ratio])
def test_impossible_counts_and_levels_are_refused(function):
    with pytest.raises(ValueError, match=r"^successes_2 must be .* from 0 to 20, got 21$"):
        function(8, 19, 21, 20)
    with pytest.raises(ValueError, match=r"^trials_1 must be a whole number of at least 1, got 0$"):
        function(0, 0, 3, 20)
    with pytest.raises(ValueError, match=r", got 95; did you mean 0\.95\?$"):
        function(8, 19, 3, 20, 95)


@pytest.mark.parametrize(
    ("function", "wrong", "allowed"),
    [
        (proportion_difference, {"method": "exact"}, DIFFERENCE_METHODS),
        (proportion_ratio, {"method": "wald"}, RATIO_METHODS),
        (two_proportion_test, {"test": "t"}, PROPORTION_TESTS),
        (two_proportion_test, {"alternative": "larger"}, ("two-sided", "less", "greater")),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(function, wrong, allowed):
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match="must be one of") as error:
        function(8, 19, 3, 20, **wrong)
    assert str(error.value) == f"{name} must be one of {', '.join(allowed)}, got {value!r}"


def test_every_method_has_a_source():
    for description in (
        *PROPORTION_TESTS.values(),
        *DIFFERENCE_METHODS.values(),
        *RATIO_METHODS.values(),
    ):
        assert "doi:" in description


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("counts", [(8, 19, 3, 20), (1, 7, 6, 9), (0, 5, 4, 6), (5, 5, 3, 6)])
def test_the_statistic_is_that_of_scipys_test_of_the_name(counts, alternative):
    first, of_first, second, of_second = counts
    table = np.array([[first, of_first - first], [second, of_second - second]])

    def statistic(test):
        return two_proportion_test(*counts, test=test, alternative=alternative).statistic

    assert statistic("fisher") == pytest.approx(stats.fisher_exact(table).statistic)
    # SciPy compares columns, ours compares rows.
    boschloo = stats.boschloo_exact(table.T, alternative=alternative)
    assert statistic("boschloo") == pytest.approx(boschloo.statistic)
    barnard = stats.barnard_exact(table.T, alternative=alternative)
    assert statistic("barnard") == pytest.approx(barnard.statistic)
    squared = stats.chi2_contingency(table, correction=False).statistic
    root = math.copysign(math.sqrt(squared), first / of_first - second / of_second)
    expected = squared if alternative == "two-sided" else root
    assert statistic("chi-square") == pytest.approx(expected)


def test_without_any_success_there_is_no_odds_ratio_and_no_distance():
    found = [two_proportion_test(0, 5, 0, 6, test=test) for test in PROPORTION_TESTS]
    assert [each.pvalue for each in found] == pytest.approx([1.0] * len(found))
    named = dict(zip(PROPORTION_TESTS, (each.statistic for each in found), strict=True))
    assert math.isnan(named["fisher"])
    assert named["barnard"] == named["chi-square"] == 0
