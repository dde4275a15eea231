"""What the article says of treatment, courses and safety, checked on patients."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tisstats.lim2021.cohort_check.checked_trial import (
    CheckedTrial,
    Statement,
    named,
    plain,
    registered_in,
)
from tisstats.lim2021.cohort_check.treatments import assessments_fit, infusions_fit
from tisstats.printed import as_printed, prints_as
from tisstats.trial.analysis import SeriousEvent
from tisstats.trial.columns import equal, natural_key, truth
from tisstats.trial.description import RESCUE, listed

#: The statements by name, in the order of the article.
STATEMENTS: dict[str, Statement] = {}
statement = registered_in(STATEMENTS)

_DESIGN = "Methods, Study design"
_MEASURES = "Methods, Primary and secondary outcome measures"
_OUTCOMES = "Results, Secondary outcomes"

#: Modified Rankin grade of a bed-ridden patient (Farrell 1991, doi:10.1136/jnnp.54.12.1044).
BED_RIDDEN = 5


@statement(_DESIGN)
def doses(trial: CheckedTrial) -> tuple[str, bool]:
    """Doses were those of the standard or of the amended regimen."""
    return trial.unless(~infusions_fit(trial))


@statement(_MEASURES)
def assessments(trial: CheckedTrial) -> tuple[str, bool]:
    """Assessments came with each treatment and at the end."""
    return trial.unless(~assessments_fit(trial))


@statement(_MEASURES, of_numbered=True)
def assessments_between(trial: CheckedTrial) -> tuple[str, bool]:
    """Extra assessments came with the amendment, for all who had not improved enough."""
    week, analysis = trial.decision_week, trial.analysis
    late, seen = trial.after_amendment(), analysis.seen_at(week)
    unseen = late & (trial.analysed["end_week"] >= week) & ~seen
    enough = trial.published.count("design.amended_below_score")
    in_need = ~analysis.reached(enough, until=week - 0.5)
    return trial.unless(in_need & unseen | (seen & ~late))


@statement(_DESIGN, of_numbered=True)
def amended_regimen(trial: CheckedTrial) -> tuple[str, bool]:
    """Only those eligible had the amended regimen."""
    had, eligible = equal(trial.analysed, "regimen", "amended"), trial.amended_eligible()
    needed = eligible & ~trial.analysis.stopped_early() & ~had
    return trial.unless(needed | (~eligible & had), trial.names(had))


@statement(_OUTCOMES, of_numbered=True)
def bed_ridden(trial: CheckedTrial) -> tuple[str, bool]:
    """Bed-ridden was the one who was eligible for the amended regimen and stopped."""
    among = trial.amended_eligible() & trial.analysis.stopped_early()
    stopped = among.yes
    if among.unknown.any():
        return f"not known of {trial.names(among.unknown)}", False
    grades = trial.last("mrs")[stopped]
    shown = f"{trial.names(stopped)}, grade {', '.join(f'{grade:g}' for grade in grades) or 'none'}"
    return shown, bool(len(grades) and np.all(np.abs(grades - BED_RIDDEN) < 0.5))


@statement(_OUTCOMES)
def responders_keep_minimal(trial: CheckedTrial) -> tuple[str, bool]:
    """Responders are among those with minimal improvement at the end."""
    return trial.unless(trial.analysis.responders() & ~trial.analysis.minimal())


@statement(_OUTCOMES)
def minimal_in_no_others(trial: CheckedTrial) -> tuple[str, bool]:
    """Minimal improvement was seen in no others than those counted."""
    analysis = trial.analysis
    ever = analysis.reached(analysis.interpretation.minimal_score)
    return trial.unless(ever & ~analysis.minimal() & ~analysis.minimal_lost())


@statement("Discussion, paragraph 1", of_numbered=True)
def share_by_the_discussion(trial: CheckedTrial) -> tuple[str, bool]:
    """At least minimal improvement was seen in the share that the discussion gives."""
    found = [trial.values[name] for name in ("response.minimal", "response.discussion_added")]
    included = trial.values["flow.included"]
    counted = [value for value in found if isinstance(value, Fraction)]
    if len(counted) < len(found):
        return "not known of all patients", False
    if not isinstance(included, Fraction) or not included:
        return "nobody included", False
    share = 100 * sum(counted, Fraction(0)) / included
    printed = trial.published.printed("claims.discussion.minimal_percent")
    return f"{as_printed(share, printed.decimals)} %", prints_as(share, printed)


@statement(_OUTCOMES)
def rescue(trial: CheckedTrial) -> tuple[str, bool]:
    """Those who ended early switched to rescue medication then."""
    given = trial.analysis.treatments
    rescues = equal(given, "treatment", RESCUE)
    order = np.argsort(-given["week"][rescues])
    first = dict(
        zip(given["patient_id"][rescues][order], given["week"][rescues][order], strict=True)
    )
    weeks = [first.get(patient, np.inf) for patient in trial.analysed["patient_id"]]
    early = np.array(weeks) < trial.analysed["end_week"]
    reason = equal(trial.analysed, "end_reason", "rescue_medication")
    odd = (trial.analysis.rescued() ^ reason) | (trial.analysis.stopped_early() ^ reason) | early
    return trial.unless(odd, trial.names(reason))


@statement(_OUTCOMES)
def ends(trial: CheckedTrial) -> tuple[str, bool]:
    """Early ends were before the last week, all others in it."""
    weeks, last = trial.analysed["end_week"], trial.published.count("design.primary_week")
    return trial.unless(((weeks < last) ^ trial.analysis.stopped_early()) | (weeks > last))


@statement(_OUTCOMES)
def no_rescue_in_responders(trial: CheckedTrial) -> tuple[str, bool]:
    """Nobody with a response needed rescue medication."""
    return trial.unless(trial.analysis.responders() & trial.analysis.rescued())


@statement(_OUTCOMES)
def significant_changes(trial: CheckedTrial) -> tuple[str, bool]:
    """Significant changes are those that the text names."""
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
    """Patients with anti-HMGCR did better if they had taken statins recently, contrary to others.

    The article reports a favourable response, no score: the means of the best scores are compared.
    """
    mine = listed(trial.analysed, "msa", "anti_hmgcr").yes
    taken, responded = truth(trial.analysed, "recent_statin"), trial.analysis.responders()
    with_statins, without = mine & taken.yes, mine & taken.no
    shown = (
        f"{int(np.sum(responded.yes & with_statins))} of {int(np.sum(with_statins))} with, "
        f"{int(np.sum(responded.yes & without))} of {int(np.sum(without))} without responded"
    )
    best = trial.analysis.best_tis()
    unknown = mine & (taken.unknown | ~np.isfinite(best))
    if unknown.any():
        return f"{shown}; not known of {trial.names(unknown)}", False
    if not (with_statins.any() and without.any()):
        return shown, False
    return shown, bool(np.mean(best[with_statins]) > np.mean(best[without]))


@statement(_OUTCOMES)
def serious_events_in_two(trial: CheckedTrial) -> tuple[str, bool]:
    """Serious events were in two patients with dermatomyositis."""
    printed = trial.published.tables["serious_adverse_events"]
    events = trial.analysis.serious_events
    ids = sorted({event.patient_id for event in events}, key=natural_key)
    subtypes = {event.subtype for event in events}
    agree = len(ids) == printed["patient"].nunique() and subtypes == set(printed["subtype"])
    return f"{named(ids)}: {', '.join(sorted(subtypes)) or 'none'}", agree


@statement(_OUTCOMES)
def serious_events_in_order(trial: CheckedTrial) -> tuple[str, bool]:
    """Events one and two were in this order in one patient, the third in another."""
    printed = trial.published.tables["serious_adverse_events"].to_dict("records")
    events: dict[str, list[SeriousEvent]] = {row["patient"]: [] for row in printed}
    for row in printed:
        for event in trial.analysis.serious_events:
            if plain(event.what) == plain(row["what"]):
                events[row["patient"]].append(event)
    patients = {who: {event.patient_id for event in mine} for who, mine in events.items()}
    shown = "; ".join(
        f"{who}: {named(sorted(ids, key=natural_key))}" for who, ids in patients.items()
    )
    agree = all(len(ids) == 1 for ids in patients.values())
    agree &= len(set().union(*patients.values())) == len(patients)
    for mine in events.values():
        weeks = [event.week for event in mine if event.week is not None]
        numbers = [event.number for event in mine]
        agree &= numbers == sorted(numbers) and weeks == sorted(weeks)
    return shown, agree


@statement("Discussion, paragraph 4")
def improved_with_embolism(trial: CheckedTrial) -> tuple[str, bool]:
    """Ovarian cancer and embolism were in one patient, who had improved by that week.

    The article reports clear improvement and no score: any score above 0 counts.
    """
    ovarian = equal(trial.analysed, "cancer_in_follow_up", "ovarian")
    ids = {event.patient_id for event in trial.embolisms}
    same = set(trial.analysed["patient_id"][ovarian]) == ids
    week = trial.published.count("safety.pulmonary_embolism_week")
    best = trial.analysis.best_tis(until=week)[ovarian]
    shown = f"{trial.names(ovarian)}, {', '.join(f'{score:g}' for score in best) or 'no'} points"
    return shown, bool(same and ovarian.any() and np.all(best > 0))


@statement(_OUTCOMES)
def nobody_stopped_for_events(trial: CheckedTrial) -> tuple[str, bool]:
    """Nobody stopped because of an adverse event."""
    stopped = equal(trial.included, "end_reason", "adverse_event")
    return named(trial.included["patient_id"][stopped]), not stopped.any()
