"""Coverage of several interval methods over the true proportion, one small panel a method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tisstats.figures.interval_rows import percent, short_percent
from tisstats.figures.layout import canvas, panel, text_height, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    RULE,
    SMALL_SIZE,
    TINT,
    VERMILION,
    WIDTH,
    style,
)


class CoverageCurve(NamedTuple):
    """One method; a plain triple does as well."""

    label: str  #: name of the method
    table: pd.DataFrame  #: columns `proportion` and `coverage`, 0 to 1, by rising proportion
    highlighted: bool = False  #: whether to set it apart by tint, weight and colour


Curve = CoverageCurve | tuple[str, pd.DataFrame, bool]

_COLUMNS = 2
_EDGE, _LEFT, _BETWEEN = 0.08, 0.52, 0.2
_PANEL, _GAP = 0.72, 0.1  # height of a panel and of the room between rows, inches
_XLABEL = "True proportion of responders (%)"


@style()
def draw(curves: Sequence[Curve], *, confidence_level: float) -> Figure:
    """Draw coverage over the true proportion, from 0 to 100 per cent, in one panel a method.

    Parameters
    ----------
    curves
        Label, table and emphasis of each method, row by row from the top left.
    confidence_level
        Nominal confidence, 0 to 1: a dashed line in each panel. The panels reach four times as far
        below 1 as the level lies below it; what lies lower runs along the bottom.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no curve.
    """
    given = _curves(curves)
    note = wrap(_note(confidence_level), WIDTH - 2 * _EDGE, SMALL_SIZE)
    line = text_height("0", SMALL_SIZE)
    row_height = line + 0.04 + _PANEL + _GAP
    rows = -(-len(given) // _COLUMNS)
    top = 0.06 + text_height(note, SMALL_SIZE) + 0.1
    figure, page = canvas(top + rows * row_height + 2 * line + 0.2)
    write(page, _EDGE, 0.06, note, SMALL_SIZE)

    width = (WIDTH - _LEFT - _EDGE - 0.16 - _BETWEEN * (_COLUMNS - 1)) / _COLUMNS
    for number, curve in enumerate(given):
        row, column = divmod(number, _COLUMNS)
        left = _LEFT + column * (width + _BETWEEN)
        down = top + row * row_height
        if curve.highlighted:
            page.add_patch(
                Rectangle(
                    (left - 0.06, down - 0.02),
                    width + 0.12,
                    line + 0.04 + _PANEL + 0.05,
                    facecolor=TINT,
                    edgecolor="none",
                )
            )
        weight = "bold" if curve.highlighted else "normal"
        write(page, left, down, curve.label, SMALL_SIZE, weight=weight)
        axes = panel(figure, left, down + line + 0.04, width, _PANEL)
        _draw_curve(axes, curve, confidence_level)
        _number_axes(
            axes,
            first=column == 0,
            # The last panel of each column: nothing is drawn below it.
            last=number + _COLUMNS >= len(given),
            confidence_level=confidence_level,
        )
    middle = (_LEFT + WIDTH - _EDGE) / 2
    write(page, middle, top + rows * row_height + line, _XLABEL, SMALL_SIZE, ha="center")
    return figure


def describe(curves: Sequence[Curve], *, confidence_level: float) -> str:
    """Describe the figure in words, for readers who do not see it."""
    given = _curves(curves)
    parts = [
        f"{len(given)} panels of jagged curves, one a method: {_note(confidence_level)} "
        f"Across: {_XLABEL}, from 0 to 100."
    ]
    for curve in given:
        inner = curve.table[curve.table["proportion"].between(0.05, 0.95)]["coverage"]
        below = (curve.table["coverage"] < confidence_level - 1e-9).mean()
        parts.append(
            f"{curve.label}{', highlighted' if curve.highlighted else ''}: between "
            f"{percent(inner.min())}% and {percent(inner.max())}% for proportions from 5% to 95%; "
            f"below the level at {percent(below, 0)}% of the proportions drawn."
        )
    return " ".join(parts)


def _least_shown(confidence_level: float) -> float:
    return max(0.0, round(1 - 4 * (1 - confidence_level), 12))


def _note(confidence_level: float) -> str:
    return (
        f"Coverage (%) of the {short_percent(confidence_level, 2)}% interval, the level dashed; "
        f"what lies below {short_percent(_least_shown(confidence_level), 2)}% runs along the "
        "bottom."
    )


def _draw_curve(axes: Axes, curve: CoverageCurve, confidence_level: float) -> None:
    least_shown = _least_shown(confidence_level)
    axes.set_xlim(0, 100)
    axes.set_ylim(100 * least_shown, 100 + 5 * (1 - least_shown))
    axes.set_facecolor("none")
    axes.axhline(100 * confidence_level, color=INK, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(
        100 * curve.table["proportion"],
        100 * np.maximum(curve.table["coverage"], least_shown),
        color=VERMILION if curve.highlighted else BLUE,
        linewidth=1.0,
    )


def _number_axes(axes: Axes, *, first: bool, last: bool, confidence_level: float) -> None:
    """Put numbers on the axes at the left and at the bottom of the figure only."""
    kept = [100 * _least_shown(confidence_level), 100 * confidence_level, 100.0]
    axes.set_yticks(kept, [short_percent(tick / 100, 2) if first else "" for tick in kept])
    across = [0, 50, 100]
    axes.set_xticks(across, [str(tick) if last else "" for tick in across])
    axes.tick_params(length=2, pad=2, color=RULE)


def _curves(curves: Sequence[Curve]) -> list[CoverageCurve]:
    if not curves:
        raise ValueError("curves is empty; give at least one method")
    return [CoverageCurve(*curve) for curve in curves]
