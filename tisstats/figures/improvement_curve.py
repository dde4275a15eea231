"""Cumulative proportion improved (1 - Kaplan-Meier), with confidence limits and numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, isfinite
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from tisstats.figures.layout import Layout, Page, annotate, text_height, text_width
from tisstats.figures.numbers import format_confidence_level, format_percent, format_range
from tisstats.figures.palette import BAND, BLUE, GRID, MUTED, PAPER, VERMILION, style
from tisstats.lim2021.improvement import AtRisk
from tisstats.statistics import CensoringBounds, KaplanMeier

_LEFT, _RIGHT = 0.5, 0.3  # of the plot, from the edges of the page (inches)
_PLOT = 2.6  # height of the plot
_WEEKS = "Weeks since the first infusion"
_BOUNDS = "possible range of the curve if patients who stopped early were censored"

_LIMITS_LINE: dict[str, Any] = {"linewidth": 0.8, "linestyle": (0, (4, 2))}
_BOUNDS_STYLE: dict[str, Any] = {"edgecolor": VERMILION, "hatch": "//////", "linewidth": 0.8}


@style()
def draw(
    curve: KaplanMeier,
    *,
    horizon_week: float,
    bounds: CensoringBounds,
    threshold: float,
    at_risk: Sequence[AtRisk],
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one minus the Kaplan-Meier curve as steps, with the numbers at risk below.

    Parameters
    ----------
    curve
        Time to improvement in weeks.
    horizon_week
        Last week of the axis; later times are omitted.
    bounds
        Minimum and maximum proportion consistent with the published counts, drawn as a second,
        hatched envelope.
    threshold
        Minimum Total Improvement Score (points) that counts as improved.
    at_risk
        Patients at risk by week, some of whom may have stopped in unknown weeks.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If the horizon is not above 0.
    """
    _check(horizon_week)
    page = Page(layout)
    message = _message(curve, bounds, horizon_week)
    page.write_heading(message, _title(curve, threshold))
    axes = page.add_panel(_LEFT, page.y, page.width - _LEFT - _RIGHT, _PLOT)
    _draw_axes(axes, horizon_week)
    _draw_curve(axes, curve, bounds, horizon_week)
    _label_steps(axes, curve, horizon_week, page.width)
    page.y += _PLOT + 0.09

    line = text_height("0")
    _write_by_week(page, {week: f"{week}" for week in _whole_weeks(horizon_week)}, horizon_week)
    page.y += line
    page.write((_LEFT + page.width - _RIGHT) / 2, page.y, _WEEKS, ha="center")
    page.y += line + 0.1
    risk = [row for row in at_risk if row.week <= horizon_week]
    page.write_paragraph(_risk_title(risk), color=MUTED)
    high = {row.week: f"{row.at_risk_max}" for row in risk}
    low = {row.week: f"{row.at_risk_min}" for row in risk}
    for label, counts in ({"": high} if high == low else {"max.": high, "min.": low}).items():
        page.write(page.edge, page.y, label, color=MUTED)
        _write_by_week(page, counts, horizon_week)
        page.y += line
    page.y += 0.1
    limits = f"{format_confidence_level(curve.level)}% pointwise confidence limits"
    page.write_key(limits, facecolor=BAND, edgecolor=BLUE, **_LIMITS_LINE)
    if bounds.times.size:
        page.write_key(_BOUNDS, facecolor=PAPER, **_BOUNDS_STYLE)
    return page.finish(source=source)


def describe(
    curve: KaplanMeier,
    *,
    horizon_week: float,
    bounds: CensoringBounds,
    threshold: float,
    at_risk: Sequence[AtRisk],
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    _check(horizon_week)
    parts = [
        f"{_message(curve, bounds, horizon_week)}. Step curve from week 0 to week "
        f"{horizon_week:g}. {_title(curve, threshold)}. It starts at 0%."
    ]
    times = _event_times(curve, horizon_week)
    for time in times:
        point = curve.at(time)
        limits = (
            f" ({format_confidence_level(curve.level)}% CI "
            f"{format_percent(1 - point.high)}–{format_percent(1 - point.low)})"
            if isfinite(point.low) and isfinite(point.high)
            else ""
        )
        parts.append(f"By week {time:g}: {format_percent(1 - point.survival)}%{limits}.")
    if not times:
        parts.append("No patient improved.")
    risk = [row for row in at_risk if row.week <= horizon_week]
    counted = ", ".join(
        f"{format_range(row.at_risk_min, row.at_risk_max)} at week {row.week:g}" for row in risk
    )
    parts.append(f"{_risk_title(risk)}: {counted}.")
    if (within := bounds.times <= horizon_week).any():
        parts.append(
            f"A hatched envelope shows the {_BOUNDS}: by week "
            f"{bounds.times[within][-1]:g} between {format_percent(bounds.lower[within][-1])}% and "
            f"{format_percent(bounds.upper[within][-1])}%."
        )
    return " ".join(parts)


def _check(horizon_week: float) -> None:
    if not (isfinite(horizon_week) and horizon_week > 0):
        raise ValueError(f"horizon_week must be above 0, got {horizon_week!r}")


def _message(curve: KaplanMeier, bounds: CensoringBounds, horizon: float) -> str:
    times = _event_times(curve, horizon)
    if not times:
        return f"No patient had improved by week {horizon:g}"
    share = format_percent(1 - curve.at(times[-1]).survival, 0)
    text = f"{share}% of the patients had improved by week {times[-1]:g}"
    if (within := bounds.times <= horizon).any():
        low, high = (format_percent(ends[within][-1], 0) for ends in (bounds.lower, bounds.upper))
        text += f", {format_range(low, high)}% if early stops are censored, as assumed below"
    return text


def _title(curve: KaplanMeier, threshold: float) -> str:
    return f"Improved patients of {curve.at_risk[0]}, % (score of at least {threshold:g})"


def _risk_title(risk: Sequence[AtRisk]) -> str:
    ranges = any(counts.at_risk_min != counts.at_risk_max for counts in risk)
    return "Number at risk (not improved, still in the study)" if ranges else "Number at risk"


def _event_times(curve: KaplanMeier, horizon: float) -> list[float]:
    """Return the times with an event, up to the horizon."""
    return [float(time) for time in curve.times[(curve.events > 0) & (curve.times <= horizon)]]


def _whole_weeks(horizon: float) -> list[int]:
    """Return the weeks to label, about ten of them."""
    return list(range(0, int(horizon) + 1, ceil(horizon / 10)))


def _write_by_week(page: Page, texts: dict[Any, str], horizon: float) -> None:
    """Write a number under each week where there is room."""
    room = max((text_width(text) for text in texts.values()), default=0) + 0.06
    last = -room
    for week, text in texts.items():
        place = _LEFT + week / horizon * (page.width - _LEFT - _RIGHT)
        if place - last >= room:
            last = place
            page.write(place, page.y, text, ha="center")


def _draw_axes(axes: Axes, horizon: float) -> None:
    """Draw 0 to 100% over the weeks up to the horizon; the weeks are labelled on the page."""
    axes.set(xlim=(0, horizon), ylim=(0, 100))
    ticks = [0, 20, 40, 60, 80, 100]
    axes.set_yticks(ticks, [f"{tick}%" for tick in ticks])
    axes.set_xticks(_whole_weeks(horizon), ["" for _ in _whole_weeks(horizon)])
    for tick in ticks[1:]:
        axes.axhline(tick, color=GRID, linewidth=0.8, zorder=0.5)


def _draw_curve(axes: Axes, curve: KaplanMeier, bounds: CensoringBounds, horizon: float) -> None:
    """Draw one minus the curve with its limits and the envelope of the bounds."""
    end = min(horizon, float(curve.times[-1])) if curve.survival[-1] > 0 else horizon

    def steps(proportions: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return _point_steps(curve.times, proportions, end)

    # Limits undefined at a proportion of 0 are drawn as 0.
    weeks, lowest = steps(1 - np.where(np.isfinite(curve.high), curve.high, curve.survival))
    _, highest = steps(1 - np.where(np.isfinite(curve.low), curve.low, curve.survival))
    axes.fill_between(weeks, lowest, highest, step="post", color=BAND, linewidth=0)
    for limit in (lowest, highest):
        axes.step(weeks, limit, where="post", color=BLUE, **_LIMITS_LINE)
    _draw_last_step(axes, weeks, lowest, highest, color=BAND, zorder=2)
    if bounds.times.size:
        within, least = _point_steps(bounds.times, bounds.lower, horizon)
        _, greatest = _point_steps(bounds.times, bounds.upper, horizon)
        axes.fill_between(within, least, greatest, step="post", facecolor="none", **_BOUNDS_STYLE)
        _draw_last_step(axes, within, least, greatest, color=VERMILION, zorder=1.5)
    weeks, percentages = steps(1 - curve.survival)
    axes.step(weeks, percentages, where="post", color=BLUE, linewidth=2.4, clip_on=False, zorder=3)


def _draw_last_step(
    axes: Axes, weeks: NDArray[np.float64], low: ArrayLike, high: ArrayLike, **look: Any
) -> None:
    """Draw the limits of a step at the end of the curve, where a band has no width."""
    limits = np.transpose([low, high])
    if weeks[-1] == weeks[-2] and (limits[-2] != limits[-3]).any():
        axes.plot(weeks[-2:], limits[-1], linewidth=6, solid_capstyle="butt", clip_on=False, **look)


def _point_steps(
    times: ArrayLike, proportions: ArrayLike, end: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute weeks and percentages of a proportion drawn as steps from 0 to an end."""
    at = np.asarray(times, dtype=float)
    cumulative = np.r_[0.0, np.asarray(proportions, dtype=float)[at <= end]]
    return np.r_[0.0, at[at <= end], end], 100 * np.append(cumulative, cumulative[-1])


def _label_steps(axes: Axes, curve: KaplanMeier, horizon: float, page_width: float) -> None:
    """Label each step with its percentage; the last step is always labelled."""
    inches_per_week = axes.get_position().width * page_width / horizon
    free_until = None
    for before, time in reversed([*pairwise([0.0, *_event_times(curve, horizon)])]):
        proportion = 1 - curve.at(time).survival
        text = f"{format_percent(proportion, 0)}%"
        room = text_width(text) + 0.05
        # At the end of the axis, and where the next label is near, the only free space is above
        # and before the step.
        at_end = (horizon - time) * inches_per_week < room
        if free_until is not None and (free_until - time) * inches_per_week < room:
            if (time - before) * inches_per_week < room:
                continue
            at_end = True
        free_until = time - room / inches_per_week if at_end else time
        above = at_end or proportion < 0.1
        offset = (-4 if at_end else 3, 2 if above else -4)
        side, edge = "right" if at_end else "left", "bottom" if above else "top"
        annotate(axes, text, (time, 100 * proportion), offset, ha=side, va=edge, zorder=5)
