"""Visits between baseline and end: drawn for each patient until the score fits the course."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic.baselines import BaselineRules
from tisstats.synthetic.cohort import MISSING, WEEKS
from tisstats.synthetic.course import DECISION, LOST, WEEK_3, Course, ScoreLimits
from tisstats.synthetic.plausibility_rules import jumps
from tisstats.synthetic.scoring import SIGNS_OF_IMPROVEMENT, Bools, Floats, Scorer, worsened
from tisstats.synthetic.table2_rows import BEDRIDDEN, value_range
from tisstats.synthetic.targets import CORE, MEASURES, Measure

#: Proposals for a visit, drawn at once, and how often.
_PROPOSALS, _BATCHES = 128, 24

#: Spread of the proposals by batch, where courses should be smooth.
_PROPOSAL_SPREADS = (0.4, 0.7, 1.0, 1.0, 1.4)

#: Share of the way to the end, of patients with a transient improvement.
_TRANSIENT_SHARE = 0.1

#: Measures whose jumps are factors, and the logarithm of a factor that is one jump.
_FACTORS = [Measure.CK, Measure.DELTOID, Measure.BICEPS, Measure.PSOAS]
_FACTOR = 0.4

#: Weight of what is expected of an assessment against the smoothness of a course.
_EXPECTATION_WEIGHT = 3.0


class InterimVisits:
    """Visits between baseline and end of one cohort, drawn week by week."""

    def __init__(
        self,
        rng: np.random.Generator,
        rules: BaselineRules,
        courses: Sequence[Course],
        scorer: Scorer,
        score_limits: ScoreLimits,
    ) -> None:
        profiles, assumptions = rules.profiles, rules.assumptions
        self.rng, self.uln, self.courses = rng, profiles["ck_uln"], courses
        self.scorer, self.score_limits = scorer, score_limits
        self.rules, self.plausible = rules, assumptions.plausibility
        n = len(courses)
        ranges = np.array([value_range(m, assumptions) for m in MEASURES], dtype=np.int64)
        #: Smallest values by measure, largest by patient and measure.
        self.lows, self.highs = ranges[:, 0], np.tile(ranges[:, 1], (n, 1))
        if assumptions.only_one_bedridden:
            self.highs[np.setdiff1d(np.arange(n), rules.bedridden), Measure.MRS] = BEDRIDDEN - 1
        #: By patient and measure, whether the value of the baseline stays.
        self.steady = np.zeros((n, len(MEASURES)), dtype=bool)
        if assumptions.swallowing_follows_dysphagia:
            self.steady[profiles["dysphagia"] == 0, Measure.SWALLOWING] = True
        self.steady[profiles["psoas_missing"] == 1, Measure.PSOAS] = True
        #: Typical change by measure: a quarter of the distance of its quartiles, a step at least.
        self.spreads = np.array(
            [max(1, row.quartiles["change"].spread) / 2 for row in rules.targets.rows.values()]
        )

    def fill(self, visits: Ints) -> bool:
        """Write the visits between baseline and end; return whether all could be drawn.

        Parameters
        ----------
        visits : shape (analysed, weeks, measures)
            Baseline and end are there; the rest is written, in steps of the scales.
        """
        return all(self._week(visits, at) for at in range(1, len(WEEKS)))

    def _week(self, visits: Ints, at: int) -> bool:
        week = WEEKS[at]
        there = [week in course.weeks and week < course.end_week for course in self.courses]
        who: Ints = np.flatnonzero(there)
        if not len(who):
            return True
        mine = [self.courses[i] for i in who.tolist()]
        limits = np.array([self.score_limits.at(course, week) for course in mine])
        end = visits[who, [WEEKS.index(course.end_week) for course in mine]]
        self.cap_after_week_4(visits, who, week, end, limits)
        if (limits[:, 0] > limits[:, 1]).any():
            return False
        # The visit before, which may be the baseline.
        seen = visits[who, :at, 0] != MISSING
        before = visits[who, at - 1 - seen[:, ::-1].argmax(axis=1)]
        # A transient gain does not lie between baseline and end.
        share = np.array(
            [
                _TRANSIENT_SHARE
                if course.kind == LOST and week == WEEK_3
                else (week / course.end_week) ** 0.5
                for course in mine
            ]
        )
        todo = np.arange(len(who))
        spreads = _PROPOSAL_SPREADS if self.plausible else (1.0,)
        for batch in range(_BATCHES):
            one = who[todo]
            start = visits[one, 0]
            spread = spreads[min(batch, len(spreads) - 1)]
            drawn = self._propose(start, end[todo], share[todo], self.highs[one], spread)
            drawn = np.where(self.steady[one][:, None], start[:, None], drawn)
            fits = self._fits(one, start[:, None], drawn, limits[todo])
            cost = ~fits * 1e12
            if self.plausible:
                cost = cost + self._roughness(before[todo], drawn, end[todo])
                # Proposals without jumps are preferred.
                far = jumps(before[todo][:, None], drawn) | jumps(drawn, end[todo][:, None])
                cost = cost + 1e6 * far.sum(axis=2)
                cost = cost + _EXPECTATION_WEIGHT * self.rules.expectations.cost(drawn, one)
            best = cost.argmin(axis=1)
            found = fits[np.arange(len(todo)), best]
            visits[one[found], at] = drawn[found, best[found]]
            todo = todo[~found]
            if not len(todo):
                return True
        return False

    def cap_after_week_4(self, visits: Ints, who: Ints, week: int, end: Ints, limits: Ints) -> None:
        """Cap the score after week 4 of patients who continued treatment."""
        for place, i in enumerate(who.tolist()):
            if not self.courses[i].amended or self.courses[i].rescue or week < DECISION:
                continue
            one = self.scorer.of(np.array([i]))
            then = end[place] if week == DECISION else visits[i, WEEKS.index(DECISION)]
            score = int(one.scores(visits[i, 0, None, :CORE], then[None, :CORE])[0])
            if week == DECISION:
                limits[place, 0] = max(limits[place, 0], score)
            else:
                limits[place, 1] = min(limits[place, 1], score)

    def _fits(self, one: Ints, start: Ints, drawn: Ints, limits: Ints) -> Bools:
        score = self.scorer.of(one).scores(start[..., :CORE], drawn[..., :CORE])
        fits: Bools = (score >= limits[:, :1]) & (score <= limits[:, 1:])
        fits &= ~worsened(start[..., :CORE], drawn[..., :CORE])
        if self.plausible:
            fits &= ~self.rules.contradictions.at(drawn, self.uln[one][:, None])
            fits &= ~self.rules.contradictions.between(start, drawn)
        return fits

    def _roughness(self, before: Ints, drawn: Ints, end: Ints) -> Floats:
        """Return how far a course jumps from the visit before, and on to the end."""
        found = np.zeros(drawn.shape[:2])
        for other in (before[:, None], end[:, None]):
            steps = (drawn - other) / (2 * self.spreads)
            now, then = (np.log(np.maximum(one, 1)[..., _FACTORS]) for one in (drawn, other))
            steps[..., _FACTORS] = (now - then) / _FACTOR
            # Squares: one great jump is worse than many small steps.
            found += (steps**2).sum(axis=2)
        return found

    def _propose(self, start: Ints, end: Ints, share: Floats, highs: Ints, spread: float) -> Ints:
        """Propose visits on the way from start to end, all measures pushed the same way."""
        rng = self.rng
        shape = (len(start), _PROPOSALS, 1)
        way = share[:, None, None] * rng.uniform(0.2, 1.3, shape)
        push = spread * rng.normal(0, 0.6, shape) * rng.choice([0.3, 1.0, 2.5], shape)
        noise = spread * rng.normal(0, 0.35, (len(start), _PROPOSALS, len(MEASURES)))
        better = (push + noise) * self.spreads
        drawn = start[:, None] + way * (end - start)[:, None] - better * SIGNS_OF_IMPROVEMENT
        # CK moves by factors.
        first, last = (np.log(np.maximum(values[:, Measure.CK], 1)) for values in (start, end))
        ck = first[:, None] + way[..., 0] * (last - first)[:, None]
        drawn[..., Measure.CK] = np.exp(ck - 0.5 * push[..., 0] - 0.5 * noise[..., Measure.CK])
        whole: Ints = np.clip(np.rint(drawn).astype(np.int64), self.lows, highs[:, None])
        return whole
