"""Synthetic cohorts: patient-level data that meet the printed counts and tables, without a solver.

`draw_cohort` draws one cohort, `draw_ensemble` many, on all cores or a cluster. What a cohort must
meet is `CONSTRAINTS`, what is assumed beyond the article is `Assumptions`. A synthetic cohort shows
that the printed counts and tables, as read here, are mutually consistent; it is not evidence for
any of them.

The checker (`tisstats.lim2021.cohort_check`) shares scales, bands, rounding and definitions of
quantiles with the generator (and the published facts and how they are read, doses, the names of
patients, and how faults are reported), and no algorithm; a test holds the exact list of what is
shared.
"""

from tisstats.synthetic.assumptions import Assumption, Assumptions
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.constraint import Constraint
from tisstats.synthetic.constraints import (
    CONSTRAINTS,
    constraints_for,
    unmet_constraints,
)
from tisstats.synthetic.diversity import Diversity, QuantityRange, diversity
from tisstats.synthetic.ensemble import Ensemble, write_package
from tisstats.synthetic.generate import draw_cohort
from tisstats.synthetic.run import draw_ensemble
from tisstats.synthetic.targets import Targets

__all__ = [
    "CONSTRAINTS",
    "Assumption",
    "Assumptions",
    "Cohort",
    "Constraint",
    "Diversity",
    "Ensemble",
    "QuantityRange",
    "Targets",
    "constraints_for",
    "diversity",
    "draw_cohort",
    "draw_ensemble",
    "unmet_constraints",
    "write_package",
]
