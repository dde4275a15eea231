"""A number in prose that leads to the ledger: written as printed, and every link holds."""

import csv
import json
import re
import shutil
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from tisstats.book.downloads.names import RESULTS_CSV
from tisstats.book.run.project import Project
from tisstats.ledger.published import data_directory

EXTENSIONS = ["myst_parser", "tisstats.book.pages.claims"]


@pytest.fixture
def build(tmp_path):
    """Build a page with a given text, and return its HTML and the warnings."""

    def build(text):
        source = tmp_path / "source"
        shutil.copytree(data_directory("published"), source / "data" / "published")
        (source / "notebooks").mkdir()
        (source / "notebooks" / "ledger.md").write_text("# Ledger\n", encoding="utf-8")
        page = f"# Page\n\n```{{toctree}}\nnotebooks/ledger\n```\n\n{text}\n"
        (source / "index.md").write_text(page, encoding="utf-8")
        warnings = (tmp_path / "warnings").open("w+", encoding="utf-8")
        with docutils_namespace(), warnings:
            Sphinx(
                srcdir=source,
                confdir=None,
                outdir=tmp_path / "html",
                doctreedir=tmp_path / "doctrees",
                buildername="html",
                confoverrides={"extensions": EXTENSIONS, "html_theme": "basic"},
                status=None,
                warning=warnings,
            ).build()
            warnings.seek(0)
            found = warnings.read()
        return (tmp_path / "html" / "index.html").read_text("utf-8"), found

    return build


def claims_of(html):
    links = BeautifulSoup(html, "html.parser", parse_only=SoupStrainer("a")).select("a.claim")
    return [(link.get_text(), link["href"]) for link in links]


def test_a_number_is_written_as_printed_and_leads_to_the_ledger(build, published):
    html, warnings = build("Of {claim}`results.analysed`, {claim}`these <results.responders>`.")
    printed = published.text("claims.results.analysed")
    assert claims_of(html) == [
        (printed, "notebooks/ledger.html#results.analysed"),
        ("these", "notebooks/ledger.html#results.responders"),
    ]
    assert warnings == ""


def test_a_claim_that_is_not_in_the_ledger_is_an_error(build):
    html, warnings = build("Of {claim}`results.nothing`, {claim}`# <discussion.majority>`.")
    for claim in ("results.nothing", "discussion.majority"):
        assert f"the ledger has no such claim, or none in digits: '{claim}'" in warnings
    assert claims_of(html) == []


def test_a_number_printed_as_a_word_is_shown_in_digits(build):
    html, warnings = build("{claim}`# <results.msa>`, {claim}`# <discussion.added_patient>`")
    assert claims_of(html) == [
        ("10", "notebooks/ledger.html#results.msa"),
        ("4", "notebooks/ledger.html#discussion.added_patient"),
    ]
    assert warnings == ""


@pytest.mark.build
def test_every_link_of_the_book_to_a_number_holds(built_book, checkout):
    text = (built_book / "notebooks" / "ledger.html").read_text("utf-8")
    numbers = {row["id"] for row in BeautifulSoup(text, "html.parser").select("table.ledger [id]")}
    found = 0
    for page in Project.from_folder(checkout).pages():
        path = built_book / f"{page}.html"
        for text, href in claims_of(path.read_text("utf-8")):
            address = urlsplit(href)
            target = path if not address.path else (path.parent / address.path).resolve()
            assert target == (built_book / "notebooks" / "ledger.html").resolve(), page
            assert address.fragment in numbers, f"{page}: {text}"
            found += 1
    assert found > 0


#: Published numbers that a chapter glues, and which the ledger has no row for.
WITHOUT_ROW = {
    "methods": {"tests", "significant"},  # rows of Table 2, and how many of them are marked
    "primary_outcome": {"plan_treated_counts", "plan_control_counts"},  # of another trial
    "secondary_outcomes": {"p_significant"},  # how many are marked
    "identifiability": {"lung_elsewhere"},  # of another series
    "sensitivity": {"planned_percent"},  # printed as a proportion, to which the next words lead
}


@pytest.mark.build
def test_every_printed_number_in_the_prose_of_a_chapter_leads_to_the_ledger(built_book, checkout):
    with (built_book / RESULTS_CSV).open(encoding="utf-8", newline="") as file:
        published = {
            (row["page"], row["item"])
            for row in csv.DictReader(file)
            if row["origin"] == "published" and not row["column"]
        }
    loose = {}
    for path in sorted((checkout / "notebooks").glob("0*.ipynb")):
        chapter = path.stem.partition("_")[2]
        names = set()
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            figure = cell["metadata"].get("mystnb", {}).get("figure", {})
            prose = cell["source"] if cell["cell_type"] == "markdown" else []
            for text in ("".join(prose), figure.get("caption", "")):
                names |= set(re.findall(r"\{glue:text\}`(\w+)`", text))
        found = {name for name in names if (chapter, name) in published}
        loose[chapter] = found - WITHOUT_ROW.get(chapter, set())
    assert loose.keys() >= WITHOUT_ROW.keys()
    assert {chapter: names for chapter, names in loose.items() if names} == {}
