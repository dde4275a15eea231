"""Windows of scheduled weeks: one for all, or one for each."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.tables import TableSource
from tisstats.tables.toml import parse_toml
from tisstats.trial.schedule import schedule_visits
from tisstats.trial.study import Study
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_sections import Schedule
from tisstats.trial.study_wording import describe_baseline, describe_windows

WEEKS = (0, 4, 24)
WINDOWS = {0: 2, 4: 3, 24: 7}


def schedule(windows, weeks=WEEKS, unscheduled="keep"):
    return Schedule(weeks, windows, "week", "week 0", unscheduled, 0)


def places(days, windows, weeks=WEEKS):
    """The scheduled week of the visit on each of some days of one patient each; None outside."""
    rows = [(f"P{n}", at / 7) for n, day in enumerate(days) for at in dict.fromkeys((0, day))]
    visits = pd.DataFrame(rows, columns=["patient_id", "week"]).assign(haq=1.0)
    found = schedule_visits(visits, ["haq"], schedule(windows, weeks), TableSource()).visits
    last = found.groupby("patient_id").last()
    return [
        int(last.loc[name, "week"]) if last.loc[name, "scheduled"] else None
        for name in (f"P{n}" for n in range(len(days)))
    ]


def slow_place(day, windows):
    """The scheduled week of a visit, by hand."""
    at = [week for week, days in windows.items() if week and abs(day - 7 * week) <= days]
    return at[0] if at else None


def test_each_week_has_its_own_window_to_the_day():
    days = [24, 25, 28, 31, 32, 160, 161, 168, 175, 176]
    expected = [None, 4, 4, 4, None, None, 24, 24, 24, None]
    assert places(days, WINDOWS) == expected
    assert [slow_place(day, WINDOWS) for day in days] == expected


@examples(25)
@given(
    st.lists(st.integers(1, 200), min_size=1, max_size=5),
    st.tuples(st.integers(0, 6), st.integers(0, 20), st.integers(0, 60)),
)
def test_visits_are_placed_as_by_hand(days, windows):
    of_weeks = dict(zip(WEEKS, windows, strict=True))
    days = [day for day in days if day > windows[0]] or [200]
    assert places(days, of_weeks) == [slow_place(day, of_weeks) for day in days]
    assert places(days, dict.fromkeys(WEEKS, 6)) == places(days, 6)


def test_a_baseline_has_the_window_of_week_0():
    visits = pd.DataFrame({"patient_id": ["A", "B"], "week": [2 / 7, 3 / 7], "haq": 1.0})
    found = schedule_visits(visits, ["haq"], schedule(WINDOWS), TableSource()).visits
    assert found["scheduled"].tolist() == [True, False]


def described(windows, weeks="[0, 4, 24]"):
    made = make_study(4, weeks=(0, 4, 24)).description
    made = made.replace("weeks = [0, 4, 24]", f"weeks = {weeks}")
    return Study.from_mapping(
        parse_toml(made.replace("window_days = 4", f"window_days = {windows}"), "study.toml")
    )


def lines_of(windows):
    with pytest.raises(DataError) as caught:
        described(windows, weeks="[0.0, 4.0, 24.0]")  # without ".0" in a line
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(("days", "ok"), [("14", True), ("14.5", True), ("15", False)])
def test_windows_do_not_meet(days, ok):
    windows = f"{{ 0 = 13.0, 4 = {days}, 24 = 7 }}"
    if ok:
        assert described(windows).visits.window_of(4) == float(days)
        return
    assert lines_of(windows) == [
        "study.toml, key visits.window_days.4, value '15': overlaps with the window of week 0, "
        "13 days: together they must be below 28, the days between the two weeks"
    ]


def test_every_scheduled_week_and_no_other_has_a_window():
    assert lines_of("{ 0 = 7, 4 = 3, 12 = 7 }") == [
        "study.toml, key visits.window_days.12, value '7': must be of a scheduled week "
        "(visits.weeks): 0, 4, 24",
        "study.toml, key visits.window_days.24: is missing: the window of this scheduled week",
    ]


@pytest.mark.parametrize(
    "windows", ["[7, 3]", '"7"', "{ 0 = -1, 4 = 3, 24 = 7 }", "{ 0 = 7, 4 = true, 24 = 7 }",
                "{ w4 = 3 }", '{ "4.0" = 3 }', "true"]
)  # fmt: skip
def test_what_is_no_number_of_days_for_a_week_is_refused_in_one_line(windows):
    (line,) = lines_of(windows)
    assert line.startswith("study.toml, key visits.window_days, value ")
    quoted = ", without quotation marks," if windows == '"7"' else ""
    either = f"must be a number, at least 0{quoted} or a table, with a number of days, at least 0,"
    assert f"{either} for" in line


def test_a_window_that_is_not_finite_is_refused():
    (line,) = lines_of("{ 0 = 7, 4 = nan, 24 = 7 }")
    assert "window_days.4" in line
    assert "must be a finite number" in line


def test_half_weeks_have_windows_too():
    study = described('{ 0 = 3, "4.5" = 1, 24 = 7 }', "[0, 4.5, 24]")
    assert study.visits.window_of(4.5) == 1
    assert study.choices()["visits.window_days"] == "3 (week 0), 1 (week 4.5), 7 (week 24)"


def test_windows_in_words():
    said = describe_windows(schedule(WINDOWS))
    assert said.startswith(
        "the visit nearest to it, at most 2 days (week 0), 3 days (week 4) or 7 days (week 24) "
        "away, of those with most"
    )
    assert describe_windows(schedule({0: 3, 4: 3, 24: 7})).startswith(
        "the visit nearest to it, at most 3 days (weeks 0 and 4) or 7 days (week 24) away"
    )
    assert describe_windows(schedule(dict.fromkeys(WEEKS, 7))) == describe_windows(schedule(7))
    assert describe_baseline(schedule(WINDOWS)).startswith(
        "the visit nearest to week 0, at most 2 days away"
    )


def test_a_study_is_read_with_its_windows(tmp_path):
    made = make_study(6, weeks=(0, 4, 24), missing=0, missed=0, seed=3)
    for row in made.visits:
        row["week"] = {0: 0, 4: 4 + 4 / 7, 24: 24 + 4 / 7}[row["week"]]
    windows = "window_days = { 0 = 2, 4 = 3, 24 = 7 }"
    made.description = made.description.replace("window_days = 4", windows)
    data = StudyData.read(made.write(tmp_path))
    weeks = np.unique(data.trial.visits["week"].round(6)).tolist()
    assert weeks == [0, round(4 + 4 / 7, 6), 24]


DATED = "window_days = { 0 = 2, 4 = 3, 24 = 7 }"


def study_with(windows=DATED, *, dated=False):
    """A study of four patients seen at weeks 0, 4 and 24, with these windows."""
    made = make_study(4, weeks=(0, 4, 24), missing=0, missed=0, seed=3, with_dates=dated)
    made.description = made.description.replace("window_days = 4", windows)
    for row in made.patients:
        row |= {"end_reason": "completed", "stop_week": "", "death_week": ""}
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    event = {"event": "rash", "serious": "true", "treatment_related": "no", "origin": "synthetic"}
    time = "date" if dated else "week"
    made.adverse_events = [
        {"patient_id": row["patient_id"], time: row[time], **event} for row in made.treatments
    ]
    return made


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_events_are_recorded_until_the_widest_window_after_the_last_visit(tmp_path, days, late):
    made = study_with()
    made.visits = [v for v in made.visits if v["patient_id"] != "P001" or v["week"] < 24]
    made.adverse_events[0]["week"] = 4 + days / 7
    if not late:
        assert StudyData.read(made.write(tmp_path))
        return
    with pytest.raises(DataError, match="lies after the patient's last visit"):
        StudyData.read(made.write(tmp_path))


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_visits_are_late_after_the_window_of_the_last_week(tmp_path, days, late):
    made = study_with()
    made.visits[2]["week"] = 24 + days / 7
    remarks = StudyData.read(made.write(tmp_path)).remarks
    assert any("after the last scheduled week, 24" in each for each in remarks) == late


@pytest.mark.parametrize(("days", "early"), [(7, False), (8, True)])
def test_a_death_before_the_window_of_the_last_week_is_doubtful(tmp_path, days, early):
    made = study_with()
    made.visits = [v for v in made.visits if v["patient_id"] != "P001" or v["week"] < 24]
    made.patients[0]["death_week"] = 24 - days / 7
    remarks = StudyData.read(made.write(tmp_path)).remarks
    assert any("died before the last scheduled week" in each for each in remarks) == early


def doubtful(tmp_path, first_day, last_day):
    """Whether the first dose is doubtful of a patient seen on these two days."""
    made = study_with(dated=True)
    start = dt.date.fromisoformat(made.patients[0]["first_dose_date"])
    made.visits = [v for v in made.visits if v["patient_id"] != "P001"] + [
        {**made.visits[0], "date": (start + dt.timedelta(days=day)).isoformat()}
        for day in (first_day, last_day)
    ]
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    return "puts all visits of the patient outside the schedule" in str(caught.value)


@pytest.mark.parametrize(
    ("first", "last", "outside"),
    [(175, 200, False), (176, 200, True), (-30, -3, True), (-30, 3, False)],
)
def test_dates_are_outside_of_the_first_and_last_windows(tmp_path, first, last, outside):
    assert doubtful(tmp_path, first, last) == outside


def test_who_has_no_baseline_is_told_the_window_of_week_0(tmp_path):
    made = study_with()
    made.visits[0]["week"] = -3 / 7
    with pytest.raises(
        DataError, match=r"more than 2 days \(visits.window_days\) before the first"
    ):
        StudyData.read(made.write(tmp_path))


def test_data_sets_say_which_windows_were_used(tmp_path):
    datasets = study_datasets(StudyData.read(study_with().write(tmp_path)))
    (said,) = (
        each.derivation for each in datasets.variables_of("ADTIS") if each.variable == "AVISITN"
    )
    assert said.startswith(
        "Scheduled week; the visit of a week is the visit nearest to it, at most 2 days "
        "(week 0), 3 days (week 4) or 7 days (week 24) away"
    )
