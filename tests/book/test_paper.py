"""The book on paper, as far as no browser is needed: order, one long document, checks."""

from __future__ import annotations

from datetime import UTC, datetime

import lxml.html
import pytest

from tisstats.book.paper import edition
from tisstats.book.paper.browser import HOW_TO_INSTALL
from tisstats.book.paper.contents import Entry, entries
from tisstats.book.paper.document import (
    LONGEST_FOLDED,
    Imprint,
    css_string,
    read_book,
)
from tisstats.book.paper.edition import Edition, print_day
from tisstats.book.run.project import BookError, Project, UsageError
from tisstats.cli import main

TOC = """\
format: jb-book
root: book/intro
parts:
  - caption: One
    chapters:
      - file: notebooks/01_first.ipynb
        sections:
          - file: book/deeper.md
      - url: https://example.org
  - caption: Two
    chapters:
      - file: book/last
"""
HEAD = """<!DOCTYPE html><html lang="en"><head>
<link rel="stylesheet" href="{up}_static/book.css?v=1">
<link rel="stylesheet" href="{up}_static/print.css" media="print">{more}</head><body>
{banner}<article class="bd-article">{article}</article></body></html>"""
IMPRINT = Imprint("A tiny book", "Its testers", "26 November 2026", "0.1.0", "")


def dangling_links(document):
    """Yield the places that links of a document lead to and that it does not have."""
    tree = lxml.html.document_fromstring(document)
    there = set(tree.xpath("//@id"))
    for address in tree.xpath("//a/@href"):
        if address.startswith("#") and address[1:] not in there:
            yield address[1:]


def rows(count):
    return "<tbody>" + "<tr><th>row</th><td>1</td></tr>" * count + "</tbody>"


def folded(count, caption="All rows"):
    table = f"<table><caption>{caption}</caption>{rows(count)}</table>"
    return (
        '<details class="folded-table"><summary>More</summary>'
        f'<div class="table-scroll" role="region" tabindex="0">{table}</div></details>'
    )


INTRO = """<h1>Hello<br>reader<a class="headerlink" href="#hello">#</a></h1>
<p><a href="../notebooks/01_first.html#result">one</a> <a href="deeper.html">two</a>
<a href="../_static/downloads/results.json" download>three</a>
<a class="external" href="https://example.org/x">four</a> <a href="#hello">five</a></p>
<h2 id="hello">Hello</h2>"""
FIRST = f"""<h1>First</h1><div class="cell"><details class="admonition hide above-input">
<summary>Show code</summary><pre>secret</pre></details></div>
<p id="result" aria-describedby="note other">42.1</p><p id="note">n</p><p id="other">o</p>
<p class="downloads"><a href="../_static/x.csv">CSV</a></p>
<picture><source media="(max-width: 720px)" srcset="../_images/p.svg"><img src="../_images/i.svg"
 alt="A line"></picture><form><input></form><p class="paper-only" hidden>Only here.</p>
{folded(LONGEST_FOLDED)}{folded(LONGEST_FOLDED + 1, "Too many")}"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "_config.yml").write_text("title: A tiny book\nauthor: Its testers\n")
    (tmp_path / "_toc.yml").write_text(TOC)
    return Project.from_folder(tmp_path)


def write_pages(project, pages, banner="", more=""):
    for page in project.pages():
        path = project.default_output / f"{page}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        article = pages.get(page, f"<h1>{page}</h1><p>Text.</p>")
        path.write_text(HEAD.format(up="../", banner=banner, article=article, more=more))


@pytest.fixture
def book(project):
    write_pages(project, {"book/intro": INTRO, "notebooks/01_first": FIRST})
    return read_book(project.default_output, entries(project), IMPRINT)


@pytest.fixture
def document(book):
    return lxml.html.document_fromstring(book.html({"book-last--": 7}))


def words(element):
    return " ".join(element.text_content().split())


def test_entries_follow_the_table_of_contents(project):
    assert entries(project) == [
        Entry("book/intro", "", 0),
        Entry("notebooks/01_first", "One", 0),
        Entry("book/deeper", "One", 1),
        Entry("book/last", "Two", 0),
    ]


def test_no_page_of_the_real_book_is_forgotten(checkout):
    real = Project.from_folder(checkout)
    assert [entry.page for entry in entries(real)] == real.pages()


def test_contents_name_each_page_with_the_number_that_is_known(document):
    contents = document.get_element_by_id("paper-contents")
    lines = [words(entry) for entry in contents.find_class("paper-entry")]
    assert lines == ["Hello reader", "First", "book/deeper", "book/last7"]
    assert [words(part) for part in contents.find_class("paper-part")] == ["One", "Two"]


def test_links_lead_to_the_document_to_the_web_or_nowhere(book, document):
    links = {words(link): link.get("href") for link in document.xpath("//article//p/a")}
    assert links == {
        "one": "#notebooks-01_first--result",
        "two": "#book-deeper--",
        "three": None,
        "four": "https://example.org/x",
        "five": "#book-intro--hello",
    }
    assert list(dangling_links(book.html({}))) == []
    there = document.get_element_by_id("notebooks-01_first--result")
    assert there.get("aria-describedby") == "notebooks-01_first--note notebooks-01_first--other"
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_a_link_to_a_place_that_is_not_there_is_found():
    assert list(dangling_links('<p id="a"><a href="#a">1</a><a href="#b">2</a></p>')) == ["b"]


def test_what_is_for_the_screen_is_left_out(document):
    text = words(document)
    for absent in ("secret", "Show code", "CSV"):
        assert absent not in text
    assert not document.find_class("headerlink")
    assert not document.xpath("//form|//source|//details|//*[@tabindex]|//*[@hidden]")
    assert "Only here." in text
    (image,) = document.xpath("//img")
    assert image.get("src").startswith("file://")
    assert image.get("src").endswith("_build/html/_images/i.svg")


def test_short_tables_are_opened_and_long_ones_are_named(document):
    (table,) = document.xpath("//article//table")
    assert words(table.find("caption")) == "All rows"
    (note,) = document.find_class("paper-left-out")
    assert "“Too many”, 13 rows" in words(note)


def test_headings_are_below_those_of_their_part_and_chapter(document):
    found = [
        (each.tag, words(each))
        for each in document.xpath("//article//*[self::h1 or self::h2 or self::h3]")
    ]
    assert found == [
        ("h1", "Hello reader"),
        ("h2", "Hello"),
        ("h1", "One"),
        ("h2", "First"),
        ("h3", "book/deeper"),
        ("h1", "Two"),
        ("h2", "book/last"),
    ]


def test_styles_for_the_screen_come_once_and_those_for_single_pages_not(book):
    assert len(book.styles) == 1
    assert book.styles[0].endswith("_static/book.css")
    assert book.mathjax == ""


def test_a_banner_stands_on_the_title_page_and_on_every_sheet(project):
    banner = '<div class="bd-header-announcement__content">Not the <b>published</b> "x"</div>'
    script = '<script defer src="../_static/tex-svg.js?v=2"></script>'
    write_pages(project, {}, banner=banner, more=script)
    book = read_book(project.default_output, entries(project), IMPRINT)
    html = book.html({})
    (shown,) = lxml.html.document_fromstring(html).find_class("paper-banner")
    text = 'Not the published "x"'
    assert words(shown) == text
    assert f"@bottom-left {{ content: {css_string(text)}; }}" in html
    assert book.mathjax.endswith("_static/tex-svg.js")


def test_the_date_is_todays_or_a_given_one(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert abs((datetime.now(UTC) - print_day()).total_seconds()) < 2 * 86400
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764180000")
    assert print_day() == datetime(2025, 11, 26, tzinfo=UTC)


def test_without_a_browser_one_line_says_so_before_anything_is_built(
    checkout, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(edition, "find_browser", lambda: None)
    arguments = ["book", "--source", str(checkout), "--pdf", str(tmp_path / "book.pdf")]
    assert main(arguments) == 1
    assert capsys.readouterr().err == f"The book cannot be printed. {HOW_TO_INSTALL}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("_build/html/book.pdf", "in the folder of the book"),
        ("notebooks/book.pdf", "reserved"),
        ("_build", "is a folder"),
        ("study.toml", "name a file with the ending .pdf"),
        ("visits.csv", "name a file with the ending .pdf"),
        ("_config.yml/book.pdf", "is a file: choose a folder"),
    ],
)
def test_a_file_that_cannot_be_is_refused(project, monkeypatch, place, message):
    monkeypatch.setattr(edition, "find_browser", lambda: None)
    project.build_folder.mkdir()
    with pytest.raises(UsageError, match=message):
        Edition(project.root / place).check(project, project.default_output)


def test_no_file_asks_for_nothing(project, monkeypatch):
    monkeypatch.setattr(edition, "find_browser", lambda: None)
    Edition().check(project, project.default_output)
    assert Edition().write(project, project.default_output) == []
    with pytest.raises(BookError):
        Edition(project.root / "book.pdf").check(project, project.default_output)
