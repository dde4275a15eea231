"""Flow of patients from screening to the end of the study, in portrait format."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from tisstats.figures.layout import canvas, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SMALL_SIZE,
    TEXT_SIZE,
    WIDTH,
    style,
)
from tisstats.lim2021.flow import Flow


@dataclass(frozen=True, slots=True)
class _Stage:
    """Patients who are still there, and below it those who leave before the next stage."""

    count: int
    name: str
    leave: _Leave | None = None


@dataclass(frozen=True, slots=True)
class _Leave:
    count: int
    name: str
    because: str = ""
    reasons: tuple[tuple[int, str], ...] = ()
    note: str = ""


_EDGE = 0.08
_STAGE_WIDTH = 1.25
_SIDE_LEFT = 1.62
_PADDING = 0.09
_COUNT_SIZE = 15.0
_STAGE_HEIGHT = 0.66
_GAP = 0.17  # between a box at the side and the stages above and below it


@style()
def draw(flow: Flow) -> Figure:
    """Draw the stages from top to bottom and, at the right, who left between them and why.

    Parameters
    ----------
    flow
        Counts of patients; stages that were not counted are left out.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.
    """
    stages = _stages(flow)
    sides = [_side_texts(stage.leave) if stage.leave else [] for stage in stages]
    gaps = [_side_height(texts) + 2 * _GAP if texts else 0.35 for texts in sides[:-1]]
    height = 2 * _EDGE + len(stages) * _STAGE_HEIGHT + sum(gaps)
    figure, page = canvas(height)

    top = _EDGE
    middle = _EDGE + _STAGE_WIDTH / 2
    for stage, texts, gap in zip(stages, sides, [*gaps, 0.0], strict=True):
        _draw_stage(page, top, stage)
        top += _STAGE_HEIGHT
        if not gap:
            break
        _arrow(page, (middle, top), (middle, top + gap))
        if texts:
            side_top = top + _GAP
            _draw_side(page, side_top, texts)
            level = side_top + _side_height(texts) / 2
            _arrow(page, (middle, level), (_SIDE_LEFT, level))
        top += gap
    return figure


def describe(flow: Flow) -> str:
    """Describe the figure in words, for readers who do not see it."""
    parts = ["Flow diagram of the patients, from top to bottom."]
    for stage in _stages(flow):
        parts.append(f"{stage.count} {stage.name}.")
        if leave := stage.leave:
            counted = [f"{count} {reason}" for count, reason in leave.reasons]
            why = ", ".join([leave.because, *counted] if leave.because else counted)
            parts.append(f"{leave.count} {leave.name}{f': {why}' if why else ''}.")
            if leave.note:
                parts.append(leave.note)
    return " ".join(parts)


def _stages(flow: Flow) -> list[_Stage]:
    stages = []
    if flow.screened is not None and flow.not_included is not None:
        reasons = tuple((count, reason) for reason, count in flow.reasons.items())
        leave = _Leave(flow.not_included, "not included", "", reasons, _note(flow))
        stages.append(_Stage(flow.screened, "screened", leave if flow.not_included else None))
    excluded = _Leave(
        flow.excluded_from_analysis, "left out of the analysis", flow.excluded_because
    )
    stages.append(_Stage(flow.included, "included", excluded if excluded.count else None))
    if flow.ended_early is None or flow.completed is None:
        stages.append(_Stage(flow.analysed, "analysed"))
        return stages
    ended = _Leave(flow.ended_early, "ended early", flow.ended_early_because)
    stages.append(_Stage(flow.analysed, "analysed", ended if ended.count else None))
    stages.append(_Stage(flow.completed, "completed"))
    return stages


def _note(flow: Flow) -> str:
    """Describe what the listed reasons leave open."""
    if not flow.reasons or flow.without_listed_reason is None:
        return ""
    unlisted = flow.without_listed_reason
    overlap = "A patient may have several reasons. " if flow.reasons_may_overlap else ""
    if unlisted.high == 0:
        return overlap.strip()
    return f"{overlap}{unlisted} had none of the reasons listed."


def _side_texts(leave: _Leave) -> list[tuple[float, str, str]]:
    """Wrap the texts of a box: indent in inches, kind, text."""
    room = WIDTH - _EDGE - _SIDE_LEFT - 2 * _PADDING
    texts = [(0.0, "head", wrap(f"{leave.count} {leave.name}", room, TEXT_SIZE, bold=True))]
    if leave.because:
        texts.append((0.0, "reason", wrap(leave.because, room, SMALL_SIZE)))
    widest = max((text_width(str(count), SMALL_SIZE) for count, _ in leave.reasons), default=0.0)
    for count, reason in leave.reasons:
        indent = widest + 0.09
        texts.append((widest, "count", str(count)))
        texts.append((indent, "reason", wrap(reason, room - indent, SMALL_SIZE)))
    if leave.note:
        texts.append((0.0, "note", wrap(leave.note, room, SMALL_SIZE)))
    return texts


def _side_height(texts: list[tuple[float, str, str]]) -> float:
    # A count stands beside its reason and takes no height of its own.
    heights = [
        text_height(text, TEXT_SIZE if kind == "head" else SMALL_SIZE) + 0.03
        for _, kind, text in texts
        if kind != "count"
    ]
    return 2 * _PADDING + sum(heights)


def _draw_stage(page: Axes, top: float, stage: _Stage) -> None:
    page.add_patch(
        Rectangle(
            (_EDGE, top), _STAGE_WIDTH, _STAGE_HEIGHT, facecolor=BLUE, edgecolor=BLUE, linewidth=1
        )
    )
    middle, number = _EDGE + _STAGE_WIDTH / 2, str(stage.count)
    write(page, middle, top + 0.06, number, _COUNT_SIZE, weight="bold", ha="center", color=PAPER)
    write(page, middle, top + 0.36, stage.name, ha="center", color=PAPER)


def _draw_side(page: Axes, top: float, texts: list[tuple[float, str, str]]) -> None:
    page.add_patch(
        Rectangle(
            (_SIDE_LEFT, top),
            WIDTH - _EDGE - _SIDE_LEFT,
            _side_height(texts),
            facecolor=PAPER,
            edgecolor=RULE,
            linewidth=1,
        )
    )
    left, line = _SIDE_LEFT + _PADDING, top + _PADDING
    for indent, kind, text in texts:
        if kind == "count":
            write(page, left + indent, line, text, SMALL_SIZE, ha="right")
            continue
        size = TEXT_SIZE if kind == "head" else SMALL_SIZE
        weight = "bold" if kind == "head" else "normal"
        colour = MUTED if kind == "note" else INK
        write(page, left + indent, line, text, size, weight=weight, color=colour)
        line += text_height(text, size) + 0.03


def _arrow(page: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=11,
            shrinkA=0,
            shrinkB=0,
            color=INK,
            linewidth=1.1,
        )
    )
