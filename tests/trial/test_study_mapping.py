"""Studies whose files have other names, layouts and units, read through a mapping."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.trial.studies import MEASURES, make_study, write_csv
from tisstats.errors import DataError
from tisstats.tables import read_mapping
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_tables import read_study_tables


@pytest.fixture
def made():
    return make_study(8, missed=0)


@pytest.fixture
def plain(made, tmp_path):
    return StudyData.read(made.write(tmp_path / "plain"))


def same(one, other):
    np.testing.assert_array_equal(one.analysis.tis, other.analysis.tis)
    assert one.analysis.patients["patient_id"].tolist() == (
        other.analysis.patients["patient_id"].tolist()
    )


def mapped(made, tmp_path, text):
    folder = made.write(tmp_path / "theirs")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    return folder, tmp_path / "mine.toml"


def test_their_names_and_values(made, plain, tmp_path):
    made.visits = [
        {("PGA_VAS" if key == "physician_global" else key): value for key, value in row.items()}
        for row in made.visits
    ]
    made.patients = [
        {
            ("TRT" if key == "arm" else key): {"active": 1, "control": 2}.get(value, value)
            for key, value in row.items()
        }
        for row in made.patients
    ]
    folder, mapping = mapped(
        made,
        tmp_path,
        """
[visits.columns]
physician_global = "PGA_VAS"
[patients.columns]
arm = "TRT"
[patients.values.arm]
1 = "active"
2 = "control"
""",
    )
    same(plain, StudyData.read(folder, mapping))
    with pytest.raises(DataError, match="column arm: there is no such column"):
        StudyData.read(folder)


def test_units_of_the_file_are_converted(made, plain, tmp_path):
    made.visits = [
        {**row, "patient_global": "" if (v := row["patient_global"]) == "" else round(10 * v, 1)}
        for row in made.visits
    ]
    folder, mapping = mapped(made, tmp_path, '[visits.units]\npatient_global = "mm"\n')
    same(plain, StudyData.read(folder, mapping))
    # What is out of range is told as it stands, with the unit of the file.
    made.visits[0]["patient_global"] = 101
    made.write(folder)
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, mapping)
    (only,) = map(str, caught.value.faults)
    assert (
        "value '101': must be a number from 0 to 10 (cm, as vas_max is 10; 100 is for mm)" in only
    )
    assert only.endswith(", once converted from mm, as the mapping says")


def test_study_days_of_the_file_are_weeks(made, plain, tmp_path):
    made.visits = [{**row, "week": 7 * row["week"] + 1} for row in made.visits]
    made.adverse_events = [
        {("ASTDY" if name == "week" else name): (7 * value + 1 if name == "week" else value)
         for name, value in row.items()} for row in made.adverse_events
    ]  # fmt: skip
    days = '[visits.units]\nweek = "days"\n[adverse_events.columns]\nweek = "ASTDY"\n'
    days += '[adverse_events.units]\nweek = "days"\n'
    days += '[patients.columns]\nstop_week = "EOSDY"\n[patients.units]\nstop_week = "days"\n'
    for row in made.patients:
        stop = row.pop("stop_week")
        row["EOSDY"] = 29 if row is made.patients[0] else 7 * stop + 1 if stop else ""
    made.patients[0]["end_reason"] = "withdrawal"
    stopped = sum(row["EOSDY"] != "" for row in made.patients)
    folder, mapping = mapped(made, tmp_path, days)
    data = StudyData.read(folder, mapping)
    same(plain, data)
    who = "1 patient" if stopped == 1 else f"{stopped} patients"
    rule = "day d is in week (d - 1) / 7, before the first dose in week d / 7"
    said = f"synthetic_patients.csv: stop_week of {who} is derived from EOSDY: {rule}"
    assert [remark for remark in data.remarks if "derived" in remark] == [said]
    events = data.trial.adverse_events
    assert len(events)
    np.testing.assert_allclose(events["week"], plain.trial.adverse_events["week"])
    made.visits[0]["week"] = 0
    made.write(folder)
    with pytest.raises(DataError, match="row 2, column week, value '0': must be a study day"):
        StudyData.read(folder, mapping)


def test_one_row_per_patient_and_a_column_per_week(made, plain, tmp_path):
    folder = made.write(tmp_path / "theirs")
    table = pd.DataFrame(made.visits).drop(columns="origin")
    wide = table.pivot(index="patient_id", columns="week").sort_index()
    wide.columns = [f"{measure}_w{week}" for measure, week in wide.columns]
    rows = wide.astype(object).where(wide.notna(), "").reset_index().to_dict("records")
    write_csv(folder / "synthetic_visits.csv", rows)
    columns = ", ".join(f'{name} = "{name}_w{{week}}"' for name in MEASURES)
    text = f"[visits.wide]\nweeks = [0, 4, 12, 24]\ncolumns = {{ {columns} }}\n"
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    same(plain, StudyData.read(folder, tmp_path / "mine.toml"))


def test_a_fault_is_named_as_it_stands_in_their_file(made, tmp_path):
    made.visits = [
        {("PGA_VAS" if key == "physician_global" else key): value for key, value in row.items()}
        for row in made.visits
    ]
    made.visits[1]["PGA_VAS"] = 45
    folder, mapping = mapped(made, tmp_path, '[visits.columns]\nphysician_global = "PGA_VAS"\n')
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, mapping)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (3, "PGA_VAS", "45")


def test_a_missing_column_is_told_with_the_names_of_the_file(made, tmp_path):
    for row in made.patients:
        row["SUBJID"] = row.pop("patient_id")
        del row["age"]
        row |= {f"extra{number}": "" for number in range(200)}
    folder, mapping = mapped(made, tmp_path, '[patients.columns]\npatient_id = "SUBJID"\n')
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, mapping)
    (fault,) = (fault for fault in caught.value.faults if fault.column == "age")
    names = list(made.patients[0])
    assert "SUBJID" in names[:100]
    assert fault.message == (
        f"there is no such column; the table has {', '.join(names[:100])} and {len(names) - 100} "
        "more"
    )


def test_all_tables_in_one_workbook(made, plain, tmp_path):
    folder = made.write(tmp_path / "theirs")
    names = ("patients", "visits", "treatments", "adverse_events")
    with pd.ExcelWriter(folder / "synthetic.xlsx") as book:
        for name in names:
            pd.DataFrame(getattr(made, name)).to_excel(book, sheet_name=name[:7], index=False)
    sections = "".join(
        f'[{name}]\nfile = "synthetic.xlsx"\nsheet = "{name[:7]}"\n' for name in names
    )
    (tmp_path / "mine.toml").write_text(sections, encoding="utf-8")
    data = StudyData.read(folder, tmp_path / "mine.toml")
    same(plain, data)
    assert set(data.trial.files.values()) == {str(folder / "synthetic.xlsx")}  # inputs to protect
    with pd.ExcelWriter(folder / "synthetic.xlsx", mode="a", if_sheet_exists="replace") as book:
        wrong = [{**row, "patient_id": "X9"} for row in made.visits[:1]] + made.visits[1:]
        pd.DataFrame(wrong).to_excel(book, sheet_name="visits", index=False)
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, tmp_path / "mine.toml")
    path = folder / "synthetic.xlsx"
    assert (
        f"{path}, sheet 'visits', row 2, column patient_id, value 'X9': must stand in column "
        f"patient_id of {path}, sheet 'patient'"
    ) in str(caught.value)
    (tmp_path / "mine.toml").write_text(sections.replace("sheet", "#"), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, tmp_path / "mine.toml")
    (fault,) = caught.value.faults  # of one file, once
    assert "has 4 sheets" in fault.message
    assert "sheet in a mapping file" in fault.message


def test_faults_show_the_value_of_the_file_and_what_the_mapping_makes_of_it(made, tmp_path):
    for row, sex in zip(made.patients, ["f", "f", "m", *["x"] * len(made.patients)], strict=False):
        row["sex"] = sex
    values = '[patients.values.sex]\nf = "Female"\nm = "male"\nx = "female"\n'
    folder, mapping = mapped(made, tmp_path, values)
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, mapping)
    first, second = caught.value.faults
    assert (first.row, first.column, first.value, second.row) == (2, "sex", "f", 3)
    assert first.message == (
        "must be spelt in one way: other rows have it with other capitals or blanks; the mapping "
        "makes it 'Female'"
    )


@pytest.mark.parametrize(
    ("section", "words", "wrong"),
    [
        ("patients.values.arm", {"A": "verum", "B": "control", "S": "Screen failure", "N": ""},
         ["A, value 'verum': must be one of active, control"]),
        ("patients.values.end_reason", {"1": "death", "2": "DEATH"}, ["2, value 'DEATH': must "]),
        ("patients.values.analysed", {"1": "yes", "2": "perhaps", "3": ""},
         ["2, value 'perhaps': must be true or false"]),
        ("patients.values.sex", {"1": "male", "2": "Male"}, []),
        ("patients.values.stop_week", {"V1": "four", "V2": "4", "V3": "4,5", "V4": 0, "V5": -2},
         ["V1, value 'four': must be a number", "V5, value '-2': must be a number of weeks, at"]),
        ("visits.values.physician_global", {"none": 0, "worst": 10, "more": 11},
         ["more, value '11': must be a number from 0 to 10"]),
        ("adverse_events.values.serious", {"1": "y", "0": "mild"}, ["0, value 'mild': must be"]),
        ("visits.values.week", {"V1": 0, "V2": "w4", "V3": -1}, ["V2, value 'w4': must be a"]),
        ("treatments.values.week", {"SCR": -2, "V2": "w4"}, ["V2, value 'w4': must be a number"]),
    ],
)  # fmt: skip
def test_words_of_a_mapping_that_a_column_cannot_have(made, tmp_path, section, words, wrong):
    folder, mapping = made.write(tmp_path / "study"), tmp_path / "map.toml"
    lines = "".join(f"{theirs} = {json.dumps(ours)}\n" for theirs, ours in words.items())
    mapping.write_text(f"[{section}]\n{lines}", encoding="utf-8")
    found = []
    try:
        read_study_tables(Study.read(folder), folder, read_mapping(mapping))
    except DataError as error:  # of cells, which the mapping does not know
        found = [str(fault) for fault in error.faults if fault.file == str(mapping)]
    expected = [each.partition(", value ") for each in wrong]
    assert len(found) == len(expected)
    for line, (theirs, _, rest) in zip(found, expected, strict=True):
        value, _, message = rest.partition(": ")
        assert line.startswith(f"{mapping}, value {value}: {section}.{theirs}: {message}")


def test_faults_that_the_mapping_did_not_make_are_shown_as_they_are(made, tmp_path):
    for row, sex in zip(made.patients, ["F", "Male", *["f"] * len(made.patients)], strict=False):
        row["sex"] = sex
    made.patients[2]["sex"] = "male"
    values = '[patients.values.sex]\nF = "f"\nf = "female"\nMale = "Male"\nmale = "male"\n'
    made.patients[3]["sex"] = "male"
    folder, mapping = mapped(made, tmp_path, values.replace('"f"', '"Female"'))
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, mapping)
    said = {fault.row: (fault.value, fault.message) for fault in caught.value.faults}
    permitted = "must be spelt in one way: other rows have it with other capitals or blanks"
    changed = f"{permitted}; the mapping makes it 'Female'"
    assert said == {2: ("F", changed), 3: ("Male", permitted)}


def test_a_unit_that_a_measure_cannot_have_is_a_fault_of_the_mapping(made, tmp_path):
    folder, mapping = mapped(made, tmp_path, '[visits.units]\nck = "mm"\n')
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, mapping)
    (fault,) = caught.value.faults
    assert (fault.column, fault.value, fault.row) == ("ck", "mm", None)
    assert fault.message == "in the mapping: must be one of U/L, microkat/L"
    assert fault.file.endswith("synthetic_visits.csv")
