"""Cumulative proportion of patients improved over the weeks, with limits and patients at risk."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tisstats.figures.interval_rows import level_percent, percent
from tisstats.figures.layout import canvas, panel, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    MUTED,
    PAPER,
    SMALL_SIZE,
    VERMILION,
    WIDTH,
    style,
)
from tisstats.figures.step_curve import (
    BOUNDS_HATCH,
    LIMITS_COLOUR,
    draw_axes,
    draw_curve,
    event_times,
    whole_weeks,
)
from tisstats.lim2021.improvement import AtRisk
from tisstats.statistics import CensoringBounds, KaplanMeier

_EDGE = 0.08
_LEFT, _RIGHT = 0.58, 0.32
_PLOT = 2.5


@style()
def draw(
    curve: KaplanMeier,
    *,
    horizon_week: float,
    bounds: CensoringBounds | None = None,
    n: int | None = None,
    threshold: float | None = None,
    at_risk: Sequence[AtRisk] | None = None,
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
    at_risk
        Patients at risk by week, of whom some may have left in unknown weeks, as the tables beside
        the figure have them; those of the curve if left out.

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
    risk = _at_risk(curve, at_risk, horizon_week)
    rows = _risk_rows(risk)
    below = (
        0.12
        + (3 + len(rows)) * line
        + 0.16
        + sum(text_height(text, SMALL_SIZE) + 0.05 for _, text in key)
    )
    figure, page = canvas(top + _PLOT + below)
    write(page, _EDGE, 0.06, title, SMALL_SIZE)

    axes = panel(figure, _LEFT, top, WIDTH - _LEFT - _RIGHT, _PLOT)
    draw_axes(axes, horizon_week)
    draw_curve(axes, curve, bounds, horizon_week)

    down = top + _PLOT + 0.09
    _write_weeks(page, down, horizon_week)
    write(page, (_LEFT + WIDTH - _RIGHT) / 2, down + line, _WEEKS, SMALL_SIZE, ha="center")
    down += 2 * line + 0.1
    write(page, _EDGE, down, _risk_title(risk), SMALL_SIZE, color=MUTED)
    for label, counts in rows:
        down += line
        write(page, _EDGE, down, label, SMALL_SIZE, color=MUTED)
        _write_at_risk(page, down, counts, horizon_week)
    down += line + 0.1
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
    at_risk: Sequence[AtRisk] | None = None,
) -> str:
    """Tell the same in words, for somebody who cannot see the figure."""
    _check(horizon_week)
    patients = int(curve.at_risk[0]) if n is None else n
    parts = [
        f"Step curve from week 0 to week {horizon_week:g}. {_title(patients, threshold)}. "
        "It starts at 0%."
    ]
    for time in event_times(curve, horizon_week):
        point = curve.at(time)
        limits = (
            f" ({level_percent(curve.level)}% CI "
            f"{percent(1 - point.high)}–{percent(1 - point.low)})"
            if isfinite(point.low) and isfinite(point.high)
            else ""
        )
        parts.append(f"By week {time:g}: {percent(1 - point.survival)}%{limits}.")
    if not event_times(curve, horizon_week):
        parts.append("Nobody improved.")
    risk = _at_risk(curve, at_risk, horizon_week)
    counted = ", ".join(
        f"{_range(fewest, most)} before week {week:g}" for week, fewest, most in risk
    )
    parts.append(f"{_risk_title(risk)}: {counted}.")
    if bounds is not None and (within := bounds.times <= horizon_week).any():
        parts.append(
            f"A hatched envelope shows {_BOUNDS}: by week "
            f"{bounds.times[within][-1]:g} between {percent(bounds.least[within][-1])}% and "
            f"{percent(bounds.greatest[within][-1])}%."
        )
    return " ".join(parts)


_WEEKS = "Weeks since the first infusion"
_BOUNDS = "what the curve could be if those who ended early were censored"


def _check(horizon_week: float) -> None:
    if not (isfinite(horizon_week) and horizon_week > 0):
        raise ValueError(f"horizon_week is {horizon_week!r}; give a week above 0")


def _title(patients: int, threshold: float | None) -> str:
    improved = "improved" if threshold is None else f"improved (TIS at least {threshold:g})"
    return f"Share of {patients} patients {improved}"


def _across(week: float, horizon: float) -> float:
    """Give the place of a week in inches from the left of the figure."""
    return _LEFT + week / horizon * (WIDTH - _LEFT - _RIGHT)


def _write_weeks(page: Axes, down: float, horizon: float) -> None:
    for week in whole_weeks(horizon):
        write(page, _across(week, horizon), down, str(week), SMALL_SIZE, ha="center")


#: Week, fewest and most patients at risk just before it.
Counts = tuple[float, int, int]


def _at_risk(curve: KaplanMeier, given: Sequence[AtRisk] | None, horizon: float) -> list[Counts]:
    if given is not None:
        return [(row.week, row.fewest, row.most) for row in given if row.week <= horizon]
    weeks = [0.0, *(float(time) for time in curve.times if 0 < time <= horizon)]
    return [(week, curve.at(week).at_risk, curve.at(week).at_risk) for week in weeks]


def _risk_title(risk: Sequence[Counts]) -> str:
    ranges = any(fewest != most for _, fewest, most in risk)
    return "At risk (not improved, not stopped)" if ranges else "At risk (not yet improved)"


def _risk_rows(risk: Sequence[Counts]) -> list[tuple[str, list[tuple[float, int]]]]:
    """Give the rows under the curve: one, or the most and the fewest where they differ."""
    most = [(week, count) for week, _, count in risk]
    fewest = [(week, count) for week, count, _ in risk]
    return [("", most)] if most == fewest else [("most", most), ("least", fewest)]


def _range(fewest: int, most: int) -> str:
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def _write_at_risk(
    page: Axes, down: float, counts: Sequence[tuple[float, int]], horizon: float
) -> None:
    """Write the patients at risk at each week, as far as there is room."""
    room = text_width(str(max((count for _, count in counts), default=0)), SMALL_SIZE) + 0.06
    last = -room
    for week, count in counts:
        place = _across(week, horizon)
        if place - last < room:
            continue
        last = place
        write(page, place, down, str(count), SMALL_SIZE, ha="center")


def _key(curve: KaplanMeier, bounds: CensoringBounds | None) -> list[tuple[str, str]]:
    room = WIDTH - 2 * _EDGE - 0.4
    texts = {"limits": f"{level_percent(curve.level)}% confidence limits, week by week"}
    if bounds is not None and bounds.times.size:
        texts["bounds"] = _BOUNDS
    return [(kind, wrap(text, room, SMALL_SIZE)) for kind, text in texts.items()]


def _draw_key(page: Axes, down: float, kind: str, text: str) -> None:
    limits = kind == "limits"
    page.add_patch(
        Rectangle(
            (_EDGE, down + 0.02),
            0.3,
            0.15,
            facecolor=LIMITS_COLOUR if limits else PAPER,
            edgecolor=BLUE if limits else VERMILION,
            linestyle=(0, (4, 2)) if limits else "solid",
            linewidth=0.8,
            hatch=None if limits else BOUNDS_HATCH,
        )
    )
    write(page, _EDGE + 0.4, down, text, SMALL_SIZE)
