"""Find a witness of each bound of a table: the proofs are not repeated, only what attains them.

``python -m tisstats.bounds.attain`` writes ``data/bounds/witnesses_synthetic.csv``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd
from ortools.sat.python import cp_model

from tisstats.bounds import quantities
from tisstats.bounds.files import SCORE, UNBOUNDED, read_bounds
from tisstats.bounds.joint_search import JointSearch, values_of
from tisstats.bounds.prove import SCORE_OBJECTIVES, Prover
from tisstats.bounds.row_bounds import row_with, solve_feasible
from tisstats.bounds.rows import CORE
from tisstats.bounds.witness import Witness
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.tables.atomic import replacing


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


def witness_rows(
    quantity: str, measure: str, side: str, witness: Witness, search: JointSearch
) -> list[dict[str, str]]:
    """Return the rows of ``witnesses_synthetic.csv`` of one bound, one for each of its measures."""
    rows = []
    for each in witness.ends:
        step = search.problem(each).step
        columns = {"baseline": witness.baselines[each], "end": witness.ends[each]}
        rows.append(
            {
                **{"quantity": quantity, "measure": measure, "side": side},
                "scope": "core_set" if witness.has_core_set else "row",
                "row": each,
                "step": str(step),
                "sex": "".join("mf"[female] for female in witness.female),
                **{time: " ".join(str(v / step) for v in vs) for time, vs in columns.items()},
            }
        )
    return rows


def attain_table(bounds: pd.DataFrame, output: Path, report: Callable[[str], None]) -> None:
    """Find a witness of every bound of a table that is called sharp, and write them.

    Parameters
    ----------
    bounds
        As `read_bounds` returns it.
    output
        The file, replaced atomically.
    report
        Called with one line per bound.

    Raises
    ------
    ValueError
        If no witness of a bound is found.
    """
    published = PublishedFacts.read()
    search = JointSearch.start(published)
    rows: list[dict[str, str]] = []
    for bound in bounds.loc[bounds["proven"] == "sharp"].to_dict("records"):
        quantity, measure, side, value = (
            str(bound[name]) for name in ("quantity", "measure", "side", "value")
        )
        witness = find_witness(
            quantity,
            None if measure == SCORE else measure,
            side,
            None if value == UNBOUNDED else Fraction(value),
            published=published,
            search=search,
        )
        if witness is None:
            raise ValueError(f"no witness of the {side} of {quantity} of {measure} was found")
        rows += witness_rows(quantity, measure, side, witness, search)
        report(f"{side} {quantity} of {measure}: attained")
    with replacing(output) as part:
        pd.DataFrame(rows).to_csv(part, index=False, lineterminator="\n")


if __name__ == "__main__":
    attain_table(read_bounds(), data_directory("bounds") / "witnesses_synthetic.csv", print)
