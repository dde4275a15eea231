from fractions import Fraction

import pytest
from matplotlib.colors import to_rgba

from tisstats.figures.palette import BAND
from tisstats.figures.range_forest import ScaledChange, describe, draw
from tisstats.measures.scales import Scale


def scale(name, high=10, better="lower", low=0, **more):
    return Scale(name, name, low, high, Fraction(1, 10), "cm", better, "", **more)


def change(of, median, q1, q3, note=""):
    numbers = (Fraction(each).limit_denominator(1000) for each in (median, q1, q3))
    return ScaledChange(of, *numbers, f"{median} ({q1} to {q3}) {of.unit}", note)


PAIN = change(scale("Pain"), -2.5, -4, -0.5, "P = 0.03")
STRENGTH = change(scale("Strength", 110, "higher", low=10), 5, -7, 30)
SAME = change(scale("Stairs", assumed=True), 0, -1, 1)
ENZYME = change(scale("Enzyme", None), -103, -3066, -12, "P < 0.01")
CHANGES = [STRENGTH, PAIN, ENZYME, SAME]


@pytest.mark.parametrize(
    "changes",
    [
        CHANGES,
        [SAME],
        [change(scale("A measure whose name is longer than there is room " * 2), 9, -9, 10)] * 4,
        [change(scale("Worse"), 8, 7, 10), ENZYME],
    ],
)
def test_forest_is_legible(tidy, changes):
    tidy(draw, changes)


def test_improvement_is_in_per_cent_of_the_range_and_positive_if_better():
    assert PAIN.improvement == (Fraction(5, 100), Fraction(25, 100), Fraction(40, 100))
    assert STRENGTH.improvement == (Fraction(-7, 100), Fraction(5, 100), Fraction(30, 100))
    assert ENZYME.improvement is None
    assert (PAIN.improvement_in_words, STRENGTH.improvement_in_words) == (
        "25 (5 to 40)",
        "5 (−7 to 30)",
    )
    assert ENZYME.improvement_in_words == "–"
    assert SAME.range_in_words == "0 to 10 cm (assumed)"


def test_marks_are_where_the_axis_says(boxes):
    figure = draw(CHANGES)
    axes = figure.axes[0]
    bands = [(b.get_x(), b.get_x() + b.get_width()) for b in boxes(figure, to_rgba(BAND))]
    circles = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"]
    ticks = {text.get_text(): text.get_position()[0] for text in axes.texts}
    percent = (ticks["40%"] - ticks["0%"]) / 40
    assert [(x - ticks["0%"]) / percent for x in circles] == pytest.approx([25, 5, 0])
    assert [(x - ticks["0%"]) / percent for band in bands for x in band] == pytest.approx(
        [5, 40, -7, 30, -10, 10]
    )


def test_the_greatest_improvement_comes_first_and_measures_without_a_range_last(texts):
    written = texts(draw(CHANGES))
    order = [text for text in written if text in {"Pain", "Strength", "Stairs", "Enzyme"}]
    assert order == ["Pain", "Strength", "Stairs", "Enzyme"]
    assert {"← worse", "better →", "0 to 10 cm; P = 0.03", "cm, no upper end; P < 0.01"} <= set(
        written
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            CHANGES,
            "Pain had the largest median improvement, 25% of the range; 1 of 3 measures with a "
            "range had no median improvement",
        ),
        ([SAME], "None of 1 measure with a range had a median improvement"),
        (
            [PAIN, PAIN],
            "2 measures had the largest median improvement, 25% of the range; all of 2 measures "
            "with a range had one",
        ),
    ],
)
def test_the_message_is_true_of_what_is_drawn(changes, message):
    assert describe(changes).startswith(f"{message}. Improvement, % of the range")


def test_description_tells_every_row():
    told = describe(CHANGES)
    assert "Strength: 5 (−7 to 30)%." in told
    assert "not drawn: Enzyme, -103 (-3066 to -12) cm." in told


@pytest.mark.parametrize("changes", [[], [ENZYME]])
def test_nothing_with_a_range_is_refused(changes):
    for function in (draw, describe):
        with pytest.raises(ValueError, match="at least one measure with a range"):
            function(changes)
