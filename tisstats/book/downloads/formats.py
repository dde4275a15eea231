"""The files of a table: CSV, HTML, LaTeX and Word."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from tisstats.book.downloads.latex import latex
from tisstats.book.downloads.tables import PageTable
from tisstats.book.downloads.word import word
from tisstats.book.pages.html import render
from tisstats.tables.formulas import as_text

#: Column of a CSV file that says which patient-level data a row was made from.
ORIGIN = "Origin"


@dataclass(frozen=True, slots=True)
class Format:
    """A format of tables."""

    title: str  #: as readers know it
    suffix: str
    write: Callable[[PageTable, str], bytes]  #: from the table and a note on it, may be empty


def csv_text(table: PageTable) -> str:
    """Return a table as CSV: one row of names, then the cells as they are printed.

    If it was made from patient-level data, the first column says from which: a file leaves its
    page, and nobody may take a synthetic patient for a person. A cell that a spreadsheet would run
    as a formula begins with an apostrophe.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for head, rows in ((ORIGIN, [table.columns]), (table.origin, table.rows)):
        cells = ([head, *row] if table.origin else row for row in rows)
        writer.writerows(map(as_text, row) for row in cells)
    return file.getvalue()


def html_text(table: PageTable, note: str = "") -> str:
    """Return a table as an HTML page of its own."""
    return render("download_table.html", table=table, note=note) + "\n"


FORMATS = (
    Format("CSV", "csv", lambda table, _note: csv_text(table).encode()),
    Format("HTML", "html", lambda table, note: html_text(table, note).encode()),
    Format("LaTeX", "tex", lambda table, note: latex(table, note).encode()),
    Format("Word", "docx", word),
)
