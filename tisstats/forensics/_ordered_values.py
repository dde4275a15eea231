"""Ordered values on a grid with printed quartiles: feasible sets, and values that fit.

Values are whole numbers of grid steps. A quartile is one ordered value, or a weighted sum of two
neighbours, which it links. There are two ways to find the feasible values.

`feasible` considers only the ranks that occur in a quartile: all others may repeat the value before
them. A handful of unknowns remains, in ascending order, each linked to the one before it only; a
forward and a backward pass along this chain give the exact feasible set of each.

`box_of_quartiles` keeps all values, each within an interval. Where quartiles interpolate, the
intervals allow more than the links do; a box is then halved until it is exact.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.printed_quartiles import PrintedQuartile, PrintedQuartiles

#: Largest number of candidates for one unknown; more would mean a step that no instrument has.
_MAX_CANDIDATES = 5_000_000

#: Beyond every number of steps.
_NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Feasible:
    """Feasible sets of the ordered values."""

    ranks: tuple[int, ...]  #: ranks that occur in a quartile, ascending
    values: tuple[NDArray[np.int64], ...]  #: feasible set of each of them, in steps, ascending
    quartiles: tuple[PrintedQuartile, ...]  #: the quartiles that are met

    def witness(self, n: int) -> list[int]:
        """Return `n` ordered values that meet all quartiles, from the middle of each set."""
        chosen: list[int] = []
        for place, candidates in enumerate(self.values):
            if chosen:
                below = np.array([chosen[-1]], dtype=np.int64)
                low, high = _partners(self.quartiles, self.ranks[place - 1], below, upper=True)
                candidates = candidates[(candidates >= low[0]) & (candidates <= high[0])]
            chosen.append(int(candidates[candidates.size // 2]))
        return [chosen[max(bisect(self.ranks, rank) - 1, 0)] for rank in range(1, n + 1)]


def feasible(
    quartiles: Sequence[PrintedQuartile], low: int | None, high: int | None
) -> Feasible | None:
    """Return the feasible set of each ordered value, or None if there is none.

    Parameters
    ----------
    quartiles
        At least one.
    low, high
        Smallest and largest value, in steps; None for no limit.

    Raises
    ------
    ValueError
        If the grid is so fine that an unknown could take millions of values.

    Notes
    -----
    Two neighbours that occur in the same quartile, and in no other, are taken to lie less than a
    few steps apart: moving both towards each other by whole steps that keep their weighted
    sum changes nothing else. It also preserves the largest value of the lower one and the smallest
    value of the upper one.
    """
    quartiles = [quartile.with_smallest_weights() for quartile in quartiles]
    if any(quartile.low > quartile.high for quartile in quartiles):
        return None
    ranks = tuple(sorted({rank for quartile in quartiles for rank in quartile.ranks}))
    bounds = _bounds(quartiles, ranks, low, high)
    if bounds is None:
        return None
    sets: list[NDArray[np.int64]] = []
    for place, (lowest, highest) in enumerate(bounds):
        if highest - lowest >= _MAX_CANDIDATES:
            raise ValueError(
                "step must be coarser for these quartiles, which leave "
                f"{highest - lowest + 1} candidates"
            )
        candidates = np.arange(lowest, highest + 1, dtype=np.int64)
        if place:
            partners = _partners(quartiles, ranks[place - 1], candidates, upper=False)
            candidates = candidates[_any_between(sets[-1], *partners)]
        if not candidates.size:
            return None
        sets.append(candidates)
    for place in range(len(ranks) - 2, -1, -1):
        partners = _partners(quartiles, ranks[place], sets[place], upper=True)
        sets[place] = sets[place][_any_between(sets[place + 1], *partners)]
    return Feasible(ranks, tuple(sets), tuple(quartiles))


def _any_between(
    candidates: NDArray[np.int64], lowest: NDArray[np.int64], highest: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Test for each pair of limits whether one of the sorted values lies between them."""
    first = np.searchsorted(candidates, lowest, side="left")
    behind = np.searchsorted(candidates, highest, side="right")
    return np.asarray(behind > first)


def _partners(
    quartiles: Sequence[PrintedQuartile], rank: int, given: NDArray[np.int64], *, upper: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the range of the next value for each value of a rank, or else of the previous one."""
    limit = np.full_like(given, _NO_LIMIT)
    lowest, highest = (given, limit) if upper else (-limit, given)
    for each in _linked_at(quartiles, rank):
        first, last = (each.second_range if upper else each.first_range)(given, given)
        lowest, highest = np.maximum(lowest, first), np.minimum(highest, last)
    return lowest, highest


def _linked_at(quartiles: Sequence[PrintedQuartile], rank: int) -> list[PrintedQuartile]:
    """List the quartiles made of a rank and the next."""
    return [each for each in quartiles if each.weight_upper and each.rank == rank]


def _bounds(
    quartiles: Sequence[PrintedQuartile], ranks: tuple[int, ...], low: int | None, high: int | None
) -> list[tuple[int, int]] | None:
    """Bound every unknown, so that enumerating the values between the bounds is exhaustive."""
    lowest = dict.fromkeys(ranks, -math.inf if low is None else low)
    highest = dict.fromkeys(ranks, math.inf if high is None else high)
    for each in quartiles:
        first, last = each.ranks[0], each.ranks[-1]
        mean_low, mean_high = each.mean_range
        highest[first] = min(highest[first], mean_high)
        lowest[last] = max(lowest[last], mean_low)
    linking = [each for each in quartiles if each.weight_upper]
    gaps = [_greatest_gap(quartiles, each) for each in linking]
    # An unknown without a bound has one after as many rounds as there are unknowns: its partner's
    # bound, or the gap between the two, limits it.
    for _ in range(len(ranks) + 1):
        for before, after in pairwise(ranks):
            lowest[after] = max(lowest[after], lowest[before])
            highest[before] = min(highest[before], highest[after])
        for each, gap in zip(linking, gaps, strict=True):
            one, two = each.ranks
            if math.isfinite(highest[two]):
                lowest[one] = max(lowest[one], each.first_range(0, int(highest[two]))[0])
            if math.isfinite(lowest[one]):
                highest[two] = min(highest[two], each.second_range(int(lowest[one]), 0)[1])
            lowest[one] = max(lowest[one], lowest[two] - gap)
            highest[two] = min(highest[two], highest[one] + gap)
    if any(lowest[rank] > highest[rank] for rank in ranks):
        return None
    return [(int(lowest[rank]), int(highest[rank])) for rank in ranks]


def _greatest_gap(quartiles: Sequence[PrintedQuartile], mine: PrintedQuartile) -> float:
    """Bound the gap between the two values of a quartile; infinite if others bound it."""
    same = _linked_at(quartiles, mine.rank)
    gap = math.inf
    # Two sums of the same two values with other weights differ by a multiple of their gap.
    for one, two in permutations(same, 2):
        slope = Fraction(two.weight_upper, two.scale) - Fraction(one.weight_upper, one.scale)
        if slope > 0:
            apart = Fraction(two.high, two.scale) - Fraction(one.low, one.scale)
            gap = min(gap, math.floor(apart / slope))
    touched = {rank for each in quartiles if each not in same for rank in each.ranks}
    if len(same) == 1 and not touched & set(mine.ranks):
        gap = min(gap, mine.scale - 1)
    return gap


#: Stands for "no limit" and is beyond every number that matters: only the order of values does.
_UNBOUNDED = 10**6


@dataclass(frozen=True, slots=True)
class Box:
    """Sorted values, each within an interval, some neighbours linked."""

    low: tuple[int, ...]  #: smallest value of each, in steps, not decreasing
    high: tuple[int, ...]  #: largest value of each, in steps, not decreasing
    links: tuple[PrintedQuartile, ...] = ()  #: neighbours that the intervals leave linked

    def halves(self) -> tuple[Box | None, Box | None]:
        """Split the linked value with the largest relative width; None where nothing is left.

        Only the order of sizes matters: from 10 to 100 makes more of a difference than from 3,010
        to 3,100.

        Raises
        ------
        ValueError
            If nothing is linked.
        """
        places = [rank - 1 for link in self.links for rank in link.ranks]
        at = max(places, key=self._relative_width)
        middle = (self.low[at] + self.high[at]) // 2
        below = (*self.high[:at], middle, *self.high[at + 1 :])
        above = (*self.low[:at], middle + 1, *self.low[at + 1 :])
        return narrow(replace(self, high=below)), narrow(replace(self, low=above))

    def _relative_width(self, place: int) -> Fraction:
        low, high = self.low[place], self.high[place]
        size = 0 if low <= 0 <= high else min(abs(low), abs(high))
        return Fraction(high - low, 1 + size)


def box_of_quartiles(
    printed: PrintedQuartiles, low: int | None = None, high: int | None = None
) -> Box | None:
    """Return a box around all sorted samples with the printed quartiles; None if there are none.

    Parameters
    ----------
    printed
        The printed quartiles.
    low, high
        Ends of the scale in steps; None where it has no end.
    """
    n, quartiles = printed.n, [each.with_smallest_weights() for each in printed]
    ends = [abs(end) for end in (low, high) if end is not None]
    ends += [abs(end) for each in quartiles for end in (each.low, each.high)]
    beyond = _UNBOUNDED * (n + 1 + max(ends))
    lows = [-beyond if low is None else low] * n
    highs = [beyond if high is None else high] * n
    for each in quartiles:
        # The lower neighbour is at most their mean, the upper one at least.
        first, last = each.ranks[0] - 1, each.ranks[-1] - 1
        mean_low, mean_high = each.mean_range
        lows[last], highs[first] = max(lows[last], mean_low), min(highs[first], mean_high)
    links = tuple(each for each in quartiles if each.weight_upper)
    return narrow(Box(tuple(lows), tuple(highs), links))


def narrow(box: Box) -> Box | None:
    """Narrow intervals to what order and links allow; drop links that they imply."""
    low, high = list(box.low), list(box.high)
    changed = True
    while changed:
        changed = False
        for place in range(1, len(low)):
            low[place] = max(low[place], low[place - 1])
            high[-place - 1] = min(high[-place - 1], high[-place])
        for link in box.links:
            changed |= _narrow_link(link, low, high)
        if any(first > last for first, last in zip(low, high, strict=True)):
            return None
    left = (
        link
        for link in box.links
        if not link.low <= link.total(low) <= link.total(high) <= link.high
    )
    return Box(tuple(low), tuple(high), tuple(left))


def _narrow_link(link: PrintedQuartile, low: list[int], high: list[int]) -> bool:
    below, above = link.rank - 1, link.rank
    before = low[below], low[above], high[below], high[above]
    first, last = link.first_range(low[above], high[above])
    low[below], high[below] = max(low[below], first), min(high[below], last)
    first, last = link.second_range(low[below], high[below])
    low[above], high[above] = max(low[above], first), min(high[above], last)
    changed = before != (low[below], low[above], high[below], high[above])
    return changed and low[below] <= high[below] and low[above] <= high[above]


def find_values(box: Box, groups: Sequence[tuple[int, int]], zeros: int) -> tuple[int, ...] | None:
    """Return sorted values in the box with given ties; None if there are none.

    Parameters
    ----------
    box
        Intervals and links of the values.
    groups
        From the smallest size (absolute value) on, how many values of that size are negative and
        how many are positive.
    zeros
        Number of zeros between the negative and the positive values.
    """
    negatives = sum(negative for negative, _ in groups)
    sizes: list[tuple[int, ...]] = []  # places of the values that share one size
    below, above = negatives - 1, negatives + zeros
    for negative, positive in groups:
        sizes.append((*range(below, below - negative, -1), *range(above, above + positive)))
        below, above = below - negative, above + positive
    return next(_search(box, sizes, negatives, zeros), None)


def _search(
    box: Box, sizes: list[tuple[int, ...]], negatives: int, zeros: int
) -> Iterator[tuple[int, ...]]:
    """Halve the box until the sizes, from the smallest on, fit."""
    tight: Box | None = box
    while True:
        found = _with_sizes(tight, sizes, negatives, zeros) if tight else None
        if found is None or tight is None:
            return
        narrower = narrow(found)
        if narrower == tight:
            break
        tight = narrower
    if tight.links:
        for half in tight.halves():
            if half is not None:
                yield from _search(half, sizes, negatives, zeros)
    else:
        values = [0] * len(tight.low)
        size = 0
        for places in sizes:
            size = max(size + 1, *(_sizes_of(tight, place, negatives)[0] for place in places))
            for place in places:
                values[place] = -size if place < negatives else size
        yield tuple(values)


def _sizes_of(box: Box, place: int, negatives: int) -> tuple[int, int]:
    if place < negatives:
        return -box.high[place], -box.low[place]
    return box.low[place], box.high[place]


def _with_sizes(box: Box, sizes: list[tuple[int, ...]], negatives: int, zeros: int) -> Box | None:
    """Narrow intervals to sizes that are equal within a group and grow from group to group."""
    lowest, highest = [], []
    for places in sizes:
        ends = [_sizes_of(box, place, negatives) for place in places]
        lowest.append(max(1, *(end[0] for end in ends)))
        highest.append(min(end[1] for end in ends))
    for at in range(1, len(sizes)):
        lowest[at] = max(lowest[at], lowest[at - 1] + 1)
        highest[-at - 1] = min(highest[-at - 1], highest[-at] - 1)
    if any(first > last for first, last in zip(lowest, highest, strict=True)):
        return None
    low, high = list(box.low), list(box.high)
    for place in range(negatives, negatives + zeros):
        if not low[place] <= 0 <= high[place]:
            return None
        low[place] = high[place] = 0
    for places, first, last in zip(sizes, lowest, highest, strict=True):
        for place in places:
            low[place], high[place] = (-last, -first) if place < negatives else (first, last)
    return replace(box, low=tuple(low), high=tuple(high))
