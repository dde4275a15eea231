"""Total Improvement Score over time, one panel per arm: every patient, and the median.

If patients are synthetic, the figure itself says so, since figures are copied without their page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width, wrap
from tisstats.figures.numbers import format_trimmed
from tisstats.figures.palette import BAND, BLUE, GRID, MUTED, PAPER, RULE, VERMILION, style
from tisstats.sentences import join_names

_LEFT, _RIGHT = 0.4, 0.2  # of a panel from its left, of the last one from the edge (inches)
_BETWEEN = 0.2
_COLUMNS = {Layout.COLUMN: 2, Layout.PHONE: 1}
_MOST_NAMED = 4  # arms in the title
_SUBTITLE = "Total Improvement Score over time, points"
_PLOT = 1.7  # height of a panel
_FAINTEST, _STRONGEST = 0.1, 0.6  # opacity of a patient's line, among many and among few


@dataclass(frozen=True, slots=True)
class PatientCourse:
    """The scores of one patient over time; patients are not named."""

    weeks: Sequence[float]  #: weeks of the visits with a known score, ascending
    scores: Sequence[float]  #: Total Improvement Score at each, 0 to 100
    open_weeks: Sequence[float] = ()  #: weeks of the visits whose score missing measures leave open
    open_low: Sequence[float] = ()  #: lowest possible score at each of these
    open_high: Sequence[float] = ()  #: highest possible score at each of these


@dataclass(frozen=True, slots=True)
class WeekMedian:
    """The median score of an arm in one week."""

    week: float  #: scheduled week
    patients: int  #: patients with a known score
    median: float  #: points; nan where there is none
    q1: float  #: first quartile, likewise
    q3: float  #: third quartile, likewise


@dataclass(frozen=True, slots=True)
class ArmCourses:
    """The scores of the patients of one arm."""

    label: str  #: label of the arm
    patients: int  #: patients of the arm
    courses: Sequence[PatientCourse] | None  #: None: individual patients are not shown
    medians: Sequence[WeekMedian]  #: ascending in week


@style()
def draw(
    arms: Sequence[ArmCourses],
    *,
    threshold: float | None,
    stamp: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw a panel per arm, one below the other, on the same axes.

    Parameters
    ----------
    arms
        At least one. Where individual patients are not shown, a band from the first to the third
        quartile takes their place.
    threshold
        Minimum score of a responder, points, drawn as a dotted line; None: no score makes one.
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
    require_rows(arms, "arms", "arm")
    page, line = Page(layout), text_height("0")
    page.write_heading(_message(arms), f"{_SUBTITLE}{_dotted(threshold)}", stamp)
    columns = min(_COLUMNS[layout], len(arms))
    width = (page.width - _RIGHT - (columns - 1) * _BETWEEN) / columns - _LEFT
    last = _last_week(arms)
    weeks = sorted({0.0, *(median.week for arm in arms for median in arm.medians)})
    ticks = _labelled(weeks, width / last)
    for first in range(0, len(arms), columns):
        in_row = arms[first : first + columns]
        titles = [wrap(_title(arm), width + 0.3, bold=True) for arm in in_row]
        head = max(map(text_height, titles))
        for column, (arm, title) in enumerate(zip(in_row, titles, strict=True)):
            left = column * (_LEFT + width + _BETWEEN)
            page.write(page.edge + left, page.y, title, bold=True)
            axes = page.add_panel(_LEFT + left, page.y + head + 0.1, width, _PLOT)
            _draw_panel(axes, arm, threshold, last, ticks)
            week = _LEFT + left + width / 2
            page.write(week, page.y + head + 0.1 + _PLOT + line + 0.08, "Week", ha="center")
        page.y += head + 0.1 + _PLOT + 2 * line + 0.2
    page.write_paragraph(_key(arms, threshold), color=MUTED)
    return page.finish(source=source)


def describe(arms: Sequence[ArmCourses], *, threshold: float | None, stamp: str = "") -> str:
    """Return the alternative text; parameters as for `draw`."""
    require_rows(arms, "arms", "arm")
    label = f"{stamp}. " if stamp else ""
    parts = [
        f"{label}{_message(arms)}. {_SUBTITLE}, up to week {_last_week(arms):g}, one panel per arm"
        f"{_dotted(threshold)}."
    ]
    for arm in arms:
        medians = [
            f"{format_trimmed(each.median, 1)} at week {each.week:g} (n={each.patients})"
            for each in arm.medians
            if np.isfinite(each.median)
        ]
        parts.append(f"{_title(arm)}: median {', '.join(medians) or 'not known at any week'}.")
    return " ".join(parts)


def _message(arms: Sequence[ArmCourses]) -> str:
    known = {
        arm.label: last
        for arm in arms
        if (
            last := next((each for each in reversed(arm.medians) if np.isfinite(each.median)), None)
        )
    }
    if not known:
        return "No score is known"
    if len(known) > _MOST_NAMED:
        ends = sorted(last.median for last in known.values())
        low, high = format_trimmed(ends[0], 1), format_trimmed(ends[-1], 1)
        return f"Last median score between {low} and {high} points ({len(known)} arms)"
    weeks = {last.week for last in known.values()}
    medians = []
    for label, last in known.items():
        which = label if len(weeks) == 1 else f"{label}, week {last.week:g}"
        medians.append(f"{format_trimmed(last.median, 1)} ({which})")
    when = f"at week {weeks.pop():g}" if len(weeks) == 1 else "at the last known visit"
    return f"Median score {when}: {join_names(medians)}"


def _dotted(threshold: float | None) -> str:
    return "" if threshold is None else f", with a dotted line at {threshold:g} points"


def _title(arm: ArmCourses) -> str:
    return f"{arm.label} (n={arm.patients})"


def _last_week(arms: Sequence[ArmCourses]) -> float:
    weeks = [median.week for arm in arms for median in arm.medians]
    for arm in arms:
        for course in arm.courses or ():
            weeks += [*course.weeks, *course.open_weeks]
    return max(weeks, default=0.0) or 1.0


def _labelled(weeks: Sequence[float], inches: float) -> list[float]:
    """Return the weeks that have room for a label, from the last back to the first.

    `inches` is the length of a week.
    """
    kept: list[float] = []
    for week in reversed(weeks):
        if not kept or (kept[-1] - week) * inches >= text_width(f"{week:g}") + 0.12:
            kept.append(week)
    return kept[::-1]


def _draw_panel(
    axes: Axes, arm: ArmCourses, threshold: float | None, last: float, ticks: Sequence[float]
) -> None:
    axes.set(xlim=(0, last), ylim=(0, 100))
    axes.set_yticks(range(0, 101, 20))
    axes.set_xticks(ticks, [f"{week:g}" for week in ticks])
    axes.spines[["left", "bottom"]].set_color(RULE)
    for tick in range(20, 101, 20):
        axes.axhline(tick, color=GRID, linewidth=0.8, zorder=0.5)
    if threshold is not None:
        axes.axhline(threshold, color=VERMILION, linestyle=":", linewidth=1.6, zorder=3)
    if arm.courses is None:
        _draw_band(axes, arm)
    else:
        opacity = min(_STRONGEST, max(_FAINTEST, 6 / max(len(arm.courses), 1)))
        for course in arm.courses:
            _draw_course(axes, course, opacity)
    known = [each for each in arm.medians if np.isfinite(each.median)]
    if known:
        axes.plot(
            [each.week for each in known],
            [each.median for each in known],
            color=BLUE,
            linewidth=2.6,
            marker="o",
            markersize=5,
            clip_on=False,
            zorder=4,
            path_effects=[withStroke(linewidth=4.4, foreground=PAPER)],
        )


def _draw_course(axes: Axes, course: PatientCourse, opacity: float) -> None:
    faint: dict[str, Any] = {"color": MUTED, "alpha": opacity, "zorder": 2}
    axes.plot(course.weeks, course.scores, linewidth=1.0, clip_on=False, **faint)
    # An open score is a bar from the least to the most that it can be.
    for week, low, high in zip(course.open_weeks, course.open_low, course.open_high, strict=True):
        axes.plot([week, week], [low, high], linewidth=2.4, clip_on=False, **faint)


def _draw_band(axes: Axes, arm: ArmCourses) -> None:
    known = [each for each in arm.medians if np.isfinite(each.q1) and np.isfinite(each.q3)]
    low, high = [each.q1 for each in known], [each.q3 for each in known]
    weeks = [each.week for each in known]
    axes.fill_between(weeks, low, high, color=BAND, linewidth=0, zorder=1.5)
    if len(known) == 1:
        axes.plot([weeks[0]] * 2, [low[0], high[0]], color=BAND, linewidth=6, zorder=1.5)


def _key(arms: Sequence[ArmCourses], threshold: float | None) -> str:
    shown = [arm.courses for arm in arms if arm.courses is not None]
    single = "Thin lines: patients; " if shown else "Band: first to third quartile; "
    dotted = "" if threshold is None else f" Dotted: {threshold:g} points."
    text = f"{single}thick line: median.{dotted}"
    if any(course.open_weeks for courses in shown for course in courses):
        text += " Bars: what a score can be where measures are missing."
    return text
