"""Several confidence intervals of one proportion, one a row, the printed one set apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.figure import Figure

from tisstats.figures.interval_rows import (
    TextRow,
    common_level,
    draw_rows,
    estimate_and_limits,
    percent,
    short_percent,
)
from tisstats.figures.palette import style
from tisstats.statistics import Interval


class IntervalRow(NamedTuple):
    """One interval with its name; a plain triple does as well."""

    label: str  #: method, or "as printed"
    interval: Interval  #: estimate and limits, proportions from 0 to 1
    highlighted: bool = False  #: whether to set it apart by shape, dashes, weight and tint


Row = IntervalRow | tuple[str, Interval, bool]


@style()
def draw(
    rows: Sequence[Row],
    reference: float | None = None,
    xlabel: str = "Patients (%)",
    reference_label: str = "",
) -> Figure:
    """Draw one interval a row with its numbers in per cent.

    Parameters
    ----------
    rows
        Label, interval and whether it is highlighted, from top to bottom.
    reference
        A proportion (0 to 1) to mark through all rows, such as the one assumed in planning.
    xlabel
        What the axis counts, with its unit.
    reference_label
        Name of the reference; its value in per cent is added.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row.
    """
    given = _rows(rows)
    level = common_level([row.interval for row in given])
    return draw_rows(
        [
            TextRow(
                row.label,
                estimate_and_limits(row.interval, level=level is None),
                row.interval,
                row.highlighted,
            )
            for row in given
        ],
        xlabel,
        header="Estimate (CI)" if level is None else f"Estimate ({level}% CI)",
        reference=reference,
        reference_label=_reference_text(reference, reference_label),
    )


def describe(
    rows: Sequence[Row],
    reference: float | None = None,
    xlabel: str = "Patients (%)",
    reference_label: str = "",
) -> str:
    """Describe the figure in words, for readers who do not see it."""
    given = _rows(rows)
    level = common_level([row.interval for row in given])
    confidence = "confidence intervals" if level is None else f"{level}% confidence intervals"
    parts = [
        f"Forest chart of {len(given)} {confidence} on one axis from 0 to 100%: {xlabel}.",
        *(
            f"{row.label}{', highlighted' if row.highlighted else ''}: "
            f"{estimate_and_limits(row.interval, level=level is None)}."
            for row in given
        ),
    ]
    if reference is not None:
        parts.append(f"A vertical line marks {_reference_text(reference, reference_label)}.")
    return " ".join([*parts, _agreement(given)]).rstrip()


def _agreement(rows: Sequence[IntervalRow]) -> str:
    """Name the rows that print the same limits as the first highlighted one: the chart's point."""
    marked = next((row for row in rows if row.highlighted), None)
    if marked is None or len(rows) == 1:
        return ""
    same = [row.label for row in rows if row is not marked and _limits(row) == _limits(marked)]
    if not same:
        return f"No other row has the same limits as “{marked.label}”."
    return f"The same limits as “{marked.label}” come from: {', '.join(same)}."


def _limits(row: IntervalRow) -> tuple[str, str]:
    return percent(row.interval.low), percent(row.interval.high)


def _reference_text(reference: float | None, label: str) -> str:
    return "" if reference is None else f"{label} {short_percent(reference)}%".strip()


def _rows(
    rows: Sequence[Row],
) -> list[IntervalRow]:
    if not rows:
        raise ValueError("rows is empty; give at least one interval")
    return [IntervalRow(*row) for row in rows]
