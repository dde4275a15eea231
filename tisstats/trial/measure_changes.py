"""The outcome measures of a group of patients at baseline and at the end, and their changes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tisstats.measures.scales import Scale
from tisstats.statistics import (
    HodgesLehmannEstimate,
    SignedRankTest,
    hodges_lehmann,
    signed_rank_test,
)
from tisstats.trial.analysis import Analysis
from tisstats.trial.consistency import THOUSANDTHS
from tisstats.trial.samples import TIMES, measure_sample, quartiles


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Median and quartiles of the known values of a measure."""

    n: int  #: patients with a value; of a change, with both
    median: Fraction | None
    #: in the unit of the measure; of a single value the value; None where there is no such quantile
    q1: Fraction | None  #: first quartile; None of a single value or where there is none
    q3: Fraction | None  #: third quartile, likewise


@dataclass(frozen=True, slots=True)
class Shift:
    """The Hodges-Lehmann estimate of a change, in the unit of the measure."""

    estimate: float  #: median of the Walsh averages of the changes
    low: float  #: lower limit; -inf where no finite limit attains the level
    high: float  #: upper limit; inf where no finite limit attains the level


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """One outcome measure in a group of patients; changes are end minus baseline."""

    measure: str  #: column of the visits
    scale: Scale  #: name, range and unit
    patients: int  #: patients in the group
    baseline: Quartiles  #: at baseline
    end: Quartiles  #: at the end
    change: Quartiles  #: end minus baseline, of patients with both
    test: SignedRankTest | None  #: two-sided signed-rank test of the changes; None without any
    shift: Shift | None  #: Hodges-Lehmann estimate with its exact interval; None without any


def measure_changes(analysis: Analysis, confidence_level: float) -> list[MeasureChange]:
    """Summarise and test the change of every outcome measure within a group of patients.

    The end, the definition of quartiles, the method of the signed-rank test and what it does with
    patients without change are those of the analysis options.

    Parameters
    ----------
    analysis : Analysis
        The scored visits, of one arm or of all.
    confidence_level : float
        Nominal confidence of the Hodges-Lehmann interval, strictly between 0 and 1.

    Returns
    -------
    list of MeasureChange
        In the order of the description.

    Raises
    ------
    ValueError
        If the level is not a proportion.

    References
    ----------
    See `tisstats.signed_rank_test` and `tisstats.hodges_lehmann`.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> strength = measure_changes(StudyData.read(example_folder()).arm("active"), 0.95)[2]
    >>> strength.scale.name, strength.change.n, float(strength.change.median)
    ('Manual muscle testing', 6, 14.0)
    >>> strength.test.pvalue, strength.shift
    (0.03125, Shift(estimate=19.5, low=7.0, high=33.0))
    """
    return [
        _measure_change(analysis, measure, scale, confidence_level)
        for measure, scale in analysis.trial.description.measures.items()
    ]


def _measure_change(
    analysis: Analysis, measure: str, scale: Scale, confidence_level: float
) -> MeasureChange:
    chosen = analysis.options
    summaries = {time: _quartiles(analysis, measure, time) for time in TIMES}
    # In thousandths, whole numbers: equal changes tie exactly.
    changes = measure_sample(analysis, measure, "change")
    test = shift = None
    if len(changes):
        test = signed_rank_test(changes, chosen.zero_method, chosen.pvalue_method)
        shift = _in_units(hodges_lehmann(changes, confidence_level))
    return MeasureChange(
        measure, scale, len(analysis.patients), **summaries, test=test, shift=shift
    )


def _quartiles(analysis: Analysis, measure: str, time: str) -> Quartiles:
    known = measure_sample(analysis, measure, time)
    if len(known) == 1:
        return Quartiles(1, Fraction(int(known[0]), THOUSANDTHS), None, None)
    return Quartiles(len(known), **quartiles(known, analysis.options.quantile_definition))


def _in_units(found: HodgesLehmannEstimate) -> Shift:
    estimate, low, high = np.array([found.estimate, found.low, found.high]) / THOUSANDTHS
    return Shift(float(estimate), float(low), float(high))
