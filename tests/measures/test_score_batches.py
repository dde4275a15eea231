"""A file scored batch by batch has the scores, faults and bytes of the table scored at once."""

import gzip
import random
import re
import subprocess
import sys

import pandas as pd
import pytest

from tisstats.errors import DataError
from tisstats.measures import file_scoring as module
from tisstats.measures import score_visits
from tisstats.measures.files import read_visits
from tisstats.measures.score_file import score_file
from tisstats.tables import batches, write_table

SCORING = {"mmt_max": 260, "uln": {"ck": "170", "ldh": "ldh_limit"}}
HEADER = (
    "patient_id,week,site,physician_global,patient_global,mmt,haq,extramuscular,ck,ldh,ldh_limit"
)


def visit(rng, patient, week):
    """A fictitious visit, some of whose cells are empty or written in an unusual way."""
    values = [
        *(f"{rng.randrange(0, 101) / 10}" for _ in range(2)),
        f"{rng.randrange(0, 261)}",
        f"{rng.randrange(0, 25) / 8}",
        f"{rng.randrange(0, 101) / 10}",
        f"{rng.randrange(20, 9000)}",
        rng.choice([f"{rng.randrange(20, 900)}.5", f"{rng.randrange(20, 900)}"]),
    ]
    values = [rng.choice(["", "NA"]) if rng.random() < 0.03 else value for value in values]
    return ",".join([patient, str(week), rng.choice(["A", "Köln"]), *values, "250"])


#: Enough for a dozen batches and four parts of what `small` permits, and for a few seconds in all.
PATIENTS = 110


@pytest.fixture(scope="module")
def lines():
    """Rows of many patients, whose visits are spread over the file."""
    rng = random.Random(17)
    rows = [
        visit(rng, rng.choice([f"{patient:03}", f" {patient:03}"]), week)
        for patient in range(PATIENTS)
        for week in range(0, rng.randrange(4, 24), 4)
    ]
    rng.shuffle(rows)
    return [HEADER, *rows]


@pytest.fixture
def small(monkeypatch):
    """Batches and parts so small that a short file takes many."""
    monkeypatch.setattr(batches, "CHARACTERS", 2_000)
    monkeypatch.setattr(batches, "ROWS", 40)
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    monkeypatch.setattr(module, "PART", 100)
    return module.PART


def written(folder, lines, name="visits.csv"):
    path = folder / name
    content = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def scored(source, output, **options):
    said = []
    score_file(source, output, report=said.append, **{**SCORING, **options})
    return said


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("missing", ["na", "bounds"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".csv.gz"])
def test_text_has_the_bytes_of_the_whole_table(lines, tmp_path, ending, missing):
    source, output = written(tmp_path, lines), tmp_path / f"scored{ending}"
    read = read_visits(source, ["ldh_limit"])
    whole = tmp_path / f"whole{ending}"
    write_table(score_visits(read.table, missing=missing, **SCORING), whole)
    said = scored(source, output, missing=missing)
    opened = gzip.decompress if ending.endswith(".gz") else bytes
    assert opened(output.read_bytes()) == opened(whole.read_bytes())
    assert said[0] == f"{PATIENTS} patients, {len(lines) - 1} visits"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["visits.csv", output.name, whole.name]
    )


@pytest.mark.parametrize(("rows", "parts"), [(99, 1), (100, 1), (101, 2), (10**9, 4096)])
def test_a_file_has_as_few_parts_as_its_rows_need(lines, tmp_path, monkeypatch, small, rows, parts):
    assert small == 100
    monkeypatch.setattr(module.VisitBatches, "estimated_rows", lambda _: rows)

    class SeenError(Exception):
        """The layout of the parts, in place of writing them: of thousands each is a file."""

    def stop(layout):
        raise SeenError(layout.parts)

    monkeypatch.setattr(module, "PartsWriter", stop)
    with pytest.raises(SeenError) as seen:
        scored(written(tmp_path, lines), tmp_path / "scored.csv")
    assert seen.value.args == (parts,)


@pytest.mark.parametrize(
    "written_as",
    [
        lambda lines: lines,
        lambda lines: [f'"{line.replace(",", chr(34) + "," + chr(34))}"' for line in lines],
        lambda lines: [line.replace(",", ";").replace(".", ",") for line in lines],
        lambda lines: [*lines[:300], "", *lines[300:]],
    ],
    ids=["plain", "quoted", "semicolons", "with an empty row"],
)
def test_one_batch_and_many_are_the_same(lines, tmp_path, monkeypatch, written_as):
    source = written(tmp_path, written_as(lines))
    once, often = tmp_path / "once.csv", tmp_path / "often.csv"
    said = scored(source, once)
    monkeypatch.setattr(batches, "CHARACTERS", 2_000)
    monkeypatch.setattr(module, "PART", 50)
    assert scored(source, often) == said
    assert often.read_bytes() == once.read_bytes()


@pytest.mark.usefixtures("small")
def test_a_return_in_one_of_many_batches_has_the_cells_of_all_quoted(lines, tmp_path):
    first = lines[1].replace(",A,", ',"A\r",').replace(",Köln,", ',"A\r",')
    scored(written(tmp_path, [lines[0], first, *lines[2:]]), tmp_path / "scored.csv")
    assert {line[:1] for line in (tmp_path / "scored.csv").read_bytes().splitlines()[3:]} == {b'"'}


@pytest.mark.usefixtures("small")
def test_parquet_in_and_out(lines, tmp_path):
    read = read_visits(written(tmp_path, lines), ["ldh_limit"])
    source, output = tmp_path / "visits.parquet", tmp_path / "scored.parquet"
    # Dates and whole numbers with holes are what batches could see in two ways.
    days = pd.Series(pd.date_range("2020-01-01", periods=len(read.table), freq="12h"))
    table = read.table.assign(patient_id=read.table["patient_id"].str.strip().astype(int), day=days)
    table.to_parquet(source, row_group_size=300)
    scored(source, output)
    expected = score_visits(table, **SCORING)
    found = pd.read_parquet(output)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_categorical=False)
    assert found["mmt"].dtype == expected["mmt"].dtype


def with_faults(lines):
    """Rows with many faults of each kind, spread over the file."""
    broken = list(lines)
    count = len(lines)
    for at in range(5, count, 9):
        cells = broken[at].split(",")
        cells[3 + at % 5] = "-1"
        broken[at] = ",".join(cells)
    for at in range(7, count, 90):
        broken[at] = ",".join(["", *broken[at].split(",")[1:]])
    for at in range(8, count, 100):
        cells = broken[at].split(",")
        broken[at] = ",".join([cells[0], "x", *cells[2:]])
    for at in range(3, count, 30):
        broken.append(broken[at])
    for at in range(4, count, 40):
        cells = broken[at].split(",")
        broken.append(",".join([cells[0], "-2", *cells[2:]]))
    for at in range(6, count, 200):
        broken[at] = broken[at].removesuffix("250") + ["1.5", "2.5"][at // 200 % 2]
    return broken


@pytest.mark.usefixtures("small")
def test_faults_are_those_of_the_whole_table(lines, tmp_path):
    source = written(tmp_path, with_faults(lines))
    read = read_visits(source, ["ldh_limit"])
    with pytest.raises(DataError) as expected:
        score_visits(read.table, source=read.source, **SCORING)
    with pytest.raises(DataError) as found:
        scored(source, tmp_path / "scored.csv")
    assert str(found.value).splitlines() == str(expected.value).splitlines()
    assert len(found.value.faults) > 60
    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines, "008,1"], "the row has 2 cells; the header has 11"),
        (lambda lines: [*lines, '"008,1'], "is a quotation mark not closed, or are"),
        (lambda lines: [*lines, ",".join(["999", "0", "=1+1", *["1"] * 7, "250"])],
         "column site, value '=1+1': would be run as a formula"),
        (lambda lines: [line.replace(",week,", ",when,") for line in lines],
         "column week: there is no such column"),
        (lambda lines: [*lines, ",".join(["999", "0", "A", *["1"] * 5, "20 U/L", "1", "250"]),
                        ",".join(["998", "0", "A", *["1"] * 5, "2 µkat/L", "1", "250"])],
         "has another unit"),
    ],
)  # fmt: skip
def test_what_stands_at_the_end_of_a_file_is_found(lines, tmp_path, change, said):
    source, output = written(tmp_path, change(lines)), tmp_path / "scored.csv"
    output.write_text("old", encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(said)):
        scored(source, output)
    assert output.read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 2


# After a kill


def make_out_to_be_another(folder):
    """Make out that what an interrupted run has left is of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (left,) = folder.glob(".scored.csv.*")
    left.rename(folder / f".scored.csv.{ended.pid}.unfinished")


@pytest.fixture
def interrupted(lines, tmp_path, small, monkeypatch):
    """A run that ended while it scored its fourth part; its process is made out to be another."""
    assert small == 100
    source, output = written(tmp_path, lines), tmp_path / "scored.csv"
    real, calls = module.score_part, []

    def score_part(task):
        if len(calls) == 3:
            raise KeyboardInterrupt
        calls.append(task.part)
        return real(task)

    monkeypatch.setattr(module, "score_part", score_part)
    with pytest.raises(KeyboardInterrupt):
        scored(source, output)
    make_out_to_be_another(tmp_path)
    monkeypatch.setattr(module, "score_part", lambda task: calls.append(task.part) or real(task))
    return source, output, calls


def test_a_run_goes_on_where_another_has_stopped(interrupted, tmp_path, monkeypatch):
    source, output, calls = interrupted
    # What has been read and scored is not read and scored again.
    with monkeypatch.context() as patched:
        patched.setattr(module.VisitBatches, "survey", None)
        said = scored(source, output)
    assert sorted(calls) == list(range(len(calls)))
    assert len(calls) > 3
    assert said[0].startswith(f"{PATIENTS} patients")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scored.csv", "visits.csv"]
    whole = tmp_path / "whole.csv"
    write_table(score_visits(read_visits(source, ["ldh_limit"]).table, **SCORING), whole)
    assert output.read_bytes() == whole.read_bytes()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("ck", "site", "said"), [("1", "=1+1", "formula"), ("-1", "A", "above 0")])
def test_a_run_that_goes_on_forgets_no_fault(lines, tmp_path, monkeypatch, ck, site, said):
    row = ",".join(["999", "0", site, *["1"] * 5, ck, "1", "250"])
    source, output = written(tmp_path, [*lines, row]), tmp_path / "scored.csv"

    def stopped(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "score_part", stopped)
        with pytest.raises(KeyboardInterrupt):
            scored(source, output)
    make_out_to_be_another(tmp_path)
    with pytest.raises(DataError, match=said):
        scored(source, output)
    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]


@pytest.mark.parametrize("change", ["input", "options"])
def test_what_was_done_for_something_else_is_not_used(interrupted, tmp_path, change):
    source, output, calls = interrupted
    if change == "input":
        source.write_text(source.read_text(encoding="utf-8").replace("Köln", "B"), encoding="utf-8")
    scored(source, output, **({"missing": "bounds"} if change == "options" else {}))
    assert sorted(calls[3:]) == list(range(len(calls) - 3))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scored.csv", "visits.csv"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "kind",
    [
        *("int64", "negative", "uint64", "int16", "Int64"),
        *("float64", "float32", "float16", "str", "category"),
    ],
)
def test_patients_of_a_parquet_file_may_be_numbers_or_text(lines, tmp_path, kind):
    read = read_visits(written(tmp_path, lines), ["ldh_limit"])
    number = read.table["patient_id"].str.strip().astype(int)
    ids = {
        "negative": lambda: number - 100,
        # Beyond the largest whole number with a sign: its bits are those of a negative one.
        "uint64": lambda: number.astype("uint64") + 2**63 - 100,
    }.get(kind, lambda: number.astype(kind))()
    table = read.table.assign(patient_id=ids)
    source, output = tmp_path / "visits.parquet", tmp_path / "scored.parquet"
    table.to_parquet(source)
    assert scored(source, output)[0].startswith(f"{PATIENTS} patients, ")
    expected, found = score_visits(table, **SCORING), pd.read_parquet(output)
    names = [name for name in expected if name not in table]
    for name in names:
        texts = [column.astype(object) for column in (found[name], expected[name])]
        pd.testing.assert_series_equal(*texts, check_exact=True)
