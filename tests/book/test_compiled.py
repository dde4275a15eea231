"""Compiled code that an edit has made wrong without Python seeing it."""

import os
import py_compile
import subprocess
import sys

import pytest

from tisstats.book.run import compiled
from tisstats.book.run.compiled import StaleCodeError, renew_compiled
from tisstats.book.run.project import BookError

PRINTS = [sys.executable, "-B", "-c", "import module; print(module.VALUE)"]


def value(folder):
    env = {name: text for name, text in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
    done = subprocess.run(PRINTS, cwd=folder, env=env, capture_output=True, text=True, check=True)
    return int(done.stdout)


def edit(source, text):
    """Write other text of the same size and keep the date."""
    before = source.stat()
    assert len(text) == before.st_size
    source.write_text(text)
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "module.py"
    path.write_text("VALUE = 1\n")
    py_compile.compile(str(path), doraise=True)
    return path


def test_python_alone_runs_old_code(source):
    edit(source, "VALUE = 2\n")
    assert value(source.parent) == 1


def test_old_code_is_replaced_and_told(source):
    edit(source, "VALUE = 2\n")
    with pytest.raises(StaleCodeError, match=r"module\.py: an edit left size and date as they"):
        renew_compiled([source])
    assert value(source.parent) == 2
    renew_compiled([source])  # told once


def test_later_edits_are_seen_by_python(source):
    renew_compiled([source])
    edit(source, "VALUE = 3\n")
    assert value(source.parent) == 3
    renew_compiled([source])


def test_code_that_nobody_compares_is_replaced(source):
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), doraise=True, invalidation_mode=mode)
    source.write_text("VALUE = 10_000\n")
    assert value(source.parent) == 1
    with pytest.raises(StaleCodeError):
        renew_compiled([source])
    assert value(source.parent) == 10_000


@pytest.mark.parametrize("content", [b"", b"abc", b"x" * 99])
def test_what_python_does_not_read_is_left_to_it(source, content):
    kept = next((source.parent / "__pycache__").iterdir())
    for given in (content, kept.read_bytes()[:16], kept.read_bytes()[:20]):
        kept.write_bytes(given)
        renew_compiled([source])
    kept.unlink()
    renew_compiled([source])
    assert not kept.exists()


def test_code_of_an_edit_that_python_sees_is_left_to_it(source):
    source.write_text("VALUE = 10_000\n")
    renew_compiled([source])
    assert value(source.parent) == 10_000


def test_old_code_that_cannot_be_replaced_is_refused(source, monkeypatch):
    def full(*_arguments, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiled.py_compile, "compile", full)
    renew_compiled([source])  # it is not old
    edit(source, "VALUE = 2\n")
    with pytest.raises(BookError, match=r"cannot be replaced \(No space left .*\); delete it"):
        renew_compiled([source])


COMMAND = """
import os, sys
from pathlib import Path
import tisstats.book.build as module
from tisstats.book.run.compiled import StaleCodeError
def build(*arguments, **named):
    if os.environ.setdefault("TIMES", "0") == "0":
        os.environ["TIMES"] = "1"
        raise StaleCodeError("first")
    print("built by another process")
    return Path("html")
module.build = build
from tisstats.cli import main
sys.exit(main({arguments}))
"""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [("", 0, "built by another process\n"), ("sys.argv[1:]", 1, "")],
    ids=["a command", "a call"],
)
def test_a_command_begins_anew_with_the_current_code(checkout, arguments, code, told):
    given = [sys.executable, "-c", COMMAND.format(arguments=arguments), "book", "--source", "."]
    done = subprocess.run(given, cwd=checkout, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.partition("The book is ready")[0]) == (code, told)
    assert done.stderr == ("" if told else "first\n")
