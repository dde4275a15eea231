"""Limits of ordered values as counts beyond them, against sorting the values."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tisstats.forensics.order_statistics import CountLimits, OrderStatistic


@given(
    st.lists(st.integers(-5, 5), min_size=4, max_size=9),
    st.integers(1, 4),
    st.integers(-4, 2),
    st.integers(0, 4),
    st.randoms(use_true_random=False),
)
def test_limits_are_met_where_the_value_of_the_rank_lies_within(values, rank, low, width, random):
    high = low + width
    shift = np.array([random.randint(-2, 2) for _ in values])
    among = np.array([random.random() < 0.8 for _ in values])
    among[:4] = True
    for shifts, chosen in ((None, None), (shift, None), (None, among), (shift, among)):
        limits = CountLimits(len(values))
        limits.add([OrderStatistic(rank, low, high)], shifts, chosen)
        beyond = limits.outside(np.array(values)).sum(axis=0)
        moved = np.array(values) + (0 if shifts is None else shifts)
        kept = moved if chosen is None else moved[chosen]
        met = low <= sorted(kept)[rank - 1] <= high
        assert bool(np.all(beyond <= limits.caps)) == met
