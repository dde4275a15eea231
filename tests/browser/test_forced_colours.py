"""Where the system replaces the colours of pages, as for high contrast: what is drawn stays drawn,
and what is chosen can be told from what is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

#: Pages on which style sheets draw, and what makes them draw more.
DRAWN = {
    "book/intro": "",
    "notebooks/03_primary_outcome": "",
    "notebooks/06_identifiability": "",
    "notebooks/teaching_scoring": "",
    "book/teaching/calculator": "document.getElementById('tis-course').click()",
}
#: Colours of what has no words: marks, bars, icons, and shapes of drawings that scripts make.
COLOURS = """() => [...document.querySelectorAll(
    ".bd-article :is(div, span):empty, .bd-article :is(.interactive-drawing, .calculator-plot, "
    + ".visual-abstract) svg *:not(g, defs, title)")]
  .filter(each => each.checkVisibility() && each.getBoundingClientRect().width > 0)
  .map(each => {
    const style = getComputedStyle(each), svg = each instanceof SVGElement;
    const parts = svg ? ["fill", "stroke"] : ["backgroundColor", "backgroundImage"];
    return [each.localName, each.getAttribute("class"), ...parts.map(part => style[part])];
  })"""
#: What draws nothing.
NOTHING = ("none", "rgba(0, 0, 0, 0)")
#: Drawings whose own colours would lie on a ground that the system chooses.
GROUNDLESS = """() => [...document.querySelectorAll(".interactive-drawing, .calculator-plot svg, "
    + ".va-squares, .va-interval svg, .interactive-strip, .moving-scale, .calculator-scale")]
  .filter(each => each.checkVisibility()
    && getComputedStyle(each).backgroundColor !== getComputedStyle(document.body).backgroundColor)
  .map(each => each.getAttribute("class"))"""
BORDER = """each => { const style = getComputedStyle(each);
  return [style.borderBottomColor, style.borderBottomWidth, style.backgroundColor]; }"""
#: What the system chooses for what is chosen, as a style has it.
HIGHLIGHT = """() => { const each = document.body.appendChild(document.createElement("i"));
  each.style.cssText = "forced-color-adjust: none; background: Highlight";
  const colour = getComputedStyle(each).backgroundColor; each.remove(); return colour; }"""


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(reduced_motion="reduce")
    yield page
    page.close()


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_keeps_its_colours_on_its_own_ground(
    tab: Page, built_book: Path, name: str
) -> None:
    tab.goto((built_book / f"{name}.html").as_uri())
    tab.evaluate(f"() => {{ {DRAWN[name]} }}")
    ordinary = tab.evaluate(COLOURS)
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.emulate_media(forced_colors="active")
    forced = tab.evaluate(COLOURS)
    drawn = [
        pair
        for pair in zip(ordinary, forced, strict=True)
        if any(colour not in NOTHING for colour in pair[0][2:])
    ]
    assert drawn
    assert [pair for pair in drawn if pair[0] != pair[1]] == []
    # The system's ground is as white as the page's here: a style sheet must name its own.
    tab.evaluate("document.documentElement.style.setProperty('--pst-color-background', '#fefefe')")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    tab.add_style_tag(content="body { background: #fefefe !important; forced-color-adjust: none }")
    assert tab.evaluate(GROUNDLESS) == []


def test_a_chosen_verdict_and_the_numbers_that_it_leaves_are_told_apart(
    tab: Page, built_book: Path
) -> None:
    tab.emulate_media(forced_colors="active")
    tab.goto((built_book / "notebooks/ledger.html").as_uri())
    buttons = tab.locator(".ledger-verdicts button")
    ordinary = buttons.first.evaluate(BORDER)
    buttons.first.click()
    tab.mouse.move(0, 0)
    assert buttons.first.evaluate(BORDER) != ordinary
    assert buttons.nth(1).evaluate(BORDER) == ordinary
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    buttons.first.click()
    tab.locator(".ledger-filters input").fill("0.12")
    left_out = tab.locator("#article-as-printed a.num.off:visible").first
    assert left_out.evaluate(BORDER)[0] == ground
    assert tab.locator("#article-as-printed a.num:not(.off)").first.evaluate(BORDER)[0] != ground


def test_the_visit_and_the_enzyme_that_are_used_are_told_apart(tab: Page, built_book: Path) -> None:
    tab.emulate_media(forced_colors="active")
    tab.goto((built_book / "book/teaching/calculator.html").as_uri())
    tab.click("#tis-course")
    chosen = tab.locator(".calculator-pills input:checked + span").evaluate(BORDER)
    other = tab.locator(".calculator-pills input:not(:checked) + span").first.evaluate(BORDER)
    assert chosen[2] == tab.evaluate(HIGHLIGHT) != other[2]
    line = "each => getComputedStyle(each).borderLeftColor"
    used = tab.locator(".calculator-enzyme.calculator-used").evaluate(line)
    assert used != tab.locator(".calculator-enzyme:not(.calculator-used)").first.evaluate(line)
