"""The words of the built pages, also those that the code writes: tables, captions, alt texts."""

import re

import pytest

from tests import wording
from tests.book.parsed import drop, of_class, parse, text_of
from tisstats.book.run.project import Project

pytestmark = pytest.mark.build

#: What holds a piece of text that is read as one.
TEXT = ("p", "li", "dt", "th", "td", "caption", "figcaption", "h1", "h2", "h3", "summary")

#: What is no prose.
CODE = (
    f".//div{of_class('cell_input')} | .//details{of_class('hide')} | .//*{of_class('sig')}"
    " | .//pre | .//code | .//script | .//style"
)


def texts(page):
    (article,) = page.iter("article")
    yield from (image.get("alt", "") for image in article.iter("img"))
    drop(article, CODE)
    for element in article.iter(*TEXT):
        yield re.sub(r"\s+", " ", text_of(element, " ")).strip()


def test_built_pages_avoid_words_that_sound_translated(built_book, checkout):
    faults = []
    for name in Project.from_folder(checkout).pages():
        for text in dict.fromkeys(texts(parse(built_book / f"{name}.html"))):
            # A cell that is nothing but a value to type is no sentence.
            if " " in text:
                faults += [f"{name}: {fault[:200]}" for fault in wording.stumbles(text)]
    assert faults == []
