import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyArrowPatch, Rectangle

from tisstats.figures.flow_diagram import describe, draw
from tisstats.lim2021.flow import PatientFlow

REASONS = {"earlier immunosuppressants above the allowed dose": 18, "too little weakness": 11}
FULL = PatientFlow(
    screened=59,
    included=20,
    reasons=REASONS,
    reasons_may_overlap=True,
    excluded_from_analysis=1,
    exclusion_reason="ceiling effect",
    analysed=19,
    ended_early=7,
    discontinuation_reason="rescue medication",
)
BARE = PatientFlow(included=20, analysed=20)
LONG = PatientFlow(
    screened=12345,
    included=20,
    reasons={f"reason number {i} that takes more than a line to tell": 1000 for i in range(8)},
    excluded_from_analysis=1,
    exclusion_reason="a thing that takes several lines to be told in full " * 2,
    analysed=19,
    ended_early=0,
)
COMPLETE = PatientFlow(screened=30, included=20, reasons={"refused": 10}, analysed=20)


@pytest.mark.parametrize("flow", [FULL, BARE, LONG, COMPLETE])
def test_diagram_is_legible(tidy, flow):
    tidy(draw, flow)


@pytest.mark.parametrize("flow", [FULL, LONG])
def test_every_text_lies_in_a_box_and_no_boxes_touch(flow):
    figure = draw(flow)
    FigureCanvasAgg(figure).draw()
    page = figure.axes[0]
    boxes = [p.get_window_extent() for p in page.patches if isinstance(p, Rectangle)]
    for text in page.texts:
        extent = text.get_window_extent()
        if extent.y0 > max(box.y1 for box in boxes):
            continue  # the head of the figure
        assert any(
            box.contains(extent.x0, extent.y0) and box.contains(extent.x1, extent.y1)
            for box in boxes
        ), text.get_text()
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])


def test_those_who_leave_stand_to_the_right_of_those_who_stay():
    boxes = [p for p in draw(FULL).axes[0].patches if isinstance(p, Rectangle)]
    stages = [box for box in boxes if box.get_x() < 1]
    leaves = [box for box in boxes if box.get_x() >= 1]
    assert (len(stages), len(leaves)) == (4, 3)
    edge = max(stage.get_x() + stage.get_width() for stage in stages)
    assert all(leave.get_x() > edge + 0.2 for leave in leaves), "room for the arrows"


def test_all_counts_and_reasons_are_written(texts):
    written = texts(draw(FULL))
    assert {"59", "20", "19", "12", "screened", "included", "analysed", "completed"} <= set(written)
    assert {"39 not included", "18", "11", *REASONS} <= set(written)
    assert {"1 excluded from the analysis", "ceiling effect"} <= set(written)
    assert {"7 stopped early", "rescue medication"} <= set(written)
    assert "A patient may have several reasons. 10 to 21 had none of the listed reasons." in written


def test_stages_are_joined_by_arrows():
    arrows = [p for p in draw(FULL).axes[0].patches if isinstance(p, FancyArrowPatch)]
    assert len(arrows) == 3 + 3, "three steps down, three ways out"


def test_what_was_not_counted_is_left_out(texts):
    assert set(texts(draw(BARE))) == {
        *("20 patients were included, 20 analysed", "Patients, from top to bottom"),
        *("20", "included", "analysed"),
    }


def test_note_says_nothing_when_every_reason_is_listed(texts):
    assert not any("none of the reasons" in text for text in texts(draw(COMPLETE)))


def test_description_tells_the_counts_in_order():
    assert describe(FULL) == (
        "20 of 59 screened patients were included, 19 analysed, 12 completed the study. "
        "Flow diagram of the patients, from top to bottom. 59 screened. 39 not included: "
        "18 earlier immunosuppressants above the allowed dose, 11 too little weakness. "
        "A patient may have several reasons. 10 to 21 had none of the listed reasons. "
        "20 included. 1 excluded from the analysis: ceiling effect. 19 analysed. "
        "7 stopped early: rescue medication. 12 completed."
    )
    assert describe(BARE).endswith("20 included. 20 analysed.")
