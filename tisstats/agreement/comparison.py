"""Every method on every case by every program, compared with the definition."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

import pandas as pd

from tisstats.agreement.evidence import REFERENCE, Evidence, Reason
from tisstats.agreement.programs import computed

#: Digits to which results have to agree unless somebody asks for others.
DIGITS = 9

#: Numbers as small as this are rounding noise of a difference of numbers about 1.
_NOISE = 1e-12

COLUMNS = [
    *("method", "case", "software", "version", "call", "quantity", "value", "decimals"),
    *("warning", "reference", "absolute", "relative", "agrees"),
]


def compare(evidence: Evidence, digits: int = DIGITS) -> pd.DataFrame:
    """Compare all results with the definition.

    Parameters
    ----------
    evidence : Evidence
        Cases, methods and stored results. What is computed in Python is computed now.
    digits : int
        Significant digits to which a result has to agree, 1 to 12.

    Returns
    -------
    pandas.DataFrame
        One row for each method, case, software and quantity: `method`, `case`, `software`,
        `version`, `call` (how the software was asked), `quantity`, `value`, `decimals` (those that
        the software prints; nan for all), `warning` (a warning of Python software,
        or the error with which it gave up),
        `reference` (the value by definition), `absolute` and `relative` difference (never
        negative; infinite where only one of the two has a value), and `agrees`.

    Raises
    ------
    ValueError
        If `digits` is out of range, or a result has no counterpart by definition.

    Notes
    -----
    A result agrees when it differs from the definition by at most half a unit of the last decimal
    that the software prints, or else by at most 10 ** -digits of itself. Differences below 1e-12
    are noise. Two missing or two equal infinite values agree.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= 12:
        raise ValueError(f"digits must be a whole number from 1 to 12, got {digits!r}")
    table = pd.concat(
        [evidence.golden.assign(warning=""), pd.DataFrame(list(_computed(evidence)))],
        ignore_index=True,
    )
    key = ["method", "case", "quantity"]
    by_definition = table[table["software"] == REFERENCE].set_index(key)["value"]
    table = table[table["software"] != REFERENCE].reset_index(drop=True)
    places = pd.MultiIndex.from_frame(table[key])
    unknown = places[~places.isin(by_definition.index)]
    if len(unknown):
        raise ValueError(f"there is no definition of {', '.join(map(str, unknown[0]))}")
    table["reference"] = by_definition.reindex(places).to_numpy()
    pairs = list(zip(table["value"], table["reference"], strict=True))
    table["absolute"] = [difference(value, reference) for value, reference in pairs]
    table["relative"] = [
        0.0 if gap == 0 else gap / abs(reference) if reference and math.isfinite(gap) else math.inf
        for gap, (_, reference) in zip(table["absolute"], pairs, strict=True)
    ]
    table["agrees"] = [
        agrees(value, reference, decimals, digits)
        for value, reference, decimals in zip(
            table["value"], table["reference"], table["decimals"], strict=True
        )
    ]
    return table[COLUMNS]


def difference(value: float, reference: float) -> float:
    """Return the size of a difference, infinite where only one of two numbers is there.

    >>> difference(0.5, 0.25), difference(math.nan, math.nan), difference(math.inf, 2.0)
    (0.25, 0.0, inf)
    """
    if math.isnan(value) and math.isnan(reference):
        return 0.0
    if math.isnan(value) or math.isnan(reference):
        return math.inf
    if math.isinf(value) or math.isinf(reference):
        return 0.0 if value == reference else math.inf
    return abs(value - reference)


def agrees(value: float, reference: float, decimals: float, digits: int = DIGITS) -> bool:
    """Return whether a result is the reference, as far as it is printed.

    Parameters
    ----------
    value, reference : float
        The result and what it should be.
    decimals : float
        Decimals that the software prints, nan if it gives all it has.
    digits : int
        Significant digits that have to agree.

    Examples
    --------
    >>> agrees(0.313, 0.3125, decimals=3), agrees(0.314, 0.3125, decimals=3)
    (True, False)
    >>> agrees(0.3125000001, 0.3125, decimals=math.nan)
    True
    """
    gap = difference(value, reference)
    if gap <= _NOISE:
        return True
    if not math.isfinite(gap):
        return False
    if not math.isnan(decimals):
        return gap <= 0.5 * math.pow(10, -decimals) + _NOISE
    return gap <= math.pow(10, -digits) * abs(reference)


def _computed(evidence: Evidence) -> Iterator[dict[str, object]]:
    for software, method in itertools.product(evidence.software, evidence.methods):
        call = evidence.calls.get((software.name, method.name))
        if call is None:
            continue
        for case in filter(method.takes, evidence.cases):
            # A warning is kept as a result; the build of the book must not end with it.
            with warnings.catch_warnings(record=True) as raised:
                warnings.simplefilter("always")
                try:
                    values = computed(call, case)
                    words = str(raised[0].message) if raised else ""
                except (ValueError, ArithmeticError) as error:
                    # To give up is a result as well: no value where there should be one.
                    wanted = evidence.quantities(method.name, case.name)
                    values, words = dict.fromkeys(wanted, math.nan), f"error: {error}"
            for quantity, value in values.items():
                yield {
                    "method": method.name,
                    "case": case.name,
                    "software": software.name,
                    "version": version(software.distribution),
                    "call": call.call,
                    "quantity": quantity,
                    "value": value,
                    "decimals": math.nan,
                    "warning": words,
                }


@dataclass(frozen=True, slots=True)
class MethodVerdict:
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


@dataclass(frozen=True, eq=False)
class Comparison:
    """The results of all software compared with the definitions, and the verdicts."""

    evidence: Evidence  #: cases, methods, software and known reasons
    digits: int  #: significant digits to which results had to agree
    table: pd.DataFrame  #: one number a row, as `compare` gives it

    @classmethod
    def of(cls, evidence: Evidence, digits: int = DIGITS) -> Comparison:
        """Compare everything now; see `compare` for arguments and errors."""
        return cls(evidence, digits, compare(evidence, digits))

    @cached_property
    def verdicts(self) -> Mapping[tuple[str, str], MethodVerdict]:
        """The verdict on every method and software that have results."""
        return {
            (str(method), str(software)): self._judge(rows, str(method), str(software))
            for (method, software), rows in self.table.groupby(["method", "software"], sort=False)
        }

    def _judge(self, rows: pd.DataFrame, method: str, software: str) -> MethodVerdict:
        wrong = rows[~rows["agrees"]]
        finite = wrong.loc[wrong["absolute"] < math.inf, "absolute"]
        endless = wrong[wrong["absolute"] == math.inf]
        missing = endless["value"].isna()
        return MethodVerdict(
            cases=rows["case"].nunique(),
            differing=wrong["case"].nunique(),
            largest=float(finite.max()) if len(finite) else 0.0,
            no_value=endless.loc[missing, "case"].nunique(),
            no_definition=endless.loc[~missing, "case"].nunique(),
            decimals=float(rows["decimals"].min()),
            digits=self.digits,
            reason=self.evidence.reasons.get((method, software)),
        )

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """The version of each software, as its results name it; empty where none was run."""
        found = pd.concat([self.evidence.golden, self.table])[["software", "version"]]
        found = found.drop_duplicates()
        return {
            software.name: ", ".join(found.loc[found["software"] == software.name, "version"])
            for software in self.evidence.software
        }
