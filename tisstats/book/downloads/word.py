"""Tables as Word documents, the same bytes for the same table."""

from __future__ import annotations

import io
import textwrap
import zipfile
from datetime import datetime
from functools import cache
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from tisstats.book.downloads.tables import PageTable
from tisstats.book.downloads.widths import Fitted, fit_columns, squeeze_columns

#: Tables with more columns are set on a page in landscape.
COLUMNS_UPRIGHT = 5

#: Size of the type, and of that of tables with too many columns for it, points.
_SIZE, _SMALL = 9, 6

#: Width of an average character in parts of its size, that of a wide sans serif, bold as in heads.
_CHARACTER = 0.62

#: Both margins of a cell, points.
_CELL_MARGINS = 11.0

#: Margins of the page.
_MARGIN = Cm(2)

#: The earliest date that a ZIP archive can hold: documents say nothing of when they were built.
_DATE = datetime(1980, 1, 1)

_STYLES = ("Normal", "Caption", "Table Grid", "Normal Table", "Default Paragraph Font", "No List")

_UNUSED_PARTS = (
    *("stylesWithEffects", "customXml", "fontTable", "theme", "numbering", "webSettings"),
    "thumbnail",
)

#: Longest title that a property of a document can hold, characters.
_TITLE = 255


def word(table: PageTable, note: str = "") -> bytes:
    """Return a Word document with a table: its caption, the head repeated on every page, a note.

    Parameters
    ----------
    note
        What a reader must know about it; below the table.
    """
    document = docx.Document(io.BytesIO(_template()))
    document.core_properties.title = textwrap.shorten(table.caption, _TITLE, placeholder="…")
    fitted, size = _fit(document, table)
    caption = document.add_paragraph(table.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    texts = (table.columns, *table.rows)
    grid = document.add_table(len(texts), len(table.columns), style="Table Grid")
    widths = _set_widths(grid, fitted, size)
    for row, cells in zip(grid.rows, texts, strict=True):
        for cell, text, width in zip(row.cells, cells, widths, strict=True):
            cell.width = width  # Word takes the widths of columns, LibreOffice those of the cells
            run = cell.paragraphs[0].add_run(text)
            if size != _SIZE:
                run.font.size = Pt(size)
    _repeat_head(grid)
    for text in (*table.notes, *([note] if note else ())):
        document.add_paragraph(text)
    return _saved(document)


def _set_widths(grid: Any, fitted: Fitted, size: int) -> list[Pt]:
    """Set the widths of the columns by what is in them, and return them; all were the same."""
    grid.autofit = False
    widths = [Pt(width * _CHARACTER * size + _CELL_MARGINS) for width in fitted.widths]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    return widths


def _fit(document: Any, table: PageTable) -> tuple[Fitted, int]:
    """Turn the page and take a smaller type if a table needs it; return its columns and size."""
    section, columns = document.sections[0], len(table.columns)

    def room(size: int) -> float:
        line = (section.page_width - section.left_margin - section.right_margin) / Pt(1)
        return float((line - _CELL_MARGINS * columns) / (_CHARACTER * size))

    if columns > COLUMNS_UPRIGHT or fit_columns(table, room(_SIZE)) is None:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    fitted = fit_columns(table, room(_SIZE))
    if fitted is not None:
        return fitted, _SIZE
    return squeeze_columns(table, room(_SMALL)), _SMALL


def _repeat_head(grid: Any) -> None:
    head = grid.rows[0]
    for cell in head.cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
    # python-docx has no function for this: https://github.com/python-openxml/python-docx/issues/322
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


@cache
def _template() -> bytes:
    """Return python-docx's own template, without what a table has no use for."""
    document = docx.Document()
    for style in list(document.styles):
        if style.name not in _STYLES:
            style.delete()
    # How styles that are not in the document would look: half of what is left.
    for latent in document.styles.element.findall(qn("w:latentStyles")):
        document.styles.element.remove(latent)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(document.sections[0], side, _MARGIN)
    document.styles["Normal"].font.size = Pt(_SIZE)
    for rels in (document.part.rels, document.part.package.rels):
        for key in [key for key, rel in rels.items() if rel.reltype.endswith(_UNUSED_PARTS)]:
            rels.pop(key)
    properties = document.core_properties
    properties.author = properties.comments = ""
    properties.created = properties.modified = _DATE
    return _saved(document)


def _saved(document: Any) -> bytes:
    """Return the bytes of a document, its parts undated."""
    saved, undated = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(undated, "w") as archive:
        for name in parts.namelist():
            part = zipfile.ZipInfo(name, _DATE.timetuple()[:6])
            archive.writestr(part, parts.read(name), zipfile.ZIP_DEFLATED, compresslevel=9)
    return undated.getvalue()
