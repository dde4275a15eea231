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
# What a change of colours or of width can break.
SOME_RULES = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["color-contrast", "scrollable-region-focusable", "target-size"],
}
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


# The theme looks again a moment after the window has changed.
REACHABLE = """() => [...document.querySelectorAll("pre")]
  .every(code => code.scrollWidth <= code.clientWidth || code.tabIndex === 0)"""
# What a page repeats is alike: rows of a long table, methods that are folded, entries, fields, and
# tokens of code, of which each kind stays once. Axe would take seconds for each thousand of them.
SHORTENED = """() => {
  document.querySelectorAll("tbody tr:nth-child(n + 12)").forEach(row => row.remove());
  for (const alike of ["details.agreement-method", "section.gap", "dl.attribute", "dl.function"])
    [...document.querySelectorAll(alike)].slice(4).forEach(part => part.remove());
  const kinds = new Set();
  document.querySelectorAll("div.highlight span[class]").forEach(token => {
    if (kinds.has(token.className)) token.replaceWith(token.textContent);
    kinds.add(token.className);
  });
}"""


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
    for device, scheme, rules in (
        ("desktop", "light", EVERY_RULE),
        ("desktop", "dark", SOME_RULES),
        ("phone", "dark", SOME_RULES),
        ("phone", "light", None),  # widths and colours do not act together
    ):
        page.set_viewport_size({"width": WIDTHS[device], "height": 900})
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        assert page.evaluate(OVERFLOW) == [], device
        assert page.evaluate(STRETCHED) == [], device
        page.wait_for_function(REACHABLE)
        if rules:
            page.evaluate(SHORTENED)
            found = Axe().run(page, options=rules)
            assert found.violations_count == 0, f"{device} {scheme}: {found.generate_report()}"
