"""Exact tests of two arms against fractions: the order of tables, and the greatest chance."""

import math
from fractions import Fraction
from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest

from tisstats.statistics import _two_arms, two_arm_power, two_proportion_test
from tisstats.statistics._two_arms import (
    RELATIVE_TOLERANCE,
    fisher_pvalue,
    fisher_pvalues,
    polynomial_maximum,
    rejected,
)

LARGEST = 5
DESIGNS = list(product(range(1, LARGEST + 1), repeat=2))
MIRRORED = {"two-sided": "two-sided", "less": "greater", "greater": "less"}


# Brute force in fractions


def signed_square(a, n1, b, n2):
    """The pooled score, squared, with its sign."""
    pooled = Fraction(a + b, n1 + n2)
    difference = Fraction(a, n1) - Fraction(b, n2)
    if difference == 0:
        return Fraction(0)
    square = difference**2 / (pooled * (1 - pooled) * (Fraction(1, n1) + Fraction(1, n2)))
    return square if difference > 0 else -square


def one_sided_fisher(a, n1, b, n2):
    both = a + b
    ways = {
        k: math.comb(n1, k) * math.comb(n2, both - k)
        for k in range(max(0, both - n2), min(n1, both) + 1)
    }
    return Fraction(sum(way for k, way in ways.items() if k >= a), sum(ways.values()))


def extreme(test, alternative, counts):
    """The tables at least as extreme as the one with these counts."""
    a, n1, b, n2 = counts
    tables = list(product(range(n1 + 1), range(n2 + 1)))
    if test == "boschloo":
        if alternative == "less":  # count failures instead
            turned = extreme(test, "greater", (n1 - a, n1, n2 - b, n2))
            return [(n1 - c, n2 - d) for c, d in turned]
        own = one_sided_fisher(*counts)
        return [(c, d) for c, d in tables if one_sided_fisher(c, n1, d, n2) <= own]
    own = signed_square(*counts)
    squares = {(c, d): signed_square(c, n1, d, n2) for c, d in tables}
    if alternative == "two-sided":
        return [table for table in tables if abs(squares[table]) >= abs(own)]
    sign = 1 if alternative == "greater" else -1
    return [table for table in tables if sign * squares[table] >= sign * own]


@cache
def greatest_chance(tables, n1, n2):
    """The greatest chance of these tables, at the zeros of its derivative and at 0 and 1."""
    total = n1 + n2
    powers = [Fraction(0)] * (total + 1)
    for a, b in tables:
        ways = math.comb(n1, a) * math.comb(n2, b)
        for k in range(total - a - b + 1):
            powers[a + b + k] += ways * math.comb(total - a - b, k) * (-1) ** k
    slope = np.polynomial.Polynomial([k * float(power) for k, power in enumerate(powers)][1:])
    places = [Fraction(0), Fraction(1)]
    places += [Fraction(float(root.real)) for root in slope.roots() if 0 <= root.real <= 1]
    return max(sum(power * p**k for k, power in enumerate(powers)) for p in places)


def brute_force(test, alternative, counts):
    if test == "boschloo" and alternative == "two-sided":
        sides = [brute_force(test, side, counts) for side in ("less", "greater")]
        return min(Fraction(1), 2 * min(sides))
    _, n1, _, n2 = counts
    return greatest_chance(tuple(extreme(test, alternative, counts)), n1, n2)


@cache
def pvalue(test, alternative, counts):
    return two_proportion_test(*counts, test=test, alternative=alternative).pvalue


def tables_of(design):
    n1, n2 = design
    return [(a, n1, b, n2) for a, b in product(range(n1 + 1), range(n2 + 1))]


@pytest.mark.parametrize("test", ["barnard", "boschloo"])
def test_p_values_of_all_small_designs_are_those_of_brute_force(test):
    for design, alternative in product(DESIGNS, MIRRORED):
        for counts in tables_of(design):
            expected = float(brute_force(test, alternative, counts))
            found = pvalue(test, alternative, counts)
            assert found == pytest.approx(expected, rel=1e-10), (counts, alternative)


@pytest.mark.parametrize("test", ["fisher", "chi-square", "barnard", "boschloo"])
def test_exchanging_arms_or_successes_and_failures_changes_nothing(test):
    for design, alternative in product(DESIGNS, MIRRORED):
        for counts in tables_of(design):
            a, n1, b, n2 = counts
            found = pvalue(test, alternative, counts)
            for other, side in (
                ((b, n2, a, n1), MIRRORED[alternative]),
                ((n1 - a, n1, n2 - b, n2), MIRRORED[alternative]),
                ((n2 - b, n2, n1 - a, n1), alternative),
            ):
                same = pytest.approx(pvalue(test, side, other), rel=1e-11)
                assert found == same, (counts, alternative, other)


# Single tables, in which float noise told equal scores apart


@pytest.mark.parametrize(
    ("counts", "alternative", "fraction"),
    [
        ((10, 10, 10, 15), "two-sided", 0.0509),
        ((0, 10, 5, 15), "two-sided", 0.0509),
        ((8, 8, 8, 12), "greater", 0.0574),
        ((0, 8, 4, 12), "less", 0.0574),
    ],
)
def test_tables_with_equal_scores_are_all_counted(counts, alternative, fraction):
    found = pvalue("barnard", alternative, counts)
    assert found == pytest.approx(fraction, abs=5e-5)
    assert found == pytest.approx(float(brute_force("barnard", alternative, counts)), rel=1e-9)


@pytest.mark.parametrize("counts", [(10, 10, 10, 15), (5, 6, 1, 9), (7, 19, 8, 11)])
def test_the_score_may_be_computed_with_noise_and_the_p_value_stays(counts):
    # Scores in floats, with noise of a thousand machine epsilons, and a tolerance beyond it.
    a, n1, b, n2 = counts
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    pooled = (first + second) / (n1 + n2)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.nan_to_num((first / n1 - second / n2) / spread)
    noise = np.random.default_rng(9).uniform(-1, 1, score.shape) * 1e3 * np.finfo(float).eps
    counted = np.argwhere(np.abs(score * (1 + noise)) >= abs(score[a, b]) * (1 - 1e-9))
    expected = greatest_chance(tuple(map(tuple, counted.tolist())), n1, n2)
    assert pvalue("barnard", "two-sided", counts) == pytest.approx(float(expected), rel=1e-9)


def test_barnard_stands_arms_whose_squares_exceed_64_bits():
    found = two_proportion_test(650, 1300, 600, 1300, test="barnard", alternative="greater")
    normal = two_proportion_test(650, 1300, 600, 1300, test="chi-square", alternative="greater")
    assert found.pvalue == pytest.approx(normal.pvalue, rel=0.05)


def test_scores_beyond_64_bits_are_compared_as_they_are():
    # The square of the largest distance times the largest spread is above 2**63.
    assert two_proportion_test(1600, 1600, 0, 1600, test="barnard").pvalue < 1e-9


# Fisher's P values as correctly rounded quotients


@pytest.mark.parametrize("alternative", MIRRORED)
@pytest.mark.parametrize("design", [(1, 1), (7, 4), (9, 9), (10, 10), (12, 30)])
def test_all_tables_at_once_have_the_p_values_of_each(design, alternative):
    found = fisher_pvalues(*design, alternative)
    for a, n1, b, n2 in tables_of(design):
        single = fisher_pvalue((a, n1, b, n2), alternative)
        assert found[a, b] == pytest.approx(single, rel=1e-15)
        if alternative == "greater":
            assert single == pytest.approx(float(one_sided_fisher(a, n1, b, n2)), rel=1e-15)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_tables_of_different_arms_in_any_order_have_the_p_values_of_each(alternative):
    tables = [*tables_of((4, 6)), *tables_of((6, 4)), *tables_of((5, 5))]
    tables = [tables[place] for place in np.random.default_rng(1).permutation(len(tables))]
    counts = [np.array(each) for each in zip(*tables, strict=True)]
    found = two_proportion_test(*counts, alternative=alternative)
    for place, table in enumerate(tables):
        single = two_proportion_test(*table, alternative=alternative)
        assert (found.pvalue[place], found.statistic[place]) == pytest.approx(
            (single.pvalue, single.statistic), rel=1e-15, nan_ok=True
        )


def test_many_tables_with_the_same_margins_are_counted_once():
    counted = []
    ways = _two_arms._ways

    def counting(*margins):
        counted.append(margins)
        return ways(*margins)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_two_arms, "_ways", counting)
        first, second = np.meshgrid(np.arange(40), np.arange(40))
        two_proportion_test(first, 50, second, 50)
    assert sorted(counted) == [(50, 50, both) for both in range(79)]


@pytest.mark.parametrize("trials", [30, 150])
def test_equal_one_sided_p_values_are_equal_floats_and_others_are_in_order(trials):
    found = fisher_pvalues(trials, trials, "greater")
    # Turned round, a table is as extreme; noise would part the two.
    assert (found == found[::-1, ::-1].T).all()
    if trials == 30:
        exact = {
            (a, b): one_sided_fisher(a, trials, b, trials)
            for a, b in product(range(trials + 1), repeat=2)
        }
        order = sorted(exact, key=exact.__getitem__)
        for one, other in pairwise(order):
            assert found[one] <= found[other]
            if exact[one] == exact[other]:
                assert found[one] == found[other]
            elif exact[one] < exact[other] * (1 - Fraction(1, 10**15)):
                assert found[one] < found[other]


def test_fisher_in_large_arms_counts_tables_that_are_equally_likely():
    # Both tails are alike with equal arms, so that P is twice one tail.
    for successes in (150, 260, 411):
        both = two_proportion_test(successes, 500, 250, 500, test="fisher")
        less = two_proportion_test(successes, 500, 250, 500, alternative="less")
        greater = two_proportion_test(successes, 500, 250, 500, alternative="greater")
        assert both.pvalue == pytest.approx(2 * min(less.pvalue, greater.pvalue), rel=1e-14)


# The greatest chance


@pytest.mark.parametrize("degree", [1, 2, 19, 40, 400])
def test_no_peak_is_missed_however_narrow(degree):
    for successes in {0, 1, degree // 3, degree}:
        coefficients = np.zeros(degree + 1)
        coefficients[successes] = 1
        share = Fraction(successes, degree)
        peak = math.comb(degree, successes) * share**successes
        peak *= (1 - share) ** (degree - successes)
        assert polynomial_maximum(coefficients) == pytest.approx(float(peak), rel=1e-11)


def test_of_two_nearly_equal_peaks_the_higher_counts():
    coefficients = np.zeros(101)
    coefficients[10], coefficients[90] = 1, 1 + 1e-9
    lower = polynomial_maximum(np.where(np.arange(101) == 10, 1.0, 0.0))
    # Where the two hardly overlap, nothing is added to the higher one.
    assert polynomial_maximum(coefficients) == pytest.approx(lower * (1 + 1e-9), rel=1e-11)


def test_the_value_is_attained_and_no_fine_grid_exceeds_it():
    rng = np.random.default_rng(4)
    for degree in (3, 17, 39):
        coefficients = rng.uniform(0, 1, degree + 1)
        grid = np.linspace(0, 1, 20_001)[:, None]
        basis = [math.comb(degree, k) for k in range(degree + 1)]
        powers = np.arange(degree + 1)
        values = (basis * grid**powers * (1 - grid) ** (degree - powers)) @ coefficients
        found = polynomial_maximum(coefficients)
        assert values.max() <= found * (1 + 2 * RELATIVE_TOLERANCE)
        assert found == pytest.approx(values.max(), rel=1e-5)


# Power


@pytest.mark.parametrize("design", [(4, 4), (3, 5), (7, 7), (6, 9)])
def test_boschloo_rejects_the_tables_whose_p_value_is_at_most_alpha(design):
    for alternative, alpha in product(MIRRORED, (0.03, 0.1, 0.4)):
        region = rejected(*design, alpha, "boschloo", alternative)
        for counts in tables_of(design):
            found = pvalue("boschloo", alternative, counts)
            assert region[counts[0], counts[2]] == (found <= alpha * (1 + 1e-9)), counts


@pytest.mark.parametrize("test", ["fisher", "boschloo", "chi-square"])
def test_rejection_regions_mirror_exactly(test):
    for n1, n2 in ((5, 5), (8, 12), (20, 20), (15, 10)):
        for alternative in MIRRORED:
            region = rejected(n1, n2, 0.05, test, alternative)
            turned = rejected(n1, n2, 0.05, test, MIRRORED[alternative])[::-1, ::-1]
            swapped = rejected(n2, n1, 0.05, test, MIRRORED[alternative]).T
            assert (region == turned).all()
            assert (region == swapped).all()


def test_an_alpha_that_differs_by_noise_rejects_the_same_tables():
    # 1/20 for 3 of 3 against 0 of 3.
    for alpha in (0.05, 1 - 0.95, 0.3 - 0.25):
        assert two_arm_power(3, 3, 1, 0, alpha=alpha, alternative="greater").power > 0.99


@pytest.mark.parametrize("test", ["boschloo", "barnard"])
def test_arms_with_too_many_tables_are_refused(monkeypatch, test):
    monkeypatch.setattr(_two_arms, "MOST_TABLES", 20 * 21)
    assert two_proportion_test(8, 19, 3, 20, test=test).pvalue < 1
    with pytest.raises(ValueError, match="tables") as raised:
        two_proportion_test(8, 20, 3, 20, test=test)
    assert str(raised.value) == (
        f"test '{test}' has 441 tables of 20 and 20 trials, and at most 420 are listed; "
        "'fisher' and 'chi-square' need no list"
    )
    assert two_proportion_test(0, 20, 0, 20, test=test).pvalue == 1
    assert two_proportion_test(8, 20, 3, 20, test="fisher").pvalue < 1
