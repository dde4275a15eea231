"""Responders before and after an amendment, one row a possible split, two shares a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tisstats.figures.layout import canvas, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SMALL_SIZE,
    VERMILION,
    WIDTH,
    style,
)

_EDGE = 0.08
_LEFT, _RIGHT = 0.16, 0.28  # the last tick label reaches half its width beyond the axis
_GLYPH = 0.26
_GAP = 0.06
_MARKS = {"before": ("s", PAPER, VERMILION), "after": ("o", BLUE, BLUE)}


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One possible split of the responders."""

    label: str  #: what would have to be true for it
    before: int  #: responders enrolled before the amendment
    patients_before: int  #: patients enrolled before it
    after: int  #: responders enrolled after it
    patients_after: int  #: patients enrolled after it

    @property
    def shares(self) -> dict[str, float]:
        """Share of responders in each period, 0 to 1."""
        return {
            "before": self.before / self.patients_before,
            "after": self.after / self.patients_after,
        }

    @property
    def numbers(self) -> str:
        """Both counts, in words."""
        return (
            f"{self.before} of {self.patients_before} before, "
            f"{self.after} of {self.patients_after} after"
        )


@style()
def draw(rows: Sequence[SplitRow], xlabel: str = "Responders (%)") -> Figure:
    """Draw one row a split: the share before and the share after on one axis.

    Raises
    ------
    ValueError
        If there is no row.
    """
    if not rows:
        raise ValueError("rows is empty; give at least one split")
    room = WIDTH - 2 * _EDGE
    labels = [wrap(row.label, room - text_width(row.numbers, SMALL_SIZE) - 0.12) for row in rows]
    top = 0.1 + text_height("0", SMALL_SIZE) + _GAP
    heights = [text_height(label) + _GLYPH + _GAP for label in labels]
    figure, page = canvas(top + sum(heights) + 0.4 + text_height(xlabel, SMALL_SIZE))
    _draw_key(page)
    for row, label, height in zip(rows, labels, heights, strict=True):
        write(page, _EDGE, top, label)
        write(page, WIDTH - _EDGE, top, row.numbers, SMALL_SIZE, ha="right", color=MUTED)
        _draw_shares(page, row, top + text_height(label) + _GLYPH / 2)
        top += height
    _draw_axis(page, top, xlabel)
    return figure


def describe(rows: Sequence[SplitRow], xlabel: str = "Responders (%)") -> str:
    """Describe the same in words, for somebody who cannot see the figure."""
    told = "; ".join(f"{row.label}: {row.numbers}" for row in rows)
    return (
        f"{len(rows)} possible splits of the responders, each with two marks on an axis from 0 to "
        f"100%, {xlabel}: a hollow square for patients enrolled before the amendment, a filled "
        f"circle for those after it. {told}."
    )


def _across(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _mark(page: Axes, x: float, y: float, period: str) -> None:
    marker, face, edge = _MARKS[period]
    page.plot(
        [x],
        [y],
        marker=marker,
        markersize=8,
        markerfacecolor=face,
        markeredgecolor=edge,
        markeredgewidth=1.8,
        zorder=3,
    )


def _draw_key(page: Axes) -> None:
    at = _EDGE + 0.08
    for period in _MARKS:
        text = f"{period} the amendment"
        _mark(page, at, 0.05 + text_height(text, SMALL_SIZE) / 2, period)
        write(page, at + 0.12, 0.05, text, SMALL_SIZE)
        at += 0.12 + text_width(text, SMALL_SIZE) + 0.24


def _draw_shares(page: Axes, row: SplitRow, middle: float) -> None:
    page.plot([_LEFT, WIDTH - _RIGHT], [middle, middle], color=RULE, linewidth=0.5, zorder=1.5)
    ends = [_across(share) for share in row.shares.values()]
    page.plot(ends, [middle, middle], color=INK, linewidth=1.4, zorder=2)
    for period, share in row.shares.items():
        _mark(page, _across(share), middle, period)


def _draw_axis(page: Axes, top: float, xlabel: str) -> None:
    page.plot([_LEFT, WIDTH - _RIGHT], [top, top], color=INK, linewidth=1)
    for tick in range(0, 101, 20):
        at = _across(tick / 100)
        page.plot([at, at], [top, top + 0.05], color=INK, linewidth=1)
        write(page, at, top + 0.07, f"{tick}%", SMALL_SIZE, ha="center")
    write(page, WIDTH / 2, top + 0.3, xlabel, SMALL_SIZE, ha="center")
