"""The ledger's search and filters, used as a reader would."""

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser, built_book):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.address = (built_book / "notebooks" / "ledger.html").as_uri()
    page.goto(page.address)
    yield page
    context.close()


def shown(page):
    return page.locator("#ledger tbody tr:visible")


def test_all_claims_are_shown_at_first(page):
    from tisstats.ledger.published import PublishedFacts

    claims = len(PublishedFacts.read().tables["claims"])
    assert shown(page).count() == claims
    assert page.get_by_role("status").inner_text() == f"{claims} of {claims} rows shown"


def test_filter_by_verdict_and_section(page):
    page.get_by_role("combobox", name="Verdict").select_option("not reproduced")
    assert shown(page).count() == 4
    page.get_by_label("Section").select_option("Abstract")
    assert shown(page).count() == 2
    assert page.get_by_role("status").inner_text().startswith("2 of ")
    assert {row.get_attribute("data-section") for row in shown(page).all()} == {"Abstract"}


def test_search_finds_every_word(page):
    page.get_by_role("searchbox", name="Search").last.fill("biceps median change")
    assert shown(page).count() == 1
    assert "4.5" in shown(page).first.inner_text()
    page.get_by_role("searchbox", name="Search").last.fill("nothing of the kind")
    assert shown(page).count() == 0
    assert page.get_by_role("status").inner_text().startswith("0 of ")


def test_a_filtered_ledger_can_be_shared_as_a_link(page):
    page.get_by_role("combobox", name="Verdict").select_option("rounding")
    assert re.search(r"#verdict=rounding$", page.url)
    other = page.context.new_page()
    other.goto(page.url)
    assert shown(other).count() == 2


def test_a_link_to_one_claim_shows_it(page):
    page.goto(f"{page.address}#results.interval_low")
    assert page.locator("[id='results.interval_low']").is_visible()
    page.get_by_role("combobox", name="Verdict").select_option("stated")
    page.evaluate("location.hash = '#abstract.interval_high'")
    page.locator("[id='abstract.interval_high']").wait_for(state="visible")


def test_without_scripts_the_whole_table_is_there(browser, built_book):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built_book / "notebooks" / "ledger.html").as_uri())
    assert page.locator("#ledger tbody tr").count() > 300
    assert page.locator("#ledger tbody tr").last.is_visible()
    context.close()
