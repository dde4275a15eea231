"""Two independent proportions: difference, ratio and odds ratio with intervals, and tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tisstats.statistics import _arguments, _limits, _two_arms
from tisstats.statistics._arguments import Broadcastable, BroadcastCounts, Counts
from tisstats.statistics._conditional_odds import conditional_odds
from tisstats.statistics.proportions import Interval, make_interval

#: Methods of `proportion_difference`: name to description and source.
DIFFERENCE_METHODS: Final = _arguments.load_options("difference")

#: Methods of `proportion_ratio`: name to description and source.
RATIO_METHODS: Final = _arguments.load_options("ratio")

Alternative = Literal["two-sided", "less", "greater"]

ALTERNATIVES: Final = ("two-sided", "less", "greater")

#: Tests of `two_proportion_test`: name to description and source.
PROPORTION_TESTS: Final = _arguments.load_options("proportion-test")

_Floats = NDArray[np.float64]

_COUNTS = ("successes_1", "trials_1", "successes_2", "trials_2")


def proportion_difference(
    successes_1: Broadcastable,
    trials_1: Broadcastable,
    successes_2: Broadcastable,
    trials_2: Broadcastable,
    confidence_level: Broadcastable = 0.95,
    method: str = "newcombe",
) -> Interval:
    """Compute the difference of two independent proportions, first minus second.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int or array_like
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    confidence_level : float or array_like
        Nominal confidence, strictly between 0 and 1. All numbers broadcast together.
    method : str
        One of `DIFFERENCE_METHODS`, which gives the source of each.

    Returns
    -------
    Interval
        All numbers between -1 and 1; arrays or Series where an argument is one.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range, or shapes do not broadcast.

    Notes
    -----
    The estimate is the observed difference, and lies between the limits of every method but one:
    "agresti-caffo" is centred at the difference after one success and one failure are added to each
    arm. At level 0.8 its limits are -0.978 to -0.689 for 0 of 10 against 10 of 10, a difference of
    -1. At 0.92 or above its limits enclose the estimate.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions; for the
    source of each method see `DIFFERENCE_METHODS`.

    Examples
    --------
    >>> found = proportion_difference(8, 19, 3, 20)
    >>> f"{found.estimate:.3f} ({found.low:.3f} to {found.high:.3f})"
    '0.271 (-0.012 to 0.508)'
    >>> low, high = proportion_difference([8, 9], 19, 3, 20)
    >>> low.round(3), high.round(3)
    (array([-0.012,  0.033]), array([0.508, 0.555]))
    """
    args = _arms(successes_1, trials_1, successes_2, trials_2, confidence_level=confidence_level)
    _arguments.one_of("method", method, DIFFERENCE_METHODS)
    first, of_first, second, of_second = args.counts
    low, high = difference_limits(args.counts, args.confidence_level, method)
    return make_interval(args, method, first / of_first - second / of_second, low, high)


def difference_limits(
    counts: list[NDArray[np.int64]], confidence_level: NDArray[np.float64], method: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the limits of `proportion_difference` for flat arrays that have been checked."""
    if method == "miettinen-nurminen":
        quantiles = _limits.normal_quantile(confidence_level)
        low, high = _limits.apply_elementwise(_limits.difference_limits, 2, *counts, quantiles)
    else:
        from statsmodels.stats.proportion import confint_proportions_2indep

        theirs = "newcomb" if method == "newcombe" else method
        low, high = confint_proportions_2indep(*counts, method=theirs, alpha=1 - confidence_level)
    return np.maximum(-1.0, low), np.minimum(1.0, high)


def proportion_ratio(
    successes_1: Broadcastable,
    trials_1: Broadcastable,
    successes_2: Broadcastable,
    trials_2: Broadcastable,
    confidence_level: Broadcastable = 0.95,
    method: str = "miettinen-nurminen",
) -> Interval:
    """Compute the ratio of two independent proportions, first over second.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int or array_like
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    confidence_level : float or array_like
        Nominal confidence, strictly between 0 and 1. All numbers broadcast together.
    method : str
        One of `RATIO_METHODS`, which gives the source of each.

    Returns
    -------
    Interval
        From 0 to infinity; without successes in the second arm, estimate and upper limit are
        infinite. Arrays or Series where an argument is one.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range, or shapes do not broadcast, or if
        neither arm has a success, so that the ratio is undefined.

    References
    ----------
    Miettinen & Nurminen 1985, Comparative analysis of two rates, doi:10.1002/sim.4780040211.

    Examples
    --------
    >>> found = proportion_ratio(8, 19, 3, 20)
    >>> f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"
    '2.81 (0.95 to 8.95)'
    """
    args = _arms(successes_1, trials_1, successes_2, trials_2, confidence_level=confidence_level)
    _arguments.one_of("method", method, RATIO_METHODS)
    first, of_first, second, of_second = args.counts
    _raise_if_any(
        args,
        (first == 0) & (second == 0),
        "successes_1 or successes_2 must be at least 1 for a ratio, got {0} and {2}",
    )
    if method == "miettinen-nurminen":
        quantiles = _limits.normal_quantile(args.confidence_level)
        low, high = _limits.apply_elementwise(_limits.ratio_limits, 2, *args.counts, quantiles)
    else:
        from statsmodels.stats.proportion import confint_proportions_2indep

        _raise_if_any(
            args,
            (first == 0) | (second == 0),
            "successes_1 and successes_2 must be at least 1 when method is 'log', got {0} and {2}",
        )
        low, high = confint_proportions_2indep(
            *args.counts, compare="ratio", method="log", alpha=1 - args.confidence_level
        )
    reference = second / of_second
    infinite = np.full(reference.shape, math.inf)
    estimate = np.divide(first / of_first, reference, out=infinite, where=reference > 0)
    return make_interval(args, method, estimate, low, high)


def odds_ratio(
    successes_1: Broadcastable,
    trials_1: Broadcastable,
    successes_2: Broadcastable,
    trials_2: Broadcastable,
    confidence_level: Broadcastable = 0.95,
) -> Interval:
    """Compute the conditional odds ratio of two independent proportions, with exact limits.

    The estimate is the conditional maximum likelihood estimate, as in R's `fisher.test`, not the
    cross-product ratio of the table; the limits invert both one-sided Fisher tests at alpha / 2
    each, so they need not agree with the two-sided P value.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int or array_like
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    confidence_level : float or array_like
        Nominal confidence, strictly between 0 and 1. All numbers broadcast together.

    Returns
    -------
    Interval
        From 0 to infinity; arrays or Series where an argument is one.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range, or shapes do not broadcast, or if there
        is no success or no failure overall, so that the odds ratio is undefined.

    References
    ----------
    Cornfield 1956, A statistical problem arising from retrospective studies, Proceedings of the
    Third Berkeley Symposium 4:135-148, ISBN 0-520-04719-6.

    Examples
    --------
    >>> found = odds_ratio(8, 19, 3, 20)
    >>> f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"
    '3.97 (0.74 to 28.39)'
    """
    args = _arms(successes_1, trials_1, successes_2, trials_2, confidence_level=confidence_level)
    first, of_first, second, of_second = args.counts
    both = first + second
    _raise_if_any(
        args,
        (both == 0) | (both == of_first + of_second),
        "successes_1 and successes_2 must include a success and a failure for an odds ratio, "
        "got {0} of {1} and {2} of {3}",
    )
    found = _limits.apply_elementwise(conditional_odds, 3, *args.counts, args.confidence_level)
    return make_interval(args, "conditional", *found)


def _arms(*counts: Broadcastable, **level: Broadcastable) -> BroadcastCounts:
    return BroadcastCounts.of(dict(zip(_COUNTS, counts, strict=True)), **level)


def _raise_if_any(args: BroadcastCounts, wrong: NDArray[np.bool_], message: str) -> None:
    """Raise ValueError for the first comparison that is `wrong`, with its counts in the message."""
    if wrong.any():
        entry = int(np.argmax(wrong))
        place = f" at position {entry + 1} of {wrong.size}" if args.shape else ""
        raise ValueError(message.format(*(int(count[entry]) for count in args.counts)) + place)


@dataclass(frozen=True, slots=True)
class TwoProportionTest:
    """A test that two independent proportions are equal: the result of `two_proportion_test`.

    Where an argument was an array or a Series, its numbers are arrays or Series too.

    Examples
    --------
    >>> result = two_proportion_test(10, 10, 10, 15, test="barnard")
    >>> round(result.proportion_2, 3), round(result.pvalue, 4)
    (0.667, 0.0509)
    """

    statistic: float  #: test statistic as in SciPy; see `two_proportion_test`
    pvalue: float  #: P value, 0 to 1
    proportion_1: float  #: observed proportion of the first arm, 0 to 1
    proportion_2: float  #: observed proportion of the second arm, 0 to 1
    test: str  #: one of `PROPORTION_TESTS`
    alternative: Alternative  #: "greater": the first proportion is larger


def two_proportion_test(
    successes_1: Broadcastable,
    trials_1: Broadcastable,
    successes_2: Broadcastable,
    trials_2: Broadcastable,
    *,
    test: str = "fisher",
    alternative: Alternative = "two-sided",
) -> TwoProportionTest:
    """Test whether two independent proportions are equal.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int or array_like
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm; they
        broadcast together.
    test : str
        One of `PROPORTION_TESTS`, which gives the source of each.
    alternative : {"two-sided", "less", "greater"}
        "greater": the first proportion is larger.

    Returns
    -------
    TwoProportionTest
        Statistic and P value, with both observed proportions; arrays or Series where an argument
        is one.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range, shapes do not broadcast, or `boschloo`
        or `barnard` would have more than ten million tables, or `boschloo` more than 10,000 trials
        in all.

    Notes
    -----
    Without any success or without any failure overall, each of these tests has a P value of 1.

    `statistic` is, for `fisher`, the cross-product odds ratio of the table (infinite or nan where a
    count is 0); for `boschloo`, Fisher's one-sided P value, the smaller one when two-sided;
    for `barnard`, the pooled score, positive when the first proportion is larger; for
    `chi-square`, Pearson's statistic, or its signed root when one-sided. For `barnard` and
    `chi-square` it is 0 without any success or without any failure overall.

    `fisher`, `boschloo` and `barnard` order tables by comparing whole numbers: ties between equally
    extreme tables are exact, so that P stays the same when arms are exchanged or failures
    counted instead of successes. SciPy 1.17 compares the scores of `barnard` as floats, omits
    tables that are as extreme as the observed one, and gives 0.0484 instead of 0.0509 for 10 of 10
    against 10 of 15 (its issue 18798). The score of `barnard` has the pooled variance, as
    ``scipy.stats.barnard_exact(pooled=True)``; two-sided, both signs count together.

    Where the numbers of ways would be too long, as in two arms of more than some 8,000 trials with
    half of them successes, `fisher` sums their logarithms: P is accurate to a relative 1e-9, and
    two-sided, tables whose probabilities agree to a relative 1e-10 count as equally likely.

    The maximum over the common proportion is accurate to a relative 1e-12, rounding aside:
    proportions are excluded only where a bound shows that they do not exceed it. Time and memory of
    `boschloo` and `barnard` grow with the product of the trials.

    References
    ----------
    Fisher 1935, doi:10.2307/2342435. Boschloo 1970, doi:10.1111/j.1467-9574.1970.tb00104.x.
    Barnard 1945, doi:10.1038/156177a0. Pearson 1900, doi:10.1080/14786440009463897.

    Examples
    --------
    >>> round(two_proportion_test(8, 19, 3, 20).pvalue, 4)
    0.0824
    >>> found = two_proportion_test(8, 19, 3, 20, test="boschloo")
    >>> round(found.statistic, 4), round(found.pvalue, 4)
    (0.063, 0.068)
    >>> two_proportion_test([8, 9], 19, 3, 20).pvalue.round(3)
    array([0.082, 0.041])
    """
    args = _arms(successes_1, trials_1, successes_2, trials_2)
    _arguments.one_of("test", test, PROPORTION_TESTS)
    _arguments.one_of("alternative", alternative, ALTERNATIVES)
    if test == "fisher":
        statistic, pvalue = _fisher(args.counts, alternative)
    else:
        statistic, pvalue = _limits.apply_elementwise(
            lambda *counts: _test_table(counts, test, alternative), 2, *args.counts
        )
    first, of_first, second, of_second = args.counts
    statistic, pvalue, proportion_1, proportion_2 = args.to_input_shape(
        statistic, pvalue, first / of_first, second / of_second
    )
    return TwoProportionTest(statistic, pvalue, proportion_1, proportion_2, test, alternative)


def too_many_tables(test: str, trials_1: int, trials_2: int) -> str | None:
    """Return why a test cannot list the tables of two arms; None if it can, or need not."""
    tables = (trials_1 + 1) * (trials_2 + 1)
    if test not in ("boschloo", "barnard"):
        return None
    if test == "boschloo" and trials_1 + trials_2 > _two_arms.MOST_TRIALS:
        return (
            f"is for at most {_two_arms.MOST_TRIALS:,} trials of both arms, got {trials_1} and "
            f"{trials_2}; 'barnard', 'fisher' and 'chi-square' take more"
        )
    if tables <= _two_arms.MOST_TABLES:
        return None
    return (
        f"has {tables:,} tables of {trials_1} and {trials_2} trials, and at most "
        f"{_two_arms.MOST_TABLES:,} are listed; 'fisher' and 'chi-square' need no list"
    )


def _fisher(counts: list[NDArray[np.int64]], alternative: str) -> tuple[_Floats, _Floats]:
    """Return the statistics and the P values of tables, those with the same margins together."""
    tables = list(zip(*(each.tolist() for each in counts), strict=True))
    alike: dict[tuple[int, int, int], list[int]] = {}
    for place, (first, of_first, second, of_second) in enumerate(tables):
        alike.setdefault((of_first, of_second, first + second), []).append(place)
    pvalues = np.empty(len(tables))
    for margins, places in alike.items():
        pvalues[places] = _two_arms.fisher_given_margins(
            [tables[place][0] for place in places], *margins, alternative
        )
    return np.array([_cross_product(table) for table in tables]), np.minimum(pvalues, 1.0)


def _test_table(counts: Counts, test: str, alternative: str) -> tuple[float, float]:
    """Return the statistic and the P value of one table, other than for Fisher's test."""
    statistic, pvalue = _signed_root(counts), 1.0
    # At least one success and one failure.
    mixed = 0 < counts[0] + counts[2] < counts[1] + counts[3]
    if mixed and (message := too_many_tables(test, counts[1], counts[3])) is not None:
        raise ValueError(f"test {test!r} {message}")
    match test:
        case "boschloo":
            statistic = _fisher_one_sided(counts, alternative)
            pvalue = _boschloo(counts, alternative) if mixed else 1.0
        case "barnard":
            pvalue = _barnard(counts, alternative) if mixed else 1.0
        case "chi-square":
            pvalue = _normal_tail(statistic, alternative) if mixed else 1.0
            statistic = statistic**2 if alternative == "two-sided" else statistic
    return statistic, min(pvalue, 1.0)


def _cross_product(counts: Counts) -> float:
    successes_1, trials_1, successes_2, trials_2 = counts
    above = successes_1 * (trials_2 - successes_2)
    below = successes_2 * (trials_1 - successes_1)
    if below:
        return above / below
    return math.inf if above else math.nan


def _fisher_one_sided(counts: Counts, alternative: str) -> float:
    sides = ("less", "greater") if alternative == "two-sided" else (alternative,)
    return min(_two_arms.fisher_pvalue(counts, side) for side in sides)


def _signed_root(counts: Counts) -> float:
    """Return the signed root of Pearson's chi-square, the pooled score; 0 without variance."""
    successes_1, trials_1, successes_2, trials_2 = counts
    both, trials = successes_1 + successes_2, trials_1 + trials_2
    if both in (0, trials):
        return 0.0
    distance = successes_1 * trials_2 - successes_2 * trials_1
    squared = distance**2 * trials / (trials_1 * trials_2 * both * (trials - both))
    return math.copysign(math.sqrt(squared), distance)


def _normal_tail(z: float, alternative: str) -> float:
    if alternative == "two-sided":
        return 2 * float(ndtr(-abs(z)))
    return float(ndtr(-z if alternative == "greater" else z))


def _boschloo(counts: Counts, alternative: str) -> float:
    """Return the maximum probability of tables whose one-sided Fisher P is no larger."""
    if alternative == "two-sided":
        return 2 * min(_boschloo(counts, "less"), _boschloo(counts, "greater"))
    successes_1, trials_1, successes_2, trials_2 = counts
    if alternative == "less":  # counting failures instead of successes exchanges the sides
        successes_1, successes_2 = trials_1 - successes_1, trials_2 - successes_2
    statistic = _two_arms.fisher_pvalues(trials_1, trials_2, "greater")
    return _two_arms.max_type_one_error(statistic <= statistic[successes_1, successes_2])


def _barnard(counts: Counts, alternative: str) -> float:
    """Return the maximum probability of the tables whose score is at least as extreme.

    Squares of scores are compared as products of whole numbers. As floats, equal ones can differ
    in the last digit, so that tables are missed, as in SciPy's `barnard_exact` (release 1.17, its
    issue 18798).
    """
    successes_1, trials_1, successes_2, trials_2 = counts
    distance, spread = _two_arms.score_parts(trials_1, trials_2)
    if (trials_1 * trials_2 * (trials_1 + trials_2)) ** 2 >= 2**64:
        distance, spread = distance.astype(object), spread.astype(object)  # would overflow 64 bits
    own_distance, own_spread = distance[successes_1, successes_2], spread[successes_1, successes_2]
    own_side = {"greater": own_distance > 0, "less": own_distance < 0}.get(alternative, True)
    if own_distance == 0 or not own_side:
        # The empty table is then as extreme, and has probability 1 at a common proportion of 0.
        return 1.0
    extreme = distance**2 * own_spread >= own_distance**2 * spread
    if alternative == "two-sided":
        return _two_arms.max_type_one_error((extreme & (spread > 0)).astype(np.bool_))
    return _two_arms.max_type_one_error((extreme & (distance * own_distance > 0)).astype(np.bool_))
