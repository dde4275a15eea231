"""Base class of the chapters of a trial's report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tisstats.chapters.page import Notice
from tisstats.chapters.patient_figures import PatientFigures
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_wording import scale_notes
from tisstats.trial.template import example_folder

#: The cohort that stands for the filled example, the default of the notebooks.
EXAMPLE = "example"


@dataclass(frozen=True)
class TrialChapter:
    """A chapter on the rows of a trial."""

    cohort: str  #: folder of the study, or ``example``
    mapping: str = ""  #: mapping file for its tables; empty if there is none

    @cached_property
    def data(self) -> StudyData:
        """The study with its rows."""
        folder = example_folder() if self.cohort == EXAMPLE else self.cohort
        return StudyData.read(folder, self.mapping or None)

    @property
    def study(self) -> Study:
        """The description of the study."""
        return self.data.study

    @property
    def label(self) -> str:
        """Label of every figure and table: whether the rows are synthetic."""
        synthetic = self.study.study.data == "synthetic"
        return "Synthetic patients: not real patients" if synthetic else "Observed patients"

    @property
    def origin(self) -> str:
        """Origin of the numbers: ``synthetic`` or ``observed``."""
        return "synthetic" if self.study.study.data == "synthetic" else "observed"

    def notice(self) -> Notice:
        """Return the notice on the origin of the rows."""
        if self.study.study.data == "synthetic":
            text = (
                "The description of this study declares its rows as synthetic: no row is the data "
                "of any patient."
            )
        else:
            text = "The rows are those supplied by whoever built this report, declared as observed."
        return Notice(self.label, text)

    def scales(self) -> str:
        """Return the declared ranges of the measures, for captions."""
        return "; ".join(scale_notes(self.study).values())

    @cached_property
    def single_patients(self) -> PatientFigures | None:
        """The patients one by one; None if the description asks for no listings, or there is none.

        With several arms they are grouped by arm, and by subtype where that is described.
        """
        if not (self.study.study.listings and len(self.data.analysis.patients)):
            return None
        return PatientFigures.of_study(self.data, self.label)

    @property
    def single_note(self) -> str:
        """Whether patients are shown one by one, in words."""
        if self.single_patients is not None:
            return ""
        if self.study.study.listings:
            return "No patient was analysed."
        return "Individual patients are not shown, as the description of the study asks."

    def arm_sizes(self) -> dict[str, int]:
        """Return the number of analysed patients of each arm, by label."""
        return {label: len(self.data.arm(name).patients) for name, label in self.study.arms.items()}
