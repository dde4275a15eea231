import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyArrowPatch, Rectangle

from tisstats.figures.layout import Layout
from tisstats.figures.trial_flow import describe, draw
from tisstats.trial.flow import ArmFlow, ParticipantFlow

REASONS = ("rescue_medication", "adverse_event", "lack_of_efficacy", "lost_to_follow_up", "other")


def arm(label, number=75, **changes):
    counts = {
        "recorded": number,
        "with_baseline": number,
        "treated": number,
        "analysed": number - 1,
        "completed": number - 1 - len(REASONS),
        "ongoing": 0,
        "stopped": dict.fromkeys(REASONS, 1),
        "rescued": 2,
        "visited": number - 8,
        "scored": number - 9,
    }
    return ArmFlow(**{"label": label, **counts, **changes})


def flow(*arms, visit="visit at week 24"):
    return ParticipantFlow(arms, visit)


UNRECORDED = {"treated": None, "completed": None, "stopped": None, "rescued": None}
ONE = flow(arm("Open label", 12), visit="visit after baseline, up to week 52.5")
TWO = flow(arm("Active"), arm("Placebo", 3000, stopped={}, completed=2999))
FOUR = flow(*(arm(label) for label in ("Low", "Medium", "High", "Placebo")))
LONG_WORDS = flow(arm("Azathioprine"), arm("Mycophenolate"), arm("Methotrexate 25 mg"), arm("None"))
UNKNOWN = flow(arm("Active", **UNRECORDED), arm("A" * 80, **UNRECORDED))
EIGHT = flow(*(arm(f"Dose {number}", 10**number) for number in range(1, 9)))

FLOWS = {
    "one": ONE,
    "two": TWO,
    "four": FOUR,
    "long words": LONG_WORDS,
    "unknown": UNKNOWN,
    "eight": EIGHT,
}


@pytest.mark.parametrize("name", FLOWS)
def test_diagram_is_legible(tidy, name):
    tidy(draw, FLOWS[name])


@pytest.mark.parametrize("name", FLOWS)
def test_no_boxes_touch_and_texts_lie_inside_boxes_or_are_titles(name):
    figure = draw(FLOWS[name])
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    page = figure.axes[0]
    boxes = [p.get_window_extent() for p in page.patches if isinstance(p, Rectangle)]
    for text in page.texts:
        extent = text.get_window_extent()
        inside = any(
            box.padded(1).contains(extent.x0, extent.y0)
            and box.padded(1).contains(extent.x1, extent.y1)
            for box in boxes
        )
        outside = not any(box.overlaps(extent.padded(-1)) for box in boxes)
        assert inside or outside, text.get_text()
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def columns(figure):
    boxes = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    return len({round(box.get_x(), 6) for box in boxes})


@pytest.mark.parametrize(
    ("name", "expected"),
    [("one", 1), ("two", 2), ("four", 4), ("eight", 4), ("unknown", 1), ("long words", 4)],
)
def test_arms_stand_side_by_side(name, expected):
    assert columns(draw(FLOWS[name])) == expected


def test_fewer_stand_side_by_side_where_a_word_of_a_label_would_break(texts):
    figure = draw(LONG_WORDS, layout=Layout.PHONE)
    assert columns(figure) == 2
    assert {"Azathioprine", "Mycophenolate", "Methotrexate 25 mg"} <= set(texts(figure))


def test_arrows_lead_to_every_box():
    arrows = [p for p in draw(FOUR).axes[0].patches if isinstance(p, FancyArrowPatch)]
    assert len(arrows) == 4 * 4


def test_all_counts_are_written(texts):
    written = texts(draw(ONE))
    assert "12 in the table of patients" in written
    assert {"Open label", "12 in the table", "12 with baseline", "12 treated"} <= set(written)
    assert {"11 analysed", "1 not analysed", "6 completed", "5 did not complete"} <= set(written)
    assert {"1 adverse event", "1 lost to follow-up", "1 other or unstated reason"} <= set(written)
    assert {"2 with rescue medication", "4 with the visit", "3 with a known score"} <= set(written)
    assert "Analysed with a visit after baseline, up to week 52.5" in written


def test_what_is_not_recorded_is_said(texts):
    written = " ".join(texts(draw(UNKNOWN)))
    for text in ("treatment", "completion", "rescue medication"):
        assert f"{text} not recorded" in written
    assert "stopped" not in written


def test_description_has_the_counts_arm_by_arm():
    assert describe(flow(arm("Active", 9, stopped={"death": 1}, completed=7))) == (
        "8 of 9 participants were analysed; 0 of these have a known score at the visit at week 24. "
        "Flow of 9 participants by arm, from top to bottom. Active, 9 in the table, 9 with "
        "baseline, 9 treated; Analysis: 8 analysed, 1 not analysed; Follow-up of those analysed: "
        "7 completed, 1 did not complete, 1 death, 2 with rescue medication; Analysed with a visit "
        "at week 24: 1 with the visit, 0 with a known score."
    )


def test_a_flow_without_arms_is_refused():
    with pytest.raises(ValueError, match=r"flow\.arms must contain at least one arm"):
        draw(flow())
