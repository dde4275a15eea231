"""Statistics for small samples; knows no study."""

from tisstats.statistics.coverage import CoverageSummary, coverage, coverage_summary
from tisstats.statistics.cumulative_incidence import (
    CumulativeIncidence,
    IncidencePoint,
    at_risk_table,
    cumulative_incidence,
)
from tisstats.statistics.event_counts import CensoringBounds, censoring_bounds, times_from_counts
from tisstats.statistics.hodges_lehmann import HodgesLehmann, hodges_lehmann
from tisstats.statistics.planning import (
    POWER_TESTS,
    PowerOutOfReachError,
    PowerSize,
    Precision,
    SampleSize,
    SingleArmPower,
    TwoArmPower,
    precision,
    sample_size_for_width,
    single_arm_power,
    single_arm_size,
    two_arm_power,
    two_arm_size,
)
from tisstats.statistics.proportions import (
    METHOD_NAMES,
    METHODS,
    Interval,
    method_name,
    proportion_interval,
)
from tisstats.statistics.quantiles import (
    DEFINITIONS,
    format_median_iqr,
    quantile_weights,
    quantiles,
)
from tisstats.statistics.signed_rank import SignedRank, signed_rank_test
from tisstats.statistics.time_to_event import (
    MEDIAN_RULES,
    CurveLimits,
    CurvePoint,
    KaplanMeier,
    kaplan_meier,
)
from tisstats.statistics.two_proportions import (
    DIFFERENCE_METHODS,
    PROPORTION_TESTS,
    RATIO_METHODS,
    TwoProportionTest,
    odds_ratio,
    proportion_difference,
    proportion_ratio,
    two_proportion_test,
)

__all__ = [
    "DEFINITIONS",
    "DIFFERENCE_METHODS",
    "MEDIAN_RULES",
    "METHODS",
    "METHOD_NAMES",
    "POWER_TESTS",
    "PROPORTION_TESTS",
    "RATIO_METHODS",
    "CensoringBounds",
    "CoverageSummary",
    "CumulativeIncidence",
    "CurveLimits",
    "CurvePoint",
    "HodgesLehmann",
    "IncidencePoint",
    "Interval",
    "KaplanMeier",
    "PowerOutOfReachError",
    "PowerSize",
    "Precision",
    "SampleSize",
    "SignedRank",
    "SingleArmPower",
    "TwoArmPower",
    "TwoProportionTest",
    "at_risk_table",
    "censoring_bounds",
    "coverage",
    "coverage_summary",
    "cumulative_incidence",
    "format_median_iqr",
    "hodges_lehmann",
    "kaplan_meier",
    "method_name",
    "odds_ratio",
    "precision",
    "proportion_difference",
    "proportion_interval",
    "proportion_ratio",
    "quantile_weights",
    "quantiles",
    "sample_size_for_width",
    "signed_rank_test",
    "single_arm_power",
    "single_arm_size",
    "times_from_counts",
    "two_arm_power",
    "two_arm_size",
    "two_proportion_test",
]
