"""Limits of confidence intervals for a binomial proportion, one function a method.

Each takes `successes`, `trials` and `level` that were checked before, and returns (low, high).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
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

    statsmodels (method="binom_test") follows one root instead, and so leaves out values that the
    test does not reject: at level 0.9 its upper limit for 0 of 18 is 0.140 instead of 0.163.
    The search cannot start from the Clopper-Pearson limits either, which Sterne's may pass.
    """
    if successes == 0:
        return 0.0
    joining = np.arange(successes)
    log_odds = (_log_choose(trials, joining) - _log_choose(trials, successes)) / (
        successes - joining
    )
    joins = expit(log_odds)
    lefts, tails = np.append(0.0, joins[:-1]), np.arange(-1, successes - 1)

    def p_value(proportion: np.ndarray | float, tail: np.ndarray | int) -> np.ndarray:
        upper = binom.sf(successes - 1, trials, proportion)
        return np.asarray(upper + binom.cdf(tail, trials, proportion))

    # A P value of exactly alpha counts as not rejected; noise in the last digits must not decide.
    at_left = p_value(lefts, tails) >= alpha * (1 - 1e-12)
    at_right = p_value(joins, tails) > alpha
    reached = np.flatnonzero(at_left | at_right)
    if reached.size == 0:  # the last join: there the observed outcome is the likeliest, P = 1
        return float(joins[-1])
    piece = int(reached[0])
    if at_left[piece]:
        return float(lefts[piece])
    tail, left, right = int(tails[piece]), float(lefts[piece]), float(joins[piece])
    return float(
        brentq(lambda proportion: float(p_value(proportion, tail)) - alpha, left, right,
               xtol=1e-15 * right)
    )  # fmt: skip


def _log_choose(trials: int, chosen: np.ndarray | int) -> np.ndarray:
    """Logarithm of the binomial coefficient."""
    return np.asarray(
        gammaln(trials + 1.0)
        - gammaln(np.add(chosen, 1.0))
        - gammaln(trials - np.add(chosen, -1.0))
    )
