"""Confidence intervals for a binomial proportion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics import _arguments, _limits
from tisstats.statistics._arguments import Broadcastable, BroadcastCounts

_LIMITS: Final[Mapping[str, _limits.Limits]] = {
    "clopper-pearson": _limits.clopper_pearson,
    "sterne": _limits.sterne,
    "blaker": _limits.blaker,
    "mid-p": _limits.mid_p,
    "likelihood-ratio": _limits.likelihood_ratio,
    "wilson": _limits.wilson,
    "wilson-cc": _limits.wilson_cc,
    "agresti-coull": _limits.agresti_coull,
    "jeffreys": _limits.jeffreys,
    "logit": _limits.logit,
    "arcsine": _limits.arcsine,
    "wald": _limits.wald,
    "wald-max-variance": _limits.wald_max_variance,
}

#: Methods of `proportion_interval`: name to description and source.
INTERVAL_METHODS: Final = _arguments.load_options("interval")


#: Method for one or two proportions: its title in prose, tables and figures.
METHOD_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {row["name"]: row["title"] for row in _arguments.OPTIONS if row["title"]}
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval with its estimate, as the interval functions return it.

    It unpacks to its limits: ``low, high = proportion_interval(8, 19)``. Where an argument was an
    array or a Series, the estimate and both limits are arrays or Series too, of the shape to which
    the arguments broadcast.

    Examples
    --------
    >>> interval = proportion_interval(8, 19, method="wilson")
    >>> interval.level, round(interval.width, 3)
    (0.95, 0.406)
    """

    estimate: float  #: observed proportion, 0 to 1; or difference, ratio or odds ratio of two
    low: float  #: lower limit, on the scale of the estimate
    high: float  #: upper limit, on the scale of the estimate; a ratio's may be infinite
    level: float  #: nominal confidence level, 0 to 1, both ends excluded
    method: str  #: how the limits were computed, such as one of `INTERVAL_METHODS`

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    @property
    def width(self) -> float:
        """Upper minus lower limit, on the scale of the estimate."""
        return self.high - self.low


def proportion_interval(
    successes: Broadcastable,
    trials: Broadcastable,
    confidence_level: Broadcastable = 0.95,
    method: str = "clopper-pearson",
) -> Interval:
    """Compute a two-sided confidence interval for a binomial proportion.

    Parameters
    ----------
    successes : int or array_like
        Number of successes, 0 to `trials`. NumPy integers and whole floats such as 8.0 are
        accepted; True, "8", 8.5 and nan are not.
    trials : int or array_like
        Number of trials, at least 1; accepted types as for `successes`.
    confidence_level : float or array_like
        Nominal confidence, strictly between 0 and 1. The three arguments broadcast.
    method : str
        One of `INTERVAL_METHODS`, which gives the source of each.

    Returns
    -------
    Interval
        Estimate and limits as proportions from 0 to 1, never as percentages. Floats for single
        numbers, arrays for arrays; Series with their index where an argument is a Series.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range (0 of 0 has no interval), shapes do not
        broadcast, or two Series have different indexes. The message names the first invalid entry.

    See Also
    --------
    coverage : the exact coverage probability.
    sample_size_for_width : the sample size for a target width.

    Notes
    -----
    `wald`, `wald-max-variance` and `agresti-coull` limits that would lie outside are clipped to
    0 and 1. `wald` degenerates to zero width when there are no successes or no failures. `jeffreys`
    is the unmodified pair of posterior quantiles: with no successes its lower limit lies just above
    the estimate 0, where some software puts 0 instead.

    Conventions differ where there are no successes or no failures. `logit` then gives the
    Clopper-Pearson interval; alternatives are to report none or to add 1/2 to both counts. At high
    levels a `logit` limit next to these ends is not monotone in the number of successes: at 0.99
    from 28 trials on, at 0.95 not with up to 399. The limits of the other methods were monotone
    wherever that was computed, with up to 30 trials. `arcsine` is clipped at the ends of the
    arcsine scale; without that the square of a negative sine would put the lower limit above 0.
    `mid-p` gives 0 to 1 - (1 - confidence_level) ** (1 / n) for 0 of n.

    The estimate lies between the limits, with three exceptions. `jeffreys` excludes the estimates 0
    and 1 at every level. `arcsine` may do so at levels below 0.78, since 3/8 is added; without
    that addition its interval for 0 of n would still have width, but be centred at 0. Other
    estimates may be excluded at levels below 0.145 by `jeffreys`, 0.271 by `arcsine` and 0.104 by
    `mid-p`: that contains the proportion at which both mid-P values are one half, its
    median-unbiased estimate, which for 3 of 10 is 0.306. That these levels are high enough was
    computed for six numbers of trials up to a million, not proved; rounded up, they are what 0 of n
    or 1 of n approach as n grows.

    `blaker` and `sterne` are the smallest intervals that contain every proportion not rejected by
    their tests; the tests may reject some values inside.

    References
    ----------
    Brown, Cai & DasGupta 2001, Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286; for the source of each method see `INTERVAL_METHODS`.

    Examples
    --------
    >>> interval = proportion_interval(8, 19)
    >>> print(f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})")
    0.421 (0.203 to 0.665)
    >>> low, high = proportion_interval(8, [18, 19, 20], method="wilson")
    >>> low.round(3), high.round(3)
    (array([0.246, 0.231, 0.219]), array([0.663, 0.637, 0.613]))
    """
    args = BroadcastCounts.of(
        {"successes": successes, "trials": trials}, confidence_level=confidence_level
    )
    limits = _LIMITS[_arguments.one_of("method", method, INTERVAL_METHODS)]
    count, of = args.counts
    low, high = limits(count, of, args.confidence_level)
    return make_interval(args, method, count / of, low, high)


def make_interval(args: BroadcastCounts, method: str, *flat: NDArray[np.float64]) -> Interval:
    """Return an interval in the shape of the args, from estimate, lower and upper limit."""
    estimate, low, high = args.to_input_shape(*flat)
    return Interval(estimate, low, high, args.confidence_level_as_given, method)


def method_title(method: str) -> str:
    """Return the title of a method as written in prose.

    Raises
    ------
    ValueError
        If there is no such method.

    Examples
    --------
    >>> method_title("clopper-pearson")
    'Clopper-Pearson'
    """
    return METHOD_TITLES[_arguments.one_of("method", method, METHOD_TITLES)]
