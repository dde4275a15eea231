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
        first: dict[tuple[object, ...], int] = {}
        rows = zip(*(table[column].to_list() for column in key), strict=True)
        repeated = [first.setdefault(row, at) < at for at, row in enumerate(rows)]
        found[name].add(repeated, key[-1], message)
        if name != "patients":
            message = f"must be a patient_id of {files['patients']}"
            found[name].add(
                [each not in known for each in table["patient_id"]], "patient_id", message
            )
        message = f"must be {origin} as in the first row: never both"
        found[name].add([each != origin for each in table["origin"]], "origin", message)
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
    ends = patients["end_week"].to_numpy(dtype=float, na_value=np.nan)
    seen = rows_of_patients(visits, patients)
    late = f"lies after the patient's end_week in {found['patients'].file}"
    found["visits"].add(visits["week"].to_numpy(dtype=float) > ends[seen], "week", late)
    # Rescue medication follows the end; an event may come to light after it.
    # Where follow-up is not required, visits may be missed by a patient who is still treated.
    if follow_up_required:
        given = (treatments["treatment"] != RESCUE).to_numpy(dtype=bool)
        treated = ends[rows_of_patients(treatments, patients)]
        after = treatments["week"].to_numpy(dtype=float) > treated
        found["treatments"].add(after & given, "week", late)

    first, last = first_and_last_weeks(visits, seen, len(patients))
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


def rows_of_patients(table: pd.DataFrame, patients: pd.DataFrame) -> NDArray[np.intp]:
    """Return the row of each row's patient, shape (rows of the table,).

    Parameters
    ----------
    table, patients
        Tables with ``patient_id``, which is unique among the patients and known of each row.

    Examples
    --------
    >>> patients = pd.DataFrame({"patient_id": ["A", "B"]})
    >>> rows_of_patients(pd.DataFrame({"patient_id": ["B", "A", "B"]}), patients).tolist()
    [1, 0, 1]
    """
    row = {patient: place for place, patient in enumerate(patients["patient_id"].to_list())}
    return np.array([row[patient] for patient in table["patient_id"].to_list()], dtype=np.intp)


def first_and_last_weeks(
    visits: pd.DataFrame, of: NDArray[np.intp], patients: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first and the last week in which each patient was seen, nan for those never.

    `of` is the row of each visit's patient among so many patients, as `rows_of_patients` has it.

    Examples
    --------
    >>> first, last = first_and_last_weeks(pd.DataFrame({"week": [4, 0]}), np.array([0, 0]), 2)
    >>> first.tolist(), last.tolist()
    ([0.0, nan], [4.0, nan])
    """
    weeks = visits["week"].to_numpy(dtype=float, na_value=np.nan)
    first, last = np.full(patients, np.nan), np.full(patients, np.nan)
    np.fmin.at(first, of, weeks)
    np.fmax.at(last, of, weeks)
    return first, last
