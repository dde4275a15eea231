"""Named constraints on a cohort, from the article's tables and, here, from its text.

Every constraint says in words what it requires, names the printed numbers that it covers, and has a
function that tests a cohort. So a reader can go from a printed number to the line that tests it,
and to the part of the generator that enforces it.
"""

from __future__ import annotations

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import (
    COLUMNS,
    EVENT_COLUMNS,
    MISSING,
    RELATED,
    WEEKS,
    Cohort,
    encode,
)
from tisstats.synthetic.constraint import Constraint, ConstraintInput, constraint
from tisstats.synthetic.constraints_of_tables import TABLE_1, TABLE_2
from tisstats.synthetic.course import (
    DECISION,
    WEEK_3,
    CourseSampler,
    ScoreLimits,
    responder_weeks,
)
from tisstats.synthetic.interim import InterimVisits
from tisstats.synthetic.profiles import (
    add_excluded_patient,
    assign_profiles,
    draw_events,
    draw_profiles,
    fill_derived_columns,
)
from tisstats.synthetic.scoring import POINTS_PER_UNIT, Bools, worsened
from tisstats.synthetic.table2_rows import BEDRIDDEN, RowSampler, abnormal_from
from tisstats.synthetic.targets import (
    CORE,
    DISCUSSION_PATIENT,
    DRUG_PATIENTS,
    SUBTYPES,
    Measure,
    Targets,
)

_PATIENTS = "Methods, Patients"
_RESULTS = "Results, Patient characteristics"
_PRIMARY = "Results, Primary outcome"
_SECONDARY = "Results, Secondary outcomes"
_DESIGN = "Methods, Study design"

_PATIENT, _WEEK, _EVENT, _SERIOUS, _RELATED = range(len(EVENT_COLUMNS))


def _units(view: ConstraintInput, address: str) -> int:
    return int(view.count(address) / POINTS_PER_UNIT)


def first_reached(view: ConstraintInput, address: str) -> Ints:
    """Return the week of the first score at or above a printed threshold, -1 if never reached."""
    reached = view.cohort.scores >= _units(view, address)
    found: Ints = np.where(reached.any(axis=1), np.array(WEEKS)[reached.argmax(axis=1)], MISSING)
    return found


def responders(view: ConstraintInput) -> Bools:
    """Return which patients were responders at any visit."""
    return np.asarray(first_reached(view, "design.responder_score") != MISSING)


def lost(view: ConstraintInput) -> Bools:
    """Return which patients had minimal improvement after the loading dose and lost it."""
    least = _units(view, "design.minimal_score")
    week_3 = view.cohort.scores[:, WEEKS.index(WEEK_3)]
    return np.asarray((week_3 >= least) & (view.cohort.end_scores < least))


def _late(view: ConstraintInput) -> Bools:
    return np.asarray(view.column("patient_id") > view.count("design.enrolled_before_amendment"))


def _eligible(view: ConstraintInput) -> Bools:
    """Return which patients were eligible for the amended regimen at the decision visit."""
    by_then = view.cohort.scores[:, : WEEKS.index(DECISION) + 1].max(axis=1)
    insufficient = by_then < _units(view, "design.amended_below_score")
    return np.asarray(_late(view) & view.cohort.has_decision_visit & insufficient)


def _early(view: ConstraintInput) -> Bools:
    return ~view.where("end_reason", "completed")


@constraint(_PATIENTS, "design.minimum_age", enforced_by=draw_profiles)
def adults(view: ConstraintInput) -> bool:
    """All patients can have been 18 at inclusion: age at onset (completed years) plus duration."""
    # An age in completed years may be up to eleven months more.
    months = 12 * view.column("age_at_onset") + 11 + view.column("disease_duration")
    return bool(months.min() >= 12 * view.count("design.minimum_age"))


@constraint(_PATIENTS, "design.maximum_disease_duration", enforced_by=draw_profiles)
def short_disease(view: ConstraintInput) -> bool:
    """Disease duration below the limit in all patients."""
    longest = view.column("disease_duration").max()
    return bool(longest < view.count("design.maximum_disease_duration"))


@constraint(
    _PATIENTS,
    "design.minimal_muscle_loss",
    "design.minimal_other_abnormal",
    enforced_by=RowSampler.__init__,
)
def minimal_disability(view: ConstraintInput) -> bool:
    """All patients met the amended criterion, with registered cut-offs (assumed to be its own)."""
    if not view.assumptions.minimal_disability_for_all:
        return True
    baseline = view.cohort.baseline
    most = view.cohort.mmt_max * (100 - view.count("design.minimal_muscle_loss"))
    least = abnormal_from(view.assumptions, view.column("ck_uln"))
    others = [m for m in range(CORE) if m != Measure.MMT]
    abnormal = (baseline[:, others] >= least[:, others]).sum(axis=1)
    enough = abnormal >= view.count("design.minimal_other_abnormal")
    return bool(((100 * baseline[:, Measure.MMT] <= most) & enough).all())


@constraint(
    f"Abstract; {_RESULTS}",
    "flow.included",
    "flow.analysed",
    "flow.excluded_from_analysis",
    "flow.excluded_patient",
    *(f"flow.included_{subtype}" for subtype in SUBTYPES),
    enforced_by=add_excluded_patient,
)
def left_out(view: ConstraintInput) -> bool:
    """Patient 2, a man with DM by subtraction (9 included, 8 analysed), is excluded; no values."""
    patients, number = view.cohort.patients, view.count("flow.excluded_patient")
    him = {name: int(values[number - 1]) for name, values in patients.items()}
    stated = {"patient_id": number, "analysed": 0, "sex": encode("sex", "male")}
    given = {*stated, "subtype", "end_week", "end_reason"}
    return (
        len(patients["patient_id"]) == view.count("flow.included")
        and view.matches(patients["analysed"] == 0, "flow.excluded_from_analysis")
        and view.matches(patients["analysed"] == 1, "flow.analysed")
        and all(
            view.matches(patients["subtype"] == at, f"flow.included_{group}")
            for at, group in enumerate(SUBTYPES)
        )
        and all(him[name] == value for name, value in stated.items())
        and all(him[name] == MISSING for name in COLUMNS if name not in given)
        and bool((view.cohort.visits[number - 1] == MISSING).all())
    )


@constraint(
    _RESULTS,
    "flow.treated_before",
    "flow.treated_before_prednisolone",
    "flow.treated_before_methotrexate",
    enforced_by=fill_derived_columns,
)
def prior_immunosuppressants(view: ConstraintInput) -> bool:
    """Prior prednisolone and methotrexate in one patient each, named by number; no others."""
    column = view.column("prior_immunosuppressant")
    numbers = view.column("patient_id")
    return view.matches(column > 0, "flow.treated_before") and all(
        numbers[column == encode("prior_immunosuppressant", drug)].tolist() == [view.count(address)]
        for drug, address in DRUG_PATIENTS.items()
    )


@constraint("Table 2, footnote c", "flow.psoas_missing", enforced_by=assign_profiles)
def psoas_missing(view: ConstraintInput) -> bool:
    """One patient, with DM, has no psoas value at baseline; nothing else is missing."""
    psoas = Measure.PSOAS
    seen = view.cohort.assessed[view.cohort.is_assessed]
    without = view.cohort.baseline[:, psoas] == MISSING
    return (
        view.matches(without, "flow.psoas_missing")
        and bool(view.where("subtype", "dm")[without].all())
        and not (np.delete(seen, psoas, axis=1) == MISSING).any()
    )


def _moderate(week: int, requirement: str, *addresses: str) -> Constraint:
    """Make the constraint on the number of first responses at a week."""
    printed = f"response.moderate_week_{week}"

    def holds(view: ConstraintInput) -> bool:
        return view.matches(first_reached(view, "design.responder_score") == week, printed)

    name, covered = f"moderate_week_{week}", (printed, *addresses)
    return Constraint(name, requirement, _SECONDARY, covered, holds, responder_weeks)


@constraint(
    f"{_PRIMARY}; Fig. 3",
    "response.responders",
    "response.non_responders",
    enforced_by=responder_weeks,
)
def responders_by_week_9(view: ConstraintInput) -> bool:
    """Exactly as many patients as printed reach 40 points by week 9."""
    return view.matches(responders(view), "response.responders")


_AFTER_WEEK_3 = "response.responders_after_week_3"
moderate_week_3 = _moderate(3, "As many patients as printed first reach 40 points at week 3")
moderate_week_4 = _moderate(4, "One patient first reaches 40 points at week 4", _AFTER_WEEK_3)
moderate_week_6 = _moderate(6, "One patient first reaches 40 points at week 6", _AFTER_WEEK_3)


@constraint(_SECONDARY, "response.minimal", enforced_by=ScoreLimits.at)
def minimal(view: ConstraintInput) -> bool:
    """As many patients as printed reach 20 points by week 9 and, by inference, keep them."""
    at_end = view.cohort.end_scores >= _units(view, "design.minimal_score")
    return not (responders(view) & ~at_end).any() and view.matches(at_end, "response.minimal")


@constraint(_SECONDARY, "response.minimal_lost", enforced_by=ScoreLimits.at)
def minimal_lost(view: ConstraintInput) -> bool:
    """Three more patients reach 20 points at week 3 and lose them; by inference, no others do."""
    least = _units(view, "design.minimal_score")
    ever = view.cohort.scores.max(axis=1) >= least
    others = ever & (view.cohort.end_scores < least) & ~lost(view)
    return view.matches(lost(view), "response.minimal_lost") and not others.any()


@constraint("Discussion, paragraph 1", "response.discussion_added", enforced_by=CourseSampler.draw)
def added_patient_lost_improvement(view: ConstraintInput) -> bool:
    """Patient 4, whom the Discussion adds, ends below 20 points, by inference after losing them."""
    least = _units(view, "design.minimal_score")
    added = view.column("patient_id") == view.count(DISCUSSION_PATIENT)
    inferred = lost(view) | (not view.assumptions.added_patient_lost_improvement)
    return bool((added & (view.cohort.end_scores < least) & inferred).any())


@constraint(_DESIGN, "response.deteriorated_after_maintenance", enforced_by=CourseSampler.draw)
def lost_before_amendment(view: ConstraintInput) -> bool:
    """By inference, patients who lost improvement on maintenance came before the amendment."""
    if not view.assumptions.lost_before_amendment:
        return True
    return view.matches(lost(view) & ~_late(view), "response.deteriorated_after_maintenance")


@constraint(
    f"{_DESIGN}; {_SECONDARY}",
    "response.amended_eligible",
    "design.amended_decision_week",
    enforced_by=CourseSampler.draw,
)
def amended_eligible(view: ConstraintInput) -> bool:
    """Three patients included after the amendment were below 40 by week 4, hence eligible."""
    eligible = _eligible(view)
    waiting = _late(view) & (view.column("end_week") >= DECISION) & ~responders(view)
    return (
        view.matches(eligible, "response.amended_eligible")
        and bool((view.where("regimen", "amended") == eligible).all())
        and not (waiting & ~view.cohort.has_decision_visit).any()
        and not (
            view.assumptions.week_4_assessed_only_after_amendment
            and (view.cohort.has_decision_visit & ~_late(view)).any()
        )
    )


@constraint(_SECONDARY, "response.amended_stopped", enforced_by=CourseSampler.draw)
def amended_stopped(view: ConstraintInput) -> bool:
    """One of those eligible stopped the study early."""
    return view.matches(_eligible(view) & _early(view), "response.amended_stopped")


@constraint(_SECONDARY, enforced_by=RowSampler.draw_baselines)
def bedridden(view: ConstraintInput) -> bool:
    """One eligible patient, who stopped early, was bedridden (by inference, mRS 5)."""
    return bool((view.cohort.end[_eligible(view) & _early(view), Measure.MRS] == BEDRIDDEN).all())


@constraint(_SECONDARY, "response.amended_continued", enforced_by=InterimVisits.cap_after_week_4)
def amended_continued(view: ConstraintInput) -> bool:
    """Two of those eligible continued and, by inference, scored no higher after week 4."""
    scores, after = view.cohort.scores, WEEKS.index(DECISION) + 1
    quiet = scores[:, after:].max(axis=1) <= scores[:, :after].max(axis=1)
    return view.matches(_eligible(view) & ~_early(view) & quiet, "response.amended_continued")


@constraint(
    f"Abstract; {_SECONDARY}",
    "flow.ended_early",
    "safety.rescue_medication",
    enforced_by=CourseSampler.draw_ends,
)
def rescue_medication(view: ConstraintInput) -> bool:
    """Seven patients stopped early with rescue medication; by inference, none had responded."""
    rescued = _early(view)
    early_end = view.column("end_week") < view.count("design.primary_week")
    return (
        view.matches(rescued, "safety.rescue_medication")
        and not (rescued & responders(view)).any()
        and bool((early_end == rescued).all())
    )


def _reported(view: ConstraintInput, event: int) -> list[list[int]]:
    """Return the serious events that are what the article reports under a number."""
    what = view.targets.texts[f"serious_adverse_events.{event}.what"]
    serious = view.cohort.events[view.cohort.events[:, _SERIOUS] == 1].tolist()
    return [row for row in serious if view.cohort.event_labels[row[_EVENT]] == what]


@constraint(_SECONDARY, "safety.adverse_events_patients", enforced_by=draw_events)
def adverse_events(view: ConstraintInput) -> bool:
    """Every analysed patient had an adverse event."""
    having = np.unique(view.cohort.events[:, _PATIENT])
    count = view.count("safety.adverse_events_patients")
    return len(having) == count and np.array_equal(having, np.sort(view.column("patient_id")))


@constraint(
    _SECONDARY,
    "safety.serious_adverse_events",
    *(
        f"serious_adverse_events.{event}.{column}"
        for event in (1, 2, 3)
        for column in ("patient", "subtype", "what", "treatment_related")
    ),
    enforced_by=draw_events,
)
def serious_adverse_events(view: ConstraintInput) -> bool:
    """Three serious events, as described, in two patients with DM, by inference; one had two."""
    count = view.count("safety.serious_adverse_events")
    reported = [_reported(view, event) for event in range(1, count + 1)]
    n_serious = view.cohort.events[:, _SERIOUS].sum()
    if n_serious != count or [len(rows) for rows in reported] != [1] * count:
        return False
    related = all(
        RELATED[row[_RELATED]]
        == view.targets.texts[f"serious_adverse_events.{at}.treatment_related"]
        for at, (row,) in enumerate(reported, start=1)
    )
    who = [row[_PATIENT] for (row,) in reported]
    dm = view.column("patient_id")[view.where("subtype", "dm")]
    return related and who[0] == who[1] != who[2] and bool(np.isin(who, dm).all())


@constraint(
    f"Abstract; {_SECONDARY}",
    "safety.pulmonary_embolism",
    "safety.pulmonary_embolism_week",
    "serious_adverse_events.1.week",
    enforced_by=draw_events,
)
def embolism_week(view: ConstraintInput) -> bool:
    """One serious event is a pulmonary embolism, at week 3."""
    weeks = [row[_WEEK] for row in _reported(view, 1)]
    return weeks == [view.count("safety.pulmonary_embolism_week")]


@constraint(_RESULTS, "safety.ovarian_cancer", enforced_by=assign_profiles)
def ovarian_cancer(view: ConstraintInput) -> bool:
    """Ovarian cancer was found in one woman with DM: the patient with the embolism."""
    women = view.where("subtype", "dm") & view.where("sex", "female")
    embolism = [row[_PATIENT] for row in _reported(view, 1)]
    with_cancer = view.where("cancer_in_follow_up", "ovarian")
    return (
        view.matches(with_cancer, "safety.ovarian_cancer")
        and view.column("patient_id")[with_cancer].tolist() == embolism
        and not (with_cancer & ~women).any()
    )


@constraint("Discussion, paragraph 4", enforced_by=assign_profiles)
def embolism_in_responder(view: ConstraintInput) -> bool:
    """By the week of the embolism the patient had improved, by inference to 40 points."""
    embolism = [row[_PATIENT] for row in _reported(view, 1)]
    weeks = np.array(WEEKS) <= view.count("safety.pulmonary_embolism_week")
    inferred = view.assumptions.embolism_in_responder
    least = _units(view, "design.responder_score") if inferred else 1
    improved = view.column("patient_id")[view.cohort.scores[:, weeks].max(axis=1) >= least]
    return bool(embolism) and set(embolism) <= set(improved.tolist())


@constraint(_SECONDARY, "safety.stopped_for_adverse_event", enforced_by=fill_derived_columns)
def no_stop_for_adverse_event(view: ConstraintInput) -> bool:
    """No patient stopped because of an adverse event."""
    stopped = view.where("end_reason", "adverse_event")
    return view.matches(stopped, "safety.stopped_for_adverse_event")


@constraint(f"{_SECONDARY}; Methods, reference 26", "safety.deterioration", enforced_by=worsened)
def no_worsening(view: ConstraintInput) -> bool:
    """No patient met the IMACS definition of worsening at any visit.

    The wording of the one-visit version is an assumption, and whether the study asked for two
    visits is not known.
    """
    return view.matches(np.asarray(view.cohort.worsened.any(axis=1)), "safety.deterioration")


@constraint(f"{_SECONDARY}; Discussion, paragraph 2", enforced_by=assign_profiles)
def statins(view: ConstraintInput) -> bool:
    """Among patients with anti-HMGCR, those with recent statins did better.

    By inference, they responded and the others did not.
    """
    hmgcr = view.where("msa", "anti_hmgcr")
    taken = view.column("recent_statin")[hmgcr] == encode("recent_statin", "true")
    good, best = responders(view)[hmgcr], view.cohort.scores[hmgcr].max(axis=1)
    if not taken.any() or taken.all() or best[taken].mean() <= best[~taken].mean():
        return False
    return bool((good == taken).all()) or not view.assumptions.statin_exposure_determines_response


#: Every constraint, in the order of the article's tables and then of its text.
CONSTRAINTS: tuple[Constraint, ...] = (
    *TABLE_1,
    *TABLE_2,
    *(each for each in tuple(globals().values()) if isinstance(each, Constraint)),
)


def constraints_for(address: str) -> list[Constraint]:
    """Return the constraints that cover a printed number, by its address.

    A percentage follows from its count and from the size of the group.

    >>> [each.name for each in constraints_for("response.responders")]
    ['responders_by_week_9']
    >>> [each.name for each in constraints_for("table1.skin.dm.percent")]
    ['table1_skin']
    """
    meant = {address}
    if address.endswith(".percent"):
        meant.add(address.removesuffix("percent") + "count")
    return [each for each in CONSTRAINTS if meant.intersection(each.addresses)]


def unmet_constraints(
    cohort: Cohort, assumptions: Assumptions | None = None, targets: Targets | None = None
) -> list[Constraint]:
    """Return the constraints that a cohort does not meet; empty if all are met."""
    shown = ConstraintInput(cohort, assumptions or Assumptions(), targets or Targets.of_study())
    return [each for each in CONSTRAINTS if not each.holds(shown)]
