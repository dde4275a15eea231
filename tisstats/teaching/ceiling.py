"""The ceiling effect: the highest attainable score for a baseline.

Improvement of a measure is limited by the distance from its baseline to its best value. So the loss
at baseline, as a percentage of the range, is the maximum improvement, and its band gives the
maximum points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.total_improvement_score import total_improvement_score

MMT = "mmt"
OTHER_MEASURES = tuple(measure for measure in CORE_SET if measure != MMT)


def attainable_scores_by_band() -> NDArray[np.float64]:
    """Compute the highest attainable score by band of strength and of the five other measures.

    The five others are assumed to be in one band. Within a band the highest score is constant.

    Returns
    -------
    ndarray of float, shape (bands of each other measure, bands of the loss of strength)
        Highest Total Improvement Score, points; mild baselines first.

    Raises
    ------
    ValueError
        If the other measures do not share their bands.
    """
    strength, activity = CORE_SET[MMT].cutoffs, CORE_SET[OTHER_MEASURES[0]].cutoffs
    if any(CORE_SET[measure].cutoffs != activity for measure in OTHER_MEASURES):
        raise ValueError("the measures other than MMT must share their bands")
    losses, activities = np.array([*strength, 100.0]), np.array([*activity, 100.0])
    baselines = np.empty((len(activities), len(losses), len(CORE_SET)))
    for place, measure in enumerate(CORE_SET):
        baselines[..., place] = losses if measure == MMT else activities[:, np.newaxis]
    return total_improvement_score(baselines)
