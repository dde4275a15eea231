"""The Sphinx extension that shows how to cite, and leads there from every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tisstats.book.citing.formats import CITATION_FORMATS, CitationFormat
from tisstats.book.citing.source import FILE, Work, read_citation
from tisstats.book.downloads.pages import Link
from tisstats.book.pages.html import render

#: Folder of the files of works, in the finished book.
FOLDER = "_static/cite"


class CiteWork(SphinxDirective):
    """A work in every format, to copy and to download: ``book``, or the key of a reference."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the text of the work, the other formats folded, and links to its files."""
        file = Path(self.env.srcdir) / FILE
        self.env.note_dependency(str(file))
        citation = read_citation(file)
        if citation is None:
            raise self.error(f"there is no {FILE} to cite from")
        works = {"book": citation.book, **citation.works()}
        work = works.get(self.arguments[0])
        if work is None:
            known = ", ".join(works)
            raise self.error(f"{FILE} has no work {self.arguments[0]!r}: choose one of {known}")
        first, *others = CITATION_FORMATS
        parts: list[nodes.Node] = [_text(work, first)]
        for each in others:
            opening = render("citation_format.html", title=each.title)
            parts.append(nodes.raw("", opening, format="html"))
            parts.append(_text(work, each))
            parts.append(nodes.raw("", "</details>", format="html"))
        home = "../" * self.env.docname.count("/")
        links = [
            Link(each.title, f"{home}{FOLDER}/{file_name(work, each)}", _label(work, each))
            for each in CITATION_FORMATS
        ]
        parts.append(nodes.raw("", render("citation_files.html", links=links), format="html"))
        return [nodes.container("", *parts, classes=["cite-work"])]


def _text(work: Work, each: CitationFormat) -> nodes.literal_block:
    text = each.write(work).rstrip("\n")
    return nodes.literal_block(
        text, text, language=each.lexer, classes=["cite-text", f"cite-{each.suffix}"]
    )


def _label(work: Work, each: CitationFormat) -> str:
    return f"Download the citation “{work.key}” as {each.title}"


def file_name(work: Work, each: CitationFormat) -> str:
    """Return the name of the file of a work in a format."""
    return f"{work.key}.{each.suffix}"


def write_files(app: Sphinx, error: Exception | None) -> None:
    """Write the book and its references in every format."""
    citation = read_citation(Path(app.srcdir) / FILE)
    if error is not None or app.builder.format != "html" or citation is None:
        return
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for work in citation.works().values():
        for each in CITATION_FORMATS:
            # Lines of RIS end in carriage return and line feed.
            newline = "\r\n" if each.suffix == "ris" else "\n"
            file = folder / file_name(work, each)
            file.write_text(each.write(work), encoding="utf-8", newline=newline)


def lead_there(
    app: Sphinx,
    page: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Link the page that says how to cite at the foot of every page, and load its style there."""
    target = app.config.cite_page
    if not target or app.builder.format != "html":
        return
    if page == target:
        app.add_css_file("cite.css")
    here = "#" if page == target else context["pathto"](target)
    context["theme_extra_footer"] = render("cite_footer.html", address=here)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("cite_page", "", "html", [str])
    app.add_directive("cite-work", CiteWork)
    app.connect("html-page-context", lead_there)
    app.connect("build-finished", write_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
