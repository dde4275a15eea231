"""Null distribution of the signed-rank statistic: a sum of scores, each taken with probability 1/2.

The shift algorithm adds one score after the other: P(s) becomes (P(s) + P(s - score)) / 2
(Streitberg & Röhmel 1986, Statistical Software Newsletter 12:10-18). It needs whole scores, so
mid-ranks are doubled; ties and omitted ranks need no special care.

Up to 53 scores are counted exactly, in integers. With more, three things make it quick. The
distribution is symmetric at every step, so its lower half will do. Two halves of the scores are
convolved separately and combined only for the required tail. And sums that cannot matter to that
tail are left out, by a bound that always holds; how much that may be is compared with what was
found, and if it is too much, less is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Chances = NDArray[np.float64]  # of consecutive sums

_FEW = 53  # scores; the chances of so many are floats without rounding
_BLOCK = 24  # scores between two looks at what to mirror and what to leave out
_LEFT_OUT = 1e-14  # greatest share of a tail that may be left out


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
        Both exact up to 53 scores. Beyond, accurate to a relative 1e-12 up to several thousand.
    """
    unit = math.gcd(*scores)  # without ties all doubled ranks are even
    scores = [score // unit for score in scores]
    attainable, last = last % unit == 0, last // unit
    tail, at = (_counted if len(scores) <= _FEW else _summed)(scores, last)
    return tail, at if attainable else 0.0


def _counted(scores: Sequence[int], last: int) -> tuple[float, float]:
    """Return P(W <= last) and P(W = last) from the numbers of ways to reach each sum.

    They stand side by side in the digits of one whole number, so that a score is added to all at
    once. The sum of digits is the remainder by the greatest digit, as with nine in decimals.
    """
    bits = len(scores) + 1
    digit = (1 << bits) - 1
    kept = (1 << bits * (last + 1)) - 1
    ways = 1
    for score in scores:
        ways = (ways + (ways << bits * score)) & kept
    every = 1 << len(scores)
    return ways % digit / every, (ways >> bits * last) / every


def _summed(scores: Sequence[int], last: int) -> tuple[float, float]:
    """Return P(W <= last) and P(W = last) by sums of chances, each rounded."""
    total = sum(scores)
    squares = sum(score**2 for score in scores)
    distance = (total - 2 * last) / math.sqrt(squares)
    # The bound needs the tail, which is guessed first: normal, but lighter by its kurtosis.
    kurtosis = 2 * sum(score**4 for score in scores) / squares**2
    log_tail = float(log_ndtr(-distance)) - kurtosis * distance**4 / 16 - 1
    cuts = 3 * (len(scores) // _BLOCK + 4)
    exponent = math.log(cuts / _LEFT_OUT) + min(-log_tail, len(scores) * math.log(2))
    one, two = _halves(scores)
    while True:
        window = _Window(last, squares, distance, exponent)
        tail, at = _joined(_shifted(one, window), _shifted(two, window), last)
        needed = math.log(cuts / _LEFT_OUT) - math.log(tail) if tail > 0 else math.inf
        if exponent >= needed:
            return tail, at
        exponent = needed


@dataclass(frozen=True, slots=True)
class _Window:
    """Which sums of some of the scores matter to P(W <= last).

    A sum of parts, each a score or 0, has lighter tails than the normal distribution with its
    variance: it lies d standard deviations below its mean with a chance of at most exp(-d**2 / 2)
    (Hoeffding 1963, doi:10.1080/01621459.1963.10500830). The same holds for two such sums
    together. W <= last is `distance` deviations out, and the sum of some scores that hold a share
    q of the variance is correlated with W by sqrt(q). So that sum is d or more of its own
    deviations out, while W <= last, with a chance of at most exp(-e), where
    e = distance**2 / 2 + (d - distance sqrt(q))**2 / (2 (1 - q)), or d**2 / 2 once that implies
    W <= last. Sums are kept where e is below `exponent`.
    """

    last: int  # greatest sum of all scores that is wanted
    squares: int  # sum of all squared scores
    distance: float  # of `last` below the mean of W, in standard deviations
    exponent: float

    def limits(self, total: int, squares: int) -> tuple[int, int]:
        """Return the least and greatest sum that matters, of scores with these sums."""
        top = min(self.last, total)
        if self.exponent == math.inf or squares in (0, self.squares):
            return 0, top
        share = squares / self.squares
        centre = self.distance * math.sqrt(share)
        spread = math.sqrt(max(0.0, 2 * self.exponent - self.distance**2) * (1 - share))
        far = centre + spread
        if far * math.sqrt(share) > self.distance:
            far = math.sqrt(2 * self.exponent)
        scale = math.sqrt(squares)
        low = max(0, math.ceil((total - far * scale) / 2))
        high = min(top, math.floor((total - (centre - spread) * scale) / 2))
        return low, max(low, high)


def _halves(scores: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return two parts of about the same variance, the second of even scores where possible.

    The sums of even scores are half as many.
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


def _shifted(scores: Sequence[int], window: _Window) -> tuple[int, Chances]:
    """Return the first sum that matters, and the chances of the sums from there on."""
    unit = math.gcd(*scores) or 1
    scores = [score // unit for score in scores]

    def limits() -> tuple[int, int]:
        low, high = window.limits(unit * total, unit**2 * squares)
        return low // unit, high // unit

    room = min(window.last // unit, sum(scores) // 2) + 1
    chances, other = np.empty(room), np.empty(room)  # the index is the sum, in units
    chances[0] = 1
    low = top = total = squares = 0
    for start in range(0, len(scores), _BLOCK):
        block = scores[start : start + _BLOCK]
        low, before = max(low, limits()[0]), total
        total += sum(block)
        squares += sum(score**2 for score in block)
        limit = max(top, min(limits()[1], total // 2))
        _mirror(chances, low, top, limit, before)
        end = limit + 1
        for score in block:
            begin = low + score
            if begin < end:
                np.add(chances[begin:end], chances[low : end - score], out=other[begin:end])
                other[low:begin] = chances[low:begin]
                chances, other = other, chances
        # Counts until here; halving them block by block keeps them in range and rounds nothing.
        chances[low:end] *= 0.5 ** len(block)
        top = limit
    first, last = limits()
    first = max(first, low)
    wanted = np.empty(max(last, top) + 1)
    wanted[first : top + 1] = chances[first : top + 1]
    _mirror(wanted, first, top, wanted.size - 1, total)
    if unit == 1:
        return first, wanted[first:]
    spaced = np.zeros((wanted.size - first) * unit)
    spaced[::unit] = wanted[first:]
    return first * unit, spaced


def _mirror(chances: Chances, low: int, top: int, limit: int, total: int) -> None:
    """Fill in the chances of the sums beyond `top` to `limit`, from those of `low` to `top`.

    P(s) = P(total - s); sums that are neither known nor the mirror of one are left out.
    """
    begin = max(top + 1, total - top)
    end = max(begin, min(limit, total - low) + 1)
    chances[top + 1 : begin] = 0
    chances[begin:end] = chances[total - end + 1 : total - begin + 1][::-1]
    chances[end : limit + 1] = 0


def _joined(one: tuple[int, Chances], two: tuple[int, Chances], last: int) -> tuple[float, float]:
    """Return P(sum <= last) and P(sum = last) of two independent parts."""
    (first_one, chances_one), (first_two, chances_two) = one, two
    # Turned round, the first part meets what the second one may still add, index by index.
    turned = chances_one[::-1]
    shift = last - first_one - first_two - (turned.size - 1)
    begin, end = max(0, -shift), min(turned.size, chances_two.size - shift)
    if begin >= end:
        begin = end = max(0, min(begin, turned.size))
    facing = slice(begin + shift, end + shift)
    at_most = np.cumsum(chances_two)
    at = float((turned[begin:end] * chances_two[facing]).sum())
    tail = float((turned[begin:end] * at_most[facing]).sum())
    # Further on the second part may be anything.
    return tail + float(turned[end:].sum() * at_most[-1]), at
