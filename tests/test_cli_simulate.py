"""`tisstats simulate` as a user runs it."""

import csv
import io
import json
import re

import pytest

from tests.command import called
from tisstats import SingleArmDesign, TwoArmDesign, planned_arm, simulate_trials

SINGLE = ("simulate", "--patients", 20, "--response", 0.6, "--null", 0.3, "--trials", 500)
TWO = ("simulate", "--patients", 20, 19, "--response", 0.8, 0.3, "--trials", 500, "--seed", 2)


def rows(text):
    return {row["characteristic"]: row for row in csv.DictReader(io.StringIO(text))}


def compared(text, found):
    """Compare the printed CSV with what the function returns."""
    printed = rows(text)
    for row in found.to_frame().to_dict("records"):
        for name in ("simulated", "low", "high", "exact"):
            value = float(printed[row["characteristic"]][name])
            assert value == pytest.approx(row[name], rel=1e-11, abs=1e-11)


def test_a_single_arm_as_csv_is_what_the_function_returns():
    options = ("--rescue", 0.1, "--missed", 0.2, "--missed-without-response", 0.3)
    more = ("--missing", "bounds", "--alternative", "greater", "--alpha", 0.025)
    done = called(*SINGLE, "--seed", 1, *options, *more, "--interval", "wilson", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    arm = planned_arm(20, 0.6, rescue=0.1, missed=0.2, missed_without_response=0.3)
    design = SingleArmDesign(
        arm,
        null_proportion=0.3,
        alternative="greater",
        alpha=0.025,
        missing="bounds",
        interval_method="wilson",
    )
    compared(done.stdout, simulate_trials(design, trials=500, seed=1))


def test_two_arms_take_one_value_for_both_or_one_each():
    done = called(
        *TWO, "--missed", 0.1, 0.3, "--rescue", 0.2, "--test", "boschloo", "--format", "csv"
    )
    assert (done.returncode, done.stderr) == (0, "")
    design = TwoArmDesign(
        planned_arm(20, 0.8, rescue=0.2, missed=0.1),
        planned_arm(19, 0.3, rescue=0.2, missed=0.3),
        test="boschloo",
    )
    compared(done.stdout, simulate_trials(design, trials=500, seed=2))
    # One size for both arms, that differ in their response.
    done = called(
        "simulate", "--patients", 9, *TWO[4:], "--confidence-level", 0.9, "--format", "csv"
    )
    design = TwoArmDesign(planned_arm(9, 0.8), planned_arm(9, 0.3), confidence_level=0.9)
    compared(done.stdout, simulate_trials(design, trials=500, seed=2))


def test_the_table_says_what_was_planned_and_calls_the_rejections_what_they_are():
    done = called(*SINGLE, "--seed", 1)
    assert done.returncode == 0
    assert done.stdout.startswith(
        "Arm: 20 patients, true responders 60%, seen to respond 60%, unknown 0%\n"
        "Null proportion: 30%\n"
        "Test: binomial, two-sided, alpha 0.05\n"
        "Interval of the proportion: clopper-pearson, 95%\n"
        "Unknown responses: an unknown response counts as non-response\n"
        "500 simulated trials, seed 1\n"
    )
    labels = [line.split("  ")[0] for line in done.stdout.splitlines()[8:]]
    assert labels == [
        "power",
        "bias of the estimate",
        "coverage of the interval",
        "mean width of the interval",
    ]
    assert re.search(r"^power +0\.\d{4} +0\.\d{4} to 0\.\d{4} +0\.7553$", done.stdout, re.M)


def test_the_table_of_bounds_has_both_and_a_true_null_hypothesis_a_type_one_error():
    done = called(*TWO[:5], 0.4, 0.4, *TWO[7:], "--missed", 0.1, "--missing", "bounds")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Arm 1: 20 patients")
    assert lines[1].startswith("Arm 2: 19 patients")
    assert "Interval of the difference: newcombe, 95%" in lines
    assert max(map(len, lines)) <= 90
    assert [line.split("  ")[0] for line in lines[-5:-2]] == [
        "type I error",
        "bias of the smallest estimate",
        "bias of the largest estimate",
    ]


def test_json_has_the_design_and_no_value_that_is_not_json():
    done = called(
        *SINGLE[:-2],
        "--missed",
        1,
        "--missing",
        "unknown",
        "--trials",
        1,
        "--seed",
        0,
        "--format",
        "json",
    )
    content = json.loads(done.stdout, parse_constant=pytest.fail)
    assert content["arms"] == [
        {"patients": 20, "true_proportion": 0.6, "observed_response": 0.0, "unknown": 1.0}
    ]
    assert (content["test"], content["null_proportion"]) == ("binomial", pytest.approx(0.3))
    assert (content["trials"], content["seed"], content["null_is_true"]) == (1, 0, False)
    assert content["characteristics"]["lower_bias"] == dict.fromkeys(
        ("simulated", "low", "high", "exact")
    )
    assert content["characteristics"]["coverage"]["exact"] == pytest.approx(1)


def test_the_same_seed_prints_the_same_bytes():
    one, again, other = (called(*SINGLE, "--seed", seed).stdout for seed in (7, 7, 8))
    assert one == again != other


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--patients", 20, "--response", 0.6], "a single arm requires --null; for two arms give"),
        (["--patients", 20, "--response", 0.6, 0.2, "--null", 0.3], "--null is for a single arm"),
        (["--patients", 1, 2, 3, "--response", 0.6], "--patients: give one value, or two for two"),
        (
            ["--patients", 1, "--response", 0.6, "--missed", 0.1, 0.1, 0.1],
            "--missed: give one value",
        ),
        (["--patients", 20, "--response", 60, "--null", 0.3], "got 60.0; did you mean 0.6?"),
        (
            ["--patients", 20, "--response", 0.6, "--null", 1],
            "null_proportion must be a proportion",
        ),
        (
            ["--patients", 20, "--response", 0.6, 0.2, "--test", "binomial"],
            "test must be one of fi",
        ),
        (
            ["--patients", 20, "--response", 0.6, 0.2, "--interval", "wilson"],
            "interval_method must",
        ),
        (["--patients", 301, "--response", 0.6, "--null", 0.3], "whole number from 1 to 300"),
        (["--patients", 0, "--response", 0.6], "must be a positive integer, got '0'"),
        (["--patients", 20, "--response", "0,6"], "with a point before decimals, got '0,6'"),
    ],
)
def test_wrong_usage_is_one_line_and_prints_nothing(arguments, said):
    done = called("simulate", *arguments, "--seed", 1)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("tisstats simulate: ")]
    assert said in line


def test_a_seed_is_required():
    done = called(*SINGLE)
    assert (done.returncode, done.stdout) == (2, "")
    assert "required: --seed" in done.stderr


def test_help_has_balanced_brackets():
    text = called("simulate", "--help").stdout
    assert text.count("(") == text.count(")") > 0
