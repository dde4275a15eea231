"""Tolerances: ties, zeros and equal times up to rounding error."""

from __future__ import annotations

from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.statistics import _arguments

#: Numbers tie when they are linked by gaps of at most this fraction of the largest.
#:
#: Differences of measurements carry rounding errors of about 1e-16 of the measurements, which may
#: be some thousand times the differences, and rounded intermediate results leave 1e-12. No clinical
#: measurement has nine digits, so 1e-9 is far from both. The gap between neighbours decides rather
#: than a grid to round to, whose cell borders would separate numbers that are equal up to rounding
#: error. And the tolerance is relative, so that units do not matter.
TIE_TOLERANCE: Final = 1e-9

#: The same for differences taken in single precision. Their rounding error is 6e-8 of each
#: measurement, which may be some eighty times the largest difference.
SINGLE_TIE_TOLERANCE: Final = 1e-5


#: Whole numbers below it are exact in single precision, and so are their differences.
_WHOLE_IN_SINGLE: Final = 2.0**24


def tie_tolerance(name: str, values: ArrayLike, numbers: NDArray[np.float64]) -> float:
    """Return the relative tolerance within which numbers of this precision tie.

    Parameters
    ----------
    name : str
        Name of the argument.
    values, numbers
        The argument as given, and its numbers, shape (n,).
    """
    if not _arguments.is_single_precision(name, values):
        return TIE_TOLERANCE
    exact = (numbers == np.round(numbers)) & (np.abs(numbers) < _WHOLE_IN_SINGLE)
    return TIE_TOLERANCE if exact.all() else SINGLE_TIE_TOLERANCE


def tie_groups(
    values: NDArray[np.float64], start: float = -np.inf, tolerance: float = TIE_TOLERANCE
) -> NDArray[np.intp]:
    """Return the group of tied values that each value is in, counted in ascending order.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        Finite, n at least 1.
    start : float
        A value below all others; group 0 holds the values tied with it. By default it is empty
        and the smallest value is in group 1.
    tolerance : float
        Neighbours tie when they differ by at most this fraction of the largest value.

    Returns
    -------
    numpy.ndarray, shape (n,)
        The group of each value, in the order given.
    """
    order = np.argsort(values)
    ordered = values[order]
    largest = max(abs(ordered[0]), abs(ordered[-1]))
    # Halves, since the gap between two values may exceed the largest float.
    new = np.diff(ordered / 2, prepend=start / 2) > tolerance * largest / 2
    groups = np.empty(values.size, dtype=np.intp)
    groups[order] = np.cumsum(new)
    return groups


#: Most significant digits of a measurement, and how far a difference of two may be from its digits
#: as a share of itself: 0.3 - 0.1 is 0.19999999999999998. What rounding alone leaves has more
#: digits: 0.3 - 0.2 - 0.1 is -2.7755575615628914e-17, and one such in 500,000 looks like six.
_MEASURED_DIGITS, _OFF_ITS_DIGITS = 6, 1e-12


def require_rounding_error(
    name: str, values: NDArray[np.float64], groups: NDArray[np.intp], tolerance: float
) -> None:
    """Raise ValueError if different measurements count as equal, or as zero where there is group 0.

    One value that is very large, such as a code for a missing value, makes the tolerance so large.
    Measurements have few digits, and what differs by rounding error has many. In single precision
    both have few: nothing is raised.

    Parameters
    ----------
    name : str
        Name of the argument.
    values : numpy.ndarray, shape (n,)
        The values that were grouped.
    groups : numpy.ndarray of int, shape (n,)
        Their groups by `tie_groups`.
    tolerance : float
        Its tolerance.
    """
    if tolerance == SINGLE_TIE_TOLERANCE:
        return
    distinct, places = np.unique(values, return_index=True)
    own = groups[places]
    shared = (np.bincount(own)[own] > 1) | (own == 0)
    first: dict[int, float] = {0: 0.0}
    for value, group in zip(distinct[shared].tolist(), own[shared].tolist(), strict=True):
        measured = _measurement(value, _MEASURED_DIGITS)
        if measured is not None and first.setdefault(group, measured) != measured:
            largest = float(values[np.argmax(np.abs(values))])
            raise ValueError(
                f"{name} must not lie so close together beside the largest of them, {largest:g}: "
                f"those that differ by at most {tolerance:g} of it count as equal, such as "
                f"{first[group]:g} and {measured:g}; is it a code for a missing value?"
            )


def round_to_zero(
    value: float, values: NDArray[np.float64], tolerance: float = TIE_TOLERANCE
) -> float:
    """Return 0 for a value that is zero up to the rounding error of `values`, else the value.

    A value with as few digits as the mean of two measurements has is not rounding error, however
    large others are; in single precision that cannot be seen from its digits.
    """
    near = abs(value) <= tolerance * np.abs(values).max()
    if near and tolerance == TIE_TOLERANCE:
        near = _measurement(value, _MEASURED_DIGITS + 1) is None
    return 0.0 if near else float(value) + 0.0  # turns a zero with a minus sign into zero


def _measurement(value: float, digits: int) -> float | None:
    """Return the number of so many digits that a value is up to rounding; None if there is none."""
    short = float(f"{value:.{digits}g}")
    return short if abs(value - short) <= _OFF_ITS_DIGITS * abs(value) else None


# Times of patients, and the cause that ended each.

#: Times that differ by less than this fraction of themselves are equal.
_TOLERANCE: Final = 1e-9

#: So are those that differ by less than this fraction of the latest: 0.3 - 0.2 - 0.1 is time 0.
_TOLERANCE_AT_ZERO: Final = 1e-14

# Both in single precision, which has seven digits.
_SINGLE_TOLERANCE, _SINGLE_TOLERANCE_AT_ZERO = 1e-5, 1e-6
_SINGLE_DIGITS, _SINGLE_ROUNDING = 6, 2.5e-7

#: Largest code of a cause: R's largest integer.
MAX_CODE: Final = 2**31 - 1


def observed_times(times: ArrayLike) -> NDArray[np.float64]:
    """Return times of at least 0, setting those equal up to rounding error to the earliest of them.

    The tolerance is relative, so that any unit can be used. R's `survfit` does
    the same by its default `timefix = TRUE` with another tolerance, the square root of the machine
    epsilon, 1.5e-8 (survival 3.5.3).
    """
    given = _arguments.finite_vector(
        "times", times, allowed="finite numbers of at least 0", minimum=0
    )
    tolerance, at_zero = _TOLERANCE, _TOLERANCE_AT_ZERO
    if _arguments.is_single_precision("times", times):
        tolerance, at_zero = _SINGLE_TOLERANCE, _SINGLE_TOLERANCE_AT_ZERO
        # Times are later looked up in double precision: 0.3, not 0.30000001.
        short = np.array([float(f"{time:.{_SINGLE_DIGITS}g}") for time in given])
        given = np.where(np.abs(short - given) <= _SINGLE_ROUNDING * given, short, given)
    distinct, places = np.unique(given, return_inverse=True)
    gaps = np.diff(distinct, prepend=-np.inf)
    starts = gaps > np.maximum(tolerance * distinct, at_zero * distinct[-1])
    merged: NDArray[np.float64] = distinct[starts][np.cumsum(starts) - 1][places]
    return merged


def parse_codes(
    name: str, values: ArrayLike, patients: int, *, allowed: str, maximum: int
) -> NDArray[np.int64]:
    """Return whole numbers from 0 to `maximum`, one for each of `patients`.

    True and False are 1 and 0, whether the array is one of booleans or of objects, as pandas'
    nullable booleans become, but not beside codes above 1: there True is more likely a mistake than
    code 1. The message names only the entry at fault.
    """
    given = _arguments.as_array(name, values)
    if given.shape != (patients,):
        raise ValueError(f"{name} must be of the shape of times, ({patients},), got {given.shape}")
    numbers = _arguments.finite_vector(name, given, allowed=allowed, booleans=True)
    wrong = np.flatnonzero((numbers < 0) | (numbers > maximum) | (numbers != np.floor(numbers)))
    if wrong.size:
        place = f"at position {wrong[0] + 1} of {patients}"
        raise ValueError(
            f"{name} must be {allowed}, got {_arguments.shown_entry(given[wrong[0]])} {place}"
        )
    if given.dtype == object and (numbers > 1).any():
        booleans = [isinstance(value, bool | np.bool_) for value in given]
        if any(booleans):
            first = booleans.index(True)
            raise ValueError(
                f"{name} must be {allowed}, or booleans without codes above 1, "
                f"got {given[first]} at position {first + 1} of {patients}"
            )
    return numbers.astype(np.int64)


def locate_time(
    time: SupportsFloat, times: NDArray[np.float64], at_risk: NDArray[np.int64]
) -> tuple[float, int, int, bool]:
    """Locate a time on a curve.

    Returns
    -------
    at : float
        The time.
    at_risk : int
        Number at risk just before it.
    step : int
        Position of the last of `times` up to it, -1 before the first.
    beyond : bool
        Whether it lies after the last of `times`.
    """
    at = _arguments.non_negative("time", time)
    wide = time_tolerance(at, float(times[-1]))
    still = int(at_risk[times >= at - wide][:1].sum())
    step = int(np.searchsorted(times, at + wide, side="right")) - 1
    return at, still, step, bool(at - wide > times[-1])


def time_tolerance(time: float, latest: float) -> float:
    """Return the tolerance for equality with `time`, so that 0.3 finds the step at 0.1 + 0.2.

    `latest` is the latest time of the curve.
    """
    return max(_TOLERANCE * time, _TOLERANCE_AT_ZERO * latest)
