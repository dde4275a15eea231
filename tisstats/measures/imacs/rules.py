"""The IMACS definitions as data: what counts as improvement and as worsening, with the sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.visit_table import VAS_MEASURES
from tisstats.statistics._arguments import real_number, whole_number

#: A percentage for every measure that counts, or one for each of them by name.
Cutoff = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class WorseningCriterion:
    """Minimum worsening of one measure.

    Examples
    --------
    >>> criterion = WorseningCriterion("physician_global", 2, "cm")
    >>> criterion.measure, criterion.by
    ('physician_global', 2)
    """

    measure: str  #: one of `CORE_SET`
    by: float  #: minimum worsening, in `unit`; this value included
    unit: Literal["%", "cm"]  #: per cent of the baseline value, or centimetres of the scale

    def __post_init__(self) -> None:
        check_among("unit", [self.unit], ("%", "cm"))
        check_among("measure", [self.measure], VAS_MEASURES if self.unit == "cm" else CORE_SET)
        check_positive("by", self.by)


@dataclass(frozen=True, slots=True)
class ImprovementRule:
    """Definition of improvement by counts of measures.

    Each of the two cut-offs is one percentage for all measures, or one for each of `measures`, as
    a mapping.

    Examples
    --------
    >>> rule = IMPROVEMENT_RULES["imacs"]
    >>> rule.improved_by, rule.improved_count, rule.worse_by, rule.max_worse
    (20, 3, 25, 2)

    A stricter cut-off for the enzyme alone:

    >>> from dataclasses import replace
    >>> by_measure = {measure: 20 for measure in rule.measures} | {"enzyme": 50}
    >>> strict = replace(rule, name="strict", improved_by=by_measure)
    >>> strict.improved_by["enzyme"]
    50
    """

    name: str  #: short name
    source: str  #: publication of the definition
    #: minimum improvement of a measure, % of its baseline value
    improved_by: Cutoff = field(hash=False)
    improved_count: int  #: minimum number of improved measures
    #: minimum worsening that counts against improvement, % of the baseline
    worse_by: Cutoff = field(hash=False)
    max_worse: int  #: maximum number of worsened measures
    must_not_worsen: tuple[str, ...] = ()  #: measures that must not be among the worsened
    measures: tuple[str, ...] = tuple(CORE_SET)  #: measures that count
    assumed: str = ""  #: which parts are assumptions; empty if none

    def __post_init__(self) -> None:
        check_among("measures", self.measures, CORE_SET)
        check_among("must_not_worsen", self.must_not_worsen, self.measures)
        for name in ("improved_by", "worse_by"):
            # A copy: the caller's mapping may change.
            object.__setattr__(self, name, check_cutoff(name, getattr(self, name), self.measures))
        whole_number("improved_count", self.improved_count, minimum=1, maximum=len(self.measures))
        whole_number("max_worse", self.max_worse, minimum=0, maximum=len(self.measures))


@dataclass(frozen=True, slots=True)
class WorseningRule:
    """Definition of worsening by clauses or counts, optionally at consecutive visits.

    Examples
    --------
    >>> rule = WORSENING_RULES["confirmed"]
    >>> rule.worse_by, rule.worse_count, rule.consecutive_visits
    (30, 3, 2)
    """

    name: str  #: short name
    source: str  #: publication of the definition
    #: Any one clause suffices; all its criteria must hold.
    clauses: tuple[tuple[WorseningCriterion, ...], ...]
    #: minimum worsening of a measure that counts, % of its baseline value; one for all, or a
    #: mapping with one for each of `measures`
    worse_by: Cutoff = field(hash=False)
    worse_count: int  #: minimum number of such measures
    measures: tuple[str, ...] = tuple(CORE_SET)  #: measures that can count
    consecutive_visits: int = 1  #: consecutive visits at which the definition must be met
    assumed: str = ""  #: which parts are assumptions; empty if none

    def __post_init__(self) -> None:
        check_among("measures", self.measures, CORE_SET)
        worse_by = check_cutoff("worse_by", self.worse_by, self.measures)
        object.__setattr__(self, "worse_by", worse_by)
        whole_number("worse_count", self.worse_count, minimum=1, maximum=len(self.measures))
        whole_number("consecutive_visits", self.consecutive_visits, minimum=1)
        if not all(self.clauses):
            raise ValueError("clauses must each have at least one criterion")


Rule = TypeVar("Rule", ImprovementRule, WorseningRule)


def chosen_rule(
    rule: str | Rule, rules: Mapping[str, Rule], kind: type[Rule], name: str = "rule"
) -> Rule:
    """Return the rule of that name, or the rule itself; `name` is that of the argument."""
    if isinstance(rule, kind):
        return rule
    if not isinstance(rule, str) or rule not in rules:
        raise ValueError(
            f"{name} must be one of {', '.join(rules)}, or be of {kind.__name__}, got {rule!r}"
        )
    return rules[rule]


def check_among(name: str, given: Collection[str], permitted: Collection[str]) -> set[str]:
    """Return names as a set; raise ValueError if one is not permitted or is duplicate."""
    if isinstance(given, str):
        raise ValueError(f"{name} must be a collection of names, got the text {given!r}")
    if not isinstance(given, Iterable):
        raise ValueError(f"{name} must be a collection of names, got {given!r}")
    names = list(given)
    for each in names:
        if each not in permitted:
            raise ValueError(f"{name} must be among {', '.join(permitted)}, got {each!r}")
        if names.count(each) > 1:
            raise ValueError(f"{name} must not contain duplicates, got {each!r} twice")
    return set(names)


def check_positive(name: str, value: float) -> None:
    """Raise ValueError unless a cut-off is a finite number above 0."""
    allowed = "a number above 0"
    if real_number(name, value, allowed) <= 0:
        raise ValueError(f"{name} must be {allowed}, got {value!r}")


def check_cutoff(name: str, cutoff: Cutoff, measures: Collection[str]) -> Cutoff:
    """Return a cut-off, a mapping as a copy; raise ValueError unless it is above 0 throughout.

    A mapping must have a cut-off for each of `measures`, and for no other.

    Examples
    --------
    >>> check_cutoff("by", 20, ["mmt"]), check_cutoff("by", {"mmt": 15}, ["mmt"])
    (20, {'mmt': 15})
    """
    if not isinstance(cutoff, Mapping):
        check_positive(name, cutoff)
        return cutoff
    check_among(name, cutoff, measures)
    if absent := ", ".join(measure for measure in measures if measure not in cutoff):
        raise ValueError(f"{name} must have a cut-off for each measure, got none for {absent}")
    for measure, value in cutoff.items():
        check_positive(f"{name}[{measure!r}]", value)
    return dict(cutoff)


def cutoff_of(cutoff: Cutoff, measure: str) -> float:
    """Return the cut-off of one measure, per cent.

    Examples
    --------
    >>> cutoff_of(20, "haq"), cutoff_of({"mmt": 15, "haq": 25}, "haq")
    (20, 25)
    """
    return cutoff[measure] if isinstance(cutoff, Mapping) else cutoff


#: Definitions of improvement by name.
IMPROVEMENT_RULES: dict[str, ImprovementRule] = {
    "imacs": ImprovementRule(
        "imacs",
        "IMACS preliminary definition of improvement: Rider et al., Arthritis Rheum 2004;50:2281",
        improved_by=20,
        improved_count=3,
        worse_by=25,
        max_worse=2,
        must_not_worsen=("mmt",),
        assumed="that percentages are relative to baseline is taken from secondary sources; the "
        "creatine kinase of eight of nine patients in Dastmalchi et al. 2008, Table 3, agrees; "
        "no rule is published for a baseline of 0",
    )
}

_IN_CENTIMETRES = (
    (WorseningCriterion("physician_global", 2, "cm"), WorseningCriterion("mmt", 20, "%")),
    (WorseningCriterion("extramuscular", 2, "cm"),),
)

#: Definitions of worsening by name.
WORSENING_RULES: dict[str, WorseningRule] = {
    "imacs": WorseningRule(
        "imacs",
        "IMACS trial design tools",
        _IN_CENTIMETRES,
        worse_by=30,
        worse_count=3,
        assumed="the exact wording could not be verified; the patients of Dastmalchi et al. 2008, "
        "doi:10.1136/ard.2007.077974, Table 3, are labelled consistently with it; whether two "
        "visits are required is not known",
    ),
    "confirmed": WorseningRule(
        "confirmed",
        "ProDERM, confirmed deterioration: doi:10.1186/s13075-023-03232-2, Figure 1",
        _IN_CENTIMETRES,
        worse_by=30,
        worse_count=3,
        measures=tuple(measure for measure in CORE_SET if measure != "enzyme"),
        consecutive_visits=2,
        assumed="that the two visits are asked for by every clause, that each visit may meet "
        "another clause, that visits are consecutive whatever the weeks between, and that "
        "percentages are relative to baseline",
    ),
}
