"""No page uses an abbreviation that it does not spell out, in its text or at its foot."""

import re
from pathlib import Path

import pytest
from docutils import nodes
from lxml import html

from tisstats.book.run.project import Project
from tisstats.book.site.abbreviations import abbreviations, add_abbreviations, text_of

PAGES = Project.from_folder(Path(__file__).parents[2]).pages()
#: What of a page is not prose: code, and what draws.
NOT_PROSE = ".//script | .//style | .//svg | .//code | .//pre | .//*[contains(@class, 'citation')]"


def article(built_book, page):
    """The text of a page without its foot, and what its foot says."""
    found = html.parse(built_book / f"{page}.html").getroot().xpath("//article")[0]
    for part in found.xpath(NOT_PROSE):
        part.drop_tree()
    feet = found.xpath(".//p[contains(@class, 'abbreviations')]")
    foot = "".join(each.text_content() for each in feet)
    for each in feet:
        each.drop_tree()
    # Cells of a table stand beside each other: no two words run together.
    return " ".join(" ".join(found.itertext()).split()), foot, len(feet)


@pytest.mark.parametrize("page", PAGES)
def test_whatever_a_page_abbreviates_it_spells_out(built_book, page):
    text, foot, feet = article(built_book, page)
    assert feet <= 1
    for short, meaning in abbreviations().items():
        used = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text) is not None
        spelled_out = meaning.casefold() in text.casefold()
        listed = f"{short}, {meaning}" in foot
        assert listed == (used and not spelled_out), short


def test_what_stands_for_nothing_on_any_page_is_not_kept(built_book):
    texts = [article(built_book, page)[0] for page in PAGES]
    unused = [
        short
        for short in abbreviations()
        if not any(re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text) for text in texts)
    ]
    assert unused == []
    assert list(abbreviations()) == sorted(abbreviations(), key=str.casefold)


def document(*parts):
    page = nodes.document(None, None)
    page += nodes.section("", nodes.title("", "A page"), *parts)
    return page


def foot_of(page):
    add_abbreviations(None, page, "page")
    return [each.astext() for each in page.findall(nodes.paragraph) if each["classes"]]


def test_the_foot_has_what_prose_and_tables_use_and_not_what_code_does():
    page = document(
        nodes.paragraph("", "The HAQ, the Creatine\nkinase (CK), and a ", nodes.literal("", "ULN")),
        nodes.literal_block("", "mmt = MMT"),
        nodes.raw("", "<td title='VAS'>TIS &amp; more</td><svg>LDH</svg>", format="html"),
        nodes.raw("", "IMACS", format="latex"),
    )
    assert foot_of(page) == [
        "Abbreviations: HAQ, Health Assessment Questionnaire; TIS, Total Improvement Score."
    ]
    assert page[0][-1].astext().startswith("Abbreviations")


@pytest.mark.parametrize(
    ("part", "used"),
    [
        (nodes.paragraph("", "", nodes.literal("", "", nodes.emphasis("", "ULN"))), ""),
        (nodes.comment("", "ULN"), ""),
        (nodes.citation("", nodes.paragraph("", "ULN")), ""),
        (nodes.raw("", "<script>\nULN\n</script><STYLE>CK</STYLE>", format="html"), ""),
        (nodes.raw("", "<td>HAQ</td><td>5</td>", format="html latex"), "HAQ"),
        (nodes.raw("", "1&nbsp;ULN", format="html"), "ULN"),
        (nodes.paragraph("", "", nodes.emphasis("", "P"), nodes.Text("HAQ")), "HAQ"),
        (nodes.paragraph("", "The UPPER LIMIT OF NORMAL, ULN, and a sHAQ."), ""),
    ],
)
def test_what_counts_as_text(part, used):
    page = document(part)
    found = foot_of(page)
    assert [each.removeprefix("Abbreviations: ").partition(",")[0] for each in found] == (
        [used] if used else []
    )


def test_the_foot_ends_the_page_and_not_its_first_part():
    page = document(nodes.section("", nodes.title("", "Part"), nodes.paragraph("", "The HAQ.")))
    page += nodes.section("", nodes.title("", "Another root"))
    foot_of(page)
    assert page[0][-1]["classes"] == ["abbreviations"]


def test_a_page_that_abbreviates_nothing_has_no_foot():
    page = document(nodes.paragraph("", "A TISSUE, an EULARian and creatine kinase (CK)."))
    assert foot_of(page) == []
    assert "creatine kinase" in text_of(page)
    assert foot_of(nodes.document(None, None)) == []
