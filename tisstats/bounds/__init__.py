"""Proven bounds on unpublished quantities, under the printed numbers and stated assumptions.

`read_bounds` reads the bounds that come with the project, and `read_sensitivity` those with one
assumption altered; `prove_bound` proves one, for which OR-tools must be installed (``pip install
ortools``). ``tisstats bounds -o FILE`` proves all of them.
"""

from typing import TYPE_CHECKING, Any

from tisstats.bounds.assumptions import ALTERNATIVES, BOUND_ASSUMPTIONS, BoundAssumptions, Grid
from tisstats.bounds.files import join_spread, read_bounds, read_sensitivity
from tisstats.bounds.quantities import QUANTITIES, SIDES, measures_of_quantity
from tisstats.bounds.spread import describe_spread, ensemble_spread, ensemble_values

if TYPE_CHECKING:
    from tisstats.bounds.prove import Bound, prove_bound

__all__ = [
    "ALTERNATIVES",
    "BOUND_ASSUMPTIONS",
    "QUANTITIES",
    "SIDES",
    "Bound",
    "BoundAssumptions",
    "Grid",
    "describe_spread",
    "ensemble_spread",
    "ensemble_values",
    "join_spread",
    "measures_of_quantity",
    "prove_bound",
    "read_bounds",
    "read_sensitivity",
]


def __getattr__(name: str) -> Any:
    # Bounds can be read where no solver is installed.
    if name in ("Bound", "prove_bound"):
        try:
            from tisstats.bounds import prove
        except ModuleNotFoundError as missing:
            if missing.name is None or missing.name.partition(".")[0] != "ortools":
                raise
            message = "proving bounds needs OR-tools: pip install ortools"
            raise ModuleNotFoundError(message, name="ortools") from None
        return getattr(prove, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
