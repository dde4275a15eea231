"""Where nothing can be written, every command says so in one line and leaves nothing behind."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tisstats.cli import commands, main
from tisstats.ledger.published import data_directory
from tisstats.lim2021.trial_description import REFERENCE_FOLDER

resource = pytest.importorskip("resource", reason="the system has no limits of file sizes")

#: Runs commands in a process that may write files of few bytes only, as on a disk that is full.
LIMITED = """
import contextlib, io, json, resource, sys, warnings
from tisstats.cli import main
# Drawing, which takes minutes, writes nothing: cohorts that have been drawn stand in for it.
from tisstats.synthetic import Ensemble, command
command.draw_ensemble = lambda *_, **__: Ensemble.read()
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
results = []
for command in json.loads(sys.argv[1]):
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        code = main(command)
    results.append([code, told.getvalue()])
print(json.dumps(results))
"""
TRIAL = str(data_directory("reconstructed") / REFERENCE_FOLDER)
VISITS = str(data_directory("reconstructed") / REFERENCE_FOLDER / "synthetic_visits.csv")
SCORE = ["score", VISITS, "--mmt-max", "260", "--uln", "ck=170", "-o"]
#: Commands, each with the name of its output.
COMMANDS = [
    *((name, [*SCORE, name]) for name in ("s.csv", "s.csv.gz", "s.tsv", "s.parquet", "s.xlsx")),
    *(
        (f"{form}_data", ["export", TRIAL, "--format", form, "-o", f"{form}_data"])
        for form in ("csv", "json", "xpt", "parquet")
    ),
    ("study", ["new", "study"]),
    *(
        (f"{form}_cases", ["exercises", "--seed", "1", "--format", form, "-o", f"{form}_cases"])
        for form in ("md", "html", "ipynb")
    ),
    ("few/cases", ["exercises", "--seed", "1", "--students", "3", "--key", "-o", "few/cases"]),
    ("cohorts", ["reconstruct", "--cohorts", "1", "--seed", "1", "-o", "cohorts"]),
    ("least.csv", ["bounds", "--only", "worsened:mrs", "-o", "least.csv"]),
]


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """What each command returned and told, and the folder that it ran in."""
    folder = tmp_path_factory.mktemp("full")
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, json.dumps([command for _, command in COMMANDS])],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(dict(COMMANDS), json.loads(run.stdout), strict=True)), folder


@pytest.mark.parametrize("name", dict(COMMANDS))
def test_a_full_disk_is_told_in_one_line_with_the_name_of_the_output(refused, name):
    code, told = refused[0][name]
    assert code == 1, told
    last = told.splitlines()[-1]
    assert name in last
    assert any(word in last.lower() for word in ("too large", "cannot be written")), last
    assert "Traceback" not in told


def test_nothing_is_left_of_what_could_not_be_written(refused):
    _, folder = refused
    assert [path.relative_to(folder) for path in Path(folder).rglob("*")] == []


def test_a_full_standard_output_is_told():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("the system has no device that is always full")
    command = [sys.executable, "-m", "tisstats.cli", "claims"]
    with full.open("w") as out:
        run = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr == "tisstats claims: the standard output: No space left on device\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["--help"], ["score", "--help"], ["--version"]])
def test_help_that_cannot_be_printed_is_told(words, unbuffered):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("the system has no device that is always full")
    command = [sys.executable, "-m", "tisstats.cli", *words]
    with full.open("w") as out:
        run = subprocess.run(
            command,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    told = "tisstats: the standard output: No space left on device\n"
    assert (run.returncode, run.stderr) == (1, told)


@pytest.mark.parametrize("words", [["score", "--help"], ["--version"]])
def test_help_whose_reader_has_gone_is_not_told(words):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "tisstats.cli", *words]
    with os.fdopen(write, "w") as out:
        run = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_an_error_of_a_file_without_a_name_is_not_told_of_the_standard_output(monkeypatch, capsys):
    def write(_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(commands, "new", write)
    assert main(["new", "study"]) == 1
    told = "tisstats new: a file cannot be read or written: Too many open files\n"
    assert capsys.readouterr().err == told
