"""The directives ``tis-calculator`` and ``tis-bands``: the Total Improvement Score in a page.

Form, rules and tables are written from `tisstats.measures` while the book is built. The script
``calculator.js`` holds the arithmetic and no number of the score.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


@cache
def _html(directive: str) -> str:
    from tisstats.book.pages.calculator import bands_html, calculator_html  # imports pandas

    return {"tis-calculator": calculator_html, "tis-bands": bands_html}[directive]()


class Calculator(SphinxDirective):
    """The calculator, or the tables behind it."""

    def run(self) -> list[nodes.Node]:
        """Return the part of the page that the directive's name asks for."""
        return [nodes.raw("", _html(self.name), format="html", calculator=self.name)]


def load_script(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Load script and style on pages with a calculator, and on no others."""
    if doctree is None:
        return
    parts = {node.get("calculator") for node in doctree.findall(nodes.raw)} - {None}
    if parts:
        app.add_css_file("calculator.css")
    if "tis-calculator" in parts:
        app.add_js_file("calculator.js")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("tis-calculator", Calculator)
    app.add_directive("tis-bands", Calculator)
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
