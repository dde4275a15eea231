"""A picture of a study for previews of links: its flow, its responders, two intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tisstats.figures.palette import BLUE, INK, MUTED, RULE, VERMILION, style

# Pages describe the picture each time they are made, and draw it when its numbers change:
# matplotlib, which takes long to import, waits for that.
if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Size of the picture, which previews crop least (pixels).
WIDTH, HEIGHT = 1200, 630
_DPI = 100
_MARGIN = 64
_SCALE = 640  # left end of the scale of intervals


@dataclass(frozen=True, slots=True)
class CardInterval:
    """An interval for the share of responders, in percent, as it is printed."""

    label: str
    low: str
    high: str
    printed: bool  #: whether it is the article's own; drawn as an open, dashed bar


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture shows."""

    title: str
    steps: tuple[tuple[str, str], ...]  #: numbers with what they count, in order
    responders: int
    patients: int
    outcome: str  #: what the responders reached
    intervals: tuple[CardInterval, ...]


@style()
def draw(card: Card) -> Figure:
    """Draw the picture, 1200 by 630 pixels.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there are more responders than patients.
    """
    if not 0 <= card.responders <= card.patients:
        raise ValueError(
            f"responders must be from 0 to the {card.patients} patients, got {card.responders}"
        )
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))  # pixels from the upper left
    axes.set_axis_off()
    _draw_box(axes, 0, 0, WIDTH, 12, color=BLUE)
    title, _, subtitle = card.title.partition(": ")
    axes.text(_MARGIN, 66, title, size=31, weight="bold", va="center")
    axes.text(_MARGIN, 116, subtitle, size=20, va="center", color=MUTED)
    _draw_steps(axes, card.steps)
    _draw_patients(axes, card)
    for number, interval in enumerate(card.intervals):
        _draw_interval(axes, interval, 446 + 76 * number)
    _draw_scale(axes, 446 + 76 * len(card.intervals) - 18)
    return figure


def _draw_steps(axes: Axes, steps: Sequence[tuple[str, str]]) -> None:
    width = (WIDTH - 2 * _MARGIN) / len(steps)
    for number, (count, words) in enumerate(steps):
        x = _MARGIN + number * width
        last = number == len(steps) - 1
        axes.text(x, 196, count, size=44, weight="bold", va="center", color=BLUE if last else INK)
        axes.text(x, 244, words, size=16.5, va="center", color=MUTED)
        if not last:
            axes.text(x + width - 44, 194, "→", size=26, va="center", ha="center", color=MUTED)


def _draw_patients(axes: Axes, card: Card) -> None:
    axes.text(_MARGIN, 302, card.outcome, size=19, va="center")
    pitch = (WIDTH - 2 * _MARGIN) / card.patients
    side = min(pitch - 6, 52.0)
    for number in range(card.patients):
        reached = number < card.responders
        _draw_box(
            *(axes, _MARGIN + number * pitch, 326, side, side),
            facecolor=BLUE if reached else "none",
            edgecolor=BLUE if reached else RULE,
            linewidth=1.5,
        )


def _draw_interval(axes: Axes, interval: CardInterval, y: float) -> None:
    low, high = (_place(float(limit)) for limit in (interval.low, interval.high))
    axes.text(_MARGIN, y - 14, interval.label, size=19, va="center")
    limits = f"{interval.low} to {interval.high}%"
    axes.text(_MARGIN, y + 18, limits, size=19, weight="bold", va="center")
    axes.plot([_place(0), _place(100)], [y, y], color=RULE, linewidth=1.5, zorder=1)
    _draw_box(
        *(axes, low, y - 17, high - low, 34),
        facecolor="white" if interval.printed else BLUE,
        edgecolor=VERMILION if interval.printed else BLUE,
        linestyle=(0, (5, 3)) if interval.printed else "-",
        linewidth=2.5,
        zorder=2,
    )


def _draw_scale(axes: Axes, y: float) -> None:
    for share, alignment in ((0, "left"), (50, "center"), (100, "right")):
        axes.text(_place(share), y, f"{share}%", size=16, va="center", ha=alignment, color=MUTED)


def _draw_box(
    axes: Axes, left: float, top: float, width: float, height: float, **look: Any
) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((left, top), width, height, **look))


def _place(percent: float) -> float:
    """Return where a share lies on the scale of intervals, in pixels from the left."""
    return _SCALE + (WIDTH - _MARGIN - _SCALE) * percent / 100


def describe(card: Card) -> str:
    """Describe the picture in words."""
    steps = ", ".join(f"{count} {words}" for count, words in card.steps)
    limits = "; ".join(f"{each.label}: {each.low} to {each.high}%" for each in card.intervals)
    return f"{card.outcome}. {steps}. {limits}."
