"""One visual language for every figure: colours, marks, sizes and the style context.

The colours can be distinguished with any colour vision, and no figure relies on colour alone. Each
has a counterpart for a dark page (`DARK`), on which a picture in a browser changes its colours by
itself (see `tisstats.book.downloads.svg`); PNG and PDF files are as on a white page.

What a mark means
-----------------
- Filled circle, blue: an estimate or a value, of two times the later one, of two arms the treated
  one. Open circle: the earlier of two times, the control arm.
- Diamond, open, vermilion: the printed value, which others are compared with.
- Blue line with end strokes: a confidence interval. Band in pale blue: one around a curve or a
  median, or quartiles; below steps of points, their area; of the lane of a patient, the time since
  the response.
- Thin grey line: one patient.
- Frame, empty: the range that is proven. Orange bar: a set of synthetic patients or cohorts.
- Dotted line, vermilion: a limit that was set beforehand, such as the score of a responder or the
  level of significance. Dashed line: a nominal or an inferred value.
- Hatching: not possible, or possible only under an assumption.
- Triangle: a visit. On a line of time, bar: a treatment; circle: the first response; square:
  rescue medication. Cross: a stop.
- Tinted row: the one that the text is about.

Ordered groups, such as the categories of response, have an ordered palette (`RESPONSE_COLOURS`,
`CHANGE_COLOURS`); unordered ones, such as arms, have `CATEGORY_COLOURS`.

References
----------
Okabe M, Ito K. Color universal design (2008): the eight colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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

#: No response, minimal, moderate, major: from pale to strong.
RESPONSE_COLOURS = ("#D4D4D4", "#A9D3EE", "#4B9CD0", "#0A4A7D")

#: Worse, little change, and the four bands of improvement that score: from pale to strong.
CHANGE_COLOURS = ("#F2B48C", "#EFEFEF", "#CBE3F3", "#8DC2E6", "#2C77AE", "#073B66")

INK = "#1A1A1A"  #: text and lines
MUTED = "#595959"  #: secondary text; contrast 7 to 1 on white
ALERT = "#A84300"  #: text that must not be missed, such as that patients are synthetic
RULE = "#A6A6A6"  #: axes and thin rules
GRID = "#E0E0E0"  #: lines of a grid behind the data
TINT = "#FBEFE6"  #: behind a highlighted row
BAND = "#C6DFF0"  #: the blue of an estimate, lightened: text on it stays legible
PAPER = "#FFFFFF"

#: Counterpart of each colour on a dark page.
DARK = {
    BLACK: "#FFFFFF",
    ORANGE: "#F0B23C",
    SKY_BLUE: "#A5DAF7",
    GREEN: "#35C59A",
    YELLOW: "#F0E442",
    BLUE: "#5AAEE8",
    VERMILION: "#F2823A",
    PURPLE: "#DB9ABC",
    RESPONSE_COLOURS[0]: "#4D4D4D",
    RESPONSE_COLOURS[1]: "#2F6389",
    RESPONSE_COLOURS[2]: "#66B5EA",
    RESPONSE_COLOURS[3]: "#D3ECFB",
    CHANGE_COLOURS[0]: "#8A4416",
    CHANGE_COLOURS[1]: "#2B2B2B",
    CHANGE_COLOURS[2]: "#1B3A50",
    CHANGE_COLOURS[3]: "#2A5F87",
    CHANGE_COLOURS[4]: "#7FC0EC",
    CHANGE_COLOURS[5]: "#DCF0FC",
    INK: "#E8E8E8",
    MUTED: "#B0B0B0",
    ALERT: "#F5955C",
    RULE: "#707070",
    GRID: "#333333",
    TINT: "#33261B",
    BAND: "#1F435C",
    PAPER: "#121212",
}

_PIXEL = 0.75  # points

TITLE_SIZE = 16 * _PIXEL  #: message of a figure (points)
TEXT_SIZE = 12 * _PIXEL  #: main text
SMALL_SIZE = 11 * _PIXEL  #: ticks and notes; no text is smaller
DPI = 192  #: two dots for each pixel of a page

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

    >>> import matplotlib as mpl
    >>> with style():
    ...     mpl.rcParams["font.family"]
    ['DejaVu Sans']
    """
    import matplotlib as mpl  # takes long, and colours are used without it

    with mpl.rc_context(_SETTINGS):
        yield
