"""Every number that a notebook shows of a trial is explained in the results, whatever the trial.

Those of the article are looked at in `test_built_book`, as the build has kept them.
"""

import re
from pathlib import Path

import pytest

from tests.book.shown import check_results, run
from tests.trial.studies import make_study
from tisstats.book import trial_report
from tisstats.trial.template import example_folder

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
REPORT = sorted(Path(trial_report.__file__).parent.glob("notebooks/*.ipynb"))

STUDIES = {
    "one arm": {"patients": 6, "arms": ("only",)},
    "much is missing": {"patients": 14, "missing": 0.3, "missed": 0.3},
    "a criterion that is bad to meet": {
        "patients": 14,
        "missing": 0.2,
        "changes": 'criterion = "imacs worsening"',
    },
    "three arms": {"patients": 21, "arms": ("low", "high", "placebo"), "weeks": (0, 8, 16)},
}

#: Labels of arms in which a dose stands like a reference of facts to their table.
LABELS = {'"Low"': '"Low @ 1 g/kg {once}"', '"High"': '"High @Arm"', '"Placebo"': '"Placebo @row"'}


@pytest.mark.parametrize("study", ["example", *STUDIES])
@pytest.mark.parametrize("path", REPORT, ids=lambda path: path.stem)
def test_numbers_of_a_trial(path, study, monkeypatch, tmp_path):
    folder = example_folder()
    if study != "example":
        made = make_study(**STUDIES[study], seed=3)
        for label, hostile in LABELS.items():
            made.description = made.description.replace(label, hostile)
        folder = made.write(tmp_path / "study")
    check_results(run(path, monkeypatch, cohort=str(folder)))


def test_a_number_without_facts_is_found(monkeypatch):
    path = next(path for path in NOTEBOOKS if re.search("methods$", path.stem))
    shown = run(path, monkeypatch)
    shown.glue(unexplained=17)
    with pytest.raises(AssertionError, match="unexplained"):
        check_results(shown)
