"""The points of many visits as one loop, to be compiled by numba.

NumPy reads a block of visits once for each step of each measure; a compiled loop reads it once. It
adds the same numbers, multiples of 2.5 that floats hold exactly, so scores are equal bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

_BLOCK = 128  # visits turned round at a time, so that each measure's lie side by side


def add_points(percents: _Floats, cutoffs: _Floats, points: _Floats, score: _Floats) -> None:
    """Write the total points of visits into `score`; nan where an improvement is nan.

    Parameters
    ----------
    percents : numpy.ndarray, shape (visits, 6)
        Improvements in per cent.
    cutoffs, points : numpy.ndarray, shape (6, 4)
        Of each measure, the improvements to be exceeded in ascending order, infinite where there
        are fewer, and the points beyond each.
    score : numpy.ndarray, shape (visits,)
        Written.
    """
    visits = len(percents)
    block, total = np.empty((6, _BLOCK)), np.empty(_BLOCK)
    # By name and not by index, so that the compiler keeps them in registers.
    first, second, third, fourth, fifth, sixth = block
    for start in range(0, visits, _BLOCK):
        size = min(_BLOCK, visits - start)
        for place in range(size):
            visit = percents[start + place]
            first[place], second[place], third[place] = visit[0], visit[1], visit[2]
            fourth[place], fifth[place], sixth[place] = visit[3], visit[4], visit[5]
        for place in range(size):
            total[place] = 0.0
        for measure in range(6):
            improvements = block[measure]
            cut_1, cut_2, cut_3, cut_4 = cutoffs[measure]
            points_1, points_2, points_3, points_4 = points[measure]
            for place in range(size):
                percent = improvements[place]
                # One expression a step, which the compiler turns into instructions on many visits.
                found = 0.0 if percent == percent else np.nan
                found = points_1 if percent > cut_1 else found
                found = points_2 if percent > cut_2 else found
                found = points_3 if percent > cut_3 else found
                found = points_4 if percent > cut_4 else found
                total[place] += found
        for place in range(size):
            score[start + place] = total[place]


@cache
def compiled() -> Callable[[_Floats, _Floats, _Floats, _Floats], None]:
    """Return `add_points` compiled.

    Raises
    ------
    ModuleNotFoundError
        If numba is not installed.
    """
    try:
        from numba import njit
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "engine 'numba' needs the package numba, the extra `fast` of this project; "
            "engine 'numpy' gives the same scores"
        ) from None
    made: Callable[[_Floats, _Floats, _Floats, _Floats], None] = njit()(add_points)
    return made
