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
from tisstats.statistics._fisher import fisher_pvalues
from tisstats.statistics._nuisance import greatest_value

Floats = NDArray[np.float64]
Rejected = NDArray[np.bool_]
Whole = NDArray[np.int64]

_NOISE = 1e-9  # relative; a P value of exactly alpha rejects, whatever its last digit

_GRID = 501


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
    return min(1.0, greatest_value(_given_successes(region)))


def _given_successes(region: Rejected) -> Floats:
    """Return the chance of a table in `region` for each number of successes in both arms.

    That is when both arms have one proportion, whichever it is.
    """
    trials_1, trials_2 = (size - 1 for size in region.shape)
    first, second = region.nonzero()
    both = first + second
    chances = np.exp(
        _log_choose(trials_1, first)
        + _log_choose(trials_2, second)
        - _log_choose(trials_1 + trials_2, both)
    )
    return np.bincount(both, chances, trials_1 + trials_2 + 1).astype(np.float64)


def _greatest_on_grid(region: Rejected) -> float:
    return float((_on_grid(sum(region.shape) - 2) @ _given_successes(region)).max())


@lru_cache(maxsize=2)
def _on_grid(trials: int) -> Floats:
    return outcome_chances(trials, np.linspace(0, 1, _GRID))


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
        if _greatest_on_grid(statistic <= cuts[middle]) <= limit:
            below = middle
        else:
            above = middle
    while below > safe and greatest_error(statistic <= cuts[below]) > limit:
        below -= 1
    if below < 0:
        return np.zeros(statistic.shape, dtype=np.bool_)
    return np.asarray(statistic <= cuts[below], dtype=np.bool_)


def _chi_square(trials_1: int, trials_2: int, alpha: float) -> Rejected:
    """Reject where the signed root of the chi-square statistic reaches the normal quantile."""
    distance, spread = score_parts(trials_1, trials_2)
    # Without spread all or none succeeded, and no difference is to be seen.
    seen = spread > 0
    squared = distance.astype(np.float64) ** 2 / np.where(seen, spread, 1)
    scale = (trials_1 + trials_2) / (trials_1 * trials_2)
    root = np.sign(distance) * np.sqrt(squared * scale)
    quantile = float(norm.isf(alpha))
    return np.asarray((root >= quantile - _NOISE * abs(quantile)) & seen, dtype=np.bool_)


def score_parts(trials_1: int, trials_2: int) -> tuple[Whole, Whole]:
    """Return, for all tables, the whole numbers that the pooled score statistic is made of.

    With D successes_1 trials_2 - successes_2 trials_1, and V the successes of both arms times the
    failures of both, the statistic is D / sqrt(V) times a number that depends on the arms alone.
    Without spread, where V is 0, so is D, and so is the statistic.
    """
    first, second = np.arange(trials_1 + 1)[:, np.newaxis], np.arange(trials_2 + 1)
    both = first + second
    return first * trials_2 - second * trials_1, both * (trials_1 + trials_2 - both)


def _log_choose(trials: int, chosen: NDArray[np.int_]) -> Floats:
    logs = gammaln(trials + 1) - gammaln(chosen + 1) - gammaln(trials - chosen + 1)
    return np.asarray(logs, dtype=np.float64)
