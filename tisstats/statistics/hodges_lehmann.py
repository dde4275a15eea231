"""Hodges-Lehmann estimate of a shift, with the interval of the exact signed-rank test."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.statistics._arguments import finite_vector, proportion_between
from tisstats.statistics._signed_rank_null import lower_tail
from tisstats.statistics._tolerance import round_to_zero, tie_groups, tie_tolerance

_Floats = NDArray[np.float64]

_ROUNDING: Final = 1e-12  # relative; a P value within it of 1 - confidence_level equals it


@dataclass(frozen=True, slots=True)
class HodgesLehmannEstimate:
    """The Hodges-Lehmann estimate with its interval: the result of `hodges_lehmann`.

    It unpacks to its limits: ``low, high = hodges_lehmann(differences)``.

    Examples
    --------
    >>> shift = hodges_lehmann([4, 1, -1, 2, 7, 3, 5, 0])
    >>> shift.estimate, shift.achieved_level
    (2.5, 0.9609375)
    """

    estimate: float  #: median of the Walsh averages, in the unit of the differences
    low: float  #: lower limit, same unit; -inf where no finite limit attains the level
    high: float  #: upper limit, same unit; inf where no finite limit attains the level
    level: float  #: nominal confidence level, 0 to 1, both ends excluded
    achieved_level: float  #: confidence that the interval has, from `confidence_level` to 1
    n: int  #: differences given, all of them used
    n_tied: int  #: differences tied with at least one other

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))


def hodges_lehmann(differences: ArrayLike, confidence_level: float = 0.95) -> HodgesLehmannEstimate:
    """Compute the Hodges-Lehmann estimate of the centre of symmetry, with exact limits.

    Parameters
    ----------
    differences : array_like, shape (n,)
        Differences in any unit, or a sample; at least one, all finite. Zeros are treated
        like any other value.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.

    Returns
    -------
    HodgesLehmannEstimate
        Estimate and limits in the unit of the differences, with the confidence achieved.

    Raises
    ------
    ValueError
        If the differences are empty, not one-dimensional, not numeric or not finite, or the level
        is not a proportion.

    See Also
    --------
    signed_rank_test : the test that is inverted.

    Notes
    -----
    The Walsh averages are the means of all pairs of differences, each with itself included. The
    estimate is their median, the mean of the middle two if their number is even (Hodges & Lehmann
    1963, doi:10.1214/aoms/1177704172).

    The interval contains the shifts that the exact two-sided test of the shifted differences does
    not reject, that is whose P value is above 1 - `confidence_level`:

    - *Evaluation points.* P changes only at Walsh averages, so the test is evaluated between
      neighbouring ones. There no shifted difference is zero and none ties with one of the other
      sign; only equal differences tie, and the test takes these ties as they are.
    - *At a Walsh average* zeros and further ties would arise for that one shift. It is not tested,
      but treated as the limit of its neighbours: the interval is closed, both limits are Walsh
      averages, and no shift is excluded or included merely by dropping zeros at one point. So the
      interval may disagree about a single shift with a test that drops zeros there.
    - *Gaps.* With ties, P need not be monotone on either side of the estimate. The limits are
      those of the outermost shifts that are not rejected; the interval contains all in between.
    - *Achieved level:* 1 - the largest P of a shift outside the interval, whichever limit it lies
      beyond. Any level from the nominal one up to it gives this interval.
      Without ties it is the coverage for any continuous symmetric distribution.
    - *Too few differences.* The smallest P is 2**(1 - n). If that is above 1 - `confidence_level`,
      no shift is rejected: the interval is the whole line, from -inf to inf, with the achieved
      level 1. So 0.95 needs six differences.
    - *Equal differences* are those equal up to rounding error; see `signed_rank_test`. By the same
      rule a limit or estimate that is zero up to rounding error is 0.

    Without ties, that is with all differences distinct, the limits are the k-th smallest and k-th
    largest Walsh average and the achieved level is 1 - 2 P(V < k), also where Walsh averages
    happen to be equal (Hollander, Wolfe & Chicken 2014, Nonparametric Statistical Methods,
    section 3.3, doi:10.1002/9781119196037). So does ``wilcox.test(conf.int = TRUE, exact = TRUE)``
    of R 4.6.0. Release 4.2.2 differs in two places: it keeps shifts with a P of exactly
    1 - `confidence_level`, which only levels such as 0.75 can meet, and where no finite
    limit attains the level it gives the range of the differences, which covers less.

    With ties release 4.2.2 uses an approximation. Release 4.6.0, and ``wilcox.exact`` of
    exactRankTests 0.8.35, which leaves zeros out, keep the null distribution of the unshifted
    differences for all shifts, so that their limits need not agree with their own tests.

    References
    ----------
    Hodges & Lehmann 1963, doi:10.1214/aoms/1177704172. Hollander, Wolfe & Chicken 2014,
    Nonparametric Statistical Methods, section 3.3, doi:10.1002/9781119196037.

    Examples
    --------
    >>> shift = hodges_lehmann([4, 1, -1, 2, 7, 3, 5, 0])
    >>> shift.estimate, shift.low, shift.high, round(shift.achieved_level, 3)
    (2.5, 0.0, 5.0, 0.961)
    >>> low, high = hodges_lehmann([1, 2, 4])
    >>> low, high
    (-inf, inf)
    """
    numbers = np.sort(finite_vector("differences", differences))
    tolerance = tie_tolerance("differences", differences)
    confidence_level = proportion_between("confidence_level", confidence_level)
    # A P value of 1 is not rejected, however low the confidence level.
    rejected = min((1 - confidence_level) * (1 + _ROUNDING), 1 - _ROUNDING)
    one, other = np.triu_indices(numbers.size)
    averages = np.sort(_mean(numbers[one], numbers[other]))
    groups = tie_groups(numbers, tolerance=tolerance) - 1
    sizes = np.bincount(groups)

    if sizes.max() == 1:
        rank = _untied_rank(numbers.size, rejected)
        low = float(averages[rank - 1]) if rank else -math.inf
        high = float(averages[-rank]) if rank else math.inf
        outside = _untied_p(numbers.size, rank - 1) if rank else 0.0
    else:
        distinct = np.bincount(groups, weights=numbers / sizes[groups]).astype(np.float64)
        low, outside_low = _tied_limit(averages, distinct, sizes, rejected, tolerance)
        high, outside_high = _tied_limit(-averages[::-1], -distinct, sizes, rejected, tolerance)
        high, outside = -high, max(outside_low, outside_high)
    middle = float(_mean(averages[(averages.size - 1) // 2], averages[averages.size // 2]))
    return HodgesLehmannEstimate(
        estimate=round_to_zero(middle, numbers, tolerance),
        low=round_to_zero(low, numbers, tolerance),
        high=round_to_zero(high, numbers, tolerance),
        level=confidence_level,
        achieved_level=1 - outside,
        n=numbers.size,
        n_tied=int(sizes[sizes > 1].sum()),
    )


def _mean(one: _Floats, other: _Floats) -> _Floats:
    """Return the mean of two; halves are added, since the sum may exceed the largest float."""
    return one / 2 + other / 2


def _untied_p(n: int, below: int) -> float:
    """Return the two-sided P of a shift with `below` Walsh averages below it, without ties.

    Their number is the sum of the ranks of the negative shifted differences
    (Hollander, Wolfe & Chicken 2014, section 3.1).
    """
    return 2 * lower_tail(range(1, n + 1), below)[0]


def _untied_rank(n: int, rejected: float) -> int:
    """Return the smallest number of Walsh averages below a shift that has a P above `rejected`."""
    return bisect_right(range(n * (n + 1) // 4 + 1), rejected, key=lambda k: _untied_p(n, k))


def _tied_limit(
    averages: _Floats, distinct: _Floats, sizes: NDArray[np.intp], rejected: float, tolerance: float
) -> tuple[float, float]:
    """Return the lower limit, and the largest P of the shifts below it.

    `averages` are the Walsh averages in ascending order, `distinct` the distinct
    differences and `sizes` how often each occurs.
    """

    @cache
    def p_value(below: int) -> float:
        """Return P of the shifts between the Walsh averages number `below` and the next."""
        if 2 * below >= averages.size:
            return 1.0
        shift = _mean(averages[max(0, below - 1)], averages[below])
        order = np.argsort(np.abs(_mean(distinct, -shift)))
        doubled = 2 * np.cumsum(sizes[order]) - sizes[order] + 1  # mid-ranks
        scores: list[int] = np.repeat(doubled, sizes[order]).tolist()
        return 2 * lower_tail(scores, 2 * below)[0]

    gaps = np.flatnonzero(np.diff(tie_groups(averages, tolerance=tolerance))) + 1
    pieces: list[int] = [0, *gaps.tolist(), averages.size]
    # Mid-ranks of t equal differences, p of them positive, move W by p (t - p) / 2 at most from
    # what it could be without ties. So P is no greater than the untied P of `slack` more Walsh
    # averages below, which spares most tests.
    n = int(sizes.sum())
    slack = math.ceil(float((sizes**2 // 4).sum()) / 2)
    first = bisect_left(pieces, _untied_rank(n, rejected) - slack)
    while p_value(pieces[first]) <= rejected:
        first += 1
    if first == 0:
        return -math.inf, 0.0
    outside = p_value(pieces[first - 1])
    for below in pieces[bisect_left(pieces, _untied_rank(n, outside) - slack) : first]:
        outside = max(outside, p_value(below))
    return float(averages[pieces[first] - 1]), outside
