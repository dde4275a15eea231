"""What the published numbers leave open: proven ranges, and within them where an ensemble lies.

The two are drawn apart, since only the first is evidence: a frame is the least to the greatest
value that conditions allow, which the caption and the description name; the filled bar is where
the drawn cohorts fell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tisstats.figures.layout import canvas, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    RULE,
    SMALL_SIZE,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    style,
)


@dataclass(frozen=True, slots=True)
class OpenRange:
    """One unpublished quantity, in the unit of the axis."""

    title: str  #: what it is
    least: float  #: least value that the conditions allow
    greatest: float  #: greatest value that the conditions allow
    numbers: str  #: the range as text
    proven: bool = True  #: whether both ends are attained; otherwise they only enclose the values
    spread: tuple[float, float, float] | None = None  #: ensemble: 5th, 50th and 95th percentile


_EDGE = 0.08
_LEFT, _RIGHT = 0.2, 0.28
_FRAME = 0.2
_GAP = 0.1


@style()
def draw(
    rows: Sequence[OpenRange],
    *,
    xlabel: str,
    ticks: Sequence[float],
    logarithmic: bool = False,
    reference: float | None = None,
    stamp: str = "",
) -> Figure:
    """Draw one quantity a row: a frame for the proven range, a bar for the ensemble.

    Parameters
    ----------
    rows
        From top to bottom; all in the unit of the axis.
    xlabel
        What the axis shows, with its unit.
    ticks
        Values to be numbered; the first and the last are the ends of the axis, and what lies
        beyond is cut off there.
    logarithmic
        Whether the axis has powers at equal distances.
    reference
        A value to be marked through all rows, such as a level of significance.
    stamp
        What the bars of the ensemble are, to be written into the figure.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row, or fewer than two ticks, or ticks not ascending.
    """
    across = _axis(rows, ticks, logarithmic)
    room = WIDTH - 2 * _EDGE
    titles = [
        wrap(row.title, room - text_width(row.numbers, SMALL_SIZE) - 0.15, TEXT_SIZE)
        for row in rows
    ]
    xlabel = wrap(xlabel, room, SMALL_SIZE)
    key = [(kind, wrap(text, room - 0.45, SMALL_SIZE)) for kind, text in _key(rows, stamp)]
    heights = [text_height(title) + _FRAME + _GAP for title in titles]
    below = 0.3 + text_height(xlabel, SMALL_SIZE) + 0.08
    below += sum(text_height(text, SMALL_SIZE) + 0.05 for _, text in key)
    figure, page = canvas(0.06 + sum(heights) + below + 0.05)

    top = 0.06
    for row, title, height in zip(rows, titles, heights, strict=True):
        write(page, _EDGE, top, title)
        down = top + text_height(title) - text_height("0")
        write(page, WIDTH - _EDGE, down + 0.01, row.numbers, SMALL_SIZE, ha="right")
        _draw_range(page, row, top + text_height(title) + _FRAME / 2, across, reference)
        top += height
    _draw_axis(page, top, ticks, across, xlabel)
    top += 0.3 + text_height(xlabel, SMALL_SIZE) + 0.08
    for kind, text in key:
        _draw_key(page, top, kind, text)
        top += text_height(text, SMALL_SIZE) + 0.05
    return figure


def describe(
    rows: Sequence[OpenRange],
    *,
    xlabel: str,
    ticks: Sequence[float],
    logarithmic: bool = False,
    reference: float | None = None,
    stamp: str = "",
    given: str,
) -> str:
    """Describe the same in words, for somebody who cannot see the figure.

    `given` names the conditions under which the ranges hold, as `tisstats.proof.Proof.given` does.
    """
    _axis(rows, ticks, logarithmic)
    parts = [f"Ranges of {len(rows)} quantities on one axis: {xlabel}. They hold given: {given}."]
    for row in rows:
        kind = "proven range" if row.proven else "enclosing range"
        text = f"{row.title}: {kind} {row.numbers}"
        if row.spread:
            low, middle, high = row.spread
            bar = f"bar {_told(low)} to {_told(high)}"
            text += f"; {stamp or 'ensemble'}, median {_told(middle)}, {bar}"
        parts.append(f"{text}.")
    if reference is not None:
        parts.append(f"A line marks {reference:g}.")
    return " ".join(parts)


def _told(value: float) -> str:
    """Write a value to three digits, and as a bound where that needs a power of ten."""
    return "< 0.0001" if 0 < value < 0.0001 else f"{value:.3g}"


def _axis(
    rows: Sequence[OpenRange], ticks: Sequence[float], logarithmic: bool
) -> Callable[[float], float]:
    """Return the place of a value in inches from the left; beyond the axis it is cut."""
    if not rows:
        raise ValueError("rows is empty; give at least one range")
    if len(ticks) < 2 or sorted(set(ticks)) != list(ticks):
        raise ValueError(f"ticks must be two or more ascending values, got {list(ticks)}")
    if logarithmic and ticks[0] <= 0:
        raise ValueError(f"ticks must be above 0 on a logarithmic axis, got {ticks[0]}")
    scale = log10 if logarithmic else float
    start, end = scale(ticks[0]), scale(ticks[-1])

    def across(value: float) -> float:
        inside = min(max(float(value), float(ticks[0])), float(ticks[-1]))
        return _LEFT + (scale(inside) - start) / (end - start) * (WIDTH - _LEFT - _RIGHT)

    return across


def _draw_range(
    page: Axes,
    row: OpenRange,
    middle: float,
    across: Callable[[float], float],
    reference: float | None,
) -> None:
    page.plot([_LEFT, WIDTH - _RIGHT], [middle, middle], color=RULE, linewidth=0.5, zorder=0.5)
    left, right = across(row.least), across(row.greatest)
    page.add_patch(
        Rectangle(
            (left, middle - _FRAME / 2),
            max(right - left, 0.02),
            _FRAME,
            facecolor=PAPER,
            edgecolor=BLUE,
            linewidth=1.4,
            linestyle="solid" if row.proven else (0, (3, 2)),
            zorder=1,
        )
    )
    if row.spread:
        low, centre, high = (across(value) for value in row.spread)
        page.add_patch(
            Rectangle(
                (low, middle - _FRAME / 4),
                max(high - low, 0.02),
                _FRAME / 2,
                facecolor=ORANGE,
                edgecolor="none",
                zorder=2,
            )
        )
        page.plot([centre, centre], [middle - _FRAME / 4, middle + _FRAME / 4], color=INK, zorder=3)
    if reference is not None:
        at = across(reference)
        page.plot(
            [at, at],
            [middle - _FRAME / 2 - 0.03, middle + _FRAME / 2 + 0.03],
            color=VERMILION,
            linestyle=":",
            linewidth=1.6,
            zorder=4,
        )


def _draw_axis(
    page: Axes,
    top: float,
    ticks: Sequence[float],
    across: Callable[[float], float],
    xlabel: str,
) -> None:
    page.plot([_LEFT, WIDTH - _RIGHT], [top, top], color=INK, linewidth=1)
    free = -1.0
    for tick in ticks:
        at = across(tick)
        page.plot([at, at], [top, top + 0.05], color=INK, linewidth=1)
        half = text_width(f"{tick:g}", SMALL_SIZE) / 2
        place = min(max(at, _EDGE + half), WIDTH - _EDGE - half)
        if place - half > free:
            write(page, place, top + 0.07, f"{tick:g}", SMALL_SIZE, ha="center")
            free = place + half + 0.04
    write(page, WIDTH / 2, top + 0.3, xlabel, SMALL_SIZE, ha="center", multialignment="center")


def _key(rows: Sequence[OpenRange], stamp: str) -> list[tuple[str, str]]:
    key = []
    if any(row.proven for row in rows):
        key.append(("proven", "least to greatest, proven under the conditions of the caption"))
    if not all(row.proven for row in rows):
        key.append(("outer", "encloses what these conditions allow, but may be too wide"))
    if any(row.spread for row in rows):
        key.append(("spread", stamp or "ensemble, 5th to 95th percentile"))
    return key


def _draw_key(page: Axes, top: float, kind: str, text: str) -> None:
    spread = kind == "spread"
    page.add_patch(
        Rectangle(
            (_EDGE, top + 0.02),
            0.3,
            0.14,
            facecolor=ORANGE if spread else PAPER,
            edgecolor="none" if spread else BLUE,
            linewidth=1.4,
            linestyle=(0, (3, 2)) if kind == "outer" else "solid",
        )
    )
    write(page, _EDGE + 0.4, top, text, SMALL_SIZE, color=MUTED)
