"""Move baselines between patients, changes kept, until the measures of each go together.

A row of Table 2 fixes the quartiles of baseline, end and change. With the changes given to
patients, baselines are swapped or replaced as long as both kinds of quartiles hold, towards the
aims of each patient and away from contradictions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tisstats.forensics.order_statistics import Ints, Limits, OrderStatistic
from tisstats.forensics.paired_rows import PrintedRow
from tisstats.forensics.printed_quartiles import PrintedQuartiles
from tisstats.synthetic.agreement import Floats, normal_scores
from tisstats.synthetic.scoring import SIGNS_OF_IMPROVEMENT, Truth

#: What a baseline costs that must not be; greater than any distance from an aim.
FORBIDDEN = 1000.0

#: Moves to try for one measure, and new values to try for each patient.
_MOVES, _NEW = 40, 3

#: Range of baselines, in steps, from which on they are told apart, and how far, at least.
_FINE, _NEAR = 40, 3

#: A move that gains less is none.
_LEAST_GAIN = 1e-6


def orders_now(values: Ints, quartiles: PrintedQuartiles) -> list[OrderStatistic]:
    """Return what the printed quartiles ask of order statistics, where two share one: as now."""
    ordered = np.sort(values)
    found: dict[int, OrderStatistic] = {}
    for each in quartiles:
        if not each.upper:
            found[each.rank] = OrderStatistic(each.rank, *each.mean_range)
            continue
        for rank in each.ranks:
            value = int(ordered[rank - 1])
            found[rank] = OrderStatistic(rank, value, value)
    return [found[order] for order in sorted(found)]


def move_levels(
    rng: np.random.Generator,
    baseline: Ints,
    change: Ints,
    at: int,
    row: PrintedRow,
    aims: Floats,
    allowed: Callable[[Ints], Truth],
    strain: Callable[[Ints], Floats],
) -> Ints:
    """Return baselines that suit the patients better, with the same quartiles.

    Parameters
    ----------
    rng
        Source of randomness.
    baseline, change : shape (patients,)
        As they are, in steps.
    at
        Place of the measure.
    row
        The row of Table 2.
    aims
        What the baselines are aimed at, in normal scores.
    allowed
        Takes values of shape (values,) and tells of each patient (first axis) which may be the
        baseline.
    strain
        Takes the same values and returns what each costs each patient besides.
    """
    n = len(baseline)
    known, place = np.unique(baseline, return_inverse=True)
    score_of = np.zeros(len(known))
    score_of[place] = normal_scores(baseline, -int(SIGNS_OF_IMPROVEMENT[at]))
    before = orders_now(baseline, row.quartiles["baseline"])
    after = orders_now(baseline + change, row.quartiles["end"])
    # New values: near the aims, and those with which an end lies exactly on a quartile.
    rising = np.argsort(score_of)
    wanted = (aims[:, None] + rng.normal(0, 0.4, (n, _NEW))).ravel()
    near = np.rint(np.interp(wanted, score_of[rising], known[rising].astype(float)))
    exact = [order.low - change for order in after]
    # On coarse scales every value, those above and below all that were drawn included.
    reach = values_between(baseline, change) if baseline.max() < _FINE else baseline
    values = np.unique(np.concatenate([baseline, near.astype(np.int64), *exact, reach]))
    cost = (np.interp(values, known, score_of)[None, :] - aims[:, None]) ** 2
    cost = np.where(allowed(values), cost + strain(values), np.inf)
    limits = Limits(n)
    limits.add(before)
    limits.add(after, change)
    caps = limits.caps
    outside = limits.outside(np.tile(values, (n, 1)))
    held, who = np.searchsorted(values, baseline), np.arange(n)
    for _ in range(_MOVES):
        own, mine = np.minimum(cost[who, held], FORBIDDEN), outside[who, held]
        room = caps - mine.sum(axis=0)
        # Two patients swap their values.
        swapped = cost[:, held]
        gain = swapped + swapped.T - own[:, None] - own[None, :]
        theirs = outside[:, held] - mine[:, None]
        swap = _least(gain, theirs + theirs.transpose(1, 0, 2), room)
        # One patient has another value.
        alone = _least(cost - own[:, None], outside - mine[:, None], room)
        if min(swap[0], alone[0]) > -_LEAST_GAIN:
            break
        if swap[0] <= alone[0]:
            _, i, j = swap
            held[i], held[j] = held[j], held[i]
        else:
            _, i, new = alone
            held[i] = new
    return _untie(rng, values[held], change, limits, allowed)


def values_between(baseline: Ints, change: Ints) -> Ints:
    """Return all values from the least to the greatest that occur, and a few steps beyond."""
    both = np.concatenate([baseline, baseline + change])
    return np.arange(max(0, both.min() - _NEAR), both.max() + 2 * _NEAR + 1)


def _untie(
    rng: np.random.Generator,
    baseline: Ints,
    change: Ints,
    limits: Limits,
    allowed: Callable[[Ints], Truth],
) -> Ints:
    """Part patients who share a baseline or an end, where that changes no quartile.

    Fitting quartiles leaves many values on the printed ones, on fine scales a pile.
    """
    if baseline.max() - baseline.min() < _FINE:
        return baseline
    n, found = len(baseline), baseline.copy()
    reach = np.maximum(_NEAR, np.abs(baseline) // 8)[:, None]
    near = baseline[:, None] + rng.integers(-reach, reach + 1, (n, _NEW))
    good = allowed(near.ravel())[np.repeat(np.arange(n), _NEW), np.arange(near.size)]
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


def _least(gain: Floats, moved: Ints, room: Ints) -> tuple[float, int, int]:
    """Return the best move that keeps all quartiles, and what it gains."""
    kept = np.where((moved <= room).all(axis=2), gain, np.inf)
    i, j = divmod(int(kept.argmin()), kept.shape[1])
    return float(kept[i, j]), i, j
