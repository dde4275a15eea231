"""Confidence intervals for a binomial proportion, by many methods under one name each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics import _limits
from tisstats.statistics._arguments import Broadcastable, BroadcastCounts, one_of

# The one place where a method is listed: its name, its limits, what it is and where it comes from.
_METHODS: Final[Mapping[str, tuple[_limits.Limits, str]]] = {
    "clopper-pearson": (
        _limits.clopper_pearson,
        "exact: both one-sided binomial tests inverted at half the error each; covers at least "
        "the level (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404)",
    ),
    "sterne": (
        _limits.sterne,
        "exact: the minimum-likelihood test inverted, gaps in its region filled; covers at least "
        "the level (Sterne 1954, doi:10.1093/biomet/41.1-2.275)",
    ),
    "blaker": (
        _limits.blaker,
        "exact: the test that adds to the smaller tail the largest tail beyond that is no larger, "
        "inverted, gaps in its region filled; covers at least the level, and lies inside "
        "Clopper-Pearson (Blaker 2000, doi:10.2307/3315916)",
    ),
    "mid-p": (
        _limits.mid_p,
        "both one-sided binomial tests inverted with half the chance of the observed outcome; "
        "covers the level on average, not always (Berry & Armitage 1995, doi:10.2307/2348891)",
    ),
    "likelihood-ratio": (
        _limits.likelihood_ratio,
        "likelihood-ratio test inverted with its chi-square quantile (Brown, Cai & DasGupta 2001, "
        "doi:10.1214/ss/1009213286)",
    ),
    "wilson": (
        _limits.wilson,
        "score test inverted (Wilson 1927, doi:10.1080/01621459.1927.10502953)",
    ),
    "wilson-cc": (
        _limits.wilson_cc,
        "score test with continuity correction inverted (Newcombe 1998, "
        "doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E)",
    ),
    "agresti-coull": (
        _limits.from_statsmodels("agresti_coull"),
        "Wald interval after adding z²/2 successes and as many failures, clipped to [0, 1] "
        "(Agresti & Coull 1998, doi:10.1080/00031305.1998.10480550)",
    ),
    "jeffreys": (
        _limits.from_statsmodels("jeffreys"),
        "equal-tailed posterior quantiles under a Beta(1/2, 1/2) prior, not adjusted at 0 or all "
        "successes (Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286)",
    ),
    "logit": (
        _limits.logit,
        "Wald interval of the log odds; without successes or without failures, where these are "
        "infinite, the Clopper-Pearson one (Brown, Cai & DasGupta 2001, "
        "doi:10.1214/ss/1009213286)",
    ),
    "arcsine": (
        _limits.arcsine,
        "Wald interval of the arcsine of the root of (x + 3/8) / (n + 3/4), cut at the ends of "
        "that scale (Anscombe 1948, doi:10.2307/2332343; Brown, Cai & DasGupta 2001, "
        "doi:10.1214/ss/1009213286)",
    ),
    "wald": (
        _limits.from_statsmodels("normal"),
        "normal approximation with the estimated variance p (1 - p) / n, clipped to [0, 1] "
        "(Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286)",
    ),
    "wald-max-variance": (
        _limits.wald_max_variance,
        "normal approximation with the largest variance a proportion can have, 0.25 / n, clipped "
        "to [0, 1] (Cochran 1977, Sampling Techniques, section 4.4, ISBN 0-471-16240-X)",
    ),
}

#: Every method of `proportion_interval`: its name, and what it is with its source.
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {name: description for name, (_, description) in _METHODS.items()}
)


#: Method of a proportion, or of two: its name in prose, tables and figures.
METHOD_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clopper-pearson": "Clopper-Pearson",
        "sterne": "Sterne",
        "blaker": "Blaker",
        "mid-p": "mid-P",
        "likelihood-ratio": "likelihood ratio",
        "wilson": "Wilson",
        "wilson-cc": "Wilson with continuity correction",
        "agresti-coull": "Agresti-Coull",
        "jeffreys": "Jeffreys",
        "logit": "logit",
        "arcsine": "arcsine",
        "wald": "Wald",
        "wald-max-variance": "Wald with p = 1/2",
        "newcombe": "Newcombe",
        "miettinen-nurminen": "Miettinen-Nurminen",
        "agresti-caffo": "Agresti-Caffo",
    }
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval with its estimate, as the interval functions return it.

    It unpacks to its limits: ``low, high = proportion_interval(8, 19)``. Where an argument was an
    array or a Series, the estimate and both limits are arrays or Series too, of the shape to which
    the arguments broadcast.
    """

    estimate: float  #: observed proportion, 0 to 1; or difference, ratio or odds ratio of two
    low: float  #: lower limit, on the scale of the estimate
    high: float  #: upper limit, on the scale of the estimate; a ratio's may be infinite
    level: float  #: nominal confidence, 0 to 1, both ends excluded
    method: str  #: how the limits were computed, such as one of `METHODS`

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
        One of `METHODS`, which names each method's source.

    Returns
    -------
    Interval
        Estimate and limits as proportions from 0 to 1, never as percentages. Floats for single
        numbers, arrays for arrays; Series with their index where an argument is a Series.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range (0 of 0 has no interval), shapes do not
        broadcast, or two Series have different indexes. The message names the first such entry.

    See Also
    --------
    coverage : how often such an interval covers the true proportion.
    sample_size_for_width : the sample size at which it is narrow enough.

    Notes
    -----
    `wald`, `wald-max-variance` and `agresti-coull` limits that would lie outside are clipped to
    0 and 1. `wald` has no width when there are no successes or no failures. `jeffreys` is the
    plain pair of posterior quantiles: with no successes its lower limit lies just above the
    estimate 0, where some programs put 0 instead.

    Conventions differ where there are no successes or no failures. `logit` then gives the
    Clopper-Pearson interval; one could also give none, or add 1/2 to both counts. Near these ends
    a `logit` limit may fall when the successes rise; those of no other method do. `arcsine` is cut
    at the ends of the arcsine scale; without the cut the square of a negative sine would put the
    lower limit above 0. `mid-p` gives 0 to 1 - (1 - confidence_level) ** (1 / n) for 0 of n.

    The estimate lies between the limits, with three exceptions. `jeffreys` leaves the estimates 0
    and 1 outside at every level. `arcsine` does so below a level of about 0.8, since 3/8 is added;
    without that addition its interval for 0 of n would still have width, but be centred at 0. Both,
    and `mid-p`, may leave other estimates outside too at levels below one half.

    `blaker` and `sterne` are the smallest intervals that hold every proportion which their tests
    do not reject; the tests may reject some values inside.

    References
    ----------
    Brown, Cai & DasGupta 2001, Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286; each method's own source stands in `METHODS`.

    Examples
    --------
    >>> interval = proportion_interval(8, 19)
    >>> print(f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})")
    0.421 (0.203 to 0.665)
    >>> low, high = proportion_interval(8, [18, 19, 20], method="wilson")
    >>> low.round(3), high.round(3)
    (array([0.246, 0.231, 0.219]), array([0.663, 0.637, 0.613]))
    """
    asked = BroadcastCounts.of({"successes": successes, "trials": trials}, confidence_level)
    limits, _ = _METHODS[one_of("method", method, _METHODS)]
    count, of = asked.counts
    low, high = limits(count, of, asked.confidence_level)
    return interval_of(asked, method, count / of, low, high)


def interval_of(asked: BroadcastCounts, method: str, *flat: NDArray[np.float64]) -> Interval:
    """Return an interval in the shape that was asked for, from estimate, lower and upper limit."""
    estimate, low, high = asked.restore(*flat)
    return Interval(estimate, low, high, asked.level, method)


def method_name(method: str) -> str:
    """Return the name of a method as a text writes it.

    Raises
    ------
    ValueError
        If there is no such method.

    Examples
    --------
    >>> method_name("clopper-pearson")
    'Clopper-Pearson'
    """
    return METHOD_NAMES[one_of("method", method, METHOD_NAMES)]
