"""The links below tables and figures, as a reader meets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

pytestmark = pytest.mark.browser

PAGE = "notebooks/03_primary_outcome"


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """An ordinary window."""
    context = browser.new_context()
    yield context
    context.close()


def titles(links: Locator) -> list[str]:
    """Return the words of links."""
    return [text.strip() for text in links.all_inner_texts()]


def test_a_link_below_each_table_and_figure_downloads_a_file(
    window: BrowserContext, served_book: str, built_book: Path
) -> None:
    tab = window.new_page()
    tab.goto(f"{served_book}/{PAGE}.html")
    table = tab.locator(".table-scroll + .downloads").first
    figure = tab.locator("figure + .downloads").first
    assert titles(table.get_by_role("link")) == ["CSV", "HTML", "LaTeX", "Word"]
    assert titles(figure.get_by_role("link")) == ["SVG", "PDF", "PNG"]
    for links, first in ((table, "Download table “"), (figure, "Download figure “")):
        for link in links.get_by_role("link").all():
            title = link.inner_text().strip()
            name = link.get_attribute("aria-label") or ""
            assert name.startswith(first)
            assert name.endswith(f"” as {title}")
            with tab.expect_download() as begun:
                link.click()
            file = begun.value
            assert file.suggested_filename.startswith("primary_outcome-")
            there = built_book / urlsplit(file.url).path.lstrip("/")
            assert Path(file.path()).read_bytes() == there.read_bytes()
    tab.close()


def test_a_link_leads_to_a_file_from_the_disk(window: BrowserContext, built_book: Path) -> None:
    tab = window.new_page()
    tab.goto((built_book / f"{PAGE}.html").as_uri())
    for link in tab.locator(".downloads a").all():
        address = link.evaluate("link => link.href")
        assert Path(urlsplit(address).path).is_file(), address
    tab.close()


def test_the_links_are_not_printed(window: BrowserContext, built_book: Path) -> None:
    tab = window.new_page()
    tab.goto((built_book / f"{PAGE}.html").as_uri())
    expect(tab.locator(".downloads").first).to_be_visible()
    tab.emulate_media(media="print")
    for links in tab.locator(".downloads").all():
        expect(links).to_be_hidden()
    tab.close()
