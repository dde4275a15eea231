from dataclasses import replace

import pytest
from matplotlib.patches import Rectangle

from tisstats.figures.bound_ranges import Axis, BoundRange, EnsemblePercentiles, describe, draw

STAMP = "synthetic cohorts, 5th to 95th percentile"
ROWS = [
    BoundRange(
        "Physician global activity",
        1e-5,
        0.009,
        "below 0.009",
        EnsemblePercentiles(5e-4, 0.002, 0.006),
    ),
    BoundRange(
        "Patient global activity",
        0.022,
        0.035,
        "0.022 to 0.035",
        EnsemblePercentiles(0.02, 0.03, 0.03),
    ),
    BoundRange(
        "Modified Rankin scale, " * 4,
        0.03,
        0.12,
        "0.03 to 0.12",
        attained=False,
        ensemble=EnsemblePercentiles(0.04, 0.05, 0.07),
    ),
]
P_TICKS = [0.0001, 0.001, 0.01, 0.05, 0.1, 1]
P_VALUES = Axis("Exact two-sided P", "the exact P", P_TICKS, logarithmic=True, reference=0.05)
POINTS = Axis("Total Improvement Score (points)", "the score", [0, 20, 40, 60, 80, 100])


def frames(figure):
    """Frames on the axis, without those of the key."""
    return [
        patch
        for patch in figure.axes[0].patches
        if isinstance(patch, Rectangle) and patch.get_height() == pytest.approx(0.19)
    ]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS * 5])
@pytest.mark.parametrize("axis", [P_VALUES, POINTS])
def test_ranges_are_legible(tidy, rows, axis):
    tidy(draw, rows, axis, STAMP)


def test_what_is_only_enclosed_is_dashed_and_said_so(texts):
    figure = draw(ROWS, P_VALUES, STAMP)
    styles = [frame.get_linestyle() for frame in frames(figure)]
    assert [str(each) for each in styles] == ["solid", "solid", str((0, (3, 2)))]
    said = "outer bounds (may be too wide), proven under the conditions of the bounds"
    assert said in texts(figure)
    assert said not in texts(draw(ROWS[:2], P_VALUES, STAMP))


def test_the_ensemble_is_named(texts):
    assert STAMP in texts(draw(ROWS, P_VALUES, STAMP))


def test_frames_stand_where_their_values_are():
    wide, narrow, _ = frames(draw(ROWS, P_VALUES, STAMP))
    assert wide.get_x() < wide.get_x() + wide.get_width() < narrow.get_x()


def test_description_tells_every_range_and_which_are_proven():
    told = describe(ROWS, P_VALUES, STAMP)
    assert "Physician global activity: proven range below 0.009" in told
    assert "Exact two-sided P; proven under the conditions of the bounds." in told
    assert "outer bounds 0.03 to 0.12" in told
    assert told.endswith("A line marks 0.05.")


NARROW, WIDE, FIXED = ROWS[0], replace(ROWS[2], title="Rasch score"), replace(ROWS[0], lower=0.009)


@pytest.mark.parametrize(
    ("rows", "axis", "message"),
    [
        (
            [NARROW, WIDE],
            P_VALUES,
            "The exact P could lie on either side of 0.05 only for Rasch score, if all printed "
            "numbers are met as read here",
        ),
        ([NARROW] * 2, P_VALUES, "The exact P could lie on either side of 0.05 for none of the 2"),
        ([WIDE] * 2, P_VALUES, "The exact P could lie on either side of 0.05 for all 2 measures"),
        ([WIDE] * 4 + [NARROW], P_VALUES, "The exact P could lie on either side of 0.05 for 4 of"),
        ([NARROW, WIDE], POINTS, "The score is not determined for any of the 2 measures"),
        ([NARROW, FIXED], POINTS, "The score is not determined for 1 of the 2 measures"),
        ([FIXED] * 2, POINTS, "The score is determined for all 2 measures"),
    ],
)
def test_the_title_is_a_sentence_on_what_the_bounds_leave_open(rows, axis, message):
    assert describe(rows, axis, STAMP).startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ticks": [1]}, "two or more ascending values"),
        ({"ticks": [1, 0.5]}, "two or more ascending values"),
        ({"ticks": [0, 1]}, "above 0 on a logarithmic axis"),
    ],
)
def test_axes_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(P_VALUES, **changes)


def test_no_row_is_refused():
    with pytest.raises(ValueError, match="rows must contain at least one"):
        draw([], P_VALUES, STAMP)


def test_no_power_of_ten_stands_in_a_description():
    spread = EnsemblePercentiles(low=3.81e-6, median=2e-5, high=0.006)
    tiny = BoundRange("Physician global activity", 1e-5, 0.009, "", ensemble=spread)
    told = describe([tiny], P_VALUES, STAMP)
    assert "median < 0.0001, bar < 0.0001 to 0.006" in told
    assert "e-" not in told
