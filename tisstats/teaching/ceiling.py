"""The ceiling: which score a baseline still allows, however well the treatment works.

A measure cannot improve by more than lies between its baseline and its best value. So the loss at
baseline, in per cent of the range, is the greatest improvement, and its band gives the most points
that are left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.total_improvement_score import total_improvement_score

STRENGTH = "mmt"
OTHERS = tuple(measure for measure in CORE_SET if measure != STRENGTH)


def highest_scores() -> NDArray[np.float64]:
    """Compute the highest score for every band of strength and of the five other measures.

    The five others are taken to be in one band: a slice through all baselines, and an exact one,
    since within a band the highest score is the same.

    Returns
    -------
    ndarray of float, shape (bands of each other measure, bands of the loss of strength)
        Highest Total Improvement Score, points; mild baselines first.

    Raises
    ------
    ValueError
        If the other measures do not share their bands.
    """
    strength, activity = CORE_SET[STRENGTH].cutoffs, CORE_SET[OTHERS[0]].cutoffs
    if any(CORE_SET[measure].cutoffs != activity for measure in OTHERS):
        raise ValueError("the measures other than muscle testing no longer share their bands")
    losses, activities = np.array([*strength, 100.0]), np.array([*activity, 100.0])
    baselines = np.empty((len(activities), len(losses), len(CORE_SET)))
    for place, measure in enumerate(CORE_SET):
        baselines[..., place] = losses if measure == STRENGTH else activities[:, np.newaxis]
    return total_improvement_score(baselines)
