"""Runs of tests that share the files among them: each test runs once, the longest first."""

from itertools import chain
from types import SimpleNamespace

import pytest

from tools.run_tests import main
from tools.sharing import Shares, in_order


def item(nodeid, fixtures=(), markers=()):
    """A test with fixtures and markers."""
    return SimpleNamespace(
        nodeid=nodeid,
        fixturenames=fixtures,
        get_closest_marker=lambda name: name if name in markers else None,
    )


def items(**files):
    """Tests of some files, by the number that each has."""
    return [
        item(f"{name}::test_{number}") for name, count in files.items() for number in range(count)
    ]


def names(tests):
    return [each.nodeid for each in tests]


def test_each_file_is_taken_once_and_whole(tmp_path):
    found = items(a=2, b=1, c=3, d=1)
    one, other = (Shares(tmp_path, found).take() for _ in range(2))
    taken = [next(one), next(other), next(other), next(other), *one, *other]
    assert [names(each)[0][0] for each in taken] == ["a", "b", "c", "d"]
    assert sorted(names(chain(*taken))) == sorted(names(found))


def test_what_takes_long_is_taken_first_and_what_reads_the_other_book_together(tmp_path):
    found = [
        item("a::one"),
        item("b::one", ["built_book"], ["browser"]),
        item("c::one"),
        item("c::two", ["other_book"]),
        item("d::one", [], ["build"]),
        SimpleNamespace(nodeid="e.ipynb::Cell 0", get_closest_marker=lambda _: None),
        item("f::one", ["other_book"]),
        item("a::two"),
    ]
    taken = [names(each) for each in Shares(tmp_path, found).take()]
    assert taken == [
        ["c::one", "c::two", "f::one"],
        ["b::one"],
        ["d::one"],
        ["a::one", "a::two"],
        ["e.ipynb::Cell 0"],
    ]


@pytest.mark.parametrize("files", [[], [1], [2, 1, 3]])
def test_after_each_test_comes_the_next_one(files):
    found = [items(**{f"file_{at}": count}) for at, count in enumerate(files)]
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


@pytest.mark.parametrize(("last", "code"), [("True", 0), ("False", 1)])
def test_all_files_run_and_one_failure_is_a_failure(
    tmp_path, monkeypatch, capfd, checkout, last, code
):
    monkeypatch.setenv("PYTHONPATH", str(checkout))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # their imports take seconds
    ran = tmp_path / "ran"
    ran.mkdir()
    for number, holds in enumerate(["True", "True", "True", last]):
        (tmp_path / f"test_{number}.py").write_text(
            "import gc, pathlib\n\ndef test_it():\n"
            "    assert gc.isenabled() and gc.get_freeze_count()\n"
            f"    pathlib.Path({str(ran / str(number))!r}).touch(exist_ok=False)\n"
            f"    assert {holds}\n"
        )
    options = ["-q", "-c", str(tmp_path / "none.ini"), "-p", "no:cacheprovider", str(tmp_path)]
    (tmp_path / "none.ini").write_text("[pytest]\n")
    assert main(options, runs=2) == code
    assert len(list(ran.iterdir())) == 4
    told = capfd.readouterr().out
    assert "Run 2 of 2:" in told
    assert ("1 failed" in told) == (code == 1)
    end = told[told.index("The runs ended with [") :].splitlines()[1:]
    if code:
        failed, name, message = end[:3]
        assert failed == "FAILED"
        assert name.endswith("test_3.py::test_it")
        assert message.split() == ["E", "assert", "False"]
    else:
        assert end == []
