"""The values of the outcome measures before and after, of patients measured at both times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.scales import Scale
from tisstats.trial.analysis import Analysis
from tisstats.trial.consistency import THOUSANDTHS
from tisstats.trial.samples import quartiles


@dataclass(frozen=True, slots=True)
class Middle:
    """Median and quartiles, in the unit of the measure; nan where there are none."""

    q1: float  #: first quartile
    median: float
    q3: float  #: third quartile


@dataclass(frozen=True, slots=True, eq=False)
class PairedValues:
    """A measure at baseline and at the end, of the patients measured at both times."""

    measure: str  #: column of the visits
    scale: Scale  #: name, range, unit and better end
    patients: int  #: patients of the group, measured or not
    before: NDArray[np.float64]  #: at baseline, in the unit of the measure, shape (measured,)
    after: NDArray[np.float64]  #: at the end, same order and shape
    at_baseline: Middle  #: of `before`
    at_end: Middle  #: of `after`

    @property
    def measured(self) -> int:
        """Number of patients measured at both times."""
        return len(self.before)

    @property
    def better(self) -> int:
        """Number of patients nearer to the better end of the scale at the end."""
        return self._count(1 if self.scale.better == "higher" else -1)

    @property
    def unchanged(self) -> int:
        """Number of patients with the same value at both times."""
        return self._count(0)

    @property
    def worse(self) -> int:
        """Number of patients farther from the better end of the scale at the end."""
        return self._count(-1 if self.scale.better == "higher" else 1)

    def _count(self, direction: int) -> int:
        return int(np.sum(np.sign(self.after - self.before) == direction))


def paired_values(analysis: Analysis) -> list[PairedValues]:
    """Return every outcome measure of a group of patients before and after.

    The end and the definition of quartiles are those of the analysis options.

    Parameters
    ----------
    analysis : Analysis
        The scored visits, of one arm or of all.

    Returns
    -------
    list of PairedValues
        In the order of the description; patients are in the order of the analysis.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> strength = paired_values(StudyData.read(example_folder()).arm("active"))[2]
    >>> strength.scale.name, strength.measured, strength.better, strength.worse
    ('Manual muscle testing', 6, 6, 0)
    >>> strength.at_baseline.median, strength.at_end.median
    (125.0, 136.5)
    """
    return [
        _of_measure(analysis, measure, scale)
        for measure, scale in analysis.trial.description.measures.items()
    ]


def _of_measure(analysis: Analysis, measure: str, scale: Scale) -> PairedValues:
    before, after = analysis.baseline_thousandths(measure), analysis.end_thousandths(measure)
    both = np.isfinite(before) & np.isfinite(after)
    return PairedValues(
        measure,
        scale,
        len(analysis.patients),
        # Equal thousandths are equal after the division, too.
        before[both] / THOUSANDTHS,
        after[both] / THOUSANDTHS,
        _middle(analysis, before[both]),
        _middle(analysis, after[both]),
    )


def _middle(analysis: Analysis, thousandths: NDArray[np.float64]) -> Middle:
    if len(thousandths) == 1:
        return Middle(np.nan, float(thousandths[0] / THOUSANDTHS), np.nan)
    found = quartiles(thousandths, analysis.options.quantile_definition)
    return Middle(
        **{name: np.nan if value is None else float(value) for name, value in found.items()}
    )
