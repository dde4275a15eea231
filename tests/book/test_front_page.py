"""The front page: its counts add up, its picture shows the numbers of the chapters."""

import csv

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

from tisstats.book.downloads.names import RESULTS_CSV
from tisstats.book.pages import front_page
from tisstats.book.pages.front_page import count_words

pytestmark = pytest.mark.build


@pytest.fixture(scope="module")
def page(built_book):
    return BeautifulSoup((built_book / "book" / "intro.html").read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def glued(built_book):
    with (built_book / RESULTS_CSV).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["column"]]
    return {(row["page"], row["item"]): row["value"] for row in rows}


def test_the_verdicts_on_the_front_page_add_up_to_its_distinct_numbers(page, glued):
    (table,) = (each for each in page.find_all("table") if "not attainable" in each.get_text())
    counts = [int(row("td")[1].get_text()) for row in table.tbody("tr")]
    assert sum(counts) == int(glued["ledger", "numbers_distinct"])
    checks = int(glued["ledger", "checks_independent"])
    assert 0 < checks <= sum(counts[:3])


def test_the_picture_shows_the_numbers_of_the_chapters(page, glued):
    picture = page.select_one(".visual-abstract")
    steps = [each.get_text() for each in picture.select(".va-steps b")]
    flow = [glued["cohort_flow", name] for name in ("screened", "included", "analysed")]
    assert steps == [*flow, glued["primary_outcome", "responders"]]
    reached, rescue = picture.select(".va-squares")
    count = int(glued["primary_outcome", "responders"])
    assert len(reached.select(".reached")) == count
    assert len(reached.select(".early")) == int(glued["secondary_outcomes", "by_first_visit"])
    assert len(reached.select("span")) == int(glued["primary_outcome", "patients"])
    assert len(rescue.select(".rescue")) == int(glued["safety", "rescue"])
    bars = [
        (float(bar["x"]), float(bar["x"]) + float(bar["width"]))
        for bar in picture.select("rect.va-bar")
    ]
    for kind, bar in zip(("printed", "true"), bars, strict=True):
        limits = [float(glued["primary_outcome", f"{kind}_{side}"]) for side in ("low", "high")]
        assert bar == pytest.approx(limits)


def test_with_another_threshold_the_picture_does_not_show_the_articles_first_visits(other_book):
    html = (other_book / "book" / "intro.html").read_text("utf-8")
    picture = BeautifulSoup(html, "html.parser").select_one(".visual-abstract")
    assert not picture.select(".early")
    assert "reached at least 20 points" in picture.get_text()
    assert "of them by week" not in picture.get_text()


def test_every_chapter_of_the_study_is_listed_with_its_minutes(page, built_book):
    (table,) = (each for each in page.find_all("table") if "Its question" in each.get_text())
    rows = {row.a["href"]: row("td")[-1].get_text() for row in table.tbody("tr")}
    assert all(1 <= int(minutes) <= 30 for minutes in rows.values())
    chapters = {f"../notebooks/{each.name}" for each in (built_book / "notebooks").glob("*.html")}
    assert chapters - set(rows) == {"../notebooks/data_dictionary.html"}


def test_the_list_of_pages_does_not_say_the_title_of_the_book_twice(page):
    (name,) = page.select(".bd-sidenav__home-link")
    assert name.get_text().strip() == "The study at a glance"


def test_the_list_of_chapters_and_of_verdicts_are_cards_on_a_phone(page):
    for label in ("Minutes", "Distinct numbers"):
        assert page.select(f"table.cards td[data-label='{label}']"), label


def test_the_equation_in_a_name_is_not_broken_between_lines(page):
    text = page.get_text()
    assert "Wald with p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}1/2" in text
    assert "p = 1/2" not in text


def test_words_are_those_that_are_read_one_by_one():
    document = nodes.paragraph("", "Eight of 19 patients, 42.1%, responded; ")
    document += nodes.literal("", "mmt_max")
    section = nodes.section("", document, nodes.literal_block("", "x = 1 + 1"))
    section += nodes.raw("", "<p>not counted</p>", format="html")
    assert count_words(section) == 7


WORDS = {
    "screened": "59",
    "included": "20",
    "analysed": "19",
    "threshold": "40",
    "printed_threshold": "40",
    "horizon_week": "9",
    "first_week": "3",
    "by_first_visit": "6",
    "responders": "8",
    "patients": "19",
    "percent": "42.1",
    "true_percent": "42.1",
    "rescue": "7",
    "printed_level": "95",
    "printed_responders": "8",
    "printed_patients": "19",
    "printed_low": "19.6",
    "printed_high": "64.6",
    "true_low": "20.3",
    "true_high": "66.5",
}


@pytest.mark.parametrize(
    ("changed", "expected", "absent"),
    [
        ({}, ["responded: 42.1%", "week 9; 6 of them by week 3"], "of 19 responded"),
        ({"horizon_week": "3", "responders": "6"}, ["points by week 3"], "of them by week"),
        ({"patients": "20", "percent": "40.0"}, ["of 20 responded: 40.0%"], "19 responded"),
        ({"threshold": "20"}, ["at least 20 points by week 9"], "of them by week"),
    ],
)
def test_the_picture_says_what_other_parameters_count(monkeypatch, changed, expected, absent):
    monkeypatch.setattr(front_page, "glued_texts", lambda _app, _page: WORDS | changed)
    picture = BeautifulSoup(front_page.visual_abstract(None), "html.parser")
    told = " ".join(picture.get_text().split())
    assert [words for words in expected if words not in told] == []
    assert absent not in told
