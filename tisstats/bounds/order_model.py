"""Order statistics and levels in a CP-SAT model: what quartiles of unsorted values demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from tisstats.bounds.rows import RowProblem
from tisstats.forensics.printed_quartiles import PrintedQuartile


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
        if not quartile.upper:
            # An order statistic in a range: count against both ends of the range.
            _add_place(model, values, quartile.rank, *quartile.mean_range)
            continue
        below, above = (model.new_int_var(*limits, "") for _ in range(2))
        model.add(below <= above)
        model.add_linear_constraint(
            quartile.lower * below + quartile.upper * above, quartile.low, quartile.high
        )
        _add_place(model, values, quartile.rank, below, below)
        _add_place(model, values, quartile.rank + 1, above, above)


def _add_place(
    model: cp_model.CpModel,
    values: Sequence[cp_model.IntVar],
    place: int,
    low: cp_model.LinearExprT,
    high: cp_model.LinearExprT,
) -> None:
    """Require that the value at a place in order, 1 being the least, lies from low to high."""
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
    model.add(sum(at_most) >= place)
    model.add(sum(at_least) >= len(values) - place + 1)


def add_levels(
    model: cp_model.CpModel, problem: RowProblem, changes: Sequence[cp_model.IntVar]
) -> tuple[list[cp_model.IntVar], list[cp_model.IntVar]]:
    """Add to every change a baseline and an end within the scale, with the printed quartiles."""
    least = problem.low if problem.baseline_low is None else problem.baseline_low
    baselines = [_level(model, problem, least, problem.baseline_high) for _ in changes]
    ends = [_level(model, problem, problem.low, problem.high) for _ in changes]
    for change, before, after in zip(changes, baselines, ends, strict=True):
        model.add(after == before + change)
    limits = (problem.low, problem.high)
    for name, values in (("baseline", baselines), ("end", ends)):
        add_quartiles(model, values, problem.quartiles.get(name, ()), limits)
        for demand in problem.demands:
            if demand.time == name:
                _add_demand(model, values, demand.value, demand.fewest, demand.most)
    return baselines, ends


def _level(
    model: cp_model.CpModel, problem: RowProblem, least: int, greatest: int
) -> cp_model.IntVar:
    if not problem.levels:
        return model.new_int_var(least, greatest, "")
    values = [value for value in problem.levels if least <= value <= greatest]
    return model.new_int_var_from_domain(cp_model.Domain.from_values(values), "")


def _add_demand(
    model: cp_model.CpModel,
    values: Sequence[cp_model.IntVar],
    wanted: int,
    fewest: int,
    most: int,
) -> None:
    at = []
    for value in values:
        same, more, less = (model.new_bool_var("") for _ in range(3))
        model.add_exactly_one(same, more, less)
        model.add(value == wanted).only_enforce_if(same)
        model.add(value > wanted).only_enforce_if(more)
        model.add(value < wanted).only_enforce_if(less)
        at.append(same)
    model.add_linear_constraint(sum(at), fewest, most)
