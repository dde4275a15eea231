"""Arms from courses of scores, against every fate of a patient and against simulated patients."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from tisstats.statistics import SingleArmDesign, operating_characteristics
from tisstats.trial import planned_arm_from_courses

COURSES = [[20, 40, 15], [0, 10, 40], [39.5, 37.5, 0], [100, 0, 60]]
KINDS = ("at week", "best")


def fate(course, rescued_at, missed, kind):
    """What is true of one patient, and what is seen: a response, none, or neither."""
    scores = course[:rescued_at]  # visits before rescue medication
    if kind == "at week":
        if rescued_at < len(course):
            return False, "none"
        scores, missed = scores[-1:], missed[-1:]
    true = any(score >= 40 for score in scores)
    if any(score >= 40 and not gone for score, gone in zip(scores, missed, strict=False)):
        return true, "response"
    return true, "unknown" if any(missed[: len(scores)]) else "none"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("rescue", "missed"), [(0, 0), (0.2, 0), (0, 0.3), (0.2, 0.3), (1, 0.5), (0.1, 1)]
)
def test_the_probabilities_are_those_of_all_fates(kind, rescue, missed):
    true = seen = unknown = 0.0
    for course in COURSES:
        for rescued_at, gone in product(range(4), product((True, False), repeat=3)):
            weight = (1 - rescue) ** rescued_at * (rescue if rescued_at < 3 else 1) / len(COURSES)
            weight *= np.prod([missed if each else 1 - missed for each in gone])
            responds, what = fate(course, rescued_at, gone, kind)
            true += weight * responds
            seen += weight * (what == "response")
            unknown += weight * (what == "unknown")
    arm = planned_arm_from_courses(20, COURSES, 40, kind=kind, rescue=rescue, missed=missed)
    found = (arm.true_proportion, arm.observed_response, arm.unknown)
    assert found == pytest.approx((true, seen, unknown), abs=1e-12)
    assert arm.patients == 20


@pytest.mark.parametrize("kind", KINDS)
def test_a_trial_of_patients_drawn_one_by_one_rejects_as_often(kind):
    trials, patients, rescue, missed, null = 3000, 20, 0.05, 0.15, 0.3
    generator = np.random.default_rng(11)
    p_values = [binomtest(count, patients, null).pvalue for count in range(patients + 1)]
    rejected = 0
    for _ in range(trials):
        responders = 0
        for _ in range(patients):
            course = COURSES[generator.integers(len(COURSES))]
            draws = generator.random(3) < rescue
            rescued_at = int(draws.argmax()) if draws.any() else 3
            gone = tuple(generator.random(3) < missed)
            responders += fate(course, rescued_at, gone, kind)[1] == "response"
        rejected += p_values[responders] <= 0.05
    arm = planned_arm_from_courses(patients, COURSES, 40, kind=kind, rescue=rescue, missed=missed)
    design = SingleArmDesign(arm, null_proportion=null)
    power = operating_characteristics(design).rejection_probability
    assert abs(rejected / trials - power) <= 4 * (power * (1 - power) / trials) ** 0.5


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 9), st.sampled_from(KINDS))
def test_courses_of_responders_respond_unless_rescued(rescue, missed, visits, kind):
    arm = planned_arm_from_courses(
        5, [[50] * visits] * 3, 40, kind=kind, rescue=rescue, missed=missed
    )
    needed = visits if kind == "at week" else 1  # visits without rescue medication
    assert arm.true_proportion == pytest.approx((1 - rescue) ** needed, abs=1e-12)
    assert arm.observed_response + arm.unknown == pytest.approx(arm.true_proportion, abs=1e-12)


def test_a_score_on_the_threshold_is_a_response():
    assert planned_arm_from_courses(5, [[40]], 40).true_proportion == pytest.approx(1)
    assert planned_arm_from_courses(5, [[39.5]], 40).true_proportion == pytest.approx(0)


@pytest.mark.parametrize(("threshold", "responders"), [(0, 1), (0.5, 3 / 4), (100, 1 / 4)])
def test_the_threshold_may_be_any_score(threshold, responders):
    arm = planned_arm_from_courses(5, [[0], [1], [99.5], [100]], threshold)
    assert arm.true_proportion == pytest.approx(responders)


@pytest.mark.parametrize("kind", KINDS)
def test_without_rescue_and_missed_visits_every_response_is_seen(kind):
    arm = planned_arm_from_courses(5, [[50, 60], [0, 10]], 40, kind=kind)
    found = (arm.true_proportion, arm.observed_response, arm.unknown)
    assert found == pytest.approx((0.5, 0.5, 0))


def test_rounding_takes_no_probability_above_1():
    # In floating point the rare rescue takes nothing from 1, so that the sum of all exceeds 1.
    rare, visits = 5e-17, 40
    assert (visits - 1) * rare + (1 - rare) > 1
    arm = planned_arm_from_courses(5, [[50] * visits], 40, kind="best", rescue=rare)
    assert arm.true_proportion == pytest.approx(1)
    assert max(arm.true_proportion, arm.observed_response) <= 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scores": [40, 50]}, "scores must be numbers in a table of courses by visits, got [40,"),
        ({"scores": [["a"]]}, "scores must be numbers in a table of courses by visits, got [['a'"),
        ({"scores": [[]]}, "scores must be numbers in a table of courses by visits, got [[]]"),
        (
            {"scores": np.zeros(3)},
            "scores must be numbers in a table of courses by visits, got (3",
        ),
        (
            {"scores": [[0, 1], [2, 101]]},
            "scores must be from 0 to 100, got 101 at visit 2 of co",
        ),
        ({"scores": [[0, -1]]}, "scores must be from 0 to 100, got -1 at visit 2 of course 1"),
        ({"scores": [[None]]}, "scores must be from 0 to 100, got nan at visit 1 of course 1"),
        ({"threshold": 101}, "threshold must be a number from 0 to 100, got 101"),
        ({"threshold": "40"}, "threshold must be a number from 0 to 100, got '40'"),
        ({"kind": "last"}, "kind must be one of at week, best, got 'last'"),
        ({"rescue": 2}, "rescue must be a proportion from 0 to 1, got 2"),
        ({"missed": -0.1}, "missed must be a proportion from 0 to 1, got -0.1"),
        ({"patients": 0}, "patients must be a whole number from 1 to 300, got 0"),
    ],
)
def test_arguments_are_checked(wrong, message):
    right = {"patients": 20, "scores": COURSES, "threshold": 40}
    with pytest.raises(ValueError, match="must be") as error:
        planned_arm_from_courses(**(right | wrong))
    assert str(error.value).startswith(message)
