"""The book asks for nothing from outside, from the disk or from a server of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.pages import NOTEBOOKS, PAGES

pytestmark = pytest.mark.browser


#: Bytes of the files that a page loads by itself, with those of the theme, which are loaded once;
#: and in addition those of the program that sets formulas, on pages that have any.
LARGEST_PAGE = 1_300_000
OF_FORMULAS = {"tex-svg.js": 2_200_000}


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """An ordinary window."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture(params=["disk", "server"])
def home(request: pytest.FixtureRequest, built_book: Path) -> str:
    """The address of the book, from the disk and from a server."""
    if request.param == "disk":
        return built_book.as_uri()
    address: str = request.getfixturevalue("served_book")
    return address


@pytest.fixture
def watched(window: BrowserContext) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page, the addresses it asks for, and what goes wrong in it."""
    tab = window.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield tab, asked, wrong
    tab.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_asks_for_nothing_from_outside(
    watched: tuple[Page, list[str], list[str]], home: str, name: str, built_book: Path
) -> None:
    tab, asked, wrong = watched
    tab.goto(f"{home}/{name}.html")

    formulas = tab.locator(".math").count()
    expect(tab.locator(".math mjx-container svg")).to_have_count(formulas)
    expect(tab.locator("mjx-container mjx-assistive-mml math")).to_have_count(formulas)
    expect(tab.locator("mjx-merror, [data-mjx-error]")).to_have_count(0)

    code = tab.locator("details.hide div.cell_input")
    if name in NOTEBOOKS:
        expect(code.first).to_be_hidden()
        tab.locator("details.hide > summary").first.click()
        expect(code.first).to_be_visible()

    # Browsers ask every server for an icon by themselves.
    assert [fault for fault in wrong if not fault.endswith("/favicon.ico")] == []
    assert len(asked) > 1
    inside = (f"{home}/", "data:", "blob:")
    assert [address for address in asked if not address.startswith(inside)] == []
    check_weight(built_book, [address for address in asked if address.startswith(f"{home}/")], home)


def check_weight(book: Path, asked: list[str], home: str) -> None:
    """Fail if what a page loads is too heavy, and name its files."""
    files = {
        book / unquote(urlsplit(address).path.removeprefix(urlsplit(home).path).lstrip("/"))
        for address in asked
    }
    sizes = {file: file.stat().st_size for file in files if file.is_file()}
    assert len(sizes) > 1
    heaviest = sorted(sizes, key=lambda file: -sizes[file])
    listed = "\n".join(f"{sizes[file]:>10,} {file.relative_to(book)}" for file in heaviest)
    total = sum(sizes.values())
    limit = LARGEST_PAGE + sum(OF_FORMULAS.get(file.name, 0) for file in sizes)
    assert total <= limit, f"{total:,} bytes, at most {limit:,}:\n{listed}"


def test_the_first_page_leads_on(window: BrowserContext, built_book: Path) -> None:
    tab = window.new_page()
    tab.goto((built_book / "index.html").as_uri())
    tab.wait_for_url("**/book/intro.html")
    tab.close()


def test_search_finds_a_word_from_the_disk(window: BrowserContext, built_book: Path) -> None:
    tab = window.new_page()
    tab.goto((built_book / "search.html").as_uri() + "?q=immunoglobulin")
    expect(tab.locator("#search-results li").first).to_be_visible()
    tab.close()


def test_search_is_reached_from_a_page(window: BrowserContext, built_book: Path) -> None:
    tab = window.new_page()
    tab.goto((built_book / "book" / "intro.html").as_uri())
    tab.keyboard.press("Control+k")
    tab.locator("#pst-search-dialog input").fill("immunoglobulin")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search.html?q=immunoglobulin*")
    expect(tab.locator("#search-results li").first).to_be_visible()
    tab.close()
