"""What is wrong across the tables of a study, each of which can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.measures.enzymes import BEYOND_MEASUREMENT, beyond_measurement
from tisstats.measures.identifiers import ALIKE, plain_identifier, unseen_character, unseen_message
from tisstats.statistics.two_proportions import too_many_tables
from tisstats.tables.cells import false_word
from tisstats.trial.columns import Mask
from tisstats.trial.consistency import (
    first_and_last_weeks,
    leave_out,
    no_baseline,
    rows_of_patients,
)
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.deaths import (
    DEATH_WEEK,
    has_died,
    own_death_weeks,
    recorded_death_weeks,
    stop_weeks,
)
from tisstats.trial.description import RESCUE
from tisstats.trial.end_reasons import ONGOING
from tisstats.trial.study import Study
from tisstats.trial.study_sections import DAYS_PER_WEEK
from tisstats.trial.study_tables import TypedTable, is_rescue
from tisstats.trial.unassigned import REPEATED_ID

_Rows = NDArray[np.intp]
_Weeks = NDArray[np.float64]


def unknown_patients(typed: Mapping[str, TypedTable]) -> list[Fault]:
    """Return a fault for each identifier that repeats, has an unseen character or is unknown."""
    patients = typed["patients"]
    ids = patients.frame["patient_id"]
    known, plain = set(ids), {plain_identifier(each) for each in ids}
    name_of_ids = patients.source.column_name("patient_id")
    patients.add(ids.duplicated(), "patient_id", REPEATED_ID.format(name_of_ids))
    unseen = ids.map(unseen_character)
    for character in sorted(set(unseen) - {""}):
        patients.add(unseen == character, "patient_id", unseen_message(character))
    for name, table in typed.items():
        if name != "patients":
            given = table.frame["patient_id"].to_list()
            unknown = np.array([each not in known for each in given], dtype=bool)
            alike = unknown.copy()
            alike[unknown] = [
                plain_identifier(each) in plain for each in given if each not in known
            ]
            message = f"must stand in column {name_of_ids} of {patients.source.shown}"
            table.add(unknown & ~alike, "patient_id", message)
            message += f", which has one that {ALIKE}"
            table.add(alike, "patient_id", message)
    return [fault for table in typed.values() for fault in table.faults]


def unseen_patients(typed: Mapping[str, TypedTable], visits: pd.DataFrame) -> list[Fault]:
    """Return a fault for each patient in the analysis without a visit that is used."""
    patients = typed["patients"]
    analysed = patients.frame["analysed"].to_numpy(dtype=bool)
    seen = _among(visits["patient_id"], patients)
    message = (
        f"has no visit in {typed['visits'].source.shown} that the schedule uses: for a patient "
        f"who counts nevertheless, add a baseline visit with empty cells, {_leave_out(patients)}"
    )
    patients.add(analysed & ~seen, "patient_id", message)
    return patients.faults


def baseline_faults(
    study: Study, typed: Mapping[str, TypedTable], visits: pd.DataFrame
) -> list[Fault]:
    """Return a fault for each patient in the analysis without a baseline.

    Parameters
    ----------
    study
        The description.
    typed
        Its tables, with weeks.
    visits
        The visits that are used, by scheduled week.
    """
    patients, given = typed["patients"], typed["visits"].frame
    seen = _among(visits["patient_id"][visits["week"] == 0], patients)
    without = patients.frame["analysed"].to_numpy(dtype=bool) & ~seen
    early = _among(given["patient_id"][given["week"] <= 0], patients)
    message = no_baseline(typed["visits"].source.shown)
    left_out = _leave_out(patients)
    patients.add(without & ~early, "patient_id", f"{message}, {left_out}")
    # Such visits are farther from the first dose than the window of week 0 reaches.
    other = (
        'or set visits.baseline to "last before first dose", which also takes visits more than '
        f"{study.visits.window_of(0):g} days (visits.window_days) before the first dose"
    )
    patients.add(without & early, "patient_id", f"{message}, {other}, {left_out}")
    return patients.faults


def _leave_out(patients: TypedTable) -> str:
    """Return how a patient is left out of the analysis, in the words of the file."""
    source = patients.source
    cells = pd.DataFrame() if source.cells is None else source.cells
    word = false_word(cells["analysed"]) if "analysed" in cells else "false"
    return leave_out(source.column_name("analysed"), word)


def plan_faults(study: Study, patients: pd.DataFrame) -> Iterator[Fault]:
    """Yield for which arms the planned test cannot be computed.

    Where the endpoint leaves patients out of the denominator, that is not known before.
    """
    endpoint = study.endpoint
    if endpoint.missing == "unknown" or endpoint.intercurrent == "hypothetical":
        return
    sizes = patients.loc[patients["analysed"].astype(bool), "arm"].value_counts()
    reference = study.reference_arm
    test = study.analysis.proportion_test
    for arm in study.arms:
        if reference is None or arm == reference:
            continue
        trials = (int(sizes.get(name, 0)) for name in (arm, reference))
        if (message := too_many_tables(test, *trials)) is not None:
            message = f"{message} (arms {arm} and {reference})"
            yield Fault(study.path, message, value=test, key="analysis.proportion_test")


def table_faults(study: Study, typed: Mapping[str, TypedTable]) -> list[Fault]:
    """Return what is wrong across the tables as they were given."""
    patients, visits = typed["patients"], typed["visits"]
    frame, shown = patients.frame, patients.source.all_names
    if study.study.data == "observed":
        for table in typed.values():
            if "synthetic" in Path(table.source.file).as_posix().lower():
                message = "is called synthetic, but its rows are declared as observed (study.data)"
                table.faults.append(Fault(table.source.shown, message))
    rows = {name: rows_of_patients(table.frame, frame) for name, table in typed.items()}
    _, lasts = first_and_last_weeks(visits.frame, rows["visits"], len(frame))
    window = study.visits.widest_window / DAYS_PER_WEEK + 1e-9
    if "end_week" in frame:
        given = frame["end_week"].to_numpy(dtype=float)
        # A baseline before week 0 is that of week 0.
        apart = np.abs(given - np.maximum(lasts, 0))
        message = f"must be the week of the patient's last visit in {visits.source.shown}"
        patients.add(apart > window, "end_week", message)
    ends = np.fmax(lasts, 0) + window
    _without_limit(study, typed, rows["visits"])
    _rescue_faults(typed)
    died, deaths = has_died(frame), recorded_death_weeks(frame)
    after_death = _after_death(frame, deaths)
    _seen_after_death(study, typed, rows, deaths + window, after_death)
    if (events := typed.get("adverse_events")) is not None:
        until, of = study.visits.follow_up_weeks, rows["adverse_events"]
        # Who died was seen no more, and yet observed.
        observed = np.fmax(ends, np.fmax(stop_weeks(frame), deaths) + window) + until
        late = _weeks(events) > observed[of]
        more = f", and {until:g} weeks of follow-up" if until else ""
        message = (
            f"lies after the patient's last visit{more}; if events were recorded for longer, say "
            "so in visits.follow_up_weeks"
        )
        of_dead = late & died[of]
        events.add(late & ~of_dead, _time_column(study), message)
        for column, dead in after_death.items():
            of_column = of_dead & dead[of]
            said = f"{_AFTER_DEATH.format(shown(column), patients.source.shown)}{more}"
            events.add(of_column, _time_column(study), said)
            of_dead &= ~of_column
        column = shown(DEATH_WEEK if DEATH_WEEK in frame else "stop_week")
        message = f"lies after the patient's last visit; enter the week of the death as {column}"
        events.add(of_dead, _time_column(study), message)
    if (treatments := typed.get("treatments")) is not None:
        weeks, of = _weeks(treatments), rows["treatments"]
        late = (weeks > _treated_until(study, frame, ends, window)[of]) & ~is_rescue(
            treatments.frame
        )
        of_dead = late & after_death[DEATH_WEEK][of] & (weeks > (deaths + window)[of])
        message = _AFTER_DEATH.format(shown(DEATH_WEEK), patients.source.shown)
        treatments.add(of_dead, _time_column(study), message)
        message = (
            f"lies after the patient's last visit and {shown('stop_week')}, or where that is empty "
            "the last scheduled week"
        )
        treatments.add(late & ~of_dead, _time_column(study), message)
        treatments.add(weeks < 0, _time_column(study), "lies before the patient's first dose")
    return [fault for table in typed.values() for fault in table.faults]


def _without_limit(study: Study, typed: Mapping[str, TypedTable], of: _Rows) -> None:
    """Record patients with values of an enzyme and no, or no possible, upper limit for them."""
    patients, visits = typed["patients"], typed["visits"].frame
    for enzyme in study.measures.enzymes:
        limit = study.measures.uln[enzyme]
        if isinstance(limit, str):
            limits = patients.frame[limit].to_numpy(dtype=float)
        else:
            limits = np.full(len(patients.frame), float(limit))
        values = visits[enzyme].to_numpy(dtype=float, na_value=np.nan)
        with np.errstate(over="ignore", under="ignore"):  # of numbers that are at fault
            multiples = values / limits[of]
        wrong = beyond_measurement(multiples, values)
        typed["visits"].add(wrong, enzyme, BEYOND_MEASUREMENT)
        if isinstance(limit, str):
            bad = np.isnan(limits) & _among(visits["patient_id"][~np.isnan(values)], patients)
            message = (
                f"must be a number above 0: the patient has values of {enzyme}; one limit for the "
                f"whole study is a number in measures.uln.{enzyme}"
            )
            patients.add(bad, limit, message)


def _treated_until(study: Study, patients: pd.DataFrame, ends: _Weeks, window: float) -> _Weeks:
    """Return until when treatment can be given: visits may be missed by who is still treated."""
    stops = stop_weeks(patients)
    planned = np.where(np.isnan(stops), study.visits.weeks[-1], stops)
    return np.fmax(ends, np.fmin(planned, own_death_weeks(patients)) + window)


def _time_column(study: Study) -> str:
    return "week" if study.visits.time == "week" else "date"


def _weeks(table: TypedTable) -> _Weeks:
    return table.frame["week"].to_numpy(dtype=float)


def _among(some: Iterable[str], patients: TypedTable) -> Mask:
    """Return which patients are among some, given by their identifiers."""
    known = set(some)
    return np.array([each in known for each in patients.frame["patient_id"]], dtype=bool)


#: What lies after a death, whose week is in a column of a file.
_AFTER_DEATH = "lies after the patient's death, in {} in {}"


def _after_death(patients: pd.DataFrame, deaths: _Weeks) -> dict[str, Mask]:
    """Return which patients' deaths have their weeks in which column, by column."""
    dated, own = np.isfinite(deaths), ~np.isnan(own_death_weeks(patients))
    return {DEATH_WEEK: dated & own, "stop_week": dated & ~own}


def _seen_after_death(
    study: Study,
    typed: Mapping[str, TypedTable],
    rows: Mapping[str, _Rows],
    deaths: _Weeks,
    after_death: Mapping[str, Mask],
) -> None:
    """Check that nobody is seen, or given rescue medication, after a death with its week."""
    source = typed["patients"].source
    for column, dead in after_death.items():
        message = _AFTER_DEATH.format(source.all_names(column), source.shown)
        for name in ("visits", "treatments"):
            if (table := typed.get(name)) is not None:
                late = (_weeks(table) > deaths[rows[name]]) & dead[rows[name]]
                if name == "treatments":
                    late &= is_rescue(table.frame)
                table.add(late, _time_column(study), message)


def death_faults(patients: TypedTable) -> list[Fault]:
    """Return a fault for each week of a death that the week or reason of the end contradicts."""
    frame = patients.frame
    if DEATH_WEEK not in frame:
        return []
    absent = pd.Series(np.nan, index=frame.index)
    deaths = frame[DEATH_WEEK].to_numpy(dtype=float)
    stops = frame.get("stop_week", absent).to_numpy(dtype=float)
    reasons = frame.get("end_reason", pd.Series("", index=frame.index))
    by_death = (reasons == "death").to_numpy(dtype=bool)
    apart = np.abs(deaths - stops) > SAME_WEEK
    message = "must be the same as {stop}, where that is not empty and {reason} is death"
    _add_by_row(patients, by_death & apart, message)
    early = ~by_death & (deaths < stops - SAME_WEEK)
    _add_by_row(patients, early, "must not lie before the patient's {stop}")
    still = np.isfinite(deaths) & (reasons == ONGOING).to_numpy(dtype=bool)
    _add_by_row(patients, still, "is not of a patient whose study is ongoing ({reason})")
    # Without a reason, only a stop in an earlier week shows that the death did not end the study.
    unsaid = np.isnan(stops) | (np.abs(deaths - stops) <= SAME_WEEK)
    open_ = np.isfinite(deaths) & unsaid & (reasons == "").to_numpy(dtype=bool)
    message = (
        "needs {reason} (death if the death ended the study of the patient, completed if the "
        "patient had completed it) or the {stop} of an earlier stop"
    )
    _add_by_row(patients, open_, message)
    return patients.faults


def _add_by_row(patients: TypedTable, bad: NDArray[np.bool_], message: str) -> None:
    """Record deaths at fault, each with the names of the columns of its stop and its reason."""
    name = patients.source.name
    said = np.full(len(bad), "", dtype=object)
    for row in np.flatnonzero(bad).tolist():
        said[row] = message.format(stop=name(row, "stop_week"), reason=name(row, "end_reason"))
    for each in dict.fromkeys(said[bad]):
        patients.add(said == each, DEATH_WEEK, each)


def _rescue_faults(typed: Mapping[str, TypedTable]) -> None:
    """Check that an end for rescue medication has its row among the treatments."""
    patients, treatments = typed["patients"], typed.get("treatments")
    if treatments is None or "end_reason" not in patients.frame:
        return
    ids = treatments.frame["patient_id"][is_rescue(treatments.frame)]
    claimed = (patients.frame["end_reason"] == "rescue_medication").to_numpy(dtype=bool)
    named = treatments.source.column_name("treatment")
    message = f"needs a row with {named} {RESCUE} in {treatments.source.shown}"
    patients.add(claimed & ~_among(ids, patients), "end_reason", message)
