"""Text that fits: lengths measured before anything is drawn, positions in inches.

Labels come from the caller and may be long. So each figure first wraps its texts to the room they
have, then adds up heights, and only then creates a canvas of that height. On the canvas x runs
from the left and y from the top, both in inches.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from tisstats.figures.palette import DPI, INK, TEXT_SIZE, WIDTH

_POINTS_PER_INCH = 72
#: Height of a line over the font size: ascent, descent and a little air.
_LINE = 1.3
#: From the top of a line to its baseline over the font size, for letters with ascenders.
_ASCENT = 0.86


def text_width(text: str, size: float = TEXT_SIZE, bold: bool = False) -> float:
    """Width in inches of the longest line of `text` set in `size` points."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    widths = [
        text_to_path.get_text_width_height_descent(line, font, ismath=False)[0]
        for line in text.split("\n")
    ]
    # A renderer rounds glyphs to whole pixels, which may lengthen a line by a few per cent.
    return float(1.03 * max(widths) / _POINTS_PER_INCH)


def text_height(text: str, size: float = TEXT_SIZE) -> float:
    """Height in inches that `text` of one or more lines needs in `size` points; 0 if empty."""
    return (text.count("\n") + 1) * _LINE * size / _POINTS_PER_INCH if text else 0.0


def wrap(text: str, width: float, size: float = TEXT_SIZE, bold: bool = False) -> str:
    r"""Break `text` between words into lines of at most `width` inches; its own breaks are kept.

    A word that is wider by itself is broken between letters, so that nothing leaves its box.

    >>> wrap("at least moderate improvement by week 9", 2.0).split("\n")
    ['at least moderate', 'improvement by week 9']
    """
    return "\n".join(
        "\n".join(_lines(paragraph, width, size, bold)) for paragraph in text.split("\n")
    )


def _lines(paragraph: str, width: float, size: float, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in paragraph.split():
        if lines and text_width(f"{lines[-1]} {word}", size, bold) <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and text_width(lines[-1] + letter, size, bold) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def canvas(height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    """Create a figure of `width` by `height` inches and an empty canvas over all of it."""
    # Whole pixels, so that the saved image is exactly as large as the canvas.
    height = ceil(height * DPI) / DPI
    figure = Figure(figsize=(width, height), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return figure, axes


def panel(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes whose box is given in inches from the left and the top of the figure."""
    across, down = figure.get_size_inches()
    return figure.add_axes(
        (left / across, 1 - (top + height) / down, width / across, height / down)
    )


def write(
    axes: Axes, x: float, y: float, text: str, size: float = TEXT_SIZE, **settings: Any
) -> Text:
    """Write `text` with the top left corner of its first line at `x`, `y` inches of a canvas.

    Settings of `matplotlib.axes.Axes.text` go before; with `va` given, `y` is what that says.
    """
    defaults: dict[str, Any] = {
        "va": "top",
        "ha": "left",
        "color": INK,
        "linespacing": 1.2,
        "parse_math": False,  # a dollar sign in a label is a dollar sign
    }
    if "va" not in settings and "\n" not in text:
        # Two texts side by side then share their baseline, whichever letters they have. Of
        # several lines matplotlib would take the last.
        defaults["va"] = "baseline"
        y += _ASCENT * size / _POINTS_PER_INCH
    return axes.text(x, y, text, fontsize=size, **(defaults | settings))
