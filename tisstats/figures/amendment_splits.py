"""Proportions of responders before and after an amendment, one row per possible split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width
from tisstats.figures.palette import BLUE, MUTED, PAPER, style
from tisstats.figures.row_chart import PADDING, PERCENT_TICKS, RowChart, RowText

_SUBTITLE = "Responders, %, one row per possible split"
_MARKS = {
    "before": {"marker": "o", "markerfacecolor": PAPER, "markeredgecolor": BLUE},
    "after": {"marker": "o", "markerfacecolor": BLUE, "markeredgecolor": BLUE},
}


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One possible split of the responders."""

    label: str  #: what it assumes
    before: int  #: responders enrolled before the amendment
    patients_before: int  #: patients enrolled before it
    after: int  #: responders enrolled after it
    patients_after: int  #: patients enrolled after it

    @property
    def proportions(self) -> dict[str, float]:
        """Proportion of responders in each period, 0 to 1."""
        return {
            "before": self.before / self.patients_before,
            "after": self.after / self.patients_after,
        }

    @property
    def numbers(self) -> str:
        """Both counts, as text."""
        return (
            f"{self.before} of {self.patients_before} before, "
            f"{self.after} of {self.patients_after} after"
        )


@style()
def draw(rows: Sequence[SplitRow], *, layout: Layout = Layout.COLUMN, source: str = "") -> Figure:
    """Draw one row per split: the proportions before and after on one axis.

    Parameters
    ----------
    rows
        Splits from top to bottom.
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
    require_rows(rows, "rows", "split")
    page = Page(layout)
    page.write_heading(_message(rows), _SUBTITLE)
    _draw_key(page)
    texts = [RowText(row.label, row.numbers) for row in rows]
    chart, top = RowChart.arrange(page, texts, (0, 1)), page.y
    for row, text in zip(rows, texts, strict=True):
        middle = chart.write_row(text).middle
        chart.axis.draw_rule(page, middle)
        ends = [chart.axis.x_of(proportion) for proportion in row.proportions.values()]
        page.draw_line(ends, [middle, middle], color=MUTED, linewidth=1.6, zorder=2)
        for period, end in zip(row.proportions, ends, strict=True):
            _mark(page, end, middle, period)
    chart.draw_grid(PERCENT_TICKS, top)
    chart.axis.draw_axis(page, PERCENT_TICKS, "")
    return page.finish(source=source)


def describe(rows: Sequence[SplitRow]) -> str:
    """Return the alternative text; parameters as for `draw`."""
    splits = "; ".join(f"{row.label}: {row.numbers}" for row in rows)
    return (
        f"{_message(rows)}. {_SUBTITLE}, each with two marks on an axis from 0 to 100%: an open "
        "circle for patients enrolled before the amendment, a filled circle for those enrolled "
        f"after it. {splits}."
    )


def _message(rows: Sequence[SplitRow]) -> str:
    first, *others = (
        f"{row.before} of {row.patients_before} before against {row.after} of "
        f"{row.patients_after} after"
        for row in rows
    )
    if not others:
        return f"On our assumptions the counts allow one split: {first}"
    return f"On our assumptions the counts allow {len(rows)} splits, from {first} to {others[-1]}"


def _mark(page: Page, x: float, y: float, period: str) -> None:
    # One may cover the other: the open one is larger.
    size = 9 if period == "before" else 6
    page.draw_line([x], [y], markersize=size, markeredgewidth=1.8, zorder=3, **_MARKS[period])


def _draw_key(page: Page) -> None:
    """Write the legend of both marks on one line."""
    start, height = page.edge + PADDING + 0.07, text_height("0")
    at = start
    for period in _MARKS:
        text = f"enrolled {period} the amendment"
        if at > start and at + 0.12 + text_width(text) > page.width - page.edge:
            at, page.y = start, page.y + height
        _mark(page, at, page.y + height / 2, period)
        page.write(at + 0.12, page.y, text)
        at += 0.12 + text_width(text) + 0.2
    page.y += height + 0.05
