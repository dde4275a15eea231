"""Cells of tables and numbers of the prose that several chapters format alike."""

from __future__ import annotations

from fractions import Fraction

from tisstats.ledger.published import Published
from tisstats.printed import as_printed


def percent(proportion: float | Fraction, decimals: int = 1) -> str:
    """Format a proportion in per cent, without the sign.

    >>> percent(0.4211), percent(Fraction(8, 19), 0)
    ('42.1', '42')
    """
    return as_printed(100 * proportion, decimals)


def level_percent(confidence_level: float) -> str:
    """Format a confidence level in per cent.

    >>> level_percent(0.95), level_percent(0.999)
    ('95', '99.9')
    """
    return f"{100 * confidence_level:g}"


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


def printed_quartiles(published: Published, measure: str, time: str, between: str) -> str:
    """Format a median of Table 2 with its quartiles, as they are printed."""
    median, q1, q3 = (
        published.text(f"table2.{measure}.{time}.{part}") for part in ("median", "q1", "q3")
    )
    return f"{median} ({q1}{between}{q3})"


def yes_no(answer: object) -> str:
    """Format a truth value."""
    return "yes" if answer else "no"
