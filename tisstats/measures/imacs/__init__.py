"""The IMACS definitions of improvement and worsening, for changes, lists of measures and visits.

IMACS is the International Myositis Assessment and Clinical Studies group. Its definitions count
the core set measures with a minimum percentage change from baseline; some worsening is assessed in
centimetres of a visual analogue scale.

The definitions are data, each number with its source. Other definitions are further instances: the
functions that apply them take a name or a rule.

Positive changes are improvements, as in the Total Improvement Score. Unlike there, percentages are
relative to the patient's baseline, not to the range of the scale. Missing changes (nan) count
neither as improvement nor as worsening.

The definitions do not state that percentages are relative to baseline. The creatine kinase values
before and after infliximab in Table 3 of Dastmalchi et al. 2008 (doi:10.1136/ard.2007.077974)
support it: for eight of the nine patients followed it is listed as improved or worse exactly where
the percentage of the baseline implies it, whereas by the percentage of the range three of those
listed are below the cut-off. In the ninth patient it doubles and is not listed.

Tables of results often list, for each patient, the measures that improved by at least 20% and
those that worsened by at least 30%, without values. `classify_from_lists` applies the definitions
to such lists, except for the clauses in centimetres.
"""

from tisstats.measures.imacs.changes import relative_improvement, vas_improvement_cm
from tisstats.measures.imacs.criteria import count_changed, imacs_improvement, imacs_worsening
from tisstats.measures.imacs.lists import classify_from_lists
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    ImprovementRule,
    WorseningCriterion,
    WorseningRule,
)
from tisstats.measures.imacs.visits import classify_visits

__all__ = [
    "IMPROVEMENT_RULES",
    "WORSENING_RULES",
    "ImprovementRule",
    "WorseningCriterion",
    "WorseningRule",
    "classify_from_lists",
    "classify_visits",
    "count_changed",
    "imacs_improvement",
    "imacs_worsening",
    "relative_improvement",
    "vas_improvement_cm",
]
