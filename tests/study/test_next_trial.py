"""A next trial: its sizes, its published assumptions, and what is said when no size suffices."""

import ast
import json

import pytest

from tisstats.statistics import single_arm_size, two_arm_power, two_arm_size
from tisstats.study import next_trial


def test_the_table_holds_the_first_size_and_the_one_from_which_on_all_suffice():
    table = next_trial.planning_table(0.79, 0.44, power=0.8, level=0.95)
    fisher, chi_square, single = table.to_dict("records")
    for row, test in ((fisher, "fisher"), (chi_square, "chi-square")):
        size = two_arm_size(0.8, 0.79, 0.44, test=test, maximum=60)
        assert row["Patients"] == f"each arm: {size.first.trials_1}"
        assert int(row["Enough from"]) >= size.first.trials_1
    size = single_arm_size(0.8, 0.79, 0.44, maximum=200)
    assert single["Patients"] == f"one arm: {size.first.trials}"
    assert single["Enough from"] == str(size.lasting.trials)
    assert float(fisher["Greatest error, %"]) <= 5 < float(chi_square["Greatest error, %"])


def test_a_difference_too_small_is_said_to_need_more_than_was_tried(published):
    table = next_trial.planning_table(0.45, 0.44, power=0.8, level=0.95)
    assert (table["Enough from"] == "not found").all()
    assert table["Patients"].str.endswith(f"more than {next_trial.MAXIMUM}").all()
    numbers = next_trial.numbers(published, 0.45, 0.44, power=0.8, level=0.95)
    assert numbers["plan_each_arm"] == f"more than {next_trial.MAXIMUM}"


def test_what_the_prose_says_of_a_next_trial(published):
    numbers = next_trial.numbers(published, 0.79, 0.44, power=0.8, level=0.95)
    again = two_arm_power(19, 19, 0.79, 0.44)
    assert numbers["plan_again_patients"] == 19
    assert float(numbers["plan_again_power"]) == pytest.approx(100 * again.power, abs=0.051)
    assert numbers["plan_error"] == "5.0"
    assert numbers["plan_treated_counts"] == "37 of 47"
    assert numbers["plan_control_counts"] == "21 of 48"


def test_the_defaults_of_the_notebook_are_the_published_shares(published, checkout):
    notebook = json.loads(
        (checkout / "notebooks" / "03_primary_outcome.ipynb").read_text(encoding="utf-8")
    )
    (cell,) = (c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", []))
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
