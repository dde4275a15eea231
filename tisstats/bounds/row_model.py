"""One row of Table 2 in CP-SAT, its changes sorted, to prove limits over all such rows.

A row that matches all ten numbers is found without it, by `tisstats.lim2021.table2_row`; the model
serves to prove bounds, and that there is no such row. The tests use it as the cross-check of that
finder.

Changes are variables in ascending order, so that no two orders of the same patients are searched.
The signed-rank statistic comes from the signs of the sums of all pairs (Tukey): with zeros left
out, S = sum over i <= j of sign(c_i + c_j) is twice the distance of W+ from its mean.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

from ortools.sat.python import cp_model

from tisstats.bounds.rows import RowProblem
from tisstats.bounds.solving import both, indicator, within
from tisstats.forensics.printed_quartiles import PrintedQuartile

#: Booleans of pairs of changes, by their ranks from 0.
OfPairs = dict[tuple[int, int], cp_model.IntVar]

#: Decimals, as a power of ten, to which squared limits of z are taken into integers. The tests
#: show that no reachable statistic of up to 19 patients lies as near to a limit.
Z_SCALE = 10**6


def scaled_window(z_low: float, z_high: float) -> tuple[int, int | None]:
    """Square the limits of abs(z), in units of 1 / `Z_SCALE`; None is no upper limit.

    >>> scaled_window(2.0, math.inf)
    (4000000, None)
    """
    low = math.ceil(z_low * z_low * Z_SCALE) if z_low > 0 else 0
    return low, None if math.isinf(z_high) else math.floor(z_high * z_high * Z_SCALE)


def add_quartiles(
    model: cp_model.CpModel,
    values: Sequence[cp_model.IntVar],
    quartiles: Iterable[PrintedQuartile],
    limits: tuple[int, int],
) -> None:
    """Require that unsorted values have these quartiles.

    The k-th of n values in order is x exactly when at least k values are at most x and at least
    n - k + 1 are at least x.
    """
    for quartile in quartiles:
        if not quartile.weight_upper:
            # An order statistic in a range: count against both ends of the range.
            _add_order_statistic(model, values, quartile.rank, *quartile.mean_range)
            continue
        below, above = (model.new_int_var(*limits, "") for _ in range(2))
        model.add(below <= above)
        model.add_linear_constraint(
            quartile.weight_lower * below + quartile.weight_upper * above,
            quartile.low,
            quartile.high,
        )
        _add_order_statistic(model, values, quartile.rank, below, below)
        _add_order_statistic(model, values, quartile.rank + 1, above, above)


def _add_order_statistic(
    model: cp_model.CpModel,
    values: Sequence[cp_model.IntVar],
    rank: int,
    low: cp_model.LinearExprT,
    high: cp_model.LinearExprT,
) -> None:
    """Require that the value of a rank, 1 for the smallest, lies from low to high."""
    at_most, at_least = [], []
    fixed = isinstance(low, int) and isinstance(high, int)
    for value in values:
        small, large = model.new_bool_var(""), model.new_bool_var("")
        model.add(value <= high).only_enforce_if(small)
        model.add(value >= low).only_enforce_if(large)
        if fixed:  # stated both ways these count exactly, which prunes more
            model.add(value > high).only_enforce_if(~small)
            model.add(value < low).only_enforce_if(~large)
        at_most.append(small)
        at_least.append(large)
    model.add(sum(at_most) >= rank)
    model.add(sum(at_least) >= len(values) - rank + 1)


def add_levels(
    model: cp_model.CpModel, problem: RowProblem, changes: Sequence[cp_model.IntVar]
) -> tuple[list[cp_model.IntVar], list[cp_model.IntVar]]:
    """Add to every change a baseline and an end within the scale, with the printed quartiles."""
    low = problem.low if problem.baseline_low is None else problem.baseline_low
    baselines = [_level(model, problem, low, problem.baseline_high) for _ in changes]
    ends = [_level(model, problem, problem.low, problem.high) for _ in changes]
    for change, before, after in zip(changes, baselines, ends, strict=True):
        model.add(after == before + change)
    for name, values in (("baseline", baselines), ("end", ends)):
        add_quartiles(model, values, problem.quartiles.get(name, ()), (problem.low, problem.high))
        for each in problem.value_counts:
            if each.time == name:
                at = [within(model, value, each.value, each.value) for value in values]
                model.add_linear_constraint(sum(at), each.fewest, each.most)
    return baselines, ends


def _level(model: cp_model.CpModel, problem: RowProblem, low: int, high: int) -> cp_model.IntVar:
    if not problem.levels:
        return model.new_int_var(low, high, "")
    values = [value for value in problem.levels if low <= value <= high]
    return model.new_int_var_from_domain(cp_model.Domain.from_values(values), "")


class SortedRow:
    """Variables of one row: changes in ascending order, with their baselines and ends."""

    def __init__(self, model: cp_model.CpModel, problem: RowProblem):
        self.model, self.problem = model, problem
        self.size = problem.patients
        self._pairs = list(itertools.combinations_with_replacement(range(self.size), 2))
        self.changes = [
            model.new_int_var(problem.change_low, problem.change_high, "") for _ in range(self.size)
        ]
        for lower, upper in itertools.pairwise(self.changes):
            model.add(lower <= upper)
        for quartile in problem.quartiles.get("change", ()):
            model.add_linear_constraint(quartile.total(self.changes), quartile.low, quartile.high)
        self.baselines, self.ends = add_levels(model, problem, self.changes)
        self._above, self._from = self._signs_of_sums()
        each = range(self.size)
        self.positive = sum(self._above[i, i] for i in each)
        self.negative = self.size - sum(self._from[i, i] for i in each)
        self.zero = self.size - self.positive - self.negative
        #: whether the patient of each change is a man; set where the sex matters
        self.male: list[cp_model.IntVar] = []
        self._signed_rank()

    def _signs_of_sums(self) -> tuple[OfPairs, OfPairs]:
        """Return Booleans, one per pair i <= j: its sum is above 0; its sum is 0 or above."""
        model, changes = self.model, self.changes
        above: OfPairs = {}
        from_zero: OfPairs = {}
        for found, threshold in ((above, 1), (from_zero, 0)):
            for i, j in self._pairs:
                total = changes[i] + changes[j]
                found[i, j] = indicator(model, total >= threshold, total < threshold)
            self.add_monotone(found)
        for pair, sign in above.items():
            model.add_implication(sign, from_zero[pair])
        return above, from_zero

    def add_monotone(self, signs: Mapping[tuple[int, int], cp_model.LiteralT]) -> None:
        """Require that what holds for a pair holds for every pair further up in the order."""
        for (i, j), sign in signs.items():
            for further in ((i, j + 1), (i + 1, j)):
                if further in signs:
                    self.model.add_implication(sign, signs[further])

    def _equal(self) -> OfPairs:
        """Return Booleans, one per pair i < j, that are true if the changes are equal."""
        model, changes, size = self.model, self.changes, self.size
        equal: OfPairs = {}
        for i in range(size - 1):
            here, next_ = changes[i], changes[i + 1]
            equal[i, i + 1] = indicator(model, here == next_, here < next_)
        for length in range(2, size):
            for i in range(size - length):
                last = i + length
                equal[i, last] = both(model, equal[i, last - 1], equal[last - 1, last])
        return equal

    def _signed_rank(self) -> None:
        model, size = self.model, self.size
        equal = self._equal()
        #: whether each change but the last is the same as the next
        self.repeats = [equal[i, i + 1] for i in range(size - 1)]
        squares = []
        for i in range(size):
            # Size of the group of equal magnitude; zeros count each other twice and are taken
            # out again below.
            others = [(min(i, j), max(i, j)) for j in range(size) if j != i]
            tied = model.new_int_var(1, 2 * size - 1, "")
            model.add(
                tied
                == 1 + sum(equal[pair] + self._from[pair] - self._above[pair] for pair in others)
            )
            square = model.new_int_var(1, (2 * size - 1) ** 2, "")
            model.add_allowed_assignments([tied, square], [(t, t * t) for t in range(1, 2 * size)])
            squares.append(square)
        signs = sum(self._above[pair] + self._from[pair] - 1 for pair in self._above)
        most = size * (size + 1) // 2
        self.distance = model.new_int_var(-most, most, "S")
        squared = model.new_int_var(0, most * most, "")
        model.add_multiplication_equality(squared, [self.distance, self.distance])
        ties = model.new_int_var(0, size**3, "T")
        # z squared is 12 S^2 / (2 m (m + 1) (2 m + 1) - T) with m differences that are not zero and
        # the tie term T = sum(t^3 - t).
        low, high = scaled_window(self.problem.z_low, self.problem.z_high)
        zeros = [model.new_bool_var("") for _ in range(size)]
        model.add_exactly_one(zeros)
        for count, known in enumerate(zeros):
            model.add(self.zero == count).only_enforce_if(known)
            # Zeros are dropped, and their pairs with other changes too.
            among = count * (self.positive - self.negative)
            model.add(self.distance == signs - among).only_enforce_if(known)
            of_zeros = count * ((2 * count - 1) ** 2 - 1)
            model.add(ties == sum(squares) - size - of_zeros).only_enforce_if(known)
            used = size - count
            variance = 2 * used * (used + 1) * (2 * used + 1) - ties
            model.add(12 * Z_SCALE * squared >= low * variance).only_enforce_if(known)
            if high is not None:
                model.add(12 * Z_SCALE * squared <= high * variance).only_enforce_if(known)

    def at_least(self, threshold: int) -> list[cp_model.IntVar]:
        """Return Booleans, by ascending change, that are true if it is at least a threshold."""
        found = [
            indicator(self.model, change >= threshold, change < threshold)
            for change in self.changes
        ]
        for lower, upper in itertools.pairwise(found):
            self.model.add_implication(lower, upper)
        return found

    def doubled_median(self, *, maximise: bool) -> cp_model.LinearExprT:
        """Return twice the median of the sums of all pairs, correct when it is maximised.

        The Hodges-Lehmann estimate is a quarter of it. With `maximise` false, it is correct when
        minimised.
        """
        model, pairs = self.model, len(self._pairs)
        reach = 2 * max(abs(self.problem.change_low), abs(self.problem.change_high))
        middles = []
        for rank in ((pairs + 1) // 2, pairs // 2 + 1):
            middle = model.new_int_var(-reach, reach, "")
            beyond = {}
            for i, j in self._pairs:
                reached = beyond[i, j] = model.new_bool_var("")
                total = self.changes[i] + self.changes[j]
                bound = total >= middle if maximise else total <= middle
                model.add(bound).only_enforce_if(reached)
            if maximise:
                self.add_monotone(beyond)
            else:
                self.add_monotone({pair: ~reached for pair, reached in beyond.items()})
            model.add(sum(beyond.values()) >= (pairs - rank + 1 if maximise else rank))
            middles.append(middle)
        model.add(middles[0] <= middles[1])
        return middles[0] + middles[1]
