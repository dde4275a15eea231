"""Spread of the quantities over an ensemble of synthetic cohorts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd

from tisstats.bounds import quantities
from tisstats.bounds.cohort_arrays import ensemble_quantities
from tisstats.bounds.files import SCORE
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.synthetic.cohort import MISSING, Cohort
from tisstats.synthetic.ensemble import Ensemble

#: Columns of percentiles that describe the spread, and the proportion of cohorts below each.
PERCENTILES = {
    "ensemble_min": 0.0,
    "ensemble_p05": 0.05,
    "ensemble_median": 0.5,
    "ensemble_p95": 0.95,
    "ensemble_max": 1.0,
}


def ensemble_spread(ensemble: Ensemble, *, n_cohorts: int | None = None) -> pd.DataFrame:
    """Compute percentiles of every quantity over an ensemble.

    Parameters
    ----------
    ensemble
        Synthetic cohorts.
    n_cohorts
        Number of cohorts to use, from the first; by default all.

    Returns
    -------
    DataFrame
        One row per quantity and measure: ``quantity``, ``measure``, and over the cohorts
        ``ensemble_min``, ``ensemble_p05``, ``ensemble_median``, ``ensemble_p95`` and
        ``ensemble_max``.
    """
    return describe_spread(ensemble_values(ensemble, n_cohorts=n_cohorts))


def ensemble_values(ensemble: Ensemble, *, n_cohorts: int | None = None) -> pd.DataFrame:
    """Compute every quantity of every cohort.

    Parameters
    ----------
    ensemble, n_cohorts
        As for `ensemble_spread`.

    Returns
    -------
    DataFrame
        One row per cohort, one column per pair of quantity and measure.
    """
    cohorts = len(ensemble) if n_cohorts is None else min(n_cohorts, len(ensemble))
    found = {
        (name, measure or SCORE): values
        for (name, measure), values in ensemble_quantities(ensemble, cohorts)
    }
    columns = pd.MultiIndex.from_tuples(list(found), names=["quantity", "measure"])
    return pd.DataFrame(np.column_stack(list(found.values())), columns=columns)


def describe_spread(values: pd.DataFrame) -> pd.DataFrame:
    """Compute percentiles of every quantity over cohorts.

    Parameters
    ----------
    values
        As `ensemble_values` returns them.

    Returns
    -------
    DataFrame
        As `ensemble_spread` returns it.
    """
    percentiles = np.quantile(values.to_numpy().T, list(PERCENTILES.values()), axis=1)
    return pd.DataFrame(
        {
            "quantity": values.columns.get_level_values(0),
            "measure": values.columns.get_level_values(1),
            **dict(zip(PERCENTILES, percentiles, strict=True)),
        }
    )


def cohort_values(cohort: Cohort) -> Iterator[tuple[tuple[str, str], float]]:
    """Compute every quantity of one cohort; yield (quantity, measure) and its value.

    This is the plain way, patient by patient; `ensemble_values` computes all cohorts at once.
    """
    changes = {}
    for column, measure in enumerate(SCALES):
        before, after = cohort.baseline[:, column], cohort.end[:, column]
        changes[measure] = (after - before)[(before != MISSING) & (after != MISSING)]
    scores = [Fraction(int(units)) * quantities.POINTS for units in cohort.end_scores]
    moderate = RESPONSE_CUTOFFS["adult"]["moderate"]
    responders = sum(score >= moderate for score in scores)
    values: dict[str | None, dict[str, Fraction]] = {
        measure: quantities.row_values(measure, steps) for measure, steps in changes.items()
    }
    values[None] = quantities.score_values(scores, responders)
    correlations = quantities.pair_values(changes)
    for name in quantities.QUANTITIES:
        for each in quantities.measures_of_quantity(name):
            value = correlations[each] if each in correlations else values[each][name]
            yield (name, each or SCORE), float(value)
