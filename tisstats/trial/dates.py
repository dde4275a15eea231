"""Weeks of dated rows, counted from each patient's first dose, and dates that cannot be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.tables.raw import ColumnOrigin
from tisstats.tables.study_days import describe_derived
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.study import Study
from tisstats.trial.study_sections import DAYS_PER_WEEK
from tisstats.trial.study_tables import TypedTable


def with_weeks(study: Study, typed: Mapping[str, TypedTable]) -> dict[str, TypedTable]:
    """Return the tables of a study with weeks, also where they have dates.

    A week is the days since the first dose, divided by 7, and is not rounded. Of stops and deaths,
    a week that is given counts; a date gives it where it is empty, and a remark counts these.

    Parameters
    ----------
    study
        The description.
    typed
        Its tables: the patients with ``first_dose_date`` and perhaps ``stop_date`` and
        ``death_date``, the others with ``date``, if the study has dates. Dates of stops and deaths
        before the first dose, or a week or more from the week that is given, are faults.
    """
    if study.visits.time == "week":
        return dict(typed)
    firsts = typed["patients"].frame.set_index("patient_id")["first_dose_date"]
    return {
        name: _with_own_weeks(table) if name == "patients" else _with_weeks(table, firsts)
        for name, table in typed.items()
    }


def _with_weeks(table: TypedTable, first_doses: pd.Series) -> TypedTable:
    frame = table.frame
    weeks = _weeks_between(frame["patient_id"].map(first_doses), frame["date"])
    return replace(table, frame=frame.assign(week=weeks))


def _weeks_between(firsts: pd.Series, dates: pd.Series) -> NDArray[np.float64]:
    """Return the weeks from each first dose to a date, nan without one, shape (rows,)."""
    days = [
        np.nan if pd.isna(date) or pd.isna(first) else (date - first).days
        for date, first in zip(dates, firsts, strict=True)
    ]
    return np.array(days, dtype=np.float64) / DAYS_PER_WEEK


def _with_own_weeks(patients: TypedTable) -> TypedTable:
    """Return the patients with the weeks of stops and deaths that have dates."""
    for week, date in _DATES.items():
        if date in patients.frame:
            patients = _with_week(patients, week, date)
    return patients


def _with_week(patients: TypedTable, week: str, date: str) -> TypedTable:
    frame, source, name = patients.frame, patients.source, patients.source.column_name
    derived = _weeks_between(frame[_FIRST], frame[date])
    none = pd.Series(np.nan, index=frame.index)
    given = frame.get(week, none).to_numpy(dtype=np.float64)
    patients.add(derived < 0, date, f"must not lie before {name(_FIRST)}")
    message = f"is a week or more from that in {name(week)}: which of the two is right?"
    patients.add(np.abs(given - derived) >= 1, date, message)
    taken = np.isnan(given) & ~np.isnan(derived)
    frame = frame.drop(columns=date)
    if not taken.any():
        return replace(patients, frame=frame)
    frame[week] = np.where(taken, derived, given)
    assert source.cells is not None  # as those of all typed tables
    shown = source.cells[date].where(taken, source.cells.get(week, none))
    names: str | NDArray[np.object_] = name(date)
    if not np.isnan(given).all():
        names = np.where(taken, name(date), name(week)).astype(object)
    rule = f"days since {name(_FIRST)}, divided by {DAYS_PER_WEEK}"
    remark = describe_derived(week, int(taken.sum()), name(date), rule)
    source = replace(
        source,
        cells=source.cells.assign(**{week: shown}),
        origins={**source.origins, week: ColumnOrigin(names)},
    )
    return replace(patients, frame=frame, source=source, remarks=(*patients.remarks, remark))


def doubtful_first_doses(study: Study, typed: Mapping[str, TypedTable]) -> list[Fault]:
    """Return a fault for each date that puts all visits of a patient outside the schedule.

    Parameters
    ----------
    study
        The description.
    typed
        Its tables, with weeks.
    """
    if study.visits.time == "week":
        return []
    patients, schedule = typed["patients"], study.visits
    days = _visit_days(typed)
    last = schedule.weeks[-1]
    outside = days["min"] > last * DAYS_PER_WEEK + schedule.window_of(last)
    if schedule.baseline == "week 0":
        outside |= days["max"] < -schedule.window_of(0)
    message = (
        f"puts all visits of the patient outside the schedule, week {schedule.weeks[0]:g} to "
        f"{schedule.weeks[-1]:g}: is it right, and are the dates of the visits?"
    )
    patients.add(outside & patients.frame["analysed"].to_numpy(dtype=bool), _FIRST, message)
    return patients.faults


def visits_before_first_dose(
    study: Study, typed: Mapping[str, TypedTable], *, names: bool = True
) -> Iterator[str]:
    """Yield a remark on patients who have several visits, all of them before their first dose.

    Where the baseline is a visit before the first dose, theirs is the last or the mean of these.

    Parameters
    ----------
    study
        The description.
    typed
        Its tables, with weeks.
    names
        Whether the first patient is named.

    Yields
    ------
    str
        One sentence.
    """
    if study.visits.time == "week":
        return
    days = _visit_days(typed)
    analysed = typed["patients"].frame["analysed"].to_numpy(dtype=bool)
    before = typed["patients"].frame[analysed & (days["max"] < 0) & (days["count"] > 1)]
    if not len(before):
        return
    first = before["patient_id"].iloc[0]
    column = typed["patients"].source.column_name(_FIRST)
    if len(before) == 1:
        which, dates = f"1 patient{f', {first},' if names else ''} has", f"is {column}"
    else:
        named = f", the first {first}," if names else ""
        which, dates = f"{len(before)} patients{named} have", f"are their {column}"
    yield f"{which} several visits, all before the first dose: {dates} right?"


_FIRST = "first_dose_date"

#: Columns of patients with the date of what has a week.
_DATES = {"stop_week": "stop_date", DEATH_WEEK: "death_date"}


def _visit_days(typed: Mapping[str, TypedTable]) -> pd.DataFrame:
    """Return ``min`` and ``max`` of the days of each patient's visits, and their ``count``."""
    visits = typed["visits"].frame
    days = (visits["week"] * DAYS_PER_WEEK).round()  # whole, as dates are
    of_patient = days.groupby(visits["patient_id"]).agg(["min", "max", "count"])
    return of_patient.reindex(typed["patients"].frame["patient_id"]).reset_index(drop=True)
