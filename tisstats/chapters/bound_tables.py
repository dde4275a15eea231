"""Tables of proven bounds on unpublished quantities, with steps, proofs and sensitivity."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import isinf
from typing import Any

import pandas as pd

from tisstats.bounds import ALTERNATIVES, QUANTITIES, SIDES, measures_of_quantity
from tisstats.bounds.assumptions import OR
from tisstats.bounds.files import ALTERNATIVE, SCORE
from tisstats.bounds.quantities import AND, measures_behind
from tisstats.chapters.page import Rows
from tisstats.chapters.result_facts import LABEL, WORDS, Facts
from tisstats.figures.bound_ranges import BoundRange, EnsemblePercentiles
from tisstats.lim2021.scales import SCALES
from tisstats.printed import format_outward

Row = Mapping[Hashable, Any]

#: Decimals of each unit in tables; those of P values depend on their size.
_DECIMALS = {"probability": 4, "patients": 0, "points": 1, "correlation": 2}

#: P values below this are shown as less than it.
_SMALLEST_PRINTED_P = 0.0001

#: What the columns of a table of altered assumptions are: a bound, before and after.
SENSITIVITY = {
    "Bound": LABEL,
    "Original bound": Facts(
        "{bound}< (outer bound only)>",
        method="optimised under the stated assumptions, rounded outward",
    ),
    "New bound": Facts(
        "{bound}< (outer bound only)>", method="optimised with one assumption altered"
    ),
    "*": WORDS,
}

#: Units of the quantities, by their headings.
UNITS = {
    "*: P of*": Facts(unit="probability"),
    "*correlation*": Facts(unit="coefficient"),
    "*patients*": Facts(unit="patients"),
    "*responders*": Facts(unit="patients"),
    "*, cm*": Facts(unit="cm"),
    "*, U/L*": Facts(unit="U/L"),
    "*, N": Facts(unit="N"),
    "*, N, *": Facts(unit="N"),
    "*, grade*": Facts(unit="grades"),
    "*, point*": Facts(unit="points"),
    "Total Improvement Score:*": Facts(unit="points"),
}

_KEY = ["quantity", "measure", "side"]


def format_step(measure: str, steps: str) -> str:
    """Format the steps assumed for a bound, with units and, for several measures, their names.

    Parameters
    ----------
    measure, steps
        As in the columns ``measure`` and ``step`` of the table of bounds.

    Examples
    --------
    >>> format_step("haq", "1/8 or 1/7"), format_step("mmt and ck", "1 and 1")
    ('1/8 or 1/7 point', 'MMT 1 point; sCK 1 U/L')
    """
    return format_steps(_step_of_each(measure, steps))


def _step_of_each(measure: str, steps: str) -> dict[str, str]:
    measures = measures_behind(None if measure == SCORE else measure)
    return dict(zip(measures, steps.split(AND), strict=True))


def format_steps(steps: Mapping[str, str]) -> str:
    """Format the steps of measures, those on the same step together.

    >>> format_steps({"deltoid": "1/6", "biceps": "1/6"}), format_steps({"mrs": "1"})
    ('Deltoid, Biceps 1/6 N', '1 grade')
    """
    grouped: dict[str, list[str]] = {}
    for name, step in steps.items():
        grouped.setdefault(_in_unit(name, step), []).append(SCALES[name].abbreviation)
    if len(steps) == 1:
        return next(iter(grouped))
    return "; ".join(f"{', '.join(names)} {step}" for step, names in grouped.items())


def _in_unit(measure: str, steps: str) -> str:
    values = [Fraction(step) for step in steps.split(OR)]
    unit = SCALES[measure].unit
    # A step with at most two decimal places is shown as a decimal, others as a fraction.
    texts = [f"{float(each):g}" if (each * 100).denominator == 1 else str(each) for each in values]
    return f"{OR.join(texts)} {unit.removesuffix('s') if max(values) <= 1 else unit}"


def quantity_heading(quantity: str, measure: str) -> str:
    """Name a quantity of a measure, of the score or of a pair, with its unit."""
    known = QUANTITIES[quantity]
    if known.level == "row":
        scale = SCALES[measure]
        unit = f", {scale.unit}" if known.unit == "measure" else ""
        return f"{scale.name}: {known.description}{unit}"
    if known.level == "pair":
        one, other = measure.split(AND)
        return f"{SCALES[one].abbreviation} and {SCALES[other].abbreviation}: {known.description}"
    return f"Total Improvement Score: {known.description}"


def format_bound(value: object, quantity: str, side: str) -> str:
    """Format a bound, rounded outward to the decimals of its unit."""
    size = float(str(value))
    if isinf(size):
        return "unbounded"
    unit = QUANTITIES[quantity].unit
    if unit == "probability" and size < _SMALLEST_PRINTED_P:
        return f"< {_SMALLEST_PRINTED_P}"
    decimals = _DECIMALS.get(unit, 2 if abs(size) < 100 else 0)
    return format_outward(size, decimals, side).replace("-", "−")


def format_bound_range(row: Row, sides: Sequence[str] = SIDES) -> str:
    """Format the lower and upper bound of a row, such as ``0.011 to 0.040``.

    Parameters
    ----------
    row
        With the quantity and a value in each of two columns.
    sides
        Names of these columns.
    """
    if all(isinf(float(row[side])) for side in sides):
        return "unbounded"
    quantity = str(row["quantity"])
    ends = (format_bound(row[key], quantity, side) for key, side in zip(sides, SIDES, strict=True))
    return " to ".join(ends)


def describe_proof(value: float, proven: str) -> str:
    """Describe how a bound is proven: attained by a cohort, outer bound only, or unbounded."""
    if isinf(value):
        return "unbounded"
    return "attained" if proven == "sharp" else "outer bound only"


def count_proofs(bounds: Iterable[tuple[float, str]], prefix: str = "bounds") -> dict[str, object]:
    """Count bounds by proof: attained by a cohort, outer bounds (in words), or unbounded.

    Parameters
    ----------
    bounds
        The value, infinite where unbounded, and what is proven of it.
    prefix
        What the names of the counts begin with.
    """
    proofs = [describe_proof(value, proven) for value, proven in bounds]
    outer = proofs.count("outer bound only")
    return {
        prefix: len(proofs),
        f"{prefix}_optimal": proofs.count("attained"),
        f"{prefix}_outer": f"{outer} are outer bounds"
        if outer
        else "none is merely an outer bound",
        f"{prefix}_unlimited": proofs.count("unbounded"),
    }


def bounds_of_ranges(ranges: pd.DataFrame) -> list[tuple[float, str]]:
    """Return both bounds of each range, and what is proven of them."""
    return [
        bound
        for side in SIDES
        for bound in zip(ranges[side], ranges[f"proven_{side}"], strict=True)
    ]


def quantity_rows(ranges: pd.DataFrame, quantity: str) -> list[dict[Hashable, Any]]:
    """Return the rows of one quantity, measures in the order of the article."""
    places = {name or SCORE: place for place, name in enumerate(measures_of_quantity(quantity))}
    found = ranges[ranges["quantity"] == quantity]
    return found.sort_values("measure", key=lambda names: names.map(places)).to_dict("records")


def range_rows(ranges: pd.DataFrame, kind: str, cohorts: int) -> Rows:
    """Yield proven ranges and the range in the ensemble.

    All ends are rounded outward, so that no possible value lies outside the printed range.

    Parameters
    ----------
    ranges
        As `tisstats.bounds.join_spread` returns it.
    kind
        Kind of quantity: ``score``, ``row`` (each measure) or ``pair``.
    cohorts
        Number of cohorts in the ensemble.
    """
    ensemble = f"Range in {cohorts} synthetic cohorts"
    for name in (name for name, quantity in QUANTITIES.items() if quantity.level == kind):
        for row in quantity_rows(ranges, name):
            yield {
                "Quantity": quantity_heading(name, row["measure"]),
                "Bounds": format_bound_range(row),
                "Attained?": _both_proofs(row),
                ensemble: format_bound_range(row, ("ensemble_min", "ensemble_max")),
            }


def steps_note(ranges: pd.DataFrame, kind: str) -> str:
    """Return the step of each measure behind the rows of `range_rows`, as a sentence."""
    quantities = [name for name, quantity in QUANTITIES.items() if quantity.level == kind]
    return f"Assumed steps: {_steps(ranges[ranges['quantity'].isin(quantities)])}."


def _both_proofs(row: Row) -> str:
    proofs = {side: describe_proof(row[side], row[f"proven_{side}"]) for side in SIDES}
    if len(set(proofs.values())) == 1:
        return f"both ends {proofs['minimum']}"
    return "; ".join(f"{side} {proof}" for side, proof in proofs.items())


def bound_ranges(ranges: pd.DataFrame, quantity: str) -> list[BoundRange]:
    """Return the ranges of one quantity of each measure, to be drawn."""
    return [
        BoundRange(
            title=SCALES[row["measure"]].name,
            lower=row["minimum"],
            upper=row["maximum"],
            numbers=format_bound_range(row),
            attained=row["proven_minimum"] == row["proven_maximum"] == "sharp",
            ensemble=EnsemblePercentiles(
                row["ensemble_p05"], row["ensemble_median"], row["ensemble_p95"]
            ),
        )
        for row in quantity_rows(ranges, quantity)
    ]


def compare_sensitivity(bounds: pd.DataFrame, sensitivity: pd.DataFrame) -> pd.DataFrame:
    """Join bounds under an altered assumption with the original bounds.

    Returns
    -------
    DataFrame
        The columns of ``sensitivity``, and ``step_before``, ``number_before``, ``proven_before``
        and ``moved``: whether the value changes.
    """
    columns = [*_KEY, "step", "value", "number", "proven"]
    both = sensitivity.merge(bounds[columns], on=_KEY, how="left", suffixes=("", "_before"))
    return both.assign(moved=both["value"] != both["value_before"])


def sensitivity_rows(compared: pd.DataFrame, names: Collection[str]) -> Rows:
    """Yield the bounds that change altered assumptions, and how many do not.

    Parameters
    ----------
    compared
        As `compare_sensitivity` returns it.
    names
        Alterations to show, in the order of `ALTERNATIVES`.
    """
    for name in (change for change in ALTERNATIVES if change in names):
        of_change = compared[compared[ALTERNATIVE] == name]
        moved = of_change[of_change["moved"]]
        yield from (_moved(name, row) for row in moved.to_dict("records"))
        if still := len(of_change) - len(moved):
            which = f"the other {still} of {len(of_change)}" if len(moved) else f"all {still}"
            yield {
                "Alternative assumption": ALTERNATIVES[name].statement,
                "Bound": f"{which} that were recomputed: {_unmoved(of_change)}",
                "Step": _steps(of_change),
                "Original bound": "as above",
                "New bound": "unchanged",
            }


def _moved(name: str, row: Row) -> dict[str, str]:
    quantity, kind = str(row["quantity"]), row["proven"]
    then = format_bound(row["number"], quantity, row["side"])
    return {
        "Alternative assumption": ALTERNATIVES[name].statement,
        "Bound": f"{quantity_heading(quantity, row['measure'])}, {row['side']}",
        "Step": format_step(row["measure"], row["step"]),
        "Original bound": format_bound(row["number_before"], quantity, row["side"]),
        "New bound": then if kind == "sharp" else f"{then} ({describe_proof(row['number'], kind)})",
    }


def _unmoved(of_change: pd.DataFrame) -> str:
    """Name the bounds that do not change, by quantity; single ones where others of it do."""
    names = []
    for quantity, proved in of_change.groupby("quantity", sort=False):
        words, still = QUANTITIES[str(quantity)].description, proved[~proved["moved"]]
        if len(still) == len(proved):
            names.append(f"{words}, both bounds")
        elif len(still):
            each = [
                row["side"]
                if row["measure"] == SCORE or proved["measure"].nunique() == 1
                # With several measures, the measure says which bound it is.
                else f"{SCALES[row['measure']].abbreviation} {row['side']}"
                for row in still.to_dict("records")
            ]
            names.append(f"{words}, {', '.join(each)}")
    return "; ".join(names)


def _steps(of_change: pd.DataFrame) -> str:
    pairs: Iterable[tuple[str, str]] = of_change[["measure", "step"]].itertuples(index=False)
    steps: dict[str, str] = {}
    for measure, step in pairs:
        steps |= _step_of_each(measure, step)
    return format_steps(steps)
