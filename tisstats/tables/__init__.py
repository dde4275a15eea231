"""Tables as users have them in files: formats, cells, decimal marks, mappings. Knows no study.

`read_table` reads a file without interpreting it, `map_table` gives its columns our names, and the
functions of `tisstats.tables.cells` convert columns and report the cells at fault.
"""

from tisstats.tables.batches import TableBatches
from tisstats.tables.cells import (
    EMPTY,
    Converted,
    dates,
    empty_cells,
    numbers,
    text_values,
    truth_values,
    unit_of,
)
from tisstats.tables.decimals import resolve_decimals
from tisstats.tables.delimited import check_encoding
from tisstats.tables.formats import FORMATS, FormatError, file_format
from tisstats.tables.mapped_tables import find_table, read_mapped_tables
from tisstats.tables.mapping import TrialMapping, read_mapping
from tisstats.tables.raw import (
    FAULTS_PER_COLUMN,
    RawTable,
    TableSource,
    match_columns,
    normalise_name,
    require_columns,
)
from tisstats.tables.reading import ReadOptions, read_table
from tisstats.tables.reshape import map_table
from tisstats.tables.writing import check_writable, write_table

__all__ = [
    "EMPTY",
    "FAULTS_PER_COLUMN",
    "FORMATS",
    "Converted",
    "FormatError",
    "RawTable",
    "ReadOptions",
    "TableBatches",
    "TableSource",
    "TrialMapping",
    "check_encoding",
    "check_writable",
    "dates",
    "empty_cells",
    "file_format",
    "find_table",
    "map_table",
    "match_columns",
    "normalise_name",
    "numbers",
    "read_mapped_tables",
    "read_mapping",
    "read_table",
    "require_columns",
    "resolve_decimals",
    "text_values",
    "truth_values",
    "unit_of",
    "write_table",
]
