"""The IMACS definitions of improvement and worsening, applied to changes from baseline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tisstats.measures.imacs.changes import (
    Changes,
    check_one_shape,
    measures_changed,
    stack_changes,
)
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    ImprovementRule,
    WorseningRule,
    chosen_rule,
)


def imacs_improvement(
    relative_improvements: Changes, rule: str | ImprovementRule = "imacs"
) -> NDArray[np.bool_]:
    """Whether the definition of improvement is met.

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
    """Whether the definition of worsening is met.

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
    """Where the last `visits` visits, this one included, all met the definition."""
    if visits == 1:
        return met
    if met.ndim == 0:
        raise ValueError(
            f"the rule asks for {visits} consecutive visits: give arrays with the visits of a "
            "patient in the last axis"
        )
    run = met.copy()
    for back in range(1, visits):
        before = np.zeros_like(met)
        before[..., back:] = met[..., :-back]
        run &= before
    return run
