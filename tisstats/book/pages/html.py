"""HTML that notebooks and pages share: tables, and the templates beside this module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined

from tisstats.book.downloads.names import file_name
from tisstats.book.pages.captions import split_caption
from tisstats.book.pages.columns import (
    SHORT,
    breakable,
    needs_margin,
    reads_as_cards,
    set_columns,
    whole_numbers,
)

if TYPE_CHECKING:
    import pandas as pd

#: Letters of notes where a page has no element for them, such as the label of a cell.
_RAISED = str.maketrans(ascii_lowercase, "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ")

_FOLDER = Path(__file__).parent / "templates"


def _source(name: str) -> str:
    """Return a template with its lines joined; explicit blanks are kept."""
    return "".join(map(str.strip, (_FOLDER / name).read_text(encoding="utf-8").splitlines()))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["breakable"] = breakable
    environment.filters["file_name"] = file_name
    environment.filters["whole_numbers"] = whole_numbers
    environment.filters["raised"] = lambda mark: mark.translate(_RAISED)
    return environment


def render(template: str, **values: object) -> str:
    """Return a template filled with values, in which every text is escaped.

    Parameters
    ----------
    template
        Name of a file in the folder ``templates``.
    **values
        What the template refers to.
    """
    return _templates().get_template(template).render(values)


def table_html(
    table: pd.DataFrame,
    caption: str,
    *,
    name: str = "",
    origin: str = "",
    facts: str = "",
    notes: Mapping[str, str] | None = None,
) -> str:
    """Return a table as HTML that a screen reader can follow and a phone can scroll.

    The first column heads the rows; the index is left out. Rows with the same head are a group, in
    which it stands once. A long caption becomes title and note.

    Parameters
    ----------
    name
        Of the table's files; by default made from the caption.
    origin
        Label of the patient-level data that the rows were made from, if any.
    facts
        What its numbers are, as JSON; they are taken out again when the book is written.
    notes
        By label of the column that they are about, which gets a mark; "" for the whole table.

    Raises
    ------
    ValueError
        If a note is about a column that the table does not have.
    """
    rows = [list(map(str, row)) for row in table.astype(object).to_numpy()]
    heads = list(map(str, table.columns))
    if unknown := set(notes or {}) - {"", *heads}:
        raise ValueError(f"notes must be about columns, not {', '.join(map(repr, unknown))}")
    columns = set_columns(heads, rows)
    cards = reads_as_cards(columns)
    title, rest = split_caption(caption, origin)
    notes = dict(notes or {})
    if rest:
        notes[""] = f"{rest} {notes.get('', '')}".strip()
    return render(
        "table.html",
        columns=columns,
        rows=list(zip(*(column.cells for column in columns), strict=True)),
        caption=title,
        cards=cards,
        full=needs_margin(columns),
        marks=dict(zip((head for head in heads if head in notes), ascii_lowercase, strict=False)),
        notes=notes,
        name=name,
        origin=origin,
        facts=facts,
        groups=columns[0].texts,
        long=[len(row[0]) > SHORT for row in rows],
        spans=_spans([row[0] for row in rows]),
    )


def _spans(labels: Sequence[str]) -> list[int]:
    """Return the number of rows that each label heads; 0 for a repeated one.

    >>> _spans(["a", "a", "b"])
    [2, 0, 1]
    """
    sizes = (len(list(rows)) for _, rows in groupby(labels))
    return [size if first else 0 for size in sizes for first in [True, *[False] * (size - 1)]]
