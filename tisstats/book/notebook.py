"""What the notebooks call to show what a chapter made, and to glue its numbers into the prose."""

from __future__ import annotations

from io import StringIO

import matplotlib as mpl
from IPython.display import publish_display_data
from myst_nb import glue

from tisstats.book.pages.items import item_html
from tisstats.chapters.page import FigureItem, Item, Markdown

#: Fixes the ids inside an SVG, so that the same figure is the same bytes.
_SVG_SALT = "tisstats"


def show(*items: Item) -> None:
    """Display what a chapter made, one below the other.

    A picture is shown as SVG; its alt text goes along, and the book's builder puts it on the image.
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
    """Display a piece of HTML."""
    publish_display_data({"text/html": html})


def glue_values(**values: object) -> None:
    """Glue numbers and words under their names, for prose, captions and other pages to paste.

    Nothing is displayed here. Values become text first, since that is what a reader sees.
    """
    for name, value in values.items():
        glue(name, str(value), display=False)
