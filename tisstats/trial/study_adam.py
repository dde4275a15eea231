"""The tables of a study from a folder of CDISC analysis data sets, ours or those of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.tables import RawTable, TableSource
from tisstats.tables.raw import ColumnOrigin
from tisstats.trial.cdisc import AnalysisDatasets, read_analysis_datasets, to_trial_tables
from tisstats.trial.cdisc.back import TrialTables, has_visits
from tisstats.trial.cdisc.folder import dataset_files
from tisstats.trial.cdisc.specification import parameters
from tisstats.trial.cdisc.study import CRITERIA
from tisstats.trial.end_reasons import END_REASONS
from tisstats.trial.study import Study

#: Data set of each table, but of the visits, which can be in any.
_DATASETS = {"patients": "ADSL", "treatments": "ADEX", "adverse_events": "ADAE"}

#: Reasons of CDISC's codelist NCOMPLT (Completion/Reason for Non-Completion), as others list them
#: (the codelist itself was not read), that are one of ours without a doubt. Not here are those
#: that may be a lack of efficacy, such as PROGRESSIVE DISEASE.
_REASONS = {
    "ADVERSE EVENT": "adverse_event",
    "DEATH": "death",
    "LACK OF EFFICACY": "lack_of_efficacy",
    "LOST TO FOLLOW-UP": "lost_to_follow_up",
    "WITHDRAWAL BY SUBJECT": "withdrawal",
    "WITHDRAWAL BY PARENT/GUARDIAN": "withdrawal",
    "NON-COMPLIANCE WITH STUDY DRUG": "other",
    "OTHER": "other",
    "PHYSICIAN DECISION": "other",
    "PREGNANCY": "other",
    "PROTOCOL DEVIATION": "other",
    "PROTOCOL VIOLATION": "other",
    "SITE TERMINATED BY SPONSOR": "other",
    "STUDY TERMINATED BY SPONSOR": "other",
    "TECHNICAL PROBLEMS": "other",
}

#: How those are read that a mapping has to explain.
_BY_MAPPING = (
    'by a mapping file (preset = "adam") that names CSV or Parquet files, without adam in [files]'
)


def read_study_datasets(study: Study, folder: Path) -> dict[str, RawTable]:
    """Read a study's tables from a folder of analysis data sets, in any of the four formats.

    A table whose data set has no rows was recorded, and is empty.

    Raises
    ------
    DataError
        If the data sets are at fault, or none has visits that can be read.
    """
    datasets = read_analysis_datasets(folder)
    files = {name: str(path) for name, path in dataset_files(folder).items()}
    try:
        found = to_trial_tables(datasets, origin=study.study.data)
    except DataError as error:
        faults = [_in_files(fault, files, study, folder) for fault in error.faults]
        raise DataError(faults) from None
    if found.visits.empty:
        raise DataError([_no_visits(datasets, files, folder)])
    patients, remarks = _with_reasons(found.patients, datasets.tables["ADSL"])
    visits, places = _visits(found, files)
    tables = {
        "patients": patients.rename(columns={"start_date": "first_dose_date"}),
        "treatments": found.treatments,
        "adverse_events": found.events.rename(columns={"related": "treatment_related"}),
    }
    if study.visits.time == "week":  # weeks are there, and count
        tables["patients"] = tables["patients"].drop(columns="first_dose_date", errors="ignore")
        tables = {
            name: table.drop(columns="date", errors="ignore") for name, table in tables.items()
        }
        visits = visits.drop(columns="date", errors="ignore")
    raw = {
        name: RawTable(_cells(table), _source(files[_DATASETS[name]], found.variables[name]))
        for name, table in tables.items()
        if _DATASETS[name] in files
    }
    raw["patients"] = replace(raw["patients"], remarks=remarks)
    return {**raw, "visits": RawTable(_cells(visits), places)}


def _cells(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).where(table.notna(), None).reset_index(drop=True)


def _source(file: str, variables: Mapping[str, str]) -> TableSource:
    renamed = {"start_date": "first_dose_date", "related": "treatment_related"}
    origins = {renamed.get(name, name): ColumnOrigin(each) for name, each in variables.items()}
    return TableSource(file, origins=origins)


def _visits(found: TrialTables, files: Mapping[str, str]) -> tuple[pd.DataFrame, TableSource]:
    """Return the visits with the weeks in which they took place, and where their cells stand."""
    visits, rows = found.visits, found.visit_rows
    named = dict(found.variables["visits"])
    if "visit_week" in visits:  # the schedule is applied to when a visit took place
        week = visits["visit_week"].astype(float)
        visits = visits.assign(week=week.fillna(visits["week"].astype(float)))
        named["week"] = named.pop("visit_week")
    left_out = ["tis", "response", "baseline", "visit_week", *CRITERIA]
    visits = visits.drop(columns=left_out, errors="ignore")
    first = rows.min(axis=1).to_numpy(dtype=np.int64) + 2
    origins = {}
    for name, variable in named.items():
        lines = None
        if name in rows:
            lines = rows[name].fillna(rows.min(axis=1)).to_numpy(dtype=np.int64) + 2
        origins[name] = ColumnOrigin(variable, lines)
    file = ", ".join(files[name] for name in found.visit_datasets)
    return visits, TableSource(file, first, origins)


def _in_files(fault: Fault, files: Mapping[str, str], study: Study, folder: Path) -> Fault:
    """Return a fault with the names of the files in place of those of their data sets."""
    # One that is not there has no file.
    named = ", ".join(files.get(name, str(folder / name)) for name in fault.file.split(", "))
    message = fault.message.replace("as the argument origin says", f"as {study.path} declares")
    message = message.replace("give the week of each AVISIT (weeks)", f"read them {_BY_MAPPING}")
    return replace(fault, file=named, message=message)


def _no_visits(datasets: AnalysisDatasets, files: Mapping[str, str], folder: Path) -> Fault:
    """Return why no visit can be read."""
    sets = [name for name, table in datasets.tables.items() if has_visits(table)]
    if not sets:
        held = ", ".join(Path(file).name for file in files.values())
        message = (
            "holds no data set of visits, such as ADTIS: one with the variables PARAMCD, AVAL and "
            f"AVISITN; it holds {held}"
        )
        return Fault(str(folder), message)
    file = ", ".join(files[name] for name in sets)
    codes = dict.fromkeys(
        str(code) for name in sets for code in datasets.tables[name]["PARAMCD"].unique()
    )
    known = {each.code: None for each in parameters() if each.dataset == "ADTIS"}
    if "ADTIS" in sets and any(code in known for code in codes):
        message = "no record of a known parameter has a week, so that there are no visits"
        return Fault(file, message, column="AVISITN")
    message = (
        f"no record is of a known parameter, so that there are no visits: it has "
        f"{', '.join(codes) or 'no record'}; known are, in the data set ADTIS alone, "
        f"{', '.join(known)}, and those of our own define.csv; others are read {_BY_MAPPING}"
    )
    return Fault(file, message, column="PARAMCD")


def _with_reasons(
    patients: pd.DataFrame, adsl: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return patients whose reasons of the end have our names, and a remark on those changed."""
    given = patients["end_reason"].astype(str)
    reasons = given.map({each: _reason(each) for each in given.unique()})
    remarks = [
        f"{each} as {_reason(each)}" for each in dict.fromkeys(given) if each != _reason(each)
    ]
    if "EOSSTT" in adsl:
        unstated = (adsl["EOSSTT"].map(_key) == "DISCONTINUED").to_numpy() & (
            reasons == ""
        ).to_numpy()
        reasons = reasons.mask(unstated, "other")
        if unstated.any():
            remarks.append("none, of a patient with EOSSTT of DISCONTINUED, as other")
    said = (f"reasons of the end (DCSREAS) are read so: {', '.join(remarks)}",) if remarks else ()
    return patients.assign(end_reason=reasons), said


def _reason(given: str) -> str:
    """Return our name of a reason, or the reason as it is where we have none.

    >>> [_reason(each) for each in ("Lost to Follow-up", "adverse_event", "SCREEN FAILURE", "")]
    ['lost_to_follow_up', 'adverse_event', 'SCREEN FAILURE', '']
    """
    return _NAMED.get(_key(given), given)


def _key(reason: str) -> str:
    return " ".join(reason.upper().replace("_", " ").replace("-", " ").split())


_NAMED = {_key(name): reason for name, reason in _REASONS.items()}
_NAMED |= {_key(name): name for name in END_REASONS}
