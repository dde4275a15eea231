"""Limits of confidence intervals for a binomial proportion that invert an exact test.

Each takes `successes`, `trials` and `confidence_level`, checked before, and returns
(low, high).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from scipy.optimize import brentq
from scipy.special import betainc, betaincc, expit, gammaln
from scipy.stats import beta

Limits = Callable[[int, int, float], tuple[float, float]]


def clopper_pearson(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Invert both one-sided exact tests at (1 - level) / 2 each."""
    # Beta quantiles: binomtest(...).proportion_ci searches to 2e-12 absolute, which leaves no
    # correct digit in the limits of a very small proportion.
    tail = (1 - confidence_level) / 2
    failures = trials - successes
    low = beta.ppf(tail, successes, failures + 1) if successes else 0.0
    high = beta.isf(tail, successes + 1, failures) if failures else 1.0
    return float(low), float(high)


def mirrored(
    lower_limit: Callable[[int, int, float], float],
    successes: int,
    trials: int,
    confidence_level: float,
) -> tuple[float, float]:
    """Give both limits of a method that treats successes and failures alike."""
    return (
        lower_limit(successes, trials, confidence_level),
        1 - lower_limit(trials - successes, trials, confidence_level),
    )


def mid_p(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Invert both one-sided tests that count half the chance of the observed outcome."""
    return mirrored(_mid_p_low, successes, trials, confidence_level)


def _mid_p_low(successes: int, trials: int, confidence_level: float) -> float:
    if successes == 0:
        return 0.0
    tail = (1 - confidence_level) / 2

    def p_value(proportion: float) -> float:
        at_least = _at_least(successes, trials, proportion)
        return (at_least + _at_least(successes + 1, trials, proportion)) / 2

    # The mid-P value lies between half the exact one and the exact one; it is half of it when all
    # trials succeed, where noise must not leave the root just outside.
    shape = successes, trials - successes + 1
    below, above = (float(beta.ppf(chance, *shape)) for chance in (tail, min(1, 2.01 * tail)))
    return float(brentq(lambda p: p_value(p) - tail, below, above, xtol=1e-15 * above))


def sterne(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Invert the exact test whose P value adds up all outcomes no likelier than the observed."""
    return mirrored(_sterne_low, successes, trials, confidence_level)


def _sterne_low(successes: int, trials: int, confidence_level: float) -> float:
    """Return the least proportion whose minimum-likelihood P value reaches 1 - level.

    Outcome k joins the lower tail where it is as likely as the observed one, at odds
    (C(n, k) / C(n, x)) ** (1 / (x - k)), which grow with k because log C(n, .) is concave.

    P(X <= k) is at most `successes` times P(X >= successes), for each outcome in it is no likelier
    than the observed one. So the least proportion lies between the one-sided Clopper-Pearson
    limits at alpha / (1 + successes) and at alpha; only joins between them need a look.

    statsmodels 0.15 (method="binom_test") follows one root instead, and so leaves out values that
    the test does not reject: at level 0.9 its upper limit for 0 of 18 is 0.140 instead of 0.163.
    """
    if successes == 0:
        return 0.0

    def join(k: int) -> float:
        log_ratio = _log_choose(trials, k) - _log_choose(trials, successes)
        return float(expit(log_ratio / (successes - k)))

    alpha = 1 - confidence_level
    shape = successes, trials - successes + 1
    left = float(beta.ppf(alpha / (1 + successes), *shape))
    last = float(beta.ppf(alpha, *shape))
    joined = bisect_right(range(successes), left, key=join)
    return _least_accepted(successes, trials, alpha, join, joined, left, last)


def blaker(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Invert the exact test that adds to the smaller tail the largest one no larger beyond."""
    return mirrored(_blaker_low, successes, trials, confidence_level)


def _blaker_low(successes: int, trials: int, confidence_level: float) -> float:
    """Return the least proportion whose acceptability reaches 1 - level.

    Below the estimate the smaller tail is P(X >= successes). Outcome k joins the other tail where
    P(X <= k) has fallen to it; both change steadily with the proportion, so the joins grow with k.
    The acceptability lies between one and two times P(X >= successes), so the least proportion
    lies between the one-sided Clopper-Pearson limits at alpha / 2 and at alpha.
    """
    if successes == 0:
        return 0.0
    alpha = 1 - confidence_level
    shape = successes, trials - successes + 1
    left, last = (float(beta.ppf(chance, *shape)) for chance in (alpha / 2, alpha))

    def excess(k: int, proportion: float) -> float:
        return _at_most(k, trials, proportion) - _at_least(successes, trials, proportion)

    def join(k: int) -> float:
        if excess(k, last) >= 0:
            return last
        return float(brentq(lambda p: excess(k, p), left, last, xtol=1e-15 * last))

    joined = bisect_right(range(successes), 0.0, key=lambda k: excess(k, left))
    return _least_accepted(successes, trials, alpha, join, joined, left, last)


def _least_accepted(
    successes: int,
    trials: int,
    alpha: float,
    join: Callable[[int], float],
    joined: int,
    left: float,
    last: float,
) -> float:
    """Return the least proportion from `left` to `last` whose P value reaches alpha.

    The P value is P(X >= successes) plus the lower tail of those outcomes that have joined it:
    `joined` of them at `left`, and outcome k from the proportion join(k) on. Between two such joins
    it is 1 - P(k < X < successes), which falls and then rises (P(k < X < successes) has one
    maximum). So the first piece that reaches alpha does so either at its left end, where k has
    just joined, or at the only crossing inside it.
    """

    def p_value(proportion: float, tail: int) -> float:
        return _at_least(successes, trials, proportion) + _at_most(tail, trials, proportion)

    for k in range(joined, successes):
        right = min(join(k), last)
        if p_value(right, k - 1) > alpha:
            return float(
                brentq(
                    lambda p, tail=k - 1: p_value(p, tail) - alpha, left, right, xtol=1e-15 * right
                )
            )
        # A P value of exactly alpha counts as not rejected; noise in the last digits must not
        # decide between the two sides of a jump.
        if right >= last or p_value(right, k) >= alpha * (1 - 1e-12):
            return right
        left = right
    return last


def _at_least(count: int, trials: int, proportion: float) -> float:
    """P(X >= count)."""
    if count > trials:
        return 0.0
    return float(betainc(count, trials - count + 1, proportion)) if count > 0 else 1.0


def _at_most(count: int, trials: int, proportion: float) -> float:
    """P(X <= count)."""
    if count < 0:
        return 0.0
    return float(betaincc(count + 1, trials - count, proportion)) if count < trials else 1.0


def _log_choose(trials: int, chosen: int) -> float:
    """Logarithm of the binomial coefficient."""
    return float(gammaln(trials + 1) - gammaln(chosen + 1) - gammaln(trials - chosen + 1))
