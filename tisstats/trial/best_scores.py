"""The best Total Improvement Score of each patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tisstats.trial.analysis import Analysis


@dataclass(frozen=True, slots=True)
class BestScore:
    """The best score of one patient, or its limits; the result of `best_scores`."""

    patient_id: str  #: patient identifier
    low: float  #: the least that it can be, 0 to 100
    high: float  #: the most that it can be


def best_scores(analysis: Analysis) -> list[BestScore]:
    """Return the best score of every analysed patient after baseline, up to the horizon.

    Where missing measures leave scores open, it lies between the best of their lower and the best
    of their upper limits; without a visit it can be anything from 0 to 100.

    Parameters
    ----------
    analysis : Analysis
        The analysis of a trial.

    Returns
    -------
    list of BestScore
        In the order of the patients.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> best_scores(StudyData.read(example_folder()).analysis)[0]
    BestScore(patient_id='E-01', low=80.0, high=80.0)
    """
    counted = analysis.options.counts(analysis.weeks) & np.isfinite(analysis.weeks)
    counted[:, :1] = False  # the baseline
    seen = counted.any(axis=1)
    low, high = (
        np.max(np.where(counted, grid, -np.inf), axis=1, initial=-np.inf)
        for grid in (analysis.tis_low, analysis.tis_high)
    )
    low, high = np.where(seen, low, 0.0), np.where(seen, high, 100.0)
    return [
        BestScore(str(patient), float(least), float(most))
        for patient, least, most in zip(analysis.patients["patient_id"], low, high, strict=True)
    ]
