"""HTML that notebooks and pages share: tables, and the templates beside this module."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from tisstats.book.downloads.names import file_name
from tisstats.book.pages.captions import split_caption
from tisstats.book.pages.columns import (
    SHORT,
    OnPhone,
    breakable,
    needs_density,
    needs_margin,
    on_phone,
    set_columns,
    starts_with_number,
)
from tisstats.printed import with_minus_signs

if TYPE_CHECKING:
    import pandas as pd

#: Letters of notes where a page has no element for them, such as the label of a cell.
_RAISED = str.maketrans(ascii_lowercase, "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ")

#: What a cell says if what it is about was looked for and not found.
_ABSENT = "not found"

#: Where a name such as R exactRankTests may break, if it has more characters than this.
_LONG_NAME = 12
_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")

#: Cells of up to this many characters are not wrapped in a table that is set closer.
_SHORT_IN_DENSE = 12

#: The bracket at the end of a cell.
_BRACKET = re.compile(r" (\([^()<]*\))$")

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
    environment.filters["split_capitals"] = lambda name: Markup(
        _CAPITAL.sub("<wbr>", str(escape(name))) if len(name) > _LONG_NAME else escape(name)
    )
    environment.filters["minus"] = with_minus_signs
    environment.filters["bracket_below"] = _bracket_below
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
    in_files: Collection[str] = (),
) -> str:
    """Return a table as HTML that a screen reader can follow and a phone can show.

    The first column heads the rows; the index is left out. Rows with the same head are a group, in
    which it stands once. A long caption becomes title and note. Numbers below zero have a minus
    sign, whatever stood before them.

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
    in_files
        Columns that only the files of the table have.

    Raises
    ------
    ValueError
        If a note is about a column that the table does not show.
    """
    unseen = {name: list(map(str, table[name])) for name in in_files}
    table = table.drop(columns=list(in_files))
    rows = [
        [with_minus_signs(str(cell)) for cell in row] for row in table.astype(object).to_numpy()
    ]
    heads = list(map(str, table.columns))
    if unknown := set(notes or {}) - {"", *heads}:
        raise ValueError(f"notes must be about columns, not {', '.join(map(repr, unknown))}")
    columns = set_columns(heads, rows)
    phone = on_phone(columns)
    dense = needs_density(columns)
    title, rest = split_caption(with_minus_signs(caption), origin)
    notes = {about: with_minus_signs(note) for about, note in (notes or {}).items()}
    if rest:
        notes[""] = f"{rest} {notes.get('', '')}".strip()
    return render(
        "table.html",
        columns=columns,
        rows=list(zip(*(column.cells for column in columns), strict=True)),
        caption=title,
        cards=phone is OnPhone.CARDS,
        classes=" ".join(filter(None, (phone.value, "dense" * dense))),
        breaks=[
            dense and max(map(len, column.texts), default=0) > _SHORT_IN_DENSE for column in columns
        ],
        missing=[_missing(heads, row) for row in rows],
        absent=_ABSENT,
        unseen=json.dumps(unseen, ensure_ascii=False) if unseen else "",
        full=needs_margin(columns),
        marks=dict(zip((head for head in heads if head in notes), ascii_lowercase, strict=False)),
        notes=notes,
        name=name,
        origin=origin,
        facts=facts,
        groups=columns[0].texts,
        numbered=[starts_with_number(text) for text in columns[0].texts],
        long=[len(row[0]) > SHORT for row in rows],
        spans=_spans([row[0] for row in rows]),
    )


def _missing(heads: Sequence[str], row: Sequence[str]) -> str:
    """Name the columns in which a row says that nothing was found."""
    return ", ".join(head for head, text in zip(heads, row, strict=True) if text == _ABSENT)


def _bracket_below(html: Markup) -> Markup:
    """Return a cell in which a line may end before its bracket, but not within it.

    >>> print(_bracket_below(Markup("−103 (−3066 to −12)")))
    −103 <span class="whole">(−3066 to −12)</span>
    """
    return Markup(_BRACKET.sub(r' <span class="whole">\1</span>', str(html)))


def _spans(labels: Sequence[str]) -> list[int]:
    """Return the number of rows that each label heads; 0 for a repeated one.

    >>> _spans(["a", "a", "b"])
    [2, 0, 1]
    """
    sizes = (len(list(rows)) for _, rows in groupby(labels))
    return [size if first else 0 for size in sizes for first in [True, *[False] * (size - 1)]]
