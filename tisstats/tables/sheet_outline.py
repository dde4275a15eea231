"""What a sheet of a workbook holds, before any of its cells is built.

A few bytes can ask a reader of spreadsheets for billions of cells, such as the one range of merged
cells A1:XFD1048576. So the file of a sheet is looked through once, with little memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from tisstats.tables.raw import FAULTS_PER_COLUMN, MOST_COLUMNS

#: Before the name of each element that belongs to a sheet.
_OF_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "

#: Merged ranges that are kept until they are sorted; only the first ones are reported.
_MERGED_KEPT = 10_000

#: Most elements outside rows before the last row, such as those of columns, of which a sheet has at
#: most 16,384. openpyxl builds an object of each.
_MOST_SETTINGS = 100_000

#: Bytes that are looked through at once.
_BLOCK = 1 << 20


class SheetOutline:
    """Where a sheet has cells, and what of it is refused or remarked on.

    Raises
    ------
    ValueError
        If rows or cells are not in the order of the sheet, as spreadsheets write them, or a place
        is none.
    xml.parsers.expat.ExpatError
        If the file of the sheet is not XML.
    """

    def __init__(self) -> None:
        self.last_row = self.last_column = 0  #: of the cells, from 1; 0 if there is none
        self.cells = 0  #: how many cells there are, empty ones among them
        self.has_values = False  #: whether a cell is not empty
        self.merged: list[tuple[int, int, str]] = []  #: row, column and range, not sorted
        #: row, column and text of the first formulas for which no value is stored; None where the
        #: text stands with another cell
        self.unstored: list[tuple[int, int, str | None]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: NDArray[np.bool_] = np.zeros(MOST_COLUMNS, dtype=np.bool_)
        self._path: list[str] = []  # of the elements that are open
        self._settings = 0  # elements outside rows so far, and the rows
        self._row = self._column = 0
        self._row_depth: int | None = None  # None outside rows
        self._text: list[str] | None = None  # of a formula or a value
        self._formula: str | None = None
        self._stored = self._of_text = False

    @property
    def is_filled(self) -> bool:
        """Whether cells reach beyond the first."""
        return max(self.last_row, self.last_column) > 1

    def read(self, blocks: Iterable[bytes], *, until_filled: bool = False) -> SheetOutline:
        """Look through the file of a sheet; if asked only as far as cells beyond the first."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse_declarations
        for block in blocks:
            parser.Parse(block, False)
            if until_filled and self.is_filled:
                return self
        parser.Parse(b"", True)
        return self

    def first_merged(self) -> list[tuple[int, int, str]]:
        """Return the first merged ranges, in the order of their rows and columns."""
        return sorted(self.merged)[:FAULTS_PER_COLUMN]

    def _start(self, name: str, given: Mapping[str, str]) -> None:
        self._path.append(name)
        depth = len(self._path)
        if self._row_depth is None:
            self._settings += 1
            if name == f"{_OF_SHEETS}row":
                self._start_row(given, depth)
            elif name == f"{_OF_SHEETS}col" and _is_true(given.get("hidden")):
                first, last = int(given["min"]), int(given["max"])
                self.hidden_columns[max(first, 1) - 1 : max(last, 0)] = True
            elif name == f"{_OF_SHEETS}mergeCell":
                self._add_merged(given["ref"])
        elif depth == self._row_depth + 1:
            self._start_cell(given)
        elif depth == self._row_depth + 2:
            if name in (f"{_OF_SHEETS}f", f"{_OF_SHEETS}v"):
                self._text = []
            elif name == f"{_OF_SHEETS}is":
                self._stored = True

    def _end(self, name: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if self._row_depth is None:
            return
        if depth == self._row_depth:
            self._row_depth = None
        elif depth == self._row_depth + 1:
            self.has_values = self.has_values or self._stored
            if self._formula is not None and not self._stored:
                self._add_unstored()
        elif depth == self._row_depth + 2 and self._text is not None:
            text, self._text = "".join(self._text), None
            if name == f"{_OF_SHEETS}f":
                self._formula = text
            elif text:
                self._stored = True
            elif self._of_text:  # of a formula that yields "", which spreadsheets store so
                self._formula = None

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _start_row(self, given: Mapping[str, str], depth: int) -> None:
        row = _whole(given["r"]) if "r" in given else self._row + 1
        if row <= self._row:
            raise ValueError("its rows are not in order")
        if self._settings - row > _MOST_SETTINGS:
            raise ValueError(f"it has more than {_MOST_SETTINGS} settings of columns and the like")
        self._row, self._column, self._row_depth = row, 0, depth
        if _is_true(given.get("hidden")):
            self.hidden_rows.add(row)

    def _start_cell(self, given: Mapping[str, str]) -> None:
        from openpyxl.utils.cell import coordinate_to_tuple

        row, column = self._row, self._column + 1
        if place := given.get("r"):
            row, column = coordinate_to_tuple(place)
        if row != self._row or column <= self._column:
            raise ValueError("its cells are not in order")
        self._column, self._formula, self._stored = column, None, False
        self._of_text = given.get("t") == "str"
        self.cells += 1
        self.last_row, self.last_column = row, max(self.last_column, column)

    def _add_merged(self, place: str) -> None:
        from openpyxl.utils.cell import range_boundaries

        column, row, _, _ = range_boundaries(place)
        self.merged.append((row, column, place))
        if len(self.merged) > _MERGED_KEPT:
            self.merged = self.first_merged()

    def _add_unstored(self) -> None:
        if len(self.unstored) < FAULTS_PER_COLUMN:
            formula = f"={self._formula}" if self._formula else None
            self.unstored.append((self._row, self._column, formula))


def _whole(text: str) -> int:
    """Return the number of a row, which some programs write as 7.0."""
    number = float(text)
    if not number.is_integer():
        raise ValueError(f"{text} is not the number of a row")
    return int(number)


def _is_true(text: str | None) -> bool:
    return text in ("1", "true", "t")


def _refuse_declarations(*_: object) -> None:
    raise ValueError("a sheet with declarations of its own is not read")


def blocks_of(stream: IO[bytes]) -> Iterable[bytes]:
    """Yield what a file holds, block by block."""
    while block := stream.read(_BLOCK):
        yield block
