"""Values in doubt, each rule at its boundaries."""

import numpy as np
import pytest

from tisstats.measures.doubts import ENOUGH_VALUES, seem_in_cm, seem_in_other_unit

FEW = ENOUGH_VALUES - 1


def values(*groups):
    """Values, each group so many times one of them; one is missing."""
    return np.array([np.nan, *(value for value, times in groups for _ in range(times))])


@pytest.mark.parametrize(
    ("groups", "doubtful"),
    [
        ([(7.3, ENOUGH_VALUES), (30.0, ENOUGH_VALUES)], ENOUGH_VALUES),
        ([(7.3, FEW), (30.0, ENOUGH_VALUES)], 0),
        ([(7.3, ENOUGH_VALUES), (30.0, FEW)], 0),
        # One value in mm with a decimal is enough to say that decimals are used in mm.
        ([(7.3, ENOUGH_VALUES), (30.0, ENOUGH_VALUES), (30.5, 1)], 0),
        # A tenth of the scale may be in either unit, and whole numbers say nothing.
        ([(7.3, ENOUGH_VALUES), (7.0, 5), (30.0, ENOUGH_VALUES), (10.0, 1)], ENOUGH_VALUES),
        ([(7.3, ENOUGH_VALUES), (10.0, ENOUGH_VALUES)], 0),
        ([(7.3, ENOUGH_VALUES), (10.1, ENOUGH_VALUES)], 0),
    ],
)
def test_decimals_low_on_a_scale_in_mm_seem_in_cm_where_none_are_above(groups, doubtful):
    given = values(*groups)
    found = seem_in_cm(given)
    assert found.sum() == doubtful
    assert set(given[found]) <= {7.3}


@pytest.mark.parametrize(
    ("groups", "doubtful"),
    [
        ([(3.7, ENOUGH_VALUES), (500.0, ENOUGH_VALUES)], ENOUGH_VALUES),
        ([(3.7, FEW), (500.0, ENOUGH_VALUES)], 0),
        ([(3.7, ENOUGH_VALUES), (500.0, FEW)], 0),
        # Which of the two units has more values does not matter.
        ([(3.7, 4 * ENOUGH_VALUES), (500.0, ENOUGH_VALUES)], 4 * ENOUGH_VALUES),
        ([(3.7, ENOUGH_VALUES), (500.0, 4 * ENOUGH_VALUES)], ENOUGH_VALUES),
        # Below a tenth in the median, and not at it.
        ([(12.5, ENOUGH_VALUES), (126.0, ENOUGH_VALUES)], ENOUGH_VALUES),
        ([(12.5, ENOUGH_VALUES), (125.0, ENOUGH_VALUES)], 0),
    ],
)
def test_enzymes_with_decimals_far_below_those_without_seem_in_another_unit(groups, doubtful):
    given = values(*groups)
    found = seem_in_other_unit(given)
    assert found.sum() == doubtful
    assert (given[found] != np.round(given[found])).all()
