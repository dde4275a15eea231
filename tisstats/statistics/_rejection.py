"""Which tables of two arms a test of equal proportions rejects: all of them at once.

Tables are indexed by the successes of the first and of the second arm, shape
(trials_1 + 1, trials_2 + 1). Arguments were checked before.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import norm

from tisstats.statistics._binomial import outcome_chances

Floats = NDArray[np.float64]
Rejected = NDArray[np.bool_]

_NOISE = 1e-9  # relative; a P value of exactly alpha rejects, whatever its last digit
_TIE = 1e-7  # relative; R and SciPy call chances equal that differ by less

_GRID = 501
_REFINED = 25


def rejected(
    trials_1: int, trials_2: int, alpha: float, test: str, alternative: str = "two-sided"
) -> Rejected:
    """Tell which tables `test` rejects at `alpha`."""
    if test == "fisher":
        return fisher_pvalues(trials_1, trials_2, alternative) <= alpha * (1 + _NOISE)
    # The other tests treat both sides alike: two-sided, each side has half the error.
    one_side = alpha / 2 if alternative == "two-sided" else alpha
    side = _boschloo if test == "boschloo" else _chi_square
    greater = side(trials_1, trials_2, one_side)
    # Counting failures instead of successes exchanges the sides.
    less = greater[::-1, ::-1]
    return {"greater": greater, "less": less, "two-sided": greater | less}[alternative]


def chance(region: Rejected, proportion_1: float, proportion_2: float) -> float:
    """Chance of a table in `region`: an exact sum over both binomial distributions."""
    first, second = (
        outcome_chances(size - 1, proportion)
        for size, proportion in zip(region.shape, (proportion_1, proportion_2), strict=True)
    )
    return float(np.clip(first @ region @ second, 0, 1))


def greatest_error(region: Rejected) -> float:
    """Return the greatest chance of a table in `region` when both arms have one proportion."""
    weights = region.astype(np.float64)  # products with booleans are slow
    found = _errors_on_grid(region)
    grid = np.linspace(0, 1, _GRID)
    step = grid[1]
    for _ in range(3):
        # The highest few points and their neighbourhood, ever finer.
        best = grid[np.argsort(found)[-5:]]
        grid = np.unique(
            np.clip(best[:, np.newaxis] + np.linspace(-step, step, _REFINED), 0, 1).ravel()
        )
        step *= 2 / (_REFINED - 1)
        first, second = (outcome_chances(size - 1, grid) for size in region.shape)
        found = ((first @ weights) * second).sum(axis=1)
    return float(np.clip(found.max(), 0, 1))


def _errors_on_grid(region: Rejected) -> Floats:
    first, second = (_on_grid(size - 1) for size in region.shape)
    return np.asarray(((first @ region.astype(np.float64)) * second).sum(axis=1))


@lru_cache(maxsize=2)
def _on_grid(trials: int) -> Floats:
    return outcome_chances(trials, np.linspace(0, 1, _GRID))


def fisher_pvalues(trials_1: int, trials_2: int, alternative: str) -> Floats:
    """P values of Fisher's exact test."""
    first, second = np.arange(trials_1 + 1)[:, np.newaxis], np.arange(trials_2 + 1)
    both = first + second
    chances = np.exp(
        _log_choose(trials_1, first)
        + _log_choose(trials_2, second)
        - _log_choose(trials_1 + trials_2, both)
    )
    # One row for all tables with the same number of successes in all.
    rows = np.zeros((trials_1 + trials_2 + 1, trials_1 + 1))
    rows[both, first] = chances
    if alternative == "greater":
        pvalues = rows[:, ::-1].cumsum(axis=1)[:, ::-1]
    elif alternative == "less":
        pvalues = rows.cumsum(axis=1)
    else:
        pvalues = _no_likelier(rows)
    return np.asarray(np.minimum(pvalues[both, first], 1.0), dtype=np.float64)


def _no_likelier(rows: Floats) -> Floats:
    """For each entry of a row, add up the entries of that row that are no larger."""
    order = np.argsort(rows, axis=1)
    ascending = np.take_along_axis(rows, order, axis=1)
    columns = np.arange(rows.shape[1])
    last_of_tie = np.ones(rows.shape, dtype=np.bool_)
    last_of_tie[:, :-1] = ascending[:, 1:] > ascending[:, :-1] * (1 + _TIE)
    ends = np.where(last_of_tie, columns, rows.shape[1])
    ends = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    sums = np.take_along_axis(ascending.cumsum(axis=1), ends, axis=1)
    result = np.empty_like(rows)
    np.put_along_axis(result, order, sums, axis=1)
    return result


def _boschloo(trials_1: int, trials_2: int, alpha: float) -> Rejected:
    """Reject as many tables, in the order of Fisher's one-sided P value, as alpha allows."""
    statistic = fisher_pvalues(trials_1, trials_2, "greater")
    cuts = np.unique(statistic)
    # Fisher's test keeps its level whatever the common proportion: its tables are all rejected.
    below = int(np.searchsorted(cuts, alpha * (1 + _NOISE), side="right")) - 1
    safe, above = below, cuts.size
    limit = alpha * (1 + _NOISE)
    while above - below > 1:
        middle = (below + above) // 2
        # A grid alone can only understate the error, so what it refuses is refused.
        if _errors_on_grid(_up_to(statistic, cuts[middle])).max() <= limit:
            below = middle
        else:
            above = middle
    while below > safe and greatest_error(_up_to(statistic, cuts[below])) > limit:
        below -= 1
    if below < 0:
        return np.zeros(statistic.shape, dtype=np.bool_)
    return _up_to(statistic, cuts[below])


def _up_to(statistic: Floats, cut: float) -> Rejected:
    return np.asarray(statistic <= cut * (1 + _NOISE), dtype=np.bool_)


def _chi_square(trials_1: int, trials_2: int, alpha: float) -> Rejected:
    """Reject where the signed root of the chi-square statistic reaches the normal quantile."""
    first, second = np.arange(trials_1 + 1)[:, np.newaxis], np.arange(trials_2 + 1)
    pooled = (first + second) / (trials_1 + trials_2)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / trials_1 + 1 / trials_2))
    distance = first / trials_1 - second / trials_2
    reached = distance >= norm.isf(alpha) * spread * (1 - _NOISE)
    # Without spread all or none succeeded, and no difference is to be seen.
    return np.asarray(reached & (spread > 0), dtype=np.bool_)


def _log_choose(trials: int, chosen: NDArray[np.int_]) -> Floats:
    logs = gammaln(trials + 1) - gammaln(chosen + 1) - gammaln(trials - chosen + 1)
    return np.asarray(logs, dtype=np.float64)
