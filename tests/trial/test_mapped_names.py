"""Faults across tables name the columns of the user's files, not ours."""

import pandas as pd
import pytest

from tests.trial.studies import make_study, write_csv
from tisstats.errors import DataError
from tisstats.trial.doubtful_courses import implausible_times, look_alikes
from tisstats.trial.study_data import StudyData

NAMES = {
    "patients": {
        "patient_id": "ID",
        "end_reason": "WHY",
        "stop_week": "OFFWK",
        "death_week": "DIEDWK",
        "analysed": "PPFL",
    },
    "visits": {"patient_id": "ID", "week": "VISWK"},
    "treatments": {"patient_id": "ID", "week": "EXWK", "treatment": "DRUG"},
    "adverse_events": {"patient_id": "ID", "week": "AEWK", "treatment_related": "AEREL"},
}


def written(tmp_path, table, **cells):
    """Write a study whose first row of a table has these cells; names of columns are their own."""
    made = make_study(4, seed=4, missing=0, missed=0)
    for row in made.patients:
        row |= {"end_reason": "completed", "stop_week": "", "death_week": "", "analysed": "Y"}
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    event = {"event": "rash", "serious": "no", "treatment_related": "no", "origin": "synthetic"}
    made.adverse_events = [{"patient_id": "P002", "week": 0, **event}]
    getattr(made, table)[0] |= cells
    folder, mapping = made.write(tmp_path / "study"), ""
    for name, columns in NAMES.items():
        rows = [{columns.get(key, key): cell for key, cell in row.items()}
                for row in getattr(made, name)]  # fmt: skip
        write_csv(folder / f"synthetic_{name}.csv", rows)
        pairs = ", ".join(f'{ours} = "{theirs}"' for ours, theirs in columns.items())
        mapping += f"[{name}]\ncolumns = {{ {pairs} }}\n"
    (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
    return folder


def line_of(tmp_path, table, **cells):
    """The fault of such a study."""
    folder = written(tmp_path, table, **cells)
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, tmp_path / "map.toml")
    return str(caught.value.faults[0]).replace(f"{folder}/synthetic_", "")


def remarks_of(tmp_path, table, **cells):
    """The remarks on such a study, of which the visits name the first patient as the table does."""
    folder = written(tmp_path, table, **cells)
    return StudyData.read(folder, tmp_path / "map.toml").remarks


P, V, T, A = (f"{name}.csv, row 2, column " for name in NAMES)


@pytest.mark.parametrize(
    ("table", "cells", "said"),
    [
        ("patients", {"death_week": 30, "end_reason": ""},
         f"{P}DIEDWK, value '30': needs WHY (death if the death ended"),
        ("patients", {"death_week": 30, "end_reason": "ongoing"},
         f"{P}DIEDWK, value '30': is not of a patient whose study is ongoing (WHY)"),
        ("patients", {"death_week": 6, "end_reason": "completed", "stop_week": 9},
         f"{P}DIEDWK, value '6': must not lie before the patient's OFFWK"),
        ("patients", {"death_week": 6, "end_reason": "death", "stop_week": 9},
         f"{P}DIEDWK, value '6': must be the same as OFFWK, where that is not empty and WHY is"),
        ("patients", {"end_reason": "rescue_medication"},
         f"{P}WHY, value 'rescue_medication': needs a row with DRUG rescue in treatments.csv"),
        ("patients", {"patient_id": "P002"},
         "patients.csv, row 3, column ID, value 'P002': must not repeat another row's ID"),
        ("visits", {"patient_id": "X9"},
         f"{V}ID, value 'X9': must stand in column ID of patients.csv"),
        ("visits", {"week": 99},
         f"{P}ID, value 'P001': has no baseline, week 0, in visits.csv: add "
         "that visit, or leave the patient out of the analysis (column PPFL, value N)"),
        ("treatments", {"week": 99},
         f"{T}EXWK, value '99': lies after the patient's last visit and "
         "OFFWK, or where that is empty the last scheduled week"),
        ("adverse_events", {"week": 99}, f"{A}AEWK, value '99': lies after the patient's last"),
    ],
)  # fmt: skip
def test_a_fault_names_the_columns_of_the_file(tmp_path, table, cells, said):
    assert line_of(tmp_path, table, **cells).startswith(said)


def test_remarks_name_the_columns_of_the_file(tmp_path):
    ends = {"end_reason": "withdrawal", "stop_week": ""}
    said = " ".join(remarks_of(tmp_path, "patients", **ends))
    assert "1 patient with WHY and without OFFWK is taken to have stopped at the last visit" in said
    related = {"treatment_related": "perhaps"}
    said = " ".join(remarks_of(tmp_path / "related", "adverse_events", **related))
    assert "AEREL is 'perhaps' in 1 adverse event" in said
    (alike,) = look_alikes(pd.Series(["P002", "p002"]), name_of_ids="ID")
    assert alike.startswith("ID 'p002' differs only")


def test_a_remark_on_deaths_names_the_column_of_the_file(tmp_path):
    data = StudyData.read(make_study(4, seed=4).write(tmp_path))
    none = data.trial.adverse_events[:0]
    patients = data.trial.patients.assign(end_reason="completed", death_week=1.0)
    tables = {"patients": patients, "visits": data.trial.visits, "adverse_events": none}
    (died,) = implausible_times(data.study, tables, named={"end_reason": "WHY"}.__getitem__)
    assert died.startswith("4 patients died before the last scheduled week, 24, and completed the ")
    assert "by WHY: did the death end it?" in died


def test_what_lies_after_a_death_names_its_column(tmp_path):
    line = line_of(tmp_path, "patients", death_week=6, end_reason="death")
    assert line == (
        "visits.csv, row 4, column VISWK, value '12': lies after the patient's death, in DIEDWK in "
        "patients.csv"
    )


@pytest.mark.parametrize(
    ("words", "shown"),
    [(["Y", "Y", "Y"], ", value N"), (["1", "1", "0"], ", value 0"), (["in", "in", "in"], ""),
     (["yes", "yes", "No"], ", value No"), (["T", "t", ""], ", value F")],
)  # fmt: skip
def test_who_can_be_left_out_is_left_out_in_the_words_of_the_file(tmp_path, words, shown):
    made = make_study(3, seed=4, missing=0, missed=0)
    for row, word in zip(made.patients, words, strict=True):
        row["analysed"] = word
    made.visits = [row for row in made.visits if row["patient_id"] != "P001" or row["week"] > 0]
    made.patients = [{**row, "stop_week": "", "end_reason": ""} for row in made.patients]
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    mapping = tmp_path / "map.toml"
    values = "[visits.columns]\nmmt = 'mmt'\n"
    if "in" in words:
        values += "[patients.values.analysed]\nin = 'true'\nout = 'false'\n"
    mapping.write_text(values, encoding="utf-8")
    event = {"event": "rash", "serious": "no", "treatment_related": "no", "origin": "synthetic"}
    made.adverse_events = [{"patient_id": "P002", "week": 0, **event}]
    for left, said in (("", "has no baseline"), ("P001", "has no visit in")):
        made.visits = [row for row in made.visits if row["patient_id"] != left]
        with pytest.raises(DataError) as caught:
            StudyData.read(made.write(tmp_path / "study"), mapping)
        (fault,) = caught.value.faults
        assert fault.message.startswith(said)
        assert fault.message.endswith(
            f", or leave the patient out of the analysis (column analysed{shown})"
        )
