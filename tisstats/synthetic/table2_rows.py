"""Draw one row of Table 2: pairs of baseline and change that give its quartiles and P value.

The pairs belong to nobody yet: who has which is settled afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.order_statistics import (
    Ints,
    Limits,
    Order,
    Warp,
    draw_between,
    fixed_orders,
    settle,
)
from tisstats.synthetic.scoring import z_sizes
from tisstats.synthetic.targets import QUARTERS, Targets

#: Grade of the modified Rankin scale of somebody who is bed-ridden.
BEDRIDDEN = 5

#: Where the one who ends bed-ridden must end and how much change, in steps: weak and unable.
_ONE_END = {
    "mmt": (0, 169, -52, -1),
    "haq": (18, 24, 0, 12),
    "mrs": (BEDRIDDEN, BEDRIDDEN, 1, BEDRIDDEN),
}

#: Largest gain on muscle testing within the study that is drawn, points.
LARGEST_GAIN = 70

#: How loosely the end of CK follows the size of its change, on a logarithmic scale.
_CK_NOISE = 2.0

#: Measures that spread by factors, not by differences, and the scale of their changes.
_LOG = (np.log1p, np.expm1)
_LEVEL_WARPS: dict[str, Warp] = dict.fromkeys(("ck", "deltoid", "biceps", "psoas"), _LOG)
_CHANGE_WARPS: dict[str, Warp] = {
    "ck": (lambda x: np.arcsinh(x / 20), lambda x: 20 * np.sinh(x)),
}

#: Sets of changes drawn at once, and how often, until one has the printed P value.
_BATCH, _BATCHES = 768, 40

#: Sets of changes with that P value, for which baselines are tried.
_TRIES = 60

#: Starts and choices of the baselines that must fit one set of changes.
_STARTS, _CHOICES = 6, 24


@dataclass(frozen=True, slots=True)
class Pairs:
    """Baselines and changes of one measure, in steps of its scale."""

    baseline: Ints  #: one value a patient
    change: Ints  #: in ascending order

    @property
    def end(self) -> Ints:
        """Values at the end."""
        return self.baseline + self.change


class RowDrawer:
    """Pairs of one measure, drawn again and again."""

    def __init__(
        self,
        measure: str,
        targets: Targets,
        assumptions: Assumptions,
        without_dysphagia: int,
    ) -> None:
        self.measure = measure
        self.row = targets.rows[measure]
        self.low, self.high = value_range(measure, assumptions)
        self.baseline_low, self.baseline_high = baseline_range(measure, targets, assumptions)
        #: Pairs that are 10 before and after, and no other baseline is.
        self.at_best = (
            without_dysphagia
            if measure == "swallowing" and assumptions.swallowing_follows_dysphagia
            else 0
        )
        #: Least and greatest end that one of the patients must have, and that patient's change.
        self.one_end = one_end(measure) if assumptions.plausible else None
        if measure == "mrs" and self.one_end is None:
            self.one_end = (BEDRIDDEN, BEDRIDDEN, 0, BEDRIDDEN)
        #: Least and greatest end and baseline of all others.
        self.others_high = self.high
        if measure == "mrs" and assumptions.only_one_bedridden:
            self.others_high = BEDRIDDEN - 1
        self.ck_largest_rise = assumptions.ck_largest_rise
        self.largest_change = assumptions.largest_change
        self.largest_loss = assumptions.mmt_largest_loss
        self.largest_gain = LARGEST_GAIN if assumptions.plausible else self.high
        self.mrc_change = assumptions.mrc_largest_change
        self.newton_change = int(assumptions.newton_largest_change / SCALES["deltoid"].step)
        # Worse by so much and more is deterioration by itself.
        self.worst = 19 if measure == "extramuscular" else None

    def draw(self, rng: np.random.Generator) -> Pairs | None:
        """Draw one set of pairs; None if none is found, as where too many swallow well."""
        for _ in range(_TRIES):
            change = self.draw_changes(rng)
            if change is not None:
                for _ in range(_STARTS):
                    baseline = self.draw_baselines(rng, change)
                    if baseline is not None:
                        return Pairs(baseline, change)
        return None

    def _orders(self, rng: np.random.Generator, time: str) -> list[Order]:
        quartiles = self.row.quartiles[time]
        gap = (quartiles[2].high - quartiles[0].low) / 4 / self.row.n
        return fixed_orders(rng, quartiles, 2 * gap)

    def draw_changes(self, rng: np.random.Generator) -> Ints | None:
        """Draw changes, ascending, with the printed quartiles and P value."""
        n = self.row.n
        orders = self._orders(rng, "change")
        span = self.high - self.low
        if self.measure != "ck":
            span = round(self.largest_change * span)
        upper = span if self.worst is None else self.worst
        lower = -span
        if self.measure == "ck":
            upper = self.ck_largest_rise
        elif self.measure == "mmt":
            lower = -self.largest_loss
            upper = min(upper, self.largest_gain)
        elif self.measure == "mrc_sum":
            lower, upper = -self.mrc_change, self.mrc_change
        elif SCALES[self.measure].unit == "N":
            lower, upper = -self.newton_change, self.newton_change
        warp = _CHANGE_WARPS.get(self.measure)
        reach = (0.5, 0.5) if warp is None else (0.15, 0.6)
        for _ in range(_BATCHES):
            drawn = draw_between(rng, orders, (_BATCH, n), (lower, upper), reach, warp)
            sizes = z_sizes(drawn)
            fits = (sizes > self.row.p.z_low) & (sizes <= self.row.p.z_high)
            if self.at_best:
                fits &= (drawn == 0).sum(axis=1) >= self.at_best
            found = np.flatnonzero(fits)
            if len(found):
                change: Ints = drawn[found[0]]
                return change
        return None

    def draw_baselines(self, rng: np.random.Generator, change: Ints) -> Ints | None:
        """Draw a baseline for every change, so that baseline and end have their quartiles."""
        n = self.row.n
        low = np.maximum(self.baseline_low, self.low - change)
        high = np.minimum(self.baseline_high, self.high - change)
        if self.at_best:
            best = np.flatnonzero(change == 0)
            best = best[rng.permutation(len(best))[: self.at_best]]
            high = np.minimum(high, self.high - 1)
            low[best] = high[best] = self.high
        others = np.minimum(high, self.others_high - np.maximum(change, 0))
        if self.one_end is None:
            high = others
        else:
            least, most, least_change, most_change = self.one_end
            narrow = np.maximum(low, least - change), np.minimum(high, most - change)
            able = np.flatnonzero(
                (change >= least_change) & (change <= most_change) & (narrow[0] <= narrow[1])
            )
            if not len(able):
                return None
            lying = able[rng.integers(len(able))]
            high = others
            low[lying], high[lying] = narrow[0][lying], narrow[1][lying]
        if (low > high).any():
            return None
        before, after = self._orders(rng, "baseline"), self._orders(rng, "end")
        if not (before and after):
            return None
        limits = Limits(n)
        limits.add(before)
        limits.add(after, change)
        warp = _LEVEL_WARPS.get(self.measure)
        reach = (0.4, 0.4) if warp is None else (0.25, 0.3)
        within = (self.baseline_low, self.baseline_high)
        drawn = draw_between(rng, before, (_CHOICES, n), within, reach, warp)
        late = draw_between(rng, after, (_CHOICES, n), (self.low, self.high), reach, warp)
        choices = np.concatenate(
            [rng.permuted(drawn, axis=1).T, self._ends(rng, late, change) - change[:, None]]
            + [np.full((n, 1), order.low) for order in before]
            + [(order.low - change)[:, None] for order in after],
            axis=1,
        )
        choices = self._within(rng, choices, low[:, None], high[:, None])
        return settle(rng, choices[:, 0], choices, limits)

    def _ends(self, rng: np.random.Generator, late: Ints, change: Ints) -> Ints:
        """Assign sorted ends to changes: of CK, who fell from far ends high as well as low."""
        if self.measure != "ck":
            return rng.permuted(late, axis=1).T
        places = np.log1p(np.abs(change)) + rng.normal(0, _CK_NOISE, late.shape)
        ends: Ints = np.take_along_axis(
            late, np.argsort(np.argsort(places, axis=1), axis=1), axis=1
        )
        return ends.T

    def _within(self, rng: np.random.Generator, choices: Ints, low: Ints, high: Ints) -> Ints:
        """Bring choices into their range, and not all to its very end: no pile at a limit."""
        q1, median, q3 = (quartile.low / QUARTERS for quartile in self.row.quartiles["end"])
        inside = rng.exponential(1 / 3, choices.shape)
        found = np.where(choices < low, low + np.rint(inside * (median - q1)), choices)
        found = np.where(choices > high, high - np.rint(inside * (q3 - median)), found)
        within: Ints = np.clip(found, low, high).astype(np.int64)
        return within


def value_range(measure: str, assumptions: Assumptions) -> tuple[int, int]:
    """Return the least and greatest value of a measure, in steps of its scale."""
    scale = SCALES[measure]
    low = scale.low / scale.step
    high = 0 if scale.high is None else int(scale.high / scale.step)
    if measure == "ck":
        return assumptions.ck_low, assumptions.ck_high
    if measure == "mmt":
        low, high = assumptions.mmt_low / scale.step, assumptions.mmt_max
    elif measure == "extramuscular":
        high = assumptions.extramuscular_high
    elif measure == "mrs":
        high = assumptions.mrs_high
    elif measure == "swallowing":
        low = assumptions.swallowing_low / scale.step
    elif measure == "mrc_sum":
        low = assumptions.mrc_low / scale.step
    elif scale.high is None:
        low = assumptions.newton_low / scale.step
        high = int(assumptions.newton_high / scale.step)
    return int(low), int(high)


def baseline_range(measure: str, targets: Targets, assumptions: Assumptions) -> tuple[int, int]:
    """Return the least and greatest baseline of a measure, of patients disabled enough."""
    low, high = value_range(measure, assumptions)
    if measure in ("physician_global", "patient_global"):
        low = assumptions.global_least
    if measure == "mmt" and assumptions.minimal_disability_for_all:
        loss = targets.count("design.minimal_muscle_loss")
        high = assumptions.mmt_max * (100 - loss) // 100
    return low, high


def one_end(measure: str) -> tuple[int, int, int, int] | None:
    """Return ends and changes, in steps, of the one who ends bed-ridden; None if any will do."""
    return _ONE_END.get(measure)
