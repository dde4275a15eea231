"""The IMACS definitions of improvement and worsening, and minimal disability, patient by patient.

What missing measures leave open is neither yes nor no.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.disability import DisabilityByRow, disability_by_row
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
    counted = (analysis.weeks > SAME_WEEK) & analysis.options.counts(analysis.weeks)
    improved = improvement_at_visits(analysis, definitions.improvement)
    disabled = _disabled_rows(analysis, definitions.disability)
    return ImacsOutcomes(
        improved_at_end=_at_end(analysis, improved),
        improved_ever=at_any_visit(improved, counted),
        worsened_at_end=_at_end(analysis, analysis.worsened),
        worsened_ever=at_any_visit(analysis.worsened, counted),
        disabled_at_baseline=_disabled(analysis, np.zeros(len(analysis.patients), int), disabled),
        disabled_at_end=_where(
            analysis.has_follow_up, _disabled(analysis, analysis.last, disabled)
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


def _disabled(analysis: Analysis, visit: NDArray[np.int64], met: DisabilityByRow) -> ThreeValued:
    """Return whether each patient meets the criterion at one of the visits."""
    # Visits are in the order of their patients: the rows of a patient begin where those of the
    # patients before end.
    counts = np.sum(np.isfinite(analysis.weeks), axis=1)
    seen = counts > 0
    rows = (np.cumsum(counts) - counts + visit)[seen]
    yes, no = np.zeros(len(counts), dtype=bool), np.zeros(len(counts), dtype=bool)
    yes[seen], no[seen] = met.yes[rows], met.no[rows]
    return ThreeValued(yes, no)


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
    met = _disabled_rows(analysis, criterion)
    visit = np.isfinite(analysis.weeks)
    yes, no = np.zeros(visit.shape, dtype=bool), np.ones(visit.shape, dtype=bool)
    # Visits are in the order of their patients and weeks, as the cells of the grid are.
    yes[visit], no[visit] = met.yes, met.no
    return ThreeValued(yes, no)


def _disabled_rows(analysis: Analysis, criterion: DisabilityCriterion) -> DisabilityByRow:
    """Return whether the measures of each visit, and the patient's limits, meet the criterion."""
    description = analysis.trial.description
    limits = {name: f"{name}_uln" for name in description.enzymes}
    rows = analysis.visits.reindex(columns=[*MEASURE_COLUMNS, *limits])
    patient = np.nonzero(np.isfinite(analysis.weeks))[0]
    of_patient = analysis.patients.reindex(columns=list(limits.values())).iloc[patient]
    return disability_by_row(
        rows.assign(**{name: of_patient[name].to_numpy() for name in limits.values()}),
        mmt_max=float(analysis.trial.mmt_max or np.nan),
        uln=limits,
        min_mmt_loss_percent=criterion.min_mmt_loss_percent,
        min_other_abnormal=criterion.min_other_abnormal,
        vas_max=description.vas_max,
        vas_abnormal_cm=criterion.vas_abnormal_cm,
        haq_abnormal=criterion.haq_abnormal,
        enzyme_abnormal_uln=criterion.enzyme_abnormal_uln,
        enzyme_unit=description.enzyme_unit,
    )
