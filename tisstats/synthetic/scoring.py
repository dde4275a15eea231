"""The score, the definition of worsening and the signed-rank statistic, on whole numbers.

Scores are counted in units of 2.5 points, the step between all scores. Values are in steps of
their scales, the six core set measures in the last axis.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES, HAQ_MAX
from tisstats.synthetic.targets import CORE, MEASURES, Measure

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Points in one unit of a score.
POINTS_PER_UNIT = Fraction(5, 2)

#: Units of a score that no patient can exceed.
MAX_UNITS = int(100 / POINTS_PER_UNIT)

#: Measures of the core set by place in an array.

#: +1 where a fall is an improvement, -1 where a rise is.
SIGNS_OF_IMPROVEMENT = np.array(
    [1 if SCALES[measure].better == "lower" else -1 for measure in MEASURES], dtype=np.int64
)

_RULES = tuple(CORE_SET.values())

#: Points of the steps between bands, in units: (measures, 4).
_STEPS = np.rint(np.diff([rule.points for rule in _RULES]) / float(POINTS_PER_UNIT)).astype(
    np.int64
)

#: Worsening by the IMACS trial design tools: in cm, and in % of the patient's baseline value.
WORSE_CM, WORSE_MMT_PERCENT, WORSE_PERCENT, WORSE_COUNT = 2, 20, 30, 3


class Scorer:
    """Scores of visits of patients, each with an upper limit of normal of CK."""

    def __init__(self, uln: Ints, mmt_max: int) -> None:
        ranges: list[Fraction] = []
        for measure in MEASURES[:CORE]:
            scale = SCALES[measure]
            top = {"mmt": mmt_max, "haq": HAQ_MAX}.get(measure, scale.high)
            ranges.append(Fraction(0) if top is None else Fraction(top) / scale.step)
        # Least improvement in steps that lies above each cut, for every patient.
        self._above = np.empty((len(uln), CORE, 4), dtype=np.int64)
        for at, rule in enumerate(_RULES):
            for cut, percent in enumerate(rule.cutoffs):
                if at == Measure.CK:
                    limit = percent * ENZYMES["ck"].range_in_uln * uln
                    self._above[:, at, cut] = limit // 100 + 1
                else:
                    self._above[:, at, cut] = floor(percent * ranges[at] / 100) + 1

    def of(self, patients: Ints) -> Scorer:
        """Return the scorer of some of the patients, by their places."""
        some = object.__new__(Scorer)
        some._above = self._above[patients]
        return some

    def points(self, improvement: Ints, measure: int) -> Ints:
        """Return the units of one measure; patients in the first axis, any others after it."""
        extra = (1,) * (improvement.ndim - 1)
        units = np.zeros(improvement.shape, dtype=np.int64)
        for cut in range(4):
            above = self._above[:, measure, cut].reshape(-1, *extra)
            units += _STEPS[measure, cut] * (improvement >= above)
        return units

    def scores(self, baseline: Ints, after: Ints) -> Ints:
        """Return the units of the score; patients first, measures last, any axes between."""
        improvement = (baseline - after) * SIGNS_OF_IMPROVEMENT[:CORE]
        total = np.zeros(improvement.shape[:-1], dtype=np.int64)
        for measure in range(CORE):
            total += self.points(improvement[..., measure], measure)
        return total


def worse_by(baseline: Ints, after: Ints, measure: int, percent: int) -> Bools:
    """Return whether a measure is worse by so many per cent of its baseline value.

    Any rise from a baseline of 0 counts: no rule is published, and this one is the stricter.
    """
    worse = (after - baseline) * SIGNS_OF_IMPROVEMENT[measure]
    return np.asarray((worse > 0) & (100 * worse >= percent * baseline))


def worsened(baseline: Ints, after: Ints) -> Bools:
    """Return whether the IMACS definition of worsening is met; measures in the last axis."""
    risen = after - baseline >= int(WORSE_CM / SCALES["physician_global"].step)
    count = sum(
        worse_by(baseline[..., m], after[..., m], m, WORSE_PERCENT).astype(np.int64)
        for m in range(CORE)
    )
    mmt = Measure.MMT
    weaker = worse_by(baseline[..., mmt], after[..., mmt], mmt, WORSE_MMT_PERCENT)
    found: Bools = (
        (risen[..., Measure.PHYSICIAN] & weaker)
        | risen[..., Measure.EXTRAMUSCULAR]
        | (count >= WORSE_COUNT)
    )
    return found
