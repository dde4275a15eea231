"""Text separated by commas, semicolons, tabs or bars, as spreadsheets and databases save it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.tables.formats import FormatError
from tisstats.tables.raw import (
    FAULTS_PER_COLUMN,
    RawTable,
    TableSource,
    check_header,
    named_columns,
)

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_NOTE_FOR_EXCEL = re.compile(r"sep=.", re.IGNORECASE)

#: Default encoding; a byte order mark is skipped.
UTF_8 = "utf-8-sig"


def decode(content: bytes, file: str, encoding: str | None) -> str:
    r"""Return a file's text; raise DataError if it is not in its encoding, UTF-8 if None.

    Raises
    ------
    tisstats.errors.DataError
        If the bytes are not text in this encoding.
    FormatError
        If the encoding is unknown.

    Examples
    --------
    >>> decode(b"K\xf6ln", "visits.csv", "latin-1")
    'Köln'
    """
    used = UTF_8 if encoding is None or _is_utf_8(encoding) else encoding
    try:
        return content.decode(used)
    except UnicodeError:
        message = (
            "is not in UTF-8; save it as CSV in UTF-8, or give its encoding (--encoding, or "
            "encoding under [files] of study.toml)"
        )
        if used != UTF_8:
            message = f"is not in {encoding}, the given encoding"
        raise DataError([Fault(file, message)]) from None


def check_encoding(encoding: str) -> None:
    """Raise FormatError if this is no name of an encoding of text.

    Examples
    --------
    >>> check_encoding("latin-1")
    >>> try:
    ...     check_encoding("rot13")
    ... except FormatError as error:
    ...     print(str(error)[:38])
    'rot13': there is no such encoding; us
    """
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # some codecs are not text encodings
    except (LookupError, ValueError):
        message = "there is no such encoding; use one such as utf-8, latin-1 or cp1252"
        raise FormatError(f"{encoding!r}: {message}") from None


def _is_utf_8(encoding: str) -> bool:
    """Test whether this is a name of UTF-8; raise FormatError if it is not a text encoding."""
    check_encoding(encoding)
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def parse_delimited(text: str, file: str, *, decimal: str | None = None) -> RawTable:
    r"""Return the table of a text; every cell stays text.

    The separator is the most frequent of comma, semicolon, tab and vertical bar in the header.
    Empty rows are skipped.

    Parameters
    ----------
    text : str
        The whole text, with its line ends as in the file.
    file : str
        Name of the file, for messages.
    decimal : {".", ","}, optional
        The decimal mark, if declared.

    Returns
    -------
    RawTable
        Columns of dtype object; the line of each row; remarks on a separator other than a comma
        and on skipped rows.

    Raises
    ------
    tisstats.errors.DataError
        If the text is empty or no table: a header that is empty or repeats a name, a row with
        another number of cells, an unclosed quotation mark.

    Examples
    --------
    >>> raw = parse_delimited("patient_id;week\n007;0\n\n007;9\n", "visits.csv")
    >>> raw.cells["week"].tolist(), raw.source.lines.tolist(), raw.remarks
    (['0', '9'], [2, 4], ('read as semicolon-separated', '1 empty row skipped'))
    """
    if "\r" in text and '"' not in text:
        text = text.replace("\r\n", "\n")
    stream = io.StringIO(text, newline="")
    header, separator = _header(stream, file)
    regular = _parse_regular(text, header, separator)
    if regular is None:
        regular = _parse_any(stream, header, separator, file)
    frame, lines, skipped = regular
    remarks = []
    if separator != ",":
        remarks.append(f"read as {_SEPARATORS[separator]}-separated")
    if skipped:
        remarks.append(f"{skipped} empty {'row' if skipped == 1 else 'rows'} skipped")
    source = TableSource(file, lines)
    return RawTable(frame, source, tuple(remarks), decimal, marks_decide=separator != ",")


#: Cells, the line of each row, and the number of rows skipped.
_Parsed = tuple[pd.DataFrame, NDArray[np.int64], int]


def _parse_regular(text: str, header: list[str], separator: str) -> _Parsed | None:
    """Return a table without quotes, empty rows and faults, ten times as fast; None if it is not.

    pandas' parser alone would fill up short rows and not know the lines of the others.
    """
    if len(header) < 2 or not all(header) or any(sign in text for sign in '"\r\0'):
        return None
    rows = text.removesuffix("\n").split("\n")[1:]
    if not rows or {row.count(separator) for row in rows} != {len(header) - 1}:
        return None
    if not all(row.replace(separator, "").strip() for row in rows):
        return None
    frame = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        skiprows=1,
        header=None,
        names=header,
        index_col=False,
        dtype=object,
        na_filter=False,
        skip_blank_lines=False,
        quoting=csv.QUOTE_NONE,
    )
    return frame, np.arange(2, len(rows) + 2, dtype=np.int64), 0


def _parse_any(stream: io.StringIO, header: list[str], separator: str, file: str) -> _Parsed:
    """Return a table of any kind, record by record."""
    records: list[list[str]] = []
    lines, skipped, wrong = [], 0, []
    for line, cells in _records(stream, separator, file):
        if not any(cell.strip() for cell in cells):
            skipped += 1
            continue
        if len(cells) != len(header):
            wrong.append((line, len(cells)))
        records.append(cells)
        lines.append(line)
    if wrong:
        message = f"the row has {{}} cells; the header has {len(header)}"
        raise DataError(
            [Fault(file, message.format(n), line) for line, n in wrong[:FAULTS_PER_COLUMN]]
        )
    columns: Iterable[tuple[str, ...]] = zip(*records, strict=True)
    named = named_columns(header, list(columns) if records else [()] * len(header), file)
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in named})
    return frame, np.array(lines, dtype=np.int64), skipped


def _header(stream: io.StringIO, file: str) -> tuple[list[str], str]:
    """Return the column names, and the separator: the most frequent one in the header."""
    first = stream.readline()
    if not first.strip():
        message = "the first line must name the columns" if stream.read(1) else "is empty"
        raise DataError([Fault(file, message)])
    if _NOTE_FOR_EXCEL.fullmatch(first.strip()):
        message = "is a note for spreadsheets; remove this line, so that the first names columns"
        raise DataError([Fault(file, message, 1, None, first.strip())])
    separator = max(_SEPARATORS, key=first.count)
    try:
        cells = next(csv.reader([first], delimiter=separator, strict=True))
    except csv.Error as error:
        raise DataError([Fault(file, f"cannot be read as CSV: {error}", 1)]) from None
    names = [name.strip() for name in cells]
    # Whether a column without a name is empty, and can be left out, its cells show.
    if faults := check_header([name for name in names if name], file):
        raise DataError(faults)
    return names, separator


def _records(text: Iterable[str], separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record below the header with the number of its first line."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    begins = 2
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 2
    except csv.Error as error:
        message = f"cannot be read as CSV: {error}; is a quotation mark not closed?"
        raise DataError([Fault(file, message, begins)]) from None
