"""Where book and repository are published, if ``CITATION.cff`` says so, and what that switches on.

``url`` is the address of the published book: with it pages name their canonical address, previews
have a picture, and there is a sitemap. ``repository-code`` is the address of the repository: with
it pages lead to their source, and notebooks can be launched on Binder. Without them nothing does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from tisstats.book.citing.source import FILE, Citation, read_citation
from tisstats.errors import DataError

BRANCH = "main"
BINDER = "https://mybinder.org"

#: Buttons of the theme that lead to the repository.
_BUTTONS = (
    *("use_repository_button", "use_edit_page_button", "use_source_button", "use_issues_button"),
)


def citation_of(app: Sphinx) -> Citation | None:
    """Return what the citation file beside the sources says; None if there is none."""
    try:
        return read_citation(Path(app.srcdir) / FILE)
    except DataError as error:
        raise ExtensionError(str(error)) from error


def base_address(app: Sphinx) -> str:
    """Return the address of the published book with a final slash; empty if there is none."""
    citation = citation_of(app)
    return citation.base if citation else ""


def switch_on(app: Sphinx, config: Any) -> None:
    """Set what depends on the addresses."""
    citation = citation_of(app)
    if citation is None:
        return
    if citation.base:
        config.html_baseurl = citation.base
    if citation.repository:
        config.html_theme_options = {
            **config.html_theme_options,
            "repository_url": citation.repository,
            "repository_branch": BRANCH,
            **dict.fromkeys(_BUTTONS, True),
            "launch_buttons": {"binderhub_url": BINDER, "notebook_interface": "jupyterlab"},
        }


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """List the pages for search engines, if the book is published."""
    base = base_address(app)
    if error is not None or app.builder.format != "html" or not base:
        return
    pages = sorted(app.env.found_docs)
    lines = [
        f"<url><loc>{escape(base + app.builder.get_target_uri(page))}</loc></url>" for page in pages
    ]
    text = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *lines,
            "</urlset>",
        ]
    )
    (Path(app.outdir) / "sitemap.xml").write_text(f"{text}\n", encoding="utf-8")
