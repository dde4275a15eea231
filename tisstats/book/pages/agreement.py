"""The method-agreement page: one matrix of verdicts, then each method with its cases, folded."""

from __future__ import annotations

from html import escape

import pandas as pd

from tisstats.agreement import NOT_OFFERED, Comparison, Method
from tisstats.book.notebook import show_html, table_html

#: Where the results of each kind of software come from.
_SOURCES = {
    "reference": "stored results of definitions.R",
    "computed": "computed while this book was built",
    "golden": "stored results of packages.R",
    "documented": "documentation, not run",
}

#: This project as a program. Its definitions are this project's as well.
OURS = "tisstats"

#: The script of stored results, where it is not packages.R.
_SCRIPTS = {"pspp": "pspp.R", "stats-recent": "recent.R"}


def matrix_html(comparison: Comparison) -> str:
    """Write the matrix as one table, the methods of a family under its name."""
    table = comparison.matrix()
    software = list(table.columns[2:])
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ["Method", *software])
    # The names of the programs come again with each family after the first: the head of the table
    # is out of sight by then.
    names = f'<td colspan="{len(software)}"></td>'
    body = []
    for family, rows in table.groupby("family", sort=False):
        body.append(
            f'<tr class="family"><th scope="rowgroup">{escape(str(family))}</th>{names}</tr>'
        )
        names = "".join(f"<td>{escape(name)}</td>" for name in software)
        for _, title, *cells in rows.itertuples(index=False, name=None):
            body.append(
                f'<tr><th scope="row">{escape(str(title))}</th>'
                + "".join(map(_verdict_cell, cells))
                + "</tr>"
            )
    caption = "Who agrees with the definition of each method"
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="data-table agreement"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _verdict_cell(text: str) -> str:
    absent = ' class="absent"' if text == NOT_OFFERED else ""
    return f"<td{absent}>{escape(text)}</td>"


def family_html(comparison: Comparison, family: str) -> str:
    """Write the methods of a family, each folded: its definition, the reasons, its cases.

    Raises
    ------
    ValueError
        If there is no such family.
    """
    families = comparison.evidence.families()
    if family not in families:
        raise ValueError(f"family must be one of {', '.join(families)}, got {family!r}")
    return "".join(
        _method_html(comparison, method)
        for method in comparison.evidence.methods
        if method.family == family
    )


def _method_html(comparison: Comparison, method: Method) -> str:
    titles = {software.name: software.title for software in comparison.evidence.software}
    found = {name: comparison.verdicts.get((method.name, name)) for name in titles}
    differing = {
        titles[name]: verdict for name, verdict in found.items() if verdict and not verdict.agrees
    }
    verb = "differs" if len(differing) == 1 else "differ"
    verdict_words = f"{', '.join(differing)} {verb}" if differing else "all that offer it agree"
    cases = "; ".join(case.label for case in comparison.evidence.cases if method.takes(case))
    words = [f"<p>Definition: {escape(method.definition)}.</p>", f"<p>Cases: {escape(cases)}.</p>"]
    words += [
        f"<p><strong>{escape(title)}</strong> {escape(verdict.text)}."
        + (f" {escape(verdict.reason.full)}" if verdict.reason else "")
        + "</p>"
        for title, verdict in differing.items()
    ]
    calls = comparison.table.loc[
        (comparison.table["method"] == method.name) & (comparison.table["call"] != ""),
        ["software", "call"],
    ].drop_duplicates()
    calls = calls.sort_values("software", key=lambda names: names.map(list(titles).index))
    asked = "".join(
        f"<li>{escape(titles[software])}: <code>{escape(call)}</code></li>"
        for software, call in calls.itertuples(index=False, name=None)
    )
    words.append(f"<p>Asked for as</p><ul>{asked}</ul>")
    said = comparison.evidence.documented[method.name]
    words.append(f"<p>SPSS, not run: {escape(said.statement)} ({escape(said.source)}).</p>")
    numbers = table_html(
        comparison.by_case(method),
        f"{method.title}: differences from the definition, in brackets as a share of it",
    )
    return (
        f'<details class="agreement-method" id="agreement-{method.name}">'
        f"<summary>{escape(method.title)}: {escape(verdict_words)}</summary>"
        f"{''.join(words)}{numbers}</details>"
    )


def version_table(comparison: Comparison) -> pd.DataFrame:
    """Tabulate the software: its version, and where its results come from."""
    return pd.DataFrame(
        [
            {
                "Program": software.title,
                "Version": comparison.versions[software.name] or "several releases",
                "Results": _SOURCES[software.evidence].replace(
                    "packages.R", _SCRIPTS.get(software.name, "packages.R")
                ),
                "Note": software.note,
            }
            for software in comparison.evidence.software
        ]
    )


def counts(comparison: Comparison) -> dict[str, int]:
    """Count what was compared, for the prose."""
    disagreeing = [place for place, each in comparison.verdicts.items() if not each.agrees]
    own = [place for place in comparison.verdicts if place[1] == OURS]
    own_disagreeing = [place for place in disagreeing if place[1] == OURS]
    run = [each for each in comparison.evidence.software if each.evidence in ("computed", "golden")]
    return {
        "methods_compared": len(comparison.evidence.methods),
        "cases_compared": len(comparison.evidence.cases),
        "software_compared": len(run),
        "numbers_compared": len(comparison.table),
        "pairs_compared": len(comparison.verdicts) - len(own),
        "pairs_disagreeing": len(disagreeing) - len(own_disagreeing),
        "own_methods": len(own),
        "own_disagreeing": len(own_disagreeing),
    }


def show_matrix(comparison: Comparison) -> None:
    """Display the matrix."""
    show_html(matrix_html(comparison))


def show_family(comparison: Comparison, family: str) -> None:
    """Display the methods of a family."""
    show_html(family_html(comparison, family))
