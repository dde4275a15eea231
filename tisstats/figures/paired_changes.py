"""Each outcome measure before and after, one panel per measure, one line per patient.

The better end of every scale is at the top, so that lines that rise are improvements. If patients
are synthetic, the figure itself says so, since figures are copied without their page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width, wrap
from tisstats.figures.numbers import format_range, format_trimmed
from tisstats.figures.palette import BAND, BLUE, MUTED, PAPER, style
from tisstats.figures.small_multiples import Grid, Panel, PanelText
from tisstats.measures.core_set import ENZYMES
from tisstats.sentences import join_names
from tisstats.trial.paired_values import PairedValues

_COLUMNS = {Layout.COLUMN: 4, Layout.PHONE: 2}  # panels in a row, of one group
_COLUMNS_OF_GROUPS = {Layout.COLUMN: 2, Layout.PHONE: 1}
_MOST_NAMED = 4  # groups in the title
_PLOT = 1.25  # height of a panel (inches)
_FROM, _TO = 0.22, 0.78  # where a line begins and ends in the room of its group
_ROOM = 0.08  # beyond the range, of it: for marks at its ends
_FAINTEST, _STRONGEST = 0.12, 0.55  # opacity of a patient's line, among many and among few
#: Largest number of paths of a group; lines in one path do not darken where they cross.
_PATHS = 30

#: Where an axis without a range may end, within a power of ten: halves of it are round, too.
_PARTS = (1, 1.5, 2, 3, 4, 6, 8, 10)

#: The groups by label each with the same measures in the same order.
Groups = Mapping[str, Sequence[PairedValues]]


@style()
def draw(
    groups: Groups,
    *,
    single: bool = True,
    stamp: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw a panel per measure, with the groups side by side in each.

    Parameters
    ----------
    groups
        At least one, with at least one measure.
    single
        Whether individual patients are shown; if not, a band between the quartiles replaces them.
    stamp
        Label of the data, written into the figure, such as "Synthetic patients".

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no group or no measure.
    """
    message = _message(groups)
    page = Page(layout)
    page.write_heading(message, _SUBTITLE, stamp)
    panels = list(zip(*groups.values(), strict=True))
    texts = [PanelText(each[0].scale.name, _unit(each)) for each in panels]
    grid = Grid(
        page,
        (_COLUMNS if len(groups) == 1 else _COLUMNS_OF_GROUPS)[layout],
        left=max(text_width(tick) for each in panels for tick in _ticks(each).values()) + 0.1,
        height=_PLOT,
    )
    room = grid.width / len(groups)
    names, key = _names(groups, room - 0.06)
    foot = max(text_height(_below(name, 0, room)) for name in names) + 0.2
    placed = grid.add_panels(texts, foot)
    for panel, each in zip(placed, panels, strict=True):
        _draw_panel(page, panel, each, names, single=single)
    page.write_paragraph(" ".join(filter(None, [key, _key(single=single)])), color=MUTED)
    return page.finish(source=source)


def describe(groups: Groups, *, single: bool = True, stamp: str = "") -> str:
    """Return the alternative text; parameters as for `draw`."""
    label = f"{stamp}. " if stamp else ""
    shown = "a line per patient" if single else "a band between the quartiles"
    parts = [f"{label}{_message(groups)}. {_SUBTITLE}: one panel per measure, {shown}."]
    for each in zip(*groups.values(), strict=True):
        parts.append(f"{each[0].scale.name}, {_unit(each)}:")
        parts.append(
            "; ".join(
                f"{f'{name}, ' if len(groups) > 1 else ''}{_in_words(values)}"
                for name, values in zip(groups, each, strict=True)
            )
            + "."
        )
    return " ".join(parts)


_SUBTITLE = "Baseline (left) and end (right) of the patients measured at both, better end on top"


def _message(groups: Groups) -> str:
    require_rows(groups, "groups", "group")
    measures = len(next(iter(groups.values())))
    require_rows(range(measures), "groups", "measure")
    counts = {
        name: sum(each.better > each.worse for each in values) for name, values in groups.items()
    }
    if len(counts) == 1:
        of = f"{measures} measure{'s' if measures > 1 else ''}"
        return f"More patients improved than worsened in {next(iter(counts.values()))} of {of}"
    said = "Measures in which more patients improved than worsened"
    if len(counts) > _MOST_NAMED:
        found = format_range(min(counts.values()), max(counts.values()))
        return f"{said}: {found} of {measures} ({len(counts)} arms)"
    listed = [f"{count} of {measures} ({name})" for name, count in counts.items()]
    return f"{said}: {join_names(listed)}"


def _unit(panel: Sequence[PairedValues]) -> str:
    scale = panel[0].scale
    return f"{scale.unit}, logarithmic" if _is_logarithmic(panel) else scale.unit


def _in_words(values: PairedValues) -> str:
    if not values.measured:
        return "nobody measured at both times"
    before, after = (
        format_trimmed(middle.median, 2) if np.isfinite(middle.median) else "not known"
        for middle in (values.at_baseline, values.at_end)
    )
    return (
        f"n={values.measured}, median {before} before and {after} after, {values.better} "
        f"improved, {values.unchanged} unchanged, {values.worse} worsened"
    )


def _known(panel: Sequence[PairedValues]) -> NDArray[np.float64]:
    return np.concatenate([part for each in panel for part in (each.before, each.after)])


def _is_logarithmic(panel: Sequence[PairedValues]) -> bool:
    """Whether the axis is logarithmic: that of enzymes, which differ by orders of magnitude."""
    known = _known(panel)
    return panel[0].measure in ENZYMES and known.size > 0 and bool(known.min() > 0)


def _limits(panel: Sequence[PairedValues]) -> tuple[float, float]:
    """Return the ends of the axis: the range, or one around the values if it has no upper end."""
    scale, known = panel[0].scale, _known(panel)
    if scale.high is not None:
        return scale.low, scale.high
    if _is_logarithmic(panel):
        low, high = floor(log10(known.min())), ceil(log10(known.max()))
        return 10.0**low, 10.0 ** max(high, low + 1)
    most = float(known.max(initial=0)) or 1.0
    step = 10.0 ** floor(log10(most))
    return scale.low, next(step * part for part in _PARTS if step * part >= most)


def _ticks(panel: Sequence[PairedValues]) -> dict[float, str]:
    low, high = _limits(panel)
    if _is_logarithmic(panel):
        powers = range(round(log10(low)), round(log10(high)) + 1, 1 if high / low < 1e5 else 2)
        return {10.0**power: f"{10.0**power:g}" if power < 6 else f"1e{power}" for power in powers}
    # A minus sign, as matplotlib draws the ticks that it labels itself.
    return {at: f"{at:g}".replace("-", "−") for at in (low, (low + high) / 2, high)}


def _names(groups: Groups, room: float) -> tuple[list[str], str]:
    """Return what stands below each group, and a key if the labels do not fit there."""
    if len(groups) == 1:
        return ["baseline → end"], ""
    if all(text_width(word) <= room for name in groups for word in name.split()):
        return list(groups), ""
    numbers = [f"{place}" for place in range(1, len(groups) + 1)]
    listed = "; ".join(f"{number}: {name}" for number, name in zip(numbers, groups, strict=True))
    return numbers, f"{listed}."


def _below(name: str, measured: int, room: float) -> str:
    return f"{wrap(name, room - 0.04)}\nn={measured}"


def _draw_panel(
    page: Page, panel: Panel, values: Sequence[PairedValues], names: Sequence[str], *, single: bool
) -> None:
    axes, (low, high) = panel.axes, _limits(values)
    if _is_logarithmic(values):
        axes.set_yscale("log")
        axes.minorticks_off()
        beyond = (high / low) ** _ROOM
        ends = [low / beyond, high * beyond]
    else:
        beyond = (high - low) * _ROOM
        ends = [low - beyond, high + beyond]
    if values[0].scale.better == "lower":
        ends.reverse()
    axes.set(xlim=(0, len(names)), ylim=ends, xticks=[])
    ticks = _ticks(values)
    axes.set_yticks(list(ticks), list(ticks.values()))
    room = panel.width / len(names)
    for place, (each, name) in enumerate(zip(values, names, strict=True)):
        if each.measured:
            _draw_group(axes, each, place, single=single)
        text = _below(name, each.measured, room)
        middle = panel.left + (place + 0.5) * room
        page.write(
            middle, panel.bottom + 0.05, text, ha="center", multialignment="center", color=MUTED
        )


def _draw_group(axes: Axes, values: PairedValues, place: int, *, single: bool) -> None:
    across = [place + _FROM, place + _TO]
    start, end = values.at_baseline, values.at_end
    if single:
        _draw_patients(axes, values, across)
    elif np.isfinite([start.q1, start.q3, end.q1, end.q3]).all():
        axes.fill_between(across, [start.q1, end.q1], [start.q3, end.q3], color=BAND, linewidth=0)
    if not np.isfinite([start.median, end.median]).all():
        return
    medians = [start.median, end.median]
    look: dict[str, Any] = {"color": BLUE, "clip_on": False, "zorder": 4}
    halo = [withStroke(linewidth=4.2, foreground=PAPER)]
    axes.plot(across, medians, linewidth=2.4, path_effects=halo, **look)
    look |= {"marker": "o", "markersize": 6, "markeredgewidth": 1.6}
    for x, median, face in zip(across, medians, (PAPER, BLUE), strict=True):
        axes.plot([x], [median], markerfacecolor=face, **look)


def _draw_patients(axes: Axes, values: PairedValues, across: Sequence[float]) -> None:
    """Draw a line per patient, several in one path: the file of many patients stays small."""
    n = values.measured
    opacity = min(_STRONGEST, max(_FAINTEST, 6 / n))
    look: dict[str, Any] = {"color": MUTED, "alpha": opacity, "linewidth": 1.0, "zorder": 2}
    for patients in np.array_split(np.arange(n), min(n, _PATHS)):
        gap = np.full(len(patients), np.nan)
        down = np.column_stack([values.before[patients], values.after[patients], gap])
        axes.plot([*across, np.nan] * len(patients), down.ravel(), **look)


def _key(*, single: bool) -> str:
    shown = "Thin lines: patients" if single else "Band: first to third quartile"
    return f"{shown}; thick line: medians, open circle at baseline, filled circle at the end."
