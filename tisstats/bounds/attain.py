"""Find a witness of each bound of a table: the proofs are not repeated, only what attains them."""

from __future__ import annotations

from fractions import Fraction

from ortools.sat.python import cp_model

from tisstats.bounds import quantities
from tisstats.bounds.joint_search import JointSearch, values_of
from tisstats.bounds.prove import SCORE_OBJECTIVES, Prover
from tisstats.bounds.row_bounds import row_with, solve_feasible
from tisstats.bounds.rows import CORE
from tisstats.bounds.witness import Witness
from tisstats.ledger.published import PublishedFacts


def find_witness(
    quantity: str,
    measure: str | None,
    side: str,
    value: Fraction | None,
    *,
    published: PublishedFacts,
    search: JointSearch,
) -> Witness | None:
    """Find a cohort that attains a bound, given its value.

    Parameters
    ----------
    quantity, measure, side
        As `prove_bound` takes them.
    value
        The bound, in the unit of the quantity; None where it is unbounded.
    published, search
        The printed numbers, and the search to use, with its cache.

    Returns
    -------
    Witness or None
        The core set of all patients, or of another measure its row; None where none is found.
    """
    maximise = side == "maximum"
    prover = Prover(search, published, quantity, measure, maximise)
    level = quantities.QUANTITIES[quantity].level
    if level == "pair":
        return prover.of_pair()[2]
    if level == "score":
        if value is None:
            return None
        whole = round(value / prover.score_unit)
        return prover.joint_witness({}, SCORE_OBJECTIVES[quantity], whole, value)
    problem = search.problem(str(measure))
    add_row, in_whole = row_with(problem, quantity, value, maximise=maximise)
    values = None
    if measure not in CORE:
        model = cp_model.CpModel()
        row = add_row(model)
        values = values_of(solve_feasible(model), row)
    found = prover.row_witness(value, values, add_row)
    if found is None and measure in CORE and value is not None and in_whole is not None:
        return prover.joint_witness(*prover.row_objective(), in_whole, value)
    return found
