"""Every number that a notebook shows is explained in the results, for the article and any trial."""

import re
from pathlib import Path

import pytest

from tests.book.shown import run
from tests.trial.studies import make_study
from tisstats.book import trial_report
from tisstats.chapters.result_facts import gaps, number_value
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


def check(shown):
    """Every table says what it has, every number has its facts, and stands in its table."""
    results = shown.results()
    tables = {filed.table.name: filed.table for filed in results.tables}
    assert [name for name, table in tables.items() if not table.known()] == []
    found = list(results.records())
    assert [(each, lacking) for each in found if (lacking := gaps(each))] == []
    for each in found:
        assert each["value"] == number_value(each["text"])
        if each["column"]:
            table = tables[each["item"]]
            place = table.columns.index(each["column"])
            assert any(each["text"] in row[place] for row in table.rows)
        else:
            assert each["text"] in " ".join(str(shown.glued[each["item"]]).split())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_numbers_of_the_article(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    check(run(path, monkeypatch))


@pytest.mark.parametrize("study", ["example", *STUDIES])
@pytest.mark.parametrize("path", REPORT, ids=lambda path: path.stem)
def test_numbers_of_a_trial(path, study, monkeypatch, tmp_path):
    folder = example_folder()
    if study != "example":
        folder = make_study(**STUDIES[study], seed=3).write(tmp_path / "study")
    check(run(path, monkeypatch, cohort=str(folder)))


def test_a_number_without_facts_is_found(monkeypatch):
    path = next(path for path in NOTEBOOKS if re.search("methods$", path.stem))
    shown = run(path, monkeypatch)
    shown.glue(unexplained=17)
    with pytest.raises(AssertionError, match="unexplained"):
        check(shown)
