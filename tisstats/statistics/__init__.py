"""Statistics for small samples; knows nothing of any study."""

from tisstats.statistics.proportions import METHODS, Interval, proportion_interval

__all__ = ["METHODS", "Interval", "proportion_interval"]
