"""Boxes of sorted values, against all samples within."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.forensics import quartile_consistency
from tisstats.forensics._ordered_values import Box, narrow
from tisstats.forensics.printed_quartiles import PrintedQuartile
from tisstats.printed import parse

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


LINKS = st.builds(
    lambda rank, lower, upper, low, width: PrintedQuartile(
        "median", parse("0"), rank, lower, upper, low, low + width
    ),
    st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(-8, 6), st.integers(0, 9),
)  # fmt: skip
INTERVALS = st.builds(lambda low, width: (low, low + width), st.integers(-4, 2), st.integers(0, 4))


def meets(values, box):
    """Whether sorted values lie in a box and meet its links."""
    within = all(map(lambda low, value, high: low <= value <= high, box.low, values, box.high))
    return within and all(link.low <= link.total(values) <= link.high for link in box.links)


@given(st.tuples(INTERVALS, INTERVALS, INTERVALS), st.lists(LINKS, min_size=1, max_size=3))
def test_links_narrow_intervals_and_neither_lose_nor_add_a_sample(ends, links):
    low, high = zip(*ends, strict=True)
    printed = Box(low, high, tuple(links))
    everything = list(combinations_with_replacement(range(-6, 9), 3))
    samples = [values for values in everything if meets(values, printed)]
    box = narrow(printed)
    assert samples == [values for values in everything if box is not None and meets(values, box)]


def test_large_values_on_a_fine_grid_are_few_where_their_range_is_narrow():
    found = quartile_consistency(None, "1000.0000000", None, 1, "0.0000001")
    assert found.possible
    with pytest.raises(ValueError, match=r"^step must be coarser .* leave 10000000 "):
        quartile_consistency(None, "1000", None, 1, "0.0000001")
