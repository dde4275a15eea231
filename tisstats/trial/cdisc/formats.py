"""Analysis data sets as CSV, Parquet and SAS transport files of version 5."""

from __future__ import annotations

import csv
import errno
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault, refusing
from tisstats.measures.visit_table import FAULTS_PER_COLUMN
from tisstats.sentences import count_of
from tisstats.trial.cdisc.contents import FIRST_ROW, DatasetContents, FileContents
from tisstats.trial.cdisc.specification import DataType

#: Where a SAS transport file says when it and its data set were made and changed (TS-140), and what
#: it says instead: the time that SAS counts from.
_TIMES_OF_XPT = (144, 160, 464, 480)
_NO_TIME = b"01JAN60:00:00:00"

#: Day 0 of SAS dates.
SAS_EPOCH = np.datetime64("1960-01-01", "D")

#: Format with which dates are written to SAS transport files.
_SAS_DATE = "DATE9."

#: Formats of SAS that show a number as a date, without their width.
_SAS_DATES = ("DATE", "E8601DA", "B8601DA", "YYMMDD", "MMDDYY", "DDMMYY", "IS8601DA")


def _library(name: str) -> Any:
    """Return a library that only these formats need.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError:
        library = name.partition(".")[0]
        message = f"this format needs {library}: pip install {library}"
        raise ModuleNotFoundError(message, name=library) from None


def plain_cells(column: pd.Series, missing: Any) -> list[Any]:
    """Return the cells of a typed column as plain values, dates as YYYY-MM-DD.

    Examples
    --------
    >>> plain_cells(pd.Series([1, None], dtype="Int64"), "")
    [1, '']
    """
    if column.dtype.kind == "M":
        # With four digits of the year, unlike `strftime` of older pandas.
        days = np.datetime_as_string(column.to_numpy().astype("datetime64[D]"))
        column = pd.Series(days, dtype=object).mask(column.isna().to_numpy(dtype=bool))
    cells = column.to_list()
    empty = column.isna().to_numpy(dtype=bool)
    if column.dtype == object:
        empty = empty | np.array([cell == "" for cell in cells], dtype=bool)
    if not empty.any():
        return cells
    return [missing if at else cell for cell, at in zip(cells, empty, strict=True)]


def write_csv(contents: DatasetContents, path: Path) -> None:
    """Write CSV: UTF-8, a header, missing values empty, numbers with all their digits."""
    columns = [plain_cells(contents.table[name], "") for name in contents.table]
    write_rows(path, list(contents.table.columns), zip(*columns, strict=True))


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a header and rows as CSV in UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        # RFC 4180; with this terminator, text that holds a carriage return is quoted.
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_csv(path: Path) -> FileContents:
    """Read CSV in UTF-8: all cells as text.

    Raises
    ------
    DataError
        If the file is not UTF-8 or CSV, or a line has more or fewer cells than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
    except ValueError as error:
        message = "has no header" if "unpack" in str(error) else f"cannot be read as UTF-8: {error}"
        raise DataError([Fault(str(path), message)]) from None
    except csv.Error as error:
        raise DataError([Fault(str(path), f"cannot be read as CSV: {error}")]) from None
    if faults := [
        Fault(
            str(path),
            f"has {count_of(len(row), 'cell')}; the header has {len(header)}",
            at,
        )
        for at, row in enumerate(rows, start=FIRST_ROW)
        if len(row) != len(header)
    ]:
        raise DataError(faults[:FAULTS_PER_COLUMN])
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    series = [pd.Series(list(column), dtype=object) for column in columns]
    table = pd.concat(series, axis=1) if series else pd.DataFrame()
    table.columns = pd.Index(header, dtype=object)
    return FileContents(table)


def write_parquet(contents: DatasetContents, path: Path) -> None:
    """Write Parquet, with the labels as metadata of the file and its columns."""
    pa, pq = _library("pyarrow"), _library("pyarrow.parquet")

    types = {"text": pa.string(), "integer": pa.int64(), "float": pa.float64(), "date": pa.date32()}
    arrays, fields = [], []
    for each in contents.variables:
        column = contents.table[each.variable]
        kind = types[each.type]
        if each.type == "text":
            arrays.append(pa.array(plain_cells(column, None), type=kind))
        else:
            arrays.append(pa.array(column, type=kind, from_pandas=True))
        fields.append(pa.field(each.variable, kind, metadata={"label": each.label}))
    metadata = {"name": contents.name, "label": contents.label}
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata)), path)


def read_parquet(path: Path) -> FileContents:
    """Read Parquet: text, whole and other numbers, truth values (as Y and N) and dates.

    Raises
    ------
    DataError
        If the file is not Parquet, or a column holds something else.
    """
    pq = _library("pyarrow.parquet")

    unreadable = "cannot be read as Parquet"
    with refusing(str(path), unreadable):
        table = pq.ParquetFile(path).read()
    types = {field.name: _arrow_type(field) for field in table.schema}
    if faults := [
        Fault(str(path), f"holds {table.schema.field(name).type}, not text, numbers or dates",
              column=name)
        for name, kind in types.items()
        if kind is None
    ]:  # fmt: skip
        raise DataError(faults)
    with refusing(str(path), unreadable):  # text is decoded only now
        columns = [_arrow_cells(column) for column in table.columns]
        label = _metadata(table.schema.metadata)
        labels = {field.name: _metadata(field.metadata) for field in table.schema}
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    frame.columns = pd.Index(table.column_names, dtype=object)
    return FileContents(
        frame,
        label=label,
        labels=labels,
        types={name: kind for name, kind in types.items() if kind is not None},
    )


def _metadata(given: dict[bytes, bytes] | None) -> str:
    return (given or {}).get(b"label", b"").decode("utf-8")


def _arrow_type(field: Any) -> DataType | None:
    pa = _library("pyarrow")

    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    tests: list[tuple[DataType, bool]] = [
        ("text", pa.types.is_string(kind) or pa.types.is_large_string(kind)),
        ("text", pa.types.is_boolean(kind)),
        ("integer", pa.types.is_integer(kind)),
        ("float", pa.types.is_floating(kind) or pa.types.is_decimal(kind)),
        ("date", pa.types.is_date(kind) or pa.types.is_timestamp(kind)),
    ]
    return next((name for name, fits in tests if fits), None)


def _arrow_cells(column: Any) -> pd.Series:
    pa = _library("pyarrow")

    if pa.types.is_floating(column.type):
        return pd.Series(column.to_numpy())
    cells = column.to_pylist()
    if pa.types.is_boolean(column.type):
        cells = [yes_no(cell) for cell in cells]
    if pa.types.is_decimal(column.type):
        cells = [None if cell is None else float(cell) for cell in cells]
    return pd.Series(cells, dtype=object)


def yes_no(cell: bool | None) -> str:
    """Return a truth value as the text that ADaM has for it."""
    return "" if cell is None else "Y" if cell else "N"


def write_xpt(contents: DatasetContents, path: Path) -> None:
    """Write a SAS transport file of version 5.

    All numbers are doubles of the IBM System/360 and dates are days since 1960-01-01 (SAS technical
    paper TS-140, https://support.sas.com/techsup/technote/ts140.pdf). The same data give the same
    bytes: in place of the time of creation stands the beginning of 1960.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    pyreadstat = _library("pyreadstat")

    columns = {}
    for each in contents.variables:
        column = contents.table[each.variable]
        if each.type == "date":
            days = (column.to_numpy().astype("datetime64[D]") - SAS_EPOCH) / np.timedelta64(1, "D")
            columns[each.variable] = pd.Series(days)
        elif each.type == "text":
            columns[each.variable] = column
        else:
            columns[each.variable] = pd.Series(column.to_numpy(dtype=float, na_value=np.nan))
    try:
        pyreadstat.write_xport(
            pd.DataFrame(columns, index=pd.RangeIndex(len(contents.table))),
            str(path),
            file_label=contents.label,
            column_labels={each.variable: each.label for each in contents.variables},
            table_name=contents.name,
            file_format_version=5,
            variable_format={
                each.variable: _SAS_DATE for each in contents.variables if each.type == "date"
            },
        )
    except pyreadstat.ReadstatError as error:  # it does not tell why the system refused
        raise OSError(errno.EIO, f"the file cannot be written ({error})") from None
    with path.open("r+b") as file:
        for place in _TIMES_OF_XPT:
            file.seek(place)
            file.write(_NO_TIME)


def read_xpt(path: Path) -> FileContents:
    """Read a SAS transport file: text, numbers, and dates by their formats.

    Raises
    ------
    DataError
        If the file is not a SAS transport file, or its text is not UTF-8.
    """
    pyreadstat = _library("pyreadstat")

    with refusing(str(path), "cannot be read as a SAS transport file"):
        columns, found = pyreadstat.read_xport(
            str(path), disable_datetime_conversion=True, output_format="dict"
        )
    types: dict[str, DataType] = {}
    series = {}
    for name, cells in columns.items():
        if found.readstat_variable_types[name] == "string":
            types[name] = "text"
            series[name] = pd.Series(list(cells), dtype=object)
            continue
        values = np.array(list(cells), dtype=float)
        shown = (found.original_variable_types.get(name) or "").rstrip(".0123456789")
        types[name] = "date" if shown in _SAS_DATES else "float"
        series[name] = pd.Series(_sas_dates(values) if types[name] == "date" else values)
    return FileContents(
        pd.DataFrame(series),
        label=found.file_label or "",
        labels={name: label or "" for name, label in found.column_names_to_labels.items()},
        types=types,
    )


def _sas_dates(days: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    known = np.isfinite(days)
    dates = SAS_EPOCH + np.where(known, days, 0).astype("timedelta64[D]")
    return np.where(known, dates, np.datetime64("NaT")).astype("datetime64[s]")
