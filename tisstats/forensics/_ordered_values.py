"""Sorted values on a grid with printed quartiles: what each of them can be, and one that fits.

Values are whole numbers of grid steps. A quartile that is one order statistic gives that value an
interval of its own. One that interpolates links two neighbours; their intervals are then wider
than what the link allows, and a box of intervals can be split until it says neither more nor less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, lcm

from tisstats.printed import PrintedNumber, Rule, prints_as

#: Stands for "no limit" and is beyond every number that matters: only the order of values does.
_BEYOND = 10**6


@dataclass(frozen=True, slots=True)
class Link:
    """Two neighbours whose weighted sum lies between two whole numbers."""

    place: int  #: place of the lower neighbour, 0 is the smallest value
    lower: int  #: weight of the lower neighbour, positive
    upper: int  #: weight of the upper neighbour, positive
    low: int  #: least weighted sum
    high: int  #: greatest weighted sum


@dataclass(frozen=True, slots=True)
class Box:
    """Sorted values, each within an interval, some neighbours linked."""

    low: tuple[int, ...]  #: least value of each, in steps, not decreasing
    high: tuple[int, ...]  #: greatest value of each, in steps, not decreasing
    links: tuple[Link, ...] = ()  #: the links that the intervals do not yet imply

    def halves(self) -> tuple[Box | None, Box | None]:
        """Split the linked value that is widest for its size; None where nothing is left.

        Only the order of sizes matters: from 10 to 100 makes more of a difference than from 3,010
        to 3,100.

        Raises
        ------
        ValueError
            If nothing is linked.
        """
        places = [place for link in self.links for place in (link.place, link.place + 1)]
        at = max(places, key=self._relative_width)
        middle = (self.low[at] + self.high[at]) // 2
        below = (*self.high[:at], middle, *self.high[at + 1 :])
        above = (*self.low[:at], middle + 1, *self.low[at + 1 :])
        return narrowed(replace(self, high=below)), narrowed(replace(self, low=above))

    def _relative_width(self, place: int) -> Fraction:
        low, high = self.low[place], self.high[place]
        size = 0 if low <= 0 <= high else min(abs(low), abs(high))
        return Fraction(high - low, 1 + size)


def printed_sums(printed: PrintedNumber, unit: Fraction, rule: Rule) -> tuple[int, int]:
    """Give the least and the greatest multiple of `unit` that prints as given.

    Empty (least above greatest) where no multiple does.

    >>> from tisstats.printed import parse
    >>> printed_sums(parse("–0.6"), Fraction(1, 8), "half-up"), Fraction(-5, 8)
    ((-5, -5), Fraction(-5, 8))
    """
    place = Fraction(1, 10**printed.decimals)
    # Whatever the rule, what prints as the number is less than one unit of its last place away.
    first = ceil((Fraction(printed.value) - place) / unit)
    last = floor((Fraction(printed.value) + place) / unit)
    # The numbers that print alike have no gap, so both ends can be found by halving from the
    # printed value outwards.
    centre = Fraction(printed.value) / unit
    inside = [
        k
        for k in (floor(centre), ceil(centre))
        if first <= k <= last and prints_as(k * unit, printed, rule)
    ]
    if not inside:
        return 1, 0
    least, greatest = (
        _edge(good, end, printed, unit, rule)
        for good, end in ((inside[0], first), (inside[-1], last))
    )
    return least, greatest


def _edge(good: int, end: int, printed: PrintedNumber, unit: Fraction, rule: Rule) -> int:
    """Find the last multiple on the way from `good` to `end` that prints as given."""
    if prints_as(end * unit, printed, rule):
        return end
    bad = end
    while abs(bad - good) > 1:
        middle = (good + bad) // 2
        if prints_as(middle * unit, printed, rule):
            good = middle
        else:
            bad = middle
    return good


def box_of_quartiles(
    n: int,
    quartiles: Sequence[tuple[PrintedNumber, Mapping[int, Fraction]]],
    step: Fraction,
    least: int | None,
    greatest: int | None,
    rule: Rule,
) -> Box | None:
    """Give all sorted samples of `n` values whose quartiles print as given; None if there are none.

    Parameters
    ----------
    n
        Number of values.
    quartiles
        Each printed quartile with its order statistics (1 is the smallest) and their weights.
    step
        Smallest difference between values.
    least, greatest
        Ends of the scale in steps; None where it has no end.
    rule
        How the print was rounded.
    """
    sums = []
    for printed, weights in quartiles:
        common = lcm(*(weight.denominator for weight in weights.values()))
        parts = [(rank - 1, int(weight * common)) for rank, weight in weights.items()]
        sums.append((parts, printed_sums(printed, step / common, rule)))
    ends = [abs(end) for end in (least, greatest) if end is not None]
    beyond = _BEYOND * (n + 1 + max([*ends, *(abs(end) for _, pair in sums for end in pair)]))
    low = [-beyond if least is None else least] * n
    high = [beyond if greatest is None else greatest] * n
    links = []
    for parts, (first, last) in sums:
        if len(parts) == 1:
            ((place, _),) = parts
            low[place], high[place] = max(low[place], first), min(high[place], last)
        else:
            (place, lower), (_, upper) = parts
            links.append(Link(place, lower, upper, first, last))
            # The lower neighbour is at most their mean, the upper one at least.
            high[place] = min(high[place], last // (lower + upper))
            low[place + 1] = max(low[place + 1], -(-first // (lower + upper)))
    return narrowed(Box(tuple(low), tuple(high), tuple(links)))


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
    return Box(
        tuple(low), tuple(high), tuple(link for link in box.links if not _implied(link, low, high))
    )


def _narrow_link(link: Link, low: list[int], high: list[int]) -> bool:
    changed = False
    below, above = link.place, link.place + 1
    for mine, weight, other, others in (
        (below, link.lower, above, link.upper),
        (above, link.upper, below, link.lower),
    ):
        least = -((others * high[other] - link.low) // weight)
        greatest = (link.high - others * low[other]) // weight
        if least > low[mine]:
            low[mine], changed = least, True
        if greatest < high[mine]:
            high[mine], changed = greatest, True
    return changed and low[below] <= high[below] and low[above] <= high[above]


def _implied(link: Link, low: Sequence[int], high: Sequence[int]) -> bool:
    def total(ends: Sequence[int]) -> int:
        return link.lower * ends[link.place] + link.upper * ends[link.place + 1]

    return link.low <= total(low) and total(high) <= link.high


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
