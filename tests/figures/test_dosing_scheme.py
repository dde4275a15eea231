import pytest

from tisstats.figures.dosing_scheme import describe, draw
from tisstats.figures.layout import Layout
from tisstats.lim2021.regimens import AMENDED, STANDARD, Infusion, Regimen

BOTH = (STANDARD, AMENDED)
WEEKS = {STANDARD.name: [0, 3, 6, 9], AMENDED.name: [0, 3, 4, 8, 9]}
CROWDED = Regimen(
    "A regimen whose name is so long that it cannot stand on a single line",
    tuple(Infusion(week, 0.4, inferred=week > 2) for week in range(7)),
    "made up",
    "With a description that is long as well, so that it has to be broken into several lines",
)


@pytest.mark.parametrize(
    ("regimens", "assessments"),
    [
        (BOTH, WEEKS),
        (BOTH, None),
        ((STANDARD,), {}),
        ((CROWDED, *BOTH), {CROWDED.name: range(7)}),
        ((CROWDED,), {CROWDED.name: [26]}),
        ((STANDARD,), {STANDARD.name: [52]}),
    ],
)
def test_timelines_are_legible(tidy, regimens, assessments):
    tidy(draw, regimens, assessments)


def test_names_doses_and_weeks_are_written(texts):
    written = texts(draw(BOTH, WEEKS, layout=Layout.PHONE))
    assert {STANDARD.name, AMENDED.name, STANDARD.description} <= set(written)
    assert "Weeks since the first infusion" in written
    assert written.count("2 g/kg") == 3
    assert written.count("1 g/kg") == 2
    assert {"1", "2"} <= set(written), "doses next to each other stand without unit"
    assert written.count("9") == 2


def test_what_is_our_reading_is_told_apart_by_more_than_colour(texts, boxes):
    figure = draw(BOTH)
    assert "dose inferred from the text" in texts(figure)
    dashed = [box for box in boxes(figure, (1, 1, 1, 1)) if box.get_linestyle() != "solid"]
    assert len(dashed) == 3 + 1, "three doses and their key"


def test_key_is_left_out_where_nothing_needs_explaining(texts):
    assert not {"dose as printed", "assessment"} & set(texts(draw([STANDARD])))


def test_timelines_end_with_the_last_infusion_or_assessment():
    assert "from week 0 to week 8," in describe(BOTH)
    assert "from week 0 to week 6," in describe([STANDARD])
    assert "from week 0 to week 10," in describe([STANDARD], {STANDARD.name: [9.5]})


def test_description_tells_every_dose_and_assessment():
    told = describe(BOTH, WEEKS)
    assert "2 g/kg in week 0, 1 g/kg in week 3 and 1 g/kg in week 6" in told
    assert "2 g/kg in week 4 (inferred)" in told
    assert "Assessments in weeks 0, 3, 6 and 9." in told
    assert "week 0 to week 9" in told


def test_assessments_of_an_unknown_regimen_are_refused():
    with pytest.raises(ValueError, match=r"assessments must be keyed by regimen .*, got 'other'"):
        draw(BOTH, {"other": [3]})


def test_no_regimen_is_refused():
    with pytest.raises(ValueError, match="regimens must contain at least one"):
        draw([])
