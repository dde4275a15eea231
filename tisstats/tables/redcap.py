"""The rows of a REDCap export that are those of a table of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.tables.cells import as_text
from tisstats.tables.mapping import RedcapMapping, TrialMapping
from tisstats.tables.raw import (
    ColumnOrigin,
    RawTable,
    find_column,
    match_columns,
)

_EVENT, _INSTRUMENT = "redcap_event_name", "redcap_repeat_instrument"


def entered_columns(raw: RawTable) -> list[str]:
    """Return the columns of an export in which somebody has entered something.

    REDCap itself fills those of its structure, and the state of each form (``..._complete``).
    """
    return [
        name
        for name in map(str, raw.cells.columns)
        if name not in ("patient_id", "week")
        and not raw.source.column_name(name).lower().startswith("redcap_")
        and not name.endswith("_complete")
    ]


def redcap_rows(raw: RawTable, mapping: TrialMapping, table: str) -> RawTable:
    """Return the rows of an export that belong to a table, with the week of their event."""
    redcap, path = mapping.redcap, mapping.path
    assert redcap is not None
    raw = match_columns(raw, (_EVENT, _INSTRUMENT))
    if _EVENT not in raw.cells.columns:
        message = f"there is no such column; is this a longitudinal project? {raw.has}"
        raise DataError([Fault(raw.source.shown, message, None, _EVENT)])
    events = _known(raw, _EVENT, redcap.events, path, "redcap.events", required=True)
    instruments = [""] * len(raw)
    if _INSTRUMENT in raw.cells.columns:
        key = "redcap.instruments"
        instruments = _known(raw, _INSTRUMENT, redcap.instruments, path, key, required=False)
    rows = [
        row
        for row, (event, instrument) in enumerate(zip(events, instruments, strict=True))
        if _belongs(redcap, table, event, instrument)
    ]
    if table == "patients" and not rows:
        names = " or ".join(map(repr, redcap.patients_events))
        message = f"no row has the event {names}, from which patients are taken"
        raise DataError([Fault(raw.source.shown, message, None, _EVENT)])
    found = raw.take(np.array(rows, dtype=np.int64))
    if table == "patients" or "week" in mapping.table(table).columns:
        return found
    if (own := find_column(raw, "week")) is not None:
        message = f"weeks are those of redcap.events; name this column otherwise in {path}"
        raise DataError([Fault(raw.source.shown, message, 1, own)])
    weeks = pd.Series([redcap.events[events[row]] for row in rows], dtype=object)
    origins = {**found.source.origins, "week": ColumnOrigin(_EVENT)}
    cells = found.cells.assign(week=weeks)
    shown = cells.assign(week=pd.Series([events[row] for row in rows], dtype=object))
    return replace(found, cells=cells, source=replace(found.source, origins=origins, cells=shown))


def _belongs(redcap: RedcapMapping, table: str, event: str, instrument: str) -> bool:
    """Test whether a row of an export belongs to a table of ours."""
    if instrument:
        return redcap.instruments[instrument] == table
    if table == "patients":
        return event in redcap.patients_events
    visits_repeat = "visits" in redcap.instruments.values()
    return table == "visits" and not visits_repeat and redcap.events[event] is not None


def _known(
    raw: RawTable,
    column: str,
    known: Mapping[str, Any],
    path: str,
    key: str,
    *,
    required: bool,
) -> list[str]:
    """Return the cells of a column as text; raise DataError if the mapping lacks one of them."""
    texts = [as_text(cell).strip() for cell in raw.cells[column]]
    bad = [text not in known and (bool(text) or required) for text in texts]
    allowed = f"must be one of {', '.join(known) or 'none'}, as {path} has in [{key}]"
    if faults := raw.source.faults(bad, column, allowed, raw.cells[column]):
        raise DataError(faults)
    return texts
