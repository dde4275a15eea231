"""Convert the cells of a column: numbers, truth values, text, dates.

Each function takes cells as they stand in a file, text or typed, and returns the values together
with the cells at fault and what is allowed. Nothing is guessed: what can be read in two ways is at
fault.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Text treated as an empty cell in a column of numbers.
EMPTY = ("", "NA", "N/A", "NaN", "nan", ".")

#: What stands for true and for false, in any letter case.
TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
#: Types of numbers in typed cells; Parquet has exact decimals.
_NUMBERS = (int, float, np.integer, np.floating, Decimal)
#: Characters of which `float` reads plain decimal numbers only; it would also read 1_199 and inf.
_OF_NUMBERS = frozenset("0123456789+-.eE ")
_OF_WHOLE_NUMBERS = frozenset("0123456789+-")
_WITH_UNIT = re.compile(r"[-+]?\d[\d.,]*\s*(?P<unit>[A-Za-zµμ%°][^\d]*)")

_DATE_PARTS = {"YYYY": r"(?P<year>\d{4})", "MMM": r"(?P<name>[A-Za-z]{3})"}
_DATE_PARTS |= {"MM": r"(?P<month>\d{1,2})", "DD": r"(?P<day>\d{1,2})"}
_DATE_TOKEN = re.compile("YYYY|MMM|MM|DD")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_WITH_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII
)

#: The format of dates that needs no declaration: ISO 8601.
ISO_DATE = "YYYY-MM-DD"


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """A converted column: the values, and the cells that could not be converted."""

    values: pd.Series  #: one value per row; missing for empty cells and those at fault
    bad: NDArray[np.bool_]  #: shape (n,), the cells at fault
    allowed: str  #: what a cell must be


def as_text(value: object) -> str:
    """Return a cell as text: whole numbers without decimals, truth values in small letters.

    Examples
    --------
    >>> [as_text(value) for value in ("007", 7.0, 3.5, True, None, float("nan"))]
    ['007', '7', '3.5', 'true', '', '']
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return ""
        if float(value).is_integer() and abs(float(value)) < 2**53:
            return str(int(value))
        return str(value)  # single precision: the shortest decimal
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def empty_cells(given: pd.Series) -> NDArray[np.bool_]:
    """Return which cells of a column are empty or blank."""
    empty = np.asarray(pd.isna(given.array))  # of sparse columns it is sparse, too
    if given.dtype.kind in "iufb":
        return empty
    blank = (isinstance(cell, str) and not cell.strip() for cell in given)
    empty |= np.fromiter(blank, dtype=bool, count=len(given))
    return empty


def numbers(given: pd.Series, *, empty: Iterable[str] = ("",), whole: bool = False) -> Converted:
    """Convert a column to numbers.

    Parameters
    ----------
    given : pandas.Series
        Cells: text with decimal points, or numbers. Truth values and dates are not numbers.
    empty : iterable of str
        Texts that stand for a missing value, such as `EMPTY`.
    whole : bool
        Whether the numbers must be whole. 200.0 is.

    Returns
    -------
    Converted
        Values are ``float64``, nan where missing; ``int64`` if no cell is empty or has a decimal
        point; ``Int64`` if they must be whole. Infinite numbers are at fault.

    Examples
    --------
    >>> found = numbers(pd.Series(["200.0", "", "2,5", "1_000"], dtype=object))
    >>> found.values.tolist(), found.bad.tolist(), found.allowed
    ([200.0, nan, nan, nan], [False, False, True, True], 'must be a number')
    """
    values, bad = _numbers(given, frozenset(empty))
    if not whole:
        return Converted(values, bad, "must be a number")
    floats = values.to_numpy(dtype=float, na_value=np.nan)
    # Beyond 2**53 a float does not hold every whole number.
    broken = ~np.isnan(floats) & ((floats != np.floor(floats)) | (np.abs(floats) > 2**53))
    kept = pd.Series(np.where(broken, np.nan, floats), index=given.index).astype("Int64")
    return Converted(kept, bad | broken, "must be a whole number")


def _numbers(given: pd.Series, empty: frozenset[str]) -> tuple[pd.Series, NDArray[np.bool_]]:
    kind = given.dtype.kind
    if kind in "iuf":
        values = given.to_numpy(dtype=None if kind == "f" else float, na_value=np.nan)
        if values.dtype.itemsize < 8:
            values = values.astype(str)  # via the shortest decimal, so that 1.1 is 1.1
        plain = values.astype(float)
        infinite = np.isinf(plain)
        if infinite.any():
            plain[infinite] = np.nan
        return pd.Series(plain, index=given.index, copy=False), infinite
    if kind in "bcmM":
        bad = given.notna().to_numpy(dtype=bool)
        return pd.Series(np.nan, index=given.index, dtype=float), bad
    cells = given.tolist()
    found = _plain_text(cells, empty)
    if found is None:
        found, bad = _cell_by_cell(cells, empty)
    else:
        bad = np.isinf(found)  # 1e400
        found = np.where(bad, np.nan, found) if bad.any() else found
    return pd.Series(found, index=given.index), bad


def _plain_text(cells: list[Any], empty: frozenset[str]) -> NDArray[Any] | None:
    """Return a column of plain numbers all at once; None if any cell needs a look."""
    if cells and set(map(type, cells)) == {int} and max(map(abs, cells)) < 2**63:
        return np.array(cells, dtype=np.int64)
    if not is_text(cells):
        return None
    places, distinct = distinct_texts(cells)
    characters: set[str] = set().union(*(set(distinct) - empty))
    if not characters <= _OF_NUMBERS:
        return None
    try:
        if characters <= _OF_WHOLE_NUMBERS and empty.isdisjoint(distinct):
            return np.array(list(map(int, distinct)), dtype=np.int64)[places]
        known = [math.nan if cell in empty else float(cell) for cell in distinct]
        return np.array(known, dtype=float)[places]
    except (ValueError, OverflowError):
        return None


def distinct_texts(cells: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Return the distinct texts of a column, and the place of each cell's among them.

    Columns have far fewer texts than cells: what is done to each text is done once.

    Examples
    --------
    >>> places, distinct = distinct_texts(["0.5", "2", "0.5"])
    >>> places.tolist(), distinct
    ([0, 1, 0], ['0.5', '2'])
    """
    codes, distinct = factorize(np.asarray(cells, dtype=object))
    return codes.astype(np.int64), distinct.tolist()


#: Before version 3.1, pandas ends a text at a null character when it looks for distinct ones.
_PANDAS_SEES_NULL = bool(pd.factorize(np.array(["", "\0"], dtype=object))[0][1])


def factorize(values: NDArray[Any] | pd.Series | pd.Index) -> tuple[NDArray[np.intp], pd.Index]:
    r"""Return what `pandas.factorize` does, with all versions of pandas.

    Examples
    --------
    >>> codes, distinct = factorize(np.array(["P1", "P1\0", None, "P1"], dtype=object))
    >>> codes.tolist(), distinct.tolist()
    ([0, 1, -1, 0], ['P1', 'P1\x00'])
    """
    texts = (value for value in values if isinstance(value, str))
    if _PANDAS_SEES_NULL or "\0" not in "".join(texts):
        codes, distinct = pd.factorize(values)
        # As objects stay: converted to the text type of pandas they take time, and some fail.
        return codes, pd.Index(distinct, dtype=distinct.dtype)
    known: dict[Any, int] = {}
    places = [-1 if pd.isna(value) else known.setdefault(value, len(known)) for value in values]
    return np.array(places, dtype=np.intp), pd.Index([*known], dtype=object)


def is_text(cells: Iterable[object]) -> bool:
    """Test whether every cell is text, and none of them missing.

    Examples
    --------
    >>> is_text(["1", ""]), is_text(["1", None])
    (True, False)
    """
    return set(map(type, cells)) <= {str}


def _cell_by_cell(
    cells: list[Any], empty: frozenset[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    found = [_number(cell, empty) for cell in cells]
    values = np.array([math.nan if value is None else value for value in found], dtype=float)
    bad = np.array([value is not None and not math.isfinite(value) for value in found], dtype=bool)
    values[bad] = np.nan
    return values, bad


def _number(cell: Any, empty: frozenset[str]) -> float | None:
    """Return the number in a cell; None if it is empty, nan if it does not hold a number."""
    if isinstance(cell, str):
        text = cell.strip()
        if not text or text in empty:
            return None
        return float(text) if _NUMBER.fullmatch(text) else math.nan
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, _NUMBERS):
        return math.nan
    # In single precision via the shortest decimal, so that 1.1 is 1.1.
    try:
        number = float(str(cell) if isinstance(cell, np.float32) else cell)
    except (OverflowError, ValueError):  # beyond the largest float, or a signalling nan
        return math.nan
    return None if math.isnan(number) else number


def unit_of(cell: object) -> str | None:
    """Return the unit that follows the number in a cell; None if there is none.

    Examples
    --------
    >>> unit_of("170 U/L"), unit_of("2.8 µkat/L"), unit_of("170"), unit_of("1e3")
    ('U/L', 'µkat/L', None, None)
    """
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell.strip()):
        return None
    found = _WITH_UNIT.fullmatch(cell.strip())
    # The micro sign and the Greek letter look the same.
    return found["unit"].strip().replace("μ", "µ") if found else None


def truth_values(given: pd.Series, *, empty: Iterable[str] = ("",)) -> Converted:
    """Convert a column to truth values.

    Parameters
    ----------
    given : pandas.Series
        Cells: `TRUE` or `FALSE` in any letter case, truth values, or the numbers 1 and 0.
    empty : iterable of str
        Texts that stand for a missing value.

    Returns
    -------
    Converted
        Values are ``boolean``, with NA where missing.

    Examples
    --------
    >>> found = truth_values(pd.Series(["TRUE", "no", "", "maybe", 1.0], dtype=object))
    >>> found.values.tolist(), found.bad.tolist()
    ([True, False, <NA>, <NA>, True], [False, False, False, True, False])
    """
    known: dict[str, Any] = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
    absent = {*(text.lower() for text in empty), ""}
    texts = [as_text(cell).strip().lower() for cell in given]
    values = [known.get(text, pd.NA) for text in texts]
    bad = np.array([text not in known and text not in absent for text in texts], dtype=bool)
    allowed = "must be true or false (also yes or no, y or n, t or f, 1 or 0)"
    return Converted(pd.Series(values, index=given.index, dtype="boolean"), bad, allowed)


def false_word(given: pd.Series) -> str:
    """Return what stands for false in a column of truth values, as its other cells are written.

    Parameters
    ----------
    given : pandas.Series
        Cells of the file.

    Returns
    -------
    str
        The first word for false among the cells; without one the opposite of the first word for
        true, in the same letters; empty where the cells have other words.

    Examples
    --------
    >>> [false_word(pd.Series(cells)) for cells in (["Y", "n"], ["", "Yes"], ["TRUE"], [1.0])]
    ['n', 'No', 'FALSE', '0']
    >>> false_word(pd.Series(["in", "out"])), false_word(pd.Series(["", None]))
    ('', 'false')
    """
    texts = [text for cell in given if (text := as_text(cell).strip())]
    if not texts:
        return FALSE[0]
    for text in texts:
        if text.lower() in FALSE:
            return text
    opposites = dict(zip(TRUE, FALSE, strict=True))
    for text in texts:
        if (word := opposites.get(text.lower())) is not None:
            return word.upper() if text.isupper() else word.title() if text.istitle() else word
    return ""


def text_values(given: pd.Series, *, empty: Iterable[str] = ("",)) -> Converted:
    """Convert a column to text without surrounding blanks, such as identifiers.

    Text stays as it stands: ``007`` keeps its zeros. A number is written without needless decimals:
    7.0 becomes ``7``. Fractions, truth values and dates stay as they are written in Python.

    Parameters
    ----------
    given : pandas.Series
        Cells of any kind.
    empty : iterable of str
        Texts that stand for a missing value.

    Returns
    -------
    Converted
        Values are text, empty where missing; no cell is ever at fault.

    Examples
    --------
    >>> text_values(pd.Series(["007", 7.0, 7, None, " A "], dtype=object)).values.tolist()
    ['007', '7', '7', '', 'A']
    """
    absent = frozenset(empty)
    cells = given.tolist()
    texts = cells if is_text(cells) else list(map(as_text, cells))
    kept = ["" if text in absent else text for text in map(str.strip, texts)]
    values = pd.Series(kept, index=given.index, dtype=object)
    return Converted(values, np.zeros(len(kept), dtype=bool), "must be text")


def check_date_format(date_format: str) -> str:
    """Return the format of dates if it is unambiguous; raise ValueError if it is not.

    Examples
    --------
    >>> check_date_format("DD/MM/YYYY")
    'DD/MM/YYYY'
    """
    parts = sorted(_DATE_TOKEN.findall(date_format))
    rest = _DATE_TOKEN.sub("", date_format)
    if parts not in (["DD", "MM", "YYYY"], ["DD", "MMM", "YYYY"]) or re.search(r"\w", rest):
        raise ValueError(
            "date_format must have DD, MM (or MMM) and YYYY once each, such as DD/MM/YYYY, "
            f"MM/DD/YYYY, DD.MM.YYYY or DDMMMYYYY, got {date_format!r}"
        )
    return date_format


def dates(
    given: pd.Series, *, date_format: str = ISO_DATE, empty: Iterable[str] = ("",)
) -> Converted:
    """Convert a column to dates.

    Parameters
    ----------
    given : pandas.Series
        Cells: text in `date_format`, or dates. In the default format a time may follow; it is left
        out.
    date_format : str
        Order and separators of DD, MM (two digits) or MMM (English three-letter name), and YYYY.
    empty : iterable of str
        Texts that stand for a missing value.

    Returns
    -------
    Converted
        Values are ``datetime.date``, None where missing. Numbers, incomplete dates and years of two
        digits are at fault.

    Raises
    ------
    ValueError
        If the format is not one of dates.

    Examples
    --------
    >>> found = dates(pd.Series(["2020-04-03", "03/04/2020"], dtype=object))
    >>> found.values[0], found.bad.tolist()
    (datetime.date(2020, 4, 3), [False, True])
    >>> print(found.allowed)
    must be a date of the calendar as YYYY-MM-DD (date_format under [files] declares another order)
    >>> dates(pd.Series(["03/04/2020"]), date_format="DD/MM/YYYY").values[0]
    datetime.date(2020, 4, 3)
    """
    check_date_format(date_format)
    escaped = re.split("(YYYY|MMM|MM|DD)", date_format)
    pattern = re.compile(
        "".join(_DATE_PARTS.get(part, re.escape(part)) for part in escaped), re.ASCII
    )
    absent = frozenset(empty)
    values: list[dt.date | None] = []
    bad = np.zeros(len(given), dtype=bool)
    for row, cell in enumerate(given):
        value = None if _is_missing(cell, absent) else _date(cell, date_format, pattern)
        bad[row] = value is None and not _is_missing(cell, absent)
        values.append(value)
    allowed = f"must be a date of the calendar as {date_format}"
    if date_format == ISO_DATE:
        allowed += " (date_format under [files] declares another order)"
    return Converted(pd.Series(values, index=given.index, dtype=object), bad, allowed)


def _is_missing(cell: object, absent: frozenset[str]) -> bool:
    text = as_text(cell).strip()
    return not text or text in absent


def _date(cell: object, date_format: str, pattern: re.Pattern[str]) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if date_format == ISO_DATE:
        timed = _DATE_WITH_TIME.fullmatch(text)
        text = timed["date"] if timed else ""
    found = pattern.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    name = (parts.get("name") or "").lower()
    if name and name not in _MONTHS:
        return None
    month = 1 + _MONTHS.index(name) if name else int(parts["month"])
    try:
        return dt.date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None
