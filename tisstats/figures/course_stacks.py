"""Patients as boxes in one bar: how many took which course, each group named beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tisstats.figures.layout import canvas, text_height, wrap, write
from tisstats.figures.palette import (
    CATEGORIES,
    INK,
    MUTED,
    SMALL_SIZE,
    WIDTH,
    style,
)
from tisstats.printed import as_printed

_EDGE = 0.1
_BRACKET = 0.09  # from the bar to the bracket of a group
_LABEL_GAP = 0.1


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring boxes of one course, with its label."""

    count: int
    start: int  # boxes before it
    colour: str
    head: str
    text: str
    rightwards: bool  # whether the label runs to the right of its leader

    @property
    def height(self) -> float:
        return text_height(self.head) + text_height(self.text, SMALL_SIZE)


@style()
def draw(groups: Mapping[str, int], patients: int | None = None) -> Figure:
    """Draw one box a patient, in order, with a bracket and a label for each group.

    Groups of the left half are named below the bar and groups of the right half above it, so
    that no leader crosses a label.

    Parameters
    ----------
    groups
        Patients by course, in order; every patient belongs to one group.
    patients
        Number of patients, to be checked against the sum of the groups.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If a count is negative, or the groups do not sum to the patients.
    """
    total = _total(groups, patients)
    placed = _place(groups, total)
    above = [group for group in placed if not group.rightwards]
    below = [group for group in placed if group.rightwards]
    absent = wrap(_absent(groups), WIDTH - 2 * _EDGE, SMALL_SIZE)
    room_above = sum(group.height + _LABEL_GAP for group in above) + _BRACKET
    room_below = sum(group.height + _LABEL_GAP for group in below) + _BRACKET
    figure, page = canvas(
        2 * _EDGE + room_above + _bar_height(total) + room_below + text_height(absent, SMALL_SIZE)
    )

    bar_top = _EDGE + room_above
    bar_bottom = bar_top + _bar_height(total)
    for group in placed:
        _draw_boxes(page, group, total, bar_top)
    # Nearest to the bar is the label whose text runs away from the leaders of all the others.
    edge = bar_top - _BRACKET
    for group in above:
        edge -= group.height + _LABEL_GAP
        _draw_label(page, group, total, bar_top - _BRACKET, edge)
    edge = bar_bottom + _BRACKET
    for group in reversed(below):
        edge += _LABEL_GAP
        _draw_label(page, group, total, bar_bottom + _BRACKET, edge)
        edge += group.height
    write(page, _EDGE, edge + 0.05, absent, SMALL_SIZE, color=MUTED)
    return figure


def describe(groups: Mapping[str, int], patients: int | None = None) -> str:
    """Tell the same in words, for somebody who cannot see the figure."""
    total = _total(groups, patients)
    counts = [
        f"{count} of {total} ({_percent(count, total)}) {label}" for label, count in groups.items()
    ]
    return (
        f"Bar of {total} boxes, one for each patient, in {len(groups)} groups: {'; '.join(counts)}."
    )


def _total(groups: Mapping[str, int], patients: int | None) -> int:
    negative = [label for label, count in groups.items() if count < 0]
    if negative:
        raise ValueError(f"groups counts {groups[negative[0]]} for {negative[0]!r}; give 0 or more")
    total = sum(groups.values())
    if total == 0:
        raise ValueError("groups counts no patient; give at least one")
    if patients is not None and total != patients:
        raise ValueError(f"groups sum to {total}, but patients is {patients}")
    return total


def _place(groups: Mapping[str, int], total: int) -> list[_Group]:
    placed: list[_Group] = []
    start = 0
    for (label, count), colour in zip(groups.items(), _colours(len(groups)), strict=True):
        if not count:
            continue
        middle = _across(start + count / 2, total)
        rightwards = middle <= WIDTH / 2
        room = (WIDTH - _EDGE - middle) if rightwards else (middle - _EDGE)
        head = wrap(f"{count} of {total} ({_percent(count, total)})", room - 0.08, bold=True)
        text = wrap(label, room - 0.08, SMALL_SIZE)
        placed.append(_Group(count, start, colour, head, text, rightwards))
        start += count
    return placed


def _colours(number: int) -> list[str]:
    return [CATEGORIES[index % len(CATEGORIES)] for index in range(number)]


def _bar_height(total: int) -> float:
    """Give the height at which a box is about square, within what looks like a bar."""
    return min(max((WIDTH - 2 * _EDGE) / total, 0.24), 0.4)


def _across(boxes: float, total: int) -> float:
    """Give the place of the left edge of a box in inches from the left."""
    return _EDGE + boxes / total * (WIDTH - 2 * _EDGE)


def _draw_boxes(page: Axes, group: _Group, total: int, top: float) -> None:
    width = (WIDTH - 2 * _EDGE) / total
    gap = min(0.02, 0.1 * width)
    for box in range(group.start, group.start + group.count):
        page.add_patch(
            Rectangle(
                (_across(box, total) + gap, top),
                width - 2 * gap,
                _bar_height(total),
                facecolor=group.colour,
                edgecolor=INK,
                linewidth=0.6,
            )
        )


def _draw_label(page: Axes, group: _Group, total: int, bracket: float, top: float) -> None:
    """Draw the bracket along the group, the leader to its label, and the label at `top`."""
    left = _across(group.start, total) + 0.03
    right = _across(group.start + group.count, total) - 0.03
    middle = (left + right) / 2
    towards_bar = -0.05 if group.rightwards else 0.05
    page.plot(
        [left, left, right, right],
        [bracket + towards_bar, bracket, bracket, bracket + towards_bar],
        color=INK,
        linewidth=1,
    )
    page.plot([middle, middle], [bracket, top + group.height / 2], color=INK, linewidth=1)
    aside = 0.07 if group.rightwards else -0.07
    side = "left" if group.rightwards else "right"
    write(page, middle + aside, top, group.head, weight="bold", ha=side, multialignment=side)
    below = top + text_height(group.head)
    write(page, middle + aside, below, group.text, SMALL_SIZE, ha=side, multialignment=side)


def _absent(groups: Mapping[str, int]) -> str:
    """Name the groups without a patient, which have no box."""
    labels = [label for label, count in groups.items() if not count]
    return f"No patient: {'; '.join(labels)}." if labels else ""


def _percent(count: int, total: int) -> str:
    return f"{as_printed(100 * count / total, 0)}%"
