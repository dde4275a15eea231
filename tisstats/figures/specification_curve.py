"""A specification curve: sorted estimates with their intervals above, the choices made below.

Combinations are in the columns of both parts. Below, the tint of a cell is the proportion of the
column's combinations that have the level; next to it stands in how many of all combinations with
the level a conclusion holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tisstats.figures.layout import Layout, Page, require_rows, text_height, wrap
from tisstats.figures.numbers import format_percent
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SKY_BLUE,
    TEXT_SIZE,
    VERMILION,
    style,
)

_LEFT = 1.72  # of the columns, inches from the left edge
_RIGHT = 0.62  # room for the shares
_HEIGHT = 1.75  # of the curve
_ROW = 0.2  # least height of a level
_COLUMNS = 60  # most columns of the lower part
_VECTORS = 500  # most combinations drawn as vectors: thousands would make a heavy page
_MARKER: dict[str, Any] = {
    "marker": "D",
    "markersize": 8,
    "markerfacecolor": PAPER,
    "markeredgecolor": VERMILION,
    "markeredgewidth": 1.8,
    "linestyle": "none",
}


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level of a choice."""

    label: str
    used: NDArray[np.bool_]  #: which combinations have it, in the order of the curve
    share: (
        float  #: proportion of them in which the conclusion holds, 0 to 1; nan: none has a result
    )


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
    ylabel: str  #: what is estimated, with its unit, %
    conclusion: str  #: whose share stands next to each level
    share: float  #: proportion of all combinations in which it holds, 0 to 1
    reference: float | None  #: value marked by a line, on the scale of the estimate
    stamp: str  #: label of the data, written into the figure

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
    page.write_paragraph(content.ylabel, gap=0.08)
    _draw_curve(page, content)
    page.y += 0.12
    _write_header(page, content)
    for choice in content.choices:
        _draw_choice(page, choice)
    page.y += 0.06
    page.write_key("interval of one combination", color=MUTED, facecolor=SKY_BLUE, edgecolor="none")
    page.write_key("level in all combinations of a column", color=MUTED, facecolor=BLUE)
    if content.chosen is not None:
        _write_marker_key(page)
    page.write_paragraph(content.stamp, color=MUTED, gap=0.02)
    return page.finish(source=source)


def _draw_curve(page: Page, content: CurveContent) -> None:
    axes = page.add_panel(_LEFT, page.y, _width(page), _HEIGHT)
    n = len(content.estimate)
    at = np.arange(n)
    line = min(max(0.8 * _width(page) * 72 / n, 0.4), 6.0)
    axes.vlines(
        at,
        100 * content.low,
        100 * content.high,
        color=SKY_BLUE,
        linewidth=line,
        rasterized=n > _VECTORS,
    )
    if content.reference is not None:
        axes.axhline(100 * content.reference, color=MUTED, linestyle=":", linewidth=1.4)
    marker: dict[str, Any] = {"marker": "o", "markersize": 4} if n <= _COLUMNS else {}
    axes.plot(at, 100 * content.estimate, color=INK, linewidth=1.6, **marker)
    if content.chosen is not None:
        main = 100 * content.estimate[content.chosen]
        axes.plot([content.chosen], [main], zorder=5, **_MARKER)
    axes.set_xlim(-0.5, n - 0.5)
    _set_percent_axis(axes, content)
    page.y += _HEIGHT


def _set_percent_axis(axes: Axes, content: CurveContent) -> None:
    least = 0 if np.nanmin(content.low) >= 0 else -100
    ticks = range(least, 101, 20 if least == 0 else 50)
    axes.set_ylim(least - 2, 102)
    axes.set_yticks(list(ticks), [f"{tick}%".replace("-", "−") for tick in ticks])
    axes.set_xticks([])
    axes.tick_params(axis="y", length=3)


def _width(page: Page) -> float:
    return page.width - _LEFT - _RIGHT


def _write_header(page: Page, content: CurveContent) -> None:
    text = f"{content.conclusion}: share of combinations (all: {_share(content.share)})"
    page.write_paragraph(text, ha="right", color=MUTED, gap=0.04)


def _share(share: float) -> str:
    """Format a share as %, without hiding that it is not quite none or all."""
    if np.isnan(share):
        return "–"
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
        # A number stays with the word before it.
        label = wrap(re.sub(r" (?=\d)", "\u00a0", level.label), _LEFT - page.edge - 0.12)
        height = max(_ROW, text_height(label))
        page.write(page.edge, page.y + 0.01, label)
        _draw_cells(page, level.used, height)
        share = _share(level.share)
        page.write(page.width - page.edge, page.y + 0.01, share, ha="right")
        page.y += height + 0.02


def _draw_cells(page: Page, used: NDArray[np.bool_], height: float) -> None:
    columns = np.array_split(used, min(len(used), _COLUMNS))
    width = _width(page) / len(columns)
    page.draw_box(
        _LEFT, page.y, _width(page), height, facecolor=PAPER, edgecolor=RULE, linewidth=0.5
    )
    for number, column in enumerate(columns):
        share = float(np.mean(column))
        if share > 0:
            page.draw_box(
                _LEFT + number * width,
                page.y,
                width,
                height,
                facecolor=_tint(share),
                edgecolor="none",
                zorder=1.5,
                rasterized=len(used) > _VECTORS,
            )


def _tint(share: float) -> str:
    ends = np.array([to_rgb(PAPER), to_rgb(BLUE)])
    return to_hex((1 - share) * ends[0] + share * ends[1])


def _write_marker_key(page: Page) -> None:
    middle = page.y + text_height("x") / 2
    page.draw_line([page.edge + 0.15], [middle], **_MARKER)
    page.write_paragraph("the main analysis", indent=0.4, gap=0.05, color=MUTED)


def describe(content: CurveContent) -> str:
    """Return the alternative text; parameters as for `draw`."""
    estimates = content.estimate
    parts = [
        f"“{content.conclusion}” holds in {_share(content.share)} of {len(estimates)} combinations "
        f"of choices.",
        f"Specification curve, {content.ylabel}: estimates ascend from {_percent(estimates[0])} "
        f"to {_percent(estimates[-1])}; lower limits from {_percent(np.min(content.low))}, upper "
        f"limits to {_percent(np.max(content.high))}.",
    ]
    if content.chosen is not None:
        parts.append(f"The main analysis gives {_percent(estimates[content.chosen])}.")
    if content.reference is not None:
        parts.append(f"A dotted line marks {_percent(content.reference)}.")
    for choice in content.choices:
        shares = ", ".join(f"{level.label} {_share(level.share)}" for level in choice.levels)
        parts.append(f"By {choice.label}, it holds in this share of combinations: {shares}.")
    parts.append(f"{content.stamp}.")
    return " ".join(parts)


def _percent(value: float) -> str:
    return f"{format_percent(float(value))}%".replace("-", "−")
