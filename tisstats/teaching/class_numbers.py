"""The numbers in the texts of the class: what it teaches, computed, never typed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import printed_interval, response_count
from tisstats.measures.core_set import CORE_SET, ENZYMES, INDISPENSABLE, RESPONSE_CUTOFFS
from tisstats.measures.total_improvement_score import band_points
from tisstats.printed import format_rounded
from tisstats.statistics import method_title
from tisstats.teaching.ceiling import MMT, OTHER_MEASURES, attainable_scores_by_band
from tisstats.teaching.ceiling_moves import ceiling_moves
from tisstats.teaching.class_tables import CLASS_TRIAL
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.evidence import EvidenceBase
from tisstats.teaching.exercises import Exercise
from tisstats.teaching.placebo import arm_difference
from tisstats.teaching.placebo_trials import comparisons, read_trials
from tisstats.teaching.wording import (
    band_label,
    band_labels,
    lower_case_name,
    measure_name_in_sentence,
)
from tisstats.teaching.worked_patient import WorkedPatient

if TYPE_CHECKING:
    import pandas as pd

#: Patient global activity of a fictitious patient at two visits, cm: the example done aloud.
_ALOUD = ("patient_global", 7.0, 5.0, 10)

#: A second upper limit of normal of creatine kinase, U/L; like the first, from no laboratory.
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
        "aloud": _aloud(),
        "moves": ceiling_moves(
            next(each for each in solved if each.key == "ceiling").values["baseline_by_column"],
            published.count("design.responder_score"),
        ),
        "important": EvidenceBase.read().compared("tis", "important_change"),
        "trial": _placebo(published),
        "other_trial": _other_placebo(published),
        "printed_by": _printed_by(published),
        "enzyme_wrong": _wrongly_divided(next(each for each in solved if each.key == "enzyme")),
        "missing_wrong": _wrongly_filled(next(each for each in solved if each.key == "missing")),
        "grid": _grid(published.count("design.responder_score")),
        "score_rules": {
            "measures": len(CORE_SET),
            "maximum": sum(rule.points[-1] for rule in CORE_SET.values()),
            "strength": CORE_SET["mmt"].points[-1],
            "bands": len(CORE_SET["mmt"].points),
            "haq_second": CORE_SET["haq"].points[2],
            "minimal": RESPONSE_CUTOFFS["adult"]["minimal"],
            "moderate": RESPONSE_CUTOFFS["adult"]["moderate"],
            "juvenile_moderate": RESPONSE_CUTOFFS["juvenile"]["moderate"],
        },
    }


def _aloud() -> dict[str, Any]:
    """Return the example that the teacher does aloud before the first question."""
    measure, before, after, length = _ALOUD
    percent = 100 * (before - after) / length
    return {
        "measure": CORE_SET[measure].name.lower(),
        "before": before,
        "after": after,
        "length": length,
        "percent": percent,
        "band": band_label(percent, measure),
        "points": float(band_points(percent, measure)),
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
        "percent": high.responders / high.patients,
        "week": high.week,
        "threshold": high.threshold,
        "just_below": high.threshold - min(rule.points[1] for rule in CORE_SET.values()),
        "low_threshold": low.threshold,
        "low_responders": low.responders,
    }


def _worked(published: PublishedFacts) -> dict[str, Any]:
    """Return what the illustrative patient shows about common mistakes."""
    patient, other = WorkedPatient(published), WorkedPatient(published, ck_uln=OTHER_ULN)
    changes = {change.measure: change for change in patient.changes}
    score, most = float(patient.scored["tis"]), changes["extramuscular"]
    limit, lowered = _limit_that_lowers(published, patient)
    alike = [name for name, change in changes.items() if change.points == most.points]
    return {
        "one_boundary": _either(
            score + change.points_if_misassigned - change.points
            for change in patient.changes
            if change.on_boundary
        ),
        "without_one": score - most.points,
        "left_out": " or ".join(map(measure_name_in_sentence, alike)),
        "baseline_measure": CORE_SET["extramuscular"].name,
        "baseline_percent": most.percent,
        "baseline_relative": most.relative,
        "baseline_points": most.points,
        "baseline_wrong": float(band_points(most.relative, most.measure)),
        "enzyme_range": changes["enzyme"].range,
        "limit": limit,
        "limit_score": lowered,
        "score": float(patient.scored["tis"]),
        "misassigned": sum(change.points_if_misassigned for change in patient.changes),
        "on_boundary": sum(change.on_boundary for change in patient.changes),
        "relative": changes["enzyme"].relative,
        "percent": changes["enzyme"].percent,
        "uln": patient.ck_uln,
        "times": ENZYMES["ck"].range_in_uln,
        "other_uln": OTHER_ULN,
        "enzyme_points": float(patient.scored["enzyme_points"]),
        "other_points": float(other.scored["enzyme_points"]),
    }


def _printed_by(published: PublishedFacts) -> dict[str, Any]:
    """Return the method whose limits the article prints, and half of the width, per cent."""
    found = printed_interval(published)
    (method,) = found.methods_matching_print
    limits = found.methods[method]
    return {
        "method": method_title(method),
        "percent": 100 * limits.estimate,
        "half": 50 * (limits.high - limits.low),
    }


def _wrongly_divided(enzyme: Exercise) -> dict[str, str]:
    """Return what errors make of the fall of the enzyme that is followed.

    Either the baseline is cut to the end of the range, which can earn as much as another enzyme
    of the panel, or the fall is divided by the baseline.
    """
    values = enzyme.values
    followed = str(PANEL.score()["enzyme_used"])
    before, after = PANEL.baseline[followed], PANEL.end[followed]
    whole = values["range"]
    cut = float(band_points(100 * max(min(before, whole) - after, 0) / whole, "enzyme"))
    like_cut = [
        lower_case_name(ENZYMES[name].name)
        for name in PANEL.baseline
        if name != followed and float(PANEL.score(name)["enzyme_points"]) == cut
    ]
    return {
        "cut": f"{cut:g}",
        "like_cut": "".join(f", or {name} was followed" for name in like_cut),
        "of_baseline": format_rounded(100 * (before - after) / before, 0),
    }


def _grid(threshold: float) -> dict[str, Any]:
    """Return how many cells of the grid rule out a response, and which, in words."""
    scores = attainable_scores_by_band()
    short = scores < threshold
    rows = band_labels(CORE_SET[OTHER_MEASURES[0]].cutoffs)
    lost = [f"a loss of strength up to {cut}%" for cut in CORE_SET[MMT].cutoffs]
    lost.append("any loss of strength")
    # Points never fall with the loss of strength, so the cells of a row that are short come first.
    where = (
        f"other measures {row}, with {lost[cells.sum() - 1]}"
        for row, cells in zip(rows, short, strict=True)
        if cells.any()
    )
    return {"short": int(short.sum()), "cells": short.size, "where": "; ".join(where)}


def _wrongly_filled(missing: Exercise) -> dict[str, str]:
    """Return wrong scores of a patient with a missing measure.

    Either the mean points of the others are put in its place, or the points are scaled up from
    what the others can earn. By the rule of this book, no score is bounded without ``required``.
    """
    values = missing.values
    most = sum(rule.points[-1] for rule in CORE_SET.values())
    return {
        "mean": f"{values['low'] * len(CORE_SET) / (len(CORE_SET) - 1):g}",
        "scaled": format_rounded(values["low"] * most / (most - values["maximum"]), 1),
        "of": f"{most - values['maximum']:g}",
        "others": f"{len(CORE_SET) - 1}",
        "required": " or ".join(map(measure_name_in_sentence, INDISPENSABLE["imacs"])),
    }


def _either(scores: Iterable[float]) -> str:
    return " or ".join(f"{score:g}" for score in sorted(set(scores)))


def _limit_that_lowers(published: PublishedFacts, patient: WorkedPatient) -> tuple[int, float]:
    """Return the last whole upper limit that keeps the points, and the score of the next.

    The larger the limit, the smaller the part of the enzyme's range that a change is, and the fewer
    its points: they are found by bisection.
    """

    def scored(limit: int) -> pd.Series:
        return WorkedPatient(published, ck_uln=limit).scored

    points = float(patient.scored["enzyme_points"])
    limits = range(int(patient.ck_uln), OTHER_ULN + 1)
    at = bisect_left(limits, True, key=lambda limit: float(scored(limit)["enzyme_points"]) < points)
    if at == len(limits):
        raise ValueError(f"the points of the enzyme are the same up to a limit of {OTHER_ULN} U/L")
    return limits[at] - 1, float(scored(limits[at])["tis"])


def _placebo(published: PublishedFacts) -> dict[str, Any]:
    """Return both arms of the trial at the two thresholds of the study, and their difference."""
    level = float(published.value("design.confidence_level") / 100)
    trials = read_trials()
    found: dict[str, Any] = {
        "level": level,
        "name": trials.text(f"trials.{CLASS_TRIAL}.trial"),
        "week": trials.count(f"trials.{CLASS_TRIAL}.week"),
        # The key of the reference ends on the year, as in "aggarwal2022".
        "year": trials.text(f"trials.{CLASS_TRIAL}.cited")[-4:],
    }
    names = {
        published.count("design.minimal_score"): "low",
        published.count("design.responder_score"): "high",
    }
    arms = [each for each in comparisons(trials) if each.trial == CLASS_TRIAL]
    gaps = {each.threshold: each.treated.proportion - each.placebo.proportion for each in arms}
    found["largest"] = max(gaps, key=lambda threshold: gaps[threshold])
    found["differences"] = ", ".join(
        f"{format_rounded(100 * gap, 0)} at {threshold}" for threshold, gap in gaps.items()
    )
    for each in arms:
        if each.threshold in names:
            difference = arm_difference(each.treated, each.placebo, confidence_level=level)
            found[names[each.threshold]] = {
                "treated": each.treated.proportion,
                "placebo": each.placebo.proportion,
                "placebo_count": each.placebo.responders,
                "placebo_patients": each.placebo.patients,
                "difference": difference.estimate,
                "lowest": difference.low,
                "highest": difference.high,
                "threshold": each.threshold,
                "inferred": each.inferred,
            }
    return found


def _other_placebo(published: PublishedFacts) -> dict[str, Any]:
    """Return the responders with placebo at the study's threshold in the other trial."""
    trials = read_trials()
    (other,) = (
        each
        for each in comparisons(trials)
        if each.trial != CLASS_TRIAL and each.threshold == published.count("design.responder_score")
    )
    return {
        "name": trials.text(f"trials.{other.trial}.trial"),
        "placebo": other.placebo.proportion,
    }
