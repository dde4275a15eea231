"""Confidence intervals of proportions, one per row; one of them may be highlighted."""

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
from tisstats.figures.row_chart import TextRow, draw_intervals
from tisstats.statistics import Interval

_XLABEL = "Patients (%)"


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One interval with its name."""

    label: str  #: what it is the interval of, or by which method
    interval: Interval  #: estimate and limits, proportions from 0 to 1
    highlighted: bool = False  #: whether to highlight it by shape, dashes, weight and tint


@style()
def draw(
    rows: Sequence[IntervalRow],
    reference: float | None = None,
    reference_label: str = "",
    note: str = "",
    *,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one interval per row with its numbers in %.

    Parameters
    ----------
    rows
        Intervals from top to bottom.
    reference
        A proportion (0 to 1) to mark through all rows, such as the one assumed in planning.
    reference_label
        Name of the reference; its value in % is added.
    note
        A sentence under the axis, such as on the origin of the patients.

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
        [TextRow(row.label, _numbers(row, level), row.interval, row.highlighted) for row in rows],
        _XLABEL,
        header=f"Estimate ({level}CI)",
        note=note,
        layout=layout,
        source=source,
        reference=reference,
        reference_label=_reference_text(reference, reference_label),
    )


def describe(
    rows: Sequence[IntervalRow],
    reference: float | None = None,
    reference_label: str = "",
    note: str = "",
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    require_rows(rows, "rows", "interval")
    level = format_common_level(row.interval for row in rows)
    parts = [
        f"Forest plot of {len(rows)} {level}confidence intervals on one axis from 0 to 100%: "
        f"{_XLABEL}."
    ]
    parts += [
        f"{row.label}{', highlighted' if row.highlighted else ''}: {_numbers(row, level)}."
        for row in rows
    ]
    if reference is not None:
        parts.append(f"A vertical line marks {_reference_text(reference, reference_label)}.")
    agreement = _agreement(rows)
    return " ".join(filter(None, [*parts, agreement, note and f"{note.rstrip('.')}."]))


def _numbers(row: IntervalRow, level: str) -> str:
    return format_estimate_ci(row.interval, level=not level)


def _agreement(rows: Sequence[IntervalRow]) -> str:
    """List the rows with the same rounded limits as the first highlighted one."""
    marked = next((row for row in rows if row.highlighted), None)
    if marked is None or len(rows) == 1:
        return ""
    same = [row.label for row in rows if row is not marked and _limits(row) == _limits(marked)]
    if not same:
        return f"No other row has the same limits as “{marked.label}”."
    return f"Same limits as “{marked.label}”: {', '.join(same)}."


def _limits(row: IntervalRow) -> list[str]:
    return [format_percent(limit) for limit in (row.interval.low, row.interval.high)]


def _reference_text(reference: float | None, label: str) -> str:
    return "" if reference is None else f"{label} {format_trimmed(100 * reference, 1)}%".strip()
