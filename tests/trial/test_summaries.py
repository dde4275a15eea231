"""The tables of any trial, from its patients alone."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from tests.random_trials import make_trial
from tisstats.lim2021.cohort_check.treatments import dose_note, treatment_table
from tisstats.statistics import cumulative_incidence, kaplan_meier, proportion_interval
from tisstats.trial import analyse, summaries
from tisstats.trial.best_scores import best_scores
from tisstats.trial.imacs_counts import imacs_outcomes

SEEDS = range(6)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0.01, 2, "0.01"),
        (0.00999, 2, "< 0.01"),
        (0.0, 3, "< 0.001"),
        (0.001, 3, "0.001"),
        (1.0, 2, "1.00"),
        (0.5, 0, "< 1"),
        (None, 2, "–"),
    ],
)
def test_p_values_are_bounded_where_they_would_be_printed_as_zero(value, decimals, shown):
    assert summaries.format_p(value, decimals) == shown


@pytest.mark.parametrize(
    ("numbers", "decimals"),
    [
        ([999.99, 1], 2),
        ([1000], 0),
        ([1, -1000], 0),
        ([-999], 2),
        ([], 2),
    ],
)
def test_rows_that_reach_a_thousand_have_no_decimals(numbers, decimals):
    found = [{"q1": Fraction(number), "median": None, "q3": "2000"} for number in numbers]
    assert summaries.row_decimals(2, found) == decimals
    assert summaries.row_decimals(round, found) is round


def horizon_results(analysis):
    """Whatever counts visits up to the horizon."""
    imacs = imacs_outcomes(analysis)
    times = summaries.time_to_improvement(analysis)
    return [
        analysis.last.tolist(),
        analysis.has_follow_up.tolist(),
        analysis.responders().yes.tolist(),
        best_scores(analysis),
        times[["patient_id", "cause", "label"]].to_dict("list"),
        [round(float(week), 6) for week in times["week"]],
        len(summaries.score_courses(analysis)),
        [getattr(imacs, name).yes.tolist() for name in ("improved_ever", "worsened_ever")],
        [getattr(imacs, name).yes.tolist() for name in ("improved_at_end", "disabled_at_end")],
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_visit_in_the_week_of_the_horizon_counts_however_that_was_rounded(trial_of, seed):
    """Weeks may come from dates, as days / 7, and the horizon from a description."""
    trial = trial_of(seed)
    options = analyse(trial).options
    expected, earlier, found = (
        horizon_results(analyse(trial, replace(options, horizon_week=week)))
        for week in (6, 6 - 1e-6, 6 - 5e-10)
    )
    assert found == expected
    assert earlier != expected


@pytest.mark.parametrize(
    ("level", "heading"), [(0.95, "95%"), (0.9, "90%"), (0.975, "97.5%"), (0.9999999, "99.99999%")]
)
def test_confidence_levels_are_shown_in_full(tables, level, heading):
    table = summaries.safety_table(make_trial(tables), confidence_level=level, method="wilson")
    assert list(table) == ["Outcome", "n (%) (N=19)", f"{heading} interval, %"]
    count = int(table["n (%) (N=19)"].iloc[0].split()[0])
    assert table["n (%) (N=19)"].iloc[0] == f"{count} ({100 * count / 19:.0f})"
    interval = proportion_interval(count, 19, level, "wilson")
    assert table.iloc[0, 2] == f"{100 * interval.low:.1f} to {100 * interval.high:.1f}"


@pytest.fixture(scope="module", params=SEEDS)
def both(request, tables_of, slow):
    """A trial and the slow computation of its patients, which tests read and do not change."""
    tables = tables_of(request.param)
    return make_trial(tables), slow.Cohort(tables)


def test_table1_has_groups_of_its_own_patients(both):
    trial, cohort = both
    table = summaries.table1(trial).set_index("Characteristic")
    numbers = cohort.table1()
    sizes = {
        group: numbers[f"table1.patients.{group}.n"]
        for group in ("all", "dm", "imnm", "nm_om", "ass")
    }
    labels = {"all": "All", "dm": "DM", "imnm": "IMNM", "nm_om": "NM/OM", "ass": "ASS"}
    assert list(table) == [f"{labels[group]} (N={n})" for group, n in sizes.items() if n]
    for group, size in sizes.items():
        if size > 1:
            column = table[f"{labels[group]} (N={size})"]
            women = numbers[f"table1.females.{group}.count"]
            assert column["Women"].split(" (")[0] == str(women)
        elif size == 1:
            column = table[f"{labels[group]} (N=1)"]
            assert column["Age at onset, years"] == str(
                numbers[f"table1.age_at_onset.{group}.value"]
            )


def test_table2_prints_the_quartiles(both, slow):
    trial, cohort = both
    table, numbers = summaries.table2(trial), cohort.table2()
    assert len(table) == 13
    for measure, row in zip(slow.MEASURES, table.to_dict("records"), strict=True):
        median = row["Change"].split(" (")[0]
        assert slow.agrees(numbers[f"table2.{measure}.change.median"], median)
        p = numbers[f"table2.{measure}.change.p"]
        assert slow.agrees(p, row["P"])


def test_table2_counts_pairs(tables):
    visits = tables["visits"]
    visits.loc[(visits["patient_id"] == "S-03") & (visits["week"] == 0), "psoas"] = None
    table = summaries.table2(make_trial(tables)).set_index("Outcome measure")
    assert table["n"]["Dynamometry, psoas muscles, N"] == 18
    assert table["n"].drop("Dynamometry, psoas muscles, N").eq(19).all()


def test_courses_are_scored_visit_by_visit(both):
    trial, cohort = both
    table = summaries.score_courses(trial)
    expected = [
        (patient["patient_id"], week, float(tis))
        for patient in cohort.patients
        for week, tis in zip(patient["weeks"], patient["tis"], strict=True)
    ]
    assert [(row.patient_id, row.week) for row in table.itertuples()] == [e[:2] for e in expected]
    np.testing.assert_allclose(table["tis"], [e[2] for e in expected])
    responders = {p["patient_id"] for p in cohort.patients if cohort.first(p, 40) is not None}
    assert set(table.loc[table["responder"], "patient_id"]) == responders


def test_responses_count_everybody_twice(both):
    trial, cohort = both
    table = summaries.response_counts(trial).set_index("response")
    best = [max(patient["tis"]) for patient in cohort.patients]
    end = [patient["tis"][-1] for patient in cohort.patients]
    cuts = {"none": (0, 20), "minimal": (20, 40), "moderate": (40, 60), "major": (60, 101)}
    for name, (low, high) in cuts.items():
        assert table["best"][name] == sum(low <= tis < high for tis in best)
        assert table["end"][name] == sum(low <= tis < high for tis in end)


@pytest.mark.parametrize("score", [None, 20, 60])
def test_time_to_improvement(both, score):
    trial, cohort = both
    table = summaries.time_to_improvement(trial, score)
    for patient, row in zip(cohort.patients, table.itertuples(), strict=True):
        first = cohort.first(patient, score or 40)
        if first is not None:
            assert (row.week, row.cause) == (first, 1)
        else:
            rescued = patient["end_reason"] == "rescue_medication"
            assert (row.week, row.cause) == (patient["end_week"], 2 if rescued else 0)
        assert row.label == summaries.CAUSES[row.cause]


def test_of_rescue_medication_after_the_horizon_nothing_is_known_yet(both):
    trial, cohort = both
    options, late = analyse(trial).options, 0
    for horizon in sorted({patient["end_week"] for patient in cohort.patients}):
        analysis = analyse(trial, replace(options, horizon_week=horizon))
        table = summaries.time_to_improvement(analysis, 100)
        for patient, row in zip(cohort.patients, table.itertuples(), strict=True):
            if patient["end_week"] > horizon:
                late += patient["end_reason"] == "rescue_medication"
                assert summaries.CAUSES[row.cause] != "rescue medication"
    assert late


def test_time_to_improvement_feeds_the_curves(both):
    trial, cohort = both
    table = summaries.time_to_improvement(trial)
    improved = sum(cohort.first(p, 40) is not None for p in cohort.patients)
    curve = kaplan_meier(table["week"], table["cause"] == 1)
    assert curve.events.sum() == improved
    incidence = cumulative_incidence(table["week"], table["cause"])
    # Nobody leaves uncounted before the last week, so the estimate is a plain share.
    assert incidence.estimate[1][-1] == pytest.approx(improved / len(table))


def test_treatments_in_a_line(tables):
    trial = make_trial(tables)
    study = trial.description.treatment
    table = summaries.treatment_table(trial).set_index("Patient")
    given = tables["treatments"]
    for patient, row in table.iterrows():
        mine = given[(given["patient_id"] == patient) & (given["treatment"] == "ivig")]
        assert row[study.doses_label].count("g/kg") == len(mine)
        total = float(row[f"Total {study.label}, g/kg"])
        assert total == pytest.approx(float(mine["dose_g_per_kg"].sum()), rel=1e-5)
    rescued = given[given["treatment"] == "rescue"].set_index("patient_id")["week"]
    weeks = table["Rescue medication, week"]
    assert weeks[weeks != "–"].astype(int).to_dict() == rescued.to_dict()


def test_safety_counts_patients(both):
    trial, cohort = both
    table = summaries.safety_table(trial).set_index("Outcome")
    numbers = cohort.safety()
    column = table["n (%) (N=19)"].str.split(" ").str[0].astype(int)
    assert column["Any adverse event"] == numbers["safety.adverse_events_patients"]
    assert column["Rescue medication"] == numbers["safety.rescue_medication"]
    assert column["Clinically relevant deterioration"] == numbers["safety.deterioration"]
    serious = {e["patient_id"] for e in cohort.events if e["serious"] is True}
    assert column["Any serious adverse event"] == len(serious)


def test_serious_events_are_listed(tables):
    events = tables["adverse_events"]
    events["serious"] = False
    assert list(summaries.serious_event_table(make_trial(tables))) == [
        *("Patient", "Subtype", "Week", "Event", "Related to treatment")
    ]
    events.loc[0, ["serious", "event"]] = [True, "fall"]
    (row,) = summaries.serious_event_table(make_trial(tables)).to_dict("records")
    assert (row["Event"], row["Week"]) == ("fall", "not given")


def grouped_by(trial, column, groups, patients):
    """A trial with other groups; what its columns must be is described for them."""
    described = trial.description
    columns = {
        table: [field for field in fields if field["name"] != column]
        for table, fields in described.columns.items()
    }
    changed = replace(described, group_column=column, groups=groups, columns=columns)
    return replace(trial, patients=patients, description=changed)


def test_a_group_called_all_is_not_taken_for_all_patients(tables):
    trial = make_trial(tables)
    usual, groups = summaries.table1(trial), trial.description.groups
    first, *others = groups
    patients = tables["patients"].replace({"subtype": {first: "all"}})
    named = {"all": groups[first]} | {name: groups[name] for name in others}
    found = summaries.table1(grouped_by(trial, "subtype", named, patients))
    pd.testing.assert_frame_equal(found, usual)
    found = summaries.table1(grouped_by(trial, "subtype", named | {"all": "All"}, patients))
    everybody, of_first = list(found)[1:3]
    assert everybody == "All patients (N=19)"
    assert of_first == list(usual)[2].replace(groups[first], "All")
    assert found.to_numpy().tolist() == usual.to_numpy().tolist()


def test_courses_have_the_groups_of_a_trial_once_even_if_they_are_its_regimens(tables):
    trial = make_trial(tables)
    groups = {"standard": "Standard", "amended": "Amended"}
    regimens = tables["patients"]["regimen"].replace({"": "standard"}).fillna("standard")
    patients = tables["patients"].assign(regimen=regimens)
    found = summaries.score_courses(grouped_by(trial, "regimen", groups, patients))
    assert list(found)[:3] == ["patient_id", "regimen", "week"]
    assert found["regimen"].tolist() == summaries.score_courses(trial)["regimen"].tolist()


def test_a_trial_of_other_weeks_and_sizes(tables_of):
    tables = tables_of(4)
    few = ["S-01", "S-02", "S-05", "S-09"]
    tables = {n: t[t["patient_id"].isin(few)].reset_index(drop=True) for n, t in tables.items()}
    tables["visits"]["week"] = tables["visits"]["week"].map({0: 0, 3: 2, 4: 5, 6: 6, 8: 8, 9: 12})
    tables["treatments"]["week"] = 0
    ends = tables["visits"].groupby("patient_id")["week"].max()
    tables["patients"]["end_week"] = tables["patients"]["patient_id"].map(ends)
    tables = {name: table.assign(origin="observed") for name, table in tables.items()}
    tables["treatments"] = tables["treatments"].drop_duplicates(["patient_id", "week", "treatment"])
    trial = make_trial(tables)
    assert trial.origin == "observed"
    assert list(summaries.table1(trial))[1] == "All (N=3)"
    # Of three patients SPSS prints no third quartile.
    assert summaries.table2(trial)["Baseline"].str.endswith("–NA)").all()
    assert isinstance(summaries.score_courses(trial), pd.DataFrame)


def test_treatments_as_a_page_shows_them(both):
    trial, cohort = both
    table = treatment_table(trial)
    assert table["Patient"].tolist() == [p["patient_id"] for p in cohort.patients]
    rescued = {t["patient_id"] for t in cohort.treatments if t["treatment"] == "rescue"}
    dash = set(table.loc[table["Rescue medication, week"] == "–", "Patient"])
    assert dash == set(table["Patient"]) - rescued
    assert table.map(
        lambda cell: isinstance(cell, str) and "NA" not in cell and "_" not in cell
    ).all(axis=None)


def test_a_patient_eligible_for_the_amended_regimen_who_had_none_of_it_is_labelled_so(both):
    trial, _ = both
    treatments = trial.treatments
    doses = treatments[treatments["treatment"] == "ivig"]
    had = set(doses.loc[(doses["week"] > 0) & (doses["dose_g_per_kg"] == 2), "patient_id"])
    table = treatment_table(trial)
    amended = table[table["Regimen"].str.startswith("amended")]
    assert set(amended.loc[amended["Regimen"] == "amended", "Patient"]) == had
    assert set(amended["Regimen"]) <= {"amended", "amended (eligible, amended dose not given)"}
    assert "assumed" in dose_note(trial)


def test_a_trial_without_a_treatment_under_study_has_no_table_of_it(both):
    trial, _ = both
    nameless = replace(trial, description=replace(trial.description, treatment=None))
    message = r"^the trial's description must name the treatment under study, got None$"
    with pytest.raises(ValueError, match=message):
        summaries.treatment_table(nameless)
