"""Numbers as figures, tables and prose write them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from tisstats.ledger.published import PublishedFacts
from tisstats.printed import format_rounded
from tisstats.statistics import Interval


def percent(proportion: float | Fraction, decimals: int = 1) -> str:
    """Format a proportion in per cent, without the sign.

    >>> percent(0.4211), percent(Fraction(8, 19), 0)
    ('42.1', '42')
    """
    return format_rounded(100 * proportion, decimals)


def shortest(value: float, decimals: int) -> str:
    """Format a number with at most so many decimals and no zeros at the end.

    >>> shortest(95.0, 2), shortest(99.75, 2), shortest(42.11, 1)
    ('95', '99.75', '42.1')
    """
    text = format_rounded(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def level_percent(confidence_level: float) -> str:
    """Format a confidence level in per cent.

    >>> level_percent(0.95), level_percent(0.999)
    ('95', '99.9')
    """
    return f"{100 * confidence_level:g}"


def common_level(intervals: Iterable[Interval]) -> str:
    """Return the confidence level that all intervals share, as ``95% ``, or an empty text."""
    levels = {level_percent(interval.confidence_level) for interval in intervals}
    return f"{levels.pop()}% " if len(levels) == 1 else ""


def estimate_and_limits(interval: Interval, decimals: int = 1, level: bool = False) -> str:
    """Format ``42.1% (20.3–66.5)``, with the level inside the brackets where it is asked for."""
    confidence = f"{level_percent(interval.confidence_level)}% CI " if level else ""
    limits = f"{percent(interval.low, decimals)}–{percent(interval.high, decimals)}"
    return f"{percent(interval.estimate, decimals)}% ({confidence}{limits})"


def count_percent(count: int, patients: int) -> str:
    """Format a count with its share of the patients, ``n (%)``.

    >>> count_percent(8, 19)
    '8 (42)'
    """
    return f"{count} ({percent(Fraction(count, patients), 0)})"


def low_to_high(low: object, high: object) -> str:
    """Format a range, or the one value where both ends are the same.

    >>> low_to_high(0, 6), low_to_high(7, 7)
    ('0 to 6', '7')
    """
    return f"{low}" if low == high else f"{low} to {high}"


def printed_quartiles(published: PublishedFacts, measure: str, time: str, between: str) -> str:
    """Format a median of Table 2 with its quartiles, as they are printed."""
    median, q1, q3 = (
        published.text(f"table2.{measure}.{time}.{part}") for part in ("median", "q1", "q3")
    )
    return f"{median} ({q1}{between}{q3})"


def yes_no(answer: object) -> str:
    """Format a truth value."""
    return "yes" if answer else "no"
