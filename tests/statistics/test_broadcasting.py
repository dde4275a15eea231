"""Counts and levels that come as arrays: as a loop over single numbers, in any container."""

import dataclasses
import inspect
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import tisstats.statistics
from tisstats.statistics import (
    DIFFERENCE_METHODS,
    INTERVAL_METHODS,
    PROPORTION_TESTS,
    RATIO_METHODS,
    Interval,
    hodges_lehmann,
    odds_ratio,
    proportion_difference,
    proportion_interval,
    proportion_ratio,
    two_proportion_test,
)

COMPARISONS = [
    *(("difference", proportion_difference, method) for method in DIFFERENCE_METHODS),
    *(("ratio", proportion_ratio, method) for method in RATIO_METHODS),
    ("odds", odds_ratio, None),
]


def fields(interval):
    return [interval.estimate, interval.low, interval.high]


def single(compute, *arguments, **options):
    return fields(compute(*arguments, **options))


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_arrays_give_what_a_loop_over_single_numbers_gives(method):
    trials = np.array([1, 2, 5, 19, 40])
    successes = [np.arange(n + 1) for n in trials]
    pairs = [(x, n) for n, each in zip(trials, successes, strict=True) for x in each]
    counts, of = np.array(pairs).T
    for level in (0.5, 0.95, 0.999):
        found = proportion_interval(counts, of, level, method)
        looped = np.array(
            [single(proportion_interval, int(x), int(n), level, method) for x, n in pairs]
        )
        assert np.array(fields(found)) == pytest.approx(looped.T, rel=1e-14, abs=1e-300)
        assert found.level == pytest.approx(level)


@pytest.mark.parametrize(("_", "compute", "method"), COMPARISONS)
def test_two_arms_give_what_a_loop_gives(_, compute, method):
    options = {"method": method} if method else {}
    arms = [(8, 19), (3, 20), (1, 7), (6, 7)]
    pairs = [(*one, *other) for one, other in itertools.permutations(arms, 2)]
    found = compute(*np.array(pairs).T, 0.9, **options)
    looped = np.array([single(compute, *pair, 0.9, **options) for pair in pairs])
    assert np.array(fields(found)) == pytest.approx(looped.T, rel=1e-13)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("test", PROPORTION_TESTS)
def test_tests_of_two_arms_give_what_a_loop_gives(test, alternative):
    options = {"test": test, "alternative": alternative}
    counts = np.array([[8, 19, 3, 20], [0, 7, 2, 9], [7, 7, 9, 9], [6, 7, 1, 9]])
    found = two_proportion_test(*counts.T, **options)
    for row, single_counts in enumerate(counts.tolist()):
        alone = two_proportion_test(*single_counts, **options)
        assert {type(alone.statistic), type(alone.pvalue), type(alone.proportion_1)} == {float}
        for name in ("statistic", "pvalue", "proportion_1", "proportion_2"):
            expected = getattr(alone, name)
            assert getattr(found, name)[row] == pytest.approx(expected, rel=1e-14, nan_ok=True)
    series = two_proportion_test(pd.Series([8, 9], index=["a", "b"]), 19, 3, 20, **options)
    assert series.pvalue.index.tolist() == series.statistic.index.tolist() == ["a", "b"]
    message = "successes_1 must be a whole number from 0 to 19, got 20 at position 2 of 2"
    with pytest.raises(ValueError, match=message):
        two_proportion_test([8, 20], 19, 3, 20, **options)


def test_public_functions_name_their_arguments_as_scipy_does():
    functions = [getattr(tisstats.statistics, name) for name in tisstats.statistics.__all__]
    results = [each for each in functions if inspect.isclass(each)]
    given = {
        name
        for each in functions
        if inspect.isfunction(each)
        for name in inspect.signature(each).parameters
    }
    assert {"confidence_level", "zero_method", "alternative", "method"} <= given
    assert not given & {"level", "conf_level", "zeros", "side", "sided", "kind"}
    fields = [
        {field.name for field in dataclasses.fields(each)}
        for each in results
        if dataclasses.is_dataclass(each)
    ]
    assert all("statistic" in names for names in fields if "pvalue" in names)
    assert not any(names & {"p", "p_value", "stat"} for names in fields)


def test_shapes_mix_as_numpy_broadcasts_them():
    successes, trials = np.array([[2], [8]]), np.array([18, 19, 20])
    found = proportion_interval(successes, trials, [0.9, 0.95, 0.99])
    assert found.low.shape == found.high.shape == found.estimate.shape == (2, 3)
    for row, column in np.ndindex(2, 3):
        alone = proportion_interval(
            int(successes[row, 0]), int(trials[column]), [0.9, 0.95, 0.99][column]
        )
        assert found.low[row, column] == pytest.approx(alone.low, rel=1e-15)
        assert found.high[row, column] == pytest.approx(alone.high, rel=1e-15)
    assert found.level.tolist() == pytest.approx([0.9, 0.95, 0.99])
    assert proportion_interval(0, 19, [0.9, 0.95]).low.tolist() == [0, 0]


def test_intervals_unpack_to_their_limits():
    interval = proportion_interval(8, 19)
    low, high = interval
    assert (low, high) == (interval.low, interval.high)
    low, high = proportion_interval(8, [18, 19, 20])
    assert low[1] == pytest.approx(interval.low)
    assert high.shape == (3,)
    low, high = hodges_lehmann([4, 1, -1, 2, 7, 3, 5, 0])
    assert (low, high) == (0, 5)


@pytest.mark.parametrize("given", [8, np.int64(8), np.array(8), 8.0, pd.Series([8]).iloc[0]])
def test_single_numbers_give_floats(given):
    found = proportion_interval(given, 19)
    assert found == proportion_interval(8, 19)
    assert {type(number) for number in fields(found)} == {float}
    assert type(found.level) is float


def test_no_counts_give_no_limits():
    for method in INTERVAL_METHODS:
        found = proportion_interval([], 19, method=method)
        assert [number.shape for number in fields(found)] == [(0,)] * 3
    for _, compute, method in COMPARISONS:
        found = compute([], 19, 3, 20, **({"method": method} if method else {}))
        assert [number.shape for number in fields(found)] == [(0,)] * 3
    assert proportion_interval(8, 19, []).low.shape == (0,)


def test_a_series_keeps_its_index_as_in_statsmodels():
    counts = pd.Series([8, 9, 3], index=["a", "b", "a"], name="responders")
    found = proportion_interval(counts, 19, method="wilson")
    expected = proportion_confint(counts, 19, method="wilson")
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.index.tolist() == ["a", "b", "a"]
        pd.testing.assert_series_equal(ours, theirs, check_names=False)
    assert found.estimate.index.tolist() == ["a", "b", "a"]
    trials = pd.Series([18, 19, 20], index=["a", "b", "a"])
    for found in (
        proportion_interval(counts, trials),
        proportion_interval(8, trials),
        proportion_difference(counts, trials, 3, 20),
        odds_ratio(counts, 19, 3, trials),
    ):
        assert found.low.index.tolist() == ["a", "b", "a"]
    nullable = proportion_interval(counts.astype("Int64"), 19)
    assert nullable.low.tolist() == proportion_interval(counts.tolist(), 19).low.tolist()


def test_two_series_with_different_rows_are_refused():
    one, other = pd.Series([8, 9], index=["a", "b"]), pd.Series([18, 19], index=["b", "a"])
    message = "^trials must have the same index as successes, row by row$"
    with pytest.raises(ValueError, match=message):
        proportion_interval(one, other)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: proportion_interval([1, 2], [18, 19, 20]),
            "the arguments could not be broadcast together: successes (2,), trials (3,), "
            "confidence_level ()",
        ),
        (
            lambda: proportion_difference([1, 2], 18, [1, 2, 3], 20),
            "the arguments could not be broadcast together: successes_1 (2,), trials_1 (), "
            "successes_2 (3,), trials_2 (), confidence_level ()",
        ),
        (
            lambda: proportion_interval([8, 20, 21], [19, 19, 21]),
            "successes must be a whole number from 0 to 19, got 20 at position 2 of 3",
        ),
        (
            lambda: proportion_interval(8, [19, 7]),
            "successes must be a whole number from 0 to 7, got 8 at position 2 of 2",
        ),
        (
            lambda: proportion_interval(0, [[19, 0]]),
            "trials must be a whole number of at least 1, got 0 at position 2 of 2",
        ),
        (
            lambda: proportion_interval([8, math.nan], 19),
            "successes must be a whole number from 0 to 19, got nan at position 2 of 2",
        ),
        (
            lambda: proportion_interval(pd.Series([8, None], dtype="Int64"), 19),
            "successes must be a whole number from 0 to 19, got nan at position 2 of 2",
        ),
        (
            lambda: proportion_interval(np.ma.array([8, 9], mask=[False, True]), 19),
            "successes must have no masked entry, got one at position 2 of 2",
        ),
        (
            lambda: proportion_interval(8, 10**30),
            "trials must be at most 10,000,000,000, got 1000000000000000000000000000000",
        ),
        (
            lambda: proportion_interval([True, False], 19),
            "successes must be a whole number from 0 to 19, got True at position 1 of 2",
        ),
        (
            lambda: proportion_interval(8, 19, [0.95, 95]),
            "confidence_level must be a proportion strictly between 0 and 1, got 95.0 "
            "at position 2 of 2; did you mean 0.95?",
        ),
        (
            lambda: proportion_interval([8, 9], 19, 95),
            "confidence_level must be a proportion strictly between 0 and 1, got 95; "
            "did you mean 0.95?",
        ),
        (
            lambda: proportion_ratio([3, 0], 19, 0, 20),
            "successes_1 or successes_2 must be at least 1 for a ratio, got 0 and 0 "
            "at position 2 of 2",
        ),
        (
            lambda: odds_ratio([3, 19], 19, 20, 20),
            "successes_1 and successes_2 must include a success and a failure for an "
            "odds ratio, got 19 of 19 and 20 of 20 at position 2 of 2",
        ),
    ],
)
def test_errors_name_the_argument_and_the_entry(call, message):
    with pytest.raises(ValueError, match=r"must|could not") as error:
        call()
    assert str(error.value) == message


def test_an_interval_has_the_width_of_its_limits_in_any_shape():
    found = proportion_interval([8, 9], 19)
    assert isinstance(found, Interval)
    assert found.width.tolist() == (found.high - found.low).tolist()
