"""Additions to the theme: offline maths, no thebe, alt text, files, accessibility fixes."""

from __future__ import annotations

import os
import re
import shutil
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, ClassVar

import pybtex.plugin  # type: ignore[import-untyped]
from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.builders import html as html_builders
from sphinx.util.matching import Matcher

from tisstats.book.downloads.pages import name_figure
from tisstats.book.pages.html import render
from tisstats.book.run.kernels import IN_BOOK

MATHJAX = "tex-svg.js"  #: MathJax in one file; it needs no web fonts


class AltText:
    """Add alt text to figures, and a place for links to their files.

    A notebook passes the text with the figure:
    ``display(fig, metadata={"image/svg+xml": {"alt": "..."}})``.
    """

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = []

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer,
        data: MimeData,
        inline: bool,  # noqa: ARG004 - part of the plugin's interface
    ) -> list[nodes.Element] | None:
        """Render an image with alt text and files; leave everything else to myst-nb."""
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        if not alt or not data.mime_type.startswith("image/"):
            return None
        images: list[nodes.Element] = renderer.render_image(data)
        for image in images:
            image["alt"] = alt
        place = name_figure(renderer, data, images[0])
        return images if place is None else [*images, place]


def mathjax() -> Path:
    """Return the MathJax file in its package."""
    package = distribution("sphinx-mathjax-offline")
    for file in package.files or ():
        if file.match(f"mathjax/{MATHJAX}"):
            return Path(str(package.locate_file(file)))
    raise FileNotFoundError(f"sphinx-mathjax-offline has no {MATHJAX}")


def use_own_mathjax(app: Sphinx, _config: Any) -> None:
    """Use the copy of MathJax in the book."""
    app.config.mathjax_path = MATHJAX


def remove_thebe(app: Sphinx, _config: Any) -> None:
    """Remove thebe, which Jupyter Book always loads.

    Its scripts run cells on a remote server, and fail on every page.
    """
    for listeners in list(app.events.listeners.values()):
        for listener in list(listeners):
            if listener.handler.__module__ == "sphinx_thebe":
                app.disconnect(listener.id)
    styles = app.registry.css_files
    styles[:] = [style for style in styles if "thebe" not in style[0]]


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy MathJax into the finished book."""
    if error is None and app.builder.format == "html":
        shutil.copyfile(mathjax(), Path(app.outdir) / "_static" / MATHJAX)


#: Files of the theme that no reader needs: for its developers, and its words in other languages.
_UNUSED_FILES = ("*.map", "*webpack-macros.html")
_UNUSED_FOLDER = "locales"


def leave_out_unused_files(app: Sphinx) -> None:
    """Let Sphinx copy no files of the theme that no reader needs, which are most of them.

    They would be copied once more for the next build, and in it, before they are removed. What
    Sphinx leaves out is changed while it copies: other books of this process keep their files.
    """
    copy = getattr(app.builder, "copy_theme_static_files", None)
    if copy is None:  # it is no builder of HTML
        return
    unused = [f"**/{pattern}" for pattern in (".*", *_UNUSED_FILES, _UNUSED_FOLDER)]

    def copy_used(context: dict[str, Any]) -> None:
        usual = html_builders.DOTFILES  # type: ignore[attr-defined]
        html_builders.DOTFILES = Matcher(unused)  # type: ignore[attr-defined]
        try:
            copy(context)
        finally:
            html_builders.DOTFILES = usual  # type: ignore[attr-defined]

    app.builder.copy_theme_static_files = copy_used  # type: ignore[attr-defined]


def remove_unused_files(app: Sphinx, error: Exception | None) -> None:
    """Remove files of the theme that no reader needs, if they have been copied."""
    if error is None and app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        for pattern in _UNUSED_FILES:
            for file in static.rglob(pattern):
                file.unlink()
        shutil.rmtree(static / _UNUSED_FOLDER, ignore_errors=True)


#: Accessibility fixes of the HTML of theme and docutils: pattern and replacement.
ACCESSIBILITY_FIXES = [
    (re.compile(wrong), right)
    for wrong, right in (
        # Unlabelled toggle button in the list of pages: whose pages, if that is plain text.
        (
            r'>([^<>"]+)(</a><details[^>]*>)<summary>(<span class="toctree-toggle")',
            r'>\1\2<summary aria-label="Pages of \1">\3',
        ),
        (
            r'<summary>(<span class="toctree-toggle")',
            r'<summary aria-label="Pages of this part">\1',
        ),
        # Buttons named after parts of the theme.
        ('title="Toggle primary sidebar"', 'title="Pages of this book"'),
        ('title="Toggle secondary sidebar"', 'title="Contents of this page"'),
        # The front page has the title of the book.
        (r"<title>([^<]+) &#8212; \1</title>", r"<title>\1</title>"),
        # Labels that differ from the visible text.
        (r'<summary aria-label="Toggle hidden content">', "<summary>"),
        (r'(class="btn search-button-field [^>]*) aria-label="Search"', r"\1"),
        (r'(data-mode="\w+")\s+title="[^"]*"', r"\1"),
        # Roles that their elements do not allow.
        (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
        (r' role="doc-biblioentry"', ""),
        # The home link is outside any landmark.
        (
            r'(sidebar-primary-items__start [^>]*>\s*<div class="sidebar-primary-item")',
            r'\1 role="navigation" aria-label="Home"',
        ),
    )
]


_MATHJAX_SCRIPT = re.compile(rf'\s*<script [^>]*src="[^"]*{re.escape(MATHJAX)}"></script>')


def fix_accessibility(app: Sphinx, error: Exception | None) -> None:
    """Apply the accessibility fixes to every page."""
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = before = page.read_text(encoding="utf-8")
        for wrong, right in ACCESSIBILITY_FIXES:
            text = wrong.sub(right, text)
        if 'class="math' not in text:
            text = _MATHJAX_SCRIPT.sub("", text)  # unneeded (2 MB)
        if text != before:
            page.write_text(text, encoding="utf-8")


def write_first_page(app: Sphinx, error: Exception | None) -> None:
    """Redirect ``index.html`` to the first page of the book."""
    index = Path(app.outdir) / "index.html"
    if error is None and app.builder.format == "html" and not index.exists():
        address = app.builder.get_target_uri(app.config.root_doc)
        page = render("first_page.html", address=address, title=app.config.html_title)
        index.write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    os.environ[IN_BOOK] = "1"  # for kernels that Sphinx starts itself
    app.setup_extension("tisstats.book.downloads.pages")
    app.setup_extension("tisstats.book.pages.glued")
    app.setup_extension("tisstats.book.site.abbreviations")
    app.setup_extension("tisstats.book.site.icons")
    app.setup_extension("tisstats.book.site.printing")
    app.setup_extension("tisstats.book.site.bibliography")
    app.setup_extension("tisstats.book.site.citations")
    app.setup_extension("tisstats.book.site.folds")
    app.setup_extension("tisstats.book.site.policy")
    app.setup_extension("tisstats.book.site.prose_tables")
    app.setup_extension("tisstats.book.site.typography")
    app.setup_extension("tisstats.book.online.head")
    app.setup_extension("tisstats.book.citing.block")
    app.connect("config-inited", use_own_mathjax)
    app.connect("config-inited", remove_thebe)
    app.connect("builder-inited", leave_out_unused_files)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", remove_unused_files)
    app.connect("build-finished", write_first_page, priority=400)  # before Jupyter Book's
    app.connect("build-finished", fix_accessibility, priority=900)
    # Cached: otherwise every citation searches all installed packages for the same few plugins.
    pybtex.plugin.find_plugin = cache(pybtex.plugin.find_plugin)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
