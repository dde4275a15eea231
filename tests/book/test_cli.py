"""The command as a person runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tisstats
from tests.command import called
from tisstats import cli
from tisstats.cli import commands
from tisstats.errors import DataError, Fault

COMMAND = [sys.executable, "-m", "tisstats.cli"]


@pytest.fixture
def run():
    """Calls the command and returns exit code, output and errors."""

    def tisstats_(*arguments, cwd=None):
        done = called(*arguments, cwd=cwd)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    return tisstats_


@pytest.mark.parametrize(
    ("option", "code", "told"),
    [
        ("--version", 0, (f"tisstats {tisstats.__version__}\n", "")),
        ("--versoin", 2, ("", "tisstats: error: the following arguments are required: COMMAND")),
    ],
)
def test_a_process_tells_and_ends_as_a_call_does(option, code, told):
    done = subprocess.run([*COMMAND, option], capture_output=True, text=True, check=False)
    assert done.returncode == called(option).returncode == code
    assert (done.stdout, done.stderr) == (called(option).stdout, called(option).stderr)
    assert done.stdout == told[0]
    assert told[1] in done.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["bok"], ["book", "--jobs", "0"], ["book", "--jobs", "many"]]
)
def test_wrong_usage_ends_with_two(run, arguments):
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert "usage: tisstats" in errors


def test_outside_a_checkout_one_line_says_so(run, tmp_path):
    code, output, errors = run("book", cwd=tmp_path)
    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1
    assert "_config.yml" in errors


def test_parameters_are_listed(run, new_book):
    code, output, errors = run("book", "--parameters", "--source", new_book.root)
    assert (code, errors) == (0, "")
    assert "threshold: int (default 40)  points that count as a response" in output


def test_a_wrong_setting_ends_with_two(run, new_book):
    code, output, errors = run("book", "--set", "treshold=20", "--source", new_book.root)
    assert (code, output) == (2, "")
    assert "did you mean 'threshold'?" in errors


def test_a_value_that_chapters_refuse_ends_in_one_line_before_anything_runs(run, new_book):
    code, output, errors = run("book", "--set", "threshold=30", "--source", new_book.root)
    assert (code, output) == (2, "")
    (line,) = errors.splitlines()
    assert "parameter 'threshold' must be 20 or 40" in line
    assert line.endswith("got 30")
    assert not (new_book.root / "_build").exists()


@pytest.mark.parametrize(
    ("option", "choice", "message"),
    [
        (
            "--set=cohort=",
            "nowhere",
            "nowhere: is not a folder, not the number of a cohort and not 'reference'",
        ),
        (
            "--set=cohort=",
            "",
            "cohort '': is not a folder, not the number of a cohort and not 'reference'",
        ),
        (
            "--set=cohort=",
            "empty",
            "cohort empty: has neither the datapackage.json of a trial nor the "
            "synthetic_ensemble.npz of cohorts",
        ),
        ("--set=cohort=", "nowhere#2", "nowhere#2: is not a folder"),
        ("--cohort=", "nowhere", "nowhere: there is no such folder"),
        (
            "--cohort=",
            "empty",
            "empty/study.toml: there is no such file; `tisstats new` writes one",
        ),
        ("--cohort=", "nowhere#2", "nowhere#2: there is no such folder"),
    ],
)
def test_a_wrong_cohort_ends_with_one_line_before_anything_runs(
    run, new_book, option, choice, message
):
    (new_book.root / "empty").mkdir()
    code, output, errors = run("book", f"{option}{choice}", cwd=new_book.root)
    assert (code, output) == (1, "")
    assert len(errors.splitlines()) == 1
    assert message in errors
    assert not new_book.project.build_folder.exists()


@pytest.mark.build
def test_a_book_is_built_and_a_failing_notebook_leaves_it_as_it_was(
    run, tiny_book, notebook_writer, code_cell
):
    code, output, errors = run("book", cwd=tiny_book.root)
    assert (code, errors) == (0, "")
    assert output.splitlines()[-1] == "The book is ready: open _build/html/index.html in a browser."
    before = tiny_book.state()
    notebook_writer(tiny_book.second, code_cell("1"), code_cell("{}['lost']"))
    code, _, errors = run("book", cwd=tiny_book.root)
    assert code == 1
    assert errors == (
        "02_second, cell 2: KeyError: 'lost' (full traceback: _build/logs/02_second.log)\n"
    )
    assert tiny_book.state() == before


@pytest.mark.build
def test_tables_and_figures_are_copied_where_they_are_wanted(run, tiny_book, tmp_path):
    wanted = ["--tables", tmp_path / "tables", "--figures", tmp_path / "figures"]
    code, output, errors = run("book", *wanted, cwd=tiny_book.root)
    assert (code, errors) == (0, "")
    assert output.splitlines()[-3:] == [
        f"2 tables in {tmp_path / 'tables'}, 10 files",
        f"1 figure in {tmp_path / 'figures'}, 3 files",
        "The book is ready: open _build/html/index.html in a browser.",
    ]
    assert (tmp_path / "tables" / "first-responders.docx").is_file()
    assert (tmp_path / "figures" / "first-line.pdf").is_file()


def test_a_folder_for_tables_that_is_a_file_ends_with_two(run, new_book, tmp_path):
    (tmp_path / "file").touch()
    code, output, errors = run("book", "--tables", tmp_path / "file", cwd=new_book.root)
    assert (code, output) == (2, "")
    assert errors == f"tisstats book: {tmp_path / 'file'} is a file: choose a folder\n"
    assert not (new_book.root / "_build").exists()


def processes_of(folder: Path) -> list[str]:
    """Return the processes that work in a folder or were told of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode().split("\0")
            where = (process / "cwd").readlink()
        except OSError:
            continue
        if where.is_relative_to(folder) or any(str(folder) in word for word in words):
            found.append(" ".join(words))
    return found


@pytest.mark.build
@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="this system has no /proc")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_build_that_is_stopped_leaves_no_process_and_the_last_good_book(
    tiny_book, notebook_writer, code_cell, number, code
):
    before = tiny_book.state()
    started = tiny_book.root / "started"
    notebook_writer(
        tiny_book.second,
        code_cell(f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(600)"),
    )
    # In a folder of its own, which no process of this test works in.
    running = subprocess.Popen(
        [*COMMAND, "book", "--source", tiny_book.root],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 300  # on a busy machine
    while not started.exists() and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(running.pid, number)
    _, errors = running.communicate(timeout=300)
    assert running.returncode == code
    assert errors == ("stopped\n" if code > 0 else "")
    while processes_of(tiny_book.root) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(tiny_book.root) == []
    assert tiny_book.state() == before


def faulty(error):
    def run(_parsed):
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            DataError([Fault("a.csv", "must be a number", 3, "age", "x"), Fault("b.csv", "empty")]),
            1,
            "a.csv, row 3, column age, value 'x': must be a number\nb.csv: empty\n",
        ),
        (KeyboardInterrupt(), 130, "stopped\n"),
    ],
)
def test_each_kind_of_end_has_its_exit_code(monkeypatch, capsys, error, code, told):
    monkeypatch.setattr(commands, "book", faulty(error))
    assert cli.main(["book"]) == code
    assert capsys.readouterr().err == told


def test_a_reader_who_has_seen_enough_is_no_fault(new_book):
    running = subprocess.Popen(
        [*COMMAND, "book", "--parameters", "--source", new_book.root],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running.stdout.close()
    assert running.wait(timeout=300) == 0
    assert running.stderr.read() == b""
    running.stderr.close()


#: The command in a process, as far as the tiny book that it builds has a package of its own: with
#: that of the command no result would be kept from the build before.
WITH_ITS_PACKAGE = """\
import sys
from pathlib import Path
from tisstats.book.run.project import Project
from tisstats.cli import main
project = Project(Path(sys.argv[1]), Path(sys.argv[1], 'package'))
Project.from_folder = lambda folder: project
"""
COMMAND_ALONE = "sys.argv[1:] = ['book']; sys.exit(main())"


@pytest.mark.build
def test_a_book_is_built_also_if_nobody_reads_the_progress(tiny_book):
    intro = tiny_book.root / "book" / "intro.md"
    intro.write_text(intro.read_text().replace("# Intro", "# Another beginning"))
    running = subprocess.Popen(
        [sys.executable, "-c", f"{WITH_ITS_PACKAGE}{COMMAND_ALONE}", tiny_book.root],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running.stdout.close()
    assert running.wait(timeout=300) == 0
    assert running.stderr.read() == b""
    running.stderr.close()
    assert "Another beginning" in tiny_book.page("book/intro")


def test_a_command_learns_that_a_book_is_up_to_date_without_what_builds_it(tiny_book):
    code = (
        f"{WITH_ITS_PACKAGE}assert main(['book']) == 0\n"
        "heavy = {'docx', 'frictionless', 'jinja2', 'jsonschema', 'lxml', 'matplotlib'}\n"
        "heavy |= {'nbformat', 'numpy', 'pandas', 'scipy', 'sphinx', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(tiny_book.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, *_, last = done.stdout.splitlines()
    assert (first, last) == ("Up to date.", "[]")
