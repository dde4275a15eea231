"""The ceiling: which score a baseline still allows, however well the treatment works.

A measure cannot improve by more than lies between its baseline and its best value. So the loss at
baseline, in per cent of the range, is the greatest improvement, and its band gives the most points
that are left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.total_improvement_score import band_points, total_improvement_score
from tisstats.teaching.measure_facts import band_labels

_STRENGTH = "mmt"
_OTHERS = tuple(measure for measure in CORE_SET if measure != _STRENGTH)


@dataclass(frozen=True, slots=True, eq=False)
class CeilingGrid:
    """Highest score by loss of strength and activity of the other measures, band by band."""

    strength: list[str]  #: bands of the loss of strength, % of the maximum; the columns
    activity: list[str]  #: bands of each of the other measures, % of its range; the rows
    highest: NDArray[np.float64]  #: highest Total Improvement Score, points, rows by columns


def ceiling_grid() -> CeilingGrid:
    """Give the highest score for every band of strength and of the five other measures.

    The five others are taken to be in one band: a slice through all baselines, and an exact one,
    since within a band the highest score is the same.
    """
    strength, activity = CORE_SET[_STRENGTH].cuts, CORE_SET[_OTHERS[0]].cuts
    if any(CORE_SET[measure].cuts != activity for measure in _OTHERS):
        raise ValueError("the measures other than muscle testing no longer share their bands")
    columns, rows = [*strength, 100], [*activity, 100]
    baselines = np.array(
        [
            [[loss if measure == _STRENGTH else active for measure in CORE_SET] for loss in columns]
            for active in rows
        ],
        dtype=float,
    )
    return CeilingGrid(
        band_labels(strength), band_labels(activity), total_improvement_score(baselines)
    )


def needed_elsewhere(threshold: int) -> pd.DataFrame:
    """Tabulate what the other measures must give for a score, by loss of strength at baseline.

    Parameters
    ----------
    threshold
        Least score of a responder, points.
    """
    cuts = CORE_SET[_STRENGTH].cuts
    most = band_points([*cuts, 100], _STRENGTH)
    others = sum(CORE_SET[measure].points[-1] for measure in _OTHERS)
    return pd.DataFrame(
        {
            "Strength lost at baseline, % of the maximum": band_labels(cuts),
            "Most points by muscle testing": [f"{points:g}" for points in most],
            "Others must give at least": [f"{max(threshold - points, 0):g}" for points in most],
            "of at most": f"{others:g}",
        }
    )
