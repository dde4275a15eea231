"""The IMACS definitions of improvement and worsening: as data, and applied to changes or lists.

IMACS is the International Myositis Assessment and Clinical Studies group. Its definitions count
the core set measures that changed by so many per cent of their baseline value, and judge some
worsening in centimetres of a visual analogue scale.

Each number of a definition is written here once, with its source. Another definition is another
instance: the functions that apply them take a name or a rule.

Positive is better throughout, as in the Total Improvement Score. Unlike there, per cents are of
the patient's own baseline value, not of the scale. Missing changes (nan) count neither way.

That percentages are relative to baseline is not stated in the definitions themselves. The creatine
kinase before and after infliximab that Dastmalchi et al. 2008 print in their Table 3
(doi:10.1136/ard.2007.077974) supports it: in eight of the nine patients who were followed it is
listed as improved or worse exactly where per cent of the baseline say so, whereas per cent of the
range leave three of those listed below their cut. In the ninth it doubles and is not listed.

A table of results often gives, for each patient, the measures that improved by at least 20 % and
those that became worse by at least 30 %, and no values. `classify_from_lists` applies the
definitions to that, but for their clauses in centimetres.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
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
    Examination,
    Origin,
    check_vas_max,
    identify,
)
from tisstats.statistics._arguments import numbers_or_nan, one_of, whole_number

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

BaselineZero = Literal["missing", "worse-if-higher"]

#: Conventions for the relative change from a baseline of 0; none is published.
BASELINE_ZERO: tuple[BaselineZero, ...] = ("missing", "worse-if-higher")

#: One array a measure; a DataFrame with one column a measure will do.
Changes = Mapping[str, ArrayLike] | pd.DataFrame

#: Measures that may stand in both lists: extramuscular activity sums up several organs, and a
#: patient's arthritis may improve while the skin becomes worse. Such a measure counts in both.
COMPOSITE_MEASURES = ("extramuscular",)

Grid = dict[str, NDArray[np.float64]]  # a measure's changes, patients by follow-up visits
Limits = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The worst and the best change, positive when better."""


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
        Values of at least 0 in the same unit, any unit; nan is missing.
    measure : str
        One of `CORE_SET`; this decides which end is the better one.
    baseline_zero : {"missing", "worse-if-higher"}
        What to do with a baseline of 0, for which no rule is published; both are conventions of
        ours. "missing": the change is undefined, nan, and counts neither way. "worse-if-higher":
        any rise exceeds every cut and none is no change. Of a measure of which more is worse it
        is -inf; of muscle testing, of which more is better, it is inf. Where the two would lead
        to different verdicts, `classify_visits` calls the verdict not settled.

    Returns
    -------
    numpy.ndarray
        Per cent of the baseline value, positive when better, rounded to 9 decimals so that 0.3
        to 0.24 is exactly 20; nan where a value is missing.

    Raises
    ------
    ValueError
        If there is no such measure or convention, or a value is negative or infinite.

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
        # Adding 0 turns -0.0 into 0.0, which prints better.
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
        Values from 0 (best) to `vas_max`; nan is missing.
    vas_max : {10, 100}
        10 for values in centimetres, 100 for millimetres.

    Returns
    -------
    numpy.ndarray
        Centimetres, positive when better, rounded to 9 decimals.

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


def measures_changed(
    relative_improvements: Changes,
    by: float,
    direction: Literal["improved", "worse"],
    measures: Collection[str] = tuple(CORE_SET),
) -> NDArray[np.int_]:
    """Count the measures that improved, or became worse, by at least so many per cent.

    Parameters
    ----------
    relative_improvements : mapping of str to array_like, or DataFrame
        Per cent of the baseline value, positive when better, for each of `measures`; arrays of
        one shape; nan counts neither way.
    by : float
        Least change that counts, per cent, above 0.
    direction : {"improved", "worse"}
        Which changes to count.
    measures : collection of str
        Measures that can count; the mapping may hold others.

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
    >>> measures_changed(changes, 25, "worse", ["mmt", "haq"]).tolist()
    [2, 0]
    """
    one_of("direction", direction, ("improved", "worse"))
    check_positive("by", by)
    changes = stack_changes("relative_improvements", relative_improvements, measures)
    counted: NDArray[np.int_] = np.sum(
        changes >= by if direction == "improved" else changes <= -by, axis=0
    )
    return counted


def stack_changes(name: str, changes: Changes, measures: Collection[str]) -> NDArray[np.float64]:
    """Return one array with the measures first, rounded so that decimals are exact at the cuts."""
    absent = [measure for measure in measures if measure not in changes]
    if absent:
        raise ValueError(
            f"{name} must have {', '.join(measures)}; {', '.join(absent)} "
            f"{'is' if len(absent) == 1 else 'are'} missing"
        )
    arrays = {measure: numbers_or_nan(changes[measure]) for measure in measures}
    check_one_shape(arrays)
    return np.round(np.stack(np.broadcast_arrays(*arrays.values())), PERCENT_DECIMALS)


def check_one_shape(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Refuse arrays of several shapes; single numbers go with any."""
    if len({array.shape for array in arrays.values() if array.ndim}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the arrays must have one shape, got {shapes}")


def _values(name: str, values: ArrayLike, maximum: float = np.inf) -> NDArray[np.float64]:
    given = numbers_or_nan(values)
    wrong = np.isinf(given) | (given < 0) | (given > maximum)
    if wrong.any():
        allowed = "at least 0" if np.isinf(maximum) else f"from 0 to {maximum:g}"
        raise ValueError(f"{name} must be {allowed} or nan, got {given[wrong].flat[0]:g}")
    return given


def imacs_improvement(
    relative_improvements: Changes, rule: str | ImprovementRule = "imacs"
) -> NDArray[np.bool_]:
    """Test whether the definition of improvement is met.

    With the preset: at least 3 of the 6 core set measures improved by at least 20 %, no more than
    2 worse by at least 25 %, and manual muscle testing not among these.

    Parameters
    ----------
    relative_improvements : mapping of str to array_like, or DataFrame
        Per cent of the baseline value, positive when better (see `relative_improvement`), for
        each measure of the rule; arrays of one shape. A missing change (nan) counts neither way.
    rule : str or ImprovementRule
        Name of one of `IMPROVEMENT_RULES`, or a rule of your own.

    Returns
    -------
    numpy.ndarray of bool
        In the shape of the arrays.

    Raises
    ------
    ValueError
        If there is no such rule, a measure is missing or shapes differ.

    References
    ----------
    Rider et al., Arthritis Rheum 2004;50:2281.

    Examples
    --------
    The second patient is better in as many measures, but weaker by a quarter.

    >>> changes = {"physician_global": [20, 20], "patient_global": [25, 25], "mmt": [0, -25],
    ...            "haq": [20, 20], "enzyme": [-50, 0], "extramuscular": [-25, 0]}
    >>> imacs_improvement(changes).tolist()
    [True, False]
    """
    chosen = chosen_rule(rule, IMPROVEMENT_RULES, ImprovementRule)
    of = chosen.measures
    improved = measures_changed(relative_improvements, chosen.improved_by, "improved", of)
    worse = measures_changed(relative_improvements, chosen.worse_by, "worse", of)
    met = (improved >= chosen.improved_count) & (worse <= chosen.worse_allowed)
    for measure in chosen.never_worse:
        met &= measures_changed(relative_improvements, chosen.worse_by, "worse", [measure]) < 1
    return met


def imacs_worsening(
    relative_improvements: Changes,
    cm_improvements: Changes,
    rule: str | WorseningRule = "imacs",
) -> NDArray[np.bool_]:
    """Test whether the definition of worsening is met.

    Preset "imacs": physician global worse by at least 2 cm together with manual muscle testing
    worse by at least 20 %, or extramuscular activity worse by at least 2 cm, or any 3 of the 6
    measures worse by at least 30 %. Its wording is believed, not confirmed.
    Preset "confirmed", as printed for a later trial: the same at two consecutive visits, with any
    3 of 5 measures, muscle enzymes excluded.

    Parameters
    ----------
    relative_improvements : mapping of str to array_like, or DataFrame
        Per cent of the baseline value, positive when better (see `relative_improvement`), for
        each measure of the rule; arrays of one shape. A missing change (nan) counts neither way.
    cm_improvements : mapping of str to array_like, or DataFrame
        Centimetres, positive when better (see `vas_improvement_cm`), of the measures that the
        rule judges in centimetres; the same shape.
    rule : str or WorseningRule
        Name of one of `WORSENING_RULES`, or a rule of your own. Where it asks for consecutive
        visits, the last axis of the arrays holds the follow-up visits of a patient in order of
        time, padded with nan at the end.

    Returns
    -------
    numpy.ndarray of bool
        In the shape of the arrays. With consecutive visits it is true at the visit that confirms,
        and at those after it as long as worsening lasts. A visit with missing measures at which
        the others do not meet the definition is no worsening and breaks the series.

    Raises
    ------
    ValueError
        If there is no such rule, a measure is missing, shapes differ, or the rule asks for
        consecutive visits and there is no axis of visits.

    References
    ----------
    International Myositis Assessment and Clinical Studies Group, trial design tools; Dastmalchi
    et al. 2008, doi:10.1136/ard.2007.077974, Table 3, is labelled consistently with "imacs".

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
        measures_changed(relative_improvements, chosen.worse_by, "worse", chosen.measures)
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
    return _in_a_row(met, chosen.consecutive_visits)


def _in_a_row(met: NDArray[np.bool_], visits: int) -> NDArray[np.bool_]:
    """Return where the last `visits` visits, this one included, all met the definition."""
    if visits == 1:
        return met
    if met.ndim == 0:
        raise ValueError(
            f"the rule asks for {visits} consecutive visits: give arrays with the visits of a "
            "patient in the last axis"
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
    worsened_25: Collection[str] | None = None,
    physician_global_and_mmt: bool = False,
    extramuscular_2cm: bool = False,
    improvement: str | ImprovementRule = "imacs",
    worsening: str | WorseningRule = "imacs",
) -> Literal["improved", "worse", "unchanged"]:
    """Classify a patient from the lists of measures that improved and that became worse.

    Parameters
    ----------
    improved : collection of str
        Measures, of `CORE_SET`, improved by at least 20 % of their baseline value; any order,
        each once.
    worsened : collection of str
        Measures worse by at least 30 %: 3 of them are worsening. Only extramuscular activity may
        be in both lists, since it sums up several organs; it then counts in both.
    worsened_25 : collection of str, optional
        Measures worse by at least 25 %, those of `worsened` included: more than 2, or muscle
        testing among them, exclude improvement. Tables seldom print this list. None assumes that
        no measure became worse by at least 25 % and less than 30 %.
    physician_global_and_mmt : bool
        Whether physician global became worse by at least 2 cm and muscle testing by at least
        20 %, which suffices for worsening. A list cannot tell; False assumes not.
    extramuscular_2cm : bool
        Whether extramuscular activity became worse by at least 2 cm, which suffices for
        worsening. A list cannot tell; False assumes not.
    improvement, worsening : str or rule
        Name of one of `IMPROVEMENT_RULES` and `WORSENING_RULES`, or a rule of your own. Its
        counts and measures apply; its per cents are those at which the lists were made.

    Returns
    -------
    {"improved", "worse", "unchanged"}
        "worse" where both definitions hold, a convention of ours on the side of safety. With the
        presets that takes a clause in centimetres: lists alone cannot meet both.

    Raises
    ------
    ValueError
        If a measure is unknown, twice in a list, or in two lists that exclude each other, if
        `worsened_25` lacks a measure of `worsened`, or if the rule asks for consecutive visits,
        which the lists of one visit cannot show.

    References
    ----------
    Rider et al., Arthritis Rheum 2004;50:2281. Such lists: Dastmalchi et al. 2008,
    doi:10.1136/ard.2007.077974, Table 3.

    Examples
    --------
    >>> classify_from_lists(["physician_global", "haq", "enzyme"], ["extramuscular"])
    'improved'
    >>> classify_from_lists(["haq"], ["physician_global", "enzyme", "extramuscular"])
    'worse'
    >>> classify_from_lists(["physician_global", "haq", "enzyme"], ["mmt"])
    'unchanged'
    """
    to_improve = chosen_rule(improvement, IMPROVEMENT_RULES, ImprovementRule, "improvement")
    to_worsen = chosen_rule(worsening, WORSENING_RULES, WorseningRule, "worsening")
    if to_worsen.consecutive_visits > 1:
        raise ValueError(
            f"worsening {to_worsen.name!r} asks for {to_worsen.consecutive_visits} consecutive "
            "visits, which the lists of one visit cannot show; for its other terms give "
            "dataclasses.replace(rule, consecutive_visits=1)"
        )
    better = check_among("improved", improved, CORE_SET)
    worse = check_among("worsened", worsened, CORE_SET)
    worse_25 = worse if worsened_25 is None else check_among("worsened_25", worsened_25, CORE_SET)
    _check_lists(better, worse, worse_25)
    if physician_global_and_mmt and better & {"physician_global", "mmt"}:
        raise ValueError(
            "physician_global_and_mmt is True, but improved has one of these measures too"
        )

    counted = worse & set(to_worsen.measures)
    if physician_global_and_mmt or extramuscular_2cm or len(counted) >= to_worsen.worse_count:
        return "worse"
    if (
        len(better & set(to_improve.measures)) >= to_improve.improved_count
        and len(worse_25 & set(to_improve.measures)) <= to_improve.worse_allowed
        and worse_25.isdisjoint(to_improve.never_worse)
    ):
        return "improved"
    return "unchanged"


def _check_lists(better: set[str], worse: set[str], worse_25: set[str]) -> None:
    if worse - worse_25:
        raise ValueError(
            "worsened_25 must include every measure of worsened; "
            f"{_in_order(worse - worse_25)} not included"
        )
    both = (better & worse_25).difference(COMPOSITE_MEASURES)
    if both:
        raise ValueError(
            f"{_in_order(both)} in improved and among the worsened; only "
            f"{', '.join(COMPOSITE_MEASURES)} may be in both, since it sums up several organs"
        )


def _in_order(measures: set[str]) -> str:
    return ", ".join(measure for measure in CORE_SET if measure in measures)


# The definitions applied to a table of visits, and whether each verdict is settled.
#
# A verdict is settled if it is the same whatever the empty cells hold and whichever convention is
# taken for a baseline of 0. The more a measure has improved, the sooner improvement is met and the
# later worsening. So it is enough to look at the worst and at the best change of every measure.


def classify_visits(
    visits: pd.DataFrame,
    *,
    enzyme: str,
    vas_max: float = 10,
    improvement: str | ImprovementRule = "imacs",
    worsening: str | WorseningRule = "imacs",
    baseline_zero: BaselineZero = "missing",
    origin: Origin | None = None,
) -> pd.DataFrame:
    """Judge every follow-up visit by the IMACS definitions of improvement and worsening.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row a patient and visit, in any order: ``patient_id``, ``week``, ``physician_global``,
        ``patient_global``, ``extramuscular`` (0 to `vas_max`), ``mmt`` (at least 0), ``haq`` (0
        to 3), and the enzyme (at least 0, any unit). Missing values are allowed in the measures.
        A patient's baseline is the row of the smallest week.
    enzyme : str
        Column of the muscle enzyme that is followed.
    vas_max : {10, 100}
        10 if visual analogue scales are in centimetres, 100 if in millimetres.
    improvement, worsening : str or rule
        Name of one of `IMPROVEMENT_RULES` and `WORSENING_RULES`, or a rule of your own.
    baseline_zero : {"missing", "worse-if-higher"}
        What to do with a baseline of 0: see `relative_improvement`. It decides the verdicts, and
        not whether they are settled.
    origin : Origin, optional
        Where the table was read from, for the messages.

    Returns
    -------
    pandas.DataFrame
        One row a follow-up visit, with the index and in the order of `visits`:

        - ``patient_id``, ``week``
        - ``<measure>_relative`` for each of `CORE_SET`: improvement, per cent of the baseline
          value, positive when better, nan where missing
        - ``physician_global_cm``, ``patient_global_cm``, ``extramuscular_cm``: improvement in cm
        - ``improved_count``: measures improved enough to count for improvement
        - ``worse_count``: measures worse by so much that they count against improvement
        - ``worsening_count``: measures worse by so much that they count for worsening
        - ``improved``: the definition of improvement is met
        - ``worse_at_visit``: that of worsening is met at this visit, confirmed or not
        - ``worse``: that of worsening is met, confirmed where the rule asks for it: at this
          follow-up visit and at the patient's visits just before it. Visits are consecutive when
          the table has none between them, however many weeks apart.
        - ``improved_settled``, ``worse_settled``: False where the verdict could be another one:
          with other values in the empty cells, within their scales, or with another convention
          for a measure whose baseline is 0, each measure by itself. It may say False where no
          real value would do it, never True where one could.

        Percentages are of the patient's own baseline value, not of the range of the scale. A
        missing measure counts neither way. A visit at which the measures that are there do not
        meet the definition is no worsening and breaks a series.

    Raises
    ------
    ValueError
        If an argument is not as described above.
    DataError
        If anything is wrong with the table; carries every fault.

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
    >>> classify_visits(visits, enzyme="ck")[["week", "improved_count", "improved", "worse"]]
       week  improved_count  improved  worse
    1     9               5      True  False
    """
    to_improve = chosen_rule(improvement, IMPROVEMENT_RULES, ImprovementRule, "improvement")
    to_worsen = chosen_rule(worsening, WORSENING_RULES, WorseningRule, "worsening")
    check_vas_max(vas_max)
    one_of("baseline_zero", baseline_zero, BASELINE_ZERO)
    place = follow_up(visits, enzyme, vas_max, origin or Origin())

    relative, cm = {}, {}
    worst: tuple[Grid, Grid] = {}, {}  # per cent, and cm
    best: tuple[Grid, Grid] = {}, {}
    for measure, before in place.before.items():
        after = place.after[measure]
        relative[measure] = relative_improvement(
            before, after, measure, baseline_zero=baseline_zero
        )
        worst[0][measure], best[0][measure] = relative_limits(
            before, after, measure, _highest(measure, vas_max)
        )
        if measure in VAS_MEASURES:
            cm[measure] = vas_improvement_cm(before, after, vas_max)
            worst[1][measure], best[1][measure] = cm_limits(before, after, vas_max)

    counted: dict[str, tuple[float, Literal["improved", "worse"], tuple[str, ...]]] = {
        "improved_count": (to_improve.improved_by, "improved", to_improve.measures),
        "worse_count": (to_improve.worse_by, "worse", to_improve.measures),
        "worsening_count": (to_worsen.worse_by, "worse", to_worsen.measures),
    }
    judgement: dict[str, NDArray[Any]] = {
        **{f"{measure}_relative": change for measure, change in relative.items()},
        **{f"{measure}_cm": change for measure, change in cm.items()},
        **{name: measures_changed(relative, *options) for name, options in counted.items()},
        "improved": imacs_improvement(relative, to_improve),
        "worse_at_visit": imacs_worsening(relative, cm, replace(to_worsen, consecutive_visits=1)),
        "worse": imacs_worsening(relative, cm, to_worsen),
        "improved_settled": imacs_improvement(best[0], to_improve)
        == imacs_improvement(worst[0], to_improve),
        "worse_settled": imacs_worsening(*best, to_worsen) == imacs_worsening(*worst, to_worsen),
    }
    columns = {name: grid[place.patient, place.visit] for name, grid in judgement.items()}
    return visits[["patient_id", "week"]].iloc[place.row].assign(**columns)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The follow-up rows of a table of visits, in its order, and the values they compare."""

    row: NDArray[np.intp]  #: position in the table
    patient: NDArray[np.intp]  #: number of the patient, from 0
    visit: NDArray[np.intp]  #: number of the follow-up visit in order of week, from 0
    before: Grid  #: baseline values of `CORE_SET`; nan where there is no visit
    after: Grid  #: values at the visits


def follow_up(visits: pd.DataFrame, enzyme: str, vas_max: float, origin: Origin) -> FollowUp:
    """Check a table of visits and find its follow-up rows and their baselines.

    Raises
    ------
    ValueError
        If `enzyme` names a column that has another meaning.
    DataError
        With every fault of the table.
    """
    if enzyme in ("patient_id", "week", *MEASURE_COLUMNS):
        raise ValueError(f"enzyme must be the column of a muscle enzyme, got {enzyme!r}")
    examined = Examination(visits, origin)
    examined.require_columns(("patient_id", "week", *MEASURE_COLUMNS, enzyme), ())
    examined.conclude()
    placed = identify(examined)
    values = {}
    for measure in CORE_SET:
        high = _highest(measure, vas_max)
        unit = f" ({VAS_UNITS[int(vas_max)]})" if measure in VAS_MEASURES else ""
        allowed = "of at least 0" if np.isinf(high) else f"from 0 to {high:g}{unit}"
        column = enzyme if measure == "enzyme" else measure
        values[measure] = examined.numbers(column, f"must be a number {allowed}", 0, high)
    examined.conclude()

    baseline = placed.baselines[placed.patients]
    row = np.flatnonzero(np.arange(len(visits)) != baseline)
    patient = pd.factorize(placed.patients[row])[0]
    # Weeks differ within a patient, so their ranks are whole numbers.
    rank = pd.Series(placed.weeks[row]).groupby(patient).rank()
    visit = rank.to_numpy().astype(np.intp) - 1
    before, after = (
        {measure: _grid(each[rows], patient, visit) for measure, each in values.items()}
        for rows in (baseline[row], row)
    )
    return FollowUp(row, patient, visit, before, after)


def _highest(measure: str, vas_max: float) -> float:
    """Return the upper end of a measure's scale, infinite where it has none or none is known."""
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
    """Return the worst and the best change, in per cent of the baseline, that is possible.

    Parameters
    ----------
    before, after : numpy.ndarray
        Baseline and follow-up, 0 to `highest`; nan is missing: anything from 0 to `highest`.
    measure : str
        One of `CORE_SET`.
    highest : float
        Upper end of the scale; inf where it has none, or none that is known.

    Returns
    -------
    tuple of numpy.ndarray
        Where both values are there and the baseline is above 0, the change itself, twice. From a
        baseline of 0 a rise is taken to be anything from no change to an infinite one, so that
        every convention for it lies between. A missing baseline may be as near to 0 as one likes.

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
    # Adding 0 turns -0.0 into 0.0.
    if CORE_SET[measure].better == "higher":
        return lowest_rise + 0.0, highest_rise + 0.0
    return -highest_rise + 0.0, -lowest_rise + 0.0


def cm_limits(before: NDArray[np.float64], after: NDArray[np.float64], vas_max: float) -> Limits:
    """Return the worst and the best change on a visual analogue scale, cm.

    Parameters are those of `vas_improvement_cm`; a missing value is anything on the scale.

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
