"""Charts of rows over one horizontal axis.

In the column of a page a row has its title at the left, the marks in the middle and its numbers at
the right. On a phone no label fits next to the marks: there title and numbers stand above them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import (
    Layout,
    Page,
    baseline,
    glue_numbers,
    text_height,
    text_width,
    wrap,
)
from tisstats.figures.palette import (
    BLUE,
    GRID,
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
_PADDING_ON_SLIDE = 0.035  # above and below
PERCENT_TICKS = {tick / 100: f"{tick}%" for tick in range(0, 101, 20)}
GLYPH = 0.2  #: height of an interval

_COLUMN_GAP = 0.22  # between the parts of a row
_TITLE_SHARE = 0.36  # of the page, at most, for titles at the left


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
        page.draw_line(ends, [middle, middle], color=GRID, linewidth=0.8, zorder=zorder)

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
        page.draw_line([self.left, self.width - self.right], [top, top], color=RULE, linewidth=0.8)
        for value, label in ticks.items():
            at, half = self.x_of(value), text_width(label) / 2
            page.draw_line([at, at], [top, top + 0.04], color=RULE, linewidth=0.8)
            place = page.keep_inside(at, label)
            if label and place - half > free:
                page.write(place, top + 0.06, label, ha="center")
                free = place + half + 0.04
        page.y += 0.06 + text_height("0") + 0.03
        middle = (self.left + self.width - self.right) / 2
        room = 2 * min(middle - page.edge, self.width - page.edge - middle)
        label = wrap(xlabel, room)
        page.write(middle, page.y, label, ha="center", multialignment="center")
        page.y += text_height(label) + gap


@dataclass(frozen=True, slots=True)
class RowText:
    """The text of a row."""

    title: str
    numbers: str  #: at the right
    subtitle: str = ""  #: smaller, below the title
    bold: bool = False  #: whether the title is in bold
    numbers_bold: bool = False  #: whether the numbers are


@dataclass(frozen=True, slots=True)
class Row:
    """Where a row stands on its page (inches)."""

    top: float
    bottom: float
    middle: float  #: of its marks


@dataclass(frozen=True, slots=True)
class RowChart:
    """Rows under each other over one axis."""

    page: Page
    axis: HorizontalAxis
    title_width: float  #: of the titles at the left (inches); 0: they are above the marks

    @classmethod
    def arrange(
        cls,
        page: Page,
        texts: Sequence[RowText],
        ends: tuple[float, float],
        *,
        logarithmic: bool = False,
    ) -> RowChart:
        """Return a chart with room for the texts of all its rows.

        Parameters
        ----------
        page
            The page to draw on.
        texts
            Of all rows.
        ends
            Values at the ends of the axis.
        logarithmic
            Whether the axis is logarithmic.
        """
        if page.on_phone:
            axis = HorizontalAxis(page.width, *ends, logarithmic, page.edge + 0.2, page.edge + 0.2)
            return cls(page, axis, 0.0)
        widest = max(
            max(text_width(text.title, TEXT_SIZE, text.bold), text_width(text.subtitle))
            for text in texts
        )
        titles = min(widest, _TITLE_SHARE * page.width) + 0.01
        numbers = max(text_width(text.numbers, TEXT_SIZE, text.numbers_bold) for text in texts)
        numbers = min(numbers, _TITLE_SHARE * page.width)
        side = page.edge + PADDING
        left, right = side + titles + _COLUMN_GAP, side + numbers + _COLUMN_GAP
        return cls(page, HorizontalAxis(page.width, *ends, logarithmic, left, right), titles)

    def write_row(self, text: RowText, height: float = GLYPH) -> Row:
        """Write the text of a row, leave room for its marks, and move below it.

        Parameters
        ----------
        text
            The text.
        height
            Of the marks, inches.
        """
        page = self.page
        top, padding = page.y, _PADDING_ON_SLIDE if page.on_slide else PADDING
        page.y += padding
        if self.title_width:
            middle = self._write_side_by_side(text, height)
        else:
            write_title(
                page,
                glue_numbers(text.title),
                text.numbers,
                TEXT_SIZE,
                bold=text.bold,
                numbers_bold=text.numbers_bold,
                indent=PADDING,
            )
            subtitle = wrap(text.subtitle, page.available_width(2 * PADDING))
            page.write_paragraph(subtitle, indent=PADDING, color=MUTED)
            middle = page.y + height / 2
            page.y += height
        page.y += padding
        return Row(top, page.y, middle)

    def _write_side_by_side(self, text: RowText, height: float) -> float:
        """Write title and numbers next to the marks; return the middle of these."""
        page, line = self.page, text_height("0", TEXT_SIZE)
        title = wrap(glue_numbers(text.title), self.title_width, TEXT_SIZE, text.bold)
        subtitle = wrap(text.subtitle, self.title_width)
        # The first line is level with the marks, unless these are lower than it.
        middle = page.y + max(height, line) / 2
        top, left = middle - line / 2, page.edge + PADDING
        page.write(left, top, title, TEXT_SIZE, text.bold)
        below = top + text_height(title, TEXT_SIZE)
        page.write(left, below, subtitle, color=MUTED)
        room = self.axis.right - page.edge - PADDING - _COLUMN_GAP + 0.01
        numbers = wrap(text.numbers, room, TEXT_SIZE, text.numbers_bold)
        page.write(
            page.width - page.edge - PADDING,
            top,
            numbers,
            TEXT_SIZE,
            text.numbers_bold,
            ha="right",
            multialignment="right",
        )
        ends = (
            middle + height / 2,
            below + text_height(subtitle),
            top + text_height(numbers, TEXT_SIZE),
        )
        page.y = max(ends)
        return middle

    def tint(self, row: Row, colour: str = TINT) -> None:
        """Tint a row from edge to edge."""
        page = self.page
        look = {"facecolor": colour, "edgecolor": "none", "zorder": 0.4}
        page.draw_box(page.edge, row.top, page.available_width(), row.bottom - row.top, **look)

    def draw_grid(self, ticks: Mapping[float, str], top: float) -> None:
        """Draw thin lines from the ticks up to the first row, where no text is in their way."""
        if self.title_width:
            for value in ticks:
                at = self.axis.x_of(value)
                self.page.draw_line(
                    [at, at], [top, self.page.y], color=GRID, linewidth=0.8, zorder=0.6
                )

    def draw_reference(
        self, value: float, rows: Sequence[Row], half: float = GLYPH / 2, **look: Any
    ) -> None:
        """Mark a value through all rows: with one line, or on a phone next to the marks only."""
        at = self.axis.x_of(value)
        look = {"color": INK, "linewidth": 1, "zorder": 1.2} | look
        if self.title_width:
            self.page.draw_line([at, at], [rows[0].top, rows[-1].bottom], **look)
        else:
            for row in rows:
                self.page.draw_vertical(at, row.middle, half, **look)

    def write_reference(self, value: float, label: str) -> None:
        """Write the name of a value above it, and move below the name."""
        page = self.page
        label = wrap(label, page.available_width())
        page.write(page.keep_inside(self.axis.x_of(value), label), page.y, label, ha="center")
        page.y += text_height(label) + 0.02


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

    The numbers stay on one line if they fit on one; a title that does not fit next to them goes
    above them.

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
    numbers = wrap(numbers, room, size, numbers_bold)
    beside = room - text_width(numbers, size, numbers_bold) - 0.12
    wrapped = wrap(title, beside, TEXT_SIZE, bold) if beside > 0.25 * room else "\n\n"
    if wrapped.count("\n") > 1:
        wrapped = wrap(title, room, TEXT_SIZE, bold) + "\n"
    page.write(page.edge + indent, page.y, wrapped.rstrip("\n"), TEXT_SIZE, bold)
    page.y += text_height(wrapped, TEXT_SIZE)
    top = page.y - text_height("0", TEXT_SIZE) + baseline(TEXT_SIZE) - baseline(size)
    right = page.width - page.edge - indent
    page.write(
        right, top, numbers, size, numbers_bold, ha="right", multialignment="right", color=color
    )
    page.y = max(page.y, top + text_height(numbers, size))


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row over an interval of a proportion."""

    title: str  #: first text, in bold if highlighted
    numbers: str  #: text at the right of the title
    interval: Interval  #: what to draw, proportions from 0 to 1
    highlighted: bool = False  #: whether it is highlighted by weight and tint
    reported: bool = False  #: whether it is the reported one, by shape, line and colour
    subtitle: str = ""  #: smaller text under the title
    heading: str = ""  #: text above the row, where a new group begins


@dataclass(frozen=True, slots=True)
class IntervalWords:
    """The text around a chart of intervals."""

    message: str  #: what it shows
    subtitle: str  #: what is drawn, with its unit
    note: str = ""  #: below the axis
    source: str = ""  #: where it is from


def draw_intervals(
    rows: Sequence[TextRow],
    words: IntervalWords,
    *,
    reference: float | None = None,
    reference_label: str = "",
    layout: Layout = Layout.COLUMN,
) -> Figure:
    """Draw one interval per row over one axis from 0 to 100%.

    `reference` is a proportion from 0 to 1, marked through all rows and named above them.
    """
    page = Page(layout)
    page.write_heading(words.message, words.subtitle)
    texts = [
        RowText(row.title, row.numbers, row.subtitle, row.highlighted, row.highlighted)
        for row in rows
    ]
    chart = RowChart.arrange(page, texts, (0, 1))
    if reference is not None:
        chart.write_reference(reference, reference_label)
    top, placed = page.y, []
    for row, text in zip(rows, texts, strict=True):
        if row.heading:
            page.y += 0.08
            page.write_paragraph(row.heading, TEXT_SIZE, bold=True, gap=0.03)
        place = chart.write_row(text)
        if row.highlighted:
            chart.tint(place)
        chart.axis.draw_rule(page, place.middle)
        draw_interval(chart, row.interval, place.middle, reported=row.reported)
        placed.append(place)
    chart.draw_grid({} if any(row.heading for row in rows) else PERCENT_TICKS, top)
    if reference is not None:
        chart.draw_reference(reference, placed)
    page.y += 0.03
    chart.axis.draw_axis(page, PERCENT_TICKS, "", gap=0.08 if words.note else 0)
    page.write_paragraph(words.note, color=MUTED)
    return page.finish(source=words.source)


def draw_interval(
    chart: RowChart, interval: Interval, middle: float, *, reported: bool = False
) -> None:
    """Draw an interval with its estimate; a reported one with dashes and an open diamond."""
    page, axis = chart.page, chart.axis
    look: dict[str, Any] = {"color": VERMILION if reported else BLUE}
    ends = [axis.x_of(interval.low), axis.x_of(interval.high)]
    dashes = (0, (4, 2)) if reported else "solid"
    page.draw_line(ends, [middle, middle], linewidth=2.2, linestyle=dashes, **look)
    for end in ends:
        page.draw_vertical(end, middle, 0.055, linewidth=2.0, **look)
    page.draw_line(
        [axis.x_of(interval.estimate)],
        [middle],
        marker="D" if reported else "o",
        markersize=7.5 if reported else 7,
        markerfacecolor=PAPER if reported else look["color"],
        markeredgewidth=1.6,
        **look,
    )
