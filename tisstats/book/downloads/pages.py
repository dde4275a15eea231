"""The Sphinx extension that writes the files of tables and figures, and links them below these."""

from __future__ import annotations

import json
import pickle
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx

from tisstats.book.downloads.formats import FORMATS
from tisstats.book.downloads.names import (
    FOLDER,
    METADATA,
    PHONE,
    RESULTS_CSV,
    RESULTS_JSON,
    page_names,
    unique_name,
)
from tisstats.book.downloads.results import (
    FiledTable,
    PageFigure,
    PageResults,
    glued_numbers,
    results_csv,
    results_json,
)
from tisstats.book.downloads.svg import size
from tisstats.book.downloads.tables import TABLE, read_table, without_facts
from tisstats.book.pages.glued import glued_outputs
from tisstats.book.pages.html import render

#: Files of a figure besides the pictures on the page.
_SUFFIXES = ("pdf", "png")

_IMAGES = "_images"

#: Up to this width of the window, in pixels, the drawing for phones is shown: above it, the column
#: has room for the other one.
PHONE_UP_TO = 750


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a file."""

    title: str
    address: str
    label: str  #: for who hears it out of place


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing of a figure on a page."""

    address: str
    width: int  #: pixels
    height: int  #: pixels


@dataclass(frozen=True, slots=True)
class FigureFiles:
    """A figure between the reading of its notebook and the writing of its page."""

    name: str  #: unique on the page
    stem: str  #: of its files
    description: str
    column: str  #: SVG for the column
    phone: str  #: SVG for phones; empty if the same is shown there
    files: dict[str, bytes]  #: contents of the others by suffix


def name_figure(
    renderer: NbElementRenderer, data: MimeData, image: nodes.Element
) -> nodes.raw | None:
    """Name the picture on the page after the figure, and return the place for its links.

    Returns
    -------
    docutils.nodes.raw or None
        Empty, with the figure's files in its attribute ``figure``; None if the output has none.
    """
    own = data.output_metadata.get(METADATA)
    if own is None:
        return None
    document, env = renderer.renderer.document, renderer.renderer.sphinx_env
    names = document.setdefault("figure_names", [])
    name = unique_name(own["name"], names)
    names.append(name)
    stem = f"{page_names(env.found_docs)[env.docname]}-{name}"
    image["uri"] = renderer.write_file([f"{stem}.svg"], data.string.encode(), overwrite=True)
    contents = {suffix: b64decode(content) for suffix, content in own["files"].items()}
    phone = contents.pop(PHONE, b"").decode()
    files = FigureFiles(name, stem, image["alt"], data.string, phone, contents)
    return nodes.raw("", "", format="html", figure=files)


class Downloads:
    """The files of the book under construction.

    Pages may be written by other processes; this one resolves the references of all of them, or of
    those that are written again. What is found is kept beside the documents.
    """

    def __init__(self) -> None:
        self._pages: dict[str, PageResults] = {}

    def link(self, app: Sphinx, document: nodes.document, page: str) -> None:
        """Write the files of a page's tables and figures, and link them."""
        if app.builder.format != "html":
            return
        self._pages[page] = PageResults()
        folder = Path(app.outdir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for part in list(document.findall(nodes.raw)):
            if part.get("format") == "html" and "data-name=" in part.astext():
                html = TABLE.sub(lambda found: self._link_table(app, page, found[0]), part.astext())
                part.replace_self(nodes.raw("", html, **part.attributes))
            elif "figure" in part:
                self._link_figure(app, page, part)
        kept = _results_file(app, page)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(self._pages[page]))

    def _link_table(self, app: Sphinx, page: str, html: str) -> str:
        found = read_table(html)
        results = self._pages[page]
        name = unique_name(found.name, [filed.table.name for filed in results.tables])
        table = replace(found, name=name)
        stem = f"{page_names(app.env.found_docs)[page]}-{name}"
        note = notice(app)
        links = {}
        for each in FORMATS:
            file = f"{FOLDER}/{stem}.{each.suffix}"
            (Path(app.outdir) / file).write_bytes(each.write(table, note))
            links[each.title] = file
        results.tables.append(FiledTable(table, tuple(links.values())))
        return without_facts(html) + _links(page, f"table “{table.caption}”", links)

    def _link_figure(self, app: Sphinx, page: str, place: nodes.raw) -> None:
        own: FigureFiles = place["figure"]
        pictures = _write_pictures(Path(app.outdir), own)
        home = "../" * page.count("/")
        # Sphinx's own image has no place for a second drawing, nor for the size.
        place.parent[place.parent.index(place) - 1] = nodes.raw(
            "", _picture(own, pictures, home), format="html"
        )
        links = {"SVG": pictures[0]}
        for suffix in _SUFFIXES:
            links[suffix.upper()] = f"{FOLDER}/{own.stem}.{suffix}"
            (Path(app.outdir) / links[suffix.upper()]).write_bytes(own.files[suffix])
        found = PageFigure(own.name, own.description, tuple(links.values()))
        self._pages[page].figures.append(found)
        what = f"figure “{own.name.replace('_', ' ')}”"
        below = nodes.raw("", _links(page, what, links), format="html")
        figure = place.parent
        if isinstance(figure, nodes.figure):  # its caption must be the last in it
            figure.remove(place)
            figure.parent.insert(figure.parent.index(figure) + 1, below)
        else:
            place.replace_self(below)

    def finish(self, app: Sphinx, error: Exception | None) -> None:
        """Write the results, and drop the figures from the notebooks in the book."""
        if error is not None or app.builder.format != "html":
            return
        pages = {}
        for page in sorted(app.env.found_docs):
            results = self._pages.get(page) or _kept_results(app, page)
            results.glued = list(glued_numbers(glued_outputs(app, page)))
            pages[page] = results
        book = Path(app.outdir)
        (book / FOLDER).mkdir(parents=True, exist_ok=True)
        text = results_json(app.config.html_title, pages, notice(app))
        (book / RESULTS_JSON).write_text(text, encoding="utf-8")
        (book / RESULTS_CSV).write_text(results_csv(pages), encoding="utf-8")
        for notebook in (Path(app.outdir) / "_sources").rglob("*.ipynb"):
            notebook.write_text(without_figures(notebook.read_text("utf-8")), encoding="utf-8")


def _results_file(app: Sphinx, page: str) -> Path:
    return Path(app.doctreedir) / f"{page}.results"


def _kept_results(app: Sphinx, page: str) -> PageResults:
    """Return what is kept of a page that is not written again."""
    file = _results_file(app, page)
    kept: PageResults = pickle.loads(file.read_bytes()) if file.is_file() else PageResults()
    return kept


def notice(app: Sphinx) -> str:
    """Return the words of the banner, which says what differs from the published analysis."""
    banner = (app.config.html_theme_options or {}).get("announcement") or ""
    if not banner:
        return ""
    return " ".join(lxml.html.fromstring(f"<div>{banner}</div>").text_content().split())


def without_figures(notebook: str) -> str:
    """Return an executed notebook without its figures and the facts of its tables.

    Of the figures the words are kept. The book has these in a folder; a reader who downloads the
    notebook needs them no second time.
    """
    contents = json.loads(notebook)
    for cell in contents["cells"]:
        for output in cell.get("outputs", []):
            output.get("metadata", {}).get(METADATA, {}).pop("files", None)
            data = output.get("data", {})
            data.pop("image/svg+xml", None)
            if "text/html" in data:
                data["text/html"] = without_facts("".join(data["text/html"]))
    # As nbformat writes it.
    return json.dumps(contents, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _write_pictures(book: Path, own: FigureFiles) -> list[str]:
    """Write the drawings of a figure, and return their addresses in the book."""
    drawn = {f"{own.stem}.svg": own.column, f"{own.stem}-{PHONE}": own.phone}
    (book / _IMAGES).mkdir(exist_ok=True)
    addresses = []
    for name, svg in drawn.items():
        if svg:
            (book / _IMAGES / name).write_text(svg, encoding="utf-8")
            addresses.append(f"{_IMAGES}/{name}")
    return addresses


def _picture(own: FigureFiles, addresses: Sequence[str], home: str) -> str:
    """Return the HTML of a figure: the drawing for phones where the window is narrow."""
    drawings = []
    for address, svg in zip(addresses, filter(None, (own.column, own.phone)), strict=True):
        width, height = size(svg)
        drawings.append(Drawing(home + address, width, height))
    column, *phone = drawings
    return render(
        "picture.html",
        alt=own.description,
        column=column,
        phone=phone[0] if phone else None,
        up_to=PHONE_UP_TO,
    )


def _links(page: str, what: str, files: dict[str, str]) -> str:
    home = "../" * page.count("/")
    links = [
        Link(title, home + file, f"Download {what} as {title}") for title, file in files.items()
    ]
    return render("downloads.html", links=links)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    downloads = Downloads()
    app.connect("doctree-resolved", downloads.link)
    app.connect("build-finished", downloads.finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
