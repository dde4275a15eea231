"""The time to the first response by arm, against plain loops over the files."""

from fractions import Fraction

import numpy as np
import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import DESIGNS, analysed, scores_of, slow_incidence
from tests.trial.studies import make_study
from tisstats.trial.arm_responses import RESPONSE, competing_causes, responses_by_arm
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
    widths = []
    for arm in responses_by_arm(data):
        low, high = arm.range_at(24)
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


def test_other_rules_have_no_range_and_an_empty_arm_has_no_curve(tmp_path):
    *_, empty = responses_by_arm(StudyData.read(STUDIES["bare"](tmp_path / "study")))
    assert (empty.patients, empty.incidence, empty.range_at(24)) == (0, None, None)
    assert empty.counts([0, 24], {RESPONSE: "response"})["at_risk"].tolist() == [0, 0]
    assert np.isnan(empty.at(24, 0.95).estimate)


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
