"""Slides, hand-out and scoring sheet of the class: pages without the theme, for wall and paper.

They are written into the finished book, and show its figures as its pages do. Each works from the
disk, without network and without scripts, and prints from any browser; `tisstats.book.paper.sheets`
makes PDF files of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from tisstats.book.downloads.pages import notice
from tisstats.book.pages.html import render
from tisstats.ledger.published import PublishedFacts
from tisstats.teaching import class_tables
from tisstats.teaching.class_texts import HANDOUT, ClassTexts, class_texts

#: Folder below the static files of the book.
FOLDER = "class"

#: The page that leads here.
_HOME = "book/teaching/class"

#: From the folder to the root of the book.
_ROOT = "../../"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of the class."""

    title: str  #: its title
    action: str  #: words of the link to it
    sheets: int | None  #: pages of its PDF; None if that depends on its contents


PAPERS = {
    "slides": Paper("Slides", "Open the slides", None),
    "handout": Paper("Hand-out", "Open and print the hand-out", 3),
    "sheet": Paper("Scoring sheet", "Open and print the scoring sheet", 1),
}

#: Place of the link to a PDF on the teacher's page, which stays empty until a browser has made one.
PDF_PLACE = '<span class="class-pdf" data-paper="{name}"></span>'


@dataclass(frozen=True, slots=True)
class BookFigure:
    """A figure of a page of the book, as it is shown there."""

    address: str  #: of the drawing, from the root of the book
    phone: str  #: of the drawing for phones
    words: str  #: description for those who do not see it
    caption: str  #: text below it, without its number
    page: str  #: address of the page with the figure, from the root of the book
    width: int  #: pixels
    height: int  #: pixels


def figure_of(book: Path, place: str) -> BookFigure:
    """Return a figure of a finished book.

    Parameters
    ----------
    book
        Folder of the book.
    place
        Page and anchor, such as ``notebooks/02_cohort_flow#fig-flow``.

    Raises
    ------
    ValueError
        If the page has no such figure.
    """
    page, _, anchor = place.partition("#")
    tree = lxml.html.document_fromstring((book / f"{page}.html").read_text(encoding="utf-8"))
    found = tree.xpath("//figure[@id=$anchor]", anchor=anchor)
    if not found:
        raise ValueError(f"{page} has no figure {anchor!r}")
    (figure,) = found
    (image,), sources = figure.xpath(".//img"), figure.xpath(".//source/@srcset")
    for number in figure.find_class("caption-number"):
        number.drop_tree()
    for link in figure.find_class("headerlink"):
        link.drop_tree()
    captions = figure.xpath(".//figcaption")
    return BookFigure(
        address=_from_root(page, image.get("src")),
        phone=_from_root(page, sources[0] if sources else image.get("src")),
        words=image.get("alt"),
        caption=" ".join(captions[0].text_content().split()) if captions else "",
        page=f"{page}.html#{anchor}",
        width=int(image.get("width")),
        height=int(image.get("height")),
    )


def _from_root(page: str, address: str) -> str:
    return address.removeprefix("../" * page.count("/"))


def papers(book: Path, texts: ClassTexts, title: str, changed: str) -> dict[str, str]:
    """Return the files of the class as HTML, by name.

    Parameters
    ----------
    book
        Folder of the finished book.
    texts
        The class.
    title
        Of the book.
    changed
        What differs from the published analysis; empty for nothing.
    """
    shared = {"root": _ROOT, "home": f"{_HOME}.html", "book": title, "changed": changed}
    figures = {
        slide.figure: figure_of(book, slide.figure) for slide in texts.slides if slide.figure
    }
    titles = {step.key: step for step in texts.plans[0].steps}
    rules = {
        "strength": class_tables.bands(strength=True),
        "others": class_tables.bands(strength=False),
        "categories": class_tables.categories(),
        "enzymes": class_tables.enzyme_ranges(),
        "tests": class_tables.muscle_tests(),
        "measures": class_tables.measures(),
    }
    return {
        "slides": render(
            "class_slides.html",
            **shared,
            paper=PAPERS["slides"],
            slides=texts.slides,
            figures=figures,
            steps=titles,
            plan=texts.plans[0],
        ),
        "handout": render(
            "class_handout.html",
            **shared,
            paper=PAPERS["handout"],
            rules=rules,
            tables=texts.tables,
            solved=texts.solved,
            plan=texts.plans[0],
            endpoint=next(slide.quote for slide in texts.slides if slide.quote),
            trial=next(slide for slide in texts.slides if slide.key == "guess-placebo"),
            first_on_trials=1 + HANDOUT.index("interval"),
            level=f"{100 * texts.solved['interval'].values['level']:g}",
            planned=f"{100 * texts.solved['interval'].values['planned']:g}",
        ),
        "sheet": render("class_sheet.html", **shared, paper=PAPERS["sheet"], rules=rules),
    }


def write_papers(app: Sphinx, error: Exception | None) -> None:
    """Write the files of the class into the finished book."""
    if error is not None or app.builder.format != "html" or _HOME not in app.env.found_docs:
        return
    book = Path(app.outdir)
    texts = class_texts(PublishedFacts.read(Path(app.srcdir) / "data" / "published"))
    folder = book / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, html in papers(book, texts, app.config.html_title, notice(app)).items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("build-finished", write_papers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
