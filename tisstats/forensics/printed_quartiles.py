"""Constraints that printed quartiles put on sorted values on a grid, in whole numbers.

A quartile is one ordered value, or a weighted mean of two neighbours, and rounding leaves a range.
So a printed quartile says: a weighted sum of two ordered values lies between two whole numbers.
Checks, searches, sampled rows and proofs all start from here.
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
from tisstats.statistics.quantiles import Definition

_Whole = TypeVar("_Whole", int, NDArray[np.int64])

#: The quartiles in ascending order: short name to probability.
QUARTILES: Final[Mapping[str, Fraction]] = MappingProxyType(
    {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}
)


@dataclass(frozen=True, slots=True)
class PrintedQuartile:
    """One printed quartile: low <= lower x[rank] + upper x[rank + 1] <= high.

    Values x are whole numbers of steps, in ascending order.
    """

    name: str  #: one of `QUARTILES`
    printed: PrintedNumber  #: what is printed
    rank: int  #: rank of the first ordered value, 1 for the least
    lower: int  #: its weight, positive
    upper: int  #: weight of the next ordered value, 0 where there is none
    low: int  #: smallest sum that rounds to it, in steps over `scale`
    high: int  #: largest sum that rounds to it; below `low` if no sum does

    @property
    def scale(self) -> int:
        """Both weights together: parts of a step in which the sum is counted."""
        return self.lower + self.upper

    @property
    def ranks(self) -> tuple[int, ...]:
        """The one or two ranks of which it is made."""
        return (self.rank, self.rank + 1) if self.upper else (self.rank,)

    @property
    def mean_range(self) -> tuple[int, int]:
        """Least value of its last rank and greatest of its first; of a single rank its range."""
        return -(-self.low // self.scale), self.high // self.scale

    def first_given(self, low: _Whole, high: _Whole) -> tuple[_Whole, _Whole]:
        """Return least and greatest first value, given those of the second; arrays as well."""
        return -((self.upper * high - self.low) // self.lower), (
            self.high - self.upper * low
        ) // self.lower

    def second_given(self, low: _Whole, high: _Whole) -> tuple[_Whole, _Whole]:
        """Return least and greatest second value, given those of the first; arrays as well."""
        return -((self.lower * high - self.low) // self.upper), (
            self.high - self.lower * low
        ) // self.upper

    def total(self, ordered: Sequence[Any]) -> Any:
        """Return the weighted sum of sorted values, or of variables of a model."""
        first = self.lower * ordered[self.rank - 1]
        return first + self.upper * ordered[self.rank] if self.upper else first

    def reduced(self) -> PrintedQuartile:
        """Return the same constraint with the smallest weights."""
        common = gcd(self.lower, self.upper)
        return replace(
            self,
            lower=self.lower // common,
            upper=self.upper // common,
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
    def of(
        cls,
        printed: Mapping[str, PrintedNumber],
        n: int,
        step: Fraction,
        definition: Definition,
        rounding: RoundingRule = "half-up",
    ) -> PrintedQuartiles:
        """Return the constraints of printed quartiles on `n` values, in steps.

        Parameters
        ----------
        printed
            Name of a quartile, one of `QUARTILES`, to what is printed.
        n
            Number of values.
        step
            Smallest difference between values, in the printed unit.
        definition
            How the quartiles were taken, one of `tisstats.statistics.DEFINITIONS`.
        rounding
            How they were rounded for publication; most software rounds halves up, away from zero.

        Raises
        ------
        ValueError
            If the definition has no such quartile for so few values.

        Examples
        --------
        >>> from tisstats.printed import parse
        >>> change = PrintedQuartiles.of({"median": parse("4.5")}, 18, Fraction(1, 2), 6)
        >>> [median] = change.quartiles
        >>> median.rank, median.lower, median.upper, median.low, median.high
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
            (rank, lower), *rest = weights[name].items()
            upper = rest[0][1] if rest else Fraction(0)
            sums = multiples_rounding_to(number, step / scale, rounding)
            found.append(
                PrintedQuartile(
                    *(name, number, rank, int(lower * scale), int(upper * scale)),
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
        """Distance from the least first to the greatest last of them, in steps."""
        return (self.quartiles[-1].high - self.quartiles[0].low) / self.quartiles[0].scale

    def match(self, values: Sequence[int]) -> bool:
        """Test whether values, in steps and any order, have all of these quartiles."""
        ordered = sorted(values)
        return len(ordered) == self.n and all(
            each.low <= each.total(ordered) <= each.high for each in self.quartiles
        )
