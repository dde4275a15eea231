import pytest

from tisstats.figures.course_bar import describe, draw

STUDY = {
    "at least moderate improvement": 8,
    "minimal improvement": 1,
    "minimal improvement, lost again": 3,
    "no minimal improvement reported": 7,
}
LONG = {f"a course that takes a good many words to tell, number {i}": 3 for i in range(8)}


@pytest.mark.parametrize(
    "groups",
    [
        STUDY,
        STUDY | {"at least moderate improvement": 9},
        {"everybody": 19},
        {"one": 1},
        {"improved": 0, "not improved": 20},
        {"first": 1, "second": 1, "third": 1, "the rest": 57},
        {"most": 57, "second to last": 1, "one before": 1, "the last one": 1},
        LONG,
    ],
)
def test_bar_is_legible(tidy, groups):
    tidy(draw, groups)


def test_one_box_a_patient():
    assert len(draw(STUDY).axes[0].patches) == 19


def test_groups_have_colours_of_their_own():
    colours = [patch.get_facecolor() for patch in draw(STUDY).axes[0].patches]
    assert [colours.count(colour) for colour in dict.fromkeys(colours)] == [8, 1, 3, 7]


def test_every_group_is_named_with_its_share(texts):
    written = texts(draw(STUDY))
    assert {"8 of 19 (42%)", "1 of 19 (5%)", "3 of 19 (16%)", "7 of 19 (37%)"} <= set(written)
    assert set(STUDY) <= set(written)


def test_groups_without_a_patient_are_named_below(texts):
    written = texts(draw({"improved": 3, "worse": 0, "died": 0}))
    assert "No patient: worse; died." in written


@pytest.mark.parametrize("groups", [STUDY, LONG])
def test_no_leader_crosses_a_label(groups):
    figure = draw(groups)
    figure.draw_without_rendering()
    page = figure.axes[0]
    labels = [text.get_window_extent() for text in page.texts]
    for line in page.lines:
        extent = line.get_window_extent()
        assert not any(extent.overlaps(label) for label in labels)


def test_shares_are_rounded_half_up():
    assert "1 of 8 (13%) improved" in describe({"improved": 1, "not": 7})


def test_description_tells_every_count():
    told = describe(STUDY)
    assert "19 boxes" in told
    assert "8 of 19 (42%) at least moderate improvement" in told
    assert "7 of 19 (37%) no minimal improvement reported" in told


def test_negative_and_empty_counts_are_refused():
    with pytest.raises(ValueError, match=r"groups\['improved'\] must be 0 or more, got -1"):
        draw({"improved": -1})
    with pytest.raises(ValueError, match="at least one patient"):
        describe({})
