"""How the numbers of a method are named, the same in stored and in computed results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tisstats.agreement.evidence import Case

Values = Mapping[str, float]  # quantity to number

#: What a software computes of one case.
Compute = Callable[[Case], Values]


class Offer(NamedTuple):
    """One method as one software offers it."""

    call: str  #: how it is asked for, as one would write it
    compute: Compute  #: asks for it


#: The percentiles that are compared, as proportions.
PERCENTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
QUARTILES = (0.25, 0.5, 0.75)


def limits(low: float, high: float) -> Values:
    """Name both ends of an interval."""
    return {"low": float(low), "high": float(high)}


def percentiles(shares: Iterable[float], values: Iterable[float]) -> Values:
    """Name percentiles.

    >>> percentiles([0.25], [3])
    {'percentile 25': 3.0}
    """
    return {
        f"percentile {100 * share:g}": float(value)
        for share, value in zip(shares, values, strict=True)
    }


def over_time(name: str, moments: Iterable[float], values: Iterable[float]) -> Values:
    """Name the values of a curve.

    >>> over_time("survival", [2.5], [0.75])
    {'survival at 2.5': 0.75}
    """
    return {
        f"{name} at {moment:g}": float(value) for moment, value in zip(moments, values, strict=True)
    }


def event_times(case: Case) -> NDArray[np.float64]:
    """Give the times at which somebody had an event, ascending."""
    return np.unique(case.column("time")[case.column("cause") > 0])


def causes(case: Case) -> list[int]:
    """Give the causes of the events of a case."""
    return sorted({int(cause) for cause in case.column("cause") if cause > 0})


def counts(case: Case) -> list[list[int]]:
    """Give a table of two groups: rows the groups, columns with and without the outcome."""
    first, second, third, fourth = (int(count) for count in case.column("patients"))
    return [[first, second], [third, fourth]]
