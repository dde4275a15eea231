"""Which intervals may leave their estimate outside: those whose documentation says so."""

import math
import re
from itertools import product

import numpy as np
import pytest
from scipy.stats import beta, binom, gamma, norm

from tisstats.statistics import (
    DIFFERENCE_METHODS,
    INTERVAL_METHODS,
    RATIO_METHODS,
    kaplan_meier,
    odds_ratio,
    proportion_difference,
    proportion_interval,
    proportion_ratio,
)

SIZES = (1, 2, 3, 5, 8, 19)
PAIRS = list(product((1, 2, 5), (1, 3, 8)))
NOISE = 1e-9
TRIALS = (2, 3, 10, 30, 1000, 10**6)


def outside(found):
    return not found.low * (1 - NOISE) - NOISE <= found.estimate <= found.high * (1 + NOISE) + NOISE


def left_outside(method, confidence_level):
    return {
        (x, n)
        for n in SIZES
        for x in range(n + 1)
        if outside(proportion_interval(x, n, confidence_level, method))
    }


def test_above_one_half_only_jeffreys_and_arcsine_leave_out_0_and_1():
    ends = {(x, n) for n in SIZES for x in (0, n)}
    for method, confidence_level in product(INTERVAL_METHODS, (0.5, 0.7, 0.95, 0.999)):
        found = left_outside(method, confidence_level)
        if method == "jeffreys":
            assert found == ends
        elif method == "arcsine" and confidence_level <= 0.7:
            assert set() < found <= ends
        else:
            assert found == set(), (method, confidence_level)


def test_below_one_half_three_methods_may_leave_estimates_outside():
    leaving = {method for method in INTERVAL_METHODS if left_outside(method, 0.02)}
    assert leaving == {"jeffreys", "arcsine", "mid-p"}


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_the_highest_level_has_limits(method):
    """Half of what it leaves is lost beside 1, and with it the normal quantile."""
    highest = 1 - 2.0**-53
    for successes, trials in ((0, 1), (1, 1), (1, 2), (3, 10), (1, 10**10), (5, 10)):
        low, high = proportion_interval(successes, trials, highest, method)
        assert 0 <= low <= successes / trials + NOISE
        assert successes / trials - NOISE <= high <= 1
        assert low < high or method == "wald"  # of no successes or no failures it has no width
        if method.startswith("wilson"):
            less = proportion_interval(successes, trials, 1 - 2.0**-50, method)
            assert low <= less.low
            assert high >= less.high


def test_the_highest_level_has_limits_of_curves():
    low, high = kaplan_meier([1, 2, 3], [1, 1, 0]).confidence_interval(1 - 2.0**-53)
    assert np.isfinite([low, high]).all()
    assert (low < high).all()
    assert (high < 1).all()


def test_mid_p_holds_every_estimate_from_a_level_of_0_104_on():
    """The mid-P values of the estimate itself, by sums of the distribution."""
    for n in TRIALS:
        x = np.arange(1, min(n, 1000))
        above = binom.sf(x, n, x / n) + binom.pmf(x, n, x / n) / 2
        # The largest level at which half of what is left exceeds either of them.
        largest = (1 - 2 * np.minimum(above, 1 - above)).max()
        assert largest < 3 / math.e - 1 < 0.104
    assert largest > 0.1036
    assert outside(proportion_interval(1, 1000, 0.1, "mid-p"))
    assert not outside(proportion_interval(1, 1000, 0.104, "mid-p"))
    assert "below 0.104" in INTERVAL_METHODS["mid-p"]
    low, high = proportion_interval(3, 10, 1e-9, "mid-p")
    assert [low, high] == pytest.approx([0.306, 0.306], abs=5e-4)


def test_jeffreys_holds_other_estimates_than_0_and_1_from_a_level_of_0_145_on():
    """The posterior probabilities on both sides of the estimate itself."""
    for n in TRIALS:
        x = np.arange(1, min(n, 1000))
        largest = np.abs(1 - 2 * beta.cdf(x / n, x + 0.5, n - x + 0.5)).max()
        # What 1 of n approaches: a gamma distribution with shape 3/2 at 1.
        assert largest < 1 - 2 * gamma.cdf(1, 1.5) < 0.145
    assert largest > 0.1448
    assert outside(proportion_interval(1, 10**4, 0.1446, "jeffreys"))
    assert not outside(proportion_interval(1, 10**4, 0.145, "jeffreys"))
    assert "below 0.145" in INTERVAL_METHODS["jeffreys"]
    assert "at every level" in INTERVAL_METHODS["jeffreys"]


def test_arcsine_holds_0_and_1_from_a_level_of_0_78_on_and_others_from_0_271_on():
    """The level at which the margin is the distance of the estimate from the centre."""
    for n in TRIALS:
        x = np.arange(min(n, 1000))
        distance = np.arcsin(np.sqrt((x + 3 / 8) / (n + 3 / 4))) - np.arcsin(np.sqrt(x / n))
        levels = 2 * norm.cdf(2 * np.sqrt(n) * np.abs(distance)) - 1
        # What 0 and 1 of n approach.
        assert levels[0] < 2 * norm.cdf(np.sqrt(3 / 2)) - 1 < 0.78
        assert levels[1:].max() < 2 * norm.cdf(np.sqrt(11 / 2) - 2) - 1 < 0.271
    assert levels[0] > 0.779
    assert levels[1:].max() > 0.27
    for x, between in ((0, (0.779, 0.78)), (1, (0.27, 0.271))):
        for successes in (x, 10**5 - x):
            for level, leaves in zip(between, (True, False), strict=True):
                low, high = proportion_interval(successes, 10**5, level, "arcsine")
                assert (not low <= successes / 10**5 <= high) == leaves
    for level in ("below 0.78 with", "below 0.271 with"):
        assert level in INTERVAL_METHODS["arcsine"]


def test_every_method_that_leaves_an_estimate_outside_says_so():
    levels = (0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 0.7, 0.95)
    for method, description in INTERVAL_METHODS.items():
        leaves = any(left_outside(method, level) for level in levels)
        assert leaves == bool(re.search("excludes? (the|other) estimate", description)), method


@pytest.mark.parametrize("level", [5e-324, 1e-17])
def test_a_level_that_rounds_to_0_has_limits_in_order(level):
    for method in INTERVAL_METHODS:
        low, high = proportion_interval([0, 3, 10], 10, level, method)
        assert (low >= 0).all()
        assert (low <= high).all()
        assert (high <= 1).all()
    for counts in ((0, 3, 2, 3), (2, 3, 0, 3), (2, 3, 1, 3)):
        found = proportion_ratio(*counts, level)
        assert found.low == pytest.approx(found.estimate)
        assert found.high == pytest.approx(found.estimate)


@pytest.mark.parametrize("level", [5e-324, 1e-17, 1e-13])
def test_at_a_level_of_nearly_0_sterne_holds_what_makes_the_outcome_most_likely(level):
    """Between its odds with the outcomes next to it, where all have entered and P is 1."""
    x, n = (np.array(each) for each in zip(*LARGE_ONES, strict=True))
    for successes, swap in ((x, False), (n - x, True)):
        low, high = proportion_interval(successes, n, level, "sterne")
        low, high = (1 - high, 1 - low) if swap else (low, high)
        assert low == pytest.approx(x / (n + 1), rel=1e-6)
        assert high == pytest.approx((x + 1) / (n + 1), rel=1e-6)


#: Successes and trials at whose limits rounding error leaves P short of 1, and others.
LARGE_ONES = [(1, 10**6), (3, 10**5), (10, 10**6), (3, 10**4), (5, 10), (300, 1000)]


def test_rounding_leaves_no_estimate_outside():
    for method in ("sterne", "blaker", "likelihood-ratio"):
        low, high = proportion_interval(999_999_999, 10**9, 1e-17, method)
        assert low <= 999_999_999 / 10**9 <= high


def tables(pair):
    return [(a, pair[0], b, pair[1]) for a in range(pair[0] + 1) for b in range(pair[1] + 1)]


@pytest.mark.parametrize("method", DIFFERENCE_METHODS)
def test_of_differences_agresti_caffo_alone_leaves_some_outside_below_0_92(method):
    for confidence_level in (0.3, 0.8, 0.92, 0.95):
        leaving = [
            counts
            for pair in PAIRS
            for counts in tables(pair)
            if outside(proportion_difference(*counts, confidence_level, method))
        ]
        assert bool(leaving) == (method == "agresti-caffo" and confidence_level < 0.92), (
            confidence_level
        )
    if method == "agresti-caffo":
        # The worst table, at the root of three standard errors: 91.67%.
        assert outside(proportion_difference(0, 1, 1, 1, 0.916, method))
        assert not outside(proportion_difference(0, 1, 1, 1, 0.917, method))
        assert "exclude the estimate" in DIFFERENCE_METHODS[method]
        assert "agresti-caffo" in proportion_difference.__doc__


def test_ratios_and_odds_ratios_hold_their_estimates():
    for counts, confidence_level in product(tables((5, 3)) + tables((1, 10)), (0.05, 0.5, 0.95)):
        if 0 < counts[0] + counts[2] < counts[1] + counts[3]:
            assert not outside(odds_ratio(*counts, confidence_level))
        for method in RATIO_METHODS:
            if counts[0] and counts[2]:
                assert not outside(proportion_ratio(*counts, confidence_level, method))


@pytest.mark.parametrize("confidence_level", [1e-9, 1e-6])
def test_at_the_smallest_levels_noise_does_not_exchange_the_limits(confidence_level):
    for counts in ((1, 1, 1, 1), (3, 7, 2, 5), (1, 9, 4, 4)):
        found = proportion_ratio(*counts, confidence_level)
        assert found.low <= found.high
    for successes, trials in ((1, 10**9), (1, 10**10), (7, 19)):
        found = proportion_interval(successes, trials, confidence_level, "likelihood-ratio")
        assert found.low <= found.estimate <= found.high
