import pytest

from tisstats.figures.amendment_splits import SplitRow, describe, draw
from tisstats.figures.layout import EDGE, Layout
from tisstats.figures.palette import BLUE, PAPER


def rows(number=6, label="{} gone before week 4"):
    return [SplitRow(label.format(k), 1 + k, 9, 7 - k, 10) for k in range(number)]


@pytest.mark.parametrize("number", [1, 2, 6])
def test_splits_are_legible(tidy, number):
    tidy(draw, rows(number))


def test_equal_shares_and_the_ends_of_the_axis_are_legible(tidy):
    tidy(draw, [SplitRow("all", 9, 9, 10, 10), SplitRow("none", 0, 9, 0, 10)])


def test_long_labels_are_wrapped(tidy):
    tidy(draw, rows(3, "gone before the decision on the amended regimen " * 3 + "{}"))


def test_both_periods_are_told_apart_by_size_and_filling():
    figure = draw(rows(1))
    marked = [line for line in figure.axes[0].lines if line.get_marker() not in ("None", "")]
    looks = {(line.get_markersize(), line.get_markerfacecolor()) for line in marked}
    assert looks == {(9, PAPER), (6, BLUE)}


def test_marks_stand_at_the_shares():
    figure = draw([SplitRow("all", 9, 9, 0, 10)], layout=Layout.PHONE)
    at = {
        line.get_markersize(): float(line.get_xdata()[0])
        for line in figure.axes[0].lines
        if line.get_marker() == "o"
    }
    # All at the right end of the axis, none at the left one; the key was drawn before.
    edge = EDGE + 0.2
    assert at == pytest.approx({9: figure.get_figwidth() - edge, 6: edge})


def test_numbers_are_written_and_told(texts):
    written = texts(draw(rows()))
    assert "1 of 9 before, 7 of 10 after" in written
    assert {"enrolled before the amendment", "enrolled after the amendment", "0%", "100%"} <= set(
        written
    )
    told = describe(rows())
    assert told.startswith(
        "On our assumptions the counts allow 6 splits, from 1 of 9 before against 7 of 10 after to "
        "6 of 9 before against 2 of 10 after."
    )
    assert "5 gone before week 4: 6 of 9 before, 2 of 10 after" in told


def test_no_split_is_refused():
    with pytest.raises(ValueError, match="rows must contain at least one"):
        draw([])
