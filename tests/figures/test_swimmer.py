from dataclasses import replace

import pytest
from matplotlib.lines import Line2D

from tisstats.figures.layout import Layout
from tisstats.figures.patient_rows import MOST_NAMED
from tisstats.figures.swimmer import Lane, describe, draw

STAMP = "Synthetic patients"
TREATED = (0, 3, 6)
LANES = [
    Lane("A", "", 9, (0, 3, 6, 9), TREATED, response=6),
    Lane("B", "", 9, (0, 3, 6, 9), TREATED, response=3),
    Lane("C", "", 6, (0, 3, 6), (0, 3), rescue=6, stop=6),
    Lane("D", "", 4, (0, 3), (0,), response=3, stop=4),
]


def in_arms(arms, each, name="CENTRE-000017-{}"):
    return [
        Lane(
            name.format(number),
            f"Arm {arm}",
            24 - number % 20,
            range(0, 25 - number % 20, 4),
            range(0, 25 - number % 20),
            response=8 if number % 3 == 0 and number % 20 < 16 else None,
            rescue=4 if number % 7 == 1 else None,
            stop=24 - number % 20 if number % 20 else None,
        )
        for arm in range(arms)
        for number in range(each)
    ]


CASES = {
    "some": LANES,
    "one": LANES[:1],
    "nothing happened": [Lane("1", "", 0, (0,))],
    "named": in_arms(4, MOST_NAMED // 4),
    "many": in_arms(4, 75),
    "before week 0": [Lane("1", "", 9, (-2.5, 0, 9), (-0.5,))],
}


@pytest.mark.parametrize("lanes", CASES.values(), ids=CASES)
def test_lanes_are_legible(tidy, lanes):
    tidy(draw, lanes, stamp=STAMP)


def test_the_title_counts_stops_and_those_after_a_response(texts):
    assert describe(LANES, stamp=STAMP).startswith(
        f"{STAMP}. 2 of 4 patients stopped early, 1 of them after a first response. Weeks on study"
    )
    assert describe(LANES[:2]).startswith("No early stop is recorded for 2 patients. ")
    assert describe(LANES[2:3], outcome="worsening").startswith(
        "1 of 1 patient stopped early. Weeks on study"
    )
    assert STAMP in texts(draw(LANES, stamp=STAMP))
    grouped = [Lane("6", "Active", 9, (0, 9)), Lane("5", "Placebo", 4, (0, 4), stop=4)]
    assert describe(grouped).startswith(
        "Stopped early: 0 of 1 (Active) and 1 of 1 (Placebo). Weeks on study"
    )


def test_a_response_after_the_stop_does_not_come_before_it():
    lane = Lane("1", "", 9, (0, 3, 9), response=9, stop=3)
    assert not lane.responded_first
    assert "0 of" not in describe([lane]).partition(".")[0]


def test_early_responses_are_on_top_and_long_times_next(texts):
    drawn = [text for text in texts(draw(LANES)) if text in "ABCD"]
    assert drawn == ["B", "D", "A", "C"]


def test_the_key_has_the_marks_that_occur(texts):
    assert {"treatment", "visit", "first response", "rescue medication", "stopped early"} <= set(
        texts(draw(LANES))
    )
    assert not {"rescue medication", "stopped early"} & set(texts(draw(LANES[:2])))


def test_both_colours_of_a_lane_and_all_marks_are_named(texts):
    note = "Lane in blue: since the first worsening."
    assert note in texts(draw(LANES, outcome="worsening"))
    said = describe(LANES, outcome="worsening")
    assert note in said
    marks = "treatment, visit, first worsening, rescue medication, stopped early"
    assert f"with marks for: {marks}." in said
    nobody = [replace(lane, response=None) for lane in LANES]
    assert not any("Lane in" in text for text in texts(draw(nobody)))
    assert "Lane in" not in describe(nobody)
    # Without names, rows are too low for the marks of treatments and visits.
    assert "with marks for: first response, " in describe(CASES["many"])


def test_many_patients_are_drawn_without_names_and_the_figure_says_why(texts):
    figure = draw(CASES["many"], layout=Layout.PHONE)
    assert any("Each row is one of 300 patients; more than 40" in text for text in texts(figure))
    assert not any("CENTRE" in text or text == "visit" for text in texts(figure))
    assert figure.get_figheight() < 10


def test_description_counts_by_group():
    said = describe(LANES)
    assert "up to week 9" in said
    assert (
        "4 patients; with a first response: 3 (week 3 to 6); with rescue medication: 1; stopped "
        "early: 2." in said
    )
    # Where nobody has a mark, it may not have been recorded.
    assert "1 patient; with a first response: 1 (week 6)." in describe(LANES[:1])


def test_the_axis_reaches_a_death_after_the_last_visit():
    lane = replace(LANE, death=14)
    said = describe([lane])
    assert "up to week 14" in said
    assert said.endswith("; died: 1.")


def test_who_stopped_in_the_week_of_the_death_has_one_mark():
    def marks(stop):
        drawn = draw([replace(LANE, stop=stop, death=10)]).findobj(Line2D)
        counts = {
            sign: [len(line.get_xdata()) for line in drawn if line.get_marker() == sign]
            for sign in "XP"
        }
        return {sign: sorted(found) for sign, found in counts.items()}

    # On the lane, and in the key.
    assert marks(9) == {"X": [1, 1], "P": [1, 1]}
    assert marks(10) == {"X": [], "P": [1, 1]}


def test_no_lane_is_refused():
    for function in (draw, describe):
        with pytest.raises(ValueError, match="at least one patient"):
            function([])


LANE = Lane("1", "", 9, (0, 3, 9))


@pytest.mark.parametrize(
    ("name", "week", "meaning"),
    [
        ("treatments", (0, 3), "treatment"),
        ("response", 3, "first worsening"),
        ("rescue", 6, "rescue medication"),
        ("stop", 9, "stopped early"),
        ("death", 10, "died"),
    ],
)
def test_the_key_has_the_marks_that_occur_and_no_others(texts, name, week, meaning):
    meanings = {"treatment", "first worsening", "rescue medication", "stopped early"}
    meanings.add("died")
    written = set(texts(draw([replace(LANE, **{name: week})], outcome="worsening")))
    assert written & meanings == {meaning}


def test_the_title_does_not_count_a_response_after_the_stop():
    lanes = [replace(LANE, response=9, stop=3), replace(LANE, response=3, stop=3)]
    assert describe(lanes[:1]).startswith("1 of 1 patient stopped early. Weeks on study")
    assert describe(lanes).startswith(
        "2 of 2 patients stopped early, 1 of them after a first response. Weeks on study"
    )
