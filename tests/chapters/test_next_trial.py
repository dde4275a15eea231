"""A next trial: its sizes, its published assumptions, and what is said when no size suffices."""

import ast
import json
import shutil

import pytest
from scipy.stats import binom, binomtest

from tests.command import called
from tisstats.chapters.primary_outcome import PrimaryOutcome
from tisstats.lim2021 import next_trial
from tisstats.lim2021.next_trial import MAXIMUM, NextTrialPlan
from tisstats.statistics import single_arm_sample_size, two_arm_power, two_arm_sample_size

pytestmark = pytest.mark.usefixtures("not_drawn")

DEFAULT = {
    "treated_response": 0.79,
    "control_response": 0.44,
    "target_power": 0.8,
    "confidence_level": 0.95,
}


def plan(**changes):
    return NextTrialPlan(**{**DEFAULT, **changes})


def page(**changes):
    others = {
        "threshold": 40,
        "horizon_week": 9,
        "interval_method": "clopper-pearson",
        "include_excluded_patient": False,
        "cohort": "reference",
    }
    return PrimaryOutcome(**{**others, **DEFAULT, **changes})


def test_the_table_holds_the_first_size_and_the_one_from_which_on_all_suffice():
    table = page().planning().frame
    fisher, chi_square, single = table.to_dict("records")
    for row, test in ((fisher, "fisher"), (chi_square, "chi-square")):
        size = two_arm_sample_size(0.8, 0.79, 0.44, test=test, maximum=MAXIMUM)
        assert row["Patients"] == f"{size.smallest.trials_1} per arm"
        assert row["Sufficient for every n from"] == str(size.stable.trials_1)
    size = single_arm_sample_size(0.8, 0.79, 0.44, maximum=MAXIMUM)
    assert single["Patients"] == f"{size.smallest.trials} in total"
    assert single["Sufficient for every n from"] == str(size.stable.trials)
    error = "Maximum type I error, %"
    assert float(fisher[error]) <= 5 < float(chi_square[error])


def test_one_arm_is_looked_at_in_every_size_also_where_the_largest_falls_short():
    def power(trials):
        rejected = [
            k for k in range(trials + 1) if binomtest(k, trials, 0.4).pvalue <= 0.05 + 1e-12
        ]
        return binom.pmf(rejected, trials, 0.5).sum()

    table = page(treated_response=0.5, control_response=0.4).planning().frame
    *_, single = table.to_dict("records")
    assert single["Patients"] == "191 in total"
    assert power(190) < 0.8 <= power(191)
    assert power(MAXIMUM) < 0.8
    assert single["Sufficient for every n from"] == f"none up to {MAXIMUM}"
    assert float(single["Power, %"]) == pytest.approx(100 * power(191), abs=0.051)


def test_a_difference_too_small_is_said_to_need_more_than_was_tried():
    small = page(treated_response=0.45)
    table = small.planning().frame
    assert (table["Sufficient for every n from"] == f"none up to {MAXIMUM}").all()
    assert table["Patients"].str.startswith(f"more than {MAXIMUM}").all()
    assert (table[["Power, %", "Maximum type I error, %"]] == "–").all(axis=None)
    assert small.planning_numbers()["plan_each_arm"] == f"more than {MAXIMUM}"


def test_what_the_prose_says_of_a_next_trial():
    numbers = page().planning_numbers()
    again = two_arm_power(19, 19, 0.79, 0.44)
    assert page().facts("primary_outcome")["plan_again_patients"] == "19"
    assert float(numbers["plan_again_power"]) == pytest.approx(100 * again.power, abs=0.051)
    assert numbers["plan_error"] == "5"
    assert numbers["plan_treated_counts"] == "37 of 47"
    assert numbers["plan_control_counts"] == "21 of 48"


def test_the_share_of_this_study_is_the_one_that_its_discussion_prints(published):
    printed = published.tables["claims"].set_index("id")["printed"]["discussion.minimal_percent"]
    here = page().planning_numbers()["plan_here"]
    responders, patients = map(int, here.split(" of "))
    assert f"{100 * responders / patients:.0f}%" == printed == "55%"


def test_a_share_without_advantage_needs_no_number_of_patients():
    high = page(treated_response=0.9, control_response=0.6)
    required = high.planning_numbers()["plan_here_required"]
    assert required == "there would be no advantage of treatment to detect"


WRONG = [
    ({"target_power": 1.2}, "target_power must be above 0 and below 1, got 1.2"),
    ({"target_power": 1.0}, "target_power must be above 0 and below 1, got 1.0"),
    ({"target_power": 0.0}, "target_power must be above 0 and below 1, got 0.0"),
    ({"target_power": -0.5}, "target_power must be above 0 and below 1, got -0.5"),
    ({"target_power": float("nan")}, "target_power must be above 0 and below 1, got nan"),
    ({"confidence_level": 1.0}, "confidence_level must be above 0 and below 1, got 1.0"),
    ({"confidence_level": 0.0}, "confidence_level must be above 0 and below 1, got 0.0"),
    ({"control_response": 0.0}, "control_response must be above 0 and below 1, got 0.0"),
    ({"treated_response": 1.01}, "treated_response must be above control_response"),
    ({"treated_response": 0.3}, "treated_response must be above control_response"),
    ({"treated_response": 0.44}, "treated_response must be above control_response"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_what_cannot_be_planned_is_refused_in_one_line(changes, message):
    with pytest.raises(ValueError, match="must be") as error:
        plan(**changes)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_equal_shares_are_refused_since_no_size_finds_no_difference():
    with pytest.raises(ValueError, match="treated_response must be above control_response"):
        plan(treated_response=0.44)


def notebook(checkout):
    return checkout / "notebooks" / "03_primary_outcome.ipynb"


@pytest.fixture
def small_book(checkout, tmp_path):
    """A book of one page, the one that plans."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(notebook(checkout), folder)
    (tmp_path / "_config.yml").write_text("title: One page\nauthor: Testers\n", encoding="utf-8")
    toc = "format: jb-book\nroot: notebooks/03_primary_outcome\n"
    (tmp_path / "_toc.yml").write_text(toc, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("setting", "code", "start", "message"),
    [
        ("target_power=1.2", 2, "", "'target_power' must be from 0.000000001 to 0.9"),
        # What is allowed here depends on another parameter: the chapter checks it.
        ("treated_response=0.01", 1, "03_primary_outcome", "must be above control_response"),
    ],
)
def test_the_book_refuses_it_in_one_line(small_book, setting, code, start, message):
    done = called("book", "--source", small_book, "--set", setting)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert start in line
    assert message in line


def test_the_defaults_of_the_notebook_are_the_published_shares(published, checkout):
    cells = json.loads(notebook(checkout).read_text(encoding="utf-8"))["cells"]
    (cell,) = (c for c in cells if "parameters" in c["metadata"].get("tags", []))
    defaults = {
        node.target.id: ast.literal_eval(node.value)
        for node in ast.parse("".join(cell["source"])).body
    }
    for name, stem in (
        ("treated_response", next_trial.TREATED),
        ("control_response", next_trial.CONTROL),
    ):
        share = published.count(f"{stem}.responders") / published.count(f"{stem}.patients")
        assert defaults[name] == pytest.approx(share, abs=0.005)
