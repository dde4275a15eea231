"""The ledger as HTML: every row reads as English, and repeats lead to the first print."""

import pytest
from bs4 import BeautifulSoup

from tisstats.book.pages.items import item_html
from tisstats.chapters.page import LedgerTable
from tisstats.ledger import PublishedFacts, ledger_table
from tisstats.lim2021.claims import evaluate_ledger


@pytest.fixture(scope="module")
def page():
    table = ledger_table(evaluate_ledger(PublishedFacts.read()).values())
    return BeautifulSoup(item_html(LedgerTable(table)), "html.parser")


def cell(page, claim, label):
    return page.find(id=claim).find(attrs={"data-label": label}).get_text()


@pytest.mark.parametrize(
    ("claim", "reads"),
    [
        ("methods.maintenance_days", "1 day"),
        ("results.deterioration", "None of the patients"),
        ("abstract.primary_week", "week 9"),
        ("abstract.responders_percent", "42.0%"),
        ("table1.females.all.percent", "63%"),
        ("methods.amended_below", "<40 points"),
        ("results.excluded_patient", "second patient"),
    ],
)
def test_a_print_stands_with_its_unit_as_one_says_it(page, claim, reads):
    assert cell(page, claim, "Printed") == reads


def test_a_repeat_leads_to_the_first_row_that_prints_the_number(page):
    found = page.find(id="results.interval_low").find("span", class_="claim-links")
    assert found.a["href"] == "#abstract.interval_low"
    assert found.get_text() == "First printed in Abstract, Results."
    assert page.find(id="abstract.interval_low").find("span", class_="claim-links") is None


def test_every_link_of_a_row_leads_to_a_row(page):
    ids = {row["id"] for row in page.find("tbody").find_all("tr")}
    for link in page.find_all("a"):
        assert link["href"].removeprefix("#") in ids


def test_rows_that_one_check_certifies_carry_its_name(page):
    rows = [
        row
        for row in page.find("tbody").find_all("tr")
        if "responders_by_week" in row["data-check"].split()
    ]
    assert len(rows) == 11
