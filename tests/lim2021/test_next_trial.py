"""Sizes of a next trial, against powers summed over every pair of counts."""

from itertools import product

import pytest
from scipy.stats import binom, fisher_exact

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import next_trial
from tisstats.lim2021.next_trial import NextTrialPlan, SampleSizeRow

PLAN = {
    "treated_response": 0.9, "control_response": 0.1, "target_power": 0.8, "confidence_level": 0.95,
}  # fmt: skip


def fisher_power(n, treated, control, alpha):
    """The slow way: every pair of counts, and Fisher's test of each."""
    return sum(
        binom.pmf(a, n, treated) * binom.pmf(b, n, control)
        for a, b in product(range(n + 1), repeat=2)
        if fisher_exact([[a, n - a], [b, n - b]]).pvalue <= alpha
    )


@pytest.mark.parametrize(("level", "alpha"), [(0.95, 0.05), (0.9, 0.1), (0.99, 0.01)])
def test_alpha_is_what_the_level_leaves(level, alpha):
    assert repr(NextTrialPlan(**PLAN | {"confidence_level": level}).alpha) == repr(alpha)


def test_the_smallest_size_is_the_first_with_the_power():
    plan = NextTrialPlan(**PLAN)
    row = plan.fisher()
    powers = {n: fisher_power(n, 0.9, 0.1, plan.alpha) for n in range(1, 8)}
    assert row.smallest == min(n for n, power in powers.items() if power >= 0.8)
    assert row.stable == 1 + max(n for n, power in powers.items() if power < 0.8)
    assert row.power == pytest.approx(powers[row.smallest])
    assert (row.design, row.unit) == ("two arms, Fisher's exact test", "per arm")
    assert row.max_type_one_error <= plan.alpha
    # At least that where both arms respond in half of the patients.
    assert row.max_type_one_error >= fisher_power(row.smallest, 0.5, 0.5, plan.alpha) * 0.999999


def test_each_design_has_its_row():
    fisher, chi_square, single = NextTrialPlan(**PLAN).sizes()
    assert fisher == NextTrialPlan(**PLAN).fisher()
    assert (chi_square.design, chi_square.unit) == ("two arms, chi-square test", "per arm")
    assert chi_square.smallest <= fisher.smallest
    assert single.design == "single arm against a fixed response rate, exact binomial test"
    assert single.unit == "in total"
    # All of two or of three against a rate of 0.1: 0.01 and 0.001; power 0.81 and 0.73 or more.
    assert single.smallest == 2
    assert single.power == pytest.approx(0.9**2)
    assert single.max_type_one_error == pytest.approx(0.1**2)


def test_a_size_beyond_the_greatest_considered_is_none(monkeypatch):
    needed = NextTrialPlan(**PLAN).fisher().smallest
    for maximum, found in ((needed, needed), (needed - 1, None)):
        monkeypatch.setattr(next_trial, "MAXIMUM", maximum)
        assert NextTrialPlan(**PLAN).fisher().smallest == found
    assert NextTrialPlan(**PLAN).fisher() == SampleSizeRow(
        "two arms, Fisher's exact test", "per arm"
    )


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("control_response", 0, 0.01),
        ("control_response", 1, 0.89),
        ("target_power", 0, 0.01),
        ("target_power", 1, 0.99),
        ("confidence_level", 0, 0.01),
        ("confidence_level", 1, 0.99),
    ],
)
def test_what_is_out_of_range_is_named(name, bad, good):
    with pytest.raises(ValueError, match=f"^{name} must be above 0 and below 1, got {bad}$"):
        NextTrialPlan(**PLAN | {name: bad})
    assert getattr(NextTrialPlan(**PLAN | {name: good}), name) == pytest.approx(good)


@pytest.mark.parametrize(
    ("treated", "allowed"), [(0.1, False), (0.11, True), (1, True), (1.01, False)]
)
def test_the_treated_respond_more_often(treated, allowed):
    if allowed:
        NextTrialPlan(**PLAN | {"treated_response": treated})
        return
    message = (
        rf"treated_response must be above control_response \(0.1\) and at most 1, got {treated}"
    )
    with pytest.raises(ValueError, match=message):
        NextTrialPlan(**PLAN | {"treated_response": treated})


def test_the_rates_of_a_next_trial_are_those_of_two_arms_with_one_endpoint():
    arms = PublishedFacts.read().tables["comparators"]
    names = [address.partition(".")[2] for address in (next_trial.TREATED, next_trial.CONTROL)]
    rows = arms.set_index(arms.columns[0]).loc[names]
    assert rows["endpoint"].nunique() == 1
    assert rows["study"].str.contains("IVIg|placebo").all()
    assert rows["study"].nunique() == 2
