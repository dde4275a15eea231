"""The ledger as a reader uses it: by sight, by search, by key, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import EVERY_RULE, OF_COLOURS, run_axe, show_in
from tests.browser.pages import SCHEMES, WIDTHS
from tisstats.chapters.ledger import LedgerPage
from tisstats.ledger import Verdict

pytestmark = pytest.mark.browser

#: What the details are about stays: the other parts of the page have the same kinds of elements.
#: The theme's button to the top is under the pointer, in the theme's colours.
ONE_PART = """() => {
  document.querySelectorAll("#ledger, .printed-part:not([data-part='Fig. 3']), "
    + ".bd-sidebar-primary, #pst-back-to-top").forEach(part => part.remove());
}"""


@pytest.fixture(scope="module")
def chapter():
    return LedgerPage("all", "spss")


@pytest.fixture(scope="module")
def window(browser):
    context = browser.new_context(
        viewport={"width": WIDTHS["desktop"], "height": 900}, reduced_motion="reduce"
    )
    yield context
    context.close()


@pytest.fixture(scope="module")
def tab(window, built_book):
    """A tab for one test after another: a new one compiles the scripts again."""
    tab = window.new_page()
    tab.address = (built_book / "notebooks" / "ledger.html").as_uri()
    tab.faults = []
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    yield tab
    tab.close()


@pytest.fixture
def blank(tab):
    """The tab without a page."""
    tab.goto("about:blank")
    show_in(tab, "desktop", "light")
    tab.faults.clear()
    yield tab
    assert tab.faults == []


@pytest.fixture
def page(blank):
    blank.goto(blank.address)
    return blank


def shown(page):
    return page.locator("#article-as-printed a.num:not(.off):visible")


def number(page, claim):
    return page.locator(f"a.num[id='{claim}']")


def details(page):
    return page.get_by_role("dialog")


def search(page):
    return page.get_by_role("searchbox", name="Find a number")


def status(page):
    return page.locator(".ledger-shown").inner_text()


def test_the_first_view_is_short(page):
    assert page.evaluate("document.documentElement.scrollHeight") < 8000
    assert shown(page).count() > 400


def test_filters_and_counts_are_those_of_the_summary(page, chapter):
    summary = chapter.summary
    assert status(page) == f"{summary.distinct} numbers at {summary.total} places"
    for verdict in Verdict:
        button = page.locator(f".ledger-verdicts li[data-verdict='{verdict}'] button")
        numbers, places = summary.numbers[verdict], summary.claims[verdict]
        assert button.locator(".numbers").inner_text() == str(numbers)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert shown(page).count() == places
        found = re.findall(r"\d+", status(page))
        assert found == [str(numbers), str(places), str(summary.total)]
        button.click()
    assert shown(page).count() == summary.total


def test_two_clicks_answer_what_about_64_6(page):
    page.get_by_role("button", name="not reproduced").click()
    shown(page).filter(has_text="64.6").first.click()
    text = details(page).inner_text()
    for part in ("64.6%", "not reproduced", "66.5", "Clopper-Pearson", "Results, Primary outcome"):
        assert part in text


def test_one_search_answers_what_about_64_6(page):
    search(page).fill("64.6")
    assert status(page).startswith("1 number at 2 places")
    expect(search(page)).to_be_focused()
    assert "66.5" in details(page).inner_text()


#: What is searched for, one after another, and a number that this leaves.
SEARCHES = {
    "42": "abstract.responders_percent",
    "42%": "discussion.responders_percent",
    "42.1": "abstract.responders_percent",
    "8": "abstract.responders",
    "-1.3": "table2.physician_global.change.median",
    "0.01": "table2.physician_global.change.p",
    "biceps median change": "table2.biceps.change.median",
}


def test_a_search_leaves_the_number(page):
    for text, claim in SEARCHES.items():
        search(page).fill(text)
        assert number(page, claim).is_visible(), text
        assert "off" not in (number(page, claim).get_attribute("class") or "").split(), text
        assert 0 < shown(page).count() < 60, text


#: Passages as the article prints them, and as a reader types them, with the numbers that each
#: leaves; what is copied has no other order than the article's.
LIMITS = {f"{where}.interval_{end}" for where in ("abstract", "results") for end in ("low", "high")}
FRACTION = {
    f"{where}.{part}"
    for where in ("abstract", "results")
    for part in ("responders_fraction", "analysed_fraction")
}
PASSAGES = {
    "19.6 to 64.6": LIMITS,
    "19.6–64.6": LIMITS,
    "19.6-64.6%": LIMITS,
    "(19.6, 64.6)": LIMITS,
    "8/19": FRACTION,
    "8 of 19": FRACTION,
    "8 out of 19": FRACTION,
    "95% CI": {"abstract.level", "results.level"},
    "95% CI 19.6, 64.6": {*LIMITS, "abstract.level", "results.level"},
    "95 % CI": {"abstract.level", "results.level"},
    "n = 19": {"abstract.analysed_fraction", "table1.patients.all.n", "figure3.analysed"},
    # A comma between numbers, also where there is a 2.5, or no blank after it.
    "2, 5": {"methods.loading_days_fewest", "methods.loading_days_most"},
    "35,77": {f"table1.age_at_onset.nm_om.{quartile}" for quartile in ("q1", "q3")},
}


def test_a_range_a_fraction_or_a_level_is_found_as_printed(page):
    for text, claims in PASSAGES.items():
        search(page).fill("nothing of the kind")
        assert shown(page).count() == 0
        search(page).fill(text)
        left = set(shown(page).evaluate_all("all => all.map(each => each.id)"))
        assert left >= claims, text
        assert len(left) < 12, (text, sorted(left))


def test_a_range_is_found_among_what_the_filters_leave(page):
    page.get_by_role("button", name="not reproduced").click()
    search(page).fill("95% CI 19.6 to 64.6")
    assert set(shown(page).evaluate_all("all => all.map(each => each.id)")) == LIMITS
    search(page).fill("64.6 to 19.6")  # no such range is printed
    assert status(page).startswith("0 numbers")


def test_a_search_without_a_hit_says_so(page):
    search(page).fill("nothing of the kind")
    assert status(page).startswith("0 numbers at 0 places")
    assert shown(page).count() == 0
    page.get_by_role("button", name="Show all").click()
    assert shown(page).count() > 400


def test_a_part_can_be_chosen_together_with_a_verdict(page):
    page.get_by_role("button", name="not reproduced").click()
    page.get_by_label("Section").select_option("Abstract")
    assert status(page).startswith("2 numbers at 2 places")
    assert page.locator(".ledger-part:visible").count() == 1


def test_what_the_filters_show_can_be_shared_as_a_link(page):
    page.get_by_role("button", name="rounding").click()
    assert re.search(r"#verdict=rounding$", page.url)
    other = page.context.new_page()
    other.goto(page.url)
    assert shown(other).count() == 2
    other.close()


#: Numbers as readers copy them, and where they are printed.
COPIED = {
    "(64.6%),": "abstract.interval_high",
    "“64.6”": "abstract.interval_high",
    "P = 0.12": "table2.mmt.change.p",
    "+15": "table2.eq_vas.change.median",
    "1,199": "table2.ck.baseline.median",
    "42,0": "abstract.responders_percent",
    # As journals of some fields print what lies between -1 and 1.
    ".12": "table2.mmt.change.p",
    "P=.12": "table2.mmt.change.p",
    "-.3": "table2.extramuscular.change.median",
    "mmt .12": "table2.mmt.change.p",
    # A decrease without its sign, and a blank between thousands.
    "1.3": "table2.physician_global.change.median",
    "extramuscular 0.3": "table2.extramuscular.change.median",
    "1 199": "table2.ck.baseline.median",
    "1\N{NARROW NO-BREAK SPACE}199 ck": "table2.ck.baseline.median",
}


def test_a_number_is_found_as_it_was_copied(page):
    for typed, claim in COPIED.items():
        search(page).fill("nothing of the kind")
        assert shown(page).count() == 0
        search(page).fill(typed)
        assert "off" not in (number(page, claim).get_attribute("class") or "").split(), typed
        assert 0 < shown(page).count() < 20, typed


#: Searches for a word and a number, and a number that has these figures within longer ones alone.
WITHIN = {
    "19 patients": "methods.last_inclusion_year",
    "199 ck": "table2.ck.baseline.median",
}


def test_a_number_among_words_is_found_as_a_whole(page):
    for typed, claim in WITHIN.items():
        assert typed.split()[0] in number(page, claim).inner_text(), claim
        search(page).fill(typed)
        assert "off" in (number(page, claim).get_attribute("class") or "").split(), typed
    search(page).fill("1199 ck")
    assert number(page, "table2.ck.baseline.median").is_visible()
    # A number that is still being typed leads to those that begin so, if it is none itself.
    for typed in ("119", "ck 119"):
        search(page).fill(typed)
        assert number(page, "table2.ck.baseline.median").is_visible(), typed
    # What leads to an explanation or a check is no number of the row.
    search(page).fill("12 dose")
    assert number(page, "abstract.loading_dose").is_hidden()


def test_going_back_from_a_number_closes_its_details(page):
    page.evaluate("location.hash = '#abstract.interval_high'")
    expect(details(page)).to_be_visible()
    page.go_back()
    expect(details(page)).to_be_hidden()


def test_a_link_to_the_whole_list_does_no_harm(page):
    page.evaluate("location.hash = '#ledger'")
    expect(page.locator("#ledger")).to_be_in_viewport()
    search(page).fill("64.6")
    assert shown(page).count() == 2


@pytest.mark.parametrize("end", ["search=42%", "search=%E0%A4%A", "verdict=%", "section=x", "%"])
def test_a_malformed_address_leaves_the_filters_alive(blank, end):
    blank.goto(f"{blank.address}#{end}")
    search(blank).fill("64.6")
    assert shown(blank).count() == 2


def test_a_link_to_a_number_leads_to_it_and_opens_it(page):
    page.goto(f"{page.address}#results.interval_low")
    assert "Results, Primary outcome" in details(page).inner_text()
    expect(number(page, "results.interval_low")).to_be_in_viewport()
    page.get_by_role("button", name="stated").click()
    page.evaluate("location.hash = '#abstract.interval_high'")
    expect(number(page, "abstract.interval_high")).to_be_in_viewport()
    assert "64.6" in details(page).inner_text()


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_a_link_to_a_search_shows_what_it_finds_also_after_back_and_forward(blank, device):
    show_in(blank, device, "light")
    places = {"64.6": 2, "42.0": 3}

    def is_shown(text):
        expect(search(blank)).to_have_value(text)
        assert shown(blank).count() == places[text]
        # Nobody scrolls past the introduction to learn that the page was filtered.
        expect(search(blank)).to_be_in_viewport()
        expect(shown(blank).first).to_be_in_viewport()
        # One number is answered at once where the answer covers nothing, as when it is typed.
        expect(details(blank)).to_be_visible(visible=device == "desktop" and text == "64.6")

    blank.goto(f"{blank.address}#search=64.6")
    is_shown("64.6")
    blank.evaluate("location.hash = '#search=42.0'")
    is_shown("42.0")
    blank.evaluate("location.hash = '#results.interval_low'")
    expect(details(blank)).to_be_visible()
    expect(search(blank)).to_have_value("")
    blank.go_back()
    is_shown("42.0")
    blank.go_back()
    is_shown("64.6")
    blank.go_forward()
    is_shown("42.0")


def test_details_name_the_numbers_that_share_the_check_and_lead_there(page):
    number(page, "table1.females.dm.count").click()
    assert "12 = 5 + 3 + 3 + 1" in " ".join(details(page).inner_text().split())
    details(page).get_by_role("link", name="12", exact=True).click()
    expect(number(page, "table1.females.all.count")).to_be_in_viewport()
    assert details(page).get_attribute("aria-label") == "Details of 12 patients"


def test_the_address_of_a_number_can_be_copied(page, window):
    window.grant_permissions(["clipboard-read", "clipboard-write"])
    number(page, "abstract.interval_high").click()
    details(page).get_by_role("button", name="Copy link").click()
    expect(details(page).get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{page.address}#abstract.interval_high"


@pytest.mark.parametrize("key", ["Enter", " "])
def test_keys_open_details_move_on_and_lead_back(page, key):
    first = number(page, "table2.mmt.end.median")
    first.focus()
    page.keyboard.press(key)
    expect(details(page)).to_be_focused()
    assert first.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    expect(details(page).get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(details(page)).to_be_hidden()
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(number(page, "table2.mmt.end.q1")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    expect(number(page, "table2.mmt.end.q1")).to_be_focused()


def test_a_screen_reader_hears_the_verdict(page, chapter):
    for claim in ("abstract.interval_high", "table2.mmt.end.q1", "abstract.loading_dose"):
        found = number(page, claim)
        assert found.get_attribute("role") == "button"
        expect(found).not_to_have_accessible_name(re.compile("[≈≠∅]"))  # it is what follows
        described = page.locator(f"#{found.get_attribute('aria-describedby')}")
        assert described.inner_text().startswith(str(chapter.ledger[claim].verdict))


def test_the_filters_move_nothing_when_they_arrive(blank):
    blank.set_viewport_size({"width": 820, "height": 1180})
    blank.goto(blank.address)
    expect(search(blank)).to_be_visible()
    assert blank.evaluate(MOVED) < 0.01


#: How far what is seen of a page has moved since it was asked for, as browsers measure it.
MOVED = """() => new Promise(done => {
  const watching = new PerformanceObserver(list => end(list.getEntries()));
  const end = all => done(all.reduce((sum, each) => sum + each.value, 0));
  watching.observe({type: "layout-shift", buffered: true});
  setTimeout(() => end(watching.takeRecords()), 300);
})"""


@pytest.mark.parametrize("size", [(375, 700), (640, 512), (320, 256)])
def test_a_number_that_is_led_to_is_seen_between_header_and_sheet(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})

    def seen(claim):
        box = number(page, claim).bounding_box()
        header = page.locator(".bd-header-article").bounding_box()
        return (
            header["y"] + header["height"] <= box["y"]
            and box["y"] + box["height"] <= details(page).bounding_box()["y"]
        )

    page.goto("about:blank")
    page.goto(f"{page.address}#table1.females.dm.count")
    expect(details(page)).to_be_visible()
    assert seen("table1.females.dm.count")
    details(page).get_by_role("link", name="12", exact=True).click()
    assert seen("table1.females.all.count")


@pytest.mark.parametrize("device", WIDTHS)
def test_open_details_are_accessible_and_hide_nothing(page, device):
    page.set_viewport_size({"width": WIDTHS[device], "height": 900})
    number(page, "table1.females.ass.count").click()
    box = details(page).bounding_box()
    own = number(page, "table1.females.ass.count").bounding_box()
    assert own["y"] + own["height"] <= box["y"] or own["x"] + own["width"] <= box["x"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= WIDTHS[device]
    page.evaluate(ONE_PART)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        found = run_axe(page, EVERY_RULE if scheme == "light" else OF_COLOURS)
        assert found.violations_count == 0, f"{device} {scheme}: {found.generate_report()}"


@pytest.fixture(scope="module")
def plain(browser, built_book):
    """The page where scripts do not run."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.address = (built_book / "notebooks" / "ledger.html").as_uri()
    tab.goto(tab.address)
    yield tab
    context.close()


def test_without_scripts_everything_is_there(plain, chapter):
    assert plain.locator("#article-as-printed a.num:visible").count() == chapter.summary.total
    assert plain.locator("table.ledger tbody tr").count() == chapter.summary.total
    assert plain.locator(".ledger-filters, .ledger-details, .ledger-counts button").count() == 0
    plain.locator(".ledger-part summary").first.click()
    expect(plain.locator("table.ledger tbody tr").first).to_be_visible()


def test_without_scripts_a_number_leads_to_its_details(plain):
    plain.goto(f"{plain.address}#results.interval_high")
    row = plain.locator("[id='results.interval_high']")
    expect(row).to_be_in_viewport()
    assert "66.5" in row.inner_text()
