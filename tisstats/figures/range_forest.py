"""Median changes with their quartiles, as improvement in per cent of the range of each measure.

Measures without an upper end have no range: their changes are listed, not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows, text_height
from tisstats.figures.numbers import format_percent
from tisstats.figures.palette import BAND, BLUE, MUTED, TEXT_SIZE, style
from tisstats.figures.row_chart import GLYPH, Row, RowChart, RowText
from tisstats.measures.scales import Scale

_SUBTITLE = "Improvement, % of the range of the measure: median (circle), quartiles (band)"
_NOT_DRAWN = "Without an upper end, so without a range: not drawn"
_BOX = 0.15  # height of the quartiles (inches)
_STEP = 10  # the axis ends at a multiple of it, %


@dataclass(frozen=True, slots=True)
class ScaledChange:
    """The change of a measure, end minus baseline, in its unit."""

    scale: Scale  #: name, range, unit and better end
    median: Fraction
    q1: Fraction  #: first quartile
    q3: Fraction  #: third quartile
    shown: str  #: the change in words and numbers, as it stands at the right
    note: str = ""  #: what else is known of it, such as its P value

    @property
    def improvement(self) -> tuple[Fraction, Fraction, Fraction] | None:
        """First quartile, median and third of the improvement, as proportions of the range.

        None if the measure has no upper end.
        """
        if self.scale.high is None:
            return None
        span = self.scale.high - self.scale.low
        if self.scale.better == "lower":
            return -self.q3 / span, -self.median / span, -self.q1 / span
        return self.q1 / span, self.median / span, self.q3 / span

    @property
    def range_in_words(self) -> str:
        """The range of the measure with its unit, and whether it is assumed."""
        scale = self.scale
        if scale.high is None:
            return f"{scale.units}, no upper end"
        assumed = " (assumed)" if scale.assumed else ""
        return f"{scale.low} to {scale.high} {scale.units}{assumed}"

    @property
    def improvement_in_words(self) -> str:
        """The improvement in per cent of the range: median (first to third quartile)."""
        if self.improvement is None:
            return "–"
        low, median, high = (
            format_percent(value, 0).replace("-", "−") for value in self.improvement
        )
        return f"{median} ({low} to {high})"


@style()
def draw(
    changes: Sequence[ScaledChange], *, layout: Layout = Layout.COLUMN, source: str = ""
) -> Figure:
    """Draw a row per measure, the greatest improvement first.

    Parameters
    ----------
    changes
        At least one with a range.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If no measure has a range.
    """
    drawn, listed = _sorted(changes)
    page = Page(layout)
    page.write_heading(_message(drawn), _SUBTITLE)
    texts = [RowText(each.scale.name, each.shown, _details(each)) for each in (*drawn, *listed)]
    chart = RowChart.arrange(page, texts, _ends(drawn))
    top = page.y
    rows = [_draw_row(chart, text, change) for text, change in zip(texts, drawn, strict=False)]
    ticks = _ticks(chart)
    chart.draw_grid(ticks, top)
    chart.draw_reference(0, rows)
    chart.axis.draw_axis(page, ticks, "", gap=0.0)
    _write_sides(chart)
    if listed:
        page.y += 0.06
        page.write_paragraph(_NOT_DRAWN, TEXT_SIZE, bold=True)
    for text in texts[len(drawn) :]:
        chart.write_row(text, 0.0)
    return page.finish(source=source)


def describe(changes: Sequence[ScaledChange]) -> str:
    """Return the alternative text; parameters as for `draw`."""
    drawn, listed = _sorted(changes)
    parts = [f"{_message(drawn)}. {_SUBTITLE}: forest plot, {len(drawn)} rows."]
    parts += [f"{each.scale.name}: {each.improvement_in_words}%." for each in drawn]
    if listed:
        names = "; ".join(f"{each.scale.name}, {each.shown}" for each in listed)
        parts.append(f"{_NOT_DRAWN}: {names}.")
    return " ".join(parts)


def _sorted(
    changes: Sequence[ScaledChange],
) -> tuple[list[ScaledChange], list[ScaledChange]]:
    """Return the changes with a range, the greatest improvement first, and the others."""
    drawn = sorted((each for each in changes if each.improvement), key=_median, reverse=True)
    require_rows(drawn, "changes", "measure with a range")
    return drawn, [each for each in changes if not each.improvement]


def _median(change: ScaledChange) -> Fraction:
    return change.improvement[1] if change.improvement else Fraction(0)


def _message(drawn: Sequence[ScaledChange]) -> str:
    most = _median(drawn[0])
    improved = sum(_median(each) > 0 for each in drawn)
    of = f"{len(drawn)} measure{'s' if len(drawn) > 1 else ''} with a range"
    if not improved:
        return f"None of {of} had a median improvement"
    best = [each.scale.name for each in drawn if _median(each) == most]
    which = best[0] if len(best) == 1 else f"{len(best)} measures"
    rest = len(drawn) - improved
    others = f"; {rest} of {of} had no median improvement" if rest else f"; all of {of} had one"
    return (
        f"{which} had the largest median improvement, {format_percent(most, 0)}% of the range"
        f"{others}"
    )


def _details(change: ScaledChange) -> str:
    return "; ".join(filter(None, [change.range_in_words, change.note]))


def _ends(drawn: Sequence[ScaledChange]) -> tuple[float, float]:
    values = [100 * value for each in drawn for value in each.improvement or ()]
    low = _STEP * floor(min([*values, Fraction(0)]) / _STEP)
    high = _STEP * ceil(max([*values, Fraction(_STEP)]) / _STEP)
    return low / 100, high / 100


def _ticks(chart: RowChart) -> dict[float, str]:
    low, high = round(100 * chart.axis.first), round(100 * chart.axis.last)
    step = _STEP * (1 if high - low <= 5 * _STEP else 2)
    first = step * ceil(low / step)
    return {at / 100: f"{at}%".replace("-", "−") for at in range(first, high + 1, step)}


def _draw_row(chart: RowChart, text: RowText, change: ScaledChange) -> Row:
    row = chart.write_row(text)
    page, axis = chart.page, chart.axis
    axis.draw_rule(page, row.middle, zorder=0.8)
    low, median, high = (axis.x_of(float(value)) for value in change.improvement or (0, 0, 0))
    top = row.middle - _BOX / 2
    page.draw_box(low, top, high - low, _BOX, facecolor=BAND, edgecolor="none", zorder=1.0)
    page.draw_line([median], [row.middle], marker="o", markersize=7, color=BLUE, zorder=3)
    return row


def _write_sides(chart: RowChart) -> None:
    """Write which side of zero is which, and move below it."""
    page, axis = chart.page, chart.axis
    if axis.first < 0:
        page.write(axis.left, page.y, "← worse", color=MUTED)
    page.write(page.width - axis.right, page.y, "better →", ha="right", color=MUTED)
    page.y += text_height("0") + GLYPH / 4
