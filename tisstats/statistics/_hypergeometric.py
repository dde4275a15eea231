"""The hypergeometric distribution of large tables, in floating point.

Given the total of successes, x of the first arm have C(n1, x) C(n2, m - x) ways. Of large tables
these are too long to write down. Logarithms of the ratios of neighbouring ways are summed from a
centre outwards, so that those that count keep all their digits, and only as far as they count: ways
are log-concave, and so a geometric series bounds the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

_OMITTED = 1e-17  # largest fraction of a tail that may lie beyond the ways
_WIDTH, _LEAST_WIDTH = 10, 60  # standard deviations, and outcomes, to each side at first
_FARTHEST, _LEAST_FARTHEST = 40, 801  # beyond, tails are zero as floats
_TIE = 1e-10  # difference of two logarithms up to which they are equal


@dataclass(frozen=True, slots=True)
class Margins:
    """Tables with the same margins, by the successes of the first arm."""

    of_first: int  #: trials of the first arm
    of_second: int  #: trials of the second arm
    both: int  #: successes of both arms

    @property
    def fewest(self) -> int:
        """The smallest possible number of successes of the first arm."""
        return max(0, self.both - self.of_second)

    @property
    def most(self) -> int:
        """The largest possible number of successes of the first arm."""
        return min(self.of_first, self.both)

    @property
    def mode(self) -> int:
        """The most likely number of successes of the first arm."""
        return (self.of_first + 1) * (self.both + 1) // (self.of_first + self.of_second + 2)

    @property
    def deviation(self) -> float:
        """The standard deviation of the successes of the first arm."""
        trials = self.of_first + self.of_second
        ways = self.of_first * self.of_second * self.both * (trials - self.both)
        return math.sqrt(ways / (trials**2 * max(1, trials - 1)))

    def log_ways(self, centre: int, begin: int, end: int) -> _Floats:
        """Return the logarithms of the ways from `begin` to `end`, relative to those of `centre`.

        The centre is one of them.
        """
        x = np.arange(begin, end, dtype=np.float64)
        # Logarithms of the ratios of neighbours, which fall throughout.
        steps = np.log((self.of_first - x) / (x + 1))
        steps += np.log((self.both - x) / (self.of_second - self.both + x + 1))
        above = np.cumsum(steps[centre - begin :])
        below = -np.cumsum(steps[: centre - begin][::-1])[::-1]
        return np.concatenate([below, [0.0], above])


def beyond(last: float, before: float) -> float:
    """Bound the sum of log-concave terms beyond the last two."""
    # The square of the last could be below the smallest float.
    return last * (last / (before - last)) if last < before else math.inf if last else 0.0


def fisher_pvalue_by_logarithms(first: int, margins: Margins, alternative: str) -> float:
    """Return the P value of Fisher's test of one table, to a relative 1e-9.

    Two-sided, tables whose probabilities agree to a relative 1e-10 count as equally likely.
    """
    farthest = math.ceil(_LEAST_FARTHEST + _FARTHEST * margins.deviation)
    distance = abs(first - margins.mode)
    if distance > farthest:
        # By Bennett's inequality, which holds as the distribution is that of a sum of independent
        # trials, the tail is below the smallest float.
        other_side = "less" if first > margins.mode else "greater"
        return 1.0 if alternative == other_side else 0.0
    width = math.ceil(distance + _LEAST_WIDTH + _WIDTH * margins.deviation)
    while True:
        begin = max(margins.fewest, margins.mode - width)
        end = min(margins.most, margins.mode + width)
        logs = margins.log_ways(margins.mode, begin, end)
        ways = np.exp(logs)
        own = first - begin
        counted = {
            "less": slice(None, own + 1),
            "greater": slice(own, None),
            "two-sided": logs <= logs[own] + _TIE,
        }[alternative]
        tail = float(ways[counted].sum())
        omitted = 0.0 if begin == margins.fewest else beyond(float(ways[0]), float(ways[1]))
        if end < margins.most:
            omitted += beyond(float(ways[-1]), float(ways[-2]))
        if omitted <= _OMITTED * tail or width > 2 * farthest:
            return tail / float(ways.sum())
        width *= 2
