"""Text written batch by batch has the bytes that pandas writes at once."""

import io
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.tables import FormatError, check_writable, workbook, write_table
from tisstats.tables.table_writers import TextWriter, _arrow_table, have_returns

TEXTS = st.text(st.sampled_from('aé,;"\n\t .'), max_size=3)
COLUMNS = {
    "text": (TEXTS, object),
    "optional": (TEXTS | st.none(), object),
    "float": (st.floats(width=64) | st.just(0.1), float),
    "single": (st.floats(width=32, allow_infinity=False), np.float32),
    "int": (st.integers(-(2**63), 2**63 - 1), np.int64),
    "truth": (st.booleans(), bool),
    "category": (st.sampled_from(["none", "major", None]), "category"),
    "mixed": (st.sampled_from([1, 1.0, True, "1", None, "x,y"]), object),
}


@st.composite
def tables(draw):
    count = draw(st.integers(1, 6))
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True))
    columns = {}
    for name in names:
        cells, dtype = COLUMNS[name]
        listed = draw(st.lists(cells, min_size=count, max_size=count))
        columns[name] = pd.Series(listed, dtype=dtype)
        if dtype == "category":
            columns[name] = columns[name].cat.set_categories(["none", "major"])
    return pd.DataFrame(columns), draw(st.integers(1, count))


@examples(25)
@given(tables(), st.sampled_from([",", "\t"]), st.booleans())
def test_batches_have_the_bytes_of_pandas(drawn, separator, quote_all):
    table, size = drawn
    if quote_all and pd.__version__ < "3":  # which then wrote digits that single precision has not
        table = table.astype({name: float for name in table if name == "single"})
    stream = io.StringIO(newline="")
    with TextWriter(stream, separator, quote_all=quote_all) as writer:
        for first in range(0, len(table), size):
            writer.write(table.iloc[first : first + size])
    quoting = 2 if quote_all else 0
    expected = table.to_csv(index=False, sep=separator, lineterminator="\n", quoting=quoting)
    assert stream.getvalue() == expected


@pytest.mark.parametrize(
    ("cells", "found"),
    [(["a", "b\r"], True), (["a\n", None], False), ([1, "x\r"], True), ([1.5, 2], False)],
)
def test_carriage_returns_are_found(cells, found):
    assert have_returns([pd.Series([0]), pd.Series(cells)]) is found


@pytest.mark.parametrize("name", ["a.csv", "a.tsv.gz", "a.xlsx"])
@pytest.mark.parametrize("cell", [[1, 2], {"a": 1}, np.arange(2000)])
def test_cells_of_several_values_are_not_abbreviated(tmp_path, name, cell):
    column = pd.Series([None, cell], dtype=object)
    with pytest.raises(FormatError, match=r"column x has cells that are lists or records"):
        write_table(pd.DataFrame({"id": ["A", "B"], "x": column}), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [".csv.gz", ".tsv.gz"])
def test_a_compressed_file_tells_neither_its_name_nor_when_it_was_written(tmp_path, ending):
    path = tmp_path / f"scored{ending}"
    write_table(pd.DataFrame({"tis": [40.0]}), path)
    flags, *seconds = path.read_bytes()[3:8]  # RFC 1952: no name, no time
    assert (flags, seconds) == (0, [0, 0, 0, 0])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(FormatError, match="is not a regular file; to write to a pipe, redirect -"):
        check_writable(tmp_path / "a.csv")


STOPPED = """
import sys
from pathlib import Path
import pandas as pd
from openpyxl.worksheet import _write_only, _writer
from tisstats.tables.workbook import write_workbook

real = _write_only.WriteOnlyWorksheet.append

rows = []

def append(sheet, row):
    real(sheet, row)
    rows.append(0)  # a cell would keep its sheet
    if len(rows) == 3 and sys.argv[2] == "between rows":
        raise KeyboardInterrupt

def write_cell(xf, *arguments):
    if len(rows) == 2 and sys.argv[2] == "in a row":
        with xf.element("c"):
            raise KeyboardInterrupt
    write(xf, *arguments)

write = _writer.write_cell
_writer.write_cell = write_cell
_write_only.WriteOnlyWorksheet.append = append
try:
    write_workbook(pd.DataFrame({"a": range(9)}), Path(sys.argv[1]))
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("when", ["between rows", "in a row"])
def test_a_workbook_that_is_stopped_leaves_no_traceback(tmp_path, when):
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, str(tmp_path / "a.xlsx"), when],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")
    assert not (tmp_path / "a.xlsx").exists()


def test_a_sheet_that_lxml_cannot_write_is_an_error_of_the_file(tmp_path, monkeypatch):
    etree = pytest.importorskip("lxml.etree")

    def fail(*_):
        raise etree.SerialisationError("IO_WRITE")

    monkeypatch.setattr("openpyxl.Workbook.save", fail)
    with pytest.raises(OSError, match=r"the sheet cannot be written \(IO_WRITE\)$"):
        workbook.write_workbook(pd.DataFrame({"week": [0]}), tmp_path / "visits.xlsx")


@given(tables(), st.booleans())
def test_columns_of_parquet_are_those_that_pyarrow_makes(drawn, as_double):
    table = drawn[0].drop(columns="mixed", errors="ignore")
    schema = pa.Schema.from_pandas(table, False)
    if as_double and "single" in table:
        place = schema.get_field_index("single")
        schema = schema.set(place, pa.field("single", pa.float64()))
    expected = pa.Table.from_pandas(table, schema, preserve_index=False)
    found = _arrow_table(table, schema)
    assert found.schema.equals(expected.schema)
    assert found.equals(expected)


def test_numbers_that_are_missing_are_so_in_parquet():
    table = pd.DataFrame({"some": [0.5, np.nan], "none": [np.nan] * 2, "all": [1.5, 2.5]})
    found = _arrow_table(table, pa.Schema.from_pandas(table, False))
    assert [column.null_count for column in found.columns] == [1, 2, 0]
    assert found["some"].to_pylist() == [0.5, None]
