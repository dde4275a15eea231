"""Sums among printed numbers, solved for each of their terms.

The same rule applies to every claim: a number in a sum of printed numbers follows from the others,
whether it is the total or a part; so does a count from a printed percentage if only one whole
number rounds to it. An operand that the article does not print is not used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tisstats.errors import DataError, Fault
from tisstats.forensics import percentage_consistency
from tisstats.ledger.claim import Claim
from tisstats.ledger.numbers import DistinctNumbers
from tisstats.ledger.published import PublishedFacts
from tisstats.printed import format_rounded

_FEWEST_PARTS = 2


@dataclass(frozen=True, slots=True)
class Relation:
    """A printed total and the printed parts that add up to it; parts may be subtracted."""

    id: str  #: short name
    addresses: tuple[str, ...]  #: of the total, then of the parts, two or more
    signs: tuple[int, ...]  #: in total - parts = 0: 1 for the total, -1 for a part
    reason: str  #: why the parts add up to the total
    numbers: tuple[str, ...]  #: representative addresses of the total and the parts

    @classmethod
    def read(cls, cells: Mapping[Hashable, str], numbers: DistinctNumbers) -> Relation:
        """Read a row of ``relations.csv``; a part that is subtracted has a minus before it."""
        parts = cells["parts"].split()
        addresses = (cells["total"], *(part.removeprefix("-") for part in parts))
        signs = (1, *(1 if part.startswith("-") else -1 for part in parts))
        at = tuple(map(numbers.number_at, addresses))
        return cls(cells["id"], addresses, signs, cells["reason"], at)

    @property
    def coefficients(self) -> dict[str, int]:
        """The sign of each address."""
        return dict(zip(self.addresses, self.signs, strict=True))


@dataclass(frozen=True, slots=True)
class Derivation:
    """A number derived from other printed numbers."""

    name: str  #: of the relation, or of the percentage after "percentage:"
    value: Fraction  #: the derived number
    text: str  #: the arithmetic

    @property
    def is_from_percentage(self) -> bool:
        """Whether it is derived from a percentage, not from a sum."""
        return self.name.startswith("percentage:")


@dataclass(frozen=True, slots=True)
class Percentage:
    """A printed percentage whose claim names its count and group."""

    claim: Claim
    count: str  #: address of the count
    group: str  #: address of the number of patients in the group
    numbers: tuple[str, str]  #: representative addresses of count and group

    @classmethod
    def read(cls, claim: Claim, numbers: DistinctNumbers) -> Percentage:
        """Read the inputs of a claim."""
        roles = dict(claim.input_roles)
        count, group = roles["count"], roles["of"]
        return cls(claim, count, group, (numbers.number_at(count), numbers.number_at(group)))


@dataclass(frozen=True, slots=True)
class Relations:
    """All relations among printed numbers."""

    published: PublishedFacts
    numbers: DistinctNumbers  #: which claims print the same number
    sums: tuple[Relation, ...]
    percentages: tuple[Percentage, ...]  #: of the claims that name their count and group

    @classmethod
    def read(
        cls, published: PublishedFacts, claims: Sequence[Claim], numbers: DistinctNumbers
    ) -> Relations:
        """Read the sums from ``relations.csv`` and the percentages from the claims.

        Raises
        ------
        DataError
            If a sum has fewer than two parts, contains a number twice, or an address in it does not
            exist or is not printed by any claim; lists every fault.
        """
        table = published.tables.get("relations")
        rows = [] if table is None else table.to_dict("records")
        sums = tuple(Relation.read(row, numbers) for row in rows)
        file = str(published.directory / "relations.csv")
        faults = [
            Fault(file, f"relation {relation.id}: {reason}", row=row)
            for row, relation in enumerate(sums, start=2)
            for reason in _faults(relation, published, numbers)
        ]
        if faults:
            raise DataError(faults)
        of_counts = (
            Percentage.read(claim, numbers)
            for claim in claims
            if claim.method == "percentage" and _is_of_a_group(claim, published)
        )
        return cls(published, numbers, sums, tuple(of_counts))

    def derivations(self, claim: Claim) -> list[Derivation]:
        """Return every derivation of a claim's number from other printed numbers."""
        number = self.numbers.number_of_claim(claim)
        sums = [
            self._solve(relation, number) for relation in self.sums if number in relation.numbers
        ]
        return [*sums, *self._solve_percentages(number, for_group=not sums)]

    def _solve(self, relation: Relation, number: str) -> Derivation:
        """Solve a sum for one of the numbers in it."""
        own = relation.addresses[relation.numbers.index(number)]
        others = {at: c for at, c in relation.coefficients.items() if at != own}
        sign = -relation.coefficients[own]
        # The total comes first, so that the arithmetic reads total - part.
        terms = [(sign * factor, self.published.value(at)) for at, factor in others.items()]
        terms.sort(key=lambda term: -term[0])
        result = sum((factor * value for factor, value in terms), Fraction(0))
        decimals = max(self.published.printed(each).decimals for each in relation.addresses)
        arithmetic = "".join(
            f" {'+' if factor > 0 else '−'} {_format(value, decimals)}" for factor, value in terms
        ).removeprefix(" + ")
        text = f"{_format(result, decimals)} = {arithmetic} ({relation.reason})"
        return Derivation(relation.id, result, text)

    def _solve_percentages(self, number: str, *, for_group: bool) -> list[Derivation]:
        """Solve percentages for their count, and for the group if no sum yields it."""
        found: dict[str, Derivation] = {}
        for each in self.percentages:
            if number not in each.numbers:
                continue
            gives_count, gives_group = (its == number for its in each.numbers)
            if not (gives_count or (for_group and gives_group)):
                continue
            printed = each.claim.printed
            shown = printed if printed.endswith("%") else f"{printed}%"
            count, group = map(self.published.count, (each.count, each.group))
            if gives_count:
                fitting = percentage_consistency(printed, None, group).counts
                text = f"the only count of {group} that rounds to {shown}"
            elif count:
                fitting = percentage_consistency(printed, count, max(count, group)).possible_n
                text = f"the only group size of which {count} rounds to {shown}"
            else:
                continue
            if len(fitting) == 1:
                name = f"percentage:{self.numbers.first_claim(each.claim)}"
                derived = Derivation(name, Fraction(fitting[0]), f"{fitting[0]} is {text}")
                found.setdefault(text, derived)
        return list(found.values())


def _is_of_a_group(claim: Claim, published: PublishedFacts) -> bool:
    """Test whether a claim prints a number, and names a count and a group of patients."""
    roles = dict(claim.input_roles)
    try:
        _ = claim.number, published.count(roles["count"])
        return published.count(roles["of"]) > 0
    except (ValueError, KeyError):
        return False  # said of the claim itself, not of each number that it would yield


def _format(value: Fraction, decimals: int) -> str:
    """Format a number of an equation, with a minus and not a hyphen."""
    return format_rounded(value, decimals).replace("-", "−")


def _faults(relation: Relation, published: PublishedFacts, numbers: DistinctNumbers) -> list[str]:
    """Return the faults of a sum, one line each."""
    parts = len(relation.addresses) - 1
    if parts < _FEWEST_PARTS:
        return [f"a sum needs at least {_FEWEST_PARTS} parts, found {parts}"]
    reasons = []
    for address in relation.addresses:
        try:
            published.value(address)
        except DataError as error:
            reasons.append(error.faults[0].message)
        else:
            if not numbers.is_printed(address):
                reasons.append(f"no claim prints {address}")
    counted = Counter(relation.numbers)
    return reasons + [f"{name} occurs twice" for name, n in counted.items() if n > 1]
