"""Every page on a desktop and a phone, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.pages import PAGES, WIDTHS

pytestmark = pytest.mark.browser

# Axe would fetch style sheets a second time, which browsers refuse for file://; and one rule that
# is off by default is worth having.
EVERY_RULE = {
    "preload": False,
    "resultTypes": ["violations"],
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
# Nothing but colours changes with the scheme.
COLOURS = {"preload": False, "resultTypes": ["violations"], "runOnly": ["color-contrast"]}
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > width + 1)
    .map(element => element.outerHTML.slice(0, 80)).slice(0, 5);
}"""
STRETCHED = """() => [...document.querySelectorAll("article img")].filter(image => {
  const padding = 2 * parseFloat(getComputedStyle(image).paddingLeft);
  return image.complete && image.clientWidth - padding > image.naturalWidth + 1;
}).map(image => image.src)"""


# Rows of a long table are alike; axe would take seconds for each thousand of cells.
SHORTENED = """() => document.querySelectorAll("tbody tr:nth-child(n + 25)")
  .forEach(row => row.remove())"""


@pytest.fixture(scope="module", params=WIDTHS)
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A window of one width, in which nothing moves."""
    context = browser.new_context(
        viewport={"width": WIDTHS[request.param], "height": 900}, reduced_motion="reduce"
    )
    yield context
    context.close()


@pytest.fixture(params=PAGES)
def page(
    window: BrowserContext, built_book: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """One page, with the code unfolded."""
    tab = window.new_page()
    tab.emulate_media(color_scheme="light")
    tab.goto((built_book / f"{request.param}.html").as_uri())
    tab.add_style_tag(content="*, *::before, *::after { animation: none !important }")
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    yield tab
    tab.close()


def test_a_page_fits_and_everybody_can_read_it(page: Page) -> None:
    for scheme, rules in (("light", EVERY_RULE), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        assert page.evaluate(OVERFLOW) == []
        assert page.evaluate(STRETCHED) == []
        page.evaluate(SHORTENED)
        found = Axe().run(page, options=rules)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
