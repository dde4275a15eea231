"""Values that fit another test or unit than the declared one: doubts, since either may be right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import MMT_MAXIMA

#: The highest score seen, as a share of the declared maximum, below which another version of the
#: test fits better. Assumed: it lies above 150 of 240 and below 240 of 260.
_LOW_SHARE = 0.65

#: Values of a measure from which on what they have in common is not a coincidence. Assumed.
ENOUGH_VALUES = 10

#: The same for one visual analogue scale that is low where others are not. Assumed: in all thousand
#: synthetic cohorts, and in parts of five of their patients, each scale exceeds a tenth.
ENOUGH_OF_ONE_SCALE = 20

#: Values of an enzyme with decimals that are, in the median, below this share of those without are
#: taken for another unit: a microkatal per litre is 60 U/L. Assumed.
_OTHER_UNIT = 0.1

#: A tenth of a scale in mm: what is up to it may be in cm.
TENTH_OF_MM = 10

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


def have_decimals(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values are not whole numbers; none that is missing.

    >>> have_decimals(np.array([3.0, 7.3, np.nan])).tolist()
    [False, True, False]
    """
    return np.abs(values - np.round(values)) > 1e-6


def seem_in_cm(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values of a scale in mm have decimals as of cm, if all above 10 have none.

    >>> in_mm, in_cm = np.arange(20, 40.0), np.array([7.3] * 10)
    >>> int(seem_in_cm(np.append(in_mm, in_cm)).sum()), int(seem_in_cm(in_mm + 0.5).sum())
    (10, 0)
    """
    decimals, above = have_decimals(values), values > TENTH_OF_MM
    few = min((decimals & ~above).sum(), above.sum()) < ENOUGH_VALUES
    return decimals & ~above & (not few and not (decimals & above).any())


def seem_in_other_unit(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values of an enzyme have decimals, if they are far below those without.

    >>> in_units, in_microkat = np.arange(200, 900.0, 50), np.array([11.4, 3.7] * 5)
    >>> int(seem_in_other_unit(np.append(in_units, in_microkat)).sum())
    10
    >>> int(seem_in_other_unit(np.append(in_units, 60 * in_microkat + 0.5)).sum())
    0
    """
    decimals = have_decimals(values)
    whole = np.isfinite(values) & ~decimals
    if min(decimals.sum(), whole.sum()) < ENOUGH_VALUES:
        return np.zeros(len(values), dtype=bool)
    return decimals & bool(np.median(values[decimals]) < _OTHER_UNIT * np.median(values[whole]))


def are_like_grades(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values are as of five grades: whole numbers from 0 to 4.

    >>> are_like_grades(np.array([0.0, 4.0, 5.0, 2.5])).tolist()
    [True, True, False, False]
    """
    return np.asarray((values == np.round(values)) & (values <= HIGHEST_GRADE))
