"""Attainable rank sums and tie terms of sorted values within intervals, and samples with them.

The signed-rank statistic depends on sizes (absolute values) only through their order. So sizes are
taken from small to large in groups of ties; what matters of those taken is how many were negative
and how many positive. A set of attainable (tie term, twice the positive rank sum) goes with each
such count: a Python integer whose bits are the pairs, so that adding a group is one shift.

For one division into negative, zero and positive values a rank counts the values taken before. Of
all divisions at once, sizes are taken from large to small, with ranks from the largest: then the
values taken do not depend on how many are zero, and rank sums are mirrored in the end.

Sizes between two ends of intervals are equivalent. If there are at least as many of them as values
that could take one, they form a range on which any number of groups fits; otherwise they are
enumerated size by size. The enumeration is complete; nothing is sampled.

Where quartiles interpolate, the box of intervals allows more than the printed quartiles do. A
statistic then counts only when values are found that have it; otherwise the box is split.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate, pairwise, takewhile
from operator import or_
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics._ordered_values import Box, find_values
from tisstats.forensics._progress import Progress

State = tuple[int, int]  # negative and positive values taken
Reached = dict[State, int]


@dataclass(frozen=True, slots=True)
class Stage:
    """A size, or a range of sizes, with the values that may take it."""

    negative: tuple[bool, ...]  #: whether the k-th smallest in size of the negative values may
    positive: tuple[bool, ...]  #: whether the k-th smallest in size of the positive values may
    required: State  #: how many must have been taken by its end
    is_range: bool  #: whether any number of groups fits, not just one


@dataclass(frozen=True, slots=True)
class Split:
    """Which of the sorted values are negative, zero and positive."""

    negatives: int  #: number of negative values
    zeros: int  #: number of zeros
    positives: int  #: number of positive values

    @property
    def nonzero(self) -> int:
        """Number of values that are ranked."""
        return self.negatives + self.positives


def splits(box: Box) -> Iterator[Split]:
    """Generate every number of negative values and zeros that the intervals allow."""
    n = len(box.low)
    surely_negative = sum(high < 0 for high in box.high)
    surely_positive = sum(low > 0 for low in box.low)
    possibly_negative = sum(low < 0 for low in box.low)
    possibly_positive = sum(high > 0 for high in box.high)
    for negatives in range(surely_negative, possibly_negative + 1):
        for positives in range(surely_positive, min(possibly_positive, n - negatives) + 1):
            between = range(negatives, n - positives)
            if all(box.low[place] <= 0 <= box.high[place] for place in between):
                yield Split(negatives, n - negatives - positives, positives)


def stages(box: Box, split: Split) -> list[Stage]:
    """Cut the sizes of one division at the ends of the intervals, from small to large."""
    n = len(box.low)
    negative = [
        (max(1, -box.high[place]), -box.low[place]) for place in range(split.negatives - 1, -1, -1)
    ]
    positive = [
        (max(1, box.low[place]), box.high[place]) for place in range(n - split.positives, n)
    ]
    every = negative + positive
    if any(first > last for first, last in every):
        return []
    found: list[Stage] = []
    for first, after in pairwise(_cuts(every)):
        required = tuple(sum(high < after for _, high in ends) for ends in (negative, positive))
        found += _between_cuts(first, after, negative, positive, (required[0], required[1]))
    return found


def stages_from_largest(box: Box) -> list[Stage]:
    """Cut the sizes of all divisions at the ends of the intervals, from large to small.

    The k-th values of a stage are then the k-th largest in size, of those that can be negative or
    positive. Which of them are zero is left open: required are those that cannot be.
    """
    negative = [
        (max(1, -high), -low) for low, high in zip(box.low, box.high, strict=True) if low < 0
    ]
    positive = [
        (max(1, low), high) for low, high in zip(box.low, box.high, strict=True) if high > 0
    ]
    positive.reverse()
    found: list[Stage] = []
    for first, after in reversed(list(pairwise(_cuts(negative + positive)))):
        required = sum(-high >= first for high in box.high), sum(low >= first for low in box.low)
        found += _between_cuts(first, after, negative, positive, required)
    return found


Ends = list[tuple[int, int]]  # smallest and largest size of each value


def _cuts(every: Ends) -> list[int]:
    return sorted({first for first, _ in every} | {last + 1 for _, last in every})


def _between_cuts(
    first: int, after: int, negative: Ends, positive: Ends, required: State
) -> list[Stage]:
    """Return the stages of the sizes from `first` on, before `after`."""
    may = [tuple(low <= first <= high for low, high in ends) for ends in (negative, positive)]
    takers, sizes = sum(map(sum, may)), after - first
    last = Stage(may[0], may[1], required, is_range=sizes >= takers)
    if last.is_range:
        return [last]
    # Size by size, and the requirement applies after the last.
    return [Stage(may[0], may[1], (0, 0), is_range=False)] * (sizes - 1) + [last]


class RankSums:
    """Attainable pairs of tie term and rank sum for one split of the values, or for all.

    Without a split, ranks count from the largest size. `tied`, if given with one, fixes the number
    of values of each size, from small to large. The tie term is then known, and 0 in the pairs.
    """

    def __init__(
        self, box: Box, split: Split | None = None, tied: tuple[int, ...] | None = None
    ) -> None:
        self.stages = stages_from_largest(box) if split is None else stages(box, split)
        self.split = Split(0, 0, len(box.low)) if split is None else split
        self._tied = tied
        #: Sizes of the groups that start after, and that end at, each number of values taken.
        self._starts = dict(zip(accumulate(tied or (), initial=0), tied or (), strict=False))
        self._ends = dict(zip(accumulate(tied or ()), tied or (), strict=True))
        self.stride = self.split.nonzero * (self.split.nonzero + 1) + 1

    def attainable(self) -> int:
        """Return the attainable pairs as bits: bit ``tie * stride + sum``."""
        return self._reached[0][-1].get((self.split.negatives, self.split.positives), 0)

    @cached_property
    def _reached(self) -> tuple[list[Reached], list[Reached]]:
        """States reached at the start of each stage (and after the last), and at its end."""
        entered: list[Reached] = [{(0, 0): 1}]
        passed: list[Reached] = []
        for stage in self.stages:
            passed.append(self._apply_stage(stage, entered[-1]))
            entered.append(_with_required(stage, passed[-1]))
        return entered, passed

    def reached_last(self, progress: Progress) -> Reached:
        """Return the states reached after the last stage; none of those before are kept."""
        found: Reached = {(0, 0): 1}
        for done, stage in enumerate(self.stages, start=1):
            found = _with_required(stage, self._apply_stage(stage, found))
            progress.step("ranges of the sizes of differences", done, len(self.stages))
        return found

    def groups(self, pair: int) -> list[State]:
        """Return groups of ties, from small to large, that attain the pair of that bit."""
        entered, passed = self._reached
        state, bit = (self.split.negatives, self.split.positives), pair
        found: list[State] = []
        for at in range(len(self.stages) - 1, -1, -1):
            stage, before = self.stages[at], entered[at]
            while not before.get(state, 0) >> bit & 1:
                source = passed[at] if stage.is_range else before
                for group in self._groups(stage, state, back=True):
                    origin = (state[0] - group[0], state[1] - group[1])
                    earlier = bit - self._shift(origin, group)
                    if earlier >= 0 and source.get(origin, 0) >> earlier & 1:
                        found.append(group)
                        state, bit = origin, earlier
                        break
                else:  # pragma: no cover - the table says that there is one
                    raise AssertionError(f"no way back from {state}")
                if not stage.is_range:
                    break
        return found[::-1]

    def _apply_stage(self, stage: Stage, start: Reached) -> Reached:
        reached = dict(start)
        # In order of values taken, groups of a range extend each other.
        total = self.split.nonzero
        for taken in range(total):
            for negative in range(taken + 1):
                state = (negative, taken - negative)
                bits = (reached if stage.is_range else start).get(state, 0)
                if not bits:
                    continue
                for group in self._groups(stage, state):
                    target = (negative + group[0], taken - negative + group[1])
                    shifted = bits << self._shift(state, group)
                    reached[target] = reached.get(target, 0) | shifted
        return reached

    def _groups(self, stage: Stage, state: State, *, back: bool = False) -> Iterator[State]:
        """Generate the groups that a stage can add to what was taken, or can have added last."""
        most = [
            _run_length(may[::-1], len(may) - taken) if back else _run_length(may, taken)
            for may, taken in zip((stage.negative, stage.positive), state, strict=True)
        ]
        size = (self._ends if back else self._starts).get(sum(state), 0)
        for negative in range(most[0] + 1):
            for positive in range(most[1] + 1) if self._tied is None else (size - negative,):
                if 0 <= positive <= most[1] and negative + positive > 0:
                    yield negative, positive

    def _shift(self, state: State, group: State) -> int:
        """Return the shift of a group: tie term, and twice its rank times its positive values."""
        size = group[0] + group[1]
        doubled = group[1] * (2 * (state[0] + state[1]) + size + 1)
        if self._tied is not None:
            return doubled
        return (size**3 - size) // 6 * self.stride + doubled


def _with_required(stage: Stage, reached: Reached) -> Reached:
    """Return the states without those that lack a value which no later size can take."""
    return {
        (negative, positive): bits
        for (negative, positive), bits in reached.items()
        if negative >= stage.required[0] and positive >= stage.required[1]
    }


def _run_length(allowed: tuple[bool, ...], start: int) -> int:
    """Return the length of the run of allowed values from `start` on."""
    return sum(takewhile(bool, allowed[start:]))


def set_bits(bits: int) -> NDArray[np.int64]:
    """Return the positions of the bits that are set.

    >>> set_bits(0b100101).tolist()
    [0, 2, 5]
    """
    raw = np.frombuffer(bits.to_bytes(bits.bit_length() // 8 + 1, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little"))


Values = tuple[int, ...]


class SampleSpace:
    """Samples whose sorted values lie in a box."""

    def __init__(self, box: Box, progress: Progress | None = None) -> None:
        self.box = box
        self.progress = progress or Progress()
        self._all = RankSums(box)

    @cached_property
    def _pairs(self) -> dict[int, dict[Split, int]]:
        """Attainable pairs of each split, by number of nonzero values, with mirrored rank sums."""
        found: dict[int, dict[Split, int]] = {}
        reached = self._all.reached_last(self.progress)
        for split in splits(self.box):
            if bits := reached.get((split.negatives, split.positives)):
                found.setdefault(split.nonzero, {})[split] = bits
        return found

    @cached_property
    def halves(self) -> list[SampleSpace]:
        """The feasible halves of the box; none if nothing is linked."""
        if not self.box.links:
            return []
        return [SampleSpace(half, self.progress) for half in self.box.halves() if half is not None]

    def n_boxes(self) -> int:
        """Count the boxes that were searched, this one included."""
        halves: list[SampleSpace] = self.__dict__.get("halves", [])
        return 1 + sum(half.n_boxes() for half in halves)

    def statistics(self) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
        """Generate the number of nonzero values, tie terms and twice the positive rank sums.

        The list is complete. Where quartiles interpolate, some pairs may not be attainable.
        """
        for nonzero, pairs in self._pairs.items():
            width = nonzero * (nonzero + 1) + 1
            # One row after the other: NumPy lists what is set faster than in two dimensions.
            found = np.zeros(((nonzero**3 - nonzero) // 6 + 1) * width, dtype=bool)
            for split, bits in pairs.items():
                ties, mirrored = np.divmod(set_bits(bits), self._all.stride)
                found[ties * width + _mirror(split, mirrored)] = True
            ties, sums = np.divmod(np.flatnonzero(found), width)
            yield nonzero, ties, sums

    def find_with_pair(self, nonzero: int, tie: int, doubled: int) -> Values | None:
        """Return a sample with this tie term and twice the positive rank sum, or None.

        If nothing is linked, a sample is found whenever `statistics` lists the pair; otherwise
        None does not prove that there is none.
        """
        bit = tie * (nonzero * (nonzero + 1) + 1) + doubled
        for split, bits in self._pairs.get(nonzero, {}).items():
            mirrored = _mirror(split, doubled)
            if 0 <= mirrored < self._all.stride and bits >> tie * self._all.stride + mirrored & 1:
                return self._find_values(RankSums(self.box, split), bit)
        return None

    def sums_with_ties(self, tied: Values) -> int:
        """Return, as bits, all values of twice the positive rank sum with given group sizes."""
        return reduce(or_, (sums.attainable() for sums in self._with_groups(tied)), 0)

    def find_with_ties(self, tied: Values, doubled: int) -> Values | None:
        """Return a sample with these group sizes and rank sum, or None, as `find_with_pair`."""
        for sums in self._with_groups(tied):
            if sums.attainable() >> doubled & 1:
                return self._find_values(sums, doubled)
        return None

    def _with_groups(self, tied: Values) -> Iterator[RankSums]:
        for split in splits(self.box):
            if split.nonzero == sum(tied):
                yield RankSums(self.box, split, tied)

    def _find_values(self, sums: RankSums, pair: int) -> Values | None:
        return find_values(self.box, sums.groups(pair), sums.split.zeros)


_Sums = TypeVar("_Sums", int, NDArray[np.int64])


def _mirror(split: Split, doubled: _Sums) -> _Sums:
    """Return twice the positive rank sum by ranks from the other end."""
    return 2 * (split.nonzero + 1) * split.positives - doubled
