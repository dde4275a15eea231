"""The rows of a ledger as hits: a number that somebody types leads to where it is printed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from tisstats.book.search.passages import plain

#: Where a book keeps the printed numbers, below the folder of its sources.
CLAIMS = Path("data") / "published" / "claims.csv"


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A printed number, as the ledger has it."""

    id: str  #: of its row, and of the element on the ledger's page
    printed: str  #: as in print, without its unit
    unit: str
    quantity: str
    place: str  #: in the article


@dataclass(frozen=True, slots=True)
class ClaimPassage:
    """A row of the ledger on a page."""

    claim: PrintedNumber
    value: str  #: in digits, of a number that is printed as a word; empty for others
    computed: str  #: what the page says is computed in its place; empty if nothing is
    verdict: str  #: as on the page


def read_claims(sources: Path) -> dict[str, PrintedNumber]:
    """Return the printed numbers of a book by id; none if it has no ledger."""
    file = sources / CLAIMS
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        names = ("id", "printed", "unit", "quantity", "place")
        claims = [
            PrintedNumber(**{name: row[name] for name in names}) for row in csv.DictReader(lines)
        ]
    return {claim.id: claim for claim in claims}


def find_claims(text: HtmlElement, claims: dict[str, PrintedNumber]) -> tuple[ClaimPassage, ...]:
    """Return the rows of the ledger that a page has, in its order: each has an element by its id.

    What the page computes and its verdict are read from the element, whatever its layout: from
    its attributes ``data-verdict`` and, for a number in words, ``data-value``, and from the part of
    it that has the label ``Computed``.
    """
    found = ((element, claims.get(element.get("id"))) for element in text.xpath(".//*[@id]"))
    return tuple(
        ClaimPassage(
            claim,
            element.get("data-value", ""),
            _computed(element),
            element.get("data-verdict", ""),
        )
        for element, claim in found
        if claim is not None
    )


def _computed(element: HtmlElement) -> str:
    labelled = element.xpath(".//*[@data-label='Computed']")
    return plain(labelled[0]).strip("–") if labelled else ""
