"""Print slides and sheets of the class into a finished book, and link them where they belong."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path

from tisstats.book.pages.class_bundle import FOLDER
from tisstats.book.pages.class_papers import PAPERS, PDF_PLACE
from tisstats.book.paper.browser import FLAGS
from tisstats.book.paper.press import Printed, print_file

#: The teacher's page, and the folder as it sees it.
_PAGE, _FROM_PAGE = Path("book/teaching/class.html"), "../../_static"


def print_class(book: Path, browser: Path, author: str, day: datetime) -> dict[Path, int]:
    """Print the files of the class, and link them on the teacher's page.

    Parameters
    ----------
    book
        Folder of a finished book; one without a class is left as it is.
    browser
        Program of the browser.
    author, day
        Author and date of the documents.

    Returns
    -------
    dict of Path to int
        Number of pages of each PDF, by its file.
    """
    folder, page = book / "_static" / FOLDER, book / _PAGE
    if not (folder.is_dir() and page.is_file()):
        return {}
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        tab = running.new_page()
        printed = {name: print_file(tab, folder / f"{name}.html", author, day) for name in PAPERS}
        running.close()
    for name, document in printed.items():
        (folder / f"{name}.pdf").write_bytes(document.content)
    html = page.read_text(encoding="utf-8")
    page.write_text(with_links(html, printed), encoding="utf-8")
    return {folder / f"{name}.pdf": document.sheets for name, document in printed.items()}


def with_links(html: str, printed: dict[str, Printed]) -> str:
    """Return the teacher's page with a link to each PDF in its place.

    Parameters
    ----------
    html
        The page; places that are filled already stay as they are.
    printed
        The documents by name.
    """
    for name, document in printed.items():
        place = PDF_PLACE.format(name=name)
        size = max(1, round(len(document.content) / 1000))
        pages = f"{document.sheets} page{'s' * (document.sheets != 1)}"
        link = (
            f' · <a class="reference internal" href="{_FROM_PAGE}/{FOLDER}/{name}.pdf" '
            f"download>{escape(PAPERS[name].title)} as PDF</a> ({pages}, {size} kB)"
        )
        head, end = place[: -len("</span>")], "</span>"
        html = html.replace(place, f"{head}{link}{end}")
    return html
