"""A table of visits: checked, and laid out with one row a patient and one column a visit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.faults import DataFault, Fault
from tisstats.measures.core_set import CORE_SET, HAQ_MAX
from tisstats.measures.imacs.rules import VAS_MEASURES


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The follow-up rows of a table of visits, in its order; all arrays are of their number."""

    row: NDArray[np.intp]  #: position in the table
    baseline: NDArray[np.intp]  #: position of the same patient's baseline
    patient: NDArray[np.intp]  #: number of the patient, from 0
    visit: NDArray[np.intp]  #: number of the follow-up visit in order of week, from 0

    def grid(self, values: pd.Series, rows: NDArray[np.intp] | None = None) -> NDArray[np.float64]:
        """Values with patients down and follow-up visits across, nan where there is none.

        `rows` are the positions to take for each follow-up row: by default its own.
        """
        shape = [int(place.max(initial=-1)) + 1 for place in (self.patient, self.visit)]
        laid_out = np.full(shape, np.nan)
        laid_out[self.patient, self.visit] = values.to_numpy()[self.row if rows is None else rows]
        return laid_out


def follow_up_visits(table: pd.DataFrame) -> FollowUp:
    """Find each patient's baseline and follow-up visits in a checked table.

    The baseline is week 0, even where a screening visit stands before it, or else the first week.
    """
    patient = pd.Series(pd.factorize(table["patient_id"])[0])
    week = table["week"]
    first = week.groupby(patient).transform("min")
    baseline_week = first.mask(week.eq(0).groupby(patient).transform("any"), 0)
    is_baseline = week.eq(baseline_week)
    baseline = pd.Series(patient.index[is_baseline], index=patient[is_baseline])
    after = week > baseline_week
    return FollowUp(
        row=np.flatnonzero(after),
        baseline=patient[after].map(baseline).to_numpy(dtype=np.intp),
        patient=pd.factorize(patient[after])[0],
        visit=week[after].groupby(patient[after]).rank().to_numpy(dtype=np.intp) - 1,
    )


def checked_table(visits: pd.DataFrame, enzyme: str, vas_max: float, source: str) -> pd.DataFrame:
    """Patients, weeks and the measures of `CORE_SET` as floats, indexed from 0; or every fault."""
    if enzyme in {"patient_id", "week", *CORE_SET} - {"enzyme"}:
        raise ValueError(f"enzyme must be the column of a muscle enzyme, got {enzyme!r}")
    columns = {measure: measure for measure in CORE_SET} | {"enzyme": enzyme}
    needed = ["patient_id", "week", *columns.values()]
    absent = [name for name in needed if name not in visits.columns]
    if absent:
        raise DataFault([Fault(source, "there is no such column", column=c) for c in absent])
    twice = [name for name in needed if list(visits.columns).count(name) > 1]
    if twice:
        raise DataFault([Fault(source, "the column must be there once", column=c) for c in twice])

    faults: list[Fault] = []
    checked = pd.DataFrame({"patient_id": visits["patient_id"].to_numpy()})
    faults += _faults(visits, "patient_id", checked["patient_id"].isna(), "must be given", source)
    checked["week"] = _numbers(visits["week"])
    bad = ~np.isfinite(checked["week"])
    faults += _faults(visits, "week", bad, "must be a number", source)
    repeated = checked.duplicated(["patient_id", "week"]) & checked["patient_id"].notna() & ~bad
    faults += _faults(visits, "week", repeated, "must be once for each patient", source)

    maxima = dict.fromkeys(VAS_MEASURES, vas_max) | {"haq": HAQ_MAX}
    for measure, column in columns.items():
        checked[measure] = _numbers(visits[column])
        greatest = maxima.get(measure)
        allowed = "at least 0" if greatest is None else f"from 0 to {greatest:g}"
        bad = ~np.isfinite(checked[measure]) & visits[column].notna().to_numpy()
        bad |= (checked[measure] < 0) | (checked[measure] > (greatest or np.inf))
        faults += _faults(visits, column, bad, f"must be a number {allowed}, or missing", source)
    if faults:
        raise DataFault(faults)
    return checked


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    """Floats of a column; text that is no number, and True and False, become nan."""
    truth = column.map(lambda value: isinstance(value, bool | np.bool_)).to_numpy(dtype=bool)
    numbers = pd.to_numeric(column.mask(truth), errors="coerce")
    return numbers.to_numpy(dtype=float, na_value=np.nan)


def _faults(
    visits: pd.DataFrame, column: str, wrong: pd.Series, message: str, source: str
) -> list[Fault]:
    values = visits[column].to_numpy()
    return [
        Fault(source, message, row=int(row) + 2, column=column, value=str(values[row]))
        for row in np.flatnonzero(wrong)
    ]
