"""Write tables, atomically: a file is there whole or not at all."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd

from tisstats.regular_files import is_regular
from tisstats.tables.atomic import replacing
from tisstats.tables.formats import STANDARD_STREAM, TEXT_FORMATS, FormatError, file_format
from tisstats.tables.formulas import refuse_formulas
from tisstats.tables.table_writers import TextWriter, have_returns, open_writer


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
    DataError
        If the format is text, and a spreadsheet would run a cell or a name of a column.
    FormatError
        As for `file_format`, or if the table does not fit the format.
    ModuleNotFoundError
        As for `file_format`.
    OSError
        If the folder cannot be written to.
    """
    ending = file_format(path)
    if ending in TEXT_FORMATS:
        refuse_formulas(table, str(path))
    quote_all = have_returns(column for _, column in table.items())
    if str(path) == STANDARD_STREAM:
        with TextWriter(sys.stdout, quote_all=quote_all) as writer:
            writer.write(table)
        return
    with replacing(path) as part, open_writer(ending, part, quote_all=quote_all) as writer:
        writer.write(table)


def check_writable(path: Path) -> None:
    """Raise FormatError if a table cannot be written to a file, before it is computed.

    Parameters
    ----------
    path : pathlib.Path
        The file, or ``-`` for the standard output.

    Raises
    ------
    FormatError
        As for `file_format`, or if there is no such folder, or none in which files can be made, or
        a folder has this name.
    ModuleNotFoundError
        As for `file_format`.
    """
    file_format(path)
    if str(path) == STANDARD_STREAM:
        return
    if not path.absolute().parent.is_dir():
        raise FormatError(f"{path}: there is no such folder")
    if path.is_dir():
        raise FormatError(f"{path}: is a folder; name a file")
    if path.exists() and not is_regular(path):  # a pipe or a device, which a file would replace
        raise FormatError(f"{path}: is not a regular file; to write to a pipe, redirect - to it")
    try:  # files are replaced, not written into
        with tempfile.TemporaryFile(dir=path.absolute().parent):
            pass
    except OSError as error:
        message = f"{path}: cannot be written: the folder permits no new files ({error.strerror})"
        raise FormatError(message) from None
