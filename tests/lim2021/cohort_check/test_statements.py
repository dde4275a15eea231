"""Every statement of the article holds in the reference cohort, and can fail."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.kept import compare
from tests.random_trials import aggregates, make_trial
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.cohort_check import STATEMENTS, check
from tisstats.lim2021.scales import SCALES

MEASURES = tuple(SCALES)


def copied(tables):
    return {name: table.copy() for name, table in tables.items()}


def failed(tables):
    return {item.name for item in check(make_trial(tables)).mismatches}


def patient(tables, **where):
    """The row of the first patient of whom this holds."""
    table = tables["patients"]
    rows = np.logical_and.reduce([table[name] == value for name, value in where.items()])
    return table.index[rows][0]


def visit(tables, number, week):
    table = tables["visits"]
    weeks = table.index[table["patient_id"] == number]
    if week == "last":
        return max(weeks, key=lambda row: int(table["week"][row]))
    return next(row for row in weeks if table["week"][row] == str(week))


def as_at_baseline(tables, number, weeks):
    table = tables["visits"]
    base = table.loc[visit(tables, number, 0), list(MEASURES)]
    for week in weeks:
        table.loc[visit(tables, number, week), list(MEASURES)] = base


def course(cohort, wanted):
    """The first analysed patient whose course is as wanted."""
    return next(p["patient_id"] for p in cohort.patients if wanted(cohort, p))


def spoil_numbered_in_order_of_inclusion(tables, _):
    for table in tables.values():
        table["patient_id"] = table["patient_id"].replace("S-20", "S-21")


def spoil_meets_eligibility(tables, _):
    tables["patients"].loc[5, "disease_duration"] = "9"


def spoil_minimal_disability_met(tables, _):
    tables["visits"].loc[visit(tables, "S-07", 0), "mmt"] = "235"


def spoil_excluded_patient(tables, _):
    tables["patients"].loc[1, "sex"] = "female"


def spoil_excluded_patient_completed(tables, _):
    tables["patients"].loc[1, ["end_week", "end_reason"]] = ["6", "rescue_medication"]


def baseline_of_the_patient_left_out(tables, mmt):
    table = tables["visits"]
    row = table.loc[visit(tables, "S-01", 0)].copy()
    row["patient_id"], row["mmt"] = "S-02", mmt
    row[["physician_global", "patient_global", "haq", "ck", "extramuscular"]] = [
        *("0.5", "0.5", "0", "100", "0")
    ]
    tables["visits"] = pd.concat([table, row.to_frame().T], ignore_index=True)
    tables["patients"].loc[1, ["end_week", "ck_uln"]] = ["", "171"]


def spoil_ceiling_of_excluded_patient(tables, _):
    baseline_of_the_patient_left_out(tables, "100")
    tables["visits"].loc[len(tables["visits"]) - 1, ["physician_global", "haq"]] = ["8", "3"]


def spoil_prior_immunosuppressants(tables, _):
    table = tables["patients"]
    column = "prior_immunosuppressant"
    table.loc[[4, 5], column] = table.loc[[5, 4], column].to_list()


def spoil_connective_tissue_by_subtype(tables, _):
    table, column = tables["patients"], "connective_tissue_disorder"
    rows = [patient(tables, **{column: name}) for name in ("mixed", "systemic_sclerosis")]
    table.loc[rows, column] = table.loc[rows[::-1], column].to_list()


def spoil_cancer_in_dermatomyositis(tables, _):
    table = tables["patients"]
    rows = [patient(tables, cancer_in_follow_up="ovarian"), patient(tables, subtype="imnm")]
    table.loc[rows, "cancer_in_follow_up"] = ["none", "ovarian"]


def spoil_no_other_cancer(tables, _):
    tables["patients"].loc[patient(tables, subtype="imnm"), "cancer_in_follow_up"] = "other"


def spoil_psoas_in_dermatomyositis(tables, _):
    table = tables["visits"]
    missing = (table["week"] == "0") & (table["psoas"] == "")
    number = table.loc[missing, "patient_id"].iloc[0]
    other = tables["patients"]["patient_id"][patient(tables, subtype="imnm")]
    table.loc[table["patient_id"] == number, "psoas"] = "150"
    table.loc[table["patient_id"] == other, "psoas"] = ""


def spoil_nothing_else_missing(tables, _):
    tables["visits"].loc[visit(tables, "S-07", 3), "biceps"] = ""


def spoil_added_patient_analysed(tables, _):
    tables["patients"].loc[3, "analysed"] = "false"


def spoil_doses_follow_regimens(tables, _):
    table = tables["treatments"]
    table.loc[table.index[table["dose_g_per_kg"] == "1"][0], "dose_g_per_kg"] = "2"


def spoil_assessments_follow_regimens(tables, cohort):
    number = course(cohort, lambda c, p: p["weeks"] == [0, 3, 6, 9] and c.first(p, 20) == 3)
    tables["visits"] = tables["visits"].drop(index=visit(tables, number, 6))


def spoil_extra_assessments_after_amendment(tables, cohort):
    early = course(cohort, lambda _, p: p["patient_id"] <= "S-10" and max(p["weeks"]) > 4)
    row = tables["visits"].loc[visit(tables, early, 3)].copy()
    row["week"] = "4"
    tables["visits"] = pd.concat([tables["visits"], row.to_frame().T], ignore_index=True)


def spoil_amended_regimen(tables, _):
    row = patient(tables, regimen="standard", end_reason="completed", analysed="true")
    tables["patients"].loc[row, "regimen"] = "amended"


def spoil_bedridden(tables, cohort):
    number = course(cohort, lambda c, p: c.eligible(p) and p["end_reason"] != "completed")
    tables["visits"].loc[visit(tables, number, "last"), "mrs"] = "4"


def spoil_responders_still_minimal_at_end(tables, cohort):
    number = course(cohort, lambda c, p: c.first(p, 40) == 3)
    as_at_baseline(tables, number, ["last"])


def spoil_no_other_minimal_improvement(tables, cohort):
    # Neither the first visit after the baseline nor the last.
    number = course(cohort, lambda c, p: c.first(p, 20) is None and len(p["weeks"]) > 3)
    weeks = next(p["weeks"] for p in cohort.patients if p["patient_id"] == number)
    best = {"physician_global": "0", "mmt": "260", "extramuscular": "0", "haq": "0"}
    tables["visits"].loc[visit(tables, number, weeks[2]), list(best)] = list(best.values())


def spoil_proportion_in_discussion(tables, cohort):
    as_at_baseline(tables, course(cohort, lambda c, p: c.first(p, 40) == 3), ["last"])


def spoil_rescue_at_early_stop(tables, _):
    table = tables["treatments"]
    tables["treatments"] = table.drop(index=table.index[table["treatment"] == "rescue"][0])


def spoil_weeks_of_early_stop(tables, _):
    row = patient(tables, end_reason="completed", analysed="true")
    tables["patients"].loc[row, "end_reason"] = "rescue_medication"


def spoil_no_rescue_in_responders(tables, cohort):
    number = course(cohort, lambda c, p: c.first(p, 40) == 3)
    row = tables["treatments"].iloc[0].copy()
    row[["patient_id", "week", "treatment", "dose_g_per_kg"]] = [number, "9", "rescue", ""]
    tables["treatments"] = pd.concat([tables["treatments"], row.to_frame().T], ignore_index=True)


def spoil_significant_changes(tables, _):
    for number in tables["visits"]["patient_id"].unique():
        first, last = visit(tables, number, 0), visit(tables, number, "last")
        tables["visits"].loc[last, "eq_vas"] = tables["visits"]["eq_vas"][first]


def spoil_statins(tables, _):
    table = tables["patients"]
    other = {"true": "false", "false": "true"}
    hmgcr = table["msa"] == "anti_hmgcr"
    table.loc[hmgcr, "recent_statin"] = table.loc[hmgcr, "recent_statin"].map(other)


def serious_rows(tables):
    table = tables["adverse_events"]
    return {
        next(w for w in ("embolism", "anaemia", "folliculitis") if w in table["event"][row]): row
        for row in table.index[table["serious"] == "true"]
    }


def spoil_serious_events_in_two_patients(tables, _):
    row = serious_rows(tables)["folliculitis"]
    number = tables["patients"]["patient_id"][patient(tables, subtype="imnm")]
    tables["adverse_events"].loc[row, ["patient_id", "number"]] = [number, "99"]


def spoil_serious_events_in_order(tables, _):
    tables["adverse_events"].loc[serious_rows(tables)["embolism"], "number"] = "99"


def spoil_embolism_patient_improved(tables, _):
    row = patient(tables, cancer_in_follow_up="ovarian")
    as_at_baseline(tables, tables["patients"]["patient_id"][row], [3])


def spoil_none_stopped_for_events(tables, _):
    tables["patients"].loc[patient(tables, end_reason="rescue_medication"), "end_reason"] = (
        "adverse_event"
    )


@pytest.fixture(scope="module")
def spoiled(reference, slow):
    """The report on a cohort in which a statement no longer holds, by its name."""
    reports = {}
    for name in STATEMENTS:
        tables = copied(reference)
        globals()[f"spoil_{name}"](tables, slow.Cohort(reference))
        reports[name] = check(make_trial(tables))
    return reports


@pytest.mark.parametrize("name", STATEMENTS)
def test_each_statement_can_fail(name, spoiled):
    assert name in {item.name for item in spoiled[name].mismatches}


def test_what_is_found_where_a_statement_fails(spoiled):
    """Its own finding, and those of the other statements that fail with it."""
    lines = [
        f"{name}: {item.name}: {item.computed}"
        for name, report in spoiled.items()
        for item in report.mismatches
        if item.kind == "statement"
    ]
    compare(Path(__file__).parents[1] / "kept" / "spoiled.txt", "\n".join(lines))


def test_a_ceiling_that_is_one(reference):
    tables = copied(reference)
    baseline_of_the_patient_left_out(tables, "250")
    assert failed(tables) == set()
    item = check(make_trial(tables))["ceiling_of_excluded_patient"]
    assert item.computed == "at most 10 points"


def test_where_no_change_is_significant_none_is_named(reference):
    tables = copied(reference)
    for number in tables["visits"]["patient_id"].unique():
        as_at_baseline(tables, number, ["last"])
    assert check(make_trial(tables))["significant_changes"].computed == "none"


def test_a_change_whose_p_value_is_the_level_is_not_significant(reference, edit):
    """The article calls those below the level significant."""
    trial = make_trial(reference)
    p = aggregates(trial)["table2.physician_global.change.p"]
    row = "significance_level,P values below this are called significant,"
    written, named = "0.05", []
    for level in (p, math.nextafter(p, 1)):
        folder = edit("design.csv", row + written, row + repr(level))
        found = check(trial, PublishedFacts.read(folder))["significant_changes"].computed
        named.append("PhGA" in found.split(", "))
        written = repr(level)
    assert named == [False, True]


@pytest.mark.parametrize(
    ("event", "column", "value", "address"),
    [
        ("embolism", "event", "pulmonary embolism", "serious_adverse_events.1.what"),
        ("embolism", "week", "4", "serious_adverse_events.1.week"),
        ("embolism", "week", "", "safety.pulmonary_embolism_week"),
        ("embolism", "treatment_related", "yes", "serious_adverse_events.1.treatment_related"),
        ("embolism", "serious", "false", "safety.pulmonary_embolism"),
        ("anaemia", "event", "anaemia", "serious_adverse_events.2.what"),
        ("anaemia", "treatment_related", "no", "serious_adverse_events.2.treatment_related"),
        ("anaemia", "week", "1", "serious_events_in_order"),
        ("folliculitis", "serious", "false", "safety.serious_adverse_events"),
        ("folliculitis", "event", "abscess", "serious_adverse_events.3.what"),
    ],
)
def test_serious_events_are_those_told(event, column, value, address, reference):
    tables = copied(reference)
    tables["adverse_events"].loc[serious_rows(tables)[event], column] = value
    assert address in failed(tables)


def test_serious_events_of_one_patient_only(reference):
    tables = copied(reference)
    rows = serious_rows(tables)
    mine = tables["adverse_events"]["patient_id"][rows["anaemia"]]
    tables["adverse_events"].loc[rows["folliculitis"], ["patient_id", "number"]] = [mine, "99"]
    assert {"serious_adverse_events.3.patient", "serious_events_in_two_patients"} <= failed(tables)
