"""Values that fit another test or unit than the declared one: doubts, since either may be right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import MMT_MAXIMA

#: The highest score seen, as a share of the declared maximum, below which another version of the
#: test fits better. Assumed: it lies above 150 of 240 and below 240 of 260.
_LOW_SHARE = 0.65

#: Values of a measure from which on what they have in common is no coincidence. Assumed.
ENOUGH_VALUES = 10

#: Enzymes that are all below this share of their upper limit are taken for another unit. Assumed.
LOW_ENZYME = 0.1

#: Enzymes of which half are above so many times their upper limit are taken for another unit: so
#: many U/L are a microkatal per litre. Assumed.
HIGH_ENZYME = 60

#: Highest grade of the globals on five grades, 0 inactive to 4 extremely severe, in the place of a
#: visual analogue scale (Rider et al. 2011, doi:10.1002/acr.20532).
HIGHEST_GRADE = 4


def shorter_muscle_test(maximum: float, highest: float) -> int | None:
    """Return the maximum of a shorter muscle test that fits the highest value better, if any does.

    >>> shorter_muscle_test(260, 150), shorter_muscle_test(260, 201), shorter_muscle_test(80, 10)
    (150, None, None)
    """
    shorter = [top for top in sorted(MMT_MAXIMA) if highest <= top < maximum]
    return shorter[0] if shorter and highest <= _LOW_SHARE * maximum else None


def unknown_maximum(maximum: float) -> str | None:
    """Return which maxima of muscle tests are known, if this is none of them.

    >>> unknown_maximum(150)
    >>> unknown_maximum(1500)
    'none of the known 80, 150, 240, 260'
    """
    if maximum in MMT_MAXIMA:
        return None
    return f"none of the known {', '.join(map(str, sorted(MMT_MAXIMA)))}"


def is_in_longer_unit(length: float, highest: float) -> bool:
    """Return whether the highest value of a scale fits one of a tenth of its length: mm, or cm.

    >>> is_in_longer_unit(100, 8.5), is_in_longer_unit(10, 8.5), is_in_longer_unit(10, 0.85)
    (True, False, True)
    """
    return 0 < highest <= length / 10


def are_like_grades(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values are as of five grades: whole numbers from 0 to 4.

    >>> are_like_grades(np.array([0.0, 4.0, 5.0, 2.5])).tolist()
    [True, True, False, False]
    """
    return np.asarray((values == np.round(values)) & (values <= HIGHEST_GRADE))
