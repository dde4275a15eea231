"""Courses of patients made at random, as plain lists, for slow computations patient by patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from tisstats.trial import Courses
from tisstats.trial.columns import ThreeValued

NAN = float("nan")


@dataclass(frozen=True)
class Visit:
    """A visit: its week, the bounds on its score, and whether it was worse (None: not known)."""

    week: float
    low: float
    high: float
    worse: bool | None = False


@dataclass(frozen=True)
class Patient:
    """A patient: visits in order, and the weeks of rescue, of an early stop and of the death."""

    visits: tuple[Visit, ...]
    rescue: float | None = None
    stop: float | None = None
    death: float | None = None


def patient(scores, *, rescue=None, stop=None, death=None, worse=()):
    """A patient by week and score; a score of two numbers is open; `worse` by week."""
    judged = dict(worse)
    visits = []
    for week, score in scores.items():
        low, high = score if isinstance(score, tuple) else (score, score)
        visits.append(Visit(week, low, high, judged.get(week, False)))
    return Patient(tuple(visits), rescue, stop, death)


def courses_of(patients):
    """The courses of such patients."""
    shape = (len(patients), max([1, *(len(each.visits) for each in patients)]))
    weeks, low, high = (np.full(shape, NAN) for _ in range(3))
    yes, no = np.zeros(shape, dtype=bool), np.ones(shape, dtype=bool)
    for row, each in enumerate(patients):
        for column, visit in enumerate(each.visits):
            at = row, column
            weeks[at], low[at], high[at] = visit.week, visit.low, visit.high
            yes[at], no[at] = visit.worse is True, visit.worse is False
    events = [
        [NAN if week is None else week for week in given]
        for given in (
            [p.rescue for p in patients],
            [p.stop for p in patients],
            [p.death for p in patients],
        )
    ]
    return Courses(weeks, low, high, ThreeValued(yes, no), *map(np.array, events))


SCORES = st.sampled_from([0.0, 10.0, 17.5, 20.0, 40.0, 60.0])


@st.composite
def visits_at_random(draw):
    weeks = draw(st.lists(st.integers(1, 12), max_size=4, unique=True))
    found = [Visit(0, 0, 0)] if draw(st.booleans()) else []
    for week in sorted(weeks):
        low, high = sorted([draw(SCORES), draw(SCORES)])
        if draw(st.integers(0, 2)):
            high = low
        found.append(Visit(week, low, high, draw(st.sampled_from([True, True, False, None]))))
    return tuple(found)


EVENT_WEEKS = st.none() | st.integers(0, 13)


@st.composite
def patients_at_random(draw):
    visits = draw(visits_at_random())
    rescue, stop = draw(EVENT_WEEKS), draw(EVENT_WEEKS)
    death = draw(EVENT_WEEKS) if draw(st.booleans()) else None
    if death is not None:
        visits = tuple(visit for visit in visits if visit.week <= death)
    return Patient(visits, rescue, stop, death)


PATIENTS = st.lists(patients_at_random(), min_size=1, max_size=4)
