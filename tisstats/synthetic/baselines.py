"""Which baselines the patients may have, and how to move them until the measures of each agree.

A row of Table 2 fixes the quartiles of baseline, end and change. With the changes given to
patients, baselines are swapped or replaced as long as both kinds of quartiles hold, towards the
latent scores of each patient and away from contradictions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import code
from tisstats.synthetic.criteria import IMNM_CK, NECROTIZING_CK, Contradictions, Expectations
from tisstats.synthetic.latent import normal_scores
from tisstats.synthetic.order_statistics import Ints, Limits, Order
from tisstats.synthetic.profiles import Profiles, count_signs, necrotizing, rescued
from tisstats.synthetic.scoring import (
    CK,
    EXTRAMUSCULAR,
    HAQ,
    MMT,
    SIGNS_OF_IMPROVEMENT,
    WORSE_MMT_PERCENT,
    WORSE_PERCENT,
    Floats,
    Truth,
    worse_by,
)
from tisstats.synthetic.table2_rows import BEDRIDDEN, baseline_range, value_range
from tisstats.synthetic.targets import CORE, MEASURES, QUARTERS, Quartile, Row, Targets

MRS, SWALLOWING = (MEASURES.index(name) for name in ("mrs", "swallowing"))

#: Factor by which CK is let fall where that can be chosen, of those who stop early and of others.
_CK_FOLD_STOPPED, _CK_FOLD = 4, 40

#: What a baseline costs that must not be; greater than any distance from the latent scores.
FORBIDDEN = 1000.0

#: Moves to try for one measure, and new values to try for each patient.
_MOVES, _NEW = 40, 3

#: Range of baselines, in steps, from which on ties are parted, and how far, at least.
_FINE, _NEAR = 40, 3

#: A move that gains less is none.
_LEAST_GAIN = 1e-6


class BaselineRules:
    """What the baselines of the patients of one cohort may be, and what they cost."""

    def __init__(
        self, profiles: Profiles, lying: Ints, targets: Targets, assumptions: Assumptions
    ) -> None:
        self.profiles, self.lying = profiles, lying
        self.targets, self.assumptions = targets, assumptions
        self.n = len(profiles["sex"])
        self.contradictions = Contradictions(assumptions.mmt_max)
        self.expectations = Expectations(profiles, assumptions.mmt_max)
        self.extramuscular = self._extramuscular_range()
        self.abnormal = self._abnormal_from()
        imnm = IMNM_CK * (profiles["subtype"] == code("subtype", "imnm"))
        #: Least CK of each patient.
        self.ck_least = np.where(necrotizing(profiles), NECROTIZING_CK, imnm)
        #: Factor by which the CK of each patient is let fall.
        self.ck_fold = np.where(rescued(profiles), _CK_FOLD_STOPPED, _CK_FOLD)

    def allowed(self, start: Ints, end: Ints, m: int, who: Ints) -> Callable[[Ints], Truth]:
        """Return a test of which values may be the baseline of each patient."""
        change = end[:, m] - start[:, m]
        low, high = value_range(MEASURES[m], self.assumptions)
        least, most = baseline_range(MEASURES[m], self.targets, self.assumptions)
        uln = self.profiles["ck_uln"][who]

        def allowed(values: Ints) -> Truth:
            before, after = values[None, :], values[None, :] + change[:, None]
            good = (before >= least) & (before <= most) & (after >= low) & (after <= high)
            if m < CORE:
                good &= self._stays_valid(start, end, m, before, after)
            if m == MRS:
                lies = np.isin(who, self.lying)[:, None]
                good &= ~lies | (after == BEDRIDDEN)
                if self.assumptions.only_one_bedridden:
                    good &= lies | ((before < BEDRIDDEN) & (after < BEDRIDDEN))
            if m == SWALLOWING and self.assumptions.swallowing_follows_dysphagia:
                well = (self.profiles["dysphagia"][who] == 0)[:, None]
                good &= (before == most) == well
            trial, late = with_values(start, end, m, before, after)
            good &= ~self.contradictions.at(trial, uln[:, None])
            good &= ~self.contradictions.at(late, uln[:, None])
            return good & ~self.contradictions.collapsed(trial, late)

        return allowed

    def strain(self, start: Ints, end: Ints, m: int, who: Ints) -> Callable[[Ints], Floats]:
        """Return a function of how far each baseline takes each patient from what is expected."""
        change = end[:, m] - start[:, m]

        def strain(values: Ints) -> Floats:
            before, after = values[None, :], values[None, :] + change[:, None]
            both = with_values(start, end, m, before, after)
            return sum(
                (self.expectations.strain(each, who) for each in both), np.zeros(after.shape)
            )

        return strain

    def _stays_valid(self, start: Ints, end: Ints, m: int, before: Ints, after: Ints) -> Truth:
        """Return whether other baselines would make nobody worse, nor too little ill."""
        was = worse_by(start[:, m], end[:, m], m, WORSE_PERCENT)[:, None]
        good: Truth = was | ~worse_by(before, after, m, WORSE_PERCENT)
        if m == MMT:
            was = worse_by(start[:, m], end[:, m], m, WORSE_MMT_PERCENT)[:, None]
            good &= was | ~worse_by(before, after, m, WORSE_MMT_PERCENT)
        else:
            ill = self.abnormal[:, m : m + 1]
            good &= (start[:, m : m + 1] < ill) | (before >= ill)
        if m == EXTRAMUSCULAR:
            least, most = self.extramuscular
            good &= (before >= least[:, None]) & (before <= most[:, None])
        if m == CK:
            good &= (before >= self.ck_least[:, None]) & (self.ck_fold[:, None] * after >= before)
        return good

    def _extramuscular_range(self) -> tuple[Ints, Ints]:
        """Return the least and greatest extramuscular activity of each patient at baseline."""
        most = value_range("extramuscular", self.assumptions)[1]
        if not self.assumptions.signs_in_extramuscular:
            return np.zeros(self.n, np.int64), np.full(self.n, most)
        has_signs = count_signs(self.profiles) > 0
        slight = self.assumptions.extramuscular_without_signs
        return has_signs.astype(np.int64), np.where(has_signs, most, slight)

    def _abnormal_from(self) -> Ints:
        """Return from which baseline on each measure of each patient is abnormal."""
        assumed = self.assumptions
        found = np.zeros((self.n, CORE), dtype=np.int64)
        for m in range(CORE):
            if m == CK:
                found[:, m] = np.floor(assumed.enzyme_abnormal * self.profiles["ck_uln"]) + 1
            elif m != MMT:
                unit = assumed.haq_abnormal if m == HAQ else assumed.vas_abnormal
                found[:, m] = int(np.ceil(unit / float(SCALES[MEASURES[m]].step)))
        return found

    def broken(self, start: Ints, end: Ints) -> Truth:
        """Return whose baseline or end contradicts itself, or whose change from one to the other.

        Patients in the first axis, any other axes, measures in the last.
        """
        uln = self.profiles["ck_uln"].reshape((-1,) + (1,) * (start.ndim - 2))
        found: Truth = self.contradictions.at(start, uln) | self.contradictions.at(end, uln)
        return found | self.contradictions.apart(start, end)


def with_values(start: Ints, end: Ints, m: int, before: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Return baselines and ends of patients with each of several values of one measure."""
    shape = (*np.broadcast_shapes(before.shape, after.shape, (len(start), 1)), len(MEASURES))
    trial = np.broadcast_to(start[:, None, :], shape).copy()
    late = np.broadcast_to(end[:, None, :], shape).copy()
    trial[..., m], late[..., m] = before, after
    return trial, late


def _orders_now(values: Ints, quartiles: tuple[Quartile, ...]) -> list[Order]:
    """Return the fixed orders of printed quartiles; of one between two values both as they are."""
    ordered = np.sort(values)
    found: dict[int, Order] = {}
    for each in quartiles:
        if each.part == 0:
            found[each.order] = Order(each.order, -(-each.low // QUARTERS), each.high // QUARTERS)
        else:
            for order in (each.order, each.order + 1):
                value = int(ordered[order - 1])
                found[order] = Order(order, value, value)
    return [found[order] for order in sorted(found)]


def move_baselines(
    rng: np.random.Generator,
    baseline: Ints,
    change: Ints,
    at: int,
    row: Row,
    health: Floats,
    allowed: Callable[[Ints], Truth],
    strain: Callable[[Ints], Floats],
) -> Ints:
    """Return baselines that suit the patients better, with the same quartiles.

    Parameters
    ----------
    rng
        Source of randomness.
    baseline, change : shape (patients,)
        As they are, in steps.
    at
        Place of the measure.
    row
        The row of Table 2.
    health
        Latent scores of the baselines.
    allowed
        Takes values of shape (values,) and returns which may be the baseline of each patient
        (first axis).
    strain
        Takes the same values and returns the further cost of each to each patient.
    """
    n = len(baseline)
    known, place = np.unique(baseline, return_inverse=True)
    score_of = np.zeros(len(known))
    score_of[place] = normal_scores(baseline, -int(SIGNS_OF_IMPROVEMENT[at]))
    before = _orders_now(baseline, row.quartiles["baseline"])
    after = _orders_now(baseline + change, row.quartiles["end"])
    # New values: near the latent scores, and those with which an end lies exactly on a quartile.
    rising = np.argsort(score_of)
    wanted = (health[:, None] + rng.normal(0, 0.4, (n, _NEW))).ravel()
    near = np.rint(np.interp(wanted, score_of[rising], known[rising].astype(float)))
    exact = [order.low - change for order in after]
    # On coarse scales every value, those above and below all that were drawn included.
    reach = _values_between(baseline, change) if baseline.max() < _FINE else baseline
    values = np.unique(np.concatenate([baseline, near.astype(np.int64), *exact, reach]))
    cost = (np.interp(values, known, score_of)[None, :] - health[:, None]) ** 2
    cost = np.where(allowed(values), cost + strain(values), np.inf)
    limits = Limits(n)
    limits.add(before)
    limits.add(after, change)
    caps = limits.caps
    outside = limits.outside(np.tile(values, (n, 1)))
    held, who = np.searchsorted(values, baseline), np.arange(n)
    for _ in range(_MOVES):
        own, mine = np.minimum(cost[who, held], FORBIDDEN), outside[who, held]
        room = caps - mine.sum(axis=0)
        # Two patients swap their values.
        swapped = cost[:, held]
        gain = swapped + swapped.T - own[:, None] - own[None, :]
        theirs = outside[:, held] - mine[:, None]
        swap = _least(gain, theirs + theirs.transpose(1, 0, 2), room)
        # One patient has another value.
        alone = _least(cost - own[:, None], outside - mine[:, None], room)
        if min(swap[0], alone[0]) > -_LEAST_GAIN:
            break
        if swap[0] <= alone[0]:
            _, i, j = swap
            held[i], held[j] = held[j], held[i]
        else:
            _, i, new = alone
            held[i] = new
    return _untie(rng, values[held], change, limits, allowed)


def _values_between(baseline: Ints, change: Ints) -> Ints:
    """Return all values from the least to the greatest that occur, and a few steps beyond."""
    both = np.concatenate([baseline, baseline + change])
    return np.arange(max(0, both.min() - _NEAR), both.max() + 2 * _NEAR + 1)


def _untie(
    rng: np.random.Generator,
    baseline: Ints,
    change: Ints,
    limits: Limits,
    allowed: Callable[[Ints], Truth],
) -> Ints:
    """Part patients who share a baseline or an end, where that changes no quartile.

    Fitting quartiles leaves many values on the printed ones, on fine scales a pile.
    """
    if baseline.max() - baseline.min() < _FINE:
        return baseline
    n, found = len(baseline), baseline.copy()
    reach = np.maximum(_NEAR, np.abs(baseline) // 8)[:, None]
    near = baseline[:, None] + rng.integers(-reach, reach + 1, (n, _NEW))
    good = allowed(near.ravel())[np.repeat(np.arange(n), _NEW), np.arange(near.size)]
    good = good.reshape(near.shape)
    for i in range(n):
        ends = found + change
        if (found == found[i]).sum() + (ends == ends[i]).sum() <= 2:
            continue
        for value in near[i][good[i]].tolist():
            trial = found.copy()
            trial[i] = value
            if (found == value).any():
                continue
            if (limits.outside(trial).sum(axis=0) <= limits.caps).all():
                found = trial
                break
    return found


def _least(gain: Floats, moved: Ints, room: Ints) -> tuple[float, int, int]:
    """Return the best move that keeps all quartiles, and what it gains."""
    kept = np.where((moved <= room).all(axis=2), gain, np.inf)
    i, j = divmod(int(kept.argmin()), kept.shape[1])
    return float(kept[i, j]), i, j
