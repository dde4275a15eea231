"""A missing improvement is nan, None, NA or masked, and is never read as the number beneath."""

import numpy as np
import pandas as pd
import pytest

from tisstats.measures import response_category, total_improvement_score
from tisstats.measures.imacs import relative_improvement
from tisstats.measures.total_improvement_score import band_points

PERCENTS = [15.0, 15.0, 8.0, 15.0, 31.0, 12.0]


def gaps(numbers):
    """The same numbers with the second one missing."""
    with_gap = [numbers[0], None, *numbers[2:]]
    yield [numbers[0], float("nan"), *numbers[2:]]
    yield with_gap
    yield [numbers[0], np.ma.masked, *numbers[2:]]
    yield np.ma.array(numbers, mask=[False, True, *([False] * (len(numbers) - 2))])
    yield np.ma.array(np.array(numbers, dtype=int), mask=np.arange(len(numbers)) == 1)
    yield np.array([numbers[0], pd.NA, *numbers[2:]], dtype=object)
    yield pd.Series(with_gap, dtype="Float64", index=range(5, 5 + len(numbers)))


def test_masked_improvements_leave_the_score_missing():
    whole = total_improvement_score(np.ma.array(PERCENTS))
    assert whole == pytest.approx(total_improvement_score(PERCENTS))
    for given in gaps(PERCENTS):
        assert np.isnan(total_improvement_score(given)).all(), repr(given)
        points = band_points(given, "physician_global")
        assert np.isnan(points).tolist()[:2] == [False, True]


def test_masked_scores_have_no_category():
    for given in gaps([45.0, 60.0, 20.0]):
        assert response_category(given).tolist()[:2] == ["moderate", ""]


def test_masked_visits_have_no_change():
    for given in gaps([6.0, 2.0, 4.0]):
        found = relative_improvement([8.0, 8.0, 8.0], given, "haq")
        assert np.isnan(found).tolist()[:2] == [False, True]
