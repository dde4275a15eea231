"""Give the pairs of all rows of Table 2 to patients: the core set by scores, the rest after it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from scipy.optimize import linear_sum_assignment

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.synthetic.agreement import (
    CORE_WEIGHTS,
    OTHER_WEIGHTS,
    SUBTYPE_WEIGHTS,
    TOGETHER,
    Aims,
    draw_aims,
    follow_core,
    misfit,
    normal_scores,
)
from tisstats.synthetic.assignment import Wishes, assign_core, ranked
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.columns import MISSING
from tisstats.synthetic.course import LOST, Course
from tisstats.synthetic.demands import MRS, SWALLOWING, Demands, with_values
from tisstats.synthetic.expectations import LASTING, lasting_signs, rescued
from tisstats.synthetic.interim import Classes
from tisstats.synthetic.levels import FORBIDDEN, move_levels
from tisstats.synthetic.people import signs
from tisstats.synthetic.profiles import Profiles
from tisstats.synthetic.scoring import (
    CK,
    EXTRAMUSCULAR,
    HAQ,
    MMT,
    PHYSICIAN,
    SIGNS_OF_IMPROVEMENT,
    TOP,
    Scorer,
)
from tisstats.synthetic.table2_rows import BEDRIDDEN, one_end, value_range
from tisstats.synthetic.targets import CORE, MEASURES, Targets

#: Whole units of what a score costs in one unit of misfit.
_UNITS = 3

#: What a pair costs that shall be avoided, beside misfits in squared normal scores.
_AVOIDED = 20

#: How much chance has to do with who of those without improvement stopped.
_BLUR = 0.4

#: Sets of pairs to try for a measure outside the core set.
_AGAIN = 5

#: Ways to try of giving the pairs of the core set to patients.
_CORE_TRIES = 8

#: Most improvement, in steps, of who ends bed-ridden.
_LYING_GAINS = {PHYSICIAN: 3, 1: 10, MMT: 0, HAQ: 0}

_PSOAS = MEASURES.index("psoas")

#: Order in which the baselines of the core set are moved.
_MOVED = (MMT, HAQ, PHYSICIAN, 1, CK, EXTRAMUSCULAR)


class Allocation:
    """Gives pairs to the patients of one cohort."""

    def __init__(
        self,
        rng: np.random.Generator,
        people: Profiles,
        courses: dict[int, Course],
        classes: Classes,
        targets: Targets,
        assumptions: Assumptions,
        without: Collection[str],
    ) -> None:
        self.rng, self.people, self.courses = rng, people, courses
        self.targets, self.assumptions, self.without = targets, assumptions, without
        self.n = len(courses)
        every = list(courses.values())
        self._lost = np.array([course.kind == LOST for course in every])
        stopped = [i for i, course in enumerate(every) if course.amended and course.rescue]
        #: Who ends bed-ridden.
        self.lying = np.array(stopped if "bedridden" not in without else [], dtype=np.int64)
        self._limits = np.array([classes.limits(course, course.end_week) for course in every])
        self._aim, self._strength = self._draw_scores(classes)
        self.demands = Demands(people, self.lying, targets, assumptions, without)
        self._draw_aims()

    def _draw_aims(self) -> None:
        self.aims = draw_aims(
            self.rng,
            self.people,
            self._strength,
            signs(self.people),
            self.lying,
            self.assumptions.concordance,
        )

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
                self._move(start, end, m, np.arange(self.n), self.aims)
            if self.demands.broken(start, end).any():
                return None
        aims = follow_core(self.rng, start, end, self.aims, self.lying)
        for m in range(CORE, len(MEASURES)):
            who = np.arange(self.n)
            if m == _PSOAS:
                who = np.flatnonzero(self.people["psoas_missing"] == 0)
            drawn: Pairs | None = pairs[m]
            for _ in range(_AGAIN):
                if drawn is not None and self._place(m, drawn, who, start, end, aims):
                    break
                drawn = again(m)
            else:
                return None
        return start, end

    def _give_core(self, pairs: list[Pairs], scorer: Scorer, start: Ints, end: Ints) -> bool:
        """Write the core set, the changes of each as little at odds as a few tries give."""
        best: tuple[int, Ints, Aims] | None = None
        for _ in range(_CORE_TRIES):
            held = assign_core(
                self.rng, pairs[:CORE], scorer, self._wishes(pairs), self.assumptions.concordance
            )
            if held is None:
                break
            for m in range(CORE):
                start[:, m], end[:, m] = pairs[m].baseline[held[m]], pairs[m].end[held[m]]
            if not self.assumptions.plausible:
                return True
            # Changes stay with the patients from here on: what they contradict cannot be mended.
            if not self.demands.contradicting.opposed(start, end).any():
                odds = self.demands.expectations.at_odds(start, end)
                if best is None or odds < best[0]:
                    best = odds, held, self.aims
                if odds == 0:
                    break
            self._draw_aims()
        if best is None:
            return False
        _, held, self.aims = best
        for m in range(CORE):
            start[:, m], end[:, m] = pairs[m].baseline[held[m]], pairs[m].end[held[m]]
        return True

    def _place(self, m: int, pairs: Pairs, who: Ints, start: Ints, end: Ints, aims: Aims) -> bool:
        """Write a measure outside the core set; tell whether it contradicts nothing."""
        lying = end[self.lying, m].copy()
        chosen = self._other(m, pairs, who, start, end, aims)
        if chosen is None:
            return False
        start[who, m], end[who, m] = pairs.baseline[chosen], pairs.end[chosen]
        if not self.assumptions.plausible:
            return True
        self._move(start, end, m, who, aims)
        if not self.demands.broken(start, end).any():
            return True
        start[:, m] = end[:, m] = MISSING
        end[self.lying, m] = lying
        return False

    def _draw_scores(self, classes: Classes) -> tuple[Ints, np.ndarray]:
        """Draw the score that each patient ends near, and an order of how well they do."""
        rng, limits = self.rng, self._limits
        # Non-responders anywhere below their cut, in some cohorts lower than in others; responders
        # share what is left. Two groups, as the article says, and no crowd just below a cut.
        level = rng.uniform(0.1, 0.7)
        room = np.minimum(limits[:, 1] - limits[:, 0], rng.integers(2, classes.responder)) + 1
        aim = np.where(
            limits[:, 1] == TOP,
            rng.integers(1, 12, self.n),
            limits[:, 0] + np.floor(room * rng.beta(2 * level, 2 * (1 - level), self.n)),
        )
        if self.assumptions.plausible:
            # Of those who never improved, whoever did worst stopped, more or less; who had improved
            # for a time fell back less far.
            open_to = np.flatnonzero(limits[:, 0] == 0)
            stopped = rescued(self.people) & ~self._lost
            worst = rng.normal(0, _BLUR, len(open_to)) + (1 * self._lost - stopped)[open_to]
            aim[open_to[np.argsort(worst)]] = np.sort(aim[open_to])
        strength = np.where(limits[:, 1] == TOP, TOP // 2 + aim, aim)
        # Who ends bed-ridden did not improve.
        aim[self.lying] = 0
        strength[self.lying] = -1
        return aim.astype(np.int64), (strength - strength.mean()) / strength.std()

    def _wishes(self, pairs: list[Pairs]) -> Wishes:
        least = self.targets.count("design.minimal_other_abnormal")
        shape = (CORE, self.n, self.n)
        gain = np.zeros((CORE, self.n), dtype=np.int64)
        unfit, ruled_out = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
        if self.assumptions.plausible:
            for m in range(CORE):
                cost = misfit(
                    pairs[m].baseline,
                    pairs[m].change,
                    m,
                    self.aims,
                    SUBTYPE_WEIGHTS.get(m, CORE_WEIGHTS),
                )
                unfit[m] = np.rint(_UNITS * cost)
                better = -pairs[m].change * int(SIGNS_OF_IMPROVEMENT[m])
                gain[m] = np.rint(10 * normal_scores(better))
                if m in _LYING_GAINS:
                    ruled_out[m, self.lying] = better > _LYING_GAINS[m]
                if limits := one_end(MEASURES[m]):
                    beyond = (pairs[m].end < limits[0]) | (pairs[m].end > limits[1])
                    ruled_out[m, self.lying] |= beyond
            lasting = lasting_signs(self.people)[:, None]
            calm = np.minimum(pairs[EXTRAMUSCULAR].baseline, pairs[EXTRAMUSCULAR].end) < LASTING
            unfit[EXTRAMUSCULAR] += _UNITS * _AVOIDED * (lasting & calm)
            fell = pairs[CK].baseline > self.demands.ck_fold[:, None] * pairs[CK].end
            unfit[CK] += _UNITS * _AVOIDED * fell
            ruled_out[CK] |= pairs[CK].baseline[None, :] < self.demands.ck_least[:, None]
        return Wishes(
            self._limits[:, 0],
            self._limits[:, 1],
            self._aim,
            self._strength,
            *self.demands.extramuscular,
            unfit,
            gain,
            _UNITS * TOGETHER if self.assumptions.plausible else 0,
            ruled_out,
            self.demands.abnormal,
            least if self.demands.disabled else 0,
            "no_worsening" in self.without,
        )

    def _move(self, start: Ints, end: Ints, m: int, who: Ints, aims: Aims) -> None:
        """Move the baselines of a measure to where they suit, its changes kept."""
        change = end[who, m] - start[who, m]
        start[who, m] = move_levels(
            self.rng,
            start[who, m],
            change,
            m,
            self.targets.rows[MEASURES[m]],
            aims.health[who, m],
            self.demands.allowed(start[who], end[who], m, who),
            self.demands.strain(start[who], end[who], m, who),
        )
        end[who, m] = start[who, m] + change

    def _other(
        self, m: int, pairs: Pairs, who: Ints, start: Ints, end: Ints, aims: Aims
    ) -> Ints | None:
        """Choose the pair of each patient of a measure outside the core set."""
        fixed: dict[int, int] = {}
        if m == SWALLOWING and self.assumptions.swallowing_follows_dysphagia:
            top = value_range(MEASURES[m], self.assumptions)[1]
            best = np.flatnonzero(pairs.baseline == top)
            well = np.flatnonzero(self.people["dysphagia"] == 0)
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
            cost = misfit(pairs.baseline, pairs.change, m, aims, OTHER_WEIGHTS)
            before, after = with_values(start, end, m, pairs.baseline[None], pairs.end[None])
            everyone = np.arange(self.n)
            for each in (before, after):
                cost += self.demands.expectations.strain(each, everyone)
            uln = self.people["ck_uln"][:, None]
            wrong = self.demands.contradicting.at(before, uln) | self.demands.contradicting.at(
                after, uln
            )
            wrong |= self.demands.contradicting.collapsed(before, after)
            wrong |= self.demands.contradicting.opposed(before, after)
            cost = (cost + FORBIDDEN * wrong)[np.ix_(open_who, free)]
            some = linear_sum_assignment(cost)[1]
        else:
            better = -pairs.change[free] * SIGNS_OF_IMPROVEMENT[m]
            some = ranked(self.rng, better, self._strength[open_who], self.assumptions.concordance)
        given = dict(zip(open_who.tolist(), free[some].tolist(), strict=True)) | fixed
        return np.array([given[i] for i in who.tolist()])
