"""The definitions of improvement, worsening and minimal disability that a study uses.

By default they are the published ones; a study may have cut-offs of its own, for each measure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    Cutoff,
    ImprovementRule,
    WorseningCriterion,
    WorseningRule,
    cutoff_of,
)
from tisstats.measures.visit_table import VAS_MEASURES

#: The published definition of worsening that a study may change.
_CHANGEABLE = "imacs"

#: Name and origin of a definition with a study's own cut-offs.
_OWN_NAME, _OWN = "of this study", "cut-offs of this study; the published ones are those of"

#: Measures in the middle of a sentence.
_NAMES = {"mmt": "muscle testing", "haq": "HAQ", "enzyme": "enzyme"}


@dataclass(frozen=True, slots=True)
class DisabilityCriterion:
    """A criterion of minimal disability: what counts as too ill to be at the best of the scales.

    Examples
    --------
    >>> PRODERM_DISABILITY.min_mmt_loss_percent, PRODERM_DISABILITY.vas_cm("extramuscular")
    (6, 2)
    """

    min_mmt_loss_percent: float  #: minimum loss of strength, % of the maximum of the muscle test
    min_other_abnormal: int  #: minimum number of other abnormal core set measures
    #: visual analogue scales are abnormal from here on, cm: one for all, or one for each
    vas_abnormal_cm: float | Mapping[str, float] = field(hash=False)
    haq_abnormal: float  #: the HAQ is abnormal from here on, points
    enzyme_abnormal_uln: float  #: the enzyme is abnormal above this multiple of its upper limit
    source: str  #: where it was published
    assumed: str  #: which parts are assumptions; empty if none

    def vas_cm(self, measure: str) -> float:
        """Return from where on a visual analogue scale is abnormal, cm."""
        cm = self.vas_abnormal_cm
        return cm[measure] if isinstance(cm, Mapping) else cm


#: The criterion of the trial ProDERM for inclusion.
PRODERM_DISABILITY = DisabilityCriterion(
    min_mmt_loss_percent=6,
    min_other_abnormal=2,
    vas_abnormal_cm=2,
    haq_abnormal=0.25,
    enzyme_abnormal_uln=1.5,
    source="ProDERM, ClinicalTrials.gov NCT02728752",
    assumed="The trial asks for an MMT-8 score below 142 of 150, which for whole scores is this "
    "loss; that the same percentage holds for other versions of the muscle test is assumed",
)


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions that a study uses.

    Examples
    --------
    >>> PUBLISHED.worsening_rule("imacs"), PUBLISHED.worsening_rule("confirmed")
    ('imacs', 'confirmed')
    """

    improvement: ImprovementRule  #: of the IMACS definition of improvement, or changed
    worsening: WorseningRule  #: of the IMACS definition of worsening, or changed
    disability: DisabilityCriterion  #: of ProDERM's criterion of minimal disability, or changed

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Definitions:
        """Return the definitions of the section ``definitions`` of a study's description.

        Parameters
        ----------
        given : mapping
            The section, checked, with its defaults filled in.
        """
        return cls(
            _improvement(given["improvement"]),
            _worsening(given["worsening"]),
            _disability(given["minimal_disability"]),
        )

    def worsening_rule(self, name: str) -> str | WorseningRule:
        """Return a definition of worsening by its name; that of IMACS as this study has it."""
        own = name == _CHANGEABLE and self.worsening != WORSENING_RULES[name]
        return self.worsening if own else name

    def choices(self) -> dict[str, str]:
        """Return every choice as text, by its key in the section ``definitions``.

        Examples
        --------
        >>> PUBLISHED.choices()["minimal_disability.haq_points"]
        '0.25'
        """
        improvement, worsening, disability = self.improvement, self.worsening, self.disability
        clauses = (
            " and ".join(f"{each.measure} {each.by:g} {each.unit}" for each in clause)
            for clause in worsening.clauses
        )
        return {
            **_by_measure("improvement.improved_by", improvement.improved_by),
            "improvement.improved_count": str(improvement.improved_count),
            **_by_measure("improvement.worse_by", improvement.worse_by),
            "improvement.max_worse": str(improvement.max_worse),
            "improvement.must_not_worsen": ", ".join(improvement.must_not_worsen) or "none",
            **_by_measure("worsening.worse_by", worsening.worse_by),
            "worsening.worse_count": str(worsening.worse_count),
            "worsening.clauses": "; ".join(clauses) or "none",
            "minimal_disability.mmt_loss_percent": f"{disability.min_mmt_loss_percent:g}",
            "minimal_disability.others_abnormal": str(disability.min_other_abnormal),
            **{
                f"minimal_disability.{measure}_cm": f"{disability.vas_cm(measure):g}"
                for measure in VAS_MEASURES
            },
            "minimal_disability.haq_points": f"{disability.haq_abnormal:g}",
            "minimal_disability.enzyme_uln": f"{disability.enzyme_abnormal_uln:g}",
        }

    def is_published(self, part: Literal["improvement", "worsening", "disability"]) -> bool:
        """Return whether a definition is the published one, without a change."""
        return bool(getattr(self, part) == getattr(PUBLISHED, part))


#: The published definitions.
PUBLISHED = Definitions(
    IMPROVEMENT_RULES["imacs"], WORSENING_RULES[_CHANGEABLE], PRODERM_DISABILITY
)


def _improvement(given: Mapping[str, Any]) -> ImprovementRule:
    published = IMPROVEMENT_RULES["imacs"]
    same = replace(
        published,
        improved_by=_cutoff(given["improved_by"]),
        improved_count=given["improved_count"],
        worse_by=_cutoff(given["worse_by"]),
        max_worse=given["max_worse"],
        must_not_worsen=tuple(given["must_not_worsen"]),
    )
    if same == published:
        return published
    return replace(
        same,
        name=_OWN_NAME,
        source=f"{_OWN} the {published.source}",
        assumed="that percentages are relative to baseline; no rule is published for a baseline "
        "of 0",
    )


def _worsening(given: Mapping[str, Any]) -> WorseningRule:
    published = WORSENING_RULES[_CHANGEABLE]
    same = replace(
        published,
        clauses=tuple(_clause(each) for each in given["clauses"]),
        worse_by=_cutoff(given["worse_by"]),
        worse_count=given["worse_count"],
    )
    if same == published:
        return published
    return replace(
        same,
        name=_OWN_NAME,
        source=f"{_OWN} {published.source}",
        assumed="that percentages are relative to baseline",
    )


def _clause(given: Mapping[str, float]) -> tuple[WorseningCriterion, ...]:
    """Return the criteria of a clause, such as of ``{"physician_global_cm": 2}``."""
    found = []
    for key, by in given.items():
        measure, _, unit = key.rpartition("_")
        found.append(WorseningCriterion(measure, by, "cm" if unit == "cm" else "%"))
    return tuple(found)


def _disability(given: Mapping[str, Any]) -> DisabilityCriterion:
    published = PRODERM_DISABILITY
    same = replace(
        published,
        min_mmt_loss_percent=given["mmt_loss_percent"],
        min_other_abnormal=given["others_abnormal"],
        vas_abnormal_cm=_cutoff({name: given[f"{name}_cm"] for name in VAS_MEASURES}),
        haq_abnormal=given["haq_points"],
        enzyme_abnormal_uln=given["enzyme_uln"],
    )
    if same == published:
        return published
    return replace(same, source=f"{_OWN} {published.source}", assumed="")


def _by_measure(key: str, cutoff: Cutoff) -> dict[str, str]:
    return {f"{key}.{measure}": f"{cutoff_of(cutoff, measure):g}" for measure in CORE_SET}


def _cutoff(by_measure: Mapping[str, float]) -> Cutoff:
    """Return one cut-off where all measures have the same."""
    values = set(by_measure.values())
    if len(values) == 1:
        return values.pop()
    return {name: by_measure[name] for name in CORE_SET if name in by_measure}


def describe_improvement(rule: ImprovementRule) -> str:
    """Describe a definition of improvement with its cut-offs.

    Examples
    --------
    >>> describe_improvement(PUBLISHED.improvement)
    'at least 3 of 6 core set measures better by at least 20% of baseline, and at most 2, not \
muscle testing, worse by at least 25%'
    >>> by = dict.fromkeys(CORE_SET, 20) | {"enzyme": 50}
    >>> describe_improvement(replace(PUBLISHED.improvement, improved_by=by, max_worse=0))
    'at least 3 of 6 core set measures better by at least 20% of baseline (enzyme by 50%), and \
none worse by at least 25%'
    """
    spared = " or ".join(_name(measure) for measure in rule.must_not_worsen)
    worsened = f"at most {rule.max_worse}{f', not {spared},' * bool(spared)}"
    return (
        f"at least {rule.improved_count} of {len(rule.measures)} core set measures better by at "
        f"least {_percent(rule.improved_by, ' of baseline')}, and "
        f"{worsened if rule.max_worse else 'none'} worse by at least {_percent(rule.worse_by)}"
    )


def describe_worsening(rule: WorseningRule) -> str:
    """Describe a definition of worsening with its cut-offs.

    Examples
    --------
    >>> describe_worsening(PUBLISHED.worsening)
    'physician global activity worse by at least 2 cm and manual muscle testing worse by at least \
20%, or extramuscular activity worse by at least 2 cm, or at least 3 of 6 core set measures worse \
by at least 30% of baseline'
    """
    clauses = [
        " and ".join(
            f"{_full_name(each.measure)} worse by at least {each.by:g}"
            f"{'%' if each.unit == '%' else ' cm'}"
            for each in clause
        )
        for clause in rule.clauses
    ]
    counted = (
        f"at least {rule.worse_count} of {len(rule.measures)} core set measures worse by at least "
        f"{_percent(rule.worse_by, ' of baseline')}"
    )
    visits = (
        f", each at {rule.consecutive_visits} consecutive visits"
        if rule.consecutive_visits > 1
        else ""
    )
    return f"{', or '.join([*clauses, counted])}{visits}"


def describe_disability(criterion: DisabilityCriterion) -> str:
    """Describe a criterion of minimal disability with its cut-offs, each in its unit.

    Examples
    --------
    >>> describe_disability(PRODERM_DISABILITY)
    'a loss of at least 6% of the maximum of the muscle test, with at least 2 of the other core \
set measures abnormal: visual analogue scales from 2 cm, HAQ from 0.25 points, enzyme above 1.5 \
times its upper limit of normal'
    """
    cm = criterion.vas_abnormal_cm
    scales = (
        ", ".join(f"{_full_name(name)} from {value:g} cm" for name, value in cm.items())
        if isinstance(cm, Mapping)
        else f"visual analogue scales from {cm:g} cm"
    )
    least = criterion.min_other_abnormal
    others = (
        f", with at least {least} of the other core set measures abnormal: {scales}, HAQ from "
        f"{criterion.haq_abnormal:g} points, enzyme above {criterion.enzyme_abnormal_uln:g} times "
        "its upper limit of normal"
    )
    return (
        f"a loss of at least {criterion.min_mmt_loss_percent:g}% of the maximum of the muscle test"
        f"{others if least else ''}"
    )


def _percent(cutoff: Cutoff, of: str = "") -> str:
    """Return a percentage, with the measures that have another one."""
    if not isinstance(cutoff, Mapping):
        return f"{cutoff:g}%{of}"
    ((usual, _),) = Counter(cutoff.values()).most_common(1)
    others = ", ".join(
        f"{_name(measure)} by {value:g}%" for measure, value in cutoff.items() if value != usual
    )
    return f"{usual:g}%{of} ({others})"


def _name(measure: str) -> str:
    return _NAMES.get(measure) or _full_name(measure)


def _full_name(measure: str) -> str:
    return _NAMES["haq"] if measure == "haq" else CORE_SET[measure].name.lower()
