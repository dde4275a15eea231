"""The tables of a study from a folder of CDISC analysis data sets, ours or those of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.sentences import count_of
from tisstats.tables import RawTable, TableSource
from tisstats.tables.raw import ColumnOrigin
from tisstats.trial.cdisc import AnalysisDatasets, read_analysis_datasets, to_trial_tables
from tisstats.trial.cdisc.back import TrialTables
from tisstats.trial.cdisc.death_weeks import death_cells, derived_deaths
from tisstats.trial.cdisc.end_of_study import discontinued, end_cells, end_faults
from tisstats.trial.cdisc.folder import dataset_files
from tisstats.trial.cdisc.read_visits import has_visits
from tisstats.trial.cdisc.specification import parameters
from tisstats.trial.cdisc.study import CRITERIA
from tisstats.trial.columns import Mask
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.end_reasons import END_REASONS
from tisstats.trial.schema import CellFaults
from tisstats.trial.study import Study
from tisstats.trial.unassigned import without_arm

#: Data set of each table, but of the visits, which can be in any.
_DATASETS = {"patients": "ADSL", "treatments": "ADEX", "adverse_events": "ADAE"}

#: Terms of CDISC's codelist NCOMPLT (Completion/Reason for Non-Completion, C66727) that are one of
#: our reasons without a doubt, besides those that are worded as ours (ADVERSE EVENT, DEATH, LACK OF
#: EFFICACY, LOST TO FOLLOW-UP, and OTHER of an earlier list). Not here are those that may be a lack
#: of efficacy (PROGRESSIVE DISEASE, DISEASE RELAPSE, NO LONGER CLINICALLY BENEFITING,
#: PROTOCOL-SPECIFIED WITHDRAWAL CRITERION MET, FAILURE TO MEET CONTINUATION CRITERIA), rescue
#: medication (USED or REQUIRES PROHIBITED MEDICATION, UNDERWENT or REQUIRES PROHIBITED PROCEDURE)
#: or no failure at all (RECOVERY). The codelist is published by NCI EVS in
#: https://evs.nci.nih.gov/ftp1/CDISC/SDTM/SDTM%20Terminology.txt; read was its copy in
#: https://github.com/anudeepdivi/Sapient, knowledge/ct/cdisc_ct.json, commit 34eb230.
_REASONS = {
    "SERIOUS ADVERSE EVENT": "adverse_event",
    "WITHDRAWAL BY SUBJECT": "withdrawal",
    "WITHDRAWAL BY PARENT/GUARDIAN": "withdrawal",
    "WITHDRAWAL OF ASSENT": "withdrawal",
    "WITHDRAWAL OF CONSENT": "withdrawal",
    "APPROVED DRUG AVAILABLE FOR INDICATION": "other",
    "FAILURE TO MEET RANDOMIZATION CRITERIA": "other",
    "INVESTIGATOR DECISION": "other",
    "LOGISTICAL PROBLEM": "other",
    "MET ELIGIBILITY CRITERIA BUT NOT NEEDED": "other",
    "NEVER DOSED": "other",
    "NON-COMPLIANCE": "other",
    "NON-COMPLIANCE WITH NON-STUDY DEVICE": "other",
    "NON-COMPLIANCE WITH STUDY DEVICE": "other",
    "NON-COMPLIANCE WITH STUDY DRUG": "other",
    "NON-COMPLIANCE WITH STUDY SCHEDULE": "other",
    "PARTNER PREGNANCY": "other",
    "PHYSICIAN DECISION": "other",
    "PREGNANCY": "other",
    "PROTOCOL DEVIATION": "other",
    "PROTOCOL VIOLATION": "other",
    "RANDOMIZED BY MISTAKE": "other",
    "RANDOMIZED BY MISTAKE WITH STUDY TREATMENT": "other",
    "RANDOMIZED BY MISTAKE WITHOUT STUDY TREATMENT": "other",
    "SCREEN FAILURE": "other",
    "SCREENING NOT COMPLETED": "other",
    "SITE TERMINATED BY SPONSOR": "other",
    "SPONSOR REQUEST": "other",
    "STUDY TERMINATED BY SPONSOR": "other",
    "TECHNICAL PROBLEMS": "other",
}

#: How those are read that a mapping has to explain.
_A_MAPPING = (
    'a mapping file (preset = "adam") that names CSV or Parquet files, without adam in [files]'
)
_BY_MAPPING = f"by {_A_MAPPING}"


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
    adsl, counted = datasets.tables["ADSL"], found.patients["analysed"].fillna(False)
    left_out = without_arm(_cells(found.patients))
    patients, remarks = with_reasons(found.patients, adsl, left_out)
    if faults := [
        *end_faults(adsl, counted.to_numpy(dtype=bool)),
        *unknown_reasons(adsl, patients["end_reason"], left_out),
    ]:
        explained = (with_way_out(fault, f"of {_A_MAPPING}") for fault in faults)
        raise DataError([_in_files(fault, files, study, folder) for fault in explained])
    visits, places = _visits(found, files)
    if not patients["end_reason"].any():  # how the study ended is not recorded
        patients = patients.drop(columns="end_reason")
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
    raw = {}
    for name, table in tables.items():
        if (dataset := _DATASETS[name]) in files:
            given = datasets.tables[dataset]
            if name == "treatments" and not {"ASTWK", "ASTDY"} & set(given):
                table = table.drop(columns="week")  # that there is none is one fault
            source = _source(files[dataset], found.variables[name], given)
            if "end_reason" in table:
                names, _ = end_cells(given)
                source = replace(source, origins={**source.origins, "end_reason": origin(names)})
            raw[name] = RawTable(_cells(table), source)
    deaths = patients.get(DEATH_WEEK, pd.Series(np.nan, index=patients.index))
    derived = derived_deaths(adsl, np.asarray(deaths, dtype=np.float64))
    raw["patients"] = replace(raw["patients"], remarks=(*remarks, *derived))
    said = tuple(found.visit_remarks.values())
    return {**raw, "visits": RawTable(_cells(visits), places, remarks=said)}


def _cells(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).where(table.notna(), None).reset_index(drop=True)


#: Variables of what is read where they are there, for a message that they are not.
_NEEDED = {"start_date": "TRTSDT"}


def _source(file: str, variables: Mapping[str, str], given: pd.DataFrame) -> TableSource:
    """Return the place of a table's cells in its data set."""
    renamed = {"start_date": "first_dose_date", "related": "treatment_related"}
    origins = {
        renamed.get(name, name): ColumnOrigin(each)
        for name, each in {**_NEEDED, **variables}.items()
    }
    shown = {}
    if flag := variables.get("analysed"):  # Y or N, which have become truth values
        shown["analysed"] = given[flag].reset_index(drop=True)
    if variables.get("week") == "ASTDY":  # weeks are made of it
        shown["week"] = given["ASTDY"].reset_index(drop=True)
    if DEATH_WEEK in variables:
        named, shown[DEATH_WEEK] = death_cells(given)
        origins[DEATH_WEEK] = origin(named)
    return TableSource(file, origins=origins, cells=pd.DataFrame(shown) if shown else None)


def origin(names: NDArray[np.object_]) -> ColumnOrigin:
    """Return where the cells of a column stand, by the name of each cell's variable."""
    return ColumnOrigin(names[0] if len(set(names)) == 1 else names)


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
    way_out = f"read them {_BY_MAPPING}, and give the weeks in [visits.values.week]"
    message = message.replace("give the week of each AVISIT (weeks)", way_out)
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


def with_reasons(
    patients: pd.DataFrame, adsl: pd.DataFrame, left_out: Mask
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return patients whose reasons of the end have our names, and a remark on those changed.

    Of patients who are left out, shape (patients,), nothing is said.
    """
    given = patients["end_reason"].astype(str)
    reasons = given.map({each: our_reason(each) for each in given.unique()})
    remarks = [
        f"{each} as {our_reason(each)}"
        for each in dict.fromkeys(given[~left_out])
        if each != our_reason(each)
    ]
    unstated = discontinued(adsl) & (reasons == "").to_numpy()
    reasons = reasons.mask(unstated, "other")
    if (unstated & ~left_out).any():
        remarks.append("none, of a patient with EOSSTT of DISCONTINUED, as other")
    said = [f"reasons of the end (DCSREAS) are read so: {', '.join(remarks)}"] if remarks else []
    empty = int(((reasons == "") & patients["analysed"].fillna(False)).sum())
    if empty and (reasons != "").any():
        has, counts = ("has", "counts") if empty == 1 else ("have", "count")
        said.append(
            f"{count_of(empty, 'analysed patient')} {has} neither EOSSTT nor DCSREAS, and {counts} "
            "as having completed the study"
        )
    return patients.assign(end_reason=reasons), tuple(said)


def unknown_reasons(adsl: pd.DataFrame, reasons: pd.Series, left_out: Mask) -> list[Fault]:
    """Return a fault of ADSL for each reason of the end that is none of ours.

    Parameters
    ----------
    adsl
        ADSL.
    reasons
        The reasons as `with_reasons` has them, shape (patients,). What no status of CDISC is, is
        a fault of `end_faults`, and not again here.
    left_out
        Patients of whom nothing is said, shape (patients,).
    """
    found, (names, _) = CellFaults(adsl, "ADSL"), end_cells(adsl)
    unknown = ~reasons.isin(["", *END_REASONS]).to_numpy(dtype=bool) & ~left_out
    for name in dict.fromkeys(names[unknown]):
        found.add(unknown & (names == name), name, f"must be one of {', '.join(END_REASONS)}")
    return found.faults


def with_way_out(fault: Fault, more: str) -> Fault:
    """Return a fault of a status or reason with the section of a mapping that can explain it."""
    join = " What" if fault.message.endswith("?") else "; what"
    said = f"{join} it stands for can be said in [patients.values.end_reason] {more}"
    return replace(fault, message=fault.message + said)


def our_reason(given: str) -> str:
    """Return our name of a reason, or the reason as it is where we have none.

    >>> [our_reason(each) for each in ("Lost to Follow-up", "adverse_event", "RECOVERY", "")]
    ['lost_to_follow_up', 'adverse_event', 'RECOVERY', '']
    """
    return _NAMED.get(_key(given), given)


def _key(reason: str) -> str:
    return " ".join(reason.upper().replace("_", " ").replace("-", " ").split())


_NAMED = {_key(name): reason for name, reason in _REASONS.items()}
_NAMED |= {_key(name): name for name in END_REASONS}
