"""Best Total Improvement Score of each patient, in order within groups.

If patients are synthetic, the figure itself says so, since figures are copied without their page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from tisstats.figures.layout import Layout, Page, require_rows, text_width
from tisstats.figures.palette import BLUE, MUTED, PAPER, RESPONSE_COLOURS, RULE, VERMILION, style
from tisstats.figures.patient_rows import (
    Bar,
    PatientRows,
    count_by_group,
    draw_bars,
    draw_uprights,
    in_groups,
    patients,
    write_level,
    write_marks,
)
from tisstats.figures.row_chart import HorizontalAxis

_SUBTITLE = "Best Total Improvement Score, points, one bar per patient"
_BAR = 0.68  # of the height of a row with a name
#: Of numbers through which the dotted line may run.
_ON_LINE: dict[str, Any] = {
    "path_effects": [withStroke(linewidth=3, foreground=PAPER)],
    "zorder": 3,
}
_OPEN: dict[str, Any] = {"facecolor": "none", "edgecolor": BLUE, "linewidth": 1.2, "zorder": 2}


@dataclass(frozen=True, slots=True)
class BestScoreBar:
    """The best score of one patient, or its limits where missing measures leave it open."""

    patient: str  #: patient identifier
    group: str  #: heading, such as the subtype; empty if there is none
    low: float  #: lowest possible score, 0 to 100
    high: float  #: highest possible score

    @property
    def text(self) -> str:
        """The score as it is written."""
        if self.low == self.high:
            return f"{self.low:g}"
        return f"{self.low:g} to {self.high:g}"


@style()
def draw(
    bars: Sequence[BestScoreBar],
    *,
    cutoffs: Mapping[str, float],
    threshold: float,
    stamp: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one bar per patient, the longest first in each group.

    Parameters
    ----------
    bars
        At least one.
    cutoffs
        Minimum score of the three categories of response, ascending, by name.
    threshold
        Minimum score of a responder, points, drawn as a dotted line.
    stamp
        Label of the data, written into the figure, such as "Synthetic patients".

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no bar.
    """
    page = Page(layout)
    subtitle = f"{_SUBTITLE}; dotted: {threshold:g} points"
    page.write_heading(_message(bars, threshold), subtitle, stamp)
    rows = PatientRows.arrange(page, bars)
    numbers = max(text_width(bar.text) for bar in bars) + 0.06 if rows.named else 0.2
    axis = HorizontalAxis(page.width, 0, 100, left=rows.left + 0.02, right=max(numbers, 0.2))
    ticks = {0.0: "0", **{float(cut): f"{cut:g}" for cut in cutoffs.values()}, 100.0: "100"}
    dotted: dict[str, Any] = {"color": VERMILION, "linestyle": ":", "linewidth": 1.6, "zorder": 2.5}
    for label, members in in_groups(bars).items():
        rows.write_group(page, label, len(members))
        top = page.y
        placed = list(rows.place(page, sorted(members, key=_order)))
        _draw_bars(page, axis, rows, placed, list(cutoffs.values()))
        draw_uprights(page, [axis.x_of(tick) for tick in ticks], top)
        draw_uprights(page, [axis.x_of(0)], top, color=RULE, zorder=2)
        draw_uprights(page, [axis.x_of(threshold)], top, **dotted)
        page.y += 0.06
    axis.draw_axis(page, ticks, "Best score, points", gap=0.08)
    write_marks(page, _key(cutoffs))
    if any(bar.low < bar.high for bar in bars):
        page.write_key("What a score can be where measures or visits are missing", **_OPEN)
    page.write_paragraph(rows.note(len(bars)), color=MUTED)
    return page.finish(source=source)


def describe(
    bars: Sequence[BestScoreBar],
    *,
    cutoffs: Mapping[str, float],
    threshold: float,
    stamp: str = "",
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    label = f"{stamp}. " if stamp else ""
    names = ", ".join(f"{name} from {cut:g}" for name, cut in cutoffs.items())
    parts = [
        f"{label}{_message(bars, threshold)}. {_SUBTITLE}, in order within groups, with a dotted "
        f"line at {threshold:g} points. Colours: {names}."
    ]
    for group, members in in_groups(bars).items():
        ordered = [bar.text for bar in sorted(members, key=_order)]
        ends = ordered[0] if len(set(ordered)) == 1 else f"from {ordered[0]} down to {ordered[-1]}"
        parts.append(f"{group or 'All'} (n={len(members)}): {ends}.")
    return " ".join(parts)


def _message(bars: Sequence[BestScoreBar], threshold: float) -> str:
    require_rows(bars, "bars", "patient")
    reached = {
        group: (sum(bar.low >= threshold for bar in members), len(members))
        for group, members in in_groups(bars).items()
    }
    left_open = sum(bar.low < threshold <= bar.high for bar in bars)
    more = f"; {left_open} open" if left_open else ""
    if by_group := count_by_group(reached, "patients"):
        return f"{by_group} reached {threshold:g} points{more}"
    count = sum(count for count, _ in reached.values())
    every = f"{count} of {len(bars)} {patients(len(bars))}"
    return f"{every} reached {threshold:g} points{more}"


def _order(bar: BestScoreBar) -> tuple[float, float, str]:
    return -bar.low, -bar.high, bar.patient


def _draw_bars(
    page: Page,
    axis: HorizontalAxis,
    rows: PatientRows,
    placed: Sequence[tuple[BestScoreBar, float]],
    cutoffs: Sequence[float],
) -> None:
    """Draw the bars of a group; each comes with the middle of its row."""
    high, left = rows.bar(_BAR), axis.x_of(0)
    frame = _OPEN if rows.named else _OPEN | {"linewidth": 0.4}
    filled: dict[str, list[Bar]] = {colour: [] for colour in RESPONSE_COLOURS}
    for bar, middle in placed:
        low, end = axis.x_of(bar.low), axis.x_of(bar.high)
        colour = RESPONSE_COLOURS[sum(bar.low >= cut for cut in cutoffs)]
        filled[colour].append(Bar(left, low, middle))
        if bar.low < bar.high:
            page.draw_box(low, middle - high / 2, end - low, high, **frame)
        if rows.named:
            write_level(page, end + 0.04, middle, bar.text, **_ON_LINE)
    for colour, bars in filled.items():
        draw_bars(page, bars, high, colour, zorder=1.5)


def _key(cutoffs: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    names = ["less than minimal", *(f"{name}, from {cut:g}" for name, cut in cutoffs.items())]
    return {
        name: {"marker": "s", "markersize": 8, "color": colour}
        for name, colour in zip(names, RESPONSE_COLOURS, strict=True)
    }
