import numpy as np
import pytest
from matplotlib.colors import to_rgba

from tisstats.figures.ceiling_grid import Grid, describe, draw
from tisstats.figures.palette import TINT

GRID = [[0, 10, 20], [25, 35, 45]]
LABELS = {
    "columns": ["up to 2%", "above 2% to 10%", "above 10%"],
    "rows": ["up to 5%", "above 5%"],
    "column_title": "Strength lost at baseline, % of the maximum",
    "row_title": "Each other measure at baseline, % of its range",
}


def grid(scores=GRID, **changes):
    return Grid(np.array(scores), **({"threshold": 40} | LABELS | changes))


@pytest.mark.parametrize("threshold", [0, 20, 40, 101])
def test_grid_is_legible(tidy, threshold):
    tidy(draw, grid(threshold=threshold))


def test_the_grid_of_the_book_is_legible(tidy):
    from tisstats.measures.core_set import CORE_SET
    from tisstats.teaching.ceiling import attainable_scores_by_band
    from tisstats.teaching.wording import band_labels

    bands = {
        "columns": band_labels(CORE_SET["mmt"].cutoffs),
        "rows": band_labels(CORE_SET["haq"].cutoffs),
    }
    tidy(draw, grid(attainable_scores_by_band(), **bands))


def test_long_titles_are_broken(tidy):
    tidy(draw, grid(row_title="a long title " * 8))


def test_cells_below_the_threshold_are_set_apart_by_hatch_and_tint(boxes):
    figure = draw(grid())
    tinted = boxes(figure, to_rgba(TINT))
    assert len(tinted) == 5 + 1, "five cells and the key"
    assert all(box.get_hatch() for box in tinted)


def test_every_score_is_written_with_its_bands(texts):
    written = texts(draw(grid()))
    assert {"0", "10", "20", "25", "35", "45", "above 2% to 10%", "above 5%"} <= set(written)
    assert "highest score below 40: no response is possible" in written


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        (40, "From 5 of these 6 combinations of baselines, 40 points are out of reach. "),
        (45, "From 5 of these 6 combinations of baselines, 45 points are out of reach. "),
        (46, "From these baselines, 46 points are out of reach. "),
        (0, "From all these baselines, 0 points are within reach. "),
    ],
)
def test_the_title_counts_the_baselines_that_are_hatched(threshold, message):
    assert describe(grid(threshold=threshold)).startswith(message)


def test_mild_patients_are_at_the_bottom_left():
    figure = draw(grid())
    places = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert places["0"][1] > places["25"][1], "y counts from the top"
    assert places["0"][0] < places["10"][0]


def test_description_tells_every_cell():
    told = describe(grid())
    assert "Hatched: 5 of 6 cells, those below 40." in told
    assert "Row above 5%: 25 (up to 2%), 35 (above 2% to 10%), 45 (above 10%)." in told


@pytest.mark.parametrize("wrong", [[[1, 2]], [1, 2, 3], np.zeros((3, 2))])
def test_scores_that_do_not_fit_their_labels_are_refused(wrong):
    with pytest.raises(ValueError, match="highest must have one score"):
        grid(wrong)
