"""The role ``claim``, a printed number that leads to the ledger, and the files of the ledger.

``{claim}`results.analysed``` writes the number exactly as the article prints it, so that no page
types it; ``{claim}`# <results.analysed>``` writes its digits where the article has a word, and
``{claim}`words <results.analysed>``` writes the words. All lead to the number in the ledger.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole

from tisstats.errors import DataError
from tisstats.ledger.claim_text import claim_text
from tisstats.ledger.published import PublishedFacts

#: The page that the numbers lead to.
LEDGER = "notebooks/ledger"

#: What only the page of the ledger needs.
_STYLE, _SCRIPT = "ledger.css", "ledger.js"


#: Read once for all pages: checking the published facts takes a while.
_published = cache(PublishedFacts.read)


class ClaimRole(ReferenceRole):
    """A number of the article, linked to its row in the ledger."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        file = Path(self.env.srcdir) / "data/published/claims.csv"
        self.env.note_dependency(str(file))
        try:
            words = self.title if self.has_explicit_title else ""
            shown = claim_text(_published(file.parent), self.target, words)
        except DataError:
            text = f"the ledger has no such claim, or none in digits: {self.target!r}"
            fault = self.inliner.reporter.error(text, line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, fault)], [fault]
        page = self.env.app.builder.get_relative_uri(self.env.docname, LEDGER)
        link = nodes.reference(
            "", shown, internal=True, refuri=f"{page}#{self.target}", classes=["claim"]
        )
        return [link], []


def load_files(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Load script and style on the page that shows the ledger."""
    parts = doctree.findall(nodes.raw) if doctree else ()
    if any('id="ledger-counts"' in part.astext() for part in parts):
        app.add_css_file(_STYLE)
        app.add_js_file(_SCRIPT)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_role("claim", ClaimRole())
    app.connect("html-page-context", load_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
