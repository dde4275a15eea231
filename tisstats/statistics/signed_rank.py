"""Wilcoxon's signed-rank test: exact with ties and zeros, and asymptotic as SPSS prints it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from tisstats.statistics._arguments import finite_vector, load_options, one_of
from tisstats.statistics._signed_rank_null import lower_tail
from tisstats.statistics._tolerance import require_rounding_error, tie_groups, tie_tolerance

#: What `signed_rank_test` does with zeros.
ZERO_METHODS: Final = load_options("zero-method")

#: Where the P value of `signed_rank_test` comes from.
SIGNED_RANK_METHODS: Final = load_options("signed-rank")

#: Alternatives of `signed_rank_test` to the null hypothesis of symmetry about 0.
ALTERNATIVES: Final = load_options("signed-rank-alternative")


@dataclass(frozen=True, slots=True)
class SignedRankTest:
    """Wilcoxon's signed-rank test: the result of `signed_rank_test`.

    Examples
    --------
    >>> result = signed_rank_test([1, 2, 2, 4, -1, 0])
    >>> result.w_plus, result.w_minus, result.n_zero, result.pvalue
    (13.5, 1.5, 1, 0.1875)
    """

    statistic: float  #: smaller rank sum when two-sided, else `w_plus`; as `scipy.stats.wilcoxon`
    pvalue: float  #: P value, 0 to 1
    z: float  #: (w_plus - mean) / standard deviation; positive when differences tend to be positive
    w_plus: float  #: sum of the ranks of the positive differences, a multiple of 1/2
    w_minus: float  #: sum of the ranks of the negative differences, a multiple of 1/2
    n: int  #: differences given
    n_used: int  #: differences that are not zero
    n_zero: int  #: differences that are zero
    n_tied: int  #: non-zero differences tied in absolute value with another
    zero_method: str  #: one of `ZERO_METHODS`
    method: str  #: one of `SIGNED_RANK_METHODS`
    alternative: str  #: one of `ALTERNATIVES`


def signed_rank_test(
    differences: ArrayLike,
    zero_method: str = "wilcox",
    method: str = "exact",
    alternative: str = "two-sided",
) -> SignedRankTest:
    """Perform Wilcoxon's signed-rank test of paired differences, or of one sample against 0.

    Parameters
    ----------
    differences : array_like, shape (n,)
        Differences in any unit; at least one, all finite. Missing values (nan, None, NA, masked)
        raise ValueError: dropping them is a decision of the analyst.
    zero_method : {"wilcox", "pratt"}
        Whether zeros are dropped before ranking or after; see `ZERO_METHODS`.
    method : {"exact", "asymptotic"}
        See `SIGNED_RANK_METHODS`. The choice is never changed automatically.
    alternative : {"two-sided", "less", "greater"}
        See `ALTERNATIVES`. Two-sided is twice the smaller tail, at most 1.

    Returns
    -------
    SignedRankTest
        Statistic, P value, z and rank sums, with the numbers of non-zero, zero and tied
        differences.

    Raises
    ------
    ValueError
        If the differences are empty, not one-dimensional, not numeric or not finite, or an option
        is unknown. If one is so large, such as a code for a missing value, that beside it different
        ones would count as equal, or as zeros.

    Notes
    -----
    Tied absolute values get mid-ranks. Under the null hypothesis the signs of the used differences
    are independent and equally likely to be plus or minus, given the absolute values. So W+ has the
    mean sum(r) / 2 and the variance sum(r**2) / 4 over the ranks r of the used differences, with
    ties and by either treatment of zeros, and z is the same by either method. SPSS prints z of the
    smaller rank sum, which is -abs(z), and the two-sided P that "asymptotic" gives with "wilcox".

    Rounding error does not separate equal changes: 0.3 - 0.1 ties with 0.2. Ordered by absolute
    value, from zero on, neighbours tie when their gap is at most 1e-9 of the largest, in any unit.
    So differences of at most 1e-9 of the largest are zeros. If any difference is given in single
    precision (float32), which has seven digits, the tolerance is 1e-5, unless all are whole
    numbers, which are exact there. Rounding error has many digits and measurements have few: if
    different ones of up to six digits would count as equal, or as zeros, the largest is no such
    measurement, and ValueError says so. This is not seen in single precision, nor of differences
    that are less than some thousandth of what they were computed from. Where all differences are
    rounding error, a rule that ignores the unit does not detect it: round such differences first.

    R's ``wilcox.test(exact = TRUE)`` changed: release 4.2.2 drops zeros, uses the normal
    approximation if there are ties or zeros, and warns; release 4.6.0 gives the exact P values
    of this function, with zeros ranked by "pratt". With ``exact = FALSE`` both drop zeros.

    If all differences are zero there is no information: W+ = W- = 0, z = 0 and P = 1 by any method
    and alternative.

    Exact P values are exact to the last bit up to 53 used differences. Of more they are accurate to
    a relative 1e-12, or 0 where they are below the smallest float; memory grows with the number of
    differences, not with the rank sums. 10,000 differences take a fraction of a second, 100,000
    distinct ones some seconds; "asymptotic" takes little more than sorting the differences.

    References
    ----------
    Streitberg & Röhmel 1986, Exact distributions for permutation and rank tests, Statistical
    Software Newsletter 12:10-18. Pratt 1959, doi:10.1080/01621459.1959.10501526.

    Examples
    --------
    >>> result = signed_rank_test([0.3 - 0.1, 0.2, -0.1, 0.5, 0.4, 0.0])
    >>> print(f"P = {result.pvalue:.4f}, z = {result.z:.3f}, W = {result.statistic}")
    P = 0.1250, z = 1.761, W = 1.0
    >>> result.n_used, result.n_zero, result.n_tied
    (5, 1, 2)
    >>> round(signed_rank_test([1, 2, 2, 4, -1, 0], method="asymptotic").pvalue, 4)
    0.1025
    """
    numbers = finite_vector("differences", differences)
    one_of("zero_method", zero_method, ZERO_METHODS)
    one_of("method", method, SIGNED_RANK_METHODS)
    one_of("alternative", alternative, ALTERNATIVES)

    tolerance = tie_tolerance("differences", differences, numbers)
    groups = tie_groups(np.abs(numbers), start=0.0, tolerance=tolerance)
    require_rounding_error("differences", np.abs(numbers), groups, tolerance)
    sizes = np.bincount(groups)
    zeros = int(sizes[0])
    if zero_method == "wilcox":
        sizes[0] = 0
    # First plus last rank of each group: twice its mid-rank, a whole number.
    doubled = 2 * np.cumsum(sizes) - sizes + 1
    doubled[0] = 0
    sizes[0] = 0
    scores: list[int] = np.repeat(doubled, sizes).tolist()
    total = sum(scores)
    plus = int(doubled[groups[numbers > 0]].sum())

    z = (2 * plus - total) / math.sqrt(sum(score * score for score in scores)) if total else 0.0
    if not total:
        pvalue = 1.0
    elif method == "exact":
        pvalue = _exact(scores, plus, alternative)
    else:
        pvalue = _normal(z, alternative)
    return SignedRankTest(
        statistic=(min(plus, total - plus) if alternative == "two-sided" else plus) / 2,
        pvalue=pvalue,
        z=z,
        w_plus=plus / 2,
        w_minus=(total - plus) / 2,
        n=numbers.size,
        n_used=len(scores),
        n_zero=zeros,
        n_tied=int(sizes[sizes > 1].sum()),
        zero_method=zero_method,
        method=method,
        alternative=alternative,
    )


def _exact(scores: list[int], plus: int, alternative: str) -> float:
    """Return the proportion of sign assignments with a rank sum at least as extreme as `plus`."""
    minus = sum(scores) - plus
    tail, at = lower_tail(scores, min(plus, minus))
    if alternative == "two-sided":
        return min(1.0, 2 * tail)
    if (plus <= minus) if alternative == "less" else (plus >= minus):
        return tail
    return 1 - (tail - at)


def _normal(z: float, alternative: str) -> float:
    """Return the normal tail beyond z."""
    if alternative == "two-sided":
        return 2 * float(ndtr(-abs(z)))
    return float(ndtr(z if alternative == "less" else -z))
