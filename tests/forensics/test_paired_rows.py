"""Values drawn so that printed numbers hold, against definitions and other programs."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, wilcoxon

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
@settings(max_examples=300)
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
