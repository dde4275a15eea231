"""The trial whose visits are missed: who misses them, the rules, and sums against simulation."""

from itertools import product

import pytest
from scipy.stats import binom, fisher_exact

from tisstats.statistics import operating_characteristics as functions_of
from tisstats.teaching import missed_visits
from tisstats.teaching.missed_visits import (
    ALIKE,
    PLACEBO_ONLY,
    RULES,
    SHARE,
    SHARES,
    WITHOUT_RESPONSE,
    MissedVisitsTrial,
)

TRIAL = MissedVisitsTrial(9, 0.9, 0.4, alpha=0.05)


def test_the_share_of_the_text_is_one_of_those_drawn_which_begin_with_none():
    assert SHARE in SHARES
    assert SHARES[0] == 0
    assert list(SHARES) == sorted(SHARES)


@pytest.mark.parametrize(
    ("pattern", "unknown"),
    [
        (ALIKE, (0.2, 0.2)),
        (PLACEBO_ONLY, (0.0, 0.2)),
        # Of patients without response: a tenth with treatment, six tenths with placebo.
        (WITHOUT_RESPONSE, (0.02, 0.12)),
    ],
)
def test_who_misses_visits(pattern, unknown):
    design = TRIAL.design("unknown", pattern, 0.2)
    assert [arm.unknown for arm in design.arms] == pytest.approx(unknown)
    assert [arm.true_proportion for arm in design.arms] == pytest.approx([0.9, 0.4])
    assert [arm.patients for arm in design.arms] == [9, 9]
    assert (design.missing, design.alpha, design.test) == ("unknown", pytest.approx(0.05), "fisher")


def test_under_the_null_hypothesis_both_arms_respond_as_with_placebo():
    design = TRIAL.design("bounds", PLACEBO_ONLY, 0.2, null=True)
    assert design.null_is_true
    assert design.arm_1.true_proportion == pytest.approx(0.4)
    assert (design.arm_1.unknown, design.arm_2.unknown) == pytest.approx((0, 0.2))


def test_counted_as_non_response_the_power_is_that_of_the_responses_seen():
    n, p, q = 9, 0.9 * 0.8, 0.4 * 0.8
    expected = sum(
        binom.pmf(a, n, p) * binom.pmf(b, n, q)
        for a, b in product(range(n + 1), repeat=2)
        if fisher_exact([[a, n - a], [b, n - b]]).pvalue <= 0.05 * (1 + 1e-9)
    )
    found = TRIAL.characteristics("non-responder", ALIKE, 0.2)
    assert found.rejection_probability == pytest.approx(expected, abs=1e-12)
    assert found.lower_bias == pytest.approx(-0.2 * 0.5, abs=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_too_long_a_sum_is_simulated(rule, monkeypatch):
    exact = TRIAL.characteristics(rule, ALIKE, 0.3)
    missed_visits._exact.cache_clear()
    monkeypatch.setitem(functions_of.__globals__, "MOST_TABLES", 1)
    monkeypatch.setattr(missed_visits, "TRIALS", 20_000)
    assert TRIAL.is_simulated(rule, ALIKE, 0.3)
    simulated = TRIAL.characteristics(rule, ALIKE, 0.3)
    missed_visits._exact.cache_clear()
    missed_visits._simulated.cache_clear()
    assert simulated != exact
    assert simulated.rejection_probability == pytest.approx(exact.rejection_probability, abs=0.015)
    assert simulated.lower_bias == pytest.approx(exact.lower_bias, abs=0.01)
    assert simulated.mean_width == pytest.approx(exact.mean_width, abs=0.01)
