"""Sample values with printed quartiles, and repair values that lack them.

A printed quartile fixes one order statistic, or a weighted mean of two neighbours. Here either
becomes fixed order statistics: "the 5th of 19 is 185". They are checked by counting: at most 4 of
19 values lie below, at most 14 above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.printed_quartiles import PrintedQuartile, PrintedQuartiles

Ints = NDArray[np.int64]

#: A transform of the scale for sampling, and its inverse.
Transform = tuple[Callable[[Any], Any], Callable[[Any], Any]]

#: Attempts at consistent values before redrawing.
_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class OrderStatistic:
    """One ordered value and the range in which it must lie, in steps."""

    rank: int  #: 1 for the smallest
    low: int  #: smallest value allowed
    high: int  #: largest value allowed


def fix_orders(
    rng: np.random.Generator, quartiles: PrintedQuartiles, spread: float
) -> list[OrderStatistic]:
    """Turn printed quartiles into fixed order statistics, drawn where several values are possible.

    Parameters
    ----------
    rng
        Source of randomness.
    quartiles
        The three quartiles, in ascending order.
    spread
        Typical distance between the two neighbours of a quartile, in steps.

    Returns
    -------
    list of OrderStatistic
        In ascending order; empty if none are found.
    """
    for _ in range(_ATTEMPTS):
        known: dict[int, OrderStatistic] = {}
        if all(_fix(rng, quartile, spread, known) for quartile in quartiles):
            orders = [known[rank] for rank in sorted(known)]
            if all(a.low <= b.high for a, b in pairwise(orders)):
                return orders
    return []


def _fix(
    rng: np.random.Generator,
    quartile: PrintedQuartile,
    spread: float,
    known: dict[int, OrderStatistic],
) -> bool:
    rank, upper = quartile.rank, quartile.weight_upper
    if not upper:
        low, high = _within(known, rank, *quartile.mean_range)
        known[rank] = OrderStatistic(rank, low, high)
        return low <= high
    if rank in known:
        first = known[rank].low
    else:
        middle = int(rng.integers(quartile.low, quartile.high + 1))
        first = (middle - upper * int(rng.exponential(spread))) // quartile.scale
    low, high = quartile.second_range(first, first)
    low, high = _within(known, rank + 1, max(low, first), high)
    if low > high:
        return False
    second = int(rng.integers(low, high + 1))
    known[rank] = OrderStatistic(rank, first, first)
    known[rank + 1] = OrderStatistic(rank + 1, second, second)
    return True


def _within(known: dict[int, OrderStatistic], rank: int, low: int, high: int) -> tuple[int, int]:
    """Narrow a range to what is known: of few values, several quartiles may share one."""
    before = known.get(rank)
    return (low, high) if before is None else (max(low, before.low), min(high, before.high))


def draw_between(
    rng: np.random.Generator,
    orders: Sequence[OrderStatistic],
    shape: tuple[int, int],
    limits: tuple[float, float],
    tail: tuple[float, float],
    transform: Transform | None = None,
) -> Ints:
    """Draw sorted values with the fixed order statistics: uniform between, exponential tails.

    Parameters
    ----------
    rng
        Source of randomness.
    orders
        Fixed order statistics, ascending; at least one.
    shape
        Number of draws, and of values in each.
    limits
        Smallest and largest value.
    tail
        Median and log standard deviation of the scale of the tails, relative to the distance of the
        outer order statistics.
    transform
        Transform of the scale; None for the measure's own scale.
    """
    batch, n = shape
    forward, back = transform or (np.asarray, np.asarray)
    limits = float(forward(np.float64(limits[0]))), float(forward(np.float64(limits[1])))
    fixed = np.empty((batch, len(orders) + 2), dtype=np.float64)
    for at, order in enumerate(orders, start=1):
        fixed[:, at] = forward(rng.integers(order.low, order.high + 1, batch).astype(np.float64))
    reach = max(1.0 if transform is None else 0.1, float(fixed[0, -2] - fixed[0, 1]))
    scale = reach * np.exp(rng.normal(np.log(tail[0]), tail[1], (2, batch)))
    values = np.empty((batch, n))
    before, last = orders[0].rank - 1, orders[-1].rank
    below, above = fixed[:, 1:2] - limits[0], limits[1] - fixed[:, -2:-1]
    values[:, :before] = fixed[:, 1:2] - _beyond(rng, (batch, before), scale[0], below)
    values[:, last:] = fixed[:, -2:-1] + _beyond(rng, (batch, n - last), scale[1], above)
    for at, order in enumerate(orders, start=1):
        values[:, order.rank - 1] = fixed[:, at]
        if at < len(orders):
            until = orders[at].rank - 1
            left, right = fixed[:, at : at + 1], fixed[:, at + 1 : at + 2]
            share = rng.random((batch, until - order.rank))
            values[:, order.rank : until] = left + share * (right - left)
    return np.sort(np.rint(back(values)).astype(np.int64), axis=1)


def _beyond(
    rng: np.random.Generator, shape: tuple[int, int], scale: NDArray[np.float64], room: Any
) -> NDArray[np.float64]:
    """Draw truncated exponential distances."""
    far = 1 - np.exp(-np.maximum(room, 0) / scale[:, None])
    return np.asarray(-np.log1p(-rng.random(shape) * far) * scale[:, None])


class CountLimits:
    """Upper limits on the counts of values below and above bounds."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._limits: list[tuple[Ints, NDArray[np.bool_], int, int, int]] = []

    def add(
        self,
        orders: Sequence[OrderStatistic],
        shift: Ints | None = None,
        among: NDArray[np.bool_] | None = None,
    ) -> None:
        """Add order statistics of the values, or of some, each shifted by a number of its own.

        Parameters
        ----------
        orders
            The order statistics.
        shift : shape (n,), optional
            What is added to each value.
        among : shape (n,), optional
            Which values to count; by default all.
        """
        shift = np.zeros(self._n, dtype=np.int64) if shift is None else shift
        among = np.ones(self._n, dtype=bool) if among is None else among
        for each in orders:
            self._limits.append((shift, among, each.low, 1, each.rank - 1))
            self._limits.append((shift, among, each.high, -1, int(among.sum()) - each.rank))

    def outside(self, values: Ints) -> Ints:
        """Return for each value (first axis) and limit (last axis) 1 if it lies outside, else 0."""
        shifts, among, bounds, signs, _ = (
            np.array(part) for part in zip(*self._limits, strict=True)
        )
        shifts, among = shifts.T, among.T
        if values.ndim == 2:
            shifts, among = shifts[:, None, :], among[:, None, :]
        beyond = signs * (values[..., None] + shifts) < signs * bounds
        return np.asarray(beyond & among, dtype=np.int64)

    @property
    def caps(self) -> Ints:
        """Maximum number of values outside each limit."""
        return np.array([limit[-1] for limit in self._limits], dtype=np.int64)


def repair(
    rng: np.random.Generator, values: Ints, choices: Ints, limits: CountLimits, steps: int = 60
) -> Ints | None:
    """Change values one at a time, each to one of its choices, until all limits are met.

    Parameters
    ----------
    rng
        Source of randomness; breaks ties.
    values : shape (n,)
        Starting values.
    choices : shape (n, choices)
        Permitted values of each.
    limits
        Limits to meet.
    steps
        How often the limits are checked before giving up: one more than the changes that can be of
        use, since the values are checked before each change and not after the last.

    Returns
    -------
    ndarray or None
        The values, or None if the limits are not met.
    """
    values = values.copy()
    caps = limits.caps
    if not len(caps):
        return values
    now, would = limits.outside(values), limits.outside(choices)
    for _ in range(steps):
        counts = now.sum(axis=0)
        excess = np.maximum(counts - caps, 0).sum()
        if excess == 0:
            return values
        after = counts - now[:, None, :] + would
        cost = np.maximum(after - caps, 0).sum(axis=2)
        lowest = cost.min()
        if lowest > excess:
            return None
        best = np.flatnonzero(cost == lowest)
        row, column = divmod(int(best[rng.integers(len(best))]), choices.shape[1])
        values[row] = choices[row, column]
        now[row] = would[row, column]
    return None
