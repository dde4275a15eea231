"""A table of visits as the IMACS definitions need it: patients down, follow-up visits across."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET, HAQ_MAX
from tisstats.measures.visit_identity import identify
from tisstats.measures.visit_table import (
    MEASURE_COLUMNS,
    VAS_MEASURES,
    VAS_UNITS,
    Examination,
    Origin,
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The follow-up rows of a table of visits, in its order, with the values of all rows."""

    row: NDArray[np.intp]  #: position in the table
    baseline: NDArray[np.intp]  #: position of the same patient's baseline
    patient: NDArray[np.intp]  #: number of the patient, from 0
    visit: NDArray[np.intp]  #: number of the follow-up visit in order of week, from 0
    values: dict[str, NDArray[np.float64]]  #: measures of `CORE_SET` by row of the table

    def before_and_after(self, measure: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Baseline and value at each visit, patients down, visits across; nan: no such visit."""
        return self._grid(measure, self.baseline), self._grid(measure, self.row)

    def _grid(self, measure: str, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        shape = [int(place.max(initial=-1)) + 1 for place in (self.patient, self.visit)]
        laid_out = np.full(shape, np.nan)
        laid_out[self.patient, self.visit] = self.values[measure][rows]
        return laid_out


def follow_up(visits: pd.DataFrame, enzyme: str, vas_max: float, origin: Origin) -> FollowUp:
    """Check a table of visits and find its follow-up rows and their baselines.

    Raises
    ------
    ValueError
        If `enzyme` names a column that has another meaning.
    DataError
        With every fault of the table.
    """
    if enzyme in ("patient_id", "week", *MEASURE_COLUMNS):
        raise ValueError(f"enzyme must be the column of a muscle enzyme, got {enzyme!r}")
    examined = Examination(visits, origin)
    examined.require_columns(("patient_id", "week", *MEASURE_COLUMNS, enzyme), ())
    examined.conclude()
    placed = identify(examined)
    values = {}
    for measure in CORE_SET:
        high: float = np.inf
        unit = ""
        if measure in VAS_MEASURES:
            high, unit = vas_max, f" ({VAS_UNITS[int(vas_max)]})"
        elif measure == "haq":
            high = HAQ_MAX
        allowed = "of at least 0" if np.isinf(high) else f"from 0 to {high:g}{unit}"
        column = enzyme if measure == "enzyme" else measure
        values[measure] = examined.numbers(column, f"must be a number {allowed}", 0, high)
    examined.conclude()

    baseline = placed.baselines[placed.patients]
    row = np.flatnonzero(np.arange(len(visits)) != baseline)
    patient = pd.factorize(placed.patients[row])[0]
    # Weeks differ within a patient, so their ranks are whole numbers.
    rank = pd.Series(placed.weeks[row]).groupby(patient).rank()
    visit = rank.to_numpy().astype(np.intp) - 1
    return FollowUp(row, baseline[row], patient, visit, values)
