"""Assign the pairs of Table 2 to patients, so that every patient's score fits the course.

The pairs of a measure are swapped between patients until all scores lie within their limits, nobody
is worse by the definition, and everybody was disabled enough. What is left of choice goes to making
the measures of a patient point the same way, with scores near a goal drawn for each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.synthetic.scoring import (
    EXTRAMUSCULAR,
    MMT,
    PHYSICIAN,
    SIGNS_OF_IMPROVEMENT,
    TOP,
    WORSE_COUNT,
    WORSE_MMT_PERCENT,
    WORSE_PERCENT,
    Floats,
    Scorer,
    Truth,
    worse_by,
)
from tisstats.synthetic.targets import CORE

#: What a unit outside the limits costs; distances from a goal are squared, so that none is far.
_HARD = 10_000

#: Rounds over the measures, and fresh starts.
_ROUNDS, _STARTS = 60, 6


@dataclass(frozen=True)
class Goals:
    """What each patient's score and pairs must be or should be, one entry a patient."""

    low: Ints  #: least score at the end, units
    high: Ints  #: greatest score at the end, units
    score: Ints  #: score to come near, units; of responders, their share of what is left
    success: Floats  #: how well the patient does, for an ordering
    extramuscular_low: Ints  #: least baseline of extramuscular activity, steps
    extramuscular_high: Ints  #: greatest
    misfit: Ints  #: further cost of each pair to each patient: measures by patients by pairs
    gain: Ints  #: how great the improvement of each pair is, measures by pairs, in tenths
    together: int  #: weight of improvements that differ within a patient; 0 for none
    ruled_out: Truth  #: pairs that a patient must not have, of the same shape as `misfit`
    abnormal: Ints  #: from which baseline on a measure is abnormal, patients by core measures
    least_abnormal: int  #: measures besides MMT that must be abnormal

    def sharing(self, total: int) -> Goals:
        """Return the goals with what the others leave of all points shared by the responders."""
        open_end = self.high == TOP
        spare = total - int(self.score[~open_end].sum()) - int(self.low[open_end].sum())
        weights = self.score[open_end] / max(1, int(self.score[open_end].sum()))
        score = self.score.copy()
        score[open_end] = self.low[open_end] + np.floor(max(0, spare) * weights).astype(np.int64)
        return replace(self, score=score)


class CoreTable:
    """What each patient would get of each pair, for the six measures."""

    def __init__(self, pairs: list[Pairs], scorer: Scorer, goals: Goals) -> None:
        n = len(goals.low)
        self.points = np.empty((CORE, n, n), dtype=np.int64)
        self.worse = np.zeros((CORE, n), dtype=np.int64)
        self.abnormal = np.zeros((CORE, n, n), dtype=np.int64)
        self.bad = goals.ruled_out.astype(np.int64)
        self.gain = goals.gain
        for m, pair in enumerate(pairs):
            improvement = -pair.change * SIGNS_OF_IMPROVEMENT[m]
            self.points[m] = scorer.points(np.tile(improvement, (n, 1)), m)
            self.worse[m] = worse_by(pair.baseline, pair.end, m, WORSE_PERCENT)
            if m != MMT:
                self.abnormal[m] = pair.baseline[None, :] >= goals.abnormal[:, m : m + 1]
        activity = pairs[EXTRAMUSCULAR].baseline[None, :]
        self.bad[EXTRAMUSCULAR] += (activity < goals.extramuscular_low[:, None]) | (
            activity > goals.extramuscular_high[:, None]
        )
        self.physician_worse: Truth = pairs[PHYSICIAN].change >= 20
        self.weaker: Truth = worse_by(pairs[MMT].baseline, pairs[MMT].end, MMT, WORSE_MMT_PERCENT)


@dataclass(frozen=True)
class _Sums:
    """Sums over the measures of what each patient has, or would have with each other pair."""

    score: Ints
    worse: Ints  #: measures worse by so much that three of them are worsening
    abnormal: Ints
    deteriorated: Truth  #: whether both the global activity and the strength are worse
    bad: Ints
    gain: Ints

    def hard(self, goals: Goals) -> Ints:
        """Count how far patients are from what must hold."""
        low, high = (x.reshape(self._shape) for x in (goals.low, goals.high))
        hard: Ints = np.maximum(low - self.score, 0) + np.maximum(self.score - high, 0) + self.bad
        hard = hard + np.maximum(goals.least_abnormal - self.abnormal, 0)
        return hard + np.maximum(self.worse - WORSE_COUNT + 1, 0) + self.deteriorated

    def cost(self, goals: Goals) -> Ints:
        """Return what patients cost."""
        # The squares of improvements add up to the same however they are given; the square of
        # their sum within a patient is the greater, the more they are alike.
        alike = goals.together * self.gain**2 // (100 * CORE)
        distance = self.score - goals.score.reshape(self._shape)
        cost: Ints = _HARD * self.hard(goals) + distance**2 - alike
        return cost

    @property
    def _shape(self) -> tuple[int, ...]:
        return (-1,) + (1,) * (self.score.ndim - 1)


def assign_core(
    rng: np.random.Generator,
    pairs: list[Pairs],
    scorer: Scorer,
    goals: Goals,
    concordance: float,
) -> Ints | None:
    """Return which pair of each core set measure each patient has.

    Returns
    -------
    ndarray of shape (6, patients) or None
        Places of the pairs, or None if no assignment was found.
    """
    n = len(goals.low)
    table = CoreTable(pairs, scorer, goals)
    goals = goals.sharing(round(float(table.points.mean(axis=1).sum())))
    for _ in range(_STARTS):
        held = np.empty((CORE, n), dtype=np.int64)
        for m, pair in enumerate(pairs):
            improvement = pair.change * -SIGNS_OF_IMPROVEMENT[m]
            held[m] = ranked(rng, improvement, goals.success, concordance)
        if _swap(rng, held, table, goals):
            return held
    return None


def ranked(
    rng: np.random.Generator, improvement: Ints, success: Floats, concordance: float
) -> Ints:
    """Assign the best changes to those who do best, blurred as concordance allows."""
    noise = rng.normal(0, 1, len(success)) * 3 * (1 - concordance)
    held = np.empty(len(improvement), dtype=np.int64)
    held[np.argsort(success + noise, kind="stable")] = np.argsort(improvement, kind="stable")
    return held


def _swap(rng: np.random.Generator, held: Ints, table: CoreTable, goals: Goals) -> bool:
    """Swap pairs while that helps; return whether all that must hold holds."""
    n = held.shape[1]
    quiet = 0
    for _ in range(_ROUNDS):
        for m in rng.permutation(CORE).tolist():
            now = _held(held, table)
            misfit = _difference(goals.misfit[m], held[m])
            after = _exchanged(now, held, table, m).cost(goals) + misfit
            cost = now.cost(goals)
            gain = after + after.T - cost[:, None] - cost
            best = int(gain.min())
            if best >= 0:
                quiet += 1
                if quiet >= CORE:
                    return not _held(held, table).hard(goals).any()
                continue
            quiet = 0
            places = np.flatnonzero(gain == best)
            a, b = divmod(int(places[rng.integers(len(places))]), n)
            held[m, a], held[m, b] = held[m, b], held[m, a]
    return not _held(held, table).hard(goals).any()


def _difference(values: Ints, mine: Ints) -> Ints:
    """Return how much more each patient would have with the pair of each other patient."""
    exchanged = values[:, mine]
    return exchanged - exchanged.diagonal()[:, None]


def _held(held: Ints, table: CoreTable) -> _Sums:
    """Return the sums as the pairs are held."""
    who, which = np.arange(held.shape[1]), np.arange(CORE)[:, None]
    return _Sums(
        table.points[which, who, held].sum(axis=0),
        table.worse[which, held].sum(axis=0),
        table.abnormal[which, who, held].sum(axis=0),
        table.physician_worse[held[PHYSICIAN]] & table.weaker[held[MMT]],
        table.bad[which, who, held].sum(axis=0),
        table.gain[which, held].sum(axis=0),
    )


def _exchanged(now: _Sums, held: Ints, table: CoreTable, m: int) -> _Sums:
    """Return the sums of each patient with the pair of each other patient of one measure."""
    mine = held[m]
    deteriorated = np.tile(now.deteriorated[:, None], (1, len(mine)))
    if m == PHYSICIAN:
        deteriorated = table.physician_worse[mine] & table.weaker[held[MMT]][:, None]
    elif m == MMT:
        deteriorated = table.weaker[mine] & table.physician_worse[held[PHYSICIAN]][:, None]
    worse, gain = table.worse[m][mine], table.gain[m][mine]
    return _Sums(
        now.score[:, None] + _difference(table.points[m], mine),
        now.worse[:, None] - worse[:, None] + worse,
        now.abnormal[:, None] + _difference(table.abnormal[m], mine),
        deteriorated,
        now.bad[:, None] + _difference(table.bad[m], mine),
        now.gain[:, None] - gain[:, None] + gain,
    )
