"""Where a continuous function of one variable is zero, by Brent's method.

It is `scipy.optimize.brentq`, step by step, so that its roots are the same to the last digit.
Importing `scipy.optimize` would take longer than all intervals of the ledger.

References
----------
Brent 1973, Algorithms for Minimization Without Derivatives, chapters 3 and 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable

#: Relative precision of a root, the smallest that can be attained.
RELATIVE = 4 * 2.0**-52

#: Steps after which no root has been found; bisection alone would need some seventy.
_MOST_STEPS = 100


def find_root(
    function: Callable[[float], float], low: float, high: float, *, precision: float
) -> float:
    """Return a root between two arguments at which a continuous function differs in sign.

    Parameters
    ----------
    function
        A continuous function.
    low, high
        Two arguments, finite; the function is zero at one of them or has different signs.
    precision
        The root lies within this, and `RELATIVE` of its size, of the argument returned.

    Raises
    ------
    ValueError
        If the function has the same sign at both arguments, or is not a number somewhere.
    RuntimeError
        If 100 steps do not suffice.

    Examples
    --------
    >>> find_root(lambda x: x * x - 2, 0, 2, precision=1e-15)
    1.4142135623730951
    """
    before, at = float(low), float(high)
    value_before, value = _value(function, before), _value(function, at)
    if not value_before:
        return before
    if not value:
        return at
    if math.copysign(1, value_before) * value > 0:
        raise ValueError("the function must have different signs at the two ends")
    other = value_other = step_before = step = 0.0
    for _ in range(_MOST_STEPS):
        # The root lies between `at` and `other`, at which the signs differ.
        if value_before and value and math.copysign(1, value_before) * value < 0:
            other, value_other = before, value_before
            step_before = step = at - before
        if abs(value_other) < abs(value):
            before, at, other = at, other, at
            value_before, value, value_other = value, value_other, value
        least = (precision + RELATIVE * abs(at)) / 2
        half = (other - at) / 2
        if not value or abs(half) < least:
            return at
        tried = math.inf
        if abs(step_before) > least and abs(value) < abs(value_before):
            tried = _interpolated(before, at, other, value_before, value, value_other)
        # A step that gains too little is replaced by half of what is left.
        gains = 2 * abs(tried) < min(abs(step_before), 3 * abs(half) - least)
        step_before, step = (step, tried) if gains else (half, half)
        before, value_before = at, value
        at += step if abs(step) > least else math.copysign(least, half)
        value = _value(function, at)
    raise RuntimeError(f"no root was found in {_MOST_STEPS} steps, the last at {at}")


def _value(function: Callable[[float], float], argument: float) -> float:
    value = float(function(argument))
    if math.isnan(value):
        raise ValueError(f"the function is not a number at {argument}")
    return value


def _interpolated(
    before: float, at: float, other: float, value_before: float, value: float, value_other: float
) -> float:
    """Return the step to the zero of the line, or the inverse parabola, through points."""
    if before == other:
        return -value * (at - before) / (value - value_before)
    slope_before = (value_before - value) / (before - at)
    slope_other = (value_other - value) / (other - at)
    above = value_other * slope_other - value_before * slope_before
    below = slope_other * slope_before * (value_other - value_before)
    return -value * above / below if below else math.inf
