"""The rows that the chapters run on."""

import shutil

import pytest

from tisstats.errors import DataError
from tisstats.ledger.published import data_directory
from tisstats.synthetic.rows import REFERENCE_FOLDER, patient_rows


def test_the_reference_cohort_is_the_default_and_called_synthetic():
    rows = patient_rows()
    assert rows.kind == "synthetic"
    assert rows.stamp == "Synthetic patients (the reference cohort): no real person"
    assert "no real person" in rows.notice
    assert len(rows.trial.patients) == 20


def test_a_number_is_a_cohort_of_the_ensemble():
    first, second = patient_rows("0"), patient_rows("1")
    assert second.stamp == "Synthetic patients (cohort 1 of the ensemble): no real person"
    assert first.trial.visits.equals(patient_rows().trial.visits)
    assert not first.trial.visits.equals(second.trial.visits)


def test_a_folder_is_a_trial_and_observed_rows_are_called_so(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(data_directory("reconstructed") / REFERENCE_FOLDER, folder)
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text().replace("synthetic", "observed"))
    rows = patient_rows(str(folder))
    assert not rows.synthetic
    assert rows.stamp == "Observed patients (of mine)"
    assert "not those of the article" in rows.notice


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("1000", "has cohorts 0 to 999, not 1000"),
        ("my-trial", "is no folder, no number of a cohort and not 'reference'"),
    ],
)
def test_what_is_nowhere_is_refused_in_one_line(choice, message):
    with pytest.raises(DataError, match=message):
        patient_rows(choice)
