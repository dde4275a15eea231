# ruff: noqa: F403, F405
"""Total Improvement Score, exact small-sample statistics and checks of published numbers."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tisstats.forensics import *
    from tisstats.measures import *
    from tisstats.measures.imacs import *
    from tisstats.statistics import *

__version__ = "0.1.0"

__all__ = [
    "AttainableScore",
    "CensoringBounds",
    "CoverageSummary",
    "CumulativeIncidence",
    "CurveLimits",
    "CurvePoint",
    "HodgesLehmannEstimate",
    "ImprovementRule",
    "IncidencePoint",
    "Interval",
    "IntervalConsistency",
    "KaplanMeier",
    "MinimalDisability",
    "OperatingCharacteristics",
    "PercentageConsistency",
    "PlannedArm",
    "PlannedInterval",
    "PowerNotAttainedError",
    "QuartileConsistency",
    "SampleSizeForPower",
    "SampleSizeForWidth",
    "SignedRankPRange",
    "SignedRankTest",
    "SimulatedCharacteristics",
    "SingleArmDesign",
    "SingleArmPower",
    "TableSource",
    "TooManyTablesError",
    "TwoArmDesign",
    "TwoArmPower",
    "TwoProportionTest",
    "WorseningCriterion",
    "WorseningRule",
    "__version__",
    "at_risk_table",
    "attainable_score",
    "censoring_bounds",
    "check_intervals",
    "check_percentages",
    "check_quartiles",
    "classify_from_lists",
    "classify_visits",
    "coverage",
    "coverage_summary",
    "cumulative_incidence",
    "format_median_iqr",
    "hodges_lehmann",
    "imacs_improvement",
    "imacs_worsening",
    "interval_consistency",
    "kaplan_meier",
    "minimal_disability",
    "odds_ratio",
    "operating_characteristics",
    "percentage_consistency",
    "planned_arm",
    "planned_interval",
    "proportion_difference",
    "proportion_interval",
    "proportion_ratio",
    "quantile_weights",
    "quantiles",
    "quartile_consistency",
    "response_category",
    "sample_size_for_width",
    "score_visits",
    "signed_rank_p_range",
    "signed_rank_test",
    "simulate_trials",
    "single_arm_power",
    "single_arm_sample_size",
    "summarise_checks",
    "times_from_counts",
    "total_improvement_score",
    "two_arm_power",
    "two_arm_sample_size",
    "two_proportion_test",
]

_SUBPACKAGES = (
    "tisstats.measures",
    "tisstats.measures.imacs",
    "tisstats.statistics",
    "tisstats.forensics",
)


def __getattr__(name: str) -> Any:
    # Lazy: importing SciPy takes a second.
    if name in __all__:
        for package in map(import_module, _SUBPACKAGES):
            if name in package.__all__:
                return getattr(package, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
