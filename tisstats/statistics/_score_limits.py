"""Miettinen-Nurminen limits for two proportions: the score test of every value, inverted.

Each takes counts and a normal quantile that were checked before, and returns (low, high).
statsmodels 0.15 (method="score") is no help: for a difference its restricted estimate has the
successes of one arm where its trials belong, and where an arm has no success or no failure it stops
with an error or follows a wrong root.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq

from tisstats.statistics._arms import Counts

_FAR = 1e6  # stands for an infinite statistic


def difference_limits(counts: Counts, quantile: float) -> tuple[float, float]:
    """Limits of the first proportion minus the second, -1 to 1."""
    successes_1, trials_1, successes_2, trials_2 = counts
    estimate = successes_1 / trials_1 - successes_2 / trials_2

    def statistic(difference: float) -> float:
        # The smaller proportion runs from 0 to the room; written so that nothing cancels.
        shift, room = abs(difference), 1 - abs(difference)
        first_is_smaller = difference < 0
        below, above = (successes_1, trials_1), (successes_2, trials_2)
        if not first_is_smaller:
            below, above = above, below
        smaller = _most_likely(
            lambda p: _slope(*below, p, 1 - p) + _slope(*above, shift + p, room - p), room
        )
        greater = min(1.0, shift + smaller)
        first, second = (smaller, greater) if first_is_smaller else (greater, smaller)
        return _standardised(estimate - difference, _variance(counts, first, second, 1.0))

    low = high = estimate
    if estimate > -1:
        low = brentq(lambda d: statistic(d) - quantile, -1, estimate, xtol=1e-14)
    if estimate < 1:
        high = brentq(lambda d: statistic(d) + quantile, estimate, 1, xtol=1e-14)
    return float(low), float(high)


def ratio_limits(counts: Counts, quantile: float) -> tuple[float, float]:
    """Limits of the first proportion over the second, 0 to infinity."""
    successes_1, trials_1, successes_2, trials_2 = counts

    def statistic(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        second = _most_likely(
            lambda p: (
                ratio * _slope(successes_1, trials_1, ratio * p, 1 - ratio * p)
                + _slope(successes_2, trials_2, p, 1 - p)
            ),
            min(1.0, 1 / ratio),
        )
        distance = successes_1 / trials_1 - ratio * successes_2 / trials_2
        return _standardised(distance, _variance(counts, ratio * second, second, ratio))

    low = _crossing(statistic, quantile) if successes_1 else 0.0
    high = _crossing(statistic, -quantile) if successes_2 else math.inf
    # The last digits of a limit next to the estimate are noise, and the estimate is never rejected.
    estimate = successes_1 * trials_2 / (successes_2 * trials_1) if successes_2 else math.inf
    return min(low, estimate), max(high, estimate)


def _crossing(statistic: Callable[[float], float], target: float) -> float:
    """Return the ratio at which a statistic that falls with its logarithm equals `target`."""
    below, above = -1.0, 1.0
    while statistic(below) < target:
        below *= 2
    while statistic(above) > target:
        above *= 2
    return math.exp(brentq(lambda t: statistic(t) - target, below, above, xtol=1e-14))


def _slope(successes: int, trials: int, proportion: float, complement: float) -> float:
    """Return the derivative of the log likelihood of one arm."""
    gain = successes / proportion if successes else 0.0
    return gain - ((trials - successes) / complement if successes < trials else 0.0)


def _most_likely(slope: Callable[[float], float], highest: float) -> float:
    """Return where, from 0 to `highest`, a falling slope is 0, or the end it points to."""
    inner, outer = 1e-14 * highest, (1 - 1e-14) * highest
    if highest <= 0 or slope(inner) <= 0:
        return 0.0
    if slope(outer) >= 0:
        return highest
    return float(brentq(slope, inner, outer, xtol=1e-16))


def _variance(counts: Counts, first: float, second: float, ratio: float) -> float:
    _, trials_1, _, trials_2 = counts
    total = trials_1 + trials_2
    spread = first * (1 - first) / trials_1 + ratio**2 * second * (1 - second) / trials_2
    return spread * total / (total - 1)


def _standardised(distance: float, variance: float) -> float:
    if variance <= 0:
        return math.copysign(_FAR, distance) if distance else 0.0
    return min(max(distance / math.sqrt(variance), -_FAR), _FAR)
