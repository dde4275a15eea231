"""A specification curve: sorted estimates with their intervals above, the choices made below.

Combinations are in the columns of both parts. Below, the height of a cell is the proportion of the
column's combinations that have the level; next to it stands in how many of all combinations with
the level a conclusion holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tisstats.figures.layout import Layout, Page, glue_numbers, require_rows, text_height, wrap
from tisstats.figures.numbers import format_percent, of_all
from tisstats.figures.palette import (
    BAND,
    BLUE,
    GRID,
    MUTED,
    PAPER,
    TEXT_SIZE,
    VERMILION,
    style,
)

#: Of the columns, inches from the left edge.
_LEFT = {Layout.COLUMN: 2.5, Layout.PHONE: 1.42}
_RIGHT = 0.52  # room for the shares
_HEIGHT = 1.9  # of the curve
_ROW = 0.2  # least height of a level
_COLUMNS = {Layout.COLUMN: 120, Layout.PHONE: 60}  # maximum number of columns of the lower part
_STEPS = 500  # maximum number of steps of the outline around many intervals
_MARKER: dict[str, Any] = {
    "marker": "o",
    "markersize": 9,
    "markerfacecolor": BLUE,
    "markeredgecolor": PAPER,
    "markeredgewidth": 1.8,
    "linestyle": "none",
}


_NO_SHARE = "–"


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level of a choice."""

    label: str
    used: NDArray[np.bool_]  #: which combinations have it, in the order of the curve
    #: proportion of them in which the conclusion holds, 0 to 1; nan: none has a result; None: the
    #: choice never changes what the conclusion is judged by
    share: float | None


@dataclass(frozen=True, slots=True)
class ChoiceRows:
    """A choice with its levels."""

    label: str
    levels: Sequence[LevelRow]


@dataclass(frozen=True, slots=True)
class CurveContent:
    """What is drawn; arrays have one entry per combination, in ascending order of the estimate.

    Raises
    ------
    ValueError
        If there is no combination, or the arrays differ in length.
    """

    estimate: NDArray[np.float64]  #: proportions, 0 to 1, or differences, -1 to 1
    low: NDArray[np.float64]  #: lower limits
    high: NDArray[np.float64]  #: upper limits
    chosen: int | None  #: position of the main analysis; None: it has no estimate
    choices: Sequence[ChoiceRows]
    ylabel: str  #: what is estimated, with its unit
    conclusion: str  #: whose share stands next to each level
    holds: int  #: combinations in which it holds, of the choices that change what it is judged by
    combinations: int  #: all combinations of these choices that have a result
    reference: float | None  #: value marked by a line, on the scale of the estimate
    unit: str  #: beside each value: % or, for differences in percentage points, nothing
    stamp: str = ""  #: label of the patients, written into the figure; empty for published counts

    def __post_init__(self) -> None:
        require_rows(self.estimate, "estimate", "combination")
        if not len(self.estimate) == len(self.low) == len(self.high):
            raise ValueError("estimate, low and high must have one entry for each combination")


@style()
def draw(content: CurveContent, *, layout: Layout = Layout.COLUMN, source: str = "") -> Figure:
    """Draw a specification curve.

    Parameters
    ----------
    content
        Estimates in ascending order, with the choices behind each.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.
    """
    page = Page(layout)
    page.write_heading(_message(content), _subtitle(content), content.stamp)
    _draw_curve(page, content)
    page.y += 0.12
    _write_header(page, content)
    for choice in content.choices:
        _draw_choice(page, choice)
    page.y += 0.06
    page.write_key("interval of a combination", color=MUTED, facecolor=BAND, edgecolor="none")
    many = len(content.estimate) > _COLUMNS[layout]
    level = "share of the combinations of a column with the level" if many else "has the level"
    page.write_key(level, color=MUTED, facecolor=BLUE, edgecolor="none")
    if content.chosen is not None:
        _write_marker_key(page)
    levels = [level for choice in content.choices for level in choice.levels]
    if any(_share(level.share) == _NO_SHARE for level in levels):
        text = "the choice does not change what this is judged by, or no combination has a result"
        page.write_paragraph(f"{_NO_SHARE} {text}", color=MUTED)
    return page.finish(source=source)


def _message(content: CurveContent) -> str:
    if content.combinations <= 1:
        holds = "holds" if content.holds else "does not hold"
        return f"“{content.conclusion}” {holds} in every combination shown"
    return (
        f"{content.conclusion} under {of_all(content.holds, content.combinations)} combinations of "
        f"the choices that change what this is judged by"
    )


def _subtitle(content: CurveContent) -> str:
    return f"{content.ylabel}, one column per combination, sorted"


def _draw_curve(page: Page, content: CurveContent) -> None:
    axes = page.add_panel(_LEFT[page.layout], page.y, _width(page), _HEIGHT)
    n = len(content.estimate)
    if n <= _COLUMNS[page.layout]:
        line = min(max(0.7 * _width(page) * 72 / n, 0.4), 6.0)
        axes.vlines(np.arange(n), 100 * content.low, 100 * content.high, color=BAND, linewidth=line)
        marker: dict[str, Any] = {"marker": "o", "markersize": 4}
    else:
        _draw_band(axes, content)
        marker = {}
    if content.reference is not None:
        axes.axhline(100 * content.reference, color=VERMILION, linestyle=":", linewidth=1.6)
    axes.plot(np.arange(n), 100 * content.estimate, color=BLUE, linewidth=1.8, **marker)
    if content.chosen is not None:
        main = 100 * content.estimate[content.chosen]
        axes.plot([content.chosen], [main], zorder=5, **_MARKER)
    axes.set_xlim(-0.5, n - 0.5)
    _set_percent_axis(axes, content)
    page.y += _HEIGHT


def _draw_band(axes: Axes, content: CurveContent) -> None:
    """Draw the intervals as one outline, with no more steps than can be seen."""
    n = len(content.estimate)
    places = np.array_split(np.arange(n), min(n, _STEPS))
    starts = np.array([place[0] for place in places] + [n]) - 0.5
    low = [np.nanmin(content.low[place]) for place in places]
    high = [np.nanmax(content.high[place]) for place in places]
    _fill_steps(axes, starts, 100 * np.array(low), 100 * np.array(high), BAND)


def _fill_steps(
    axes: Axes,
    edges: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    colour: str,
) -> None:
    """Fill between two rows of steps, as one outline."""
    lower, upper = np.append(low, low[-1]), np.append(high, high[-1])
    axes.fill_between(edges, lower, upper, step="post", color=colour, linewidth=0)


def _set_percent_axis(axes: Axes, content: CurveContent) -> None:
    least = 0 if np.nanmin(content.low) >= 0 else -100
    ticks = range(least, 101, 20 if least == 0 else 50)
    axes.set_ylim(least - 2, 102)
    axes.set_yticks(list(ticks), [f"{tick}{content.unit}".replace("-", "−") for tick in ticks])
    axes.set_xticks([])
    axes.tick_params(axis="y", length=3)


def _width(page: Page) -> float:
    return page.width - _LEFT[page.layout] - _RIGHT


def _write_header(page: Page, content: CurveContent) -> None:
    text = f"{content.conclusion}: share of combinations"
    page.write_paragraph(text, ha="right", color=MUTED, gap=0.04)


def _share(share: float | None) -> str:
    """Format a share as %, without hiding that it is not quite none or all."""
    if share is None or np.isnan(share):
        return _NO_SHARE
    shown = format_percent(share, 0)
    if shown == "0" and share > 0:
        return "< 1%"
    if shown == "100" and share < 1:
        return "> 99%"
    return f"{shown}%"


def _draw_choice(page: Page, choice: ChoiceRows) -> None:
    page.y += 0.04
    page.write_paragraph(choice.label, TEXT_SIZE, bold=True, gap=0.02)
    for level in choice.levels:
        label = wrap(glue_numbers(level.label), _LEFT[page.layout] - page.edge - 0.12)
        height = max(_ROW, text_height(label))
        page.write(page.edge, page.y + 0.01, label)
        _draw_cells(page, level.used, height)
        share = _share(level.share)
        page.write(page.width - page.edge, page.y + 0.01, share, ha="right")
        page.y += height + 0.02


def _draw_cells(page: Page, used: NDArray[np.bool_], height: float) -> None:
    """Draw in each column how many of its combinations have the level, as one outline."""
    left = _LEFT[page.layout]
    page.draw_box(
        left, page.y, _width(page), height, facecolor=PAPER, edgecolor=GRID, linewidth=0.8
    )
    shares = [
        float(np.mean(column))
        for column in np.array_split(used, min(len(used), _COLUMNS[page.layout]))
    ]
    edges = np.linspace(left, left + _width(page), len(shares) + 1)
    foot = page.y + height
    tops = foot - height * np.array(shares)
    _fill_steps(page.axes, edges, np.full(len(shares), foot), tops, BLUE)


def _write_marker_key(page: Page) -> None:
    middle = page.y + text_height("x") / 2
    page.draw_line([page.edge + 0.15], [middle], **_MARKER)
    page.write_paragraph("the main analysis", indent=0.4, gap=0.05, color=MUTED)


def describe(content: CurveContent) -> str:
    """Return the alternative text; parameters as for `draw`."""
    estimates = content.estimate

    def shown(value: float) -> str:
        return f"{format_percent(float(value))}{content.unit}".replace("-", "−")

    parts = [
        *([f"{content.stamp}."] if content.stamp else []),
        f"{_message(content)}.",
        f"Specification curve, {content.ylabel}: estimates ascend from {shown(estimates[0])} "
        f"to {shown(estimates[-1])}; lower limits from {shown(np.min(content.low))}, upper "
        f"limits to {shown(np.max(content.high))}.",
    ]
    if content.chosen is not None:
        parts.append(f"The main analysis gives {shown(estimates[content.chosen])}.")
    if content.reference is not None:
        parts.append(f"A dotted line marks {shown(content.reference)}.")
    for choice in content.choices:
        if all(level.share is None for level in choice.levels):
            parts.append(f"{choice.label} does not change what this is judged by.")
            continue
        shares = ", ".join(f"{level.label} {_share(level.share)}" for level in choice.levels)
        parts.append(f"By {choice.label}, it holds in this share of combinations: {shares}.")
    return " ".join(parts)
