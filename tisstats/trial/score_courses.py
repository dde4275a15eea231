"""Read courses of scores from a table of scored visits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.files import read_visits
from tisstats.measures.visit_table import FAULTS_PER_COLUMN, TableCheck, find_visits

_NEEDED = ("patient_id", "week", "tis")
_ALLOWED = "must be a score from 0 to 100"
_WAY_OUT = (
    "leave out this patient or that week, since every patient must have a score at the same visits"
)


def read_score_courses(path: Path) -> NDArray[np.float64]:
    r"""Read the scores of each patient after baseline, as `tisstats score` writes them.

    Parameters
    ----------
    path : pathlib.Path
        A table in a format of `tisstats.tables` with the columns ``patient_id``, ``week`` and
        ``tis``; others are ignored. The baseline of a patient is the row with the smallest week.

    Returns
    -------
    numpy.ndarray, shape (patients, visits)
        Total Improvement Scores, 0 to 100, in the order of weeks; patients in that of the table.

    Raises
    ------
    tisstats.errors.DataError
        If the table is invalid, a score after baseline is missing, or patients have visits at
        different weeks; lists every fault.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scored.csv"
    ...     _ = path.write_text("patient_id,week,tis\n1,0,0\n1,4,20\n1,8,45\n")
    ...     read_score_courses(path)
    array([[20., 45.]])
    """
    found = read_visits(path, numeric=("tis",))
    check = TableCheck(found.table, found.source)
    check.require_columns(_NEEDED, ())
    check.raise_faults()
    visits = find_visits(check)
    scores = check.numbers("tis", _ALLOWED, 0, 100)
    check.raise_faults()
    after = np.ones(len(scores), dtype=np.bool_)
    after[visits.baselines] = False
    message = f"{_ALLOWED} after baseline, not empty: {_WAY_OUT}"
    check.fault_rows(after & np.isnan(scores), "tis", message)
    weeks, places = np.unique(visits.weeks[after], return_inverse=True)
    courses = np.full((len(visits.baselines), len(weeks)), np.nan)
    present = np.zeros(courses.shape, dtype=np.bool_)
    courses[visits.patients[after], places] = scores[after]
    present[visits.patients[after], places] = True
    if not weeks.size:
        check.fault("there is no visit after baseline")
    absent = np.argwhere(~present)
    for patient, place in absent[:FAULTS_PER_COLUMN]:
        name = found.table["patient_id"].iloc[visits.baselines[patient]]
        check.fault(
            f"the patient has no visit at week {weeks[place]:g}, as others have: {_WAY_OUT}",
            "patient_id",
            name,
        )
    if (more := len(absent) - FAULTS_PER_COLUMN) > 0:
        message = f"and {more} more: a patient has no visit at a week, as others have: {_WAY_OUT}"
        check.fault(message, "patient_id")
    check.raise_faults()
    return courses
