"""Have a browser print a document, and finish the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from tisstats.book.paper.browser import FLAGS
from tisstats.book.run.project import BookError

if TYPE_CHECKING:
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
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = running.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        page.emulate_media(media="print")
        place = Path(folder) / "book.html"
        _load(page, place, write({}))
        numbers = sheet_numbers(_print(page, final=False))
        too_wide = _load(page, place, write(numbers))
        content = _print(page, final=True)
        running.close()
    if sheet_numbers(content) != numbers:
        raise BookError("the chapters moved when the numbers of their pages were filled in")
    finished, sheets = _finish(content, title, author, day)
    return Printed(finished, sheets, too_wide)


def _load(page: Page, place: Path, html: str) -> list[str]:
    """Load a document, wait for its formulas, fit its tables; return what is still too wide."""
    place.write_text(html, encoding="utf-8")
    page.goto(place.as_uri(), timeout=5 * _MINUTES)
    page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => null) : null")
    page.evaluate("document.fonts.ready.then(() => null)")
    if page.locator(".math:not(:has(mjx-container))").count():
        raise BookError("the browser has not set the formulas of the book")
    sheet = {"height": HEIGHT, "turned": TURNED, "low": LOW, "smallest": _SMALLEST}
    too_wide: list[str] = page.evaluate(_SCRIPT.read_text(encoding="utf-8"), sheet)
    return too_wide


def _print(page: Page, *, final: bool) -> bytes:
    return page.pdf(prefer_css_page_size=True, print_background=True, outline=final, tagged=final)


def sheet_numbers(printed: bytes) -> dict[str, int]:
    """Return on which sheet, counted from 1, each place that a link leads to is."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(printed))
    return {
        name.removeprefix("/"): 1 + number
        for name, place in reader.named_destinations.items()
        if (number := reader.get_destination_page_number(place)) is not None
    }


def _finish(printed: bytes, title: str, author: str, day: datetime) -> tuple[bytes, int]:
    """Put title, author and date into a PDF, and have it open with its outline."""
    from pypdf import PdfWriter
    from pypdf.generic import BooleanObject, DictionaryObject, NameObject

    writer = PdfWriter(clone_from=BytesIO(printed))
    writer.pdf_header = "%PDF-1.7"  # tags and outline are newer than what pypdf would state
    stamp = day.strftime("D:%Y%m%d%H%M%S+00'00'")
    writer.add_metadata(
        {
            "/Title": title,
            "/Author": author,
            "/CreationDate": stamp,
            "/ModDate": stamp,
        }
    )
    # The viewer opens with the outline, and shows the title in place of the file's name.
    writer.root_object[NameObject("/PageMode")] = NameObject("/UseOutlines")
    preferences = {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(preferences)
    finished = BytesIO()
    writer.write(finished)
    return finished.getvalue(), len(writer.pages)
