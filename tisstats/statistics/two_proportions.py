"""How two independent proportions differ: difference, ratio and odds ratio with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from scipy.stats import norm
from scipy.stats.contingency import odds_ratio as conditional_odds_ratio
from statsmodels.stats.proportion import confint_proportions_2indep

from tisstats.statistics import _score_limits
from tisstats.statistics._arguments import Whole, one_of, proportion_between
from tisstats.statistics._arms import arm_counts

#: Every method of `proportion_difference`: its name, and what it is with its source.
DIFFERENCE_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "newcombe": "from the Wilson limits of both arms, without continuity correction "
        "(Newcombe 1998, method 10, "
        "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I)",
        "miettinen-nurminen": "score test of every difference inverted, variance times N / (N - 1) "
        "(Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211)",
        "agresti-caffo": "Wald after adding one success and one failure to each arm, clipped to "
        "[-1, 1]; may leave the estimate outside at levels below 0.92 "
        "(Agresti & Caffo 2000, doi:10.1080/00031305.2000.10474560)",
        "wald": "normal approximation with the estimated variances, clipped to [-1, 1] "
        "(Newcombe 1998, method 1, "
        "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I)",
    }
)

#: Every method of `proportion_ratio`: its name, and what it is with its source.
RATIO_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "miettinen-nurminen": "score test of every ratio inverted, variance times N / (N - 1) "
        "(Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211)",
        "log": "normal approximation of the logarithm; none when an arm has no success "
        "(Katz, Baptista, Azen & Pike 1978, doi:10.2307/2530610)",
    }
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far two independent proportions differ, with its confidence interval."""

    estimate: float  #: difference, ratio or odds ratio; "agresti-caffo" may leave it outside
    low: float  #: lower limit, on the scale of the estimate
    high: float  #: upper limit, on the scale of the estimate; a ratio's may be infinite
    level: float  #: nominal confidence, 0 to 1
    method: str  #: how the limits were computed


def proportion_difference(
    successes_1: Whole,
    trials_1: Whole,
    successes_2: Whole,
    trials_2: Whole,
    confidence_level: float = 0.95,
    method: str = "newcombe",
) -> Comparison:
    """Difference of two independent proportions, first minus second, with its interval.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `DIFFERENCE_METHODS`, which names each method's source.

    Returns
    -------
    Comparison
        All numbers between -1 and 1.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range.

    Notes
    -----
    The estimate is the observed difference by every method, and lies between the limits by all but
    one: the limits of "agresti-caffo" lie around the difference after one success and one failure
    were added to each arm. At level 0.8 they are -0.978 to -0.689 for 0 of 10 against 10 of 10,
    whose difference is -1. At 0.92 or above the limits hold the estimate.

    Examples
    --------
    >>> found = proportion_difference(8, 19, 3, 20)
    >>> f"{found.estimate:.3f} ({found.low:.3f} to {found.high:.3f})"
    '0.271 (-0.012 to 0.508)'
    """
    counts = arm_counts(successes_1, trials_1, successes_2, trials_2)
    confidence_level = proportion_between("confidence_level", confidence_level)
    one_of("method", method, DIFFERENCE_METHODS)
    if method == "miettinen-nurminen":
        low, high = _score_limits.difference_limits(counts, _quantile(confidence_level))
    else:
        theirs = "newcomb" if method == "newcombe" else method
        low, high = confint_proportions_2indep(*counts, method=theirs, alpha=1 - confidence_level)
    estimate = counts[0] / counts[1] - counts[2] / counts[3]
    return Comparison(
        estimate, max(-1.0, float(low)), min(1.0, float(high)), confidence_level, method
    )


def proportion_ratio(
    successes_1: Whole,
    trials_1: Whole,
    successes_2: Whole,
    trials_2: Whole,
    confidence_level: float = 0.95,
    method: str = "miettinen-nurminen",
) -> Comparison:
    """Ratio of two independent proportions, first over second, with its interval.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `RATIO_METHODS`, which names each method's source.

    Returns
    -------
    Comparison
        From 0 to infinity; without successes in the second arm, estimate and upper limit are
        infinite.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range, or if neither arm has a success: then
        there is no ratio.

    Examples
    --------
    >>> found = proportion_ratio(8, 19, 3, 20)
    >>> f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"
    '2.81 (0.95 to 8.95)'
    """
    counts = arm_counts(successes_1, trials_1, successes_2, trials_2)
    confidence_level = proportion_between("confidence_level", confidence_level)
    one_of("method", method, RATIO_METHODS)
    if counts[0] == counts[2] == 0:
        raise ValueError("successes_1 or successes_2 must be at least 1 for a ratio, got 0 and 0")
    if method == "miettinen-nurminen":
        low, high = _score_limits.ratio_limits(counts, _quantile(confidence_level))
    elif 0 in (counts[0], counts[2]):
        raise ValueError(
            "successes_1 and successes_2 must be at least 1 when method is 'log', "
            f"got {counts[0]} and {counts[2]}"
        )
    else:
        low, high = confint_proportions_2indep(
            *counts, compare="ratio", method="log", alpha=1 - confidence_level
        )
    second = counts[2] / counts[3]
    estimate = counts[0] / counts[1] / second if second else math.inf
    return Comparison(estimate, float(low), float(high), confidence_level, method)


def odds_ratio(
    successes_1: Whole,
    trials_1: Whole,
    successes_2: Whole,
    trials_2: Whole,
    confidence_level: float = 0.95,
) -> Comparison:
    """Conditional odds ratio of two independent proportions, with its exact interval.

    The estimate is the conditional maximum likelihood one, as R's `fisher.test` prints it, not the
    cross product of the table; the limits invert both one-sided tests of Fisher at half the error
    each, so they need not agree with the two-sided P value.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    level : float
        Nominal confidence, strictly between 0 and 1.

    Returns
    -------
    Comparison
        From 0 to infinity.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range, or if no patient or every patient
        succeeded: then there is no odds ratio.

    References
    ----------
    Cornfield 1956, A statistical problem arising from retrospective studies, Proceedings of the
    Third Berkeley Symposium 4:135-148, ISBN 0-520-04719-6.

    Examples
    --------
    >>> found = odds_ratio(8, 19, 3, 20)
    >>> f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"
    '3.97 (0.74 to 28.39)'
    """
    counts = arm_counts(successes_1, trials_1, successes_2, trials_2)
    confidence_level = proportion_between("confidence_level", confidence_level)
    total = counts[0] + counts[2]
    if total in (0, counts[1] + counts[3]):
        raise ValueError(
            "successes_1 and successes_2 must leave both some success and some failure for an "
            f"odds ratio, got {counts[0]} of {counts[1]} and {counts[2]} of {counts[3]}"
        )
    table = [[counts[0], counts[1] - counts[0]], [counts[2], counts[3] - counts[2]]]
    found = conditional_odds_ratio(table, kind="conditional")
    interval = found.confidence_interval(confidence_level)
    return Comparison(
        float(found.statistic),
        float(interval.low),
        float(interval.high),
        confidence_level,
        "conditional",
    )


def _quantile(confidence_level: float) -> float:
    return float(norm.isf((1 - confidence_level) / 2))
