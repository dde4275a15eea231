"""Limits of confidence intervals, method by method; arguments have been checked.

Functions for one proportion take arrays of one shape, `successes`, `trials` and `confidence_level`,
and return the arrays (low, high). Functions for two proportions take the counts of both arms and a
normal quantile, one comparison at a time.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.special import (
    betainc,
    betaincc,
    betainccinv,
    betaincinv,
    expit,
    gammaincinv,
    ndtri,
    xlogy,
)
from scipy.special import logit as log_odds

from tisstats.statistics._two_arms import log_choose

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Limits = Callable[[Ints, Ints, Array], tuple[Array, Array]]

_STATISTIC_AT_INFINITY = 1e6  # finite substitute for an infinite statistic


def normal_quantile(confidence_level: Array) -> Array:
    """Return the normal quantile with upper tail probability (1 - confidence_level) / 2."""
    return np.asarray(-ndtri((1 - confidence_level) / 2), dtype=np.float64)


def apply_elementwise(
    compute: Callable[..., tuple[float, ...]], n_outputs: int, *arrays: NDArray[Any]
) -> Array:
    """Apply `compute` to each entry of flat arrays and return its `n_outputs` results as arrays."""
    rows = [compute(*entry) for entry in zip(*(array.tolist() for array in arrays), strict=True)]
    return np.array(rows, dtype=np.float64).reshape(-1, n_outputs).T


# One proportion, by an approximation.


def wilson(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Invert the score test."""
    centre, scale, z = _wilson_parts(successes, trials, confidence_level)
    proportion = successes / trials
    margin = z / scale * np.sqrt(4 * trials * proportion * (1 - proportion) + z**2)
    return _snap_to_ends(successes, trials, centre - margin, centre + margin)


def wilson_cc(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Invert the score test with continuity correction (Newcombe 1998)."""
    centre, scale, z = _wilson_parts(successes, trials, confidence_level)
    proportion = successes / trials
    failures = trials * (1 - proportion)
    below, above = (
        # Negative only if there are no successes, or no failures: there the limit is 0, or 1.
        z**2 - side * 2 - 1 / trials + 4 * proportion * (failures + side)
        for side in (1, -1)
    )
    below, above = ((1 + z * np.sqrt(np.maximum(each, 0))) / scale for each in (below, above))
    return _snap_to_ends(successes, trials, centre - below, centre + above)


def _wilson_parts(
    successes: Ints, trials: Ints, confidence_level: Array
) -> tuple[Array, Array, Array]:
    z = ndtri(0.5 + 0.5 * confidence_level)
    scale = 2 * (trials + z**2)
    return (2 * trials * (successes / trials) + z**2) / scale, scale, z


def _snap_to_ends(
    successes: Ints, trials: Ints, low: ArrayLike, high: ArrayLike
) -> tuple[Array, Array]:
    """Return the limits, setting them to 0 or 1 if there are no successes or no failures."""
    return np.where(successes > 0, low, 0.0), np.where(successes < trials, high, 1.0)


# statsmodels has the next three (as "normal", "agresti_coull" and "jeffreys"), with which the tests
# compare them. It imports scipy.stats, which takes longer than most commands that need a limit.


def wald(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Return estimate -/+ z times its standard error, clipped to [0, 1]."""
    estimate = successes / trials
    margin = normal_quantile(confidence_level) * np.sqrt(estimate * (1 - estimate) / trials)
    return np.clip(estimate - margin, 0, 1), np.clip(estimate + margin, 0, 1)


def agresti_coull(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Return the Wald limits of z^2 more trials, half of them successes, clipped to [0, 1]."""
    z = normal_quantile(confidence_level)
    more_trials = trials + z**2
    centre = (successes + z**2 / 2) / more_trials
    margin = z * np.sqrt(centre * (1 - centre) / more_trials)
    return np.clip(centre - margin, 0, 1), np.clip(centre + margin, 0, 1)


def jeffreys(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Return quantiles of the posterior distribution for the prior Beta(1/2, 1/2)."""
    tail = (1 - confidence_level) / 2
    shapes = successes + 0.5, trials - successes + 0.5
    return np.asarray(betaincinv(*shapes, tail)), np.asarray(betainccinv(*shapes, tail))


def wald_max_variance(
    successes: Ints, trials: Ints, confidence_level: Array
) -> tuple[Array, Array]:
    """Return estimate -/+ z 0.5 / sqrt(trials), clipped to [0, 1] like other Wald limits."""
    margin = normal_quantile(confidence_level) * 0.5 / np.sqrt(trials)
    estimate = successes / trials
    return np.maximum(0.0, estimate - margin), np.minimum(1.0, estimate + margin)


def logit(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Return Wald limits of the log odds; Clopper-Pearson limits at 0 or n successes."""
    exact = clopper_pearson(successes, trials, confidence_level)
    inside = (successes > 0) & (successes < trials)
    # Elsewhere the log odds and their standard error are infinite.
    product = np.where(inside, successes * (trials - successes.astype(np.float64)), 1.0)
    centre = log_odds(np.where(inside, successes / trials, 0.5))
    margin = normal_quantile(confidence_level) * np.sqrt(trials / product)
    return (
        np.where(inside, expit(centre - margin), exact[0]),
        np.where(inside, expit(centre + margin), exact[1]),
    )


def arcsine(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Return Wald limits on the variance-stabilised scale, with 3/8 added (Anscombe)."""
    centre = np.arcsin(np.sqrt((successes + 0.375) / (trials + 0.75)))
    margin = normal_quantile(confidence_level) / (2 * np.sqrt(trials))
    # Beyond the ends of the scale the sine would fold back into the interval.
    low, high = np.maximum(0.0, centre - margin), np.minimum(np.pi / 2, centre + margin)
    return np.sin(low) ** 2, np.sin(high) ** 2


# One proportion, by test inversion.


def clopper_pearson(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Invert both one-sided exact tests at (1 - confidence_level) / 2 each."""
    # Beta quantiles: binomtest(...).proportion_ci is accurate to 2e-12 absolute only, which leaves
    # no correct digit in the limits of a very small proportion.
    tail = (1 - confidence_level) / 2
    failures = trials - successes
    low = betaincinv(successes, failures + 1, tail)
    return _snap_to_ends(successes, trials, low, betainccinv(successes + 1, failures, tail))


def _two_sided_limits(lower_limit: Callable[[int, int, float], float]) -> Limits:
    """Return both limits of a method that is equivariant in successes and failures."""

    def limits(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
        def low(count: int, of: int, level: float) -> float:
            return lower_limit(count, of, level) if count else 0.0

        def each(count: int, of: int, level: float) -> tuple[float, float]:
            return low(count, of, level), 1 - low(of - count, of, level)

        limits = apply_elementwise(each, 2, successes, trials, confidence_level)
        return limits[0], limits[1]

    return limits


def _one_sided(successes: int, trials: int, *errors: float) -> tuple[float, ...]:
    """Return the lower one-sided Clopper-Pearson limits at these errors."""
    return tuple(float(betaincinv(successes, trials - successes + 1, error)) for error in errors)


def likelihood_ratio(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
    """Return where the log likelihood lies half a chi-square quantile below its maximum."""
    low, high = _two_sided_limits(_likelihood_ratio_low)(successes, trials, confidence_level)
    # 1 - a limit may be rounded to below the estimate; the interval always contains the estimate.
    return low, np.maximum(high, successes / trials)


def _likelihood_ratio_low(successes: int, trials: int, confidence_level: float) -> float:
    drop = float(gammaincinv(0.5, confidence_level))  # half a chi-square quantile
    failures, estimate = trials - successes, successes / trials
    if failures == 0:
        return math.exp(-drop / trials)

    def above_threshold(proportion: float) -> float:
        gain = xlogy(successes, proportion / estimate)
        loss = failures * (math.log1p(-proportion) - math.log1p(-estimate))
        return float(gain + loss) + drop

    # Upper bound on the likelihood gain from the failures: its value at a proportion of 0.
    furthest = (drop - failures * math.log1p(-estimate)) / successes
    below = estimate * math.exp(-furthest)
    return float(scipy.optimize.brentq(above_threshold, below, estimate, xtol=1e-15 * estimate))


def _mid_p_low(successes: int, trials: int, confidence_level: float) -> float:
    tail = (1 - confidence_level) / 2

    def p_value(proportion: float) -> float:
        at_least = _at_least(successes, trials, proportion)
        return (at_least + _at_least(successes + 1, trials, proportion)) / 2

    # The mid-P value lies between half the exact P value and the exact one. It is half of it when
    # all trials succeed, where rounding error must not place the root just outside.
    below, above = _one_sided(successes, trials, tail, min(1, 2.01 * tail))
    return float(
        scipy.optimize.brentq(lambda p: p_value(p) - tail, below, above, xtol=1e-15 * above)
    )


def _sterne_low(successes: int, trials: int, confidence_level: float) -> float:
    """Return the smallest proportion whose minimum-likelihood P value reaches alpha.

    Outcome k enters the lower tail where it is as likely as the observed one, at odds
    (C(n, k) / C(n, x)) ** (1 / (x - k)), which grow with k because log C(n, .) is concave.

    P(X <= k) is at most `successes` times P(X >= successes), since no outcome in it is more likely
    than the observed one. So the smallest proportion lies between the one-sided Clopper-Pearson
    limits at alpha / (1 + successes) and at alpha; only entry points between these are checked.

    statsmodels 0.15 (method="binom_test") follows one root instead, and so excludes values that the
    test does not reject: at level 0.9 its upper limit for 0 of 18 is 0.140 instead of 0.163.
    """

    def entry_point(k: int) -> float:
        log_ratio = log_choose(trials, k) - log_choose(trials, successes)
        return float(expit(log_ratio / (successes - k)))

    alpha = 1 - confidence_level
    left, last = _one_sided(successes, trials, alpha / (1 + successes), alpha)
    entered = bisect_right(range(successes), left, key=entry_point)
    return _smallest_accepted(successes, trials, alpha, entry_point, entered, left, last)


def _blaker_low(successes: int, trials: int, confidence_level: float) -> float:
    """Return the smallest proportion whose acceptability reaches alpha.

    Below the estimate the smaller tail is P(X >= successes). Outcome k enters the other tail where
    P(X <= k) has fallen to it; both are monotone in the proportion, so entry points grow with k.
    The acceptability lies between one and two times P(X >= successes), so the smallest proportion
    lies between the one-sided Clopper-Pearson limits at alpha / 2 and at alpha.
    """
    alpha = 1 - confidence_level
    left, last = _one_sided(successes, trials, alpha / 2, alpha)

    def excess(k: int, proportion: float) -> float:
        return _at_most(k, trials, proportion) - _at_least(successes, trials, proportion)

    def entry_point(k: int) -> float:
        if excess(k, last) >= 0:
            return last
        return float(scipy.optimize.brentq(lambda p: excess(k, p), left, last, xtol=1e-15 * last))

    entered = bisect_right(range(successes), 0.0, key=lambda k: excess(k, left))
    return _smallest_accepted(successes, trials, alpha, entry_point, entered, left, last)


def _smallest_accepted(
    successes: int,
    trials: int,
    alpha: float,
    entry_point: Callable[[int], float],
    entered: int,
    left: float,
    last: float,
) -> float:
    """Return the smallest proportion from `left` to `last` whose P value reaches alpha.

    The P value is P(X >= successes) plus the lower tail of the outcomes that have entered it:
    `entered` of them at `left`, and outcome k from the proportion entry_point(k) on. Between two
    entry points it is 1 - P(k < X < successes), which falls and then rises (P(k < X < successes)
    has one maximum). So the first piece that reaches alpha does so either at its left end, where k
    has just entered, or at the only crossing inside it.
    """

    def p_value(proportion: float, tail: int) -> float:
        return _at_least(successes, trials, proportion) + _at_most(tail, trials, proportion)

    for k in range(entered, successes):
        right = min(entry_point(k), last)
        if p_value(right, k - 1) > alpha:
            return float(
                scipy.optimize.brentq(
                    lambda p, tail=k - 1: p_value(p, tail) - alpha, left, right, xtol=1e-15 * right
                )
            )
        # A P value of exactly alpha counts as not rejected; rounding error must not decide between
        # the two sides of a jump.
        if right >= last or p_value(right, k) >= alpha * (1 - 1e-12):
            return right
        left = right
    return last


def _at_least(count: int, trials: int, proportion: float) -> float:
    """Return P(X >= count)."""
    if count > trials:
        return 0.0
    return float(betainc(count, trials - count + 1, proportion)) if count > 0 else 1.0


def _at_most(count: int, trials: int, proportion: float) -> float:
    """Return P(X <= count)."""
    if count < 0:
        return 0.0
    return float(betaincc(count + 1, trials - count, proportion)) if count < trials else 1.0


mid_p = _two_sided_limits(_mid_p_low)
sterne = _two_sided_limits(_sterne_low)
blaker = _two_sided_limits(_blaker_low)


# Two proportions, by inversion of the score test (Miettinen-Nurminen).
#
# statsmodels 0.15 (method="score") is not usable: for a difference its restricted estimate uses the
# successes of one arm where its trials belong, and where an arm has no success or no failure it
# fails or returns a wrong root.


def difference_limits(
    successes_1: int, trials_1: int, successes_2: int, trials_2: int, quantile: float
) -> tuple[float, float]:
    """Return the limits of the first proportion minus the second, -1 to 1."""
    estimate = successes_1 / trials_1 - successes_2 / trials_2

    def statistic(difference: float) -> float:
        # The smaller proportion ranges over [0, 1 - |difference|]; this form avoids cancellation.
        shift, room = abs(difference), 1 - abs(difference)
        first_is_smaller = difference < 0
        below, above = (successes_1, trials_1), (successes_2, trials_2)
        if not first_is_smaller:
            below, above = above, below
        smaller = _restricted_mle(
            lambda p: _slope(*below, p, 1 - p) + _slope(*above, shift + p, room - p), room
        )
        larger = min(1.0, shift + smaller)
        first, second = (smaller, larger) if first_is_smaller else (larger, smaller)
        return _standardised(
            estimate - difference, _variance(trials_1, trials_2, first, second, 1.0)
        )

    low = high = estimate
    if estimate > -1:
        low = scipy.optimize.brentq(lambda d: statistic(d) - quantile, -1, estimate, xtol=1e-14)
    if estimate < 1:
        high = scipy.optimize.brentq(lambda d: statistic(d) + quantile, estimate, 1, xtol=1e-14)
    return float(low), float(high)


def ratio_limits(
    successes_1: int, trials_1: int, successes_2: int, trials_2: int, quantile: float
) -> tuple[float, float]:
    """Return the limits of the first proportion over the second, 0 to infinity."""

    def statistic(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        second = _restricted_mle(
            lambda p: (
                ratio * _slope(successes_1, trials_1, ratio * p, 1 - ratio * p)
                + _slope(successes_2, trials_2, p, 1 - p)
            ),
            min(1.0, 1 / ratio),
        )
        distance = successes_1 / trials_1 - ratio * successes_2 / trials_2
        return _standardised(distance, _variance(trials_1, trials_2, ratio * second, second, ratio))

    low = _solve_ratio(statistic, quantile) if successes_1 else 0.0
    high = _solve_ratio(statistic, -quantile) if successes_2 else math.inf
    # Rounding error next to the estimate; the interval always contains the estimate.
    estimate = successes_1 * trials_2 / (successes_2 * trials_1) if successes_2 else math.inf
    return min(low, estimate), max(high, estimate)


def _solve_ratio(statistic: Callable[[float], float], target: float) -> float:
    """Return the ratio at which a statistic that decreases in its logarithm equals `target`."""
    below, above = -1.0, 1.0
    while statistic(below) < target:
        below *= 2
    while statistic(above) > target:
        above *= 2
    return math.exp(
        scipy.optimize.brentq(lambda t: statistic(t) - target, below, above, xtol=1e-14)
    )


def _slope(successes: int, trials: int, proportion: float, complement: float) -> float:
    """Return the derivative of the log likelihood of one arm."""
    gain = successes / proportion if successes else 0.0
    return gain - (trials - successes) / complement


def _restricted_mle(slope: Callable[[float], float], highest: float) -> float:
    """Return the maximum of a concave log likelihood over [0, `highest`], given its slope."""
    inner, outer = 1e-14 * highest, (1 - 1e-14) * highest
    if highest <= 0 or slope(inner) <= 0:
        return 0.0
    if slope(outer) >= 0:
        return highest
    return float(scipy.optimize.brentq(slope, inner, outer, xtol=1e-16))


def _variance(trials_1: int, trials_2: int, first: float, second: float, ratio: float) -> float:
    total = trials_1 + trials_2
    spread = first * (1 - first) / trials_1 + ratio**2 * second * (1 - second) / trials_2
    return spread * total / (total - 1)


def _standardised(distance: float, variance: float) -> float:
    if variance <= 0:
        return math.copysign(_STATISTIC_AT_INFINITY, distance) if distance else 0.0
    return min(max(distance / math.sqrt(variance), -_STATISTIC_AT_INFINITY), _STATISTIC_AT_INFINITY)
