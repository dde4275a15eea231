"""One type for each kind of value, whatever a table or a file has it as.

Text is held as objects, empty where missing: neither ADaM nor SAS transport files tell an empty
text from a missing one. Whole numbers are ``Int64``, numbers ``float64``, dates ``datetime64[s]``
and truth values ``boolean``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.cdisc.specification import ValueKind

#: A number as text: with a decimal point, without separators of thousands, words or infinity.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_NUMERALS = re.compile(r"[0-9.eE+\-\n]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

#: What each kind of value must be, for messages.
ALLOWED: dict[str, str] = {
    "text": "text",
    "integer": "a whole number",
    "float": "a finite number",
    "date": "a date, YYYY-MM-DD",
    "flag": "true or false",
}

#: Whole numbers beyond this are not exact as floats, as which SAS transport files hold them.
_EXACT = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class TypedColumn:
    """A column of one kind of value, and the cells that are not of this kind."""

    values: pd.Series  #: the values; not to be used where they are wrong
    wrong: NDArray[np.bool_]  #: whether the cell is not of this kind


def typed_column(given: pd.Series, kind: ValueKind) -> TypedColumn:
    """Convert a column to one kind of value.

    Parameters
    ----------
    given : Series
        The column: typed already, or text as in a file.
    kind : {"text", "integer", "float", "date", "flag"}
        What it is to hold.

    Returns
    -------
    TypedColumn
        With a ``RangeIndex``.

    Examples
    --------
    >>> column = typed_column(pd.Series(["1.5", "", "1,5"]), "float")
    >>> column.values.tolist(), column.wrong.tolist()
    ([1.5, nan, nan], [False, False, True])
    """
    return _CONVERSIONS[kind](given.reset_index(drop=True))


def infer_kind(given: pd.Series) -> ValueKind:
    """Return the kind of value that a typed column holds; text where none fits.

    Examples
    --------
    >>> infer_kind(pd.Series([True, None])), infer_kind(pd.Series(["1", "2"]))
    ('flag', 'text')
    """
    if given.dtype.kind == "M":
        return "date"
    known = [cell for cell in given.dropna().to_list() if not _is_blank(cell)]
    if known and all(isinstance(cell, bool | np.bool_) for cell in known):
        return "flag"
    if given.dtype.kind == "b":
        return "flag"
    if given.dtype.kind in "iu":
        return "integer"
    if given.dtype.kind == "f" or (known and all(_is_number(cell) for cell in known)):
        return "float"
    if known and all(isinstance(cell, datetime.date) for cell in known):
        return "date"
    return "text"


def _is_number(cell: object) -> bool:
    return isinstance(cell, Real) and not isinstance(cell, bool)


def _is_blank(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _missing(cell: Any) -> bool:
    return (
        cell is None
        or cell is pd.NA
        or cell is pd.NaT
        or (isinstance(cell, float | np.floating) and cell != cell)
    )


def _by_unique(cells: list[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert each distinct cell once: columns repeat few values many times."""
    if set(map(type, cells)) == {str}:
        found = {cell: convert(cell) for cell in set(cells)}
        return [found[cell] for cell in cells]
    return [convert(cell) for cell in cells]


def _text(given: pd.Series) -> TypedColumn:
    cells = given.to_list()
    if set(map(type, cells)) != {str}:
        cells = [_as_text(cell) for cell in cells]
    values = pd.Series(cells, dtype=object)
    return TypedColumn(values, np.zeros(len(given), dtype=bool))


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if _missing(cell):
        return ""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def _numbers(given: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if given.dtype.kind in "iuf":
        values = given.to_numpy(dtype=float, na_value=np.nan)
        return values, np.isinf(values)
    cells = given.to_list()
    types = set(map(type, cells))
    if types <= {int, float, type(None)}:
        values = np.array([np.nan if cell is None else cell for cell in cells], dtype=float)
        return values, np.isinf(values)
    if types == {str} and (quick := _plain_numbers(cells)) is not None:
        return quick, np.isinf(quick)
    pairs = _by_unique(cells, _as_number)
    values = np.array([value for value, _ in pairs], dtype=float)
    return values, np.array([wrong for _, wrong in pairs], dtype=bool)


def _plain_numbers(cells: list[str]) -> NDArray[np.float64] | None:
    """Return cells that are numbers or empty, all at once; None if one is neither."""
    # The letters keep out what Python reads as numbers and a data file must not have: nan, 1_000.
    if not _NUMERALS.fullmatch("\n".join(cells)):
        return None
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells], dtype=float)
    except ValueError:
        return None


def _as_number(cell: Any) -> tuple[float, bool]:
    if _missing(cell) or _is_blank(cell):
        return np.nan, False
    if _is_number(cell):
        return float(cell), bool(np.isinf(cell))
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        value = float(cell)
        return (np.nan, True) if np.isinf(value) else (value, False)
    return np.nan, True


def _float(given: pd.Series) -> TypedColumn:
    values, wrong = _numbers(given)
    return TypedColumn(pd.Series(values), wrong)


def _integer(given: pd.Series) -> TypedColumn:
    values, wrong = _numbers(given)
    known = np.isfinite(values)
    exact = np.where(known, values, 0.0)
    wrong = wrong | (np.abs(exact - np.trunc(exact)) > 0) | (np.abs(exact) > _EXACT)
    whole = np.where(wrong, 0, exact).astype(np.int64)
    return TypedColumn(pd.Series(pd.arrays.IntegerArray(whole, ~known | wrong)), wrong)


def _flag(given: pd.Series) -> TypedColumn:
    cells = given.to_list()
    empty = np.array([_missing(cell) or _is_blank(cell) for cell in cells], dtype=bool)
    known = np.array([isinstance(cell, bool | np.bool_) for cell in cells], dtype=bool)
    truths = [bool(cell) if at else None for cell, at in zip(cells, known, strict=True)]
    values = pd.Series(truths, dtype="boolean")
    return TypedColumn(values, ~known & ~empty)


def _date(given: pd.Series) -> TypedColumn:
    if given.dtype.kind == "M":
        days = given.dt.tz_localize(None).astype("datetime64[s]")
        # A time of day would be lost in files, which hold days.
        return TypedColumn(
            days, (days.notna() & (days != days.dt.normalize())).to_numpy(dtype=bool)
        )
    pairs = _by_unique(given.to_list(), _as_date)
    values = np.array([value for value, _ in pairs], dtype="datetime64[s]")
    wrong = np.array([bad for _, bad in pairs], dtype=bool)
    return TypedColumn(pd.Series(values), wrong)


def _as_date(cell: Any) -> tuple[np.datetime64, bool]:
    nothing = np.datetime64("NaT", "s")
    if _missing(cell) or _is_blank(cell):
        return nothing, False
    if isinstance(cell, datetime.datetime):
        return np.datetime64(cell.date(), "s"), cell.time() != datetime.time()
    if isinstance(cell, datetime.date):
        return np.datetime64(cell, "s"), False
    if isinstance(cell, str) and _DATE.fullmatch(cell.strip()):
        try:
            return np.datetime64(datetime.date.fromisoformat(cell.strip()), "s"), False
        except ValueError:
            return nothing, True
    return nothing, True


_CONVERSIONS: dict[str, Callable[[pd.Series], TypedColumn]] = {
    "text": _text,
    "integer": _integer,
    "float": _float,
    "date": _date,
    "flag": _flag,
}
