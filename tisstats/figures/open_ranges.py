"""What the published numbers leave open: proven ranges, and within them where an ensemble lies.

The two are drawn apart, since only the first is evidence: a frame is the minimum to the maximum
value that conditions allow, which the caption and the description name; the filled bar is where
the drawn cohorts fell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Page, require
from tisstats.figures.palette import BLUE, INK, MUTED, ORANGE, PAPER, VERMILION, style
from tisstats.figures.row_chart import Scale, write_title

_FRAME = 0.2  # height of a frame (inches)
_GAP = 0.1
_BAR_LOOK = {"facecolor": ORANGE, "edgecolor": "none"}


@dataclass(frozen=True, slots=True)
class Spread:
    """Where an ensemble lies, in the unit of the axis."""

    low: float  #: 5th percentile
    median: float
    high: float  #: 95th percentile


@dataclass(frozen=True, slots=True)
class OpenRange:
    """One unpublished quantity, in the unit of the axis."""

    title: str  #: what it is
    least: float  #: least value that the conditions allow
    greatest: float  #: greatest value that the conditions allow
    numbers: str  #: the range as text
    spread: Spread  #: of the ensemble
    proven: bool = True  #: whether both ends are attained; otherwise they only enclose the values


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis under all rows.

    Raises
    ------
    ValueError
        If there are fewer than two ticks, or they do not ascend.
    """

    xlabel: str  #: what it shows, with its unit
    ticks: Sequence[float]  #: values to be numbered; the first and the last are its ends
    logarithmic: bool = False  #: whether powers stand at equal distances
    reference: float | None = None  #: value marked through all rows, such as a significance level

    def __post_init__(self) -> None:
        ticks = list(self.ticks)
        if len(ticks) < 2 or sorted(set(ticks)) != ticks:
            raise ValueError(f"ticks must be two or more ascending values, got {ticks}")
        if self.logarithmic and ticks[0] <= 0:
            raise ValueError(f"ticks must be above 0 on a logarithmic axis, got {ticks[0]}")


@style()
def draw(rows: Sequence[OpenRange], axis: Axis, stamp: str) -> Figure:
    """Draw one quantity per row: a frame for the proven range, a bar for the ensemble.

    Parameters
    ----------
    rows
        From top to bottom; all in the unit of the axis.
    axis
        The axis; what lies beyond its ends is cut off there.
    stamp
        What the bars of the ensemble are, to be written into the figure.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row.
    """
    require(rows, "rows", "range")
    page, ticks = Page(), axis.ticks
    scale = Scale(ticks[0], ticks[-1], axis.logarithmic, left=0.2)
    for row in rows:
        write_title(page, row.title, row.numbers)
        _draw_range(page, scale, row, axis.reference)
        page.down += _FRAME + _GAP
    scale.draw_axis(page, {tick: f"{tick:g}" for tick in ticks}, axis.xlabel, gap=0.08)
    for proven, meaning in (
        (True, "minimum to maximum, proven under the assumptions in the caption"),
        (False, "outer bounds under these assumptions (may be too wide)"),
    ):
        if any(row.proven == proven for row in rows):
            page.write_key(meaning, color=MUTED, **_frame_look(proven))
    page.write_key(stamp, color=MUTED, **_BAR_LOOK)
    return page.cut(0.05)


def describe(rows: Sequence[OpenRange], axis: Axis, stamp: str, given: str) -> str:
    """Return the alternative text of the figure; parameters as for `draw`.

    `given` names the conditions under which the ranges hold, as
    `tisstats.proof.ProvenStatement.assuming`.
    """
    require(rows, "rows", "range")
    parts = [
        f"Ranges of {len(rows)} quantities on one axis: {axis.xlabel}. They hold under these "
        f"assumptions: {given}."
    ]
    for row in rows:
        kind = "proven range" if row.proven else "enclosing range"
        text = f"{row.title}: {kind} {row.numbers}"
        spread = (row.spread.low, row.spread.median, row.spread.high)
        low, median, high = map(_three_digits, spread)
        text += f"; {stamp}, median {median}, bar {low} to {high}"
        parts.append(f"{text}.")
    if axis.reference is not None:
        parts.append(f"A line marks {axis.reference:g}.")
    return " ".join(parts)


def _three_digits(value: float) -> str:
    """Format a value to three digits, and as a bound where that needs a power of ten."""
    return "< 0.0001" if 0 < value < 0.0001 else f"{value:.3g}"


def _frame_look(proven: bool) -> dict[str, Any]:
    dashes = "solid" if proven else (0, (3, 2))
    return {"facecolor": PAPER, "edgecolor": BLUE, "linewidth": 1.4, "linestyle": dashes}


def _draw_range(page: Page, scale: Scale, row: OpenRange, reference: float | None) -> None:
    top, middle = page.down, page.down + _FRAME / 2
    scale.draw_rule(page, middle, zorder=0.5)
    left, right = scale.across(row.least), scale.across(row.greatest)
    page.draw_box(left, top, max(right - left, 0.02), _FRAME, zorder=1, **_frame_look(row.proven))
    spread = row.spread
    low, high = scale.across(spread.low), scale.across(spread.high)
    width = max(high - low, 0.02)
    page.draw_box(low, top + _FRAME / 4, width, _FRAME / 2, zorder=2, **_BAR_LOOK)
    page.draw_vertical(scale.across(spread.median), middle, _FRAME / 4, color=INK, zorder=3)
    if reference is not None:
        at, half = scale.across(reference), _FRAME / 2 + 0.03
        page.draw_vertical(
            at, middle, half, color=VERMILION, linestyle=":", linewidth=1.6, zorder=4
        )
