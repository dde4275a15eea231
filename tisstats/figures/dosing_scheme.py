"""Treatment regimens as timelines: doses and assessments by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from math import ceil
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures import palette
from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width
from tisstats.figures.numbers import format_trimmed
from tisstats.lim2021.regimens import Infusion, Regimen
from tisstats.sentences import join_names

_MARGIN = 0.03
_SUBTITLE = "Dose of each infusion, g/kg, by week"
_BARS = 0.85  # height of the bars' area
_BELOW = 0.46  # week numbers and the row of assessments
_PRINTED = "dose as printed"
_INFERRED = "dose inferred from the text"
_ASSESSED = "assessment"


@palette.style()
def draw(
    regimens: Sequence[Regimen],
    assessments: Mapping[str, Sequence[float]] | None = None,
    *,
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one timeline per regimen, one bar per infusion, a triangle for each assessment.

    Parameters
    ----------
    regimens
        Regimens from top to bottom; an `inferred` dose gets an open, dashed bar.
    assessments
        Weeks of the assessments by the name of the regimen. The timelines end with the last
        infusion or assessment of any regimen.

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no regimen, or a key of `assessments` is not a regimen drawn.
    """
    assessed = _checked(regimens, assessments)
    last_week = _last_week(regimens, assessed)
    page = Page(layout, edge=_MARGIN)
    page.write_heading(_message(regimens), _SUBTITLE)
    highest = max(float(i.dose_g_per_kg) for regimen in regimens for i in regimen.infusions)
    for regimen in regimens:
        page.write_paragraph(regimen.name, palette.TEXT_SIZE, bold=True)
        page.write_paragraph(regimen.description, gap=0.06, color=palette.MUTED)
        _draw_timeline(page, regimen, assessed.get(regimen.name, ()), last_week, highest)
        page.y += _BARS + _BELOW + 0.14
    page.y -= 0.08
    page.write_paragraph("Weeks since the first infusion", gap=0.14, ha="center")
    for kind in _key(regimens, assessed):
        _draw_key(page, kind)
    return page.finish(source=source)


def describe(
    regimens: Sequence[Regimen], assessments: Mapping[str, Sequence[float]] | None = None
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    assessed = _checked(regimens, assessments)
    last_week = _last_week(regimens, assessed)
    timelines = f"{len(regimens)} timelines" if len(regimens) > 1 else "Timeline"
    parts = [
        f"{_message(regimens)}. {timelines} from week 0 to week {last_week}, with one bar "
        "per infusion, whose height is the dose."
    ]
    for regimen in regimens:
        doses = [
            f"{format_trimmed(infusion.dose_g_per_kg, 2)} g/kg in week {infusion.week}"
            + (" (inferred)" if infusion.inferred else "")
            for infusion in regimen.infusions
        ]
        parts.append(f"{regimen.name}: {join_names(doses)}.")
        if weeks := assessed.get(regimen.name):
            parts.append(
                f"Assessments in weeks {join_names([format_trimmed(week, 2) for week in weeks])}."
            )
    if _INFERRED in _key(regimens, assessed):
        parts.append("Open bars with dashed outlines mark doses whose week or size is inferred.")
    return " ".join(parts)


def _message(regimens: Sequence[Regimen]) -> str:
    totals = []
    for regimen in regimens:
        total = format_trimmed(sum(infusion.dose_g_per_kg for infusion in regimen.infusions), 2)
        count = len(regimen.infusions)
        doses = "doses" if count > 1 else "dose"
        name = regimen.name[:1].lower() + regimen.name[1:]
        inferred = any(infusion.inferred for infusion in regimen.infusions)
        note = ", partly inferred" if inferred else ""
        totals.append(f"{total} g/kg in {count} {doses} ({name}{note})")
    return join_names(totals)


def _draw_timeline(
    page: Page, regimen: Regimen, assessed: Sequence[float], last_week: int, highest: float
) -> None:
    """Draw bars, week numbers and assessments on a timeline."""
    inches_per_week, line = page.available_width() / (last_week + 1), page.y + _BARS
    highest_bar = _BARS - text_height("0", palette.TEXT_SIZE) - 0.03

    def x_of(week: float) -> float:
        return page.edge + (week + 0.5) * inches_per_week

    ends = [x_of(-0.4), x_of(last_week + 0.4)]
    page.draw_line(ends, [line, line], color=palette.INK, linewidth=1.2)
    for infusion in regimen.infusions:
        tall = highest_bar * float(infusion.dose_g_per_kg) / highest
        left, look = x_of(infusion.week - 0.17), _bar_style(infusion.inferred)
        page.draw_box(left, line - tall, 0.34 * inches_per_week, tall, **look)
        dose, above = _dose_label(page, infusion, regimen, last_week), line - tall - 0.03
        page.write(x_of(infusion.week), above, dose, palette.TEXT_SIZE, ha="center", va="bottom")
    for week in range(0, last_week + 1, ceil(last_week / 12) or 1):
        at = x_of(week)
        page.draw_line([at, at], [line, line + 0.04], color=palette.RULE, linewidth=0.8)
        page.write(at, line + 0.06, str(week), ha="center", va="top")
    for visit in assessed:
        _draw_assessment(page, x_of(visit), line + 0.34)


def _draw_assessment(page: Page, x: float, y: float) -> None:
    page.draw_line([x], [y], marker="^", color=palette.MUTED, markersize=8)


def _dose_label(page: Page, infusion: Infusion, regimen: Regimen, last_week: int) -> str:
    """Return the dose with its unit; without it, or only where it changes, if space is short."""
    inches_per_week = (page.width - 2 * _MARGIN) / (last_week + 1)
    others = [other for other in regimen.infusions if other.week != infusion.week]
    nearest = min((abs(other.week - infusion.week) for other in others), default=last_week + 1)
    to_edge = (min(infusion.week, last_week - infusion.week) + 0.5) * inches_per_week + _MARGIN
    room = min(nearest * inches_per_week - 0.06, 2 * to_edge)
    number = format_trimmed(infusion.dose_g_per_kg, 2)
    for label in (f"{number} g/kg", number):
        if text_width(label, palette.TEXT_SIZE) <= room:
            return label
    before = [other for other in others if other.week < infusion.week]
    same = bool(before) and format_trimmed(before[-1].dose_g_per_kg, 2) == number
    return "" if same else number


def _bar_style(inferred: bool) -> dict[str, Any]:
    face, dashes = (palette.PAPER, (0, (2, 1.2))) if inferred else (palette.BLUE, "solid")
    return {"facecolor": face, "edgecolor": palette.BLUE, "linewidth": 1.6, "linestyle": dashes}


def _draw_key(page: Page, kind: str) -> None:
    left, top = page.edge + 0.1, page.y
    if kind == _ASSESSED:
        _draw_assessment(page, left + 0.08, top + 0.085)
    else:
        page.draw_box(left, top + 0.02, 0.16, 0.13, **_bar_style(kind == _INFERRED))
    page.write(left + 0.26, top, kind)
    page.y += 0.2


def _key(regimens: Sequence[Regimen], assessed: Mapping[str, Sequence[float]]) -> list[str]:
    """List the marks that need a legend; solid bars alone need none."""
    inferred = {i.inferred for regimen in regimens for i in regimen.infusions}
    doses = [_PRINTED, _INFERRED] if True in inferred else []
    return doses + ([_ASSESSED] if any(assessed.values()) else [])


def _checked(
    regimens: Sequence[Regimen], assessments: Mapping[str, Sequence[float]] | None
) -> Mapping[str, Sequence[float]]:
    require_rows(regimens, "regimens", "regimen")
    names = [regimen.name for regimen in regimens]
    for name in assessments or {}:
        if name not in names:
            raise ValueError(
                f"assessments must be keyed by regimen ({', '.join(names)}), got {name!r}"
            )
    return assessments or {}


def _last_week(regimens: Sequence[Regimen], assessed: Mapping[str, Sequence[float]]) -> int:
    weeks = [infusion.week for regimen in regimens for infusion in regimen.infusions]
    return ceil(max([*weeks, *chain.from_iterable(assessed.values())]))
