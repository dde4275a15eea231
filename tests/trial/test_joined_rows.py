"""Rows in one window that are one visit: by a slow join beforehand, and as a study."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.tables import TableSource
from tisstats.tables.raw import ColumnOrigin
from tisstats.trial.joined_rows import join_rows
from tisstats.trial.schedule import schedule_visits
from tisstats.trial.schedule_notes import schedule_remarks
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_sections import Schedule
from tisstats.trial.study_wording import describe_baseline, describe_windows

NAMES = ["physician_global", "mmt", "ck"]
WEEKS = (0, 4, 8)
VALUES = st.lists(st.sampled_from([None, None, 1.0, 2.0]), min_size=3, max_size=3)
VISITS = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(-9, 64), VALUES), min_size=1, max_size=10
)
PLANS = st.builds(
    lambda window, baseline, unscheduled: Schedule(
        WEEKS, window, "week", baseline, unscheduled, 0, "join"
    ),
    st.integers(0, 13),
    st.sampled_from(["week 0", "last before first dose", "mean before first dose"]),
    st.sampled_from(["keep", "drop"]),
)


def table(visits):
    who, days, values = zip(*visits, strict=True)
    frame = pd.DataFrame(list(values), columns=NAMES, dtype=float)
    return frame.assign(patient_id=who, week=np.array(days) / 7)


def slow_join(visits, plan):
    """Return one row for each visit, and the cells that differ, patient by patient."""

    def key(who, day):
        for week in WEEKS:
            inside = abs(day - 7 * week) <= plan.window_days
            if inside and (day > 0 if week else plan.baseline == "week 0"):
                return who, "week", week
        return who, "day", day

    groups = {}
    for row, (who, day, _) in enumerate(visits):
        groups.setdefault(key(who, day), []).append(row)
    joined, conflicts = [], set()
    for (who, kind, week), rows in groups.items():
        centre = 7 * week if kind == "week" else week

        def rank(row, centre=centre):
            _, day, (pga, mmt, ck) = visits[row]
            known = [value is not None for value in (pga, mmt, ck)]
            return -(known[0] and known[1]), -sum(known), abs(day - centre), day, row

        ranked = sorted(rows, key=rank)
        values = []
        for column in range(3):
            known = [row for row in ranked if visits[row][2][column] is not None]
            values.append(visits[known[0]][2][column] if known else None)
            conflicts |= {
                (row, NAMES[column]) for row in known if visits[row][2][column] != values[-1]
            }
        joined.append((who, visits[ranked[0]][1], values))
    return joined, conflicts


@examples(12)
@given(VISITS, PLANS)
def test_joined_rows_are_scheduled_as_if_they_had_been_joined_before(visits, plan):
    found = schedule_visits(table(visits), NAMES, plan, TableSource("visits.csv"))
    joined, conflicts = slow_join(visits, plan)
    assert {(fault.row - 2, fault.column) for fault in found.faults} == conflicts
    if conflicts:
        return
    chosen = replace(plan, in_window="choose")
    expected = schedule_visits(table(joined), NAMES, chosen, TableSource("visits.csv"))
    columns = ["patient_id", "week", "visit_week", "scheduled", *NAMES]
    by = ["patient_id", "week"]
    one, other = (
        each.visits[columns].sort_values(by).reset_index(drop=True) for each in (found, expected)
    )
    pd.testing.assert_frame_equal(one, other)
    assert found.not_used == expected.not_used


def split(made, days):
    """Put the enzyme of every visit after baseline into a row of its own, days later."""
    rows = []
    for row in made.visits:
        if row["week"] == 0:
            rows.append(row)
            continue
        blank = {key: "" for key in row if key not in ("patient_id", "week", "origin")}
        rows.append({**row, "ck": ""})
        rows.append({**row, **blank, "ck": row["ck"], "week": row["week"] + days / 7})
    made.visits = rows
    return made


@pytest.mark.parametrize("days", [0, 2])
def test_laboratory_values_of_another_day_complete_a_visit(tmp_path, days):
    plain = StudyData.read(make_study(6, missing=0, missed=0, seed=3).write(tmp_path / "plain"))
    made = split(make_study(6, missing=0, missed=0, seed=3), days)
    made.patients = [{**row, "end_week": ""} for row in made.patients]
    window = "window_days = 4"
    made.description = made.description.replace(window, f'{window}\nin_window = "join"')
    data = StudyData.read(made.write(tmp_path / "split"))
    np.testing.assert_array_equal(data.analysis.tis, plain.analysis.tis)
    np.testing.assert_array_equal(data.trial.visits["visit_week"], plain.trial.visits["week"])
    (said,) = [remark for remark in data.remarks if "joined" in remark]
    count = int((plain.trial.visits["week"] > 0).sum())
    start = (
        f"{count} visits have measures of other rows, joined by visits.in_window: P001 (week 4: "
    )
    assert said.startswith(f"{start}ck), ")
    assert data.study.choices()["visits.in_window"] == "join"


def test_each_conflict_has_a_line_of_its_own(tmp_path):
    made = split(make_study(6, missing=0, missed=0, seed=3), 2)
    first, second = made.visits[1:3]
    second |= {"mmt": float(first["mmt"]) + 1, "haq": f"{float(first['haq'])}0"}
    window = "window_days = 4"
    made.description = made.description.replace(window, f'{window}\nin_window = "join"')
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (4, "mmt", str(second["mmt"]))
    assert fault.message == (
        f"differs from {first['mmt']} in row 3, of the same patient in the window of week 4: keep "
        'one of them, or choose one of the rows by visits.in_window = "choose"'
    )


def test_conflicts_at_the_same_time_and_very_many():
    plan = Schedule(WEEKS, 0, "week", "last before first dose", "keep", 0, "join")
    visits = [("A", 5, [1.0, None, None]), ("A", 5, [2.0, None, None])]
    (fault,) = schedule_visits(table(visits), NAMES, plan, TableSource("v.csv")).faults
    assert fault.message.endswith("row 2, of the same patient at the same time: keep one of them")
    visits = [("A", 28, [1.0, None, None]), ("A", 28, [2.0, None, None])]
    (fault,) = schedule_visits(table(visits), NAMES, plan, TableSource("v.csv")).faults
    assert fault.message.endswith("in the window of week 4: keep one of them")
    visits = [(f"P{n // 2}", 28, [float(n), None, None]) for n in range(42)]
    named = TableSource("v.csv", origins={NAMES[0]: ColumnOrigin("PHGA")})
    faults = schedule_visits(table(visits), NAMES, plan, named).faults
    assert len(faults) == 21
    assert faults[-1].message.startswith("and 1 more: differs from another row of the same patient")
    assert {fault.column for fault in faults} == {"PHGA"}


def test_the_other_row_of_a_conflict_is_named_where_patients_alternate():
    plan = Schedule(WEEKS, 0, "week", "last before first dose", "keep", 0, "join")
    values = (5.0, 1.0, None, 2.0)
    visits = [(who, 28, [value, None, None]) for who, value in zip("ABAB", values, strict=True)]
    source = TableSource("v.csv", cells=table(visits))
    (fault,) = schedule_visits(table(visits), NAMES, plan, source).faults
    assert (fault.row, fault.value) == (5, "2")
    assert fault.message.startswith("differs from 1 in row 3, ")


@pytest.mark.parametrize(
    ("one", "other", "differ"), [(0.3, 0.1 + 0.2, False), (0.0, 1e-9, True), (0.3, 0.3001, True)]
)
def test_values_differ_unless_by_a_rounding_error_of_themselves(one, other, differ):
    found = join_rows(np.array([[one], [other]]), np.array([0, 0]), np.array([0, 1]))
    assert found.conflicts.tolist() == [[False], [differ]]


def test_measures_of_rows_after_the_first_dose_in_a_baseline_are_noted():
    plan = Schedule(WEEKS, 3, "week", "week 0", "drop", 0, "join")
    visits = [("A", 0, [1.0, 2.0, None]), ("A", 1, [None, None, 5.0])]
    visits += [("B", 0, [1.0, 2.0, None]), ("B", -1, [None, None, 5.0])]
    visits += [("C", 1, [1.0, 2.0, None]), ("C", 2, [None, None, 5.0])]  # a late baseline anyway
    found = schedule_visits(table(visits), NAMES, plan, TableSource("v.csv"))
    assert found.joined["patient_id"].tolist() == ["A", "B", "C"]
    *_, said = schedule_remarks(found.combined, found.lacking, found.joined, found.late)
    assert said == (
        "the baseline of 1 patient has measures of rows after the first dose, joined by "
        f"visits.in_window: A ({NAMES[2]})"
    )
    last = replace(plan, baseline="last before first dose")
    assert not len(schedule_visits(table(visits), NAMES, last, TableSource("v.csv")).late)


def test_a_visit_outside_of_all_windows_is_noted_with_its_own_week():
    plan = Schedule(WEEKS, 3, "week", "week 0", "keep", 0, "join")
    visits = [("A", 0, [1.0, 2.0, None]), ("A", 66, [1.0, 2.0, None]), ("A", 66, [None, None, 5.0])]
    found = schedule_visits(table(visits), NAMES, plan, TableSource("v.csv"))
    assert list(schedule_remarks(found.combined, found.lacking, found.joined)) == [
        "1 visit has measures of other rows, joined by visits.in_window: A (week 9.4: ck)"
    ]


def test_joined_rows_in_words():
    plan = Schedule(WEEKS, 3, "week", "week 0", "drop", 0, "join")
    assert describe_windows(plan).startswith("the visit that the rows at most 3 days away make; ")
    assert describe_baseline(plan) == "the visit that the rows at week 0 make, at most 3 days away"
    last = replace(plan, baseline="last before first dose")
    assert describe_baseline(last) == "each measure's last value before or at the first dose"
    assert "rows on that very day make; " in describe_windows(replace(plan, window_days=0))
