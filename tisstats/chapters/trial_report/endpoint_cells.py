"""Cells and phrases of the primary endpoint: counts, intervals and effects as they are printed.

Where missing scores leave a count open, a cell has the range from one end to the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tisstats.figures.interval_forest import IntervalRow
from tisstats.figures.numbers import format_percent, format_range
from tisstats.printed import format_rounded
from tisstats.trial.arm_comparison import ArmResponse, Effect, PValueRange
from tisstats.trial.endpoints import ResponseInterval

#: What stands for a result that does not exist.
NOT_DEFINED = "not defined"

#: Decimals of ratios.
_RATIO_DECIMALS = 2

_POINT_DECIMALS = 1


def responders_of(arm: ArmResponse) -> str:
    """Format the responders of an arm and its denominator, such as ``3 to 5 of 12``."""
    result = arm.result
    return f"{format_range(result.responders_low, result.responders_high)} of {result.denominator}"


def percent_cell(interval: ResponseInterval | None) -> str:
    """Format the proportion of responders, %."""
    if interval is None:
        return NOT_DEFINED
    estimates = interval.fewest.estimate, interval.most.estimate
    return format_range(*map(format_percent, estimates))


def limits_cell(interval: ResponseInterval | None) -> str:
    """Format the limits of the proportion of responders, %, the outermost of a range."""
    if interval is None:
        return NOT_DEFINED
    low = min(interval.fewest.low, interval.most.low)
    high = max(interval.fewest.high, interval.most.high)
    return f"{format_percent(low)} to {format_percent(high)}"


def percent_with_limits(interval: ResponseInterval | None) -> str:
    """Format the proportion of responders with its limits, %."""
    if interval is None:
        return NOT_DEFINED
    return f"{percent_cell(interval)} ({limits_cell(interval)})"


def effect_cell(effect: Effect | None, format_value: Callable[[float], str]) -> str:
    """Format an effect with its limits.

    Examples
    --------
    >>> effect_cell(Effect(0.5, 0.5, -0.25, 0.8, False), format_points)
    '50.0 (−25.0 to 80.0)'
    >>> effect_cell(Effect(1.5, math.inf, 0.4, math.inf, True), format_ratio)
    '1.50 to ∞ (0.40 to ∞); for some counts not defined'
    >>> effect_cell(None, format_ratio)
    'not defined'
    """
    if effect is None:
        return NOT_DEFINED
    estimate = format_range(format_value(effect.lowest), format_value(effect.highest))
    limits = f"{format_value(effect.low)} to {format_value(effect.high)}"
    sometimes = f"; for some counts {NOT_DEFINED}" if effect.sometimes_undefined else ""
    return f"{estimate} ({limits}){sometimes}"


def format_points(difference: float) -> str:
    """Format a difference of proportions in percentage points.

    >>> format_points(-0.2504), format_points(-0.0001)
    ('−25.0', '0.0')
    """
    text = format_percent(difference, _POINT_DECIMALS)
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def format_ratio(ratio: float) -> str:
    """Format a ratio.

    >>> format_ratio(2.345), format_ratio(math.inf)
    ('2.35', '∞')
    """
    return format_rounded(ratio, _RATIO_DECIMALS) if math.isfinite(ratio) else "∞"


def pvalue_cell(pvalue: PValueRange | None, decimals: int) -> str:
    """Format a P value or its range; below the last decimal as such.

    >>> pvalue_cell(PValueRange(0.00004, 0.0314), 3), pvalue_cell(PValueRange(0.5, 0.5), 2)
    ('<0.001 to 0.031', '0.50')
    """
    if pvalue is None:
        return NOT_DEFINED
    least = 10**-decimals
    low, high = (
        f"<{format_rounded(least, decimals)}" if value < least else format_rounded(value, decimals)
        for value in (pvalue.lowest, pvalue.highest)
    )
    return format_range(low, high)


def forest_rows(arm: ArmResponse, past: str = "responded") -> list[IntervalRow]:
    """Return the rows of an arm in the figure of intervals: two if a count is left open.

    `past` is what patients did who met the endpoint.
    """
    if arm.interval is None:
        return []
    result, trials = arm.result, arm.result.denominator
    if result.responders_low == result.responders_high:
        label = f"{arm.label}: {result.responders_low} of {trials}"
        return [IntervalRow(label, arm.interval.fewest)]
    return [
        IntervalRow(
            f"{arm.label}, if nobody of unknown status {past}: {result.responders_low} of {trials}",
            arm.interval.fewest,
        ),
        IntervalRow(
            f"{arm.label}, if all of them did: {result.responders_high} of {trials}",
            arm.interval.most,
        ),
    ]
