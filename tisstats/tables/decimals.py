"""The decimal mark of a file: inferred only from unambiguous numbers.

In many countries spreadsheets separate cells by semicolons and write 3,8 for 3.8; some put a point
or a comma between thousands. So 1.199 may be 1199, and so may 1,199.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    marks = DecimalMarks(declared)
    marks.count(columns, small)
    faults = marks.faults([(columns, source)], small)
    return marks.mark, faults


@dataclass(slots=True)
class DecimalMarks:
    """The marks of the numbers of a file, which may be counted batch by batch.

    Examples
    --------
    >>> marks = DecimalMarks()
    >>> for batch in ({"haq": ["1,5"]}, {"haq": ["2,25", "0.5"]}):
    ...     marks.count(batch, ["haq"])
    >>> marks.mark, marks.are_valid
    (',', False)
    """

    declared: str | None = None  #: the decimal mark, if it is known
    decisive: Counter[str] = field(default_factory=Counter)  #: cells that show what their mark is
    cells: Counter[str] = field(default_factory=Counter)  #: cells with each mark

    def count(self, columns: Mapping[str, Sequence[Any]], small: Collection[str]) -> None:
        """Count the marks of some rows; see `detect_decimal_mark`."""
        for name, cells in columns.items():
            for number in _marked(cells, decisive=name in small).values():
                self.cells[number.mark] += number.count
                self.decisive[number.mark] += number.count if number.decisive else 0

    @property
    def mark(self) -> str:
        """The decimal mark; a point if no number shows it.

        A file with both marks is read by the more frequent one; the others are faults.
        """
        known = {mark: count for mark, count in self.decisive.items() if count}
        return self.declared or max(sorted(known), key=self.decisive.__getitem__, default=".")

    @property
    def _known(self) -> bool:
        return bool(self.declared or self.decisive[self.mark])

    @property
    def _wrong(self) -> set[str]:
        return {"." if self.mark == "," else ","} if self._known else set(MARKS)

    @property
    def are_valid(self) -> bool:
        """Whether no number has another mark, or may be read in two ways."""
        return not any(self.cells[mark] for mark in self._wrong)

    def faults(
        self,
        batches: Iterable[tuple[Mapping[str, Sequence[Any]], TableSource]],
        small: Collection[str],
    ) -> list[Fault]:
        """Return the numbers at fault, column by column, up to a limit; the file is read again."""
        if self.are_valid:
            return []
        message = (
            "ambiguous ({} or {}): no other number shows whether the {} is decimal; write "
            "thousands without it, or decimals with other than three digits"
        )
        if self._known:
            other = MARKS["." if self.mark == "," else ","]
            message = f"has a {other} in a file with decimal {MARKS[self.mark]}s; write decimals "
            message += f"with a {MARKS[self.mark]}, and thousands without any mark"
        found: dict[str, list[Fault]] = {}
        file = ""
        for columns, source in batches:
            file = source.shown
            for name, cells in columns.items():
                listed = found.setdefault(name, [])
                listed += self._of_column(name, cells, source, message, small)
                del listed[FAULTS_PER_COLUMN:]
        faults = [fault for listed in found.values() for fault in listed][:FAULTS_PER_COLUMN]
        if (more := sum(self.cells[mark] for mark in self._wrong) - FAULTS_PER_COLUMN) > 0:
            faults.append(Fault(file, f"and {more} more"))
        return faults

    def _of_column(
        self,
        name: str,
        cells: Sequence[Any],
        source: TableSource,
        message: str,
        small: Collection[str],
    ) -> list[Fault]:
        """Return the first numbers at fault of some rows of a column."""
        found = {
            text: number
            for text, number in _marked(cells, decisive=name in small).items()
            if number.mark in self._wrong
        }
        rows = (row for row, cell in enumerate(cells) if isinstance(cell, str) and cell in found)
        faults = []
        for row in itertools.islice(rows if found else (), FAULTS_PER_COLUMN):
            number = found[cells[row]]
            filled = message.format(*number.readings, MARKS[number.mark])
            faults.append(source.fault(filled, row, name, cells[row]))
        return faults


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
    text = numbers_as_text(raw, columns)
    if not needs_mark(raw, text):
        return raw
    mark, faults = detect_decimal_mark(text, raw.source, small=small, declared=raw.decimal)
    if faults:
        raise DataError(faults)
    resolved = with_decimal_points(raw, text, mark)
    return replace(resolved, remarks=(*raw.remarks, COMMAS)) if mark == "," else resolved


#: The remark on a file whose numbers have decimal commas.
COMMAS = "numbers have decimal commas"


def numbers_as_text(raw: RawTable, columns: Collection[str]) -> dict[str, list[Any]]:
    """Return the cells of the columns of numbers that are text, as far as the table has them."""
    return {
        str(name): raw.cells[name].tolist()
        for name in raw.cells.columns
        if name in columns and raw.cells[name].dtype.kind == "O"
    }


def needs_mark(raw: RawTable, text: Mapping[str, object]) -> bool:
    """Return whether the numbers of a table have a mark that must be known."""
    return bool(text) and (raw.decimal is not None or raw.marks_decide)


def with_decimal_points(raw: RawTable, columns: Iterable[str], mark: str) -> RawTable:
    """Return the table with decimal points in place of its decimal mark.

    Examples
    --------
    >>> cells = pd.DataFrame({"haq": ["1,5", "2"]}, dtype=object)
    >>> with_decimal_points(RawTable(cells, TableSource()), ["haq"], ",").cells["haq"].tolist()
    ['1.5', '2']
    """
    if mark == ".":
        return raw
    points = {name: _with_points(raw.cells[name]) for name in columns}
    # What is shown to the user is the text of the file.
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    return replace(raw, cells=raw.cells.assign(**points), source=source, decimal=".")


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


def like_decimal_commas(cells: pd.Series) -> NDArray[np.bool_]:
    """Return which cells are numbers if a comma is their decimal mark, and separates no thousands.

    >>> like_decimal_commas(pd.Series(["5,5", " 0,75", "1,500", "5.5", "a,b", None])).tolist()
    [True, True, False, False, False, False]
    """
    return np.array(
        [
            isinstance(cell, str)
            and _DECIMAL_COMMA.match(cell) is not None
            and _THOUSANDS.fullmatch(cell.strip()) is None
            for cell in cells
        ],
        dtype=bool,
    )
