"""HTML that notebooks and pages share: tables, and the templates beside this module."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from tisstats.book.downloads.names import file_name

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = Path(__file__).parent / "templates"

#: Cells of up to this many characters are not wrapped, such as an interval.
_SHORT = 22

#: Where a name may break.
_UNDERSCORE = re.compile("(?<=[A-Za-z])_")


def _source(name: str) -> str:
    """Return a template with its lines joined; explicit blanks are kept."""
    return "".join(map(str.strip, (_FOLDER / name).read_text(encoding="utf-8").splitlines()))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["breakable"] = _breakable
    environment.filters["file_name"] = file_name
    return environment


def _breakable(text: object) -> Markup:
    """Return a text as HTML whose names may break after an underscore, not within a word or number.

    >>> print(_breakable("mmt_max < 260, 03_primary_outcome"))
    mmt_<wbr>max &lt; 260, 03_primary_<wbr>outcome
    """
    return Markup(_UNDERSCORE.sub("_<wbr>", escape(text)))


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
    classes: str = "",
    name: str = "",
    origin: str = "",
    facts: str = "",
) -> str:
    """Return a table as HTML that a screen reader can follow and a phone can scroll.

    The first column heads the rows; the index is left out.

    Parameters
    ----------
    classes
        CSS classes, separated by blanks.
    name
        Of the table's files; by default made from the caption.
    origin
        Label of the patient-level data that the rows were made from, if any.
    facts
        What its numbers are, as JSON; they are taken out again when the book is written.
    """
    rows = [list(map(str, row)) for row in table.astype(object).to_numpy()]
    return render(
        "table.html",
        heads=table.columns,
        rows=rows,
        caption=caption,
        classes=classes,
        name=name,
        origin=origin,
        facts=facts,
        short=_SHORT,
    )
