"""Consistency checks of published numbers: percentages, intervals, quartiles, signed-rank P values.

Printed strings go in, a result with its reasons comes out.

There are three layers: one value (`percentage_consistency`, `interval_consistency`,
`quartile_consistency`), a table of them (`check_percentages`, `check_intervals`,
`check_quartiles`), and a summary of such a table (`summarise_checks`). The rule of rounding is an
argument of each check.
"""

from tisstats.forensics._printed import format_exact
from tisstats.forensics.intervals import (
    IntervalConsistency,
    check_intervals,
    interval_consistency,
    methods_matching_limit,
)
from tisstats.forensics.percentages import (
    PercentageConsistency,
    check_percentages,
    percentage_consistency,
)
from tisstats.forensics.quartiles import (
    QuartileConsistency,
    QuartileFeasibility,
    check_quartiles,
    quartile_consistency,
)
from tisstats.forensics.rounding_errors import explain_rounding
from tisstats.forensics.signed_rank_range import (
    SignedRankPRange,
    signed_rank_p_range,
)
from tisstats.forensics.summary import summarise_checks

__all__ = [
    "IntervalConsistency",
    "PercentageConsistency",
    "QuartileConsistency",
    "QuartileFeasibility",
    "SignedRankPRange",
    "check_intervals",
    "check_percentages",
    "check_quartiles",
    "explain_rounding",
    "format_exact",
    "interval_consistency",
    "methods_matching_limit",
    "percentage_consistency",
    "quartile_consistency",
    "signed_rank_p_range",
    "summarise_checks",
]
