"""Values drawn so that printed numbers hold, against definitions and other programs."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, wilcoxon

from tests.cases import examples
from tisstats.forensics.order_statistics import (
    CountLimits,
    OrderStatistic,
    draw_between,
    fix_orders,
    repair,
)
from tisstats.forensics.paired_rows import PairSampler, PrintedP, PrintedRow, abs_z
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartiles
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_row import Table2Row
from tisstats.printed import format_rounded, matches_print, parse
from tisstats.statistics import QUANTILE_DEFINITIONS, quantiles


@given(st.lists(st.integers(-12, 12), min_size=2, max_size=19).filter(any))
def test_z_is_that_of_the_signed_rank_test(changes):
    z = abs_z(np.array([changes]))[0]
    expected = wilcoxon(changes, method="asymptotic", correction=False, zero_method="wilcox").pvalue
    assert 2 * norm.sf(z) == pytest.approx(expected, rel=1e-9)


def test_z_of_no_change_at_all_is_zero():
    np.testing.assert_array_equal(abs_z(np.zeros((2, 19), dtype=np.int64)), 0)


@given(
    st.sampled_from([(19, "3.0"), (19, "–16"), (18, "141"), (18, "–16"), (8, "44"), (6, "67")]),
    st.sampled_from([1, 2, 3]),
    st.lists(st.integers(-60, 300), min_size=19, max_size=19),
)
@examples(75)
def test_quartiles_hold_where_the_weibull_quantile_prints_so(case, quarter, numbers):
    n, text = case
    step, printed = Fraction(1, 2), parse(text)
    name = tuple(QUARTILES)[quarter - 1]
    fixed = PrintedQuartiles.from_printed({name: printed}, n, step, "spss")
    some = np.array(numbers[:n])
    # Bring the order statistics near what is printed, or nearly nothing would ever hold.
    some = some - np.sort(some)[fixed[0].rank - 1] + round(float(Fraction(printed.value) / step))
    found = float(np.quantile(some * float(step), quarter / 4, method="weibull"))
    assert fixed.matches(some.tolist()) == matches_print(found, printed)


def test_a_quartile_that_nothing_prints_as_is_refused(published):
    row = Table2Row.read(published, "mmt", "spss")
    with pytest.raises(ValueError, match=r"no quartile of 19 values in steps of 1 rounds to 4\.5"):
        replace(row, baseline=("4", "4.5", "5")).paired_only()


@pytest.mark.parametrize("measure", SCALES)
def test_fixed_orders_and_draws_have_the_printed_quartiles(published, measure):
    rng = np.random.default_rng(5)
    row = Table2Row.read(published, measure, "spss").paired_only()
    for time, quartiles in row.quartiles.items():
        orders = fix_orders(rng, quartiles, 5)
        drawn = draw_between(rng, orders, (20, row.n), (-30000, 30000), (0.5, 0.5))
        assert all(quartiles.matches(one.tolist()) for one in drawn), time


def test_settling_meets_orders_of_values_and_of_shifted_values():
    rng = np.random.default_rng(1)
    shift = np.arange(-9, 10)
    limits = CountLimits(19)
    limits.add([OrderStatistic(10, 50, 50)])
    limits.add([OrderStatistic(5, 40, 41), OrderStatistic(15, 62, 62)], shift)
    choices = rng.integers(30, 75, (19, 60))
    found = repair(rng, choices[:, 0], choices, limits)
    assert found is not None
    assert np.sort(found)[9] == 50
    assert np.sort(found + shift)[4] in (40, 41)
    assert np.sort(found + shift)[14] == 62


def test_settling_gives_up_on_what_cannot_be():
    limits = CountLimits(3)
    limits.add([OrderStatistic(1, 5, 5), OrderStatistic(3, 4, 4)])
    choices = np.tile(np.arange(10), (3, 1))
    assert repair(np.random.default_rng(1), choices[:, 0], choices, limits) is None


def test_limits_may_be_of_some_values_alone():
    limits = CountLimits(4)
    limits.add([OrderStatistic(2, 5, 5)], among=np.array([True, True, True, False]))
    found = repair(np.random.default_rng(1), np.array([1, 2, 9, 7]), np.full((4, 1), 5), limits)
    assert found is not None
    assert np.sort(found[:3])[1] == 5
    assert found[3] == 7


@given(
    st.lists(st.integers(-40, 60), min_size=4, max_size=25),
    st.sampled_from(list(QUANTILE_DEFINITIONS)),
    st.sampled_from([Fraction(1), Fraction(1, 8), Fraction(5)]),
)
@settings(deadline=None)
def test_values_match_their_own_quartiles_and_no_others(steps, definition, step):
    exact = quantiles(steps, [float(share) for share in QUARTILES.values()], definition)
    texts = [format_rounded(Fraction(str(round(value, 9))) * step, 1) for value in exact]
    printed = {name: parse(text) for name, text in zip(QUARTILES, texts, strict=True)}
    asked = PrintedQuartiles.from_printed(printed, len(steps), step, definition)
    assert asked.matches(steps)
    assert not asked.matches(steps[1:])
    far = [value + 2 for value in steps]
    assert not asked.matches(far)
    for quartile in asked:
        assert quartile.low <= quartile.total(sorted(steps)) <= quartile.high
        one = quartile.with_smallest_weights()
        assert one.low <= one.total(sorted(steps)) <= one.high


def test_drawn_pairs_and_unpaired_ends_give_all_ten_numbers():
    def asked(texts, n):
        printed = {name: parse(text) for name, text in zip(QUARTILES, texts, strict=True)}
        return PrintedQuartiles.from_printed(printed, n, Fraction(1), 6)

    row = PrintedRow(
        {
            "baseline": asked(("4", "10", "20"), 11),
            "end": asked(("6.5", "15", "24.5"), 12),
            "change": asked(("0", "4", "7"), 11),
        },
        PrintedP.from_printed(parse("0.02")),
    )
    pairs = PairSampler(row, (0, 40), (0, 40), (-40, 40)).draw(np.random.default_rng(3))
    assert pairs is not None
    assert len(pairs.unpaired) == 1
    assert row.quartiles["baseline"].matches(pairs.baseline.tolist())
    assert row.quartiles["end"].matches([*pairs.end.tolist(), *pairs.unpaired.tolist()])
    assert row.quartiles["change"].matches(pairs.change.tolist())
    pvalue = wilcoxon(pairs.change, method="asymptotic", correction=False).pvalue
    assert matches_print(float(pvalue), parse("0.02"))


@pytest.mark.parametrize("text", ["< 0.01", "0.04", "0.51", "1.00"])
def test_a_printed_p_is_a_window_of_z(text):
    p = PrintedP.from_printed(parse(text))
    for z in (0.0, 0.1, 0.65, 0.67, 2.0, 2.06, 2.6, 5.0):
        assert (p.z_low < z <= p.z_high) == matches_print(2 * float(norm.sf(z)), p.printed)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.04", 0.035, 0.045),
        ("0.040", 0.0395, 0.0405),
        ("< 0.01", 0, 0.01),
        ("0.00", 0, 0.005),
        ("1.00", 0.995, None),
        ("0.51", 0.505, 0.515),
        ("< 1", 0, None),
    ],
)
def test_the_window_of_z_ends_where_p_would_print_otherwise(text, low, high):
    p = PrintedP.from_printed(parse(text))
    assert p.z_low == (-1 if high is None else pytest.approx(norm.isf(high / 2)))
    assert p.z_high == pytest.approx(norm.isf(low / 2))


def sampler(cls=PairSampler, *, ends=12, p="0.02", **options):
    """A sampler of 11 pairs, with one more at the end, of values from 0 to 40."""

    def asked(texts, n):
        printed = {name: parse(text) for name, text in zip(QUARTILES, texts, strict=True)}
        return PrintedQuartiles.from_printed(printed, n, Fraction(1), 6)

    row = PrintedRow(
        {"baseline": asked(("4", "10", "20"), 11), "end": asked(("7", "15", "24"), ends),
         "change": asked(("0", "4", "7"), 11)},
        PrintedP.from_printed(parse(p)),
    )  # fmt: skip
    return cls(row, (0, 40), (1, 39), (-38, 38), **options)


def test_drawn_changes_have_the_printed_p_value():
    for p in ("0.02", "0.05", "< 0.01", "0.10"):
        asked = sampler(p=p)
        rng = np.random.default_rng(4)
        for _ in range(3):
            change = asked.draw_changes(rng)
            assert asked.row.quartiles["change"].matches(change.tolist())
            assert change.min() >= -38
            assert change.max() <= 38
            pvalue = wilcoxon(change, method="asymptotic", correction=False).pvalue
            assert matches_print(float(pvalue), parse(p))
    # With quartiles of 0, 4 and 7 no P value is as large as this.
    assert sampler(p="0.95").draw_changes(np.random.default_rng(4), 2) is None


def test_a_baseline_lies_where_both_ends_of_the_change_lie_on_their_scales():
    change = np.array([-39, -38, -5, 0, 3, 39])
    low, high = sampler().baseline_limits(np.random.default_rng(1), change)
    allowed = [[x for x in range(1, 40) if 0 <= x + each <= 40] for each in change]
    assert low.tolist() == [min(each, default=39) for each in allowed]
    assert high.tolist() == [max(each, default=1) for each in allowed]


def test_ends_are_given_to_patients_at_random():
    late = np.tile(np.arange(12), (500, 1))
    given = sampler().pair_ends(np.random.default_rng(1), late, np.zeros(12))
    assert given.shape == (12, 500)
    assert np.all(np.sort(given, axis=0) == late.T)
    assert np.all(np.abs(given.mean(axis=1) - 5.5) < 1)


def test_no_baselines_where_a_change_leaves_none():
    asked, rng = sampler(), np.random.default_rng(1)
    change = asked.draw_changes(rng)
    assert asked.draw_baselines(rng, np.append(change[:-1], 41)) is None
    assert asked.draw_baselines(rng, np.append(change[:-1], 40)) is None  # only 0 would be left

    class WithoutLimits(PairSampler):
        def baseline_limits(self, *_):
            return None

    assert sampler(WithoutLimits).draw_baselines(rng, change) is None


def test_only_permitted_changes_are_drawn():
    class WithoutZeros(PairSampler):
        def allowed(self, changes):
            return np.all(changes != 0, axis=1)

    for _ in range(5):
        asked, rng = sampler(WithoutZeros), np.random.default_rng(4)
        assert asked.draw_changes(rng) is None  # the first quartile is 0
    assert np.all(sampler().allowed(np.zeros((3, 11), dtype=np.int64)) == [True] * 3)


def test_choices_beyond_their_range_come_back_near_its_end():
    asked, rng = sampler(), np.random.default_rng(1)
    n = 20000
    low, high = np.full((n, 1), 100), np.full((n, 1), 300)
    # Below the lower end by as much as a third of the distance from first quartile to median, which
    # is 8 at the end; above the upper by a third of that from median to third quartile, 9.
    for beyond, end, distance in ((99, 100, 8), (301, 300, -9)):
        found = asked._within(rng, np.full((n, 1), beyond), low, high)
        assert found.min() >= 100
        assert found.max() <= 300
        assert np.mean(found - end) == pytest.approx(distance / 3, rel=0.05)
        assert np.std(found) == pytest.approx(abs(distance) / 3, rel=0.05)
    kept = np.array([[100, 170, 300]])
    assert asked._within(rng, kept, low[:1], high[:1]).tolist() == kept.tolist()
    narrow = asked._within(rng, np.array([[1, 500]]), np.array([[50]]), np.array([[50]]))
    assert narrow.tolist() == [[50, 50]]


def test_a_baseline_may_be_one_that_fits_a_quartile_now_or_at_the_end(monkeypatch):
    """What is handed to the repair: choices for either, and limits that state both."""

    class Anywhere(PairSampler):
        def baseline_limits(self, _, change):
            return np.full_like(change, -(10**6)), np.full_like(change, 10**6)

    handed = []
    monkeypatch.setattr(
        "tisstats.forensics.paired_rows.repair", lambda _, *given: handed.append(given)
    )
    asked, rng = sampler(Anywhere), np.random.default_rng(1)
    change = asked.draw_changes(rng)
    assert asked.draw_baselines(rng, change) is None
    ((start, choices, limits),) = handed
    assert start.tolist() == choices[:, 0].tolist()
    baseline, end = asked.row.quartiles["baseline"], asked.row.quartiles["end"]
    now, then, fixed = choices[:, :24], choices[:, 24:48], choices[:, 48:]
    shift = np.append(change, 0)[:, None]
    assert all(baseline.matches(column.tolist()) for column in now[:11].T)
    assert all(end.matches(column.tolist()) for column in (then + shift).T)
    assert now[11].tolist() == then[11].tolist()  # of whom only the end is known
    # The 3rd, 6th and 9th of 11 are printed, and neighbours of 12.
    assert fixed[:, :3].tolist() == [[4, 10, 20]] * 12
    assert fixed.shape == (12, 3 + 6)
    assert all(len(set(column)) == 1 for column in (fixed[:, 3:] + shift).T)
    # Of both times the order of patients is not that of the values.
    assert len({tuple(np.argsort(column)) for column in now[:11].T}) > 12
    assert len({tuple(np.argsort(column)) for column in (then + shift).T}) > 12
    # Each fixed value limits how many lie below and above: first of pairs, then of all ends.
    below = np.array([2, 5, 8])
    assert limits.caps[:6].tolist() == np.stack([below, 10 - below], axis=1).ravel().tolist()
    assert sorted(limits.caps[6::2] + limits.caps[7::2]) == [11] * 6
    outside = limits.outside(start).sum(axis=0)
    assert np.all(outside[:6] <= limits.caps[:6])  # it began with a draw for the baseline


def test_nothing_is_drawn_without_tries():
    rng = np.random.default_rng(3)
    assert sampler().draw(rng, tries=0) is None
    assert sampler().draw(rng, batches=0) is None
    assert sampler().draw(rng, starts=0) is None


def test_pairs_without_more_ends_have_none():
    pairs = sampler(ends=11).draw(np.random.default_rng(3))
    assert pairs.unpaired.tolist() == []
    assert pairs.end.tolist() == (pairs.baseline + pairs.change).tolist()


@pytest.mark.parametrize("apart", [0, 2, 5])
def test_neighbours_are_fixed_so_many_nths_of_the_interquartile_range_apart(apart, monkeypatch):
    spreads = []
    monkeypatch.setattr(
        "tisstats.forensics.paired_rows.fix_orders", lambda *given: spreads.append(given[2])
    )
    asked = sampler(apart=apart)
    for time in ("baseline", "change"):
        asked._orders(np.random.default_rng(1), time)
    # Quartiles of 11 pairs: 4 and 20, 0 and 7.
    assert spreads == pytest.approx([apart * 16 / 11, apart * 7 / 11])


def test_drawing_goes_on_where_an_attempt_fails():
    changes, levels = iter([None, "first", "second"]), iter([None, None, None, (1, 2, 3, 4)])
    sampler = SimpleNamespace(
        draw_changes=lambda *_: next(changes),
        draw_baselines=lambda *_: next(levels),
        row=SimpleNamespace(n=2),
    )
    drawn = PairSampler.draw(sampler, None, tries=3, batches=1, starts=2)
    assert (drawn.change, tuple(levels)) == ("second", ())
