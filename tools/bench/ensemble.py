"""How fast the open quantities of the ensemble are computed, against cohort by cohort."""

from __future__ import annotations

from tisstats.bounds import ensemble_spread
from tisstats.bounds.spread import cohort_values
from tisstats.synthetic import Ensemble
from tools.bench._table import Row, show
from tools.bench.score import timed

FEW = 100  # cohorts computed one by one; the time is scaled up


def bench() -> None:
    """Measure and print."""
    ensemble = Ensemble.read()
    few = min(FEW, len(ensemble))
    plain = timed(lambda: [dict(cohort_values(ensemble.cohort(index))) for index in range(few)], 3)
    plain *= len(ensemble) / few
    ours = timed(lambda: ensemble_spread(ensemble), 1)
    show(
        f"Open quantities of {len(ensemble):,} synthetic cohorts",
        [
            Row(f"cohort by cohort (from {few})", plain),
            Row("ensemble_spread, to cohort by cohort", ours, ours / plain, 0.2),
        ],
    )
