"""Arguments of the statistics: checked and normalised here, so that the computations are pure."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

Whole = SupportsIndex | float  # a whole number of any numeric type: 8, numpy.int64(8), 8.0


def whole_number(
    name: str, value: Whole, *, minimum: int | None = None, maximum: int | None = None
) -> int:
    """Return `value` as an int, or say that it is no whole number in the allowed range.

    Floats pass when they are whole, since pandas turns a column of counts with a gap into floats.
    True and False are refused: a comparison that was passed by mistake is no count.
    """
    allowed = "a whole number"
    if minimum is not None and maximum is not None:
        allowed += f" from {minimum} to {maximum}"
    elif minimum is not None:
        allowed += f" of at least {minimum}"
    refused = ValueError(f"{name} must be {allowed}, got {value!r}")
    if isinstance(value, bool):
        raise refused
    if isinstance(value, float | np.floating):
        if not math.isfinite(value) or value != math.floor(value):
            raise refused
        number = int(value)
    else:
        try:
            number = operator.index(value)
        except TypeError:
            raise refused from None
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        raise refused
    return number


def real_number(name: str, value: SupportsFloat, allowed: str = "a finite number") -> float:
    """Return `value` as a float, or say that it is no finite number."""
    refused = ValueError(f"{name} must be {allowed}, got {value!r}")
    if isinstance(value, bool | np.bool_ | str | bytes | np.ma.MaskedArray):
        raise refused
    try:
        # What was typed into single precision: 0.3, not 0.30000001192092896.
        number = float(str(value) if isinstance(value, np.float32) else value)
    except (TypeError, ValueError, OverflowError):
        raise refused from None
    if not math.isfinite(number):
        raise refused
    return number


def as_array(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return an array of any kind, or name the first masked entry.

    NumPy would read on as if nothing were masked. Entries in single precision among others stay
    apart from them, as objects, for NumPy would widen them together with their noise.
    """
    masked = None
    if isinstance(values, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(values).ravel()
        values = values.data
    elif isinstance(values, list | tuple):
        masked = np.array([value is np.ma.masked for value in values], dtype=np.bool_)
    if masked is not None and masked.any():
        place = f"at position {int(np.argmax(masked)) + 1} of {masked.size}"
        raise ValueError(f"{name} must have no masked entry, got one {place}")
    if isinstance(values, list | tuple) and any(isinstance(each, np.float32) for each in values):
        return np.array(values, dtype=object)
    return np.asarray(values)


def finite_vector(
    name: str,
    values: ArrayLike,
    *,
    allowed: str = "finite numbers",
    minimum: float | None = None,
    booleans: bool = False,
) -> NDArray[np.float64]:
    """Return a one-dimensional, non-empty array of finite floats, or name the first bad entry.

    Entries count from 1, whatever the index of a pandas object. Missing entries of any kind are
    bad: nan, None, pandas' NA and NaT, masked ones. Booleans are too, unless allowed as 0 and 1.
    """
    given = as_array(name, values)
    if given.ndim != 1 or given.size == 0:
        shown = repr(values)
        if "\n" in shown or len(shown) > 80:
            shown = f"shape {given.shape}"
        raise ValueError(f"{name} must be a sequence of at least one of {allowed}, got {shown}")
    if given.dtype == np.float16:
        raise ValueError(
            f"{name} must have at least the seven digits of single precision, got float16"
        )
    # Text and booleans would convert, but are no measurements; objects may be Fractions or None.
    numbers = np.full(given.shape, np.nan)
    if given.dtype == np.float32:
        # By way of the shortest decimal, as `real_number` does.
        numbers = given.astype(np.str_).astype(np.float64)
    elif given.dtype.kind in ("iufb" if booleans else "iuf"):
        numbers = given.astype(np.float64)
    elif given.dtype.kind == "O":
        for row, value in enumerate(given):
            if booleans and isinstance(value, bool | np.bool_):
                numbers[row] = value
                continue
            with suppress(ValueError):
                numbers[row] = real_number(name, value)
    good = np.isfinite(numbers) & (True if minimum is None else numbers >= minimum)
    if not good.all():
        first = int(np.argmin(good))
        place = f"at position {first + 1} of {given.size}"
        raise ValueError(f"{name} must be {allowed}, got {given[first]!s} {place}")
    return numbers


def in_single_precision(name: str, values: ArrayLike) -> bool:
    """Tell whether any of the numbers comes in single precision, and has its noise."""
    given = as_array(name, values)
    return given.dtype == np.float32 or (
        given.dtype.kind == "O" and any(isinstance(value, np.float32) for value in given)
    )


def proportion_between(name: str, value: SupportsFloat) -> float:
    """Return `value` as a float strictly between 0 and 1; a percentage gets a hint."""
    allowed = "a proportion strictly between 0 and 1"
    number = real_number(name, value, allowed)
    if not 0 < number < 1:
        raise ValueError(f"{name} must be {allowed}, got {value!r}{_as_percentage(number)}")
    return number


def proportion_within(name: str, value: SupportsFloat) -> float:
    """Return `value` as a float from 0 to 1, both included; a percentage gets a hint."""
    allowed = "a proportion from 0 to 1"
    number = real_number(name, value, allowed)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must be {allowed}, got {value!r}{_as_percentage(number)}")
    return number


def _as_percentage(number: float) -> str:
    return f"; did you mean {number / 100:g}?" if 1 < number <= 100 else ""


def one_of(name: str, value: str, permitted: Iterable[str]) -> str:
    """Return `value` when it is one of the permitted names, or list them all."""
    names = list(permitted)
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name} must be one of {', '.join(names)}, got {value!r}")
    return value
