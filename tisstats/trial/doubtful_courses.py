"""What is doubtful in times, ends and events of patients: remarks, since either may be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from tisstats.measures.identifiers import LookAlikes
from tisstats.sentences import count_of
from tisstats.trial.columns import Columns
from tisstats.trial.deaths import (
    died_later,
    has_died,
    own_death_weeks,
    recorded_death_weeks,
)
from tisstats.trial.description import RESCUE, SAME_WEEK
from tisstats.trial.end_reasons import EARLY_ENDS, ONGOING
from tisstats.trial.study import Study
from tisstats.trial.study_sections import DAYS_PER_WEEK
from tisstats.trial.study_tables import NOT_RECORDED, RELATED, UNRELATED


def implausible_times(
    study: Study, tables: Mapping[str, pd.DataFrame], *, named: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield a remark on late visits, stops and deaths, and on events before week 0 or undated.

    Parameters
    ----------
    study
        The description.
    tables
        The ``visits`` with ``visit_week``, when they took place, the ``adverse_events`` with
        ``week``, and the ``patients``, which may have ``stop_week``, ``death_week`` and
        ``end_reason``.
    named
        Returns what a column of the patients is called in their file.

    Yields
    ------
    str
        One sentence.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> trial = data.trial
    >>> tables = {"patients": trial.patients, "adverse_events": trial.adverse_events}
    >>> tables["visits"] = trial.visits.assign(visit_week=520.0).head(1)
    >>> list(implausible_times(data.study, tables))
    ['1 visit lies after the last scheduled week, 24, and its window: the last in week 520']
    """
    schedule = study.visits
    until = _planned_end(study)
    weeks = tables["visits"]["visit_week"].to_numpy(dtype=float)
    if late := int(np.sum(weeks > until + SAME_WEEK)):
        yield (
            f"{count_of(late, 'visit')} {'lies' if late == 1 else 'lie'} after the last scheduled "
            f"week, {schedule.weeks[-1]:g}, and its window: the last in week "
            f"{round(float(np.max(weeks)), 1):g}"
        )
    patients = tables["patients"]
    deaths = own_death_weeks(patients)
    if "stop_week" in patients:
        stops = patients["stop_week"].to_numpy(dtype=float, na_value=np.nan)
        stops = np.where(np.abs(stops - deaths) <= SAME_WEEK, np.nan, stops)  # a remark of its own
        if late := int(np.sum(stops > until + SAME_WEEK)):
            yield (
                f"{count_of(late, 'patient')} stopped early after the last "
                f"scheduled week, {schedule.weeks[-1]:g}: the last in week "
                f"{round(float(np.nanmax(stops)), 1):g}"
            )
    if late := late_deaths(study, patients):
        yield (
            f"{count_of(late, 'patient')} died after the last scheduled "
            f"week, {schedule.weeks[-1]:g}: the last in week "
            f"{round(float(np.nanmax(deaths)), 1):g}"
        )
    last = schedule.weeks[-1]
    inside = deaths < last - schedule.window_of(last) / DAYS_PER_WEEK - SAME_WEEK
    completed = patients.get("end_reason", pd.Series("", index=patients.index)).eq("completed")
    if early := int(np.sum(inside & completed.fillna(False).to_numpy(dtype=bool))):
        yield (
            f"{count_of(early, 'patient')} died before the last scheduled "
            f"week, {schedule.weeks[-1]:g}, and completed the study by {named('end_reason')}: did "
            "the death end it?"
        )
    before = int(np.sum(tables["adverse_events"]["week"].to_numpy(dtype=float) < 0))
    if before:
        verbs = "event lies" if before == 1 else "events lie"
        which = "it counts" if before == 1 else "they count"
        yield f"{before} adverse {verbs} before week 0; {which} like the others"
    if undated := int(tables["adverse_events"]["week"].isna().sum()):
        events, counts = (
            ("event has", "it counts") if undated == 1 else ("events have", "they count")
        )
        yield f"{undated} adverse {events} no week; {counts} like the others"


def late_deaths(study: Study, patients: pd.DataFrame | Columns) -> int:
    """Return how many of the patients died after the schedule, its follow-up and its window."""
    return int(np.sum(own_death_weeks(patients) > _planned_end(study) + SAME_WEEK))


def _planned_end(study: Study) -> float:
    schedule = study.visits
    window = schedule.window_of(schedule.weeks[-1]) / DAYS_PER_WEEK
    return float(schedule.weeks[-1] + schedule.follow_up_weeks + window)


def unusual_courses(
    tables: Mapping[str, pd.DataFrame], *, names: bool = True, named: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield a remark on late baselines, on ends that are inferred or odd, and on odd rescue.

    Parameters
    ----------
    tables
        The ``patients``, ``visits`` and ``treatments`` of a trial; the visits with ``visit_week``,
        when they took place.
    names
        Whether the first patient is named.
    named
        Returns what a column of the patients is called in their file.

    Yields
    ------
    str
        One sentence.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> trial = StudyData.read(example_folder()).trial
    >>> visits = trial.visits.assign(visit_week=trial.visits["week"])
    >>> visits.loc[0, "visit_week"] = 3 / 7
    >>> tables = {"patients": trial.patients, "visits": visits, "treatments": trial.treatments}
    >>> list(unusual_courses(tables))
    ['the baseline of 1 patient lies after the first dose: E-01, day 3']
    """
    visits = tables["visits"]
    baseline = visits["week"] == 0
    late = visits[baseline & (visits["visit_week"] > 0)]
    if len(late):
        days = late["visit_week"].iloc[0] * DAYS_PER_WEEK
        yield (
            f"the baseline of {count_of(len(late), 'patient')} lies after the first dose"
            f"{_first(late['patient_id'], f', day {days:g}') if names else ''}"
        )
    patients = tables["patients"]
    seen = set(visits.loc[~baseline, "patient_id"])
    completed = patients["analysed"].astype(bool) & (patients["end_reason"] == "completed")
    unseen = patients.loc[completed & ~patients["patient_id"].isin(seen), "patient_id"]
    if len(unseen):
        verb = "counts" if len(unseen) == 1 else "count"
        yield (
            f"{count_of(len(unseen), 'patient')} without a visit after baseline {verb} as having "
            f"completed the study{_first(unseen) if names else ''}"
        )
    if "stop_week" in patients:
        unfinished = patients["end_reason"].isin(EARLY_ENDS)
        # The week of a death that ended the study may stand in a column of its own.
        unfinished &= np.isnan(recorded_death_weeks(patients)) | died_later(patients)
        undated = patients.loc[unfinished & patients["stop_week"].isna(), "patient_id"]
        if len(undated):
            verb = "is" if len(undated) == 1 else "are"
            yield (
                f"{count_of(len(undated), 'patient')} with {named('end_reason')} and without "
                f"{named('stop_week')} "
                f"{verb} taken to have stopped at the last visit{_first(undated) if names else ''}"
            )
        yield from _stops_while_ongoing(patients, names=names, named=named)
    given = tables["treatments"]["treatment"].astype(str)
    like = given[given.str.contains(RESCUE, case=False) & (given.str.lower() != RESCUE)]
    for name, number in like.value_counts(sort=False).items():
        yield (
            f"treatment {name!r} in {count_of(number, 'row')} is not taken for rescue medication, "
            f"which is called {RESCUE}"
        )


def _stops_while_ongoing(
    patients: pd.DataFrame, *, names: bool, named: Callable[[str], str]
) -> Iterator[str]:
    """Yield a remark on ongoing patients with the week of a stop: of treatment, or by mistake."""
    ongoing = patients["analysed"].astype(bool) & (patients["end_reason"] == ONGOING)
    stopped = patients[ongoing & patients["stop_week"].notna()]
    if not len(stopped):
        return
    has, counts = ("has", "counts") if len(stopped) == 1 else ("have", "count")
    week = f", week {round(float(stopped['stop_week'].iloc[0]), 1):g}"
    yield (
        f"{count_of(len(stopped), 'ongoing patient')} {has} {named('stop_week')}, and {counts} as "
        f"having stopped treatment early{_first(stopped['patient_id'], week) if names else ''}; "
        "leave it empty where treatment goes on, as at a last contact or a cutoff of the data"
    )


def open_ends(
    study: Study, tables: Mapping[str, pd.DataFrame], *, names: bool = True
) -> Iterator[str]:
    """Yield a remark on analysed patients still in the study who may not have had their endpoint.

    Parameters
    ----------
    study
        The description.
    tables
        The ``patients`` with ``end_reason``, and the ``visits``.
    names
        Whether the first patient is named.

    Yields
    ------
    str
        One sentence.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> tables = {"patients": data.trial.patients.assign(end_reason="ongoing")}
    >>> tables["visits"] = data.trial.visits
    >>> next(open_ends(data.study, tables)).partition(";")[0]
    '2 ongoing patients have no visit from week 24 on so far: the first E-04'
    """
    plan, patients, visits = study.endpoint, tables["patients"], tables["visits"]
    ongoing = patients["analysed"].astype(bool) & (patients["end_reason"] == ONGOING)
    seen = set(visits.loc[visits["week"] >= plan.week - SAME_WEEK, "patient_id"])
    due = patients.loc[ongoing & ~patients["patient_id"].isin(seen), "patient_id"]
    if len(due):
        have = "has" if len(due) == 1 else "have"
        yield (
            f"{count_of(len(due), 'ongoing patient')} {have} no visit from week {plan.week:g} on "
            f"so far{_first(due) if names else ''}; "
            f'endpoint.missing = "{plan.missing}" counts what is not due yet like what was missed'
        )


def ends_without_events(tables: Mapping[str, pd.DataFrame], *, names: bool = True) -> Iterator[str]:
    """Yield a remark on patients who died, or stopped for an adverse event, without such an event.

    Parameters
    ----------
    tables
        The ``patients`` and ``adverse_events`` of a trial in which events are recorded.
    names
        Whether the first patient is named.

    Yields
    ------
    str
        One sentence.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> trial = StudyData.read(example_folder()).trial
    >>> patients = trial.patients.assign(end_reason=["death", *trial.patients["end_reason"][1:]])
    >>> tables = {"patients": patients, "adverse_events": trial.adverse_events}
    >>> list(ends_without_events(tables))
    ['1 patient who died has no serious adverse event: E-01']
    """
    patients, events = tables["patients"], tables["adverse_events"]
    serious = set(events.loc[events["serious"].astype(bool), "patient_id"])
    stopped = (patients["end_reason"] == "adverse_event").to_numpy(dtype=bool)
    for having, known, ended, lacks in (
        (has_died(patients), serious, "died", "serious adverse event"),
        (
            stopped,
            set(events["patient_id"]),
            "stopped because of an adverse event",
            "adverse event",
        ),
    ):
        of_these = patients.loc[having, "patient_id"]
        without = of_these[~of_these.isin(known)]
        if len(without):
            verb = "has" if len(without) == 1 else "have"
            yield (
                f"{count_of(len(without), 'patient')} who {ended} {verb} no {lacks}"
                f"{_first(without) if names else ''}"
            )


def _first(ids: pd.Series, more: str = "") -> str:
    return f": {'' if len(ids) == 1 else 'the first '}{ids.iloc[0]}{more}"


def look_alikes(
    ids: pd.Series, *, names: bool = True, name_of_ids: str = "patient_id"
) -> Iterator[str]:
    """Yield a remark on identifiers of patients that look alike, by the name of their column.

    Examples
    --------
    >>> list(look_alikes(pd.Series(["A1", "B", "a1"]), names=False))
    ['identifiers of patients look alike, and count as different patients']
    """
    found = LookAlikes()
    found.add(ids, np.arange(len(ids)))
    for remark in found.remarks():
        hidden = "identifiers of patients look alike, and count as different patients"
        own = remark.removeprefix("patient_id")
        if own == remark:
            yield remark
        else:
            yield f"{name_of_ids}{own}" if names else hidden


def unread_relations(
    adverse_events: pd.DataFrame, name: str = "treatment_related"
) -> Iterator[str]:
    """Yield a remark on words for the relation to treatment that are neither yes nor no.

    Parameters
    ----------
    adverse_events
        The events, which may have ``treatment_related``.
    name
        What this column is called in their file.

    Yields
    ------
    str
        One sentence.

    Examples
    --------
    >>> events = pd.DataFrame({"treatment_related": ["yes", "possibly", "not recorded"]})
    >>> list(unread_relations(events))
    ["treatment_related is 'possibly' in 1 adverse event: neither yes nor no, so not known"]
    """
    if "treatment_related" not in adverse_events:
        return
    words = adverse_events["treatment_related"].astype(str)
    known = words.str.strip().str.lower().isin([*RELATED, *UNRELATED, NOT_RECORDED, ""])
    for word, number in words[~known].value_counts(sort=False).items():
        yield (
            f"{name} is {word!r} in {count_of(number, 'adverse event')}: neither yes "
            "nor no, so not known"
        )
