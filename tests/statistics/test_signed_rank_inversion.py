"""Tails of many scores by inversion, against whole numbers and against adding score by score."""

import csv
import math
import tracemalloc
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.statistics import _signed_rank_inversion as inversion
from tisstats.statistics import _signed_rank_null, signed_rank_test


def inverted(scores, last):
    values, counts = np.unique(np.array(scores, dtype=np.int64), return_counts=True)
    return inversion.tail_by_inversion(values, counts, last)


def counted(scores, last):
    """P(W <= last) and P(W = last), the ways counted as the digits of one whole number."""
    bits = len(scores) + 1
    kept = (1 << bits * (last + 1)) - 1
    ways = 1
    for score in scores:
        ways = (ways + (ways << bits * score)) & kept
    every = 1 << len(scores)
    return Fraction(ways % ((1 << bits) - 1), every), Fraction(ways >> bits * last, every)


@given(
    scores=st.integers(1, 30).flatmap(
        lambda most: st.lists(st.integers(1, most), min_size=30, max_size=120)
    ),
    share=st.floats(0.001, 0.5),
)
@examples(20)
def test_tails_are_those_of_whole_numbers(scores, share):
    unit = math.gcd(*scores)
    scores = [score // unit for score in scores]
    last = max(1, math.floor(share * sum(scores)))
    tail, at = inverted(scores, last)
    expected_tail, expected_at = map(float, counted(scores, last))
    assert tail == pytest.approx(expected_tail, rel=1e-12, abs=0)
    assert at == pytest.approx(expected_at, rel=0, abs=1e-12 * expected_tail)


@pytest.mark.parametrize("scores", [[1] * 90, [2] * 40 + [7] * 50, [1] * 60 + [1000, 1001, 1002]])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5])
def test_few_distinct_scores_whose_transform_has_other_peaks(scores, share):
    last = math.floor(share * sum(scores))
    tail, at = inverted(scores, last)
    expected_tail, expected_at = map(float, counted(scores, last))
    assert tail == pytest.approx(expected_tail, rel=1e-12, abs=0)
    assert at == pytest.approx(expected_at, rel=0, abs=1e-12 * expected_tail)


@pytest.mark.parametrize("digits", [0, 1, 9])
@pytest.mark.parametrize("far", [0, 0.5, 1.96, 4, 10, 20])
def test_a_thousand_scores_have_the_tail_of_adding_them(digits, far):
    values = np.round(np.random.default_rng(5).normal(0, 1, 1000), digits)
    ranks = scipy.stats.rankdata(np.abs(values[values != 0]))
    scores = np.sort(np.rint(2 * ranks).astype(int))
    scores = (scores // np.gcd.reduce(scores)).tolist()
    last = int(sum(scores) / 2 - far * math.sqrt(sum(score**2 for score in scores)) / 2)
    tail, at = inverted(scores, last)
    expected_tail, expected_at = _signed_rank_null._tail_by_convolution(scores, last)
    assert tail == pytest.approx(expected_tail, rel=2e-12, abs=0)
    assert at == pytest.approx(expected_at, rel=0, abs=1e-12 * expected_tail)


def test_without_ties_they_are_those_of_r():
    path = Path(__file__).parent / "golden" / "signed_rank_large.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    assert len(lines) == 13
    for row in csv.DictReader(lines):
        tail, at = inverted(range(1, int(row["n"]) + 1), int(row["last"]))
        assert tail == pytest.approx(float(row["tail"]), rel=1e-12, abs=0)
        assert at == pytest.approx(float(row["at"]), rel=1e-11, abs=0)


def test_the_change_of_method_changes_no_p_value():
    for n in (500, 501):
        values = np.random.default_rng(n).normal(0.1, 1, n)
        doubled = np.sort(np.rint(2 * scipy.stats.rankdata(np.abs(values))).astype(int))
        minus = int(np.rint(2 * scipy.stats.rankdata(np.abs(values)))[values < 0].sum())
        expected = _signed_rank_null._tail_by_convolution((doubled // 2).tolist(), minus // 2)[0]
        found = signed_rank_test(values, alternative="greater").pvalue
        assert found == pytest.approx(expected, rel=1e-12)


def test_what_is_below_the_smallest_float_is_zero():
    scores = list(range(1, 1301))
    assert inverted(scores, 3) == (0.0, 0.0)
    # 2**-1000 times the ways to sum to at most 5: 10.
    tail, at = inverted(range(1, 1001), 5)
    assert tail == pytest.approx(10 * 2.0**-1000, rel=1e-11, abs=0)
    assert at == pytest.approx(3 * 2.0**-1000, rel=1e-11, abs=0)


def test_terms_left_out_are_as_small_as_their_bound():
    # Every term left out, one by one, against the bound of them all.
    for values in (np.arange(1, 200), np.array([3, 50, 170]), np.array([7, 8])):
        counts = np.full(values.size, 400 // values.size)
        moved = inversion._move(values, counts, int(values @ counts) // 2)
        period = moved.period(-37.0)
        terms = inversion._Terms.chosen(moved, period, -37.0)
        taken = np.zeros(period // 2 + 1, dtype=bool)
        for start, end in zip(terms.starts, terms.ends, strict=True):
            assert not taken[start:end].any()
            taken[start:end] = True
        left = np.flatnonzero(~taken)[1:]
        if left.size:
            sizes = np.abs(terms._transform(left))
            assert np.log(sizes.max() + 1e-300) <= terms.log_omitted
            # And their sum, as it enters the tail.
            turns = np.exp(-moved.rate + 2j * np.pi * left / period)
            sum_left = 2 * (terms._transform(left) / (1 - turns)).real.sum() / period
            assert abs(sum_left) <= terms.omitted()
        assert terms.omitted() > 0


def test_memory_grows_with_the_scores_and_not_with_their_sums():
    values = np.random.default_rng(1).normal(0.02, 1, 10_000)
    tracemalloc.start()
    try:
        exact = signed_rank_test(values)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The sums of so many ranks would take 400 MB as floats.
    assert peak < 100e6
    normal = signed_rank_test(values, method="asymptotic")
    assert exact.pvalue == pytest.approx(normal.pvalue, rel=1e-4)


def test_an_error_of_the_sum_is_compared_with_the_tail_and_not_with_1(monkeypatch):
    scores, last = list(range(1, 121)), 3_000
    expected = inverted(scores, last)
    omitted = inversion._Terms.omitted
    asked = []

    def first_too_much(terms):
        tail, _ = terms.total()
        # In the same units, below the limit itself, and above that part of the tail.
        assert tail < 0.5
        asked.append(tail)
        return inversion._ERROR * math.sqrt(tail) if len(asked) == 1 else omitted(terms)

    monkeypatch.setattr(inversion._Terms, "omitted", first_too_much)
    assert inverted(scores, last) == pytest.approx(expected, rel=1e-11)
    assert len(asked) == 2


@pytest.mark.parametrize(("scores", "size"), [(1, 10), (3, 3), (5, 2), (10, 1), (40, 1)])
def test_terms_are_generated_in_order_and_few_at_a_time(monkeypatch, scores, size):
    monkeypatch.setattr(inversion, "_CELLS", 10)
    starts, ends = np.array([0, 7, 30, 31]), np.array([3, 20, 31, 38])
    moved = SimpleNamespace(values=np.ones(scores))
    terms = SimpleNamespace(starts=starts, ends=ends, moved=moved)
    batches = [batch.tolist() for batch in inversion._Terms._batches(terms)]
    expected = [*range(3), *range(7, 20), 30, *range(31, 38)]
    assert [term for batch in batches for term in batch] == expected
    assert {len(batch) for batch in batches[:-1]} == {size}
    assert 1 <= len(batches[-1]) <= size


@pytest.mark.parametrize("log_error", [-1, -10, -20])
@pytest.mark.parametrize("share", [0.02, 0.4, 0.5])
@pytest.mark.parametrize("scores", [[1] * 300, [2, 3, 3, 5, 7, 8, 8, 11] * 6])
def test_no_alias_exceeds_its_bound(scores, share, log_error):
    last = math.floor(share * sum(scores))
    values, counts = np.unique(np.array(scores, dtype=np.int64), return_counts=True)
    moved = inversion._move(values, counts, last)
    mean = math.fsum(score / (1 + math.exp(moved.rate * score)) for score in scores)
    assert moved.mean == pytest.approx(mean, rel=1e-12)
    period = moved.period(log_error)
    sums = {shift: last + shift * period for shift in range(-last // period, 10) if shift}
    aliases = sum(
        float(counted(scores, min(at, sum(scores)))[0])
        * math.exp(-moved.rate * shift * period - moved.log_scale)
        for shift, at in sums.items()
        if at >= 0
    )
    # Where the bound is all but attained, both are rounded.
    assert 0 < aliases <= moved.aliases(period) * (1 + 1e-12)


@pytest.mark.parametrize("guess", ["period", "chosen"])
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5])
def test_what_a_first_guess_leaves_out_is_noticed_and_added(guess, share, monkeypatch):
    scores = [2, 3, 3, 5, 7, 8, 8, 11] * 6
    last = math.floor(share * sum(scores))
    expected_tail, expected_at = map(float, counted(scores, last))
    period, chosen = inversion._Moved.period, inversion._Terms.chosen.__func__
    seen = {}

    def watch(owner, name):
        own = getattr(owner, name)

        def watched(*arguments):
            seen.setdefault(name, []).append(own(*arguments))
            return seen[name][-1]

        monkeypatch.setattr(owner, name, watched)

    watch(inversion._Moved, "aliases")
    watch(inversion._Terms, "omitted")
    watch(inversion._Terms, "total")
    # The first guess is for an error so many times what is allowed, as a logarithm.
    for excess in range(20, 36):
        seen.clear()

        def short(moved, log_error, excess=excess):
            return period(moved, log_error + excess)

        def few(cls, moved, points, log_error, excess=excess):
            return chosen(cls, moved, points, log_error + excess)

        with monkeypatch.context() as patch:
            if guess == "period":
                patch.setattr(inversion._Moved, "period", short)
            else:
                patch.setattr(inversion._Terms, "chosen", classmethod(few))
            tail, at = inverted(scores, last)
        assert tail == pytest.approx(expected_tail, rel=1e-12, abs=0)
        assert at == pytest.approx(expected_at, rel=0, abs=1e-12 * expected_tail)
        bounds = map(sum, zip(seen["aliases"], seen["omitted"], strict=True))
        parts = [bound / found for bound, (found, _) in zip(bounds, seen["total"], strict=True)]
        assert len(parts) > 1
        assert parts[-1] <= 1e-14
        assert min(parts[:-1]) > 1e-14
