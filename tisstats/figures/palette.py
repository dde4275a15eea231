"""One look for every figure: colours, sizes and the style context.

The colours can be distinguished with any colour vision, and no figure relies on colour alone. The
background is opaque white, since a theme in dark mode may put anything behind a figure.

References
----------
Okabe M, Ito K. Color universal design (2008): the eight colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

BLACK = "#000000"
ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"

#: In the order of use for categories: neighbours differ in lightness as well as in hue.
CATEGORY_COLOURS = (BLUE, ORANGE, GREEN, SKY_BLUE, VERMILION, PURPLE, YELLOW, BLACK)

INK = "#1A1A1A"  #: text and lines
MUTED = "#595959"  #: secondary text; contrast 7 to 1 on white
RULE = "#A6A6A6"  #: axes and thin rules
TINT = "#FBEFE6"  #: behind a highlighted row
PAPER = "#FFFFFF"

#: Width of every figure (inches). Shown 343 px wide on a phone, 11 pt become 11 px.
WIDTH = 4.6
TEXT_SIZE = 11.0  #: main text (points)
SMALL_SIZE = 10.0  #: ticks and notes (points)
DPI = 200

_SETTINGS: dict[Any, Any] = {
    # The font that comes with matplotlib: the same figure on every machine.
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": True,
    "axes.edgecolor": RULE,
    "axes.facecolor": PAPER,
    "axes.labelcolor": INK,
    "axes.labelsize": SMALL_SIZE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "hatch.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "butt",
    "path.simplify": True,
    "xtick.color": RULE,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL_SIZE,
    "ytick.color": RULE,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL_SIZE,
}


@contextmanager
def style() -> Iterator[None]:
    """Set the style of every figure, as a context manager or a decorator.

    >>> with style():
    ...     mpl.rcParams["font.family"]
    ['DejaVu Sans']
    """
    with mpl.rc_context(_SETTINGS):
        yield
