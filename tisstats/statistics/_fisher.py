"""P values of Fisher's exact test, in whole numbers.

With all margins given, a table of two arms can be made in C(n1, a) C(n2, b) ways out of
C(n1 + n2, a + b). Ways are counted and compared as whole numbers, so that rounding neither parts
two tables that are equally likely nor joins two that are not; only the last division rounds, and
correctly. So equal P values are equal floats, and others are in the right order as floats, or one
float where they agree to some 16 digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics._arms import Counts


def fisher_pvalue(counts: Counts, alternative: str) -> float:
    """P value of one table."""
    successes_1, trials_1, successes_2, trials_2 = counts
    both = successes_1 + successes_2
    own = math.comb(trials_1, successes_1) * math.comb(trials_2, successes_2)
    counted: Callable[[int, int], bool] = {
        "less": lambda first, _: first <= successes_1,
        "greater": lambda first, _: first >= successes_1,
        "two-sided": lambda _, ways: ways <= own,
    }[alternative]
    extreme = sum(ways for first, ways in _ways(trials_1, trials_2, both) if counted(first, ways))
    return extreme / math.comb(trials_1 + trials_2, both)


def fisher_pvalues(trials_1: int, trials_2: int, alternative: str) -> NDArray[np.float64]:
    """P values of all tables, indexed by the successes of the first and of the second arm."""
    pvalues = np.empty((trials_1 + 1, trials_2 + 1))
    trials = trials_1 + trials_2
    one, two = (_choices(size) for size in (trials_1, trials_2))
    for both in range(trials + 1):
        total = math.comb(trials, both)
        first = np.arange(max(0, both - trials_2), min(trials_1, both) + 1)
        ways = [one[a] * two[both - a] for a in first.tolist()]
        pvalues[first, both - first] = [tail / total for tail in _tails(ways, alternative)]
        if alternative == "two-sided" and 2 * both >= trials - 1:
            # To count failures instead of successes turns the table round and leaves P as it is.
            later = np.add.outer(np.arange(trials_1 + 1), np.arange(trials_2 + 1)) > both
            pvalues[later] = pvalues[::-1, ::-1][later]
            break
    return pvalues


@lru_cache(maxsize=4)
def _choices(trials: int) -> list[int]:
    """Return the binomial coefficients of `trials`."""
    return [math.comb(trials, chosen) for chosen in range(trials + 1)]


def _ways(trials_1: int, trials_2: int, both: int) -> Iterator[tuple[int, int]]:
    """Go through the possible successes of the first arm, with the ways to have so many."""
    fewest, most = max(0, both - trials_2), min(trials_1, both)
    ways = math.comb(trials_1, fewest) * math.comb(trials_2, both - fewest)
    for first in range(fewest, most + 1):
        yield first, ways
        ways = ways * ((trials_1 - first) * (both - first))
        ways //= (first + 1) * (trials_2 - both + first + 1)


def _tails(ways: list[int], alternative: str) -> list[int]:
    """For each table with the same margins, add up the ways of all that are as extreme."""
    if alternative == "less":
        return list(accumulate(ways))
    if alternative == "greater":
        return list(accumulate(reversed(ways)))[::-1]
    ascending = sorted(ways)
    # Of equally likely tables the last one stands, whose sum holds them all.
    up_to = dict(zip(ascending, accumulate(ascending), strict=True))
    return [up_to[own] for own in ways]
