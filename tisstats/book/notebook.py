"""Display helpers for notebooks: show items of a chapter, and glue its numbers."""

from __future__ import annotations

from io import StringIO

import matplotlib as mpl
from IPython.display import publish_display_data
from myst_nb import glue

from tisstats.book.live_prose import live_prose
from tisstats.book.pages.items import item_html
from tisstats.chapters.page import FigureItem, Item, Markdown

#: Fixes the ids inside an SVG, so that output is reproducible.
_SVG_SALT = "tisstats"


def show(*items: Item) -> None:
    """Display items of a chapter, one below the other.

    A picture is shown as SVG with its alt text.
    """
    for item in items:
        match item:
            case FigureItem(figure, alt):
                with StringIO() as file, mpl.rc_context({"svg.hashsalt": _SVG_SALT}):
                    figure.savefig(file, format="svg", metadata={"Date": None})
                    svg = file.getvalue()
                publish_display_data(
                    {"image/svg+xml": svg, "text/plain": alt},
                    metadata={"image/svg+xml": {"alt": alt}},
                )
            case Markdown(text):
                publish_display_data({"text/markdown": text})
            case _:
                show_html(item_html(item))


def show_html(html: str) -> None:
    """Display HTML."""
    publish_display_data({"text/html": html})


def glue_values(**values: object) -> None:
    """Glue values by name, as text, for use in prose, captions and other pages.

    Outside the book the prose is displayed with these values; see `tisstats.book.live_prose`.
    """
    texts = {name: str(value) for name, value in values.items()}
    for name, text in texts.items():
        glue(name, text, display=False)
    if (prose := live_prose()) is not None:
        prose.glue(texts)
