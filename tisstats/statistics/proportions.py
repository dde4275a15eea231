"""Confidence intervals for a binomial proportion, by many methods under one name each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tisstats.statistics import _exact_limits, _limits
from tisstats.statistics._arguments import Whole, one_of, proportion_between, whole_number

# The one place where a method is listed: its name, its limits, what it is and where it comes from.
_METHODS: Final[Mapping[str, tuple[_exact_limits.Limits, str]]] = {
    "clopper-pearson": (
        _exact_limits.clopper_pearson,
        "exact: both one-sided binomial tests inverted at half the error each; covers at least "
        "the level (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404)",
    ),
    "sterne": (
        _exact_limits.sterne,
        "exact: the minimum-likelihood test inverted, gaps in its region filled; covers at least "
        "the level (Sterne 1954, doi:10.1093/biomet/41.1-2.275)",
    ),
    "blaker": (
        _exact_limits.blaker,
        "exact: the test that adds to the smaller tail the largest tail beyond that is no larger, "
        "inverted, gaps in its region filled; covers at least the level, and lies inside "
        "Clopper-Pearson (Blaker 2000, doi:10.2307/3315916)",
    ),
    "mid-p": (
        _exact_limits.mid_p,
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
        _limits.agresti_coull,
        "Wald interval after adding z²/2 successes and as many failures, clipped to [0, 1] "
        "(Agresti & Coull 1998, doi:10.1080/00031305.1998.10480550)",
    ),
    "jeffreys": (
        _limits.jeffreys,
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
        _limits.wald,
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


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval for a proportion."""

    estimate: float  #: observed proportion, 0 to 1
    low: float  #: lower limit, 0 to 1
    high: float  #: upper limit, 0 to 1
    level: float  #: nominal confidence, 0 to 1, both ends excluded
    method: str  #: one of `METHODS`

    @property
    def width(self) -> float:
        """Upper minus lower limit, 0 to 1."""
        return self.high - self.low


def proportion_interval(
    successes: Whole, trials: Whole, confidence_level: float = 0.95, method: str = "clopper-pearson"
) -> Interval:
    """Two-sided confidence interval for a binomial proportion.

    Parameters
    ----------
    successes : int
        Number of successes, 0 to `trials`. NumPy integers and whole floats such as 8.0 are
        accepted; True, "8", 8.5 and nan are not.
    trials : int
        Number of trials, at least 1; accepted types as for `successes`.
    level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `METHODS`, which names each method's source.

    Returns
    -------
    Interval
        Estimate and limits as proportions from 0 to 1, never as percentages.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range; 0 of 0 has no interval.

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
    lower limit above 0. `mid-p` gives 0 to 1 - (1 - level) ** (1 / n) for 0 of n.

    The estimate lies between the limits, with three exceptions. `jeffreys` leaves the estimates 0
    and 1 outside at every level. `arcsine` does so below a level of about 0.8, since 3/8 is added;
    without that addition its interval for 0 of n would still have width, but be centred at 0. Both,
    and `mid-p`, may leave other estimates outside too at levels below one half.

    `blaker` and `sterne` are the smallest intervals that hold every proportion which their tests
    do not reject; the tests may reject some values inside.

    Examples
    --------
    >>> interval = proportion_interval(8, 19)
    >>> print(f"{interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f})")
    0.421 (0.203 to 0.665)
    >>> round(proportion_interval(0, 19, method="wilson").high, 3)
    0.168
    """
    trials = whole_number("trials", trials, minimum=1)
    successes = whole_number("successes", successes, minimum=0, maximum=trials)
    confidence_level = proportion_between("confidence_level", confidence_level)
    limits, _ = _METHODS[one_of("method", method, _METHODS)]
    low, high = limits(successes, trials, confidence_level)
    return Interval(successes / trials, low, high, confidence_level, method)
