"""What a description says of measures, beside their values: remarks, since either may be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import ENZYMES, INDISPENSABLE
from tisstats.measures.doubts import (
    ENOUGH_OF_ONE_SCALE,
    ENOUGH_VALUES,
    HIGH_ENZYME,
    HIGHEST_GRADE,
    LOW_ENZYME,
    are_like_grades,
    is_in_longer_unit,
    shorter_muscle_test,
    unknown_maximum,
)
from tisstats.measures.enzymes import IMPLAUSIBLY_LOW
from tisstats.measures.identifiers import LookAlikes
from tisstats.measures.ranges import GLOBALS_OF, VAS_MEASURES_OF, VAS_UNITS
from tisstats.trial.columns import Columns
from tisstats.trial.deaths import (
    died_later,
    has_died,
    own_death_weeks,
    recorded_death_weeks,
)
from tisstats.trial.description import RESCUE
from tisstats.trial.end_reasons import EARLY_ENDS, ONGOING
from tisstats.trial.study import Study
from tisstats.trial.study_sections import DAYS_PER_WEEK
from tisstats.trial.study_tables import NOT_RECORDED, RELATED, UNRELATED

#: A value above so many times its upper limit is taken for a slip: about 400,000 U/L of creatine
#: kinase. Assumed.
_HIGHEST_ENZYME = 2000


def implausible_scales(study: Study, patients: pd.DataFrame, visits: pd.DataFrame) -> Iterator[str]:
    """Yield a remark for each range or unit that the values make doubtful.

    Parameters
    ----------
    study
        The description.
    patients
        With ``arm``, ``patient_id`` and the upper limit of each enzyme, such as ``ck_uln``.
    visits
        With ``patient_id``, ``week`` and the measures, in the units of the description.

    Yields
    ------
    str
        One sentence that names the key of the description.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> list(implausible_scales(data.study, data.trial.patients, data.trial.visits))
    []
    """
    measures = study.measures
    if "mmt" in measures.used and measures.mmt_max is not None:
        yield from _muscle_test(measures.mmt_max, visits["mmt"].max())
    scales = [name for name in VAS_MEASURES_OF[study.core_set] if name in measures.used]
    if measures.vas_max == 100 and visits[scales].max().max() <= 10:  # nan without scales
        yield "no visual analogue scale is above 10, but measures.vas_max is 100: are they in cm?"
    for name in scales:
        values = visits[name].dropna().to_numpy(dtype=float)
        is_global = name in GLOBALS_OF[study.core_set]
        grades = list(_five_grades(name, values)) if is_global else []
        others = visits[[each for each in scales if each != name]].max().max()
        alone = bool(others > measures.vas_max / 10)
        yield from grades or _shorter_scale(name, values, measures.vas_max, is_global, alone)
    yield from _enzymes(study, patients.set_index("patient_id"), visits)
    for name in study.arms:
        if not (patients["arm"] == name).any():
            yield f"no patient is in the arm {name}"


def incomplete_visits(study: Study, visits: pd.DataFrame, *, names: bool = True) -> Iterator[str]:
    """Yield a remark on visits without any measure, without a score, and with bounds of one.

    Parameters
    ----------
    study
        The description.
    visits
        With ``patient_id``, ``week``, ``visit_week``, when they took place, and the measures.
    names
        Whether the first patient is named.

    Yields
    ------
    str
        One sentence, with the first of the visits or with numbers of visits.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> visits = data.trial.visits.assign(visit_week=data.trial.visits["week"])
    >>> visits.loc[5, "mmt"] = np.nan
    >>> list(incomplete_visits(data.study, visits))[:1]
    ['no score without physician_global or mmt: 1 visit, patient E-02, week 4']
    """
    measures = study.measures
    empty = visits[[*measures.used, *measures.others]].isna().all(axis=1)
    needed = INDISPENSABLE[study.core_set]
    # The file may have a column that the description does not use.
    scored = visits[list(measures.used)].reindex(columns=needed)
    lacking = scored.isna().any(axis=1) & ~empty
    for which, what in (
        (empty, "without any measure, and counted as a visit"),
        (lacking, f"no score without {' or '.join(needed)}"),
    ):
        if count := int(which.sum()):
            first = visits.loc[which].iloc[0]
            of = "" if count == 1 else "the first, "
            patient = f", {of}patient {first['patient_id']}, week {first['visit_week']:g}"
            yield f"{what}: {_count(count, 'visit')}{patient if names else ''}"
    groups = {name: [name] for name in measures.used if name not in (*needed, *ENZYMES)}
    groups |= {"every enzyme": list(measures.enzymes)} if measures.enzymes else {}
    missing = {
        name: int((visits[columns].isna().all(axis=1) & ~empty & ~lacking).sum())
        for name, columns in groups.items()
    }
    if any(missing.values()):
        at = [f"{name} at {_count(count, 'visit')}" for name, count in missing.items() if count]
        where = "where a measure is missing (at baseline, all of the patient)"
        yield f"scores lie within bounds {where}: {', '.join(at)}"
    unmeasured = visits.loc[visits["week"] == 0, list(measures.enzymes)].isna()
    partly = int((unmeasured.any(axis=1) & ~unmeasured.all(axis=1)).sum())
    if partly and measures.enzyme_panel == "complete":
        yield (
            f"{_count(partly, 'patient')} with some of the enzymes at baseline: none is used, as "
            "one that is missing may have been the most abnormal (measures.enzyme_panel)"
        )


def _five_grades(name: str, values: NDArray[np.float64]) -> Iterator[str]:
    """Yield a remark if a global has the values of five grades and not those of a scale."""
    if len(values) >= ENOUGH_VALUES and are_like_grades(values).all() and values.max() > 0:
        yield (
            f"every {name} is a whole number from 0 to {HIGHEST_GRADE}: is it on five grades, "
            "which would earn wrong points as a visual analogue scale?"
        )


def _shorter_scale(
    name: str, values: NDArray[np.float64], length: int, is_global: bool, alone: bool
) -> Iterator[str]:
    """Yield a remark if a scale has values as of another unit: the globals of cm, or it alone."""
    of_cm = is_global and length == 10
    enough = len(values) >= (ENOUGH_VALUES if of_cm else ENOUGH_OF_ONE_SCALE)
    if enough and (of_cm or alone) and is_in_longer_unit(length, values.max()):
        unit = VAS_UNITS[length]
        yield (
            f"no {name} is above {length / 10:g}: is it in {unit}, as measures.vas_max says, and "
            "in the unit that a mapping may name?"
        )


def _enzymes(study: Study, limits: pd.DataFrame, visits: pd.DataFrame) -> Iterator[str]:
    """Yield remarks on enzymes that are too low or too high, as multiples of their limits."""
    unit = study.measures.enzyme_unit
    at_baseline = (visits["week"] == 0).to_numpy(dtype=bool)
    patients, abnormal, low = 0, 0, False
    for enzyme in study.measures.enzymes:
        limit = visits["patient_id"].map(limits[f"{enzyme}_uln"])
        shares = (visits[enzyme] / limit).to_numpy(dtype=float)
        known = np.isfinite(shares)
        patients = max(patients, int((at_baseline & known).sum()))
        abnormal += int((shares[at_baseline & known] > 1).sum())
        if known.any():
            low |= bool(shares[known].max() < LOW_ENZYME)
            yield from _low_enzyme(enzyme, shares[known], unit)
            yield from _high_enzyme(enzyme, shares[known], unit)
    if patients >= ENOUGH_VALUES and not abnormal and not low:
        yield (
            "no enzyme of any patient is above its upper limit at baseline: are they in "
            f"{unit}, as measures.enzyme_unit says?"
        )


def _low_enzyme(enzyme: str, shares: NDArray[np.float64], unit: str) -> Iterator[str]:
    low = int((shares < IMPLAUSIBLY_LOW).sum())
    if np.max(shares) < LOW_ENZYME:
        yield (
            f"every {enzyme} is below a tenth of its upper limit: is it in {unit}, as "
            "measures.enzyme_unit says?"
        )
    elif low and unit == "U/L":
        finding = f"1 value of {enzyme} is" if low == 1 else f"{low} values of {enzyme} are"
        asked = "is it" if low == 1 else "are they"
        yield (
            f"{finding} below a twentieth of the upper limit: {asked} in {unit}, as "
            "measures.enzyme_unit says?"
        )


def _high_enzyme(enzyme: str, shares: NDArray[np.float64], unit: str) -> Iterator[str]:
    if np.median(shares) > HIGH_ENZYME:
        yield (
            f"half of the values of {enzyme} are above {HIGH_ENZYME} times their upper limit: are "
            f"they in {unit}, as measures.enzyme_unit says?"
        )
    elif np.max(shares) > _HIGHEST_ENZYME:
        yield f"the highest {enzyme} is {np.max(shares):,.0f} times its upper limit"


def late_deaths(study: Study, patients: pd.DataFrame | Columns) -> int:
    """Return how many of the patients died after the schedule, its follow-up and its window."""
    return int(np.sum(own_death_weeks(patients) > _planned_end(study) + 1e-9))


def _planned_end(study: Study) -> float:
    schedule = study.visits
    window = schedule.window_of(schedule.weeks[-1]) / DAYS_PER_WEEK
    return float(schedule.weeks[-1] + schedule.follow_up_weeks + window)


def implausible_times(study: Study, tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield a remark on late visits, stops and deaths, and on events before week 0 or undated.

    Parameters
    ----------
    study
        The description.
    tables
        The ``visits`` with ``visit_week``, when they took place, the ``adverse_events`` with
        ``week``, and the ``patients``, which may have ``stop_week``, ``death_week`` and
        ``end_reason``.

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
    if late := int(np.sum(weeks > until + 1e-9)):
        yield (
            f"{late} {'visit lies' if late == 1 else 'visits lie'} after the last scheduled week, "
            f"{schedule.weeks[-1]:g}, and its window: the last in week "
            f"{round(float(np.max(weeks)), 1):g}"
        )
    patients = tables["patients"]
    deaths = own_death_weeks(patients)
    if "stop_week" in patients:
        stops = patients["stop_week"].to_numpy(dtype=float, na_value=np.nan)
        stops = np.where(np.abs(stops - deaths) <= 1e-9, np.nan, stops)  # a remark of its own
        if late := int(np.sum(stops > until + 1e-9)):
            yield (
                f"{late} {'patient' if late == 1 else 'patients'} stopped early after the last "
                f"scheduled week, {schedule.weeks[-1]:g}: the last in week "
                f"{round(float(np.nanmax(stops)), 1):g}"
            )
    if late := late_deaths(study, patients):
        yield (
            f"{late} {'patient' if late == 1 else 'patients'} died after the last scheduled "
            f"week, {schedule.weeks[-1]:g}: the last in week "
            f"{round(float(np.nanmax(deaths)), 1):g}"
        )
    last = schedule.weeks[-1]
    inside = deaths < last - schedule.window_of(last) / DAYS_PER_WEEK - 1e-9
    completed = patients.get("end_reason", pd.Series("", index=patients.index)).eq("completed")
    if early := int(np.sum(inside & completed.fillna(False).to_numpy(dtype=bool))):
        yield (
            f"{early} {'patient' if early == 1 else 'patients'} died before the last scheduled "
            f"week, {schedule.weeks[-1]:g}, and completed the study by end_reason: did the death "
            "end it?"
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


def unusual_courses(tables: Mapping[str, pd.DataFrame], *, names: bool = True) -> Iterator[str]:
    """Yield a remark on late baselines, on ends that are inferred, and on odd rescue.

    Parameters
    ----------
    tables
        The ``patients``, ``visits`` and ``treatments`` of a trial; the visits with ``visit_week``,
        when they took place.
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
            f"the baseline of {_patients(late['patient_id'])} lies after the first dose"
            f"{_first(late['patient_id'], f', day {days:g}') if names else ''}"
        )
    patients = tables["patients"]
    seen = set(visits.loc[~baseline, "patient_id"])
    completed = patients["analysed"].astype(bool) & (patients["end_reason"] == "completed")
    unseen = patients.loc[completed & ~patients["patient_id"].isin(seen), "patient_id"]
    if len(unseen):
        verb = "counts" if len(unseen) == 1 else "count"
        yield (
            f"{_patients(unseen)} without a visit after baseline {verb} as having completed the "
            f"study{_first(unseen) if names else ''}"
        )
    if "stop_week" in patients:
        unfinished = patients["end_reason"].isin(EARLY_ENDS)
        # The week of a death that ended the study may stand in a column of its own.
        unfinished &= np.isnan(recorded_death_weeks(patients)) | died_later(patients)
        undated = patients.loc[unfinished & patients["stop_week"].isna(), "patient_id"]
        if len(undated):
            verb = "is" if len(undated) == 1 else "are"
            yield (
                f"{_patients(undated)} with an end_reason and without a stop_week {verb} taken to "
                f"have stopped at the last visit{_first(undated) if names else ''}"
            )
    given = tables["treatments"]["treatment"].astype(str)
    like = given[given.str.contains(RESCUE, case=False) & (given.str.lower() != RESCUE)]
    for name, number in like.value_counts(sort=False).items():
        rows = "row" if number == 1 else "rows"
        yield (
            f"treatment {name!r} in {number} {rows} is not taken for rescue medication, which is "
            f"called {RESCUE}"
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
    seen = set(visits.loc[visits["week"] >= plan.week, "patient_id"])
    due = patients.loc[ongoing & ~patients["patient_id"].isin(seen), "patient_id"]
    if len(due):
        who = "1 ongoing patient has" if len(due) == 1 else f"{len(due)} ongoing patients have"
        yield (
            f"{who} no visit from week {plan.week:g} on so far{_first(due) if names else ''}; "
            f'endpoint.missing = "{plan.missing}" counts what is not due yet like what was missed'
        )


def look_alikes(ids: pd.Series, *, names: bool = True) -> Iterator[str]:
    """Yield a remark on identifiers of patients that look alike; parameters as above.

    Examples
    --------
    >>> list(look_alikes(pd.Series(["A1", "B", "a1"]), names=False))
    ['identifiers of patients look alike, and count as different patients']
    """
    found = LookAlikes()
    found.add(ids, np.arange(len(ids)))
    for remark in found.remarks():
        hidden = "identifiers of patients look alike, and count as different patients"
        yield hidden if remark.startswith("patient_id") and not names else remark


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
                f"{_patients(without)} who {ended} {verb} no {lacks}"
                f"{_first(without) if names else ''}"
            )


def _patients(ids: pd.Series) -> str:
    return _count(len(ids), "patient")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _first(ids: pd.Series, more: str = "") -> str:
    return f": {'' if len(ids) == 1 else 'the first '}{ids.iloc[0]}{more}"


def unread_relations(adverse_events: pd.DataFrame) -> Iterator[str]:
    """Yield a remark on words for the relation to treatment that are neither yes nor no.

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
        events = "event" if number == 1 else "events"
        yield (
            f"treatment_related is {word!r} in {number} adverse {events}: neither yes nor no, so "
            "not known"
        )


def _muscle_test(declared: int, highest: float) -> Iterator[str]:
    if (unknown := unknown_maximum(declared)) is not None:
        yield f"measures.mmt_max is {declared}, which is {unknown}"
    if (shorter := shorter_muscle_test(declared, highest)) is not None:
        yield (
            f"no muscle test is above {shorter}, but measures.mmt_max is {declared}: is that the "
            "maximum of the test that was done?"
        )
