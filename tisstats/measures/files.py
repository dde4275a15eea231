"""Files of visits: CSV as spreadsheets save it, and Parquet; written whole or not at all."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import ENZYMES
from tisstats.measures.decimals import decimal_mark
from tisstats.measures.visit_table import MEASURE_COLUMNS, Origin

#: Endings of the files that can be read and written.
FORMATS = (".csv", ".parquet")

#: What stands for an empty cell in a column of numbers.
EMPTY = ("", "NA", "N/A", "NaN", "nan", ".")

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_DECIMAL_COMMA = re.compile(r"^(\s*[-+]?\d*),(\d+\s*)$")

#: Encoding of files where none is named; a byte order mark is skipped.
UTF_8 = "utf-8-sig"


class FormatError(ValueError):
    """A file has a format that cannot be read or written here; the message says what can."""


@dataclass(frozen=True, slots=True)
class VisitFile:
    """A table of visits as read from a file."""

    table: pd.DataFrame  #: the visits; measures as numbers, every other column as it stands
    origin: Origin  #: the file, and the line of each row
    remarks: tuple[str, ...]  #: what was read otherwise than as plain CSV, in words


def file_format(path: Path) -> str:
    """Return the format of a file by its ending, ``.csv`` or ``.parquet``.

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

    CSV may be separated by commas, semicolons or tabs and start with a byte order mark. Where it
    is not separated by commas, numbers may have decimal commas; which mark is decimal must show
    from the numbers of the file, see `decimal_mark`. Rows without any content are left out.
    Columns that are no measures stay text, so that an identifier keeps its leading zeros. A cell
    that is empty, or holds one of `EMPTY` in a column of numbers, is a missing value.

    Parameters
    ----------
    path
        The file, by its ending CSV or Parquet.
    numeric
        Names of further columns to read as numbers, such as those of upper limits of normal.
    encoding
        Of a CSV file, such as "latin-1"; UTF-8 if not given.

    Raises
    ------
    DataError
        If the file is missing, empty, or no table, or a number in it can be read in two ways.
    FormatError
        As for `file_format`, or if there is no such encoding.
    """
    ending = file_format(path)
    used = UTF_8 if encoding is None or _is_utf_8(encoding) else encoding
    if not path.is_file():
        raise DataError([Fault(str(path), "there is no such file")])
    if ending == ".parquet":
        try:
            table = pd.read_parquet(path)
        except (ValueError, OSError) as error:
            message = f"cannot be read as Parquet: {_one_line(error)}"
            raise DataError([Fault(str(path), message)]) from None
        # Named levels of an index are columns that somebody has put there.
        named = [name for name in table.index.names if name is not None]
        table = table.reset_index(level=named) if named else table
        found = VisitFile(table.reset_index(drop=True), Origin(str(path)), ())
    else:
        try:
            found = _read_csv(path, {"week", *MEASURE_COLUMNS, *ENZYMES, *numeric}, used)
        except UnicodeError:
            message = "is not in UTF-8; save it as CSV in UTF-8, or name its encoding (--encoding)"
            if used != UTF_8:
                message = f"is not in {encoding}, which was named as its encoding"
            raise DataError([Fault(str(path), message)]) from None
        except (csv.Error, pd.errors.ParserError) as error:
            message = f"cannot be read as CSV: {_one_line(error)}"
            raise DataError([Fault(str(path), message)]) from None
    if found.table.empty:
        raise DataError([Fault(str(path), "there are no visits: the file has only its header")])
    return found


def _is_utf_8(encoding: str) -> bool:
    """Tell whether this is a name of UTF-8; refuse what is no encoding."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # some codecs are not of text
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except (LookupError, ValueError):
        message = "there is no such encoding; name one such as utf-8, latin-1 or cp1252"
        raise FormatError(f"{encoding!r}: {message}") from None


def _read_csv(path: Path, numeric: set[str], encoding: str) -> VisitFile:  # noqa: C901
    header, separator = _header(path, encoding)
    kept, lines, faults = [], [], []
    with path.open(encoding=encoding, newline="") as text:
        for number, (line, cells) in enumerate(_records(text, separator)):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = f"the row has {len(cells)} cells; the header has {len(header)}"
                faults.append(Fault(str(path), message, line))
            kept.append(number)
            lines.append(line)
    if faults:
        raise DataError(faults[:20])

    def read(decimal: str, text: set[str]) -> pd.DataFrame:
        return pd.read_csv(
            path,
            sep=separator,
            decimal=decimal,
            encoding=encoding,
            names=header,
            header=0,
            index_col=False,
            dtype={name: str for name in header if name in text},
            keep_default_na=False,
            na_values={name: list(EMPTY) for name in header if name not in text},
            skip_blank_lines=False,
            low_memory=False,  # types are those of whole columns
        )

    mark = "."
    if separator != ",":
        as_they_stand = read(".", set(header)).iloc[kept]
        numbers = {name: as_they_stand[name].tolist() for name in header if name in numeric}
        mark, faults = decimal_mark(numbers, str(path), np.array(lines, dtype=np.int64))
        if faults:
            raise DataError(faults)
    table = read(mark, set(header) - numeric)
    if mark == ",":
        # A column with something else than numbers has stayed text: mend the numbers in it.
        for name in numeric & set(header):
            if not pd.api.types.is_numeric_dtype(table[name]):
                table[name] = table[name].str.replace(_DECIMAL_COMMA, r"\1.\2", regex=True)
    remarks = []
    if separator != ",":
        decimals = " with decimal commas" if mark == "," else ""
        remarks.append(f"read as {_SEPARATORS[separator]}-separated{decimals}")
    if blank := len(table) - len(kept):
        remarks.append(f"{blank} empty {'row' if blank == 1 else 'rows'} left out")
        table = _whole_again(table.iloc[kept].reset_index(drop=True))
    return VisitFile(table, Origin(str(path), np.array(lines, dtype=np.int64)), tuple(remarks))


def _whole_again(table: pd.DataFrame) -> pd.DataFrame:
    """Turn whole numbers, which empty rows have made floats, into whole numbers again."""
    whole = [
        name
        for name in table.columns
        if pd.api.types.is_float_dtype(table[name])
        and np.isfinite(table[name]).all()
        and not (table[name] % 1 > 0).any()
    ]
    return table.astype(dict.fromkeys(whole, "int64"))


def _header(path: Path, encoding: str) -> tuple[list[str], str]:
    """Return the names of the columns, and the separator: the one that the header has most of."""
    with path.open(encoding=encoding, newline="") as text:
        first = text.readline()
        if not first.strip():
            message = "the first line must name the columns" if text.read(1) else "is empty"
            raise DataError([Fault(str(path), message)])
    separator = max(_SEPARATORS, key=first.count)
    names = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        message = "the header must give each column one name of its own"
        raise DataError([Fault(str(path), message, 1, name) for name in twice])
    return names, separator


def _records(text: Iterator[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Give each record below the header with the line on which it begins."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    next(reader)
    begins = reader.line_num + 1
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 1


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV or Parquet, by the ending; the file is there whole or not at all.

    Raises
    ------
    FormatError
        As for `file_format`.
    OSError
        If the folder cannot be written to.
    """
    ending = file_format(path)
    target = path.resolve()  # a link stays one
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
