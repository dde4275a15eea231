"""Directives of the teaching pages: ``measure-facts`` and ``exercises``, made from the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tisstats.book.notebook import table_html

if TYPE_CHECKING:
    from tisstats.ledger.published import Published


@cache
def _published(folder: Path) -> Published:
    """Read the published facts, once for all pages: checking them takes a while."""
    from tisstats.ledger.published import Published

    return Published.read(folder)


class MeasureFacts(SphinxDirective):
    """The tables of a page on an outcome measure: scale, study, points."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the tables of the measure that the argument names."""
        from tisstats.teaching.measure_facts import tables

        folder = Path(self.env.srcdir) / "data" / "published"
        self.env.note_dependency(str(folder / "table2.csv"))
        try:
            found = tables(self.arguments[0], _published(folder))
        except ValueError as error:
            raise self.error(str(error)) from error
        return [
            nodes.raw("", table_html(table, caption), format="html")
            for caption, table in found.items()
        ]


class Exercises(SphinxDirective):
    """All exercises, each a section with a closed solution."""

    def run(self) -> list[nodes.Node]:
        """Return one section an exercise, its question and answer from the same source."""
        from tisstats.teaching.exercises import as_markdown, exercises

        folder = Path(self.env.srcdir) / "data" / "published"
        for file in folder.glob("*.csv"):
            self.env.note_dependency(str(file))
        sections: list[nodes.Node] = []
        for number, exercise in enumerate(exercises(_published(folder)), start=1):
            title = nodes.title("", f"{number}. {exercise.title}")
            section = nodes.section("", title, ids=[f"exercise-{exercise.key}"])
            section["names"].append(f"exercise-{exercise.key}")
            lines = as_markdown(exercise).splitlines()
            self.state.nested_parse(StringList(lines, self.get_source_info()[0]), 0, section)
            sections.append(section)
        return sections


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("measure-facts", MeasureFacts)
    app.add_directive("exercises", Exercises)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
