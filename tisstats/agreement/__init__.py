"""Do programs agree on a method? Results side by side, on the same cases; knows no study."""

from tisstats.agreement.compare import COMPUTED, DIGITS, agrees, compare
from tisstats.agreement.evidence import REFERENCE, Case, Evidence, Method, Reason, Software
from tisstats.agreement.summary import NOT_OFFERED, Comparison, Verdict

__all__ = [
    "COMPUTED",
    "DIGITS",
    "NOT_OFFERED",
    "REFERENCE",
    "Case",
    "Comparison",
    "Evidence",
    "Method",
    "Reason",
    "Software",
    "Verdict",
    "agrees",
    "compare",
]
