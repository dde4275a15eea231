"""How far an ensemble of synthetic cohorts spreads, quantity by quantity."""

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
    row_value,
    score_value,
)
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.synthetic.cohort import MISSING, Cohort
from tisstats.synthetic.ensemble import Ensemble

#: Percentiles that describe the spread: name, and the share of cohorts below.
PLACES = {"lowest": 0.0, "lower": 0.05, "middle": 0.5, "upper": 0.95, "highest": 1.0}


def ensemble_spread(ensemble: Ensemble, *, first: int | None = None) -> pd.DataFrame:
    """Compute where every quantity lies over an ensemble.

    Parameters
    ----------
    ensemble
        Synthetic cohorts.
    first
        How many of them to look at, from the first on; by default all.

    Returns
    -------
    DataFrame
        One row a quantity and measure: ``quantity``, ``measure``, and over the cohorts
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
    correlations = pair_values(changes)
    for name, quantity in QUANTITIES.items():
        for of in measures_of(name):
            if of is None:
                yield (name, SCORE), float(score_value(name, scores, responders))
            elif quantity.of == "row":
                yield (name, of), float(row_value(name, of, changes[of]))
            else:
                yield (name, of), correlations[of]
