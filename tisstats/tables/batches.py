"""Read a table batch by batch, as often as it takes, in memory that its size does not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tisstats.errors import refusing
from tisstats.tables.delimited import DelimitedText
from tisstats.tables.formats import file_format
from tisstats.tables.parquet import UNREADABLE_PARQUET, parse_parquet, require_names
from tisstats.tables.raw import RawTable, TableSource
from tisstats.tables.reading import (
    ReadOptions,
    blank_missing_codes,
    check_has_rows,
    check_sheet,
    missing_remarks,
    read_table,
)
from tisstats.tables.streams import limit_unpacked, open_bytes, open_text

if TYPE_CHECKING:
    import pyarrow as pa

#: Characters of text, and rows of Parquet, in a batch.
CHARACTERS, ROWS = 1 << 22, 1 << 16

#: Rows of Parquet, and bytes that their cells take in memory, up to which all are one batch, which
#: is read once.
WHOLE_ROWS, _WHOLE_BYTES = 1 << 20, 120 << 20

#: Bytes that a text takes as an object of Python, besides its characters, about.
_TEXT = 48

#: How many times its size a compressed text is assumed to be, where only an estimate is needed.
_UNPACKED = 10


@dataclass(slots=True, eq=False)
class TableBatches:
    r"""A table in a file, read from its beginning each time that it is iterated.

    Text and Parquet are read in batches; a workbook, which has a million rows at most, is one, and
    so is a Parquet file that is small enough, whose rows are kept.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "visits.csv"
    >>> _ = path.write_text("patient_id;week\n007;0\n\n007;9\n")
    >>> table = TableBatches(path)
    >>> [len(raw) for raw in table], table.remarks
    ([2], ('read as semicolon-separated', '1 empty row skipped'))
    """

    path: Path  #: the file
    options: ReadOptions = field(default_factory=ReadOptions)  #: what is declared about it
    name: str = ""  #: its name in messages; by default its path
    remarks: tuple[str, ...] = ()  #: notes on how it was read, once it has been read to its end
    rows: int = 0  #: rows read so far
    #: share of the file read so far, from 0 to 1
    share: float = 0
    #: the rows of a small Parquet file, once they have been read
    kept: RawTable | None = field(default=None, init=False, repr=False)
    _holes: frozenset[str] | None = field(default=None, init=False, repr=False)  # once looked for
    _is_large: bool = field(default=False, init=False, repr=False)  # too large to be kept

    def __post_init__(self) -> None:
        self.name = self.name or str(self.path)

    def __iter__(self) -> Iterator[RawTable]:
        """Yield the batches, at least one row each.

        Raises
        ------
        tisstats.errors.DataError
            As for `read_table`; what is wrong with the end of a file once it is reached.
        """
        ending = file_format(self.path)
        check_sheet(self.options, ending, self.name)
        self.rows, self.share, self.remarks = 0, 0, ()
        found = Counter[str]()
        read = {".parquet": self._of_parquet, ".xlsx": self._of_workbook}.get(ending, self._of_text)
        for given in read():
            raw = replace(
                given, decimal=self.options.decimal, missing_codes=self.options.missing_codes
            )
            raw = given if ending == ".xlsx" else blank_missing_codes(raw, found)
            self.rows += len(raw)
            yield raw
        check_has_rows(self.rows, self.name)
        if ending != ".xlsx":
            self.remarks += missing_remarks(self.options.missing_codes, found)

    def estimated_rows(self) -> int:
        """Return about how many rows there are, once some have been read."""
        return int(self.rows / self.share) if self.share else self.rows

    def arrow_schema(self) -> pa.Schema | None:
        """Return the types of the columns of a Parquet file; None for other formats."""
        if file_format(self.path) != ".parquet":
            return None
        import pyarrow.parquet as pq

        return pq.read_schema(self.path)

    def _of_text(self) -> Iterator[RawTable]:
        ending, size = (
            file_format(self.path),
            self.path.stat().st_size if self.path.is_file() else 0,
        )
        unpacked = size * (_UNPACKED if ending.endswith(".gz") else 1)
        with open_bytes(self.path) as stream:
            most, given = limit_unpacked(ending, size), self.options
            with open_text(stream, self.name, given.encoding, most=most) as text:
                delimited = DelimitedText(
                    text, self.name, decimal=given.decimal, characters=CHARACTERS
                )
                for count, raw in enumerate(delimited, start=1):
                    self.share = min(1, count * CHARACTERS / max(unpacked, 1))
                    yield raw
                self.remarks = delimited.remarks()

    def _of_workbook(self) -> Iterator[RawTable]:
        raw = read_table(self.path, self.options)
        self.share, self.remarks = 1, raw.remarks
        yield raw

    def _of_parquet(self) -> Iterator[RawTable]:
        if self.kept is None:
            import pyarrow as pa

            yield from self._read_parquet()
            # What was read and decoded is as large as the rows that are kept.
            pa.default_memory_pool().release_unused()
        if self.kept is not None:
            self.share = 1
            if len(self.kept):
                yield self.kept

    def _read_parquet(self) -> Iterator[RawTable]:
        """Yield the batches of a file, or keep all of its rows and yield none."""
        import pyarrow.parquet as pq

        with open_bytes(self.path) as stream, refusing(self.name, UNREADABLE_PARQUET):
            file = pq.ParquetFile(stream)
            require_names(file.schema_arrow, self.name)
            read = file.iter_batches(batch_size=ROWS)
            first: list[pa.RecordBatch] = []
            self._is_large |= file.metadata.num_rows > WHOLE_ROWS
            if not self._is_large:
                first, is_whole = _first_batches(read)
                if is_whole:
                    self.kept = self._parsed(first, file.schema_arrow, 0)
                    return
                self._is_large = True
            if self._holes is None:
                self._holes = _columns_with_holes(file)
            done = 0
            for batch in chain(_emptied(first), read):
                raw = self._parsed([batch], file.schema_arrow, done)
                done += len(raw)
                self.share = done / file.metadata.num_rows
                if len(raw):
                    yield raw

    def _parsed(self, batches: list[pa.RecordBatch], schema: pa.Schema, done: int) -> RawTable:
        """Return batches that follow so many rows as one."""
        import pyarrow as pa

        table = pa.Table.from_batches(batches, schema)
        raw = parse_parquet(table, self.name, self._holes or ())
        lines = np.arange(done, done + len(raw), dtype=np.int64) + 2
        return replace(raw, source=TableSource(self.name, lines))


def _first_batches(batches: Iterator[pa.RecordBatch]) -> tuple[list[pa.RecordBatch], bool]:
    """Return the first batches, and whether they are all, and no more than may be kept."""
    first: list[pa.RecordBatch] = []
    rows, size = 0, 0
    for batch in batches:
        first.append(batch)
        rows += len(batch)
        # Only numbers have as many bytes in pandas as in Arrow.
        others = sum(not _is_number(each.type) for each in batch.schema)
        size += batch.nbytes + others * _TEXT * len(batch)
        if rows > WHOLE_ROWS or size > _WHOLE_BYTES:
            return first, False
    return first, True


def _emptied(batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches, each of which is forgotten then."""
    while batches:
        yield batches.pop(0)


def _is_number(kind: pa.DataType) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind))


def _columns_with_holes(file: Any) -> frozenset[str]:
    """Return the columns of whole numbers in which a cell is missing: they are read as floats.

    Their cells are read for it: of a damaged file, pyarrow ends the process when it is asked for
    the counts that a file gives of itself.
    """
    import pyarrow as pa

    whole = [each.name for each in file.schema_arrow if pa.types.is_integer(each.type)]
    holes: set[str] = set()
    for batch in file.iter_batches(batch_size=ROWS, columns=whole) if whole else ():
        holes |= {name for name in whole if batch.column(name).null_count}
    return frozenset(holes)
