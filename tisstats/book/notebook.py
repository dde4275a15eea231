"""Display helpers for notebooks: show items of a chapter, and glue its numbers."""

from __future__ import annotations

import os
from base64 import b64encode

from IPython.display import publish_display_data

from tisstats.book.downloads import figures
from tisstats.book.downloads.names import METADATA, PHONE
from tisstats.book.live_prose import live_prose
from tisstats.book.pages.items import item_html
from tisstats.chapters.page import FigureItem, Item, Markdown, Result, WholeResult

#: How the types of glued values begin, for MyST-NB. It is not imported for this: its readers of
#: notebooks take a second.
GLUE_PREFIX = "application/papermill.record/"

#: Set by Jupyter's server, as of JupyterLab, in the kernels of notebooks that somebody has open.
#: JupyterLab shows the first fifty outputs of a cell: no more than that, unseen, may come before
#: the prose.
_OPEN_IN_A_SERVER = "JPY_SESSION_NAME"


def show(*items: Item) -> None:
    """Display items of a chapter, one below the other.

    A picture is shown as SVG with its alt text. If it has a name, its other files go with it: the
    one for phones, PDF and PNG, since only here is the figure that they are made from.
    """
    for item in items:
        match item:
            case FigureItem():
                _show_figure(item)
            case Markdown(text):
                publish_display_data({"text/markdown": text})
            case _:
                show_html(item_html(item))


def _show_figure(item: FigureItem) -> None:
    metadata: dict[str, object] = {"image/svg+xml": {"alt": item.alt}}
    if item.name:
        made = {"pdf": figures.pdf(item.figure), "png": figures.png(item.figure)}
        if item.phone is not None:
            made[PHONE] = figures.svg(item.phone).encode()
        files = {suffix: b64encode(content).decode() for suffix, content in made.items()}
        metadata[METADATA] = {"name": item.name, "files": files}
    publish_display_data(
        {"image/svg+xml": figures.svg(item.figure), "text/plain": item.alt}, metadata=metadata
    )


def show_html(html: str) -> None:
    """Display HTML."""
    publish_display_data({"text/html": html})


def glue_values(**values: object) -> None:
    """Glue values by name, as text, for use in prose, captions and other pages.

    What is known about a `Result` goes with it, into the file of the book's results. Outside the
    book the prose is displayed with these values; see `tisstats.book.live_prose`.
    """
    prose = live_prose()
    if prose is not None:
        prose.glue({name: str(value) for name, value in values.items()})
        if _OPEN_IN_A_SERVER in os.environ:
            return
    for name, value in values.items():
        metadata: dict[str, object] = {"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}}
        if isinstance(value, Result | WholeResult):
            metadata[METADATA] = value.facts.known()
        publish_display_data({f"{GLUE_PREFIX}text/plain": repr(str(value))}, metadata=metadata)
