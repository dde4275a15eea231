"""A cohort as the four tables of a trial's data package, in the units of the scales."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from tisstats.lim2021.patient_ids import synthetic_id
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.cohort import RELATED, WEEKS, Cohort
from tisstats.synthetic.columns import CODES, MISSING
from tisstats.synthetic.targets import MEASURES

ORIGIN = "synthetic"

TABLES = ("patients", "visits", "treatments", "adverse_events")

Cell = int | float | str | None
Rows = list[dict[str, Cell]]


def rows(cohort: Cohort) -> dict[str, Rows]:
    """Lay out a cohort as rows: words for codes, truth as true and false, None where missing."""
    return {
        "patients": _patients(cohort),
        "visits": _visits(cohort),
        "treatments": [
            {
                "patient_id": synthetic_id(patient),
                "week": week,
                "treatment": treatment,
                "dose_g_per_kg": dose,
                "origin": ORIGIN,
            }
            for patient, week, treatment, dose in cohort.treatments()
        ],
        "adverse_events": _events(cohort),
    }


def frames(cohort: Cohort) -> dict[str, pd.DataFrame]:
    """Give the four tables of a cohort as DataFrames, by name.

    Measures are floats where their scale has fractions or values are missing, whole numbers
    otherwise; words and ``true`` or ``false`` are text; nothing stands where a value is missing.
    """
    found = {}
    for name, table in rows(cohort).items():
        frame = pd.DataFrame(table)
        for column in frame:
            values = frame[column]
            if values.isna().any() and not pd.api.types.is_numeric_dtype(values):
                frame[column] = values.astype(object).where(values.notna(), "")
        found[name] = frame
    return found


def _patients(cohort: Cohort) -> Rows:
    found = []
    for at in range(len(cohort.patients["patient_id"])):
        row: dict[str, Cell] = {}
        for column, words in CODES.items():
            value = int(cohort.patients[column][at])
            known = value != MISSING
            row[column] = (words[value] if words else value) if known else None
            if column == "patient_id":
                row |= {column: synthetic_id(value), "origin": ORIGIN}
        found.append(row)
    return found


def _visits(cohort: Cohort) -> Rows:
    steps = [SCALES[measure].step for measure in MEASURES]
    found = []
    for at in cohort.analysed.tolist():
        for place, week in enumerate(WEEKS):
            values = cohort.visits[at, place].tolist()
            if values[0] == MISSING:
                continue
            row: dict[str, Cell] = {
                "patient_id": synthetic_id(int(cohort.patients["patient_id"][at])),
                "week": week,
                "origin": ORIGIN,
            }
            for measure, value, step in zip(MEASURES, values, steps, strict=True):
                row[measure] = _in_units(value * step) if value != MISSING else None
            found.append(row)
    return found


def _in_units(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _events(cohort: Cohort) -> Rows:
    found: Rows = []
    number: dict[int, int] = {}
    for patient, week, event, serious, related in cohort.events.tolist():
        number[patient] = number.get(patient, 0) + 1
        found.append(
            {
                "patient_id": synthetic_id(patient),
                "number": number[patient],
                "week": week if week != MISSING else None,
                "event": cohort.words[event],
                "serious": "true" if serious else "false",
                "treatment_related": RELATED[related],
                "origin": ORIGIN,
            }
        )
    return found
