"""Highest attainable score (ceiling) of a baseline.

With the best possible follow-up, the baseline alone determines the highest Total Improvement
Score. A patient whose attainable score lies below a cut-off cannot reach that category, however
well the treatment works.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from tisstats.errors import DataError
from tisstats.measures import enzymes, visit_table
from tisstats.measures.core_set import (
    CORE_SETS,
    CoreSet,
    Population,
)
from tisstats.measures.ranges import ChqPhsRange, CoreSetArguments
from tisstats.measures.visits import enzyme_columns, score_columns, to_best
from tisstats.statistics._arguments import non_negative

#: One baseline: the measures of a visit table by column name.
Baseline = Mapping[str, Any] | pd.Series

_PREFIX = "attainable_"
#: What faults call a single baseline.
ONE_BASELINE = visit_table.TableSource("baseline")

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class AttainableScore:
    """The highest attainable score of a baseline: the result of `attainable_score`.

    Examples
    --------
    >>> baseline = {"physician_global": 3, "patient_global": 2, "mmt": 255, "haq": 0.25,
    ...     "ck": 150, "extramuscular": 4}
    >>> ceiling = attainable_score(baseline, mmt_max=260, uln={"ck": 170}, enzyme_floor=1)
    >>> ceiling.score, ceiling.enzyme_used, ceiling.enzyme_selection
    (42.5, 'ck', 'none abnormal')
    """

    score: float  #: Total Improvement Score at the best follow-up, 0 to 100 or nan
    response: str | None  #: none, minimal, moderate or major; None if the score is missing
    percent_improvements: Mapping[str, float]  #: largest improvement by measure, % of the range
    points: Mapping[str, float]  #: points of these improvements by measure
    enzyme_used: str | None  #: the most abnormal enzyme; None if unknown or not of the core set
    enzyme_selection: str | None  #: one of `ENZYME_SELECTIONS`; None if no enzyme was measured


def attainable_scores(
    baselines: pd.DataFrame,
    *,
    mmt_max: float | None = None,
    uln: Mapping[str, enzymes.UpperLimit] | None = None,
    vas_max: float = 10,
    population: Population = "adult",
    core_set: CoreSet = "imacs",
    chq_phs_range: ChqPhsRange | None = None,
    cmas_max: float | None = None,
    enzyme_floor: float = 0,
    enzyme_unit: enzymes.EnzymeUnit = "U/L",
    enzyme_panel: enzymes.EnzymePanel = "complete",
    source: visit_table.TableSource | None = None,
) -> pd.DataFrame:
    """Compute the highest attainable score of each row taken as a baseline.

    The best follow-up has every measure at the best end of its scale, and the enzyme at
    `enzyme_floor`; measures already at their best stay unchanged.

    Parameters
    ----------
    baselines : pandas.DataFrame
        One baseline per row, with the measures of a visit table (see `score_visits`); other
        columns are kept.
    mmt_max, uln, vas_max, population, core_set, chq_phs_range, cmas_max
        As for `score_visits`.
    enzyme_floor : float
        Lowest value to which the enzyme can fall, multiples of its ULN. 0 is the end of the scale
        and gives a mathematical bound on the score; 1, a normal enzyme, is the clinical best.
        Without effect on the PRINTO core set, which has no enzyme.
    enzyme_unit, enzyme_panel, source
        As for `score_visits`.

    Returns
    -------
    pandas.DataFrame
        The table with the columns ``attainable_<measure>_percent``, ``attainable_<measure>_points``
        of each measure of the core set, ``attainable_tis`` and ``attainable_response``; with the
        IMACS core set, ``attainable_enzyme_used`` and ``attainable_enzyme_selection``. If a
        measure is missing, so are the score and the response: nothing is imputed.

    Raises
    ------
    tisstats.errors.DataError
        If the table or a limit is invalid; lists every fault.
    ValueError
        If another argument is not permitted.
    """
    ranges = CoreSetArguments(mmt_max, uln, chq_phs_range, cmas_max).ranges(
        core_set, population, vas_max
    )
    enzyme_floor = non_negative("enzyme_floor", enzyme_floor, "at least 0 (x ULN)")
    check = visit_table.TableCheck(baselines, source or visit_table.TableSource("baselines"))
    check.require_columns(tuple(ranges.ends), ())
    limits = visit_table.upper_limits(check, uln, enzyme_unit) if "enzyme" in ranges.rules else {}
    check.raise_faults()
    values, multiples = visit_table.read_measures(check, ranges, limits, enzyme_unit)
    check.raise_faults()

    percent_improvements = to_best(values, ranges)
    of_enzyme: dict[str, pd.Categorical[str]] = {}
    if multiples:
        lowest = {name: np.minimum(value, enzyme_floor) for name, value in multiples.items()}
        used, selection = enzymes.select_enzyme(multiples, enzyme_panel)
        percent_improvements["enzyme"] = enzymes.enzyme_improvement(multiples, lowest, used)
        of_enzyme = enzyme_columns(
            used, selection, enzymes.sort_enzymes(multiples), np.arange(len(baselines))
        )
    columns = score_columns(percent_improvements, population, core_set) | of_enzyme
    added = pd.DataFrame(columns, index=baselines.index).add_prefix(_PREFIX)
    taken = [name for name in added.columns if name in baselines.columns]
    return pd.concat([baselines.drop(columns=taken), added], axis=1)


def attainable_score(
    baseline: Baseline,
    *,
    mmt_max: float | None = None,
    uln: Mapping[str, enzymes.UpperLimit] | None = None,
    vas_max: float = 10,
    population: Population = "adult",
    core_set: CoreSet = "imacs",
    chq_phs_range: ChqPhsRange | None = None,
    cmas_max: float | None = None,
    enzyme_floor: float = 0,
    enzyme_unit: enzymes.EnzymeUnit = "U/L",
    enzyme_panel: enzymes.EnzymePanel = "complete",
) -> AttainableScore:
    """Compute the highest attainable score of one baseline.

    Parameters
    ----------
    baseline : mapping or pandas.Series
        The measures of one visit by their names; see `score_visits`.
    mmt_max, uln, vas_max, population, core_set, chq_phs_range, cmas_max
        As for `score_visits`.
    enzyme_floor : float
        Lowest value to which the enzyme can fall, multiples of its ULN: 0 for the mathematical
        bound, 1 for a normal enzyme. Without effect on the PRINTO core set, which has no enzyme.
    enzyme_unit, enzyme_panel
        As for `score_visits`.

    Returns
    -------
    AttainableScore
        If a measure is missing, the score and that measure's improvement and points are nan.

    Raises
    ------
    tisstats.errors.DataError
        If a measure is outside its scale, or a measure or its ULN is missing from the arguments.
    ValueError
        If another argument is not permitted.

    References
    ----------
    Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400; Rider et al. 2017,
    doi:10.1002/art.40060.

    Examples
    --------
    A patient with high extramuscular activity and almost normal strength:

    >>> baseline = {"physician_global": 3, "patient_global": 2, "mmt": 255, "haq": 0.25,
    ...     "ck": 150, "extramuscular": 4}
    >>> ceiling = attainable_score(baseline, mmt_max=260, uln={"ck": 170})
    >>> ceiling.score, ceiling.response, ceiling.points["mmt"]
    (45.0, 'moderate', 0.0)
    """
    table = of_one_baseline(
        baseline,
        lambda row: attainable_scores(
            row,
            mmt_max=mmt_max,
            uln=uln,
            vas_max=vas_max,
            population=population,
            core_set=core_set,
            chq_phs_range=chq_phs_range,
            cmas_max=cmas_max,
            enzyme_floor=enzyme_floor,
            enzyme_unit=enzyme_unit,
            enzyme_panel=enzyme_panel,
            source=ONE_BASELINE,
        ),
    )
    row, measures = table.iloc[0], CORE_SETS[core_set]
    response, used, selection = (
        value if isinstance(value := row.get(_PREFIX + name), str) else None
        for name in ("response", "enzyme_used", "enzyme_selection")
    )
    return AttainableScore(
        score=float(row[f"{_PREFIX}tis"]),
        response=response,
        percent_improvements={name: float(row[f"{_PREFIX}{name}_percent"]) for name in measures},
        points={name: float(row[f"{_PREFIX}{name}_points"]) for name in measures},
        enzyme_used=used,
        enzyme_selection=selection,
    )


def of_one_baseline(baseline: Baseline, compute: Callable[[pd.DataFrame], _Result]) -> _Result:
    """Apply to one baseline what is computed of a table with one in each row."""
    if not isinstance(baseline, Mapping | pd.Series):
        raise ValueError(f"baseline must be a mapping of measures to values, got {baseline!r}")
    try:
        # pandas before version 3.1 would convert whole numbers of any length to floats.
        cells = {name: pd.Series([value], dtype=object) for name, value in baseline.items()}
        return compute(pd.DataFrame(cells, index=[0]))
    except DataError as error:
        # A single baseline has no row number to report.
        raise DataError([replace(fault, row=None) for fault in error.faults]) from None
