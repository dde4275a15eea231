"""The parts of the generator against the slow ways of the floors below."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, wilcoxon

from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs import imacs_worsening, relative_improvement, vas_improvement_cm
from tisstats.measures.total_improvement_score import total_improvement_score
from tisstats.printed import parse, prints_as
from tisstats.synthetic.constraints_of_tables import has_quartiles
from tisstats.synthetic.order_statistics import Limits, Order, draw_between, fixed_orders, settle
from tisstats.synthetic.scoring import UNIT, Scorer, worsened, z_sizes
from tisstats.synthetic.targets import MEASURES, quartile

CORE = MEASURES[:6]
HIGHEST = {"mmt": 260, "haq": 24, "ck": 9000}

values = st.tuples(*(st.integers(0, HIGHEST.get(measure, 100)) for measure in CORE))


@given(values, values, st.sampled_from([145, 171, 200]))
@settings(max_examples=300)
def test_scores_are_those_of_the_scorer(before, after, uln):
    ranges = {"physician_global": 100, "patient_global": 100, "mmt": -260, "haq": 24}
    ranges |= {"ck": 15 * uln, "extramuscular": 100}
    percents = [
        float(Fraction(100 * (b - a), ranges[measure]))
        for measure, b, a in zip(CORE, before, after, strict=True)
    ]
    scorer = Scorer(np.array([uln]), 260)
    units = scorer.scores(np.array([before]), np.array([after]))
    assert float(units[0] * UNIT) == pytest.approx(float(total_improvement_score(percents)))


@given(values, values)
@settings(max_examples=300)
def test_worsening_is_that_of_the_imacs_definition(before, after):
    in_units = {
        measure: [float(v * SCALES[measure].step) for v in pair]
        for measure, pair in zip(CORE, zip(before, after, strict=True), strict=True)
    }
    named = dict(zip(CORE_SET, in_units.values(), strict=True))
    relative = {
        name: relative_improvement(b, a, name, baseline_zero="worse-if-higher")
        for name, (b, a) in named.items()
    }
    cm = {name: vas_improvement_cm(*named[name]) for name in ("physician_global", "extramuscular")}
    expected = bool(imacs_worsening(relative, cm))
    # A muscle test of 0 cannot become worse; the definition of a rise from 0 is of others.
    assert bool(worsened(np.array(before), np.array(after))) == expected


@given(st.lists(st.integers(-12, 12), min_size=2, max_size=19).filter(any))
def test_z_is_that_of_the_signed_rank_test(changes):
    z = z_sizes(np.array([changes]))[0]
    expected = wilcoxon(changes, method="asymptotic", correction=False, zero_method="wilcox").pvalue
    assert 2 * norm.sf(z) == pytest.approx(expected, rel=1e-9)


def test_z_of_no_change_at_all_is_zero():
    np.testing.assert_array_equal(z_sizes(np.zeros((2, 19), dtype=np.int64)), 0)


@given(
    st.sampled_from([(19, "3.0"), (19, "–16"), (18, "141"), (18, "–16"), (8, "44"), (6, "67")]),
    st.sampled_from([1, 2, 3]),
    st.lists(st.integers(-60, 300), min_size=19, max_size=19),
)
@settings(max_examples=300)
def test_quartiles_hold_where_the_weibull_quantile_prints_so(case, quarter, numbers):
    n, text = case
    step, printed = Fraction(1, 2), parse(text)
    fixed = quartile(printed, n, quarter, step)
    some = np.array(numbers[:n])
    # Bring the order statistics near what is printed, or nearly nothing would ever hold.
    some = some - np.sort(some)[fixed.order - 1] + round(float(Fraction(printed.value) / step))
    found = float(np.quantile(some * float(step), quarter / 4, method="weibull"))
    assert has_quartiles(some, [fixed]) == prints_as(found, printed)


def test_a_quartile_that_nothing_prints_as_is_refused():
    with pytest.raises(ValueError, match=r"no value of 19 in steps of 1 prints as 4\.5"):
        quartile(parse("4.5"), 19, 2, Fraction(1))


@pytest.mark.parametrize("measure", MEASURES)
def test_fixed_orders_and_draws_have_the_printed_quartiles(targets, measure):
    rng = np.random.default_rng(5)
    row = targets.rows[measure]
    for time, quartiles in row.quartiles.items():
        orders = fixed_orders(rng, quartiles, 5)
        drawn = draw_between(rng, orders, (20, row.n), (-30000, 30000), (0.5, 0.5))
        assert all(has_quartiles(one, quartiles) for one in drawn), time


def test_settling_meets_orders_of_values_and_of_shifted_values():
    rng = np.random.default_rng(1)
    shift = np.arange(-9, 10)
    limits = Limits(19)
    limits.add([Order(10, 50, 50)])
    limits.add([Order(5, 40, 41), Order(15, 62, 62)], shift)
    choices = rng.integers(30, 75, (19, 60))
    found = settle(rng, choices[:, 0], choices, limits)
    assert found is not None
    assert np.sort(found)[9] == 50
    assert np.sort(found + shift)[4] in (40, 41)
    assert np.sort(found + shift)[14] == 62


def test_settling_gives_up_on_what_cannot_be():
    limits = Limits(3)
    limits.add([Order(1, 5, 5), Order(3, 4, 4)])
    choices = np.tile(np.arange(10), (3, 1))
    assert settle(np.random.default_rng(1), choices[:, 0], choices, limits) is None
