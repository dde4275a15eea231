"""What a comparison comes to: one verdict for each method and software, and tables of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from tisstats.agreement.compare import DIGITS, compare
from tisstats.agreement.evidence import Evidence, Method, Reason
from tisstats.printed import as_printed

#: Texts of the matrix where nothing was compared.
NOT_OFFERED = "not offered"
_DOCUMENTED: Mapping[str, str] = {
    "yes": "documented",
    "no": NOT_OFFERED,
    "unclear": "not clear",
}

#: Sizes below this are written with a power of ten.
_SMALL = 1e-4


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the results of one software for one method compare with the definition."""

    cases: int  #: cases compared
    differing: int  #: cases in which some number differs
    largest: float  #: largest absolute difference of two finite numbers, in the unit of the case
    no_value: int  #: cases in which a number by definition has no counterpart
    no_definition: int  #: cases with a finite number where the definition has none or infinity
    decimals: float  #: decimals that the software prints at the least, nan if all
    digits: int  #: significant digits to which it was asked to agree
    reason: Reason | None  #: why it differs, if that is known

    @property
    def agrees(self) -> bool:
        """Whether all numbers agree."""
        return self.differing == 0

    @property
    def text(self) -> str:
        """The verdict in a few words, for a cell of the matrix."""
        if self.agrees:
            if math.isnan(self.decimals):
                return f"agrees to {self.digits} digits"
            return f"agrees to the {self.decimals:g} decimals printed"
        parts = []
        if self.largest > 0:
            parts.append(f"differs by up to {size(self.largest)}")
        if self.no_value:
            parts.append(f"gives no value in {_of(self.no_value, self.cases)}")
        if self.no_definition:
            parts.append(
                f"gives a value where none is defined in {_of(self.no_definition, self.cases)}"
            )
        why = self.reason.short if self.reason else "reason not known"
        *before, last = parts
        told = f"{', '.join(before)}, and {last}" if before else last
        return f"{told} ({why})"


def _of(some: int, cases: int) -> str:
    return f"{some} of {cases} cases"


def size(value: float) -> str:
    """Print the size of a difference to two digits.

    >>> size(0.019531), size(4.3), size(0.000000123), size(127.4)
    ('0.020', '4.3', '1.2e-7', '127')
    >>> size(0.000999999999), size(9.99999)
    ('0.0010', '10')
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    # Of the rounded value: 0.000999999 is printed as 0.0010.
    power = math.floor(math.log10(float(f"{abs(value):.1e}")))
    if abs(value) < _SMALL:
        # Scaled exactly: a float would bring noise of its own to the digits that are printed.
        return f"{as_printed(Fraction(value) * 10**-power, 1)}e{power}"
    return as_printed(value, max(0, 1 - power))


@dataclass(frozen=True, eq=False)
class Comparison:
    """The results of all software beside the definitions, and what they come to."""

    evidence: Evidence  #: cases, methods, software and known reasons
    digits: int  #: significant digits to which results had to agree
    table: pd.DataFrame  #: one number a row, as `compare` gives it

    @classmethod
    def of(cls, evidence: Evidence, digits: int = DIGITS) -> Comparison:
        """Compare everything now; see `compare` for arguments and errors."""
        return cls(evidence, digits, compare(evidence, digits))

    @cached_property
    def verdicts(self) -> Mapping[tuple[str, str], Verdict]:
        """The verdict on every method and software that have results."""
        return {
            (str(method), str(software)): self._judge(rows, str(method), str(software))
            for (method, software), rows in self.table.groupby(["method", "software"], sort=False)
        }

    def _judge(self, rows: pd.DataFrame, method: str, software: str) -> Verdict:
        wrong = rows[~rows["agrees"]]
        finite = wrong.loc[wrong["absolute"] < math.inf, "absolute"]
        endless = wrong[wrong["absolute"] == math.inf]
        missing = endless["value"].isna()
        return Verdict(
            cases=rows["case"].nunique(),
            differing=wrong["case"].nunique(),
            largest=float(finite.max()) if len(finite) else 0.0,
            no_value=endless.loc[missing, "case"].nunique(),
            no_definition=endless.loc[~missing, "case"].nunique(),
            decimals=float(rows["decimals"].min()),
            digits=self.digits,
            reason=self.evidence.reasons.get((method, software)),
        )

    def unexplained(self) -> list[tuple[str, str]]:
        """Name the methods and software whose disagreement has no stated reason."""
        return [
            place
            for place, verdict in self.verdicts.items()
            if not verdict.agrees and place not in self.evidence.reasons
        ]

    def idle_reasons(self) -> list[tuple[str, str]]:
        """Name the methods and software with a reason for a disagreement that is not there."""
        return [
            place
            for place in self.evidence.reasons
            if place not in self.verdicts or self.verdicts[place].agrees
        ]

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """The version of each software, as its results name it; empty where none was run."""
        told = pd.concat([self.evidence.golden, self.table])[["software", "version"]]
        told = told.drop_duplicates()
        return {
            software.name: ", ".join(told.loc[told["software"] == software.name, "version"])
            for software in self.evidence.software
        }

    def matrix(self) -> pd.DataFrame:
        """Tabulate the verdicts: methods in rows, software in columns, words in the cells.

        Returns
        -------
        pandas.DataFrame
            `family`, `method` (its title), and one column for each software but the reference,
            named by its title and version.
        """
        rows = []
        for method in self.evidence.methods:
            row = {"family": method.family, "method": method.title}
            for software in self.evidence.software:
                if software.evidence == "reference":
                    continue
                head = f"{software.title} {self.versions[software.name]}".strip()
                if software.evidence == "documented":
                    row[head] = _DOCUMENTED[self.evidence.documented[method.name].offered]
                else:
                    verdict = self.verdicts.get((method.name, software.name))
                    row[head] = verdict.text if verdict else NOT_OFFERED
            rows.append(row)
        return pd.DataFrame(rows)

    def by_case(self, method: Method) -> pd.DataFrame:
        """Tabulate one method: its numbers in rows, the difference of each software in columns.

        Returns
        -------
        pandas.DataFrame
            `Case`, `Number`, `Definition`, and one column for each software that offers the
            method: "agrees", or the difference from the definition with its share of it.
        """
        rows = self.table[self.table["method"] == method.name].to_dict("records")
        offering = {str(row["software"]) for row in rows}
        columns = [each for each in self.evidence.software if each.name in offering]
        definitions = {(row["case"], row["quantity"]): row["reference"] for row in rows}
        cells = {(row["case"], row["quantity"], row["software"]): _cell(row) for row in rows}
        labels = {case.name: case.label for case in self.evidence.cases}
        return pd.DataFrame(
            [
                {
                    "Case": labels[str(case)],
                    "Number": quantity,
                    "Definition": _number(float(value)),
                }
                # Some functions give only some of the numbers of a case: P values without z.
                | {
                    software.title: cells.get((case, quantity, software.name), "not given")
                    for software in columns
                }
                for (case, quantity), value in definitions.items()
            ]
        )


def _number(value: float) -> str:
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    digits = 4 if value == 0 or abs(value) >= _SMALL else 1 - math.floor(math.log10(abs(value)))
    return as_printed(value, digits).replace("-", "−")


def _cell(row: Mapping[object, object]) -> str:
    value, reference = float(str(row["value"])), float(str(row["reference"]))
    if row["agrees"]:
        return "agrees"
    if math.isnan(value):
        return "no value"
    if not math.isfinite(value - reference):
        return f"{_number(value)} instead"
    sign = "+" if value > reference else "−"
    absolute, relative = size(abs(value - reference)), float(str(row["relative"]))
    if not math.isfinite(relative):
        return f"{sign}{absolute}"
    return f"{sign}{absolute} ({sign}{size(100 * relative)} %)"
