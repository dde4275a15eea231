"""The Total Improvement Score in a page: calculator, its rules, and the tables to score by hand.

Form, rules and tables are written from `tisstats.measures` while the book is built. The script
``calculator.js`` holds the arithmetic and no number of the score.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import groupby
from math import ceil
from typing import Any

import pandas as pd

from tisstats.book.pages.html import render, table_html
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures import core_set, enzymes
from tisstats.measures.core_set import CORE_SET, ENZYMES, CoreSetMeasure
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.measures.visit_table import VAS_UNITS
from tisstats.teaching.wording import band_labels

#: Why the numbers of the tables are no results, as JSON.
_FACTS = '"rules of the score; on the page on the score"'

#: The form's order: scales of one unit side by side, tests with settings of their own last.
_CARDS = sorted(CORE_SET, key=("mmt", "enzyme").count)

#: Measures without which the score is not bounded: the official calculator asks for them.
REQUIRED = ("physician_global", "mmt")

#: Upper limit of normal in the example, U/L: an assumption, since the article does not print its.
EXAMPLE_ULN = 170

#: The ends of the visual analogue scales, by the unit that they are recorded in.
VAS_MAXIMA = {unit: most for most, unit in VAS_UNITS.items()}

#: The two visits, as field names and messages call them.
VISITS = {"baseline": "baseline", "followup": "follow-up"}


@cache
def example() -> dict[str, str]:
    """Return the printed medians as the inputs of one illustrative case.

    Returns
    -------
    dict of str to str
        Entry of each field; the upper limit of normal is `EXAMPLE_ULN`.
    """
    published = PublishedFacts.read()
    inputs = {"population": "adult", "vas_unit": "cm", "mmt_max": str(SCALES["mmt"].high)}
    for measure in CORE_SET:
        row = "ck" if measure == "enzyme" else measure
        for visit, printed in zip(VISITS, ("baseline", "end"), strict=True):
            inputs[f"{measure}_{visit}"] = published.text(f"table2.{row}.{printed}.median")
    return inputs | {"enzyme": "ck", "enzyme_unit": "U/L", "uln": str(EXAMPLE_ULN)}


def highest_uln_with_same_points(inputs: dict[str, str]) -> int:
    """Return the highest integer upper limit of normal that leaves the enzyme its points.

    Parameters
    ----------
    inputs : dict of str to str
        A case such as `example` returns, whose enzyme earns points.
    """
    fall = Fraction(inputs["enzyme_baseline"]) - Fraction(inputs["enzyme_followup"])
    in_limits = 100 * fall / ENZYMES[inputs["enzyme"]].range_in_uln
    passed = max(cut for cut in CORE_SET["enzyme"].cutoffs if cut < in_limits / int(inputs["uln"]))
    return ceil(in_limits / passed) - 1


def band_names(rule: CoreSetMeasure) -> list[str]:
    """Return the names of the five bands of a measure; the first one includes worsening."""
    lowest, *others = band_labels(rule.cutoffs)
    return [f"{lowest}, or worsening", *others]


def fields() -> dict[str, str]:
    """Return the fields of the form with their names in messages."""
    names = {
        f"{measure}_{visit}": f"{rule.name}: {word}"
        for measure, rule in CORE_SET.items()
        for visit, word in VISITS.items()
    }
    return names | {
        "mmt_max": f"{CORE_SET['mmt'].name}: maximum",
        "mmt_max_other": f"{CORE_SET['mmt'].name}: other maximum",
        "enzyme": f"{CORE_SET['enzyme'].name}: enzyme",
        "uln": f"{CORE_SET['enzyme'].name}: upper limit of normal",
    }


def rules() -> dict[str, Any]:
    """Return the scoring rules for the script, ready for JSON."""
    return {
        "percent_decimals": PERCENT_DECIMALS,
        "fields": fields(),
        "required": list(REQUIRED),
        "measures": {
            key: {
                "name": rule.name,
                "better": rule.better,
                "cuts": rule.cutoffs,
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
                "uln_range": [f"{end:g}" for end in enzymes.ULN_RANGE[key]],
            }
            for key, enzyme in ENZYMES.items()
        },
        "implausible": [
            f"{multiple:g}" for multiple in (enzymes.IMPLAUSIBLY_LOW, enzymes.IMPLAUSIBLY_HIGH)
        ],
        "units": enzymes.ENZYME_UNITS,
        "categories": core_set.RESPONSE_CUTOFFS,
        "example": example(),
    }


def calculator_html() -> str:
    """Return the calculator: form, empty results, and the rules as JSON for the script."""
    units = {unit: unit.replace("microkat", "µkat") for unit in enzymes.ENZYME_UNITS}
    choose = {"": "Select …"}
    maxima = {str(most): f"{most} – {name}" for most, name in core_set.MMT_MAXIMA.items()}
    return render(
        "calculator.html",
        cards=_CARDS,
        measures={key: rule.name for key, rule in CORE_SET.items()},
        visits=VISITS,
        populations={name: name.capitalize() for name in core_set.RESPONSE_CUTOFFS},
        vas={unit: f"{unit} (0 to {most})" for unit, most in VAS_MAXIMA.items()},
        mmt_maxima=choose | maxima | {"other": "other maximum"},
        enzymes=choose | {key: enzyme.name for key, enzyme in ENZYMES.items()},
        units=units,
        limit_units={"": "as the values"} | units,
        uln=EXAMPLE_ULN,
        highest_limit=highest_uln_with_same_points(example()),
        rules=json.dumps(rules(), ensure_ascii=False),
    )


def bands_html() -> str:
    """Return bands and points, ranges and cut-offs as tables."""
    tables = []
    by_cuts = sorted(CORE_SET.values(), key=lambda rule: rule.cutoffs, reverse=True)
    for _, group in groupby(by_cuts, key=lambda rule: rule.cutoffs):
        alike = list(group)
        points = pd.DataFrame(
            [[rule.name, *(f"{points:g}" for points in rule.points)] for rule in alike],
            columns=["Measure", *band_names(alike[0])],
        )
        names = "most measures" if len(alike) > 1 else alike[0].name.lower()
        tables.append(
            table_html(points, f"Points by improvement (% of range): {names}", facts=_FACTS)
        )
    ranges = pd.DataFrame(_ranges(), columns=["Measure", "Range", "Better"])
    tables.append(table_html(ranges, "Range and direction of each measure", facts=_FACTS))
    cuts = pd.DataFrame(
        [
            {"Patients": name.capitalize(), **cuts}
            for name, cuts in core_set.RESPONSE_CUTOFFS.items()
        ]
    )
    tables.append(table_html(cuts, "Minimum score for each category of improvement", facts=_FACTS))
    return "".join(tables)


def _ranges() -> Sequence[tuple[str, str, str]]:
    """Return the name of each measure or enzyme, its range, and which end is better."""
    maxima = ", ".join(f"{most} ({test})" for most, test in core_set.MMT_MAXIMA.items())
    fixed = {
        "mmt": f"0 to the maximum in use: {maxima}, or another",
        "haq": f"0 to {core_set.HAQ_MAX}",
    }
    vas = ", or ".join(f"0 to {most} {unit}" for unit, most in VAS_MAXIMA.items())
    rules = {key: rule for key, rule in CORE_SET.items() if key != "enzyme"}
    return [(rule.name, fixed.get(key, vas), rule.better) for key, rule in rules.items()] + [
        (
            enzyme.name,
            f"{enzyme.range_in_uln} times the upper limit of normal"
            + " (an assumption)" * enzyme.assumed,
            CORE_SET["enzyme"].better,
        )
        for enzyme in ENZYMES.values()
    ]
