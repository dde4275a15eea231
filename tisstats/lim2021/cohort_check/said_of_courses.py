"""What the article says of treatment, courses and safety, checked on patients."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tisstats.lim2021.cohort_check.aggregates import plain
from tisstats.lim2021.cohort_check.case import Case, Statement, named, statement
from tisstats.lim2021.cohort_check.characteristics import equal, has_antibody
from tisstats.lim2021.cohort_check.counts import (
    SeriousEvent,
    after_amendment,
    eligible,
    embolisms,
    seen_at,
    serious,
)
from tisstats.lim2021.cohort_check.schedule import assessments_fit, infusions_fit
from tisstats.measures.scales import SCALES
from tisstats.printed import as_printed, prints_as
from tisstats.trial.columns import natural_key, truth
from tisstats.trial.known import Known

#: The statements by name, in the order of the article.
OF_COURSES: dict[str, Statement] = {}

_DESIGN = "Methods, Study design"
_MEASURES = "Methods, Primary and secondary outcome measures"
_OUTCOMES = "Results, Secondary outcomes"

#: Modified Rankin grade of a bed-ridden patient (Farrell 1991, doi:10.1136/jnnp.54.12.1044).
BED_RIDDEN = 5


@statement(OF_COURSES, _DESIGN)
def doses(case: Case) -> tuple[str, bool]:
    """Doses were those of the standard or of the amended regimen."""
    return case.unless(~infusions_fit(case), "all")


@statement(OF_COURSES, _MEASURES)
def assessments(case: Case) -> tuple[str, bool]:
    """Assessments came with each treatment and at the end."""
    return case.unless(~assessments_fit(case), "all")


@statement(OF_COURSES, _MEASURES, of_numbered=True)
def assessments_between(case: Case) -> tuple[str, bool]:
    """Extra assessments came with the amendment, for all who had not improved enough."""
    week, analysis = case.facts.decision_week, case.analysis
    late, seen = after_amendment(analysis, case.facts), seen_at(analysis, week)
    present = case.analysed["end_week"] >= week
    in_need = ~analysis.reached(case.facts.amended_below, until=week - 0.5)
    needless, unseen = Known.of(seen & ~late), Known.of(late & present & ~seen)
    return case.unless_known(needless | (unseen & in_need), "all")


@statement(OF_COURSES, _DESIGN, of_numbered=True)
def amended_regimen(case: Case) -> tuple[str, bool]:
    """Only those eligible had the amended regimen."""
    mask = equal(case.analysed, "regimen", "amended")
    on_it, may = Known.of(mask), eligible(case.analysis, case.facts)
    must = may & Known.of(~case.analysis.stopped_early())
    return case.unless_known((on_it & ~may) | (must & ~on_it), case.numbers(mask))


@statement(OF_COURSES, _OUTCOMES, of_numbered=True)
def bed_ridden(case: Case) -> tuple[str, bool]:
    """Bed-ridden was the one who was eligible for the amended regimen and stopped."""
    among = eligible(case.analysis, case.facts) & Known.of(case.analysis.stopped_early())
    stopped = among.yes
    if among.unknown.any():
        return f"not known of {case.numbers(among.unknown)}", False
    grades = case.last("mrs")[stopped]
    said = f"{case.numbers(stopped)}, grade {', '.join(f'{grade:g}' for grade in grades) or 'none'}"
    return said, bool(len(grades) and np.all(np.abs(grades - BED_RIDDEN) < 0.5))


@statement(OF_COURSES, _OUTCOMES)
def responders_keep_minimal(case: Case) -> tuple[str, bool]:
    """Responders are among those with minimal improvement at the end."""
    return case.unless_known(case.analysis.responders() & ~case.analysis.minimal(), "all")


@statement(OF_COURSES, _OUTCOMES)
def minimal_in_no_others(case: Case) -> tuple[str, bool]:
    """Minimal improvement was seen in no others than those counted."""
    analysis = case.analysis
    ever = analysis.reached(analysis.interpretation.minimal_score)
    return case.unless_known(ever & ~analysis.minimal() & ~analysis.minimal_lost(), "all")


@statement(OF_COURSES, "Discussion, paragraph 1", of_numbered=True)
def share_by_the_discussion(case: Case) -> tuple[str, bool]:
    """At least minimal improvement was seen in the share that the discussion gives."""
    found = [case.values[name] for name in ("response.minimal", "response.discussion_added")]
    included = case.values["flow.included"]
    counted = [value for value in found if isinstance(value, Fraction)]
    if len(counted) < len(found):
        return "not known of all patients", False
    if not isinstance(included, Fraction) or not included:
        return "nobody included", False
    share = 100 * sum(counted, Fraction(0)) / included
    printed = case.published.printed("claims.discussion.minimal_percent")
    return f"{as_printed(share, printed.decimals)} %", prints_as(share, printed)


@statement(OF_COURSES, _OUTCOMES)
def rescue(case: Case) -> tuple[str, bool]:
    """Those who ended early switched to rescue medication then."""
    given = case.analysis.treatments
    first = dict.fromkeys(case.analysed["patient_id"], np.inf)
    for row in np.flatnonzero(given["treatment"] == "rescue"):
        patient = given["patient_id"][row]
        first[patient] = min(first.get(patient, np.inf), given["week"][row])
    weeks = np.array([first[patient] for patient in case.analysed["patient_id"]])
    early = weeks < case.analysed["end_week"]
    reason = equal(case.analysed, "end_reason", "rescue_medication")
    odd = (case.analysis.rescued() ^ reason) | (case.analysis.stopped_early() ^ reason) | early
    return case.unless(odd, case.numbers(reason))


@statement(OF_COURSES, _OUTCOMES)
def ends(case: Case) -> tuple[str, bool]:
    """Early ends were before the last week, all others in it."""
    weeks = case.analysed["end_week"]
    before = weeks < case.published.count("design.primary_week")
    beyond = weeks > case.published.count("design.primary_week")
    return case.unless((before ^ case.analysis.stopped_early()) | beyond, "all")


@statement(OF_COURSES, _OUTCOMES)
def no_rescue_in_responders(case: Case) -> tuple[str, bool]:
    """Nobody with a response needed rescue medication."""
    return case.unless_known(case.analysis.responders() & Known.of(case.analysis.rescued()), "all")


@statement(OF_COURSES, _OUTCOMES)
def significant_changes(case: Case) -> tuple[str, bool]:
    """Significant changes are those that the text names."""
    level = float(case.published.value("design.significance_level"))
    found, agree = [], True
    for measure, scale in SCALES.items():
        p = case.values[f"table2.{measure}.change.p"]
        significant = isinstance(p, float) and p < level
        agree &= significant == (case.published.text(f"significance.{measure}") == "true")
        found += [scale.abbreviation] if significant else []
    return ", ".join(found) or "none", agree


@statement(OF_COURSES, f"{_OUTCOMES}; Discussion, paragraph 2")
def statins(case: Case) -> tuple[str, bool]:
    """Patients with anti-HMGCR did better if they had taken statins recently, contrary to others.

    A favourable response is told, no score: the mean of the best scores is compared.
    """
    mine = has_antibody(case.analysed, "anti_hmgcr")
    taken, responded = truth(case.analysed, "recent_statin"), case.analysis.responders()
    with_statins, without = mine & taken.yes, mine & taken.no
    said = (
        f"{int(np.sum(responded.yes & with_statins))} of {int(np.sum(with_statins))} with, "
        f"{int(np.sum(responded.yes & without))} of {int(np.sum(without))} without responded"
    )
    best = case.analysis.best_tis()
    unknown = mine & (taken.unknown | ~np.isfinite(best))
    if unknown.any():
        return f"{said}; not known of {case.numbers(unknown)}", False
    if not (with_statins.any() and without.any()):
        return said, False
    return said, bool(np.mean(best[with_statins]) > np.mean(best[without]))


@statement(OF_COURSES, _OUTCOMES)
def serious_events_in_two(case: Case) -> tuple[str, bool]:
    """Serious events were in two patients with dermatomyositis."""
    printed = case.published.tables["serious_adverse_events"]
    events = serious(case.analysis)
    ids = sorted({event.patient_id for event in events}, key=natural_key)
    subtypes = {event.subtype for event in events}
    agree = len(ids) == printed["patient"].nunique() and subtypes == set(printed["subtype"])
    return f"{named(ids)}: {', '.join(sorted(subtypes)) or 'none'}", agree


@statement(OF_COURSES, _OUTCOMES)
def serious_events_in_order(case: Case) -> tuple[str, bool]:
    """Events one and two were in this order in one patient, the third in another."""
    printed = case.published.tables["serious_adverse_events"].to_dict("records")
    order: dict[str, list[SeriousEvent]] = {}
    for row in printed:
        for event in serious(case.analysis):
            if plain(event.what) == plain(row["what"]):
                order.setdefault(str(row["patient"]), []).append(event)
    patients = {who: {event.patient_id for event in events} for who, events in order.items()}
    said = (
        "; ".join(f"{who}: {named(sorted(ids, key=natural_key))}" for who, ids in patients.items())
        or "none"
    )
    agree = len(patients) == len({row["patient"] for row in printed})
    agree &= all(len(ids) == 1 for ids in patients.values())
    agree &= len(set().union(*patients.values())) == len(patients)
    for events in order.values():
        known = [event.week for event in events if event.week is not None]
        numbers = [event.number for event in events]
        agree &= numbers == sorted(numbers) and known == sorted(known)
    return said, agree


@statement(OF_COURSES, "Discussion, paragraph 4")
def improved_with_embolism(case: Case) -> tuple[str, bool]:
    """Ovarian cancer and embolism were in one patient, who had improved by that week.

    Clear improvement is told, no score: anything above the baseline's counts.
    """
    ovarian = equal(case.analysed, "cancer_in_follow_up", "ovarian")
    ids = {event.patient_id for event in embolisms(case.analysis)}
    same = set(case.analysed["patient_id"][ovarian]) == ids
    week = case.published.count("safety.pulmonary_embolism_week")
    improved = case.analysis.best_tis(until=week) > 0
    best = case.analysis.best_tis(until=week)[ovarian]
    said = f"{case.numbers(ovarian)}, {', '.join(f'{score:g}' for score in best) or 'no'} points"
    return said, bool(same and ovarian.any() and np.all(improved[ovarian]))


@statement(OF_COURSES, _OUTCOMES)
def nobody_stopped_for_events(case: Case) -> tuple[str, bool]:
    """Nobody stopped because of an adverse event."""
    stopped = equal(case.everybody, "end_reason", "adverse_event")
    return named(case.everybody["patient_id"][stopped]), not stopped.any()
