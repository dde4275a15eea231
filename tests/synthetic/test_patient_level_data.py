"""The patient-level data that the chapters run on."""

import shutil

import pytest

from tisstats.errors import DataError
from tisstats.ledger.published import data_directory
from tisstats.lim2021.trial_description import REFERENCE_FOLDER
from tisstats.synthetic.patient_level_data import patient_level_data


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
    assert "not those of the article" in data.notice


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("1000", "cohort must be 0 to 999, got 1000"),
        ("my-trial", "is not a folder, not the number of a cohort and not 'reference'"),
    ],
)
def test_what_is_nowhere_is_refused_in_one_line(choice, message):
    with pytest.raises(DataError, match=message):
        patient_level_data(choice)
