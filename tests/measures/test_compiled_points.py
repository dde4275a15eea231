"""Scores by the loop that numba compiles, against those of NumPy, bit for bit."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from tisstats.measures import _compiled_points
from tisstats.measures import total_improvement_score as score
from tisstats.measures.core_set import CORE_SETS
from tisstats.measures.total_improvement_score import SCORE_ENGINES


def visits(count):
    """Improvements on and next to every cut-off, missing and enormous ones, and any others."""
    rng = np.random.default_rng(count)
    cutoffs = np.array([0, 2, 5, 10, 15, 20, 25, 30, 40], dtype=float)
    near = [-1e-9, -4e-10, 0, 4e-10, 5e-10, 6e-10, 1e-9]
    special = [*np.add.outer(cutoffs, near).ravel(), np.nan, 1e300, -1e300, -0.0, -300.0]
    chosen = rng.choice(special, (count, 6))
    return np.where(rng.random((count, 6)) < 0.7, chosen, rng.uniform(-50, 110, (count, 6)))


def assert_bits_equal(one, other):
    assert one.shape == other.shape
    assert (one.view(np.uint64) == other.view(np.uint64)).all()


@pytest.fixture(params=["plain", "compiled"])
def _loop(request, monkeypatch):
    """The loop as Python runs it, which coverage sees, and as numba compiles it."""
    if request.param == "plain":
        module = sys.modules["tisstats.measures.total_improvement_score"]
        monkeypatch.setattr(module, "compiled", lambda: _compiled_points.add_points)


@pytest.mark.usefixtures("_loop")
@pytest.mark.parametrize("core_set", CORE_SETS)
@pytest.mark.parametrize("count", [0, 1, 127, 128, 129, 1000])
def test_every_score_is_that_of_numpy(core_set, count):
    given = visits(count)
    assert_bits_equal(score(given, core_set, engine="numba"), score(given, core_set))


@pytest.mark.usefixtures("_loop")
def test_shapes_and_layouts_are_those_of_numpy():
    given = visits(24)
    for each in (given.reshape(2, 3, 4, 6), np.asfortranarray(given), given[::-3], given[0]):
        assert_bits_equal(score(each, engine="numba"), score(each))


def test_without_numba_the_message_says_what_is_needed(monkeypatch):
    _compiled_points.compiled.cache_clear()
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ModuleNotFoundError) as raised:
        score(visits(1), engine="numba")
    assert str(raised.value) == (
        "engine 'numba' needs the package numba, the extra `fast` of this project; engine 'numpy' "
        "gives the same scores"
    )


def test_what_numba_compiles_is_the_loop_of_the_score(monkeypatch):
    # Whatever numba makes of it, it is what adds the points up; here, the loop itself.
    numba = SimpleNamespace(njit=lambda: lambda loop: lambda *arrays: loop(*arrays))
    monkeypatch.setitem(sys.modules, "numba", numba)
    _compiled_points.compiled.cache_clear()
    try:
        assert_bits_equal(score(visits(50), engine="numba"), score(visits(50)))
    finally:
        _compiled_points.compiled.cache_clear()


def test_the_engines_are_described():
    assert SCORE_ENGINES == {
        "numpy": "NumPy, block by block",
        "numba": "a loop compiled by numba at its first use, which takes some seconds",
    }
    assert len(score(visits(2))) == 2


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValueError, match="engine must be one of numpy, numba, got 'cython'"):
        score(visits(1), engine="cython")
