"""Tables in the browser: numbers on their decimal mark, nothing cut off without a sign of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.checks import wait_until
from tests.browser.pages import WIDTHS

pytestmark = pytest.mark.browser

#: Pages with the most, the widest, and the wordiest tables, and one with tables of prose.
SAMPLED = (
    "notebooks/01_methods",
    "notebooks/02_cohort_flow",
    "notebooks/04_secondary_outcomes",
    "notebooks/06_identifiability",
    "notebooks/ledger",
    "book/teaching/measures/tis",
)

#: Places of the decimal marks, or of where they would be, in each column of numbers: from the right
#: for columns set to the right, from the left for others.
MARKS = """() => [...document.querySelectorAll("table.data-table")].flatMap(table => {
  const columns = {};
  for (const cell of table.querySelectorAll("tbody :is(td.n, td.q)")) {
    const text = cell.innerText.match(/^(\\D*\\d+)(.*)/s);
    if (!text) continue;
    const range = document.createRange(), walker = document.createTreeWalker(cell, 4);
    let left = text[1].length, node = walker.nextNode();
    while (node.length < left) { left -= node.length; node = walker.nextNode(); }
    range.setStart(node, left - 1); range.setEnd(node, left);
    (columns[table.dataset.name + " " + cell.cellIndex + "/" + cell.parentNode.cells.length] ??= [])
      .push(range.getBoundingClientRect().right);
  }
  return Object.entries(columns)
    .map(([name, places]) => [name, Math.max(...places) - Math.min(...places)]);
})"""

#: Boxes that scroll sideways: name, and whether the shadow shows that there is more, whether a key
#: can scroll it, and whether its first column stays in sight.
SCROLLING = """() => [...document.querySelectorAll(
    ".bd-article :is(.table-scroll, .pst-scrollable-table-container)")]
  .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1).map(box => {
    const style = getComputedStyle(box), table = box.querySelector("table");
    const shadow = style.backgroundImage.split("linear-gradient").length === 3
      && style.backgroundAttachment === "local, scroll";
    box.scrollLeft = 80;
    const head = table.querySelector("tbody th");
    const stays = !head || !table.matches(".data-table:not(.ledger, .gaps)")
      || Math.abs(head.getBoundingClientRect().left - box.getBoundingClientRect().left) < 2;
    box.scrollLeft = 0;
    return [table.dataset.name || table.className, shadow, box.tabIndex === 0, stays];
  })"""

#: Tables that are too wide and in no box.
CUT_OFF = """() => [...document.querySelectorAll(".bd-article table:not(.indextable)")]
  .filter(table => table.checkVisibility() && table.offsetWidth > document.body.clientWidth
    && !table.closest(".table-scroll, .pst-scrollable-table-container"))
  .map(table => table.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module", params=WIDTHS)
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[str, Page]]:
    page = browser.new_page(viewport={"width": WIDTHS[request.param], "height": 900})
    yield request.param, page
    page.close()


@pytest.mark.parametrize("name", SAMPLED)
def test_tables_are_aligned_and_show_that_they_go_on(
    window: tuple[str, Page], built_book: Path, name: str
) -> None:
    device, page = window
    page.goto((built_book / f"{name}.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    # The theme makes what scrolls reachable.
    wait_until(page, f"() => ({SCROLLING})().every(([, , reachable]) => reachable)")
    assert page.evaluate(CUT_OFF) == []
    scrolling = page.evaluate(SCROLLING)
    assert [box for box in scrolling if not all(box[1:])] == []
    if device == "desktop":
        marks = page.evaluate(MARKS)
        assert [column for column in marks if column[1] > 1] == []
        assert marks or name.startswith("book/")
        # Wide ones take the margin, but no more than there is.
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[device]
    else:
        cards = page.locator("table.cards:visible")
        for place in range(cards.count()):
            box = cards.nth(place).bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= WIDTHS[device]
        if name == "notebooks/01_methods":
            assert cards.count() > 0
            label = "getComputedStyle(document.querySelector('.cards td'), '::before').content"
            assert "Criterion" in page.evaluate(label)
        if name == "notebooks/04_secondary_outcomes":
            assert page.locator("table.cards[data-name=table2]").count() == 1


def test_the_margin_is_free_where_a_table_takes_it(browser: Browser, built_book: Path) -> None:
    page = browser.new_page(viewport={"width": WIDTHS["desktop"], "height": 900})
    page.goto((built_book / "notebooks/01_methods.html").as_uri())
    wide = page.locator(".full-width").first
    wide.scroll_into_view_if_needed()
    column = page.locator(".bd-article h1").bounding_box()
    box = wide.bounding_box()
    assert column is not None
    assert box is not None
    assert box["width"] > column["width"] + 100
    wait_until(page, "document.querySelector('.bd-sidebar-secondary.hide') !== null")
    # The table passes below the header of the page, which the rest of the contents continues.
    wide.evaluate("table => scrollBy(0, table.getBoundingClientRect().top + 60)")
    wait_until(page, "document.querySelector('.bd-sidebar-secondary.hide') !== null")
    for place in (column["x"] + 20, column["x"] + column["width"] + 100):
        above = f"document.elementFromPoint({place}, 20)"
        assert page.evaluate(f"{above}.closest('.full-width')") is None
    # A tablet has no margin: there it is set closer.
    page.set_viewport_size({"width": 768, "height": 1024})
    measures = page.locator(".full-width:has([data-name=outcome_measures])")
    assert measures.evaluate("box => box.scrollWidth - box.clientWidth") <= 1
    page.close()


def test_an_address_breaks_rather_than_widen_a_paragraph(
    browser: Browser, built_book: Path
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 256})
    page.goto((built_book / "notebooks/method_agreement.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    wider = "all => all.filter(p => p.scrollWidth > p.clientWidth + 1).map(p => p.textContent)"
    assert page.locator(".agreement-method > p").evaluate_all(wider) == []
    page.close()


def test_paper_has_no_shadow_and_no_cards(browser: Browser, built_book: Path) -> None:
    page = browser.new_page(viewport={"width": 500, "height": 900})
    page.goto((built_book / "notebooks/01_methods.html").as_uri())
    page.emulate_media(media="print")
    style = "element => getComputedStyle(element)"
    assert page.locator("table.cards").first.evaluate(f"{style}.display") == "table"
    assert page.locator(".table-scroll").first.evaluate(f"{style}.backgroundImage") == "none"
    page.close()


#: Lines of commands and settings that end within a word: what stands there, and what follows.
BROKEN = """() => [...document.querySelectorAll(
    ".bd-article :is(div.highlight-bash, div.highlight-toml) pre")]
  .filter(code => code.checkVisibility()).flatMap(code => {
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT), found = [];
    let before = "", height = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (let at = 0; at < node.length; at++) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const {top} = range.getBoundingClientRect(), text = node.data[at];
        const word = /\\S/.test(before) && /\\S/.test(text);
        if (word && top > height + 4)
          found.push(node.data.slice(0, at) + "|" + node.data.slice(at));
        [before, height] = [text, top];
      }
    if (code.scrollWidth > code.clientWidth + 1) found.push(`cut off: ${code.textContent}`);
    return found;
  })"""


@pytest.mark.parametrize("name", ["book/rerun", "book/your_tables", "notebooks/teaching_placebo"])
def test_on_a_phone_no_command_is_cut_off_or_broken_within_an_option(
    browser: Browser, built_book: Path, name: str
) -> None:
    page = browser.new_page()
    page.goto((built_book / f"{name}.html").as_uri())
    for width in (320, 360, WIDTHS["phone"]):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(BROKEN) == [], width
    page.close()


def test_a_card_shows_the_mark_of_a_note_on_the_first_column(
    window: tuple[str, Page], built_book: Path
) -> None:
    device, page = window
    page.goto((built_book / "notebooks/teaching_placebo.html").as_uri())
    table = page.locator("table[data-name=by_rule]")
    mark = table.locator("tbody th").first.evaluate("th => getComputedStyle(th, '::after').content")
    assert mark == ('"ᵃ"' if device == "phone" else "none")
