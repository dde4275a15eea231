"""Time to event: the Kaplan-Meier curve of right-censored times."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Literal, SupportsFloat, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import CensoredData, ecdf

from tisstats.statistics._arguments import (
    finite_vector,
    one_of,
    proportion_between,
    real_number,
)

MedianRule = Literal["first-below", "r-midpoint"]

# Times, and survival at exactly one half, that differ by less than this are meant to be equal.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a Kaplan-Meier curve says of one time."""

    time: float  #: in the unit of the curve
    at_risk: int  #: patients whose own time is this time or later
    survival: float  #: probability of no event up to and including this time, 0 to 1
    low: float  #: lower limit of `survival`, 0 to 1 or nan
    high: float  #: upper limit of `survival`, 0 to 1 or nan


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A Kaplan-Meier curve; all arrays have one entry for each distinct observed time."""

    times: NDArray[np.float64]  #: distinct times of events or censoring, ascending
    at_risk: NDArray[np.int64]  #: patients under observation just before each time
    events: NDArray[np.int64]  #: events at each time
    censored: NDArray[np.int64]  #: patients censored at each time, after its events
    survival: NDArray[np.float64]  #: probability of no event up to and including the time, 0 to 1
    low: NDArray[np.float64]  #: lower log-log limit of `survival`, 0 to 1 or nan
    high: NDArray[np.float64]  #: upper log-log limit of `survival`, 0 to 1 or nan
    level: float  #: nominal confidence of each single limit pair, 0 to 1

    def at(self, time: SupportsFloat) -> CurvePoint:
        """Read the curve at one time, not negative.

        Before the first observed time, survival and its limits are 1. After the last, survival
        stays 0 if it has come down to 0 and is unknown (nan) otherwise.
        """
        moment = real_number("time", time)
        if moment < 0:
            raise ValueError(f"time must be a finite number of at least 0, got {time!r}")
        # The slack lets 0.3 find the step at 0.1 + 0.2.
        slack = _NOISE * max(1.0, moment)
        at_risk = int(self.at_risk[self.times >= moment - slack][:1].sum())
        step = int(np.searchsorted(self.times, moment + slack, side="right")) - 1
        if step < 0:
            return CurvePoint(moment, at_risk, 1.0, 1.0, 1.0)
        survival, low, high = (float(curve[step]) for curve in (self.survival, self.low, self.high))
        if moment > self.times[-1] + slack and survival > 0:
            return CurvePoint(moment, at_risk, math.nan, math.nan, math.nan)
        return CurvePoint(moment, at_risk, survival, low, high)

    def median(self, rule: MedianRule = "first-below") -> float | None:
        """Median time to the event, or None if the curve does not come down to one half.

        Parameters
        ----------
        rule : {"first-below", "r-midpoint"}
            "first-below" is the smallest time at which survival is one half or less.
            "r-midpoint" differs only where survival is exactly one half for a while: the middle
            between the start of that step and the next event, or the last observed time if no
            event follows (quantile.survfit of R's survival package).
        """
        one_of("rule", rule, get_args(MedianRule))
        reached = np.flatnonzero(self.survival <= 0.5 + _NOISE)
        if reached.size == 0:
            return None
        first = float(self.times[reached[0]])
        if rule == "first-below" or self.survival[reached[0]] < 0.5 - _NOISE:
            return first
        below = self.times[self.survival < 0.5 - _NOISE]
        end = below[0] if below.size else self.times[-1]
        return (first + float(end)) / 2


def kaplan_meier(times: ArrayLike, events: ArrayLike, level: float = 0.95) -> KaplanMeier:
    """Kaplan-Meier curve of right-censored times, with log-log confidence limits.

    Parameters
    ----------
    times : array_like, shape (n,)
        Time from the start to the event or to censoring for each patient, not negative, in any
        unit. Times that agree to nine digits are taken as equal. A patient who is censored at the
        time of an event was still at risk of it.
    events : array_like, shape (n,)
        1 (or True) for an event at that time, 0 (or False) for censoring.
    level : float
        Nominal confidence, strictly between 0 and 1, pointwise.

    Returns
    -------
    KaplanMeier

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
    """
    observed = _merge_noise(
        finite_vector("times", times, allowed="finite numbers of at least 0", minimum=0)
    )
    happened = _indicators(events, observed.size)
    level = proportion_between("level", level)

    curve = ecdf(CensoredData.right_censored(observed, ~happened)).sf
    with warnings.catch_warnings():
        # Limits that do not exist at survival 0 and 1 are documented above.
        warnings.filterwarnings("ignore", message="The confidence interval is undefined")
        with np.errstate(divide="ignore", invalid="ignore"):
            limits = curve.confidence_interval(level, method="log-log")

    distinct, patients = np.unique(observed, return_counts=True)
    event_counts = np.array([np.sum(happened[observed == time]) for time in distinct])
    result = KaplanMeier(
        times=distinct,
        at_risk=np.cumsum(patients[::-1])[::-1],
        events=event_counts,
        censored=patients - event_counts,
        survival=np.array(curve.probabilities),
        low=np.array(limits.low.probabilities),  # type: ignore[attr-defined]
        high=np.array(limits.high.probabilities),  # type: ignore[attr-defined]
        level=level,
    )
    for name in ("times", "at_risk", "events", "censored", "survival", "low", "high"):
        getattr(result, name).setflags(write=False)
    return result


def _merge_noise(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give times that differ by binary noise only the value of the earliest of them."""
    distinct, places = np.unique(times, return_inverse=True)
    starts = np.diff(distinct, prepend=-np.inf) > _NOISE * np.maximum(1.0, distinct)
    merged: NDArray[np.float64] = distinct[starts][np.cumsum(starts) - 1][places]
    return merged


def _indicators(events: ArrayLike, patients: int) -> NDArray[np.bool_]:
    given = np.asarray(events)
    if given.shape != (patients,):
        raise ValueError(
            f"events must be as many as times, {patients} in one row, got shape {given.shape}"
        )
    if given.dtype.kind == "b":
        return given
    allowed = "1 (event) or 0 (censored)"
    numbers = finite_vector("events", events, allowed=allowed)
    wrong = np.flatnonzero((numbers != 0) & (numbers != 1))
    if wrong.size:
        place = f"at position {wrong[0] + 1} of {patients}"
        raise ValueError(f"events must be {allowed}, got {given[wrong[0]]!s} {place}")
    return numbers > 0
