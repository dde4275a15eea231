"""Dates of first doses that cannot be right, in studies whose visits have dates."""

import datetime as dt
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.trial.dates import with_weeks
from tisstats.trial.study import Study
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_tables import read_study_tables, type_tables

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


def dated(tmp_path, names=None, weeks=(), deaths=None, **dates):
    """Read a study of which two patients have these dates, by column, in days from the first dose.

    The weeks are those of their stops, and are empty of other patients, as are those of deaths.
    The columns of the file are called by other names, where these are given.
    """
    made = study()
    for number, row in enumerate(made.patients):
        first = dt.date.fromisoformat(row["first_dose_date"])
        for column, days in dates.items():
            row[column] = ""
            if number < len(days) and days[number] != "":
                row[column] = (first + dt.timedelta(days=days[number])).isoformat()
        row["end_reason"] = "withdrawal" if number < 2 else "completed"
        row["stop_week"] = weeks[number] if number < len(weeks) else ""
        if deaths is not None:
            row["death_week"] = deaths[number] if number < len(deaths) else ""
    for number in (0, 1):
        for visit in of_patient(made, number)[1:]:
            made.visits.remove(visit)
    made.treatments = []
    names = names or {}
    made.patients = [{names.get(key, key): at for key, at in row.items()} for row in made.patients]
    mapping = tmp_path / "map.toml"
    columns = "".join(f'{ours} = "{theirs}"\n' for ours, theirs in names.items())
    mapping.write_text(f"[patients.columns]\n{columns}", encoding="utf-8")
    folder = made.write(tmp_path / "study")
    (folder / "study.toml").write_text(
        re.sub(r"treatments = .*\n", "", made.description), encoding="utf-8"
    )
    return StudyData.read(folder, mapping)


def test_stops_and_deaths_are_in_the_weeks_of_their_dates(tmp_path):
    names = {"stop_date": "EOSDT", "first_dose_date": "TRTSDT"}
    data = dated(tmp_path, names, stop_date=[9, ""], death_date=["", 50])
    patients = data.trial.patients
    np.testing.assert_array_equal(patients["stop_week"].astype(float), [9 / 7, *[np.nan] * 3])
    deaths = [np.nan, 50 / 7, np.nan, np.nan]
    np.testing.assert_array_equal(patients["death_week"].astype(float), deaths)
    assert not {"stop_date", "death_date"} & set(patients)
    for week, date in (("stop_week", "EOSDT"), ("death_week", "death_date")):
        said = f"{week} of 1 patient is derived from {date}: days since TRTSDT, divided by 7"
        assert f"synthetic_patients.csv: {said}" in data.remarks
        assert f"synthetic_patients.csv: {said}" in data.published_remarks
    again = study_datasets(data).tables["ADSL"]
    np.testing.assert_allclose(again["DTHWK"].astype(float), deaths)


def test_a_date_before_the_first_dose_or_far_from_its_week_is_a_fault(tmp_path):
    with pytest.raises(DataError) as caught:
        dated(tmp_path, {"stop_date": "EOSDT"}, stop_date=[-1, 0])
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (2, "EOSDT")
    assert fault.message == "must not lie before first_dose_date"


@pytest.mark.parametrize(("days", "right"), [(22, True), (34, True), (21, False), (35, False)])
def test_a_week_that_is_given_counts_and_its_date_is_within_a_week(tmp_path, days, right):
    made = study()
    row = made.patients[0]
    first = dt.date.fromisoformat(row["first_dose_date"])
    for each in made.patients:
        each["stop_date"] = ""
    row |= {"stop_week": 4, "stop_date": first + dt.timedelta(days=days), "end_reason": "other"}
    if right:
        data = StudyData.read(made.write(tmp_path))
        assert data.trial.patients["stop_week"].iloc[0] == 4
        assert not any("derived" in remark for remark in data.remarks)
    else:
        (fault,) = faults(made, tmp_path)
        assert (fault.row, fault.column) == (2, "stop_date")
        assert (
            fault.message == "is a week or more from that in stop_week: which of the two is right?"
        )


def test_what_is_wrong_with_a_derived_week_is_said_of_its_date(tmp_path):
    with pytest.raises(DataError) as caught:
        dated(tmp_path, stop_date=[30, ""], death_date=[20, ""])
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (2, "death_date")
    first = dt.date.fromisoformat(study().patients[0]["first_dose_date"])
    assert fault.value == (first + dt.timedelta(days=20)).isoformat()
    assert fault.message == "must not lie before the patient's stop_date"


def test_a_week_that_is_given_and_one_of_a_date_have_names_of_their_own(tmp_path):
    with pytest.raises(DataError) as caught:
        dated(
            tmp_path,
            {"stop_week": "EOSWK", "stop_date": "EOSDT"},
            weeks=["", 6],
            stop_date=[30, ""],
            death_date=[20, 20],
        )
    assert [(fault.row, fault.message) for fault in caught.value.faults] == [
        (2, "must not lie before the patient's EOSDT"),
        (3, "must not lie before the patient's EOSWK"),
    ]


def test_a_week_that_is_given_beside_one_of_a_date_is_shown_as_it_stands(tmp_path):
    with pytest.raises(DataError) as caught:
        dated(tmp_path, weeks=[6, 6], deaths=["", "3.0"], death_date=[50, ""])
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (3, "death_week", "3.0")
    assert fault.message == "must not lie before the patient's stop_week"


def test_the_date_of_the_end_of_a_completed_study_is_no_early_stop(tmp_path):
    made = study(patients=(0, 1))
    made.description = re.sub(r"adverse_events = .*\n", "", made.description)
    for number in (0, 1):  # completed by their reason, and seen until week 12
        for visit in of_patient(made, number)[3:]:
            made.visits.remove(visit)
    made.patients = [{**row, "end_week": ""} for row in made.patients]
    days = []
    for number, row in enumerate(made.patients):
        first = dt.date.fromisoformat(row["first_dose_date"])
        last = (dt.date.fromisoformat(of_patient(made, number)[-1]["date"]) - first).days
        # Without a reason, the window of week 24 counts: 4 days, from day 164 on.
        days.append([last, last - 1, 164, 163][number])
        row["stop_date"] = (first + dt.timedelta(days=days[number])).isoformat()
        row["end_reason"] = "completed" if number < 2 else ""
    data = StudyData.read(made.write(tmp_path))
    patients = data.trial.patients
    weeks = [np.nan, days[1] / 7, np.nan, 163 / 7]
    np.testing.assert_array_equal(patients["stop_week"].astype(float), weeks)
    assert patients["end_reason"].tolist() == ["completed"] * 3 + ["other"]
    assert data.analysis.stopped_early().tolist() == [False, True, False, True]
    start = "synthetic_patients.csv: stop_date of "
    assert {remark for remark in data.remarks if remark.startswith(start)} == {
        f"{start}2 patients is the end of the completed study, not an early stop",
        f"{start}1 patient who completed the study is an early stop, as it lies before the last "
        "visit",
    }
    end = dt.date.fromisoformat(made.patients[0]["stop_date"])
    made.patients[0]["stop_date"] = (end - dt.timedelta(days=1)).isoformat()
    data = StudyData.read(made.write(tmp_path))
    early = f"{start}2 patients who completed the study is an early stop"
    assert any(remark.startswith(early) for remark in data.remarks)


def test_remarks_on_the_ends_follow_those_that_there_are(tmp_path):
    made = study()
    for row in made.patients:
        first = dt.date.fromisoformat(row["first_dose_date"])
        row["stop_date"] = (first + dt.timedelta(days=168)).isoformat()
    described = Study.read(made.write(tmp_path))
    typed = type_tables(described, read_study_tables(described, tmp_path))
    typed["patients"] = replace(typed["patients"], remarks=("before",))
    before, ends = with_weeks(described, typed)["patients"].remarks
    assert before == "before"
    assert ends.startswith("stop_date of 4 patients is the end of the completed study")


def test_a_treatment_that_was_stopped_has_its_week_beside_the_end_of_the_completed_study(tmp_path):
    made = study()
    for row in made.patients:
        first = dt.date.fromisoformat(row["first_dose_date"])
        row["stop_date"] = (first + dt.timedelta(days=168)).isoformat()
    made.patients[0] |= {"stop_week": 12, "end_reason": "completed"}
    patients = StudyData.read(made.write(tmp_path)).trial.patients
    np.testing.assert_array_equal(patients["stop_week"].astype(float), [12, *[np.nan] * 3])


@pytest.mark.parametrize(("days", "right"), [(36, True), (48, True), (35, False), (49, False)])
def test_the_week_of_the_stop_is_that_of_the_death_which_ended_the_study(tmp_path, days, right):
    made = study()
    for row in made.patients:
        row["death_date"] = ""
    row = made.patients[0]
    for visit in of_patient(made, 0)[1:]:
        made.visits.remove(visit)
    first = dt.date.fromisoformat(row["first_dose_date"])
    death = first + dt.timedelta(days=days)
    row |= {"stop_week": 6, "death_date": death, "end_reason": "death", "end_week": ""}
    if right:
        data = StudyData.read(made.write(tmp_path))
        assert data.trial.patients["stop_week"].iloc[0] == 6
        assert not data.deaths_recorded
        return
    (fault,) = faults(made, tmp_path)
    assert (fault.row, fault.column) == (2, "death_date")
    assert fault.message == "is a week or more from that in stop_week: which of the two is right?"
