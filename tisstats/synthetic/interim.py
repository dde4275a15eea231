"""Visits between baseline and end: drawn for each patient until the score fits the course."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.measures.scales import SCALES
from tisstats.synthetic.cohort import WEEKS
from tisstats.synthetic.columns import MISSING
from tisstats.synthetic.contradictions import Contradicting
from tisstats.synthetic.course import BETWEEN, DECISION, LOST, WEEK_3, Course
from tisstats.synthetic.expectations import Expectations
from tisstats.synthetic.scoring import CK, SIGNS_OF_IMPROVEMENT, TOP, UNIT, Scorer, Truth, worsened
from tisstats.synthetic.targets import CORE, MEASURES

#: Proposals for a visit, drawn at once, and how often.
_PROPOSALS, _BATCHES = 128, 24

#: How wild the proposals are, batch after batch, where courses shall be calm.
_WILD = (0.4, 0.7, 1.0, 1.0, 1.4)

#: Share of the way to the end, of patients who improved at first and lost it.
_GAINED_AND_LOST = 0.1

#: Measures whose jumps are factors, and the logarithm of a factor that is one jump.
_FACTORS = [CK, *(MEASURES.index(muscle) for muscle in ("deltoid", "biceps", "psoas"))]
_FACTOR = 0.4


#: Weight of what is expected of an assessment beside the calm of a course.
_STRAIN = 3.0


class Classes:
    """Between which scores a patient's visits must lie, in units."""

    def __init__(
        self, minimal: int, responder: int, response_lasts: bool, lost_stays_lost: bool
    ) -> None:
        self.minimal = int(minimal / UNIT)
        self.responder = int(responder / UNIT)
        self.response_lasts = response_lasts
        self.lost_stays_lost = lost_stays_lost

    def limits(self, course: Course, week: int) -> tuple[int, int]:
        """Give the least and greatest score of a visit after the baseline."""
        if (first := course.responds) is not None:
            if week < first:
                return 0, self.responder - 1
            if week == first or self.response_lasts:
                return self.responder, TOP
            return self.minimal, TOP
        at_end = week == course.end_week
        if course.kind == BETWEEN:
            return (self.minimal if at_end else 0), self.responder - 1
        if course.kind == LOST:
            if week == WEEKS[1]:
                return self.minimal, self.responder - 1
            kept = at_end or self.lost_stays_lost
            return 0, (self.minimal if kept else self.responder) - 1
        return 0, self.minimal - 1


#: Change from one visit to the next that is a jump, in the unit of each measure; forces and CK
#: jump by factors.
JUMPS = {
    "physician_global": Fraction(3),
    "patient_global": Fraction(4),
    "mmt": Fraction(40),
    "haq": Fraction(11, 8),
    "mrc_sum": Fraction(8),
    "swallowing": Fraction(3),
    "mrs": Fraction(2),
    "eq_vas": Fraction(40),
}
_JUMPS = np.array(
    [int(JUMPS[name] / SCALES[name].step) if name in JUMPS else 10**9 for name in MEASURES]
)


def jumps(before: Ints, after: Ints) -> Truth:
    """Tell of each measure (last axis) whether it jumps from one visit to another."""
    found: Truth = (np.abs(after - before) >= _JUMPS) & (before >= 0) & (after >= 0)
    return found


class Between:
    """Draws the visits between baseline and end."""

    def __init__(
        self,
        rng: np.random.Generator,
        uln: Ints,
        scorer: Scorer,
        classes: Classes,
        lows: Ints,
        highs: Ints,
        spreads: np.ndarray,
        steady: Ints,
        contradicting: Contradicting | None,
        expectations: Expectations,
        *,
        may_worsen: bool,
        may_improve: bool,
    ) -> None:
        """Note what visits must meet.

        Parameters
        ----------
        rng
            Source of randomness.
        uln : shape (analysed,)
            Upper limits of normal of CK.
        scorer, classes
            How visits are scored, and what scores must be.
        lows : shape (measures,)
            Least values.
        highs : shape (analysed, measures)
            Greatest values.
        spreads : shape (measures,)
            Typical size of a change, in steps.
        steady : shape (analysed, measures)
            1 where a measure keeps its value.
        contradicting
            Tells contradictions, which then do not occur; None lets them.
        expectations
            Tells what is avoided besides, where contradictions do not occur.
        may_worsen
            Whether the definition of worsening may be met.
        may_improve
            Whether those treated on by the amended regimen may improve further.
        """
        self.rng, self.uln, self.scorer, self.classes = rng, uln, scorer, classes
        self.lows, self.highs, self.spreads, self.steady = lows, highs, spreads, steady
        self.contradicting, self.expectations = contradicting, expectations
        self.may_worsen, self.may_improve = may_worsen, may_improve

    def fill(self, visits: Ints, courses: Sequence[Course]) -> bool:
        """Write the visits between baseline and end; tell whether all could be drawn.

        Parameters
        ----------
        visits : shape (analysed, weeks, measures)
            Baseline and end are there; the rest is written, in steps of the scales.
        courses
            Of the same patients.
        """
        return all(self._week(visits, courses, at) for at in range(1, len(WEEKS)))

    def _week(self, visits: Ints, courses: Sequence[Course], at: int) -> bool:
        week = WEEKS[at]
        there = [week in course.weeks and week < course.end_week for course in courses]
        who: Ints = np.flatnonzero(there)
        if not len(who):
            return True
        mine = [courses[i] for i in who.tolist()]
        limits = np.array([self.classes.limits(course, week) for course in mine])
        end = visits[who, [WEEKS.index(course.end_week) for course in mine]]
        if not self.may_improve:
            allow_no_further(visits, who, week, list(courses), self.scorer, end, limits)
        if (limits[:, 0] > limits[:, 1]).any():
            return False
        # The visit before, which may be the baseline.
        seen = visits[who, :at, 0] != MISSING
        before = visits[who, at - 1 - seen[:, ::-1].argmax(axis=1)]
        # What was gained and lost again lies on no way from baseline to end.
        share = np.array(
            [
                _GAINED_AND_LOST
                if course.kind == LOST and week == WEEK_3
                else (week / course.end_week) ** 0.5
                for course in mine
            ]
        )
        todo = np.arange(len(who))
        for batch in range(_BATCHES):
            one = who[todo]
            wild = 1.0 if self.contradicting is None else _WILD[min(batch, len(_WILD) - 1)]
            drawn = self._propose(visits[one, 0], end[todo], share[todo], self.highs[one], wild)
            drawn = np.where(self.steady[one][:, None] == 1, visits[one, 0][:, None], drawn)
            fits = self._fits(one, visits[one, 0][:, None], drawn, limits[todo])
            cost = ~fits * 1e12
            if self.contradicting is not None:
                cost = cost + self._effort(before[todo], drawn, end[todo])
                # A jump where it can be avoided is avoided.
                far = jumps(before[todo][:, None], drawn) | jumps(drawn, end[todo][:, None])
                cost = cost + 1e6 * far.sum(axis=2)
                cost = cost + _STRAIN * self.expectations.strain(drawn, one)
            best = cost.argmin(axis=1)
            found = fits[np.arange(len(todo)), best]
            visits[one[found], at] = drawn[found, best[found]]
            todo = todo[~found]
            if not len(todo):
                return True
        return False

    def _fits(self, one: Ints, start: Ints, drawn: Ints, limits: Ints) -> Truth:
        score = self.scorer.of(one).scores(start[..., :CORE], drawn[..., :CORE])
        fits: Truth = (score >= limits[:, :1]) & (score <= limits[:, 1:])
        if not self.may_worsen:
            fits &= ~worsened(start[..., :CORE], drawn[..., :CORE])
        if self.contradicting is not None:
            fits &= ~self.contradicting.at(drawn, self.uln[one][:, None])
            fits &= ~self.contradicting.collapsed(start, drawn)
            fits &= ~self.contradicting.opposed(start, drawn)
        return fits

    def _effort(self, before: Ints, drawn: Ints, end: Ints) -> np.ndarray:
        """How far a course jumps from the visit before, and on to the end."""
        found = np.zeros(drawn.shape[:2])
        for other in (before[:, None], end[:, None]):
            steps = (drawn - other) / (2 * self.spreads)
            logs = np.log(np.maximum(drawn, 1)[..., _FACTORS]) - np.log(
                np.maximum(other, 1)[..., _FACTORS]
            )
            steps[..., _FACTORS] = logs / _FACTOR
            # Squares: one great jump is worse than many small steps.
            found += (steps**2).sum(axis=2)
        return found

    def _propose(self, start: Ints, end: Ints, share: np.ndarray, highs: Ints, wild: float) -> Ints:
        """Draw visits on the way from start to end, all measures pushed the same way."""
        rng = self.rng
        shape = (len(start), _PROPOSALS, 1)
        way = share[:, None, None] * rng.uniform(0.2, 1.3, shape)
        push = wild * rng.normal(0, 0.6, shape) * rng.choice([0.3, 1.0, 2.5], shape)
        noise = wild * rng.normal(0, 0.35, (len(start), _PROPOSALS, len(MEASURES)))
        better = (push + noise) * self.spreads
        drawn = start[:, None] + way * (end - start)[:, None] - better * SIGNS_OF_IMPROVEMENT
        # CK moves by factors.
        logs = np.log(np.maximum(start[:, CK], 1)), np.log(np.maximum(end[:, CK], 1))
        ck = logs[0][:, None] + way[..., 0] * (logs[1] - logs[0])[:, None]
        drawn[..., CK] = np.exp(ck - 0.5 * push[..., 0] - 0.5 * noise[..., CK])
        whole: Ints = np.clip(np.rint(drawn).astype(np.int64), self.lows, highs[:, None])
        return whole


def allow_no_further(
    visits: Ints,
    who: Ints,
    week: int,
    order: list[Course],
    scorer: Scorer,
    end: Ints,
    limits: Ints,
) -> None:
    """After the decision of week 4 the score of those treated on rises no more."""
    for place, i in enumerate(who.tolist()):
        if not order[i].amended or order[i].rescue:
            continue
        one = scorer.of(np.array([i]))
        start = visits[i : i + 1, 0, :CORE]
        if week == DECISION:
            least = int(one.scores(start, end[place : place + 1, :CORE])[0])
            limits[place, 0] = max(limits[place, 0], least)
        elif week > DECISION:
            then = visits[i : i + 1, WEEKS.index(DECISION), :CORE]
            limits[place, 1] = min(limits[place, 1], int(one.scores(start, then)[0]))
