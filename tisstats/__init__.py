"""Scoring, exact small-sample statistics and the claims ledger of a myositis pilot study."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tisstats.forensics import (
        check_intervals,
        check_percentages,
        check_quartiles,
        exact_range_of_printed,
        interval_consistency,
        percentage_consistency,
        quartile_consistency,
        signed_rank_p_range,
        summarise_checks,
    )
    from tisstats.measures import (
        attainable_score,
        minimal_disability,
        response_category,
        score_visits,
        total_improvement_score,
    )
    from tisstats.measures.imacs import (
        classify_from_lists,
        classify_visits,
        imacs_improvement,
        imacs_worsening,
    )
    from tisstats.statistics import (
        at_risk_table,
        censoring_bounds,
        coverage,
        coverage_summary,
        cumulative_incidence,
        format_median_iqr,
        hodges_lehmann,
        kaplan_meier,
        odds_ratio,
        precision,
        proportion_difference,
        proportion_interval,
        proportion_ratio,
        quantile_weights,
        quantiles,
        sample_size_for_width,
        signed_rank_test,
        single_arm_power,
        single_arm_size,
        times_from_counts,
        two_arm_power,
        two_arm_size,
        two_proportion_test,
    )

__version__ = "0.1.0"

__all__ = [
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
    "exact_range_of_printed",
    "format_median_iqr",
    "hodges_lehmann",
    "imacs_improvement",
    "imacs_worsening",
    "interval_consistency",
    "kaplan_meier",
    "minimal_disability",
    "odds_ratio",
    "percentage_consistency",
    "precision",
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
    "single_arm_power",
    "single_arm_size",
    "summarise_checks",
    "times_from_counts",
    "total_improvement_score",
    "two_arm_power",
    "two_arm_size",
    "two_proportion_test",
]

_HOMES = (
    "tisstats.measures",
    "tisstats.measures.imacs",
    "tisstats.statistics",
    "tisstats.forensics",
)


def __getattr__(name: str) -> Any:
    # SciPy takes a second to import, which a command that only looks whether anything changed
    # should not wait for.
    if name in __all__:
        for home in map(import_module, _HOMES):
            if name in home.__all__:
                return getattr(home, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
