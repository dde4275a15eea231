"""The method-agreement page: one matrix of verdicts, then each method, collapsed."""

from __future__ import annotations

from itertools import groupby

from tisstats.book.notebook import show_html
from tisstats.book.pages.html import render
from tisstats.book.pages.items import item_html
from tisstats.chapters.method_agreement import (
    AGREES,
    NO_VALUE,
    NOT_OFFERED,
    NOT_RUN,
    UNDEFINED,
    MatrixRow,
    MethodAgreement,
)


def matrix_html(page: MethodAgreement) -> str:
    """Return the matrix as one table, the methods of a family under its name."""
    families = {name: list(rows) for name, rows in groupby(page.matrix_cells(), _family)}
    programs = [str(head).rpartition(" ") for head in page.matrix().columns[2:]]
    return render(
        "agreement.html",
        families=families,
        # SPSS was not run: no version.
        programs=[(name.rstrip(","), below) for name, _, below in programs],
        absent=(NOT_RUN, NOT_OFFERED),
        marks={"no_value": NO_VALUE, "undefined": UNDEFINED, "agrees": AGREES},
    )


def _family(row: MatrixRow) -> str:
    return row.family


def family_html(page: MethodAgreement, family: str) -> str:
    """Return the methods of a family, each collapsed: its definition, the reasons, its cases.

    Cases that all of them share stand above them.
    """
    methods = page.family(family)
    # What methods share is said once.
    shared = len({method.cases for method in methods}) == 1 < len(methods)
    above = render("agreement_cases.html", cases=methods[0].cases) if shared else ""
    return above + "".join(
        render(
            "agreement_method.html",
            method=method,
            cases="" if shared else method.cases,
            numbers=item_html(method.differences),
        )
        for method in methods
    )


def show_agreement_matrix(page: MethodAgreement) -> None:
    """Display the matrix."""
    show_html(matrix_html(page))


def show_method_family(page: MethodAgreement, family: str) -> None:
    """Display the methods of a family."""
    show_html(family_html(page, family))
