"""The Sphinx extension that writes the files of tables and figures, and links them below these."""

from __future__ import annotations

import json
import pickle
from base64 import b64decode
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

    address: str  #: relative to the book's folder, or to that of the page
    width: int  #: pixels
    height: int  #: pixels


@dataclass(frozen=True, slots=True)
class FiledFigure:
    """A figure between the reading of its notebook and the writing of its page."""

    name: str  #: unique on the page
    description: str
    drawings: tuple[Drawing, ...]  #: for the column, and for phones if another is shown there
    links: dict[str, str]  #: its files, relative to the book's folder, by title


def name_figure(
    renderer: NbElementRenderer, data: MimeData, image: nodes.Element
) -> nodes.raw | None:
    """Name the picture on the page after the figure, write its files and return their place.

    Returns
    -------
    docutils.nodes.raw or None
        Empty, with what is known of the figure in its attribute ``figure``; None if the output has
        no files.
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
    svgs = {f"{stem}.svg": data.string}
    if PHONE in contents:
        svgs[f"{stem}-{PHONE}"] = contents.pop(PHONE).decode()
    drawings = tuple(Drawing(f"{_IMAGES}/{file}", *size(svg)) for file, svg in svgs.items())
    files = {suffix: f"{FOLDER}/{stem}.{suffix}" for suffix in _SUFFIXES}
    links = {"SVG": drawings[0].address} | {key.upper(): file for key, file in files.items()}
    if env.app.builder.format == "html":
        book = Path(env.app.outdir)
        for drawing, svg in zip(drawings, svgs.values(), strict=True):
            _write(book / drawing.address, svg.encode())
        for suffix, file in files.items():
            _write(book / file, contents[suffix])
    found = FiledFigure(name, image["alt"], drawings, links)
    return nodes.raw("", "", format="html", figure=found)


def file_tables(app: Sphinx, document: nodes.document) -> None:
    """Write the files of a page's tables, link them, and keep what the page adds to the results.

    This belongs to the reading of a page, which several processes share. The references of all
    pages are resolved in one.
    """
    if app.builder.format != "html":
        return
    page, results = app.env.docname, PageResults()
    for part in list(document.findall(nodes.raw)):
        if part.get("format") == "html" and "data-name=" in part.astext():
            html = TABLE.sub(lambda found: _link_table(app, page, results, found[0]), part.astext())
            part.replace_self(nodes.raw("", html, **part.attributes))
        elif "figure" in part:
            own: FiledFigure = part["figure"]
            results.figures.append(PageFigure(own.name, own.description, tuple(own.links.values())))
    _write(_results_file(app, page), pickle.dumps(results))


def _link_table(app: Sphinx, page: str, results: PageResults, html: str) -> str:
    found = read_table(html)
    name = unique_name(found.name, [filed.table.name for filed in results.tables])
    table = replace(found, name=name)
    stem = f"{page_names(app.env.found_docs)[page]}-{name}"
    note = notice(app)
    links = {}
    for each in FORMATS:
        file = f"{FOLDER}/{stem}.{each.suffix}"
        _write(Path(app.outdir) / file, each.write(table, note))
        links[each.title] = file
    results.tables.append(FiledTable(table, tuple(links.values())))
    return without_facts(html) + _links(page, f"table “{table.caption}”", links)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def place_figures(app: Sphinx, document: nodes.document, page: str) -> None:
    """Show the drawings of a page's figures, and link their files, when captions are in place."""
    if app.builder.format != "html":
        return
    for place in [part for part in document.findall(nodes.raw) if "figure" in part]:
        own: FiledFigure = place["figure"]
        # Sphinx's own image has no place for a second drawing, nor for the size.
        place.parent[place.parent.index(place) - 1] = nodes.raw(
            "", _picture(own, "../" * page.count("/")), format="html"
        )
        what = f"figure “{own.name.replace('_', ' ')}”"
        below = nodes.raw("", _links(page, what, own.links), format="html")
        figure = place.parent
        if isinstance(figure, nodes.figure):  # its caption must be the last in it
            figure.remove(place)
            figure.parent.insert(figure.parent.index(figure) + 1, below)
        else:
            place.replace_self(below)


def write_results(app: Sphinx, error: Exception | None) -> None:
    """Write the results of all pages, and drop the figures from the notebooks in the book."""
    if error is not None or app.builder.format != "html":
        return
    pages = {}
    for page in sorted(app.env.found_docs):
        results: PageResults = pickle.loads(_results_file(app, page).read_bytes())
        results.glued = list(glued_numbers(glued_outputs(app, page)))
        pages[page] = results
    book = Path(app.outdir)
    text = results_json(app.config.html_title, pages, notice(app))
    _write(book / RESULTS_JSON, text.encode())
    _write(book / RESULTS_CSV, results_csv(pages).encode())
    for notebook in (book / "_sources").rglob("*.ipynb"):
        notebook.write_text(without_figures(notebook.read_text("utf-8")), encoding="utf-8")


def _results_file(app: Sphinx, page: str) -> Path:
    return Path(app.doctreedir) / f"{page}.results"


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


def _picture(own: FiledFigure, home: str) -> str:
    """Return the HTML of a figure: the drawing for phones where the window is narrow."""
    column, *phone = (replace(drawing, address=home + drawing.address) for drawing in own.drawings)
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
    app.connect("doctree-read", file_tables)
    app.connect("doctree-resolved", place_figures)
    app.connect("build-finished", write_results)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
