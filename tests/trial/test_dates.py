"""Dates of first doses that cannot be right, in studies whose visits have dates."""

import datetime as dt

import pytest

from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.trial.study_data import StudyData

MESSAGE = (
    "puts all visits of the patient outside the schedule, week 0 to 24: is it right, and are the "
    "dates of the visits?"
)


def study(baseline="week 0", days=0, patients=(0,)):
    """A study whose first doses of some patients were so many days later than stands in it."""
    made = make_study(4, with_dates=True, missing=0, missed=0, seed=3)
    moved = {made.patients[number]["patient_id"] for number in patients}
    for name in ("treatments", "adverse_events"):
        rows = getattr(made, name)
        setattr(made, name, [row for row in rows if row["patient_id"] not in moved])
    made.description = made.description.replace(
        'time = "date"', f'time = "date"\nbaseline = "{baseline}"'
    )
    assert baseline in made.description
    assert "weeks = [0, 4, 12, 24]" in made.description
    assert "window_days = 4" in made.description
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": ""}
    for number in patients:
        row = made.patients[number]
        first = dt.date.fromisoformat(row["first_dose_date"])
        row["first_dose_date"] = (first + dt.timedelta(days=days)).isoformat()
    return made


def of_patient(made, number):
    return [v for v in made.visits if v["patient_id"] == made.patients[number]["patient_id"]]


def faults(made, folder):
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(folder))
    return caught.value.faults


@pytest.mark.parametrize("days", [365, -366])
def test_a_first_dose_of_another_year(days, tmp_path):
    made = study(days=days, patients=(0, 2))
    found = faults(made, tmp_path)
    assert [(fault.row, fault.column, fault.message) for fault in found] == [
        (2, "first_dose_date", MESSAGE),
        (4, "first_dose_date", MESSAGE),
    ]
    assert found[0].value == made.patients[0]["first_dose_date"]


@pytest.mark.parametrize(("days", "outside"), [(4, False), (5, True)])
def test_visits_are_outside_from_a_day_before_the_window_of_the_baseline(days, outside, tmp_path):
    made = study(days=days)
    made.visits = [of_patient(made, 0)[0], *(v for n in (1, 2, 3) for v in of_patient(made, n))]
    if outside:
        assert [fault.message for fault in faults(made, tmp_path)] == [MESSAGE]
    else:
        StudyData.read(made.write(tmp_path))


@pytest.mark.parametrize(("days", "message"), [(24 * 7 + 4, "has no baseline"), (173, MESSAGE)])
def test_visits_are_outside_from_a_day_after_the_window_of_the_last_week(days, message, tmp_path):
    made = study(days=-days)
    made.visits = [of_patient(made, 0)[0], *(v for n in (1, 2, 3) for v in of_patient(made, n))]
    (fault,) = faults(made, tmp_path)
    assert fault.message.startswith(message)


def test_who_is_not_in_the_analysis_may_have_any_date(tmp_path):
    made = study(days=365)
    for row in made.patients:
        row["analysed"] = row is not made.patients[0]
    assert len(StudyData.read(made.write(tmp_path)).trial.patients) == 4


@pytest.mark.parametrize("baseline", ["last before first dose", "mean before first dose"])
def test_where_the_baseline_lies_before_the_first_dose_a_late_one_is_remarked(baseline, tmp_path):
    data = StudyData.read(study(baseline, days=366).write(tmp_path / "one"))
    remark = "1 patient, P001, has several visits, all before the first dose"
    assert f"{remark}: is first_dose_date right?" in data.remarks
    data = StudyData.read(study(baseline, days=366, patients=(2, 1)).write(tmp_path / "two"))
    remark = "2 patients, the first P002, have several visits, all before the first dose"
    assert f"{remark}: are their first_dose_date right?" in data.remarks
    (fault,) = faults(study(baseline, days=-366), tmp_path / "early")
    assert fault.message == MESSAGE


def test_who_is_not_in_the_analysis_is_not_remarked(tmp_path):
    made = study("last before first dose", days=366)
    for row in made.patients:
        row["analysed"] = row is not made.patients[0]
    assert not any("first dose" in each for each in StudyData.read(made.write(tmp_path)).remarks)


def test_a_study_in_weeks_has_no_date_to_doubt(tmp_path):
    made = make_study(4, missing=0, missed=0, seed=3)
    made.treatments, made.adverse_events = made.treatments[4:5], made.adverse_events[:1]
    first = made.patients[0]["patient_id"]
    made.patients[0] |= {"stop_week": "", "end_reason": ""}
    late = [{**row, "week": row["week"] + 52} for row in made.visits if row["patient_id"] == first]
    others = [row for row in made.visits if row["patient_id"] != first]
    made.treatments = [row for row in made.treatments if row["patient_id"] != first]
    made.adverse_events = [row for row in made.adverse_events if row["patient_id"] != first]
    made.visits = [*late, *others]
    found = faults(made, tmp_path / "late")
    assert [(fault.column, fault.message[:15]) for fault in found] == [
        ("patient_id", "has no baseline")
    ]
    made.description = made.description.replace(
        "window_days = 4", 'window_days = 4\nbaseline = "last before first dose"'
    )
    made.visits = [*({**row, "week": row["week"] - 104} for row in late), *others]
    remarks = StudyData.read(made.write(tmp_path / "early")).remarks
    assert not any("first dose" in each for each in remarks)


def test_one_screening_visit_is_not_remarked_nor_visits_on_the_day_of_the_first_dose(tmp_path):
    made = study("last before first dose", days=1)
    made.visits = [of_patient(made, 0)[0], *(v for n in (1, 2, 3) for v in of_patient(made, n))]
    assert not any("first dose" in each for each in StudyData.read(made.write(tmp_path)).remarks)
    made = study("last before first dose", days=28)
    rows = of_patient(made, 0)
    rows[1]["date"] = made.patients[0]["first_dose_date"]
    made.visits = [*rows[:2], *(v for n in (1, 2, 3) for v in of_patient(made, n))]
    data = StudyData.read(made.write(tmp_path / "same day"))
    assert not any("first dose" in each for each in data.remarks)
    rows[1]["date"] = (
        dt.date.fromisoformat(made.patients[0]["first_dose_date"]) - dt.timedelta(days=1)
    ).isoformat()
    data = StudyData.read(made.write(tmp_path / "day before"))
    assert any("first dose" in each for each in data.remarks)
