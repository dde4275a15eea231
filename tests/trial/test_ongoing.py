"""Patients still in the study at a cutoff of the data: neither completed nor stopped."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.trial.foreign import foreign
from tests.trial.studies import make_study
from tests.trial.test_study_adam import REASONS, in_adam, the_line
from tisstats.chapters.trial_report.disposition import disposition_rows
from tisstats.chapters.trial_report.listings import Listings
from tisstats.chapters.trial_report.summary import _completion
from tisstats.errors import DataError
from tisstats.figures import trial_flow
from tisstats.trial.cdisc.end_of_study import end_faults
from tisstats.trial.courses import Courses
from tisstats.trial.doubtful_courses import open_ends
from tisstats.trial.end_reasons import COMPLETED, EARLY_ENDS, END_REASONS, ONGOING
from tisstats.trial.flow import participant_flow
from tisstats.trial.harms import harm_outcomes
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import describe_study_endpoint, evaluate_study
from tisstats.trial.study_specifications import StudySpecifications
from tisstats.trial.time_on_study import times_on_study

ENDS = ["completed", "ongoing", "ongoing", "withdrawal"]


def made_with(ends=ENDS, intercurrent="composite", **cells):
    """A study whose patients have these ends; who has not completed it is not seen at week 24."""
    changes = f'intercurrent = "{intercurrent}"'
    made = make_study(len(ends), seed=4, missing=0, missed=0, changes=changes)
    for row, end in zip(made.patients, ends, strict=True):
        del row["stop_week"]
        row |= {"end_reason": end, **cells}
    seen = {row["patient_id"] for row in made.patients if row["end_reason"] == COMPLETED}
    made.visits = [row for row in made.visits if row["patient_id"] in seen or row["week"] < 24]
    made.adverse_events = [
        {"patient_id": row["patient_id"], "week": 0, "event": "headache", "serious": "false",
         "treatment_related": "no", "origin": "synthetic"}
        for row in made.patients
    ]  # fmt: skip
    return made


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return StudyData.read(made_with().write(tmp_path_factory.mktemp("ongoing")))


def test_reasons_are_of_three_kinds():
    assert set(END_REASONS) == {COMPLETED, ONGOING, *EARLY_ENDS}


def read(made, folder):
    return StudyData.read(made.write(folder)).remarks


def test_nobody_ongoing_has_completed_or_stopped(data):
    analysis = data.analysis
    assert analysis.completed().tolist() == [True, False, False, False]
    assert analysis.ongoing().tolist() == [False, True, True, False]
    assert analysis.discontinued().tolist() == [False, False, False, True]
    courses = Courses.of(analysis)
    assert np.isnan(courses.stop_week).tolist() == [True, True, True, False]
    assert [time.stop for time in times_on_study(analysis, courses, 40)][:3] == [None] * 3


def test_an_ongoing_patient_is_no_failure_for_an_early_stop(data):
    result = evaluate_study(data)
    assert result.rule.tolist()[1:3] == ["no visit in the window"] * 2
    assert result.rule.tolist()[3] == "stopped early, before the assessment"
    sentence = "An ongoing patient has neither completed the study nor stopped"
    assert sentence in describe_study_endpoint(data)


def test_the_flow_counts_them_by_themselves(data):
    flow = participant_flow(data)
    assert [(arm.completed, arm.ongoing, arm.stopped_early) for arm in flow.arms] == [
        (1, 1, 0),
        (0, 1, 1),
    ]
    total = flow.total
    assert (total.completed, total.ongoing, total.stopped) == (1, 2, {"withdrawal": 1})
    rows = {row["Stage"]: row for row in disposition_rows(flow)}
    assert [*rows["Still in the study"].values()][-1] == "2 (50)"
    said = "Of those analysed, 1 completed the study, 2 are still in it, and 1 did not."
    assert _completion(total) == said
    assert "1 completed, 1 ongoing, 0 did not complete" in trial_flow.describe(flow)


def test_a_remark_names_who_may_still_have_the_endpoint(data, tmp_path):
    said = (
        "2 ongoing patients have no visit from week 24 on so far: the first P002; endpoint.missing "
        '= "non-responder" counts what is not due yet like what was missed'
    )
    assert said in data.remarks
    made = made_with(["completed", "ongoing", "ongoing", "completed"], stop_week="")
    remarks = StudyData.read(made.write(tmp_path / "stops")).remarks
    assert any("2 ongoing patients" in remark for remark in remarks)
    assert not any("taken to have stopped" in remark for remark in remarks)
    made = made_with()
    for row in made.visits:
        if row["week"] == 12 and row["patient_id"] == "P002":
            row["week"] = 24
    remarks = " ".join(StudyData.read(made.write(tmp_path)).remarks)
    assert "1 ongoing patient has no visit from week 24 on so far: P003" in remarks


def test_a_visit_in_the_week_of_the_endpoint_is_one_however_its_week_was_rounded(data):
    patients = data.trial.patients.assign(end_reason="ongoing")
    for week, due in ((24, 0), (24 - 1e-12, 0), (24 + 1e-12, 0), (24 - 1e-6, len(patients))):
        visits = data.trial.visits.drop_duplicates("patient_id").assign(week=week)
        found = list(open_ends(data.study, {"patients": patients, "visits": visits}))
        assert [line.split()[0] for line in found] == [str(due)] * bool(due), week


@pytest.mark.parametrize(("apart", "early"), [(0, False), (1e-12, False), (1e-6, True)])
def test_who_is_seen_in_the_last_week_did_not_end_early_however_it_was_rounded(
    tmp_path, apart, early
):
    made = made_with(["completed"] * 4)
    # A visit that is not scheduled keeps its week.
    made.description = made.description.replace("[0, 4, 12, 24]", "[0, 4, 12]")
    made.description = made.description.replace('"at week"', '"best"')
    seen = {row["patient_id"] for row in made.visits if row["week"] == 24}
    for table in ("patients", "visits", "treatments", "adverse_events"):
        rows = getattr(made, table)
        setattr(made, table, [row for row in rows if row["patient_id"] in seen])
    for row in made.visits:
        row["week"] = repr(24 - apart) if row["week"] == 24 else row["week"]
    specifications = StudySpecifications(StudyData.read(made.write(tmp_path)))
    labels = [level.label for choice in specifications.choices for level in choice.levels]
    assert any("open if visits end early" in label for label in labels) == early


def test_an_ongoing_patient_has_not_died(tmp_path):
    made = made_with(death_week="")
    made.patients[1]["death_week"] = "9"
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    (fault,) = caught.value.faults
    assert str(fault).endswith(
        "row 3, column death_week, value '9': is not of a patient whose study is ongoing "
        "(end_reason)"
    )


def test_data_sets_say_that_they_are_ongoing_and_are_read_so(data, tmp_path):
    datasets = study_datasets(data)
    adsl = datasets.tables["ADSL"]
    assert adsl["EOSSTT"].tolist() == ["COMPLETED", "ONGOING", "ONGOING", "DISCONTINUED"]
    assert adsl["DCSREAS"].tolist() == ["", "", "", "withdrawal"]
    described = adsl["EOSSTT"].str.lower()
    for statuses in (adsl["EOSSTT"], described):
        adsl["EOSSTT"] = statuses
        found = StudyData.read(in_adam(made_with(), tmp_path / statuses[0], datasets))
        assert found.trial.patients["end_reason"].tolist() == ENDS


def adsl_with(tmp_path, **columns):
    """The folder of a study of four patients whose ADSL has these columns."""
    made = made_with(["completed"] * 4)
    datasets = study_datasets(StudyData.read(made.write(tmp_path / "tables")))
    adsl = datasets.tables["ADSL"]
    for name, cells in columns.items():
        adsl[name] = cells
    return in_adam(made, tmp_path / "again", datasets)


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        ("ENROLLED", "", "EOSSTT, value 'ENROLLED': must be one of COMPLETED, DISCONTINUED, "
         "ONGOING, or empty"),
        ("ONGOING", "DEATH", "DCSREAS, value 'DEATH': is not of a patient with EOSSTT of ONGOING"),
        ("COMPLETED", "DEATH", "DCSREAS, value 'DEATH': is not of a patient with EOSSTT of COMP"),
        ("DISCONTINUED", "COMPLETED", "DCSREAS, value 'COMPLETED': is not of a patient with EOSS"),
    ],
)  # fmt: skip
def test_a_status_that_says_nothing_or_something_else_is_refused(
    tmp_path, capsys, status, reason, said
):
    statuses, reasons = ["COMPLETED"] * 3 + [status], [""] * 3 + [reason]
    line = the_line(adsl_with(tmp_path, EOSSTT=statuses, DCSREAS=reasons), capsys)
    assert f"synthetic_adsl.csv, row 5, column {said}" in line


def test_a_patient_outside_of_the_analysis_may_have_any_status():
    adsl = pd.DataFrame({"EOSSTT": ["ENROLLED"] * 2, "DCSREAS": ["Screen failure"] * 2})
    assert not end_faults(adsl, np.array([False, False]))
    assert len(end_faults(adsl, np.array([False, True]))) == 1


def test_a_reason_may_say_no_more_than_the_status():
    adsl = pd.DataFrame({"EOSSTT": ["DISCONTINUED"] * 2, "DCSREAS": ["Discontinued", "Completed"]})
    (fault,) = end_faults(adsl, np.array([True, True]))
    assert (fault.row, fault.column) == (3, "DCSREAS")


def test_an_end_that_is_not_stated_is_noted(tmp_path):
    folder = adsl_with(tmp_path, EOSSTT=["COMPLETED", "ongoing", "", ""], DCSREAS="")
    data = StudyData.read(folder)
    assert data.trial.patients["end_reason"].tolist() == [
        "completed", "ongoing", "completed", "completed"
    ]  # fmt: skip
    assert (
        "synthetic_adsl.csv: 2 analysed patients have neither EOSSTT nor DCSREAS, and count as "
        "having completed the study"
    ) in data.remarks


def test_where_no_end_is_stated_none_is_recorded_and_none_is_written(tmp_path):
    data = StudyData.read(adsl_with(tmp_path, EOSSTT="", DCSREAS=""))
    assert not data.ends_recorded
    adsl = study_datasets(data).tables["ADSL"]
    assert set(adsl["EOSSTT"]) == set(adsl["DCSREAS"]) == {""}


def test_terms_of_the_codelist_that_may_be_no_failure_or_rescue_are_refused(tmp_path):
    reasons = ["RECOVERY", "USED PROHIBITED MEDICATION", "DISEASE RELAPSE", "WITHDRAWAL OF CONSENT"]
    folder = adsl_with(tmp_path, EOSSTT="DISCONTINUED", DCSREAS=reasons)
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    assert [fault.value for fault in caught.value.faults] == reasons[:3]
    assert not set(reasons[:3]) & set(REASONS)


def with_event_days(tmp_path, days):
    """A study whose adverse events have these study days."""

    def change(tables):
        tables["ADAE"] = tables["ADAE"].drop(columns="ASTWK").assign(ASTDY=days)

    return foreign(tmp_path, change)


@pytest.mark.parametrize("day", [0.0, 1.5, -0.5])
def test_a_study_day_0_is_refused_in_data_sets(tmp_path, capsys, day):
    line = the_line(with_event_days(tmp_path, [day, 1.0, 1.0, 1.0]), capsys)
    assert f"synthetic_adae.csv, row 2, column ASTDY, value '{day}': must be a study day: a" in line


def test_study_days_beside_0_are_weeks(tmp_path):
    data = StudyData.read(with_event_days(tmp_path, -1.0))
    assert set(data.trial.adverse_events["week"]) == {-1 / 7}


def test_a_death_on_day_0_is_refused(tmp_path, capsys):
    def change(tables):
        tables["ADSL"]["DTHADY"] = [0.0, np.nan, np.nan, np.nan]

    line = the_line(foreign(tmp_path, change), capsys)
    assert "synthetic_adsl.csv, row 2, column DTHADY, value '0.0': must be a study day: a" in line


def foreign_visits(tmp_path, names):
    """A study whose visits have these names."""

    def change(tables):
        tables["ADTIS"]["AVISIT"] = tables["ADTIS"]["AVISITN"].map(names)

    return foreign(tmp_path, change)


def test_visits_without_a_week_in_their_names_are_noted_as_of_a_mapping(tmp_path):
    names = {0: "Screening", 4: "Week 4", 12: "Visit 3", 24: "Month 6"}
    remarks = StudyData.read(foreign_visits(tmp_path, names)).remarks
    assert (
        "synthetic_adtis.csv: no week was found in names of visits: Screening is read as week 0, "
        "Visit 3 as week 12"
    ) in remarks


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Week 5", "column AVISITN, value '4': is not the week that AVISIT names"),
        ("Day 57", "column AVISITN, value '4': is not the week that AVISIT names"),
        ("Week-4", "column AVISIT, value 'Week-4': has a hyphen that may be a minus: write "
         "'Week 4', or 'Week -4' of a week before the first dose; or read them by a mapping"),
        ("Week 5 Day -7", "column AVISIT, value 'Week 5 Day -7': has a day with a minus in week 5: "
         "write 'Day -7' of a day before the first dose, or 'Week 5 Day 7'; or read them by a "
         "mapping"),
    ],
)  # fmt: skip
def test_names_of_visits_in_data_sets_are_held_against_their_weeks(tmp_path, name, said):
    names = {0: "Baseline", 4: name, 12: "Week 12", 24: "Week 24"}
    with pytest.raises(DataError) as caught:
        StudyData.read(foreign_visits(tmp_path, names))
    assert said in str(caught.value.faults[0])


@pytest.mark.parametrize("name", ["Month-1", "Week 1 Day 29", "Study Week 5, Day 1"])
def test_names_that_state_no_week_from_the_start_are_not_held_against_weeks(tmp_path, name):
    names = {0: "Week 1 Day 1", 4: name, 12: "Week 12", 24: "Week 24"}
    data = StudyData.read(foreign_visits(tmp_path, names))
    assert set(data.trial.visits["week"]) == {0, 4, 12, 24}
    assert not any("no week was found" in remark for remark in data.remarks)


def test_who_is_ongoing_is_no_completer(data):
    analysis = data.analysis
    completers = replace(analysis, options=replace(analysis.options, end="completers"))
    assert completers.has_end_value().tolist() == [True, False, False, False]


def test_the_end_is_a_choice_where_not_everybody_completed(tmp_path):
    for ends, choice in ((["completed", "ongoing"] * 2, True), (["completed"] * 4, False)):
        read = StudyData.read(made_with(ends).write(tmp_path / ends[1]))
        labels = {each.label for each in StudySpecifications(read).change_choices}
        assert ("End" in labels) == choice


def test_a_stop_without_a_reason_hides_reasons_also_beside_ongoing_patients(tmp_path):
    ends = ["completed", "ongoing", "other", "completed"]
    read = StudyData.read(made_with(ends).write(tmp_path))
    outcomes = {each.label: each for each in harm_outcomes(read)}
    (label,) = (name for name in outcomes if "because of an adverse event" in name)
    assert outcomes[label].arms is None


def test_an_ongoing_patient_has_no_stop_to_be_dated(tmp_path):
    remarks = StudyData.read(made_with(stop_week="").write(tmp_path)).remarks
    (said,) = (each for each in remarks if "taken to have stopped" in each)
    assert said.startswith("1 patient with end_reason and without stop_week is taken to")


def test_a_stop_of_an_ongoing_patient_is_noted(tmp_path):
    made = made_with(stop_week="")
    assert not any("ongoing patients have stop" in said for said in read(made, tmp_path / "none"))
    for row, week in zip(made.patients, (12, 9.25, "", 4), strict=True):
        row["stop_week"] = week
    said = (
        "1 ongoing patient has stop_week, and counts as having stopped treatment early: P002, week "
        "9.2; leave it empty where treatment goes on, as at a last contact or a cutoff of the data"
    )
    assert said in read(made, tmp_path / "one")
    made.patients[2]["stop_week"] = 0
    (said,) = (each for each in read(made, tmp_path / "two") if "having stopped" in each)
    assert said.startswith("2 ongoing patients have stop_week, and count as having stopped ")
    made.description = made.description.replace("[arms]", "listings = false\n[arms]")
    hidden = StudyData.read(made.write(tmp_path / "hidden")).published_remarks
    assert said.replace(": the first P002, week 9.2", "") in hidden


def test_a_stop_by_a_date_of_an_ongoing_patient_is_noted_by_its_name(tmp_path):
    made = make_study(2, seed=4, missing=0, missed=0, with_dates=True)
    made.patients = [
        {**row, "end_reason": "ongoing", "stop_week": "", "EOSDT": "", "analysed": "Y"}
        for row in made.patients
    ]
    made.treatments, made.adverse_events = made.treatments[:1], []
    lines = made.description.splitlines()
    made.description = "\n".join(line for line in lines if not line.startswith("adverse_events"))
    first = dt.date.fromisoformat(made.patients[0]["first_dose_date"])
    made.patients[0]["EOSDT"] = (first + dt.timedelta(weeks=30)).isoformat()
    mapping = tmp_path / "map.toml"
    mapping.write_text('[patients.columns]\nstop_date = "EOSDT"\n', encoding="utf-8")
    folder = made.write(tmp_path / "study")
    (said,) = (each for each in StudyData.read(folder, mapping).remarks if "having stopped" in each)
    assert said.startswith("1 ongoing patient has EOSDT, and counts as having stopped treatment ")


def test_listings_say_that_they_are_ongoing(tmp_path):
    made = made_with(stop_week="")
    made.patients[2]["stop_week"] = 9
    ends = Listings(str(made.write(tmp_path)))._patients().frame.set_index("Patient")["End"]
    assert ends["P002"] == "ongoing"
    assert ends["P003"] == "ongoing, treatment stopped in week 9"
