"""The treatments of a trial's patients as a table for a page."""

from __future__ import annotations

import pandas as pd

from tisstats.lim2021 import regimens
from tisstats.lim2021.cohort_check.frames import analysed, treatment_courses
from tisstats.trial.analysis import Analysis
from tisstats.trial.tables import Trial

#: The amended regimen as the tables of a trial name it.
_AMENDED = "amended"

#: Reasons of an end, in words.
_REASONS = {
    "completed": "completed",
    "rescue_medication": "rescue medication",
    "adverse_event": "adverse event",
}


def dose_note(trial: Trial) -> str:
    """Return what must be said of the weeks of amended doses: the article does not print them."""
    if trial.origin != "synthetic":
        return ""
    return "The week of the first amended dose, and with it that of the next, is assumed. "


def _given_beyond_standard(treatments: pd.DataFrame) -> set[str]:
    """Return the patients with a dose that the standard regimen does not have."""
    standard = {
        (infusion.week, float(infusion.dose_g_per_kg)) for infusion in regimens.STANDARD.infusions
    }
    given = treatments[(treatments["treatment"] == "ivig").to_numpy(dtype=bool)]
    return {
        str(patient)
        for patient, week, dose in zip(
            given["patient_id"], given["week"], given["dose_g_per_kg"], strict=True
        )
        if (int(week), float(dose)) not in standard
    }


def treatment_table(trial: Trial | Analysis) -> pd.DataFrame:
    """Tabulate the treatments of every patient in one line, in words and with no gaps.

    Returns
    -------
    DataFrame
        One row an analysed patient, all text; a dash where there was no rescue medication.
    """
    courses = treatment_courses(trial)
    treatments = analysed(trial).trial.treatments
    changed = _given_beyond_standard(treatments)
    weeks = courses["rescue_week"]
    return pd.DataFrame(
        {
            "Patient": courses["patient_id"],
            "Regimen": [
                f"{regimen} (eligible, none given)"
                if regimen == _AMENDED and patient not in changed
                else regimen
                for patient, regimen in zip(courses["patient_id"], courses["regimen"], strict=True)
            ],
            "Infusions": courses["infusions"],
            "IVIg in all, g/kg": [f"{dose:g}" for dose in courses["g_per_kg"]],
            "Rescue medication, week": ["–" if pd.isna(week) else f"{week:g}" for week in weeks],
            "End, week": courses["end_week"].astype(str),
            "Reason of the end": [_REASONS.get(why, why) for why in courses["end_reason"]],
        }
    )
