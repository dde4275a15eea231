"""`tisstats claims` prints what it has kept, and only while nothing has changed."""

import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tisstats
from tests.command import called
from tisstats.book.run.compiled import StaleCodeError
from tisstats.cli import kept_ledger as module
from tisstats.cli.kept_ledger import kept_ledger

ROOT = Path(tisstats.__file__).parents[1]


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A checkout with little code and data in it."""
    for name, text in {
        "_config.yml": "title: a book",
        "tisstats/__init__.py": "",
        "tisstats/scales.toml": "haq = 3",
        "data/published/claims.csv": "id,value\nincluded,20\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(tisstats, "__file__", str(tmp_path / "tisstats/__init__.py"))
    return tmp_path


def computed(*answers: str):
    """What gives these answers, one a call."""
    return iter(answers).__next__


def test_is_computed_once_for_each_combination_of_options(checkout):
    compute = computed("all", "rounding")
    for _ in range(2):
        assert kept_ledger(("table", "all"), compute) == "all"
    for _ in range(2):
        assert kept_ledger(("table", "rounding"), compute) == "rounding"
    assert len(list((checkout / "_build/ledger").iterdir())) == 2


@pytest.mark.parametrize("name", ["tisstats/scales.toml", "data/published/claims.csv"])
def test_an_edit_that_keeps_size_and_time_is_noticed(checkout, name):
    compute, file = computed("first", "second"), checkout / name
    kept_ledger((), compute)
    before = file.stat()
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert kept_ledger((), compute) == "second"


def test_a_file_more_or_less_is_noticed(checkout):
    compute = computed("first", "second", "third")
    kept_ledger((), compute)
    added = checkout / "data/new/empty.csv"
    added.parent.mkdir()
    added.touch()
    assert kept_ledger((), compute) == "second"
    added.unlink()
    (checkout / "tisstats/scales.toml").unlink()
    assert kept_ledger((), compute) == "third"


@pytest.mark.usefixtures("checkout")
def test_another_version_of_a_library_is_noticed(monkeypatch):
    compute = computed("first", "second")
    kept_ledger((), compute)
    monkeypatch.setattr(module, "version", lambda library: f"another {library}")
    assert kept_ledger((), compute) == "second"


@pytest.mark.parametrize("rest", [slice(0), slice(1), slice(-1), slice(1, None)])
def test_a_damaged_result_is_computed_again(checkout, rest):
    compute = computed("first", "second")
    kept_ledger((), compute)
    (file,) = (checkout / "_build/ledger").iterdir()
    file.write_bytes(file.read_bytes()[rest])
    assert kept_ledger((), compute) == "second"
    assert kept_ledger((), compute) == "second"


def test_a_failure_is_not_kept(checkout):
    def fail():
        raise ValueError("no such verdict")

    with pytest.raises(ValueError, match="no such verdict"):
        kept_ledger((), fail)
    assert not (checkout / "_build").exists()


def test_where_nothing_can_be_kept_it_is_computed(checkout):
    (checkout / "_build").write_text("a file in the way")
    assert kept_ledger((), computed("first")) == "first"
    shutil.rmtree(checkout / "data")
    (checkout / "_config.yml").unlink()  # as in an installed package
    (checkout / "_build").unlink()
    assert kept_ledger((), computed("second")) == "second"
    assert not (checkout / "_build").exists()


def test_kept_output_is_what_is_computed_and_needs_no_library():
    code = (
        "import sys\nfrom tisstats.cli import main\ncode = main()\n"
        "print(sorted({'numpy', 'pandas', 'scipy'} & set(sys.modules)), file=sys.stderr)"
    )
    for verdict in ("all", "not reproduced"):
        words = ("claims", "--format", "csv", "--verdict", verdict)
        for _ in range(2):  # the first may keep it, as a process with tests in it may not
            done = subprocess.run(
                [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
            )
        assert done.stdout == called(*words).stdout
        assert done.stderr == "[]\n"


def test_another_data_package_is_always_computed(tmp_path):
    facts = Path(shutil.copytree(ROOT / "data/published", tmp_path / "facts"))
    command = ("claims", "--data", facts)
    assert called(*command).returncode == 0
    (facts / "claims.csv").unlink()
    done = called(*command)
    assert (done.returncode, done.stdout) == (1, "")
    assert "claims.csv" in done.stderr


def test_what_stale_compiled_code_printed_is_not_kept(checkout, monkeypatch):
    code = checkout / "tisstats" / "output.py"
    code.write_text("repeats = 1\n", encoding="utf-8")
    py_compile.compile(str(code))
    before = code.stat()
    code.write_text("REPEATS = 1\n", encoding="utf-8")
    os.utime(code, ns=(before.st_atime_ns, before.st_mtime_ns))
    monkeypatch.setattr(module, "_modules_run", lambda: [code])
    compute = computed("of the old code", "of the new code")
    with pytest.raises(StaleCodeError, match="run the command again"):
        kept_ledger((), compute)
    for _ in range(2):
        assert kept_ledger((), compute) == "of the new code"


def test_the_modules_that_have_run_are_those_of_the_package():
    found = module._modules_run()
    assert Path(module.__file__) in found
    assert Path(pytest.__file__) not in found
    assert all(file.is_relative_to(ROOT / "tisstats") for file in found)


@pytest.mark.usefixtures("checkout")
def test_another_python_is_noticed(monkeypatch):
    compute = computed("first", "second")
    kept_ledger((), compute)
    monkeypatch.setattr(sys, "version", "another Python")
    assert kept_ledger((), compute) == "second"
