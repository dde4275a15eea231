from itertools import product

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from tests.cases import some
from tisstats.figures.layout import PAGE_LAYOUTS
from tisstats.figures.palette import BAND, BLUE
from tisstats.figures.specification_curve import (
    ChoiceRows,
    CurveContent,
    LevelRow,
    describe,
    draw,
)

STAMP = "Synthetic patients: not real patients"


def steps(filled, count):
    """The least and the greatest value of filled steps in the middle of each of `count` columns."""
    (path,) = filled.get_paths()
    across, up = path.vertices.T
    ends = np.sort([across[:-1], across[1:]], axis=0)
    level = np.isclose(up[:-1], up[1:])
    width = (max(across) - min(across)) / count
    found = []
    for middle in min(across) + (np.arange(count) + 0.5) * width:
        values = up[:-1][level & (ends[0] <= middle) & (middle <= ends[1])]
        found.append((min(values), max(values)))
    return np.array(found).T


def content(n=24, *, difference=False, label="level"):
    estimate = np.linspace(-0.3 if difference else 0.2, 0.7, n)
    first = np.arange(n) % 2 == 0
    choices = [
        ChoiceRows(
            "Threshold",
            [LevelRow(f"{label} one", first, 1.0), LevelRow(f"{label} two", ~first, 0.003)],
        ),
        ChoiceRows("Week", [LevelRow("week 24", np.ones(n, dtype=bool), np.nan)]),
        ChoiceRows("Test", [LevelRow("Fisher", np.ones(n, dtype=bool), None)]),
    ]
    return CurveContent(
        estimate,
        estimate - 0.2,
        np.minimum(estimate + 0.25, 1),
        n // 3,
        choices,
        "Responders (%), with 95% intervals",
        "Half or more respond",
        23,
        24,
        0.5,
        "" if difference else "%",
        STAMP,
    )


@pytest.mark.parametrize(
    ("n", "difference", "label"),
    some(product((1, 2, 24, 1500), (False, True), ("level", "a level with a long name, " * 3)), 6),
)
def test_it_is_legible(tidy, n, difference, label):
    tidy(draw, content(n, difference=difference, label=label))


def test_the_shares_hide_neither_an_exception_nor_a_case(texts):
    drawn = texts(draw(content()))
    assert {"100%", "< 1%", "–"} <= set(drawn)
    assert any(each.startswith("– the choice does not change") for each in drawn)


def test_the_stamp_is_in_the_figure(texts):
    assert STAMP in texts(draw(content()))


def test_a_level_fills_the_columns_of_its_combinations():
    figure = draw(content(24))
    filled = figure.axes[0].collections
    assert {tuple(cells.get_facecolor()[0]) for cells in filled} == {to_rgba(BLUE)}
    for cells, expected in zip(filled, ([1, 0] * 12, [0, 1] * 12, [1] * 24, [1] * 24), strict=True):
        least, greatest = steps(cells, 24)
        heights = greatest - least
        assert list((heights / max(heights)).round()) == expected


@pytest.mark.parametrize("layout", PAGE_LAYOUTS)
def test_many_intervals_are_one_outline_around_all_of_them(layout):
    figure = draw(content(1500), layout=layout)
    (band,) = figure.axes[1].collections
    lowest, highest = steps(band, 1500)
    assert len(np.unique(highest.round(6))) <= 500
    assert np.all(100 * content(1500).high <= highest + 1e-9)
    assert np.all(100 * content(1500).low >= lowest - 1e-9)


def test_every_interval_is_drawn():
    figure = draw(content(24))
    (lines,) = [
        lines
        for axes in figure.axes
        for lines in axes.collections
        if isinstance(lines, LineCollection)
    ]
    assert tuple(lines.get_color()[0]) == to_rgba(BAND)
    ends = [segment[:, 1] / 100 for segment in lines.get_segments()]
    np.testing.assert_allclose([low for low, _ in ends], content(24).low)


def test_the_alternative_text_begins_with_the_patients_and_the_message_and_has_every_share():
    text = describe(content())
    assert text.startswith(
        f"{STAMP}. Half or more respond under 23 of the 24 combinations of the choices"
    )
    assert "level one 100%, level two < 1%" in text
    assert "A dotted line marks 50.0%." in text


def test_a_curve_without_combinations_is_refused():
    with pytest.raises(ValueError, match="at least one combination"):
        content(0)


def test_differences_are_in_percentage_points_without_a_sign_of_per_cent():
    found = content(difference=True)
    ticks = [each.get_text() for each in draw(found).axes[1].get_yticklabels()]
    assert ticks == ["−100", "−50", "0", "50", "100"]
    assert "estimates ascend from −30.0 to 70.0;" in describe(found)
    assert "estimates ascend from 20.0% to 70.0%;" in describe(content())
