"""Muscle enzymes as multiples of the ULN, and selection of the most abnormal enzyme.

The score uses the enzyme that is most abnormal at baseline. "Most abnormal" is interpreted as the
largest multiple of its own upper limit of normal (ULN), since raw values of different enzymes are
not comparable. No published rule breaks a tie or covers the case that none is abnormal. By our
convention the first of `ENZYMES` is used among those tied, and the largest multiple if all are
normal; the selection is reported.

An enzyme that was not measured at baseline may have been the most abnormal one. So by default none
is used in that case, and the enzyme is missing; `enzyme_panel` allows the most abnormal of those
measured instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import ENZYMES, UNITS_PER_MICROKATAL
from tisstats.statistics._arguments import one_of, real_number

EnzymeUnit = Literal["U/L", "microkat/L"]

#: Units of enzyme activity, in U/L.
ENZYME_UNITS: dict[EnzymeUnit, int] = {"U/L": 1, "microkat/L": UNITS_PER_MICROKATAL}
_UNITS: dict[str | None, EnzymeUnit] = {unit: unit for unit in ENZYME_UNITS}

#: How the enzyme was selected.
ENZYME_SELECTIONS = ("most abnormal", "tie", "none abnormal", "not all measured")
_NOT_ALL_MEASURED = ENZYME_SELECTIONS.index("not all measured")

EnzymePanel = Literal["complete", "measured"]

#: Whether all enzymes of a table must be measured at baseline, or the measured ones suffice.
ENZYME_PANELS: tuple[EnzymePanel, ...] = ("complete", "measured")

#: Plausible range of the ULN of a laboratory, U/L: beyond it the ULN is in another unit. An
#: assumption, wide compared with the limits in use, from which the other unit differs 60-fold.
ULN_RANGE = {
    "ck": (20, 1000),
    "aldolase": (0.5, 60),
    "ldh": (20, 1000),
    "ast": (5, 300),
    "alt": (5, 300),
}

#: Multiples of the ULN beyond which value and ULN probably differ in unit. Such values can occur,
#: so this is a warning, not an error.
IMPLAUSIBLY_LOW, IMPLAUSIBLY_HIGH = 0.05, 100

#: Multiples of the ULN, and parts of it, beyond which a cell is not a measurement: an assumption,
#: far from any known one. Without a limit, a change could be no number.
MOST_MULTIPLE = 1e15
BEYOND_MEASUREMENT = (
    f"must be from {1 / MOST_MULTIPLE:g} to {MOST_MULTIPLE:g} times its upper limit of normal"
)

#: Decimals of a multiple used to compare enzymes: rounding error must not break a tie.
MULTIPLE_DECIMALS = 9

_QUANTITY = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>U/L|microkat/L)?")

#: A ULN: a number, a number with its unit such as "170 U/L", or the name of a column.
UpperLimit = float | str


def beyond_measurement(
    multiples: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which values are such multiples of their ULN that no enzyme can be measured so.

    >>> values = np.array([500, 1e308, np.nan])
    >>> beyond_measurement(values / 170, values).tolist()
    [False, True, False]
    """
    beyond = (multiples > MOST_MULTIPLE) | (multiples < 1 / MOST_MULTIPLE)
    # Values that are not measurements at all are faults of their own.
    return np.asarray(beyond & np.isfinite(values) & (values > 0)) if beyond.any() else beyond


def upper_limit(
    enzyme: str, given: UpperLimit, unit: EnzymeUnit, *, plausible: bool = True
) -> UpperLimit:
    """Return a ULN as a number in `unit`, or the name of the column that holds it.

    Unless `plausible` is False, it must be a plausible ULN of a laboratory in this unit.

    Raises
    ------
    ValueError
        If it is not a positive number, or not plausible.

    Examples
    --------
    >>> upper_limit("ck", 170, "U/L"), upper_limit("ck", "ck_uln", "U/L")
    (170.0, 'ck_uln')
    >>> upper_limit("ck", "180 U/L", "microkat/L")
    3.0
    """
    invalid = ValueError(
        f"the upper limit of normal of {enzyme} must be a number above 0 in {unit}, a number with "
        f"its unit (such as '170 U/L'), or the name of a column"
    )
    number: object = given
    own = unit
    if isinstance(given, str):
        quantity = _QUANTITY.fullmatch(given.strip())
        if quantity is None:
            if not given.strip() or re.match(r"[-+.\d]", given.strip()):
                raise invalid
            return given
        number, own = quantity["number"], _UNITS.get(quantity["unit"], unit)
    try:
        value = float(number) if isinstance(number, str) else real_number("uln", number)  # type: ignore[arg-type]
    except ValueError:
        raise invalid from None
    if not 0 < value < math.inf:
        raise invalid
    if plausible and (wrong := uln_fault(enzyme, value, own)) is not None:
        raise ValueError(wrong)
    return value * ENZYME_UNITS[own] / ENZYME_UNITS[unit]


def uln_fault(enzyme: str, number: float, unit: EnzymeUnit) -> str | None:
    """Return an error message if a ULN is implausible in this unit; None if it is plausible.

    >>> uln_fault("ck", 170, "U/L")
    >>> uln_fault("ck", 2.9, "U/L")  # doctest: +ELLIPSIS
    '2.9 U/L is not a plausible upper limit of normal of ck; if values and limits are in microkat...
    """
    low, high = ULN_RANGE[enzyme]
    other: EnzymeUnit = "U/L" if unit == "microkat/L" else "microkat/L"
    in_other = low <= number * ENZYME_UNITS[other] <= high
    if unit == "microkat/L" and number * UNITS_PER_MICROKATAL > high:
        converted = f" is {number * UNITS_PER_MICROKATAL:g} U/L, which"
    elif number < low and in_other:
        converted = ""
    else:
        return None
    fault = f"{number:g} {unit}{converted} is not a plausible upper limit of normal of {enzyme}"
    if not in_other:
        return fault
    return (
        f"{fault}; if values and limits are in {other}, set the enzyme unit (enzyme_unit, "
        "--enzyme-unit) to it; if the limit alone is, convert it"
    )


def select_enzyme(
    multiples: Mapping[str, NDArray[np.float64]], panel: EnzymePanel = "complete"
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Select the most abnormal enzyme of each patient.

    Parameters
    ----------
    multiples : mapping of enzyme to array, shape (n,)
        Baseline values as multiples of the enzyme's own ULN; nan if not measured.
    panel : {"complete", "measured"}
        How an enzyme that was not measured is handled. ``"complete"``: it may have been the most
        abnormal one, so none is used. ``"measured"``: the most abnormal of those measured is used.

    Returns
    -------
    used : numpy.ndarray, shape (n,)
        Position in `multiples` reordered as `ENZYMES`; -1 if none is used.
    selection : numpy.ndarray, shape (n,)
        Position in `ENZYME_SELECTIONS`; -1 if none was measured. At or below its
        ULN an enzyme is not abnormal.

    Raises
    ------
    ValueError
        If there is no such panel.

    Examples
    --------
    >>> import numpy as np
    >>> ck, ldh = np.array([2.0, 1.5, 0.5]), np.array([1.5, 2.0, 0.5])
    >>> used, selection = select_enzyme({"ck": ck, "ldh": ldh})
    >>> used.tolist(), [ENZYME_SELECTIONS[at] for at in selection]
    ([0, 1, 0], ['most abnormal', 'most abnormal', 'none abnormal'])
    """
    one_of("enzyme_panel", panel, ENZYME_PANELS)
    columns = [multiples[enzyme] for enzyme in sort_enzymes(multiples)]
    table = np.round(np.column_stack(columns), MULTIPLE_DECIMALS)
    measured = ~np.isnan(table)
    comparable = np.where(measured, table, -np.inf)
    largest = comparable.max(axis=1)
    used = comparable.argmax(axis=1)  # the first of several
    # Both sides are rounded alike, and `largest` is one of the values.
    several = (comparable >= largest[:, None]).sum(axis=1) > 1
    selection = np.where(largest <= 1, 2, np.where(several, 1, 0))
    if panel == "complete":
        incomplete = ~measured.all(axis=1)
        used = np.where(incomplete, -1, used)
        selection = np.where(incomplete, _NOT_ALL_MEASURED, selection)
    none = ~measured.any(axis=1)
    return np.where(none, -1, used), np.where(none, -1, selection)


def enzyme_improvement(
    baseline: Mapping[str, NDArray[np.float64]],
    now: Mapping[str, NDArray[np.float64]],
    used: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Compute the improvement of each row's selected enzyme, per cent of its range.

    Parameters
    ----------
    baseline, now : mapping of enzyme to array, shape (n,)
        Multiples of the ULN valid at the time of each value.
    used : numpy.ndarray, shape (n,)
        As returned by `select_enzyme`.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positive for improvement; nan if no enzyme is used or one of its values is missing.
    """
    percent = np.full(len(used), np.nan)
    for position, enzyme in enumerate(sort_enzymes(baseline)):
        of_enzyme = 100 * (baseline[enzyme] - now[enzyme]) / ENZYMES[enzyme].range_in_uln
        np.copyto(percent, of_enzyme, where=used == position)
    return percent


def sort_enzymes(enzymes: Collection[str]) -> list[str]:
    """Sort enzymes in the order that breaks ties.

    >>> sort_enzymes(["alt", "ck"])
    ['ck', 'alt']
    """
    return [enzyme for enzyme in ENZYMES if enzyme in enzymes]
