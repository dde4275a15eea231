"""Numbers as the figures write them."""

from __future__ import annotations

from collections.abc import Iterable

from tisstats.printed import as_printed
from tisstats.statistics import Interval


def percent(proportion: float, decimals: int = 1) -> str:
    """Format a proportion in per cent, without the sign."""
    return as_printed(100 * float(proportion), decimals)


def shortest(value: float, decimals: int) -> str:
    """Format a number with at most so many decimals and no zeros at the end.

    >>> shortest(95.0, 2), shortest(99.75, 2), shortest(42.11, 1)
    ('95', '99.75', '42.1')
    """
    text = as_printed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def level_percent(confidence_level: float) -> str:
    """Format a confidence level in per cent: 95, 99.75."""
    return shortest(100 * confidence_level, 2)


def common_level(intervals: Iterable[Interval]) -> str | None:
    """Return the confidence level that all intervals print, in per cent, or None."""
    levels = {level_percent(interval.level) for interval in intervals}
    return levels.pop() if len(levels) == 1 else None


def estimate_and_limits(interval: Interval, decimals: int = 1, level: bool = False) -> str:
    """Format ``42.1% (20.3–66.5)``, with the level inside the brackets where it is asked for."""
    confidence = f"{level_percent(interval.level)}% CI " if level else ""
    limits = f"{percent(interval.low, decimals)}–{percent(interval.high, decimals)}"
    return f"{percent(interval.estimate, decimals)}% ({confidence}{limits})"


def p_label(pvalue: float) -> str:
    """Format a P value with up to four decimals, smaller ones as a bound.

    >>> p_label(0.314389), p_label(1.0), p_label(4e-6)
    ('0.3144', '1.0', '< 0.0001')
    """
    if pvalue < 0.0001:
        return "< 0.0001"
    text = as_printed(pvalue, 4).rstrip("0")
    return f"{text}0" if text.endswith(".") else text
