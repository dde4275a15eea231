"""Where the keyboard is can be seen, and where it goes on when a drawer of a phone closes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from tests.browser.checks import ACTIVE, show_in, wait_until

pytestmark = pytest.mark.browser

#: Pages that have, together, the parts that the keyboard stops at: cards, formulas, tables, forms.
SEEN_ON = ("book/intro", "notebooks/03_primary_outcome", "book/teaching/exercises")
#: Of what the keyboard stops at, one of each kind; the number of them.
KINDS = """() => {
  const kinds = new Map();
  for (const element of window.toReach) {
    const kind = [element.localName, element.type, element.classList, element.parentNode.classList];
    if (!kinds.has(kind.join())) kinds.set(kind.join(), element);
  }
  window.kinds = [...kinds.values()].filter(element => element.closest(".skip-link") === null);
  return window.kinds.length;
}"""
#: A browser shows the focus that a script sets only if it is asked to, or after a key.
FOCUS = """number => {
  const element = window.kinds[number];
  element.scrollIntoView({block: "center", behavior: "instant"});
  element.focus({focusVisible: true, preventScroll: true});
  return element.outerHTML.slice(0, 100);
}"""
#: Whether all formulas are set.
SET = """() => [...document.querySelectorAll(":is(span, div).math")]
  .every(formula => formula.querySelector("mjx-container"))"""
DIFFERENT = 40  # of 255, in lightness; a change that is fainter is not seen
FEWEST = 60  # pixels of these: a ring around a letter has more


def picture(tab: Page) -> Image.Image:
    return Image.open(io.BytesIO(tab.screenshot())).convert("L")


@pytest.mark.parametrize("name", SEEN_ON)
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_what_has_the_focus_is_seen_to_have_it(
    tab: Page, built_book: Path, device: str, name: str
) -> None:
    show_in(tab, device, "light")
    tab.goto(f"{built_book.as_uri()}/{name}.html")
    tab.add_style_tag(content="* { transition: none !important; caret-color: transparent; }")
    wait_until(tab, SET)
    tab.evaluate(ACTIVE, "body")
    unseen = []
    for number in range(tab.evaluate(KINDS)):
        what = tab.evaluate(FOCUS, number)
        focused = picture(tab)
        tab.evaluate("document.activeElement.blur()")
        changed = ImageChops.difference(focused, picture(tab)).histogram()
        if sum(changed[DIFFERENT:]) < FEWEST:
            unseen.append(what)
    assert unseen == []


@pytest.fixture
def phone(tab: Page, built_book: Path) -> Page:
    """A page with headings on a phone, where the lists of pages and of headings are drawers."""
    show_in(tab, "phone", "light")
    tab.goto(f"{built_book.as_uri()}/book/rerun.html")
    return tab


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_a_closed_drawer_returns_the_keyboard_to_its_button(phone: Page, side: str) -> None:
    button = phone.locator(f"button.{side}-toggle")
    button.press("Enter")
    expect(phone.locator("dialog[open] a").first).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.locator("dialog[open]")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_heading_chosen_in_the_drawer_is_seen_and_the_keyboard_goes_on_there(phone: Page) -> None:
    phone.locator("button.secondary-toggle").press("Enter")
    chosen = phone.locator("dialog[open] a[href^='#']").last
    heading = phone.locator(f"{chosen.get_attribute('href')} > :is(h2, h3)")
    chosen.click()  # Enter closes the drawer as a click on nothing would
    expect(phone.locator("dialog[open]")).to_have_count(0)
    expect(heading).to_be_in_viewport()
    phone.keyboard.press("Tab")
    assert heading.evaluate(
        "heading => heading.compareDocumentPosition(document.activeElement)"
        " & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY)"
    )
