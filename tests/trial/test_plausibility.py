"""Ranges and units that the values of a study make doubtful."""

import pytest

from tests.trial.studies import make_study
from tisstats.cli import main
from tisstats.trial.study_data import StudyData


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
    assert "note: 1 visit left out: before the baseline" in capsys.readouterr().out.splitlines()


def test_an_arm_without_patients_is_remarked_by_check(tmp_path, capsys):
    made = make_study(12, missing=0, missed=0, seed=5)
    for row in made.patients:
        row["arm"] = "active"
    folder = made.write(tmp_path)
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["note: no patient is in the arm control"]
