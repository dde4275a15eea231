from math import nan

import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color

from tests.figures.test_palette import contrast
from tisstats.figures.heat_map import ChangeRow, Measure, describe, draw
from tisstats.figures.palette import CHANGE_COLOURS, DARK, INK, PAPER
from tisstats.measures.core_set import CORE_SET

STAMP = "Synthetic patients"
WHEN = {"when": "the last visit up to week 9"}
SIX = [Measure(rule.name, rule.cutoffs) for rule in CORE_SET.values()]
TWO = [Measure("Strength", (2, 10, 20, 30)), Measure("Activity", (5, 15, 25, 40))]
ROWS = [
    ChangeRow("1", "", (2, -6), 0),
    ChangeRow("2", "", (31, 15), 40),
    ChangeRow("3", "", (2.5, nan)),
]


def bars_of(figure, colour):
    """The ends of the thick lines of a colour, of which cells and bars are made."""
    drawn = [c for axes in figure.axes for c in axes.collections if isinstance(c, LineCollection)]
    return [
        ends for c in drawn if same_color(c.get_colors()[0], colour) for ends in c.get_segments()
    ]


def many(arms, each):
    return [
        ChangeRow(
            f"CENTRE-000017-{number}",
            f"Arm {arm}",
            [nan if (number + place) % 11 == 0 else 9.0 * place - number for place in range(6)],
            float(number % 40) if number % 5 else nan,
        )
        for arm in range(arms)
        for number in range(each)
    ]


CASES = {
    "some": (ROWS, TWO),
    "one measure": ([ChangeRow("1", "", (3,), 10)], TWO[:1]),
    "nothing known": ([ChangeRow("1", "", (nan, nan))], TWO),
    "named": (many(4, 6), SIX),
    "many": (many(4, 75), SIX),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_map_is_legible(tidy, case):
    tidy(draw, *case, stamp=STAMP, **WHEN)


def test_the_title_names_the_measures_that_improved_most_and_least_often():
    assert describe(ROWS, TWO, stamp=STAMP, **WHEN).startswith(
        f"{STAMP}. Strength earned points most often (2 of 3), activity least often (1 of 2). "
        "Improvement from baseline to the last visit up to week 9, % of the range"
    )
    assert describe(ROWS[1:2], TWO, **WHEN).startswith(
        "Strength and activity earned points equally often (1 of 1). "
    )
    assert describe(*CASES["nothing known"], **WHEN).startswith(
        "The change of no measure is known. "
    )


def test_equal_shares_of_unlike_numbers_are_given_in_per_cent():
    rows = [ChangeRow("1", "", (3, 6)), ChangeRow("2", "", (0, 0)), ChangeRow("3", "", (3, nan))]
    rows += [ChangeRow("4", "", (0, nan))]
    assert describe(rows, TWO, **WHEN).startswith(
        "Strength and activity earned points equally often (50%). "
    )


def test_description_counts_each_measure():
    said = describe(ROWS, TWO, **WHEN)
    assert "Strength: 2 of 3 improved enough to score, 0 worse by more than 2%." in said
    assert "Activity: 1 of 2 improved enough to score, 1 worse by more than 5%." in said


@pytest.mark.parametrize(
    ("percent", "level"),
    [(-5.1, 0), (-5, 1), (0, 1), (5, 1), (5.1, 2), (15, 2), (15.1, 3), (25.1, 4), (40.1, 5)],
)
def test_a_cell_has_the_colour_of_its_band(percent, level):
    figure = draw([ChangeRow("1", "", (percent,), 0)], TWO[1:], **WHEN)
    assert len(bars_of(figure, CHANGE_COLOURS[level])) == 1


def test_text_on_every_colour_has_the_contrast_of_wcag_aa():
    for level, colour in enumerate(CHANGE_COLOURS):
        text = PAPER if level > 3 else INK
        assert contrast(text, colour) >= 4.5
        assert contrast(DARK[text], DARK[colour]) >= 4.5


def test_high_scores_come_first_and_open_ones_last(texts):
    drawn = texts(draw(ROWS, TWO, **WHEN))
    # The score 0 follows the score 40; each row's name comes before its cells.
    assert [text for text in drawn if text in ("40", "0", "open")] == ["40", "0", "open"]
    assert {"31", "−6", "not known"} <= set(drawn)


def test_no_row_and_no_measure_are_refused():
    with pytest.raises(ValueError, match="at least one patient"):
        draw([], TWO, **WHEN)
    with pytest.raises(ValueError, match="at least one measure"):
        describe(ROWS, [], **WHEN)


def test_more_measures_than_two_are_counted_in_the_title():
    assert describe([ChangeRow("1", "", (9,) * 6, 40)], SIX, **WHEN).startswith(
        "6 measures earned points equally often (1 of 1). "
    )
