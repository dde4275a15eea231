"""What a change from baseline can be where a value is missing, or where the baseline is 0.

A verdict is settled if it is the same whatever the empty cells hold and whichever convention is
taken for a baseline of 0. The more a measure has improved, the sooner improvement is met and the
later worsening. So it is enough to look at the worst and at the best change of every measure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs.changes import vas_improvement_cm

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The worst and the best change, positive when better."""


def relative_limits(
    before: NDArray[np.float64], after: NDArray[np.float64], measure: str, highest: float
) -> Limits:
    """Return the worst and the best change, in per cent of the baseline, that is possible.

    Parameters
    ----------
    before, after : numpy.ndarray
        Baseline and follow-up, 0 to `highest`; nan is missing: anything from 0 to `highest`.
    measure : str
        One of `CORE_SET`.
    highest : float
        Upper end of the scale; inf where it has none, or none that is known.

    Returns
    -------
    tuple of numpy.ndarray
        Where both values are there and the baseline is above 0, the change itself, twice. From a
        baseline of 0 a rise is taken to be anything from no change to an infinite one, so that
        every convention for it lies between. A missing baseline may be as near to 0 as one likes.

    Examples
    --------
    >>> nan = np.nan
    >>> before, after = np.array([8, 8, 0, 0, nan]), np.array([6, nan, 2, 0, 9.5])
    >>> worst, best = relative_limits(before, after, "extramuscular", 10)
    >>> worst.tolist(), best.tolist()
    ([25.0, -25.0, -inf, 0.0, -inf], [25.0, 100.0, 0.0, 0.0, 5.0])
    """
    from_zero = before <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = 100 * (after - before) / before
        most = np.where(np.isinf(highest), np.inf, 100 * (highest - before) / before)
        least = -100.0 if np.isinf(highest) else 100 * (after - highest) / highest
    infinite = np.where(after <= 0, 0.0, np.inf)  # a missing follow-up may be above 0
    cases = [np.isnan(before) & np.isnan(after), np.isnan(before), from_zero, np.isnan(after)]
    lowest_rise = np.select(cases, [-100.0, least, 0.0, -100.0], rise)
    highest_rise = np.select(cases, [np.inf, infinite, infinite, most], rise)
    # Adding 0 turns -0.0 into 0.0.
    if CORE_SET[measure].better == "higher":
        return lowest_rise + 0.0, highest_rise + 0.0
    return -highest_rise + 0.0, -lowest_rise + 0.0


def cm_limits(before: NDArray[np.float64], after: NDArray[np.float64], vas_max: float) -> Limits:
    """Return the worst and the best change on a visual analogue scale, cm.

    Parameters are those of `vas_improvement_cm`; a missing value is anything on the scale.

    Examples
    --------
    >>> worst, best = cm_limits(np.array([8, np.nan]), np.array([np.nan, 3]), 10)
    >>> worst.tolist(), best.tolist()
    ([-2.0, -3.0], [8.0, 7.0])
    """
    ends = [
        vas_improvement_cm(
            np.where(np.isnan(before), low, before), np.where(np.isnan(after), high, after), vas_max
        )
        for low, high in ((0.0, vas_max), (vas_max, 0.0))
    ]
    return ends[0], ends[1]
