"""Cumulative incidence of a response by arm, as steps, with the numbers at risk below.

If patients are synthetic, the figure itself says so, since figures are copied without their page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width
from tisstats.figures.numbers import (
    format_confidence_level,
    format_percent,
    list_shares,
)
from tisstats.figures.palette import BAND, CATEGORY_COLOURS, GRID, MUTED, style
from tisstats.sentences import join_names

_LEFT, _RIGHT = 0.5, 0.2  # of the plot, from the edges of the page (inches)
_PLOT = 2.6  # height of the plot
_BEYOND = 1.05  # the axis, as a multiple of the horizon: steps at the horizon stay visible
_TICKS = (0, 20, 40, 60, 80, 100)

#: Arms differ in the dashes of their lines as well as in colour.
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)))


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """The cumulative incidence of a response in one arm."""

    label: str  #: label of the arm
    patients: int  #: patients of the arm
    weeks: NDArray[np.float64]  #: weeks of responses and censoring, ascending
    incidence: NDArray[np.float64]  #: cumulative incidence up to each, 0 to 1
    at_risk: Mapping[float, int]  #: patients at risk by week, ascending
    low: NDArray[np.float64] | None = None  #: lower confidence limits, nan where there are none
    high: NDArray[np.float64] | None = None  #: upper confidence limits, likewise
    #: at the horizon, 0 to 1, with all open visits as no response, and all as one; None: not asked
    if_open: tuple[float, float] | None = None
    known_until: float = math.inf  #: last week in which the incidence is known; inf: to the horizon

    @property
    def last(self) -> float:
        """Cumulative incidence at the last observed week, 0 to 1; 0 without any."""
        return float(self.incidence[-1]) if len(self.incidence) else 0.0


@style()
def draw(
    curves: Sequence[ResponseCurve],
    *,
    response: str,
    outcome: str = "response",
    horizon: float,
    confidence_level: float,
    stamp: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one step curve per arm, and below it the key with the numbers at risk.

    Parameters
    ----------
    curves
        At least one. Confidence limits are drawn if there is a single arm: those of several would
        cover each other.
    response
        What a response is, in words.
    outcome
        What it is called, such as "worsening".
    horizon
        Last week of the axis.
    confidence_level
        Of the limits, 0 to 1.
    stamp
        Label of the data, written into the figure, such as "Synthetic patients".

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no arm.
    """
    require_rows(curves, "curves", "arm")
    page, line = Page(layout), text_height("0")
    page.write_heading(_message(curves, horizon, outcome), _title(response, outcome), stamp)
    axes = page.add_panel(_LEFT, page.y, page.width - _LEFT - _RIGHT, _PLOT)
    weeks = _labelled(page, curves, horizon)
    _draw_axes(axes, weeks, horizon)
    if len(curves) == 1:
        _draw_limits(axes, curves[0], horizon)
    for number, curve in enumerate(curves):
        at, percentages = _steps(curve.weeks, curve.incidence, horizon)
        axes.step(
            at, percentages, where="post", linewidth=2.4, clip_on=False, zorder=3, **_look(number)
        )
    page.y += _PLOT + 0.09
    _write_by_week(page, {week: f"{week:g}" for week in weeks}, horizon)
    page.y += line
    page.write((_LEFT + page.width - _RIGHT) / 2, page.y, "Week", ha="center")
    page.y += line + 0.08
    page.write_paragraph("Number at risk", color=MUTED)
    for number, curve in enumerate(curves):
        middle = page.y + line / 2
        page.draw_line(
            [page.edge, page.edge + 0.42], [middle, middle], linewidth=2.4, **_look(number)
        )
        page.write_paragraph(_key(curve), indent=0.52)
        counts = {week: f"{curve.at_risk[week]}" for week in weeks if week in curve.at_risk}
        _write_by_week(page, counts, horizon)
        page.y += line + 0.04
    if len(curves) == 1 and _has_limits(curves[0]):
        level = format_confidence_level(confidence_level)
        page.write_paragraph(f"Shaded: {level}% pointwise confidence limits.", color=MUTED)
    return page.finish(source=source)


def describe(
    curves: Sequence[ResponseCurve],
    *,
    response: str,
    outcome: str = "response",
    horizon: float,
    confidence_level: float,
    stamp: str = "",
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    require_rows(curves, "curves", "arm")
    label = f"{stamp}. " if stamp else ""
    parts = [
        f"{label}{_message(curves, horizon, outcome)}. Step curves from week 0 to week "
        f"{horizon:g}. {_title(response, outcome)}."
    ]
    for curve in curves:
        counts = ", ".join(f"{n} at week {week:g}" for week, n in curve.at_risk.items())
        steps = [
            f"{format_percent(value)}% by week {week:g}"
            for week, value, rise in zip(
                curve.weeks, curve.incidence, np.diff(curve.incidence, prepend=0), strict=True
            )
            if rise > 0
        ]
        shown = ", ".join(steps) or f"no {outcome}"
        parts.append(f"{curve.label} (n={curve.patients}): {shown}; at risk {counts}.")
    if len(curves) == 1 and _has_limits(curves[0]):
        level = format_confidence_level(confidence_level)
        parts.append(f"Shaded: {level}% pointwise confidence limits.")
    return " ".join(parts)


def _message(curves: Sequence[ResponseCurve], horizon: float, outcome: str) -> str:
    shares, either, shorter = {}, [], []
    depends = False  # on what open visits are taken as
    for curve in filter(lambda each: each.patients, curves):
        within = curve.incidence[curve.weeks <= horizon]
        estimate = float(within[-1]) if len(within) else 0.0
        if curve.if_open and all(map(math.isfinite, curve.if_open)):
            none, every = (f"{format_percent(each, 0)}%" for each in curve.if_open)
            depends |= none != every
            either.append(none if none == every else f"{none} or {every}")
            either[-1] += f" ({curve.label})"
        elif curve.known_until < horizon:
            by_then = f"{format_percent(estimate, 0)}% by then"
            shorter.append(f"{curve.label} after week {curve.known_until:g} ({by_then})")
        else:
            shares[curve.label] = estimate, estimate
    if not (shares or either or shorter):
        return f"There are no patients up to week {horizon:g}"
    if not (shares or either):
        return f"The cumulative incidence is not known for {join_names(shorter)}"
    listed = join_names([*([list_shares(shares)] if shares else []), *either])
    found = f"By week {horizon:g}, the cumulative incidence was {listed}"
    if depends:
        found += (
            f", depending on whether all open visits are taken as no {outcome} or all as one; the "
            "curves censor patients there"
        )
    if shorter:
        found += f"; it is not known for {join_names(shorter)}"
    return found


def _title(response: str, outcome: str) -> str:
    return f"Cumulative incidence of a first {outcome}, %: {response}"


def _key(curve: ResponseCurve) -> str:
    patients = f"{curve.label} (n={curve.patients})"
    if not len(curve.weeks):
        return patients
    return f"{patients}: {format_percent(curve.last, 0)}% by week {curve.weeks[-1]:g}"


def _look(number: int) -> dict[str, Any]:
    return {
        "color": CATEGORY_COLOURS[number % len(CATEGORY_COLOURS)],
        "linestyle": _DASHES[number % len(_DASHES)],
    }


def _labelled(page: Page, curves: Sequence[ResponseCurve], horizon: float) -> list[float]:
    """Return the weeks with room for a number at risk, from the last back to the first."""
    weeks = sorted({week for curve in curves for week in curve.at_risk if week <= horizon})
    widest = max(
        (text_width(f"{count}") for curve in curves for count in curve.at_risk.values()), default=0
    )
    room = max([widest, *(text_width(f"{week:g}") for week in weeks)]) + 0.1
    kept: list[float] = []
    for week in reversed(weeks):
        if not kept or (kept[-1] - week) * _inches(page, horizon) >= room:
            kept.append(week)
    return kept[::-1]


def _inches(page: Page, horizon: float) -> float:
    return (page.width - _LEFT - _RIGHT) / (_BEYOND * horizon)


def _write_by_week(page: Page, texts: Mapping[float, str], horizon: float) -> None:
    for week, text in texts.items():
        page.write(
            page.keep_inside(_LEFT + week * _inches(page, horizon), text), page.y, text, ha="center"
        )


def _draw_axes(axes: Axes, weeks: Sequence[float], horizon: float) -> None:
    """Draw 0 to 100% over the weeks up to the horizon; the weeks are labelled on the page."""
    axes.set(xlim=(0, _BEYOND * horizon), ylim=(0, 100))
    axes.set_yticks(_TICKS, [f"{tick}%" for tick in _TICKS])
    axes.set_xticks(weeks, ["" for _ in weeks])
    for tick in _TICKS[1:]:
        axes.axhline(tick, color=GRID, linewidth=0.8, zorder=0.5)


def _steps(
    weeks: NDArray[np.float64], proportions: NDArray[np.float64], horizon: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weeks and percentages of steps from 0 to the last observed week, or to the margin."""
    within = weeks <= horizon
    at, values = np.r_[0.0, weeks[within]], 100 * np.r_[0.0, proportions[within]]
    if at[-1] < horizon:
        return at, values
    return np.r_[at, _BEYOND * horizon], np.r_[values, values[-1]]


def _has_limits(curve: ResponseCurve) -> bool:
    return curve.low is not None and bool(np.isfinite(curve.low).any())


def _draw_limits(axes: Axes, curve: ResponseCurve, horizon: float) -> None:
    if curve.low is None or curve.high is None:
        return
    # Limits that do not exist, at an incidence of 0 or 1, are drawn as the incidence.
    low = np.where(np.isfinite(curve.low), curve.low, curve.incidence)
    high = np.where(np.isfinite(curve.high), curve.high, curve.incidence)
    weeks, lowest = _steps(curve.weeks, low, horizon)
    _, highest = _steps(curve.weeks, high, horizon)
    axes.fill_between(weeks, lowest, highest, step="post", color=BAND, linewidth=0)
