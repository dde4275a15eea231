"""Flow of patients from screening to the end of the study, in portrait format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from tisstats.figures import palette
from tisstats.figures.layout import Layout, Page, text_height, text_width, wrap
from tisstats.lim2021.flow import PatientFlow


@dataclass(frozen=True, slots=True)
class _Exit:
    """Patients who leave the study or the analysis, with the reasons."""

    count: int
    name: str
    reasons: Mapping[str, int | None]  # reason to patients, where these were counted
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Stage:
    """Patients remaining at a stage, and those who leave before the next one."""

    count: int
    name: str
    exits: _Exit | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the box at the side."""

    text: str
    indent: float = 0.0  # inches
    size: float = palette.SMALL_SIZE
    colour: str = palette.INK
    count: str = ""  # before the text

    @property
    def height(self) -> float:
        return text_height(self.text, self.size) + 0.03


_EDGE = 0.03
#: Width of a stage, and where the boxes at the side begin, inches.
_STAGE_WIDTH = {Layout.COLUMN: 1.7, Layout.PHONE: 1.0}
_SIDE_LEFT = {Layout.COLUMN: 2.4, Layout.PHONE: 1.28}
_PADDING = 0.09
_SUBTITLE = "Patients, from top to bottom"
_COUNT_SIZE = 15.0
_STAGE_TEXT: dict[str, Any] = {"ha": "center", "color": palette.PAPER}
_HEAD: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 0, "shrinkB": 0}
_STAGE_HEIGHT = 0.6
_GAP = 0.17  # between a box at the side and the stages above and below it


@palette.style()
def draw(flow: PatientFlow, *, layout: Layout = Layout.COLUMN, source: str = "") -> Figure:
    """Draw the stages from top to bottom, with exclusions and their reasons at the right.

    Parameters
    ----------
    flow
        Counts of patients; stages that were not counted are omitted.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.
    """
    page = Page(layout)
    page.write_heading(_message(flow), _SUBTITLE)
    middle = _EDGE + _STAGE_WIDTH[page.layout] / 2
    *stages, last = _stages(flow)
    for stage in stages:
        _draw_stage(page, stage)
        lines = _lines(page, stage.exits) if stage.exits else []
        side = _side_height(lines) if lines else 0.0
        gap = side + 2 * _GAP if lines else 0.35
        _arrow(page, (middle, page.y), (middle, page.y + gap))
        if lines:
            _draw_side(page, page.y + _GAP, lines)
            level = page.y + _GAP + side / 2
            _arrow(page, (middle, level), (_SIDE_LEFT[layout], level))
        page.y += gap
    _draw_stage(page, last)
    page.y += 0.05
    return page.finish(source=source)


def describe(flow: PatientFlow) -> str:
    """Return the alternative text; parameters as for `draw`."""
    parts = [f"{_message(flow)}. Flow diagram of the patients, from top to bottom."]
    for stage in _stages(flow):
        parts.append(f"{stage.count} {stage.name}.")
        if leave := stage.exits:
            reasons = [
                text if count is None else f"{count} {text}"
                for text, count in leave.reasons.items()
            ]
            why = f": {', '.join(reasons)}" if reasons else ""
            parts.append(f"{leave.count} {leave.name}{why}.")
            parts += [leave.note] if leave.note else []
    return " ".join(parts)


def _message(flow: PatientFlow) -> str:
    of = "" if flow.screened is None else f" of {flow.screened} screened"
    done = "" if flow.completed is None else f", {flow.completed} completed the study"
    return f"{flow.included}{of} patients were included, {flow.analysed} analysed{done}"


def _stages(flow: PatientFlow) -> list[_Stage]:
    stages = []
    if flow.screened is not None and flow.not_included is not None:
        leave = _Exit(flow.not_included, "not included", flow.reasons, _note(flow))
        stages.append(_Stage(flow.screened, "screened", leave if leave.count else None))
    excluded = _leave(
        flow.excluded_from_analysis, "excluded from the analysis", flow.exclusion_reason
    )
    stages.append(_Stage(flow.included, "included", excluded))
    if flow.ended_early is None or flow.completed is None:
        return [*stages, _Stage(flow.analysed, "analysed")]
    ended = _leave(flow.ended_early, "stopped early", flow.discontinuation_reason)
    return [*stages, _Stage(flow.analysed, "analysed", ended), _Stage(flow.completed, "completed")]


def _leave(count: int, name: str, because: str) -> _Exit | None:
    return _Exit(count, name, {because: None} if because else {}) if count else None


def _note(flow: PatientFlow) -> str:
    """Describe how many patients had none of the listed reasons."""
    if not flow.reasons or flow.no_listed_reason is None:
        return ""
    unlisted = flow.no_listed_reason
    overlap = "A patient may have several reasons. " if flow.reasons_may_overlap else ""
    if unlisted.high == 0:
        return overlap.strip()
    return f"{overlap}{unlisted} had none of the listed reasons."


def _lines(page: Page, leave: _Exit) -> list[_Line]:
    """Wrap the texts of the box at the side."""
    room = page.width - _EDGE - _SIDE_LEFT[page.layout] - 2 * _PADDING
    lines = [
        _Line(
            wrap(f"{leave.count} {leave.name}", room, palette.TEXT_SIZE, bold=True),
            size=palette.TEXT_SIZE,
        )
    ]
    counts = {text: "" if n is None else str(n) for text, n in leave.reasons.items()}
    # Counts have a column of their own.
    indent = max((text_width(count) for count in counts.values() if count), default=-0.09) + 0.09
    for text, count in counts.items():
        lines.append(_Line(wrap(text, room - indent), indent, count=count))
    if leave.note:
        lines.append(_Line(wrap(leave.note, room), colour=palette.MUTED))
    return lines


def _side_height(lines: list[_Line]) -> float:
    return 2 * _PADDING + sum(line.height for line in lines)


def _draw_stage(page: Page, stage: _Stage) -> None:
    """Draw the box of a stage, and move below it."""
    top, middle = page.y, _EDGE + _STAGE_WIDTH[page.layout] / 2
    look = {"facecolor": palette.BLUE, "edgecolor": palette.BLUE, "linewidth": 1}
    page.draw_box(_EDGE, top, _STAGE_WIDTH[page.layout], _STAGE_HEIGHT, **look)
    page.write(middle, top + 0.06, str(stage.count), _COUNT_SIZE, bold=True, **_STAGE_TEXT)
    page.write(middle, top + 0.36, stage.name, palette.TEXT_SIZE, **_STAGE_TEXT)
    page.y += _STAGE_HEIGHT


def _draw_side(page: Page, top: float, lines: list[_Line]) -> None:
    """Draw the box at the side."""
    width, look = (
        page.width - _EDGE - _SIDE_LEFT[page.layout],
        {"facecolor": palette.PAPER, "edgecolor": palette.RULE},
    )
    page.draw_box(_SIDE_LEFT[page.layout], top, width, _side_height(lines), linewidth=1, **look)
    left, down = _SIDE_LEFT[page.layout] + _PADDING, top + _PADDING
    for line in lines:
        page.write(left + line.indent - 0.09, down, line.count, ha="right")
        bold = line.size == palette.TEXT_SIZE
        page.write(left + line.indent, down, line.text, line.size, bold, color=line.colour)
        down += line.height


def _arrow(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.axes.add_patch(FancyArrowPatch(start, end, color=palette.INK, linewidth=1.1, **_HEAD))
