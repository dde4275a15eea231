"""Which infusions and assessments the design plans, and whether patients had them."""

from __future__ import annotations

import numpy as np

from tisstats.lim2021.cohort_check.case import Case
from tisstats.trial.known import Mask

Plan = dict[int, float]
"""Week to dose, g/kg."""


def planned_infusions(case: Case) -> dict[str, Plan]:
    """Give the infusions of each regimen.

    Of the amended one the article prints the dose and the interval. That it starts in the week of
    decision, after the first maintenance dose, is our reading.
    """
    fact = case.published.count
    loading = {0: float(fact("design.loading_dose"))}
    interval, doses = fact("design.maintenance_interval"), fact("design.maintenance_doses")
    maintenance = float(fact("design.maintenance_dose"))
    decision, last = case.facts.decision_week, fact("design.primary_week")
    standard = loading | {interval * (1 + dose): maintenance for dose in range(doses)}
    amended = {week: dose for week, dose in standard.items() if week < decision} | {
        week: float(fact("design.amended_dose"))
        for week in range(decision, last, fact("design.amended_interval"))
    }
    return {"standard": standard, "amended": amended}


def infusions_fit(case: Case) -> Mask:
    """Tell of each analysed patient whether the infusions are those of the regimen.

    All before the end were given, and none but those of the regimen. One planned for the week of
    a premature end may have been left out; so may the maintenance dose before the amended ones.
    """
    planned = planned_infusions(case)
    given = case.analysis.treatments
    had: dict[str, dict[int, float]] = {}
    for row in np.flatnonzero(given["treatment"] == "ivig"):
        mine = had.setdefault(given["patient_id"][row], {})
        mine[int(given["week"][row])] = float(given["dose_g_per_kg"][row])
    fits = []
    for patient, regimen, end in zip(
        case.analysed["patient_id"],
        case.analysed["regimen"],
        case.analysed["end_week"],
        strict=True,
    ):
        mine, plan = had.get(patient, {}), planned[regimen]
        needed = {week for week in plan if week < end}
        if regimen == "amended":
            needed -= {week for week in needed if 0 < week < case.facts.decision_week}
        fits.append(
            needed <= set(mine)
            and all(week in plan and abs(plan[week] - dose) < 1e-9 for week, dose in mine.items())
        )
    return np.array(fits, dtype=bool)


def assessments_fit(case: Case) -> Mask:
    """Tell of each analysed patient whether the assessments are those of the regimen.

    One with each infusion before the end, one at the end, and perhaps one in the week of decision
    on the amended regimen; a premature end may fall in any week.
    """
    last = case.published.count("design.primary_week")
    planned = {regimen: {*plan, last} for regimen, plan in planned_infusions(case).items()}
    fits = []
    for weeks, regimen, end in zip(
        case.analysis.weeks, case.analysed["regimen"], case.analysed["end_week"], strict=True
    ):
        seen = {int(week) for week in weeks[np.isfinite(weeks)]}
        needed = {week for week in planned[regimen] if week < end} | {int(end)}
        fits.append(needed <= seen <= needed | {case.facts.decision_week})
    return np.array(fits, dtype=bool)
