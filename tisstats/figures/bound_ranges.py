"""Proven ranges of unpublished quantities, and the position of an ensemble within them.

The two are drawn differently: a frame spans the minimum to the maximum, which follow from the
printed numbers and the assumptions that the caption and the description name; the filled bar shows
where the generated cohorts lie, an artefact of the sampling scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Page, require_rows
from tisstats.figures.palette import BLUE, INK, MUTED, ORANGE, PAPER, VERMILION, style
from tisstats.figures.row_chart import HorizontalAxis, write_title

_FRAME = 0.2  # height of a frame (inches)
_GAP = 0.1
_BAR_STYLE = {"facecolor": ORANGE, "edgecolor": "none"}


@dataclass(frozen=True, slots=True)
class EnsemblePercentiles:
    """Percentiles of an ensemble, in the unit of the axis."""

    low: float  #: 5th percentile
    median: float
    high: float  #: 95th percentile


@dataclass(frozen=True, slots=True)
class BoundRange:
    """One unpublished quantity, in the unit of the axis."""

    title: str  #: what it is
    lower: float  #: minimum under the assumptions
    upper: float  #: maximum under the assumptions
    numbers: str  #: the range as text
    ensemble: EnsemblePercentiles  #: position of the ensemble
    attained: bool = True  #: whether both ends are attained; otherwise they are outer bounds


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis under all rows.

    Raises
    ------
    ValueError
        If there are fewer than two ticks, or they do not ascend.
    """

    xlabel: str  #: what it shows, with its unit
    ticks: Sequence[float]  #: labelled values; the first and the last are its ends
    logarithmic: bool = False  #: whether it is logarithmic
    reference: float | None = None  #: value marked through all rows, such as a significance level

    def __post_init__(self) -> None:
        ticks = list(self.ticks)
        if len(ticks) < 2 or sorted(set(ticks)) != ticks:
            raise ValueError(f"ticks must be two or more ascending values, got {ticks}")
        if self.logarithmic and ticks[0] <= 0:
            raise ValueError(f"ticks must be above 0 on a logarithmic axis, got {ticks[0]}")


@style()
def draw(rows: Sequence[BoundRange], axis: Axis, stamp: str) -> Figure:
    """Draw one quantity per row: a frame for the proven range, a bar for the ensemble.

    Parameters
    ----------
    rows
        From top to bottom; all in the unit of the axis.
    axis
        The axis; values beyond its ends are clipped.
    stamp
        Label of the bars of the ensemble, written into the figure.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row.
    """
    require_rows(rows, "rows", "range")
    page, ticks = Page(), axis.ticks
    scale = HorizontalAxis(ticks[0], ticks[-1], axis.logarithmic, left=0.2)
    for row in rows:
        write_title(page, row.title, row.numbers)
        _draw_range(page, scale, row, axis.reference)
        page.y += _FRAME + _GAP
    scale.draw_axis(page, {tick: f"{tick:g}" for tick in ticks}, axis.xlabel, gap=0.08)
    for attained, meaning in (
        (True, "minimum to maximum, proven under the assumptions in the caption"),
        (False, "outer bounds under these assumptions (may be too wide)"),
    ):
        if any(row.attained == attained for row in rows):
            page.write_key(meaning, color=MUTED, **_frame_style(attained))
    page.write_key(stamp, color=MUTED, **_BAR_STYLE)
    return page.finish(0.05)


def describe(rows: Sequence[BoundRange], axis: Axis, stamp: str, given: str) -> str:
    """Return the alternative text; parameters as for `draw`.

    `given` names the assumptions of the ranges, as `tisstats.proof.ProvenStatement.assuming` does.
    """
    require_rows(rows, "rows", "range")
    parts = [
        f"Ranges of {len(rows)} quantities on one axis: {axis.xlabel}. They hold under these "
        f"assumptions: {given}."
    ]
    for row in rows:
        kind = "proven range" if row.attained else "outer bounds"
        text = f"{row.title}: {kind} {row.numbers}"
        ensemble = (row.ensemble.low, row.ensemble.median, row.ensemble.high)
        low, median, high = map(_three_digits, ensemble)
        text += f"; {stamp}, median {median}, bar {low} to {high}"
        parts.append(f"{text}.")
    if axis.reference is not None:
        parts.append(f"A line marks {axis.reference:g}.")
    return " ".join(parts)


def _three_digits(value: float) -> str:
    """Format a value to three digits, or as ``< 0.0001``."""
    return "< 0.0001" if 0 < value < 0.0001 else f"{value:.3g}"


def _frame_style(attained: bool) -> dict[str, Any]:
    dashes = "solid" if attained else (0, (3, 2))
    return {"facecolor": PAPER, "edgecolor": BLUE, "linewidth": 1.4, "linestyle": dashes}


def _draw_range(
    page: Page, scale: HorizontalAxis, row: BoundRange, reference: float | None
) -> None:
    top, middle = page.y, page.y + _FRAME / 2
    scale.draw_rule(page, middle, zorder=0.5)
    left, right = scale.x_of(row.lower), scale.x_of(row.upper)
    page.draw_box(
        left, top, max(right - left, 0.02), _FRAME, zorder=1, **_frame_style(row.attained)
    )
    ensemble = row.ensemble
    low, high = scale.x_of(ensemble.low), scale.x_of(ensemble.high)
    page.draw_box(low, top + _FRAME / 4, max(high - low, 0.02), _FRAME / 2, zorder=2, **_BAR_STYLE)
    page.draw_vertical(scale.x_of(ensemble.median), middle, _FRAME / 4, color=INK, zorder=3)
    if reference is not None:
        at, half = scale.x_of(reference), _FRAME / 2 + 0.03
        page.draw_vertical(
            at, middle, half, color=VERMILION, linestyle=":", linewidth=1.6, zorder=4
        )
