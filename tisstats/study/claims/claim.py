"""A claim of the article, what the code finds of it, and the verdict that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from tisstats.rounding import PrintedNumber, as_printed, parse, prints_as
from tisstats.study.published import Published


class Verdict(StrEnum):
    """What became of a printed number; worded for the reader."""

    REPRODUCED = "reproduced"
    ROUNDING = "rounding"
    NOT_REPRODUCED = "not reproduced"
    ATTAINABLE = "attainable"
    NOT_ATTAINABLE = "not attainable"
    STATED = "stated"


@dataclass(frozen=True, slots=True)
class Claim:
    """One number that the article prints."""

    id: str  #: short name
    place: str  #: section, table, row, column of the article
    quantity: str  #: what the number is, in words
    printed: str  #: exactly as printed
    unit: str  #: unit of the number
    kind: str  #: kind of number, such as count or interval limit
    inputs: str  #: what the check takes, as ``role=address`` separated by spaces
    method: str  #: name of the check
    note: str  #: what a reader should know of the claim

    @property
    def number(self) -> PrintedNumber:
        """The printed number, read.

        Raises
        ------
        ValueError
            If what is printed is no number.
        """
        return parse(self.printed)

    def scaled(self, proportion: float | Fraction) -> float | Fraction:
        """Express a proportion in the claim's unit: per cent or as it is."""
        return proportion * 100 if self.unit == "%" else proportion

    def show(self, value: Fraction | float) -> str:
        """Print a value to as many places as the claim has."""
        return as_printed(value, self.number.decimals)


@dataclass(frozen=True, slots=True)
class Inputs:
    """A claim with its inputs, looked up in the published facts by their role."""

    claim: Claim  #: the claim
    published: Published  #: where the addresses lead
    roles: tuple[tuple[str, str], ...]  #: role and address, in the order given
    quantile_definition: str | int = "spss"  #: how the article's quartiles were taken

    @classmethod
    def read(cls, claim: Claim, published: Published, quantile_definition: str | int) -> Inputs:
        """Split the claim's inputs into roles and addresses.

        Raises
        ------
        ValueError
            If an input is not of the form ``role=address``.
        """
        roles = []
        for item in claim.inputs.split():
            role, equals, address = item.partition("=")
            if not (role and equals and address):
                raise ValueError(f"input {item!r} is not of the form role=address")
            roles.append((role, address))
        return cls(claim, published, tuple(roles), quantile_definition)

    def addresses(self, role: str) -> list[str]:
        """Give all addresses of a role, possibly none."""
        return [address for name, address in self.roles if name == role]

    def address(self, role: str) -> str:
        """Give the one address of a role.

        Raises
        ------
        ValueError
            If the claim does not give the role exactly once.
        """
        found = self.addresses(role)
        if len(found) != 1:
            raise ValueError(f"needs exactly one input {role}=..., found {len(found)}")
        return found[0]

    def value(self, role: str) -> Fraction:
        """Give the number in a role."""
        return self.published.value(self.address(role))

    def count(self, role: str) -> int:
        """Give the whole number in a role."""
        return self.published.count(self.address(role))

    def values(self, role: str) -> list[Fraction]:
        """Give all numbers in a role, possibly none."""
        return [self.published.value(address) for address in self.addresses(role)]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that can be said of a number although it cannot be recomputed."""

    what: str  #: what was checked, so that it reads after "checked:"
    holds: bool  #: whether it holds
    broken: Verdict = Verdict.NOT_ATTAINABLE  #: the verdict where it does not


@dataclass(frozen=True, slots=True)
class Finding:
    """What the code finds of a claim."""

    value: Fraction | float | None = None  #: recomputed value in the claim's unit, if any
    slip: str = ""  #: name of the rounding slip that turns the value into the print
    remarks: tuple[str, ...] = ()  #: what was found besides
    checks: tuple[Check, ...] = ()  #: what was checked where nothing can be recomputed
    attained: str = ""  #: what shows that it is attainable, where nothing can be recomputed


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A claim with its verdict."""

    claim: Claim
    finding: Finding
    verdict: Verdict = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", self._judge())

    def _judge(self) -> Verdict:
        for check in self.finding.checks:
            if not check.holds:
                return check.broken
        if self.finding.value is None:
            return Verdict.ATTAINABLE if self.finding.attained else Verdict.STATED
        if prints_as(self.finding.value, self.claim.number):
            return Verdict.REPRODUCED
        return Verdict.ROUNDING if self.finding.slip else Verdict.NOT_REPRODUCED

    @property
    def computed(self) -> str:
        """The recomputed number, printed to the places of the claim; empty if there is none."""
        return "" if self.finding.value is None else self.claim.show(self.finding.value)

    @property
    def note(self) -> str:
        """Everything a reader should know: the slip, remarks, checks, and the claim's own note."""
        parts = [self.finding.slip, *self.finding.remarks]
        if self.verdict is Verdict.ATTAINABLE:
            parts.append(self.finding.attained)
        broken = [check.what for check in self.finding.checks if not check.holds]
        holding = [check.what for check in self.finding.checks if check.holds]
        if broken:
            parts.append(f"fails: {'; '.join(broken)}")
        if holding:
            parts.append(f"checked: {'; '.join(holding)}")
        sentences = [part[0].upper() + part[1:] + "." for part in parts if part]
        return " ".join([*sentences, *([self.claim.note] if self.claim.note else [])])
