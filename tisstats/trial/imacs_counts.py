"""The IMACS definitions of improvement and worsening, and minimal disability, patient by patient.

What missing measures leave open is neither yes nor no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tisstats.measures import minimal_disability
from tisstats.measures.imacs import WORSENING_RULES, ImprovementRule, WorseningRule
from tisstats.measures.visit_table import MEASURE_COLUMNS
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask, ThreeValued
from tisstats.trial.courses import SAME_WEEK, at_any_visit
from tisstats.trial.definitions import (
    PRODERM_DISABILITY,
    PUBLISHED,
    Definitions,
    DisabilityCriterion,
)
from tisstats.trial.scoring import improvement_by_visit


@dataclass(frozen=True, slots=True, eq=False)
class ImacsOutcomes:
    """What the IMACS definitions say of each patient; all have the shape (patients,)."""

    improved_at_end: ThreeValued  #: improvement at the last visit up to the horizon
    improved_ever: ThreeValued  #: improvement at any visit after baseline up to the horizon
    worsened_at_end: ThreeValued  #: worsening at the last visit up to the horizon
    worsened_ever: ThreeValued  #: worsening at any visit after baseline up to the horizon
    disabled_at_baseline: ThreeValued  #: minimal disability at baseline
    disabled_at_end: ThreeValued  #: minimal disability at the last visit up to the horizon


def imacs_outcomes(analysis: Analysis, definitions: Definitions = PUBLISHED) -> ImacsOutcomes:
    """Apply the IMACS definitions of improvement and worsening, and a criterion of disability.

    Worsening is defined by the analysis options. Without a
    visit after baseline up to the horizon, improvement, worsening and disability at the end are not
    known.

    Parameters
    ----------
    analysis : Analysis
        The scored visits, of one arm or of all.
    definitions : Definitions
        Definition of improvement and criterion of minimal disability, by default those of IMACS
        and of ProDERM.

    Returns
    -------
    ImacsOutcomes
        One answer per patient: yes, no or not known.

    Raises
    ------
    ValueError
        If the trial measured another core set, in which these definitions are not.

    References
    ----------
    Rider et al., Arthritis Rheum 2004;50:2281, for improvement; see
    `tisstats.measures.imacs.WORSENING_RULES` for worsening; ClinicalTrials.gov NCT02728752
    (ProDERM) for minimal disability.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> found = imacs_outcomes(StudyData.read(example_folder()).arm("active"))
    >>> found.improved_at_end.format_count(), found.disabled_at_baseline.format_count()
    (6, 6)
    """
    if (core_set := analysis.trial.description.core_set) != "imacs":
        raise ValueError(f"the definitions are in measures of the core set imacs, got {core_set}")
    counted = (analysis.weeks > SAME_WEEK) & (analysis.weeks <= analysis.options.horizon_week)
    improved = improvement_at_visits(analysis, definitions.improvement)
    criterion = definitions.disability
    return ImacsOutcomes(
        improved_at_end=_at_end(analysis, improved),
        improved_ever=at_any_visit(improved, counted),
        worsened_at_end=_at_end(analysis, analysis.worsened),
        worsened_ever=at_any_visit(analysis.worsened, counted),
        disabled_at_baseline=_disabled(analysis, np.zeros(len(analysis.patients), int), criterion),
        disabled_at_end=_where(
            analysis.has_follow_up, _disabled(analysis, analysis.last, criterion)
        ),
    )


def worsening_rule(analysis: Analysis) -> WorseningRule:
    """Return the definition of worsening that an analysis applies."""
    rule = analysis.options.worsening
    return WORSENING_RULES[rule] if isinstance(rule, str) else rule


def _at_end(analysis: Analysis, found: ThreeValued) -> ThreeValued:
    """Return what holds at each patient's last visit up to the horizon."""
    place = np.arange(len(analysis.patients)), analysis.last
    return _where(analysis.has_follow_up, ThreeValued(found.yes[place], found.no[place]))


def _where(known: Mask, found: ThreeValued) -> ThreeValued:
    return ThreeValued(found.yes & known, found.no & known)


def improvement_at_visits(
    analysis: Analysis, rule: ImprovementRule = PUBLISHED.improvement
) -> ThreeValued:
    """Return whether a definition of improvement is met at each visit, shape (patients, visits).

    No where there is no visit, and neither yes nor no where that depends on missing measures.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> analysis = StudyData.read(example_folder()).arm("active")
    >>> found = improvement_at_visits(analysis)
    >>> found.yes.shape == analysis.weeks.shape, bool(np.any(found.yes[:, 0]))
    (True, False)
    """
    judged = improvement_by_visit(analysis.visits, rule, analysis.trial.description.vas_max)
    improved, known = (judged[name].to_numpy(dtype=bool) for name in ("improved", "improved_known"))
    visit = np.isfinite(analysis.weeks)
    yes, no = np.zeros(visit.shape, dtype=bool), np.ones(visit.shape, dtype=bool)
    # Visits are in the order of their patients and weeks, as the cells of the grid are.
    yes[visit], no[visit] = improved & known, ~improved & known
    return ThreeValued(yes, no)


def _disabled(
    analysis: Analysis, visit: NDArray[np.int64], criterion: DisabilityCriterion
) -> ThreeValued:
    """Return whether each patient meets the criterion at one of the visits."""
    enzymes = analysis.trial.description.enzymes
    # Visits are in the order of their patients: the rows of a patient begin where those of the
    # patients before end.
    counts = np.sum(np.isfinite(analysis.weeks), axis=1)
    rows = np.cumsum(counts) - counts + visit
    met: list[bool | None] = []
    for patient, row, count in zip(analysis.patients.index, rows, counts, strict=True):
        if not count:
            met.append(None)
            continue
        values = analysis.visits.iloc[row].to_dict() | analysis.patients.loc[patient].to_dict()
        met.append(_meets(values, enzymes, analysis, criterion))
    return ThreeValued(
        np.array([answer is True for answer in met], dtype=bool),
        np.array([answer is False for answer in met], dtype=bool),
    )


def disabled_by_visit(
    analysis: Analysis, criterion: DisabilityCriterion = PRODERM_DISABILITY
) -> ThreeValued:
    """Return whether minimal disability was there at each visit, shape (patients, visits).

    No where there is no visit, and neither yes nor no where that depends on missing measures.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> analysis = StudyData.read(example_folder()).arm("active")
    >>> found = disabled_by_visit(analysis)
    >>> at_baseline = imacs_outcomes(analysis).disabled_at_baseline
    >>> bool(np.all(found.yes[:, 0] == at_baseline.yes))
    True
    """
    enzymes = analysis.trial.description.enzymes
    visit = np.isfinite(analysis.weeks)
    patients = analysis.patients.to_dict("records")
    rows = zip(analysis.visits.to_dict("records"), np.nonzero(visit)[0].tolist(), strict=True)
    # Visits are in the order of their patients and weeks, as the cells of the grid are.
    met = [
        _meets(
            {str(name): value for name, value in {**row, **patients[place]}.items()},
            enzymes,
            analysis,
            criterion,
        )
        for row, place in rows
    ]
    yes, no = np.zeros(visit.shape, dtype=bool), np.ones(visit.shape, dtype=bool)
    yes[visit] = [answer is True for answer in met]
    no[visit] = [answer is False for answer in met]
    return ThreeValued(yes, no)


def _meets(
    values: Mapping[str, Any],
    enzymes: tuple[str, ...],
    analysis: Analysis,
    criterion: DisabilityCriterion,
) -> bool | None:
    """Return whether the measures of a visit, and the patient's limits, meet the criterion."""
    limits = {name: f"{name}_uln" for name in enzymes}
    columns = (*MEASURE_COLUMNS, *enzymes, *limits.values())
    description = analysis.trial.description
    return minimal_disability(
        {name: values.get(name, np.nan) for name in columns},
        mmt_max=float(analysis.trial.mmt_max or np.nan),
        uln=limits,
        min_mmt_loss_percent=criterion.min_mmt_loss_percent,
        min_other_abnormal=criterion.min_other_abnormal,
        vas_max=description.vas_max,
        vas_abnormal_cm=criterion.vas_abnormal_cm,
        haq_abnormal=criterion.haq_abnormal,
        enzyme_abnormal_uln=criterion.enzyme_abnormal_uln,
        enzyme_unit=description.enzyme_unit,
    ).met
