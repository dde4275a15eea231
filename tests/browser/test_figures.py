"""Figures in the browser: legible in any window, and in the colours of the page.

That each fills its column is looked at with the rest of its page: see the layout.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.checks import wait_until
from tests.browser.figures import DRAWN, LEGIBLE, shown_figures
from tests.browser.pages import NOTEBOOKS
from tisstats.book.downloads.pages import PHONE_UP_TO
from tisstats.book.downloads.svg import size
from tisstats.figures.palette import DARK, PAPER

pytestmark = pytest.mark.browser


def open_page(browser: Browser, built_book: Path, name: str, **settings: object) -> Page:
    """Open a page of the book from the disk; scripts of the theme set its colours."""
    page = browser.new_page(**settings)
    page.goto((built_book / f"{name}.html").as_uri())
    wait_until(
        page, "[...document.querySelectorAll('article picture img')].every(image => image.complete)"
    )
    return page


def test_there_are_figures_to_look_at_with_the_layout(built_book: Path) -> None:
    pages = [(built_book / f"{name}.html").read_text(encoding="utf-8") for name in NOTEBOOKS]
    assert sum(page.count("<picture") for page in pages) > 10


#: The room that a classic scroll bar takes, which this browser does not show; phones have none.
SCROLL_BAR = "width => { document.documentElement.style.paddingRight = width }"
WINDOWS = (320, 360, 375, 600, 750, 751, 768, 960, 1000, 1199, 1200, 1280, 1299, 1300, 1440, 1920)


def test_the_smallest_letters_are_legible_in_windows_of_any_width(
    browser: Browser, built_book: Path
) -> None:
    page = open_page(browser, built_book, "notebooks/04_secondary_outcomes")
    page.add_style_tag(content="* { transition: none !important }")
    for window in WINDOWS:
        page.set_viewport_size({"width": window, "height": 900})
        page.evaluate(SCROLL_BAR, "15px" if window > PHONE_UP_TO else "0")
        wait_until(page, DRAWN, window <= PHONE_UP_TO)
        for figure in shown_figures(page):
            assert figure.smallest >= LEGIBLE, (window, figure)
        assert page.evaluate("document.documentElement.scrollWidth") <= window, window
    page.close()


def test_paper_gets_the_drawing_for_the_column_however_narrow_the_window(
    browser: Browser, built_book: Path
) -> None:
    narrow = {"width": 375, "height": 812}
    page = open_page(browser, built_book, "notebooks/02_cohort_flow", viewport=narrow)
    page.emulate_media(media="print")
    wait_until(
        page,
        "[...document.querySelectorAll('article picture img')].every(image =>"
        " !image.currentSrc.endsWith('-phone.svg'))",
    )
    page.close()


def test_there_is_room_for_a_figure_before_it_is_loaded(browser: Browser, built_book: Path) -> None:
    page = open_page(browser, built_book, "notebooks/02_cohort_flow")
    image = page.locator("article picture img").first
    drawn = (built_book / "_images" / "cohort_flow-flow_diagram.svg").read_text("utf-8")
    assert (image.get_attribute("width"), image.get_attribute("height")) == tuple(
        map(str, size(drawn))
    )
    page.close()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_figures_change_their_colours_with_the_page_not_with_the_system(
    browser: Browser, built_book: Path, system: str
) -> None:
    page = open_page(browser, built_book, "notebooks/02_cohort_flow", color_scheme=system)
    image = page.locator("article picture img").first
    for theme, colour in {"dark": DARK[PAPER], "light": PAPER, "dark again": DARK[PAPER]}.items():
        page.evaluate(f"document.documentElement.dataset.theme = '{theme.split()[0]}'")
        with Image.open(io.BytesIO(image.screenshot())) as shown:
            corner = shown.convert("RGB").getpixel((shown.width - 3, 2))
        assert "#{:02X}{:02X}{:02X}".format(*corner) == colour, (system, theme)
    page.close()


def test_figures_are_light_on_paper(browser: Browser, built_book: Path) -> None:
    page = open_page(browser, built_book, "notebooks/02_cohort_flow", color_scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    image = page.locator("article picture img").first
    with Image.open(io.BytesIO(image.screenshot())) as shown:
        assert shown.convert("RGB").getpixel((shown.width - 3, 2)) == (255, 255, 255)
    page.close()
