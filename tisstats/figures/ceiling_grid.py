"""A grid of the highest scores that baselines allow, with those set apart that fall short."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from tisstats.figures.layout import canvas, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    INK,
    PAPER,
    RULE,
    SMALL_SIZE,
    TEXT_SIZE,
    TINT,
    VERMILION,
    WIDTH,
    style,
)

_EDGE = 0.08
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
    row_title = wrap(row_title, WIDTH - 2 * _EDGE, SMALL_SIZE, bold=True)
    left = _EDGE + max(text_width(wrap(text, 0.9, SMALL_SIZE), SMALL_SIZE) for text in rows) + 0.08
    across = (WIDTH - _EDGE - left) / len(columns)
    heads = [wrap(text, across - 0.06, SMALL_SIZE) for text in columns]
    column_title = wrap(column_title, WIDTH - 2 * _EDGE, SMALL_SIZE, bold=True)
    key = wrap(_key(threshold), WIDTH - 2 * _EDGE - 0.4, SMALL_SIZE)

    top = 0.06 + text_height(row_title, SMALL_SIZE) + 0.06
    heads_top = top + _CELL * len(rows) + 0.06
    title_top = heads_top + max(text_height(head, SMALL_SIZE) for head in heads) + 0.06
    key_top = title_top + text_height(column_title, SMALL_SIZE) + 0.12
    _, page = canvas(key_top + text_height(key, SMALL_SIZE) + 0.08)

    write(page, _EDGE, 0.06, row_title, SMALL_SIZE, weight="bold")
    for number, label in enumerate(rows):
        down = top + _CELL * (len(rows) - 1 - number)
        text = wrap(label, 0.9, SMALL_SIZE)
        at = down + (_CELL - text_height(text, SMALL_SIZE)) / 2
        write(page, left - 0.08, at, text, SMALL_SIZE, ha="right", multialignment="right")
        for column in range(len(columns)):
            score = scores[number, column]
            x, short = left + across * column, score < threshold
            page.add_patch(_cell(x, down, across, _CELL, short))
            centre = (x + across / 2, down + _CELL / 2)
            box = {"facecolor": TINT if short else PAPER, "edgecolor": "none", "pad": 1.5}
            write(
                page,
                *centre,
                f"{score:g}",
                TEXT_SIZE,
                ha="center",
                va="center",
                weight="bold" if short else "normal",
                bbox=box,
            )
    for column, head in enumerate(heads):
        middle = left + across * (column + 0.5)
        write(page, middle, heads_top, head, SMALL_SIZE, ha="center", multialignment="center")
    write(page, WIDTH - _EDGE, title_top, column_title, SMALL_SIZE, ha="right", weight="bold")
    page.add_patch(_cell(_EDGE, key_top + 0.01, 0.3, 0.16, True))
    write(page, _EDGE + 0.4, key_top, key, SMALL_SIZE, color=INK)
    return page.figure  # type: ignore[return-value]


def describe(
    highest: ArrayLike,
    *,
    columns: Sequence[str],
    rows: Sequence[str],
    threshold: float,
    column_title: str,
    row_title: str,
) -> str:
    """Tell the same in words, for somebody who cannot see the figure."""
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


def _key(threshold: float) -> str:
    return f"highest score below {threshold:g}: no response is possible"


def _cell(left: float, top: float, width: float, height: float, short: bool) -> Rectangle:
    return Rectangle(
        (left, top),
        width,
        height,
        facecolor=TINT if short else PAPER,
        edgecolor=VERMILION if short else RULE,
        hatch=_HATCH if short else None,
        linewidth=0.8,
        zorder=1.2 if short else 1.0,
    )


def _scores(highest: ArrayLike, columns: Sequence[str], rows: Sequence[str]) -> NDArray[np.float64]:
    scores = np.asarray(highest, dtype=float)
    if scores.shape != (len(rows), len(columns)) or scores.size == 0:
        raise ValueError(
            f"highest has the shape {scores.shape}; give one score for each of {len(rows)} rows "
            f"and {len(columns)} columns, and at least one of each"
        )
    return scores
