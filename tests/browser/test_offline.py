"""The book from a server of this machine asks for nothing from outside; and its search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.pages import NOTEBOOKS, PAGES
from tests.browser.wholeness import check_whole, watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """An ordinary window."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture(scope="module")
def one_tab(window: BrowserContext) -> Page:
    """A tab for one page after another: it compiles once what they have in common."""
    return window.new_page()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_from_a_server_is_whole_and_asks_for_nothing_from_outside(
    one_tab: Page, served_book: str, built_book: Path, name: str
) -> None:
    # Each page from the disk: see the layout.
    with watched(one_tab) as seen:
        one_tab.goto(f"{served_book}/{name}.html")
        check_whole(one_tab, seen, served_book, built_book, has_code=name in NOTEBOOKS)


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
