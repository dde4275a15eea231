"""The HTML of the method-agreement page: one matrix of verdicts, then each method, folded."""

from __future__ import annotations

from html import escape

from tisstats.book.notebook import show_html, table_html
from tisstats.chapters.method_agreement import NOT_OFFERED, MethodAgreement, MethodSection


def matrix_html(page: MethodAgreement) -> str:
    """Write the matrix as one table, the methods of a family under its name."""
    table = page.matrix()
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


def family_html(page: MethodAgreement, family: str) -> str:
    """Write the methods of a family, each folded: its definition, the reasons, its cases."""
    return "".join(map(_section_html, page.family(family)))


def _section_html(method: MethodSection) -> str:
    words = [f"Definition: {escape(method.definition)}.", f"Cases: {escape(method.cases)}."]
    words += [
        f"<strong>{escape(program)}</strong> {escape(text)}"
        for program, text in method.differing.items()
    ]
    asked = "".join(
        f"<li>{escape(program)}: <code>{escape(call)}</code></li>" for program, call in method.calls
    )
    return (
        f'<details class="agreement-method" id="agreement-{method.name}">'
        f"<summary>{escape(method.title)}: {escape(method.summary)}</summary>"
        f"{''.join(f'<p>{text}</p>' for text in words)}"
        f"<p>Asked for as</p><ul>{asked}</ul>"
        f"<p>SPSS, not run: {escape(method.spss)}.</p>"
        f"{table_html(method.differences.frame, method.differences.caption)}</details>"
    )


def show_matrix(page: MethodAgreement) -> None:
    """Display the matrix."""
    show_html(matrix_html(page))


def show_family(page: MethodAgreement, family: str) -> None:
    """Display the methods of a family."""
    show_html(family_html(page, family))
