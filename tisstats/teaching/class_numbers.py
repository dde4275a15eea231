"""The numbers in the texts of the class: what it teaches, computed, never typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import response_count
from tisstats.measures.core_set import CORE_SET, RESPONSE_CUTOFFS
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.exercises import Exercise
from tisstats.teaching.placebo import arm_difference
from tisstats.teaching.placebo_trials import comparisons, read_trials
from tisstats.teaching.worked_patient import WorkedPatient

#: Trial whose placebo arm the class looks at.
_TRIAL = "proderm"

#: A second upper limit of normal of creatine kinase, U/L; like the first, of no laboratory.
OTHER_ULN = 300


def class_numbers(published: PublishedFacts, solved: Sequence[Exercise]) -> dict[str, Any]:
    """Return the values of the placeholders in the texts of the class.

    Parameters
    ----------
    published
        The published facts.
    solved
        The exercises, whose values are included under their key, with ``_`` for ``-``.

    Returns
    -------
    dict
        Values by name; those of a group are reached as ``{group[name]}``.
    """
    return {each.key.replace("-", "_"): each.values for each in solved} | {
        "study": _study(published),
        "worked": _worked(published),
        "panel": {
            "followed": float(PANEL.score()["enzyme_points"]),
            "largest": float(PANEL.score(PANEL.largest_value_enzyme)["enzyme_points"]),
        },
        "trial": _placebo(published),
        "score_rules": {
            "measures": len(CORE_SET),
            "maximum": sum(rule.points[-1] for rule in CORE_SET.values()),
            "strength": CORE_SET["mmt"].points[-1],
            "bands": len(CORE_SET["mmt"].points),
            "haq_second": CORE_SET["haq"].points[2],
            "juvenile_moderate": RESPONSE_CUTOFFS["juvenile"]["moderate"],
        },
    }


def _study(published: PublishedFacts) -> dict[str, Any]:
    high, low = (
        response_count(published, threshold=published.count(f"design.{name}"))
        for name in ("responder_score", "minimal_score")
    )
    return {
        "included": published.count("flow.included"),
        "patients": high.patients,
        "excluded": published.count("flow.included") - high.patients,
        "responders": high.responders,
        "others": high.patients - high.responders,
        "week": high.week,
        "threshold": high.threshold,
        "low_threshold": low.threshold,
        "low_responders": low.responders,
    }


def _worked(published: PublishedFacts) -> dict[str, Any]:
    """Return what the illustrative patient shows about common mistakes."""
    patient, other = WorkedPatient(published), WorkedPatient(published, ck_uln=OTHER_ULN)
    changes = {change.measure: change for change in patient.changes}
    return {
        "score": float(patient.scored["tis"]),
        "misassigned": sum(change.points_if_misassigned for change in patient.changes),
        "on_boundary": sum(change.on_boundary for change in patient.changes),
        "relative": changes["enzyme"].relative,
        "percent": changes["enzyme"].percent,
        "uln": patient.ck_uln,
        "other_uln": OTHER_ULN,
        "enzyme_points": float(patient.scored["enzyme_points"]),
        "other_points": float(other.scored["enzyme_points"]),
    }


def _placebo(published: PublishedFacts) -> dict[str, Any]:
    """Return both arms of the trial at the two thresholds of the study, and their difference."""
    level = float(published.value("design.confidence_level") / 100)
    found: dict[str, Any] = {"level": level}
    names = {
        published.count("design.minimal_score"): "low",
        published.count("design.responder_score"): "high",
    }
    for each in comparisons(read_trials()):
        if each.trial == _TRIAL and each.threshold in names:
            difference = arm_difference(each.treated, each.placebo, confidence_level=level)
            found[names[each.threshold]] = {
                "treated": each.treated.proportion,
                "placebo": each.placebo.proportion,
                "placebo_count": each.placebo.responders,
                "placebo_patients": each.placebo.patients,
                "difference": difference.estimate,
                "threshold": each.threshold,
                "inferred": each.inferred,
            }
    return found
