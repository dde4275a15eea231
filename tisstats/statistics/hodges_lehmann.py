"""Hodges-Lehmann estimate of a shift, with the interval of the exact signed-rank test."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from tisstats.statistics._arguments import finite_vector, proportion_between
from tisstats.statistics._signed_rank_null import lower_tail
from tisstats.statistics._tolerance import (
    require_rounding_error,
    round_to_zero,
    tie_groups,
    tie_tolerance,
)
from tisstats.statistics._walsh_averages import WalshAverages, walsh_averages

_Floats = NDArray[np.float64]

_TINY: Final = 5e-324  # the smallest float above 0
_ROUNDING: Final = 1e-12  # relative; a P value within it of 1 - confidence_level equals it
#: Over how many times the gap up to which Walsh averages are equal such gaps may link them. By
#: chance few of them follow each other among many averages.
_LONGEST_CHAIN: Final = 10


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
        is not a proportion. If some differences tie and one is so large, such as a code for a
        missing value, that beside it different ones would count as equal.

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
    - *No gaps.* Each one-sided P rises with the shift or falls with it throughout, also with ties
      (proved beside the code), so that all shifts between the limits are not rejected.
    - *Achieved level:* with ties, 1 - the larger P of the two shifts next to the interval; without
      ties as below, which is less where Walsh averages coincide at a limit. Any level from the
      nominal one up to it gives this interval. Without ties it is the coverage for any continuous
      symmetric distribution.
    - *Too few differences.* The smallest P is 2**(1 - n). If that is above 1 - `confidence_level`,
      no shift is rejected: the interval is the whole line, from -inf to inf, with the achieved
      level 1. So 0.95 needs six differences.
    - *Equal differences* are those equal up to rounding error; see `signed_rank_test`. By the same
      rule a limit or estimate that is zero up to rounding error is 0.

    Without ties, that is with all differences distinct, the limits are the k-th smallest and k-th
    largest Walsh average and the achieved level is 1 - 2 P(V < k), even where Walsh averages
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
    tolerance = tie_tolerance("differences", differences, numbers)
    confidence_level = proportion_between("confidence_level", confidence_level)
    # A P value of 1 is not rejected, however low the confidence level.
    rejected = min((1 - confidence_level) * (1 + _ROUNDING), 1 - _ROUNDING)
    averages = walsh_averages(numbers)
    groups = tie_groups(numbers, tolerance=tolerance) - 1
    require_rounding_error("differences", numbers, groups + 1, tolerance)
    sizes = np.bincount(groups)

    if sizes.max() == 1:
        below, outside = _untied_limit(numbers.size, rejected)
        above = below
    else:
        if np.any(_spreads(numbers, sizes) > tolerance * np.abs(numbers / 2).max()):
            raise ValueError(_too_close(numbers, tolerance))
        distinct = np.bincount(groups, weights=numbers / sizes[groups]).astype(np.float64)
        below, outside_low = _TiedShifts(averages, distinct, sizes, tolerance).limit(rejected)
        mirrored = _TiedShifts(walsh_averages(-numbers), -distinct, sizes, tolerance)
        above, outside_high = mirrored.limit(rejected)
        outside = max(outside_low, outside_high)
    low = averages.at_rank(below - 1) if below else -math.inf
    high = averages.at_rank(averages.size - above) if above else math.inf
    estimate = round_to_zero(_median(averages), numbers, tolerance)
    return HodgesLehmannEstimate(
        estimate=estimate,
        # Where they are one Walsh average, rounding may place a limit beyond the estimate.
        low=min(round_to_zero(low, numbers, tolerance), estimate),
        high=max(round_to_zero(high, numbers, tolerance), estimate),
        level=confidence_level,
        achieved_level=1 - outside,
        n=numbers.size,
        n_tied=int(sizes[sizes > 1].sum()),
    )


def _spreads(ordered: _Floats, sizes: NDArray[np.intp]) -> _Floats:
    """Return half the spread of each group of tied numbers, in ascending order."""
    last = np.cumsum(sizes) - 1
    spread: _Floats = ordered[last] / 2 - ordered[last - sizes + 1] / 2
    return spread


def _too_close(numbers: _Floats, tolerance: float) -> str:
    """Return why small gaps must not link numbers that differ by more than rounding error."""
    largest = float(numbers[np.argmax(np.abs(numbers))])
    return (
        f"differences must not lie so close together beside the largest of them, {largest:g}: "
        f"those that differ by at most {tolerance:g} of it count as equal, and such steps link "
        "different ones; is it a code for a missing value?"
    )


def _median(averages: WalshAverages) -> float:
    """Return the median, the mean of the middle two of an even number."""
    one = averages.at_rank((averages.size - 1) // 2)
    if averages.up_to(one) > averages.size // 2:
        return one
    return one / 2 + averages.next_above(one) / 2


def _fewest_below(
    n: int, rejected: float, gap_from: Callable[[int], tuple[int, int, float]]
) -> tuple[int, float]:
    """Return the smallest number of Walsh averages below a shift whose P is above `rejected`.

    The second is the largest P of the shifts before it; 0 without any.

    `gap_from` returns, of the first gap with so many Walsh averages or more below it, the numbers
    from and up to which it is the first, and half its P.

    P never falls from one gap to the next. At the Walsh average between them, either the
    differences nearest to the shift turn negative, which keeps the null distribution and adds their
    ranks to the statistic. Or a negative differences, equal to each other, come to lie farther from
    the shift than b positive ones, which were next above them in rank: each of the a gains b ranks,
    each of the b loses a. So the statistic rises by a b, and the sum of ranks with random signs,
    of which A of the a and B of the b are negative, rises by A b - B a, which is never more.
    (Averages of several such pairs that coincide are taken one after the other.)
    """
    low, high, outside = 0, n * (n + 1) // 4 + 1, 0.0
    spread, target = math.sqrt(n * (n + 1) * (2 * n + 1) / 24), float(ndtri(rejected / 2))
    guess = round(n * (n + 1) / 4 + target * spread)
    while low < high:
        first, last, tail = gap_from(max(low, min(guess, high - 1)))
        if 2 * tail > rejected:
            high = first
        else:
            low, outside = last + 1, 2 * tail
        # The normal approximation is close, and halving would take many exact tails.
        guess = last + math.ceil((target - float(ndtri(max(tail, _TINY)))) * spread)
    return low, outside


@lru_cache(maxsize=16)
def _untied_limit(n: int, rejected: float) -> tuple[int, float]:
    """Return how many Walsh averages are below the interval, and the largest P below it.

    The number of Walsh averages below a shift is the sum of the ranks of the negative shifted
    differences (Hollander, Wolfe & Chicken 2014, section 3.1).
    """
    ranks = range(1, n + 1)
    return _fewest_below(n, rejected, lambda below: (below, below, lower_tail(ranks, below)[0]))


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
        self.tolerance = tolerance
        ends = averages.at_rank(0), averages.at_rank(averages.size - 1)
        self.half_gap = tolerance * max(map(abs, ends)) / 2
        self.n = int(sizes.sum())

    def limit(self, rejected: float) -> tuple[int, float]:
        """Return how many Walsh averages are below the interval, and the largest P below it."""
        below, outside = _fewest_below(self.n, rejected, self.gap_from)
        return self.last_before_gap(below), outside

    def gap_from(self, below: int) -> tuple[int, int, float]:
        """Return between which numbers of Walsh averages no gap is, and half the P of the next."""
        last = self.last_before_gap(below)
        return self.first_after_gap(last), last, self.half_p(last)

    def last_before_gap(self, below: int) -> int:
        """Return the smallest number of Walsh averages from `below` on that a gap follows."""
        if below == 0:
            return 0
        value = self.averages.at_rank(below - 1)
        start = value
        while (following := self.averages.next_above(value)) / 2 - value / 2 <= self.half_gap:
            # What differs by rounding is many averages, passed over at once.
            value = max(following, self.averages.next_below(value + self.half_gap))
            self.check_equal(start, value)
        return self.averages.up_to(value)

    def first_after_gap(self, below: int) -> int:
        """Return the smallest number of Walsh averages that no gap divides from `below`."""
        if below == 0:
            return 0
        value = self.averages.at_rank(below - 1)
        start = value
        while value / 2 - (preceding := self.averages.next_below(value)) / 2 <= self.half_gap:
            value = min(preceding, self.averages.next_above(value - self.half_gap))
            self.check_equal(value, start)
        return self.averages.up_to(math.nextafter(value, -math.inf)) + 1

    def check_equal(self, low: float, high: float) -> None:
        """Raise ValueError if averages that small gaps link are too far apart to be equal."""
        if high / 2 - low / 2 > _LONGEST_CHAIN * self.half_gap:
            raise ValueError(_too_close(self.distinct, self.tolerance))

    def half_p(self, below: int) -> float:
        """Return half the P of the shifts between Walsh average number `below` and the next."""
        if 2 * below >= self.averages.size:
            return 0.5
        following = self.averages.at_rank(below)
        preceding = self.averages.next_below(following) if below else following
        shift = preceding / 2 + following / 2
        order = np.argsort(np.abs(self.distinct / 2 - shift / 2))
        doubled = 2 * np.cumsum(self.sizes[order]) - self.sizes[order] + 1  # mid-ranks
        scores: list[int] = np.repeat(doubled, self.sizes[order]).tolist()
        return lower_tail(scores, 2 * below)[0]
