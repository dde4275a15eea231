"""Ordered values on a grid whose weighted sums of neighbours lie in given ranges, exactly.

Everything is counted in grid steps, in whole numbers. A quantile is one ordered value, or a
weighted sum of two neighbours. Only the ranks that occur in a quantile matter: all others may
repeat the value before them. So a handful of unknowns is left, in ascending order, each tied to
the one before it only: what each of them can be is found by going along the chain and back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics._printed import PrintedRange

#: Most values that one unknown may take; more would mean a step that no instrument has.
_MOST_VALUES = 5_000_000

#: Beyond every number of steps.
_NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class Condition:
    """A quantile in grid steps: low <= lower x[rank] + upper x[rank + 1] <= high."""

    rank: int  #: rank of the first ordered value, 1 is the smallest
    lower: int  #: its weight, positive
    upper: int  #: weight of the next ordered value, 0 where there is none
    low: int  #: least value of the weighted sum
    high: int  #: greatest value of the weighted sum; below `low` if there is none

    @property
    def ranks(self) -> tuple[int, ...]:
        """The one or two ranks that occur."""
        return (self.rank, self.rank + 1) if self.upper else (self.rank,)

    @classmethod
    def of(
        cls, weights: Mapping[int, Fraction], printed: PrintedRange, step: Fraction
    ) -> Condition:
        """Put a quantile and the range it must lie in into whole numbers."""
        scale = math.lcm(*(weight.denominator for weight in weights.values()))
        ((rank, lower), *rest) = ((rank, int(weight * scale)) for rank, weight in weights.items())
        sums = printed.multiples(step / scale)
        return cls(rank, lower, rest[0][1] if rest else 0, sums.start, sums.stop - 1)


@dataclass(frozen=True, slots=True)
class Feasible:
    """What the ordered values can be."""

    ranks: tuple[int, ...]  #: ranks that occur in a condition, ascending
    values: tuple[NDArray[np.int64], ...]  #: what each of them can be, in steps, ascending
    conditions: tuple[Condition, ...]  #: the conditions that are met

    def witness(self, n: int) -> list[int]:
        """Give `n` ordered values that meet all conditions, from the middle of what can be."""
        chosen: list[int] = []
        for place, able in enumerate(self.values):
            if chosen:
                below = np.array([chosen[-1]], dtype=np.int64)
                least, most = _upper_partners(self.conditions, self.ranks[place - 1], below)
                able = able[(able >= least[0]) & (able <= most[0])]
            chosen.append(int(able[able.size // 2]))
        filled, place = [], 0
        for rank in range(1, n + 1):
            while place + 1 < len(self.ranks) and self.ranks[place + 1] <= rank:
                place += 1
            filled.append(chosen[place])
        return filled


def feasible(conditions: Sequence[Condition], low: int | None, high: int | None) -> Feasible | None:
    """Find all that the ordered values can be, or None if they cannot be at all.

    Parameters
    ----------
    conditions
        At least one.
    low, high
        Least and greatest value, in steps; None for no limit.

    Raises
    ------
    ValueError
        If the grid is so fine that an unknown could take millions of values.

    Notes
    -----
    Where two neighbours occur in one condition only, and in no other, they are taken to lie less
    than a few steps apart: moving both towards each other by whole steps that keep their weighted
    sum changes nothing else. It also leaves the greatest value that the lower one can take, and the
    least value of the upper one, as they are.
    """
    if any(condition.low > condition.high for condition in conditions):
        return None
    ranks = tuple(sorted({rank for condition in conditions for rank in condition.ranks}))
    bounds = _bounds(conditions, ranks, low, high)
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
            partners = _lower_partners(conditions, ranks[place - 1], able)
            able = able[_some_within(sets[-1], *partners)]
        if not able.size:
            return None
        sets.append(able)
    for place in range(len(ranks) - 2, -1, -1):
        partners = _upper_partners(conditions, ranks[place], sets[place])
        sets[place] = sets[place][_some_within(sets[place + 1], *partners)]
    return Feasible(ranks, tuple(sets), tuple(conditions))


def _some_within(
    able: NDArray[np.int64], least: NDArray[np.int64], most: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell for each pair of limits whether one of the sorted values lies between them."""
    first = np.searchsorted(able, least, side="left")
    behind = np.searchsorted(able, most, side="right")
    return np.asarray(behind > first)


def _upper_partners(
    conditions: Sequence[Condition], rank: int, below: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give least and greatest next value for each value of a rank."""
    least, most = below.copy(), np.full_like(below, _NO_LIMIT)
    for c in conditions:
        if c.rank == rank and c.upper:
            least = np.maximum(least, -((c.lower * below - c.low) // c.upper))
            most = np.minimum(most, (c.high - c.lower * below) // c.upper)
    return least, most


def _lower_partners(
    conditions: Sequence[Condition], rank: int, above: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give least and greatest value of a rank for each next value."""
    least, most = np.full_like(above, -_NO_LIMIT), above.copy()
    for c in conditions:
        if c.rank == rank and c.upper:
            least = np.maximum(least, -((c.upper * above - c.low) // c.lower))
            most = np.minimum(most, (c.high - c.upper * above) // c.lower)
    return least, most


def _bounds(
    conditions: Sequence[Condition], ranks: tuple[int, ...], low: int | None, high: int | None
) -> list[tuple[int, int]] | None:
    """Bound every unknown, so that a look at each value between the bounds misses nothing."""
    least = dict.fromkeys(ranks, -math.inf if low is None else low)
    most = dict.fromkeys(ranks, math.inf if high is None else high)
    # A weighted mean lies between its two values.
    for c in conditions:
        mean_low, mean_high = -(-c.low // (c.lower + c.upper)), c.high // (c.lower + c.upper)
        most[c.rank] = min(most[c.rank], mean_high)
        least[c.rank + bool(c.upper)] = max(least[c.rank + bool(c.upper)], mean_low)
        if not c.upper:
            least[c.rank] = max(least[c.rank], mean_low)
    gaps = {c.rank: _greatest_gap(conditions, c) for c in conditions if c.upper}
    # An unknown without a bound has one after as many rounds as there are unknowns: its partner's
    # bound, or the gap between the two, limits it.
    for _ in range(len(ranks) + 1):
        for before, after in pairwise(ranks):
            least[after] = max(least[after], least[before])
            most[before] = min(most[before], most[after])
        for c in conditions:
            if c.upper:
                one, two = c.rank, c.rank + 1
                if math.isfinite(most[two]):
                    least[one] = max(least[one], -((c.upper * most[two] - c.low) // c.lower))
                if math.isfinite(least[one]):
                    most[two] = min(most[two], (c.high - c.lower * least[one]) // c.upper)
                least[one] = max(least[one], least[two] - gaps[one])
                most[two] = min(most[two], most[one] + gaps[one])
    if any(least[rank] > most[rank] for rank in ranks):
        return None
    return [(int(least[rank]), int(most[rank])) for rank in ranks]


def _greatest_gap(conditions: Sequence[Condition], mine: Condition) -> float:
    """Bound the gap between the two values of a condition; infinite if others bound it."""
    same = [c for c in conditions if c.rank == mine.rank and c.upper]
    gap = math.inf
    # Two sums of the same two values with other weights differ by a multiple of their gap.
    for one in same:
        for two in same:
            first, second = one.lower + one.upper, two.lower + two.upper
            slope = Fraction(two.upper, second) - Fraction(one.upper, first)
            if slope > 0:
                apart = Fraction(two.high, second) - Fraction(one.low, first)
                gap = min(gap, math.floor(apart / slope))
    touched = {rank for c in conditions if c not in same for rank in c.ranks}
    if len(same) == 1 and not touched & set(mine.ranks):
        gap = min(gap, mine.lower + mine.upper - 1)
    return gap
