"""The 2016 ACR/EULAR Total Improvement Score, vectorised.

The points of a measure are a step function of its improvement, jumping just above each cut-off. So
a score is the sum of the steps passed, accumulated as uint8 in units of `POINT_STEP`, over blocks
of rows that fit the processor's cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.measures._compiled_points import compiled
from tisstats.measures.core_set import (
    CORE_SETS,
    POINT_STEP,
    RESPONSE_CUTOFFS,
    RESPONSES,
    CoreSet,
    Population,
)
from tisstats.statistics._arguments import numbers_or_nan, one_of

#: Decimals of a percentage used to find its band. 1.1 cm to 0.6 cm is an improvement of
#: exactly 5% on paper and of 5.000000000000001% in binary, which would be one band higher.
PERCENT_DECIMALS = 9

#: What computes `total_improvement_score`; scores are equal bit for bit.
SCORE_ENGINES: Final = MappingProxyType(
    {
        "numpy": "NumPy, block by block",
        "numba": "a loop compiled by numba at its first use, which takes some seconds",
    }
)

_HALF_A_DECIMAL = 0.5 * 10.0**-PERCENT_DECIMALS
_BLOCK = 16384  # rows; six columns of them fit into the second-level cache of a core

#: The measures of both core sets; those in common have one name and one rule.
_MEASURES = {name: rule for rules in CORE_SETS.values() for name, rule in rules.items()}

#: The steps of each measure: the improvement to be exceeded, and the step in units.
_STEPS = {
    measure: tuple(
        (cutoff + _HALF_A_DECIMAL, np.uint8((above - below) / POINT_STEP))
        for cutoff, below, above in zip(rule.cutoffs, rule.points, rule.points[1:], strict=False)
        if above > below
    )
    for measure, rule in _MEASURES.items()
}


def _compiled_points(percents: NDArray[np.float64], measures: Sequence[str]) -> NDArray[np.float64]:
    """Return the total points as `_points` does, by the compiled loop."""
    most = max(len(_STEPS[measure]) for measure in _STEPS)
    cutoffs, points = np.full((len(measures), most), np.inf), np.zeros((len(measures), most))
    for row, measure in enumerate(measures):
        for column, (cutoff, step) in enumerate(_STEPS[measure]):
            cutoffs[row, column] = cutoff
            points[row, column:] += int(step) * POINT_STEP
    score = np.empty(len(percents))
    compiled()(np.ascontiguousarray(percents), cutoffs, points, score)
    return score


def _points(percents: NDArray[np.float64], measures: Sequence[str]) -> NDArray[np.float64]:
    """Return the total points of `measures`, one per column; nan where an improvement is nan."""
    score = np.empty(len(percents))
    columns = np.empty((len(measures), min(_BLOCK, len(score))))
    for start in range(0, len(score), _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = columns[:, : len(score[rows])]
        block[...] = percents[rows].T
        _add_steps(block, measures, score[rows])
    return score


def _add_steps(
    percents: NDArray[np.float64], measures: Sequence[str], score: NDArray[np.float64]
) -> None:
    """Write the points of one block into `score`; rows of `percents` are measures."""
    passed = np.empty(score.size, dtype=bool)
    units = np.zeros(score.size, dtype=np.uint8)
    missing = np.zeros(score.size, dtype=bool)
    for percent, measure in zip(percents, measures, strict=True):
        _count_steps(percent, measure, passed, units)
        np.isnan(percent, out=passed)
        np.logical_or(missing, passed, out=missing)
    np.multiply(units, POINT_STEP, out=score)
    score[missing] = np.nan


def _count_steps(
    percent: NDArray[np.float64],
    measure: str,
    passed: NDArray[np.bool_],
    units: NDArray[np.uint8],
) -> None:
    """Add the steps that one measure has passed to `units`; `passed` is space to work in."""
    steps = passed.view(np.uint8)  # the same bytes, as numbers
    for cutoff, step in _STEPS[measure]:
        np.greater(percent, cutoff, out=passed)
        if step > 1:
            np.multiply(steps, step, out=steps)
        np.add(units, steps, out=units)


def _improvements(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return improvements as floats; raise ValueError if one is infinite or not a number."""
    percent = numbers_or_nan(name, values)
    if np.isinf(percent).any():
        place = np.argwhere(np.isinf(percent))[0]
        where = f" at position {', '.join(str(each + 1) for each in place)}" if place.size else ""
        raise ValueError(
            f"{name} must be finite, or nan where missing, got {percent[tuple(place)]:g}{where}"
        )
    return percent


def band_points(percent_improvement: ArrayLike, measure: str) -> NDArray[np.float64]:
    """Return the points of one core set measure for its improvement.

    Parameters
    ----------
    percent_improvement : array_like
        Improvement in per cent of the measure's range, positive for improvement; nan is missing.
    measure : str
        One of `CORE_SET` or `PRINTO_CORE_SET`.

    Returns
    -------
    numpy.ndarray
        Points, same shape; worsening gives 0, missing gives nan.

    Raises
    ------
    ValueError
        If the measure is unknown, or an improvement is infinite or not a number.

    Examples
    --------
    >>> band_points([-10, 5, 5.1, 15, 41], "physician_global").tolist()
    [0.0, 0.0, 7.5, 7.5, 20.0]
    """
    one_of("measure", measure, _MEASURES)
    percent = _improvements("percent_improvement", percent_improvement)
    return _points(percent.reshape(-1, 1), [measure]).reshape(percent.shape)


#: Stands for missing points where points are a number of steps.
MISSING_STEPS: Final = 255

_POINTS = np.where(np.arange(256) == MISSING_STEPS, np.nan, np.arange(256) * POINT_STEP)


def band_steps(percent_improvement: NDArray[np.float64], measure: str) -> NDArray[np.uint8]:
    """Return what `band_points` does, as a number of steps of `POINT_STEP`.

    Parameters
    ----------
    percent_improvement : numpy.ndarray, shape (n,)
        Improvement in per cent of the measure's range; nan is missing.
    measure : str
        As for `band_points`.

    Returns
    -------
    numpy.ndarray of uint8, shape (n,)
        Steps; `MISSING_STEPS` where the improvement is missing.

    Raises
    ------
    ValueError
        If an improvement is infinite.

    Examples
    --------
    >>> band_steps(np.array([5, 5.1, 41, np.nan]), "physician_global").tolist()
    [0, 3, 8, 255]
    """
    percent = _improvements("percent_improvement", percent_improvement)
    passed = np.empty(len(percent), dtype=bool)
    units = np.zeros(len(percent), dtype=np.uint8)
    _count_steps(percent, measure, passed, units)
    units[np.isnan(percent, out=passed)] = MISSING_STEPS
    return units


def total_steps(steps: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return the steps of all measures together, missing where one is.

    >>> total_steps([np.array([8, 3], dtype=np.uint8), np.array([1, 255], dtype=np.uint8)]).tolist()
    [9, 255]
    """
    total = np.zeros_like(steps[0])
    missing = np.zeros(total.shape, dtype=bool)
    for of_measure in steps:
        total += of_measure
        missing |= of_measure == MISSING_STEPS
    total[missing] = MISSING_STEPS
    return total


def points_of_steps(steps: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return points, or scores, as floats.

    >>> points_of_steps(np.array([0, 3, 255], dtype=np.uint8)).tolist()
    [0.0, 7.5, nan]
    """
    return _POINTS.take(steps)


def levels_of_steps(steps: NDArray[np.uint8], population: Population) -> NDArray[np.int8]:
    """Return what `response_levels` does of scores as a number of steps.

    >>> levels_of_steps(np.array([7, 8, 255], dtype=np.uint8), "adult").tolist()
    [0, 1, -1]
    """
    levels = np.full(len(_POINTS), -1, dtype=np.int8)
    known = _POINTS <= 100
    levels[known] = response_levels(_POINTS[known], population)
    return levels.take(steps)


def total_improvement_score(
    percent_improvements: ArrayLike, core_set: CoreSet = "imacs", *, engine: str = "numpy"
) -> NDArray[np.float64]:
    """Compute the Total Improvement Score from the improvements in the six core set measures.

    Parameters
    ----------
    percent_improvements : array_like, shape (..., 6)
        Improvement in per cent of each measure's range, positive for improvement, in the order of
        `CORE_SET` (physician global, patient global, MMT, HAQ, enzyme, extramuscular) or of
        `PRINTO_CORE_SET` (physician global, parent global, CMAS, CHAQ, CHQ-PhS, DAS).
    core_set : {"imacs", "printo"}
        Core set that was measured.
    engine : {"numpy", "numba"}
        See `SCORE_ENGINES`. Compiling pays from some 100 million visits in one process on.

    Returns
    -------
    numpy.ndarray, shape (...)
        Score, 0 to 100 in steps of 2.5; nan where a measure is missing (nan, None, NA or masked).

    Raises
    ------
    ValueError
        If the core set or the engine is unknown, the last axis is not six measures long, or an
        improvement is infinite or not a number.
    ModuleNotFoundError
        If the engine is numba, and it is not installed.

    References
    ----------
    Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400; Rider et al. 2017,
    doi:10.1002/art.40060.

    Examples
    --------
    >>> total_improvement_score([[15, 15, 100 * 16 / 260, 100 * 0.4 / 3, 30, 12]]).tolist()
    [40.0]
    """
    one_of("core_set", core_set, CORE_SETS)
    one_of("engine", engine, SCORE_ENGINES)
    measures = tuple(CORE_SETS[core_set])
    percent = _improvements("percent_improvements", percent_improvements)
    if percent.ndim == 0 or percent.shape[-1] != len(measures):
        raise ValueError(
            f"percent_improvements must have {len(measures)} measures in the last axis "
            f"({', '.join(measures)}), got shape {percent.shape}"
        )
    score = _points if engine == "numpy" else _compiled_points
    return score(percent.reshape(-1, len(measures)), measures).reshape(percent.shape[:-1])


def response_category(scores: ArrayLike, population: Population = "adult") -> NDArray[np.str_]:
    """Return the category of response: none, minimal, moderate or major.

    Parameters
    ----------
    scores : array_like
        Total Improvement Scores, 0 to 100; nan is missing.
    population : {"adult", "juvenile"}
        Population whose response cut-offs apply.

    Returns
    -------
    numpy.ndarray of str
        Categories, same shape; empty where the score is missing.

    Raises
    ------
    ValueError
        If the population is unknown, or a score is not a number from 0 to 100.

    References
    ----------
    Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400; Rider et al. 2017,
    doi:10.1002/art.40060.

    Examples
    --------
    >>> response_category([19.5, 20, 40, 60]).tolist()
    ['none', 'minimal', 'moderate', 'major']
    """
    return np.asarray((*RESPONSES, ""))[response_levels(scores, population)]


def response_levels(scores: ArrayLike, population: Population = "adult") -> NDArray[np.int8]:
    """Return the category as a number: 0 none to 3 major, -1 where the score is missing.

    Parameters and errors are those of `response_category`.

    Examples
    --------
    >>> response_levels([40, 45, float("nan")], "juvenile").tolist()
    [1, 2, -1]
    """
    one_of("population", population, RESPONSE_CUTOFFS)
    given = numbers_or_nan("scores", scores)
    if (beyond := given[(given < 0) | (given > 100)]).size:
        raise ValueError(f"scores must be from 0 to 100, got {beyond[0]:g}")
    levels = np.zeros(given.shape, dtype=np.int8)
    for cutoff in RESPONSE_CUTOFFS[population].values():
        # Scores are multiples of 2.5, which binary floats hold exactly.
        levels += given >= cutoff
    levels[np.isnan(given)] = -1
    return levels
