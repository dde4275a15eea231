"""Proven ranges of unpublished quantities, and the position of an ensemble within them.

The two are drawn differently: a frame spans the minimum to the maximum, which follow from the
printed numbers under the conditions that the page states with the bounds; the filled bar shows
where the generated cohorts lie, an artefact of the sampling scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows
from tisstats.figures.numbers import name_in_sentence, of_all
from tisstats.figures.palette import BLUE, INK, MUTED, ORANGE, PAPER, VERMILION, style
from tisstats.figures.row_chart import RowChart, RowText
from tisstats.sentences import capitalised, join_names

_FRAME = 0.19  # height of a frame (inches)
_BAR_STYLE = {"facecolor": ORANGE, "edgecolor": "none"}
_PROVEN = "proven under the conditions of the bounds"

#: Largest number of rows named in the message.
_MOST_NAMED = 3


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
    subject: str  #: the same as the subject of a sentence, such as "the exact P"
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
def draw(
    rows: Sequence[BoundRange],
    axis: Axis,
    stamp: str,
    *,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
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
    page = Page(layout)
    page.write_heading(_message(rows, axis), f"{axis.xlabel}, one row per quantity")
    texts = [RowText(row.title, row.numbers) for row in rows]
    chart = RowChart.arrange(
        page, texts, (axis.ticks[0], axis.ticks[-1]), logarithmic=axis.logarithmic
    )
    ticks, top = {tick: f"{tick:g}" for tick in axis.ticks}, page.y
    placed = []
    for row, text in zip(rows, texts, strict=True):
        placed.append(chart.write_row(text, _FRAME))
        _draw_range(chart, row, placed[-1].middle)
    chart.draw_grid(ticks, top)
    if axis.reference is not None:
        look = {"color": VERMILION, "linestyle": ":", "linewidth": 1.6, "zorder": 4}
        chart.draw_reference(axis.reference, placed, _FRAME / 2 + 0.03, **look)
    chart.axis.draw_axis(page, ticks, "", gap=0.12)
    for attained, meaning in (
        (True, f"minimum to maximum, {_PROVEN}"),
        (False, f"outer bounds (may be too wide), {_PROVEN}"),
    ):
        if any(row.attained == attained for row in rows):
            page.write_key(meaning, color=MUTED, **_frame_style(attained))
    page.write_key(stamp, color=MUTED, **_BAR_STYLE)
    return page.finish(source=source)


def describe(rows: Sequence[BoundRange], axis: Axis, stamp: str) -> str:
    """Return the alternative text; parameters as for `draw`."""
    require_rows(rows, "rows", "range")
    parts = [
        f"{_message(rows, axis)}. Ranges of {len(rows)} quantities on one axis: {axis.xlabel}; "
        f"{_PROVEN}."
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


def _message(rows: Sequence[BoundRange], axis: Axis) -> str:
    limit, subject = axis.reference, axis.subject
    start = capitalised(subject)
    if limit is None:
        left = sum(row.lower < row.upper for row in rows)
        if not left:
            return f"{start} is determined for {of_all(len(rows), len(rows))} measures"
        which = "any" if left == len(rows) else str(left)
        return f"{start} is not determined for {which} of the {len(rows)} measures"
    both = [name_in_sentence(row.title) for row in rows if row.lower < limit <= row.upper]
    if 0 < len(both) <= _MOST_NAMED and len(both) < len(rows):
        start = f"{start} could lie on either side of {limit:g} only"
        return f"{start} for {join_names(both)}, if all printed numbers are met as read here"
    return (
        f"{start} could lie on either side of {limit:g} for {of_all(len(both), len(rows))} measures"
    )


def _three_digits(value: float) -> str:
    """Format a value to three digits, or as ``< 0.0001``."""
    return "< 0.0001" if 0 < value < 0.0001 else f"{value:.3g}"


def _frame_style(attained: bool) -> dict[str, Any]:
    dashes = "solid" if attained else (0, (3, 2))
    return {"facecolor": PAPER, "edgecolor": BLUE, "linewidth": 1.4, "linestyle": dashes}


def _draw_range(chart: RowChart, row: BoundRange, middle: float) -> None:
    page, axis, top = chart.page, chart.axis, middle - _FRAME / 2
    axis.draw_rule(page, middle, zorder=0.7)
    left, right = axis.x_of(row.lower), axis.x_of(row.upper)
    page.draw_box(
        left, top, max(right - left, 0.02), _FRAME, zorder=1, **_frame_style(row.attained)
    )
    ensemble = row.ensemble
    low, high = axis.x_of(ensemble.low), axis.x_of(ensemble.high)
    page.draw_box(low, top + _FRAME / 4, max(high - low, 0.02), _FRAME / 2, zorder=2, **_BAR_STYLE)
    page.draw_vertical(axis.x_of(ensemble.median), middle, _FRAME / 4, color=INK, zorder=3)
