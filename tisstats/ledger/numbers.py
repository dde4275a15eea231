"""Identify the claims that print one and the same number.

A number has an address for each place that holds it: the facts that a claim names as its own, and
the claim itself. Claims with an address in common print the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tisstats.ledger.claim import Claim
from tisstats.ledger.published import PublishedFacts


@dataclass(frozen=True, slots=True)
class Numbers:
    """The printed numbers behind the claims."""

    _parents: dict[str, str] = field(default_factory=dict)
    _firsts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _claims: dict[str, list[Claim]] = field(default_factory=dict)

    @classmethod
    def of_claims(cls, claims: Sequence[Claim], published: PublishedFacts) -> Numbers:
        """Join the addresses of every claim, in the order of the claims."""
        numbers = cls()
        for claim in claims:
            # A claim may be named like the cell that holds it.
            own = [claim.id] if published.holds(claim.id) else []
            for address in (*claim.addresses("fact"), *own):
                numbers._parents[numbers.of(address)] = numbers.number_of_claim(claim)
        for claim in claims:
            numbers._claims.setdefault(numbers.number_of_claim(claim), []).append(claim)
            numbers._firsts.setdefault(numbers._key(claim), claim.id)
        return numbers

    def of(self, address: str) -> str:
        """Return the name of the number at an address: the same for all addresses of a number."""
        while (parent := self._parents.get(address, address)) != address:
            address = parent
        return address

    def number_of_claim(self, claim: Claim) -> str:
        """Return the name of the number that a claim prints."""
        return self.of(f"claims.{claim.id}")

    def is_printed(self, address: str) -> bool:
        """Return whether a claim prints the number at an address."""
        return self.of(address) in self._claims

    def other_places(self, claim: Claim) -> tuple[str, ...]:
        """Return the places of the other claims that print the same number with the same value."""
        return tuple(
            other.place
            for other in self._claims[self.number_of_claim(claim)]
            if other.id != claim.id and _same_value(other, claim)
        )

    def first(self, claim: Claim) -> str:
        """Return the id of the first claim that prints the same number to as many places.

        A number that is printed as 42.0 in one place and as 42 in another makes two claims: the
        one can be right and the other wrong.
        """
        return self._firsts[self._key(claim)]

    def _key(self, claim: Claim) -> tuple[str, str, str]:
        relation, decimals = claim.precision
        return self.number_of_claim(claim), relation, decimals


def _same_value(one: Claim, other: Claim) -> bool:
    """Return whether two claims print one value; words have none."""
    try:
        return one.number.value == other.number.value
    except ValueError:
        return False
