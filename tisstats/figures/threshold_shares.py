"""Response with and without treatment at several thresholds, one study below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows
from tisstats.figures.numbers import format_percent
from tisstats.figures.palette import BLUE, INK, MUTED, PAPER, TEXT_SIZE, style
from tisstats.figures.row_chart import PERCENT_TICKS, Row, RowChart, RowText
from tisstats.sentences import join_names

#: Note under every figure of this kind.
NOTE = (
    "Filled circle: with treatment. Open circle: with placebo. Dashed line: counts inferred from "
    "printed percentages. Only the arms of one trial are a randomised comparison."
)
#: The same on a slide, which shows one trial.
_SHORT_NOTE = "Filled: with treatment. Open: with placebo. Dashed: counts inferred."
_SUBTITLE = "Responders, % of the patients of each arm"


@dataclass(frozen=True, slots=True)
class ArmShare:
    """The responders of one arm."""

    responders: int
    patients: int

    @property
    def share(self) -> Fraction:
        """Proportion of responders, 0 to 1."""
        return Fraction(self.responders, self.patients)

    @property
    def percent(self) -> str:
        """The proportion in whole per cent."""
        return f"{format_percent(self.share, 0)}%"


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """The response in one study at one threshold."""

    study: str  #: study, with its week; rows of one study are consecutive
    threshold: int  #: minimum score of a responder, points
    treated: ArmShare
    control: ArmShare | None = None  #: of the placebo arm; None if the study has none
    inferred: bool = False  #: whether the counts are inferred

    @property
    def title(self) -> str:
        """The threshold in words."""
        return f"TIS ≥ {self.threshold}"

    @property
    def numbers(self) -> str:
        """Both proportions, that with treatment first."""
        if self.control is None:
            return f"{self.treated.percent}, no placebo"
        return f"{self.treated.percent} v {self.control.percent}"

    @property
    def counts(self) -> str:
        """Both counts, and whether they are inferred."""
        arms = [self.treated, self.control] if self.control else [self.treated]
        counted = " v ".join(f"{arm.responders}/{arm.patients}" for arm in arms)
        return f"{counted}, inferred" if self.inferred else counted


@style()
def draw(
    rows: Sequence[ThresholdRow], *, layout: Layout = Layout.COLUMN, source: str = ""
) -> Figure:
    """Draw a row per study and threshold, with a circle for each arm.

    Parameters
    ----------
    rows
        From top to bottom; those of one study must be consecutive.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row, or rows of one study are not consecutive.
    """
    studies = _by_study(rows)
    page = Page(layout)
    one = page.on_slide and len(studies) == 1  # which the slide names
    page.write_heading(_message(rows), _SUBTITLE)
    texts = {row: RowText(row.title, row.numbers, row.counts) for row in rows}
    chart = RowChart.arrange(page, list(texts.values()), (0, 1))
    for study, members in studies.items():
        if not one:
            page.y += 0.08
            page.write_paragraph(study, TEXT_SIZE, bold=True, gap=0.03)
        top = page.y
        for row in members:
            _draw_arms(chart, row, chart.write_row(texts[row]))
        chart.draw_grid(PERCENT_TICKS, top)
    page.y += 0.03
    chart.axis.draw_axis(page, PERCENT_TICKS, "", gap=0.08)
    page.write_paragraph(_SHORT_NOTE if one else NOTE, color=MUTED)
    return page.finish(source=source)


def describe(rows: Sequence[ThresholdRow]) -> str:
    """Return the alternative text; parameters as for `draw`."""
    studies = _by_study(rows)
    parts = [f"{_message(rows)}. {_SUBTITLE}: {len(rows)} rows on an axis from 0 to 100%."]
    for study, members in studies.items():
        listed = "; ".join(f"{row.title}, {row.numbers} ({row.counts})" for row in members)
        parts.append(f"{study}: {listed}.")
    return " ".join([*parts, NOTE])


def _by_study(rows: Sequence[ThresholdRow]) -> dict[str, list[ThresholdRow]]:
    require_rows(rows, "rows", "study")
    studies: dict[str, list[ThresholdRow]] = {}
    for study, members in groupby(rows, key=lambda row: row.study):
        if study in studies:
            raise ValueError(f"rows of one study must be consecutive, got {study!r} again")
        studies[study] = list(members)
    return studies


def _message(rows: Sequence[ThresholdRow]) -> str:
    """Return what was seen with placebo at each threshold: each share, or their range."""
    studies = len({row.study for row in rows if row.control})
    if not studies:
        return "No study has a placebo arm"
    found = []
    for threshold in sorted({row.threshold for row in rows if row.control}):
        shares = sorted(
            row.control.share for row in rows if row.control and row.threshold == threshold
        )
        ends = dict.fromkeys(format_percent(share, 0) for share in (shares[0], shares[-1]))
        joined = ("% to " if len(shares) > 2 else "% and ").join(ends)
        found.append(f"{joined}% responded at {threshold} points")
    trials = "one trial" if studies == 1 else f"{studies} trials"
    return f"With placebo, in {trials}, {join_names(found)}"


def _draw_arms(chart: RowChart, row: ThresholdRow, place: Row) -> None:
    page, axis, middle = chart.page, chart.axis, place.middle
    axis.draw_rule(page, middle)
    treated = axis.x_of(float(row.treated.share))
    if row.control is not None:
        control = axis.x_of(float(row.control.share))
        line = (0, (3, 2)) if row.inferred else "solid"
        page.draw_line(
            [control, treated], [middle] * 2, color=INK, linewidth=1.4, linestyle=line, zorder=2
        )
        look = {"color": INK, "markerfacecolor": PAPER, "markeredgewidth": 1.6}
        page.draw_line([control], [middle], marker="o", markersize=7, zorder=3, **look)
    page.draw_line([treated], [middle], marker="o", markersize=7, color=BLUE, zorder=3)
