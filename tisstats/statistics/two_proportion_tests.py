"""Tests that two independent proportions are equal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.stats import norm

from tisstats.statistics._arguments import Counts, Whole, arm_counts, one_of
from tisstats.statistics._methods import described
from tisstats.statistics._two_arms import (
    fisher_pvalue,
    fisher_pvalues,
    maximum_error,
    score_parts,
)

Alternative = Literal["two-sided", "less", "greater"]

ALTERNATIVES: Final = ("two-sided", "less", "greater")

#: Every test of `two_proportion_test`: its name, and what it is with its source.
PROPORTION_TESTS: Final = described("proportion-test")


@dataclass(frozen=True, slots=True)
class TwoProportionTest:
    """A test that two independent proportions are equal: the result of `two_proportion_test`."""

    statistic: float  #: test statistic, as SciPy's; which one, see `two_proportion_test`
    pvalue: float  #: P value, 0 to 1
    first: float  #: observed proportion of the first arm, 0 to 1
    second: float  #: observed proportion of the second arm, 0 to 1
    test: str  #: one of `PROPORTION_TESTS`
    alternative: Alternative  #: "greater": the first proportion is the greater one


def two_proportion_test(
    successes_1: Whole,
    trials_1: Whole,
    successes_2: Whole,
    trials_2: Whole,
    *,
    test: str = "fisher",
    alternative: Alternative = "two-sided",
) -> TwoProportionTest:
    """Test whether two independent proportions are equal.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    test : str
        One of `PROPORTION_TESTS`, which names each test's source.
    alternative : {"two-sided", "less", "greater"}
        With "greater", the alternative is that the first proportion is the greater one.

    Returns
    -------
    TwoProportionTest
        Statistic and P value, with both observed proportions.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range.

    Notes
    -----
    Where no patient or every patient succeeded, each of these tests has a P value of 1.

    `statistic` is, for `fisher`, the odds ratio of the table (cross product; infinite or nan where
    a count is 0); for `boschloo`, the one-sided P value of Fisher, the smaller one when two-sided;
    for `barnard`, the pooled score, positive when the first proportion is the greater one; for
    `chi-square`, Pearson's statistic, or its signed root when one-sided. `barnard` and
    `chi-square` have 0 where nobody or everybody succeeded.

    `fisher`, `boschloo` and `barnard` order tables by comparing whole numbers: tables that are
    equally extreme count alike, so that P stays the same when arms are exchanged or failures
    counted instead of successes. SciPy 1.17 compares the scores of `barnard` as floats, misses
    tables that are as extreme as the observed one, and gives 0.0484 instead of 0.0509 for 10 of 10
    against 10 of 15 (its issue 18798). The score of `barnard` has the pooled variance, as
    ``scipy.stats.barnard_exact(pooled=True)``; two-sided, both signs count together.

    The maximum over the common proportion is attained to within 1e-12 of itself, rounding
    aside: proportions are only left out where a bound shows that they do not exceed it. Time and
    memory of `boschloo` and `barnard` grow with the product of the trials.

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
    """
    counts = arm_counts(successes_1, trials_1, successes_2, trials_2)
    one_of("test", test, PROPORTION_TESTS)
    one_of("alternative", alternative, ALTERNATIVES)
    first, second = counts[0] / counts[1], counts[2] / counts[3]
    root = _signed_root(counts)
    statistic, pvalue = root, 1.0
    mixed = 0 < counts[0] + counts[2] < counts[1] + counts[3]  # some succeeded, and some did not
    match test:
        case "fisher":
            statistic, pvalue = _cross_product(counts), fisher_pvalue(counts, alternative)
        case "boschloo":
            statistic = _fisher_one_sided(counts, alternative)
            pvalue = _boschloo(counts, alternative) if mixed else 1.0
        case "barnard":
            pvalue = _barnard(counts, alternative) if mixed else 1.0
        case "chi-square":
            pvalue = _normal_tail(root, alternative) if mixed else 1.0
            statistic = root**2 if alternative == "two-sided" else root
    return TwoProportionTest(statistic, min(pvalue, 1.0), first, second, test, alternative)


def _cross_product(counts: Counts) -> float:
    successes_1, trials_1, successes_2, trials_2 = counts
    above = successes_1 * (trials_2 - successes_2)
    below = successes_2 * (trials_1 - successes_1)
    if below:
        return above / below
    return math.inf if above else math.nan


def _fisher_one_sided(counts: Counts, alternative: str) -> float:
    sides = ("less", "greater") if alternative == "two-sided" else (alternative,)
    return min(fisher_pvalue(counts, side) for side in sides)


def _signed_root(counts: Counts) -> float:
    """Return the signed root of Pearson's chi-square, the pooled score; 0 without spread."""
    successes_1, trials_1, successes_2, trials_2 = counts
    both, trials = successes_1 + successes_2, trials_1 + trials_2
    if both in (0, trials):
        return 0.0
    distance = successes_1 * trials_2 - successes_2 * trials_1
    squared = distance**2 * trials / (trials_1 * trials_2 * both * (trials - both))
    return math.copysign(math.sqrt(squared), distance)


def _normal_tail(z: float, alternative: str) -> float:
    if alternative == "two-sided":
        return 2 * float(norm.sf(abs(z)))
    return float(norm.sf(z) if alternative == "greater" else norm.cdf(z))


def _boschloo(counts: Counts, alternative: str) -> float:
    """Return the maximum probability of tables whose one-sided P of Fisher is no larger."""
    if alternative == "two-sided":
        return 2 * min(_boschloo(counts, "less"), _boschloo(counts, "greater"))
    successes_1, trials_1, successes_2, trials_2 = counts
    statistic = fisher_pvalues(trials_1, trials_2, alternative)
    return maximum_error(statistic <= statistic[successes_1, successes_2])


def _barnard(counts: Counts, alternative: str) -> float:
    """Return the maximum probability of the tables whose score is at least as extreme.

    Squares of scores are compared as products of whole numbers. Compared as floats, equal ones
    would be separated by the last digit, and tables be missed: SciPy's `barnard_exact` does so
    (release 1.17, its issue 18798).
    """
    successes_1, trials_1, successes_2, trials_2 = counts
    distance, spread = score_parts(trials_1, trials_2)
    if (trials_1 * trials_2 * (trials_1 + trials_2)) ** 2 >= 2**64:
        distance, spread = distance.astype(object), spread.astype(object)  # no 64 bits will do
    own_distance, own_spread = distance[successes_1, successes_2], spread[successes_1, successes_2]
    own_side = {"greater": own_distance > 0, "less": own_distance < 0}.get(alternative, True)
    if own_distance == 0 or not own_side:
        # A table without any success is as extreme then, and certain where none can succeed.
        return 1.0
    extreme = distance**2 * own_spread >= own_distance**2 * spread
    if alternative == "two-sided":
        return maximum_error((extreme & (spread > 0)).astype(np.bool_))
    return maximum_error((extreme & (distance * own_distance > 0)).astype(np.bool_))
