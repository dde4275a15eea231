"""What every page is held to in the browser, of the book and of a trial's report."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages import WIDTHS

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
HEADINGS = """() => {
  const levels = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")]
    .filter(heading => heading.checkVisibility()).map(heading => +heading.tagName[1]);
  const skipped = levels.some((level, i) => i && level > levels[i - 1] + 1);
  return {first: levels.filter(level => level === 1).length, skipped};
}"""
# What a reader can act on and see, in the order of the page; all but one radio button of a group
# are reached by arrows.
ACTIVE = """() => {
  const radios = new Set();
  window.toReach = [...document.querySelectorAll("a[href], button, input, select, textarea, "
      + "summary, [tabindex]")].filter(element => {
    if (element.tabIndex < 0 || element.disabled) return false;
    if (!element.checkVisibility({visibilityProperty: true})) return false;
    if (element.type === "radio") {
      if (radios.has(element.name)) return false;
      radios.add(element.name);
    }
    return true;
  });
  window.reached = new Set();
  document.addEventListener("focusin", event => window.reached.add(event.target));
  return window.toReach.length;
}"""
MISSED = """count => window.toReach.slice(0, count)
  .filter(element => !window.reached.has(element))
  .map(element => element.outerHTML.slice(0, 100))"""


def check_everybody_can_read(page: Page) -> None:
    """Check a page on a desktop and a phone, in light and dark; it is shortened on the way."""
    assert page.evaluate(HEADINGS) == {"first": 1, "skipped": False}
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


def check_keyboard_reaches(page: Page, most: int) -> None:
    """Check that the tabulator key leads to whatever a reader can act on.

    Parameters
    ----------
    most
        Elements to go through at most, in the order of the page.
    """
    count = min(page.evaluate(ACTIVE), most)
    page.evaluate("document.activeElement.blur()")
    for _ in range(count):
        page.keyboard.press("Tab")
    assert page.evaluate(MISSED, count) == []
