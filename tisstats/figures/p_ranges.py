"""Attainable P values with the printed one, one measure per row, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows
from tisstats.figures.numbers import of_all
from tisstats.figures.palette import BLUE, MUTED, PAPER, VERMILION, style
from tisstats.figures.row_chart import HorizontalAxis, RowChart, RowText
from tisstats.lim2021.claims.row_checks import p_range_text
from tisstats.printed import format_rounded, parse

_BAR = 0.15  # height of a bar with its spacing (inches)
_SMALLEST_LABEL = -4  # decades below are not marked, for lack of space
_SUBTITLE = "P value, two-sided (logarithmic axis)"
_ASYMPTOTIC: dict[str, Any] = {"color": BLUE, "linewidth": 3}
_EXACT: dict[str, Any] = {"color": MUTED, "linewidth": 1.6, "linestyle": (0, (3, 1.5))}

NOTE = (
    "Solid bar: asymptotic P values compatible with the printed changes, with the assumed steps. "
    "Diamond: printed P (arrow: printed as a bound). Dashed bar: exact P values; thick part: exact "
    "P values of data whose asymptotic P rounds to the printed one."
)


@dataclass(frozen=True, slots=True)
class PValueRange:
    """Attainable P values, above 0 and at most 1.

    Raises
    ------
    ValueError
        If they are not a valid range.
    """

    low: float  #: minimum P value
    high: float  #: maximum P value

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high <= 1:
            raise ValueError(
                "low must be above 0 and at most high, high at most 1, got "
                f"{self.low!r} and {self.high!r}"
            )

    def __str__(self) -> str:
        """Format the range, its ends rounded outward."""
        return p_range_text(self.low, self.high)


@dataclass(frozen=True, slots=True)
class PValueRow:
    """The attainable P values of one measure."""

    label: str  #: outcome measure
    printed: str  #: P value as printed, such as "0.03" or "< 0.01"
    asymptotic: PValueRange  #: attainable asymptotic P values
    exact: PValueRange | None = None  #: attainable exact P values, if known
    exact_given_printed: PValueRange | None = (
        None  #: exact ones of data whose asymptotic one rounds to the printed
    )

    def ranges(self) -> list[PValueRange]:
        """Return the known ranges."""
        known = (self.asymptotic, self.exact, self.exact_given_printed)
        return [limits for limits in known if limits is not None]


@style()
def draw(
    rows: Sequence[PValueRow],
    alpha: float = 0.05,
    *,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one row per measure: the range of asymptotic P values over that of exact ones.

    Parameters
    ----------
    rows
        Measures from top to bottom.
    alpha
        Significance level, above 0 and below 1; a line marks it.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row, or alpha is out of range.
    """
    _check(rows, alpha)
    least = min(alpha, *(limits.low for row in rows for limits in row.ranges()))
    first = min(floor(log10(least)), _SMALLEST_LABEL - 1)
    page = Page(layout)
    page.write_heading(_message(rows, alpha), _SUBTITLE)
    texts = [RowText(row.label, _with_p(row.printed), numbers_bold=True) for row in rows]
    chart = RowChart.arrange(page, texts, (10.0**first, 1), logarithmic=True)
    chart.write_reference(alpha, f"significant below {alpha:g}")
    # Decades without a label have no line either: it would stand for an unknown value.
    decades = {
        10.0**exponent: format_rounded(10.0**exponent, max(0, -exponent))
        for exponent in range(_SMALLEST_LABEL, 1)
    }
    placed, top = [], page.y
    for row, text in zip(rows, texts, strict=True):
        height = _BAR * (2 if row.exact else 1)
        placed.append(chart.write_row(text, height))
        _draw_row(chart, row, placed[-1].middle - height / 2)
    chart.draw_grid(decades, top)
    limit = {"color": VERMILION, "linestyle": ":", "linewidth": 1.6}
    chart.draw_reference(alpha, placed, _BAR, **limit)
    chart.axis.draw_axis(page, decades, "", gap=0.06)
    page.write_paragraph(NOTE, color=MUTED)
    return page.finish(source=source)


def describe(rows: Sequence[PValueRow], alpha: float = 0.05) -> str:
    """Return the alternative text; parameters as for `draw`."""
    _check(rows, alpha)
    parts = [
        f"{_message(rows, alpha)}. "
        "Bar chart of the P values attainable given the printed quartiles and the assumed steps, "
        f"for {len(rows)} outcome measures, on a logarithmic axis; a line marks {alpha:g}."
    ]
    for row in rows:
        text = f"{row.label}: printed {row.printed}; asymptotic {row.asymptotic}"
        text += f"; exact {row.exact}" if row.exact else ""
        if row.exact_given_printed:
            text += (
                f", {row.exact_given_printed} where the asymptotic P rounds to the printed value"
            )
        parts.append(f"{text}.")
    return " ".join(parts)


def _message(rows: Sequence[PValueRow], alpha: float) -> str:
    wide = sum(row.asymptotic.low < alpha <= row.asymptotic.high for row in rows)
    return (
        f"For {of_all(wide, len(rows))} outcome measures the printed quartiles leave open whether "
        f"P is below {alpha:g}"
    )


def _check(rows: Sequence[PValueRow], alpha: float) -> None:
    require_rows(rows, "rows", "measure")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be above 0 and below 1, got {alpha!r}")


def _with_p(printed: str) -> str:
    """Format a printed P value with its letter, unless it is printed with it.

    >>> _with_p(".03"), _with_p("= .03"), _with_p("< 0.01"), _with_p("P = .03")
    ('P = .03', 'P = .03', 'P < 0.01', 'P = .03')
    """
    number = parse(printed)
    if number.is_p_value:
        return printed
    return f"P {printed}" if number.relation or "=" in printed else f"P = {printed}"


def _draw_row(chart: RowChart, row: PValueRow, top: float) -> None:
    page, axis = chart.page, chart.axis
    bars = [(row.asymptotic, _ASYMPTOTIC)] + ([(row.exact, _EXACT)] if row.exact else [])
    for place, (limits, look) in enumerate(bars):
        middle = top + (place + 0.5) * _BAR
        axis.draw_rule(page, middle)
        ends = _ends(axis, limits)
        page.draw_line(ends, [middle, middle], **look)
        for end in ends:
            page.draw_vertical(end, middle, 0.05, color=look["color"], linewidth=1.6)
    if row.exact and row.exact_given_printed:
        page.draw_line(
            _ends(axis, row.exact_given_printed), [middle, middle], color=MUTED, linewidth=6
        )
    printed = parse(row.printed)
    page.draw_line(
        [axis.x_of(float(printed.value))],
        [top + 0.5 * _BAR],
        marker="<" if printed.relation in ("<", "≤") else "D",
        color=VERMILION,
        markersize=7,
        markerfacecolor=PAPER,
        markeredgewidth=1.8,
        zorder=4,
    )


def _ends(axis: HorizontalAxis, limits: PValueRange) -> list[float]:
    return [axis.x_of(limits.low), axis.x_of(limits.high)]
