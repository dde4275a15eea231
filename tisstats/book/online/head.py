"""The Sphinx extension that describes every page to search engines and previews."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from tisstats.book.citing.source import Citation
from tisstats.book.downloads.names import RESULTS_CSV, RESULTS_JSON
from tisstats.book.online.addresses import citation_of, switch_on, write_sitemap
from tisstats.book.online.description import describe_page
from tisstats.book.online.linked_data import PageFacts, as_script, kind_of_page, linked_data
from tisstats.book.pages.html import render

#: Page that a server shows for a wrong address.
LOST = "404"
#: Picture of the book for previews, if there is one: its file, and what it shows.
CARD = "_static/card.png"

_TAGS = re.compile(r"<[^>]+>")
_TITLE = re.compile(r"(?=<title>)")
_SKIP = '<div id="pst-skip-link"'
_FRAGMENT = re.compile(r'(?<=href=")#')


def page_facts(
    app: Sphinx, citation: Citation | None, page: str, title: str, doctree: nodes.document | None
) -> PageFacts:
    """Return what is known of a page; ``doctree`` is None for a page that Sphinx made itself."""
    base = citation.base if citation else ""
    front = page == app.config.root_doc
    book = app.config.html_title
    described = describe_page(doctree) if doctree else ""
    default = ("Book" if citation else "Report") if front else "WebPage"
    kind = default if front else kind_of_page(page, app.config.page_types)
    files = (RESULTS_CSV, RESULTS_JSON) if kind == "Dataset" else ()
    return PageFacts(
        title=book if front else title,
        description=described or (title if front else f"{title}. {book}"),
        book=book,
        language=app.config.language,
        kind=kind,
        address=base + app.builder.get_target_uri(page) if base else "",
        image=base + CARD if base and card_words(app) else "",
        is_front=front,
        files=tuple(base + file for file in files) if base else (),
    )


def card_words(app: Sphinx) -> str:
    """Return what the picture for previews shows; empty if the book has none."""
    words: str = getattr(app.env, "card_words", "")
    return words


def head_tags(app: Sphinx, facts: PageFacts, citation: Citation | None) -> str:
    """Return the elements that describe a page."""
    tags = render("head.html", facts=facts, words=card_words(app))
    return tags + as_script(linked_data(facts, citation))


def describe(
    app: Sphinx,
    page: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add what describes a page to its head."""
    if app.builder.format != "html":
        return
    citation = citation_of(app)
    if doctree is None:
        # Not for search engines: the index, the search page, the page for wrong addresses.
        extra = '<meta name="robots" content="noindex">'
        context["pageurl"] = None
        if page == LOST and citation and citation.base:
            extra = f'<base href="{urlsplit(citation.base).path}">{extra}'
    else:
        title = html.unescape(_TAGS.sub("", context["title"]))
        extra = head_tags(app, page_facts(app, citation, page, title, doctree), citation)
    context["metatags"] = context.get("metatags", "") + extra


def keep_front_tags(app: Sphinx, document: nodes.document, page: str) -> None:
    """Keep what describes the front page, for the first page that leads to it.

    Pages may be written by other processes; this one reads their documents.
    """
    if app.builder.format == "html" and page == app.config.root_doc:
        citation = citation_of(app)
        title = app.env.titles[page].astext()
        facts = page_facts(app, citation, page, title, document)
        app.env.front_tags = head_tags(app, facts, citation)  # type: ignore[attr-defined]


def lost_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Make the page for wrong addresses."""
    if app.builder.format == "html" and app.builder.name != "singlehtml":
        front = app.builder.get_target_uri(app.config.root_doc)
        body = render("not_found.html", front=front, book=app.config.html_title)
        yield LOST, {"title": "Page not found", "body": body}, "page.html"


def finish(app: Sphinx, error: Exception | None) -> None:
    """Describe the first page like the front page it leads to, and keep lost readers' links."""
    if error is not None or app.builder.format != "html":
        return
    citation = citation_of(app)
    index = Path(app.outdir) / "index.html"
    tags = getattr(app.env, "front_tags", "")
    if tags and index.exists() and app.config.root_doc != "index":
        if citation and citation.base:
            front = citation.base + app.builder.get_target_uri(app.config.root_doc)
            tags = f'<link rel="canonical" href="{front}">{tags}'
        text = index.read_text(encoding="utf-8")
        index.write_text(_TITLE.sub(lambda _: tags, text, count=1), encoding="utf-8")
    lost = Path(app.outdir) / f"{LOST}.html"
    if citation and citation.base and lost.exists():
        # With a base, a fragment alone would lead to the first page of the book.
        text = lost.read_text(encoding="utf-8")
        text = _FRAGMENT.sub(f"{LOST}.html#", text)
        # A link that names its page is not taken for one that skips: it needs a landmark.
        text = text.replace(_SKIP, f'{_SKIP} role="navigation" aria-label="Skip"')
        lost.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("page_types", {}, "html", [dict])
    app.connect("config-inited", switch_on)
    app.connect("html-page-context", describe)
    app.connect("doctree-resolved", keep_front_tags, priority=900)  # all is in place
    app.connect("html-collect-pages", lost_page)
    app.connect("build-finished", finish, priority=450)  # after the first page is written
    app.connect("build-finished", write_sitemap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
