"""The signed-rank test against R and PSPP, against all sign assignments, and its symmetries."""

import csv
import itertools
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.statistics import _signed_rank_null, hodges_lehmann, signed_rank_test

GOLDEN = Path(__file__).parent / "golden"
ZERO_METHODS = ["wilcox", "pratt"]
METHODS = ["exact", "asymptotic"]
ALTERNATIVES = ["two-sided", "less", "greater"]
OPTIONS = list(itertools.product(ZERO_METHODS, METHODS, ALTERNATIVES))

#: Changes as trials have them: few distinct values, so that there are ties and zeros.
coarse = st.lists(st.integers(-6, 6), min_size=1, max_size=40)


def golden_rows(name):
    with (GOLDEN / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


@pytest.fixture(scope="module")
def datasets():
    return {
        row["dataset"]: [float(number) for number in row["differences"].split(";")]
        for row in golden_rows("signed_rank_data.csv")
    }


def ranked(differences, zero_method):
    """Doubled mid-ranks with their signs, by counting."""
    sizes = [abs(d) for d in differences if d or zero_method == "pratt"]
    return [
        (1 if d > 0 else -1) * (2 * sum(s < abs(d) for s in sizes) + sizes.count(abs(d)) + 1)
        for d in differences
        if d
    ]


def enumerated(differences, zero_method, alternative):
    """P by writing down every assignment of signs."""
    ranks = ranked(differences, zero_method)
    observed = sum(rank for rank in ranks if rank > 0)
    sums = [
        sum(itertools.compress(map(abs, ranks), signs))
        for signs in itertools.product([0, 1], repeat=len(ranks))
    ]
    less = Fraction(sum(s <= observed for s in sums), len(sums))
    greater = Fraction(sum(s >= observed for s in sums), len(sums))
    two_sided = min(Fraction(1), 2 * min(less, greater))
    return {"less": less, "greater": greater, "two-sided": two_sided}[alternative]


def counted(scores, last):
    """P(W <= last) and P(W = last) by counting in whole numbers of any length."""
    counts = [1] + [0] * last
    for score in scores:
        counts = [
            count + (counts[sum_ - score] if sum_ >= score else 0)
            for sum_, count in enumerate(counts)
        ]
    every = 2 ** len(scores)
    return Fraction(sum(counts), every), Fraction(counts[last], every)


@pytest.mark.parametrize("program", ["base", "coin", "exactRankTests"])
def test_agrees_with_r(program, datasets):
    rows = [row for row in golden_rows("signed_rank.csv") if row["program"] == program]
    assert len(rows) > 60
    for row in rows:
        result = signed_rank_test(
            datasets[row["dataset"]],
            row["zero_method"],
            row["method"],
            row["alternative"].replace(".", "-"),
        )
        # Absolutely to 1e-12 only, since coin takes small normal tails as 1 - pnorm(z).
        assert result.pvalue == pytest.approx(float(row["pvalue"]), rel=1e-9, abs=1e-12), row
        if row["z"] != "NA":
            assert result.z == pytest.approx(float(row["z"]), rel=1e-9, abs=1e-12), row
        if row["w_plus"] != "NA":
            assert result.w_plus == pytest.approx(float(row["w_plus"]), abs=1e-9), row


def test_agrees_with_pspp(datasets):
    lines = (GOLDEN / "signed_rank_pspp.csv").read_text(encoding="utf-8").splitlines()
    names, scores, significances = (next(csv.reader([line])) for line in lines[-3:])
    assert (scores[0], significances[0]) == ("Z", "Asymp. Sig. (2-tailed)")
    assert [name.removesuffix(" - nought") for name in names[1:]] == list(datasets)
    counts = list(csv.reader(lines[2 : 2 + 4 * len(datasets)]))
    for place, (name, differences) in enumerate(datasets.items()):
        result = signed_rank_test(differences, method="asymptotic")
        # SPSS and PSPP take z of the smaller rank sum, which is never positive.
        assert -abs(result.z) == pytest.approx(float(scores[place + 1]), abs=1e-11), name
        assert result.pvalue == pytest.approx(float(significances[place + 1]), abs=5.001e-4), name
        negative, positive, ties, total = counts[4 * place : 4 * place + 4]
        assert [result.n_zero, result.n] == [int(ties[2]), int(total[2])]
        assert result.n_used == int(negative[2]) + int(positive[2])
        assert result.w_minus == pytest.approx(float(negative[4]))
        assert result.w_plus == pytest.approx(float(positive[4]))


@pytest.mark.parametrize("zero_method", ZERO_METHODS)
@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(differences=st.lists(st.integers(-4, 4), min_size=1, max_size=9))
@examples(15)
def test_exact_is_the_share_of_all_sign_assignments(zero_method, alternative, differences):
    result = signed_rank_test(differences, zero_method, "exact", alternative)
    assert Fraction(result.pvalue) == enumerated(differences, zero_method, alternative)
    ranks = ranked(differences, zero_method)
    assert Fraction(result.w_plus) == Fraction(sum(rank for rank in ranks if rank > 0), 2)
    assert Fraction(result.w_minus) == Fraction(-sum(rank for rank in ranks if rank < 0), 2)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_tails_of_every_few_scores_are_exact(count):
    for scores in itertools.combinations_with_replacement(range(1, 5), count):
        for last in range(sum(scores) // 2 + 1):
            tail, at = _signed_rank_null.lower_tail(scores, last)
            assert (Fraction(tail), Fraction(at)) == counted(scores, last), (scores, last)


@given(scores=st.lists(st.integers(1, 30), min_size=1, max_size=110), share=st.floats(0, 0.5))
@settings(deadline=None, max_examples=60)
def test_tails_are_right_to_the_last_digits(scores, share):
    last = math.floor(share * sum(scores))
    tail, at = _signed_rank_null.lower_tail(sorted(scores), last)
    expected_tail, expected_at = counted(sorted(scores), last)
    if len(scores) <= 53:
        assert (Fraction(tail), Fraction(at)) == (expected_tail, expected_at)
    assert tail == pytest.approx(float(expected_tail), rel=1e-13, abs=0)
    assert at == pytest.approx(float(expected_at), rel=1e-13, abs=0)
    # Both ways of computing them hold for any number of scores.
    summed = _signed_rank_null._tail_by_convolution(sorted(scores), last)
    assert summed == pytest.approx((tail, at), rel=1e-13, abs=0)


@pytest.mark.parametrize(("n", "share"), [(60, 0.02), (150, 0.0005), (400, 0.2), (500, 0.001)])
def test_what_a_convolution_leaves_out_is_bounded(n, share, monkeypatch):
    # Each time that sums are cut off, at most exp(-exponent) is, and that of two halves, block by
    # block, at two ends.
    windows = []
    made = _signed_rank_null._Window

    def recorded(*arguments):
        windows.append(made(*arguments))
        return windows[-1]

    monkeypatch.setattr(_signed_rank_null, "_Window", recorded)
    scores = list(range(1, n + 1))
    tail, _ = _signed_rank_null._tail_by_convolution(scores, int(share * sum(scores)))
    cuts = 2 * (n / _signed_rank_null._BLOCK + 2)
    assert cuts * math.exp(-windows[-1].exponent) <= 1e-14 * tail
    if len(windows) == 1:
        return
    # Another round was needed.
    assert 3 * (n // 24 + 4) * math.exp(-windows[-2].exponent) > 1e-14 * tail


@pytest.mark.parametrize("shift", [0.0, 0.6, 4.0])
@pytest.mark.parametrize("digits", [1, 9])
def test_a_thousand_differences_against_plain_shifting(shift, digits):
    values = np.round(np.random.default_rng(5).normal(shift, 1, 1000), digits)
    values = values[values != 0]
    doubled = np.rint(2 * scipy.stats.rankdata(np.abs(values))).astype(int)
    minus = int(doubled[values < 0].sum())
    ways = np.zeros(minus + 1)  # in all 2 ** 1000 at most, which a float can hold
    ways[0] = 1
    greatest = 0  # the greatest sum so far: there is nothing beyond it
    for score in sorted(doubled.tolist()):
        greatest = min(greatest + score, minus)
        if score <= minus:
            ways[score : greatest + 1] += ways[: greatest + 1 - score].copy()
    # Each of the sums is rounded by one part in 2 ** 53: of a thousand, 1.1e-13 at most.
    expected = math.fsum(np.ldexp(ways, -len(doubled)))
    assert signed_rank_test(values, alternative="greater").pvalue == pytest.approx(
        expected, rel=1e-12, abs=0
    )


@pytest.mark.parametrize("last", [0, 3, 20, 1010])
def test_scores_of_very_unlike_size(last):
    scores = [1] * 60 + [1000, 1001, 1002]
    tail = _signed_rank_null.lower_tail(scores, last)[0]
    assert tail == pytest.approx(float(counted(scores, last)[0]), rel=1e-13, abs=0)


def test_of_500_scores_a_sum_that_is_not_attained_has_a_probability_of_0():
    # Of more scores it is 0 but for rounding, which shows in some of the sums.
    scores = [2] * 499 + [1001]
    assert not any(_signed_rank_null.lower_tail(scores, last)[1] for last in range(401, 600, 10))


def test_a_tail_that_was_guessed_too_heavy_is_computed_anew(monkeypatch):
    expected = _signed_rank_null.lower_tail(range(1, 401), 20_000)[0]
    exponents = []
    shifted = _signed_rank_null._distribution

    def watched(part, window):
        exponents.append(window.exponent)
        return shifted(part, window)

    monkeypatch.setattr(_signed_rank_null, "_distribution", watched)
    monkeypatch.setattr(_signed_rank_null, "log_ndtr", lambda _: 30.0)
    tail = _signed_rank_null.lower_tail(range(1, 401), 20_000)[0]
    assert exponents[0] < exponents[-1]
    assert tail == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize("zero_method", ZERO_METHODS)
@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(differences=coarse.filter(any))
@examples(15)
def test_asymptotic_agrees_with_scipy(zero_method, alternative, differences):
    result = signed_rank_test(differences, zero_method, "asymptotic", alternative)
    expected = scipy.stats.wilcoxon(
        differences,
        zero_method=zero_method,
        correction=False,
        alternative=alternative,
        method="asymptotic",
    )
    assert result.pvalue == pytest.approx(expected.pvalue, rel=1e-12)
    assert abs(result.z) == pytest.approx(abs(expected.zstatistic), rel=1e-12, abs=1e-12)
    assert np.sign(round(result.z, 9)) == np.sign(result.w_plus - result.w_minus)


@pytest.mark.parametrize(("zero_method", "method", "alternative"), OPTIONS)
@given(differences=coarse)
@examples(12)
def test_negated_differences_swap_the_tails(zero_method, method, alternative, differences):
    swapped = {"less": "greater", "greater": "less"}.get(alternative, alternative)
    one = signed_rank_test(differences, zero_method, method, alternative)
    other = signed_rank_test([-d for d in differences], zero_method, method, swapped)
    assert one.pvalue == pytest.approx(other.pvalue, rel=1e-14)
    assert one.z == pytest.approx(-other.z)
    assert (one.w_plus, one.w_minus) == pytest.approx((other.w_minus, other.w_plus))


@pytest.mark.parametrize("zero_method", ZERO_METHODS)
@given(
    differences=coarse,
    scale=st.one_of(st.floats(1e-12, 1e12), st.sampled_from([1 / 3, 0.1, 1e-9, 1e300, 1e-290])),
    order=st.randoms(),
)
@examples(25)
def test_neither_unit_nor_order_matters(zero_method, differences, scale, order):
    changed = [d * scale for d in differences]
    order.shuffle(changed)
    assert signed_rank_test(changed, zero_method) == signed_rank_test(differences, zero_method)


@pytest.mark.parametrize("zero_method", ZERO_METHODS)
@given(
    differences=st.lists(st.integers(-24, 24), min_size=1, max_size=30).filter(any),
    unit=st.sampled_from([0.125, 0.1, 1.0, 7.3, 100.0, 1e-9]),
    seed=st.integers(0, 1000),
)
@examples(25)
def test_noise_changes_nothing(zero_method, differences, unit, seed):
    changes = np.array(differences) * unit
    noise = 1e-12 * np.abs(changes).max() * np.random.default_rng(seed).uniform(-1, 1, len(changes))
    assert signed_rank_test(changes + noise, zero_method) == signed_rank_test(
        differences, zero_method
    )


@pytest.mark.parametrize("zero_method", ZERO_METHODS)
@given(differences=coarse, place=st.integers(0, 39), more=st.integers(1, 8))
@examples(25)
def test_a_greater_difference_speaks_for_greater(zero_method, differences, place, more):
    # The sizes and so the ranks stay; one sign may turn to plus.
    place %= len(differences)
    flipped = list(differences)
    flipped[place] = abs(flipped[place])
    before = signed_rank_test(differences, zero_method, alternative="greater")
    after = signed_rank_test(flipped, zero_method, alternative="greater")
    assert after.pvalue <= before.pvalue
    assert after.w_plus >= before.w_plus
    far = [*differences, 7 + more]
    assert signed_rank_test(far, "pratt", alternative="greater").w_plus >= before.w_plus


@given(differences=coarse)
@settings(deadline=None)
def test_one_sided_tails_overlap_at_the_observed_sum_only(differences):
    less, greater, both = (
        signed_rank_test(differences, alternative=name).pvalue
        for name in ("less", "greater", "two-sided")
    )
    assert both == pytest.approx(min(1, 2 * min(less, greater)), rel=1e-15)
    assert less + greater > 1


def test_equal_changes_tie_despite_binary_noise():
    noisy = [0.3 - 0.1, 0.2, -(0.7 - 0.5), 0.1, 1.1 - 1.0, 0.3]
    result = signed_rank_test(noisy)
    assert (result.n_used, result.n_zero, result.n_tied) == (6, 0, 5)
    assert result == signed_rank_test([2, 2, -2, 1, 1, 3])
    assert result.pvalue != pytest.approx(signed_rank_test([2, 2.1, -1.9, 1, 1, 3]).pvalue)


def test_noise_around_zero_is_zero():
    result = signed_rank_test([0.3 - 0.1 - 0.2, -0.0, 0.0, 1.0, -0.5, 0.25])
    assert (result.n, result.n_used, result.n_zero) == (6, 3, 3)
    assert result == signed_rank_test([0, 0, 0, 4, -2, 1])


def test_what_is_noise_is_a_share_of_the_largest():
    assert signed_rank_test([1.1e-9, 1.0]).n_used == 2
    assert signed_rank_test([0.912345678e-9, 1.0]).n_used == 1
    assert signed_rank_test([1e-9, 2e-9, 3e-9]).n_used == 3
    assert signed_rank_test([1, 1 + 1.1e-9]).n_tied == 0
    assert signed_rank_test([1, 1 + 0.9e-9]).n_tied == 2


@pytest.mark.parametrize(
    ("differences", "shown"),
    [
        ([0.5, -0.2, 0.3, 999_999_999], "1e+09: those that differ by at most 1e-09 of it count as "
         "equal, such as 0 and 0.2;"),
        ([1, 2, 10**18], "1e+18: those that differ by at most 1e-09 of it count as equal, such as "
         "0 and 1;"),
        ([400, 500, -1e11], "1e+11: those that differ by at most 1e-09 of it count as equal, such "
         "as 400 and 500;"),
        ([0.3 - 0.1, 0.8 - 0.1, 0.4 - 0.1, 999_999_999 - 0.2], "1e+09: those that differ by at "
         "most 1e-09 of it count as equal, such as 0 and 0.2;"),
        ([1.23457e-9, 2], "2: those that differ by at most 1e-09 of it count as equal, such as "
         "0 and 1.23457e-09;"),
    ],
)  # fmt: skip
def test_a_difference_beside_which_measurements_would_be_zero_or_equal_is_refused(
    differences, shown
):
    beside = "differences must not lie so close together beside the largest of them, "
    with pytest.raises(ValueError, match="must not lie") as raised:
        signed_rank_test(differences)
    assert str(raised.value) == f"{beside}{shown} is it a code for a missing value?"


def test_what_has_more_digits_than_a_measurement_is_rounding_error():
    assert signed_rank_test([1.234567e-9, 2]).n_zero == 1
    # The same measurement twice, and one with a rounding error.
    assert signed_rank_test([0.3, 0.3, 0.1 + 0.2, 1e5]).n_tied == 3
    # Results of a division that are rounded by different programs.
    assert signed_rank_test([33.3333334, 33.3333333, -120.0]).n_tied == 2


def test_in_single_precision_digits_do_not_tell_rounding_error():
    after, before = np.float32([0.51, 0.02, 1.4]), np.float32([0.50, 0.01, 0.9])
    assert signed_rank_test(after - before).n_tied == 2
    assert hodges_lehmann(after - before).n_tied == 2
    steps = np.float32([9000.1, 9000.2, 9000.3])
    noise = (steps[2] - steps[1]) - (steps[1] - steps[0])
    assert noise != 0
    changes = np.array([noise, noise, noise, 150, -150], np.float32)
    assert signed_rank_test(changes).n_zero == 3
    assert hodges_lehmann(changes).estimate == 0


@pytest.mark.parametrize("largest", [150_000, 2**24 - 1])
def test_whole_numbers_in_single_precision_are_exact(largest):
    whole = [largest, 1, 2, -3]
    assert signed_rank_test(np.float32(whole)) == signed_rank_test(whole)
    assert hodges_lehmann(np.float32(whole)) == hodges_lehmann(whole)
    # From there on they are not, nor are others.
    assert signed_rank_test(np.float32([2**24, 1, 2, -3])).n_zero == 3
    assert signed_rank_test(np.float32([150_000, 1, 1.5])).n_zero == 2


@pytest.mark.parametrize(("zero_method", "method", "alternative"), OPTIONS)
def test_zeros_alone_tell_nothing(zero_method, method, alternative):
    result = signed_rank_test([0, 0.0, -0.0], zero_method, method, alternative)
    assert (result.pvalue, result.z, result.w_plus, result.w_minus) == pytest.approx((1, 0, 0, 0))
    assert (result.n, result.n_used, result.n_zero, result.n_tied) == (3, 0, 3, 0)


def test_pratt_ranks_zeros_before_it_drops_them():
    result = signed_rank_test([0, 0, 1, -2, 3], "pratt")
    assert (result.w_plus, result.w_minus, result.n_used) == pytest.approx((8, 4, 3))
    assert signed_rank_test([0, 0, 1, -2, 3]).w_plus == pytest.approx(4)


def test_one_difference():
    assert signed_rank_test([3]).pvalue == pytest.approx(1)
    assert signed_rank_test([3], alternative="greater").pvalue == pytest.approx(0.5)
    assert signed_rank_test([3], alternative="less").pvalue == pytest.approx(1)


def test_all_of_a_thousand_and_of_more_in_one_direction():
    least = signed_rank_test(range(1, 1001), alternative="greater").pvalue
    assert Fraction(least) == Fraction(1, 2**1000)
    assert signed_rank_test(range(1, 1501)).pvalue >= 0
    assert signed_rank_test([(-1) ** d * d for d in range(1, 2001)]).pvalue > 0.9


@pytest.mark.parametrize(
    "given_as",
    [
        pd.Series([1, 2, -3], index=[7, 8, 9]),
        np.array([1, 2, -3], dtype=np.int8),
        (1.0, 2.0, -3.0),
        [Fraction(1), Fraction(2), Fraction(-3)],
        [Decimal(1), Decimal(2), Decimal(-3)],
        range(1, 0, -1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_of_any_kind(given_as):
    before = list(given_as)
    assert signed_rank_test(given_as) == signed_rank_test([float(d) for d in before])
    assert list(given_as) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([],),
            "differences must be a non-empty 1-D sequence of finite numbers, got []",
        ),
        (
            ([[1, 2]],),
            "differences must be a non-empty 1-D sequence of finite numbers, got [[1",
        ),
        (([1, math.nan],), "differences must be finite numbers, got nan at position 2 of 2"),
        (([1, math.inf],), "differences must be finite numbers, got inf at position 2 of 2"),
        ((["1", "2"],), "differences must be finite numbers, got '1' at position 1 of 2"),
        (([1, None],), "differences must be finite numbers, got None at position 2 of 2"),
        (([1], "drop"), "zero_method must be one of wilcox, pratt, got 'drop'"),
        (([1], "wilcox", "auto"), "method must be one of exact, asymptotic, got 'auto'"),
        (
            ([1], "wilcox", "exact", "two.sided"),
            "alternative must be one of two-sided, less, greater, got 'two.sided'",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match="must be") as error:
        signed_rank_test(*arguments)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(("zero_method", "method", "alternative"), OPTIONS)
def test_the_statistic_is_that_of_scipy(zero_method, method, alternative):
    differences = [3, -1, 2, 5, -2, 4, 7, -6, 1, 8, 0]
    found = signed_rank_test(differences, zero_method, method, alternative)
    expected = scipy.stats.wilcoxon(
        differences, zero_method=zero_method, method="asymptotic", alternative=alternative
    )
    assert found.statistic == pytest.approx(float(expected.statistic))
