"""Quantiles by every definition in use, and the order statistics that each is made of."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.printed import Decimals, median_with_quartiles
from tisstats.statistics._arguments import (
    Whole,
    as_array,
    finite_vector,
    proportion_within,
    whole_number,
)

Definition = int | str

#: Every definition of `quantiles`: its name, and what it is with its source.
DEFINITIONS: Final[Mapping[Definition, str]] = MappingProxyType(
    {
        "spss": "HAVERAGE, weighted average at position (n + 1) p, missing from position n on "
        "(IBM technote 1484728 on FREQUENCIES from release 18 on); type 6 elsewhere",
        1: "inverse of the empirical distribution (Hyndman & Fan 1996, doi:10.2307/2684934)",
        2: "as 1, averaged where the distribution is flat (Hyndman & Fan 1996)",
        3: "order statistic nearest to n p, the even one of two (Hyndman & Fan 1996)",
        4: "interpolated at position n p (Hyndman & Fan 1996)",
        5: "interpolated at position n p + 1/2 (Hazen 1914; Hyndman & Fan 1996)",
        6: "interpolated at position (n + 1) p (Weibull 1939; Hyndman & Fan 1996)",
        7: "interpolated at position 1 + (n - 1) p (Gumbel 1939; Hyndman & Fan 1996), the usual "
        "default of R, NumPy and pandas",
        8: "interpolated at position (n + 1/3) p + 1/3, median-unbiased (Hyndman & Fan 1996)",
        9: "interpolated at position (n + 1/4) p + 3/8 (Blom 1958; Hyndman & Fan 1996)",
        "tukey-hinges": "medians of the lower and upper half, the median in both (Tukey 1977, "
        "Exploratory Data Analysis, ISBN 0-201-07616-0); p = 0, 1/4, 1/2, 3/4, 1 only",
    }
)

# Interpolated types: position = (n + slope) p + offset.
_POSITIONS: Final[Mapping[Definition, tuple[Fraction, Fraction]]] = {
    "spss": (Fraction(1), Fraction(0)),
    4: (Fraction(0), Fraction(0)),
    5: (Fraction(0), Fraction(1, 2)),
    6: (Fraction(1), Fraction(0)),
    7: (Fraction(-1), Fraction(1)),
    8: (Fraction(1, 3), Fraction(1, 3)),
    9: (Fraction(1, 4), Fraction(3, 8)),
}

_NOISE = Fraction(1, 10**12)  # relative to n: about the noise of R's quantile(), made harmless


def quantiles(
    values: ArrayLike, probabilities: ArrayLike, definition: Definition = "spss"
) -> NDArray[np.float64]:
    """Quantiles of a sample.

    Parameters
    ----------
    values : array_like, shape (n,)
        The sample, in any order and unit; at least one value, all finite. Missing values (nan,
        None, NA, masked) are refused: whoever drops them should know it.
    probabilities : array_like
        Proportions from 0 to 1, any shape.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        One of `DEFINITIONS`; the numbers are R's types.

    Returns
    -------
    numpy.ndarray
        Same shape as `probabilities`, same unit as `values`. By "spss", a percentile whose
        position (n + 1) p is n or more is nan, since SPSS prints it as missing; one whose position
        is below 1 is the smallest value.

    Raises
    ------
    ValueError
        If an argument is empty, not numeric, out of range or unknown.

    See Also
    --------
    quantile_weights : the order statistics and weights that this function uses.

    Examples
    --------
    >>> quantiles([7, 1, 3], [0.25, 0.50, 0.75])
    array([ 1.,  3., nan])
    >>> quantiles([7, 1, 3], [0.25, 0.50, 0.75], definition=7)
    array([2., 3., 5.])
    """
    ordered = np.sort(finite_vector("values", values))
    wanted = as_array("probabilities", probabilities).astype(object)
    result = np.empty(wanted.shape)
    for place, probability in np.ndenumerate(wanted):
        weights = quantile_weights(ordered.size, probability, definition)
        # A sum of no terms would be 0, which is no value for what is not there.
        result[place] = (
            math.fsum(float(weight) * ordered[rank - 1] for rank, weight in weights.items())
            if weights
            else math.nan
        )
    return result


def format_median_iqr(
    values: ArrayLike,
    definition: Definition = "spss",
    *,
    decimals: Decimals,
    missing: str = "NA",
) -> str:
    """Format the median and quartiles of a sample for a table.

    Parameters
    ----------
    values : array_like, shape (n,)
        The sample, as for `quantiles`.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        One of `DEFINITIONS`.
    decimals : int or callable
        Decimals of all three, or a function that returns them for each; halves away from zero.
    missing : str
        What stands for a quartile that the definition does not give, such as the third of three
        values by "spss".

    Returns
    -------
    str
        Median (first to third quartile); a single value stands alone.

    See Also
    --------
    tisstats.printed.median_with_quartiles : prints quartiles that are known.

    Examples
    --------
    >>> format_median_iqr([-0.1, -2.0, -1.3], decimals=1)
    '–1.3 (–2.0 to NA)'
    >>> format_median_iqr([-0.1, -2.0, -1.3, 4.0], definition=7, decimals=1)
    '–0.7 (–1.5 to 0.9)'
    >>> format_median_iqr([53], decimals=0)
    '53'
    """
    q1, median, q3 = quantiles(values, (0.25, 0.5, 0.75), definition)
    if np.size(values) == 1:
        # By "spss" one value has no median, yet a table prints the value.
        q1, median, q3 = math.nan, *quantiles(values, (0.5,), 1), math.nan
    return median_with_quartiles(
        float(median), float(q1), float(q3), decimals=decimals, missing=missing
    )


def quantile_weights(
    n: Whole, probability: SupportsFloat, definition: Definition = "spss"
) -> dict[int, Fraction]:
    """Order statistics of which a quantile is made, with their weights.

    Parameters
    ----------
    n : int
        Sample size, at least 1.
    probability : float or fractions.Fraction
        Proportion from 0 to 1. A float is read as the decimal fraction that it prints as, and a
        position within 1e-12 n of a whole number is that number, so that binary noise decides
        nothing: the 7 % quantile of 100 values by type 1 is the 7th, where R 4.6 and NumPy 2.4, for
        which 100 * 0.07 is 7.000000000000001, take the 8th.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        One of `DEFINITIONS`.

    Returns
    -------
    dict of int to fractions.Fraction
        Rank (1 is the smallest value) to weight, in rank order; weights are positive and add up
        to 1. Empty where "spss" has no quantile, that is from position n on.

    Raises
    ------
    ValueError
        If an argument is out of range or unknown, or Tukey's hinges are asked for a probability
        that is no quarter.

    Examples
    --------
    >>> quantile_weights(19, 0.25)
    {5: Fraction(1, 1)}
    >>> quantile_weights(8, 0.25)
    {2: Fraction(3, 4), 3: Fraction(1, 4)}
    >>> quantile_weights(3, 0.75)
    {}
    """
    n = whole_number("n", n, minimum=1)
    share = _exact(probability)
    definition = _definition(definition)
    if definition == "tukey-hinges":
        return _between(_hinge_position(n, share, probability), n)
    if definition in _POSITIONS:
        slope, offset = _POSITIONS[definition]
        position = _without_noise((n + slope) * share + offset, n)
        if definition == "spss" and position >= n:
            return {}
        return _between(position, n)
    return _of_step_function(n, share, definition)


def _of_step_function(n: int, share: Fraction, definition: Definition) -> dict[int, Fraction]:
    """Weights by types 1 to 3, which jump between order statistics."""
    shift = Fraction(1, 2) if definition == 3 else Fraction(0)
    position = _without_noise(n * share - shift, n)
    below = math.floor(position)
    if position != below:
        return _between(Fraction(below + 1), n)
    if definition == 1 or (definition == 3 and below % 2 == 0):
        return _between(Fraction(below), n)
    if definition == 3 or not 1 <= below < n:
        return _between(Fraction(below + 1), n)
    return {below: Fraction(1, 2), below + 1: Fraction(1, 2)}


def _hinge_position(n: int, share: Fraction, given: SupportsFloat) -> Fraction:
    """Rank of the extremes, the hinges and the median, halves meaning an average of two."""
    depth = Fraction((n + 3) // 2, 2)  # of the hinges, counted from either end
    positions = {
        Fraction(0): Fraction(1),
        Fraction(1, 4): depth,
        Fraction(1, 2): Fraction(n + 1, 2),
        Fraction(3, 4): n + 1 - depth,
        Fraction(1): Fraction(n),
    }
    if share not in positions:
        raise ValueError(
            f"probability must be 0, 0.25, 0.5, 0.75 or 1 for 'tukey-hinges', got {given!r}"
        )
    return positions[share]


def _between(position: Fraction, n: int) -> dict[int, Fraction]:
    """Weights that interpolate between the two ranks around a position, kept within 1 to n."""
    kept = min(max(position, Fraction(1)), Fraction(n))
    below = math.floor(kept)
    above_share = kept - below
    return {below: 1 - above_share} | ({below + 1: above_share} if above_share else {})


def _exact(probability: SupportsFloat) -> Fraction:
    proportion = proportion_within("probability", probability)
    if isinstance(probability, Fraction):
        return probability
    return Fraction(repr(proportion))


def _without_noise(position: Fraction, n: int) -> Fraction:
    nearest = Fraction(round(position))
    return nearest if abs(position - nearest) <= n * _NOISE else position


def _definition(value: Definition) -> Definition:
    if isinstance(value, str) and value in DEFINITIONS:
        return value
    try:
        number = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number not in DEFINITIONS:
        names = ", ".join(map(str, DEFINITIONS))
        raise ValueError(f"definition must be one of {names}, got {value!r}")
    return number
