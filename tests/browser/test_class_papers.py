"""Slides and sheets of the class in a browser: by keyboard, by touch, without scripts, on paper."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from tests.browser.checks import EVERY_RULE, OF_COLOURS, OVERFLOW, run_axe, wait_until
from tisstats.book.pages.class_bundle import BUNDLE, FOLDER, ROOT
from tisstats.book.pages.class_papers import PAPERS
from tisstats.book.paper.sheets import print_class

pytestmark = pytest.mark.browser

WINDOWS = {"projector": (1280, 720), "phone": (375, 812)}
SHOWN = "document.querySelector('.slide.is-shown').id"
#: Of each slide or sheet, by how much its contents are higher or wider than it.
TOO_LARGE = """selector => [...document.querySelectorAll(selector)].flatMap((part, at) => {
  const inner = [part, ...part.querySelectorAll(".slide-face, .slide-body, .slide-words")];
  return inner.filter(each => each.checkVisibility()
      && (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1))
    .map(each => `${at + 1} ${each.className}`);
})"""
#: What sticks out of the text area of a slide, such as below its foot.
BELOW = """() => {
  const slide = document.querySelector(".slide.is-shown");
  return [slide.scrollHeight - slide.clientHeight, slide.scrollWidth - slide.clientWidth];
}"""


@pytest.fixture(scope="module")
def folder(built_book: Path) -> Path:
    return built_book / "_static" / FOLDER


@pytest.fixture
def deck(browser: Browser, folder: Path) -> Iterator[Page]:
    """The slides on a projector."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((folder / "slides.html").as_uri())
    yield page
    assert faults == []
    context.close()


def count(page: Page) -> int:
    return page.locator(".slide").count()


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("ArrowRight", "slide-2"),
        ("Space PageDown", "slide-3"),
        ("ArrowDown ArrowDown ArrowLeft", "slide-2"),
        ("ArrowRight ArrowUp", "slide-1"),
        ("PageUp", "slide-1"),
        ("End Home ArrowRight PageUp", "slide-1"),
    ],
)
def test_keys_turn_the_slides(deck: Page, keys: str, shown: str) -> None:
    for key in keys.split():
        deck.keyboard.press(key)
    assert deck.evaluate(SHOWN) == shown
    assert deck.url.endswith(f"#{shown}")
    number = shown.removeprefix("slide-")
    place = deck.get_by_role("status").inner_text()
    assert place.startswith(f"{number} / {count(deck)}: ")
    assert place.endswith(deck.locator(f"#{shown} h2").inner_text())


def test_the_end_is_the_end_and_the_address_leads_back(deck: Page) -> None:
    deck.keyboard.press("End")
    last = f"slide-{count(deck)}"
    assert deck.evaluate(SHOWN) == last
    deck.keyboard.press("ArrowRight")
    assert deck.evaluate(SHOWN) == last
    assert deck.get_by_role("button", name="Next slide").is_disabled()
    deck.reload()
    assert deck.evaluate(SHOWN) == last
    deck.evaluate("location.hash = '#slide-4'")
    wait_until(deck, f"{SHOWN} === 'slide-4'")


def test_notes_help_and_all_slides_are_shown_on_request(deck: Page) -> None:
    notes = deck.locator("#slide-1 .slide-notes")
    assert not notes.is_visible()
    deck.keyboard.press("n")
    assert notes.is_visible()
    pressed = deck.get_by_role("button", name="Notes")
    assert pressed.get_attribute("aria-pressed") == "true"
    deck.keyboard.press("?")
    assert deck.get_by_role("dialog", name="Keys").is_visible()
    deck.keyboard.press("ArrowRight")
    assert deck.evaluate(SHOWN) == "slide-1"
    deck.keyboard.press("Escape")
    assert not deck.get_by_role("dialog").is_visible()
    deck.keyboard.press("a")
    assert deck.locator(".slide:visible").count() == count(deck)
    deck.keyboard.press("a")
    assert deck.locator(".slide:visible").count() == 1


def test_a_key_on_a_button_presses_it_once(deck: Page) -> None:
    deck.get_by_role("button", name="Notes").focus()
    deck.keyboard.press("Space")
    assert deck.evaluate(SHOWN) == "slide-1"
    assert deck.locator("#slide-1 .slide-notes").is_visible()
    deck.get_by_role("button", name="Next slide").focus()
    deck.keyboard.press("Enter")
    assert deck.evaluate(SHOWN) == "slide-2"


def test_every_slide_fits_a_projector_with_and_without_notes(deck: Page) -> None:
    for notes in (False, True):
        deck.keyboard.press("Home")
        if notes:
            deck.keyboard.press("n")
        for number in range(1, count(deck) + 1):
            assert deck.evaluate(SHOWN) == f"slide-{number}"
            assert deck.evaluate(BELOW) == [0, 0], (number, notes)
            deck.keyboard.press("End") if number == count(deck) else deck.keyboard.press("Space")


#: Of the slide that is shown: whether its figure is loaded, and the smallest letters, pixels.
LETTERS = """() => {
  const image = document.querySelector(".slide.is-shown img");
  const box = image.getBoundingClientRect();
  const scale = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight);
  return image.complete && image.naturalWidth ? 11 * scale : 0;
}"""


def test_unpacked_on_a_disk_the_slides_show_their_figures_in_letters_for_a_room(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(folder.parent / BUNDLE) as archive:
        archive.extractall(tmp_path)
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page = context.new_page()
    page.goto((tmp_path / ROOT / "slides.html").as_uri())
    drawn = page.locator(".slide:has(img)").evaluate_all("them => them.map(each => each.id)")
    assert len(drawn) > 3
    for slide in drawn:
        page.evaluate(f"location.hash = '#{slide}'")
        wait_until(page, f"{SHOWN} === '{slide}'")
        wait_until(page, f"document.querySelector('#{slide} img').complete")
        assert page.evaluate(LETTERS) > 23.5, slide
    context.close()


def test_a_swipe_turns_the_slide_and_a_scroll_does_not(browser: Browser, folder: Path) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 812}, has_touch=True)
    page = context.new_page()
    page.goto((folder / "slides.html").as_uri())
    swipe = """([x, y]) => {
      const at = document.querySelector(".is-shown h2");
      const touch = (x, y) => new Touch({identifier: 1, target: at, clientX: x, clientY: y});
      const fire = (name, list, where) => at.dispatchEvent(new TouchEvent(name, {
        bubbles: true, touches: list, changedTouches: [touch(...where)]}));
      fire("touchstart", [touch(200, 200)], [200, 200]);
      fire("touchend", [], [200 + x, 200 + y]);
    }"""
    for across, along, shown in (
        (-100, 10, 2),
        (-30, 0, 2),
        (-100, 90, 2),
        (-90, 0, 3),
        (90, 0, 2),
    ):
        page.evaluate(swipe, [across, along])
        assert page.evaluate(SHOWN) == f"slide-{shown}"
    context.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(Axe().axe_script)
    yield context
    context.close()


@pytest.mark.parametrize("name", PAPERS)
def test_everybody_can_read_a_file(window: BrowserContext, folder: Path, name: str) -> None:
    page = window.new_page()
    for device, (width, height) in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto("about:blank")
        page.goto((folder / f"{name}.html").as_uri())
        if name == "slides":
            # One slide with a table, then all of them with their notes.
            page.evaluate("location.hash = '#slide-6'")
            wait_until(page, f"{SHOWN} === 'slide-6'")
            check_schemes(page, device)
            page.keyboard.press("a")
            page.keyboard.press("n")
        check_schemes(page, device)
    page.close()


def check_schemes(page: Page, device: str) -> None:
    """Check what is shown in light and dark.

    Dark can make a difference to its colours alone, which no width changes.
    """
    for scheme, options in (("light", EVERY_RULE), ("dark", OF_COLOURS)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate(OVERFLOW) == []
        if (device, scheme) != ("phone", "dark"):
            found = run_axe(page, options)
            assert found.violations_count == 0, f"{device} {scheme}: {found.generate_report()}"


def test_without_scripts_the_slides_are_one_long_page_with_notes(
    browser: Browser, folder: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.goto((folder / "slides.html").as_uri())
    slides = page.locator(".slide:visible").count()
    assert slides == page.locator(".slide").count() > 15
    assert page.locator(".slide-notes:visible").count() == slides
    assert page.locator(".deck-bar:visible").count() == 0
    context.close()


@pytest.mark.parametrize("notes", [False, True])
def test_slides_print_one_to_a_page(deck: Page, tmp_path: Path, notes: bool) -> None:
    if notes:
        deck.keyboard.press("n")
    number = count(deck)
    deck.set_viewport_size({"width": 1122, "height": 793})
    deck.emulate_media(media="print")
    assert deck.evaluate(TOO_LARGE, ".slide") == []
    file = tmp_path / "slides.pdf"
    deck.pdf(path=file, prefer_css_page_size=True, print_background=True)
    pages = PdfReader(file).pages
    assert len(pages) == number
    assert {page.mediabox.width > page.mediabox.height for page in pages} == {True}
    for at, page in enumerate(pages, start=1):
        assert f"{at}/{number}" in "".join(page.extract_text().split())


@pytest.mark.parametrize("name", ["handout", "sheet"])
def test_nothing_is_cut_off_on_a_sheet(browser: Browser, folder: Path, name: str) -> None:
    page = browser.new_page(viewport={"width": 794, "height": 1122})
    page.goto((folder / f"{name}.html").as_uri())
    page.emulate_media(media="print")
    assert page.evaluate(TOO_LARGE, ".a4") == []
    page.close()


def test_a_book_without_a_class_is_left_as_it_is(tmp_path: Path, browser_program: Path) -> None:
    assert print_class(tmp_path, browser_program, "", datetime(2026, 11, 27, tzinfo=UTC)) == {}
    assert list(tmp_path.iterdir()) == []
