"""The 2016 ACR/EULAR Total Improvement Score, vectorised."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.measures.core_set import CORE_SET, RESPONSE_CUTS, RESPONSES, Population

#: Decimals kept of a percentage before it is banded. 1.1 cm to 0.6 cm is an improvement of exactly
#: 5 % on paper and of 5.000000000000001 % in binary, which would be one band higher.
PERCENT_DECIMALS = 9


def band_points(percent_improvement: ArrayLike, measure: str) -> NDArray[np.float64]:
    """Points of one core set measure for its improvement.

    Parameters
    ----------
    percent_improvement : array_like
        Improvement in per cent of the measure's range, positive when better; nan is missing.
    measure : str
        One of `CORE_SET`.

    Returns
    -------
    numpy.ndarray
        Points, same shape; worsening gives 0, missing gives nan.

    Raises
    ------
    ValueError
        If there is no such measure.

    Examples
    --------
    >>> band_points([-10, 5, 5.1, 15, 41], "physician_global").tolist()
    [0.0, 0.0, 7.5, 7.5, 20.0]
    """
    if measure not in CORE_SET:
        raise ValueError(f"measure must be one of {', '.join(CORE_SET)}, got {measure!r}")
    percent = np.round(np.asarray(percent_improvement, dtype=float), PERCENT_DECIMALS)
    rule = CORE_SET[measure]
    points = np.asarray(rule.points)[np.searchsorted(rule.cuts, percent, side="left")]
    return np.where(np.isnan(percent), np.nan, points)


def total_improvement_score(percent_improvements: ArrayLike) -> NDArray[np.float64]:
    """Total Improvement Score from the improvements in the six core set measures.

    Parameters
    ----------
    percent_improvements : array_like, shape (..., 6)
        Improvement in per cent of each measure's range, positive when better, in the order of
        `CORE_SET`: physician global, patient global, MMT, HAQ, enzyme, extramuscular.

    Returns
    -------
    numpy.ndarray, shape (...)
        Score, 0 to 100 in steps of 2.5; nan where a measure is missing.

    Raises
    ------
    ValueError
        If the last axis is not six measures long.

    References
    ----------
    Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400.

    Examples
    --------
    >>> total_improvement_score([[15, 15, 100 * 16 / 260, 100 * 0.4 / 3, 30, 12]]).tolist()
    [40.0]
    """
    percent = np.asarray(percent_improvements, dtype=float)
    if percent.ndim == 0 or percent.shape[-1] != len(CORE_SET):
        raise ValueError(
            f"percent_improvements must have {len(CORE_SET)} measures in the last axis "
            f"({', '.join(CORE_SET)}), got shape {percent.shape}"
        )
    score = np.zeros(percent.shape[:-1])
    for column, measure in enumerate(CORE_SET):
        score += band_points(percent[..., column], measure)
    return score


def response_category(scores: ArrayLike, population: Population = "adult") -> NDArray[np.str_]:
    """Category of response: none, minimal, moderate, major; empty where the score is missing.

    Parameters
    ----------
    scores : array_like
        Total Improvement Scores, 0 to 100; nan is missing.
    population : {"adult", "juvenile"}
        Whose cut-offs apply.

    Raises
    ------
    ValueError
        If there is no such population.

    Examples
    --------
    >>> response_category([19.5, 20, 40, 60]).tolist()
    ['none', 'minimal', 'moderate', 'major']
    """
    if population not in RESPONSE_CUTS:
        raise ValueError(
            f"population must be one of {', '.join(RESPONSE_CUTS)}, got {population!r}"
        )
    given = np.asarray(scores, dtype=float)
    cuts = list(RESPONSE_CUTS[population].values())
    # Scores are multiples of 2.5, which binary floats hold exactly.
    category = np.asarray(RESPONSES)[np.searchsorted(cuts, given, side="right")]
    return np.where(np.isnan(given), "", category)
