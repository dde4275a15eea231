"""Allocate the pairs of all rows of Table 2: the core set by scores, the rest after it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.synthetic.assignment import Goals, assign_core, ranked
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.baselines import (
    FORBIDDEN,
    MRS,
    SWALLOWING,
    BaselineRules,
    move_baselines,
    with_values,
)
from tisstats.synthetic.cohort import MISSING
from tisstats.synthetic.course import LOST, Course, ScoreLimits
from tisstats.synthetic.criteria import LASTING
from tisstats.synthetic.latent import (
    CORE_WEIGHTS,
    OTHER_WEIGHTS,
    SUBTYPE_WEIGHTS,
    TOGETHER,
    LatentScores,
    draw_latent,
    follow_core,
    misfit,
    normal_scores,
)
from tisstats.synthetic.profiles import Profiles, lasting_signs, rescued
from tisstats.synthetic.scoring import (
    CK,
    EXTRAMUSCULAR,
    HAQ,
    MMT,
    PATIENT,
    PHYSICIAN,
    SIGNS_OF_IMPROVEMENT,
    TOP,
    Floats,
    Scorer,
)
from tisstats.synthetic.table2_rows import BEDRIDDEN, one_end, value_range
from tisstats.synthetic.targets import CORE, MEASURES, Targets

#: Whole units of what a score costs in one unit of misfit.
_UNITS = 3

#: What a pair to be avoided costs, on the scale of misfits, squared normal scores.
_AVOIDED = 20

#: How much chance has to do with who of those without improvement stopped.
_BLUR = 0.4

#: Sets of pairs to try for a measure outside the core set.
_AGAIN = 5

#: Assignments of the pairs of the core set to try.
_CORE_TRIES = 8

#: Most improvement, in steps, of who ends bed-ridden.
_LYING_GAINS = {PHYSICIAN: 3, PATIENT: 10, MMT: 0, HAQ: 0}

_PSOAS = MEASURES.index("psoas")

#: Order in which the baselines of the core set are moved.
_MOVED = (MMT, HAQ, PHYSICIAN, PATIENT, CK, EXTRAMUSCULAR)


class Allocation:
    """Pairs of one cohort's patients, given by course, latent scores and plausibility."""

    def __init__(
        self,
        rng: np.random.Generator,
        profiles: Profiles,
        courses: dict[int, Course],
        score_limits: ScoreLimits,
        targets: Targets,
        assumptions: Assumptions,
    ) -> None:
        self.rng, self.profiles = rng, profiles
        self.targets, self.assumptions = targets, assumptions
        self.n = len(courses)
        every = list(courses.values())
        self._lost = np.array([course.kind == LOST for course in every])
        #: Who ends bed-ridden.
        self.lying = np.flatnonzero([course.amended and course.rescue for course in every])
        self._limits = np.array([score_limits.at(course, course.end_week) for course in every])
        self._score, self._success = self._draw_scores(score_limits.responder)
        self.rules = BaselineRules(profiles, self.lying, targets, assumptions)
        self._draw_latent()

    def _draw_latent(self) -> None:
        concordance = self.assumptions.concordance
        self.latent = draw_latent(self.rng, self.profiles, self._success, self.lying, concordance)

    def give(
        self, pairs: list[Pairs], scorer: Scorer, again: Callable[[int], Pairs | None]
    ) -> tuple[Ints, Ints] | None:
        """Return baselines and ends, patients by measures; None if the pairs do not fit.

        Parameters
        ----------
        pairs
            One set for each measure.
        scorer
            Scores the patients.
        again
            Draws another set for a measure outside the core set, to which no score is tied.
        """
        start = np.full((self.n, len(MEASURES)), MISSING, dtype=np.int64)
        end = start.copy()
        if not self._give_core(pairs, scorer, start, end):
            return None
        if self.assumptions.plausible:
            end[self.lying, MRS] = BEDRIDDEN
            for m in _MOVED:
                self._move(start, end, m, np.arange(self.n), self.latent)
            if self.rules.broken(start, end).any():
                return None
        latent = follow_core(self.rng, start, end, self.latent, self.lying)
        for m in range(CORE, len(MEASURES)):
            who = np.arange(self.n)
            if m == _PSOAS:
                who = np.flatnonzero(self.profiles["psoas_missing"] == 0)
            drawn: Pairs | None = pairs[m]
            for _ in range(_AGAIN):
                if drawn is not None and self._place(m, drawn, who, start, end, latent):
                    break
                drawn = again(m)
            else:
                return None
        return start, end

    def _give_core(self, pairs: list[Pairs], scorer: Scorer, start: Ints, end: Ints) -> bool:
        """Write the core set, the changes of each as little at odds as a few tries give."""
        best: tuple[int, Ints, LatentScores] | None = None
        for _ in range(_CORE_TRIES):
            concordance = self.assumptions.concordance
            held = assign_core(self.rng, pairs[:CORE], scorer, self._goals(pairs), concordance)
            if held is None:
                break
            _write(pairs, held, start, end)
            if not self.assumptions.plausible:
                return True
            # Changes stay with the patients from here on: what they contradict cannot be mended.
            if not self.rules.contradictions.opposed(start, end).any():
                odds = self.rules.expectations.at_odds(start, end)
                if best is None or odds < best[0]:
                    best = odds, held, self.latent
                if odds == 0:
                    break
            self._draw_latent()
        if best is None:
            return False
        _, held, self.latent = best
        _write(pairs, held, start, end)
        return True

    def _place(
        self, m: int, pairs: Pairs, who: Ints, start: Ints, end: Ints, latent: LatentScores
    ) -> bool:
        """Write a measure outside the core set; return whether it contradicts nothing."""
        lying = end[self.lying, m].copy()
        chosen = self._other(m, pairs, who, start, end, latent)
        if chosen is None:
            return False
        start[who, m], end[who, m] = pairs.baseline[chosen], pairs.end[chosen]
        if not self.assumptions.plausible:
            return True
        self._move(start, end, m, who, latent)
        if not self.rules.broken(start, end).any():
            return True
        start[:, m] = end[:, m] = MISSING
        end[self.lying, m] = lying
        return False

    def _draw_scores(self, responder: int) -> tuple[Ints, Floats]:
        """Draw the score that each patient ends near, and an order of how well they do."""
        rng, limits = self.rng, self._limits
        # Non-responders anywhere below their limit, in some cohorts lower than in others;
        # responders share what is left. Two groups, as the article has, and no crowd between.
        level = rng.uniform(0.1, 0.7)
        room = np.minimum(limits[:, 1] - limits[:, 0], rng.integers(2, responder)) + 1
        score = np.where(
            limits[:, 1] == TOP,
            rng.integers(1, 12, self.n),
            limits[:, 0] + np.floor(room * rng.beta(2 * level, 2 * (1 - level), self.n)),
        )
        if self.assumptions.plausible:
            # Of those who never improved, whoever did worst stopped, more or less; who had improved
            # for a time fell back less far.
            open_to = np.flatnonzero(limits[:, 0] == 0)
            stopped = rescued(self.profiles) & ~self._lost
            worst = rng.normal(0, _BLUR, len(open_to)) + (1 * self._lost - stopped)[open_to]
            score[open_to[np.argsort(worst)]] = np.sort(score[open_to])
        success = np.where(limits[:, 1] == TOP, TOP // 2 + score, score)
        # Who ends bed-ridden did not improve.
        score[self.lying] = 0
        success[self.lying] = -1
        return score.astype(np.int64), (success - success.mean()) / success.std()

    def _goals(self, pairs: list[Pairs]) -> Goals:
        shape = (CORE, self.n, self.n)
        gain = np.zeros((CORE, self.n), dtype=np.int64)
        unfit, ruled_out = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
        if self.assumptions.plausible:
            for m in range(CORE):
                weights = SUBTYPE_WEIGHTS.get(m, CORE_WEIGHTS)
                unfit[m] = np.rint(_UNITS * misfit(pairs[m], m, self.latent, weights))
                better = -pairs[m].change * int(SIGNS_OF_IMPROVEMENT[m])
                gain[m] = np.rint(10 * normal_scores(better))
                if m in _LYING_GAINS:
                    ruled_out[m, self.lying] = better > _LYING_GAINS[m]
                if limits := one_end(MEASURES[m]):
                    beyond = (pairs[m].end < limits[0]) | (pairs[m].end > limits[1])
                    ruled_out[m, self.lying] |= beyond
            lasting = lasting_signs(self.profiles)[:, None]
            calm = np.minimum(pairs[EXTRAMUSCULAR].baseline, pairs[EXTRAMUSCULAR].end) < LASTING
            unfit[EXTRAMUSCULAR] += _UNITS * _AVOIDED * (lasting & calm)
            fell = pairs[CK].baseline > self.rules.ck_fold[:, None] * pairs[CK].end
            unfit[CK] += _UNITS * _AVOIDED * fell
            ruled_out[CK] |= pairs[CK].baseline < self.rules.ck_least[:, None]
        disabled = self.assumptions.minimal_disability_for_all
        return Goals(
            self._limits[:, 0],
            self._limits[:, 1],
            self._score,
            self._success,
            *self.rules.extramuscular,
            unfit,
            gain,
            _UNITS * TOGETHER if self.assumptions.plausible else 0,
            ruled_out,
            self.rules.abnormal,
            self.targets.count("design.minimal_other_abnormal") if disabled else 0,
        )

    def _move(self, start: Ints, end: Ints, m: int, who: Ints, latent: LatentScores) -> None:
        """Move the baselines of a measure to where they suit, its changes kept."""
        change = end[who, m] - start[who, m]
        start[who, m] = move_baselines(
            self.rng,
            start[who, m],
            change,
            m,
            self.targets.rows[MEASURES[m]],
            latent.health[who, m],
            self.rules.allowed(start[who], end[who], m, who),
            self.rules.strain(start[who], end[who], m, who),
        )
        end[who, m] = start[who, m] + change

    def _other(
        self, m: int, pairs: Pairs, who: Ints, start: Ints, end: Ints, latent: LatentScores
    ) -> Ints | None:
        """Choose the pair of each patient of a measure outside the core set."""
        fixed: dict[int, int] = {}
        if m == SWALLOWING and self.assumptions.swallowing_follows_dysphagia:
            top = value_range(MEASURES[m], self.assumptions)[1]
            best = np.flatnonzero(pairs.baseline == top)
            well = np.flatnonzero(self.profiles["dysphagia"] == 0)
            fixed = dict(zip(well.tolist(), best.tolist(), strict=True))
        if m == MRS:
            lying = np.flatnonzero((pairs.end == BEDRIDDEN) & (pairs.change >= 0))
            if len(lying) < len(self.lying):
                return None
            chosen = self.rng.permutation(lying).tolist()
            fixed = dict(zip(self.lying.tolist(), chosen, strict=False))
        taken = set(fixed.values())
        free = np.array([at for at in range(len(pairs.change)) if at not in taken])
        open_who = np.array([i for i in who.tolist() if i not in fixed])
        if self.assumptions.plausible:
            cost = misfit(pairs, m, latent, OTHER_WEIGHTS)
            before, after = with_values(start, end, m, pairs.baseline[None], pairs.end[None])
            for each in (before, after):
                cost += self.rules.expectations.strain(each, np.arange(self.n))
            cost = cost + FORBIDDEN * self.rules.broken(before, after)
            cost = cost[np.ix_(open_who, free)]
            some = linear_sum_assignment(cost)[1]
        else:
            better = -pairs.change[free] * SIGNS_OF_IMPROVEMENT[m]
            some = ranked(self.rng, better, self._success[open_who], self.assumptions.concordance)
        given = dict(zip(open_who.tolist(), free[some].tolist(), strict=True)) | fixed
        return np.array([given[i] for i in who.tolist()])


def _write(pairs: list[Pairs], held: Ints, start: Ints, end: Ints) -> None:
    """Write the pairs of the core set as they are held."""
    for m in range(CORE):
        start[:, m], end[:, m] = pairs[m].baseline[held[m]], pairs[m].end[held[m]]
