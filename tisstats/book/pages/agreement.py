"""The method-agreement page: one matrix of verdicts, then each method with its cases, folded."""

from __future__ import annotations

import pandas as pd

from tisstats.agreement import NOT_OFFERED, Comparison, Method
from tisstats.book.notebook import show_html
from tisstats.book.pages.html import render, table_html

#: Where the results of each kind of software come from.
_SOURCES = {
    "reference": "stored results of definitions.R",
    "computed": "computed while this book was built",
    "golden": "stored results of {script}",
    "documented": "documentation, not run",
}

#: This project as a program. Its definitions are this project's as well.
OURS = "tisstats"

#: The script of stored results, where it is not packages.R.
_SCRIPTS = {"pspp": "pspp.R", "stats-recent": "recent.R"}


def matrix_html(comparison: Comparison) -> str:
    """Return the matrix as one table, the methods of a family under its name."""
    table = comparison.matrix()
    families = {
        family: rows.drop(columns="family").to_numpy().tolist()
        for family, rows in table.groupby("family", sort=False)
    }
    software = list(table.columns[2:])
    return render("agreement.html", families=families, software=software, not_offered=NOT_OFFERED)


def family_html(comparison: Comparison, family: str) -> str:
    """Return the methods of a family, each folded: its definition, the reasons, its cases.

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
    found = {title: comparison.verdicts.get((method.name, name)) for name, title in titles.items()}
    table = comparison.table
    calls = table[(table["method"] == method.name) & (table["call"] != "")]
    calls = calls[["software", "call"]].drop_duplicates()
    calls = calls.sort_values("software", key=lambda names: names.map(list(titles).index))
    numbers = table_html(
        comparison.by_case(method),
        f"{method.title}: differences from the definition, in brackets as a share of it",
    )
    return render(
        "agreement_method.html",
        method=method,
        differing={title: each for title, each in found.items() if each and not each.agrees},
        cases=[case.label for case in comparison.evidence.cases if method.takes(case)],
        calls=zip(calls["software"].map(titles), calls["call"], strict=True),
        documented=comparison.evidence.documented[method.name],
        numbers=numbers,
    )


def version_table(comparison: Comparison) -> pd.DataFrame:
    """Return a table of the software: its version, and where its results come from."""
    return pd.DataFrame(
        [
            {
                "Program": software.title,
                "Version": comparison.versions[software.name] or "several releases",
                "Results": _SOURCES[software.evidence].format(
                    script=_SCRIPTS.get(software.name, "packages.R")
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
