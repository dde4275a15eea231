"""Criteria of plausibility: what a clinician expects of patients beyond what is printed. Ours.

Hard criteria never fail in a cohort that is drawn with them. Soft ones are aimed at, and counted:
the more plausible of two cohorts is the one with fewer breaches. None is a statement of the
article, none enters a proven bound, and where a source is named it supports the direction, not the
threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tisstats.measures.scales import SCALES
from tisstats.reconstruction.agreement import normal_scores
from tisstats.reconstruction.assumptions import Assumptions
from tisstats.reconstruction.cohort import WEEKS, Cohort
from tisstats.reconstruction.contradictions import (
    CONTRADICTIONS,
    NECROTIZING,
    NECROTIZING_CK,
    Contradicting,
)
from tisstats.reconstruction.interim import jumps
from tisstats.reconstruction.order_statistics import Ints
from tisstats.reconstruction.scoring import CK, SIGNS_OF_IMPROVEMENT, TOP, Truth
from tisstats.reconstruction.table2_rows import value_range
from tisstats.reconstruction.targets import MEASURES

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


def _at(measure: str) -> int:
    return MEASURES.index(measure)


def _visits(cohort: Cohort) -> Ints:
    return cohort.visits[cohort.analysed]


def _uln(cohort: Cohort) -> Ints:
    return cohort.column("ck_uln")[:, None]


def _contradicts(place: int) -> Callable[[Cohort], Truth]:
    def breaches(cohort: Cohort) -> Truth:
        each = Contradicting(cohort.mmt_max).each(_visits(cohort), _uln(cohort))
        return np.asarray(each[place].any(axis=1))

    return breaches


def _apart(cohort: Cohort) -> Truth:
    visits = _visits(cohort)
    apart = Contradicting(cohort.mmt_max).collapsed(visits[:, :1], visits)
    return np.asarray(apart.any(axis=1))


def _opposed(cohort: Cohort) -> Truth:
    visits = _visits(cohort)
    opposed = Contradicting(cohort.mmt_max).opposed(visits[:, :1], visits)
    return np.asarray(opposed.any(axis=1))


def _necrotizing(cohort: Cohort) -> Truth:
    has = np.logical_or.reduce([cohort.having("msa", name) for name in NECROTIZING])
    return np.asarray(has & (cohort.baseline[:, CK] < NECROTIZING_CK))


def steps(cohort: Cohort) -> tuple[Ints, Ints]:
    """Return each visit after the baseline and the one before it, -1 where there was none."""
    visits = _visits(cohort)
    before = np.full_like(visits, -1)
    for at in range(1, len(WEEKS)):
        there = cohort.seen[:, at - 1]
        before[:, at] = np.where(there[:, None], visits[:, at - 1], before[:, at - 1])
    return before[:, 1:], visits[:, 1:]


def _jumped(cohort: Cohort) -> Truth:
    before, after = steps(cohort)
    explained = np.abs(cohort.end - cohort.baseline)[:, None]
    far = jumps(before, after) & (np.abs(after - before) > explained)
    found: Truth = far.any(axis=(1, 2))
    return found


def _factor(cohort: Cohort, measures: Sequence[str], factor: int, floor: Ints | int) -> Truth:
    before, after = steps(cohort)
    found = np.zeros(len(before), dtype=bool)
    for at in map(_at, measures):
        one, other = before[..., at], after[..., at]
        known = (one >= 0) & (other >= 0)
        high = np.maximum(one, other)
        net = np.maximum(cohort.baseline[:, at], cohort.end[:, at])
        low = np.maximum(np.minimum(cohort.baseline[:, at], cohort.end[:, at]), 1)
        # A change from baseline to end that is as great explains the step.
        calm = (net < factor * low)[:, None]
        far = known & (high > factor * np.minimum(one, other)) & (high > floor)
        found |= (far & calm).any(axis=1)
    return found


def _ck_jumped(cohort: Cohort) -> Truth:
    return _factor(cohort, ("ck",), 3, 2 * _uln(cohort))


def _force_jumped(cohort: Cohort) -> Truth:
    return _factor(cohort, ("deltoid", "biceps", "psoas"), 2, 60)


def _ck_fell(cohort: Cohort) -> Truth:
    found: Truth = cohort.baseline[:, CK] > 60 * np.maximum(cohort.end[:, CK], 1)
    return found


def _ck_of_subtype(cohort: Cohort) -> Truth:
    ck, uln = cohort.baseline[:, CK], cohort.column("ck_uln")
    high = cohort.having("subtype", "dm") & (ck > 50 * uln)
    high |= cohort.having("msa", "anti_mda5") & (ck > 10 * uln)
    return np.asarray(high | (cohort.having("subtype", "imnm") & (ck <= uln)))


def _forces_differ(cohort: Cohort) -> Truth:
    deltoid, biceps = cohort.baseline[:, _at("deltoid")], cohort.baseline[:, _at("biceps")]
    found: Truth = (deltoid > 3 * biceps) | (biceps > 5 * deltoid)
    return found


def _feels_otherwise(cohort: Cohort) -> Truth:
    """Whether a patient calls the disease severe and the health good, or the other way."""
    visits = _visits(cohort)
    patient, health = visits[..., _at("patient_global")], visits[..., _at("eq_vas")]
    seen = cohort.seen
    otherwise = ((patient >= 80) & (health >= 14)) | ((patient <= 20) & (health <= 5))
    return np.asarray((seen & otherwise).any(axis=1))


def _responders_feel_worse(cohort: Cohort) -> Truth:
    moved = (cohort.end - cohort.baseline) * -SIGNS_OF_IMPROVEMENT
    worse = np.stack([moved[:, _at(name)] < 0 for name in ("patient_global", "haq", "eq_vas")])
    found: Truth = (cohort.end_scores >= int(0.4 * TOP)) & worse.any(axis=0)
    return found


def at_limits(cohort: Cohort, assumptions: Assumptions | None = None) -> Truth:
    """Tell of patients whether CK, a force or MMT lies at the end of what is drawn at a visit."""
    assumed = assumptions or Assumptions()
    visits = _visits(cohort)
    found: Truth = np.zeros(visits.shape[:2], dtype=bool)
    for measure in ("ck", "deltoid", "biceps", "psoas"):
        low, high = value_range(measure, assumed)
        values = visits[..., _at(measure)]
        found |= cohort.seen & ((values == low) | (values == high))
    return np.asarray(found.any(axis=1))


def correlation(cohort: Cohort, time: str, one: str, other: str) -> float:
    """Return a correlation of normal scores, in the direction of health or of improvement."""
    values = {"baseline": cohort.baseline, "change": cohort.end - cohort.baseline}[time]
    pair = [_at(one), _at(other)]
    known = (cohort.baseline[:, pair] >= 0).all(axis=1) & (cohort.end[:, pair] >= 0).all(axis=1)
    first, second = (
        normal_scores(values[known, at], -int(SIGNS_OF_IMPROVEMENT[at])) for at in pair
    )
    return float(np.corrcoef(first, second)[0, 1])


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
            _contradicts(place),
        )
        for place, each in enumerate(CONTRADICTIONS)
    ),
    Criterion(
        "strength_moves_together",
        "No force falls to half, nor swallowing to half or the MRC sum to three quarters, while "
        "MMT stays within 5 % of its scale; none doubles",
        "hard",
        _DYNAMOMETRY,
        _apart,
    ),
    Criterion(
        "changes_not_opposed",
        "No measure is far better than at baseline while one that belongs to it is far worse",
        "hard",
        _OURS,
        _opposed,
    ),
    Criterion(
        "ck_with_anti_hmgcr_or_anti_srp",
        f"CK at baseline is at least {NECROTIZING_CK} U/L with anti-HMGCR or anti-SRP",
        "hard",
        _HMGCR,
        _necrotizing,
    ),
    Criterion(
        "ck_of_subtype",
        "CK at baseline is at most 50 times the ULN in DM, at most 10 times with anti-MDA5, and "
        "above the ULN in IMNM",
        "soft",
        _NECROTIZING,
        _ck_of_subtype,
    ),
    Criterion(
        "ck_falls_in_reach",
        "CK falls to no less than a sixtieth of the baseline",
        "soft",
        _OURS,
        _ck_fell,
    ),
    Criterion(
        "courses_without_jumps",
        "From one visit to the next no global activity, MMT, HAQ, MRC sum, swallowing, mRS or EQ "
        "VAS moves far and further than from baseline to end",
        "soft",
        _OURS,
        _jumped,
    ),
    Criterion(
        "ck_without_jumps",
        "CK does not change threefold between visits, where it does not do so from baseline to end",
        "soft",
        _OURS,
        _ck_jumped,
    ),
    Criterion(
        "force_without_jumps",
        "No force doubles or halves between visits, where it does not from baseline to end",
        "soft",
        _DYNAMOMETRY,
        _force_jumped,
    ),
    Criterion(
        "forces_alike",
        "At baseline the deltoid is not three times as strong as the biceps, nor the biceps five "
        "times as strong as the deltoid",
        "soft",
        _OURS,
        _forces_differ,
    ),
    Criterion(
        "feels_as_told",
        "Nobody rates the disease at 8 cm or more and the health at 70 or more, nor the disease "
        "at 2 cm or less and the health at 25 or less",
        "soft",
        _OURS,
        _feels_otherwise,
    ),
    Criterion(
        "responders_feel_better",
        "Whoever ends with 40 points is worse neither on PtGA nor on HAQ nor on EQ VAS",
        "soft",
        _OURS,
        _responders_feel_worse,
    ),
    Criterion(
        "no_piles",
        "No CK and no force lies at the very end of what is drawn",
        "soft",
        _OURS,
        at_limits,
    ),
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
