"""`tisstats simulate` as a user runs it."""

import csv
import io
import json
import re

import pytest

from tests.command import called
from tisstats import SingleArmDesign, TwoArmDesign, planned_arm, simulate_trials
from tisstats.trial import planned_arm_from_courses

SINGLE = ("simulate", "--patients", 20, "--response", 0.6, "--null", 0.3, "--trials", 500)
TWO = ("simulate", "--patients", 20, 19, "--response", 0.8, 0.3, "--trials", 500, "--seed", 2)


def rows(text):
    return {row["characteristic"]: row for row in csv.DictReader(io.StringIO(text))}


def compared(text, found):
    """Compare the printed CSV with what the function returns."""
    printed = rows(text)
    for row in found.to_frame().to_dict("records"):
        for name in ("simulated", "monte_carlo_low", "monte_carlo_high", "exact"):
            value = float(printed[row["characteristic"]][name])
            assert value == pytest.approx(row[name], rel=1e-11, abs=6e-11)
        assert float(printed[row["characteristic"]]["monte_carlo_level"]) == pytest.approx(0.95)


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
        "Interval of the proportion: clopper-pearson, two-sided 95%\n"
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
    assert "Interval of the difference: newcombe, two-sided 95%" in lines
    assert max(map(len, lines)) <= 90
    assert [line.split("  ")[0] for line in lines[-5:-2]] == [
        "type I error",
        "bias of the smallest estimate",
        "bias of the largest estimate",
    ]


def test_the_table_has_no_minus_zero_and_one_dash_for_limits_that_are_missing():
    one = ("simulate", "--patients", 1, "--response", 0.6, "--null", 0.3, "--missing", "unknown")
    done = called(*one, "--missed", 0.95, "--trials", 10, "--seed", 5)
    # One of the ten trials has an estimate; the exact bias is -3e-17.
    assert re.search(r"^bias of the estimate +-0\.6000 +- +0\.0000$", done.stdout, re.M)


def test_json_has_the_design_and_no_value_that_is_not_json():
    done = called(
        *SINGLE[:-2],
        "--missed",
        1,
        "--missing",
        "unknown",
        "--trials",
        2,
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
    assert (content["trials"], content["seed"], content["null_is_true"]) == (2, 0, False)
    assert content["characteristics"]["lower_bias"] == {
        **dict.fromkeys(("simulated", "monte_carlo_low", "monte_carlo_high", "exact")),
        "monte_carlo_level": pytest.approx(0.95),
        "meaning": "mean of the estimated proportion minus the true value",
    }
    assert content["characteristics"]["coverage"]["exact"] == pytest.approx(1)


@pytest.mark.parametrize("response", [0.1, 0.3, 0.5, 0.7])
def test_a_bias_of_zero_has_no_rest_of_a_sum_in_csv_and_json(response):
    # The exact sums are within 1e-12 of zero, on either side.
    two = ("simulate", "--patients", 40, "--response", response, "--null", 0.2, "--trials", 50)
    printed = rows(called(*two, "--seed", 1, "--format", "csv").stdout)
    assert {printed[name]["exact"] for name in ("lower_bias", "upper_bias")} == {"0.0"}
    content = json.loads(called(*two, "--seed", 1, "--format", "json").stdout)
    numbers = {"exact": content["characteristics"]["lower_bias"]["exact"]}
    assert json.dumps(numbers) == '{"exact": 0.0}'


def test_csv_says_what_each_number_is_without_the_design():
    done = called(*TWO, "--alternative", "greater", "--missing", "bounds", "--format", "csv")
    meanings = {name: row["meaning"] for name, row in rows(done.stdout).items()}
    difference = "difference of proportions (first minus second)"
    reach = (
        "; the interval reaches from the lower limit with the smallest estimate to the upper limit "
        "with the largest"
    )
    assert meanings == {
        "rejection_probability": "power: share of trials that reject whatever the unknown "
        "responses are by the one-sided fisher test (greater) at alpha 0.05",
        "lower_bias": f"mean of the smallest estimated {difference} minus the true value",
        "upper_bias": f"mean of the largest estimated {difference} minus the true value",
        "coverage": f"share of trials whose two-sided 95% newcombe interval covers the true "
        f"{difference}{reach}",
        "mean_width": f"mean width of the two-sided 95% newcombe interval of the {difference}"
        f"{reach}",
    }
    done = called(*SINGLE[:4], 0.3, *SINGLE[5:], "--seed", 1, "--format", "csv")
    assert rows(done.stdout)["rejection_probability"]["meaning"] == (
        "type I error: share of trials that reject by the two-sided binomial test of a "
        "proportion of 0.3 at alpha 0.05"
    )


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


# Courses

SCORED = """patient_id,week,tis,response
a,0,0,
a,4,45,moderate
a,8,20,minimal
b,0,0,
b,8,40,moderate
b,4,10,none
"""
COURSES = ("simulate", "--patients", 12, "--null", 0.3, "--trials", 200, "--seed", 3)


@pytest.fixture
def scored(tmp_path):
    path = tmp_path / "scored.csv"
    path.write_text(SCORED, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["at-week", "best"])
def test_patients_are_drawn_from_courses_of_scored_visits(scored, kind):
    options = ("--courses", scored, "--threshold", 40, "--kind", kind, "--format", "csv")
    done = called(*COURSES, *options, "--rescue", 0.1, "--missed", 0.2)
    assert (done.returncode, done.stderr) == (0, "")
    arm = planned_arm_from_courses(
        12, [[45, 20], [10, 40]], 40, kind=kind.replace("-", " "), rescue=0.1, missed=0.2
    )
    design = SingleArmDesign(arm, null_proportion=0.3)
    compared(done.stdout, simulate_trials(design, trials=200, seed=3))


def test_two_files_are_two_arms_and_the_last_visit_counts_by_default(scored, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("patient_id,week,tis\nc,0,\nc,4,60\n", encoding="utf-8")
    done = called(
        "simulate",
        "--patients",
        9,
        *COURSES[5:],
        "--courses",
        scored,
        other,
        "--threshold",
        40,
        "--format",
        "json",
    )
    arms = json.loads(done.stdout)["arms"]
    assert [arm["true_proportion"] for arm in arms] == pytest.approx([0.5, 1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("patient_id,week\na,0\n", ["column tis: there is no such column"]),
        ("patient_id,week,tis\na,0,0\n", ["there is no visit after baseline"]),
        (
            "patient_id,week,tis\na,0,0\na,4,\nb,0,0\nb,4,x\n",
            ["row 5, column tis, value 'x': must be a score from 0 to 100"],
        ),
        (
            "patient_id,week,tis\na,0,0\na,4,\na,8,3\nb,0,0\nb,4,9\n",
            [
                "row 3, column tis, value '': must be a score from 0 to 100 after baseline, not "
                "empty: leave out this patient or that week",
                "column patient_id, value 'b': the patient has no visit at week 8, as others have: "
                "leave out this patient or that week",
            ],
        ),
        (
            "patient_id,week,tis\n" + "".join(f"a{at},0,0\na{at},{at}.5,20\n" for at in range(6)),
            [
                *[f"value 'a{at // 5}': the patient has no visit at week" for at in range(20)],
                "column patient_id: and 10 more: a patient has no visit at a week, as others have: "
                "leave out this patient or that week",
            ],
        ),
        ("patient_id,week,tis\na,0,0\na,4,101\n", ["value '101': must be a score from 0 to 100"]),
    ],
)
def test_courses_that_are_not_complete_are_refused_line_by_line(tmp_path, text, said):
    path = tmp_path / "scored.csv"
    path.write_text(text, encoding="utf-8")
    done = called(*COURSES, "--courses", path, "--threshold", 40)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert len(lines) == len(said)
    for line, part in zip(lines, said, strict=True):
        assert line.startswith(str(path))
        assert part in line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "one of --response and --courses is required"),
        (["--response", 0.5, "--kind", "best"], "--kind: only with --courses"),
        (["--response", 0.5, "--threshold", 40], "--threshold: only with --courses"),
        (["--courses", "x.csv"], "--courses requires --threshold"),
        (["--courses", "x.csv", "--response", 0.5], "--courses has no --response: leave it out"),
        (["--courses", "x.csv", "--missed-without-response", 0.5], "has no --missed-without-resp"),
    ],
)
def test_courses_and_rates_do_not_mix(options, said):
    done = called(*COURSES, *options)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert said in line


def test_a_threshold_out_of_range_is_wrong_usage(scored):
    done = called(*COURSES, "--courses", scored, "--threshold", 400)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "threshold must be a number from 0 to 100, got 400.0" in line
