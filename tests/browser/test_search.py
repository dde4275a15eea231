"""The search as readers use it: on its page and in its dialog, from the disk and from a server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.checks import EVERY_RULE, OF_COLOURS, OVERFLOW, run_axe, show
from tests.browser.pages import SCHEMES, WIDTHS

pytestmark = pytest.mark.browser

LEDGER = ("notebooks/ledger",)
#: What readers look for, and where it should lead them first: any of these pages.
QUERIES = {
    "42": LEDGER,
    "42.1": LEDGER,
    "42,1 %": LEDGER,
    "55": LEDGER,
    "64.6": LEDGER,
    "20.3": LEDGER,
    "CONSORT": ("notebooks/02_cohort_flow",),
    "wilcoxon": ("book/glossary", "notebooks/04_secondary_outcomes", "book/reference/ranks"),
    "wilcoxn": ("book/glossary", "notebooks/method_agreement", "book/reference/ranks"),
    "HMGCR": ("notebooks/02_cohort_flow",),
    "thrombosis": ("notebooks/05_safety",),
    "blood clot": ("notebooks/05_safety",),
    "ceiling": ("book/glossary", "notebooks/teaching_scoring"),
    "MMT 260": ("book/teaching/measures/mmt",),
    "rescue": ("notebooks/04_secondary_outcomes", "book/glossary"),
    "Clopper": ("notebooks/03_primary_outcome", "book/glossary"),
    "HAQ": ("book/teaching/measures/haq",),
    "minimal important change": ("book/teaching/measures/",),
    "swallowing": ("book/teaching/measures/swallowing",),
    "CK": ("book/teaching/measures/enzyme",),
    "EULAR response": ("book/teaching/measures/tis",),
    "Hodges": (
        "notebooks/06_identifiability",
        "notebooks/method_agreement",
        "book/reference/ranks",
        "book/glossary",
    ),
    "quantile": ("book/reference/ranks",),
    "placebo": ("notebooks/teaching_placebo",),
    "proportion_interval": ("book/reference/proportions",),
}


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window in which nothing moves."""
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="module")
def home(built_book: Path) -> str:
    """The address of the book on the disk."""
    return built_book.as_uri()


@pytest.fixture(scope="module")
def search(window: BrowserContext, home: str) -> Iterator[Page]:
    """The page of the search."""
    tab = window.new_page()
    tab.goto(f"{home}/search.html")
    yield tab
    tab.close()


@pytest.fixture
def page(window: BrowserContext, built_book: Path) -> Iterator[Page]:
    """A page of the book below its root."""
    tab = window.new_page()
    tab.goto((built_book / "notebooks" / "05_safety.html").as_uri())
    yield tab
    tab.close()


#: Of a page that is found: its address, the addresses of its hits, and how many words are marked.
FIRST = """page => [page.querySelector("h2 a").getAttribute("href"),
  [...page.querySelectorAll("a.search-hit")].map(hit => hit.getAttribute("href")),
  page.querySelectorAll("mark").length]"""


def look_for(tab: Page, query: str) -> None:
    """Type a query on the page of the search, and wait for its hits."""
    tab.locator("#book-search input").fill("")
    expect(tab.locator(".search-page")).to_have_count(0)
    tab.locator("#book-search input").fill(query)
    expect(tab.locator("#book-search [role=status]")).not_to_be_empty()


def check_leads_first(search: Page, home: str, query: str) -> None:
    """Check which page a query leads to first, and that its hits show why they are hits."""
    look_for(search, query)
    found, hits, marks = search.locator(".search-page").first.evaluate(FIRST)
    right = tuple(f"{home}/{name}" for name in QUERIES[query])
    assert found.startswith(right), f"{query} leads to {found}"
    assert hits, f"{query} has no hit"
    elsewhere = [address for address in hits if not address.startswith(found)]
    assert elsewhere == [], f"hits of {found} for {query} lead elsewhere: {elsewhere}"
    assert marks > 0, f"no hit for {query} shows why it is one"


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_leads_to_the_right_page_first(search: Page, home: str, query: str) -> None:
    check_leads_first(search, home, query)


def test_a_search_on_a_server_leads_to_pages_there(
    window: BrowserContext, served_book: str
) -> None:
    # Addresses are what differs from the disk.
    tab = window.new_page()
    tab.goto(f"{served_book}/search.html")
    for query in ("64.6", "blood clot", "proportion_interval"):
        check_leads_first(tab, served_book, query)
    check_address_can_be_passed_on(tab, window)
    check_hit_in_a_folded_table(tab, window)
    tab.close()


def test_a_number_leads_to_its_rows_in_the_ledger(search: Page) -> None:
    look_for(search, "64,6")
    first = search.locator("a.search-hit").first
    assert str(first.get_attribute("href")).endswith("ledger.html#abstract.interval_high")
    assert first.locator("mark").inner_text() == "64.6"
    assert "Abstract, Results" in first.inner_text()


STRANGE = ["%", "%E0%A4%A", "#", '"', "'", "\\", "__proto__", "(?:", "a" * 5000, "1" * 5000]
HTML = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>42</b> " * 500]


@pytest.mark.parametrize("query", STRANGE + HTML)
def test_no_query_does_harm(search: Page, query: str) -> None:
    wrong: list[str] = []
    search.on("pageerror", lambda error: wrong.append(str(error)))
    search.on("dialog", lambda shown: wrong.append(shown.message))
    look_for(search, query)
    assert search.locator("#book-search :is(script, img, b)").count() == 0
    assert wrong == []
    # Nor does its address, which somebody may pass on.
    address = search.url
    assert len(address) < 1000
    search.goto(address)
    search.locator("#book-search input").wait_for()
    assert wrong == []


def test_a_malformed_address_does_no_harm(search: Page, home: str) -> None:
    wrong: list[str] = []
    search.on("pageerror", lambda error: wrong.append(str(error)))
    search.goto(f"{home}/search.html?q=42%&x=%E0%A4%A#%")
    expect(search.locator("#book-search [role=status]")).to_contain_text("passages")
    assert wrong == []


def test_the_address_of_a_search_can_be_passed_on(search: Page, window: BrowserContext) -> None:
    check_address_can_be_passed_on(search, window)


def check_address_can_be_passed_on(search: Page, window: BrowserContext) -> None:
    """Check that the address after a search, opened elsewhere, shows what was found."""
    look_for(search, "signed rank")
    expect(search).to_have_url(re.compile(r"[?&]q=signed\+rank"))
    other = window.new_page()
    other.goto(search.url)
    expect(other.locator("#book-search input")).to_have_value("signed rank")
    expect(other.locator(".search-page").first).to_contain_text("signed-rank")
    other.close()


def test_the_count_is_announced_and_more_can_be_shown(search: Page) -> None:
    look_for(search, "embolism")
    status = search.locator("#book-search [role=status]")
    expect(status).to_have_text(re.compile(r"^\d+ passages on \d+ pages\.$"))
    look_for(search, "zzzzqq")
    expect(status).to_have_text("Nothing found for “zzzzqq”.")
    look_for(search, "wilcoxn")
    expect(status).to_contain_text("similar spellings")
    look_for(search, "clopper zzzzqq")
    expect(status).to_contain_text("No page has all of the words")

    look_for(search, "patients")
    pages, first = search.locator(".search-page"), search.locator(".search-page").first
    before = pages.count(), first.locator("a.search-hit").count()
    first.locator("button").click()
    assert first.locator("a.search-hit").count() > before[1]
    expect(first.locator("a.search-hit").nth(before[1])).to_be_focused()
    search.locator("button.search-all").click()
    assert pages.count() > before[0]
    expect(pages.nth(before[0]).locator("h2 a")).to_be_focused()


def test_a_hit_in_a_folded_table_shows_its_row(search: Page, window: BrowserContext) -> None:
    check_hit_in_a_folded_table(search, window)


def check_hit_in_a_folded_table(search: Page, window: BrowserContext) -> None:
    """Check that a hit in a table that is folded leads to its row."""
    look_for(search, '"0 to 260"')
    hit = search.locator("a.search-hit", has_text="Range").first
    tab = window.new_page()
    tab.goto(str(hit.get_attribute("href")))
    row = tab.locator("tr.search-target")
    expect(row).to_contain_text("0 to 260")
    expect(row).to_be_focused()
    expect(row).to_be_in_viewport()
    tab.close()


def test_every_page_has_the_search_and_loads_its_index_only_when_asked(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.locator("script[src*='search_index']").count() == 0
    page.keyboard.press("Control+k")
    dialog = page.locator("#pst-search-dialog")
    dialog.locator("input").fill("pulmonary embolism")
    expect(dialog.get_by_role("status")).to_contain_text("passages on")
    expect(dialog.locator("a.search-hit").first).to_be_visible()
    names = [address.rpartition("/")[2] for address in asked]
    assert [name for name in names if name.startswith("search")] == [
        "search_engine.js",
        "search_index.js",
    ]


def test_keys_lead_through_the_dialog(page: Page) -> None:
    page.keyboard.press("Control+k")
    dialog = page.locator("#pst-search-dialog")
    field, links = dialog.locator("input"), dialog.locator(".search-results :is(a, button)")
    field.fill("embolism")
    links.first.wait_for()
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.keyboard.press("Control+k")
    field.fill("thrombosis")
    links.first.wait_for()
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.keyboard.press("Control+k")
    field.fill("embolism")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=embolism*")
    expect(page.locator(".search-page").first).to_contain_text("Safety")


def test_a_hit_on_the_same_page_closes_the_dialog(page: Page) -> None:
    page.keyboard.press("Control+k")
    dialog = page.locator("#pst-search-dialog")
    dialog.locator("input").fill("thrombosis")
    hit = dialog.locator("a.search-hit[href*='05_safety.html#']").first
    hit.click()
    expect(dialog).to_be_hidden()
    assert "#" in page.url


def check_can_be_read(page: Page, part: str, device: str) -> None:
    """Check a part with hits, in light and, on a desktop, in dark: no width depends on colours."""
    for scheme in SCHEMES if device == "desktop" else ("light",):
        show(page, device, scheme)
        found = run_axe(page, EVERY_RULE if scheme == "light" else OF_COLOURS, context=part)
        assert found.violations_count == 0, f"{device} {scheme}: {found.generate_report()}"


#: Axe looks at the whole page, whatever part it is asked for.
WITHOUT_ARTICLE = "document.querySelectorAll('.bd-article > *').forEach(part => part.remove())"


@pytest.mark.parametrize("device", WIDTHS)
def test_everybody_can_read_the_hits(page: Page, device: str) -> None:
    show(page, device, "light")
    page.keyboard.press("Control+k")
    dialog = page.locator("#pst-search-dialog")
    dialog.locator("input").fill("64.6 interval")
    dialog.locator("a.search-hit").first.wait_for()
    page.evaluate(WITHOUT_ARTICLE)
    check_can_be_read(page, "#pst-search-dialog", device)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=64.6*")
    page.locator("a.search-hit").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[device]
    check_can_be_read(page, "#book-search", device)


def test_without_scripts_a_phone_has_the_list_of_pages_that_the_page_names(
    browser: Browser, built_book: Path
) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": WIDTHS["phone"], "height": 900}
    )
    tab = context.new_page()
    tab.goto((built_book / "search.html").as_uri())
    expect(tab.locator("#book-search noscript p")).to_be_visible()
    expect(tab.locator("#book-search form")).to_be_hidden()
    # Nothing would open the drawer that has the list.
    expect(tab.locator("button:visible")).to_have_count(0)
    link = tab.locator("#pst-primary-sidebar a[href$='glossary.html']")
    expect(link).to_be_visible()
    assert tab.evaluate(OVERFLOW) == []
    link.click()
    tab.wait_for_url("**/book/glossary.html")
    context.close()
