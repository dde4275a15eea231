"""Time to event: the Kaplan-Meier curve of right-censored times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from tisstats.statistics._arguments import described, one_of, proportion_between
from tisstats.statistics._noise import codes, observed_times, read_at

MedianRule = Literal["first-below", "first-strictly-below", "r-midpoint"]

#: Every rule of `KaplanMeier.median`. They differ only where survival is exactly one half for a
#: while.
MEDIAN_RULES: Final = described("median")


_NOISE: Final = 1e-9  # a survival within it of one half is one half


class CurveLimits(NamedTuple):
    """Pointwise confidence limits of a curve, one entry for each of its times."""

    low: NDArray[np.float64]  #: lower limits, 0 to 1 or nan
    high: NDArray[np.float64]  #: upper limits, 0 to 1 or nan


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A Kaplan-Meier curve read at one time: the result of `KaplanMeier.at`."""

    time: float  #: in the unit of the curve
    at_risk: int  #: patients whose own time is this time or later
    survival: float  #: probability of no event up to and including this time, 0 to 1
    low: float  #: lower limit of `survival`, 0 to 1 or nan
    high: float  #: upper limit of `survival`, 0 to 1 or nan


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A Kaplan-Meier curve, the result of `kaplan_meier`.

    All arrays have one entry for each distinct observed time.
    """

    times: NDArray[np.float64]  #: distinct times of events or censoring, ascending
    at_risk: NDArray[np.int64]  #: patients under observation just before each time
    events: NDArray[np.int64]  #: events at each time
    censored: NDArray[np.int64]  #: patients censored at each time, after its events
    survival: NDArray[np.float64]  #: probability of no event up to and including the time, 0 to 1
    low: NDArray[np.float64]  #: lower log-log limit of `survival`, 0 to 1 or nan
    high: NDArray[np.float64]  #: upper log-log limit of `survival`, 0 to 1 or nan
    level: float  #: nominal confidence of each single limit pair, 0 to 1

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
        level = proportion_between("confidence_level", confidence_level)
        return _log_log_limits(self.survival, self.at_risk, self.events, level)

    def at(self, time: SupportsFloat) -> CurvePoint:
        """Read the curve at one time, not negative.

        Before the first observed time, survival and its limits are 1. After the last, survival
        stays 0 if it has come down to 0 and is unknown (nan) otherwise.
        """
        when, at_risk, step, beyond = read_at(time, self.times, self.at_risk)
        if step < 0:
            return CurvePoint(when, at_risk, 1.0, 1.0, 1.0)
        survival, low, high = (float(curve[step]) for curve in (self.survival, self.low, self.high))
        if beyond and survival > 0:
            return CurvePoint(when, at_risk, math.nan, math.nan, math.nan)
        return CurvePoint(when, at_risk, survival, low, high)

    def median(self, rule: MedianRule = "first-below") -> float | None:
        """Return the median time to the event, or None if the curve does not come down to one half.

        Parameters
        ----------
        rule : {"first-below", "first-strictly-below", "r-midpoint"}
            One of `MEDIAN_RULES`; by "first-strictly-below" there is no median either where the
            curve stays at exactly one half.
        """
        one_of("rule", rule, MEDIAN_RULES)
        at_or_below = self.times[self.survival <= 0.5 + _NOISE]
        below = self.times[self.survival < 0.5 - _NOISE]
        if rule == "first-strictly-below":
            return float(below[0]) if below.size else None
        if not at_or_below.size:
            return None
        first = float(at_or_below[0])
        if rule == "first-below":
            return first
        end = float(below[0]) if below.size else float(self.times[-1])
        return first / 2 + end / 2  # the sum of two may exceed the greatest float


def kaplan_meier(
    times: ArrayLike, events: ArrayLike, confidence_level: float = 0.95
) -> KaplanMeier:
    """Compute the Kaplan-Meier curve of right-censored times, with log-log confidence limits.

    Parameters
    ----------
    times : array_like, shape (n,)
        Time from the start to the event or to censoring for each patient, not negative, in any
        unit. Times that agree to nine digits (in single precision to five) are taken as equal. A
        patient who is censored at the time of an event was still at risk of it.
    events : array_like, shape (n,)
        1 (or True) for an event at that time, 0 (or False) for censoring. A missing one (nan, None,
        NA, masked) is refused.
    confidence_level : float
        Nominal confidence of the pointwise limits, strictly between 0 and 1.

    Returns
    -------
    KaplanMeier
        The curve with its limits, and the numbers at risk, of events and of censorings.

    Raises
    ------
    ValueError
        If there is no patient, the lengths differ, or an argument is out of range.

    Notes
    -----
    Limits are survival ** exp(-/+ z s), where s is Greenwood's standard error of
    log(-log(survival)). At survival 1, after a time at which patients were only censored, and at
    survival 0 they do not exist: they are nan, as in R (survfit with conf.type="log-log").

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452. Kalbfleisch & Prentice 2002, The
    Statistical Analysis of Failure Time Data, 2nd ed., section 1.4, doi:10.1002/9781118032985.

    Examples
    --------
    >>> curve = kaplan_meier([3, 3, 4, 6, 6, 12], [1, 1, 1, 0, 1, 0])
    >>> curve.survival.round(3)
    array([0.667, 0.5  , 0.333, 0.333])
    >>> curve.median(), curve.median("r-midpoint")
    (4.0, 5.0)
    >>> curve.at(5).at_risk
    3
    >>> low, high = curve.confidence_interval(0.9)
    >>> low.round(3)
    array([0.27 , 0.161, 0.074, 0.074])
    """
    observed = observed_times(times)
    allowed = "1 (event) or 0 (censored)"
    happened = codes("events", events, observed.size, allowed=allowed, greatest=1) > 0
    confidence_level = proportion_between("confidence_level", confidence_level)

    distinct, places = np.unique(observed, return_inverse=True)
    patients = np.bincount(places)
    event_counts = np.bincount(places[happened], minlength=distinct.size)
    at_risk = np.cumsum(patients[::-1])[::-1]
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


def _log_log_limits(
    survival: NDArray[np.float64],
    at_risk: NDArray[np.int64],
    events: NDArray[np.int64],
    confidence_level: float,
) -> CurveLimits:
    """Return survival ** exp(-/+ z s), nan where survival is 0 or 1."""
    inside = (survival > 0) & (survival < 1)
    share = np.where(inside, survival, np.nan)
    left = np.where(inside, at_risk - events, 1)
    variance = np.cumsum(events / (at_risk * left)) / np.log(share) ** 2
    spread = ndtri(0.5 + confidence_level / 2) * np.sqrt(variance)
    centre = np.log(-np.log(share))
    return CurveLimits(np.exp(-np.exp(centre + spread)), np.exp(-np.exp(centre - spread)))
