"""The greatest chance of an event over all values of a common proportion, with a bound.

In n patients who each succeed with proportion p, an event that happens with chance c[s] once s of
them succeed has the chance sum over s of c[s] C(n, s) p**s (1 - p)**(n - s): a polynomial in p of
which the c[s] are the Bernstein coefficients. On any part of 0 to 1 it has such coefficients,
which de Casteljau's averages give, and nowhere on that part is it above the greatest of them
(Farouki 2012, doi:10.1016/j.cagd.2012.03.001). So parts that cannot hold the maximum are told
apart from those that can, and no peak is missed, however narrow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Share of the value found by which the greatest may exceed it, rounding aside.
CLOSE = 1e-12

_HALVINGS = 60  # beyond, floats no longer tell the ends of a part from each other


def greatest_value(coefficients: Floats) -> float:
    """Return the greatest value, for p from 0 to 1, of the polynomial with these coefficients.

    The value is attained, and no value exceeds it by more than `CLOSE` of itself. Averages of
    numbers that are not negative round by about 1e-16 of themselves per coefficient.
    """
    parts = coefficients[:, np.newaxis]  # one column of coefficients for each part of 0 to 1
    best = float(max(coefficients[0], coefficients[-1]))
    for _ in range(_HALVINGS):
        parts = parts[:, parts.max(axis=0) > best * (1 + CLOSE)]
        if not parts.size:
            break
        left, right = _halves(parts)
        best = max(best, float(right[0].max()))
        parts = np.concatenate([left, right], axis=1)
    return best


def _halves(parts: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients on the lower and on the upper half of each part."""
    left, right = np.empty_like(parts), np.empty_like(parts)
    averages = parts
    for k in range(len(parts)):
        left[k], right[-1 - k] = averages[0], averages[-1]
        averages = (averages[:-1] + averages[1:]) / 2
    return left, right
