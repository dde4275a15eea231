"""The words of the built pages, also those that the code writes: tables, captions, alt texts."""

import re

import pytest
from bs4 import BeautifulSoup

from tests import wording
from tisstats.book.run.project import Project

pytestmark = pytest.mark.build

#: What holds a piece of text that is read as one.
TEXT = ["p", "li", "dt", "th", "td", "caption", "figcaption", "h1", "h2", "h3", "summary"]


def texts(page):
    article = page.find("article")
    yield from (image.get("alt", "") for image in article.find_all("img"))
    for code in article.select("div.cell_input, details.hide, pre, code, .sig, script, style"):
        code.decompose()
    for element in article.find_all(TEXT):
        yield re.sub(r"\s+", " ", element.get_text(" ")).strip()


def test_built_pages_avoid_words_that_sound_translated(built_book, checkout):
    faults = []
    for name in Project.from_folder(checkout).pages():
        html = (built_book / f"{name}.html").read_text(encoding="utf-8")
        for text in dict.fromkeys(texts(BeautifulSoup(html, "html.parser"))):
            # A cell that is nothing but a value to type is no sentence.
            if " " in text:
                faults += [f"{name}: {fault[:200]}" for fault in wording.stumbles(text)]
    assert faults == []
