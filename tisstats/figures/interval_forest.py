"""Confidence intervals of proportions, one per row; one of them may be a printed one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, require_rows
from tisstats.figures.numbers import (
    format_common_level,
    format_estimate_ci,
    format_percent,
    format_trimmed,
)
from tisstats.figures.palette import style
from tisstats.figures.row_chart import IntervalWords, TextRow, draw_intervals
from tisstats.statistics import Interval


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One interval with its name."""

    label: str  #: what it is the interval of, or by which method
    interval: Interval  #: estimate and limits, proportions from 0 to 1
    highlighted: bool = False  #: whether to highlight it by weight and tint
    reported: bool = False  #: whether it is the printed one, drawn with dashes and a diamond


@style()
def draw(
    rows: Sequence[IntervalRow],
    message: str = "",
    reference: float | None = None,
    reference_label: str = "",
    *,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one interval per row with its numbers in %.

    Parameters
    ----------
    rows
        Intervals from top to bottom.
    message
        What they show, a sentence; by default between which values the estimates are.
    reference
        A proportion (0 to 1) to mark through all rows, such as the one assumed in planning.
    reference_label
        Name of the reference; its value in % is added.
    layout, source
        As for `tisstats.figures.layout.Page` and its foot.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row.
    """
    require_rows(rows, "rows", "interval")
    level = format_common_level(row.interval for row in rows)
    return draw_intervals(
        [
            TextRow(row.label, _numbers(row, level), row.interval, row.highlighted, row.reported)
            for row in rows
        ],
        IntervalWords(message or _message(rows), _subtitle(rows), _key(rows), source),
        layout=layout,
        reference=reference,
        reference_label=_reference_text(reference, reference_label),
    )


def describe(
    rows: Sequence[IntervalRow],
    message: str = "",
    reference: float | None = None,
    reference_label: str = "",
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    require_rows(rows, "rows", "interval")
    level = format_common_level(row.interval for row in rows)
    parts = [
        f"{message or _message(rows)}. {_subtitle(rows)}: forest plot with an axis from 0 to 100%, "
        f"{len(rows)} {'rows' if len(rows) > 1 else 'row'}."
    ]
    parts += [
        f"{row.label}{', highlighted' if row.highlighted else ''}: {_numbers(row, level)}."
        for row in rows
    ]
    if reference is not None:
        parts.append(f"A vertical line marks {_reference_text(reference, reference_label)}.")
    return " ".join(filter(None, [*parts, _agreement(rows)]))


def _subtitle(rows: Sequence[IntervalRow]) -> str:
    level = format_common_level(row.interval for row in rows)
    return f"Patients, % ({level}confidence interval)"


def _message(rows: Sequence[IntervalRow]) -> str:
    shown = sorted({format_percent(row.interval.estimate, 0) for row in rows}, key=int)
    return f"Estimated {f'{shown[0]}%' if len(shown) == 1 else f'{shown[0]}% to {shown[-1]}%'}"


def _key(rows: Sequence[IntervalRow]) -> str:
    if not any(row.reported for row in rows):
        return ""
    return "Diamond, dashes: as printed. Circle, line: computed."


def _numbers(row: IntervalRow, level: str) -> str:
    return format_estimate_ci(row.interval, level=not level)


def _agreement(rows: Sequence[IntervalRow]) -> str:
    """List the rows with the same rounded limits as the reported one."""
    printed = next((row for row in rows if row.reported), None)
    if printed is None or len(rows) == 1:
        return ""
    same = [row.label for row in rows if row is not printed and _limits(row) == _limits(printed)]
    if not same:
        return f"No other row has the same limits as “{printed.label}”."
    return f"Same limits as “{printed.label}”: {', '.join(same)}."


def _limits(row: IntervalRow) -> list[str]:
    return [format_percent(limit) for limit in (row.interval.low, row.interval.high)]


def _reference_text(reference: float | None, label: str) -> str:
    return "" if reference is None else f"{label} {format_trimmed(100 * reference, 1)}%".strip()
