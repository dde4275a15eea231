"""Checks across the tables of a trial: patients, weeks and scales."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.measures.enzymes import uln_fault
from tisstats.measures.scales import Scale
from tisstats.trial.description import (
    RESCUE,
    StudyTreatment,
    TrialDescription,
    primary_key,
)
from tisstats.trial.schema import CellFaults

#: Thousandths: the unit in which measures are exact whole numbers, whatever their scale.
THOUSANDTHS = 1000


def leave_out(column: str = "analysed", word: str = "false") -> str:
    """Return how a patient is left out of the analysis, by the name of the column for it.

    Its word for false is left out where it is not known.
    """
    value = f", value {word}" if word else ""
    return f"or leave the patient out of the analysis (column {column}{value})"


def no_baseline(file: str) -> str:
    """Return what is wrong with a patient without a baseline among the visits of a file."""
    return f"has no baseline, week 0, in {file}: add that visit"


def to_thousandths(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return measures in thousandths: whole numbers that floats hold exactly; nan stays nan.

    Examples
    --------
    >>> to_thousandths(np.array([0.1 + 0.2, -0.125, np.nan])).tolist()
    [300.0, -125.0, nan]
    """
    whole: NDArray[np.float64] = np.round(values * THOUSANDTHS) + 0.0
    return whole


def cross_faults(
    tables: Mapping[str, pd.DataFrame],
    files: Mapping[str, str],
    description: TrialDescription,
    mmt_max: int | None,
    lines: Mapping[str, NDArray[np.int64]],
) -> list[Fault]:
    """Return what is wrong across tables whose cells were typed without fault."""
    found = {
        name: CellFaults(table, files[name], lines.get(name)) for name, table in tables.items()
    }
    patients, visits = tables["patients"], tables["visits"]
    known = set(patients["patient_id"])
    origin = next((table["origin"].iloc[0] for table in tables.values() if len(table)), "")
    for name, table in tables.items():
        key = primary_key(name)
        message = f"must not repeat another row's {', '.join(key)}"
        found[name].add(table.duplicated(key), key[-1], message)
        if name != "patients":
            message = f"must be a patient_id of {files['patients']}"
            found[name].add(~table["patient_id"].isin(known), "patient_id", message)
        message = f"must be {origin} as in the first row: never both"
        found[name].add(table["origin"] != origin, "origin", message)
    _patients(patients, found["patients"], description.optional_columns)
    _limits(patients, found["patients"], description)
    # The range of the muscle test is the trial's own, whatever its scale says.
    scales = dict(description.measures)
    if "mmt" in scales:
        scales["mmt"] = replace(scales["mmt"], high=mmt_max)
    _scales(visits, found["visits"], scales)
    if not any(each.faults for each in found.values()):
        # Weeks are compared once every row belongs to one patient.
        _weeks(tables, found, description.follow_up_required)
        if description.treatment is not None:
            _doses(tables["treatments"], found["treatments"], description.treatment)
    return [fault for each in found.values() for fault in each.faults]


def _patients(patients: pd.DataFrame, found: CellFaults, optional_columns: Collection[str]) -> None:
    analysed = patients["analysed"].to_numpy(dtype=bool)
    if not analysed.any():
        found.faults.append(Fault(found.file, "no patient is in the analysis", None, "analysed"))
    for column in [name for name in patients.columns if name not in optional_columns]:
        cells = patients[column]
        if cells.dtype == object:  # a plain loop is several times as fast as pandas
            empty = np.array([cell == "" for cell in cells.to_list()], dtype=bool)
        else:
            empty = cells.isna().to_numpy(dtype=bool)
        bad = analysed & empty
        found.add(bad, column, "must not be empty for a patient in the analysis")


def _limits(patients: pd.DataFrame, found: CellFaults, description: TrialDescription) -> None:
    """Report upper limits of normal that look as if given in another unit than the values."""
    for enzyme in description.enzymes:
        column = f"{enzyme}_uln"
        limits = patients[column].to_numpy(dtype=float, na_value=np.nan)
        for limit in np.unique(limits[np.isfinite(limits)]).tolist():
            if (wrong := uln_fault(enzyme, limit, description.enzyme_unit)) is not None:
                found.add((limits >= limit) & (limits <= limit), column, wrong)


def _doses(treatments: pd.DataFrame, found: CellFaults, study: StudyTreatment) -> None:
    """Check that the study treatment has doses, and rescue medication none."""
    given = (treatments["treatment"] == study.name).to_numpy(dtype=bool)
    lacking = treatments[study.dose_column].isna().to_numpy(dtype=bool)
    found.add(given & lacking, study.dose_column, f"must not be empty for {study.name}")
    found.add(~given & ~lacking, study.dose_column, f"must be empty for {RESCUE}")


def _scales(visits: pd.DataFrame, found: CellFaults, scales: Mapping[str, Scale]) -> None:
    for measure, scale in scales.items():
        values = visits[measure].to_numpy(dtype=float, na_value=np.nan)
        if scale.step:
            units, step = to_thousandths(values), THOUSANDTHS * scale.step
            # Off the scale's grid, or between thousandths.
            off = np.abs(values * THOUSANDTHS - units) > 1e-6
            off |= np.nan_to_num(units) % float(step) > 0
            found.add(off, measure, f"must be a multiple of {float(scale.step):g} {scale.unit}")
        outside = values < scale.low
        high = "upwards"
        if scale.high is not None:
            outside |= values > scale.high
            high = f"to {scale.high}"
        of_trial = " (the trial's mmt_max)" if measure == "mmt" and scale.high is not None else ""
        found.add(outside, measure, f"must be from {scale.low} {high} {scale.unit}{of_trial}")


def _weeks(
    tables: Mapping[str, pd.DataFrame], found: Mapping[str, CellFaults], follow_up_required: bool
) -> None:
    """Check that patients are seen at week 0, again later, and last in their end week."""
    patients, treatments, visits = (tables[name] for name in ("patients", "treatments", "visits"))
    ids = patients["patient_id"].to_numpy(dtype=object)
    ends = patients["end_week"].to_numpy(dtype=float, na_value=np.nan)
    end_of = pd.Series(ends, index=ids)
    late = f"lies after the patient's end_week in {found['patients'].file}"
    found["visits"].add(_after(visits, end_of), "week", late)
    # Rescue medication follows the end; an event may come to light after it.
    # Where follow-up is not required, visits may be missed by a patient who is still treated.
    given = (treatments["treatment"] != RESCUE).to_numpy(dtype=bool)
    if follow_up_required:
        found["treatments"].add(_after(treatments, end_of) & given, "week", late)

    first, last = _first_and_last(visits, ids)
    analysed = patients["analysed"].to_numpy(dtype=bool)
    file = found["visits"].file
    unseen = analysed & ~(first <= 0)
    found["patients"].add(unseen, "patient_id", f"{no_baseline(file)}, {leave_out()}")
    found["patients"].add(
        last < ends, "end_week", f"must be the week of the patient's last visit in {file}"
    )
    if follow_up_required:
        message = "must lie after week 0 for a patient in the analysis"
        found["patients"].add(analysed & (ends <= 0), "end_week", message)


def _first_and_last(
    visits: pd.DataFrame, ids: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first and the last week in which each patient was seen, nan for those never."""
    row = {patient: place for place, patient in enumerate(ids)}
    rows = np.array([row[patient] for patient in visits["patient_id"].to_list()], dtype=np.intp)
    weeks = visits["week"].to_numpy(dtype=float, na_value=np.nan)
    first, last = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    np.fmin.at(first, rows, weeks)
    np.fmax.at(last, rows, weeks)
    return first, last


def _after(table: pd.DataFrame, end_of: pd.Series) -> NDArray[np.bool_]:
    """Return, for each row, whether its week lies after its patient's end, if that is known."""
    ends = end_of.reindex(table["patient_id"].to_numpy(dtype=object)).to_numpy(dtype=float)
    late: NDArray[np.bool_] = table["week"].to_numpy(dtype=float) > ends
    return late
