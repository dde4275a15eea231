"""What the calculator's script has to know of the score, taken from `tisstats.measures`."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from tisstats.ledger.published import Published
from tisstats.lim2021.scales import SCALES
from tisstats.measures import core_set
from tisstats.measures.core_set import CORE_SET, ENZYMES, CoreSetMeasure
from tisstats.measures.enzymes import (
    ENZYME_UNITS,
    IMPLAUSIBLY_HIGH,
    IMPLAUSIBLY_LOW,
    ULN_RANGE,
)
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS

#: Measures without which no bounds of the score are given: the official calculator asks for them.
REQUIRED = ("physician_global", "mmt")

#: Upper limit of normal in the example, U/L: an assumption, since the article does not print its.
EXAMPLE_ULN = 170

_MM_PER_CM = 10
_VAS_CM = SCALES["physician_global"].high or 0

#: The ends of the visual analogue scales, by the unit that they are recorded in.
VAS_MAXIMA = {"cm": _VAS_CM, "mm": _VAS_CM * _MM_PER_CM}

#: The two visits, as field names and messages call them.
VISITS = {"baseline": "baseline", "followup": "follow-up"}


def example() -> dict[str, str]:
    """Give the printed medians as the inputs of one illustrative case; it is no person.

    Returns
    -------
    dict of str to str
        What would be typed into each field; the limit of normal is `EXAMPLE_ULN`.
    """
    published = Published.read()
    inputs = {"population": "adult", "vas_unit": "cm", "mmt_max": str(SCALES["mmt"].high)}
    for measure in CORE_SET:
        row = "ck" if measure == "enzyme" else measure
        for visit, printed in zip(VISITS, ("baseline", "end"), strict=True):
            inputs[f"{measure}_{visit}"] = published.text(f"table2.{row}.{printed}.median")
    return inputs | {"enzyme": "ck", "enzyme_unit": "U/L", "uln": str(EXAMPLE_ULN)}


def highest_equal_limit(inputs: dict[str, str]) -> int:
    """Give the highest whole limit of normal that leaves the enzyme its points.

    Parameters
    ----------
    inputs : dict of str to str
        A case as `example` gives it, whose enzyme earns points.
    """
    fall = Fraction(inputs["enzyme_baseline"]) - Fraction(inputs["enzyme_followup"])
    scale = ENZYMES[inputs["enzyme"]].range_in_uln
    rule = CORE_SET["enzyme"]

    def points(uln: int) -> float:
        percent = 100 * fall / (scale * uln)
        return rule.points[sum(cut < percent for cut in rule.cuts)]

    uln = int(inputs["uln"])
    earned = points(uln)
    while points(uln + 1) >= earned > 0:
        uln += 1
    return uln


def band_names(rule: CoreSetMeasure) -> list[str]:
    """Say the five bands of a measure in words, per cent of its range."""
    between = [f"over {low} to {high} %" for low, high in pairwise(rule.cuts)]
    return [f"worsening to {rule.cuts[0]} %", *between, f"over {rule.cuts[-1]} %"]


def fields() -> dict[str, str]:
    """Name the fields of the form as messages name them."""
    names = {
        f"{measure}_{visit}": f"{rule.name}: {word}"
        for measure, rule in CORE_SET.items()
        for visit, word in VISITS.items()
    }
    return names | {
        "mmt_max": f"{CORE_SET['mmt'].name}: maximum",
        "mmt_max_other": f"{CORE_SET['mmt'].name}: other maximum",
        "enzyme": f"{CORE_SET['enzyme'].name}: which enzyme",
        "uln": f"{CORE_SET['enzyme'].name}: upper limit of normal",
    }


def rules() -> dict[str, Any]:
    """Give all that the script needs to know of the score, ready for JSON."""
    return {
        "percent_decimals": PERCENT_DECIMALS,
        "fields": fields(),
        "required": list(REQUIRED),
        "measures": {
            key: {
                "name": rule.name,
                "better": rule.better,
                "cuts": rule.cuts,
                "points": rule.points,
                "bands": band_names(rule),
            }
            for key, rule in CORE_SET.items()
        },
        "vas": VAS_MAXIMA,
        "haq_max": core_set.HAQ_MAX,
        "mmt_maxima": list(core_set.MMT_MAXIMA),
        "enzymes": {
            key: {
                "range_in_uln": enzyme.range_in_uln,
                "assumed": enzyme.assumed,
                "uln_range": [f"{end:g}" for end in ULN_RANGE[key]],
            }
            for key, enzyme in ENZYMES.items()
        },
        "implausible": [f"{multiple:g}" for multiple in (IMPLAUSIBLY_LOW, IMPLAUSIBLY_HIGH)],
        "units": ENZYME_UNITS,
        "categories": core_set.RESPONSE_CUTS,
        "example": example(),
    }
