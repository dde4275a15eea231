"""Each page by itself on paper: its style, and what has to be done before it is printed."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

STYLE = "print.css"
SCRIPT = "print.js"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    # After the styles of the book, which have a lower priority.
    app.add_css_file(STYLE, priority=900, media="print")
    app.add_js_file(SCRIPT)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
