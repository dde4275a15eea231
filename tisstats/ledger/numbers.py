"""Identify claims that print the same number.

The addresses of a number are those of the facts that a claim names as its own, and the claim
itself. Claims with an address in common print the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tisstats.ledger.claim import Claim
from tisstats.ledger.published import PublishedFacts


@dataclass(frozen=True, slots=True)
class DistinctNumbers:
    """The distinct printed numbers behind the claims."""

    _parents: dict[str, str] = field(default_factory=dict)
    _firsts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _claims: dict[str, list[Claim]] = field(default_factory=dict)

    @classmethod
    def of_claims(cls, claims: Sequence[Claim], published: PublishedFacts) -> DistinctNumbers:
        """Join the addresses of every claim, in the order of the claims."""
        numbers = cls()
        for claim in claims:
            # A claim may have the name of the cell that records it.
            own = [claim.id] if published.has(claim.id) else []
            for address in (*claim.addresses("fact"), *own):
                numbers._parents[numbers.number_at(address)] = numbers.number_of_claim(claim)
        for claim in claims:
            numbers._claims.setdefault(numbers.number_of_claim(claim), []).append(claim)
            numbers._firsts.setdefault(numbers._key(claim), claim.id)
        return numbers

    def number_at(self, address: str) -> str:
        """Return the representative address of the number at an address."""
        while (parent := self._parents.get(address, address)) != address:
            address = parent
        return address

    def number_of_claim(self, claim: Claim) -> str:
        """Return the representative address of the number that a claim prints."""
        return self.number_at(f"claims.{claim.id}")

    def is_printed(self, address: str) -> bool:
        """Return whether a claim prints the number at an address."""
        return self.number_at(address) in self._claims

    def first_claim_at(self, address: str) -> str:
        """Return the id of the first claim that prints the number at an address.

        Raises
        ------
        KeyError
            If no claim prints it.
        """
        return self._claims[self.number_at(address)][0].id

    def other_places(self, claim: Claim) -> tuple[str, ...]:
        """Return the places of the other claims that print the same number with the same value."""
        return tuple(
            other.place
            for other in self._claims[self.number_of_claim(claim)]
            if other.id != claim.id and _same_value(other, claim)
        )

    def first_claim(self, claim: Claim) -> str:
        """Return the id of the first claim of the same number to the same decimals.

        A number printed as 42.0 in one passage and as 42 in another makes two claims: one can be
        right and the other wrong.
        """
        return self._firsts[self._key(claim)]

    def _key(self, claim: Claim) -> tuple[str, str, str]:
        relation, decimals = claim.precision
        return self.number_of_claim(claim), relation, decimals


def _same_value(one: Claim, other: Claim) -> bool:
    """Return whether two claims print the same value; words have none."""
    try:
        return one.number.value == other.number.value
    except ValueError:
        return False
