"""Competing risks: events of several causes, of which the first excludes the others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, SupportsFloat, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from tisstats.errors import shown
from tisstats.statistics import _arguments
from tisstats.statistics._arguments import Whole
from tisstats.statistics._tolerance import MAX_CODE, locate_time, observed_times, parse_codes
from tisstats.statistics.kaplan_meier import CurveLimits, risk_sets

#: Code of a censored patient.
CENSORED: Final = 0

VarianceMethod = Literal["gray", "greenwood"]

_Number = TypeVar("_Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True)
class IncidencePoint:
    """Cumulative incidences at one time: the result of `CumulativeIncidence.at`.

    Examples
    --------
    >>> point = cumulative_incidence([3, 3, 4, 6, 6, 9], [1, 1, 2, 1, 2, 0]).at(5)
    >>> point.at_risk, round(point.estimate[1], 3)
    (3, 0.333)
    """

    time: float  #: in the unit of the curves
    at_risk: int  #: number at risk just before this time
    estimate: Mapping[int, float]  #: cause to cumulative incidence, 0 to 1 or nan
    variance: Mapping[int, float]  #: cause to variance of the estimate, or nan


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidence of each cause: the result of `cumulative_incidence`.

    All arrays have one entry for each distinct observed time.

    Examples
    --------
    >>> curves = cumulative_incidence([3, 3, 4, 6, 6, 9], [1, 1, 2, 1, 2, 0])
    >>> curves.causes, curves.event_free.round(3)
    ((1, 2), array([0.667, 0.5  , 0.167, 0.167]))
    """

    times: NDArray[np.float64]  #: distinct times of events or censoring, ascending
    at_risk: NDArray[np.int64]  #: patients under observation just before each time
    events: Mapping[int, NDArray[np.int64]]  #: cause to its events at each time
    censored: NDArray[np.int64]  #: patients censored at each time, after its events
    estimate: Mapping[int, NDArray[np.float64]]  #: cause to incidence up to each time, 0 to 1
    variance: Mapping[int, NDArray[np.float64]]  #: cause to variance of the estimate
    event_free: NDArray[np.float64]  #: probability of no event of any cause, 0 to 1

    @property
    def causes(self) -> tuple[int, ...]:
        """The causes that occur, ascending."""
        return tuple(self.estimate)

    def at(self, time: SupportsFloat) -> IncidencePoint:
        """Evaluate the curves at one time, not negative.

        Before the first observed time all incidences are 0. After the last they stay if every
        patient had an event by then, and are unknown (nan) otherwise.
        """
        at, at_risk, step, beyond = locate_time(time, self.times, self.at_risk)
        if step < 0:
            zero = dict.fromkeys(self.causes, 0.0)
            return IncidencePoint(at, at_risk, zero, dict(zero))
        if beyond and (self.censored > 0)[-1]:
            unknown = dict.fromkeys(self.causes, math.nan)
            return IncidencePoint(at, at_risk, unknown, dict(unknown))
        return IncidencePoint(
            at,
            at_risk,
            {cause: float(curve[step]) for cause, curve in self.estimate.items()},
            {cause: float(curve[step]) for cause, curve in self.variance.items()},
        )

    def confidence_interval(
        self, cause: Whole, confidence_level: SupportsFloat = 0.95
    ) -> CurveLimits:
        """Compute pointwise log-log confidence limits of the incidence of one cause.

        Parameters
        ----------
        cause : int
            One of `causes`.
        confidence_level : float
            Nominal confidence, strictly between 0 and 1.

        Returns
        -------
        CurveLimits
            The arrays `low` and `high`, to which it unpacks:
            estimate ** exp(+/- z s), where s is the standard error of log(-log(estimate)); nan
            where the estimate is 0 or 1.
        """
        code = _arguments.whole_number("cause", cause)
        if code not in self.estimate:
            names = ", ".join(map(str, self.causes)) or "none (there are no events)"
            raise ValueError(f"cause must be one of {names}, got {shown(cause)}")
        confidence_level = _arguments.proportion_between("confidence_level", confidence_level)
        estimate, variance = self.estimate[code], self.variance[code]
        incidence = np.where((estimate > 0) & (estimate < 1 - 1e-12), estimate, np.nan)
        error = np.sqrt(variance) / (incidence * -np.log(incidence))
        spread = -ndtri((1 - confidence_level) / 2) * error
        return CurveLimits(incidence ** np.exp(spread), incidence ** np.exp(-spread))


def cumulative_incidence(
    times: ArrayLike, causes: ArrayLike, *, variance: VarianceMethod = "gray"
) -> CumulativeIncidence:
    """Compute the cumulative incidence of competing causes (Aalen-Johansen), with its variance.

    Parameters
    ----------
    times : array_like, shape (n,)
        Time from the start to the first event or to censoring for each patient, not negative, in
        any unit. Times that agree to nine digits (in single precision to five) are treated as
        equal. A patient who is censored at the time of an event was still at risk of it.
    causes : array_like, shape (n,)
        Cause of the event, or censoring: 0 for censoring, 1, 2, ... up to 2**31 - 1 for the cause
        of the event; booleans are accepted for a single cause, and not beside other codes. A
        missing cause (nan, None, NA, masked) raises ValueError.
    variance : {"gray", "greenwood"}
        Variance of the estimate: Gray's, as in R's `cmprsk::cuminc`, or Greenwood's as extended to
        competing causes, as in R's `survival::survfit`. See Notes.

    Returns
    -------
    CumulativeIncidence
        `estimate` and `variance` contain the causes that occur, and are empty if none does.

    Raises
    ------
    ValueError
        If there is no patient, the lengths differ, or an argument is out of range.

    Notes
    -----
    With n patients at risk at a time s, d of whom have the event of interest, and S the
    Kaplan-Meier estimate of having no event of any cause, the estimate F is the sum of
    S(s-) d / n over the times up to t. The estimates of all causes and S add up to 1.

    The variance is the sum of S(s-)**2 (a**2 v + b**2 u + 2 a b c) over the times s up to t, where
    b = -(F(t) - F(s)) / S(s), or 0 once S has reached 0, and a = 1 + b. For d events of
    interest and e others among n at risk,

    - "greenwood" has v = d (n - d) / n**3, u = e (n - e) / n**3 and c = -d e / n**3. Without
      censoring it is F (1 - F) / n, that of a simple proportion, in any order of the events;
    - "gray" has v = d (n - d) / (n**2 (n - 1)), which is 1 for the one patient left, u likewise
      in e but 0 once S reaches 0, and c = 0. Without censoring it is F (1 - F) / (n - 1) at the
      first time with an event, if that is of one cause only. Later it depends on the order of
      events and can be much larger in small groups: among six patients almost double, see the
      examples. It stays positive when the last patient brings F to 1.

    "greenwood" is also the square of statsmodels' ``CumIncidenceRight(...).cinc_se``, which is nan
    once no patient remains event-free.

    References
    ----------
    Aalen & Johansen 1978, Scand J Stat 5:141-150. Variance "gray": Gray 1988,
    doi:10.1214/aos/1176350951; Marubini & Valsecchi 1995, Analysing Survival Data from Clinical
    Trials and Observational Studies, section 10.2, ISBN 0-471-93987-0. "greenwood": Andersen,
    Borgan, Gill & Keiding 1993, section IV.4, doi:10.1007/978-1-4612-4348-9. Limits: Kalbfleisch
    & Prentice 2002, section 8.2, doi:10.1002/9781118032985.

    Examples
    --------
    Improvement (1) and rescue medication (2) in six patients, one of whom was censored:

    >>> curves = cumulative_incidence([3, 3, 4, 6, 6, 9], [1, 1, 2, 1, 2, 0])
    >>> curves.estimate[1].round(3)
    array([0.333, 0.333, 0.5  , 0.5  ])
    >>> curves.variance[1].round(3)
    array([0.044, 0.044, 0.056, 0.056])
    >>> round(curves.at(5).estimate[2], 3)
    0.167

    Among six patients without censoring, "gray" ends well above F (1 - F) / (n - 1):

    >>> curves = cumulative_incidence([1, 2, 2, 3, 4, 5], [1, 2, 1, 1, 2, 1], variance="gray")
    >>> final = curves.estimate[1][-1]
    >>> print(f"{curves.variance[1][-1]:.3f} {final * (1 - final) / 5:.3f}")
    0.082 0.044
    """
    observed = observed_times(times)
    codes = cause_codes(causes, observed.size)
    method = _arguments.one_of("variance", variance, get_args(VarianceMethod))
    distinct, places, patients, at_risk = risk_sets(observed)
    events = {
        int(cause): np.bincount(places[codes == cause], minlength=distinct.size)
        for cause in np.unique(codes)
        if cause != CENSORED
    }
    all_events = sum(events.values(), np.zeros_like(patients))
    event_free: NDArray[np.float64] = np.cumprod(1 - all_events / at_risk, dtype=np.float64)
    curves = {
        cause: incidence_of_counts(own, all_events - own, at_risk, method)
        for cause, own in events.items()
    }
    estimate = {cause: curve[0] for cause, curve in curves.items()}
    spread = {cause: curve[1] for cause, curve in curves.items()}
    censored = patients - all_events
    for array in (distinct, at_risk, censored, event_free):
        array.setflags(write=False)
    return CumulativeIncidence(
        times=distinct,
        at_risk=at_risk,
        events=_read_only(events),
        censored=censored,
        estimate=_read_only(estimate),
        variance=_read_only(spread),
        event_free=event_free,
    )


def cause_codes(causes: ArrayLike, patients: int) -> NDArray[np.int64]:
    """Return causes as whole numbers, 0 for censoring, one for each of `patients`."""
    allowed = f"0 (censored) or whole numbers from 1 to {MAX_CODE}"
    return parse_codes("causes", causes, patients, allowed=allowed, maximum=MAX_CODE)


def incidence_of_counts(
    own: NDArray[np.int64], others: NDArray[np.int64], at_risk: NDArray[np.int64], variance: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the cumulative incidence of one cause and its variance from counts at each time.

    For many curves at once. The formulas are in the notes of `cumulative_incidence`.

    Parameters
    ----------
    own, others, at_risk : numpy.ndarray, shape (..., times)
        Events of the cause, events of all others, and patients at risk just before the time, at
        least 1; the times ascend along the last axis.
    variance : {"gray", "greenwood"}
        The variance.

    Examples
    --------
    Two curves, of which the second ends with an event of another cause:

    >>> own, others = np.array([[2, 1], [2, 0]]), np.array([[0, 0], [0, 1]])
    >>> incidence_of_counts(own, others, np.array([8, 4]), "greenwood")[0]
    array([[0.25  , 0.4375],
           [0.25  , 0.25  ]])
    """
    event_free: NDArray[np.float64] = np.cumprod(
        1 - (own + others) / at_risk, axis=-1, dtype=np.float64
    )
    before = np.concatenate([np.ones_like(event_free[..., :1]), event_free[..., :-1]], axis=-1)
    # Rounding may bring a sum of 1 slightly above it.
    incidence: NDArray[np.float64] = np.cumsum(before * own / at_risk, axis=-1).clip(max=1.0)
    n = at_risk.astype(np.float64)
    last = own + others == at_risk
    if variance == "greenwood":
        v, u, c = own * (n - own) / n**3, others * (n - others) / n**3, -own * others / n**3
    else:
        rest = np.maximum(n - 1, 1)
        v = np.where(n > 1, own * (n - own) / (n**2 * rest), own)
        u = np.where(last, 0.0, others * (n - others) / (n**2 * rest))
        c = np.zeros_like(n)
    # b = F(s) k - F(t) k with k = 1 / S(s): the sum is quadratic in F(t), with running sums.
    k = np.divide(1.0, event_free, out=np.zeros_like(event_free), where=event_free > 0)
    b = incidence * k
    a = 1 + b
    constant = np.cumsum(before**2 * (a**2 * v + b**2 * u + 2 * a * b * c), axis=-1)
    linear = np.cumsum(before**2 * k * (a * v + b * u + (a + b) * c), axis=-1)
    quadratic = np.cumsum(before**2 * k**2 * (v + u + 2 * c), axis=-1)
    # Rounding may make a variance of 0 slightly negative.
    spread: NDArray[np.float64] = constant - 2 * incidence * linear + incidence**2 * quadratic
    return incidence, spread.clip(min=0.0)


def _read_only(curves: dict[int, NDArray[_Number]]) -> Mapping[int, NDArray[_Number]]:
    for curve in curves.values():
        curve.setflags(write=False)
    return MappingProxyType(curves)
