"""Tables with a row for each measure of a visit, such as ADaM's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.sentences import count_of, first_few
from tisstats.tables.applied_section import AppliedSection
from tisstats.tables.cells import as_text, empty_cells
from tisstats.tables.mapping import ADAM_DERIVED, ADAM_VISIT, OF_LIMITS, LongColumns
from tisstats.tables.raw import ColumnOrigin, RawTable, find_column
from tisstats.tables.study_days import DAYS, as_week
from tisstats.tables.units import own_units, units_of_measures
from tisstats.tables.visit_names import ambiguity, contradicts, unnamed_weeks


def long_to_wide(applied: AppliedSection, raw: RawTable, long: LongColumns) -> RawTable:
    """Return one row per patient and week or date, of rows for each measure."""
    for name in ("patient_id", _time_of(applied, raw)):
        if name not in raw.cells.columns:
            raise applied.fault(f"columns.{name}", "must be named, to find the rows of a visit")
    parameter = applied.find(raw, long.parameter, "long.parameter")
    value = applied.find(raw, long.value, "long.value")
    raw = _only(applied, raw, long)
    codes = [as_text(cell).strip() for cell in raw.cells[parameter]]
    if absent := [code for code in long.parameters if code not in codes]:
        message = f"no row has this {parameter}, named in {applied.mapping.path}"
        raise DataError(
            [Fault(raw.source.shown, message, None, parameter, code) for code in absent]
        )
    used = np.array([code in long.parameters for code in codes], dtype=bool)
    unit = None if long.unit is None else applied.find(raw, long.unit, "long.unit")
    limit = None if long.limit is None else applied.find(raw, long.limit, "long.limit")
    units = units_of_measures(raw, codes, long.parameters, value, unit)
    stated = {long.parameters[code]: places for code, places in units.items()}
    if limit is not None:
        names = list(map(str, raw.cells.columns))
        unit = own_units(limit, names, plain=False) or unit or own_units(value, names)
        units = units_of_measures(raw, codes, long.parameters, limit, unit)
        stated |= {long.parameters[at] + OF_LIMITS: places for at, places in units.items()}
    remarks = []
    if others := [code or "(empty)" for code in codes if code not in long.parameters]:
        named = first_few(list(dict.fromkeys(others)))
        remarks.append(f"{count_of(len(others), 'row')} of other measures left out: {named}")
    raw = _with_named_weeks(applied, raw.take(np.flatnonzero(used)))
    _check_derived(raw, long)
    pivoted = _pivot(applied, raw, parameter, value, limit)
    return replace(pivoted, remarks=(*raw.remarks, *remarks), stated_units=stated)


def _with_named_weeks(applied: AppliedSection, raw: RawTable) -> RawTable:
    """Return the table with a remark where no week is found in ADaM's names of visits.

    Where they state another one than its numbers, DataError is raised.
    """
    visit = find_column(raw, ADAM_VISIT)
    if applied.mapping.preset != "adam" or visit is None or "week" not in raw.cells.columns:
        return raw
    if "week" in applied.section.values or applied.section.units.get("week") == DAYS:
        return raw  # the visit took place on a day around that of its name
    names = [as_text(cell) for cell in raw.cells[visit]]
    weeks = [as_week(cell) for cell in raw.cells["week"]]
    visits = list(zip(names, weeks, strict=True))
    others = {each for each in set(visits) if contradicts(*each)}
    bad = [each in others for each in visits]
    message = f"is not the week that {visit} names; give the weeks in [visits.values.week]"
    faults = raw.source.faults(bad, "week", message, raw.cells["week"])
    ambiguities = {each: ambiguity(*each) for each in set(visits)}
    for said in sorted({*ambiguities.values()} - {""}):
        unclear = [ambiguities[each] == said for each in visits]
        message = f"{said}; or give the weeks in [visits.values.week]"
        faults += raw.source.faults(unclear, visit, message, raw.cells[visit])
    if faults:
        raise DataError(faults)
    remark = unnamed_weeks(names, weeks)
    return replace(raw, remarks=(*raw.remarks, remark)) if remark else raw


def _only(applied: AppliedSection, raw: RawTable, long: LongColumns) -> RawTable:
    """Return the rows that are used, such as those with an analysis flag."""
    for name, wanted in long.only.items():
        column = find_column(raw, name)
        if column is None and applied.mapping.preset == "adam":
            continue  # a data set without this flag
        column = column or applied.find(raw, name, "long.only")
        kept = [as_text(cell).strip() == wanted for cell in raw.cells[column]]
        if not any(kept):
            message = f"no row has the value {wanted!r} (long.only)"
            raise DataError([Fault(raw.source.shown, message, None, column)])
        left = len(kept) - sum(kept)
        raw = raw.take(np.flatnonzero(kept))
        if left:
            remark = f"{count_of(left, 'row')} without {column} {wanted!r}"
            raw = replace(raw, remarks=(*raw.remarks, f"{remark} left out"))
    derived = find_column(raw, ADAM_DERIVED)
    if derived is not None and long.derived == "drop":
        raw = raw.take(np.flatnonzero(empty_cells(raw.cells[derived])))
    return raw


def _check_derived(raw: RawTable, long: LongColumns) -> None:
    """Raise DataError for derived records, unless the mapping says what to do with them."""
    derived = find_column(raw, ADAM_DERIVED)
    if derived is None or long.derived != "refuse":
        return
    message = "is a derived record; say what becomes of them: visits.long.derived = 'drop' or "
    message += "'keep'"
    bad = ~empty_cells(raw.cells[derived])
    if faults := raw.source.faults(bad, derived, message, raw.cells[derived]):
        raise DataError(faults)


def _pivot(
    applied: AppliedSection, raw: RawTable, parameter: str, value: str, limit: str | None
) -> RawTable:
    """Return one row per patient and week or date, with the lines of its measures.

    A measure whose rows have upper limits has a column of them, too.
    """
    assert applied.section.long is not None
    time = _time_of(applied, raw)
    read = as_week if time == "week" else _date
    keys = [
        (as_text(patient).strip(), read(at))
        for patient, at in zip(raw.cells["patient_id"], raw.cells[time], strict=True)
    ]
    numbers, visits = pd.factorize(pd.Index(keys, tupleize_cols=False))
    firsts = np.full(len(visits), -1)
    firsts[numbers[::-1]] = np.arange(len(keys))[::-1]
    base = raw.take(firsts)
    kept = [name for name in applied.section.columns if name in raw.cells.columns]
    _check_constant(raw, kept, time, numbers, firsts)
    cells = base.cells[kept].copy()
    origins = {name: at for name, at in base.source.origins.items() if name in kept}
    codes = np.array([as_text(cell).strip() for cell in raw.cells[parameter]], dtype=object)
    for code, name in applied.section.long.parameters.items():
        rows = np.flatnonzero(codes == code)
        at = numbers[rows]
        repeated = np.zeros(len(raw), dtype=bool)
        repeated[rows] = pd.Series(at).duplicated().to_numpy()
        message = f"the patient has another row for this measure and {time}"
        if faults := raw.source.faults(repeated, parameter, message, raw.cells[parameter]):
            raise DataError(faults)
        lines = np.array([base.source.line(row) for row in range(len(base))])
        lines[at] = [raw.source.line(int(row)) for row in rows]
        taken = {name: value}
        if limit is not None and not empty_cells(raw.cells[limit].iloc[rows]).all():
            taken[name + OF_LIMITS] = limit
        for ours, theirs in taken.items():
            if ours in cells:
                raise applied.fault("long", f"two columns of theirs lead to {ours}")
            values = np.full(len(visits), None, dtype=object)
            values[at] = raw.cells[theirs].to_numpy(dtype=object)[rows]
            cells[ours] = pd.Series(values, dtype=object)
            origins[ours] = ColumnOrigin(raw.source.column_name(theirs), lines)
    return replace(base, cells=cells, source=replace(base.source, origins=origins, cells=None))


def _check_constant(
    raw: RawTable,
    columns: Collection[str],
    time: str,
    numbers: NDArray[Any],
    firsts: NDArray[Any],
) -> None:
    """Raise DataError if the rows of a visit differ in a column of the visit."""
    for name in columns:
        if name in ("patient_id", time):
            continue
        texts = np.array([as_text(cell).strip() for cell in raw.cells[name]], dtype=object)
        bad = texts != texts[firsts][numbers]
        message = f"differs from another row of the same patient and {time}"
        if faults := raw.source.faults(bad, name, message, raw.cells[name]):
            raise DataError(faults)


def _time_of(applied: AppliedSection, raw: RawTable) -> str:
    """Return the column that says when a visit took place: dates where no week is named.

    A week that a preset alone names, such as AVISITN, may be empty where a date is not: of
    unscheduled visits there are several.
    """
    dated = "date" in raw.cells.columns
    named = "week" in raw.cells.columns and "week" not in applied.section.optional
    return "date" if dated and not named else "week"


def _date(cell: object) -> str:
    return as_text(cell).strip()
