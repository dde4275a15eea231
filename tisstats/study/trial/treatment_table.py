"""The treatments of a trial's patients as a table for a page."""

from __future__ import annotations

import pandas as pd

from tisstats.study.trial.analysis import Analysis
from tisstats.study.trial.frames import treatment_courses
from tisstats.study.trial.tables import Trial

#: Reasons of an end, in words.
_REASONS = {
    "completed": "completed",
    "rescue_medication": "rescue medication",
    "adverse_event": "adverse event",
}


def treatment_table(trial: Trial | Analysis) -> pd.DataFrame:
    """Tabulate the treatments of every patient in one line, in words and with no gaps.

    Returns
    -------
    DataFrame
        One row an analysed patient, all text; a dash where there was no rescue medication.
    """
    courses = treatment_courses(trial)
    weeks = courses["rescue_week"]
    return pd.DataFrame(
        {
            "Patient": courses["patient_id"],
            "Regimen": courses["regimen"],
            "Infusions": courses["infusions"],
            "IVIg in all, g/kg": [f"{dose:g}" for dose in courses["g_per_kg"]],
            "Rescue medication, week": ["–" if pd.isna(week) else f"{week:g}" for week in weeks],
            "End, week": courses["end_week"].astype(str),
            "Reason of the end": [_REASONS.get(why, why) for why in courses["end_reason"]],
        }
    )
