"""What the notebooks call to show what a chapter made, and to glue its numbers into the prose."""

from __future__ import annotations

from html import escape
from io import StringIO
from typing import TYPE_CHECKING

import matplotlib as mpl
from IPython.display import publish_display_data
from myst_nb import glue

from tisstats.book.pages.html import table_html
from tisstats.book.pages.items import ledger_html, sections_html, summary_html
from tisstats.chapters.page import (
    DiscrepancySections,
    DiscrepancySummary,
    Item,
    LedgerTable,
    Markdown,
    Notice,
    Picture,
    Table,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

#: Fixes the ids inside an SVG, so that the same figure is the same bytes.
_SVG_SALT = "tisstats"


def show(*items: Item) -> None:
    """Display what a chapter made, one below the other."""
    for item in items:
        match item:
            case Table(frame, caption, wide, folded):
                show_table(frame, caption, classes="wide" if wide else "", folded=folded)
            case Picture(figure, alt):
                show_figure(figure, alt)
            case Notice(title, text):
                show_notice(title, text)
            case Markdown(text):
                show_markdown(text)
            case LedgerTable(frame):
                show_html(ledger_html(frame))
            case DiscrepancySummary():
                show_html(summary_html(item))
            case DiscrepancySections():
                show_html(sections_html(item))


def show_figure(figure: Figure, alt: str) -> None:
    """Display a figure as SVG with its alt text, which the book's builder puts on the image.

    Parameters
    ----------
    figure
        The figure.
    alt
        What the figure shows, for somebody who cannot see it.
    """
    with StringIO() as file, mpl.rc_context({"svg.hashsalt": _SVG_SALT}):
        figure.savefig(file, format="svg", metadata={"Date": None})
        svg = file.getvalue()
    publish_display_data(
        {"image/svg+xml": svg, "text/plain": alt}, metadata={"image/svg+xml": {"alt": alt}}
    )


def show_table(
    table: pd.DataFrame, caption: str, *, classes: str = "", folded: bool = False
) -> None:
    """Display a table with a caption, its first column heading the rows.

    A long one may be folded: then a reader sees its caption and unfolds it.
    """
    html = table_html(table, caption, classes=classes)
    if folded:
        summary = f"{escape(caption)} ({len(table)} rows)"
        html = f'<details class="folded-table"><summary>{summary}</summary>{html}</details>'
    show_html(html)


def show_notice(title: str, text: str) -> None:
    """Display a boxed notice, such as what the rows below are."""
    show_html(
        f'<div class="admonition warning"><p class="admonition-title">{escape(title)}</p>'
        f"<p>{escape(text)}</p></div>"
    )


def show_html(html: str) -> None:
    """Display a piece of HTML."""
    publish_display_data({"text/html": html})


def show_markdown(text: str) -> None:
    """Display a piece of Markdown."""
    publish_display_data({"text/markdown": text})


def glue_values(**values: object) -> None:
    """Glue numbers and words under their names, for prose, captions and other pages to paste.

    Nothing is displayed here. Values become text first, since that is what a reader sees.
    """
    for name, value in values.items():
        glue(name, str(value), display=False)
