"""What the front page shows of the chapters: the study at a glance, and minutes to read."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective, SphinxRole

from tisstats.book.pages.glued import glued_texts
from tisstats.book.pages.html import render

#: Words of English non-fiction read silently in a minute, on average (Brysbaert 2019).
WORDS_PER_MINUTE = 238

_WORD = re.compile(r"\w[\w'.,-]*")

#: What is not read word by word.
_NOT_READ = (nodes.literal_block, nodes.raw, nodes.comment, nodes.system_message)


class VisualAbstract(SphinxDirective):
    """The study at a glance, from the numbers that the chapters glue."""

    def run(self) -> list[nodes.Node]:
        """Return the place of the picture, until the numbers of all chapters are known."""
        return [nodes.raw("", "", format="html", at_a_glance=True)]


class Minutes(SphinxRole):
    """The minutes that it takes to read the text of a page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the place of the number, until all pages are read."""
        self.env.note_dependency(self.env.doc2path(self.text))
        node = nodes.inline("", "", minutes_of=self.text)
        self.set_source_info(node)
        return [node], []


def visual_abstract(app: Sphinx) -> str:
    """Return the study at a glance as HTML."""
    flow, primary, secondary, safety = (
        glued_texts(app, f"notebooks/{page}")
        for page in ("02_cohort_flow", "03_primary_outcome", "04_secondary_outcomes", "05_safety")
    )
    # The article counts first visits for its own threshold; by the first week all are of that week.
    as_printed = primary["threshold"] == primary["printed_threshold"]
    later = primary["horizon_week"] != secondary["first_week"]
    of = "" if primary["patients"] == flow["analysed"] else f"of {primary['patients']} "
    return render(
        "visual_abstract.html",
        steps=[
            (flow["screened"], "screened"),
            (flow["included"], "included and treated"),
            (flow["analysed"], "analysed"),
            (primary["responders"], f"{of}responded: {primary['percent']}%"),
        ],
        early=secondary["by_first_visit"] if as_printed and later else "",
        first_week=secondary["first_week"],
        rescue=safety["rescue"],
        analysed=flow["analysed"],
        estimate=primary["true_percent"],
        **{
            name: primary[name]
            for name in (
                *("responders", "patients", "threshold", "horizon_week"),
                *("printed_responders", "printed_patients", "printed_level"),
                *("printed_low", "printed_high", "true_low", "true_high"),
            )
        },
    )


def count_words(document: nodes.document) -> int:
    """Return the number of words of the running text of a page."""
    return sum(
        len(_WORD.findall(text))
        for text in document.findall(nodes.Text)
        if not any(isinstance(parent, _NOT_READ) for parent in _parents(text))
    )


def _parents(node: nodes.Node) -> list[nodes.Element]:
    parents = []
    while (parent := node.parent) is not None:
        parents.append(parent)
        node = parent
    return parents


def fill_places(app: Sphinx, document: nodes.document, _page: str) -> None:
    """Put the picture and the minutes in their places."""
    for place in _glances(document):
        place += nodes.Text(visual_abstract(app))
    for place in document.findall(nodes.inline):
        page = place.get("minutes_of")
        if page is None:
            continue
        if page not in app.env.found_docs:
            raise ExtensionError(f"{place.source}:{place.line}: no page {page!r} to read")
        words = count_words(app.env.get_doctree(page))
        place += nodes.Text(str(max(1, round(words / WORDS_PER_MINUTE))))


def _glances(document: nodes.document) -> list[nodes.raw]:
    return [node for node in document.findall(nodes.raw) if node.get("at_a_glance")]


def load_style(
    app: Sphinx,
    _page: str,
    _template: str,
    context: dict[str, Any],
    document: nodes.document | None,
) -> None:
    """Load the style on the page with the study at a glance, which has no contents at its side.

    So there is room for what was asked, done and found on one screen.
    """
    if document and _glances(document):
        app.add_css_file("front.css")
        context["meta"] = {**(context.get("meta") or {}), "html_theme.sidebar_secondary.remove": ""}


def name_in_contents(
    _app: Sphinx,
    _page: str,
    _template: str,
    context: dict[str, Any],
    _document: nodes.document | None,
) -> None:
    """Name the front page in the list of pages as the configuration does.

    Its title would stand there below the title of the book, which says the same.
    """
    if name := context.get("front_page_name"):
        context["root_title"] = name


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("visual-abstract", VisualAbstract)
    app.add_role("minutes", Minutes())
    app.connect("doctree-resolved", fill_places)
    app.connect("html-page-context", load_style)
    app.connect("html-page-context", name_in_contents, priority=900)  # after the theme
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
