"""The counts of the text, computed from patients: flow, response and safety."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial
from tisstats.lim2021.patient_ids import article_number
from tisstats.lim2021.trial_description import (
    DESCRIPTION,
    associated_only,
    no_specific_antibody,
    seronegative,
)
from tisstats.trial.columns import Known, Mask, equal

Count = Callable[[CheckedTrial], Mask | Known | int | str | None]
"""Of whom something holds, or how many they are; None where there is no such number."""

#: Counts of patients by one cell: address to the patients counted, a column, and its text.
_BY_CELL = {
    **{f"flow.included_{name}": ("included", "subtype", name) for name in DESCRIPTION.subtypes},
    "flow.treated_before_prednisolone": ("included", "prior_immunosuppressant", "prednisolone"),
    "flow.treated_before_methotrexate": ("included", "prior_immunosuppressant", "methotrexate"),
    "safety.ovarian_cancer": ("included", "cancer_in_follow_up", "ovarian"),
    "flow.ctd_mixed": ("analysed", "connective_tissue_disorder", "mixed"),
    "flow.ctd_sjogren": ("analysed", "connective_tissue_disorder", "sjogren"),
    "flow.ctd_systemic_sclerosis": (
        *("analysed", "connective_tissue_disorder", "systemic_sclerosis"),
    ),
    "safety.stopped_for_adverse_event": ("analysed", "end_reason", "adverse_event"),
}


def _treated_before(trial: CheckedTrial) -> Mask:
    """Of a patient who was left out the cell may be empty; an empty cell is not counted."""
    before = trial.included["prior_immunosuppressant"]
    return np.array([drug not in ("none", "") for drug in before], dtype=bool)


def _only(found: list[int | None]) -> int | None:
    return found[0] if len(found) == 1 else None


def _treated_on(trial: CheckedTrial) -> Known:
    """Eligible, treated to the end, and never better than by the week of decision."""
    analysis = trial.analysis
    improved = analysis.improved_after(trial.decision_week)
    return trial.amended_eligible() & ~analysis.stopped_early() & ~improved


def _worse_on_maintenance(trial: CheckedTrial) -> Known:
    """Lost what the loading dose had gained, on maintenance doses, before the amendment."""
    given = trial.analysis.treatments
    dose = trial.published.count("design.maintenance_dose")
    maintained = np.abs(given["dose_g_per_kg"] - dose) < 1e-9
    on_it = np.isin(trial.analysed["patient_id"], given["patient_id"][maintained])
    return trial.analysis.minimal_lost() & (on_it & ~trial.after_amendment())


def _discussion_added(trial: CheckedTrial) -> int | str:
    """Count the two whom the discussion adds: left out, and without minimal improvement."""
    excluded = trial.published.count("flow.excluded_patient")
    left_out = [article_number(name) for name in trial.left_out]
    return (~trial.analysis.minimal() & trial.is_added()).count(more=int(excluded in left_out))


#: Counts that hang on the article's numbers of patients, or on its order of inclusion.
OF_NUMBERED = frozenset(
    {
        "flow.excluded_patient",
        "response.deteriorated_after_maintenance",
        "response.amended_eligible",
        "response.amended_stopped",
        "response.amended_continued",
        "response.discussion_added",
    }
)

#: Every count of the text that patients give, by its published address.
COUNTS: dict[str, Count] = {
    **{
        address: lambda trial, who=who, cell=cell: equal(  # type: ignore[misc]
            getattr(trial, who), *cell
        )
        for address, (who, *cell) in _BY_CELL.items()
    },
    "flow.included": lambda trial: len(trial.included["patient_id"]),
    "flow.excluded_from_analysis": lambda trial: len(trial.left_out),
    "flow.excluded_patient": lambda trial: _only([article_number(i) for i in trial.left_out]),
    "flow.analysed": lambda trial: len(trial.analysed["patient_id"]),
    "flow.treated_before": _treated_before,
    "flow.msa_positive": lambda trial: ~no_specific_antibody(trial.analysed),
    "flow.maa_only": lambda trial: associated_only(trial.analysed),
    "flow.no_antibodies": lambda trial: seronegative(trial.analysed),
    "flow.msa_multiple": lambda trial: sum(";" in cell for cell in trial.analysed["msa"]),
    "flow.psoas_missing": lambda trial: np.isnan(trial.analysis.baseline_units("psoas")),
    "flow.ended_early": lambda trial: trial.analysis.stopped_early(),
    "response.responders": lambda trial: trial.analysis.responders(),
    "response.non_responders": lambda trial: ~trial.analysis.responders(),
    "response.minimal": lambda trial: trial.analysis.minimal(),
    "response.minimal_lost": lambda trial: trial.analysis.minimal_lost(),
    "response.deteriorated_after_maintenance": _worse_on_maintenance,
    "response.amended_eligible": CheckedTrial.amended_eligible,
    "response.amended_stopped": lambda trial: (
        trial.amended_eligible() & trial.analysis.stopped_early()
    ),
    "response.amended_continued": _treated_on,
    "response.discussion_added": _discussion_added,
    "safety.serious_adverse_events": lambda trial: len(trial.analysis.serious_events),
    "safety.pulmonary_embolism": lambda trial: len(trial.embolisms),
    "safety.pulmonary_embolism_week": lambda trial: _only([e.week for e in trial.embolisms]),
    "safety.adverse_events_patients": lambda trial: np.isin(
        trial.analysed["patient_id"], trial.analysis.adverse_events["patient_id"]
    ),
    "safety.deterioration": lambda trial: trial.analysis.deteriorated(),
    "safety.rescue_medication": lambda trial: trial.analysis.rescued(),
}
