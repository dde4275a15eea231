"""Of cases that are alike a run tries some, evenly spread, and a thorough run all."""

import subprocess
from itertools import pairwise

import pytest

from tests.cases import ALL_CASES, examples, some


@pytest.fixture
def not_thorough(monkeypatch):
    monkeypatch.delenv(ALL_CASES, raising=False)


@pytest.mark.parametrize("number", [2, 3, 7, 100, 999])
@pytest.mark.parametrize("most", [2, 3, 10, 97])
@pytest.mark.usefixtures("not_thorough")
def test_some_are_spread_from_the_first_to_the_last(number, most):
    chosen = some(range(number), most)
    assert len(chosen) == min(number, most)
    assert (chosen[0], chosen[-1]) == (0, number - 1)
    steps = {after - before for before, after in pairwise(chosen)}
    assert min(steps) >= 1
    assert max(steps) - min(steps) <= 1


@pytest.mark.usefixtures("not_thorough")
def test_of_one_case_the_first_is_tried_and_none_can_be_left_to_thorough_runs():
    assert some("abc", 1) == ["a"]
    assert some("abc", 0) == []


def test_a_thorough_run_tries_all(monkeypatch):
    monkeypatch.setenv(ALL_CASES, "1")
    assert some(iter("abc"), 2) == ["a", "b", "c"]
    assert examples(7).max_examples == 70


@pytest.mark.usefixtures("not_thorough")
def test_other_runs_draw_as_many_examples_as_are_named():
    assert examples(7).max_examples == 7


def test_make_asks_for_all(checkout):
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    assert f"test-thorough: export {ALL_CASES} := 1\n" in makefile
    done = subprocess.run(
        ["make", "--dry-run", "test-thorough"], cwd=checkout, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "-m tools.run_tests" in done.stdout
