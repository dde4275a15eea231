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
    gammainccinv,
    gammaincinv,
    gammaln,
    ndtri,
)
from scipy.special import logit as log_odds

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Limits = Callable[[Ints, Ints, Array], tuple[Array, Array]]

_STATISTIC_AT_INFINITY = 1e6  # finite substitute for an infinite statistic
_HALF = 0.5
_BELOW_ONE = 1 - 2.0**-53  # the largest float below 1
_ROUNDING = 1e-12  # relative; a P value short of alpha by less reaches it
_STIRLING_FROM = 20  # where the terms of Stirling's series that are left out become negligible


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
    z = normal_quantile(confidence_level)
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


def _two_sided_limits(
    lower_limit: Callable[[int, int, float], float], *, contain_estimate: bool = True
) -> Limits:
    """Return both limits of a method that is equivariant in successes and failures.

    `lower_limit` returns log odds. Of these, a limit next to 1 keeps as many digits as one next
    to 0, and so does the upper limit of very few successes, as the lower one of the failures.
    `contain_estimate`: whether the limits of the method always do.
    """

    def limits(successes: Ints, trials: Ints, confidence_level: Array) -> tuple[Array, Array]:
        def low(count: int, of: int, level: float) -> float:
            return lower_limit(count, of, level) if count else -math.inf

        def each(count: int, of: int, level: float) -> tuple[float, float]:
            return low(count, of, level), -low(of - count, of, level)

        lows, highs = expit(apply_elementwise(each, 2, successes, trials, confidence_level))
        # At a level of nearly 0, rounding might exchange them, or place one beyond the estimate.
        if contain_estimate:
            estimate = successes / trials
            return np.minimum(lows, estimate), np.maximum(highs, estimate)
        return lows, np.maximum(lows, highs)

    return limits


def _one_sided(successes: int, trials: int, *errors: float) -> tuple[float, ...]:
    """Return the lower one-sided Clopper-Pearson limits at these errors, as log odds."""
    a, b = successes, trials - successes + 1
    below_one = [min(error, _BELOW_ONE) for error in errors]
    return tuple(
        math.log(betaincinv(a, b, error)) - math.log(betainccinv(b, a, error))
        for error in below_one
    )


def _log_odds_of(log_proportion: float) -> float:
    """Return the log odds of a proportion given by its logarithm."""
    return log_proportion - math.log(-math.expm1(log_proportion)) if log_proportion else math.inf


def _solve(increasing: Callable[[float], float], low: float, high: float) -> float:
    """Return the log odds at which an increasing function is zero."""
    return float(scipy.optimize.brentq(increasing, low, high, xtol=1e-15))


def _likelihood_ratio_low(successes: int, trials: int, confidence_level: float) -> float:
    """Return where the log likelihood lies half a chi-square quantile below its maximum."""
    # Half a chi-square quantile, of the end of the distribution that is known to all digits.
    if confidence_level > _HALF:
        drop = float(gammainccinv(0.5, 1 - confidence_level))
    else:
        drop = float(gammaincinv(0.5, confidence_level))
    failures = trials - successes
    if failures == 0:
        return _log_odds_of(-drop / trials)
    estimate = math.log(successes / failures)
    # By the same formulas as below, so that at the estimate nothing but the drop is left.
    log_estimate, log_rest = -math.log1p(math.exp(-estimate)), -math.log1p(math.exp(estimate))

    def above_threshold(log_odds: float) -> float:
        gain = successes * (-math.log1p(math.exp(-log_odds)) - log_estimate)
        loss = failures * (-math.log1p(math.exp(log_odds)) - log_rest)
        return gain + loss + drop

    # Upper bound on the likelihood gain from the failures: its value at a proportion of 0.
    furthest = (drop - failures * log_rest) / successes
    below = _log_odds_of(log_estimate - furthest * (1 + _ROUNDING))
    return _solve(above_threshold, below, estimate)


def _mid_p_low(successes: int, trials: int, confidence_level: float) -> float:
    if successes == trials:
        return _log_odds_of(math.log1p(-confidence_level) / trials)
    tail = (1 - confidence_level) / 2

    def p_value(log_odds: float) -> float:
        at_least = _at_least(successes, trials, log_odds)
        return (at_least + _at_least(successes + 1, trials, log_odds)) / 2

    # The mid-P value lies between half the exact P value and the exact one. It is half of it up to
    # rounding at the highest levels, where the root must not lie just outside.
    below, above = _one_sided(successes, trials, tail, 2.01 * tail)
    return _solve(lambda log_odds: p_value(log_odds) - tail, below, above)


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
        more = successes - k
        log_ratio = _log_rising(k + 1, more) - _log_rising(trials - successes + 1, more)
        return log_ratio / more

    alpha = 1 - confidence_level
    left, last = _one_sided(successes, trials, alpha / (1 + successes), alpha)
    entered = bisect_right(range(successes), left, key=entry_point)
    return _smallest_accepted(successes, trials, alpha, entry_point, entered, left, last)


def _log_rising(first: int, factors: int) -> float:
    """Return the logarithm of first (first + 1) ..., a product of so many factors.

    The difference of two log gamma functions would lose most digits where they are large.
    """
    end = first + factors
    if first < _STIRLING_FROM:
        return float(gammaln(end) - gammaln(first))
    leading = (first - 0.5) * math.log1p(factors / first) + factors * (math.log(end) - 1)
    return leading + _stirling(end) - _stirling(first)


def _stirling(argument: int) -> float:
    """Return Stirling's series for the log gamma function (DLMF 5.11.1), to an absolute 2e-15."""
    inverse = 1 / argument
    square = inverse**2
    return inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))


def _blaker_low(successes: int, trials: int, confidence_level: float) -> float:
    """Return the smallest proportion whose acceptability reaches alpha.

    Below the estimate the smaller tail is P(X >= successes). Outcome k enters the other tail where
    P(X <= k) has fallen to it; both are monotone in the proportion, so entry points grow with k.
    The acceptability lies between one and two times P(X >= successes), so the smallest proportion
    lies between the one-sided Clopper-Pearson limits at alpha / 2 and at alpha.
    """
    alpha = 1 - confidence_level
    left, last = _one_sided(successes, trials, alpha / 2, alpha)

    def excess(k: int, log_odds: float) -> float:
        return _at_least(successes, trials, log_odds) - _at_most(k, trials, log_odds)

    def entry_point(k: int) -> float:
        return last if excess(k, last) <= 0 else _solve(lambda t: excess(k, t), left, last)

    entered = bisect_right(range(successes), 0.0, key=lambda k: -excess(k, left))
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
    """Return the smallest log odds from `left` to `last` whose P value reaches alpha.

    The P value is P(X >= successes) plus the lower tail of the outcomes that have entered it:
    `entered` of them at `left`, and outcome k from the log odds entry_point(k) on. Between two
    entry points it is 1 - P(k < X < successes), which falls and then rises (P(k < X < successes)
    has one maximum). So the first piece that reaches alpha does so either at its left end, where k
    has just entered, or at the only crossing inside it.

    Over several pieces it is at most P(X >= successes) at their right end plus the lower tail of
    all their outcomes at their left end. Where that is below alpha, they are passed over at once:
    twice as many after each success, so that few pieces are looked at one by one.
    """

    def p_value(log_odds: float, tail: int) -> float:
        return _at_least(successes, trials, log_odds) + _at_most(tail, trials, log_odds)

    def crossing(tail: int, low: float, high: float) -> float:
        return _solve(lambda log_odds: p_value(log_odds, tail) - alpha, low, high)

    # A P value of exactly alpha counts as not rejected; rounding error must not decide between
    # the two sides of a jump.
    reached = alpha * (1 - _ROUNDING)
    if p_value(left, entered - 1) >= reached:
        return left
    k, pieces = entered, 1
    while k < successes:
        outcome = min(k + pieces, successes) - 1
        right = min(entry_point(outcome), last)
        bound = _at_least(successes, trials, right) + _at_most(outcome, trials, left)
        if bound < reached and right < last:
            k, left, pieces = outcome + 1, right, 2 * pieces
            continue
        if pieces > 1:
            pieces = max(1, pieces // 4)
            continue
        if p_value(right, k - 1) > alpha:
            return crossing(k - 1, left, right)
        if right >= last or p_value(right, k) >= reached:
            return right
        k, left = k + 1, right
    # All outcomes have entered: the P value is 1, of which rounding error may leave less.
    return left


def _at_least(count: int, trials: int, log_odds: float) -> float:
    """Return P(X >= count)."""
    if not 0 < count <= trials:
        return float(count <= 0)
    if log_odds > 0:
        return float(betaincc(trials - count + 1, count, expit(-log_odds)))
    return float(betainc(count, trials - count + 1, expit(log_odds)))


def _at_most(count: int, trials: int, log_odds: float) -> float:
    """Return P(X <= count)."""
    if not 0 <= count < trials:
        return float(count >= 0)
    if log_odds > 0:
        return float(betainc(trials - count, count + 1, expit(-log_odds)))
    return float(betaincc(count + 1, trials - count, expit(log_odds)))


likelihood_ratio = _two_sided_limits(_likelihood_ratio_low)
mid_p = _two_sided_limits(_mid_p_low, contain_estimate=False)
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
    arms = (successes_1, trials_1), (successes_2, trials_2)
    # Next to proportions near 0 or 1, limits are as near to the estimate.
    scale = sum((min(count, of - count) + 1) / of for count, of in arms)
    precision = 1e-14 * min(1.0, scale)

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
        low = scipy.optimize.brentq(lambda d: statistic(d) - quantile, -1, estimate, xtol=precision)
    if estimate < 1:
        high = scipy.optimize.brentq(lambda d: statistic(d) + quantile, estimate, 1, xtol=precision)
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

    estimate = successes_1 * trials_2 / (successes_2 * trials_1) if successes_2 else math.inf
    if not quantile:  # as a level of nearly 0 has
        return estimate, estimate
    low = _solve_ratio(statistic, quantile) if successes_1 else 0.0
    high = _solve_ratio(statistic, -quantile) if successes_2 else math.inf
    # Rounding error next to the estimate; the interval always contains the estimate.
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
    return float(scipy.optimize.brentq(slope, inner, outer, xtol=1e-16 * inner))


def _variance(trials_1: int, trials_2: int, first: float, second: float, ratio: float) -> float:
    total = trials_1 + trials_2
    spread = first * (1 - first) / trials_1 + ratio**2 * second * (1 - second) / trials_2
    return spread * total / (total - 1)


def _standardised(distance: float, variance: float) -> float:
    if variance <= 0:
        return math.copysign(_STATISTIC_AT_INFINITY, distance) if distance else 0.0
    return min(max(distance / math.sqrt(variance), -_STATISTIC_AT_INFINITY), _STATISTIC_AT_INFINITY)
