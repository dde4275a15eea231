"""Ordered values on a grid whose weighted sums of neighbours lie in given ranges, exactly.

Everything is counted in grid steps, in whole numbers. A quantile is one ordered value, or a
weighted sum of two neighbours. Only the ranks that occur in a quantile matter: all others may
repeat the value before them. So a handful of unknowns is left, in ascending order, each tied to
the one before it only: what each of them can be is found by going along the chain and back.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.printed_quartiles import PrintedQuartile

#: Most values that one unknown may take; more would mean a step that no instrument has.
_MOST_VALUES = 5_000_000

#: Beyond every number of steps.
_NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class Feasible:
    """What the ordered values can be."""

    ranks: tuple[int, ...]  #: ranks that occur in a quartile, ascending
    values: tuple[NDArray[np.int64], ...]  #: what each of them can be, in steps, ascending
    quartiles: tuple[PrintedQuartile, ...]  #: the quartiles that are met

    def witness(self, n: int) -> list[int]:
        """Return `n` ordered values that meet all quartiles, from the middle of what can be."""
        chosen: list[int] = []
        for place, able in enumerate(self.values):
            if chosen:
                below = np.array([chosen[-1]], dtype=np.int64)
                least, most = _partners(self.quartiles, self.ranks[place - 1], below, upper=True)
                able = able[(able >= least[0]) & (able <= most[0])]
            chosen.append(int(able[able.size // 2]))
        return [chosen[max(bisect(self.ranks, rank) - 1, 0)] for rank in range(1, n + 1)]


def feasible(
    quartiles: Sequence[PrintedQuartile], low: int | None, high: int | None
) -> Feasible | None:
    """Find all that the ordered values can be, or None if they cannot be at all.

    Parameters
    ----------
    quartiles
        At least one.
    low, high
        Least and greatest value, in steps; None for no limit.

    Raises
    ------
    ValueError
        If the grid is so fine that an unknown could take millions of values.

    Notes
    -----
    Where two neighbours occur in one quartile only, and in no other, they are taken to lie less
    than a few steps apart: moving both towards each other by whole steps that keep their weighted
    sum changes nothing else. It also leaves the greatest value that the lower one can take, and the
    least value of the upper one, as they are.
    """
    quartiles = [quartile.reduced() for quartile in quartiles]
    if any(quartile.low > quartile.high for quartile in quartiles):
        return None
    ranks = tuple(sorted({rank for quartile in quartiles for rank in quartile.ranks}))
    bounds = _bounds(quartiles, ranks, low, high)
    if bounds is None:
        return None
    sets: list[NDArray[np.int64]] = []
    for place, (least, most) in enumerate(bounds):
        if most - least >= _MOST_VALUES:
            raise ValueError(
                f"step must be coarser for these quartiles, they leave {most - least + 1} values "
                "to look through"
            )
        able = np.arange(least, most + 1, dtype=np.int64)
        if place:
            partners = _partners(quartiles, ranks[place - 1], able, upper=False)
            able = able[_some_within(sets[-1], *partners)]
        if not able.size:
            return None
        sets.append(able)
    for place in range(len(ranks) - 2, -1, -1):
        partners = _partners(quartiles, ranks[place], sets[place], upper=True)
        sets[place] = sets[place][_some_within(sets[place + 1], *partners)]
    return Feasible(ranks, tuple(sets), tuple(quartiles))


def _some_within(
    able: NDArray[np.int64], least: NDArray[np.int64], most: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Test for each pair of limits whether one of the sorted values lies between them."""
    first = np.searchsorted(able, least, side="left")
    behind = np.searchsorted(able, most, side="right")
    return np.asarray(behind > first)


def _partners(
    quartiles: Sequence[PrintedQuartile], rank: int, given: NDArray[np.int64], *, upper: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return least and greatest next value for each value of a rank, or, not upper, the reverse."""
    limit = np.full_like(given, _NO_LIMIT)
    least, most = (given, limit) if upper else (-limit, given)
    for each in _linking(quartiles, rank):
        first, last = (each.second_given if upper else each.first_given)(given, given)
        least, most = np.maximum(least, first), np.minimum(most, last)
    return least, most


def _linking(quartiles: Sequence[PrintedQuartile], rank: int) -> list[PrintedQuartile]:
    """List the quartiles made of a rank and the next."""
    return [each for each in quartiles if each.upper and each.rank == rank]


def _bounds(
    quartiles: Sequence[PrintedQuartile], ranks: tuple[int, ...], low: int | None, high: int | None
) -> list[tuple[int, int]] | None:
    """Bound every unknown, so that a look at each value between the bounds misses nothing."""
    least = dict.fromkeys(ranks, -math.inf if low is None else low)
    most = dict.fromkeys(ranks, math.inf if high is None else high)
    for each in quartiles:
        first, last = each.ranks[0], each.ranks[-1]
        mean_low, mean_high = each.mean_range
        most[first] = min(most[first], mean_high)
        least[last] = max(least[last], mean_low)
    linking = [each for each in quartiles if each.upper]
    gaps = [_greatest_gap(quartiles, each) for each in linking]
    # An unknown without a bound has one after as many rounds as there are unknowns: its partner's
    # bound, or the gap between the two, limits it.
    for _ in range(len(ranks) + 1):
        for before, after in pairwise(ranks):
            least[after] = max(least[after], least[before])
            most[before] = min(most[before], most[after])
        for each, gap in zip(linking, gaps, strict=True):
            one, two = each.ranks
            if math.isfinite(most[two]):
                least[one] = max(least[one], each.first_given(0, int(most[two]))[0])
            if math.isfinite(least[one]):
                most[two] = min(most[two], each.second_given(int(least[one]), 0)[1])
            least[one] = max(least[one], least[two] - gap)
            most[two] = min(most[two], most[one] + gap)
    if any(least[rank] > most[rank] for rank in ranks):
        return None
    return [(int(least[rank]), int(most[rank])) for rank in ranks]


def _greatest_gap(quartiles: Sequence[PrintedQuartile], mine: PrintedQuartile) -> float:
    """Bound the gap between the two values of a quartile; infinite if others bound it."""
    same = _linking(quartiles, mine.rank)
    gap = math.inf
    # Two sums of the same two values with other weights differ by a multiple of their gap.
    for one, two in permutations(same, 2):
        slope = Fraction(two.upper, two.scale) - Fraction(one.upper, one.scale)
        if slope > 0:
            apart = Fraction(two.high, two.scale) - Fraction(one.low, one.scale)
            gap = min(gap, math.floor(apart / slope))
    touched = {rank for each in quartiles if each not in same for rank in each.ranks}
    if len(same) == 1 and not touched & set(mine.ranks):
        gap = min(gap, mine.scale - 1)
    return gap
