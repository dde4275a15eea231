"""Number formats for figures, tables and prose."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from tisstats.ledger.published import Published
from tisstats.printed import as_printed
from tisstats.statistics import Interval


def percent(proportion: float | Fraction, decimals: int = 1) -> str:
    """Format a proportion as a percentage, without the % sign.

    >>> percent(0.4211), percent(Fraction(8, 19), 0)
    ('42.1', '42')
    """
    return as_printed(100 * proportion, decimals)


def shortest(value: float, decimals: int) -> str:
    """Format a number with a maximum number of decimals and no trailing zeros.

    >>> shortest(95.0, 2), shortest(99.75, 2), shortest(42.11, 1)
    ('95', '99.75', '42.1')
    """
    text = as_printed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def level_percent(confidence_level: float) -> str:
    """Format a confidence level as a percentage, without the % sign.

    >>> level_percent(0.95), level_percent(0.999)
    ('95', '99.9')
    """
    return f"{100 * confidence_level:g}"


def common_level(intervals: Iterable[Interval]) -> str:
    """Format the common confidence level of the intervals, ``95% ``, or return an empty text."""
    levels = {level_percent(interval.level) for interval in intervals}
    return f"{levels.pop()}% " if len(levels) == 1 else ""


def estimate_and_limits(interval: Interval, decimals: int = 1, level: bool = False) -> str:
    """Format ``42.1% (20.3–66.5)``, optionally with the confidence level in the brackets."""
    confidence = f"{level_percent(interval.level)}% CI " if level else ""
    limits = f"{percent(interval.low, decimals)}–{percent(interval.high, decimals)}"
    return f"{percent(interval.estimate, decimals)}% ({confidence}{limits})"


def count_percent(count: int, patients: int) -> str:
    """Format a count as ``n (%)``.

    >>> count_percent(8, 19)
    '8 (42)'
    """
    return f"{count} ({percent(Fraction(count, patients), 0)})"


def low_to_high(low: object, high: object) -> str:
    """Format a range, or a single value if both ends are equal.

    >>> low_to_high(0, 6), low_to_high(7, 7)
    ('0 to 6', '7')
    """
    return f"{low}" if low == high else f"{low} to {high}"


def printed_quartiles(published: Published, measure: str, time: str, between: str) -> str:
    """Format a median of Table 2 with its quartiles, as printed."""
    median, q1, q3 = (
        published.text(f"table2.{measure}.{time}.{part}") for part in ("median", "q1", "q3")
    )
    return f"{median} ({q1}{between}{q3})"


def yes_no(answer: object) -> str:
    """Format a truth value as yes or no."""
    return "yes" if answer else "no"
