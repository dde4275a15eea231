"""The Total Improvement Score over time: quartiles of the visits of each scheduled week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tisstats.statistics.quantiles import QuantileDefinition
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask
from tisstats.trial.consistency import to_thousandths
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.samples import quantile, quartiles

#: Bounds of a score that differ by less are one score, points: scores are multiples of 2.5.
_SAME_SCORE = 1.0


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """The scores of a group of patients in one week."""

    week: float  #: scheduled week, above 0
    patients: int  #: patients in the group
    seen: int  #: of these, with a visit in that week
    known: int  #: of these, with a score that missing measures cannot change
    median: Fraction | None  #: of the known scores, points; None where there is no such quantile
    q1: Fraction | None  #: first quartile of the known scores, likewise
    q3: Fraction | None  #: third quartile of the known scores, likewise
    median_low: Fraction | None
    #: median of all visits if every score left open were the least that it can be
    median_high: Fraction | None  #: median of all visits if it were the most that it can be


def is_known_score(analysis: Analysis) -> Mask:
    """Return at which visits missing measures cannot change the score, shape (patients, visits).

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> analysis = StudyData.read(example_folder()).analysis
    >>> int(np.sum(np.isfinite(analysis.weeks) & ~is_known_score(analysis)))
    2
    """
    # Comparisons with nan, where there is no visit, are false.
    known: Mask = analysis.tis_high - analysis.tis_low < _SAME_SCORE
    return known


def summarise_scores(
    analysis: Analysis, weeks: Sequence[float], definition: QuantileDefinition
) -> list[ScoreSummary]:
    """Summarise the scores of the visits of each scheduled week.

    Parameters
    ----------
    analysis : Analysis
        The scored visits, of one arm or of all.
    weeks : sequence of float
        Scheduled weeks after baseline.
    definition : QuantileDefinition
        One of `tisstats.statistics.QUANTILE_DEFINITIONS`.

    Returns
    -------
    list of ScoreSummary
        One per week. A patient without a visit in the week is in no quantile.

    Notes
    -----
    Scores after baseline are improvements from the patient's own baseline, Aggarwal et al. 2017,
    doi:10.1136/annrheumdis-2017-211400.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> active = StudyData.read(example_folder()).arm("active")
    >>> last = summarise_scores(active, [4, 24], 7)[-1]
    >>> last.patients, last.seen, last.known, float(last.median)
    (6, 5, 4, 68.75)
    """
    known = is_known_score(analysis)
    found = []
    for week in weeks:
        there = np.abs(analysis.weeks - week) <= SAME_WEEK
        scores = to_thousandths(analysis.tis_low[there & known])
        limits = [
            quantile(np.sort(to_thousandths(grid[there])), "median", definition)
            for grid in (analysis.tis_low, analysis.tis_high)
        ]
        found.append(
            ScoreSummary(
                week=float(week),
                patients=len(analysis.patients),
                seen=int(np.sum(there)),
                known=len(scores),
                **quartiles(scores, definition),
                median_low=limits[0],
                median_high=limits[1],
            )
        )
    return found
