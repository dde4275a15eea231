"""Charts of rows over one horizontal axis.

On a narrow screen no label fits next to the marks. So each row is a title of full width, with
numbers at its right, above the marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, baseline, text_height, text_width, wrap
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
)
from tisstats.statistics import Interval

PADDING = 0.07  #: inside the box of a row (inches)
PERCENT_TICKS = {tick / 100: f"{tick}%" for tick in range(0, 101, 20)}
_GLYPH = 0.24  # height of an interval


@dataclass(frozen=True, slots=True)
class HorizontalAxis:
    """The horizontal axis under all rows."""

    width: float  #: of the page (inches)
    first: float  #: value at its left end
    last: float  #: value at its right end
    logarithmic: bool = False  #: whether it is logarithmic
    left: float = 0.16  #: from the left edge of the page (inches)
    right: float = 0.28  #: from the right edge; room for half of the last label

    def x_of(self, value: float) -> float:
        """Compute the position of a value in inches from the left, clipped to the axis."""
        ends = self.first, min(max(float(value), self.first), self.last), self.last
        first, inside, last = map(log10, ends) if self.logarithmic else ends
        return self.left + (inside - first) / (last - first) * (self.width - self.left - self.right)

    def draw_rule(self, page: Page, middle: float, zorder: float = 1.5) -> None:
        """Draw the thin line on which the marks of a row stand."""
        ends = [self.left, self.width - self.right]
        page.draw_line(ends, [middle, middle], color=RULE, linewidth=0.5, zorder=zorder)

    def draw_axis(
        self, page: Page, ticks: Mapping[float, str], xlabel: str, gap: float = 0.0
    ) -> None:
        """Draw the axis with its ticks and its label, and move below it by a gap.

        Parameters
        ----------
        page
            The page.
        ticks
            Label of each tick, ascending; a label without room is omitted.
        xlabel
            What the axis shows, with its unit.
        gap
            Below the label, inches.
        """
        top, free = page.y, 0.0
        page.draw_line([self.left, self.width - self.right], [top, top], color=INK, linewidth=1)
        for value, label in ticks.items():
            at, half = self.x_of(value), text_width(label) / 2
            page.draw_line([at, at], [top, top + 0.05], color=INK, linewidth=1)
            place = page.keep_inside(at, label)
            if label and place - half > free:
                page.write(place, top + 0.07, label, ha="center")
                free = place + half + 0.04
        page.y += 0.3
        page.write_paragraph(xlabel, gap=gap, ha="center")


def write_title(
    page: Page,
    title: str,
    numbers: str,
    size: float = SMALL_SIZE,
    *,
    bold: bool = False,
    numbers_bold: bool = False,
    indent: float = 0.0,
    color: str = INK,
) -> None:
    """Write the title of a row, the numbers at the right of its last line, and move below it.

    The numbers stay on one line; a title that does not fit next to them goes above them.

    Parameters
    ----------
    page
        The page.
    title, numbers
        The texts.
    size
        Of the numbers, points.
    bold, numbers_bold
        Whether the title and the numbers are in bold.
    indent
        From the edges of the page, inches.
    color
        Of the numbers.
    """
    room = page.available_width(2 * indent)
    wrapped = wrap(title, room - text_width(numbers, size, numbers_bold) - 0.12, TEXT_SIZE, bold)
    if wrapped.count("\n") > 1:
        wrapped = wrap(title, room, TEXT_SIZE, bold) + "\n"
    page.write(page.edge + indent, page.y, wrapped.rstrip("\n"), TEXT_SIZE, bold)
    page.y += text_height(wrapped, TEXT_SIZE)
    top = page.y - text_height("0", TEXT_SIZE) + baseline(TEXT_SIZE) - baseline(size)
    right = page.width - page.edge - indent
    page.write(right, top, numbers, size, numbers_bold, ha="right", color=color)


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row over an interval of a proportion."""

    title: str  #: first text, in bold if highlighted
    numbers: str  #: text at the right of the title
    interval: Interval  #: what to draw, proportions from 0 to 1
    highlighted: bool = False  #: whether it is highlighted by shape, line, weight and tint
    subtitle: str = ""  #: smaller text under the title
    heading: str = ""  #: text above the row, where a new group begins


def draw_intervals(
    rows: Sequence[TextRow],
    xlabel: str,
    header: str = "",
    note: str = "",
    reference: float | None = None,
    reference_label: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one interval per row over one axis from 0 to 100%.

    `reference` is a proportion from 0 to 1, marked through all rows and named above them.
    """
    page = Page(layout)
    axis = HorizontalAxis(page.width, 0, 1)
    page.write_paragraph(header, ha="right", color=MUTED)
    page.y += 0.01
    if reference is not None:
        label = wrap(reference_label, page.available_width())
        page.y += text_height(label)
        at = page.keep_inside(axis.x_of(reference), label)
        page.write(at, page.y - 0.02, label, ha="center", va="bottom")
    for row in rows:
        if row.heading:
            page.y += 0.06
            page.write_paragraph(row.heading, TEXT_SIZE, bold=True, gap=0.06)
        _draw_row(page, axis, row, reference)
        page.y += 0.03
    axis.draw_axis(page, PERCENT_TICKS, xlabel, gap=0.04)
    page.write_paragraph(note, color=MUTED)
    return page.finish(source=source)


def _draw_row(page: Page, axis: HorizontalAxis, row: TextRow, reference: float | None) -> None:
    top = page.y
    page.y += PADDING
    bold = row.highlighted
    write_title(
        page, row.title, row.numbers, TEXT_SIZE, bold=bold, numbers_bold=bold, indent=PADDING
    )
    subtitle = wrap(row.subtitle, page.available_width(2 * PADDING))
    page.write_paragraph(subtitle, indent=PADDING, color=MUTED)
    middle = page.y + _GLYPH / 2
    page.y += _GLYPH + PADDING
    tint = TINT if row.highlighted else PAPER
    page.draw_box(
        page.edge, top, page.available_width(), page.y - top, facecolor=tint, edgecolor="none"
    )
    if reference is not None:
        page.draw_vertical(axis.x_of(reference), middle, _GLYPH / 2, color=INK, linewidth=1)
    axis.draw_rule(page, middle)
    look: dict[str, Any] = {"color": VERMILION if row.highlighted else BLUE}
    ends = [axis.x_of(row.interval.low), axis.x_of(row.interval.high)]
    dashes = (0, (4, 2)) if row.highlighted else "solid"
    page.draw_line(ends, [middle, middle], linewidth=2.2, linestyle=dashes, **look)
    for end in ends:
        page.draw_vertical(end, middle, 0.06, linewidth=2.2, **look)
    page.draw_line(
        [axis.x_of(row.interval.estimate)],
        [middle],
        marker="D" if row.highlighted else "o",
        markersize=8 if row.highlighted else 7.5,
        markerfacecolor=PAPER if row.highlighted else look["color"],
        markeredgewidth=1.8,
        **look,
    )
