"""The search for values that have the printed quartiles, and the reason where there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import ceil, floor
from typing import Final

from tisstats.forensics._grid import Condition, Feasible, feasible
from tisstats.forensics._printed import plain, values_printing_as
from tisstats.printed import PrintedNumber, Rule, prints_as
from tisstats.statistics import quantile_weights
from tisstats.statistics.quantiles import Definition

#: The quartiles by their names, in the order in which they are given.
PROBABILITIES: Final = {
    "first quartile": Fraction(1, 4),
    "median": Fraction(1, 2),
    "third quartile": Fraction(3, 4),
}


@dataclass(frozen=True, slots=True)
class QuartileFinding:
    """Whether recorded values can have the printed quartiles by one definition."""

    definition: Definition  #: one of `tisstats.statistics.DEFINITIONS`
    possible: bool  #: whether such values exist
    values: tuple[Fraction, ...]  #: a set of values that has them, ascending; empty if none exists
    reason: str  #: why none exists, in words; empty where one does


@dataclass(frozen=True, slots=True)
class Problem:
    """Printed quartiles with the values that may be recorded."""

    printed: dict[str, PrintedNumber]  #: name of a quartile to what is printed
    n: int  #: number of values
    step: Fraction  #: smallest difference between recorded values, in the unit of the print
    low: Fraction | None  #: least value that can be recorded, if there is one
    high: Fraction | None  #: greatest value that can be recorded, if there is one
    rule: Rule  #: how the quartiles are taken to have been rounded

    def finding(self, definition: Definition) -> QuartileFinding:
        """Look for values by one definition."""
        weights = {
            name: quantile_weights(self.n, PROBABILITIES[name], definition) for name in self.printed
        }
        absent = [name for name, ranks in weights.items() if not ranks]
        if absent:
            count = "1 value" if self.n == 1 else f"{self.n} values"
            reason = f"of {count} there is no {' and no '.join(absent)}"
            return QuartileFinding(definition, False, (), reason)
        conditions = {
            name: Condition.of(weights[name], values_printing_as(number, self.rule), self.step)
            for name, number in self.printed.items()
        }
        found = self._solve(conditions.values())
        if found is None:
            return QuartileFinding(definition, False, (), self._reason(conditions))
        values = tuple(steps * self.step for steps in found.witness(self.n))
        # The search is not believed but checked: the values are what a reader will look at.
        for name, number in self.printed.items():
            value = sum((w * values[rank - 1] for rank, w in weights[name].items()), Fraction(0))
            if not prints_as(value, number, self.rule):
                raise AssertionError(f"{values} do not have the {name} {number.text}")
        return QuartileFinding(definition, True, values, "")

    def _solve(
        self, conditions: Iterable[Condition], *, low: bool = True, high: bool = True
    ) -> Feasible | None:
        """Find what values can be, within the limits that are to be heeded."""
        least = None if self.low is None or not low else ceil(self.low / self.step)
        most = None if self.high is None or not high else floor(self.high / self.step)
        return feasible(list(conditions), least, most)

    def _free(self, conditions: Iterable[Condition]) -> bool:
        """Tell whether there are values where there is no limit to them."""
        return self._solve(conditions, low=False, high=False) is not None

    def _reason(self, conditions: dict[str, Condition]) -> str:
        """Say why no values have all the quartiles: by the first that fails of ever more asked."""
        values = "1 value" if self.n == 1 else f"{self.n} values"
        values += f" in steps of {plain(self.step)}"
        for name, condition in conditions.items():
            if not self._free([condition]):
                return f"{values} cannot have a {name} of {self.printed[name].text}"
        for one, two in combinations(conditions, 2):
            if not self._free([conditions[one], conditions[two]]):
                first, second = self.printed[one], self.printed[two]
                if first.value > second.value:
                    return f"the {one} {first.text} lies above the {two} {second.text}"
                return (
                    f"{values} cannot have a {one} of {first.text} and a {two} of {second.text} "
                    "at once"
                )
        if not self._free(conditions.values()):
            return f"{values} can have any two of the quartiles, but not all at once"
        without_low = self._solve(conditions.values(), low=False)
        if without_low is not None and self.low is not None:
            most = plain(int(without_low.values[0][-1]) * self.step)
            return f"a value of at most {most} is needed, below {plain(self.low)}"
        without_high = self._solve(conditions.values(), high=False)
        if without_high is not None and self.high is not None:
            least = plain(int(without_high.values[-1][0]) * self.step)
            return f"a value of at least {least} is needed, above {plain(self.high)}"
        return "no values within the limits have these quartiles, whichever limit is dropped"
