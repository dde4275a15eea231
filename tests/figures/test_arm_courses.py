import numpy as np
import pytest

from tests.cases import some
from tisstats.figures.arm_courses import ArmCourses, PatientCourse, WeekMedian, describe, draw
from tisstats.figures.palette import GRID

STAMP = "Synthetic patients: not real patients"
WEEKS = (4, 12, 24)


def course(*scores, **left_open):
    return PatientCourse([0, *WEEKS[: len(scores)]], [0, *scores], **left_open)


OPEN = {"open_weeks": [24], "open_low": [20], "open_high": [55]}
SOME = [course(20, 45, 60), course(10, 5), course(0, 12.5, **OPEN), course()]


def arm(label="Active treatment", courses=SOME, medians=((20, 10, 30), (45, 30, 50), (60, 50, 70))):
    weeks = zip(WEEKS, medians, strict=False)
    found = [WeekMedian(week, 3, median, q1, q3) for week, (median, q1, q3) in weeks]
    return ArmCourses(label, 6, courses, found)


NAN = (np.nan, np.nan, np.nan)
CASES = {
    "one": [arm()],
    "two": [arm(), arm("Placebo")],
    "eight": [arm(f"Dose {number}") for number in range(8)],
    "long label": [arm("A dose of the treatment that takes more than one line " * 2)],
    "many patients": [arm(courses=SOME * 75)],
    "not listed": [arm(courses=None)],
    "nobody": [ArmCourses("Empty", 0, [], [WeekMedian(24, 0, *NAN)])],
    "one week": [arm(courses=None, medians=((20, 10, 30),))],
    "no median": [arm(medians=(NAN, NAN, NAN))],
}
MANY_WEEKS = [
    ArmCourses(
        "Weekly",
        1,
        [PatientCourse(range(53), [1.0] * 53)],
        [WeekMedian(week, 1, 1.0, np.nan, np.nan) for week in range(1, 53)],
    )
]


@pytest.mark.parametrize("arms", [*CASES.values(), MANY_WEEKS], ids=[*CASES, "many weeks"])
def test_panels_are_legible(tidy, arms):
    tidy(draw, arms, threshold=40, stamp=STAMP)


@pytest.mark.parametrize("arms", some(CASES.values(), 2))
def test_panels_without_a_threshold_are_legible(tidy, arms):
    tidy(draw, arms, threshold=None, stamp=STAMP)


def test_a_panel_has_a_line_for_each_patient_the_median_and_the_threshold():
    (axes,) = draw([arm()], threshold=40).axes[1:]
    lines = [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines]
    for each in SOME:
        assert (list(each.weeks), list(each.scores)) in lines
    assert ([24, 24], [20, 55]) in lines
    assert ([4, 12, 24], [20, 45, 60]) in lines
    assert any(line.get_linestyle() == ":" and set(line.get_ydata()) == {40} for line in axes.lines)


def test_single_patients_are_not_drawn_where_they_are_not_listed(texts):
    figure = draw([arm(courses=None)], threshold=40)
    (axes,) = figure.axes[1:]
    assert len([line for line in axes.lines if line.get_color() != GRID]) == 2
    assert len(axes.collections) == 1
    assert any("Band: first to third quartile" in text for text in texts(figure))


def test_the_origin_stands_in_the_figure_and_in_its_description(texts):
    assert STAMP in texts(draw([arm()], threshold=40, stamp=STAMP))
    said = describe([arm(), arm("Placebo", medians=(NAN,))], threshold=40, stamp=STAMP)
    assert said.startswith(f"{STAMP}. Median score at week 24: 60 (Active treatment). Total")
    assert "Total Improvement Score over time, points, up to week 24" in said
    assert "Active treatment (n=6): median 20 at week 4 (n=3), 45 at week 12 (n=3)" in said
    assert "Placebo (n=6): median not known at any week." in said
    assert "dotted" not in describe([arm()], threshold=None)


def test_no_arm_is_refused():
    for function in (draw, describe):
        with pytest.raises(ValueError, match="at least one arm"):
            function([], threshold=40)
