"""Read Parquet as pandas does, where pandas loses nothing."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from tisstats.errors import DataError, Fault, refusing
from tisstats.tables.raw import RawTable, TableSource, check_header

if TYPE_CHECKING:
    import pyarrow as pa

#: What is said of a Parquet file that pyarrow or pandas refuses.
UNREADABLE_PARQUET = "cannot be read as Parquet"

#: Whole numbers beyond this are not all floats, which pandas makes of them beside an empty cell.
_EXACT = 2**53


def parse_whole_parquet(stream: BinaryIO, file: str) -> RawTable:
    """Read a file as a whole; parameters and errors as of `parse_parquet`."""
    import pyarrow.parquet as pq

    with refusing(file, UNREADABLE_PARQUET):
        given = pq.ParquetFile(io.BytesIO(stream.read()))
        require_names(given.schema_arrow, file)
        return parse_parquet(given.read(), file)


def require_names(schema: pa.Schema, file: str) -> None:
    """Raise DataError if columns have no name, or one twice, of which pandas reads neither."""
    if faults := check_header(schema.names, file):
        raise DataError(faults)


def parse_parquet(given: pa.Table, file: str, holes: Collection[str] = ()) -> RawTable:
    """Return an Arrow table as pandas reads it from a file, and bytes as the text that they are.

    Parameters
    ----------
    given : pyarrow.Table
        The table, or a batch of it.
    file : str
        Name of the file, for messages.
    holes : collection of str
        Columns in which a cell may be missing elsewhere: their whole numbers become floats here,
        as they do where a cell is missing.

    Raises
    ------
    tisstats.errors.DataError
        If columns have no name, or one twice; if bytes are not text in UTF-8; or if whole numbers
        would lose digits as floats.
    """
    table = _with_text(given, file).to_pandas()
    # Named index levels are columns of the user.
    named = [name for name in table.index.names if name is not None]
    table = table.reset_index(level=named) if named else table
    if faults := check_header(table.columns, file):
        raise DataError(faults)
    whole = [name for name in table if name in holes and table[name].dtype.kind in "iu"]
    plain = {name: float for name in whole if isinstance(table[name].dtype, np.dtype)}
    table = table.astype(plain) if plain else table
    floats = {name for name in table if table[name].dtype.kind == "f"}
    if faults := list(_lossy(given, file, floats)):
        raise DataError(faults)
    return RawTable(table.reset_index(drop=True), TableSource(file))


def _lossy(given: pa.Table, file: str, floats: Collection[str]) -> Iterator[Fault]:
    """Yield the columns of whole numbers that have become floats, and so large that some are none.

    pandas keeps those of its own types for whole numbers with empty cells.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    for field, column in zip(given.schema, given.columns, strict=True):
        if pa.types.is_integer(field.type) and field.name in floats:
            ends = pc.min_max(column).as_py()
            if any(end is not None and abs(end) > _EXACT for end in ends.values()):
                message = (
                    f"has whole numbers beyond {_EXACT} and empty cells, beside which their last "
                    "digits are lost; store the column as text"
                )
                yield Fault(file, message, column=field.name)


def _with_text(given: pa.Table, file: str) -> pa.Table:
    """Return the table with text where its columns have bytes."""
    import pyarrow as pa

    for place, field in enumerate(given.schema):
        if _is_bytes(field.type):
            try:
                text = given.column(place).cast(pa.string())
            except pa.ArrowInvalid:
                fault = Fault(file, "has bytes that are not text in UTF-8", column=field.name)
                raise DataError([fault]) from None
            given = given.set_column(place, field.name, text)
    return given


def _is_bytes(kind: pa.DataType) -> bool:
    """Test whether cells are bytes, also where each distinct one is kept once."""
    from pyarrow import types

    values = kind.value_type if types.is_dictionary(kind) else kind
    kinds = (
        types.is_binary,
        types.is_large_binary,
        types.is_fixed_size_binary,
        types.is_binary_view,
    )
    return any(is_of(values) for is_of in kinds)
