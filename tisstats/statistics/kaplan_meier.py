"""Kaplan-Meier curves of right-censored times, with pointwise limits and medians."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from tisstats.statistics import _arguments
from tisstats.statistics._tolerance import locate_time, observed_times, parse_codes

MedianRule = Literal["at-or-below", "strictly-below", "midpoint"]

#: Rules of `KaplanMeier.median`, name to description. They differ only where survival is exactly
#: one half over an interval.
MEDIAN_RULES: Final = _arguments.load_options("median")

_TOLERANCE: Final = 1e-9  # survival within this of 0.5 counts as 0.5


class CurveLimits(NamedTuple):
    """Pointwise confidence limits of a curve, one entry for each of its times.

    Examples
    --------
    >>> curve = kaplan_meier([3, 3, 4, 6, 6, 12], [1, 1, 1, 0, 1, 0])
    >>> curve.confidence_interval(0.9).high.round(3)
    array([0.882, 0.769, 0.629, 0.629])
    """

    low: NDArray[np.float64]  #: lower limits, 0 to 1 or nan
    high: NDArray[np.float64]  #: upper limits, 0 to 1 or nan


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A Kaplan-Meier curve at one time: the result of `KaplanMeier.at`.

    Examples
    --------
    >>> point = kaplan_meier([3, 3, 4, 6, 6, 12], [1, 1, 1, 0, 1, 0]).at(5)
    >>> point.at_risk, round(point.survival, 3)
    (3, 0.5)
    """

    time: float  #: in the unit of the curve
    at_risk: int  #: number at risk just before this time
    survival: float  #: probability of no event up to and including this time, 0 to 1
    low: float  #: lower limit of `survival`, 0 to 1 or nan
    high: float  #: upper limit of `survival`, 0 to 1 or nan


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A Kaplan-Meier curve: the result of `kaplan_meier`.

    All arrays have one entry for each distinct observed time.

    Examples
    --------
    >>> curve = kaplan_meier([3, 3, 4, 6, 6, 12], [1, 1, 1, 0, 1, 0])
    >>> curve.times, curve.at_risk
    (array([ 3.,  4.,  6., 12.]), array([6, 4, 3, 1]))
    """

    times: NDArray[np.float64]  #: distinct times of events or censoring, ascending
    at_risk: NDArray[np.int64]  #: patients under observation just before each time
    events: NDArray[np.int64]  #: events at each time
    censored: NDArray[np.int64]  #: patients censored at each time, after its events
    survival: NDArray[np.float64]  #: probability of no event up to and including the time, 0 to 1
    low: NDArray[np.float64]  #: lower log-log limit of `survival`, 0 to 1 or nan
    high: NDArray[np.float64]  #: upper log-log limit of `survival`, 0 to 1 or nan
    level: float  #: nominal pointwise confidence level, 0 to 1

    def confidence_interval(self, confidence_level: SupportsFloat = 0.95) -> CurveLimits:
        """Compute pointwise log-log limits of `survival` at another level.

        Parameters
        ----------
        confidence_level : float
            Nominal confidence, strictly between 0 and 1.

        Returns
        -------
        CurveLimits
            The arrays `low` and `high`, to which it unpacks; nan where survival is 0 or 1.
        """
        level = _arguments.proportion_between("confidence_level", confidence_level)
        return _log_log_limits(self.survival, self.at_risk, self.events, level)

    def at(self, time: SupportsFloat) -> CurvePoint:
        """Evaluate the curve at one time, not negative.

        Before the first observed time, survival and its limits are 1. After the last, survival
        stays 0 if it has reached 0 and is unknown (nan) otherwise.
        """
        at, at_risk, step, beyond = locate_time(time, self.times, self.at_risk)
        if step < 0:
            return CurvePoint(at, at_risk, 1.0, 1.0, 1.0)
        survival, low, high = (float(curve[step]) for curve in (self.survival, self.low, self.high))
        if beyond and survival > 0:
            return CurvePoint(at, at_risk, math.nan, math.nan, math.nan)
        return CurvePoint(at, at_risk, survival, low, high)

    def median(self, rule: MedianRule = "at-or-below") -> float | None:
        """Return the median time to the event, or None if the curve does not reach 0.5.

        Parameters
        ----------
        rule : {"at-or-below", "strictly-below", "midpoint"}
            One of `MEDIAN_RULES`; by "strictly-below" there is no median if the curve ends at
            exactly one half.
        """
        _arguments.one_of("rule", rule, MEDIAN_RULES)
        at_or_below = self.times[self.survival <= 0.5 + _TOLERANCE]
        below = self.times[self.survival < 0.5 - _TOLERANCE]
        if rule == "strictly-below":
            return float(below[0]) if below.size else None
        if not at_or_below.size:
            return None
        first = float(at_or_below[0])
        if rule == "at-or-below":
            return first
        end = float(below[0]) if below.size else float(self.times[-1])
        return first / 2 + end / 2  # the sum may exceed the largest float


def kaplan_meier(
    times: ArrayLike, events: ArrayLike, confidence_level: float = 0.95
) -> KaplanMeier:
    """Compute the Kaplan-Meier curve of right-censored times, with log-log confidence limits.

    Parameters
    ----------
    times : array_like, shape (n,)
        Time from the start to the event or to censoring for each patient, not negative, in any
        unit. Times that agree to nine digits (in single precision to five) are treated as equal. A
        patient who is censored at the time of an event was still at risk of it.
    events : array_like, shape (n,)
        1 (or True) for an event at that time, 0 (or False) for censoring. A missing value (nan,
        None, NA, masked) raises ValueError.
    confidence_level : float
        Nominal confidence of the pointwise limits, strictly between 0 and 1.

    Returns
    -------
    KaplanMeier
        The curve with its limits, numbers at risk, events and censored.

    Raises
    ------
    ValueError
        If there is no patient, the lengths differ, or an argument is out of range.

    Notes
    -----
    The lower and the upper limit are survival ** exp(+/- z s), where s is Greenwood's standard
    error of log(-log(survival)). At survival 1, after a time at which patients were only censored,
    and at survival 0 they do not exist: they are nan, as in R (survfit with conf.type="log-log").

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452. Kalbfleisch & Prentice 2002, The
    Statistical Analysis of Failure Time Data, 2nd ed., section 1.4, doi:10.1002/9781118032985.

    Examples
    --------
    >>> curve = kaplan_meier([3, 3, 4, 6, 6, 12], [1, 1, 1, 0, 1, 0])
    >>> curve.survival.round(3)
    array([0.667, 0.5  , 0.333, 0.333])
    >>> curve.median(), curve.median("midpoint")
    (4.0, 5.0)
    >>> curve.at(5).at_risk
    3
    >>> low, high = curve.confidence_interval(0.9)
    >>> low.round(3)
    array([0.27 , 0.161, 0.074, 0.074])
    """
    observed = observed_times(times)
    allowed = "1 (event) or 0 (censored)"
    had_event = parse_codes("events", events, observed.size, allowed=allowed, maximum=1) > 0
    confidence_level = _arguments.proportion_between("confidence_level", confidence_level)

    distinct, places, patients, at_risk = risk_sets(observed)
    event_counts = np.bincount(places[had_event], minlength=distinct.size)
    survival = np.cumprod(1 - event_counts / at_risk, dtype=np.float64)
    limits = _log_log_limits(survival, at_risk, event_counts, confidence_level)
    censored = patients - event_counts
    for array in (distinct, at_risk, event_counts, censored, survival, *limits):
        array.setflags(write=False)
    return KaplanMeier(
        times=distinct,
        at_risk=at_risk,
        events=event_counts,
        censored=censored,
        survival=survival,
        low=limits.low,
        high=limits.high,
        level=confidence_level,
    )


def risk_sets(
    observed: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct times, each patient's place in them, their patients and those at risk."""
    distinct, places, patients = np.unique(observed, return_inverse=True, return_counts=True)
    return distinct, places, patients, np.cumsum(patients[::-1])[::-1]


def _log_log_limits(
    survival: NDArray[np.float64],
    at_risk: NDArray[np.int64],
    events: NDArray[np.int64],
    confidence_level: float,
) -> CurveLimits:
    """Return survival ** exp(+/- z s), low and high, nan where survival is 0 or 1."""
    inside = (survival > 0) & (survival < 1)
    proportion = np.where(inside, survival, np.nan)
    remaining = np.where(inside, at_risk - events, 1)
    variance = np.cumsum(events / (at_risk * remaining)) / np.log(proportion) ** 2
    spread = -ndtri((1 - confidence_level) / 2) * np.sqrt(variance)
    centre = np.log(-np.log(proportion))
    return CurveLimits(np.exp(-np.exp(centre + spread)), np.exp(-np.exp(centre - spread)))
