"""What the directives of the book share: files that a page depends on, and nested Markdown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from tisstats.ledger.published import PublishedFacts

#: Read once for all pages: checking the published facts takes a while.
published_facts = cache(PublishedFacts.read)


class BookDirective(SphinxDirective):
    """A directive that makes a part of a page from files on which the page depends."""

    def files(self, pattern: str) -> list[Path]:
        """Return matching files of the book and register them as dependencies."""
        found = sorted(Path(self.env.srcdir).glob(pattern))
        for file in found:
            self.env.note_dependency(str(file))
        return found

    def facts_folder(self) -> Path:
        """Return the folder of the published facts, and register these as dependencies."""
        return self.files("data/published/*.csv")[0].parent

    def parse(self, markdown: str, parent: nodes.Element) -> None:
        """Add what the Markdown says to an element."""
        lines = StringList(markdown.splitlines(), self.get_source_info()[0])
        self.state.nested_parse(lines, 0, parent)

    def section(self, name: str, title: str, markdown: str = "") -> nodes.section:
        """Return a section with an anchor and what the Markdown says."""
        section = nodes.section("", nodes.title("", title), ids=[name], names=[name])
        if markdown:
            self.parse(markdown, section)
        return section
