"""Scoring, exact small-sample statistics and the claims ledger of a myositis pilot study."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tisstats.statistics import (
        censoring_bounds,
        from_counts,
        kaplan_meier,
        precision,
        proportion_interval,
        quantile_weights,
        quantiles,
        smallest_n,
    )

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "censoring_bounds",
    "from_counts",
    "kaplan_meier",
    "precision",
    "proportion_interval",
    "quantile_weights",
    "quantiles",
    "smallest_n",
]


def __getattr__(name: str) -> Any:
    # SciPy takes a second to import, which a command that only looks whether anything changed
    # should not wait for.
    if name in __all__:
        return getattr(import_module("tisstats.statistics"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
