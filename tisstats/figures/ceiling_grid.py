"""A grid of the highest scores that baselines allow, with those set apart that fall short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from tisstats.figures.layout import Page, text_height, text_width, wrap
from tisstats.figures.palette import PAPER, RULE, TEXT_SIZE, TINT, VERMILION, WIDTH, style

_CELL = 0.46  # height of a cell, inches
_HATCH = "////"


@style()
def draw(
    highest: ArrayLike,
    *,
    columns: Sequence[str],
    rows: Sequence[str],
    threshold: float,
    column_title: str,
    row_title: str,
) -> Figure:
    """Draw one cell for each pair of bands, with the highest score in it.

    Parameters
    ----------
    highest : array_like, shape (rows, columns)
        Highest score of each pair, points.
    columns, rows
        Labels of the bands, from mild to severe; mild is at the left and at the bottom.
    threshold
        Least score of a responder, points. Cells below it are hatched and tinted.
    column_title, row_title
        What the bands are bands of.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If the labels do not fit the scores.
    """
    scores = _scores(highest, columns, rows)
    page = Page()
    labels = [wrap(text, 0.9) for text in rows]
    left = page.edge + max(text_width(label) for label in labels) + 0.08
    across = (WIDTH - page.edge - left) / len(columns)
    heads = [wrap(text, across - 0.06) for text in columns]
    page.write_paragraph(row_title, bold=True, gap=0.06)
    for label, row in zip(reversed(labels), scores[::-1], strict=True):
        at = page.down + (_CELL - text_height(label)) / 2
        page.write(left - 0.08, at, label, ha="right", multialignment="right")
        for column, score in enumerate(row):
            _draw_cell(page, left + across * column, across, score, threshold)
        page.down += _CELL
    page.down += 0.06
    for column, head in enumerate(heads):
        middle = left + across * (column + 0.5)
        page.write(middle, page.down, head, ha="center", multialignment="center")
    page.down += max(text_height(head) for head in heads) + 0.06
    page.write_paragraph(column_title, bold=True, gap=0.12, ha="right")
    page.write_key(
        f"highest score below {threshold:g}: no response is possible", **_look(short=True)
    )
    return page.cut(0.03)


def describe(
    highest: ArrayLike,
    *,
    columns: Sequence[str],
    rows: Sequence[str],
    threshold: float,
    column_title: str,
    row_title: str,
) -> str:
    """Describe the figure in words for readers who do not see it; parameters as for `draw`."""
    scores = _scores(highest, columns, rows)
    parts = [
        f"Grid of the highest possible scores. Columns: {column_title}. Rows: {row_title}. "
        f"Hatched are {int((scores < threshold).sum())} of {scores.size} cells, those below "
        f"{threshold:g}."
    ]
    for label, row in zip(rows, scores, strict=True):
        cells = ", ".join(
            f"{score:g} ({head})" for head, score in zip(columns, row.tolist(), strict=True)
        )
        parts.append(f"Row {label}: {cells}.")
    return " ".join(parts)


def _look(short: bool) -> dict[str, Any]:
    """Return the look of a cell, set apart where the score falls short of the threshold."""
    if short:
        edge = {"edgecolor": VERMILION, "hatch": _HATCH, "zorder": 1.2}
        return {"facecolor": TINT, "linewidth": 0.8, **edge}
    return {"facecolor": PAPER, "linewidth": 0.8, "edgecolor": RULE, "zorder": 1.0}


def _draw_cell(page: Page, left: float, width: float, score: float, threshold: float) -> None:
    short = score < threshold
    page.draw_box(left, page.down, width, _CELL, **_look(short))
    page.write(
        left + width / 2,
        page.down + _CELL / 2,
        f"{score:g}",
        TEXT_SIZE,
        short,
        ha="center",
        va="center",
        bbox={"facecolor": TINT if short else PAPER, "edgecolor": "none", "pad": 1.5},
    )


def _scores(highest: ArrayLike, columns: Sequence[str], rows: Sequence[str]) -> NDArray[np.float64]:
    scores = np.asarray(highest, dtype=float)
    if scores.shape != (len(rows), len(columns)) or scores.size == 0:
        raise ValueError(
            f"highest has the shape {scores.shape}; give one score for each of {len(rows)} rows "
            f"and {len(columns)} columns, and at least one of each"
        )
    return scores
