"""Plausibility rules on the assessments of a patient. They are ours; none is from the article.

``criteria.json`` holds the criteria of plausibility: ``name``, ``requirement`` in words, ``kind``
(hard: always met; soft: preferred), ``source``, and ``ranges`` where a criterion names measures
that exclude one another at an assessment: by measure least and greatest value in its unit, of MMT
in shares of its maximum, of CK in ULN. Its ``opposed`` are changes from the baseline that do not
occur together. Hard thresholds are deliberately lenient. The same rules serve for drawing and
for `tisstats.synthetic.plausibility`, which finds who breaks them.
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
from tisstats.synthetic.targets import MEASURES, Measure

DATA: Mapping[str, Any] = json.loads(
    files("tisstats.synthetic").joinpath("criteria.json").read_text(encoding="utf-8"),
    parse_float=Fraction,
)

#: Ranges that exclude one another at an assessment, by hard criterion.
CONTRADICTIONS: Mapping[str, Sequence[Mapping[str, Sequence[Fraction]]]] = {
    each["name"]: each["ranges"]
    for each in DATA["criteria"]
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
    "deltoid": Fraction(1, 2),
    "biceps": Fraction(1, 2),
    "psoas": Fraction(1, 2),
    "swallowing": Fraction(1, 2),
    "mrc_sum": Fraction(3, 4),
}
_FORCES = ("deltoid", "biceps", "psoas")

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
        self._rises = [MEASURES.index(name) for name in _FORCES]
        self._opposed = [
            tuple(
                value
                for measure, by in ((each["better"], each["by"]), (each["worse"], each["to"]))
                for value in (MEASURES.index(measure), int(by / SCALES[measure].step))
            )
            for each in DATA["opposed"]
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
