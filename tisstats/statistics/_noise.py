"""Tolerances: ties, zeros and equal times up to rounding error."""

from __future__ import annotations

from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.statistics._arguments import (
    as_array,
    finite_vector,
    in_single_precision,
    real_number,
)

#: Numbers tie when no gap of more than this share of the largest lies between them.
#:
#: Differences of measurements carry noise of about 1e-16 of the measurements, which may be some
#: thousand times the differences, and rounded intermediate results leave 1e-12. No clinical
#: measurement has nine digits, so 1e-9 is far from both. The gap between neighbours decides, not a
#: grid to round to: a grid has cell borders, where noise would separate equal numbers. And it is
#: a share, not an amount, so that units do not matter.
TIE: Final = 1e-9

#: The same for differences that were taken in single precision. They carry noise of 6e-8 of each
#: measurement, which may be some eighty times the largest difference.
SINGLE_TIE: Final = 1e-5


def noise_of(name: str, values: ArrayLike) -> float:
    """Return the share within which numbers of this precision tie."""
    return SINGLE_TIE if in_single_precision(name, values) else TIE


def tie_groups(
    values: NDArray[np.float64], start: float = -np.inf, noise: float = TIE
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


def without_noise(value: float, values: NDArray[np.float64], noise: float = TIE) -> float:
    """Return 0 for a value that is zero but for the noise of `values`, or else the value."""
    return 0.0 if abs(value) <= noise * np.abs(values).max() else float(value)


# Times of patients, and what ended them.

#: Times that differ by less than this share of themselves are meant to be equal.
_NOISE: Final = 1e-9

#: And so are those that differ by less than this share of the latest: 0.3 - 0.2 - 0.1 is time 0.
_NOISE_AT_ZERO: Final = 1e-14

# Both in single precision, which holds seven digits.
_SINGLE_NOISE, _SINGLE_NOISE_AT_ZERO = 1e-5, 1e-6
_SINGLE_DIGITS, _SINGLE_ROUNDING = 6, 2.5e-7

#: Largest code of a cause: R's largest integer.
GREATEST_CODE: Final = 2**31 - 1


def observed_times(times: ArrayLike) -> NDArray[np.float64]:
    """Return times of at least 0; those that differ by noise only get the earliest of their values.

    Whether they do is judged by shares of the times, so that any unit will do. R's `survfit` does
    the same by its default `timefix = TRUE` with another share, the square root of the machine
    epsilon, 1.5e-8 (survival 3.5.3).
    """
    given = finite_vector("times", times, allowed="finite numbers of at least 0", minimum=0)
    noise, at_zero = _NOISE, _NOISE_AT_ZERO
    if in_single_precision("times", times):
        noise, at_zero = _SINGLE_NOISE, _SINGLE_NOISE_AT_ZERO
        # Later a time is asked for in double precision: 0.3, not the noisy 0.30000001.
        short = np.array([float(f"{time:.{_SINGLE_DIGITS}g}") for time in given])
        given = np.where(np.abs(short - given) <= _SINGLE_ROUNDING * given, short, given)
    distinct, places = np.unique(given, return_inverse=True)
    gaps = np.diff(distinct, prepend=-np.inf)
    starts = gaps > np.maximum(noise * distinct, at_zero * distinct[-1])
    merged: NDArray[np.float64] = distinct[starts][np.cumsum(starts) - 1][places]
    return merged


def codes(
    name: str, values: ArrayLike, patients: int, *, allowed: str, greatest: int
) -> NDArray[np.int64]:
    """Return whole numbers from 0 to `greatest`, one for each of so many patients.

    True and False are 1 and 0, whether the array is one of booleans or of objects, as pandas'
    nullable booleans become; the message names only the entry at fault.
    """
    given = as_array(name, values)
    if given.shape != (patients,):
        raise ValueError(
            f"{name} must be as many as times, {patients} in one row, got shape {given.shape}"
        )
    numbers = finite_vector(name, given, allowed=allowed, booleans=True)
    wrong = np.flatnonzero((numbers < 0) | (numbers > greatest) | (numbers != np.floor(numbers)))
    if wrong.size:
        place = f"at position {wrong[0] + 1} of {patients}"
        raise ValueError(f"{name} must be {allowed}, got {given[wrong[0]]!s} {place}")
    return numbers.astype(np.int64)


def moment(name: str, value: SupportsFloat) -> float:
    """Return one time of at least 0 as a float."""
    allowed = "a finite number of at least 0"
    number = real_number(name, value, allowed)
    if number < 0:
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return number


def read_at(
    time: SupportsFloat, times: NDArray[np.float64], at_risk: NDArray[np.int64]
) -> tuple[float, int, int, bool]:
    """Return where a curve is read at one time.

    Returns
    -------
    when : float
        The time.
    at_risk : int
        Patients whose own time is this time or later.
    step : int
        Place of the last of `times` up to it, -1 before the first.
    beyond : bool
        Whether it lies after the last of `times`.
    """
    when = moment("time", time)
    wide = slack(when, float(times[-1]))
    still = int(at_risk[times >= when - wide][:1].sum())
    step = int(np.searchsorted(times, when + wide, side="right")) - 1
    return when, still, step, bool(when - wide > times[-1])


def slack(time: float, latest: float) -> float:
    """Return the half-width within which a time is `time`, so that 0.3 finds the step at 0.1 + 0.2.

    `latest` is the latest time of the curve.
    """
    return max(_NOISE * time, _NOISE_AT_ZERO * latest)
