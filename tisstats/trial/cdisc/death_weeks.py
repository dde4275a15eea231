"""The weeks of deaths in an ADSL, of ours or of another study."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_datetime64_any_dtype

from tisstats.tables.cells import ISO_DATE, as_text, dates
from tisstats.tables.study_days import (
    A_STUDY_DAY,
    RULE_OF_DAYS,
    describe_derived,
    not_study_days,
    weeks_of_days,
)
from tisstats.trial.columns import Mask
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.schema import CellFaults

_DAYS = 7  #: of a week

_BLANK = ("", ".")  #: a missing number; a single stop is that of SAS

_FLAG, _WEEK, _DAY, _DATE, _START = "DTHFL", "DTHWK", "DTHADY", "DTHDT", "TRTSDT"


def death_weeks(
    found: CellFaults, analysed: Mask, ended_by_death: Mask, date_format: str = ISO_DATE
) -> NDArray[np.float64] | None:
    """Return the week of each death: ``DTHWK``, or by ``DTHADY``, or by ``DTHDT`` and ``TRTSDT``.

    Parameters
    ----------
    found
        ADSL, to which is added what is wrong with it: a ``DTHFL`` that is neither Y nor N nor
        empty, a week that is not a number, a day that is not a study day, and the death of a
        patient in the analysis that would not be counted, as it has no week and is not the reason
        of the end.
    analysed, ended_by_death
        Who is in the analysis, and whose study ended by the death, shape (patients,).
    date_format
        Order and separators of dates that are texts, as declared of the file.

    Returns
    -------
    ndarray or None
        Weeks from the start, shape (patients,), nan without one; None if ADSL has none.
    """
    adsl = found.table
    flags = _texts(adsl, _FLAG)
    found.add(~flags.isin(["Y", "N", ""]).to_numpy(), _FLAG, "must be Y, N or empty")
    since = _dates(adsl, _DATE, date_format) - _dates(adsl, _START, date_format)
    days = _numbers(found, _DAY)
    if _DAY in adsl:
        found.add(not_study_days(days), _DAY, A_STUDY_DAY)
    given = _numbers(found, _WEEK).fillna(weeks_of_days(days))
    weeks = given.fillna(since.dt.days / _DAYS).to_numpy(dtype=np.float64).copy()
    # Who was never treated may have died before that day.
    weeks[~analysed & (weeks < 0)] = np.nan
    died = ((flags == "Y") | ~_texts(adsl, _DATE).isin(_BLANK)).to_numpy(dtype=bool)
    blank = _texts(adsl, _WEEK).isin(_BLANK) & _texts(adsl, _DAY).isin(_BLANK)
    lost = died & analysed & ~ended_by_death & np.isnan(weeks) & blank.to_numpy(dtype=bool)
    message = (
        f"needs {_WEEK}, {_DAY}, or whole dates ({date_format}) in {_DATE} and {_START}; or death "
        "as DCSREAS, if it ended the study: otherwise the death would not be counted"
    )
    flagged = (flags != "").to_numpy(dtype=bool)
    found.add(lost & flagged, _FLAG, message)
    found.add(lost & ~flagged, _DATE, message)
    return weeks if _WEEK in adsl or np.isfinite(weeks).any() else None


def death_cells(adsl: pd.DataFrame) -> tuple[NDArray[np.object_], pd.Series]:
    """Return the variable of which each death's week is, and its cells as text, shape (patients,).

    Of a patient of whom all are empty it is the first that there is.

    Examples
    --------
    >>> adsl = pd.DataFrame({"DTHADY": ["8", "", ""], "DTHDT": ["2024-01-08", "2024-02-01", ""]})
    >>> names, cells = death_cells(adsl)
    >>> names.tolist(), cells.tolist()
    (['DTHADY', 'DTHDT', 'DTHADY'], ['8', '2024-02-01', ''])
    """
    present = [name for name in (_WEEK, _DAY, _DATE) if name in adsl] or [_WEEK]
    names = np.full(len(adsl), present[0], dtype=object)
    cells = _texts(adsl, present[0])
    for name in present[1:]:
        blank = cells.isin(_BLANK).to_numpy() & ~_texts(adsl, name).isin(_BLANK).to_numpy()
        names[blank] = name
        cells = cells.mask(blank, _texts(adsl, name))
    return names, cells


def derived_deaths(adsl: pd.DataFrame, weeks: NDArray[np.float64]) -> list[str]:
    """Return a remark on the weeks of deaths that are derived from each variable.

    Examples
    --------
    >>> adsl = pd.DataFrame({"DTHADY": ["8", "", ""], "DTHDT": ["2024-01-08", "2024-02-01", ""]})
    >>> _, remark = derived_deaths(adsl, np.array([1, 4, np.nan]))
    >>> remark
    'death_week of 1 patient is derived from DTHDT: days since TRTSDT, divided by 7'
    """
    names, _ = death_cells(adsl)
    rules = {_DAY: RULE_OF_DAYS, _DATE: f"days since {_START}, divided by {_DAYS}"}
    counts = {name: int(np.sum((names == name) & np.isfinite(weeks))) for name in rules}
    return [
        describe_derived(DEATH_WEEK, count, name, rules[name])
        for name, count in counts.items()
        if count
    ]


def _texts(adsl: pd.DataFrame, name: str) -> pd.Series:
    """Return a variable as text, empty in every row where there is none."""
    if name not in adsl:
        return pd.Series([""] * len(adsl), dtype=object)
    given = adsl[name].reset_index(drop=True)
    return given.astype(object).where(given.notna(), "").map(lambda cell: as_text(cell).strip())


def _numbers(found: CellFaults, name: str) -> pd.Series:
    """Return a variable as numbers, and record what is none."""
    texts = _texts(found.table, name)
    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    if name in found.table:
        wrong = numbers.isna() & ~texts.isin(_BLANK)
        found.add(wrong.to_numpy(), name, "must be a number")
    return numbers


def _dates(adsl: pd.DataFrame, name: str, date_format: str) -> pd.Series:
    """Return a variable as days, missing where it is not a whole date, such as year and month."""
    if name in adsl and is_datetime64_any_dtype(adsl[name]):
        days: pd.Series = adsl[name].reset_index(drop=True).dt.tz_localize(None).dt.normalize()
        return days
    if date_format != ISO_DATE and name in adsl:
        given = dates(adsl[name].reset_index(drop=True), date_format=date_format)
        return pd.to_datetime(given.values, errors="coerce")
    texts = _texts(adsl, name).str.extract(r"^(\d{4}-\d{2}-\d{2})(?:$|[T ])")[0]
    return pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
