"""Ranges and units that the values of a study make doubtful."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.trial.studies import make_study
from tisstats.cli import main
from tisstats.measures.core_set import ENZYMES
from tisstats.tables.raw import TableSource
from tisstats.trial.doubtful_courses import (
    ends_without_events,
    implausible_times,
    unread_relations,
    unusual_courses,
)
from tisstats.trial.plausibility import implausible_scales, incomplete_visits
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData, _unused_columns
from tisstats.trial.study_tables import TypedTable
from tisstats.trial.template import example_folder

EXAMPLE = Study.read(example_folder())


def remarks(folder, *changes, mmt_max=150):
    made = make_study(12, missing=0, missed=0, seed=5, mmt_max=mmt_max)
    for change in changes:
        change(made)
    return StudyData.read(made.write(folder)).remarks


def described(old, new):
    def change(made):
        assert old in made.description
        made.description = made.description.replace(old, new)

    return change


def scaled(column, factor):
    return lambda made: [row.update({column: float(row[column]) * factor}) for row in made.visits]


def graded(column):
    return lambda made: [
        row.update({column: min(round(float(row[column])), 4)}) for row in made.visits
    ]


def test_whole_numbers_above_four_are_no_grades(tmp_path):
    whole = lambda made: [  # noqa: E731 - one of the changes
        row.update(physician_global=round(float(row["physician_global"]))) for row in made.visits
    ]
    highest = lambda made: made.visits[0].update(physician_global=5)  # noqa: E731
    assert remarks(tmp_path, whole, highest) == ()


def test_a_study_whose_ranges_fit_has_no_remark(tmp_path):
    assert remarks(tmp_path) == ()


DOUBTS = {
    "MMT-8 of one side as one of both": (
        (scaled("mmt", 80 / 150), described("mmt_max = 150", "mmt_max = 260")),
        "no muscle test is above 80, but measures.mmt_max is 260",
    ),
    "unusual muscle test": (
        (described("mmt_max = 150", "mmt_max = 160"),),
        "measures.mmt_max is 160, which is none of the known 80, 150, 240, 260",
    ),
    "centimetres as millimetres": (
        (described("vas_max = 10", "vas_max = 100"),),
        "no visual analogue scale is above 10, but measures.vas_max is 100",
    ),
    "five grades as a visual analogue scale": (
        (graded("patient_global"),),
        "every patient_global is a whole number from 0 to 4: is it on five grades",
    ),
    "enzyme in another unit": (
        (scaled("ck", 1 / 600),),
        "every ck is below a tenth of its upper limit: is it in U/L",
    ),
    "enzyme in a larger unit": (
        (scaled("ck", 60),),
        "half of the values of ck are above 60 times their upper limit: are they in U/L",
    ),
    "a slip in an enzyme": (
        (lambda made: made.visits[0].update(ck=95_000_000),),
        "the highest ck is 475,000 times its upper limit",
    ),
    "a slip in a week": (
        (lambda made: made.visits[-1].update(week=240),),
        "1 visit lies after the last scheduled week, 24, and its window: the last in week 240",
    ),
    "a slip in a stop": (
        (lambda made: made.patients[0].update(stop_week=400, end_reason="withdrawal"),),
        "1 patient stopped early after the last scheduled week, 24: the last in week 400",
    ),
    "events before treatment": (
        (lambda made: [row.update(week=-2) for row in made.adverse_events[:2]],),
        "2 adverse events lie before week 0; they count like the others",
    ),
    "an unread word": (
        (lambda made: made.adverse_events[0].update(treatment_related="possibly"),),
        "treatment_related is 'possibly' in 1 adverse event: neither yes nor no, so not known",
    ),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_what_is_doubtful_is_remarked(name, tmp_path):
    changes, said = DOUBTS[name]
    (remark,) = remarks(tmp_path, *changes)
    assert remark.startswith(said)


def test_follow_up_and_words_for_yes_and_no_are_not_doubtful(tmp_path):
    late = lambda made: made.visits[-1].update(week=30)  # noqa: E731 - one of the changes
    follow_up = described("window_days = 4", "window_days = 4\nfollow_up_weeks = 6")
    words = lambda made: made.adverse_events[0].update(treatment_related=" Y ")  # noqa: E731
    assert remarks(tmp_path, late, follow_up, words) == ()


def test_check_says_which_visits_are_left_out(tmp_path, capsys):
    made = make_study(6, with_dates=True, missing=0, missed=0, seed=5)
    second = made.visits[1]
    assert second["patient_id"] == made.visits[0]["patient_id"]
    second["date"] = "1999" + str(second["date"])[4:]
    assert main(["check", str(made.write(tmp_path))]) == 0
    name = second["patient_id"]
    shown = f"note: 1 visit left out: before the baseline: {name} ({second['date']})"
    assert shown in capsys.readouterr().out.splitlines()


def test_an_arm_without_patients_is_remarked_by_check(tmp_path, capsys):
    made = make_study(12, missing=0, missed=0, seed=5)
    for row in made.patients:
        row["arm"] = "active"
    folder = made.write(tmp_path)
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["note: no patient is in the arm control"]


def of_values(*, mmt_max=150, vas_max=10, unit="U/L", **values):
    """The remarks on one patient with these values, in both arms of the example."""
    usual = {"physician_global": 5.5, "patient_global": 5.5, "extramuscular": 5.5}
    usual |= {"mmt": mmt_max, "haq": 1, "ck": 200}
    if vas_max == 100:
        usual |= dict.fromkeys(("physician_global", "patient_global", "extramuscular"), 55.5)
    usual["week"] = np.arange(12)
    visits = pd.DataFrame({**usual, **values}, index=range(12)).assign(patient_id="A")
    patients = pd.DataFrame({"patient_id": ["A", "B"], "arm": list(EXAMPLE.arms), "ck_uln": 200.0})
    measures = replace(EXAMPLE.measures, mmt_max=mmt_max, vas_max=vas_max, enzyme_unit=unit)
    return list(implausible_scales(replace(EXAMPLE, measures=measures), patients, visits))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, ""),
        # 65% of 260 are 169: of the known maxima 150 lies below.
        ({"mmt_max": 260, "mmt": 150}, "no muscle test is above 150, but measures.mmt_max is 260"),
        ({"mmt_max": 260, "mmt": 80}, "no muscle test is above 80, but measures.mmt_max is 260"),
        ({"mmt_max": 260, "mmt": 81}, "no muscle test is above 150, but measures.mmt_max is 260"),
        ({"mmt_max": 260, "mmt": 151}, "no muscle test is above 240, but measures.mmt_max is 260"),
        ({"mmt_max": 260, "mmt": 169}, "no muscle test is above 240, but measures.mmt_max is 260"),
        ({"mmt_max": 260, "mmt": 170}, ""),
        ({"mmt_max": 80, "mmt": 10}, ""),
        ({"mmt_max": 150, "mmt": 80}, "no muscle test is above 80, but measures.mmt_max is 150"),
        ({"vas_max": 100, "extramuscular": 10.5}, ""),
        (
            {"vas_max": 100, "physician_global": 9.5, "patient_global": 9.5, "extramuscular": 10},
            "no visual analogue scale is above 10, but measures.vas_max is 100",
        ),
        (
            {"vas_max": 100, "physician_global": 9.5, "patient_global": 9.5, "extramuscular": 10.1},
            "",
        ),
        ({"patient_global": 4}, "every patient_global is a whole number from 0 to 4"),
        ({"patient_global": 5}, ""),
        ({"patient_global": 0}, ""),
        ({"patient_global": [4.0] * 10 + [np.nan] * 2}, "every patient_global is a whole number"),
        ({"patient_global": [4.0] * 9 + [np.nan] * 3}, ""),
        ({"patient_global": [4.0] * 11 + [3.5]}, ""),
        ({"physician_global": 1}, "every physician_global is a whole number from 0 to 4"),
        ({"physician_global": 0.9}, "no physician_global is above 1: is it in cm"),
        ({"physician_global": [0.9] * 11 + [1.1]}, ""),
        ({"physician_global": [0.9] * 9 + [np.nan] * 3}, ""),
        ({"patient_global": [0.9] * 10 + [np.nan] * 2}, "no patient_global is above 1: is it in"),
        ({"extramuscular": 0.9}, ""),
        ({"vas_max": 100, "physician_global": 9.5}, ""),
        ({"ck": 20}, ""),
        ({"ck": 19.9}, "every ck is below a tenth of its upper limit: is it in U/L"),
        ({"ck": [19.9] * 11 + [20]}, ""),
        ({"ck": [19.9] * 11 + [np.nan]}, "every ck is below a tenth of its upper limit"),
        ({"ck": np.nan}, ""),
        (
            {"ck": [9.9] + [500] * 11},
            "1 value of ck is below a twentieth of the upper limit: is",
        ),
        ({"ck": [9.9] * 2 + [500] * 10}, "2 values of ck are below a twentieth of the upper limit"),
        ({"ck": [10.0] + [500] * 11}, ""),
        ({"ck": [9.9] + [500] * 11, "unit": "microkat/L"}, ""),
        ({"ck": 200, "week": 0}, "no enzyme of any patient is above its upper limit at baseline"),
        ({"ck": 200, "week": [0] * 10 + [4] * 2}, "no enzyme of any patient is above its upper"),
        ({"ck": 200, "week": [0] * 9 + [4] * 3}, ""),
        ({"ck": [200.0] * 11 + [201], "week": 0}, ""),
        ({"ck": [200.0] * 11 + [201], "week": [0] * 11 + [4]}, "no enzyme of any patient is above"),
        ({"ck": [200.0] * 9 + [np.nan] * 3, "week": 0}, ""),
        ({"ck": 19.9, "week": 0}, "every ck is below a tenth of its upper limit: is it in U/L"),
        ({"ck": 12_000}, ""),
        ({"ck": 12_001, "unit": "x"}, "half of the values of ck are above 60 times their upper"),
        ({"ck": [400_000] + [200] * 11}, ""),
        ({"ck": [400_200] + [200] * 11}, "the highest ck is 2,001 times its upper limit"),
    ],
)
def test_doubts_begin_at_their_limits(values, said):
    found = of_values(**values)
    assert len(found) == bool(said)
    assert all(remark.startswith(said) for remark in found)
    if values.get("unit") == "x":
        assert found[0].endswith("are they in x, as measures.enzyme_unit says?")


def of_times(visits=(0, 24), stops=None, events=(), deaths=None, reasons="other", named=str):
    tables = {
        "visits": pd.DataFrame({"visit_week": np.array(visits, dtype=float)}),
        "patients": pd.DataFrame({"patient_id": ["A"] * 2}).assign(end_reason=reasons),
        "adverse_events": pd.DataFrame({"week": np.array(events, dtype=float)}),
    }
    if stops is not None:
        tables["patients"]["stop_week"] = np.array(stops, dtype=float)
    if deaths is not None:
        tables["patients"]["death_week"] = np.array(deaths, dtype=float)
    weeks = tuple(map(float, EXAMPLE.visits.weeks))  # as a description may have them
    study = replace(EXAMPLE, visits=replace(EXAMPLE.visits, weeks=weeks))
    return list(implausible_times(study, tables, named=named))


def test_times_are_doubtful_after_the_schedule_its_window_and_the_follow_up():
    # Week 24, 7 days and 4 weeks.
    assert of_times(visits=(0, 29), stops=(29, np.nan), events=(0, 5)) == []
    assert of_times(visits=(0, 29.1), stops=(29.1, np.nan), events=(-0.1, 0)) == [
        "1 visit lies after the last scheduled week, 24, and its window: the last in week 29.1",
        "1 patient stopped early after the last scheduled week, 24: the last in week 29.1",
        "1 adverse event lies before week 0; it counts like the others",
    ]
    assert of_times(visits=(31, 40), stops=(50, 30), events=(-1, -2, np.nan)) == [
        "2 visits lie after the last scheduled week, 24, and its window: the last in week 40",
        "2 patients stopped early after the last scheduled week, 24: the last in week 50",
        "2 adverse events lie before week 0; they count like the others",
        "1 adverse event has no week; it counts like the others",
    ]
    assert of_times(visits=(0,), events=(np.nan, np.nan, 0)) == [
        "2 adverse events have no week; they count like the others"
    ]


def test_a_death_after_the_schedule_its_window_and_the_follow_up_is_doubtful():
    assert of_times(deaths=(29, np.nan)) == []
    assert of_times(deaths=(29 + 1e-12, np.nan)) == []
    assert of_times(deaths=(29.1, np.nan)) == [
        "1 patient died after the last scheduled week, 24: the last in week 29.1"
    ]
    assert of_times(stops=(30, np.nan), deaths=(50, 40)) == [
        "1 patient stopped early after the last scheduled week, 24: the last in week 30",
        "2 patients died after the last scheduled week, 24: the last in week 50",
    ]


def test_a_death_that_was_the_stop_gives_one_remark():
    assert of_times(stops=(30, 31), deaths=(30, np.nan)) == [
        "1 patient stopped early after the last scheduled week, 24: the last in week 31",
        "1 patient died after the last scheduled week, 24: the last in week 30",
    ]


def test_who_completed_the_study_did_not_die_in_it():
    asked = (
        "1 patient died before the last scheduled week, 24, and completed the study by "
        "end_reason: did the death end it?"
    )
    window = EXAMPLE.visits.window_days / 7
    for week, said in ((24 - window - 0.1, [asked]), (24 - window, []), (24, []), (np.nan, [])):
        assert of_times(deaths=(week, np.nan), reasons="completed") == said
    assert of_times(deaths=(5, 6), reasons=["completed", "death"]) == [asked]
    assert of_times(deaths=(5, 6), reasons=pd.array(["completed", None], dtype="string")) == [asked]


def test_weeks_of_days_are_rounded_to_a_tenth():
    assert of_times((0, 211 / 7), stops=(213 / 7, np.nan), deaths=(np.nan, 212 / 7)) == [
        "1 visit lies after the last scheduled week, 24, and its window: the last in week 30.1",
        "1 patient stopped early after the last scheduled week, 24: the last in week 30.4",
        "1 patient died after the last scheduled week, 24: the last in week 30.3",
    ]


def test_remarks_name_the_columns_of_the_file():
    theirs = {"end_reason": "DCSREAS", "stop_week": "EOSWK"}.get
    (said,) = of_times(deaths=(5, np.nan), reasons="completed", named=theirs)
    assert said.endswith("completed the study by DCSREAS: did the death end it?")
    visits = [("A", 0, 0), ("A", 4, 4)]
    assert of_courses(visits, "death", stops=(np.nan,), named=theirs) == [
        "1 patient with DCSREAS and without EOSWK is taken to have stopped at the last visit: A"
    ]


def test_a_rounding_error_in_a_week_is_no_late_visit_or_stop():
    assert of_times(visits=(0, 29 + 1e-12), stops=(29 + 1e-12, np.nan), events=(0,)) == []


def of_courses(
    visits,
    reasons="completed",
    analysed=True,
    treatments=(),
    stops=None,
    deaths=None,
    named=str,
):
    """The remarks on visits, each a patient, the scheduled week and that of the visit."""
    visits = pd.DataFrame(visits, columns=["patient_id", "week", "visit_week"])
    patients = pd.DataFrame({"patient_id": visits["patient_id"].unique()})
    patients = patients.assign(end_reason=reasons, analysed=analysed)
    if stops is not None:
        patients["stop_week"] = np.array(stops, dtype=float)
    if deaths is not None:
        patients["death_week"] = np.array(deaths, dtype=float)
    given = pd.DataFrame({"treatment": list(treatments)}, dtype=object)
    tables = {"patients": patients, "visits": visits, "treatments": given}
    return list(unusual_courses(tables, named=named))


def test_a_baseline_after_the_first_dose_is_doubtful():
    assert of_courses([("A", 0, 0), ("A", 4, 4.5), ("B", 0, -1), ("B", 4, 4)]) == []
    one = [("A", 0, 0), ("A", 4, 4), ("B", 0, 1 / 7), ("B", 4, 4)]
    assert of_courses(one) == ["the baseline of 1 patient lies after the first dose: B, day 1"]
    days = {"A": 3, "B": 5, "C": 1}
    three = [(who, week, week or days[who] / 7) for who in days for week in (0, 4)]
    assert of_courses(three) == [
        "the baseline of 3 patients lies after the first dose: the first A, day 3"
    ]


def test_who_completed_a_study_was_seen_after_baseline():
    seen, unseen = [("A", 0, 0), ("A", 4, 4)], [("B", 0, 0), ("C", 0, -1)]
    assert of_courses([*seen, *unseen[:1]]) == [
        "1 patient without a visit after baseline counts as having completed the study: B"
    ]
    assert of_courses([*seen, *unseen]) == [
        "2 patients without a visit after baseline count as having completed the study: the first B"
    ]
    assert of_courses([*seen, *unseen], reasons=["completed", "other", "death"]) == []
    assert of_courses([*seen, *unseen], analysed=[True, False, False]) == []


def test_an_early_end_without_its_week_is_told():
    visits = [(patient, week, week) for patient in "ABC" for week in (0, 4)]
    reasons = ["completed", "death", "adverse_event"]
    assert of_courses(visits, reasons) == []  # no week of any end is recorded
    assert of_courses(visits, reasons, stops=(np.nan, 3, 4)) == []
    assert of_courses(visits, reasons, stops=(np.nan, np.nan, 4)) == [
        "1 patient with end_reason and without stop_week is taken to have stopped at the last "
        "visit: B"
    ]
    assert of_courses(visits, reasons, stops=(np.nan, np.nan, np.nan)) == [
        "2 patients with end_reason and without stop_week are taken to have stopped at the "
        "last visit: the first B"
    ]


def test_an_end_by_a_death_with_its_week_needs_no_week_of_a_stop():
    visits = [(patient, week, week) for patient in "ABC" for week in (0, 4)]
    reasons, stops = ["death", "death", "adverse_event"], (np.nan,) * 3
    assert of_courses(visits, reasons, stops=stops, deaths=(5, 6, np.nan)) == [
        "1 patient with end_reason and without stop_week is taken to have stopped at the last "
        "visit: C"
    ]
    # A death after a stop does not say when that was.
    assert of_courses(visits, reasons, stops=stops, deaths=(5, np.nan, 6)) == [
        "2 patients with end_reason and without stop_week are taken to have stopped at the "
        "last visit: the first B"
    ]


def test_rescue_by_another_name_is_doubtful():
    names = ["rescue", "RESCUE", "rescue medication", "IVIg", "Rescue IVIg", "Rescue IVIg"]
    other = "is not taken for rescue medication, which is called rescue"
    assert of_courses([("A", 0, 0), ("A", 4, 4)], treatments=names) == [
        f"treatment 'rescue medication' in 1 row {other}",
        f"treatment 'Rescue IVIg' in 2 rows {other}",
    ]


def test_a_dated_study_is_doubted_where_its_baseline_is_late(tmp_path):
    made = make_study(6, with_dates=True, missing=0, missed=0, seed=3)
    first = made.patients[2]
    row = next(v for v in made.visits if v["patient_id"] == first["patient_id"])
    row["date"] = str(np.datetime64(first["first_dose_date"]) + 3)
    remarks = StudyData.read(made.write(tmp_path)).remarks
    assert "the baseline of 1 patient lies after the first dose: P003, day 3" in remarks


def test_each_unread_word_is_counted():
    words = ["unclear", "YES", " no ", "", "Not recorded", "possibly", "possibly", "unrelated"]
    found = list(unread_relations(pd.DataFrame({"treatment_related": words})))
    assert found == [
        "treatment_related is 'unclear' in 1 adverse event: neither yes nor no, so not known",
        "treatment_related is 'possibly' in 2 adverse events: neither yes nor no, so not known",
    ]
    assert list(unread_relations(pd.DataFrame({"event": words}))) == []


def test_every_doubt_in_full():
    assert of_values(mmt_max=260, mmt=80) == [
        "no muscle test is above 80, but measures.mmt_max is 260: is that the maximum of the test "
        "that was done?"
    ]
    scales = dict.fromkeys(("physician_global", "patient_global", "extramuscular"), 5.5)
    assert of_values(vas_max=100, **scales) == [
        "no visual analogue scale is above 10, but measures.vas_max is 100: are they in cm?"
    ]
    assert of_values(patient_global=3) == [
        "every patient_global is a whole number from 0 to 4: is it on five grades, which would "
        "earn wrong points as a visual analogue scale?"
    ]
    assert of_values(ck=1) == [
        "every ck is below a tenth of its upper limit: is it in U/L, as measures.enzyme_unit says?"
    ]
    assert of_values(ck=20_000) == [
        "half of the values of ck are above 60 times their upper limit: are they in U/L, as "
        "measures.enzyme_unit says?"
    ]


def without(patient, week, *columns):
    """Empty these columns of a visit; the patient is counted from 0."""

    def change(made):
        name = made.patients[patient]["patient_id"]
        (row,) = (row for row in made.visits if (row["patient_id"], row["week"]) == (name, week))
        row.update(dict.fromkeys(columns, ""))

    return change


def test_visits_without_any_measure_and_those_without_a_score_are_named(tmp_path):
    used = EXAMPLE.measures.used
    gaps = (
        without(0, 4, *used),
        without(1, 12, "physician_global"),
        without(2, 4, "mmt"),
        without(3, 4, *(name for name in used if name not in ("physician_global", "mmt"))),
    )
    made = make_study(12, seed=5)
    first, second = (made.patients[at]["patient_id"] for at in (0, 1))
    empty, lacking, bounded = remarks(tmp_path, *gaps)
    assert empty == (
        f"without any measure, and counted as a visit: 1 visit, patient {first}, week 4"
    )
    assert lacking.startswith("no score without physician_global or mmt: 2 visits, the first, ")
    assert lacking.endswith(f"patient {second}, week 12")
    assert bounded == (
        "scores lie within bounds where a measure is missing (at baseline, all of the patient): "
        "patient_global at 1 visit, haq at 1 visit, extramuscular at 1 visit, every enzyme at 1 "
        "visit"
    )


def test_enzymes_that_may_have_been_the_most_abnormal_are_told():
    visits = pd.DataFrame(
        {
            "patient_id": list("ABCD"),
            "week": 0.0,
            "visit_week": 0.0,
            **dict.fromkeys((*EXAMPLE.measures.used, *EXAMPLE.measures.others), 1.0),
            "ck": [1.0, np.nan, np.nan, 2.0],
            "ldh": [np.nan, 1.0, np.nan, 3.0],
        }
    )
    used = (*(name for name in EXAMPLE.measures.used if name not in ENZYMES), "ck", "ldh")
    of_all = replace(EXAMPLE.measures, used=used, enzyme_panel="complete")
    bounded, partly = incomplete_visits(replace(EXAMPLE, measures=of_all), visits)
    assert bounded.endswith(": every enzyme at 1 visit")
    assert partly == (
        "2 patients with some of the enzymes at baseline: none is used, as one that is missing may "
        "have been the most abnormal (measures.enzyme_panel)"
    )
    of_some = replace(EXAMPLE.measures, used=used, enzyme_panel="measured")
    assert list(incomplete_visits(replace(EXAMPLE, measures=of_some), visits)) == [bounded]
    (one,) = incomplete_visits(replace(EXAMPLE, measures=of_all), visits.iloc[[0, 3]])
    assert one.startswith("1 patient with some of the enzymes at baseline: none is used")


def test_where_a_measure_that_a_score_needs_is_not_used_no_visit_has_one(tmp_path):
    (only,) = remarks(tmp_path, described("'mmt', ", ""))
    visits = len(make_study(12, missing=0, missed=0, seed=5).visits)
    assert only.startswith(f"no score without physician_global or mmt: {visits} visits, the first")


@pytest.mark.parametrize(
    ("renamed", "added", "told"),
    [
        ({}, {}, None),
        ({}, {"site": "A"}, "site"),
        ({}, {"analyzed": "false"}, "analyzed (is it analysed?)"),
        (
            {"end_reason": "reason_end", "stop_week": "stop_date"},
            {},
            "stop_date (is it stop_week, in weeks since the first dose?), "
            "reason_end (is it end_reason?)",
        ),
    ],
)
def test_columns_that_are_not_used_are_named_with_what_may_be_meant(
    renamed, added, told, tmp_path, capsys
):
    made = make_study(6, missing=0, missed=0, seed=3)
    made.patients = [
        {renamed.get(name, name): value for name, value in row.items()} | added
        for row in made.patients
    ]
    assert main(["check", str(made.write(tmp_path / "study"))]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if "nor exported" in line]
    file = "note: synthetic_patients.csv: columns that are neither used nor exported: "
    assert notes == ([] if told is None else [f"{file}{told}"])


def test_a_column_is_used_if_one_table_of_its_file_uses_it():
    def table(file, *unused):
        return TypedTable(
            pd.DataFrame(), TableSource(file), unused={name: f"{name}?" for name in unused}
        )

    tables = [
        table("a/redcap.csv", "site", "mmt"),
        table("a/redcap.csv", "age", "site"),
        table("a/events.csv", "mmt", "grade"),
        table("a/treatments.csv"),
    ]
    said = ": columns that are neither used nor exported: "
    assert list(_unused_columns(tables)) == [
        f"redcap.csv{said}site?",
        f"events.csv{said}mmt?, grade?",
    ]


@pytest.mark.parametrize("listings", [True, False])
def test_remarks_of_a_report_name_patients_only_if_its_listings_do(tmp_path, listings):
    made = make_study(6, missed=0, missing=0)
    made.description = made.description.replace(
        "[study]", f"[study]\nlistings = {str(listings).lower()}"
    )
    for row in made.visits:
        if row["patient_id"] in ("P002", "P003"):
            row["week"] += 3 / 7 if row["week"] == 0 else 0
            row["mmt"] = row["mmt"] if row["week"] < 4 else ""
    data = StudyData.read(made.write(tmp_path))
    named = [remark for remark in data.remarks if re.search("P00[0-9]", remark)]
    assert len(named) == 2
    shown = [remark for remark in data.published_remarks if re.search("P00[0-9]", remark)]
    assert shown == (named if listings else [])
    assert len(data.published_remarks) == len(data.remarks)


def of_ends(reasons, events, *, names=True, deaths=None):
    """The remarks on ends without an event; events as pairs of a patient and whether serious."""
    ids = [f"P{number}" for number in range(1, len(reasons) + 1)]
    patients = pd.DataFrame({"patient_id": ids, "end_reason": reasons})
    if deaths is not None:
        patients["death_week"] = deaths
    found = pd.DataFrame(events, columns=["patient_id", "serious"])
    return list(ends_without_events({"patients": patients, "adverse_events": found}, names=names))


def test_a_death_or_a_stop_for_an_event_without_one_is_doubtful():
    reasons = ["death", "death", "adverse_event", "adverse_event", "withdrawal"]
    events = [("P1", True), ("P2", False), ("P3", False)]
    assert of_ends(reasons, events) == [
        "1 patient who died has no serious adverse event: P2",
        "1 patient who stopped because of an adverse event has no adverse event: P4",
    ]
    assert of_ends(reasons[:2], []) == [
        "2 patients who died have no serious adverse event: the first P1"
    ]
    assert of_ends(reasons[:2], [], names=False) == [
        "2 patients who died have no serious adverse event"
    ]
    assert of_ends(["completed", "withdrawal"], []) == []


def test_a_death_after_a_stop_without_an_event_is_doubtful_for_both():
    reasons, deaths = ["adverse_event", "completed", "completed"], [14, 30, np.nan]
    assert of_ends(reasons, [("P2", True)], deaths=deaths) == [
        "1 patient who died has no serious adverse event: P1",
        "1 patient who stopped because of an adverse event has no adverse event: P1",
    ]
    assert of_ends(reasons, [("P1", True), ("P2", False)], deaths=deaths) == [
        "1 patient who died has no serious adverse event: P2"
    ]


def test_a_visit_without_a_score_is_not_counted_among_those_with_bounds():
    """Its missing disability index changes nothing: the score is not there anyway."""
    data = StudyData.read(example_folder())
    visits = data.trial.visits.assign(visit_week=data.trial.visits["week"])
    (before,) = incomplete_visits(data.study, visits)
    visits.loc[5, ["mmt", "haq"]] = np.nan
    lacking, after = incomplete_visits(data.study, visits)
    assert lacking.startswith("no score without physician_global or mmt: 1 visit")
    assert after == before
