"""A small made-up trial that is like the pilot study in nothing: its tables, computed by hand.

Three patients with polymyositis or inclusion body myositis, a muscle test of 150 points, a creatine
kinase, a grip strength, rituximab, 24 weeks, text as names.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from tisstats.errors import DataError
from tisstats.measures import Scale
from tisstats.trial import (
    AnalysisOptions,
    Characteristic,
    StudyTreatment,
    Trial,
    TrialDescription,
    analyse,
    analyse_many,
    data_package_template,
    summaries,
)


def scale(name, high, step, unit, better):
    return Scale(name, name, 0, high, Fraction(step), unit, better, "made up")


VAS = scale("Global activity", 10, "1/10", "cm", "lower")
MEASURES = {
    "physician_global": VAS,
    "patient_global": VAS,
    "mmt": scale("MMT-8", 150, 1, "points", "higher"),
    "haq": scale("HAQ", 3, "1/8", "points", "lower"),
    "extramuscular": VAS,
    "ck": scale("Creatine kinase", None, 1, "U/L", "lower"),
    "grip": scale("Grip strength", None, "1/10", "kg", "higher"),
}
OTHER = TrialDescription(
    measures=MEASURES,
    groups={"pm": "PM", "ibm": "IBM"},
    characteristics={
        "age": Characteristic.quantity("Age, years", "age"),
        "weight": Characteristic.quantity("Weight, kg", "weight", decimals=1),
        "smoker": Characteristic.flag("Smoker", "smoker"),
        "anti_sae": Characteristic.from_list("Anti-SAE", "antibodies", "anti_sae"),
    },
    treatment=StudyTreatment("rituximab", "Rituximab", "dose_mg", "mg"),
    options=AnalysisOptions(horizon_week=24, quantile_definition=7),
    decimals=1,
    p_decimals=3,
    columns={
        "patients": [
            {"name": "age", "type": "integer", "constraints": {"minimum": 0}},
            {"name": "weight", "type": "number"},
            {"name": "smoker", "type": "boolean"},
            {"name": "antibodies", "type": "string"},
            {"name": "regimen", "type": "string"},
        ]
    },
    optional_columns=frozenset({"smoker"}),
)


def patient(name, subtype, **cells):
    usual = {"analysed": True, "ck_uln": 200, "regimen": "arm A", "end_week": 24}
    return {"patient_id": name, "subtype": subtype, "end_reason": "completed", **usual, **cells}


# Improvement in per cent of the range, and its points: physician 10: 7.5; patient 10: 2.5; strength
# 10.7 of 150 points: 20; HAQ 20.8: 7.5; enzyme 0: 0; extramuscular 30: 15. Together 52.5.
BASELINE = [6.0, 6.0, 90, 1.5, 5.0, 200, 20.0]
MODERATE = [5.0, 5.0, 106, 0.875, 2.0, 200, 25.5]


@pytest.fixture
def tables():
    patients = [
        patient("Anna K", "pm", age=30, weight=61.5, smoker=True, antibodies="anti_sae;anti_ku"),
        patient("site 2/7", "pm", age=41, weight=70.3, smoker=None, antibodies="none"),
        patient("Ümit", "ibm", age=71, weight=80.0, smoker=False, antibodies="none", end_week=12)
        | {"end_reason": "adverse_event"},
    ]
    visits = [
        *(("Anna K", 0, BASELINE), ("Anna K", 12, MODERATE), ("Anna K", 24, MODERATE)),
        *(("site 2/7", 0, BASELINE), ("site 2/7", 24, BASELINE)),
        *(("Ümit", 0, BASELINE), ("Ümit", 12, [*BASELINE[:-1], 17.0])),
    ]
    treatments = [
        *(("Anna K", 0, "rituximab", 1000), ("Anna K", 2, "rituximab", 500.5)),
        *(("site 2/7", 0, "rituximab", 1000), ("Ümit", 12, "rescue", None)),
    ]
    events = [
        ("Ümit", 1, 11, "pneumonia", True, "partially"),
        ("Anna K", 1, None, "rash", False, "no"),
    ]
    frames = {
        "patients": pd.DataFrame(patients),
        "visits": pd.DataFrame(
            [
                dict(zip(MEASURES, values, strict=True), patient_id=name, week=week)
                for name, week, values in visits
            ]
        ),
        "treatments": pd.DataFrame(
            treatments, columns=["patient_id", "week", "treatment", "dose_mg"]
        ),
        "adverse_events": pd.DataFrame(
            events,
            columns=["patient_id", "number", "week", "event", "serious", "treatment_related"],
        ),
    }
    return {name: frame.assign(origin="observed") for name, frame in frames.items()}


@pytest.fixture
def trial(tables):
    return Trial(**tables, description=OTHER, mmt_max=150)


def test_baseline_characteristics(trial):
    table = summaries.table1(trial).set_index("Characteristic")
    assert list(table) == ["All (N=3)", "PM (N=2)", "IBM (N=1)"]
    # By definition 7 the quartiles of 30, 41, 71 are 35.5 and 56, those of 30 and 41 32.75, 38.25.
    assert table.loc["Age, years"].tolist() == ["41 (36–56)", "36 (33–38)", "71"]
    assert table.loc["Weight, kg"].tolist() == ["70.3 (65.9–75.2)", "65.9 (63.7–68.1)", "80.0"]
    assert table.loc["Smoker"].tolist() == ["1 to 2 (1 unknown)"] * 2 + ["0"]
    assert table.loc["Anti-SAE"].tolist() == ["1 (33)", "1 (50)", "0"]


def test_outcome_measures(trial):
    table = summaries.table2(trial).set_index("Outcome measure")
    assert table.index.tolist() == [f"{scale.name}, {scale.unit}" for scale in MEASURES.values()]
    grip = table.loc["Grip strength, kg"]
    assert grip["n"] == 3
    # Changes 5.5, 0 and -3; by definition 7 the quartiles are -1.5 and 2.75.
    assert grip["Change"] == "0.0 (−1.5 to 2.8)"
    assert grip["End"] == "20.0 (18.5–22.8)"
    # Without the zero the ranks are 1 (-3) and 2 (5.5): W+ is 2, and 2 or 3 in half of the cases.
    assert grip["P"] == "1.000"
    assert table.loc["MMT-8, points", "Change"] == "0.0 (0.0–8.0)"


def test_responses_are_scored_out_of_150_points(trial, tables):
    analysis = analyse(trial)
    assert analysis.options is OTHER.options
    np.testing.assert_allclose(analysis.tis[0], [0, 52.5, 52.5])
    assert analysis.responders().yes.tolist() == [True, False, False]
    counts = summaries.response_counts(trial).set_index("response")
    assert counts["best"].to_dict() == {
        "none": 2, "minimal": 0, "moderate": 1, "major": 0, "unknown": 0
    }  # fmt: skip
    # Out of 260 points, 16 more are 6.2% and 10 points.
    longer = analyse(Trial(**tables, description=OTHER, mmt_max=260))
    np.testing.assert_allclose(longer.tis[0], [0, 42.5, 42.5])
    courses = summaries.score_courses(trial)
    assert courses["patient_id"].unique().tolist() == ["Anna K", "site 2/7", "Ümit"]
    assert courses["regimen"].eq("arm A").all()
    assert courses.groupby("patient_id")["ended_early"].first()["Ümit"]


def test_time_to_improvement_up_to_the_horizon(trial, tables):
    table = summaries.time_to_improvement(trial)
    assert list(zip(table["week"], table["cause"], strict=True)) == [(12, 1), (24, 0), (12, 2)]
    early = replace(OTHER, options=replace(OTHER.options, horizon_week=11))
    table = summaries.time_to_improvement(Trial(**tables, description=early, mmt_max=150))
    assert table["label"].tolist() == [summaries.NOT_KNOWN] * 3


def at_horizon(tables, week):
    described = replace(OTHER, options=replace(OTHER.options, horizon_week=week))
    return Trial(**tables, description=described, mmt_max=150)


@pytest.mark.parametrize(
    ("horizon", "found"),
    [
        # Week 12 has a visit of two patients, and the rescue medication of one of them.
        (11, [(0, 0, False), (0, 0, False), (0, 0, False)]),
        (12, [(12, 1, True), (0, 0, False), (12, 2, True)]),
        (20, [(12, 1, True), (0, 0, False), (12, 2, True)]),
        (24, [(12, 1, True), (24, 0, True), (12, 2, True)]),
        (30, [(12, 1, True), (24, 0, True), (12, 2, True)]),
    ],
)
def test_what_counts_up_to_the_horizon_includes_its_week(tables, horizon, found):
    table = summaries.time_to_improvement(at_horizon(tables, horizon))
    known = table["label"] != "open visit"
    assert list(zip(table["week"], table["cause"], known, strict=True)) == found
    weeks = summaries.score_courses(at_horizon(tables, horizon))["week"].tolist()
    assert weeks == [week for week in (0, 12, 24, 0, 24, 0, 12) if week <= horizon]


def test_a_patient_of_whom_a_visit_is_open_is_known_up_to_the_one_before(tables):
    visits = tables["visits"]
    visits.loc[1, "haq"] = None
    trial = Trial(**tables, description=OTHER, mmt_max=150)
    # 52.5 points at week 12, less the HAQ's 7.5, and with at most 10 more: 45 to 55.
    for score, week in ((45, 12), (45.5, 0), (52.5, 0), (55, 0), (55.5, 24)):
        first = summaries.time_to_improvement(trial, score).iloc[0].tolist()
        label = {12: "improved", 0: summaries.NOT_KNOWN, 24: "no improvement to the end"}[week]
        assert first == ["Anna K", week, int(week == 12), label]
    visits.loc[1, "haq"] = 0.875
    visits.loc[2, "mmt"] = None
    trial = Trial(**tables, description=OTHER, mmt_max=150)
    # Without the muscle test nothing is known of week 24.
    first = summaries.time_to_improvement(trial, 60).iloc[0].tolist()
    assert first == ["Anna K", 12, 0, summaries.NOT_KNOWN]
    counts = summaries.response_counts(trial).set_index("response")
    assert counts["end"].tolist() == [2, 0, 0, 0, 1]
    assert counts["best"].tolist() == [2, 0, 0, 0, 1]


def test_weeks_of_courses_are_whole_where_all_are(trial):
    assert summaries.score_courses(trial)["week"].dtype == int


def test_groups_without_patients_have_no_column(tables):
    tables["patients"] = tables["patients"].iloc[:2]
    for name in ("visits", "treatments", "adverse_events"):
        tables[name] = tables[name][tables[name]["patient_id"] != "Ümit"]
    table = summaries.table1(Trial(**tables, description=OTHER, mmt_max=150))
    assert list(table) == ["Characteristic", "All (N=2)", "PM (N=2)"]


def test_regimens_can_be_given_in_words_and_the_treatment_must_be_named(trial, tables):
    words = ["one", "two", "three"]
    assert summaries.treatment_table(trial, words)["Regimen"].tolist() == words
    assert summaries.treatment_table(trial)["Regimen"].tolist() == ["arm A"] * 3
    described = replace(OTHER, treatment=None)
    unnamed = Trial(**tables, description=described, mmt_max=150)
    with pytest.raises(ValueError, match="must name the treatment under study, got None"):
        summaries.treatment_table(unnamed)


def test_trials_are_scored_together_as_one_by_one(tables, trial):
    other = {name: table.copy() for name, table in tables.items()}
    other["visits"]["mmt"] -= 3
    other["patients"]["ck_uln"] = 150
    other["visits"].loc[other["visits"]["week"] == 24, "ck"] = 100
    trials = [
        trial,
        Trial(**other, description=OTHER, mmt_max=260),
        Trial(**{n: t.iloc[::-1] for n, t in tables.items()}, description=OTHER, mmt_max=150),
    ]
    assert analyse_many([]) == []
    for together, each in zip(analyse_many(trials), trials, strict=True):
        alone = analyse(each)
        assert together.trial is each
        for name in ("weeks", "tis", "tis_low", "tis_high"):
            np.testing.assert_array_equal(getattr(together, name), getattr(alone, name))
        pd.testing.assert_frame_equal(together.visits, alone.visits)
    first, second, third = analyse_many(trials)
    np.testing.assert_array_equal(third.tis, first.tis[::-1])
    assert not np.array_equal(second.tis, first.tis, equal_nan=True)


def test_a_trial_without_the_maximum_of_its_muscle_test_is_not_analysed(tables, trial):
    unknown = Trial(**tables, description=OTHER, files={"visits": "rows.csv"})
    with pytest.raises(DataError) as caught:
        analyse_many([trial, unknown, unknown])
    assert [(fault.file, fault.column) for fault in caught.value.faults] == [
        ("rows.csv", "mmt"),
        ("rows.csv", "mmt"),
    ]


def test_trials_with_other_scales_are_not_stacked(tables, trial):
    wide = {n: replace(s, high=100) if s is VAS else s for n, s in MEASURES.items()}
    for changes in (
        {"measures": wide},
        {"enzyme_unit": "microkat/L"},
        {"enzyme_panel": "measured"},
        {"measures": {**MEASURES, "ldh": replace(MEASURES["ck"], name="LDH")}},
    ):
        described = replace(OTHER, **changes)
        there = {name: table.copy() for name, table in tables.items()}
        if "ldh" in described.measures:
            there["visits"]["ldh"] = 300
            there["patients"]["ldh_uln"] = 250
        if "enzyme_unit" in changes:
            there["patients"]["ck_uln"] = 3.3
        other = Trial(**there, description=described, mmt_max=150)
        with pytest.raises(
            ValueError, match=r"^trials with different scales must be analysed one by one$"
        ):
            analyse_many([trial, other])


def test_treatments_have_the_trials_own_doses(trial):
    table = summaries.treatment_table(trial).set_index("Patient")
    assert table["Doses"].to_dict() == {
        "Anna K": "1000 mg in week 0, 500.5 mg in week 2",
        "site 2/7": "1000 mg in week 0",
        "Ümit": "",
    }
    assert table["Total Rituximab, mg"].tolist() == ["1500.5", "1000", "0"]
    assert table["Rescue medication, week"].tolist() == ["–", "–", "12"]
    assert table.loc["Ümit", "Reason for ending"] == "adverse event"


def test_safety(trial):
    table = summaries.safety_table(trial, confidence_level=0.9).set_index("Outcome")
    assert list(table) == ["n (%) (N=3)", "90% interval, %"]
    counts = table["n (%) (N=3)"].to_dict()
    assert counts == {
        "Any adverse event": "2 (67)",
        "Any serious adverse event": "1 (33)",
        "Rescue medication": "1 (33)",
        "Stopped early": "1 (33)",
        "Stopped early because of an adverse event": "1 (33)",
        "Clinically relevant deterioration": "0 (0)",
    }
    # Clopper-Pearson of 0 of 3: 1 - 0.05 ** (1 / 3).
    assert table.loc["Clinically relevant deterioration"].iloc[1] == "0.0 to 63.2"
    assert summaries.serious_event_table(trial).to_dict("records") == [
        {
            "Patient": "Ümit",
            "Subtype": "IBM",
            "Week": "11",
            "Event": "pneumonia",
            "Related to treatment": "partially",
        }
    ]


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("patients", "subtype", "dm", "must be text, one of pm, ibm; not empty"),
        ("patients", "age", None, "must not be empty for a patient in the analysis"),
        ("visits", "mmt", 151, "must be from 0 to 150 points (the trial's mmt_max)"),
        ("visits", "grip", 20.05, "must be a multiple of 0.1 kg"),
        ("treatments", "treatment", "ivig", "must be text, one of rituximab, rescue; not empty"),
        ("treatments", "dose_mg", None, "must not be empty for rituximab"),
    ],
)
def test_its_cells_are_checked_by_its_own_description(tables, table, column, value, message):
    tables[table][column] = tables[table][column].astype(object)
    tables[table].loc[0, column] = value
    with pytest.raises(DataError) as raised:
        Trial(**tables, description=OTHER, mmt_max=150)
    (fault,) = raised.value.faults
    assert (fault.column, fault.message) == (column, message)


def test_a_description_needs_an_enzyme():
    with pytest.raises(ValueError, match=r"measures must include one of ck, .* got none"):
        replace(OTHER, measures={n: s for n, s in MEASURES.items() if n != "ck"})


def test_visual_analogue_scales_are_all_of_one_length():
    in_mm = replace(VAS, high=100)
    with pytest.raises(ValueError, match=r"must all be 10 \(cm\) or 100 \(mm\) long"):
        replace(OTHER, measures={**MEASURES, "patient_global": in_mm})


def test_a_measure_that_was_not_taken_leaves_bounds(tables):
    described = replace(OTHER, measures={n: s for n, s in MEASURES.items() if n != "haq"})
    analysis = analyse(Trial(**tables, description=described, mmt_max=150))
    # Without the HAQ's 7.5 points, and with at most 10 more.
    assert analysis.tis_low[0, 1] == pytest.approx(45.0)
    assert analysis.tis_high[0, 1] == pytest.approx(55.0)


def test_trials_of_different_interpretations_are_not_stacked(tables, trial):
    other = replace(OTHER, options=replace(OTHER.options, quantile_definition=6))
    trials = [trial, Trial(**tables, description=other, mmt_max=150)]
    with pytest.raises(
        ValueError, match=r"^trials with different analysis options must be analysed one by one$"
    ):
        analyse_many(trials)
    chosen = AnalysisOptions(horizon_week=24, quantile_definition=1)
    assert [each.options for each in analyse_many(trials, chosen)] == [chosen, chosen]


def test_the_columns_are_those_of_every_trial_and_its_own():
    names = {table: [field["name"] for field in fields] for table, fields in OTHER.fields.items()}
    for resource in data_package_template()["resources"]:
        assert {f["name"] for f in resource["schema"]["fields"]} <= set(names[resource["name"]])
    assert set(MEASURES) <= set(names["visits"])
    assert "dose_mg" in names["treatments"]
    assert len(set(names["patients"])) == len(names["patients"])


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ([61.5, np.inf, 80.0], [1]),
        (["61.5", "inf", "80"], [1]),
        (["61.5", "", " "], []),
        ([61.5, None, pd.NA], []),
        (["61.5", "nan", "heavy"], [1, 2]),
        ([61.5, -np.inf, np.nan], [1]),
        (["61.5", None, float("nan")], []),
    ],
)
def test_numbers_are_finite_and_gaps_are_no_faults(tables, cells, wrong):
    described = replace(OTHER, optional_columns=frozenset({"smoker", "weight"}))
    tables["patients"]["weight"] = pd.Series(cells, dtype=object)
    if not wrong:
        weights = Trial(**tables, description=described, mmt_max=150).patients["weight"]
        assert weights.iloc[0] == pytest.approx(61.5)
        return
    with pytest.raises(DataError) as caught:
        Trial(**tables, description=described, mmt_max=150)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (row + 2, "weight") for row in wrong
    ]
