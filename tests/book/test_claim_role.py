"""A number in prose that leads to the ledger: written as printed, and every link holds."""

import shutil
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

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
    links = BeautifulSoup(html, "html.parser").select("a.claim")
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
    html, warnings = build("Of {claim}`results.nothing`.")
    assert "the ledger has no claim 'results.nothing'" in warnings
    assert claims_of(html) == []


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
