"""Ordered values that are fixed, drawn between and beyond, and counted, against definitions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.forensics.order_statistics import (
    CountLimits,
    OrderStatistic,
    draw_between,
    fix_orders,
    repair,
)
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartiles
from tisstats.printed import format_rounded, parse
from tisstats.statistics import quantiles

LOGARITHM = (np.log, np.exp)


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


def test_of_several_choices_each_is_counted_as_if_alone():
    limits = CountLimits(3)
    limits.add([OrderStatistic(2, 4, 6)], np.array([0, 1, 2]), np.array([True, True, False]))
    choices = np.array([[3, 4, 7], [3, 5, 6], [0, 9, 9]])
    apart = np.stack([limits.outside(choices[:, at]) for at in range(3)], axis=1)
    assert limits.outside(choices).tolist() == apart.tolist()
    assert apart[:, :, 0].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert apart[:, :, 1].tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 0]]


@given(
    st.lists(st.integers(-30, 30), min_size=2, max_size=6),
    st.sampled_from(["spss", 1, 2, 5, 6, 7, 8, 9, "tukey-hinges"]),
    st.sampled_from([0.0, 1.0, 7.0]),
    st.integers(0, 99),
)
def test_of_few_values_several_quartiles_may_share_one(steps, definition, spread, seed):
    exact = quantiles(steps, [float(share) for share in QUARTILES.values()], definition)
    if not np.all(np.isfinite(exact)):
        return  # too few values for this definition
    texts = [format_rounded(Fraction(str(round(value, 9))), 1) for value in exact]
    (orders,) = fixed(texts, len(steps), definition, spread, 1, seed)
    asked = asked_for(texts, len(steps), definition)
    if orders:  # with few values fixing them need not succeed
        known = {order.rank: order for order in orders}
        assert list(known) == sorted({rank for each in asked for rank in each.ranks})
        for each in asked:
            for end in ("low", "high"):
                ends = [getattr(known[rank], end) for rank in each.ranks]
                total = np.dot(ends, (each.weight_lower, each.weight_upper)[: len(ends)])
                assert each.low <= total <= each.high


def asked_for(texts, n, definition):
    printed = {name: parse(text) for name, text in zip(QUARTILES, texts, strict=True)}
    return PrintedQuartiles.from_printed(printed, n, Fraction(1), definition)


def fixed(texts, n, definition, spread, draws, seed=1):
    rng = np.random.default_rng(seed)
    return [fix_orders(rng, asked_for(texts, n, definition), spread) for _ in range(draws)]


def test_a_single_value_is_left_its_whole_range():
    # The 5th, 10th and 15th of 19; "10" may be 95 to 104 tenths.
    printed = {name: parse(text) for name, text in zip(QUARTILES, ("10", "20", "30"), strict=True)}
    asked = PrintedQuartiles.from_printed(printed, 19, Fraction(1, 10), 6)
    (orders,) = {tuple(fix_orders(np.random.default_rng(at), asked, 5)) for at in range(9)}
    assert orders == (
        OrderStatistic(5, 95, 104), OrderStatistic(10, 195, 204), OrderStatistic(15, 295, 304)
    )  # fmt: skip


def test_quartiles_that_no_values_have_are_not_fixed():
    assert fixed(("10.5", "20", "30"), 19, 6, 5, draws=3) == [[], [], []]
    assert fixed(("30", "20", "10"), 19, 6, 5, draws=3) == [[], [], []]
    assert all(orders for orders in fixed(("20", "20", "20"), 19, 6, 5, draws=3))


def test_neighbours_lie_apart_as_asked():
    # The median of 18 is the mean of the 9th and 10th: their sum is 99 to 100 (49.5 to 50.4).
    for spread, least, most in ((0, 0, 1.01), (3, 2.2, 3.4), (20, 18, 22)):
        found = [{order.rank: order for order in orders}
                 for orders in fixed(("–200", "50", "200"), 18, 6, spread, 700)]  # fmt: skip
        pairs = [(each[9].low, each[10].low) for each in found]
        assert all(each[rank].low == each[rank].high for each in found for rank in (9, 10))
        assert {one + two for one, two in pairs} == {99, 100}
        assert least <= np.mean([two - one for one, two in pairs]) <= most
        assert min(two - one for one, two in pairs) >= 0


def drawn(orders, n, *, batch=4000, limits=(-(10**6), 10**6), tail=(0.5, 1e-9), transform=None):
    rng = np.random.default_rng(2)
    values = draw_between(rng, orders, (batch, n), limits, tail, transform)
    assert values.shape == (batch, n)
    assert np.all(np.diff(values, axis=1) >= 0)
    return values


def test_a_fixed_value_takes_every_value_of_its_range():
    values = drawn([OrderStatistic(3, 7, 9)], 5)
    found, times = np.unique(values[:, 2], return_counts=True)
    assert found.tolist() == [7, 8, 9]
    assert np.all(np.abs(times / 4000 - 1 / 3) < 0.03)


def test_values_between_two_fixed_ones_are_uniform():
    values = drawn([OrderStatistic(2, 100, 100), OrderStatistic(7, 500, 500)], 8)
    between = values[:, 2:6]
    assert np.all(values[:, [1, 6]] == [100, 500])
    assert between.min() >= 100
    assert between.max() <= 500
    # Mean and standard deviation of a uniform distribution.
    assert np.mean(between) == pytest.approx(300, abs=3)
    assert np.std(between) == pytest.approx(400 / np.sqrt(12), rel=0.02)


@pytest.mark.parametrize("spread", [1e-9, 0.8])
def test_values_beyond_are_exponential_with_a_scale_of_their_own(spread):
    orders = [OrderStatistic(3, 1000, 1000), OrderStatistic(6, 5000, 5000)]
    values = drawn(orders, 8, tail=(0.25, spread), batch=20000)
    # 4000 apart, a quarter of it; the mean of a lognormal factor is exp(s * s / 2).
    mean = 1000 * np.exp(spread**2 / 2)
    for beyond in (1000 - values[:, :2], values[:, 6:] - 5000):
        assert np.mean(beyond) == pytest.approx(mean, rel=0.04)
        if spread < 0.1:
            assert np.std(beyond) == pytest.approx(mean, rel=0.04)
    # Both tails have a scale that all values of a draw share, and that the other does not.
    low, high = np.log(1001 - values[:, :2]), np.log(values[:, 6:] - 4999)
    shared = np.corrcoef(low[:, 0] + low[:, 1], high[:, 0] + high[:, 1])[0, 1]
    assert abs(shared) < 0.03


@pytest.mark.parametrize("transform", [None, LOGARITHM])
@pytest.mark.parametrize("room", [0, 1, 30])
def test_no_value_lies_beyond_the_limits(transform, room):
    orders = [OrderStatistic(3, 100, 100), OrderStatistic(6, 120, 120)]
    values = drawn(orders, 9, limits=(100 - room, 120 + room), tail=(5, 1), transform=transform)
    assert (values.min(), values.max()) == (100 - room, 120 + room)


def test_equal_fixed_values_leave_a_tail_of_one_step_or_of_a_tenth_of_the_logarithm():
    orders = [OrderStatistic(5, 1000, 1000)]
    values = drawn(orders, 9, tail=(20, 1e-9))
    assert np.mean(values[:, 5:] - 1000) == pytest.approx(20, rel=0.05)
    assert np.mean(1000 - values[:, :4]) == pytest.approx(20, rel=0.05)
    values = drawn(orders, 9, tail=(2, 1e-9), transform=LOGARITHM, limits=(1, 10**6))
    assert np.mean(np.log(values[:, 5:] / 1000)) == pytest.approx(0.2, rel=0.05)


def test_on_another_scale_values_are_uniform_there():
    orders = [OrderStatistic(1, 1000, 1000), OrderStatistic(6, 9000, 9000)]
    between = np.log(drawn(orders, 6, transform=LOGARITHM, limits=(1, 10**6))[:, 1:5])
    assert np.mean(between) == pytest.approx(np.log(3000), abs=0.02)


def test_as_many_changes_as_steps_are_made():
    """Values 0, 0, 0 of which all have to become 9: three changes, and a look at the result."""
    limits = CountLimits(3)
    limits.add([OrderStatistic(1, 9, 9)])
    start, choices = np.zeros(3, dtype=np.int64), np.tile([3, 9], (3, 1))
    for steps, met in ((3, False), (4, True)):
        found = repair(np.random.default_rng(1), start, choices, limits, steps)
        assert (found is not None) is met
        assert start.tolist() == [0, 0, 0]
    assert found.tolist() == [9, 9, 9]


def test_values_that_meet_all_limits_stay_as_they_are():
    values, choices = np.array([4, 9]), np.array([[1], [2]])
    for orders in ([], [OrderStatistic(1, 4, 5)]):
        limits = CountLimits(2)
        limits.add(orders)
        assert repair(np.random.default_rng(1), values, choices, limits).tolist() == [4, 9]


def test_what_no_single_change_betters_is_tried_until_all_steps_are_made():
    """Two values in each other's place: any one change alone leaves as many limits unmet."""
    limits = CountLimits(2)
    limits.add([OrderStatistic(1, 1, 1), OrderStatistic(2, 5, 5)])
    choices = np.array([[1, 5], [1, 5]])
    for seed in range(20):
        found = repair(np.random.default_rng(seed), np.array([3, 3]), choices, limits)
        assert sorted(found.tolist()) == [1, 5]
    # A change for the worse is not made.
    only = np.array([[7], [7]])
    assert repair(np.random.default_rng(1), np.array([1, 1]), only, limits, 1) is None
