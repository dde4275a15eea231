"""Constraints of safety: adverse events, worsening, statins."""

from __future__ import annotations

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic.cohort import EVENT_COLUMNS, RELATED, WEEKS
from tisstats.synthetic.columns import code
from tisstats.synthetic.constraint import View, constraint
from tisstats.synthetic.constraints_of_courses import responders
from tisstats.synthetic.people import draw_events, fill_known, place
from tisstats.synthetic.scoring import UNIT, worsened

_SECONDARY = "Results, Secondary outcomes"

_PATIENT, _WEEK, _EVENT, _SERIOUS, _RELATED = range(len(EVENT_COLUMNS))


def _serious(view: View) -> Ints:
    found: Ints = view.cohort.events[view.cohort.events[:, _SERIOUS] == 1]
    return found


def _with_cancer(view: View) -> list[int]:
    has = view.cohort.having("cancer_in_follow_up", "ovarian")
    found: list[int] = view.cohort.column("patient_id")[has].tolist()
    return found


@constraint(_SECONDARY, "safety.adverse_events_patients", enforced_by=draw_events)
def adverse_events(view: View) -> bool:
    """Every analysed patient had an adverse event."""
    having = set(view.cohort.events[:, _PATIENT].tolist())
    return len(having) == view.targets.count("safety.adverse_events_patients") and having == set(
        view.cohort.column("patient_id").tolist()
    )


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
def serious_adverse_events(view: View) -> bool:
    """Three serious events, as described, in two patients with DM, as read, two of them in one."""
    events = _serious(view)
    count = view.targets.count("safety.serious_adverse_events")
    if len(events) != count:
        return False
    dm = view.cohort.column("patient_id")[view.cohort.having("subtype", "dm")]
    of: dict[str, int] = {}
    for event in range(1, count + 1):
        stem = f"serious_adverse_events.{event}"
        rows = [
            row
            for row in events.tolist()
            if view.cohort.words[row[_EVENT]] == view.targets.texts[f"{stem}.what"]
            and RELATED[row[_RELATED]] == view.targets.texts[f"{stem}.treatment_related"]
        ]
        if len(rows) != 1:
            return False
        of[str(event)] = rows[0][_PATIENT]
    return of["1"] == of["2"] != of["3"] and bool(np.isin(list(of.values()), dm).all())


@constraint(
    "Abstract; Results, Secondary outcomes",
    "safety.pulmonary_embolism",
    "safety.pulmonary_embolism_week",
    "serious_adverse_events.1.week",
    enforced_by=draw_events,
)
def embolism_week(view: View) -> bool:
    """One serious event is a pulmonary embolism, at week 3."""
    what = view.targets.texts["serious_adverse_events.1.what"]
    weeks = [
        row[_WEEK] for row in _serious(view).tolist() if view.cohort.words[row[_EVENT]] == what
    ]
    return weeks == [view.targets.count("safety.pulmonary_embolism_week")]


@constraint("Results, Patient characteristics", "safety.ovarian_cancer", enforced_by=place)
def ovarian_cancer(view: View) -> bool:
    """Ovarian cancer was found in one woman with DM: the patient with the embolism."""
    women = view.cohort.having("subtype", "dm") & view.cohort.having("sex", "female")
    what = view.targets.texts["serious_adverse_events.1.what"]
    embolism = [
        row[_PATIENT] for row in _serious(view).tolist() if view.cohort.words[row[_EVENT]] == what
    ]
    return (
        len(_with_cancer(view)) == view.targets.count("safety.ovarian_cancer")
        and _with_cancer(view) == embolism
        and set(_with_cancer(view)) <= set(view.cohort.column("patient_id")[women].tolist())
    )


@constraint("Discussion, paragraph 4", enforced_by=place)
def embolism_in_responder(view: View) -> bool:
    """By the week of the embolism its patient had improved, by inference to 40 points."""
    what = view.targets.texts["serious_adverse_events.1.what"]
    embolism = [
        row[_PATIENT] for row in _serious(view).tolist() if view.cohort.words[row[_EVENT]] == what
    ]
    weeks = np.array(WEEKS) <= view.targets.count("safety.pulmonary_embolism_week")
    best = view.cohort.scores[:, weeks].max(axis=1)
    least = 1
    if view.assumptions.embolism_in_responder:
        least = int(view.targets.count("design.responder_score") / UNIT)
    improved = view.cohort.column("patient_id")[best >= least]
    return bool(embolism) and set(embolism) <= set(improved.tolist())


@constraint(_SECONDARY, "safety.stopped_for_adverse_event", enforced_by=fill_known)
def no_stop_for_adverse_event(view: View) -> bool:
    """Nobody stopped because of an adverse event."""
    stopped = view.cohort.having("end_reason", "adverse_event")
    return int(stopped.sum()) == view.targets.count("safety.stopped_for_adverse_event")


@constraint(f"{_SECONDARY}; Methods, reference 26", "safety.deterioration", enforced_by=worsened)
def no_worsening(view: View) -> bool:
    """Nobody met the IMACS definition of worsening at any visit.

    The wording of the one-visit version is an assumption, and whether the study asked for two
    visits is not known.
    """
    worse = view.cohort.worsened.any(axis=1)
    return int(worse.sum()) == view.targets.count("safety.deterioration")


@constraint(f"{_SECONDARY}; Discussion, paragraph 2", enforced_by=place)
def statins(view: View) -> bool:
    """Among patients with anti-HMGCR, those with recent statins did better.

    By inference, they responded and the others did not.
    """
    hmgcr = view.cohort.having("msa", "anti_hmgcr")
    taken = view.cohort.column("recent_statin")[hmgcr] == code("recent_statin", "true")
    good, best = responders(view)[hmgcr], view.cohort.scores[hmgcr].max(axis=1)
    if not taken.any() or taken.all() or best[taken].mean() <= best[~taken].mean():
        return False
    return bool((good == taken).all()) or not view.assumptions.statins_settle_response
