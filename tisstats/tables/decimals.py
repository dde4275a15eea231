"""The decimal mark of a file: inferred only from unambiguous numbers.

In many countries spreadsheets separate cells by semicolons and write 3,8 for 3.8; some put a point
or a comma between thousands. So 1.199 may be 1199, and so may 1,199.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.tables.raw import FAULTS_PER_COLUMN, RawTable, TableSource

_DECIMAL_COMMA = re.compile(r"^(\s*[-+]?\d*),(\d*(?:[eE][-+]?\d+)?\s*)$")
_MARKED = re.compile(r"[-+]?\d*([.,])\d*")
#: A point or comma that may separate thousands: 1.199, but not 0.375 or 12.5.
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")

#: Decimal marks, in words.
MARKS = {".": "point", ",": "comma"}


def detect_decimal_mark(
    columns: Mapping[str, Sequence[Any]],
    source: TableSource,
    *,
    small: Collection[str] = (),
    declared: str | None = None,
) -> tuple[str, list[Fault]]:
    """Detect the decimal mark of a file, and report ambiguous numbers.

    Parameters
    ----------
    columns : mapping of str to sequence
        The columns of numbers as in the file. Cells that are not text have no mark.
    source : TableSource
        File and lines, for the faults.
    small : collection of str
        The columns whose values cannot reach a thousand: there 1.125 shows that the point is
        decimal.
    declared : {".", ","}, optional
        The decimal mark, if it is known. Numbers with the other one are then faults.

    Returns
    -------
    str
        "." or ","; a point if no number has a mark.
    list of Fault
        Every number with the other mark; or, if no number is decisive, every number that may have
        a thousands separator. The mark is valid only if the list is empty.

    Notes
    -----
    Text with several marks is not a number, and is reported when the values are checked.

    Examples
    --------
    >>> columns = {"haq": ["1,125", "2"], "ck": ["1,199", "196"]}
    >>> detect_decimal_mark(columns, TableSource("visits.csv"), small=["haq"])
    (',', [])
    >>> mark, (fault,) = detect_decimal_mark({"ck": ["3.000"]}, TableSource("visits.csv"))
    >>> print(fault)  # doctest: +ELLIPSIS
    visits.csv, row 2, column ck, value '3.000': ambiguous (3 or 3000): no other number shows ...
    """
    found = list(_marks(columns, small))
    decisive = [declared] if declared else [mark for mark, decides, *_ in found if decides]
    if decisive:
        # A file with both marks is read by the more frequent one; the others are faults.
        decimal = max(sorted(set(decisive)), key=decisive.count)
        message = f"has a {MARKS['.' if decimal == ',' else ',']} in a file with decimal "
        message += f"{MARKS[decimal]}s; write thousands without any mark"
        found = [each for each in found if each[0] != decimal]
    else:
        decimal = "."
        message = (
            "ambiguous ({} or {}): no other number shows whether the {} is decimal; write "
            "thousands without it, or decimals with other than three digits"
        )
    faults = []
    for mark, _, name, row, cell in found[:FAULTS_PER_COLUMN]:
        as_decimal, thousands = f"{float(cell.replace(mark, '.')):g}", cell.replace(mark, "")
        filled = message.format(as_decimal, thousands, MARKS[mark])
        faults.append(source.fault(filled, row, name, cell))
    if (more := len(found) - FAULTS_PER_COLUMN) > 0:
        faults.append(Fault(source.file, f"and {more} more"))
    return decimal, faults


def _marks(
    columns: Mapping[str, Sequence[Any]], small: Collection[str]
) -> Iterator[tuple[str, bool, str, int, str]]:
    """Yield each number with a single mark: mark, whether decisive, column, row, text."""
    for name, cells in columns.items():
        for row, cell in enumerate(cells):
            text = cell.strip() if isinstance(cell, str) else ""
            if len(text) > 1 and (match := _MARKED.fullmatch(text)):
                decisive = name in small or not _THOUSANDS.fullmatch(text)
                yield match[1], decisive, name, row, text


def resolve_decimals(
    raw: RawTable, columns: Collection[str], *, small: Collection[str] = ()
) -> RawTable:
    """Return the table with decimal points in its columns of numbers.

    Numbers in comma-separated text have points, unless another mark is declared.

    Parameters
    ----------
    raw : RawTable
        The table as read.
    columns : collection of str
        The columns of numbers; those that the table lacks are ignored.
    small : collection of str
        As for `detect_decimal_mark`.

    Returns
    -------
    RawTable
        The same table, with a remark if its numbers had decimal commas. Text that is not a number
        stays as it stands.

    Raises
    ------
    tisstats.errors.DataError
        If a number may be read in two ways; lists each.

    Examples
    --------
    >>> cells = pd.DataFrame({"haq": ["1,5", "2"]}, dtype=object)
    >>> resolve_decimals(RawTable(cells, TableSource()), ["haq"]).cells["haq"].tolist()
    ['1.5', '2']
    """
    text = {
        name: raw.cells[name].tolist()
        for name in raw.cells.columns
        if name in columns and raw.cells[name].dtype.kind == "O"
    }
    if not text or (raw.decimal is None and not raw.marks_decide):
        return raw
    mark, faults = detect_decimal_mark(text, raw.source, small=small, declared=raw.decimal)
    if faults:
        raise DataError(faults)
    if mark == ".":
        return raw
    points = {
        name: pd.Series(
            [
                _DECIMAL_COMMA.sub(r"\1.\2", cell) if isinstance(cell, str) else cell
                for cell in cells
            ],
            index=raw.cells.index,
            dtype=object,
        )
        for name, cells in text.items()
    }
    # What is shown to the user is the text of the file.
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    remarks = (*raw.remarks, "numbers have decimal commas")
    return replace(
        raw, cells=raw.cells.assign(**points), source=source, remarks=remarks, decimal="."
    )
