"""Do programs agree on a method? Results of all on the same cases; knows no study."""

from tisstats.agreement.comparison import DIGITS, Comparison, MethodVerdict, agrees, compare
from tisstats.agreement.evidence import REFERENCE, Case, Evidence, Method, Reason, Software
from tisstats.agreement.programs import COMPUTED

__all__ = [
    "COMPUTED",
    "DIGITS",
    "REFERENCE",
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
