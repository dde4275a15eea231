"""The definitions for lists of the measures that improved and worsened, as tables print them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    ImprovementRule,
    WorseningRule,
    check_among,
    chosen_rule,
)

#: Measures that may be in both lists: extramuscular activity combines several organs, and a
#: patient's arthritis may improve while the skin worsens. Such a measure counts in both.
COMPOSITE_MEASURES = ("extramuscular",)


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
