"""Statements of the article about its patients, in words, checked on patient-level data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial, format_ids, normalised
from tisstats.lim2021.cohort_check.treatments import (
    assessments_follow_regimen,
    infusions_follow_regimen,
)
from tisstats.lim2021.patient_ids import article_number, article_numbers
from tisstats.measures import attainable_scores
from tisstats.measures.visit_table import MEASURE_COLUMNS
from tisstats.printed import format_rounded, matches_print
from tisstats.trial.analysis import SeriousEvent
from tisstats.trial.columns import ThreeValued, equals, is_true, natural_key
from tisstats.trial.consistency import THOUSANDTHS
from tisstats.trial.description import RESCUE, has_value

Check = Callable[[CheckedTrial], tuple[str, bool]]
"""Returns what was found, and whether it matches the article."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the article about its patients."""

    name: str  #: short name
    location: str  #: section of the article
    claim: str  #: what it says, in our words
    check: Check  #: returns what was found, and whether it matches
    needs_patient_numbers: bool  #: whether it refers to the article's patient numbers


#: The statements by name: who the patients were, then their treatment, course and safety.
STATEMENTS: dict[str, Statement] = {}

_PATIENTS = "Methods, Patients"
_DESIGN = "Methods, Study design"
_MEASURES = "Methods, Primary and secondary outcome measures"
_RESULTS = "Results, Patient characteristics"
_OUTCOMES = "Results, Secondary outcomes"
_DISCUSSION = "Discussion, paragraph 1"

#: Modified Rankin grade of a bedridden patient (Farrell 1991, doi:10.1136/jnnp.54.12.1044).
BEDRIDDEN = 5


def statement(location: str, *, needs_patient_numbers: bool = False) -> Callable[[Check], Check]:
    """Return a decorator that adds a function to `STATEMENTS`.

    The name of the statement is that of the function, its text the first line of the docstring.
    Statements about patients by number, or by enrolment before or after the amendment, are
    checked on synthetic patients only, which are in the article's order.
    """

    def register(check: Check) -> Check:
        claim = (check.__doc__ or "").partition("\n")[0].removesuffix(".")
        STATEMENTS[check.__name__] = Statement(
            check.__name__, location, claim, check, needs_patient_numbers
        )
        return check

    return register


@statement(_RESULTS, needs_patient_numbers=True)
def numbered_in_order_of_inclusion(trial: CheckedTrial) -> tuple[str, bool]:
    """Patients are numbered from 1 in the order of inclusion."""
    ids = sorted(trial.included["patient_id"], key=natural_key)
    numbers = [article_number(name) for name in ids]
    return f"{ids[0]} to {ids[-1]}", numbers == list(range(1, len(ids) + 1))


@statement(_PATIENTS)
def meets_eligibility(trial: CheckedTrial) -> tuple[str, bool]:
    """All patients were adults with a disease duration below the limit."""
    onset, duration = (trial.analysed[name] for name in ("age_at_onset", "disease_duration"))
    # An age in completed years may be up to eleven months more.
    young = onset * 12 + 11 + duration < 12 * trial.published.count("design.minimum_age")
    long = duration >= trial.published.count("design.maximum_disease_duration")
    return trial.check_none(young | long)


@statement(_PATIENTS)
def minimal_disability_met(trial: CheckedTrial) -> tuple[str, bool]:
    """All patients had the weakness of the criterion and enough measures not at their best value.

    “Abnormal” is not defined in the article, so this is its weakest reading.
    """
    analysis = trial.analysis
    least = trial.published.count("design.minimal_muscle_loss")
    maximum = THOUSANDTHS * trial.mmt_max
    # For a missing value neither comparison is true: then it is unknown.
    lost = 100 * (maximum - analysis.baseline_thousandths("mmt"))
    strong = ThreeValued(lost < least * maximum, lost >= least * maximum)
    normal = {"ck": THOUSANDTHS * trial.analysed["ck_uln"]}
    others = [name for name in (*MEASURE_COLUMNS, "ck") if name != "mmt"]
    above = np.array([analysis.baseline_thousandths(name) - normal.get(name, 0) for name in others])
    abnormal = np.sum(above > 0, axis=0)
    perhaps = abnormal + np.sum(np.isnan(above), axis=0)
    needed = trial.published.count("design.minimal_other_abnormal")
    return trial.check_none(strong | ThreeValued(perhaps < needed, abnormal >= needed))


@statement(_RESULTS, needs_patient_numbers=True)
def excluded_patient(trial: CheckedTrial) -> tuple[str, bool]:
    """The excluded patient was a man with dermatomyositis."""
    him = trial.excluded_patient()
    if him is None:
        return "no such patient", False
    shown = f"{him['sex'] or 'sex not given'}, {him['subtype']}, "
    shown += "analysed" if him["analysed"] else "excluded"
    return shown, (him["subtype"], him["sex"]) == ("dm", "male") and not him["analysed"]


@statement(_RESULTS, needs_patient_numbers=True)
def excluded_patient_completed(trial: CheckedTrial) -> tuple[str, bool]:
    """The excluded patient was treated for nine weeks."""
    him = trial.excluded_patient()
    if him is None:
        return "no such patient", False
    known = np.isfinite(him["end_week"])
    week = f"week {him['end_week']:g}" if known else "week not given"
    agrees = not known or int(him["end_week"]) == trial.published.count("design.primary_week")
    agrees &= him["end_reason"] in ("", "completed")
    return f"{week}, {him['end_reason'] or 'reason not given'}", agrees


@statement(_RESULTS, needs_patient_numbers=True)
def ceiling_of_excluded_patient(trial: CheckedTrial) -> tuple[str, bool]:
    """The baseline of the excluded patient made moderate improvement unattainable."""
    visits = trial.analysis.trial.visits
    numbers = article_numbers(visits["patient_id"])
    at_start = (visits["week"] == 0).to_numpy(dtype=bool)
    baseline = visits[(numbers == trial.published.count("flow.excluded_patient")) & at_start]
    if baseline.empty:
        return "no values (none are published)", True
    him = trial.excluded_patient()
    if him is None or not np.isfinite(him["ck_uln"]):
        return "CK has no upper limit of normal", False
    best = attainable_scores(
        baseline[[*MEASURE_COLUMNS, "ck"]].astype(float),
        mmt_max=trial.mmt_max,
        uln={"ck": float(him["ck_uln"])},
    )["attainable_tis"].iloc[0]
    return f"at most {best:g} points", bool(best < trial.analysis.options.responder_threshold)


@statement(_RESULTS, needs_patient_numbers=True)
def prior_immunosuppressants(trial: CheckedTrial) -> tuple[str, bool]:
    """One numbered patient had prior prednisolone, another prior methotrexate."""
    before = trial.included["prior_immunosuppressant"]
    expected = {
        "prednisolone": [trial.published.count("claims.results.prednisolone_patient")],
        "methotrexate": [trial.published.count("claims.results.methotrexate_patient")],
        "azathioprine": [],
    }
    found = {drug: trial.included["patient_id"][before == drug] for drug in expected}
    shown = "; ".join(f"{drug}: {format_ids(ids)}" for drug, ids in found.items() if len(ids))
    numbers = {drug: [article_number(name) for name in ids] for drug, ids in found.items()}
    return shown or "no patient", numbers == expected


@statement(_RESULTS)
def connective_tissue_by_subtype(trial: CheckedTrial) -> tuple[str, bool]:
    """Mixed CTD and Sjögren's syndrome occurred with NM/OM, systemic sclerosis with IMNM."""
    expected = {"mixed": "nm_om", "sjogren": "nm_om", "systemic_sclerosis": "imnm"}
    pairs = zip(
        trial.analysed["connective_tissue_disorder"], trial.analysed["subtype"], strict=True
    )
    wrong = [expected.get(disorder, subtype) != subtype for disorder, subtype in pairs]
    return trial.check_none(np.array(wrong, dtype=bool))


@statement(_RESULTS)
def cancer_in_dermatomyositis(trial: CheckedTrial) -> tuple[str, bool]:
    """The patient with ovarian cancer was a woman with dermatomyositis."""
    ovarian = equals(trial.analysed, "cancer_in_follow_up", "ovarian")
    fits = equals(trial.analysed, "subtype", "dm") & equals(trial.analysed, "sex", "female")
    return trial.names(ovarian), bool(ovarian.any() and np.all(fits[ovarian]))


@statement(_RESULTS)
def no_other_cancer(trial: CheckedTrial) -> tuple[str, bool]:
    """No other patient was found to have cancer.

    A missing value of the excluded patient is not counted.
    """
    included = trial.included
    at_diagnosis = is_true(included, "cancer_at_diagnosis").yes
    other = equals(included, "cancer_in_follow_up", "other") | at_diagnosis
    return format_ids(included["patient_id"][other]), not other.any()


@statement("Table 2, footnote c")
def psoas_in_dermatomyositis(trial: CheckedTrial) -> tuple[str, bool]:
    """The patient without a psoas value at baseline had dermatomyositis."""
    missing = np.isnan(trial.analysis.baseline_thousandths("psoas"))
    fits = equals(trial.analysed, "subtype", "dm")
    return trial.names(missing), bool(missing.any() and np.all(fits[missing]))


@statement(f"{_MEASURES}; Table 2, footnote c")
def nothing_else_missing(trial: CheckedTrial) -> tuple[str, bool]:
    """All measures were taken at all assessments, except the psoas at baseline in one patient."""
    analysis = trial.analysis
    attended = np.isfinite(analysis.weeks)
    missing = {
        measure: np.any(attended & np.isnan(units), axis=1)
        for measure, units in analysis.thousandths.items()
    }
    missing["psoas"] &= ~np.isnan(analysis.baseline_thousandths("psoas"))
    return trial.check_none(np.any([*missing.values()], axis=0))


@statement(_DISCUSSION, needs_patient_numbers=True)
def added_patient_analysed(trial: CheckedTrial) -> tuple[str, bool]:
    """The other patient added in the discussion was analysed."""
    there = trial.is_added()
    return trial.names(there), bool(there.any())


@statement(_DESIGN)
def doses_follow_regimens(trial: CheckedTrial) -> tuple[str, bool]:
    """All doses followed the standard or the amended regimen."""
    return trial.check_none(~infusions_follow_regimen(trial))


@statement(_MEASURES)
def assessments_follow_regimens(trial: CheckedTrial) -> tuple[str, bool]:
    """Assessments took place at each treatment and at the end."""
    return trial.check_none(~assessments_follow_regimen(trial))


@statement(_MEASURES, needs_patient_numbers=True)
def extra_assessments_after_amendment(trial: CheckedTrial) -> tuple[str, bool]:
    """After the amendment, patients without sufficient improvement had an extra assessment."""
    week, analysis = trial.decision_week, trial.analysis
    late, seen = trial.after_amendment(), analysis.has_visit_at(week)
    unseen = late & (trial.analysed["end_week"] >= week) & ~seen
    enough = trial.published.count("design.amended_below_score")
    return trial.check_none(~analysis.reached(enough, until=week) & unseen | (seen & ~late))


@statement(_DESIGN, needs_patient_numbers=True)
def amended_regimen(trial: CheckedTrial) -> tuple[str, bool]:
    """Only eligible patients received the amended regimen."""
    had, eligible = equals(trial.analysed, "regimen", "amended"), trial.amended_eligible()
    needed = eligible & ~trial.analysis.discontinued() & ~had
    return trial.check_none(needed | (~eligible & had), trial.names(had))


@statement(_OUTCOMES, needs_patient_numbers=True)
def bedridden(trial: CheckedTrial) -> tuple[str, bool]:
    """The patient eligible for the amended regimen who stopped treatment was bedridden."""
    among = trial.amended_eligible() & trial.analysis.discontinued()
    stopped = among.yes
    if among.unknown.any():
        return f"unknown for {trial.names(among.unknown)}", False
    grades = trial.last("mrs")[stopped]
    shown = f"{trial.names(stopped)}, grade {', '.join(f'{grade:g}' for grade in grades) or 'none'}"
    return shown, bool(len(grades) and np.all(np.abs(grades - BEDRIDDEN) < 0.5))


@statement(_OUTCOMES)
def responders_still_minimal_at_end(trial: CheckedTrial) -> tuple[str, bool]:
    """Every responder still had at least minimal improvement at the end."""
    return trial.check_none(trial.analysis.responders() & ~trial.analysis.minimal_responders())


@statement(_OUTCOMES)
def no_other_minimal_improvement(trial: CheckedTrial) -> tuple[str, bool]:
    """No other patients than those counted had minimal improvement."""
    analysis = trial.analysis
    ever = analysis.reached(analysis.options.minimal_threshold)
    return trial.check_none(
        ever & ~analysis.minimal_responders() & ~analysis.lost_minimal_response()
    )


@statement(_DISCUSSION, needs_patient_numbers=True)
def proportion_in_discussion(trial: CheckedTrial) -> tuple[str, bool]:
    """The proportion with at least minimal improvement is that of the discussion."""
    found = [trial.values[name] for name in ("response.minimal", "response.discussion_added")]
    included = trial.values["flow.included"]
    counted = [value for value in found if isinstance(value, Fraction)]
    if len(counted) < len(found):
        return "unknown for some patients", False
    if not isinstance(included, Fraction) or not included:
        return "no patients", False
    share = 100 * sum(counted, Fraction(0)) / included
    printed = trial.published.printed("claims.discussion.minimal_percent")
    return f"{format_rounded(share, printed.decimals)}%", matches_print(share, printed)


@statement(_OUTCOMES)
def rescue_at_early_stop(trial: CheckedTrial) -> tuple[str, bool]:
    """Patients who stopped early switched to rescue medication then."""
    given = trial.analysis.treatments
    rescues = equals(given, "treatment", RESCUE)
    order = np.argsort(-given["week"][rescues])
    first = dict(
        zip(given["patient_id"][rescues][order], given["week"][rescues][order], strict=True)
    )
    weeks = [first.get(patient, np.inf) for patient in trial.analysed["patient_id"]]
    early = np.array(weeks) < trial.analysed["end_week"]
    reason = equals(trial.analysed, "end_reason", "rescue_medication")
    odd = (
        (trial.analysis.received_rescue() ^ reason)
        | (trial.analysis.discontinued() ^ reason)
        | early
    )
    return trial.check_none(odd, trial.names(reason))


@statement(_OUTCOMES)
def weeks_of_early_stop(trial: CheckedTrial) -> tuple[str, bool]:
    """Patients who stopped early did so before the last week; all others completed it."""
    weeks, last = trial.analysed["end_week"], trial.published.count("design.primary_week")
    return trial.check_none(((weeks < last) ^ trial.analysis.discontinued()) | (weeks > last))


@statement(_OUTCOMES)
def no_rescue_in_responders(trial: CheckedTrial) -> tuple[str, bool]:
    """No responder needed rescue medication."""
    return trial.check_none(trial.analysis.responders() & trial.analysis.received_rescue())


@statement(_OUTCOMES)
def significant_changes(trial: CheckedTrial) -> tuple[str, bool]:
    """The significant changes are those named in the text."""
    level = float(trial.published.value("design.significance_level"))
    found, agree = [], True
    for measure, scale in trial.analysis.trial.description.measures.items():
        p = trial.values[f"table2.{measure}.change.p"]
        significant = isinstance(p, float) and p < level
        agree &= significant == (trial.published.text(f"significance.{measure}") == "true")
        found += [scale.abbreviation] if significant else []
    return ", ".join(found) or "none", agree


@statement(f"{_OUTCOMES}; Discussion, paragraph 2")
def statins(trial: CheckedTrial) -> tuple[str, bool]:
    """Patients with anti-HMGCR antibodies improved more with recent statin use than without.

    The article reports a favourable response without a score: the mean best scores are compared.
    """
    mine = has_value(trial.analysed, "msa", "anti_hmgcr").yes
    taken, responded = is_true(trial.analysed, "recent_statin"), trial.analysis.responders()
    with_statins, without = mine & taken.yes, mine & taken.no
    shown = (
        f"{int(np.sum(responded.yes & with_statins))} of {int(np.sum(with_statins))} with, "
        f"{int(np.sum(responded.yes & without))} of {int(np.sum(without))} without responded"
    )
    best = trial.analysis.best_tis()
    unknown = mine & (taken.unknown | ~np.isfinite(best))
    if unknown.any():
        return f"{shown}; unknown for {trial.names(unknown)}", False
    if not (with_statins.any() and without.any()):
        return shown, False
    return shown, bool(np.mean(best[with_statins]) > np.mean(best[without]))


@statement(_OUTCOMES)
def serious_events_in_two_patients(trial: CheckedTrial) -> tuple[str, bool]:
    """The serious adverse events occurred in two patients with dermatomyositis."""
    printed = trial.published.tables["serious_adverse_events"]
    events = trial.analysis.serious_events
    ids = sorted({event.patient_id for event in events}, key=natural_key)
    subtypes = {event.group for event in events}
    agree = len(ids) == printed["patient"].nunique() and subtypes == set(printed["subtype"])
    return f"{format_ids(ids)}: {', '.join(sorted(subtypes)) or 'none'}", agree


@statement(_OUTCOMES)
def serious_events_in_order(trial: CheckedTrial) -> tuple[str, bool]:
    """Events 1 and 2 occurred in this order in one patient, event 3 in another."""
    printed = trial.published.tables["serious_adverse_events"]
    events: dict[str, list[SeriousEvent]] = {who: [] for who in printed["patient"]}
    for who, what in zip(printed["patient"], printed["what"], strict=True):
        for event in trial.analysis.serious_events:
            if normalised(event.what) == normalised(what):
                events[who].append(event)
    patients = {who: {event.patient_id for event in mine} for who, mine in events.items()}
    shown = "; ".join(
        f"{who}: {format_ids(sorted(ids, key=natural_key))}" for who, ids in patients.items()
    )
    agree = all(len(ids) == 1 for ids in patients.values())
    agree &= len(set().union(*patients.values())) == len(patients)
    for mine in events.values():
        weeks = [event.week for event in mine if event.week is not None]
        numbers = [event.number for event in mine]
        agree &= numbers == sorted(numbers) and weeks == sorted(weeks)
    return shown, agree


@statement("Discussion, paragraph 4")
def embolism_patient_improved(trial: CheckedTrial) -> tuple[str, bool]:
    """One patient had ovarian cancer and pulmonary embolism, and had improved by that week.

    The article reports clear improvement without a score: any score above 0 counts.
    """
    ovarian = equals(trial.analysed, "cancer_in_follow_up", "ovarian")
    ids = {event.patient_id for event in trial.embolisms}
    same = set(trial.analysed["patient_id"][ovarian]) == ids
    week = trial.published.count("safety.pulmonary_embolism_week")
    best = trial.analysis.best_tis(until=week)[ovarian]
    shown = f"{trial.names(ovarian)}, {', '.join(f'{score:g}' for score in best) or 'no'} points"
    return shown, bool(same and ovarian.any() and np.all(best > 0))


@statement(_OUTCOMES)
def none_stopped_for_events(trial: CheckedTrial) -> tuple[str, bool]:
    """No patient stopped because of an adverse event."""
    stopped = equals(trial.included, "end_reason", "adverse_event")
    return format_ids(trial.included["patient_id"][stopped]), not stopped.any()
