"""Tables of the page on what the published numbers determine and what they leave open."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from math import isinf
from typing import Any, NamedTuple

import pandas as pd

from tisstats.measures.scales import SCALES
from tisstats.reconstruction.assumptions import Assumptions
from tisstats.reconstruction.bounds import CHANGES, QUANTITIES, measures_of
from tisstats.reconstruction.bounds.files import CHANGE, SCORE
from tisstats.reconstruction.constraints import CONSTRAINTS
from tisstats.reconstruction.premise_tables import (
    step_text,
    steps_by_measure,
    steps_together,
)
from tisstats.rounding import as_printed

#: What the bars of the ensemble are, written into each figure.
ENSEMBLE_STAMP = "synthetic cohorts (no real patients): nine in ten lie in the bar"

#: Values numbered on the axis of P values, and on that of counts of patients.
P_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 1.0)
PATIENT_TICKS = (0, 5, 10, 15, 19)

#: Quantities of the tables: of the score, of each measure, of pairs of core set measures.
OF_SCORES = tuple(name for name, each in QUANTITIES.items() if each.of == "score")
OF_MEASURES = tuple(name for name, each in QUANTITIES.items() if each.of == "row")
OF_PAIRS = tuple(name for name, each in QUANTITIES.items() if each.of == "pair")

#: Decimals of each unit in tables; those of P values depend on their size.
_DECIMALS = {"patients": 0, "points": 1, "correlation": 2}


class DrawnRange(NamedTuple):
    """One range, in the order in which `tisstats.figures.open_ranges.OpenRange` takes it."""

    title: str  #: outcome measure, and the step that its values are on
    least: float  #: least value, given the premises
    greatest: float  #: greatest value, given the premises
    numbers: str  #: the range as text
    proven: bool  #: whether both ends are attained
    spread: tuple[float, float, float]  #: ensemble: 5th, 50th and 95th percentile


def constraint_table() -> pd.DataFrame:
    """List what a cohort must meet, where the article has it, and the lines of code."""
    return pd.DataFrame(
        [
            {
                "Constraint": each.name,
                "What it demands": each.demand,
                "Place in the article": each.place,
                "Printed numbers": len(each.addresses),
                "Tested at": each.tested_at,
                "Enforced at": each.enforced_at,
            }
            for each in CONSTRAINTS
        ]
    )


def assumption_table(assumptions: Assumptions | None = None) -> pd.DataFrame:
    """List what is assumed beyond what is printed."""
    return pd.DataFrame(
        [
            {
                "Assumption": each.name,
                "Value": each.value,
                "Reason": each.reason,
                "Can be changed": "yes" if each.adjustable else "no",
                "Without it": each.without,
            }
            for each in (assumptions or Assumptions()).listed()
        ]
    )


def range_table(ranges: pd.DataFrame, quantities: Sequence[str]) -> pd.DataFrame:
    """Lay out proven ranges and their steps beside the spread of the ensemble.

    Parameters
    ----------
    ranges
        As `tisstats.reconstruction.bounds.with_spread` gives it.
    quantities
        Which quantities to show, in order.
    """
    rows = []
    for name in quantities:
        for row in _of(ranges, name):
            rows.append(
                {
                    "Quantity": heading(name, row["measure"]),
                    "Step": step_text(row["measure"], row["step"]),
                    "Least to greatest": told(row),
                    "Proof": _proof(row),
                    "Synthetic ensemble": (
                        f"{number(row['lowest'], name)} to {number(row['highest'], name)}"
                    ),
                }
            )
    return pd.DataFrame(rows)


def _of(ranges: pd.DataFrame, quantity: str) -> list[dict[Hashable, Any]]:
    """Give the rows of one quantity, measures in the order of the article."""
    places = {measure or SCORE: place for place, measure in enumerate(measures_of(quantity))}
    found = ranges[ranges["quantity"] == quantity]
    return found.sort_values("measure", key=lambda names: names.map(places)).to_dict("records")


def heading(quantity: str, measure: str) -> str:
    """Name a quantity of a measure, of the score or of a pair, with its unit."""
    known = QUANTITIES[quantity]
    if known.of == "row":
        scale = SCALES[measure]
        unit = {"measure": f", {scale.unit}"}.get(known.unit, "")
        return f"{scale.name}: {known.words}{unit}"
    if known.of == "pair":
        one, other = measure.split(" and ")
        return f"{SCALES[one].abbreviation} and {SCALES[other].abbreviation}: {known.words}"
    return f"Total Improvement Score: {known.words}"


def told(row: Mapping[Hashable, Any]) -> str:
    """Tell a range: ``0.011 to 0.040``, or what is without limit."""
    least, greatest = (number(row[side], str(row["quantity"])) for side in ("least", "greatest"))
    return f"{least} to {greatest}"


def number(value: object, quantity: str) -> str:
    """Print a value of a quantity to as many places as its unit deserves."""
    size = float(str(value))
    if isinf(size):
        return "no limit"
    unit = QUANTITIES[quantity].unit
    if unit == "probability":
        return "< 0.0001" if size < 0.0001 else as_printed(size, 4)
    decimals = _DECIMALS.get(unit, 2 if abs(size) < 10 else 0)
    return as_printed(size, decimals).replace("-", "−")


def _proof(row: Mapping[Hashable, Any]) -> str:
    sides = {side: _reached(row[side], row[f"proven_{side}"]) for side in ("least", "greatest")}
    if len(set(sides.values())) == 1:
        return f"both ends {sides['least']}"
    return "; ".join(f"{side} {reached}" for side, reached in sides.items())


def _reached(value: float, proof: str) -> str:
    if isinf(value):
        return "without limit"
    return "attained" if proof == "optimal" else "only enclosed"


def drawn(ranges: pd.DataFrame, quantity: str) -> list[DrawnRange]:
    """Give the ranges of one quantity of each measure, ready to be drawn."""
    return [
        DrawnRange(
            f"{SCALES[row['measure']].name} (by {step_text(row['measure'], row['step'])})",
            row["least"],
            row["greatest"],
            told(row),
            (row["proven_least"], row["proven_greatest"]) == ("optimal", "optimal"),
            (row["lower"], row["middle"], row["upper"]),
        )
        for row in _of(ranges, quantity)
    ]


def sensitivity_table(compared: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Lay out the bounds that altered premises move, and say how many they do not.

    Parameters
    ----------
    compared
        As `tisstats.reconstruction.premise_tables.compare` gives it.
    names
        Which alterations to show, in the order of `CHANGES`.
    """
    rows = []
    for name in (each for each in CHANGES if each in names):
        of_change = compared[compared[CHANGE] == name]
        moved = of_change[of_change["moved"]]
        rows += [_moved(name, row) for row in moved.to_dict("records")]
        if still := len(of_change) - len(moved):
            which = f"the other {still} of {len(of_change)}" if len(moved) else f"all {still}"
            rows.append(
                {
                    "Assumed instead": CHANGES[name].words,
                    "Bound": f"{which} that were proved again",
                    "Step": _steps(of_change),
                    "As shown above": "as above",
                    "Then": "the same",
                }
            )
    return pd.DataFrame(rows)


def _steps(of_change: pd.DataFrame) -> str:
    pairs = of_change[["measure", "step"]].drop_duplicates().to_numpy()
    return steps_together(step for pair in pairs for step in steps_by_measure(*pair).items())


def _moved(name: str, row: Mapping[Hashable, Any]) -> dict[str, str]:
    quantity, kind = str(row["quantity"]), row["proven"]
    then = _finely(row["number"], quantity)
    return {
        "Assumed instead": CHANGES[name].words,
        "Bound": f"{heading(quantity, row['measure'])}, {row['side']}",
        "Step": step_text(row["measure"], row["step"]),
        "As shown above": _finely(row["number_before"], quantity),
        "Then": then if kind == "optimal" else f"{then} ({_reached(row['number'], kind)})",
    }


def _finely(value: float, quantity: str) -> str:
    """Print a value of the measure to two places, so that small moves are seen."""
    if QUANTITIES[quantity].unit != "measure" or isinf(value):
        return number(value, quantity)
    return as_printed(value, 2).replace("-", "−")


def bound_counts(ranges: pd.DataFrame) -> dict[str, int]:
    """Count the limits: attained by a cohort, only enclosing, or without end."""
    reached = [
        _reached(value, proof)
        for side in ("least", "greatest")
        for value, proof in zip(ranges[side], ranges[f"proven_{side}"], strict=True)
    ]
    return {
        "bounds": len(reached),
        "bounds_optimal": reached.count("attained"),
        "bounds_outer": reached.count("only enclosed"),
        "bounds_unlimited": reached.count("without limit"),
    }
