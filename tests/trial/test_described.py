"""The description of a trial that a study gives, as kept in a file."""

from pathlib import Path

from tests.kept import compare, render
from tests.trial.made_up import STUDIES
from tisstats.trial.study_data import StudyData

KEPT = Path(__file__).parent / "kept"


def test_descriptions_of_studies(tmp_path):
    texts = []
    for name, write in STUDIES.items():
        data = StudyData.read(write(tmp_path / name))
        # Characteristics are functions of the patients: their labels are in the tables.
        texts.append(render(name, data.trial.description))
    compare(KEPT / "descriptions.txt", "\n".join(texts))
