"""Total Improvement Score of each patient over the weeks: those who responded, those who did not.

Two panels, one above the other, on the same axes. Where patients are synthetic the figure says so
itself, since a figure is copied without its page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tisstats.figures.layout import canvas, panel, text_height, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    RULE,
    SMALL_SIZE,
    VERMILION,
    WIDTH,
    style,
)
from tisstats.printed import as_printed

_EDGE = 0.08
_LEFT, _RIGHT = 0.5, 0.42
_PLOT = 1.9
_LABEL_POINTS = 10.0  # of the score: the height of a label on the axis


@dataclass(frozen=True, slots=True)
class Course:
    """The scores of one patient."""

    patient: str  #: name of the patient
    weeks: Sequence[float]  #: weeks of the assessments, ascending
    scores: Sequence[float]  #: Total Improvement Score at each, 0 to 100
    ended_early: bool = False  #: whether the last one is a premature end
    known: bool = True  #: whether it is known on which side of the threshold the course stayed


def courses_of(table: pd.DataFrame) -> tuple[list[Course], list[Course]]:
    """Gather the courses of the patients who responded, and of the others, from a table of visits.

    Parameters
    ----------
    table
        One row a visit, by patient and week: ``patient_id``, ``week``, ``tis``, ``responder`` and
        ``ended_early`` (true or false for the patient). Visits without a score are left out. Where
        ``responder`` is missing, the course is among the others and marked as not known.
    """
    groups: dict[bool, list[Course]] = {True: [], False: []}
    # In the order of the table: as text, "10" would come before "9".
    for patient, visits in table.dropna(subset=["tis"]).groupby("patient_id", sort=False):
        responder = visits["responder"].iloc[0]
        known = not pd.isna(responder)
        groups[known and bool(responder)].append(
            Course(
                str(patient),
                visits["week"].tolist(),
                visits["tis"].tolist(),
                bool(visits["ended_early"].iloc[0]),
                known,
            )
        )
    return groups[True], groups[False]


@style()
def draw(
    responders: Sequence[Course],
    others: Sequence[Course],
    *,
    threshold: float,
    horizon_week: float,
    stamp: str = "",
) -> Figure:
    """Draw one line a patient in two panels, with the threshold through both.

    Parameters
    ----------
    responders, others
        Courses of the patients who reached the threshold, and of those who did not.
    threshold
        Least score of a responder, points.
    horizon_week
        Last week of the axis.
    stamp
        What the rows are, to be written into the figure, such as "Synthetic patients".

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no course at all, or one without a score for each week.
    """
    _check(responders, others)
    panels = _panels(responders, others, threshold)
    room = WIDTH - 2 * _EDGE
    stamped = wrap(stamp, room, SMALL_SIZE, bold=True)
    key = wrap(_key(others, responders), room, SMALL_SIZE)
    line = text_height("0", SMALL_SIZE)
    heads = [wrap(head, room, SMALL_SIZE, bold=True) for head, _, _ in panels]
    height = 0.06 + text_height(stamped, SMALL_SIZE)
    height += sum(text_height(head, SMALL_SIZE) + 0.1 + _PLOT + line + 0.22 for head in heads)
    figure, page = canvas(height + line + text_height(key, SMALL_SIZE) + 0.12)

    write(page, _EDGE, 0.05, stamped, SMALL_SIZE, weight="bold", color=VERMILION)
    top = 0.06 + text_height(stamped, SMALL_SIZE)
    for head, (_, courses, colour) in zip(heads, panels, strict=True):
        write(page, _EDGE, top, head, SMALL_SIZE, weight="bold")
        top += text_height(head, SMALL_SIZE) + 0.1
        axes = panel(figure, _LEFT, top, WIDTH - _LEFT - _RIGHT, _PLOT)
        _draw_panel(axes, courses, colour, threshold, horizon_week)
        top += _PLOT + line + 0.22
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    write(page, middle, top - 0.08, "Weeks since the first infusion", SMALL_SIZE, ha="center")
    write(page, _EDGE, top - 0.04 + line, key, SMALL_SIZE, color=MUTED)
    return figure


def describe(
    responders: Sequence[Course],
    others: Sequence[Course],
    *,
    threshold: float,
    horizon_week: float,
    stamp: str = "",
) -> str:
    """Tell the same in words, for somebody who cannot see the figure."""
    _check(responders, others)
    opening = f"{stamp}. " if stamp else ""
    parts = [
        f"{opening}Total Improvement Score of {len(responders) + len(others)} patients up to week "
        f"{horizon_week:g}, one line a patient, with a dotted line at {threshold:g}."
    ]
    for head, courses, _ in _panels(responders, others, threshold):
        last = sorted(course.scores[-1] for course in courses)
        if not last:
            parts.append(f"{head}: none.")
            continue
        ended = sum(course.ended_early for course in courses)
        parts.append(
            f"{head}: last scores from {_points(last[0])} to {_points(last[-1])}"
            + (f", {ended} ended early." if ended else ".")
        )
    return " ".join(parts)


def _check(responders: Sequence[Course], others: Sequence[Course]) -> None:
    if not (responders or others):
        raise ValueError("responders and others are empty; give at least one course")
    for course in (*responders, *others):
        if not course.weeks or len(course.weeks) != len(course.scores):
            raise ValueError(
                f"course of patient {course.patient} has {len(course.weeks)} weeks and "
                f"{len(course.scores)} scores; give one score for each of at least one week"
            )


def _panels(
    responders: Sequence[Course], others: Sequence[Course], threshold: float
) -> list[tuple[str, Sequence[Course], str]]:
    unknown = sum(not course.known for course in others)
    did_not = f"B  Did not reach {threshold:g} points (n={len(others) - unknown})"
    if unknown:
        did_not += f", or not known whether (n={unknown})"
    return [
        (f"A  Reached {threshold:g} points (n={len(responders)})", responders, BLUE),
        (did_not, others, ORANGE),
    ]


def _draw_panel(
    axes: Axes, courses: Sequence[Course], colour: str, threshold: float, horizon: float
) -> None:
    axes.set_xlim(0, horizon)
    axes.set_ylim(0, 100)
    axes.set_yticks(range(0, 101, 20))
    weeks = sorted({week for course in courses for week in course.weeks} | {0.0, horizon})
    axes.set_xticks(weeks, [f"{week:g}" for week in weeks])
    axes.axhline(threshold, color=VERMILION, linestyle=":", linewidth=1.6, zorder=1)
    for course in courses:
        axes.plot(course.weeks, course.scores, color=colour, linewidth=1.2, clip_on=False)
        axes.plot(
            course.weeks,
            course.scores,
            color=colour,
            marker="o",
            markersize=3.5,
            linestyle="none",
            clip_on=False,
        )
        if course.ended_early:
            axes.plot(
                course.weeks[-1:],
                course.scores[-1:],
                marker="X",
                color=INK,
                markersize=7,
                linestyle="none",
                clip_on=False,
                zorder=4,
            )
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    _label_crowds(axes, courses, horizon)


def _label_crowds(axes: Axes, courses: Sequence[Course], horizon: float) -> None:
    """Write beside the axis how many courses end at one point, each label clear of the last."""
    free = -_LABEL_POINTS
    for (week, score), group in sorted(_crowded(courses).items()):
        if group == 1 or week != horizon:
            continue
        height = max(score, free)
        free = height + _LABEL_POINTS
        axes.annotate(
            f"×{group}",
            (week, height),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_SIZE,
            color=MUTED,
            annotation_clip=False,
        )


def _crowded(courses: Sequence[Course]) -> Mapping[tuple[float, float], int]:
    """Count the courses that end at the same point: there one marker hides the others."""
    ends: dict[tuple[float, float], int] = {}
    for course in courses:
        end = (float(course.weeks[-1]), float(course.scores[-1]))
        ends[end] = ends.get(end, 0) + 1
    return ends


def _key(*groups: Sequence[Course]) -> str:
    ended = sum(course.ended_early for group in groups for course in group)
    text = "Score in points; ×2: two patients end there."
    return f"{text} Cross: ended early (n={ended})." if ended else text


def _points(score: float) -> str:
    return as_printed(score, 1).removesuffix(".0")
