"""Every page on a desktop and a phone, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.checks import check_everybody_can_read, check_keyboard_reaches
from tests.browser.pages import PAGES

pytestmark = pytest.mark.browser

#: Elements that the tabulator key is pressed for on each page: menus, and what follows.
STEPS = 60


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window in which nothing moves."""
    context = browser.new_context(reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture(params=PAGES)
def page(
    window: BrowserContext, built_book: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """One page, with the code unfolded."""
    tab = window.new_page()
    tab.goto((built_book / f"{request.param}.html").as_uri())
    tab.add_style_tag(content="*, *::before, *::after { animation: none !important }")
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    yield tab
    tab.close()


def test_a_page_fits_and_everybody_can_read_it(page: Page) -> None:
    check_keyboard_reaches(page, STEPS)
    check_everybody_can_read(page)
