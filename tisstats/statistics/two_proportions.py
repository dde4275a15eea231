"""How two independent proportions differ: difference, ratio and odds ratio with intervals."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats.contingency import odds_ratio as conditional_odds_ratio
from statsmodels.stats.proportion import confint_proportions_2indep

from tisstats.statistics._arguments import Broadcastable, BroadcastCounts, one_of
from tisstats.statistics._limits import (
    difference_limits,
    normal_quantile,
    one_by_one,
    ratio_limits,
)
from tisstats.statistics._methods import described
from tisstats.statistics.proportions import Interval, interval_of

#: Every method of `proportion_difference`: its name, and what it is with its source.
DIFFERENCE_METHODS: Final = described("difference")

#: Every method of `proportion_ratio`: its name, and what it is with its source.
RATIO_METHODS: Final = described("ratio")

_COUNTS = ("successes_1", "trials_1", "successes_2", "trials_2")


def proportion_difference(
    successes_1: Broadcastable,
    trials_1: Broadcastable,
    successes_2: Broadcastable,
    trials_2: Broadcastable,
    confidence_level: Broadcastable = 0.95,
    method: str = "newcombe",
) -> Interval:
    """Compute the difference of two independent proportions, first minus second.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int or array_like
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    confidence_level : float or array_like
        Nominal confidence, strictly between 0 and 1. All numbers broadcast together.
    method : str
        One of `DIFFERENCE_METHODS`, which names each method's source.

    Returns
    -------
    Interval
        All numbers between -1 and 1; arrays or Series where an argument is one.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range, or shapes do not broadcast.

    Notes
    -----
    The estimate is the observed difference by every method, and lies between the limits by all but
    one: the limits of "agresti-caffo" lie around the difference after one success and one failure
    were added to each arm. At level 0.8 they are -0.978 to -0.689 for 0 of 10 against 10 of 10,
    whose difference is -1. At 0.92 or above the limits enclose the estimate.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions; every
    method's own source stands in `DIFFERENCE_METHODS`.

    Examples
    --------
    >>> found = proportion_difference(8, 19, 3, 20)
    >>> f"{found.estimate:.3f} ({found.low:.3f} to {found.high:.3f})"
    '0.271 (-0.012 to 0.508)'
    >>> low, high = proportion_difference([8, 9], 19, 3, 20)
    >>> low.round(3), high.round(3)
    (array([-0.012,  0.033]), array([0.508, 0.555]))
    """
    asked = _arms(confidence_level, successes_1, trials_1, successes_2, trials_2)
    one_of("method", method, DIFFERENCE_METHODS)
    first, of_first, second, of_second = asked.counts
    if method == "miettinen-nurminen":
        quantiles = normal_quantile(asked.confidence_level)
        low, high = one_by_one(difference_limits, 2, *asked.counts, quantiles)
    else:
        theirs = "newcomb" if method == "newcombe" else method
        low, high = confint_proportions_2indep(
            *asked.counts, method=theirs, alpha=1 - asked.confidence_level
        )
    estimate = first / of_first - second / of_second
    limits = np.maximum(-1.0, low), np.minimum(1.0, high)
    return interval_of(asked, method, estimate, *limits)


def proportion_ratio(
    successes_1: Broadcastable,
    trials_1: Broadcastable,
    successes_2: Broadcastable,
    trials_2: Broadcastable,
    confidence_level: Broadcastable = 0.95,
    method: str = "miettinen-nurminen",
) -> Interval:
    """Compute the ratio of two independent proportions, first over second.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int or array_like
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    confidence_level : float or array_like
        Nominal confidence, strictly between 0 and 1. All numbers broadcast together.
    method : str
        One of `RATIO_METHODS`, which names each method's source.

    Returns
    -------
    Interval
        From 0 to infinity; without successes in the second arm, estimate and upper limit are
        infinite. Arrays or Series where an argument is one.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range, or shapes do not broadcast, or if neither
        arm has a success: then there is no ratio.

    References
    ----------
    Miettinen & Nurminen 1985, Comparative analysis of two rates, doi:10.1002/sim.4780040211.

    Examples
    --------
    >>> found = proportion_ratio(8, 19, 3, 20)
    >>> f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"
    '2.81 (0.95 to 8.95)'
    """
    asked = _arms(confidence_level, successes_1, trials_1, successes_2, trials_2)
    one_of("method", method, RATIO_METHODS)
    first, of_first, second, of_second = asked.counts
    _refuse(
        asked,
        (first == 0) & (second == 0),
        "successes_1 or successes_2 must be at least 1 for a ratio, got {0} and {2}",
    )
    if method == "miettinen-nurminen":
        quantiles = normal_quantile(asked.confidence_level)
        low, high = one_by_one(ratio_limits, 2, *asked.counts, quantiles)
    else:
        _refuse(
            asked,
            (first == 0) | (second == 0),
            "successes_1 and successes_2 must be at least 1 when method is 'log', got {0} and {2}",
        )
        low, high = confint_proportions_2indep(
            *asked.counts, compare="ratio", method="log", alpha=1 - asked.confidence_level
        )
    share = second / of_second
    infinite = np.full(share.shape, math.inf)
    estimate = np.divide(first / of_first, share, out=infinite, where=share > 0)
    return interval_of(asked, method, estimate, low, high)


def odds_ratio(
    successes_1: Broadcastable,
    trials_1: Broadcastable,
    successes_2: Broadcastable,
    trials_2: Broadcastable,
    confidence_level: Broadcastable = 0.95,
) -> Interval:
    """Compute the conditional odds ratio of two independent proportions, with exact limits.

    The estimate is the conditional maximum likelihood one, as R's `fisher.test` prints it, not the
    cross product of the table; the limits invert both one-sided tests of Fisher at half the error
    each, so they need not agree with the two-sided P value.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int or array_like
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    confidence_level : float or array_like
        Nominal confidence, strictly between 0 and 1. All numbers broadcast together.

    Returns
    -------
    Interval
        From 0 to infinity; arrays or Series where an argument is one.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range, or shapes do not broadcast, or if no
        patient or every patient succeeded: then there is no odds ratio.

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
    asked = _arms(confidence_level, successes_1, trials_1, successes_2, trials_2)
    first, of_first, second, of_second = asked.counts
    both = first + second
    _refuse(
        asked,
        (both == 0) | (both == of_first + of_second),
        "successes_1 and successes_2 must leave both some success and some failure for an odds "
        "ratio, got {0} of {1} and {2} of {3}",
    )
    found = one_by_one(_conditional, 3, *asked.counts, asked.confidence_level)
    return interval_of(asked, "conditional", *found)


def _conditional(
    first: int, of_first: int, second: int, of_second: int, confidence_level: float
) -> tuple[float, float, float]:
    """Return the conditional odds ratio of one table and its limits."""
    table = [[first, of_first - first], [second, of_second - second]]
    found = conditional_odds_ratio(table, kind="conditional")
    interval = found.confidence_interval(confidence_level)
    return found.statistic, interval.low, interval.high


def _arms(confidence_level: Broadcastable, *counts: Broadcastable) -> BroadcastCounts:
    return BroadcastCounts.of(dict(zip(_COUNTS, counts, strict=True)), confidence_level)


def _refuse(asked: BroadcastCounts, wrong: NDArray[np.bool_], message: str) -> None:
    """Refuse the first comparison that is `wrong`; the message has its counts put in."""
    if wrong.any():
        entry = int(np.argmax(wrong))
        place = f" at position {entry + 1} of {wrong.size}" if asked.shape else ""
        raise ValueError(message.format(*(int(count[entry]) for count in asked.counts)) + place)
