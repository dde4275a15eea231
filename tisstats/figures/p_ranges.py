"""Attainable P values, one measure a row, beside the printed one, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tisstats.figures.layout import canvas, text_height, text_width, wrap, write
from tisstats.figures.palette import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    RULE,
    SMALL_SIZE,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    style,
)
from tisstats.printed import as_printed, limit_as_printed, parse

#: Least and greatest P value.
Range = tuple[float, float]


class PRangeRow(NamedTuple):
    """The attainable P values of one measure."""

    label: str  #: outcome measure
    printed: str  #: P value as printed, such as "0.03" or "< 0.01"
    asymptotic: Range  #: attainable asymptotic P values, 0 to 1
    exact: Range | None = None  #: attainable exact P values, where they are known
    exact_of_printed: Range | None = None  #: exact ones where the asymptotic one is as printed


_LEFT, _RIGHT, _EDGE = 0.16, 0.2, 0.08
_BAR = 0.15  #: height of a bar with the air around it (inches)
_PADDING = 0.07
_SMALLEST_LABEL = -4  #: decades below are not labelled: their labels would not fit

NOTE = (
    "Upper bar: asymptotic P values that the printed changes allow on the steps assumed; diamond "
    "or arrow: the printed P, an arrow where a bound is printed. Lower dashed bar: exact P values. "
    "Its thick part: exact P values of data whose asymptotic P prints as published."
)


@style()
def draw(rows: Sequence[PRangeRow], level: float = 0.05) -> Figure:
    """Draw one row a measure: the range of asymptotic P values over that of exact ones.

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
        If there is no row, a range is not from a lower to a higher P value above 0, or the level
        is out of range.
    """
    given = _checked(rows, level)
    least = min(low for row in given for low, _ in _ranges(row))
    first = min(floor(log10(min(least, level))), _SMALLEST_LABEL - 1)
    inner = WIDTH - 2 * _EDGE
    note = wrap(NOTE, inner, SMALL_SIZE)
    mark = wrap(f"significant below {level:g}", inner, SMALL_SIZE)
    titles = [_title(row) for row in given]
    top = 0.06 + text_height(mark, SMALL_SIZE)
    heights = [
        2 * _PADDING + text_height(title) + _BAR * len(_bars(row))
        for row, title in zip(given, titles, strict=True)
    ]
    figure, page = canvas(top + sum(heights) + 0.62 + text_height(note, SMALL_SIZE) + 0.1)

    half = text_width(mark, SMALL_SIZE) / 2
    at = min(max(_across(level, first), _EDGE + half), WIDTH - _EDGE - half)
    write(page, at, 0.05, mark, SMALL_SIZE, ha="center")
    for row, title, height in zip(given, titles, heights, strict=True):
        _draw_row(page, row, title, top, first, level)
        top += height
    _draw_axis(page, top, first)
    write(page, _EDGE, top + 0.58, note, SMALL_SIZE, color=MUTED)
    return figure


def describe(rows: Sequence[PRangeRow], level: float = 0.05) -> str:
    """Tell the same in words, for somebody who cannot see the figure."""
    given = _checked(rows, level)
    parts = [
        "Bar chart of the P values that printed quartiles allow on the steps assumed, for "
        f"{len(given)} outcome measures, on a logarithmic axis; a line marks {level:g}."
    ]
    for row in given:
        told = f"{row.label}: printed {row.printed}; asymptotic {_told(row.asymptotic)}"
        if row.exact is not None:
            told += f"; exact {_told(row.exact)}"
        if row.exact_of_printed is not None:
            told += f", {_told(row.exact_of_printed)} for data that print the same"
        parts.append(f"{told}.")
    wide = sum(row.asymptotic[0] < level <= row.asymptotic[1] for row in given)
    return " ".join([*parts, f"In {wide} of {len(given)} rows the bar crosses the line."])


def _told(limits: Range) -> str:
    """Print a range, its ends rounded outward."""
    ends = zip(limits, ("least", "greatest"), strict=True)
    return " to ".join(
        p_label(float(limit_as_printed(end, 4, side)) if end >= 0.0001 else end)
        for end, side in ends
    )


def p_label(pvalue: float) -> str:
    """Print a P value with up to four decimals, smaller ones as a bound.

    >>> p_label(0.314389), p_label(1.0), p_label(4e-6)
    ('0.3144', '1.0', '< 0.0001')
    """
    if pvalue < 0.0001:
        return "< 0.0001"
    text = as_printed(pvalue, 4).rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _checked(rows: Sequence[PRangeRow], level: float) -> list[PRangeRow]:
    if not rows:
        raise ValueError("rows is empty; give at least one measure")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}")
    given = [PRangeRow(*row) for row in rows]
    for row in given:
        for low, high in _ranges(row):
            if not 0 < low <= high <= 1:
                raise ValueError(
                    f"range of {row.label!r} must go from a lower to a higher P value, above 0 "
                    f"and at most 1, got {low!r} to {high!r}"
                )
    return given


def _ranges(row: PRangeRow) -> list[Range]:
    return [limits for limits in row[2:] if limits is not None]


def _bars(row: PRangeRow) -> list[Range]:
    return [row.asymptotic] if row.exact is None else [row.asymptotic, row.exact]


def _title(row: PRangeRow) -> str:
    beside = text_width(_with_p(row.printed), TEXT_SIZE, bold=True) + 0.12
    return wrap(row.label, WIDTH - 2 * (_EDGE + _PADDING) - beside)


def _with_p(printed: str) -> str:
    """Write a printed P value with its letter, which it may bring along.

    >>> _with_p(".03"), _with_p("= .03"), _with_p("< 0.01"), _with_p("P = .03")
    ('P = .03', 'P = .03', 'P < 0.01', 'P = .03')
    """
    number = parse(printed)
    if number.named_p:
        return printed
    return f"P {printed}" if number.relation or "=" in printed else f"P = {printed}"


def _across(pvalue: float, first: int) -> float:
    """Give the place of a P value in inches from the left; `first` is the exponent there."""
    share = 1 - log10(max(pvalue, 10.0**first)) / first
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _draw_row(page: Axes, row: PRangeRow, title: str, top: float, first: int, level: float) -> None:
    write(page, _EDGE + _PADDING, top + _PADDING, title)
    right = WIDTH - _EDGE - _PADDING
    write(page, right, top + _PADDING, _with_p(row.printed), ha="right", weight="bold")
    begin = top + _PADDING + text_height(title)
    bars = _bars(row)
    at = _across(level, first)
    page.plot([at, at], [begin, begin + _BAR * len(bars)], color=INK, linewidth=1)
    for place, (low, high) in enumerate(bars):
        middle = begin + (place + 0.5) * _BAR
        ends = [_across(low, first), _across(high, first)]
        exact = place == 1
        page.plot([_LEFT, WIDTH - _RIGHT], [middle, middle], color=RULE, linewidth=0.5, zorder=1.5)
        page.plot(
            ends,
            [middle, middle],
            color=MUTED if exact else BLUE,
            linewidth=1.6 if exact else 3,
            linestyle=(0, (3, 1.5)) if exact else "solid",
        )
        for end in ends:
            page.plot(
                [end, end],
                [middle - 0.05, middle + 0.05],
                color=MUTED if exact else BLUE,
                linewidth=1.6,
            )
        if exact and row.exact_of_printed is not None:
            thick = [_across(pvalue, first) for pvalue in row.exact_of_printed]
            page.plot(thick, [middle, middle], color=ORANGE, linewidth=6)
    printed = parse(row.printed)
    page.plot(
        [_across(float(printed.value), first)],
        [begin + 0.5 * _BAR],
        marker="<" if printed.relation in ("<", "≤") else "D",
        color=VERMILION,
        markersize=7,
        markerfacecolor=PAPER,
        markeredgewidth=1.8,
        zorder=4,
    )


def _draw_axis(page: Axes, top: float, first: int) -> None:
    page.plot([_LEFT, WIDTH - _RIGHT], [top, top], color=INK, linewidth=1)
    for exponent in range(first, 1):
        at = _across(10.0**exponent, first)
        page.plot([at, at], [top, top + 0.05], color=INK, linewidth=1)
        if exponent >= _SMALLEST_LABEL:
            label = as_printed(10.0**exponent, max(0, -exponent))
            write(page, at, top + 0.07, label, SMALL_SIZE, ha="center")
    write(page, WIDTH / 2, top + 0.32, "P value, two-sided (logarithmic)", SMALL_SIZE, ha="center")
