"""Who died in a trial, and in which week, from the columns of its patients.

A death that ended the study is the reason of the end. One of a patient who had stopped early or
completed the study is known by its week alone, and leaves that reason as it is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from tisstats.trial.columns import Columns, Mask

#: Column of the week of the death; empty of a patient who is not known to have died.
DEATH_WEEK = "death_week"


def has_died(patients: pd.DataFrame | Columns) -> Mask:
    """Return which patients died: by the reason of the end, or with a week of the death.

    Parameters
    ----------
    patients
        Columns of the patients, with ``end_reason``; optionally ``death_week``, nan without one.

    Returns
    -------
    Mask
        Shape (patients,).

    Examples
    --------
    >>> reasons = ["completed", "death", "adverse_event", "adverse_event"]
    >>> patients = pd.DataFrame({"end_reason": reasons, "death_week": [np.nan, 9, 14, np.nan]})
    >>> has_died(patients).tolist()
    [False, True, True, False]
    """
    return _ended_by_death(patients) | np.isfinite(own_death_weeks(patients))


def own_death_weeks(patients: pd.DataFrame | Columns) -> NDArray[np.float64]:
    """Return the weeks in ``death_week``, shape (patients,); nan without one. Parameters as above.

    Examples
    --------
    >>> reasons = ["adverse_event", "death"]
    >>> patients = pd.DataFrame({"end_reason": reasons, "death_week": [14, None]})
    >>> own_death_weeks(patients).tolist()
    [14.0, nan]
    """
    return _weeks(patients, DEATH_WEEK)


def stop_weeks(patients: pd.DataFrame | Columns) -> NDArray[np.float64]:
    """Return the weeks in ``stop_week``, shape (patients,); nan without one. Parameters as above.

    Examples
    --------
    >>> stop_weeks(pd.DataFrame({"patient_id": ["1", "2"], "stop_week": [9, None]})).tolist()
    [9.0, nan]
    """
    return _weeks(patients, "stop_week")


def recorded_death_weeks(patients: pd.DataFrame | Columns) -> NDArray[np.float64]:
    """Return the week of each death as recorded, in weeks from the start, shape (patients,).

    That of ``death_week``; without one, the ``stop_week`` of a patient whose study ended by the
    death. nan without a death, and where its week is not recorded. Parameters as above, with
    ``stop_week`` as a further column that may be missing.

    Examples
    --------
    >>> reasons = ["death", "death", "adverse_event", "adverse_event"]
    >>> patients = pd.DataFrame(
    ...     {"end_reason": reasons, "stop_week": [9, np.nan, 4, 4], "death_week": [np.nan] * 4}
    ... )
    >>> patients.loc[2, "death_week"] = 14
    >>> recorded_death_weeks(patients).tolist()
    [9.0, nan, 14.0, nan]
    """
    own = own_death_weeks(patients)
    by_stop = np.where(_ended_by_death(patients), stop_weeks(patients), np.nan)
    return np.where(np.isnan(own), by_stop, own)


def died_later(patients: pd.DataFrame | Columns) -> Mask:
    """Return who died and whose study did not end by the death, shape (patients,).

    They had stopped early, not later than they died, or completed the study; parameters as above.

    Examples
    --------
    >>> reasons = ["completed", "death", "adverse_event", "adverse_event"]
    >>> patients = pd.DataFrame({"end_reason": reasons, "death_week": [30, 9, 14, np.nan]})
    >>> died_later(patients).tolist()
    [True, False, True, False]
    """
    return has_died(patients) & ~_ended_by_death(patients)


def _ended_by_death(patients: pd.DataFrame | Columns) -> Mask:
    if "end_reason" not in patients:
        return np.zeros(len(patients["patient_id"]), dtype=bool)
    return np.asarray(patients["end_reason"] == "death", dtype=bool)


def _weeks(patients: pd.DataFrame | Columns, name: str) -> NDArray[np.float64]:
    """Return a column of weeks, nan in every row where there is none.

    A column with other cells than numbers and blanks is another, which happens to have that name.
    """
    if name not in patients:
        return np.full(len(_ended_by_death(patients)), np.nan)
    column = pd.Series(patients[name])
    if column.dtype.kind == "O":
        blank = column.isna() | (column.astype(str).str.strip() == "")
        column = column.where(~blank, np.nan).infer_objects()
    if not is_numeric_dtype(column) or is_bool_dtype(column):
        return np.full(len(_ended_by_death(patients)), np.nan)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
