"""A claim of the article, what the code finds of it, and the verdict that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from tisstats.ledger.published import Published
from tisstats.printed import PrintedNumber, as_printed, parse, prints_as


class Verdict(StrEnum):
    """What became of a printed number; worded for the reader."""

    REPRODUCED = "reproduced"
    ROUNDING = "rounding"
    NOT_REPRODUCED = "not reproduced"
    ATTAINABLE = "attainable"
    NOT_ATTAINABLE = "not attainable"
    STATED = "stated"


#: Units of which one is said in the singular.
_SINGULAR = {
    "patients": "patient",
    "measurements": "measurement",
    "investigators": "investigator",
    "risk factors": "risk factor",
    "measures": "measure",
    "studies": "study",
    "centres": "centre",
    "events": "event",
    "months": "month",
    "points": "point",
    "grades": "grade",
    "weeks": "week",
    "years": "year",
    "doses": "dose",
    "sides": "side",
    "days": "day",
    "visits": "visit",
    "analyses": "analysis",
    "responders": "responder",
}

#: Units that stand before the number, and what is said there.
_BEFORE = {
    "week": "week",
    "version": "version",
    "patient number": "patient",
}

#: Units that the number does without.
_UNSAID = ("proportion", "probability", "year", "comparison")

_ORDINALS = ("first", "second", "third")


def as_read(printed: str, unit: str) -> str:
    """Put a print and its unit together as one says them.

    >>> as_read("1", "days"), as_read("9", "week"), as_read("None", "patients")
    ('1 day', 'week 9', 'None of the patients')
    >>> as_read("second", "patient number"), as_read("42.0%", "%"), as_read("63", "%")
    ('second patient', '42.0%', '63 %')
    """
    word = printed.strip().lower()
    if unit in _UNSAID or word == "mostly" or printed.endswith("%"):
        return printed
    if word in _ORDINALS:
        return f"{printed} {_BEFORE.get(unit, unit)}"
    if unit in _BEFORE:
        return f"{_BEFORE[unit]} {printed}"
    if unit == "percentile":
        return f"{printed}th percentile"
    if unit not in _SINGULAR:
        return f"{printed} {unit}"
    if word in ("none", "all", "any", "majority", "minority", "nearly half"):
        return f"{printed} of the {unit}"
    return f"{printed} {_SINGULAR[unit] if word in ('1', 'one') else unit}"


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

    @property
    def precision(self) -> tuple[str, str]:
        """Relation and decimals of the print; a word has neither."""
        try:
            return self.number.relation, str(self.number.decimals)
        except ValueError:
            return "", "0"

    @property
    def reads(self) -> str:
        """The print with its unit as one says it: "1 day", "none of the patients", "week 9"."""
        return as_read(self.printed, self.unit)

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
    elsewhere: tuple[str, ...] = ()  #: places of the other claims that print the same number

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
    """One thing that can be checked of a number that follows from no others."""

    what: str  #: what was checked, so that it reads after "checked:"
    holds: bool  #: whether it holds
    broken: Verdict = Verdict.NOT_ATTAINABLE  #: the verdict where it does not


@dataclass(frozen=True, slots=True)
class Finding:
    """What the code finds of a claim."""

    value: Fraction | float | None = None  #: recomputed value in the claim's unit, if any
    slip: str = ""  #: name of the rounding slip that turns the value into the print
    agrees: bool | None = None  #: whether a word is borne out by printed numbers, if it can be
    shown: str = ""  #: what was computed for a word
    remarks: tuple[str, ...] = ()  #: what was found besides
    checks: tuple[Check, ...] = ()  #: what was checked where nothing can be recomputed
    attained: str = ""  #: what shows that it is attainable, where nothing can be recomputed


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A claim with its verdict."""

    claim: Claim
    finding: Finding
    repeats: str = ""  #: id of the first claim that prints this number, if that is another one
    checks: tuple[str, ...] = ()  #: names of the relations and computations that certify it
    verdict: Verdict = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", self._judge())

    def _judge(self) -> Verdict:
        for check in self.finding.checks:
            if not check.holds:
                return check.broken
        if self.finding.agrees is not None:
            return Verdict.REPRODUCED if self.finding.agrees else Verdict.NOT_REPRODUCED
        if self.finding.value is None:
            return Verdict.ATTAINABLE if self.finding.attained else Verdict.STATED
        if prints_as(self.finding.value, self.claim.number):
            return Verdict.REPRODUCED
        return Verdict.ROUNDING if self.finding.slip else Verdict.NOT_REPRODUCED

    @property
    def computed(self) -> str:
        """The recomputed number, printed to the places of the claim; empty if there is none."""
        if self.finding.value is None:
            return self.finding.shown
        return self.claim.show(self.finding.value)

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
        if not any(parts) and not self.claim.note and self.verdict is Verdict.STATED:
            parts.append("stands as printed; the ledger compares it with no other number")
        sentences = [part[0].upper() + part[1:] + "." for part in parts if part]
        return " ".join([*sentences, *([self.claim.note] if self.claim.note else [])])
