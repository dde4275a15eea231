"""Compare the pages of two builds of the book, word by word."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import lxml.html


def differences(book: Path, other: Path, pages: Sequence[str]) -> Iterator[str]:
    """Yield what a reader would miss or find changed in another build, a line for each."""
    for page in pages:
        there = other / f"{page}.html"
        if not there.is_file():
            yield f"{page}: missing"
            continue
        first, second = (_article(folder / f"{page}.html") for folder in (book, other))
        for old, new in _changes(_words(first), _words(second)):
            yield f"{page}: “{old}” became “{new}”"
        for tag in ("img", "table", "figure", "details"):
            old, new = (str(len(list(each.iter(tag)))) for each in (first, second))
            if old != new:
                yield f"{page}: {old} elements {tag} became {new}"
        if lost := sorted(_ids(first) - _ids(second)):
            yield f"{page}: anchors lost: {', '.join(lost)}"


def _article(path: Path) -> Any:
    tree = lxml.html.document_fromstring(path.read_text(encoding="utf-8"))
    (article,) = tree.find_class("bd-article")
    for link in article.find_class("headerlink"):
        link.drop_tree()
    return article


def _words(article: Any) -> list[str]:
    # Words of neighbouring elements run together in one theme and not in another.
    return " ".join(article.itertext()).split()


def _ids(article: Any) -> set[str]:
    """Return the anchors of a page, without those that Sphinx counts."""
    return {each for each in article.xpath(".//@id") if not each.startswith(("id", "index-"))}


def _changes(first: list[str], second: list[str]) -> Iterator[tuple[str, str]]:
    if first == second:
        return
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield " ".join(first[a:b]), " ".join(second[c:d])
