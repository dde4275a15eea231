"""Criteria of plausibility: what a clinician expects of patients beyond what is printed. Ours.

Hard criteria never fail in a cohort that is drawn with them. Soft ones are aimed at, and counted:
the more plausible of two cohorts is the one with fewer breaches. None is a statement of the
article, none enters a proven bound, and where a source is named it supports the direction, not the
threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.measures.scales import SCALES
from tisstats.synthetic.breaches import (
    able_against_strength,
    at_limits,
    calm_while_worse,
    changes_opposed,
    ck_against_subtype,
    ck_fell_far,
    ck_jumped,
    contradicts_at,
    correlation,
    feels_otherwise,
    feels_worse_and_stronger,
    force_jumped,
    forces_differ,
    global_below_extramuscular,
    health_moved_far,
    healthy_while_ill,
    helped_without_need,
    imnm_ck_low,
    jumped,
    near_normal_on_one,
    necrotizing_ck_low,
    responders_feel_worse,
    signs_without_activity,
    stopped_improved,
    stopped_swallowing_well,
    strength_apart,
    strength_rose_far,
    worse_and_stayed,
)
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.contradictions import CONTRADICTIONS, NECROTIZING_CK
from tisstats.synthetic.scoring import Truth

#: Sources, by what they support.
_OURS = "ours"
_RIDER = "direction: Rider 2010, doi:10.1002/acr.20035; threshold ours"
_DYNAMOMETRY = "direction: Baschung Pfister 2018, doi:10.1371/journal.pone.0194531; threshold ours"
_HMGCR = "Chow 2024, doi:10.1016/j.semarthrit.2024.152522, of anti-HMGCR; for anti-SRP ours"
_NECROTIZING = "direction: doi:10.1007/s11926-015-0548-6; threshold ours"

#: Breaches of one patient that weigh as much as one of the whole cohort.
_WHOLE = 3

#: Pairs of measures that go together at baseline and in their changes, and the least rank
#: correlation in the direction of health.
_TOGETHER = (
    ("mmt", "haq"),
    ("mmt", "mrc_sum"),
    ("mmt", "deltoid"),
    ("mmt", "biceps"),
    ("mmt", "psoas"),
    ("haq", "mrs"),
    ("haq", "patient_global"),
    ("physician_global", "mmt"),
    ("physician_global", "patient_global"),
    ("patient_global", "eq_vas"),
)
_LEAST = {"baseline": 0.1, "change": 0.3}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of plausibility."""

    name: str  #: short name
    asks: str  #: what it asks, in words
    kind: Literal["hard", "soft"]  #: never broken, or aimed at
    source: str  #: where it comes from
    breaches: Callable[[Cohort], Truth]  #: who breaks it: patients, or one entry for the cohort

    @property
    def of_cohort(self) -> bool:
        """Whether it is of all patients together."""
        return self.name.startswith("together_")


def _together(time: str, one: str, other: str) -> Criterion:
    names = SCALES[one].abbreviation, SCALES[other].abbreviation

    def breaches(cohort: Cohort) -> Truth:
        return np.array([correlation(cohort, time, one, other) < _LEAST[time]])

    strength = {one, other} <= {"mmt", "deltoid", "biceps", "psoas"}
    sourced = {one, other} in ({"mmt", "haq"}, {"mmt", "physician_global"})
    return Criterion(
        f"together_{time}_{one}_{other}",
        f"{names[0]} and {names[1]} go together {'at' if time == 'baseline' else 'in their'} "
        f"{time}: correlation of ranks at least {_LEAST[time]:g} in the direction of health",
        "soft",
        _DYNAMOMETRY if strength else _RIDER if sourced else _OURS,
        breaches,
    )


#: Criteria of function, course and signs: name, what it asks, who breaks it.
_FUNCTION: tuple[tuple[str, str, Callable[[Cohort], Truth]], ...] = (
    (
        "near_normal_on_both",
        "Whoever has 96 % or more of the points of MMT has at least 31 of 36 on the MRC sum",
        near_normal_on_one,
    ),
    (
        "no_help_without_need",
        "Whoever has a HAQ of 0.5 or less with 96 % of MMT or a self-rated health of 80 or more "
        "has an mRS of at most 2",
        helped_without_need,
    ),
    (
        "excellent_health_without_illness",
        "Nobody rates the health at 90 or more with a PaGA of 3 cm or more, or a HAQ of 1 or more",
        healthy_while_ill,
    ),
    ("strength_gain_in_reach", "MMT rises by at most 75 points", strength_rose_far),
    (
        "activity_while_worse",
        "PhGA does not fall by 0.5 cm or more in patients with 13 points of MMT less and a HAQ "
        "0.25 or more higher",
        calm_while_worse,
    ),
    (
        "worse_stop_early",
        "Nobody completes with 13 points of MMT less and a HAQ 0.75 or more, or a PaGA 3 cm or "
        "more, higher",
        worse_and_stayed,
    ),
    (
        "stronger_feel_no_worse",
        "Nobody with 5 points of MMT more has a PaGA 3.5 cm or more higher, or a HAQ 1 or more "
        "higher",
        feels_worse_and_stronger,
    ),
    ("ck_of_imnm", "CK at baseline is at least 1000 U/L in IMNM", imnm_ck_low),
    (
        "lowest_scores_stop",
        "Nobody who ends with 20 points has rescue medication, nor anybody whose CK fell fivefold",
        stopped_improved,
    ),
    (
        "rescue_without_normal_swallowing",
        "Nobody with dysphagia who had rescue medication had swallowed normally at a visit",
        stopped_swallowing_well,
    ),
    (
        "signs_with_activity",
        "Extramuscular activity is at least 0.2 cm at every visit with arthritis or Raynaud",
        signs_without_activity,
    ),
    (
        "global_with_extramuscular",
        "PhGA at baseline is less than 1.5 cm below extramuscular activity",
        global_below_extramuscular,
    ),
)

#: Every criterion: the hard ones first.
CRITERIA: tuple[Criterion, ...] = (
    *(
        Criterion(
            each.name,
            f"Nobody is {each.says}"
            if each.name.startswith(("bed", "depend"))
            else f"Nobody has {each.says}",
            "hard",
            _OURS,
            contradicts_at(place),
        )
        for place, each in enumerate(CONTRADICTIONS)
    ),
    Criterion(
        "strength_moves_together",
        "No force falls to half, nor swallowing to half or the MRC sum to three quarters, while "
        "MMT stays within 5 % of its scale; none doubles",
        "hard",
        _DYNAMOMETRY,
        strength_apart,
    ),
    Criterion(
        "changes_not_opposed",
        "No measure is far better than at baseline while one that belongs to it is far worse",
        "hard",
        _OURS,
        changes_opposed,
    ),
    Criterion(
        "ck_with_anti_hmgcr_or_anti_srp",
        f"CK at baseline is at least {NECROTIZING_CK} U/L with anti-HMGCR or anti-SRP",
        "hard",
        _HMGCR,
        necrotizing_ck_low,
    ),
    Criterion(
        "ck_of_subtype",
        "CK at baseline is at most 50 times the ULN in DM, at most 10 times with anti-MDA5, and "
        "above the ULN in IMNM",
        "soft",
        _NECROTIZING,
        ck_against_subtype,
    ),
    Criterion(
        "ck_falls_in_reach",
        "CK falls to no less than a sixtieth of the baseline",
        "soft",
        _OURS,
        ck_fell_far,
    ),
    Criterion(
        "courses_without_jumps",
        "From one visit to the next no global activity, MMT, HAQ, MRC sum, swallowing, mRS or EQ "
        "VAS moves far and further than from baseline to end",
        "soft",
        _OURS,
        jumped,
    ),
    Criterion(
        "ck_without_jumps",
        "CK does not change threefold between visits, where it does not do so from baseline to end",
        "soft",
        _OURS,
        ck_jumped,
    ),
    Criterion(
        "force_without_jumps",
        "No force doubles or halves between visits, where it does not from baseline to end",
        "soft",
        _DYNAMOMETRY,
        force_jumped,
    ),
    Criterion(
        "forces_alike",
        "At baseline the deltoid is not three times as strong as the biceps, nor the biceps five "
        "times as strong as the deltoid",
        "soft",
        _OURS,
        forces_differ,
    ),
    Criterion(
        "feels_as_told",
        "Nobody rates the disease at 8 cm or more and the health at 70 or more, nor the disease "
        "at 3 cm or less and the health at 30 or less, nor the health at 10 or less with a HAQ "
        "of 2 or less",
        "soft",
        _OURS,
        feels_otherwise,
    ),
    Criterion(
        "able_as_strong",
        "Nobody has less than 60 % of the points of MMT with a HAQ below 1.5, nor a HAQ of 2 or "
        "more with a PaGA of 2 cm or less",
        "soft",
        _OURS,
        able_against_strength,
    ),
    Criterion(
        "health_moves_in_reach",
        "Self-rated health moves by at most 45 points in patients who end below 40 points",
        "soft",
        _OURS,
        health_moved_far,
    ),
    Criterion(
        "responders_feel_better",
        "Whoever ends with 40 points is worse neither on PaGA nor on HAQ nor on EQ VAS",
        "soft",
        _OURS,
        responders_feel_worse,
    ),
    Criterion(
        "no_piles",
        "No CK and no force lies at the very end of what is drawn",
        "soft",
        _OURS,
        at_limits,
    ),
    *(Criterion(name, asks, "soft", _OURS, breaches) for name, asks, breaches in _FUNCTION),
    *(_together(time, *pair) for time in _LEAST for pair in _TOGETHER),
)


def contradicts(cohort: Cohort) -> list[str]:
    """Name the hard criteria that a cohort breaks; none if it was drawn with them."""
    return [each.name for each in CRITERIA if each.kind == "hard" and each.breaches(cohort).any()]


def patient_breaches(cohort: Cohort) -> Ints:
    """Count the criteria that each analysed patient breaks, shape (analysed,)."""
    counts = np.zeros(len(cohort.analysed), dtype=np.int64)
    for each in CRITERIA:
        if not each.of_cohort:
            counts += each.breaches(cohort)
    return counts


def implausibility(cohort: Cohort) -> int:
    """Return how many criteria a cohort and its patients break, those of the cohort thrice."""
    whole = sum(int(each.breaches(cohort)[0]) for each in CRITERIA if each.of_cohort)
    return int(patient_breaches(cohort).sum()) + _WHOLE * whole
