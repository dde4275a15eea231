"""Changes from baseline on which the IMACS definitions are stated, and their count.

Positive is better throughout, as in the Total Improvement Score. Unlike there, per cents are of
the patient's own baseline value, not of the scale. Missing changes (nan) count neither way.

That percentages are relative to baseline is not said in the definitions themselves. The creatine
kinase before and after infliximab that Dastmalchi et al. 2008 print in their Table 3
(doi:10.1136/ard.2007.077974) supports it: in eight of the nine patients who were followed it is
listed as improved or worse exactly where per cent of the baseline say so, whereas per cent of the
range leave three of those listed below their cut. In the ninth it doubles and is not listed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs.rules import check_among, check_positive
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.measures.visit_table import VAS_UNITS

BaselineZero = Literal["missing", "worse-if-higher"]

#: Conventions for the relative change from a baseline of 0; none is published.
BASELINE_ZERO: tuple[BaselineZero, ...] = ("missing", "worse-if-higher")

#: One array a measure; a DataFrame with one column a measure will do.
Changes = Mapping[str, ArrayLike] | pd.DataFrame


def relative_improvement(
    baseline: ArrayLike,
    follow_up: ArrayLike,
    measure: str,
    *,
    baseline_zero: BaselineZero = "missing",
) -> NDArray[np.float64]:
    """Improvement of one core set measure relative to its baseline value.

    Parameters
    ----------
    baseline, follow_up : array_like
        Values of at least 0 in the same unit, any unit; nan is missing.
    measure : str
        One of `CORE_SET`; says which end is the better one.
    baseline_zero : {"missing", "worse-if-higher"}
        What to do with a baseline of 0, for which no rule is published; both are conventions of
        ours. "missing": the change is undefined, nan, and counts neither way. "worse-if-higher":
        any rise exceeds every cut and none is no change. Of a measure of which more is worse it
        is -inf; of muscle testing, of which more is better, it is inf. Where the two would lead
        to different verdicts, `classify_visits` calls the verdict not settled.

    Returns
    -------
    numpy.ndarray
        Per cent of the baseline value, positive when better, rounded to 9 decimals so that 0.3
        to 0.24 is exactly 20; nan where a value is missing.

    Raises
    ------
    ValueError
        If there is no such measure or convention, or a value is negative or infinite.

    Examples
    --------
    >>> relative_improvement([2.0, 0.3, 4, 0], [1.6, 0.24, 5, 1], "haq").tolist()
    [20.0, 20.0, -25.0, nan]
    >>> relative_improvement([0, 0], [0, 1], "haq", baseline_zero="worse-if-higher").tolist()
    [0.0, -inf]
    """
    check_baseline_zero(baseline_zero)
    check_among("measure", [measure], CORE_SET)
    before, after = _values("baseline", baseline), _values("follow_up", follow_up)
    check_one_shape({"baseline": before, "follow_up": after})
    better = after - before if CORE_SET[measure].better == "higher" else before - after
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Adding 0 turns -0.0 into 0.0, which prints better.
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
    """Improvement on a visual analogue scale of 10 cm, in centimetres.

    Parameters
    ----------
    baseline, follow_up : array_like
        Values from 0 (best) to `vas_max`; nan is missing.
    vas_max : {10, 100}
        10 for values in centimetres, 100 for millimetres.

    Returns
    -------
    numpy.ndarray
        Centimetres, positive when better, rounded to 9 decimals.

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


def measures_changed(
    relative_improvements: Changes,
    by: float,
    direction: Literal["improved", "worse"],
    measures: Collection[str] = tuple(CORE_SET),
) -> NDArray[np.int_]:
    """Count the measures that improved, or became worse, by at least so many per cent.

    Parameters
    ----------
    relative_improvements : mapping of str to array_like, or DataFrame
        Per cent of the baseline value, positive when better, for each of `measures`; arrays of
        one shape; nan counts neither way.
    by : float
        Least change that counts, per cent, above 0.
    direction : {"improved", "worse"}
        Which changes to count.
    measures : collection of str
        Measures that can count; the mapping may hold others.

    Returns
    -------
    numpy.ndarray of int
        Number of measures, in the shape of the arrays.

    Raises
    ------
    ValueError
        If an argument is not as said above.

    Examples
    --------
    >>> changes = {"mmt": [-25, 3], "haq": [-30, 20]}
    >>> measures_changed(changes, 25, "worse", ["mmt", "haq"]).tolist()
    [2, 0]
    """
    if direction not in ("improved", "worse"):
        raise ValueError(f"direction must be one of improved, worse, got {direction!r}")
    check_positive("by", by)
    changes = stack_changes("relative_improvements", relative_improvements, measures)
    counted: NDArray[np.int_] = np.sum(
        changes >= by if direction == "improved" else changes <= -by, axis=0
    )
    return counted


def stack_changes(name: str, changes: Changes, measures: Collection[str]) -> NDArray[np.float64]:
    """One array with the measures first; exact at the cuts whatever floats made of a decimal."""
    absent = [measure for measure in measures if measure not in changes]
    if absent:
        raise ValueError(
            f"{name} must have {', '.join(measures)}; {', '.join(absent)} "
            f"{'is' if len(absent) == 1 else 'are'} missing"
        )
    arrays = {measure: np.asarray(changes[measure], dtype=float) for measure in measures}
    check_one_shape(arrays)
    return np.round(np.stack(np.broadcast_arrays(*arrays.values())), PERCENT_DECIMALS)


def check_one_shape(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Refuse arrays of several shapes; single numbers go with any."""
    if len({array.shape for array in arrays.values() if array.ndim}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the arrays must have one shape, got {shapes}")


def check_baseline_zero(baseline_zero: str) -> None:
    """Refuse what is no convention for a baseline of 0."""
    if baseline_zero not in BASELINE_ZERO:
        permitted = ", ".join(BASELINE_ZERO)
        raise ValueError(f"baseline_zero must be one of {permitted}, got {baseline_zero!r}")


def check_vas_max(vas_max: float) -> None:
    """Refuse a visual analogue scale that is recorded neither in centimetres nor millimetres."""
    if vas_max not in VAS_UNITS:
        raise ValueError(f"vas_max must be 10 (centimetres) or 100 (millimetres), got {vas_max!r}")


def _values(name: str, values: ArrayLike, maximum: float = np.inf) -> NDArray[np.float64]:
    given = np.asarray(values)
    if given.dtype.kind == "f" and given.dtype.itemsize < 8:
        given = given.astype(str)  # single precision is read as the decimal it prints as
    given = given.astype(float)
    wrong = np.isinf(given) | (given < 0) | (given > maximum)
    if wrong.any():
        allowed = "at least 0" if np.isinf(maximum) else f"from 0 to {maximum:g}"
        raise ValueError(f"{name} must be {allowed} or nan, got {given[wrong].flat[0]:g}")
    return given
