"""Do programs agree on a method? Results side by side, on the same cases; knows no study."""

from tisstats.agreement.compare import COMPUTED, agrees, compare
from tisstats.agreement.evidence import Case, Evidence, Method, Reason, Software

__all__ = [
    "COMPUTED",
    "Case",
    "Evidence",
    "Method",
    "Reason",
    "Software",
    "agrees",
    "compare",
]
