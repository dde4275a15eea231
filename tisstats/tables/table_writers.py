"""Write a table batch by batch; what has been written is a file once all is."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from itertools import repeat
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.tables.cells import factorize
from tisstats.tables.formats import FormatError
from tisstats.tables.workbook import write_workbook

if TYPE_CHECKING:
    import pyarrow as pa

#: Cells of several values, as Parquet may have them.
_NESTED = (list, dict, set, np.ndarray)

#: Quotation marks: where they are needed, or around all that is not a number.
Quoting = Literal[0, 2]


class TableWriter(AbstractContextManager["TableWriter"], Protocol):
    """Writes the batches of a table to a file."""

    def write(self, table: pd.DataFrame) -> None:
        """Write the next rows."""


class TextWriter:
    r"""Writes delimited text, with the same bytes as `tisstats.tables.write_table`.

    Parameters
    ----------
    stream : text file
        Where to write, without translation of line ends.
    separator : str
        What separates cells.
    quote_all : bool
        Whether all text is quoted, as where a cell has a carriage return.
    moments : mapping of str to int
        As `moment_units` returns it of all rows, where they are written in several batches.

    Examples
    --------
    >>> stream = io.StringIO()
    >>> with TextWriter(stream) as writer:
    ...     for weeks in ([0.0], [4.5, np.nan]):
    ...         writer.write(pd.DataFrame({"week": weeks, "site": ["A"] * len(weeks)}))
    >>> stream.getvalue()
    'week,site\n0.0,A\n4.5,A\n,A\n'
    """

    def __init__(
        self,
        stream: TextIO,
        separator: str = ",",
        *,
        quote_all: bool = False,
        moments: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._stream, self._moments = stream, moments
        self._separator = separator
        self._quoting: Quoting = csv.QUOTE_NONNUMERIC if quote_all else csv.QUOTE_MINIMAL
        self._has_header = False

    def __enter__(self) -> TextWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.flush()

    def write(self, table: pd.DataFrame) -> None:
        """Write the next rows, the names of the columns before the first."""
        if not self._has_header:
            names = self._cells([str(name) for name in table.columns])
            self._stream.write(self._separator.join(names) + "\n")
            self._has_header = True
        if table.empty:
            return
        columns = [self._column(column) for _, column in table.items()]
        if len(columns) == 1:  # an empty cell alone is quoted: the line is not empty
            columns = [[cell or '""' for cell in columns[0]]]
        lines = map(self._separator.join, zip(*columns, strict=True))
        self._stream.write("\n".join(lines) + "\n")

    def _column(self, column: pd.Series) -> list[str]:
        """Return the cells of a column as text; each distinct one is formatted once."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            places, texts = column.cat.codes.to_numpy(), column.cat.categories.tolist()
            texts = self._cells(texts)
        elif column.dtype.kind in "iuf" and isinstance(column.dtype, np.dtype):
            places, texts = _distinct_numbers(column.to_numpy())
        elif _is_text(column):
            places, known = factorize(column.to_numpy(dtype=object))
            texts = self._cells(known.tolist())
        else:
            return self._by_pandas(column)
        cells = np.array([*texts, *self._cells([""])], dtype=object)
        found: list[str] = cells[places].tolist()  # the place of a missing cell is -1
        return found

    def _cells(self, cells: Sequence[Any]) -> list[str]:
        """Return cells as the csv module writes them, in a row that has another."""
        if self._quoting == csv.QUOTE_MINIMAL and set(map(type, cells)) == {str}:
            characters = "".join(cells)
            if not any(sign in characters for sign in (self._separator, '"', "\n", "\r")):
                return list(cells)
        written: list[str] = []
        end = f"{self._separator}0\n"
        sink = csv.writer(
            _Sink(written), delimiter=self._separator, lineterminator="\n", quoting=self._quoting
        )
        sink.writerows(zip(cells, repeat(0)))
        return [line.removesuffix(end) for line in written]

    def _by_pandas(self, column: pd.Series) -> list[str]:
        """Return cells of other kinds, such as dates, as pandas writes them."""
        _refuse_nested(column)
        count, unit = len(column), self._moments.get(str(column.name), 0)
        if unit:  # a cell more, by which pandas writes them as those of the other batches
            finest = pd.Series(np.array([1], f"{column.dtype.kind}8[{_UNITS[unit]}]"))
            if isinstance(column.dtype, pd.DatetimeTZDtype):
                finest = finest.dt.tz_localize(column.dt.tz)
            column = pd.concat([column, finest.astype(column.dtype)], ignore_index=True)
        # A second column, for an empty cell not to be an empty line.
        table = pd.DataFrame({"cell": column, "end": 0})
        text = io.StringIO(newline="")
        table.to_csv(
            text,
            index=False,
            header=False,
            sep=self._separator,
            lineterminator="\n",
            quoting=self._quoting,
        )
        text.seek(0)
        rows = list(csv.reader(text, delimiter=self._separator))
        if self._quoting == csv.QUOTE_MINIMAL:
            return self._cells([cell for cell, _ in rows[:count]])
        end = f"{self._separator}0\n"
        return text.getvalue().removesuffix(end).split(end)[:count]


#: Units of dates and times, of which pandas writes all of a column in the finest that one needs.
_UNITS = ("D", "s", "ms", "us", "ns")


def moment_units(table: pd.DataFrame) -> dict[str, int]:
    """Return the unit that columns of dates and times need: 0 for days, up to 4 for nanoseconds.

    Examples
    --------
    >>> when = pd.to_datetime(["2020-01-01 00:00", "2020-01-01 12:00"])
    >>> moment_units(pd.DataFrame({"when": when, "day": when[0], "week": 0}))
    {'when': 1, 'day': 0}
    """
    found = {}
    for name, column in table.items():
        kind = column.dtype.kind
        if kind in "mM":
            local = column.dt.tz_localize(None) if kind == "M" else column
            given = local.dropna().to_numpy()
            exact = ((given.astype(f"{kind}8[{unit}]") == given).all() for unit in _UNITS)
            found[str(name)] = next(unit for unit, is_exact in enumerate(exact) if is_exact)
    return found


def _distinct_numbers(given: NDArray[Any]) -> tuple[NDArray[np.intp], list[str]]:
    """Return the place of each number among the texts of the distinct ones."""
    # By their bits: 0.0 and -0.0 are equal, and written differently.
    bits = np.ascontiguousarray(given).view(f"i{given.itemsize}")
    places, distinct = pd.factorize(bits)
    known = distinct.view(given.dtype)
    # In single precision by the shortest decimal, as pandas writes it.
    texts = list(map(str, known.tolist() if known.itemsize == 8 else known))
    if given.dtype.kind == "f":
        places = np.where(np.isnan(given), -1, places)
    return places, texts


class _Sink:
    """Takes the lines of a csv writer into a list."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _refuse_nested(column: pd.Series) -> None:
    """Raise FormatError for cells of several values, which NumPy would abbreviate as text."""
    if column.dtype.kind == "O" and any(isinstance(cell, _NESTED) for cell in column):
        message = "has cells that are lists or records, which only .parquet can hold"
        raise FormatError(f"column {column.name} {message}")


def _is_text(column: pd.Series) -> bool:
    return column.dtype.kind == "O" and pd.api.types.infer_dtype(column, skipna=True) == "string"


#: Bytes of a column's distinct values beyond which Parquet no longer looks for them in a group of
#: rows. pyarrow's default, made for larger groups, takes half as long again and saves nothing.
_DICTIONARY = 1 << 15


class ParquetWriter:
    """Writes Parquet, one group of rows per batch.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    types : mapping of str to pyarrow.DataType
        Types of columns that the first batch may not show.
    """

    def __init__(self, path: Path, types: Mapping[str, pa.DataType]) -> None:
        self._path, self._types = path, types
        self._writer: Any = None
        self._schema: Any = None

    def __enter__(self) -> ParquetWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, table: pd.DataFrame) -> None:
        """Write the next rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            if self._writer is None:
                self._schema = _with_types(pa.Schema.from_pandas(table, False), self._types)
                self._writer = pq.ParquetWriter(
                    self._path, self._schema, dictionary_pagesize_limit=_DICTIONARY
                )
            self._writer.write_table(_arrow_table(table, self._schema))
        except (ValueError, TypeError) as error:  # pyarrow's errors are of these kinds
            raise FormatError(_not_parquet(error)) from None


def _arrow_table(table: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a table with these types, as pyarrow converts it; numbers that are all there as is.

    pyarrow looks at each float for whether it is missing, and describes the table for pandas again.
    """
    import pyarrow as pa

    arrays: dict[int, pa.Array | pa.ChunkedArray] = {}
    for place, (field, (_, column)) in enumerate(zip(schema, table.items(), strict=True)):
        if not isinstance(column.dtype, np.dtype) or column.dtype.kind not in "iuf":
            continue
        if pa.from_numpy_dtype(column.dtype) == field.type:
            values = column.to_numpy()
            if column.dtype.kind != "f" or not np.isnan(values).any():
                arrays[place] = pa.array(values)
    others = [place for place in range(len(schema)) if place not in arrays]
    given = pa.schema(schema.field(place) for place in others)
    # Threads would take more of the processor's time than they save of the reader's.
    rest = pa.Table.from_pandas(table.iloc[:, others], given, preserve_index=False, nthreads=1)
    arrays |= dict(zip(others, rest.columns, strict=True))
    return pa.Table.from_arrays([arrays[place] for place in range(len(schema))], schema=schema)


def _with_types(schema: pa.Schema, types: Mapping[str, pa.DataType]) -> pa.Schema:
    """Return a schema with other types of some columns."""
    for place, field in enumerate(schema):
        if field.name in types:
            schema = schema.set(place, field.with_type(types[field.name]))
    return schema


def _not_parquet(error: Exception) -> str:
    return f"cannot be written as Parquet: {' '.join(str(error).split())}"


class WorkbookWriter:
    """Writes a workbook, whose rows are in memory until the last is there.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._batches: list[pd.DataFrame] = []

    def __enter__(self) -> WorkbookWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            write_workbook(pd.concat(self._batches, ignore_index=True), self._path)

    def write(self, table: pd.DataFrame) -> None:
        """Take the next rows."""
        for _, column in table.items():
            _refuse_nested(column)
        self._batches.append(table)


class _FileOfText(TextWriter):
    """Writes delimited text to a file, compressed or not."""

    def __init__(
        self,
        path: Path,
        separator: str,
        *,
        packed: bool,
        quote_all: bool,
        moments: Mapping[str, int],
    ) -> None:
        with ExitStack() as opened:
            target = opened.enter_context(path.open("wb"))
            if packed:
                # Without name and time, for the same bytes each time.
                target = opened.enter_context(
                    gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0)  # type: ignore[arg-type]
                )
            text = io.TextIOWrapper(target, encoding="utf-8", newline="")
            opened.callback(text.detach)
            super().__init__(text, separator, quote_all=quote_all, moments=moments)
            self._opened = opened.pop_all()

    def __exit__(self, *_: object) -> None:
        with self._opened:
            super().__exit__()


def open_writer(
    ending: str,
    path: Path,
    *,
    quote_all: bool = False,
    moments: Mapping[str, int] = MappingProxyType({}),
    types: Mapping[str, pa.DataType] | None = None,
) -> TableWriter:
    """Return a writer of the format of an ending.

    Parameters
    ----------
    ending : str
        One of `tisstats.tables.FORMATS`.
    path : pathlib.Path
        The file to write.
    quote_all, moments
        As for `TextWriter`.
    types : mapping of str to pyarrow.DataType, optional
        As for `ParquetWriter`.
    """
    separator = "\t" if ending.startswith(".tsv") else ","
    packed = ending.endswith(".gz")
    other: dict[str, Callable[[], TableWriter]] = {
        ".parquet": lambda: ParquetWriter(path, types or {}),
        ".xlsx": lambda: WorkbookWriter(path),
    }
    if ending in other:
        return other[ending]()
    return _FileOfText(path, separator, packed=packed, quote_all=quote_all, moments=moments)


def have_returns(columns: Iterable[pd.Series]) -> bool:
    r"""Return whether a cell of these columns has a carriage return, so that all text is quoted.

    Python's writer quotes by itself only what has the line end that it writes.

    Examples
    --------
    >>> have_returns([pd.Series(["one line", "two\rlines"])]), have_returns([pd.Series([1.5])])
    (True, False)
    """
    texts = (column for column in columns if column.dtype.kind == "O")
    return any(
        "\r" in "".join(column.dropna().unique())
        if _is_text(column)
        else any(isinstance(cell, str) and "\r" in cell for cell in column)
        for column in texts
    )
