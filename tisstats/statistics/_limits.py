"""Limits of confidence intervals for a binomial proportion that use an approximation.

Each takes `successes`, `trials` and `confidence_level`, checked before, and returns
(low, high).
"""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.special import expit, xlogy
from scipy.special import logit as log_odds
from scipy.stats import binomtest, chi2, norm
from statsmodels.stats.proportion import proportion_confint

from tisstats.statistics._exact_limits import clopper_pearson, mirrored


def wilson(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Invert the score test."""
    interval = binomtest(successes, trials).proportion_ci(confidence_level, "wilson")
    return float(interval.low), float(interval.high)


def wilson_cc(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Invert the score test with continuity correction."""
    interval = binomtest(successes, trials).proportion_ci(confidence_level, "wilsoncc")
    return float(interval.low), float(interval.high)


def agresti_coull(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Wald limits around the centre of the Wilson interval; statsmodels clips them to [0, 1]."""
    low, high = proportion_confint(successes, trials, 1 - confidence_level, method="agresti_coull")
    return float(low), float(high)


def wald(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Estimate -/+ z standard errors; statsmodels clips them to [0, 1]."""
    low, high = proportion_confint(successes, trials, 1 - confidence_level, method="normal")
    return float(low), float(high)


def wald_max_variance(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Estimate -/+ z 0.5 / sqrt(trials), clipped to [0, 1] as the other normal limits are."""
    margin = float(norm.isf((1 - confidence_level) / 2)) * 0.5 / math.sqrt(trials)
    estimate = successes / trials
    return max(0.0, estimate - margin), min(1.0, estimate + margin)


def jeffreys(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Equal-tailed quantiles of the posterior under the Beta(1/2, 1/2) prior."""
    low, high = proportion_confint(successes, trials, 1 - confidence_level, method="jeffreys")
    return float(low), float(high)


def logit(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Wald limits on the scale of the log odds; without successes or failures, the exact ones."""
    if successes in (0, trials):
        # The log odds are infinite there, and so is their standard error.
        return clopper_pearson(successes, trials, confidence_level)
    centre = float(log_odds(successes / trials))
    margin = _z(confidence_level) * math.sqrt(trials / (successes * (trials - successes)))
    return float(expit(centre - margin)), float(expit(centre + margin))


def arcsine(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Wald limits on the variance-stabilised scale, with Anscombe's 3/8 added."""
    centre = math.asin(math.sqrt((successes + 0.375) / (trials + 0.75)))
    margin = _z(confidence_level) / (2 * math.sqrt(trials))
    # Beyond the ends of the scale the sine would turn back into the interval.
    low, high = max(0.0, centre - margin), min(math.pi / 2, centre + margin)
    return math.sin(low) ** 2, math.sin(high) ** 2


def likelihood_ratio(successes: int, trials: int, confidence_level: float) -> tuple[float, float]:
    """Proportions whose log likelihood lies at most half a chi-square quantile below the best."""
    low, high = mirrored(_likelihood_ratio_low, successes, trials, confidence_level)
    # The last digits of a limit next to the estimate are noise, and the estimate is never rejected.
    return min(low, successes / trials), max(high, successes / trials)


def _likelihood_ratio_low(successes: int, trials: int, confidence_level: float) -> float:
    if successes == 0:
        return 0.0
    drop = float(chi2.ppf(confidence_level, 1)) / 2
    failures, estimate = trials - successes, successes / trials
    if failures == 0:
        return math.exp(-drop / trials)

    def above_cut(proportion: float) -> float:
        gain = xlogy(successes, proportion / estimate)
        loss = failures * (math.log1p(-proportion) - math.log1p(-estimate))
        return float(gain + loss) + drop

    # The failures alone can raise the likelihood by no more than at a proportion of 0.
    furthest = (drop - failures * math.log1p(-estimate)) / successes
    below = estimate * math.exp(-furthest)
    return float(brentq(above_cut, below, estimate, xtol=1e-15 * estimate))


def _z(confidence_level: float) -> float:
    return float(norm.isf((1 - confidence_level) / 2))
