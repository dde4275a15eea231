"""The points of each measure of a score by its improvement: one step curve per measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows, text_height
from tisstats.figures.numbers import format_trimmed
from tisstats.figures.palette import BAND, BLUE, GRID, MUTED, PAPER, style
from tisstats.figures.small_multiples import Grid, PanelText

_COLUMNS = {Layout.COLUMN: 3, Layout.PHONE: 2}
_SUBTITLE = "Points by improvement, % of the range of the measure"
_PLOT = 1.25  # height of a panel (inches)
_TICK = 10  # of both axes, points and %


@dataclass(frozen=True, slots=True)
class PointSteps:
    """The points of a measure.

    Raises
    ------
    ValueError
        If the points are not one more than the cut-offs.
    """

    name: str  #: name of the measure
    cutoffs: Sequence[float]  #: improvement, % of the range, ascending; each in the lower band
    points: Sequence[float]  #: points of the bands, from the lowest to the highest
    improvement: float | None = None  #: that of the patient, % of the range; None: no patient
    earned: float | None = None  #: points of the patient

    def __post_init__(self) -> None:
        if len(self.points) != len(self.cutoffs) + 1:
            raise ValueError(
                f"points of {self.name} must be one more than its {len(self.cutoffs)} cut-offs, "
                f"got {len(self.points)}"
            )


@style()
def draw(
    measures: Sequence[PointSteps], *, layout: Layout = Layout.COLUMN, source: str = ""
) -> Figure:
    """Draw the steps of each measure, all on the same axes, with the patient on each.

    Parameters
    ----------
    measures
        At least one.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no measure.
    """
    page = Page(layout)
    page.write_heading(_message(measures), _SUBTITLE)
    texts = [PanelText(each.name, _patient(each)) for each in measures]
    foot = 0.08 + text_height("0") + 0.16
    last = _TICK * ceil(1.2 * max(each.cutoffs[-1] for each in measures) / _TICK)
    most = max(point for each in measures for point in each.points)
    placed = Grid(page, _COLUMNS[layout], left=0.28, height=_PLOT).add_panels(texts, foot)
    for panel, each in zip(placed, measures, strict=True):
        _draw_steps(panel.axes, each, last, most)
    page.write_paragraph(_key(measures), color=MUTED)
    return page.finish(source=source)


def describe(measures: Sequence[PointSteps]) -> str:
    """Return the alternative text; parameters as for `draw`."""
    parts = [f"{_message(measures)}. {_SUBTITLE}: one step curve per measure."]
    for each in measures:
        steps = ", ".join(
            f"{format_trimmed(points, 1)} above {cut:g}%"
            for cut, points in zip(each.cutoffs, each.points[1:], strict=True)
        )
        patient = f" {_patient(each)}." if each.earned is not None else ""
        lowest = format_trimmed(each.points[0], 1)
        parts.append(f"{each.name}: {lowest} points up to {each.cutoffs[0]:g}%, {steps}.{patient}")
    return " ".join([*parts, _key(measures)])


def _message(measures: Sequence[PointSteps]) -> str:
    require_rows(measures, "measures", "measure")
    total = sum(each.points[-1] for each in measures)
    best = max(measures, key=lambda each: each.points[-1])
    earned = [each.earned for each in measures if each.earned is not None]
    text = (
        f"{best.name} weighs most, up to {format_trimmed(best.points[-1], 1)} of "
        f"{format_trimmed(total, 1)} points"
    )
    return f"{text}; this patient earns {format_trimmed(sum(earned), 1)} in all" if earned else text


def _patient(steps: PointSteps) -> str:
    if steps.improvement is None or steps.earned is None:
        return f"up to {format_trimmed(steps.points[-1], 1)} points"
    percent = format_trimmed(steps.improvement, 1).replace("-", "−")
    return f"Patient: {percent}%, {_points(steps.earned)}"


def _points(points: float) -> str:
    return f"{format_trimmed(points, 1)} point{'' if points == 1 else 's'}"


def _draw_steps(axes: Axes, steps: PointSteps, last: int, most: float) -> None:
    axes.set(xlim=(0, last), ylim=(0, 1.08 * most))
    percents = range(0, last + 1, 2 * _TICK)
    axes.set_xticks(percents, [f"{at}%" for at in percents])
    axes.set_yticks(range(0, ceil(most), _TICK))
    for tick in range(_TICK, ceil(most), _TICK):
        axes.axhline(tick, color=GRID, linewidth=0.8, zorder=0.5)
    edges = [0, *steps.cutoffs, last]
    heights = [*steps.points, steps.points[-1]]
    axes.fill_between(edges, 0, heights, step="post", color=BAND, linewidth=0, zorder=1)
    axes.step(edges, heights, where="post", color=BLUE, linewidth=1.6, zorder=2)
    if steps.improvement is not None and steps.earned is not None:
        axes.plot(
            [min(max(steps.improvement, 0), last)],
            [steps.earned],
            marker="o",
            markersize=8,
            color=BLUE,
            markeredgecolor=PAPER,
            markeredgewidth=1.2,
            clip_on=False,
            zorder=4,
        )


def _key(measures: Sequence[PointSteps]) -> str:
    note = "An improvement on a boundary belongs to the step below it."
    shown = any(each.earned is not None for each in measures)
    return f"Circle: the patient. {note}" if shown else note
