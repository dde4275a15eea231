"""How the study ended, and who died, in an ADSL that a mapping reads by the preset ``adam``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.tables import RawTable, TrialMapping, map_table
from tisstats.tables.cells import ISO_DATE, as_text, truth_values
from tisstats.tables.raw import ColumnOrigin, find_column, normalise_name
from tisstats.trial.cdisc.death_weeks import death_cells, death_weeks, derived_deaths
from tisstats.trial.cdisc.end_of_study import end_cells, end_faults, end_reasons
from tisstats.trial.columns import Mask
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.end_reasons import COMPLETED, ONGOING
from tisstats.trial.schema import CellFaults
from tisstats.trial.study_adam import origin, unknown_reasons, with_reasons, with_way_out
from tisstats.trial.unassigned import is_no_arm, without_arm

_STATUS, _REASON = _ENDS = ("EOSSTT", "DCSREAS")
_DATE = "DTHDT"
_DEATHS = ("DTHFL", "DTHWK", "DTHADY", _DATE)

#: The day from which ``DTHDT`` counts.
_START = "TRTSDT"


def adsl_patients(
    raw: RawTable,
    mapping: TrialMapping,
    kept: Collection[str] = (),
    date_format: str = ISO_DATE,
) -> RawTable:
    """Return the patients of an ADSL, with what a mapping by the preset ``adam`` makes of them.

    Parameters
    ----------
    raw
        ADSL, as read.
    mapping
        The mapping. Its ``[patients.values.arm]`` need not name what CDISC writes for having no
        arm; its ``[patients.values.end_reason]`` are of the reasons and statuses of the end.
    kept, date_format
        See `with_ends_and_deaths`.

    Raises
    ------
    DataError
        See `tisstats.tables.map_table` and `with_ends_and_deaths`.
    """
    section = mapping.table("patients")
    values = {name: dict(known) for name, known in section.values.items()}
    reasons: dict[str, str] = {}
    if "arm" in values:
        arms = [find_column(raw, each) for each in section.columns.get("arm", ())]
        texts = {
            as_text(cell).strip() for arm in arms if arm is not None for cell in raw.cells[arm]
        }
        values["arm"] |= {t: t for t in sorted(texts) if is_no_arm(t) and t not in values["arm"]}
    own = section.columns.get("end_reason", (_REASON,))
    stated = any(find_column(raw, name) is not None for name in _ENDS)
    if [name.upper() for name in own] == [_REASON] and stated:
        absent = find_column(raw, "end_reason") is None
        reasons = values.pop("end_reason", {}) if absent else {}
    tables = {**mapping.tables, "patients": replace(section, values=values)}
    mapped = map_table(raw, replace(mapping, tables=tables), "patients")
    return with_ends_and_deaths(mapped, kept, date_format, reasons)


def with_ends_and_deaths(
    raw: RawTable,
    kept: Collection[str] = (),
    date_format: str = ISO_DATE,
    reasons: Mapping[str, str] | None = None,
) -> RawTable:
    """Return the table of patients with ``end_reason`` and ``death_week`` as data sets have them.

    They are read as from a folder of data sets: see `tisstats.trial.study_adam`. A column that the
    mapping makes of another variable, or that is not recorded, is left as it is.

    Parameters
    ----------
    raw
        The patients, as the mapping made them of ADSL.
    kept
        Columns that the study has a use for, and that stay though the ends or deaths are made of
        them.
    date_format
        Order and separators of dates, as declared of the file.
    reasons
        Our reason of the end by the text in ``DCSREAS`` or ``EOSSTT``, where the mapping gives it.

    Raises
    ------
    DataError
        If a status, a reason, or the day of a death is at fault; carries every fault.
    """
    found = _Patients(raw)
    found.read_ends(reasons or {})
    found.read_deaths(date_format)
    if found.faults:
        raise DataError(found.faults)
    return found.table(kept) if found.new else raw


class _Patients:
    """The patients of an ADSL, as columns are being made of its variables."""

    def __init__(self, raw: RawTable):
        self.raw, self.remarks = raw, raw.remarks
        #: Our name of each variable's column.
        self.named = {raw.source.column_name(str(name)).upper(): str(name) for name in raw.cells}
        known = [name for name in (*_ENDS, *_DEATHS, _START) if name in self.named]
        texts = {name: raw.cells[self.named[name]].map(_text) for name in known}
        self.adsl = pd.DataFrame(texts, index=raw.cells.index, dtype=object)
        flags = raw.cells.get("analysed", pd.Series("true", index=raw.cells.index))
        self.analysed: Mask = truth_values(flags).values.fillna(False).to_numpy(dtype=bool)
        self.new: dict[str, pd.Series] = {}
        self.shown: dict[str, pd.Series] = {}
        self.origins: dict[str, ColumnOrigin] = {}
        self.used: list[str] = []
        self.faults: list[Fault] = []

    def read_ends(self, reasons: Mapping[str, str]) -> None:
        """Make ``end_reason``, unless the mapping makes it of another variable."""
        adsl, cells = self.adsl, self.raw.cells
        own = "end_reason" in cells and self.named.get(_REASON) != "end_reason"
        if own or not set(_ENDS) & set(adsl):
            return
        ends = _with_own_reasons(adsl, reasons)
        left_out = np.zeros(len(adsl), dtype=bool)
        if {"arm", "analysed"} <= set(cells):
            left_out = without_arm(cells)
        patients = pd.DataFrame({"end_reason": end_reasons(ends), "analysed": self.analysed})
        patients, said = with_reasons(patients, ends, left_out)
        names, shown = end_cells(adsl)
        faults = end_faults(ends, self.analysed)
        if not faults:
            faults = unknown_reasons(adsl, patients["end_reason"], left_out)
        explained = (with_way_out(fault, "of the mapping") for fault in faults)
        self.faults += [_placed(fault, self.raw, adsl) for fault in explained]
        if patients["end_reason"].any():
            self._add("end_reason", patients["end_reason"], names, shown)
            self.used += _ENDS
            self.remarks += said

    def read_deaths(self, date_format: str) -> None:
        """Make ``death_week``, unless the mapping makes it."""
        adsl, cells = self.adsl, self.raw.cells
        if DEATH_WEEK in cells or not set(_DEATHS) & set(adsl):
            return
        reasons = self.new.get("end_reason", cells.get("end_reason"))
        ended = np.zeros(len(adsl), dtype=bool)
        if reasons is not None:
            ended = (reasons.map(_text) == "death").to_numpy(dtype=bool)
        # Not as texts: a workbook has dates.
        dated = {name: cells[self.named[name]] for name in (_DATE, _START) if name in adsl}
        found = CellFaults(adsl.assign(**dated), "ADSL")
        weeks = death_weeks(found, self.analysed, ended, date_format)
        self.faults += [_placed(fault, self.raw, adsl) for fault in found.faults]
        if weeks is not None:
            names, shown = death_cells(adsl)
            self._add(DEATH_WEEK, pd.Series(weeks, index=adsl.index), names, shown)
            self.remarks += tuple(derived_deaths(adsl, weeks))
            self.used += [*_DEATHS, *[_START] * (_DATE in names)]

    def table(self, kept: Collection[str]) -> RawTable:
        """Return the patients with the new columns, without what these are made of."""
        raw, new, used = self.raw, self.new, [*self.used]
        if "first_dose_date" in kept and _START in used:
            used.remove(_START)  # a message that there is none is to list it
        stay = {normalise_name(name) for name in (*kept, *new)}
        made_of = [self.named[name] for name in used if name in self.named]
        cells = raw.cells.drop(
            columns=[name for name in made_of if normalise_name(name) not in stay]
        )
        cells = cells.assign(**{name: column.astype(object) for name, column in new.items()})
        cells = cells.where(cells.notna(), None)
        source = raw.source if raw.source.cells is not None else raw.verbatim()
        assert source.cells is not None
        source = replace(
            source,
            cells=source.cells.assign(**self.shown),
            origins={**source.origins, **self.origins},
        )
        return replace(raw, cells=cells, source=source, remarks=self.remarks)

    def _add(
        self, name: str, column: pd.Series, names: NDArray[np.object_], shown: pd.Series
    ) -> None:
        """Add a column, the variable of each of its cells, and those as they stand there."""
        self.new[name], self.shown[name], self.origins[name] = column, shown, origin(names)


def _text(cell: object) -> str:
    return as_text(cell).strip()


def _with_own_reasons(adsl: pd.DataFrame, reasons: Mapping[str, str]) -> pd.DataFrame:
    """Return ADSL with our reasons, and CDISC's statuses, for texts that a mapping explains.

    >>> adsl = pd.DataFrame({"EOSSTT": ["On study", "Left"], "DCSREAS": ["", ""]})
    >>> found = _with_own_reasons(adsl, {"On study": "ongoing", "Left": "withdrawal"})
    >>> found["EOSSTT"].tolist(), found["DCSREAS"].tolist()
    (['ONGOING', 'DISCONTINUED'], ['', 'withdrawal'])
    """
    blank = pd.Series("", index=adsl.index, dtype=object)
    status = adsl.get(_STATUS, blank)
    reason = adsl.get(_REASON, blank).map(lambda text: reasons.get(text, text))
    for text, ours in reasons.items():
        here = status == text
        ended = ours in (COMPLETED, ONGOING)
        status = status.mask(here, ours.upper() if ended else "DISCONTINUED")
        reason = reason.mask(here & (reason == "") & (not ended), ours)
    return adsl.assign(**{_REASON: reason}, **({_STATUS: status} if _STATUS in adsl else {}))


def _placed(fault: Fault, raw: RawTable, adsl: pd.DataFrame) -> Fault:
    """Return a fault of ADSL with its place, and the cell as it stands, in the file."""
    if fault.row is None:
        return replace(fault, file=raw.source.shown)
    row = fault.row - 2
    value = adsl[fault.column].iloc[row]
    return replace(fault, file=raw.source.shown, row=raw.source.line(row), value=value)
