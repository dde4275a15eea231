"""Sample quantiles by the definitions in common use, and the weights of their order statistics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.errors import shown
from tisstats.printed import format_rounded, require_text
from tisstats.statistics import _arguments
from tisstats.statistics._arguments import Whole

QuantileDefinition = int | str

#: Definitions of `quantiles`: name to description and source.
QUANTILE_DEFINITIONS: Final[Mapping[QuantileDefinition, str]] = MappingProxyType(
    {
        int(name) if name.isdecimal() else name: description
        for name, description in _arguments.load_options("quantile").items()
    }
)

_BY_TEXT: Final[Mapping[object, QuantileDefinition]] = {
    key: name for name in QUANTILE_DEFINITIONS for key in (name, str(name))
}

# Position among the order statistics: (n + slope) p + offset. Types 1 to 3 jump there.
_POSITIONS: Final[Mapping[QuantileDefinition, tuple[Fraction, Fraction]]] = {
    "spss": (Fraction(1), Fraction(0)),
    1: (Fraction(0), Fraction(0)),
    2: (Fraction(0), Fraction(0)),
    3: (Fraction(0), Fraction(-1, 2)),
    4: (Fraction(0), Fraction(0)),
    5: (Fraction(0), Fraction(1, 2)),
    6: (Fraction(1), Fraction(0)),
    7: (Fraction(-1), Fraction(1)),
    8: (Fraction(1, 3), Fraction(1, 3)),
    9: (Fraction(1, 4), Fraction(3, 8)),
}

_TOLERANCE = Fraction(1, 10**12)  # relative to n; about the rounding error of R's quantile()


def quantiles(
    values: ArrayLike, probabilities: ArrayLike, definition: QuantileDefinition = 7
) -> NDArray[np.float64]:
    """Compute quantiles of a sample.

    Parameters
    ----------
    values : array_like, shape (n,)
        The sample, in any order and unit; at least one value, all finite. Missing values (nan,
        None, NA, masked) raise ValueError: dropping them is a decision of the analyst.
    probabilities : array_like
        Proportions from 0 to 1, any shape.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        One of `QUANTILE_DEFINITIONS`; the numbers are R's types, as int or as text such as "7". The
        default, 7, is that of R, NumPy and pandas.

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

    References
    ----------
    Hyndman & Fan 1996, Sample quantiles in statistical packages, doi:10.2307/2684934; for the
    source of each definition see `QUANTILE_DEFINITIONS`.

    Examples
    --------
    >>> quantiles([7, 1, 3], [0.25, 0.50, 0.75])
    array([2., 3., 5.])
    >>> quantiles([7, 1, 3], [0.25, 0.50, 0.75], definition="spss")
    array([ 1.,  3., nan])
    """
    ordered = np.sort(_arguments.finite_vector("values", values))
    requested = _arguments.as_array("probabilities", probabilities).astype(object)
    result = np.empty(requested.shape)
    for place, probability in np.ndenumerate(requested):
        weights = quantile_weights(ordered.size, probability, definition)
        # Undefined: an empty sum would wrongly give 0.
        result[place] = (
            math.fsum(float(weight) * ordered[rank - 1] for rank, weight in weights.items())
            if weights
            else math.nan
        )
    return result


def format_median_iqr(
    values: ArrayLike,
    definition: QuantileDefinition = 7,
    *,
    decimals: int = 1,
    missing: str = "NA",
) -> str:
    """Format the median and quartiles of a sample.

    Parameters
    ----------
    values : array_like, shape (n,)
        The sample, as for `quantiles`.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        One of `QUANTILE_DEFINITIONS`, as for `quantiles`.
    decimals : int
        Decimals of all three, 0 to 10,000; halves are rounded away from zero.
    missing : str
        Text printed for a quartile that the definition leaves undefined, such as the third of
        three values by "spss".

    Returns
    -------
    str
        ``median (Q1 to Q3)``; a single value is printed alone.

    Raises
    ------
    ValueError
        If an argument is empty, not numeric, out of range or unknown.

    See Also
    --------
    quantiles : the numbers that are formatted, with their sources.

    Examples
    --------
    >>> format_median_iqr([-0.1, -2.0, -1.3, 4.0])
    '-0.7 (-1.5 to 0.9)'
    >>> format_median_iqr([-0.1, -2.0, -1.3], definition="spss")
    '-1.3 (-2.0 to NA)'
    >>> format_median_iqr([53], decimals=0)
    '53'
    """
    require_text("missing", missing)
    parse_definition(definition)
    if _arguments.finite_vector("values", values).size == 1:
        # By "spss" a single value has no median, yet tables print the value.
        return format_rounded(float(quantiles(values, 0.5, 1)), decimals)
    q1, median, q3 = (
        missing if math.isnan(value) else format_rounded(value, decimals)
        for value in quantiles(values, (0.25, 0.5, 0.75), definition).tolist()
    )
    return f"{median} ({q1} to {q3})"


def quantile_weights(
    n: Whole, probability: SupportsFloat, definition: QuantileDefinition = 7
) -> dict[int, Fraction]:
    """Return the weights of the order statistics that make up a sample quantile.

    Parameters
    ----------
    n : int
        Sample size, at least 1.
    probability : float or fractions.Fraction
        Proportion from 0 to 1. A float is read as the decimal fraction that it prints as, and a
        position within 1e-12 n of a whole number is that number, so that rounding error does not
        matter: the 7% quantile of 100 values by type 1 is the 7th, where R 4.6 and NumPy 2.4, for
        which 100 * 0.07 is 7.000000000000001, take the 8th.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        One of `QUANTILE_DEFINITIONS`, as for `quantiles`.

    Returns
    -------
    dict of int to fractions.Fraction
        Rank (1 is the smallest value) to weight, in rank order; weights are positive and add up
        to 1. Empty where "spss" has no quantile, that is where the position is n or more.

    Raises
    ------
    ValueError
        If an argument is out of range or unknown, or the probability is not a multiple of 1/4
        for Tukey's hinges.

    References
    ----------
    Hyndman & Fan 1996, Sample quantiles in statistical packages, doi:10.2307/2684934.

    Examples
    --------
    >>> quantile_weights(9, 0.25)
    {3: Fraction(1, 1)}
    >>> quantile_weights(8, 0.25, "spss")
    {2: Fraction(3, 4), 3: Fraction(1, 4)}
    >>> quantile_weights(3, 0.75, "spss")
    {}
    """
    n = _arguments.whole_number("n", n, minimum=1)
    proportion = _as_fraction(probability)
    definition = parse_definition(definition)
    if definition == "tukey-hinges":
        return _interpolation_weights(_hinge_position(n, proportion, probability), n)
    return dict(_weights(n, proportion, definition))


@lru_cache(maxsize=1024)
def _weights(
    n: int, proportion: Fraction, definition: int | str
) -> tuple[tuple[int, Fraction], ...]:
    """Return ranks with their weights; the same are asked for thousands of samples."""
    slope, offset = _POSITIONS[definition]
    position = _snap_to_integer((n + slope) * proportion + offset, n)
    if definition == "spss" and position >= n:
        return ()
    below = math.floor(position)
    # At a whole position type 1 stays, type 2 averages and type 3 goes to the even rank.
    at_jump = {1: Fraction(0), 2: Fraction(1, 2), 3: Fraction(below % 2)}
    if definition in at_jump:
        position = below + (at_jump[definition] if position == below else Fraction(1))
    return tuple(_interpolation_weights(position, n).items())


def _hinge_position(n: int, proportion: Fraction, given: SupportsFloat) -> Fraction:
    """Return the rank of an extreme, a hinge or the median; a half averages two ranks."""
    depth = Fraction((n + 3) // 2, 2)  # of the hinges, counted from either end
    positions = {
        Fraction(0): Fraction(1),
        Fraction(1, 4): depth,
        Fraction(1, 2): Fraction(n + 1, 2),
        Fraction(3, 4): n + 1 - depth,
        Fraction(1): Fraction(n),
    }
    if proportion not in positions:
        raise ValueError(
            f"probability must be 0, 0.25, 0.5, 0.75 or 1 for 'tukey-hinges', got {shown(given)}"
        )
    return positions[proportion]


def _interpolation_weights(position: Fraction, n: int) -> dict[int, Fraction]:
    """Return the weights of the two ranks around a position, which is kept within 1 to n."""
    kept = min(max(position, Fraction(1)), Fraction(n))
    below = math.floor(kept)
    upper_weight = kept - below
    return {below: 1 - upper_weight} | ({below + 1: upper_weight} if upper_weight else {})


def _as_fraction(probability: SupportsFloat) -> Fraction:
    proportion = _arguments.proportion_within("probability", probability)
    if isinstance(probability, Fraction):
        return probability
    return Fraction(repr(proportion))


def _snap_to_integer(position: Fraction, n: int) -> Fraction:
    nearest = Fraction(round(position))
    return nearest if abs(position - nearest) <= n * _TOLERANCE else position


def parse_definition(value: object, name: str = "definition") -> QuantileDefinition:
    """Return a key of `QUANTILE_DEFINITIONS`; R's types may be given as text.

    `name` is the name of the argument.

    >>> parse_definition("7"), parse_definition("spss")
    (7, 'spss')

    Raises
    ------
    ValueError
        If the definition is unknown.
    """
    if not isinstance(value, bool | np.bool_ | float):  # True and 1.0 equal 1, but are not types
        with suppress(TypeError):  # unhashable values are not definitions either
            if (known := _BY_TEXT.get(value)) is not None:
                return known
    known_names = ", ".join(map(str, QUANTILE_DEFINITIONS))
    raise ValueError(f"{name} must be one of {known_names}, got {shown(value)}")
