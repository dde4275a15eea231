"""Validate and normalise the arguments of the statistics."""

from __future__ import annotations

import csv
import itertools
import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, SupportsFloat, SupportsIndex, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tisstats.errors import MOST_SHOWN, shown

with Path(__file__).with_name("methods.csv").open(encoding="utf-8", newline="") as _file:
    #: Options of the functions: `kind` of option; `name`, the value of the argument, unique within
    #: the kind; `title` of an interval method in prose; `description`, with the source.
    OPTIONS = tuple(csv.DictReader(_file))

Counts = tuple[int, int, int, int]  # successes and trials of the first arm, then of the second
#: Numbers or arrays of them that broadcast together; a Series passes its index to the result.
Broadcastable = ArrayLike | SupportsIndex
#: Most patients of an arm, more than the world has. Far beyond, floats give no intervals.
MOST_PATIENTS = 10**10
_GROUPED = 10_000  # the digits of limits from here on are grouped
#: From here on, a number is taken for a percentage where a proportion is expected; a smaller one
#: may as well be a proportion that is too large.
_LEAST_PERCENTAGE = 2
Whole = SupportsIndex | float  # a whole number of any numeric type: 8, numpy.int64(8), 8.0


def whole_number(
    name: str,
    value: Whole,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    place: str = "",
) -> int:
    """Return `value` as an int; raise ValueError if it is not a whole number in the allowed range.

    Whole floats are accepted, since pandas stores counts with a missing value as floats. True and
    False are not: they are more likely a mistake than a count.
    """
    allowed = "a whole number"
    if minimum is not None and maximum is not None:
        most = f"{maximum:,}" if maximum >= _GROUPED else maximum
        allowed += f" from {minimum} to {most}"
    elif minimum is not None:
        allowed += f" of at least {minimum}"
    invalid = ValueError(f"{name} must be {allowed}, got {shown(value)}{place}")
    value = _entry(value)
    if isinstance(value, _NO_NUMBERS):
        raise invalid
    if isinstance(value, float | np.floating):
        if not math.isfinite(value) or value != math.floor(value):
            raise invalid
        number = int(value)
    else:
        try:
            number = operator.index(value)
        except TypeError:
            raise invalid from None
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        raise invalid
    return number


#: What would convert to a number, and is none: an array of one number by NumPy before version 2.4,
#: a Series of one number by pandas before version 3.
_NO_NUMBERS = (
    *(bool, np.bool_, str, bytes, bytearray, memoryview, complex, np.complexfloating),
    *(np.ndarray, pd.Series),
)


def _entry(value: Any) -> Any:
    """Return the entry of an array of no dimension, and any other value as it is.

    Such an array converts to a number even where it holds text, a boolean or a masked entry.
    """
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


#: Floats that are converted by their shortest decimal.
_SHORT_FLOATS = (np.float16, np.float32)


def real_number(
    name: str, value: SupportsFloat, allowed: str = "a finite number", place: str = ""
) -> float:
    """Return `value` as a float; raise ValueError if it is not a finite number."""
    invalid = ValueError(f"{name} must be {allowed}, got {shown(value)}{place}")
    value = _entry(value)
    if isinstance(value, _NO_NUMBERS):
        raise invalid
    try:
        # The decimal as typed in single precision: 0.3, not 0.30000001192092896.
        number = float(str(value) if isinstance(value, _SHORT_FLOATS) else value)
    except (TypeError, ValueError, OverflowError):
        raise invalid from None
    if not math.isfinite(number):
        raise invalid
    return number


def non_negative(
    name: str, value: SupportsFloat, allowed: str = "a finite number of at least 0"
) -> float:
    """Return `value` as a float of at least 0; raise ValueError if it is not one."""
    number = real_number(name, value, allowed)
    if number < 0:
        raise ValueError(f"{name} must be {allowed}, got {shown(value)}")
    return number


def as_array(name: str, values: Broadcastable) -> NDArray[Any]:
    """Return an array of any kind; raise ValueError for a masked entry, naming the first.

    NumPy would ignore the mask.
    """
    given, masked = _read(name, values)
    if masked.any():
        place = f"at position {int(np.argmax(masked)) + 1} of {masked.size}"
        raise ValueError(f"{name} must have no masked entry, got one {place}")
    return given


def _read(name: str, values: Broadcastable) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return an array, and which of its entries are masked.

    It is one of objects where NumPy would make one kind of several: text of numbers beside text,
    numbers of booleans beside numbers, and would convert float32 entries with their rounding error.

    Raises
    ------
    ValueError
        If lists in a list are of different lengths.
    """
    plain = _plain(values)
    kinds = _kinds(plain) if isinstance(plain, list | tuple) else set()
    apart = {each for each in kinds if issubclass(each, str | bool | np.bool_)}
    of_objects = (apart and kinds - apart) or kinds & {*_SHORT_FLOATS, _Masked}
    try:
        given = np.array(plain, dtype=object) if of_objects else np.asarray(plain)
    except ValueError:
        raise ValueError(f"{name} must have rows of one length, got {shown(values)}") from None
    masked = np.zeros(given.shape, dtype=np.bool_)
    if isinstance(plain, np.ma.MaskedArray):
        given, masked = np.asarray(plain.data), np.ma.getmaskarray(plain)
    if given.dtype == object and any(isinstance(entry, np.ndarray) for entry in given.flat):
        given, masked = given.copy(), masked.copy()
        for place, entry in np.ndenumerate(given):
            given[place] = _entry(entry)
            masked[place] |= given[place] is np.ma.masked
    return given, masked


#: Type of a masked entry.
_Masked = type(np.ma.masked)


def _plain(values: Any) -> Any:
    """Return lists in place of arrays in lists, whose types or masks NumPy would not keep.

    Arrays with dimensions, of numbers in full precision and without a mask, stay as they are.
    """
    if not isinstance(values, list | tuple):
        return values
    nested = any(issubclass(kind, np.ndarray | list | tuple) for kind in set(map(type, values)))
    return [_plain_entry(value) for value in values] if nested else values


def _plain_entry(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return _plain(value)
    if value.ndim == 0:
        return _entry(value)
    kept = value.dtype.kind in "iuf" and value.dtype not in _SHORT_FLOATS
    if kept and not isinstance(value, np.ma.MaskedArray):
        return value
    return [_plain_entry(each) for each in value]


def _kinds(values: Iterable[object]) -> set[type]:
    """Return the types of the entries, also of lists in lists."""
    kinds = set(map(type, values))
    for nested in kinds & {list, tuple}:
        kinds.remove(nested)
        for each in values:
            if type(each) is nested:
                kinds |= _kinds(cast("Iterable[object]", each))
    return kinds


def numbers_or_nan(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return floats of any shape, with nan for missing values: None, pandas' NA, masked entries.

    For functions that allow missing values; for those that do not, see `finite_vector`. Raise
    ValueError if any is not a number.
    """
    if type(values) is np.ndarray and values.dtype == np.float64:
        return values.copy()
    given, masked = _read(name, values)
    try:
        numbers = _floats(given, masked)
    except (TypeError, ValueError, ArithmeticError):
        numbers = None
    if numbers is None:
        found = _abbreviated(values, given.shape)
        raise ValueError(f"{name} must be numbers, or nan where missing, got {found}")
    return np.where(masked, np.nan, numbers)


def _floats(given: NDArray[Any], masked: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return an array as floats with nan for missing values; None if it is not of numbers."""
    if given.dtype.kind == "O":
        given = np.where(masked | pd.isna(given), np.nan, given)
        if any(isinstance(value, _NO_NUMBERS) for value in given.flat):
            return None
        if any(isinstance(value, _SHORT_FLOATS) for value in given.flat):
            given = given.copy()
            for place, value in np.ndenumerate(given):
                given[place] = float(str(value)) if isinstance(value, _SHORT_FLOATS) else value
    elif given.dtype in _SHORT_FLOATS:
        given = given.astype(np.str_)  # via the shortest decimal, as in `real_number`
    elif given.dtype.kind not in "iuf":
        return None
    with np.errstate(over="ignore"):  # beyond the largest float: infinite
        return np.asarray(given, dtype=np.float64)


def finite_vector(
    name: str,
    values: ArrayLike,
    *,
    allowed: str = "finite numbers",
    minimum: float | None = None,
    booleans: bool = False,
) -> NDArray[np.float64]:
    """Return a one-dimensional, non-empty array of finite floats, or name the first invalid entry.

    Entries are counted from 1, also in pandas objects with an index. Missing entries of any kind
    are invalid: nan, None, pandas' NA and NaT, masked ones. So are booleans, unless allowed as 0
    and 1.
    """
    given = as_array(name, values)
    if given.ndim != 1 or given.size == 0:
        found = _abbreviated(values, given.shape)
        raise ValueError(f"{name} must be a non-empty 1-D sequence of {allowed}, got {found}")
    if given.dtype == np.float16:
        raise ValueError(f"{name} must be at least in single precision (seven digits), got float16")
    # Text and booleans would convert, but are not measurements; objects may be Fractions or None.
    numbers = np.full(given.shape, np.nan)
    if given.dtype == np.float32:
        # Via the shortest decimal, as in `real_number`.
        numbers = given.astype(np.str_).astype(np.float64)
    elif given.dtype.kind in ("iufb" if booleans else "iuf"):
        with np.errstate(over="ignore"):  # beyond the largest float: infinite
            numbers = given.astype(np.float64)
    elif given.dtype.kind == "O":
        for row, value in enumerate(given):
            if booleans and isinstance(value, bool | np.bool_):
                numbers[row] = value
                continue
            with suppress(ValueError):
                numbers[row] = real_number(name, value)
    valid = np.isfinite(numbers) & (True if minimum is None else numbers >= minimum)
    if not valid.all():
        first = int(np.argmin(valid))
        place = f"at position {first + 1} of {given.size}"
        raise ValueError(f"{name} must be {allowed}, got {shown_entry(given[first])} {place}")
    return numbers


def _abbreviated(values: object, shape: tuple[int, ...]) -> str:
    """Return an argument as in a message: its shape if it is long."""
    try:
        text = repr(values)
    except ValueError:  # as in `shown`
        text = "\n"
    return f"shape {shape}" if "\n" in text or len(text) > MOST_SHOWN else text


def shown_entry(value: object) -> str:
    """Return an entry as in a message: text with its quotation marks."""
    if isinstance(value, np.generic) and not isinstance(value, str):
        return str(value)
    return shown(str(value) if isinstance(value, str) else value)


def is_single_precision(name: str, values: ArrayLike) -> bool:
    """Test whether any of the numbers is in single precision."""
    given = as_array(name, values)
    return given.dtype == np.float32 or (
        given.dtype.kind == "O" and any(isinstance(value, np.float32) for value in given)
    )


def proportion_between(name: str, value: SupportsFloat, place: str = "") -> float:
    """Return `value` as a float strictly between 0 and 1; a percentage gets a hint."""
    return _proportion(name, value, "strictly between 0 and 1", place)


def proportion_within(name: str, value: SupportsFloat) -> float:
    """Return `value` as a float from 0 to 1, both included; a percentage gets a hint."""
    return _proportion(name, value, "from 0 to 1")


def _proportion(name: str, value: SupportsFloat, range_: str, place: str = "") -> float:
    def allowed(number: float) -> bool:
        return 0 < number < 1 or (range_ == "from 0 to 1" and 0 <= number <= 1)

    number = real_number(name, value, f"a proportion {range_}", place)
    if allowed(number):
        return number
    hint = ""
    if number >= _LEAST_PERCENTAGE:
        fraction = Decimal(str(number)).scaleb(-2)
        hint = f"; did you mean {fraction.normalize():f}?" if allowed(float(fraction)) else ""
    raise ValueError(f"{name} must be a proportion {range_}, got {shown(value)}{place}{hint}")


@dataclass(frozen=True, slots=True, eq=False)
class BroadcastCounts:
    """Counts of one or two arms and a confidence level, checked and broadcast to one shape."""

    counts: list[NDArray[np.int64]]  #: successes and trials, arm by arm; flat
    confidence_level: NDArray[np.float64]  #: flat too
    confidence_level_as_given: Any  #: in the shape of the argument; a float for a number
    shape: tuple[int, ...]  #: shape of the results; () when every argument is a number
    index: pd.Index[Any] | None  #: labels of the results, when an argument is a Series

    @classmethod
    def of(cls, counts: Mapping[str, Broadcastable], **level: Broadcastable) -> BroadcastCounts:
        """Check counts by their argument's name, successes before their trials, and broadcast.

        `level` is the `confidence_level` of an interval; a test has none.

        Raises
        ------
        ValueError
            If an entry is invalid, shapes do not broadcast, or two Series differ in index.
        """
        given = {**counts, **level}
        arrays = {name: as_array(name, values) for name, values in given.items()}
        try:
            shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
        except ValueError:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
            raise ValueError(f"the arguments could not be broadcast together: {shapes}") from None
        names, checked = list(counts), []
        for successes, trials in zip(names[::2], names[1::2], strict=True):
            most = np.broadcast_to(_whole_numbers(trials, arrays[trials], minimum=1), shape)
            each = np.broadcast_to(arrays[successes], shape)
            checked += [_whole_numbers(successes, each, minimum=0, maximum=most), most]
        own = arrays.get("confidence_level", np.asarray(0.5))  # not used by a test
        entries = [proportion_between("confidence_level", *entry) for entry in _entries(own)]
        levels = np.array(entries, dtype=np.float64).reshape(own.shape)
        return cls(
            [count.ravel() for count in checked],
            np.broadcast_to(levels, shape).ravel(),
            levels if own.ndim else float(levels),
            shape,
            _common_index({k: v for k, v in given.items() if isinstance(v, pd.Series)}, shape),
        )

    def to_input_shape(self, *flat: NDArray[np.float64]) -> tuple[Any, ...]:
        """Return results in the form of the input: floats, arrays, or Series with the index."""
        if self.shape == ():
            return tuple(float(each[0]) for each in flat)
        if self.index is not None:
            return tuple(pd.Series(each, index=self.index) for each in flat)
        return tuple(each.reshape(self.shape) for each in flat)


def _entries(given: NDArray[Any]) -> Iterator[tuple[Any, str]]:
    """Yield each entry with its position as text, empty for a scalar."""
    if given.dtype in _SHORT_FLOATS:
        given = given.astype(np.str_).astype(np.float64)  # as in `real_number`
    for number, value in enumerate(given.ravel().tolist(), start=1):
        yield value, f" at position {number} of {given.size}" if given.ndim else ""


def _whole_numbers(
    name: str, given: NDArray[Any], *, minimum: int, maximum: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    limits = itertools.repeat(None) if maximum is None else iter(maximum.ravel().tolist())
    numbers = [
        whole_number(name, value, minimum=minimum, maximum=next(limits), place=place)
        for value, place in _entries(given)
    ]
    if max(numbers, default=0) > MOST_PATIENTS:
        raise ValueError(f"{name} must be at most {MOST_PATIENTS:,}, got {shown(max(numbers))}")
    return np.array(numbers, dtype=np.int64).reshape(given.shape)


def _common_index(
    series: Mapping[str, pd.Series[Any]], shape: tuple[int, ...]
) -> pd.Index[Any] | None:
    """Return the common index of the Series, None if the results differ from it in shape."""
    if not series:
        return None
    (first, labels), *others = ((name, each.index) for name, each in series.items())
    for name, own in others:
        if not own.equals(labels):
            raise ValueError(f"{name} must have the same index as {first}, row by row")
    return labels if shape == (len(labels),) else None


def load_options(kind: str) -> Mapping[str, str]:
    """Return the options of a kind, in their order: name to description with its source."""
    return MappingProxyType(
        {row["name"]: row["description"] for row in OPTIONS if row["kind"] == kind}
    )


def mapping(name: str, value: object, of: str) -> None:
    """Raise ValueError if an argument is not a mapping, such as a dict."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must be a mapping of {of}, got {shown(value)}")


def data_frame(name: str, value: object) -> None:
    """Raise ValueError if an argument is not a pandas DataFrame."""
    if not isinstance(value, pd.DataFrame):
        raise ValueError(f"{name} must be a pandas DataFrame, got {type(value).__name__}")


def one_of(name: str, value: str, permitted: Iterable[str]) -> str:
    """Return `value` if it is one of the permitted names, else raise ValueError listing them."""
    names = list(permitted)
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name} must be one of {', '.join(names)}, got {shown(value)}")
    return value
