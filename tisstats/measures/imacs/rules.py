"""The IMACS definitions of improvement and worsening as data, with their source and its grade.

Each number of a definition is written here once. Another definition is another instance: the
functions that apply them take a name or a rule.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.visit_table import VAS_MEASURES
from tisstats.statistics._arguments import whole_number


@dataclass(frozen=True, slots=True)
class Criterion:
    """How much worse one measure has to be."""

    measure: str  #: one of `CORE_SET`
    by: float  #: least worsening, in `unit`; equal is enough
    unit: Literal["%", "cm"]  #: per cent of the baseline value, or centimetres of the scale

    def __post_init__(self) -> None:
        check_among("unit", [self.unit], ("%", "cm"))
        check_among("measure", [self.measure], VAS_MEASURES if self.unit == "cm" else CORE_SET)
        check_positive("by", self.by)


@dataclass(frozen=True, slots=True)
class ImprovementRule:
    """Enough measures improved, and not too many worse."""

    name: str  #: short name
    source: str  #: where the rule is published
    improved_by: float  #: least improvement of a measure, % of its baseline value
    improved_count: int  #: least number of measures improved
    worse_by: float  #: least worsening that counts against improvement, % of the baseline value
    worse_allowed: int  #: greatest number of measures worse
    never_worse: tuple[str, ...] = ()  #: measures that may not be among the worse
    measures: tuple[str, ...] = tuple(CORE_SET)  #: measures that count
    assumed: str = ""  #: what of it is an assumption; empty if nothing is

    def __post_init__(self) -> None:
        check_among("measures", self.measures, CORE_SET)
        check_among("never_worse", self.never_worse, self.measures)
        check_positive("improved_by", self.improved_by)
        check_positive("worse_by", self.worse_by)
        whole_number("improved_count", self.improved_count, minimum=1, maximum=len(self.measures))
        whole_number("worse_allowed", self.worse_allowed, minimum=0, maximum=len(self.measures))


@dataclass(frozen=True, slots=True)
class WorseningRule:
    """One of several clauses, or enough measures of any kind; perhaps at consecutive visits."""

    name: str  #: short name
    source: str  #: where the rule is published
    clauses: tuple[tuple[Criterion, ...], ...]  #: one suffices; all criteria of it must hold
    worse_by: float  #: least worsening of a measure that counts, % of its baseline value
    worse_count: int  #: number of such measures that suffices
    measures: tuple[str, ...] = tuple(CORE_SET)  #: measures that can be among them
    consecutive_visits: int = 1  #: visits in a row at which the rule must hold
    assumed: str = ""  #: what of it is an assumption; empty if nothing is

    def __post_init__(self) -> None:
        check_among("measures", self.measures, CORE_SET)
        check_positive("worse_by", self.worse_by)
        whole_number("worse_count", self.worse_count, minimum=1, maximum=len(self.measures))
        whole_number("consecutive_visits", self.consecutive_visits, minimum=1)
        if not all(self.clauses):
            raise ValueError("clauses must each have a criterion: one without always holds")


Rule = TypeVar("Rule", ImprovementRule, WorseningRule)


def chosen_rule(
    rule: str | Rule, rules: Mapping[str, Rule], kind: type[Rule], name: str = "rule"
) -> Rule:
    """Return the rule of that name, or the rule itself; `name` is the argument's."""
    if isinstance(rule, kind):
        return rule
    if not isinstance(rule, str) or rule not in rules:
        raise ValueError(
            f"{name} must be one of {', '.join(rules)}, or be of {kind.__name__}, got {rule!r}"
        )
    return rules[rule]


def check_among(name: str, given: Collection[str], permitted: Collection[str]) -> set[str]:
    """Return names as a set, or refuse one that is not permitted or is given twice."""
    if isinstance(given, str):
        raise ValueError(f"{name} must be a collection of names, got the text {given!r}")
    names = list(given)
    for each in names:
        if each not in permitted:
            raise ValueError(f"{name} must be among {', '.join(permitted)}, got {each!r}")
        if names.count(each) > 1:
            raise ValueError(f"{name} must have each name once, got {each!r} twice")
    return set(names)


def check_positive(name: str, value: float) -> None:
    """Refuse a cut that is not a finite number above 0."""
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be a number above 0, got {value!r}")


#: Definitions of improvement by name.
IMPROVEMENT_RULES: dict[str, ImprovementRule] = {
    "imacs": ImprovementRule(
        "imacs",
        "IMACS preliminary definition of improvement: Rider et al., Arthritis Rheum 2004;50:2281",
        improved_by=20,
        improved_count=3,
        worse_by=25,
        worse_allowed=2,
        never_worse=("mmt",),
        assumed="that percentages are relative to baseline is taken from secondary sources; the "
        "creatine kinase of eight of nine patients in Dastmalchi et al. 2008, Table 3, fits it; "
        "for a baseline of 0 no rule is published",
    )
}

_IN_CENTIMETRES = (
    (Criterion("physician_global", 2, "cm"), Criterion("mmt", 20, "%")),
    (Criterion("extramuscular", 2, "cm"),),
)

#: Definitions of worsening by name.
WORSENING_RULES: dict[str, WorseningRule] = {
    "imacs": WorseningRule(
        "imacs",
        "IMACS trial design tools",
        _IN_CENTIMETRES,
        worse_by=30,
        worse_count=3,
        assumed="the wording is believed, not confirmed; the patients of Dastmalchi et al. 2008, "
        "doi:10.1136/ard.2007.077974, Table 3, are labelled consistently with it; whether two "
        "visits are asked for is not known",
    ),
    "confirmed": WorseningRule(
        "confirmed",
        "as printed for a later trial",
        _IN_CENTIMETRES,
        worse_by=30,
        worse_count=3,
        measures=tuple(measure for measure in CORE_SET if measure != "enzyme"),
        consecutive_visits=2,
    ),
}
