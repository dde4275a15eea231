"""Boxes of sorted values, against all samples within."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.forensics import quartile_consistency
from tisstats.forensics._ordered_values import Box, narrow

ENDS = st.tuples(st.integers(-4, 4), st.integers(-4, 4))


@given(st.lists(ENDS, min_size=1, max_size=5))
def test_intervals_are_as_narrow_as_the_order_of_the_values_makes_them(ends):
    low, high = zip(*ends, strict=True)
    samples = [
        values
        for values in combinations_with_replacement(range(-4, 5), len(ends))
        if all(first <= value <= last for first, value, last in zip(low, values, high, strict=True))
    ]
    box = narrow(Box(low, high))
    if samples:
        places = list(zip(*samples, strict=True))
        assert box == Box(tuple(map(min, places)), tuple(map(max, places)))
    else:
        assert box is None


def test_large_values_on_a_fine_grid_are_few_where_their_range_is_narrow():
    found = quartile_consistency(None, "1000.0000000", None, 1, "0.0000001")
    assert found.possible
    with pytest.raises(ValueError, match=r"^step must be coarser .* leave 10000000 "):
        quartile_consistency(None, "1000", None, 1, "0.0000001")
