"""Do programs agree on a method? Results of all on the same cases; knows no study."""

from tisstats.agreement.comparison import DIGITS, Comparison, MethodVerdict, agrees, compare
from tisstats.agreement.evidence import REFERENCE, Call, Case, Evidence, Method, Reason, Software

__all__ = [
    "DIGITS",
    "REFERENCE",
    "Call",
    "Case",
    "Comparison",
    "Evidence",
    "Method",
    "MethodVerdict",
    "Reason",
    "Software",
    "agrees",
    "compare",
]
