"""Exact power against R, against plain double sums, and by its properties."""

import csv
import math
import re
from fractions import Fraction
from itertools import product
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.statistics import (
    POWER_TESTS,
    PROPORTION_TESTS,
    PowerNotAttainedError,
    _two_arms,
    single_arm_power,
    single_arm_sample_size,
    two_arm_power,
    two_arm_sample_size,
    two_proportion_test,
)
from tisstats.statistics._two_arms import max_type_one_error, rejected
from tisstats.statistics.power import smallest_sample_size

ALTERNATIVES = ("two-sided", "less", "greater")
few_examples = examples(10)


def golden_rows(name):
    path = Path(__file__).parent / "golden" / name
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert rows
    return rows


@pytest.mark.parametrize("function", [two_arm_power, two_arm_sample_size])
def test_what_is_said_of_tests_is_said_of_those_that_are_permitted(function):
    named = set(re.findall("`([a-z-]+)`", function.__doc__)) & set(PROPORTION_TESTS)
    assert named
    assert named <= set(POWER_TESTS)


def test_power_of_two_arms_agrees_with_r():
    for row in golden_rows("power_two_arm.csv"):
        found = two_arm_power(
            *(int(row[name]) for name in ("trials_1", "trials_2")),
            *(float(row[name]) for name in ("proportion_1", "proportion_2")),
            alpha=float(row["alpha"]),
            test=row["test"],
            alternative=row["alternative"],
        )
        assert found.power == pytest.approx(float(row["power"]), abs=1e-9), row


def test_power_of_one_arm_agrees_with_r():
    for row in golden_rows("power_single_arm.csv"):
        found = single_arm_power(
            int(row["trials"]),
            float(row["proportion"]),
            float(row["reference"]),
            alpha=float(row["alpha"]),
            alternative=row["alternative"],
        )
        assert found.power == pytest.approx(float(row["power"]), abs=1e-9), row


def test_sizes_agree_with_r():
    for row in golden_rows("power_size.csv"):
        function = two_arm_sample_size if row["arms"] == "2" else single_arm_sample_size
        found = function(
            *(float(row[name]) for name in ("power", "proportion_1", "proportion_2")),
            maximum=int(row["maximum"]),
        )
        trials = "trials_1" if row["arms"] == "2" else "trials"
        lasting = None if found.stable is None else getattr(found.stable, trials)
        assert getattr(found.smallest, trials) == int(row["first"]), row
        assert lasting == (None if row["lasting"] == "NA" else int(row["lasting"])), row


# Slow references


def binomial(trials, p):
    return [math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(trials + 1)]


@pytest.mark.parametrize("test", POWER_TESTS)
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_power_adds_up_the_tables_whose_own_test_rejects(test, alternative):
    trials_1, trials_2, alpha = 6, 8, 0.1
    rejecting = np.array(
        [
            [
                two_proportion_test(a, trials_1, b, trials_2, test=test, alternative=alternative)
                for b in range(trials_2 + 1)
            ]
            for a in range(trials_1 + 1)
        ]
    )
    rejecting = np.vectorize(lambda found: found.pvalue <= alpha * (1 + 1e-7))(rejecting)
    found = two_arm_power(
        trials_1, trials_2, 0.8, 0.3, alpha=alpha, test=test, alternative=alternative
    )
    expected = np.outer(binomial(trials_1, 0.8), binomial(trials_2, 0.3))[rejecting].sum()
    assert found.power == pytest.approx(expected, abs=1e-12)
    errors = [
        np.outer(binomial(trials_1, p), binomial(trials_2, p))[rejecting].sum()
        for p in np.linspace(0, 1, 1001)
    ]
    assert found.type_one_error == pytest.approx(max(errors), abs=1e-5)
    assert found.type_one_error >= max(errors) - 1e-12


def slow_region(trials_1, trials_2, alpha):
    """Boschloo's one-sided region: tables in the order of Fisher's P, as many as alpha allows."""
    tables = [(a, b) for a in range(trials_1 + 1) for b in range(trials_2 + 1)]

    def fisher(a, b):
        ways = [
            math.comb(trials_1, k) * math.comb(trials_2, a + b - k)
            for k in range(a, min(a + b, trials_1) + 1)
        ]
        return Fraction(sum(ways), math.comb(trials_1 + trials_2, a + b))

    grid = [Fraction(k, 400) for k in range(401)]
    region = []
    for bound in sorted({fisher(*table) for table in tables}):
        larger = [table for table in tables if fisher(*table) <= bound]
        errors = (
            sum(
                math.comb(trials_1, a)
                * math.comb(trials_2, b)
                * float(p) ** (a + b)
                * (1 - float(p)) ** (trials_1 + trials_2 - a - b)
                for a, b in larger
            )
            for p in grid
        )
        if max(errors) > alpha:
            break
        region = larger
    return set(region)


#: Sizes of arms, and one-sided levels, none of them near the error of a region.
REGIONS = [(3, 3, 0.05), (3, 3, 0.15), (4, 6, 0.025), (7, 5, 0.1), (6, 6, 0.2), (2, 8, 0.3),
           (1, 1, 0.3), (1, 1, 0.2), (2, 2, 0.001), (8, 3, 0.5)]  # fmt: skip


@pytest.mark.parametrize(("trials_1", "trials_2", "alpha"), REGIONS)
def test_the_region_of_boschloo_is_the_largest_in_the_order_of_fisher(trials_1, trials_2, alpha):
    expected = slow_region(trials_1, trials_2, alpha)
    found = rejected(trials_1, trials_2, alpha, "boschloo", "greater")
    assert {tuple(map(int, table)) for table in np.argwhere(found)} == expected
    less = rejected(trials_1, trials_2, alpha, "boschloo", "less")
    assert (less == found[::-1, ::-1]).all()
    both = rejected(trials_1, trials_2, 2 * alpha, "boschloo", "two-sided")
    assert (both == (found | less)).all()


def test_a_region_whose_error_is_exactly_alpha_is_rejected():
    # All of 3 and none of 3 has the probability (p (1 - p))^3, 1/64 at most; two more tables
    # have Fisher's next P.
    one = rejected(3, 3, 1 / 64, "boschloo", "greater")
    assert np.argwhere(one).tolist() == [[3, 0]]
    assert not rejected(3, 3, 0.99 / 64, "boschloo", "greater").any()
    largest = max_type_one_error(rejected(4, 5, 0.1, "boschloo", "greater"))
    again = rejected(4, 5, largest, "boschloo", "greater")
    assert (again == rejected(4, 5, 0.1, "boschloo", "greater")).all()
    below = rejected(4, 5, largest * (1 - 1e-6), "boschloo", "greater")
    assert below.sum() < again.sum()


def test_a_p_value_of_exactly_alpha_rejects():
    # 3 of 3 and 0 of 3: one table of 20, one-sided.
    found = two_arm_power(3, 3, 1, 0, alpha=0.05, alternative="greater")
    assert found.power == pytest.approx(1)
    assert two_arm_power(3, 3, 1, 0, alpha=0.0499, alternative="greater").power < 1e-12
    # 3 of 3 at a reference of 0.5: 1 in 8.
    assert single_arm_power(3, 1, 0.5, alpha=0.125, alternative="greater").upper_critical == 3


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("sizes", [(5, 5), (7, 4)])
def test_a_p_value_of_alpha_is_a_rejection_by_chi_square(sizes, alternative):
    first, second = (place.ravel() for place in np.indices([size + 1 for size in sizes]))
    pvalues = two_proportion_test(
        first, sizes[0], second, sizes[1], test="chi-square", alternative=alternative
    ).pvalue
    for one, other, pvalue in zip(first, second, pvalues.tolist(), strict=True):
        if pvalue < 0.5:
            assert rejected(*sizes, pvalue, "chi-square", alternative)[one, other]


@pytest.mark.parametrize("trials", [1, 7, 19])
def test_the_critical_numbers_are_those_from_which_on_the_test_rejects(trials):
    found = single_arm_power(trials, 0.6, 0.3, alpha=0.1)
    chances = binomial(trials, 0.3)
    rejects = [sum(p for p in chances if p <= chance * (1 + 1e-9)) <= 0.1 for chance in chances]
    above = [k for k in range(trials + 1) if rejects[k] and k > 0.3 * trials]
    below = [k for k in range(trials + 1) if rejects[k] and k < 0.3 * trials]
    assert (found.upper_critical, found.lower_critical) == (
        min(above) if above else None,
        max(below) if below else None,
    )
    assert found.type_one_error == pytest.approx(sum(np.array(chances)[rejects]), abs=1e-12)


@pytest.mark.parametrize("trials", [2, 10])
@pytest.mark.parametrize("alpha", [0.2, 0.9])
def test_a_one_sided_test_has_one_critical_number_at_any_alpha(trials, alpha):
    """At an alpha of 0.9 even the expected number of responders rejects, and more than it."""
    chances = binomial(trials, 0.5)
    low = [k for k in range(trials + 1) if sum(chances[: k + 1]) <= alpha]
    less = single_arm_power(trials, 0.4, 0.5, alpha=alpha, alternative="less")
    assert (less.upper_critical, less.lower_critical) == (None, max(low, default=None))
    greater = single_arm_power(trials, 0.6, 0.5, alpha=alpha, alternative="greater")
    expected = trials - max(low) if low else None
    assert (greater.upper_critical, greater.lower_critical) == (expected, None)


@pytest.mark.parametrize("alpha", [0.45, 0.5])
def test_where_the_critical_chi_square_is_close_to_zero_the_region_is_as_by_hand(alpha):
    power = two_arm_power(4, 4, 0.6, 0.3, alpha=alpha, test="chi-square", alternative="greater")
    critical = NormalDist().inv_cdf(1 - alpha)
    expected = 0.0
    for first, second in product(range(5), repeat=2):
        both = first + second
        if 0 < both < 8:
            root = 4 * (first - second) / math.sqrt(4 * 4 * both * (8 - both) / 8)
            if root >= critical - 1e-9:
                expected += binomial(4, 0.6)[first] * binomial(4, 0.3)[second]
    assert power.power == pytest.approx(expected)


def test_a_trial_too_small_to_reject_has_no_power():
    assert single_arm_power(2, 0.9, 0.5).upper_critical is None
    assert single_arm_power(2, 0.9, 0.5).power == pytest.approx(0)
    for test in ("fisher", "boschloo"):
        assert two_arm_power(2, 2, 1, 0, alpha=0.01, test=test).power == pytest.approx(0)


# Properties

sizes = st.integers(1, 25)
shares = st.floats(0, 1)
alphas = st.floats(0.005, 0.3)


@pytest.mark.parametrize("test", POWER_TESTS)
@few_examples
@given(n1=sizes, n2=sizes, p1=shares, p2=shares, alpha=alphas)
def test_arms_may_be_exchanged_and_so_may_successes_and_failures(test, n1, n2, p1, p2, alpha):
    power = two_arm_power(n1, n2, p1, p2, alpha=alpha, test=test).power
    for other in (
        two_arm_power(n2, n1, p2, p1, alpha=alpha, test=test),
        two_arm_power(n1, n2, 1 - p1, 1 - p2, alpha=alpha, test=test),
    ):
        assert other.power == pytest.approx(power, abs=1e-9)


@pytest.mark.parametrize("test", ["fisher", "boschloo"])
@few_examples
@given(n1=sizes, n2=sizes, alpha=alphas)
def test_exact_tests_keep_their_error(test, n1, n2, alpha):
    for alternative in ALTERNATIVES:
        found = two_arm_power(n1, n2, 0.5, 0.5, alpha=alpha, test=test, alternative=alternative)
        assert found.power - 1e-9 <= found.type_one_error <= alpha * (1 + 1e-6)


@few_examples
@given(n1=sizes, n2=sizes, p1=shares, p2=shares, alpha=alphas)
def test_boschloo_rejects_whatever_one_sided_fisher_does(n1, n2, p1, p2, alpha):
    fisher, boschloo = (
        two_arm_power(n1, n2, p1, p2, alpha=alpha, test=test, alternative="greater").power
        for test in ("fisher", "boschloo")
    )
    assert boschloo >= fisher - 1e-9


@pytest.mark.parametrize("test", POWER_TESTS)
@few_examples
@given(n1=sizes, n2=sizes, p1=shares, p2=shares, alpha=alphas, other=alphas)
def test_a_larger_error_gives_more_power(test, n1, n2, p1, p2, alpha, other):
    less, more = (
        two_arm_power(n1, n2, p1, p2, alpha=a, test=test).power for a in sorted([alpha, other])
    )
    assert less <= more + 1e-9


@few_examples
@given(n=sizes, p=shares, reference=st.floats(0.05, 0.95), alpha=alphas)
def test_one_arm_keeps_its_error_and_mirrors(n, p, reference, alpha):
    for alternative, mirrored in zip(ALTERNATIVES, ("two-sided", "greater", "less"), strict=True):
        found = single_arm_power(n, p, reference, alpha=alpha, alternative=alternative)
        assert found.type_one_error <= alpha * (1 + 1e-6)
        other = single_arm_power(n, 1 - p, 1 - reference, alpha=alpha, alternative=mirrored)
        assert other.power == pytest.approx(found.power, abs=1e-9)


def test_between_first_and_lasting_power_may_fall_short_again():
    size = single_arm_sample_size(0.8, 0.6, 0.3, maximum=150)
    first, lasting = size.smallest.trials, size.stable.trials
    powers = {n: single_arm_power(n, 0.6, 0.3).power for n in range(1, 151)}
    assert powers[first] >= 0.8 > powers[lasting - 1]
    assert first < lasting
    assert (
        max(powers[n] for n in range(1, first)) < 0.8 <= min(powers[n] for n in range(lasting, 151))
    )


def slow_power(trials, p, reference):
    chances = binomial(trials, reference)
    rejected = [
        k
        for k, chance in enumerate(chances)
        if sum(other for other in chances if other <= chance * (1 + 1e-9)) <= 0.05
    ]
    found = binomial(trials, p)
    return sum(found[k] for k in rejected)


def test_a_size_is_found_though_the_largest_falls_short():
    powers = [slow_power(n, 0.5, 0.4) for n in range(1, 201)]
    assert powers[-1] < 0.8  # the largest says nothing of the others
    enough = [n for n, power in enumerate(powers, 1) if power >= 0.8]
    size = single_arm_sample_size(0.8, 0.5, 0.4, maximum=200)
    assert size.smallest.trials == enough[0] == 191
    assert size.smallest.power == pytest.approx(powers[190], abs=1e-12)
    assert size.stable is None


@pytest.mark.parametrize("test", ["fisher", "boschloo", "chi-square"])
def test_a_region_that_is_kept_cannot_be_written_to(test):
    region = rejected(4, 5, 0.05, test)
    with pytest.raises(ValueError, match="read-only"):
        region[0, 0] = True


def test_the_maximum_is_the_largest_size_that_is_tried():
    sought = {"power": 0.8, "proportion": 0.6, "null_proportion": 0.3, "alternative": "greater"}
    assert single_arm_sample_size(**sought, maximum=17).smallest.trials == 17
    with pytest.raises(PowerNotAttainedError, match="with at most 16 patients"):
        single_arm_sample_size(**sought, maximum=16)
    with pytest.raises(ValueError, match=r"^maximum must be .* from 1 to 20,000, got 0"):
        single_arm_sample_size(**sought, maximum=0)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=12), st.integers(1, 9))
def test_first_and_lasting_sizes_are_those_of_a_plain_search(tenths, wanted):
    powers, enough = [t / 10 for t in tenths], [t >= wanted for t in tenths]
    if not any(enough):
        with pytest.raises(PowerNotAttainedError, match="or maximum larger"):
            smallest_sample_size(wanted / 10, powers, int, "patients")
        return
    size = smallest_sample_size(wanted / 10, powers, int, "patients")
    assert size.smallest == next(n for n, suffices in enumerate(enough, 1) if suffices)
    lasting = [n for n in range(1, len(enough) + 1) if all(enough[n - 1 :])]
    assert size.stable == (lasting[0] if lasting else None)
    assert size.maximum == len(powers)


@pytest.mark.parametrize(
    ("size", "first", "second"),
    [
        (two_arm_sample_size, "proportion_1", "proportion_2"),
        (single_arm_sample_size, "proportion", "null_proportion"),
    ],
)
def test_there_is_no_size_without_a_difference_to_find(size, first, second):
    for proportions, options, expected in (
        (
            (0.4, 0.4),
            {},
            f"{first} must differ from {second}, got 0.4 for both: without a difference, power is "
            "the type I error at any sample size",
        ),
        (
            (0.3, 0.4),
            {"alternative": "greater"},
            f"{first} must be above {second} when alternative is 'greater', got 0.3 and 0.4: the "
            "test is one-sided",
        ),
        (
            (0.4, 0.3),
            {"alternative": "less"},
            f"{first} must be below {second} when alternative is 'less', got 0.4 and 0.3: the "
            "test is one-sided",
        ),
    ):
        with pytest.raises(ValueError, match="must") as error:
            size(0.8, *proportions, **options)
        assert not isinstance(error.value, PowerNotAttainedError)
        assert str(error.value) == expected


@pytest.mark.parametrize("power", [1.2, 1, 0, -0.1, float("nan")])
def test_a_power_is_strictly_between_0_and_1(power):
    for size in (two_arm_sample_size, single_arm_sample_size):
        with pytest.raises(ValueError, match=r"^power must be a proportion strictly between"):
            size(power, 0.6, 0.3)


# Arguments


def test_a_power_out_of_reach_says_what_can_be_reached():
    for size, what, powers in (
        (
            two_arm_sample_size,
            "patients in each arm",
            [two_arm_power(n, n, 0.5, 0.4).power for n in range(1, 11)],
        ),
        (
            single_arm_sample_size,
            "patients",
            [single_arm_power(n, 0.5, 0.4).power for n in range(1, 11)],
        ),
    ):
        with pytest.raises(PowerNotAttainedError) as error:
            size(0.9, 0.5, 0.4, maximum=10)
        assert str(error.value) == (
            f"power must be attainable with at most 10 {what} (where it is at most "
            f"{max(powers):.4g}), or maximum larger, got 0.9"
        )


def test_there_may_be_no_lasting_size():
    largest = single_arm_sample_size(0.8, 0.6, 0.3, maximum=22)
    assert largest.stable is None
    assert largest.maximum == 22


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"trials_1": 0}, "trials_1 must be a whole number of at least 1, got 0"),
        ({"trials_2": 0}, "trials_2 must be a whole number of at least 1, got 0"),
        ({"proportion_2": 40}, "proportion_2 must be a proportion from 0 to 1, got 40; did you"),
        ({"alpha": 0}, "alpha must be a proportion strictly between 0 and 1, got 0"),
        ({"test": "barnard"}, "test must be one of fisher, boschloo, chi-square, got 'barnard'"),
        ({"alternative": "larger"}, "alternative must be one of two-sided, less, greater, got"),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(wrong, message):
    right = {"trials_1": 19, "trials_2": 20, "proportion_1": 0.7, "proportion_2": 0.4}
    with pytest.raises(ValueError, match="must be") as error:
        two_arm_power(**(right | wrong))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"trials": 1.5}, "trials must be a whole number"),
        (
            {"null_proportion": 0},
            "null_proportion must be a proportion strictly between 0 and 1",
        ),
        ({"proportion": 1.2}, "proportion must be a proportion from 0 to 1, got 1.2"),
        ({"alpha": "0.05"}, "alpha must be a proportion strictly between 0 and 1, got '0.05'"),
        ({"alternative": None}, "alternative must be one of two-sided, less, greater, got None"),
    ],
)
def test_one_arm_checks_its_arguments(wrong, message):
    with pytest.raises(ValueError, match="must be") as error:
        single_arm_power(**({"trials": 19, "proportion": 0.6, "null_proportion": 0.3} | wrong))
    assert str(error.value).startswith(message)


def test_a_power_that_rounding_keeps_from_its_target_attains_it():
    assert smallest_sample_size(0.8, [0.5, 0.8 * (1 - 1e-15)], int, "patients").smallest == 2


def test_a_target_near_1_is_not_attained_by_what_falls_short_half_as_often_again():
    powers = [0.9999999985, 0.999999999]
    assert smallest_sample_size(0.999999999, powers, int, "patients").smallest == 2


@pytest.mark.parametrize("test", ["fisher", "boschloo"])
def test_a_p_value_of_1_does_not_reject_however_high_the_level(test):
    alpha = 0.999999999
    assert two_arm_power(1, 1, 0.8, 0.4, alpha=alpha, test=test).type_one_error <= alpha
    # With one patient in each arm every table has a P value of 1 by Fisher's test.
    assert two_arm_power(1, 1, 0.8, 0.4, alpha=alpha).power == 0
    assert single_arm_power(1, 0.5, 0.5, alpha=alpha).power == 0


@pytest.mark.parametrize(("sizes", "refused"), [((4, 5), False), ((5, 4), False), ((5, 5), True)])
def test_as_many_tables_as_the_limit_are_not_too_many(monkeypatch, sizes, refused):
    monkeypatch.setattr(_two_arms, "MOST_TABLES", 5 * 6)
    if refused:
        with pytest.raises(ValueError, match="must have at most 30 tables, got 5 and 5"):
            two_arm_power(*sizes, 0.7, 0.4)
    else:
        assert 0 < two_arm_power(*sizes, 0.7, 0.4).power < 1
