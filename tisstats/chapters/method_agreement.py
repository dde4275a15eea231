"""The chapter on method agreement: which programs agree, and how large the differences are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from tisstats.agreement.comparison import Comparison, MethodVerdict
from tisstats.agreement.comparison_data import ComparedMethod, ComparisonData
from tisstats.chapters.page import Rows, Table, described, table
from tisstats.chapters.parameters import Parameters
from tisstats.chapters.result_facts import COUNT_OF_ALL, Facts, counted
from tisstats.figures.numbers import of_all
from tisstats.ledger.published import data_directory
from tisstats.printed import format_rounded
from tisstats.sentences import count_of

#: Texts of the matrix where no comparison was made.
NOT_RUN, NOT_OFFERED = "not run", "not offered, by its documentation"
DOCUMENTED, UNCLEAR = "documented", "unclear"
_DOCUMENTED = {"yes": DOCUMENTED, "no": NOT_OFFERED, "unclear": UNCLEAR}

#: Signs of the matrix, and the marks of its notes.
AGREES, DIFFERS, NO_VALUE, UNDEFINED = "✓", "≠", "†", "‡"
_SIGNS = {NOT_RUN: "–", NOT_OFFERED: "(–)", DOCUMENTED: "(✓)", UNCLEAR: "?"}

#: Where the results of each kind of program come from.
_SOURCES = {
    "reference": "stored results of definitions.R",
    "computed": "computed when this book was built",
    "stored": "stored results of packages.R",
    "documented": "from documentation, not run",
}

#: The script of stored results, where it is not packages.R.
_SCRIPTS = {"pspp": "pspp.R", "stats-recent": "recent.R"}

#: This project as a program; the reference definitions are also ours.
_OURS = "tisstats"

#: Sizes below this are written with a power of ten.
_SMALL = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class MethodSection:
    """The collapsed section on one method."""

    name: str  #: unique among the methods, such as wilson-cc
    title: str  #: name of the method on the page
    summary: str  #: which programs differ
    definition: str  #: what is computed, with its source
    cases: str  #: descriptions of its cases
    differing: Mapping[str, str]  #: program to difference and reason
    calls: tuple[tuple[str, str], ...]  #: program and its call
    spss: str  #: what its documentation states
    differences: Table  #: each number of each case


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A verdict of the matrix: short on the page, in words in its files."""

    sign: str  #: a sign, or the largest difference
    words: str  #: what it means
    marks: str  #: of the notes on what else differs
    differs: bool  #: whether the section on the method has a reason

    @classmethod
    def of(cls, words: str, verdict: MethodVerdict | None) -> MatrixCell:
        """Return the cell of a verdict; of words alone if no comparison was made."""
        if verdict is None:
            return cls(_SIGNS[words], words, "", differs=False)
        if verdict.agrees:
            return cls(AGREES, words, "", differs=False)
        difference = verdict.max_difference > 0
        marks = NO_VALUE * bool(verdict.n_missing) + UNDEFINED * bool(verdict.n_undefined_reference)
        sign = format_difference(verdict.max_difference) if difference else DIFFERS
        return cls(sign, words, marks, differs=True)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A method of the matrix."""

    family: str
    name: str  #: unique among the methods, such as wilson-cc
    title: str
    cells: tuple[MatrixCell, ...]  #: by program, in the order of the columns of the matrix


@dataclass(frozen=True)
class MethodAgreement(Parameters):
    """The chapter for one number of digits to which programs have to agree."""

    agreement_digits: int  #: significant digits, 1 to 12

    @cached_property
    def comparison(self) -> Comparison:
        """The results of all programs, compared now."""
        return Comparison.of(
            ComparisonData.read(data_directory("agreement")), self.agreement_digits
        )

    @described(
        {
            "agreement_digits": Facts(
                "{value} *", "Digits to which results must agree", "digits", origin="chosen"
            ),
            "methods_compared": counted("Methods compared", "methods"),
            "cases_compared": counted("Cases", "cases"),
            "software_compared": counted("Programs run", "programs"),
            "numbers_compared": counted("Results compared", "results"),
            "pairs_compared": counted("Pairs of a method and another program", "pairs"),
            "pairs_disagreeing": counted("Pairs that disagree", "pairs"),
            "own_agreeing": Facts(COUNT_OF_ALL, "Methods of this package that agree", "methods"),
        },
        source="book",
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        data, verdicts = self.comparison.data, self.comparison.verdicts
        own = {place: verdict.agrees for place, verdict in verdicts.items() if place[1] == _OURS}
        others = [verdict.agrees for place, verdict in verdicts.items() if place[1] != _OURS]
        run = [each for each in data.software if each.source in ("computed", "stored")]
        return {
            "agreement_digits": _count_digits(self.agreement_digits, " significant"),
            "methods_compared": len(data.methods),
            "cases_compared": len(data.cases),
            "software_compared": len(run),
            "numbers_compared": len(self.comparison.table),
            "pairs_compared": len(others),
            "pairs_disagreeing": others.count(False) or "none",
            "own_agreeing": of_all(sum(own.values()), len(own)),
        }

    def matrix(self) -> pd.DataFrame:
        """Return the verdicts as text: methods in rows, programs in columns.

        Returns
        -------
        pandas.DataFrame
            `family`, `method` (its title), and one column for each program, named by its title and
            version; without the reference, and without this package if it agrees with it in all
            methods.
        """
        comparison = self.comparison
        own = [found.agrees for place, found in comparison.verdicts.items() if place[1] == _OURS]
        left_out = {_OURS} if all(own) else set()
        rows = []
        for method in comparison.data.methods:
            row = {"family": method.family, "method": method.title}
            for program in comparison.data.software:
                if program.source == "reference" or program.name in left_out:
                    continue
                head = f"{program.title} {comparison.versions[program.name]}".strip()
                if program.source == "documented":
                    row[head] = _DOCUMENTED[comparison.data.documented[method.name].offered]
                else:
                    verdict = comparison.verdicts.get((method.name, program.name))
                    row[head] = verdict_text(verdict) if verdict else NOT_RUN
            rows.append(row)
        return pd.DataFrame(rows)

    def matrix_cells(self) -> list[MatrixRow]:
        """Return the rows of the matrix with a sign for each verdict, for narrow columns."""
        verdicts = {
            (method.name, verdict_text(verdict)): verdict
            for method in self.comparison.data.methods
            for (name, _), verdict in self.comparison.verdicts.items()
            if name == method.name
        }
        methods = zip(self.comparison.data.methods, self.matrix().to_dict("records"), strict=True)
        return [
            MatrixRow(
                method.family,
                method.name,
                method.title,
                tuple(
                    MatrixCell.of(str(words), verdicts.get((method.name, str(words))))
                    for words in list(row.values())[2:]
                ),
            )
            for method, row in methods
        ]

    def family(self, family: str) -> list[MethodSection]:
        """Return the sections on the methods of a family.

        Raises
        ------
        ValueError
            If there is no such family.
        """
        families = self.comparison.data.families()
        if family not in families:
            raise ValueError(f"family must be one of {', '.join(families)}, got {family!r}")
        methods = self.comparison.data.methods
        return [self._section(method) for method in methods if method.family == family]

    def _section(self, method: ComparedMethod) -> MethodSection:
        comparison, data = self.comparison, self.comparison.data
        titles = {program.name: program.title for program in data.software}
        found = {name: comparison.verdicts.get((method.name, name)) for name in titles}
        differing = {
            titles[name]: f"{verdict_text(verdict)}."
            + (f" {verdict.reason.full}" if verdict.reason else "")
            for name, verdict in found.items()
            if verdict and not verdict.agrees
        }
        verb = "differs" if len(differing) == 1 else "differ"
        run = [titles[name] for name, verdict in found.items() if verdict]
        agreement = "all that were run agree" if len(run) > 1 else f"only {', '.join(run)} was run"
        calls = comparison.table.loc[
            (comparison.table["method"] == method.name) & (comparison.table["call"] != ""),
            ["software", "call"],
        ].drop_duplicates()
        calls = calls.sort_values("software", key=lambda names: names.map(list(titles).index))
        documented = data.documented[method.name]
        return MethodSection(
            name=method.name,
            title=method.title,
            summary=f"{', '.join(differing)} {verb}" if differing else agreement,
            definition=method.definition,
            cases="; ".join(case.label for case in data.cases if method.applies_to(case)),
            differing=differing,
            calls=tuple(zip(calls["software"].map(titles), calls["call"], strict=True)),
            spss=f"{documented.statement} ({documented.source})",
            differences=self.differences(method),
        )

    def differences(self, method: ComparedMethod) -> Table:
        """Return the differences of one method: numbers in rows, programs in columns.

        The columns are `Case`, `Number`, `Definition`, and one for each program that offers the
        method: "agrees", or the absolute and relative difference from the definition.
        """
        data = self.comparison.data
        found = self.comparison.table
        rows = found[found["method"] == method.name].to_dict("records")
        offering = {str(row["software"]) for row in rows}
        programs = [each for each in data.software if each.name in offering]
        definitions = {(row["case"], row["quantity"]): row["reference"] for row in rows}
        cells = {(row["case"], row["quantity"], row["software"]): _cell(row) for row in rows}
        labels = {case.name: case.label for case in data.cases}
        frame = pd.DataFrame(
            [
                {"Case": labels[case], "Number": quantity, "Definition": _number(float(value))}
                # Some functions return only some of the numbers of a case, such as P without z.
                | {
                    program.title: cells.get((case, quantity, program.name), "not reported")
                    for program in programs
                }
                for (case, quantity), value in definitions.items()
            ]
        )
        caption = (
            f"{method.title}: differences from the definition, relative differences in brackets"
        )
        return Table(
            frame,
            caption,
            name=method.name.replace("-", "_"),
            facts="results of programs on test cases; all are in the folder data/agreement",
        )

    @table(
        "Programs and where their results come from",
        columns="versions of programs",
    )
    def versions(self) -> Rows:
        """Return the programs with their versions and the source of their results."""
        for program in self.comparison.data.software:
            yield {
                "Program": program.title,
                "Version": self.comparison.versions[program.name] or "several releases",
                "Results": _SOURCES[program.source].replace(
                    "packages.R", _SCRIPTS.get(program.name, "packages.R")
                ),
                "Note": program.note,
            }


def _count_digits(digits: int, kind: str = "") -> str:
    return count_of(digits, f"{kind} digit".strip())


def verdict_text(verdict: MethodVerdict) -> str:
    """Return a short verdict for a cell of the matrix."""
    if verdict.agrees:
        if math.isnan(verdict.decimals):
            return f"agrees to {_count_digits(verdict.digits)}"
        return f"agrees to the {verdict.decimals:g} decimals printed"
    parts = []
    if verdict.max_difference > 0:
        parts.append(f"differs by up to {format_difference(verdict.max_difference)}")
    if verdict.n_missing:
        parts.append(f"returns no value in {verdict.n_missing} of {verdict.cases} cases")
    if verdict.n_undefined_reference:
        where = f"{verdict.n_undefined_reference} of {verdict.cases} cases"
        parts.append(f"returns a value where the definition is undefined in {where}")
    *before, last = parts
    text = f"{', '.join(before)}, and {last}" if before else last
    return f"{text} ({verdict.reason.short if verdict.reason else 'reason unknown'})"


def format_difference(value: float) -> str:
    """Format the size of a difference to two digits.

    >>> format_difference(0.019531), format_difference(4.3)
    ('0.020', '4.3')
    >>> format_difference(0.000000123), format_difference(127.4)
    ('1.2e-7', '127')
    >>> format_difference(0.000999999999), format_difference(9.99999)
    ('0.0010', '10')
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    # Power of the rounded value: 0.000999999 rounds to 0.0010.
    power = math.floor(math.log10(float(f"{abs(value):.1e}")))
    if abs(value) < _SMALL:
        # Scaled exactly: floating-point noise could change the printed digits.
        return f"{format_rounded(Fraction(value) * 10**-power, 1)}e{power}"
    return format_rounded(value, max(0, 1 - power))


def _number(value: float) -> str:
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    digits = 4 if value == 0 or abs(value) >= _SMALL else 1 - math.floor(math.log10(abs(value)))
    return format_rounded(value, digits).replace("-", "−")


def _cell(row: Mapping[object, object]) -> str:
    value, reference = float(str(row["value"])), float(str(row["reference"]))
    if row["agrees"]:
        return "agrees"
    if math.isnan(value):
        return "no value"
    if not math.isfinite(value - reference):
        return f"{_number(value)} instead"
    sign = "+" if value > reference else "−"
    absolute, relative = format_difference(abs(value - reference)), float(str(row["relative"]))
    if not math.isfinite(relative):
        return f"{sign}{absolute}"
    return f"{sign}{absolute} ({sign}{format_difference(100 * relative)}%)"
