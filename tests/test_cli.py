"""The commands `claims` and `check` as a user runs them."""

import csv
import io
import json
import subprocess
import sys

import pytest

from tisstats.study.published import data_directory

PUBLISHED = str(data_directory("published"))


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tisstats.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_claims_as_json_is_a_list_of_objects():
    done = run("claims", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    records = json.loads(done.stdout)
    assert len(records) > 300
    for name in ("id", "place", "quantity", "printed", "computed", "verdict", "note"):
        assert all(isinstance(record[name], str) for record in records)


def test_claims_as_csv_filtered_by_verdict():
    done = run("claims", "--format", "csv", "--verdict", "not reproduced")
    assert done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["verdict"] for row in rows} == {"not reproduced"}
    assert {row["printed"] for row in rows} == {"19.6", "64.6"}


def test_claims_as_a_table_ends_with_the_totals():
    done = run("claims")
    assert done.returncode == 0
    assert "printed numbers:" in done.stdout.splitlines()[-2] + done.stdout.splitlines()[-1]


def test_check_says_what_it_found():
    done = run("check", PUBLISHED)
    assert done.returncode == 0
    assert "is a valid data package: 13 files" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["claims", "--verdict", "true"], 2, "give all, reproduced, rounding"),
        (["claims", "--format", "xml"], 2, "invalid choice: 'xml'"),
        (["claims", "--data", "/nowhere"], 1, "/nowhere: there is no such folder"),
        (["check", "/nowhere"], 1, "/nowhere: there is no such folder"),
        (["check"], 2, "DIR"),
        (["chekc"], 2, "invalid choice: 'chekc'"),
        ([], 2, "COMMAND"),
    ],
)
def test_wrong_use_is_one_clear_line_and_no_traceback(arguments, code, said):
    done = run(*arguments)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_faults_of_the_data_are_one_line_each(tmp_path):
    import shutil

    folder = shutil.copytree(PUBLISHED, tmp_path / "facts")
    flow = folder / "flow.csv"
    text = flow.read_text(encoding="utf-8")
    flow.write_text(text.replace(",59,", ",many,").replace(",20,", ",-20,"), encoding="utf-8")
    (folder / "safety.csv").unlink()
    for command in (["check", str(folder)], ["claims", "--data", str(folder)]):
        done = run(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 3
        assert "row 2, column value, value 'many'" in done.stderr
        assert "safety.csv: the file is missing" in done.stderr


def test_output_into_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m tisstats.cli claims --format csv | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("id,place,quantity")
