"""The decimal mark of a file: inferred only from unambiguous numbers.

In many countries spreadsheets separate cells by semicolons and write 3,8 for 3.8; some put a point
or a comma between thousands. So 1.199 may be 1199, and so may 1,199.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.tables.cells import is_text
from tisstats.tables.raw import FAULTS_PER_COLUMN, RawTable, TableSource

_DECIMAL_COMMA = re.compile(r"^(?=.*\d)(\s*[-+]?\d*),(\d*(?:[eE][-+]?\d+)?\s*)$")
_MARKED = re.compile(r"(?=.*\d)[-+]?\d*([.,])\d*", re.ASCII)
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
    marked = {name: _marked(cells, decisive=name in small) for name, cells in columns.items()}
    counts = Counter[str]()
    for found in marked.values():
        for number in found.values():
            counts[number.mark] += number.count if number.decisive else 0
    decisive = declared or max(sorted(counts), key=counts.__getitem__, default=".")
    if declared or counts[decisive]:
        # A file with both marks is read by the more frequent one; the others are faults.
        other = "." if decisive == "," else ","
        message = f"has a {MARKS[other]} in a file with decimal {MARKS[decisive]}s; write "
        message += "thousands without any mark"
        wrong = {other}
    else:
        decisive, wrong = ".", set(MARKS)
        message = (
            "ambiguous ({} or {}): no other number shows whether the {} is decimal; write "
            "thousands without it, or decimals with other than three digits"
        )
    places = [
        (name, row, found[cell])
        for name, found in marked.items()
        if any(number.mark in wrong for number in found.values())
        for row, cell in enumerate(columns[name])
        if isinstance(cell, str) and cell in found and found[cell].mark in wrong
    ]
    faults = []
    for name, row, number in places[:FAULTS_PER_COLUMN]:
        filled = message.format(*number.readings, MARKS[number.mark])
        faults.append(source.fault(filled, row, name, columns[name][row]))
    if (more := len(places) - FAULTS_PER_COLUMN) > 0:
        faults.append(Fault(source.file, f"and {more} more"))
    return decisive, faults


@dataclass(frozen=True, slots=True)
class _Marked:
    """A number with a single mark, as it stands in cells of a column."""

    mark: str
    decisive: bool  # whether it shows that its mark is decimal
    count: int  # of the cells that hold it
    readings: tuple[str, str]  # with the mark as decimal, and between thousands


def _marked(cells: Sequence[Any], *, decisive: bool) -> dict[str, _Marked]:
    """Return the numbers of a column that have a single mark, by their text."""
    found = {}
    texts = cells if is_text(cells) else [cell for cell in cells if isinstance(cell, str)]
    for cell, count in Counter(texts).items():
        text = cell.strip()
        match = _MARKED.fullmatch(text) if len(text) > 1 else None
        if match:
            mark = match[1]
            readings = f"{float(text.replace(mark, '.')):g}", text.replace(mark, "")
            tells = decisive or not _THOUSANDS.fullmatch(text)
            found[cell] = _Marked(mark, tells, count, readings)
    return found


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
    points = {name: _with_points(raw.cells[name]) for name in text}
    # What is shown to the user is the text of the file.
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    remarks = (*raw.remarks, "numbers have decimal commas")
    return replace(
        raw, cells=raw.cells.assign(**points), source=source, remarks=remarks, decimal="."
    )


def _with_points(column: pd.Series) -> pd.Series:
    cells = column.tolist()
    texts = set(cells) if is_text(cells) else {cell for cell in cells if isinstance(cell, str)}
    points = {text: _DECIMAL_COMMA.sub(r"\1.\2", text) for text in texts if "," in text}
    if not points:
        return column
    if is_text(cells):
        cells = [points.get(cell, cell) for cell in cells]
    else:
        cells = [points.get(cell, cell) if isinstance(cell, str) else cell for cell in cells]
    return pd.Series(cells, index=column.index, dtype=object)
