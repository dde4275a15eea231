"""Weeks of dated rows, counted from each patient's first dose, and dates that cannot be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tisstats.errors import Fault
from tisstats.trial.study import Study
from tisstats.trial.study_sections import DAYS_PER_WEEK
from tisstats.trial.study_tables import TypedTable


def with_weeks(study: Study, typed: Mapping[str, TypedTable]) -> dict[str, TypedTable]:
    """Return the tables of a study with weeks, also where they have dates.

    Parameters
    ----------
    study
        The description.
    typed
        Its tables: the patients with ``first_dose_date``, the others with ``date``, if the study
        has dates.
    """
    if study.visits.time == "week":
        return dict(typed)
    firsts = typed["patients"].frame.set_index("patient_id")["first_dose_date"]
    return {
        name: table if name == "patients" else _with_weeks(table, firsts)
        for name, table in typed.items()
    }


def _with_weeks(table: TypedTable, first_doses: pd.Series) -> TypedTable:
    frame = table.frame
    firsts = frame["patient_id"].map(first_doses)
    days = [
        np.nan if pd.isna(date) else (date - first).days
        for date, first in zip(frame["date"], firsts, strict=True)
    ]
    weeks = frame.assign(week=np.array(days, dtype=float) / DAYS_PER_WEEK)
    return TypedTable(weeks, table.source, table.faults, table.unused)


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


def _visit_days(typed: Mapping[str, TypedTable]) -> pd.DataFrame:
    """Return ``min`` and ``max`` of the days of each patient's visits, and their ``count``."""
    visits = typed["visits"].frame
    days = (visits["week"] * DAYS_PER_WEEK).round()  # whole, as dates are
    of_patient = days.groupby(visits["patient_id"]).agg(["min", "max", "count"])
    return of_patient.reindex(typed["patients"].frame["patient_id"]).reset_index(drop=True)
