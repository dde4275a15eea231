"""Who breaks which criterion of plausibility: one test a criterion, of all patients of a cohort."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic import expectations
from tisstats.synthetic.agreement import normal_scores
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import WEEKS, Cohort
from tisstats.synthetic.contradictions import NECROTIZING, NECROTIZING_CK, Contradicting
from tisstats.synthetic.demands import IMNM_CK
from tisstats.synthetic.expectations import IMPAIRED, LASTING, lasting_signs, rescued
from tisstats.synthetic.interim import jumps
from tisstats.synthetic.scoring import (
    CK,
    EXTRAMUSCULAR,
    HAQ,
    MMT,
    PHYSICIAN,
    SIGNS_OF_IMPROVEMENT,
    TOP,
    Truth,
)
from tisstats.synthetic.table2_rows import value_range
from tisstats.synthetic.targets import MEASURES


def _at(measure: str) -> int:
    return MEASURES.index(measure)


def _visits(cohort: Cohort) -> Ints:
    return cohort.visits[cohort.analysed]


def _uln(cohort: Cohort) -> Ints:
    return cohort.column("ck_uln")[:, None]


def contradicts_at(place: int) -> Callable[[Cohort], Truth]:
    """Return the test of one contradiction within an assessment, by its place."""

    def breaches(cohort: Cohort) -> Truth:
        each = Contradicting(cohort.mmt_max).each(_visits(cohort), _uln(cohort))
        return np.asarray(each[place].any(axis=1))

    return breaches


def strength_apart(cohort: Cohort) -> Truth:
    """Tell who has a force, swallowing or MRC sum that leaves muscle testing behind."""
    visits = _visits(cohort)
    apart = Contradicting(cohort.mmt_max).collapsed(visits[:, :1], visits)
    return np.asarray(apart.any(axis=1))


def changes_opposed(cohort: Cohort) -> Truth:
    """Tell who has changes that contradict each other."""
    visits = _visits(cohort)
    opposed = Contradicting(cohort.mmt_max).opposed(visits[:, :1], visits)
    return np.asarray(opposed.any(axis=1))


def necrotizing_ck_low(cohort: Cohort) -> Truth:
    """Tell who has anti-HMGCR or anti-SRP with a CK that is too low at baseline."""
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


def jumped(cohort: Cohort) -> Truth:
    """Tell who has a jump between visits that the change from baseline to end does not explain."""
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


def ck_jumped(cohort: Cohort) -> Truth:
    """Tell of whose CK the same, threefold."""
    return _factor(cohort, ("ck",), 3, 2 * _uln(cohort))


def force_jumped(cohort: Cohort) -> Truth:
    """Tell of whose forces the same, twofold."""
    return _factor(cohort, ("deltoid", "biceps", "psoas"), 2, 60)


def ck_fell_far(cohort: Cohort) -> Truth:
    """Tell whose CK fell to less than a sixtieth."""
    found: Truth = cohort.baseline[:, CK] > 60 * np.maximum(cohort.end[:, CK], 1)
    return found


def ck_against_subtype(cohort: Cohort) -> Truth:
    """Tell whose CK at baseline is unusual for the subtype or the antibody."""
    ck, uln = cohort.baseline[:, CK], cohort.column("ck_uln")
    high = cohort.having("subtype", "dm") & (ck > 50 * uln)
    high |= cohort.having("msa", "anti_mda5") & (ck > 10 * uln)
    return np.asarray(high | (cohort.having("subtype", "imnm") & (ck <= uln)))


def forces_differ(cohort: Cohort) -> Truth:
    """Tell whose deltoid and biceps differ in strength beyond what is usual."""
    deltoid, biceps = cohort.baseline[:, _at("deltoid")], cohort.baseline[:, _at("biceps")]
    found: Truth = (deltoid > 3 * biceps) | (biceps > 5 * deltoid)
    return found


def feels_otherwise(cohort: Cohort) -> Truth:
    """Tell who calls the disease severe and the health good, or the other way, at a visit."""
    visits = _visits(cohort)
    patient, health = visits[..., _at("patient_global")], visits[..., _at("eq_vas")]
    seen = cohort.seen
    otherwise = ((patient >= 80) & (health >= 14)) | ((patient <= 30) & (health <= 6))
    otherwise |= (visits[..., _at("haq")] <= 16) & (health <= 2)
    return np.asarray((seen & otherwise).any(axis=1))


def able_against_strength(cohort: Cohort) -> Truth:
    """Tell who lost 40 % of all strength and hardly any ability, or is untroubled and disabled."""
    visits = _visits(cohort)
    haq = visits[..., _at("haq")]
    weak = 10 * visits[..., MMT] < 6 * cohort.mmt_max
    found = (weak & (haq < 12)) | ((visits[..., _at("patient_global")] <= 20) & (haq >= 16))
    return np.asarray((cohort.seen & found).any(axis=1))


def health_moved_far(cohort: Cohort) -> Truth:
    """Tell whose self-rated health moved further than responses explain."""
    moved = np.abs(cohort.end - cohort.baseline)[:, _at("eq_vas")]
    return np.asarray((moved > 9) & (cohort.end_scores < int(0.4 * TOP)))


def responders_feel_worse(cohort: Cohort) -> Truth:
    """Tell who responded and is worse in what patients report."""
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


def near_normal_on_one(cohort: Cohort) -> Truth:
    """Tell who is near normal on muscle testing at a visit and not on the MRC sum score."""
    visits = _visits(cohort)
    strong = 100 * visits[..., MMT] >= 96 * cohort.mmt_max
    weak = visits[..., _at("mrc_sum")] < 31
    return np.asarray((cohort.seen & strong & weak).any(axis=1))


def helped_without_need(cohort: Cohort) -> Truth:
    """Tell who needs help at a visit by the grade, and is able and strong or well."""
    visits = _visits(cohort)
    able = (visits[..., _at("mrs")] >= 3) & (visits[..., HAQ] <= 4)
    well = (visits[..., _at("eq_vas")] >= 16) | (100 * visits[..., MMT] >= 96 * cohort.mmt_max)
    return np.asarray((cohort.seen & able & well).any(axis=1))


def healthy_while_ill(cohort: Cohort) -> Truth:
    """Tell who calls the health excellent at a visit, and the disease active or life disabled."""
    visits = _visits(cohort)
    ill = (visits[..., _at("patient_global")] >= 30) | (visits[..., HAQ] >= 8)
    return np.asarray((cohort.seen & ill & (visits[..., _at("eq_vas")] >= 18)).any(axis=1))


def strength_rose_far(cohort: Cohort) -> Truth:
    """Tell whose muscle testing rose by more than the drawn limit of 75 points."""
    visits = _visits(cohort)
    return np.asarray((cohort.seen & (visits[..., MMT] - visits[:, :1, MMT] > 75)).any(axis=1))


def calm_while_worse(cohort: Cohort) -> Truth:
    """Tell whose disease the physician calls less active while strength and ability fell."""
    return expectations.calm_while_worse(cohort.end - cohort.baseline)


def worse_and_stayed(cohort: Cohort) -> Truth:
    """Tell who completed though strength fell and much was felt of it."""
    moved = cohort.end - cohort.baseline
    return expectations.worse_and_stayed(moved, rescued(_people(cohort)))


def feels_worse_and_stronger(cohort: Cohort) -> Truth:
    """Tell who gained strength and calls the disease or daily life far worse."""
    return expectations.feels_worse_and_stronger(cohort.end - cohort.baseline)


def imnm_ck_low(cohort: Cohort) -> Truth:
    """Tell who has IMNM with a CK that is too low at baseline."""
    return np.asarray(cohort.having("subtype", "imnm") & (cohort.baseline[:, CK] < IMNM_CK))


def stopped_improved(cohort: Cohort) -> Truth:
    """Tell who had rescue medication though the score or CK had improved."""
    fell = cohort.baseline[:, CK] > 5 * np.maximum(cohort.end[:, CK], 1)
    return np.asarray(rescued(_people(cohort)) & (fell | (cohort.end_scores >= int(0.2 * TOP))))


def stopped_swallowing_well(cohort: Cohort) -> Truth:
    """Tell who had dysphagia, swallowed normally at a visit, and had rescue medication."""
    people = _people(cohort)
    normal = cohort.seen & (_visits(cohort)[..., _at("swallowing")] > IMPAIRED)
    return np.asarray(rescued(people) & (people["dysphagia"] == 1) & normal.any(axis=1))


def signs_without_activity(cohort: Cohort) -> Truth:
    """Tell who has signs of joints or vessels, and next to no extramuscular activity at a visit."""
    calm = cohort.seen & (_visits(cohort)[..., EXTRAMUSCULAR] < LASTING)
    return np.asarray(lasting_signs(_people(cohort)) & calm.any(axis=1))


def global_below_extramuscular(cohort: Cohort) -> Truth:
    """Tell whose global activity is rated far below the extramuscular one at baseline."""
    start = cohort.baseline
    return np.asarray(start[:, EXTRAMUSCULAR] - start[:, PHYSICIAN] >= 15)


def _people(cohort: Cohort) -> dict[str, Ints]:
    return {name: values[cohort.analysed] for name, values in cohort.patients.items()}


def correlation(cohort: Cohort, time: str, one: str, other: str) -> float:
    """Return a correlation of normal scores, in the direction of health or of improvement."""
    values = {"baseline": cohort.baseline, "change": cohort.end - cohort.baseline}[time]
    pair = [_at(one), _at(other)]
    known = (cohort.baseline[:, pair] >= 0).all(axis=1) & (cohort.end[:, pair] >= 0).all(axis=1)
    first, second = (
        normal_scores(values[known, at], -int(SIGNS_OF_IMPROVEMENT[at])) for at in pair
    )
    return float(np.corrcoef(first, second)[0, 1])
