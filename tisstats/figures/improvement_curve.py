"""Cumulative proportion of patients improved over the weeks, with limits and patients at risk."""

from __future__ import annotations

from math import ceil, isfinite

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from tisstats.figures.interval_rows import level_percent, percent
from tisstats.figures.layout import canvas, panel, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SMALL_SIZE,
    VERMILLION,
    WIDTH,
    style,
)
from tisstats.statistics import CensoringBounds, KaplanMeier

_EDGE = 0.08
_LEFT, _RIGHT = 0.58, 0.32
_PLOT = 2.5
_LIMITS_COLOUR = "#C6DFF0"  # the blue of the curve, lightened: text on it stays legible
_BOUNDS_HATCH = "//////"

Steps = tuple[NDArray[np.float64], NDArray[np.float64]]


@style()
def draw(
    curve: KaplanMeier,
    *,
    horizon_week: float,
    bounds: CensoringBounds | None = None,
    n: int | None = None,
    threshold: float | None = None,
) -> Figure:
    """Draw one minus the Kaplan-Meier curve as steps, with the patients at risk beneath.

    Parameters
    ----------
    curve
        Time to improvement in weeks.
    horizon_week
        Last week of the axis; later times are left out.
    bounds
        Least and greatest proportion that the published counts leave open, if they are to be
        drawn as a second, hatched envelope.
    n
        Number of patients; all those at risk at the start of the curve if left out.
    threshold
        Least total improvement score (points) that counts as improved, to be named on the axis.

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
    patients = int(curve.at_risk[0]) if n is None else n
    title = wrap(_title(patients, threshold), WIDTH - 2 * _EDGE, SMALL_SIZE)
    key = _key(curve, bounds)
    line = text_height("0", SMALL_SIZE)
    top = 0.06 + text_height(title, SMALL_SIZE) + 0.12
    below = 0.12 + 4 * line + 0.16 + sum(text_height(text, SMALL_SIZE) + 0.05 for _, text in key)
    figure, page = canvas(top + _PLOT + below)
    write(page, _EDGE, 0.06, title, SMALL_SIZE)

    axes = panel(figure, _LEFT, top, WIDTH - _LEFT - _RIGHT, _PLOT)
    _draw_axes(axes, horizon_week)
    _draw_curve(axes, curve, bounds, horizon_week)

    down = top + _PLOT + 0.09
    _write_weeks(page, down, horizon_week)
    write(page, (_LEFT + WIDTH - _RIGHT) / 2, down + line, _WEEKS, SMALL_SIZE, ha="center")
    down += 2 * line + 0.1
    write(page, _EDGE, down, "At risk (not yet improved)", SMALL_SIZE, color=MUTED)
    _write_at_risk(page, down + line, curve, patients, horizon_week)
    down += 2 * line + 0.1
    for kind, text in key:
        _draw_key(page, down, kind, text)
        down += text_height(text, SMALL_SIZE) + 0.05
    return figure


def describe(
    curve: KaplanMeier,
    *,
    horizon_week: float,
    bounds: CensoringBounds | None = None,
    n: int | None = None,
    threshold: float | None = None,
) -> str:
    """Tell the same in words, for somebody who cannot see the figure."""
    _check(horizon_week)
    patients = int(curve.at_risk[0]) if n is None else n
    parts = [
        f"Step curve from week 0 to week {horizon_week:g}. {_title(patients, threshold)}. "
        "It starts at 0%."
    ]
    for time in _event_times(curve, horizon_week):
        point = curve.at(time)
        limits = (
            f" ({level_percent(curve.level)}% CI "
            f"{percent(1 - point.high)}–{percent(1 - point.low)})"
            if isfinite(point.low) and isfinite(point.high)
            else ""
        )
        parts.append(
            f"By week {time:g}: {percent(1 - point.survival)}%{limits}, {point.at_risk} at risk."
        )
    if not _event_times(curve, horizon_week):
        parts.append("Nobody improved.")
    if bounds is not None and (within := bounds.times <= horizon_week).any():
        parts.append(
            "A hatched envelope shows what the published counts leave open: by week "
            f"{bounds.times[within][-1]:g} between {percent(bounds.least[within][-1])}% and "
            f"{percent(bounds.greatest[within][-1])}%."
        )
    return " ".join(parts)


_WEEKS = "Weeks since the first infusion"


def _check(horizon_week: float) -> None:
    if not (isfinite(horizon_week) and horizon_week > 0):
        raise ValueError(f"horizon_week is {horizon_week!r}; give a week above 0")


def _title(patients: int, threshold: float | None) -> str:
    improved = "improved" if threshold is None else f"improved (TIS at least {threshold:g})"
    return f"Share of {patients} patients {improved}"


def _event_times(curve: KaplanMeier, horizon: float) -> list[float]:
    return [float(time) for time in curve.times[(curve.events > 0) & (curve.times <= horizon)]]


def _steps(times: ArrayLike, proportions: ArrayLike, end: float) -> Steps:
    """Extend a proportion by its start at 0 and its end, for drawing as steps.

    The curve stops at its last time where that comes before `end`. Limits that do not exist at a
    proportion of 0 are 0 there.
    """
    at = np.asarray(times, dtype=float)
    values = np.asarray(proportions, dtype=float)
    within = at <= end
    at, values = at[within], values[within]
    return np.append(np.r_[0.0, at], end), 100 * np.append(np.r_[0.0, values], values[-1:])


def _draw_axes(axes: Axes, horizon: float) -> None:
    axes.set_xlim(0, horizon)
    axes.set_ylim(0, 100)
    ticks = [0, 20, 40, 60, 80, 100]
    axes.set_yticks(ticks, [f"{tick}%" for tick in ticks])
    axes.set_xticks(_whole_weeks(horizon), ["" for _ in _whole_weeks(horizon)])
    axes.spines[["top", "right"]].set_visible(False)
    for tick in ticks[1:]:
        axes.axhline(tick, color=RULE, linewidth=0.4, zorder=0.5)


def _draw_curve(
    axes: Axes, curve: KaplanMeier, bounds: CensoringBounds | None, horizon: float
) -> None:
    end = min(horizon, float(curve.times[-1])) if curve.survival[-1] > 0 else horizon
    low = np.where(np.isfinite(curve.high), 1 - curve.high, 1 - curve.survival)
    high = np.where(np.isfinite(curve.low), 1 - curve.low, 1 - curve.survival)
    weeks, lowest = _steps(curve.times, low, end)
    _, highest = _steps(curve.times, high, end)
    axes.fill_between(weeks, lowest, highest, step="post", color=_LIMITS_COLOUR, linewidth=0)
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
            edgecolor=VERMILLION,
            hatch=_BOUNDS_HATCH,
            linewidth=0.8,
        )
    weeks, shares = _steps(curve.times, 1 - curve.survival, end)
    axes.step(weeks, shares, where="post", color=BLUE, linewidth=2.4, clip_on=False, zorder=3)
    _label_steps(axes, curve, horizon)


def _label_steps(axes: Axes, curve: KaplanMeier, horizon: float) -> None:
    """Write the share under the start of each step; the last step always gets its own."""
    inches_per_week = (WIDTH - _LEFT - _RIGHT) / horizon
    free_until = None
    for time in reversed(_event_times(curve, horizon)):
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


def _whole_weeks(horizon: float) -> list[int]:
    step = ceil(horizon / 10)
    return list(range(0, int(horizon) + 1, step))


def _across(week: float, horizon: float) -> float:
    """Give the place of a week in inches from the left of the figure."""
    return _LEFT + week / horizon * (WIDTH - _LEFT - _RIGHT)


def _write_weeks(page: Axes, down: float, horizon: float) -> None:
    for week in _whole_weeks(horizon):
        write(page, _across(week, horizon), down, str(week), SMALL_SIZE, ha="center")


def _write_at_risk(
    page: Axes, down: float, curve: KaplanMeier, patients: int, horizon: float
) -> None:
    """Write the patients at risk at 0 and at each time of the curve, as far as there is room."""
    room = text_width(str(patients), SMALL_SIZE) + 0.06
    last = -room
    for week in [0.0, *(float(time) for time in curve.times if 0 < time <= horizon)]:
        place = _across(week, horizon)
        if place - last < room:
            continue
        last = place
        write(page, place, down, str(curve.at(week).at_risk), SMALL_SIZE, ha="center")


def _key(curve: KaplanMeier, bounds: CensoringBounds | None) -> list[tuple[str, str]]:
    room = WIDTH - 2 * _EDGE - 0.4
    texts = {"limits": f"{level_percent(curve.level)}% confidence limits, week by week"}
    if bounds is not None and bounds.times.size:
        texts["bounds"] = "what the published counts leave open"
    return [(kind, wrap(text, room, SMALL_SIZE)) for kind, text in texts.items()]


def _draw_key(page: Axes, down: float, kind: str, text: str) -> None:
    limits = kind == "limits"
    page.add_patch(
        Rectangle(
            (_EDGE, down + 0.02),
            0.3,
            0.15,
            facecolor=_LIMITS_COLOUR if limits else PAPER,
            edgecolor=BLUE if limits else VERMILLION,
            linestyle=(0, (4, 2)) if limits else "solid",
            linewidth=0.8,
            hatch=None if limits else _BOUNDS_HATCH,
        )
    )
    write(page, _EDGE + 0.4, down, text, SMALL_SIZE)
