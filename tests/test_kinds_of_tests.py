"""Tests of every kind are run: examples of docstrings, notebooks, functions, pages in a browser."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tools.sharing import LONG

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tisstats"
#: Collectors of functions, of examples in docstrings, and of cells.
KINDS = ("Module", "DoctestModule", "IPyNbFile")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def examples(module):
    """How many docstrings of a module have an example."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    docstrings = (
        ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)
    )
    return sum(">>> " in (text or "") for text in docstrings)


@pytest.fixture(scope="module")
def expected():
    """The examples of the package, by module."""
    found = {path.relative_to(ROOT).as_posix(): examples(path) for path in PACKAGE.rglob("*.py")}
    return Counter({name: number for name, number in found.items() if number})


def test_examples_of_docstrings_are_among_the_tests(request, expected):
    config = request.config
    places = [ROOT / place for place in config.getini("testpaths")]
    left_out = [ROOT / place for place in config.getoption("ignore") or ()]
    assert config.getoption("doctestmodules")
    assert expected
    for name in expected:
        module = ROOT / name
        assert any(module.is_relative_to(place) for place in places), name
        assert not any(module.is_relative_to(place) for place in left_out), name


def test_a_whole_run_has_tests_of_every_kind_and_every_example(request, expected):
    chosen = request.config.option.keyword or request.config.option.markexpr
    if chosen or request.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        pytest.skip("a run of some of the tests")
    shares = request.config.pluginmanager.get_plugin("shares")
    # One of several runs has listed all files, and collects those that it takes.
    files = (
        shares.files if shares else {item.getparent(pytest.File) for item in request.session.items}
    )
    kinds = {kind: [file for file in files if type(file).__name__ == kind] for kind in KINDS}
    notebooks = {file.path for file in kinds["IPyNbFile"]}
    assert notebooks == set((ROOT / "notebooks").glob("*.ipynb"))
    texts = [file.path.read_text("utf-8") for file in kinds["Module"]]
    assert {mark for text in texts for mark in LONG.findall(text)} == {"browser", "build"}
    found = Counter(
        {
            file.path.relative_to(ROOT).as_posix(): len([*file.collect()])
            for file in kinds["DoctestModule"]
            if file.path.relative_to(ROOT).as_posix() in expected
        }
    )
    assert found == expected


IGNORES_CTRL_C = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"


@pytest.mark.skipif(sys.platform == "win32", reason="the ways of a Unix shell")
@pytest.mark.parametrize(("also", "ignores"), [("sys", "True"), ("tests.conftest", "False")])
def test_what_tests_start_can_be_stopped_even_in_a_job_in_the_background(also, ignores):
    """A shell makes such a job ignore Ctrl-C, and it hands that down."""
    starts = f"subprocess.run([sys.executable, '-c', {IGNORES_CTRL_C!r}])"
    code = f"import subprocess, sys, {also}; {starts}"
    done = subprocess.run(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == ignores
