"""Treatment regimens as timelines: which dose in which week, and when patients were assessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tisstats.figures.layout import canvas, panel, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SMALL_SIZE,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    style,
)
from tisstats.lim2021.regimens import Infusion, Regimen
from tisstats.printed import as_printed

_MARGIN = 0.1
_BARS = 0.85  # height of the bars' room
_BELOW = 0.46  # week numbers and the row of assessments
_PRINTED = "dose as printed"
_INTERPRETED = "dose as we read the text"
_ASSESSED = "assessment"


@style()
def draw(
    regimens: Sequence[Regimen],
    assessments: Mapping[str, Sequence[float]] | None = None,
    last_week: int = 9,
) -> Figure:
    """Draw one timeline a regimen, one bar an infusion, a triangle for each assessment.

    Parameters
    ----------
    regimens
        Regimens from top to bottom; an infusion with `interpreted` gets an open, dashed bar.
    assessments
        Weeks of the assessments by the name of the regimen.
    last_week
        End of the timelines (weeks); infusions after it are left out.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no regimen, or assessments name a regimen that is not drawn.
    """
    assessed = _checked(regimens, assessments)
    heads = [_head(regimen) for regimen in regimens]
    key = _key(regimens, assessed, last_week)
    height = _MARGIN + sum(_head_height(*head) + _BARS + _BELOW + 0.14 for head in heads)
    figure, page = canvas(height + text_height("Weeks", SMALL_SIZE) + 0.1 + 0.2 * len(key) + 0.04)
    highest = max(float(i.dose_g_per_kg) for regimen in regimens for i in regimen.infusions)

    top = _MARGIN
    for regimen, head in zip(regimens, heads, strict=True):
        title, description = head
        write(page, _MARGIN, top, title, weight="bold")
        below_title = top + text_height(title)
        write(page, _MARGIN, below_title, description, SMALL_SIZE, color=MUTED)
        top += _head_height(*head)
        timeline = panel(figure, _MARGIN, top, WIDTH - 2 * _MARGIN, _BARS + _BELOW)
        _draw_timeline(timeline, regimen, assessed.get(regimen.name, ()), last_week, highest)
        top += _BARS + _BELOW + 0.14

    write(page, WIDTH / 2, top - 0.08, "Weeks since the first infusion", SMALL_SIZE, ha="center")
    top += text_height("Weeks", SMALL_SIZE) + 0.06
    for kind in key:
        _draw_key(page, _MARGIN + 0.1, top, kind)
        top += 0.2
    return figure


def describe(
    regimens: Sequence[Regimen],
    assessments: Mapping[str, Sequence[float]] | None = None,
    last_week: int = 9,
) -> str:
    """Describe the figure in words, for readers who do not see it."""
    assessed = _checked(regimens, assessments)
    parts = [
        f"{len(regimens)} timelines from week 0 to week {last_week}, "
        "with one bar an infusion whose height is the dose."
        if len(regimens) > 1
        else f"Timeline from week 0 to week {last_week}, "
        "with one bar an infusion whose height is the dose."
    ]
    for regimen in regimens:
        doses = [
            f"{_number(infusion.dose_g_per_kg)} g/kg in week {infusion.week}"
            + (" (our reading)" if infusion.interpreted else "")
            for infusion in _within(regimen, last_week)
        ]
        parts.append(f"{regimen.name}: {_listed(doses)}.")
        if weeks := assessed.get(regimen.name):
            parts.append(f"Assessments in weeks {_listed([_number(week) for week in weeks])}.")
    if _INTERPRETED in _key(regimens, assessed, last_week):
        parts.append("Open bars with dashed outlines mark doses whose week or size is our reading.")
    return " ".join(parts)


def _draw_timeline(
    axes: Axes, regimen: Regimen, assessed: Sequence[float], last_week: int, highest: float
) -> None:
    """Draw bars, week numbers and assessments; y is in inches above the line of time."""
    axes.set_xlim(-0.5, last_week + 0.5)
    axes.set_ylim(-_BELOW, _BARS)
    axes.set_axis_off()
    axes.plot([-0.4, last_week + 0.4], [0, 0], color=INK, linewidth=1.2)
    room = _BARS - text_height("0") - 0.03
    for infusion in _within(regimen, last_week):
        tall = room * float(infusion.dose_g_per_kg) / highest
        axes.add_patch(
            Rectangle(
                (infusion.week - 0.17, 0),
                0.34,
                tall,
                facecolor=PAPER if infusion.interpreted else BLUE,
                edgecolor=BLUE,
                linewidth=1.6,
                linestyle=(0, (2, 1.2)) if infusion.interpreted else "solid",
            )
        )
        dose = _dose_label(infusion, regimen, last_week)
        write(axes, infusion.week, tall + 0.03, dose, ha="center", va="bottom")
    step = ceil(last_week / 12) or 1
    for week in range(0, last_week + 1, step):
        axes.plot([week, week], [0, -0.04], color=RULE, linewidth=0.8)
        write(axes, week, -0.06, str(week), SMALL_SIZE, ha="center", va="top")
    for visit in assessed:
        if visit <= last_week:
            axes.plot([visit], [-0.34], "^", color=VERMILION, markersize=8)


def _dose_label(infusion: Infusion, regimen: Regimen, last_week: int) -> str:
    """Return the dose with its unit; without, or only where it changes, if neighbours are near."""
    inches_per_week = (WIDTH - 2 * _MARGIN) / (last_week + 1)
    others = [other for other in _within(regimen, last_week) if other.week != infusion.week]
    nearest = min((abs(other.week - infusion.week) for other in others), default=last_week + 1)
    to_edge = (min(infusion.week, last_week - infusion.week) + 0.5) * inches_per_week + _MARGIN
    room = min(nearest * inches_per_week - 0.06, 2 * to_edge)
    number = _number(infusion.dose_g_per_kg)
    for label in (f"{number} g/kg", number):
        if text_width(label) <= room:
            return label
    before = [other for other in others if other.week < infusion.week]
    same = bool(before) and _number(before[-1].dose_g_per_kg) == number
    return "" if same else number


def _draw_key(page: Axes, left: float, top: float, kind: str) -> None:
    if kind == _ASSESSED:
        page.plot([left + 0.08], [top + 0.085], "^", color=VERMILION, markersize=8)
    else:
        interpreted = kind == _INTERPRETED
        page.add_patch(
            Rectangle(
                (left, top + 0.02),
                0.16,
                0.13,
                facecolor=PAPER if interpreted else BLUE,
                edgecolor=BLUE,
                linewidth=1.6,
                linestyle=(0, (2, 1.2)) if interpreted else "solid",
            )
        )
    write(page, left + 0.26, top, kind, SMALL_SIZE)


def _key(
    regimens: Sequence[Regimen], assessed: Mapping[str, Sequence[float]], last_week: int
) -> list[str]:
    """List the marks that need explaining; a lone solid bar needs none."""
    readings = {i.interpreted for regimen in regimens for i in _within(regimen, last_week)}
    doses = [_PRINTED, _INTERPRETED] if True in readings else []
    return doses + ([_ASSESSED] if any(assessed.values()) else [])


def _checked(
    regimens: Sequence[Regimen], assessments: Mapping[str, Sequence[float]] | None
) -> Mapping[str, Sequence[float]]:
    if not regimens:
        raise ValueError("regimens is empty; give at least one")
    names = [regimen.name for regimen in regimens]
    for name in assessments or {}:
        if name not in names:
            raise ValueError(f"assessments names {name!r}; give one of {', '.join(names)}")
    return assessments or {}


def _head(regimen: Regimen) -> tuple[str, str]:
    room = WIDTH - 2 * _MARGIN
    return wrap(regimen.name, room, bold=True), wrap(regimen.description, room, SMALL_SIZE)


def _head_height(title: str, description: str) -> float:
    return text_height(title, TEXT_SIZE) + text_height(description, SMALL_SIZE) + 0.06


def _within(regimen: Regimen, last_week: int) -> list[Infusion]:
    return [infusion for infusion in regimen.infusions if infusion.week <= last_week]


def _number(value: float) -> str:
    """Print a dose or a week as short as it is."""
    text = as_printed(value, 2)
    return text.rstrip("0").rstrip(".")


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
