"""What pages say of patients who stop, leave or are seen late, and of visits that leave it open."""

import re

import pytest

from tests.trial.studies import MEASURES, make_study
from tisstats.chapters.trial_report.patients import Patients
from tisstats.chapters.trial_report.primary_endpoint import PrimaryEndpoint
from tisstats.chapters.trial_report.safety import Safety
from tisstats.chapters.trial_report.scores import Scores
from tisstats.chapters.trial_report.sensitivity import Sensitivity
from tisstats.chapters.trial_report.summary import Summary
from tisstats.cli import main
from tisstats.errors import DataError
from tisstats.trial.arm_responses import responses_by_arm
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import evaluate_study

pytestmark = pytest.mark.usefixtures("read_once", "not_drawn")

DESCRIPTION = """
[study]
title = "Early ends"
id = "EARLY"
data = "synthetic"
population = "adult"
[arms]
a = "Active"
[measures]
used = ["physician_global", "patient_global", "mmt", "haq", "extramuscular", "ck"]
mmt_max = 260
vas_max = 10
uln = {{ ck = 200 }}
[visits]
weeks = [0, 4, 8]
window_days = 10
baseline = "{baseline}"
[endpoint]
kind = "best"
threshold = 40
week = 8
missing = "{missing}"
intercurrent = "{intercurrent}"
[files]
patients = "synthetic_patients.csv"
visits = "synthetic_visits.csv"
[analysis]
quantile_definition = 7
"""
#: Physician and patient global, muscle test, disability, extramuscular activity, creatine kinase.
BAD, GOOD, OPEN = "8,8,150,2,5,2000", "2,2,240,1,1,300", "5,5,,1,3,500"
C = [("C", 0, BAD), ("C", 4, BAD), ("C", 8, BAD)]


def study(folder, visits, ends, missing="non-responder", intercurrent="treatment policy",
          baseline="week 0", edits=()):  # fmt: skip
    """Write a study of visits (patient, week, measures) and of ends (patient to week, reason)."""
    text = DESCRIPTION.format(missing=missing, intercurrent=intercurrent, baseline=baseline)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    folder.mkdir()
    (folder / "study.toml").write_text(text, encoding="utf-8")
    head = "patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck"
    rows = [head, *(f"{patient},{week},{measures}" for patient, week, measures in visits)]
    (folder / "synthetic_visits.csv").write_text("\n".join(rows), encoding="utf-8")
    names = dict.fromkeys(patient for patient, _, _ in visits)
    lines = [f"{name},a,{ends.get(name, ',completed')}" for name in names]
    (folder / "synthetic_patients.csv").write_text(
        "\n".join(["patient_id,arm,stop_week,end_reason", *lines]), encoding="utf-8"
    )
    return str(folder)


def test_open_visits_as_responses_may_give_less_than_as_none_and_both_are_shown(tmp_path):
    # A is open in week 4 and responds in week 8, when B is censored: 1 of 2 at risk, or 1 of 3.
    visits = [("A", 0, BAD), ("A", 4, OPEN), ("A", 8, GOOD), ("B", 0, BAD), ("B", 4, BAD), *C]
    folder = study(tmp_path / "rows", visits, {"B": "4,withdrawal"}, missing="bounds")
    (arm,) = responses_by_arm(StudyData.read(folder))
    assert arm.if_open_visits_are(8) == pytest.approx((1 / 2, 1 / 3))
    page = Scores(folder)
    last = page.incidence().frame.iloc[-1]
    assert last["If all open visits are no response, %"] == "50.0"
    assert last["If all open visits are a response, %"] == "33.3"
    assert (
        "was 50% or 33% (Active), depending on whether all open visits are taken as no response "
        "or all as one; the curves censor" in page.curves().alt
    )
    assert "need not be the least and the most" in page.rules


@pytest.mark.usefixtures("drawn")
def test_an_incidence_that_is_not_known_in_the_last_week_makes_pages(tmp_path):
    visits = [("A", 0, BAD), ("A", 4, OPEN), ("B", 0, BAD), ("B", 4, BAD)]
    folder = study(tmp_path / "rows", visits, {}, missing="bounds")
    page = Scores(folder)
    assert page.curves().alt.count("is not known for Active after week") == 1
    assert set(page.incidence().frame.iloc[-1].tail(2)) == {"not known"}


def test_who_stops_treatment_and_completes_the_study_is_called_so_everywhere(tmp_path):
    visits = [(name, week, BAD) for name in "AB" for week in (0, 4, 8)] + C
    ends = {"A": "4,completed", "B": "4,completed"}
    folder = study(tmp_path / "rows", visits, ends, intercurrent="composite")
    stopped = PrimaryEndpoint(folder).counts().frame
    assert (stopped["Decided by"] == "stopped early, before the assessment").sum() == 1
    (figure,) = Patients(folder).swimmer()
    assert "2 of 3 patients stopped early" in figure.alt
    harms = Safety(folder).outcomes().frame.set_index("Outcome").iloc[:, 0]
    assert harms["Stopped early"].startswith("2 (67)")
    assert harms["Stopped early because of an adverse event"].startswith("0 (0)")
    disposition = Patients(folder).disposition().frame.set_index("Stage").iloc[:, 0]
    assert disposition["Completed the study"] == "3 (100)"
    assert disposition["Did not complete the study"] == "0 (0)"
    assert "3 completed the study, and 0 did not" in " ".join(
        str(value) for value in Summary(folder).numbers().values()
    )


def test_the_last_week_on_study_is_that_of_what_was_last_recorded(tmp_path):
    visits = [("A", 0, BAD), ("A", 4, GOOD), *C]
    folder = study(tmp_path / "rows", visits, {"A": "7,withdrawal"})
    (table,) = Patients(folder).time_on_study()
    rows = table.frame.set_index("Patient")
    assert rows.loc["A", ["Stopped early", "Last week"]].tolist() == ["7", "7"]
    assert rows.loc["C", "Last week"] == "8"


@pytest.mark.parametrize(("stop", "before"), [("5", False), ("6", True)])
def test_a_response_that_was_seen_after_the_stop_is_not_one_before_it(tmp_path, stop, before):
    visits = [("A", 0, BAD), ("A", 5.4, GOOD), *C]
    folder = study(tmp_path / "rows", visits, {"A": f"{stop},withdrawal"})
    (figure,) = Patients(folder).swimmer()
    assert (
        "1 of 2 patients stopped early, 1 of them after a first response" in figure.alt
    ) == before


def test_a_baseline_long_before_the_first_dose_returns_from_our_own_data_sets(tmp_path, capsys):
    visits = [("A", -2, BAD), *C]
    ends = {"A": ",withdrawal"}
    folder = study(tmp_path / "rows", visits, ends, baseline="last before first dose")
    data_sets = tmp_path / "rows" / "adam"
    assert main(["export", folder, "--format", "csv", "-o", str(data_sets)]) == 0
    back = study(
        tmp_path / "back", visits, ends, baseline="last before first dose",
        edits=[
            ('patients = "synthetic_patients.csv"\nvisits = "synthetic_visits.csv"\n',
             f'adam = "{data_sets.as_posix()}"\n'),
        ],
    )  # fmt: skip
    assert main(["check", back]) == 0, capsys.readouterr().err
    first, second = (
        evaluate_study(StudyData.read(each)).status.tolist() for each in (folder, back)
    )
    assert first == second


def test_levels_of_a_choice_without_alternatives_are_not_called_combinations(tmp_path):
    visits = [("A", 0, BAD), ("A", 4, GOOD), ("A", 8, GOOD)]
    folder = study(tmp_path / "rows", visits, {}, edits=[("threshold = 40", "threshold = 20")])
    said = Sensitivity(folder).answers().text
    assert "all 1 combinations" not in said


def test_a_trial_with_dates_is_read_with_a_row_for_each_measure(tmp_path):
    made = make_study(12, with_dates=True, missing=0)
    whole = made.write(tmp_path / "whole")
    made.visits = [
        {"SUBJ": row["patient_id"], "DT": row["date"], "TEST": name, "RES": row[name]}
        for row in made.visits
        for name in MEASURES
    ]
    long = made.write(tmp_path / "long")
    mapping = tmp_path / "map.toml"
    names = "".join(f'{name} = "{name}"\n' for name in MEASURES)
    mapping.write_text(
        '[visits.columns]\npatient_id = "SUBJ"\ndate = "DT"\n'
        '[visits.long]\nparameter = "TEST"\nvalue = "RES"\n'
        f"[visits.long.parameters]\n{names}",
        encoding="utf-8",
    )
    assert main(["check", str(long), "--map", str(mapping)]) == 0
    first, second = StudyData.read(whole), StudyData.read(long, mapping)
    assert evaluate_study(first).status.tolist() == evaluate_study(second).status.tolist()
    made.visits.append(made.visits[-1])
    made.write(long)
    with pytest.raises(DataError, match="the patient has another row for this measure and date"):
        StudyData.read(long, mapping)


def test_a_status_that_another_strategy_alone_leaves_unknown_is_varied(tmp_path):
    # On treatment A was not seen after baseline; by the planned strategy every status is known.
    visits = [("A", 0, BAD), ("A", 8, GOOD), ("C", 0, BAD), ("C", 8, BAD)]
    folder = study(
        tmp_path / "rows", visits, {"A": "2,withdrawal"}, edits=[("[0, 4, 8]", "[0, 8]")]
    )
    varied = Sensitivity(folder).choices().frame
    assert "Handling of an unknown status" in set(varied["Choice"])


@pytest.mark.parametrize("label", ["Subtype", "Patient", "Visits"])
def test_patients_stand_by_arm_and_subtype_whatever_these_are_called(tmp_path, label):
    rows = [("A", "low", "PM"), ("B", "high", "DM"), ("C", "low", "DM"), ("D", "high", "DM"),
            ("E", "low", "PM")]  # fmt: skip
    visits = [(name, week, BAD) for name, _, _ in rows for week in (0, 4, 8)]
    arms = '[arms]\nhigh = "IVIg, high"\nlow = "IVIg, low"'
    described = f'[characteristics]\nsubtype = {{ label = "{label}", type = "category" }}\n[files]'
    edits = [('[arms]\na = "Active"', arms), ("[files]", described)]
    edits.append(("[study]", 'reference_arm = "low"\n[study]'))
    folder = study(tmp_path / "rows", visits, {}, edits=edits)
    lines = ["patient_id,arm,subtype", *(",".join(row) for row in rows)]
    (tmp_path / "rows" / "synthetic_patients.csv").write_text("\n".join(lines), encoding="utf-8")
    (table,) = Patients(folder).time_on_study()
    assert table.frame["Patient"].tolist() == ["B", "D", "A", "E", "C"]
    (group,) = (name for name in table.frame if name.startswith(f"Arm, {label}"))
    assert table.frame[group].tolist() == [
        "IVIg, high, DM", "IVIg, high, DM", "IVIg, low, PM", "IVIg, low, PM", "IVIg, low, DM",
    ]  # fmt: skip
    assert table.frame["Visits"].tolist() == ["0, 4, 8"] * 5


@pytest.mark.parametrize("label", ["Subtype", "Patient", "Visits"])
def test_a_subtype_alone_takes_no_other_column_of_the_table(tmp_path, label):
    visits = [(name, week, BAD) for name in "AB" for week in (0, 4, 8)]
    described = f'[characteristics]\nsubtype = {{ label = "{label}", type = "category" }}\n[files]'
    folder = study(tmp_path / "rows", visits, {}, edits=[("[files]", described)])
    (tmp_path / "rows" / "synthetic_patients.csv").write_text(
        "patient_id,arm,subtype\nA,a,DM\nB,a,PM\n", encoding="utf-8"
    )
    (table,) = Patients(folder).time_on_study()
    heading = label if label == "Subtype" else f"{label} (group)"
    assert table.frame[heading].tolist() == ["DM", "PM"]
    assert table.frame["Patient"].tolist() == ["A", "B"]
    assert table.frame["Visits"].tolist() == ["0, 4, 8"] * 2


ONCE = [("A", 0, BAD), ("A", 4, GOOD), ("A", 8, BAD), *C]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ('"best"', ""),
        ('"at week"', "asks for it at week 8:"),
        ('"sustained"\nalso_at = [4]', "asks for it at week 8 and at week 4:"),
        ('"confirmed"', "asks for it at more than one visit:"),
    ],
)
def test_the_time_is_to_a_first_visit_which_need_not_meet_the_endpoint(tmp_path, kind, asked):
    page = Scores(study(tmp_path / "rows", ONCE, {}, edits=[('kind = "best"', f"kind = {kind}")]))
    note = str(page.numbers()["time_note"])
    assert "a response, which began at some time since the last visit known to be without" in note
    assert ("need not meet the endpoint" in note) == bool(asked)
    assert asked in note
    (times,) = responses_by_arm(page.data)
    assert times.times.event.tolist() == [True, False]
    assert evaluate_study(page.data).responders_low == (0 if asked else 1)


@pytest.mark.parametrize(("strategy", "counted"), [("composite", True), ("hypothetical", False)])
def test_an_event_that_is_itself_the_outcome_is_timed_as_such(tmp_path, strategy, counted):
    edits = [("threshold = 40", 'criterion = "imacs worsening"')]
    folder = study(
        tmp_path / "rows", C, {"C": "6,withdrawal"}, intercurrent=strategy, edits=edits,
        missing="non-responder" if counted else "unknown",
    )  # fmt: skip
    page = Scores(folder)
    assert ("count as a worsening by the composite strategy, in their own week" in str(
        page.numbers()["time_note"]
    )) == counted  # fmt: skip
    ended = [row["Ended by"] for row in page.ends().frame.to_dict("records")]
    assert ("stopped early, counted as worsening" in ended) == counted


def test_an_early_stop_is_defined_where_patients_are_counted(tmp_path):
    folder = study(tmp_path / "rows", C, {"C": "6,completed"})
    said = "even if the patient completed the study, or the patient left the study"
    assert said in str(Patients(folder).numbers()["ends"])
    assert said in Safety(folder).outcomes().caption


@pytest.mark.parametrize(
    ("days", "weeks", "until"),
    [(10, 4, ", and 4 weeks of follow-up, with a tolerance of 10 days"),
     (1, 0, "later, with a tolerance of 1 day"), (0, 0, "or early stop if that is later")],
)  # fmt: skip
def test_until_when_events_count_is_said_with_its_tolerance(tmp_path, days, weeks, until):
    edits = [("window_days = 10", f"window_days = {days}\nfollow_up_weeks = {weeks}")]
    assert Safety(study(tmp_path / "rows", C, {}, edits=edits)).follow_up.endswith(until)


def test_bounds_are_no_result_in_the_table_of_choices_and_the_file(tmp_path):
    def page(name, visits, missing="bounds"):
        return Sensitivity(study(tmp_path / name, visits, {}, missing=missing))

    def first(page):
        table = page.specifications.table()
        of_response = table["Outcome"] == "Response"
        assert table.loc[~of_response, "As described"].iloc[0] == "yes"
        described = table.loc[of_response, "As described"].tolist()
        assert set(described[1:]) == {"no"}
        return described[0]

    visits = [("A", 0, BAD), ("A", 4, OPEN), ("A", 8, BAD), *C]
    bounds = page("bounds", visits)
    rows = bounds.choices().frame.to_dict("records")
    readings = {
        row["Why"].removeprefix("bounds as described, with "): row["Main analysis"]
        for row in rows
        if row["Why"].startswith("bounds")
    }
    assert readings == {
        f"{some} of the open statuses counted as a responder": "one reading of its bounds"
        for some in ("none", "all")
    }
    assert first(bounds) == "no single result: no open status as the outcome"
    assert first(page("unknown", visits, "unknown")) == "yes"
    # Open under another choice alone: the planned result is one.
    known = [("A", 0, BAD), ("A", 4, OPEN), ("A", 8, GOOD), *C]
    assert first(page("known", known)) == "yes"


def test_labels_of_arms_are_shown_as_typed(tmp_path):
    label = "Active {self} {2 g/kg} &#60;"
    page = Sensitivity(study(tmp_path / "rows", C, {}, edits=[('"Active"', f'"{label}"')]))
    (shares,) = page.share_tables()
    assert shares.caption.startswith(f"{label}: the conclusion")
    assert page.answers().text.startswith(r"- **Active \{self\} \{2 g/kg\} \&#60;.**")


@pytest.mark.parametrize(("arms", "sign"), [(("active", "control"), ""), (("active",), "%")])
def test_a_curve_of_differences_has_no_sign_of_per_cent(tmp_path, arms, sign):
    folder = make_study(12, arms, seed=2).write(tmp_path / "rows")
    figure = Sensitivity(str(folder)).curve_items()[0]
    assert re.search(rf"estimates ascend from −?[\d.]+{sign} to [\d.]+{sign};", figure.alt)


@pytest.mark.parametrize(
    ("criterion", "missing", "described"),
    [
        ("imacs worsening", "worst case", "Visit with missing measures, counted as worsening"),
        ("imacs worsening", "best case", "No worsening by the last visit up to week 8"),
        ("score", "best case", "Visit with missing measures, counted as response"),
        ("score", "unknown", "No response known: open from the next visit on"),
    ],
)
def test_an_open_visit_that_counts_as_the_outcome_is_described_as_such(
    tmp_path, criterion, missing, described
):
    visits = [("A", 0, BAD), ("A", 4, "5,5,,1,3,500"), ("A", 8, BAD), ("B", 0, BAD), ("B", 4, GOOD)]
    if criterion == "imacs worsening":
        visits = [("A", 0, GOOD), ("A", 4, "2,2,,1,1,300"), ("A", 8, GOOD), *C]
        visits[1] = ("A", 4, "9,2,,3,1,300")
    edits = [("threshold = 40", f'threshold = 40\ncriterion = "{criterion}"')]
    folder = study(tmp_path / "rows", visits, {}, missing=missing, edits=edits)
    times = study_datasets(StudyData.read(folder)).tables["ADTTE"]
    of_outcome = times[times["PARAMCD"] == ("TTRESP" if criterion == "score" else "TTWORS")]
    assert of_outcome.set_index("SUBJID").loc["A", "EVNTDESC"] == described
