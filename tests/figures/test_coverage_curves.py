from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from tests.cases import some
from tisstats.figures.coverage_curves import CoverageCurve, describe, draw
from tisstats.figures.palette import TINT, VERMILION
from tisstats.statistics import INTERVAL_METHODS, coverage, coverage_summary

GRID = np.linspace(0, 1, 101)


@cache
def curves(confidence_level=0.95, trials=19):
    return [
        CoverageCurve(
            method,
            coverage(trials, GRID, confidence_level, method),
            coverage_summary(trials, confidence_level, method=method).minimum_coverage,
            method == "wald",
        )
        for method in INTERVAL_METHODS
    ]


@pytest.mark.parametrize("confidence_level", some([0.5, 0.8, 0.95, 0.9975, 0.999999999], 3))
def test_panels_are_legible_at_any_level(tidy, confidence_level):
    tidy(draw, curves(confidence_level), confidence_level=confidence_level)


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_panels_are_legible_for_any_number_of_methods(tidy, count):
    tidy(draw, curves()[:count], confidence_level=0.95)


def test_long_names_take_two_lines_and_do_not_run_into_the_next_panel(tidy):
    table = coverage(19, GRID, 0.95, "wilson")
    names = ["Wilson with continuity correction", "Agresti-Coull", "Wilson", "Wald with p = 1/2"]
    tidy(draw, [CoverageCurve(name, table, 0.9) for name in names], confidence_level=0.95)


def test_every_method_has_a_panel_with_its_name(texts):
    figure = draw(curves(), confidence_level=0.95)
    written = texts(figure)
    assert set(INTERVAL_METHODS) <= set(written)
    assert "True proportion of responders (%)" in written
    assert {"80", "95", "100", "0", "50"} <= set(written)
    assert len(figure.axes) == 1 + len(INTERVAL_METHODS)


def test_the_curve_is_the_coverage_and_low_coverage_runs_along_the_bottom():
    table = pd.DataFrame({"proportion": [0.0, 0.5, 1.0], "coverage": [0.1, 0.93, 1.0]})
    figure = draw([CoverageCurve("a", table, 0.1)], confidence_level=0.95)
    _, curve = figure.axes[1].lines
    assert curve.get_xdata() == pytest.approx([0, 50, 100])
    assert curve.get_ydata() == pytest.approx([80, 93, 100])


def test_highlighted_method_differs_by_tint_weight_and_colour(boxes):
    figure = draw(curves(), confidence_level=0.95)
    assert len(boxes(figure, to_rgba(TINT))) == 1
    weights = {text.get_text(): text.get_weight() for text in figure.axes[0].texts}
    assert (weights["wald"], weights["wilson"]) == ("bold", "normal")
    colours = [axes.lines[-1].get_color() for axes in figure.axes[1:]]
    assert [colour == VERMILION for colour in colours] == [True] + [False] * (len(colours) - 1)


def test_description_tells_range_and_share_below_of_every_method():
    table = pd.DataFrame({"proportion": [0.0, 0.1, 0.5, 1.0], "coverage": [0.1, 0.9, 0.97, 1.0]})
    told = describe([CoverageCurve("a method", table, 0.08, True)], confidence_level=0.95)
    assert "a method falls to 8" in told, "the least coverage, not that of the curve drawn"
    assert "a method, highlighted: between 90.0% and 97.0%" in told
    assert "below nominal at 50% of the proportions plotted" in told
    assert "95% interval" in told


def test_no_curve_is_refused():
    with pytest.raises(ValueError, match="curves must contain at least one"):
        draw([], confidence_level=0.95)


def test_the_title_counts_by_the_least_coverage_which_the_drawn_curve_may_miss():
    table = pd.DataFrame({"proportion": [0.0, 0.5, 1.0], "coverage": [1.0, 0.96, 1.0]})
    both = [CoverageCurve("a", table, 0.95), CoverageCurve("b", table, 0.949)]
    told = describe(both, confidence_level=0.95)
    assert told.startswith("1 of 2 methods cover 95% or more at every proportion.")
