"""Whose visit each row of a table is, in which week, and which row is the patient's baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.visit_table import Examination, empty_cells


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of a table, row by row."""

    patients: NDArray[np.int64]  #: shape (n,), the patient of each row, numbered from 0
    weeks: NDArray[np.float64]  #: shape (n,), the week of each row
    baselines: NDArray[np.int64]  #: shape (patients,), the row of each patient's baseline

    def last(self) -> NDArray[np.int64]:
        """Return the row of each patient's last visit, shape (patients,)."""
        return _first_rows(self.patients, -self.weeks, len(self.baselines))


def identify(examined: Examination) -> Visits:
    """Read ``patient_id`` and ``week``; what is wrong is noted: conclude before using the result.

    The baseline of a patient is the row of the smallest week. A patient who has both a week 0 and
    an earlier one has two candidates, and that is a fault.
    """
    patients = _patients(examined.table["patient_id"])
    weeks = examined.numbers("week", "must be a number of weeks", -np.inf, np.inf)
    absent = empty_cells(examined.table["week"])
    examined.fault_rows(patients < 0, "patient_id", "must not be empty")
    examined.fault_rows(absent, "week", "must be a number of weeks, not empty")

    placed = np.flatnonzero((patients >= 0) & np.isfinite(weeks))
    week_numbers, distinct = pd.factorize(weeks[placed])
    visits = patients[placed] * len(distinct) + week_numbers
    repeated = np.zeros(len(patients), dtype=bool)
    repeated[placed] = pd.Series(visits).duplicated().to_numpy()
    examined.fault_rows(repeated, "week", "the patient has another row for this week")

    count = int(patients.max(initial=-1)) + 1
    has_week_zero = np.zeros(count + 1, dtype=bool)  # the last one is nobody's
    # Spelled without equality, but exact: only 0 is neither below nor above 0.
    has_week_zero[patients[placed[~(weeks[placed] < 0) & ~(weeks[placed] > 0)]]] = True
    examined.fault_rows(
        (weeks < 0) & has_week_zero[patients],
        "week",
        "lies before the patient's week 0: leave only one of them as the baseline",
    )
    known = np.where(np.isfinite(weeks), weeks, np.inf)
    return Visits(patients, weeks, _first_rows(patients, known, count))


def _patients(identifiers: pd.Series) -> NDArray[np.int64]:
    """Give the patients numbers from 0, -1 without identifier; spaces around one are ignored."""
    codes, found = pd.factorize(identifiers)
    if pd.api.types.is_numeric_dtype(found.dtype) or not len(found):
        return codes.astype(np.int64)
    names = pd.Series(found)
    if pd.api.types.infer_dtype(names) == "string":
        names = names.str.strip()
    else:
        names = names.map(lambda name: name.strip() if isinstance(name, str) else name)
    numbers, distinct = pd.factorize(names)
    numbers[np.asarray(distinct == "", dtype=bool)[numbers]] = -1
    return np.append(numbers, -1)[codes].astype(np.int64)


def _first_rows(
    patients: NDArray[np.int64], weeks: NDArray[np.float64], count: int
) -> NDArray[np.int64]:
    """Return the row with the smallest week of each of `count` patients."""
    smallest = np.full(count + 1, np.inf)  # the last one is nobody's
    np.minimum.at(smallest, patients, weeks)
    rows = np.zeros(count + 1, dtype=np.int64)
    first = np.flatnonzero(weeks <= smallest[patients])
    rows[patients[first]] = first
    return rows[:count]
