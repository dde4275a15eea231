"""What a baseline allows: the highest score still attainable.

With the best possible follow-up, the baseline alone determines the highest Total Improvement
Score. A patient whose attainable score lies below a cut-off cannot reach that category, however
well the treatment works.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tisstats.errors import DataError
from tisstats.measures.core_set import CORE_SET, Population
from tisstats.measures.enzymes import (
    EnzymePanel,
    EnzymeUnit,
    UpperLimit,
    followed_improvement,
    in_order,
    most_abnormal,
)
from tisstats.measures.visit_table import (
    MEASURE_COLUMNS,
    Examination,
    Origin,
    Ranges,
    measures,
    upper_limits,
)
from tisstats.measures.visits import enzyme_columns, improvements, scored

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

    best = {
        name: np.full(len(baselines), ranges.of(name) if CORE_SET[name].better == "higher" else 0.0)
        for name in values
    }
    lowest = {name: np.minimum(value, enzyme_floor) for name, value in multiples.items()}
    followed, choice = most_abnormal(multiples, enzyme_panel)
    percents = improvements(values, best, ranges)
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
