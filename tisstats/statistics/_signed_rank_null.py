"""Null distribution of the signed-rank statistic: a sum of scores, each taken with probability 1/2.

The shift algorithm adds one score after the other: P(s) becomes (P(s) + P(s - score)) / 2
(Streitberg & Röhmel 1986, Statistical Software Newsletter 12:10-18). It needs whole scores, so
mid-ranks are doubled; ties and omitted ranks need no special care.

Up to 53 scores are counted exactly, in integers. More than 500 are not added one by one: see
`tisstats.statistics._signed_rank_inversion`. In between, three things save time. The
distribution is symmetric at every step, so its lower half suffices. Two halves of the scores are
convolved separately and combined only for the required tail. And sums that hardly contribute to
that tail are omitted; a rigorous bound on the omitted probability is compared with the tail, and
if it is too large, fewer sums are omitted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from tisstats.statistics._signed_rank_inversion import tail_by_inversion

Pmf = NDArray[np.float64]  # of consecutive sums

_FEW = 53  # scores; the probabilities of up to so many are exact as floats
_SEVERAL = 500  # scores; to add more takes longer than to invert, and memory without bound
_BLOCK = 24  # scores between two updates of the mirrored and the omitted sums
_OMITTED = 1e-14  # largest fraction of a tail that may be omitted


def lower_tail(scores: Sequence[int], last: int) -> tuple[float, float]:
    """Return P(W <= last) and P(W = last).

    Parameters
    ----------
    scores : sequence of int
        Positive, ascending, at least one; W is the sum of those whose sign is plus.
    last : int
        From 0 to half the sum of all scores.

    Returns
    -------
    tuple of float
        Both exact up to 53 scores. Beyond, the first has a relative error of at most 1e-12, and so
        has the second up to 500 scores; then its error is at most 1e-12 of the first.
    """
    unit = math.gcd(*scores)  # without ties all doubled ranks are even
    attainable, last = last % unit == 0, last // unit
    if last == 0:
        tail = at = math.ldexp(1.0, -len(scores))
    elif len(scores) > _SEVERAL:
        values, counts = np.unique(np.asarray(scores, dtype=np.int64), return_counts=True)
        tail, at = tail_by_inversion(values // unit, counts, last)
    else:
        method = _tail_by_counting if len(scores) <= _FEW else _tail_by_convolution
        tail, at = method([score // unit for score in scores], last)
    return tail, at if attainable else 0.0


def _tail_by_counting(scores: Sequence[int], last: int) -> tuple[float, float]:
    """Return P(W <= last) and P(W = last) from the numbers of ways to reach each sum.

    The numbers are the digits of one integer, so that a score is added to all at once. The sum of
    the digits is the remainder modulo the largest digit, as with nine in decimals.
    """
    bits = len(scores) + 1
    digit = (1 << bits) - 1
    kept = (1 << bits * (last + 1)) - 1
    ways = 1
    for score in scores:
        ways = (ways + (ways << bits * score)) & kept
    every = 1 << len(scores)
    return ways % digit / every, (ways >> bits * last) / every


def _tail_by_convolution(scores: Sequence[int], last: int) -> tuple[float, float]:
    """Return P(W <= last) and P(W = last) by convolution in floating point."""
    total = sum(scores)
    squares = sum(score**2 for score in scores)
    distance = (total - 2 * last) / math.sqrt(squares)
    # The bound needs a first guess of the tail: normal, with a correction for kurtosis.
    kurtosis = 2 * sum(score**4 for score in scores) / squares**2
    log_tail = float(log_ndtr(-distance)) - kurtosis * distance**4 / 16 - 1
    cuts = 3 * (len(scores) // _BLOCK + 4)
    exponent = math.log(cuts / _OMITTED) + min(-log_tail, len(scores) * math.log(2))
    one, two = _halves(scores)
    while True:
        window = _Window(last, squares, distance, exponent)
        tail, at = _convolve_tail(_distribution(one, window), _distribution(two, window), last)
        needed = math.log(cuts / _OMITTED) - math.log(tail) if tail > 0 else math.inf
        if exponent >= needed:
            return tail, at
        exponent = needed


@dataclass(frozen=True, slots=True)
class _Window:
    """Which sums of some of the scores contribute to P(W <= last).

    A sum of parts, each a score or 0, has lighter tails than the normal distribution with its
    variance: it lies d standard deviations below its mean with probability at most exp(-d**2 / 2)
    (Hoeffding 1963, doi:10.1080/01621459.1963.10500830). The same holds for two such sums
    together. W <= last is `distance` deviations out, and the sum of some scores with a fraction q
    of the variance has correlation sqrt(q) with W. So that sum is d or more of its own deviations
    out, while W <= last, with probability at most exp(-e), where
    e = distance**2 / 2 + (d - distance sqrt(q))**2 / (2 (1 - q)), or d**2 / 2 once that implies
    W <= last. Sums are kept where e is below `exponent`.
    """

    last: int  # largest sum of all scores that counts
    squares: int  # sum of all squared scores
    distance: float  # of `last` below the mean of W, in standard deviations
    exponent: float

    def limits(self, total: int, squares: int) -> tuple[int, int]:
        """Return the smallest and largest contributing sum of scores with these sums."""
        top = min(self.last, total)
        if self.exponent == math.inf or squares in (0, self.squares):
            return 0, top
        fraction = squares / self.squares
        centre = self.distance * math.sqrt(fraction)
        spread = math.sqrt(max(0.0, 2 * self.exponent - self.distance**2) * (1 - fraction))
        far = centre + spread
        if far * math.sqrt(fraction) > self.distance:
            far = math.sqrt(2 * self.exponent)
        scale = math.sqrt(squares)
        low = max(0, math.ceil((total - far * scale) / 2))
        high = min(top, math.floor((total - (centre - spread) * scale) / 2))
        return low, max(low, high)


def _halves(scores: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return two parts of about the same variance, the second of even scores where possible.

    Even scores have half as many sums.
    """
    even = [place for place, score in enumerate(scores) if score % 2 == 0]
    if 3 * len(even) < len(scores):
        even = list(range(len(scores)))
    count = min(len(even), len(scores) // 2)
    chosen = {even[step * len(even) // count] for step in range(count)}
    return (
        [score for place, score in enumerate(scores) if place not in chosen],
        [score for place, score in enumerate(scores) if place in chosen],
    )


def _distribution(scores: Sequence[int], window: _Window) -> tuple[int, Pmf]:
    """Return the first contributing sum, and the probabilities of the sums from there on."""
    unit = math.gcd(*scores) or 1
    scores = [score // unit for score in scores]

    def limits() -> tuple[int, int]:
        low, high = window.limits(unit * total, unit**2 * squares)
        return low // unit, high // unit

    room = min(window.last // unit, sum(scores) // 2) + 1
    pmf, other = np.empty(room), np.empty(room)  # the index is the sum, in units
    pmf[0] = 1
    low = top = total = squares = 0
    for start in range(0, len(scores), _BLOCK):
        block = scores[start : start + _BLOCK]
        low, before = max(low, limits()[0]), total
        total += sum(block)
        squares += sum(score**2 for score in block)
        limit = max(top, min(limits()[1], total // 2))
        _fill_by_symmetry(pmf, low, top, limit, before)
        end = limit + 1
        for score in block:
            begin = low + score
            if begin < end:
                np.add(pmf[begin:end], pmf[low : end - score], out=other[begin:end])
                other[low:begin] = pmf[low:begin]
                pmf, other = other, pmf
        # So far these are counts; halving them block by block is exact and keeps them in range.
        pmf[low:end] *= 0.5 ** len(block)
        top = limit
    first, last = limits()
    first = max(first, low)
    filled = np.empty(max(last, top) + 1)
    filled[first : top + 1] = pmf[first : top + 1]
    _fill_by_symmetry(filled, first, top, filled.size - 1, total)
    if unit == 1:
        return first, filled[first:]
    spaced = np.zeros((filled.size - first) * unit)
    spaced[::unit] = filled[first:]
    return first * unit, spaced


def _fill_by_symmetry(pmf: Pmf, low: int, top: int, limit: int, total: int) -> None:
    """Fill in the probabilities of the sums beyond `top` to `limit`, from those of `low` to `top`.

    P(s) = P(total - s); sums that are neither known nor mirrored are omitted (set to 0).
    """
    begin = max(top + 1, total - top)
    end = max(begin, min(limit, total - low) + 1)
    pmf[top + 1 : begin] = 0
    pmf[begin:end] = pmf[total - end + 1 : total - begin + 1][::-1]
    pmf[end : limit + 1] = 0


def _convolve_tail(one: tuple[int, Pmf], two: tuple[int, Pmf], last: int) -> tuple[float, float]:
    """Return P(sum <= last) and P(sum = last) of two independent parts."""
    (first_one, pmf_one), (first_two, pmf_two) = one, two
    # Reversed, the first part faces the sums that the second one may add, index by index.
    reversed_one = pmf_one[::-1]
    shift = last - first_one - first_two - (reversed_one.size - 1)
    begin, end = max(0, -shift), min(reversed_one.size, pmf_two.size - shift)
    if begin >= end:
        begin = end = max(0, min(begin, reversed_one.size))
    facing = slice(begin + shift, end + shift)
    at_most = np.cumsum(pmf_two)
    at = float((reversed_one[begin:end] * pmf_two[facing]).sum())
    tail = float((reversed_one[begin:end] * at_most[facing]).sum())
    # Beyond, every sum of the second part counts.
    return tail + float(reversed_one[end:].sum() * at_most[-1]), at
