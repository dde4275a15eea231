"""A Kaplan-Meier curve drawn upside down on given axes: steps, limits, envelope, labels."""

from __future__ import annotations

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from tisstats.figures.interval_rows import percent
from tisstats.figures.layout import text_width
from tisstats.figures.palette import BLUE, INK, PAPER, RULE, SMALL_SIZE, VERMILION, WIDTH
from tisstats.statistics import CensoringBounds, KaplanMeier

LIMITS_COLOUR = "#C6DFF0"  #: the blue of the curve, lightened: text on it stays legible
BOUNDS_HATCH = "//////"

Steps = tuple[NDArray[np.float64], NDArray[np.float64]]


def draw_axes(axes: Axes, horizon: float) -> None:
    """Lay out 0 to 100% over the weeks up to the horizon; week numbers are left to the caller."""
    axes.set_xlim(0, horizon)
    axes.set_ylim(0, 100)
    ticks = [0, 20, 40, 60, 80, 100]
    axes.set_yticks(ticks, [f"{tick}%" for tick in ticks])
    axes.set_xticks(whole_weeks(horizon), ["" for _ in whole_weeks(horizon)])
    axes.spines[["top", "right"]].set_visible(False)
    for tick in ticks[1:]:
        axes.axhline(tick, color=RULE, linewidth=0.4, zorder=0.5)


def draw_curve(
    axes: Axes, curve: KaplanMeier, bounds: CensoringBounds | None, horizon: float
) -> None:
    """Draw one minus the curve with its limits and, if given, the envelope of the bounds."""
    end = min(horizon, float(curve.times[-1])) if curve.survival[-1] > 0 else horizon
    low = np.where(np.isfinite(curve.high), 1 - curve.high, 1 - curve.survival)
    high = np.where(np.isfinite(curve.low), 1 - curve.low, 1 - curve.survival)
    weeks, lowest = _steps(curve.times, low, end)
    _, highest = _steps(curve.times, high, end)
    axes.fill_between(weeks, lowest, highest, step="post", color=LIMITS_COLOUR, linewidth=0)
    for limit in (lowest, highest):
        axes.step(weeks, limit, where="post", color=BLUE, linewidth=0.8, linestyle=(0, (4, 2)))
    if bounds is not None and bounds.times.size:
        weeks_open, least = _steps(bounds.times, bounds.least, horizon)
        _, greatest = _steps(bounds.times, bounds.greatest, horizon)
        axes.fill_between(
            weeks_open,
            least,
            greatest,
            step="post",
            facecolor="none",
            edgecolor=VERMILION,
            hatch=BOUNDS_HATCH,
            linewidth=0.8,
        )
    weeks, shares = _steps(curve.times, 1 - curve.survival, end)
    axes.step(weeks, shares, where="post", color=BLUE, linewidth=2.4, clip_on=False, zorder=3)
    _label_steps(axes, curve, horizon)


def _label_steps(axes: Axes, curve: KaplanMeier, horizon: float) -> None:
    """Write the share under the start of each step; the last step always gets its own."""
    inches_per_week = axes.get_position().width * WIDTH / horizon
    free_until = None
    for time in reversed(event_times(curve, horizon)):
        share = 1 - curve.at(time).survival
        text = f"{percent(share, 0)}%"
        room = text_width(text, SMALL_SIZE) + 0.05
        if free_until is not None and (free_until - time) * inches_per_week < room:
            continue
        # At the very end of the axis the only free place is before the step and above it.
        at_end = (horizon - time) * inches_per_week < room
        free_until = time - room / inches_per_week if at_end else time
        above = at_end or share < 0.1
        label = axes.annotate(
            text,
            (time, 100 * share),
            xytext=(-4 if at_end else 3, 2 if above else -4),
            textcoords="offset points",
            ha="right" if at_end else "left",
            va="bottom" if above else "top",
            fontsize=SMALL_SIZE,
            color=INK,
            zorder=5,
        )
        label.set_path_effects([withStroke(linewidth=2.5, foreground=PAPER)])


def event_times(curve: KaplanMeier, horizon: float) -> list[float]:
    """Give the times with an event, up to the horizon."""
    return [float(time) for time in curve.times[(curve.events > 0) & (curve.times <= horizon)]]


def whole_weeks(horizon: float) -> list[int]:
    """Give the weeks to be numbered, about ten of them."""
    step = ceil(horizon / 10)
    return list(range(0, int(horizon) + 1, step))


def _steps(times: ArrayLike, proportions: ArrayLike, end: float) -> Steps:
    """Extend a proportion by its start at 0 and its end, for drawing as steps.

    The curve stops at its last time where that comes before `end`. Limits that do not exist at a
    proportion of 0 are 0 there.
    """
    at = np.asarray(times, dtype=float)
    shares = np.r_[0.0, np.asarray(proportions, dtype=float)[at <= end]]
    return np.r_[0.0, at[at <= end], end], 100 * np.append(shares, shares[-1])
