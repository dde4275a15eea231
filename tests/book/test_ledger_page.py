"""The ledger as HTML: each number where it is printed, and its details once."""

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from tisstats.book.pages.items import item_html
from tisstats.book.pages.ledger import MARKS, MEANINGS
from tisstats.chapters.ledger import LedgerPage
from tisstats.ledger import Verdict
from tisstats.ledger.explanations import SHORT
from tisstats.printed import with_minus_signs

PRINTED, COMPUTED, VERDICT, NOTE = range(1, 5)


def parsed(item):
    return BeautifulSoup(item_html(item), "html.parser")


@pytest.fixture(scope="module")
def chapter():
    return LedgerPage("all", "spss")


@pytest.fixture(scope="module")
def article(chapter):
    return parsed(chapter.article())


@pytest.fixture(scope="module")
def listed(chapter):
    return parsed(chapter.claims())


def rows(listed):
    return [row for table in listed.select("table.ledger") for row in table.tbody.find_all("tr")]


def cell(listed, claim, place):
    return listed.find(id=claim).find_all(["th", "td"])[place].get_text()


def test_each_number_is_printed_once_and_leads_to_its_row(chapter, article, listed):
    links = [link["href"].removeprefix("#") for link in article.find_all("a")]
    assert Counter(links) == Counter(list(chapter.ledger))
    assert Counter(row["id"] for row in rows(listed)) == Counter(links)


def test_each_number_stands_as_printed_with_the_mark_of_its_verdict(chapter, article):
    for link in article.find_all("a"):
        item = chapter.ledger[link["href"].removeprefix("#")]
        assert link.get_text() == with_minus_signs(item.claim.printed) + MARKS.get(item.verdict, "")
        assert link["class"] == ["num", f"v-{item.verdict.replace(' ', '-')}"]


def test_every_verdict_has_its_own_look_and_meaning(checkout):
    css = (checkout / "book/assets/ledger.css").read_text("utf-8")
    assert list(MEANINGS) == list(Verdict)
    lines = set()
    for verdict in Verdict:
        assert f'[data-verdict="{verdict}"]' in css
        rule = re.search(rf"\.num\.v-{verdict.replace(' ', '-')} \{{([^}}]*)\}}", css)
        lines.add((MARKS.get(verdict, ""), rule[1] if rule else ""))
    assert len(lines) == len(Verdict), "colour alone would tell some verdicts apart"


def test_the_counts_are_those_of_the_summary(chapter):
    page, summary = parsed(chapter.counts()), chapter.summary
    totals = [int(each.get_text()) for each in page.select(".ledger-totals b")]
    assert totals == [summary.distinct, summary.checks, summary.total]
    for line in page.select(".ledger-verdicts li"):
        verdict = Verdict(line["data-verdict"])
        assert int(line.find(class_="numbers").get_text()) == summary.numbers[verdict]
        assert re.search(rf", {summary.claims[verdict]} places?$", line.get_text())


@pytest.mark.parametrize(
    ("claim", "reads"),
    [
        ("methods.maintenance_days", "1 day"),
        ("results.deterioration", "None of the patients"),
        ("abstract.primary_week", "9 weeks"),
        ("abstract.responders_percent", "42.0%"),
        ("table1.females.all.percent", "63%"),
        ("methods.amended_below", "<40 points"),
        ("results.excluded_patient", "second patient"),
    ],
)
def test_a_print_stands_with_its_unit_as_one_says_it(listed, claim, reads):
    assert cell(listed, claim, PRINTED) == reads


def test_a_repeat_leads_to_the_first_row_that_prints_the_number(listed):
    found = listed.find(id="results.interval_low")
    assert found["data-first"] == "abstract.interval_low"
    assert found.find("a", href="#abstract.interval_low").get_text() == "Abstract, Results"
    assert "data-first" not in listed.find(id="abstract.interval_low").attrs


def test_every_link_of_the_page_leads_to_something_on_it(article, listed):
    ids = {element["id"] for part in (article, listed) for element in part.find_all(id=True)}
    for part in (article, listed):
        for link in part.find_all("a"):
            assert link["href"].removeprefix("#") in ids
    for row in rows(listed):
        assert set(row.get("data-with", "").split()) <= ids


def test_no_sentence_is_repeated(listed):
    said = Counter(
        sentence
        for own in listed.select(".own")
        for sentence in re.split(r"(?<=\.) (?=[A-Z])", own.get_text())
        if len(sentence) > SHORT
    )
    assert [sentence for sentence, times in said.items() if times > 1] == []


def test_a_number_in_words_has_its_value_to_be_found_by(listed):
    assert listed.find(id="abstract.responders")["data-value"] == "8"
    assert "data-value" not in listed.find(id="abstract.analysed_fraction").attrs
    assert "data-value" not in listed.find(id="abstract.nearly_half").attrs


def test_the_page_stays_light(chapter):
    items = (chapter.counts(), chapter.article(), chapter.claims())
    assert sum(len(item_html(item).encode()) for item in items) < 400_000


def test_a_list_with_one_verdict_has_no_link_that_leads_nowhere():
    chapter = LedgerPage("rounding", "spss")
    article, listed = parsed(chapter.article()), parsed(chapter.claims())
    ids = {element["id"] for element in listed.find_all(id=True)}
    links = [*article.find_all("a"), *listed.find_all("a")]
    assert {link["href"].removeprefix("#") for link in links} <= ids
    assert len(article.find_all("a")) == len(rows(listed)) == 2
    assert article.find("section", attrs={"data-part": "Table 1"}).table is not None
