"""Whether the changes of a patient's measures meet the definitions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs.changes import check_one_shape
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    Cutoff,
    ImprovementRule,
    WorseningRule,
    check_cutoff,
    chosen_rule,
    cutoff_of,
)
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.statistics._arguments import numbers_or_nan, one_of

#: One array per measure; also a DataFrame with one column per measure.
Changes = Mapping[str, ArrayLike] | pd.DataFrame


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
    with np.errstate(over="ignore"):  # beyond the largest float: infinite, as beyond any cut-off
        return np.round(np.stack(np.broadcast_arrays(*arrays.values())), PERCENT_DECIMALS)


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
