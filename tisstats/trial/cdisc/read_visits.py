"""The visits of analysis data sets, for our own files and those of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.tables.visit_names import ambiguity, contradicts, unnamed_weeks
from tisstats.trial.cdisc.read_datasets import ReadDatasets, column_of, no_rows, raise_faults
from tisstats.trial.cdisc.source import SCORE
from tisstats.trial.cdisc.specification import parameters as known_parameters
from tisstats.trial.schema import CellFaults

#: Begins the condition of the rows by parameter in a table of variables.
_WHERE = "PARAMCD EQ "

#: Columns of visits that are left out if no visit has a value.
_IF_ANY = ("date", "visit_week")


def _parameter_columns(read: ReadDatasets, name: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each PARAMCD of a data set: as given, or as the data set states.

    Our codes are read in our own data set alone: in that of another study, ``AST`` may be in other
    units, or another scale.
    """
    ours = {each.code: each.parameter for each in known_parameters() if each.dataset == name}
    stated = {
        each.where.removeprefix(_WHERE): each.source.removeprefix("visits.")
        for each in read.datasets.variables
        if each.dataset == name
        and each.where.startswith(_WHERE)
        and each.source.startswith("visits.")
    }
    return {**ours, **stated, **given}


def has_visits(table: pd.DataFrame) -> bool:
    """Return whether the records of a data set are values at visits."""
    return {"PARAMCD", "AVAL", "AVISITN"} <= set(table.columns) and "CNSR" not in table


@dataclass(frozen=True, slots=True, eq=False)
class ReadVisits:
    """The table of visits, and where its cells stand: fields of the tables of a trial."""

    table: pd.DataFrame
    variables: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    remarks: Mapping[str, str] = field(default_factory=dict)


def read_visits(
    read: ReadDatasets, parameters: Mapping[str, str], weeks: Mapping[str, float] | None
) -> ReadVisits:
    """Return one row for each patient and week of the data sets that have visits.

    Parameters
    ----------
    read
        The data sets.
    parameters, weeks
        Columns of further parameters, and weeks of visits: see `to_trial_tables`.

    Raises
    ------
    DataError
        If a week is not the one that a visit names, a value is given twice, or a patient has two
        baseline visits.
    """
    columns = {
        name: _parameter_columns(read, name, parameters)
        for name, table in read.datasets.tables.items()
        if has_visits(table)
    }
    parts = {name: _records(read, name, given, weeks) for name, given in columns.items()}
    parts = {name: part for name, part in parts.items() if len(part)} or parts
    remarks = {
        name: said
        for name, part in parts.items()
        if weeks is None
        and "AVISIT" in read.datasets.tables[name]
        and not _states(read, name, "AVISITN", "visits.week")
        if (said := unnamed_weeks(part["visit"].tolist(), part["week"].tolist()))
    }
    if not parts:
        return ReadVisits(no_rows("visits"))
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
        subjects = read.subjects[visits.loc[twice[twice].index, "patient"].unique()]
        message = "has baseline records at more than one visit"
        file = ", ".join(parts)
        raise DataError([Fault(file, message, None, "USUBJID", each) for each in subjects])
    visits["patient_id"] = read.ids[visits.pop("patient").to_numpy(dtype=int)]
    variables = {"patient_id": read.subject, "week": "AVISITN", "visit_week": "ARELTM"}
    variables |= {"date": "ADT"}
    variables |= {
        column: f"AVAL (PARAMCD {code})"
        for name in parts
        for code, column in columns[name].items()
        if column in rows
    }
    return ReadVisits(
        visits.drop(columns=[name for name in _IF_ANY if visits[name].isna().all()]),
        variables,
        tuple(parts),
        rows.reset_index(drop=True),
        remarks,
    )


def _records(
    read: ReadDatasets, name: str, columns: Mapping[str, str], weeks: Mapping[str, float] | None
) -> pd.DataFrame:
    """Return the records of one data set that have a column and a week: one a key."""
    found = read.faults_of(name, "USUBJID")
    table = found.table
    records = pd.DataFrame(
        {
            "row": np.arange(len(table)),
            "patient": read.numbers(found),
            "week": _weeks(found, weeks, trusted=_states(read, name, "AVISITN", "visits.week")),
            "column": table["PARAMCD"].map(dict(columns)).to_numpy(dtype=object),
            "value": table["AVAL"].to_numpy(dtype=float),
            "baseline": column_of(table, "ABLFL", "").to_numpy() == "Y",
            "visit": column_of(table, "AVISIT", ""),
            "date": column_of(table, "ADT", pd.NaT),
            # In other data sets it may count from another day.
            "visit_week": column_of(table, "ARELTM", np.nan)
            if _states(read, name, "ARELTM", "visits.visit_week")
            else np.nan,
            "response": column_of(table, "AVALCAT1", ""),
            "chosen": column_of(table, "ANL01FL", "").to_numpy() == "Y",
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


def _states(read: ReadDatasets, name: str, variable: str, source: str) -> bool:
    """Return whether the table of variables says that a variable is a column of ours."""
    return any(
        each.variable == variable and each.source == source
        for each in read.datasets.variables_of(name)
    )


def _weeks(
    found: CellFaults, given: Mapping[str, float] | None, *, trusted: bool
) -> NDArray[np.float64]:
    """Return the week of each record; a number of the visit is not taken for a week."""
    table = found.table
    if given is not None:
        named = column_of(table, "AVISIT", "").map(dict(given))
        return np.asarray(named, dtype=np.float64)
    weeks = np.asarray(table["AVISITN"].astype(float), dtype=np.float64)
    if trusted:
        return weeks
    visits = list(zip(column_of(table, "AVISIT", ""), weeks.tolist(), strict=True))
    known = {each for each in visits if each[1] == each[1]}
    others = {each for each in known if contradicts(*each)}
    message = f"is not the week that AVISIT names; {_GIVE_WEEKS}"
    found.add([each in others for each in visits], "AVISITN", message)
    ambiguities = {each: ambiguity(*each) for each in known}
    for said in sorted({*ambiguities.values()} - {""}):
        unclear = [ambiguities.get(each) == said for each in visits]
        found.add(unclear, "AVISIT", f"{said}; or {_GIVE_WEEKS}")
    return weeks


#: The way out where names of visits and their numbers do not agree.
_GIVE_WEEKS = "give the week of each AVISIT (weeks)"
