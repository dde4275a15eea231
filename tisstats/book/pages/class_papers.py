"""Slides, sheets and plan of the class: pages without the theme, for wall and paper.

They are written into the finished book, with the figures of the slides. Each works from the disk,
without network and without scripts, and prints from a browser; `tisstats.book.paper.sheets` makes
PDF files of them.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from tisstats.book.downloads.pages import notice
from tisstats.book.pages.class_bundle import ASSETS, BUNDLE, FOLDER, bundle
from tisstats.book.pages.directive_base import published_facts
from tisstats.book.pages.html import render
from tisstats.book.site.typography import typeset
from tisstats.errors import DataError, Fault
from tisstats.ledger.published import PublishedFacts
from tisstats.teaching import class_tables
from tisstats.teaching.class_texts import HANDOUT, SLIDES_FILE, ClassTexts, class_texts

#: The page that leads here.
_HOME = "book/teaching/class"


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
    "plan": Paper("Plan", "Open and print the plan", None),
}

#: Place of the link to a PDF on the teacher's page, which stays empty until a browser has made one.
PDF_PLACE = '<span class="class-pdf" data-paper="{name}"></span>'


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files are, and from there what they need."""

    assets: str  #: begins the address of a style or script
    figures: str = ""  #: begins the address of a figure
    home: str = ""  #: address of the teacher's page; empty if it is not to be had


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of the slides as files, and what a page says of it."""

    wide: str  #: SVG for a slide
    phone: str  #: SVG for a phone
    alt: str  #: description for those who do not see it
    caption: str  #: what the data are and where they are from
    width: int  #: of the wide one, pixels
    height: int  #: of the wide one, pixels


#: In the book, and unpacked on a reader's disk.
IN_BOOK = Place("../", home=f"../../{_HOME}.html")
UNPACKED = Place(f"{ASSETS}/", figures=f"{ASSETS}/")


def pictures(published: PublishedFacts) -> dict[str, Picture]:
    """Return the figures of the slides by name.

    Parameters
    ----------
    published
        The published facts.
    """
    from tisstats.book.downloads.figures import svg  # matplotlib takes long to import
    from tisstats.book.downloads.svg import size
    from tisstats.chapters.class_figures import slide_figures

    made = {}
    for name, figure in slide_figures(published).items():
        wide = svg(figure.wide)
        made[name] = Picture(wide, svg(figure.phone), figure.alt, figure.caption, *size(wide))
    return made


def papers(
    place: Place, texts: ClassTexts, figures: Mapping[str, Picture], title: str, changed: str
) -> dict[str, str]:
    """Return the files of the class by name: pages in HTML and figures in SVG.

    Parameters
    ----------
    place
        Where the pages are.
    texts
        The class.
    figures
        The figures of the slides.
    title
        Of the book.
    changed
        What differs from the published analysis; empty for nothing.

    Raises
    ------
    DataError
        If a slide names a figure that there is not.
    """
    _check_figures(texts, figures)
    shared = {"place": place, "book": title, "changed": changed, "plan": texts.plans[0]}
    rules = {
        "strength": class_tables.bands(strength=True),
        "others": class_tables.bands(strength=False),
        "categories": class_tables.categories(),
        "enzymes": class_tables.enzyme_ranges(),
        "tests": class_tables.muscle_tests(),
        "measures": class_tables.measures(),
    }
    slides = render(
        "class_slides.html",
        **shared,
        paper=PAPERS["slides"],
        slides=texts.slides,
        figures=figures,
        steps={step.key: step for step in texts.plans[0].steps},
    )
    handout = render(
        "class_handout.html",
        **shared,
        paper=PAPERS["handout"],
        rules=rules,
        tables=texts.tables,
        solved=texts.solved,
        endpoint=next(slide.quote for slide in texts.slides if slide.quote),
        trial=next(slide for slide in texts.slides if slide.key == "guess-placebo"),
        first_on_trials=1 + HANDOUT.index("interval"),
        level=f"{100 * texts.solved['interval'].values['level']:g}",
        planned=f"{100 * texts.solved['interval'].values['planned']:g}",
    )
    sheet = render("class_sheet.html", **shared, paper=PAPERS["sheet"], rules=rules)
    plan = render(
        "class_plan.html",
        **shared,
        mistakes=texts.mistakes,
        open=[task for task in texts.tasks.values() if task.is_open],
    )
    made = {"slides": slides, "handout": handout, "sheet": sheet, "plan": plan}
    return {f"{name}.html": typeset(page) for name, page in made.items()}


def drawings(figures: Mapping[str, Picture]) -> dict[str, str]:
    """Return the files of the figures in SVG, by name."""
    return {f"{name}.svg": figure.wide for name, figure in figures.items()} | {
        f"{name}-phone.svg": figure.phone for name, figure in figures.items()
    }


def _check_figures(texts: ClassTexts, figures: Mapping[str, Picture]) -> None:
    faults = [
        Fault(
            SLIDES_FILE.name,
            f"its figure {slide.figure!r} is not one of: {', '.join(figures)}",
            column=slide.key,
        )
        for slide in texts.slides
        if slide.figure and slide.figure not in figures
    ]
    if faults:
        raise DataError(faults)


def draw_slides(app: Sphinx, _document: nodes.document) -> None:
    """Draw the figures of the slides while the page that leads to them is read.

    Other processes read other pages meanwhile; nothing is left for them when a book is finished.
    """
    if app.env.docname == _HOME and app.builder.format == "html":
        drawn = pictures(published_facts(_facts(app)))
        _drawn(app).parent.mkdir(parents=True, exist_ok=True)
        _drawn(app).write_bytes(pickle.dumps(drawn))


def _facts(app: Sphinx) -> Path:
    return Path(app.srcdir) / "data" / "published"


def _drawn(app: Sphinx) -> Path:
    return Path(app.doctreedir) / f"{_HOME}.pictures"


def write_papers(app: Sphinx, error: Exception | None) -> None:
    """Write the files of the class into the finished book, and all of them as one file."""
    if error is not None or app.builder.format != "html" or _HOME not in app.env.found_docs:
        return
    static = Path(app.outdir) / "_static"
    if (static / BUNDLE).exists():
        return  # kept from an earlier build, with the same texts and facts
    texts = class_texts(published_facts(_facts(app)))
    figures: dict[str, Picture] = pickle.loads(_drawn(app).read_bytes())
    named = {"title": app.config.html_title, "changed": notice(app)}
    folder = static / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (papers(IN_BOOK, texts, figures, **named) | drawings(figures)).items():
        (folder / name).write_text(text, encoding="utf-8")
    unpacked = papers(UNPACKED, texts, figures, **named)
    (static / BUNDLE).write_bytes(bundle(static, unpacked, drawings(figures)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("doctree-read", draw_slides)
    app.connect("build-finished", write_papers, priority=-10)  # before pages are kept
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
