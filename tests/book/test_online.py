"""Descriptions of pages, and what the two addresses of CITATION.cff switch on."""

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document

from tests.book.conftest import TinyBook
from tisstats.book.citing.source import Citation, Name, Work
from tisstats.book.online.description import describe_page, shorten
from tisstats.book.online.linked_data import PageFacts, as_script, linked_data
from tisstats.book.run.project import BookError

CITATION = """\
cff-version: 1.2.0
message: Cite it.
title: A tiny book
authors: [{name: Its testers}]
date-released: 2026-11-02
version: 1.0.0
references:
  - {type: article, title: The study, authors: [{family-names: Wu, given-names: Li}], year: 2021,
     doi: 10.5555/study}
"""
#: Title of the tiny book, which is text and no markup.
TITLE = 'A <i>tiny</i> & "small" book'
BASE = "https://example.org/some/path/"
ADDRESSES = f"url: {BASE}\nrepository-code: https://github.com/someone/book\n"
PAGE = """
# Citing

See below.

```{cite-work} book
```
"""
OUTWARD = re.compile(r'(?:href|src|content)="(https?://[^"]+)"')


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def meta(page: BeautifulSoup, name: str) -> str | None:
    found = page.find("meta", attrs={"name": name}) or page.find("meta", property=name)
    return found and found["content"]


def data_of(page: BeautifulSoup) -> dict:
    return json.loads(page.find("script", type="application/ld+json").string)


@pytest.fixture(scope="module")
def published(_built_once, tmp_path_factory) -> TinyBook:
    """The tiny book with a page that says how to cite, published at an address."""
    root = tmp_path_factory.mktemp("published") / "checkout"
    shutil.copytree(_built_once, root)
    book = TinyBook(root)
    (root / "CITATION.cff").write_text(CITATION + ADDRESSES)
    (root / "book" / "cite.md").write_text(PAGE)
    toc = root / "_toc.yml"
    toc.write_text(toc.read_text() + "      - file: book/cite\n")
    config = root / "_config.yml"
    config.write_text(config.read_text() + "    cite_page: book/cite\n")
    book.build()
    return book


class TestWithoutAddresses:
    def test_no_page_points_outside(self, tiny_book):
        for name in [*tiny_book.project.pages(), "404", "index", "search", "genindex"]:
            found = OUTWARD.findall(tiny_book.page(name))
            assert found == [], name

    def test_nothing_is_listed_or_launched(self, tiny_book):
        assert not (tiny_book.html / "sitemap.xml").exists()
        for page in tiny_book.pages().values():
            assert 'rel="canonical"' not in page
            assert "og:image" not in page
            assert "og:url" not in page
            assert "dropdown-launch-buttons" not in page
            assert "dropdown-source-buttons" not in page

    def test_a_page_is_described_in_its_own_words_and_numbers(self, tiny_book):
        page = parsed(tiny_book.page("book/intro"))
        assert meta(page, "description") == "The threshold is 40 points, the datum 17."
        assert meta(page, "og:description") == meta(page, "description")
        assert meta(page, "og:title") == TITLE
        assert meta(page, "twitter:card") == "summary"
        assert page.html["lang"] == "en"
        assert data_of(page)["@type"] == "Report"

    def test_links_of_the_lost_page_lead_on_from_where_it_lies(self, tiny_book):
        page = parsed(tiny_book.page("404"))
        assert page.find("base") is None
        assert (tiny_book.html / page.article.a["href"]).is_file()

    def test_no_file_says_how_to_cite(self, tiny_book):
        assert not (tiny_book.html / "_static" / "cite").exists()


class TestWithAddresses:
    def test_every_page_names_its_canonical_address(self, published):
        for name, html in published.pages().items():
            page = parsed(html)
            (link,) = page.find_all("link", rel="canonical")
            assert link["href"] == f"{BASE}{name}.html"
            assert meta(page, "og:url") == link["href"]

    def test_the_sitemap_lists_every_page(self, published):
        tree = ElementTree.parse(published.html / "sitemap.xml")
        found = [each.text for each in tree.iter() if each.tag.endswith("}loc")]
        assert found == sorted(f"{BASE}{name}.html" for name in published.project.pages())

    def test_the_first_page_stands_for_the_front_page(self, published):
        page = parsed(published.page("index"))
        assert page.find("link", rel="canonical")["href"] == f"{BASE}book/intro.html"
        assert meta(page, "og:title") == TITLE

    def test_pages_lead_to_their_source_and_notebooks_to_binder(self, published):
        notebook, prose = published.page("notebooks/01_first"), published.page("book/intro")
        source = "https://github.com/someone/book"
        for path, page in (("notebooks/01_first.ipynb", notebook), ("book/intro.md", prose)):
            assert f"{source}/edit/main/{path}" in page
            assert f"{source}/blob/main/{path}" in page
        binder = "https://mybinder.org/v2/gh/someone/book/main?urlpath=lab/tree/"
        assert f"{binder}notebooks/01_first.ipynb" in notebook
        assert "mybinder" not in prose

    def test_the_lost_page_finds_its_files_from_any_depth(self, published):
        page = parsed(published.page("404"))
        assert page.find("base")["href"] == "/some/path/"
        assert page.head.find("base").find_previous("link") is None
        assert not page.find_all("a", href=re.compile("^#"))

    @pytest.mark.parametrize("name", ["404", "search", "genindex"])
    def test_pages_of_no_content_are_not_indexed(self, published, name):
        page = parsed(published.page(name))
        assert meta(page, "robots") == "noindex"
        assert page.find("link", rel="canonical") is None

    def test_data_for_search_engines_name_book_and_study(self, published):
        front = data_of(parsed(published.page("book/intro")))
        assert front["@context"] == "https://schema.org"
        assert (front["@type"], front["name"], front["version"]) == ("Book", TITLE, "1.0.0")
        assert front["author"] == [{"@type": "Organization", "name": "Its testers"}]
        assert front["isBasedOn"][0]["@id"] == "https://doi.org/10.5555/study"
        inner = data_of(parsed(published.page("notebooks/01_first")))
        assert inner["isPartOf"] == {"@type": "Book", "name": TITLE, "url": BASE}

    def test_how_to_cite_is_reached_from_every_page(self, published):
        for name, html in published.pages().items():
            page = published.html.resolve() / f"{name}.html"
            link = parsed(html).select_one(".cite-footer a")["href"]
            target = page if link == "#" else (page.parent / link).resolve()
            assert target == published.html.resolve() / "book" / "cite.html", name

    def test_each_format_is_shown_as_it_is_stored(self, published):
        page = parsed(published.page("book/cite"))
        shown = [each.get_text().rstrip("\n") for each in page.select(".cite-text pre")]
        links = [link["href"] for link in page.select(".cite-work .downloads a")]
        stored = [
            (published.html / "book" / link).read_text(encoding="utf-8").rstrip("\n")
            for link in links
        ]
        assert shown == stored
        assert [Path(link).suffix for link in links] == [".txt", ".bib", ".ris", ".json"]
        assert all(BASE in text for text in shown)

    def test_lines_of_ris_end_as_its_readers_expect(self, published):
        content = (published.html / "_static" / "cite" / "wu2021.ris").read_bytes()
        assert content.startswith(b"TY  - JOUR\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")


def test_an_unknown_work_and_a_wrong_address_stop_the_build(tiny_book):
    root = tiny_book.root
    (root / "CITATION.cff").write_text(f"{CITATION}url: example.org\n")
    with pytest.raises(BookError, match=r"CITATION\.cff, key url, value 'example\.org'"):
        tiny_book.build()
    (root / "CITATION.cff").write_text(CITATION)
    intro = root / "book" / "intro.md"
    intro.write_text(intro.read_text() + "\n```{cite-work} nobody\n```\n")
    with pytest.raises(BookError, match="has no work 'nobody': choose one of book, "):
        tiny_book.build()


def document(*texts: str) -> nodes.document:
    page = new_document("page")
    section = nodes.section("", nodes.title("", "Title"))
    section += [nodes.paragraph("", text) for text in texts]
    section += nodes.section("", nodes.title("", "Inner"), nodes.paragraph("", "Not told."))
    page += section
    return page


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["One."], "One."),
        (["Objective: see how. ", "More."], "See how. More."),
        (["A study [Lim et al., 2021] of  20 (Wu 2019b)."], "A study of 20."),
        (["These are told:", "What is left."], "What is left."),
    ],
)
def test_a_description_is_made_of_the_first_sentences(texts, said):
    assert describe_page(document(*texts)) == said


def test_a_page_without_a_paragraph_has_no_description():
    assert describe_page(new_document("page")) == ""
    assert describe_page(document()) == ""


def test_sentences_end_neither_at_initials_nor_at_abbreviations():
    text = "J. Lim et al. wrote it, e.g. here, of 42.1 and others. Next."
    assert shorten(text, 70) == text
    assert shorten(text, len(text) - 1) == text.removesuffix(" Next.")


def facts(**changes) -> PageFacts:
    known = {"title": "T", "description": "D", "book": "B", "language": "en", "kind": "Dataset"}
    return PageFacts(**{**known, **changes})


PERSON = Name("Wu", "Li", "https://orcid.org/0000-0002-1825-0097")
ARTICLE = Work("article", "S", (PERSON,), "2021", journal="J", doi="10.5555/1")
CITED = Citation("m", Work("software", "B", (PERSON,), "2026"), (ARTICLE,), "")


def test_a_data_page_says_where_its_data_are():
    node = linked_data(facts(files=("https://a.org/r.csv", "https://a.org/r.json")), CITED)
    assert [each["encodingFormat"] for each in node["distribution"]] == [
        "text/csv",
        "application/json",
    ]
    assert node["license"].startswith("https://creativecommons.org/publicdomain/")
    assert node["creator"][0]["@id"] == PERSON.orcid
    assert node["isBasedOn"][0]["isPartOf"] == {"@type": "Periodical", "name": "J"}


def test_what_is_not_known_is_not_said():
    node = linked_data(facts(kind="WebPage"), None)
    assert set(node) == {"@context", "@type", "name", "description", "inLanguage", "isPartOf"}
    assert "distribution" not in linked_data(facts(), CITED)


def test_no_text_ends_the_data_block():
    block = as_script({"name": "</script><b>"})
    assert block.count("</script>") == 1
    assert json.loads(parsed(block).script.string) == {"name": "</script><b>"}
