"""The exact null distribution of the signed-rank statistic for every pattern of ties.

A pattern of ties is a sequence of group sizes, from the smallest absolute value on: a composition
of the number of nonzero values. There are 2 ** (n - 1), few enough up to 20 values to
enumerate all of them. Patterns with a common prefix share the work: the distribution of a pattern
is that of the pattern without its last group, and then that group's rank added as often as it has
members (the shift algorithm of Streitberg & Roehmel 1986), over many patterns at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

#: Ranks up to which all prefixes of patterns are cached; what follows is added batch by batch.
_CACHED_RANKS = 11


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Patterns of ties of the same number of values."""

    ranks: int  #: number of values
    ends: NDArray[np.int64]  #: of each pattern, bit k is set where a group ends at rank k + 1
    ties: NDArray[np.int64]  #: of each pattern, the sum of (t ** 3 - t) / 6 over its groups
    counts: NDArray[
        np.int32
    ]  #: of each pattern, the number of sign assignments that give each doubled rank sum

    def tails(self) -> NDArray[np.int64]:
        """Count, per pattern, signs with a doubled rank sum of at most w, for w up to its mean."""
        half = self.counts[:, : self.ranks * (self.ranks + 1) // 2 + 1]
        return np.cumsum(half, axis=1, dtype=np.int64)

    def midranks(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return doubled mid-ranks of some patterns, ascending, shape (rows, ranks)."""
        place = np.arange(1, self.ranks + 1)
        is_end = (self.ends[rows, None] >> (place - 1)) & 1 == 1
        last = np.where(is_end, place, self.ranks + 1)
        last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
        is_start = np.roll(is_end, 1, axis=1)  # the last rank ends a group, so the first starts one
        first = np.maximum.accumulate(np.where(is_start, place, 0), axis=1)
        return first + last

    def with_group(self, size: int) -> Patterns:
        """Add a group of `size` tied, larger values."""
        ranks = self.ranks + size
        counts = np.zeros((len(self.ends), ranks * (ranks + 1) + 1), dtype=np.int32)
        width = self.counts.shape[1]
        counts[:, :width] = self.counts
        doubled = self.ranks + ranks + 1
        for _ in range(size):
            counts[:, doubled : doubled + width] += counts[:, :width].copy()
            width += doubled
        return Patterns(
            ranks,
            self.ends | 1 << (ranks - 1),
            self.ties + (size**3 - size) // 6,
            counts,
        )


_EMPTY = Patterns(
    0, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.ones((1, 1), dtype=np.int32)
)


@cache
def _prefixes(ranks: int) -> Patterns:
    if ranks == 0:
        return _EMPTY
    parts = [_prefixes(ranks - size).with_group(size) for size in range(1, ranks + 1)]
    return Patterns(
        ranks,
        np.concatenate([part.ends for part in parts]),
        np.concatenate([part.ties for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


def all_patterns(ranks: int) -> Iterator[Patterns]:
    """Generate every pattern of ties of `ranks` values, in batches.

    >>> sum(len(batch.ends) for batch in all_patterns(13)) == 2**12
    True
    """
    if ranks <= _CACHED_RANKS:
        yield _prefixes(ranks)
        return

    def grown(batch: Patterns) -> Iterator[Patterns]:
        if batch.ranks == ranks:
            yield batch
            return
        for size in range(1, ranks - batch.ranks + 1):
            yield from grown(batch.with_group(size))

    for kept in range(_CACHED_RANKS + 1):
        for size in range(_CACHED_RANKS + 1 - kept, ranks - kept + 1):
            yield from grown(_prefixes(kept).with_group(size))


def group_sizes(ends: int) -> tuple[int, ...]:
    """Read a pattern: the sizes of its groups.

    >>> group_sizes(0b1101)
    (1, 2, 1)
    """
    last = [rank for rank in range(1, ends.bit_length() + 1) if ends >> (rank - 1) & 1]
    return tuple(end - start for start, end in pairwise([0, *last]))


def pattern_of(tied: tuple[int, ...]) -> Patterns:
    """Return one pattern by its group sizes.

    >>> pattern_of((2,)).counts.tolist()
    [[1, 0, 0, 2, 0, 0, 1]]
    """
    return reduce(Patterns.with_group, tied, _EMPTY)


def two_sided(
    patterns: Patterns, doubled: NDArray[np.int64], rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Compute exact two-sided P values: that of `doubled[i]` under the pattern `rows[i]`."""
    # The null distribution is symmetric: double the smaller tail.
    lower = np.minimum(doubled, patterns.ranks * (patterns.ranks + 1) - doubled)
    both = 2 * patterns.tails()[rows, lower]
    total = 1 << patterns.ranks
    return np.asarray(np.minimum(both, total) / total)
