"""Check of a trial against every published number and statement about its patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.cohort_check import aggregates
from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial, Value, normalised
from tisstats.lim2021.cohort_check.statements import STATEMENTS
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table1 import CHARACTERISTICS, GROUPS
from tisstats.printed import PrintedNumber, format_rounded, matches_print
from tisstats.trial.analysis import Analysis
from tisstats.trial.description import AnalysisOptions
from tisstats.trial.scoring import analyse_many
from tisstats.trial.trial import Trial

#: Why a number is not computed for another trial.
_NUMBERED = "refers to the article's patient numbers or order of inclusion"

_STATISTICS = {"q1": "first quartile", "q3": "third quartile", "p": "P value", "percent": "%"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One published aggregate or statement, and the result for a trial's patients."""

    name: str  #: address of the printed number, or name of the statement
    kind: Literal["number", "statement"]  #: whether it is printed, or stated in words
    quantity: str  #: what it is, in words
    place: str  #: where it is in the article
    printed: str  #: as printed; of a statement, what it says, in our words
    computed: str = ""  #: result for these patients, with as many decimals as printed
    matches: bool = False  #: whether they match
    value: Value = None  #: exact result for these patients; None for a statement

    def __str__(self) -> str:
        verdict = "matches" if self.matches else "does not match"
        compared = f"printed {self.printed}, computed {self.computed}"
        return f"{self.name} ({self.place}): {compared}: {verdict}"


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """The check of a trial's patients against what is printed of patients and can be computed."""

    items: tuple[CheckResult, ...]  #: one for each number and statement, in order
    not_computable: Mapping[str, str]  #: address of each number that cannot be computed, and why

    def __iter__(self) -> Iterator[CheckResult]:
        return iter(self.items)

    def __getitem__(self, name: str) -> CheckResult:
        return {item.name: item for item in self.items}[name]

    @property
    def all_match(self) -> bool:
        """Whether everything matches."""
        return not self.mismatches

    @property
    def mismatches(self) -> tuple[CheckResult, ...]:
        """The items that do not match."""
        return tuple(item for item in self.items if not item.matches)

    def counts(self) -> dict[str, int]:
        """Count the checked items and those that match."""
        found = {"uncovered": len(self.not_computable)}
        for kind in ("number", "statement"):
            matches = [item.matches for item in self.items if item.kind == kind]
            found |= {f"{kind}s": len(matches), f"{kind}s_hold": sum(matches)}
        return found

    def __str__(self) -> str:
        counts = self.counts()
        lines = [
            f"{counts['numbers_hold']} of {counts['numbers']} numbers and "
            f"{counts['statements_hold']} of {counts['statements']} statements match; "
            f"{counts['uncovered']} numbers are not computable from patient-level data"
        ]
        return "\n".join([*lines, *map(str, self.mismatches)])


def check(
    trial: Trial,
    published: PublishedFacts | None = None,
    *,
    options: AnalysisOptions | None = None,
) -> Report:
    """Check a trial against what is printed of patients, as far as it can be computed.

    Parameters
    ----------
    trial
        The trial.
    published
        The published facts; by default the study's.
    options
        Interpretation of outcomes where the article leaves a choice.

    Returns
    -------
    Report
        An item for each printed number and each statement, and the numbers that are not
        computable, with the reason; together the numbers are `Addresses.every`.
    """
    return check_many([trial], published, options=options)[0]


def check_many(
    trials: Sequence[Trial],
    published: PublishedFacts | None = None,
    *,
    options: AnalysisOptions | None = None,
) -> list[Report]:
    """Check many trials, scoring their visits together; arguments are those of `check`."""
    addresses = (
        aggregates.study_addresses() if published is None else aggregates.Addresses(published)
    )
    expected = _expected(addresses)
    return [_report(analysis, addresses, expected) for analysis in analyse_many(trials, options)]


def _expected(addresses: aggregates.Addresses) -> list[tuple[CheckResult, PrintedNumber | None]]:
    """Return what is printed at each computable address, and its number where it is one."""
    published = addresses.published
    expected = []
    for address in addresses.computable:
        event = address.startswith("serious_adverse_events.")
        # Tables 1 and 2 have one place per row of the file, as the others do.
        place = published.place(address.rpartition(".")[0] if event else address)
        number = None if event and not address.endswith(".week") else published.printed(address)
        quantity, text = _quantity(published, address), published.text(address)
        expected.append((CheckResult(address, "number", quantity, place, text), number))
    return expected


def _quantity(published: PublishedFacts, address: str) -> str:
    """Describe in words what is printed at an address."""
    file, *key = address.split(".")
    if file == "table1":
        label = CHARACTERISTICS.get(key[0], "Patients")
        return f"{label}, {GROUPS[key[1]]}: {_STATISTICS.get(key[2], key[2])}"
    if file == "table2":
        return f"{SCALES[key[0]].name}, {key[1]}: {_STATISTICS.get(key[2], key[2])}"
    if file == "serious_adverse_events":
        return f"Serious adverse event {key[0]}: {key[1].replace('_', ' ')}"
    return published.text(f"{address}.quantity")


def _report(
    analysis: Analysis,
    addresses: aggregates.Addresses,
    expected: Sequence[tuple[CheckResult, PrintedNumber | None]],
) -> Report:
    trial = CheckedTrial(analysis, addresses.published)
    trial = replace(trial, values=aggregates.compute(trial, addresses))
    # Patient numbers and the amendment do not apply to another trial.
    numbered = analysis.trial.origin == "synthetic"
    other = frozenset() if numbered else aggregates.OF_NUMBERED
    items = [
        _compare(item, number, trial.values[item.name])
        for item, number in expected
        if item.name not in other
    ]
    for statement in STATEMENTS.values():
        if numbered or not statement.needs_patient_numbers:
            name = statement.name
            quantity, location = name.replace("_", " "), statement.location
            items.append(
                CheckResult(
                    *(name, "statement", quantity, location, statement.claim),
                    *statement.check(trial),
                )
            )
    uncovered = dict(addresses.not_computable) | dict.fromkeys(sorted(other), _NUMBERED)
    return Report(tuple(items), uncovered)


def _compare(item: CheckResult, printed: PrintedNumber | None, value: Value) -> CheckResult:
    if value is None:
        computed, matches = "none", False
    elif isinstance(value, str):
        computed, matches = value, normalised(value) == normalised(item.printed)
    elif printed is None:
        computed, matches = str(value), False
    else:
        computed, matches = _as_printed(value, printed)
    known = (item.name, item.kind, item.quantity, item.place, item.printed)
    return CheckResult(*known, computed, matches, value)  # five times as fast as `replace`


# Cohorts that meet what is printed have most values in common. As numbers 1 and 1.0 are equal, and
# are not shown alike.
@lru_cache(maxsize=10_000, typed=True)
def _as_printed(value: Fraction | float, printed: PrintedNumber) -> tuple[str, bool]:
    """Return a value as it is shown beside a printed number, and whether they match."""
    matches = matches_print(value, printed)
    if isinstance(value, float):
        return format_rounded(value, max(printed.decimals, 3)), matches
    if matches:
        # Equal after rounding: only the minus sign may differ.
        return f"{printed.value:.{printed.decimals}f}", matches
    return format_rounded(value, 3 if value.denominator > 1 else printed.decimals), matches
