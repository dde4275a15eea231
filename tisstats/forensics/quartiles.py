"""Check whether n values on a grid can have the printed quartiles, all three together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import Any

import pandas as pd

from tisstats.forensics import _printed
from tisstats.forensics._ordered_values import Feasible, feasible
from tisstats.forensics._printed import Number
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartile, PrintedQuartiles
from tisstats.printed import PrintedNumber, RoundingRule
from tisstats.sentences import count_of
from tisstats.statistics import QUANTILE_DEFINITIONS, quantile_weights
from tisstats.statistics._arguments import Whole, whole_number
from tisstats.statistics.quantiles import QuantileDefinition, parse_definition

#: Largest number of values: time and memory of the search grow with it.
MOST_VALUES = 100_000

#: Long names of the quartiles, for reasons.
_NAMES = {"q1": "first quartile", "median": "median", "q3": "third quartile"}


@dataclass(frozen=True, slots=True)
class QuartileFeasibility:
    """Whether recorded values can have the printed quartiles by one definition."""

    definition: QuantileDefinition  #: one of `tisstats.statistics.QUANTILE_DEFINITIONS`
    possible: bool  #: whether such values exist
    example: tuple[Fraction, ...]  #: values with these quartiles, ascending; empty if none exist
    reason: str  #: why none exist, in words; empty if some do


@dataclass(frozen=True, slots=True)
class QuartileConsistency:
    """Result of `quartile_consistency`, for each definition requested.

    Examples
    --------
    >>> found = quartile_consistency("10", "40", "50", 4, 1, low=0, definition=[6, 7])
    >>> found.possible, found.definitions
    (True, (6,))
    """

    printed: tuple[str | None, str | None, str | None]  #: first quartile, median, third, as printed
    n: int  #: number of values
    step: Fraction  #: smallest difference between recorded values, in the printed unit
    low: Fraction | None  #: smallest value that can be recorded, if limited
    high: Fraction | None  #: largest value that can be recorded, if limited
    rounding: RoundingRule  #: how the quartiles are taken to have been rounded
    by_definition: Mapping[QuantileDefinition, QuartileFeasibility]  #: result by definition

    @property
    def definitions(self) -> tuple[QuantileDefinition, ...]:
        """The requested definitions by which such values exist."""
        return tuple(name for name, each in self.by_definition.items() if each.possible)

    @property
    def possible(self) -> bool:
        """Whether such values exist by any of the requested definitions."""
        return bool(self.definitions)

    @property
    def example(self) -> tuple[Fraction, ...]:
        """A set of values with the quartiles, by the first definition that allows one."""
        return self.by_definition[self.definitions[0]].example if self.possible else ()

    @property
    def reason(self) -> str:
        """Why no such values exist, by the first definition requested; empty if some do."""
        return "" if self.possible else next(iter(self.by_definition.values())).reason

    @property
    def verdict(self) -> str:
        """The result as one sentence."""
        return "; ".join(
            f"{name}: possible, e.g. {', '.join(map(_printed.format_exact, each.example))}"
            if each.possible
            else f"{name}: impossible, {each.reason}"
            for name, each in self.by_definition.items()
        )


def quartile_consistency(
    q1: str | None,
    median: str | None,
    q3: str | None,
    n: Whole,
    step: Number,
    low: Number | None = None,
    high: Number | None = None,
    definition: QuantileDefinition | Iterable[QuantileDefinition] = "all",
    *,
    rounding: RoundingRule = "half-up",
) -> QuartileConsistency:
    """Test whether `n` recorded values can have the printed quartiles, all three together.

    Parameters
    ----------
    q1, median, q3 : str or None
        First quartile, median and third quartile exactly as printed; None for one that is not
        printed. At least one must be.
    n : int
        Number of values, from 1 to 100,000.
    step : int, float, Decimal or Fraction
        Smallest difference between recorded values, positive, in the printed unit: values
        are whole multiples of it.
    low, high : int, float, Decimal or Fraction, optional
        Smallest and largest value that can be recorded.
    definition : {"all", "spss", 1, ..., 9, "tukey-hinges"} or several of them
        How quartiles are defined, see `tisstats.statistics.QUANTILE_DEFINITIONS`.
    rounding : {"half-up", "half-even", "truncate"}
        How the quartiles are taken to have been rounded.

    Returns
    -------
    QuartileConsistency
        For each definition an example, verified by computing its quartiles, or the reason why
        there is none.

    Raises
    ------
    ValueError
        If a quartile is not a printed number, or another argument is out of range.

    Notes
    -----
    The check is exact. When n is small the quartiles share ordered values: by R's type 7 four
    values have x1 / 4 + 3 x2 / 4, (x2 + x3) / 2 and 3 x3 / 4 + x4 / 4. Each unknown is linked to
    its neighbour only, so a forward and a backward pass give its feasible set.

    Examples
    --------
    Four whole numbers from 0 up with median and quartiles 40 (10-50):

    >>> found = quartile_consistency("10", "40", "50", 4, 1, low=0, definition=[6, 7])
    >>> found.definitions
    (6,)
    >>> found.by_definition[7].reason
    'a value would have to be -46 or lower, below the minimum 0'
    >>> [int(value) for value in found.example]
    [2, 34, 46, 51]
    """
    given = zip(QUARTILES, (q1, median, q3), strict=True)
    printed = {name: _printed.read(_NAMES[name], text) for name, text in given if text is not None}
    if not printed:
        raise ValueError("one of q1, median and q3 must be printed, got None for all")
    n = whole_number("n", n, minimum=1, maximum=MOST_VALUES)
    grid = _printed.exact_number("step", step, positive=True)
    limits = _printed.parse_limits(low, high)
    rule = _printed.rounding_rule(rounding)
    found = {
        name: _feasibility(printed, n, grid, limits, name, rule)
        for name in _definitions(definition)
    }
    return QuartileConsistency(
        (q1, median, q3), n, grid, *limits, rounding=rule, by_definition=MappingProxyType(found)
    )


def _feasibility(
    printed: Mapping[str, PrintedNumber],
    n: int,
    step: Fraction,
    limits: _printed.Limits,
    definition: QuantileDefinition,
    rounding: RoundingRule,
) -> QuartileFeasibility:
    """Search for values by one definition."""
    absent = [name for name in printed if not quantile_weights(n, QUARTILES[name], definition)]
    if absent:
        missing = " and ".join(_NAMES[name] for name in absent)
        return QuartileFeasibility(
            definition, False, (), f"{missing} undefined for {count_of(n, 'value')}"
        )
    required = PrintedQuartiles.from_printed(printed, n, step, definition, rounding)
    found = _solve(required, required, *limits)
    if found is None:
        return QuartileFeasibility(definition, False, (), _reason(required, *limits))
    witness = found.witness(n)
    # Verify the result of the search before it is shown.
    if not required.matches(witness):
        raise AssertionError(f"{witness} in steps of {step} do not have the quartiles {required}")
    return QuartileFeasibility(definition, True, tuple(at * step for at in witness), "")


def _solve(
    required: PrintedQuartiles,
    some: Iterable[PrintedQuartile],
    low: Fraction | None = None,
    high: Fraction | None = None,
) -> Feasible | None:
    """Return the feasible values with some of the quartiles, within limits; None if none exist."""
    return feasible(list(some), *_printed.steps_within(low, high, required.step))


def _reason(required: PrintedQuartiles, low: Fraction | None, high: Fraction | None) -> str:
    """Explain why no values have all quartiles, by the smallest set of them in conflict."""
    text = _printed.format_exact
    values = f"{count_of(required.n, 'value')} in steps of {text(required.step)}"
    for one in required:
        if _solve(required, [one]) is None:
            return f"{values} cannot have a {_NAMES[one.name]} of {one.printed.text}"
    for one, two in combinations(required, 2):
        if _solve(required, [one, two]) is None:
            names = _NAMES[one.name], _NAMES[two.name]
            if one.printed.value > two.printed.value:
                return (
                    f"the {names[0]} {one.printed.text} lies above the {names[1]} "
                    f"{two.printed.text}"
                )
            return (
                f"{values} cannot have a {names[0]} of {one.printed.text} and a {names[1]} of "
                f"{two.printed.text} at once"
            )
    if _solve(required, required) is None:
        return f"{values} can have any two of the quartiles, but not all at once"
    if low is not None and (free := _solve(required, required, high=high)) is not None:
        highest = text(int(free.values[0][-1]) * required.step)
        return f"a value would have to be {highest} or lower, below the minimum {text(low)}"
    if high is not None and (free := _solve(required, required, low=low)) is not None:
        lowest = text(int(free.values[-1][0]) * required.step)
        return f"a value would have to be {lowest} or higher, above the maximum {text(high)}"
    return "no values within the limits have these quartiles, even without one of the limits"


def check_quartiles(
    frame: pd.DataFrame,
    *,
    definition: QuantileDefinition | Iterable[QuantileDefinition] = "all",
    rounding: RoundingRule = "half-up",
) -> pd.DataFrame:
    """Check a table of printed quartiles, one set per row.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``q1``, ``median`` and ``q3`` (strings, or missing), ``n`` and ``step``; ``low``
        and ``high`` where values are limited. Other columns are kept unchanged.
    definition, rounding
        As for `quartile_consistency`.

    Returns
    -------
    pandas.DataFrame
        A copy with ``definitions`` (tuples of those by which values exist), ``possible`` and
        ``verdict`` added.

    Raises
    ------
    ValueError
        If a column is missing, or a cell cannot be read; the message names the row.

    Examples
    --------
    >>> table = pd.DataFrame({"q1": ["10"], "median": ["40"], "q3": ["50"], "n": 4, "step": 1,
    ...     "low": 0})
    >>> check_quartiles(table, definition=[6, 7])[["definitions", "possible"]]
      definitions  possible
    0        (6,)      True
    """
    wanted = definition if isinstance(definition, str | int) else tuple(definition)

    def check(row: dict[str, Any]) -> QuartileConsistency:
        cells: Any = map(row.get, (*required, *optional))
        q1, median, q3, n, step, low, high = cells
        return quartile_consistency(q1, median, q3, n, step, low, high, wanted, rounding=rounding)

    required, optional = ("q1", "median", "q3", "n", "step"), ("low", "high")
    added = ("definitions", "possible", "verdict")
    return _printed.check_rows(frame, required, optional, check, *added)


def _definitions(
    given: QuantileDefinition | Iterable[QuantileDefinition],
) -> tuple[QuantileDefinition, ...]:
    if isinstance(given, str) and given == "all":
        return tuple(QUANTILE_DEFINITIONS)
    if given is None:
        raise ValueError(
            "definition must be 'all' or one of "
            f"{', '.join(map(str, QUANTILE_DEFINITIONS))}, got None"
        )
    names = (given,) if isinstance(given, str | int) else tuple(given)
    if not names:
        raise ValueError("definition must name at least one definition, got none")
    return tuple(map(parse_definition, names))
