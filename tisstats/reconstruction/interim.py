"""Visits between baseline and end: drawn for each patient until the score fits the course."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tisstats.reconstruction.cohort import WEEKS
from tisstats.reconstruction.course import BETWEEN, DECISION, LOST, Course
from tisstats.reconstruction.order_statistics import Ints
from tisstats.reconstruction.scoring import (
    CK,
    SIGNS_OF_IMPROVEMENT,
    TOP,
    UNIT,
    Scorer,
    worsened,
)
from tisstats.reconstruction.targets import CORE, MEASURES

#: Proposals for a visit, drawn at once, and how often.
_PROPOSALS, _BATCHES = 48, 24


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


def fill(
    rng: np.random.Generator,
    visits: Ints,
    courses: Mapping[int, Course],
    scorer: Scorer,
    classes: Classes,
    ranges: Ints,
    spreads: np.ndarray,
    steady: Ints,
    may_worsen: bool,
    may_improve: bool,
) -> bool:
    """Write the visits between baseline and end; tell whether all could be drawn.

    Parameters
    ----------
    rng
        Source of randomness.
    visits : shape (analysed, weeks, measures)
        Baseline and end are there; the rest is written, in steps of the scales.
    courses
        By number of the patient, in the order of `visits`.
    scorer, classes
        How visits are scored, and what scores must be.
    ranges : shape (measures, 2)
        Least and greatest values.
    spreads : shape (measures,)
        Typical size of a change, in steps.
    steady : shape (analysed, measures)
        1 where a measure keeps its value.
    may_worsen
        Whether the definition of worsening may be met.
    may_improve
        Whether those treated on by the amended regimen may improve further.
    """
    order = list(courses.values())
    for at, week in enumerate(WEEKS[1:], start=1):
        who = np.array(
            [
                i
                for i, course in enumerate(order)
                if week in course.weeks and week < course.end_week
            ],
            dtype=np.int64,
        )
        if not len(who):
            continue
        limits = np.array([classes.limits(order[i], week) for i in who.tolist()])
        last = np.array([WEEKS.index(order[i].end_week) for i in who.tolist()])
        end = visits[who, last]
        if not may_improve:
            allow_no_further(visits, who, week, order, scorer, end, limits)
        if (limits[:, 0] > limits[:, 1]).any():
            return False
        share = np.array([(week / order[i].end_week) ** 0.5 for i in who.tolist()])
        todo = np.arange(len(who))
        for _ in range(_BATCHES):
            one = who[todo]
            drawn = _propose(rng, visits[one, 0], end[todo], share[todo], ranges, spreads)
            drawn = np.where(steady[one][:, None] == 1, visits[one, 0][:, None], drawn)
            sub = scorer.of(one)
            start = visits[one, 0][:, None]
            score = sub.scores(start[..., :CORE], drawn[..., :CORE])
            fits = (score >= limits[todo, :1]) & (score <= limits[todo, 1:])
            if not may_worsen:
                fits &= ~worsened(start[..., :CORE], drawn[..., :CORE])
            found = fits.any(axis=1)
            first = fits.argmax(axis=1)
            visits[one[found], at] = drawn[found, first[found]]
            todo = todo[~found]
            if not len(todo):
                break
        else:
            return False
    return True


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


def _propose(
    rng: np.random.Generator,
    start: Ints,
    end: Ints,
    share: np.ndarray,
    ranges: Ints,
    spreads: np.ndarray,
) -> Ints:
    """Draw visits on the way from start to end, all measures pushed the same way."""
    shape = (len(start), _PROPOSALS, 1)
    way = share[:, None, None] * rng.uniform(0.2, 1.3, shape)
    push = rng.normal(0, 0.6, shape) * rng.choice([0.3, 1.0, 2.5], shape)
    noise = rng.normal(0, 0.35, (len(start), _PROPOSALS, len(MEASURES)))
    better = (push + noise) * spreads
    drawn = start[:, None] + way * (end - start)[:, None] - better * SIGNS_OF_IMPROVEMENT
    # CK moves by factors.
    logs = np.log(np.maximum(start[:, CK], 1)), np.log(np.maximum(end[:, CK], 1))
    ck = logs[0][:, None] + way[..., 0] * (logs[1] - logs[0])[:, None]
    drawn[..., CK] = np.exp(ck - 0.5 * push[..., 0] - 0.5 * noise[..., CK])
    whole: Ints = np.clip(np.rint(drawn).astype(np.int64), ranges[:, 0], ranges[:, 1])
    return whole
