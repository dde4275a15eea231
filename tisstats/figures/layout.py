"""The page of every figure, and text wrapped to fit on it.

Every figure is drawn twice, for the column of a page and for a phone (`Layout`): nothing is scaled,
so that text has the same size in both. Figures of the class are also drawn for a slide, where they
are enlarged. Labels come from the caller and may be long. The page is
filled from top to bottom, text is wrapped to the available width, and the page is cropped at the
end. On it x runs from the left and y from the top, both in inches.

The message of the figure is its title, a sentence computed from what is drawn; below it stands what
is drawn, in which unit, and at the foot where it is from.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from enum import Enum
from functools import lru_cache
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path
from numpy.typing import ArrayLike

from tisstats.figures.palette import ALERT, DPI, INK, MUTED, SMALL_SIZE, TEXT_SIZE, TITLE_SIZE

EDGE = 0.02  #: from the edge of a page to its text (inches)

_POINTS_PER_INCH = 72
_PIXELS_PER_INCH = 96
#: Line height relative to the font size: ascent, descent and spacing.
_LINE = 1.3
#: Distance from the top of a line to its baseline, relative to the font size.
_ASCENT = 0.86


class Layout(Enum):
    """The width for which a figure is drawn, in pixels of a page.

    >>> Layout.PHONE.width < 3.6 < 5.4 < Layout.SLIDE.width < 7.1 < Layout.COLUMN.width
    True
    """

    COLUMN = 688  #: the text column of a page on a desktop, and paper
    PHONE = 343  #: the text column of a page on a phone 375 pixels wide
    #: A slide shows the drawing as wide as its own text, more than 1150 of 1280 pixels: there the
    #: smallest letters, of 11 pixels, have 24. It is low, and the slide's title says the message.
    SLIDE = 526

    @property
    def width(self) -> float:
        """Width in inches."""
        return float(self.value) / _PIXELS_PER_INCH


#: For which every figure of a page is drawn.
PAGE_LAYOUTS = (Layout.COLUMN, Layout.PHONE)


def text_width(text: str, size: float = SMALL_SIZE, bold: bool = False) -> float:
    """Compute the width in inches of the longest line of `text` set in `size` points."""
    # A renderer rounds glyphs to whole pixels, which may lengthen a line by a few per cent.
    longest = max(_line_width(line, size, bold) for line in text.split("\n"))
    return float(1.03 * longest / _POINTS_PER_INCH)


@lru_cache(maxsize=10_000)  # a figure is drawn for several widths, mostly of the same words
def _line_width(line: str, size: float, bold: bool) -> float:
    """Compute the width in points of a line."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0])


def text_height(text: str, size: float = SMALL_SIZE) -> float:
    """Compute the height in inches of the lines of `text` in `size` points; 0 if it is empty."""
    return (text.count("\n") + 1) * _LINE * size / _POINTS_PER_INCH if text else 0.0


def baseline(size: float) -> float:
    """Compute the distance in inches from the top of a line to its baseline."""
    return _ASCENT * size / _POINTS_PER_INCH


def wrap(text: str, width: float, size: float = SMALL_SIZE, bold: bool = False) -> str:
    r"""Wrap `text` into lines of at most `width` inches; existing line breaks are kept.

    A single word that is wider is broken between letters, so that no text leaves its box. Lines do
    not break at a no-break space, such as that between a number and its unit.

    >>> wrap("at least moderate improvement by week 9", 1.6).split("\n")
    ['at least moderate', 'improvement by week 9']
    """
    return "\n".join(
        "\n".join(_lines(paragraph, width, size, bold)) for paragraph in text.split("\n")
    )


def _lines(paragraph: str, width: float, size: float, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in filter(None, paragraph.split(" ")):
        if lines and text_width(f"{lines[-1]} {word}", size, bold) <= width:
            lines[-1] += f" {word}"
            continue
        if text_width(word, size, bold) <= width:
            lines.append(word)
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and text_width(lines[-1] + letter, size, bold) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def glue_numbers(text: str) -> str:
    r"""Keep each number on the line of the word before it.

    >>> glue_numbers("stopped before week 4")
    'stopped before week\xa04'
    """
    return re.sub(r" (?=\d)", "\N{NO-BREAK SPACE}", text)


def annotate(
    axes: Axes, text: str, point: tuple[float, float], offset: tuple[float, float], **settings: Any
) -> Annotation:
    """Write a small text near a data point, at an `offset` in points."""
    return axes.annotate(
        text, point, offset, textcoords="offset points", fontsize=SMALL_SIZE, **settings
    )


class Page:
    """A figure that is filled from top to bottom and cropped at the end.

    Parameters
    ----------
    layout
        The width to draw for.
    top
        Where the first text begins, inches from the top.
    edge
        From the left and the right edge to the text, inches.
    """

    def __init__(
        self, layout: Layout = Layout.COLUMN, top: float = 0.03, edge: float = EDGE
    ) -> None:
        self.layout = layout
        self.width = layout.width  #: inches
        self.y = top  #: where the next text begins, inches from the top
        self.edge = edge
        self.figure = Figure(figsize=(self.width, 1), dpi=DPI)
        self.axes = self.figure.add_axes((0, 0, 1, 1))  #: the whole page, in inches
        self.axes.set(xlim=(0, self.width), ylim=(1, 0))
        self.axes.set_axis_off()
        self._panels: list[tuple[Axes, float, float]] = []

    @property
    def on_phone(self) -> bool:
        """Whether the page is that of a phone."""
        return self.layout is Layout.PHONE

    @property
    def on_slide(self) -> bool:
        """Whether the page is a slide: with little height, and a title of its own."""
        return self.layout is Layout.SLIDE

    def available_width(self, indent: float = 0.0) -> float:
        """Compute the width between the edges, minus an indent, in inches."""
        return self.width - 2 * self.edge - indent

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float = SMALL_SIZE,
        bold: bool = False,
        **settings: Any,
    ) -> Text:
        """Write a text with the top left corner of its first line at `x`, `y`.

        Settings are those of `matplotlib.axes.Axes.text`; `y` follows `va` if that is given.
        """
        defaults: dict[str, Any] = {
            "va": "top",
            "ha": "left",
            "color": INK,
            "linespacing": 1.2,
            "weight": "bold" if bold else "normal",
            "parse_math": False,  # a dollar sign in a label is a dollar sign
        }
        if "va" not in settings and "\n" not in text:
            # Align adjacent texts at their baseline; with several lines matplotlib would use the
            # last one.
            defaults["va"] = "baseline"
            y += baseline(size)
        return self.axes.text(x, y, text, fontsize=size, **(defaults | settings))

    def keep_inside(self, x: float, text: str) -> float:
        """Compute the centre of a small text: as near to `x` as fits on the page."""
        half = text_width(text) / 2 + 0.03
        return min(max(x, half), self.width - half)

    def write_paragraph(
        self,
        text: str,
        size: float = SMALL_SIZE,
        bold: bool = False,
        *,
        indent: float = 0.0,
        gap: float = 0.0,
        ha: str = "left",
        **settings: Any,
    ) -> None:
        """Write a text, wrapped to the available width, and move below it by a gap."""
        text = wrap(text, self.available_width(indent), size, bold)
        x = {"left": self.edge + indent, "center": self.width / 2, "right": self.width - self.edge}[
            ha
        ]
        self.write(x, self.y, text, size, bold, ha=ha, multialignment=ha, **settings)
        self.y += text_height(text, size) + gap

    def write_heading(self, message: str, subtitle: str = "", stamp: str = "") -> None:
        """Write the head of the figure, and move below it.

        Parameters
        ----------
        message
            What the figure shows, a sentence without its full stop; the title of a slide says it.
        subtitle
            What is drawn, with its unit.
        stamp
            Label of patients who are not those of a publication, such as "Synthetic patients".
        """
        self.write_paragraph(stamp, bold=True, gap=0.05 if stamp else 0, color=ALERT)
        if self.on_slide:
            self.write_paragraph(subtitle, color=MUTED, gap=0.06)
            return
        self.write_paragraph(message, TITLE_SIZE, bold=True, gap=0.03)
        self.write_paragraph(subtitle, TEXT_SIZE, color=MUTED, gap=0.14)

    def write_key(self, text: str, *, color: str = INK, **swatch: Any) -> None:
        """Write a legend entry with a small box, and move below it.

        Parameters
        ----------
        text
            Meaning of the box.
        color
            Of the text.
        **swatch
            Style of the box, as `matplotlib.patches.Rectangle` takes it.
        """
        self.draw_box(self.edge + 0.01, self.y + 0.02, 0.24, 0.12, **swatch)
        self.write_paragraph(text, indent=0.34, gap=0.05, color=color)

    def draw_line(self, across: ArrayLike, down: ArrayLike, **settings: Any) -> None:
        """Draw a line through points, or a marker at each."""
        self.axes.plot(across, down, **settings)

    def draw_vertical(self, x: float, middle: float, half: float, **settings: Any) -> None:
        """Draw a vertical line centred on the middle of a row."""
        self.draw_line([x, x], [middle - half, middle + half], **settings)

    def draw_box(self, left: float, top: float, width: float, height: float, **look: Any) -> None:
        """Draw a rectangle."""
        self.axes.add_patch(Rectangle((left, top), width, height, **look))

    def add_panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes in a box of the page."""
        axes = self.figure.add_axes((left / self.width, 0, width / self.width, height))
        self._panels.append((axes, top, height))
        return axes

    def finish(self, margin: float = 0.04, source: str = "") -> Figure:
        """Write the source at the foot, crop the page below it, and return the figure.

        Parameters
        ----------
        margin
            Below the last content, inches.
        source
            Where what is drawn is from.
        """
        if source:
            self.y += 0.08
            self.write_paragraph(source, color=MUTED)
        # Whole pixels, so that a page knows the size of the picture exactly.
        height = ceil((self.y + margin) * _PIXELS_PER_INCH - 1e-6) / _PIXELS_PER_INCH
        self.figure.set_size_inches(self.width, height)
        self.axes.set_ylim(height, 0)
        for axes, top, tall in self._panels:
            box = axes.get_position()
            axes.set_position((box.x0, 1 - (top + tall) / height, box.width, tall / height))
        return self.figure


def require_rows(rows: Sized, name: str, what: str) -> None:
    """Raise an error if there are no rows.

    Raises
    ------
    ValueError
        If there are no rows.
    """
    if not len(rows):
        raise ValueError(f"{name} must contain at least one {what}, got none")
