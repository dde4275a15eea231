"""Attainable P values, one measure per row, beside the printed one, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Page, require, text_height, wrap
from tisstats.figures.palette import BLUE, INK, MUTED, ORANGE, PAPER, TEXT_SIZE, VERMILION, style
from tisstats.figures.row_chart import PADDING, Scale, write_title
from tisstats.lim2021.claims.row_checks import p_range_text
from tisstats.printed import format_rounded, parse

_BAR = 0.15  # height of a bar with the air around it (inches)
_SMALLEST_LABEL = -4  # decades below are not labelled: their labels would not fit
_ASYMPTOTIC: dict[str, Any] = {"color": BLUE, "linewidth": 3}
_EXACT: dict[str, Any] = {"color": MUTED, "linewidth": 1.6, "linestyle": (0, (3, 1.5))}

NOTE = (
    "Upper bar: asymptotic P values that the printed changes allow on the steps assumed; diamond "
    "or arrow: the printed P, an arrow where a bound is printed. Lower dashed bar: exact P values. "
    "Its thick part: exact P values of data whose asymptotic P prints as published."
)


@dataclass(frozen=True, slots=True)
class PRange:
    """Attainable P values, above 0 and at most 1.

    Raises
    ------
    ValueError
        If they are not such a range.
    """

    low: float  #: least P value
    high: float  #: greatest P value

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high <= 1:
            raise ValueError(
                "a range must go from a lower to a higher P value, above 0 and at most 1, got "
                f"{self.low!r} to {self.high!r}"
            )

    def __str__(self) -> str:
        """Format the range, its ends rounded outward."""
        return p_range_text(self.low, self.high)


@dataclass(frozen=True, slots=True)
class PRangeRow:
    """The attainable P values of one measure."""

    label: str  #: outcome measure
    printed: str  #: P value as printed, such as "0.03" or "< 0.01"
    asymptotic: PRange  #: attainable asymptotic P values
    exact: PRange | None = None  #: attainable exact P values, where they are known
    exact_of_printed: PRange | None = None  #: exact ones where the asymptotic one is as printed

    def ranges(self) -> list[PRange]:
        """Return the ranges that are known."""
        known = (self.asymptotic, self.exact, self.exact_of_printed)
        return [limits for limits in known if limits is not None]


@style()
def draw(rows: Sequence[PRangeRow], level: float = 0.05) -> Figure:
    """Draw one row per measure: the range of asymptotic P values over that of exact ones.

    Parameters
    ----------
    rows
        Measures from top to bottom.
    level
        P values below this are called significant, above 0 and below 1; a line marks it.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row, or the level is out of range.
    """
    _check(rows, level)
    least = min(level, *(limits.low for row in rows for limits in row.ranges()))
    first = min(floor(log10(least)), _SMALLEST_LABEL - 1)
    page, scale = Page(top=0.05), Scale(10.0**first, 1, logarithmic=True, right=0.2)
    mark = wrap(f"significant below {level:g}", page.room())
    at = page.keep_inside(scale.across(level), mark)
    page.write(at, page.down, mark, ha="center")
    page.down += text_height(mark) + 0.01
    for row in rows:
        _draw_row(page, scale, row, level)
    decades = {
        10.0**exponent: format_rounded(10.0**exponent, max(0, -exponent))
        if exponent >= _SMALLEST_LABEL
        else ""
        for exponent in range(first, 1)
    }
    scale.draw_axis(page, decades, "P value, two-sided (logarithmic)", gap=0.1)
    page.write_paragraph(NOTE, color=MUTED)
    return page.cut(0.14)


def describe(rows: Sequence[PRangeRow], level: float = 0.05) -> str:
    """Return the alternative text of the figure; parameters as for `draw`."""
    _check(rows, level)
    parts = [
        "Bar chart of the P values that printed quartiles allow on the steps assumed, for "
        f"{len(rows)} outcome measures, on a logarithmic axis; a line marks {level:g}."
    ]
    for row in rows:
        text = f"{row.label}: printed {row.printed}; asymptotic {row.asymptotic}"
        text += f"; exact {row.exact}" if row.exact else ""
        if row.exact_of_printed:
            text += f", {row.exact_of_printed} where the asymptotic P rounds to the printed value"
        parts.append(f"{text}.")
    wide = sum(row.asymptotic.low < level <= row.asymptotic.high for row in rows)
    return " ".join([*parts, f"In {wide} of {len(rows)} rows the bar crosses the line."])


def _check(rows: Sequence[PRangeRow], level: float) -> None:
    require(rows, "rows", "measure")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}")


def _with_p(printed: str) -> str:
    """Format a printed P value with its letter, which it may bring along.

    >>> _with_p(".03"), _with_p("= .03"), _with_p("< 0.01"), _with_p("P = .03")
    ('P = .03', 'P = .03', 'P < 0.01', 'P = .03')
    """
    number = parse(printed)
    if number.is_p_value:
        return printed
    return f"P {printed}" if number.relation or "=" in printed else f"P = {printed}"


def _draw_row(page: Page, scale: Scale, row: PRangeRow, level: float) -> None:
    page.down += PADDING
    write_title(page, row.label, _with_p(row.printed), TEXT_SIZE, numbers_bold=True, indent=PADDING)
    bars = [(row.asymptotic, _ASYMPTOTIC)] + ([(row.exact, _EXACT)] if row.exact else [])
    half = _BAR * len(bars) / 2
    page.draw_vertical(scale.across(level), page.down + half, half, color=INK, linewidth=1)
    for place, (limits, look) in enumerate(bars):
        middle = page.down + (place + 0.5) * _BAR
        scale.draw_rule(page, middle)
        ends = _ends(scale, limits)
        page.draw_line(ends, [middle, middle], **look)
        for end in ends:
            page.draw_vertical(end, middle, 0.05, color=look["color"], linewidth=1.6)
    if row.exact and row.exact_of_printed:
        page.draw_line(
            _ends(scale, row.exact_of_printed), [middle, middle], color=ORANGE, linewidth=6
        )
    printed = parse(row.printed)
    page.draw_line(
        [scale.across(float(printed.value))],
        [page.down + 0.5 * _BAR],
        marker="<" if printed.relation in ("<", "≤") else "D",
        color=VERMILION,
        markersize=7,
        markerfacecolor=PAPER,
        markeredgewidth=1.8,
        zorder=4,
    )
    page.down += 2 * half + PADDING


def _ends(scale: Scale, limits: PRange) -> list[float]:
    return [scale.across(limits.low), scale.across(limits.high)]
