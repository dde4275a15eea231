"""The counts of the text, computed from patients: flow, response and safety."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tisstats.ledger.published import Published
from tisstats.lim2021.cohort_check.characteristics import antibodies, equal, seronegative, specific
from tisstats.lim2021.patient_ids import article_number, article_numbers
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Columns, truth
from tisstats.trial.known import Known, Mask


@dataclass(frozen=True, slots=True)
class Facts:
    """What the article says of its design and of single patients, as far as counts need it."""

    before_amendment: int  #: patients enrolled before the protocol was amended
    decision_week: int  #: week by which an insufficient response opened the amended regimen
    amended_below: int  #: score below which the response was insufficient, points
    maintenance_dose: int  #: g/kg
    added_patient: int  #: number of the patient whom the discussion counts besides the excluded
    prednisolone_patient: int  #: number of the patient with prednisolone before
    methotrexate_patient: int  #: number of the patient with methotrexate before
    excluded_patient: int  #: number of the patient who was left out of the analysis

    @classmethod
    def read(cls, published: Published) -> Facts:
        """Read them from the published facts."""
        return cls(
            published.count("design.enrolled_before_amendment"),
            published.count("design.amended_decision_week"),
            published.count("design.amended_below_score"),
            published.count("design.maintenance_dose"),
            published.count("claims.discussion.added_patient"),
            published.count("claims.results.prednisolone_patient"),
            published.count("claims.results.methotrexate_patient"),
            published.count("flow.excluded_patient"),
        )


Counted = int | str | None
"""A count; where something is not known of a patient, its limits in words; None: no such number."""

Count = Callable[[Analysis, Facts], Counted]


def _of_all(column: str, value: str) -> Count:
    return lambda analysis, _: int(np.sum(equal(analysis.everybody, column, value)))


def _of_analysed(column: str, value: str) -> Count:
    return lambda analysis, _: int(np.sum(equal(analysis.analysed, column, value)))


def _total(mask: Callable[[Analysis, Facts], Mask | Known]) -> Count:
    def count(analysis: Analysis, facts: Facts) -> Counted:
        found = mask(analysis, facts)
        return count_of(found) if isinstance(found, Known) else int(np.sum(found))

    return count


def count_of(known: Known, more: int = 0) -> int | str:
    """Count those of whom something holds, and `more`; in words where it is not known of all.

    >>> count_of(Known(np.array([True, False]), np.array([False, False])))
    '1 to 2, unknown of 1'
    """
    yes, unknown = known.counted()
    least = yes + more
    return least if not unknown else f"{least} to {least + unknown}, unknown of {unknown}"


def _excluded(analysis: Analysis) -> list[str]:
    patients = analysis.everybody
    return list(patients["patient_id"][~patients["analysed"]])


def _excluded_patient(analysis: Analysis, _: Facts) -> int | None:
    excluded = _excluded(analysis)
    return article_number(excluded[0]) if len(excluded) == 1 else None


def patient_is(analysis: Analysis, number: int) -> Mask:
    """Tell of each analysed patient whether it stands for the one of this number."""
    same: Mask = article_numbers(analysis.analysed["patient_id"]) == number
    return same


def treated_before(patients: Columns) -> Mask:
    """Tell of each patient whether an immunosuppressant before is told.

    The cells of a patient who was left out may be empty, as the article prints none of his: what
    is not told is not counted.
    """
    column = "prior_immunosuppressant"
    return ~equal(patients, column, "none") & ~equal(patients, column, "")


def first_reached(analysis: Analysis, since: float, until: float) -> Known:
    """Tell whose first at least moderate improvement lies in (since, until]; weeks are whole."""
    score = analysis.interpretation.moderate_score
    return analysis.reached(score, since=since + 0.5, until=until) & ~analysis.reached(
        score, until=since
    )


def after_amendment(analysis: Analysis, facts: Facts) -> Mask:
    """Tell of each analysed patient whether the amended protocol held."""
    late: Mask = article_numbers(analysis.analysed["patient_id"]) > facts.before_amendment
    return late


def seen_at(analysis: Analysis, week: float) -> Mask:
    """Tell of each analysed patient whether there is a visit in this week."""
    seen: Mask = np.any(np.abs(analysis.weeks - week) < 0.5, axis=1)
    return seen


def eligible(analysis: Analysis, facts: Facts) -> Known:
    """Tell who was eligible for the amended regimen.

    Included after the amendment, assessed in the week of decision, and without a sufficient score
    at any visit until then.
    """
    sufficient = analysis.reached(facts.amended_below, until=facts.decision_week)
    assessed = after_amendment(analysis, facts) & seen_at(analysis, facts.decision_week)
    return Known.of(assessed) & ~sufficient


def _treated_on(analysis: Analysis, facts: Facts) -> Known:
    """Eligible, treated to the end, and never better than by the week of decision."""
    further = analysis.improved_after(facts.decision_week)
    return eligible(analysis, facts) & Known.of(~analysis.stopped_early()) & ~further


def _worse_on_maintenance(analysis: Analysis, facts: Facts) -> Known:
    """Lost what the loading dose had gained, on maintenance doses, before the amendment."""
    given = analysis.treatments
    maintained = np.abs(given["dose_g_per_kg"] - facts.maintenance_dose) < 1e-9
    on_maintenance = np.isin(analysis.analysed["patient_id"], given["patient_id"][maintained])
    early = on_maintenance & ~after_amendment(analysis, facts)
    return analysis.minimal_lost() & Known.of(early)


def _discussion_added(analysis: Analysis, facts: Facts) -> int | str:
    """Count the two whom the discussion adds: left out, and without minimal improvement."""
    added = Known.of(patient_is(analysis, facts.added_patient)) & ~analysis.minimal()
    excluded = [article_number(name) for name in _excluded(analysis)]
    return count_of(added, more=int(facts.excluded_patient in excluded))


@dataclass(frozen=True, slots=True)
class SeriousEvent:
    """A serious adverse event, with what is told of its patient."""

    patient_id: str  #: whose it was
    number: int  #: its place among the patient's events
    week: int | None  #: week; None where not known
    what: str  #: what happened
    treatment_related: str  #: whether it was deemed related to treatment
    subtype: str  #: the patient's subtype
    ovarian: bool  #: whether the patient was found to have ovarian cancer


def serious(analysis: Analysis) -> list[SeriousEvent]:
    """Give the serious adverse events of all patients, by patient and number."""
    patients, events = analysis.everybody, analysis.adverse_events
    found = []
    for row in np.flatnonzero(truth(events, "serious").yes):
        (of,) = np.flatnonzero(patients["patient_id"] == events["patient_id"][row])
        week = events["week"][row]
        found.append(
            SeriousEvent(
                str(events["patient_id"][row]),
                int(events["number"][row]),
                int(week) if np.isfinite(week) else None,
                str(events["event"][row]),
                str(events["treatment_related"][row]),
                str(patients["subtype"][of]),
                bool(patients["cancer_in_follow_up"][of] == "ovarian"),
            )
        )
    return found


def embolisms(analysis: Analysis) -> list[SeriousEvent]:
    """Give the serious adverse events that are pulmonary embolisms."""
    return [e for e in serious(analysis) if "pulmonary embolism" in e.what.casefold()]


def _embolism_week(analysis: Analysis, _: Facts) -> int | None:
    weeks = [event.week for event in embolisms(analysis)]
    return weeks[0] if len(weeks) == 1 else None


def _with_events(analysis: Analysis, _: Facts) -> Mask:
    return np.isin(analysis.analysed["patient_id"], analysis.adverse_events["patient_id"])


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

#: Every count of the text that patients give, under its published address.
COUNTS: dict[str, Count] = {
    "flow.included": lambda analysis, _: len(analysis.trial.patients),
    "flow.included_dm": _of_all("subtype", "dm"),
    "flow.included_imnm": _of_all("subtype", "imnm"),
    "flow.included_nm_om": _of_all("subtype", "nm_om"),
    "flow.included_ass": _of_all("subtype", "ass"),
    "flow.excluded_from_analysis": lambda analysis, _: len(_excluded(analysis)),
    "flow.excluded_patient": _excluded_patient,
    "flow.analysed": lambda analysis, _: len(analysis.patients),
    "flow.treated_before": _total(lambda analysis, _: treated_before(analysis.everybody)),
    "flow.treated_before_prednisolone": _of_all("prior_immunosuppressant", "prednisolone"),
    "flow.treated_before_methotrexate": _of_all("prior_immunosuppressant", "methotrexate"),
    "flow.ctd_mixed": _of_analysed("connective_tissue_disorder", "mixed"),
    "flow.ctd_sjogren": _of_analysed("connective_tissue_disorder", "sjogren"),
    "flow.ctd_systemic_sclerosis": _of_analysed("connective_tissue_disorder", "systemic_sclerosis"),
    "flow.msa_positive": _total(lambda analysis, _: specific(analysis.analysed)),
    "flow.maa_only": _total(
        lambda analysis, _: ~specific(analysis.analysed) & analysis.analysed["maa"]
    ),
    "flow.no_antibodies": _total(lambda analysis, _: seronegative(analysis.analysed)),
    "flow.msa_multiple": lambda analysis, _: sum(
        len(found) > 1 for found in antibodies(analysis.analysed)
    ),
    "flow.psoas_missing": _total(lambda analysis, _: np.isnan(analysis.baseline_units("psoas"))),
    "flow.ended_early": _total(lambda analysis, _: analysis.stopped_early()),
    "response.responders": _total(lambda analysis, _: analysis.responders()),
    "response.non_responders": _total(lambda analysis, _: ~analysis.responders()),
    "response.minimal": _total(lambda analysis, _: analysis.minimal()),
    "response.minimal_lost": _total(lambda analysis, _: analysis.minimal_lost()),
    "response.deteriorated_after_maintenance": _total(_worse_on_maintenance),
    "response.amended_eligible": _total(eligible),
    "response.amended_stopped": _total(
        lambda analysis, facts: eligible(analysis, facts) & Known.of(analysis.stopped_early())
    ),
    "response.amended_continued": _total(_treated_on),
    "response.discussion_added": _discussion_added,
    "safety.serious_adverse_events": lambda analysis, _: len(serious(analysis)),
    "safety.pulmonary_embolism": lambda analysis, _: len(embolisms(analysis)),
    "safety.pulmonary_embolism_week": _embolism_week,
    "safety.ovarian_cancer": _of_all("cancer_in_follow_up", "ovarian"),
    "safety.adverse_events_patients": _total(_with_events),
    "safety.stopped_for_adverse_event": _of_analysed("end_reason", "adverse_event"),
    "safety.deterioration": _total(lambda analysis, _: analysis.deteriorated()),
    "safety.rescue_medication": _total(lambda analysis, _: analysis.rescued()),
}
