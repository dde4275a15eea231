"""Time on study, one lane per patient: treatments, visits, first response, rescue and stop.

If patients are synthetic, the figure itself says so, since figures are copied without their page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows
from tisstats.figures.palette import BAND, BLUE, INK, MUTED, PAPER, RESPONSE_COLOURS, style
from tisstats.figures.patient_rows import (
    MOST_NAMED,
    Bar,
    PatientRows,
    count_by_group,
    draw_bars,
    draw_uprights,
    in_groups,
    patients,
    write_marks,
)
from tisstats.figures.row_chart import HorizontalAxis

_SUBTITLE = "Weeks on study, one lane per patient"
_MOST_TICKS = 12
_LANE = 0.5  # of the height of a row with a name
_SAME_WEEK = 1e-9  # weeks by which numbers that are the same may differ
_BESIDE = 0.08  # from the week of a stop to its cross (inches)


@dataclass(frozen=True, slots=True)
class Lane:
    """The time of one patient on study; weeks from the start."""

    patient: str  #: patient identifier
    group: str  #: heading, such as the arm; empty if there is none
    end: float  #: last week on study
    visits: Sequence[float]  #: weeks of the visits
    treatments: Sequence[float] = ()  #: weeks of the treatments under study
    response: float | None = None  #: week of the visit at which a response was first seen
    rescue: float | None = None  #: week of the first rescue medication
    stop: float | None = None  #: week of an early stop
    death: float | None = None  #: week of the death

    @property
    def marked_stop(self) -> float | None:
        """Week of an early stop that has a mark: none beside that of a death in the same week."""
        if self.stop is None or self.death is None or self.stop < self.death:
            return self.stop
        return None

    @property
    def responded_first(self) -> bool:
        """Whether a response was seen up to an early stop."""
        return (
            self.stop is not None
            and self.response is not None
            and self.response <= self.stop + _SAME_WEEK
        )


@style()
def draw(
    lanes: Sequence[Lane],
    *,
    outcome: str = "response",
    stamp: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one lane per patient, in groups: early responses first, then long times on study.

    Parameters
    ----------
    lanes
        At least one.
    outcome
        What a response is called, such as "worsening".
    stamp
        Label of the data, written into the figure, such as "Synthetic patients".

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no lane.
    """
    page = Page(layout)
    page.write_heading(_message(lanes, outcome), _SUBTITLE, stamp)
    rows = PatientRows.arrange(page, lanes)
    first, last = _ends(lanes)
    axis = HorizontalAxis(page.width, first, last, left=rows.left + 0.08, right=0.28)
    weeks = _ticks(lanes)
    placed: list[_Placed] = []
    for label, members in in_groups(lanes).items():
        rows.write_group(page, label, len(members))
        top = page.y
        ordered = sorted(members, key=_order)
        placed += [_Placed(lane, middle) for lane, middle in rows.place(page, ordered)]
        draw_uprights(page, [axis.x_of(week) for week in weeks], top)
        page.y += 0.06
    _draw_lanes(page, axis, rows, placed)
    axis.draw_axis(page, {week: f"{week:g}" for week in weeks}, "Week", gap=0.08)
    write_marks(page, _key(lanes, outcome, rows.named))
    page.write_paragraph(_lane_note(lanes, outcome), color=MUTED)
    page.write_paragraph(rows.note(len(lanes)), color=MUTED)
    return page.finish(source=source)


def describe(lanes: Sequence[Lane], *, outcome: str = "response", stamp: str = "") -> str:
    """Return the alternative text; parameters as for `draw`."""
    label = f"{stamp}. " if stamp else ""
    last = _ends(lanes)[1] if lanes else 0
    marks = ", ".join(_key(lanes, outcome, len(lanes) <= MOST_NAMED))
    parts = [
        f"{label}{_message(lanes, outcome)}. {_SUBTITLE}, up to week {last:g}"
        f"{f', with marks for: {marks}' if marks else ''}.",
        *filter(None, [_lane_note(lanes, outcome)]),
    ]
    for group, members in in_groups(lanes).items():
        seen = [lane.response for lane in members if lane.response is not None]
        when = (
            f" (week {min(seen):g} to {max(seen):g})"
            if len(set(seen)) > 1
            else f" (week {seen[0]:g})"
            if seen
            else ""
        )
        counted = [f"with a first {outcome}: {len(seen)}{when}"]
        # Where nobody has a mark, it may not have been recorded.
        for name, words in (
            ("rescue", "with rescue medication"),
            ("stop", "stopped early"),
            ("death", "died"),
        ):
            if any(getattr(lane, name) is not None for lane in lanes):
                number = sum(getattr(lane, name) is not None for lane in members)
                counted.append(f"{words}: {number}")
        start = f"{f'{group}: ' if group else ''}{len(members)} {patients(len(members))}"
        parts.append(f"{start}; {'; '.join(counted)}.")
    return " ".join(parts)


def _message(lanes: Sequence[Lane], outcome: str) -> str:
    require_rows(lanes, "lanes", "patient")
    stopped = [lane for lane in lanes if lane.stop is not None]
    before = sum(lane.responded_first for lane in stopped)
    if by_group := count_by_group(
        {
            group: (sum(lane.stop is not None for lane in members), len(members))
            for group, members in in_groups(lanes).items()
        }
    ):
        text = f"Stopped early: {by_group}"
        return f"{text}; {before} of these after a first {outcome}" if before else text
    if not stopped:  # which may not have been recorded
        return f"No early stop is recorded for {len(lanes)} {patients(len(lanes))}"
    text = f"{len(stopped)} of {len(lanes)} {patients(len(lanes))} stopped early"
    # That nobody responded before may be so by construction of the rows: it is not a headline.
    return f"{text}, {before} of them after a first {outcome}" if before else text


def _lane_note(lanes: Sequence[Lane], outcome: str) -> str:
    """Return what the second colour of lanes means, if any lane has it."""
    if all(lane.response is None for lane in lanes):
        return ""
    return f"Lane in blue: since the first {outcome}."


def _ends(lanes: Sequence[Lane]) -> tuple[float, float]:
    weeks = [week for lane in lanes for week in (*lane.visits, *lane.treatments, lane.end)]
    events = [week for lane in lanes for week in (lane.rescue, lane.stop, lane.death)]
    weeks += [week for week in events if week is not None]
    first = min([0.0, *weeks])
    return first, max([first + 1, *weeks])


def _ticks(lanes: Sequence[Lane]) -> list[float]:
    """Return the weeks of visits, or an evenly spaced part of them if there are many."""
    weeks = sorted({0.0, *(week for lane in lanes for week in lane.visits)})
    return weeks[:: -(-len(weeks) // _MOST_TICKS)]


def _order(lane: Lane) -> tuple[float, float, str]:
    return (float("inf") if lane.response is None else lane.response, -lane.end, lane.patient)


@dataclass(frozen=True, slots=True)
class _Placed:
    lane: Lane
    middle: float  # of its row (inches)


def _draw_lanes(
    page: Page, axis: HorizontalAxis, rows: PatientRows, placed: Sequence[_Placed]
) -> None:
    """Draw all lanes at once, and all marks of a kind: a picture of many patients stays small."""
    high = rows.bar(_LANE)
    before, since = [], []
    marks: dict[str, list[tuple[float, float]]] = {name: [] for name in _looks(rows.mark)}
    for each in placed:
        lane, middle = each.lane, each.middle
        end = axis.x_of(lane.end)
        before.append(Bar(axis.x_of(min([0.0, *lane.visits])), end, middle))
        if rows.named:
            level = middle + 0.36 * rows.height
            marks["treatment"] += [(axis.x_of(week), middle) for week in lane.treatments]
            marks["visit"] += [(axis.x_of(week), level) for week in lane.visits]
        if lane.response is not None:
            at = axis.x_of(lane.response)
            since.append(Bar(at, max(at, end), middle))
            marks["response"].append((at, middle))
        if lane.rescue is not None:
            marks["rescue"].append((axis.x_of(lane.rescue), middle))
        if lane.marked_stop is not None:
            marks["stop"].append((axis.x_of(lane.marked_stop) + _BESIDE, middle))
        if lane.death is not None:
            marks["death"].append((axis.x_of(lane.death) + _BESIDE, middle))
    draw_bars(page, before, high, RESPONSE_COLOURS[0], zorder=1)
    draw_bars(page, since, high, BAND, zorder=1.2)
    for name, look in _looks(rows.mark).items():
        if marks[name]:
            across, down = zip(*marks[name], strict=True)
            page.draw_line(across, down, linestyle="none", **look)


def _looks(size: float) -> dict[str, dict[str, Any]]:
    """Return the look of each mark, for a size in points."""
    edge: dict[str, Any] = {"markeredgecolor": PAPER, "markeredgewidth": 0.5 if size > 4 else 0}
    return {
        "treatment": {
            "marker": "|",
            "color": BLUE,
            "markersize": 1.7 * size,
            "markeredgewidth": 2.4,
            "zorder": 2,
        },
        "visit": {
            "marker": "^",
            "color": MUTED,
            "markersize": 0.6 * size,
            "zorder": 2.2,
        },
        "response": {"marker": "o", "color": BLUE, "markersize": 1.3 * size, "zorder": 3} | edge,
        "rescue": {"marker": "s", "color": INK, "markersize": 1.1 * size, "zorder": 3.2} | edge,
        "stop": {"marker": "X", "color": INK, "markersize": 1.2 * size, "zorder": 3.4} | edge,
        "death": {"marker": "P", "color": INK, "markersize": 1.2 * size, "zorder": 3.5} | edge,
    }


def _key(lanes: Sequence[Lane], outcome: str, named: bool) -> dict[str, dict[str, Any]]:
    """Return the marks that occur, by meaning."""
    looks = _looks(5.0)
    found = {
        "treatment": ("treatment", named and any(lane.treatments for lane in lanes)),
        "visit": ("visit", named),
        "response": (f"first {outcome}", any(lane.response is not None for lane in lanes)),
        "rescue": ("rescue medication", any(lane.rescue is not None for lane in lanes)),
        "stop": ("stopped early", any(lane.marked_stop is not None for lane in lanes)),
        "death": ("died", any(lane.death is not None for lane in lanes)),
    }
    return {meaning: looks[name] for name, (meaning, occurs) in found.items() if occurs}
