"""The patient-level data that the chapters run on."""

import shutil

import pytest

from tisstats.errors import DataError
from tisstats.ledger.published import data_directory
from tisstats.lim2021.trial_description import REFERENCE_FOLDER
from tisstats.synthetic.ensemble import ENSEMBLE, Ensemble
from tisstats.synthetic.patient_level_data import (
    absolute_choice,
    patient_level_data,
    split_choice,
)


def test_the_reference_cohort_is_the_default_and_called_synthetic():
    data = patient_level_data()
    assert data.kind == "synthetic"
    assert data.label == "Synthetic patients (the reference cohort): not real patients"
    assert "not real patients" in data.notice
    assert len(data.trial.patients) == 20


def test_a_number_is_a_cohort_of_the_ensemble():
    first, second = patient_level_data("0"), patient_level_data("1")
    assert second.label == "Synthetic patients (cohort 1 of the ensemble): not real patients"
    assert first.trial.visits.equals(patient_level_data().trial.visits)
    assert not first.trial.visits.equals(second.trial.visits)


def test_a_folder_is_a_trial_and_observed_patients_are_called_so(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(data_directory("reconstructed") / REFERENCE_FOLDER, folder)
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text().replace("synthetic", "observed"))
    data = patient_level_data(str(folder))
    assert data.kind == "observed"
    assert data.label == "Observed patients (folder mine)"
    assert "Whether they are those of the article is not known here" in data.notice


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with an ensemble of three cohorts, as reconstruct writes it."""
    folder = tmp_path_factory.mktemp("cohorts") / "my-cohorts"
    folder.mkdir()
    ensemble = Ensemble.read()
    Ensemble.of([ensemble.cohort(index) for index in range(3)]).write(folder / ENSEMBLE)
    shutil.copytree(data_directory("reconstructed") / REFERENCE_FOLDER, folder / REFERENCE_FOLDER)
    return folder


def test_the_folder_of_an_ensemble_is_its_first_cohort_or_the_one_of_a_number(drawn):
    for suffix, number in (("", 0), ("#0", 0), ("#2", 2)):
        for place in (drawn, drawn / ENSEMBLE):
            data = patient_level_data(f"{place}{suffix}")
            assert data.name == f"cohort {number} of the ensemble in my-cohorts"
            assert data.trial.visits.equals(patient_level_data(str(number)).trial.visits)
            assert data.kind == "synthetic"
            assert "generated to reproduce the printed counts and the tables" in data.notice


def test_the_package_of_the_first_cohort_in_the_folder_is_a_trial(drawn):
    data = patient_level_data(str(drawn / REFERENCE_FOLDER))
    assert data.name == f"folder {REFERENCE_FOLDER}"
    assert "generated to reproduce" not in data.notice
    assert "not real patients" in data.notice


def test_a_folder_whose_name_holds_the_separator_is_that_folder(drawn, tmp_path):
    folder = tmp_path / "trial#2"
    shutil.copytree(drawn / REFERENCE_FOLDER, folder)
    assert patient_level_data(str(folder)).name == "folder trial#2"


def test_a_relative_folder_is_made_absolute_with_its_number(drawn, monkeypatch):
    monkeypatch.chdir(drawn.parent)
    assert absolute_choice("my-cohorts#2") == f"{drawn}#2"
    assert absolute_choice("./my-cohorts") == str(drawn)
    # Names and numbers are not folders, even if there are folders of that name.
    (drawn.parent / "17").mkdir()
    assert absolute_choice("17") == "17"


@pytest.mark.parametrize("number", ["3", "-1", "x", "1.5", "²"])
def test_a_cohort_that_an_ensemble_does_not_have_is_refused_in_one_line(drawn, number):
    with pytest.raises(DataError, match="cohort must be 0 to 2, got ") as error:
        patient_level_data(f"{drawn}#{number}")
    assert str(error.value).startswith(str(drawn / ENSEMBLE))
    assert "\n" not in str(error.value)
    with pytest.raises(DataError, match=r"got 999999999999\.\.\. \(13 characters\)$"):
        patient_level_data(f"{drawn}#{'9' * 13}")


def test_a_number_after_the_folder_of_a_trial_is_refused(drawn):
    with pytest.raises(DataError, match=r"has no synthetic_ensemble\.npz, so #1 names no cohort"):
        patient_level_data(f"{drawn / REFERENCE_FOLDER}#1")


def test_a_file_that_is_no_ensemble_is_refused(tmp_path):
    (tmp_path / "rows.npz").write_text("none")
    with pytest.raises(DataError, match="is not an ensemble of synthetic cohorts"):
        patient_level_data(str(tmp_path / "rows.npz"))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("1000", "cohort must be 0 to 999, got 1000"),
        ("my-trial", "is not a folder, not the number of a cohort and not 'reference'"),
        ("x" * 3_000, r"x\.\.\. \(3000 characters\): is not a folder, not the number of a cohort"),
        ("x" * 3_000 + "#3", r"\(3002 characters\): is not a folder, not the number of a cohort"),
        ("a\0b", r"cohort a\\x00b: is not a folder, not the number of a cohort"),
    ],
)
def test_what_is_nowhere_is_refused_in_one_line(choice, message):
    with pytest.raises(DataError, match=message):
        patient_level_data(choice)


@pytest.mark.parametrize("choice", ["", " ", "#", "#2"])
def test_nothing_names_no_cohort_where_the_current_folder_has_some(monkeypatch, choice):
    monkeypatch.chdir(data_directory("reconstructed"))
    with pytest.raises(DataError, match="is not a folder, not the number of a cohort"):
        patient_level_data(choice)


def test_a_folder_at_home_may_be_written_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "mine").mkdir()
    assert absolute_choice("~/mine#3") == f"{(tmp_path / 'mine').resolve()}#3"
    (tmp_path / "mine#4").mkdir()
    assert split_choice("~/mine#4") == (tmp_path / "mine#4", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()  # a folder of that name comes first
    assert absolute_choice("~") == str((tmp_path / "~").resolve())
    with pytest.raises(DataError, match="is not a folder"):
        patient_level_data("~nobody-of-this-name/mine")
