"""Coverage of several interval methods by true proportion, one small panel per method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width, wrap
from tisstats.figures.numbers import coverage_decimals, format_confidence_level, format_percent
from tisstats.figures.palette import BLUE, INK, RULE, TINT, VERMILION, style


@dataclass(frozen=True, slots=True, eq=False)
class CoverageCurve:
    """The coverage of one method."""

    label: str  #: name of the method
    table: pd.DataFrame  #: columns `proportion` and `coverage`, 0 to 1, by rising proportion
    least: float  #: least coverage at any proportion, which a drawn curve may miss, 0 to 1
    highlighted: bool = False  #: whether to highlight it by tint, weight and colour


_COLUMNS = {Layout.COLUMN: 4, Layout.PHONE: 2}
_LEFT, _BETWEEN = 0.4, 0.26  # least width of the numbers of the axis, and between panels
_TICK = 0.12  # between a number of the axis and its panel, and at the edge
_PANEL, _GAP = 0.78, 0.12  # height of a panel and of the space between rows, inches
_NOISE = 1e-9  # of a coverage that is the nominal one
_XLABEL = "True proportion of responders (%)"


@style()
def draw(
    curves: Sequence[CoverageCurve],
    *,
    confidence_level: float,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw coverage by true proportion, from 0 to 100%, in one panel per method.

    Parameters
    ----------
    curves
        One per method, row by row from the top left, those that are highlighted first.
    confidence_level
        Nominal confidence, 0 to 1: a dashed line in each panel. The y axis starts at
        1 - 4 (1 - level); lower values are drawn at the bottom edge.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no curve.
    """
    require_rows(curves, "curves", "method")
    page = Page(layout)
    page.write_heading(_message(curves, confidence_level), _note(confidence_level))
    curves = sorted(curves, key=lambda curve: not curve.highlighted)
    columns = _COLUMNS[layout]
    numbers = max(map(text_width, _labels(confidence_level)))
    start = max(_LEFT, numbers + _TICK)
    width = (page.width - start - page.edge - 0.16 - _BETWEEN * (columns - 1)) / columns
    for number, curve in enumerate(curves):
        column = number % columns
        left = start + column * (width + _BETWEEN)
        if column == 0:
            # Panels of a row start at one height, below the longest of their names.
            in_row = curves[number : number + columns]
            names = [wrap(each.label, width, bold=each.highlighted) for each in in_row]
            line = max(map(text_height, names))
        if curve.highlighted:
            page.draw_box(
                left - 0.06,
                page.y - 0.02,
                width + 0.12,
                line + 0.04 + _PANEL + 0.05,
                facecolor=TINT,
                edgecolor="none",
            )
        name = names[column]
        page.write(left, page.y + line - text_height(name), name, bold=curve.highlighted)
        axes = page.add_panel(left, page.y + line + 0.04, width, _PANEL)
        _draw_curve(axes, curve, confidence_level)
        # The last panel of each column.
        last = number + columns >= len(curves)
        _number_axes(axes, first=column == 0, last=last, confidence_level=confidence_level)
        if column == columns - 1 or number == len(curves) - 1:
            page.y += line + 0.04 + _PANEL + _GAP
    line = text_height("0")
    page.y += line
    page.write((start + page.width - page.edge) / 2, page.y, _XLABEL, ha="center")
    page.y += line + 0.1
    return page.finish(source=source)


def describe(curves: Sequence[CoverageCurve], *, confidence_level: float) -> str:
    """Return the alternative text; parameters as for `draw`."""
    require_rows(curves, "curves", "method")
    parts = [
        f"{_message(curves, confidence_level)}. Saw-tooth coverage curves in {len(curves)} "
        f"panels, one per method: {_note(confidence_level)} Horizontal axis: {_XLABEL}, from 0 to "
        "100."
    ]
    decimals = _decimals(curves, confidence_level)
    for curve in curves:
        inner = curve.table[curve.table["proportion"].between(0.05, 0.95)]["coverage"]
        below = (curve.table["coverage"] < confidence_level - _NOISE).mean()
        parts.append(
            f"{curve.label}{', highlighted' if curve.highlighted else ''}: between "
            f"{format_percent(inner.min(), decimals)}% and "
            f"{format_percent(inner.max(), decimals)}% for "
            f"proportions from 5% to 95%; below nominal at {format_percent(below, 0)}% of the "
            "proportions plotted."
        )
    return " ".join(parts)


def _decimals(curves: Sequence[CoverageCurve], confidence_level: float) -> int:
    below = (curve.least for curve in curves if curve.least < confidence_level - _NOISE)
    return coverage_decimals(confidence_level, below)


def _axis_start(confidence_level: float) -> float:
    return max(0.0, round(1 - 4 * (1 - confidence_level), 12))


def _message(curves: Sequence[CoverageCurve], confidence_level: float) -> str:
    level = format_confidence_level(confidence_level)
    kept = [curve for curve in curves if curve.least >= confidence_level - _NOISE]
    text = f"{len(kept)} of {len(curves)} methods cover {level}% or more at every proportion"
    decimals = _decimals(curves, confidence_level)
    for curve in curves:
        if curve.highlighted and curve not in kept:
            least = format_percent(curve.least, decimals)
            text += f"; {curve.label} falls to {least}%"
    return text


def _note(confidence_level: float) -> str:
    note = (
        f"Coverage (%) of the {format_confidence_level(confidence_level)}% interval. Dashed line: "
        "nominal coverage."
    )
    start = _axis_start(confidence_level)
    below = f" Values below {format_confidence_level(start)}% are drawn at the bottom edge."
    return note + (below if start > 0 else "")


def _draw_curve(axes: Axes, curve: CoverageCurve, confidence_level: float) -> None:
    axis_start = _axis_start(confidence_level)
    axes.set(xlim=(0, 100), ylim=(100 * axis_start, 100 + 5 * (1 - axis_start)))
    axes.set_facecolor("none")
    axes.axhline(100 * confidence_level, color=INK, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(
        100 * curve.table["proportion"],
        100 * np.maximum(curve.table["coverage"], axis_start),
        color=VERMILION if curve.highlighted else BLUE,
        linewidth=1.0,
    )


def _ticks(confidence_level: float) -> list[float]:
    return [_axis_start(confidence_level), confidence_level, 1.0]


def _labels(confidence_level: float) -> list[str]:
    return [format_confidence_level(tick) for tick in _ticks(confidence_level)]


def _number_axes(axes: Axes, *, first: bool, last: bool, confidence_level: float) -> None:
    """Label the axes at the left and at the bottom of the figure only."""
    kept = [100 * tick for tick in _ticks(confidence_level)]
    axes.set_yticks(kept, _labels(confidence_level) if first else [""] * len(kept))
    across = [0, 50, 100]
    axes.set_xticks(across, [str(tick) if last else "" for tick in across])
    axes.tick_params(length=2, pad=2, color=RULE)
