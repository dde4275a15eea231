"""The studies on which the pages of the report are tested, each written into a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.trial.studies import make_study
from tisstats.trial.template import example_folder


def write_example(folder: Path) -> Path:
    """Write the filled example."""
    return Path(shutil.copytree(example_folder(), folder))


def write_dated(folder: Path) -> Path:
    """Write a study of three arms with dates, in which some patients are not analysed."""
    study = make_study(
        37, ("low", "high", "control"), (0, 2, 8, 16), seed=5, with_dates=True, missed=0.2
    )
    for number, row in enumerate(study.patients):
        row["analysed"] = "false" if number % 9 == 4 else "true"
    return study.write(folder)


def write_single_arm(folder: Path) -> Path:
    """Write a juvenile study of one arm, whose endpoint is the best response."""
    study = make_study(12, ("open",), (0, 6, 12), seed=8, mmt_max=80, population="juvenile")
    study.description = study.description.replace('kind = "at week"', 'kind = "best"')
    return study.write(folder)


def write_bare(folder: Path) -> Path:
    """Write a study without treatments, adverse events, ends and characteristics."""
    study = make_study(3, ("one", "two", "three", "four"), seed=3)
    kept = study.description.partition("[characteristics]")[0]
    files = '[files]\npatients = "synthetic_patients.csv"\nvisits = "synthetic_visits.csv"\n'
    study.description = kept + files
    study.treatments, study.adverse_events = [], []
    for row in study.patients:
        del row["stop_week"], row["end_reason"]
    return study.write(folder)


#: How each study is written, by its name.
STUDIES = {
    "example": write_example,
    "dated": write_dated,
    "single arm": write_single_arm,
    "bare": write_bare,
}
