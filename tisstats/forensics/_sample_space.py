"""All samples within a box of intervals: their statistics, and a sample for a statistic.

Where quartiles interpolate, the box allows more than the print does. A statistic then counts only
when values are found that have it; while none are, the box is to be split in two, down to boxes
that allow nothing else than the print.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics._ordered_values import Box, realised
from tisstats.forensics._rank_sums import RankSums, Split, by_nonzero, positive_sums, splits

Values = tuple[int, ...]


class SampleSpace:
    """Samples whose sorted values lie in a box."""

    def __init__(self, box: Box) -> None:
        self.box = box

    @cached_property
    def _pairs(self) -> dict[int, dict[Split, int]]:
        return by_nonzero(self.box)

    @cached_property
    def halves(self) -> list[SampleSpace]:
        """The two halves of the box, as far as they hold anything; none if nothing is linked."""
        if not self.box.links:
            return []
        return [SampleSpace(half) for half in self.box.halves() if half is not None]

    def looked_at(self) -> int:
        """Count the boxes that were needed, this one included."""
        halves: list[SampleSpace] = self.__dict__.get("halves", [])
        return 1 + sum(half.looked_at() for half in halves)

    def statistics(self) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Give tie terms and twice the positive rank sums, by the number of values not zero.

        Nothing attainable is missing. Where quartiles interpolate, some may not be attainable.
        """
        return {nonzero: positive_sums(pairs, nonzero) for nonzero, pairs in self._pairs.items()}

    def with_pair(self, nonzero: int, tie: int, doubled: int) -> Values | None:
        """Look for a sample with this tie term and twice the positive rank sum.

        One is found if nothing is linked and `statistics` lists the pair; otherwise there may be
        one although None is returned.
        """
        bit = tie * (nonzero * (nonzero + 1) + 1) + doubled
        for split, bits in self._pairs.get(nonzero, {}).items():
            if bits >> bit & 1:
                groups = RankSums(self.box, split).groups(bit)
                return realised(self.box, groups, split.zeros)
        return None

    def sums_with_ties(self, tied: Values) -> int:
        """Give, as bits, twice the positive rank sums with given group sizes; none is missing."""
        together = 0
        for split in splits(self.box):
            if split.nonzero == sum(tied):
                together |= RankSums(self.box, split, tied).attained()
        return together

    def with_ties(self, tied: Values, doubled: int) -> Values | None:
        """Look for a sample with these group sizes and rank sum, as `with_pair` does."""
        for split in splits(self.box):
            if split.nonzero == sum(tied):
                sums = RankSums(self.box, split, tied)
                if sums.attained() >> doubled & 1:
                    return realised(self.box, sums.groups(doubled), split.zeros)
        return None
