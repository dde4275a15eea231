"""A run that goes on with what another has left gives the bytes of one that was not interrupted."""

import hashlib
import io
import os
import re
import subprocess
import sys

import pandas as pd
import pytest

import tisstats
from tests.measures.test_score_batches import HEADER, SCORING, scored
from tisstats.errors import DataError
from tisstats.measures import file_scoring as module
from tisstats.measures import score_file as reading
from tisstats.measures.patient_keys import patient_keys
from tisstats.measures.score_file import score_file
from tisstats.tables import ReadOptions, batches, workspace
from tisstats.tables.streams import digest

ROWS = [
    HEADER,
    *(
        f"{patient},{week},A,{8 - week / 2:g},5,{100 + 10 * week},1,3,900,300,250"
        for week in (0, 4, 8)
        for patient in range(60)
    ),
]
WORSE = [row.replace(",180,1,3", ",60,1,3") for row in ROWS]
MAPPING = '[visits.values.site]\nA = "Aachen"\n'


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Batches and parts so small that a short file takes many."""
    monkeypatch.setattr(batches, "CHARACTERS", 2_000)
    monkeypatch.setattr(batches, "ROWS", 40)
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    monkeypatch.setattr(module, "PART", 30)


def stop(*_):
    raise KeyboardInterrupt


def forbidden(*_):
    raise AssertionError("what was done is done again")


def interrupt(run, at="score_part"):
    """Run something that ends once it scores its first part, or writes its result."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, at, stop) if at == "score_part" else patched.setattr(
            module.FileScoring, at, stop
        )
        with pytest.raises(KeyboardInterrupt):
            run()


def left_by(folder, process):
    """Make out that what an interrupted run has left is of another process."""
    (left,) = folder.glob(".scored.csv.*")
    return left.rename(folder / f".scored.csv.{process}.unfinished")


def ended_process():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def source_of(folder, rows=ROWS, name="visits.csv", newline="\n"):
    path = folder / name
    path.write_bytes(newline.join(rows).encode("utf-8"))
    return path


@pytest.mark.parametrize("own", [True, False], ids=["same process number", "another"])
def test_what_was_done_is_not_done_again_and_says_the_same(tmp_path, monkeypatch, own):
    rows = [*ROWS[:-1], ROWS[-1].replace(",A,", ',"A\r",')]
    source, output = source_of(tmp_path, rows), tmp_path / "scored.csv"
    limits = {"uln": {**SCORING["uln"], "ast": "40"}}  # a remark: there is no such column
    said = scored(source, tmp_path / "whole.csv", **limits)
    interrupt(lambda: scored(source, output, **limits), at="write")
    if not own:
        left_by(tmp_path, ended_process())
    monkeypatch.setattr(module, "score_part", forbidden)
    monkeypatch.setattr(module.VisitBatches, "survey", forbidden)
    assert scored(source, output, **limits) == said
    assert said[0].endswith("there is no column ast: its upper limit of normal is not used")
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert b'"A\r"' in output.read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_the_decimal_mark_that_was_found_is_kept(tmp_path):
    rows = [
        re.sub(r"^(\d+);(\d+);A;([\d.]+)", lambda m: m[0].replace(".", ","), row)
        for row in (row.replace(",", ";") for row in ROWS)
    ]
    rows = [row.replace(";8;", ";7,5;", 1) for row in rows]
    source, output = source_of(tmp_path, rows), tmp_path / "scored.csv"
    scored(source, tmp_path / "whole.csv")
    interrupt(lambda: scored(source, output))
    left_by(tmp_path, ended_process())
    scored(source, output)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert ",7.5," in output.read_text("utf-8")


def test_the_units_of_dates_and_times_that_were_found_are_kept(tmp_path):
    table = pd.read_csv(source_of(tmp_path)).drop_duplicates(["patient_id", "week"])
    table["when"] = pd.Timestamp("2020-01-01")
    table.iloc[-1, -1] += pd.Timedelta(1, "h")
    source, output = tmp_path / "visits.parquet", tmp_path / "scored.csv"
    table.to_parquet(source, index=False)
    scored(source, tmp_path / "whole.csv")
    assert b",2020-01-01 00:00:00," in (tmp_path / "whole.csv").read_bytes()
    interrupt(lambda: scored(source, output), at="write")
    scored(source, output)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_reading_that_was_cut_short_begins_again(tmp_path):
    source, output = source_of(tmp_path), tmp_path / "scored.csv"
    scored(source, tmp_path / "whole.csv")
    interrupt(lambda: scored(source, output), at="_look_at_text")
    left = left_by(tmp_path, ended_process())
    assert (left / "rows").stat().st_size
    scored(source, output)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()


CHANGES = {
    "mapping": (lambda m, _: m.write_text(MAPPING + "# another\n", encoding="utf-8"), {}),
    "options": (lambda *_: None, {"options": ReadOptions(missing_codes=("-9",))}),
    "scoring": (lambda *_: None, {"missing": "bounds"}),
    "version": (lambda _, patch: patch.setattr(tisstats, "__version__", "2.0"), {}),
    "layout": (lambda _, patch: patch.setattr(reading, "LAYOUT", 0), {}),
    "nothing": (lambda *_: None, {}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_done_otherwise_is_not_used(tmp_path, monkeypatch, change):
    source, output, mapping = source_of(tmp_path), tmp_path / "scored.csv", tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    act, options = CHANGES[change]
    monkeypatch.setattr(tisstats, "__version__", "1.0")
    interrupt(lambda: scored(source, output, mapping=mapping))
    left_by(tmp_path, ended_process())
    act(mapping, monkeypatch)
    read = []
    survey = module.VisitBatches.survey
    monkeypatch.setattr(module.VisitBatches, "survey", lambda v: read.append(1) or survey(v))
    scored(source, output, mapping=mapping, **options)
    assert bool(read) == (change != "nothing")
    assert not list(tmp_path.glob(".*"))


def test_the_digest_of_a_file_is_that_of_all_of_it(tmp_path):
    content = b"0123456789" * 300_000  # more than is read at a time
    (tmp_path / "visits.csv").write_bytes(content)
    assert digest(tmp_path / "visits.csv") == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("running", [True, False])
def test_the_folder_of_a_running_process_or_of_another_machine_is_left_alone(
    tmp_path, monkeypatch, running
):
    source, output = source_of(tmp_path), tmp_path / "scored.csv"
    if not running:
        monkeypatch.setattr(workspace.socket, "gethostname", lambda: "elsewhere")
    interrupt(lambda: scored(source, output))
    monkeypatch.undo()
    left = left_by(tmp_path, os.getppid() if running else ended_process())
    scored(source, output)
    assert left.exists()


def given(rows):
    class Input(io.TextIOWrapper):
        pass

    return Input(io.BytesIO("\n".join(rows).encode("utf-8")), encoding="utf-8")


def test_what_another_standard_input_gave_is_not_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").write_text("a file of this name is none", encoding="utf-8")
    output, whole = tmp_path / "scored.csv", tmp_path / "whole.csv"
    monkeypatch.setattr(sys, "stdin", given(ROWS))
    interrupt(lambda: scored(module.Path("-"), output))
    left_by(tmp_path, ended_process())
    monkeypatch.setattr(sys, "stdin", given(WORSE))
    scored(module.Path("-"), output)
    scored(source_of(tmp_path, WORSE), whole)
    assert output.read_bytes() == whole.read_bytes()
    scored(source_of(tmp_path, ROWS), whole)
    assert output.read_bytes() != whole.read_bytes()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_no_run_goes_on_with_what_a_named_pipe_gave_to_another(tmp_path):
    source, pipe = source_of(tmp_path), tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    of_file, of_pipe = ([reading._key(each, ReadOptions(), None, SCORING) for _ in range(2)]
                        for each in (source, pipe))  # fmt: skip
    assert of_file[0] == of_file[1]
    assert of_pipe[0] != of_pipe[1]


@pytest.mark.parametrize("step", ["score", "_write_rows"])
def test_a_file_that_changes_is_refused_also_where_the_scores_go_to_the_standard_output(
    tmp_path, monkeypatch, capsys, step
):
    source = source_of(tmp_path)
    real = getattr(module.FileScoring, step)

    def changing(run, *arguments):
        real(run, *arguments)
        new = source_of(tmp_path, WORSE, "new.csv")
        new.replace(source)

    monkeypatch.setattr(module.FileScoring, step, changing)
    with pytest.raises(DataError) as raised:
        score_file(source, None, report=print, **SCORING)
    end = "nothing was written" if step == "score" else "what was written is not to be used"
    assert str(raised.value) == f"{source}: was changed while it was read; {end}"
    assert ("patient_id,week" in capsys.readouterr().out) == (step != "score")


@pytest.mark.skipif(os.name == "nt", reason="Windows has the time when a file was made there")
def test_a_change_that_leaves_size_and_date_as_they_were_is_refused(tmp_path, monkeypatch):
    source, output = source_of(tmp_path), tmp_path / "scored.csv"
    before = source.stat()
    score = module.FileScoring.score

    def changing(run):
        score(run)
        source_of(tmp_path, [row.replace(",180,1,3", ",181,1,3") for row in ROWS])
        os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
        after = source.stat()
        assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)

    monkeypatch.setattr(module.FileScoring, "score", changing)
    with pytest.raises(DataError, match="was changed while it was read; nothing was written"):
        scored(source, output)
    assert not output.exists()


def test_large_numbers_of_patients_stay_apart(tmp_path):
    frame = pd.read_csv(io.StringIO("\n".join(ROWS)))
    frame["patient_id"] += 2**53
    source, output = tmp_path / "visits.parquet", tmp_path / "scored.csv"
    frame.to_parquet(source, index=False)
    assert scored(source, output)[0] == "60 patients, 180 visits"
    found = pd.read_csv(output)["patient_id"]
    assert found.tolist() == frame["patient_id"].tolist()
    codes, _ = patient_keys(pd.Series([2**53, 2**53 + 1, float(2**53)], dtype=object))
    assert codes.tolist() == [0, 1, 0]


def test_a_disk_of_which_numpy_does_not_say_that_it_is_full_may_be_full(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("73629 requested and 15911 written")

    monkeypatch.setattr(module, "score_part", full)
    with pytest.raises(DataError) as raised:
        scored(source_of(tmp_path), tmp_path / "scored.csv")
    assert str(raised.value) == (
        f"{tmp_path / 'scored.csv'}: cannot be written: 73629 requested and 15911 written; the "
        "disk may be full"
    )


def test_an_empty_folder_of_a_run_that_was_killed_at_once_is_removed(tmp_path):
    source, output = source_of(tmp_path), tmp_path / "scored.csv"
    (tmp_path / f".scored.csv.{ended_process()}.unfinished").mkdir()
    scored(source, output)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("text", "refused"),
    [(b"a,b\n" * 40, False), (b"a,b\r" * 40, False), (b"a,b " * 40, True), (b"a,b ", False)],
)
def test_a_pipe_is_no_table_where_no_line_ends(tmp_path, monkeypatch, text, refused):
    monkeypatch.setattr(reading, "_LONGEST_HEADER", 100)
    monkeypatch.setattr(reading, "standard_input", lambda: io.BytesIO(text))
    if refused:
        with pytest.raises(DataError, match="has no line end in its first 100 bytes"):
            reading._spooled(tmp_path / "spooled")
        assert not (tmp_path / "spooled").exists()
    else:
        assert reading._spooled(tmp_path / "spooled").read_bytes() == text
