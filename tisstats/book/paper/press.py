"""Have a browser print a document, and finish the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tisstats.book.paper.browser import FLAGS
from tisstats.book.run.project import BookError

if TYPE_CHECKING:
    import pikepdf
    from playwright.sync_api import Page

_MM = 96 / 25.4  #: pixels

#: Text area of a sheet of A4, pixels; as the margins of ``paper.css`` leave it.
WIDTH, HEIGHT = (round(mm * _MM) for mm in (210 - 36, 297 - 42))

#: The same of a sheet that is turned.
TURNED, LOW = (round(mm * _MM) for mm in (297 - 36, 210 - 42))

#: Smallest type of a table before the table is turned, pixels (about 6.5 points).
_SMALLEST = 8.8

_MINUTES = 60_000  #: milliseconds

_SCRIPT = Path(__file__).with_name("fit.js")

_FONTS_ARE_THERE = "document.fonts.ready.then(() => null)"


@dataclass(frozen=True, slots=True)
class Printed:
    """A document on paper."""

    content: bytes  #: the PDF
    sheets: int
    too_wide: list[str]  #: what sticks out of the text area; empty if all is well


def print_document(
    write: Callable[[Mapping[str, int]], str], browser: Path, title: str, author: str, day: datetime
) -> Printed:
    """Print a document.

    It is printed twice: after the first time it is known on which sheet each chapter begins.

    Parameters
    ----------
    write
        Returns the document as HTML, given the numbers of sheets that its contents show.
    browser
        Program of the browser.
    title, author
        Of the document.
    day
        Date of printing. Same document, same day, same browser: same bytes.

    Raises
    ------
    BookError
        If the browser does not set the formulas, or moves chapters between the two times.
    """
    import pikepdf
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = running.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        page.set_default_timeout(5 * _MINUTES)
        page.emulate_media(media="print")
        place = Path(folder) / "book.html"
        _load(page, place, write({}))
        numbers = sheet_numbers(_print(page, final=False))
        too_wide = _load(page, place, write(numbers))
        content = _print(page, final=True)
        headings = page.locator("h1, h2, h3, h4, h5, h6").all_text_contents()
        running.close()
    if sheet_numbers(content) != numbers:
        raise BookError("the chapters moved when the numbers of their pages were filled in")
    with pikepdf.open(BytesIO(content)) as pdf:
        _repair_outline(pdf, headings)
        _number_cells(pdf)
        _describe(pdf, title, author, day)
        pdf.Root.PageMode = pikepdf.Name.UseOutlines
        return Printed(_saved(pdf), len(pdf.pages), too_wide)


def print_file(page: Page, place: Path, author: str, day: datetime) -> Printed:
    """Print an HTML file as it is, each sheet as its own style has it.

    Parameters
    ----------
    page
        A page of a running browser.
    place
        The file.
    author, day
        Author and date of the document; its title is that of the file. Same file, same day, same
        browser: same bytes.
    """
    import pikepdf

    page.emulate_media(media="print", color_scheme="light")
    page.goto(place.as_uri())
    page.evaluate(_FONTS_ARE_THERE)
    content = _print(page, final=True)
    with pikepdf.open(BytesIO(content)) as pdf:
        _number_cells(pdf)
        _describe(pdf, page.title(), author, day)
        return Printed(_saved(pdf), len(pdf.pages), [])


def _load(page: Page, place: Path, html: str) -> list[str]:
    """Load a document, wait for its formulas, fit its tables; return what is still too wide."""
    place.write_text(html, encoding="utf-8")
    page.goto(place.as_uri())
    page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => null) : null")
    page.evaluate(_FONTS_ARE_THERE)
    if page.locator(".math:not(:has(mjx-container))").count():
        raise BookError("the browser has not set the formulas of the book")
    sheet = {"height": HEIGHT, "turned": TURNED, "low": LOW, "smallest": _SMALLEST}
    too_wide: list[str] = page.evaluate(_SCRIPT.read_text(encoding="utf-8"), sheet)
    page.evaluate(_FONTS_ARE_THERE)  # tables that were fitted may have asked for others
    return too_wide


def _print(page: Page, *, final: bool) -> bytes:
    return page.pdf(prefer_css_page_size=True, print_background=True, outline=final, tagged=final)


def sheet_numbers(printed: bytes) -> dict[str, int]:
    """Return on which sheet, counted from 1, each place that a link leads to is."""
    import pikepdf

    with pikepdf.open(BytesIO(printed)) as pdf:
        sheets: dict[Any, int] = {
            page.objgen: number for number, page in enumerate(pdf.pages, start=1)
        }
        places: Any = pdf.Root.get("/Dests", {})
        return {name.removeprefix("/"): sheets[place[0].objgen] for name, place in places.items()}


def _repair_outline(pdf: pikepdf.Pdf, headings: Iterable[str]) -> None:
    """Put blanks back into titles of the outline: the browser drops those at the ends of lines.

    Parameters
    ----------
    headings
        All headings of the document.
    """
    whole = {"".join(heading.split()): " ".join(heading.split()) for heading in headings}

    def repair(items: Iterable[pikepdf.OutlineItem]) -> None:
        for item in items:
            item.title = whole.get("".join(item.title.split()), item.title)
            repair(item.children)

    with pdf.open_outline() as outline:
        repair(outline.root)


def _number_cells(pdf: pikepdf.Pdf) -> None:
    """Renumber the cells that others name as their headings, by their order in the document.

    The browser numbers all elements in the order in which it meets them, which depends on when
    it draws: on a busy machine two prints of one document have differed in these numbers.
    """
    import pikepdf

    elements = list(_structure(pdf))
    numbers: dict[str, str] = {}
    by_number = pikepdf.NameTree.new(pdf)
    for element in elements:
        if "/ID" in element:
            number = numbers[str(element.ID)] = str(len(numbers))
            element.ID = pikepdf.String(number)
            by_number[number] = element
    for element in elements:
        for attributes in element.get("/A", ()):
            if "/Headers" in attributes:
                attributes.Headers = pikepdf.Array(
                    pikepdf.String(numbers[str(name)]) for name in attributes.Headers
                )
    pdf.Root.StructTreeRoot.IDTree = by_number.obj


def _structure(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield the elements that a screen reader is given, in the order of the document."""
    import pikepdf

    left: list[Any] = [pdf.Root.StructTreeRoot.K]
    while left:
        item = left.pop()
        if isinstance(item, pikepdf.Array):
            left.extend(reversed(list(item)))
        elif isinstance(item, pikepdf.Dictionary):
            yield item
            left.append(item.get("/K"))


def _describe(pdf: pikepdf.Pdf, title: str, author: str, day: datetime) -> None:
    """Put title, author and date into a PDF."""
    import pikepdf

    stamp = day.strftime("D:%Y%m%d%H%M%S+00'00'")
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Author"] = author
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = stamp
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    """Return the compressed file."""
    import pikepdf

    content = BytesIO()
    pdf.save(
        content,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
        deterministic_id=True,
    )
    return content.getvalue()
