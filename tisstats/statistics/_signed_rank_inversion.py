"""Tails of a sum of many scores, each taken with probability 1/2, by inversion of its transform.

Let W be the sum of those of the scores r that are taken. For any rate > 0 and whole N

    P(W <= w) = exp(rate w) / N sum over k < N of T(s) exp(-i t w) / (1 - exp(s))

with t = 2 pi k / N, s = -rate + i t and T(s) = E exp(s W) = product over the scores of
(1 + exp(s r)) / 2, but for the `aliases`: the same probabilities at w + m N, times exp(-rate m N).
The rate moves the weight of W to about w, as in saddlepoint approximations (Daniels 1954,
doi:10.1214/aoms/1177728652); here nothing is approximated, and so the relative error is small
however far out the tail is. The same sum without its denominator is P(W = w).

Few terms count. Where p is the moved probability of a score, the transform at t is at most
exp(-S(t)) of that at 0, where S(t) = sum of p (1 - p) (1 - cos(r t)). One Fourier transform gives S
on a fine grid, and its second derivative bounds it in between. Terms that this bound shows to be
negligible are left out. What was left out and the aliases are bounded in the end, and where the
bounds are too large compared with the tail, more terms are taken. So memory grows with the scores,
not with their sums.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]

_ERROR = 1e-14  # largest fraction of a tail that may be missing or too much
_LOG_ZERO = -750.0  # the logarithm of what is zero as a float
_GRID = 8  # points of the grid per period of the fastest cosine
_LEAST_RATE = 3.0  # per standard deviation; a greater one needs fewer terms and costs digits
_CELLS = 1 << 20  # scores by terms computed at a time


def tail_by_inversion(values: _Ints, counts: _Ints, last: int) -> tuple[float, float]:
    """Return P(W <= last) and P(W = last).

    Parameters
    ----------
    values, counts : numpy.ndarray of int64, shape (distinct scores,)
        The distinct scores, positive, and how often each occurs.
    last : int
        From 0 to half the sum of all scores.

    Returns
    -------
    tuple of float
        Both with an error of about 1e-12 of the first at most; 0 below the smallest float.
    """
    moved = _move(values, counts, last)
    if moved is None:
        return 0.0, 0.0
    log_error = math.log(_ERROR) - 5.0
    while True:
        period = moved.period(log_error)
        terms = _Terms.chosen(moved, period, log_error)
        tail, at = terms.total()
        # In units of exp(moved.log_scale), as both results.
        error = terms.omitted() + moved.aliases(period)
        if error <= _ERROR * tail:
            scale = math.exp(moved.log_scale)
            return tail * scale, min(max(at, 0.0), tail) * scale
        log_error -= 8.0


@dataclass(frozen=True, slots=True)
class _Moved:
    """The scores with the rate at which W has about the mean `last`, or a greater one."""

    values: _Ints
    counts: _Ints
    last: int
    rate: float
    mean: float  # of W, moved
    variance: float  # of W, not moved, which is the largest at any rate
    log_scale: float  # log of T(-rate) exp(rate last), which no tail exceeds

    def period(self, log_error: float) -> int:
        """Return an odd number of points whose aliases are about as small as exp(log_error)."""
        size = -self.log_scale + math.log(4 * math.sqrt(self.variance) + 1) - log_error
        apart = abs(self.last - self.mean) + math.sqrt(2 * self.variance * -log_error)
        return max(3, math.ceil(max(size / self.rate, min(apart, self.last + 1)))) | 1

    def aliases(self, period: int) -> float:
        """Bound the aliases of the tail, in units of exp(log_scale).

        Above: exp(-rate m N), as no probability exceeds 1. Below: P(W <= w - m N) is bounded at
        a rate greater by d, where log T grows no faster than with the variance not moved; the
        best d is (m N - (w - mean)) / variance.
        """
        above = -self.rate * period - self.log_scale
        total = math.exp(above) / -math.expm1(-self.rate * period) if above < 0 else math.inf
        if period > self.last:
            return total
        beyond = period - abs(self.last - self.mean)  # above 0, by the choice of the period
        decay = math.exp(-(beyond**2) / (2 * self.variance))
        return total + decay / (1 - decay)


def _move(values: _Ints, counts: _Ints, last: int) -> _Moved | None:
    """Return the scores with their rate; None where the tail is zero as a float."""
    total = int(values @ counts)
    sizes = values.astype(np.float64)
    variance = float(counts @ sizes**2) / 4
    rate = (total / 2 - last) / variance

    def log_scale(rate: float) -> float:
        # Two forms of one number: that which subtracts the smaller numbers keeps more digits.
        if rate * (total / 2 - last) < int(counts.sum()) * math.log(2):
            return float(counts @ _log_cosh(rate * sizes / 2)) - rate * (total / 2 - last)
        taken = np.log1p(np.exp(-np.minimum(rate * sizes, 700.0)))
        return float(counts @ (taken - math.log(2))) + rate * last

    # Newton's method from below: the mean is a convex function of the rate.
    for _ in range(200):
        taken = _taken(rate * sizes)
        mean = float(counts @ (sizes * taken))
        if log_scale(rate) < _LOG_ZERO:
            return None
        slope = float(counts @ (sizes**2 * taken * (1 - taken)))
        step = (mean - last) / slope
        if step <= 1e-6 * rate:
            break
        rate += step
    rate = max(rate, _LEAST_RATE / math.sqrt(variance))
    mean = float(counts @ (sizes * _taken(rate * sizes)))
    return _Moved(values, counts, last, rate, mean, variance, log_scale(rate))


def _taken(exponents: _Floats) -> _Floats:
    """Return the moved probability 1 / (1 + exp(rate r)) of each score."""
    small = np.exp(-np.minimum(exponents, 700.0))
    return np.asarray(small / (1 + small), dtype=np.float64)


def _log_cosh(x: _Floats) -> _Floats:
    """Return log(cosh(x)) for x of at least 0 without cancellation."""
    near = np.log1p(2 * np.sinh(np.minimum(x, 1.0) / 2) ** 2)
    return np.where(x < 1, near, x + np.log1p(np.exp(-2 * x)) - math.log(2))


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of the sum that are taken, as runs of neighbours from 1 to (period - 1) / 2."""

    moved: _Moved
    period: int
    starts: _Ints
    ends: _Ints  # exclusive
    log_omitted: float  # no term left out is larger, relative to that at 0

    @classmethod
    def chosen(cls, moved: _Moved, period: int, log_error: float) -> _Terms:
        """Return the terms that may exceed exp(log_error) of a term of average size."""
        largest = int(moved.values[-1])
        # The denominator magnifies, and so does the ratio of the term at 0 to the tail.
        log_limit = log_error + math.log(-math.expm1(-moved.rate))
        log_limit -= math.log(4 * math.sqrt(moved.variance) + 1)
        # Even, so that the last cell ends at pi.
        points = 2 * next_fast_len(_GRID // 2 * largest, real=True)
        taken = _taken(moved.rate * moved.values.astype(np.float64))
        weights = moved.counts * taken * (1 - taken)
        coefficients = np.zeros(largest + 1)
        coefficients[moved.values] = weights
        decay = weights.sum() - rfft(coefficients, points).real
        bend = float(weights @ moved.values.astype(np.float64) ** 2)
        least = np.minimum(decay[:-1], decay[1:]) - bend * (2 * math.pi / points) ** 2 / 8
        kept = np.concatenate([[False], least < -log_limit, [False]])
        edges = np.flatnonzero(np.diff(kept.astype(np.int8)))
        # Cell c holds the terms k with c period <= k points < (c + 1) period.
        firsts = -(-edges.astype(np.int64) * period // points)
        bounded = np.clip(firsts, 1, (period + 1) // 2)
        return cls(moved, period, bounded[::2], bounded[1::2], log_limit)

    def total(self) -> tuple[float, float]:
        """Return the sums for the tail and for its last sum, in units of exp(log_scale)."""
        moved = self.moved
        tail, at = 1 / -math.expm1(-moved.rate), 1.0
        for terms in self._batches():
            transform = self._transform(terms)
            at += 2 * float(transform.real.sum())
            angle = 2 * math.pi / self.period * terms
            tail += 2 * float((transform / -np.expm1(-moved.rate + 1j * angle)).real.sum())
        return tail / self.period, at / self.period

    def omitted(self) -> float:
        """Bound what the terms left out would add to the tail, in units of exp(log_scale)."""
        return math.exp(self.log_omitted) / -math.expm1(-self.moved.rate)

    def _batches(self) -> Iterator[_Ints]:
        """Generate the terms, so many at a time that memory is bounded."""
        sizes = self.ends - self.starts
        before = np.cumsum(sizes) - sizes
        count = int(sizes.sum())
        batch = max(1, _CELLS // self.moved.values.size)
        for start in range(0, count, batch):
            places = np.arange(start, min(start + batch, count))
            runs = np.searchsorted(before, places, side="right") - 1
            yield self.starts[runs] + places - before[runs]

    def _transform(self, terms: _Ints) -> NDArray[np.complex128]:
        """Return T(-rate + i t) exp(-i t last) / T(-rate) of each term.

        Angles are reduced as whole numbers, so that they keep their digits.
        """
        moved, double = self.moved, 2 * self.period
        half = math.pi / self.period
        angles = half * (terms[:, None] * (moved.values % double) % double)
        turned = -np.tanh(moved.rate / 2 * moved.values) * np.sin(angles)
        across = np.cos(angles)
        with np.errstate(divide="ignore"):  # the logarithm of zero
            logs = np.log(across * across + turned * turned) @ (moved.counts / 2)
        distance = int(moved.values @ moved.counts) - 2 * moved.last
        phases = np.arctan2(turned, across) @ moved.counts.astype(np.float64)
        phases += half * (terms * (distance % double) % double)
        return np.asarray(np.exp(logs + 1j * phases), dtype=np.complex128)
