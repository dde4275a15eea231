"""Walsh averages counted without a table, against the table, to the last bit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.statistics import _walsh_averages, hodges_lehmann
from tisstats.statistics._walsh_averages import CountedAverages, ListedAverages

numbers = st.one_of(
    st.lists(st.integers(-9, 9), min_size=1, max_size=25),
    st.lists(st.integers(-9, 9).map(lambda k: k * 0.1 - 0.3), min_size=1, max_size=25),
    st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=25),
    st.lists(st.floats(-1, 1), min_size=1, max_size=25),
    st.lists(st.sampled_from([1.0, 1 + 2**-52, 1 - 2**-53, 3.0, 0.1 + 0.2, 0.3]), min_size=1),
)


@given(numbers=numbers)
@examples(75)
def test_counted_averages_are_those_of_the_table(numbers):
    given = np.sort(np.array(numbers, dtype=float))
    listed, counted = ListedAverages(given), CountedAverages(given)
    every = np.sort([a / 2 + b / 2 for i, a in enumerate(given) for b in given[i:]])
    assert listed.size == counted.size == every.size
    for rank in {0, every.size // 3, every.size // 2, every.size - 1}:
        value = float(every[rank])
        assert listed.at_rank(rank) == counted.at_rank(rank) == value
        for near in (value, math.nextafter(value, -math.inf), math.nextafter(value, math.inf)):
            expected = int((every <= near).sum())
            assert listed.up_to(near) == counted.up_to(near) == expected
            above = min(every[every > near], default=math.inf)
            below = max(every[every < near], default=-math.inf)
            assert listed.next_above(near) == counted.next_above(near) == above
            assert listed.next_below(near) == counted.next_below(near) == below


@pytest.mark.parametrize("kind", ["grid", "coarse", "continuous", "noise"])
def test_estimates_with_and_without_the_table_are_equal_to_the_last_bit(kind, monkeypatch):
    rng = np.random.default_rng(len(kind))
    samples = []
    for n in (7, 20, 60, 120):
        drawn = rng.normal(0.2, 1, n)
        drawn = {"grid": np.round(drawn, 1), "coarse": np.round(drawn)}.get(kind, drawn)
        if kind == "noise":
            drawn = np.round(drawn, 1) * (1 + 1e-12 * rng.uniform(-1, 1, n))
        samples.append(drawn)
    levels = (0.5, 0.9, 0.95, 0.99)
    listed = [repr(hodges_lehmann(each, level)) for each in samples for level in levels]
    monkeypatch.setattr(_walsh_averages, "_MOST_LISTED", 0)
    assert [repr(hodges_lehmann(each, level)) for each in samples for level in levels] == listed


@pytest.mark.parametrize("digits", [0, 2, 12])
def test_ten_thousand_differences(digits):
    differences = np.round(np.random.default_rng(digits).normal(0.05, 1, 10_000), digits)
    found = hodges_lehmann(differences)
    ordered = np.sort(differences)

    def up_to(value):
        """Count pairs by walking the sorted differences from both ends."""
        pairs = np.searchsorted(ordered, 2 * value - ordered + 1e-11, side="right")
        return (int(pairs.sum()) + int((ordered <= value + 1e-11).sum())) // 2

    half = 10_000 * 10_001 // 4
    assert up_to(found.estimate - 1e-9) <= half <= up_to(found.estimate)
    assert found.low <= found.estimate <= found.high
    assert 0.95 <= found.achieved_level <= 1
    if digits == 12:
        assert found.achieved_level == pytest.approx(0.95, abs=1e-5)
        # Rank of the limit by the normal approximation, of which the spread is 290,000.
        spread = math.sqrt(10_000 * 10_001 * 20_001 / 24)
        assert up_to(found.low) == pytest.approx(half - 1.959964 * spread, abs=100)
