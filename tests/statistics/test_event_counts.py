"""Rows from published counts, and bounds over unknown censoring against all possibilities."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tisstats.statistics import censoring_bounds, kaplan_meier, times_from_counts


def test_published_counts_give_a_curve():
    times, events = times_from_counts({3: 6, 4: 1, 6: 1}, 19, horizon=28)
    assert times.tolist() == pytest.approx([3] * 6 + [4, 6] + [28] * 11)
    assert events.tolist() == [1] * 8 + [0] * 11
    curve = kaplan_meier(times, events)
    assert curve.at_risk.tolist() == [19, 13, 12, 11]
    assert curve.survival == pytest.approx([13 / 19, 12 / 19, 11 / 19, 11 / 19])


def test_censored_patients_stay_at_risk_of_events_at_the_same_time():
    times, events = times_from_counts({3: 1, 6: 1}, 4, {3: 1}, horizon=6)
    assert times.tolist() == pytest.approx([3, 3, 6, 6])
    assert events.tolist() == [1, 0, 1, 0]
    assert kaplan_meier(times, events).at_risk.tolist() == [4, 2]


def test_who_is_in_no_count_joins_those_censored_at_the_horizon():
    times, events = times_from_counts({3: 1}, 6, {4: 1, 12: 2}, horizon=12)
    assert times.tolist() == pytest.approx([3, 4, 12, 12, 12, 12])
    assert events.tolist() == [1, 0, 0, 0, 0, 0]


def test_no_horizon_is_needed_when_every_patient_is_counted():
    times, events = times_from_counts({2: 1, 1: 2}, 4, {5: 1})
    assert times.tolist() == pytest.approx([1, 1, 2, 5])
    assert events.tolist() == [1, 1, 1, 0]


@settings(deadline=None)
@given(
    happened=st.dictionaries(st.integers(0, 9), st.integers(0, 4), max_size=5),
    left=st.dictionaries(st.integers(0, 9), st.integers(0, 4), max_size=5),
    rest=st.integers(0, 5),
)
def test_rows_give_the_counts_back(happened, left, rest):
    n = sum(happened.values()) + sum(left.values()) + rest
    if n == 0:
        return
    times, events = times_from_counts(happened, n, left, horizon=10)
    assert len(times) == len(events) == n
    for time in range(10):
        assert np.sum((times == time) & (events == 1)) == happened.get(time, 0)
        assert np.sum((times == time) & (events == 0)) == left.get(time, 0)
    assert np.sum(times == 10) == rest


# Every way of leaving: it matters only which event times a patient was still there for, so that
# the event times, time 0 and a moment after each of them stand for all times before the horizon.


def all_cumulative_incidences(happened, n, leaving, horizon, there=None):
    there = there or {}
    event_times = sorted(time for time, count in happened.items() if count)
    known = {*event_times, *there}
    moments = sorted({0, *known, *(time + Fraction(1, 2) for time in known)})
    moments = [moment for moment in moments if moment < horizon]
    for chosen in itertools.combinations_with_replacement(moments, leaving):
        if any(sum(left >= time for left in chosen) < count for time, count in there.items()):
            continue
        survival, curve = Fraction(1), []
        for time in event_times:
            before = sum(happened[other] for other in event_times if other < time)
            at_risk = n - before - sum(moment < time for moment in chosen)
            survival *= 1 - Fraction(happened[time], at_risk)
            curve.append(1 - survival)
        yield curve


@settings(deadline=None, max_examples=60)
@given(
    happened=st.dictionaries(st.integers(0, 6), st.integers(0, 3), max_size=4),
    leaving=st.integers(0, 3),
    stayed=st.integers(0, 3),
)
def test_bounds_are_the_extremes_over_all_ways_of_leaving(happened, leaving, stayed):
    n = sum(happened.values()) + leaving + stayed
    if n == 0:
        return
    bounds = censoring_bounds(happened, n, leaving, horizon=6)
    curves = list(all_cumulative_incidences(happened, n, leaving, 6))
    assert bounds.times.tolist() == pytest.approx(
        sorted(t for t, count in happened.items() if count)
    )
    for place in range(bounds.times.size):
        at_time = [curve[place] for curve in curves]
        assert bounds.lower[place] == pytest.approx(float(min(at_time)), abs=1e-12)
        assert bounds.upper[place] == pytest.approx(float(max(at_time)), abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    happened=st.dictionaries(st.integers(0, 6), st.integers(0, 3), max_size=3),
    there=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=2),
    stayed=st.integers(0, 2),
    cut=st.integers(0, 7),
)
def test_bounds_are_the_extremes_over_all_ways_that_agree_with_who_was_still_there(
    happened, there, stayed, cut
):
    leaving = 3
    n = sum(happened.values()) + leaving + stayed
    known = dict(there)
    bounds = censoring_bounds(happened, n, leaving, 6, minimum_at_risk=known)
    curves = list(all_cumulative_incidences(happened, n, leaving, 6, known))
    for place in range(bounds.times.size):
        at_time = [curve[place] for curve in curves]
        assert bounds.lower[place] == pytest.approx(float(min(at_time)), abs=1e-12)
        assert bounds.upper[place] == pytest.approx(float(max(at_time)), abs=1e-12)
    within = bounds.up_to(cut)
    assert within.times.tolist() == pytest.approx([t for t in bounds.times if t <= cut])
    assert within.upper == pytest.approx(bounds.upper[: within.times.size])


def test_who_was_still_there_lowers_the_upper_bound_only_up_to_then():
    free = censoring_bounds({3: 6, 4: 1, 6: 1}, 19, 7, 9)
    there = censoring_bounds({3: 6, 4: 1, 6: 1}, 19, 7, 9, minimum_at_risk={4: 1})
    assert there.lower == pytest.approx(free.lower)
    # Six of seven gone before week 3: 6 of 13; one of 7 at week 4; then the seventh is gone, too.
    assert there.upper == pytest.approx([6 / 13, 1 - 7 / 13 * 6 / 7, 1 - 7 / 13 * 6 / 7 * 4 / 5])


def test_that_nobody_need_be_there_at_the_end_may_be_said():
    free = censoring_bounds({3: 6}, 19, 2, 9)
    said = censoring_bounds({3: 6}, 19, 2, 9, minimum_at_risk={9: 0})
    assert said.upper == pytest.approx(free.upper)
    assert said.lower == pytest.approx(free.lower)


def test_bounds_of_a_trial_with_two_who_left():
    bounds = censoring_bounds({3: 6, 4: 1, 6: 1}, 19, 2, 28)
    # Nobody left before week 6: 6, 7 and 8 of 19. Two left at once: 6, 7 and 8 of 17.
    assert bounds.lower == pytest.approx([6 / 19, 7 / 19, 8 / 19])
    assert bounds.upper == pytest.approx([6 / 17, 7 / 17, 8 / 17])


def test_bounds_meet_when_nobody_left():
    bounds = censoring_bounds({3: 6, 4: 1}, 19, 0, 28)
    assert bounds.lower == pytest.approx(bounds.upper)
    curve = kaplan_meier(*times_from_counts({3: 6, 4: 1}, 19, horizon=28))
    assert 1 - curve.survival[:2] == pytest.approx(bounds.lower)


def test_who_left_before_the_horizon_was_not_at_risk_at_the_horizon():
    bounds = censoring_bounds({3: 1, 28: 1}, 10, 2, 28)
    assert bounds.lower == pytest.approx([1 / 10, 1 - 9 / 10 * 6 / 7])


# Times that rounding alone makes differ are equal, as `kaplan_meier` treats them

SUM = 0.1 + 0.2  # 0.30000000000000004


def fields(bounds):
    return [each.tolist() for each in (bounds.times, bounds.lower, bounds.upper)]


@pytest.mark.parametrize(("written", "asked"), [(0.3, SUM), (SUM, 0.3)])
def test_bounds_up_to_a_time_have_the_event_at_it(written, asked):
    bounds = censoring_bounds({0.1: 1, written: 2, 0.4: 1}, 10, 2, 1)
    curve = kaplan_meier(*times_from_counts({0.1: 1, written: 2, 0.4: 1}, 10, horizon=1))
    assert bounds.up_to(asked).times == pytest.approx([0.1, 0.3])
    assert curve.at(asked).survival == pytest.approx(1 - bounds.up_to(asked).lower[-1])
    assert bounds.up_to(0.3 * (1 - 1e-8)).times == pytest.approx([0.1])
    nothing = censoring_bounds({}, 10, 2, 1)
    assert nothing.up_to(asked).times.size == 0


@pytest.mark.parametrize("event", [0.3, SUM])
@pytest.mark.parametrize("horizon", [0.3, SUM])
@pytest.mark.parametrize("also", [0.3, SUM])
def test_an_event_at_the_horizon_is_at_it_however_it_is_written(event, horizon, also):
    expected = censoring_bounds({0.1: 1, 0.3: 2}, 10, 2, 0.3, minimum_at_risk={0.1: 1})
    events, there = {0.1: 1, event: 1}, {0.1: 1}
    events[also] = events.get(also, 0) + 1
    found = censoring_bounds(events, 10, 2, horizon, minimum_at_risk=there)
    for one, other in zip(fields(found), fields(expected), strict=True):
        assert one == pytest.approx(other)
    times, indicators = times_from_counts(events, 10, {also: 2}, horizon=horizon)
    assert times == pytest.approx([0.1] + [0.3] * 9)
    assert indicators.tolist() == [1, 1, 1] + [0] * 7
    assert np.unique(times).size == 2
    with pytest.raises(ValueError, match="must be before the horizon"):
        censoring_bounds({0.1: 1}, 10, 2, horizon, minimum_at_risk={also: 1})
    with pytest.raises(ValueError, match="must be at most the horizon"):
        times_from_counts({0.3000001: 1}, 10, horizon=horizon)


@pytest.mark.parametrize(("event", "known"), [(0.3, SUM), (SUM, 0.3)])
def test_who_was_there_at_the_time_of_an_event_was_at_risk_of_it(event, known):
    expected = censoring_bounds({0.3: 3}, 10, 3, 1, minimum_at_risk={0.3: 2})
    found = censoring_bounds({event: 3}, 10, 3, 1, minimum_at_risk={known: 2})
    assert found.upper == pytest.approx(expected.upper)
    assert found.upper == pytest.approx([3 / 9])
    # The larger of two statements about one time holds, and not their sum.
    both = censoring_bounds({0.3: 3}, 10, 3, 1, minimum_at_risk={event: 2, known: 1})
    assert both.upper == pytest.approx(expected.upper)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: times_from_counts({3: 6, 4: 14}, 19, horizon=28),
            "n must be at least the 20 patients in the counts, got 19",
        ),
        (
            lambda: times_from_counts({3: 6}, 7, {4: 2}, horizon=28),
            "n must be at least the 8 patients in the counts, got 7",
        ),
        (
            lambda: times_from_counts({3: 6}, 19),
            "horizon must be given when patients are neither in events_by_time nor in "
            "censored_by_time, here 13 of 19",
        ),
        (
            lambda: times_from_counts({30: 6}, 19, horizon=28),
            "time in events_by_time must be at most the horizon 28, got 30",
        ),
        (
            lambda: times_from_counts({3: 6}, 19, {-1: 1}, horizon=28),
            "time in censored_by_time must be a finite number of at least 0, got -1",
        ),
        (
            lambda: times_from_counts({3: 6.5}, 19, horizon=28),
            "events_by_time[3] must be a whole number of at least 0, got 6.5",
        ),
        (
            lambda: times_from_counts({3: -1}, 19, horizon=28),
            "events_by_time[3] must be a whole number of at least 0, got -1",
        ),
        (
            lambda: times_from_counts({"3": 1}, 19, horizon=28),
            "time in events_by_time must be a finite number of at least 0, got '3'",
        ),
        (
            lambda: times_from_counts({3: 1}, 0, horizon=28),
            "n must be a whole number from 1 to 100,000,000, got 0",
        ),
        (
            lambda: times_from_counts({3: 1}, 19, horizon=math.nan),
            "horizon must be a finite number of at least 0, got nan",
        ),
        (
            lambda: censoring_bounds({3: 6}, 5, 0, 28),
            "n must be at least the 6 patients with an event, got 5",
        ),
        (
            lambda: censoring_bounds({3: 6}, 19, 14, 28),
            "n_censored must be a whole number from 0 to 13, got 14",
        ),
        (
            lambda: censoring_bounds({}, 19, 1, 0),
            "horizon must be a finite number above 0, got 0",
        ),
        (
            lambda: censoring_bounds({3: 6}, 19, 2, 9, minimum_at_risk={4: 3}),
            "minimum_at_risk[4] must be at most n_censored, 2, got 3",
        ),
        (
            lambda: censoring_bounds({3: 6}, 19, 2, 9, minimum_at_risk={4: 0.5}),
            "minimum_at_risk[4] must be a whole number of at least 0, got 0.5",
        ),
        (
            lambda: censoring_bounds({3: 6}, 19, 2, 9).up_to(None),
            "time must be a finite number of at least 0, got None",
        ),
        (
            lambda: censoring_bounds({3: 6}, 19, 2, 9, minimum_at_risk={9: 1}),
            "time in minimum_at_risk must be before the horizon 9, got 9",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must be") as error:
        call()
    assert str(error.value) == message
