"""Arms compared: against R, against every possible count one by one, and at the ends."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tests.trial.made_up import STUDIES
from tests.trial.slow_endpoint import slow_patients
from tests.trial.studies import read_csv
from tests.trial.test_endpoints import Slow
from tisstats.statistics import (
    odds_ratio,
    proportion_difference,
    proportion_interval,
    proportion_ratio,
    two_proportion_test,
)
from tisstats.trial.arm_comparison import compare_with_reference, responses_by_arm
from tisstats.trial.endpoint_definition import Endpoint
from tisstats.trial.endpoints import EndpointResult
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import evaluate_study
from tisstats.trial.template import example_folder

PLAN = Study.read(example_folder()).analysis


def endpoint(missing="bounds"):
    return Endpoint(
        kind="at week", threshold=20, week=4, intercurrent="treatment policy", missing=missing
    )


def result_of(*arms, missing="bounds"):
    """A result of arms with so many responders, non-responders and patients of unknown status."""
    status, arm_of = [], []
    for number, counts in enumerate(arms):
        for name, count in zip(("responder", "non-responder", "unknown"), counts, strict=True):
            status += [name] * count
            arm_of += [f"arm {number}"] * count
    rule = ["observed"] * len(status)
    names = [np.array(each, dtype=object) for each in (status, rule, arm_of)]
    return EndpointResult(endpoint(missing), *names[:2]), names[2]


def compared(*arms, plan=PLAN, missing="bounds"):
    """The comparisons with the last arm."""
    result, arm_of = result_of(*arms, missing=missing)
    labels = {f"arm {number}": f"Arm {number}" for number in range(len(arms))}
    found = responses_by_arm(result, arm_of, labels, plan)
    return compare_with_reference(found, f"arm {len(arms) - 1}", plan)


# one <- function(x1, n1, x2, n2) {
#   f <- fisher.test(matrix(c(x1, n1 - x1, x2, n2 - x2), 2))
#   w1 <- prop.test(x1, n1, correct = FALSE)$conf.int
#   w2 <- prop.test(x2, n2, correct = FALSE)$conf.int
#   d <- x1 / n1 - x2 / n2
#   low <- d - sqrt((x1 / n1 - w1[1])^2 + (w2[2] - x2 / n2)^2)
#   high <- d + sqrt((w1[2] - x1 / n1)^2 + (x2 / n2 - w2[1])^2)
#   score <- function(r) {
#     loglik <- function(p) dbinom(x1, n1, r * p, log = TRUE) + dbinom(x2, n2, p, log = TRUE)
#     p <- optimize(loglik, c(1e-12, min(1, 1 / r) - 1e-12), maximum = TRUE, tol = 1e-14)$maximum
#     v <- (r * p * (1 - r * p) / n1 + r^2 * p * (1 - p) / n2) * (n1 + n2) / (n1 + n2 - 1)
#     (x1 / n1 - r * x2 / n2)^2 / v - qchisq(0.95, 1)
#   }
#   rr <- (x1 / n1) / (x2 / n2)
#   mn <- c(uniroot(score, c(1e-4, rr), tol = 1e-12)$root,
#           uniroot(score, c(rr, 1e4), tol = 1e-12)$root)
#   katz <- rr * exp(c(-1, 1) * qnorm(0.975) * sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2))
#   chi <- prop.test(c(x1, x2), c(n1, n2), correct = FALSE)
#   cat(sprintf("%.8g", c(d, low, high, rr, mn, katz, f$estimate, f$conf.int,
#                         f$p.value, chi$p.value)), "\n")
# }
# one(6, 13, 2, 12); one(2, 8, 2, 12)
GOLDEN = {
    "low": {
        "responders": (6, 13),
        "difference": (0.29487179, -0.068206521, 0.56936971),
        "ratio": (2.7692308, 0.79076393, 11.013569),
        "log ratio": (2.7692308, 0.68647193, 11.171089),
        "odds ratio": (4.0360731, 0.51622684, 52.505694),
        "fisher": 0.20155606,
        "chi-square": 0.11432442,
    },
    "high": {
        "responders": (2, 8),
        "difference": (0.083333333, -0.24988654, 0.44447276),
        "ratio": (1.5, 0.28999195, 7.5027467),
        "log ratio": (1.5, 0.26225824, 8.5793302),
        "odds ratio": (1.6232969, 0.094125881, 28.190157),
        "fisher": 1.0,
        "chi-square": 0.64807687,
    },
}


def numbers(effect):
    assert effect.lowest == pytest.approx(effect.highest)
    assert not effect.sometimes_undefined
    return effect.lowest, effect.low, effect.high


def test_a_study_in_three_arms_as_in_r(tmp_path):
    folder = STUDIES["dated"](tmp_path / "dated")
    data = StudyData.read(folder)
    arm_of = data.analysis.patients["arm"].to_numpy(dtype=object)
    result = evaluate_study(data)
    slow = Endpoint(
        kind="at week",
        threshold=40,
        week=16,
        window=Fraction(4, 7),
        intercurrent="treatment policy",
        missing="non-responder",
    )
    patients = slow_patients(folder, (0, 2, 8, 16))
    responded = {name for name, each in patients.items() if Slow(slow, each).status()[0][0] == "r"}
    arms_of = {r["patient_id"]: r["arm"] for r in read_csv(folder / "synthetic_patients.csv")}
    for plan in (PLAN, replace(PLAN, ratio="log", proportion_test="chi-square")):
        arms = responses_by_arm(result, arm_of, data.study.arms, plan)
        found = compare_with_reference(arms, "control", plan)
        assert [each.arm.arm for each in found] == ["low", "high"]
        for each in found:
            golden = GOLDEN[each.arm.arm]
            mine = [name for name in patients if arms_of[name] == each.arm.arm]
            assert (len(responded & set(mine)), len(mine)) == golden["responders"]
            assert numbers(each.difference) == pytest.approx(golden["difference"], rel=1e-6)
            ratio = golden["log ratio" if plan.ratio == "log" else "ratio"]
            assert numbers(each.ratio) == pytest.approx(ratio, rel=1e-6)
            # The roots of fisher.test are found to about four figures.
            assert numbers(each.odds_ratio) == pytest.approx(golden["odds ratio"], rel=1e-3)
            pvalue = golden[plan.proportion_test]
            assert each.pvalue.lowest == pytest.approx(pvalue, rel=1e-6)
            assert each.pvalue.highest == pytest.approx(pvalue, rel=1e-6)


COUNTS = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 7))


@examples(12)
@example((0, 0, 0), (1, 1, 0))  # an arm without patients
@example((1, 1, 0), (0, 0, 0))
@example((1, 2, 0), (0, 3, 0))  # a single responder
@example((0, 3, 0), (1, 2, 0))
@example((2, 0, 0), (3, 0, 0))  # all responded
@example((0, 2, 0), (0, 3, 0))  # nobody did
@example((1, 0, 1), (0, 1, 1))  # from one to all but one
@example((0, 0, 7), (0, 0, 7))  # everything is open
@example((0, 0, 1), (0, 0, 7))
@example((0, 0, 7), (0, 5, 0))  # with the fewest, or the most, there is no odds ratio
@example((0, 0, 7), (5, 0, 0))
@example((0, 5, 0), (0, 0, 7))
@example((5, 0, 0), (0, 0, 7))
@given(COUNTS, COUNTS)
def test_ranges_over_every_possible_count(first, second):
    (found,) = compared(first, second)
    trials = sum(first), sum(second)
    if not all(trials):
        assert found.difference is found.ratio is found.odds_ratio is found.pvalue is None
        return
    effects = {"difference": [], "ratio": [], "odds_ratio": []}
    pvalues = []
    for open_1, open_2 in product(range(first[2] + 1), range(second[2] + 1)):
        counts = first[0] + open_1, trials[0], second[0] + open_2, trials[1]
        successes = counts[0] + counts[2]
        effects["difference"].append(proportion_difference(*counts))
        effects["ratio"].append(proportion_ratio(*counts) if successes else None)
        mixed = 0 < successes < sum(trials)
        effects["odds_ratio"].append(odds_ratio(*counts) if mixed else None)
        pvalues.append(two_proportion_test(*counts).pvalue)
    for name, each in effects.items():
        defined = [one for one in each if one is not None]
        effect = getattr(found, name)
        if not defined:
            assert effect is None
            continue
        expected = (
            min(one.estimate for one in defined),
            max(one.estimate for one in defined),
            min(one.low for one in defined),
            max(one.high for one in defined),
        )
        got = effect.lowest, effect.highest, effect.low, effect.high
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)
        assert effect.sometimes_undefined == (len(defined) < len(each))
    np.testing.assert_allclose(
        (found.pvalue.lowest, found.pvalue.highest), (min(pvalues), max(pvalues)), rtol=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(*[st.integers(0, 7)] * 4)
def test_fisher_by_adding_up_tables(a, b, c, d):
    if not a + b or not c + d:
        return
    (found,) = compared((a, b, 0), (c, d, 0))
    weights = {x: comb(a + b, x) * comb(c + d, a + c - x) for x in range(a + c + 1)}
    extreme = sum(weight for weight in weights.values() if weight <= weights[a])
    pvalue = Fraction(extreme, sum(weights.values()))
    np.testing.assert_allclose(found.pvalue.lowest, float(pvalue), rtol=1e-9)
    estimate = Fraction(a, a + b) - Fraction(c, c + d)
    np.testing.assert_allclose(found.difference.lowest, float(estimate), atol=1e-12)


def test_arms_add_up_and_have_the_planned_interval():
    plan = replace(PLAN, interval="wilson", confidence_level=0.9)
    result, arm_of = result_of((3, 4, 2), (1, 0, 0), (0, 0, 0))
    labels = {"arm 0": "First", "arm 1": "Second", "arm 2": "Nobody"}
    arms = responses_by_arm(result, arm_of, labels, plan)
    assert [each.label for each in arms] == list(labels.values())
    assert sum(each.result.patients for each in arms) == result.patients
    first, second, nobody = arms
    assert first.possible_counts.tolist() == [3, 4, 5]
    low, high = proportion_interval(5, 9, 0.9, "wilson")
    np.testing.assert_allclose([first.interval.most.low, first.interval.most.high], [low, high])
    np.testing.assert_allclose(second.interval.fewest.estimate, 1)
    assert nobody.interval is None


def test_patients_of_unknown_status_are_left_out_unless_counted_by_bounds():
    (by_bounds,) = compared((3, 4, 2), (1, 5, 1))
    (known,) = compared((3, 4, 2), (1, 5, 1), missing="unknown")
    np.testing.assert_allclose(known.difference.lowest, 3 / 7 - 1 / 6)
    np.testing.assert_allclose(by_bounds.difference.lowest, 3 / 9 - 2 / 7)
    np.testing.assert_allclose(by_bounds.difference.highest, 5 / 9 - 1 / 7)


def test_the_ratio_by_the_logarithm_needs_a_responder_in_each_arm():
    plan = replace(PLAN, ratio="log")
    for without in [((3, 4, 0), (0, 5, 0)), ((0, 5, 0), (3, 4, 0)), ((0, 1, 0), (0, 1, 0))]:
        (found,) = compared(*without, plan=plan)
        assert found.ratio is None
    (found,) = compared((1, 2, 0), (1, 3, 0), plan=plan)
    assert not found.ratio.sometimes_undefined
    np.testing.assert_allclose(found.ratio.lowest, (1 / 3) / (1 / 4))
    (found,) = compared((3, 4, 0), (0, 5, 1), plan=plan)
    assert found.ratio.sometimes_undefined
    np.testing.assert_allclose(found.ratio.lowest, (3 / 7) / (1 / 6))


@pytest.mark.parametrize(("responders", "others"), [(0, 1), (1, 0)])
def test_a_single_patient_in_each_arm(responders, others):
    (found,) = compared((responders, others, 0), (0, 1, 0))
    np.testing.assert_allclose(found.pvalue.lowest, 1)
    assert (found.ratio is None) == (responders == 0)
    assert (found.odds_ratio is None) == (responders == 0)
    if responders:
        assert found.ratio.highest == np.inf


def test_an_unknown_reference_arm_is_named():
    result, arm_of = result_of((1, 1, 0))
    arms = responses_by_arm(result, arm_of, {"arm 0": "First"}, PLAN)
    with pytest.raises(ValueError, match="reference_arm must be one of arm 0, got 'placebo'"):
        compare_with_reference(arms, "placebo", PLAN)
