"""Data of the comparison: cases, methods, stored results, documentation and known reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault

#: The software with which all others are compared.
REFERENCE = "definition"

#: File of each kind of case.
CASE_FILES: Mapping[str, str] = {
    "proportion": "cases_proportions.csv",
    "differences": "cases_differences.csv",
    "sample": "cases_samples.csv",
    "times": "cases_times.csv",
    "table": "cases_tables.csv",
}

#: Files of stored results, each written by the script named in the README.
STORED_RESULT_FILES = (
    "results_definitions.csv",
    "results_r.csv",
    "results_r_recent.csv",
    "results_pspp.csv",
)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One data set on which methods are compared."""

    name: str  #: unique among all cases
    kind: str  #: one of `CASE_FILES`
    trait: str  #: distinguishes it within its kind: untied, tied, zeros, or empty
    confidence_level: float  #: nominal confidence level of its intervals, 0 to 1
    note: str  #: its purpose
    columns: Mapping[str, NDArray[np.float64]]  #: its data, as in the file of its kind

    @property
    def label(self) -> str:
        """Its purpose, preceded by its counts if the case consists of them."""
        if self.kind == "proportion":
            return f"{self.count('successes')} of {self.count('trials')}: {self.note}"
        if self.kind == "table":
            one, other, three, four = (int(count) for count in self.column("patients"))
            return f"{one} of {one + other} and {three} of {three + four}: {self.note}"
        return self.note

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one column of its data."""
        return self.columns[name]

    def count(self, name: str) -> int:
        """Return the whole number in a column with a single row."""
        return int(self.columns[name][0])


@dataclass(frozen=True, slots=True)
class ComparedMethod:
    """One row of the comparison."""

    name: str  #: unique, such as wilson-cc
    family: str  #: heading under which it is grouped
    title: str  #: in words
    kind: str  #: kind of its cases, one of `CASE_FILES`
    traits: str  #: traits of its cases, space-separated; empty for all cases of the kind
    definition: str  #: what is computed, with its source

    def applies_to(self, case: Case) -> bool:
        """Test whether a case is one of this method."""
        return case.kind == self.kind and (not self.traits or case.trait in self.traits.split())


@dataclass(frozen=True, slots=True)
class Software:
    """One column of the comparison."""

    name: str  #: unique, such as exactRankTests
    title: str  #: in words
    source: str  #: of its results: reference, computed, stored or documented (not run)
    distribution: str  #: name of its Python distribution, if computed
    note: str  #: remarks on it


@dataclass(frozen=True, slots=True)
class Call:
    """Call of one Python package for one method."""

    software: str  #: name of the software
    method: str  #: name of the method
    call: str  #: as it would be written
    function: str  #: function of `tisstats.agreement.programs` that runs it
    options: str  #: options of that function, space-separated


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the results of one software for one method differ from the reference."""

    short: str  #: a few words, for the matrix
    full: str  #: a sentence or two


@dataclass(frozen=True, slots=True)
class Documented:
    """Documentation of a method in software that was not run."""

    offered: str  #: yes, no or unclear
    statement: str  #: how it is called, or what is missing
    source: str  #: the document


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonData:
    """Data of the comparison, as read from one folder."""

    cases: tuple[Case, ...]  #: in the order of the file, as are the following
    methods: tuple[ComparedMethod, ...]  #: the rows
    software: tuple[Software, ...]  #: the columns, the reference first
    calls: Mapping[tuple[str, str], Call]  #: by software and method, where it is computed
    stored: pd.DataFrame  #: stored results, one number per row
    reasons: Mapping[tuple[str, str], Reason]  #: by method and software
    documented: Mapping[str, Documented]  #: by method, of the software that was not run

    @classmethod
    def read(cls, folder: Path) -> ComparisonData:
        """Read a folder.

        Raises
        ------
        DataError
            If a file is missing, or names an unknown case, method or software.
        """
        cases = _cases(folder)
        methods = tuple(
            ComparedMethod(**row) for row in _rows(folder, "methods.csv", method="name")
        )
        software = tuple(Software(**row) for row in _rows(folder, "software.csv", software="name"))
        calls = [Call(**row) for row in _rows(folder, "calls.csv")]
        stored = _stored(folder)
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
            "case": set(stored["case"]),
            "method": {*stored["method"], *(method for method, _ in reasons), *documented}
            | {call.method for call in calls},
            "software": {*stored["software"], *(name for _, name in reasons)}
            | {call.software for call in calls},
        }
        faults = [
            Fault(str(folder), f"unknown {what} {name!r}")
            for what, names in named.items()
            for name in sorted(names - known[what])
        ]
        if faults:
            raise DataError(faults)
        by_place = {(call.software, call.method): call for call in calls}
        return cls(cases, methods, software, by_place, stored, reasons, documented)

    def families(self) -> list[str]:
        """Return the families of methods, in order."""
        return list(dict.fromkeys(method.family for method in self.methods))

    def quantities(self, method: str, case: str) -> list[str]:
        """Return the names of the numbers that the reference has for a method and case."""
        place = ["software", "method", "case"]
        chosen = (self.stored[place] == [REFERENCE, method, case]).all(axis=1)
        return list(self.stored.loc[chosen, "quantity"])


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / name
    if not path.is_file():
        raise DataError([Fault(str(path), "the file is missing")])
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def _rows(folder: Path, file: str, **renamed: str) -> list[dict[str, str]]:
    """Return the rows of a file as dictionaries, with some columns renamed."""
    table = _table(folder, file).rename(columns=renamed)
    return [{str(key): str(cell) for key, cell in row.items()} for row in table.to_dict("records")]


def _cases(folder: Path) -> tuple[Case, ...]:
    numbers = {
        kind: dict(tuple(_table(folder, file).groupby("case"))) for kind, file in CASE_FILES.items()
    }
    cases = []
    for row in _rows(folder, "cases.csv", case="name"):
        if row["name"] not in numbers.get(row["kind"], {}):
            raise DataError([Fault(str(folder / "cases.csv"), f"case {row['name']!r} has no data")])
        columns = numbers[row["kind"]][row["name"]].drop(columns=["case"])
        confidence_level = float(row.pop("confidence_level"))
        cases.append(
            Case(
                **row,
                confidence_level=confidence_level,
                columns={str(key): np.array(columns[key], dtype=np.float64) for key in columns},
            )
        )
    return tuple(cases)


def _stored(folder: Path) -> pd.DataFrame:
    stored = pd.concat([_table(folder, name) for name in STORED_RESULT_FILES], ignore_index=True)
    stored["value"] = stored["value"].astype(float)
    stored["decimals"] = stored["decimals"].replace("", "nan").astype(float)
    return stored
