"""The conditional odds ratio of two arms: maximum likelihood and exact limits.

Given the total of successes, those x of the first arm have a probability proportional to
C(n1, x) C(n2, m - x) odds**x (Fisher's noncentral hypergeometric distribution). These weights are
taken as far to both sides of the observed x as they count.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import ndtri_exp

from tisstats.statistics._hypergeometric import Margins, beyond

_Floats = NDArray[np.float64]

_OMITTED = 1e-17  # largest fraction of a tail that may lie beyond the weights
_WIDTH = 12  # standard deviations to each side of the limits, at first
_LEAST_WIDTH = 60
_STEP = 0.01  # standard errors to each side of a guess, at first, between which a root is sought


def conditional_odds(
    first: int, of_first: int, second: int, of_second: int, confidence_level: float
) -> tuple[float, float, float]:
    """Return the conditional odds ratio of one table and its limits.

    There must be a success and a failure; the limits are those of one-sided tests at half of
    1 - `confidence_level` each.
    """
    margins = Margins(of_first, of_second, first + second)
    error = math.log((1 - confidence_level) / 2)
    cells = (first, of_first - first, second, of_second - second)
    spread = 1 / math.sqrt(sum(1 / (cell + 1) for cell in cells))
    # Of the cross-product with a half added to each cell, the logarithm.
    guess = sum(s * math.log(cell + 0.5) for s, cell in zip((1, -1, -1, 1), cells, strict=True))
    width = math.ceil(_LEAST_WIDTH + (_WIDTH - float(ndtri_exp(error))) * spread)
    while True:
        weights = _Weights(first, margins, width)
        found = weights.solve(error, guess, 1 / spread)
        if all(weights.reaches(log_odds) for log_odds in found if math.isfinite(log_odds)):
            estimate, low, high = map(math.exp, found)
            return estimate, low, high
        width *= 2


class _Weights:
    """Weights of the successes of the first arm around those observed, at any odds."""

    def __init__(self, first: int, margins: Margins, width: int) -> None:
        begin, end = max(margins.fewest, first - width), min(margins.most, first + width)
        self.complete = begin == margins.fewest, end == margins.most
        self.at_end = first == margins.fewest, first == margins.most
        self.observed = first - begin
        self._logs = margins.log_ways(first, begin, end)
        self._distances = np.arange(begin - first, end - first + 1, dtype=np.float64)

    def solve(self, error: float, guess: float, deviation: float) -> tuple[float, float, float]:
        """Return the logarithms of the odds ratio and its limits, at the log of a tail.

        The first is about `guess`, with a standard error of about `deviation`.
        """
        estimate, low, high = math.inf, -math.inf, math.inf
        at_lowest, at_highest = self.at_end
        step = _STEP * deviation
        if at_lowest:
            estimate = -math.inf
        elif not at_highest:
            estimate = _root(self.distance, guess, step)
        centre = estimate if math.isfinite(estimate) else guess
        away = float(-ndtri_exp(error)) * deviation
        if not at_lowest:
            low = _root(lambda log: self.log_tails(log)[1] - error, centre - away, step)
        if not at_highest:
            high = _root(lambda log: error - self.log_tails(log)[0], centre + away, step)
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
            complete or beyond(float(pair[0]), float(pair[1])) <= _OMITTED * tail
            for complete, pair in ends
        )


def _root(increasing: Callable[[float], float], guess: float, step: float) -> float:
    """Return where an increasing function is zero, sought from a guess outwards by steps."""
    low, high = guess - step, guess + step
    while increasing(low) > 0:
        low, high, step = low - 2 * step, low, 2 * step
    while increasing(high) < 0:
        low, high, step = high, high + 2 * step, 2 * step
    return float(
        scipy.optimize.brentq(increasing, low, high, xtol=1e-15, rtol=4 * np.finfo(float).eps)
    )
