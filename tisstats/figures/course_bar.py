"""One box per patient in a single bar, grouped by course, with a label for each group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, text_height, wrap
from tisstats.figures.numbers import format_percent
from tisstats.figures.palette import INK, MUTED, RESPONSE_COLOURS, TEXT_SIZE, style
from tisstats.sentences import count_of

_EDGE = 0.03
_SUBTITLE = "One box per patient"
_BRACKET = 0.09  # from the bar to the bracket of a group
_LABEL_GAP = 0.1


@dataclass(frozen=True, slots=True)
class _Group:
    """Adjacent boxes of one course, with its label."""

    left: float  # of its first box, inches from the left
    right: float  # of its last box
    count: int
    colour: str
    head: str
    text: str
    below: bool  # whether the label is below the bar, to the right of its leader

    @property
    def height(self) -> float:
        return text_height(self.head, TEXT_SIZE) + text_height(self.text)


@style()
def draw(groups: Mapping[str, int], *, layout: Layout = Layout.COLUMN, source: str = "") -> Figure:
    """Draw one box per patient, in order, with a bracket and a label for each group.

    Groups of the left half are labelled below the bar, groups of the right half above it, so that
    no leader line crosses a label.

    Parameters
    ----------
    groups
        Patients by course, best first; every patient belongs to one group.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If a count is negative, or there is no patient.
    """
    total = _total(groups)
    page = Page(layout, edge=_EDGE)
    page.write_heading(_message(groups), _SUBTITLE)
    placed = _place(page, groups, total)
    above = [group for group in placed if not group.below]
    below = [group for group in placed if group.below]
    bar_top = page.y - _LABEL_GAP + sum(group.height + _LABEL_GAP for group in above) + _BRACKET
    # Keep boxes roughly square.
    bar_height = min(max((page.width - 2 * _EDGE) / total, 0.24), 0.4)
    for group in placed:
        _draw_boxes(page, group, bar_top, bar_height)
    # Order labels so that leader lines do not cross text.
    page.y = bar_top - _BRACKET
    for group in above:
        page.y -= group.height + _LABEL_GAP
        _draw_label(page, group, bar_top - _BRACKET)
    bar_bottom = bar_top + bar_height
    page.y = bar_bottom + _BRACKET
    for group in reversed(below):
        page.y += _LABEL_GAP
        _draw_label(page, group, bar_bottom + _BRACKET)
        page.y += group.height
    page.y += 0.05
    if absent := [label for label, count in groups.items() if not count]:
        page.write_paragraph(f"No patient: {'; '.join(absent)}.", color=MUTED)
    return page.finish(source=source)


def describe(groups: Mapping[str, int]) -> str:
    """Return the alternative text; parameters as for `draw`."""
    total = _total(groups)
    counts = [
        f"{count} of {total} ({format_percent(count / total, 0)}%) {label}"
        for label, count in groups.items()
    ]
    return (
        f"{_message(groups)}. Bar of {total} boxes, one per patient, in {len(groups)} groups: "
        f"{'; '.join(counts)}."
    )


def _message(groups: Mapping[str, int]) -> str:
    label, count = next(iter(groups.items()))
    return f"{count} of {count_of(_total(groups), 'patient')} had {label}"


def _total(groups: Mapping[str, int]) -> int:
    negative = [label for label, count in groups.items() if count < 0]
    if negative:
        raise ValueError(f"groups[{negative[0]!r}] must be 0 or more, got {groups[negative[0]]}")
    total = sum(groups.values())
    if total == 0:
        raise ValueError("groups must contain at least one patient, got none")
    return total


def _place(page: Page, groups: Mapping[str, int], total: int) -> list[_Group]:
    width = (page.width - 2 * _EDGE) / total
    placed: list[_Group] = []
    left = _EDGE
    for number, (label, count) in enumerate(groups.items()):
        if not count:
            continue
        right = left + count * width
        middle = (left + right) / 2
        below = middle <= page.width / 2
        room = (page.width - _EDGE - middle if below else middle - _EDGE) - 0.08
        head = wrap(
            f"{count} of {total} ({format_percent(count / total, 0)}%)", room, TEXT_SIZE, bold=True
        )
        text = wrap(label, room)
        colour = _colour(number, len(groups))
        placed.append(_Group(left, right, count, colour, head, text, below))
        left = right
    return placed


def _colour(number: int, groups: int) -> str:
    """Return the colour of a group: the first strong, the last pale."""
    steps = len(RESPONSE_COLOURS) - 1
    return RESPONSE_COLOURS[steps - round(steps * number / max(groups - 1, 1))]


def _draw_boxes(page: Page, group: _Group, top: float, height: float) -> None:
    width = (group.right - group.left) / group.count
    gap = min(0.02, 0.1 * width)
    look = {"facecolor": group.colour, "edgecolor": INK, "linewidth": 0.6}
    for box in range(group.count):
        page.draw_box(group.left + box * width + gap, top, width - 2 * gap, height, **look)


def _draw_label(page: Page, group: _Group, bracket: float) -> None:
    """Draw the bracket along the group, the leader to its label, and the label."""
    left, right, middle = group.left + 0.03, group.right - 0.03, (group.left + group.right) / 2
    side, outwards = ("left", 1) if group.below else ("right", -1)
    tips = bracket - outwards * 0.05
    page.draw_line(
        [left, left, right, right], [tips, bracket, bracket, tips], color=INK, linewidth=1
    )
    page.draw_line([middle, middle], [bracket, page.y + group.height / 2], color=INK, linewidth=1)
    x, below = middle + outwards * 0.07, page.y + text_height(group.head, TEXT_SIZE)
    page.write(x, page.y, group.head, TEXT_SIZE, bold=True, ha=side, multialignment=side)
    page.write(x, below, group.text, ha=side, multialignment=side)
