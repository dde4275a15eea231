"""The Sphinx extension that replaces Sphinx's search: its own page, scripts and index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from tisstats.book.search.claims import find_claims, read_claims
from tisstats.book.search.index import IndexedPage, search_index
from tisstats.book.search.passages import article, parse, read_passages
from tisstats.book.search.synonyms import GENERAL, read_synonyms

#: The index, and the engine that reads it: loaded when somebody starts to search.
INDEX = "search_index.js"

#: Files of Sphinx's own search, which pages of the theme load.
_SPHINX_SEARCH = ("_static/searchtools.js", "_static/language_data.js", "searchindex.js")
_SPHINX_SCRIPTS = re.compile(
    rf'\s*<script src="[^"]*({"|".join(map(re.escape, _SPHINX_SEARCH))})(\?[^"]*)?"></script>'
)
_TABLE = re.compile(r"<table\b([^>]*)>")
_ID = re.compile(r'\sid="([^"]*)"')
_NAME = re.compile(r'\sdata-name="([^"]*)"')


def _makes_pages(app: Sphinx) -> bool:
    """Return whether the book becomes pages, and not one long page to print."""
    return app.builder.name in {"html", "dirhtml"}


def use_own_search(app: Sphinx) -> None:
    """Turn off Sphinx's search, which would index the sources."""
    if _makes_pages(app):
        app.builder.search = False  # type: ignore[attr-defined]


def search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page with a search's hits, at the address of Sphinx's."""
    if _makes_pages(app):
        yield "search", {"title": "Search", "search_place": _place(app)}, "book_search.html"


def _place(app: Sphinx) -> str:
    """Return what is searched, as the theme's field says: Search this book."""
    options: dict[str, Any] = app.config.html_theme_options
    return str(options.get("search_bar_text", "Search"))


def name_tables(html: str) -> str:
    """Return a page on which every table has an id, so that a hit can lead to it.

    >>> name_tables('<table data-name="flow">')
    '<table id="table-flow" data-name="flow">'
    >>> name_tables('<p id="table"><table><table class="wide">')
    '<p id="table"><table id="table-2"><table id="table-3" class="wide">'
    """
    taken = Counter(_ID.findall(html))

    def name(found: re.Match[str]) -> str:
        if _ID.search(found[1]):
            return found[0]
        own = _NAME.search(found[1])
        stem = anchor = f"table-{own[1]}" if own else "table"
        number = 1
        while taken[anchor]:
            number += 1
            anchor = f"{stem}-{number}"
        taken[anchor] += 1
        return f'<table id="{anchor}"{found[1]}>'

    return _TABLE.sub(name, html)


def reading_order(app: Sphinx) -> list[str]:
    """Return the pages of the book in the order of its table of contents."""
    found: dict[str, None] = {}

    def visit(page: str) -> None:
        if page not in found:
            found[page] = None
            for below in app.env.toctree_includes.get(page, []):
                visit(below)

    visit(app.config.root_doc)
    return [page for page in found if page in app.env.found_docs]


def weight(app: Sphinx, page: str) -> float:
    """Return the weight of a page, by the first pattern of its name in the configuration."""
    found = (each for name, each in app.config.search_weights.items() if fnmatch(page, name))
    return next(found, 1)


def write_index(app: Sphinx, error: Exception | None) -> None:
    """Write the index of the finished pages, and remove what is left of Sphinx's search."""
    if error is not None or not _makes_pages(app):
        return
    builder: Any = app.builder
    folder = Path(app.outdir)
    claims = read_claims(Path(app.srcdir))
    pages = []
    for page in folder.rglob("*.html"):
        before = page.read_text(encoding="utf-8")
        text = name_tables(_SPHINX_SCRIPTS.sub("", before))
        if text != before:
            page.write_text(text, encoding="utf-8")
    for name in reading_order(app):
        file = Path(builder.get_outfilename(name))
        said = article(parse(file.read_text(encoding="utf-8")))
        if said is not None:
            own = find_claims(said, claims)
            contents = read_passages(said, frozenset(each.claim.id for each in own))
            address = builder.get_target_uri(name)
            pages.append(IndexedPage(address, contents, own, weight(app, name)))
    files = [GENERAL, *(Path(app.srcdir) / name for name in app.config.search_synonyms)]
    index = search_index(pages, read_synonyms(files))
    (folder / "_static" / INDEX).write_text(index, encoding="utf-8")
    for name in _SPHINX_SEARCH:
        (folder / name).unlink(missing_ok=True)


def add_template(app: Sphinx, config: Any) -> None:  # noqa: ARG001 - what Sphinx passes
    """Let Sphinx find the template of the search page."""
    config.templates_path.append(str(Path(__file__).parent / "templates"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("search_synonyms", [], "html", types=[list])
    app.add_config_value("search_weights", {}, "html", types=[dict])
    app.add_css_file("search.css")
    app.add_js_file("search.js")
    app.connect("config-inited", add_template)
    app.connect("builder-inited", use_own_search)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index, priority=950)  # pages are as readers get them
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
