"""Patients outside of the analysis without an arm are counted, and need no treatment."""

import pytest

from tests.trial.foreign import foreign
from tests.trial.studies import make_study, write_csv
from tisstats.errors import DataError
from tisstats.trial.flow import participant_flow
from tisstats.trial.study_data import StudyData

LEFT_OUT = "1 patient without an arm, who is not analysed, is left out, with 1 visit"


def study(patients=5, **changes):
    """A study whose last patient has these cells, and one visit."""
    made = make_study(patients, missing=0, missed=0, seed=4, **changes)
    last = made.patients[-1]["patient_id"]
    for row in made.patients:
        row["analysed"] = "N" if row["patient_id"] == last else "Y"
    made.visits = [
        row for row in made.visits if row["patient_id"] != last or row.get("week", 0) == 0
    ]
    first = next(row for row in made.visits if row["patient_id"] == last)
    made.visits = [row for row in made.visits if row["patient_id"] != last] + [first]
    made.treatments = [row for row in made.treatments if row["patient_id"] != last]
    when = {name: made.visits[0][name] for name in ("week", "date") if name in made.visits[0]}
    event = {"event": "rash", "serious": "false", "treatment_related": "no"}
    made.adverse_events = [{"patient_id": "P001", **when, **event, "origin": "synthetic"}]
    return made


@pytest.mark.parametrize("arm", ["", " ", "Screen Failure", "SCRNFAIL", "Not Assigned"])
def test_who_is_not_analysed_needs_no_arm(tmp_path, arm):
    made = study()
    made.patients[-1]["arm"] = arm
    data = StudyData.read(made.write(tmp_path))
    assert f"synthetic_patients.csv: {LEFT_OUT}" in data.remarks
    assert data.trial.patients["patient_id"].tolist() == ["P001", "P002", "P003", "P004"]
    assert participant_flow(data).total.recorded == 4
    assert set(data.trial.visits["patient_id"]) <= set(data.trial.patients["patient_id"])


@pytest.mark.parametrize("analysed", ["Y", "", "maybe"])
def test_who_may_be_analysed_needs_one(tmp_path, analysed):
    made = study()
    made.patients[-1] |= {"arm": "", "analysed": analysed}
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    assert "row 6, column arm, value ''" in str(caught.value.faults[0])


def test_nobody_left_is_no_study(tmp_path):
    made = study()
    for row in made.patients:
        row |= {"arm": "", "analysed": "N"}
    with pytest.raises(DataError, match="row 2, column arm, value ''"):
        StudyData.read(made.write(tmp_path))


def test_rows_keep_their_places_in_messages(tmp_path):
    made = study()
    made.patients.insert(0, made.patients.pop() | {"arm": "", "first_dose_date": ""})
    made.patients[3]["age"] = "old"
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    assert "synthetic_patients.csv, row 5, column age, value 'old'" in str(caught.value)


def test_who_has_no_arm_needs_no_first_dose(tmp_path):
    made = study(with_dates=True)
    made.patients[-1] |= {"arm": "", "first_dose_date": ""}
    assert LEFT_OUT in " ".join(StudyData.read(made.write(tmp_path)).remarks)


def test_of_data_sets_and_of_a_mapping_too(tmp_path):
    def change(tables):
        adsl = tables["ADSL"].drop(columns="ARMCD").rename(columns={"FASFL": "ITTFL"})
        adsl["TRT01P"] = ["active", "control", "active", ""]
        adsl["ITTFL"] = ["Y", "Y", "Y", "N"]
        tables["ADSL"] = adsl

    data = StudyData.read(foreign(tmp_path, change))
    assert "1 patient without an arm, who is not analysed, is left out" in " ".join(data.remarks)
    assert len(data.trial.patients) == 3
    made = study()
    made.patients[-1]["arm"] = ""
    folder = made.write(tmp_path / "mapped")
    rows = [
        {"USUBJID": row["patient_id"], "TRT01P": row["arm"], "ITTFL": row["analysed"],
         **{name: row[name] for name in ("age", "sex", "dysphagia", "origin")}}
        for row in made.patients
    ]  # fmt: skip
    write_csv(folder / "synthetic_patients.csv", rows)
    mapping = tmp_path / "map.toml"
    columns = '{ patient_id = "USUBJID", arm = "TRT01P", analysed = "ITTFL" }'
    mapping.write_text(f"[patients]\ncolumns = {columns}\n", encoding="utf-8")
    assert LEFT_OUT in " ".join(StudyData.read(folder, mapping).remarks)


def test_a_row_without_an_identifier_leaves_no_visits_out(tmp_path):
    made = study()
    made.patients.append(made.patients[-1] | {"patient_id": "", "arm": ""})
    made.patients[-2]["arm"] = ""
    made.visits.append(made.visits[0] | {"patient_id": ""})
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    patients, visits = (
        f"synthetic_{name}.csv, row {row}, column patient_id, value '': must be text; not empty"
        for name, row in (("patients", 7), ("visits", len(made.visits) + 1))
    )
    assert patients in str(caught.value)
    assert visits in str(caught.value)


@pytest.mark.parametrize("others", [{"arm": "active", "analysed": "Y"}, {"arm": ""}])
def test_nobody_is_left_out_whose_identifier_repeats(tmp_path, others):
    made = study()
    made.patients[-1]["arm"] = ""
    made.patients.insert(0, made.patients[-1] | others)
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    (fault,) = caught.value.faults
    said = "row 7, column patient_id, value 'P005': must not repeat another row's patient_id"
    assert str(fault).endswith(said)


def test_blanks_around_identifiers_and_arms_do_not_matter(tmp_path):
    made = study()
    name = made.patients[-1]["patient_id"]
    made.patients[-1] |= {"arm": " Screen Failure ", "patient_id": f" {name}"}
    made.visits[-1]["patient_id"] = f"{name} "
    assert f"synthetic_patients.csv: {LEFT_OUT}" in StudyData.read(made.write(tmp_path)).remarks


def test_an_identifier_that_repeats_is_named_as_in_the_file(tmp_path):
    made = study()
    made.patients[-1]["arm"] = ""
    made.patients.insert(0, made.patients[-1])
    made.patients = [
        {"Patient ID" if key == "patient_id" else key: cell for key, cell in row.items()}
        for row in made.patients
    ]
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    said = "row 7, column Patient ID, value 'P005': must not repeat another row's Patient ID"
    assert str(caught.value).endswith(said)
