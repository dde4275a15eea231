"""Every page from the disk, on a desktop and a phone, in light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.checks import (
    OF_COLOURS,
    REACHABLE,
    SHORTENED,
    UNSEEN,
    check_everybody_can_read,
    check_keyboard_reaches,
    run_axe,
    wait_until,
)
from tests.browser.figures import check_figures
from tests.browser.pages import NOTEBOOKS, PAGES
from tests.browser.wholeness import check_whole, watched

pytestmark = pytest.mark.browser

#: Elements that the tabulator key is pressed for on each page, from the start of its article on. On
#: two it is pressed from the top of the page: all have the same fifty elements in their menus.
STEPS = 24
FROM_THE_TOP = dict.fromkeys(("book/intro", NOTEBOOKS[0]), 60)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_fits_and_everybody_can_read_it(
    tab: Page, built_book: Path, seen_before: set[int], name: str
) -> None:
    home = built_book.as_uri()
    with watched(tab) as seen:
        tab.goto(f"{home}/{name}.html")
        check_whole(tab, seen, home, built_book, has_code=name in NOTEBOOKS)
    tab.add_style_tag(content="*, *::before, *::after { animation: none !important }")
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    check_keyboard_reaches(tab, STEPS, ".bd-article")
    if name in FROM_THE_TOP:
        check_keyboard_reaches(tab, FROM_THE_TOP[name])
    check_everybody_can_read(tab, seen_before, check_figures if name in NOTEBOOKS else None)


@pytest.mark.parametrize(("scheme", "faint"), [("light", "#ddd"), ("dark", "#444")])
def test_words_too_faint_in_a_box_that_scrolls_are_found(
    tab: Page, built_book: Path, scheme: str, faint: str
) -> None:
    tab.goto(f"{built_book.as_uri()}/notebooks/data_dictionary.html")
    cell = f"html[data-theme={scheme}] .table-scroll tr:nth-child(2) td:last-child"
    tab.add_style_tag(content=f"{cell} {{ color: {faint} !important }}")
    with pytest.raises(AssertionError, match=f"(?s)'width': 1280.* {scheme}: .*color-contrast"):
        check_everybody_can_read(tab, set())


@pytest.mark.parametrize(("scheme", "like_text"), [("light", "#444"), ("dark", "#ddd")])
def test_links_like_words_are_found_though_another_page_has_links_in_their_places(
    tab: Page, built_book: Path, scheme: str, like_text: str
) -> None:
    address = f"{built_book.as_uri()}/notebooks/05_safety.html"
    tab.goto(address)
    seen = set(tab.evaluate(UNSEEN, []))
    tab.goto("about:blank")
    tab.goto(address)
    style = f"color: {like_text} !important; text-decoration: none !important"
    tab.add_style_tag(content=f"html[data-theme={scheme}] .bd-article p a {{ {style} }}")
    with pytest.raises(AssertionError, match=f"(?s)'width': 1280.* {scheme}: .*link-in-text"):
        check_everybody_can_read(tab, seen)


#: Links of which some unfold others when they get the focus, as the list of contents does: two
#: further ones, and then again one.
UNFOLDS = """<main class=start><a href=#1 data-shows=more>1</a> <span class=more hidden>
  <a href=#2>2</a> <a href=#3 data-shows=most>3</a></span> <span class=most hidden>
  <a href=#4>4</a></span> <a href=#5>5</a> <a href=#6>6</a></main>"""
UNFOLD = """() => document.addEventListener("focusin", ({target}) => {
  if (target.dataset.shows) document.querySelector("." + target.dataset.shows).hidden = false;
})"""
TRAP = """() => document.querySelector("[href='#5']").addEventListener("keydown",
  event => event.preventDefault())"""


def test_what_unfolds_on_the_way_is_gone_through_and_what_cannot_be_reached_is_named(
    tab: Page,
) -> None:
    for trapped in (False, True):
        tab.goto("about:blank")
        tab.set_content(UNFOLDS)
        tab.evaluate(UNFOLD)
        if not trapped:
            check_keyboard_reaches(tab, STEPS, ".start")
            continue
        tab.evaluate(TRAP)
        with pytest.raises(AssertionError, match=r"missed: .*#6"):
            check_keyboard_reaches(tab, STEPS, ".start")


def test_signatures_that_scroll_in_a_window_of_some_width_are_reached_by_keys(
    tab: Page, built_book: Path
) -> None:
    tab.goto(f"{built_book.as_uri()}/book/reference/ranks.html")
    stops = set()
    for width in (1280, 600, 375, 330, 600, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        wait_until(tab, REACHABLE)
        stops.add(tab.locator("dt.sig[tabindex='0']").count())
    assert len(stops) > 1, "no width of these makes a signature scroll"


SHADED = "<main><p style='background: linear-gradient(#fff, #ddd); color: #eee'>One</p></main>"


def test_faint_words_on_a_shading_are_found_and_the_shading_stays(tab: Page) -> None:
    tab.goto("about:blank")
    tab.set_content(SHADED)
    assert run_axe(tab, OF_COLOURS).violations_count == 1
    ground = tab.eval_on_selector("p", "each => getComputedStyle(each).backgroundImage")
    assert ground.startswith("linear-gradient")


ROWS = [f'<tr><td>{number} <a href="#{number}">one</a></td></tr>' for number in range(40)]


@pytest.mark.parametrize(
    "other",
    [
        "<tr><td style='color: #eee'>30 <a href='#30'>one</a></td></tr>",
        "<tr class=pale><td>30 <a href='#30'>one</a></td></tr>",
        "<tr data-verdict=stated><td>30 <a href='#30'>one</a></td></tr>",
        "<tr><td>30 <a href='#30'></a></td></tr>",
        "<tr><td><a href='#30'>one</a></td></tr>",
    ],
)
def test_of_what_is_alike_two_stay_and_whatever_differs(tab: Page, other: str) -> None:
    tab.goto("about:blank")
    rows = "".join([*ROWS[:30], other, *ROWS[31:]])
    tab.set_content(f"<table>{rows}</table><ul>{'<li>text</li>' * 9}</ul>")
    tab.evaluate(SHORTENED)
    assert tab.locator("tr").count() == 3
    assert tab.locator("tr").nth(2).evaluate("row => row.outerHTML") == (
        tab.evaluate("html => { const t = document.createElement('tbody'); t.innerHTML = html;"
                     " return t.firstChild.outerHTML; }", other)
    )  # fmt: skip
    assert tab.locator("li").count() == 2


PAGE = "<main><div class=box style='color: {}'><p>One</p>{}</div></main>"


@pytest.mark.parametrize(
    ("colour", "other", "left"),
    [
        ("#111", "<p><a href='#b'>another word</a></p>", 0),
        ("#111", "<p><b>One</b></p>", 1),
        ("#111", "<p class=pale><a href='#a'>One</a></p>", 1),
        ("#111", "<p style='color: #eee'>One <a href='#a'>One</a></p>", 1),
        ("#111", "<p><a href='#a' data-state=open>One</a></p>", 1),
        ("#eee", "<p><a href='#a'>One</a></p>", 2),
    ],
)
def test_of_what_another_page_has_in_the_same_place_nothing_stays(
    tab: Page, colour: str, other: str, left: int
) -> None:
    tab.goto("about:blank")
    tab.set_content(PAGE.format("#111", "<p><a href='#a'>One</a></p>"))
    seen = tab.evaluate(UNSEEN, [])
    assert tab.locator("p").count() == 2
    tab.set_content(PAGE.format(colour, other))
    assert len(tab.evaluate(UNSEEN, seen)) >= left
    assert tab.locator("p:visible").count() == left
    faint = "#eee" in colour + other
    assert run_axe(tab, OF_COLOURS).violations_count == faint
