"""Baseline rules and windows, by hand and against a slow reference."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.tables import TableSource
from tisstats.trial.schedule import schedule_visits
from tisstats.trial.study_sections import Schedule


def schedule(weeks=(0, 4, 12), window=7, baseline="week 0", unscheduled="keep"):
    return Schedule(weeks, window, "week", baseline, unscheduled, 0)


def run(weeks, plan, haq=None, patient="A"):
    visits = pd.DataFrame({"patient_id": patient, "week": np.array(weeks, dtype=float)})
    visits["haq"] = np.arange(len(weeks), dtype=float) if haq is None else haq
    return schedule_visits(visits, ["haq"], plan, TableSource("visits.csv"))


def weeks_of(found):
    return found.visits[["week", "visit_week"]].to_numpy().tolist()


def test_without_visits_none_is_placed():
    found = run([], schedule())
    assert (len(found.visits), found.not_used, found.faults) == (0, {}, [])


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


def test_others_may_be_equally_far_if_one_is_nearer():
    found = run([0, 3.5, 4.1, 4.5], schedule())
    assert not found.faults
    assert weeks_of(found)[2] == [4, 4.1]


def test_a_baseline_in_the_first_row_is_no_later_visit():
    # It lies in the window of week 1, too, and no other visit does.
    found = run([0, 2.5], schedule(weeks=(0, 1)))
    assert weeks_of(found) == [[0, 0], [2.5, 2.5]]


def test_where_there_are_dates_a_fault_names_the_date():
    visits = pd.DataFrame({"patient_id": "A", "week": [0.0, 4.0, 4.0], "haq": 1.0})
    visits["date"] = ["2024-01-01", "2024-01-29", "2024-01-29"]
    dated = replace(schedule(), time="date")
    found = schedule_visits(visits, ["haq"], dated, TableSource("visits.csv"))
    assert str(found.faults[-1]) == (
        "visits.csv, row 4, column date, value '2024-01-29': must not be the time of another visit "
        "of the patient"
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


def slow_schedule(visits, plan):
    """Place visits patient by patient in exact days; None if two are at one time or as near."""
    window, rows, left_out = plan.window_days, [], []
    for patient in dict.fromkeys(patient for patient, *_ in visits):
        mine = [(day, haq, row) for row, (who, day, haq) in enumerate(visits) if who == patient]
        mine.sort(key=itemgetter(0))
        if len({day for day, *_ in mine}) < len(mine):
            return None
        if plan.baseline == "week 0":
            candidates = [visit for visit in mine if abs(visit[0]) <= window]
            candidates.sort(key=lambda visit: abs(visit[0]))
            if len(candidates) > 1 and abs(candidates[0][0]) == abs(candidates[1][0]):
                return None
        else:
            candidates = [visit for visit in reversed(mine) if visit[0] <= 0]
        first = candidates[0][0] if candidates else None
        before = [v for v in mine if (v[0] < 0 if first is None else v[0] < first)]
        if first is None:
            left_out += ["before the first dose, without a baseline"] * len(before)
        else:
            day, haq, row = candidates[0]
            if plan.baseline == "mean before first dose":
                known = [value for _, value, _ in [*before, candidates[0]] if value is not None]
                haq = sum(map(Fraction, known)) / len(known) if known else None
            else:
                left_out += ["before the baseline"] * len(before)
            rows.append((row, 0, day, haq, True))
        later = [v for v in mine if (v[0] >= 0 if first is None else v[0] > first)]
        nominal = slow_nominal([day for day, *_ in later], plan)
        if nominal is None:
            return None
        for (day, haq, row), week in zip(later, nominal, strict=True):
            scheduled = any(
                abs(day - 7 * each) == min(abs(other - 7 * each) for other, *_ in later)
                and abs(day - 7 * each) <= window
                for each in plan.weeks[1:]
            )
            if scheduled or plan.unscheduled == "keep":
                rows.append((row, week, day, haq, scheduled))
            else:
                left_out.append("outside of all windows")
    return rows, left_out


VISITS = st.tuples(
    st.sampled_from("BAC"), st.integers(-30, 100), st.sampled_from([None, 0.25, 1.0, 2.5])
)
PLANS = st.builds(
    schedule,
    window=st.integers(0, 13),
    baseline=st.sampled_from(["week 0", "last before first dose", "mean before first dose"]),
    unscheduled=st.sampled_from(["keep", "drop"]),
)


@given(st.lists(VISITS, min_size=1, max_size=16), PLANS)
def test_several_patients_under_every_rule_agree_with_a_slow_reference(visits, plan):
    who, days, haq = zip(*visits, strict=True)
    table = pd.DataFrame({"patient_id": who, "week": np.array(days) / 7})
    found = schedule_visits(table.assign(haq=np.array(haq, float)), ["haq"], plan, TableSource())
    expected = slow_schedule(visits, plan)
    assert (expected is None) == bool(found.faults)
    if expected is None:
        return
    rows, left_out = expected
    assert found.not_used == Counter(left_out)
    placed = found.visits
    assert placed["row"].tolist() == [row for row, *_ in rows]
    assert placed["week"].tolist() == pytest.approx([float(week) for _, week, *_ in rows])
    assert placed["visit_week"].tolist() == pytest.approx([day / 7 for _, _, day, *_ in rows])
    means = [np.nan if haq is None else float(haq) for *_, haq, _ in rows]
    assert placed["haq"].tolist() == pytest.approx(means, nan_ok=True)
    assert placed["scheduled"].tolist() == [scheduled for *_, scheduled in rows]
