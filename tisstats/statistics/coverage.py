"""Exact coverage and expected width of intervals for a proportion, by enumeration of outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from tisstats.statistics import _arguments
from tisstats.statistics._arguments import Whole
from tisstats.statistics._two_arms import outcome_probabilities
from tisstats.statistics.proportions import proportion_interval

Floats = NDArray[np.float64]

_TOLERANCE = 1e-12  # a limit that misses a proportion by less than this covers it
_BLOCK = 2_000_000  # probabilities held in memory at once
_GRID = 2001

#: Most trials of `coverage`: memory grows with them.
MOST_TRIALS = 1_000_000
#: Most trials of `coverage_summary`: time grows with their square, to minutes.
MOST_TRIALS_SUMMARISED = 10_000


@dataclass(frozen=True, slots=True)
class CoverageSummary:
    """The coverage of one method over all true proportions strictly between 0 and 1.

    The result of `coverage_summary`.

    Examples
    --------
    >>> summary = coverage_summary(19, method="wald")
    >>> round(summary.minimum_coverage, 3), round(summary.mean_coverage, 3)
    (0.0, 0.841)
    """

    trials: int  #: number of trials
    level: float  #: nominal confidence level, 0 to 1
    method: str  #: one of `INTERVAL_METHODS`
    minimum_coverage: float  #: minimum (infimum) of the coverage, 0 to 1
    minimum_at: float  #: the true proportion at or next to which coverage is minimal, 0 to 1
    mean_coverage: float  #: coverage averaged uniformly over the true proportion, 0 to 1
    mean_expected_width: (
        float  #: expected width averaged uniformly over the true proportion, 0 to 1
    )


def coverage(
    trials: Whole,
    proportions: ArrayLike,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
) -> pd.DataFrame:
    """Compute the exact coverage and expected width of an interval at given true proportions.

    Parameters
    ----------
    trials : int
        Number of trials, 1 to 1,000,000.
    proportions : array_like, shape (m,)
        True proportions, 0 to 1, both ends included; at least one.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `INTERVAL_METHODS`.

    Returns
    -------
    pandas.DataFrame
        One row per proportion, in the order given: `proportion`; `coverage`, the probability that
        the interval covers it; `expected_width`, the mean width of the interval; all 0 to 1.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    Notes
    -----
    Coverage is the sum of P(X = x) over those x whose interval covers the proportion, limits
    included; it jumps at each limit. A limit within 1e-12 of the proportion covers it, so that
    rounding error does not decide.

    References
    ----------
    Brown, Cai & DasGupta 2001, Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> print(coverage(19, [0.2, 0.4], method="wald").round(3).to_string(index=False))
     proportion  coverage  expected_width
            0.2     0.910           0.332
            0.4     0.895           0.428
    """
    trials = _arguments.whole_number("trials", trials, minimum=1, maximum=MOST_TRIALS)
    given = _arguments.finite_vector(
        "proportions", proportions, allowed="proportions from 0 to 1", minimum=0
    )
    if given.max() > 1:
        # The message of a single proportion hints at percentages.
        _arguments.proportion_within("proportions", float(given.max()))
    confidence_level = _arguments.proportion_between("confidence_level", confidence_level)
    low, high = _all_limits(trials, confidence_level, method)
    covered, width = [], []
    for block in _blocks(given, trials):
        probabilities = outcome_probabilities(trials, block)
        covered.append((probabilities * _covers(block, low, high)).sum(axis=1))
        width.append(probabilities @ (high - low))
    return pd.DataFrame(
        {
            "proportion": given,
            # A sum of probabilities may exceed 1 in the last digit.
            "coverage": np.clip(np.concatenate(covered), 0, 1),
            "expected_width": np.clip(np.concatenate(width), 0, 1),
        }
    )


def coverage_summary(
    trials: Whole, confidence_level: float = 0.95, method: str = "clopper-pearson"
) -> CoverageSummary:
    """Compute minimum and mean coverage and mean expected width over all true proportions.

    Parameters
    ----------
    trials : int
        Number of trials, 1 to 10,000.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `INTERVAL_METHODS`.

    Returns
    -------
    CoverageSummary
        Coverage and width as proportions, 0 to 1.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    Notes
    -----
    A grid misses the minimum, which lies at the jumps. Between two neighbouring limits the
    intervals that cover the proportion do not change, and the probability of consecutive outcomes
    has no minimum inside: so the minimum coverage is the lower side of a jump, or lies at 0 or 1.
    Only with `logit` may the outcomes whose intervals cover a proportion not be consecutive; a grid
    of 2001 proportions is therefore evaluated as well.

    The mean is an integral in closed form: P(X = x), integrated over the proportion between two
    limits, is the difference of two beta distribution functions, divided by `trials` + 1.

    References
    ----------
    Brown, Cai & DasGupta 2001, Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> summary = coverage_summary(19, method="clopper-pearson")
    >>> round(summary.minimum_coverage, 3), round(summary.mean_coverage, 3)
    (0.952, 0.978)
    >>> round(coverage_summary(19, method="wilson").minimum_coverage, 3)
    0.837
    """
    trials = _arguments.whole_number("trials", trials, minimum=1, maximum=MOST_TRIALS_SUMMARISED)
    confidence_level = _arguments.proportion_between("confidence_level", confidence_level)
    low, high = _all_limits(trials, confidence_level, method)
    minimum, minimum_at = _minimum(trials, low, high)
    successes = np.arange(trials + 1)
    inside = [betainc(successes + 1, trials - successes + 1, limits) for limits in (high, low)]
    return CoverageSummary(
        trials=trials,
        level=confidence_level,
        method=method,
        minimum_coverage=minimum,
        minimum_at=minimum_at,
        mean_coverage=float((inside[0] - inside[1]).mean()),
        mean_expected_width=float((high - low).mean()),
    )


def _all_limits(trials: int, confidence_level: float, method: str) -> tuple[Floats, Floats]:
    """Return both limits for every number of successes, computing each mirrored pair once."""
    limits = proportion_interval(np.arange(trials // 2 + 1), trials, confidence_level, method)
    low, high = np.empty(trials + 1), np.empty(trials + 1)
    for successes, (below, above) in enumerate(zip(*limits, strict=True)):
        low[successes], high[successes] = below, above
        low[trials - successes], high[trials - successes] = 1 - above, 1 - below
    return low, high


def _blocks(proportions: Floats, trials: int) -> list[Floats]:
    return np.array_split(proportions, 1 + proportions.size * (trials + 1) // _BLOCK)


def _covers(proportions: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Return whether each outcome's interval covers each proportion: (proportions, trials + 1)."""
    column = proportions[:, np.newaxis]
    covers: NDArray[np.bool_] = (low <= column + _TOLERANCE) & (column <= high + _TOLERANCE)
    return covers


def _minimum(trials: int, low: Floats, high: Floats) -> tuple[float, float]:
    """Return the minimum coverage over (0, 1) and the proportion at or next to which it lies."""
    jumps = np.unique(np.concatenate([[0.0, 1.0], low, high]))
    between = np.linspace(0, 1, _GRID)
    places = np.concatenate([jumps, jumps, between])
    # Evaluated just below and just above each jump; the probabilities themselves are continuous.
    sides = np.concatenate([jumps - 2 * _TOLERANCE, jumps + 2 * _TOLERANCE, between])
    within = (sides > 0) & (sides < 1)
    places, sides = places[within], sides[within]
    covered = np.concatenate(
        [
            (outcome_probabilities(trials, place) * _covers(side, low, high)).sum(axis=1)
            for place, side in zip(_blocks(places, trials), _blocks(sides, trials), strict=True)
        ]
    )
    minimum = float(np.clip(covered.min(), 0, 1))
    # Coverage is the same at p and 1 - p; the smaller of the two is returned.
    return minimum, float(places[covered <= minimum + _TOLERANCE].min())
