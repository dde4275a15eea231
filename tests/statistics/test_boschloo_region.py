"""Boschloo's rejection region by bisection, against trying every threshold."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import some
from tisstats.statistics import _two_arms
from tisstats.statistics._two_arms import (
    _exceeds,
    _last_within,
    fisher_pvalues,
    max_type_one_error,
    polynomial_maximum,
    rejected,
)

TOLERANCE = 1 + 1e-9


def scanned(trials_1, trials_2, alpha):
    """The largest region of one-sided Fisher P values whose error is at most alpha."""
    statistic = fisher_pvalues(trials_1, trials_2, "greater")
    region = np.zeros(statistic.shape, dtype=bool)
    for threshold in np.unique(statistic):
        larger = statistic <= threshold
        if max_type_one_error(larger) > alpha * TOLERANCE:
            return region
        region = larger
    return region


@pytest.mark.parametrize(
    ("alpha", "design"),
    some(
        product([1e-6, 0.01, 0.025, 0.05, 0.3, 0.9], [(1, 1), (3, 5), (7, 7), (6, 13), (19, 20)]),
        15,
    ),
)
def test_the_region_is_that_of_trying_every_threshold(design, alpha):
    assert (rejected(*design, alpha, "boschloo", "greater") == scanned(*design, alpha)).all()


@pytest.mark.parametrize("design", [(4, 4), (5, 9)])
def test_an_alpha_that_is_attained_exactly_includes_its_region(design):
    statistic = fisher_pvalues(*design, "greater")
    for threshold in np.unique(statistic)[:-1]:
        region = statistic <= threshold
        error = max_type_one_error(region)
        assert (rejected(*design, error, "boschloo", "greater") == region).all()
        less = rejected(*design, error * (1 - 1e-6), "boschloo", "greater")
        assert less.sum() < region.sum()
        assert (less == scanned(*design, error * (1 - 1e-6))).all()


@given(first=st.integers(-1, 20), more=st.integers(0, 300), cut=st.integers(0, 300))
def test_the_last_place_within_is_found_in_few_steps(first, more, cut):
    last, true_last = first + more, first + min(cut, more)
    asked = []

    def within(place):
        asked.append(place)
        return place <= true_last

    assert _last_within(within, first, last) == true_last
    assert len(asked) <= 2 * (more + 1).bit_length() + 1
    assert first not in asked  # it is known


@given(
    coefficients=st.lists(st.floats(0, 1), min_size=1, max_size=30),
    share=st.sampled_from([0.3, 0.99, 1 - 1e-8, 1 + 1e-8, 1.5]),
)
def test_a_maximum_exceeds_a_limit_where_it_is_larger(coefficients, share):
    largest = polynomial_maximum(np.array(coefficients))
    assert _exceeds(np.array(coefficients), largest * share) == (share < 1 and largest > 0)


def test_a_limit_is_compared_without_the_maximum(monkeypatch):
    """The maximum itself takes some twenty bisections."""
    bisections = []
    halves = _two_arms._halves
    monkeypatch.setattr(_two_arms, "_halves", lambda parts: bisections.append(1) or halves(parts))
    region = fisher_pvalues(60, 60, "greater") <= 0.03
    given_successes = _two_arms._given_successes(region)
    error = polynomial_maximum(given_successes)
    needed = len(bisections)
    bisections.clear()
    assert not _exceeds(given_successes, 1.1 * error)
    assert _exceeds(given_successes, 0.9 * error)
    assert len(bisections) < needed
