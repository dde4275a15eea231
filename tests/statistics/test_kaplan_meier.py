"""Kaplan-Meier curves against R, and against a product of fractions."""

import csv
import math
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf
from statsmodels.duration.survfunc import SurvfuncRight

from tisstats.statistics import kaplan_meier
from tisstats.statistics._tolerance import locate_time, observed_times
from tisstats.statistics.kaplan_meier import MEDIAN_RULES

GOLDEN = Path(__file__).parent / "golden"


def golden_rows(name):
    with (GOLDEN / f"time_to_event_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def patients(dataset):
    rows = [row for row in golden_rows("data") if row["dataset"] == dataset]
    return [float(row["time"]) for row in rows], [int(row["event"]) for row in rows]


def number(text):
    return math.nan if text == "NA" else float(text)


DATASETS = sorted({row["dataset"] for row in golden_rows("data")})


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("confidence_level", [0.8, 0.95, 0.99])
def test_curve_and_limits_agree_with_survfit(dataset, confidence_level):
    curve = kaplan_meier(*patients(dataset), confidence_level)
    rows = [
        row
        for row in golden_rows("curves")
        if row["dataset"] == dataset and math.isclose(float(row["level"]), confidence_level)
    ]
    for name, computed in [
        ("time", curve.times),
        ("at_risk", curve.at_risk),
        ("events", curve.events),
        ("censored", curve.censored),
        ("survival", curve.survival),
        ("low", curve.low),
        ("high", curve.high),
    ]:
        expected = [number(row[name]) for row in rows]
        assert computed == pytest.approx(expected, abs=1e-12, nan_ok=True), name
    assert curve.level == pytest.approx(confidence_level)


@pytest.mark.parametrize("dataset", DATASETS)
def test_median_with_the_midpoint_rule_agrees_with_quantile_survfit(dataset):
    (row,) = (row for row in golden_rows("medians") if row["dataset"] == dataset)
    median = kaplan_meier(*patients(dataset)).median("midpoint")
    if row["median"] == "NA":
        assert median is None
    else:
        assert median == pytest.approx(float(row["median"]), abs=1e-12)


@pytest.mark.parametrize(
    ("dataset", "first_below", "strictly_below", "midpoint"),
    [
        ("weeks", None, None, None),
        ("all_events", 2, 3, 2.5),
        ("flat_then_event", 2, 4, 3),
        ("flat_to_the_end", 2, None, 3.5),  # up to the last observed time, 5
        ("flat_by_thirds", 3, 6, 4.5),
        ("fractions", 11, 11, 11),
        ("one_censored", None, None, None),
    ],
)
def test_the_rules_for_the_median(dataset, first_below, strictly_below, midpoint):
    curve = kaplan_meier(*patients(dataset))
    expected = dict(zip(MEDIAN_RULES, (first_below, strictly_below, midpoint), strict=True))
    for rule, time in expected.items():
        median = curve.median(rule)
        assert (median is None) if time is None else median == pytest.approx(time), rule
    assert curve.median() == curve.median("at-or-below")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=12))
def test_the_strict_rule_is_that_of_statsmodels(observed):
    times, events = zip(*observed, strict=True)
    curve = kaplan_meier(times, events)
    if any(events):
        # statsmodels compares without tolerance: one half but for noise is not its business here.
        reference = SurvfuncRight(np.array(times), np.array(events).astype(int))
        if not np.any(np.isclose(reference.surv_prob, 0.5) & (reference.surv_prob < 0.5)):
            expected = reference.quantile(0.5)
            median = curve.median("strictly-below")
            assert (math.nan if median is None else median) == pytest.approx(expected, nan_ok=True)


rows = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=25)


def product_of_fractions(observed):
    survival, curve = Fraction(1), {}
    for time in sorted({time for time, _ in observed}):
        at_risk = sum(other >= time for other, _ in observed)
        events = sum(other == time and event for other, event in observed)
        survival *= 1 - Fraction(events, at_risk)
        curve[time] = (at_risk, events, survival)
    return curve


@settings(deadline=None)
@given(rows)
def test_survival_is_the_product_of_fractions(observed):
    curve = kaplan_meier(*zip(*observed, strict=True))
    expected = product_of_fractions(observed)
    assert curve.times == pytest.approx(list(expected))
    assert curve.at_risk.tolist() == [at_risk for at_risk, _, _ in expected.values()]
    assert curve.events.tolist() == [events for _, events, _ in expected.values()]
    assert curve.survival == pytest.approx(
        [float(survival) for _, _, survival in expected.values()], abs=1e-12
    )
    assert curve.censored.sum() + curve.events.sum() == len(observed)


@settings(deadline=None)
@given(rows, st.floats(0.5, 0.99))
def test_limits_enclose_survival_and_widen_with_the_level(observed, confidence_level):
    times, events = zip(*observed, strict=True)
    inner, outer = kaplan_meier(times, events, confidence_level), kaplan_meier(times, events, 0.995)
    inside = (inner.survival > 1e-9) & (inner.survival < 1 - 1e-9)
    assert np.array_equal(np.isnan(inner.low), ~inside)
    assert np.array_equal(np.isnan(inner.high), ~inside)
    for lower, upper in [
        (outer.low, inner.low),
        (inner.low, inner.survival),
        (inner.survival, inner.high),
        (inner.high, outer.high),
    ]:
        assert np.all(lower[inside] <= upper[inside] + 1e-12)


@settings(deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_patients_does_not_matter(observed, random):
    shuffled = random.sample(observed, len(observed))
    first, second = (kaplan_meier(*zip(*some, strict=True)) for some in (observed, shuffled))
    assert first.survival == pytest.approx(second.survival)


def test_limits_are_missing_at_survival_1_and_0_as_in_r():
    curve = kaplan_meier(*patients("censored_first"))
    assert curve.survival[[0, -1]] == pytest.approx([1, 0])
    assert np.isnan(curve.low[[0, -1]]).all()
    assert np.isnan(curve.high[[0, -1]]).all()


def test_the_curve_at_a_time():
    curve = kaplan_meier([2, 3, 3, 5], [0, 1, 0, 0])
    before = curve.at(1)
    assert (before.at_risk, before.survival, before.low, before.high) == pytest.approx((4, 1, 1, 1))
    at_event = curve.at(3)
    assert (at_event.at_risk, at_event.survival) == (3, pytest.approx(2 / 3))
    between = curve.at(4)
    assert (between.at_risk, between.survival) == (1, pytest.approx(2 / 3))
    assert (between.low, between.high) == pytest.approx((curve.low[1], curve.high[1]))
    assert curve.at(5).survival == pytest.approx(2 / 3)
    after = curve.at(5.5)
    assert after.at_risk == 0
    assert np.isnan([after.survival, after.low, after.high]).all()


def test_a_curve_that_has_come_down_to_0_stays_there():
    after = kaplan_meier([1, 2], [1, 1]).at(99)
    assert (after.at_risk, after.survival) == (0, pytest.approx(0))


def test_binary_noise_neither_parts_times_nor_misses_a_step():
    curve = kaplan_meier([0.1 + 0.2, 0.3, 0.7], [1, 1, 0])
    assert curve.times == pytest.approx([0.3, 0.7])
    assert curve.at(0.3).survival == pytest.approx(1 / 3)
    assert kaplan_meier([0.1 + 0.2, 0.7], [1, 0]).at(0.3).at_risk == 2


def test_events_may_be_booleans_or_floats():
    expected = kaplan_meier([1, 2, 3], [1, 0, 1]).survival
    for events in ([True, False, True], [1.0, 0.0, 1.0], np.array([1, 0, 1], dtype=np.int8)):
        assert kaplan_meier([1, 2, 3], events).survival == pytest.approx(expected)


def test_the_arrays_cannot_be_changed():
    curve = kaplan_meier([1, 2, 3], [1, 0, 1])
    for name in ("times", "at_risk", "events", "censored", "survival", "low", "high"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(curve, name)[0] = 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: kaplan_meier([], []),
            "times must be a non-empty 1-D sequence of finite numbers of at least 0, got []",
        ),
        (
            lambda: kaplan_meier([1, -2], [1, 0]),
            "times must be finite numbers of at least 0, got -2 at position 2 of 2",
        ),
        (
            lambda: kaplan_meier([1, math.nan], [1, 0]),
            "times must be finite numbers of at least 0, got nan at position 2 of 2",
        ),
        (
            lambda: kaplan_meier([1, math.inf], [1, 0]),
            "times must be finite numbers of at least 0, got inf at position 2 of 2",
        ),
        (
            lambda: kaplan_meier([1, 2], [1]),
            "events must be of the shape of times, (2,), got (1,)",
        ),
        (
            lambda: kaplan_meier([1, 2], [1, 2]),
            "events must be 1 (event) or 0 (censored), got 2 at position 2 of 2",
        ),
        (
            lambda: kaplan_meier([1, 2], [math.nan, 1]),
            "events must be 1 (event) or 0 (censored), got nan at position 1 of 2",
        ),
        (
            lambda: kaplan_meier([1, 2], ["1", "0"]),
            "events must be 1 (event) or 0 (censored), got '1' at position 1 of 2",
        ),
        (
            lambda: kaplan_meier([1], [1], 95),
            "confidence_level must be a proportion strictly between 0 and 1, "
            "got 95; did you mean 0.95?",
        ),
        (
            lambda: kaplan_meier([1], [1]).median("middle"),
            "rule must be one of at-or-below, strictly-below, midpoint, got 'middle'",
        ),
        (
            lambda: kaplan_meier([1], [1]).at(-1),
            "time must be a finite number of at least 0, got -1",
        ),
        (
            lambda: kaplan_meier([1], [1]).at(math.nan),
            "time must be a finite number of at least 0, got nan",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must be") as error:
        call()
    assert str(error.value) == message


@pytest.mark.parametrize("confidence_level", [0.5, 0.9, 0.999])
def test_limits_at_another_level_are_those_of_a_curve_of_that_level(confidence_level):
    times, events = [3, 3, 4, 6, 6, 9, 12.5], [1, 0, 1, 1, 0, 1, 1]
    curve = kaplan_meier(times, events)
    other = kaplan_meier(times, events, confidence_level)
    low, high = curve.confidence_interval(confidence_level)
    assert low.tolist() == pytest.approx(other.low.tolist(), nan_ok=True)
    assert high.tolist() == pytest.approx(other.high.tolist(), nan_ok=True)
    with pytest.raises(ValueError, match=r"^confidence_level must be .*, got 95; did you mean 0"):
        curve.confidence_interval(95)


@pytest.mark.parametrize("seed", range(10))
def test_the_curve_and_its_limits_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    times, events = rng.integers(1, 12, 20) / 3, rng.integers(0, 2, 20)
    curve = kaplan_meier(times, events, 0.9)
    expected = ecdf(CensoredData.right_censored(times, events == 0)).sf
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        limits = expected.confidence_interval(0.9, method="log-log")
    assert curve.survival == pytest.approx(expected.probabilities, rel=1e-14)
    assert curve.low == pytest.approx(limits.low.probabilities, rel=1e-12, nan_ok=True)
    assert curve.high == pytest.approx(limits.high.probabilities, rel=1e-12, nan_ok=True)


def test_the_last_time_is_not_beyond_itself_however_it_was_computed():
    times, at_risk = np.array([0.1, 0.3]), np.array([2, 1])
    at = 0.1 + 0.2
    assert at > times[-1]
    assert locate_time(at, times, at_risk) == (at, 1, 1, False)
    assert locate_time(0.31, times, at_risk) == (0.31, 0, 1, True)


def test_times_in_single_precision_are_shortened_only_to_what_they_stand_for():
    times = observed_times(np.array([0.3, 0.1234567], dtype=np.float32))
    assert repr(times.tolist()[0]) == "0.3"
    assert times[1] == pytest.approx(0.1234567, rel=1e-7)
