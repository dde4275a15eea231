"""Statistics for small samples; knows nothing of any study."""

from tisstats.statistics.event_counts import CensoringBounds, censoring_bounds, from_counts
from tisstats.statistics.precision import Precision, SampleSize, precision, smallest_n
from tisstats.statistics.proportions import METHODS, Interval, proportion_interval
from tisstats.statistics.quantiles import DEFINITIONS, quantile_weights, quantiles
from tisstats.statistics.time_to_event import CurvePoint, KaplanMeier, kaplan_meier

__all__ = [
    "DEFINITIONS",
    "METHODS",
    "CensoringBounds",
    "CurvePoint",
    "Interval",
    "KaplanMeier",
    "Precision",
    "SampleSize",
    "censoring_bounds",
    "from_counts",
    "kaplan_meier",
    "precision",
    "proportion_interval",
    "quantile_weights",
    "quantiles",
    "smallest_n",
]
