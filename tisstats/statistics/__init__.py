"""Statistics for small samples; knows nothing of any study."""

from tisstats.statistics.precision import Precision, SampleSize, precision, smallest_n
from tisstats.statistics.proportions import METHODS, Interval, proportion_interval

__all__ = [
    "METHODS",
    "Interval",
    "Precision",
    "SampleSize",
    "precision",
    "proportion_interval",
    "smallest_n",
]
