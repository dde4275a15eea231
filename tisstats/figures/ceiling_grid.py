"""A grid of the highest attainable scores, with cells below the threshold hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tisstats.figures.layout import Layout, Page, text_height, text_width, wrap
from tisstats.figures.palette import PAPER, RULE, TEXT_SIZE, TINT, VERMILION, style

#: Height of a cell, inches.
_CELL = {Layout.COLUMN: 0.46, Layout.PHONE: 0.46, Layout.SLIDE: 0.2}
_HATCH = "////"
_SUBTITLE = "Highest attainable score, points, by baseline strength and the other measures"


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The highest attainable scores of pairs of bands.

    Raises
    ------
    ValueError
        If the labels do not match the scores.
    """

    highest: NDArray[np.float64]  #: highest score of each pair, points, shape (rows, columns)
    columns: Sequence[str]  #: labels of the bands, from mild (left) to severe
    rows: Sequence[str]  #: the same, from mild (bottom) to severe
    threshold: float  #: minimum score of a responder, points; cells below it are hatched
    column_title: str  #: quantity of the column bands
    row_title: str  #: quantity of the row bands

    def __post_init__(self) -> None:
        shape = self.highest.shape
        if shape != (len(self.rows), len(self.columns)) or not self.highest.size:
            raise ValueError(
                f"highest must have one score for each of {len(self.rows)} rows and "
                f"{len(self.columns)} columns, at least one of each, got the shape {shape}"
            )


@style()
def draw(grid: Grid, *, layout: Layout = Layout.COLUMN, source: str = "") -> Figure:
    """Draw one cell for each pair of bands, with the highest score in it.

    Parameters
    ----------
    grid
        The scores; cells below the threshold are hatched and tinted.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.
    """
    columns, threshold, high = grid.columns, grid.threshold, _CELL[layout]
    page = Page(layout)
    page.write_heading(_message(grid), _SUBTITLE)
    labels = [wrap(text, 0.2 * page.width) for text in grid.rows]
    left = page.edge + max(text_width(label) for label in labels) + 0.08
    across = (page.width - page.edge - left) / len(columns)
    heads = [wrap(text, across - 0.06) for text in columns]
    page.write_paragraph(grid.row_title, bold=True, gap=0.06)
    for label, row in zip(reversed(labels), grid.highest[::-1], strict=True):
        at = page.y + (high - text_height(label)) / 2
        page.write(left - 0.08, at, label, ha="right", multialignment="right")
        for column, score in enumerate(row):
            _draw_cell(page, left + across * column, (across, high), score, threshold)
        page.y += high
    page.y += 0.06
    for column, head in enumerate(heads):
        middle = left + across * (column + 0.5)
        page.write(middle, page.y, head, ha="center", multialignment="center")
    page.y += max(text_height(head) for head in heads) + 0.06
    gap = 0.05 if page.on_slide else 0.14
    page.write_paragraph(grid.column_title, bold=True, gap=gap, ha="right")
    page.write_key(
        f"highest score below {threshold:g}: no response is possible", **_cell_style(short=True)
    )
    return page.finish(source=source)


def describe(grid: Grid) -> str:
    """Return the alternative text; parameters as for `draw`."""
    short = int((grid.highest < grid.threshold).sum())
    parts = [
        f"{_message(grid)}. Grid of the highest attainable scores. Columns: "
        f"{grid.column_title}. Rows: {grid.row_title}. Hatched: {short} of {grid.highest.size} "
        f"cells, those below {grid.threshold:g}."
    ]
    for label, row in zip(grid.rows, grid.highest.tolist(), strict=True):
        cells = ", ".join(
            f"{score:g} ({head})" for head, score in zip(grid.columns, row, strict=True)
        )
        parts.append(f"Row {label}: {cells}.")
    return " ".join(parts)


def _message(grid: Grid) -> str:
    short, points = grid.highest < grid.threshold, f"{grid.threshold:g} points"
    if short.all():
        return f"From these baselines, {points} are out of reach"
    if not short.any():
        return f"From all these baselines, {points} are within reach"
    share = f"{int(short.sum())} of these {short.size} combinations of baselines"
    return f"From {share}, {points} are out of reach"


def _cell_style(short: bool) -> dict[str, Any]:
    """Return the style of a cell, hatched if the score is below the threshold."""
    if short:
        edge = {"edgecolor": VERMILION, "hatch": _HATCH, "zorder": 1.2}
        return {"facecolor": TINT, "linewidth": 0.8, **edge}
    return {"facecolor": PAPER, "linewidth": 0.8, "edgecolor": RULE, "zorder": 1.0}


def _draw_cell(
    page: Page, left: float, size: tuple[float, float], score: float, threshold: float
) -> None:
    short, (width, high) = score < threshold, size
    page.draw_box(left, page.y, width, high, **_cell_style(short))
    page.write(
        left + width / 2,
        page.y + high / 2,
        f"{score:g}",
        TEXT_SIZE,
        short,
        ha="center",
        va="center",
        bbox={"facecolor": TINT if short else PAPER, "edgecolor": "none", "pad": 1.5},
    )
