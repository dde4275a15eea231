"""Read a table of any format; nothing in it is interpreted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.sentences import count_of
from tisstats.tables.cells import ISO_DATE, as_text, check_date_format
from tisstats.tables.decimals import MARKS
from tisstats.tables.delimited import parse_delimited
from tisstats.tables.formats import STANDARD_STREAM, file_format
from tisstats.tables.parquet import parse_whole_parquet
from tisstats.tables.raw import RawTable
from tisstats.tables.streams import STANDARD_INPUT, limit_unpacked, open_bytes, open_text
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
    ModuleNotFoundError
        As for `file_format`.

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
    name = STANDARD_INPUT if str(source) == STANDARD_STREAM else str(source)
    check_sheet(given, ending, name)
    with open_bytes(source) as stream:
        if ending == ".parquet":
            raw = parse_whole_parquet(stream, name)
        elif ending == ".xlsx":
            raw = parse_workbook(stream.read(), name, sheet=given.sheet)
        else:
            most = limit_unpacked(ending, source.stat().st_size) if source.is_file() else None
            with open_text(stream, name, given.encoding, most=most) as text:
                raw = parse_delimited(text.read(), name, decimal=given.decimal)
    if not may_be_empty:
        check_has_rows(len(raw), name)
    raw = replace(raw, decimal=given.decimal, missing_codes=given.missing_codes)
    found = Counter[str]()
    raw = blank_missing_codes(raw, found)
    return replace(raw, remarks=(*raw.remarks, *missing_remarks(given.missing_codes, found)))


def check_sheet(options: ReadOptions, ending: str, file: str) -> None:
    """Raise DataError if a sheet is named of a file that has none."""
    if options.sheet is not None and ending != ".xlsx":
        message = "has no sheets, as only .xlsx has; leave the sheet out"
        raise DataError([Fault(file, message, value=options.sheet)])


def check_has_rows(rows: int, file: str) -> None:
    """Raise DataError if a table has no rows.

    >>> check_has_rows(1, "visits.csv")
    """
    if not rows:
        message = "must have at least one row below the header, and has none"
        raise DataError([Fault(file, message)])


def blank_missing_codes(raw: RawTable, found: Counter[str]) -> RawTable:
    """Return the table with empty cells where it has one of its declared missing codes.

    A number is compared by its shortest text, so that -9.0 of a spreadsheet is ``-9``. The cells
    of each code are added to those `found` so far.

    Examples
    --------
    >>> from tisstats.tables.raw import TableSource
    >>> cells, found = pd.DataFrame({"ck": [196, -9.0]}, dtype=object), Counter()
    >>> raw = RawTable(cells, TableSource(), missing_codes=("-9",))
    >>> blank_missing_codes(raw, found).cells["ck"].tolist(), found["-9"]
    ([196, None], 1)
    """
    if not raw.missing_codes:
        return raw
    codes = frozenset(code.strip() for code in raw.missing_codes)
    changed = {}
    for name in raw.cells.columns:
        given = raw.cells[name].astype(object)
        texts = [as_text(cell).strip() for cell in given]
        if not codes.isdisjoint(texts):
            empty = "" if all(isinstance(cell, str) for cell in given) else None
            left = [
                empty if text in codes else cell for text, cell in zip(texts, given, strict=True)
            ]
            changed[name] = pd.Series(left, dtype=object)
            for code in dict.fromkeys(raw.missing_codes):
                found[code] += texts.count(code.strip())
    if not changed:
        return raw
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    return replace(raw, cells=raw.cells.assign(**changed), source=source)


def missing_remarks(codes: tuple[str, ...], found: Mapping[str, int]) -> tuple[str, ...]:
    """Return how many cells were read as missing, by code.

    >>> missing_remarks(("-9", "-8"), {"-9": 1})
    ('1 cell read as missing (-9)', '0 cells read as missing (-8)')
    """
    counts = {code: found.get(code, 0) for code in codes}
    return tuple(
        f"{count_of(count, 'cell')} read as missing ({code})" for code, count in counts.items()
    )
