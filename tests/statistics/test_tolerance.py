"""Values that are tied but for rounding."""

import numpy as np
import pytest

from tisstats.statistics._tolerance import tie_groups


@pytest.mark.parametrize(("gap", "groups"), [(0.99, [1, 1, 2]), (1.01, [1, 2, 3])])
def test_neighbours_tie_up_to_a_share_of_the_largest_value(gap, groups):
    values = np.array([0, gap, 10])
    assert tie_groups(values, tolerance=0.1).tolist() == groups
    assert tie_groups(-values[::-1], tolerance=0.1).tolist() == (
        [1, 2, 2] if groups == [1, 1, 2] else groups
    )


@pytest.mark.parametrize(("start", "group"), [(9.01, 0), (8.99, 1), (-np.inf, 1)])
def test_what_is_tied_with_the_start_is_in_group_0(start, group):
    assert tie_groups(np.array([10.0]), start, 0.1).tolist() == [group]


def test_gaps_beyond_the_largest_float_are_gaps():
    largest = np.finfo(float).max
    assert tie_groups(np.array([largest, -largest])).tolist() == [2, 1]
