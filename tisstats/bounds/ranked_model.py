"""One row of Table 2 in CP-SAT, its changes in order of magnitude, for given patterns of ties.

The exact P of the signed-rank test depends on the sizes of the tied groups of magnitudes, in
ascending order, and on the distance S of W+ from its mean, and on nothing else. There are few
enough patterns of up to 19 differences to list them, the best P first; the model then finds the
first that is feasible for a row.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from tisstats.bounds.row_model import Z_SCALE, add_levels, add_quartiles, scaled_window
from tisstats.bounds.rows import RowProblem, count_range
from tisstats.bounds.solving import both, choose, indicator
from tisstats.forensics._tie_patterns import all_patterns


@dataclass(frozen=True, slots=True)
class RankPatterns:
    """Patterns of ties with their exact P, in ascending or descending order of P."""

    p: NDArray[np.int64]  #: exact P times 2^patients
    ranks: NDArray[np.int64]  #: doubled mid-ranks in ascending order of magnitude; 0 for zeros
    distance: NDArray[np.int64]  #: twice the distance S = W+ - mean, without its sign

    def __len__(self) -> int:
        return len(self.p)

    def part(self, first: int, last: int) -> RankPatterns:
        """Return some of the patterns."""
        some = slice(first, last)
        return RankPatterns(self.p[some], self.ranks[some], self.distance[some])


def rank_patterns(
    problem: RowProblem,
    *,
    maximise: bool,
    limit: int = 100_000,
    both_signs: Collection[int] = (),
) -> RankPatterns:
    """List the patterns whose asymptotic P prints as published, by their exact P.

    At most `limit` of each number of differences are listed, and no pattern with the same P as one
    that is left out. Listed are those that the number of patients, the zeros that the printed
    quartiles allow, and the number of magnitudes on the scale leave possible: a superset of what
    occurs. Where so many differences as `both_signs` names are not zero, they are known not to
    have all the same sign.
    """
    size, sign = problem.patients, -1 if maximise else 1
    positive, from_zero = count_range(problem, 1), count_range(problem, 0)
    fewest_zeros, most_zeros = max(0, from_zero[0] - positive[1]), from_zero[1] - positive[0]
    found: list[tuple[NDArray[np.int64], ...]] = []
    left_out = np.iinfo(np.int64).max
    for used in range(max(1, size - most_zeros), size - fewest_zeros + 1):
        listed, skipped = _patterns_of(problem, used, sign, limit, used in both_signs)
        best, next_ = _smallest(sign * listed[0], limit)
        left_out = min(left_out, skipped, next_)
        found.append(tuple(column[best] for column in listed))
    p, ranks, distance, groups, ends = (
        np.concatenate(column) for column in zip(*found, strict=True)
    )
    # Of patterns with equal P those with the fewest ties come first: they are the likeliest.
    used_by_each = (ranks > 0).sum(axis=1)
    order = np.lexsort((-distance, -ends, used_by_each, -groups, sign * p))
    order = order[sign * p[order] < left_out]
    return RankPatterns(p[order], ranks[order], distance[order])


def _patterns_of(
    problem: RowProblem, used: int, sign: int, limit: int, both_signs: bool
) -> tuple[tuple[NDArray[np.int64], ...], int]:
    """List exact P, ranks, distance, groups and ends of the patterns of so many differences.

    Of each batch only as many as may be among the best in the end; the second value is the smallest
    P, or the largest with its sign changed, that is left out.
    """
    size = problem.patients
    magnitudes = max(-problem.change_low, problem.change_high)
    low, high = scaled_window(problem.z_low, problem.z_high)
    # Doubled, W+ and W- add up to m (m + 1); the smaller of them is the tail.
    distance = used * (used + 1) - 2 * np.arange(used * (used + 1) // 2 + 1)
    squared = 3 * Z_SCALE * distance**2  # 12 S^2, the distance being 2 S
    found, left_out = [], np.iinfo(np.int64).max
    for batch in all_patterns(used):
        tails = batch.tails()
        # abs(z) in the printed window; the same integers as in the models.
        variance = (2 * used * (used + 1) * (2 * used + 1) - 6 * batch.ties)[:, None]
        inside = squared >= low * variance
        if high is not None:
            inside &= squared <= high * variance
        groups = np.bitwise_count(batch.ends).astype(np.int64)
        inside &= (groups <= magnitudes)[:, None]
        # Skip tails that are not attainable rank sums.
        inside &= batch.counts[:, : tails.shape[1]] > 0
        inside[:, 0] &= not both_signs
        # Two-sided: twice the smaller tail, at most 1.
        p = np.minimum(2 * tails[inside], 1 << used) << (size - used)
        best, next_ = _smallest(sign * p, limit)
        left_out = min(left_out, next_)
        rows, columns = np.unravel_index(np.flatnonzero(inside)[best], inside.shape)
        ranks = np.zeros((len(rows), size), dtype=np.int64)
        ranks[:, size - used :] = batch.midranks(rows)
        found.append((p[best], ranks, distance[columns], groups[rows], batch.ends[rows]))
    return tuple(np.concatenate(column) for column in zip(*found, strict=True)), left_out


def _smallest(values: NDArray[np.int64], limit: int) -> tuple[NDArray[np.intp], int]:
    """Return the places of the smallest values, and the smallest value that is left out.

    Equal values stay together: as many as fit within the limit, but at least the smallest.
    """
    if len(values) <= limit:
        return np.arange(len(values)), int(np.iinfo(np.int64).max)
    edge = np.partition(values, limit)[limit]
    edge = max(edge, values.min() + 1)
    kept = values < edge
    return np.flatnonzero(kept), int(values[~kept].min(initial=np.iinfo(np.int64).max))


class RankedRow:
    """Variables of one row: changes by magnitude, their ranks one of the given patterns.

    `chosen` is the number of the pattern. The z window needs no constraint: every pattern lies
    in it.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        problem: RowProblem,
        allowed: RankPatterns,
        *,
        levels: bool = True,
    ):
        self.model, self.problem = model, problem
        size = problem.patients
        most = max(-problem.change_low, problem.change_high)
        sizes = [model.new_int_var(0, most, "") for _ in range(size)]
        ranks = [model.new_int_var(0, 2 * size, "") for _ in range(size)]
        distance = model.new_int_var(0, size * (size + 1), "")
        self.chosen = model.new_int_var(0, len(allowed) - 1, "")
        rows = np.column_stack([allowed.ranks, allowed.distance, np.arange(len(allowed))])
        model.add_allowed_assignments([*ranks, distance, self.chosen], rows.tolist())
        self._sizes = sizes  # magnitudes, ascending
        self._negative: list[cp_model.IntVar] = []
        self._reached: dict[int, list[cp_model.IntVar]] = {}
        self.changes, signed = [], []
        for magnitude, rank in zip(sizes, ranks, strict=True):
            change = model.new_int_var(problem.change_low, problem.change_high, "")
            with_sign = model.new_int_var(-2 * size, 2 * size, "")
            negative = model.new_bool_var("")
            zero = indicator(model, magnitude == 0, magnitude >= 1)
            choose(model, zero, rank == 0, rank >= 1)
            choose(model, ~negative, change == magnitude, change == -magnitude)
            choose(model, ~negative, with_sign == rank, with_sign == -rank)
            model.add_implication(zero, ~negative)
            self.changes.append(change)
            signed.append(with_sign)
            self._negative.append(negative)
        for k in range(size - 1):
            tied = indicator(model, sizes[k] == sizes[k + 1], sizes[k] < sizes[k + 1])
            choose(model, tied, ranks[k] == ranks[k + 1], ranks[k] < ranks[k + 1])
            # Within a tied group the order means nothing: losses first.
            model.add_bool_or(~tied, ~self._negative[k + 1], self._negative[k])
        below = model.new_bool_var("")
        choose(model, ~below, sum(signed) == distance, sum(signed) == -distance)
        self._add_change_quartiles()
        self.baselines, self.ends = add_levels(model, problem, self.changes) if levels else ([], [])
        #: whether the patient of each change is a man; set where the sex matters
        self.male: list[cp_model.IntVar] = []

    def _add_change_quartiles(self) -> None:
        problem, model = self.problem, self.model
        between = []
        for quartile in problem.quartiles.get("change", ()):
            if quartile.weight_upper:
                between.append(quartile)
                continue
            low, high = quartile.mean_range
            places = problem.patients - quartile.rank
            model.add(sum(self.at_least(low)) >= places + 1)
            model.add(sum(self.at_least(high + 1)) <= places)
        add_quartiles(model, self.changes, between, (problem.change_low, problem.change_high))

    def at_least(self, threshold: int) -> list[cp_model.LiteralT]:
        """Return Booleans, one per change, that are true if it is at least a threshold in steps."""
        model = self.model
        # Magnitudes are in order, so that what one reaches all after it reach.
        size = threshold if threshold > 0 else 1 - threshold
        if size not in self._reached:
            reached = self._reached[size] = [
                indicator(model, magnitude >= size, magnitude < size) for magnitude in self._sizes
            ]
            for lower, upper in itertools.pairwise(reached):
                model.add_implication(lower, upper)
        found: list[cp_model.LiteralT] = []
        for far, negative in zip(self._reached[size], self._negative, strict=True):
            beyond = both(model, far, ~negative if threshold > 0 else negative)
            found.append(beyond if threshold > 0 else ~beyond)
        return found
