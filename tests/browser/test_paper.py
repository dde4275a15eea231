"""The whole book as a PDF, read back."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from pypdf import PdfReader

from tests.browser.pages import ROOT
from tisstats.book.paper import press
from tisstats.book.paper.contents import entries
from tisstats.book.paper.document import Imprint, anchor, read_book
from tisstats.book.paper.edition import print_book
from tisstats.book.paper.press import HEIGHT, TURNED, WIDTH, print_document, sheet_numbers
from tisstats.book.run.project import Project

pytestmark = pytest.mark.browser

DAY = datetime(2026, 11, 26, tzinfo=UTC)
PROJECT = Project.from_folder(ROOT)


@pytest.fixture(scope="module")
def printed(built_book, browser_program):
    assert browser_program.exists()
    return print_book(PROJECT, built_book, DAY)


@pytest.fixture(scope="module")
def pdf(printed):
    return PdfReader(BytesIO(printed.content))


@pytest.fixture(scope="module")
def chapters(built_book):
    imprint = Imprint("", "", "", "", "")
    return read_book(built_book, entries(PROJECT), imprint).chapters


@pytest.fixture(scope="module")
def texts(printed):
    """The text of each page without blanks, which PDF does not keep reliably.

    PDFium needs a second for what pypdf needs half a minute for.
    """
    with closing(pypdfium2.PdfDocument(printed.content)) as pdf:
        return [squeezed(page.get_textpage().get_text_range()) for page in pdf]


def outline(items, depth=0):
    """Yield title and depth of the entries of an outline."""
    for item in items:
        if isinstance(item, list):
            yield from outline(item, depth + 1)
        else:
            yield " ".join(item.title.split()), depth


def squeezed(text):
    """Text without blanks."""
    return re.sub(r"\s", "", text)


def test_contents_give_the_page_on_which_each_chapter_begins(printed, pdf, texts, chapters):
    numbers = sheet_numbers(printed.content)
    first = min(numbers[chapter.anchor] for chapter in chapters)
    listed = "".join(texts[1 : first - 1])
    for chapter in chapters:
        number = numbers[chapter.anchor]
        assert squeezed(f"{chapter.title}{number}") in listed
        assert squeezed(chapter.title) in texts[number - 1]
    order = [numbers[chapter.anchor] for chapter in chapters]
    assert order == sorted(order)
    assert order[-1] <= len(pdf.pages) == printed.sheets


def test_every_chapter_is_in_the_outline_below_its_part(pdf, chapters):
    found = list(outline(pdf.outline))
    for chapter in chapters:
        depth = chapter.entry.depth + bool(chapter.entry.part)
        assert (chapter.title, depth) in found
    parts = [title for title, depth in found if depth == 0]
    assert parts[0] == "Contents"
    assert {chapter.entry.part for chapter in chapters} - {""} <= set(parts)


def test_no_page_is_blank_and_each_says_its_number(texts, chapters):
    book = texts[0].partition("thetisstatsdevelopers")[0]
    assert book.endswith("executablereproduction")
    running = ["", "Contents", *(squeezed(chapter.title) for chapter in chapters)]
    for number, text in enumerate(texts[1:], start=2):
        heads = [head for title in running if text.startswith(head := f"{book}{title}{number}")]
        assert heads, f"page {number} is not numbered: {text[:200]}"
        assert len(text) > 60 + len(heads[-1]), f"page {number} is all but blank"


def test_the_count_of_pages_is_sane(printed, chapters):
    assert 2 * len(chapters) < printed.sheets < 450


def test_links_inside_the_book_lead_to_pages_of_it(pdf):
    inside = 0
    there = pdf.named_destinations
    for page in pdf.pages:
        for note in page.get("/Annots") or ():
            link = note.get_object()
            action = link.get("/A", {})
            if "/URI" in action:
                assert not str(action["/URI"]).startswith("file:")
                continue
            target = link.get("/Dest", action.get("/D"))
            if isinstance(target, str):
                assert target in there
                assert pdf.get_destination_page_number(there[target]) is not None
            inside += 1
    assert inside > 500


def test_nothing_sticks_out_of_the_text_area(printed):
    assert printed.too_wide == []


def test_sheets_are_a4_upright_or_turned(pdf):
    sizes = {
        tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:]) for page in pdf.pages
    }
    assert sizes <= {(210, 297), (297, 210)}


def test_code_that_is_folded_and_words_of_the_screen_are_not_there(texts):
    text = "".join(texts)
    assert squeezed("For a clinician") in text
    for absent in ("Show code", "Hide code", "Search this book", "Link to this heading"):
        assert squeezed(absent) not in text


def test_title_author_and_date_are_in_the_file(pdf):
    assert pdf.metadata.title == "First-line IVIg in myositis: an executable reproduction"
    assert pdf.metadata.author == "the tisstats developers"
    assert pdf.metadata.creation_date == DAY
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]  # tagged, for screen readers
    assert pdf.trailer["/Root"]["/Lang"] == "en"


# ---- A small document: tables of all widths, and the same bytes twice ----


def table(columns, rows, cell="0.123 to 0.456", name="t", group=1):
    head = "".join(f"<th scope=col>H{column}</th>" for column in range(columns))
    cells = "".join(f"<td class=short>{cell}</td>" for _ in range(columns - 1))
    label = f"<th scope=row rowspan={group}>Row"
    body = "".join(
        f"<tr>{'' if row % group else f'{label}{row}</th>'}{cells}</tr>" for row in range(rows)
    )
    return (
        f'<div class="table-scroll" id={name}><table class="data-table"><caption>Table {name}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory, browser_program):
    root = tmp_path_factory.mktemp("small")
    (root / "_toc.yml").write_text("root: one\nchapters:\n- file: two\n- file: three\n")
    (root / "_config.yml").write_text("title: Small\n")
    project = Project.from_folder(root)
    pages = {
        "one": "<h1>One</h1><p><a href='two.html#long'>to the long table</a></p>",
        "two": f"<h1>Two</h1>{table(3, 120, name='long')}",
        "three": f"<h1>Three</h1>{table(8, 4, name='tight')}{table(14, 4, name='wide')}"
        f"{table(40, 4, name='widest', group=2)}",
    }
    styles = [(ROOT / f"book/assets/{name}.css").as_uri() for name in ("book", "tables")]
    for page, article in pages.items():
        head = "".join(f"<link rel=stylesheet href='{style}'>" for style in styles)
        page_file = project.default_output / f"{page}.html"
        page_file.parent.mkdir(parents=True, exist_ok=True)
        page_file.write_text(
            f"<html><head>{head}</head><body><article class=bd-article>{article}</article>"
        )
    book = read_book(
        project.default_output, entries(project), Imprint("Small", "", "today", "", "")
    )

    def press():
        return print_document(book.html, browser_program, "Small", "", DAY)

    return press


@pytest.fixture(scope="module")
def first_print(small):
    return small()


def test_the_same_document_on_the_same_day_gives_the_same_bytes(small, first_print):
    assert small().content == first_print.content


@pytest.fixture(scope="module")
def other_print(small):
    """The same document by a browser that has met some headings first, and as it printed them."""
    before = press._print
    raw = []

    def meets_headings_first(page, *, final):
        session = page.context.new_cdp_session(page)
        session.send("DOM.enable")
        root = session.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
        cells = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "th"})["nodeIds"]
        for cell in cells[::-3]:
            session.send("DOM.describeNode", {"nodeId": cell})
        raw.append(before(page, final=final))
        return raw[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(press, "_print", meets_headings_first)
        return small().content, raw[-1]


def named_headings(content):
    """The numbers of headings, and for each cell the places in the document of those it names."""
    with pikepdf.open(BytesIO(content)) as pdf:
        root = pdf.Root.StructTreeRoot
        elements = []
        waiting = [root.K]
        while waiting:
            match waiting.pop(0):
                case pikepdf.Array() as several:
                    waiting = [*several, *waiting]
                case pikepdf.Dictionary() as element:
                    elements.append(element)
                    waiting.insert(0, element.get("/K"))
        places = {element.objgen: place for place, element in enumerate(elements)}
        by_number = pikepdf.NameTree(root.IDTree)
        named = [
            [places[by_number[str(number)].objgen] for number in attributes.Headers]
            for element in elements
            for attributes in element.get("/A", ())
            if "/Headers" in attributes
        ]
        return list(by_number), named


def test_what_the_browser_has_done_before_does_not_change_the_bytes(first_print, other_print):
    """It numbers elements in the order in which it meets them, from one page to the next."""
    content, raw = other_print
    assert named_headings(raw)[0] != named_headings(first_print.content)[0]
    assert content == first_print.content


def test_cells_name_the_same_headings_as_in_the_browser(other_print):
    content, raw = other_print
    named = named_headings(content)[1]
    assert len(named) > 100
    assert named == named_headings(raw)[1]


def test_a_long_table_breaks_between_rows_and_repeats_its_head(first_print):
    pdf = PdfReader(BytesIO(first_print.content))
    pages = [text for page in pdf.pages if "H2" in (text := page.extract_text()) and "Two" in text]
    assert len(pages) > 1
    rows = [list(map(int, re.findall(r"Row(\d+)", text))) for text in pages]
    assert [row for each in rows for row in each] == list(range(120))
    for text, found in zip(pages, rows, strict=True):
        assert text.count("0.123 to 0.456") == 2 * len(found)


def test_wide_tables_are_turned_and_the_widest_are_divided(first_print):
    pdf = PdfReader(BytesIO(first_print.content))
    upright, text = (
        "".join(
            page.extract_text()
            for page in pdf.pages
            if (page.mediabox.width > page.mediabox.height) == turned
        )
        for turned in (False, True)
    )
    assert "Table tight" in upright
    assert "Table wide" in text
    assert "Table widest" in text
    assert "Table widest (continued)" in text
    assert all(f"H{column}" in text for column in range(40))
    assert text.count("0.123 to 0.456") == 13 * 4 + 39 * 4
    assert first_print.too_wide == []


def test_links_between_pages_lead_to_their_sheets(first_print):
    numbers = sheet_numbers(first_print.content)
    assert numbers[anchor("one")] < numbers[anchor("two")] < numbers[anchor("three")]
    assert numbers[anchor("two", "long")] == numbers[anchor("two")]


def test_text_areas_are_those_of_the_style():
    text = (ROOT / "tisstats/book/paper/paper.css").read_text(encoding="utf-8")
    top, side, bottom = map(float, re.search(r"margin: (\d+)mm (\d+)mm (\d+)mm", text).groups())
    millimetres = [pixels * 25.4 / 96 for pixels in (WIDTH, HEIGHT, TURNED)]
    wanted = [210 - 2 * side, 297 - top - bottom, 297 - 2 * side]
    assert millimetres == pytest.approx(wanted, abs=0.2)
