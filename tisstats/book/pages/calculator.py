"""The calculator as HTML: a form with empty results, and the tables to score by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from tisstats.book.notebook import table_html
from tisstats.book.pages.calculator_rules import (
    VAS_MAXIMA,
    VISITS,
    band_names,
    example,
    highest_equal_limit,
    rules,
)
from tisstats.measures import core_set
from tisstats.measures.core_set import CORE_SET, ENZYMES, CoreSetMeasure
from tisstats.measures.enzymes import ENZYME_UNITS

#: The form's order: scales of one unit side by side, tests with settings of their own last.
_CARDS = sorted(CORE_SET, key=("mmt", "enzyme").count)
_UNITS = {unit: unit.replace("microkat", "µkat") for unit in ENZYME_UNITS}

# ---- The form ----


def _radios(name: str, legend: str, choices: Mapping[Any, str]) -> str:
    buttons = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{" checked" * (not position)}> '
        f"{escape(label)}</label>"
        for position, (value, label) in enumerate(choices.items())
    )
    return f'<fieldset class="calculator-choice"><legend>{legend}</legend>{buttons}</fieldset>'


def _select(name: str, label: str, choices: Mapping[Any, str]) -> str:
    options = "".join(
        f'<option value="{escape(value)}">{escape(text)}</option>'
        for value, text in choices.items()
    )
    control = f'<select id="tis-{name}" name="{name}" aria-describedby="tis-{name}-message">'
    return _field(name, label, f"{control}{options}</select>")


def _number(name: str, label: str, hint: str = "") -> str:
    described = f"{hint} tis-{name}-message".strip()
    control = (
        f'<input id="tis-{name}" name="{name}" type="text" inputmode="decimal" maxlength="16" '
        f'aria-describedby="{described}">'
    )
    return _field(name, label, control)


def _field(name: str, label: str, control: str) -> str:
    return (
        f'<div class="calculator-field"><label for="tis-{name}">{escape(label)}</label>{control}'
        f'<span class="calculator-message" id="tis-{name}-message"></span></div>'
    )


def _strength_test() -> str:
    """Write the choice of the muscle test; none is chosen to begin with."""
    maxima = {str(most): f"{most} – {name}" for most, name in core_set.MMT_MAXIMA.items()}
    choices = {"": "choose …"} | maxima | {"other": "another maximum"}
    return _select("mmt_max", "Maximum of the test (required)", choices) + _number(
        "mmt_max_other", "Other maximum"
    )


def _enzyme_and_limit() -> str:
    """Write the choice of the enzyme and its upper limit of normal."""
    names = {"": "choose …"} | {key: enzyme.name for key, enzyme in ENZYMES.items()}
    return (
        _select("enzyme", "Enzyme, most abnormal at baseline (required)", names)
        + _number("uln", "Upper limit of normal (required)")
        + _select("uln_unit", "Unit of the limit", {"": "as the values"} | _UNITS)
    )


def _card(measure: str) -> str:
    hint = f"tis-{measure}-hint"
    before, after = "", ""
    if measure == "mmt":
        before = _strength_test()
    if measure == "enzyme":
        before = _enzyme_and_limit()
        after = _select("enzyme_unit", "Unit of the values", _UNITS)
    values = "".join(
        _number(f"{measure}_{visit}", word.capitalize(), hint) for visit, word in VISITS.items()
    )
    return (
        f'<fieldset class="calculator-card" data-card="{measure}">'
        f"<legend>{escape(CORE_SET[measure].name)}</legend>"
        f'<p class="calculator-hint" id="{hint}"></p>{before}{values}{after}</fieldset>'
    )


_BUTTONS = (
    ("copy", "Copy link to this case"),
    ("clear", "Clear"),
    ("example", "Example"),
)

_TOTAL = """\
<div class="calculator-total" hidden>
<output id="tis-total" aria-live="polite"></output>
<div class="calculator-scale" aria-hidden="true"></div>
</div>
"""

_RESULTS = """\
<p id="tis-basis"></p>
<p id="tis-attainable"></p>
<div class="table-scroll" tabindex="0" role="region" aria-label="Points of each measure">
<table class="data-table calculator-points"><caption>Points of each measure</caption>
<thead><tr><th scope="col">Measure</th><th scope="col">Improvement, % of range</th>
<th scope="col">Band</th><th scope="col">Points</th>
<th scope="col">Attainable from this baseline</th></tr></thead>
<tbody>{rows}</tbody></table></div>
"""


def calculator_html() -> str:
    """Write the calculator: form, empty results, and the rules as JSON for the script."""
    populations = {name: name.capitalize() for name in core_set.RESPONSE_CUTS}
    vas = {unit: f"{unit} (0 to {most})" for unit, most in VAS_MAXIMA.items()}
    buttons = "".join(
        f'<button type="button" id="tis-{name}">{label}</button>' for name, label in _BUTTONS
    )
    rows = "".join(
        f'<tr data-measure="{key}"><th scope="row">{escape(rule.name)}</th>{"<td></td>" * 4}</tr>'
        for key, rule in CORE_SET.items()
    )
    # "</" would end the script element early.
    data = json.dumps(rules(), ensure_ascii=False).replace("</", "<\\/")
    return (
        '<div class="calculator" id="tis-calculator">'
        '<p class="calculator-off">The calculator needs JavaScript, which is off here. '
        "The tables below hold all that is needed to score by hand.</p>"
        '<form hidden novalidate autocomplete="off" aria-label="Total Improvement Score">'
        f'<div class="calculator-choices">{_radios("population", "Patient", populations)}'
        f"{_radios('vas_unit', 'Visual analogue scales in', vas)}</div>"
        f'<div class="calculator-cards">{"".join(map(_card, _CARDS))}</div>'
        f'<p class="calculator-buttons">{buttons}</p>'
        '<p id="tis-copied" role="status"></p>'
        '<p id="tis-link-field" hidden><label for="tis-link">Link to this case</label>'
        '<input id="tis-link" type="text" readonly></p>'
        f'<p class="calculator-example" id="tis-example-note" hidden>{_example_note()}</p>'
        "</form>"
        f"{_TOTAL}"
        f'<div class="calculator-results" hidden>{_RESULTS.format(rows=rows)}</div>'
        f'<script type="application/json" id="tis-rules">{data}</script></div>'
    )


def _example_note() -> str:
    inputs = example()
    return (
        "<strong>An illustration made of medians, not a person.</strong> These are the medians "
        "that the article prints in its Table 2, put together as if one patient had them all. The "
        f"article does not print its upper limit of normal: {inputs['uln']} U/L is assumed, and "
        f"any limit up to {highest_equal_limit(inputs)} U/L gives the same points."
    )


# ---- The reference ----


def bands_html() -> str:
    """Write bands and points, ranges and cut-offs as tables, straight from the rules."""
    tables = []
    for _, group in groupby(_by_cuts(), key=lambda rule: rule.cuts):
        alike = list(group)
        bands = band_names(alike[0])
        points = pd.DataFrame(
            [
                {"Measure": rule.name, **dict(zip(bands, map(_written, rule.points), strict=True))}
                for rule in alike
            ]
        )
        names = "most measures" if len(alike) > 1 else alike[0].name.lower()
        caption = f"Points by improvement in per cent of the range: {names}"
        tables.append(table_html(points, caption))
    ranges = pd.DataFrame(_ranges(), columns=["Measure", "Range", "Better"])
    tables.append(table_html(ranges, "Range and direction of each measure"))
    cuts = pd.DataFrame(
        [
            {"Patients": name.capitalize(), **{key: str(cut) for key, cut in cuts.items()}}
            for name, cuts in core_set.RESPONSE_CUTS.items()
        ]
    )
    tables.append(table_html(cuts, "Least score of each category of improvement"))
    return "".join(tables)


def _by_cuts() -> list[CoreSetMeasure]:
    """Put measures of equal bands side by side."""
    return sorted(CORE_SET.values(), key=lambda rule: rule.cuts, reverse=True)


def _ranges() -> list[tuple[str, str, str]]:
    better = {key: rule.better for key, rule in CORE_SET.items()}
    maxima = ", ".join(f"{most} ({test})" for most, test in core_set.MMT_MAXIMA.items())
    fixed = {
        "mmt": f"the maximum of the test: {maxima}, or another",
        "haq": f"0 to {core_set.HAQ_MAX}",
    }
    vas = ", or ".join(f"0 to {most} {unit}" for unit, most in VAS_MAXIMA.items())
    rows: list[tuple[str, str, str]] = [
        (rule.name, fixed.get(key, vas), better[key])
        for key, rule in CORE_SET.items()
        if key != "enzyme"
    ]
    for enzyme in ENZYMES.values():
        assumed = " (an assumption)" if enzyme.assumed else ""
        scale = f"{enzyme.range_in_uln} times the upper limit of normal{assumed}"
        rows.append((enzyme.name, scale, better["enzyme"]))
    return rows


def _written(points: float) -> str:
    return f"{points:g}"
