from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation

from tisstats.figures import improvement_curve
from tisstats.figures.layout import Layout
from tisstats.lim2021.improvement import AtRisk
from tisstats.statistics import censoring_bounds, kaplan_meier, times_from_counts

STUDY = {3: 6, 4: 1, 6: 1}


def curve(events=STUDY, n=19, horizon=9, confidence_level=0.95, censored=None):
    return kaplan_meier(
        *times_from_counts(events, n, censored, horizon=horizon), confidence_level=confidence_level
    )


BOUNDS = censoring_bounds(STUDY, 19, 7, 9, minimum_at_risk={4: 1})
RISK = [
    AtRisk(0, 19, 19, 0, 0, 0),
    AtRisk(3, 13, 19, 6, 0, 6),
    AtRisk(4, 7, 13, 7, 0, 7),
    AtRisk(6, 5, 12, 8, 0, 7),
    AtRisk(9, 4, 4, 8, 7, 7),
]


NO_BOUNDS = replace(BOUNDS, times=np.array([]), lower=np.array([]), upper=np.array([]))


def content(curve, settings):
    """Return what a figure needs: patients at risk as in the curve, where no others are given."""
    weeks = [0.0, *(float(time) for time in curve.times if time > 0)]
    numbers = [curve.at(week).at_risk for week in weeks]
    at_risk = [AtRisk(week, n, n, 0, 0, 0) for week, n in zip(weeks, numbers, strict=True)]
    return {"bounds": NO_BOUNDS, "threshold": 40, "at_risk": at_risk} | settings


def draw(curve, **settings):
    return improvement_curve.draw(curve, **content(curve, settings))


def describe(curve, **settings):
    return improvement_curve.describe(curve, **content(curve, settings))


@pytest.mark.parametrize(
    ("estimate", "settings"),
    [
        (curve(), {"horizon_week": 9, "bounds": BOUNDS, "threshold": 40}),
        (curve(), {"horizon_week": 6, "bounds": BOUNDS}),
        (curve(), {"horizon_week": 9, "bounds": BOUNDS, "at_risk": RISK}),
        (curve(), {"horizon_week": 4, "bounds": BOUNDS, "at_risk": RISK}),
        (curve(), {"horizon_week": 3, "at_risk": RISK}),
        (curve(), {"horizon_week": 3}),
        (curve(), {"horizon_week": 2, "bounds": BOUNDS}),
        (curve(n=20, confidence_level=0.9), {"horizon_week": 9, "threshold": 20}),
        (curve({}), {"horizon_week": 9}),
        (curve({9: 19}), {"horizon_week": 9}),
        (curve({1: 19}), {"horizon_week": 9}),
        (curve(dict.fromkeys(range(1, 10), 1)), {"horizon_week": 9}),
        (curve({w / 4: 1 for w in range(1, 80)}, 200, 26), {"horizon_week": 26}),
        (curve(censored={1: 2, 3: 5}), {"horizon_week": 12, "threshold": 40}),
    ],
)
def test_curve_is_legible(tidy, estimate, settings):
    tidy(draw, estimate, **settings)


def test_axes_title_and_patients_at_risk_are_written(texts):
    written = texts(draw(curve(), horizon_week=9, bounds=BOUNDS, threshold=40))
    assert "Improved patients of 19, % (score of at least 40)" in written
    assert (
        "42% of the patients had improved by week 6, 42 to 63% if early stops are censored, as "
        "assumed below" in written
    )
    assert "Weeks since the first infusion" in written
    assert {"32%", "37%", "42%", "0%", "100%"} <= set(written)
    assert {"13", "12", "11"} <= set(written)
    assert written.count("19") == 2, "at risk at week 0 and just before week 3"
    assert "95% pointwise confidence limits" in written
    assert "possible range of the curve if patients who stopped early were censored" in written


def test_a_step_whose_label_has_no_room_at_its_right_has_it_at_its_left():
    figure = draw(curve(), horizon_week=9, layout=Layout.PHONE)
    sides = {
        text.get_text(): (text.xy[0], text.get_ha())
        for axes in figure.axes
        for text in axes.texts
        if isinstance(text, Annotation)
    }
    assert sides["32%"] == (3, "right")
    assert sides["37%"] == (4, "left")
    assert sides["42%"] == (6, "left")


def test_a_range_at_risk_has_a_row_for_either_end(texts):
    written = texts(draw(curve(), horizon_week=9, at_risk=RISK))
    assert {"max.", "min.", "13", "7", "12", "5"} <= set(written)
    assert "Number at risk (not improved, still in the study)" in written
    assert written.count("4") == 3, "week 4, and at risk just before week 9, at most and at least"
    told = describe(curve(), horizon_week=4, at_risk=RISK)
    assert "19 at week 0, 13 to 19 at week 3, 7 to 13 at week 4." in told
    assert "at week 6" not in told


def test_envelope_of_the_counts_is_drawn_and_explained_only_when_given(texts):
    figure = draw(curve(), horizon_week=9)
    assert not any("were censored" in text for text in texts(figure))
    hatched = [c for axes in figure.axes for c in axes.collections if c.get_hatch()]
    assert not hatched


def test_steps_are_one_minus_survival():
    figure = draw(curve(), horizon_week=9)
    steps = max(figure.axes[1].lines, key=lambda line: line.get_linewidth())
    assert steps.get_drawstyle() == "steps-post"
    weeks, shares = steps.get_data()
    np.testing.assert_allclose(weeks, [0, 3, 4, 6, 9, 9])
    np.testing.assert_allclose(shares, 100 * np.array([0, 6, 7, 8, 8, 8]) / 19)


def test_limits_are_drawn_upside_down_as_well():
    estimate = curve()
    steps = [line.get_ydata() for line in draw(estimate, horizon_week=9).axes[1].lines]
    for limit in (estimate.high, estimate.low):
        expected = 100 * np.r_[0, 1 - limit, 1 - limit[-1]]
        assert any(len(drawn) == len(expected) and np.allclose(drawn, expected) for drawn in steps)


def test_times_after_the_horizon_are_left_out():
    told = describe(curve(), horizon_week=4, bounds=BOUNDS)
    assert "By week 4" in told
    assert "By week 6" not in told
    assert "by week 4 between 36.8% and 53.8%" in told


def test_nothing_is_drawn_outside_the_axes():
    figure = draw(curve(), horizon_week=4, bounds=BOUNDS)
    FigureCanvasAgg(figure).draw()
    for line in figure.axes[1].lines:
        weeks, shares = line.get_data()
        assert max(weeks) <= 4
        assert max(shares) <= 100


def test_curve_ends_where_nobody_is_followed_any_longer():
    figure = draw(curve(censored={7: 11}), horizon_week=9)
    steps = max(figure.axes[1].lines, key=lambda line: line.get_linewidth())
    assert max(steps.get_xdata()) == pytest.approx(7)


def test_description_tells_every_step_with_limits():
    told = describe(curve(), horizon_week=9, bounds=BOUNDS, threshold=40)
    assert told.startswith("42% of the patients had improved by week 6, 42 to 63% if")
    assert "Improved patients of 19, % (score of at least 40)." in told
    assert "By week 3: 31.6% (95% CI 15.6–57.2)." in told
    assert "Number at risk: 19 at week 0, 19 at week 3" in told
    assert "By week 6: 42.1%" in told
    assert "by week 6 between 42.1% and 63.1%" in told


def test_description_of_limits_that_do_not_exist_leaves_them_out():
    assert "By week 1: 100.0%. Number at risk: 19 at week 0, 19 at week 1." in describe(
        curve({1: 19}), horizon_week=9
    )


def test_description_says_when_nobody_improved():
    assert "No patient had improved by week 9." in describe(curve({}), horizon_week=9)


@pytest.mark.parametrize("horizon", [0, -1, float("nan"), float("inf")])
def test_impossible_horizon_is_refused(horizon):
    with pytest.raises(ValueError, match=r"horizon_week must be above 0"):
        draw(curve(), horizon_week=horizon)


@pytest.mark.parametrize(("horizon", "limits"), [(3, 2), (9, 0)])
def test_limits_of_a_step_at_the_end_are_upright_lines(horizon, limits):
    """A band from the last week to the last week cannot be seen."""
    figure = draw(curve(), horizon_week=horizon, bounds=BOUNDS)
    uprights = [
        line.get_ydata()
        for line in figure.axes[1].lines
        if set(line.get_xdata()) == {horizon} and len(line.get_xdata()) == 2
    ]
    assert len(uprights) == limits
    assert all(low < high for low, high in uprights)
