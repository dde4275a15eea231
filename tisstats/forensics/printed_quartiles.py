"""Constraints that printed quartiles put on sorted values on a grid, in whole numbers.

A quartile is one ordered value, or a weighted mean of two neighbours, and rounding leaves a range.
So a printed quartile is a constraint: a weighted sum of two ordered values lies between two whole
numbers. Checks, searches, sampled rows and proofs all start from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from types import MappingProxyType
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics._printed import multiples_rounding_to
from tisstats.printed import PrintedNumber, RoundingRule
from tisstats.statistics import quantile_weights
from tisstats.statistics.quantiles import QuantileDefinition

_Whole = TypeVar("_Whole", int, NDArray[np.int64])

#: The quartiles in ascending order: short name to probability.
QUARTILES: Final[Mapping[str, Fraction]] = MappingProxyType(
    {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}
)


@dataclass(frozen=True, slots=True)
class PrintedQuartile:
    """One printed quartile: low <= weight_lower x[rank] + weight_upper x[rank + 1] <= high.

    Values x are whole numbers of steps, in ascending order.
    """

    name: str  #: one of `QUARTILES`
    printed: PrintedNumber  #: the printed number
    rank: int  #: rank of the first ordered value, 1 for the smallest
    weight_lower: int  #: its weight, positive
    weight_upper: int  #: weight of the next ordered value, 0 where there is none
    low: int  #: smallest sum that rounds to it, in steps over `scale`
    high: int  #: largest sum that rounds to it; below `low` if no sum does

    @property
    def scale(self) -> int:
        """Sum of the weights: the sum is counted in this fraction of a step."""
        return self.weight_lower + self.weight_upper

    @property
    def ranks(self) -> tuple[int, ...]:
        """The one or two ranks it depends on."""
        return (self.rank, self.rank + 1) if self.weight_upper else (self.rank,)

    @property
    def mean_range(self) -> tuple[int, int]:
        """Range of a single rank; of two, minimum of the second and maximum of the first."""
        return -(-self.low // self.scale), self.high // self.scale

    def first_range(self, low: _Whole, high: _Whole) -> tuple[_Whole, _Whole]:
        """Return the range of the first value given that of the second; arrays as well."""
        return -((self.weight_upper * high - self.low) // self.weight_lower), (
            self.high - self.weight_upper * low
        ) // self.weight_lower

    def second_range(self, low: _Whole, high: _Whole) -> tuple[_Whole, _Whole]:
        """Return the range of the second value given that of the first; arrays as well."""
        return -((self.weight_lower * high - self.low) // self.weight_upper), (
            self.high - self.weight_lower * low
        ) // self.weight_upper

    def total(self, ordered: Sequence[Any]) -> Any:
        """Return the weighted sum of sorted values, or of variables of a model."""
        first = self.weight_lower * ordered[self.rank - 1]
        return first + self.weight_upper * ordered[self.rank] if self.weight_upper else first

    def with_smallest_weights(self) -> PrintedQuartile:
        """Return the same constraint with the smallest weights."""
        common = gcd(self.weight_lower, self.weight_upper)
        return replace(
            self,
            weight_lower=self.weight_lower // common,
            weight_upper=self.weight_upper // common,
            low=-(-self.low // common),
            high=self.high // common,
        )


@dataclass(frozen=True, slots=True)
class PrintedQuartiles:
    """Printed quartiles of a number of values on a grid, by one definition."""

    quartiles: tuple[PrintedQuartile, ...]  #: in ascending order, all with the same `scale`
    n: int  #: number of values
    step: Fraction  #: smallest difference between values, in the printed unit

    @classmethod
    def from_printed(
        cls,
        printed: Mapping[str, PrintedNumber],
        n: int,
        step: Fraction,
        definition: QuantileDefinition,
        rounding: RoundingRule = "half-up",
    ) -> PrintedQuartiles:
        """Return the constraints of printed quartiles on `n` values, in steps.

        Parameters
        ----------
        printed
            Printed number by name of the quartile, one of `QUARTILES`.
        n
            Number of values.
        step
            Smallest difference between values, in the printed unit.
        definition
            How the quartiles were defined, one of `tisstats.statistics.QUANTILE_DEFINITIONS`.
        rounding
            How they were rounded for publication; most software rounds halves up, away from zero.

        Raises
        ------
        ValueError
            If the definition has no such quartile for so few values.

        Examples
        --------
        >>> from tisstats.printed import parse
        >>> change = PrintedQuartiles.from_printed({"median": parse("4.5")}, 18, Fraction(1, 2), 6)
        >>> [median] = change.quartiles
        >>> median.rank, median.weight_lower, median.weight_upper, median.low, median.high
        (9, 1, 1, 18, 18)
        """
        weights = {name: quantile_weights(n, QUARTILES[name], definition) for name in printed}
        for name, ranks in weights.items():
            if not ranks:
                raise ValueError(
                    f"{name} does not exist for {n} values by definition {definition!r}"
                )
        scale = lcm(*(w.denominator for ranks in weights.values() for w in ranks.values()))
        found = []
        for name, number in printed.items():
            (rank, weight_lower), *rest = weights[name].items()
            weight_upper = rest[0][1] if rest else Fraction(0)
            sums = multiples_rounding_to(number, step / scale, rounding)
            found.append(
                PrintedQuartile(
                    *(name, number, rank, int(weight_lower * scale), int(weight_upper * scale)),
                    *(sums.start, sums.stop - 1),
                )
            )
        return cls(tuple(found), n, step)

    def __iter__(self) -> Iterator[PrintedQuartile]:
        return iter(self.quartiles)

    def __getitem__(self, place: int) -> PrintedQuartile:
        return self.quartiles[place]

    @property
    def spread(self) -> float:
        """Distance from the lowest first to the highest last of them, in steps."""
        return (self.quartiles[-1].high - self.quartiles[0].low) / self.quartiles[0].scale

    def matches(self, values: Sequence[int]) -> bool:
        """Test whether values, in steps and any order, have all of these quartiles."""
        ordered = sorted(values)
        return len(ordered) == self.n and all(
            each.low <= each.total(ordered) <= each.high for each in self.quartiles
        )
