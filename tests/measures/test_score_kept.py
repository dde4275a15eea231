"""A small Parquet file is read once, with the scores, notes and faults of batches and parts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from tests.cases import examples
from tisstats.errors import DataError
from tisstats.measures import file_scoring, identifiers, score_visits, visit_table, visits
from tisstats.measures.identifiers import LookAlikes, plain_identifier, plain_identifiers
from tisstats.measures.score_file import score_file
from tisstats.tables import TableBatches, batches, write_table

SCORING = {"mmt_max": 260, "uln": {"ck": "170", "ldh": "ldh_limit"}}
PATIENTS = {
    "numbers": lambda number: number,
    "text": lambda number: f"P{number}",
    "blanks and accents": lambda number: f" é{number}"[number % 2 :],
}


def table_of(patients, seed=5):
    """Fictitious visits in random order, some of whose cells are empty."""
    rng = np.random.default_rng(seed)
    rows = [(number, week) for number in range(25) for week in range(0, rng.integers(4, 24), 4)]
    count = len(rows)
    table = pd.DataFrame(
        {
            "patient_id": [PATIENTS[patients](number) for number, _ in rows],
            "week": [week + (number == 3) for number, week in rows],
            **{
                name: rng.integers(0, 101, count) / 10
                for name in ("physician_global", "patient_global", "extramuscular")
            },
            "mmt": rng.integers(0, 261, count),
            "haq": rng.integers(0, 25, count) / 8,
            **{name: rng.integers(20, 9000, count) for name in ("ck", "ldh")},
            "ldh_limit": 250,
            "site": rng.choice(["A", "Köln"], count),
        }
    )
    holes = rng.random(count) < 0.1
    table = table.assign(haq=table["haq"].mask(holes), ck=table["ck"].mask(holes[::-1]))
    return table.sample(frac=1, random_state=seed, ignore_index=True)


def scored(table, folder, **options):
    """Return what is written for a table, and what is said."""
    source, said = folder / "visits.parquet", []
    table.to_parquet(source, index=False)
    score_file(source, folder / "scored.parquet", report=said.append, **SCORING, **options)
    return pd.read_parquet(folder / "scored.parquet"), said


def in_parts(monkeypatch):
    """Have nothing kept, and many batches and parts."""
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    monkeypatch.setattr(batches, "ROWS", 10)
    monkeypatch.setattr(file_scoring, "PART", 20)


def test_text_of_a_parquet_file_is_kept_also_where_pandas_makes_objects_of_it(
    tmp_path, monkeypatch
):
    """As pandas did before version 3: blanks at the ends of identifiers were removed."""
    table, read = table_of("blanks and accents"), batches.parse_parquet

    def as_objects(*given):
        raw = read(*given)
        return replace(raw, cells=raw.cells.astype({"patient_id": object}))

    monkeypatch.setattr(batches, "parse_parquet", as_objects)
    kept, _ = scored(table, tmp_path)
    assert kept["patient_id"].tolist() == table["patient_id"].tolist()


@pytest.mark.parametrize("missing", ["na", "bounds"])
@pytest.mark.parametrize("patients", PATIENTS)
def test_scores_and_notes_are_those_of_parts(tmp_path, monkeypatch, patients, missing):
    table = table_of(patients)
    monkeypatch.setattr(file_scoring, "_WRITTEN", 7)
    read, calls = batches.parse_parquet, []
    with monkeypatch.context() as counted:
        counted.setattr(batches, "parse_parquet", lambda *given: calls.append(1) or read(*given))
        counted.setattr(file_scoring, "PartsWriter", None)
        kept, said = scored(table, tmp_path, missing=missing)
    assert len(calls) == 1
    assert_frame_equal(kept, score_visits(table, missing=missing, **SCORING), check_exact=True)
    in_parts(monkeypatch)
    again, said_of_parts = scored(table, tmp_path, missing=missing)
    assert_frame_equal(kept, again, check_exact=True)
    assert said == said_of_parts
    assert [line for line in said if "the baseline, the visit of the lowest week" in line]


@pytest.mark.parametrize("ending", [".csv", ".tsv.gz"])
def test_dates_and_times_are_written_as_those_of_the_whole_table(tmp_path, monkeypatch, ending):
    table = table_of("text")
    days = pd.to_datetime(pd.Series("2020-01-01", index=table.index))
    for name, step in {"day": "1D", "minute": "90s", "fraction": "1.5ms", "tiny": "1ns"}.items():
        later = pd.Series(pd.to_timedelta([0] * len(table)))
        later.iloc[40:] = pd.Timedelta(step)
        table[name] = (days.astype("datetime64[ns]") + later).mask(pd.Series(table.index % 7 == 3))
        table[f"{name} there"] = table[name].dt.tz_localize("Europe/Berlin")
        table[f"{name} later"] = later
    whole, found = tmp_path / f"whole{ending}", tmp_path / f"scored{ending}"
    source = tmp_path / "visits.parquet"
    table.to_parquet(source, index=False)
    write_table(score_visits(table, **SCORING), whole)
    monkeypatch.setattr(file_scoring, "_WRITTEN", 7)
    for _ in range(2):
        score_file(source, found, report=str, **SCORING)
        assert found.read_bytes() == whole.read_bytes()
        in_parts(monkeypatch)


def test_hashes_are_named_as_they_are(tmp_path, monkeypatch):
    table = table_of("numbers").assign(week=lambda visits: visits["week"] + 2)
    table["patient_id"] = table["patient_id"].astype(np.uint64) + np.uint64(2**63)
    first = [f"{number} (week" for number in table["patient_id"].unique()[:1]]
    for _ in range(2):
        _, said = scored(table, tmp_path)
        (late,) = [line for line in said if "the baseline, the visit of the lowest week" in line]
        assert all(f"not week 0: {name}" in late for name in first)
        in_parts(monkeypatch)


def test_faults_are_those_of_parts(tmp_path, monkeypatch):
    table = table_of("text")
    table.loc[[4, 60], "patient_id"] = None
    table.loc[[5, 61], "patient_id"] = "P\x07"
    table.loc[9, "haq"] = 7.0
    table.loc[12, "week"] = -1
    table = pd.concat([table, table.iloc[[20, 30]]], ignore_index=True)
    lines = []
    for _ in range(2):
        with pytest.raises(DataError) as raised:
            scored(table, tmp_path)
        lines.append(str(raised.value))
        in_parts(monkeypatch)
    assert lines[0] == lines[1]
    for message in (visit_table.REPEATED, visit_table.BEFORE_WEEK_ZERO, "U+0007", "not be empty"):
        assert message in lines[0]
    assert [path.name for path in tmp_path.iterdir()] == ["visits.parquet"]


@pytest.mark.parametrize(("spare", "kept"), [(0, True), (-1, False)])
@pytest.mark.parametrize("limit", ["WHOLE_ROWS", "_WHOLE_BYTES"])
def test_rows_are_kept_up_to_a_limit(tmp_path, monkeypatch, limit, spare, kept):
    path = tmp_path / "visits.parquet"
    table = pa.table({"week": pa.array(range(6)), "site": pa.array(["ab"] * 6)})
    pq.write_table(table, path)
    (read,) = pq.ParquetFile(path).iter_batches()
    most = {"WHOLE_ROWS": 6, "_WHOLE_BYTES": read.nbytes + 6 * batches._TEXT}
    monkeypatch.setattr(batches, limit, most[limit] + spare)
    file = TableBatches(path)
    for _ in range(2):
        assert sum(map(len, file)) == 6
        assert file.share == pytest.approx(1)
    assert (file.kept is not None) == kept


@pytest.mark.parametrize(("limit", "looks"), [("WHOLE_ROWS", 0), ("_WHOLE_BYTES", 1)])
def test_batches_of_a_large_file_are_not_gathered_each_time(tmp_path, monkeypatch, limit, looks):
    """To see that a file of millions of rows is large, a million were read, three times."""
    path, calls, real = tmp_path / "visits.parquet", [], batches._first_batches
    pq.write_table(pa.table({"week": pa.array(range(6))}), path)
    monkeypatch.setattr(batches, limit, 5)
    monkeypatch.setattr(batches, "_first_batches", lambda read: calls.append(1) or real(read))
    file = TableBatches(path)
    for _ in range(3):
        assert [len(raw) for raw in file] == [6]
    assert len(calls) == looks


def test_what_arrow_holds_of_a_file_is_given_back_before_its_rows_are_looked_at(tmp_path):
    path = tmp_path / "visits.parquet"
    table = pa.table({f"x{at}": np.arange(20_000.0) + at for at in range(4)})
    pq.write_table(table, path)
    before = pa.total_allocated_bytes()
    file = TableBatches(path)
    for _ in file:
        assert file.kept is not None
        # pandas has the rows in memory of Arrow's, once.
        assert pa.total_allocated_bytes() - before < 1.5 * table.nbytes


def test_a_scheduler_is_given_parts(tmp_path, monkeypatch):
    seen = []

    def run_tasks(score_part, tasks, **options):
        seen.append(options["scheduler"])
        return map(score_part, tasks)

    monkeypatch.setattr(file_scoring, "run_tasks", run_tasks)
    scored(table_of("text"), tmp_path, scheduler="tcp://there")
    assert seen == ["tcp://there"]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_blocks_of_rows_change_no_score(monkeypatch, size):
    table = table_of("text")
    whole = score_visits(table, missing="bounds", **SCORING)
    monkeypatch.setattr(visits, "_BLOCK", size)
    assert_frame_equal(score_visits(table, missing="bounds", **SCORING), whole, check_exact=True)


NAMES = st.lists(
    st.text(st.sampled_from("aAbÄ0 0\t\n-\u200b\u0301\xa0") | st.characters(), max_size=6),
    unique_by=str.strip,
)


@given(NAMES)
def test_identifiers_are_made_plain_one_by_one_or_all_at_once(names):
    assert plain_identifiers(names) == [plain_identifier(name) for name in names]


@examples(25)
@given(NAMES, st.integers(1, 3), st.integers(1, 8), st.integers(1, 3))
def test_look_alikes_are_those_found_one_by_one(names, batch, most, at_once):
    known, pairs, more = {}, {}, False
    for name in filter(None, map(str.strip, names)):
        plain = plain_identifier(name)
        if plain not in known and len(known) >= most:
            more = True
            break
        first = known.setdefault(plain, name)
        if first != name:
            pairs.setdefault(name, first)
    found = LookAlikes()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(identifiers, "_MOST_COMPARED", most)
        patched.setattr(identifiers, "_COMPARED_AT_ONCE", at_once)
        for begin in range(0, len(names), batch):
            some = pd.Series(names[begin : begin + batch], dtype=object)
            found.add(some, visit_table.number_patients(some))
        remarks = list(found.remarks())
    assert (found._pairs, found._more) == (pairs, more)
    assert len(remarks) == bool(pairs) + more


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 3)), max_size=12))
def test_repeated_visits_are_found_with_few_or_many_numbers(given_visits):
    patients = np.array([patient for patient, _ in given_visits], dtype=np.int64)
    weeks = np.array([week for _, week in given_visits], dtype=float)
    expected = [visit in given_visits[:row] for row, visit in enumerate(given_visits)]
    for most in (0, 16):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(visit_table, "_MOST_FLAGS", most)
            assert visit_table.place_visits(patients, weeks).repeated.tolist() == expected
