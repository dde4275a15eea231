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

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tisstats.measures.core_set import CORE_SET, HAQ_MAX
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.measures.visit_table import (
    MEASURE_COLUMNS,
    VAS_MEASURES,
    VAS_UNITS,
    TableCheck,
    TableSource,
    check_vas_max,
    find_visits,
)
from tisstats.statistics._arguments import numbers_or_nan, one_of, whole_number

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

BaselineZero = Literal["missing", "worse-if-higher"]

#: Conventions for the relative change from a baseline of 0; none is published.
BASELINE_ZERO: tuple[BaselineZero, ...] = ("missing", "worse-if-higher")

#: One array per measure; also a DataFrame with one column per measure.
Changes = Mapping[str, ArrayLike] | pd.DataFrame

#: Measures that may be in both lists: extramuscular activity combines several organs, and a
#: patient's arthritis may improve while the skin worsens. Such a measure counts in both.
COMPOSITE_MEASURES = ("extramuscular",)

#: A percentage for every measure that counts, or one for each of them by name.
Cutoff = float | Mapping[str, float]

Grid = dict[str, NDArray[np.float64]]  # a measure's changes, patients by follow-up visits
#: The worst and the best change, positive for improvement.
Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


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
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be a number above 0, got {value!r}")


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


def relative_improvement(
    baseline: ArrayLike,
    follow_up: ArrayLike,
    measure: str,
    *,
    baseline_zero: BaselineZero = "missing",
) -> NDArray[np.float64]:
    """Compute the improvement of one core set measure relative to its baseline value.

    Parameters
    ----------
    baseline, follow_up : array_like
        Values of at least 0 in the same unit, any unit; nan if missing.
    measure : str
        One of `CORE_SET`; it determines whether higher or lower values are better.
    baseline_zero : {"missing", "worse-if-higher"}
        How a baseline of 0 is handled, for which no rule is published; both are our conventions.
        "missing": the change is undefined, nan, and counts neither way. "worse-if-higher": any rise
        exceeds every cut-off: it is -inf, or inf for muscle testing, of which higher values are
        better; without a rise the change is 0. If the two conventions lead to different
        classifications, `classify_visits` flags the classification as uncertain.

    Returns
    -------
    numpy.ndarray
        Percentage of the baseline value, positive for improvement, rounded to 9 decimals so that
        0.3 to 0.24 is exactly 20; nan where a value is missing.

    Raises
    ------
    ValueError
        If the measure or convention is unknown, or a value is negative or infinite.

    Examples
    --------
    >>> relative_improvement([2.0, 0.3, 4, 0], [1.6, 0.24, 5, 1], "haq").tolist()
    [20.0, 20.0, -25.0, nan]
    >>> relative_improvement([0, 0], [0, 1], "haq", baseline_zero="worse-if-higher").tolist()
    [0.0, -inf]
    """
    one_of("baseline_zero", baseline_zero, BASELINE_ZERO)
    check_among("measure", [measure], CORE_SET)
    before, after = _values("baseline", baseline), _values("follow_up", follow_up)
    check_one_shape({"baseline": before, "follow_up": after})
    better = after - before if CORE_SET[measure].better == "higher" else before - after
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Adding 0 turns -0.0 into 0.0.
        percent = np.round(100 * better / before, PERCENT_DECIMALS) + 0.0
    if baseline_zero == "missing":
        from_zero = np.full(better.shape, np.nan)
    else:
        limits = [np.full(better.shape, np.inf), np.full(better.shape, -np.inf)]
        from_zero = np.select([better > 0, better < 0], limits, better)
    return np.where(before <= 0, from_zero, percent)


def vas_improvement_cm(
    baseline: ArrayLike, follow_up: ArrayLike, vas_max: float = 10
) -> NDArray[np.float64]:
    """Compute the improvement on a visual analogue scale of 10 cm, in centimetres.

    Parameters
    ----------
    baseline, follow_up : array_like
        Values from 0 (best) to `vas_max`; nan if missing.
    vas_max : {10, 100}
        10 for values in centimetres, 100 for millimetres.

    Returns
    -------
    numpy.ndarray
        Centimetres, positive for improvement, rounded to 9 decimals.

    Raises
    ------
    ValueError
        If `vas_max` is another number or a value is negative, infinite or above it.

    Examples
    --------
    >>> vas_improvement_cm([31, 40], [51, 25], vas_max=100).tolist()
    [-2.0, 1.5]
    """
    check_vas_max(vas_max)
    before = _values("baseline", baseline, vas_max)
    after = _values("follow_up", follow_up, vas_max)
    check_one_shape({"baseline": before, "follow_up": after})
    return np.round((before - after) * (10 / vas_max), PERCENT_DECIMALS) + 0.0


def count_changed(
    relative_improvements: Changes,
    by: Cutoff,
    direction: Literal["improved", "worsened"],
    measures: Collection[str] = tuple(CORE_SET),
) -> NDArray[np.int_]:
    """Count the measures that improved, or worsened, by at least a given percentage.

    Parameters
    ----------
    relative_improvements : mapping of str to array_like, or DataFrame
        Percentage of the baseline value, positive for improvement, for each of `measures`; arrays
        of one shape; nan counts neither way.
    by : float or mapping of str to float
        Minimum change that counts, per cent, above 0: one for all measures, or one for each.
    direction : {"improved", "worsened"}
        Which changes to count.
    measures : collection of str
        Measures that can count; the mapping may contain others.

    Returns
    -------
    numpy.ndarray of int
        Number of measures, in the shape of the arrays.

    Raises
    ------
    ValueError
        If an argument is not as described above.

    Examples
    --------
    >>> changes = {"mmt": [-25, 3], "haq": [-30, 20]}
    >>> count_changed(changes, 25, "worsened", ["mmt", "haq"]).tolist()
    [2, 0]
    >>> count_changed(changes, {"mmt": 30, "haq": 25}, "worsened", ["mmt", "haq"]).tolist()
    [1, 0]
    """
    one_of("direction", direction, ("improved", "worsened"))
    cutoff = check_cutoff("by", by, measures)
    changes = stack_changes("relative_improvements", relative_improvements, measures)
    each = [cutoff_of(cutoff, measure) for measure in measures]
    least = np.reshape(each, (-1, *[1] * (changes.ndim - 1)))
    counted: NDArray[np.int_] = np.sum(
        changes >= least if direction == "improved" else changes <= -least, axis=0
    )
    return counted


def stack_changes(name: str, changes: Changes, measures: Collection[str]) -> NDArray[np.float64]:
    """Stack the changes of `measures` along a first axis, rounded to be exact at the cut-offs."""
    if not isinstance(changes, Mapping | pd.DataFrame):
        raise ValueError(f"{name} must be a mapping of measures to changes, got {changes!r}")
    absent = [measure for measure in measures if measure not in changes]
    if absent:
        raise ValueError(
            f"{name} must have {', '.join(measures)}; {', '.join(absent)} "
            f"{'is' if len(absent) == 1 else 'are'} missing"
        )
    arrays = {
        measure: numbers_or_nan(f"{name}[{measure!r}]", changes[measure]) for measure in measures
    }
    check_one_shape(arrays)
    return np.round(np.stack(np.broadcast_arrays(*arrays.values())), PERCENT_DECIMALS)


def check_one_shape(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Raise ValueError if arrays differ in shape; scalars fit any."""
    if len({array.shape for array in arrays.values() if array.ndim}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the arrays must have the same shape, got {shapes}")


def _values(name: str, values: ArrayLike, maximum: float = np.inf) -> NDArray[np.float64]:
    given = numbers_or_nan(name, values)
    wrong = np.isinf(given) | (given < 0) | (given > maximum)
    if wrong.any():
        allowed = "at least 0" if np.isinf(maximum) else f"from 0 to {maximum:g}"
        raise ValueError(f"{name} must be {allowed} or nan, got {given[wrong].flat[0]:g}")
    return given


def imacs_improvement(
    relative_improvements: Changes, rule: str | ImprovementRule = "imacs"
) -> NDArray[np.bool_]:
    """Test whether the definition of improvement is met.

    With the preset: at least 3 of the 6 core set measures improved by at least 20%, and no more
    than 2, which must not include manual muscle testing, worsened by at least 25%.

    Parameters
    ----------
    relative_improvements : mapping of str to array_like, or DataFrame
        Percentage of the baseline value, positive for improvement (see `relative_improvement`), for
        each measure of the rule; arrays of one shape. A missing change (nan) counts neither way.
    rule : str or ImprovementRule
        Name of one of `IMPROVEMENT_RULES`, or a custom rule.

    Returns
    -------
    numpy.ndarray of bool
        In the shape of the arrays.

    Raises
    ------
    ValueError
        If the rule is unknown, a measure is missing or shapes differ.

    References
    ----------
    Rider et al., Arthritis Rheum 2004;50:2281.

    Examples
    --------
    The second patient improved in as many measures, but lost a quarter of the strength.

    >>> changes = {"physician_global": [20, 20], "patient_global": [25, 25], "mmt": [0, -25],
    ...            "haq": [20, 20], "enzyme": [-50, 0], "extramuscular": [-25, 0]}
    >>> imacs_improvement(changes).tolist()
    [True, False]
    """
    chosen = chosen_rule(rule, IMPROVEMENT_RULES, ImprovementRule)
    of = chosen.measures
    improved = count_changed(relative_improvements, chosen.improved_by, "improved", of)
    worse = count_changed(relative_improvements, chosen.worse_by, "worsened", of)
    met = (improved >= chosen.improved_count) & (worse <= chosen.max_worse)
    for measure in chosen.must_not_worsen:
        by = cutoff_of(chosen.worse_by, measure)
        met &= count_changed(relative_improvements, by, "worsened", [measure]) < 1
    return met


def imacs_worsening(
    relative_improvements: Changes,
    cm_improvements: Changes,
    rule: str | WorseningRule = "imacs",
) -> NDArray[np.bool_]:
    """Test whether the definition of worsening is met.

    Preset "imacs": physician global worsened by at least 2 cm together with manual muscle testing
    by at least 20%, or extramuscular activity by at least 2 cm, or any 3 of the 6 measures by at
    least 30%. The exact wording could not be verified. Preset "confirmed", the confirmed
    deterioration of the ProDERM trial: the same at two consecutive visits, with any 3 of 5
    measures, muscle enzymes excluded.

    Parameters
    ----------
    relative_improvements : mapping of str to array_like, or DataFrame
        Percentage of the baseline value, positive for improvement (see `relative_improvement`), for
        each measure of the rule; arrays of one shape. A missing change (nan) counts neither way.
    cm_improvements : mapping of str to array_like, or DataFrame
        Centimetres, positive for improvement (see `vas_improvement_cm`), of the measures that the
        rule assesses in centimetres; the same shape.
    rule : str or WorseningRule
        Name of one of `WORSENING_RULES`, or a custom rule. If it requires consecutive
        visits, the last axis of the arrays holds the follow-up visits of a patient in order of
        time, padded with nan at the end.

    Returns
    -------
    numpy.ndarray of bool
        In the shape of the arrays. With consecutive visits it is True at the confirming visit, and
        at later ones as long as worsening persists. A visit with missing measures at which the
        others do not meet the definition does not count as worsening and interrupts the series.

    Raises
    ------
    ValueError
        If the rule is unknown, a measure is missing, shapes differ, or the rule requires
        consecutive visits and there is no axis of visits.

    References
    ----------
    International Myositis Assessment and Clinical Studies Group, trial design tools; Dastmalchi
    et al. 2008, doi:10.1136/ard.2007.077974, Table 3, is labelled consistently with "imacs".
    "confirmed": ProDERM, doi:10.1186/s13075-023-03232-2, Figure 1.

    Examples
    --------
    >>> cm = {"physician_global": [-2, -2, 0], "extramuscular": [0, 0, 0]}
    >>> percent = {"physician_global": 0, "patient_global": 0, "mmt": [-20, -20, -20], "haq": 0,
    ...            "enzyme": 0, "extramuscular": 0}
    >>> imacs_worsening(percent, cm).tolist()
    [True, True, False]
    >>> imacs_worsening(percent, cm, rule="confirmed").tolist()
    [False, True, False]
    """
    chosen = chosen_rule(rule, WORSENING_RULES, WorseningRule)
    met: NDArray[np.bool_] = (
        count_changed(relative_improvements, chosen.worse_by, "worsened", chosen.measures)
        >= chosen.worse_count
    )
    given = {
        "%": ("relative_improvements", relative_improvements),
        "cm": ("cm_improvements", cm_improvements),
    }
    for clause in chosen.clauses:
        holds: NDArray[np.bool_] = np.asarray(True)
        for criterion in clause:
            (change,) = stack_changes(*given[criterion.unit], [criterion.measure])
            check_one_shape({"relative_improvements": met, criterion.measure: change})
            holds = holds & (change <= -criterion.by)
        met = met | holds
    return _consecutive(met, chosen.consecutive_visits)


def _consecutive(met: NDArray[np.bool_], visits: int) -> NDArray[np.bool_]:
    """Return where the last `visits` visits, including this one, all met the definition."""
    if visits == 1:
        return met
    if met.ndim == 0:
        raise ValueError(
            f"the rule requires {visits} consecutive visits: the last axis of the arrays must hold "
            "the visits of a patient"
        )
    run = met.copy()
    for back in range(1, visits):
        run[..., back:] &= met[..., :-back]
        run[..., :back] = False
    return run


def classify_from_lists(
    improved: Collection[str],
    worsened: Collection[str],
    *,
    worsened_by_25_percent: Collection[str] | None = None,
    physician_global_and_mmt_worsened: bool = False,
    extramuscular_worsened_2cm: bool = False,
    improvement: str | ImprovementRule = "imacs",
    worsening: str | WorseningRule = "imacs",
) -> Literal["improved", "worsened", "unchanged"]:
    """Classify a patient from the lists of measures that improved and worsened.

    Parameters
    ----------
    improved : collection of str
        Measures of `CORE_SET` improved by at least 20% of their baseline value; in any order,
        without duplicates.
    worsened : collection of str
        Measures worsened by at least 30%; 3 of them suffice for worsening. Only extramuscular
        activity may be in both lists, since it combines several organs; it then counts in both.
    worsened_by_25_percent : collection of str, optional
        Measures worsened by at least 25%, including those of `worsened`: more than 2, or muscle
        testing among them, exclude improvement. Tables seldom give this list. None assumes that no
        measure worsened by at least 25% but less than 30%.
    physician_global_and_mmt_worsened : bool
        Whether physician global worsened by at least 2 cm and muscle testing by at least 20%,
        which suffices for worsening. Lists do not show it; False assumes not.
    extramuscular_worsened_2cm : bool
        Whether extramuscular activity worsened by at least 2 cm, which suffices for worsening.
        Lists do not show it; False assumes not.
    improvement, worsening : str or rule
        Name of one of `IMPROVEMENT_RULES` and `WORSENING_RULES`, or a custom rule. Its
        counts and measures apply; the lists are assumed to use its percentages.

    Returns
    -------
    {"improved", "worsened", "unchanged"}
        "worsened" if both definitions are met, our conservative convention. With the presets that
        requires a clause in centimetres: lists alone do not meet both.

    Raises
    ------
    ValueError
        If a measure is unknown, duplicate, or in two lists that exclude each other, if
        `worsened_by_25_percent` lacks a measure of `worsened`, or if the rule requires consecutive
        visits, which the lists of one visit do not show.

    References
    ----------
    Rider et al., Arthritis Rheum 2004;50:2281. Such lists: Dastmalchi et al. 2008,
    doi:10.1136/ard.2007.077974, Table 3.

    Examples
    --------
    >>> classify_from_lists(["physician_global", "haq", "enzyme"], ["extramuscular"])
    'improved'
    >>> classify_from_lists(["haq"], ["physician_global", "enzyme", "extramuscular"])
    'worsened'
    >>> classify_from_lists(["physician_global", "haq", "enzyme"], ["mmt"])
    'unchanged'
    """
    to_improve = chosen_rule(improvement, IMPROVEMENT_RULES, ImprovementRule, "improvement")
    to_worsen = chosen_rule(worsening, WORSENING_RULES, WorseningRule, "worsening")
    if to_worsen.consecutive_visits > 1:
        raise ValueError(
            f"worsening {to_worsen.name!r} requires {to_worsen.consecutive_visits} consecutive "
            "visits, which the lists of one visit do not show; to apply its other terms pass "
            "dataclasses.replace(rule, consecutive_visits=1)"
        )
    better = check_among("improved", improved, CORE_SET)
    worse = check_among("worsened", worsened, CORE_SET)
    worse_25 = worse
    if worsened_by_25_percent is not None:
        worse_25 = check_among("worsened_by_25_percent", worsened_by_25_percent, CORE_SET)
    _check_lists(better, worse, worse_25)
    if physician_global_and_mmt_worsened and better & {"physician_global", "mmt"}:
        raise ValueError(
            "physician_global_and_mmt_worsened is True, but improved contains one of these measures"
        )

    enough = len(worse & set(to_worsen.measures)) >= to_worsen.worse_count
    if physician_global_and_mmt_worsened or extramuscular_worsened_2cm or enough:
        return "worsened"
    if (
        len(better & set(to_improve.measures)) >= to_improve.improved_count
        and len(worse_25 & set(to_improve.measures)) <= to_improve.max_worse
        and worse_25.isdisjoint(to_improve.must_not_worsen)
    ):
        return "improved"
    return "unchanged"


def _check_lists(better: set[str], worse: set[str], worse_25: set[str]) -> None:
    if worse - worse_25:
        raise ValueError(
            "worsened_by_25_percent must include every measure of worsened; "
            f"{_in_order(worse - worse_25)} not included"
        )
    both = (better & worse_25).difference(COMPOSITE_MEASURES)
    if both:
        raise ValueError(
            f"{_in_order(both)} in improved and among the worsened; only "
            f"{', '.join(COMPOSITE_MEASURES)} may be in both, since it combines several organs"
        )


def _in_order(measures: set[str]) -> str:
    return ", ".join(measure for measure in CORE_SET if measure in measures)


# The definitions applied to a table of visits, and whether each classification is certain.
#
# A classification is certain if it is the same for all values of the empty cells and either
# convention for a baseline of 0. Both definitions are monotone in the change of each measure, so it
# suffices to evaluate them at the worst and at the best changes.


def classify_visits(
    visits: pd.DataFrame,
    *,
    enzyme: str,
    vas_max: float = 10,
    improvement: str | ImprovementRule = "imacs",
    worsening: str | WorseningRule = "imacs",
    baseline_zero: BaselineZero = "missing",
    source: TableSource | None = None,
) -> pd.DataFrame:
    """Classify every follow-up visit by the IMACS definitions of improvement and worsening.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row per patient and visit, in any order: ``patient_id``, ``week``, ``physician_global``,
        ``patient_global``, ``extramuscular`` (0 to `vas_max`), ``mmt`` (at least 0), ``haq`` (0
        to 3), and the enzyme (at least 0, any unit). Missing values are allowed in the measures.
        A patient's baseline is the row with the smallest week.
    enzyme : str
        Column of the muscle enzyme to use.
    vas_max : {10, 100}
        10 if visual analogue scales are in centimetres, 100 if in millimetres.
    improvement, worsening : str or rule
        Name of one of `IMPROVEMENT_RULES` and `WORSENING_RULES`, or a custom rule.
    baseline_zero : {"missing", "worse-if-higher"}
        How a baseline of 0 is handled: see `relative_improvement`. It affects the classifications,
        not whether they are certain.
    source : TableSource, optional
        File and lines of the table, for error messages.

    Returns
    -------
    pandas.DataFrame
        One row per follow-up visit, with the index and in the order of `visits`:

        - ``patient_id``, ``week``
        - ``<measure>_relative`` for each of `CORE_SET`: percentage of the baseline value, positive
          for improvement, nan where missing
        - ``physician_global_cm``, ``patient_global_cm``, ``extramuscular_cm``: improvement in cm
        - ``improved_count``: number of measures that count as improved
        - ``worse_count``: number of measures whose worsening counts against improvement
        - ``worsening_count``: number of measures whose worsening counts for the definition of
          worsening
        - ``improved``: the definition of improvement is met
        - ``worsened_at_visit``: the definition of worsening is met at this visit
        - ``worsened``: the definition of worsening is met and, if the rule requires it, confirmed:
          at this follow-up visit and the patient's visits just before it. Visits are consecutive
          if the table has none between them, regardless of the weeks between.
        - ``improved_certain``, ``worsened_certain``: False if the classification could be different
          with other values in the empty cells, within their scales, or with another convention for
          each measure whose baseline is 0. Conservative: may be False although no real value would
          change the classification, but not True if one could.

        Percentages are relative to the patient's baseline, not to the range of the scale. A missing
        measure counts neither way. A visit at which the non-missing measures do not meet the
        definition does not count as worsening and interrupts a series.

    Raises
    ------
    ValueError
        If an argument is not as described above.
    DataError
        If the table is invalid; lists every fault.

    References
    ----------
    Rider et al., Arthritis Rheum 2004;50:2281; IMACS trial design tools.

    Examples
    --------
    >>> visits = pd.DataFrame({
    ...     "patient_id": "P1", "week": [0, 9], "physician_global": [3.8, 2.3],
    ...     "patient_global": [6.1, 4.6], "mmt": [211, 227], "haq": [2.0, 1.6],
    ...     "extramuscular": [2.2, 1.0], "ck": [1199, 196],
    ... })
    >>> classify_visits(visits, enzyme="ck")[["week", "improved_count", "improved"]]
       week  improved_count  improved
    1     9               5      True
    """
    to_improve = chosen_rule(improvement, IMPROVEMENT_RULES, ImprovementRule, "improvement")
    to_worsen = chosen_rule(worsening, WORSENING_RULES, WorseningRule, "worsening")
    check_vas_max(vas_max)
    one_of("baseline_zero", baseline_zero, BASELINE_ZERO)
    found = follow_up(visits, enzyme, vas_max, source or TableSource())

    relative, cm = {}, {}
    worst: tuple[Grid, Grid] = {}, {}  # per cent, and cm
    best: tuple[Grid, Grid] = {}, {}
    for measure, before in found.before.items():
        after = found.after[measure]
        relative[measure] = relative_improvement(
            before, after, measure, baseline_zero=baseline_zero
        )
        worst[0][measure], best[0][measure] = relative_limits(
            before, after, measure, _highest(measure, vas_max)
        )
        if measure in VAS_MEASURES:
            cm[measure] = vas_improvement_cm(before, after, vas_max)
            worst[1][measure], best[1][measure] = cm_limits(before, after, vas_max)

    counted: dict[str, tuple[Cutoff, Literal["improved", "worsened"], tuple[str, ...]]] = {
        "improved_count": (to_improve.improved_by, "improved", to_improve.measures),
        "worse_count": (to_improve.worse_by, "worsened", to_improve.measures),
        "worsening_count": (to_worsen.worse_by, "worsened", to_worsen.measures),
    }
    at_one_visit = replace(to_worsen, consecutive_visits=1)
    grids: dict[str, NDArray[Any]] = {
        **{f"{measure}_relative": change for measure, change in relative.items()},
        **{f"{measure}_cm": change for measure, change in cm.items()},
        **{name: count_changed(relative, *options) for name, options in counted.items()},
        "improved": imacs_improvement(relative, to_improve),
        "worsened_at_visit": imacs_worsening(relative, cm, at_one_visit),
        "worsened": imacs_worsening(relative, cm, to_worsen),
        "improved_certain": imacs_improvement(best[0], to_improve)
        == imacs_improvement(worst[0], to_improve),
        "worsened_certain": imacs_worsening(*best, to_worsen) == imacs_worsening(*worst, to_worsen),
    }
    columns = {name: grid[found.patient, found.visit] for name, grid in grids.items()}
    return visits[["patient_id", "week"]].iloc[found.row].assign(**columns)


@dataclass(frozen=True, slots=True, eq=False)
class FollowUp:
    """The follow-up rows of a table of visits, in its order, with baseline and follow-up values."""

    row: NDArray[np.intp]  #: position in the table
    patient: NDArray[np.intp]  #: number of the patient, from 0
    visit: NDArray[np.intp]  #: number of the follow-up visit in order of week, from 0
    before: Grid  #: baseline values of `CORE_SET`; nan if there is no visit
    after: Grid  #: values at the visits


def follow_up(visits: pd.DataFrame, enzyme: str, vas_max: float, source: TableSource) -> FollowUp:
    """Validate a table of visits, and find its follow-up rows and their baselines.

    Raises
    ------
    ValueError
        If `enzyme` is the name of another column.
    DataError
        If the table is invalid; lists every fault.
    """
    if enzyme in ("patient_id", "week", *MEASURE_COLUMNS):
        raise ValueError(f"enzyme must be the column of a muscle enzyme, got {enzyme!r}")
    check = TableCheck(visits, source)
    check.require_columns(("patient_id", "week", *MEASURE_COLUMNS, enzyme), ())
    check.raise_faults()
    placed = find_visits(check)
    values = {}
    for measure in CORE_SET:
        high = _highest(measure, vas_max)
        unit = f" ({VAS_UNITS[int(vas_max)]})" if measure in VAS_MEASURES else ""
        allowed = "of at least 0" if np.isinf(high) else f"from 0 to {high:g}{unit}"
        column = enzyme if measure == "enzyme" else measure
        values[measure] = check.numbers(column, f"must be a number {allowed}", 0, high)
    check.raise_faults()

    baseline = placed.baselines[placed.patients]
    row = np.flatnonzero(np.arange(len(visits)) != baseline)
    patient = pd.factorize(placed.patients[row])[0]
    # Weeks differ within a patient, so their ranks are whole numbers.
    visit = pd.Series(placed.weeks[row]).groupby(patient).rank().to_numpy().astype(np.intp) - 1
    before, after = (
        {measure: _grid(each[rows], patient, visit) for measure, each in values.items()}
        for rows in (baseline[row], row)
    )
    return FollowUp(row, patient, visit, before, after)


def _highest(measure: str, vas_max: float) -> float:
    """Return the maximum of a measure's scale, infinite if it is unbounded or unknown."""
    return {**dict.fromkeys(VAS_MEASURES, vas_max), "haq": HAQ_MAX}.get(measure, np.inf)


def _grid(
    values: NDArray[np.float64], patient: NDArray[np.intp], visit: NDArray[np.intp]
) -> NDArray[np.float64]:
    grid = np.full((patient.max(initial=-1) + 1, visit.max(initial=-1) + 1), np.nan)
    grid[patient, visit] = values
    return grid


def relative_limits(
    before: NDArray[np.float64], after: NDArray[np.float64], measure: str, highest: float
) -> Limits:
    """Return the worst and the best possible change, per cent of the baseline.

    Parameters
    ----------
    before, after : numpy.ndarray
        Baseline and follow-up, 0 to `highest`; nan if missing: any value from 0 to `highest`.
    measure : str
        One of `CORE_SET`.
    highest : float
        Maximum of the scale; inf if it is unbounded or unknown.

    Returns
    -------
    tuple of numpy.ndarray
        If both values are known and the baseline is above 0, the change itself, twice. From a
        baseline of 0, a rise may count as any change from zero to an infinite one, which includes
        every convention. A missing baseline may be arbitrarily close to 0.

    Examples
    --------
    >>> nan = np.nan
    >>> before, after = np.array([8, 8, 0, 0, nan]), np.array([6, nan, 2, 0, 9.5])
    >>> worst, best = relative_limits(before, after, "extramuscular", 10)
    >>> worst.tolist(), best.tolist()
    ([25.0, -25.0, -inf, 0.0, -inf], [25.0, 100.0, 0.0, 0.0, 5.0])
    """
    from_zero = before <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = 100 * (after - before) / before
        most = np.where(np.isinf(highest), np.inf, 100 * (highest - before) / before)
        least = -100.0 if np.isinf(highest) else 100 * (after - highest) / highest
    infinite = np.where(after <= 0, 0.0, np.inf)  # a missing follow-up may be above 0
    cases = [np.isnan(before) & np.isnan(after), np.isnan(before), from_zero, np.isnan(after)]
    lowest_rise = np.select(cases, [-100.0, least, 0.0, -100.0], rise)
    highest_rise = np.select(cases, [np.inf, infinite, infinite, most], rise)
    if CORE_SET[measure].better == "higher":
        return lowest_rise, highest_rise
    # Adding 0 turns -0.0 into 0.0.
    return -highest_rise + 0.0, -lowest_rise + 0.0


def cm_limits(before: NDArray[np.float64], after: NDArray[np.float64], vas_max: float) -> Limits:
    """Return the worst and the best change on a visual analogue scale, cm.

    Parameters are those of `vas_improvement_cm`; a missing value may be any value of the scale.

    Examples
    --------
    >>> worst, best = cm_limits(np.array([8, np.nan]), np.array([np.nan, 3]), 10)
    >>> worst.tolist(), best.tolist()
    ([-2.0, -3.0], [8.0, 7.0])
    """
    ends = [
        vas_improvement_cm(
            np.where(np.isnan(before), low, before), np.where(np.isnan(after), high, after), vas_max
        )
        for low, high in ((0.0, vas_max), (vas_max, 0.0))
    ]
    return ends[0], ends[1]
