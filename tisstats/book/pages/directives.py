"""Directives that make parts of pages from the package, the facts and the notebooks.

``measure-facts`` and ``measure-evidence`` write the pages on measures, ``tis-calculator`` and
``tis-bands`` the calculator and the tables behind it, ``notebook-parameters`` the table of
parameters.
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tisstats.book.pages.calculator import SCRIPTS, STYLES, bands_html, calculator_html
from tisstats.book.pages.directive_base import BookDirective, published_facts
from tisstats.book.pages.html import table_html
from tisstats.book.pages.items import item_html
from tisstats.book.run.parameters import format_value, read_parameters
from tisstats.chapters import measure_pages
from tisstats.chapters.measure_evidence import evidence_base, evidence_tables


class MeasureFacts(BookDirective):
    """The tables of a page on an outcome measure: scale, study, points."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the tables of the measure that the argument names."""
        (table2,) = self.files("data/published/table2.csv")
        try:
            tables = measure_pages.tables(self.arguments[0], published_facts(table2.parent))
        except ValueError as error:
            raise self.error(str(error)) from error
        return [nodes.raw("", item_html(table), format="html") for table in tables]


class MeasureEvidence(BookDirective):
    """The tables of what other publications say of an outcome measure, or of all of them."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the tables of the page that the argument names."""
        folder = self.files("data/evidence/*")[0].parent
        try:
            tables = evidence_tables(self.arguments[0], evidence_base(folder), measure_pages.NAMES)
        except ValueError as error:
            raise self.error(str(error)) from error
        return [nodes.raw("", item_html(table), format="html") for table in tables]


class NotebookParameters(BookDirective):
    """A table of all parameters of the book's notebooks."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        names = {name for name in self.env.found_docs if name.startswith("notebooks/")}
        notebooks = [
            path for path in self.files("notebooks/*.ipynb") if f"notebooks/{path.stem}" in names
        ]
        table = pd.DataFrame(
            {
                "Parameter": parameter.name,
                "Type": parameter.type,
                "Default": format_value(parameter.default),
                "Description": parameter.help,
                "Notebooks": ", ".join(parameter.notebooks),
            }
            for parameter in read_parameters(notebooks).values()
        )
        html = table_html(
            table,
            "Parameters of the notebooks",
            name="parameters",
            facts='"parameters in words"',
        )
        return [nodes.raw("", html, format="html")]


class Calculator(SphinxDirective):
    """The calculator, or the tables behind it: by the name of the directive."""

    html: ClassVar = {"tis-calculator": cache(calculator_html), "tis-bands": cache(bands_html)}

    def run(self) -> list[nodes.Node]:
        """Return the part of the page."""
        return [nodes.raw("", self.html[self.name](), format="html", calculator=self.name)]


def load_script(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Load scripts and styles on pages with a calculator."""
    parts = {node.get("calculator") for node in doctree.findall(nodes.raw)} if doctree else set()
    if parts - {None}:
        for style in STYLES:
            app.add_css_file(style)
    if "tis-calculator" in parts:
        for script in SCRIPTS:
            app.add_js_file(script)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("measure-facts", MeasureFacts)
    app.add_directive("measure-evidence", MeasureEvidence)
    app.add_directive("notebook-parameters", NotebookParameters)
    app.add_directive("tis-calculator", Calculator)
    app.add_directive("tis-bands", Calculator)
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
