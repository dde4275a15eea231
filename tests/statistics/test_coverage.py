"""Coverage of the intervals against R, against plain sums and a fine grid, and by properties."""

import csv
import math
from dataclasses import astuple
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.statistics import (
    INTERVAL_METHODS,
    coverage,
    coverage_summary,
    planned_interval,
    proportion_interval,
)

#: The module, whose name the package gives to its function.
MODULE = import_module("tisstats.statistics.coverage")
GOLDEN = Path(__file__).parent / "golden"
EXACT = ("clopper-pearson", "sterne", "blaker")
few_examples = examples(10)


def golden_rows(name):
    with (GOLDEN / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def golden_groups(name):
    groups = {}
    for row in golden_rows(name):
        key = row["method"], int(row["trials"]), float(row["level"])
        groups.setdefault(key, []).append(row)
    assert groups
    return groups


def test_coverage_and_width_agree_with_r():
    for (method, trials, confidence_level), rows in golden_groups(
        "proportions_coverage.csv"
    ).items():
        table = coverage(
            trials, [float(row["proportion"]) for row in rows], confidence_level, method
        )
        for column in ("coverage", "expected_width"):
            expected = [float(row[column]) for row in rows]
            np.testing.assert_allclose(table[column], expected, rtol=0, atol=1e-9)


def test_least_and_mean_coverage_agree_with_r():
    for (method, trials, confidence_level), rows in golden_groups(
        "proportions_coverage_summary.csv"
    ).items():
        (row,) = rows
        summary = coverage_summary(trials, confidence_level, method)
        # R looks 1e-9 beside each limit, where chances differ by up to trials times that.
        assert summary.minimum_coverage == pytest.approx(
            float(row["least"]), abs=1e-9 * (trials + 1)
        )
        assert summary.mean_coverage == pytest.approx(float(row["mean"]), abs=1e-9)


# By adding up, in plain Python.


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_sums_over_all_outcomes(method):
    trials, confidence_level = 11, 0.9
    intervals = [
        proportion_interval(x, trials, confidence_level, method) for x in range(trials + 1)
    ]
    proportions = [0.0, 0.013, 0.3, 0.77, 1.0]
    table = coverage(trials, proportions, confidence_level, method)
    assert table["proportion"].tolist() == pytest.approx(proportions)
    for row, p in enumerate(proportions):
        chances = [math.comb(trials, x) * p**x * (1 - p) ** (trials - x) for x in range(trials + 1)]
        held = sum(
            chance
            for chance, interval in zip(chances, intervals, strict=True)
            if interval.low - 1e-15 <= p <= interval.high + 1e-15
        )
        width = sum(c * interval.width for c, interval in zip(chances, intervals, strict=True))
        assert table["coverage"][row] == pytest.approx(held, abs=1e-12)
        assert table["expected_width"][row] == pytest.approx(width, abs=1e-12)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@pytest.mark.parametrize("trials", [1, 2, 8, 19])
def test_the_summary_is_what_a_fine_grid_approaches(method, trials):
    summary = coverage_summary(trials, 0.95, method)
    grid = (np.arange(40_000) + 0.5) / 40_000
    table = coverage(trials, grid, 0.95, method)
    assert (summary.trials, summary.method) == (trials, method)
    # No point of the grid lies below the least, and one comes close.
    assert table["coverage"].min() >= summary.minimum_coverage - 1e-12
    assert table["coverage"].min() == pytest.approx(summary.minimum_coverage, abs=5e-4)
    assert table["coverage"].mean() == pytest.approx(summary.mean_coverage, abs=1e-4)
    assert table["expected_width"].mean() == pytest.approx(summary.mean_expected_width, abs=1e-8)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_the_least_coverage_lies_where_it_is_said_to(method):
    summary = coverage_summary(19, 0.95, method)
    beside = np.clip(summary.minimum_at + np.array([-1e-9, 0, 1e-9]), 1e-12, 1 - 1e-12)
    found = coverage(19, beside, 0.95, method)["coverage"].min()
    assert found == pytest.approx(summary.minimum_coverage, abs=1e-7)
    assert 0 <= summary.minimum_at <= 0.5


# Properties

trials_of = st.integers(1, 40)
levels = st.floats(0.5, 0.999)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@few_examples
@given(trials=trials_of, confidence_level=levels, p=st.floats(0, 1))
def test_coverage_is_the_same_for_successes_and_failures(method, trials, confidence_level, p):
    one, other = coverage(trials, [p, 1 - p], confidence_level, method)["coverage"]
    assert 0 <= one <= 1
    assert one == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@few_examples
@given(trials=trials_of, confidence_level=levels, other=levels)
def test_a_higher_level_covers_more_and_is_wider(method, trials, confidence_level, other):
    grid = np.linspace(0, 1, 41)
    less, more = (coverage(trials, grid, q, method) for q in sorted([confidence_level, other]))
    assert (more["coverage"] >= less["coverage"] - 1e-12).all()
    assert (more["expected_width"] >= less["expected_width"] - 1e-12).all()


@pytest.mark.parametrize("method", EXACT)
@few_examples
@given(trials=trials_of, confidence_level=levels)
def test_exact_methods_never_fall_below_the_level(method, trials, confidence_level):
    assert (
        coverage_summary(trials, confidence_level, method).minimum_coverage
        >= confidence_level - 1e-9
    )


@pytest.mark.parametrize("method", sorted(set(INTERVAL_METHODS) - {"jeffreys"}))
def test_a_certain_outcome_is_always_covered(method):
    assert coverage(19, [0, 1], method=method)["coverage"].tolist() == pytest.approx([1, 1])


def test_jeffreys_and_wald_miss_proportions_next_to_nought():
    # The lower limit of jeffreys lies just above 0 for 0 of n; wald then has no width.
    for method in ("jeffreys", "wald"):
        summary = coverage_summary(19, method=method)
        assert summary.minimum_coverage == pytest.approx(0, abs=1e-9)
        assert summary.minimum_at == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_a_thousand_trials_are_no_trouble(method):
    table = coverage(1000, np.linspace(0, 1, 501), method=method)
    middle = table["coverage"][100:401]
    assert middle.between(0.93, 0.9999).all()


# Arguments


def test_any_sequence_of_proportions_will_do():
    assert len(coverage(19, (0.25,))) == 1
    assert coverage(19.0, np.array([0, 1]))["coverage"].tolist() == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, [0.5]), "trials must be a whole number from 1 to 1,000,000, got 0"),
        (
            (19, []),
            "proportions must be a non-empty 1-D sequence of proportions from 0 to 1",
        ),
        (
            (19, 0.5),
            "proportions must be a non-empty 1-D sequence of proportions from 0 to 1",
        ),
        ((19, [0.5, -0.1]), "proportions must be proportions from 0 to 1, got -0.1 at position 2"),
        ((19, [0.5, 42]), "proportions must be a proportion from 0 to 1, got 42.0; did you mean"),
        (
            (19, [0.5], 95),
            "confidence_level must be a proportion strictly between 0 and 1, got 95; did you",
        ),
        ((19, [0.5], 0.95, "exact"), "method must be one of clopper-pearson, "),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match="must be") as error:
        coverage(*arguments)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("arguments", [(0,), (19, 1.5), (19, 0.95, "exact")])
def test_the_summary_checks_its_arguments(arguments):
    with pytest.raises(ValueError, match="must be"):
        coverage_summary(*arguments)


# Long inputs go through in blocks.


@pytest.mark.parametrize("method", ["clopper-pearson", "logit"])
def test_blocks_change_nothing(method, monkeypatch):
    proportions = np.linspace(0, 1, 37)
    whole = coverage(11, proportions, 0.9, method), coverage_summary(11, 0.9, method)
    monkeypatch.setattr(MODULE, "_BLOCK", 40)
    in_blocks = coverage(11, proportions, 0.9, method), coverage_summary(11, 0.9, method)
    np.testing.assert_allclose(in_blocks[0], whole[0], rtol=0, atol=1e-14)
    assert astuple(in_blocks[1]) == pytest.approx(astuple(whole[1]), abs=1e-14)


@given(st.integers(1, 300), st.integers(1, 50), st.integers(60, 400))
def test_a_block_holds_no_more_probabilities_than_allowed(size, trials, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "_BLOCK", most)
        blocks = MODULE._blocks(np.arange(size, dtype=float), trials)
    assert np.concatenate(blocks).tolist() == list(range(size))
    # An uneven division makes a block longer by one proportion at most.
    assert all(block.size * (trials + 1) < most + trials + 1 for block in blocks)
    assert len(blocks) <= 1 + size * (trials + 1) / most


def test_one_trial_is_enough():
    found = coverage(1, [0.0, 0.5, 1.0])
    assert found["coverage"].tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="trials must be"):
        coverage(0, [0.5])


@pytest.mark.parametrize("level", [[0.9, 0.95], np.array([0.95]), None, "0.95"])
def test_the_level_is_one_number(level):
    message = "^confidence_level must be a proportion strictly between 0 and 1, got "
    for call in (
        lambda: coverage(19, [0.5], level),
        lambda: coverage_summary(19, level),
        lambda: planned_interval(20, 0.5, level),
    ):
        with pytest.raises(ValueError, match=message):
            call()
