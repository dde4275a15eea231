"""Baseline characteristics by arm, against plain counts and the standard library's quantiles."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.studies import make_study, read_csv
from tisstats.trial import baseline_table
from tisstats.trial.baseline_table import (
    CountSummary,
    QuartileSummary,
    summarise_baseline_measures,
    summarise_characteristics,
)
from tisstats.trial.study_data import StudyData

#: The key of all arms together.
ALL = None

#: Method of `statistics.quantiles` of a definition.
METHODS = {7: "inclusive", 6: "exclusive"}


def analysed(folder, arm):
    rows = read_csv(folder / "synthetic_patients.csv")
    return [
        row for row in rows if arm in (ALL, row["arm"]) and row.get("analysed", "true") == "true"
    ]


def slow_quartiles(cells, method):
    known = [Fraction(Decimal(cell)) for cell in cells if cell]
    if len(known) < 2:
        return len(known), known[0] if known else None, None, None
    q1, median, q3 = statistics.quantiles(known, n=4, method=method)
    return len(known), median, q1, q3


def as_tuple(found):
    return found.known, found.median, found.q1, found.q3


@pytest.mark.parametrize("name", ["example", "dated", "single arm"])
def test_characteristics_are_those_of_a_plain_loop_over_the_file(tmp_path, name):
    folder = STUDIES[name](tmp_path / "study")
    data = StudyData.read(folder)
    summaries = {each.label: each.groups for each in summarise_characteristics(data)}
    assert list(summaries)[:3] == ["Age, years", "Sex: female", "Sex: male"]
    assert ("Dysphagia" in summaries) == (name != "example")
    for group in (*data.study.arms, ALL):
        rows = analysed(folder, group)
        age = summaries["Age, years"][group]
        assert age.patients == len(rows)
        assert as_tuple(age) == slow_quartiles([row["age"] for row in rows], "inclusive")
        for sex in ("female", "male"):
            expected = CountSummary(len(rows), len(rows), sum(r["sex"] == sex for r in rows))
            assert summaries[f"Sex: {sex}"][group] == expected
        if name != "example":
            cells = [row["dysphagia"] for row in rows]
            known = len(cells) - cells.count("")
            assert known < len(cells) or len(cells) < 5
            expected = CountSummary(len(cells), known, cells.count("true"))
            assert summaries["Dysphagia"][group] == expected


@pytest.mark.parametrize("definition", METHODS)
def test_measures_at_baseline_are_those_of_the_visits_at_week_0(tmp_path, definition):
    study = make_study(23, ("a", "b", "c"), seed=4)
    study.description = study.description.replace(
        "quantile_definition = 7", f"quantile_definition = {definition}"
    )
    study.visits[0]["haq"] = ""
    folder = study.write(tmp_path / "study")
    data = StudyData.read(folder)
    baselines = {
        row["patient_id"]: row
        for row in read_csv(folder / "synthetic_visits.csv")
        if row["week"] == "0"
    }
    measures = list(data.study.measures.used)
    for measure, summary in zip(measures, summarise_baseline_measures(data), strict=True):
        for group in ("a", "b", "c", ALL):
            cells = [baselines[row["patient_id"]][measure] for row in analysed(folder, group)]
            expected = slow_quartiles(cells, METHODS[definition])
            assert as_tuple(summary.groups[group]) == expected, (measure, group)


def test_a_characteristic_may_be_unknown_of_some_or_of_all(tmp_path):
    study = make_study(6, seed=6)
    for number, row in enumerate(study.patients):
        row |= {"age": "" if number else 40.5, "sex": "", "dysphagia": ""}
    data = StudyData.read(study.write(tmp_path / "study"))
    age, dysphagia = summarise_characteristics(data)
    single = QuartileSummary(3, 1, Fraction(81, 2), None, None)
    assert age.groups == {
        "active": single,
        "control": QuartileSummary(3, 0, None, None, None),
        ALL: QuartileSummary(6, 1, Fraction(81, 2), None, None),
    }
    assert dysphagia.groups["active"] == CountSummary(3, 0, 0)
    assert dysphagia.groups["active"].proportion is None


def test_a_group_without_patients_has_no_median(tmp_path):
    data = StudyData.read(STUDIES["bare"](tmp_path / "study"))
    assert summarise_characteristics(data) == []
    empty = summarise_baseline_measures(data)[0].groups["four"]
    assert empty == QuartileSummary(0, 0, None, None, None)


def test_of_whom_a_category_is_unknown_it_is_neither_this_nor_another(tmp_path):
    study = make_study(9, ("only",), seed=6)
    for number, row in enumerate(study.patients):
        row["sex"] = ("female", "male", "")[number % 3]
    data = StudyData.read(study.write(tmp_path / "study"))
    _, female, male, _ = summarise_characteristics(data)
    for summary in (female, male):
        assert summary.groups[ALL] == CountSummary(9, 6, 3)
        assert summary.groups[ALL].proportion == Fraction(1, 2)
    patients = {"sex": data.trial.patients["sex"].to_numpy(dtype=object)}
    found = baseline_table._has(patients, "sex", "female")
    assert found.yes.tolist() == [True, False, False] * 3
    assert found.no.tolist() == [False, True, False] * 3
