"""Counts far beyond any trial: exact tests by logarithms, and what is refused in one line."""

import math
from decimal import Decimal, localcontext
from itertools import product
from statistics import NormalDist

import numpy as np
import pytest

import tisstats as tis
from tisstats.statistics import _hypergeometric, _limits, _two_arms
from tisstats.statistics._hypergeometric import Margins, fisher_pvalue_by_logarithms

ALTERNATIVES = ("two-sided", "less", "greater")


def exact(first, of_first, both, of_second, alternative):
    """Fisher's P value by whole numbers."""
    ways = {
        x: math.comb(of_first, x) * math.comb(of_second, both - x)
        for x in range(max(0, both - of_second), min(of_first, both) + 1)
    }
    counted = {
        "less": lambda x: x <= first,
        "greater": lambda x: x >= first,
        "two-sided": lambda x: ways[x] <= ways[first],
    }[alternative]
    return sum(each for x, each in ways.items() if counted(x)) / sum(ways.values())


@pytest.mark.parametrize("sizes", [(1, 1), (7, 7), (4, 11), (11, 4), (30, 30), (2, 90)])
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_logarithms_give_the_p_value_of_whole_numbers(sizes, alternative):
    of_first, of_second = sizes
    for both in range(of_first + of_second + 1):
        margins = Margins(of_first, of_second, both)
        for first in range(margins.fewest, margins.most + 1):
            found = fisher_pvalue_by_logarithms(first, margins, alternative)
            expected = exact(first, of_first, both, of_second, alternative)
            assert found == pytest.approx(expected, rel=1e-12, abs=0), (first, margins)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_logarithms_reach_as_far_as_they_count(monkeypatch, alternative):
    margins = Margins(600, 900, 270)
    tables = (0, 60, 90, 108, 120, 210, 270)
    expected = [exact(first, 600, 270, 900, alternative) for first in tables]
    for width in (0, 3):
        monkeypatch.setattr(_hypergeometric, "_WIDTH", width)
        monkeypatch.setattr(_hypergeometric, "_LEAST_WIDTH", 2)
        found = [fisher_pvalue_by_logarithms(first, margins, alternative) for first in tables]
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=0)


def test_the_other_tail_is_reached_where_the_square_of_its_probability_is_no_float(monkeypatch):
    expected = exact(0, 2_000, 900, 3_000, "two-sided")
    monkeypatch.setattr(_hypergeometric, "_WIDTH", 0)
    found = fisher_pvalue_by_logarithms(0, Margins(2_000, 3_000, 900), "two-sided")
    assert found == pytest.approx(expected, rel=1e-11, abs=0)
    assert 0 < expected < 1e-200


def test_tables_with_too_many_ways_to_count_go_by_their_logarithms(monkeypatch):
    counts = ([8, 3, 9], 19, [3, 3, 1], 20)
    counted = tis.two_proportion_test(*counts).pvalue
    monkeypatch.setattr(_two_arms, "_MOST_BITS", 0)
    monkeypatch.setattr(_two_arms, "_ways", None)
    np.testing.assert_allclose(tis.two_proportion_test(*counts).pvalue, counted, rtol=1e-13)


@pytest.mark.parametrize("argument", [20, 21, 25, 40, 300])
def test_stirlings_series_is_that_of_the_logarithm_of_a_factorial(argument):
    assert argument >= _limits._STIRLING_FROM
    with localcontext() as context:
        context.prec = 40
        n, pi = Decimal(argument), Decimal("3.14159265358979323846264338327950288419716939937510")
        exact = Decimal(math.factorial(argument - 1)).ln()
        exact -= (n - Decimal("0.5")) * n.ln() - n + (2 * pi).ln() / 2
    assert float(exact) > 0
    assert abs(Decimal(_limits._stirling(argument)) - exact) < Decimal("2e-15")


@pytest.mark.parametrize("first", [1, 19, 20, 21, 10**6])
@pytest.mark.parametrize("factors", [0, 1, 2, 60])
def test_the_logarithm_of_a_rising_product_is_the_sum_of_logarithms(first, factors):
    expected = math.fsum(math.log(first + each) for each in range(factors))
    found = _limits._log_rising(first, factors)
    assert found == pytest.approx(expected, rel=1e-15, abs=4e-15)


@pytest.mark.parametrize(
    ("counts", "alternative", "expected"),
    [
        # fisher.test(matrix(c(5e4, 5e4, 49684, 50316), 2))$p.value in R 4.2.2, and likewise.
        ((50_000, 10**5, 49_684, 10**5), "two-sided", 0.158914891227151),
        ((500_000, 10**6, 499_000, 10**6), "two-sided", 0.157714504788113),
        ((5_000_000, 10**7, 4_996_838, 10**7), "two-sided", 0.15746696888955),
        # fisher.test(matrix(c(3e5, 7e5, 150900, 349100), 2), alternative = ...)
        ((300_000, 10**6, 150_900, 500_000), "two-sided", 0.0235368383424123),
        ((300_000, 10**6, 150_900, 500_000), "less", 0.0117790301944876),
    ],
)
def test_fisher_of_large_arms_agrees_with_r(counts, alternative, expected):
    found = tis.two_proportion_test(*counts, alternative=alternative).pvalue
    assert found == pytest.approx(expected, rel=1e-9)


def test_tails_below_the_smallest_float_are_zero():
    n = 10**10
    one = (n // 2, n, n // 2 - 10**7, n)
    assert tis.two_proportion_test(*one).pvalue == 0
    assert tis.two_proportion_test(*one, alternative="greater").pvalue == 0
    assert tis.two_proportion_test(*one, alternative="less").pvalue == 1


def test_arms_beyond_any_study_are_compared():
    n = 10**10
    counts = (n // 2, n, n // 2 - 10**5, n)
    exact_p, approximate = (
        tis.two_proportion_test(*counts, test=test).pvalue for test in ("fisher", "chi-square")
    )
    assert exact_p == pytest.approx(approximate, rel=1e-4)
    found = tis.odds_ratio(*counts)
    # Wald: the log odds ratio is 4e-5, its standard error sqrt(8 / n).
    margin = 1.959963984540054 * math.sqrt(8 / n)
    assert [math.log(each) for each in (found.low, found.high)] == pytest.approx(
        [4e-5 - margin, 4e-5 + margin], rel=1e-4
    )


def tail_up_to(count, trials, proportion):
    """P(X <= count), term by term with 60 digits."""
    odds = proportion / (1 - proportion)
    term = total = (1 - proportion) ** trials
    for k in range(count):
        term *= odds * (trials - k) / (k + 1)
        total += term
    return total


def chance(count, trials, proportion):
    return tail_up_to(count, trials, proportion) - tail_up_to(count - 1, trials, proportion)


def reference_p_value(method, count, trials, proportion):
    """P of a proportion above the estimate, where few successes are likely."""
    lower, own = tail_up_to(count, trials, proportion), chance(count, trials, proportion)
    if method == "mid-p":
        return 2 * lower - own
    for k in range(count + 1, 100):
        beyond = 1 - tail_up_to(k - 1, trials, proportion)
        if k > trials * proportion and chance(k, trials, proportion) <= own and method == "sterne":
            return lower + beyond
        if beyond <= lower and method == "blaker":
            return lower + beyond
    raise AssertionError(method)


@pytest.mark.parametrize("method", ["sterne", "blaker", "mid-p", "clopper-pearson"])
def test_the_upper_limit_of_a_tiny_proportion_has_all_its_digits(method):
    trials, alpha = 10**10, Decimal("0.05")
    with localcontext() as context:
        context.prec = 60
        high = Decimal(float(tis.proportion_interval(3, trials, method=method).high))

        def rejects(proportion):
            if method == "clopper-pearson":
                return 2 * tail_up_to(3, trials, proportion) < alpha
            return reference_p_value(method, 3, trials, proportion) < alpha

        digits = Decimal("1e-13")
        assert not rejects(high * (1 - digits))
        assert rejects(high * (1 + digits))


def test_the_upper_limit_of_the_likelihood_ratio_has_all_its_digits():
    trials, estimate = 10**10, 3e-10
    high = tis.proportion_interval(3, trials, method="likelihood-ratio").high

    def drop(proportion):
        rest = math.log1p(-proportion) - math.log1p(-estimate)
        return 3 * math.log(estimate / proportion) - (trials - 3) * rest

    half_quantile = NormalDist().inv_cdf(0.975) ** 2 / 2
    assert drop(high * (1 - 1e-12)) < half_quantile < drop(high * (1 + 1e-12))


@pytest.mark.parametrize("limit", ["low", "high"])
def test_score_limits_of_tiny_proportions_have_their_digits(limit):
    """Times the trials they tend to those of two Poisson counts, and differ by c / trials."""

    def difference(trials):
        found = tis.proportion_difference(3, trials, 10, trials, method="miettinen-nurminen")
        return trials * getattr(found, limit)

    def ratio(trials):
        return getattr(tis.proportion_ratio(3, trials, 10, trials), limit)

    for scaled in (difference, ratio):
        a_million, more, most = (scaled(10**power) for power in (6, 8, 10))
        expected = more - (a_million - more) / (1e-6 - 1e-8) * (1e-8 - 1e-10)
        assert most == pytest.approx(expected, rel=2e-11)


@pytest.mark.parametrize("method", ["sterne", "blaker"])
def test_of_many_possible_limits_few_are_looked_at(method, monkeypatch):
    """Of 100,000 within two standard deviations."""
    asked = []
    at_most = _limits._at_most
    monkeypatch.setattr(
        _limits, "_at_most", lambda *arguments: asked.append(1) or at_most(*arguments)
    )
    low, high = tis.proportion_interval(5 * 10**9, 10**10, method=method)
    assert len(asked) < 2000
    # The normal approximation is good to some 1 / n.
    margin = 1.959963984540054 * 0.5 / 10**5
    assert [low, high] == pytest.approx([0.5 - margin, 0.5 + margin], abs=1e-9)


SINGLE = tis.SingleArmDesign(tis.planned_arm(20, 0.6), null_proportion=0.3)

#: The argument that is at fault, what it allows, and the call.
OF_COUNTS = [
    ("trials", "from 1 to 1,000,000", lambda n: tis.coverage(n, [0.5])),
    ("trials", "from 1 to 10,000", tis.coverage_summary),
    ("trials", "from 1 to 10,000,000", lambda n: tis.single_arm_power(n, 0.6, 0.3)),
    ("maximum", "from 1 to 20,000", lambda n: tis.single_arm_sample_size(0.8, 0.6, 0.3, maximum=n)),
    ("maximum", "from 1 to 2000", lambda n: tis.two_arm_sample_size(0.8, 0.6, 0.3, maximum=n)),
    ("trials", "from 1 to 10,000,000,000", lambda n: tis.planned_interval(n, 0.5)),
    ("maximum", "from 1 to 1,000,000", lambda n: tis.sample_size_for_width(0.1, 0.5, maximum=n)),
    ("patients", "from 1 to 300", lambda n: tis.planned_arm(n, 0.5)),
    ("trials", "from 2 to 100,000,000", lambda n: tis.simulate_trials(SINGLE, trials=n, seed=1)),
    ("n", "from 1 to 100,000,000", lambda n: tis.times_from_counts({3: 2}, n, horizon=9)),
    ("n", "from 1 to 10,000,000,000", lambda n: tis.censoring_bounds({3: 2}, n, 2, 9)),
    ("decimals", "from 0 to 10,000", lambda n: tis.format_median_iqr([1, 2, 3], decimals=n)),
]


@pytest.mark.parametrize(("name", "allowed", "call"), OF_COUNTS, ids=lambda each: str(each)[:20])
@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (10**18, "1000000000000000000"),
        (10**400, "a whole number of 401 digits"),
        (10**400 - 1, "a whole number of 400 digits"),
        (10**5000, "a whole number of 5001 digits"),
    ],
    ids=["18", "400", "399", "5000"],
)
def test_a_huge_count_is_refused_in_one_line(name, allowed, call, number, shown):
    with pytest.raises(ValueError, match="must be") as raised:
        call(number)
    assert str(raised.value) == f"{name} must be a whole number {allowed}, got {shown}"


@pytest.mark.parametrize("place", range(4))
def test_huge_arms_are_refused_in_one_line(place):
    for call, huge in product(
        (tis.two_proportion_test, tis.odds_ratio, tis.proportion_difference, tis.proportion_ratio),
        (10**18, 10**5000),
    ):
        counts = [1, 5, 1, 5]
        counts[place] = huge
        with pytest.raises(
            ValueError, match=r"^(successes|trials)_[12] must be .*, got "
        ) as raised:
            call(*counts)
        assert len(str(raised.value)) < 100


@pytest.mark.parametrize("sizes", [(10**18, 20), (20, 10**400), (10_000, 1)])
@pytest.mark.parametrize("test", ["fisher", "boschloo"])
def test_two_arms_with_too_many_patients_are_refused_in_one_line(sizes, test):
    with pytest.raises(
        ValueError, match=r"^trials_1 and trials_2 must be at most 10,000 together and have "
    ):
        tis.two_arm_power(*sizes, 0.6, 0.3, test=test)


@pytest.mark.parametrize("test", ["fisher", "chi-square"])
def test_two_arms_with_too_many_tables_are_refused_in_one_line(test):
    with pytest.raises(
        ValueError, match=r"^trials_1 and trials_2 must have at most 10,000,000 tables, got 3200 "
    ):
        tis.two_arm_power(3200, 3200, 0.6, 0.3, test=test)


def test_a_small_arm_beside_a_large_one_has_power_by_chi_square():
    assert 0 < tis.two_arm_power(10_001, 2, 0.6, 0.3, test="chi-square").power < 1


def test_the_limits_of_counts_are_themselves_allowed():
    times, events = tis.times_from_counts({3: 2}, 10**6, horizon=9)
    assert (times.size, times[:3].tolist(), events.sum()) == (10**6, [3, 3, 9], 2)
    assert tis.planned_interval(10**10, 0.5).successes == 5 * 10**9
    assert tis.censoring_bounds({3: 2}, 10**10, 2, 9).lower[0] == pytest.approx(2e-10, rel=1e-4)
    assert tis.coverage(10**4, [0.5]).coverage[0] > 0.95


def test_boschloo_refuses_long_arms_beside_short_ones():
    assert tis.two_proportion_test(0, 10_000, 0, 1, test="boschloo").pvalue == 1  # needs no list
    with pytest.raises(ValueError, match="trials of both arms") as raised:
        tis.two_proportion_test(1, 10_000, 0, 1, test="boschloo")
    assert str(raised.value) == (
        "test 'boschloo' is for at most 10,000 trials of both arms, got 10000 and 1; 'barnard', "
        "'fisher' and 'chi-square' take more"
    )
    assert tis.two_proportion_test(1, 10_000, 0, 1, test="barnard").pvalue > 0.5


@pytest.mark.parametrize(("successes", "trials"), [(45, 60), (61, 80), (150, 200), (700, 1_000)])
def test_a_limit_of_sterne_where_an_outcome_enters_has_all_its_digits(successes, trials):
    """There the outcome is as likely as the observed one, and Python counts the ways of both."""
    ways = math.comb(trials, successes)
    met = 0
    for confidence_level in np.linspace(0.5, 0.99, 50):
        low = tis.proportion_interval(successes, trials, confidence_level, "sterne").low
        log_odds = math.log(low) - math.log1p(-low)
        entries = [
            (math.log(math.comb(trials, k)) - math.log(ways)) / (successes - k)
            for k in range(successes)
        ]
        nearest = min(entries, key=lambda entry: abs(entry - log_odds))
        if abs(nearest - log_odds) < 1e-6:
            met += 1
            assert log_odds == pytest.approx(nearest, rel=0, abs=2e-14)
    assert met
