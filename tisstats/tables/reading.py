"""Read a table of any format; nothing in it is interpreted."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.tables.cells import ISO_DATE, as_text, check_date_format
from tisstats.tables.decimals import MARKS
from tisstats.tables.delimited import decode, parse_delimited
from tisstats.tables.formats import STANDARD_STREAM, file_format
from tisstats.tables.packed import TOO_LARGE, most_unpacked
from tisstats.tables.raw import RawTable, TableSource, check_header
from tisstats.tables.workbook import parse_workbook


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What is declared about files; what is not declared is never guessed.

    Raises
    ------
    ValueError
        If the decimal mark or the format of dates is not permitted.

    Examples
    --------
    >>> ReadOptions(missing_codes=("NA", "-9"), decimal=",").date_format
    'YYYY-MM-DD'
    """

    encoding: str | None = None  #: of text, such as "latin-1"; None: UTF-8
    missing_codes: tuple[str, ...] = ()  #: cells that stand for a missing value, in any column
    decimal: str | None = None  #: decimal mark of text, "." or ","; None: it must be evident
    date_format: str = ISO_DATE  #: order and separators of DD, MM or MMM, and YYYY
    sheet: str | None = None  #: of a workbook; None: its only sheet

    def __post_init__(self) -> None:
        if self.decimal is not None and self.decimal not in MARKS:
            raise ValueError(f"decimal must be . or , (a point or a comma), got {self.decimal!r}")
        check_date_format(self.date_format)


def read_table(
    source: Path, options: ReadOptions | None = None, *, may_be_empty: bool = False
) -> RawTable:
    r"""Read a table by the ending of its name; ``-`` is CSV from the standard input.

    Parameters
    ----------
    source : pathlib.Path
        The file: CSV or TSV, either of them compressed (``.gz``), ``.xlsx`` or Parquet.
    options : ReadOptions, optional
        What is declared about the file.
    may_be_empty : bool
        Whether a table that has only its header is one.

    Returns
    -------
    RawTable
        Cells as in the file, and empty ones for the declared missing codes; the line of each row;
        remarks on what is not as in plain CSV.

    Raises
    ------
    tisstats.errors.DataError
        If the file is missing, cannot be read, has no rows or is not a table.
    FormatError
        As for `file_format`, or if the encoding is unknown.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "visits.csv"
    >>> _ = path.write_text("patient_id;week;haq\n007;0;2,0\n007;9;-9\n")
    >>> raw = read_table(path, ReadOptions(missing_codes=("-9",)))
    >>> raw.cells.to_numpy().tolist()
    [['007', '0', '2,0'], ['007', '9', '']]
    >>> raw.remarks
    ('read as semicolon-separated', '1 cell read as missing (-9)')
    """
    given = options or ReadOptions()
    ending = file_format(source)
    name, content = _content(source)
    if given.sheet is not None and ending != ".xlsx":
        message = "has no sheets, as only .xlsx has; leave the sheet out"
        raise DataError([Fault(name, message, value=given.sheet)])
    if ending == ".parquet":
        raw = _parse_parquet(content, name)
    elif ending == ".xlsx":
        raw = parse_workbook(content, name, sheet=given.sheet)
    else:
        if ending.endswith(".gz"):
            content = _decompressed(content, name)
        _check_is_text(content, name)
        text = decode(content, name, given.encoding)
        raw = parse_delimited(text, name, decimal=given.decimal)
    if raw.cells.empty and not may_be_empty:
        message = "must have at least one row below the header, and has none"
        raise DataError([Fault(name, message)])
    raw = replace(raw, decimal=given.decimal, missing_codes=given.missing_codes)
    return blank_missing_codes(raw)


def _content(source: Path) -> tuple[str, bytes]:
    """Return the name of a file for messages, and its bytes."""
    if str(source) == STANDARD_STREAM:
        stream = getattr(sys.stdin, "buffer", None)
        content = sys.stdin.read().encode("utf-8") if stream is None else stream.read()
        return "standard input", content
    if not source.is_file():
        raise DataError([Fault(str(source), _why_no_file(source))])
    try:
        return str(source), source.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise DataError([Fault(str(source), message)]) from None


def _why_no_file(source: Path) -> str:
    if source.is_dir():
        return "is a folder; name a file"
    if source.is_symlink():
        return "is a link that leads to no file"
    if source.exists():
        return "is not a regular file; a pipe is read as - (standard input)"
    return "there is no such file"


#: How files of other formats begin, and what to do with them.
_OTHER_FORMATS = {
    b"PK\x03\x04": "is a workbook by its content; its name must end in .xlsx",
    b"\x1f\x8b": "is compressed (gzip) by its content; its name must end in .gz",
    b"PAR1": "is Parquet by its content; its name must end in .parquet",
    b"\xd0\xcf\x11\xe0": "is an old workbook (.xls) by its content; save it as .xlsx or CSV",
}


def _check_is_text(content: bytes, file: str) -> None:
    """Raise DataError if a file that is called text begins as one of another format."""
    for begin, message in _OTHER_FORMATS.items():
        if content.startswith(begin):
            raise DataError([Fault(file, message)])


def _decompressed(content: bytes, file: str) -> bytes:
    most = most_unpacked(len(content))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            unpacked = packed.read(most + 1)
        if len(unpacked) > most:
            raise DataError([Fault(file, TOO_LARGE)])
        return unpacked
    except (OSError, EOFError, zlib.error) as error:
        message = f"cannot be decompressed (gzip): {' '.join(str(error).split())}"
        raise DataError([Fault(file, message)]) from None


def _parse_parquet(content: bytes, file: str) -> RawTable:
    try:
        table = pd.read_parquet(io.BytesIO(content))
    except (ValueError, OSError, NotImplementedError, KeyError) as error:
        message = f"cannot be read as Parquet: {' '.join(str(error).split())}"
        raise DataError([Fault(file, message)]) from None
    # Named index levels are columns of the user.
    named = [name for name in table.index.names if name is not None]
    table = table.reset_index(level=named) if named else table
    if faults := check_header(table.columns, file):
        raise DataError(faults)
    return RawTable(table.reset_index(drop=True), TableSource(file))


def blank_missing_codes(raw: RawTable) -> RawTable:
    """Return the table with empty cells where it has one of its declared missing codes.

    A number is compared by its shortest text, so that -9.0 of a spreadsheet is ``-9``.

    Examples
    --------
    >>> cells = pd.DataFrame({"ck": [196, -9.0]}, dtype=object)
    >>> raw = RawTable(cells, TableSource(), missing_codes=("-9",))
    >>> blank_missing_codes(raw).cells["ck"].tolist()
    [196, None]
    """
    if not raw.missing_codes:
        return raw
    codes = frozenset(code.strip() for code in raw.missing_codes)
    changed, found = {}, dict.fromkeys(raw.missing_codes, 0)
    for name in raw.cells.columns:
        given = raw.cells[name].astype(object)
        texts = [as_text(cell).strip() for cell in given]
        if not codes.isdisjoint(texts):
            empty = "" if all(isinstance(cell, str) for cell in given) else None
            left = [
                empty if text in codes else cell for text, cell in zip(texts, given, strict=True)
            ]
            changed[name] = pd.Series(left, dtype=object)
            for code in found:
                found[code] += texts.count(code.strip())
    counts = [
        f"{count} {'cell' if count == 1 else 'cells'} read as missing ({code})"
        for code, count in found.items()
    ]
    if not changed:
        return replace(raw, remarks=(*raw.remarks, *counts))
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    return replace(
        raw, cells=raw.cells.assign(**changed), source=source, remarks=(*raw.remarks, *counts)
    )
