"""Weeks of dated rows, counted from each patient's first dose, and dates that cannot be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.sentences import count_of
from tisstats.tables.raw import ColumnOrigin
from tisstats.tables.study_days import describe_derived
from tisstats.trial.columns import Mask
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.end_reasons import COMPLETED
from tisstats.trial.study import Study
from tisstats.trial.study_sections import DAYS_PER_WEEK
from tisstats.trial.study_tables import TypedTable

_Weeks = NDArray[np.float64]


def with_weeks(study: Study, typed: Mapping[str, TypedTable]) -> dict[str, TypedTable]:
    """Return the tables of a study with weeks, even where they have dates.

    A week is the days since the first dose, divided by 7, and is not rounded. Of stops and deaths,
    a week that is given counts, that of the stop also for the death that ended the study; a date
    gives it where it is empty, and a remark counts these.

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
    patients = typed["patients"]
    firsts = patients.frame.set_index("patient_id")[_FIRST]
    others = {
        name: _with_weeks(table, firsts) for name, table in typed.items() if name != "patients"
    }
    return {"patients": _with_own_weeks(study, patients, others["visits"].frame), **others}


def _with_weeks(table: TypedTable, first_doses: pd.Series) -> TypedTable:
    frame = table.frame
    weeks = _weeks_between(frame["patient_id"].map(first_doses), frame["date"])
    return replace(table, frame=frame.assign(week=weeks))


def _weeks_between(firsts: pd.Series, dates: pd.Series) -> _Weeks:
    """Return the weeks from each first dose to a date, nan without one, shape (rows,)."""
    days = [
        np.nan if pd.isna(date) or pd.isna(first) else (date - first).days
        for date, first in zip(dates, firsts, strict=True)
    ]
    return np.array(days, dtype=np.float64) / DAYS_PER_WEEK


def _with_own_weeks(study: Study, patients: TypedTable, visits: pd.DataFrame) -> TypedTable:
    """Return the patients with the weeks of stops and deaths that have dates."""
    frame = patients.frame
    given = _given_weeks(frame, "stop_week")
    if "stop_date" in frame:
        stops = _dated_weeks(patients, "stop_date")
        ends = _ends_of_study(study, frame, stops, visits)
        remarks = (*patients.remarks, *_remarks_on_ends(patients, ends, stops))
        patients = replace(patients, remarks=remarks)
        patients = _with_week(patients, "stop_week", np.where(ends, np.nan, stops))
    if "death_date" in frame:
        deaths = _dated_weeks(patients, "death_date")
        at_stop = _has_reason(frame, "death") & np.isnan(_given_weeks(frame, DEATH_WEEK))
        at_stop &= ~np.isnan(given)  # the week of such a stop is that of the death
        _check_week(patients, "stop_week", "death_date", np.where(at_stop, deaths, np.nan), given)
        patients = _with_week(patients, DEATH_WEEK, np.where(at_stop, np.nan, deaths))
    return patients


def _given_weeks(patients: pd.DataFrame, week: str) -> _Weeks:
    none = pd.Series(np.nan, index=patients.index)
    return np.asarray(patients.get(week, none), dtype=np.float64)


def _has_reason(patients: pd.DataFrame, reason: str) -> Mask:
    reasons = patients.get("end_reason", pd.Series("", index=patients.index))
    return (reasons == reason).to_numpy(dtype=bool)


def _dated_weeks(patients: TypedTable, date: str) -> _Weeks:
    """Return the weeks of a date of each patient, which must not lie before the first dose."""
    weeks = _weeks_between(patients.frame[_FIRST], patients.frame[date])
    first = patients.source.column_name(_FIRST)
    patients.add(weeks < 0, date, f"must not lie before {first}")
    return weeks


def _ends_of_study(
    study: Study, patients: pd.DataFrame, stops: _Weeks, visits: pd.DataFrame
) -> Mask:
    """Return which dates of stops are those of a completed study: exports have them of everyone.

    Such a date is in the window of the last scheduled week, or later; of who completed the study by
    the reason of the end, also at the last visit, or later.
    """
    end = study.visits.weeks[-1]
    at_end = stops >= end - study.visits.window_of(end) / DAYS_PER_WEEK - SAME_WEEK
    last = patients["patient_id"].map(visits.groupby("patient_id")["week"].max())
    seen_before = stops >= last.to_numpy(dtype=np.float64)
    completed = _has_reason(patients, COMPLETED)
    return (_has_reason(patients, "") & at_end) | (completed & (at_end | seen_before))


def _remarks_on_ends(patients: TypedTable, ends: Mask, stops: _Weeks) -> Iterator[str]:
    """Yield remarks on dates of stops of patients who completed the study."""
    date = patients.source.column_name("stop_date")
    if ends.any():
        yield (
            f"{date} of {count_of(int(ends.sum()), 'patient')} is the end of the completed study, "
            "not an early stop"
        )
    early = _has_reason(patients.frame, COMPLETED) & ~ends & np.isfinite(stops)
    if early.any():
        yield (
            f"{date} of {count_of(int(early.sum()), 'patient')} who completed the study is an "
            "early stop, as it lies before the last visit"
        )


def _check_week(patients: TypedTable, week: str, date: str, derived: _Weeks, given: _Weeks) -> None:
    """Record dates that are a week or more from the week that is given."""
    name = patients.source.all_names(week)
    message = f"is a week or more from that in {name}: which of the two is right?"
    patients.add(np.abs(given - derived) >= 1, date, message)


def _with_week(patients: TypedTable, week: str, derived: _Weeks) -> TypedTable:
    """Return the patients with a week, where it is empty that of its date, and without the date."""
    frame, source, name = patients.frame, patients.source, patients.source.column_name
    date, given = _DATES[week], _given_weeks(frame, week)
    _check_week(patients, week, date, derived, given)
    taken = np.isnan(given) & ~np.isnan(derived)
    frame = frame.drop(columns=date)
    if not taken.any():
        return replace(patients, frame=frame)
    frame[week] = np.where(taken, derived, given)
    assert source.cells is not None  # as those of all typed tables
    none = pd.Series(np.nan, index=frame.index)
    shown = source.cells[date].where(taken, source.cells.get(week, none))
    names: str | NDArray[np.object_] = name(date)
    if not np.isnan(given).all():
        own = [source.name(row, week) for row in range(len(frame))]
        names = np.where(taken, name(date), np.array(own, dtype=object))
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
