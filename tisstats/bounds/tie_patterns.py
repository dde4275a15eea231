"""Every way in which the magnitudes of a few differences can tie, with the exact P it gives.

The exact P of the signed-rank test, given the ties, depends on the sizes of the tied groups in
ascending order and on the distance S of W+ from its mean, and on nothing else. There are 2^(m-1)
such patterns of m differences, few enough to list all of them, with the null distribution of each,
when m is 19.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tisstats.bounds.row_model import Z_SCALE, scaled_window
from tisstats.bounds.rows import RowProblem, count_range


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns with the exact P they give, from the least P on or from the greatest on."""

    p: NDArray[np.int64]  #: exact P times 2^patients
    ranks: NDArray[np.int64]  #: doubled mid-ranks in ascending order of magnitude; 0 for zeros
    distance: NDArray[np.int64]  #: twice the distance S = W+ - mean, without its sign

    def __len__(self) -> int:
        return len(self.p)

    def part(self, first: int, last: int) -> Patterns:
        """Give some of the patterns."""
        some = slice(first, last)
        return Patterns(self.p[some], self.ranks[some], self.distance[some])


def patterns(
    problem: RowProblem,
    *,
    greatest: bool,
    limit: int = 100_000,
    both_signs: Collection[int] = (),
) -> Patterns:
    """List the patterns whose asymptotic P prints as published, by their exact P.

    At most `limit` are listed, and no pattern with the same P as one that is left out. Listed are
    those that the number of patients, the zeros that the printed quartiles allow, and the number
    of magnitudes on the scale leave possible: a superset of what occurs. Where so many differences
    as `both_signs` names are not zero, they are known not to have all the same sign.
    """
    size = problem.patients
    least, most = count_range(problem, 1), count_range(problem, 0)
    fewest_zeros = max(0, most[0] - least[1])
    most_zeros = most[1] - least[0]
    magnitudes = max(-problem.change_low, problem.change_high)
    sign = -1 if greatest else 1
    found: list[tuple[NDArray[np.int64], ...]] = []
    left_out = np.iinfo(np.int64).max
    for used, bits, tails in _null_tails(size):
        if not fewest_zeros <= size - used <= most_zeros:
            continue
        ranks, ties, groups = _ranks(bits, used)
        # Doubled, W+ and W- add up to m (m + 1); the smaller of them is the tail.
        distance = used * (used + 1) - 2 * np.arange(tails.shape[1])
        terms, term = np.unique(ties, return_inverse=True)
        inside = _in_window(problem, used, terms, distance)[term]
        inside &= (groups <= magnitudes)[:, None]
        # A tail that no set of ranks adds up to does not occur.
        inside &= np.diff(tails, axis=1, prepend=0) > 0
        inside[:, 0] &= used not in both_signs
        # Two-sided: twice the smaller tail, at most 1.
        p = np.minimum(2 * tails[inside].astype(np.int64), 1 << used) << (size - used)
        best, next_ = _smallest(sign * p, limit)
        left_out = min(left_out, next_)
        rows, columns = np.unravel_index(np.flatnonzero(inside)[best], inside.shape)
        padded = np.zeros((len(rows), size), dtype=np.int64)
        padded[:, size - used :] = ranks[rows]
        found.append((p[best], padded, distance[columns], groups[rows]))
    p, ranks, distance, groups = (np.concatenate(column) for column in zip(*found, strict=True))
    # Of patterns with equal P those with the fewest ties come first: they are the likeliest.
    order = np.lexsort((-groups, sign * p))
    order = order[sign * p[order] < left_out]
    return Patterns(p[order], ranks[order], distance[order])


def _smallest(values: NDArray[np.int64], limit: int) -> tuple[NDArray[np.int64], int]:
    """Give the places of the smallest values, and the least value that is left out.

    Equal values stay together: as many as fit within the limit, but at least the smallest.
    """
    if len(values) <= limit:
        return np.arange(len(values)), int(np.iinfo(np.int64).max)
    edge = np.partition(values, limit)[limit]
    edge = max(edge, values.min() + 1)
    kept = values < edge
    return np.flatnonzero(kept), int(values[~kept].min(initial=np.iinfo(np.int64).max))


def _in_window(
    problem: RowProblem, used: int, ties: NDArray[np.int64], distance: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether abs(z) lies in the printed window; the same integers as in the models."""
    low, high = scaled_window(problem.z_low, problem.z_high)
    variance = (2 * used * (used + 1) * (2 * used + 1) - ties)[:, None]
    squared = 3 * Z_SCALE * distance[None, :] ** 2  # 12 S^2, the distance being 2 S
    inside: NDArray[np.bool_] = squared >= low * variance
    if high is not None:
        inside &= squared <= high * variance
    return inside & (distance >= 0)


def _ranks(
    bits: NDArray[np.int64], used: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Doubled mid-ranks, tie term, number of groups; bit k - 1 is set where a group ends at k."""
    place = np.arange(1, used + 1)
    ends = np.concatenate(
        [(bits[:, None] >> (place[:-1] - 1)) & 1 == 1, np.ones((len(bits), 1), dtype=bool)], axis=1
    )
    last = np.minimum.accumulate(np.where(ends, place, used + 1)[:, ::-1], axis=1)[:, ::-1]
    starts = np.concatenate([np.ones((len(bits), 1), dtype=bool), ends[:, :-1]], axis=1)
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=1)
    size = last - first + 1
    return first + last, (size**2 - 1).sum(axis=1), ends.sum(axis=1)


def _null_tails(size: int) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield, per number of differences, the bits of all patterns and their lower tails.

    ``tails[pattern, w]`` is the number of sign vectors with doubled W at most w, for w up to the
    mean. The distribution of a pattern is that of the pattern without its last group, and then
    that group's rank added as often as it has members: the shift algorithm of Streitberg and
    Roehmel, over all patterns at once.
    """
    counts = {0: (np.zeros(1, dtype=np.int64), np.ones((1, 1), dtype=np.int32))}
    longest = size * (size + 1) // 2 + 1
    for used in range(1, size + 1):
        all_bits, all_rows = [], []
        for group in range(1, used + 1):
            bits, rows = counts[used - group]
            grown = np.zeros((len(rows), longest), dtype=np.int32)
            grown[:, : rows.shape[1]] = rows
            rank = 2 * (used - group) + group + 1
            for _ in range(group):
                if rank < longest:
                    grown[:, rank:] += grown[:, :-rank].copy()
            all_bits.append(bits | (1 << (used - group - 1)) if used > group else bits)
            all_rows.append(grown)
        counts[used] = np.concatenate(all_bits), np.concatenate(all_rows)
        bits, rows = counts[used]
        yield used, bits, _tails(rows, used)


def _tails(rows: NDArray[np.int32], used: int) -> NDArray[np.int64]:
    return np.cumsum(rows[:, : used * (used + 1) // 2 + 1], axis=1, dtype=np.int32)


def p_text(numerator: int, patients: int) -> str:
    """Write an exact P as a fraction in lowest terms.

    >>> p_text(6, 4)
    '3/8'
    """
    shared = math.gcd(numerator, 1 << patients)
    return f"{numerator // shared}/{(1 << patients) // shared}"
