"""Can a printed number be what it is said to be? Printed strings in, a verdict with reasons out.

There are three layers: one value (`percentage_consistency`, `interval_consistency`,
`quartile_consistency`), a table of them (`check_percentages`, `check_intervals`,
`check_quartiles`), and a summary of such a table (`summarise_checks`). The rule of rounding is an
argument of each check.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tisstats.forensics._printed import plain
    from tisstats.forensics._quartile_problem import QuartileFinding
    from tisstats.forensics.intervals import (
        IntervalConsistency,
        check_intervals,
        interval_consistency,
        methods_giving,
    )
    from tisstats.forensics.percentages import (
        PercentageConsistency,
        check_percentages,
        percentage_consistency,
    )
    from tisstats.forensics.quartiles import (
        QuartileConsistency,
        check_quartiles,
        quartile_consistency,
    )
    from tisstats.forensics.signed_rank_range import (
        SignedRankPRange,
        exact_range_of_printed,
        signed_rank_p_range,
    )
    from tisstats.forensics.slips import rounding_slip
    from tisstats.forensics.summary import summarise_checks

__all__ = [
    "IntervalConsistency",
    "PercentageConsistency",
    "QuartileConsistency",
    "QuartileFinding",
    "SignedRankPRange",
    "check_intervals",
    "check_percentages",
    "check_quartiles",
    "exact_range_of_printed",
    "interval_consistency",
    "methods_giving",
    "percentage_consistency",
    "plain",
    "quartile_consistency",
    "rounding_slip",
    "signed_rank_p_range",
    "summarise_checks",
]

#: Modules that hold the public names; none is imported before a name of it is asked for.
_HOMES = (
    "_printed",
    "percentages",
    "intervals",
    "quartiles",
    "slips",
    "summary",
    "signed_rank_range",
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
