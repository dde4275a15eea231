"""What the search of a book finds: passages, rows of tables, the ledger, synonyms."""

import csv
import json
import tomllib

import pytest

from tisstats.book.search.claims import PrintedNumber, find_claims, read_claims
from tisstats.book.search.extension import INDEX, name_tables
from tisstats.book.search.index import IndexedPage, search_index
from tisstats.book.search.passages import article, parse, read_passages
from tisstats.book.search.synonyms import GENERAL, Synonyms, read_synonyms
from tisstats.errors import DataError

PAGE = """
<main><article class="bd-article wide"><section id="safety">
<h1>Safety<a class="headerlink" href="#safety">#</a></h1>
<p>Of <span class="pasted-text">19</span> patients,<br>one had <em>pulmonary</em> embolism.</p>
<div class="cell_input"><pre>show(page.events())</pre></div>
<div class="interactive"><label>Choose a method</label><p>Coverage, at least</p></div>
<details class="admonition hide above-input"><summary>Show code</summary></details>
<details class="folded-table"><summary>Doses</summary>
<table id="table-doses"><caption>Doses</caption>
<thead><tr><th>Patient</th><th>g/kg</th></tr></thead>
<tbody><tr><th>A &amp; B</th><td>2</td></tr><tr id="claim.one"><th>C</th><td>1</td></tr></tbody>
</table></details>
<table id="groups"><caption>Groups</caption>
<thead><tr><th>Arm</th><th>n<sup class="note-mark">a</sup></th></tr></thead>
<tbody><tr><th rowspan="2">X</th><td>3</td></tr><tr><td>4</td></tr><tr><th>Y</th><td>5</td></tr>
</tbody></table>
<section id="events"><h2>Events</h2>
<figure id="fig-events"><img alt="Eight bars." src="a.svg"><img alt="Eight bars." src="b.svg">
<figcaption>Fig. 1 Events</figcaption></figure>
<p id="claim.two">64.6 is left out</p> and this not.
<ul><li>Nor <a href="#claim.one">1</a></li><li><a href="#x">Linked</a></li></ul>
<dl class="glossary"><dt id="term-x">x<a class="headerlink" href="#">#</a></dt>
<dd>A cross.</dd></dl>
<dl class="py function"><dt class="sig" id="m.f"><span class="sig-prename descclassname">m.</span>
<span class="sig-name descname">f</span>(n)</dt><dd><p>Count.</p>
<div class="doctest"><pre>&gt;&gt;&gt; f(77)</pre></div></dd></dl>
<div class="citation" id="key"><span class="label">[A, 2020]</span><p>A. Title.</p></div>
<p class="functions-used"><strong>Functions used on this page: </strong><a href="#f">f</a></p>
<script>var hidden = 5;</script><p>Formula <span class="math">\\(x^2\\)</span>.</p>
</section></section></article></main>
"""
CLAIMED = frozenset({"claim.one", "claim.two"})


@pytest.fixture(scope="module")
def page():
    return read_passages(article(parse(PAGE)), CLAIMED)


def passage(page, anchor):
    (found,) = (each for each in page.passages if each.anchor == anchor)
    return found


def test_a_section_has_its_title_its_anchor_and_its_own_words(page):
    assert page.title == "Safety"
    safety = passage(page, "safety")
    assert (safety.kind, safety.title) == ("text", "Safety")
    assert safety.text == "Of 19 patients, one had pulmonary embolism. Doses"
    assert passage(page, "events").text == "and this not. Linked Formula ."


def test_a_table_is_found_by_rows_without_those_of_the_ledger(page):
    table, _ = page.tables
    assert (table.anchor, table.title, table.heads) == ("table-doses", "Doses", ("Patient", "g/kg"))
    assert table.rows == (("A & B", "2"), ())  # rows keep their numbers


def test_each_row_of_a_group_has_its_label_and_heads_have_no_marks(page):
    _, groups = page.tables
    assert groups.heads == ("Arm", "n")
    assert groups.rows == (("X", "3"), ("X", "4"), ("Y", "5"))


def test_a_figure_that_is_drawn_twice_is_described_once(page):
    figure = passage(page, "fig-events")
    assert (figure.kind, figure.title, figure.text) == ("figure", "Fig. 1 Events", "Eight bars.")


def test_terms_functions_and_sources_are_passages_of_their_own(page):
    assert passage(page, "term-x").kind == "term"
    assert (passage(page, "term-x").title, passage(page, "term-x").text) == ("x", "A cross.")
    function = passage(page, "m.f")
    assert (function.kind, function.title) == ("object", "f")
    assert function.text == "m. f(n) Count."
    source = passage(page, "key")
    assert (source.kind, source.title) == ("reference", "A, 2020")


def test_a_table_without_caption_or_heads_has_the_title_of_its_section():
    html = (
        '<article class="bd-article"><section id="s"><h1>S</h1><table><tr><td>1</td></tr></table>'
    )
    (table,) = read_passages(article(parse(html))).tables
    assert (table.anchor, table.title, table.heads, table.rows) == ("s", "S", (), (("1",),))


def test_a_page_without_text_has_no_passages():
    assert article(parse("<p>This page leads on.</p>")) is None


def test_every_table_gets_an_id_of_its_own():
    html = '<i id="table-a"></i><table data-name="a"><table data-name="a"><table id="b"><table>'
    assert name_tables(html) == (
        '<i id="table-a"></i><table id="table-a-2" data-name="a"><table id="table-a-3" '
        'data-name="a"><table id="b"><table id="table">'
    )
    assert name_tables(name_tables(html)) == name_tables(html)


CLAIM = PrintedNumber("results.high", "64.6", "%", "Upper limit", "Results")


@pytest.mark.parametrize(
    "html",
    [
        "<tr id='results.high' data-verdict='v'><td>64.6</td><td data-label='Computed'>66.5</td>",
        "<div id='results.high' data-verdict='v'>64.6 <p data-label='Computed'>66.5</p></div>",
    ],
)
def test_a_claim_is_found_by_its_id_however_it_is_laid_out(html):
    tree = parse(f"<table>{html}</table>" if html.startswith("<tr") else html)
    (found,) = find_claims(tree, {CLAIM.id: CLAIM})
    assert (found.claim, found.computed, found.verdict) == (CLAIM, "66.5", "v")


def test_a_claim_without_a_computed_number_and_one_that_is_not_shown():
    tree = parse("<p id='results.high' data-value='8'><i data-label='Computed'>–</i></p>")
    other = PrintedNumber("results.low", "19.6", "%", "Lower limit", "Results")
    (found,) = find_claims(tree, {CLAIM.id: CLAIM, other.id: other})
    assert (found.claim, found.value, found.computed, found.verdict) == (CLAIM, "8", "", "")


def test_claims_are_read_from_the_facts_and_a_report_without_them_has_none(checkout, tmp_path):
    with (checkout / "data" / "published" / "claims.csv").open(encoding="utf-8") as lines:
        ids = [row["id"] for row in csv.DictReader(lines)]
    assert list(read_claims(checkout)) == ids
    assert read_claims(tmp_path) == {}


NONE = Synonyms((), ())


def index_of(*pages, synonyms=NONE):
    text = search_index(pages, synonyms)
    assert text.startswith("tisstatsSearch.load(")
    assert text.endswith(");\n")
    return json.loads(text.removeprefix("tisstatsSearch.load(").removesuffix(");\n"))


def test_the_index_is_the_same_each_time_and_says_repeated_texts_once(page):
    rows = tuple((name, "not offered") for name in "abc")
    repeated = page.tables[0].__class__("t", "T", ("h", "i"), rows)
    contents = page.__class__(page.title, page.passages, (repeated,))
    pages = [IndexedPage("a.html", contents, (), 0.5), IndexedPage("b.html", page, ())]
    assert search_index(pages, NONE) == search_index(pages, NONE)
    index = index_of(*pages)
    assert index["strings"] == ["not offered"]
    assert index["pages"][0][3] == [["t", "T", ["h", "i"], [["a", 0], ["b", 0], ["c", 0]]]]
    assert [each[5] for each in index["pages"]] == [0.5, 1]


def test_synonyms_of_a_group_find_each_other_and_those_of_a_rule_one_way():
    synonyms = Synonyms((("CK", "enzyme"),), ((("CONSORT",), ("flow diagram",)),))
    assert index_of(synonyms=synonyms)["synonyms"] == [
        [["CK", "enzyme"], ["CK", "enzyme"]],
        [["CONSORT"], ["flow diagram"]],
    ]


def test_the_synonyms_of_the_field_and_of_this_book_can_be_read(checkout):
    own = checkout / "book" / "synonyms.toml"
    both = read_synonyms([GENERAL, own])
    assert len(both.alike) > len(read_synonyms([GENERAL]).alike) > 30
    assert (("CONSORT", "STROBE diagram"), ("flow diagram",)) in both.leads_to
    # A term in two groups would find only what the longest term at its place has.
    terms = [term.lower() for group in both.alike for term in group]
    assert sorted(set(terms)) == sorted(terms)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("alike = [['one']]", "key alike: ['one'] is not a list of two terms or more"),
        ("alike = [['one', '%']]", "key alike"),
        ("leads_to = [{ from = ['a'] }]", "key leads_to"),
        ("leads_to = [{ from = ['a'], to = 'b' }]", "key leads_to"),
        ("like = []", "key like: unknown, allowed: alike, leads_to"),
        ("alike = [", "cannot be read"),
    ],
)
def test_a_fault_in_a_file_of_synonyms_is_named(tmp_path, text, message):
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_synonyms([file])
    (fault,) = caught.value.faults
    assert str(fault).startswith("own.toml")
    assert message in str(fault)


def test_the_configuration_names_files_and_pages_that_exist(checkout):
    yaml = pytest.importorskip("yaml")
    config = yaml.safe_load((checkout / "_config.yml").read_text(encoding="utf-8"))
    settings = config["sphinx"]["config"]
    for name in settings["search_synonyms"]:
        tomllib.loads((checkout / name).read_text(encoding="utf-8"))
    for pattern in settings["search_weights"]:
        assert list(checkout.glob(f"{pattern}.*")), pattern


@pytest.fixture(scope="module")
def index(built_book):
    text = (built_book / "_static" / INDEX).read_text(encoding="utf-8")
    assert len(text.encode()) < 850_000
    return json.loads(text.removeprefix("tisstatsSearch.load(").removesuffix(");\n"))


@pytest.mark.build
def test_sphinx_has_left_nothing_of_its_search(built_book):
    assert not list(built_book.rglob("searchindex.js"))
    assert not list(built_book.rglob("searchtools.js"))
    for page in built_book.rglob("*.html"):
        assert "searchtools" not in page.read_text(encoding="utf-8"), page.name


@pytest.mark.build
def test_whatever_is_found_is_there(built_book, index):
    for address, _, passages, tables, claims, _ in index["pages"]:
        tree = parse((built_book / address).read_text(encoding="utf-8"))
        elements = {element.get("id"): element for element in tree.xpath("//*[@id]")}
        anchors = [each[1] for each in passages] + [each[0] for each in claims]
        assert set(anchors) - {""} <= set(elements), address
        for anchor, _, heads, rows in tables:
            table = elements[anchor]
            assert table.tag == "table"
            assert len(table.xpath(".//tr")) == len(rows) + bool(heads), f"{address} {anchor}"


@pytest.mark.build
def test_computed_numbers_every_claim_and_every_page_are_in_it(index, checkout):
    from tests.browser.pages import PAGES

    pages = {page[0]: page for page in index["pages"]}
    assert {f"{name}.html" for name in PAGES} - {"search.html", "genindex.html"} == set(pages)
    assert "42.1" in json.dumps(pages["notebooks/03_primary_outcome.html"][2])
    rows = [claim for page in index["pages"] for claim in page[4]]
    ids = [index["strings"][row[0]] if isinstance(row[0], int) else row[0] for row in rows]
    assert sorted(ids) == sorted(read_claims(checkout))
