"""Tables of prose pages on a phone: rows of sentences become cards, as in generated tables."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

from tisstats.book.pages.columns import SHORT, OnPhone, on_phone, set_columns, starts_with_number

_LABEL = "data-label"


def mark_cards(_app: Sphinx, document: nodes.document, _page: str) -> None:
    """Mark the tables of a page that a phone shows as cards, and label their cells."""
    for table in document.findall(nodes.table):
        head, body = table.next_node(nodes.thead), table.next_node(nodes.tbody)
        if head is not None and body is not None and len(head.children) == 1:
            _mark(table, _entries(head)[0], _entries(body))


def _entries(part: nodes.Element) -> list[list[nodes.entry]]:
    return [list(row.findall(nodes.entry)) for row in part.findall(nodes.row)]


def _mark(table: nodes.table, head: list[nodes.entry], rows: list[list[nodes.entry]]) -> None:
    if any(len(row) != len(head) for row in rows):
        return  # a cell that spans several has no single label
    heads = [entry.astext() for entry in head]
    texts = [[entry.astext() for entry in row] for row in rows]
    for row, cells in zip(rows, texts, strict=True):
        for entry, text in zip(row[1:], cells[1:], strict=True):
            if len(text) > SHORT:
                entry["classes"].append("words")
    if on_phone(set_columns(heads, texts)) is not OnPhone.CARDS:
        return
    table["classes"].append("cards")
    for row, cells in zip(rows, texts, strict=True):
        # The first cell heads the card; a number does not say of what.
        first = 0 if starts_with_number(cells[0]) else 1
        for label, entry in zip(heads[first:], row[first:], strict=True):
            entry[_LABEL] = label


def visit_entry(self: HTML5Translator, node: nodes.entry) -> None:
    """Write the start of a cell, with its label if it has one."""
    type(self).visit_entry(self, node)
    if label := node.get(_LABEL):
        self.body[-1] = self.body[-1].replace("<td", f'<td {_LABEL}="{self.attval(label)}"', 1)


def depart_entry(self: HTML5Translator, node: nodes.entry) -> None:
    """Write the end of a cell."""
    type(self).depart_entry(self, node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
    app.connect("doctree-resolved", mark_cards, priority=600)  # when all numbers are in place
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
