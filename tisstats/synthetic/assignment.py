"""Assign the pairs of Table 2 to patients: the core set by scores, the other measures after it.

Pairs of baseline and change of a core set measure are swapped between patients until all scores lie
within their limits, nobody meets the definition of worsening, and everybody meets the criterion of
minimal disability. The freedom that remains goes to making the changes of a patient concordant,
with scores near a goal drawn for each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.synthetic.baselines import INADMISSIBLE, BaselineRules, move_baselines, with_values
from tisstats.synthetic.cohort import MISSING
from tisstats.synthetic.course import LOST, Course, ScoreLimits
from tisstats.synthetic.latent import (
    CONCORDANCE_WEIGHT,
    LatentScores,
    draw_latent,
    follow_core,
    misfit,
    normal_scores,
)
from tisstats.synthetic.plausibility_rules import MIN_ACTIVITY_WITH_SIGNS
from tisstats.synthetic.profiles import active_signs, rescued
from tisstats.synthetic.scoring import (
    MAX_UNITS,
    SIGNS_OF_IMPROVEMENT,
    WORSE_COUNT,
    WORSE_MMT_PERCENT,
    WORSE_PERCENT,
    Bools,
    Floats,
    Scorer,
    worse_by,
)
from tisstats.synthetic.table2_rows import BEDRIDDEN, BEDRIDDEN_LIMITS, value_range
from tisstats.synthetic.targets import CORE, MEASURES, Measure

#: Cost of a unit outside the limits; distances from a goal are squared, so that none is far.
_OUTSIDE_COST = 10_000

#: Rounds over the measures, and random starts.
_ROUNDS, _STARTS = 60, 6

#: Cost units per unit of misfit.
_UNITS = 3

#: Cost of a pair to be avoided, on the scale of misfits, squared normal scores.
_AVOIDED_COST = 20

#: Noise in giving the lowest scores to those who stopped early.
_LOWEST_SCORE_NOISE = 0.4

#: Sets of pairs to try for a measure outside the core set.
_REDRAWS = 5

#: Assignments of the pairs of the core set to try.
_CORE_TRIES = 8

#: Largest improvement, in steps, of the patient who is bedridden at the end.
_BEDRIDDEN_MAX_GAIN: dict[int, int] = {
    Measure.PHYSICIAN: 3,
    Measure.PATIENT: 10,
    Measure.MMT: 0,
    Measure.HAQ: 0,
}

#: Order in which the baselines of the core set are moved.
_MOVE_ORDER: tuple[int, ...] = (
    *(Measure.MMT, Measure.HAQ, Measure.PHYSICIAN, Measure.PATIENT),
    *(Measure.CK, Measure.EXTRAMUSCULAR),
)

#: What `CoreSearch` counts of each pair for each patient: units of the score, whether it is worse
#: by so much that three of them are worsening, whether the baseline is abnormal, whether the pair
#: is ruled out, the size of its improvement in tenths of a normal score, and its misfit.
_SCORE, _WORSE, _ABNORMAL, _RULED_OUT, _GAIN, _MISFIT = range(6)


class CoreSearch:
    """Search for the pair of each patient on each measure of the core set.

    Parameters
    ----------
    pairs
        One set for each measure of the core set.
    scorer
        Scores the patients.
    limits : shape (patients, 2)
        Smallest and largest score at the end, units.
    goals : shape (patients,)
        Scores to come near, units; of responders, their share of the points that remain.
    rules
        What the baselines may be.
    """

    def __init__(
        self, pairs: list[Pairs], scorer: Scorer, limits: Ints, goals: Ints, rules: BaselineRules
    ) -> None:
        n = len(goals)
        self.low, self.high = limits.T
        #: By `_SCORE` to `_MISFIT`, measures, patients and pairs.
        self.table = np.zeros((6, CORE, n, n), dtype=np.int64)
        for m, pair in enumerate(pairs):
            improvement = -pair.change * SIGNS_OF_IMPROVEMENT[m]
            self.table[_SCORE, m] = scorer.points(np.tile(improvement, (n, 1)), m)
            self.table[_WORSE, m] = worse_by(pair.baseline, pair.end, m, WORSE_PERCENT)
            if m != Measure.MMT:
                self.table[_ABNORMAL, m] = pair.baseline >= rules.abnormal[:, m : m + 1]
        activity = pairs[Measure.EXTRAMUSCULAR].baseline
        least, most = (limit[:, None] for limit in rules.extramuscular)
        self.table[_RULED_OUT, Measure.EXTRAMUSCULAR] = (activity < least) | (activity > most)
        mmt = pairs[Measure.MMT]
        self.physician_worse: Bools = pairs[Measure.PHYSICIAN].change >= 20
        self.weaker: Bools = worse_by(mmt.baseline, mmt.end, Measure.MMT, WORSE_MMT_PERCENT)
        self.min_abnormal = rules.min_abnormal
        self.concordance_weight = _UNITS * CONCORDANCE_WEIGHT * rules.assumptions.plausibility
        # What the others leave of all points is shared by the responders.
        total = round(float(self.table[_SCORE].mean(axis=1).sum()))
        open_end = self.high == MAX_UNITS
        spare = total - int(goals[~open_end].sum()) - int(self.low[open_end].sum())
        weights = goals[open_end] / max(1, int(goals[open_end].sum()))
        self.goals = goals.copy()
        shares = np.floor(max(0, spare) * weights).astype(np.int64)
        self.goals[open_end] = self.low[open_end] + shares

    def swap(self, rng: np.random.Generator, assigned: Ints) -> bool:
        """Swap pairs while that lowers the cost; return whether all hard limits hold."""
        rounds_without_gain = 0
        for _ in range(_ROUNDS):
            for m in rng.permutation(CORE).tolist():
                totals, deteriorated = self._totals(assigned)
                after = self._cost(*self._after_swap(totals, deteriorated, assigned, m))
                cost = self._cost(totals, deteriorated)
                gain = after + after.T - cost[:, None] - cost
                best = int(gain.min())
                if best >= 0:
                    rounds_without_gain += 1
                    if rounds_without_gain >= CORE:
                        return self._valid(assigned)
                    continue
                rounds_without_gain = 0
                swaps = np.flatnonzero(gain == best)
                a, b = divmod(int(swaps[rng.integers(len(swaps))]), assigned.shape[1])
                assigned[m, a], assigned[m, b] = assigned[m, b], assigned[m, a]
        return self._valid(assigned)

    def _valid(self, assigned: Ints) -> bool:
        return not self._violation(*self._totals(assigned)).any()

    def _totals(self, assigned: Ints) -> tuple[Ints, Bools]:
        """Return the sums over the measures, and who is worse in global activity and strength."""
        who, which = np.arange(assigned.shape[1]), np.arange(CORE)[:, None]
        physician_worse = self.physician_worse[assigned[Measure.PHYSICIAN]]
        deteriorated = physician_worse & self.weaker[assigned[Measure.MMT]]
        return self.table[:, which, who, assigned].sum(axis=1), deteriorated

    def _after_swap(
        self, totals: Ints, deteriorated: Bools, assigned: Ints, m: int
    ) -> tuple[Ints, Bools]:
        """Return the same of each patient with the pair of each other patient of one measure."""
        own = assigned[m]
        worse = np.tile(deteriorated[:, None], (1, len(own)))
        if m == Measure.PHYSICIAN:
            worse = self.physician_worse[own] & self.weaker[assigned[Measure.MMT]][:, None]
        elif m == Measure.MMT:
            physician_worse = self.physician_worse[assigned[Measure.PHYSICIAN]]
            worse = self.weaker[own] & physician_worse[:, None]
        swapped = self.table[:, m][:, :, own]
        after: Ints = (totals - swapped.diagonal(axis1=1, axis2=2))[:, :, None] + swapped
        return after, worse

    def _violation(self, totals: Ints, deteriorated: Bools) -> Ints:
        """Return the total distance of each patient from the hard limits."""
        score, worse, abnormal, ruled_out, _, _ = totals
        low, high = (limit.reshape(-1, *(1,) * (score.ndim - 1)) for limit in (self.low, self.high))
        outside = np.maximum(low - score, 0) + np.maximum(score - high, 0) + ruled_out
        outside += np.maximum(self.min_abnormal - abnormal, 0) + deteriorated
        return np.asarray(outside + np.maximum(worse - WORSE_COUNT + 1, 0))

    def _cost(self, totals: Ints, deteriorated: Bools) -> Ints:
        """Return the cost of the pairs of each patient."""
        # Squared improvements add up to the same however they are assigned; their squared sum
        # within a patient grows with concordance.
        concordant = self.concordance_weight * totals[_GAIN] ** 2 // (100 * CORE)
        goals = self.goals.reshape(-1, *(1,) * (totals.ndim - 2))
        cost = _OUTSIDE_COST * self._violation(totals, deteriorated)
        return np.asarray(cost + (totals[_SCORE] - goals) ** 2 - concordant + totals[_MISFIT])


def assign_by_rank(
    rng: np.random.Generator, improvement: Ints, success: Floats, concordance: float
) -> Ints:
    """Assign changes by outcome rank, with noise set by the concordance."""
    noise = rng.normal(0, 1, len(success)) * 3 * (1 - concordance)
    assigned = np.empty(len(improvement), dtype=np.int64)
    assigned[np.argsort(success + noise, kind="stable")] = np.argsort(improvement, kind="stable")
    return assigned


class PairAssignment:
    """Pairs of one cohort's patients, assigned by course, latent scores and plausibility."""

    def __init__(
        self,
        rng: np.random.Generator,
        rules: BaselineRules,
        courses: dict[int, Course],
        score_limits: ScoreLimits,
    ) -> None:
        self.rng, self.rules, self.n = rng, rules, rules.n
        self.profiles, self.assumptions = rules.profiles, rules.assumptions
        self.bedridden = rules.bedridden
        every = courses.values()
        self._lost = np.array([course.kind == LOST for course in every])
        self._limits = np.array([score_limits.at(course, course.end_week) for course in every])
        self._goals, self._success = self._draw_scores(score_limits.responder)
        self._draw_latent()

    def _draw_latent(self) -> None:
        self.latent = draw_latent(
            self.rng, self.profiles, self._success, self.bedridden, self.assumptions.concordance
        )

    def assign(
        self, pairs: list[Pairs], scorer: Scorer, redraw: Callable[[int], Pairs | None]
    ) -> tuple[Ints, Ints] | None:
        """Return baselines and ends, patients by measures; None if the pairs do not fit.

        Parameters
        ----------
        pairs
            One set for each measure.
        scorer
            Scores the patients.
        redraw
            Draws another set for a measure outside the core set, to which no score is tied.
        """
        everyone = np.arange(self.n)
        start = np.full((self.n, len(MEASURES)), MISSING, dtype=np.int64)
        end = start.copy()
        if not self._assign_core(pairs, scorer, start, end):
            return None
        if self.assumptions.plausibility:
            end[self.bedridden, Measure.MRS] = BEDRIDDEN
            for m in _MOVE_ORDER:
                self._move(start, end, m, everyone, self.latent)
            if self.rules.contradicts(start, end).any():
                return None
        latent = follow_core(self.rng, start, end, self.latent, self.bedridden)
        with_psoas = np.flatnonzero(self.profiles["psoas_missing"] == 0)
        for m in range(CORE, len(MEASURES)):
            who = with_psoas if m == Measure.PSOAS else everyone
            drawn: Pairs | None = pairs[m]
            for _ in range(_REDRAWS):
                if drawn is not None and self._assign_other(m, drawn, who, start, end, latent):
                    break
                drawn = redraw(m)
            else:
                return None
        return start, end

    def _assign_core(self, pairs: list[Pairs], scorer: Scorer, start: Ints, end: Ints) -> bool:
        """Write the core set, that of a few tries with the fewest discordant changes."""
        best: tuple[int, Ints, LatentScores] | None = None

        def write(assigned: Ints) -> None:
            for m in range(CORE):
                start[:, m] = pairs[m].baseline[assigned[m]]
                end[:, m] = pairs[m].end[assigned[m]]

        for _ in range(_CORE_TRIES):
            assigned = self._search_core(pairs[:CORE], scorer)
            if assigned is None:
                break
            write(assigned)
            if not self.assumptions.plausibility:
                return True
            # Changes stay with the patients from here on: what they contradict cannot be mended.
            if not self.rules.contradictions.opposed(start, end).any():
                discordant = self.rules.expectations.count_discordant(start, end)
                if best is None or discordant < best[0]:
                    best = discordant, assigned, self.latent
                if discordant == 0:
                    break
            self._draw_latent()
        if best is None:
            return False
        _, assigned, self.latent = best
        write(assigned)
        return True

    def _search_core(self, pairs: list[Pairs], scorer: Scorer) -> Ints | None:
        """Return which pair of each measure each patient has, measures by patients."""
        search = CoreSearch(pairs, scorer, self._limits, self._goals, self.rules)
        if self.assumptions.plausibility:
            self._weigh(search.table, pairs)
        for _ in range(_STARTS):
            assigned = np.empty((CORE, self.n), dtype=np.int64)
            for m, pair in enumerate(pairs):
                improvement = pair.change * -SIGNS_OF_IMPROVEMENT[m]
                assigned[m] = assign_by_rank(
                    self.rng, improvement, self._success, self.assumptions.concordance
                )
            if search.swap(self.rng, assigned):
                return assigned
        return None

    def _weigh(self, table: Ints, pairs: list[Pairs]) -> None:
        """Enter into a table of the core set what the criteria of plausibility ask of each pair."""
        unfit, ruled_out = table[_MISFIT], table[_RULED_OUT]
        for m, pair in enumerate(pairs):
            unfit[m] = np.rint(_UNITS * misfit(pair, m, self.latent))
            improvement = -pair.change * int(SIGNS_OF_IMPROVEMENT[m])
            table[_GAIN, m] = np.rint(10 * normal_scores(improvement))
            excluded = np.zeros(self.n, dtype=bool)
            if m in _BEDRIDDEN_MAX_GAIN:
                excluded |= improvement > _BEDRIDDEN_MAX_GAIN[m]
            if limits := BEDRIDDEN_LIMITS.get(MEASURES[m]):
                excluded |= (pair.end < limits[0]) | (pair.end > limits[1])
            ruled_out[m, self.bedridden] += excluded
        activity, ck = pairs[Measure.EXTRAMUSCULAR], pairs[Measure.CK]
        inactive = np.minimum(activity.baseline, activity.end) < MIN_ACTIVITY_WITH_SIGNS
        with_signs = active_signs(self.profiles)[:, None]
        unfit[Measure.EXTRAMUSCULAR] += _UNITS * _AVOIDED_COST * (with_signs & inactive)
        fell = ck.baseline > self.rules.ck_fold[:, None] * ck.end
        unfit[Measure.CK] += _UNITS * _AVOIDED_COST * fell
        ruled_out[Measure.CK] += ck.baseline < self.rules.ck_least[:, None]

    def _draw_scores(self, responder: int) -> tuple[Ints, Floats]:
        """Draw the score that each patient ends near, and a ranking of their outcomes."""
        rng, limits = self.rng, self._limits
        # Non-responders anywhere below their limit, in some cohorts lower than in others;
        # responders share what remains. Two groups as in the article, with few scores in between.
        level = rng.uniform(0.1, 0.7)
        room = np.minimum(limits[:, 1] - limits[:, 0], rng.integers(2, responder)) + 1
        score = np.where(
            limits[:, 1] == MAX_UNITS,
            rng.integers(1, 12, self.n),
            limits[:, 0] + np.floor(room * rng.beta(2 * level, 2 * (1 - level), self.n)),
        )
        if self.assumptions.plausibility:
            # Of those who never improved, mostly the worst stopped early; those with a transient
            # improvement fell back less far.
            without_limit = np.flatnonzero(limits[:, 0] == 0)
            noise = rng.normal(0, _LOWEST_SCORE_NOISE, len(without_limit))
            stopped = rescued(self.profiles) & ~self._lost
            worst = noise + (1 * self._lost - stopped)[without_limit]
            score[without_limit[np.argsort(worst)]] = np.sort(score[without_limit])
        success = np.where(limits[:, 1] == MAX_UNITS, MAX_UNITS // 2 + score, score)
        # The patient who is bedridden at the end did not improve.
        score[self.bedridden] = 0
        success[self.bedridden] = -1
        return score.astype(np.int64), (success - success.mean()) / success.std()

    def _move(self, start: Ints, end: Ints, m: int, who: Ints, latent: LatentScores) -> None:
        """Move the baselines of a measure to where they fit better, its changes kept."""
        change = end[who, m] - start[who, m]
        start[who, m] = move_baselines(
            self.rng,
            start[who, m],
            change,
            m,
            self.rules.targets.rows[MEASURES[m]],
            latent.health[who, m],
            self.rules.allowed(start[who], end[who], m, who),
            self.rules.cost(start[who], end[who], m, who),
        )
        end[who, m] = start[who, m] + change

    def _assign_other(
        self, m: int, pairs: Pairs, who: Ints, start: Ints, end: Ints, latent: LatentScores
    ) -> bool:
        """Write a measure outside the core set; return whether it contradicts nothing."""
        bedridden = end[self.bedridden, m].copy()
        chosen = self._choose(m, pairs, who, start, end, latent)
        if chosen is None:
            return False
        start[who, m], end[who, m] = pairs.baseline[chosen], pairs.end[chosen]
        if not self.assumptions.plausibility:
            return True
        self._move(start, end, m, who, latent)
        if not self.rules.contradicts(start, end).any():
            return True
        start[:, m] = end[:, m] = MISSING
        end[self.bedridden, m] = bedridden
        return False

    def _choose(
        self, m: int, pairs: Pairs, who: Ints, start: Ints, end: Ints, latent: LatentScores
    ) -> Ints | None:
        """Choose the pair of each patient on a measure outside the core set."""
        fixed: dict[int, int] = {}
        if m == Measure.SWALLOWING and self.assumptions.swallowing_follows_dysphagia:
            best = np.flatnonzero(pairs.baseline == value_range(MEASURES[m], self.assumptions)[1])
            well = np.flatnonzero(self.profiles["dysphagia"] == 0)
            fixed = dict(zip(well.tolist(), best.tolist(), strict=True))
        if m == Measure.MRS:
            able = np.flatnonzero((pairs.end == BEDRIDDEN) & (pairs.change >= 0))
            if len(able) < len(self.bedridden):
                return None
            chosen = self.rng.permutation(able).tolist()
            fixed = dict(zip(self.bedridden.tolist(), chosen, strict=False))
        free = np.setdiff1d(np.arange(len(pairs.change)), list(fixed.values()))
        others = np.setdiff1d(who, list(fixed))
        if self.assumptions.plausibility:
            cost = misfit(pairs, m, latent)
            before, after = with_values(start, end, m, pairs.baseline[None], pairs.end[None])
            for each in (before, after):
                cost += self.rules.expectations.cost(each, np.arange(self.n))
            cost = cost + INADMISSIBLE * self.rules.contradicts(before, after)
            assigned = linear_sum_assignment(cost[np.ix_(others, free)])[1]
        else:
            improvement = -pairs.change[free] * SIGNS_OF_IMPROVEMENT[m]
            assigned = assign_by_rank(
                self.rng, improvement, self._success[others], self.assumptions.concordance
            )
        given = dict(zip(others.tolist(), free[assigned].tolist(), strict=True)) | fixed
        return np.array([given[i] for i in who.tolist()])
