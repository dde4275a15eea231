"""The picture for previews shows the numbers of the chapters, and fits into a message."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from PIL import Image

from tisstats.book.pages import card as module
from tisstats.book.pages.card import card_of, png
from tisstats.book.run.project import Project
from tisstats.figures.preview_card import Card, describe

CARD = "_static/card.png"
ROOT = Path(__file__).resolve().parents[2]


def test_the_same_card_gives_the_same_bytes():
    card = Card("A title", (("3", "treated"),), 1, 3, "1 of 3", ())
    assert png(card) == png(card)


def test_it_is_drawn_again_when_it_shows_something_else(monkeypatch, tmp_path):
    (tmp_path / "_static").mkdir()
    folders = {"outdir": tmp_path, "doctreedir": tmp_path}
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), **folders)
    one, other = (Card("A title", (("3", "treated"),), n, 3, f"{n} of 3", ()) for n in (1, 2))
    drawn = []
    monkeypatch.setattr(module, "png", lambda card: drawn.append(card) or card.outcome.encode())
    for card, drawings in ((one, 1), (one, 1), (other, 2), (one, 3), (None, 3), (one, 4)):
        monkeypatch.setattr(module, "card_of", lambda _, shows=card: shows)
        module.write_card(app, None)
        assert len(drawn) == drawings
        assert (tmp_path / CARD).is_file() == (card is not None)
    assert (tmp_path / CARD).read_bytes() == b"1 of 3"
    (tmp_path / CARD).unlink()
    module.write_card(app, None)
    assert (tmp_path / CARD).read_bytes() == b"1 of 3"


def test_pages_are_built_without_the_libraries_that_draw():
    """A book of which little has changed would wait for them."""
    extensions = Project.from_folder(ROOT).extensions()
    code = (
        "import importlib, sys; sys.modules['matplotlib'] = None\n"
        f"for name in {extensions}: importlib.import_module(name)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_picture_has_the_numbers_of_the_chapters_each_in_its_place(monkeypatch):
    flow = {"screened": "30", "included": "20", "analysed": "19"}
    primary = {
        "responders": "8",
        "patients": "19",
        "percent": "42.1",
        "threshold": "40",
        "horizon_week": "9",
        "printed_level": "95",
        "printed_low": "19",
        "printed_high": "65",
        "true_low": "20.3",
        "true_high": "66.5",
    }
    glued = {"notebooks/02_cohort_flow": flow, "notebooks/03_primary_outcome": primary}
    monkeypatch.setattr(module, "notice", lambda _: "")
    monkeypatch.setattr(module, "glued_texts", lambda _, page: glued[page])
    card = card_of(SimpleNamespace(config=SimpleNamespace(html_title="A title")))
    assert describe(card) == (
        "8 of 19 patients reached at least 40 points by week 9. 30 screened, 20 included and "
        "treated, 19 analysed, 8 responded: 42.1%. 95% confidence interval as printed: 19 to 65%; "
        "Clopper-Pearson, recomputed: 20.3 to 66.5%."
    )
    assert [each.printed for each in card.intervals] == [True, False]


@pytest.mark.build
def test_it_is_small_and_of_the_size_that_previews_expect(built_book):
    content = (built_book / CARD).read_bytes()
    assert len(content) < 60_000
    image = Image.open(BytesIO(content))
    assert (image.format, image.size) == ("PNG", (1200, 630))


@pytest.mark.build
def test_a_book_with_other_choices_has_none(other_book):
    assert not (other_book / CARD).exists()


@pytest.mark.build
def test_the_book_describes_itself_by_its_citation_file(built_book):
    page = BeautifulSoup((built_book / "book" / "intro.html").read_text("utf-8"), "html.parser")
    data = json.loads(page.find("script", type="application/ld+json").string)
    assert data["@type"] == "Book"
    assert data["isBasedOn"][0]["@id"] == "https://doi.org/10.1093/rheumatology/keaa459"


@pytest.mark.build
def test_every_page_of_the_book_describes_itself_in_words_of_its_own(built_book):
    descriptions, only = {}, SoupStrainer("meta")
    for page in sorted(built_book.rglob("*.html")):
        if page.parent.name in ("notebooks", "book", "measures", "teaching", "reference"):
            parsed = BeautifulSoup(page.read_text("utf-8"), "html.parser", parse_only=only)
            described = parsed.find("meta", attrs={"name": "description"})["content"]
            assert 25 <= len(described) <= 201, page.name
            assert "None" not in described, page.name
            descriptions[page.name] = described
    assert len(set(descriptions.values())) == len(descriptions) > 40


@pytest.mark.build
@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("notebooks/ledger", "Dataset"),
        ("notebooks/03_primary_outcome", "ScholarlyArticle"),
        ("book/teaching/exercises", "LearningResource"),
        ("book/glossary", "WebPage"),
    ],
)
def test_pages_are_of_their_kind(built_book, page, kind):
    parsed = BeautifulSoup((built_book / f"{page}.html").read_text("utf-8"), "html.parser")
    data = json.loads(parsed.find("script", type="application/ld+json").string)
    assert data["@type"] == kind
    assert data["inLanguage"] == "en"
