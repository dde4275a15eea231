"""Printed quartiles: whether so many recorded values can give them together, and which do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from types import MappingProxyType
from typing import Any

import pandas as pd

from tisstats.forensics._printed import (
    check_rows,
    exact_number,
    limits_in_order,
    plain,
    read,
    rounding_rule,
)
from tisstats.forensics._quartile_problem import PROBABILITIES, Problem, QuartileFinding
from tisstats.printed import Rule
from tisstats.statistics import DEFINITIONS
from tisstats.statistics._arguments import Whole, whole_number
from tisstats.statistics.quantiles import Definition, parse_definition

Number = Rational | Decimal | float | str


@dataclass(frozen=True, slots=True)
class QuartileConsistency:
    """What values can have the printed quartiles, by each definition that was asked for."""

    printed: tuple[str | None, str | None, str | None]  #: first quartile, median, third, as printed
    n: int  #: number of values
    step: Fraction  #: smallest difference between recorded values, in the unit of the print
    low: Fraction | None  #: least value that can be recorded, if there is one
    high: Fraction | None  #: greatest value that can be recorded, if there is one
    rounding: Rule  #: how the quartiles are taken to have been rounded
    findings: Mapping[Definition, QuartileFinding]  #: definition to what was found

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions asked for by which such values exist."""
        return tuple(name for name, finding in self.findings.items() if finding.possible)

    @property
    def possible(self) -> bool:
        """Whether such values exist by any of the definitions asked for."""
        return bool(self.definitions)

    @property
    def values(self) -> tuple[Fraction, ...]:
        """A set of values that has the quartiles, by the first definition that allows one."""
        return self.findings[self.definitions[0]].values if self.possible else ()

    @property
    def reason(self) -> str:
        """Why no such values exist, by the first definition asked for; empty where some do."""
        return "" if self.possible else next(iter(self.findings.values())).reason

    @property
    def verdict(self) -> str:
        """The finding in one sentence."""
        lines = []
        for name, finding in self.findings.items():
            what = ", ".join(plain(value) for value in finding.values)
            said = f"such as {what}" if finding.possible else finding.reason
            lines.append(f"{name}: {'possible' if finding.possible else 'not possible'}, {said}")
        return "; ".join(lines)


def quartile_consistency(
    q1: str | None,
    median: str | None,
    q3: str | None,
    n: Whole,
    step: Number,
    low: Number | None = None,
    high: Number | None = None,
    definition: Definition | Iterable[Definition] = "all",
    *,
    rounding: Rule = "half-up",
) -> QuartileConsistency:
    """Tell whether `n` recorded values can have the printed quartiles, all three together.

    Parameters
    ----------
    q1, median, q3 : str or None
        First quartile, median and third quartile exactly as printed; None for one that is not
        printed, of which nothing is then asked. At least one must be printed.
    n : int
        Number of values, at least 1.
    step : int, float, Decimal or Fraction
        Smallest difference between recorded values, positive, in the unit of the print: values
        are whole multiples of it.
    low, high : int, float, Decimal or Fraction, optional
        Least and greatest value that can be recorded.
    definition : {"all", "spss", 1, ..., 9, "tukey-hinges"} or several of them
        How quartiles are defined, see `tisstats.statistics.DEFINITIONS`.
    rounding : {"half-up", "half-even", "truncate"}
        How the quartiles are taken to have been rounded.

    Returns
    -------
    QuartileConsistency
        For each definition a set of values that has these quartiles, computed anew from them and
        compared with the print, or the reason why there is none.

    Raises
    ------
    ValueError
        If a quartile is no printed number, or another argument is out of range.

    Notes
    -----
    The reasoning is exact. When n is small the quartiles share ordered values: by R's type 7 four
    values have x1 / 4 + 3 x2 / 4, (x2 + x3) / 2 and 3 x3 / 4 + x4 / 4. Each unknown is tied to its
    neighbour only, so that following the chain both ways gives all that each can be.

    Examples
    --------
    Ages of four patients, of at least 18 years, with median and quartiles 60 (35-77):

    >>> ages = quartile_consistency("35", "60", "77", 4, 1, low=18, definition=["spss", 7])
    >>> ages.definitions
    ('spss',)
    >>> ages.findings[7].reason
    'a value of at most 15 is needed, below 18'
    >>> [int(age) for age in ages.values]
    [30, 50, 70, 79]
    """
    given = dict(zip(PROBABILITIES, (q1, median, q3), strict=True))
    printed = {name: read(name, text) for name, text in given.items() if text is not None}
    if not printed:
        raise ValueError("one of q1, median and q3 must be printed, got None for all")
    n = whole_number("n", n, minimum=1)
    grid = exact_number("step", step)
    if grid <= 0:
        raise ValueError(f"step must be a number above 0, got {step!r}")
    least, most = (
        None if value is None else exact_number(name, value)
        for name, value in (("low", low), ("high", high))
    )
    limits_in_order(least, most, low)
    problem = Problem(printed, n, grid, least, most, rounding_rule(rounding))
    return QuartileConsistency(
        printed=(q1, median, q3),
        n=n,
        step=grid,
        low=least,
        high=most,
        rounding=problem.rule,
        findings=MappingProxyType(
            {name: problem.finding(name) for name in _definitions(definition)}
        ),
    )


def check_quartiles(
    frame: pd.DataFrame,
    *,
    definition: Definition | Iterable[Definition] = "all",
    rounding: Rule = "half-up",
) -> pd.DataFrame:
    """Check a table of printed quartiles, one set a row.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``q1``, ``median`` and ``q3`` (strings, or missing), ``n`` and ``step``; ``low``
        and ``high`` where values are limited. Further columns stay as they are.
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
    >>> table = pd.DataFrame({"q1": ["35"], "median": ["60"], "q3": ["77"], "n": 4, "step": 1,
    ...     "low": 18})
    >>> check_quartiles(table, definition=["spss", 7])[["definitions", "possible"]]
      definitions  possible
    0     (spss,)      True
    """
    wanted = definition if isinstance(definition, str | int) else tuple(definition)

    def check(row: dict[str, Any]) -> QuartileConsistency:
        return quartile_consistency(
            row["q1"],
            row["median"],
            row["q3"],
            row["n"],
            row["step"],
            row.get("low"),
            row.get("high"),
            wanted,
            rounding=rounding,
        )

    found = check_rows(frame, ("q1", "median", "q3", "n", "step"), ("low", "high"), check)
    names = ("definitions", "possible", "verdict")
    return frame.assign(**{name: [getattr(item, name) for item in found] for name in names})


def _definitions(given: Definition | Iterable[Definition]) -> tuple[Definition, ...]:
    if isinstance(given, str) and given == "all":
        return tuple(DEFINITIONS)
    if given is None:
        raise ValueError(
            f"definition must be all, or of {', '.join(map(str, DEFINITIONS))}, got None"
        )
    names = (given,) if isinstance(given, str | int) else tuple(given)
    if not names:
        raise ValueError("definition must name at least one, got none")
    return tuple(map(parse_definition, names))
