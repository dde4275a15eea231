"""How the study ended, and who died, in an ADSL that a mapping reads by the preset ``adam``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.tables import RawTable
from tisstats.tables.cells import as_text, truth_values
from tisstats.tables.raw import ColumnOrigin
from tisstats.trial.cdisc.death_weeks import death_cells, death_weeks
from tisstats.trial.cdisc.end_of_study import end_faults, end_reasons
from tisstats.trial.columns import Mask
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.schema import CellFaults
from tisstats.trial.study_adam import with_reasons

_ENDS = ("EOSSTT", "DCSREAS")
_DEATHS = ("DTHFL", "DTHWK", "DTHADY", "DTHDT")

#: The day from which ``DTHDT`` counts.
_START = "TRTSDT"


def with_ends_and_deaths(raw: RawTable) -> RawTable:
    """Return the table of patients with ``end_reason`` and ``death_week`` as data sets have them.

    They are read as from a folder of data sets: see `tisstats.trial.study_adam`. A column that the
    mapping gives, or that is not recorded, is left as it is.

    Parameters
    ----------
    raw
        The patients, as the mapping made them of ADSL.

    Raises
    ------
    DataError
        If a status, a reason, or the day of a death is at fault; carries every fault.
    """
    named = {raw.source.column_name(str(name)).upper(): str(name) for name in raw.cells}
    known = [name for name in (*_ENDS, *_DEATHS, _START) if name in named]
    texts = {name: raw.cells[named[name]].map(lambda cell: as_text(cell).strip()) for name in known}
    adsl = pd.DataFrame(texts, index=raw.cells.index, dtype=object)
    flags = raw.cells.get("analysed", pd.Series("true", index=raw.cells.index))
    analysed: Mask = truth_values(flags).values.fillna(False).to_numpy(dtype=bool)
    new: dict[str, pd.Series] = {}
    shown: dict[str, pd.Series] = {}
    origins: dict[str, ColumnOrigin] = {}
    remarks = raw.remarks
    faults: list[Fault] = []
    given = raw.cells.get("end_reason")
    if given is None and set(_ENDS) & set(adsl):
        faults += [_placed(fault, raw) for fault in end_faults(adsl, analysed)]
        patients = pd.DataFrame({"end_reason": end_reasons(adsl), "analysed": analysed})
        patients, said = with_reasons(patients, adsl)
        if patients["end_reason"].any():
            name = "DCSREAS" if "DCSREAS" in adsl else "EOSSTT"
            new["end_reason"], shown["end_reason"] = patients["end_reason"], adsl[name]
            origins["end_reason"], remarks = ColumnOrigin(name), (*remarks, *said)
    if DEATH_WEEK not in raw.cells and set(_DEATHS) & set(adsl):
        reasons = new.get("end_reason", given)
        ended = np.zeros(len(adsl), dtype=bool)
        if reasons is not None:
            ended = reasons.map(lambda cell: as_text(cell).strip() == "death").to_numpy(dtype=bool)
        found = CellFaults(adsl, "ADSL")
        weeks = death_weeks(found, analysed, ended)
        faults += [_placed(fault, raw) for fault in found.faults]
        if weeks is not None:
            names, shown[DEATH_WEEK] = death_cells(adsl)
            new[DEATH_WEEK] = pd.Series(weeks, index=adsl.index)
            origins[DEATH_WEEK] = ColumnOrigin(names[0] if len(set(names)) == 1 else names)
    if faults:
        raise DataError(faults)
    if not new:
        return raw
    used = (*(_ENDS if "end_reason" in new else ()), *(_DEATHS if DEATH_WEEK in new else ()))
    cells = raw.cells.drop(columns=[named[name] for name in used if name in named])
    cells = cells.assign(**{name: column.astype(object) for name, column in new.items()})
    cells = cells.where(cells.notna(), None)
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    assert source.cells is not None
    source = replace(
        source,
        cells=source.cells.assign(**shown),
        origins={**source.origins, **origins},
    )
    return replace(raw, cells=cells, source=source, remarks=remarks)


def _placed(fault: Fault, raw: RawTable) -> Fault:
    """Return a fault of ADSL with its place in the file."""
    row = None if fault.row is None else raw.source.line(fault.row - 2)
    return replace(fault, file=raw.source.shown, row=row)
