import pytest

from tisstats.figures.palette import BLUE, PAPER
from tisstats.figures.threshold_shares import NOTE, ArmShare, ThresholdRow, describe, draw

ROWS = [
    ThresholdRow("A trial: drug or placebo, week 8", 20, ArmShare(30, 40), ArmShare(16, 40)),
    ThresholdRow("A trial: drug or placebo, week 8", 40, ArmShare(20, 40), ArmShare(8, 40), True),
    ThresholdRow("A study with a name that is longer than there is room on a phone " * 2, 40,
                 ArmShare(10, 10)),
]  # fmt: skip


@pytest.mark.parametrize("rows", [ROWS, ROWS[2:], ROWS[:1] * 4])
def test_chart_is_legible(tidy, rows):
    tidy(draw, rows)


def test_circles_are_where_the_axis_says_and_placebo_is_open():
    axes = draw(ROWS).axes[0]
    ticks = {text.get_text(): text.get_position()[0] for text in axes.texts}
    percent = (ticks["100%"] - ticks["0%"]) / 100
    circles = [line for line in axes.lines if line.get_marker() == "o"]
    at = {
        fill: [
            (float(line.get_xdata()[0]) - ticks["0%"]) / percent
            for line in circles
            if line.get_markerfacecolor() == fill
        ]
        for fill in (BLUE, PAPER)
    }
    assert at[BLUE] == pytest.approx([75, 50, 100])
    assert at[PAPER] == pytest.approx([40, 20])


def test_only_inferred_counts_are_dashed():
    dashed = [line for line in draw(ROWS).axes[0].lines if line.is_dashed()]
    assert len(dashed) == 1


def test_rows_have_their_counts(texts):
    written = texts(draw(ROWS))
    assert {"75% v 40%", "30/40 v 16/40", "20/40 v 8/40, inferred"} <= set(written)
    assert {"100%, no placebo", "10/10", NOTE} <= set(written)


def test_description_tells_every_row():
    told = describe(ROWS)
    assert told.startswith(
        "With placebo, in one trial, 40% responded at 20 points and 20% responded at 40 points. "
    )
    assert "TIS ≥ 40, 50% v 20% (20/40 v 8/40, inferred)." in told
    assert told.endswith(NOTE)
    assert describe(ROWS[2:]).startswith("No study has a placebo arm. ")


def test_a_range_is_that_of_the_placebo_arms():
    other = ThresholdRow("Another", 20, ArmShare(9, 10), ArmShare(7, 10))
    assert describe([ROWS[0], other]).startswith(
        "With placebo, in 2 trials, 40% and 70% responded at 20 points. "
    )


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="at least one study"):
        draw([])
    with pytest.raises(ValueError, match="rows of one study must be consecutive, got 'A trial"):
        describe([ROWS[0], ROWS[2], ROWS[1]])
