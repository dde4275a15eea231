"""A build that begins with the pages of the last one makes the same book as one from nothing."""

import json
import re
import shutil
from importlib.metadata import distributions

import pytest

from tests.book.conftest import TABLES, TinyBook
from tisstats.book.pages.builder import PageBuilder
from tisstats.book.run.project import BookError
from tisstats.book.site.kept_pages import Record

IMAGE = "un&été.svg"


def pages_read(book):
    """Return how many pages the last build has read."""
    log = (book.project.logs / "pages.log").read_text()
    added, changed = re.findall(r"(\d+) added, (\d+) changed, 0 removed", log)[-1]
    return int(added) + int(changed)


def shown(book):
    """Return a hash of what the pages show of one another."""
    _, record = (book.project.kept_pages / "record.json").read_text().split("\n", 1)
    return json.loads(record)["shown"]


def from_nothing(book, folder):
    """Return every byte of the book that these sources make where no page has been made."""
    other = TinyBook(folder / "other")
    shutil.rmtree(other.root, ignore_errors=True)
    shutil.copytree(book.root, other.root, ignore=shutil.ignore_patterns("_build"))
    # With the results of the notebooks, which depend on no page.
    shutil.copytree(book.project.cache, other.project.cache)
    other.build()
    return other.state()


def edit(path, before, after):
    """Change a source in one place."""
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book of several pages that show something of one another, built once, and a copy of it."""
    made = TinyBook(tmp_path_factory.mktemp("kept") / "checkout")
    made.write()
    edit(
        made.root / "_config.yml",
        "[tisstats.book.site.theme]",
        "[tisstats.book.site.theme, tisstats.book.pages.front_page, "
        "tisstats.book.pages.directives, tisstats.book.search.extension]",
    )
    toc = made.root / "_toc.yml"
    toc.write_text(toc.read_text() + "      - file: book/prose\n      - file: book/other\n")
    (made.root / "book" / "prose.md").write_text(
        "(the-prose)=\n# Prose\n\nSee {ref}`the-other` and [](../notebooks/01_first.ipynb).\n"
    )
    (made.root / "book" / "other.md").write_text(
        "(the-other)=\n# Other\n\nOf {ref}`the-prose`, {minutes}`book/prose` minutes.\n\n"
        f"```{{image}} {IMAGE}\n:alt: A dot.\n```\n\n"
        "```{notebook-parameters}\n```\n"
    )
    (made.root / "book" / IMAGE).write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    made.build()
    copy = made.root.with_name("copy")
    shutil.copytree(made.root, copy)
    return made, copy


@pytest.fixture
def book(built):
    """That book where it was built: elsewhere its pages would be made from nothing."""
    made, copy = built
    shutil.rmtree(made.root)
    shutil.copytree(copy, made.root)
    return made


def test_an_edited_page_alone_is_made_again(book, tmp_path):
    page = book.root / "book" / "prose.md"
    before = shown(book)
    page.write_text(page.read_text() + "\nAnother sentence.\n")
    book.build()
    assert pages_read(book) == 2  # with the one that tells how long it takes to read it
    assert shown(book) == before
    assert "Another sentence." in book.page("book/prose")
    assert f"_images/{IMAGE}" in book.state()
    assert book.state() == from_nothing(book, tmp_path)


def test_after_many_edits_the_book_is_the_one_from_nothing(book, tmp_path):
    pages = book.root / "book"
    # A title, which other pages show, and more to read.
    before = shown(book)
    edit(pages / "prose.md", "# Prose", "# Long prose\n\n" + 500 * "word ")
    book.build()
    assert shown(book) != before
    assert "Long prose" in book.page("notebooks/02_second")
    assert "2 minutes" in re.sub("<[^>]+>", "", book.page("book/other"))
    # A default, which another page lists; a figure less; a table of another name.
    cells = json.loads(book.first.read_text())
    edited = [cell for cell in cells["cells"] if "FigureItem" not in "".join(cell["source"])]
    edited[1]["source"] = edited[1]["source"].replace("0.95", "0.5")
    edited[-1]["source"] = TABLES.replace('"responders"', '"answers"')
    book.first.write_text(json.dumps({**cells, "cells": edited}))
    book.build()
    assert pages_read(book) == 2
    assert "0.5" in book.page("book/other")
    # A number that another page pastes.
    edit(book.second, "open('../data/datum.txt').read()", "'nineteen'")
    book.build()
    assert '<span class="pasted-text">nineteen</span>' in book.page("book/intro")
    left = {name for name in book.state() if "responders" in name or "line" in name}
    assert not left
    assert book.state() == from_nothing(book, tmp_path)


def test_what_is_no_page_makes_all_pages_new(book, tmp_path):
    (book.root / "data" / "datum.txt").write_text("18")
    edit(book.root / "_config.yml", "author: Its testers", "author: Others")
    book.build()
    assert pages_read(book) == 5
    assert book.state() == from_nothing(book, tmp_path)


def test_damaged_pages_are_not_taken(book):
    kept = book.project.kept_pages
    before = book.state()
    whole = Record.read(kept)
    damaged = {
        "doctrees/book/prose.doctree": None,
        "outputs/notebooks/01_first.glue.json": "{}",
        "html/book/other.html": "stale",
        "record.json": "{}",
    }
    for name, content in damaged.items():
        good = (kept / name).read_bytes()
        (kept / name).unlink()
        assert Record.read(kept) is None
        if content is not None:
            (kept / name).write_text(content)
            assert Record.read(kept) is None
        (kept / name).write_bytes(good)
        assert Record.read(kept) == whole
    (kept / "html" / "book" / "other.html").write_text("stale")
    shutil.rmtree(book.html)
    book.build()
    assert pages_read(book) == 5
    assert book.state() == before


def test_a_fault_leaves_the_pages_to_begin_with(book):
    page = book.root / "book" / "prose.md"
    good = page.read_text()
    page.write_text(good + "\n{ref}`nowhere`\n")
    with pytest.raises(BookError, match="book/prose"):
        book.build()
    page.write_text(good + "\nRight.\n")
    book.build()
    assert pages_read(book) == 2
    assert "Right." in book.page("book/prose")


def test_pages_that_something_changed_under_are_neither_kept_nor_up_to_date(book, monkeypatch):
    datum = book.root / "data" / "datum.txt"
    page = book.root / "book" / "prose.md"
    build_pages = PageBuilder.build

    def build_meanwhile(*arguments):
        built = build_pages(*arguments)
        datum.write_text("18")
        return built

    page.write_text(page.read_text() + "\nAnother sentence.\n")
    kept = shown(book)
    monkeypatch.setattr(PageBuilder, "build", build_meanwhile)
    book.build()
    monkeypatch.undo()
    assert shown(book) == kept
    datum.write_text("17")
    assert book.build() != ["Up to date."]
    assert book.build() == ["Up to date."]


def test_a_book_without_notebooks_is_kept_as_well(book):
    toc = book.root / "_toc.yml"
    toc.write_text("format: jb-book\nroot: book/intro\n")
    page = book.root / "book" / "intro.md"
    for text, read in (("# Alone\n", 1), ("# Alone\n\nStill.\n", 1), ("# Alone\n\nStill.\n", 0)):
        page.write_text(text)
        shutil.rmtree(book.html)
        book.build()
        assert pages_read(book) == read
    assert "Still." in book.page("book/intro")


def test_what_depends_on_the_order_of_reading_is_made_from_nothing(book, tmp_path):
    folder = book.root / "book"
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "dot.svg").write_text(f"<svg id='{name}'/>")
    (folder / "file.csv").write_text("a\n")
    prose, other = folder / "prose.md", folder / "other.md"
    before = prose.read_text()
    first = other.read_text()
    other.write_text(first + "\n![A dot.](one/dot.svg)\n")
    prose.write_text(before + "\n![Another.](two/dot.svg)\n")
    book.build()
    assert {"_images/dot.svg", "_images/dot1.svg"} <= set(book.state())
    # Alone, either has the name without a number.
    other.write_text(first)
    book.build()
    assert pages_read(book) == 5
    assert book.state() == from_nothing(book, tmp_path)
    # A file to download goes with its link.
    prose.write_text(before + "\n{download}`file.csv`\n")
    book.build()
    assert any("_downloads" in name for name in book.state())
    prose.write_text(before)
    book.build()
    assert pages_read(book) == 2
    assert not any("_downloads" in name for name in book.state())


def test_other_versions_of_what_is_installed_make_all_pages_new(book, monkeypatch):
    installed = [*distributions()][1:]
    monkeypatch.setattr("tisstats.book.site.kept_pages.distributions", lambda: installed)
    shutil.rmtree(book.html)
    book.build()
    assert pages_read(book) == 5
