"""How much each core set measure of each patient improved by the last visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.analysis import Analysis
from tisstats.trial.scoring import score_by_description


@dataclass(frozen=True, slots=True)
class MeasureImprovements:
    """The improvements of one patient; the result of `measure_improvements`."""

    patient_id: str  #: patient identifier
    percents: Mapping[str, float]
    #: improvement of each core set measure of the study, % of its range; nan where not known
    score: float  #: Total Improvement Score at the visit, nan where it is open


def measure_improvements(analysis: Analysis) -> list[MeasureImprovements]:
    """Return the improvements of every analysed patient from baseline to the last visit.

    Parameters
    ----------
    analysis : Analysis
        The analysis of a trial.

    Returns
    -------
    list of MeasureImprovements
        In the order of the patients: at each patient's last visit up to the horizon. Without one
        after baseline no improvement is known. Measures that the trial does not have are left out.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> first = measure_improvements(StudyData.read(example_folder()).analysis)[0]
    >>> round(first.percents["mmt"], 1), first.score
    (22.0, 80.0)
    """
    description, mmt_max = analysis.trial.description, analysis.trial.mmt_max
    patients, visits = analysis.patients, analysis.visits
    place = pd.Index(patients["patient_id"]).get_indexer(visits["patient_id"])
    limits = {
        f"{enzyme}_uln": _numbers(patients, f"{enzyme}_uln")[place]
        for enzyme in description.enzymes
    }
    table = pd.DataFrame(
        {
            "patient_id": place,
            "week": _numbers(visits, "week"),
            **limits,
            **{name: _numbers(visits, name) for name in description.score_columns},
        }
    )
    scored = score_by_description(
        table,
        description,
        mmt_max=float(mmt_max or np.nan),
        population=analysis.options.population,
    )
    number = np.arange(len(place)) - np.searchsorted(place, np.arange(len(patients)))[place]
    last = np.flatnonzero(number == analysis.last[place])
    known = analysis.has_follow_up
    measures = [
        name
        for name in description.rules
        if name in description.measures or (name == "enzyme" and description.enzymes)
    ]
    percents = {
        name: np.where(known, scored[f"{name}_percent"].to_numpy(dtype=float)[last], np.nan)
        for name in measures
    }
    scores = np.where(known, scored["tis"].to_numpy(dtype=float)[last], np.nan)
    return [
        MeasureImprovements(
            str(patient),
            {name: float(percents[name][row]) for name in measures},
            float(scores[row]),
        )
        for row, patient in enumerate(patients["patient_id"])
    ]


def _numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column of numbers, all missing if the trial does not have it."""
    if column not in table:
        return np.full(len(table), np.nan)
    return table[column].to_numpy(dtype=np.float64, na_value=np.nan)
