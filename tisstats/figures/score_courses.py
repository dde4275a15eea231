"""Total Improvement Score of each patient over time, responders and non-responders.

Two panels on the same axes: side by side, on a phone one above the other. If patients are
synthetic, the figure itself says so, since figures are copied without their page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, annotate, require_rows, text_height, wrap
from tisstats.figures.numbers import format_trimmed
from tisstats.figures.palette import BLUE, GRID, INK, MUTED, RULE, VERMILION, style
from tisstats.sentences import count_of

_LEFT, _RIGHT = 0.4, 0.36  # of a panel, from the edges of its part of the page (inches)
_COLUMNS = {Layout.COLUMN: 2, Layout.PHONE: 1, Layout.SLIDE: 2}
_SUBTITLE = "Total Improvement Score over time, points, one line per patient"
_WEEKS = "Weeks since the first infusion"
#: Height of a panel.
_PLOT = {Layout.COLUMN: 1.9, Layout.PHONE: 1.9, Layout.SLIDE: 0.92}
#: Between the ticks of the score, points.
_STEP = {Layout.COLUMN: 20, Layout.PHONE: 20, Layout.SLIDE: 50}
_LABEL_POINTS = 10.0  # of the score: the height of a label on the axis


@dataclass(frozen=True, slots=True)
class ScoreCourse:
    """The scores of one patient over time.

    Raises
    ------
    ValueError
        If there is not one score for each of at least one week.
    """

    patient: str  #: patient identifier
    weeks: Sequence[float]  #: weeks of the assessments, ascending
    scores: Sequence[float]  #: Total Improvement Score at each, 0 to 100
    responder: bool | None  #: whether the patient reached the threshold; None if not known
    ended_early: bool = False  #: whether the patient stopped early

    def __post_init__(self) -> None:
        if not self.weeks or len(self.weeks) != len(self.scores):
            raise ValueError(
                f"scores of patient {self.patient} must be one for each of at least one week, got "
                f"{len(self.scores)} scores and {len(self.weeks)} weeks"
            )


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    courses: Sequence[ScoreCourse]
    colour: str


def courses_from_table(table: pd.DataFrame) -> list[ScoreCourse]:
    """Return the scores over time of each patient in a table of visits.

    Parameters
    ----------
    table
        One row per visit, by patient and week: ``patient_id``, ``week``, ``tis``, ``responder``
        (true or false for the patient, missing if not known) and ``ended_early`` (true or false).
        Visits without a score are omitted.
    """
    courses = []
    # In the order of the table: sorted as text, "10" would come before "9".
    for patient, visits in table.dropna(subset=["tis"]).groupby("patient_id", sort=False):
        responder = visits["responder"].iloc[0]
        courses.append(
            ScoreCourse(
                str(patient),
                visits["week"].tolist(),
                visits["tis"].tolist(),
                None if pd.isna(responder) else bool(responder),
                bool(visits["ended_early"].iloc[0]),
            )
        )
    return courses


@style()
def draw(
    courses: Sequence[ScoreCourse],
    *,
    threshold: float,
    horizon_week: float,
    stamp: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one line per patient in two panels, with the threshold through both.

    Parameters
    ----------
    courses
        Of the patients who reached the threshold, and of the others.
    threshold
        Minimum score of a responder, points.
    horizon_week
        Last week of the axis.
    stamp
        Label of the data, written into the figure, such as "Synthetic patients".

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no course.
    """
    page, line, high = Page(layout), text_height("0"), _PLOT[layout]
    page.write_heading(_message(courses, threshold, horizon_week), _SUBTITLE, stamp)
    panels = _panels(courses, threshold)
    columns = _COLUMNS[layout]
    width = page.width / columns - _LEFT - _RIGHT
    for first in range(0, len(panels), columns):
        in_row = panels[first : first + columns]
        titles = [wrap(panel.title, _LEFT + width, bold=True) for panel in in_row]
        head = max(map(text_height, titles)) + 0.1
        for column, (panel, title) in enumerate(zip(in_row, titles, strict=True)):
            left = column * page.width / columns
            page.write(page.edge + left, page.y, title, bold=True)
            axes = page.add_panel(_LEFT + left, page.y + head, width, high)
            _draw_panel(axes, panel, threshold, horizon_week)
            axes.set_yticks(range(0, 101, _STEP[layout]))
            middle, below = _LEFT + left + width / 2, page.y + head + high + line + 0.08
            page.write(middle, below, _WEEKS, ha="center")
        page.y += head + high + 2 * line + (0.1 if page.on_slide else 0.2)
    overlapping = any(_overlaps(panel.courses, horizon_week) for panel in panels)
    page.write_paragraph(_key(courses, threshold, overlapping), color=MUTED)
    return page.finish(source=source)


def describe(
    courses: Sequence[ScoreCourse], *, threshold: float, horizon_week: float, stamp: str = ""
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    panels = _panels(courses, threshold)
    label = f"{stamp}. " if stamp else ""
    parts = [
        f"{label}{_message(courses, threshold, horizon_week)}. Total Improvement Score of "
        f"{count_of(len(courses), 'patient')} up to week {horizon_week:g}, one line per patient, "
        f"with a dotted line at {threshold:g}."
    ]
    for panel in panels:
        last = sorted(course.scores[-1] for course in panel.courses)
        ended = sum(course.ended_early for course in panel.courses)
        parts.append(
            f"{panel.title}: last scores from {format_trimmed(last[0], 1)} to "
            f"{format_trimmed(last[-1], 1)}" + (f", {ended} stopped early." if ended else ".")
            if last
            else f"{panel.title}: none."
        )
    return " ".join(parts)


def _message(courses: Sequence[ScoreCourse], threshold: float, horizon: float) -> str:
    require_rows(courses, "courses", "course")
    reached = sum(bool(course.responder) for course in courses)
    unknown = sum(course.responder is None for course in courses)
    of = count_of(len(courses), "patient")
    text = f"{reached} of {of} reached {threshold:g} points by week {horizon:g}"
    return f"{text}, {unknown} unknown" if unknown else text


def _panels(courses: Sequence[ScoreCourse], threshold: float) -> list[_Panel]:
    responders = [course for course in courses if course.responder]
    others = [course for course in courses if not course.responder]
    unknown = sum(course.responder is None for course in others)
    did_not = f"Did not reach {threshold:g} points (n={len(others) - unknown})"
    if unknown:
        did_not += f", or unknown (n={unknown})"
    reached = f"Reached {threshold:g} points (n={len(responders)})"
    return [_Panel(reached, responders, BLUE), _Panel(did_not, others, MUTED)]


def _draw_panel(axes: Axes, panel: _Panel, threshold: float, horizon: float) -> None:
    axes.set(xlim=(0, horizon), ylim=(0, 100))
    weeks = sorted({week for course in panel.courses for week in course.weeks} | {0.0, horizon})
    axes.set_xticks(weeks, [f"{week:g}" for week in weeks])
    axes.axhline(threshold, color=VERMILION, linestyle=":", linewidth=1.6, zorder=1)
    for tick in range(20, 101, 20):
        axes.axhline(tick, color=GRID, linewidth=0.8, zorder=0.5)
    points: dict[str, Any] = {"linestyle": "none", "clip_on": False}
    for course in panel.courses:
        at = course.weeks, course.scores
        axes.plot(*at, color=panel.colour, linewidth=1.2, clip_on=False)
        axes.plot(*at, color=panel.colour, marker="o", markersize=3.5, **points)
        if course.ended_early:
            end = course.weeks[-1:], course.scores[-1:]
            axes.plot(*end, color=INK, marker="X", markersize=7, zorder=4, **points)
    axes.spines[["left", "bottom"]].set_color(RULE)
    _label_overlaps(axes, panel.courses, horizon)


def _label_overlaps(axes: Axes, courses: Sequence[ScoreCourse], horizon: float) -> None:
    """Label overlapping end points with the number of patients, without overlapping labels."""
    free = -_LABEL_POINTS
    for score, patients in sorted(_overlaps(courses, horizon).items()):
        height = max(score, free)
        free = height + _LABEL_POINTS
        look = {"va": "center", "color": MUTED, "annotation_clip": False}
        annotate(axes, f"×{patients}", (horizon, height), (6, 0), **look)


def _overlaps(courses: Sequence[ScoreCourse], horizon: float) -> dict[float, int]:
    """Return the number of patients by score at the last week, where they are several."""
    ends = Counter(course.scores[-1] for course in courses if course.weeks[-1] == horizon)
    return {score: patients for score, patients in ends.items() if patients > 1}


def _key(courses: Sequence[ScoreCourse], threshold: float, overlapping: bool) -> str:
    ended = sum(course.ended_early for course in courses)
    text = f"Dotted: {threshold:g} points."
    if overlapping:
        text += " ×2: two patients with the same last score."
    return f"{text} Cross: stopped early (n={ended})." if ended else text
