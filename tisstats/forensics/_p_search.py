"""Smallest, largest and printed P values over all samples of a space, by exhaustive search.

Asymptotic P values belong to pairs of tie term and rank sum, which are all listed. Exact P values
belong to a pattern of ties and a rank sum: the listed pairs bound each pattern's P values, and the
patterns are searched best bound first, until no bound can improve on the best so far (branch and
bound).

A box with linked values lists more than is attainable. Its best candidate is then tried; if no
sample attains it the box is split, and the best candidate of all boxes comes next. So the first
that is attained is optimal, and one that is found in no box does not exist.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tisstats.forensics._progress import Progress
from tisstats.forensics._rank_sums import SampleSpace, Values, set_bits
from tisstats.forensics._tie_patterns import (
    Patterns,
    all_patterns,
    group_sizes,
    pattern_of,
    two_sided,
)
from tisstats.printed import PrintedNumber, RoundingRule, matches_print

#: Number of equally good pairs of one box to try before the box is split.
_MAX_TRIED = 6


@dataclass(frozen=True, slots=True)
class PrintedPSet:
    """The P values that round to a given number."""

    printed: PrintedNumber  #: the printed P value
    rounding: RoundingRule  #: how it was rounded

    def __call__(self, pvalue: float) -> bool:
        """Test whether a P value is in the set."""
        return matches_print(pvalue, self.printed, self.rounding)

    def mask(self, pvalues: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Test many P values; only those near an end need exact decimals."""
        value, relation = float(self.printed.value), self.printed.relation
        if relation:
            chosen = pvalues < value if relation in "<≤" else pvalues > value
            for at in np.flatnonzero(np.isclose(pvalues, value)):
                chosen[at] = self(float(pvalues[at]))
            return chosen
        # Rounding keeps their order: those that round to a number lie together, around it.
        near = pvalues[np.abs(pvalues - value) < 1.01 * 10.0**-self.printed.decimals]
        ordered: list[float] = np.unique(near).tolist()
        middle = bisect_left(ordered, value)
        first = bisect_left(ordered[:middle], x=True, key=self)
        after = middle + bisect_left(ordered[middle:], x=True, key=lambda pvalue: not self(pvalue))
        if first == after:
            return np.zeros(pvalues.shape, dtype=bool)
        return np.logical_and(pvalues >= ordered[first], pvalues <= ordered[after - 1])


@dataclass(frozen=True, slots=True)
class AttainedP:
    """A P value with a sample that attains it."""

    pvalue: float  #: two-sided P value, 0 to 1
    values: Values  #: sorted sample, in steps of the grid


@dataclass(frozen=True, slots=True)
class Candidate:
    """A P value listed for a box, to be tried."""

    rank: float  #: smaller is better; no sample of the box is better than its best candidate
    pvalue: float  #: two-sided P value, 0 to 1
    sample: Callable[[], Values | None]  #: searches for a sample with this P value


#: Generates the candidates of a box, the best first.
Candidates = Callable[[SampleSpace], Iterator[Candidate]]


def _search(space: SampleSpace, candidates: Candidates) -> AttainedP | None:
    """Return the best P value attained in any part of the space."""
    tie_breaker = count()
    waiting: list[tuple[float, int, SampleSpace, list[Candidate]]] = []

    def add(box: SampleSpace) -> None:
        best = list(islice(candidates(box), _MAX_TRIED if box.box.links else 1))
        if best:
            heapq.heappush(waiting, (best[0].rank, next(tie_breaker), box, best))

    add(space)
    for searched in count(1):
        if not waiting:
            break
        space.progress.step("parts of the sample space searched", searched)
        rank, _, box, best = heapq.heappop(waiting)
        for candidate in best:
            if candidate.rank <= rank and (values := candidate.sample()) is not None:
                return AttainedP(candidate.pvalue, values)
        for half in box.halves:
            add(half)
    return None


@dataclass(frozen=True, slots=True, eq=False)
class TiedRankSums:
    """Pairs of tie term and rank sum for one number of nonzero values."""

    nonzero: int  #: number of nonzero values
    ties: NDArray[np.int64]  #: of each pair, the sum of (t ** 3 - t) / 6 over groups of ties
    doubled: NDArray[np.int64]  #: of each pair, twice the positive rank sum
    asymptotic: NDArray[np.float64]  #: of each pair, the asymptotic P value


def list_pairs(space: SampleSpace, *among: PrintedPSet | None) -> list[TiedRankSums]:
    """List the pairs of a space with asymptotic P values; only those in all sets, if given."""
    found = []
    for nonzero, ties, doubled in space.statistics():
        pvalues = asymptotic(nonzero, ties, doubled)
        for chosen in filter(None, among):
            mask = chosen.mask(pvalues)
            ties, doubled, pvalues = ties[mask], doubled[mask], pvalues[mask]
        if len(ties):
            found.append(TiedRankSums(nonzero, ties, doubled, pvalues))
    return found


def asymptotic(
    nonzero: int, ties: NDArray[np.int64], doubled: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Compute two-sided P values by the normal approximation, 1 where all values are zero."""
    if nonzero == 0:
        return np.ones(len(ties))
    top = nonzero * (nonzero + 1)
    # Four times the sum of squared ranks, less what ties take from it: whole numbers throughout.
    squares = 2 * (top * (2 * nonzero + 1) // 3 - ties)
    return np.asarray(2 * ndtr(-np.abs(2 * doubled - top) / np.sqrt(squares)))


def extreme_p(
    space: SampleSpace, method: str, *, smallest: bool, among: PrintedPSet | None = None
) -> AttainedP | None:
    """Return the smallest or the largest P value; None if there is none.

    With `among`, only of samples whose asymptotic P value is in that set.
    """
    sign = 1 if smallest else -1

    def candidates(box: SampleSpace) -> Iterator[Candidate]:
        search = _patterns_in_order if method == "exact" else _best_pairs
        return search(box, list_pairs(box, among), sign)

    return _search(space, candidates)


def find_matching(
    space: SampleSpace, method: str, chosen: PrintedPSet, among: PrintedPSet | None = None
) -> AttainedP | None:
    """Return a sample whose P value is in a set; None if there is none.

    With `among`, only of samples whose asymptotic P value is in that set.
    """

    def candidates(box: SampleSpace) -> Iterator[Candidate]:
        if method == "exact":
            return _patterns_chosen(box, list_pairs(box, among), chosen)
        pairs = list_pairs(box, among, chosen)
        return (_pair(box, some, at, 0.0) for some in pairs for at in range(len(some.ties)))

    return _search(space, candidates)


def _best_pairs(box: SampleSpace, pairs: list[TiedRankSums], sign: int) -> Iterator[Candidate]:
    best = min((float((sign * some.asymptotic).min()) for some in pairs), default=0.0)
    for some in pairs:
        for at in np.flatnonzero(sign * some.asymptotic == best):
            yield _pair(box, some, int(at), best)


def _pair(box: SampleSpace, pairs: TiedRankSums, at: int, rank: float) -> Candidate:
    pair = pairs.nonzero, int(pairs.ties[at]), int(pairs.doubled[at])
    return Candidate(rank, float(pairs.asymptotic[at]), partial(box.find_with_pair, *pair))


def _patterns_in_order(
    box: SampleSpace, pairs: list[TiedRankSums], sign: int
) -> Iterator[Candidate]:
    if not pairs:
        return
    allowed = _allowed(pairs)
    bounds, nonzeros, ends = _bounds(pairs, sign, box.progress)
    waiting: list[tuple[float, int, Candidate]] = []
    tie_breaker = count()
    for at in np.argsort(bounds, kind="stable"):
        # A waiting candidate is optimal once no bound that follows is better.
        while waiting and waiting[0][0] <= bounds[at]:
            yield heapq.heappop(waiting)[2]
        tied = group_sizes(int(ends[at]))
        for pvalue, doubled in _attainable_pvalues(box, tied, allowed[int(nonzeros[at])]):
            found = Candidate(sign * pvalue, pvalue, partial(box.find_with_ties, tied, doubled))
            heapq.heappush(waiting, (found.rank, next(tie_breaker), found))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _patterns_chosen(
    box: SampleSpace, pairs: list[TiedRankSums], chosen: PrintedPSet
) -> Iterator[Candidate]:
    allowed = _allowed(pairs)
    for some in pairs:
        for batch in _batches(some.nonzero, box.progress):
            for tie in np.intersect1d(batch.ties, some.ties):
                doubled = allowed[some.nonzero][int(tie)]
                rows = np.flatnonzero(batch.ties == tie)
                which, sums = np.repeat(rows, doubled.size), np.tile(doubled, rows.size)
                mask = chosen.mask(two_sided(batch, sums, which))
                for row in np.unique(which[mask]):
                    tied = group_sizes(int(batch.ends[row]))
                    for pvalue, total in _attainable_pvalues(box, tied, allowed[some.nonzero]):
                        if chosen(pvalue):
                            yield Candidate(0.0, pvalue, partial(box.find_with_ties, tied, total))


def _batches(nonzero: int, progress: Progress) -> Iterator[Patterns]:
    """Generate every pattern of ties of a number of values, reporting progress."""
    done = 0
    for batch in all_patterns(nonzero):
        yield batch
        done += len(batch.ends)
        what = f"patterns of ties of {nonzero} values that are not zero"
        progress.step(what, done, 1 << max(0, nonzero - 1))


def _attainable_pvalues(
    space: SampleSpace, tied: tuple[int, ...], allowed: dict[int, NDArray[np.int64]]
) -> list[tuple[float, int]]:
    """Return the attainable P values of a pattern of ties with their doubled rank sums."""
    tie = sum((size**3 - size) // 6 for size in tied)
    if tie not in allowed:
        return []
    sums = np.intersect1d(set_bits(space.sums_with_ties(tied)), allowed[tie])
    if not sums.size:
        return []
    pvalues = two_sided(pattern_of(tied), sums, np.zeros(sums.size, dtype=np.intp))
    return [(float(p), int(total)) for p, total in zip(pvalues, sums, strict=True)]


def _allowed(pairs: list[TiedRankSums]) -> dict[int, dict[int, NDArray[np.int64]]]:
    return {
        some.nonzero: {int(tie): some.doubled[some.ties == tie] for tie in np.unique(some.ties)}
        for some in pairs
    }


def _bounds(
    pairs: list[TiedRankSums], sign: int, progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Bound `sign` times the P values of every pattern by the pairs that share its tie term.

    With each bound: the number of nonzero values, and the ends of groups of its pattern.
    """
    found = []
    for some in pairs:
        top = some.nonzero * (some.nonzero + 1)
        # For each tie term the sum farthest from the mean, or nearest to it.
        best = np.full(int(some.ties.max()) + 1, -top - 1)
        np.maximum.at(best, some.ties, sign * np.maximum(some.doubled, top - some.doubled))
        for batch in _batches(some.nonzero, progress):
            rows = np.flatnonzero(batch.ties < len(best))
            rows = rows[best[batch.ties[rows]] >= -top]
            pvalues = two_sided(batch, sign * best[batch.ties[rows]], rows)
            found.append((sign * pvalues, np.full(rows.size, some.nonzero), batch.ends[rows]))
    bounds, nonzeros, ends = (np.concatenate(column) for column in zip(*found, strict=True))
    return bounds, nonzeros, ends
