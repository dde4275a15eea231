"""Which numbers are equal but for float noise: those that tie, and those that are zero."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.statistics._arguments import in_single_precision

#: Numbers tie when no gap of more than this share of the largest lies between them.
#:
#: Differences of measurements carry noise of about 1e-16 of the measurements, which may be some
#: thousand times the differences, and rounded intermediate results leave 1e-12. Nobody measures
#: to nine digits. So 1e-9 stands well clear of both. The gap between neighbours decides, not a
#: grid to round to: a grid has cell borders, where noise would separate equal numbers. And it is
#: a share, not an amount, so that units do not matter.
NOISE: Final = 1e-9

#: The same for differences that were taken in single precision. They carry noise of 6e-8 of each
#: measurement, which may be some eighty times the largest difference.
SINGLE_NOISE: Final = 1e-5


def noise_of(name: str, values: ArrayLike) -> float:
    """Return the share within which numbers of this precision tie."""
    return SINGLE_NOISE if in_single_precision(name, values) else NOISE


def tie_groups(
    values: NDArray[np.float64], start: float = -np.inf, noise: float = NOISE
) -> NDArray[np.intp]:
    """Return the group of tied values that each value is in, counted in ascending order.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        Finite, n at least 1.
    start : float
        A value below all; group 0 are the values that tie with it. By default there are none and
        the least value is in group 1.
    noise : float
        Share of the largest value within which neighbours tie.

    Returns
    -------
    numpy.ndarray, shape (n,)
        The group of each value, in the order given.
    """
    order = np.argsort(values)
    ordered = values[order]
    largest = max(abs(ordered[0]), abs(ordered[-1]))
    # Halves, for the gap between two values may exceed the greatest float.
    new = np.diff(ordered / 2, prepend=start / 2) > noise * largest / 2
    groups = np.empty(values.size, dtype=np.intp)
    groups[order] = np.cumsum(new)
    return groups


def without_noise(value: float, values: NDArray[np.float64], noise: float = NOISE) -> float:
    """Return 0 for a value that is zero but for the noise of `values`, or else the value."""
    return 0.0 if abs(value) <= noise * np.abs(values).max() else float(value)
