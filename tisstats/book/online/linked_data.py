"""What a page is, in the vocabulary of schema.org, as JSON-LD.

References
----------
https://schema.org: Book, ScholarlyArticle, Dataset, LearningResource, WebPage and their properties.
Sporny M, Longley D, Kellogg G, et al. JSON-LD 1.1. W3C Recommendation (2020), section 7: in HTML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tisstats.book.citing.source import Citation, Name, Work

CONTEXT = "https://schema.org"
#: Terms of the text and figures, and of the data: LICENSE-TEXT.md and LICENSE-DATA.md.
TEXT_TERMS = "https://creativecommons.org/licenses/by/4.0/"
DATA_TERMS = "https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known of a page."""

    title: str
    description: str
    book: str  #: title of the book
    language: str
    kind: str  #: type of schema.org
    address: str = ""  #: where the page is published
    image: str = ""  #: address of a picture
    is_front: bool = False
    files: tuple[str, ...] = ()  #: addresses of its data


def kind_of_page(page: str, types: Mapping[str, str], default: str = "WebPage") -> str:
    """Return the type of a page: that of the first pattern that fits.

    Examples
    --------
    >>> kind_of_page("notebooks/ledger", {"notebooks/l*": "Dataset", "notebooks/*": "Article"})
    'Dataset'
    """
    return next((kind for pattern, kind in types.items() if fnmatchcase(page, pattern)), default)


def linked_data(facts: PageFacts, citation: Citation | None) -> dict[str, Any]:
    """Return a page as a node of schema.org."""
    node: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": facts.kind,
        "name": facts.title,
        "description": facts.description,
        "inLanguage": facts.language,
        "url": facts.address,
        "image": facts.image,
    }
    if facts.kind == "ScholarlyArticle":
        node["headline"] = facts.title
    if not facts.is_front:
        node["isPartOf"] = _stated({"@type": "Book" if citation else "Report", "name": facts.book})
    if citation:
        if not facts.is_front and citation.base:
            node["isPartOf"]["url"] = citation.base
        node |= _terms(facts, citation)
    return _stated(node)


def _terms(facts: PageFacts, citation: Citation) -> dict[str, Any]:
    book = citation.book
    # In full on the front page alone: other pages name the article by its address.
    full = facts.is_front or facts.kind == "Dataset"
    about = [_reference(work, full) for work in citation.references]
    node: dict[str, Any] = {
        "author": _agents(book.authors),
        "datePublished": book.released or book.year,
        "version": book.version,
        "license": DATA_TERMS if facts.kind == "Dataset" else TEXT_TERMS,
        "isAccessibleForFree": True,
    }
    if facts.kind == "Dataset":
        node["creator"] = node.pop("author")
        node["isBasedOn"] = about
        node["distribution"] = [
            {"@type": "DataDownload", "contentUrl": file, "encodingFormat": _media_type(file)}
            for file in facts.files
        ]
    elif facts.is_front:
        node["keywords"] = ", ".join(book.keywords)
        node["isBasedOn"] = about
    else:
        node["citation"] = about
    return node


def _media_type(file: str) -> str:
    return "application/json" if file.endswith(".json") else "text/csv"


def _agents(names: Sequence[Name]) -> list[dict[str, Any]]:
    return [
        _stated(
            {"@type": "Organization", "name": name.family}
            if name.is_group
            else {
                "@type": "Person",
                "givenName": name.given,
                "familyName": name.family,
                "@id": name.orcid,
            }
        )
        for name in names
    ]


def _reference(work: Work, full: bool) -> dict[str, Any]:
    node: dict[str, Any] = {
        "@type": "ScholarlyArticle" if work.kind == "article" else "CreativeWork",
        "@id": work.address,
        "name": work.title,
    }
    if full:
        node |= {
            "author": _agents(work.authors),
            "datePublished": work.year,
            "isPartOf": {"@type": "Periodical", "name": work.journal} if work.journal else "",
        }
    return _stated(node)


def _stated(node: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if value not in ("", [], ())}


def as_script(node: Mapping[str, Any]) -> str:
    """Return a node as a data block, in which no text can end the element."""
    text = json.dumps(node, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'
