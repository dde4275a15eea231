"""The file of a search: the passages of all pages, as a script that needs no request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from tisstats.book.search.claims import ClaimPassage
from tisstats.book.search.passages import PagePassages
from tisstats.book.search.synonyms import Synonyms

#: Texts of up to so many characters are not worth a number.
_SHORT = 3


@dataclass(frozen=True, slots=True)
class IndexedPage:
    """A page and all that can be found on it."""

    address: str  #: from the root of the book
    contents: PagePassages
    claims: tuple[ClaimPassage, ...]
    weight: float = 1  #: factor of its rank among the pages that a search finds


def search_index(pages: Sequence[IndexedPage], synonyms: Synonyms) -> str:
    """Return the script, which is the same for the same pages.

    A script can be loaded where a page was opened as a file; a request for data is refused there.
    """
    strings = _repeated(pages)
    data = {
        "strings": list(strings),
        "pages": [_page(page, strings) for page in pages],
        "synonyms": _rules(synonyms),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"tisstatsSearch.load({text});\n"


def _repeated(pages: Sequence[IndexedPage]) -> dict[str, int]:
    """Return the texts of tables and claims that occur more than once, numbered."""
    rows = (row for page in pages for table in page.contents.tables for row in table.rows)
    claims = (_claim(claim) for page in pages for claim in page.claims)
    counts = Counter(text for row in chain(rows, claims) for text in row)
    worthwhile = (text for text, count in counts.items() if count > 1 and len(text) > _SHORT)
    return {text: number for number, text in enumerate(worthwhile)}


def _page(page: IndexedPage, strings: Mapping[str, int]) -> list[object]:
    def short(texts: Sequence[str]) -> list[str | int]:
        return [strings.get(text, text) for text in texts]

    contents = page.contents
    return [
        page.address,
        contents.title,
        [[each.kind, each.anchor, each.title, each.text] for each in contents.passages],
        [
            [each.anchor, each.title, each.heads, [short(row) for row in each.rows]]
            for each in contents.tables
        ],
        [short(_claim(each)) for each in page.claims],
        page.weight,
    ]


def _claim(passage: ClaimPassage) -> list[str]:
    claim = passage.claim
    return [
        claim.id,
        _with_unit(claim.printed, claim.unit),
        passage.value,
        claim.place,
        claim.quantity,
        passage.computed,
        passage.verdict,
    ]


def _with_unit(printed: str, unit: str) -> str:
    """Return a printed number with its unit, which some numbers bring along.

    >>> _with_unit("42.0%", "%"), _with_unit("64.6", "%"), _with_unit("2", "g/kg")
    ('42.0%', '64.6%', '2 g/kg')
    """
    if not unit or unit in printed:
        return printed
    return f"{printed}%" if unit == "%" else f"{printed} {unit}"


def _rules(synonyms: Synonyms) -> list[tuple[Sequence[str], Sequence[str]]]:
    return [*((group, group) for group in synonyms.alike), *synonyms.leads_to]
