"""Muscle enzymes: values as multiples of their upper limit of normal, and which one is followed.

The score follows the enzyme that is the most abnormal at baseline. "Most abnormal" is read as the
largest multiple of its own upper limit of normal (ULN): raw values of different enzymes cannot be
compared. No published rule breaks a tie, or says what holds if no enzyme is abnormal. By our
convention the first of `ENZYMES` is followed of those that tie, and the largest multiple of those
that are all normal; the choice is reported.

An enzyme that was not measured at baseline may have been the most abnormal one. So unless a caller
asks for the most abnormal of those measured, none is followed then, and the enzyme is missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import ENZYMES, UNITS_PER_MICROKATAL
from tisstats.statistics._arguments import one_of

EnzymeUnit = Literal["U/L", "microkat/L"]

#: Units of enzyme activity, in U/L.
ENZYME_UNITS: dict[EnzymeUnit, int] = {"U/L": 1, "microkat/L": UNITS_PER_MICROKATAL}
_UNITS: dict[str | None, EnzymeUnit] = {unit: unit for unit in ENZYME_UNITS}

#: How good the choice of an enzyme was.
ENZYME_CHOICES = ("most abnormal", "tie", "none abnormal", "not all measured")
_NOT_ALL_MEASURED = ENZYME_CHOICES.index("not all measured")

EnzymePanel = Literal["complete", "measured"]

#: Among which enzymes the most abnormal one is sought: all of a table, or those measured.
ENZYME_PANELS: tuple[EnzymePanel, ...] = ("complete", "measured")

#: Between these lie the ULN of laboratories, U/L: beyond them a ULN was given in another unit. An
#: assumption, far from the limits in use on either side: 60 times, or a 60th, of those in use.
ULN_RANGE = {
    "ck": (20, 1000),
    "aldolase": (0.5, 60),
    "ldh": (20, 1000),
    "ast": (5, 300),
    "alt": (5, 300),
}

#: Multiples of the ULN from which on a value is likely to be in another unit than its limit. Values
#: so far away can occur, so this is a question to the user and no fault.
IMPLAUSIBLY_LOW, IMPLAUSIBLY_HIGH = 0.05, 100

#: Decimals of a multiple that count when two enzymes are compared: noise must not break a tie.
_MULTIPLE_DECIMALS = 9

_QUANTITY = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>U/L|microkat/L)?")

UpperLimit = float | str
"""A ULN: a number, a number with its unit such as "170 U/L", or the name of a column."""


def upper_limit(
    enzyme: str, given: UpperLimit, unit: EnzymeUnit, *, plausible: bool = True
) -> UpperLimit:
    """Return a ULN as a number in `unit`, or the name of the column that holds it.

    Unless `plausible` is False, it has to be one that a laboratory can have in this unit.

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
    refused = ValueError(
        f"the upper limit of normal of {enzyme} must be a number above 0 in {unit}, a number with "
        f"its unit (such as '170 U/L'), or the name of a column"
    )
    number: object = given
    own = unit
    if isinstance(given, str):
        quantity = _QUANTITY.fullmatch(given.strip())
        if quantity is None:
            if not given.strip() or re.match(r"[-+.\d]", given.strip()):
                raise refused
            return given
        number, own = quantity["number"], _UNITS.get(quantity["unit"], unit)
    try:
        value = math.nan if isinstance(number, bool | np.bool_) else float(number)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise refused from None
    if not (math.isfinite(value) and value > 0):
        raise refused
    if plausible and (wrong := uln_fault(enzyme, value, own)) is not None:
        raise ValueError(wrong)
    return value * ENZYME_UNITS[own] / ENZYME_UNITS[unit]


def uln_fault(enzyme: str, number: float, unit: EnzymeUnit) -> str | None:
    """Return what is wrong with a ULN that was given in another unit than this; None if nothing.

    >>> uln_fault("ck", 170, "U/L")
    >>> uln_fault("ck", 2.9, "U/L")
    "2.9 U/L is no upper limit of normal of ck; if it is in microkat/L, write '2.9 microkat/L'"
    """
    low, high = ULN_RANGE[enzyme]
    other: EnzymeUnit = "U/L" if unit == "microkat/L" else "microkat/L"
    in_other = low <= number * ENZYME_UNITS[other] <= high
    if unit == "microkat/L" and number * UNITS_PER_MICROKATAL > high:
        converted = f" is {number * UNITS_PER_MICROKATAL:g} U/L, which"
    elif unit == "U/L" and number < low and in_other:
        converted = ""
    else:
        return None
    fault = f"{number:g} {unit}{converted} is no upper limit of normal of {enzyme}"
    return f"{fault}; if it is in {other}, write '{number:g} {other}'" if in_other else fault


def most_abnormal(
    multiples: Mapping[str, NDArray[np.float64]], panel: EnzymePanel = "complete"
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the enzyme to follow, patient by patient.

    Parameters
    ----------
    multiples : mapping of enzyme to array, shape (n,)
        Baseline values as multiples of the enzyme's own ULN; nan is not measured.
    panel : {"complete", "measured"}
        What to do where an enzyme was not measured. ``"complete"``: it may have been the most
        abnormal one, so none is followed. ``"measured"``: the most abnormal of those measured is.

    Returns
    -------
    followed : numpy.ndarray, shape (n,)
        Position in `multiples` reordered as `ENZYMES`; -1 where none is followed.
    choice : numpy.ndarray, shape (n,)
        Position in `ENZYME_CHOICES`; -1 where none was measured. At or below its ULN an enzyme is
        not abnormal.

    Raises
    ------
    ValueError
        If there is no such panel.

    Examples
    --------
    >>> import numpy as np
    >>> ck, ldh = np.array([2.0, 1.5, 0.5]), np.array([1.5, 2.0, 0.5])
    >>> followed, choice = most_abnormal({"ck": ck, "ldh": ldh})
    >>> followed.tolist(), [ENZYME_CHOICES[at] for at in choice]
    ([0, 1, 0], ['most abnormal', 'most abnormal', 'none abnormal'])
    """
    one_of("enzyme_panel", panel, ENZYME_PANELS)
    columns = [multiples[enzyme] for enzyme in in_order(multiples)]
    table = np.round(np.column_stack(columns), _MULTIPLE_DECIMALS)
    measured = ~np.isnan(table)
    comparable = np.where(measured, table, -np.inf)
    largest = comparable.max(axis=1)
    followed = comparable.argmax(axis=1)  # the first of several
    # Both sides were rounded to the same decimals, and one of them is the other.
    several = (comparable >= largest[:, None]).sum(axis=1) > 1
    choice = np.where(largest <= 1, 2, np.where(several, 1, 0))
    if panel == "complete":
        open_ = ~measured.all(axis=1)
        followed, choice = np.where(open_, -1, followed), np.where(open_, _NOT_ALL_MEASURED, choice)
    none = ~measured.any(axis=1)
    return np.where(none, -1, followed), np.where(none, -1, choice)


def followed_improvement(
    baseline: Mapping[str, NDArray[np.float64]],
    now: Mapping[str, NDArray[np.float64]],
    followed: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the improvement of each row's followed enzyme, in per cent of its range.

    Parameters
    ----------
    baseline, now : mapping of enzyme to array, shape (n,)
        Multiples of the ULN that was valid at the time of each value.
    followed : numpy.ndarray, shape (n,)
        As given by `most_abnormal`.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positive when better; nan where no enzyme is followed or one of its values is missing.
    """
    percent = np.full(len(followed), np.nan)
    for position, enzyme in enumerate(in_order(baseline)):
        rows = followed == position
        fall = baseline[enzyme][rows] - now[enzyme][rows]
        percent[rows] = 100 * fall / ENZYMES[enzyme].range_in_uln
    return percent


def in_order(enzymes: Collection[str]) -> list[str]:
    """Return enzymes in the order in which ties are broken.

    >>> in_order(["alt", "ck"])
    ['ck', 'alt']
    """
    return [enzyme for enzyme in ENZYMES if enzyme in enzymes]
