"""Statistical methods for small samples, independent of any study."""

from tisstats.statistics.at_risk_table import at_risk_table
from tisstats.statistics.coverage import CoverageSummary, coverage, coverage_summary
from tisstats.statistics.cumulative_incidence import (
    CumulativeIncidence,
    IncidencePoint,
    cumulative_incidence,
)
from tisstats.statistics.event_counts import CensoringBounds, censoring_bounds, times_from_counts
from tisstats.statistics.hodges_lehmann import HodgesLehmannEstimate, hodges_lehmann
from tisstats.statistics.kaplan_meier import (
    MEDIAN_RULES,
    CurveLimits,
    CurvePoint,
    KaplanMeier,
    kaplan_meier,
)
from tisstats.statistics.operating_characteristics import (
    OperatingCharacteristics,
    SimulatedCharacteristics,
    TooManyTablesError,
    operating_characteristics,
    simulate_trials,
)
from tisstats.statistics.power import (
    POWER_TESTS,
    PowerNotAttainedError,
    SampleSizeForPower,
    SingleArmPower,
    TwoArmPower,
    single_arm_power,
    single_arm_sample_size,
    two_arm_power,
    two_arm_sample_size,
)
from tisstats.statistics.precision import (
    PlannedInterval,
    SampleSizeForWidth,
    planned_interval,
    sample_size_for_width,
)
from tisstats.statistics.proportions import (
    INTERVAL_METHODS,
    METHOD_TITLES,
    Interval,
    method_title,
    proportion_interval,
)
from tisstats.statistics.quantiles import (
    QUANTILE_DEFINITIONS,
    format_median_iqr,
    quantile_weights,
    quantiles,
)
from tisstats.statistics.signed_rank import SignedRankTest, signed_rank_test
from tisstats.statistics.trial_design import (
    MISSING_HANDLING,
    SINGLE_ARM_TESTS,
    TWO_ARM_TESTS,
    PlannedArm,
    SingleArmDesign,
    TwoArmDesign,
    planned_arm,
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
    "DIFFERENCE_METHODS",
    "INTERVAL_METHODS",
    "MEDIAN_RULES",
    "METHOD_TITLES",
    "MISSING_HANDLING",
    "POWER_TESTS",
    "PROPORTION_TESTS",
    "QUANTILE_DEFINITIONS",
    "RATIO_METHODS",
    "SINGLE_ARM_TESTS",
    "TWO_ARM_TESTS",
    "CensoringBounds",
    "CoverageSummary",
    "CumulativeIncidence",
    "CurveLimits",
    "CurvePoint",
    "HodgesLehmannEstimate",
    "IncidencePoint",
    "Interval",
    "KaplanMeier",
    "OperatingCharacteristics",
    "PlannedArm",
    "PlannedInterval",
    "PowerNotAttainedError",
    "SampleSizeForPower",
    "SampleSizeForWidth",
    "SignedRankTest",
    "SimulatedCharacteristics",
    "SingleArmDesign",
    "SingleArmPower",
    "TooManyTablesError",
    "TwoArmDesign",
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
    "method_title",
    "odds_ratio",
    "operating_characteristics",
    "planned_arm",
    "planned_interval",
    "proportion_difference",
    "proportion_interval",
    "proportion_ratio",
    "quantile_weights",
    "quantiles",
    "sample_size_for_width",
    "signed_rank_test",
    "simulate_trials",
    "single_arm_power",
    "single_arm_sample_size",
    "times_from_counts",
    "two_arm_power",
    "two_arm_sample_size",
    "two_proportion_test",
]
