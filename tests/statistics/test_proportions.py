"""Intervals for a proportion against R, against slow exact references, and by their properties."""

import csv
import itertools
import math
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tests.cases import examples
from tisstats.statistics import INTERVAL_METHODS, Interval, proportion_interval

EXACT = ("clopper-pearson", "sterne", "blaker")
# These leave the estimates 0 and 1, and at low levels others, outside their limits.
SHIFTED = ("jeffreys", "arcsine", "mid-p")
# R's minimum-likelihood test calls probabilities equal up to a factor 1 + 1e-7; see proportions.R.
TOLERANCE = {"sterne": 1e-7}


def golden_rows():
    path = Path(__file__).parent / "golden" / "proportions.csv"
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_agrees_with_r(method):
    rows = [row for row in golden_rows() if row["method"] == method]
    assert rows
    for row in rows:
        interval = proportion_interval(
            int(row["successes"]), int(row["trials"]), float(row["level"]), method
        )
        expected = (float(row["low"]), float(row["high"]))
        tolerance = TOLERANCE.get(method, 1e-12)
        assert (interval.low, interval.high) == pytest.approx(expected, rel=0, abs=tolerance), row


def test_wilson_cc_at_one_half_keeps_the_correction_that_r_drops():
    # Newcombe 1998, equations of method 4, by hand for 10 of 20: p = q = 1/2.
    z = 1.959963984540054
    margin = (1 + z * math.sqrt(z**2 - 2 - 1 / 20 + 4 * 0.5 * (20 * 0.5 + 1))) / (2 * (20 + z**2))
    interval = proportion_interval(10, 20, method="wilson-cc")
    assert interval.low == pytest.approx(0.5 - margin, abs=1e-14)
    assert interval.high == pytest.approx(0.5 + margin, abs=1e-14)
    assert interval.low < proportion_interval(10, 20, method="wilson").low


# Clopper-Pearson by its definition: exact binomial tails in fractions, bisected.


def upper_tail(successes: int, trials: int, proportion: Fraction) -> Fraction:
    return sum(
        math.comb(trials, k) * proportion**k * (1 - proportion) ** (trials - k)
        for k in range(successes, trials + 1)
    )


def bisected_low(successes: int, trials: int, confidence_level: Fraction) -> Fraction:
    if successes == 0:
        return Fraction(0)
    below, above = Fraction(0), Fraction(1)
    for _ in range(45):
        middle = (below + above) / 2
        if upper_tail(successes, trials, middle) < (1 - confidence_level) / 2:
            below = middle
        else:
            above = middle
    return below


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 3), (4, 9), (8, 19), (19, 19)])
@pytest.mark.parametrize(
    "confidence_level", [Fraction(1, 2), Fraction(19, 20), Fraction(999, 1000)]
)
def test_clopper_pearson_is_the_inverted_exact_test(successes, trials, confidence_level):
    interval = proportion_interval(successes, trials, float(confidence_level))
    low = bisected_low(successes, trials, confidence_level)
    high = 1 - bisected_low(trials - successes, trials, confidence_level)
    assert interval.low == pytest.approx(float(low), abs=1e-12)
    assert interval.high == pytest.approx(float(high), abs=1e-12)


def test_clopper_pearson_keeps_its_digits_for_very_small_proportions():
    # One success in n trials: the lower limit solves (1 - p)**n = 0.975.
    interval = proportion_interval(1, 10**9)
    assert interval.low == pytest.approx(-math.expm1(math.log(0.975) / 10**9), rel=1e-9)


# Sterne by brute force: every P value on a grid, which for each pair of outcomes also has the
# proportions just left and right of the one at which the two are equally likely.


def minimum_likelihood_p_values(trials: int) -> tuple[np.ndarray, np.ndarray]:
    choose = np.array([math.comb(trials, k) for k in range(trials + 1)], dtype=float)
    grid = [np.linspace(0, 1, 801)]
    for first in range(trials):
        for second in range(first + 1, trials + 1):
            odds = (choose[first] / choose[second]) ** (1 / (second - first))
            grid.append(odds / (1 + odds) + np.array([-1e-9, 1e-9]))
    proportions = np.unique(np.clip(np.concatenate(grid), 0, 1))
    outcomes = np.arange(trials + 1)
    likelihood = (
        choose
        * proportions[:, None] ** outcomes
        * (1 - proportions[:, None]) ** (trials - outcomes)
    )
    no_likelier = likelihood[:, None, :] <= likelihood[:, :, None] * (1 + 1e-12)
    return proportions, (no_likelier * likelihood[:, None, :]).sum(axis=2)


@pytest.mark.parametrize("trials", [*range(1, 16), 18, 19, 20, 27, 40])
def test_sterne_is_the_hull_of_all_proportions_that_the_test_does_not_reject(trials):
    proportions, p_values = minimum_likelihood_p_values(trials)
    for confidence_level in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999):
        for successes in range(trials + 1):
            interval = proportion_interval(successes, trials, confidence_level, "sterne")
            accepted = proportions[p_values[:, successes] > 1 - confidence_level]
            # Nothing that is accepted lies outside, ...
            assert accepted.min() >= interval.low - 2e-9
            assert accepted.max() <= interval.high + 2e-9
            # ... and each limit is an accepted proportion, or next to one.
            for limit in (interval.low, interval.high):
                near = np.clip(limit + np.array([-1e-8, 0, 1e-8]), 0, 1)
                assert (
                    max(sterne_p_value(successes, trials, p) for p in near)
                    >= 1 - confidence_level - 1e-12
                )


def sterne_p_value(successes: int, trials: int, proportion: float) -> float:
    likelihood = [
        math.comb(trials, k) * proportion**k * (1 - proportion) ** (trials - k)
        for k in range(trials + 1)
    ]
    return sum(p for p in likelihood if p <= likelihood[successes] * (1 + 1e-12))


def test_sterne_includes_what_following_a_single_root_misses():
    # 0 of 18 at level 0.9: the P value falls below 0.1 at 0.1405, climbs back above it just before
    # 0.16272, and falls for good there, where six successes become likelier than none.
    assert sterne_p_value(0, 18, 0.145) < 0.1 < sterne_p_value(0, 18, 0.1627)
    assert proportion_interval(0, 18, 0.9, "sterne").high == pytest.approx(0.16271514, abs=1e-8)


# Blaker by its definition, on a grid: the chance of all outcomes whose smaller tail is no larger
# than the smaller tail of the observed one.


def acceptability(trials: int, proportions: np.ndarray) -> np.ndarray:
    outcomes = np.arange(trials + 1)
    choose = np.array([math.comb(trials, k) for k in outcomes], dtype=float)
    likelihood = (
        choose
        * proportions[:, None] ** outcomes
        * (1 - proportions[:, None]) ** (trials - outcomes)
    )
    at_most = likelihood.cumsum(axis=1)
    at_least = likelihood[:, ::-1].cumsum(axis=1)[:, ::-1]
    smaller = np.minimum(at_most, at_least)
    counted = smaller[:, None, :] <= smaller[:, :, None] * (1 + 1e-12)
    return (counted * likelihood[:, None, :]).sum(axis=2)


@pytest.mark.parametrize("trials", [1, 2, 3, 6, 10, 19, 27])
def test_blaker_is_the_hull_of_all_proportions_that_are_acceptable(trials):
    proportions = np.linspace(0, 1, 4001)
    accepted = acceptability(trials, proportions)
    for confidence_level in (0.5, 0.8, 0.9, 0.95, 0.99):
        for successes in range(trials + 1):
            interval = proportion_interval(successes, trials, confidence_level, "blaker")
            inside = proportions[accepted[:, successes] > 1 - confidence_level + 1e-12]
            assert inside.min() >= interval.low - 1e-9
            assert inside.max() <= interval.high + 1e-9
            # Each limit is acceptable, or next to a proportion that is.
            for limit in (interval.low, interval.high):
                near = np.clip(limit + np.array([-1e-9, 0, 1e-9]), 0, 1)
                assert (
                    acceptability(trials, near)[:, successes].max() >= 1 - confidence_level - 1e-7
                )


@pytest.mark.parametrize("trials", [1, 5, 19, 200])
@pytest.mark.parametrize("confidence_level", [0.5, 0.9, 0.95, 0.999])
def test_blaker_and_mid_p_lie_inside_clopper_pearson(trials, confidence_level):
    for successes in range(trials + 1):
        outer = proportion_interval(successes, trials, confidence_level)
        for method in ("blaker", "mid-p"):
            inner = proportion_interval(successes, trials, confidence_level, method)
            assert outer.low - 1e-12 <= inner.low
            assert inner.high <= outer.high + 1e-12


@pytest.mark.parametrize(("successes", "trials"), [(1, 1), (1, 3), (4, 9), (8, 19), (19, 19)])
@pytest.mark.parametrize("confidence_level", [0.5, 0.95, 0.999])
def test_mid_p_counts_half_the_chance_of_the_observed_outcome(successes, trials, confidence_level):
    low = Fraction(proportion_interval(successes, trials, confidence_level, "mid-p").low)
    halves = upper_tail(successes, trials, low) + upper_tail(successes + 1, trials, low)
    assert float(halves / 2) == pytest.approx((1 - confidence_level) / 2, rel=1e-9)


@pytest.mark.parametrize(("successes", "trials"), [(1, 2), (1, 19), (8, 19), (600, 1000)])
@pytest.mark.parametrize("confidence_level", [0.5, 0.95, 0.999])
def test_likelihood_ratio_limits_lie_at_the_chi_square_quantile(
    successes, trials, confidence_level
):
    interval = proportion_interval(successes, trials, confidence_level, "likelihood-ratio")
    failures = trials - successes
    for limit in (interval.low, interval.high):
        deviance = 2 * (
            successes * math.log(interval.estimate / limit)
            + failures * math.log((1 - interval.estimate) / (1 - limit))
        )
        # The quantile is the square of the normal one.
        assert math.erf(math.sqrt(deviance / 2)) == pytest.approx(confidence_level, abs=1e-12)


@pytest.mark.parametrize("successes", [1, 2, 30])
@pytest.mark.parametrize("trials", [10**9, 10**10])
def test_likelihood_ratio_low_limits_of_rare_events_are_those_of_a_poisson_count(successes, trials):
    """There log L(t x) - log L(x) is x (log t + 1 - t), up to 1 in `trials`."""
    half = NormalDist().inv_cdf(0.975) ** 2 / 2
    low = proportion_interval(successes, trials, 0.95, "likelihood-ratio").low
    inner, outer = 1.0, 1e-9
    for _ in range(200):
        middle = (inner + outer) / 2
        within = successes * (math.log(middle) + 1 - middle) + half >= 0
        inner, outer = (middle, outer) if within else (inner, middle)
    assert low * trials == pytest.approx(successes * inner, rel=1e-7)


# Properties

counts = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.01, 0.999)
few_examples = examples(15)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@few_examples
@given(count=counts, confidence_level=levels)
def test_limits_lie_in_order_between_0_and_1(method, count, confidence_level):
    interval = proportion_interval(*count, confidence_level, method)
    assert 0 <= interval.low <= interval.high <= 1
    if method not in SHIFTED:
        assert interval.low - 1e-12 <= interval.estimate <= interval.high + 1e-12
    assert interval.width == pytest.approx(interval.high - interval.low)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@few_examples
@given(count=counts, confidence_level=levels)
def test_exchanging_successes_and_failures_mirrors_the_interval(method, count, confidence_level):
    successes, trials = count
    interval = proportion_interval(successes, trials, confidence_level, method)
    mirrored = proportion_interval(trials - successes, trials, confidence_level, method)
    assert interval.low == pytest.approx(1 - mirrored.high, abs=1e-12)
    assert interval.high == pytest.approx(1 - mirrored.low, abs=1e-12)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
@few_examples
@given(count=counts, confidence_level=levels, other=levels)
def test_a_higher_level_gives_an_interval_that_holds_the_lower_one(
    method, count, confidence_level, other
):
    inner = proportion_interval(*count, min(confidence_level, other), method)
    outer = proportion_interval(*count, max(confidence_level, other), method)
    assert outer.low <= inner.low + 1e-12
    assert outer.high >= inner.high - 1e-12


@pytest.mark.parametrize("method", sorted(set(INTERVAL_METHODS) - {"logit"}))
@few_examples
@given(trials=st.integers(1, 30), confidence_level=st.floats(0.5, 0.999))
def test_more_successes_never_lower_a_limit(method, trials, confidence_level):
    intervals = [
        proportion_interval(k, trials, confidence_level, method) for k in range(trials + 1)
    ]
    for fewer, more in itertools.pairwise(intervals):
        assert more.low >= fewer.low - 1e-12
        assert more.high >= fewer.high - 1e-12


def test_a_logit_limit_may_fall_when_successes_rise():
    # Its standard error is largest for one success; by hand for 1 and 2 of 21 at z = 2.66.
    one, two = (proportion_interval(k, 21, 0.9921875, "logit").high for k in (1, 2))
    z = NormalDist().inv_cdf(1 - 0.0078125 / 2)
    odds = [math.exp(math.log(k / (21 - k)) + z * math.sqrt(1 / k + 1 / (21 - k))) for k in (1, 2)]
    assert [one, two] == pytest.approx([odd / (1 + odd) for odd in odds])
    assert two < one


@pytest.mark.parametrize(
    ("confidence_level", "falls"), [(0.95, []), (0.985, range(81, 400)), (0.99, range(28, 400))]
)
def test_a_logit_limit_falls_at_high_levels_and_from_some_number_of_trials(confidence_level, falls):
    z = NormalDist().inv_cdf(0.5 + confidence_level / 2)
    fallen = []
    for trials in range(3, 400):
        one, two = (math.log(k / (trials - k)) + z * math.sqrt(1 / k + 1 / (trials - k))
                    for k in (1, 2))  # fmt: skip
        if two < one:
            fallen.append(trials)
    assert fallen == list(falls)
    for trials in (27, 28, 81, 399):
        high = [proportion_interval(k, trials, confidence_level, "logit").high for k in (1, 2)]
        assert (high[1] < high[0]) == (trials in falls)


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("trials", [1, 2, 7, 20])
@pytest.mark.parametrize("confidence_level", [0.8, 0.95])
def test_exact_intervals_cover_at_least_their_level(method, trials, confidence_level):
    intervals = [
        proportion_interval(k, trials, confidence_level, method) for k in range(trials + 1)
    ]
    for proportion in np.linspace(0.0005, 0.9995, 500):
        covered = sum(
            math.comb(trials, k) * proportion**k * (1 - proportion) ** (trials - k)
            for k, interval in enumerate(intervals)
            if interval.low <= proportion <= interval.high
        )
        assert covered >= confidence_level - 1e-12


# Boundaries


@pytest.mark.parametrize(
    "method", sorted(set(INTERVAL_METHODS) - {"jeffreys"})
)  # has no mass there
@pytest.mark.parametrize("trials", [1, 2, 19, 1000])
def test_no_successes_and_no_failures_reach_the_ends(method, trials):
    assert proportion_interval(0, trials, method=method).low == pytest.approx(0, abs=1e-15)
    assert proportion_interval(trials, trials, method=method).high == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("trials", [1, 19])
def test_clopper_pearson_at_the_ends_has_a_closed_form(trials):
    interval = proportion_interval(0, trials)
    assert interval.high == pytest.approx(1 - 0.025 ** (1 / trials), abs=1e-14)


@pytest.mark.parametrize("confidence_level", [0.5, 0.95])
@pytest.mark.parametrize("trials", [1, 19])
def test_limits_of_no_successes_in_closed_form(trials, confidence_level):
    error = 1 - confidence_level
    drop = NormalDist().inv_cdf(1 - error / 2) ** 2
    for method, high in {
        "mid-p": 1 - error ** (1 / trials),
        "likelihood-ratio": 1 - math.exp(-drop / (2 * trials)),
        "logit": 1 - (error / 2) ** (1 / trials),  # the one of clopper-pearson
    }.items():
        assert proportion_interval(0, trials, confidence_level, method).high == pytest.approx(
            high, abs=1e-13
        )


def test_arcsine_is_cut_at_the_ends_of_its_scale():
    # Uncut, the lower limit of 0 of 5 would be the square of a negative sine, 0.032.
    assert proportion_interval(0, 5, method="arcsine").low == pytest.approx(0, abs=1e-15)
    # At a low level the limit does not reach the end, since 3/8 is added to the successes.
    assert proportion_interval(0, 5, 0.5, method="arcsine").low > 0.01


def test_wald_has_no_width_without_successes():
    assert proportion_interval(0, 19, method="wald").width == pytest.approx(0, abs=1e-15)


def test_jeffreys_is_not_adjusted_at_the_ends():
    assert 0 < proportion_interval(0, 19, method="jeffreys").low < 1e-4


# Arguments


@pytest.mark.parametrize(
    ("successes", "trials"),
    [(np.int64(8), np.int8(19)), (8.0, 19.0), (np.float64(8), np.uint16(19))],
)
def test_any_whole_number_is_a_count(successes, trials):
    interval = proportion_interval(successes, trials)
    assert interval == proportion_interval(8, 19)
    assert isinstance(interval, Interval)
    assert type(interval.low) is type(interval.high) is type(interval.estimate) is float


@pytest.mark.parametrize(
    "value", [True, False, np.True_, 8.5, "8", math.nan, math.inf, None, {8}, 8 + 0j]
)
@pytest.mark.parametrize("name", ["successes", "trials"])
def test_what_is_no_whole_number_is_refused(name, value):
    arguments = {"successes": 8, "trials": 19} | {name: value}
    with pytest.raises(ValueError, match=rf"^{name} must be a whole number .*, got ") as error:
        proportion_interval(**arguments)
    shown = True if value is np.True_ else value
    assert str(error.value).endswith(repr(shown))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0), "trials must be a whole number of at least 1, got 0"),
        ((0, -1), "trials must be a whole number of at least 1, got -1"),
        ((-1, 19), "successes must be a whole number from 0 to 19, got -1"),
        ((20, 19), "successes must be a whole number from 0 to 19, got 20"),
        ((8, 19, 0), "confidence_level must be a proportion strictly between 0 and 1, got 0"),
        ((8, 19, 1.0), "confidence_level must be a proportion strictly between 0 and 1, got 1.0"),
        (
            (8, 19, math.nan),
            "confidence_level must be a proportion strictly between 0 and 1, got nan",
        ),
        (
            (8, 19, "0.95"),
            "confidence_level must be a proportion strictly between 0 and 1, got '0.95'",
        ),
        ((8, 19, True), "confidence_level must be a proportion strictly between 0 and 1, got True"),
        ((8, 19, None), "confidence_level must be a proportion strictly between 0 and 1, got None"),
        (
            (8, 19, -0.95),
            "confidence_level must be a proportion strictly between 0 and 1, got -0.95",
        ),
        (
            (8, 19, 95),
            "confidence_level must be a proportion strictly between 0 and 1, "
            "got 95; did you mean 0.95?",
        ),
        (
            (8, 19, 0.95, "exact"),
            f"method must be one of {', '.join(INTERVAL_METHODS)}, got 'exact'",
        ),
        ((8, 19, 0.95, None), f"method must be one of {', '.join(INTERVAL_METHODS)}, got None"),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match="must be") as error:
        proportion_interval(*arguments)
    assert str(error.value) == message


def test_every_method_has_a_source():
    for name, description in INTERVAL_METHODS.items():
        assert "doi:" in description or "ISBN" in description, name


def test_the_result_cannot_be_changed():
    interval = proportion_interval(8, 19)
    with pytest.raises(AttributeError):
        interval.low = 0.1


@pytest.mark.parametrize(("successes", "trials"), [(2, 3), (3, 5), (4, 10)])
def test_a_proportion_whose_p_value_is_alpha_to_the_last_digit_is_not_rejected(successes, trials):
    """Here no success becomes as likely as what was observed, and the P value jumps."""
    odds = math.comb(trials, successes) ** (-1 / successes)
    proportion = odds / (1 + odds)
    p_value = binom.sf(successes - 1, trials, proportion) + binom.cdf(0, trials, proportion)
    found = proportion_interval(successes, trials, 1 - p_value, "sterne")
    assert found.low == pytest.approx(proportion, rel=1e-12)


def test_mid_p_limits_at_a_level_near_0_are_where_its_p_value_is_a_half():
    found = proportion_interval(3, 10, 0.001, "mid-p")
    for limit, count in ((found.low, 3), (1 - found.high, 7)):
        mid = binom.sf(count, 10, limit) + binom.pmf(count, 10, limit) / 2
        assert mid == pytest.approx(0.4995, abs=1e-12)
