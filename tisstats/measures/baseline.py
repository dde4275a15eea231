"""What a baseline allows, the highest score still attainable, and what a trial requires of it.

With the best possible follow-up, the baseline alone determines the highest Total Improvement
Score. A patient whose attainable score lies below a cut-off cannot reach that category, however
well the treatment works.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tisstats.errors import DataError
from tisstats.measures.core_set import CORE_SET, ENZYMES, HAQ_MAX, Population
from tisstats.measures.enzymes import (
    EnzymePanel,
    EnzymeUnit,
    UpperLimit,
    followed_improvement,
    in_order,
    most_abnormal,
)
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.measures.visit_table import (
    MEASURE_COLUMNS,
    Examination,
    Origin,
    Ranges,
    measures,
    upper_limits,
)
from tisstats.measures.visits import enzyme_columns, scored, to_best

Baseline = Mapping[str, Any] | pd.Series
"""One baseline: the measures' columns of a visit table by name."""

_PREFIX = "attainable_"


@dataclass(frozen=True, slots=True)
class AttainableScore:
    """The highest score that one baseline allows: the result of `attainable_score`."""

    score: float  #: Total Improvement Score at the best follow-up, 0 to 100; nan if one is missing
    response: str | None  #: its category: none, minimal, moderate, major; None if it is missing
    percents: Mapping[str, float]  #: per measure, the greatest improvement, % of the range
    points: Mapping[str, float]  #: per measure, the points of that improvement
    enzyme_followed: str | None  #: the most abnormal enzyme; None if that is not known
    enzyme_choice: str | None  #: one of `ENZYME_CHOICES`; None if no enzyme was measured


def attainable_scores(
    baselines: pd.DataFrame,
    *,
    mmt_max: float,
    uln: Mapping[str, UpperLimit],
    vas_max: float = 10,
    population: Population = "adult",
    enzyme_floor: float = 0,
    enzyme_unit: EnzymeUnit = "U/L",
    enzyme_panel: EnzymePanel = "complete",
    origin: Origin | None = None,
) -> pd.DataFrame:
    """Return the highest score that each row allows if it is a baseline.

    The best follow-up has no activity on any visual analogue scale, full strength, no disability,
    and the enzyme at `enzyme_floor`; a measure that is already there stays there.

    Parameters
    ----------
    baselines : pandas.DataFrame
        One baseline a row, with the measures of a visit table (see `score_visits`); other columns
        are kept.
    mmt_max, uln, vas_max, population, enzyme_unit, enzyme_panel, origin
        As for `score_visits`.
    enzyme_floor : float
        Lowest value that the enzyme can fall to, multiples of its upper limit of normal. 0 is the
        end of the scale and bounds the score mathematically; 1, a normal enzyme, is the clinical
        best.

    Returns
    -------
    pandas.DataFrame
        The table and the columns ``attainable_<measure>_percent``, ``attainable_<measure>_points``
        of each of `CORE_SET`, ``attainable_enzyme_followed``, ``attainable_enzyme_choice``,
        ``attainable_tis`` and ``attainable_response``. Where a measure is missing, so are the
        score and the response that it would have allowed: nothing is imputed.

    Raises
    ------
    tisstats.errors.DataError
        If anything is wrong with the table or the limits; carries every fault.
    ValueError
        If another argument is not one of those permitted.
    """
    ranges = Ranges(mmt_max, vas_max)
    if not (math.isfinite(enzyme_floor) and enzyme_floor >= 0):
        raise ValueError(f"enzyme_floor must be 0 or more multiples, got {enzyme_floor!r}")
    examined = Examination(baselines, origin or Origin("baselines"))
    examined.require_columns(MEASURE_COLUMNS, ())
    limits = upper_limits(examined, uln, enzyme_unit)
    examined.conclude()
    values, multiples = measures(examined, ranges, limits, enzyme_unit)
    examined.conclude()

    lowest = {name: np.minimum(value, enzyme_floor) for name, value in multiples.items()}
    followed, choice = most_abnormal(multiples, enzyme_panel)
    percents = to_best(values, ranges)
    percents["enzyme"] = followed_improvement(multiples, lowest, followed)
    each = np.arange(len(baselines))
    columns = scored(percents, population) | enzyme_columns(
        followed, choice, in_order(multiples), each
    )
    added = pd.DataFrame(columns, index=baselines.index).add_prefix(_PREFIX)
    taken = [name for name in added.columns if name in baselines.columns]
    return pd.concat([baselines.drop(columns=taken), added], axis=1)


def attainable_score(
    baseline: Baseline,
    *,
    mmt_max: float,
    uln: Mapping[str, UpperLimit],
    vas_max: float = 10,
    population: Population = "adult",
    enzyme_floor: float = 0,
    enzyme_unit: EnzymeUnit = "U/L",
    enzyme_panel: EnzymePanel = "complete",
) -> AttainableScore:
    """Return the highest score that one baseline allows.

    Parameters
    ----------
    baseline : mapping or pandas.Series
        The measures of one visit by their names; see `score_visits`.
    mmt_max, uln, vas_max, population, enzyme_floor, enzyme_unit, enzyme_panel
        As for `attainable_scores`.

    Returns
    -------
    AttainableScore
        The score is nan if a measure is missing, and so are that measure's per cent and points.

    Raises
    ------
    tisstats.errors.DataError
        If a measure is outside its scale, or its column or limit is not given.
    ValueError
        If another argument is not one of those permitted.

    References
    ----------
    Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400; Rider et al. 2017,
    doi:10.1002/art.40060.

    Examples
    --------
    A patient with much extramuscular activity and hardly any loss of strength:

    >>> baseline = {"physician_global": 3, "patient_global": 2, "mmt": 255, "haq": 0.25,
    ...     "ck": 150, "extramuscular": 4}
    >>> ceiling = attainable_score(baseline, mmt_max=260, uln={"ck": 170})
    >>> ceiling.score, ceiling.response, ceiling.points["mmt"]
    (45.0, 'moderate', 0.0)
    """
    try:
        table = attainable_scores(
            pd.DataFrame([dict(baseline)]),
            mmt_max=mmt_max,
            uln=uln,
            vas_max=vas_max,
            population=population,
            enzyme_floor=enzyme_floor,
            enzyme_unit=enzyme_unit,
            enzyme_panel=enzyme_panel,
            origin=Origin("baseline"),
        )
    except DataError as error:
        # A single baseline has no row.
        raise DataError([replace(fault, row=None) for fault in error.faults]) from None
    row = table.iloc[0]
    response, followed, choice = (
        value if isinstance(value := row[_PREFIX + name], str) else None
        for name in ("response", "enzyme_followed", "enzyme_choice")
    )
    return AttainableScore(
        score=float(row[f"{_PREFIX}tis"]),
        response=response,
        percents={name: float(row[f"{_PREFIX}{name}_percent"]) for name in CORE_SET},
        points={name: float(row[f"{_PREFIX}{name}_points"]) for name in CORE_SET},
        enzyme_followed=followed,
        enzyme_choice=choice,
    )


@dataclass(frozen=True, slots=True)
class MinimalDisability:
    """How disabled a patient is at baseline: the result of `minimal_disability`."""

    met: bool | None  #: whether the rule is met; None where missing measures decide
    mmt_loss_percent: float  #: strength lost, % of the maximum of the muscle test
    abnormal: tuple[str, ...]  #: abnormal measures besides muscle testing, of `CORE_SET`
    unknown: tuple[str, ...]  #: measures that are missing, of `CORE_SET`


def minimal_disability(
    baseline: Baseline,
    *,
    mmt_max: float,
    uln: Mapping[str, UpperLimit],
    mmt_loss_percent: float,
    other_abnormal: int,
    vas_max: float = 10,
    vas_abnormal_cm: float = 2,
    haq_abnormal: float = 0.25,
    enzyme_abnormal_uln: float = 1.5,
    enzyme_unit: EnzymeUnit = "U/L",
) -> MinimalDisability:
    """Return whether a baseline shows the least disability that a trial requires.

    The rule: manual muscle testing has lost at least `mmt_loss_percent` of its maximum, and at
    least `other_abnormal` of the other five core set measures are abnormal.

    Parameters
    ----------
    baseline, mmt_max, uln
        As for `attainable_score`.
    mmt_loss_percent : float
        Least loss of strength, % of `mmt_max`.
    other_abnormal : int
        Least number of other abnormal measures, 0 to 5.
    vas_max
        As for `attainable_score`.
    vas_abnormal_cm : float
        Physician, patient and extramuscular activity are abnormal from here on, cm.
    haq_abnormal : float
        The HAQ is abnormal from here on, points.
    enzyme_abnormal_uln : float
        The most abnormal enzyme is abnormal above this many multiples of its ULN, not at it.
    enzyme_unit
        As for `attainable_score`.

    Returns
    -------
    MinimalDisability
        Whether the rule is met, None where missing measures decide, and by which measures.

    Raises
    ------
    tisstats.errors.DataError
        If a measure is outside its scale, or its column or limit is not given.
    ValueError
        If another argument is not one of those permitted.

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
    >>> rule = {"mmt_loss_percent": 10, "other_abnormal": 2}
    >>> minimal_disability(baseline, mmt_max=260, uln={"ck": 170}, **rule).met
    True
    >>> minimal_disability(baseline | {"mmt": 235}, mmt_max=260, uln={"ck": 170}, **rule).met
    False
    """
    if not 0 <= other_abnormal < len(CORE_SET):
        raise ValueError(f"other_abnormal must be 0 to {len(CORE_SET) - 1}, got {other_abnormal!r}")
    at_best = attainable_score(
        baseline, mmt_max=mmt_max, uln=uln, vas_max=vas_max, enzyme_unit=enzyme_unit
    )
    # With the healthy end of each scale as follow-up, the improvement is what is lost at baseline.
    lost, enzyme = at_best.percents, at_best.enzyme_followed
    range_in_uln = ENZYMES[enzyme].range_in_uln if enzyme else math.nan
    vas_cut = 100 * vas_abnormal_cm / 10
    cuts = {
        "physician_global": vas_cut,
        "patient_global": vas_cut,
        "haq": 100 * haq_abnormal / HAQ_MAX,
        "enzyme": 100 * enzyme_abnormal_uln / range_in_uln,
        "extramuscular": vas_cut,
    }
    unknown = tuple(name for name in CORE_SET if math.isnan(lost[name]))
    # Enzymes are abnormal above their cut-off, the scales from theirs on.
    reaches = {name: operator.gt if name == "enzyme" else operator.ge for name in cuts}
    abnormal = tuple(
        name
        for name, cut in cuts.items()
        if reaches[name](lost[name], round(cut, PERCENT_DECIMALS))
    )
    unclear = len(set(unknown) - {"mmt"})
    weak = None if "mmt" in unknown else lost["mmt"] >= round(mmt_loss_percent, PERCENT_DECIMALS)
    met: bool | None = None
    if weak is False or len(abnormal) + unclear < other_abnormal:
        met = False
    elif weak and len(abnormal) >= other_abnormal:
        met = True
    return MinimalDisability(met, lost["mmt"], abnormal, unknown)
