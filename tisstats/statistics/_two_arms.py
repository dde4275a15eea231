"""Exact tests of two arms: P values, rejection regions, power and maximum type I error.

Tables are indexed by the successes of the first and of the second arm, shape
(trials_1 + 1, trials_2 + 1). Arguments have been checked.

*Fisher's test in whole numbers.* Given all margins, C(n1, a) C(n2, b) of C(n1 + n2, a + b) ways
lead to a table of two arms. Ways are counted and compared as whole numbers, so that rounding
neither breaks true ties nor creates false ones; only the final division rounds, and correctly. So
equal P values are equal floats, and others are correctly ordered, or equal floats where they agree
to some 16 digits. Single tables of very large arms are an exception:
see `tisstats.statistics._hypergeometric`.

*The maximum over a common proportion.* In n patients with success probability p, an event with
probability c[s] given s successes has the probability sum over s of c[s] C(n, s) p**s (1 - p)**(n -
s): a polynomial in p of which the c[s] are the Bernstein coefficients.
On any subinterval of [0, 1] it has such coefficients, given by de Casteljau's algorithm, and
does not exceed the largest of them there (Farouki 2012, doi:10.1016/j.cagd.2012.03.001). So
subintervals whose bound is below a value already attained are discarded, and no peak is missed,
however narrow.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtri

from tisstats.statistics._arguments import Counts
from tisstats.statistics._hypergeometric import Margins, fisher_pvalue_by_logarithms

Floats = NDArray[np.float64]
Rejected = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Most tables of two arms that are listed, and most trials of both together where Fisher's P value
#: of each is needed: so many take a minute.
MOST_TABLES, MOST_TRIALS = 10_000_000, 10_000

_TOLERANCE = 1e-9  # relative; a P value equal to alpha up to rounding error counts as a rejection

#: Most digits, in binary, of the ways of all tables with the same margins that are counted, which
#: takes a fraction of a second.
_MOST_BITS = 300_000_000
#: The first takes as long as so many others.
_AS_LONG_AS_FIRST = 10_000

_GRID = 101  # coarse: what it misses is found afterwards

#: Relative amount by which the true maximum may exceed the one found, rounding aside.
RELATIVE_TOLERANCE = 1e-12

_MAX_BISECTIONS = 60  # beyond this, the ends of an interval are equal floats


def largest_rejected(alpha: float) -> float:
    """Return the largest P value that rejects: `alpha` up to rounding error, and never 1.

    >>> largest_rejected(0.05) > 0.05, largest_rejected(0.999_999_999) < 1
    (True, True)
    """
    return min(alpha * (1 + _TOLERANCE), (1 + alpha) / 2)


def outcome_probabilities(trials: int, proportions: ArrayLike) -> NDArray[np.float64]:
    """Return P(X = x) for x from 0 to `trials`, along a new last axis."""
    given = np.asarray(proportions, dtype=np.float64)
    # SciPy overflows at the smallest floats; here they count as 0.
    column = np.where(given < 1e-300, 0.0, given)[..., np.newaxis]
    return np.asarray(
        scipy.stats.binom.pmf(np.arange(trials + 1), trials, column), dtype=np.float64
    )


def fisher_pvalue(counts: Counts, alternative: str) -> float:
    """Return the P value of one table."""
    successes_1, trials_1, successes_2, trials_2 = counts
    return fisher_given_margins(
        [successes_1], trials_1, trials_2, successes_1 + successes_2, alternative
    )[0]


def fisher_given_margins(
    successes_1: list[int], trials_1: int, trials_2: int, both: int, alternative: str
) -> list[float]:
    """Return the P values of tables with the same margins, `both` successes in all of each.

    All possible tables are gone through once, and none is kept; where they have too many ways to
    count, by their logarithms.
    """
    margins = Margins(trials_1, trials_2, both)
    bits = float(log_choose(trials_1 + trials_2, both)) / math.log(2)
    if (margins.most - margins.fewest + _AS_LONG_AS_FIRST) * bits > _MOST_BITS:
        return [fisher_pvalue_by_logarithms(each, margins, alternative) for each in successes_1]
    rank: Callable[[int, int], int] = {  # the more extreme a table, the lower
        "less": lambda first, _: first,
        "greater": lambda first, _: -first,
        "two-sided": lambda _, ways: ways,
    }[alternative]
    own = [
        rank(first, math.comb(trials_1, first) * math.comb(trials_2, both - first))
        for first in successes_1
    ]
    ranks = sorted(set(own))
    between = [0] * (len(ranks) + 1)  # ways of tables that rank above the one before
    for first, ways in _ways(trials_1, trials_2, both):
        between[bisect_left(ranks, rank(first, ways))] += ways
    total = math.comb(trials_1 + trials_2, both)
    pvalues = {each: tail / total for each, tail in zip(ranks, accumulate(between), strict=False)}
    return [pvalues[each] for each in own]


@lru_cache(maxsize=1)
def fisher_pvalues(trials_1: int, trials_2: int, alternative: str) -> NDArray[np.float64]:
    """Return the P values of all tables, indexed by the successes of both arms.

    The array is shared and read-only.
    """
    if trials_1 == trials_2:
        pvalues = _fisher_of_equal_arms(trials_1, alternative)
        pvalues.setflags(write=False)
        return pvalues
    pvalues = np.empty((trials_1 + 1, trials_2 + 1))
    trials = trials_1 + trials_2
    one, two = (_choices(size) for size in (trials_1, trials_2))
    for both in range(trials + 1):
        total = math.comb(trials, both)
        first = np.arange(max(0, both - trials_2), min(trials_1, both) + 1)
        ways = [one[a] * two[both - a] for a in first.tolist()]
        pvalues[first, both - first] = [tail / total for tail in _tails(ways, alternative)]
        if alternative == "two-sided" and 2 * both >= trials - 1:
            # Counting failures instead of successes reverses the table and leaves P unchanged.
            later = np.add.outer(np.arange(trials_1 + 1), np.arange(trials_2 + 1)) > both
            pvalues[later] = pvalues[::-1, ::-1][later]
            break
    pvalues.setflags(write=False)
    return pvalues


def _fisher_of_equal_arms(arm: int, alternative: str) -> Floats:
    """Return the P values of all tables of two arms of the same size.

    Exchanging them shows that a table and its mirror image have as many ways, and counting failures
    as well that P("greater") of (a, b) is that of (arm - b, arm - a). So the ways of one half of
    the tables with the same margins are enough, of at most as many successes as failures.
    """
    greater = np.empty((arm + 1, arm + 1))
    choices = _choices(arm)
    for both in range(arm + 1):
        total = math.comb(2 * arm, both)
        # From all successes in the first arm down to as many as in the second.
        first = np.arange(both, (both - 1) // 2, -1)
        ways = [choices[a] * choices[both - a] for a in first.tolist()]
        tails = list(accumulate(ways))
        greater[first, both - first] = [tail / total for tail in tails]
        # The other half, as at least so many of the first arm: all ways but the tail beyond.
        beyond = [0, *tails][: both - len(first) + 1]
        fewer = np.arange(both - len(first) + 1)
        greater[fewer, both - fewer] = [(total - tail) / total for tail in beyond]
    places = np.arange(arm + 1)
    later = np.add.outer(places, places) > arm
    greater[later] = greater[::-1, ::-1].T[later]
    if alternative == "greater":
        return greater
    if alternative == "less":
        return np.ascontiguousarray(greater.T)
    # Ways fall from the middle on, and so twice a tail are those of tables no more likely.
    doubled = 2 * np.minimum(greater, greater.T)
    np.fill_diagonal(doubled, 1.0)
    return doubled


@lru_cache(maxsize=4)
def _choices(trials: int) -> list[int]:
    """Return the binomial coefficients of `trials`."""
    return [math.comb(trials, chosen) for chosen in range(trials + 1)]


def _ways(trials_1: int, trials_2: int, both: int) -> Iterator[tuple[int, int]]:
    """Yield each possible number of successes in the first arm with its number of ways."""
    fewest, most = max(0, both - trials_2), min(trials_1, both)
    ways = math.comb(trials_1, fewest) * math.comb(trials_2, both - fewest)
    for first in range(fewest, most + 1):
        yield first, ways
        ways = ways * ((trials_1 - first) * (both - first))
        ways //= (first + 1) * (trials_2 - both + first + 1)


def _tails(ways: list[int], alternative: str) -> list[int]:
    """Sum, for each table with the same margins, the ways of all tables at least as extreme."""
    if alternative == "less":
        return list(accumulate(ways))
    if alternative == "greater":
        return list(accumulate(reversed(ways)))[::-1]
    ascending = sorted(ways)
    # Of equally likely tables the last sum is kept, which includes them all.
    up_to = dict(zip(ascending, accumulate(ascending), strict=True))
    return [up_to[own] for own in ways]


@lru_cache(maxsize=1024)
def rejected(
    trials_1: int, trials_2: int, alpha: float, test: str, alternative: str = "two-sided"
) -> Rejected:
    """Return the rejection region of `test` at `alpha`; the array is shared and read-only."""
    alpha = float(alpha)  # a Decimal would not multiply with a float
    if test == "fisher":
        region = fisher_pvalues(trials_1, trials_2, alternative) <= largest_rejected(alpha)
    else:
        # The other tests are symmetric: two-sided, each tail gets alpha / 2.
        one_side = alpha / 2 if alternative == "two-sided" else alpha
        side = _boschloo if test == "boschloo" else _chi_square
        greater = side(trials_1, trials_2, one_side)
        # Counting failures instead of successes exchanges the sides.
        less = greater[::-1, ::-1]
        region = {"greater": greater, "less": less, "two-sided": greater | less}[alternative]
    region.setflags(write=False)
    return region


def rejection_probability(region: Rejected, proportion_1: float, proportion_2: float) -> float:
    """Return the probability of `region`, summed exactly over both distributions."""
    first, second = (
        outcome_probabilities(size - 1, proportion)
        for size, proportion in zip(region.shape, (proportion_1, proportion_2), strict=True)
    )
    return float(np.clip(first @ region @ second, 0, 1))


def max_type_one_error(region: Rejected) -> float:
    """Return the maximum probability of `region` over all proportions common to both arms."""
    return min(1.0, polynomial_maximum(_given_successes(region)))


def _given_successes(region: Rejected) -> Floats:
    """Return the probability of `region` given each total number of successes.

    It is the same for every proportion common to both arms.
    """
    trials_1, trials_2 = (size - 1 for size in region.shape)
    first, second = region.nonzero()
    probabilities = _given_total(trials_1, trials_2)[first, second]
    return np.bincount(first + second, probabilities, trials_1 + trials_2 + 1).astype(np.float64)


@lru_cache(maxsize=2)
def _given_total(trials_1: int, trials_2: int) -> Floats:
    """Return the probability of each table given its total number of successes."""
    first, second = np.arange(trials_1 + 1)[:, np.newaxis], np.arange(trials_2 + 1)
    return np.exp(
        log_choose(trials_1, first)
        + log_choose(trials_2, second)
        - log_choose(trials_1 + trials_2, first + second)
    )


@lru_cache(maxsize=2)
def _on_grid(trials: int) -> Floats:
    return outcome_probabilities(trials, np.linspace(0, 1, _GRID))


def _boschloo(trials_1: int, trials_2: int, alpha: float) -> Rejected:
    """Return Boschloo's rejection region, ordering tables by Fisher's one-sided P."""
    statistic = fisher_pvalues(trials_1, trials_2, "greater")
    thresholds = np.unique(statistic)
    limit = largest_rejected(alpha)
    # Fisher's type I error is at most alpha, so its rejection region is a subset.
    below = int(np.searchsorted(thresholds, limit, side="right")) - 1
    safe, above = below, thresholds.size
    while above - below > 1:
        middle = (below + above) // 2
        # A grid underestimates the maximum, so a region that exceeds alpha on it is too large.
        errors = _on_grid(trials_1 + trials_2) @ _given_successes(statistic <= thresholds[middle])
        if errors.max() <= limit:
            below = middle
        else:
            above = middle
    below = _last_within(
        lambda place: not _exceeds(_given_successes(statistic <= thresholds[place]), limit),
        safe,
        below,
    )
    if below < 0:
        return np.zeros(statistic.shape, dtype=np.bool_)
    return np.asarray(statistic <= thresholds[below], dtype=np.bool_)


def _last_within(within: Callable[[int], bool], first: int, last: int) -> int:
    """Return the last place from `first` on that is `within`; all before it are, `first` surely.

    The search starts at `last`, steps back by 1, 2, 4 and so on, and then halves.
    """
    back, above = 1, last + 1
    while last > first and not within(last):
        above, last, back = last, max(first, last - back), 2 * back
    while above - last > 1:
        middle = (last + above) // 2
        if within(middle):
            last = middle
        else:
            above = middle
    return last


def _chi_square(trials_1: int, trials_2: int, alpha: float) -> Rejected:
    """Return the region where the signed root of chi-square reaches the normal quantile."""
    distance, spread = score_parts(trials_1, trials_2)
    # Zero variance: all or none succeeded, which is not evidence of a difference.
    mixed = spread > 0
    squared = distance.astype(np.float64) ** 2 / np.where(mixed, spread, 1)
    scale = (trials_1 + trials_2) / (trials_1 * trials_2)
    root = np.sign(distance) * np.sqrt(squared * scale)
    quantile = -float(ndtri(alpha))
    return np.asarray((root >= quantile - _TOLERANCE * abs(quantile)) & mixed, dtype=np.bool_)


def score_parts(trials_1: int, trials_2: int) -> tuple[Ints, Ints]:
    """Return, for all tables, the integer components of the pooled score statistic.

    With D successes_1 trials_2 - successes_2 trials_1, and V the successes of both arms times the
    failures of both, the statistic is D / sqrt(V) times a factor that depends on the arm sizes
    alone. Where V is 0, so are D and the statistic.
    """
    first, second = np.arange(trials_1 + 1)[:, np.newaxis], np.arange(trials_2 + 1)
    both = first + second
    return first * trials_2 - second * trials_1, both * (trials_1 + trials_2 - both)


def log_choose(trials: int, chosen: ArrayLike) -> Floats:
    """Return the logarithms of binomial coefficients."""
    chosen = np.asarray(chosen)
    logs = gammaln(trials + 1) - gammaln(chosen + 1) - gammaln(trials - chosen + 1)
    return np.asarray(logs, dtype=np.float64)


def polynomial_maximum(coefficients: Floats) -> float:
    """Return the maximum over [0, 1] of the polynomial with these Bernstein coefficients.

    The value is attained, and the true maximum exceeds it by at most a relative
    `RELATIVE_TOLERANCE`. Averages of non-negative numbers have a relative rounding error of about
    1e-16 per coefficient.
    """
    parts = coefficients[:, np.newaxis]  # one column of coefficients per subinterval of [0, 1]
    best = float(max(coefficients[0], coefficients[-1]))
    for _ in range(_MAX_BISECTIONS):
        parts = parts[:, parts.max(axis=0) > best * (1 + RELATIVE_TOLERANCE)]
        if not parts.size:
            break
        left, right = _halves(parts)
        best = max(best, float(right[0].max()))
        parts = np.concatenate([left, right], axis=1)
    return best


def _exceeds(coefficients: Floats, limit: float) -> bool:
    """Test whether the maximum of `polynomial_maximum` exceeds a limit.

    The search ends at the first value above the limit. Subintervals on which a bound is not above
    it are dropped, and if none is left, the maximum does not exceed it, but for rounding. To find
    the maximum itself takes longer.
    """
    parts = coefficients[:, np.newaxis]
    for _ in range(_MAX_BISECTIONS):
        if max(parts[0].max(), parts[-1].max()) > limit:
            return True
        parts = parts[:, parts.max(axis=0) > limit * (1 + RELATIVE_TOLERANCE)]
        if not parts.size:
            break
        parts = np.concatenate(_halves(parts), axis=1)
    return False


def _halves(parts: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients on the lower and upper half of each subinterval."""
    left, right = np.empty_like(parts), np.empty_like(parts)
    averages = parts
    for k in range(len(parts)):
        left[k], right[-1 - k] = averages[0], averages[-1]
        averages = (averages[:-1] + averages[1:]) / 2
    return left, right
