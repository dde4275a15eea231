"""Criteria of plausibility: what a clinician expects of patients beyond what is printed. Ours.

Hard criteria never fail in a cohort that is drawn with them. Soft ones are sought, and counted:
the more plausible of two cohorts is the one with fewer breaches. None is a statement of the
article, none enters a proven bound, and where a source is named it supports the direction, not the
threshold. Their words stand in ``criteria.json``; a criterion without ranges has a function of its
name here that returns which patients break it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic import criteria
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import WEEKS, Cohort
from tisstats.synthetic.criteria import IMPAIRED, MIN_ACTIVITY_WITH_SIGNS, Contradictions, Ranges
from tisstats.synthetic.interim import jumps
from tisstats.synthetic.latent import normal_scores
from tisstats.synthetic.profiles import active_signs, necrotizing, rescued
from tisstats.synthetic.scoring import SIGNS_OF_IMPROVEMENT, TOP, Bools
from tisstats.synthetic.table2_rows import value_range
from tisstats.synthetic.targets import MEASURES, Measure

#: Sources, by what they support.
_OURS = "ours"
_RIDER = "direction: Rider 2010, doi:10.1002/acr.20035; threshold ours"
_DYNAMOMETRY = "direction: Baschung Pfister 2018, doi:10.1371/journal.pone.0194531; threshold ours"

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


#: Units of the score from which on a patient has improved minimally, and responded.
_MINIMAL, _RESPONSE = int(0.2 * TOP), int(0.4 * TOP)

Breaches = Callable[[Cohort], Bools]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of plausibility."""

    name: str  #: short name
    requirement: str  #: what it asks, in words
    kind: Literal["hard", "soft"]  #: never broken, or sought
    source: str  #: where it comes from
    breaches: Breaches  #: who breaks it: patients, or one entry for the cohort

    @property
    def of_cohort(self) -> bool:
        """Whether it is of all patients together."""
        return self.name.startswith("together_")


_BREACHES: dict[str, Breaches] = {}


def _criterion(breaches: Breaches) -> Breaches:
    """Enter the test of the criterion of the same name."""
    _BREACHES[breaches.__name__] = breaches
    return breaches


@_criterion
def strength_moves_together(cohort: Cohort) -> Bools:
    """Return who has a force, swallowing or MRC sum that leaves muscle testing behind."""
    visits = cohort.assessed
    apart = Contradictions(cohort.mmt_max).strength_discordant(visits[:, :1], visits)
    return np.asarray(apart.any(axis=1))


@_criterion
def changes_not_opposed(cohort: Cohort) -> Bools:
    """Return who has changes that contradict each other."""
    visits = cohort.assessed
    opposed = Contradictions(cohort.mmt_max).opposed(visits[:, :1], visits)
    return np.asarray(opposed.any(axis=1))


@_criterion
def ck_with_anti_hmgcr_or_anti_srp(cohort: Cohort) -> Bools:
    """Return who has anti-HMGCR or anti-SRP with a CK that is too low at baseline."""
    low = cohort.baseline[:, Measure.CK] < criteria.NECROTIZING_CK
    return np.asarray(necrotizing(cohort.profiles) & low)


@_criterion
def ck_of_subtype(cohort: Cohort) -> Bools:
    """Return whose CK at baseline is unusual for the subtype or the antibody."""
    ck, uln = cohort.baseline[:, Measure.CK], cohort.column("ck_uln")
    high = cohort.where("subtype", "dm") & (ck > 50 * uln)
    high |= cohort.where("msa", "anti_mda5") & (ck > 10 * uln)
    return np.asarray(high | (cohort.where("subtype", "imnm") & (ck <= uln)))


@_criterion
def ck_falls_in_reach(cohort: Cohort) -> Bools:
    """Return whose CK fell to less than a sixtieth."""
    return _fell(cohort, 60)


def _fell(cohort: Cohort, fold: int) -> Bools:
    found: Bools = cohort.baseline[:, Measure.CK] > fold * np.maximum(cohort.end[:, Measure.CK], 1)
    return found


def steps(cohort: Cohort) -> tuple[Ints, Ints]:
    """Return the visit before each visit after the baseline, and that visit; -1 for none."""
    visits = cohort.assessed
    before = np.full_like(visits, -1)
    for at in range(1, len(WEEKS)):
        there = cohort.seen[:, at - 1]
        before[:, at] = np.where(there[:, None], visits[:, at - 1], before[:, at - 1])
    return before[:, 1:], visits[:, 1:]


@_criterion
def courses_without_jumps(cohort: Cohort) -> Bools:
    """Return who has a jump between visits that the change to the end does not explain."""
    before, after = steps(cohort)
    explained = np.abs(cohort.end - cohort.baseline)[:, None]
    far = jumps(before, after) & (np.abs(after - before) > explained)
    return np.asarray(far.any(axis=(1, 2)))


@_criterion
def ck_without_jumps(cohort: Cohort) -> Bools:
    """Return whose CK changed threefold between visits, and not from baseline to end."""
    return _factor(cohort, (Measure.CK,), 3, 2 * cohort.column("ck_uln")[:, None])


@_criterion
def force_without_jumps(cohort: Cohort) -> Bools:
    """Return who has a force that changed twofold between visits, and not from baseline to end."""
    return _factor(cohort, (Measure.DELTOID, Measure.BICEPS, Measure.PSOAS), 2, 60)


def _factor(cohort: Cohort, places: Sequence[int], factor: int, floor: Ints | int) -> Bools:
    before, after = steps(cohort)
    found = np.zeros(len(before), dtype=bool)
    for at in places:
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


@_criterion
def forces_alike(cohort: Cohort) -> Bools:
    """Return whose deltoid and biceps differ in strength beyond what is usual."""
    deltoid, biceps = cohort.baseline[:, Measure.DELTOID], cohort.baseline[:, Measure.BICEPS]
    return np.asarray((deltoid > 3 * biceps) | (biceps > 5 * deltoid))


@_criterion
def health_moves_in_reach(cohort: Cohort) -> Bools:
    """Return whose self-rated health moved further than responses explain."""
    moved = np.abs(cohort.end - cohort.baseline)[:, Measure.EQ_VAS]
    return np.asarray((moved > 9) & (cohort.end_scores < _RESPONSE))


@_criterion
def responders_feel_better(cohort: Cohort) -> Bools:
    """Return who responded and is worse in what patients report."""
    moved = (cohort.end - cohort.baseline) * -SIGNS_OF_IMPROVEMENT
    worse = (moved[:, [Measure.PATIENT, Measure.HAQ, Measure.EQ_VAS]] < 0).any(axis=1)
    return np.asarray((cohort.end_scores >= _RESPONSE) & worse)


@_criterion
def no_piles(cohort: Cohort) -> Bools:
    """Return who has a CK or a force at the very end of what is drawn, at a visit."""
    found: Bools = np.zeros(cohort.seen.shape, dtype=bool)
    for at in (Measure.CK, Measure.DELTOID, Measure.BICEPS, Measure.PSOAS):
        values = cohort.assessed[..., at]
        found |= cohort.seen & np.isin(values, value_range(MEASURES[at], Assumptions()))
    return np.asarray(found.any(axis=1))


@_criterion
def strength_gain_in_reach(cohort: Cohort) -> Bools:
    """Return whose muscle testing rose by more than the drawn limit of 75 points."""
    strength = cohort.assessed[..., Measure.MMT]
    return np.asarray((cohort.seen & (strength - strength[:, :1] > 75)).any(axis=1))


@_criterion
def activity_while_worse(cohort: Cohort) -> Bools:
    """Return whose disease the physician calls less active while strength and ability fell."""
    return criteria.less_active_but_weaker(cohort.end - cohort.baseline)


@_criterion
def worse_stop_early(cohort: Cohort) -> Bools:
    """Return who completed though strength fell and much was felt of it."""
    return criteria.worse_but_completed(cohort.end - cohort.baseline, rescued(cohort.profiles))


@_criterion
def stronger_feel_no_worse(cohort: Cohort) -> Bools:
    """Return who gained strength and calls the disease or daily life far worse."""
    return criteria.stronger_but_reports_worse(cohort.end - cohort.baseline)


@_criterion
def ck_of_imnm(cohort: Cohort) -> Bools:
    """Return who has IMNM with a CK that is too low at baseline."""
    return np.asarray(
        cohort.where("subtype", "imnm") & (cohort.baseline[:, Measure.CK] < criteria.IMNM_CK)
    )


@_criterion
def lowest_scores_stop(cohort: Cohort) -> Bools:
    """Return who had rescue medication though the score or CK had improved."""
    improved = _fell(cohort, 5) | (cohort.end_scores >= _MINIMAL)
    return np.asarray(rescued(cohort.profiles) & improved)


@_criterion
def rescue_without_normal_swallowing(cohort: Cohort) -> Bools:
    """Return who had dysphagia, swallowed normally at a visit, and had rescue medication."""
    normal = cohort.seen & (cohort.assessed[..., Measure.SWALLOWING] > IMPAIRED)
    with_dysphagia = rescued(cohort.profiles) & (cohort.column("dysphagia") == 1)
    return np.asarray(with_dysphagia & normal.any(axis=1))


@_criterion
def signs_with_activity(cohort: Cohort) -> Bools:
    """Return who has signs of joints or vessels and next to no activity of them at a visit."""
    calm = cohort.seen & (cohort.assessed[..., Measure.EXTRAMUSCULAR] < MIN_ACTIVITY_WITH_SIGNS)
    return np.asarray(active_signs(cohort.profiles) & calm.any(axis=1))


@_criterion
def global_with_extramuscular(cohort: Cohort) -> Bools:
    """Return whose global activity is rated far below the extramuscular one at baseline."""
    start = cohort.baseline
    return np.asarray(start[:, Measure.EXTRAMUSCULAR] - start[:, Measure.PHYSICIAN] >= 15)


def _within(ranges: Sequence[Mapping[str, Sequence[Fraction]]]) -> Breaches:
    """Make the test of ranges that no assessment may be in at once."""

    def breaches(cohort: Cohort) -> Bools:
        inside = Ranges(ranges, cohort.mmt_max)
        found = inside.any(cohort.assessed, cohort.column("ck_uln")[:, None])
        return np.asarray(found.any(axis=1))

    return breaches


def correlation(cohort: Cohort, time: str, one: str, other: str) -> float:
    """Return a correlation of normal scores, in the direction of health or of improvement."""
    values = {"baseline": cohort.baseline, "change": cohort.end - cohort.baseline}[time]
    pair = [MEASURES.index(one), MEASURES.index(other)]
    known = (cohort.baseline[:, pair] >= 0).all(axis=1) & (cohort.end[:, pair] >= 0).all(axis=1)
    first, second = (
        normal_scores(values[known, at], -int(SIGNS_OF_IMPROVEMENT[at])) for at in pair
    )
    return float(np.corrcoef(first, second)[0, 1])


def _together(time: str, one: str, other: str) -> Criterion:
    names = SCALES[one].abbreviation, SCALES[other].abbreviation

    def breaches(cohort: Cohort) -> Bools:
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
            each["name"],
            each["requirement"],
            each["kind"],
            each["source"],
            _within(each["ranges"]) if "ranges" in each else _BREACHES[each["name"]],
        )
        for each in criteria.DATA["criteria"]
    ),
    *(_together(time, *pair) for time in _LEAST for pair in _TOGETHER),
)


def broken_hard_criteria(cohort: Cohort) -> list[str]:
    """Return the names of hard criteria that a cohort breaks; none if it was drawn with them."""
    return [each.name for each in CRITERIA if each.kind == "hard" and each.breaches(cohort).any()]


def count_breaches(cohort: Cohort) -> int:
    """Return how many criteria a cohort and its patients break, those of the cohort thrice."""
    return sum(
        (_WHOLE if each.of_cohort else 1) * int(each.breaches(cohort).sum()) for each in CRITERIA
    )
