"""Write tables, atomically: a file is there whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TextIO

import pandas as pd

from tisstats.tables.atomic import replacing
from tisstats.tables.formats import STANDARD_STREAM, FormatError, file_format
from tisstats.tables.workbook import write_workbook


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the format of the file's ending, atomically; CSV to stdout for ``-``.

    The same table gives the same bytes, except in .xlsx, which records when it was written. Numbers
    have all their digits, in .xlsx 16 of them.

    Parameters
    ----------
    table : pandas.DataFrame
        The table; its index is not written.
    path : pathlib.Path
        The file, replaced if it exists. A symbolic link stays one.

    Raises
    ------
    FormatError
        As for `file_format`, or if the table does not fit the format.
    OSError
        If the folder cannot be written to.
    """
    ending = file_format(path)
    if str(path) == STANDARD_STREAM:
        _write_text(table, sys.stdout)
        return
    with replacing(path) as part:
        _WRITERS[ending](table, part)


def check_writable(path: Path) -> None:
    """Raise FormatError if a table cannot be written to a file, before it is computed.

    Parameters
    ----------
    path : pathlib.Path
        The file, or ``-`` for the standard output.

    Raises
    ------
    FormatError
        As for `file_format`, or if there is no such folder, or a folder has this name.
    """
    file_format(path)
    if str(path) == STANDARD_STREAM:
        return
    if not path.absolute().parent.is_dir():
        raise FormatError(f"{path}: there is no such folder")
    if path.is_dir():
        raise FormatError(f"{path}: is a folder; name a file")


def _write_text(table: pd.DataFrame, target: Path | TextIO, separator: str = ",") -> None:
    """Write text; cells with a carriage return are quoted, as is the rest then.

    Python's writer quotes by itself only what has the line end that it writes.
    """
    texts = [column for _, column in table.items() if column.dtype.kind == "O"]
    returns = any("\r" in cell for column in texts for cell in column if isinstance(cell, str))
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    table.to_csv(target, index=False, lineterminator="\n", sep=separator, quoting=quoting)


def _write_csv(table: pd.DataFrame, part: Path) -> None:
    _write_text(table, part)


def _write_tsv(table: pd.DataFrame, part: Path) -> None:
    _write_text(table, part, "\t")


def _compressed(separator: str) -> Callable[[pd.DataFrame, Path], None]:
    def write(table: pd.DataFrame, part: Path) -> None:
        text = io.StringIO()
        _write_text(table, text, separator)
        part.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), mtime=0))

    return write


def _write_parquet(table: pd.DataFrame, part: Path) -> None:
    try:
        table.to_parquet(part, index=False)
    except (ValueError, TypeError) as error:  # pyarrow's errors are of these kinds
        reason = " ".join(str(error).split())
        raise FormatError(f"cannot be written as Parquet: {reason}") from None


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": _write_csv,
    ".tsv": _write_tsv,
    ".csv.gz": _compressed(","),
    ".tsv.gz": _compressed("\t"),
    ".xlsx": write_workbook,
    ".parquet": _write_parquet,
}
