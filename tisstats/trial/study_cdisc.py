"""A study as CDISC analysis data sets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.arm_responses import study_times
from tisstats.trial.cdisc import (
    AnalysisDatasets,
    CriterionLabel,
    MeasureLabel,
    StudyMetadata,
    derive_analysis_datasets,
)
from tisstats.trial.deaths import DEATH_WEEK, recorded_death_weeks
from tisstats.trial.response_times import ResponseTimes
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import (
    describe_criterion,
    describe_study_endpoint,
    evaluate_study,
    study_courses,
)
from tisstats.trial.study_wording import describe_score, describe_windows

_OF_PATIENTS = ("patient_id", "arm", "analysed", "origin", "end_week", "end_reason")

#: Column of the plain tables with the day from which weeks are counted.
_START = "start_date"


def study_datasets(data: StudyData) -> AnalysisDatasets:
    """Derive the analysis data sets of a study.

    Parameters
    ----------
    data
        The study with its rows.

    Returns
    -------
    AnalysisDatasets
        ADSL, ADTIS and ADTTE; ADAE and ADEX where the study has these tables.

    Notes
    -----
    CRIT1 and the parameter TTRESP of ADTTE are about the score, and are there if the description
    has a threshold. Where the criterion of the endpoint is a definition, it is a parameter of its
    own in both data sets: whether it is met at each visit, and the time to the first visit at which
    it is. Times are those of the report: up to the week of the endpoint, with its strategy for
    rescue medication and early stops and its rule for missing measures. A competing event is
    marked by a code of its own, since to take it as censored would be another analysis. Visits
    that the schedule drops, and those of patients outside the analysis, have their measures, but no
    score, and are not flagged for analysis.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> datasets = study_datasets(StudyData.read(example_folder()))
    >>> list(datasets.tables), datasets.is_synthetic
    (['ADSL', 'ADTIS', 'ADTTE', 'ADAE', 'ADEX'], True)
    """
    study, trial = data.study, data.trial
    scales = trial.description.measures
    criterion = _criterion(data)
    metadata = StudyMetadata(
        study_id=study.study.id,
        title=study.study.title,
        arms=study.arms,
        reference_arm=study.reference_arm,
        response_threshold=study.endpoint.threshold,
        criterion=criterion,
        measures={name: MeasureLabel(scale.name, scale.unit) for name, scale in scales.items()},
        characteristics=_labels(data),
        score_definition=describe_score(study),
        visit_definition=describe_windows(study.visits),
        endpoint_definition=describe_study_endpoint(data),
    )
    limits = {
        limit: trial.patients[f"{enzyme}_uln"]
        for enzyme, limit in study.measures.uln.items()
        if isinstance(limit, str)
    }
    patients = trial.patients.assign(**limits, end_week=_last_seen(data))
    if not data.ends_recorded:  # that everybody completed the study is assumed alone
        patients["end_reason"] = ""
    deaths = {}
    if data.deaths_recorded:
        deaths[DEATH_WEEK] = recorded_death_weeks(patients)
    starts = {}
    if study.visits.time == "date" and _START not in metadata.characteristics:
        starts[_START] = patients["first_dose_date"]
    endpoint = _endpoint(data)
    patients = patients.assign(**deaths, **starts, **endpoint)[
        [*dict.fromkeys((*_OF_PATIENTS, *starts, *deaths, *endpoint, *metadata.characteristics))]
    ]
    visits = _visits(data, criterion)
    events, treatments = trial.adverse_events, trial.treatments
    return derive_analysis_datasets(
        metadata,
        patients,
        visits.assign(baseline=visits["week"] <= 0, response=visits["response"].astype(object)),
        events=(
            events.rename(columns={"treatment_related": "related"}).drop(columns="number")
            if "adverse_events" in data.has
            else None
        ),
        times=_times(data),
        treatments=treatments if "treatments" in data.has else None,
    )


def _endpoint(data: StudyData) -> dict[str, pd.Series]:
    """Return whether each patient met the primary endpoint, and what decided, for a model of it."""
    result = evaluate_study(data)
    ids = data.analysis.patients["patient_id"]
    status = pd.Series(result.status, index=ids)
    met = status.map({"responder": True, "non-responder": False}).astype("boolean")
    words = result.endpoint.words
    labels = {(each.status, each.rule): each.label_in(words) for each in result.counts}
    decided = [labels[key] for key in zip(result.status, result.rule, strict=True)]
    rule = pd.Series(decided, index=ids, dtype=object)
    patients = data.trial.patients["patient_id"]
    found: dict[str, pd.Series] = {"primary_endpoint": met, "primary_endpoint_rule": rule}
    return {name: patients.map(each).astype(each.dtype) for name, each in found.items()}


def _last_seen(data: StudyData) -> NDArray[np.float64]:
    """Return the week of each patient's last visit, even if the schedule drops it."""
    last: NDArray[np.float64] = data.trial.patients["end_week"].to_numpy(dtype=float)
    if data.dropped_visits.empty:
        return last
    dropped = data.dropped_visits.groupby("patient_id")["week"].max()
    ids = data.trial.patients["patient_id"]
    return np.fmax(last, np.asarray(ids.map(dropped), dtype=np.float64))


def _visits(data: StudyData, criterion: CriterionLabel | None) -> pd.DataFrame:
    """Return all visits.

    Those that the schedule drops, and those of patients outside the analysis, have no score and no
    criterion. The dropped ones are needed to read the study again: until them, patients were seen.
    """
    dated = ["date"] * (data.study.visits.time == "date")
    columns = ["patient_id", "week", "visit_week", *dated, *data.trial.description.measures]
    analysis = data.analysis
    visit = np.isfinite(analysis.weeks)  # in the order of the rows
    scored = analysis.visits[[*columns, "tis", "response"]]
    scored = scored.assign(tis_low=analysis.tis_low[visit], tis_high=analysis.tis_high[visit])
    if criterion is not None:
        scored = scored.assign(**{criterion.column: _met_at_visits(data)})
    outside = ~data.trial.visits["patient_id"].isin(data.analysis.patients["patient_id"])
    found = [scored.assign(counted=True), data.trial.visits.loc[outside, columns]]
    if len(data.dropped_visits):
        # One on the very day of a week for which another visit counts has no week of its own.
        key = ["patient_id", "week"]
        used = pd.MultiIndex.from_frame(data.trial.visits[key])
        apart = ~pd.MultiIndex.from_frame(data.dropped_visits[key]).isin(used)
        dropped = data.dropped_visits.loc[apart, columns].astype(dict.fromkeys(dated, str))
        found.append(dropped.assign(counted=False))
    return pd.concat(found, ignore_index=True)


def _criterion(data: StudyData) -> CriterionLabel | None:
    """Return the definition that the endpoint asks for; None for the score."""
    plan = data.study.endpoint
    if plan.criterion == "score":
        return None
    return CriterionLabel(
        column=plan.criterion.replace(" ", "_"),
        label=plan.criterion_words,
        noun=plan.words.noun,
        definition=describe_criterion(data.study),
    )


def _met_at_visits(data: StudyData) -> NDArray[np.float64]:
    """Return 1 where the criterion is met at a visit, 0 where not, nan where that is not known."""
    courses = study_courses(data)
    # Visits are in the order of their patients and weeks, as the cells of the grid are.
    visit = np.isfinite(courses.weeks)
    met = np.select([courses.score_low > 0, courses.score_high <= 0], [1.0, 0.0], np.nan)[visit]
    change = data.study.endpoint.criterion != "minimal disability"
    at_baseline = data.analysis.visits["week"].to_numpy(dtype=float) <= 0
    # At baseline there is no change from baseline.
    return np.where(change & at_baseline, np.nan, met)


#: How a time without the outcome ended, if not at a visit.
_ENDED = {
    "rescue medication": "before rescue medication",
    "stopped early": "before the early stop",
    "death": "before the death",
    "open visit": "known: open from the next visit on",
    "no visit": "known: no visit after baseline that counts",
}

#: The same by the composite strategy, where the time goes on to the week of the endpoint.
_FAILED = _ENDED | {
    "rescue medication": "by the week of the endpoint: rescue medication excludes it",
    "stopped early": "by the week of the endpoint: an early stop excludes it",
    "death": "by the week of the endpoint: a death excludes it",
}


#: What counts as the outcome where missing measures leave open whether it was there.
_OPEN_VISIT = "Visit with missing measures"

#: What counts as an unfavourable outcome where that itself was not seen.
_COUNTED = {
    "rescue medication": "Rescue medication",
    "stopped early": "Early stop",
    "death": "Death",
}


def _counted(data: StudyData, times: ResponseTimes) -> NDArray[np.object_]:
    """Return what was counted as the outcome at the end of each time; empty where it was seen."""
    plan = data.study.endpoint
    counted = np.array([_COUNTED.get(reason, "") for reason in times.ended_by], dtype=object)
    if (plan.missing == "best case") != plan.words.unfavourable:
        # Without this rule the first open visit, which it takes for the outcome, ends the time.
        as_known = replace(data.study, endpoint=replace(plan, missing="unknown"))
        open_ = study_times(replace(data, study=as_known)).ended_by == "open visit"
        counted[(times.ended_by == "response") & open_] = _OPEN_VISIT
    counted[~times.event] = ""
    return counted


def _times(data: StudyData) -> pd.DataFrame:
    """Return the times to the first response by the score and to the endpoint's criterion."""
    study, criterion = data.study, _criterion(data)
    ended = _FAILED if study.endpoint.intercurrent == "composite" else _ENDED
    # A trial can go on after the week of its endpoint, and patients respond then.
    at_visit = f"by the last visit up to week {study.endpoint.week:g}"
    found = []
    if study.endpoint.threshold is not None:
        by_score = replace(study, endpoint=replace(study.endpoint, criterion="score"))
        found.append(("response", replace(data, study=by_score)))
    if criterion is not None:
        found.append((criterion.column, data))
    ids = data.analysis.patients["patient_id"].to_numpy(dtype=object)
    tables = [
        pd.DataFrame(
            {
                "patient_id": ids,
                "weeks": times.time,
                "event": times.event,
                "ended": [ended.get(reason, at_visit) for reason in times.ended_by.tolist()],
                "counted": _counted(given, times),
                "censoring": np.maximum(times.cause, 1),  # as competing causes are numbered
                "outcome": outcome,
            }
        )
        for outcome, given in found
        for times in (study_times(given),)
    ]
    return pd.concat(tables, ignore_index=True)


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
