"""Order statistics of the Walsh averages, without a table of them.

The averages of all pairs of n sorted numbers, each with itself included, are a matrix whose rows
and columns ascend. So the averages up to a value are counted row by row, by one search each
(Johnson & Mizoguchi 1978, doi:10.1137/0207013; Monahan 1984, doi:10.1145/1271.319414), and the k-th
smallest is the smallest float up to which there are k: it is found by bisection of the floats, in
at most 64 counts. Time grows with n log n and memory with n.

Averages are those of floating-point arithmetic, to the last bit, and are compared as such. Of few
numbers a table is sorted, which takes less time; both ways give the same.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]


_MOST_LISTED = 300  # numbers whose averages are written down


class WalshAverages(Protocol):
    """The Walsh averages of numbers, counted and ordered; rank 0 is the smallest."""

    size: int  #: how many there are

    def up_to(self, value: float) -> int:
        """Count the averages of at most `value`."""

    def at_rank(self, rank: int) -> float:
        """Return the average of a rank, from 0 to `size` - 1."""

    def next_above(self, value: float) -> float:
        """Return the smallest average above `value`, infinity if there is none."""

    def next_below(self, value: float) -> float:
        """Return the largest average below `value`, minus infinity if there is none."""


def walsh_averages(numbers: _Floats) -> WalshAverages:
    """Return the Walsh averages of finite numbers, shape (n,), n at least 1.

    Examples
    --------
    >>> averages = walsh_averages(np.array([1.0, 2.0, 5.0]))
    >>> averages.size, [averages.at_rank(rank) for rank in range(6)]
    (6, [1.0, 1.5, 2.0, 3.0, 3.5, 5.0])
    >>> averages.up_to(2.0), averages.next_above(2.0), averages.next_below(2.0)
    (3, 3.0, 1.5)
    """
    numbers = numbers + 0.0  # turns a zero with a minus sign into zero
    return ListedAverages(numbers) if numbers.size <= _MOST_LISTED else CountedAverages(numbers)


class ListedAverages:
    """Walsh averages by a table of them."""

    def __init__(self, numbers: _Floats) -> None:
        one, other = np.triu_indices(numbers.size)
        self._sorted = np.sort(numbers[one] / 2 + numbers[other] / 2)
        self.size = self._sorted.size

    def up_to(self, value: float) -> int:
        """Count the averages of at most `value`."""
        return int(np.searchsorted(self._sorted, value, side="right"))

    def at_rank(self, rank: int) -> float:
        """Return the average of a rank, from 0 to `size` - 1."""
        return float(self._sorted[rank])

    def next_above(self, value: float) -> float:
        """Return the smallest average above `value`, infinity if there is none."""
        place = self.up_to(value)
        return float(self._sorted[place]) if place < self.size else math.inf

    def next_below(self, value: float) -> float:
        """Return the largest average below `value`, minus infinity if there is none."""
        place = int(np.searchsorted(self._sorted, value, side="left"))
        return float(self._sorted[place - 1]) if place else -math.inf


class CountedAverages:
    """Walsh averages without a table: counted by searches among the sorted numbers."""

    def __init__(self, numbers: _Floats) -> None:
        distinct, self._counts = np.unique(numbers, return_counts=True)
        #: Halves are added, since the sum of two may exceed the largest float.
        self._halves = distinct / 2
        self._before = np.concatenate([[0], np.cumsum(self._counts)])
        self.size = numbers.size * (numbers.size + 1) // 2

    def up_to(self, value: float) -> int:
        """Count the averages of at most `value`."""
        columns = self._columns(value)
        pairs = int(self._counts @ self._before[columns])
        own = int(self._before[np.count_nonzero(self._halves + self._halves <= value)])
        return (pairs + own) // 2  # each pair of two numbers was counted twice

    def at_rank(self, rank: int) -> float:
        """Return the average of a rank, from 0 to `size` - 1."""
        low, high = (_place(2 * float(self._halves[end])) for end in (0, -1))
        while low < high:
            middle = (low + high) // 2
            if self.up_to(_float_at(middle)) > rank:
                high = middle
            else:
                low = middle + 1
        return _float_at(low)

    def next_above(self, value: float) -> float:
        """Return the smallest average above `value`, infinity if there is none."""
        columns = self._columns(value)
        rows = columns < self._halves.size
        above = self._halves[rows] + self._halves[columns[rows]]
        return float(above.min(initial=math.inf))

    def next_below(self, value: float) -> float:
        """Return the largest average below `value`, minus infinity if there is none."""
        columns = self._columns(math.nextafter(value, -math.inf))
        rows = columns > 0
        below = self._halves[rows] + self._halves[columns[rows] - 1]
        return float(below.max(initial=-math.inf))

    def _columns(self, value: float) -> NDArray[np.intp]:
        """Return for each distinct number how many distinct ones average at most `value` with it.

        The search in the differences may miss by what these are rounded, a few places at most.
        """
        halves = self._halves
        with np.errstate(over="ignore"):  # infinite differences are searched as well
            columns = np.searchsorted(halves, value - halves, side="right")
        self._correct(columns, -1, lambda rows: halves[rows] + halves[columns[rows] - 1] > value)
        self._correct(columns, 1, lambda rows: halves[rows] + halves[columns[rows]] <= value)
        return columns

    def _correct(
        self,
        columns: NDArray[np.intp],
        step: int,
        wrong: Callable[[NDArray[np.intp]], NDArray[np.bool_]],
    ) -> None:
        """Move columns by single steps while they are wrong on this side."""
        end = 0 if step < 0 else self._halves.size
        rows = np.flatnonzero(columns != end)
        while (rows := rows[wrong(rows)]).size:
            columns[rows] += step
            rows = rows[columns[rows] != end]


def _place(value: float) -> int:
    """Return the place of a float among all floats in ascending order, 0 for zero."""
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    place = int(bits)
    return place if place >= 0 else -(place & 0x7FFF_FFFF_FFFF_FFFF)


def _float_at(place: int) -> float:
    """Return the float at a place: the inverse of `_place`, but for the sign of zero."""
    (value,) = struct.unpack("<d", struct.pack("<q", abs(place)))
    return float(value if place >= 0 else -value)
