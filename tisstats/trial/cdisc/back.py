"""From analysis data sets back to plain tables, for our own files and those of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.statistics._arguments import one_of
from tisstats.tables.study_days import A_STUDY_DAY, not_study_days, weeks_of_days
from tisstats.tables.visit_names import (
    HOW_TO_WRITE_WEEKS,
    ambiguous,
    contradicts,
    unnamed_weeks,
)
from tisstats.trial.cdisc.datasets import OBSERVED, SYNTHETIC, AnalysisDatasets
from tisstats.trial.cdisc.death_weeks import death_weeks
from tisstats.trial.cdisc.end_of_study import end_reasons
from tisstats.trial.cdisc.inputs import RESPONSE
from tisstats.trial.cdisc.source import SCORE
from tisstats.trial.cdisc.specification import YES_NO, dataset_specifications, input_columns
from tisstats.trial.cdisc.specification import parameters as known_parameters
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.schema import CellFaults

#: Variables of other studies' ADSL that stand for ours, best first.
_ARM = ("ARMCD", "TRT01P", "ARM")
_ANALYSED = ("FASFL", "ITTFL")

#: Begins the condition of the rows by parameter in a table of variables.
_WHERE = "PARAMCD EQ "

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
    back = _Back(datasets)
    patients = _patients(back, origin)
    visits = _visits(back, parameters or {}, weeks)
    return TrialTables(
        patients=_text_as_objects(patients),
        visits=_text_as_objects(visits.table),
        events=_text_as_objects(_events(back)),
        times=_text_as_objects(_times(back)),
        treatments=_text_as_objects(_treatments(back)),
        variables={
            "patients": _patient_variables(back),
            "visits": visits.variables,
            "adverse_events": _occurrence_variables(back, "ADAE", _EVENT_VARIABLES),
            "treatments": _occurrence_variables(back, "ADEX", _TREATMENT_VARIABLES),
        },
        visit_datasets=visits.datasets,
        visit_rows=visits.rows,
        visit_remarks=visits.remarks,
    )


def _text_as_objects(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose text is held as everywhere else, whatever pandas made of it."""
    text = [name for name in table.columns if isinstance(table[name].dtype, pd.StringDtype)]
    return table.astype(dict.fromkeys(text, object))


class _Back:
    """Data sets being read, and the patients of their subjects."""

    def __init__(self, datasets: AnalysisDatasets):
        self.datasets = datasets
        adsl = datasets.tables.get("ADSL")
        if adsl is None:
            held = ", ".join(datasets.tables)
            raise DataError([Fault("ADSL", f"there is no such data set; there are {held}")])
        self.adsl = adsl
        found = self.faults_of("ADSL", "USUBJID")
        found.add(adsl["USUBJID"] == "", "USUBJID", "must not be empty")
        found.add(adsl["USUBJID"].duplicated(), "USUBJID", "must not repeat another row's")
        raise_faults(found)
        # Subjects of several sites may share a number; USUBJID tells them apart.
        short = (
            "SUBJID" in adsl and not (adsl["SUBJID"].duplicated() | (adsl["SUBJID"] == "")).any()
        )
        self.subject = "SUBJID" if short else "USUBJID"  #: the variable that names a patient
        self.ids = adsl[self.subject].to_numpy(dtype=object)
        self.subjects = pd.Index(adsl["USUBJID"])

    def faults_of(self, name: str, *needed: str) -> CellFaults:
        """Return the faults of a data set, which must have some variables."""
        table = self.datasets.tables[name]
        held = ", ".join(map(str, table.columns))
        if lacking := [
            Fault(name, f"there is no such variable; the data set has {held}", column=each)
            for each in needed
            if each not in table
        ]:
            raise DataError(lacking)
        return CellFaults(table, name)

    def numbers(self, found: CellFaults) -> NDArray[np.intp]:
        """Return the place of each record's patient; record those that ADSL does not know."""
        places = self.subjects.get_indexer(found.table["USUBJID"])
        numbers = np.asarray(places, dtype=np.intp)
        found.add(numbers < 0, "USUBJID", "must be a USUBJID of ADSL")
        return numbers

    def codelist(self, name: str, variable: str) -> str:
        """Return the codelist of a variable; empty if none is stated."""
        for each in self.datasets.variables_of(name):
            if each.variable == variable:
                return each.codelist
        return ""


def raise_faults(found: CellFaults) -> None:
    """Raise the faults of a data set, if any."""
    if found.faults:
        raise DataError(found.faults)


def _flag(found: CellFaults, name: str) -> pd.Series:
    """Return a variable of Y and N as truth values; record what is neither."""
    text = found.table[name]
    found.add(~text.isin([*_FLAGS, ""]), name, "must be Y or N")
    return text.map(_FLAGS).astype("boolean")


def _column(table: pd.DataFrame, name: str, missing: object) -> pd.Series:
    """Return a variable, or the missing value in every row where there is none."""
    if name in table:
        return table[name].reset_index(drop=True)
    kind = object if isinstance(missing, str) else None
    return pd.Series([missing] * len(table), dtype=kind)


def _first(table: pd.DataFrame, names: Sequence[str], label: str) -> str:
    for name in names:
        if name in table:
            return name
    allowed = f"must have the {label} as one of {', '.join(names)}"
    raise DataError([Fault("ADSL", allowed)])


def _patients(back: _Back, origin: str | None) -> pd.DataFrame:
    adsl, found = back.adsl, CellFaults(back.adsl, "ADSL")
    arm, analysed = _first(adsl, _ARM, "arm"), _first(adsl, _ANALYSED, "patients analysed")
    found.add(adsl[analysed] == "", analysed, "must be Y or N")
    counted = (adsl[analysed] == "Y").to_numpy(dtype=bool)
    reasons = end_reasons(adsl)
    columns: dict[str, object] = {
        "patient_id": back.ids,
        "arm": adsl[arm].to_numpy(dtype=object),
        "analysed": _flag(found, analysed),
        "origin": _origin(back, origin),
        "end_week": _column(adsl, "EOSWK", np.nan),
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
        columns["start_date"] = adsl["TRTSDT"].reset_index(drop=True)
    for variable, column in _characteristics(back).items():
        is_flag = back.codelist("ADSL", variable) == YES_NO
        values = _flag(found, variable) if is_flag else adsl[variable]
        columns[column] = values.reset_index(drop=True)
    raise_faults(found)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(adsl)))


def _patient_variables(back: _Back) -> dict[str, str]:
    """Return the variable of each column of the patients that is one of ADSL."""
    adsl = back.adsl
    weeks = [name for name in ("DTHWK", "DTHADY", "DTHDT") if name in adsl]
    named = {
        "patient_id": back.subject,
        "arm": _first(adsl, _ARM, "arm"),
        "analysed": _first(adsl, _ANALYSED, "patients analysed"),
        "end_week": "EOSWK",
        "end_reason": "DCSREAS",
        DEATH_WEEK: weeks[0] if weeks else "DTHWK",
        "start_date": "TRTSDT",
    }
    named |= {column: variable for variable, column in _characteristics(back).items()}
    return {column: variable for column, variable in named.items() if variable in adsl}


def _origin(back: _Back, given: str | None) -> str:
    stated = back.datasets.origin
    if stated and given and stated != given:
        message = f"must be {given}, as the argument origin says"
        raise DataError([Fault("ADSL", message, column="ORIGIN", value=stated)])
    if stated or given:
        return str(stated or given)
    message = f"there is no such variable; give the argument origin: {OBSERVED} or {SYNTHETIC}"
    raise DataError([Fault("ADSL", message, column="ORIGIN")])


def _characteristics(back: _Back) -> dict[str, str]:
    """Return the column of each variable of ADSL that has no place of its own."""
    specified = {each.variable.variable for each in dataset_specifications()["ADSL"].variables}
    stated = {
        each.variable: each.source.removeprefix("patients.")
        for each in back.datasets.variables_of("ADSL")
        if each.source.startswith("patients.")
    }
    return {
        str(name): stated.get(str(name), str(name).lower())
        for name in back.adsl.columns
        if name not in (*specified, *_ARM, *_ANALYSED)
    }


#: Columns of visits that are left out if no visit has a value.
_IF_ANY = ("date", "visit_week")


def _parameter_columns(back: _Back, name: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each PARAMCD of a data set: as given, or as the data set states.

    Our codes are read in our own data set alone: in that of another study, ``AST`` may be in other
    units, or another scale.
    """
    ours = {each.code: each.parameter for each in known_parameters() if each.dataset == name}
    stated = {
        each.where.removeprefix(_WHERE): each.source.removeprefix("visits.")
        for each in back.datasets.variables
        if each.dataset == name
        and each.where.startswith(_WHERE)
        and each.source.startswith("visits.")
    }
    return {**ours, **stated, **given}


def has_visits(table: pd.DataFrame) -> bool:
    """Return whether the records of a data set are values at visits."""
    return {"PARAMCD", "AVAL", "AVISITN"} <= set(table.columns) and "CNSR" not in table


@dataclass(frozen=True, slots=True, eq=False)
class _Visits:
    """The table of visits, and where its cells stand; the fields are those of `TrialTables`."""

    table: pd.DataFrame
    variables: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    remarks: Mapping[str, str] = field(default_factory=dict)


def _visits(
    back: _Back, parameters: Mapping[str, str], weeks: Mapping[str, float] | None
) -> _Visits:
    columns = {
        name: _parameter_columns(back, name, parameters)
        for name, table in back.datasets.tables.items()
        if has_visits(table)
    }
    parts = {name: _records(back, name, given, weeks) for name, given in columns.items()}
    parts = {name: part for name, part in parts.items() if len(part)} or parts
    remarks = {
        name: said
        for name, part in parts.items()
        if weeks is None
        and "AVISIT" in back.datasets.tables[name]
        and not _states(back, name, "AVISITN", "visits.week")
        if (said := unnamed_weeks(part["visit"].tolist(), part["week"].tolist()))
    }
    if not parts:
        return _Visits(_empty("visits"))
    records = pd.concat(list(parts.values()), ignore_index=True)
    keys = ["patient", "week"]
    shared = sorted(set(records["column"][records.duplicated([*keys, "column"])]))
    if shared:
        message = "is given by more than one data set"
        raise DataError([Fault(", ".join(parts), message, column=each) for each in shared])
    groups = records.groupby(keys, sort=True)
    visits = groups.agg(
        baseline=("baseline", "any"),
        visit=("visit", "first"),
        date=("date", "first"),
        visit_week=("visit_week", "first"),
    )
    rows = pd.DataFrame(index=visits.index)
    for column in records["column"].unique():
        mine = records[records["column"] == column].set_index(keys)
        visits[column] = mine["value"].reindex(visits.index)
        rows[column] = mine["row"].reindex(visits.index)
        if column == SCORE and (mine["response"] != "").any():
            visits["response"] = mine["response"].reindex(visits.index).fillna("").astype(object)
    visits = visits.reset_index()
    twice = visits.loc[visits["baseline"], "patient"].duplicated(keep=False)
    if twice.any():
        subjects = back.subjects[visits.loc[twice[twice].index, "patient"].unique()]
        message = "has baseline records at more than one visit"
        file = ", ".join(parts)
        raise DataError([Fault(file, message, None, "USUBJID", each) for each in subjects])
    visits["patient_id"] = back.ids[visits.pop("patient").to_numpy(dtype=int)]
    variables = {"patient_id": back.subject, "week": "AVISITN", "visit_week": "ARELTM"}
    variables |= {"date": "ADT"}
    variables |= {
        column: f"AVAL (PARAMCD {code})"
        for name in parts
        for code, column in columns[name].items()
        if column in rows
    }
    return _Visits(
        visits.drop(columns=[name for name in _IF_ANY if visits[name].isna().all()]),
        variables,
        tuple(parts),
        rows.reset_index(drop=True),
        remarks,
    )


def _records(
    back: _Back, name: str, columns: Mapping[str, str], weeks: Mapping[str, float] | None
) -> pd.DataFrame:
    """Return the records of one data set that have a column and a week: one a key."""
    found = back.faults_of(name, "USUBJID")
    table = found.table
    records = pd.DataFrame(
        {
            "row": np.arange(len(table)),
            "patient": back.numbers(found),
            "week": _weeks(found, weeks, trusted=_states(back, name, "AVISITN", "visits.week")),
            "column": table["PARAMCD"].map(dict(columns)).to_numpy(dtype=object),
            "value": table["AVAL"].to_numpy(dtype=float),
            "baseline": _column(table, "ABLFL", "").to_numpy() == "Y",
            "visit": _column(table, "AVISIT", ""),
            "date": _column(table, "ADT", pd.NaT),
            # In other data sets it may count from another day.
            "visit_week": _column(table, "ARELTM", np.nan)
            if _states(back, name, "ARELTM", "visits.visit_week")
            else np.nan,
            "response": _column(table, "AVALCAT1", ""),
            "chosen": _column(table, "ANL01FL", "").to_numpy() == "Y",
        }
    )
    raise_faults(found)
    records = records[records["column"].notna() & records["week"].notna()]
    key = ["patient", "week", "column"]
    repeated = records.duplicated(key, keep=False)
    # Where none is chosen, all stay, and are a fault: no value is dropped in silence.
    decided = records.groupby(key)["chosen"].transform("any")
    records = records[~(repeated & decided) | records["chosen"]]
    again = np.zeros(len(table), dtype=bool)
    again[records.loc[records.duplicated(key), "row"]] = True
    found.add(again, "AVAL", "is a second value of its patient, parameter and visit")
    raise_faults(found)
    return records.drop(columns="chosen")


def _states(back: _Back, name: str, variable: str, source: str) -> bool:
    """Return whether the table of variables says that a variable is a column of ours."""
    return any(
        each.variable == variable and each.source == source
        for each in back.datasets.variables_of(name)
    )


def _weeks(
    found: CellFaults, given: Mapping[str, float] | None, *, trusted: bool
) -> NDArray[np.float64]:
    """Return the week of each record; a number of the visit is not taken for a week."""
    table = found.table
    if given is not None:
        named = _column(table, "AVISIT", "").map(dict(given))
        return np.asarray(named, dtype=np.float64)
    weeks = np.asarray(table["AVISITN"].astype(float), dtype=np.float64)
    if trusted:
        return weeks
    visits = list(zip(_column(table, "AVISIT", ""), weeks.tolist(), strict=True))
    known = {each for each in visits if each[1] == each[1]}
    others = {each for each in known if contradicts(*each)}
    message = f"is not the week that AVISIT names; {_GIVE_WEEKS}"
    found.add([each in others for each in visits], "AVISITN", message)
    hyphens = {each for each in known if ambiguous(*each)}
    message = f"has a hyphen that may be a minus: {HOW_TO_WRITE_WEEKS}; or {_GIVE_WEEKS}"
    found.add([each in hyphens for each in visits], "AVISIT", message)
    return weeks


#: The way out where names of visits and their numbers do not agree.
_GIVE_WEEKS = "give the week of each AVISIT (weeks)"


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


def _occurrence_variables(back: _Back, name: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the columns of events or treatments."""
    return {**known, "week": _week_variable(back.datasets.tables.get(name, pd.DataFrame()))}


def _events(back: _Back) -> pd.DataFrame:
    if "ADAE" not in back.datasets.tables:
        return _empty("events")
    found = back.faults_of("ADAE", "USUBJID", "AETERM", "AESER", "AEREL")
    table = found.table
    is_flag = back.codelist("ADAE", "AEREL") == YES_NO
    columns: dict[str, object] = {
        "week": _event_weeks(found),
        "event": table["AETERM"],
        "serious": _flag(found, "AESER"),
        "related": _flag(found, "AEREL") if is_flag else table["AEREL"],
    }
    if "ASTDT" in table:
        columns["date"] = table["ASTDT"]
    return _by_patient(back, found, columns)


def _event_weeks(found: CellFaults) -> pd.Series:
    """Return the weeks of a data set's records, and record what is not a study day."""
    table = found.table
    if _week_variable(table) == "ASTWK":
        return _column(table, "ASTWK", np.nan)
    days = table["ASTDY"].astype(float)
    found.add(not_study_days(days), "ASTDY", A_STUDY_DAY)
    return weeks_of_days(days)


def _week_variable(table: pd.DataFrame) -> str:
    """Return the variable by which a data set has the weeks of its records."""
    return "ASTWK" if "ASTWK" in table or "ASTDY" not in table else "ASTDY"


def _times(back: _Back) -> pd.DataFrame:
    known = {each.code: each.parameter for each in known_parameters() if each.dataset == "ADTTE"}
    if "ADTTE" not in back.datasets.tables:
        return _empty("times")
    back.faults_of("ADTTE", "USUBJID", "PARAMCD", "AVAL", "CNSR")
    table = back.datasets.tables["ADTTE"]
    found = CellFaults(table[table["PARAMCD"].isin(list(known))], "ADTTE")
    table = found.table
    found.add(table["CNSR"].isna(), "CNSR", "must be 0 for an event and above 0 if censored")
    raise_faults(found)
    columns: dict[str, object] = {"weeks": table["AVAL"], "event": table["CNSR"] == 0}
    outcome = table["PARAMCD"].map(known)
    if (outcome != RESPONSE).any():
        columns["outcome"] = outcome.to_numpy(dtype=object)
    return _by_patient(back, found, columns)


def _treatments(back: _Back) -> pd.DataFrame:
    if "ADEX" not in back.datasets.tables:
        return _empty("treatments")
    found = back.faults_of("ADEX", "USUBJID", "EXTRT")
    table = found.table
    columns: dict[str, object] = {"week": _event_weeks(found), "treatment": table["EXTRT"]}
    named = {"EXDOSE": "dose", "EXDOSU": "dose_unit"}
    columns |= {column: table[name] for name, column in named.items() if name in table}
    if "ASTDT" in table:
        columns["date"] = table["ASTDT"]
    return _by_patient(back, found, columns)


def _by_patient(back: _Back, found: CellFaults, columns: Mapping[str, object]) -> pd.DataFrame:
    numbers = back.numbers(found)
    raise_faults(found)
    table = pd.DataFrame(columns).reset_index(drop=True)
    table.insert(0, "patient_id", back.ids[numbers])
    return table


def _empty(table: str) -> pd.DataFrame:
    names = [each.column for each in input_columns()[table] if each.needed != "no"]
    return pd.DataFrame(columns=names)
