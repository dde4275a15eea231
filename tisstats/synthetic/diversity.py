"""How much synthetic cohorts differ, and which unpublished quantities are constant.

A value that is the same in every cohort is fixed either by the published numbers or by the sampling
scheme; the second would be mistaken for a finding. How far the others differ is an artefact of the
sampling scheme: what the printed numbers allow is for bounds to show, under their conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.stats import rankdata

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.scoring import MAX_UNITS, POINTS_PER_UNIT, Floats
from tisstats.synthetic.targets import MEASURES, Measure

#: Unit of scores, points.
_POINTS = float(POINTS_PER_UNIT)

#: Score of major improvement, units.
_MAJOR = int(60 / POINTS_PER_UNIT)

#: Computes a quantity of a cohort.
Value = Callable[[Cohort], float]


@dataclass(frozen=True, slots=True)
class QuantityRange:
    """One unpublished quantity over the cohorts."""

    name: str  #: what it is, in words
    unit: str  #: its unit
    minimum: float  #: smallest value in any cohort
    median: float  #: median over the cohorts
    maximum: float  #: largest value in any cohort
    n_distinct: int  #: number of different values

    @property
    def is_constant(self) -> bool:
        """Whether all cohorts have the same value."""
        return self.n_distinct == 1


@dataclass(frozen=True, slots=True)
class Diversity:
    """Differences between cohorts, averaged over pairs of them."""

    n_cohorts: int  #: cohorts compared
    #: proportion of patients whose Table 1 profile differs, 0 to 1
    proportion_profiles_different: float
    #: proportion of patients with a visit in other weeks or with other values, 0 to 1
    proportion_visits_different: float
    score_rank_correlation: float  #: mean rank correlation of patients' scores at the end, -1 to 1
    mean_sorted_score_distance: float  #: mean distance of sorted scores at the end, points
    quantities: tuple[QuantityRange, ...]  #: unpublished quantities

    @property
    def constant_quantities(self) -> tuple[str, ...]:
        """Quantities with the same value in every cohort."""
        return tuple(each.name for each in self.quantities if each.is_constant)


def diversity(ensemble: Ensemble, *, limit: int | None = None) -> Diversity:
    """Measure how much the cohorts of an ensemble differ.

    Parameters
    ----------
    ensemble
        At least two cohorts.
    limit
        Number of cohorts to use, from the first.

    Raises
    ------
    ValueError
        If there are fewer than two cohorts.

    Examples
    --------
    >>> from tisstats.synthetic import draw_cohort
    >>> found = diversity(Ensemble.of([draw_cohort(1, index=index) for index in range(3)]))
    >>> found.n_cohorts, found.proportion_visits_different > 0.9
    (3, True)
    """
    number = len(ensemble) if limit is None else min(limit, len(ensemble))
    if number < 2:
        raise ValueError(f"ensemble must have at least 2 cohorts, got {number}")
    cohorts = [ensemble.cohort(index) for index in range(number)]
    scores = np.stack([cohort.end_scores for cohort in cohorts]).astype(float)
    ranks = rankdata(scores, axis=1)
    # Each cohort with the next, the last with the first: as many pairs as cohorts.
    following = np.roll(np.arange(number), -1)
    analysed = cohorts[0].analysed
    patients, visits = ensemble.patients[:number, analysed], ensemble.visits[:number, analysed]
    ordered = np.sort(scores, axis=1)
    return Diversity(
        number,
        float((patients != patients[following]).any(axis=2).mean()),
        float((visits != visits[following]).any(axis=(2, 3)).mean()),
        float(np.mean([np.corrcoef(ranks[a], ranks[b])[0, 1] for a, b in enumerate(following)])),
        float(np.abs(ordered - ordered[following]).mean() * _POINTS),
        tuple(
            _quantity(name, unit, np.array([value(cohort) for cohort in cohorts]))
            for name, (unit, value) in quantities().items()
        ),
    )


def quantities() -> dict[str, tuple[str, Value]]:
    """Return the unpublished quantities that are followed: name, unit, and how to compute each."""
    found: dict[str, tuple[str, Value]] = {
        "mean score at the end": ("points", lambda c: c.end_scores.mean() * _POINTS),
        "median score at the end": ("points", lambda c: np.median(c.end_scores) * _POINTS),
        "highest score at the end": ("points", lambda c: c.end_scores.max() * _POINTS),
        "major responders at the end": (
            "patients",
            lambda c: ((c.end_scores >= _MAJOR) & (c.end_scores <= MAX_UNITS)).sum(),
        ),
        "mean age at onset": ("years", lambda c: c.column("age_at_onset").mean()),
        "mean disease duration": ("months", lambda c: c.column("disease_duration").mean()),
        "responders with DM": ("patients", _responders("subtype", "dm")),
        "responders with IMNM": ("patients", _responders("subtype", "imnm")),
        "women among responders": ("patients", _responders("sex", "female")),
        "early stops at week 3": ("patients", lambda c: (c.column("end_week") == 3).sum()),
        "anti-HMGCR with recent statins": (
            "patients",
            lambda c: (c.column("recent_statin") == 1).sum(),
        ),
        "mild adverse events": ("events", lambda c: (c.events[:, 3] == 0).sum()),
    }
    for at, measure in enumerate(MEASURES):
        scale = SCALES[measure]
        for name, unit, value in (
            ("mean change", scale.unit, lambda moved, step: round(float(moved.mean()) * step, 9)),
            ("patients with an increase", "patients", lambda moved, _: (moved > 0).sum()),
            ("patients unchanged", "patients", lambda moved, _: (moved == 0).sum()),
        ):
            found[f"{scale.abbreviation}: {name}"] = unit, _change_quantity(at, value, scale.step)
    found["correlation of change, PhGA with MMT"] = ("rank correlation", _correlation_of_changes)
    return found


def _patient_changes(cohort: Cohort, at: int) -> Ints:
    before, after = cohort.baseline[:, at], cohort.end[:, at]
    return np.asarray((after - before)[(before >= 0) & (after >= 0)])


def _change_quantity(at: int, value: Callable[[Ints, float], float], step: Fraction) -> Value:
    return lambda cohort: value(_patient_changes(cohort, at), float(step))


def _correlation_of_changes(cohort: Cohort) -> float:
    first, second = (_patient_changes(cohort, at) for at in (Measure.PHYSICIAN, Measure.MMT))
    return round(float(np.corrcoef(rankdata(first), rankdata(second))[0, 1]), 9)


def _responders(column: str, label: str) -> Value:
    threshold = int(40 / POINTS_PER_UNIT)
    return lambda c: ((c.scores.max(axis=1) >= threshold) & c.where(column, label)).sum()


def _quantity(name: str, unit: str, values: Floats) -> QuantityRange:
    return QuantityRange(
        name,
        unit,
        float(values.min()),
        float(np.median(values)),
        float(values.max()),
        len(np.unique(np.round(values, 9))),
    )
