"""Files of visits: CSV as saved by spreadsheets, and Parquet; written atomically.

In many countries spreadsheets separate cells by semicolons and write 3,8 for 3.8; some put a point
or a comma between thousands. So 1.199 may be 1199, and so may 1,199. The decimal mark is inferred
only from unambiguous numbers of the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import ENZYMES
from tisstats.measures.visit_table import FAULTS_PER_COLUMN, MEASURE_COLUMNS, TableSource

#: Extensions of the files that can be read and written.
FORMATS = (".csv", ".parquet")

#: Text treated as an empty cell in a column of numbers.
EMPTY = ("", "NA", "N/A", "NaN", "nan", ".")

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_DECIMAL_COMMA = re.compile(r"^(\s*[-+]?\d*),(\d*(?:[eE][-+]?\d+)?\s*)$")
_MARKED = re.compile(r"[-+]?\d*([.,])\d*")
#: A point or comma that may separate thousands: 1.199, but not 0.375 or 12.5.
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")
_MARKS = {".": "point", ",": "comma"}

#: Default encoding; a byte order mark is skipped.
UTF_8 = "utf-8-sig"


class FormatError(ValueError):
    """A file has an unsupported format; the message names the supported ones."""


class _RowError(Exception):
    """A record cannot be read: the reason, and the number of its first line."""


@dataclass(frozen=True, slots=True)
class VisitFile:
    """A table of visits as read from a file."""

    table: pd.DataFrame  #: the visits; measures as numbers, other columns unchanged
    source: TableSource  #: the file, and the line of each row
    remarks: tuple[str, ...]  #: notes on how the file was read, if not as plain CSV


def file_format(path: Path) -> str:
    """Return the format of a file by its extension, ``.csv`` or ``.parquet``.

    Raises
    ------
    FormatError
        If it is neither, or if Parquet cannot be read in this environment.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise FormatError(f"{path}: the name must end in {' or '.join(FORMATS)}")
    if ending == ".parquet":
        try:
            import pyarrow  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
        except ModuleNotFoundError:
            raise FormatError(
                f"{path}: Parquet needs pyarrow: pip install 'tisstats[parquet]'"
            ) from None
    return ending


def read_visits(
    path: Path, numeric: tuple[str, ...] = (), encoding: str | None = None
) -> VisitFile:
    """Read a table of visits.

    CSV may be separated by commas, semicolons or tabs and start with a byte order mark. Where it is
    not separated by commas, numbers may have decimal commas; the decimal mark must be evident from
    the numbers of the file, see `detect_decimal_mark`. Empty rows are skipped. Columns other than
    measures stay text, so that an identifier keeps its leading zeros. A cell that is empty, or
    contains one of `EMPTY` in a column of numbers, is a missing value.

    Parameters
    ----------
    path
        The file, CSV or Parquet by its extension.
    numeric
        Further columns to read as numbers, such as upper limits of normal.
    encoding
        Of a CSV file, such as "latin-1"; UTF-8 if not given.

    Raises
    ------
    DataError
        If the file is missing, empty or not a table, or contains an ambiguous number.
    FormatError
        As for `file_format`, or if the encoding is unknown.
    """
    ending = file_format(path)
    used = UTF_8 if encoding is None or _is_utf_8(encoding) else encoding
    if not path.is_file():
        message = "is a folder; name a file" if path.is_dir() else "there is no such file"
        raise DataError([Fault(str(path), message)])
    if ending == ".parquet":
        try:
            table = pd.read_parquet(path)
        except (ValueError, OSError) as error:
            message = f"cannot be read as Parquet: {_one_line(error)}"
            raise DataError([Fault(str(path), message)]) from None
        # Named index levels are columns of the user.
        named = [name for name in table.index.names if name is not None]
        table = table.reset_index(level=named) if named else table
        found = VisitFile(table.reset_index(drop=True), TableSource(str(path)), ())
    else:
        try:
            found = _read_csv(path, {"week", *MEASURE_COLUMNS, *ENZYMES, *numeric}, used)
        except UnicodeError:
            message = "is not in UTF-8; save it as CSV in UTF-8, or give its encoding (--encoding)"
            if used != UTF_8:
                message = f"is not in {encoding}, the given encoding"
            raise DataError([Fault(str(path), message)]) from None
        except _RowError as error:
            message, row = error.args
            raise DataError([Fault(str(path), f"cannot be read as CSV: {message}", row)]) from None
        except (csv.Error, pd.errors.ParserError) as error:
            message = f"cannot be read as CSV: {_one_line(error)}"
            raise DataError([Fault(str(path), message)]) from None
    if found.table.empty:
        only_header = ": the file has only its header" if ending == ".csv" else ""
        raise DataError([Fault(str(path), f"there are no visits{only_header}")])
    return found


def _is_utf_8(encoding: str) -> bool:
    """Test whether this is a name of UTF-8; raise FormatError if it is not a text encoding."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # some codecs are not text encodings
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except (LookupError, ValueError):
        message = "there is no such encoding; use one such as utf-8, latin-1 or cp1252"
        raise FormatError(f"{encoding!r}: {message}") from None


def _read_csv(path: Path, numeric: set[str], encoding: str) -> VisitFile:
    with path.open(encoding=encoding, newline="") as text:
        header, separator = _header(path, text)
        records = list(_records(text, separator))
    kept = [(line, cells) for line, cells in records if any(cell.strip() for cell in cells)]
    wrong = [(line, len(cells)) for line, cells in kept if len(cells) != len(header)]
    if wrong:
        message = f"the row has {{}} cells; the header has {len(header)}"
        raise DataError([Fault(str(path), message.format(n), line) for line, n in wrong[:20]])
    rows = [cells for _, cells in kept]
    lines = np.array([line for line, _ in kept], dtype=np.int64)

    remarks = []
    if separator != ",":
        places = [place for place, name in enumerate(header) if name in numeric]
        numbers = {header[place]: [cells[place] for cells in rows] for place in places}
        mark, faults = detect_decimal_mark(numbers, str(path), lines)
        if faults:
            raise DataError(faults)
        for cells, place in itertools.product(rows if mark == "," else (), places):
            cells[place] = _DECIMAL_COMMA.sub(r"\1.\2", cells[place])
        decimals = " with decimal commas" if mark == "," else ""
        remarks.append(f"read as {_SEPARATORS[separator]}-separated{decimals}")
    if blank := len(records) - len(kept):
        remarks.append(f"{blank} empty {'row' if blank == 1 else 'rows'} skipped")
    return VisitFile(_typed(header, rows, numeric), TableSource(str(path), lines), tuple(remarks))


def _typed(header: list[str], rows: list[list[str]], numeric: set[str]) -> pd.DataFrame:
    """Return rows of text as a table, converting the columns of numbers."""
    plain = io.StringIO(newline="")
    csv.writer(plain).writerows([header, *rows])
    plain.seek(0)
    table = pd.read_csv(
        plain,
        index_col=False,
        dtype={name: str for name in header if name not in numeric},
        keep_default_na=False,
        na_values={name: list(EMPTY) for name in header if name in numeric},
        low_memory=False,  # infer types from whole columns
    )
    for place, name in enumerate(header):
        # An infinite number is a fault, to be reported verbatim: 1e400, not inf.
        if table[name].dtype.kind == "f" and np.isinf(table[name]).any():
            table[name] = [cells[place] for cells in rows]
    return table


def _header(path: Path, text: TextIO) -> tuple[list[str], str]:
    """Return the column names, and the separator: the most frequent one in the header."""
    first = text.readline()
    if not first.strip():
        message = "the first line must name the columns" if text.read(1) else "is empty"
        raise DataError([Fault(str(path), message)])
    separator = max(_SEPARATORS, key=first.count)
    names = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
    if nameless := [place for place, name in enumerate(names, 1) if not name]:
        message = "column {} has no name; name it, or remove it if it is empty"
        raise DataError([Fault(str(path), message.format(place), 1) for place in nameless])
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        message = "the header must have unique column names"
        raise DataError([Fault(str(path), message, 1, name) for name in twice])
    return names, separator


def _records(text: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record below the header with the number of its first line."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    begins = 2
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 2
    except csv.Error as error:
        unclosed = str(error) == "unexpected end of data"
        message = "a quotation mark is opened and not closed" if unclosed else str(error)
        raise _RowError(message, begins) from None


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV or Parquet, by the extension, atomically.

    Raises
    ------
    FormatError
        As for `file_format`.
    OSError
        If the folder cannot be written to.
    """
    ending = file_format(path)
    target = path.resolve()  # keeps a symbolic link
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if ending == ".parquet":
            table.to_parquet(part, index=False)
        else:
            table.to_csv(part, index=False, lineterminator="\n")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def detect_decimal_mark(
    columns: Mapping[str, Sequence[str]], file: str, lines: NDArray[np.int64]
) -> tuple[str, list[Fault]]:
    """Detect the decimal mark of a file, and report ambiguous numbers.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        The columns of numbers as in the file.
    file : str
        Its name, for the faults.
    lines : numpy.ndarray
        Line of each row in the file.

    Returns
    -------
    str
        "." or ","; a point if no number has a mark.
    list of Fault
        Every number with the other mark; or, if no number is decisive, every number that may have
        a thousands separator. The mark is valid only if the list is empty.

    Notes
    -----
    Scales do not reach thousands, so 1.125 in a measure shows that the point is decimal. Text with
    several marks is not a number, and is reported when the values are checked.

    Examples
    --------
    >>> columns = {"haq": ["1,125", "2"], "ck": ["1,199", "196"]}
    >>> detect_decimal_mark(columns, "visits.csv", np.arange(2))
    (',', [])
    >>> mark, (fault,) = detect_decimal_mark({"ck": ["3.000"]}, "visits.csv", np.array([2]))
    >>> print(fault)  # doctest: +ELLIPSIS
    visits.csv, row 2, column ck, value '3.000': ambiguous (3 or 3000): no other number shows ...
    """
    found = list(_marks(columns))
    decisive = [mark for mark, decides, *_ in found if decides]
    if decisive:
        # A file with both marks is read by the more frequent one; the others are faults.
        decimal = max(sorted(set(decisive)), key=decisive.count)
        message = f"has a {_MARKS['.' if decimal == ',' else ',']} in a file with decimal "
        message += f"{_MARKS[decimal]}s; write thousands without any mark"
        found = [each for each in found if each[0] != decimal]
    else:
        decimal = "."
        message = (
            "ambiguous ({} or {}): no other number shows whether the {} is decimal; write "
            "thousands without it, or decimals with other than three digits"
        )
    faults = []
    for mark, _, name, row, cell in found[:FAULTS_PER_COLUMN]:
        small, thousands = f"{float(cell.replace(mark, '.')):g}", cell.replace(mark, "")
        filled = message.format(small, thousands, _MARKS[mark])
        faults.append(Fault(file, filled, int(lines[row]), name, cell))
    if (more := len(found) - FAULTS_PER_COLUMN) > 0:
        faults.append(Fault(file, f"and {more} more"))
    return decimal, faults


def _marks(columns: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, bool, str, int, str]]:
    """Yield each number with a single mark: mark, whether decisive, column, row, text."""
    for name, cells in columns.items():
        for row, cell in enumerate(cells):
            text = cell.strip()
            if len(text) > 1 and (match := _MARKED.fullmatch(text)):
                decisive = name in MEASURE_COLUMNS or not _THOUSANDS.fullmatch(text)
                yield match[1], decisive, name, row, text
