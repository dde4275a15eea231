"""Hodges-Lehmann estimate of a shift, with the interval of the exact signed-rank test."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from tisstats.statistics._arguments import finite_vector, proportion_between
from tisstats.statistics._signed_rank_null import lower_tail
from tisstats.statistics._tolerance import round_to_zero, tie_groups, tie_tolerance
from tisstats.statistics._walsh_averages import WalshAverages, walsh_averages

_Floats = NDArray[np.float64]

_ROUNDING: Final = 1e-12  # relative; a P value within it of 1 - confidence_level equals it
_UNLIKELY: Final = 1e-6  # fraction of a P value that a bound may add to it
_INVISIBLE: Final = 1e-17  # a P value that 1 - P does not show
_FEW: Final = 16  # differences whose tails take so little that halving is best


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

    Walsh averages are selected without a table of them, so memory grows with n and time with little
    more (Monahan 1984, doi:10.1145/1271.319414).

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
    averages = walsh_averages(numbers)
    groups = tie_groups(numbers, tolerance=tolerance) - 1
    sizes = np.bincount(groups)

    if sizes.max() == 1:
        rank = _untied_rank(numbers.size, rejected)
        low = averages.at_rank(rank - 1) if rank else -math.inf
        high = averages.at_rank(averages.size - rank) if rank else math.inf
        outside = _untied_p(numbers.size, rank - 1) if rank else 0.0
    else:
        distinct = np.bincount(groups, weights=numbers / sizes[groups]).astype(np.float64)
        below = _TiedShifts(averages, distinct, sizes, tolerance)
        low, outside_low = below.limit(rejected)
        mirrored = walsh_averages(-numbers)
        above = _TiedShifts(mirrored, -distinct, sizes, tolerance)
        high, outside_high = above.limit(rejected)
        high, outside = -high, max(outside_low, outside_high)
    return HodgesLehmannEstimate(
        estimate=round_to_zero(_median(averages), numbers, tolerance),
        low=round_to_zero(low, numbers, tolerance),
        high=round_to_zero(high, numbers, tolerance),
        level=confidence_level,
        achieved_level=1 - outside,
        n=numbers.size,
        n_tied=int(sizes[sizes > 1].sum()),
    )


def _median(averages: WalshAverages) -> float:
    """Return the median, the mean of the middle two of an even number."""
    one = averages.at_rank((averages.size - 1) // 2)
    if averages.size % 2 or averages.up_to(one) > averages.size // 2:
        return one
    return one / 2 + averages.next_above(one) / 2


def _untied_p(n: int, below: int) -> float:
    """Return the two-sided P of a shift with `below` Walsh averages below it, without ties.

    Their number is the sum of the ranks of the negative shifted differences
    (Hollander, Wolfe & Chicken 2014, section 3.1).
    """
    return 2 * lower_tail(range(1, n + 1), below)[0]


@lru_cache(maxsize=16)
def _untied_rank(n: int, rejected: float) -> int:
    """Return the smallest number of Walsh averages below a shift that has a P above `rejected`."""
    low, high = 0, n * (n + 1) // 4 + 1
    guess = 0
    if n > _FEW:  # the normal approximation is close, and halving would take many exact tails
        spread = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        guess = round(n * (n + 1) / 4 + float(ndtri(rejected / 2)) * spread)
    while low < high:
        middle = guess if low <= guess < high else (low + high) // 2
        tail, at = lower_tail(range(1, n + 1), middle)
        if 2 * tail > rejected:
            high = middle
        else:
            low = middle + 1
        if n > _FEW and at > 0:  # Newton's step for the logarithm of P, which is nearly straight
            guess = middle + math.ceil(math.log(rejected / (2 * tail)) * tail / at)
    return low


class _TiedShifts:
    """P values of shifts, from the smallest shift on, where some differences are equal.

    Parameters
    ----------
    averages
        Walsh averages of the differences.
    distinct
        Distinct differences, in ascending or descending order.
    sizes
        How often each occurs.
    tolerance
        Relative gap up to which Walsh averages are equal.
    """

    def __init__(
        self,
        averages: WalshAverages,
        distinct: _Floats,
        sizes: NDArray[np.intp],
        tolerance: float,
    ) -> None:
        self.averages, self.distinct, self.sizes = averages, distinct, sizes
        ends = averages.at_rank(0), averages.at_rank(averages.size - 1)
        self.half_gap = tolerance * max(map(abs, ends)) / 2
        self.n = int(sizes.sum())
        self._known: dict[int, float] = {}

    def limit(self, rejected: float) -> tuple[float, float]:
        """Return the lower limit, and the largest P of the shifts below it."""
        first = self.gap_from(self.surely_rejected(rejected))
        while self.p_value(first) <= rejected:
            first = self.gap_from(first + 1)
        if first == 0:
            return -math.inf, 0.0
        limit = self.averages.at_rank(first - 1)
        outside = self.p_value(self.gap_before(first))
        below = self.gap_from(self.surely_rejected(max(outside, _INVISIBLE)))
        while below < first:
            outside = max(outside, self.p_value(below))
            below = self.gap_from(below + 1)
        return limit, outside

    def surely_rejected(self, rejected: float) -> int:
        """Return a number of Walsh averages: with fewer below, P is at most `rejected`.

        Without ties among the ranks the statistic would be W + D instead of W, where D is a sum
        over the differences, each of which adds its rank less its mid-rank or 0. Given the signs, D
        is at most the sum of half of t**2 // 4 over groups of t equal differences. And it
        is d or more with probability at most exp(-2 d**2 / sum of squares)
        (Hoeffding 1963, doi:10.1080/01621459.1963.10500830). So P is at most the P without ties of
        so many more Walsh averages below, and twice that probability. This spares most tests.
        """
        sizes = self.sizes.astype(np.float64)
        largest = math.ceil(float((self.sizes**2 // 4).sum()) / 2)
        squares = float((sizes**3 - sizes).sum()) / 12
        likely = math.ceil(math.sqrt(squares / 2 * math.log(2 / (_UNLIKELY * rejected))))
        if largest <= likely:
            return max(0, _untied_rank(self.n, rejected) - largest)
        return max(0, _untied_rank(self.n, rejected * (1 - _UNLIKELY)) - likely)

    def gap_from(self, below: int) -> int:
        """Return the smallest number of Walsh averages from `below` on that a gap follows."""
        if below <= 0:
            return 0
        if below >= self.averages.size:
            return self.averages.size
        value = self.averages.at_rank(below - 1)
        while (following := self.averages.next_above(value)) / 2 - value / 2 <= self.half_gap:
            # What differs by rounding is many averages, passed over at once.
            value = max(following, self.averages.next_below(value + self.half_gap))
        return self.averages.up_to(value)

    def gap_before(self, below: int) -> int:
        """Return the largest number of Walsh averages less than `below` that a gap follows."""
        value = self.averages.at_rank(below - 1)
        while value / 2 - (preceding := self.averages.next_below(value)) / 2 <= self.half_gap:
            value = min(preceding, self.averages.next_above(value - self.half_gap))
        return self.averages.up_to(math.nextafter(value, -math.inf))

    def p_value(self, below: int) -> float:
        """Return P of the shifts between the Walsh averages number `below` and the next."""
        if 2 * below >= self.averages.size:
            return 1.0
        if below not in self._known:
            following = self.averages.at_rank(below)
            preceding = self.averages.next_below(following) if below else following
            shift = preceding / 2 + following / 2
            order = np.argsort(np.abs(self.distinct / 2 - shift / 2))
            doubled = 2 * np.cumsum(self.sizes[order]) - self.sizes[order] + 1  # mid-ranks
            scores: list[int] = np.repeat(doubled, self.sizes[order]).tolist()
            self._known[below] = 2 * lower_tail(scores, 2 * below)[0]
        return self._known[below]
