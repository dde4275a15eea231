"""Draw one row of Table 2: pairs of baseline and change that give its quartiles and P value.

`tisstats.forensics.paired_rows` draws them; this module adds what the study and the
assumptions require of them. Pairs are assigned to patients afterwards.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tisstats.forensics.order_statistics import Ints, Transform
from tisstats.forensics.paired_rows import PairSampler
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.scoring import Bools
from tisstats.synthetic.targets import CORE, FORCES, MEASURES, Measure, Targets

#: Grade of the modified Rankin scale of a bedridden patient.
BEDRIDDEN = 5

#: Smallest and largest end, then smallest and largest change, in steps, of the patient who is
#: bedridden at the end: weak and unable.
BEDRIDDEN_LIMITS = {
    "mmt": (0, 169, -52, -1),
    "haq": (18, 24, 0, 12),
    "mrs": (BEDRIDDEN, BEDRIDDEN, 1, BEDRIDDEN),
}

#: Largest gain on muscle testing that is drawn, points.
LARGEST_GAIN = 70

#: Largest rise of extramuscular activity, in steps; a greater one is worsening by itself.
WORST_EXTRAMUSCULAR = 19

#: Noise between the end of CK and the size of its change, on a logarithmic scale.
_CK_NOISE = 2.0

#: Measures drawn on a logarithmic scale, and the scale of their changes.
_LOG = (np.log1p, np.expm1)
_LEVEL_WARPS: dict[str, Transform] = dict.fromkeys(("ck", *FORCES), _LOG)
_CHANGE_WARPS: dict[str, Transform] = {
    "ck": (lambda x: np.arcsinh(x / 20), lambda x: 20 * np.sinh(x)),
}


class RowSampler(PairSampler):
    """Draws pairs for one measure, repeatedly."""

    def __init__(
        self,
        measure: str,
        targets: Targets,
        assumptions: Assumptions,
        without_dysphagia: int,
    ) -> None:
        super().__init__(
            targets.rows[measure],
            value_range(measure, assumptions),
            baseline_range(measure, targets, assumptions),
            change_range(measure, assumptions),
            level_scale=_LEVEL_WARPS.get(measure),
            change_scale=_CHANGE_WARPS.get(measure),
        )
        self.measure = measure
        #: Number of pairs that are 10 before and after; no other baseline is 10.
        self.at_best = (
            without_dysphagia
            if measure == "swallowing" and assumptions.swallowing_follows_dysphagia
            else 0
        )
        #: Smallest and largest end that one of the patients must have, and that patient's change.
        self.bedridden_limits = BEDRIDDEN_LIMITS.get(measure) if assumptions.plausibility else None
        if measure == "mrs" and self.bedridden_limits is None:
            self.bedridden_limits = (BEDRIDDEN, BEDRIDDEN, 0, BEDRIDDEN)
        #: Greatest end and baseline of all others.
        self.others_high = self.values[1]
        if measure == "mrs" and assumptions.only_one_bedridden:
            self.others_high = BEDRIDDEN - 1

    def allowed(self, changes: Ints) -> Bools:
        """Return which sets of changes have enough patients whose swallowing does not change."""
        return np.asarray((changes == 0).sum(axis=1) >= self.at_best)

    def baseline_limits(self, rng: np.random.Generator, change: Ints) -> tuple[Ints, Ints] | None:
        """Return the smallest and largest baseline of each change; None where there are none."""
        low = np.maximum(self.baselines[0], self.values[0] - change)
        high = np.minimum(self.baselines[1], self.values[1] - change)
        if self.at_best:
            best = np.flatnonzero(change == 0)
            best = best[rng.permutation(len(best))[: self.at_best]]
            high = np.minimum(high, self.values[1] - 1)
            low[best] = high[best] = self.values[1]
        others = np.minimum(high, self.others_high - np.maximum(change, 0))
        if self.bedridden_limits is None:
            return low, others
        least, most, least_change, most_change = self.bedridden_limits
        narrow = np.maximum(low, least - change), np.minimum(high, most - change)
        able = np.flatnonzero(
            (change >= least_change) & (change <= most_change) & (narrow[0] <= narrow[1])
        )
        if not len(able):
            return None
        bedridden = able[rng.integers(len(able))]
        low[bedridden], others[bedridden] = narrow[0][bedridden], narrow[1][bedridden]
        return low, others

    def pair_ends(self, rng: np.random.Generator, late: Ints, change: Ints) -> Ints:
        """Assign sorted ends to changes; of CK, large decreases may end high or low."""
        if self.measure != "ck":
            return super().pair_ends(rng, late, change)
        places = np.log1p(np.abs(change)) + rng.normal(0, _CK_NOISE, late.shape)
        ends: Ints = np.take_along_axis(
            late, np.argsort(np.argsort(places, axis=1), axis=1), axis=1
        )
        return ends.T


def change_range(measure: str, assumptions: Assumptions) -> tuple[int, int]:
    """Return the smallest and largest change of a measure, in steps of its scale."""
    low, high = value_range(measure, assumptions)
    span = round(assumptions.max_relative_change * (high - low))
    if measure == "mmt":
        gain = LARGEST_GAIN if assumptions.plausibility else high
        return -assumptions.mmt_max_decrease, min(span, gain)
    force = int(assumptions.force_max_change / SCALES["deltoid"].step)
    return {
        "ck": (low - high, assumptions.ck_max_increase),
        "mrc_sum": (-assumptions.mrc_max_change, assumptions.mrc_max_change),
        "extramuscular": (-span, WORST_EXTRAMUSCULAR),
        **dict.fromkeys(FORCES, (-force, force)),
    }.get(measure, (-span, span))


def value_range(measure: str, assumptions: Assumptions) -> tuple[int, int]:
    """Return the smallest and largest value of a measure, in steps of its scale."""
    scale = SCALES[measure]
    lows: dict[str, int] = {
        "ck": assumptions.ck_min,
        "mmt": assumptions.mmt_min,
        "swallowing": assumptions.swallowing_min,
        "mrc_sum": assumptions.mrc_min,
        **dict.fromkeys(FORCES, assumptions.force_min),
    }
    highs: dict[str, int | Fraction] = {
        "ck": assumptions.ck_max,
        "mmt": assumptions.mmt_max,
        "extramuscular": assumptions.extramuscular_max * scale.step,
        "mrs": assumptions.mrs_max,
        **dict.fromkeys(FORCES, assumptions.force_max),
    }
    low, high = lows.get(measure, scale.low), highs.get(measure, scale.high)
    if high is None:
        raise ValueError(f"no largest value of {measure} is assumed")
    return int(low / scale.step), int(high / scale.step)


def abnormal_from(assumptions: Assumptions, ck_uln: Ints) -> Ints:
    """Return from which baseline on each core set measure of each patient is abnormal.

    Parameters
    ----------
    assumptions
        The cut-offs.
    ck_uln
        Upper limit of normal of CK of each patient, U/L.

    Returns
    -------
    ndarray
        In steps of each scale; patients first, measures last. It is 0 for muscle testing, which has
        a criterion of its own.
    """
    found = np.zeros((len(ck_uln), CORE), dtype=np.int64)
    for m in (Measure.PHYSICIAN, Measure.PATIENT, Measure.HAQ, Measure.EXTRAMUSCULAR):
        least = assumptions.haq_abnormal if m == Measure.HAQ else assumptions.vas_abnormal
        found[:, m] = int(np.ceil(least / float(SCALES[MEASURES[m]].step)))
    found[:, Measure.CK] = np.floor(assumptions.enzyme_abnormal * ck_uln) + 1
    return found


def baseline_range(measure: str, targets: Targets, assumptions: Assumptions) -> tuple[int, int]:
    """Return the smallest and largest baseline of a measure, of patients disabled enough."""
    low, high = value_range(measure, assumptions)
    if measure in ("physician_global", "patient_global"):
        low = assumptions.global_activity_min
    if measure == "mmt" and assumptions.minimal_disability_for_all:
        loss = targets.count("design.minimal_muscle_loss")
        high = assumptions.mmt_max * (100 - loss) // 100
    return low, high
