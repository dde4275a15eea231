"""Times of patients: checked, and freed of binary noise."""

from __future__ import annotations

from typing import SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.statistics._arguments import finite_vector, real_number

#: Times, and proportions, that differ by less than this are meant to be equal.
NOISE = 1e-9


def observed_times(times: ArrayLike) -> NDArray[np.float64]:
    """Return times of at least 0; those that differ by noise only get the earliest of their values.

    R compares times exactly, so that 0.3 and 0.1 + 0.2 would be two times there.
    """
    given = finite_vector("times", times, allowed="finite numbers of at least 0", minimum=0)
    distinct, places = np.unique(given, return_inverse=True)
    starts = np.diff(distinct, prepend=-np.inf) > NOISE * np.maximum(1.0, distinct)
    merged: NDArray[np.float64] = distinct[starts][np.cumsum(starts) - 1][places]
    return merged


def moment(name: str, value: SupportsFloat) -> float:
    """Return one time of at least 0 as a float."""
    allowed = "a finite number of at least 0"
    number = real_number(name, value, allowed)
    if number < 0:
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return number


def slack(time: float) -> float:
    """Half-width within which a time is `time`, so that 0.3 finds the step at 0.1 + 0.2."""
    return NOISE * max(1.0, time)


def same_length(name: str, given: NDArray[np.generic], patients: int) -> None:
    """Refuse what does not have one entry for each patient."""
    if given.shape != (patients,):
        raise ValueError(
            f"{name} must be as many as times, {patients} in one row, got shape {given.shape}"
        )
