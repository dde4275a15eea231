"""Printed strings: read for the checks, and the exact values that round to them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from numbers import Rational
from typing import Any

import numpy as np
import pandas as pd

from tisstats.errors import shown
from tisstats.printed import (
    ROUNDING_RULES,
    PrintedNumber,
    RoundingRule,
    ambiguity_reason,
    format_rounded,
    matches_print,
    parse,
)
from tisstats.statistics._arguments import data_frame, one_of

#: Smallest step or limit, apart from 0; the largest is its inverse.
_SMALLEST = Fraction(1, 10**100)

#: Permitted types of a step or a limit; a string such as "1/8" or "0.1" is exact.
Number = Rational | Decimal | float | str

#: Smallest and largest value that can be recorded, None for no limit.
Limits = tuple[Fraction | None, Fraction | None]


def read(name: str, text: object) -> PrintedNumber:
    """Read a printed number that is not a bound.

    Raises
    ------
    ValueError
        If it is not a string, since 42.0 and 42 are one float but printed differently, or not a
        printed number.
    """
    allowed = "a number as printed, a string such as '42.0', '–1.3' or '38%'"
    printed = _parsed(name, text, allowed)
    if printed.relation or printed.is_p_value:
        kind = "bound" if printed.relation else "P value"
        raise ValueError(f"{name} must be {allowed}, not a {kind}, got {shown(text)}")
    return printed


def read_p(name: str, text: object) -> PrintedNumber:
    """Read a printed P value or a bound of one.

    Raises
    ------
    ValueError
        If it is not a string, not a printed number, in per cent, or outside 0 to 1.
    """
    allowed = "a P value from 0 to 1 as printed, a string such as '0.03', '<.001' or 'P = .03'"
    printed = _parsed(name, text, allowed)
    if printed.percent or not 0 <= printed.value <= 1:
        raise ValueError(f"{name} must be {allowed}, got {shown(text)}")
    return printed


def _parsed(name: str, text: object, allowed: str) -> PrintedNumber:
    why = ""
    if isinstance(text, str):
        try:
            printed = parse(text)
        except ValueError:
            why = ambiguity_reason(text)
        else:
            if abs(printed.value) <= 1 / _SMALLEST:
                return printed
            why = "; at most 1e100"
    raise ValueError(f"{name} must be {allowed}, got {shown(text)}{why}")


def exact_number(name: str, value: Number, *, positive: bool = False) -> Fraction:
    """Read a step or a limit exactly; a float is the decimal fraction of its repr.

    >>> exact_number("step", 0.1), exact_number("step", "1/8")
    (Fraction(1, 10), Fraction(1, 8))
    """
    try:
        if isinstance(value, bool | np.bool_ | np.ndarray):
            raise ValueError
        given = Fraction(repr(float(value)) if isinstance(value, float) else value)
        # NumPy's integers, which overflow, would stay in the fraction.
        exact = Fraction(int(given.numerator), int(given.denominator))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(
            f'{name} must be a finite number, such as 1, "0.1" or "1/8", got {shown(value)}'
        ) from None
    if positive and exact <= 0:
        raise ValueError(f"{name} must be positive, got {shown(value)}")
    if exact and not _SMALLEST <= abs(exact) <= 1 / _SMALLEST:
        allowed = "" if positive else "0, or in size "
        raise ValueError(f"{name} must be {allowed}from 1e-100 to 1e100, got {shown(value)}")
    return exact


def parse_limits(low: Number | None, high: Number | None) -> Limits:
    """Parse the smallest and the largest value that can be recorded, None for no limit.

    Raises
    ------
    ValueError
        If one is not a finite number, or `low` is above `high`.
    """
    lowest = None if low is None else exact_number("low", low)
    highest = None if high is None else exact_number("high", high)
    if lowest is not None and highest is not None and lowest > highest:
        raise ValueError(f"low must be at most high, {format_exact(highest)}, got {shown(low)}")
    return lowest, highest


def steps_within(
    low: Fraction | None, high: Fraction | None, step: Fraction
) -> tuple[int | None, int | None]:
    """Return the limits in whole steps within them."""
    return None if low is None else ceil(low / step), None if high is None else floor(high / step)


def rounding_rule(rule: str) -> RoundingRule:
    """Return a permitted rounding rule, or raise an error that lists them."""
    one_of("rounding", rule, ROUNDING_RULES)
    return rule  # type: ignore[return-value]


def multiples_rounding_to(printed: PrintedNumber, unit: Fraction, rule: RoundingRule) -> range:
    """Return the whole numbers m for which m times a positive unit rounds to what is printed.

    >>> multiples_rounding_to(parse("3"), Fraction(1, 10), "half-up")
    range(25, 35)
    """
    # In whole numbers, as fractions take ten times as long: the ends are low and high over `parts`.
    value, of = printed.value.as_integer_ratio()
    parts = 2 * of * 10**printed.decimals
    centre, half = 2 * value * 10**printed.decimals, of
    if rule == "truncate":
        # Truncation is towards zero, so that zero is printed from either side.
        low, high = (centre - 2 * half * (value <= 0), centre + 2 * half * (value >= 0))
    else:
        low, high = centre - half, centre + half
    many, few = unit.denominator, unit.numerator * parts
    first, last = -(-low * many // few), high * many // few
    # The ends themselves may round to another number.
    if first * few == low * many and not matches_print(Fraction(low, parts), printed, rule):
        first += 1
    if last * few == high * many and not matches_print(Fraction(high, parts), printed, rule):
        last -= 1
    return range(first, last + 1)


def format_exact(value: Fraction) -> str:
    """Format an exact value as 77, 4.5, or as a fraction if its decimals are infinite.

    >>> format_exact(Fraction(9, 2)), format_exact(Fraction(1, 3))
    ('4.5', '1/3')
    """
    # Decimals are finite where the denominator divides a power of ten.
    places = value.denominator.bit_length()
    if 10**places % value.denominator:
        return str(value)
    return format_rounded(value, places).rstrip("0").rstrip(".")


def check_rows(
    frame: pd.DataFrame,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    check: Callable[[dict[str, Any]], object],
    *added: str,
) -> pd.DataFrame:
    """Check every row, passed as cells by column, with None for empty cells.

    Returns
    -------
    DataFrame
        A copy of the table with some attributes of the results added as columns.

    Raises
    ------
    ValueError
        If a required column is missing, or an argument is at fault: with its row, in one line.
    """
    data_frame("frame", frame)
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise ValueError(
            f"frame must have the columns {', '.join(required)}, lacks {', '.join(missing)}"
        )
    names = [*required, *(name for name in optional if name in frame.columns)]
    found = []
    for number, cells in enumerate(frame[names].itertuples(index=False, name=None), start=1):
        row = {
            name: None if pd.isna(cell) else cell for name, cell in zip(names, cells, strict=True)
        }
        try:
            found.append(check(row))
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from None
    columns = {name: [getattr(result, name) for result in found] for name in added}
    return frame.assign(**columns)
