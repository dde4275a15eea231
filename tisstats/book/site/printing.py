"""Each page by itself on paper: its style, and what has to be done before it is printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

STYLE = "print.css"
SCRIPT = "print.js"


def add_files(app: Sphinx) -> None:
    """Add style and script to every page, if the book has them among its assets."""
    folders = [Path(app.confdir) / folder for folder in app.config.html_static_path]
    if any((folder / STYLE).is_file() for folder in folders):
        # After the styles of the book, which have a lower priority.
        app.add_css_file(STYLE, priority=900, media="print")
        app.add_js_file(SCRIPT)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
