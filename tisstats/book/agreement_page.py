"""The method-agreement page: one matrix of verdicts, then each method with its cases, folded."""

from __future__ import annotations

from html import escape

import pandas as pd

from tisstats.agreement import Evidence, Method, by_case, matrix, verdicts, versions
from tisstats.book.notebook import show_html, table_html


def matrix_html(evidence: Evidence, comparison: pd.DataFrame, digits: int) -> str:
    """Write the matrix as one table, the methods of a family under their name.

    Parameters
    ----------
    evidence
        What was compared.
    comparison
        As `tisstats.agreement.compare` gives it.
    digits
        Significant digits to which results had to agree.
    """
    table = matrix(evidence, comparison, digits)
    software = list(table.columns[2:])
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ["Method", *software])
    body = []
    for family, rows in table.groupby("family", sort=False):
        body.append(
            f'<tr><th scope="rowgroup">{escape(str(family))}</th>'
            f'<td colspan="{len(software)}"></td></tr>'
        )
        for _, title, *cells in rows.itertuples(index=False, name=None):
            body.append(
                f'<tr><th scope="row">{escape(str(title))}</th>'
                + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
                + "</tr>"
            )
    caption = "Who agrees with the definition of each method"
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="data-table agreement"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def family_html(evidence: Evidence, comparison: pd.DataFrame, family: str, digits: int) -> str:
    """Write the methods of a family, each folded: its definition, its cases, the reasons."""
    return "".join(
        _method_html(evidence, comparison, method, digits)
        for method in evidence.methods
        if method.family == family
    )


def _method_html(evidence: Evidence, comparison: pd.DataFrame, method: Method, digits: int) -> str:
    titles = {software.name: software.title for software in evidence.software}
    judged = {
        software: verdict
        for (name, software), verdict in verdicts(evidence, comparison, digits).items()
        if name == method.name
    }
    differing = [titles[software] for software, each in judged.items() if not each.agrees]
    summary = f"disagrees: {', '.join(differing)}" if differing else "all agree that offer it"
    words = [f"<p>Definition: {escape(method.definition)}.</p>"]
    words += [
        f"<p><strong>{escape(titles[software])}</strong> {escape(verdict.text)}."
        + (f" {escape(verdict.reason.full)}" if verdict.reason else "")
        + "</p>"
        for software, verdict in judged.items()
        if not verdict.agrees
    ]
    calls = comparison[(comparison["method"] == method.name) & (comparison["call"] != "")]
    asked = calls[["software", "call"]].drop_duplicates().groupby("software", sort=False)["call"]
    if len(calls):
        how = "; ".join(f"{titles[str(name)]}: {', '.join(call)}" for name, call in asked)
        words.append(f"<p>Asked for as: <code>{escape(how)}</code></p>")
    said = evidence.documented[method.name]
    words.append(f"<p>SPSS: {escape(said.statement)} ({escape(said.source)}).</p>")
    cases = table_html(
        by_case(evidence, comparison, method),
        f"{method.title}: difference from the definition, and as a share of it",
    )
    return (
        f'<details class="agreement-method" id="agreement-{method.name}">'
        f"<summary>{escape(method.title)}: {escape(summary)}</summary>"
        f"{''.join(words)}{cases}</details>"
    )


def version_table(evidence: Evidence, comparison: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the software: version, and where its results come from."""
    how = {
        "reference": "stored results of definitions.R",
        "computed": "computed while this book was built",
        "golden": "stored results of packages.R",
        "documented": "documentation",
    }
    named = versions(evidence, comparison)
    return pd.DataFrame(
        [
            {
                "Software": software.title,
                "Version": named[software.name] or "several releases",
                "Results": "stored results of pspp.R"
                if software.name == "pspp"
                else how[software.evidence],
                "Note": software.note,
            }
            for software in evidence.software
        ]
    )


def counts(evidence: Evidence, comparison: pd.DataFrame) -> dict[str, int]:
    """Count what was compared, for the prose."""
    judged = verdicts(evidence, comparison)
    return {
        "methods_compared": len(evidence.methods),
        "cases_compared": len(evidence.cases),
        "software_compared": len(evidence.software) - 1,
        "numbers_compared": len(comparison),
        "pairs_compared": len(judged),
        "pairs_disagreeing": int(
            (~comparison.groupby(["method", "software"])["agrees"].all()).sum()
        ),
        "own_disagreements": int(
            (~comparison.loc[comparison["software"] == "tisstats", "agrees"]).sum()
        ),
    }


def show_matrix(evidence: Evidence, comparison: pd.DataFrame, digits: int) -> None:
    """Display the matrix."""
    show_html(matrix_html(evidence, comparison, digits))


def show_family(evidence: Evidence, comparison: pd.DataFrame, family: str, digits: int) -> None:
    """Display the methods of a family."""
    show_html(family_html(evidence, comparison, family, digits))
