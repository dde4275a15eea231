"""The chapters on other patient-level data: another synthetic cohort, and a trial of one's own."""

import json
import shutil

import pytest

from tests.book import shown
from tisstats.book.run import kernels
from tisstats.book.run.digests import Surroundings
from tisstats.book.run.execute import kernel_log, plan_runs, run_all
from tisstats.book.run.kept import read_kept
from tisstats.book.run.parameters import parse_settings, read_parameters
from tisstats.book.run.project import Project
from tisstats.ledger.published import data_directory
from tisstats.lim2021.trial_description import REFERENCE_FOLDER

pytestmark = pytest.mark.build

ROOT = data_directory("published").parents[1]


CHAPTERS = {
    "02_cohort_flow",
    "03_primary_outcome",
    "04_secondary_outcomes",
    "05_safety",
    "06_identifiability",
    "08_sensitivity",
}


def glued(text, name):
    """The value that a notebook handed over under a name."""
    for cell in json.loads(text)["cells"]:
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("scrapbook", {}).get("name", "").endswith(name):
                return "".join(output["data"]["application/papermill.record/text/plain"]).strip("'")
    raise AssertionError(f"{name} was not handed over")


def test_these_chapters_have_the_parameter():
    known = read_parameters(Project(ROOT).notebooks())
    assert set(known["cohort"].notebooks) == CHAPTERS


def test_every_chapter_runs_on_another_cohort_and_says_which(other_book):
    executed = other_book / "_sources" / "notebooks"
    results = {name: (executed / f"{name}.ipynb").read_text("utf-8") for name in CHAPTERS}
    for text in results.values():
        assert "cohort 17 of the ensemble" in text
        assert "not real patients" in text
    pinned = results["06_identifiability"]
    assert glued(pinned, "numbers_hold") == glued(pinned, "numbers")
    assert glued(results["04_secondary_outcomes"], "table2_hold") == "130"


@pytest.fixture(scope="module")
def observed(tmp_path_factory):
    """The reference cohort as a folder of observed rows, of which one differs."""
    folder = tmp_path_factory.mktemp("trials") / "mine"
    shutil.copytree(data_directory("reconstructed") / REFERENCE_FOLDER, folder)
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text().replace("synthetic", "observed"))
    patients = folder / "synthetic_patients.csv"
    patients.write_text(patients.read_text().replace(",female,29,", ",female,30,"))
    return folder


@pytest.mark.parametrize("name", sorted(CHAPTERS))
def test_observed_rows_are_nowhere_called_synthetic(observed, monkeypatch, name):
    found = shown.run(ROOT / "notebooks" / f"{name}.ipynb", monkeypatch, cohort=str(observed))
    text = found.text()
    assert "Observed patients (folder mine)" in text
    assert "not real patients" not in text or name == "06_identifiability"


def test_a_folder_is_read_by_a_kernel_and_what_differs_is_counted(observed, tmp_path):
    for name in ("notebooks", "data", "_config.yml", "_toc.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    project = Project(tmp_path)
    known = read_parameters(project.notebooks())
    overrides = parse_settings([f"cohort={observed}"], known)
    runs = plan_runs(project, known, overrides, Surroundings.of_project(project))
    assert {each.name for each in runs if each.values} == CHAPTERS
    (flow,) = (each for each in runs if each.name == "02_cohort_flow")
    with kernels.fork_server(kernel_log(project)) as server:
        run_all(project, [flow], 1, [].append, server)
    text = read_kept(flow.result).decode("utf-8")
    assert "Observed patients (folder mine)" in text
    assert glued(text, "rows_kind") == "observed"
    assert int(glued(text, "table1_hold")) <= int(glued(text, "table1_checked"))
