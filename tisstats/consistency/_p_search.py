"""Least, greatest and printed P values over all samples of a space, by search with proof.

Asymptotic P values belong to pairs of tie term and rank sum, which are all listed. Exact P values
belong to a pattern of ties and a rank sum: the listed pairs bound each pattern's P values, and the
patterns are gone through from the best bound on, until no bound can better what was found.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tisstats.consistency._rank_sums import unpacked
from tisstats.consistency._sample_space import SampleSpace, Values
from tisstats.consistency._tie_patterns import (
    all_patterns,
    group_sizes,
    null_counts,
    two_sided,
)

#: Says of P values which of them count, such as those that print as a given number.
Chosen = Callable[[float], bool]


@dataclass(frozen=True, slots=True)
class Attained:
    """A P value with a sample that has it."""

    pvalue: float  #: two-sided P value, 0 to 1
    values: Values  #: sorted sample, in steps of the grid


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of tie term and rank sum that belong to one number of values not zero."""

    nonzero: int  #: number of values that are not zero
    ties: NDArray[np.int64]  #: of each pair, the sum of (t ** 3 - t) / 6 over groups of ties
    doubled: NDArray[np.int64]  #: of each pair, twice the positive rank sum
    asymptotic: NDArray[np.float64]  #: of each pair, the asymptotic P value


def listed(space: SampleSpace) -> list[Pairs]:
    """List the pairs of a space with their asymptotic P values."""
    return [
        Pairs(nonzero, ties, doubled, asymptotic(nonzero, ties, doubled))
        for nonzero, (ties, doubled) in space.statistics().items()
    ]


def asymptotic(
    nonzero: int, ties: NDArray[np.int64], doubled: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give two-sided P values by the normal approximation, 1 where all values are zero."""
    if nonzero == 0:
        return np.ones(len(ties))
    top = nonzero * (nonzero + 1)
    # Four times the sum of squared ranks, less what ties take from it: whole numbers throughout.
    squares = 2 * (top * (2 * nonzero + 1) // 3 - ties)
    return np.asarray(2 * ndtr(-np.abs(2 * doubled - top) / np.sqrt(squares)))


def asymptotic_extreme(space: SampleSpace, pairs: list[Pairs], *, least: bool) -> Attained | None:
    """Give the least or the greatest asymptotic P value; None if the space is empty."""
    return next(_attained_in_order(space, pairs, descending=not least), None)


def asymptotic_chosen(space: SampleSpace, pairs: list[Pairs], chosen: Chosen) -> Attained | None:
    """Find a sample whose asymptotic P value is among the chosen; None if none has."""
    return next(_attained_in_order(space, kept(pairs, chosen), descending=False), None)


def kept(pairs: list[Pairs], chosen: Chosen) -> list[Pairs]:
    """Keep the pairs whose asymptotic P value is among the chosen."""
    found = []
    for some in pairs:
        values, inverse = np.unique(some.asymptotic, return_inverse=True)
        mask = np.array([chosen(float(value)) for value in values], dtype=bool)[inverse]
        if mask.any():
            found.append(
                Pairs(some.nonzero, some.ties[mask], some.doubled[mask], some.asymptotic[mask])
            )
    return found


def _attained_in_order(
    space: SampleSpace, pairs: list[Pairs], *, descending: bool
) -> Iterator[Attained]:
    rows = [
        (float(pvalue), some.nonzero, int(tie), int(doubled))
        for some in pairs
        for pvalue, tie, doubled in zip(some.asymptotic, some.ties, some.doubled, strict=True)
    ]
    for pvalue, nonzero, tie, doubled in sorted(rows, reverse=descending):
        if (values := space.with_pair(nonzero, tie, doubled)) is not None:
            yield Attained(pvalue, values)


def exact_extreme(space: SampleSpace, pairs: list[Pairs], *, least: bool) -> Attained | None:
    """Give the least or the greatest exact P value of the samples with the listed pairs."""
    allowed = _allowed(pairs)
    sign = 1 if least else -1
    bounds, nonzeros, ends = _bounds(pairs)
    best = bounds[0 if least else 1]
    order = iter(np.argsort(sign * best, kind="stable"))
    waiting: list[tuple[float, int, tuple[int, ...], list[tuple[float, int]]]] = []
    at = next(order, None)
    turn = 0
    while at is not None or waiting:
        if at is not None and (not waiting or sign * best[at] < waiting[0][0]):
            # First look at this pattern: its own rank sums bound its P values better.
            tied = group_sizes(int(ends[at]))
            found = _own(space, tied, allowed[int(nonzeros[at])])
            if found:
                found.sort(key=lambda item: sign * item[0])
                turn += 1
                heapq.heappush(waiting, (sign * found[0][0], turn, tied, found))
            at = next(order, None)
            continue
        _, _, tied, found = heapq.heappop(waiting)
        pvalue, doubled = found.pop(0)
        if (values := space.with_ties(tied, doubled)) is not None:
            return Attained(pvalue, values)
        if found:
            turn += 1
            heapq.heappush(waiting, (sign * found[0][0], turn, tied, found))
    return None


def exact_chosen(space: SampleSpace, pairs: list[Pairs], chosen: Chosen) -> Attained | None:
    """Find a sample whose exact P value is among the chosen; None if none has."""
    allowed = _allowed(pairs)
    for some in pairs:
        for batch in all_patterns(some.nonzero):
            # Pairs of this pattern's tie term whose P value under this pattern is chosen.
            for tie in np.unique(batch.ties):
                doubled = some.doubled[some.ties == tie]
                rows = np.flatnonzero(batch.ties == tie)
                if not doubled.size:
                    continue
                which, sums = np.repeat(rows, doubled.size), np.tile(doubled, rows.size)
                pvalues = two_sided(batch.counts, sums, which)
                values, inverse = np.unique(pvalues, return_inverse=True)
                mask = np.array([chosen(float(value)) for value in values], dtype=bool)[inverse]
                for row in np.unique(which[mask]):
                    tied = group_sizes(int(batch.ends[row]))
                    for pvalue, total in _own(space, tied, allowed[some.nonzero]):
                        if chosen(pvalue):
                            sample = space.with_ties(tied, total)
                            if sample is not None:
                                return Attained(pvalue, sample)
    return None


def _own(
    space: SampleSpace, tied: tuple[int, ...], allowed: dict[int, NDArray[np.int64]]
) -> list[tuple[float, int]]:
    """Give P value and doubled rank sum of what a pattern of ties can have of the allowed."""
    tie = sum((size**3 - size) // 6 for size in tied)
    if tie not in allowed:
        return []
    sums = np.intersect1d(unpacked(space.sums_with_ties(tied)), allowed[tie])
    if not sums.size:
        return []
    pvalues = two_sided(null_counts(tied)[None, :], sums, np.zeros(sums.size, dtype=np.int64))
    return [(float(p), int(total)) for p, total in zip(pvalues, sums, strict=True)]


def _allowed(pairs: list[Pairs]) -> dict[int, dict[int, NDArray[np.int64]]]:
    return {
        some.nonzero: {int(tie): some.doubled[some.ties == tie] for tie in np.unique(some.ties)}
        for some in pairs
    }


def _bounds(
    pairs: list[Pairs],
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], NDArray[np.int64], NDArray[np.int64]]:
    """Bound the P values of every pattern from the pairs that share its tie term."""
    least, greatest, nonzeros, ends = [], [], [], []
    for some in pairs:
        top = some.nonzero * (some.nonzero + 1)
        upper = np.maximum(some.doubled, top - some.doubled)
        length = int(some.ties.max()) + 1
        far, near = np.full(length, -1), np.full(length, top + 1)
        np.maximum.at(far, some.ties, upper)
        np.minimum.at(near, some.ties, upper)
        for batch in all_patterns(some.nonzero):
            known = batch.ties < length
            rows = np.flatnonzero(known)
            rows = rows[far[batch.ties[rows]] >= 0]
            if not rows.size:
                continue
            ties = batch.ties[rows]
            least.append(two_sided(batch.counts, far[ties], rows))
            greatest.append(two_sided(batch.counts, near[ties], rows))
            nonzeros.append(np.full(rows.size, some.nonzero))
            ends.append(batch.ends[rows])
    if not ends:
        return (np.empty(0), np.empty(0)), np.empty(0, dtype=int), np.empty(0, dtype=int)
    return (
        (np.concatenate(least), np.concatenate(greatest)),
        np.concatenate(nonzeros),
        np.concatenate(ends),
    )
