"""Arrays of any container and precision: missing entries are refused, noise decides nothing."""

import inspect
import math
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import tisstats.statistics
from tisstats.statistics import (
    at_risk_table,
    coverage,
    cumulative_incidence,
    format_median_iqr,
    hodges_lehmann,
    kaplan_meier,
    quantiles,
    signed_rank_test,
)

# Every array argument of a public function, with the rest of a valid call.
ARRAYS = {
    ("signed_rank_test", "differences"): signed_rank_test,
    ("hodges_lehmann", "differences"): hodges_lehmann,
    ("quantiles", "values"): lambda values: quantiles(values, [0.5]),
    ("quantiles", "probabilities"): lambda values: quantiles([3, 1, 2], values, 7),
    ("format_median_iqr", "values"): lambda values: format_median_iqr(values, decimals=1),
    ("coverage", "proportions"): lambda values: coverage(5, values),
    ("kaplan_meier", "times"): lambda values: kaplan_meier(values, [1, 0, 1]),
    ("kaplan_meier", "events"): lambda values: kaplan_meier([1, 2, 3], values),
    ("cumulative_incidence", "times"): lambda values: cumulative_incidence(values, [1, 0, 2]),
    ("cumulative_incidence", "causes"): lambda values: cumulative_incidence([1, 2, 3], values),
    ("at_risk_table", "times"): lambda values: at_risk_table(values, [1, 0, 2], [1]),
    ("at_risk_table", "causes"): lambda values: at_risk_table([1, 2, 3], values, [1]),
    ("at_risk_table", "at"): lambda values: at_risk_table([1, 2, 3], [1, 0, 2], values),
}
CODES = ("events", "causes")
GOOD = {"events": [0, 1, 1], "causes": [0, 1, 2], "probabilities": [0.25, 0.5, 0.75]}
GOOD["proportions"] = GOOD["probabilities"]


def good(argument):
    return GOOD.get(argument, [1.0, 2.0, 4.0])


def containers(numbers):
    """The same numbers in all containers that people bring."""
    whole = all(float(number).is_integer() for number in numbers)
    yield tuple(numbers)
    yield np.array(numbers)
    yield np.array(numbers, dtype=object)
    yield np.ma.array(numbers)
    yield np.ma.array(numbers, mask=[False] * len(numbers))
    yield pd.Series(numbers, index=[7, 7, -1])
    yield pd.Series(numbers, index=list("cab"), dtype="Float64")
    yield pd.Series(numbers, dtype=object)
    yield pd.Index(numbers)
    yield [Decimal(str(number)) for number in numbers]
    yield [Fraction(number) for number in numbers]
    if whole:
        yield pd.Series(numbers, dtype="Int64")
        yield np.array(numbers, dtype=np.uint8)


def missing(numbers):
    """The same numbers with the second one missing."""
    with_gap = [numbers[0], None, numbers[2]]
    yield with_gap
    yield [numbers[0], math.nan, numbers[2]]
    yield [numbers[0], pd.NA, numbers[2]]
    yield [numbers[0], np.ma.masked, numbers[2]]
    yield np.ma.array(numbers, mask=[False, True, False])
    yield np.ma.masked_equal(np.array(numbers), numbers[1])
    yield np.array(with_gap, dtype=object)
    yield pd.Series(with_gap, index=[2, 2, 2])
    yield pd.Series(with_gap, index=[9, 1, 3], dtype="Float64")
    yield pd.Series([numbers[0], pd.NaT, numbers[2]], dtype=object)


def same(one, other):
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    return repr(one) == repr(other)


def test_every_array_argument_is_listed():
    listed = {
        (name, argument)
        for name in tisstats.statistics.__all__
        if inspect.isfunction(function := getattr(tisstats.statistics, name))
        for argument, parameter in inspect.signature(function).parameters.items()
        if "ArrayLike" in str(parameter.annotation)
    }
    assert listed == set(ARRAYS)


@pytest.mark.parametrize("place", ARRAYS, ids="-".join)
def test_all_containers_give_the_same(place):
    call, numbers = ARRAYS[place], good(place[1])
    expected = call(numbers)
    for given in containers(numbers):
        assert same(call(given), expected), repr(given)


@pytest.mark.parametrize("place", ARRAYS, ids="-".join)
def test_missing_entries_are_refused_with_their_position(place):
    call, numbers = ARRAYS[place], good(place[1])
    for given in missing(numbers):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ValueError, match="must") as error:
                call(given)
        message = str(error.value)
        assert "\n" not in message
        if place[1] != "probabilities":  # of any shape
            assert "at position 2 of 3" in message, repr(given)


@pytest.mark.parametrize("place", [place for place in ARRAYS if place[1] in CODES], ids="-".join)
def test_the_entry_at_fault_is_blamed_among_booleans(place):
    call = ARRAYS[place]
    for given in (
        pd.Series([True, False, None], dtype="boolean"),
        pd.Series([True, False, None], dtype="boolean", index=[3, 3, 0]),
        pd.Series([True, False, None], dtype=object),
        [True, False, pd.NA],
        np.ma.array([True, False, True], mask=[False, False, True]),
    ):
        with pytest.raises(ValueError, match="at position 3 of 3"):
            call(given)
    expected = call([1, 0, 1])
    for given in (
        [True, False, True],
        pd.Series([True, False, True], dtype="boolean"),
        np.array([True, False, True], dtype=object),
        np.ma.array([True, False, True]),
    ):
        assert same(call(given), expected)


@pytest.mark.parametrize("code", [1e300, 2.0**63, 2**31, np.uint64(2**64 - 1), -1, 1.5, "1", 1j])
def test_codes_that_are_no_causes_are_refused(code):
    for call in (ARRAYS["cumulative_incidence", "causes"], ARRAYS["at_risk_table", "causes"]):
        with pytest.raises(ValueError, match="at position 3 of 3"):
            call(np.array([0, 1, code], dtype=object))
    found = cumulative_incidence([1, 2, 3], [0, 1, 2**31 - 1])
    assert found.causes == (1, 2**31 - 1)


def test_a_table_or_a_single_number_is_told_in_one_line():
    for given in (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), np.ones((40, 3)), np.float64(2)):
        with pytest.raises(ValueError, match="must be a non-empty 1-D sequence") as error:
            signed_rank_test(given)
        assert "\n" not in str(error.value)


def test_half_precision_is_refused():
    with pytest.raises(ValueError, match=r"single precision \(seven digits\), got float16"):
        signed_rank_test(np.array([1, 2], dtype=np.float16))


# Single precision


def in_single(*pairs):
    return [np.float32(after) - np.float32(before) for after, before in pairs]


def test_differences_in_single_precision_tie_where_the_measurements_do():
    # 0.3 - 0.1 is 0.2 but for noise of 1.5e-8, far above that of double precision.
    noisy = [*in_single((0.3, 0.1), (0.9, 0.7)), 0.2, -0.1, 0.5]
    for given in (noisy, np.array(noisy, dtype=np.float32), pd.Series(noisy, dtype="Float32")):
        found = signed_rank_test(given)
        assert (found.n_tied, found.pvalue) == (3, pytest.approx(0.125))
        assert hodges_lehmann(given).n_tied == 3
    exact = signed_rank_test([0.2, 0.2, 0.2, -0.1, 0.5])
    assert signed_rank_test(noisy).z == pytest.approx(exact.z)


def test_differences_that_are_noise_in_single_precision_are_zeros():
    given = np.array([*in_single((7.1, 7.1), (0.3, 0.2)), -0.1, 0.4], dtype=np.float32)
    given[0] = np.float32(0.1) + np.float32(0.7) - np.float32(0.8)
    found = signed_rank_test(given)
    assert (found.n_zero, found.n_tied) == (1, 2)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_ties_in_single_precision_do_not_depend_on_the_unit(scale):
    rng = np.random.default_rng(3)
    before, change = rng.integers(10, 100, 12) / 10, rng.integers(-9, 10, 12) / 10
    scaled = np.float32(scale)
    single = ((before + change).astype(np.float32) - before.astype(np.float32)) * scaled
    found, exact = signed_rank_test(single), signed_rank_test(np.round(change * 10))
    assert (found.pvalue, found.w_plus) == (pytest.approx(exact.pvalue), exact.w_plus)
    shift, exact_shift = hodges_lehmann(single), hodges_lehmann(np.round(change * 10))
    assert shift.achieved_level == pytest.approx(exact_shift.achieved_level)
    assert shift.low == pytest.approx(exact_shift.low * scale / 10, rel=1e-5)


def test_values_in_single_precision_are_read_as_typed():
    values = np.array([0.1, 0.3, 2.2, 1.7], dtype=np.float32)
    assert quantiles(values, [0.25, 0.5], 1).tolist() == pytest.approx([0.1, 0.3], rel=1e-15)
    curve = kaplan_meier(values, [1, 1, 1, 1])
    assert curve.times.tolist() == pytest.approx([0.1, 0.3, 1.7, 2.2], rel=1e-15)
    assert curve.at(0.3).survival == pytest.approx(0.5)
    assert curve.at(np.float32(0.3)).survival == pytest.approx(0.5)


def test_times_computed_in_single_precision_merge_and_are_found():
    computed = np.float32(0.1) + np.float32(0.2)
    times = np.array([computed, 0.3, 0.7], dtype=np.float32)
    curve = kaplan_meier(times, [1, 1, 0])
    assert curve.times.tolist() == pytest.approx([0.3, 0.7], rel=1e-15)
    assert curve.at(0.3).survival == pytest.approx(1 / 3)


# Double precision: noise of machine epsilon in every function of arrays


@pytest.mark.parametrize("seed", range(20))
def test_noise_of_a_few_epsilons_changes_no_result(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 15))

    def noise():
        return 1 + rng.integers(-8, 9, n) * np.finfo(float).eps

    differences = rng.integers(-6, 7, n) / 10
    causes, times = rng.integers(0, 3, n), rng.integers(0, 8, n) / 7
    events = np.minimum(causes, 1)
    plain, noisy = signed_rank_test(differences), signed_rank_test(differences * noise())
    assert (noisy.pvalue, noisy.w_plus, noisy.n_tied) == (plain.pvalue, plain.w_plus, plain.n_tied)
    shift, other = hodges_lehmann(differences), hodges_lehmann(differences * noise())
    assert [other.estimate, other.low, other.high] == pytest.approx(
        [shift.estimate, shift.low, shift.high], abs=1e-12
    )
    assert other.achieved_level == pytest.approx(shift.achieved_level, rel=1e-12)
    curve, other_curve = kaplan_meier(times, events), kaplan_meier(times * noise(), events)
    assert other_curve.survival.tolist() == curve.survival.tolist()
    table = at_risk_table(times, causes, sorted(set(times)))
    other_table = at_risk_table(times * noise(), causes, sorted(set(times)))
    assert other_table.drop(columns="time").equals(table.drop(columns="time"))


# Any unit of time


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e-12, 1e-9, 1e-3, 1.0, 1e9, 1e30, 1e300])
def test_times_may_come_in_any_unit(scale):
    times, causes = np.array([3, 3, 4, 6, 6, 9, 12.5]), [1, 1, 2, 1, 0, 0, 1]
    events = np.minimum(causes, 1)
    curve, scaled = kaplan_meier(times, events), kaplan_meier(times * scale, events)
    assert scaled.survival.tolist() == pytest.approx(curve.survival.tolist(), rel=1e-12)
    assert scaled.low.tolist() == pytest.approx(curve.low.tolist(), rel=1e-12, nan_ok=True)
    for rule in ("at-or-below", "strictly-below", "midpoint"):
        assert scaled.median(rule) == pytest.approx(curve.median(rule) * scale, rel=1e-12)
    incidence = cumulative_incidence(times, causes)
    other = cumulative_incidence(times * scale, causes)
    for when in (0, 2.9, 3, 5, 6, 12.5, 13):
        point = curve.at(when)
        assert scaled.at(when * scale).survival == pytest.approx(point.survival, nan_ok=True)
        assert scaled.at(when * scale).at_risk == point.at_risk
        assert other.at(when * scale).estimate == pytest.approx(incidence.at(when).estimate)
    at = np.array([0, 3, 6, 12.5])
    table = at_risk_table(times, causes, at).drop(columns="time")
    assert at_risk_table(times * scale, causes, at * scale).drop(columns="time").equals(table)


def test_times_far_below_the_latest_stay_apart():
    curve = kaplan_meier([1e-6, 2e-6, 1000.0], [1, 1, 1])
    assert curve.times.tolist() == pytest.approx([1e-6, 2e-6, 1000.0])


def test_noise_at_time_zero_is_time_zero():
    curve = kaplan_meier([0.0, 0.1 + 0.2 - 0.3, 0.3, 0.1 + 0.2], [1, 1, 1, 1])
    assert curve.times.tolist() == pytest.approx([0.0, 0.3])
    assert curve.at(0).survival == pytest.approx(0.5)


def test_the_greatest_floats_are_times_too():
    largest = np.finfo(float).max
    curve = kaplan_meier([largest / 2, largest, largest], [1, 1, 0])
    assert curve.at(largest).survival == pytest.approx(1 / 3)
    assert math.isfinite(curve.median("midpoint"))
    assert at_risk_table([largest], [1], [largest])["events_1"].tolist() == [1]


def test_names_of_causes_are_a_mapping():
    with pytest.raises(ValueError, match=r"^cause_names must be a mapping of causes to "):
        at_risk_table([1, 2, 3], [1, 0, 2], [1], cause_names=["improved", "rescued"])
