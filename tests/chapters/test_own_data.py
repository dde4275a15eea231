"""The worked page: its commands and its code are run, from Python, the command line and R."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from tests.command import called
from tisstats.chapters.own_data import OwnData
from tisstats.ledger.published import data_directory
from tisstats.trial import StudyData, summaries

ROOT = Path(__file__).parents[2]
PAGE = OwnData(2)


def blocks(language):
    """Return the code of the page in a language."""
    notebook = nbformat.read(ROOT / "notebooks" / "own_data.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_python_of_the_page_runs():
    script = "\n".join(blocks("python"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert "patient_id" in done.stdout


def test_the_check_of_the_page_passes():
    (command,) = [line for line in blocks("bash")[0].splitlines() if "check" in line]
    words = command.split()
    assert words[0] == ".venv/bin/tisstats"
    done = called(*words[1:], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "is a valid study: 12 patients" in done.stdout


def has_reticulate():
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", 'quit(status = !requireNamespace("reticulate", quietly = TRUE))']
    return subprocess.run(asked, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_reticulate(), reason="R with the package reticulate is not installed")
def test_the_r_of_the_page_gives_the_same_table(tmp_path):
    (script,) = blocks("r")
    script += f'write.csv(table2, "{tmp_path}/table2.csv", row.names = FALSE)\n'
    done = subprocess.run(
        ["Rscript", "-e", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={
            "RETICULATE_PYTHON": sys.executable,
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
        },
    )
    assert done.returncode == 0, done.stderr
    given = pd.read_csv(tmp_path / "table2.csv", dtype=str)
    expected = summaries.table2(PAGE.data.arm("verum")).astype(str)
    assert given["P"].tolist() == expected["P"].tolist()
    assert given["Change"].tolist() == expected["Change"].tolist()


def test_the_export_is_read_in_its_own_units():
    raw = pd.read_csv(
        data_directory("messy_export") / "synthetic_visits_export.csv",
        sep=";",
        decimal=",",
        encoding="latin-1",
        na_values="n.e.",
        dtype={"Pat.-Nr.": str},
    )
    visits = PAGE.data.trial.visits
    assert visits["patient_id"].tolist() == raw["Pat.-Nr."].tolist()
    assert visits["ck"].to_numpy() == pytest.approx(60 * raw["CK (µkat/l)"].to_numpy(), nan_ok=True)
    assert visits["physician_global"].to_numpy() == pytest.approx(
        raw["Arzt VAS (mm)"].to_numpy(), nan_ok=True
    )


def test_every_row_of_the_export_is_synthetic():
    assert PAGE.data.trial.origin == "synthetic"
    for file in data_directory("messy_export").glob("*.csv"):
        assert file.name.startswith("synthetic_")
        table = pd.read_csv(file, sep=";", encoding="latin-1", dtype=str)
        assert set(table["Herkunft"]) == {"synthetic"}


def test_the_page_shows_what_an_undeclared_code_gives():
    assert len(PAGE.faults) == PAGE.numbers()["faults"] > 0
    assert all("value 'n.e.'" in fault for fault in PAGE.faults)


def test_the_keys_are_all_of_the_schema():
    keys = PAGE.keys().frame
    assert len(keys) == PAGE.numbers()["keys"]
    default = dict(zip(keys["Key"], keys["Default"], strict=True))
    assert default["measures.vas_max"] == "required"
    of_imacs = {key for key, text in default.items() if text == "required with imacs"}
    assert of_imacs == {"measures.mmt_max", "measures.uln"}
    assert default["measures.chq_phs_range"] == "required with printo"


def test_the_same_study_without_the_mapping_is_refused():
    with pytest.raises(ValueError, match="there is no such file"):
        StudyData.read(data_directory("messy_export"))
