"""Limits of confidence intervals for a binomial proportion, one function a method.

Each takes `successes`, `trials` and `level` that were checked before, and returns (low, high).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable

from scipy.optimize import brentq
from scipy.special import expit, gammaln
from scipy.stats import beta, binom, binomtest, norm
from statsmodels.stats.proportion import proportion_confint

Limits = Callable[[int, int, float], tuple[float, float]]


def clopper_pearson(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Invert both one-sided exact tests at (1 - level) / 2 each."""
    # Beta quantiles: binomtest(...).proportion_ci searches to 2e-12 absolute, which leaves no
    # correct digit in the limits of a very small proportion.
    tail = (1 - level) / 2
    failures = trials - successes
    low = beta.ppf(tail, successes, failures + 1) if successes else 0.0
    high = beta.isf(tail, successes + 1, failures) if failures else 1.0
    return float(low), float(high)


def wilson(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Invert the score test."""
    interval = binomtest(successes, trials).proportion_ci(level, "wilson")
    return float(interval.low), float(interval.high)


def wilson_cc(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Invert the score test with continuity correction."""
    interval = binomtest(successes, trials).proportion_ci(level, "wilsoncc")
    return float(interval.low), float(interval.high)


def agresti_coull(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Wald limits around the centre of the Wilson interval; statsmodels clips them to [0, 1]."""
    low, high = proportion_confint(successes, trials, 1 - level, method="agresti_coull")
    return float(low), float(high)


def wald(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Estimate -/+ z standard errors; statsmodels clips them to [0, 1]."""
    low, high = proportion_confint(successes, trials, 1 - level, method="normal")
    return float(low), float(high)


def wald_max_variance(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Estimate -/+ z 0.5 / sqrt(trials), clipped to [0, 1] as the other normal limits are."""
    margin = float(norm.isf((1 - level) / 2)) * 0.5 / math.sqrt(trials)
    estimate = successes / trials
    return max(0.0, estimate - margin), min(1.0, estimate + margin)


def jeffreys(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Equal-tailed quantiles of the posterior under the Beta(1/2, 1/2) prior."""
    low, high = proportion_confint(successes, trials, 1 - level, method="jeffreys")
    return float(low), float(high)


def sterne(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Invert the exact test whose P value adds up all outcomes no likelier than the observed."""
    alpha = 1 - level
    return (
        _sterne_low(successes, trials, alpha),
        1 - _sterne_low(trials - successes, trials, alpha),
    )


def _sterne_low(successes: int, trials: int, alpha: float) -> float:
    """Return the least proportion whose minimum-likelihood P value reaches alpha.

    Below the estimate, the P value is P(X >= successes) plus the lower tail P(X <= k) of those
    outcomes that are no likelier than the observed one. Outcome k joins where the two are equally
    likely, at odds (C(n, k) / C(n, x)) ** (1 / (x - k)), which grow with k because log C(n, .) is
    concave. Between two such joins the P value is 1 - P(k < X < x), which falls and then rises
    (P(k < X < x) has one maximum). So the first piece that reaches alpha does so either at its
    left end, where k has just joined, or at the only crossing inside it.

    P(X <= k) is at most `successes` times P(X >= successes), for each outcome in it is no likelier
    than the observed one. So the least proportion lies between the one-sided Clopper-Pearson
    limits at alpha / (1 + successes) and at alpha; only joins between them need a look.

    statsmodels (method="binom_test") follows one root instead, and so leaves out values that the
    test does not reject: at level 0.9 its upper limit for 0 of 18 is 0.140 instead of 0.163.
    """
    if successes == 0:
        return 0.0

    def join(k: int) -> float:
        log_ratio = _log_choose(trials, k) - _log_choose(trials, successes)
        return float(expit(log_ratio / (successes - k)))

    def p_value(proportion: float, tail: int) -> float:
        upper = binom.sf(successes - 1, trials, proportion)
        return float(upper + binom.cdf(tail, trials, proportion))

    shape = successes, trials - successes + 1
    left = float(beta.ppf(alpha / (1 + successes), *shape))
    last = float(beta.ppf(alpha, *shape))
    for k in range(bisect_right(range(successes), left, key=join), successes):
        right = min(join(k), last)
        if p_value(right, k - 1) > alpha:
            return float(
                brentq(
                    lambda p, tail=k - 1: p_value(p, tail) - alpha, left, right, xtol=1e-15 * right
                )
            )
        # A P value of exactly alpha counts as not rejected; noise in the last digits must not
        # decide between the two sides of a jump.
        if right == last or p_value(right, k) >= alpha * (1 - 1e-12):
            return right
        left = right
    return last


def _log_choose(trials: int, chosen: int) -> float:
    """Logarithm of the binomial coefficient."""
    return float(gammaln(trials + 1) - gammaln(chosen + 1) - gammaln(trials - chosen + 1))
