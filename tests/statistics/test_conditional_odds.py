"""The conditional odds ratio against whole numbers and SciPy, and in large arms."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats.contingency import odds_ratio as odds_ratio_of_scipy

from tests.cases import examples
from tisstats.statistics import odds_ratio

#: Relative step to either side of a root, where the exact function must have both signs.
STEP = Fraction(1, 10**12)


def weights(n1, n2, both, odds):
    """What each number of successes of the first arm weighs, as fractions."""
    odds = Fraction(odds)
    support = range(max(0, both - n2), min(n1, both) + 1)
    return {x: math.comb(n1, x) * math.comb(n2, both - x) * odds**x for x in support}


def at_least(a, n1, b, n2, odds):
    each = weights(n1, n2, a + b, odds)
    return sum(w for x, w in each.items() if x >= a) / sum(each.values())


def at_most(a, n1, b, n2, odds):
    each = weights(n1, n2, a + b, odds)
    return sum(w for x, w in each.items() if x <= a) / sum(each.values())


def mean(a, n1, b, n2, odds):
    each = weights(n1, n2, a + b, odds)
    return sum(w * x for x, w in each.items()) / sum(each.values())


def crosses(function, table, root, target):
    """Whether an exact monotone function reaches its target within a step of the root."""
    below, above = (function(*table, Fraction(root) * (1 + s * STEP)) for s in (-1, 1))
    return min(below, above) <= target <= max(below, above)


@given(
    table=st.tuples(st.integers(1, 25), st.integers(1, 25)).flatmap(
        lambda n: st.tuples(
            st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1])
        )
    ),
    confidence_level=st.sampled_from([0.1, 0.5, 0.9, 0.95, 0.999]),
)
@examples(38)
def test_estimate_and_limits_solve_their_equations(table, confidence_level):
    a, n1, b, n2 = table
    assume(0 < a + b < n1 + n2)
    found = odds_ratio(*table, confidence_level)
    lowest, highest = max(0, a + b - n2), min(n1, a + b)
    half = (1 - Fraction(confidence_level)) / 2
    if a == lowest:
        assert (found.estimate, found.low) == (0, 0)
    else:
        assert crosses(at_least, table, found.low, half)
    if a == highest:
        assert (found.estimate, found.high) == (math.inf, math.inf)
    else:
        assert crosses(at_most, table, found.high, half)
    if lowest < a < highest:
        assert crosses(mean, table, found.estimate, a)
        assert found.low < found.estimate < found.high


@pytest.mark.parametrize("confidence_level", [0.8, 0.95])
def test_all_small_tables_agree_with_scipy(confidence_level):
    for n1, n2 in ((4, 4), (3, 7)):
        for a, b in product(range(n1 + 1), range(n2 + 1)):
            if not 0 < a + b < n1 + n2:
                continue
            theirs = odds_ratio_of_scipy([[a, n1 - a], [b, n2 - b]], kind="conditional")
            limits = theirs.confidence_interval(confidence_level)
            found = odds_ratio(a, n1, b, n2, confidence_level)
            assert found.estimate == pytest.approx(theirs.statistic, rel=1e-9)
            assert tuple(found) == pytest.approx((limits.low, limits.high), rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(50_000, 49_000), (30, 20), (99_990, 99_960), (2, 40_000)])
def test_large_arms_are_close_to_the_normal_limits(a, b):
    n = 100_000
    found = odds_ratio(a, n, b, n)
    plain = a * (n - b) / (b * (n - a))
    assert found.estimate == pytest.approx(plain, rel=1e-4 if min(a, n - a) > 100 else 0.02)
    if min(a, b, n - a, n - b) > 1000:
        error = 1.959964 * math.sqrt(1 / a + 1 / b + 1 / (n - a) + 1 / (n - b))
        assert tuple(found) == pytest.approx(
            (plain * math.exp(-error), plain * math.exp(error)), rel=1e-3
        )
    # Failures instead of successes, and the arms exchanged, give the reciprocals.
    turned = odds_ratio(n - a, n, n - b, n)
    assert (turned.estimate, turned.low, turned.high) == pytest.approx(
        (1 / found.estimate, 1 / found.high, 1 / found.low), rel=1e-11
    )


def test_arms_beyond_any_table_of_weights():
    # One success of ten thousand million; its limits are those of a Poisson count's share.
    n = 10**10
    found = odds_ratio(1, n, 4, n)
    share = [low / (1 - low) for low in (0.005050763379, 0.716417936118)]  # Clopper-Pearson, 1 of 5
    assert tuple(found) == pytest.approx(share, rel=1e-8)


@pytest.fixture
def widths(monkeypatch):
    """The widths of the weights that are computed, one after the other."""
    from tisstats.statistics import _conditional_odds

    widths = []
    whole = _conditional_odds._Weights

    def watched(*arguments):
        widths.append(arguments[-1])
        return whole(*arguments)

    monkeypatch.setattr(_conditional_odds, "_Weights", watched)
    return widths


def test_weights_that_end_too_soon_are_extended(monkeypatch, widths):
    from tisstats.statistics import _conditional_odds

    expected = odds_ratio(40, 100, 30, 100, 0.999)
    widths.clear()
    monkeypatch.setattr(_conditional_odds, "_LEAST_WIDTH", 2)
    monkeypatch.setattr(_conditional_odds, "_WIDTH", 0)
    found = odds_ratio(40, 100, 30, 100, 0.999)
    assert len(widths) > 2
    assert np.allclose([found.estimate, *found], [expected.estimate, *expected], rtol=1e-13, atol=0)


def test_weights_that_reach_far_enough_are_not_extended(monkeypatch, widths):
    from tisstats.statistics import _conditional_odds

    # Weights 12 standard deviations away are above 0, far from both ends, and negligible.
    monkeypatch.setattr(_conditional_odds, "_LEAST_WIDTH", 0)
    monkeypatch.setattr(_conditional_odds, "_WIDTH", 12)
    odds_ratio(30_000, 60_000, 30_000, 60_000)
    assert len(widths) == 1
    assert widths[0] < 2_000


def left_out(each, observed, width):
    """The weights left out at each end and their bound, as fractions of the smaller tail."""
    tail = min(
        sum(weight for x, weight in each.items() if x <= observed),
        sum(weight for x, weight in each.items() if x >= observed),
    )
    for end in (observed - width, observed + width):
        beyond = [weight for x, weight in each.items() if (x - end) * (end - observed) > 0]
        if beyond:
            # Neighbours fall ever faster, so no faster than by the last ratio.
            ratio = Fraction(each[end], each[end - (1 if end > observed else -1)])
            bound = each[end] * ratio / (1 - ratio) / tail if ratio < 1 else math.inf
            yield Fraction(sum(beyond), tail), bound


@pytest.mark.parametrize("odds", [Fraction(1, 30), Fraction(2, 3), 1, Fraction(5, 4), 2, 60])
@pytest.mark.parametrize(
    ("first", "of_first", "both", "of_second"),
    [(30, 90, 45, 140), (30, 60, 45, 25), (20, 90, 60, 140), (150, 1000, 300, 1000)],
)
def test_weights_suffice_if_a_series_beyond_is_a_negligible_part_of_both_tails(
    odds, first, of_first, both, of_second
):
    from tisstats.statistics import _conditional_odds
    from tisstats.statistics._hypergeometric import Margins

    exact = weights(of_first, of_second, both, odds)
    whole = Fraction(odds).denominator ** max(exact)
    each = {x: int(weight * whole) for x, weight in exact.items()}
    answers = []
    for width in range(2, 152):
        kept = _conditional_odds._Weights(first, Margins(of_first, of_second, both), width)
        answers.append(kept.reaches(math.log(odds)))
        ends = list(left_out(each, first, width))
        if answers[-1]:
            assert all(part <= 1e-17 for part, _ in ends)
        assert answers[-1] == all(bound <= 1e-17 for _, bound in ends)
    assert (answers[0], answers[-1]) == (False, True)
