"""Proportions of responders before and after an amendment, one row per possible split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width
from tisstats.figures.palette import BLUE, INK, MUTED, PAPER, VERMILION, style
from tisstats.figures.row_chart import PERCENT_TICKS, HorizontalAxis, write_title

_GLYPH = 0.26  # height of the marks (inches)
_GAP = 0.06
_XLABEL = "Responders (%)"
_MARKS = {
    "before": {"marker": "s", "markerfacecolor": PAPER, "markeredgecolor": VERMILION},
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
    axis = HorizontalAxis(page.width, 0, 1)
    _draw_key(page)
    for row in rows:
        write_title(page, row.label, row.numbers, color=MUTED)
        middle = page.y + _GLYPH / 2
        axis.draw_rule(page, middle)
        ends = [axis.x_of(proportion) for proportion in row.proportions.values()]
        page.draw_line(ends, [middle, middle], color=INK, linewidth=1.4, zorder=2)
        for period, end in zip(row.proportions, ends, strict=True):
            _mark(page, end, middle, period)
        page.y += _GLYPH + _GAP
    axis.draw_axis(page, PERCENT_TICKS, _XLABEL)
    return page.finish(source=source)


def describe(rows: Sequence[SplitRow]) -> str:
    """Return the alternative text; parameters as for `draw`."""
    splits = "; ".join(f"{row.label}: {row.numbers}" for row in rows)
    return (
        f"{len(rows)} possible splits of the responders, each with two marks on an axis from 0 to "
        f"100%, {_XLABEL}: a hollow square for patients enrolled before the amendment, a filled "
        f"circle for those enrolled after it. {splits}."
    )


def _mark(page: Page, x: float, y: float, period: str) -> None:
    page.draw_line([x], [y], markersize=8, markeredgewidth=1.8, zorder=3, **_MARKS[period])


def _draw_key(page: Page) -> None:
    """Write the legend of both marks on one line."""
    at, height = page.edge + 0.08, text_height("0")
    for period in _MARKS:
        text = f"{period} the amendment"
        _mark(page, at, page.y + height / 2, period)
        page.write(at + 0.12, page.y, text)
        at += 0.12 + text_width(text) + 0.24
    page.y += height + 0.05 + _GAP
