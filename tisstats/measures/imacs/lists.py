"""The IMACS definitions applied to lists of measures, as published tables print them.

A table of results often gives, for each patient, the measures that improved by at least 20 % and
those that became worse by at least 30 %, and no values. The definitions can be applied to that,
but for their clauses in centimetres.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    ImprovementRule,
    WorseningRule,
    chosen_rule,
)

#: Measures that may stand in both lists: extramuscular activity sums up several organs, and a
#: patient's arthritis may improve while the skin becomes worse. Such a measure counts in both.
COMPOSITE_MEASURES = ("extramuscular",)


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
    better = _measures("improved", improved)
    worse = _measures("worsened", worsened)
    worse_25 = worse if worsened_25 is None else _measures("worsened_25", worsened_25)
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


def _measures(name: str, measures: Collection[str]) -> set[str]:
    if isinstance(measures, str):
        raise ValueError(f"{name} must be a collection of measures, got the text {measures!r}")
    seen: set[str] = set()
    for measure in measures:
        if measure not in CORE_SET:
            raise ValueError(f"{name} may hold {', '.join(CORE_SET)}, got {measure!r}")
        if measure in seen:
            raise ValueError(f"{name} must have each measure once, got {measure!r} twice")
        seen.add(measure)
    return seen


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
