"""Power and type I error of a trial by the share of missed visits, for each rule to count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width, wrap
from tisstats.figures.numbers import format_confidence_level, format_percent, format_probability
from tisstats.figures.palette import BLUE, GREEN, GRID, MUTED, ORANGE, RULE, VERMILION, style
from tisstats.sentences import count_of

_LEFT, _BETWEEN, _GAP = 0.46, 0.3, 0.12  # of the panels: at the left, between two, before a label
_PLOT = 1.9  # height of a panel
_XLABEL = "Visits missed, %"

#: Rules differ in the dashes of their lines as well as in colour.
_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": GREEN, "linestyle": (0, (5, 1.5)), "marker": "s"},
    {"color": ORANGE, "linestyle": (0, (1.2, 1.2)), "marker": "D"},
)


@dataclass(frozen=True, slots=True)
class RuleCurve:
    """What a rule for missed visits gives at each share of them."""

    label: str  #: the rule in a few words
    power: Sequence[float]  #: at each share, 0 to 1
    type_one_error: Sequence[float]  #: at each share, 0 to 1


@style()
def draw(
    curves: Sequence[RuleCurve],
    *,
    shares: Sequence[float],
    stated_share: float,
    patients: int,
    alpha: float,
    power_pattern: str,
    error_pattern: str,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw a panel of power and one of type I error, a line per rule.

    Parameters
    ----------
    curves
        One per rule, at most three.
    shares
        Shares of missed visits, ascending, 0 to 1; the first is that of none.
    stated_share
        The share that the message is about, one of `shares`.
    patients
        Patients in each arm.
    alpha
        Nominal two-sided type I error, 0 to 1.
    power_pattern, error_pattern
        Who misses the visits in each panel, in words.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no rule.
    """
    require_rows(curves, "curves", "rule")
    page = Page(layout)
    message = _message(curves, shares, stated_share, power_pattern, error_pattern)
    page.write_heading(message, _subtitle(patients))
    panels = [
        (f"Power, %: missed {power_pattern}", [curve.power for curve in curves], None),
        (
            f"Type I error, %: missed {error_pattern}",
            [curve.type_one_error for curve in curves],
            alpha,
        ),
    ]
    across = 1 if page.on_phone else len(panels)
    room = (page.width - _BETWEEN * (across - 1)) / across
    titles = [wrap(title, room - 2 * page.edge, bold=True) for title, _, _ in panels]
    tallest = max(map(text_height, titles))
    top = page.y
    for number, (title, (_, values, limit)) in enumerate(zip(titles, panels, strict=True)):
        left = 0.0 if page.on_phone else number * (room + _BETWEEN)
        if page.on_phone:
            tallest = text_height(title)
        page.write(left + page.edge, top, title, bold=True)
        below = top + tallest + 0.1
        _draw_panel(page, (left, below, room), curves, values, shares, limit)
        page.y = below + _PLOT + text_height("0") + 0.3
        if page.on_phone:
            top = page.y
    level = format_confidence_level(alpha)
    page.write_paragraph(f"Dotted line: nominal type I error, {level}%.", color=MUTED)
    return page.finish(source=source)


def describe(
    curves: Sequence[RuleCurve],
    *,
    shares: Sequence[float],
    stated_share: float,
    patients: int,
    alpha: float,
    power_pattern: str,
    error_pattern: str,
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    require_rows(curves, "curves", "rule")
    at = ", ".join(format_percent(share, 0) for share in shares)
    message = _message(curves, shares, stated_share, power_pattern, error_pattern)
    parts = [
        f"{message}. {_subtitle(patients)}. Two panels of lines, one line per "
        f"rule, at {at}% of visits missed. Dotted line: nominal type I error, "
        f"{format_confidence_level(alpha)}%."
    ]
    for curve in curves:
        power, error = (
            ", ".join(format_probability(value) for value in values)
            for values in (curve.power, curve.type_one_error)
        )
        parts.append(
            f"{curve.label}: power {power}% if missed {power_pattern}; type I error {error}% if "
            f"missed {error_pattern}."
        )
    return " ".join(parts)


def _message(
    curves: Sequence[RuleCurve],
    shares: Sequence[float],
    stated_share: float,
    power_pattern: str,
    error_pattern: str,
) -> str:
    place = list(shares).index(stated_share)
    powers = sorted(curve.power[place] for curve in curves)
    error = max(curve.type_one_error[place] for curve in curves)
    low, high, whole = map(_whole, (powers[0], powers[-1], curves[0].power[0]))
    between = low if low == high else f"{low} to {high}"
    return (
        f"With {_whole(stated_share)} of visits missed {power_pattern}, power is {between} "
        f"instead of {whole}; missed {error_pattern}, the type I error reaches {_whole(error)}"
    )


def _subtitle(patients: int) -> str:
    return (
        f"Fisher's exact test, {count_of(patients, 'patient')} in each arm, by how missed visits "
        "are counted: as non-response, left out, or bounded by all that they could be"
    )


def _whole(proportion: float) -> str:
    """Format a proportion in whole per cent; a small one is not zero, nor a large one all."""
    text = format_percent(proportion, 0)
    if text == "0" and proportion > 0:
        return "<1%"
    return ">99%" if text == "100" and proportion < 1 else f"{text}%"


def _draw_panel(
    page: Page,
    box: tuple[float, float, float],
    curves: Sequence[RuleCurve],
    values: Sequence[Sequence[float]],
    shares: Sequence[float],
    limit: float | None,
) -> None:
    """Draw one panel in a box of left, top and width, with labels at the ends of its lines."""
    left, top, width = box
    labels = [f"{curve.label} {_whole(own[-1])}" for curve, own in zip(curves, values, strict=True)]
    wide = width - _LEFT - _GAP - max(map(text_width, labels)) - page.edge
    axes = page.add_panel(left + _LEFT, top, wide, _PLOT)
    highest = _axis_end(max(max(own) for own in values), limit)
    axes.set(xlim=(0, 100 * shares[-1]), ylim=(0, 100 * highest))
    ticks = [100 * highest * part / 4 for part in range(5)]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([100 * share for share in shares], [format_percent(s, 0) for s in shares])
    axes.tick_params(length=2, pad=2, color=RULE)
    for tick in ticks[1:]:
        axes.axhline(tick, color=GRID, linewidth=0.8, zorder=0.5)
    if limit is not None:
        axes.axhline(100 * limit, color=VERMILION, linewidth=1.4, linestyle=":", zorder=1)
    _draw_lines(axes, values, shares)
    page.write(left + _LEFT + wide / 2, top + _PLOT + 0.2, _XLABEL, ha="center")
    line = text_height("0")
    ends = [top + _PLOT * (1 - own[-1] / highest) - line / 2 for own in values]
    for label, y in zip(
        labels, _spread(ends, line, top - line / 2, top + _PLOT - line / 2), strict=True
    ):
        page.write(left + _LEFT + wide + _GAP, y, label)


def _draw_lines(axes: Axes, values: Sequence[Sequence[float]], shares: Sequence[float]) -> None:
    at = [100 * share for share in shares]
    for look, own in zip(_LOOKS, values, strict=False):
        percents = [100 * value for value in own]
        axes.plot(at, percents, linewidth=2.2, markersize=4.5, clip_on=False, zorder=3, **look)


def _axis_end(highest: float, limit: float | None) -> float:
    """Return the end of an axis: 100% for a power, a multiple of 4% for a type I error."""
    if limit is None:
        return 1.0
    steps = 1
    while 0.04 * steps < 1.02 * max(highest, limit):
        steps += 1
    return 0.04 * steps


def _spread(tops: Sequence[float], apart: float, highest: float, lowest: float) -> list[float]:
    """Move the tops of labels apart, and into the room from the highest to the lowest top."""
    found, order = list(tops), sorted(range(len(tops)), key=lambda each: tops[each])
    for place in reversed(order):
        found[place] = min(found[place], lowest)
        lowest = found[place] - apart
    for place in order:
        found[place] = max(found[place], highest)
        highest = found[place] + apart
    return found
