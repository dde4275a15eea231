"""Which claims print one and the same number.

A number has an address for each place that holds it: the facts that a claim names as its own, and
the claim itself. Claims with an address in common print the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tisstats.ledger.claim import Claim


@dataclass(frozen=True, slots=True)
class Numbers:
    """The printed numbers behind the claims."""

    _parents: dict[str, str] = field(default_factory=dict)
    _firsts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _rows: dict[str, list[Claim]] = field(default_factory=dict)

    @classmethod
    def of_claims(cls, claims: Sequence[Claim]) -> Numbers:
        """Join the addresses of every claim, in the order of the claims."""
        numbers = cls()
        for claim in claims:
            numbers._join(_addresses(claim))
        for claim in claims:
            numbers._rows.setdefault(numbers.of_claim(claim), []).append(claim)
            numbers._firsts.setdefault(numbers._key(claim), claim.id)
        return numbers

    def _join(self, addresses: Iterable[str]) -> None:
        first, *others = addresses
        for other in others:
            self._parents[self.of(other)] = self.of(first)

    def of(self, address: str) -> str:
        """Return the name of the number at an address: the same for all addresses of a number."""
        while (parent := self._parents.get(address, address)) != address:
            address = parent
        return address

    def of_claim(self, claim: Claim) -> str:
        """Return the name of the number that a claim prints."""
        return self.of(_addresses(claim)[0])

    def is_printed(self, address: str) -> bool:
        """Tell whether a claim prints the number at an address."""
        return self.of(address) in self._rows

    def elsewhere(self, claim: Claim) -> tuple[str, ...]:
        """Return the places of the other claims that print the same number with the same value."""
        return tuple(
            other.place
            for other in self._rows[self.of_claim(claim)]
            if other.id != claim.id and _alike(other, claim)
        )

    def first(self, claim: Claim) -> str:
        """Return the id of the first claim that prints the same number to as many places.

        A number that is printed as 42.0 in one place and as 42 in another makes two claims: the
        one can be right and the other wrong.
        """
        return self._firsts[self._key(claim)]

    def _key(self, claim: Claim) -> tuple[str, str, str]:
        relation, places = claim.precision
        return self.of_claim(claim), relation, places


def _alike(one: Claim, other: Claim) -> bool:
    """Tell whether two claims print one value; words have none."""
    try:
        return one.number.value == other.number.value
    except ValueError:
        return False


def _addresses(claim: Claim) -> list[str]:
    facts = [item.partition("=")[2] for item in claim.inputs.split() if item.startswith("fact=")]
    # The tables' claims are named like the cells that hold them.
    return [f"claims.{claim.id}", *facts, *([claim.id] if claim.id.startswith("table") else [])]
