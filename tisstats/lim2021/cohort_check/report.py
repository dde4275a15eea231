"""The check of a trial against everything that the article prints of its patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.cohort_check.aggregates import (
    Addresses,
    Value,
    compute,
    plain,
    study_addresses,
)
from tisstats.lim2021.cohort_check.case import Case
from tisstats.lim2021.cohort_check.counts import OF_NUMBERED
from tisstats.lim2021.cohort_check.said_of_courses import OF_COURSES
from tisstats.lim2021.cohort_check.said_of_patients import OF_PATIENTS
from tisstats.lim2021.table1 import CHARACTERISTICS, GROUPS
from tisstats.measures.scales import SCALES
from tisstats.printed import PrintedNumber, as_printed, prints_as
from tisstats.trial.analysis import Analysis
from tisstats.trial.interpretation import Interpretation
from tisstats.trial.scoring import analyse_many
from tisstats.trial.tables import Trial

#: Every statement that is checked, by name.
STATEMENTS = {**OF_PATIENTS, **OF_COURSES}

#: Why a number is not asked of patients who were observed in another trial.
_NUMBERED = "about the article's patients by number or order of inclusion"

_STATISTICS = {"q1": "first quartile", "q3": "third quartile", "p": "P value", "percent": "%"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One published aggregate or statement, and what a trial's patients say of it."""

    name: str  #: address of the printed number, or name of the statement
    kind: Literal["number", "statement"]  #: whether it is printed as such, or said in words
    quantity: str  #: what it is, in words
    place: str  #: where the article has it
    printed: str  #: as printed; of a statement, what it says, in our words
    computed: str  #: what these patients give, with as many decimals as printed
    holds: bool  #: whether they agree
    value: Value = None  #: what these patients give, exactly; None of a statement

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "fails"
        compared = f"printed {self.printed}, computed {self.computed}"
        return f"{self.name} ({self.place}): {compared}: {verdict}"


@dataclass(frozen=True, eq=False)
class Report:
    """What a trial's patients say of every published aggregate and statement."""

    findings: tuple[Finding, ...]  #: one for each number and statement, in order
    uncovered: Mapping[str, str]  #: address of each number that patients cannot give, and why

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.name == name:
                return finding
        raise KeyError(name)

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return all(finding.holds for finding in self.findings)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What does not hold."""
        return tuple(finding for finding in self.findings if not finding.holds)

    def counts(self) -> dict[str, int]:
        """Count what was checked and what of it holds."""
        numbers = [finding for finding in self.findings if finding.kind == "number"]
        return {
            "numbers": len(numbers),
            "numbers_hold": sum(finding.holds for finding in numbers),
            "statements": len(self) - len(numbers),
            "statements_hold": sum(f.holds for f in self.findings) - sum(f.holds for f in numbers),
            "uncovered": len(self.uncovered),
        }

    def table(self) -> pd.DataFrame:
        """Lay out every finding: name, kind, quantity, place, printed, computed, holds."""
        columns = ("name", "kind", "quantity", "place", "printed", "computed", "holds")
        return pd.DataFrame(
            [{name: getattr(finding, name) for name in columns} for finding in self.findings],
            columns=list(columns),
        )

    def __str__(self) -> str:
        counts = self.counts()
        lines = [
            f"{counts['numbers_hold']} of {counts['numbers']} numbers and "
            f"{counts['statements_hold']} of {counts['statements']} statements hold; "
            f"{counts['uncovered']} numbers cannot come from patients"
        ]
        return "\n".join([*lines, *map(str, self.failed)])


@dataclass(frozen=True, slots=True)
class _Expected:
    """What is printed at one address."""

    address: str
    quantity: str
    place: str
    text: str
    number: PrintedNumber | None  # None where it is no number


def check(
    trial: Trial,
    published: Published | None = None,
    *,
    interpretation: Interpretation | None = None,
) -> Report:
    """Check a trial against every published aggregate and statement that patients can give.

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
        A finding for each printed number and each statement, and the numbers left out with the
        reason; numbers and those left out together are all of `Addresses.every`.
    """
    return check_many([trial], published, interpretation=interpretation)[0]


def check_many(
    trials: Sequence[Trial],
    published: Published | None = None,
    *,
    interpretation: Interpretation | None = None,
) -> list[Report]:
    """Check many trials; their visits are scored at once. Arguments are those of `check`."""
    addresses = study_addresses() if published is None else Addresses(published)
    expected = _expected(addresses)
    return [
        _report(analysis, addresses, expected) for analysis in analyse_many(trials, interpretation)
    ]


def _expected(addresses: Addresses) -> list[_Expected]:
    published = addresses.published
    expected = []
    for address in addresses.covered:
        text = published.text(address)
        row = address.rpartition(".")[0] if address.startswith("serious") else address
        file, *_ = address.split(".")
        # Tables 1 and 2 keep one place for each row of the file, as the others do.
        place = published.place(row)
        word = file == "serious_adverse_events" and not address.endswith(".week")
        number = None if word else published.printed(address)
        expected.append(_Expected(address, _quantity(published, address), place, text, number))
    return expected


def _quantity(published: Published, address: str) -> str:
    """Say in words what stands at an address."""
    file, *key = address.split(".")
    if file == "table1":
        label = CHARACTERISTICS.get(key[0], "Patients")
        return f"{label}, {GROUPS[key[1]]}: {_STATISTICS.get(key[2], key[2])}"
    if file == "table2":
        return f"{SCALES[key[0]].name}, {key[1]}: {_STATISTICS.get(key[2], key[2])}"
    if file == "serious_adverse_events":
        return f"Serious adverse event {key[0]}: {key[1].replace('_', ' ')}"
    return published.text(f"{address}.quantity")


def _report(analysis: Analysis, addresses: Addresses, expected: list[_Expected]) -> Report:
    values = compute(analysis, addresses)
    # The article's patients 2, 4, 5 and 15 and its amendment are nothing to another trial.
    numbered = analysis.trial.origin == "synthetic"
    other = frozenset() if numbered else OF_NUMBERED
    findings = [
        _compared(each, values[each.address]) for each in expected if each.address not in other
    ]
    case = Case(analysis, values, addresses.facts, addresses.published)
    for statement in STATEMENTS.values():
        if statement.of_numbered and not numbered:
            continue
        found, agrees = statement.holds(case)
        findings.append(
            Finding(
                statement.name,
                "statement",
                statement.name.replace("_", " "),
                statement.place,
                statement.says,
                found,
                agrees,
            )
        )
    uncovered = dict(addresses.uncovered) | dict.fromkeys(sorted(other), _NUMBERED)
    return Report(tuple(findings), uncovered)


def _compared(expected: _Expected, value: Value) -> Finding:
    printed = expected.number
    if value is None:
        computed, holds = "none", False
    elif isinstance(value, str):
        computed, holds = value, plain(value) == plain(expected.text)
    elif printed is None:
        computed, holds = str(value), False
    else:
        holds = prints_as(value, printed)
        if isinstance(value, float):
            computed = as_printed(value, max(printed.decimals, 3))
        elif holds:
            # What prints alike need not be rounded again; only the minus may be another.
            computed = f"{printed.value:.{printed.decimals}f}"
        else:
            computed = as_printed(value, 3 if value.denominator > 1 else printed.decimals)
    return Finding(
        expected.address,
        "number",
        expected.quantity,
        expected.place,
        expected.text,
        computed,
        holds,
        value,
    )
