"""Hodges-Lehmann estimates and intervals against R, by exact inversion, and their symmetries."""

import csv
import importlib
import itertools
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.statistics import hodges_lehmann, signed_rank_test

LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99]

#: Changes as trials have them, with ties and zeros.
coarse = st.lists(st.integers(-6, 6), min_size=1, max_size=16)


def golden_rows(program):
    path = Path(__file__).parent / "golden" / "hodges_lehmann.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            if row["program"] == program:
                numbers = [
                    float(row[name].replace("NA", "nan"))
                    for name in ("level", "estimate", "low", "high", "achieved_level")
                ]
                differences = [float(number) for number in row["differences"].split(";")]
                yield row["dataset"], differences, *numbers


def limits(result):
    return result.low, result.high


def tails(differences, shift):
    """Both one-sided P values of the shifted differences, doubled, by whole numbers."""
    shifted = [d - shift for d in differences]
    sizes = [abs(d) for d in shifted]
    ranks = [2 * sum(s < size for s in sizes) + sizes.count(size) + 1 for size in sizes]
    counts = {0: 1}
    for rank in ranks:
        longer = dict(counts)
        for total, ways in counts.items():
            longer[total + rank] = longer.get(total + rank, 0) + ways
        counts = longer
    plus = sum(rank for rank, d in zip(ranks, shifted, strict=True) if d > 0)
    every = 2 ** len(ranks)
    greater = Fraction(sum(ways for total, ways in counts.items() if total >= plus), every)
    less = Fraction(sum(ways for total, ways in counts.items() if total <= plus), every)
    return 2 * greater, 2 * less


def walsh(differences):
    """The distinct means of two differences, or one with itself."""
    return sorted({(Fraction(a) + Fraction(b)) / 2 for a in differences for b in differences})


def shifts_between_averages(differences):
    averages = walsh(differences)
    return [
        averages[0] - 1,
        *((a + b) / 2 for a, b in itertools.pairwise(averages)),
        averages[-1] + 1,
    ]


def inverted(differences, confidence_level):
    """Limits and achieved level, by testing between all neighbouring Walsh averages."""
    differences = [Fraction(d) for d in differences]
    averages = walsh(differences)
    both = [tails(differences, shift) for shift in shifts_between_averages(differences)]
    error = 1 - Fraction(confidence_level)
    first = next(place for place, (greater, _) in enumerate(both) if greater > error)
    last = max(place for place, (_, less) in enumerate(both) if less > error)
    beyond = [greater for greater, _ in both[:first]] + [less for _, less in both[last + 1 :]]
    return (
        float(averages[first - 1]) if first else -math.inf,
        float(averages[last]) if last < len(averages) else math.inf,
        1 - float(max(beyond, default=Fraction(0))),
    )


def test_without_ties_agrees_with_wilcox_test_of_r():
    rows = list(golden_rows("base"))
    assert len(rows) == 12
    for _, differences, confidence_level, estimate, low, high, achieved in rows:
        result = hodges_lehmann(differences, confidence_level)
        assert result.estimate == pytest.approx(estimate, abs=1e-9)
        assert limits(result) == pytest.approx((low, high), abs=1e-9)
        assert result.achieved_level == pytest.approx(achieved, abs=1e-12)


def test_agrees_with_the_exact_test_of_r_inverted():
    rows = list(golden_rows("inverted"))
    assert len(rows) == 44
    for name, differences, confidence_level, estimate, low, high, achieved in rows:
        result = hodges_lehmann(differences, confidence_level)
        assert result.estimate == pytest.approx(estimate, abs=1e-9), name
        assert limits(result) == pytest.approx((low, high), abs=1e-9), name
        if result.n_tied or name != "opposite":
            assert result.achieved_level == pytest.approx(achieved, abs=1e-9), name
        else:  # equal Walsh averages of distinct differences count as if they were distinct
            assert confidence_level <= result.achieved_level < achieved


def test_where_wilcox_exact_of_r_differs_its_own_test_is_on_our_side():
    # wilcox.exact leaves zeros out and keeps one null distribution for all shifts. So its interval
    # leaves out shifts that its test does not reject, or holds some that it rejects.
    differing = 0
    for name, differences, confidence_level, _, low, high, _ in golden_rows("exactRankTests"):
        result = hodges_lehmann(differences, confidence_level)
        if limits(result) == pytest.approx((low, high), abs=1e-9):
            continue
        differing += 1
        for ours, theirs in ((result.low, low), (result.high, high)):
            if ours == pytest.approx(theirs, abs=1e-9) or math.isinf(ours):
                continue
            just = 1e-6 * (theirs - ours)
            outwards = (ours - result.estimate) * (theirs - ours) > 0 or ours == pytest.approx(
                result.estimate
            )
            p_value = signed_rank_test(np.array(differences) - (ours + just)).pvalue
            assert (p_value <= 1 - confidence_level) == outwards, name
    assert differing > 20
    untied = [row for row in golden_rows("exactRankTests") if row[0] in ("plain", "untied")]
    for _, differences, confidence_level, _, low, high, _ in untied:
        assert limits(hodges_lehmann(differences, confidence_level)) == pytest.approx(
            (low, high), abs=1e-9
        )


@pytest.mark.parametrize("confidence_level", LEVELS)
@given(differences=coarse.filter(lambda numbers: len(set(numbers)) < len(numbers)))
@examples(12)
def test_with_ties_inverts_the_exact_test(confidence_level, differences):
    result = hodges_lehmann(differences, confidence_level)
    low, high, achieved = inverted(differences, confidence_level)
    assert limits(result) == pytest.approx((low, high), abs=1e-12)
    assert result.achieved_level == pytest.approx(achieved, abs=1e-12)


@given(differences=coarse)
@examples(25)
def test_one_sided_p_values_are_monotone_in_the_shift(differences):
    both = [tails(differences, shift) for shift in shifts_between_averages(differences)]
    assert both == sorted(both, key=lambda pair: pair[0])
    assert both == sorted(both, key=lambda pair: -pair[1])


@pytest.mark.parametrize("confidence_level", LEVELS)
@given(differences=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=12, unique=True))
@examples(12)
def test_without_ties_counts_walsh_averages(confidence_level, differences):
    result = hodges_lehmann(differences, confidence_level)
    low, high, achieved = inverted(differences, confidence_level)
    assert limits(result) == pytest.approx((low, high), abs=1e-9)
    assert confidence_level <= result.achieved_level <= achieved + 1e-12


@pytest.mark.parametrize("confidence_level", LEVELS)
@given(differences=st.lists(st.integers(-20, 20), min_size=1, max_size=30))
@examples(12)
def test_agrees_with_the_signed_rank_test(confidence_level, differences):
    result = hodges_lehmann(differences, confidence_level)
    averages = sorted({(a + b) / 2 for a in differences for b in differences})
    for shift in [averages[0] - 1, *(np.array(averages) + 0.1), *(np.array(averages) - 0.1)]:
        p_value = signed_rank_test(np.array(differences) - shift).pvalue
        if not result.low < shift < result.high:
            assert p_value <= 1 - confidence_level
    if result.low < result.high and math.isfinite(result.low):
        for inside in (result.low + 0.1, result.high - 0.1):
            assert signed_rank_test(np.array(differences) - inside).pvalue > 1 - confidence_level


@given(differences=coarse)
@settings(deadline=None)
def test_the_estimate_is_the_median_walsh_average_of_all(differences):
    averages = [
        (a + b) / 2 for place, a in enumerate(differences) for b in differences[: place + 1]
    ]
    result = hodges_lehmann(differences)
    assert result.estimate == pytest.approx(np.median(averages), abs=1e-12)
    assert result.low <= result.estimate <= result.high
    assert result.n == len(differences)
    assert result.n_tied == sum(differences.count(d) > 1 for d in differences)


def test_zeros_are_kept():
    assert hodges_lehmann([0, 0, 0, 0, 3, 5]).estimate == pytest.approx(1.5)
    assert hodges_lehmann([3, 5]).estimate == pytest.approx(4)


@given(differences=coarse, levels=st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)))
@examples(25)
def test_intervals_are_nested_in_the_level(differences, levels):
    inner, outer = (
        hodges_lehmann(differences, confidence_level) for confidence_level in sorted(levels)
    )
    assert outer.low <= inner.low <= inner.high <= outer.high
    assert outer.achieved_level >= inner.achieved_level - 1e-12


@given(differences=coarse, confidence_level=st.floats(0.001, 0.999))
@examples(25)
def test_the_level_achieved_has_the_same_interval(differences, confidence_level):
    result = hodges_lehmann(differences, confidence_level)
    assert confidence_level <= result.achieved_level + 1e-12
    if result.achieved_level < 1:
        again = hodges_lehmann(differences, result.achieved_level)
        assert limits(again) == pytest.approx(limits(result), abs=1e-12)
        assert again.achieved_level == pytest.approx(result.achieved_level, abs=1e-12)


@given(
    differences=coarse,
    confidence_level=st.sampled_from(LEVELS),
    scale=st.sampled_from([1 / 3, 0.1, 1e-9, 7.3, 1000.0, 1e300]),
    shift=st.integers(-50, 50),
)
@examples(25)
def test_moves_and_scales_with_the_differences(differences, confidence_level, scale, shift):
    plain = hodges_lehmann(differences, confidence_level)
    moved = hodges_lehmann([(d + shift) * scale for d in differences], confidence_level)
    for name in ("estimate", "low", "high"):
        expected = (getattr(plain, name) + shift) * scale
        assert getattr(moved, name) == pytest.approx(expected, rel=1e-12, abs=1e-12 * scale)
    assert moved.achieved_level == pytest.approx(plain.achieved_level, abs=1e-12)


@given(differences=coarse, confidence_level=st.sampled_from(LEVELS))
@examples(25)
def test_negated_differences_swap_the_limits(differences, confidence_level):
    one = hodges_lehmann(differences, confidence_level)
    other = hodges_lehmann([-d for d in differences], confidence_level)
    assert (one.estimate, one.low, one.high) == pytest.approx(
        (-other.estimate, -other.high, -other.low)
    )
    assert one.achieved_level == pytest.approx(other.achieved_level)


@given(
    differences=st.lists(st.integers(-24, 24), min_size=1, max_size=25).filter(any),
    unit=st.sampled_from([0.125, 0.1, 7.3, 100.0, 1e-9]),
    seed=st.integers(0, 1000),
)
@settings(deadline=None)
def test_noise_changes_nothing(differences, unit, seed):
    changes = np.array(differences) * unit
    largest = np.abs(changes).max()
    noise = 1e-12 * largest * np.random.default_rng(seed).uniform(-1, 1, len(changes))
    plain, noisy = hodges_lehmann(changes), hodges_lehmann(changes + noise)
    for name in ("estimate", "low", "high"):
        expected = pytest.approx(getattr(plain, name), abs=1e-11 * largest)
        assert getattr(noisy, name) == expected
    assert noisy.achieved_level == pytest.approx(plain.achieved_level, abs=1e-12)
    assert noisy.n_tied == plain.n_tied


def test_a_limit_that_is_zero_but_for_noise_is_zero():
    differences = [0.3, 0.1, -0.3, -0.1, 0.2, 0.7 - 0.9, 0.1, 0.2, 0.5 - 0.4 - 0.1, 0.4]
    result = hodges_lehmann([*differences, *(-d for d in differences)])
    assert repr(result.estimate) == "0.0"


@pytest.mark.parametrize(("n", "least"), [(1, 0.01), (2, 0.51), (3, 0.76), (5, 0.95), (6, 0.97)])
def test_too_few_differences_leave_the_whole_line(n, least):
    for differences in (range(n), [1] * n):
        result = hodges_lehmann(differences, least)
        assert limits(result) == (-math.inf, math.inf)
        assert result.achieved_level == pytest.approx(1)
        assert math.isfinite(result.estimate)


def test_six_differences_are_the_fewest_for_95_percent():
    result = hodges_lehmann([3, 1, 4, 15, 9, 2])
    assert limits(result) == pytest.approx((1, 15))
    assert result.achieved_level == pytest.approx(1 - 2 / 64)


def test_all_differences_equal():
    result = hodges_lehmann([0.5] * 8)
    assert (result.estimate, *limits(result)) == pytest.approx((0.5, 0.5, 0.5))
    assert result.achieved_level == pytest.approx(1 - 2 / 256)
    assert limits(hodges_lehmann([0] * 8)) == pytest.approx((0, 0))


def test_a_p_value_of_exactly_1_minus_level_is_rejected():
    # Of four differences P can be 2/16, 4/16 and so on: 0.75 is reached exactly.
    result = hodges_lehmann([1, 2, 4, 8], 0.75)
    assert result.achieved_level == pytest.approx(0.75)
    assert limits(result) == pytest.approx((1.5, 6))


@pytest.mark.parametrize("confidence_level", [5e-324, 1e-14, 0.5, 1 - 1e-16])
def test_extreme_levels(confidence_level):
    for differences in ([1, 2, 4, 8, 16, 32], [1, 1, 2, 2, 3], [1, 5], [4]):
        result = hodges_lehmann(differences, confidence_level)
        assert result.low <= result.estimate <= result.high


def test_the_greatest_floats_do_not_overflow():
    result = hodges_lehmann([1.7e308, 1.6e308, -1.7e308, 1.5e308, 1.7e308, 1.7e308, 1.7e308])
    assert result.estimate == pytest.approx(1.625e308)


def test_coverage_for_coarse_measurements_is_at_least_the_level():
    # Whatever sizes tie and however many are zero, over all signs.
    for sizes in ([0, 0, 1, 1, 1, 2, 2, 3], [1, 1, 1, 1, 2, 2, 2], [0, 1, 1, 2, 2, 3, 3, 3]):
        used = [size for size in sizes if size]
        for confidence_level in (0.8, 0.9, 0.95):
            missed = 0
            for code in range(2 ** len(used)):
                signed = [size if code >> bit & 1 else -size for bit, size in enumerate(used)]
                result = hodges_lehmann(signed + [0] * sizes.count(0), confidence_level)
                missed += not result.low <= 0 <= result.high
            assert missed / 2 ** len(used) <= 1 - confidence_level


def test_a_thousand_differences():
    differences = np.random.default_rng(2).normal(0.3, 1, 1000)
    result = hodges_lehmann(np.round(differences, 1))
    assert result.n_tied > 900
    assert 0.2 < result.low < result.estimate < result.high < 0.4
    assert 0.95 <= result.achieved_level < 1


@pytest.mark.parametrize("n", [100, 300, 10_000])
@pytest.mark.parametrize("decimals", [0, 1, 15])
@pytest.mark.parametrize("confidence_level", [0.5, 0.95, 0.9999])
def test_few_tails_are_computed(monkeypatch, n, decimals, confidence_level):
    module = importlib.import_module("tisstats.statistics.hodges_lehmann")
    calls = []

    def counting(scores, last):
        calls.append(last)
        return lower_tail(scores, last)

    lower_tail = module.lower_tail
    monkeypatch.setattr(module, "lower_tail", counting)
    module._untied_limit.cache_clear()
    differences = np.random.default_rng(n).normal(0.3, 2, n).round(decimals)
    hodges_lehmann(differences, confidence_level)
    assert 1 <= len(calls) <= 8, calls  # up to four for each limit


@pytest.mark.parametrize(
    "given_as",
    [
        pd.Series([1, 2, -3], index=[7, 8, 9]),
        np.array([1, 2, -3], dtype=np.int8),
        [Fraction(1), Fraction(2), Fraction(-3)],
        [Decimal(1), Decimal(2), Decimal(-3)],
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_of_any_kind(given_as):
    assert hodges_lehmann(given_as) == hodges_lehmann((1.0, 2.0, -3.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([],),
            "differences must be a non-empty 1-D sequence of finite numbers, got []",
        ),
        (([1, math.nan],), "differences must be finite numbers, got nan at position 2 of 2"),
        ((["1"],), "differences must be finite numbers, got '1' at position 1 of 1"),
        (
            ([1], 95),
            "confidence_level must be a proportion strictly between 0 and 1, "
            "got 95; did you mean 0.95?",
        ),
        (([1], 1), "confidence_level must be a proportion strictly between 0 and 1, got 1"),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match="must be") as error:
        hodges_lehmann(*arguments)
    assert str(error.value) == message


def test_a_p_value_that_equals_the_level_but_for_rounding_is_rejected():
    # Of 60 ranks without ties: how many sets have a sum of at most s, in whole numbers.
    n, largest = 60, 700
    sets = [1] + [0] * largest
    for rank in range(1, n + 1):
        for total in range(largest, rank - 1, -1):
            sets[total] += sets[total - rank]
    differences = np.random.default_rng(4).normal(0.3, 1, n)
    pairs = np.add.outer(differences, differences)[np.triu_indices(n)]
    averages = np.sort(pairs / 2)
    below = 0
    for total, number in enumerate(sets):
        below += number
        p_value = Fraction(2 * below, 2**n)
        if total < 400 or total % 12:
            continue
        # The level is rounded, and so may its difference from 1 be on either side of P.
        limit = hodges_lehmann(differences, 1 - float(p_value)).low
        assert limit == pytest.approx(averages[total], rel=1e-12)


def normals(n, decimals=None):
    drawn = np.random.default_rng(1).normal(size=n)
    return drawn if decimals is None else np.round(drawn, decimals)


@pytest.mark.parametrize(
    "values",
    [
        [*normals(200, 3), 999_999],
        [*normals(300, 3), 999_999],
        [*normals(500), normals(1)[0], 99_999],
        [*normals(2000), normals(1)[0], 1e5],
        [0.5, 1.7, 0.9, 1.1, 0.7, 2.2, 1e9],
        [*np.zeros(500), *(1 + 1e-9 * np.arange(500))],
        [1, 2, 3, 4, 5, 6, 1e12],
    ],
    ids=len,
)
def test_a_difference_beside_which_others_would_be_equal_is_refused_at_once(values):
    with pytest.raises(ValueError, match="differences must not lie so close together beside "):
        hodges_lehmann(values)


def test_a_measured_limit_is_not_zero_beside_larger_ones():
    assert hodges_lehmann([5, 1e10, -1e10]).estimate == 2.5
    assert hodges_lehmann([0.3 - 0.2 - 0.1, 2, -2]).estimate == 0


@pytest.mark.parametrize("outlier", [9.9, 99, 999, 9999])
def test_an_outlier_moves_the_limits_no_further_than_one_more_difference_can(outlier):
    values = normals(200, 3)
    fewer = [hodges_lehmann(values, level) for level in (0.9, 0.99)]
    one_more = hodges_lehmann([*values, outlier])
    assert fewer[1].low < one_more.low < fewer[0].low + 0.1
    assert fewer[0].high - 0.1 < one_more.high < fewer[1].high + 0.1
    assert one_more.low < one_more.estimate < one_more.high


def test_differences_equal_up_to_rounding_still_tie_beside_others():
    values = [0.1 + 0.2, 0.3, 0.30000000000000004, 0.7, -0.2, 1.1, 0.9]
    rounded = [0.3, 0.3, 0.3, 0.7, -0.2, 1.1, 0.9]
    assert hodges_lehmann(values).low == pytest.approx(hodges_lehmann(rounded).low)
    assert hodges_lehmann(values).n_tied == 3
    # Two that differ by nearly as much as counts as equal are so; a third as far from them is not.
    near = 1.0123456e-9
    assert hodges_lehmann([*rounded[2:], 0.3 + near]).n_tied == 2
    with pytest.raises(ValueError, match="such steps link different ones"):
        hodges_lehmann([*rounded[2:], 0.3 + near, 0.3 + 2 * near])
    # What has as few digits as a measurement is no rounding error.
    with pytest.raises(ValueError, match=r"such as -0\.2 and 0\.3;"):
        hodges_lehmann([*rounded[2:], 1e9])


def test_the_largest_may_be_negative():
    with pytest.raises(ValueError, match=r"the largest of them, -1e\+09: "):
        hodges_lehmann([0.2, 0.3, 0.7, -1e9])
    near = 1.0123456e-9
    linked = [0.3, 0.3 + near, 0.3 + 2 * near, 0.2, -1.1]
    with pytest.raises(ValueError, match=r"the largest of them, -1\.1: .* such steps link"):
        hodges_lehmann(linked)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("values", "level", "equal", "different"),
    [
        ([4, 3, -1, 1, -1, 6, -1], 0.8, 57 / 64, 55 / 64),
        ([-1, 1, 3, 6, 3, 7, 2], 0.9, 59 / 64, 58 / 64),
    ],
)
def test_averages_that_differ_by_no_more_than_rounding_error_are_one(
    sign, values, level, equal, different
):
    def achieved(apart):
        """Averages with the first coincide with others, or differ by so much of the largest."""
        moved = values[0] + 2 * max(values) * apart
        return hodges_lehmann(sign * np.array([moved, *values[1:]]), level).achieved_level

    assert [achieved(0), achieved(0.97e-9)] == [pytest.approx(equal)] * 2
    assert [achieved(1.03e-9), achieved(1e-3)] == [pytest.approx(different)] * 2


def test_no_zero_has_a_minus_sign():
    # Half the smallest float below zero is a zero with a minus sign.
    for differences in ([-0.0] * 7, [-5e-324] * 7, [-0.0, 0.0] * 4):
        found = hodges_lehmann(differences)
        signs = [math.copysign(1, value) for value in (found.estimate, found.low, found.high)]
        assert signs == [1, 1, 1]


@pytest.mark.parametrize(
    ("differences", "level", "one_average"),
    [
        # All changes are 0.2, as floats leave them; most of them are; three averages of 0.05.
        ([0.3 - 0.1] * 4 + [0.2] * 4 + [0.7 - 0.5] * 4, 0.95, 0.2),
        ([0.3 - 0.1] * 4 + [0.2] * 8 + [0.7 - 0.5] * 4 + [0.5, 0.1], 0.95, 0.2),
        ([0.2, 0.0, -0.1, 0.6, 0.1, 0.4, 0.1, -0.1, -0.3, -0.2], 0.1, 0.05),
    ],
)
def test_limits_that_are_one_average_up_to_rounding_enclose_the_estimate(
    differences, level, one_average
):
    for sign in (1, -1):
        found = hodges_lehmann(sign * np.array(differences), level)
        assert found.low <= found.estimate <= found.high
        assert limits(found) == pytest.approx((sign * one_average, sign * one_average), abs=1e-12)
