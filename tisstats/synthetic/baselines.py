"""Admissible baselines, and moves of baselines that make the measures of each patient consistent.

A row of Table 2 fixes the quartiles of baseline, end and change. With the changes
assigned to patients, baselines are swapped or replaced, their quartiles and those of the ends kept,
towards the latent scores of each patient and away from contradictions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tisstats.forensics.order_statistics import CountLimits, Ints, OrderStatistic
from tisstats.forensics.paired_rows import PrintedRow
from tisstats.forensics.printed_quartiles import PrintedQuartiles
from tisstats.synthetic import scoring
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import encode
from tisstats.synthetic.latent import normal_scores
from tisstats.synthetic.plausibility_rules import (
    IMNM_CK,
    NECROTIZING_CK,
    Contradictions,
    Expectations,
)
from tisstats.synthetic.profiles import Profiles, count_signs, necrotizing, rescued
from tisstats.synthetic.table2_rows import BEDRIDDEN, abnormal_from, baseline_range, value_range
from tisstats.synthetic.targets import CORE, MEASURES, Measure, Targets

#: Largest fold decrease of CK, where it can be chosen: of those who stop early, and of others.
_CK_FOLD_STOPPED, _CK_FOLD = 4, 40

#: Cost of an inadmissible baseline, greater than any distance from the latent scores.
INADMISSIBLE = 1000.0

#: Moves to try for one measure, and new values to try for each patient.
_MOVES, _NEW_VALUES = 40, 3

#: Range of baselines, in steps, of a scale so fine that ties are separated, and by how much, at
#: least.
_FINE_RANGE, _MIN_SEPARATION = 40, 3

#: Smallest gain that counts as a move.
_LEAST_GAIN = 1e-6


class BaselineRules:
    """What the baselines of one cohort may be, and what they cost."""

    def __init__(
        self, profiles: Profiles, bedridden: Ints, targets: Targets, assumptions: Assumptions
    ) -> None:
        self.profiles, self.bedridden = profiles, bedridden
        self.targets, self.assumptions = targets, assumptions
        self.n = len(profiles["sex"])
        self.contradictions = Contradictions(assumptions.mmt_max)
        self.expectations = Expectations(profiles, assumptions.mmt_max)
        self.extramuscular = self._extramuscular_range()
        self.abnormal = abnormal_from(assumptions, profiles["ck_uln"])
        #: Measures besides muscle testing that must be abnormal at baseline.
        self.min_abnormal = assumptions.minimal_disability_for_all * targets.count(
            "design.minimal_other_abnormal"
        )
        imnm = IMNM_CK * (profiles["subtype"] == encode("subtype", "imnm"))
        #: Least CK of each patient.
        self.ck_least = np.where(necrotizing(profiles), NECROTIZING_CK, imnm)
        #: Largest fold decrease of CK of each patient.
        self.ck_fold = np.where(rescued(profiles), _CK_FOLD_STOPPED, _CK_FOLD)

    def allowed(self, start: Ints, end: Ints, m: int, who: Ints) -> Callable[[Ints], scoring.Bools]:
        """Return a function that tests which values may be the baseline of each patient."""
        change = end[:, m] - start[:, m]
        low, high = value_range(MEASURES[m], self.assumptions)
        least, most = baseline_range(MEASURES[m], self.targets, self.assumptions)
        uln = self.profiles["ck_uln"][who]

        def allowed(values: Ints) -> scoring.Bools:
            before, after = values[None, :], values[None, :] + change[:, None]
            good = (before >= least) & (before <= most) & (after >= low) & (after <= high)
            if m < CORE:
                good &= self._stays_valid(start, end, m, before, after)
            if m == Measure.MRS:
                is_bedridden = np.isin(who, self.bedridden)[:, None]
                good &= ~is_bedridden | (after == BEDRIDDEN)
                if self.assumptions.only_one_bedridden:
                    good &= is_bedridden | ((before < BEDRIDDEN) & (after < BEDRIDDEN))
            if m == Measure.SWALLOWING and self.assumptions.swallowing_follows_dysphagia:
                well = (self.profiles["dysphagia"][who] == 0)[:, None]
                good &= (before == most) == well
            trial, late = with_values(start, end, m, before, after)
            good &= ~self.contradictions.at(trial, uln[:, None])
            good &= ~self.contradictions.at(late, uln[:, None])
            return good & ~self.contradictions.strength_discordant(trial, late)

        return allowed

    def cost(self, start: Ints, end: Ints, m: int, who: Ints) -> Callable[[Ints], scoring.Floats]:
        """Return a function that computes what each baseline of each patient costs."""
        change = end[:, m] - start[:, m]

        def cost(values: Ints) -> scoring.Floats:
            before, after = values[None, :], values[None, :] + change[:, None]
            trial, late = with_values(start, end, m, before, after)
            return self.expectations.cost(trial, who) + self.expectations.cost(late, who)

        return cost

    def _stays_valid(
        self, start: Ints, end: Ints, m: int, before: Ints, after: Ints
    ) -> scoring.Bools:
        """Return whether other baselines keep everybody free of worsening and disabled enough."""
        was = scoring.worse_by(start[:, m], end[:, m], m, scoring.WORSE_PERCENT)[:, None]
        good: scoring.Bools = was | ~scoring.worse_by(before, after, m, scoring.WORSE_PERCENT)
        if m == Measure.MMT:
            was = scoring.worse_by(start[:, m], end[:, m], m, scoring.WORSE_MMT_PERCENT)[:, None]
            good &= was | ~scoring.worse_by(before, after, m, scoring.WORSE_MMT_PERCENT)
        else:
            abnormal = self.abnormal[:, m : m + 1]
            good &= (start[:, m : m + 1] < abnormal) | (before >= abnormal)
        if m == Measure.EXTRAMUSCULAR:
            least, most = self.extramuscular
            good &= (before >= least[:, None]) & (before <= most[:, None])
        if m == Measure.CK:
            good &= (before >= self.ck_least[:, None]) & (self.ck_fold[:, None] * after >= before)
        return good

    def _extramuscular_range(self) -> tuple[Ints, Ints]:
        """Return the smallest and largest extramuscular activity of each patient at baseline."""
        most = value_range("extramuscular", self.assumptions)[1]
        if not self.assumptions.extramuscular_activity_follows_signs:
            return np.zeros(self.n, np.int64), np.full(self.n, most)
        has_signs = count_signs(self.profiles) > 0
        slight = self.assumptions.extramuscular_max_without_signs
        return has_signs.astype(np.int64), np.where(has_signs, most, slight)

    def contradicts(self, start: Ints, end: Ints) -> scoring.Bools:
        """Return which patients have a contradictory baseline, end or change.

        Patients are in the first axis, measures in the last, any others between.
        """
        uln = self.profiles["ck_uln"].reshape((-1,) + (1,) * (start.ndim - 2))
        found: scoring.Bools = self.contradictions.at(start, uln) | self.contradictions.at(end, uln)
        return found | self.contradictions.between(start, end)


def with_values(start: Ints, end: Ints, m: int, before: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Return baselines and ends of patients with each of several values of one measure."""
    shape = (*np.broadcast_shapes(before.shape, after.shape, (len(start), 1)), len(MEASURES))
    trial = np.broadcast_to(start[:, None, :], shape).copy()
    late = np.broadcast_to(end[:, None, :], shape).copy()
    trial[..., m], late[..., m] = before, after
    return trial, late


def _fixed_orders(values: Ints, quartiles: PrintedQuartiles) -> list[OrderStatistic]:
    """Return the order statistics that quartiles fix; of a mean of two values both as they are."""
    ordered = np.sort(values)
    found: dict[int, OrderStatistic] = {}
    for each in quartiles:
        if not each.weight_upper:
            found[each.rank] = OrderStatistic(each.rank, *each.mean_range)
        else:
            for rank in each.ranks:
                value = int(ordered[rank - 1])
                found[rank] = OrderStatistic(rank, value, value)
    return [found[order] for order in sorted(found)]


def move_baselines(
    rng: np.random.Generator,
    baseline: Ints,
    change: Ints,
    m: int,
    row: PrintedRow,
    health: scoring.Floats,
    allowed: Callable[[Ints], scoring.Bools],
    further_cost: Callable[[Ints], scoring.Floats],
) -> Ints:
    """Return baselines that fit the latent scores better, with the same quartiles.

    Parameters
    ----------
    rng
        Source of randomness.
    baseline, change : shape (patients,)
        Current values, in steps.
    m
        The measure.
    row
        The row of Table 2.
    health
        Latent scores of the baselines.
    allowed
        Takes values of shape (values,) and returns which may be the baseline of each patient
        (first axis).
    further_cost
        Takes the same values and returns the further cost of each to each patient.
    """
    n = len(baseline)
    known, place = np.unique(baseline, return_inverse=True)
    score_of = np.zeros(len(known))
    score_of[place] = normal_scores(baseline, -int(scoring.SIGNS_OF_IMPROVEMENT[m]))
    after = _fixed_orders(baseline + change, row.quartiles["end"])
    # New values: near the latent scores, and those with which an end lies exactly on a quartile.
    rising = np.argsort(score_of)
    wanted = (health[:, None] + rng.normal(0, 0.4, (n, _NEW_VALUES))).ravel()
    near = np.rint(np.interp(wanted, score_of[rising], known[rising].astype(float)))
    exact = [order.low - change for order in after]
    # On coarse scales every value, those above and below all that were drawn included.
    reach = _values_between(baseline, change) if baseline.max() < _FINE_RANGE else baseline
    values = np.unique(np.concatenate([baseline, near.astype(np.int64), *exact, reach]))
    cost = (np.interp(values, known, score_of)[None, :] - health[:, None]) ** 2
    cost = np.where(allowed(values), cost + further_cost(values), np.inf)
    limits = CountLimits(n)
    limits.add(_fixed_orders(baseline, row.quartiles["baseline"]))
    limits.add(after, change)
    caps = limits.caps
    outside = limits.outside(np.tile(values, (n, 1)))
    assigned, who = np.searchsorted(values, baseline), np.arange(n)
    for _ in range(_MOVES):
        own, mine = np.minimum(cost[who, assigned], INADMISSIBLE), outside[who, assigned]
        room = caps - mine.sum(axis=0)
        # Two patients swap their values.
        swapped = cost[:, assigned]
        gain = swapped + swapped.T - own[:, None] - own[None, :]
        theirs = outside[:, assigned] - mine[:, None]
        swap = _best_move(gain, theirs + theirs.transpose(1, 0, 2), room)
        # One patient has another value.
        alone = _best_move(cost - own[:, None], outside - mine[:, None], room)
        if min(swap[0], alone[0]) > -_LEAST_GAIN:
            break
        if swap[0] <= alone[0]:
            _, i, j = swap
            assigned[i], assigned[j] = assigned[j], assigned[i]
        else:
            _, i, new = alone
            assigned[i] = new
    return _separate_ties(rng, values[assigned], change, limits, allowed)


def _values_between(baseline: Ints, change: Ints) -> Ints:
    """Return all values from the least to the greatest that occur, and a few steps beyond."""
    both = np.concatenate([baseline, baseline + change])
    return np.arange(max(0, both.min() - _MIN_SEPARATION), both.max() + 2 * _MIN_SEPARATION + 1)


def _separate_ties(
    rng: np.random.Generator,
    baseline: Ints,
    change: Ints,
    limits: CountLimits,
    allowed: Callable[[Ints], scoring.Bools],
) -> Ints:
    """Separate patients who share a baseline or an end, where that changes no quartile.

    Fitting quartiles piles values on the printed ones, which shows on fine scales.
    """
    if baseline.max() - baseline.min() < _FINE_RANGE:
        return baseline
    n, found = len(baseline), baseline.copy()
    reach = np.maximum(_MIN_SEPARATION, np.abs(baseline) // 8)[:, None]
    near = baseline[:, None] + rng.integers(-reach, reach + 1, (n, _NEW_VALUES))
    good = allowed(near.ravel())[np.repeat(np.arange(n), _NEW_VALUES), np.arange(near.size)]
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


def _best_move(gain: scoring.Floats, moved: Ints, room: Ints) -> tuple[float, int, int]:
    """Return what the best move that keeps all quartiles gains, and its place."""
    kept = np.where((moved <= room).all(axis=2), gain, np.inf)
    i, j = divmod(int(kept.argmin()), kept.shape[1])
    return float(kept[i, j]), i, j
