"""Give the pairs of Table 2 to patients, so that every patient's score fits the course.

The pairs of a measure are swapped between patients until all scores lie in their class, nobody is
worse by the definition, and everybody was disabled enough. What is left of choice goes to making
the measures of a patient point the same way, with scores near an aim drawn for each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.synthetic.scoring import (
    CK,
    EXTRAMUSCULAR,
    HAQ,
    MMT,
    PATIENT,
    PHYSICIAN,
    SIGNS_OF_IMPROVEMENT,
    TOP,
    WORSE_COUNT,
    WORSE_MMT_PERCENT,
    WORSE_PERCENT,
    Scorer,
    Truth,
    worse_by,
)
from tisstats.synthetic.targets import CORE

#: What a unit outside a class costs; distances from an aim are squared, so that none is far.
_HARD = 10_000

#: Rounds over the measures, and fresh starts.
_ROUNDS, _STARTS = 60, 6


@dataclass(frozen=True)
class Wishes:
    """What each patient's score and pairs must be, one entry a patient."""

    low: Ints  #: least score at the end, units
    high: Ints  #: greatest score at the end, units
    aim: Ints  #: score to come near, units; of responders, their share of what is left
    strength: NDArray[np.float64]  #: how well the patient does, for an ordering
    extramuscular_low: Ints  #: least baseline of extramuscular activity, steps
    extramuscular_high: Ints  #: greatest
    misfit: Ints  #: what each pair costs each patient besides: measures by patients by pairs
    gain: Ints  #: how great the improvement of each pair is, measures by pairs, in tenths
    together: int  #: weight of improvements that differ within a patient; 0 for none
    ruled_out: Truth  #: pairs that a patient must not have, of the same shape
    abnormal: Ints  #: from which baseline on a measure is abnormal, patients by core measures
    least_abnormal: int  #: measures besides MMT that must be abnormal
    may_worsen: bool  #: whether worsening by the definition is allowed

    def sharing(self, total: int) -> Wishes:
        """Give responders what the others leave of all points, above their least score."""
        open_end = self.high == TOP
        spare = total - int(self.aim[~open_end].sum()) - int(self.low[open_end].sum())
        weights = self.aim[open_end] / max(1, int(self.aim[open_end].sum()))
        aim = self.aim.copy()
        aim[open_end] = self.low[open_end] + np.floor(max(0, spare) * weights).astype(np.int64)
        return replace(self, aim=aim)


class CoreTable:
    """What each patient would get of each pair, for the six measures."""

    def __init__(self, pairs: list[Pairs], scorer: Scorer, wishes: Wishes) -> None:
        n = len(wishes.low)
        self.points = np.empty((CORE, n, n), dtype=np.int64)
        self.worse = np.zeros((CORE, n), dtype=np.int64)
        self.abnormal = np.zeros((CORE, n, n), dtype=np.int64)
        self.bad = wishes.ruled_out.astype(np.int64)
        self.misfit = wishes.misfit
        self.gain = wishes.gain
        for m, pair in enumerate(pairs):
            improvement = -pair.change * SIGNS_OF_IMPROVEMENT[m]
            self.points[m] = scorer.points(np.tile(improvement, (n, 1)), m)
            self.worse[m] = worse_by(pair.baseline, pair.end, m, WORSE_PERCENT)
            if m != MMT:
                self.abnormal[m] = pair.baseline[None, :] >= wishes.abnormal[:, m : m + 1]
        activity = pairs[EXTRAMUSCULAR].baseline[None, :]
        self.bad[EXTRAMUSCULAR] += (activity < wishes.extramuscular_low[:, None]) | (
            activity > wishes.extramuscular_high[:, None]
        )
        self.physician_worse: Truth = pairs[PHYSICIAN].change >= 20
        self.weaker: Truth = worse_by(pairs[MMT].baseline, pairs[MMT].end, MMT, WORSE_MMT_PERCENT)


def assign_core(
    rng: np.random.Generator,
    pairs: list[Pairs],
    scorer: Scorer,
    wishes: Wishes,
    concordance: float,
) -> Ints | None:
    """Say which pair of each core set measure each patient has.

    Returns
    -------
    ndarray of shape (6, patients) or None
        Places of the pairs, or None if no assignment was found.
    """
    n = len(wishes.low)
    table = CoreTable(pairs, scorer, wishes)
    wishes = wishes.sharing(round(float(table.points.mean(axis=1).sum())))
    for _ in range(_STARTS):
        held = np.empty((CORE, n), dtype=np.int64)
        for m, pair in enumerate(pairs):
            held[m] = ranked(
                rng, pair.change * -SIGNS_OF_IMPROVEMENT[m], wishes.strength, concordance
            )
        if _swap(rng, held, table, wishes):
            return held
    return None


def ranked(
    rng: np.random.Generator,
    improvement: Ints,
    strength: NDArray[np.float64],
    concordance: float,
) -> Ints:
    """Give the best changes to those who do best, blurred as concordance allows."""
    noise = rng.normal(0, 1, len(strength)) * 3 * (1 - concordance)
    held = np.empty(len(improvement), dtype=np.int64)
    held[np.argsort(strength + noise, kind="stable")] = np.argsort(improvement, kind="stable")
    return held


def _swap(rng: np.random.Generator, held: Ints, table: CoreTable, wishes: Wishes) -> bool:
    """Swap pairs while that helps; tell whether all that must hold holds."""
    n = held.shape[1]
    who = np.arange(n)
    quiet = 0
    for _ in range(_ROUNDS):
        for m in rng.permutation(CORE).tolist():
            state = _State(held, table)
            now = state.cost(
                wishes,
                state.score,
                state.worse,
                state.abnormal,
                state.pair,
                state.bad,
                state.gain,
            )
            mine = held[m]
            points = table.points[m][:, mine]
            score = state.score[:, None] - points[who, who][:, None] + points
            worse = state.worse[:, None] - table.worse[m][mine][:, None] + table.worse[m][mine]
            normal = table.abnormal[m][:, mine]
            abnormal = state.abnormal[:, None] - normal[who, who][:, None] + normal
            wrong = table.bad[m][:, mine]
            bad = state.bad[:, None] - wrong[who, who][:, None] + wrong
            pair = np.tile(state.pair[:, None], (1, n))
            if m == PHYSICIAN:
                pair = table.physician_worse[mine][None, :] & state.weaker[:, None]
            elif m == MMT:
                pair = table.weaker[mine][None, :] & state.physician_worse[:, None]
            step = table.gain[m][mine]
            gained = state.gain[:, None] - step[:, None] + step
            after = state.cost(wishes, score, worse, abnormal, pair, bad, gained)
            misfit = table.misfit[m][:, mine]
            after = after + misfit - misfit[who, who][:, None]
            gain = after + after.T - now[:, None] - now
            best = int(gain.min())
            if best >= 0:
                quiet += 1
                if quiet >= CORE:
                    break
                continue
            quiet = 0
            places = np.flatnonzero(gain == best)
            a, b = divmod(int(places[rng.integers(len(places))]), n)
            held[m, a], held[m, b] = held[m, b], held[m, a]
        if quiet >= CORE:
            break
    state = _State(held, table)
    hard = state.hard(wishes, state.score, state.worse, state.abnormal, state.pair, state.bad)
    return not hard.any()


class _State:
    """Sums over the measures of what each patient has."""

    def __init__(self, held: Ints, table: CoreTable) -> None:
        n = held.shape[1]
        who, which = np.arange(n), np.arange(CORE)[:, None]
        self.score = table.points[which, who, held].sum(axis=0)
        self.worse = table.worse[which, held].sum(axis=0)
        self.abnormal = table.abnormal[which, who, held].sum(axis=0)
        self.bad = table.bad[which, who, held].sum(axis=0)
        self.gain = table.gain[which, held].sum(axis=0)
        self.physician_worse = table.physician_worse[held[PHYSICIAN]]
        self.weaker = table.weaker[held[MMT]]
        self.pair = self.physician_worse & self.weaker

    @staticmethod
    def hard(
        wishes: Wishes, score: Ints, worse: Ints, abnormal: Ints, pair: Truth, bad: Ints
    ) -> Ints:
        """Count how far patients are from what must hold."""
        shape = (-1,) + (1,) * (score.ndim - 1)
        low, high = (x.reshape(shape) for x in (wishes.low, wishes.high))
        hard: Ints = np.maximum(low - score, 0) + np.maximum(score - high, 0) + bad
        hard = hard + np.maximum(wishes.least_abnormal - abnormal, 0)
        if not wishes.may_worsen:
            hard = hard + np.maximum(worse - WORSE_COUNT + 1, 0) + pair
        return hard

    @classmethod
    def cost(
        cls,
        wishes: Wishes,
        score: Ints,
        worse: Ints,
        abnormal: Ints,
        pair: Truth,
        bad: Ints,
        gain: Ints,
    ) -> Ints:
        """Say what patients cost, as they are or by what they would have."""
        aim = wishes.aim.reshape((-1,) + (1,) * (score.ndim - 1))
        hard = cls.hard(wishes, score, worse, abnormal, pair, bad)
        # The squares of improvements add up to the same however they are given; the square of
        # their sum within a patient is the greater, the more they are alike.
        alike = wishes.together * gain**2 // (100 * CORE)
        cost: Ints = _HARD * hard + (score - aim) ** 2 - alike
        return cost


#: Core set measures besides muscle testing, for thresholds of what is abnormal.
BESIDES_MMT = (PHYSICIAN, PATIENT, HAQ, CK, EXTRAMUSCULAR)
