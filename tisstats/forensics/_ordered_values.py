"""Sorted values on a grid with printed quartiles: what each of them can be, and one that fits.

Values are whole numbers of grid steps. A quartile that is one order statistic gives that value an
interval of its own. One that interpolates links two neighbours; their intervals are then wider
than what the link allows, and a box of intervals can be split until it says neither more nor less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tisstats.forensics.printed_quartiles import PrintedQuartile, PrintedQuartiles

#: Stands for "no limit" and is beyond every number that matters: only the order of values does.
_BEYOND = 10**6


@dataclass(frozen=True, slots=True)
class Box:
    """Sorted values, each within an interval, some neighbours linked."""

    low: tuple[int, ...]  #: least value of each, in steps, not decreasing
    high: tuple[int, ...]  #: greatest value of each, in steps, not decreasing
    links: tuple[PrintedQuartile, ...] = ()  #: neighbours that the intervals leave linked

    def halves(self) -> tuple[Box | None, Box | None]:
        """Split the linked value that is widest for its size; None where nothing is left.

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
        return narrowed(replace(self, high=below)), narrowed(replace(self, low=above))

    def _relative_width(self, place: int) -> Fraction:
        low, high = self.low[place], self.high[place]
        size = 0 if low <= 0 <= high else min(abs(low), abs(high))
        return Fraction(high - low, 1 + size)


def box_of_quartiles(
    asked: PrintedQuartiles, least: int | None = None, greatest: int | None = None
) -> Box | None:
    """Return all sorted samples whose quartiles print as given; None if there are none.

    Parameters
    ----------
    asked
        The printed quartiles.
    least, greatest
        Ends of the scale in steps; None where it has no end.
    """
    n, quartiles = asked.n, [each.reduced() for each in asked]
    ends = [abs(end) for end in (least, greatest) if end is not None]
    ends += [abs(end) for each in quartiles for end in (each.low, each.high)]
    beyond = _BEYOND * (n + 1 + max(ends))
    low = [-beyond if least is None else least] * n
    high = [beyond if greatest is None else greatest] * n
    for each in quartiles:
        # The lower neighbour is at most their mean, the upper one at least.
        first, last = each.ranks[0] - 1, each.ranks[-1] - 1
        mean_low, mean_high = each.mean_range
        low[last], high[first] = max(low[last], mean_low), min(high[first], mean_high)
    links = tuple(each for each in quartiles if each.upper)
    return narrowed(Box(tuple(low), tuple(high), links))


def narrowed(box: Box) -> Box | None:
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
    first, last = link.first_given(low[above], high[above])
    low[below], high[below] = max(low[below], first), min(high[below], last)
    first, last = link.second_given(low[below], high[below])
    low[above], high[above] = max(low[above], first), min(high[above], last)
    changed = before != (low[below], low[above], high[below], high[above])
    return changed and low[below] <= high[below] and low[above] <= high[above]


def realised(box: Box, groups: Sequence[tuple[int, int]], zeros: int) -> tuple[int, ...] | None:
    """Find sorted values in the box with given ties; None if there are none.

    Parameters
    ----------
    box
        What the values can be.
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
    return next(_searched(box, sizes, negatives, zeros), None)


def _searched(
    box: Box, sizes: list[tuple[int, ...]], negatives: int, zeros: int
) -> Iterator[tuple[int, ...]]:
    """Halve what the links leave open until sizes from the smallest on fit."""
    tight: Box | None = box
    while True:
        found = _with_sizes(tight, sizes, negatives, zeros) if tight else None
        if found is None or tight is None:
            return
        narrower = narrowed(found)
        if narrower == tight:
            break
        tight = narrower
    if tight.links:
        for half in tight.halves():
            if half is not None:
                yield from _searched(half, sizes, negatives, zeros)
    else:
        values = [0] * len(tight.low)
        size = 0
        for places in sizes:
            least = max(_sizes_of(tight, place, negatives)[0] for place in places)
            size = max(size + 1, least)
            for place in places:
                values[place] = -size if place < negatives else size
        yield tuple(values)


def _sizes_of(box: Box, place: int, negatives: int) -> tuple[int, int]:
    if place < negatives:
        return -box.high[place], -box.low[place]
    return box.low[place], box.high[place]


def _with_sizes(box: Box, sizes: list[tuple[int, ...]], negatives: int, zeros: int) -> Box | None:
    """Narrow intervals to sizes that are equal within a group and grow from group to group."""
    least, greatest = [], []
    for places in sizes:
        ends = [_sizes_of(box, place, negatives) for place in places]
        least.append(max(1, *(end[0] for end in ends)))
        greatest.append(min(end[1] for end in ends))
    for at in range(1, len(sizes)):
        least[at] = max(least[at], least[at - 1] + 1)
        greatest[-at - 1] = min(greatest[-at - 1], greatest[-at] - 1)
    if any(first > last for first, last in zip(least, greatest, strict=True)):
        return None
    low, high = list(box.low), list(box.high)
    for place in range(negatives, negatives + zeros):
        if not low[place] <= 0 <= high[place]:
            return None
        low[place] = high[place] = 0
    for places, first, last in zip(sizes, least, greatest, strict=True):
        for place in places:
            low[place], high[place] = (-last, -first) if place < negatives else (first, last)
    return replace(box, low=tuple(low), high=tuple(high))
