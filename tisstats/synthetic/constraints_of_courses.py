"""Constraints of eligibility and course: who was included, who responded when, who stopped."""

from __future__ import annotations

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic.cohort import WEEKS, has_extra_visit
from tisstats.synthetic.columns import COLUMNS, MISSING, code
from tisstats.synthetic.constraint import View, constraint
from tisstats.synthetic.course import (
    DECISION,
    WEEK_3,
    count_stopped,
    draw_courses,
    draw_ends,
    responder_weeks,
)
from tisstats.synthetic.interim import Classes, allow_no_further
from tisstats.synthetic.people import fill_known, place, with_left_out
from tisstats.synthetic.profiles import draw_profiles
from tisstats.synthetic.scoring import CK, UNIT, Truth
from tisstats.synthetic.table2_rows import BEDRIDDEN, RowDrawer
from tisstats.synthetic.targets import ADDED, CORE, MEASURES, METHOTREXATE, PREDNISOLONE

_PATIENTS = "Methods, Patients"
_RESULTS = "Results, Patient characteristics"
_PRIMARY = "Results, Primary outcome"
_SECONDARY = "Results, Secondary outcomes"
_DESIGN = "Methods, Study design"


def _units(view: View, address: str) -> int:
    return int(view.targets.count(address) / UNIT)


def first_reached(view: View, address: str) -> Ints:
    """Week of the first score of at least that at an address, -1 where it is never reached."""
    reached = view.cohort.scores >= _units(view, address)
    found: Ints = np.where(reached.any(axis=1), np.array(WEEKS)[reached.argmax(axis=1)], MISSING)
    return found


def responders(view: View) -> Truth:
    """Who reached the score of a responder at any visit."""
    found: Truth = first_reached(view, "design.responder_score") != MISSING
    return found


def _week(view: View, week: int) -> Ints:
    return view.cohort.scores[:, WEEKS.index(week)]


def lost(view: View) -> Truth:
    """Who had minimal improvement after the loading dose and none at the end."""
    least = _units(view, "design.minimal_score")
    found: Truth = (_week(view, WEEK_3) >= least) & (view.cohort.end_scores < least)
    return found


def _late(view: View) -> Truth:
    before = view.targets.count("design.enrolled_before_amendment")
    found: Truth = view.cohort.column("patient_id") > before
    return found


def _eligible(view: View) -> Truth:
    """After the amendment, seen at the week of decision, and not improved enough by then."""
    by_then = view.cohort.scores[:, : WEEKS.index(DECISION) + 1].max(axis=1)
    insufficient = by_then < _units(view, "design.amended_below_score")
    found: Truth = _late(view) & has_extra_visit(view.cohort) & insufficient
    return found


def _early(view: View) -> Truth:
    return ~view.cohort.having("end_reason", "completed")


@constraint(_PATIENTS, "design.minimum_age", enforced_by=draw_profiles)
def adults(view: View) -> bool:
    """All can have been 18 at inclusion: age at onset, in completed years, plus duration."""
    # An age in completed years may be up to eleven months more.
    months = 12 * view.cohort.column("age_at_onset") + 11 + view.cohort.column("disease_duration")
    return bool(months.min() >= 12 * view.targets.count("design.minimum_age"))


@constraint(_PATIENTS, "design.maximum_disease_duration", enforced_by=draw_profiles)
def short_disease(view: View) -> bool:
    """Nobody was ill for as long as the limit."""
    longest = view.cohort.column("disease_duration").max()
    return bool(longest < view.targets.count("design.maximum_disease_duration"))


@constraint(
    _PATIENTS,
    "design.minimal_muscle_loss",
    "design.minimal_other_abnormal",
    enforced_by=RowDrawer.__init__,
)
def minimal_disability(view: View) -> bool:
    """All had lost as much strength as the amended criterion asks, and two more were abnormal."""
    if not view.assumptions.minimal_disability_for_all:
        return True
    baseline = view.cohort.baseline
    loss = view.targets.count("design.minimal_muscle_loss")
    most = view.cohort.mmt_max * (100 - loss)
    abnormal = (baseline[:, [m for m in range(CORE) if MEASURES[m] not in ("mmt", "ck")]] > 0).sum(
        axis=1
    ) + (baseline[:, CK] > view.cohort.column("ck_uln"))
    enough = abnormal >= view.targets.count("design.minimal_other_abnormal")
    return bool(((100 * baseline[:, MEASURES.index("mmt")] <= most) & enough).all())


@constraint(
    f"Abstract; {_RESULTS}",
    "flow.included",
    "flow.analysed",
    "flow.excluded_from_analysis",
    "flow.excluded_patient",
    "flow.included_dm",
    "flow.included_imnm",
    "flow.included_nm_om",
    "flow.included_ass",
    enforced_by=with_left_out,
)
def left_out(view: View) -> bool:
    """Left out: patient 2, a man, DM by subtraction (9 included, 8 analysed); no value printed."""
    patients, number = view.cohort.patients, view.targets.count("flow.excluded_patient")
    at = number - 1
    told = {"patient_id", "subtype", "analysed", "sex", "end_week", "end_reason"}
    return (
        len(patients["patient_id"]) == view.targets.count("flow.included")
        and int((patients["analysed"] == 0).sum())
        == view.targets.count("flow.excluded_from_analysis")
        and len(view.cohort.analysed) == view.targets.count("flow.analysed")
        and int(patients["patient_id"][at]) == number
        and int(patients["analysed"][at]) == 0
        and int(patients["sex"][at]) == code("sex", "male")
        and all(
            int((patients["subtype"] == code("subtype", group)).sum())
            == view.targets.count(f"flow.included_{group}")
            for group in ("dm", "imnm", "nm_om", "ass")
        )
        and all(int(patients[name][at]) == MISSING for name in COLUMNS if name not in told)
        and bool((view.cohort.visits[at] == MISSING).all())
    )


@constraint(
    _RESULTS,
    "flow.treated_before",
    "flow.treated_before_prednisolone",
    "flow.treated_before_methotrexate",
    enforced_by=fill_known,
)
def prior_immunosuppressants(view: View) -> bool:
    """Two patients, named by number, had had prednisolone and methotrexate; nobody else had."""
    column = view.cohort.column("prior_immunosuppressant")
    numbers = view.cohort.column("patient_id")
    drugs = (("prednisolone", PREDNISOLONE), ("methotrexate", METHOTREXATE))
    return int((column > 0).sum()) == view.targets.count("flow.treated_before") and all(
        numbers[column == code("prior_immunosuppressant", drug)].tolist()
        == [view.targets.count(address)]
        for drug, address in drugs
    )


@constraint("Table 2, footnote c", "flow.psoas_missing", enforced_by=place)
def psoas_missing(view: View) -> bool:
    """One patient, with DM, has no psoas value at baseline; nothing else is missing."""
    psoas = MEASURES.index("psoas")
    seen = view.cohort.visits[view.cohort.analysed][view.cohort.seen]
    without = view.cohort.baseline[:, psoas] == MISSING
    return (
        int(without.sum()) == view.targets.count("flow.psoas_missing")
        and bool(view.cohort.having("subtype", "dm")[without].all())
        and not (np.delete(seen, psoas, axis=1) == MISSING).any()
    )


def _count_first(view: View, week: int) -> bool:
    first = first_reached(view, "design.responder_score")
    return int((first == week).sum()) == view.targets.count(f"response.moderate_week_{week}")


@constraint(
    f"{_PRIMARY}; Fig. 3",
    "response.responders",
    "response.non_responders",
    enforced_by=responder_weeks,
)
def responders_by_week_9(view: View) -> bool:
    """As many patients as printed reach 40 points by week 9, and nobody else does."""
    return int(responders(view).sum()) == view.targets.count("response.responders")


@constraint(_SECONDARY, "response.moderate_week_3", enforced_by=responder_weeks)
def moderate_week_3(view: View) -> bool:
    """As many patients as printed first reach 40 points at week 3."""
    return _count_first(view, 3)


@constraint(
    _SECONDARY,
    "response.moderate_week_4",
    "response.responders_after_week_3",
    enforced_by=responder_weeks,
)
def moderate_week_4(view: View) -> bool:
    """One patient first reaches 40 points at week 4."""
    return _count_first(view, 4)


@constraint(
    _SECONDARY,
    "response.moderate_week_6",
    "response.responders_after_week_3",
    enforced_by=responder_weeks,
)
def moderate_week_6(view: View) -> bool:
    """One patient first reaches 40 points at week 6."""
    return _count_first(view, 6)


@constraint(_SECONDARY, "response.minimal", enforced_by=Classes.limits)
def minimal(view: View) -> bool:
    """As many as printed reach 20 points by week 9, no loss told; by inference, they end so."""
    at_end = view.cohort.end_scores >= _units(view, "design.minimal_score")
    kept = not (responders(view) & ~at_end).any()
    return kept and int(at_end.sum()) == view.targets.count("response.minimal")


@constraint(_SECONDARY, "response.minimal_lost", enforced_by=Classes.limits)
def minimal_lost(view: View) -> bool:
    """Three more patients have 20 points after the loading dose and lose them; nobody else does."""
    least = _units(view, "design.minimal_score")
    ever = view.cohort.scores.max(axis=1) >= least
    others = ever & (view.cohort.end_scores < least) & ~lost(view)
    return int(lost(view).sum()) == view.targets.count("response.minimal_lost") and not others.any()


@constraint("Discussion, paragraph 1", "response.discussion_added", enforced_by=draw_courses)
def added_patient_lost(view: View) -> bool:
    """Patient 4, analysed, whom the discussion adds, is not among those ending with 20 points."""
    least = _units(view, "design.minimal_score")
    added = view.cohort.column("patient_id") == view.targets.count(ADDED)
    inferred = lost(view) | (not view.assumptions.added_patient_lost)
    return bool((added & (view.cohort.end_scores < least) & inferred).any())


@constraint(_DESIGN, "response.deteriorated_after_maintenance", enforced_by=draw_courses)
def lost_before_amendment(view: View) -> bool:
    """Those whose improvement was lost on maintenance doses were included before the amendment."""
    if not view.assumptions.lost_before_amendment:
        return True
    return int((lost(view) & ~_late(view)).sum()) == view.targets.count(
        "response.deteriorated_after_maintenance"
    )


@constraint(
    f"{_DESIGN}; {_SECONDARY}",
    "response.amended_eligible",
    "design.amended_decision_week",
    enforced_by=draw_courses,
)
def amended_eligible(view: View) -> bool:
    """Three patients, after the amendment, were below 40 points by week 4: the amended regimen."""
    amended = view.cohort.having("regimen", "amended")
    eligible = _eligible(view)
    there = view.cohort.column("end_week") >= DECISION
    waiting = _late(view) & there & ~responders(view)
    return (
        int(eligible.sum()) == view.targets.count("response.amended_eligible")
        and bool((amended == eligible).all())
        and not (waiting & ~has_extra_visit(view.cohort)).any()
        and not (
            view.assumptions.week_4_after_amendment
            and (has_extra_visit(view.cohort) & ~_late(view)).any()
        )
    )


@constraint(_SECONDARY, "response.amended_stopped", enforced_by=count_stopped)
def amended_stopped(view: View) -> bool:
    """One of those eligible ended the study early."""
    stopped = _eligible(view) & _early(view)
    return int(stopped.sum()) == view.targets.count("response.amended_stopped")


@constraint(_SECONDARY, enforced_by=RowDrawer.draw_baselines)
def bedridden(view: View) -> bool:
    """One eligible patient, who ended early, was bed-ridden, by inference of Rankin grade 5."""
    grades = view.cohort.end[_eligible(view) & _early(view), MEASURES.index("mrs")]
    return bool((grades == BEDRIDDEN).all())


@constraint(_SECONDARY, "response.amended_continued", enforced_by=allow_no_further)
def amended_continued(view: View) -> bool:
    """Two of those eligible were treated on and, read so, rose no more in score after week 4."""
    scores, after = view.cohort.scores, WEEKS.index(DECISION) + 1
    quiet = scores[:, after:].max(axis=1) <= scores[:, :after].max(axis=1)
    treated = _eligible(view) & ~_early(view) & quiet
    return int(treated.sum()) == view.targets.count("response.amended_continued")


@constraint(
    f"Abstract; {_SECONDARY}", "flow.ended_early", "safety.rescue_medication", enforced_by=draw_ends
)
def rescue_medication(view: View) -> bool:
    """Seven patients ended early and had rescue medication; by inference, no responder did."""
    rescued = _early(view)
    last = view.targets.count("design.primary_week")
    ends = view.cohort.column("end_week")
    return (
        int(rescued.sum()) == view.targets.count("safety.rescue_medication")
        and not (rescued & responders(view)).any()
        and bool(((ends < last) == rescued).all())
    )
