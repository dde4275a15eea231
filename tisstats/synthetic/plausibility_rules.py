"""Rules of plausibility on arrays of assessments, by which cohorts are drawn.

``criteria.json`` holds of each criterion ``name``, ``requirement`` in words, ``kind``, ``source``,
and ``ranges`` where it names measures that exclude one another at an assessment: by measure the
smallest and largest value in its unit, of MMT in shares of its maximum, of CK in ULN. A criterion
without ranges has a function of its name in `tisstats.synthetic.plausibility`. ``opposed`` are
changes from the baseline that do not occur together, ``correlated`` measures that correlate at
baseline and in their changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib.resources import files
from typing import Any

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.profiles import Profiles, active_signs, rescued
from tisstats.synthetic.scoring import SIGNS_OF_IMPROVEMENT, Bools, Floats
from tisstats.synthetic.targets import FORCES, MEASURES, Measure

#: What ``criteria.json`` holds.
WRITTEN: Mapping[str, Any] = json.loads(
    files("tisstats.synthetic").joinpath("criteria.json").read_text(encoding="utf-8"),
    parse_float=Fraction,
)

#: Ranges that exclude one another at an assessment, by hard criterion.
CONTRADICTIONS: Mapping[str, Sequence[Mapping[str, Sequence[Fraction]]]] = {
    each["name"]: each["ranges"]
    for each in WRITTEN["criteria"]
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
            for each in WRITTEN["opposed"]
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
