"""Baseline rules and windows, by hand and against a slow reference."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.tables import TableSource
from tisstats.trial.schedule import schedule_visits
from tisstats.trial.study import Schedule


def schedule(weeks=(0, 4, 12), window=7, baseline="week 0", unscheduled="keep"):
    return Schedule(weeks, window, "week", baseline, unscheduled, 0)


def run(weeks, plan, haq=None, patient="A"):
    visits = pd.DataFrame({"patient_id": patient, "week": np.array(weeks, dtype=float)})
    visits["haq"] = np.arange(len(weeks), dtype=float) if haq is None else haq
    return schedule_visits(visits, ["haq"], plan, TableSource("visits.csv"))


def weeks_of(found):
    return found.visits[["week", "visit_week"]].to_numpy().tolist()


def test_a_visit_belongs_to_the_scheduled_week_of_its_window():
    found = run([0, 4.9, 11.1], schedule())
    assert weeks_of(found) == [[0, 0], [4, 4.9], [12, 11.1]]


def test_the_window_includes_its_ends_and_nothing_more():
    seven_days = run([0, 5], schedule())
    assert weeks_of(seven_days)[1] == [4, 5]
    more = run([0, 5.01], schedule())
    assert weeks_of(more)[1] == [5.01, 5.01]
    assert more.visits["scheduled"].tolist() == [True, False]


def test_the_window_of_the_baseline_includes_its_ends_and_nothing_more():
    assert weeks_of(run([-1, 4], schedule())) == [[0, -1], [4, 4]]
    assert weeks_of(run([1, 4], schedule())) == [[0, 1], [4, 4]]
    assert weeks_of(run([-1.01, 4], schedule())) == [[4, 4]]
    assert weeks_of(run([1.01, 4], schedule())) == [[1.01, 1.01], [4, 4]]


def test_of_two_visits_in_a_window_the_nearer_is_the_scheduled_one():
    found = run([0, 3.5, 4.25], schedule())
    assert weeks_of(found) == [[0, 0], [3.5, 3.5], [4, 4.25]]


def test_two_equally_near_are_ambiguous():
    found = run([0, 3.5, 4.5], schedule())
    (fault,) = found.faults
    assert str(fault) == (
        "visits.csv, row 4, column week, value '4.5': another visit of the patient is as near to "
        "week 4: which one counts?"
    )


def test_two_visits_at_the_same_time_are_a_fault():
    found = run([0, 4, 4], schedule())
    assert any("must not be the time of another visit" in str(fault) for fault in found.faults)


def test_unscheduled_visits_can_be_dropped_and_are_counted():
    found = run([0, 4, 8, 12], schedule(unscheduled="drop"))
    assert weeks_of(found) == [[0, 0], [4, 4], [12, 12]]
    assert found.not_used == {"outside of all windows": 1}


def test_screening_before_the_window_of_week_0_is_not_the_baseline():
    found = run([-3, 0, 4], schedule())
    assert weeks_of(found)[0] == [0, 0]
    assert found.not_used == {"before the baseline": 1}


def test_the_last_visit_before_the_first_dose():
    found = run([-3, -1, 0.5, 4], schedule(baseline="last before first dose"))
    assert weeks_of(found) == [[0, -1], [0.5, 0.5], [4, 4]]


def test_the_mean_of_the_visits_before_the_first_dose():
    plan = schedule(baseline="mean before first dose")
    found = run([-3, 0, 4], plan, haq=[1.0, 2.0, 0.5])
    assert found.visits["haq"].tolist() == pytest.approx([1.5, 0.5])
    assert weeks_of(found)[0] == [0, 0]
    assert found.not_used == {}


def test_a_mean_leaves_out_what_was_not_measured():
    plan = schedule(baseline="mean before first dose")
    found = run([-3, 0, 4], plan, haq=[np.nan, 2.0, 0.5])
    assert found.visits["haq"].iloc[0] == pytest.approx(2.0)


def test_a_patient_without_a_baseline_keeps_later_visits_only():
    found = run([-5, 4], schedule())
    assert weeks_of(found) == [[4, 4]]
    assert found.not_used == {"before the first dose, without a baseline": 1}


def test_rows_lead_back_to_the_file():
    visits = pd.DataFrame(
        {"patient_id": ["B", "A", "B", "A"], "week": [4.0, 0.0, 0.0, 4.0], "haq": [1.0, 2, 3, 0]}
    )
    found = schedule_visits(visits, ["haq"], schedule(), TableSource())
    assert found.visits["row"].tolist() == [2, 0, 1, 3]


def slow_nominal(days, plan):
    """Assign exact days to scheduled weeks, one by one; None if it is ambiguous."""
    nominal = {}
    for week in plan.weeks[1:]:
        distances = sorted((abs(day - 7 * week), day) for day in days)
        near = [each for each in distances if each[0] <= plan.window_days]
        if len(near) > 1 and near[0][0] == near[1][0]:
            return None
        if near:
            nominal[near[0][1]] = week
    return [nominal.get(day, Fraction(day, 7)) for day in days]


@given(st.lists(st.integers(1, 120), unique=True, max_size=12), st.integers(0, 13))
def test_windows_agree_with_a_slow_reference(days, window):
    plan = schedule(window=window)
    days = sorted(day for day in days if day > window)
    found = run([0, *(day / 7 for day in days)], plan)
    expected = slow_nominal(days, plan)
    if expected is None:
        assert found.faults
        return
    assert not found.faults
    assert found.visits["week"].tolist()[1:] == pytest.approx([float(week) for week in expected])
