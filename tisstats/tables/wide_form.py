"""Tables with a column for each week, and the rows of weeks that are not visits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from tisstats.sentences import count_of, first_few
from tisstats.tables.applied_section import AppliedSection
from tisstats.tables.cells import EMPTY, as_text
from tisstats.tables.mapping import WEEK, WideColumn
from tisstats.tables.raw import ColumnOrigin, RawTable
from tisstats.tables.study_days import as_week


def wide_to_long(applied: AppliedSection, raw: RawTable) -> RawTable:
    """Return one row per patient and week, of columns for each week."""
    wide = applied.section.wide
    weeks = sorted({each.week for at in wide.values() for each in at}, key=float)
    places = {
        name: {each.week: applied.find(raw, each.name, f"wide.columns.{name}") for each in at}
        for name, at in wide.items()
    }
    taken = [place for at in places.values() for place in at.values()]
    used = set(taken)
    for name in sorted(name for name in used if taken.count(name) > 1):
        raise applied.fault("wide.columns", f"two values of ours are taken from column {name}")
    kept = [name for name in raw.cells.columns if name not in used]
    count = len(raw)
    rows = np.repeat(np.arange(count), len(weeks))
    long = raw.take(rows)
    cells = long.cells[kept].copy()
    cells.insert(_after_id(cells), "week", pd.Series(weeks * count, dtype=object))
    origins = {name: at for name, at in long.source.origins.items() if name in kept}
    for name, at in places.items():
        columns = [raw.cells[at[week]].tolist() if week in at else [None] * count
                   for week in weeks]  # fmt: skip
        values = [column[row] for row in range(count) for column in columns]
        cells[name] = pd.Series(values, dtype=object)
        named = [raw.source.column_name(at[week]) if week in at else name for week in weeks]
        origins[name] = ColumnOrigin(np.array(named * count, dtype=object))
    source = replace(long.source, origins=origins, cells=None)
    remarks = (*long.remarks, *unlisted_remarks(map(str, kept), wide))
    long = replace(long, cells=cells, source=source, remarks=remarks)
    return drop_unfilled(long, list(wide))


def drop_unfilled(raw: RawTable, measures: Collection[str]) -> RawTable:
    """Return the table without visits at which nothing was measured, but for the first week."""
    unfilled = np.ones(len(raw), dtype=bool)
    for name in measures:
        unfilled &= [as_text(cell).strip() in EMPTY for cell in raw.cells[name]]
    weeks = [as_week(week) for week in raw.cells["week"]]
    first = min((week for week in weeks if isinstance(week, float)), default=None)
    unfilled &= np.array([week != first for week in weeks], dtype=bool)
    if not unfilled.any():
        return raw
    remark = unfilled_remark(int(unfilled.sum()))
    left = raw.take(np.flatnonzero(~unfilled))
    return replace(left, remarks=(*left.remarks, remark))


def unlisted_remarks(
    names: Iterable[str], wide: Mapping[str, tuple[WideColumn, ...]]
) -> tuple[str, ...]:
    """Return a remark on columns that are not used, and fit a pattern with another week.

    >>> wide = {"mmt": (WideColumn("0", "mmt_0", "mmt_{week}"),)}
    >>> unlisted_remarks(["site", "mmt_12", "mmt_total"], wide)
    ('columns of weeks that the mapping does not list, which are not used: mmt_12',)
    """
    patterns = {each.pattern for at in wide.values() for each in at if each.pattern}
    fits = [
        re.compile(f"{re.escape(before)}[A-Za-z]*[0-9]+{re.escape(after)}", re.IGNORECASE)
        for before, _, after in (pattern.partition(WEEK) for pattern in sorted(patterns))
    ]
    others = [name for name in names if any(fit.fullmatch(name) for fit in fits)]
    if not others:
        return ()
    named = first_few(list(dict.fromkeys(others)))
    return (f"columns of weeks that the mapping does not list, which are not used: {named}",)


def unfilled_remark(number: int) -> str:
    """Return a remark on weeks that are not visits.

    >>> unfilled_remark(1)
    '1 week without any measure left out'
    """
    return f"{count_of(number, 'week')} without any measure left out"


def _after_id(cells: pd.DataFrame) -> int:
    names = list(cells.columns)
    return names.index("patient_id") + 1 if "patient_id" in names else 0
