"""`tisstats score` with the core set of IMACS or of PRINTO, as a user calls it."""

import csv
import io
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from tests.command import called
from tisstats.teaching.printo_child import CHILD, MADE_UP_RANGES
from tisstats.trial.template import example_folder

PAGE = Path(__file__).parents[1] / "book/teaching/measures/juvenile.md"
CHILDREN = ["--population", "juvenile", "--core-set", "printo"]
RANGE = ["--chq-phs-range", "-10", "70"]


def block(kind):
    """The first block of code of this kind on the page for readers."""
    return re.search(rf"(?ms)^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"))[1]


@pytest.fixture
def visits(tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text(block("text"), encoding="utf-8")
    return path


def last_row(text):
    return list(csv.DictReader(io.StringIO(text)))[-1]


def test_the_table_on_the_page_is_the_child_that_the_page_scores(visits):
    shown = pd.read_csv(visits)
    pd.testing.assert_frame_equal(shown, CHILD.visits(), check_dtype=False)


def test_the_command_on_the_page_scores_the_table_on_the_page(visits, tmp_path):
    program, *arguments = shlex.split(block("bash").replace("\\\n", ""))
    assert program == ".venv/bin/tisstats"
    output = tmp_path / "scored.csv"
    paths = {"visits.csv": str(visits), "scored.csv": str(output)}
    done = called(*(paths.get(argument, argument) for argument in arguments))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "1 patient, 2 visits",
        "response at each patient's last visit: 0 none, 0 minimal, 1 moderate, 0 major",
    ]
    scored = last_row(output.read_text("utf-8"))
    # 30, 15, 11.5, 25, 17.5 and 30% of the ranges.
    earned = {"physician_global": 17.5, "parent_global": 2.5, "cmas": 20.0}
    earned |= {"chaq": 7.5, "chq_phs": 5.0, "das": 15.0}
    assert {name: float(scored[f"{name}_points"]) for name in earned} == earned
    assert (scored["tis"], scored["response"]) == ("67.5", "moderate")
    assert "enzyme_used" not in scored


def test_the_made_up_ranges_of_the_page_give_three_scores_and_two_categories():
    scored = [CHILD.score(ends) for ends in MADE_UP_RANGES]
    assert [row["tis"] for row in scored] == [70.0, 67.5, 65.0]
    assert [row["response"] for row in scored] == ["major", "moderate", "moderate"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "--core-set imacs requires --mmt-max, --uln"),
        (["--mmt-max", "80"], 2, "--core-set imacs requires --uln"),
        (RANGE, 2, "--core-set imacs has no --chq-phs-range: leave it out"),
        (["--core-set", "printo", *RANGE], 2, "core_set printo is for juvenile patients"),
        (CHILDREN, 2, "--chq-phs-range: the worst and the best possible score, for which we"),
        ([*CHILDREN, *RANGE, "--mmt-max", "80"], 2, "--core-set printo has no --mmt-max: leave"),
        ([*CHILDREN, *RANGE, "--uln", "ck=170"], 2, "--core-set printo has no --uln: leave it"),
        ([*CHILDREN, *RANGE, "--enzyme-unit", "U/L"], 2, "has no --enzyme-unit: leave it out"),
        ([*CHILDREN, *RANGE, "--enzyme-panel", "measured"], 2, "has no --enzyme-panel: leave"),
        ([*CHILDREN, *RANGE, "--cmas-max", "50"], 2, "cmas_max must be 52 or 51, got 50"),
        ([*CHILDREN, *RANGE, "--vas-max", "7"], 2, "vas_max must be 10 (cm) or 100 (mm)"),
        ([*CHILDREN, "--chq-phs-range", "70", "-10"], 2, "ascending: it is norm-based"),
        ([*CHILDREN, "--chq-phs-range", "0", "nan"], 2, "must be a number, with a point"),
        ([*CHILDREN, "--chq-phs-range", "low", "70"], 2, "must be a number, with a point"),
        ([*CHILDREN, "--chq-phs-range", "0", "40"], 1, "row 3, column chq_phs, value '44"),
        (["--population", "juvenile", "--mmt-max", "80", "--uln", "ck=1"], 1, "column mmt: there"),
    ],
)
def test_wrong_use_is_a_clear_line_each_and_no_traceback(visits, arguments, code, said):
    output = visits.with_name("scored.csv")
    done = called("score", str(visits), "-o", str(output), *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not output.exists()


def test_a_table_of_the_other_set_lacks_its_columns_one_line_each(visits):
    text = visits.read_text("utf-8").replace(",cmas,", ",mmt,").replace(",das", ",extramuscular")
    visits.write_text(text, encoding="utf-8")
    done = called("score", str(visits), *CHILDREN, *RANGE)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert "column cmas: there is no such column" in first
    assert "column das: there is no such column" in second


def test_names_decimal_commas_millimetres_and_a_mapping_are_read_as_in_the_other_set(tmp_path):
    scales = ("physician_global", "parent_global")
    table = CHILD.visits()
    table = table.assign(**{name: table[name] * 10 for name in scales})
    names = {"parent_global": "Parent VAS", "chq_phs": "CHQ PhS", "cmas": "CMAS"}
    path = tmp_path / "visits.csv"
    table.rename(columns=names).to_csv(path, sep=";", decimal=",", index=False)
    mapping = tmp_path / "mine.toml"
    columns = '[visits.columns]\nparent_global = "Parent VAS"\n'
    units = '[visits.units]\nphysician_global = "mm"\nparent_global = "mm"\n'
    mapping.write_text(columns + units, encoding="utf-8")
    done = called("score", str(path), *CHILDREN, *RANGE, "--map", str(mapping))
    assert last_row(done.stdout)["tis"] == "67.5"
    mapping.write_text(columns + '[visits.units]\nchaq = "mm"\n', encoding="utf-8")
    done = called("score", str(path), *CHILDREN, *RANGE, "--map", str(mapping), "--vas-max", "100")
    assert done.returncode == 1
    assert "visits.units.chaq: only physician_global, parent_global have a unit" in done.stderr


def test_bounds_where_chq_phs_was_not_asked(visits):
    table = pd.read_csv(visits, dtype=str)
    table.loc[1, "chq_phs"] = ""
    table.to_csv(visits, index=False)
    done = called("score", str(visits), *CHILDREN, *RANGE, "--missing", "bounds")
    row = last_row(done.stdout)
    assert (row["tis"], row["tis_low"], row["tis_high"], row["response"]) == (
        "", "62.5", "70.0", "",
    )  # fmt: skip
    assert "1 unknown" in done.stderr


def test_a_new_trial_of_children_lacks_its_ranges_and_nothing_else(tmp_path):
    folder = tmp_path / "my trial"
    done = called("new", str(folder), "--core-set", "printo")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"tisstats check '{folder}' and tisstats book --cohort '{folder}'." in done.stdout
    for command in (("check", str(folder)), ("book", "--cohort", str(folder))):
        done = called(*command)
        assert done.returncode == 1
        length, of_chq = done.stderr.splitlines()
        assert "key measures.vas_max: is missing: length of the visual analogue" in length
        assert "key measures.chq_phs_range: is missing: the worst and the best possible" in of_chq
    done = called("check", str(folder / "example"))
    assert done.returncode == 0
    assert "24 patients, 91 visits" in done.stdout


def test_a_trial_of_children_is_exported_and_its_choices_are_varied(tmp_path):
    folder = str(example_folder("printo"))
    done = called("export", folder, "-o", str(tmp_path / "adam"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "CHQPHS" in (tmp_path / "adam" / "synthetic_adtis.csv").read_text("utf-8")
    done = called("sensitivity", folder, "-o", str(tmp_path / "results.csv"))
    assert done.returncode == 0
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        outcomes = {row["Outcome"] for row in csv.DictReader(file)}
    assert {"Response", "Change of Childhood Myositis Assessment Scale, points"} <= outcomes
    assert not any("nzyme" in outcome for outcome in outcomes)
