"""The conditional odds ratio of two arms: maximum likelihood and exact limits.

Given the total of successes, those x of the first arm have a probability proportional to
C(n1, x) C(n2, m - x) odds**x (Fisher's noncentral hypergeometric distribution). Logarithms of these
weights are summed from the observed x outwards, so that those that count keep all their digits, and
only as far as they count: the weights are log-concave, and so a geometric series bounds the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

_OMITTED = 1e-17  # largest fraction of a tail that may lie beyond the weights
_WIDTH = 40  # standard deviations to each side at first
_LEAST_WIDTH = 60


def conditional_odds(
    first: int, of_first: int, second: int, of_second: int, confidence_level: float
) -> tuple[float, float, float]:
    """Return the conditional odds ratio of one table and its limits.

    There must be a success and a failure; the limits are those of one-sided tests at half of
    1 - `confidence_level` each.
    """
    both = first + second
    error = math.log((1 - confidence_level) / 2)
    cells = (first, of_first - first, second, of_second - second)
    spread = 1 / math.sqrt(sum(1 / (cell + 1) for cell in cells))
    width = math.ceil(_LEAST_WIDTH + _WIDTH * spread)
    while True:
        weights = _Weights(first, of_first, both, of_second, width)
        found = weights.solve(error)
        if all(weights.reaches(log_odds) for log_odds in found if math.isfinite(log_odds)):
            estimate, low, high = map(math.exp, found)
            return estimate, low, high
        width *= 2


class _Weights:
    """Weights of the successes of the first arm around those observed, at any odds."""

    def __init__(self, first: int, of_first: int, both: int, of_second: int, width: int) -> None:
        lowest, highest = max(0, both - of_second), min(of_first, both)
        begin, end = max(lowest, first - width), min(highest, first + width)
        self.complete = begin == lowest, end == highest
        self.at_end = first == lowest, first == highest
        x = np.arange(begin, end, dtype=np.float64)
        # Logarithms of the ratios of neighbouring weights at odds of 1, which fall throughout.
        steps = np.log((of_first - x) / (x + 1)) + np.log((both - x) / (of_second - both + x + 1))
        self.observed = first - begin
        above = np.cumsum(steps[self.observed :])
        below = -np.cumsum(steps[: self.observed][::-1])[::-1]
        self._logs = np.concatenate([below, [0.0], above])
        self._distances = np.arange(begin - first, end - first + 1, dtype=np.float64)

    def solve(self, error: float) -> tuple[float, float, float]:
        """Return the logarithms of the odds ratio and its limits, at the log of a tail."""
        estimate, low, high = math.inf, -math.inf, math.inf
        at_lowest, at_highest = self.at_end
        if at_lowest:
            estimate = -math.inf
        elif not at_highest:
            estimate = _root(self.distance)
        if not at_lowest:
            low = _root(lambda log_odds: self.log_tails(log_odds)[1] - error)
        if not at_highest:
            high = _root(lambda log_odds: error - self.log_tails(log_odds)[0])
        return estimate, low, high

    def _at(self, log_odds: float) -> _Floats:
        """Return the weights at these odds, the largest of them 1."""
        logs = self._logs + log_odds * self._distances
        return np.asarray(np.exp(logs - logs.max()), dtype=np.float64)

    def distance(self, log_odds: float) -> float:
        """Return by how much the mean exceeds the observed number."""
        weights = self._at(log_odds)
        return float(weights @ self._distances / weights.sum())

    def log_tails(self, log_odds: float) -> tuple[float, float]:
        """Return the logarithms of P(X <= observed) and P(X >= observed)."""
        weights = self._at(log_odds)
        total = float(weights.sum())
        up_to = float(weights[: self.observed + 1].sum())
        from_there = float(weights[self.observed :].sum())
        least = np.finfo(np.float64).tiny
        return math.log(max(up_to, least) / total), math.log(max(from_there, least) / total)

    def reaches(self, log_odds: float) -> bool:
        """Test whether what lies beyond the weights is a negligible part of both tails."""
        weights = self._at(log_odds)
        tail = min(float(weights[: self.observed + 1].sum()), float(weights[self.observed :].sum()))
        ends = ((self.complete[0], weights[:2]), (self.complete[1], weights[:-3:-1]))
        return all(
            complete or _beyond(float(pair[0]), float(pair[1])) <= _OMITTED * tail
            for complete, pair in ends
        )


def _beyond(last: float, before: float) -> float:
    """Bound the sum of the log-concave weights beyond the last two."""
    return last * last / (before - last) if last < before else math.inf if last else 0.0


def _root(increasing: Callable[[float], float]) -> float:
    """Return where an increasing function is zero."""
    low, high = -1.0, 1.0
    while increasing(low) > 0:
        low *= 2
    while increasing(high) < 0:
        high *= 2
    return float(
        scipy.optimize.brentq(increasing, low, high, xtol=1e-15, rtol=4 * np.finfo(float).eps)
    )
