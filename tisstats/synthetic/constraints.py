"""What a cohort must meet: a list of named constraints, each with its place in the article.

Every constraint says in words what it demands, names the printed numbers that it stands for, and
has a function that tests a cohort. So a reader gets from a printed number to the line that tests
it, and to the part of the generator that enforces it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tisstats.synthetic import constraints_of_text
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.constraint import Constraint, View
from tisstats.synthetic.constraints_of_tables import TABLE_1, TABLE_2
from tisstats.synthetic.targets import Targets

#: Every constraint, in the order of the article's tables and then of its text.
CONSTRAINTS: tuple[Constraint, ...] = (
    *TABLE_1,
    *TABLE_2,
    *(each for each in vars(constraints_of_text).values() if isinstance(each, Constraint)),
)

_BY_NAME: Mapping[str, Constraint] = {each.name: each for each in CONSTRAINTS}


def get_constraint(name: str) -> Constraint:
    """Return a constraint by its name.

    >>> get_constraint("table2_mmt_change").addresses[0]
    'table2.mmt.change.q1'
    """
    if name not in _BY_NAME:
        raise ValueError(f"name must be one of {', '.join(_BY_NAME)}, got {name!r}")
    return _BY_NAME[name]


def constraints_for(address: str) -> list[Constraint]:
    """Return the constraints that stand for a printed number, by its address.

    A percentage follows from its count and from the size of the group.

    >>> [each.name for each in constraints_for("response.responders")]
    ['responders_by_week_9']
    >>> [each.name for each in constraints_for("table1.skin.dm.percent")]
    ['table1_skin']
    """
    meant = {address}
    if address.endswith(".percent"):
        meant.add(address.removesuffix("percent") + "count")
    return [each for each in CONSTRAINTS if meant.intersection(each.addresses)]


def unmet_constraints(
    cohort: Cohort, assumptions: Assumptions | None = None, targets: Targets | None = None
) -> list[Constraint]:
    """Return the constraints that a cohort does not meet; none for a good one."""
    shown = View(cohort, assumptions or Assumptions(), targets or Targets.study())
    return [each for each in CONSTRAINTS if not each.holds(shown)]
