"""Ends and deaths in an ADSL: read by a mapping as from a folder of data sets."""

import numpy as np
import pandas as pd
import pytest

from tests.trial.foreign import foreign
from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.trial.study_data import StudyData

MAPPING = """\
preset = "adam"
[patients]
file = "adam/synthetic_adsl.csv"
[patients.columns]
arm = "ARMCD"
other_arm = "ARM"
{columns}
[visits]
file = "adam/synthetic_adtis.csv"
[visits.long.parameters]
PHGA = "physician_global"
PTGA = "patient_global"
MMT = "mmt"
HAQ = "haq"
EXMUSC = "extramuscular"
CK = "ck"
[adverse_events]
file = "adam/synthetic_adae.csv"
columns = {{ week = "ASTWK", event = "AETERM" }}
"""

ENDS = {
    "EOSSTT": ["COMPLETED", "Ongoing", "DISCONTINUED", "DISCONTINUED"],
    "DCSREAS": ["", "", "WITHDRAWAL OF CONSENT", ""],
}


def read(tmp_path, columns="", weeks=(24, 24, 4, 4), **adsl):
    """The study by a mapping, and the same from its folder of data sets."""

    def change(tables):
        tables["ADSL"] = tables["ADSL"].drop(columns="EOSWK").assign(**adsl)
        last = dict(zip(tables["ADSL"]["USUBJID"], weeks, strict=True))
        visits = tables["ADTIS"]
        tables["ADTIS"] = visits[visits["AVISITN"] <= visits["USUBJID"].map(last)]
        del tables["ADTTE"]

    folder = foreign(tmp_path, change)
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING.format(columns=columns), encoding="utf-8")
    study = folder / "study.toml"
    text = study.read_text("utf-8")
    others = folder / "mapped"
    others.mkdir()
    (others / "adam").symlink_to(folder / "adam")
    (others / "study.toml").write_text(text.replace('adam = "adam"', ""), encoding="utf-8")
    return others, mapping, folder


def test_ends_are_those_of_a_folder_of_data_sets(tmp_path):
    others, mapping, folder = read(tmp_path, **ENDS)
    mapped, given = StudyData.read(others, mapping), StudyData.read(folder)
    ends = ["completed", "ongoing", "withdrawal", "other"]
    assert mapped.trial.patients["end_reason"].tolist() == ends
    assert given.trial.patients["end_reason"].tolist() == ends
    said = "reasons of the end (DCSREAS) are read so: WITHDRAWAL OF CONSENT as withdrawal, none"
    for data in (mapped, given):
        assert any(said in remark for remark in data.remarks)
    unused = " ".join(mapped.unused)
    assert not {"EOSSTT", "DCSREAS"} & set(unused.replace(",", "").split())


@pytest.mark.parametrize(
    ("deaths", "weeks"),
    [
        ({"DTHADY": [np.nan, np.nan, 57, 36]}, [np.nan, np.nan, 8, 5]),
        ({"DTHADY": [np.nan, np.nan, 57, np.nan]}, [np.nan, np.nan, 8, np.nan]),
        ({"DTHFL": ["", "", "Y", ""], "DTHWK": ["", "", "9.5", ""]}, [np.nan, np.nan, 9.5, np.nan]),
    ],
)
def test_deaths_are_those_of_a_folder_of_data_sets(tmp_path, deaths, weeks):
    ends = ENDS | {"DCSREAS": ["", "", "LOST TO FOLLOW-UP", "DEATH"]}
    others, mapping, folder = read(tmp_path, **ends, **deaths)
    for data in (StudyData.read(others, mapping), StudyData.read(folder)):
        np.testing.assert_array_equal(data.trial.patients["death_week"].astype(float), weeks)
        said = [remark for remark in data.remarks if "derived" in remark]
        number = np.isfinite(weeks).sum()
        who = "1 patient" if number == 1 else f"{number} patients"
        rule = "is derived from DTHADY: day d is in week (d - 1) / 7, before the first dose in "
        expected = f"synthetic_adsl.csv: death_week of {who} {rule}week d / 7"
        assert said == ([expected] if "DTHADY" in deaths else [])
        assert data.some_died_later


@pytest.mark.parametrize(
    ("adsl", "said"),
    [
        (
            {"EOSSTT": ["COMPLETED"] * 3 + ["LEFT"], "DCSREAS": ""},
            "row 5, column EOSSTT, value 'LEFT': must be",
        ),
        ({"DCSREAS": ["", "", "RECOVERY", ""]}, "row 4, column DCSREAS, value 'RECOVERY': must be"),
        ({"DTHADY": ["", "", 0, ""]}, "row 4, column DTHADY, value '0': must be a study day"),
        ({"DTHFL": ["", "", "Y", ""]}, "row 4, column DTHFL, value 'Y': needs DTHWK, DTHADY, or"),
        ({"DTHADY": ["", 60, "", ""]}, "row 3, column DTHADY, value '60': is not of a patient who"),
    ],
)
def test_faults_are_where_they_stand(tmp_path, adsl, said):
    others, mapping, _ = read(tmp_path, **{**ENDS, **adsl})
    with pytest.raises(DataError) as caught:
        StudyData.read(others, mapping)
    (fault,) = caught.value.faults
    assert str(fault).startswith(f"{others / 'adam' / 'synthetic_adsl.csv'}, {said}")


def test_what_the_mapping_gives_is_taken(tmp_path):
    columns = 'end_reason = "WHY"'
    why = ["completed", "completed", "withdrawal", "death"]
    others, mapping, _ = read(tmp_path, columns, WHY=why, **ENDS)
    assert StudyData.read(others, mapping).trial.patients["end_reason"].tolist() == why


def test_an_adsl_without_ends_records_none(tmp_path):
    others, mapping, _ = read(tmp_path, EOSSTT="", DCSREAS="", DTHFL="", DTHWK="")
    assert not StudyData.read(others, mapping).ends_recorded


def renamed(tmp_path, name):
    """Return the fault of the first arm, where ADSL has the arms under this name alone."""
    others, mapping, _ = read(tmp_path)
    mapping.write_text(
        mapping.read_text("utf-8").replace('arm = "ARMCD"\nother_arm = "ARM"\n', ""), "utf-8"
    )
    adsl = others / "adam" / "synthetic_adsl.csv"
    table = pd.read_csv(adsl, dtype=str, keep_default_na=False)
    arms = table["ARMCD"].tolist()
    table = table.drop(columns=["ARM", "TRT01P", "ARMCD"])
    table[name] = ["nobody's", *arms[1:]]
    table.to_csv(adsl, index=False)
    with pytest.raises(DataError) as caught:
        StudyData.read(others, mapping)
    (fault,) = caught.value.faults
    return str(fault).partition(".csv, ")[2]


def test_a_variable_of_the_preset_that_is_not_there_is_named_as_cdisc_does(tmp_path):
    line = renamed(tmp_path, "TREATMENT")
    assert line.startswith("column TRT01P: there is no such column; the table has STUDYID, USUBJID")


@pytest.mark.parametrize("name", ["TRT01P", "TRT01A", "ARM", "arm"])
def test_a_column_is_named_as_the_file_has_it(tmp_path, name):
    line = renamed(tmp_path, name)
    assert line.startswith(f'row 2, column {name}, value "nobody\'s": must be one of active, con')


def refused(others, mapping):
    """The faults for which the study by a mapping is refused, without their file."""
    with pytest.raises(DataError) as caught:
        StudyData.read(others, mapping)
    return [str(fault).partition(".csv, ")[2] for fault in caught.value.faults]


@pytest.mark.parametrize("columns", ["", 'status = "EOSSTT"\ndied = "DTHFL"'])
def test_variables_that_the_study_names_stay(tmp_path, columns):
    deaths = {"DTHFL": ["N", "N", "Y", "N"], "DTHADY": [np.nan, np.nan, 57, np.nan]}
    others, mapping, _ = read(tmp_path, columns, **ENDS, **deaths)
    names = ("status", "died") if columns else ("EOSSTT", "DTHFL")
    with (others / "study.toml").open("a", encoding="utf-8") as study:
        for name in (*names, "dcsreas"):
            study.write(f'[characteristics.{name}]\nlabel = "{name}"\ntype = "category"\n')
    patients = StudyData.read(others, mapping).trial.patients
    assert patients[names[0]].tolist() == ENDS["EOSSTT"]
    assert patients[names[1]].tolist() == ["N", "N", "Y", "N"]
    assert patients["dcsreas"].tolist() == ENDS["DCSREAS"]
    assert patients["end_reason"].tolist() == ["completed", "ongoing", "withdrawal", "other"]


def declared(others, date_format):
    """Declare the format of dates."""
    study = others / "study.toml"
    text = study.read_text("utf-8")
    study.write_text(
        text.replace("[files]", f'[files]\ndate_format = "{date_format}"'), encoding="utf-8"
    )


def test_dates_of_deaths_are_read_as_declared(tmp_path):
    days = {"TRTSDT": "01.02.2024", "DTHDT": ["", "", "28.03.2024", ""]}
    others, mapping, _ = read(tmp_path, **ENDS, **days)
    declared(others, "DD.MM.YYYY")
    data = StudyData.read(others, mapping)
    weeks = data.trial.patients["death_week"].astype(float)
    np.testing.assert_array_equal(weeks, [np.nan, np.nan, 8, np.nan])
    assert "TRTSDT" not in " ".join(data.unused)


@pytest.mark.parametrize("given", ["03.2024", "2024-03-28"])
def test_a_date_of_a_death_that_is_not_as_declared_is_refused_by_its_name(tmp_path, given):
    days = {"TRTSDT": "01.02.2024", "DTHDT": ["", "", given, ""], "DTHFL": ""}
    others, mapping, _ = read(tmp_path, **ENDS, **days)
    declared(others, "DD.MM.YYYY")
    (line,) = refused(others, mapping)
    assert line.startswith(f"row 4, column DTHDT, value '{given}': needs DTHWK, DTHADY, or whole ")
    assert "dates (DD.MM.YYYY) in DTHDT and TRTSDT" in line


def explained(mapping, reasons):
    """Say in a mapping what texts stand for."""
    with mapping.open("a", encoding="utf-8") as file:
        file.write("[patients.values.end_reason]\n")
        file.writelines(f'"{text}" = "{ours}"\n' for text, ours in reasons.items())


@pytest.mark.parametrize("columns", ["", 'end_reason = "DCSREAS"'])
def test_a_mapping_explains_reasons_and_statuses(tmp_path, columns):
    ends = {
        "EOSSTT": ["COMPLETED", "On study", "DISCONTINUED", "Left"],
        "DCSREAS": ["N/A", "", "RECOVERY", ""],
    }
    others, mapping, _ = read(tmp_path, columns, **ends)
    way_out = "it stands for can be said in [patients.values.end_reason] of the mapping"
    for line, start in zip(refused(others, mapping), ("On study", "Left", "N/A"), strict=True):
        assert f"value '{start}': " in line
        assert line.endswith(way_out)
    reasons = {"N/A": "completed", "On study": "ongoing", "Left": "withdrawal"}
    explained(mapping, reasons)
    (line,) = refused(others, mapping)
    assert line.startswith("row 4, column DCSREAS, value 'RECOVERY': must be one of completed, ")
    assert line.endswith(way_out)
    with mapping.open("a", encoding="utf-8") as file:
        file.write('RECOVERY = "other"\n')
    found = StudyData.read(others, mapping).trial.patients["end_reason"].tolist()
    assert found == ["completed", "ongoing", "other", "withdrawal"]


def test_the_death_of_an_ongoing_patient_names_the_status(tmp_path):
    others, mapping, folder = read(tmp_path, **ENDS, DTHADY=["", 60, "", ""])
    said = "row 3, column DTHADY, value '60': is not of a patient whose study is ongoing (EOSSTT)"
    assert refused(others, mapping) == refused(folder, None) == [said]


def test_an_analysed_patient_without_an_arm_has_the_arms_of_the_file_in_the_message(tmp_path):
    arms = ["Active", "Control", "Screen Failure", "SCRNFAIL"]
    flags = {"FASFL": ["Y", "Y", "Y", "N"], "ARMCD": arms, "ARM": arms, "TRT01P": arms}
    others, mapping, _ = read(tmp_path, **ENDS, **flags)
    given = '[patients.values.arm]\nActive = "active"\nControl = "control"\n'
    plain = mapping.read_text("utf-8")
    for more in ("", '"Screen Failure" = ""\nSCRNFAIL = ""\n'):
        mapping.write_text(plain + given + more, encoding="utf-8")
        (line,) = refused(others, mapping)
        assert line == (
            "row 4, column ARMCD, value 'Screen Failure': must be one of Active, Control "
            f"({mapping}, values of arm), as the patient is analysed"
        )


def test_an_empty_arm_has_the_words_of_a_mapping_in_its_message(tmp_path):
    made = make_study(4, missing=0, missed=0, seed=3)
    for row in made.patients:
        row["arm"] = {"active": "Drug X", "control": "Sugar"}[row["arm"]]
    made.patients[1]["arm"] = " "
    folder, mapping = made.write(tmp_path / "study"), tmp_path / "map.toml"
    words = '[patients.values.arm]\n"Drug X" = "active"\nSugar = "control"\n'
    mapping.write_text(words, encoding="utf-8")
    assert refused(folder, mapping) == [
        f"row 3, column arm, value ' ': must be one of Drug X, Sugar ({mapping}, values of arm), "
        "as the patient is analysed"
    ]
    # Of a study in one arm an empty cell is that arm.
    made.description = made.description.replace('reference_arm = "control"\n', "")
    made.description = made.description.replace('control = "Control"\n', "")
    words = words.replace('"control"', '"active"')
    mapping.write_text(words, encoding="utf-8")
    data = StudyData.read(made.write(folder), mapping)
    assert set(data.trial.patients["arm"]) == {"active"}


def test_a_word_that_is_not_allowed_is_at_its_place_in_the_mapping(tmp_path):
    others, mapping, _ = read(tmp_path, **ENDS | {"DCSREAS": ["", "", "RECOVERY", ""]})
    plain = mapping.read_text("utf-8") + "[patients.values.end_reason]\nRECOVERY = "
    mapping.write_text(f'{plain}"othr"\n', encoding="utf-8")
    with pytest.raises(DataError) as caught:
        StudyData.read(others, mapping)
    (line,) = map(str, caught.value.faults)
    start = f"{mapping}, value 'othr': patients.values.end_reason.RECOVERY: must be one of comp"
    assert line.startswith(start)
    # The reasons of CDISC are known.
    for word, reason in (("Physician decision", "other"), ("withdrawal", "withdrawal")):
        mapping.write_text(f'{plain}"{word}"\n', encoding="utf-8")
        assert StudyData.read(others, mapping).trial.patients["end_reason"][2] == reason


def test_who_is_left_out_needs_no_arm_of_the_mapping_and_no_reason(tmp_path):
    ends = ENDS | {"DCSREAS": ["", "", "WITHDRAWAL OF CONSENT", "Screen failure"]}
    arms = ["Active", "Control", "Active", "Screen Failure"]
    flags = {"FASFL": ["Y", "Y", "Y", "N"], "ARMCD": arms, "ARM": arms, "TRT01P": arms}
    others, mapping, _ = read(tmp_path, **ends, **flags)
    with mapping.open("a", encoding="utf-8") as file:
        file.write('[patients.values.arm]\nActive = "active"\nControl = "control"\n')
    data = StudyData.read(others, mapping)
    assert len(data.trial.patients) == 3
    remarks = " ".join(data.remarks)
    assert "1 patient without an arm, who is not analysed, is left out" in remarks
    assert "Screen failure as other" not in remarks
