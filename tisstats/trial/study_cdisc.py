"""A study as CDISC analysis data sets."""

from __future__ import annotations

import pandas as pd

from tisstats.trial.cdisc import (
    AnalysisDatasets,
    MeasureLabel,
    StudyMetadata,
    derive_analysis_datasets,
)
from tisstats.trial.study_data import StudyData
from tisstats.trial.summaries import time_to_improvement

_OF_PATIENTS = ("patient_id", "arm", "analysed", "origin", "end_week", "end_reason")


def study_datasets(data: StudyData) -> AnalysisDatasets:
    """Derive the analysis data sets of a study.

    Parameters
    ----------
    data
        The study with its rows.

    Returns
    -------
    AnalysisDatasets
        ADSL, ADTIS and ADTTE; ADAE and ADEX where the study has these tables. ADTTE is the time to
        the first visit at which the threshold of the endpoint was reached. It and CRIT1 are about
        the score, whatever the criterion of the endpoint is.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> datasets = study_datasets(StudyData.read(example_folder()))
    >>> list(datasets.tables), datasets.is_synthetic
    (['ADSL', 'ADTIS', 'ADTTE', 'ADAE', 'ADEX'], True)
    """
    study, trial, analysis = data.study, data.trial, data.analysis
    scales = trial.description.measures
    metadata = StudyMetadata(
        study_id=study.study.id,
        title=study.study.title,
        arms=study.arms,
        reference_arm=study.reference_arm,
        response_threshold=study.endpoint.threshold,
        measures={name: MeasureLabel(scale.name, scale.unit) for name, scale in scales.items()},
        characteristics=_labels(data),
    )
    limits = {
        limit: trial.patients[f"{enzyme}_uln"]
        for enzyme, limit in study.measures.uln.items()
        if isinstance(limit, str)
    }
    patients = trial.patients.assign(**limits)[[*_OF_PATIENTS, *metadata.characteristics]]
    visits = analysis.visits[["patient_id", "week", *scales, "tis", "response"]]
    events, treatments = trial.adverse_events, trial.treatments
    times = time_to_improvement(analysis)
    return derive_analysis_datasets(
        metadata,
        patients,
        visits.assign(baseline=visits["week"] <= 0, response=visits["response"].astype(object)),
        events=(
            events.rename(columns={"treatment_related": "related"}).drop(columns="number")
            if "adverse_events" in data.has
            else None
        ),
        times=pd.DataFrame(
            {
                "patient_id": times["patient_id"],
                "weeks": times["week"].astype(float),
                "event": times["cause"] == 1,
            }
        ),
        treatments=treatments if "treatments" in data.has else None,
    )


def _labels(data: StudyData) -> dict[str, str]:
    """Return the label of each further variable of ADSL: what reading the study again needs."""
    study = data.study
    limits = {
        limit: f"Upper limit of normal of {enzyme} ({study.measures.enzyme_unit})"
        for enzyme, limit in study.measures.uln.items()
        if isinstance(limit, str)
    }
    stops = {"stop_week": "Week of the early stop"} if "stop_week" in data.trial.patients else {}
    return {
        **stops,
        **limits,
        **{name: row.label for name, row in study.characteristics.items()},
    }
