"""The book from a server of this machine asks for nothing from outside; and its search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.pages import NOTEBOOKS, PAGES
from tests.browser.wholeness import check_whole, watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """An ordinary window."""
    context = browser.new_context()
    yield context
    context.close()


#: Scripts and styles of a page.
ASSETS = re.compile(r"""<(?:script|link)\b[^>]*?\b(?:src|href)="[^"]*?(_static/[^"?]*)""")


def one_of_each(book: Path) -> dict[tuple[bool, frozenset[str]], str]:
    """Return a page of each kind: with or without code, and with the same scripts and styles."""
    kinds: dict[tuple[bool, frozenset[str]], str] = {}
    for name in PAGES:
        assets = ASSETS.findall((book / f"{name}.html").read_text(encoding="utf-8"))
        kinds.setdefault((name in NOTEBOOKS, frozenset(assets)), name)
    return kinds


def test_a_page_of_each_kind_from_a_server_is_whole_and_asks_for_nothing_from_outside(
    window: BrowserContext, served_book: str, built_book: Path
) -> None:
    # Each page from the disk: see the layout.
    kinds = one_of_each(built_book)
    assert frozenset.intersection(*(assets for _, assets in kinds)) > {"_static/tables.js"}
    assert 8 < len(kinds) < len(PAGES) / 2
    tab = window.new_page()  # for one page after another: it compiles once what they have in common
    for (has_code, _), name in kinds.items():
        with watched(tab) as seen:
            tab.goto(f"{served_book}/{name}.html")
            check_whole(tab, seen, served_book, built_book, has_code=has_code)
    tab.close()


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
