"""Write tables, atomically: a file is there whole or not at all."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tisstats.tables.formats import STANDARD_STREAM, FormatError, file_format
from tisstats.tables.workbook import write_workbook


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the format of the file's ending, atomically; CSV to stdout for ``-``.

    The same table gives the same bytes, except in .xlsx, which records when it was written.

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
        table.to_csv(sys.stdout, index=False, lineterminator="\n")
        return
    target = path.resolve()  # keeps a symbolic link
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _WRITERS[ending](table, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(table: pd.DataFrame, part: Path) -> None:
    table.to_csv(part, index=False, lineterminator="\n")


def _write_tsv(table: pd.DataFrame, part: Path) -> None:
    table.to_csv(part, index=False, lineterminator="\n", sep="\t")


def _compressed(separator: str) -> Callable[[pd.DataFrame, Path], None]:
    def write(table: pd.DataFrame, part: Path) -> None:
        text = table.to_csv(index=False, lineterminator="\n", sep=separator)
        part.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))

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
