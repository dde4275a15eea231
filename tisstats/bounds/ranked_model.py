"""One row of Table 2 in CP-SAT, its changes in order of magnitude, for given patterns of ties."""

from __future__ import annotations

import itertools

from ortools.sat.python import cp_model

from tisstats.bounds.order_model import add_levels, add_quartiles
from tisstats.bounds.rows import RowProblem
from tisstats.bounds.tie_patterns import Patterns
from tisstats.synthetic.targets import QUARTERS


class RankedRow:
    """Variables of one row: changes by magnitude, their ranks one of the given patterns.

    `chosen` is the number of the pattern. The z window needs no constraint: every pattern lies
    in it.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        problem: RowProblem,
        allowed: Patterns,
        *,
        levels: bool = True,
    ):
        self.model, self.problem = model, problem
        size = problem.patients
        most = max(-problem.change_low, problem.change_high)
        sizes = [model.new_int_var(0, most, "") for _ in range(size)]
        ranks = [model.new_int_var(0, 2 * size, "") for _ in range(size)]
        total = size * (size + 1)
        distance = model.new_int_var(0, total, "")
        self.chosen = model.new_int_var(0, len(allowed) - 1, "")
        model.add_allowed_assignments(
            [*ranks, distance, self.chosen],
            [
                (*map(int, allowed.ranks[row]), int(allowed.distance[row]), row)
                for row in range(len(allowed))
            ],
        )
        self._sizes = sizes
        self._negative: list[cp_model.IntVar] = []
        self._reached: dict[int, list[cp_model.IntVar]] = {}
        self.changes = []
        signed = []
        for magnitude, rank in zip(sizes, ranks, strict=True):
            change = model.new_int_var(problem.change_low, problem.change_high, "")
            with_sign = model.new_int_var(-2 * size, 2 * size, "")
            negative = model.new_bool_var("")
            zero = model.new_bool_var("")
            model.add(magnitude == 0).only_enforce_if(zero)
            model.add(magnitude >= 1).only_enforce_if(~zero)
            model.add(rank == 0).only_enforce_if(zero)
            model.add(rank >= 1).only_enforce_if(~zero)
            model.add(change == magnitude).only_enforce_if(~negative)
            model.add(change == -magnitude).only_enforce_if(negative)
            model.add(with_sign == rank).only_enforce_if(~negative)
            model.add(with_sign == -rank).only_enforce_if(negative)
            model.add_implication(zero, ~negative)
            self.changes.append(change)
            signed.append(with_sign)
            self._negative.append(negative)
        for k in range(size - 1):
            tied = model.new_bool_var("")
            model.add(sizes[k] == sizes[k + 1]).only_enforce_if(tied)
            model.add(sizes[k] < sizes[k + 1]).only_enforce_if(~tied)
            model.add(ranks[k] == ranks[k + 1]).only_enforce_if(tied)
            model.add(ranks[k] < ranks[k + 1]).only_enforce_if(~tied)
            # Within a tied group the order means nothing: losses first.
            model.add_bool_or(~tied, ~self._negative[k + 1], self._negative[k])
        below = model.new_bool_var("")
        model.add(sum(signed) == distance).only_enforce_if(~below)
        model.add(sum(signed) == -distance).only_enforce_if(below)
        self._change_quartiles()
        self.baselines: list[cp_model.IntVar] = []
        self.ends: list[cp_model.IntVar] = []
        if levels:
            self.baselines, self.ends = add_levels(model, problem, self.changes)
        #: whether the patient of each change is a man; set where the sex matters
        self.male: list[cp_model.IntVar] = []

    def _change_quartiles(self) -> None:
        problem, model = self.problem, self.model
        between = []
        for quartile in problem.quartiles.get("change", ()):
            if quartile.part:
                between.append(quartile)
                continue
            low, high = -(-quartile.low // QUARTERS), quartile.high // QUARTERS
            places = problem.patients - quartile.order
            model.add(sum(self.at_least(low)) >= places + 1)
            model.add(sum(self.at_least(high + 1)) <= places)
        limits = (problem.change_low, problem.change_high)
        add_quartiles(model, self.changes, between, limits)

    def at_least(self, threshold: int) -> list[cp_model.LiteralT]:
        """Booleans of every change: it is at least a threshold in steps."""
        model = self.model
        # Magnitudes are in order, so that what one reaches all after it reach.
        size = threshold if threshold > 0 else 1 - threshold
        if size not in self._reached:
            reached = self._reached[size] = [model.new_bool_var("") for _ in self._sizes]
            for magnitude, far in zip(self._sizes, reached, strict=True):
                model.add(magnitude >= size).only_enforce_if(far)
                model.add(magnitude < size).only_enforce_if(~far)
            for lower, upper in itertools.pairwise(reached):
                model.add_implication(lower, upper)
        found: list[cp_model.LiteralT] = []
        for far, negative in zip(self._reached[size], self._negative, strict=True):
            both = model.new_bool_var("")
            sign = ~negative if threshold > 0 else negative
            model.add_implication(both, far)
            model.add_implication(both, sign)
            model.add_bool_or(both, ~far, ~sign)
            found.append(both if threshold > 0 else ~both)
        return found
