"""Find a witness of each bound of a table: the proofs are not repeated, only what attains them.

``python -m tisstats.bounds.attain`` adds to ``data/bounds/witnesses_synthetic.csv`` those that it
lacks, and to ``data/bounds/sensitivity_witnesses_synthetic.csv`` those of the bounds with one
assumption altered, each under that assumption.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from ortools.sat.python import cp_model

from tisstats.bounds import quantities
from tisstats.bounds.assumptions import ALTERNATIVES
from tisstats.bounds.files import ALTERNATIVE, SCORE, UNBOUNDED, read_bounds, read_sensitivity
from tisstats.bounds.joint_search import JointSearch, values_of
from tisstats.bounds.prove import SCORE_OBJECTIVES, Prover
from tisstats.bounds.row_bounds import row_with, solve_feasible
from tisstats.bounds.rows import CORE
from tisstats.bounds.witness import Witness
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.tables.atomic import replacing

#: A row of a file of witnesses, by column.
Row = dict[str, str]


class Key(NamedTuple):
    """What names a bound in the files, also that of the score."""

    alternative: str  #: the assumption that is altered; empty for the main analysis
    quantity: str
    measure: str
    side: str


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


def witness_rows(key: Key, witness: Witness, search: JointSearch) -> list[Row]:
    """Return the rows of a file of witnesses of one bound, one for each of its measures.

    A file of the main analysis has no column of the altered assumption.
    """
    named = key._asdict()
    if not key.alternative:
        del named[ALTERNATIVE]
    rows = []
    for each in witness.ends:
        step = search.problem(each).step
        columns = {"baseline": witness.baselines[each], "end": witness.ends[each]}
        rows.append(
            {
                **named,
                "scope": "core_set" if witness.has_core_set else "row",
                "row": each,
                "step": str(step),
                "sex": "".join("mf"[female] for female in witness.female),
                **{time: " ".join(str(v / step) for v in vs) for time, vs in columns.items()},
            }
        )
    return rows


def attain_table(bounds: pd.DataFrame, output: Path, report: Callable[[str], None]) -> None:
    """Find a witness of every sharp bound of a table that has none in a file yet, and add them.

    The file is replaced after each witness that is found, so that a search that was stopped
    resumes where it ended. Those that are in the file are not checked again:
    ``check_witnesses.py`` does that. Remove the file to find all again.

    Parameters
    ----------
    bounds
        As `read_bounds` or `read_sensitivity` returns it.
    output
        The file, replaced atomically; in the order of the bounds.
    report
        Called with one line per bound: whether its witness was found.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    published = PublishedFacts.read()
    found = read_rows(output)
    sharp = bounds.loc[bounds["proven"] == "sharp"]
    if ALTERNATIVE not in sharp:
        sharp = sharp.assign(**{ALTERNATIVE: ""})
    order = [
        Key(*map(str, key)) for key in zip(*(sharp[name] for name in Key._fields), strict=True)
    ]
    lacking = [each for each in zip(order, sharp["value"], strict=True) if each[0] not in found]
    for alternative, same in groupby(lacking, key=lambda each: each[0].alternative):
        assumptions = ALTERNATIVES[alternative].assumptions if alternative else None
        search = JointSearch.start(published, assumptions)
        for key, value in same:
            witness = find_witness(
                key.quantity,
                None if key.measure == SCORE else key.measure,
                key.side,
                None if value == UNBOUNDED else Fraction(value),
                published=published,
                search=search,
            )
            name = f"{f'{alternative} {key.side}'.strip()} {key.quantity} of {key.measure}"
            if witness is None:
                report(f"{name}: no witness was found")
                continue
            found[key] = witness_rows(key, witness, search)
            rows = [row for each in order for row in found.get(each, [])]
            with replacing(output) as part:
                pd.DataFrame(rows).to_csv(part, index=False, lineterminator="\n")
            report(f"{name}: attained")


def read_rows(path: Path) -> dict[Key, list[Row]]:
    """Return the rows of a file of witnesses by their bounds; none if there is no file."""
    if not path.exists():
        return {}
    found: dict[Key, list[Row]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = Key(row.get(ALTERNATIVE, ""), *(row[name] for name in Key._fields[1:]))
            found.setdefault(key, []).append(row)
    return found


if __name__ == "__main__":
    folder = data_directory("bounds")
    attain_table(read_bounds(), folder / "witnesses_synthetic.csv", print)
    attain_table(read_sensitivity(), folder / "sensitivity_witnesses_synthetic.csv", print)
