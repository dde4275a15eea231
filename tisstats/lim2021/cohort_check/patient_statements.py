"""What the article says of who its patients were, checked on patients."""

from __future__ import annotations

import numpy as np

from tisstats.lim2021.cohort_check.checked_trial import (
    CheckedTrial,
    Statement,
    named,
    registered_in,
)
from tisstats.lim2021.patient_ids import article_number, article_numbers
from tisstats.measures import attainable_scores
from tisstats.trial.columns import Known, equal, natural_key, truth
from tisstats.trial.consistency import UNITS
from tisstats.trial.description import CORE_SET

#: The statements by name, in the order of the article.
STATEMENTS: dict[str, Statement] = {}
statement = registered_in(STATEMENTS)

_RESULTS = "Results, Patient characteristics"


@statement(_RESULTS, of_numbered=True)
def numbered(trial: CheckedTrial) -> tuple[str, bool]:
    """Patients are numbered from 1 in the order of their inclusion."""
    ids = sorted(trial.included["patient_id"], key=natural_key)
    numbers = [article_number(name) for name in ids]
    return f"{ids[0]} to {ids[-1]}", numbers == list(range(1, len(ids) + 1))


@statement("Methods, Patients")
def eligible_for_the_study(trial: CheckedTrial) -> tuple[str, bool]:
    """Adults, ill for less than the months allowed."""
    onset, duration = (trial.analysed[name] for name in ("age_at_onset", "disease_duration"))
    # An age in completed years may be up to eleven months more.
    young = onset * 12 + 11 + duration < 12 * trial.published.count("design.minimum_age")
    long = duration >= trial.published.count("design.maximum_disease_duration")
    return trial.unless(young | long)


@statement("Methods, Patients")
def minimal_disability_met(trial: CheckedTrial) -> tuple[str, bool]:
    """All had lost as much strength as the criterion asks, and had other abnormal measures.

    What is abnormal is not printed: anything but the healthy end is taken as such.
    """
    analysis = trial.analysis
    least = trial.published.count("design.minimal_muscle_loss")
    maximum = UNITS * (analysis.trial.mmt_max or 0)
    # Of what is missing neither comparison holds: then it is not known.
    lost = 100 * (maximum - analysis.baseline_units("mmt"))
    strong = Known(lost < least * maximum, lost >= least * maximum)
    normal = {"ck": UNITS * trial.analysed["ck_uln"]}
    others = [name for name in CORE_SET if name != "mmt"]
    above = np.array([analysis.baseline_units(name) - normal.get(name, 0) for name in others])
    abnormal = np.sum(above > 0, axis=0)
    perhaps = abnormal + np.sum(np.isnan(above), axis=0)
    needed = trial.published.count("design.minimal_other_abnormal")
    return trial.unless(strong | Known(perhaps < needed, abnormal >= needed))


@statement(_RESULTS, of_numbered=True)
def patient_left_out(trial: CheckedTrial) -> tuple[str, bool]:
    """Left out was a man with dermatomyositis."""
    him = trial.patient_left_out()
    if him is None:
        return "no such patient", False
    shown = f"{him['sex'] or 'sex not given'}, {him['subtype']}, "
    shown += "analysed" if him["analysed"] else "left out"
    return shown, (him["subtype"], him["sex"]) == ("dm", "male") and not him["analysed"]


@statement(_RESULTS, of_numbered=True)
def patient_left_out_completed(trial: CheckedTrial) -> tuple[str, bool]:
    """Nine weeks of treatment were given to the patient who was left out."""
    him = trial.patient_left_out()
    if him is None:
        return "no such patient", False
    known = np.isfinite(him["end_week"])
    week = f"week {him['end_week']:g}" if known else "week not given"
    agrees = not known or int(him["end_week"]) == trial.published.count("design.primary_week")
    agrees &= him["end_reason"] in ("", "completed")
    return f"{week}, {him['end_reason'] or 'reason not given'}", agrees


@statement(_RESULTS, of_numbered=True)
def ceiling(trial: CheckedTrial) -> tuple[str, bool]:
    """Moderate improvement was out of reach from the baseline of the patient left out."""
    visits = trial.analysis.trial.visits
    numbers = article_numbers(visits["patient_id"])
    at_start = (visits["week"] == 0).to_numpy(dtype=bool)
    excluded = trial.published.count("flow.excluded_patient")
    baseline = visits[(numbers == excluded) & at_start]
    if baseline.empty:
        return "no values of his, as none are published", True
    him = trial.patient_left_out()
    if him is None or not np.isfinite(him["ck_uln"]):
        return "CK without its upper limit of normal", False
    best = attainable_scores(
        baseline[list(CORE_SET)].astype(float),
        mmt_max=trial.analysis.trial.mmt_max or 0,
        uln={"ck": float(him["ck_uln"])},
    )["attainable_tis"].iloc[0]
    return f"at most {best:g} points", bool(best < trial.analysis.interpretation.moderate_score)


@statement(_RESULTS, of_numbered=True)
def treated_before(trial: CheckedTrial) -> tuple[str, bool]:
    """One named patient had had prednisolone, another one methotrexate."""
    before = trial.included["prior_immunosuppressant"]
    expected = {
        "prednisolone": [trial.published.count("claims.results.prednisolone_patient")],
        "methotrexate": [trial.published.count("claims.results.methotrexate_patient")],
        "azathioprine": [],
    }
    found = {drug: trial.included["patient_id"][before == drug] for drug in expected}
    shown = "; ".join(f"{drug}: {named(ids)}" for drug, ids in found.items() if len(ids))
    numbers = {drug: [article_number(name) for name in ids] for drug, ids in found.items()}
    return shown or "nobody", numbers == expected


@statement(_RESULTS)
def connective_tissue_by_subtype(trial: CheckedTrial) -> tuple[str, bool]:
    """Mixed disease and Sjögren's syndrome with NM/OM, systemic sclerosis with IMNM."""
    expected = {"mixed": "nm_om", "sjogren": "nm_om", "systemic_sclerosis": "imnm"}
    pairs = zip(
        trial.analysed["connective_tissue_disorder"], trial.analysed["subtype"], strict=True
    )
    wrong = [expected.get(disorder, subtype) != subtype for disorder, subtype in pairs]
    return trial.unless(np.array(wrong, dtype=bool))


@statement(_RESULTS)
def cancer_in_dermatomyositis(trial: CheckedTrial) -> tuple[str, bool]:
    """Ovarian cancer was in a woman with dermatomyositis."""
    ovarian = equal(trial.analysed, "cancer_in_follow_up", "ovarian")
    fits = equal(trial.analysed, "subtype", "dm") & equal(trial.analysed, "sex", "female")
    return trial.names(ovarian), bool(ovarian.any() and np.all(fits[ovarian]))


@statement(_RESULTS)
def no_other_cancer(trial: CheckedTrial) -> tuple[str, bool]:
    """Nobody else was found to have a cancer.

    Where it is not given of the patient who was left out, it is not counted.
    """
    everybody = trial.included
    at_diagnosis = truth(everybody, "cancer_at_diagnosis").yes
    other = equal(everybody, "cancer_in_follow_up", "other") | at_diagnosis
    return named(everybody["patient_id"][other]), not other.any()


@statement("Table 2, footnote c")
def psoas_in_dermatomyositis(trial: CheckedTrial) -> tuple[str, bool]:
    """No psoas at baseline in a patient with DM."""
    missing = np.isnan(trial.analysis.baseline_units("psoas"))
    fits = equal(trial.analysed, "subtype", "dm")
    return trial.names(missing), bool(missing.any() and np.all(fits[missing]))


@statement("Methods, Primary and secondary outcome measures; Table 2, footnote c")
def nothing_else_missing(trial: CheckedTrial) -> tuple[str, bool]:
    """All measures at all assessments, but for the psoas of that patient."""
    analysis = trial.analysis
    attended = np.isfinite(analysis.weeks)
    missing = {
        measure: np.any(attended & np.isnan(units), axis=1)
        for measure, units in analysis.units.items()
    }
    missing["psoas"] &= ~np.isnan(analysis.baseline_units("psoas"))
    return trial.unless(np.any([*missing.values()], axis=0))


@statement("Discussion, paragraph 1", of_numbered=True)
def added_patient_analysed(trial: CheckedTrial) -> tuple[str, bool]:
    """Analysed was the other patient whom the discussion counts in addition."""
    there = trial.is_added()
    return trial.names(there), bool(there.any())
