"""Statistics for small samples; knows nothing of any study."""

from tisstats.statistics.at_risk import at_risk_table
from tisstats.statistics.coverage import CoverageSummary, coverage, coverage_summary
from tisstats.statistics.cumulative_incidence import (
    CumulativeIncidence,
    IncidencePoint,
    cumulative_incidence,
)
from tisstats.statistics.event_counts import CensoringBounds, censoring_bounds, from_counts
from tisstats.statistics.hodges_lehmann import HodgesLehmann, hodges_lehmann
from tisstats.statistics.precision import Precision, SampleSize, precision, smallest_n
from tisstats.statistics.proportions import METHODS, Interval, proportion_interval
from tisstats.statistics.quantiles import DEFINITIONS, quantile_weights, quantiles
from tisstats.statistics.signed_rank import SignedRank, signed_rank_test
from tisstats.statistics.time_to_event import (
    MEDIAN_RULES,
    CurvePoint,
    KaplanMeier,
    kaplan_meier,
)

__all__ = [
    "DEFINITIONS",
    "MEDIAN_RULES",
    "METHODS",
    "CensoringBounds",
    "CoverageSummary",
    "CumulativeIncidence",
    "CurvePoint",
    "HodgesLehmann",
    "IncidencePoint",
    "Interval",
    "KaplanMeier",
    "Precision",
    "SampleSize",
    "SignedRank",
    "at_risk_table",
    "censoring_bounds",
    "coverage",
    "coverage_summary",
    "cumulative_incidence",
    "from_counts",
    "hodges_lehmann",
    "kaplan_meier",
    "precision",
    "proportion_interval",
    "quantile_weights",
    "quantiles",
    "signed_rank_test",
    "smallest_n",
]
