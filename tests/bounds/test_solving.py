"""Solving a model: what ends a search, and what is said of it."""

import os
import signal
import threading
from random import Random

import pytest

pytest.importorskip("ortools")

from ortools.sat.python import cp_model

from tisstats.bounds import prove_bound
from tisstats.bounds.command import prove_table
from tisstats.bounds.files import SCORE
from tisstats.bounds.solving import NoProofError, solve
from tisstats.errors import DataError


def market_split(equations=5, variables=40):
    """A model that no limit is enough for: whether sums of random numbers can be halved."""
    random = Random(1)
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(variables)]
    for _ in range(equations):
        numbers = [random.randrange(100) for _ in chosen]
        pairs = zip(numbers, chosen, strict=True)
        model.add(sum(number * flag for number, flag in pairs) == sum(numbers) // 2)
    return model


def test_ctrl_c_ends_a_search(monkeypatch):
    stopped = []
    stop = cp_model.CpSolver.stop_search
    monkeypatch.setattr(
        cp_model.CpSolver, "stop_search", lambda solver: stopped.append(1) or stop(solver)
    )
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        solve(market_split(), limit=60)
    assert stopped == [1]


def test_a_search_that_takes_too_long_says_so_in_a_line(tmp_path, monkeypatch):
    def give_up(*_, **__):
        raise NoProofError("no proof within a limit of 1")

    assert prove_bound  # which the command imports when it runs
    monkeypatch.setattr("tisstats.bounds.prove_bound", give_up)
    with pytest.raises(DataError) as caught:
        prove_table(tmp_path / "b.csv", print, only=["tis_zero"])
    (fault,) = caught.value.faults
    assert str(fault) == f"minimum tis_zero of {SCORE}: no proof within a limit of 1"
    assert list(tmp_path.iterdir()) == []
