"""Solve a CP-SAT model the same way every time: one worker, one seed, a deterministic limit."""

from __future__ import annotations

from ortools.sat.python import cp_model

#: Deterministic time after which a solve gives up; a second or two of a processor each.
LIMIT = 150.0


class NoProofError(RuntimeError):
    """Raised when the deterministic limit came before a proof."""


def solve(model: cp_model.CpModel, limit: float = LIMIT) -> cp_model.CpSolver | None:
    """Solve to proof; None is a proof that there is no solution.

    Raises
    ------
    NoProofError
        If the limit comes first.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = limit
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise NoProofError(
            f"no proof within a deterministic time of {limit:g}: {solver.status_name(status)}"
        )
    return solver
