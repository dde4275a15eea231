"""Spread of the quantities over an ensemble of synthetic cohorts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd

from tisstats.bounds.files import SCORE
from tisstats.bounds.quantities import (
    POINTS,
    QUANTITIES,
    measures_of,
    pair_values,
    row_values,
    score_values,
)
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.synthetic.cohort import MISSING, Cohort
from tisstats.synthetic.ensemble import Ensemble

#: Percentiles that describe the spread: name, and the share of cohorts below.
PLACES = {"lowest": 0.0, "lower": 0.05, "middle": 0.5, "upper": 0.95, "highest": 1.0}


def ensemble_spread(ensemble: Ensemble, *, first: int | None = None) -> pd.DataFrame:
    """Compute percentiles of every quantity over an ensemble.

    Parameters
    ----------
    ensemble
        Synthetic cohorts.
    first
        How many of them to look at, from the first on; by default all.

    Returns
    -------
    DataFrame
        One row per quantity and measure: ``quantity``, ``measure``, and over the cohorts
        ``lowest``, ``lower`` (5th percentile), ``middle``, ``upper`` (95th) and ``highest``.
    """
    found: dict[tuple[str, str], list[float]] = {}
    cohorts = len(ensemble) if first is None else min(first, len(ensemble))
    for index in range(cohorts):
        for key, value in cohort_values(ensemble.cohort(index)):
            found.setdefault(key, []).append(value)
    places = np.quantile(list(found.values()), list(PLACES.values()), axis=1)
    return pd.DataFrame(
        {
            "quantity": [quantity for quantity, _ in found],
            "measure": [measure for _, measure in found],
            **dict(zip(PLACES, places, strict=True)),
        }
    )


def cohort_values(cohort: Cohort) -> Iterator[tuple[tuple[str, str], float]]:
    """Compute every quantity of one cohort; yield (quantity, measure) and its value."""
    changes = {}
    for column, measure in enumerate(SCALES):
        before, after = cohort.baseline[:, column], cohort.end[:, column]
        changes[measure] = (after - before)[(before != MISSING) & (after != MISSING)]
    scores = [Fraction(int(units)) * POINTS for units in cohort.end_scores]
    moderate = RESPONSE_CUTS["adult"]["moderate"]
    responders = sum(score >= moderate for score in scores)
    values: dict[str | None, dict[str, Fraction]] = {
        measure: row_values(measure, steps) for measure, steps in changes.items()
    }
    values[None] = score_values(scores, responders)
    correlations = pair_values(changes)
    for name in QUANTITIES:
        for of in measures_of(name):
            value = correlations[of] if of in correlations else values[of][name]
            yield (name, of or SCORE), float(value)
