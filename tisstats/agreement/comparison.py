"""Compare the results of all software with the reference implementation."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version

import pandas as pd

from tisstats.agreement.comparison_data import REFERENCE, ComparisonData, Reason
from tisstats.agreement.programs import run_call

#: Significant digits required for agreement by default.
DEFAULT_DIGITS = 9

#: Largest number of digits that can be required: beyond it, differences are rounding error.
MAXIMUM_DIGITS = 12

#: Absolute differences up to this are rounding error.
_TOLERANCE = 1e-12

COLUMNS = [
    *("method", "case", "software", "version", "call", "quantity", "value", "decimals"),
    *("warning", "reference", "absolute", "relative", "agrees"),
]


def compare_results(data: ComparisonData, digits: int = DEFAULT_DIGITS) -> pd.DataFrame:
    """Compare all results with the reference.

    Parameters
    ----------
    data : ComparisonData
        Cases, methods and stored results. Python packages are run when this is called.
    digits : int
        Significant digits required for agreement, 1 to 12.

    Returns
    -------
    pandas.DataFrame
        One row for each method, case, software and quantity: `method`, `case`, `software`,
        `version`, `call` (as it would be written), `quantity`, `value`, `decimals` (printed; nan
        for full precision), `warning` (of Python software, or the error raised), `reference` (value
        of the reference implementation), `absolute` and `relative` difference (infinite if only one
        of the two values is defined), and `agrees`.

    Raises
    ------
    ValueError
        If `digits` is out of range, or a result has no reference result.

    Notes
    -----
    A result agrees when it differs from the reference by at most half a unit of the last decimal
    printed, or by a relative 10 ** -digits if it has full precision. Absolute differences up to
    1e-12 are ignored. Two missing or two equal infinite values agree.
    """
    whole = isinstance(digits, int) and not isinstance(digits, bool)
    if not (whole and 1 <= digits <= MAXIMUM_DIGITS):
        raise ValueError(
            f"digits must be a whole number from 1 to {MAXIMUM_DIGITS}, got {digits!r}"
        )
    table = pd.concat(
        [data.stored.assign(warning=""), pd.DataFrame(list(_run_calls(data)))],
        ignore_index=True,
    )
    key = ["method", "case", "quantity"]
    by_reference = table[table["software"] == REFERENCE].set_index(key)["value"]
    table = table[table["software"] != REFERENCE].reset_index(drop=True)
    places = pd.MultiIndex.from_frame(table[key])
    unknown = places[~places.isin(by_reference.index)]
    if len(unknown):
        raise ValueError(f"no reference result for {', '.join(map(str, unknown[0]))}")
    table["reference"] = by_reference.reindex(places).to_numpy()
    pairs = list(zip(table["value"], table["reference"], strict=True))
    table["absolute"] = [absolute_difference(value, reference) for value, reference in pairs]
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


def absolute_difference(value: float, reference: float) -> float:
    """Return the absolute difference, infinite if only one of the two values is defined.

    >>> absolute_difference(0.5, 0.25), absolute_difference(math.inf, 2.0)
    (0.25, inf)
    """
    if math.isnan(value) and math.isnan(reference):
        return 0.0
    if math.isnan(value) or math.isnan(reference):
        return math.inf
    if math.isinf(value) or math.isinf(reference):
        return 0.0 if value == reference else math.inf
    return abs(value - reference)


def agrees(value: float, reference: float, decimals: float, digits: int = DEFAULT_DIGITS) -> bool:
    """Test whether a result agrees with the reference at its printed precision.

    Parameters
    ----------
    value, reference : float
        The result and the reference result.
    decimals : float
        Decimals printed by the software, nan for full precision.
    digits : int
        Significant digits required for agreement.

    Examples
    --------
    >>> agrees(0.313, 0.3125, decimals=3), agrees(0.314, 0.3125, decimals=3)
    (True, False)
    >>> agrees(0.3125000001, 0.3125, decimals=math.nan)
    True
    """
    gap = absolute_difference(value, reference)
    if gap <= _TOLERANCE:
        return True
    if not math.isfinite(gap):
        return False
    if not math.isnan(decimals):
        return gap <= 0.5 * math.pow(10, -decimals) + _TOLERANCE
    return gap <= math.pow(10, -digits) * abs(reference)


def _run_calls(data: ComparisonData) -> Iterator[dict[str, object]]:
    read_version = cache(version)  # which parses all metadata of a library each time
    for software, method in itertools.product(data.software, data.methods):
        call = data.calls.get((software.name, method.name))
        if call is None:
            continue
        for case in filter(method.applies_to, data.cases):
            # A warning is recorded as a result, and must not abort the build of the book.
            with warnings.catch_warnings(record=True) as raised:
                warnings.simplefilter("always")
                try:
                    values = run_call(call, case)
                    message = str(raised[0].message) if raised else ""
                except (ValueError, ArithmeticError) as error:
                    # An error is recorded as missing values.
                    quantities = data.quantities(method.name, case.name)
                    values, message = dict.fromkeys(quantities, math.nan), f"error: {error}"
            for quantity, value in values.items():
                yield {
                    "method": method.name,
                    "case": case.name,
                    "software": software.name,
                    "version": read_version(software.distribution),
                    "call": call.call,
                    "quantity": quantity,
                    "value": value,
                    "decimals": math.nan,
                    "warning": message,
                }


@dataclass(frozen=True, slots=True)
class MethodVerdict:
    """Agreement of one software with the reference for one method."""

    cases: int  #: cases compared
    n_differing: int  #: cases with a differing number
    max_difference: float  #: largest difference of two finite numbers, in the unit of the case
    n_missing: int  #: cases with a number missing that the reference has
    n_undefined_reference: int  #: cases with a number where the reference is undefined or infinite
    decimals: float  #: smallest number of decimals printed, nan for full precision
    digits: int  #: significant digits required for agreement
    reason: Reason | None  #: why it differs, if known

    @property
    def agrees(self) -> bool:
        """Whether all numbers agree."""
        return self.n_differing == 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """The results of all software compared with the reference, and the verdicts."""

    data: ComparisonData  #: cases, methods, software and known reasons
    digits: int  #: significant digits required for agreement
    table: pd.DataFrame  #: one number per row, as returned by `compare_results`

    @classmethod
    def of(cls, data: ComparisonData, digits: int = DEFAULT_DIGITS) -> Comparison:
        """Run the comparison; see `compare_results` for arguments and errors."""
        return cls(data, digits, compare_results(data, digits))

    @cached_property
    def verdicts(self) -> Mapping[tuple[str, str], MethodVerdict]:
        """The verdict for every method and software with results."""
        return {
            (str(method), str(software)): self._verdict(rows, str(method), str(software))
            for (method, software), rows in self.table.groupby(["method", "software"], sort=False)
        }

    def _verdict(self, rows: pd.DataFrame, method: str, software: str) -> MethodVerdict:
        wrong = rows[~rows["agrees"]]
        finite = wrong.loc[wrong["absolute"] < math.inf, "absolute"]
        infinite = wrong[wrong["absolute"] == math.inf]
        missing = infinite["value"].isna()
        return MethodVerdict(
            cases=rows["case"].nunique(),
            n_differing=wrong["case"].nunique(),
            max_difference=float(finite.max()) if len(finite) else 0.0,
            n_missing=infinite.loc[missing, "case"].nunique(),
            n_undefined_reference=infinite.loc[~missing, "case"].nunique(),
            decimals=float(rows["decimals"].min()),
            digits=self.digits,
            reason=self.data.reasons.get((method, software)),
        )

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """The version of each software as recorded in its results; empty if it was not run."""
        found = pd.concat([self.data.stored, self.table])[["software", "version"]]
        found = found.drop_duplicates()
        return {
            software.name: ", ".join(found.loc[found["software"] == software.name, "version"])
            for software in self.data.software
        }
