"""Spreadsheets in .xlsx, by openpyxl."""

from __future__ import annotations

import datetime as dt
import errno
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault, refusing
from tisstats.sentences import count_of, first_few
from tisstats.tables.cells import as_text
from tisstats.tables.formats import FormatError
from tisstats.tables.packed import TOO_LARGE, most_unpacked
from tisstats.tables.raw import (
    FAULTS_PER_COLUMN,
    RawTable,
    TableSource,
    check_header,
    name_on_one_line,
    named_columns,
)
from tisstats.tables.sheet_outline import SheetOutline, blocks_of

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

#: How compound files begin: workbooks before .xlsx, and those that are encrypted.
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"

#: A format of numbers that fills them up with zeros; "0" alone rounds, and shows no other number.
_ONLY_ZEROS = re.compile(r"00+")

#: How files of spreadsheets have a carriage return, such as of lines from Windows; with an escaped
#: underscore the characters stand for themselves.
_CARRIAGE_RETURN = re.compile("(?<!_x005F)_x000[Dd]_")

#: Cells that are read in any case, and how many empty ones there may be for one that is not.
_ALWAYS_READ, _CELLS_PER_FILLED = 1_000_000, 20

#: Most sheets whose names a message lists.
_SHEETS_SHOWN = 20

#: Most tags in the parts that openpyxl reads whole, of each element of which it builds an object,
#: such as styles and names, and most sheets. Excel permits 65,490 formats of cells, with some tags
#: each: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
_MOST_TAGS, _MOST_SHEETS = 1_000_000, 10_000

#: A sheet in the list of them; names may have the prefix of a namespace.
_SHEET_LISTED = re.compile(rb"<(?:[^\s<>/:]+:)?sheet\s")

#: Parts of a format of numbers that are shown as they stand, or say nothing of the number. An open
#: bracket goes on to the end: the rest would be searched again from each of them otherwise.
_LITERAL = re.compile(r'"[^"]*"|[\\_*].|\[[^]]*(?:\]|$)')


def parse_workbook(content: bytes, file: str, *, sheet: str | None = None) -> RawTable:
    """Return the table on a sheet; cells have the types of the spreadsheet.

    The first row names the columns. Of a formula, the value is read that the spreadsheet has stored
    with it. Empty rows are skipped; hidden rows and columns are read as the others are, with a
    remark.

    Parameters
    ----------
    content : bytes
        The whole file.
    file : str
        Its name, for messages.
    sheet : str, optional
        Name of the sheet. It may be left out if only one sheet has cells.

    Returns
    -------
    RawTable
        Columns of dtype object: text, numbers, truth values, dates, which are times where a cell
        of the column is not at midnight; None if empty.

    Raises
    ------
    tisstats.errors.DataError
        If it is not a workbook, the sheet is missing or not named, or a sheet is not a table:
        merged cells, formulas whose value is not stored, cells in error, columns without a name.
    """
    with _readable(content, file):
        book = _load(content, file)
        archive = zipfile.ZipFile(io.BytesIO(content))
        chosen = _sheet(book, archive, file, sheet)
        outline = _outline(archive, chosen)
    source = TableSource(file, sheet=chosen.title if len(book.worksheets) > 1 else None)
    remarks: list[str] = []
    _check_extent(outline, source.shown)
    with _readable(content, file), _no_warnings():
        rows = enumerate(_rows(chosen, outline), start=1)
        header = [cell.value for cell in next(rows, (1, ()))[1]]
        if faults := [*_merged(outline, source.shown), *_formulas(outline, header, source.shown)]:
            raise DataError(faults)
        if all(name is None or not str(name).strip() for name in header):
            raise DataError([Fault(source.shown, "the first row must name the columns", 1)])
        records, lines, skipped, wrong = [], [], 0, []
        for line, cells in rows:
            values = [_value(cell) for cell in cells]
            if all(
                value is None or (isinstance(value, str) and not value.strip()) for value in values
            ):
                skipped += 1
                continue
            errors = [at for at, cell in enumerate(cells) if cell.data_type == "e"]
            wrong += [(line, header[at], values[at]) for at in errors]
            records.append(values)
            lines.append(line)
    if wrong:
        message = "is an error of the spreadsheet; correct its formula, or leave the cell empty"
        places = wrong[:FAULTS_PER_COLUMN]
        raise DataError([Fault(source.shown, message, *place) for place in places])
    if skipped:
        remarks.append(f"{count_of(skipped, 'empty row')} skipped")
    hidden = sum(line in outline.hidden_rows for line in lines)
    if hidden:
        remarks.append(f"{count_of(hidden, 'hidden row')} read like the others")
    names = ["" if name is None else name_on_one_line(str(name)) for name in header]
    columns_away = zip(names, outline.hidden_columns, strict=False)
    if unseen := [name for name, away in columns_away if away and name]:
        plural = "column" if len(unseen) == 1 else "columns"
        remarks.append(f"hidden {plural} read like the others: {', '.join(unseen)}")
    cells_of = [_as_dates(cells) for cells in zip(*records, strict=True)] or [()] * len(names)
    columns = named_columns(names, cells_of, source.shown)
    if faults := check_header([name for name, _ in columns], source.shown):
        raise DataError(faults)
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns})
    return RawTable(frame, replace(source, lines=np.array(lines, dtype=np.int64)), tuple(remarks))


def _value(cell: Any) -> Any:
    """Return what a cell shows where its format makes another value of the number in it.

    An identifier 7 with the format 000 is 007, and 0.43 with the format 0% is 43%.
    """
    value, shown_as = cell.value, cell.number_format
    if isinstance(value, str):
        return _CARRIAGE_RETURN.sub("\r", value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not shown_as:
        return value
    if _ONLY_ZEROS.fullmatch(shown_as) and value >= 0 and float(value).is_integer():
        return f"{int(value):0{len(shown_as)}d}"
    if "%" in _LITERAL.sub("", shown_as):
        return f"{as_text(round(100 * value, 10))}%"
    return value


def _as_dates(cells: Sequence[Any]) -> Sequence[Any]:
    """Return the cells of a column as dates, if all its times are midnight.

    A spreadsheet has no dates without a time, and in text a midnight would be written out.
    """
    times = [cell.time() for cell in cells if isinstance(cell, dt.datetime)]
    if any(time != dt.time() for time in times):
        return cells
    return [cell.date() if isinstance(cell, dt.datetime) else cell for cell in cells]


def _load(content: bytes, file: str) -> Workbook:
    """Return the workbook, of whose sheets no cell is read as yet."""
    from openpyxl.reader.excel import ExcelReader

    archive = _CountedArchive(content, file)
    if sum(part.file_size for part in archive.infolist()) > most_unpacked(len(content)):
        raise DataError([Fault(file, TOO_LARGE)])
    # What is not needed is not read: cells of other workbooks, sheets that are charts, and what the
    # sheets refer to, such as links.
    reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    reader.archive = archive
    reader.valid_files = {name for name in archive.namelist() if "/_rels/" not in name}
    reader.read_chartsheet = lambda *_: None
    with _no_warnings():
        try:
            reader.read()
        except ValueError as error:  # openpyxl raises one of its own from ours
            if isinstance(error.__cause__, DataError):
                raise error.__cause__ from None
            raise
    return reader.wb


class _CountedArchive(zipfile.ZipFile):
    """A workbook that refuses to read so many styles, names or sheets that it takes minutes.

    Counted is what openpyxl reads, whatever its parts are called and wherever they lie.
    """

    def __init__(self, content: bytes, file: str) -> None:
        super().__init__(io.BytesIO(content))
        self._file, self._tags, self._sheets = file, 0, 0

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """Return a whole part; raise DataError if there are too many tags in all that were read."""
        content = super().read(name, pwd)
        self._tags += content.count(b"<")
        # In UTF-16 every second byte of a tag is zero.
        self._sheets += len(_SHEET_LISTED.findall(content.replace(b"\0", b"")))
        if self._tags > _MOST_TAGS or self._sheets > _MOST_SHEETS:
            message = "has more styles, names or sheets than can be read; copy the table to a new "
            raise DataError([Fault(self._file, f"{message}workbook")])
        return content


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Ignore what openpyxl says of parts that do not concern the cells, such as styles.

    A generator must not hold this: one that a fault leaves half-way would keep the warnings of the
    whole process silent until it is collected.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _readable(content: bytes, file: str) -> Iterator[None]:
    """Raise DataError for whatever zipfile and openpyxl raise for a file that is not a workbook."""
    if content.startswith(_OLD_WORKBOOK):
        message = "is an old workbook (.xls) or has a password; save it as .xlsx without one"
        raise DataError([Fault(file, message)])
    with refusing(file, "cannot be read as a workbook (.xlsx)"):
        yield


def _sheet(
    book: Workbook, archive: zipfile.ZipFile, file: str, sheet: str | None
) -> ReadOnlyWorksheet:
    sheets = {each.title: each for each in book.worksheets}
    if not sheets:
        message = "has no sheet of cells that can be read; save it as an Excel Workbook (.xlsx)"
        raise DataError([Fault(file, f"{message}, not as a Strict Open XML Spreadsheet")])
    names = first_few([repr(name) for name in sheets], _SHEETS_SHOWN)
    if len(sheets) < len(book.worksheets):
        raise DataError([Fault(file, "has two sheets of the same name")])
    if sheet is not None:
        if sheet not in sheets:
            raise DataError(
                [Fault(file, f"there is no such sheet; there are {names}", value=sheet)]
            )
        return sheets[sheet]
    outlines = {title: _outline(archive, each, whole=False) for title, each in sheets.items()}
    filled = [sheets[title] for title, outline in outlines.items() if outline.is_filled]
    filled = filled or [sheets[title] for title, each in outlines.items() if each.has_values]
    if not filled:
        raise DataError([Fault(file, "is empty")])
    if len(filled) > 1:
        message = (
            f"has {len(filled)} sheets, {names}; name the one to read: sheet in a mapping file, "
            "or --sheet of tisstats score"
        )
        raise DataError([Fault(file, message)])
    return filled[0]


def _outline(
    archive: zipfile.ZipFile, sheet: ReadOnlyWorksheet, *, whole: bool = True
) -> SheetOutline:
    with archive.open(sheet._worksheet_path) as stream:
        return SheetOutline().read(blocks_of(stream), until_filled=not whole)


def _rows(sheet: ReadOnlyWorksheet, outline: SheetOutline) -> Iterator[Sequence[Any]]:
    """Yield the cells of each row, as far as there are cells.

    What the file of a sheet says after its last row is not read: of each range there, such as one
    of links or of permitted values, openpyxl would build objects.
    """
    last_row, last_column = outline.last_row, outline.last_column
    if last_row:
        rows = sheet.iter_rows(1, last_row, 1, last_column)
        yield from islice(rows, last_row)
        rows.close()


def _check_extent(outline: SheetOutline, file: str) -> None:
    """Raise DataError if a cell far away makes a table of millions of empty cells."""
    from openpyxl.utils import get_column_letter

    area = outline.last_row * outline.last_column
    if area > _ALWAYS_READ and area > _CELLS_PER_FILLED * outline.cells:
        message = f"its cells reach to {get_column_letter(outline.last_column)}{outline.last_row}, "
        raise DataError(
            [Fault(file, f"{message}far from the table; delete those rows and columns")]
        )


def _merged(outline: SheetOutline, file: str) -> list[Fault]:
    message = "cells {} are merged; every cell must have its own value"
    return [Fault(file, message.format(place), row) for row, _, place in outline.first_merged()]


def _formulas(outline: SheetOutline, header: Sequence[Any], file: str) -> list[Fault]:
    """Return a fault for each formula without a stored value; programs other than Excel omit it."""
    message = "is a formula without a stored value; open and save the file in a spreadsheet"
    return [
        Fault(file, message, row, str(header[column - 1] or ""), formula)
        for row, column, formula in outline.unstored
    ]


def write_workbook(table: pd.DataFrame, path: Path) -> None:
    """Write a table as the only sheet of a workbook; text stays text, even if it begins with "=".

    Parameters
    ----------
    table : pandas.DataFrame
        The table; its index is not written. Missing values are empty cells.
    path : pathlib.Path
        The file, which is replaced.

    Raises
    ------
    FormatError
        If the table has more rows or longer text than a spreadsheet, or control characters.
    OSError
        If the file, or the temporary one of its sheet, cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    columns = [[str(name), *_plain(table.iloc[:, at])] for at, name in enumerate(table.columns)]
    _check_limits(columns, len(table))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("table")
    failures = _errors_of_lxml()
    try:
        for row in zip(*columns, strict=True):
            cells = [WriteOnlyCell(sheet, value) for value in row]
            for cell, value in zip(cells, row, strict=True):
                if isinstance(value, str):
                    # openpyxl would take "=1" for a formula, "#N/A" for an error
                    cell.data_type = "s"
            sheet.append(cells)
        book.save(path)
    except BaseException as error:  # Ctrl-C too
        for writer in ("_rows", "_writer.xf"):  # in this order; dropped, both print a traceback
            with suppress(Exception):
                attrgetter(writer)(sheet).close()
        if isinstance(error, failures):
            raise OSError(errno.EIO, f"the sheet cannot be written ({error})") from None
        raise


def _errors_of_lxml() -> tuple[type[Exception], ...]:
    """Return what openpyxl lets through of lxml, which it uses only where that is installed."""
    try:
        from lxml.etree import SerialisationError  # type: ignore[import-untyped]
    except ImportError:
        return ()
    return (SerialisationError,)


#: Limits of a sheet: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
_MOST_ROWS, _MOST_CHARACTERS = 1_048_576, 32_767
#: A spreadsheet keeps 15 digits of a number.
_LONGEST_NUMBER = 10**15


def _plain(column: pd.Series) -> list[Any]:
    """Return cells of the types that a spreadsheet knows; missing ones are None."""
    return [
        None if missing else _plain_cell(value)
        for missing, value in zip(column.isna(), column.astype(object).tolist(), strict=True)
    ]


def _plain_cell(value: Any) -> Any:
    """Return a cell as a spreadsheet can hold it; what it cannot is text."""
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    if isinstance(value, int) and abs(value) >= _LONGEST_NUMBER:
        return str(value)
    zoned = isinstance(value, dt.datetime) and value.tzinfo is not None
    known = isinstance(value, str | bool | int | float | dt.date) and not zoned
    return value if known else str(value)


#: Codes of no character, which XML cannot have; openpyxl lets them through.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")


def _check_limits(columns: list[list[Any]], rows: int) -> None:
    """Raise FormatError if a table does not fit a sheet."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if rows >= _MOST_ROWS:
        message = f"the table has {rows} rows; a sheet holds {_MOST_ROWS}, with its header"
        raise FormatError(message)
    for text in (cell for column in columns for cell in column if isinstance(cell, str)):
        if len(text) > _MOST_CHARACTERS:
            message = f"a cell has more than {_MOST_CHARACTERS} characters, the limit of a sheet"
            raise FormatError(f"{text[:20]!r}...: {message}")
        if ILLEGAL_CHARACTERS_RE.search(text) or _NO_CHARACTER.search(text):
            message = "has a control character, which a spreadsheet cannot hold"
            raise FormatError(f"{text!r}: {message}")
