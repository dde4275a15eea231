"""Text separated by commas, semicolons, tabs or bars, as spreadsheets and databases save it."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.sentences import count_of
from tisstats.tables.formats import FormatError
from tisstats.tables.raw import (
    FAULTS_PER_COLUMN,
    RawTable,
    TableSource,
    check_header,
    check_nameless,
    check_width,
    name_on_one_line,
)

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_NOTE_FOR_EXCEL = re.compile(r"sep=.", re.IGNORECASE)

#: Default encoding; a byte order mark is skipped.
UTF_8 = "utf-8-sig"


def text_encoding(encoding: str | None) -> str:
    """Return the encoding by which to read a text, of which a byte order mark is skipped.

    Raises
    ------
    FormatError
        If the encoding is unknown.

    Examples
    --------
    >>> text_encoding(None), text_encoding("UTF8"), text_encoding("latin-1")
    ('utf-8-sig', 'utf-8-sig', 'latin-1')
    """
    return UTF_8 if encoding is None or _is_utf_8(encoding) else encoding


def not_in_encoding(encoding: str | None) -> str:
    """Return what is wrong with a text that is not in its encoding."""
    if text_encoding(encoding) != UTF_8:
        return f"is not in {encoding}, the given encoding"
    return (
        "is not in UTF-8; save it as CSV in UTF-8, or give its encoding (--encoding, or "
        "encoding under [files] of study.toml)"
    )


def check_encoding(encoding: str) -> None:
    """Raise FormatError if this is not the name of a text encoding.

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
    delimited = DelimitedText(io.StringIO(text, newline=""), file, decimal=decimal)
    (raw,) = delimited.batches() or [delimited.no_rows()]
    return replace(raw, remarks=delimited.remarks())


class DelimitedText:
    r"""A text read in batches of whole records; every cell stays text.

    Parameters
    ----------
    stream : io.TextIOBase
        The text, with its line ends as in the file (``newline=""``).
    file : str
        Name of the file, for messages.
    decimal : {".", ","}, optional
        The decimal mark, if declared.
    characters : int
        Characters of a batch; -1: the whole text is one.

    Raises
    ------
    tisstats.errors.DataError
        As for `parse_delimited`; what is wrong with rows at the end of the text.

    Examples
    --------
    >>> text = io.StringIO("patient_id,week\n007,0\n007,9\n008,0\n", newline="")
    >>> [len(raw) for raw in DelimitedText(text, "visits.csv", characters=10)]
    [1, 2]
    """

    def __init__(
        self,
        stream: io.TextIOBase,
        file: str,
        *,
        decimal: str | None = None,
        characters: int = -1,
    ) -> None:
        self._stream = stream
        self._file = file
        self._decimal = decimal
        self._characters = characters
        self._header, self._separator, self._header_lines, self._begun = _header(stream, file)
        self._nameless: set[int] = set()  # places of columns that have cells and no name
        self._wrong: list[tuple[int, int]] = []  # lines with another number of cells
        self._skipped = 0

    def remarks(self) -> tuple[str, ...]:
        """Return remarks on the separator and on skipped rows, so far."""
        remarks = []
        if self._separator != ",":
            remarks.append(f"read as {_SEPARATORS[self._separator]}-separated")
        if self._skipped:
            remarks.append(f"{count_of(self._skipped, 'empty row')} skipped")
        return tuple(remarks)

    def batches(self) -> list[RawTable]:
        """Return all batches, at least one row each."""
        return list(self)

    def no_rows(self) -> RawTable:
        """Return the table without its rows."""
        return self._table(self._frame([]), np.array([], dtype=np.int64))

    def __iter__(self) -> Iterator[RawTable]:
        """Yield the records below the header; the stream can be read once."""
        line, rest = 1 + self._header_lines, self._begun
        while True:
            read = self._stream.read(self._characters)
            text = rest + read
            last = not read or self._characters < 0
            end = len(text) if last else text.rfind("\n") + 1
            rest = text[end:]
            if end:
                frame = parse_regular(text[:end], self._header, self._separator)
                if frame is None:
                    yield from self._records(text[:end], rest, line)
                    break
                yield self._table(frame, np.arange(line, line + len(frame), dtype=np.int64))
                line += len(frame)
            if last:
                break
        self._raise_faults()

    def _records(self, text: str, rest: str, first: int) -> Iterator[RawTable]:
        """Yield what follows a text that is not regular, record by record."""
        lines = _rest_of_lines(text + rest, self._stream)
        records = _records(lines, self._separator, self._file, first)
        # The csv module takes about five times as long and needs as much more memory.
        size = sys.maxsize if self._characters < 0 else max(1, self._characters // _PER_RECORD)
        while batch := list(itertools.islice(records, size)):
            filled = [(line, cells) for line, cells in batch if any(map(str.strip, cells))]
            self._skipped += len(batch) - len(filled)
            width = len(self._header)
            self._wrong += [(line, len(cells)) for line, cells in filled if len(cells) != width]
            del self._wrong[FAULTS_PER_COLUMN:]
            if self._skipped > _MOST_EMPTY:
                message = f"has more than {_MOST_EMPTY:,} empty rows; remove them"
                raise DataError([Fault(self._file, message)])
            if filled and not self._wrong:
                numbers = np.array([line for line, _ in filled], dtype=np.int64)
                yield self._table(self._frame([cells for _, cells in filled]), numbers)

    def _frame(self, records: list[list[str]]) -> pd.DataFrame:
        """Return records as columns; one without a name is left out, and noted if it has cells."""
        columns = list(zip(*records, strict=True)) if records else [()] * len(self._header)
        places = enumerate(zip(self._header, columns, strict=True), start=1)
        kept = {}
        for place, (name, cells) in places:
            if name:
                kept[name] = pd.Series(cells, dtype=object)
            elif any(map(str.strip, cells)):
                self._nameless.add(place)
        return pd.DataFrame(kept)

    def _table(self, frame: pd.DataFrame, lines: NDArray[np.int64]) -> RawTable:
        return RawTable(
            frame,
            TableSource(self._file, lines),
            (),
            self._decimal,
            marks_decide=self._separator != ",",
        )

    def _raise_faults(self) -> None:
        if self._wrong:
            message = f"the row has {{}}; the header has {len(self._header)}"
            if len(self._header) == 1:
                message += "; do other lines stand above the names of the columns?"
            counts = [(line, count_of(n, "cell")) for line, n in self._wrong]
            raise DataError([Fault(self._file, message.format(n), line) for line, n in counts])
        check_nameless(sorted(self._nameless), self._file)


#: Most lines of the names of the columns, and most empty rows: reading on would take minutes.
_MOST_LINES, _MOST_EMPTY = 20, 2_000_000

#: Characters that a record counts for, in the size of a batch.
_PER_RECORD = 100


def _rest_of_lines(text: str, stream: io.TextIOBase) -> Iterator[str]:
    """Yield the lines of a text and those of the stream that goes on with it."""
    lines = list(io.StringIO(text, newline=""))
    yield from lines[:-1]
    last = lines[-1] if lines else ""
    following = "" if last.endswith("\n") else stream.readline()
    # A carriage return at the end of the text may be half of a line end.
    if last.endswith("\r") and following != "\n":
        yield last
        last = ""
    if last or following:
        yield last + following
    yield from iter(stream.readline, "")


def parse_regular(text: str, header: list[str], separator: str) -> pd.DataFrame | None:
    r"""Return a table without quotes, empty rows and faults, ten times as fast; None if it is not.

    pandas' parser alone would fill up short rows and not know the lines of the others.

    Parameters
    ----------
    text : str
        The rows, without the header.
    header : list of str
        Names of the columns.
    separator : str
        What separates cells, one character.

    Examples
    --------
    >>> parse_regular("007,0\n", ["patient_id", "week"], ",").to_numpy().tolist()
    [['007', '0']]
    >>> parse_regular("007\n", ["patient_id", "week"], ",")
    """
    if (
        not text
        or not separator.isascii()
        or len(header) < 2
        or not all(header)
        or '"' in text
        or "\0" in text
    ):
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            return None
    content = text.encode("utf-8")
    content += b"" if content.endswith(b"\n") else b"\n"
    if not _has_cells_only(content, len(header), separator):
        return None
    frame = pd.read_csv(
        io.BytesIO(content),
        sep=separator,
        header=None,
        names=header,
        index_col=False,
        dtype=object,
        na_filter=False,
        skip_blank_lines=False,
        quoting=csv.QUOTE_NONE,
        low_memory=False,
    )
    # A row that is blank in its first cell may be so in all.
    if blanks := _blanks(frame.iloc[:, 0]):
        begins = frame[frame.iloc[:, 0].isin(blanks)]
        if any(not "".join(cells).strip() for cells in begins.itertuples(index=False, name=None)):
            return None
    return frame


def _blanks(column: pd.Series) -> list[str]:
    return [cell for cell in column.unique() if not cell.strip()]


def _has_cells_only(content: bytes, columns: int, separator: str) -> bool:
    """Return whether every line of a text has so many cells."""
    signs = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    between = np.flatnonzero(signs == ord(separator))
    if len(between) != len(ends) * (columns - 1):
        return False
    by_line = between.reshape(len(ends), columns - 1)
    begins = np.concatenate([[-1], ends[:-1]])
    return bool((by_line[:, 0] > begins).all() and (by_line[:, -1] < ends).all())


def _header(stream: io.TextIOBase, file: str) -> tuple[list[str], str, int, str]:
    """Return the column names, their most frequent separator, their lines, and what was read on."""
    first = stream.readline()
    if not first.strip():
        message = "the first line must name the columns" if stream.read(1) else "is empty"
        raise DataError([Fault(file, message)])
    if _NOTE_FOR_EXCEL.fullmatch(first.strip()):
        message = "is a note for spreadsheets; remove this line, so that the first names columns"
        raise DataError([Fault(file, message, 1, None, first.strip())])
    # A name in quotation marks may have line breaks, as in a cell of a spreadsheet.
    lines = [first]
    while sum(line.count('"') for line in lines) % 2 and len(lines) < _MOST_LINES:
        if not (following := stream.readline()):
            break
        lines.append(following)
    first = "".join(lines)
    separator = max(_SEPARATORS, key=first.count)
    # Before they are taken apart: a line of separators alone would fill the memory.
    least = 1 if '"' in first else first.count(separator) + 1
    if faults := check_width(least, file):
        raise DataError(faults)
    try:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        cells = next(reader)
    except csv.Error as error:
        raise DataError([Fault(file, f"cannot be read as CSV: {error}", 1)]) from None
    if any("\n" in name and separator in name for name in cells):
        message = "a name goes over several lines and cells; is a quotation mark not closed?"
        raise DataError([Fault(file, message, 1)])
    names = [name_on_one_line(name) for name in cells]
    if faults := check_width(len(cells), file):
        raise DataError(faults)
    # Whether a column without a name is empty, and can be left out, its cells show.
    if faults := check_header([name for name in names if name], file):
        raise DataError(faults)
    return names, separator, reader.line_num, "".join(lines[reader.line_num :])


def _records(
    text: Iterable[str], separator: str, file: str, first: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its first line, that of the text being `first`."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    begins = first
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + first
    except csv.Error as error:
        reason = "is a quotation mark not closed, or are cells separated by something else?"
        message = f"cannot be read as CSV: {error}; {reason}"
        raise DataError([Fault(file, message, begins)]) from None
