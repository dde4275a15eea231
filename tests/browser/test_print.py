"""Each page by itself on paper, from a window that is dark and has something folded."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from tests.browser.checks import wait_until
from tests.browser.pages import ROOT

pytestmark = pytest.mark.browser

#: Text area of A4, upright and turned, as `print.css` leaves it; pixels.
UPRIGHT, TURNED = 673, 1002
PAGES = [
    *("book/intro", "book/reading_the_ledger", "notebooks/02_cohort_flow"),
    *("notebooks/04_secondary_outcomes", "book/reference/proportions", "book/teaching/exercises"),
]


@pytest.fixture
def opened(browser, built_book):
    """Opens a page of the book in a dark window."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")

    def open_page(name, address=""):
        page = context.new_page()
        page.goto(address or (built_book / f"{name}.html").as_uri())
        wait_until(page, "document.readyState == 'complete'")
        return page

    yield open_page
    context.close()


def printed(page):
    """The text of each sheet; PDFium needs a small part of the time that pypdf needs."""
    with closing(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))) as pdf:
        return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in pdf]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_prints_its_text_with_title_date_and_number_and_nothing_of_the_screen(opened, name):
    page = opened(name)
    title = page.title()
    heading = " ".join(page.locator("article h1").inner_text().removesuffix("#").split())
    sheets = printed(page)
    assert re.sub(r"\s", "", heading) in re.sub(r"\s", "", sheets[0])
    for number, text in enumerate(sheets, start=1):
        assert f"{number} / {len(sheets)}" in text
        # Where the foot takes two lines, the number of the sheet stands between them.
        assert re.search(r"printed \d{1,2} [A-Z][a-z]+ (\d+ / \d+ )?\d{4}\b", text)
        assert title.split(" — ")[0].split()[0] in text
    text = " ".join(sheets)
    for absent in ("Search", "Show code", "Hide code", "previous", "Ctrl", "file:"):
        assert absent not in text


def test_on_the_web_the_foot_has_the_address(opened, served_book):
    address = f"{served_book}/book/glossary.html"
    sheets = printed(opened("", address))
    assert all(address in text for text in sheets)


def test_folded_tables_are_open_and_code_is_not_and_all_is_as_before_afterwards(opened):
    page = opened("notebooks/06_identifiability")
    state = (
        "() => [document.documentElement.dataset.theme,"
        " document.querySelectorAll('details[open]').length]"
    )
    before = page.evaluate(state)
    assert before[0] == "dark"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(state)[0] == "light"
    assert page.locator(".bd-article details:not([open]):not(.hide)").count() == 0
    assert page.locator(".bd-article details.hide[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(state) == before
    assert page.locator(".print-turned, .print-foot").count() == 0


@pytest.mark.parametrize(
    "name",
    ["notebooks/02_cohort_flow", "notebooks/04_secondary_outcomes", "notebooks/08_sensitivity"],
)
def test_no_table_is_cut(opened, name):
    page = opened(name)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": UPRIGHT, "height": 900})
    widths = page.eval_on_selector_all(
        ".bd-article table",
        "all => all.map(each => [each.closest('.print-turned') !== null, each.offsetWidth])",
    )
    assert widths
    for turned, width in widths:
        assert width <= (TURNED if turned else UPRIGHT)


def test_paper_is_white_and_letters_are_dark_whatever_the_screen(opened):
    page = opened("book/glossary")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    colours = page.evaluate(
        "() => ['body', 'article p'].map(each => getComputedStyle(document.querySelector(each)))"
        ".map((style, i) => (i ? style.color : style.backgroundColor).match(/\\d+/g).map(Number))"
    )
    assert colours[0][:3] == [255, 255, 255]
    assert max(colours[1][:3]) < 100


def test_the_calculator_prints_its_case_and_its_result(opened):
    page = opened("book/teaching/calculator")
    page.click("#tis-example")
    total = page.locator("#tis-total").inner_text().split()
    text = " ".join(printed(page))
    for value in ("3.8", "227", "1199", "Creatine kinase", *total):
        assert value in text
    for absent in ("Copy link to this case", "Optional", "JavaScript"):
        assert absent not in text


def test_style_and_script_come_with_a_report_too():
    from tisstats.book.site.printing import SCRIPT, STYLE
    from tisstats.book.trial_report import _ASSETS

    assert {STYLE, SCRIPT} <= set(_ASSETS)
    assert all((ROOT / "book" / "assets" / name).is_file() for name in (STYLE, SCRIPT))


#: Colours that style sheets give to marks without words.
FILLED = """() => [...document.querySelectorAll(
    ".bd-article :is(.va-square, .interactive-key, .interactive-mark, .moving-got):empty")]
  .filter(each => each.checkVisibility()).map(each => getComputedStyle(each).backgroundColor)
  .filter(colour => colour !== "rgba(0, 0, 0, 0)")"""


@pytest.mark.parametrize(
    "name", ["book/intro", "notebooks/06_identifiability", "notebooks/teaching_scoring"]
)
def test_marks_are_filled_on_paper_though_browsers_print_no_backgrounds(opened, name):
    page = opened(name)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    wanted = {tuple(map(int, re.findall(r"\d+", each))) for each in page.evaluate(FILLED)}
    assert wanted
    with_backgrounds, without = (
        _fills(page.pdf(print_background=printed)) for printed in (True, False)
    )
    assert all(with_backgrounds[colour] for colour in wanted)
    assert {colour: without[colour] for colour in wanted} == {
        colour: with_backgrounds[colour] for colour in wanted
    }


def _fills(printed: bytes) -> Counter[tuple[int, ...]]:
    """Count how often each colour is set to fill, in a PDF."""
    with pikepdf.open(BytesIO(printed)) as pdf:
        for sheet in pdf.pages:
            sheet.contents_coalesce()
        sheets = [sheet.Contents.read_bytes() for sheet in pdf.pages]
    number = r"(\d*\.?\d+)"
    return Counter(
        tuple(round(255 * float(part)) for part in found)
        for found in re.findall(
            rf"{number} {number} {number} rg\b", b"\n".join(sheets).decode("latin-1")
        )
    )
