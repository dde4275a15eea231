"""Parquet of other programs: bytes that are text, and whole numbers beyond the floats."""

import datetime as dt
from decimal import Decimal
from functools import partial

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.measures.test_score_batches import scored
from tisstats.errors import DataError
from tisstats.tables import batches, read_table

MEASURES = {
    "week": [0, 12] * 2,
    "physician_global": [8, 2] * 2,
    "patient_global": [8, 3] * 2,
    "mmt": [150, 220] * 2,
    "haq": [2.0, 1] * 2,
    "extramuscular": [6, 2] * 2,
    "ck": [900, 200] * 2,
}
SCORING = {"uln": {"ck": "170"}}


def can_be_written(kind):
    """Whether this release of pyarrow writes the kind to Parquet: release 17 writes no views."""
    try:
        pq.write_table(pa.table({"id": pa.array([b"a"], kind)}), pa.BufferOutputStream())
    except pa.ArrowNotImplementedError:
        return False
    return True


KINDS = [
    kind
    for kind in (
        pa.binary(),
        pa.large_binary(),
        pa.binary_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int8(), pa.binary()),
    )
    if can_be_written(kind)
]
#: Cells of kinds that are identifiers seldom, and how they are read.
RARE = {
    "1.50": pa.array([Decimal("1.50")] * 2),
    "7": pa.array([7.0] * 2),
    "2020-01-31": pa.array([dt.date(2020, 1, 31)] * 2),
    "12:30:00": pa.array([dt.time(12, 30)] * 2),
    "ab": pa.array([b"ab"] * 2, pa.binary(2)),
}
READERS = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".xlsx": pd.read_excel}


def visits_in(folder, **columns):
    path = folder / "visits.parquet"
    pq.write_table(pa.table({**columns, **MEASURES}), path)
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_bytes_are_the_text_that_they_are(tmp_path, kind, ending):
    ids = ["Å1", "Å1", "b", "b"]
    source = visits_in(tmp_path, patient_id=pa.array([each.encode() for each in ids], kind))
    output = tmp_path / f"out{ending}"
    scored(source, output, **SCORING)
    found = READERS[ending](output)
    texts = [each.decode() if isinstance(each, bytes) else each for each in found["patient_id"]]
    assert texts == ids
    assert found["response"].astype(object).fillna("").tolist() == ["", "major", "", "major"]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
@pytest.mark.parametrize("shown", RARE)
def test_identifiers_of_other_kinds_are_read_as_text(tmp_path, shown, ending):
    table = pa.table({"patient_id": RARE[shown], **{name: v[:2] for name, v in MEASURES.items()}})
    pq.write_table(table, tmp_path / "visits.parquet")
    output = tmp_path / f"out{ending}"
    assert scored(tmp_path / "visits.parquet", output, **SCORING)[0] == "1 patient, 2 visits"
    found = READERS[ending](output, **({} if ending == ".parquet" else {"dtype": str}))
    assert found["patient_id"].tolist() == [shown] * 2


def test_bytes_that_are_no_text_are_named(tmp_path):
    source = visits_in(tmp_path, patient_id=pa.array([b"a", b"a", b"\xff", b"b"]))
    for read in (read_table, partial(scored, output=tmp_path / "out.csv", **SCORING)):
        with pytest.raises(DataError) as raised:
            read(source)
        assert str(raised.value) == (
            f"{source}, column patient_id: has bytes that are not text in UTF-8"
        )


@pytest.mark.parametrize(
    ("kind", "value", "refused"),
    [
        *((kind, 2**53, False) for kind in (pa.int64(), pa.uint64())),
        *((kind, 2**53 + 1, True) for kind in (pa.int64(), pa.uint64())),
        (pa.int64(), -(2**53), False),
        (pa.int64(), -(2**53) - 1, True),
    ],
)
def test_whole_numbers_that_lose_digits_beside_an_empty_cell_are_refused(
    tmp_path, monkeypatch, kind, value, refused
):
    monkeypatch.setattr(batches, "ROWS", 2)  # the empty cell is in another batch
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    site = pa.array([value, 1, None, 2], kind)
    source = visits_in(tmp_path, patient_id=pa.array(["a", "a", "b", "b"]), site=site)
    for read in (read_table, partial(scored, output=tmp_path / "out.csv", **SCORING)):
        if not refused:
            read(source)
            continue
        with pytest.raises(DataError) as raised:
            read(source)
        assert str(raised.value) == (
            f"{source}, column site: has whole numbers beyond 9007199254740992 and empty cells, "
            "beside which their last digits are lost; store the column as text"
        )
        assert not (tmp_path / "out.csv").exists()


def test_whole_numbers_without_empty_cells_keep_their_digits(tmp_path):
    ids = [2**63 + 1, 2**63 + 1, 2**63 + 2, 2**63 + 2]
    source = visits_in(tmp_path, patient_id=pa.array(ids, pa.uint64()))
    scored(source, tmp_path / "out.csv", **SCORING)
    found = pd.read_csv(tmp_path / "out.csv", dtype=str)["patient_id"]
    assert found.tolist() == list(map(str, ids))


@pytest.mark.parametrize(
    ("number", "longer"),
    [(10**15 - 1, 2**53 + 1), (10**15 - 1, 10**15), (1 - 10**15, -(10**15))],
)
def test_a_workbook_has_long_whole_numbers_as_text(tmp_path, number, longer):
    ids = [number, number, longer, longer]
    source, output = visits_in(tmp_path, patient_id=pa.array(ids)), tmp_path / "out.xlsx"
    assert scored(source, output, **SCORING)[0] == "2 patients, 4 visits"
    sheet = openpyxl.load_workbook(output).active
    found = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == [number, number, str(longer), str(longer)]


def test_a_fault_in_a_later_batch_has_the_row_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "ROWS", 3)
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    source = visits_in(tmp_path, patient_id=pa.array(["a", "a", "b", "b"]))
    table = pd.read_parquet(source)
    table.loc[3, "haq"] = 9
    table.to_parquet(source, index=False)
    with pytest.raises(DataError, match=r"visits.parquet, row 5, column haq, value '?9"):
        scored(source, tmp_path / "out.csv", **SCORING)


def test_columns_of_one_name_are_named(tmp_path):
    source = tmp_path / "visits.parquet"
    table = pa.table([pa.array(["a", "a"]), pa.array([1, 2]), pa.array([1, 2])], ["id", "x", "x"])
    pq.write_table(table, source)
    for read in (read_table, partial(scored, output=tmp_path / "out.csv", **SCORING)):
        with pytest.raises(DataError) as raised:
            read(source)
        assert str(raised.value) == (
            f"{source}, row 1, column x: the header must have unique column names"
        )


def test_whole_numbers_of_pandas_own_types_keep_their_digits_beside_an_empty_cell(tmp_path):
    source = tmp_path / "visits.parquet"
    ids = pd.array([2**53 + 1, None], dtype="Int64")
    pd.DataFrame({"id": ids, "x": ["a", "b"]}).to_parquet(source, index=False)
    assert read_table(source).cells["id"].tolist() == [2**53 + 1, pd.NA]


KEPT = {
    "1": pa.array([1] * 2, pa.int8()),
    str(2**64 - 1): pa.array([2**64 - 1] * 2, pa.uint64()),
    "True": pa.array([True] * 2),
    "2026-01-05 08:30:01": pa.array([dt.datetime(2026, 1, 5, 8, 30, 1)] * 2),
    "2 days": pa.array([dt.timedelta(days=2)] * 2),
    "P1": pa.array(["P1"] * 2),
    "P2": pa.array(["P2"] * 2, pa.large_string()),
    "P3": pa.array(["P3"] * 2).dictionary_encode(),
}


@pytest.mark.parametrize("cell", [*KEPT, *RARE])
def test_an_identifier_keeps_its_type_in_parquet_unless_it_is_read_as_text(tmp_path, cell):
    kept = cell in KEPT
    column = (KEPT if kept else RARE)[cell]
    source = visits_in(tmp_path, patient_id=pa.concat_arrays([column] * 2))
    table = pq.read_table(source)
    pq.write_table(table.set_column(1, "week", pa.array([0, 4, 8, 12])), source)
    scored(source, tmp_path / "out.parquet", **SCORING)
    kind = pq.read_table(tmp_path / "out.parquet")["patient_id"].type
    assert kind == column.type if kept else kind in (pa.string(), pa.large_string())
    scored(source, tmp_path / "out.csv", **SCORING)
    assert set(pd.read_csv(tmp_path / "out.csv", dtype=str)["patient_id"]) == {cell}
