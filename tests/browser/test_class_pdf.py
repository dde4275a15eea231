"""The PDF files of the class, printed into a copy of what they need of the book."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from tisstats.book.pages.class_bundle import FOLDER
from tisstats.book.paper.sheets import print_class

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def printed(built_book: Path, browser_program: Path, tmp_path_factory) -> tuple[Path, dict]:
    """A copy of what the class needs of the book, with the PDF files printed into it."""
    book = tmp_path_factory.mktemp("book")
    shutil.copytree(built_book / "_static" / FOLDER, book / "_static" / FOLDER)
    for name in ("slides.css", "slides.js", "class_paper.css", "class_plan.css"):
        shutil.copy(built_book / "_static" / name, book / "_static" / name)
    (book / "book" / "teaching").mkdir(parents=True)
    shutil.copy(built_book / "book" / "teaching" / "class.html", book / "book" / "teaching")
    day = datetime(2026, 11, 27, tzinfo=UTC)
    return book, print_class(book, browser_program, "the authors", day)


def test_the_pdf_files_have_their_sheets_titles_and_links(printed: tuple[Path, dict]) -> None:
    book, sheets = printed
    found = {path.stem: number for path, number in sheets.items()}
    assert {name: found[name] for name in ("handout", "sheet")} == {"handout": 3, "sheet": 1}
    page = (book / "book" / "teaching" / "class.html").read_text(encoding="utf-8")
    for path, number in sheets.items():
        pdf = PdfReader(path)
        assert len(pdf.pages) == number
        assert pdf.metadata["/Author"] == "the authors"
        assert ":" in pdf.metadata["/Title"]
        assert f'href="../../_static/class/{path.name}"' in page
