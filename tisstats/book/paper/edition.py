"""Print a finished book into a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tisstats
from tisstats.book.paper.browser import HOW_TO_INSTALL, find_browser
from tisstats.book.run.libraries import PRINTING, require_libraries
from tisstats.book.run.project import CONFIG, BookError, Project, UsageError
from tisstats.book.run.target import check_target
from tisstats.sentences import count_of

if TYPE_CHECKING:
    from tisstats.book.paper.press import Printed

# Imports of what prints are deferred: they take longer than to see that a book is up to date.


@dataclass(frozen=True, slots=True)
class Edition:
    """A file for the printed book; None for none."""

    file: Path | None = None

    def check(self, project: Project, book: Path) -> None:
        """Raise an error if the file cannot be written or printed, before anything is built.

        Parameters
        ----------
        book
            Folder of the book.

        Raises
        ------
        UsageError
            If the file belongs to the project or the book, is a folder, has another ending than
            ``.pdf``, by which it could be a table of a trial, or cannot be written.
        ModuleNotFoundError
            If a library is missing that printing needs.
        BookError
            If this machine has no browser.
        """
        if self.file is None:
            return
        file = self.file.resolve()
        if file.is_dir():
            raise UsageError(f"{file} is a folder: name a file, such as {file / 'book.pdf'}")
        if file.suffix.lower() != ".pdf":
            raise UsageError(f"{file}: name a file with the ending .pdf")
        if file.exists() and not file.is_file():
            raise UsageError(f"{file} is not a regular file: choose another place")
        check_target(file, project, book, kind="place")
        require_libraries("printing the book", PRINTING)
        _browser()

    def write(self, project: Project, book: Path) -> list[str]:
        """Print the book and the sheets of its class, and return a line for each file.

        Raises
        ------
        BookError
            If this machine has no browser.
        UsageError
            If the file cannot be written; it is as it was.
        """
        if self.file is None:
            return []
        from tisstats.book.paper.sheets import print_class
        from tisstats.tables.atomic import replacing

        printed = print_book(project, book)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self.file) as part:
                part.write_bytes(printed.content)
        except OSError as error:
            raise UsageError(f"{self.file} cannot be written: {error.strerror}") from error
        lines = [f"{count_of(printed.sheets, 'page')} of A4 in {self.file}"]
        for name, sheets in print_class(book, _browser(), _author(project), print_day()).items():
            lines.append(f"{count_of(sheets, 'page')} of A4 in {name}")
        return lines


def print_book(project: Project, book: Path, day: datetime | None = None) -> Printed:
    """Print a finished book.

    Parameters
    ----------
    book
        Folder of the book.
    day
        Date on the title page; by default today's, or that of ``SOURCE_DATE_EPOCH``.

    Raises
    ------
    BookError
        If this machine has no browser.
    """
    from tisstats.book.paper.contents import entries
    from tisstats.book.paper.document import Imprint, read_book
    from tisstats.book.paper.press import print_document

    browser = _browser()
    day = day or print_day()
    config = _config(project)
    imprint = Imprint(
        title=config.get("title") or "",
        author=_author(project),
        date=f"{day.day} {day:%B %Y}",
        version=tisstats.__version__,
        address=(config.get("html") or {}).get("baseurl") or "",
    )
    document = read_book(book, entries(project), imprint)
    return print_document(document.html, browser, imprint.title, imprint.author, day)


def print_day() -> datetime:
    """Return the date to print, at midnight: the same day gives the same bytes."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _browser() -> Path:
    found = find_browser()
    if found is None:
        raise BookError(f"The book cannot be printed. {HOW_TO_INSTALL}")
    return found


def _author(project: Project) -> str:
    return _config(project).get("author") or ""


def _config(project: Project) -> dict[str, Any]:
    import yaml  # type: ignore[import-untyped]

    return yaml.safe_load((project.root / CONFIG).read_text(encoding="utf-8")) or {}
