"""Operating characteristics against R, patient by patient, against exact power, and by seed."""

import csv
import math
import re
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, fisher_exact, norm

from tests.cases import examples
from tisstats import SingleArmDesign, TwoArmDesign, planned_arm, simulate_trials
from tisstats.statistics import (
    MISSING_HANDLING,
    SINGLE_ARM_TESTS,
    TWO_ARM_TESTS,
    PlannedArm,
    TooManyTablesError,
    _decisions,
    operating_characteristics,
    proportion_difference,
    proportion_interval,
    single_arm_power,
    two_arm_power,
    two_proportion_test,
)
from tisstats.statistics import operating_characteristics as module_function
from tisstats.statistics._decisions import Conclusions

NAMES = ("rejection_probability", "lower_bias", "upper_bias", "coverage", "mean_width")
ALTERNATIVES = ("two-sided", "less", "greater")
few = examples(10)


def test_a_limit_that_rounding_moved_past_the_true_value_covers_it():
    design = SingleArmDesign(planned_arm(5, 0.4), null_proportion=0.2)
    limits = [(0.4 + 1e-13, 1.0), (0.4 + 1e-9, 1.0), (0.0, 0.4 - 1e-13), (0.0, 0.4 - 1e-9)]
    nothing = np.zeros(4)
    found = Conclusions(nothing > 0, nothing, nothing, *map(np.array, zip(*limits, strict=True)))
    for place, covers in enumerate((1, 0, 1, 0)):
        weights = np.eye(4)[place]
        estimate, _ = module_function.__globals__["_means"](design, found, weights)["coverage"]
        assert estimate == pytest.approx(covers)


def values(found):
    return [getattr(found, name) for name in NAMES]


def golden_rows():
    path = Path(__file__).parent / "golden" / "operating_characteristics.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert len(rows) > 300
    return rows


def test_they_agree_with_r():
    for row in golden_rows():
        arms = [
            planned_arm(
                int(row[f"patients_{arm}"]),
                float(row[f"response_{arm}"]),
                rescue=float(row["rescue"]),
                missed=float(row["missed"]),
                missed_without_response=float(row["missed_without"]),
            )
            for arm in "12"
            if row[f"patients_{arm}"]
        ]
        options = {"alternative": row["alternative"], "missing": row["missing"]}
        if len(arms) == 1:
            design = SingleArmDesign(*arms, null_proportion=float(row["null"]), **options)
        else:
            design = TwoArmDesign(*arms, **options)
        found = operating_characteristics(design)
        assert values(found) == pytest.approx([float(row[name]) for name in NAMES], abs=1e-9), row


# Patient by patient


def conclusion(design, *arms):
    """Whether a trial rejects, its estimates and its limits, from (seen, unknown) of each arm."""
    filled = []
    for (seen, unknown), arm in zip(arms, design.arms, strict=True):
        n = arm.patients - (unknown if design.missing == "unknown" else 0)
        most = seen + (unknown if design.missing == "bounds" else 0)
        filled.append([(k, n) for k in range(seen, most + 1)])
    if any(n == 0 for arm in filled for _, n in arm):
        return False, math.nan, math.nan, (0 if len(arms) == 1 else -1), 1
    tables = [sum(table, ()) for table in product(*filled)]
    alternative, level = design.alternative, design.confidence_level
    if len(arms) == 1:
        null = design.null_proportion
        p_values = [binomtest(*table, null, alternative=alternative).pvalue for table in tables]
        estimates = [seen / n for seen, n in tables]
        intervals = [proportion_interval(*t, level, design.interval_method) for t in tables]
    else:
        p_values = [
            fisher_exact([[a, m - a], [b, n - b]], alternative=alternative).pvalue
            for a, m, b, n in tables
        ]
        estimates = [a / m - b / n for a, m, b, n in tables]
        intervals = [proportion_difference(*t, level, design.interval_method) for t in tables]
    rejects = all(p <= design.alpha * (1 + 1e-9) for p in p_values)
    smallest, largest = np.argmin(estimates), np.argmax(estimates)
    return (
        rejects,
        estimates[smallest],
        estimates[largest],
        intervals[smallest].low,
        intervals[largest].high,
    )


def by_patients(design):
    """Add up over what happens to each patient in turn."""
    cells = [
        (arm.observed_response, arm.unknown, 1 - arm.observed_response - arm.unknown)
        for arm in design.arms
    ]
    sizes = [arm.patients for arm in design.arms]
    owners = [arm for arm, n in enumerate(sizes) for _ in range(n)]
    true, sums, estimated = design.true_value, np.zeros(5), 0.0
    for fate in product(range(3), repeat=sum(sizes)):
        weight = math.prod(cells[arm][kind] for arm, kind in zip(owners, fate, strict=True))
        counts = [
            tuple(
                sum(k == kind for a, k in zip(owners, fate, strict=True) if a == arm)
                for kind in (0, 1)
            )
            for arm in range(len(sizes))
        ]
        rejects, lowest, highest, low, high = conclusion(design, *counts)
        covers = low - 1e-12 <= true <= high + 1e-12
        sums += [weight * rejects, 0, 0, weight * covers, weight * (high - low)]
        if not math.isnan(lowest):
            estimated += weight
            sums += [0, weight * (lowest - true), weight * (highest - true), 0, 0]
    return [*sums[:1], *(sums[1:3] / estimated), *sums[3:]]


@pytest.mark.parametrize("missing", MISSING_HANDLING)
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_a_single_arm_patient_by_patient(missing, alternative):
    arm = planned_arm(5, 0.7, rescue=0.2, missed=0.3, missed_without_response=0.1)
    design = SingleArmDesign(
        arm,
        null_proportion=0.2,
        alpha=0.2,
        alternative=alternative,
        missing=missing,
        interval_method="wilson",
        confidence_level=0.8,
    )
    found = operating_characteristics(design)
    assert values(found) == pytest.approx(by_patients(design), abs=1e-12)


@pytest.mark.parametrize("missing", MISSING_HANDLING)
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_two_arms_patient_by_patient(missing, alternative):
    design = TwoArmDesign(
        planned_arm(3, 0.9, rescue=0.1, missed=0.2),
        planned_arm(2, 0.2, missed=0.1, missed_without_response=0.4),
        alpha=0.2,
        alternative=alternative,
        missing=missing,
        confidence_level=0.8,
    )
    found = operating_characteristics(design)
    assert values(found) == pytest.approx(by_patients(design), abs=1e-12)


# Without missed visits


@few
@given(
    n=st.integers(1, 40),
    p=st.floats(0, 1),
    null=st.floats(0.05, 0.95),
    alpha=st.floats(0.005, 0.3),
    alternative=st.sampled_from(ALTERNATIVES),
    missing=st.sampled_from(sorted(MISSING_HANDLING)),
)
def test_without_missed_visits_it_is_the_exact_power(n, p, null, alpha, alternative, missing):
    design = SingleArmDesign(
        planned_arm(n, p),
        null_proportion=null,
        alpha=alpha,
        alternative=alternative,
        missing=missing,
    )
    expected = single_arm_power(n, p, null, alpha=alpha, alternative=alternative).power
    found = operating_characteristics(design)
    assert found.rejection_probability == pytest.approx(expected, abs=1e-10)
    assert found.lower_bias == pytest.approx(0, abs=1e-10)
    assert found.upper_bias == pytest.approx(0, abs=1e-10)


@few
@given(
    n1=st.integers(1, 15),
    n2=st.integers(1, 15),
    p1=st.floats(0, 1),
    p2=st.floats(0, 1),
    test=st.sampled_from(["fisher", "boschloo", "chi-square"]),
    alternative=st.sampled_from(ALTERNATIVES),
    missing=st.sampled_from(sorted(MISSING_HANDLING)),
)
def test_without_missed_visits_two_arms_have_the_exact_power(
    n1, n2, p1, p2, test, alternative, missing
):
    design = TwoArmDesign(
        planned_arm(n1, p1),
        planned_arm(n2, p2),
        test=test,
        alternative=alternative,
        missing=missing,
    )
    expected = two_arm_power(n1, n2, p1, p2, test=test, alternative=alternative).power
    found = operating_characteristics(design)
    assert found.rejection_probability == pytest.approx(expected, abs=1e-10)


@few
@given(
    n=st.integers(1, 25),
    p=st.floats(0, 1),
    rescue=st.floats(0, 1),
    missed=st.floats(0, 1),
    other=st.floats(0, 1),
)
def test_the_rules_for_unknown_responses_are_ordered(n, p, rescue, missed, other):
    arm = planned_arm(n, p, rescue=rescue, missed=missed, missed_without_response=other)
    found = {
        missing: operating_characteristics(
            SingleArmDesign(arm, null_proportion=0.3, missing=missing, alternative="greater")
        )
        for missing in ("non-responder", "bounds")
    }
    imputed, bounded = found["non-responder"], found["bounds"]
    # Counting unknown responses as non-response is the lower bound, and rejects as seldom.
    assert bounded.rejection_probability == pytest.approx(imputed.rejection_probability, abs=1e-10)
    assert bounded.lower_bias == pytest.approx(imputed.lower_bias, abs=1e-10)
    assert imputed.lower_bias == pytest.approx(-(1 - rescue) * p * missed, abs=1e-10)
    assert bounded.upper_bias == pytest.approx((1 - rescue) * (1 - p) * other, abs=1e-10)
    assert bounded.coverage >= imputed.coverage - 1e-10
    assert bounded.mean_width >= imputed.mean_width - 1e-10


def test_rescue_medication_is_known_and_counts_as_non_response():
    # All are rescued: no response is unknown, though every visit is missed.
    arm = planned_arm(7, 1, rescue=1, missed=1)
    assert (arm.true_proportion, arm.observed_response, arm.unknown) == (0, 0, 0)
    # A quarter is rescued, half of the others' visits are missed: binary fractions are exact.
    arm = planned_arm(7, 0.5, rescue=0.25, missed=0.5, missed_without_response=0.25)
    own = Fraction(3, 4)
    assert Fraction(arm.true_proportion) == own / 2
    assert Fraction(arm.observed_response) == own / 2 / 2
    assert Fraction(arm.unknown) == own * (Fraction(1, 4) + Fraction(1, 8))


def test_without_a_patient_nothing_is_rejected_and_everything_is_possible():
    arm = planned_arm(3, 0.5, missed=1)
    found = operating_characteristics(SingleArmDesign(arm, null_proportion=0.3, missing="unknown"))
    assert values(found) == pytest.approx([0, math.nan, math.nan, 1, 1], nan_ok=True)
    two = TwoArmDesign(arm, planned_arm(3, 0.5), missing="unknown")
    found = operating_characteristics(two)
    assert values(found) == pytest.approx([0, math.nan, math.nan, 1, 2], nan_ok=True)
    simulated = simulate_trials(two, trials=10, seed=1)
    assert math.isnan(simulated.lower_bias.estimate)
    assert math.isnan(simulated.lower_bias.high)
    assert simulated.mean_width.estimate == pytest.approx(2)


# Tests by an interval


@pytest.mark.parametrize("test", [test for test in SINGLE_ARM_TESTS if test != "binomial"])
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_an_interval_rejects_where_it_excludes_the_null_proportion(test, alternative):
    n, p, null, alpha = 11, 0.55, 0.3, 0.1
    design = SingleArmDesign(
        planned_arm(n, p), null_proportion=null, test=test, alpha=alpha, alternative=alternative
    )
    level = 1 - alpha if alternative == "two-sided" else 1 - 2 * alpha
    expected = 0.0
    for x in range(n + 1):
        low, high = proportion_interval(x, n, level, test)
        above, below = low > null, high < null
        if {"greater": above, "less": below, "two-sided": above or below}[alternative]:
            expected += binom.pmf(x, n, p)
    found = operating_characteristics(design).rejection_probability
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_limit_on_the_null_value_does_not_exclude_it():
    # With a limit as null proportion itself, that outcome is not rejected; just inside, it is.
    low = proportion_interval(4, 5).low
    arm = planned_arm(5, 1 - 1e-15)  # practically all respond
    for null, rejects in ((low, False), (low - 1e-9, True)):
        design = SingleArmDesign(arm, null_proportion=null, test="clopper-pearson")
        region = _decisions._single_region(design, 5)
        assert region[4] == rejects


@pytest.mark.parametrize("test", ["newcombe", "wald", "agresti-caffo", "miettinen-nurminen"])
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_an_interval_rejects_where_it_excludes_no_difference(test, alternative):
    n1, n2, p1, p2, alpha = 6, 5, 0.8, 0.3, 0.1
    assert test in TWO_ARM_TESTS
    design = TwoArmDesign(
        planned_arm(n1, p1), planned_arm(n2, p2), test=test, alpha=alpha, alternative=alternative
    )
    level = 1 - alpha if alternative == "two-sided" else 1 - 2 * alpha
    expected = 0.0
    for a, b in product(range(n1 + 1), range(n2 + 1)):
        low, high = proportion_difference(a, n1, b, n2, level, test)
        above, below = low > 1e-12, high < -1e-12
        if {"greater": above, "less": below, "two-sided": above or below}[alternative]:
            expected += binom.pmf(a, n1, p1) * binom.pmf(b, n2, p2)
    found = operating_characteristics(design).rejection_probability
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("sizes", [(1, 1), (1, 4), (5, 3), (7, 7), (12, 9)])
def test_the_score_at_no_difference_decides_as_the_limits_do(sizes):
    """At usual levels, and where the quantile is the score of a table, up to rounding."""
    first, second = np.indices([size + 1 for size in sizes])
    m, n = sizes
    pooled = (first + second) / (m + n)
    variance = pooled * (1 - pooled) * (m + n) ** 2 / (m * n * (m + n - 1))
    with np.errstate(invalid="ignore"):
        scores = (first / m - second / n) / np.sqrt(variance)
    # Beyond 4, a change of the level in its last digit moves the quantile.
    own = np.unique(scores[(scores > 0) & (scores < 4)].round(9))
    levels = [0.999999, 0.95, 0.9, 0.5, 0.02, *(1 - 2 * norm.sf(own[:: 1 + own.size // 8]))]
    for level in levels:
        design = TwoArmDesign(
            planned_arm(m, 0.5), planned_arm(n, 0.5), test="miettinen-nurminen", alpha=1 - level
        )
        low, high = (each.ravel() for each in (first, second))
        low, high = proportion_difference(low, m, high, n, 1 - design.alpha, "miettinen-nurminen")
        by_limits = ((low > 1e-12) | (high < -1e-12)).reshape(m + 1, n + 1)
        assert np.array_equal(_decisions._two_arm_region(design, m, n), by_limits), level
        for alternative, excludes in (("greater", low > 1e-12), ("less", high < -1e-12)):
            one_sided = TwoArmDesign(
                *design.arms,
                test="miettinen-nurminen",
                alpha=design.alpha / 2,
                alternative=alternative,
            )
            found = _decisions._two_arm_region(one_sided, m, n)
            assert np.array_equal(found, excludes.reshape(m + 1, n + 1)), level


def test_the_test_of_miettinen_and_nurminen_solves_no_limits(monkeypatch):
    def refuse(*_):
        raise AssertionError("limits were solved, which takes minutes for all tables of two arms")

    arm = planned_arm(20, 0.6, missed=0.1)
    design = TwoArmDesign(arm, planned_arm(20, 0.3), test="miettinen-nurminen", missing="unknown")
    monkeypatch.setattr("tisstats.statistics._limits.difference_limits", refuse)
    assert 0.4 < operating_characteristics(design).rejection_probability < 0.6


def test_a_one_sided_test_by_an_interval_needs_alpha_below_one_half():
    arm = planned_arm(5, 0.5)
    SingleArmDesign(arm, null_proportion=0.3, test="wilson", alpha=0.5)
    SingleArmDesign(arm, null_proportion=0.3, alternative="less", alpha=0.5)
    SingleArmDesign(arm, null_proportion=0.3, test="wilson", alternative="less", alpha=0.499)
    expected = "alpha must be below 0.5 for a one-sided test by an interval, got"
    with pytest.raises(ValueError, match=rf"^{re.escape(expected)} 0\.5$"):
        SingleArmDesign(arm, null_proportion=0.3, test="wilson", alternative="less", alpha=0.5)
    with pytest.raises(ValueError, match=rf"^{re.escape(expected)} 0\.6$"):
        TwoArmDesign(arm, arm, test="newcombe", alternative="greater", alpha=0.6)


def test_the_null_hypothesis_is_true_on_its_side():
    def single(p, alternative):
        return SingleArmDesign(
            planned_arm(9, p), null_proportion=0.3, alternative=alternative
        ).null_is_true

    def two(p, q, alternative):
        return TwoArmDesign(
            planned_arm(9, p), planned_arm(9, q), alternative=alternative
        ).null_is_true

    found = [[single(p, each) for p in (0.2, 0.3, 0.4)] for each in ALTERNATIVES]
    assert found == [[False, True, False], [False, True, True], [True, True, False]]
    found = [[two(p, 0.3, each) for p in (0.2, 0.3, 0.4)] for each in ALTERNATIVES]
    assert found == [[False, True, False], [False, True, True], [True, True, False]]
    # 0.9 * 0.3 is not 0.27 in binary, and is meant to be.
    arm = planned_arm(9, 0.3, rescue=0.1)
    assert SingleArmDesign(arm, null_proportion=0.27).null_is_true
    assert not SingleArmDesign(arm, null_proportion=0.270001).null_is_true
    assert TwoArmDesign(arm, planned_arm(9, 0.27)).true_value == pytest.approx(0, abs=1e-15)


# Simulation

TRIALS = 40_000
DESIGNS = {
    **{
        f"single, {missing}": SingleArmDesign(
            planned_arm(20, 0.6, rescue=0.1, missed=0.2, missed_without_response=0.3),
            null_proportion=0.3,
            missing=missing,
        )
        for missing in MISSING_HANDLING
    },
    **{
        f"two, {missing}": TwoArmDesign(
            planned_arm(20, 0.8, rescue=0.1, missed=0.2),
            planned_arm(19, 0.3, missed=0.1),
            missing=missing,
        )
        for missing in MISSING_HANDLING
    },
    "null": TwoArmDesign(planned_arm(20, 0.4), planned_arm(20, 0.4), test="boschloo"),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_simulation_is_within_four_standard_errors_of_the_exact_sum(name):
    design = DESIGNS[name]
    found = simulate_trials(design, trials=TRIALS, seed=17)
    exact = operating_characteristics(design)
    assert found.exact == exact
    for each in NAMES:
        interval, value = getattr(found, each), getattr(exact, each)
        standard_error = (interval.high - interval.low) / 2 / 1.96
        assert abs(interval.estimate - value) <= 4 * standard_error, each
        assert interval.level == pytest.approx(0.95)


def test_proportions_of_trials_and_means_have_their_monte_carlo_intervals():
    # One patient: all that can happen is seen.
    design = SingleArmDesign(planned_arm(1, 0.5), null_proportion=0.01, alpha=0.05)
    found = simulate_trials(design, trials=1000, seed=3)
    responders = round(1000 * found.rejection_probability.estimate)
    assert 400 < responders < 600
    assert tuple(found.rejection_probability) == pytest.approx(
        tuple(proportion_interval(responders, 1000)), abs=1e-12
    )
    p = responders / 1000
    assert found.lower_bias.estimate == pytest.approx(p - 0.5, abs=1e-12)
    # The standard error of Morris, White & Crowther 2019, Table 6: sqrt(sum(...) / (n (n - 1))).
    margin = 1.959963984540054 * math.sqrt(1000 * p * (1 - p) / (1000 * 999))
    assert found.lower_bias.high - found.lower_bias.estimate == pytest.approx(margin, abs=1e-12)
    assert found.lower_bias.estimate - found.lower_bias.low == pytest.approx(margin, abs=1e-12)
    assert found.coverage.estimate == pytest.approx(1)
    assert (found.trials, found.seed) == (1000, 3)


def test_the_limits_of_a_mean_count_the_trials_that_have_an_estimate():
    # Of a single patient the visit is missed in half of the trials, which then estimate nothing.
    arm = planned_arm(1, 0.6, missed=0.5)
    design = SingleArmDesign(arm, null_proportion=0.3, missing="unknown")
    found = simulate_trials(design, trials=20_000, seed=1).lower_bias
    proportion = found.estimate + design.true_value
    variance_of_mean = (found.width / 2 / 1.959964) ** 2
    assert proportion * (1 - proportion) / variance_of_mean == pytest.approx(10_000, rel=0.05)


def test_two_estimates_have_limits_and_one_has_none():
    arm = planned_arm(1, 0.6, missed=0.95)
    design = SingleArmDesign(arm, null_proportion=0.3, missing="unknown")
    one = simulate_trials(design, trials=10, seed=5)
    assert one.lower_bias.estimate == pytest.approx(-0.6)
    assert math.isnan(one.lower_bias.low)
    assert math.isnan(one.lower_bias.high)
    assert one.mean_width.low < one.mean_width.estimate < one.mean_width.high
    # Of the estimates 0 and 1 the standard error is 1/2: sd(c(0, 1)) / sqrt(2) in R.
    two = simulate_trials(design, trials=10, seed=4).lower_bias
    assert two.estimate == pytest.approx(-0.1)
    assert two.high - two.estimate == pytest.approx(1.959963984540054 / 2)


@pytest.mark.parametrize("known", [1e-9, 1e-11, 1e-13])
def test_the_bias_counts_the_trials_that_estimate_something_however_rare_these_are(known):
    # Of a single patient, or one of two arms: all others are left out.
    arm = PlannedArm(1, true_proportion=0.25, observed_response=0.75 * known, unknown=1 - known)
    own = 0.75 * known / (1 - arm.unknown)  # as the rounded probability has it
    single = SingleArmDesign(arm, null_proportion=0.3, missing="unknown")
    assert operating_characteristics(single).lower_bias == pytest.approx(own - 0.25, abs=1e-9)
    two = TwoArmDesign(planned_arm(3, 0.5), arm, missing="unknown")
    assert operating_characteristics(two).lower_bias == pytest.approx(0.25 - own, abs=1e-9)
    # Both counts of the second arm that can be known are so rare that one of them was left out.
    rare = PlannedArm(1, true_proportion=1e-3, observed_response=1e-3 * known, unknown=1 - known)
    found = operating_characteristics(SingleArmDesign(rare, null_proportion=0.3, missing="unknown"))
    assert found.lower_bias == pytest.approx(1e-3 * (known / (1 - rare.unknown) - 1), rel=1e-9)


def test_counts_are_those_of_numpy_by_seed_and_blocks_are_added_up(monkeypatch):
    functions = module_function.__globals__
    monkeypatch.setitem(functions, "_BLOCK", 400)
    arm = planned_arm(3, 0.5, missed=0.25)
    design = SingleArmDesign(arm, null_proportion=0.3)
    counts, times = functions["_drawn_counts"](design, 1000, 5)
    generator = np.random.default_rng(5)
    cells = [arm.observed_response, arm.unknown, 1 - arm.observed_response - arm.unknown]
    drawn = np.concatenate([generator.multinomial(3, cells, size) for size in (400, 400, 200)])
    expected = {}
    for seen, unknown, _ in drawn.tolist():
        expected[seen, unknown] = expected.get((seen, unknown), 0) + 1
    assert dict(zip(map(tuple, counts.tolist()), times.tolist(), strict=True)) == expected


def test_a_seed_gives_the_same_bytes_and_another_does_not():
    design = DESIGNS["two, unknown"]
    one, again, other = (
        simulate_trials(design, trials=2000, seed=seed).to_frame() for seed in (1, 1, 2)
    )
    assert one.to_csv() == again.to_csv()
    assert one["simulated"].tolist() != other["simulated"].tolist()
    assert one["exact"].tolist() == other["exact"].tolist()
    limits = ["monte_carlo_low", "monte_carlo_high"]
    assert one.columns.tolist() == ["characteristic", "simulated", *limits, "exact"]
    assert one["characteristic"].tolist() == list(NAMES)


def test_too_many_tables_are_simulated_only(monkeypatch):
    # Two arms of 1 and 2 patients have 2 times 3 tables without unknown responses.
    design = TwoArmDesign(planned_arm(1, 0.5), planned_arm(2, 0.5))
    monkeypatch.setitem(module_function.__globals__, "MOST_TABLES", 6)
    assert simulate_trials(design, trials=10, seed=1).exact is not None
    monkeypatch.setitem(module_function.__globals__, "MOST_TABLES", 5)
    with pytest.raises(TooManyTablesError) as raised:
        operating_characteristics(design)
    assert str(raised.value) == (
        "the exact sum must have at most 5 tables of counts, got 6: plan smaller arms, or simulate"
    )
    found = simulate_trials(design, trials=10, seed=1)
    assert found.exact is None
    assert found.to_frame()["exact"].isna().all()


# Arguments


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"patients": 0}, "patients must be a whole number from 1 to 300, got 0"),
        ({"patients": 301}, "patients must be a whole number from 1 to 300, got 301"),
        ({"response": 60}, "response must be a proportion from 0 to 1, got 60; did you mean 0.6?"),
        ({"rescue": -0.1}, "rescue must be a proportion from 0 to 1, got -0.1"),
        ({"missed": "a"}, "missed must be a proportion from 0 to 1, got 'a'"),
        (
            {"missed_without_response": 1.01},
            "missed_without_response must be a proportion from 0 to 1, got 1.01",
        ),
    ],
)
def test_an_arm_checks_its_arguments(wrong, message):
    with pytest.raises(ValueError, match="must be") as error:
        planned_arm(**{"patients": 20, "response": 0.5, **wrong})
    assert str(error.value).startswith(message)


def test_probabilities_of_an_arm_are_at_most_one_together():
    assert PlannedArm(300, 0.5, 0.4, 0.6).patients == 300
    assert PlannedArm(3, 0.5, 0.4, 0.6).unknown == pytest.approx(0.6)
    # 0.1 and 0.2 are 0.30000000000000004 together.
    assert PlannedArm(3, 0.5, 0.7, 0.1 + 0.2).unknown == pytest.approx(0.3)
    for numbers, expected in (
        (
            (3, 0.5, 0.5, 0.6),
            "observed_response and unknown must be at most 1 together, got 0.5 and 0.6",
        ),
        ((0, 0.5, 0.5, 0.5), "patients must be a whole number from 1 to 300, got 0"),
        (
            (3, 1.5, 0.5, 0.5),
            "true_proportion must be a proportion from 0 to 1, got 1.5",
        ),
        (
            (3, 0.5, 1.5, 0.5),
            "observed_response must be a proportion from 0 to 1, got 1.5",
        ),
        (
            (3, 0.5, 0.5, 1.5),
            "unknown must be a proportion from 0 to 1, got 1.5",
        ),
    ):
        with pytest.raises(ValueError, match="must be") as raised:
            PlannedArm(*numbers)
        assert str(raised.value) == expected


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"null_proportion": 0}, "null_proportion must be a proportion strictly between 0 and 1"),
        ({"test": "fisher"}, "test must be one of binomial, clopper-pearson, "),
        ({"alpha": 5}, "alpha must be a proportion strictly between 0 and 1, got 5; did you mean"),
        ({"alternative": "larger"}, "alternative must be one of two-sided, less, greater, got"),
        ({"missing": "drop"}, "missing must be one of non-responder, unknown, bounds, got 'drop'"),
        ({"interval_method": "newcombe"}, "interval_method must be one of clopper-pearson, "),
        ({"confidence_level": 1}, "confidence_level must be a proportion strictly between"),
        ({"arm": 20}, "arms must be of planned_arm, got 20"),
    ],
)
def test_a_design_checks_its_arguments(wrong, message):
    right = {"arm": planned_arm(5, 0.5), "null_proportion": 0.3}
    with pytest.raises(ValueError, match="must be") as error:
        SingleArmDesign(**(right | wrong))
    assert str(error.value).startswith(message)


def test_two_arms_have_tests_of_their_own():
    arm = planned_arm(5, 0.5)
    with pytest.raises(ValueError, match=r"^test must be one of fisher, boschloo, chi-square, new"):
        TwoArmDesign(arm, arm, test="binomial")
    with pytest.raises(ValueError, match=r"^interval_method must be one of newcombe, miettinen"):
        TwoArmDesign(arm, arm, interval_method="wilson")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"trials": 1}, "trials must be a whole number from 2 to 100,000,000, got 1"),
        (
            {"trials": 10**8 + 1},
            "trials must be a whole number from 2 to 100,000,000, got 100000001",
        ),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"trials": 2.5}, "trials must be a whole number from 2 to 100,000,000, got 2.5"),
    ],
)
def test_a_simulation_checks_its_arguments(wrong, message):
    with pytest.raises(ValueError, match="must be") as error:
        simulate_trials(DESIGNS["null"], **({"trials": 10, "seed": 1} | wrong))
    assert str(error.value).startswith(message)


def test_two_sided_boschloo_of_two_arms_is_that_of_its_own_test():
    n, p, q = 6, 0.9, 0.2
    design = TwoArmDesign(planned_arm(n, p), planned_arm(n, q), test="boschloo")
    expected = sum(
        binom.pmf(a, n, p) * binom.pmf(b, n, q)
        for a, b in product(range(n + 1), repeat=2)
        if two_proportion_test(a, n, b, n, test="boschloo").pvalue <= 0.05 * (1 + 1e-9)
    )
    found = operating_characteristics(design).rejection_probability
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("design", [None, 3, "fisher", planned_arm(20, 0.5)])
def test_what_is_no_design_is_refused(design):
    message = "^design must be a SingleArmDesign or a TwoArmDesign, got "
    with pytest.raises(ValueError, match=message):
        operating_characteristics(design)
    with pytest.raises(ValueError, match=message):
        simulate_trials(design, trials=10, seed=1)
