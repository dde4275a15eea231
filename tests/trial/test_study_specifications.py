"""Which choices a study has, and its results as described among all combinations."""

import csv
from fractions import Fraction
from itertools import product
from statistics import median

import numpy as np
import pandas as pd
import pytest

from tests.trial.made_up import STUDIES
from tests.trial.studies import make_study, read_csv
from tisstats.cli import main
from tisstats.trial.change_specifications import change_curves
from tisstats.trial.specifications import Choice, combinations
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import evaluate_study
from tisstats.trial.study_specifications import StudySpecifications


def specifications(folder):
    return StudySpecifications(StudyData.read(folder))


def labels(found):
    return {choice.label: [level.label for level in choice.levels] for choice in found}


@pytest.fixture(scope="module", params=STUDIES)
def study(request, tmp_path_factory):
    return specifications(STUDIES[request.param](tmp_path_factory.mktemp("study") / "rows"))


def test_the_first_combination_is_the_primary_endpoint_of_the_study(study):
    result = evaluate_study(study.data)
    for comparison in study.comparisons:
        found = study.response(comparison).results.iloc[0]
        for arm, suffix in ((comparison.arm, ""), (comparison.reference, "_reference")):
            if arm is not None:
                mine = result.select(study.members(arm))
                assert found[f"responders{suffix}"] == mine.responders_low
                assert found[f"patients{suffix}"] == mine.denominator


def test_every_choice_has_alternatives_and_a_reason_for_each(study):
    for choice in (*study.choices, *study.change_choices):
        assert len(choice.levels) > 1
        assert all(level.reason for level in choice.levels)
    varied = {choice.label for choice in study.choices}
    assert varied.isdisjoint(each.choice for each in study.not_varied)
    curve = study.response(study.comparisons[0])
    assert len(curve) == np.prod([len(choice.levels) for choice in study.choices])


def test_the_table_has_every_result_of_every_arm(study):
    table = study.table()
    arms, measures = len(study.data.study.arms), len(study.data.trial.description.measures)
    expected = len(study.comparisons) * combinations(study.choices)
    expected += arms * measures * combinations(study.change_choices)
    assert len(table) == expected
    assert (table["Outcome"] == "Response").sum() == len(study.comparisons) * combinations(
        study.choices
    )


def test_choices_that_the_rows_do_not_pose_are_named_with_the_reason(tmp_path):
    bare = specifications(STUDIES["bare"](tmp_path / "bare"))
    reasons = {each.choice: each.reason for each in bare.not_varied}
    assert reasons["Handling of rescue and early stops"] == "neither is recorded"
    alone = specifications(STUDIES["single arm"](tmp_path / "alone"))
    reasons = {each.choice: each.reason for each in alone.not_varied}
    assert reasons["Test"] == "one arm: there is nothing to compare"
    assert labels(alone.choices)["Threshold"] == [
        "40 points",
        "30 points",
        "45 points",
        "70 points",
    ]


def test_patients_who_are_not_analysed_are_a_choice_of_the_denominator(tmp_path):
    dated = specifications(STUDIES["dated"](tmp_path / "dated"))
    assert "all, others non-responders" in labels(dated.choices)["Denominator"]
    comparison = dated.comparisons[0]
    table = dated.response(comparison).table()
    of_all = table[table["Denominator"] == "all, others non-responders"]
    kept = (of_all["Handling of rescue and early stops"] != "left out") & (
        of_all["Handling of an unknown status"] != "left out"
    )
    rows = read_csv(tmp_path / "dated" / "synthetic_patients.csv")
    everybody = sum(row["arm"] == comparison.arm for row in rows)
    assert set(of_all.loc[kept, "patients"]) == {everybody}


def test_the_weeks_are_those_next_to_the_planned_one(tmp_path):
    study = make_study(12, weeks=(0, 2, 4, 8, 16))
    study.description = study.description.replace("week = 16", "week = 4")
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Week"] == ["week 4", "week 2", "week 8"]


def test_a_sustained_response_keeps_its_other_weeks_before_its_own(tmp_path):
    study = make_study(12, weeks=(0, 2, 4, 8, 16), changes="also_at = [4]")
    study.description = study.description.replace('"at week"', '"sustained"').replace(
        "week = 16", "week = 8"
    )
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Week"] == ["week 8", "week 16"]
    assert labels(found.choices)["Visits that count"][0] == "sustained"
    assert len(found.response(found.comparisons[0])) == combinations(found.choices)


def test_a_definition_in_place_of_a_score_has_no_threshold(tmp_path):
    study = make_study(12, changes='criterion = "imacs improvement"')
    found = specifications(study.write(tmp_path))
    assert "Threshold" not in labels(found.choices)
    assert "Threshold" in {each.choice for each in found.not_varied}


def test_a_count_by_bounds_is_varied_between_its_ends(tmp_path):
    study = make_study(12, missing=0.2)
    study.description = study.description.replace('"non-responder"', '"bounds"')
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Handling of an unknown status"] == [
        "non-response",
        "left out",
        "response",
    ]
    (open_status,) = (
        each for each in found.choices if each.label == "Handling of an unknown status"
    )
    lower, _, upper = open_status.levels
    assert lower.reason == "lower end of the bounds as described"
    assert upper.reason == "upper end of the bounds as described"


def test_an_enzyme_missing_at_baseline_is_a_choice(tmp_path):
    study = make_study(12)
    study.description = study.description.replace("'ck']", "'ck', 'ldh']").replace(
        "uln = { ck = 200 }", "uln = { ck = 200, ldh = 250 }"
    )
    for number, row in enumerate(study.visits):
        row["ldh"] = "" if number == 0 else 900
    found = specifications(study.write(tmp_path))
    assert labels(found.choices)["Enzymes missing at baseline"] == ["as declared", "measured panel"]


def slow_signed_rank(changes):
    """The exact two-sided P value, over all signs, of changes other than zero."""
    changes = [change for change in changes if change]
    sizes = sorted(map(abs, changes))
    ranks = {
        size: Fraction(2 * sizes.index(size) + sizes.count(size) + 1, 2) for size in set(sizes)
    }
    seen = sum(ranks[abs(change)] for change in changes if change > 0)
    centre = sum(ranks[size] for size in sizes) / 2
    far = [
        abs(sum(ranks[size] for size, sign in zip(sizes, signs, strict=True) if sign) - centre)
        >= abs(seen - centre)
        for signs in product((0, 1), repeat=len(sizes))
    ]
    return sum(far) / len(far)


def test_changes_are_those_of_a_count_over_the_files(tmp_path):
    folder = STUDIES["example"](tmp_path / "rows")
    study = specifications(folder)
    patients = {row["patient_id"]: row for row in read_csv(folder / "synthetic_patients.csv")}
    visits = read_csv(folder / "synthetic_visits.csv")
    table = study.changes("placebo")["physician_global"].table()
    checked = 0
    for week, end in product((12, 24), ("last visit", "completers only")):
        changes = []
        for name, row in patients.items():
            if row["arm"] != "placebo":
                continue
            seen = {
                float(visit["week"]): Fraction(visit["physician_global"])
                for visit in visits
                if visit["patient_id"] == name and float(visit["week"]) <= week + 1
            }
            completed = row["end_reason"] in ("", "completed")
            if end == "last visit" or completed:
                changes.append(seen[max(seen)] - seen[min(seen)])
        rows = table[
            (table["Week"] == f"week {week}")
            & (table["End"] == end)
            & (table["Patients without change"] == "left out")
            & (table["P value"] == "exact")
        ]
        for _, row in rows.iterrows():
            assert row["n"] == len(changes)
            assert row["estimate"] == pytest.approx(float(median(changes)))
            assert row["pvalue"] == pytest.approx(slow_signed_rank(changes))
            checked += 1
    assert checked == 12


def test_what_concerns_the_score_is_no_choice_of_changes(tmp_path):
    arm = specifications(STUDIES["example"](tmp_path / "rows")).data.arm("placebo")
    with pytest.raises(ValueError, match="sets worsening; permitted are"):
        change_curves(arm, [Choice.of("Worsening", "worsening", {"imacs": "IMACS"})])


def test_the_command_writes_every_result_and_shows_progress(tmp_path, capsys):
    folder, out = STUDIES["single arm"](tmp_path / "rows"), tmp_path / "out.csv"
    assert main(["sensitivity", str(folder), "-o", str(out)]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    study = specifications(folder)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = study.table()
    assert len(rows) == len(expected)
    assert shown.err.splitlines()[-1] == f"{out}: {len(rows)} results, one row each"
    first = rows[0]
    assert (first["Outcome"], first["Group"]) == ("Response", "Open")
    assert first["responders"] == str(expected["responders"].iloc[0])
    again = pd.read_csv(out)
    np.testing.assert_allclose(again["estimate"], expected["estimate"].astype(float))


def test_the_command_names_what_is_wrong_in_one_line(tmp_path, capsys):
    folder = STUDIES["single arm"](tmp_path / "rows")
    assert main(["sensitivity", str(tmp_path), "-o", str(tmp_path / "out.csv")]) == 1
    assert "there is no such file" in capsys.readouterr().err
    assert main(["sensitivity", str(folder), "-o", str(tmp_path / "out.doc")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "must end in .csv" in line
    # Before anything is computed.
    assert main(["sensitivity", str(folder), "-o", str(tmp_path / "nowhere" / "out.csv")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("nowhere/out.csv: there is no such folder")
    pytest.importorskip("distributed")
    out = tmp_path / "out.csv"
    scheduler = ["--scheduler", "nonsense://127.0.0.1:1"]
    assert main(["sensitivity", str(folder), "-o", str(out), *scheduler]) == 1
    assert "no scheduler can be reached there" in capsys.readouterr().err
    assert not out.exists()
