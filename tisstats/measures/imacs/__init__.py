"""The definitions of improvement and worsening of the IMACS group, as named presets.

IMACS is the International Myositis Assessment and Clinical Studies group. Its definitions count
the core set measures that changed by so many per cent of their baseline value, and judge some
worsening in centimetres of a visual analogue scale.
"""

from tisstats.measures.imacs.definitions import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    Criterion,
    ImprovementRule,
    WorseningRule,
    classify_from_lists,
    imacs_improvement,
    imacs_worsening,
    measures_changed,
    relative_improvement,
    vas_improvement_cm,
)
from tisstats.measures.imacs.visits import classify_visits

__all__ = [
    "IMPROVEMENT_RULES",
    "WORSENING_RULES",
    "Criterion",
    "ImprovementRule",
    "WorseningRule",
    "classify_from_lists",
    "classify_visits",
    "imacs_improvement",
    "imacs_worsening",
    "measures_changed",
    "relative_improvement",
    "vas_improvement_cm",
]
