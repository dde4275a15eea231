"""The minimal-disability criterion: too little strength, and other measures that are abnormal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures import enzymes, visit_table
from tisstats.measures.baseline import (
    ONE_BASELINE,
    Baseline,
    attainable_scores,
    of_one_baseline,
)
from tisstats.measures.core_set import CORE_SET, ENZYMES, HAQ_MAX
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.statistics._arguments import non_negative, whole_number

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MinimalDisability:
    """The minimal-disability criterion at baseline: the result of `minimal_disability`.

    Examples
    --------
    >>> baseline = {"physician_global": 3.8, "patient_global": 6.1, "mmt": 234, "haq": 2,
    ...     "ck": 1199, "extramuscular": 2.2}
    >>> rule = {"min_mmt_loss_percent": 10, "min_other_abnormal": 2}
    >>> found = minimal_disability(baseline, mmt_max=260, uln={"ck": 170}, **rule)
    >>> found.mmt_loss_percent, found.abnormal[:2]
    (10.0, ('physician_global', 'patient_global'))
    """

    met: bool | None  #: whether the criterion is met; None if that depends on missing measures
    mmt_loss_percent: float  #: loss of strength, % of the maximum MMT score
    abnormal: tuple[str, ...]  #: abnormal measures besides muscle testing, of `CORE_SET`
    unknown: tuple[str, ...]  #: measures that are missing, of `CORE_SET`


def minimal_disability(
    baseline: Baseline,
    *,
    mmt_max: float,
    uln: Mapping[str, enzymes.UpperLimit],
    min_mmt_loss_percent: float,
    min_other_abnormal: int,
    vas_max: float = 10,
    vas_abnormal_cm: float | Mapping[str, float] = 2,
    haq_abnormal: float = 0.25,
    enzyme_abnormal_uln: float = 1.5,
    enzyme_unit: enzymes.EnzymeUnit = "U/L",
) -> MinimalDisability:
    """Test the minimal-disability criterion at baseline.

    It requires a loss of strength of at least `min_mmt_loss_percent` of the maximum MMT score, and
    at least `min_other_abnormal` abnormal measures among the other five of the core set.

    Parameters
    ----------
    baseline, mmt_max, uln
        As for `attainable_score`.
    min_mmt_loss_percent : float
        Minimum loss of strength, % of `mmt_max`.
    min_other_abnormal : int
        Minimum number of other abnormal measures, 0 to 5.
    vas_max
        As for `attainable_score`.
    vas_abnormal_cm : float or mapping of str to float
        Physician global, patient global and extramuscular activity are abnormal at or above this
        value, cm: one for all three, or a mapping with one for each, ``physician_global``,
        ``patient_global`` and ``extramuscular``.
    haq_abnormal : float
        The HAQ is abnormal at or above this value, points.
    enzyme_abnormal_uln : float
        The most abnormal enzyme is abnormal strictly above this multiple of its ULN.
    enzyme_unit
        As for `attainable_score`.

    Returns
    -------
    MinimalDisability
        Whether the criterion is met, with the measures that are abnormal or missing.

    Raises
    ------
    tisstats.errors.DataError
        If a measure is outside its scale, or a measure or its ULN is missing from the arguments.
    ValueError
        If another argument is not permitted.

    Notes
    -----
    The defaults of the three cut-offs of "abnormal" are those of the trial ProDERM: global and
    extramuscular activity of 2 cm or more, a HAQ of 0.25 or more, enzymes of more than 1.5 times
    the ULN.

    References
    ----------
    ClinicalTrials.gov NCT02728752 (ProDERM).

    Examples
    --------
    >>> baseline = {"physician_global": 3.8, "patient_global": 6.1, "mmt": 234, "haq": 2,
    ...     "ck": 1199, "extramuscular": 2.2}
    >>> rule = {"min_mmt_loss_percent": 10, "min_other_abnormal": 2}
    >>> minimal_disability(baseline, mmt_max=260, uln={"ck": 170}, **rule).met
    True
    >>> minimal_disability(baseline | {"mmt": 235}, mmt_max=260, uln={"ck": 170}, **rule).met
    False

    A cut-off of its own for extramuscular activity:

    >>> cm = {"physician_global": 2, "patient_global": 2, "extramuscular": 3}
    >>> minimal_disability(
    ...     baseline, mmt_max=260, uln={"ck": 170}, vas_abnormal_cm=cm, **rule
    ... ).abnormal
    ('physician_global', 'patient_global', 'haq', 'enzyme')
    """
    found = of_one_baseline(
        baseline,
        lambda row: disability_by_row(
            row,
            mmt_max=mmt_max,
            uln=uln,
            min_mmt_loss_percent=min_mmt_loss_percent,
            min_other_abnormal=min_other_abnormal,
            vas_max=vas_max,
            vas_abnormal_cm=vas_abnormal_cm,
            haq_abnormal=haq_abnormal,
            enzyme_abnormal_uln=enzyme_abnormal_uln,
            enzyme_unit=enzyme_unit,
            source=ONE_BASELINE,
        ),
    )
    met = True if found.yes[0] else False if found.no[0] else None
    abnormal, unknown = (
        tuple(name for name, rows in each.items() if rows[0])
        for each in (found.abnormal, found.unknown)
    )
    return MinimalDisability(met, float(found.mmt_loss_percent[0]), abnormal, unknown)


@dataclass(frozen=True, slots=True, eq=False)
class DisabilityByRow:
    """The minimal-disability criterion in each row: the result of `disability_by_row`.

    All arrays have the shape (rows,). Neither yes nor no is what depends on missing measures.
    """

    yes: Mask  #: the criterion is met, whatever is missing
    no: Mask  #: it is not met, whatever is missing
    mmt_loss_percent: NDArray[np.float64]  #: loss of strength, % of the maximum MMT score
    abnormal: Mapping[str, Mask]  #: by measure of `CORE_SET` besides muscle testing
    unknown: Mapping[str, Mask]  #: by measure of `CORE_SET`: it is missing


def disability_by_row(
    baselines: pd.DataFrame,
    *,
    mmt_max: float,
    uln: Mapping[str, enzymes.UpperLimit],
    min_mmt_loss_percent: float,
    min_other_abnormal: int,
    vas_abnormal_cm: float | Mapping[str, float],
    haq_abnormal: float,
    enzyme_abnormal_uln: float,
    vas_max: float = 10,
    enzyme_unit: enzymes.EnzymeUnit = "U/L",
    source: visit_table.TableSource | None = None,
) -> DisabilityByRow:
    """Test the minimal-disability criterion in each row of a table.

    Parameters
    ----------
    baselines : pandas.DataFrame
        As for `attainable_scores`.
    mmt_max, uln, min_mmt_loss_percent, min_other_abnormal
        As for `minimal_disability`.
    vas_abnormal_cm, haq_abnormal, enzyme_abnormal_uln, vas_max, enzyme_unit
        As for `minimal_disability`.
    source
        As for `attainable_scores`.

    Returns
    -------
    DisabilityByRow
        What `minimal_disability` says of each row.

    Raises
    ------
    tisstats.errors.DataError
        If the table or a limit is invalid; lists every fault.
    ValueError
        If another argument is not permitted.

    Examples
    --------
    >>> baselines = pd.DataFrame({"physician_global": 3.8, "patient_global": 6.1,
    ...     "mmt": [234, 235, None], "haq": 2, "ck": 1199, "extramuscular": 2.2})
    >>> rule = {"min_mmt_loss_percent": 10, "min_other_abnormal": 2, "vas_abnormal_cm": 2,
    ...     "haq_abnormal": 0.25, "enzyme_abnormal_uln": 1.5}
    >>> found = disability_by_row(baselines, mmt_max=260, uln={"ck": 170}, **rule)
    >>> found.yes.tolist(), found.no.tolist()
    ([True, False, False], [False, True, False])
    """
    min_other_abnormal = whole_number(
        "min_other_abnormal", min_other_abnormal, minimum=0, maximum=len(CORE_SET) - 1
    )
    min_mmt_loss_percent = non_negative("min_mmt_loss_percent", min_mmt_loss_percent)
    haq_abnormal = non_negative("haq_abnormal", haq_abnormal)
    enzyme_abnormal_uln = non_negative("enzyme_abnormal_uln", enzyme_abnormal_uln)
    vas_cutoffs = _vas_cutoffs(vas_abnormal_cm)
    at_best = attainable_scores(
        baselines, mmt_max=mmt_max, uln=uln, vas_max=vas_max, enzyme_unit=enzyme_unit, source=source
    )
    # With the best value of each scale as follow-up, the improvement is the loss at baseline.
    lost = {name: at_best[f"attainable_{name}_percent"].to_numpy(np.float64) for name in CORE_SET}
    haq = {"haq": round(100 * haq_abnormal / HAQ_MAX, PERCENT_DECIMALS)}
    at_or_above = vas_cutoffs | haq
    reaching = {name: lost[name] >= cutoff for name, cutoff in at_or_above.items()}
    above = _enzyme_cutoffs(at_best["attainable_enzyme_used"], enzyme_abnormal_uln)
    reaching["enzyme"] = lost["enzyme"] > above
    # In the order of the core set, in which they are listed.
    abnormal = {name: reaching[name] for name in CORE_SET if name != "mmt"}
    unknown = {name: np.isnan(lost[name]) for name in CORE_SET}
    weak = lost["mmt"] >= round(min_mmt_loss_percent, PERCENT_DECIMALS)
    strong = ~weak & ~unknown["mmt"]
    at_least = np.sum(list(abnormal.values()), axis=0)
    at_most = at_least + np.sum([unknown[name] for name in abnormal], axis=0)
    return DisabilityByRow(
        yes=weak & (at_least >= min_other_abnormal),
        no=strong | (at_most < min_other_abnormal),
        mmt_loss_percent=lost["mmt"],
        abnormal=abnormal,
        unknown=unknown,
    )


def _vas_cutoffs(vas_abnormal_cm: float | Mapping[str, float]) -> dict[str, float]:
    """Return from which loss on each visual analogue scale a measure is abnormal, % of it."""
    separate = isinstance(vas_abnormal_cm, Mapping)
    if not isinstance(vas_abnormal_cm, Mapping):
        vas_abnormal_cm = dict.fromkeys(visit_table.VAS_MEASURES, vas_abnormal_cm)
    elif set(vas_abnormal_cm) != set(visit_table.VAS_MEASURES):
        raise ValueError(
            f"vas_abnormal_cm must have {', '.join(visit_table.VAS_MEASURES)}, "
            f"got {', '.join(map(str, vas_abnormal_cm)) or 'none'}"
        )
    cutoffs = {
        name: non_negative(f"vas_abnormal_cm[{name!r}]" if separate else "vas_abnormal_cm", cm)
        for name, cm in vas_abnormal_cm.items()
    }
    return {name: round(100 * cm / 10, PERCENT_DECIMALS) for name, cm in cutoffs.items()}


def _enzyme_cutoffs(used: pd.Series, abnormal_uln: float) -> NDArray[np.float64]:
    """Return above which loss each row's most abnormal enzyme is abnormal, % of its range."""
    cutoffs = {
        name: round(100 * abnormal_uln / enzyme.range_in_uln, PERCENT_DECIMALS)
        for name, enzyme in ENZYMES.items()
    }
    return np.array([cutoffs.get(name, math.nan) for name in used], dtype=np.float64)
