"""From analysis data sets back to plain tables, for our own files and those of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.statistics._arguments import one_of
from tisstats.tables.study_days import A_STUDY_DAY, not_study_days, weeks_of_days
from tisstats.trial.cdisc.datasets import OBSERVED, SYNTHETIC, AnalysisDatasets
from tisstats.trial.cdisc.death_weeks import death_weeks
from tisstats.trial.cdisc.end_of_study import end_reasons
from tisstats.trial.cdisc.inputs import RESPONSE
from tisstats.trial.cdisc.read_datasets import ReadDatasets, column_of, no_rows, raise_faults
from tisstats.trial.cdisc.read_visits import read_visits
from tisstats.trial.cdisc.specification import YES_NO, dataset_specifications
from tisstats.trial.cdisc.specification import parameters as known_parameters
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.schema import CellFaults

#: Variables of other studies' ADSL that stand for ours, best first.
_ARM = ("ARMCD", "TRT01P", "ARM")
_ANALYSED = ("FASFL", "ITTFL")

_FLAGS = {"Y": True, "N": False}


@dataclass(frozen=True, slots=True, eq=False)
class TrialTables:
    """The plain tables of a trial, with the columns that `derive_analysis_datasets` takes."""

    patients: pd.DataFrame  #: one row a patient, with the characteristics of ADSL
    visits: pd.DataFrame  #: one row a patient and week, by patient and week
    events: pd.DataFrame  #: one row an adverse event
    #: one row a patient with a time to response; with a column ``outcome``, and outcome
    times: pd.DataFrame
    treatments: pd.DataFrame  #: one row a treatment given
    #: variable of each column that is one, by table, for messages
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    visit_datasets: tuple[str, ...] = ()  #: the data sets of the visits
    #: record of each value of a measure in its data set, 0 for the first; nan: none; as `visits`
    visit_rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    #: sentences on visits in whose names no week was found, by data set
    visit_remarks: Mapping[str, str] = field(default_factory=dict)


def to_trial_tables(
    datasets: AnalysisDatasets,
    *,
    origin: str | None = None,
    parameters: Mapping[str, str] | None = None,
    weeks: Mapping[str, float] | None = None,
) -> TrialTables:
    """Return the plain tables of a trial that analysis data sets hold.

    Data sets of other studies are read by the names of ADaM: the arm is ``TRT01P`` where there is
    no ``ARMCD``; patients analysed are those of ``FASFL``, or of ``ITTFL`` where it is missing; the
    week of an event is that of ``ASTDY``, and that of a death by ``DTHADY``, or else by ``DTHDT``
    and ``TRTSDT``. The visits are the records of every data set with ``PARAMCD``, ``AVAL`` and
    ``AVISITN`` and without ``CNSR``. Which parameter is which measure is never guessed:
    `parameters` says so, or the table of variables of our own data sets; others, and records
    without ``AVISITN``, are left out. Of several records of a patient, parameter and visit, the one
    with ``ANL01FL`` is taken.

    Parameters
    ----------
    datasets : AnalysisDatasets
        The data sets; ADSL at least.
    origin : {"observed", "synthetic"}, optional
        Whether the rows were observed in patients, where the data sets do not say so.
    parameters : mapping of str to str, optional
        Column of each further ``PARAMCD``, such as ``{"MMT8": "mmt"}``, its values being in the
        unit that the column has.
    weeks : mapping of str to float, optional
        Scheduled week of each ``AVISIT``, where ``AVISITN`` is not the week; other visits are left
        out.

    Returns
    -------
    TrialTables
        A table without data set has no rows.

    Raises
    ------
    DataError
        If a data set or variable is missing, a patient is unknown or has two baseline visits, a
        death that is not the reason of the end has no week, a flag is not Y or N, ``AVISITN`` is
        not the week that ``AVISIT`` names, or a value is given twice; carries every fault of the
        first table at fault.
    ValueError
        If `origin` is not one of these.

    Examples
    --------
    >>> from tisstats.trial.cdisc import AnalysisDatasets
    >>> adsl = pd.DataFrame({"USUBJID": ["X-1"], "TRT01P": ["Drug A"], "FASFL": ["Y"]})
    >>> advs = pd.DataFrame(
    ...     {"USUBJID": ["X-1", "X-1"], "PARAMCD": ["MMT8", "PULSE"], "AVAL": [70.0, 80.0],
    ...      "AVISIT": "Week 4", "AVISITN": 4.0}
    ... )
    >>> tables = to_trial_tables(
    ...     AnalysisDatasets({"ADSL": adsl, "ADQS": advs}, ()),
    ...     origin="observed",
    ...     parameters={"MMT8": "mmt"},
    ... )
    >>> tables.visits[["patient_id", "week", "mmt"]]
      patient_id  week   mmt
    0        X-1   4.0  70.0
    """
    if origin is not None:
        one_of("origin", origin, (OBSERVED, SYNTHETIC))
    read = ReadDatasets(datasets)
    patients = _patients(read, origin)
    visits = read_visits(read, parameters or {}, weeks)
    return TrialTables(
        patients=_text_as_objects(patients),
        visits=_text_as_objects(visits.table),
        events=_text_as_objects(_events(read)),
        times=_text_as_objects(_times(read)),
        treatments=_text_as_objects(_treatments(read)),
        variables={
            "patients": _patient_variables(read),
            "visits": visits.variables,
            "adverse_events": _occurrence_variables(read, "ADAE", _EVENT_VARIABLES),
            "treatments": _occurrence_variables(read, "ADEX", _TREATMENT_VARIABLES),
        },
        visit_datasets=visits.datasets,
        visit_rows=visits.rows,
        visit_remarks=visits.remarks,
    )


def _text_as_objects(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose text is held as everywhere else, whatever pandas made of it."""
    text = [name for name in table.columns if isinstance(table[name].dtype, pd.StringDtype)]
    return table.astype(dict.fromkeys(text, object))


def _flag(found: CellFaults, name: str) -> pd.Series:
    """Return a variable of Y and N as truth values; record what is neither."""
    text = found.table[name]
    found.add(~text.isin([*_FLAGS, ""]), name, "must be Y or N")
    return text.map(_FLAGS).astype("boolean")


def _first(table: pd.DataFrame, names: Sequence[str], label: str) -> str:
    for name in names:
        if name in table:
            return name
    allowed = f"must have the {label} as one of {', '.join(names)}"
    raise DataError([Fault("ADSL", allowed)])


def _patients(read: ReadDatasets, origin: str | None) -> pd.DataFrame:
    adsl, found = read.adsl, CellFaults(read.adsl, "ADSL")
    arm, analysed = _first(adsl, _ARM, "arm"), _first(adsl, _ANALYSED, "patients analysed")
    found.add(adsl[analysed] == "", analysed, "must be Y or N")
    counted = (adsl[analysed] == "Y").to_numpy(dtype=bool)
    reasons = end_reasons(adsl)
    columns: dict[str, object] = {
        "patient_id": read.ids,
        "arm": adsl[arm].to_numpy(dtype=object),
        "analysed": _flag(found, analysed),
        "origin": _origin(read, origin),
        "end_week": column_of(adsl, "EOSWK", np.nan),
        "end_reason": reasons,
    }
    weeks = death_weeks(
        found,
        counted,
        # In any letter case, as in the data sets that are written.
        (reasons.str.lower() == "death").to_numpy(dtype=bool),
    )
    if weeks is not None:
        columns[DEATH_WEEK] = weeks
    if "TRTSDT" in adsl:
        columns["start_date"] = adsl["TRTSDT"]
    for variable, column in _characteristics(read).items():
        is_flag = read.codelist("ADSL", variable) == YES_NO
        columns[column] = _flag(found, variable) if is_flag else adsl[variable]
    raise_faults(found)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(adsl)))


def _patient_variables(read: ReadDatasets) -> dict[str, str]:
    """Return the variable of each column of the patients that is one of ADSL."""
    adsl = read.adsl
    weeks = [name for name in ("DTHWK", "DTHADY", "DTHDT") if name in adsl]
    named = {
        "patient_id": read.subject,
        "arm": _first(adsl, _ARM, "arm"),
        "analysed": _first(adsl, _ANALYSED, "patients analysed"),
        "end_week": "EOSWK",
        "end_reason": "DCSREAS",
        DEATH_WEEK: weeks[0] if weeks else "DTHWK",
        "start_date": "TRTSDT",
    }
    named |= {column: variable for variable, column in _characteristics(read).items()}
    return {column: variable for column, variable in named.items() if variable in adsl}


def _origin(read: ReadDatasets, given: str | None) -> str:
    stated = read.datasets.origin
    if stated and given and stated != given:
        message = f"must be {given}, as the argument origin says"
        raise DataError([Fault("ADSL", message, column="ORIGIN", value=stated)])
    if stated or given:
        return str(stated or given)
    message = f"there is no such variable; give the argument origin: {OBSERVED} or {SYNTHETIC}"
    raise DataError([Fault("ADSL", message, column="ORIGIN")])


def _characteristics(read: ReadDatasets) -> dict[str, str]:
    """Return the column of each variable of ADSL that has no place of its own."""
    specified = {each.variable.variable for each in dataset_specifications()["ADSL"].variables}
    stated = {
        each.variable: each.source.removeprefix("patients.")
        for each in read.datasets.variables_of("ADSL")
        if each.source.startswith("patients.")
    }
    return {
        str(name): stated.get(str(name), str(name).lower())
        for name in read.adsl.columns
        if name not in (*specified, *_ARM, *_ANALYSED)
    }


_EVENT_VARIABLES = {
    "patient_id": "USUBJID",
    "event": "AETERM",
    "serious": "AESER",
    "related": "AEREL",
    "date": "ASTDT",
}

_TREATMENT_VARIABLES = {
    "patient_id": "USUBJID",
    "treatment": "EXTRT",
    "dose": "EXDOSE",
    "date": "ASTDT",
}


def _occurrence_variables(
    read: ReadDatasets, name: str, known: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables of the columns of events or treatments."""
    return {**known, "week": _week_variable(read.datasets.tables.get(name, pd.DataFrame()))}


def _events(read: ReadDatasets) -> pd.DataFrame:
    if "ADAE" not in read.datasets.tables:
        return no_rows("events")
    found = read.faults_of("ADAE", "USUBJID", "AETERM", "AESER", "AEREL")
    table = found.table
    is_flag = read.codelist("ADAE", "AEREL") == YES_NO
    columns: dict[str, object] = {
        "week": _event_weeks(found),
        "event": table["AETERM"],
        "serious": _flag(found, "AESER"),
        "related": _flag(found, "AEREL") if is_flag else table["AEREL"],
    }
    if "ASTDT" in table:
        columns["date"] = table["ASTDT"]
    return _by_patient(read, found, columns)


def _event_weeks(found: CellFaults) -> pd.Series:
    """Return the weeks of a data set's records, and record what is not a study day."""
    table = found.table
    if _week_variable(table) == "ASTWK":
        return column_of(table, "ASTWK", np.nan)
    days = table["ASTDY"].astype(float)
    found.add(not_study_days(days), "ASTDY", A_STUDY_DAY)
    return weeks_of_days(days)


def _week_variable(table: pd.DataFrame) -> str:
    """Return the variable by which a data set has the weeks of its records."""
    return "ASTWK" if "ASTWK" in table or "ASTDY" not in table else "ASTDY"


def _times(read: ReadDatasets) -> pd.DataFrame:
    known = {each.code: each.parameter for each in known_parameters() if each.dataset == "ADTTE"}
    if "ADTTE" not in read.datasets.tables:
        return no_rows("times")
    every = read.faults_of("ADTTE", "USUBJID", "PARAMCD", "AVAL", "CNSR").table
    rows = np.flatnonzero(every["PARAMCD"].isin(list(known)))
    table = every.iloc[rows]
    found = CellFaults(table, "ADTTE", rows + 2)
    found.add(table["CNSR"].isna(), "CNSR", "must be 0 for an event and above 0 if censored")
    raise_faults(found)
    columns: dict[str, object] = {"weeks": table["AVAL"], "event": table["CNSR"] == 0}
    outcome = table["PARAMCD"].map(known)
    if (outcome != RESPONSE).any():
        columns["outcome"] = outcome.to_numpy(dtype=object)
    return _by_patient(read, found, columns)


def _treatments(read: ReadDatasets) -> pd.DataFrame:
    if "ADEX" not in read.datasets.tables:
        return no_rows("treatments")
    found = read.faults_of("ADEX", "USUBJID", "EXTRT")
    table = found.table
    columns: dict[str, object] = {"week": _event_weeks(found), "treatment": table["EXTRT"]}
    named = {"EXDOSE": "dose", "EXDOSU": "dose_unit"}
    columns |= {column: table[name] for name, column in named.items() if name in table}
    if "ASTDT" in table:
        columns["date"] = table["ASTDT"]
    return _by_patient(read, found, columns)


def _by_patient(
    read: ReadDatasets, found: CellFaults, columns: Mapping[str, object]
) -> pd.DataFrame:
    numbers = read.numbers(found)
    raise_faults(found)
    table = pd.DataFrame(columns).reset_index(drop=True)
    table.insert(0, "patient_id", read.ids[numbers])
    return table
