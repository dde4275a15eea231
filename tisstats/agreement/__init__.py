"""Do programs agree on a method? Results side by side, on the same cases; knows no study."""

from tisstats.agreement.compare import COMPUTED, DIGITS, agrees, compare
from tisstats.agreement.evidence import Case, Evidence, Method, Reason, Software
from tisstats.agreement.summary import (
    Verdict,
    by_case,
    idle_reasons,
    matrix,
    unexplained,
    verdicts,
    versions,
)

__all__ = [
    "COMPUTED",
    "DIGITS",
    "Case",
    "Evidence",
    "Method",
    "Reason",
    "Software",
    "Verdict",
    "agrees",
    "by_case",
    "compare",
    "idle_reasons",
    "matrix",
    "unexplained",
    "verdicts",
    "versions",
]
