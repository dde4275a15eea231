"""What programs are compared by: cases, methods, stored results, documentation, known reasons.

All of it is data, in one folder; nothing here knows which methods or programs there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault

#: The software whose results all others are compared with.
REFERENCE = "definition"

#: File of each kind of case.
CASE_FILES: Mapping[str, str] = {
    "proportion": "cases_proportions.csv",
    "differences": "cases_differences.csv",
    "sample": "cases_samples.csv",
    "times": "cases_times.csv",
    "table": "cases_tables.csv",
}

#: Files of stored results, each written by the script of its README.
GOLDEN_FILES = (
    "golden_definitions.csv",
    "golden_r.csv",
    "golden_r_recent.csv",
    "golden_pspp.csv",
)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One data set on which methods are compared."""

    name: str  #: unique among all cases
    kind: str  #: one of `CASE_FILES`
    trait: str  #: what sets it apart within its kind: untied, tied, zeros, or nothing
    level: float  #: nominal confidence of its intervals, 0 to 1
    note: str  #: what it is for, in words
    columns: Mapping[str, NDArray[np.float64]]  #: its numbers, as in the file of its kind

    @property
    def label(self) -> str:
        """Its description, after its counts where these are the whole case."""
        if self.kind == "proportion":
            return f"{self.count('successes')} of {self.count('trials')}: {self.note}"
        if self.kind == "table":
            one, other, three, four = (int(count) for count in self.column("patients"))
            return f"{one} of {one + other} and {three} of {three + four}: {self.note}"
        return self.note

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one column of its numbers."""
        return self.columns[name]

    def count(self, name: str) -> int:
        """Return the whole number that a column of one row holds."""
        return int(self.columns[name][0])


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the comparison."""

    name: str  #: unique, such as wilson-cc
    family: str  #: what it is shown with
    title: str  #: in words
    kind: str  #: kind of its cases, one of `CASE_FILES`
    traits: str  #: traits of its cases, spaces between them; empty for all cases of the kind
    definition: str  #: what is computed, with its source

    def takes(self, case: Case) -> bool:
        """Return whether a case is one of this method's."""
        return case.kind == self.kind and (not self.traits or case.trait in self.traits.split())


@dataclass(frozen=True, slots=True)
class Software:
    """One column of the comparison."""

    name: str  #: unique, such as exactRankTests
    title: str  #: in words
    evidence: str  #: reference, computed, golden (stored results) or documented (not run)
    distribution: str  #: name under which Python knows its version, if computed
    note: str  #: remarks on it


@dataclass(frozen=True, slots=True)
class Call:
    """How one Python program is asked for one method."""

    software: str  #: name of the program
    method: str  #: name of the method
    call: str  #: how it is asked, as one would write it
    function: str  #: function of `tisstats.agreement.programs` that asks for it
    options: str  #: options of that function, spaces between them


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the results of one software for one method differ from the definition."""

    short: str  #: a few words, for the matrix
    full: str  #: a sentence or two


@dataclass(frozen=True, slots=True)
class Documented:
    """The documentation of a method in software that was not run."""

    offered: str  #: yes, no or unclear
    statement: str  #: how it is asked for, or what is missing
    source: str  #: the document


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that is compared, as read from one folder."""

    cases: tuple[Case, ...]  #: in the order of the file, as all that follows
    methods: tuple[Method, ...]  #: the rows
    software: tuple[Software, ...]  #: the columns, the reference first
    calls: Mapping[tuple[str, str], Call]  #: by software and method, where it is computed
    golden: pd.DataFrame  #: stored results, one number a row
    reasons: Mapping[tuple[str, str], Reason]  #: by method and software
    documented: Mapping[str, Documented]  #: by method, of the software that was not run

    @classmethod
    def read(cls, folder: Path) -> Evidence:
        """Read a folder.

        Raises
        ------
        DataError
            If a file is missing, or names a case, method or software that there is not.
        """
        cases = _cases(folder)
        methods = tuple(Method(**row) for row in _rows(folder, "methods.csv", method="name"))
        software = tuple(Software(**row) for row in _rows(folder, "software.csv", software="name"))
        calls = [Call(**row) for row in _rows(folder, "calls.csv")]
        golden = _golden(folder)
        reasons = {
            (row["method"], row["software"]): Reason(row["short"], row["reason"])
            for row in _rows(folder, "reasons.csv")
        }
        documented = {
            row.pop("method"): Documented(**row) for row in _rows(folder, "documented.csv")
        }
        known = {
            "case": {case.name for case in cases},
            "method": {method.name for method in methods},
            "software": {each.name for each in software},
        }
        named = {
            "case": set(golden["case"]),
            "method": {*golden["method"], *(method for method, _ in reasons), *documented}
            | {call.method for call in calls},
            "software": {*golden["software"], *(name for _, name in reasons)}
            | {call.software for call in calls},
        }
        faults = [
            Fault(str(folder), f"there is no {what} {name!r}, though a file names it")
            for what, names in named.items()
            for name in sorted(names - known[what])
        ]
        if faults:
            raise DataError(faults)
        by_place = {(call.software, call.method): call for call in calls}
        return cls(cases, methods, software, by_place, golden, reasons, documented)

    def families(self) -> list[str]:
        """Return the families of methods, in order."""
        return list(dict.fromkeys(method.family for method in self.methods))

    def quantities(self, method: str, case: str) -> list[str]:
        """Return the names of the numbers that a method has for a case by definition."""
        place = ["software", "method", "case"]
        wanted = (self.golden[place] == [REFERENCE, method, case]).all(axis=1)
        return list(self.golden.loc[wanted, "quantity"])


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / name
    if not path.is_file():
        raise DataError([Fault(str(path), "the file is missing")])
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def _rows(folder: Path, file: str, **renamed: str) -> list[dict[str, str]]:
    """Return the rows of a file, by the names of its columns but for those that are renamed."""
    table = _table(folder, file).rename(columns=renamed)
    return [
        {str(name): str(cell) for name, cell in row.items()} for row in table.to_dict("records")
    ]


def _cases(folder: Path) -> tuple[Case, ...]:
    numbers = {
        kind: dict(tuple(_table(folder, file).groupby("case"))) for kind, file in CASE_FILES.items()
    }
    cases = []
    for row in _rows(folder, "cases.csv", case="name"):
        if row["name"] not in numbers.get(row["kind"], {}):
            message = f"case {row['name']!r} has no numbers"
            raise DataError([Fault(str(folder / "cases.csv"), message)])
        columns = numbers[row["kind"]][row["name"]].drop(columns=["case"])
        level = float(row.pop("level"))
        cases.append(
            Case(
                **row,
                level=level,
                columns={
                    str(column): np.array(columns[column], dtype=np.float64) for column in columns
                },
            )
        )
    return tuple(cases)


def _golden(folder: Path) -> pd.DataFrame:
    golden = pd.concat([_table(folder, name) for name in GOLDEN_FILES], ignore_index=True)
    golden["value"] = golden["value"].astype(float)
    golden["decimals"] = golden["decimals"].replace("", "nan").astype(float)
    return golden
