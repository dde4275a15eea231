import pytest

from tests.figures.conftest import visible_texts
from tests.figures.test_heat_map import bars_of
from tisstats.figures.palette import RESPONSE_COLOURS
from tisstats.figures.waterfall import BestScoreBar, describe, draw

STAMP = "Synthetic patients"
ASKED = {"cutoffs": {"minimal": 20, "moderate": 40, "major": 60}, "threshold": 40}
BARS = [
    BestScoreBar("1", "DM", 17.5, 17.5),
    BestScoreBar("2", "DM", 60, 60),
    BestScoreBar("3", "IMNM", 0, 0),
    BestScoreBar("4", "IMNM", 20, 55),
    BestScoreBar("5", "IMNM", 100, 100),
]


def many(arms, each):
    return [
        BestScoreBar(f"CENTRE-000017-{number}", f"Arm {arm}", score, min(score + more, 100))
        for arm in range(arms)
        for number in range(each)
        for score, more in [(2.5 * (number % 41), 20 * (number % 5 == 0))]
    ]


CASES = {
    "some": BARS,
    "one": BARS[:1],
    "nothing known": [BestScoreBar("1", "", 0, 100)],
    "named": many(4, 10),
    "many": many(4, 75),
}


@pytest.mark.parametrize("bars", CASES.values(), ids=CASES)
def test_bars_are_legible(tidy, bars):
    tidy(draw, bars, stamp=STAMP, **ASKED)


def test_the_title_counts_by_group():
    assert describe(BARS, stamp=STAMP, **ASKED).startswith(
        f"{STAMP}. 1 of 2 patients (DM) and 1 of 3 (IMNM) reached 40 points; 1 open. Best Total"
    )
    assert describe(BARS[:2], **ASKED).startswith("1 of 2 patients reached 40 points. ")
    assert describe(BARS, **ASKED | {"threshold": 20}).startswith(
        "1 of 2 patients (DM) and 2 of 3 (IMNM) reached 20 points. "
    )
    assert "IMNM (n=3): from 100 down to 0." in describe(BARS, **ASKED)
    assert describe(many(5, 1), **ASKED).startswith("0 of 5 patients reached 40 points")


@pytest.mark.parametrize(
    ("score", "place"), [(0, 0), (17.5, 0), (20, 1), (37.5, 1), (40, 2), (60, 3), (100, 3)]
)
def test_a_bar_has_the_colour_of_its_category(score, place):
    figure = draw([BestScoreBar("1", "", score, score)], **ASKED)
    ((start, end),) = bars_of(figure, RESPONSE_COLOURS[place])
    assert (end[0] > start[0]) == (score > 0)


def test_the_bars_of_a_group_descend_and_carry_their_score(texts):
    drawn = texts(draw(BARS, **ASKED))
    assert [text for text in drawn if text in "12345"] == ["2", "1", "5", "4", "3"]
    assert {"60", "17.5", "100", "20 to 55", "0"} <= set(drawn)
    assert "What a score can be where measures or visits are missing" in drawn
    assert "What a score" not in " ".join(texts(draw(BARS[:3], **ASKED)))


def test_no_bar_is_refused():
    for function in (draw, describe):
        with pytest.raises(ValueError, match="at least one patient"):
            function([], **ASKED)


def test_the_dotted_line_does_not_run_through_the_number_of_a_bar():
    figure = draw([BestScoreBar("a", "", 37.5, 37.5)], **ASKED)
    (number,) = (text for text in visible_texts(figure) if text.get_text() == "37.5")
    (halo,) = number.get_path_effects()
    lines = [*figure.lines, *(line for axes in figure.axes for line in axes.lines)]
    dotted = [line.get_zorder() for line in lines if line.get_linestyle() == ":"]
    assert halo._gc["linewidth"] >= 2
    assert number.get_zorder() > max(dotted)
