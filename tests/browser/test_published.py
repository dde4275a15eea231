"""A published book: below a sub-path, for lost readers, and what is cited from it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checks import run_axe, wait_until
from tisstats.book.build import build
from tisstats.book.run.project import Project

pytestmark = pytest.mark.browser

BELOW = "/some/path/"
CONFIG = """\
title: A tiny book
only_build_toc_files: true
sphinx:
  extra_extensions: [tisstats.book.site.theme]
  config: {language: en, html_theme_options: {home_page_in_toc: true}}
"""
CITATION = f"""\
title: A tiny book
authors: [{{name: Its testers}}]
date-released: 2026-11-02
url: https://example.org{BELOW}
"""


class _Pages(SimpleHTTPRequestHandler):
    """Serves files below a path, and the page for wrong addresses, as GitHub Pages does."""

    folder: Path

    def do_GET(self) -> None:
        asked = self.path.partition("?")[0]
        file = self.folder / asked.removeprefix(BELOW)
        if asked.startswith(BELOW) and file.is_dir():
            file /= "index.html"
        if asked.startswith(BELOW) and file.is_file():
            self._send(HTTPStatus.OK, file)
        else:
            self._send(HTTPStatus.NOT_FOUND, self.folder / "404.html")

    def _send(self, status: HTTPStatus, file: Path) -> None:
        content = file.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(folder: Path) -> Iterator[str]:
    """Serve a book below the path; yield its address."""
    handler = type("Handler", (_Pages,), {"folder": folder})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{BELOW}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def small_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small book that was built for its place."""
    root = tmp_path_factory.mktemp("small")
    (root / "book" / "part").mkdir(parents=True)
    (root / "_config.yml").write_text(CONFIG)
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/intro\nchapters: [{file: book/part/next}]\n"
    )
    (root / "CITATION.cff").write_text(CITATION)
    (root / "book" / "intro.md").write_text("# Intro\n\nThe first page.\n")
    (root / "book" / "part" / "next.md").write_text("# Next\n\nOf immunoglobulin.\n")
    build(Project.from_folder(root), report=[].append)
    yield from serve(root / "_build" / "html")
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def whole_book(built_book: Path) -> Iterator[str]:
    """The address of the real book below the path."""
    yield from serve(built_book)


@pytest.fixture
def tab(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what fails in it."""
    page = browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "response",
        lambda answer: (
            wrong.append(answer.url)
            if answer.status >= 400 and not answer.url.endswith(("favicon.ico", "/lost.html"))
            else None
        ),
    )
    yield page, wrong
    page.close()


def test_the_book_is_whole_below_a_sub_path(tab: tuple[Page, list[str]], whole_book: str) -> None:
    page, wrong = tab
    page.goto(whole_book)
    page.wait_for_url(f"{whole_book}book/intro.html")
    page.locator(".cite-footer a").click()
    page.wait_for_url(f"{whole_book}book/cite.html")
    page.goto(f"{whole_book}notebooks/03_primary_outcome.html")
    expect(page.locator("article img").first).to_be_visible()
    links = page.evaluate("[...document.links].map(link => link.href)")
    here = whole_book.removesuffix(BELOW)
    assert [link for link in links if link.startswith(here) and BELOW not in link] == []
    assert wrong == []


@pytest.mark.parametrize("lost", ["lost.html", "book/part/deeper/lost.html"])
def test_a_lost_reader_finds_back_from_any_depth(
    tab: tuple[Page, list[str]], small_book: str, lost: str
) -> None:
    page, wrong = tab
    page.goto(small_book + lost)
    expect(page.locator("h1").last).to_have_text("Page not found")
    expect(page.locator("article")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).fontFamily") != "serif"
    page.locator("article a", has_text="front page").click()
    page.wait_for_url(f"{small_book}book/intro.html")
    assert wrong == []


def test_the_page_for_lost_readers_can_be_read_by_everybody(
    tab: tuple[Page, list[str]], small_book: str
) -> None:
    page, _ = tab
    page.goto(f"{small_book}lost.html")
    found = run_axe(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_citation_is_copied_as_it_is_stored(browser: Browser, whole_book: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{whole_book}book/cite.html")
    page.locator("summary", has_text="BibTeX").last.click()
    entry = page.locator(".cite-bib").last
    entry.hover()
    entry.locator("button.copybtn").click()
    stored = page.request.get(f"{whole_book}_static/cite/lim2021.bib").text()
    copied = "async stored => (await navigator.clipboard.readText()).trim() === stored.trim()"
    wait_until(page, copied, stored)
    context.close()
