"""The checks of a ledger, each with the printed numbers that it connects."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tisstats.ledger.claim import Claim
from tisstats.ledger.evaluation import Ledger
from tisstats.ledger.relations import Relation

#: What the computations of `CLAIM_METHODS` are, in words; another is called by its name.
_COMPUTATIONS = {
    "percentage": "a percentage, from the count and the size of the group",
    "interval-low": "the lower limit of a confidence interval",
    "interval-high": "the upper limit of a confidence interval",
    "planned-low": "the lower limit of a planned confidence interval",
    "planned-high": "the upper limit of a planned confidence interval",
    "planned-width": "the width of a planned confidence interval",
    "none-significant": "a word, from P values and the level of significance",
    "majority": "a word, from a count and the size of the group",
    "higher": "a word, from two proportions",
    "lower": "a word, from two proportions",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A printed number in a check."""

    sign: str  #: what stands before it: ``=``, ``+``, ``−`` or nothing
    printed: str  #: the number as the published facts record it
    claim: str  #: id of the first claim that prints it


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """A sum or a computation that confirms or contradicts printed numbers."""

    name: str
    description: str  #: what is added or computed
    is_sum: bool  #: whether its terms form an equation
    terms: tuple[Term, ...]  #: the sum's total and parts, or what is computed and its operands
    claims: tuple[str, ...]  #: ids of all claims that it confirms or contradicts


def number_checks(ledger: Ledger) -> dict[str, NumberCheck]:
    """Return every check of a ledger by its name, in the order of the claims."""
    claims: dict[str, list[str]] = defaultdict(list)
    for item in ledger.values():
        for name in item.checked_by:
            claims[name].append(item.claim.id)
    sums = {relation.id: relation for relation in ledger.relations.sums}
    return {
        name: _sum(ledger, sums[name], members)
        if name in sums
        else _computation(ledger, name, members)
        for name, members in claims.items()
    }


def _sum(ledger: Ledger, relation: Relation, claims: list[str]) -> NumberCheck:
    signs = ["", *("−" if sign > 0 else "+" for sign in relation.signs[1:])]
    signs[1] = "=" if signs[1] == "+" else "= −"
    terms = [_term(ledger, at, sign) for at, sign in zip(relation.addresses, signs, strict=True)]
    return NumberCheck(relation.id, relation.reason, True, tuple(terms), tuple(claims))


def _computation(ledger: Ledger, name: str, claims: list[str]) -> NumberCheck:
    method, _, first = name.partition(":")
    claim = ledger[first].claim
    terms = [Term("", claim.printed, claim.id)]
    terms += [_term(ledger, at) for at in operands(ledger, claim)]
    text = _COMPUTATIONS.get(method, method)
    return NumberCheck(name, text, False, tuple(terms), tuple(claims))


def operands(ledger: Ledger, claim: Claim) -> list[str]:
    """Return the addresses of the other printed numbers that a claim names as its inputs."""
    own = ledger.numbers.number_of_claim(claim)
    found: dict[str, str] = {}
    for _, address in claim.input_roles:
        number = ledger.numbers.number_at(address)
        if ledger.numbers.is_printed(address) and number != own:
            found.setdefault(number, address)
    return list(found.values())


def _term(ledger: Ledger, address: str, sign: str = "") -> Term:
    return Term(sign, ledger.published.text(address), ledger.numbers.first_claim_at(address))
