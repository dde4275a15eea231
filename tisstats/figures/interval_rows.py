"""Rows of a text over an interval: what the forest and the comparators have in common.

On a narrow screen no label fits beside its interval. So each row is a text of full width with
the numbers at its right, and under it the interval on a common axis in per cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tisstats.figures.layout import canvas, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SMALL_SIZE,
    TEXT_SIZE,
    TINT,
    VERMILION,
    WIDTH,
)
from tisstats.printed import as_printed
from tisstats.statistics import Interval


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row ready to be drawn."""

    title: str  #: first text, in bold if highlighted
    numbers: str  #: text at the right of the title
    interval: Interval  #: what to draw, proportions from 0 to 1
    highlighted: bool = False  #: whether it is set apart by shape, line, weight and tint
    subtitle: str = ""  #: smaller text under the title
    heading: str = ""  #: text above the row, where rows of another kind begin


_LEFT, _RIGHT = 0.16, 0.28  # the last tick label reaches half its width beyond the axis
_EDGE = 0.08
_GLYPH = 0.24
_PADDING = 0.07
_GAP = 0.03


def percent(proportion: float, decimals: int = 1) -> str:
    """Print a proportion in per cent, without the sign."""
    return as_printed(100 * float(proportion), decimals)


def estimate_and_limits(interval: Interval, decimals: int = 1, level: bool = False) -> str:
    """Print ``42.1% (20.3–66.5)``, with the level inside the brackets where it is asked for."""
    confidence = f"{level_percent(interval.level)}% CI " if level else ""
    limits = f"{percent(interval.low, decimals)}–{percent(interval.high, decimals)}"
    return f"{percent(interval.estimate, decimals)}% ({confidence}{limits})"


def short_percent(proportion: float, decimals: int = 1) -> str:
    """Print a level or a reference in per cent without trailing zeros: 95, 99.5, 42.1."""
    return percent(proportion, decimals).rstrip("0").rstrip(".")


def level_percent(level: float) -> str:
    """Print a confidence level in per cent: 95, 99.75."""
    return short_percent(level, 2)


def common_level(intervals: Sequence[Interval]) -> str | None:
    """Return the printed level that all intervals share, or None."""
    levels = {level_percent(interval.level) for interval in intervals}
    return levels.pop() if len(levels) == 1 else None


def draw_rows(
    rows: Sequence[TextRow],
    xlabel: str,
    header: str = "",
    note: str = "",
    reference: float | None = None,
    reference_label: str = "",
) -> Figure:
    """Draw the rows from top to bottom over one axis from 0 to 100 per cent.

    `reference` is a proportion from 0 to 1, marked through all rows and named above them.
    """
    placed = [_fit(row) for row in rows]
    inner = WIDTH - 2 * _EDGE
    xlabel, note = wrap(xlabel, inner, SMALL_SIZE), wrap(note, inner, SMALL_SIZE)
    header = wrap(header, inner, SMALL_SIZE)
    reference_label = wrap(reference_label, inner, SMALL_SIZE)
    top = 0.06 + text_height(header, SMALL_SIZE) + text_height(reference_label, SMALL_SIZE)
    rows_height = sum(_heading_height(row) + _row_height(row) + _GAP for row in placed)
    below = 0.3 + text_height(xlabel, SMALL_SIZE) + text_height(note, SMALL_SIZE) + 0.1
    figure, page = canvas(top + rows_height + below)

    write(page, WIDTH - _EDGE, 0.05, header, SMALL_SIZE, ha="right", color=MUTED)
    if reference is not None:
        _name_reference(page, reference, reference_label, top)
    for row in placed:
        write(page, _EDGE, top + 0.06, row.heading, weight="bold")
        top += _heading_height(row)
        _draw_row(page, row, top, reference)
        top += _row_height(row) + _GAP
    _draw_axis(page, top, xlabel, note)
    return figure


def _across(proportion: float) -> float:
    """Return the place of a proportion in inches from the left; beyond the axis it is cut."""
    return _LEFT + min(max(float(proportion), 0.0), 1.0) * (WIDTH - _LEFT - _RIGHT)


def _fit(row: TextRow) -> TextRow:
    room = WIDTH - 2 * _EDGE - 2 * _PADDING
    # The numbers stay on one line; a title that would be squeezed beside them goes above them.
    beside = room - text_width(row.numbers, TEXT_SIZE, row.highlighted) - 0.12
    title = wrap(row.title, beside, TEXT_SIZE, row.highlighted)
    if title.count("\n") > 1:
        title = wrap(row.title, room, TEXT_SIZE, row.highlighted) + "\n"
    subtitle = wrap(row.subtitle, room, SMALL_SIZE)
    heading = wrap(row.heading, WIDTH - 2 * _EDGE, TEXT_SIZE, bold=True)
    return TextRow(title, row.numbers, row.interval, row.highlighted, subtitle, heading)


def _heading_height(row: TextRow) -> float:
    return text_height(row.heading) + 0.12 if row.heading else 0.0


def _row_height(row: TextRow) -> float:
    texts = text_height(row.title) + text_height(row.subtitle, SMALL_SIZE)
    return 2 * _PADDING + texts + _GLYPH


def _draw_row(page: Axes, row: TextRow, top: float, reference: float | None) -> None:
    height = _row_height(row)
    page.add_patch(
        Rectangle(
            (_EDGE, top),
            WIDTH - 2 * _EDGE,
            height,
            facecolor=TINT if row.highlighted else PAPER,
            edgecolor="none",
        )
    )
    weight = "bold" if row.highlighted else "normal"
    text_top = top + _PADDING
    write(page, _EDGE + _PADDING, text_top, row.title.rstrip("\n"), weight=weight)
    # On the last line of the title: there is room for them, however long it is.
    numbers_top = text_top + text_height(row.title) - text_height("0")
    right = WIDTH - _EDGE - _PADDING
    write(page, right, numbers_top, row.numbers, ha="right", weight=weight)
    below_title = text_top + text_height(row.title)
    write(page, _EDGE + _PADDING, below_title, row.subtitle, SMALL_SIZE, color=MUTED)

    middle = top + height - _PADDING - _GLYPH / 2
    if reference is not None:
        at = _across(reference)
        page.plot([at, at], [middle - _GLYPH / 2, middle + _GLYPH / 2], color=INK, linewidth=1)
    _draw_interval(page, row, middle)


def _draw_interval(page: Axes, row: TextRow, middle: float) -> None:
    low, high = _across(row.interval.low), _across(row.interval.high)
    colour = VERMILION if row.highlighted else BLUE
    dashes = (0, (4, 2)) if row.highlighted else "solid"
    page.plot([_LEFT, WIDTH - _RIGHT], [middle, middle], color=RULE, linewidth=0.5, zorder=1.5)
    page.plot([low, high], [middle, middle], color=colour, linewidth=2.2, linestyle=dashes)
    for end in (low, high):
        page.plot([end, end], [middle - 0.06, middle + 0.06], color=colour, linewidth=2.2)
    page.plot(
        [_across(row.interval.estimate)],
        [middle],
        marker="D" if row.highlighted else "o",
        color=colour,
        markersize=8 if row.highlighted else 7.5,
        markerfacecolor=PAPER if row.highlighted else colour,
        markeredgewidth=1.8,
    )


def _name_reference(page: Axes, reference: float, label: str, bottom: float) -> None:
    """Write the name of the reference above its line, moved inwards where it would stick out."""
    half = text_width(label, SMALL_SIZE) / 2
    at = min(max(_across(reference), _EDGE + half), WIDTH - _EDGE - half)
    write(page, at, bottom - 0.02, label, SMALL_SIZE, ha="center", va="bottom")


def _draw_axis(page: Axes, top: float, xlabel: str, note: str) -> None:
    page.plot([_LEFT, WIDTH - _RIGHT], [top, top], color=INK, linewidth=1)
    for tick in range(0, 101, 20):
        at = _across(tick / 100)
        page.plot([at, at], [top, top + 0.05], color=INK, linewidth=1)
        write(page, at, top + 0.07, f"{tick}%", SMALL_SIZE, ha="center")
    below = top + 0.3
    write(page, WIDTH / 2, below, xlabel, SMALL_SIZE, ha="center", multialignment="center")
    below += text_height(xlabel, SMALL_SIZE) + 0.04
    write(page, _EDGE, below, note, SMALL_SIZE, color=MUTED)
