"""The figures of a page as they are shown: how wide, and with which letters."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import Page

from tests.browser.checks import wait_until
from tisstats.figures.layout import Layout
from tisstats.figures.palette import SMALL_SIZE

LAYOUTS = {"desktop": Layout.COLUMN, "phone": Layout.PHONE}
PIXELS_PER_POINT = 96 / 72
#: Height that letters need, in pixels, less the error of dividing.
LEGIBLE = 11 - 0.01
#: Address, width and room of each figure, which is the width of the section that it is in.
FIGURES = """() => [...document.querySelectorAll("article picture img")].map(image => [
  decodeURI(image.currentSrc), image.getBoundingClientRect().width,
  image.closest("section").getBoundingClientRect().width, image.naturalWidth])"""
#: Whether all figures are loaded, in the drawing for phones or not.
DRAWN = """phone => [...document.querySelectorAll("article picture img")].every(image =>
  image.complete && image.naturalWidth && image.currentSrc.endsWith("-phone.svg") === phone)"""


class ShownFigure(NamedTuple):
    """A figure on a page; widths in pixels."""

    address: str
    width: float
    room: float  #: of the section around it
    drawn: float  #: the width for which it is drawn

    @property
    def smallest(self) -> float:
        """Height of the smallest letters, in pixels."""
        return SMALL_SIZE * PIXELS_PER_POINT * self.width / self.drawn


def shown_figures(page: Page) -> list[ShownFigure]:
    """Return the figures of a page, each of which must have been loaded."""
    return [ShownFigure(*found) for found in page.evaluate(FIGURES)]


def check_figures(page: Page, device: str) -> None:
    """Check that figures fill their column, drawn for the device, in letters that can be read."""
    wait_until(page, DRAWN, device == "phone")
    for figure in shown_figures(page):
        assert figure.drawn == LAYOUTS[device].value, f"not drawn for a {device}: {figure}"
        assert figure.width >= 0.95 * figure.room, f"narrower than its column: {figure}"
        assert figure.smallest >= LEGIBLE, f"letters of {figure.smallest} pixels: {figure}"
