"""Flow of a study's participants, the arms side by side: from the tables to the endpoint's visit.

Each arm is a column of boxes, as in the flow diagram of CONSORT (see `tisstats.trial.flow`), from
the table of patients downwards: the tables of a study record neither screening nor allocation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from tisstats.figures import palette
from tisstats.figures.layout import EDGE, Layout, Page, require_rows, text_height, text_width, wrap
from tisstats.trial.flow import ArmFlow, ParticipantFlow, format_reason

#: Largest number of arms side by side; more continue below.
MOST_COLUMNS = {Layout.COLUMN: 4, Layout.PHONE: 2}

_GAP = 0.1  # between columns, inches
_PADDING = 0.055
_INDENT = 0.1  # of reasons
_ARROW = 0.24  # height of an arrow
_TITLE_SIZE = palette.TEXT_SIZE
_SUBTITLE = "Participants by arm, from top to bottom"


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a box."""

    text: str
    bold: bool = False
    indent: float = 0.0  # inches


@dataclass(frozen=True, slots=True)
class _Stage:
    """A stage of the study: one box per arm."""

    title: str
    boxes: tuple[tuple[_Line, ...], ...]


@palette.style()
def draw(flow: ParticipantFlow, *, layout: Layout = Layout.COLUMN, source: str = "") -> Figure:
    """Draw the stages from top to bottom, with a box for each arm.

    Parameters
    ----------
    flow
        The participants of one arm or more; what the tables do not record is stated as such.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no arm.
    """
    require_rows(flow.arms, "flow.arms", "arm")
    page = Page(layout)
    page.write_heading(_message(flow), _SUBTITLE)
    _draw_total(page, flow)
    columns = _columns(page, flow)
    for first in range(0, len(flow.arms), columns):
        arms = flow.arms[first : first + columns]
        if first:
            page.y += 2 * _GAP
        for number, stage in enumerate(_stages(arms, flow.endpoint_visit)):
            _draw_stage(page, stage, arrows=number > 0 or first == 0)
    return page.finish(source=source)


def describe(flow: ParticipantFlow) -> str:
    """Return the alternative text; parameters as for `draw`."""
    many = "s" * (flow.total.recorded != 1)
    shown = f"Flow of {flow.total.recorded} participant{many} by arm, from top to bottom."
    parts = [f"{_message(flow)}. {shown}"]
    for arm in flow.arms:
        lines = [
            f"{stage.title}: {', '.join(line.text for line in stage.boxes[0])}"
            for stage in _stages([arm], flow.endpoint_visit)
        ]
        heading, *others = lines
        parts.append(f"{heading.partition(': ')[2]}; {'; '.join(others)}.")
    return " ".join(parts)


def _message(flow: ParticipantFlow) -> str:
    total = flow.total
    return (
        f"{total.analysed} of {total.recorded} participant{'s' * (total.recorded != 1)} "
        f"{'was' if total.analysed == 1 else 'were'} analysed; {total.scored} of these "
        f"{'has' if total.scored == 1 else 'have'} a known score at the {flow.endpoint_visit}"
    )


def _columns(page: Page, flow: ParticipantFlow) -> int:
    """Return how many arms stand side by side, so that no word in their boxes is broken."""
    longest = max(
        line.indent + text_width(word, bold=line.bold)
        for stage in _stages(flow.arms, flow.endpoint_visit)
        for box in stage.boxes
        for line in box
        for word in line.text.split()
    )
    count = len(flow.arms)
    fitting = [
        columns
        for columns in range(1, min(count, MOST_COLUMNS[page.layout]) + 1)
        if _width(page, columns) - 2 * _PADDING >= longest
    ]
    blocks = ceil(count / max(fitting, default=1))
    return ceil(count / blocks)


def _width(page: Page, columns: int) -> float:
    """Return the width of one of several columns, inches."""
    return (page.width - 2 * EDGE - (columns - 1) * _GAP) / columns


def _draw_total(page: Page, flow: ParticipantFlow) -> None:
    """Draw the box above all arms."""
    text = f"{flow.total.recorded} in the table of patients"
    height = text_height(text, _TITLE_SIZE) + 2 * _PADDING
    look = {"facecolor": palette.BLUE, "edgecolor": palette.BLUE, "linewidth": 1}
    page.draw_box(EDGE, page.y, page.available_width(), height, **look)
    page.write(
        page.width / 2,
        page.y + _PADDING,
        text,
        _TITLE_SIZE,
        bold=True,
        ha="center",
        color=palette.PAPER,
    )
    page.y += height


def _stages(arms: Sequence[ArmFlow], endpoint_visit: str) -> list[_Stage]:
    """Return the stages of some arms, with what stands in the box of each."""
    return [
        _Stage("", tuple((_Line(arm.label, bold=True), *_recorded(arm)) for arm in arms)),
        _Stage("Analysis", tuple(tuple(_analysed(arm)) for arm in arms)),
        _Stage("Follow-up of those analysed", tuple(tuple(_followed(arm)) for arm in arms)),
        _Stage(
            f"Analysed with a {endpoint_visit}",
            tuple(
                (
                    _Line(f"{arm.visited} with the visit", bold=True),
                    _Line(f"{arm.scored} with a known score"),
                )
                for arm in arms
            ),
        ),
    ]


def _recorded(arm: ArmFlow) -> Iterator[_Line]:
    yield _Line(f"{arm.recorded} in the table")
    yield _Line(f"{arm.with_baseline} with baseline")
    treated = "treatment not recorded" if arm.treated is None else f"{arm.treated} treated"
    yield _Line(treated)


def _analysed(arm: ArmFlow) -> Iterator[_Line]:
    yield _Line(f"{arm.analysed} analysed", bold=True)
    yield _Line(f"{arm.not_analysed} not analysed")


def _followed(arm: ArmFlow) -> Iterator[_Line]:
    if arm.completed is None or arm.stopped is None:
        yield _Line("completion not recorded")
    else:
        yield _Line(f"{arm.completed} completed", bold=True)
        if arm.ongoing:
            yield _Line(f"{arm.ongoing} ongoing")
        yield _Line(f"{arm.stopped_early} did not complete")
        for reason, count in arm.stopped.items():
            yield _Line(f"{count} {format_reason(reason)}", indent=_INDENT)
    rescued = (
        "rescue medication not recorded"
        if arm.rescued is None
        else f"{arm.rescued} with rescue medication"
    )
    yield _Line(rescued)


def _draw_stage(page: Page, stage: _Stage, *, arrows: bool) -> None:
    """Draw the boxes of a stage side by side, with the arrows that lead to them."""
    width = _width(page, len(stage.boxes))
    lefts = [EDGE + number * (width + _GAP) for number in range(len(stage.boxes))]
    if arrows:
        for left in lefts:
            _draw_arrow(page, left + width / 2, page.y)
        page.y += _ARROW + (0.03 if stage.title else 0)
    if stage.title:
        page.write_paragraph(stage.title, color=palette.MUTED, gap=0.03)
    boxes = [_fit(lines, width - 2 * _PADDING) for lines in stage.boxes]
    height = max(sum(map(_height, lines)) for lines in boxes) + 2 * _PADDING
    for left, lines in zip(lefts, boxes, strict=True):
        look = {"facecolor": palette.PAPER, "edgecolor": palette.MUTED, "linewidth": 1}
        page.draw_box(left, page.y, width, height, **look)
        down = page.y + _PADDING
        for line in lines:
            page.write(left + _PADDING + line.indent, down, line.text, bold=line.bold)
            down += _height(line)
    page.y += height


def _fit(lines: Sequence[_Line], width: float) -> list[_Line]:
    return [
        _Line(wrap(line.text, width - line.indent, bold=line.bold), line.bold, line.indent)
        for line in lines
    ]


def _height(line: _Line) -> float:
    return text_height(line.text) + 0.03


def _draw_arrow(page: Page, x: float, top: float) -> None:
    page.axes.add_patch(
        FancyArrowPatch(
            (x, top),
            (x, top + _ARROW),
            arrowstyle="-|>",
            mutation_scale=10,
            shrinkA=0,
            shrinkB=0,
            color=palette.INK,
            linewidth=1.1,
        )
    )
