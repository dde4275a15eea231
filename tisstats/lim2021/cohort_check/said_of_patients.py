"""What the article says of who its patients were, checked on patients."""

from __future__ import annotations

import numpy as np

from tisstats.lim2021.cohort_check.case import Case, Statement, named, statement
from tisstats.lim2021.cohort_check.characteristics import equal
from tisstats.lim2021.cohort_check.counts import patient_is
from tisstats.lim2021.patient_ids import article_number, article_numbers
from tisstats.measures import attainable_scores
from tisstats.measures.scales import SCALES
from tisstats.trial.columns import natural_key, truth
from tisstats.trial.consistency import UNITS
from tisstats.trial.known import Known

#: The statements by name, in the order of the article.
OF_PATIENTS: dict[str, Statement] = {}

_RESULTS = "Results, Patient characteristics"

#: The core set measures as columns of visits.
_CORE = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")


@statement(OF_PATIENTS, _RESULTS, of_numbered=True)
def numbered(case: Case) -> tuple[str, bool]:
    """Patients are numbered from 1 in the order of their inclusion."""
    ids = sorted(case.everybody["patient_id"], key=natural_key)
    numbers = [article_number(name) for name in ids]
    return f"{ids[0]} to {ids[-1]}", numbers == list(range(1, len(ids) + 1))


@statement(OF_PATIENTS, "Methods, Patients")
def eligible_for_the_study(case: Case) -> tuple[str, bool]:
    """Adults, ill for less than the months allowed."""
    onset, duration = (case.analysed[name] for name in ("age_at_onset", "disease_duration"))
    # An age in completed years may be up to eleven months more.
    young = onset * 12 + 11 + duration < 12 * case.published.count("design.minimum_age")
    long = duration >= case.published.count("design.maximum_disease_duration")
    return case.unless(young | long, "all")


@statement(OF_PATIENTS, "Methods, Patients")
def minimal_disability_met(case: Case) -> tuple[str, bool]:
    """All had lost as much strength as the criterion asks, and had other abnormal measures.

    What is abnormal is not printed: anything but the healthy end is taken as such.
    """
    analysis = case.analysis
    least = case.published.count("design.minimal_muscle_loss")
    maximum = UNITS * (analysis.trial.mmt_max or 0)
    # Of what is missing neither comparison holds: then it is not known.
    lost = 100 * (maximum - analysis.baseline_units("mmt"))
    strong = Known(lost < least * maximum, lost >= least * maximum)
    healthy = dict.fromkeys(("physician_global", "patient_global", "haq", "extramuscular"), 0.0)
    others = [analysis.baseline_units(name) - end for name, end in healthy.items()]
    others.append(analysis.baseline_units("ck") - UNITS * case.analysed["ck_uln"])
    abnormal = np.sum([above > 0 for above in others], axis=0)
    perhaps = abnormal + np.sum([np.isnan(above) for above in others], axis=0)
    needed = case.published.count("design.minimal_other_abnormal")
    return case.unless_known(strong | Known(perhaps < needed, abnormal >= needed), "all")


@statement(OF_PATIENTS, _RESULTS, of_numbered=True)
def patient_left_out(case: Case) -> tuple[str, bool]:
    """Left out was a man with dermatomyositis."""
    him = case.left_out()
    if him is None:
        return "no such patient", False
    said = f"{him['sex'] or 'sex not told'}, {him['subtype']}"
    said += ", analysed" if him["analysed"] else ", left out"
    return said, (him["subtype"], him["sex"]) == ("dm", "male") and not him["analysed"]


@statement(OF_PATIENTS, _RESULTS, of_numbered=True)
def patient_left_out_completed(case: Case) -> tuple[str, bool]:
    """Nine weeks of treatment were given to the patient who was left out."""
    him = case.left_out()
    if him is None:
        return "no such patient", False
    known = np.isfinite(him["end_week"])
    week = f"week {him['end_week']:g}" if known else "week not told"
    agrees = not known or int(him["end_week"]) == case.published.count("design.primary_week")
    return f"{week}, {him['end_reason'] or 'not told'}", agrees and him["end_reason"] in (
        "",
        "completed",
    )


@statement(OF_PATIENTS, _RESULTS, of_numbered=True)
def ceiling(case: Case) -> tuple[str, bool]:
    """Moderate improvement was out of reach from the baseline of the patient left out."""
    visits = case.analysis.trial.visits
    numbers = article_numbers(visits["patient_id"])
    at_start = (visits["week"] == 0).to_numpy(dtype=bool)
    baseline = visits[(numbers == case.facts.excluded_patient) & at_start]
    if baseline.empty:
        return "no values of his, as none are published", True
    him = case.left_out()
    if him is None or not np.isfinite(him["ck_uln"]):
        return "CK without its upper limit of normal", False
    best = attainable_scores(
        baseline[list(_CORE)].astype(float),
        mmt_max=case.analysis.trial.mmt_max or 0,
        uln={"ck": float(him["ck_uln"])},
    )["attainable_tis"].iloc[0]
    return f"at most {best:g} points", bool(best < case.analysis.interpretation.moderate_score)


@statement(OF_PATIENTS, _RESULTS, of_numbered=True)
def treated_before(case: Case) -> tuple[str, bool]:
    """One named patient had had prednisolone, another one methotrexate."""
    everybody = case.everybody
    found = {
        drug: everybody["patient_id"][equal(everybody, "prior_immunosuppressant", drug)]
        for drug in ("prednisolone", "methotrexate", "azathioprine")
    }
    said = "; ".join(f"{drug}: {named(ids)}" for drug, ids in found.items() if len(ids))
    return said or "nobody", {
        drug: [article_number(name) for name in ids] for drug, ids in found.items()
    } == {
        "prednisolone": [case.facts.prednisolone_patient],
        "methotrexate": [case.facts.methotrexate_patient],
        "azathioprine": [],
    }


@statement(OF_PATIENTS, _RESULTS)
def connective_tissue_by_subtype(case: Case) -> tuple[str, bool]:
    """Mixed disease and Sjögren's syndrome with NM/OM, systemic sclerosis with IMNM."""
    expected = {"mixed": "nm_om", "sjogren": "nm_om", "systemic_sclerosis": "imnm"}
    wrong = case.nobody()
    for disorder, subtype in expected.items():
        wrong |= equal(case.analysed, "connective_tissue_disorder", disorder) & ~equal(
            case.analysed, "subtype", subtype
        )
    return case.unless(wrong, "all")


@statement(OF_PATIENTS, _RESULTS)
def cancer_in_dermatomyositis(case: Case) -> tuple[str, bool]:
    """Ovarian cancer was in a woman with dermatomyositis."""
    ovarian = equal(case.analysed, "cancer_in_follow_up", "ovarian")
    fits = equal(case.analysed, "subtype", "dm") & equal(case.analysed, "sex", "female")
    said = case.numbers(ovarian)
    return said, bool(ovarian.any() and np.all(fits[ovarian]))


@statement(OF_PATIENTS, _RESULTS)
def no_other_cancer(case: Case) -> tuple[str, bool]:
    """Nobody else was found to have a cancer.

    Of a patient who was left out it may not be told, and then it is not counted.
    """
    everybody = case.everybody
    at_diagnosis = truth(everybody, "cancer_at_diagnosis").yes
    other = equal(everybody, "cancer_in_follow_up", "other") | at_diagnosis
    return named(everybody["patient_id"][other]), not other.any()


@statement(OF_PATIENTS, "Table 2, footnote c")
def psoas_in_dermatomyositis(case: Case) -> tuple[str, bool]:
    """No psoas at baseline in a patient with DM."""
    missing = np.isnan(case.analysis.baseline_units("psoas"))
    fits = equal(case.analysed, "subtype", "dm")
    return case.numbers(missing), bool(missing.any() and np.all(fits[missing]))


@statement(OF_PATIENTS, "Methods, Primary and secondary outcome measures; Table 2, footnote c")
def nothing_else_missing(case: Case) -> tuple[str, bool]:
    """All measures at all assessments, but for the psoas of that patient."""
    analysis = case.analysis
    attended = np.isfinite(analysis.weeks)
    wrong = case.nobody()
    for measure in SCALES:
        missing = np.any(attended & np.isnan(analysis.units[measure]), axis=1)
        if measure == "psoas":
            missing &= ~np.isnan(analysis.baseline_units("psoas"))
        wrong |= missing
    return case.unless(wrong, "all")


@statement(OF_PATIENTS, "Discussion, paragraph 1", of_numbered=True)
def added_patient_analysed(case: Case) -> tuple[str, bool]:
    """Analysed was the other patient whom the discussion counts in addition."""
    there = patient_is(case.analysis, case.facts.added_patient)
    return case.numbers(there), bool(there.any())
