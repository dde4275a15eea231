"""The Total Improvement Score in a page: calculator, its rules, and the tables to score by hand.

Form, rules and tables are written from `tisstats.measures` while the book is built; the scripts
hold the arithmetic and no number of the score.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from math import ceil

import pandas as pd

from tisstats.book.pages.calculator_rules import (
    CORE_SET_NAMES,
    EXAMPLE_ULN,
    VAS_MAXIMA,
    VISITS,
    band_names,
    example,
    rules,
)
from tisstats.book.pages.html import render, table_html
from tisstats.measures import core_set, enzymes
from tisstats.measures.core_set import (
    CORE_SET,
    CORE_SETS,
    ENZYMES,
    PRINTO_CORE_SET,
    CoreSetMeasure,
)

#: The scripts of the calculator, each after those that it needs.
SCRIPTS = tuple(
    f"calculator{part}.js"
    for part in (
        *("_numbers", "_case", "_definitions", "_score"),
        *("_words", "_form", "_plot", "_result", "_sheet", ""),
    )
)
STYLES = ("calculator.css", "calculator_sheet.css")

#: Why the numbers of the tables are not results, as JSON.
_FACTS = '"rules of the score; on the page on the score"'

#: The form's order: scales of one unit side by side, tests with settings of their own last.
_LAST = ("mmt", "cmas", "chq_phs", "enzyme")


def highest_uln_with_same_points(inputs: dict[str, str]) -> int:
    """Return the highest integer upper limit of normal that leaves creatine kinase its points.

    Parameters
    ----------
    inputs : dict of str to str
        A case such as `example` returns, whose enzyme earns points.
    """
    fall = Fraction(inputs["ck_baseline"]) - Fraction(inputs["ck_followup"])
    in_limits = 100 * fall / ENZYMES["ck"].range_in_uln
    passed = max(
        cut for cut in CORE_SET["enzyme"].cutoffs if cut < in_limits / int(inputs["uln_ck"])
    )
    return ceil(in_limits / passed) - 1


def calculator_html() -> str:
    """Return the calculator: form, empty results, and the rules as JSON for the scripts."""
    units = {unit: unit.replace("microkat", "µkat") for unit in enzymes.ENZYME_UNITS}
    maxima = {str(most): f"{most} – {name}" for most, name in core_set.MMT_MAXIMA.items()}
    measures = {key: rule.name for each in CORE_SETS.values() for key, rule in each.items()}
    return render(
        "calculator.html",
        cards=sorted(measures, key=lambda key: _LAST.index(key) + 1 if key in _LAST else 0),
        measures=measures,
        visits=VISITS,
        populations={name: name.capitalize() for name in core_set.RESPONSE_CUTOFFS},
        core_sets=CORE_SET_NAMES,
        cmas_maxima={str(core_set.CMAS_MAX): str(core_set.CMAS_MAX)}
        | {str(most): str(most) for most in core_set.CMAS_MAXIMA},
        vas={unit: f"{unit} (0 to {most})" for unit, most in VAS_MAXIMA.items()},
        mmt_maxima={"": "Select …"} | maxima | {"other": "other maximum"},
        enzymes={key: enzyme.name for key, enzyme in ENZYMES.items()},
        panels={
            "complete": "no enzyme is used",
            "measured": "it is left out",
        },
        units=units,
        limit_units={"": "as the values"} | units,
        uln=EXAMPLE_ULN,
        highest_limit=highest_uln_with_same_points(example()),
        rules=json.dumps(rules(), ensure_ascii=False),
    )


def bands_html() -> str:
    """Return bands and points, ranges and cut-offs as tables."""
    tables = []
    by_cuts = sorted(_places(), key=lambda place: place[1].cutoffs, reverse=True)
    for _, group in groupby(by_cuts, key=lambda place: place[1].cutoffs):
        alike = list(group)
        points = pd.DataFrame(
            [[name, *(f"{points:g}" for points in rule.points)] for name, rule in alike],
            columns=["Measure", *band_names(alike[0][1])],
        )
        names = "most measures" if len(alike) > 1 else "muscle strength"
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


def _places() -> Iterator[tuple[str, CoreSetMeasure]]:
    """Return the measure, or measures, of each place of the score, which have the same points."""
    for rule, child in zip(CORE_SET.values(), PRINTO_CORE_SET.values(), strict=True):
        other = "" if child.name == rule.name else f"; PRINTO: {child.name}"
        yield rule.name + other, rule


def _ranges() -> list[tuple[str, str, str]]:
    """Return the name of each measure or enzyme, its range, and which end is better."""
    maxima = ", ".join(f"{most} ({test})" for most, test in core_set.MMT_MAXIMA.items())
    vas = ", or ".join(f"0 to {most} {unit}" for unit, most in VAS_MAXIMA.items())
    fixed = {
        "mmt": f"0 to the maximum in use: {maxima}, or another",
        "haq": f"0 to {core_set.HAQ_MAX}",
        "chaq": f"0 to {core_set.HAQ_MAX}",
        "cmas": f"0 to {core_set.CMAS_MAX}; "
        + ", ".join(
            f"{most} in an earlier version"
            for most in core_set.CMAS_MAXIMA
            if most != core_set.CMAS_MAX
        ),
        "chq_phs": "a required input: no public range was found",
        "das": f"0 to {core_set.DAS_MAX}",
    }
    both = CORE_SET | PRINTO_CORE_SET
    rows: list[tuple[str, str, str]] = [
        (
            rule.name if key in CORE_SET else f"{rule.name} (PRINTO)",
            fixed.get(key, vas),
            rule.better,
        )
        for key, rule in both.items()
        if key != "enzyme"
    ]
    return rows + [
        (
            enzyme.name,
            f"{enzyme.range_in_uln} times the upper limit of normal"
            + " (an assumption)" * enzyme.assumed,
            CORE_SET["enzyme"].better,
        )
        for enzyme in ENZYMES.values()
    ]
