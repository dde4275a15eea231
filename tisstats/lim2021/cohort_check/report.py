"""The check of a trial against everything that the article prints about its patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.cohort_check.aggregates import (
    OF_NUMBERED,
    Addresses,
    compute,
    study_addresses,
)
from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial, Value, normalised
from tisstats.lim2021.cohort_check.statements import STATEMENTS
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table1 import CHARACTERISTICS, GROUPS
from tisstats.printed import PrintedNumber, format_rounded, matches_print
from tisstats.trial.analysis import Analysis
from tisstats.trial.description import AnalysisOptions
from tisstats.trial.scoring import analyse_many
from tisstats.trial.trial import Trial

#: Why a number is not computed from the patients of another trial.
_NUMBERED = "about the article's patients by number or order of inclusion"

_STATISTICS = {"q1": "first quartile", "q3": "third quartile", "p": "P value", "percent": "%"}


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """One published aggregate or statement, and what a trial's patients give."""

    name: str  #: address of the printed number, or name of the statement
    kind: Literal["number", "statement"]  #: whether it is printed, or stated in words
    quantity: str  #: what it is, in words
    place: str  #: where the article has it
    printed: str  #: as printed; of a statement, what it says, in our words
    computed: str = ""  #: what these patients give, with as many decimals as printed
    holds: bool = False  #: whether they agree
    value: Value = None  #: what these patients give, exactly; None of a statement

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "fails"
        compared = f"printed {self.printed}, computed {self.computed}"
        return f"{self.name} ({self.place}): {compared}: {verdict}"


@dataclass(frozen=True, eq=False)
class Report:
    """The check of a trial's patients against every published aggregate and statement."""

    items: tuple[CheckedItem, ...]  #: one for each number and statement, in order
    uncovered: Mapping[str, str]  #: address of each number that cannot be computed, and why

    def __iter__(self) -> Iterator[CheckedItem]:
        return iter(self.items)

    def __getitem__(self, name: str) -> CheckedItem:
        return {item.name: item for item in self.items}[name]

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return not self.failed

    @property
    def failed(self) -> tuple[CheckedItem, ...]:
        """What does not hold."""
        return tuple(item for item in self.items if not item.holds)

    def counts(self) -> dict[str, int]:
        """Count what was checked and what of it holds."""
        found = {"uncovered": len(self.uncovered)}
        for kind in ("number", "statement"):
            holds = [item.holds for item in self.items if item.kind == kind]
            found |= {f"{kind}s": len(holds), f"{kind}s_hold": sum(holds)}
        return found

    def __str__(self) -> str:
        counts = self.counts()
        lines = [
            f"{counts['numbers_hold']} of {counts['numbers']} numbers and "
            f"{counts['statements_hold']} of {counts['statements']} statements hold; "
            f"{counts['uncovered']} numbers cannot come from patients"
        ]
        return "\n".join([*lines, *map(str, self.failed)])


def check(
    trial: Trial,
    published: PublishedFacts | None = None,
    *,
    options: AnalysisOptions | None = None,
) -> Report:
    """Check a trial against every published aggregate and statement about its patients.

    Parameters
    ----------
    trial
        The trial.
    published
        The published facts; by default the study's.
    interpretation
        How outcomes are read where the article leaves a choice.

    Returns
    -------
    Report
        An item for each printed number and each statement, and the numbers left out with the
        reason; numbers and those left out together are all of `Addresses.every`.
    """
    return check_many([trial], published, options=options)[0]


def check_many(
    trials: Sequence[Trial],
    published: PublishedFacts | None = None,
    *,
    options: AnalysisOptions | None = None,
) -> list[Report]:
    """Check many trials, scoring their visits together; arguments are those of `check`."""
    addresses = study_addresses() if published is None else Addresses(published)
    expected = _expected(addresses)
    return [_report(analysis, addresses, expected) for analysis in analyse_many(trials, options)]


def _expected(addresses: Addresses) -> list[tuple[CheckedItem, PrintedNumber | None]]:
    """Return what is printed at each covered address, and its number where it is one."""
    published = addresses.published
    expected = []
    for address in addresses.covered:
        event = address.startswith("serious_adverse_events.")
        # Tables 1 and 2 keep one place for each row of the file, as the others do.
        place = published.place(address.rpartition(".")[0] if event else address)
        word = event and not address.endswith(".week")
        number = None if word else published.printed(address)
        quantity, text = _quantity(published, address), published.text(address)
        expected.append((CheckedItem(address, "number", quantity, place, text), number))
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
    addresses: Addresses,
    expected: Sequence[tuple[CheckedItem, PrintedNumber | None]],
) -> Report:
    trial = CheckedTrial(analysis, addresses.published)
    trial = replace(trial, values=compute(trial, addresses))
    # Patient numbers and the amendment do not apply to another trial.
    numbered = analysis.trial.origin == "synthetic"
    other = frozenset() if numbered else OF_NUMBERED
    items = [
        _compare(item, number, trial.values[item.name])
        for item, number in expected
        if item.name not in other
    ]
    for statement in STATEMENTS.values():
        if numbered or not statement.of_numbered:
            name = statement.name
            quantity, place, says = name.replace("_", " "), statement.place, statement.says
            items.append(
                CheckedItem(name, "statement", quantity, place, says, *statement.check(trial))
            )
    uncovered = dict(addresses.uncovered) | dict.fromkeys(sorted(other), _NUMBERED)
    return Report(tuple(items), uncovered)


def _compare(item: CheckedItem, printed: PrintedNumber | None, value: Value) -> CheckedItem:
    if value is None:
        computed, holds = "none", False
    elif isinstance(value, str):
        computed, holds = value, normalised(value) == normalised(item.printed)
    elif printed is None:
        computed, holds = str(value), False
    else:
        holds = matches_print(value, printed)
        if isinstance(value, float):
            computed = format_rounded(value, max(printed.decimals, 3))
        elif holds:
            # What prints alike need not be rounded again; only the minus may be another.
            computed = f"{printed.value:.{printed.decimals}f}"
        else:
            computed = format_rounded(value, 3 if value.denominator > 1 else printed.decimals)
    return replace(item, computed=computed, holds=holds, value=value)
