"""Runs of tests that share the files among them: each test runs once, the longest first."""

import re
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.run_tests import main
from tools.sharing import TAKES_LONG, Shares, in_order, in_shares


@pytest.fixture
def files(tmp_path):
    """Files by what they say, as pytest lists them: a module twice."""

    def written(**texts):
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        listed = [SimpleNamespace(nodeid=name, path=tmp_path / name) for name in texts]
        return [file for file in listed for _ in range(2)]

    return written


def shares(folder, listed):
    """What a run shares that has listed some files."""
    shared = Shares(folder)
    shared.files = listed
    return shared


def names(nodes):
    return [each.nodeid for each in nodes]


def items(**counts):
    """Tests of some files, by the number that each has."""
    return [
        SimpleNamespace(nodeid=f"{name}::test_{number}")
        for name, count in counts.items()
        for number in range(count)
    ]


def test_each_file_is_taken_once_and_whole(tmp_path_factory, files):
    listed = files(a="", b="", c="", d="")
    folder = tmp_path_factory.mktemp("marks")
    one, other = (shares(folder, listed).take() for _ in range(2))
    taken = [next(one), next(other), next(other), next(other), *one, *other]
    assert [names(each) for each in taken] == [["a"] * 2, ["b"] * 2, ["c"] * 2, ["d"] * 2]


def test_what_takes_long_is_taken_first_and_what_reads_the_other_book_together(files):
    listed = files(
        a="def test(): pass",
        b="pytestmark = pytest.mark.browser",
        c=f"def test_one(): pass\n\ndef test_two({TAKES_LONG}): pass",
        d="@pytest.mark.build\ndef test(): pass",
        e=f"an{TAKES_LONG} bookmark.builder",
        f=f"pytestmark = pytest.mark.build\n\ndef test({TAKES_LONG}): pass",
    )
    assert [(name, names(same)[::2]) for name, same in in_shares(listed)] == [
        (TAKES_LONG, ["c", "f"]),
        ("b", ["b"]),
        ("d", ["d"]),
        ("a", ["a"]),
        ("e", ["e"]),
    ]


@pytest.mark.parametrize("counts", [[], [0], [1], [2, 0, 1, 3, 0]])
def test_after_each_test_comes_the_next_one(counts):
    found = [items(**{f"file_{at}": count}) for at, count in enumerate(counts)]
    pairs = list(in_order(iter(found)))
    tests = names(chain(*found))
    assert names(test for test, _ in pairs) == tests
    assert [after and after.nodeid for _, after in pairs] == [*tests[1:], None][: len(tests)]


def test_a_file_is_taken_no_sooner_than_the_one_before_ends():
    begun = []
    files = (begun.append(name) or items(**{name: 3}) for name in "ab")
    pairs = in_order(files)
    for taken in ("a", "a", "ab", "ab"):
        next(pairs)
        assert begun == list(taken)


HOLDS = """
import gc, pathlib

def test_it():
    assert gc.isenabled() and gc.get_freeze_count()
    pathlib.Path(__file__).with_suffix(".ran").touch(exist_ok=False)
"""


@pytest.mark.parametrize(
    ("faulty", "code", "faults"),
    [
        ({}, 0, []),
        (
            {
                "fails": f"{HOLDS}    assert False\n",
                "warns": "import warnings\n\nwarnings.warn('while it is collected')\n",
            },
            1,
            [
                ["FAILED", "test_fails.py::test_it", "E", "assert", "False"],
                ["FAILED", "test_warns.py", "E", "UserWarning:", "while", "it", "is", "collected"],
            ],
        ),
    ],
)
def test_all_files_run_and_one_failure_is_a_failure(
    tmp_path, monkeypatch, capfd, checkout, faulty, code, faults
):
    monkeypatch.setenv("PYTHONPATH", str(checkout))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # their imports take seconds
    for name, text in {"a": HOLDS, "b": HOLDS, "c": HOLDS, **faulty}.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    (tmp_path / "some.ini").write_text("[pytest]\nfilterwarnings = error\n")
    options = ["-c", str(tmp_path / "some.ini"), "-p", "no:cacheprovider", str(tmp_path)]
    assert main(options, runs=2) == code
    ran = {"a", "b", "c", *faulty} - {"warns"}
    assert {path.stem for path in tmp_path.glob("*.ran")} == {f"test_{name}" for name in ran}
    told = capfd.readouterr().out
    assert "Run 2 of 2:" in told
    assert f"{3 + len(faulty)} files, each collected when it is taken" in told
    assert ("1 failed" in told) == (code == 1)
    end = told[told.index("The runs ended with [") :].partition("\n")[2]
    noted = [words.split() for words in re.split("(?=^FAILED)", end, flags=re.MULTILINE)[1:]]
    assert sorted([words[0], words[1].rpartition("/")[2], *words[2:]] for words in noted) == faults


def test_a_run_that_comes_too_late_for_any_file_is_no_failure_and_a_search_in_vain_is(
    tmp_path, monkeypatch, checkout
):
    monkeypatch.setenv("PYTHONPATH", str(checkout))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "test_a.py").write_text(HOLDS)
    (tmp_path / "none.ini").write_text("[pytest]\n")
    options = ["-c", str(tmp_path / "none.ini"), "-p", "no:cacheprovider", str(tmp_path)]
    assert main(options, runs=2) == 0
    assert main([*options, "-k", "nothing"], runs=1) == pytest.ExitCode.NO_TESTS_COLLECTED


WAITS_FOR_THE_OTHER = """
import pathlib, time

def test_it(tmp_path):
    here = pathlib.Path(__file__)
    here.with_suffix(".folder").write_text(str(tmp_path))
    until = time.monotonic() + 60
    while len(list(here.parent.glob("*.folder"))) < 2 and time.monotonic() < until:
        time.sleep(0.05)

def test_that_keeps_this_run_from_the_other_file():
    pass
"""


def test_runs_have_temporary_folders_of_their_own_which_go_with_them(
    tmp_path, monkeypatch, checkout
):
    monkeypatch.setenv("PYTHONPATH", str(checkout))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in "ab":
        (tmp_path / f"test_{name}.py").write_text(WAITS_FOR_THE_OTHER)
    (tmp_path / "none.ini").write_text("[pytest]\n")
    assert main(["-c", str(tmp_path / "none.ini"), "-p", "no:cacheprovider", str(tmp_path)], 2) == 0
    folders = [Path(file.read_text()) for file in tmp_path.glob("*.folder")]
    assert len({folder.parents[2] for folder in folders}) == 2  # above pytest-of-user/pytest-0
    assert not any(folder.parents[2].exists() for folder in folders)
