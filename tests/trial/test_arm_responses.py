"""The time to the first response by arm, against plain loops over the files."""

from fractions import Fraction

import numpy as np
import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import DESIGNS, analysed, scores_of, slow_incidence
from tests.trial.studies import make_study
from tisstats.statistics import cumulative_incidence
from tisstats.trial.arm_responses import (
    RESPONSE,
    ArmResponses,
    competing_causes,
    responses_by_arm,
    study_times,
)
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.response_times import ResponseTimes
from tisstats.trial.study_data import StudyData

THRESHOLD = 40


def first_at(scores, threshold, limit=None):
    """Week of the first visit at which the score was reached, whatever is missing, or None."""
    for week, (low, _) in scores.items():
        if (limit is None or week <= limit) and low >= threshold:
            return week
    return None


def slow_times(folder, design, arm, *, on_treatment=False):
    """Time and cause of each patient: open scores are no response."""
    scores, found = scores_of(folder, design), []
    for row in analysed(folder, arm):
        mine = scores[row["patient_id"]]
        last = max(mine, default=Fraction(0))
        stop = row.get("stop_week") or ""
        if on_treatment and stop and Fraction(stop) < design.weeks[-1]:
            week = first_at(mine, THRESHOLD, Fraction(stop))
            cause = 2 if row["end_reason"] == "rescue_medication" else 3
            found.append((Fraction(stop), cause) if week is None else (week, 1))
            continue
        week = first_at(mine, THRESHOLD)
        found.append((last, 0) if week is None else (week, 1))
    return found


@pytest.mark.parametrize("name", DESIGNS)
def test_incidence_and_numbers_at_risk_by_treatment_policy(tmp_path, name):
    folder, design = STUDIES[name](tmp_path / "study"), DESIGNS[name]
    data = StudyData.read(folder)
    assert competing_causes(data) == {}
    for arm in responses_by_arm(data):
        times = slow_times(folder, design, arm.arm)
        assert sorted(zip(arm.times.time, arm.times.cause, strict=True)) == sorted(times)
        assert sum(arm.ended_by().values()) == arm.patients == len(times)
        counts = arm.counts(design.weeks, {RESPONSE: "response"})
        for row in counts.itertuples():
            assert row.at_risk == sum(time >= row.time for time, _ in times)
            assert row.events_response == sum(time <= row.time and c for time, c in times)
            assert row.censored == sum(time <= row.time and not c for time, c in times)
        for week in design.weeks:
            found = arm.at(week, 0.95)
            assert found.at_risk == sum(time >= week for time, _ in times)
            if np.isfinite(found.estimate):
                exact = slow_incidence(times, Fraction(week))
                assert found.estimate == pytest.approx(float(exact))
                if 0 < exact < 1:
                    assert found.low < found.estimate < found.high


def test_rescue_and_early_stops_compete_while_on_treatment(tmp_path):
    made = make_study(40, ("a", "b"), seed=12, missing=0, missed=0)
    made.description = made.description.replace(
        'missing = "non-responder"',
        'missing = "non-responder"\nintercurrent = "while on treatment"',
    )
    folder = made.write(tmp_path / "study")
    data = StudyData.read(folder)
    assert competing_causes(data) == {2: "rescue medication", 3: "stopped early"}
    causes = set()
    for arm in responses_by_arm(data):
        design = DESIGNS["example"]
        times = slow_times(folder, design, arm.arm, on_treatment=True)
        causes |= {cause for _, cause in times}
        assert sorted(zip(arm.times.time, arm.times.cause, strict=True)) == sorted(times)
        exact = slow_incidence(times, Fraction(24))
        assert arm.at(24, 0.95).estimate == pytest.approx(float(exact))
        censored_is_no_event = [(time, cause if cause == 1 else 0) for time, cause in times]
        assert exact < slow_incidence(censored_is_no_event, Fraction(24))
    assert causes >= {1, 2, 3}


def test_bounds_give_the_range_from_no_response_to_a_response(tmp_path):
    made = make_study(30, ("a", "b"), seed=4, missing=0.15, missed=0)
    made.description = made.description.replace('"non-responder"', '"bounds"')
    folder = made.write(tmp_path / "study")
    data, design = StudyData.read(folder), DESIGNS["example"]
    scores = scores_of(folder, design)
    widths, events = [], 0
    for arm in responses_by_arm(data):
        events += arm.times.event.sum()
        low, high = arm.if_open_visits_are(24)
        ranges = []
        for place in (0, 1):
            times = []
            for row in analysed(folder, arm.arm):
                mine = scores[row["patient_id"]]
                reached = [week for week, bounds in mine.items() if bounds[place] >= THRESHOLD]
                times.append((reached[0], 1) if reached else (max(mine), 0))
            ranges.append(float(slow_incidence(times, Fraction(24))))
        assert [low, high] == pytest.approx(ranges)
        widths.append(high - low)
    assert max(widths) > 0
    assert study_times(data).event.sum() == events > 0


def test_bounds_of_what_is_unfavourable_go_from_nobody_to_all_who_may_have_it(tmp_path):
    made = make_study(30, ("a", "b"), seed=4, missing=0.15, missed=0)
    for old, new in (
        ("threshold = 40", ""),
        ('missing = "non-responder"', 'missing = "bounds"\ncriterion = "imacs worsening"'),
    ):
        assert old in made.description
        made.description = made.description.replace(old, new)
    data = StudyData.read(made.write(tmp_path / "study"))
    assert data.study.endpoint.words.unfavourable
    ranges = [arm.if_open_visits_are(24) for arm in responses_by_arm(data)]
    assert all(nobody <= everybody for nobody, everybody in ranges)
    assert any(nobody < everybody for nobody, everybody in ranges)


@pytest.mark.parametrize("rule", ["non-responder", "bounds"])
def test_other_rules_have_no_range_and_an_empty_arm_has_no_curve(tmp_path, rule):
    folder = STUDIES["bare"](tmp_path / "study")
    description = folder / "study.toml"
    text = description.read_text(encoding="utf-8").replace('"non-responder"', f'"{rule}"')
    description.write_text(text, encoding="utf-8")
    *arms, empty = responses_by_arm(StudyData.read(folder))
    assert [arm.patients for arm in arms] == [1, 1, 1]
    assert [arm.if_open_visits_are(24) is None for arm in arms] == [rule != "bounds"] * 3
    assert (empty.patients, empty.incidence, empty.if_open_visits_are(24)) == (0, None, None)
    found = empty.at(24, 0.95)
    assert found.at_risk == 0
    assert np.isnan([found.estimate, found.low, found.high]).all()


def test_the_table_of_an_empty_arm_has_the_columns_of_the_others(tmp_path):
    weeks, causes = [0, 24], {RESPONSE: "response", 2: "rescue medication"}
    one, *_, empty = responses_by_arm(StudyData.read(STUDIES["bare"](tmp_path / "study")))
    table = empty.counts(weeks, causes)
    assert list(table.columns) == list(one.counts(weeks, causes).columns)
    assert table["time"].tolist() == weeks
    assert not table.drop(columns="time").to_numpy().any()


def arm_of(*patients):
    """An arm whose patients have such times and causes."""
    times, causes = np.array([time for time, _ in patients]), np.array([c for _, c in patients])
    ended_by = np.array(["last visit"] * len(patients), dtype=object)
    return ArmResponses(
        "a",
        "A",
        ResponseTimes(times, causes, times, ended_by),
        cumulative_incidence(times, causes),
        None,
    )


def test_where_the_incidence_is_not_known_any_more_there_are_no_limits():
    arm = arm_of((4.0, 1), (8.0, 0), (8.0, 0))
    known, unknown = arm.at(8, 0.95), arm.at(9, 0.95)
    assert known.estimate == pytest.approx(1 / 3)
    assert known.low < known.estimate < known.high
    assert np.isnan([unknown.estimate, unknown.low, unknown.high]).all()
    before = arm.at(3, 0.95)
    assert (before.estimate, before.at_risk) == (pytest.approx(0), 3)
    assert np.isnan([before.low, before.high]).all()


def test_limits_are_those_of_the_same_step_as_the_estimate():
    early, late = arm_of((1.0, 1), (3.0, 0), (2.0, 1)), arm_of((1.0, 1), (3.0, 0), (2.0, 0))
    for week, arm in [(1, early), (1.5, early), (1, late), (2.5, late)]:
        assert arm.at(week, 0.9).estimate == pytest.approx(1 / 3)
        # While nobody is censored the incidence is a proportion p of n patients, whose variance
        # after Gray is p (1 - p) / (n - 1); the limits are symmetric for log(-log(p)).
        factor = 1.6448536 * (2 / 9 / 2) ** 0.5 / (1 / 3 * np.log(3))
        limits = [(1 / 3) ** np.exp(sign * factor) for sign in (1, -1)]
        found = arm.at(week, 0.9)
        assert [found.low, found.high] == pytest.approx(limits, rel=1e-6)


@pytest.mark.parametrize("apart", [0.0, 1e-12, SAME_WEEK])
def test_a_rounding_error_in_a_week_changes_nothing(apart):
    found = arm_of((1 + apart, 1), (5.0, 0)).at(1, 0.95)
    assert found.estimate == pytest.approx(0.5)
    assert found.low < 0.5 < found.high
    assert arm_of((1.0, 0)).at(1 + apart, 0.95).estimate == pytest.approx(0)


def test_without_a_response_the_incidence_stays_zero_once_nobody_is_left():
    assert arm_of((5.0, 2), (5.0, 3)).at(24, 0.95).estimate == pytest.approx(0)
    assert np.isnan(arm_of((5.0, 0)).at(24, 0.95).estimate)
    assert np.isnan(arm_of((5.0, 0), (4.0, 2)).at(24, 0.95).estimate)


def test_without_any_response_the_incidence_is_zero_as_long_as_it_is_known(tmp_path):
    made = make_study(6, ("a",), seed=2, missed=0)
    made.description = made.description.replace("threshold = 40", "threshold = 100")
    for row in made.patients:
        row["stop_week"], row["end_reason"] = "", "completed"
    made.visits = [row for row in made.visits if row["week"] < 24]
    (arm,) = responses_by_arm(StudyData.read(made.write(tmp_path / "study")))
    found = arm.at(12, 0.95)
    assert found.estimate == pytest.approx(0)
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert np.isnan(arm.at(24, 0.95).estimate)
