"""The Total Improvement Score of a table of visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures import visit_table
from tisstats.measures.core_set import CORE_SET, RESPONSES, Population
from tisstats.measures.enzymes import (
    ENZYME_SELECTIONS,
    EnzymePanel,
    EnzymeUnit,
    UpperLimit,
    enzyme_improvement,
    select_enzyme,
    sort_enzymes,
)
from tisstats.measures.total_improvement_score import (
    PERCENT_DECIMALS,
    band_points,
    response_levels,
    total_improvement_score,
)
from tisstats.statistics._arguments import one_of

Missing = Literal["na", "bounds"]
Values = NDArray[np.float64] | float
MISSING: tuple[Missing, ...] = ("na", "bounds")

#: Measures without which the score has no bounds either, as in the official calculator.
_INDISPENSABLE = ("physician_global", "mmt")

#: Columns that `score_visits` adds, in this order.
SCORE_COLUMNS = (
    "baseline_week",
    *(f"{measure}_{column}" for measure in CORE_SET for column in ("percent", "points")),
    "enzyme_used",
    "enzyme_selection",
    "tis",
    "response",
)
BOUND_COLUMNS = ("tis_low", "tis_high")


def score_visits(
    visits: pd.DataFrame,
    *,
    mmt_max: float,
    uln: Mapping[str, UpperLimit],
    vas_max: float = 10,
    population: Population = "adult",
    missing: Missing = "na",
    enzyme_unit: EnzymeUnit = "U/L",
    enzyme_panel: EnzymePanel = "complete",
    source: visit_table.TableSource | None = None,
) -> pd.DataFrame:
    """Score every visit against the patient's baseline.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row per patient and visit, in any order: ``patient_id``, ``week``,
        ``physician_global``, ``patient_global``, ``extramuscular`` (visual analogue scales),
        ``mmt`` (0 to `mmt_max`), ``haq`` (0 to 3) and at least one of ``ck``, ``aldolase``,
        ``ldh``, ``ast``, ``alt`` (above 0). An empty cell is a missing measure. Other columns are
        kept. A patient's baseline is the row with the smallest week.
    mmt_max : float
        Maximum score of the manual muscle test in use, points; see `MMT_MAXIMA`. No default, since
        a wrong maximum gives plausible but wrong scores.
    uln : mapping of enzyme to number or str
        Upper limit of normal of each enzyme of the table: a number in `enzyme_unit`, a number
        with its unit (``"170 U/L"``), or the name of the column that contains it, per laboratory.
        With a column, every value is a multiple of the ULN of its own visit.
    vas_max : {10, 100}
        Length of the visual analogue scales: 10 in cm, 100 in mm.
    population : {"adult", "juvenile"}
        Population whose response cut-offs apply.
    missing : {"na", "bounds"}
        How missing measures are handled. ``"na"``: the score is missing if a measure is, at the
        visit or at baseline. ``"bounds"``: in addition, ``tis_low`` and ``tis_high`` are bounds on
        the score over all values of the empty cells, if physician global activity and muscle
        testing were measured; and the response is given if both bounds agree on it. The lower bound
        gives a missing measure 0 points. The upper bound gives it the points of the change from its
        baseline to the best value of its scale; without a baseline, of the change from the worst
        value; if both are missing, or for an enzyme without a baseline, all points. Nothing is
        imputed.
    enzyme_unit : {"U/L", "microkat/L"}
        Unit of the enzymes in the table, and of limits given as numbers or in columns.
    enzyme_panel : {"complete", "measured"}
        How an enzyme that was not measured at a patient's baseline is handled. ``"complete"``: it
        may have been the most abnormal one, so none is used and the enzyme is missing.
        ``"measured"``: the most abnormal of those measured is used.
    source : TableSource, optional
        File and lines of the table, for error messages. By default the header is line 1, the first
        row line 2.

    Returns
    -------
    pandas.DataFrame
        The table as it was, rows and index in their order, and the columns ``baseline_week``; for
        each of `CORE_SET` ``<measure>_percent`` (improvement in per cent of the range, positive
        for improvement, not capped, 9 decimals) and ``<measure>_points``; ``enzyme_used``;
        ``enzyme_selection`` (``most abnormal``; ``tie``, where by our convention the first of
        `ENZYMES` is used; ``none abnormal``, where no enzyme exceeds its ULN; ``not all
        measured``, see `enzyme_panel`); ``tis`` (0 to 100); ``response`` (none, minimal, moderate,
        major, ordered); with bounds, ``tis_low`` and ``tis_high``. Baseline rows
        have improvement 0 in every measure, measured or not, score 0 and a missing response.

    Raises
    ------
    tisstats.errors.DataError
        If the table or a limit is invalid; lists every fault of the columns, or else of the cells.
    ValueError
        If another argument is not permitted.

    Notes
    -----
    Bands, points and cut-offs are published. The range of aldolase, the interpretation of "most
    abnormal" as the largest multiple of the ULN and the order that breaks ties are assumptions.

    References
    ----------
    Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400; Rider et al. 2017,
    doi:10.1002/art.40060.

    Examples
    --------
    An illustrative patient:

    >>> visits = pd.DataFrame({"patient_id": ["median"] * 2, "week": [0, 9],
    ...     "physician_global": [3.8, 2.3], "patient_global": [6.1, 4.6], "mmt": [211, 227],
    ...     "haq": [2.0, 1.6], "ck": [1199, 196], "extramuscular": [2.2, 1.0]})
    >>> scored = score_visits(visits, mmt_max=260, uln={"ck": 170})
    >>> scored[["week", "tis", "response"]]
       week   tis  response
    0     0   0.0       NaN
    1     9  40.0  moderate
    """
    ranges = visit_table.Ranges(mmt_max, vas_max)
    one_of("missing", missing, MISSING)
    added = SCORE_COLUMNS + (BOUND_COLUMNS if missing == "bounds" else ())
    check = visit_table.TableCheck(visits, source or visit_table.TableSource())
    check.require_columns(("patient_id", "week", *visit_table.MEASURE_COLUMNS), added)
    limits = visit_table.upper_limits(check, uln, enzyme_unit)
    check.raise_faults()
    placed = visit_table.find_visits(check)
    values, multiples = visit_table.read_measures(check, ranges, limits, enzyme_unit)
    check.raise_faults()

    first = placed.baselines
    of_row = first[placed.patients]
    follow_up = of_row != np.arange(len(visits))
    used, selection = select_enzyme({key: at[first] for key, at in multiples.items()}, enzyme_panel)
    used_in_row = used[placed.patients]
    before = {name: at[of_row] for name, at in values.items()}
    before_enzyme = {name: at[of_row] for name, at in multiples.items()}
    percents = improvements(before, values, ranges)
    percents["enzyme"] = enzyme_improvement(before_enzyme, multiples, used_in_row)
    # Baseline rows: no change, even in unmeasured items.
    percents = {name: np.where(follow_up, percent, 0.0) for name, percent in percents.items()}
    columns: dict[str, Any] = {"baseline_week": visits["week"].to_numpy()[of_row]}
    columns |= score_columns(percents, population)
    columns |= enzyme_columns(used, selection, sort_enzymes(multiples), placed.patients)
    if missing == "bounds":
        most = most_improvements(before, values, ranges)
        nothing_left = {name: np.zeros(len(visits)) for name in multiples}
        most["enzyme"] = enzyme_improvement(before_enzyme, nothing_left, used_in_row)
        columns |= _bounded(columns, most, population)
    columns["response"] = as_categories(np.where(follow_up, columns["response"].codes, -1))
    return pd.concat([visits, pd.DataFrame(columns, index=visits.index)[list(added)]], axis=1)


def improvements(
    baseline: Mapping[str, Values], now: Mapping[str, Values], ranges: visit_table.Ranges
) -> dict[str, NDArray[np.float64]]:
    """Compute the improvement of the measures except the enzyme, per cent of their ranges."""
    percents: dict[str, NDArray[np.float64]] = {}
    for name, before in baseline.items():
        better = now[name] - before if CORE_SET[name].better == "higher" else before - now[name]
        percents[name] = np.asarray(100 * better / ranges.of(name))
    return percents


def most_improvements(
    baseline: Mapping[str, NDArray[np.float64]],
    now: Mapping[str, NDArray[np.float64]],
    ranges: visit_table.Ranges,
) -> dict[str, NDArray[np.float64]]:
    """Compute the largest possible improvement of a measure with a missing value.

    From the baseline to the best value of the scale, or from its worst value to the current one;
    infinite if both are missing. Per cent of the range, for the measures except the enzyme.
    """
    to_now = improvements({name: ranges.worst(name) for name in now}, now, ranges)
    percents = {}
    for name, from_baseline in to_best(baseline, ranges).items():
        known = np.where(np.isnan(from_baseline), to_now[name], from_baseline)
        percents[name] = np.where(np.isnan(known), np.inf, known)
    return percents


def to_best(
    baseline: Mapping[str, NDArray[np.float64]], ranges: visit_table.Ranges
) -> dict[str, NDArray[np.float64]]:
    """Compute the improvement from the baseline to the best value of each scale, per cent."""
    best = {name: ranges.of(name) - ranges.worst(name) for name in baseline}
    return improvements(baseline, best, ranges)


def score_columns(
    percents: Mapping[str, NDArray[np.float64]], population: Population
) -> dict[str, NDArray[np.float64] | pd.Categorical[str]]:
    """Return the columns of percentages, points, score and response."""
    # Adding 0 turns -0.0 into 0.0, which prints better.
    exact = {name: np.round(percents[name], PERCENT_DECIMALS) + 0.0 for name in CORE_SET}
    columns: dict[str, NDArray[np.float64] | pd.Categorical[str]] = {}
    for name, percent in exact.items():
        columns[f"{name}_percent"] = percent
        columns[f"{name}_points"] = band_points(percent, name)
    score = total_improvement_score(np.column_stack(list(exact.values())))
    return columns | {"tis": score, "response": as_categories(response_levels(score, population))}


def as_categories(levels: NDArray[np.int8]) -> pd.Categorical[str]:
    """Return response levels as ordered categories."""
    return pd.Categorical.from_codes(levels, pd.Index(RESPONSES), ordered=True)


def enzyme_columns(
    used: NDArray[np.int64],
    selection: NDArray[np.int64],
    enzymes: list[str],
    patients: NDArray[np.int64],
) -> dict[str, pd.Categorical[str]]:
    """Return the enzyme used for each row, and how it was selected."""
    selections = pd.Index(ENZYME_SELECTIONS)
    return {
        "enzyme_used": pd.Categorical.from_codes(used[patients], pd.Index(enzymes)),
        "enzyme_selection": pd.Categorical.from_codes(selection[patients], selections),
    }


def _bounded(
    columns: Mapping[str, Any], most: Mapping[str, NDArray[np.float64]], population: Population
) -> dict[str, Any]:
    """Return the bounds on the score, and the response if they agree on it.

    `most` holds the largest possible improvement of each missing measure; nan: unbounded.
    """
    low, high = np.zeros(len(columns["tis"])), np.zeros(len(columns["tis"]))
    for name, rule in CORE_SET.items():
        points = columns[f"{name}_points"]
        absent = np.isnan(points)
        allowed = band_points(np.round(most[name], PERCENT_DECIMALS), name)
        low += np.where(absent, 0, points)
        high += np.where(absent, np.where(np.isnan(allowed), rule.points[-1], allowed), points)
    for name in _INDISPENSABLE:
        absent = np.isnan(columns[f"{name}_points"])
        low[absent] = high[absent] = np.nan
    worst, best = response_levels(low, population), response_levels(high, population)
    agreed = as_categories(np.where(worst == best, worst, -1))
    return {"tis_low": low, "tis_high": high, "response": agreed}
