"""Bounds from a single row of Table 2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isinf

import numpy as np
from ortools.sat.python import cp_model

from tisstats.bounds.joint_model import AnyRow
from tisstats.bounds.joint_search import Values, values_of
from tisstats.bounds.ranked_model import RankedRow, RankPatterns, rank_patterns
from tisstats.bounds.row_model import SortedRow
from tisstats.bounds.rows import RowProblem
from tisstats.bounds.solving import NoProofError, choose, solve

#: Patterns of ties that one model chooses from: few at first, then more.
_FIRST_PATTERNS, _MOST_PATTERNS = 100, 1600


@dataclass(frozen=True, slots=True)
class RowOptimum:
    """The minimum or maximum in one row, and how to require it in another model."""

    value: Fraction | None  #: in the unit of the quantity; None is unbounded
    values: Values  #: a row that has it
    add_fixed_row: Callable[[cp_model.CpModel], AnyRow]  #: adds a row with this value to a model
    whole: int | None = None  #: the value of `objective_of`, where the model has one


def row_optimum(problem: RowProblem, quantity: str, *, maximise: bool) -> RowOptimum:
    """Prove the minimum or maximum of a quantity in one row.

    Raises
    ------
    NoProofError
        If the deterministic time limit is reached before a proof.
    """
    if quantity == "exact_p":
        return _exact_p(problem, maximise=maximise)
    if quantity == "mean_change" and problem.open_ended:
        return _unbounded_mean(problem, maximise=maximise)
    model = cp_model.CpModel()
    row = SortedRow(model, problem)
    objective = objective_of(row, quantity, maximise=maximise)
    (model.maximize if maximise else model.minimize)(objective)
    solver = solve_feasible(model)
    best = round(solver.objective_value)

    def add_fixed_row(other: cp_model.CpModel) -> AnyRow:
        again = SortedRow(other, problem)
        other.add(objective_of(again, quantity, maximise=maximise) == best)
        return again

    return RowOptimum(to_unit(problem, quantity, best), values_of(solver, row), add_fixed_row, best)


def objective_of(row: SortedRow, quantity: str, *, maximise: bool) -> cp_model.LinearExprT:
    """Return a whole number that stands for the quantity."""
    better, worse = row.negative, row.positive
    if row.problem.higher_is_better:
        better, worse = worse, better
    if quantity == "hodges_lehmann":
        return row.doubled_median(maximise=maximise)
    counted = {"improved": better, "unchanged": row.zero, "worsened": worse}
    return sum(row.changes) if quantity == "mean_change" else counted[quantity]


def to_unit(problem: RowProblem, quantity: str, whole: int) -> Fraction:
    """Turn the whole number of a model into the unit of the quantity."""
    parts = {"hodges_lehmann": 4, "mean_change": problem.patients}
    return whole * problem.step / parts[quantity] if quantity in parts else Fraction(whole)


def solve_feasible(model: cp_model.CpModel) -> cp_model.CpSolver:
    """Solve a model; raise if it has no solution."""
    solver = solve(model)
    if solver is None:
        raise ValueError("no row is consistent with the printed numbers under these assumptions")
    return solver


def row_with(
    problem: RowProblem, quantity: str, value: Fraction | None, *, maximise: bool
) -> tuple[Callable[[cp_model.CpModel], AnyRow], int | None]:
    """Return what adds a row with a known minimum or maximum, and the whole number behind it.

    Nothing is proved: the value is taken as given, None as unbounded.
    """
    if value is None:
        return _far_row(problem, maximise=maximise), None
    if quantity == "exact_p":
        listed = rank_patterns(problem, maximise=maximise, both_signs=_always_both_signs(problem))
        (same,) = np.nonzero(listed.p == int(value * (1 << problem.patients)))
        equal = listed.part(int(same[0]), int(same[-1]) + 1)
        first = _first_pattern(problem, equal, 0, levels=True)
        some = equal.part(first, first + _FIRST_PATTERNS)
        return lambda model: RankedRow(model, problem, some), None
    whole = round(value / to_unit(problem, quantity, 1))

    def add_row(model: cp_model.CpModel) -> AnyRow:
        row = SortedRow(model, problem)
        model.add(objective_of(row, quantity, maximise=maximise) == whole)
        return row

    return add_row, whole


def _unbounded_mean(problem: RowProblem, *, maximise: bool) -> RowOptimum:
    """Show that a mean is unbounded on a scale without upper end.

    In the row that is found the outermost change is larger than every other. It can move outward
    without limit, with the end (or the baseline) of that patient: no rank, sign, quartile or band
    of points changes.
    """
    add_fixed_row = _far_row(problem, maximise=maximise)
    model = cp_model.CpModel()
    row = add_fixed_row(model)
    return RowOptimum(None, values_of(solve_feasible(model), row), add_fixed_row)


def _far_row(problem: RowProblem, *, maximise: bool) -> Callable[[cp_model.CpModel], AnyRow]:
    """Return what adds a row whose outermost change lies far beyond every other."""
    far = problem.high // 2

    def add_fixed_row(model: cp_model.CpModel) -> AnyRow:
        row = SortedRow(model, problem)
        outermost, others = (-1, row.changes[:-1]) if maximise else (0, row.changes[1:])
        outer = row.changes[outermost]
        model.add(outer >= far if maximise else outer <= -far)
        for change in (others[0], others[-1]):
            model.add(change < far)
            model.add(change > -far)
        return row

    return add_fixed_row


def _exact_p(problem: RowProblem, *, maximise: bool) -> RowOptimum:
    listed = rank_patterns(problem, maximise=maximise, both_signs=_always_both_signs(problem))
    # Without baselines and ends a search is fast, and infeasible without them implies infeasible
    # with them.
    first = _first_pattern(problem, listed, 0, levels=False)
    best = _first_pattern(problem, listed, first, levels=True)
    # A witness may have any pattern with this P; some of them suffice.
    last = best + int(np.argmin(listed.p[best:] == listed.p[best]) or len(listed) - best)
    equal = listed.part(best, min(last, best + _FIRST_PATTERNS))

    model = cp_model.CpModel()
    row = RankedRow(model, problem, listed.part(best, best + 1))
    value = Fraction(int(listed.p[best]), 1 << problem.patients)
    values = values_of(solve_feasible(model), row)
    return RowOptimum(value, values, lambda model: RankedRow(model, problem, equal))


def _always_both_signs(problem: RowProblem) -> frozenset[int]:
    """Return the numbers of nonzero differences that cannot all have one sign.

    All patterns with one sign have the same P, and there may be 2^18 of them: one query for each
    number of differences replaces one for each pattern.
    """
    if not isinf(problem.z_high):
        return frozenset()
    found = set()
    for used in range(1, problem.patients + 1):
        model = cp_model.CpModel()
        row = SortedRow(model, problem)
        model.add(row.zero == problem.patients - used)
        gains = model.new_bool_var("")
        choose(model, gains, row.negative == 0, row.positive == 0)
        if solve(model) is None:
            found.add(used)
    return frozenset(found)


def _first_pattern(problem: RowProblem, listed: RankPatterns, start: int, *, levels: bool) -> int:
    """Return the index of the first feasible pattern."""
    many = _FIRST_PATTERNS
    while start < len(listed):
        model = cp_model.CpModel()
        row = RankedRow(model, problem, listed.part(start, start + many), levels=levels)
        model.minimize(row.chosen)
        solver = solve(model)
        if solver is not None:
            return start + int(solver.value(row.chosen))
        start += many
        many = min(2 * many, _MOST_PATTERNS)
    raise NoProofError(f"{problem.measure}: none of {len(listed)} patterns of ties is possible")
