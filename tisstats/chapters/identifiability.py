"""Tables of the page on what the published numbers determine and what they leave open."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from math import isinf
from typing import Any, NamedTuple

import pandas as pd

from tisstats.bounds import CHANGES, QUANTITIES, measures_of
from tisstats.bounds.files import CHANGE, SCORE
from tisstats.bounds.quantities import SIDES
from tisstats.chapters.premise_tables import step_text, steps_by_measure, steps_together
from tisstats.lim2021.scales import SCALES
from tisstats.printed import limit_as_printed
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.constraints import CONSTRAINTS

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
_DECIMALS = {"probability": 4, "patients": 0, "points": 1, "correlation": 2}


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
                "What it demands": each.demand,
                "Place in the article": each.place,
                "Facts named": len(each.addresses),
                "Tested at": each.tested_at,
                "Enforced at": each.enforced_at,
                "Name in the code": each.name,
            }
            for each in CONSTRAINTS
        ]
    )


def assumption_table(assumptions: Assumptions | None = None) -> pd.DataFrame:
    """List what is assumed beyond what is printed."""
    return pd.DataFrame(
        [
            {
                "What is assumed": each.words,
                "Value": each.value,
                "Reason": each.reason,
                "Can be changed": "yes" if each.adjustable else "no",
                "What becomes possible without it": each.without or "–",
                "Name in the code": each.name,
            }
            for each in (assumptions or Assumptions()).listed()
        ]
    )


def range_table(ranges: pd.DataFrame, quantities: Sequence[str], cohorts: int) -> pd.DataFrame:
    """Lay out proven ranges and their steps beside the spread of the ensemble.

    All ends are rounded outward, so that no value that is allowed lies outside the print.

    Parameters
    ----------
    ranges
        As `tisstats.bounds.with_spread` gives it.
    quantities
        Which quantities to show, in order.
    cohorts
        How many cohorts the ensemble has.
    """
    spread = f"Synthetic ensemble, lowest to highest of {cohorts:,} cohorts"
    rows = []
    for name in quantities:
        for row in _of(ranges, name):
            rows.append(
                {
                    "Quantity": heading(name, row["measure"]),
                    "Step": step_text(row["measure"], row["step"]),
                    "Least to greatest": told(row),
                    "Proof": _proof(row),
                    spread: (
                        f"{limit(row['lowest'], name, 'least')} to "
                        f"{limit(row['highest'], name, 'greatest')}"
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
    if isinf(float(row["least"])) and isinf(float(row["greatest"])):
        return "unlimited in both directions"
    return " to ".join(limit(row[side], str(row["quantity"]), side) for side in SIDES)


def limit(value: object, quantity: str, side: str) -> str:
    """Print a limit to as many places as its unit deserves, the least down, the greatest up."""
    size = float(str(value))
    if isinf(size):
        return "no limit"
    unit = QUANTITIES[quantity].unit
    if unit == "probability" and size < 0.0001:
        return "< 0.0001"
    decimals = _DECIMALS.get(unit, 2 if abs(size) < 100 else 0)
    return limit_as_printed(size, decimals, side).replace("-", "−")


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
        As `tisstats.chapters.premise_tables.compare` gives it.
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
                    "Bound": f"{which} that were proved again: {_unmoved(of_change)}",
                    "Step": _steps(of_change),
                    "As shown above": "as above",
                    "Then": "the same",
                }
            )
    return pd.DataFrame(rows)


def _unmoved(of_change: pd.DataFrame) -> str:
    """Name the limits that stay, by quantity; single ones where others of it move."""
    told = []
    for quantity, proved in of_change.groupby("quantity", sort=False):
        words, still = QUANTITIES[str(quantity)].words, proved[~proved["moved"]]
        if len(still) == len(proved):
            told.append(f"{words}, both limits")
        elif len(still):
            each = [
                row["side"]
                if row["measure"] == SCORE or proved["measure"].nunique() == 1
                # Several measures were proved again, so the measure says which limit it is.
                else f"{SCALES[row['measure']].abbreviation} {row['side']}"
                for row in still.to_dict("records")
            ]
            told.append(f"{words}, {', '.join(each)}")
    return "; ".join(told)


def _steps(of_change: pd.DataFrame) -> str:
    pairs = of_change[["measure", "step"]].drop_duplicates().to_numpy()
    return steps_together(step for pair in pairs for step in steps_by_measure(*pair).items())


def _moved(name: str, row: Mapping[Hashable, Any]) -> dict[str, str]:
    quantity, kind = str(row["quantity"]), row["proven"]
    then = limit(row["number"], quantity, row["side"])
    return {
        "Assumed instead": CHANGES[name].words,
        "Bound": f"{heading(quantity, row['measure'])}, {row['side']}",
        "Step": step_text(row["measure"], row["step"]),
        "As shown above": limit(row["number_before"], quantity, row["side"]),
        "Then": then if kind == "optimal" else f"{then} ({_reached(row['number'], kind)})",
    }


def bound_counts(ranges: pd.DataFrame) -> dict[str, object]:
    """Count the limits: attained by a cohort, only enclosing (in words), or without end."""
    reached = [
        _reached(value, proof)
        for side in ("least", "greatest")
        for value, proof in zip(ranges[side], ranges[f"proven_{side}"], strict=True)
    ]
    outer = reached.count("only enclosed")
    return {
        "bounds": len(reached),
        "bounds_optimal": reached.count("attained"),
        "bounds_outer": f"{outer} merely enclose them" if outer else "none merely encloses them",
        "bounds_unlimited": reached.count("without limit"),
    }
