"""The engine of the search by itself: words and numbers, ranks, excerpts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import ROOT
from tisstats.book.search.claims import ClaimPassage, PrintedNumber
from tisstats.book.search.index import IndexedPage, search_index
from tisstats.book.search.passages import PagePassages, Passage, TablePassage
from tisstats.book.search.synonyms import Synonyms

pytestmark = pytest.mark.browser

ENGINE: Path = ROOT / "book" / "assets" / "search_engine.js"

SYNONYMS = Synonyms(
    alike=(("signed rank", "Wilcoxon"), ("CK", "creatine kinase")),
    leads_to=((("CONSORT",), ("flow diagram",)),),
)


def of(title: str, *passages: Passage, tables: tuple[TablePassage, ...] = ()) -> PagePassages:
    return PagePassages(title, (Passage("text", "top", title, ""), *passages), tables)


def claim(name: str, printed: str, quantity: str, computed: str = "", value: str = ""):
    number = PrintedNumber(name, printed, "%", quantity, "Results")
    return ClaimPassage(number, value, computed, "reproduced")


PAGES = (
    IndexedPage(
        "flow.html",
        of(
            "Patients",
            Passage("figure", "fig-flow", "Fig. 1", "Flow diagram: 59 screened, 1,000 letters."),
            Passage("text", "why", "Why", "A diagram of a flow. Analyses were randomised."),
        ),
        (),
    ),
    IndexedPage(
        "tests.html",
        of(
            "Statistical tests",
            Passage("text", "rank", "Signed-rank test", "The test of Wilcoxon ranks."),
            Passage("object", "m.f", "signed_rank_test", "signed_rank_test(differences)"),
            Passage("text", "late", "Late", "word " * 200 + "needle here " + "word " * 200),
            Passage("text", "often", "Often", "rank " * 3 + "needle"),
        ),
        (),
    ),
    IndexedPage(
        "measures.html",
        of(
            "Muscle strength",
            tables=(
                TablePassage(
                    "table-max", "Maximum score", ("Muscles", "Maximum"), (("26", "260"),)
                ),
                TablePassage("table-ck", "Enzymes", ("Who", "CK"), (("All", "Serum 42.10"), ())),
            ),
        ),
        (),
    ),
    IndexedPage(
        "ledger.html",
        of("Ledger"),
        (
            claim("a.share", "42.0", "Responders", computed="42.1"),
            claim("b.share", "42", "Responders"),
            claim("c.stop", "Seven", "Stopped", value="7"),
        ),
    ),
    IndexedPage(
        "other.html", of("Other", Passage("text", "n", "N", "42.1 and 260 and 7 " * 9)), ()
    ),
)


@pytest.fixture(scope="module")
def engine(browser: Browser) -> Iterator[Page]:
    """A page with nothing but the engine and a small index."""
    page = browser.new_page()
    page.add_script_tag(content=ENGINE.read_text(encoding="utf-8"))
    page.add_script_tag(content=search_index(PAGES, SYNONYMS))
    yield page
    page.close()


def terms(engine: Page, text: str) -> list[str]:
    return engine.evaluate("text => tisstatsSearch.tokens(text).map(each => each.term)", text)


FOUND = """query => {
  const found = tisstatsSearch.engine.search(query);
  return found.pages.map(page => [page.page.address, ...page.hits.map(hit => hit.passage.anchor)]);
}"""


def found(engine: Page, query: str) -> list[list[str]]:
    return engine.evaluate(FOUND, query)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42.1%", ["#42.1"]),
        ("42,1", ["#42.1"]),
        ("42.10 042.1", ["#42.1", "#42.1"]),
        ("42.0 42", ["#42", "#42"]),
        ("1,000 12,345.60", ["#1000", "#12345.6"]),
        ("0,123", ["#0.123"]),
        (".12 p=.12 (.50) -.3", ["#0.12", "p", "#0.12", "#0.5", "#0.3"]),
        ("Fig.12 .2f 1.2.3.", ["fig", "#12", "#2", "f", "#1", "#2", "#3"]),
        ("weeks 3,4,6", ["week", "#3", "#4", "#6"]),
        ("1.2.3", ["#1", "#2", "#3"]),
        ("–0.5 to 19.6–64.6", ["#0.5", "to", "#19.6", "#64.6"]),
        ("8/19 (n = 19)", ["#8", "#19", "n", "#19"]),
        ("EQ-5D", ["eq", "#5", "d"]),
        ("TIS40 g/kg", ["tis40", "g", "kg"]),
        ("Analyses analysis", ["analyse", "analysis"]),
        ("bodies boxes classes statistics", ["body", "box", "class", "statistic"]),
        ("randomized Randomised", ["randomised", "randomised"]),
        ("Ärzte, naïve", ["arzte", "naive"]),
        ("signed_rank_test", ["signed", "rank", "test"]),
        ("<b> % # \" '", ["b"]),
        ("", []),
    ],
)
def test_words_and_numbers_of_a_text(engine: Page, text: str, expected: list[str]) -> None:
    assert terms(engine, text) == expected


@pytest.mark.parametrize("other", ["wilcoxn", "wilcooxon", "wilcaxon", "wlicoxon", "ilcoxon"])
def test_one_letter_may_be_wrong(engine: Page, other: str) -> None:
    almost = "([one, other]) => tisstatsSearch.almost(one, other)"
    assert engine.evaluate(almost, ["wilcoxon", other])
    assert engine.evaluate(almost, [other, "wilcoxon"])
    assert not engine.evaluate(almost, [other, other])
    assert not engine.evaluate(almost, [other + "s", "wilcoxon"])


def test_a_number_leads_to_the_ledger_first_by_what_is_printed_and_what_is_computed(
    engine: Page,
) -> None:
    assert found(engine, "42")[0] == ["ledger.html", "b.share", "a.share"]
    for typed in ("42.1", "42,1", "42.1%", "42.10"):
        assert found(engine, typed)[0] == ["ledger.html", "a.share"], typed
        assert ["measures.html", "table-ck.1"] in found(engine, typed)
    assert found(engine, "7")[0] == ["ledger.html", "c.stop"]
    assert found(engine, "1000") == [["flow.html", "fig-flow"]]


def test_a_number_finds_those_that_round_to_it_and_no_others(engine: Page) -> None:
    assert any(page[0] == "other.html" for page in found(engine, "42"))
    assert not any(page[0] == "other.html" for page in found(engine, "4"))
    assert found(engine, "42.2") == []


def test_a_synonym_of_several_words_finds_them_in_their_order(engine: Page) -> None:
    assert found(engine, "consort") == [["flow.html", "fig-flow"]]
    assert found(engine, "Signed rank")[0][:2] == ["tests.html", "rank"]
    assert ["measures.html", "table-ck.1"] in found(engine, "creatine kinase")


def test_words_may_be_unfinished_or_misspelt(engine: Page) -> None:
    for typed in ("wilco", "wilcoxn", "WILCOXON"):
        assert found(engine, typed)[0][:2] == ["tests.html", "rank"], typed
    assert found(engine, "wilcoxxxn") == []


def test_what_is_around_counts_and_all_words_come_first(engine: Page) -> None:
    assert found(engine, "muscle strength 260")[0] == ["measures.html", "table-max.1"]
    assert found(engine, "maximum 260")[0][:2] == ["measures.html", "table-max.1"]
    assert found(engine, "needle screened") != []  # nothing has both: most of them


def test_a_phrase_in_quotation_marks_and_a_name_of_a_function(engine: Page) -> None:
    assert found(engine, '"wilcoxon ranks"') == [["tests.html", "rank"]]
    assert found(engine, '"ranks wilcoxon"') == []
    assert found(engine, "signed_rank_test()")[0][:2] == ["tests.html", "m.f"]


@pytest.mark.parametrize("query", ["", "%", "#", '"', '""', "'", "\\", "()", "[", "\ud83d\ude00"])
def test_a_query_without_words_finds_nothing(engine: Page, query: str) -> None:
    assert found(engine, query) == []


@pytest.mark.parametrize("query", ["constructor", "__proto__ toString", "<script>", "a" * 5000])
def test_a_strange_query_does_no_harm(engine: Page, query: str) -> None:
    found(engine, query)


def excerpt(engine: Page, text: str, query: str, length: int) -> list[list[object]]:
    cut = """([text, query, length]) => tisstatsSearch.excerpt(
      text, tisstatsSearch.engine.parse(query), length).map(each => [each.text, each.marked])"""
    return engine.evaluate(cut, [text, query, length])


def test_an_excerpt_marks_what_matches_and_shows_where_most_of_it_is(engine: Page) -> None:
    short = excerpt(engine, "Serum 42.10, signed-rank.", "42,1 wilcoxon", 100)
    assert short == [
        ["Serum ", False],
        ["42.10", True],
        [", ", False],
        ["signed-rank", True],
        [".", False],
    ]
    long = "one needle " + "word " * 100 + "two needle screened needle " + "word " * 100
    pieces = excerpt(engine, long, "needle screened", 60)
    text = "".join(str(piece) for piece, _ in pieces)
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) <= 64
    assert [piece for piece, marked in pieces if marked] == ["needle", "screened", "needle"]
    assert text.removeprefix("… ").removesuffix(" …") in long


def test_an_excerpt_without_a_match_is_the_beginning(engine: Page) -> None:
    assert excerpt(engine, "word " * 50, "needle", 21) == [
        ["word word word word", False],
        [" …", False],
    ]
    assert excerpt(engine, "x" * 500, "xxx", 100)[0][0]
    assert excerpt(engine, "", "needle", 100) == []
