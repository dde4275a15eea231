"""Times of patients, and what ended them: checked, and freed of binary noise."""

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

#: Times that differ by less than this share of themselves are meant to be equal.
NOISE: Final = 1e-9

#: And so are those that differ by less than this share of the latest: 0.3 - 0.2 - 0.1 is time 0.
_NOISE_AT_ZERO: Final = 1e-14

# Both in single precision, which holds seven digits.
_SINGLE_NOISE, _SINGLE_NOISE_AT_ZERO = 1e-5, 1e-6
_SINGLE_DIGITS, _SINGLE_ROUNDING = 6, 2.5e-7

#: Greatest code of a cause, the greatest whole number in R too.
GREATEST_CODE: Final = 2**31 - 1


def observed_times(times: ArrayLike) -> NDArray[np.float64]:
    """Return times of at least 0; those that differ by noise only get the earliest of their values.

    Whether they do is judged by shares of the times, so that any unit will do. R's `survfit` does
    the same by its default `timefix = TRUE` with another share, the square root of the machine
    epsilon, 1.5e-8 (survival 3.5.3).
    """
    given = finite_vector("times", times, allowed="finite numbers of at least 0", minimum=0)
    noise, at_zero = NOISE, _NOISE_AT_ZERO
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
    nullable booleans become; only the entry at fault is blamed.
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


def slack(time: float, latest: float) -> float:
    """Half-width within which a time is `time`, so that 0.3 finds the step at 0.1 + 0.2.

    `latest` is the latest time of the curve.
    """
    return max(NOISE * time, _NOISE_AT_ZERO * latest)
