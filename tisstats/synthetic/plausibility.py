"""Plausibility criteria: what a clinician would expect beyond the article (ours).

First come rules on arrays of assessments, by which cohorts are drawn, then the criteria, which show
which patients of a finished cohort break them. Hard criteria are met by every cohort drawn with
them, and their thresholds are deliberately lenient. Soft ones are preferred, and breaches are
counted: the more plausible of two cohorts has fewer. None is a statement of the article, none
enters a proven bound, and where a source is named it supports the direction, not the threshold.

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
from tisstats.synthetic.scoring import MAX_UNITS, SIGNS_OF_IMPROVEMENT, Bools, Floats
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

#: Minimum CK at baseline with anti-HMGCR or anti-SRP, U/L: that of 75 patients with the first.
NECROTIZING_CK = 1050

#: Minimum CK at baseline in IMNM without such antibodies, U/L.
IMNM_CK = 1000

#: Change of MMT, as a share of its maximum, that other measures of strength must follow.
_MMT_CHANGE = Fraction(5, 100)

#: Minimum ratio to the baseline of each measure of strength unless MMT changed.
_MIN_RATIO = {
    **dict.fromkeys(FORCES, Fraction(1, 2)),
    "swallowing": Fraction(1, 2),
    "mrc_sum": Fraction(3, 4),
}

#: Limits of that ratio if MMT fell, and if it rose.
_MIN_RATIO_IF_MMT_FELL, _MIN_RATIO_IF_MMT_ROSE = Fraction(2, 5), Fraction(3, 4)

#: Maximum ratio of a force to its baseline, and if MMT rose.
_MAX_RATIO, _MAX_RATIO_IF_MMT_ROSE = 2, 3

#: Rise of the HAQ, in steps, that requires a loss of strength.
_HAQ_WORSE = 12


#: MMT as a share of its maximum, and the corresponding MRC sum score: the printed
#: quartiles of both, and full strength on both.
_STRENGTH = (0.0, 0.4, 0.73, 0.84, 0.92, 0.96, 1.0)
_MRC_SUM = (0.0, 16.0, 24.0, 27.5, 30.0, 33.0, 36.0)

#: Tolerated distance of the MRC sum score below and above that, points.
_MRC_BELOW, _MRC_ABOVE = 1.5, 4.0

#: Maximum steps of HAQ, and the maximum mRS with them; no limit above.
_MAX_MRS_BY_HAQ = ((1, 1), (4, 2), (8, 3))

#: Minimum extramuscular activity with arthritis or Raynaud's phenomenon, and tolerated distance of
#: the physician's global activity below extramuscular activity, mm.
MIN_ACTIVITY_WITH_SIGNS, _BELOW_EXTRAMUSCULAR = 2, 12

#: Maximum swallowing score of patients with dysphagia who had rescue medication.
IMPAIRED = 9

#: Maximum EQ VAS, in steps of 5 points, less one for each of so many mm of PaGA.
_EQ_VAS_MAX, _MM_PER_STEP = 20, 10

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
    """Sets of mutually exclusive ranges of measures at one assessment."""

    def __init__(self, ranges: Sequence[Mapping[str, Sequence[Fraction]]], mmt_max: int) -> None:
        self._mmt_max = mmt_max
        self._sets = [
            [_in_steps(measure, low, high) for measure, (low, high) in each.items()]
            for each in ranges
        ]

    def any(self, values: Ints, uln: Ints) -> Bools:
        """Return which assessments (measures in the last axis) are in one of the sets.

        A missing value is in no range.
        """
        # Thousandths of the maximum, rounded down, and of the ULN, rounded up.
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
        self._step = int(-(-_MMT_CHANGE * mmt_max // 1))
        self._falls = [(MEASURES.index(name), share) for name, share in _MIN_RATIO.items()]
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
                (moved <= -self._step, min(share, _MIN_RATIO_IF_MMT_FELL)),
                ((moved > -self._step) & (moved < self._step), share),
                (moved >= self._step, max(share, _MIN_RATIO_IF_MMT_ROSE)),
            ):
                fell = least.denominator * after[..., at] < least.numerator * baseline[..., at]
                found |= both & within & fell
        for at in self._rises:
            both = known & (after[..., at] >= 0) & (baseline[..., at] >= 0)
            most = np.where(moved >= self._step, _MAX_RATIO_IF_MMT_ROSE, _MAX_RATIO)
            found |= both & (after[..., at] > most * baseline[..., at])
        return found

    def opposed(self, baseline: Ints, after: Ints) -> Bools:
        """Return where one measure is much improved while a related one is much worse."""
        known = (baseline >= 0) & (after >= 0)
        better = np.where(known, (baseline - after) * SIGNS_OF_IMPROVEMENT, 0)
        # Much worse in daily life at unchanged strength.
        not_weaker = known[..., Measure.MMT] & (better[..., Measure.MMT] > -self._step)
        found: Bools = not_weaker & (better[..., Measure.HAQ] <= -_HAQ_WORSE)
        for one, by, other, to in self._opposed:
            found |= (better[..., one] >= by) & (better[..., other] <= -to)
        return found

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
    """Deviation of the assessments of one cohort from what a clinician expects.

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

        A missing value costs nothing.
        """
        known = values >= 0
        one = (slice(None),) + (None,) * (values.ndim - 2)

        def deviation(name: str, outside: Floats | Ints, *measures: int) -> Floats:
            there = known[..., list(measures)].all(axis=-1)
            return np.where(there, _WEIGHTS[name] * np.maximum(outside, 0) ** 2, 0.0)

        mrc = values[..., Measure.MRC_SUM]
        usual = np.interp(values[..., Measure.MMT] / self._mmt_max, _STRENGTH, _MRC_SUM)
        found = deviation("mrc", usual - _MRC_BELOW - mrc, Measure.MMT, Measure.MRC_SUM)
        found += deviation("mrc", mrc - usual - _MRC_ABOVE, Measure.MMT, Measure.MRC_SUM)
        for steps, grade in _MAX_MRS_BY_HAQ:
            excess = (values[..., Measure.HAQ] <= steps) * (values[..., Measure.MRS] - grade)
            found += deviation("grade", excess, Measure.HAQ, Measure.MRS)
        activity = values[..., Measure.EXTRAMUSCULAR]
        lacking = self._with_signs[who][one] * (MIN_ACTIVITY_WITH_SIGNS - activity)
        found += deviation("signs", lacking, Measure.EXTRAMUSCULAR)
        above = activity - values[..., Measure.PHYSICIAN] - _BELOW_EXTRAMUSCULAR
        found += deviation("global", above, Measure.EXTRAMUSCULAR, Measure.PHYSICIAN)
        healthy = (
            values[..., Measure.EQ_VAS] - _EQ_VAS_MAX + values[..., Measure.PATIENT] / _MM_PER_STEP
        )
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
        for each in _DATA["criteria"]
    ),
    *(
        _correlated(time, each["measures"], each["source"])
        for time in _MIN_CORRELATION
        for each in _DATA["correlated"]
    ),
)


def broken_hard_criteria(cohort: Cohort) -> list[str]:
    """Return the names of the hard criteria that a cohort breaks; none if drawn with them."""
    return [each.name for each in CRITERIA if each.kind == "hard" and each.breaches(cohort).any()]


def count_breaches(cohort: Cohort) -> int:
    """Count the breaches of criteria; one by the whole cohort counts three times."""
    return sum(
        (_COHORT_WEIGHT if each.is_cohort_level else 1) * int(each.breaches(cohort).sum())
        for each in CRITERIA
    )
