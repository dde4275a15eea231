"""Time to event: the Kaplan-Meier curve of right-censored times."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import CensoredData, ecdf

from tisstats.statistics._arguments import one_of, proportion_between
from tisstats.statistics._times import codes, moment, observed_times, slack

MedianRule = Literal["first-below", "first-strictly-below", "r-midpoint"]

#: Every rule of `KaplanMeier.median`. They differ only where survival is exactly one half for a
#: while.
MEDIAN_RULES: Final[Mapping[MedianRule, str]] = MappingProxyType(
    {
        "first-below": "smallest time at which survival is one half or less, the start of the "
        "flat step (lifelines 0.30; Kalbfleisch & Prentice 2002, section 1.4)",
        "first-strictly-below": "smallest time at which survival is less than one half, the end "
        "of the flat step (statsmodels 0.15, SurvfuncRight.quantile)",
        "r-midpoint": "middle of the flat step, which ends at the last observed time if survival "
        "falls no further (quantile.survfit of R's survival 3.5; Brookmeyer & Crowley 1982, "
        "doi:10.2307/2530286)",
    }
)


_NOISE: Final = 1e-9  # a survival within it of one half is one half


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
        when = moment("time", time)
        wide = slack(when, float(self.times[-1]))
        at_risk = int(self.at_risk[self.times >= when - wide][:1].sum())
        step = int(np.searchsorted(self.times, when + wide, side="right")) - 1
        if step < 0:
            return CurvePoint(when, at_risk, 1.0, 1.0, 1.0)
        survival, low, high = (float(curve[step]) for curve in (self.survival, self.low, self.high))
        if when - wide > self.times[-1] and survival > 0:
            return CurvePoint(when, at_risk, math.nan, math.nan, math.nan)
        return CurvePoint(when, at_risk, survival, low, high)

    def median(self, rule: MedianRule = "first-below") -> float | None:
        """Median time to the event, or None if the curve does not come down to one half.

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
    """Kaplan-Meier curve of right-censored times, with log-log confidence limits.

    Parameters
    ----------
    times : array_like, shape (n,)
        Time from the start to the event or to censoring for each patient, not negative, in any
        unit. Times that agree to nine digits (in single precision to five) are taken as equal. A
        patient who is censored at the time of an event was still at risk of it.
    events : array_like, shape (n,)
        1 (or True) for an event at that time, 0 (or False) for censoring. A missing one (nan, None,
        NA, masked) is refused.
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
    observed = observed_times(times)
    allowed = "1 (event) or 0 (censored)"
    happened = codes("events", events, observed.size, allowed=allowed, greatest=1) > 0
    confidence_level = proportion_between("confidence_level", confidence_level)

    curve = ecdf(CensoredData.right_censored(observed, ~happened)).sf
    with warnings.catch_warnings():
        # Limits that do not exist at survival 0 and 1 are documented above.
        warnings.filterwarnings("ignore", message="The confidence interval is undefined")
        with np.errstate(divide="ignore", invalid="ignore"):
            limits = curve.confidence_interval(confidence_level, method="log-log")

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
        level=confidence_level,
    )
    for name in ("times", "at_risk", "events", "censored", "survival", "low", "high"):
        getattr(result, name).setflags(write=False)
    return result
