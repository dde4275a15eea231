"""Plausibility criteria: what a clinician would expect beyond the article (ours).

The criteria show which patients of a finished cohort break them; cohorts are drawn by the rules of
`tisstats.synthetic.plausibility_rules`. Hard criteria are met by every cohort drawn with
them, and their thresholds are deliberately lenient. Soft ones are preferred, and breaches are
counted: the more plausible of two cohorts has fewer. None is a statement of the article, none
enters a proven bound, and where a source is named it supports the direction, not the threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import WEEKS, Cohort
from tisstats.synthetic.latent import normal_scores
from tisstats.synthetic.plausibility_rules import (
    IMNM_CK,
    IMPAIRED,
    MIN_ACTIVITY_WITH_SIGNS,
    NECROTIZING_CK,
    WRITTEN,
    Contradictions,
    Ranges,
    jumps,
    less_active_but_weaker,
    stronger_but_reports_worse,
    worse_but_completed,
)
from tisstats.synthetic.profiles import active_signs, necrotizing, rescued
from tisstats.synthetic.scoring import MAX_UNITS, SIGNS_OF_IMPROVEMENT, Bools
from tisstats.synthetic.table2_rows import value_range
from tisstats.synthetic.targets import MEASURES, Measure

#: Weight of a breach by the whole cohort, in breaches by a patient.
_COHORT_WEIGHT = 3

#: Minimum rank correlation, signed towards health, of measures that should correlate.
_MIN_CORRELATION = {"baseline": 0.1, "change": 0.3}

#: Units of the score from which on a patient has improved minimally, and responded.
_MINIMAL, _RESPONSE = int(0.2 * MAX_UNITS), int(0.4 * MAX_UNITS)

Breaches = Callable[[Cohort], Bools]


@dataclass(frozen=True, slots=True)
class PlausibilityCriterion:
    """One criterion of plausibility."""

    name: str  #: short name
    requirement: str  #: what it requires, in words
    kind: Literal["hard", "soft"]  #: always met, or preferred
    source: str  #: where it comes from
    breaches: Breaches  #: mask of patients that break it, or one entry for the cohort

    @property
    def is_cohort_level(self) -> bool:
        """Whether it applies to all patients together."""
        return self.name.startswith("correlated_")


def strength_moves_together(cohort: Cohort) -> Bools:
    """Return which patients have a force, swallowing or MRC sum discordant with MMT."""
    visits = cohort.assessed
    apart = Contradictions(cohort.mmt_max).strength_discordant(visits[:, :1], visits)
    return np.asarray(apart.any(axis=1))


def changes_not_opposed(cohort: Cohort) -> Bools:
    """Return who has changes that contradict each other."""
    visits = cohort.assessed
    opposed = Contradictions(cohort.mmt_max).opposed(visits[:, :1], visits)
    return np.asarray(opposed.any(axis=1))


def ck_with_anti_hmgcr_or_anti_srp(cohort: Cohort) -> Bools:
    """Return who has anti-HMGCR or anti-SRP with a CK that is too low at baseline."""
    low = cohort.baseline[:, Measure.CK] < NECROTIZING_CK
    return np.asarray(necrotizing(cohort.profiles) & low)


def ck_consistent_with_subtype(cohort: Cohort) -> Bools:
    """Return whose CK at baseline is unusual for the subtype or the antibody."""
    ck, uln = cohort.baseline[:, Measure.CK], cohort.column("ck_uln")
    high = cohort.where("subtype", "dm") & (ck > 50 * uln)
    high |= cohort.where("msa", "anti_mda5") & (ck > 10 * uln)
    return np.asarray(high | (cohort.where("subtype", "imnm") & (ck <= uln)))


def ck_fold_decrease_bounded(cohort: Cohort) -> Bools:
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
        there = cohort.is_assessed[:, at - 1]
        before[:, at] = np.where(there[:, None], visits[:, at - 1], before[:, at - 1])
    return before[:, 1:], visits[:, 1:]


def no_jumps_between_visits(cohort: Cohort) -> Bools:
    """Return who has a jump between visits that the change to the end does not explain."""
    before, after = steps(cohort)
    explained = np.abs(cohort.end - cohort.baseline)[:, None]
    far = jumps(before, after) & (np.abs(after - before) > explained)
    return np.asarray(far.any(axis=(1, 2)))


def no_ck_jumps_between_visits(cohort: Cohort) -> Bools:
    """Return whose CK changed threefold between visits, and not from baseline to end."""
    return _factor(cohort, (Measure.CK,), 3, 2 * cohort.column("ck_uln")[:, None])


def no_force_jumps_between_visits(cohort: Cohort) -> Bools:
    """Return who has a force that changed twofold between visits, and not from baseline to end."""
    return _factor(cohort, (Measure.DELTOID, Measure.BICEPS, Measure.PSOAS), 2, 60)


def _factor(cohort: Cohort, places: Sequence[int], factor: int, floor: Ints | int) -> Bools:
    before, after = steps(cohort)
    found = np.zeros(len(before), dtype=bool)
    for at in places:
        one, other = before[..., at], after[..., at]
        high = np.maximum(one, other)
        known = (one >= 0) & (other >= 0)
        start, end = cohort.baseline[:, at], cohort.end[:, at]
        low = np.maximum(np.minimum(start, end), 1)
        # An equally large change from baseline to end explains the step.
        calm = np.maximum(start, end) < factor * low
        far = known & (high > factor * np.minimum(one, other)) & (high > floor)
        found |= calm & far.any(axis=1)
    return found


def deltoid_and_biceps_proportionate(cohort: Cohort) -> Bools:
    """Return whose deltoid and biceps are out of proportion."""
    deltoid, biceps = cohort.baseline[:, Measure.DELTOID], cohort.baseline[:, Measure.BICEPS]
    return np.asarray((deltoid > 3 * biceps) | (biceps > 5 * deltoid))


def eq_vas_change_bounded(cohort: Cohort) -> Bools:
    """Return whose EQ VAS changed by more than their response explains."""
    moved = np.abs(cohort.end - cohort.baseline)[:, Measure.EQ_VAS]
    return np.asarray((moved > 9) & (cohort.end_scores < _RESPONSE))


def responders_not_worse_by_report(cohort: Cohort) -> Bools:
    """Return who responded and is worse in what patients report."""
    moved = (cohort.end - cohort.baseline) * -SIGNS_OF_IMPROVEMENT
    worse = (moved[:, [Measure.PATIENT, Measure.HAQ, Measure.EQ_VAS]] < 0).any(axis=1)
    return np.asarray((cohort.end_scores >= _RESPONSE) & worse)


def not_at_sampling_limits(cohort: Cohort) -> Bools:
    """Return which patients have a CK or a force at a limit of the sampling range."""
    found: Bools = np.zeros(cohort.is_assessed.shape, dtype=bool)
    for at in (Measure.CK, Measure.DELTOID, Measure.BICEPS, Measure.PSOAS):
        values = cohort.assessed[..., at]
        found |= cohort.is_assessed & np.isin(values, value_range(MEASURES[at], Assumptions()))
    return np.asarray(found.any(axis=1))


def mmt_gain_bounded(cohort: Cohort) -> Bools:
    """Return whose MMT score rose by more than 75 points."""
    strength = cohort.assessed[..., Measure.MMT]
    return np.asarray((cohort.is_assessed & (strength - strength[:, :1] > 75)).any(axis=1))


def activity_not_lower_when_weaker(cohort: Cohort) -> Bools:
    """Return whose PhGA fell while MMT and HAQ worsened."""
    return less_active_but_weaker(cohort.end - cohort.baseline)


def worsened_patients_discontinue(cohort: Cohort) -> Bools:
    """Return who completed although strength fell with clearly worse patient reports."""
    return worse_but_completed(cohort.end - cohort.baseline, rescued(cohort.profiles))


def stronger_not_worse_by_report(cohort: Cohort) -> Bools:
    """Return who gained strength but reports much worse disease or function."""
    return stronger_but_reports_worse(cohort.end - cohort.baseline)


def ck_of_imnm(cohort: Cohort) -> Bools:
    """Return who has IMNM with a CK that is too low at baseline."""
    return np.asarray(cohort.where("subtype", "imnm") & (cohort.baseline[:, Measure.CK] < IMNM_CK))


def rescue_only_if_not_improved(cohort: Cohort) -> Bools:
    """Return who had rescue medication though the score or CK had improved."""
    improved = _fell(cohort, 5) | (cohort.end_scores >= _MINIMAL)
    return np.asarray(rescued(cohort.profiles) & improved)


def rescue_with_impaired_swallowing(cohort: Cohort) -> Bools:
    """Return who had dysphagia, swallowed normally at a visit, and had rescue medication."""
    normal = cohort.is_assessed & (cohort.assessed[..., Measure.SWALLOWING] > IMPAIRED)
    with_dysphagia = rescued(cohort.profiles) & (cohort.column("dysphagia") == 1)
    return np.asarray(with_dysphagia & normal.any(axis=1))


def extramuscular_activity_with_signs(cohort: Cohort) -> Bools:
    """Return who has arthritis or Raynaud's phenomenon with hardly any activity at a visit."""
    calm = cohort.assessed[..., Measure.EXTRAMUSCULAR] < MIN_ACTIVITY_WITH_SIGNS
    return active_signs(cohort.profiles) & (cohort.is_assessed & calm).any(axis=1)


def global_with_extramuscular(cohort: Cohort) -> Bools:
    """Return whose PhGA is far below extramuscular activity at baseline."""
    start = cohort.baseline
    return np.asarray(start[:, Measure.EXTRAMUSCULAR] - start[:, Measure.PHYSICIAN] >= 15)


def _within(ranges: Sequence[Mapping[str, Sequence[Fraction]]]) -> Breaches:
    """Return the test of mutually exclusive ranges."""

    def breaches(cohort: Cohort) -> Bools:
        inside = Ranges(ranges, cohort.mmt_max)
        found = inside.any(cohort.assessed, cohort.column("ck_uln")[:, None])
        return np.asarray(found.any(axis=1))

    return breaches


def correlation(cohort: Cohort, time: str, one: str, other: str) -> float:
    """Return a correlation of normal scores, signed towards health or improvement."""
    values = {"baseline": cohort.baseline, "change": cohort.end - cohort.baseline}[time]
    pair = [MEASURES.index(one), MEASURES.index(other)]
    known = (cohort.baseline[:, pair] >= 0).all(axis=1) & (cohort.end[:, pair] >= 0).all(axis=1)
    first, second = (
        normal_scores(values[known, at], -int(SIGNS_OF_IMPROVEMENT[at])) for at in pair
    )
    return float(np.corrcoef(first, second)[0, 1])


def _correlated(time: str, measures: tuple[str, str], source: str) -> PlausibilityCriterion:
    """Return the criterion that two measures correlate at baseline or in their change."""
    one, other = measures
    names = SCALES[one].abbreviation, SCALES[other].abbreviation

    def breaches(cohort: Cohort) -> Bools:
        return np.array([correlation(cohort, time, one, other) < _MIN_CORRELATION[time]])

    return PlausibilityCriterion(
        f"correlated_{time}_{one}_{other}",
        f"{names[0]} and {names[1]} correlate {'at' if time == 'baseline' else 'in their'} {time}: "
        f"rank correlation at least {_MIN_CORRELATION[time]:g}, signed towards health",
        "soft",
        source,
        breaches,
    )


#: Every criterion: the hard ones first.
CRITERIA: tuple[PlausibilityCriterion, ...] = (
    *(
        PlausibilityCriterion(
            each["name"],
            each["requirement"],
            each["kind"],
            each["source"],
            _within(each["ranges"]) if "ranges" in each else globals()[each["name"]],
        )
        for each in WRITTEN["criteria"]
    ),
    *(
        _correlated(time, each["measures"], each["source"])
        for time in _MIN_CORRELATION
        for each in WRITTEN["correlated"]
    ),
)


def count_breaches(cohort: Cohort) -> int:
    """Count the breaches of criteria; one by the whole cohort counts three times."""
    return sum(
        (_COHORT_WEIGHT if each.is_cohort_level else 1) * int(each.breaches(cohort).sum())
        for each in CRITERIA
    )
