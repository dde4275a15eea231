"""The tables of a page, read back from its HTML.

A file holds what the page shows, whichever way the page came to show it: from a notebook, from a
directive, or as one of many tables in one output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html  # type: ignore[import-untyped]

from tisstats.chapters.result_facts import TableFacts

#: A table as the template ``macros.html`` writes it; only tables to be exported have a name.
TABLE = re.compile(
    r'<table [^>]*data-name="[^"]*"[^>]*>.*?</table></div>'
    r'(?:<p class="table-notes">.*?</p>)?',
    re.DOTALL,
)

_MARK = re.compile('<sup class="note-mark">[^<]*</sup>')

#: What a table says for its files, and no reader of the page sees.
_FOR_FILES = re.compile(' data-(?:facts|unseen|words)="[^"]*"')


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table as it is shown on a page; the first column has the row headers."""

    name: str  #: of its files, unique on the page
    caption: str
    origin: str  #: label of the patient-level data that it was made from; empty if there are none
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    facts: str = ""  #: what its numbers are, as JSON; a text if none is a result
    notes: tuple[str, ...] = ()  #: below it; those about a column begin with its name

    def known(self) -> TableFacts | str:
        """Return what the table's numbers are, or why none is a result; empty if it is not said."""
        known = json.loads(self.facts or '""')
        return known if isinstance(known, str) else TableFacts.read(known)


def read_table(html: str) -> PageTable:
    """Return the table in a match of `TABLE`.

    A cell that spans columns stands in the first of them; the others are empty. Where the page
    shows a sign, the attribute ``data-words`` says in words what stands in the files; the attribute
    ``data-unseen`` of the table has columns that only they have.

    Examples
    --------
    >>> found = read_table(
    ...     '<table data-name="sizes"><caption>Sizes</caption><thead><tr><th>Size</th><th>n</th>'
    ...     "</tr></thead><tr><th>a &lt; b<br>small</th><td>1.0</td></tr></table></div>"
    ... )
    >>> found.columns, found.rows
    (('Size', 'n'), (('a < b, small', '1.0'),))
    """
    # Marks refer to notes, which name their columns here.
    table, *below = lxml.html.fragments_fromstring(_MARK.sub("", html.replace("</div>", "", 1)))
    head, *rows = map(tuple, _rows(table))
    unseen = json.loads(table.get("data-unseen", "{}"))
    added = list(zip(*unseen.values(), strict=True)) or [()] * len(rows)
    return PageTable(
        name=table.get("data-name"),
        caption=_text(table.find("caption")),
        origin=table.get("data-origin", ""),
        columns=(*head, *unseen),
        rows=tuple((*row, *more) for row, more in zip(rows, added, strict=True)),
        facts=table.get("data-facts", ""),
        notes=tuple(_note(note) for part in below for note in part),
    )


def without_facts(html: str) -> str:
    """Return HTML without what it says for the files, and no reader sees.

    Examples
    --------
    >>> without_facts('<table data-name="sizes" data-facts="{}">')
    '<table data-name="sizes">'
    """
    return _FOR_FILES.sub("", html)


def _rows(table: Any) -> Iterator[list[str]]:
    """Yield the cells of each row; the label of a group of rows is in each of them."""
    label, left = "", 0
    for row in table.iter("tr"):
        cells = list(_cells(row))
        if left:
            yield [label, *cells]
            left -= 1
        else:
            yield cells
            label, left = cells[0], int(row[0].get("rowspan", "1")) - 1


def _cells(row: Any) -> Iterator[str]:
    for cell in row:
        yield cell.get("data-words") or _text(cell)
        yield from [""] * (int(cell.get("colspan", "1")) - 1)


def _note(note: Any) -> str:
    about = note.get("data-about")
    return f"{about}: {_text(note)}" if about else _text(note)


def _text(element: Any) -> str:
    for line_break in element.iter("br"):
        line_break.tail = ", " + (line_break.tail or "").lstrip()
    return " ".join(element.text_content().split())
