"""The ledger as HTML: what is printed, with a list of the details of each number.

Each number of the printed view is a link to its row in the list, which has all details once;
``ledger.js`` opens them next to the number, and adds search and filters. The page is complete
without the script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from tisstats.book.downloads.names import file_name
from tisstats.book.pages.html import render
from tisstats.chapters.page import LedgerList
from tisstats.ledger import Claim, Evaluation, Summary, Verdict
from tisstats.ledger.layout import Part

#: What each verdict says, in a few words.
MEANINGS = {
    Verdict.REPRODUCED: "follows from others",
    Verdict.ROUNDING: "rounding error",
    Verdict.NOT_REPRODUCED: "differs from what follows",
    Verdict.ATTAINABLE: "synthetic data fit",
    Verdict.NOT_ATTAINABLE: "no data fit, as read here",
    Verdict.STATED: "not derived here",
}

#: What stands at a number whose verdict needs attention; lines tell the others apart.
MARKS = {Verdict.ROUNDING: "≈", Verdict.NOT_REPRODUCED: "≠", Verdict.NOT_ATTAINABLE: "∅"}

#: Kinds of numbers whose unit is what the words beside them count or name.
_COUNTED = ("count", "word", "identifier")


@dataclass(frozen=True, slots=True)
class _VerdictLine:
    verdict: Verdict
    meaning: str
    numbers: int
    places: int


def counts_html(summary: Summary) -> str:
    """Return distinct numbers, checks and places by verdict."""
    lines = [
        _VerdictLine(verdict, meaning, summary.numbers[verdict], summary.claims[verdict])
        for verdict, meaning in MEANINGS.items()
    ]
    return render("ledger_counts.html", summary=summary, lines=lines, marks=MARKS)


def article_html(parts: Sequence[Part], listed: Set[str]) -> str:
    """Return the numbers as the article prints them.

    Parameters
    ----------
    listed
        Ids of the claims in the list of details; other numbers are printed without a link.
    """
    return render(
        "ledger_article.html",
        parts=parts,
        listed=listed,
        marks=MARKS,
        anchor=file_name,
        units=units_around,
    )


def list_html(item: LedgerList) -> str:
    """Return the details of every number, their explanations and their checks."""
    rows = [row for found in item.parts.values() for row in found]
    return render(
        "ledger_list.html",
        parts=item.parts,
        places={row.claim.id: row.claim.place for row in rows},
        explanations=item.explanations,
        checks=item.checks,
        check_numbers={check.name: place for place, check in enumerate(item.checks, start=1)},
        operands={name: _within(found, rows) for name, found in item.operands.items()},
        value=value_of_word,
        marks=MARKS,
        anchor=file_name,
    )


def units_around(claim: Claim) -> tuple[str, str]:
    """Return the unit before and after a number, empty where the words beside it have it.

    Examples
    --------
    >>> def claim(quantity, printed, unit):
    ...     return Claim("x", "Methods", quantity, printed, unit, "time", "", "fact", "")
    >>> units_around(claim("Length of the treatment", "9", "weeks"))
    ('', ' weeks')
    >>> units_around(claim("Week of the last visit", "9", "week"))
    ('', '')
    """
    before, _, after = claim.printed_with_unit.partition(claim.printed)
    said = claim.kind in _COUNTED or claim.unit.removesuffix("s") in claim.quantity.lower()
    return ("", "") if said else (before, after)


def value_of_word(claim: Claim) -> str:
    """Return the value of a number that is printed as a word, empty if it is in digits or none.

    Examples
    --------
    >>> def claim(printed):
    ...     return Claim("x", "Methods", "Patients", printed, "patients", "count", "", "fact", "")
    >>> value_of_word(claim("Eight")), value_of_word(claim("8")), value_of_word(claim("most"))
    ('8', '', '')
    """
    if any(character.isdigit() for character in claim.printed):
        return ""
    try:
        return str(claim.number.value)
    except ValueError:
        return ""


def _within(names: Iterable[str], rows: Iterable[Evaluation]) -> list[str]:
    known = {row.claim.id for row in rows}
    return [name for name in names if name in known]
