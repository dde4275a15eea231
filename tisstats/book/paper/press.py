"""Have a browser print a document, and finish the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tisstats.book.paper.browser import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pypdf import PdfReader

_MM = 96 / 25.4  #: pixels

#: Text area of a sheet of A4, pixels; as the margins of ``paper.css`` leave it.
WIDTH, HEIGHT = (round(mm * _MM) for mm in (210 - 36, 297 - 42))

#: The same of a sheet that is turned.
TURNED, LOW = (round(mm * _MM) for mm in (297 - 36, 210 - 42))

#: Smallest type of a table before the table is turned, pixels (about 6.5 points).
_SMALLEST = 8.8

_MINUTES = 60_000  #: milliseconds

_SCRIPT = Path(__file__).with_name("fit.js")


def print_document(
    write: Callable[[Mapping[str, int]], str], browser: Path, title: str, author: str, day: datetime
) -> tuple[bytes, int]:
    """Print a document; return the PDF and the number of its pages.

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
    """
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        page = running.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        page.emulate_media(media="print")
        place = Path(folder) / "book.html"
        _load(page, place, write({}))
        numbers = sheet_numbers(_print(page, final=False))
        _load(page, place, write(numbers))
        printed = _print(page, final=True)
        running.close()
    if sheet_numbers(printed) != numbers:  # the numbers have moved what they number
        raise RuntimeError("the pages of the book moved between two printings")
    return _finish(printed, title, author, day)


def _load(page: Page, place: Path, html: str) -> Any:
    place.write_text(html, encoding="utf-8")
    page.goto(place.as_uri(), timeout=5 * _MINUTES)
    page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => null) : null")
    page.evaluate("document.fonts.ready.then(() => null)")
    sheet = {"height": HEIGHT, "turned": TURNED, "low": LOW, "smallest": _SMALLEST}
    return page.evaluate(_SCRIPT.read_text(encoding="utf-8"), sheet)


def _print(page: Page, *, final: bool) -> bytes:
    return page.pdf(
        prefer_css_page_size=True, print_background=True, outline=final, tagged=final
    )


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

    writer = PdfWriter(clone_from=BytesIO(printed))
    stamp = day.strftime("D:%Y%m%d%H%M%S+00'00'")
    writer.add_metadata(
        {
            "/Title": title,
            "/Author": author,
            "/CreationDate": stamp,
            "/ModDate": stamp,
        }
    )
    writer.page_mode = "/UseOutlines"
    writer.create_viewer_preferences().display_doctitle = True
    finished = BytesIO()
    writer.write(finished)
    return finished.getvalue(), len(writer.pages)
