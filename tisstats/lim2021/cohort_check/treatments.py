"""The planned infusions and assessments, and those that patients had."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tisstats.lim2021 import regimens
from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial
from tisstats.trial import summaries
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask, equals
from tisstats.trial.trial import Trial

Plan = dict[int, float]
"""Week to dose, g/kg."""

#: Name of the amended regimen in the tables of a trial.
_AMENDED = "amended"


def planned_infusions(trial: CheckedTrial) -> dict[str, Plan]:
    """Return the infusions of each regimen.

    For the amended one the article prints the dose and the interval. That it starts in the decision
    week, after the first maintenance dose, is our interpretation.
    """
    fact, decision = trial.published.count, trial.decision_week
    interval, dose = fact("design.maintenance_interval"), float(fact("design.maintenance_dose"))
    standard = {0: float(fact("design.loading_dose"))} | {
        interval * (1 + number): dose for number in range(fact("design.maintenance_doses"))
    }
    further = range(decision, fact("design.primary_week"), fact("design.amended_interval"))
    amended = {week: dose for week, dose in standard.items() if week < decision}
    amended |= dict.fromkeys(further, float(fact("design.amended_dose")))
    return {"standard": standard, _AMENDED: amended}


def infusions_follow_regimen(trial: CheckedTrial) -> Mask:
    """Return for each analysed patient whether the infusions follow the regimen.

    All planned before the last assessment were given, and no others. One planned for the week of
    early stopping may be missing; so may the maintenance dose before the amended ones.
    """
    planned = planned_infusions(trial)
    had: dict[str, Plan] = {}
    for patient, week, dose in _infusions(trial.analysis):
        had.setdefault(patient, {})[int(week)] = dose
    fits = []
    for patient, regimen, end in _courses(trial):
        mine, plan = had.get(patient, {}), planned[regimen]
        optional = range(1, trial.decision_week) if regimen == _AMENDED else ()
        needed = {week for week in plan if week < end and week not in optional}
        extra = [week for week, dose in mine.items() if abs(plan.get(week, 0) - dose) > 1e-9]
        fits.append(needed <= set(mine) and not extra)
    return np.array(fits, dtype=bool)


def assessments_follow_regimen(trial: CheckedTrial) -> Mask:
    """Return for each analysed patient whether the assessments follow the regimen.

    One with each infusion before the end, one at the end, and possibly one in the decision week
    of the amended regimen; early stopping may be in any week.
    """
    last, planned = trial.published.count("design.primary_week"), planned_infusions(trial)
    fits = []
    for (_, regimen, end), weeks in zip(_courses(trial), trial.analysis.weeks, strict=True):
        seen = {int(week) for week in weeks[np.isfinite(weeks)]}
        needed = {week for week in (*planned[regimen], last) if week < end} | {int(end)}
        fits.append(needed <= seen <= needed | {trial.decision_week})
    return np.array(fits, dtype=bool)


def _infusions(analysis: Analysis) -> list[tuple[str, float, float]]:
    """Return patient, week and dose (g/kg) of every infusion."""
    given = analysis.treatments
    rows = equals(given, "treatment", "ivig")
    columns = (given[name][rows] for name in ("patient_id", "week", "dose_g_per_kg"))
    return list(zip(*columns, strict=True))


def _courses(trial: CheckedTrial) -> list[tuple[str, str, float]]:
    columns = (trial.analysed[name] for name in ("patient_id", "regimen", "end_week"))
    return list(zip(*columns, strict=True))


def dose_note(trial: Trial) -> str:
    """Return a note on the weeks of amended doses, which the article does not report."""
    if trial.origin != "synthetic":
        return ""
    return "The number and weeks of the amended doses, and so the totals, are assumed. "


def treatment_table(trial: Trial | Analysis) -> pd.DataFrame:
    """Tabulate the treatments, marking patients eligible for amended doses who received none.

    Returns
    -------
    DataFrame
        As `tisstats.trial.summaries.treatment_table` returns it.
    """
    analysis = summaries.as_analysis(trial)
    standard = {(infusion.week, infusion.dose_g_per_kg) for infusion in regimens.STANDARD.infusions}
    further = {who for who, *infusion in _infusions(analysis) if tuple(infusion) not in standard}
    labels = [
        f"{regimen} (eligible, amended dose not given)"
        if regimen == _AMENDED and patient not in further
        else regimen
        for patient, regimen in analysis.patients[["patient_id", "regimen"]].to_numpy()
    ]
    return summaries.treatment_table(analysis, labels)
