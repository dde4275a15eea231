"""Plausibility: what a clinician would expect of patients beyond what the article prints. Ours.

First come rules on arrays of assessments, by which cohorts are drawn, then the criteria, which tell
who breaks them in a finished cohort. Hard criteria are met by every cohort drawn with them, and
their thresholds are deliberately lenient. Soft ones are preferred, and breaches are counted: the
more plausible of two cohorts has fewer. None is a statement of the article, none enters a proven
bound, and where a source is named it supports the direction, not the threshold.

``criteria.json`` holds of each criterion ``name``, ``requirement`` in words, ``kind``, ``source``,
and ``ranges`` where it names measures that exclude one another at an assessment: by measure least
and greatest value in its unit, of MMT in shares of its maximum, of CK in ULN. A criterion without
ranges has a function of its name here that returns which patients break it. ``opposed`` are changes
from the baseline that do not occur together, ``correlated`` measures that correlate at baseline and
in their changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import WEEKS, Cohort
from tisstats.synthetic.latent import normal_scores
from tisstats.synthetic.profiles import Profiles, active_signs, necrotizing, rescued
from tisstats.synthetic.scoring import SIGNS_OF_IMPROVEMENT, TOP, Bools, Floats
from tisstats.synthetic.table2_rows import value_range
from tisstats.synthetic.targets import FORCES, MEASURES, Measure

_DATA: Mapping[str, Any] = json.loads(
    files("tisstats.synthetic").joinpath("criteria.json").read_text(encoding="utf-8"),
    parse_float=Fraction,
)

#: Ranges that exclude one another at an assessment, by hard criterion.
CONTRADICTIONS: Mapping[str, Sequence[Mapping[str, Sequence[Fraction]]]] = {
    each["name"]: each["ranges"]
    for each in _DATA["criteria"]
    if each["kind"] == "hard" and "ranges" in each
}

#: Least CK at baseline with anti-HMGCR and anti-SRP, U/L: the least of 75 patients with the first.
NECROTIZING_CK = 1050

#: Least CK at baseline in IMNM without such antibodies, U/L.
IMNM_CK = 1000

#: Change of muscle testing, share of its maximum, that other measures of strength must follow.
_MOVED = Fraction(5, 100)

#: Share of the baseline below which each measure of strength may not fall unless muscle testing
#: fell; no force may double then either.
_FALLS = {
    **dict.fromkeys(FORCES, Fraction(1, 2)),
    "swallowing": Fraction(1, 2),
    "mrc_sum": Fraction(3, 4),
}

#: The least such share if muscle testing fell, and if it rose.
_FALLS_WITH_LOSS, _FALLS_WITH_GAIN = Fraction(2, 5), Fraction(3, 4)

#: Multiple of the baseline above which no force rises, and if muscle testing rose.
_RISES, _RISES_WITH_GAIN = 2, 3

#: Rise of the HAQ, in steps, that needs a loss of strength.
_UNABLE = 12


#: Share of the points of muscle testing, and the MRC sum score that goes with it: the printed
#: quartiles of both, and full strength on both.
_STRENGTH = (0.0, 0.4, 0.73, 0.84, 0.92, 0.96, 1.0)
_MRC_SUM = (0.0, 16.0, 24.0, 27.5, 30.0, 33.0, 36.0)

#: How far the MRC sum score may lie below and above that, points.
_BELOW, _ABOVE = 1.5, 4.0

#: Highest mRS with so many steps of HAQ or fewer; no limit above.
_GRADES = ((1, 1), (4, 2), (8, 3))

#: Least extramuscular activity with arthritis or Raynaud's phenomenon, and how far the physician's
#: global activity may lie below it, mm.
MIN_ACTIVITY_WITH_SIGNS, _BELOW_EXTRAMUSCULAR = 2, 12

#: Swallowing of those with dysphagia who had rescue medication: less than normal.
IMPAIRED = 9

#: Self-rated health is at most 20 steps of 5 points less one for each so many mm of PaGA.
_HEALTHY, _MM_A_STEP = 20, 10

#: Weights of squared deviations in steps, on the scale of misfits, squared normal scores.
_WEIGHTS = {
    "mrc": 0.8,
    "grade": 6.0,
    "signs": 8.0,
    "global": 0.02,
    "swallowing": 20.0,
    "health": 0.5,
}


#: Change from one visit to the next that is a jump, in the unit of each measure; forces and CK
#: jump by factors.
_JUMPS = {
    "physician_global": Fraction(3),
    "patient_global": Fraction(4),
    "mmt": Fraction(40),
    "haq": Fraction(11, 8),
    "mrc_sum": Fraction(8),
    "swallowing": Fraction(3),
    "mrs": Fraction(2),
    "eq_vas": Fraction(40),
}
_JUMP_STEPS = np.array(
    [int(_JUMPS[name] / SCALES[name].step) if name in _JUMPS else 10**9 for name in MEASURES]
)


def jumps(before: Ints, after: Ints) -> Bools:
    """Return whether each measure (last axis) jumps between two visits."""
    return np.asarray((np.abs(after - before) >= _JUMP_STEPS) & (before >= 0) & (after >= 0))


class Ranges:
    """Sets of ranges of measures, each of which no assessment may be in at once."""

    def __init__(self, ranges: Sequence[Mapping[str, Sequence[Fraction]]], mmt_max: int) -> None:
        self._mmt_max = mmt_max
        self._sets = [
            [_in_steps(measure, low, high) for measure, (low, high) in each.items()]
            for each in ranges
        ]

    def any(self, values: Ints, uln: Ints) -> Bools:
        """Return which assessments (measures in the last axis) are in one of the sets.

        A value that is missing is in no range.
        """
        # Thousandths of the maximum, rounded down, and of the limit of normal, rounded up.
        mmt, ck = values[..., Measure.MMT], values[..., Measure.CK]
        columns: dict[int, Ints] = {
            Measure.MMT: np.where(mmt < 0, -1, mmt * 1000 // self._mmt_max),
            Measure.CK: np.where(ck < 0, -1, -(ck * -1000 // uln)),
        }
        found: Bools = np.zeros(values.shape[:-1], dtype=bool)
        for ranges in self._sets:
            hit: Bools = np.ones(values.shape[:-1], dtype=bool)
            for at, low, high in ranges:
                column = columns.setdefault(at, values[..., at])
                hit &= (column >= low) & (column <= high)
            found |= hit
        return found


def _in_steps(measure: str, low: Fraction, high: Fraction) -> tuple[int, int, int]:
    unit = Fraction(1, 1000) if measure in ("mmt", "ck") else SCALES[measure].step
    return MEASURES.index(measure), int(-(-low // unit)), int(high // unit)


class Contradictions:
    """Rules of hard criteria, on values in steps of the scales."""

    def __init__(self, mmt_max: int) -> None:
        every = [ranges for sets in CONTRADICTIONS.values() for ranges in sets]
        self.at = Ranges(every, mmt_max).any
        self._step = int(-(-_MOVED * mmt_max // 1))
        self._falls = [(MEASURES.index(name), share) for name, share in _FALLS.items()]
        self._rises = [MEASURES.index(name) for name in FORCES]
        self._opposed = [
            tuple(
                value
                for measure, by in ((each["better"], each["by"]), (each["worse"], each["to"]))
                for value in (MEASURES.index(measure), int(by / SCALES[measure].step))
            )
            for each in _DATA["opposed"]
        ]

    def strength_discordant(self, baseline: Ints, after: Ints) -> Bools:
        """Return where another measure of strength falls or rises without muscle testing."""
        moved = after[..., Measure.MMT] - baseline[..., Measure.MMT]
        known = baseline[..., Measure.MMT] >= 0
        found: Bools = np.zeros(moved.shape, dtype=bool)
        for at, share in self._falls:
            both = known & (after[..., at] >= 0) & (baseline[..., at] >= 0)
            for within, least in (
                (moved <= -self._step, min(share, _FALLS_WITH_LOSS)),
                ((moved > -self._step) & (moved < self._step), share),
                (moved >= self._step, max(share, _FALLS_WITH_GAIN)),
            ):
                fell = least.denominator * after[..., at] < least.numerator * baseline[..., at]
                found |= both & within & fell
        for at in self._rises:
            both = known & (after[..., at] >= 0) & (baseline[..., at] >= 0)
            most = np.where(moved >= self._step, _RISES_WITH_GAIN, _RISES)
            found |= both & (after[..., at] > most * baseline[..., at])
        return found

    def opposed(self, baseline: Ints, after: Ints) -> Bools:
        """Return where one measure is much improved while a related one is much worse."""
        known = (baseline >= 0) & (after >= 0)
        better = np.where(known, (baseline - after) * SIGNS_OF_IMPROVEMENT, 0)
        found: Bools = np.zeros(better.shape[:-1], dtype=bool)
        for one, by, other, to in self._opposed:
            found |= (better[..., one] >= by) & (better[..., other] <= -to)
        # Much worse in daily life at unchanged strength.
        unable = (better[..., Measure.HAQ] <= -_UNABLE) & (better[..., Measure.MMT] > -self._step)
        return found | (unable & known[..., Measure.MMT])

    def between(self, baseline: Ints, after: Ints) -> Bools:
        """Return where changes from the baseline contradict each other in either way."""
        return self.strength_discordant(baseline, after) | self.opposed(baseline, after)


def less_active_but_weaker(moved: Ints) -> Bools:
    """Return where strength and ability fell while the physician saw less activity."""
    worse = (moved[:, Measure.MMT] <= -13) & (moved[:, Measure.HAQ] >= 2)
    return np.asarray(worse & (moved[:, Measure.PHYSICIAN] <= -5))


def worse_but_completed(moved: Ints, stopped: Bools) -> Bools:
    """Return where strength fell, with a clearly worse report, in patients who completed."""
    felt = (moved[:, Measure.HAQ] >= 6) | (moved[:, Measure.PATIENT] >= 30)
    return np.asarray((moved[:, Measure.MMT] <= -13) & felt & ~stopped)


def stronger_but_reports_worse(moved: Ints) -> Bools:
    """Return where strength was gained while the patient reported much worse."""
    felt = (moved[:, Measure.PATIENT] >= 35) | (moved[:, Measure.HAQ] >= 8)
    return np.asarray((moved[:, Measure.MMT] >= 5) & felt)


class Expectations:
    """How far assessments of the patients of one cohort lie from what a clinician expects.

    An expectation is a range that one measure should have, given other measures, signs or the
    course of the patient; the cost of a value grows with its distance outside the range.
    """

    def __init__(self, profiles: Profiles, mmt_max: int) -> None:
        self._mmt_max = mmt_max
        self._with_signs = active_signs(profiles)
        self._stopped = rescued(profiles)
        self._impaired = self._stopped & (profiles["dysphagia"] == 1)

    def cost(self, values: Ints, who: Ints) -> Floats:
        """Return the cost of each assessment; patients in the first axis, measures in the last.

        A value that is missing costs nothing.
        """
        known = values >= 0
        one = (slice(None),) + (None,) * (values.ndim - 2)

        def deviation(name: str, outside: Floats | Ints, *measures: int) -> Floats:
            there = known[..., list(measures)].all(axis=-1)
            return np.where(there, _WEIGHTS[name] * np.maximum(outside, 0) ** 2, 0.0)

        share = values[..., Measure.MMT] / self._mmt_max
        mrc = values[..., Measure.MRC_SUM]
        usual = np.interp(share, _STRENGTH, _MRC_SUM)
        found = deviation("mrc", usual - _BELOW - mrc, Measure.MMT, Measure.MRC_SUM)
        found += deviation("mrc", mrc - usual - _ABOVE, Measure.MMT, Measure.MRC_SUM)
        for steps, grade in _GRADES:
            able = values[..., Measure.HAQ] <= steps
            excess = able * (values[..., Measure.MRS] - grade)
            found += deviation("grade", excess, Measure.HAQ, Measure.MRS)
        activity = values[..., Measure.EXTRAMUSCULAR]
        lacking = self._with_signs[who][one] * (MIN_ACTIVITY_WITH_SIGNS - activity)
        found += deviation("signs", lacking, Measure.EXTRAMUSCULAR)
        above = activity - values[..., Measure.PHYSICIAN] - _BELOW_EXTRAMUSCULAR
        found += deviation("global", above, Measure.EXTRAMUSCULAR, Measure.PHYSICIAN)
        healthy = values[..., Measure.EQ_VAS] - _HEALTHY + values[..., Measure.PATIENT] / _MM_A_STEP
        found += deviation("health", healthy, Measure.EQ_VAS, Measure.PATIENT)
        above = self._impaired[who][one] * (values[..., Measure.SWALLOWING] - IMPAIRED)
        return found + deviation("swallowing", above, Measure.SWALLOWING)

    def count_discordant(self, start: Ints, end: Ints) -> int:
        """Count the patients with discordant changes."""
        moved = end - start
        odd = less_active_but_weaker(moved) | worse_but_completed(moved, self._stopped)
        return int((odd | stronger_but_reports_worse(moved)).sum())


#: Weight of a breach by the whole cohort, in breaches by a patient.
_COHORT_WEIGHT = 3

#: Least rank correlation, in the direction of health, of measures that correlate.
_LEAST_CORRELATION = {"baseline": 0.1, "change": 0.3}


#: Units of the score from which on a patient has improved minimally, and responded.
_MINIMAL, _RESPONSE = int(0.2 * TOP), int(0.4 * TOP)

Breaches = Callable[[Cohort], Bools]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of plausibility."""

    name: str  #: short name
    requirement: str  #: what it requires, in words
    kind: Literal["hard", "soft"]  #: always met, or preferred
    source: str  #: where it comes from
    breaches: Breaches  #: who breaks it: patients, or one entry for the cohort

    @property
    def of_cohort(self) -> bool:
        """Whether it is of all patients together."""
        return self.name.startswith("correlated_")


def strength_moves_together(cohort: Cohort) -> Bools:
    """Return who has a force, swallowing or MRC sum that leaves muscle testing behind."""
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
        there = cohort.seen[:, at - 1]
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
        known = (one >= 0) & (other >= 0)
        high = np.maximum(one, other)
        net = np.maximum(cohort.baseline[:, at], cohort.end[:, at])
        low = np.maximum(np.minimum(cohort.baseline[:, at], cohort.end[:, at]), 1)
        # A change from baseline to end that is as great explains the step.
        calm = (net < factor * low)[:, None]
        far = known & (high > factor * np.minimum(one, other)) & (high > floor)
        found |= (far & calm).any(axis=1)
    return found


def deltoid_and_biceps_proportionate(cohort: Cohort) -> Bools:
    """Return whose deltoid and biceps differ in strength beyond what is usual."""
    deltoid, biceps = cohort.baseline[:, Measure.DELTOID], cohort.baseline[:, Measure.BICEPS]
    return np.asarray((deltoid > 3 * biceps) | (biceps > 5 * deltoid))


def eq_vas_change_bounded(cohort: Cohort) -> Bools:
    """Return whose self-rated health moved further than responses explain."""
    moved = np.abs(cohort.end - cohort.baseline)[:, Measure.EQ_VAS]
    return np.asarray((moved > 9) & (cohort.end_scores < _RESPONSE))


def responders_not_worse_by_report(cohort: Cohort) -> Bools:
    """Return who responded and is worse in what patients report."""
    moved = (cohort.end - cohort.baseline) * -SIGNS_OF_IMPROVEMENT
    worse = (moved[:, [Measure.PATIENT, Measure.HAQ, Measure.EQ_VAS]] < 0).any(axis=1)
    return np.asarray((cohort.end_scores >= _RESPONSE) & worse)


def not_at_sampling_limits(cohort: Cohort) -> Bools:
    """Return who has a CK or a force at the very end of what is drawn, at a visit."""
    found: Bools = np.zeros(cohort.seen.shape, dtype=bool)
    for at in (Measure.CK, Measure.DELTOID, Measure.BICEPS, Measure.PSOAS):
        values = cohort.assessed[..., at]
        found |= cohort.seen & np.isin(values, value_range(MEASURES[at], Assumptions()))
    return np.asarray(found.any(axis=1))


def mmt_gain_bounded(cohort: Cohort) -> Bools:
    """Return whose muscle testing rose by more than the drawn limit of 75 points."""
    strength = cohort.assessed[..., Measure.MMT]
    return np.asarray((cohort.seen & (strength - strength[:, :1] > 75)).any(axis=1))


def activity_not_lower_when_weaker(cohort: Cohort) -> Bools:
    """Return whose disease the physician calls less active while strength and ability fell."""
    return less_active_but_weaker(cohort.end - cohort.baseline)


def worsened_patients_discontinue(cohort: Cohort) -> Bools:
    """Return who completed though strength fell and much was felt of it."""
    return worse_but_completed(cohort.end - cohort.baseline, rescued(cohort.profiles))


def stronger_not_worse_by_report(cohort: Cohort) -> Bools:
    """Return who gained strength and calls the disease or daily life far worse."""
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
    normal = cohort.seen & (cohort.assessed[..., Measure.SWALLOWING] > IMPAIRED)
    with_dysphagia = rescued(cohort.profiles) & (cohort.column("dysphagia") == 1)
    return np.asarray(with_dysphagia & normal.any(axis=1))


def extramuscular_activity_with_signs(cohort: Cohort) -> Bools:
    """Return who has signs of joints or vessels and next to no activity of them at a visit."""
    calm = cohort.seen & (cohort.assessed[..., Measure.EXTRAMUSCULAR] < MIN_ACTIVITY_WITH_SIGNS)
    return np.asarray(active_signs(cohort.profiles) & calm.any(axis=1))


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


def _correlated(time: str, measures: tuple[str, str], source: str) -> Criterion:
    """Make the criterion that two measures correlate at baseline or in their change."""
    one, other = measures
    names = SCALES[one].abbreviation, SCALES[other].abbreviation

    def breaches(cohort: Cohort) -> Bools:
        return np.array([correlation(cohort, time, one, other) < _LEAST_CORRELATION[time]])

    return Criterion(
        f"correlated_{time}_{one}_{other}",
        f"{names[0]} and {names[1]} correlate {'at' if time == 'baseline' else 'in their'} {time}: "
        f"rank correlation at least {_LEAST_CORRELATION[time]:g} in the direction of health",
        "soft",
        source,
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
            _within(each["ranges"]) if "ranges" in each else globals()[each["name"]],
        )
        for each in _DATA["criteria"]
    ),
    *(
        _correlated(time, each["measures"], each["source"])
        for time in _LEAST_CORRELATION
        for each in _DATA["correlated"]
    ),
)


def broken_hard_criteria(cohort: Cohort) -> list[str]:
    """Return the names of the hard criteria that a cohort breaks; none if drawn with them."""
    return [each.name for each in CRITERIA if each.kind == "hard" and each.breaches(cohort).any()]


def count_breaches(cohort: Cohort) -> int:
    """Count the breaches of criteria; one by the whole cohort counts three times."""
    return sum(
        (_COHORT_WEIGHT if each.of_cohort else 1) * int(each.breaches(cohort).sum())
        for each in CRITERIA
    )
