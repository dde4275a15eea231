"""A printed claim, what the code finds about it, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from tisstats.ledger.published import PublishedFacts
from tisstats.printed import PrintedNumber, format_rounded, matches_print, parse
from tisstats.sentences import capitalised
from tisstats.statistics.quantiles import QuantileDefinition, parse_definition


class Verdict(StrEnum):
    """The outcome of checking a printed number, in the reader's words."""

    REPRODUCED = "reproduced"
    ROUNDING = "rounding"
    NOT_REPRODUCED = "not reproduced"
    ATTAINABLE = "attainable"
    NOT_ATTAINABLE = "not attainable"
    STATED = "stated"


#: Plurals whose singular lacks more than the final s.
_SINGULARS = {"studies": "study", "analyses": "analysis"}

#: Units that stand before the number, and the word there.
_UNITS_BEFORE = {
    "week": "week",
    "version": "version",
    "patient number": "patient",
}

#: Units that are left out.
_UNITS_LEFT_OUT = ("proportion", "probability", "year", "comparison")

_ORDINALS = ("first", "second", "third")


def number_with_unit(printed: str, unit: str) -> str:
    """Return a printed number with its unit, as an English sentence has them.

    >>> number_with_unit("1", "days"), number_with_unit("9", "week")
    ('1 day', 'week 9')
    >>> number_with_unit("None", "patients"), number_with_unit("second", "patient number")
    ('None of the patients', 'second patient')
    >>> number_with_unit("42.0%", "%"), number_with_unit("63", "%")
    ('42.0%', '63%')
    """
    word = printed.strip().lower()
    if unit in _UNITS_LEFT_OUT or word == "mostly" or printed.endswith("%"):
        return printed
    if word in _ORDINALS:
        return f"{printed} {_UNITS_BEFORE.get(unit, unit)}"
    if unit in _UNITS_BEFORE:
        return f"{_UNITS_BEFORE[unit]} {printed}"
    if unit == "%":
        return f"{printed}%"
    if unit == "percentile":
        return f"{printed}th percentile"
    if not unit.endswith("s"):
        return f"{printed} {unit}"
    if word in ("none", "all", "any", "majority", "minority", "nearly half"):
        return f"{printed} of the {unit}"
    singular = _SINGULARS.get(unit, unit.removesuffix("s"))
    return f"{printed} {singular if word in ('1', 'one') else unit}"


@lru_cache(maxsize=1024)
def _roles(inputs: str) -> tuple[tuple[str, str], ...]:
    """Return role and address of each input; the same are asked for some ten times."""
    return tuple((role, at) for role, _, at in (each.partition("=") for each in inputs.split()))


@dataclass(frozen=True, slots=True)
class Claim:
    """One number, or quantifying word, that the article prints."""

    id: str  #: short name
    place: str  #: where the article prints it: section, table, row, column
    quantity: str  #: what the number is, in words
    printed: str  #: exactly as printed
    unit: str  #: unit of the number
    kind: str  #: kind of number, such as count or interval limit
    inputs: str  #: inputs of the method, as ``role=address`` separated by spaces
    method: str  #: name of the method that evaluates the claim
    note: str  #: what a reader should know about the claim

    @property
    def number(self) -> PrintedNumber:
        """The printed number.

        Raises
        ------
        ValueError
            If what is printed is not a number.
        """
        return parse(self.printed)

    @property
    def precision(self) -> tuple[str, str]:
        """Relation sign and decimals as printed; those of a word are empty and 0."""
        try:
            return self.number.relation, str(self.number.decimals)
        except ValueError:
            return "", "0"

    @property
    def printed_with_unit(self) -> str:
        """What is printed, with its unit, such as "1 day", "none of the patients", "week 9"."""
        return number_with_unit(self.printed, self.unit)

    @property
    def input_roles(self) -> tuple[tuple[str, str], ...]:
        """Role and address of each input, in the order given; either may be empty."""
        return _roles(self.inputs)

    def addresses(self, role: str) -> list[str]:
        """Return all addresses of a role, possibly none."""
        return [address for name, address in self.input_roles if name == role]

    def in_unit(self, proportion: float | Fraction) -> float | Fraction:
        """Express a proportion in the claim's unit: per cent, or as it is."""
        return proportion * 100 if self.unit == "%" else proportion

    def format(self, value: Fraction | float) -> str:
        """Format a value to as many decimals as the claim has."""
        return format_rounded(value, self.number.decimals)


@dataclass(frozen=True, slots=True)
class ValueGrid:
    """The values that a measure can take, and how they are recorded."""

    low: int | None  #: minimum; None if there is none
    high: int | None  #: maximum; None if there is none
    step: Fraction  #: smallest difference that can be recorded
    phrase: str  #: how they are recorded, readable after "values": "in whole years"
    scale: str = ""  #: what has these limits, such as "the scale"; empty if they are derived

    def for_change(self) -> ValueGrid:
        """Return the grid of a change, end minus baseline."""
        if self.low is None or self.high is None:
            return replace(self, low=None, high=None)
        return replace(self, low=self.low - self.high, high=self.high - self.low)


@dataclass(frozen=True, slots=True)
class ClaimInputs:
    """A claim with the published facts that its inputs name by role."""

    claim: Claim
    published: PublishedFacts  #: the facts that the addresses refer to
    other_places: tuple[str, ...] = ()  #: places of the other claims that print the same number
    measures: Mapping[str, ValueGrid] = field(default_factory=dict)  #: value grid of each measure
    quantile_definition: QuantileDefinition | None = None  #: None if not given

    def addresses(self, role: str) -> list[str]:
        """Return all addresses of a role, possibly none."""
        return self.claim.addresses(role)

    def address(self, role: str) -> str:
        """Return the one address of a role.

        Raises
        ------
        ValueError
            If the claim does not name the role exactly once.
        """
        found = self.addresses(role)
        if len(found) != 1:
            raise ValueError(f"needs exactly one input {role}=..., found {len(found)}")
        return found[0]

    def value(self, role: str) -> Fraction:
        """Return the number in a role."""
        return self.published.value(self.address(role))

    def count(self, role: str) -> int:
        """Return the whole number in a role."""
        return self.published.count(self.address(role))

    def values(self, role: str) -> list[Fraction]:
        """Return all numbers in a role, possibly none."""
        return [self.published.value(address) for address in self.addresses(role)]

    @property
    def definition(self) -> QuantileDefinition:
        """Definition of quartiles: that of the whole ledger, else that of the claim.

        Raises
        ------
        ValueError
            If there is neither, or no such definition.
        """
        if self.quantile_definition is not None:
            return self.quantile_definition
        return parse_definition(self.address("definition"))


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a number that cannot be recomputed from others."""

    description: str  #: what was checked, readable after "checked:"
    passed: bool
    verdict_if_failed: Verdict = Verdict.NOT_ATTAINABLE


@dataclass(frozen=True, slots=True)
class Finding:
    """What the code finds about a claim."""

    value: Fraction | float | None = None  #: recomputed value in the claim's unit, if any
    rounding_error: str = ""  #: rounding error that turns the value into the printed number
    word_supported: bool | None = None  #: whether printed numbers support a word, if they can
    computed: str = ""  #: what was computed for a word
    remarks: tuple[str, ...] = ()  #: what else was found
    checks: tuple[Check, ...] = ()  #: checks where nothing can be recomputed
    attained_by: str = ""  #: data that attain it, where nothing can be recomputed

    @property
    def follows(self) -> bool:
        """Whether other printed numbers confirm or contradict the claim."""
        return self.value is not None or self.word_supported is not None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A claim with its verdict."""

    claim: Claim
    finding: Finding
    repeats: str = ""  #: id of the first claim that prints this number, if that is another one
    checked_by: tuple[str, ...] = ()  #: relations and computations that confirm or contradict it
    verdict: Verdict = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", self._judge())

    def _judge(self) -> Verdict:
        finding = self.finding
        for check in finding.checks:
            if not check.passed:
                return check.verdict_if_failed
        if finding.word_supported is not None:
            return Verdict.REPRODUCED if finding.word_supported else Verdict.NOT_REPRODUCED
        if finding.value is None:
            return Verdict.ATTAINABLE if finding.attained_by else Verdict.STATED
        if matches_print(finding.value, self.claim.number):
            return Verdict.REPRODUCED
        return Verdict.ROUNDING if finding.rounding_error else Verdict.NOT_REPRODUCED

    @property
    def computed(self) -> str:
        """The recomputed number, to the decimals of the claim; empty if there is none."""
        if self.finding.value is None:
            return self.finding.computed
        return self.claim.format(self.finding.value)

    @property
    def note(self) -> str:
        """The rounding error, remarks, checks, and the claim's own note."""
        checks = [f"{word}: {'; '.join(texts)}" for word, texts in self._checks().items() if texts]
        return " ".join(self._sentences(checks))

    @property
    def statements(self) -> tuple[str, ...]:
        """What `note` says, with a sentence of its own for each check."""
        checks = [f"{word}: {text}" for word, texts in self._checks().items() for text in texts]
        return self._sentences(checks)

    def _checks(self) -> dict[str, list[str]]:
        return {
            word: [each.description for each in self.finding.checks if each.passed is passed]
            for passed, word in ((False, "fails"), (True, "checked"))
        }

    def _sentences(self, checks: list[str]) -> tuple[str, ...]:
        error = self.finding.rounding_error
        parts = [f"as if {error}" if error else "", *self.finding.remarks]
        if self.verdict is Verdict.ATTAINABLE:
            parts.append(self.finding.attained_by)
        parts = [part for part in (*parts, *checks) if part]
        if not parts and not self.claim.note and self.verdict is Verdict.STATED:
            parts = ["not checked against any other number"]
        sentences = [f"{capitalised(part)}." for part in parts]
        return (*sentences, *([self.claim.note] if self.claim.note else []))
