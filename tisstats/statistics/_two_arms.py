"""Exact tests of two arms: P values, rejected tables, power and maximum type I error.

Tables are indexed by the successes of the first and of the second arm, shape
(trials_1 + 1, trials_2 + 1). Arguments were checked before.

*Fisher's test in whole numbers.* With all margins given, a table of two arms can be made in C(n1,
a) C(n2, b) ways out of C(n1 + n2, a + b). Ways are counted and compared as whole numbers, so that
rounding neither breaks true ties nor creates false ones; only the final division rounds, and
correctly. So equal P values are equal floats, and others are in the right
order as floats, or one float where they agree to some 16 digits.

*The maximum over a common proportion.* In n patients who each succeed with proportion p, an event
that happens with probability c[s] once s of them succeed has the probability sum over s of c[s]
C(n, s) p**s (1 - p)**(n - s): a polynomial in p of which the c[s] are the Bernstein coefficients.
On any part of 0 to 1 it has such coefficients, which de Casteljau's averages give, and nowhere on
that part is it above the greatest of them (Farouki 2012, doi:10.1016/j.cagd.2012.03.001). So parts
that cannot hold the maximum are separated from those that can, and no peak is missed, however
narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln
from scipy.stats import binom, norm

from tisstats.statistics._arguments import Counts

Floats = NDArray[np.float64]
Rejected = NDArray[np.bool_]
Whole = NDArray[np.int64]

_NOISE = 1e-9  # relative; a P value of exactly alpha rejects, whatever its last digit

_GRID = 501

#: Share of the maximum found by which the true one may exceed it, rounding aside.
CLOSE = 1e-12

_HALVINGS = 60  # beyond this, the ends of a part are equal floats


def outcome_probabilities(trials: int, proportions: ArrayLike) -> NDArray[np.float64]:
    """Return P(X = x) for x from 0 to `trials`, along a new last axis."""
    given = np.asarray(proportions, dtype=np.float64)
    # SciPy overflows at the smallest numbers there are; they are 0 for our purpose.
    column = np.where(given < 1e-300, 0.0, given)[..., np.newaxis]
    return np.asarray(binom.pmf(np.arange(trials + 1), trials, column), dtype=np.float64)


def fisher_pvalue(counts: Counts, alternative: str) -> float:
    """Return the P value of one table."""
    successes_1, trials_1, successes_2, trials_2 = counts
    both = successes_1 + successes_2
    own = math.comb(trials_1, successes_1) * math.comb(trials_2, successes_2)
    counted: Callable[[int, int], bool] = {
        "less": lambda first, _: first <= successes_1,
        "greater": lambda first, _: first >= successes_1,
        "two-sided": lambda _, ways: ways <= own,
    }[alternative]
    extreme = sum(ways for first, ways in _ways(trials_1, trials_2, both) if counted(first, ways))
    return extreme / math.comb(trials_1 + trials_2, both)


def fisher_pvalues(trials_1: int, trials_2: int, alternative: str) -> NDArray[np.float64]:
    """Return the P values of all tables, indexed by the successes of both arms."""
    pvalues = np.empty((trials_1 + 1, trials_2 + 1))
    trials = trials_1 + trials_2
    one, two = (_choices(size) for size in (trials_1, trials_2))
    for both in range(trials + 1):
        total = math.comb(trials, both)
        first = np.arange(max(0, both - trials_2), min(trials_1, both) + 1)
        ways = [one[a] * two[both - a] for a in first.tolist()]
        pvalues[first, both - first] = [tail / total for tail in _tails(ways, alternative)]
        if alternative == "two-sided" and 2 * both >= trials - 1:
            # To count failures instead of successes turns the table round and leaves P as it is.
            later = np.add.outer(np.arange(trials_1 + 1), np.arange(trials_2 + 1)) > both
            pvalues[later] = pvalues[::-1, ::-1][later]
            break
    return pvalues


@lru_cache(maxsize=4)
def _choices(trials: int) -> list[int]:
    """Return the binomial coefficients of `trials`."""
    return [math.comb(trials, chosen) for chosen in range(trials + 1)]


def _ways(trials_1: int, trials_2: int, both: int) -> Iterator[tuple[int, int]]:
    """Go through the possible successes of the first arm, with the number of ways."""
    fewest, most = max(0, both - trials_2), min(trials_1, both)
    ways = math.comb(trials_1, fewest) * math.comb(trials_2, both - fewest)
    for first in range(fewest, most + 1):
        yield first, ways
        ways = ways * ((trials_1 - first) * (both - first))
        ways //= (first + 1) * (trials_2 - both + first + 1)


def _tails(ways: list[int], alternative: str) -> list[int]:
    """Add up, for each table with the same margins, the ways of all that are as extreme."""
    if alternative == "less":
        return list(accumulate(ways))
    if alternative == "greater":
        return list(accumulate(reversed(ways)))[::-1]
    ascending = sorted(ways)
    # Of equally likely tables the last one stands, whose sum holds them all.
    up_to = dict(zip(ascending, accumulate(ascending), strict=True))
    return [up_to[own] for own in ways]


@lru_cache(maxsize=512)
def rejected(
    trials_1: int, trials_2: int, alpha: float, test: str, alternative: str = "two-sided"
) -> Rejected:
    """Return which tables `test` rejects at `alpha`; the array is shared and read-only."""
    alpha = float(alpha)  # a Decimal would not multiply with a float
    if test == "fisher":
        region = fisher_pvalues(trials_1, trials_2, alternative) <= alpha * (1 + _NOISE)
    else:
        # The other tests treat both sides alike: two-sided, each tail gets alpha / 2.
        one_side = alpha / 2 if alternative == "two-sided" else alpha
        side = _boschloo if test == "boschloo" else _chi_square
        greater = side(trials_1, trials_2, one_side)
        # Counting failures instead of successes exchanges the sides.
        less = greater[::-1, ::-1]
        region = {"greater": greater, "less": less, "two-sided": greater | less}[alternative]
    region.setflags(write=False)
    return region


def rejection_probability(region: Rejected, proportion_1: float, proportion_2: float) -> float:
    """Return the probability of a table in `region`, an exact sum over both distributions."""
    first, second = (
        outcome_probabilities(size - 1, proportion)
        for size, proportion in zip(region.shape, (proportion_1, proportion_2), strict=True)
    )
    return float(np.clip(first @ region @ second, 0, 1))


def maximum_error(region: Rejected) -> float:
    """Return the greatest probability of a table in `region` when both arms have one proportion."""
    return min(1.0, maximum_value(_given_successes(region)))


def _given_successes(region: Rejected) -> Floats:
    """Return the probability of a table in `region` for each number of successes in both arms.

    That is when both arms have one proportion, whichever it is.
    """
    trials_1, trials_2 = (size - 1 for size in region.shape)
    first, second = region.nonzero()
    both = first + second
    probabilities = np.exp(
        log_choose(trials_1, first)
        + log_choose(trials_2, second)
        - log_choose(trials_1 + trials_2, both)
    )
    return np.bincount(both, probabilities, trials_1 + trials_2 + 1).astype(np.float64)


@lru_cache(maxsize=2)
def _on_grid(trials: int) -> Floats:
    return outcome_probabilities(trials, np.linspace(0, 1, _GRID))


def _boschloo(trials_1: int, trials_2: int, alpha: float) -> Rejected:
    """Return Boschloo's rejection region: as many tables, by Fisher's P, as alpha allows."""
    statistic = fisher_pvalues(trials_1, trials_2, "greater")
    cuts = np.unique(statistic)
    # Fisher's error is at most alpha whatever the common proportion: so its rejection region is a
    # subset.
    below = int(np.searchsorted(cuts, alpha * (1 + _NOISE), side="right")) - 1
    safe, above = below, cuts.size
    limit = alpha * (1 + _NOISE)
    while above - below > 1:
        middle = (below + above) // 2
        # A grid alone can only understate the error, so what it refuses is refused.
        errors = _on_grid(trials_1 + trials_2) @ _given_successes(statistic <= cuts[middle])
        if errors.max() <= limit:
            below = middle
        else:
            above = middle
    while below > safe and maximum_error(statistic <= cuts[below]) > limit:
        below -= 1
    if below < 0:
        return np.zeros(statistic.shape, dtype=np.bool_)
    return np.asarray(statistic <= cuts[below], dtype=np.bool_)


def _chi_square(trials_1: int, trials_2: int, alpha: float) -> Rejected:
    """Reject where the signed root of the chi-square statistic reaches the normal quantile."""
    distance, spread = score_parts(trials_1, trials_2)
    # Without spread all or none succeeded: no evidence of a difference.
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


def log_choose(trials: int, chosen: ArrayLike) -> Floats:
    """Return the logarithms of binomial coefficients."""
    chosen = np.asarray(chosen)
    logs = gammaln(trials + 1) - gammaln(chosen + 1) - gammaln(trials - chosen + 1)
    return np.asarray(logs, dtype=np.float64)


def maximum_value(coefficients: Floats) -> float:
    """Return the greatest value, for p from 0 to 1, of the polynomial with these coefficients.

    The value is attained, and no value exceeds it by more than `CLOSE` of itself. Averages of
    numbers that are not negative round by about 1e-16 of themselves per coefficient.
    """
    parts = coefficients[:, np.newaxis]  # one column of coefficients for each part of 0 to 1
    best = float(max(coefficients[0], coefficients[-1]))
    for _ in range(_HALVINGS):
        parts = parts[:, parts.max(axis=0) > best * (1 + CLOSE)]
        if not parts.size:
            break
        left, right = _halves(parts)
        best = max(best, float(right[0].max()))
        parts = np.concatenate([left, right], axis=1)
    return best


def _halves(parts: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients on the lower and on the upper half of each part."""
    left, right = np.empty_like(parts), np.empty_like(parts)
    averages = parts
    for k in range(len(parts)):
        left[k], right[-1 - k] = averages[0], averages[-1]
        averages = (averages[:-1] + averages[1:]) / 2
    return left, right
