"""What is drawn and has no words is seen: icons, and the edges of fields. Axe judges text alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.checks import show
from tests.browser.pages import SCHEMES

pytestmark = pytest.mark.browser

#: Pages that have, together, the kinds of icons and fields.
PAGES = ("search", "book/teaching/calculator", "book/teaching/exercises", "notebooks/ledger")
LEAST = 3  # WCAG 2.2, success criterion 1.4.11
#: What is drawn, with its contrast to the ground around it: icons of fonts and drawings, those
#: of admonitions, and borders of what one types or chooses in.
DRAWN = """() => {
  const pixel = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = colour => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
  const ground = element => element === null ? [255, 255, 255]
    : over(rgba(getComputedStyle(element).backgroundColor), ground(element.parentElement));
  const light = colour => colour.map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (colour, below) => {
    const [low, high] = [light(over(rgba(colour), below)), light(below)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const kinds = {
    "button i[class*='fa-'], a i[class*='fa-'], summary i[class*='fa-'], summary svg":
      each => contrast(getComputedStyle(each).color, ground(each)),
    "div.admonition > .admonition-title":
      each => contrast(getComputedStyle(each, "::after").color, ground(each)),
    "article :is(input[type=text], select, .ledger-filters input), form.bd-search":
      each => contrast(getComputedStyle(each).borderBottomColor, ground(each.parentElement)),
  };
  return Object.entries(kinds).flatMap(([selector, judge]) =>
    [...document.querySelectorAll(selector)].filter(each => each.checkVisibility())
      .map(each => [selector, each.outerHTML.slice(0, 100), judge(each)]));
}"""


def test_icons_and_edges_of_fields_stand_out(tab: Page, built_book: Path) -> None:
    kinds: set[str] = set()
    for name in PAGES:
        tab.goto((built_book / f"{name}.html").as_uri())
        tab.add_style_tag(content="* { transition: none !important }")
        for scheme in SCHEMES:
            show(tab, "desktop", scheme)
            drawn = tab.evaluate(DRAWN)
            kinds.update(kind for kind, _, _ in drawn)
            faint = [each for each in drawn if each[2] < LEAST]
            assert faint == [], f"{name} {scheme}"
    assert len(kinds) == 3, kinds
