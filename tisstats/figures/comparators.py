"""Response rates of several studies, grouped by definition of response, not pooled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, require_rows
from tisstats.figures.numbers import (
    format_confidence_level,
    format_estimate_ci,
    format_percent,
    no_width_note,
)
from tisstats.figures.palette import style
from tisstats.figures.row_chart import IntervalWords, TextRow, draw_intervals
from tisstats.statistics import Interval, proportion_interval

#: Note under every figure of this kind, with another one if an interval has no width.
NOTE = (
    "Studies differ in endpoint, time point, patients and design: do not pool or rank them. "
    "Only the arms of one randomised trial are a randomised comparison."
)


@dataclass(frozen=True, slots=True)
class ComparatorRow:
    """The response in one study, or in one arm of it."""

    study: str  #: study, with the arm where there are several
    endpoint: str  #: definition of response, in the study's own terms
    responders: int  #: patients who met it
    patients: int  #: all patients of the study or arm
    design: str = ""  #: design and patients, in a few words
    highlighted: bool = False  #: whether to highlight it (the study at hand)
    group: str = ""  #: kind of endpoint; rows of one group are consecutive


@style()
def draw(
    rows: Sequence[ComparatorRow],
    confidence_level: float,
    method: str,
    *,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one row per study: definition of response, count, and interval.

    Parameters
    ----------
    rows
        Studies from top to bottom; those of one group must be consecutive.
    confidence_level, method
        Of the intervals, as for `tisstats.statistics.proportion_interval`.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row, counts are impossible, or rows of one group are not consecutive.
    """
    texts = []
    for row, heading in zip(rows, _headings(rows), strict=True):
        interval = proportion_interval(row.responders, row.patients, confidence_level, method)
        numbers = f"{row.responders}/{row.patients}, {format_estimate_ci(interval, 0)}"
        details = "\n".join(_details(row))
        texts.append(
            TextRow(
                row.study,
                numbers,
                interval,
                row.highlighted,
                subtitle=details,
                heading=heading,
            )
        )
    note = _note(text.interval for text in texts)
    words = IntervalWords(_message(rows), _subtitle(confidence_level), note, source)
    return draw_intervals(texts, words, layout=layout)


def describe(rows: Sequence[ComparatorRow], confidence_level: float, method: str) -> str:
    """Return the alternative text; parameters as for `draw`."""
    parts = [
        f"{_message(rows)}. {_subtitle(confidence_level)}: forest plot with an axis from 0 "
        f"to 100%, {len(rows)} rows."
    ]
    intervals = []
    for row, heading in zip(rows, _headings(rows), strict=True):
        parts += [f"{heading}:"] if heading else []
        interval = proportion_interval(row.responders, row.patients, confidence_level, method)
        mark = ", highlighted" if row.highlighted else ""
        parts.append(
            f"{row.study}{mark}: {row.responders} of {row.patients}, "
            f"{format_estimate_ci(interval, 0)}; {'; '.join(_details(row))}."
        )
        intervals.append(interval)
    return " ".join([*parts, _note(intervals)])


def _note(intervals: Iterable[Interval]) -> str:
    return f"{NOTE} {no_width_note(intervals)}".rstrip()


def _subtitle(confidence_level: float) -> str:
    return f"Responders, % of patients ({format_confidence_level(confidence_level)}% CI)"


def _message(rows: Sequence[ComparatorRow]) -> str:
    shown = sorted(row.responders / row.patients for row in rows)
    least, most = (format_percent(each, 0) for each in (shown[0], shown[-1]))
    between = f"{least}% to {most}%" if least != most else f"{least}%"
    depending = ", depending on study and definition of response" if len(rows) > 1 else ""
    return f"{between} of the patients responded{depending}"


def _details(row: ComparatorRow) -> list[str]:
    return [text for text in (row.endpoint, row.design) if text]


def _headings(rows: Sequence[ComparatorRow]) -> list[str]:
    """Return the group at its first row, and an empty text elsewhere."""
    require_rows(rows, "rows", "study")
    headings: list[str] = []
    for group, members in groupby(rows, key=lambda row: row.group):
        if group and group in headings:
            raise ValueError(f"rows of one group must be consecutive, got {group!r} again")
        headings += [group, *([""] * (len(list(members)) - 1))]
    return headings
