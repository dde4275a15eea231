"""Where the keyboard is can be seen, and where it goes on when a drawer of a phone closes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, FloatRect, Page, expect

from tests.browser.checks import ACTIVE, show_in, wait_until
from tests.browser.pages import WIDTHS

pytestmark = pytest.mark.browser

#: Pages that have, together, the parts that the keyboard stops at: cards, formulas, tables, forms.
SEEN_ON = ("book/intro", "notebooks/03_primary_outcome", "book/teaching/exercises")
#: Of what the keyboard stops at, one of each kind that no page has shown yet; the kinds.
KINDS = """known => {
  const kinds = new Map(known.map(kind => [kind, null]));
  for (const element of window.toReach) {
    const kind = [element.localName, element.type, element.classList, element.parentNode.classList];
    if (!kinds.has(kind.join())) kinds.set(kind.join(), element);
  }
  for (const [kind, element] of kinds)
    if (!element || element.closest(".skip-link")) kinds.delete(kind);
  window.kinds = [...kinds.values()];
  return [...kinds.keys()];
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


#: The place of what has the focus, with room for a ring around it, in the window.
AROUND = """() => {
  const box = document.activeElement.getBoundingClientRect(), room = 20;
  const [left, top] = [Math.max(0, box.left - room), Math.max(0, box.top - room)];
  const right = Math.min(innerWidth, box.right + room);
  const bottom = Math.min(innerHeight, box.bottom + room);
  return {x: left, y: top, width: right - left, height: bottom - top};
}"""


def picture(tab: Page, place: FloatRect) -> Image.Image:
    return Image.open(io.BytesIO(tab.screenshot(clip=place))).convert("L")


@pytest.fixture(scope="module")
def shown() -> dict[str, set[str]]:
    """The kinds that have been shown on each device: the same styles are on all pages."""
    return {device: set() for device in WIDTHS}


@pytest.mark.parametrize("name", SEEN_ON)
@pytest.mark.parametrize("device", WIDTHS)
def test_what_has_the_focus_is_seen_to_have_it(
    tab: Page, built_book: Path, shown: dict[str, set[str]], device: str, name: str
) -> None:
    show_in(tab, device, "light")
    tab.goto(f"{built_book.as_uri()}/{name}.html")
    tab.add_style_tag(content="* { transition: none !important; caret-color: transparent; }")
    wait_until(tab, SET)
    tab.evaluate(ACTIVE, "body")
    unseen = []
    kinds = tab.evaluate(KINDS, sorted(shown[device]))
    shown[device].update(kinds)
    assert kinds, "nothing to look at that other pages do not have"
    for number in range(len(kinds)):
        what = tab.evaluate(FOCUS, number)
        place = tab.evaluate(AROUND)
        focused = picture(tab, place)
        tab.evaluate("document.activeElement.blur()")
        changed = ImageChops.difference(focused, picture(tab, place)).histogram()
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


def test_a_page_that_is_left_has_no_drawer_when_the_browser_shows_it_again(phone: Page) -> None:
    phone.locator("button.primary-toggle").click()
    expect(phone.locator("dialog[open] a").first).to_be_visible()
    phone.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(phone.locator("dialog[open]")).to_have_count(0)


def test_a_drawer_closed_by_a_touch_beside_it_leaves_no_label_over_the_page(
    browser: Browser, built_book: Path
) -> None:
    with browser.new_context(
        viewport={"width": 375, "height": 800}, has_touch=True, reduced_motion="reduce"
    ) as context:
        phone = context.new_page()
        phone.clock.install()
        phone.goto(f"{built_book.as_uri()}/404.html")
        button = phone.locator("button.primary-toggle")
        button.tap()
        expect(phone.locator("dialog[open] a").first).to_be_visible()
        phone.touchscreen.tap(370, 650)
        expect(button).to_be_focused()
        phone.clock.fast_forward(2_000)  # the theme shows labels after half a second
        expect(phone.locator(".tooltip")).to_have_count(0)


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_a_drawer_closes_where_the_window_becomes_too_wide_for_drawers(
    phone: Page, side: str
) -> None:
    phone.locator(f"button.{side}-toggle").click()
    expect(phone.locator("dialog[open] a").first).to_be_visible()
    show_in(phone, "desktop", "light")
    expect(phone.locator("dialog[open]")).to_have_count(0)
    expect(phone.locator(f"#pst-{side}-sidebar a[href]").first).to_be_visible()


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


def test_a_part_of_the_page_opened_in_another_tab_leaves_the_drawer_open(phone: Page) -> None:
    phone.locator("button.secondary-toggle").press("Enter")
    with phone.context.expect_page() as opened:
        phone.locator("dialog[open] a[href^='#']").last.click(modifiers=["ControlOrMeta"])
    opened.value.close()
    expect(phone.locator("dialog[open]")).to_have_count(1)
