from itertools import product

import pandas as pd
import pytest

from tests.cases import some
from tisstats.figures.palette import GRID
from tisstats.figures.score_courses import ScoreCourse, courses_from_table, describe, draw

STAMP = "Synthetic patients"
RESPONDERS = [
    ScoreCourse("1", [0, 3, 6, 9], [0, 45, 60, 62.5], True),
    ScoreCourse("2", [0, 3, 6, 9], [0, 45, 50, 62.5], True),
    ScoreCourse("3", [0, 3, 4, 8, 9], [0, 25, 42.5, 60, 55], True),
]
OTHERS = [
    ScoreCourse("4", [0, 3, 6], [0, 10, 5], False, ended_early=True),
    ScoreCourse("5", [0, 3, 6, 9], [0, 25, 15, 7.5], False),
    ScoreCourse("6", [0, 3], [0, 0], False, ended_early=True),
]
ASKED = {"threshold": 40, "horizon_week": 9}


def test_labels_of_points_close_to_each_other_keep_clear(tidy):
    ends = [60, 60, 62.5, 62.5, 65, 65]
    close = [ScoreCourse(str(n), [0, 3, 9], [0, 45, end], True) for n, end in enumerate(ends)]
    tidy(draw, [*close, *OTHERS], **ASKED)


COURSES = {"both": [*RESPONDERS, *OTHERS], "one": RESPONDERS, "others": OTHERS * 20}


@pytest.mark.parametrize(
    ("stamp", "which"), some(product(["", STAMP, "Synthetic patients, " * 6], COURSES), 5)
)
def test_courses_are_legible(tidy, which, stamp):
    tidy(draw, COURSES[which], stamp=stamp, **ASKED)


def test_synthetic_patients_are_called_so_in_the_figure_itself(texts):
    assert STAMP in texts(draw([*RESPONDERS, *OTHERS], stamp=STAMP, **ASKED))
    assert describe([*RESPONDERS, *OTHERS], stamp=STAMP, **ASKED).startswith(
        f"{STAMP}. 3 of 6 patients reached 40 points by week 9. Total"
    )


def test_one_line_a_patient_and_the_threshold():
    upper, lower = draw([*RESPONDERS, *OTHERS], **ASKED).axes[1:]
    solid = [
        line for line in upper.lines if line.get_linestyle() == "-" and line.get_color() != GRID
    ]
    assert [list(line.get_ydata()) for line in solid] == [c.scores for c in RESPONDERS]
    for axes in (upper, lower):
        (dotted,) = (line for line in axes.lines if line.get_linestyle() == ":")
        assert set(dotted.get_ydata()) == {40}


def test_early_ends_are_marked_and_counted(texts):
    figure = draw([*RESPONDERS, *OTHERS], **ASKED)
    crosses = [line for line in figure.axes[2].lines if line.get_marker() == "X"]
    assert [list(cross.get_xdata()) for cross in crosses] == [[6], [3]]
    assert any("stopped early (n=2)" in text for text in texts(figure))


def test_patients_who_end_at_one_point_are_counted_there(texts):
    assert "×2" in texts(draw([*RESPONDERS, *OTHERS], **ASKED))
    alone = texts(draw(RESPONDERS[:1], **ASKED))
    assert [text for text in alone if "×2" in text] == []


def test_description_tells_the_counts_and_the_last_scores():
    told = describe([*RESPONDERS, *OTHERS], **ASKED)
    assert "6 patients up to week 9" in told
    assert "Reached 40 points (n=3): last scores from 55 to 62.5." in told
    assert "(n=3): last scores from 0 to 7.5, 2 stopped early." in told
    assert "(n=0): none." in describe(RESPONDERS, **ASKED)


def test_courses_without_a_score_for_each_week_are_refused():
    with pytest.raises(ValueError, match="at least one course"):
        draw([], **ASKED)
    with pytest.raises(ValueError, match=r"patient 7 must be .* got 1 scores and 2 weeks"):
        ScoreCourse("7", [0, 3], [0], True)


def test_whoever_may_have_reached_the_threshold_is_counted_apart(texts):
    unknown = ScoreCourse("8", [0, 3], [0, 39], None)
    said = "Did not reach 40 points (n=3), or unknown (n=1)"
    assert any(said in text for text in texts(draw([*OTHERS, unknown], **ASKED)))
    told = describe([*OTHERS, unknown], **ASKED)
    assert said in told
    assert told.startswith("0 of 4 patients reached 40 points by week 9, 1 unknown. ")


def test_courses_are_gathered_from_a_table_of_visits():
    table = pd.DataFrame(
        {
            "patient_id": ["9", "9", "10", "10", "10", "11"],
            "week": [0, 3, 0, 3, 6, 0],
            "tis": [0, 45.0, 0, None, 5, 0],
            "responder": [True, True, False, False, False, None],
            "ended_early": [False, False, True, True, True, False],
        }
    )
    assert courses_from_table(table) == [
        ScoreCourse("9", [0, 3], [0, 45], True),
        ScoreCourse("10", [0, 6], [0, 5], False, ended_early=True),
        ScoreCourse("11", [0], [0], None),
    ]


def test_one_patient_is_not_in_the_plural():
    alone = [ScoreCourse("1", [0, 3, 9], [0, 45, 60], True)]
    said = describe(alone, threshold=40, horizon_week=9)
    assert said.startswith(
        "1 of 1 patient reached 40 points by week 9. Total Improvement Score of 1 "
    )
    assert "patients" not in said
