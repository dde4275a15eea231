"""Every method on every case by every software, beside the definition: one number a row."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from importlib.metadata import version

import pandas as pd

from tisstats.agreement import _arrays, _ours, _scipy, _statsmodels
from tisstats.agreement.evidence import REFERENCE, Evidence
from tisstats.agreement.quantities import Offer

#: Who computes what while the book is built: software to method to computation.
COMPUTED: Mapping[str, Mapping[str, Offer]] = {
    "tisstats": _ours.OFFERS,
    "scipy": _scipy.OFFERS,
    "statsmodels": _statsmodels.OFFERS,
    "numpy": _arrays.NUMPY,
    "pandas": _arrays.PANDAS,
}

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
        the software prints; nan for all), `warning` (what Python software said on
        the way, or the error with which it gave up),
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
        [_stored(evidence), pd.DataFrame(list(_computed(evidence)))], ignore_index=True
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
    """Size of a difference, infinite where only one of two numbers is there.

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
    """Tell whether a result is the reference, as far as it is printed.

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


def _stored(evidence: Evidence) -> pd.DataFrame:
    table = evidence.golden.copy()
    table["decimals"] = [float(text) if text else math.nan for text in table["decimals"]]
    table["warning"] = ""
    return table


def _computed(evidence: Evidence) -> Iterator[dict[str, object]]:
    for software in evidence.software:
        if software.evidence != "computed":
            continue
        offers = COMPUTED[software.name]
        installed = version(software.distribution)
        for method in evidence.methods:
            if method.name not in offers:
                continue
            offer = offers[method.name]
            for case in filter(method.takes, evidence.cases):
                # A warning is kept as a finding; the build of the book must not end with it.
                with warnings.catch_warnings(record=True) as said:
                    warnings.simplefilter("always")
                    try:
                        values = offer.compute(case)
                        words = str(said[0].message) if said else ""
                    except (ValueError, ArithmeticError) as error:
                        # To give up is a finding as well: no value where there should be one.
                        wanted = evidence.quantities(method.name, case.name)
                        values, words = dict.fromkeys(wanted, math.nan), f"error: {error}"
                for quantity, value in values.items():
                    yield {
                        "method": method.name,
                        "case": case.name,
                        "software": software.name,
                        "version": installed,
                        "call": offer.call,
                        "quantity": quantity,
                        "value": value,
                        "decimals": math.nan,
                        "warning": words,
                    }
