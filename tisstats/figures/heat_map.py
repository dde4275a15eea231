"""Patients by core set measures: improvement of each, by the bands of the score.

If patients are synthetic, the figure itself says so, since figures are copied without their page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from matplotlib.figure import Figure

from tisstats.figures.layout import Layout, Page, require_rows, text_height, text_width, wrap
from tisstats.figures.numbers import name_in_sentence
from tisstats.figures.palette import CHANGE_COLOURS, INK, MUTED, PAPER, RULE, style
from tisstats.figures.patient_rows import (
    Bar,
    PatientRows,
    draw_bars,
    in_groups,
    write_level,
    write_marks,
)
from tisstats.printed import format_table_number
from tisstats.sentences import join_names

_SCORE = "Score"
_SCORE_WIDTH = 0.5
_MOST_LISTED = 2  # measures that the title names, of equally many patients
_GAP = 0.015  # between cells
_UPRIGHT = 1.15  # length of a head that stands upright
_LEVELS = (
    "worse",
    "little change (no points)",
    "better: band 1",
    *(f"band {band}" for band in range(2, 5)),
)
_MISSING: dict[str, Any] = {"facecolor": PAPER, "edgecolor": RULE, "hatch": "////", "linewidth": 0}


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of the map."""

    name: str
    cutoffs: Sequence[float]  #: improvement, % of the range, above which each band begins

    def level(self, percent: float) -> int:
        """Return the place of an improvement among `CHANGE_COLOURS`.

        Worse is what would be an improvement that scores, were it in the other direction.

        >>> measure = Measure("Strength", (2, 10, 20, 30))
        >>> [measure.level(percent) for percent in (-3, -2, 2, 2.5, 31)]
        [0, 1, 1, 2, 5]
        """
        return 0 if percent < -self.cutoffs[0] else 1 + sum(percent > cut for cut in self.cutoffs)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """The improvements of one patient."""

    patient: str  #: patient identifier
    group: str  #: heading, such as the subtype; empty if there is none
    percents: Sequence[float]  #: of each measure, % of its range; nan where not known
    score: float = nan  #: Total Improvement Score at the same visit; nan where open


@style()
def draw(
    rows: Sequence[ChangeRow],
    measures: Sequence[Measure],
    *,
    when: str,
    stamp: str = "",
    layout: Layout = Layout.COLUMN,
    source: str = "",
) -> Figure:
    """Draw one row per patient and one column per measure, high scores first in each group.

    Parameters
    ----------
    rows
        At least one.
    measures
        At least one.
    when
        Visit that is compared with the baseline, in words.
    stamp
        Label of the data, written into the figure, such as "Synthetic patients".

    Returns
    -------
    matplotlib.figure.Figure
        Neither shown nor saved.

    Raises
    ------
    ValueError
        If there is no row or no measure.
    """
    page = Page(layout)
    page.write_heading(_message(rows, measures), _subtitle(when), stamp)
    placed = PatientRows.arrange(page, rows)
    wide = (page.width - page.edge - placed.left - placed.named * _SCORE_WIDTH) / len(measures)
    _write_heads(page, placed, measures, wide)
    cells: dict[int, list[Bar]] = {level: [] for level in range(len(CHANGE_COLOURS))}
    high = placed.bar(1 - _GAP / placed.height)
    for label, members in in_groups(rows).items():
        placed.write_group(page, label, len(members))
        for row, middle in placed.place(page, sorted(members, key=_order)):
            for place, (measure, percent) in enumerate(zip(measures, row.percents, strict=True)):
                left = placed.left + place * wide
                cell = Bar(left, left + wide - _GAP, middle)
                if not isfinite(percent):
                    page.draw_box(left, middle - high / 2, wide - _GAP, high, **_MISSING)
                    continue
                cells[measure.level(percent)].append(cell)
                if placed.named:
                    _write_percent(page, cell, percent, measure.level(percent))
            if placed.named:
                score = f"{row.score:g}" if isfinite(row.score) else "open"
                at = page.width - page.edge - _SCORE_WIDTH / 2
                write_level(page, at, middle, score, bold=True, ha="center")
        page.y += 0.06
    for level, bars in cells.items():
        draw_bars(page, bars, high, CHANGE_COLOURS[level])
    page.y += 0.04
    write_marks(page, _key(rows, measures))
    if not all(isfinite(percent) for row in rows for percent in row.percents):
        page.write_key("not known", color=MUTED, **_MISSING)
    page.write_paragraph(placed.note(len(rows)), color=MUTED)
    return page.finish(source=source)


def describe(
    rows: Sequence[ChangeRow], measures: Sequence[Measure], *, when: str, stamp: str = ""
) -> str:
    """Return the alternative text; parameters as for `draw`."""
    label = f"{stamp}. " if stamp else ""
    parts = [
        f"{label}{_message(rows, measures)}. {_subtitle(when)}. One row per patient "
        f"(n={len(rows)}), one column per measure."
    ]
    for place, measure in enumerate(measures):
        known = [row.percents[place] for row in rows if isfinite(row.percents[place])]
        levels = [measure.level(percent) for percent in known]
        parts.append(
            f"{measure.name}: {sum(level > 1 for level in levels)} of {len(known)} improved enough "
            f"to score, {sum(level == 0 for level in levels)} worse by more than "
            f"{measure.cutoffs[0]:g}%."
        )
    return " ".join(parts)


def _subtitle(when: str) -> str:
    return f"Improvement from baseline to {when}, % of the range of each measure"


def _message(rows: Sequence[ChangeRow], measures: Sequence[Measure]) -> str:
    require_rows(rows, "rows", "patient")
    require_rows(measures, "measures", "measure")
    scored: dict[str, tuple[int, int]] = {}
    for place, measure in enumerate(measures):
        known = [row.percents[place] for row in rows if isfinite(row.percents[place])]
        if known:
            count = sum(measure.level(percent) > 1 for percent in known)
            scored[measure.name] = (count, len(known))
    if not scored:
        return "The change of no measure is known"
    shares = {name: count / size for name, (count, size) in scored.items()}
    most, least = max(shares.values()), min(shares.values())
    often, how_often = _named(scored, [name for name, share in shares.items() if share == most])
    rarest = [name for name, share in shares.items() if share == least]
    seldom, how_seldom = _named(scored, rarest, first=name_in_sentence)
    if most == least:
        return f"{often} earned points equally often ({how_often})"
    return f"{often} earned points most often ({how_often}), {seldom} least often ({how_seldom})"


def _named(
    scored: Mapping[str, tuple[int, int]],
    names: Sequence[str],
    first: Callable[[str], str] = str,
) -> tuple[str, str]:
    """Return measures with equal shares, and their counts if equal as well, or else the share.

    `first` formats the first of their names.
    """
    counts = {scored[name] for name in names}
    count, size = scored[names[0]]
    of = f"{count} of {size}" if len(counts) == 1 else f"{100 * count / size:.0f}%"
    leading, *others = names
    listed = join_names([first(leading), *map(name_in_sentence, others)])
    return (listed if len(names) <= _MOST_LISTED else f"{len(names)} measures"), of


def _order(row: ChangeRow) -> tuple[float, float, str]:
    known = [percent for percent in row.percents if isfinite(percent)]
    score = row.score if isfinite(row.score) else -1.0
    return -score, -sum(known), row.patient


def _write_heads(page: Page, placed: PatientRows, measures: Sequence[Measure], wide: float) -> None:
    """Write the names of the measures above their columns: upright where a word is too wide."""
    names = [measure.name for measure in measures]
    centres = [placed.left + (place + 0.5) * wide for place in range(len(names))]
    if placed.named:
        names.append(_SCORE)
        centres.append(page.width - page.edge - _SCORE_WIDTH / 2)
    words = [word for name in names[: len(measures)] for word in name.split()]
    upright = page.on_phone or max(map(text_width, words)) > wide
    heads = [wrap(name, _UPRIGHT if upright else wide) for name in names]
    bottom = page.y + max(map(text_width if upright else text_height, heads))
    look: dict[str, Any] = {"rotation": 90} if upright else {}
    for head, centre in zip(heads, centres, strict=True):
        page.write(centre, bottom, head, ha="center", va="bottom", multialignment="center", **look)
    page.y = bottom + 0.05


def _write_percent(page: Page, cell: Bar, percent: float, level: int) -> None:
    """Write the improvement into its cell, if there is room."""
    text = format_table_number(percent, 0)
    if text_width(text) < cell.right - cell.left - 0.015:
        colour = PAPER if level > 3 else INK
        middle = (cell.left + cell.right) / 2
        write_level(page, middle, cell.middle, text, ha="center", color=colour)


def _key(rows: Sequence[ChangeRow], measures: Sequence[Measure]) -> dict[str, dict[str, Any]]:
    """Return the colours that occur, by meaning."""
    levels = {
        measure.level(row.percents[place])
        for row in rows
        for place, measure in enumerate(measures)
        if isfinite(row.percents[place])
    }
    return {
        _LEVELS[level]: {"marker": "s", "markersize": 8, "color": CHANGE_COLOURS[level]}
        for level in sorted(levels)
    }
