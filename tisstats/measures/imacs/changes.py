"""Changes of a measure from baseline, and their limits where a value is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs.rules import check_among
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.measures.visit_table import check_vas_max
from tisstats.statistics._arguments import numbers_or_nan, one_of

BaselineZero = Literal["missing", "worse-if-higher"]

#: Conventions for the relative change from a baseline of 0; none is published.
BASELINE_ZERO: tuple[BaselineZero, ...] = ("missing", "worse-if-higher")

#: The worst and the best change, positive for improvement.
Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


def relative_improvement(
    baseline: ArrayLike,
    follow_up: ArrayLike,
    measure: str,
    *,
    baseline_zero: BaselineZero = "missing",
) -> NDArray[np.float64]:
    """Compute the improvement of one core set measure relative to its baseline value.

    Parameters
    ----------
    baseline, follow_up : array_like
        Values of at least 0 in the same unit, any unit; nan if missing.
    measure : str
        One of `CORE_SET`; it determines whether higher or lower values are better.
    baseline_zero : {"missing", "worse-if-higher"}
        How a baseline of 0 is handled, for which no rule is published; both are our conventions.
        "missing": the change is undefined, nan, and counts neither way. "worse-if-higher": any rise
        exceeds every cut-off: it is -inf, or inf for muscle testing, of which higher values are
        better; without a rise the change is 0. If the two conventions lead to different
        classifications, `classify_visits` flags the classification as uncertain.

    Returns
    -------
    numpy.ndarray
        Percentage of the baseline value, positive for improvement, rounded to 9 decimals so that
        0.3 to 0.24 is exactly 20; nan where a value is missing.

    Raises
    ------
    ValueError
        If the measure or convention is unknown, or a value is negative or infinite.

    Examples
    --------
    >>> relative_improvement([2.0, 0.3, 4, 0], [1.6, 0.24, 5, 1], "haq").tolist()
    [20.0, 20.0, -25.0, nan]
    >>> relative_improvement([0, 0], [0, 1], "haq", baseline_zero="worse-if-higher").tolist()
    [0.0, -inf]
    """
    one_of("baseline_zero", baseline_zero, BASELINE_ZERO)
    check_among("measure", [measure], CORE_SET)
    before, after = _values("baseline", baseline), _values("follow_up", follow_up)
    check_one_shape({"baseline": before, "follow_up": after})
    better = after - before if CORE_SET[measure].better == "higher" else before - after
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Adding 0 turns -0.0 into 0.0.
        percent = np.round(100 * better / before, PERCENT_DECIMALS) + 0.0
    if baseline_zero == "missing":
        from_zero = np.full(better.shape, np.nan)
    else:
        limits = [np.full(better.shape, np.inf), np.full(better.shape, -np.inf)]
        from_zero = np.select([better > 0, better < 0], limits, better)
    return np.where(before <= 0, from_zero, percent)


def vas_improvement_cm(
    baseline: ArrayLike, follow_up: ArrayLike, vas_max: float = 10
) -> NDArray[np.float64]:
    """Compute the improvement on a visual analogue scale of 10 cm, in centimetres.

    Parameters
    ----------
    baseline, follow_up : array_like
        Values from 0 (best) to `vas_max`; nan if missing.
    vas_max : {10, 100}
        10 for values in centimetres, 100 for millimetres.

    Returns
    -------
    numpy.ndarray
        Centimetres, positive for improvement, rounded to 9 decimals.

    Raises
    ------
    ValueError
        If `vas_max` is another number or a value is negative, infinite or above it.

    Examples
    --------
    >>> vas_improvement_cm([31, 40], [51, 25], vas_max=100).tolist()
    [-2.0, 1.5]
    """
    check_vas_max(vas_max)
    before = _values("baseline", baseline, vas_max)
    after = _values("follow_up", follow_up, vas_max)
    check_one_shape({"baseline": before, "follow_up": after})
    return np.round((before - after) * (10 / vas_max), PERCENT_DECIMALS) + 0.0


def check_one_shape(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Raise ValueError if arrays differ in shape; scalars fit any."""
    if len({array.shape for array in arrays.values() if array.ndim}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the arrays must have the same shape, got {shapes}")


def _values(name: str, values: ArrayLike, maximum: float = np.inf) -> NDArray[np.float64]:
    given = numbers_or_nan(name, values)
    wrong = np.isinf(given) | (given < 0) | (given > maximum)
    if wrong.any():
        allowed = "at least 0" if np.isinf(maximum) else f"from 0 to {maximum:g}"
        raise ValueError(f"{name} must be {allowed} or nan, got {given[wrong].flat[0]:g}")
    return given


def relative_limits(
    before: NDArray[np.float64], after: NDArray[np.float64], measure: str, highest: float
) -> Limits:
    """Return the worst and the best possible change, per cent of the baseline.

    Parameters
    ----------
    before, after : numpy.ndarray
        Baseline and follow-up, 0 to `highest`; nan if missing: any value from 0 to `highest`.
    measure : str
        One of `CORE_SET`.
    highest : float
        Maximum of the scale; inf if it is unbounded or unknown.

    Returns
    -------
    tuple of numpy.ndarray
        If both values are known and the baseline is above 0, the change itself, twice. From a
        baseline of 0, a rise may count as any change from zero to an infinite one, which includes
        every convention. A missing baseline may be arbitrarily close to 0.

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
    if CORE_SET[measure].better == "higher":
        return lowest_rise, highest_rise
    # Adding 0 turns -0.0 into 0.0.
    return -highest_rise + 0.0, -lowest_rise + 0.0


def cm_limits(before: NDArray[np.float64], after: NDArray[np.float64], vas_max: float) -> Limits:
    """Return the worst and the best change on a visual analogue scale, cm.

    Parameters are those of `vas_improvement_cm`; a missing value may be any value of the scale.

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
