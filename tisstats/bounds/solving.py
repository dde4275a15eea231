"""Solve a CP-SAT model the same way every time, and add Booleans to it.

A solve has one worker, one seed and a deterministic limit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ortools.sat.python import cp_model

#: Deterministic time after which a solve gives up; a second or two of a processor each.
LIMIT = 150.0


class NoProofError(RuntimeError):
    """Raised when the deterministic time limit was reached before a proof."""


def solve(model: cp_model.CpModel, limit: float = LIMIT) -> cp_model.CpSolver | None:
    """Solve to proof; None is a proof that there is no solution.

    Raises
    ------
    NoProofError
        If the time limit is reached first.
    KeyboardInterrupt
        If the process is interrupted, which ends the search.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = limit
    # Caught by the solver, Ctrl-C would look like a search without a proof.
    solver.parameters.catch_sigint_signal = False
    status = _solve_interruptibly(solver, model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise NoProofError(
            f"no proof within a deterministic time of {limit:g}: {solver.status_name(status)}"
        )
    return solver


def _solve_interruptibly(
    solver: cp_model.CpSolver, model: cp_model.CpModel
) -> cp_model.CpSolverStatus:
    """Solve in a thread: signals wait for the main thread, and it would wait for the solver."""
    with ThreadPoolExecutor(1) as thread:
        search = thread.submit(solver.solve, model)
        try:
            return search.result()
        except BaseException:
            solver.stop_search()
            raise


#: A constraint on a linear expression, such as ``x >= 3``.
Linear = cp_model.BoundedLinearExpression | bool


def choose(model: cp_model.CpModel, flag: cp_model.LiteralT, one: Linear, other: Linear) -> None:
    """Require one constraint where a Boolean is true, and another where it is false."""
    model.add(one).only_enforce_if(flag)
    model.add(other).only_enforce_if(~flag)


def indicator(model: cp_model.CpModel, holds: Linear, fails: Linear) -> cp_model.IntVar:
    """Return a Boolean that is true where a constraint holds and false where its opposite does."""
    flag = model.new_bool_var("")
    choose(model, flag, holds, fails)
    return flag


def both(
    model: cp_model.CpModel, one: cp_model.LiteralT, other: cp_model.LiteralT
) -> cp_model.IntVar:
    """Return a Boolean that is true where two others are."""
    flag = model.new_bool_var("")
    model.add_implication(flag, one)
    model.add_implication(flag, other)
    model.add_bool_or(flag, ~one, ~other)
    return flag


def within(model: cp_model.CpModel, value: cp_model.IntVar, low: int, high: int) -> cp_model.IntVar:
    """Return a Boolean that is true where a value lies from one number to another."""
    inside, above, below = (model.new_bool_var("") for _ in range(3))
    model.add_exactly_one(inside, above, below)
    model.add_linear_constraint(value, low, high).only_enforce_if(inside)
    model.add(value > high).only_enforce_if(above)
    model.add(value < low).only_enforce_if(below)
    return inside
