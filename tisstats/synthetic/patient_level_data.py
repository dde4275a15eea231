"""The patient-level data of the chapters: the reference cohort, another one, or a trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tisstats.errors import DataError, Fault
from tisstats.lim2021.claims.reference_cohort import reference_cohort
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.synthetic.ensemble import Ensemble
from tisstats.trial import TABLES, Trial

REFERENCE = "reference"


@dataclass(frozen=True, slots=True, eq=False)
class PatientLevelData:
    """Patient-level data, with the label and the notice to show with them."""

    trial: Trial  #: the patients
    name: str  #: which data they are, in words

    @property
    def kind(self) -> str:
        """Column heading: ``synthetic`` or ``observed``."""
        return self.trial.origin

    @property
    def label(self) -> str:
        """Label of every figure and table made from the data."""
        if self.kind == "synthetic":
            return f"Synthetic patients ({self.name}): not real patients"
        return f"Observed patients ({self.name})"

    @property
    def notice(self) -> str:
        """What a reader must know about everything made from the data."""
        if self.kind == "synthetic":
            return (
                f"What follows rests on synthetic patient-level data: {self.name}, generated "
                "to reproduce every printed number that patient-level data determine. Patients "
                "S-01 to S-20 are not real patients, and none of them is a patient of the article. "
                "That they reproduce the printed numbers shows that these are mutually consistent; "
                "it is not evidence for any of them, and one cohort says nothing about unpublished "
                "values."
            )
        return (
            f"What follows rests on the observed data {self.name}, supplied by whoever built this "
            "copy. They are not those of the article."
        )


def patient_level_data(choice: str = REFERENCE) -> PatientLevelData:
    """Read the patient-level data that a reader chose.

    Parameters
    ----------
    choice
        ``"reference"``; a number from 0, that of a cohort of the ensemble, of which the first is
        the reference cohort; or the folder of a trial's data package.

    Raises
    ------
    DataError
        If there is no such cohort or folder, or its files are at fault.
    """
    choice = str(choice).strip()
    if choice == REFERENCE:
        return PatientLevelData(reference_cohort(), "the reference cohort")
    if choice.isdecimal():
        ensemble = Ensemble.read()
        if int(choice) >= len(ensemble):
            message = f"cohort must be 0 to {len(ensemble) - 1}, got {choice}"
            raise DataError([Fault("the ensemble of synthetic cohorts", message)])
        tables = ensemble.tables(int(choice))
        patients, visits, treatments, events = (tables[table] for table in TABLES)
        trial = Trial(patients, visits, treatments, events, DESCRIPTION, mmt_max=ensemble.mmt_max)
        return PatientLevelData(trial, f"cohort {int(choice)} of the ensemble")
    if not Path(choice).is_dir():
        message = f"is not a folder, not the number of a cohort and not {REFERENCE!r}"
        raise DataError([Fault(choice, message)])
    return PatientLevelData(Trial.read(choice, DESCRIPTION), f"of {Path(choice).name}")
